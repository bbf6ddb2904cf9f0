#include "warden-config.h"

#include "shape.h"
#include "url.h"

#include <string.h>

/* --- hosts and boxes ------------------------------------------------------- */

bool warden_shape_is_machine_name(const char *name, gsize size)
{
	guint digits = 0, hyphens = 0, run = 0, longest = 0, turns = 0;

	if (size >= 4 && strncmp(name, "xn--", 4) == 0)
		return FALSE;
	for (gsize i = 0; i < size; i++) {
		bool digit = g_ascii_isdigit(name[i]);

		digits += digit;
		hyphens += name[i] == '-';
		if (i > 0 && digit != (bool)g_ascii_isdigit(name[i - 1]))
			turns++;
		run = g_ascii_isalpha(name[i]) &&
			strchr("aeiouy", name[i]) == NULL ? run + 1 : 0;
		longest = MAX(longest, run);
	}
	return (turns >= 3 && digits >= 2) || (digits >= 4 && size > digits) ||
	       hyphens >= 3 || longest >= 6;
}

guint warden_shape_labels(const char *host)
{
	guint labels = 1;

	for (; *host != '\0'; host++)
		labels += *host == '.';
	return labels;
}

guint warden_shape_depth(const char *host)
{
	const char *domain = warden_url_registrable(host);

	return domain == NULL ? 0 :
		warden_shape_labels(host) - warden_shape_labels(domain);
}

bool warden_shape_is_customer_site(const char *domain)
{
	const char *suffix = strchr(domain, '.'), *last;

	if (suffix == NULL || strchr(suffix + 1, '.') == NULL)
		return FALSE;
	last = strrchr(suffix, '.') + 1;
	/* "co.uk" has short labels, "uk.com" and "github.io" a long one */
	return strlen(last) != 2 || strcspn(suffix + 1, ".") > 3;
}

bool warden_shape_is_rare_tld(const char *domain)
{
	static const char *const common[] = {
		"com", "net", "org", "edu", "gov", "mil", "int", "example",
		"localhost", "invalid", "test", NULL
	};
	const char *last = strrchr(domain, '.');

	return last != NULL && strlen(last + 1) != 2 &&
	       strncmp(last + 1, "xn--", 4) != 0 &&
	       !g_strv_contains(common, last + 1);
}

/* --- texts ------------------------------------------------------------------ */

static bool is_symbol(gunichar c)
{
	return (c >= 0x2600 && c <= 0x27bf) || (c >= 0x1f300 && c <= 0x1faff) ||
	       (c >= 0x2b00 && c <= 0x2bff) || (c >= 0x25a0 && c <= 0x25ff);
}

bool warden_shape_has_token(const char *text)
{
	while (*text != '\0') {
		gsize size = 0;
		guint turns = 0, digits = 0, jumps = 0;

		while (g_ascii_isalnum(text[size])) {
			char c = text[size], before = size > 0 ?
				text[size - 1] : c;

			digits += g_ascii_isdigit(c) ? 1 : 0;
			turns += g_ascii_isdigit(c) != g_ascii_isdigit(before);
			jumps += g_ascii_islower(before) && g_ascii_isupper(c);
			size++;
		}
		if (size >= 6 && ((turns >= 3 && digits >= 2) || jumps >= 3 ||
				  (jumps >= 2 && size <= 8)))
			return TRUE;
		text += MAX(size, 1);
	}
	return FALSE;
}

bool warden_shape_has_signs(const char *name)
{
	for (; *name != '\0'; name = g_utf8_next_char(name)) {
		gunichar c = g_utf8_get_char(name);

		if (is_symbol(c) || strchr("_#*$!|~^={}<>", c < 128 ? (char)c :
					   ' ') != NULL)
			return TRUE;
	}
	return FALSE;
}

bool warden_shape_is_disguised(const char *text)
{
	guint found = 0;

	for (; *text != '\0'; text = g_utf8_next_char(text)) {
		gunichar c = g_utf8_get_char(text);

		found += (c >= 0x1d400 && c <= 0x1d7ff) ||
			 (c >= 0x1f130 && c <= 0x1f189) ||
			 (c >= 0x24b6 && c <= 0x24e9);
	}
	return found >= 3;
}

struct warden_shape_count warden_shape_count(const char *text)
{
	struct warden_shape_count count = { 0 };
	guint run = 0;

