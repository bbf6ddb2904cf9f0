/* Files that run or start something: the first byte chooses the name under
   which the rest is looked at, as names tell scripts from texts. */

#include "warden-config.h"

#include "scanner/parse/queue.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* make-seeds-program.py has the same list. */
static const char *const names[] = {
	"a.js", "a.vbs", "a.ps1", "a.bat", "a.hta", "a.lnk", "a.url", "a.rdp",
	"a.sh", "a.py", "a.reg", "a.appref-ms", "", "a.one",
};

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
	struct warden_facts *facts;
	struct warden_queue *queue;
	struct warden_names name;
	GBytes *bytes;
	struct warden_item item = {
		.path = "1", .declared_type = "", .encoding = "",
		.charset = "", .names = &name,
		.flags = WARDEN_PART_ATTACHMENT,
	};

	if (size == 0)
		return 0;
	facts = warden_facts_new();
	queue = warden_queue_new(get_parser(), facts, size);
	warden_names_init(&name);
	warden_names_add(&name, names[data[0] % G_N_ELEMENTS(names)]);
	bytes = g_bytes_new(data + 1, size - 1);
	if (warden_queue_add(queue, &item, bytes) == NULL)
		abort();
	warden_queue_run(queue);
	warden_queue_free(queue);
	warden_names_clear(&name);
	g_bytes_unref(bytes);
	bytes = warden_facts_serialise(facts);
	if (g_bytes_get_size(bytes) > WARDEN_FACTS_SIZE_MAX)
		abort();
	g_bytes_unref(bytes);
	warden_facts_free(facts);
	return 0;
}
