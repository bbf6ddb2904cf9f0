#include "warden-config.h"

#include "url.h"

#include <arpa/inet.h>
#include <idn2.h>
#include <libpsl.h>
#include <string.h>

/* RFC 1035 2.3.4; longer is no host name. Bounds the work of idn2, too. */
#define HOST_MAX 255

static bool is_special(const char *scheme)
{
	return strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0 ||
	       strcmp(scheme, "ftp") == 0;
}

static char *percent_decode(const char *text, gsize size)
{
	GString *out = g_string_sized_new(size);

	for (gsize i = 0; i < size; i++) {
		if (text[i] == '%' && i + 2 < size &&
		    g_ascii_isxdigit(text[i + 1]) &&
		    g_ascii_isxdigit(text[i + 2])) {
			int c = g_ascii_xdigit_value(text[i + 1]) * 16 +
				g_ascii_xdigit_value(text[i + 2]);

			/* NUL would end the string: keep it escaped. */
			if (c != 0) {
				g_string_append_c(out, (char)c);
				i += 2;
				continue;
			}
		}
		g_string_append_c(out, text[i]);
	}
	return g_string_free(out, FALSE);
}

char *warden_url_host_ascii(const char *host)
{
	g_autofree char *decoded = percent_decode(host, strlen(host));
	gsize size = strlen(decoded);
	char *label, *ascii = NULL;

	while (size > 0 && decoded[size - 1] == '.')
		decoded[--size] = '\0';
	if (size == 0 || size > HOST_MAX ||
	    !g_utf8_validate(decoded, size, NULL))
		return g_ascii_strdown(decoded, -1);
	if (g_str_is_ascii(decoded))
		return g_ascii_strdown(decoded, -1);
	if (idn2_lookup_u8((const uint8_t *)decoded, (uint8_t **)&ascii,
			   IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return g_utf8_strdown(decoded, -1);
	label = g_ascii_strdown(ascii, -1);
	idn2_free(ascii);
	/* other full stops than the ASCII one are dots only now */
	size = strlen(label);
	while (size > 0 && label[size - 1] == '.')
		label[--size] = '\0';
	return label;
}

/* Length of a leading "scheme:", without the colon; 0 if there is none. A
   scheme with a dot is a host with a port ("example.com:8080/"). */
static gsize scheme_length(const char *url)
{
	gsize i = 0;

	if (!g_ascii_isalpha(url[0]))
		return 0;
	while (g_ascii_isalnum(url[i]) || url[i] == '+' || url[i] == '-')
		i++;
	return url[i] == ':' ? i : 0;
}

static void split_authority(const char *authority, gsize size,
			    struct warden_url_parts *parts)
{
	g_autofree char *copy = g_strndup(authority, size);
	char *host = copy, *at = strrchr(copy, '@'), *end;
	g_autofree char *bare = NULL;

	if (at != NULL) {
		*at = '\0';
		parts->userinfo = g_strdup(copy);
		host = at + 1;
	}
	if (host[0] == '[' && (end = strchr(host, ']')) != NULL) {
		bare = g_strndup(host + 1, end - host - 1);
		if (end[1] == ':')
			parts->port = g_strdup(end + 2);
	} else {
		end = strrchr(host, ':');
		if (end != NULL && end[1 + strspn(end + 1, "0123456789")] ==
		    '\0') {
			parts->port = g_strdup(end + 1);
			*end = '\0';
		}
		bare = g_strdup(host);
	}
	parts->host = warden_url_host_ascii(bare);
}

static void fill_empty(struct warden_url_parts *parts)
{
	char **fields[] = { &parts->scheme, &parts->userinfo, &parts->host,
			    &parts->port, &parts->rest };

	for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
		if (*fields[i] == NULL)
			*fields[i] = g_strdup("");
	}
}

bool warden_url_split(const char *url, struct warden_url_parts *parts_r)
{
	gsize length, slashes, size;
	bool special = TRUE;

	memset(parts_r, 0, sizeof(*parts_r));
	while (*url == ' ' || *url == '\t' || *url == '\n')
		url++;
	length = scheme_length(url);
	if (length > 0) {
		parts_r->scheme = g_ascii_strdown(url, length);
		url += length + 1;
		special = is_special(parts_r->scheme);
	}
	/* Browsers take any number of slashes, also backslashes. */
	slashes = strspn(url, special ? "/\\" : "/");
	if (length > 0 ? (!special && slashes < 2) :
	    slashes == 1 || strchr("?#", url[slashes]) != NULL) {
		parts_r->rest = g_strdup(url);
		fill_empty(parts_r);
		return FALSE;
	}
	url += slashes;
	size = strcspn(url, special ? "/\\?#" : "/?#");
	split_authority(url, size, parts_r);
	parts_r->rest = g_strdup(url + size);
	fill_empty(parts_r);
	return parts_r->host[0] != '\0';
}

void warden_url_parts_clear(struct warden_url_parts *parts)
{
	g_free(parts->scheme);
	g_free(parts->userinfo);
	g_free(parts->host);
	g_free(parts->port);
	g_free(parts->rest);
	memset(parts, 0, sizeof(*parts));
}

static bool parse_ipv4(const char *host, guint32 *address_r);

/* What a browser opens (WHATWG URL 3.1, forbidden host code points): names that
   hold marks of other pieces would be split elsewhere the next time. */
static bool is_usable_host(const char *host)
{
	struct in6_addr six;

	if (strchr(host, ':') != NULL)
		return inet_pton(AF_INET6, host, &six) == 1;
	return strpbrk(host, " #%/<>?@[\\]^|") == NULL;
}

/* Every notation of an address is one address. */
static void append_host(GString *out, const char *host)
{
	guint32 four;

	if (parse_ipv4(host, &four)) {
		g_string_append_printf(out, "%u.%u.%u.%u", four >> 24,
				       four >> 16 & 0xff, four >> 8 & 0xff,
				       four & 0xff);
	} else {
		g_string_append_printf(out, strchr(host, ':') != NULL ?
				       "[%s]" : "%s", host);
	}
}

static bool is_unreserved(int c)
{
	return g_ascii_isalnum(c) || (c != 0 && strchr("-._~", c) != NULL);
}

/* Undo escapes that mean nothing, write the others in upper case, and escape
   what a browser would. */
static void append_normalised(GString *out, const char *text, gsize size)
{
	for (gsize i = 0; i < size; i++) {
		guint8 c = text[i];

		if (c == '%' && i + 2 < size && g_ascii_isxdigit(text[i + 1]) &&
		    g_ascii_isxdigit(text[i + 2])) {
			c = g_ascii_xdigit_value(text[i + 1]) * 16 +
			    g_ascii_xdigit_value(text[i + 2]);
			i += 2;
			if (!is_unreserved(c)) {
				g_string_append_printf(out, "%%%02X", c);
				continue;
			}
		} else if (c <= ' ' || c >= 0x7f || c == '"' || c == '<' ||
			   c == '>') {
			g_string_append_printf(out, "%%%02X", c);
			continue;
		}
		g_string_append_c(out, (char)c);
	}
}

/* How many dots a segment is made of, escaped or not; 0 if of anything else. */
static guint count_dots(const char *segment)
{
	guint dots = 0;

	while (*segment != '\0') {
		if (*segment == '.')
			segment++;
		else if (g_ascii_strncasecmp(segment, "%2e", 3) == 0)
			segment += 3;
		else
			return 0;
		dots++;
	}
	return dots;
}

/* RFC 3986 5.2.4, on a path that starts with a slash; "%2e" is a dot as well
   (WHATWG URL 4.1, double-dot URL path segment). */
static void append_path(GString *out, const char *path, gsize size)
{
	g_autofree char *copy = g_strndup(path, size);
	g_auto(GStrv) segments = NULL;
	g_autoptr(GPtrArray) kept = g_ptr_array_new();
	bool slash = TRUE;

	g_strdelimit(copy, "\\", '/');
	segments = g_strsplit(copy + 1, "/", -1);
	for (char **segment = segments; *segment != NULL; segment++) {
		guint dots = count_dots(*segment);

		slash = TRUE;
		if (dots == 1)
			continue;
		if (dots == 2) {
			if (kept->len > 0)
				g_ptr_array_set_size(kept, kept->len - 1);
			continue;
		}
		slash = FALSE;
		g_ptr_array_add(kept, *segment);
	}
	for (guint i = 0; i < kept->len; i++) {
		const char *segment = g_ptr_array_index(kept, i);

		g_string_append_c(out, '/');
		append_normalised(out, segment, strlen(segment));
	}
	if (slash || kept->len == 0)
		g_string_append_c(out, '/');
}

char *warden_url_normalise(const char *url)
{
	struct warden_url_parts parts;
	const char *scheme, *port, *query;
	GString *out = NULL;
	gsize size;

	if (!warden_url_split(url, &parts)) {
		warden_url_parts_clear(&parts);
		return NULL;
	}
	scheme = parts.scheme[0] == '\0' ? "http" : parts.scheme;
	/* Lists and reports defang links. */
	if (strcmp(scheme, "hxxp") == 0 || strcmp(scheme, "hxxps") == 0)
		scheme = scheme[4] == 's' ? "https" : "http";
	if (is_special(scheme) && is_usable_host(parts.host)) {
		port = parts.port;
		if (strcmp(port, strcmp(scheme, "https") == 0 ? "443" :
			   strcmp(scheme, "http") == 0 ? "80" : "21") == 0)
			port = "";
		out = g_string_new(scheme);
		g_string_append(out, "://");
		append_host(out, parts.host);
		if (port[0] != '\0')
			g_string_append_printf(out, ":%s", port);
		size = strcspn(parts.rest, "?#");
		if (size == 0)
			g_string_append_c(out, '/');
		else
			append_path(out, parts.rest, size);
		query = parts.rest + size;
		if (*query == '?')
			append_normalised(out, query, strcspn(query, "#"));
	}
	warden_url_parts_clear(&parts);
	return out == NULL ? NULL : g_string_free(out, FALSE);
}

/* One number of an IPv4 address: decimal, 0x hex or 0 octal. */
static bool parse_number(const char *text, guint64 *value_r)
{
	unsigned int base = 10;
	char *end;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		text += 2;
		base = 16;
		if (*text == '\0') {
			*value_r = 0;
			return TRUE;
		}
	} else if (text[0] == '0' && text[1] != '\0') {
		base = 8;
	}
	if (!g_ascii_isxdigit(text[0]))
		return FALSE;
	*value_r = g_ascii_strtoull(text, &end, base);
	return *end == '\0' && *value_r <= G_MAXUINT32;
}

