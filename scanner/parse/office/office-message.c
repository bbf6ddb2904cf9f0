#include "warden-config.h"

#include "office.h"
#include "../document/rtf-compressed.h"

#include <string.h>

/* Outlook messages (MS-OXMSG): a storage with a stream for each property that
   has no fixed size, and a storage for each attachment. Messages that are
   attached are such storages again. */

#define NAME_MAX_SIZE 1024u

enum property {
	PROPERTY_SUBJECT = 0x0037,
	PROPERTY_SENDER_NAME = 0x0c1a,
	PROPERTY_SENDER_ADDRESS = 0x0c1f,
	PROPERTY_BODY = 0x1000,
	PROPERTY_RTF = 0x1009,
	PROPERTY_HTML = 0x1013,
	PROPERTY_DISPLAY_NAME = 0x3001,
	PROPERTY_DATA = 0x3701,
	PROPERTY_SHORT_NAME = 0x3704,
	PROPERTY_LONG_NAME = 0x3707,
	PROPERTY_MIME_TYPE = 0x370e,
	PROPERTY_SENDER_SMTP = 0x5d01,
};

enum type {
	TYPE_TEXT = 0x001e,	/* of some code page */
	TYPE_WIDE = 0x001f,
	TYPE_BINARY = 0x0102,
};

bool warden_office_is_message(const struct warden_office *office,
			      guint storage)
{
	return warden_ole_find(office->ole, storage,
			       "__properties_version1.0") > 0;
}

static guint find_property(const struct warden_office *office, guint storage,
			   enum property property, enum type type)
{
	char name[32];

	g_snprintf(name, sizeof(name), "__substg1.0_%04X%04X", property,
		   type);
	return warden_ole_find(office->ole, storage, name);
}

/* --- texts --------------------------------------------------------------- */

static char *to_utf8(struct warden_office *office, GBytes *bytes, bool wide,
		     gsize max)
{
	gsize size;
	const guint8 *data = g_bytes_get_data(bytes, &size);
	GString *text;
	char *utf8;

	if (wide) {
		utf8 = g_convert_with_fallback(
			(const char *)data, MIN(size, max) & ~(gsize)1,
			"UTF-8", "UTF-16LE", "?", NULL, NULL, NULL);
		return utf8 == NULL ? g_strdup("") : utf8;
	}
	text = warden_charset_decode(
		warden_queue_parser(office->queue)->charsets, NULL, data,
		MIN(size, max), max, NULL);
	return g_string_free(text, FALSE);
}

/* A text property, UTF-8; "" if there is none. Owned by the caller. */
static char *get_text(struct warden_office *office, guint storage,
		      enum property property, gsize max)
{
	guint wide = find_property(office, storage, property, TYPE_WIDE);
	guint entry = wide > 0 ? wide :
		find_property(office, storage, property, TYPE_TEXT);
	g_autoptr(GBytes) bytes = entry == 0 ? NULL :
		warden_office_read(office, entry);

	return bytes == NULL ? g_strdup("") :
		to_utf8(office, bytes, wide > 0, max);
}

/* --- the message --------------------------------------------------------- */

static void add(struct warden_office *office, guint entry, const char *path,
		const char *type, const char *charset, GBytes *bytes)
{
	struct warden_office_member member = {
		.entry = entry, .name = "", .path = path,
		.declared_type = type, .charset = charset,
	};

	if (g_bytes_get_size(bytes) > 0)
		(void)warden_office_add(office, &member, bytes);
}

