/* PDF files: the opener alone, as for an attachment. */

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
	struct warden_part *part = warden_facts_add_part(facts, "1", "");
	GBytes *bytes = g_bytes_new(data, size);
	struct warden_container container = {
		.bytes = bytes, .part = part, .depth = 1,
	};

	part->kind = WARDEN_KIND_PDF;
	warden_pdf_expand(queue, &container);
	/* what came out of it is not opened in turn: other targets' work */
	warden_queue_free(queue);
	g_bytes_unref(bytes);
	warden_facts_free(facts);
	return 0;
}
