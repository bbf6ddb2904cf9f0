#ifndef WARDEN_FACTS_H
#define WARDEN_FACTS_H

/* What is known of a message: one immutable value.

   Made by parse/ (in the reader child) from hostile bytes, serialised with
   GVariant, validated on arrival in the service, and from then on only read:
   by checks, by the report and by the store. Everything is bounded by
   limits.h; strings are valid UTF-8 without control characters (except tab
   and LF in texts), never NULL unless said so, and owned by the facts. */

#include "limits.h"

#include <glib.h>
#include <stdbool.h>

#define WARDEN_SHA256_SIZE 32

enum warden_part_flags {
	WARDEN_PART_ATTACHMENT	= 1 << 0, /* a client offers it as a file */
	WARDEN_PART_INLINE	= 1 << 1, /* Content-Disposition: inline */
	WARDEN_PART_MEMBER	= 1 << 2, /* came out of another part */
	WARDEN_PART_CONTAINER	= 1 << 3, /* members were read out of it */
	WARDEN_PART_ENCRYPTED	= 1 << 4, /* opened or not */
	WARDEN_PART_TRUNCATED	= 1 << 5, /* hash is of what was read */
	WARDEN_PART_EICAR	= 1 << 6, /* the 68 bytes at its start */
	WARDEN_PART_ALTERNATE	= 1 << 7, /* a second reading of ambiguous bytes */
	WARDEN_PART_CARVED	= 1 << 8, /* found by the carver, no MIME view */
};

/* Broad kinds that checks decide on; detected_type has the details. */
enum warden_content_kind {
	WARDEN_KIND_UNKNOWN = 0,
	WARDEN_KIND_EMPTY,
	WARDEN_KIND_TEXT,
	WARDEN_KIND_HTML,
	WARDEN_KIND_XML,
	WARDEN_KIND_IMAGE,
	WARDEN_KIND_SVG,
	WARDEN_KIND_AUDIO_VIDEO,
	WARDEN_KIND_PDF,
	WARDEN_KIND_OFFICE,	/* OLE2, OOXML, ODF, RTF */
	WARDEN_KIND_ARCHIVE,
	WARDEN_KIND_DISK_IMAGE,	/* ISO, UDF, VHD … */
	WARDEN_KIND_EXECUTABLE,	/* PE, ELF, Mach-O, MSI, JAR, DEX … */
	WARDEN_KIND_SCRIPT,	/* JS, VBS, PS1, BAT, HTA, shell, Python … */
	WARDEN_KIND_SHORTCUT,	/* LNK, URL, desktop … */
	WARDEN_KIND_MESSAGE,
	WARDEN_KIND_CALENDAR,
	WARDEN_KIND_CRYPTO,	/* S/MIME, OpenPGP */
	WARDEN_KIND_FONT,
	WARDEN_KIND_OTHER,	/* recognised, none of the above */
};
#define WARDEN_KIND_LAST WARDEN_KIND_OTHER

struct warden_part {
	/* "1.2" as IMAP numbers it; members append "/name". Unique. */
	char *path;
	char *name;		/* the name most clients show; "" if none */
	GPtrArray *names;	/* char*: every other candidate, deduplicated */
	char *declared_type;	/* lower case "type/subtype"; "" if none */
	char *detected_type;	/* by content; never empty */
	char *encoding;		/* declared CTE, lower case; "" if none */
	enum warden_content_kind kind;
	guint32 flags;		/* enum warden_part_flags */
	guint64 size;		/* of the decoded bytes */
	guint8 sha256[WARDEN_SHA256_SIZE];	/* of the decoded bytes */
	/* TLSH digest ("T1" and 70 hexadecimal digits); "" if the bytes are too
	   few or too uniform for one. */
	char *fuzzy;
};

/* "header html resource text pdf office qr calendar svg archive …"; a resource
   is what a page loads by itself: images, style sheets, frames. */
struct warden_url {
	char *url;		/* as found, white space and controls removed */
	char *host;		/* lower case, IDN as A-label; "" if none */
	char *text;		/* what the user sees as the link; "" if none */
	char *source;
	char *part;		/* path */
};

/* A thing seen in the bytes that checks may turn into findings. The code is
   a word from the list in traits.h ("mime-duplicate-content-type"), the
   detail is for people. */
struct warden_trait {
	char *code;
	char *part;		/* path, "" = the message */
	char *detail;
};

/* What was not looked at. Reasons: "encrypted size depth count expansion time
   ambiguous damaged unsupported crash". */
struct warden_unscanned {
	char *part;
	char *reason;
};

struct warden_address {
	char *name;		/* decoded display name, "" if none */
	char *address;		/* addr-spec, "" if none */
};

/* A rule or signature of somebody else's that matched. */
struct warden_match {
	char *engine;		/* "yara", "clamd" */
	char *rule;		/* its name there */
	char *verdict;		/* "malware phishing spam suspicious policy" */
	double score;		/* as the rule wants it, 0 = the symbol's own */
	char *part;		/* path, "" = the message */
	char *detail;		/* the rule's description, "" if none */
};

/* The text of the message as a person sees it: its plain and HTML bodies (of
   alternatives the one that clients show), not its attachments. */
