#ifndef WARDEN_PARSE_H
#define WARDEN_PARSE_H

/* Bytes to facts. The only entry to this folder from outside. Pure: no files
   (except libmagic's database, loaded by init), no network, no clock, no
   globals that a message can change. Runs in the reader child. */

#include "../facts/facts.h"

struct warden_parser;
struct warden_rules;

/* Loads what parsing needs (libmagic's database …), to be done once, before
   forking. Returns 1, or -1 with *error_r. */
int warden_parser_init(struct warden_parser **parser_r, char **error_r);
void warden_parser_deinit(struct warden_parser **parser);

/* Scan with these from now on (rules/rules.h; NULL = none). They stay the
   caller's and must live as long as they are set. */
void warden_parser_set_rules(struct warden_parser *parser,
			     struct warden_rules *rules);

/* Look for what should perhaps not leave the house (facts->sensitive); patterns
   (may be NULL) stay the caller's. Off until this is called. */
struct warden_sensitive_patterns;
void warden_parser_set_sensitive(
	struct warden_parser *parser,
	const struct warden_sensitive_patterns *patterns);

/* Verify signatures: by these authorities and keys (signature/signers.h says
   what the two paths may be; NULL = none), which are read at once. Returns 1,
   or -1 with *error_r: those of an earlier call stay. Off until this is
   called. */
int warden_parser_set_signers(struct warden_parser *parser, const char *roots,
			      const char *keys, char **error_r);

/* Large files that did not have to be taken apart, because an earlier message
   had them. */
guint64 warden_parser_cache_hits(const struct warden_parser *parser);

/* Parse a whole message as stored or as it came in (CRLF, LF or mixed).
   full_size is the size of the message when data is only its beginning,
   else 0. Never fails: hostile or broken mail gives facts that say so. */
struct warden_facts *
warden_parse_message(struct warden_parser *parser, const guint8 *data,
		     gsize size, guint64 full_size);

/* SHA-256 of the message with every line ending as CRLF (lone CR and LF
   count as line endings). */
void warden_parse_key(const guint8 *data, gsize size,
		      guint8 key_r[WARDEN_SHA256_SIZE]);

#endif
