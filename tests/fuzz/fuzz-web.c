/* Pages and scripts: the input's first byte says which. */

#include "warden-config.h"

#include "fuzz-queue.h"

#include "scanner/parse/web/css.h"
#include "scanner/parse/web/javascript.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ignore(void *context, const char *url, gsize size)
{
	if (context != NULL || url == NULL || size == 0)
		abort();
}

static void try_script(const char *text, size_t size)
{
	struct warden_javascript script;

	warden_javascript_read(text, size, &script);
	warden_javascript_clear(&script);
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
		fuzz_open_file(data + 1, size - 1, "text/calendar", "");
		break;
	default:
		fuzz_open_file(data, size, "text/html", "");
		break;
	}
	return 0;
}
