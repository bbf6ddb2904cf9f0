#include "warden-config.h"

#include "cli-feed.h"
#include "cli-output.h"

#include <string.h>

void cli_feed_add_kinds(JsonBuilder *builder,
			const struct warden_feed_counts *counts)
{
	json_builder_begin_object(builder);
	for (guint i = 0; i < WARDEN_FEED_KINDS; i++) {
		if (counts->kinds[i] > 0)
			cli_member_int(builder, warden_feed_kind_name(i),
				       (gint64)counts->kinds[i]);
	}
	json_builder_end_object(builder);
}

void cli_feed_add_skipped(JsonBuilder *builder,
			  const struct warden_feed_counts *counts)
{
	json_builder_begin_object(builder);
	for (guint i = 0; i < WARDEN_FEED_SKIPS; i++) {
		if (counts->skipped[i] > 0)
			cli_member_int(builder, warden_feed_skip_name(i),
				       (gint64)counts->skipped[i]);
	}
	json_builder_end_object(builder);
}

static void add_files(JsonBuilder *builder, const GPtrArray *files)
{
	json_builder_begin_array(builder);
	for (guint i = 0; i < files->len; i++) {
		const struct cli_feed_file *file = files->pdata[i];

		json_builder_begin_object(builder);
		cli_member(builder, "path", file->path);
		cli_member_int(builder, "size", (gint64)file->size);
		cli_member_int(builder, "mtime", file->mtime);
		cli_member(builder, "sha256", file->sha256);
		json_builder_end_object(builder);
	}
	json_builder_end_array(builder);
}

char *cli_feed_details_make(const struct cli_feed_source *source,
			    const struct cli_feed_import *import)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();
	g_autoptr(JsonGenerator) generator = json_generator_new();
	g_autoptr(JsonNode) root = NULL;

	json_builder_begin_object(builder);
	cli_member(builder, "format", source->formats->str);
	if (import->format != NULL)
		cli_member(builder, "asked_format", import->format);
	if (import->command != NULL)
		cli_member(builder, "command", import->command);
	json_builder_set_member_name(builder, "by_kind");
	cli_feed_add_kinds(builder, &source->counts);
	json_builder_set_member_name(builder, "skipped");
	cli_feed_add_skipped(builder, &source->counts);
	json_builder_set_member_name(builder, "files");
	add_files(builder, source->files);
	json_builder_end_object(builder);
	root = json_builder_get_root(builder);
	json_generator_set_root(generator, root);
	return json_generator_to_data(generator, NULL);
}

/* --- reading it again ------------------------------------------------------------ */

static char *get_text(JsonObject *object, const char *name)
{
	JsonNode *node = json_object_get_member(object, name);

	return node != NULL && JSON_NODE_HOLDS_VALUE(node) &&
		json_node_get_value_type(node) == G_TYPE_STRING ?
		json_node_dup_string(node) : NULL;
}

static gint64 get_number(JsonObject *object, const char *name)
{
	JsonNode *node = json_object_get_member(object, name);

	return node != NULL && JSON_NODE_HOLDS_VALUE(node) ?
		json_node_get_int(node) : 0;
}

static JsonObject *get_object(JsonObject *object, const char *name)
{
	JsonNode *node = json_object_get_member(object, name);

	return node != NULL && JSON_NODE_HOLDS_OBJECT(node) ?
		json_node_dup_object(node) : json_object_new();
}

static void get_files(JsonObject *object, GPtrArray *files)
{
	JsonNode *node = json_object_get_member(object, "files");
	JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY(node) ?
		json_node_get_array(node) : NULL;

	for (guint i = 0; array != NULL && i < json_array_get_length(array);
	     i++) {
		JsonNode *element = json_array_get_element(array, i);
		struct cli_feed_file *file;
		JsonObject *from;

		if (!JSON_NODE_HOLDS_OBJECT(element))
			continue;
		from = json_node_get_object(element);
		file = g_new0(struct cli_feed_file, 1);
		file->path = get_text(from, "path");
		file->sha256 = get_text(from, "sha256");
		file->size = (guint64)get_number(from, "size");
		file->mtime = get_number(from, "mtime");
		if (file->path != NULL && file->sha256 != NULL)
			g_ptr_array_add(files, file);
		else
			cli_feed_file_free(file);
	}
}

void cli_feed_details_parse(const char *text, struct cli_feed_details *details)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	g_autoptr(JsonObject) object = NULL;
	JsonNode *root = NULL;

	memset(details, 0, sizeof(*details));
	if (json_parser_load_from_data(parser, text, -1, NULL))
		root = json_parser_get_root(parser);
	object = root != NULL && JSON_NODE_HOLDS_OBJECT(root) ?
		json_node_dup_object(root) : json_object_new();
	details->format = get_text(object, "format");
	details->asked_format = get_text(object, "asked_format");
	details->command = get_text(object, "command");
	details->by_kind = get_object(object, "by_kind");
	details->skipped = get_object(object, "skipped");
	details->files = g_ptr_array_new_with_free_func(cli_feed_file_free);
	get_files(object, details->files);
}

void cli_feed_details_clear(struct cli_feed_details *details)
{
	g_free(details->format);
	g_free(details->asked_format);
	g_free(details->command);
	g_ptr_array_unref(details->files);
	json_object_unref(details->by_kind);
	json_object_unref(details->skipped);
}
