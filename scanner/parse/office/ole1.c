#include "warden-config.h"

#include "ole1.h"

#include <string.h>

struct cursor {
	const guint8 *data;
	gsize size, at;
};

static bool take_number(struct cursor *cursor, guint bytes, guint32 *value_r)
{
	guint i;

	if (cursor->size - cursor->at < bytes)
		return FALSE;
	*value_r = 0;
	for (i = 0; i < bytes; i++)
		*value_r |= (guint32)cursor->data[cursor->at++] << (8 * i);
	return TRUE;
}

/* LengthPrefixedAnsiString (2.1.4): the length counts the NUL. */
static bool take_counted(struct cursor *cursor, char **text_r)
{
	guint32 length;

	if (!take_number(cursor, 4, &length) ||
	    length > WARDEN_OLE1_TEXT_MAX ||
	    cursor->size - cursor->at < length)
		return FALSE;
	*text_r = g_strndup((const char *)cursor->data + cursor->at, length);
	cursor->at += length;
	return TRUE;
}

void warden_ole1_clear(struct warden_ole1 *ole1)
{
	g_clear_pointer(&ole1->class_name, g_free);
	g_clear_pointer(&ole1->topic, g_free);
}

static bool take_object(struct cursor *cursor, struct warden_ole1 *ole1)
{
	g_autofree char *item = NULL;
	guint32 version, format, size;

	if (!take_number(cursor, 4, &version) ||
	    !take_number(cursor, 4, &format) || (format & 3) == 0 ||
	    (format & 0xffff) > 5 ||
	    !take_counted(cursor, &ole1->class_name))
		return FALSE;
	ole1->linked = (format & 0xffff) == 1;
	if (!take_counted(cursor, &ole1->topic) ||
	    !take_counted(cursor, &item))
		return FALSE;
	if (ole1->linked)
		return TRUE;
	if (!take_number(cursor, 4, &size))
		return FALSE;
	ole1->start = cursor->at;
	ole1->size = MIN(size, cursor->size - cursor->at);
	return TRUE;
}

bool warden_ole1_read(const guint8 *data, gsize size,
		      struct warden_ole1 *ole1_r)
{
	struct cursor cursor = { .data = data, .size = size };

	memset(ole1_r, 0, sizeof(*ole1_r));
	if (take_object(&cursor, ole1_r))
		return TRUE;
	warden_ole1_clear(ole1_r);
	return FALSE;
}

/* --- packages ----------------------------------------------------------- */

void warden_ole1_package_clear(struct warden_ole1_package *package)
{
	g_clear_pointer(&package->label, g_free);
	g_clear_pointer(&package->path, g_free);
}

static bool take_text(struct cursor *cursor, char **text_r)
{
	const guint8 *start = cursor->data + cursor->at;
	gsize left = cursor->size - cursor->at;
	const guint8 *end = memchr(start, '\0', MIN(left,
						    WARDEN_OLE1_TEXT_MAX));

	if (end == NULL)
		return FALSE;
	*text_r = g_strndup((const char *)start, end - start);
	cursor->at += end - start + 1;
	return TRUE;
}

/* signature 2, label, path, 0, kind (3: embedded, 1: linked), length and text
   of the path that it was copied from, length and bytes of the file */
static bool take_package(struct cursor *cursor,
			 struct warden_ole1_package *package)
{
	guint32 signature, zero, kind, length, size;

	if (!take_number(cursor, 2, &signature) || signature != 2 ||
	    !take_text(cursor, &package->label) ||
	    !take_text(cursor, &package->path) ||
	    !take_number(cursor, 2, &zero) || !take_number(cursor, 2, &kind))
		return FALSE;
	if (kind == 1) {
		package->linked = TRUE;
		return TRUE;
	}
	if (kind != 3 || !take_number(cursor, 4, &length) ||
	    cursor->size - cursor->at < length)
		return FALSE;
	cursor->at += length;
	if (!take_number(cursor, 4, &size))
		return FALSE;
	package->start = cursor->at;
	package->size = MIN(size, cursor->size - cursor->at);
	return TRUE;
}

bool warden_ole1_package_read(const guint8 *data, gsize size,
			      struct warden_ole1_package *package_r)
{
	struct cursor cursor = { .data = data, .size = size };

	memset(package_r, 0, sizeof(*package_r));
	if (take_package(&cursor, package_r))
		return TRUE;
	warden_ole1_package_clear(package_r);
	return FALSE;
}

/* --- monikers ----------------------------------------------------------- */

enum moniker {
	MONIKER_URL = 0,	/* length in bytes, UTF-16LE */
	MONIKER_FILE,		/* parents, length, code page text */
	MONIKER_SOAP,		/* "wsdl=http://…", UTF-16LE, some way on */
};

