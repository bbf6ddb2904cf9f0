#include "warden-config.h"

#include "urls.h"

#include "../../facts/limits.h"

#include <idn2.h>
#include <string.h>

#define HOST_MAX 1000u

/* --- hosts ------------------------------------------------------------------------ */

/* One number of an address, as inet_aton() and browsers read it: decimal,
   octal with leading 0, hexadecimal with 0x. */
static bool parse_number(const char *text, gsize size, guint64 *value_r,
			 bool *odd)
{
	guint base = 10;
	guint64 value = 0;
	gsize i = 0;

	if (size == 0)
		return FALSE;
	if (size > 1 && text[0] == '0') {
		*odd = TRUE;
		base = g_ascii_tolower(text[1]) == 'x' ? 16 : 8;
		i = base == 16 ? 2 : 1;
	}
	for (; i < size; i++) {
		int digit = g_ascii_xdigit_value(text[i]);

		if (digit < 0 || (guint)digit >= base)
			return FALSE;
		value = value * base + digit;
		if (value > G_MAXUINT32)
			return FALSE;
	}
	*value_r = value;
	return TRUE;
}

/* "3221225985", "0xc0.0.02.1", "192.513": the last number fills what is
   left. Returns NULL if it is no IPv4 address. */
static char *parse_ipv4(const char *host, bool *odd)
{
	guint64 numbers[4], address = 0;
	guint count = 0, i;
	const char *p = host;

	for (;;) {
		gsize size = strcspn(p, ".");

		if (count == 4 ||
		    !parse_number(p, size, &numbers[count++], odd))
			return NULL;
		p += size;
		if (*p == '\0')
			break;
		p++;
	}
	for (i = 0; i + 1 < count; i++) {
		if (numbers[i] > 255)
			return NULL;
		address |= numbers[i] << (24 - 8 * i);
	}
	if (numbers[count - 1] >> (8 * (5 - count)) != 0)
		return NULL;
	address |= numbers[count - 1];
	*odd |= count < 4;
	return g_strdup_printf("%u.%u.%u.%u", (guint)(address >> 24) & 255,
			       (guint)(address >> 16) & 255,
			       (guint)(address >> 8) & 255,
			       (guint)address & 255);
}

static char *unpercent(const char *text, gsize size)
{
	GString *out = g_string_sized_new(size);
	gsize i;

	for (i = 0; i < size; i++) {
		if (text[i] == '%' && i + 2 < size &&
		    g_ascii_isxdigit(text[i + 1]) &&
		    g_ascii_isxdigit(text[i + 2])) {
			char c = g_ascii_xdigit_value(text[i + 1]) << 4 |
				g_ascii_xdigit_value(text[i + 2]);

			if (c != '\0')
				g_string_append_c(out, c);
			i += 2;
		} else {
			g_string_append_c(out, text[i]);
		}
	}
	return g_string_free(out, FALSE);
}

static bool is_plain_host(const char *host)
{
	for (; *host != '\0'; host++) {
		if (!g_ascii_isalnum(*host) && *host != '.' && *host != '-' &&
		    *host != '_')
			return FALSE;
	}
	return TRUE;
}

/* Letters outside ASCII become "xn--…". */
static char *to_ascii(const char *host)
{
	g_autofree char *folded = NULL;
	char *ascii = NULL, *copy;
	int flags = IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT |
		IDN2_ALLOW_UNASSIGNED;

	if (!g_utf8_validate(host, -1, NULL))
		return NULL;
	if (idn2_to_ascii_8z(host, &ascii, flags) != IDN2_OK &&
	    idn2_to_ascii_8z(host, &ascii, IDN2_TRANSITIONAL |
			     IDN2_NFC_INPUT) != IDN2_OK) {
		/* full-width and other compatibility forms */
		folded = g_utf8_normalize(host, -1, G_NORMALIZE_ALL_COMPOSE);
		if (folded == NULL ||
		    idn2_to_ascii_8z(folded, &ascii, flags) != IDN2_OK)
			return NULL;
	}
	copy = g_ascii_strdown(ascii, -1);
	idn2_free(ascii);
	return copy;
}

