#ifndef WARDEN_PARSE_BIFF_H
#define WARDEN_PARSE_BIFF_H

/* Records of Excel's binary workbooks (MS-XLS 2.1.4) and the texts in them. */

#include <glib.h>
#include <stdbool.h>

#define WARDEN_BIFF_RECORD_HEADER 4u
/* Of the table of shared texts. */
#define WARDEN_BIFF_STRINGS_MAX 200000u
#define WARDEN_BIFF_STRINGS_SIZE_MAX (4u * 1024 * 1024)

enum warden_biff_kind {
	WARDEN_BIFF_FORMULA = 0x0006,
	WARDEN_BIFF_EOF = 0x000a,
	WARDEN_BIFF_NAME = 0x0018,
	WARDEN_BIFF_FILE_PASS = 0x002f,
	WARDEN_BIFF_CONTINUE = 0x003c,
	WARDEN_BIFF_SHEET = 0x0085,
	WARDEN_BIFF_STRINGS = 0x00fc,
	WARDEN_BIFF_LABEL_SHARED = 0x00fd,
	WARDEN_BIFF_BOOK = 0x01ae,	/* another workbook, or DDE */
	WARDEN_BIFF_LABEL = 0x0204,
	WARDEN_BIFF_STRING = 0x0207,	/* a formula's result */
	WARDEN_BIFF_BOF = 0x0809,
};

struct warden_biff {
	const guint8 *data;
	gsize size, at;
};

struct warden_biff_record {
	guint kind;
	const guint8 *data;
	gsize size;		/* may be cut by the end of the stream */
	gsize start;		/* of its header */
};

/* FALSE: no more. */
bool warden_biff_next(struct warden_biff *biff,
		      struct warden_biff_record *record_r);

guint16 warden_biff_u16(const guint8 *data);
guint32 warden_biff_u32(const guint8 *data);

/* count characters at data; wide: two bytes each. UTF-8, never NULL, owned by
   the caller; shorter if data are. */
char *warden_biff_text(const guint8 *data, gsize size, gsize count, bool wide);

/* The texts that cells refer to by number: char *, owned by the array. record:
   the first one; biff stands behind it and is moved over what continues it. */
GPtrArray *warden_biff_strings(struct warden_biff *biff,
			       const struct warden_biff_record *record);

#endif
