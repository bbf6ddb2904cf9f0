#ifndef WARDEN_PARSE_DECODE_H
#define WARDEN_PARSE_DECODE_H

/* Lenient decoders for content transfer encodings, from raw byte ranges.

   Clients differ in what they make of damaged or abused encodings, and a hash
   list knows the very bytes that a client saves. So a decoder gives every
   reading that some client may have, the commonest first; for sound input
   that is one. Output is never longer than the input; uuencode, whose lines
   may have lost the spaces at their ends, can be, but not twice as long;
   BinHex has runs. */

#include "../trait-set.h"

struct warden_reading {
	GBytes *bytes;
	/* Some client is known to read it so. An uncertain reading is only
	   worth a part if it turns out to be of a known type. */
	bool certain;
};

/* An empty list (struct warden_reading) that frees its readings. */
GArray *warden_readings_new(void);
/* Takes bytes over; a reading whose bytes are there already is dropped. */
void warden_readings_add(GArray *readings, GBytes *bytes, bool certain);

/* RFC 2045 6.8. Readings: stop at the padding; ignore padding; start anew
   after padding; each line for itself; stop at the first foreign line. */
void warden_decode_base64(const guint8 *data, gsize size, GArray *readings,
			  struct warden_trait_set *traits);

/* RFC 2045 6.7. Readings of '=' that begins no escape: itself; nothing;
   nothing, with what follows up to the next '='. */
void warden_decode_qp(const guint8 *data, gsize size, GArray *readings,
		      struct warden_trait_set *traits);

/* A file inside text. */
struct warden_embedded {
	GBytes *bytes;
	char *name;	/* "" if none */
	gsize start, end;	/* where it stands */
	bool complete;	/* its end line was there */
	GBytes *resource;	/* a second fork (BinHex), mostly NULL */
};
void warden_embedded_clear(struct warden_embedded *file);

/* Find the next uuencoded file at or after *at ("begin 644 name"), which is
   moved behind it. without_begin: the data are its lines alone, as under
   Content-Transfer-Encoding: x-uuencode. Returns FALSE if there is none. */
bool warden_decode_uu(const guint8 *data, gsize size, bool without_begin,
		      gsize *at, struct warden_embedded *file_r);
/* The same for yEnc ("=ybegin line=128 size=1 name=a"). */
bool warden_decode_yenc(const guint8 *data, gsize size, gsize *at,
			struct warden_embedded *file_r);

/* The same for BinHex 4.0 (RFC 1741). without_comment: the line that says so
   may be missing, as under Content-Transfer-Encoding: binhex. Runs make it up
   to 85 times longer, at most WARDEN_ARCHIVE_MEMBER_MAX. */
bool warden_decode_binhex(const guint8 *data, gsize size, bool without_comment,
			  gsize *at, struct warden_embedded *file_r);

/* What of these has a mark of its own and is found anywhere in a text. */
typedef bool warden_decode_next_t(const guint8 *data, gsize size, gsize *at,
				  struct warden_embedded *file_r);
bool warden_decode_marked_uu(const guint8 *data, gsize size, gsize *at,
			     struct warden_embedded *file_r);
bool warden_decode_marked_binhex(const guint8 *data, gsize size, gsize *at,
				 struct warden_embedded *file_r);

#endif
