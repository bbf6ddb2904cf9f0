#include "warden-config.h"

#include "unwrap.h"
#include "lookalike.h"
#include "url.h"

#include <string.h>

/* A screen around a counter around a redirector is common; more is not. */
#define WRAPPERS_MAX 5u
#define INNER_MAX 4096u

struct rule {
	const char *host;	/* or one below it; "google.*" as for brands */
	const char *path;	/* begins so; "" = any */
	/* Names of the parameters with the target, separated by blanks. */
	const char *parameters;
	enum warden_wrapper wrapper;
	/* The target out of the parameter's value or, without parameters, of
	   the path and query; NULL: as it is. Owned by the caller, NULL if
	   there is none. */
	char *(*decode)(const char *value);
};

/* --- encodings -------------------------------------------------------------- */

static char *percent_decode(const char *text)
{
	GString *out = g_string_new(NULL);

	for (; *text != '\0'; text++) {
		int c = 0;

		if (text[0] == '%' && g_ascii_isxdigit(text[1]) &&
		    g_ascii_isxdigit(text[2]))
			c = g_ascii_xdigit_value(text[1]) * 16 +
			    g_ascii_xdigit_value(text[2]);
		g_string_append_c(out, c != 0 ? (char)c : *text);
		text += c != 0 ? 2 : 0;
	}
	return g_string_free(out, FALSE);
}

/* base64 with either alphabet, with or without its end. */
static char *base64_decode(const char *text)
{
	g_autofree char *copy = g_strdup(text);
	gsize size = strcspn(copy, "&?#/ "), decoded;
	char *result;

	if (size < 8 || size > INNER_MAX)
		return NULL;
	copy[size] = '\0';
	g_strdelimit(copy, "-", '+');
	g_strdelimit(copy, "_", '/');
	while (size > 0 && copy[size - 1] == '=')
		copy[--size] = '\0';
	g_autofree char *padded = g_strconcat(
		copy, size % 4 == 0 ? "" : size % 4 == 3 ? "=" : "==", NULL);
	guchar *bytes = g_base64_decode(padded, &decoded);
	result = g_strndup((const char *)bytes, decoded);
	g_free(bytes);
	return result;
}

/* URL Defense 2: "https-3A__example.com_x". */
static char *defense_second(const char *value)
{
	g_autofree char *copy = g_strdup(value);

	g_strdelimit(copy, "-", '%');
	g_strdelimit(copy, "_", '/');
	return percent_decode(copy);
}

/* URL Defense 3: "/v3/__https://example.com/x__;…"; a star stands for a
   character that is kept elsewhere. */
static char *defense_third(const char *rest)
{
	const char *start = strstr(rest, "/__"), *end;

	if (start == NULL)
		return NULL;
	start += 3;
	end = strstr(start, "__;");
	return end == NULL ? g_strdup(start) : g_strndup(start, end - start);
}

/* Bing: "a1" and base64. */
static char *bing_target(const char *value)
{
	return strlen(value) > 2 ? base64_decode(value + 2) : NULL;
}

/* "https://host/…/RU=https%3a%2f%2fexample.com%2f/RK=…" */
static char *yahoo_target(const char *rest)
{
	const char *start = strstr(rest, "/RU=");

	if (start == NULL)
		return NULL;
	start += 4;
	g_autofree char *value = g_strndup(start, strcspn(start, "/"));
	return percent_decode(value);
}

/* ".../1token/https%3A%2F%2Fexample.com%2F" */
static char *in_path(const char *rest)
{
	g_autofree char *plain = percent_decode(rest);
	const char *start = strstr(plain, "/http");

	return start == NULL ? NULL : g_strdup(start + 1);
}

/* "/amp/s/example.com/page", "/c/s/example.com/page" */
static char *amp_target(const char *rest)
{
	const char *start = strstr(rest, "/s/");

	if (start == NULL || strchr(start + 3, '.') == NULL)
		return NULL;
	return g_strconcat("https://", start + 3, NULL);
}

/* Only the domain is told. */
static char *domain_only(const char *value)
{
	return g_strconcat("https://", value, "/", NULL);
}