/* WHATWG URL Standard 3.5, "IPv4 parser". */
static bool parse_ipv4(const char *host, guint32 *address_r)
{
	g_auto(GStrv) labels = g_strsplit(host, ".", 5);
	guint count = g_strv_length(labels);
	guint64 value, address = 0;

	if (count == 0 || count > 4)
		return FALSE;
	for (guint i = 0; i < count; i++) {
		if (!parse_number(labels[i], &value))
			return FALSE;
		if (i + 1 < count) {
			if (value > 255)
				return FALSE;
			address |= value << (24 - 8 * i);
		} else {
			if (value >= G_GUINT64_CONSTANT(1) << (8 * (5 - count)))
				return FALSE;
			address |= value;
		}
	}
	*address_r = (guint32)address;
	return TRUE;
}

static bool ipv4_is_local(guint32 address)
{
	static const struct { guint32 network; guint bits; } locals[] = {
		{ 0x00000000, 8 }, { 0x0a000000, 8 }, { 0x64400000, 10 },
		{ 0x7f000000, 8 }, { 0xa9fe0000, 16 }, { 0xac100000, 12 },
		{ 0xc0a80000, 16 }, { 0xe0000000, 3 },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(locals); i++) {
		if ((address ^ locals[i].network) >> (32 - locals[i].bits) == 0)
			return TRUE;
	}
	return FALSE;
}

