#ifndef FUZZ_QUEUE_H
#define FUZZ_QUEUE_H

/* What targets that give a file to the openers have in common. */

#include "scanner/parse/queue.h"

#include <stdint.h>
#include <stdlib.h>

static inline struct warden_parser *fuzz_parser(void)
{
	static struct warden_parser *parser;
	char *error;

	if (parser == NULL && warden_parser_init(&parser, &error) < 0)
		abort();
	return parser;
}

/* As a part of a mail with that declared type and name; whatever comes out of
   it must fit into what a reader may send. */
static inline void fuzz_open_file(const uint8_t *data, size_t size,
				  const char *type, const char *name)
{
	struct warden_facts *facts = warden_facts_new();
	struct warden_queue *queue = warden_queue_new(fuzz_parser(), facts,
						      size);
	GBytes *bytes = g_bytes_new(data, size);
	struct warden_names names;
	struct warden_item item = {
		.path = "1", .declared_type = type, .encoding = "",
		.charset = "", .names = &names,
		.flags = *name != '\0' ? WARDEN_PART_ATTACHMENT : 0,
	};

	warden_names_init(&names);
	warden_names_add(&names, name);
	if (warden_queue_add(queue, &item, bytes) == NULL)
		abort();
	warden_queue_run(queue);
	warden_queue_free(queue);
	warden_names_clear(&names);
	g_bytes_unref(bytes);
	bytes = warden_facts_serialise(facts);
	if (g_bytes_get_size(bytes) > WARDEN_FACTS_SIZE_MAX)
		abort();
	g_bytes_unref(bytes);
	warden_facts_free(facts);
}

#endif
