#ifndef WARDEN_PARSE_RTF_H
#define WARDEN_PARSE_RTF_H

/* Rich Text (RTF 1.9.1): objects, pictures, fields, links and templates.

   Read as the word processor reads it, which takes nearly anything: a linear
   pass, groups on a bounded stack, no recursion. Objects are written in
   hexadecimal, and attackers put groups, control words, "\'" escapes and
   binary pieces between the digits; where readers differ the other reading is
   kept as well. */

#include "../office/office-notes.h"

#define WARDEN_RTF_OBJECTS_MAX 500u
#define WARDEN_RTF_PICTURES_MAX 1000u

enum warden_rtf_kind {
	WARDEN_RTF_EMBEDDED = 0,
	WARDEN_RTF_LINKED,
	WARDEN_RTF_CONTROL,	/* \objocx: ActiveX */
};

struct warden_rtf_object {
	enum warden_rtf_kind kind;
	bool updates;		/* \objupdate: loaded when opened */
	/* what honest programs never put between the digits */
	bool obfuscated;
	char *class_name;	/* as written; NULL if not */
	GByteArray *data;
	GByteArray *loose;	/* with the digits that Word skips, or NULL */
};

struct warden_rtf_picture {
	const char *type;	/* "image/png", "" if not known; static */
	GByteArray *data;
};

struct warden_rtf {
	struct warden_office_notes notes;
	GPtrArray *objects;	/* struct warden_rtf_object */
	GPtrArray *pictures;	/* struct warden_rtf_picture */
	GString *text;		/* the body, at most WARDEN_TEXT_MAX */
	/* \fromhtml (MS-OXRTFEX): the page it was made of */
	GString *html;
	bool has_html;
	bool damaged;		/* bytes are missing */
	bool truncated;		/* more objects or pictures than that */
};

/* All members together are never longer than twice size. Free with
   warden_rtf_clear(). */
void warden_rtf_parse(const guint8 *data, gsize size,
		      struct warden_rtf *rtf_r);
void warden_rtf_clear(struct warden_rtf *rtf);

#endif
