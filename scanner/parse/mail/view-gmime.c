#include "warden-config.h"

#include "../stream.h"
#include "view.h"

#include "../../facts/limits.h"

#include <gmime/gmime.h>

struct walk {
	struct warden_charsets *charsets;
	struct warden_view *view;
	guint depth;
};

static void walk_object(struct walk *walk, GMimeObject *object,
			const char *path, bool is_root);

/* GMime's own header list, as a block for our parser: it has names and
   encodings that GMime's accessors do not give. */
static void read_content(struct walk *walk, GMimeObject *object,
			 struct warden_content *content)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(object);
	int i, count = g_mime_header_list_get_count(list);
	GString *block = g_string_new(NULL);
	struct warden_header header;
	GMimeContentType *type = g_mime_object_get_content_type(object);

	for (i = 0; i < count && i < (int)WARDEN_HEADER_FIELDS_MAX; i++) {
		GMimeHeader *field = g_mime_header_list_get_header_at(list, i);
		const char *name = g_mime_header_get_name(field);
		const char *value = g_mime_header_get_raw_value(field);

		if (name != NULL && value != NULL &&
		    g_ascii_strncasecmp(name, "content-", 8) == 0)
			g_string_append_printf(block, "%s:%s\n", name, value);
	}
	warden_header_parse((const guint8 *)block->str, 0, block->len,
			    WARDEN_HEADER_STRICT, &header);
	warden_content_read(walk->charsets, &header, WARDEN_READING_LAST,
			    content);
	warden_header_clear(&header);
	g_string_free(block, TRUE);
	if (type != NULL && content->type[0] != '\0') {
		g_autofree char *name = g_mime_content_type_get_mime_type(type);

		g_free(content->type);
		content->type = g_ascii_strdown(name, -1);
	}
}

static void add_leaf(struct walk *walk, GMimePart *part, const char *path)
{
	GMimeDataWrapper *wrapper = g_mime_part_get_content(part);
	GMimeStream *stream = wrapper == NULL ? NULL :
		g_mime_data_wrapper_get_stream(wrapper);
	struct warden_entity *entity;
	gsize start, end;

	if (stream == NULL || !warden_stream_range(stream, &start, &end) ||
	    walk->view->entities->len >= WARDEN_PARTS_MAX)
		return;
	entity = warden_view_add(walk->view, path);
	entity->body = start;
	entity->end = end;
	read_content(walk, GMIME_OBJECT(part), &entity->content);
}

static void
walk_multipart(struct walk *walk, GMimeMultipart *multipart, const char *path)
{
	int i, count = g_mime_multipart_get_count(multipart);

	for (i = 0; i < count; i++) {
		g_autofree char *child = *path == '\0' ?
			g_strdup_printf("%d", i + 1) :
			g_strdup_printf("%s.%d", path, i + 1);

		walk_object(walk, g_mime_multipart_get_part(multipart, i),
			    child, FALSE);
	}
}

static void walk_object(struct walk *walk, GMimeObject *object,
			const char *path, bool is_root)
{
	g_autofree char *first = NULL;

	if (object == NULL || walk->depth > WARDEN_MIME_DEPTH_MAX)
		return;
	walk->depth++;
	if (GMIME_IS_MULTIPART(object)) {
		walk_multipart(walk, GMIME_MULTIPART(object), path);
		walk->depth--;
		return;
	}
	if (is_root) {
		first = *path == '\0' ? g_strdup("1") :
			g_strconcat(path, ".1", NULL);
		path = first;
	}
	if (GMIME_IS_MESSAGE_PART(object)) {
		GMimeMessage *message = g_mime_message_part_get_message(
			GMIME_MESSAGE_PART(object));

		if (message != NULL)
			walk_object(walk, g_mime_message_get_mime_part(message),
				    path, TRUE);
	} else if (GMIME_IS_PART(object)) {
		add_leaf(walk, GMIME_PART(object), path);
	}
	walk->depth--;
}

void warden_view_gmime(struct warden_charsets *charsets, const guint8 *data,
		       gsize size, struct warden_view *view_r)
{
	struct walk walk = { charsets, view_r, 0 };
	GMimeStream *stream = warden_stream_new(data, size);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);

	warden_view_init(view_r);
	if (message != NULL) {
		walk_object(&walk, g_mime_message_get_mime_part(message), "",
			    TRUE);
		g_object_unref(message);
	}
	g_object_unref(parser);
	g_object_unref(stream);
}
