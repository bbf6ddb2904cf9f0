#ifndef WARDEN_FUZZY_DIGEST_H
#define WARDEN_FUZZY_DIGEST_H

/* TLSH digests ("TLSH – A Locality Sensitive Hash", Oliver, Cheng, Chen 2013;
   the form that begins with "T1": 128 buckets, one byte of checksum): files
   that have much in common have digests that are near each other. Made by
   parse/fuzzy.h; compared here. */

#include <glib.h>
#include <stdbool.h>

/* Checksum, length, ratios, code: in the order of the text. */
#define WARDEN_FUZZY_SIZE 35
/* With "T1" and NUL. */
#define WARDEN_FUZZY_TEXT_SIZE (2 + 2 * WARDEN_FUZZY_SIZE + 1)
/* Below this, files are mostly of one origin; digests of strangers are rarely
   nearer than 100. */
#define WARDEN_FUZZY_NEAR 50

/* "T1" and 70 hexadecimal digits; older programs leave the "T1" away. FALSE if
   it is something else. */
bool warden_fuzzy_parse(const char *text, guint8 digest_r[WARDEN_FUZZY_SIZE]);
void warden_fuzzy_print(const guint8 digest[WARDEN_FUZZY_SIZE],
			char text_r[WARDEN_FUZZY_TEXT_SIZE]);
/* 0 = as good as equal; some hundreds for strangers. Counts differences of
   length, too. */
guint warden_fuzzy_distance(const guint8 a[WARDEN_FUZZY_SIZE],
			    const guint8 b[WARDEN_FUZZY_SIZE]);

#endif