/* Sophos: the address in base64, in "u". */
static char *sophos_target(const char *value)
{
	return base64_decode(value);
}

static const struct rule rules[] = {
	{ "safelinks.protection.outlook.com", "", "url",
	  WARDEN_WRAPPER_SCREEN, NULL },
	{ "safelinks.protection.office365.us", "", "url",
	  WARDEN_WRAPPER_SCREEN, NULL },
	{ "safelink.emails.azure.net", "/redirect", "destination",
	  WARDEN_WRAPPER_SCREEN, NULL },
	{ "urldefense.proofpoint.com", "/v1/", "u", WARDEN_WRAPPER_SCREEN,
	  NULL },
	{ "urldefense.proofpoint.com", "/v2/", "u", WARDEN_WRAPPER_SCREEN,
	  defense_second },
	{ "urldefense.com", "/v2/", "u", WARDEN_WRAPPER_SCREEN,
	  defense_second },
	{ "urldefense.com", "/v3/", "", WARDEN_WRAPPER_SCREEN,
	  defense_third },
	{ "urldefense.us", "/v3/", "", WARDEN_WRAPPER_SCREEN, defense_third },
	{ "linkprotect.cudasvc.com", "", "a", WARDEN_WRAPPER_SCREEN, NULL },
	{ "mimecast.com", "/s/", "domain", WARDEN_WRAPPER_SCREEN,
	  domain_only },
	{ "mimecastprotect.com", "/s/", "domain", WARDEN_WRAPPER_SCREEN,
	  domain_only },
	{ "secure-web.cisco.com", "", "", WARDEN_WRAPPER_SCREEN, in_path },
	{ "trendmicro.com", "/wis/", "url", WARDEN_WRAPPER_SCREEN, NULL },
	{ "protection.sophos.com", "", "u", WARDEN_WRAPPER_SCREEN,
	  sophos_target },
	{ "fireeye.com", "", "u", WARDEN_WRAPPER_SCREEN, NULL },
	{ "trellix.com", "", "u", WARDEN_WRAPPER_SCREEN, NULL },
	{ "url.emailprotection.link", "", "url", WARDEN_WRAPPER_SCREEN,
	  NULL },
	{ "avanan.click", "", "", WARDEN_WRAPPER_SCREEN, defense_third },
	{ "checkpoint.com", "", "url", WARDEN_WRAPPER_SCREEN, NULL },
	{ "edgepilot.com", "", "u", WARDEN_WRAPPER_SCREEN, NULL },
	{ "hornetsecurity.com", "", "u", WARDEN_WRAPPER_SCREEN, NULL },
	{ "slack-redir.net", "/link", "url", WARDEN_WRAPPER_SCREEN, NULL },
	{ "statics.teams.cdn.office.net", "", "url", WARDEN_WRAPPER_SCREEN,
	  NULL },
	{ "google.*", "/url", "q url", WARDEN_WRAPPER_OPEN, NULL },
	{ "google.*", "/amp/", "", WARDEN_WRAPPER_PROXY, amp_target },
	{ "google.*", "/travel/", "pcurl url", WARDEN_WRAPPER_OPEN, NULL },
	{ "google.*", "", "adurl", WARDEN_WRAPPER_OPEN, NULL },
	{ "ampproject.org", "", "", WARDEN_WRAPPER_PROXY, amp_target },
	{ "translate.google.com", "", "u", WARDEN_WRAPPER_PROXY, NULL },
	{ "googleadservices.com", "", "adurl", WARDEN_WRAPPER_OPEN, NULL },
	{ "doubleclick.net", "", "adurl ds_dest_url url",
	  WARDEN_WRAPPER_OPEN, NULL },
	{ "youtube.com", "/redirect", "q", WARDEN_WRAPPER_OPEN, NULL },
	{ "youtube.com", "/attribution_link", "u", WARDEN_WRAPPER_OPEN,
	  NULL },
	{ "bing.com", "/ck/", "u", WARDEN_WRAPPER_OPEN, bing_target },
	{ "yahoo.com", "", "", WARDEN_WRAPPER_OPEN, yahoo_target },
	{ "facebook.com", "/l.php", "u", WARDEN_WRAPPER_OPEN, NULL },
	{ "facebook.com", "/flx/warn", "u", WARDEN_WRAPPER_OPEN, NULL },
	{ "instagram.com", "", "u", WARDEN_WRAPPER_OPEN, NULL },
	{ "linkedin.com", "/redir", "url", WARDEN_WRAPPER_OPEN, NULL },
	{ "linkedin.com", "/safety", "url", WARDEN_WRAPPER_OPEN, NULL },
	{ "vk.com", "/away.php", "to", WARDEN_WRAPPER_OPEN, NULL },
	{ "vk.ru", "/away.php", "to", WARDEN_WRAPPER_OPEN, NULL },
	{ "duckduckgo.com", "/l/", "uddg", WARDEN_WRAPPER_OPEN, NULL },
	{ "steamcommunity.com", "/linkfilter", "url u", WARDEN_WRAPPER_OPEN,
	  NULL },
	{ "baidu.com", "/link", "url", WARDEN_WRAPPER_OPEN, NULL },
	{ "sogou.com", "", "url", WARDEN_WRAPPER_OPEN, NULL },
	{ "zhihu.com", "", "target", WARDEN_WRAPPER_OPEN, NULL },
	{ "pinterest.com", "/offsite", "url", WARDEN_WRAPPER_OPEN, NULL },
	{ "tiktok.com", "/link", "target", WARDEN_WRAPPER_OPEN, NULL },
	{ "quora.com", "/_/redirect", "url", WARDEN_WRAPPER_OPEN, NULL },
	{ "disq.us", "", "url", WARDEN_WRAPPER_OPEN, NULL },
	{ "deviantart.com", "/users/outgoing", "", WARDEN_WRAPPER_OPEN,
	  in_path },
};