bool warden_url_host_is_address(const char *host, bool *local_r)
{
	struct in6_addr six;
	guint32 four;

	*local_r = FALSE;
	if (strchr(host, ':') != NULL) {
		if (inet_pton(AF_INET6, host, &six) != 1)
			return FALSE;
		*local_r = IN6_IS_ADDR_LOOPBACK(&six) ||
			   IN6_IS_ADDR_LINKLOCAL(&six) ||
			   IN6_IS_ADDR_UNSPECIFIED(&six) ||
			   (six.s6_addr[0] & 0xfe) == 0xfc;
		return TRUE;
	}
	if (!parse_ipv4(host, &four))
		return FALSE;
	*local_r = ipv4_is_local(four);
	return TRUE;
}

const char *warden_url_registrable(const char *host)
{
	bool local;

	if (host[0] == '\0' || strlen(host) > HOST_MAX ||
	    strchr(host, '.') == NULL ||
	    warden_url_host_is_address(host, &local))
		return NULL;
	return psl_registrable_domain(psl_builtin(), host);
}

bool warden_url_has_known_tld(const char *host)
{
	const char *dot = strrchr(host, '.');

	return dot != NULL && strlen(host) <= HOST_MAX &&
	       psl_is_public_suffix2(psl_builtin(), dot + 1,
				     PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE);
}

bool warden_url_is_public_suffix(const char *host)
{
	return strlen(host) <= HOST_MAX &&
	       psl_is_public_suffix2(psl_builtin(), host,
				     PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE);
}
