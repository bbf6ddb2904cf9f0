#include "warden-config.h"

#include "mail.h"
#include "params.h"

#include <stdlib.h>
#include <string.h>

/* message/partial and message/external-body (RFC 2046 5.2.2, 5.2.3; RFC 2017):
   content that is elsewhere. Pieces that are all in this message are put
   together; where a body is to be fetched from becomes a link. */

#define PIECES_MAX 100u

struct fragment {
	const struct warden_entity *entity;
	char *id;
	guint number, total;
};

static void fragment_clear(void *data)
{
	struct fragment *fragment = data;

	g_free(fragment->id);
}

/* The parameters of the entity's Content-Type. FALSE if it has none. */
static bool read_params(const struct warden_mail *mail,
			const struct warden_entity *entity,
			struct warden_params *params)
{
	struct warden_header header;
	g_autofree char *value = NULL;

	warden_header_parse(mail->data, entity->header, entity->header_end,
			    WARDEN_HEADER_LENIENT, &header);
	value = warden_header_get(&header, "content-type");
	warden_header_clear(&header);
	if (value == NULL)
		return FALSE;
	warden_params_parse(value, params);
	return TRUE;
}

static const char *find(const struct warden_params *params, const char *name)
{
	const struct warden_param *param =
		warden_params_find(params, name, FALSE);

	return param == NULL ? "" : param->value;
}

/* --- pieces ---------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	const struct fragment *first = a, *second = b;
	int by_id = strcmp(first->id, second->id);

	if (by_id != 0)
		return by_id;
	return first->number < second->number ? -1 :
		first->number > second->number;
}

static GArray *collect(const struct warden_mail *mail,
		       const struct warden_view *view)
{
	GArray *fragments = g_array_new(FALSE, FALSE, sizeof(struct fragment));
	guint i;

	g_array_set_clear_func(fragments, fragment_clear);
	for (i = 0; i < view->entities->len && fragments->len < PIECES_MAX;
	     i++) {
		struct fragment fragment = {
			.entity = g_ptr_array_index(view->entities, i),
		};
		struct warden_params params;

		if (strcmp(fragment.entity->content.type,
			   "message/partial") != 0 ||
		    !read_params(mail, fragment.entity, &params))
			continue;
		fragment.id = g_strdup(find(&params, "id"));
		fragment.number = strtoul(find(&params, "number"), NULL, 10);
		fragment.total = strtoul(find(&params, "total"), NULL, 10);
		warden_params_clear(&params);
		g_array_append_val(fragments, fragment);
	}
	g_array_sort(fragments, compare);
	return fragments;
}

/* Numbers one to total of one id, from first on. Returns how many pieces,
   0 if any is missing. */
static guint count_whole(const GArray *fragments, guint first)
{
	const struct fragment *start = &g_array_index(
		fragments, struct fragment, first);
	guint i, total = 0;

	for (i = first; i < fragments->len; i++) {
		const struct fragment *fragment = &g_array_index(
			fragments, struct fragment, i);

		if (strcmp(fragment->id, start->id) != 0)
			break;
		if (fragment->number != i - first + 1)
			return 0;
		/* only the last one has to say how many there are */
		if (fragment->total != 0)
			total = fragment->total;
	}
	return total == i - first ? total : 0;
}

static void join(struct warden_mail *mail, const GArray *fragments,
		 guint first, guint count)
{
	struct warden_found found = {
		.path = "partial", .declared_type = "message/rfc822",
		.encoding = "", .charset = "", .certain = TRUE,
	};
	GByteArray *whole = g_byte_array_new();
	g_autoptr(GBytes) bytes = NULL;
	guint i;

	for (i = first; i < first + count; i++) {
		const struct warden_entity *entity = g_array_index(
			fragments, struct fragment, i).entity;

		g_byte_array_append(whole, mail->data + entity->body,
				    entity->end - entity->body);
		/* the line end before the delimiter is the delimiter's */
		g_byte_array_append(whole, (const guint8 *)"\n", 1);
	}
	bytes = g_byte_array_free_to_bytes(whole);
	if (warden_queue_spend(mail->queue, "", g_bytes_get_size(bytes)))
		warden_mail_add_found(mail, &found, bytes);
}

static void take_fragments(struct warden_mail *mail,
			   const struct warden_view *view)
{
	GArray *fragments = collect(mail, view);
	guint i = 0;

	while (i < fragments->len) {
		guint count = count_whole(fragments, i);

		if (count > 0)
			join(mail, fragments, i, count);
		i += MAX(count, 1);
	}
	g_array_unref(fragments);
}

/* --- elsewhere ------------------------------------------------------------- */

/* RFC 2017: a URL may be folded, and white space is no part of it. */
static char *make_url(const struct warden_params *params)
{
	const char *url = find(params, "url"), *site = find(params, "site");
	GString *out = g_string_new(NULL);

	for (; *url != '\0'; url++) {
		if (!g_ascii_isspace(*url))
			g_string_append_c(out, *url);
	}
	if (out->len == 0 && *site != '\0')
		g_string_printf(out, "ftp://%s/%s%s%s", site,
				find(params, "directory"),
				*find(params, "directory") == '\0' ? "" : "/",
				find(params, "name"));
	return g_string_free(out, FALSE);
}

static void take_external(struct warden_mail *mail,
			  const struct warden_entity *entity)
{
	const struct warden_part *container = mail->container->part;
	g_autofree char *path = container == NULL ? g_strdup(entity->path) :
		g_strconcat(container->path, "/", entity->path, NULL);
	g_autofree char *url = NULL;
	struct warden_params params;

	if (!read_params(mail, entity, &params))
		return;
	url = make_url(&params);
	if (*url != '\0')
		warden_queue_url(mail->queue, path, url, strlen(url), NULL,
				 "", "header");
	warden_params_clear(&params);
}

void warden_mail_take_elsewhere(struct warden_mail *mail,
				const struct warden_view *view)
{
	guint i;

	take_fragments(mail, view);
	for (i = 0; i < view->entities->len; i++) {
		const struct warden_entity *entity =
			g_ptr_array_index(view->entities, i);

		if (strcmp(entity->content.type,
			   "message/external-body") == 0)
			take_external(mail, entity);
	}
}
