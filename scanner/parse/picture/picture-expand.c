#include "warden-config.h"

#include "../text/charset.h"
#include "picture-codes.h"
#include "../queue.h"
#include "../text/urls.h"

#include <string.h>

/* What is told of a code that is no link. */
#define SHOWN_MAX 80

struct look {
	struct warden_queue *queue;
	GPtrArray *codes;
	bool unfinished;
};

/* --- what a code says ------------------------------------------------------------- */

/* "example.com/page": telephones take it for a link. */
static bool is_bare_host(const char *text)
{
	gsize host = strspn(text, "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");
	const char *dot;
	gsize i;

	for (i = host; text[i] != '\0'; i++) {
		if (g_ascii_isspace(text[i]))
			return FALSE;
	}
	if (host == 0 || host > 253 ||
	    (text[host] != '\0' && strchr("/?#", text[host]) == NULL))
		return FALSE;
	g_autofree char *name = g_strndup(text, host);
	dot = strrchr(name, '.');
	return dot != NULL && dot > name && strlen(dot) > 2 &&
	       g_ascii_isalpha(dot[1]);
}

static void add_link(struct warden_queue *queue, const char *path,
		     const char *url, gsize size)
{
	g_autofree char *full = NULL;

	if (memchr(url, ':', size) == NULL ||
	    g_ascii_strncasecmp(url, "www.", MIN(size, 4)) == 0) {
		full = g_strdup_printf("http://%.*s", (int)size, url);
		url = full;
		size = strlen(full);
	}
	warden_queue_url(queue, path, url, size, NULL, "", "qr");
}

/* Contact cards and bookmarks ("MEBKM:URL:http\://…") carry links amid other
   text, and some escape what is special there. */
static void add_links(struct warden_queue *queue, const char *path,
		      const char *text)
{
	g_autofree char *plain = g_strdup(text);
	struct warden_url_iter iter;
	gsize start, end;
	char *to = plain;
	const char *p;

	if (is_bare_host(text)) {
		add_link(queue, path, text, strlen(text));
		return;
	}
	for (p = text; *p != '\0'; p++) {
		if (*p != '\\' || (p[1] != ':' && p[1] != ';' && p[1] != ','))
			*to++ = *p;
	}
	*to = '\0';
	warden_url_iter_init(&iter, plain, to - plain);
	while (warden_url_iter_next(&iter, &start, &end))
		add_link(queue, path, plain + start, end - start);
}

void warden_picture_add_codes(struct warden_queue *queue, const char *path,
			      const GPtrArray *codes)
{
	guint i;

	for (i = 0; i < codes->len; i++) {
		gsize size;
		const guint8 *data = g_bytes_get_data(codes->pdata[i], &size);
		GString *text = warden_charset_decode(
			warden_queue_parser(queue)->charsets, NULL, data,
			size, 3 * WARDEN_PICTURE_CODE_SIZE_MAX, NULL);
		g_autofree char *shown = warden_facts_sanitise(
			text->str, text->len, SHOWN_MAX, FALSE);

		warden_queue_trait(queue, WARDEN_TRAIT_IMAGE_CODE, path,
				   shown);
		add_links(queue, path, g_strstrip(text->str));
		g_string_free(text, TRUE);
	}
}

/* --- pictures ---------------------------------------------------------------------- */

static void see(const struct warden_picture *picture, void *context)
{
	struct look *look = context;

	if (!warden_picture_codes(picture, warden_queue_effort(look->queue),
				  look->codes))
		look->unfinished = TRUE;
}

void warden_picture_look(struct warden_queue *queue, const char *path,
			 const guint8 *data, gsize size)
{
	struct look look = { .queue = queue };
	guint width, height;

	switch (warden_picture_size(data, size, &width, &height)) {
	case WARDEN_PICTURE_LARGE:
		warden_queue_unscanned(queue, path, "size");
		return;
	case WARDEN_PICTURE_READ:
		break;
	default:
		return;
	}
	if (!warden_queue_spend_picture(queue, path, (guint64)width * height))
		return;
	look.codes = warden_picture_codes_new();
	(void)warden_picture_read(data, size, see, &look);
	warden_picture_add_codes(queue, path, look.codes);
	if (look.unfinished)
		warden_queue_limit(queue, WARDEN_TRAIT_LIMIT_PICTURES, path,
				   "time");
	g_ptr_array_unref(look.codes);
}

void warden_picture_expand(struct warden_queue *queue,
			   const struct warden_container *container)
{
	gsize size;
	const guint8 *data = g_bytes_get_data(container->bytes, &size);

	warden_picture_look(queue, container->part->path, data, size);
}
