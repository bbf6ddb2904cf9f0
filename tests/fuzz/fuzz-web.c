/* Pages and scripts: the input's first byte says which. */

#include "warden-config.h"

#include "scanner/parse/web/css.h"
#include "scanner/parse/queue.h"
#include "scanner/parse/web/script.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct warden_parser *get_parser(void)
{
	static struct warden_parser *parser;
	char *error;

	if (parser == NULL && warden_parser_init(&parser, &error) < 0)
		abort();
	return parser;
}

static void ignore(void *context, const char *url, gsize size)
{
	if (context != NULL || url == NULL || size == 0)
		abort();
}

static void try_page(const uint8_t *data, size_t size, const char *type)
{
	struct warden_facts *facts = warden_facts_new();
	struct warden_queue *queue = warden_queue_new(get_parser(), facts,
						      size);
	GBytes *bytes = g_bytes_new(data, size);
	struct warden_item item = {
		.path = "1", .declared_type = type, .encoding = "",
		.charset = "utf-8",
	};

	if (warden_queue_add(queue, &item, bytes) == NULL)
		abort();
	warden_queue_run(queue);
	warden_queue_free(queue);
	g_bytes_unref(bytes);
	bytes = warden_facts_serialise(facts);
	if (g_bytes_get_size(bytes) > WARDEN_FACTS_SIZE_MAX)
		abort();
	g_bytes_unref(bytes);
	warden_facts_free(facts);
}

static void try_script(const char *text, size_t size)
{
	struct warden_script script;

	warden_script_read(text, size, &script);
	warden_script_clear(&script);
	(void)warden_css_scan(text, size, ignore, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	switch (data[0]) {
	case 's':
		try_script((const char *)data + 1, size - 1);
		break;
	case 'c':
		try_page(data + 1, size - 1, "text/calendar");
		break;
	default:
		try_page(data, size, "text/html");
		break;
	}
	return 0;
}
