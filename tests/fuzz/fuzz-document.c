/* Documents that are text or packages: the first byte says what the rest is
   given to. */

#include "warden-config.h"

#include "fuzz-queue.h"

#include "scanner/parse/document/equation.h"
#include "scanner/parse/office/ole1.h"
#include "scanner/parse/document/package.h"
#include "scanner/parse/document/rtf.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void rtf(const uint8_t *data, size_t size)
{
	struct warden_rtf rtf;
	gsize made = 0;
	guint i;

	warden_rtf_parse(data, size, &rtf);
	for (i = 0; i < rtf.objects->len; i++) {
		const struct warden_rtf_object *object =
			rtf.objects->pdata[i];

		made += object->data->len;
		made += object->loose == NULL ? 0 : object->loose->len;
	}
	for (i = 0; i < rtf.pictures->len; i++) {
		const struct warden_rtf_picture *picture =
			rtf.pictures->pdata[i];

		made += picture->data->len;
	}
	if (made > 2 * size)
		abort();
	warden_rtf_clear(&rtf);
}

/* Members: a line with the name, the content, a NUL; or one, whole. */
static void package(const uint8_t *data, size_t size, bool whole)
{
	struct warden_facts *facts = warden_facts_new();
	struct warden_part *part = warden_facts_add_part(facts, "1", "a");
	struct warden_queue *queue = warden_queue_new(fuzz_parser(), facts,
						      size);
	struct warden_package *package = warden_package_new(queue, part);

	while (size > 0) {
		const uint8_t *end = whole ? NULL : memchr(data, '\0', size);
		size_t length = end == NULL ? size : (size_t)(end - data);
		const uint8_t *line = memchr(data, '\n', length);
		size_t name = line == NULL ? 0 : (size_t)(line - data) + 1;
		g_autofree char *text = g_strndup((const char *)data,
						  name > 0 ? name - 1 : 0);
		GBytes *bytes = g_bytes_new(data + name, length - name);

		(void)warden_package_take(package, text, bytes);
		g_bytes_unref(bytes);
		length += end != NULL;
		data += length;
		size -= length;
	}
	warden_package_finish(package);
	warden_package_free(package);
	warden_queue_free(queue);
	warden_facts_free(facts);
}

static void objects(const uint8_t *data, size_t size)
{
	struct warden_ole1_package package;
	struct warden_ole1 ole1;
	gsize at = 0;
	char *moniker;

	if (warden_ole1_read(data, size, &ole1)) {
		if (ole1.start + ole1.size > size)
			abort();
		warden_ole1_clear(&ole1);
	}
	if (warden_ole1_package_read(data, size, &package)) {
		if (package.start + package.size > size)
			abort();
		warden_ole1_package_clear(&package);
	}
	while ((moniker = warden_ole1_next_moniker(data, size, &at)) != NULL)
		g_free(moniker);
	(void)warden_equation_overflows(data, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	switch (*data) {
	case '{':
		rtf(data, size);
		break;
	case 'p':
	case 'b':
		package(data + 1, size - 1, *data == 'b');
		break;
	default:
		objects(data + 1, size - 1);
		break;
	}
	return 0;
}
