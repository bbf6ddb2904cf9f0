#ifndef WARDEN_PARSE_CONTENT_H
#define WARDEN_PARSE_CONTENT_H

/* What the Content- fields of one header block say of the body behind it.
   Where a field or parameter stands twice, clients differ in which one they
   take: a reading takes the first or the last. */

#include "../text/charset.h"
#include "header.h"
#include "names.h"

enum warden_encoding {
	WARDEN_ENCODING_IDENTITY	= 1 << 0,
	WARDEN_ENCODING_BASE64		= 1 << 1,
	WARDEN_ENCODING_QP		= 1 << 2,
	WARDEN_ENCODING_UU		= 1 << 3,
	WARDEN_ENCODING_YENC		= 1 << 4,
	WARDEN_ENCODING_BINHEX		= 1 << 5,
};

enum warden_content_reading {
	WARDEN_READING_FIRST = 0,
	WARDEN_READING_LAST,
};

struct warden_content {
	char *type;		/* lower case "type/subtype"; "" if none */
	/* char*: of a multipart, the one that RFC 2046 says first, then what
	   else some client may take for it. */
	GPtrArray *boundaries;
	char *charset;		/* "" if none */
	bool delsp;		/* of text that flows (RFC 3676 4.2) */
	char *encoding;		/* as declared, lower case; "" if none */
	guint32 encodings;	/* enum warden_encoding: all that it may mean,
				   at least one bit */
	struct warden_names names;
	bool attachment, is_inline;
	struct warden_trait_set traits;
};

void warden_content_read(struct warden_charsets *charsets,
			 const struct warden_header *header,
			 enum warden_content_reading reading,
			 struct warden_content *content_r);
void warden_content_clear(struct warden_content *content);

bool warden_content_is_multipart(const struct warden_content *content);
/* message/rfc822 and its like (RFC 6532 global, news). */
bool warden_content_is_message(const struct warden_content *content);
bool warden_type_is_message(const char *type);

#endif
