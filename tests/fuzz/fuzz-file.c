/* Attachments: the input is a file's content (archives, documents, text). */

#include "warden-config.h"

#include "scanner/parse/queue.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct warden_facts *facts = warden_facts_new();
	struct warden_queue *queue = warden_queue_new(get_parser(), facts,
						      size);
	GBytes *bytes = g_bytes_new(data, size);
	struct warden_item item = {
		.path = "1", .declared_type = "", .encoding = "",
		.charset = "",
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
	return 0;
}