	for (; *text != '\0'; text = g_utf8_next_char(text)) {
		gunichar c = g_utf8_get_char(text);

		run = g_unichar_isdigit(c) ? run + 1 : 0;
		count.digits_run = MAX(count.digits_run, run);
		count.capitals += g_unichar_isupper(c) ? 1 : 0;
		count.letters += g_unichar_isupper(c) || g_unichar_islower(c);
		count.exclamations += c == '!' || c == 0xff01 || c == 0xa1;
		count.symbols += is_symbol(c) ? 1 : 0;
	}
	return count;
}

bool warden_shape_names_sum(const char *text)
{
	for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		const char *next = g_utf8_next_char(p);

		if (g_unichar_type(c) != G_UNICODE_CURRENCY_SYMBOL)
			continue;
		next += strspn(next, " ");
		if (g_ascii_isdigit(*next) ||
		    (p > text && (g_ascii_isdigit(p[-1]) ||
				  (p > text + 1 && p[-1] == ' ' &&
				   g_ascii_isdigit(p[-2])))))
			return TRUE;
	}
	return FALSE;
}

bool warden_shape_names_fortune(const char *text)
{
	static const char *const currencies[] = {
		"$", "€", "£", "usd", "eur", "gbp", "dollar", "euro", "pound",
		"million",
	};
	const char *p = text;

	while (*p != '\0') {
		guint digits = 0, groups = 0, last = 0;
		const char *start = p;

		while (g_ascii_isdigit(*p) ||
		       ((*p == ',' || *p == '.' || *p == '\'') &&
			p > start && g_ascii_isdigit(p[1]))) {
			if (g_ascii_isdigit(*p)) {
				digits++;
				last++;
			} else {
				groups++;
				last = 0;
			}
			p++;
		}
		if (p == start) {
			p++;
			continue;
		}
		if (groups > 0 && last < 3) {	/* cents */
			digits -= last;
			groups--;
		}
		/* a date or version has short groups */
		if (groups == 0 || digits < 6 || digits > 14 ||
		    digits < groups * 3)
			continue;
		g_autofree char *around = NULL;
		const char *left = start - MIN(start - text, 12);
		gsize right = MIN(strlen(p), 24);
		g_autofree char *slice =
			g_strndup(left, p + right - left);

		around = g_ascii_strdown(slice, -1);
		for (gsize i = 0; i < G_N_ELEMENTS(currencies); i++) {
			if (strstr(around, currencies[i]) != NULL)
				return TRUE;
		}
	}
	return FALSE;
}

/* --- names of people and houses -------------------------------------------- */

bool warden_shape_has_to_do(const char *name, const char *text)
{
	g_autofree char *folded = g_utf8_casefold(name, -1);
	const char *p = folded;
	bool any = FALSE;

	while (*p != '\0') {
		gsize size = 0;

		while (g_ascii_isalnum(p[size]))
			size++;
		if (size >= 3) {
			g_autofree char *found = g_strndup(p, size);

			any = TRUE;
			if (strstr(text, found) != NULL)
				return TRUE;
			/* "Bernhard" writes as "bernd", "Shop24" as "shop" */
			found[MIN(size, 4)] = '\0';
			if (size > 4 && strstr(text, found) != NULL)
				return TRUE;
		}
		p += MAX(size, 1);
	}
	/* Names in other scripts say nothing here. */
	return !any;
}

bool warden_shape_has_initials(const char *name, const char *box)
{
	g_auto(GStrv) words = g_strsplit_set(name, " .-", -1);
	g_autoptr(GString) all = g_string_new(NULL);
	char ends[3] = "";

	for (char **word = words; *word != NULL; word++) {
		if (!g_ascii_isalpha(**word))
			continue;
		g_string_append_c(all, g_ascii_tolower(**word));
	}
	if (all->len < 2 || strlen(box) > 8)
		return FALSE;
	ends[0] = all->str[0];
	ends[1] = all->str[all->len - 1];
	return strstr(box, all->str) != NULL || strstr(box, ends) != NULL;
}

bool warden_shape_names_domain(const char *name, const char *own)
{
	g_auto(GStrv) words = g_strsplit_set(name, " ,;:|/()[]<>\"'", -1);

	for (char **word = words; *word != NULL; word++) {
		g_autofree char *host = g_ascii_strdown(*word, -1);
		const char *dot = strchr(host, '.');
		const char *domain;

		if (dot == NULL || dot - host < 2 || strlen(dot) < 3 ||
		    strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789.-") !=
		    strlen(host))
			continue;
		domain = warden_url_registrable(host);
		/* example.de and example.com are mostly one owner */
		if (domain != NULL && strncmp(own, domain, strcspn(
			domain, ".") + 1) != 0)
			return TRUE;
	}
	return FALSE;
}
