#include "warden-config.h"

#include "program.h"
#include "script-encoded.h"
#include "unobfuscate.h"
#include "../text/urls.h"

#include <string.h>

/* Texts that are looked at for one program: itself and what was encoded in it,
   and in that. More layers have no reason but to tire a scanner. */
#define LAYERS_MAX 24u
#define MEMBERS_MAX 50u
/* Tricks from which on a script is called obfuscated. */
#define TRICKS_FLAG 24u

struct look {
	struct warden_queue *queue;
	const struct warden_container *container;
	const char *path, *source;
	guint languages;
	struct warden_trait_set traits;
	GQueue waiting;		/* GBytes: texts to look at */
	GHashTable *seen;	/* of those: char * */
	guint layers, members;
};

static void add_layer(struct look *look, const char *text, gsize size)
{
	char *key = g_compute_checksum_for_data(
		G_CHECKSUM_SHA256, (const guchar *)text, size);

	if (look->layers >= LAYERS_MAX || !g_hash_table_add(look->seen, key))
		return;
	if (!warden_queue_spend(look->queue, look->path, size))
		return;
	look->layers++;
	g_queue_push_tail(&look->waiting, g_bytes_new(text, size));
}

static void find_links(struct look *look, const char *text, gsize size)
{
	struct warden_url_iter iter;
	gsize start, end;

	warden_url_iter_init(&iter, text, size);
	while (warden_url_iter_next(&iter, &start, &end)) {
		/* strings end where their quotes do */
		gsize quote = start + strcspn(text + start, "'\"`)\\;");

		warden_queue_url(look->queue, look->path, text + start,
				 MIN(end, quote) - start, NULL, "",
				 look->source);
	}
}

static void take_literal(struct look *look,
			 const struct warden_literal *literal)
{
	gsize size;
	const char *data = g_bytes_get_data(literal->bytes, &size);
	struct warden_part *part;

	if (literal->text) {
		warden_trait_set_add(&look->traits,
				     WARDEN_TRAIT_SCRIPT_ENCODED);
		add_layer(look, data, size);
	}
	if (look->members >= MEMBERS_MAX ||
	    !warden_queue_spend(look->queue, look->path, size))
		return;
	look->members++;
	part = warden_program_member(look->queue, look->container, "",
				     literal->bytes, !literal->text);
	if (part != NULL && part->kind == WARDEN_KIND_EXECUTABLE)
		warden_trait_set_add(&look->traits,
				     WARDEN_TRAIT_SCRIPT_CARRIES_PROGRAM);
}

static void find_literals(struct look *look, const GString *reading)
{
	struct warden_literal_iter iter;
	struct warden_literal literal;

	warden_literal_iter_init(&iter, reading->str, reading->len);
	while (look->layers < LAYERS_MAX &&
	       warden_literal_iter_next(&iter, &literal)) {
		take_literal(look, &literal);
		g_bytes_unref(literal.bytes);
	}
}

/* Windows' hosts of scripts all start the others. */
static guint languages_of(const struct look *look, const char *lower)
{
	if (strstr(lower, "powershell") != NULL ||
	    strstr(lower, "cmd.exe") != NULL || strstr(lower, "cmd /") != NULL)
		return look->languages | WARDEN_LANGUAGE_WINDOWS;
	return look->languages;
}

static void look_at_reading(struct look *look, const GString *reading)
{
	g_autofree char *lower = g_ascii_strdown(reading->str, reading->len);

	warden_behaviour_find(lower, reading->len, languages_of(look, lower),
			      &look->traits);
	find_links(look, reading->str, reading->len);
}

static void look_as_written(struct look *look, const char *text, gsize size)
{
	g_autofree char *lower = g_ascii_strdown(text, size);

	warden_behaviour_find(lower, size, languages_of(look, lower),
			      &look->traits);
	warden_trait_set_add(&look->traits, WARDEN_TRAIT_LIMIT_SCRIPT);
}

static void look_at_text(struct look *look, const char *text, gsize size)
{
	guint tricks, i;
	GPtrArray *readings;
	GString *decoded;

	if (!warden_queue_spend_script(look->queue, size)) {
		look_as_written(look, text, size);
		return;
	}
	decoded = warden_script_decode(text, size);
	if (decoded != NULL) {
		warden_trait_set_add(&look->traits,
				     WARDEN_TRAIT_SCRIPT_ENCODED);
		add_layer(look, decoded->str, decoded->len);
		g_string_free(decoded, TRUE);
	}
	readings = warden_unobfuscate(text, size, &tricks);
	if (tricks >= TRICKS_FLAG)
		warden_trait_set_add(&look->traits,
				     WARDEN_TRAIT_SCRIPT_OBFUSCATED);
	for (i = 0; i < readings->len; i++) {
		look_at_reading(look, readings->pdata[i]);
		find_literals(look, readings->pdata[i]);
	}
	g_ptr_array_unref(readings);
}

void warden_program_look(struct warden_queue *queue,
			 const struct warden_container *container,
			 const char *text, gsize size, guint languages,
			 const char *source)
{
	struct look look = {
		.queue = queue, .container = container,
		.path = container->part->path, .source = source,
		.languages = languages,
	};
	GBytes *layer;

	look.seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					  NULL);
	g_queue_init(&look.waiting);
	add_layer(&look, text, size);
	while ((layer = g_queue_pop_head(&look.waiting)) != NULL) {
		gsize length;
		const char *data = g_bytes_get_data(layer, &length);
		/* the readings want a NUL at the end */
		g_autofree char *copy = g_strndup(data, length);

		look_at_text(&look, copy, strlen(copy));
		g_bytes_unref(layer);
	}
	warden_queue_traits(queue, &look.traits, look.path);
	g_hash_table_unref(look.seen);
}

/* A registry file writes what it names. */
static void look_at_registry(struct warden_queue *queue,
			     const struct warden_container *container,
			     GString *text)
{
	g_string_prepend(text, "reg add\n");
	warden_program_look(queue, container, text->str, text->len,
			    WARDEN_LANGUAGE_WINDOWS, "script");
}

void warden_script_expand(struct warden_queue *queue,
			  const struct warden_container *container)
{
	const char *type = container->part->detected_type;
	guint languages = warden_behaviour_language(type);
	GString *text;

	if (languages == 0)
		return;
	text = warden_program_text(queue, container);
	if (strcmp(type, "text/x-ms-regedit") == 0)
		look_at_registry(queue, container, text);
	else
		warden_program_look(queue, container, text->str, text->len,
				    languages, "script");
	g_string_free(text, TRUE);
}