/* Who it claims to be from, and what about: texts like others. */
static void add_header(struct warden_office *office, guint storage)
{
	g_autofree char *subject = get_text(office, storage, PROPERTY_SUBJECT,
					    NAME_MAX_SIZE);
	g_autofree char *name = get_text(office, storage,
					 PROPERTY_SENDER_NAME, NAME_MAX_SIZE);
	g_autofree char *smtp = get_text(office, storage,
					 PROPERTY_SENDER_SMTP, NAME_MAX_SIZE);
	g_autofree char *address = *smtp != '\0' ? g_strdup(smtp) :
		get_text(office, storage, PROPERTY_SENDER_ADDRESS,
			 NAME_MAX_SIZE);
	char *text = g_strdup_printf("From: %s <%s>\nSubject: %s\n", name,
				     address, subject);
	g_autoptr(GBytes) bytes = g_bytes_new_take(text, strlen(text));

	if (*subject != '\0' || *name != '\0' || *address != '\0')
		add(office, storage, "header", "text/plain", "utf-8", bytes);
}

static void add_text(struct warden_office *office, guint storage,
		     enum property property, const char *path,
		     const char *type)
{
	char *text = get_text(office, storage, property, WARDEN_TEXT_MAX);
	g_autoptr(GBytes) bytes = g_bytes_new_take(text, strlen(text));

	add(office, storage, path, type, "utf-8", bytes);
}

static void add_html(struct warden_office *office, guint storage)
{
	guint entry = find_property(office, storage, PROPERTY_HTML,
				    TYPE_BINARY);
	g_autoptr(GBytes) bytes = entry == 0 ? NULL :
		warden_office_read(office, entry);

	if (bytes != NULL)
		add(office, storage, "body.html", "text/html", "", bytes);
	else
		add_text(office, storage, PROPERTY_HTML, "body.html",
			 "text/html");
}

static void add_rtf(struct warden_office *office, guint storage)
{
	guint entry = find_property(office, storage, PROPERTY_RTF,
				    TYPE_BINARY);
	g_autoptr(GBytes) bytes = entry == 0 ? NULL :
		warden_office_read(office, entry);
	g_autoptr(GBytes) unpacked = NULL;
	gsize size;
	const guint8 *data;

	if (bytes == NULL)
		return;
	data = g_bytes_get_data(bytes, &size);
	unpacked = warden_rtf_compressed_read(office->queue, office->path,
					      data, size);
	if (unpacked != NULL)
		add(office, storage, "body.rtf", "text/rtf", "", unpacked);
}

/* --- attachments --------------------------------------------------------- */

static void add_attachment(struct warden_office *office, guint storage)
{
	guint entry = find_property(office, storage, PROPERTY_DATA,
				    TYPE_BINARY);
	g_autoptr(GBytes) bytes = entry == 0 ? NULL :
		warden_office_read(office, entry);
	g_autofree char *name = NULL, *other = NULL, *type = NULL;
	struct warden_office_member member = {
		.entry = storage, .path = "attachment", .charset = "",
	};

	/* an attached message or object is a storage: it has its own turn */
	if (bytes == NULL)
		return;
	name = get_text(office, storage, PROPERTY_LONG_NAME, NAME_MAX_SIZE);
	other = get_text(office, storage, PROPERTY_SHORT_NAME, NAME_MAX_SIZE);
	if (*name == '\0' && *other == '\0') {
		g_free(other);
		other = get_text(office, storage, PROPERTY_DISPLAY_NAME,
				 NAME_MAX_SIZE);
	}
	type = get_text(office, storage, PROPERTY_MIME_TYPE, NAME_MAX_SIZE);
	member.name = *name != '\0' ? name : other;
	member.declared_type = type;
	(void)warden_office_add(office, &member, bytes);
}

void warden_office_look_message(struct warden_office *office, guint storage)
{
	const char *name = warden_ole_entry(office->ole, storage)->name;

	if (g_str_has_prefix(name, "__attach_version1.0")) {
		add_attachment(office, storage);
	} else if (!g_str_has_prefix(name, "__recip_version1.0")) {
		add_header(office, storage);
		add_text(office, storage, PROPERTY_BODY, "body.txt",
			 "text/plain");
		add_html(office, storage);
		add_rtf(office, storage);
	}
}
