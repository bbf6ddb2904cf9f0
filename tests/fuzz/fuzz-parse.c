/* Whole messages: facts come out whatever goes in, are the same the second
   time, and survive their serialisation. */

#include "warden-config.h"

#include "scanner/parse/parse.h"

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
	struct warden_parser *parser = get_parser();
	struct warden_facts *facts, *again, *back = NULL;
	GBytes *bytes, *others;
	char *error = NULL;

	facts = warden_parse_message(parser, data, size, 0);
	again = warden_parse_message(parser, data, size, 0);
	bytes = warden_facts_serialise(facts);
	others = warden_facts_serialise(again);
	if (!g_bytes_equal(bytes, others) ||
	    warden_facts_deserialise(bytes, &back, &error) < 0)
		abort();
	g_bytes_unref(bytes);
	g_bytes_unref(others);
	warden_facts_free(facts);
	warden_facts_free(again);
	warden_facts_free(back);
	return 0;
}
