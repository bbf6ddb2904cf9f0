#include "warden-config.h"

#include "feed-private.h"

#include "../checks/url.h"

#include <string.h>

/* An entry's text in the form that scanner/checks/list.c asks for, unless it
   is none, or would be an indicator for everybody. */

#define EMPTY_FILE \
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

bool feed_is_hex(const char *text, gsize digits)
{
	return strspn(text, "0123456789abcdefABCDEF") == digits &&
		text[digits] == '\0';
}

bool feed_is_own_name(const char *name)
{
	static const char *const names[] = {
		"localhost", "localhost.localdomain", "local",
		"localhost4", "localhost4.localdomain4", "localhost6",
		"localhost6.localdomain6", "broadcasthost", "ip6-localhost",
		"ip6-loopback", "ip6-localnet", "ip6-mcastprefix",
		"ip6-allnodes", "ip6-allrouters", "ip6-allhosts", "0.0.0.0",
		NULL
	};

	return g_strv_contains(names, name) ||
		g_str_has_suffix(name, ".localhost") ||
		g_str_has_suffix(name, ".local");
}

static enum feed_value skip(enum warden_feed_skip why, const char *what,
			    enum warden_feed_skip *skip_r, const char **what_r)
{
	*skip_r = why;
	*what_r = what;
	return FEED_VALUE_SKIP;
}

/* --- hosts -------------------------------------------------------------------- */

static bool valid_label(const char *label, gsize size, bool strict)
{
	if (size == 0 || size > 63)
		return FALSE;
	if (strict && (label[0] == '-' || label[size - 1] == '-'))
		return FALSE;
	for (gsize i = 0; i < size; i++) {
		if (!g_ascii_isalnum(label[i]) && label[i] != '-' &&
		    label[i] != '_')
			return FALSE;
	}
	return TRUE;
}

/* How many labels; 0 if it is no name. Host names of links end in hyphens
   now and then; one in a list of hosts is a slip. */
static guint count_labels(const char *host, bool strict)
{
	guint labels = 0;

	for (;;) {
		gsize size = strcspn(host, ".");

		if (!valid_label(host, size, strict))
			return 0;
		labels++;
		host += size;
		if (*host == '\0')
			return labels;
		host++;
	}
}

static bool is_any_address(const char *host)
{
	return strspn(host, ":0") == strlen(host) ||
		strcmp(host, "0.0.0.0") == 0;
}

/* host: by warden_url_host_ascii(). FEED_VALUE_GOOD does not say that it may
   be an indicator by itself: see check_wide(). */
static enum feed_value check_host(const char *host, bool strict,
				  enum warden_feed_skip *skip_r,
				  const char **what_r)
{
	bool local;
	guint labels;

	*what_r = "no host name";
	if (feed_is_own_name(host) && strcmp(host, "0.0.0.0") != 0)
		return skip(WARDEN_FEED_LOCAL, "is a name of the reader's own "
			    "machine or network", skip_r, what_r);
	/* "63" is an address to a browser, but in a list it is a slip. */
	if (strpbrk(host, ".:") != NULL &&
	    warden_url_host_is_address(host, &local)) {
		if (is_any_address(host))
			return skip(WARDEN_FEED_LOCAL, "is any address",
				    skip_r, what_r);
		return local ? skip(WARDEN_FEED_LOCAL, NULL, skip_r, what_r) :
			FEED_VALUE_GOOD;
	}
	labels = strlen(host) > WARDEN_FEED_HOST_MAX ? 0 :
		count_labels(host, strict);
	if (labels == 1 && warden_url_is_public_suffix(host))
		return skip(WARDEN_FEED_PUBLIC_SUFFIX, "is a top-level domain "
			    "and would hit everybody below it", skip_r,
			    what_r);
	return labels > 1 ? FEED_VALUE_GOOD : FEED_VALUE_BAD;
}

static enum feed_value check_wide(const char *host,
				  enum warden_feed_skip *skip_r,
				  const char **what_r)
{
	if (warden_url_is_public_suffix(host))
		return skip(WARDEN_FEED_PUBLIC_SUFFIX, "is a public suffix and"
			    " would hit everybody below it", skip_r, what_r);
	return FEED_VALUE_GOOD;
}

