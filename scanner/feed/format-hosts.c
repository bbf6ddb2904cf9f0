#include "warden-config.h"

#include "feed-private.h"

#include "../checks/url.h"

#include <string.h>

/* Files that a resolver reads: /etc/hosts with names that lead nowhere, and
   the one kind of advertisement blockers' rules that names a host alone. */

/* --- hosts(5) -------------------------------------------------------------- */

static bool is_blocking(const char *address)
{
	static const char *const nowhere[] = {
		"0.0.0.0", "127.0.0.1", "::", "::1", "0", "127.0.1.1", NULL
	};

	return g_strv_contains(nowhere, address);
}

/* "fe80::1%lo0" too. */
static bool is_address(char *text)
{
	char *zone = strchr(text, '%');
	bool local;

	if (zone != NULL)
		*zone = '\0';
	return warden_url_host_is_address(text, &local);
}

static int take_name(struct warden_feed *feed, const char *address,
		     const char *name, char **error_r)
{
	/* Every such file begins with this machine's own. */
	if (feed_is_own_name(name)) {
		feed_skip(feed, WARDEN_FEED_LOCAL);
		return 1;
	}
	if (!is_blocking(address)) {
		feed_skip_loudly(feed, WARDEN_FEED_ELSEWHERE, name,
				 "is given a real address, not blocked");
		return 1;
	}
	return feed_take(feed, WARDEN_KNOWN_HOST, name, "", error_r);
}

static int hosts_line(struct warden_feed *feed, char *line, char **error_r)
{
	char *text = feed_line_text(line), *address, *name, *rest;

	if (text == NULL)
		return 1;
	address = strtok_r(text, " \t", &rest);
	name = strtok_r(NULL, " \t", &rest);
	if (name == NULL || !is_address(address))
		return feed_refuse(feed, address, "no line of a hosts file "
				   "(an address, then names)", error_r);
	for (; name != NULL; name = strtok_r(NULL, " \t", &rest)) {
		if (take_name(feed, address, name, error_r) < 0)
			return -1;
	}
	return 1;
}

bool feed_is_hosts_line(const char *text)
{
	gsize size = strcspn(text, " \t");
	g_autofree char *word = NULL;

	if (text[size] == '\0')
		return FALSE;
	word = g_strndup(text, size);
	return is_address(word);
}

static bool is_hosts(const char *head, gsize size)
{
	return feed_head_all(head, size, feed_is_hosts_line);
}

/* --- blockers' rules ---------------------------------------------------------- */

/* What may stand behind "||host^$" without asking for less than the host. */
static bool is_whole_host(char *options)
{
	static const char *const whole[] = { "all", "document", "doc",
					     "important", "popup",
					     "third-party", "3p", NULL };
	char *rest, *option = strtok_r(options, ",", &rest);

	for (; option != NULL; option = strtok_r(NULL, ",", &rest)) {
		if (!g_strv_contains(whole, option))
			return FALSE;
	}
	return TRUE;
}

static int adblock_line(struct warden_feed *feed, char *line, char **error_r)
{
	char *end;

	g_strstrip(line);
	if (*line == '\0' || *line == '!' || *line == '[')
		return 1;
	end = g_str_has_prefix(line, "||") ? strchr(line, '^') : NULL;
	if (end == NULL || strpbrk(line + 2, "/*:") != NULL ||
	    (end[1] != '\0' && (end[1] != '$' || !is_whole_host(end + 2)))) {
		feed_skip(feed, WARDEN_FEED_PATTERN);
		return 1;
	}
	*end = '\0';
	return feed_take(feed, WARDEN_KNOWN_HOST, line + 2, "", error_r);
}

static bool is_adblock(const char *head, gsize size)
{
	g_autofree char *line = feed_head_line(head, size);

	return line != NULL && (g_str_has_prefix(line, "[Adblock") ||
				g_str_has_prefix(line, "||") ||
				g_str_has_prefix(line, "! "));
}

const struct feed_reader feed_reader_hosts = {
	.format = {
		.name = "hosts",
		.summary = "hosts file: 0.0.0.0, 127.0.0.1 or ::, then names",
	},
	.looks_like = is_hosts,
	.line = hosts_line,
};
const struct feed_reader feed_reader_adblock = {
	.format = {
		.name = "adblock",
		.summary = "rules ||domain^; all others are skipped",
	},
	.looks_like = is_adblock,
	.line = adblock_line,
};