#define CLASS_SIZE 16
/* Where a SOAP moniker's text begins at the latest. */
#define SOAP_MAX 256

static const guint8 monikers[][CLASS_SIZE] = {
	[MONIKER_URL] = { 0xe0, 0xc9, 0xea, 0x79, 0xf9, 0xba, 0xce, 0x11,
			  0x8c, 0x82, 0x00, 0xaa, 0x00, 0x4b, 0xa9, 0x0b },
	[MONIKER_FILE] = { 0x03, 0x03, 0, 0, 0, 0, 0, 0,
			   0xc0, 0, 0, 0, 0, 0, 0, 0x46 },
	[MONIKER_SOAP] = { 0xc7, 0xb0, 0xab, 0xec, 0x19, 0x7f, 0xd2, 0x11,
			   0x97, 0x8e, 0x00, 0x00, 0xf8, 0x75, 0x7e, 0x2a },
};

static char *wide_text(struct cursor *cursor, gsize size)
{
	GString *out = g_string_new(NULL);
	gsize i;

	size = MIN(size, MIN(cursor->size - cursor->at,
			     2 * WARDEN_OLE1_TEXT_MAX));
	for (i = 0; i + 2 <= size; i += 2) {
		gunichar c = cursor->data[cursor->at + i] |
			cursor->data[cursor->at + i + 1] << 8;

		if (c == 0)
			break;
		if (c < 0xd800 || c > 0xdfff)
			g_string_append_unichar(out, c);
	}
	cursor->at += size;
	return g_string_free(out, FALSE);
}

/* Named as a scheme, which is what it does (CVE-2017-8759). */
static char *take_soap(struct cursor *cursor)
{
	const guint8 *start = cursor->data + cursor->at;
	const guint8 *found = memmem(start, MIN(SOAP_MAX, cursor->size -
						cursor->at),
				     "h\0t\0t\0p\0", 8);
	g_autofree char *text = NULL;

	if (found == NULL)
		return NULL;
	cursor->at += found - start;
	text = wide_text(cursor, 2 * WARDEN_OLE1_TEXT_MAX);
	return g_strconcat("soap:", text, NULL);
}

static char *take_moniker(struct cursor *cursor, enum moniker moniker)
{
	guint32 parents, length;
	char *text = NULL;

	if (moniker == MONIKER_SOAP)
		return take_soap(cursor);

	if (moniker == MONIKER_FILE) {
		if (!take_number(cursor, 2, &parents) ||
		    !take_counted(cursor, &text))
			return NULL;
		return text;
	}
	if (!take_number(cursor, 4, &length) || length < 4)
		return NULL;
	return wide_text(cursor, length);
}

static bool find_moniker(struct cursor *cursor, enum moniker *moniker_r)
{
	/* all classes differ in their first byte, so that one pass does */
	for (; cursor->size - cursor->at >= CLASS_SIZE; cursor->at++) {
		const guint8 *p = cursor->data + cursor->at;
		gsize i;

		for (i = 0; i < G_N_ELEMENTS(monikers); i++) {
			if (*p == monikers[i][0] &&
			    memcmp(p, monikers[i], CLASS_SIZE) == 0) {
				cursor->at += CLASS_SIZE;
				*moniker_r = i;
				return TRUE;
			}
		}
	}
	return FALSE;
}

char *warden_ole1_next_moniker(const guint8 *data, gsize size, gsize *at)
{
	struct cursor cursor = { .data = data, .size = size, .at = *at };
	enum moniker moniker;
	char *text = NULL;

	while (text == NULL && find_moniker(&cursor, &moniker)) {
		text = take_moniker(&cursor, moniker);
		if (text != NULL && *text == '\0')
			g_clear_pointer(&text, g_free);
	}
	*at = cursor.at;
	return text;
}

/* --- classes ------------------------------------------------------------ */

/* Controls and helpers that documents carry to be attacked through them, or to
   show a page of somebody else's. */
bool warden_ole1_class_is_risky(const char *class_name)
{
	static const char *const classes[] = {
		"otkloadr", "MSComctlLib.", "COMCTL.", "MSCAL.", "TabStrip",
		"Shell.Explorer", "htmlfile", "ScriptletFile", "scriptlet",
		"OLE2Link", "WScript", "ShellLink",
		/* Shell.Explorer's number */
		"{8856F961-340A-11D0-A96B-00C04FD705A2}",
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(classes); i++) {
		if (g_ascii_strncasecmp(class_name, classes[i],
					strlen(classes[i])) == 0)
			return TRUE;
	}
	return FALSE;
}
