#include "warden-config.h"

#include "office.h"
#include "office-crypt.h"
#include "office-target.h"
#include "ole1.h"
#include "../macro/xlm.h"

#include <string.h>

/* Workbooks of Excel 5 to 2003: their macros, links and password. */

#define LINKS_MAX 2000u

/* --- passwords ----------------------------------------------------------- */

static GBytes *decrypt(struct warden_office *office, GBytes *bytes,
		       const char **password_r)
{
	const GPtrArray *passwords = warden_queue_passwords(office->queue);
	gsize size;
	const guint8 *data = g_bytes_get_data(bytes, &size);
	GBytes *clear;
	guint i;

	if (!warden_queue_spend(office->queue, office->path, size))
		return NULL;
	*password_r = WARDEN_OFFICE_DEFAULT_PASSWORD;
	clear = warden_book_decrypt(data, size, *password_r);
	for (i = 0; clear == NULL && i < passwords->len; i++) {
		*password_r = g_ptr_array_index(passwords, i);
		clear = warden_book_decrypt(data, size, *password_r);
	}
	return clear;
}

/* Takes the bytes; NULL if they stay encrypted. */
static GBytes *open_book(struct warden_office *office, GBytes *bytes)
{
	gsize size;
	const guint8 *data = g_bytes_get_data(bytes, &size);
	const char *password;
	GBytes *clear;

	if (!warden_book_is_encrypted(data, size))
		return bytes;
	clear = decrypt(office, bytes, &password);
	g_bytes_unref(bytes);
	if (clear == NULL) {
		warden_office_encrypted(office);
		return NULL;
	}
	warden_office_note(&office->notes,
			   strcmp(password,
				  WARDEN_OFFICE_DEFAULT_PASSWORD) == 0 ?
			   WARDEN_TRAIT_OFFICE_DEFAULT_PASSWORD :
			   WARDEN_TRAIT_OFFICE_PASSWORD, "");
	return clear;
}

/* --- macros -------------------------------------------------------------- */

static void take_macros(struct warden_office *office, guint index,
			const struct warden_xlm *xlm)
{
	struct warden_office_notes *notes = &office->notes;
	struct warden_office_member member = {
		.entry = index, .name = "", .declared_type = "text/x-xlm",
		.charset = "utf-8",
	};
	g_autoptr(GBytes) text = g_bytes_new(xlm->formulas->str,
					     xlm->formulas->len);

	if (xlm->sheets == 0 && xlm->formulas->len == 0)
		return;
	warden_office_note(notes, WARDEN_TRAIT_OFFICE_XLM, "");
	if (xlm->hidden > 0)
		warden_office_note(notes, WARDEN_TRAIT_OFFICE_XLM_HIDDEN, "");
	if (xlm->autorun)
		warden_office_note(notes, WARDEN_TRAIT_OFFICE_XLM_AUTORUN,
				   xlm->names->str);
	warden_xlm_judge(xlm->formulas->str, notes);
	if (xlm->truncated)
		warden_queue_limit(office->queue, WARDEN_TRAIT_LIMIT_TEXT,
				   office->path, "size");
	if (xlm->formulas->len > 0 &&
	    warden_queue_spend(office->queue, office->path,
			       xlm->formulas->len))
		(void)warden_office_add(office, &member, text);
}

/* --- links --------------------------------------------------------------- */

/* "program", a control character, "topic"; or a path in which such characters
   stand for volumes and folders. */
static void take_link(struct warden_office *office, char *link)
{
	char *separator = strchr(link, 3);
	char *url = strstr(link, "://"), *p;

	if (separator != NULL && *link != 1 && url == NULL) {
		*separator = '\0';
		warden_target_note_dde(&office->notes, link, separator + 1);
		return;
	}
	if (url != NULL) {
		while (url > link && g_ascii_isalpha(url[-1]))
			url--;
		link = url;
	}
	for (p = link; *p != '\0'; p++) {
		if ((guint8)*p < 0x20)
			*p = '/';
	}
	warden_target_note(&office->notes, WARDEN_USE_DATA, link, "");
}

static void take_links(struct warden_office *office,
		       const struct warden_xlm *xlm)
{
	g_auto(GStrv) links = g_strsplit(xlm->links->str, "\n", 0);
	guint i;

	for (i = 0; links[i] != NULL; i++) {
		if (*links[i] != '\0')
			take_link(office, links[i]);
	}
}

/* What cells lead to when they are clicked. */
static void take_hyperlinks(struct warden_office *office, const guint8 *data,
			    gsize size)
{
	gsize at = 0;
	guint i;

	for (i = 0; i < LINKS_MAX; i++) {
		g_autofree char *target = warden_ole1_next_moniker(data, size,
								   &at);

		if (target == NULL)
			break;
		warden_target_note(&office->notes, WARDEN_USE_LINK, target,
				   "");
	}
}

/* --- the whole ----------------------------------------------------------- */

void warden_office_look_book(struct warden_office *office, guint index)
{
	GBytes *bytes = warden_office_read(office, index);
	struct warden_xlm xlm;
	gsize size;
	const guint8 *data;

	if (bytes == NULL || (bytes = open_book(office, bytes)) == NULL)
		return;
	data = g_bytes_get_data(bytes, &size);
	warden_xlm_read(data, size, &xlm);
	take_macros(office, index, &xlm);
	take_links(office, &xlm);
	take_hyperlinks(office, data, size);
	warden_office_look_drawings(office, index, data, size);
	warden_xlm_clear(&xlm);
	g_bytes_unref(bytes);
}
