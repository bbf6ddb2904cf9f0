#include "warden-config.h"

#include "cli-feed.h"
#include "cli-output.h"

#include <stdio.h>

static void add_object(JsonBuilder *builder, const char *name,
		       JsonObject *object)
{
	JsonNode *node = json_node_new(JSON_NODE_OBJECT);

	json_node_set_object(node, object);
	json_builder_set_member_name(builder, name);
	json_builder_add_value(builder, node);
}

static void add_paths(JsonBuilder *builder, const GPtrArray *files)
{
	json_builder_set_member_name(builder, "files");
	json_builder_begin_array(builder);
	for (guint i = 0; i < files->len; i++) {
		const struct cli_feed_file *file = files->pdata[i];

		json_builder_add_string_value(builder, file->path);
	}
	json_builder_end_array(builder);
}

static void print_object(const struct warden_feed *feed,
			 const struct cli_feed_details *details)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();
	g_autofree char *imported = cli_time_utc(feed->imported);

	json_builder_begin_object(builder);
	cli_member(builder, "name", feed->name);
	cli_member(builder, "format", details->format);
	cli_member(builder, "source", feed->source);
	cli_member(builder, "kind", feed->allow ? "allow" : "deny");
	json_builder_set_member_name(builder, "allow");
	json_builder_add_boolean_value(builder, feed->allow);
	cli_member(builder, "imported", imported);
	cli_member_int(builder, "indicators", (gint64)feed->indicators);
	add_object(builder, "by_kind", details->by_kind);
	add_object(builder, "skipped", details->skipped);
	if (details->command != NULL)
		cli_member(builder, "command", details->command);
	else
		add_paths(builder, details->files);
	json_builder_end_object(builder);
	cli_print_json(builder);
}

static gint64 sum(JsonObject *object)
{
	g_autoptr(GList) names = json_object_get_members(object);
	gint64 all = 0;

	for (const GList *name = names; name != NULL; name = name->next)
		all += json_object_get_int_member(object, name->data);
	return all;
}

static void print_row(const struct warden_feed *feed,
		      const struct cli_feed_details *details)
{
	g_autofree char *imported = cli_time_local(feed->imported);
	g_autofree char *name = cli_cell(feed->name, 20);
	g_autofree char *format = cli_cell(details->format == NULL ? "" :
					   details->format, 14);
	g_autofree char *source = cli_cell(feed->source, 40);

	printf("%s %-5s %s %10" G_GUINT64_FORMAT " %8" G_GINT64_FORMAT
	       "  %s  %s\n", name, feed->allow ? "allow" : "deny", format,
	       feed->indicators, sum(details->skipped), imported,
	       g_strchomp(source));
}

struct listing {
	bool json;
	guint count;
};

static void print_feed(const struct warden_feed *feed, void *context)
{
	struct listing *listing = context;
	struct cli_feed_details details;

	cli_feed_details_parse(feed->details, &details);
	if (listing->json) {
		print_object(feed, &details);
	} else {
		if (listing->count++ == 0)
			printf("%-20s %-5s %-14s %10s %8s  %-16s  %s\n",
			       "NAME", "KIND", "FORMAT", "INDICATORS",
			       "SKIPPED", "IMPORTED", "SOURCE");
		print_row(feed, &details);
	}
	cli_feed_details_clear(&details);
}

int cli_feed_list(struct cli_options *options, struct warden_store *store)
{
	struct listing listing = { .json = options->json };
	char *error = NULL;

	if (warden_store_feed_list(store, print_feed, &listing, &error) < 0)
		return cli_failed(options, error);
	if (!options->json && listing.count == 0)
		puts("No feeds.");
	return CLI_OK;
}