/* Parameters that other sites use for it. */
static const char other_parameters[] =
	"url u uri q to target dest destination redirect redirect_uri"
	" redirect_url redirecturl redir rd r return returnurl return_url"
	" returnto return_to next goto go link l continue forward out"
	" location loc adurl href ref_url page site view cl checkout_url";

/* Where people publish a link, not follow one. */
static const char *const sharing[] = {
	"/sharer", "/share", "/intent/", "/shareArticle", "/submit",
	"/pin/create", "/sharing/", "/dialog/", "/bookmark",
};

/* --- one wrapper -------------------------------------------------------------- */

/* "example.*" is of any country. */
static bool is_host(const struct rule *rule, const char *host)
{
	return warden_lookalike_covers(rule->host, host);
}

/* The first of the parameters that the query has, undone. NULL if none. */
static char *find_parameter(const char *rest, const char *parameters)
{
	const char *query = rest + strcspn(rest, "?");
	g_auto(GStrv) names = g_strsplit(parameters, " ", -1);
	g_auto(GStrv) pairs = NULL;

	if (*query != '?')
		return NULL;
	g_autofree char *copy = g_strndup(query + 1, INNER_MAX);
	pairs = g_strsplit_set(copy, "&;", 64);
	for (char **name = names; *name != NULL; name++) {
		for (char **pair = pairs; *pair != NULL; pair++) {
			const char *from = g_str_has_prefix(*pair, "amp;") ?
				*pair + 4 : *pair;
			gsize size = strlen(*name);

			if (g_ascii_strncasecmp(from, *name, size) == 0 &&
			    from[size] == '=')
				return g_strdup(from + size + 1);
		}
	}
	return NULL;
}

/* A whole web address, perhaps escaped once more. Takes text. */
static char *as_address(char *text)
{
	for (guint i = 0; text != NULL && i < 3; i++) {
		char *plain;

		if (g_ascii_strncasecmp(text, "http://", 7) == 0 ||
		    g_ascii_strncasecmp(text, "https://", 8) == 0)
			return text;
		plain = percent_decode(text);
		g_free(text);
		text = plain;
	}
	g_free(text);
	return NULL;
}