static void trim_dots(char *host)
{
	gsize size = strlen(host);

	while (size > 0 && host[size - 1] == '.')
		host[--size] = '\0';
}

static char *ipv6_host(const char *host, gsize size)
{
	gsize i;

	if (size < 4 || host[size - 1] != ']')
		return g_strdup("");
	for (i = 1; i < size - 1; i++) {
		if (!g_ascii_isxdigit(host[i]) && host[i] != ':' &&
		    host[i] != '.')
			return g_strdup("");
	}
	return g_ascii_strdown(host + 1, size - 2);
}

char *warden_url_host(const char *host, gsize size,
		      struct warden_trait_set *traits)
{
	g_autofree char *plain = NULL, *lower = NULL;
	char *address;
	bool odd = FALSE;

	if (size == 0 || size > HOST_MAX)
		return g_strdup("");
	if (*host == '[')
		return ipv6_host(host, size);
	plain = unpercent(host, size);
	if (is_plain_host(plain)) {
		lower = g_ascii_strdown(plain, -1);
	} else {
		lower = to_ascii(plain);
		/* mapped to ASCII, it may be anything */
		if (lower == NULL || !is_plain_host(lower)) {
			warden_trait_set_add(traits,
					     WARDEN_TRAIT_URL_BAD_HOST);
			return g_strdup("");
		}
	}
	trim_dots(lower);
	address = parse_ipv4(lower, &odd);
	if (address == NULL)
		return g_steal_pointer(&lower);
	if (odd)
		warden_trait_set_add(traits, WARDEN_TRAIT_URL_ODD_ADDRESS);
	return address;
}

/* --- whole URLs -------------------------------------------------------------------- */

static bool is_around(guchar c)
{
	return c <= 0x20;
}

/* Tabs and line ends anywhere, controls and spaces around (WHATWG URL 4.4). */
static char *clean(const char *text, gsize size,
		   struct warden_trait_set *traits)
{
	GString *out;
	gsize i;

	while (size > 0 && is_around(*text)) {
		text++;
		size--;
	}
	while (size > 0 && is_around(text[size - 1]))
		size--;
	size = MIN(size, WARDEN_FACT_URL_MAX);
	out = g_string_sized_new(size);
	for (i = 0; i < size; i++) {
		guchar c = text[i];

		if (c == '\t' || c == '\n' || c == '\r' || c == '\0') {
			warden_trait_set_add(
				traits, WARDEN_TRAIT_URL_ODD_CHARACTERS);
			continue;
		}
		g_string_append_c(out, c);
	}
	return g_string_free(out, FALSE);
}

/* Length of "scheme:" at the start, 0 if there is none. */
static gsize scheme_size(const char *url)
{
	gsize i;

	if (!g_ascii_isalpha(url[0]))
		return 0;
	for (i = 1; g_ascii_isalnum(url[i]) || url[i] == '+' ||
	     url[i] == '-' || url[i] == '.'; i++)
		;
	return url[i] == ':' && i < 32 ? i + 1 : 0;
}

static bool is_slash(char c)
{
	return c == '/' || c == '\\';
}

static bool is_scheme(const char *url, gsize size, const char *scheme)
{
	return strlen(scheme) == size &&
		g_ascii_strncasecmp(url, scheme, size) == 0;
}

/* Schemes whose URLs have a host however many slashes there are. */
static bool is_special(const char *url, gsize size)
{
	return is_scheme(url, size, "http:") ||
	       is_scheme(url, size, "https:") ||
	       is_scheme(url, size, "ftp:") || is_scheme(url, size, "ws:") ||
	       is_scheme(url, size, "wss:") || is_scheme(url, size, "hxxp:") ||
	       is_scheme(url, size, "hxxps:");
}

