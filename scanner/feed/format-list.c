#include "warden-config.h"

#include "feed-private.h"

#include <string.h>

/* One entry a line: what most lists that people keep look like. */

char *feed_line_text(char *line)
{
	char *comment;

	g_strstrip(line);
	if (*line == '\0' || *line == '#' || *line == ';')
		return NULL;
	comment = strstr(line, " #");
	if (comment == NULL)
		comment = strstr(line, "\t#");
	if (comment != NULL)
		*comment = '\0';
	return g_strchomp(line);
}

char feed_head_sign(const char *head, gsize size)
{
	for (gsize i = 0; i < size; i++) {
		if (!g_ascii_isspace(head[i]))
			return head[i];
	}
	return '\0';
}

bool feed_head_has(const char *head, gsize size, const char *text)
{
	return g_strstr_len(head, (gssize)size, text) != NULL;
}

char *feed_head_line(const char *head, gsize size)
{
	while (size > 0) {
		const char *end = memchr(head, '\n', size);
		gsize length = end == NULL ? size : (gsize)(end - head);
		g_autofree char *line = g_strndup(head, length);
		char *text = feed_line_text(line);

		if (text != NULL && g_utf8_validate(text, -1, NULL))
			return g_strdup(text);
		if (end == NULL)
			break;
		size -= length + 1;
		head = end + 1;
	}
	return NULL;
}

bool feed_head_all(const char *head, gsize size,
		   bool (*is_one)(const char *text))
{
	bool found = FALSE;

	while (size > 0) {
		const char *end = memchr(head, '\n', size);
		gsize length = end == NULL ? size : (gsize)(end - head);
		g_autofree char *line = g_strndup(head, length);
		char *text = feed_line_text(line);

		if (end == NULL && found)
			break;
		if (text != NULL && !is_one(text))
			return FALSE;
		found = found || text != NULL;
		head += end == NULL ? length : length + 1;
		size -= end == NULL ? length : length + 1;
	}
	return found;
}

/* --- one kind -------------------------------------------------------------------- */

static int take_line(struct warden_feed *feed, enum warden_known_kind kind,
		     char *line, char **error_r)
{
	char *text = feed_line_text(line);

	return text == NULL ? 1 : feed_take(feed, kind, text, "", error_r);
}

static int sha256_line(struct warden_feed *feed, char *line, char **error_r)
{
	char *text = feed_line_text(line);

	if (text != NULL && (feed_is_hex(text, 32) || feed_is_hex(text, 40))) {
		feed_skip(feed, WARDEN_FEED_WEAK_HASH);
		return 1;
	}
	return text == NULL ? 1 : feed_take(feed, WARDEN_KNOWN_SHA256, text,
					    "", error_r);
}

static int url_line(struct warden_feed *feed, char *line, char **error_r)
{
	return take_line(feed, WARDEN_KNOWN_URL, line, error_r);
}

static bool is_url_line(const char *text)
{
	return strstr(text, "://") != NULL && strpbrk(text, " \t") == NULL;
}

static bool is_urls(const char *head, gsize size)
{
	return feed_head_all(head, size, is_url_line);
}

static int host_line(struct warden_feed *feed, char *line, char **error_r)
{
	return take_line(feed, WARDEN_KNOWN_HOST, line, error_r);
}

static int sender_line(struct warden_feed *feed, char *line, char **error_r)
{
	return take_line(feed, WARDEN_KNOWN_SENDER, line, error_r);
}

/* --- by its look -------------------------------------------------------------------- */

static int mixed_line(struct warden_feed *feed, char *line, char **error_r)
{
	char *text = feed_line_text(line);

	if (text == NULL)
		return 1;
	if (feed_is_hex(text, 64) || feed_is_hex(text, 32) ||
	    feed_is_hex(text, 40))
		return sha256_line(feed, text, error_r);
	if (strstr(text, "://") != NULL)
		return url_line(feed, text, error_r);
	if (strchr(text, '@') != NULL)
		return sender_line(feed, text, error_r);
	if (feed_is_hosts_line(text))
		return feed_reader_hosts.line(feed, text, error_r);
	return host_line(feed, text, error_r);
}

const struct feed_reader feed_reader_list = {
	.format = {
		.name = "list",
		.summary = "plain lines, each by its look: SHA-256, URL, host,"
			" hosts line, sender",
	},
	.line = mixed_line,
};
const struct feed_reader feed_reader_sha256 = {
	.format = { .name = "sha256", .summary = "a SHA-256 a line" },
	.line = sha256_line,
};
/* Such lists are published, and hosts that cannot exist are in them. */
const struct feed_reader feed_reader_url = {
	.format = {
		.name = "url",
		.summary = "a URL a line: OpenPhish, URLhaus text",
	},
	.looks_like = is_urls,
	.line = url_line,
	.lenient = TRUE,
};
const struct feed_reader feed_reader_host = {
	.format = { .name = "domain", .summary = "a host or domain a line" },
	.line = host_line,
};
const struct feed_reader feed_reader_sender = {
	.format = {
		.name = "sender",
		.summary = "an address or @domain a line",
	},
	.line = sender_line,
};
/* By the name that people look for. */
const struct feed_reader feed_reader_openphish = {
	.format = { .name = "openphish", .summary = "the same as url" },
	.line = url_line,
	.lenient = TRUE,
};
