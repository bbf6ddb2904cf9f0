#ifndef WARDEN_FEED_LIMITS_H
#define WARDEN_FEED_LIMITS_H

/* Every bound on a feed's file, in one place, each with its reason. A file
   that passes one of them is refused, except for a URL's length. */

/* --- files ------------------------------------------------------------- */
/* Unpacked. The largest list that is published (all of URLhaus as CSV) has
   some 700 MB; memory does not depend on it. */
#define WARDEN_FEED_SIZE_MAX (G_GUINT64_CONSTANT(2) * 1024 * 1024 * 1024)
/* A packed list unpacks to 3 to 20 times its size. Small files may do more. */
#define WARDEN_FEED_EXPANSION_MAX 200u
#define WARDEN_FEED_EXPANSION_FREE (64u * 1024 * 1024)
/* A line, or a name or kept value in JSON: a URL, its tags and a reference fit
   many times. Also the size of the one buffer that a file is read through. */
#define WARDEN_FEED_LINE_MAX (64u * 1024)
/* STIX and MISP nest ten deep at most. */
#define WARDEN_FEED_NESTING_MAX 64u
/* Columns of a CSV line: Malware Bazaar has 14. */
#define WARDEN_FEED_COLUMNS_MAX 64u
/* Words of a STIX pattern: lists of some hundred hashes are seen. */
#define WARDEN_FEED_PATTERN_WORDS_MAX 20000u
/* Of all files of an import: half a gigabyte of database. */
#define WARDEN_FEED_INDICATORS_MAX 5000000u
/* Events that a MISP manifest may name: the largest public one has 2,000. */
#define WARDEN_FEED_EVENTS_MAX 100000u

/* --- values ------------------------------------------------------------ */
/* A longer link is cut in the facts (WARDEN_FACT_URL_MAX) and matches none:
   skipped and counted. */
#define WARDEN_FEED_URL_MAX 4096u
#define WARDEN_FEED_HOST_MAX 253u		/* RFC 1035 2.3.4 */
#define WARDEN_FEED_SENDER_MAX 320u		/* RFC 5321 4.5.3.1 */
/* The feed's word for the threat: struct warden_known_hit keeps 63. */
#define WARDEN_FEED_THREAT_MAX 63u

#endif