/* Not a place to go to, or one inside this message. */
static bool is_ignored(const char *url, gsize size)
{
	static const char *const ignored[] = {
		"cid:", "mid:", "data:", "javascript:", "vbscript:", "about:",
		"blob:", "tel:", "sms:", "callto:", "x-apple-data-detectors:",
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(ignored); i++) {
		if (is_scheme(url, size, ignored[i]))
			return TRUE;
	}
	return FALSE;
}

/* Where the host of a URL begins and ends. */
static bool find_host(const char *url, gsize scheme, gsize *start_r,
		      gsize *end_r)
{
	gsize start = scheme, end, at, i;

	if (is_special(url, scheme)) {
		while (is_slash(url[start]))
			start++;
	} else if (is_slash(url[start]) && is_slash(url[start + 1])) {
		start += 2;
	} else {
		return FALSE;
	}
	end = start + strcspn(url + start, "/\\?#");
	for (at = start, i = start; i < end; i++) {
		if (url[i] == '@')
			at = i + 1;
	}
	*start_r = at;
	/* the port */
	if (url[at] == '[') {
		const char *close = memchr(url + at, ']', end - at);

		*end_r = close == NULL ? end : (gsize)(close - url) + 1;
	} else {
		const char *colon = memchr(url + at, ':', end - at);

		*end_r = colon == NULL ? end : (gsize)(colon - url);
	}
	return TRUE;
}

static bool take_mailto(const char *url, struct warden_link *link)
{
	const char *address = url + strlen("mailto:");
	gsize size = strcspn(address, "?,");
	const char *at = memchr(address, '@', size);

	link->url = g_strdup(url);
	link->host = at == NULL ? g_strdup("") :
		warden_url_host(at + 1, size - (at + 1 - address),
				&link->traits);
	return *address != '\0';
}

/* Relative to the base's scheme, host and folder. */
static char *resolve(const char *url, const char *base)
{
	gsize scheme = scheme_size(base), start, end, path;
	const char *slash;

	if (scheme == 0 || !find_host(base, scheme, &start, &end))
		return NULL;
	if (is_slash(url[0]) && is_slash(url[1]))
		return g_strdup_printf("%.*s%s", (int)scheme, base, url);
	path = end + strcspn(base + end, "/\\?#");
	if (is_slash(url[0]))
		return g_strdup_printf("%.*s%s", (int)path, base, url);
	slash = memrchr(base + path, '/', strcspn(base + path, "?#"));
	return g_strdup_printf("%.*s/%s", slash == NULL ? (int)path :
			       (int)(slash - base), base, url);
}

bool warden_link_parse(const char *text, gsize size, const char *base,
		       struct warden_link *link_r)
{
	g_autofree char *url = NULL;
	gsize scheme, start, end;

	memset(link_r, 0, sizeof(*link_r));
	url = clean(text, size, &link_r->traits);
	scheme = scheme_size(url);
	if (*url == '\0' || *url == '#' || is_ignored(url, scheme))
		return FALSE;
	if (scheme == 0) {
		g_autofree char *relative = g_steal_pointer(&url);
		g_autofree char *from = base == NULL ? NULL :
			clean(base, strlen(base), &link_r->traits);

		if (from != NULL)
			url = resolve(relative, from);
		else if (is_slash(relative[0]) && is_slash(relative[1]))
			url = g_strconcat("http:", relative, NULL);
		if (url == NULL)
			return FALSE;
		scheme = scheme_size(url);
	}
	if (is_scheme(url, scheme, "mailto:"))
		return take_mailto(url, link_r) ||
			(warden_link_clear(link_r), FALSE);
	link_r->host = find_host(url, scheme, &start, &end) ?
		warden_url_host(url + start, end - start, &link_r->traits) :
		g_strdup("");
	link_r->url = g_steal_pointer(&url);
	return TRUE;
}

void warden_link_clear(struct warden_link *link)
{
	g_clear_pointer(&link->url, g_free);
	g_clear_pointer(&link->host, g_free);
}