static char *apply(const struct rule *rule, const char *rest)
{
	g_autofree char *value = NULL, *plain = NULL;

	if (rule->parameters[0] == '\0')
		return as_address(rule->decode(rest));
	value = find_parameter(rest, rule->parameters);
	if (value == NULL)
		return NULL;
	if (rule->decode == NULL)
		return as_address(g_steal_pointer(&value));
	plain = percent_decode(value);
	return as_address(rule->decode(plain));
}

/* "example-com.translate.goog": hyphens for dots, two for one. */
static char *translated(const char *host, const char *rest)
{
	GString *out;
	const char *end;

	if (!g_str_has_suffix(host, ".translate.goog"))
		return NULL;
	end = host + strlen(host) - strlen(".translate.goog");
	out = g_string_new("https://");
	for (const char *p = host; p < end; p++) {
		if (p[0] == '-' && p[1] == '-') {
			g_string_append_c(out, '-');
			p++;
		} else {
			g_string_append_c(out, *p == '-' ? '.' : *p);
		}
	}
	g_string_append(out, rest);
	return g_string_free(out, FALSE);
}

static char *unwrap_other(const char *host, const char *rest)
{
	g_autofree char *target = NULL;
	struct warden_url_parts parts;
	const char *own = warden_url_registrable(host), *domain;
	bool differs;

	for (gsize i = 0; i < G_N_ELEMENTS(sharing); i++) {
		if (g_str_has_prefix(rest, sharing[i]))
			return NULL;
	}
	target = find_parameter(rest, other_parameters);
	target = as_address(g_steal_pointer(&target));
	if (target == NULL || own == NULL)
		return NULL;
	(void)warden_url_split(target, &parts);
	domain = warden_url_registrable(parts.host);
	differs = domain != NULL && strcmp(domain, own) != 0;
	warden_url_parts_clear(&parts);
	return differs ? g_steal_pointer(&target) : NULL;
}

static char *unwrap_once(const char *url, enum warden_wrapper *wrapper_r,
			 char **host_r)
{
	struct warden_url_parts parts;
	char *target = NULL;

	*wrapper_r = WARDEN_WRAPPER_NONE;
	*host_r = NULL;
	if (!warden_url_split(url, &parts)) {
		warden_url_parts_clear(&parts);
		return NULL;
	}
	for (gsize i = 0; target == NULL && i < G_N_ELEMENTS(rules); i++) {
		if (!is_host(&rules[i], parts.host) ||
		    !g_str_has_prefix(parts.rest, rules[i].path))
			continue;
		target = apply(&rules[i], parts.rest);
		*wrapper_r = rules[i].wrapper;
	}
	if (target == NULL) {
		target = translated(parts.host, parts.rest);
		*wrapper_r = WARDEN_WRAPPER_PROXY;
	}
	if (target == NULL) {
		target = unwrap_other(parts.host, parts.rest);
		*wrapper_r = WARDEN_WRAPPER_OTHER;
	}
	if (target == NULL)
		*wrapper_r = WARDEN_WRAPPER_NONE;
	else
		*host_r = g_strdup(parts.host);
	warden_url_parts_clear(&parts);
	return target;
}

char *warden_unwrap(const char *url, enum warden_wrapper *wrapper_r,
		    char **host_r)
{
	g_autofree char *host = NULL;
	char *current = NULL;

	*wrapper_r = WARDEN_WRAPPER_NONE;
	for (guint i = 0; i < WRAPPERS_MAX; i++) {
		enum warden_wrapper wrapper;
		g_autofree char *by = NULL;
		char *next = unwrap_once(current == NULL ? url : current,
					 &wrapper, &by);

		if (next == NULL)
			break;
		g_free(current);
		current = next;
		if (*wrapper_r == WARDEN_WRAPPER_NONE ||
		    *wrapper_r == WARDEN_WRAPPER_SCREEN) {
			*wrapper_r = wrapper;
			g_free(host);
			host = g_steal_pointer(&by);
		}
	}
	if (host_r != NULL)
		*host_r = g_steal_pointer(&host);
	return current;
}
