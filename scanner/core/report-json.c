#include "warden-config.h"

#include "scan.h"

#include <json-glib/json-glib.h>
#include <string.h>

static void add_string(JsonBuilder *builder, const char *name,
		       const char *value)
{
	json_builder_set_member_name(builder, name);
	json_builder_add_string_value(builder, value == NULL ? "" : value);
}

static void add_int(JsonBuilder *builder, const char *name, guint64 value)
{
	json_builder_set_member_name(builder, name);
	json_builder_add_int_value(builder, (gint64)MIN(value, G_MAXINT64));
}

static void add_double(JsonBuilder *builder, const char *name, double value)
{
	json_builder_set_member_name(builder, name);
	json_builder_add_double_value(builder, value);
}

static void add_hash(JsonBuilder *builder, const char *name,
		     const guint8 *hash)
{
	char hex[WARDEN_SHA256_SIZE * 2 + 1];

	for (guint i = 0; i < WARDEN_SHA256_SIZE; i++)
		g_snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	add_string(builder, name, hex);
}

static void add_finding(JsonBuilder *builder, gconstpointer data)
{
	const struct warden_finding *finding = data;

	add_string(builder, "symbol", finding->symbol);
	add_double(builder, "score", finding->score);
	add_string(builder, "family", finding->family);
	add_string(builder, "technique", finding->technique);
	add_string(builder, "detail", finding->detail);
	add_string(builder, "part", finding->part);
}

/* What other programs call a part whose name can be read in several ways. */
static void add_names(JsonBuilder *builder, const GPtrArray *names)
{
	if (names->len == 0)
		return;
	json_builder_set_member_name(builder, "names");
	json_builder_begin_array(builder);
	for (guint i = 0; i < names->len; i++) {
		json_builder_add_string_value(builder,
					      g_ptr_array_index(names, i));
	}
	json_builder_end_array(builder);
}

static void add_part(JsonBuilder *builder, gconstpointer data)
{
	const struct warden_part *part = data;

	add_string(builder, "path", part->path);
	add_string(builder, "name", part->name);
	add_names(builder, part->names);
	add_string(builder, "declared_type", part->declared_type);
	add_string(builder, "detected_type", part->detected_type);
	add_int(builder, "size", part->size);
	add_hash(builder, "sha256", part->sha256);
	add_string(builder, "tlsh", part->fuzzy);
}

static void add_url(JsonBuilder *builder, gconstpointer data)
{
	const struct warden_url *url = data;

	add_string(builder, "url", url->url);
	add_string(builder, "host", url->host);
	add_string(builder, "text", url->text);
	add_string(builder, "source", url->source);
	add_string(builder, "part", url->part);
}

static void add_signature(JsonBuilder *builder, gconstpointer data)
{
	const struct warden_signature *signature = data;

	add_string(builder, "kind", signature->kind);
	add_string(builder, "status", signature->status);
	add_string(builder, "signer", signature->signer);
	add_string(builder, "part", signature->part);
	add_string(builder, "detail", signature->detail);
}

static void add_unscanned(JsonBuilder *builder, gconstpointer data)
{
	const struct warden_unscanned *unscanned = data;

	add_string(builder, "part", unscanned->part);
	add_string(builder, "reason", unscanned->reason);
}

static void add_list(JsonBuilder *builder, const char *name,
		     const GPtrArray *list,
		     void (*add)(JsonBuilder *builder, gconstpointer data))
{
	json_builder_set_member_name(builder, name);
	json_builder_begin_array(builder);
	for (guint i = 0; i < list->len; i++) {
		json_builder_begin_object(builder);
		add(builder, g_ptr_array_index(list, i));
		json_builder_end_object(builder);
	}
	json_builder_end_array(builder);
}

static void add_engine(JsonBuilder *builder, guint32 epoch)
{
	json_builder_set_member_name(builder, "engine");
	json_builder_begin_object(builder);
	add_string(builder, "version", PACKAGE_VERSION_STRING);
	add_int(builder, "epoch", epoch);
	json_builder_end_object(builder);
}

static char *to_text(JsonBuilder *builder)
{
	g_autoptr(JsonGenerator) generator = json_generator_new();
	g_autoptr(JsonNode) root = json_builder_get_root(builder);

	json_generator_set_root(generator, root);
	return json_generator_to_data(generator, NULL);
}

char *warden_scan_report_json(const struct warden_config *config,
			      const char *file,
			      const struct warden_scan_result *result,
			      guint32 epoch)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();
	/* File names are bytes; JSON is UTF-8. */
	g_autofree char *name = g_utf8_make_valid(file, -1);

	json_builder_begin_object(builder);
	add_string(builder, "file", name);
	add_string(builder, "verdict",
		   warden_verdict_name(result->judgement.verdict));
	add_string(builder, "action",
		   warden_action_name(result->judgement.action));
	add_double(builder, "score", result->judgement.score);
	add_double(builder, "strength", result->judgement.strength);
	add_list(builder, "findings", result->findings, add_finding);
	add_list(builder, "parts", result->facts->parts, add_part);
	add_list(builder, "urls", result->facts->urls, add_url);
	add_list(builder, "unscanned", result->facts->unscanned,
		 add_unscanned);
	add_list(builder, "signatures", result->facts->signatures,
		 add_signature);
	add_hash(builder, "sha256", result->facts->key);
	add_engine(builder, epoch);
	add_int(builder, "elapsed_us", result->elapsed_usecs);
	json_builder_end_object(builder);
	return to_text(builder);
}

char *warden_scan_report_error_json(const char *file, const char *error)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();
	g_autofree char *name = g_utf8_make_valid(file, -1);
	g_autofree char *text = g_utf8_make_valid(error, -1);

	json_builder_begin_object(builder);
	add_string(builder, "file", name);
	add_string(builder, "error", text);
	json_builder_end_object(builder);
	return to_text(builder);
}