/* --- in plain text ------------------------------------------------------------------- */

static bool is_url_byte(guchar c)
{
	return c > 0x20 && c != 0x7f && c != '<' && c != '>' && c != '"' &&
		c != '`' && c != '|' && c != '{' && c != '}' && c != '^';
}

static gsize url_end(const char *text, gsize size, gsize start, gsize at)
{
	gsize end = at;
	gint open = 0;

	for (; end < size && is_url_byte(text[end]); end++) {
		/* U+3000 and U+00A0 end it, as they do for readers */
		if ((guchar)text[end] == 0xe3 && end + 2 < size &&
		    (guchar)text[end + 1] == 0x80)
			break;
		if ((guchar)text[end] == 0xc2 && end + 1 < size &&
		    (guchar)text[end + 1] == 0xa0)
			break;
		if (text[end] == '(')
			open++;
		else if (text[end] == ')' && --open < 0)
			break;
	}
	while (end > start && strchr(".,;:!?'*_)]", text[end - 1]) != NULL) {
		if (text[end - 1] == ')' && memchr(text + start, '(',
						   end - start) != NULL)
			break;
		end--;
	}
	return end;
}

/* The scheme that ends before "://" at colon: its start, or colon. */
static gsize scheme_start(const char *text, gsize from, gsize colon)
{
	static const char *const schemes[] = {
		"https", "http", "ftp", "hxxps", "hxxp",
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(schemes); i++) {
		gsize size = strlen(schemes[i]);

		if (colon - from >= size &&
		    g_ascii_strncasecmp(text + colon - size, schemes[i],
					size) == 0)
			return colon - size;
	}
	return colon;
}

static bool find_scheme(const char *text, gsize size, gsize from,
			gsize *start_r, gsize *end_r)
{
	const char *p = text + from, *end = text + size;

	while (p < end && (p = memmem(p, end - p, "://", 3)) != NULL) {
		gsize colon = p - text;
		gsize start = scheme_start(text, from, colon);

		p += 3;
		if (start == colon)
			continue;
		*start_r = start;
		*end_r = url_end(text, size, start, colon + 3);
		if (*end_r > colon + 3)
			return TRUE;
	}
	return FALSE;
}

static bool find_www(const char *text, gsize size, gsize from,
		     gsize *start_r, gsize *end_r)
{
	gsize at;

	for (at = from; at + 5 < size; at++) {
		const char *w = memchr(text + at, '.', size - at);

		if (w == NULL)
			return FALSE;
		at = w - text;
		if (at < from + 3 ||
		    g_ascii_strncasecmp(w - 3, "www", 3) != 0 ||
		    (at > from + 3 && (g_ascii_isalnum(w[-4]) ||
				       strchr("./@-", w[-4]) != NULL)))
			continue;
		*start_r = at - 3;
		*end_r = url_end(text, size, *start_r, at + 1);
		if (*end_r > at + 3 && memchr(w + 1, '.', *end_r - at - 1) !=
			NULL)
			return TRUE;
	}
	return FALSE;
}

void warden_url_iter_init(struct warden_url_iter *iter, const char *text,
			  gsize size)
{
	memset(iter, 0, sizeof(*iter));
	iter->text = text;
	iter->size = size;
}

bool warden_url_iter_next(struct warden_url_iter *iter, gsize *start_r,
			  gsize *end_r)
{
	if (!iter->known) {
		iter->found = find_scheme(iter->text, iter->size, iter->at,
					  &iter->start, &iter->end);
		iter->known = TRUE;
	}
	/* only what stands before the URL already found */
	if (find_www(iter->text, iter->found ? iter->start : iter->size,
		     iter->at, start_r, end_r)) {
		iter->at = *end_r;
		return TRUE;
	}
	if (!iter->found)
		return FALSE;
	*start_r = iter->start;
	*end_r = iter->end;
	iter->at = iter->end;
	iter->known = FALSE;
	return TRUE;
}
