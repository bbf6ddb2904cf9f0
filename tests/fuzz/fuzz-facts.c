/* What a reader that was taken over may send: refused, or a value that
   serialises to the same bytes. */

#include "warden-config.h"

#include "scanner/facts/facts.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	GBytes *bytes = g_bytes_new(data, size), *again;
	struct warden_facts *facts = NULL;
	char *error = NULL;

	if (warden_facts_deserialise(bytes, &facts, &error) < 0) {
		if (error == NULL)
			abort();
		g_free(error);
	} else {
		again = warden_facts_serialise(facts);
		if (!g_bytes_equal(bytes, again))
			abort();
		g_bytes_unref(again);
		warden_facts_free(facts);
	}
	g_bytes_unref(bytes);
	return 0;
}