struct warden_text_facts {
	/* What is seen, words as they are spelt, LF between paragraphs. */
	char *visible;
	/* What is there and is not seen: no size, no colour, off the page,
	   clipped away. */
	char *hidden;
	/* Before both were cut. */
	guint32 visible_chars, hidden_chars;
	/* Zero-width and other invisible characters inside words. */
	guint32 invisible_chars;
	guint32 images, remote_images;
	char *charset;		/* declared, lower case; "" if none */
};

/* A signature over (a part of) the message, verified. */
struct warden_signature {
	char *kind;		/* "smime", "openpgp" */
	/* "valid": by a known signer, unaltered. "unknown": the signer is not
	   known; unaltered as far as one can tell without a key. "expired":
	   unaltered, the certificate, key or signature was not good when it
	   was made. "altered": it was made over something else. "invalid":
	   broken, weak, not supported, not for mail. */
	char *status;
	/* Addresses that the key is for, separated by spaces; "" if none. */
	char *signer;
	char *part;
	char *detail;
};

/* Something that should perhaps not leave the house. */
struct warden_sensitive {
	char *kind;		/* "card iban id-… key token pattern:NAME …" */
	guint32 count;
	char *part;
	char *detail;		/* masked, never the thing itself */
};

struct warden_header_facts {
	GPtrArray *from;	/* struct warden_address */
	GPtrArray *reply_to;
	GPtrArray *to;		/* To and Cc, at most 100 */
	struct warden_address *sender;	/* NULL if no Sender field */
	char *return_path;
	char *subject;		/* decoded */
	char *message_id;	/* without <> */
	gint64 date;		/* seconds since 1970, 0 = none or unusable */
	GPtrArray *auth_results;	/* char*: values, topmost first */
	GPtrArray *arc_results;	/* char*: ARC-Authentication-Results */
	char *in_reply_to;	/* the first, without <> */
	GPtrArray *references;	/* char*: without <>, the last ones */
	char *list_id;		/* what stands in <>, "" if none */
	char *list_unsubscribe;	/* "" if none */
};

struct warden_facts {
	guint8 key[WARDEN_SHA256_SIZE];	/* of the CRLF-canonical message */
	guint64 size;			/* of the message as given */
	struct warden_header_facts header;
	GPtrArray *parts;	/* struct warden_part, in document order */
	GPtrArray *urls;	/* struct warden_url, in document order */
	GPtrArray *traits;	/* struct warden_trait */
	GPtrArray *unscanned;	/* struct warden_unscanned */
	GPtrArray *matches;	/* struct warden_match */
	struct warden_text_facts text;
	GPtrArray *signatures;	/* struct warden_signature */
	GPtrArray *sensitive;	/* struct warden_sensitive */
};

/* An empty value to fill; only parse/ and tests call these. The _add
   functions copy and sanitise their strings, cut them to their limits, and
   return FALSE (adding nothing) when the list is full: the caller then adds
   an unscanned entry "count" (once). Parts' paths are made unique. */
struct warden_facts *warden_facts_new(void);
struct warden_part *warden_facts_add_part(struct warden_facts *facts,
					  const char *path, const char *name);
bool warden_part_add_name(struct warden_part *part, const char *name);
bool warden_facts_add_url(struct warden_facts *facts, const char *url,
			  const char *host, const char *text,
			  const char *source, const char *part);
bool warden_facts_add_trait(struct warden_facts *facts, const char *code,
			    const char *part, const char *detail);
bool warden_facts_add_unscanned(struct warden_facts *facts, const char *part,
				const char *reason);
/* Same part and reason only once. */
bool warden_facts_add_match(struct warden_facts *facts,
			    const struct warden_match *match);
/* Same engine, rule and part only once; its score is brought between 0 and
   WARDEN_FACT_SCORE_MAX. */
bool warden_facts_add_signature(struct warden_facts *facts,
				const struct warden_signature *signature);
bool warden_facts_add_sensitive(struct warden_facts *facts,
				const struct warden_sensitive *sensitive);
/* Cut to WARDEN_FACT_VISIBLE_MAX and _HIDDEN_MAX; charset too. */
void warden_facts_set_text(struct warden_facts *facts, const char *visible,
			   const char *hidden, const char *charset);
void warden_part_set_fuzzy(struct warden_part *part, const char *fuzzy);
struct warden_address *warden_address_new(const char *name,
					  const char *address);
void warden_address_free(struct warden_address *address);
void warden_facts_free(struct warden_facts *facts);
/* For g_autoptr(warden_facts): GLib wants one word for the type. */
typedef struct warden_facts warden_facts;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(warden_facts, warden_facts_free)

/* Valid UTF-8, no controls (allow_lf keeps tab and LF), at most max bytes,
   cut at a character. Never NULL; owned by the caller. */
char *warden_facts_sanitise(const char *text, gsize size, gsize max,
			    bool allow_lf);

/* GVariant serialisation. The bytes are in normal form and little-endian
   whatever the host. */
GBytes *warden_facts_serialise(const struct warden_facts *facts);
/* Returns 1 and the value, or -1 if the bytes are not what a sound reader
   sends (type, limits, UTF-8, enum ranges): *error_r (g_malloced) names it. */
int warden_facts_deserialise(GBytes *bytes, struct warden_facts **facts_r,
			     char **error_r);

const char *warden_kind_name(enum warden_content_kind kind);
/* First part with that path, or NULL. */
const struct warden_part *
warden_facts_find_part(const struct warden_facts *facts, const char *path);

#endif