static enum feed_value make_host(const char *text, char **value_r,
				 enum warden_feed_skip *skip_r,
				 const char **what_r)
{
	g_autofree char *host = NULL;
	enum feed_value made;

	/* An indicator covers what is below it anyhow. */
	if (g_str_has_prefix(text, "*."))
		text += 2;
	host = warden_url_host_ascii(text);
	made = check_host(host, TRUE, skip_r, what_r);
	if (made == FEED_VALUE_GOOD)
		made = check_wide(host, skip_r, what_r);
	if (made == FEED_VALUE_GOOD)
		*value_r = g_steal_pointer(&host);
	return made;
}

/* --- the others -------------------------------------------------------------------- */

static enum feed_value make_sha256(const char *text, char **value_r,
				   enum warden_feed_skip *skip_r,
				   const char **what_r)
{
	*what_r = "no SHA-256 (64 hexadecimal digits)";
	if (!feed_is_hex(text, 64))
		return FEED_VALUE_BAD;
	if (g_ascii_strcasecmp(text, EMPTY_FILE) == 0)
		return skip(WARDEN_FEED_EMPTY_FILE, "is the hash of an empty "
			    "file", skip_r, what_r);
	*value_r = g_ascii_strdown(text, -1);
	return FEED_VALUE_GOOD;
}

static enum feed_value make_url(const char *text, char **value_r,
				enum warden_feed_skip *skip_r,
				const char **what_r)
{
	struct warden_url_parts parts;
	enum feed_value made = FEED_VALUE_BAD;

	if (warden_url_split(text, &parts)) {
		made = check_host(parts.host, FALSE, skip_r, what_r);
		/* It has the look of one, but nobody can follow it. */
		if (made == FEED_VALUE_BAD && parts.scheme[0] != '\0')
			made = skip(WARDEN_FEED_ODD_HOST, "has a host that "
				    "cannot exist", skip_r, what_r);
	}
	warden_url_parts_clear(&parts);
	if (made == FEED_VALUE_BAD)
		*what_r = "no URL with a host";
	if (made != FEED_VALUE_GOOD)
		return made;
	*value_r = warden_url_normalise(text);
	if (*value_r == NULL) {
		*what_r = "no web address (http, https, ftp)";
		return FEED_VALUE_BAD;
	}
	if (strlen(*value_r) <= WARDEN_FEED_URL_MAX)
		return FEED_VALUE_GOOD;
	g_clear_pointer(value_r, g_free);
	return skip(WARDEN_FEED_TOO_LONG, NULL, skip_r, what_r);
}

static enum feed_value make_sender(const char *text, char **value_r,
				   enum warden_feed_skip *skip_r,
				   const char **what_r)
{
	const char *at = strrchr(text, '@');
	g_autofree char *domain = NULL, *local = NULL, *lower = NULL;
	enum feed_value made;

	*what_r = "no address and no @domain";
	if (at == NULL || strpbrk(text, " \t<>") != NULL ||
	    strlen(text) > WARDEN_FEED_SENDER_MAX)
		return FEED_VALUE_BAD;
	domain = warden_url_host_ascii(at + 1);
	made = check_host(domain, TRUE, skip_r, what_r);
	if (made == FEED_VALUE_BAD)
		*what_r = "no address and no @domain";
	if (made == FEED_VALUE_GOOD && at == text)
		made = check_wide(domain, skip_r, what_r);
	if (made != FEED_VALUE_GOOD)
		return made;
	local = g_strndup(text, (gsize)(at - text));
	lower = g_utf8_strdown(local, -1);
	*value_r = g_strdup_printf("%s@%s", lower, domain);
	return FEED_VALUE_GOOD;
}

enum feed_value feed_value_make(enum warden_known_kind kind, const char *text,
				char **value_r, enum warden_feed_skip *skip_r,
				const char **what_r)
{
	switch (kind) {
	case WARDEN_KNOWN_SHA256:
		return make_sha256(text, value_r, skip_r, what_r);
	case WARDEN_KNOWN_URL:
		return make_url(text, value_r, skip_r, what_r);
	case WARDEN_KNOWN_HOST:
		return make_host(text, value_r, skip_r, what_r);
	case WARDEN_KNOWN_SENDER:
		return make_sender(text, value_r, skip_r, what_r);
	}
	*what_r = "of no known kind";
	return FEED_VALUE_BAD;
}
