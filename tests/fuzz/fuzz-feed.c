/* Feeds: the first line names a format (or none that there is: by content),
   the rest is the file. What is read must be in the form that is looked up. */

#include "warden-config.h"

#include "scanner/feed/feed-private.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bytes {
	const uint8_t *data;
	size_t size;
};

static gssize read_bytes(void *context, void *buf, gsize size, char **error_r)
{
	struct bytes *bytes = context;

	/* odd pieces: lines and tokens are cut everywhere */
	size = MIN(MIN(size, bytes->size), 61);
	memcpy(buf, bytes->data, size);
	bytes->data += size;
	bytes->size -= size;
	return (gssize)size;
}

static void check_item(const struct warden_feed_item *item)
{
	g_autofree char *again = NULL;
	enum warden_feed_skip skip;
	const char *what;

	if (item->value == NULL || item->threat == NULL ||
	    strlen(item->threat) > WARDEN_FEED_THREAT_MAX ||
	    !g_utf8_validate(item->value, -1, NULL))
		abort();
	/* A value that is read again is itself. */
	if (item->kind == WARDEN_KNOWN_SHA256 &&
	    (feed_value_make(item->kind, item->value, &again, &skip, &what) !=
	     FEED_VALUE_GOOD || strcmp(again, item->value) != 0))
		abort();
	if (item->kind == WARDEN_KNOWN_HOST &&
	    strlen(item->value) > WARDEN_FEED_HOST_MAX)
		abort();
}

static void read_feed(const struct warden_feed_settings *settings)
{
	struct warden_feed_counts counts = { 0 };
	struct warden_feed_item item;
	struct warden_feed *feed;
	char *error = NULL;
	int ret = warden_feed_open(settings, &counts, &feed, &error);

	while (ret > 0 && (ret = warden_feed_next(feed, &item, &error)) > 0)
		check_item(&item);
	warden_feed_close(&feed);
	if ((ret < 0) != (error != NULL))
		abort();
	g_free(error);
}

static void read_manifest(const struct warden_feed_settings *settings)
{
	GPtrArray *names;
	char *error = NULL;

	if (warden_feed_manifest(settings, &names, &error) < 0) {
		g_free(error);
		return;
	}
	for (guint i = 0; i < names->len; i++) {
		if (strchr(names->pdata[i], '/') != NULL)
			abort();
	}
	g_ptr_array_unref(names);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, '\n', size);
	struct bytes bytes = { 0 };
	struct warden_feed_settings settings = {
		.name = "f", .now_secs = 1767312245, .read = read_bytes,
		.context = &bytes,
	};

	if (end == NULL)
		return 0;
	g_autofree char *format = g_strndup((const char *)data,
					    (gsize)(end - data));
	bytes.data = end + 1;
	bytes.size = size - (size_t)(end + 1 - data);
	if (strcmp(format, "manifest") == 0) {
		read_manifest(&settings);
		return 0;
	}
	if (warden_feed_format_find(format) != NULL)
		settings.format = format;
	read_feed(&settings);
	return 0;
}
