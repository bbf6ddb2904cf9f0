#include "warden-config.h"

#include "html.h"

#include <string.h>

struct reference {
	const char *name;
	gunichar c;
	bool bare;	/* also without semicolon */
};

/* Every one that stands for ASCII, for such hide URLs; and what ordinary text
   uses. Others stay as they are. Sorted by name. */
static const struct reference references[] = {
	{ "AMP", '&', TRUE }, { "Aacute", 0xc1, TRUE },
	{ "Agrave", 0xc0, TRUE }, { "Auml", 0xc4, TRUE },
	{ "COPY", 0xa9, TRUE }, { "Ccedil", 0xc7, TRUE },
	{ "DiacriticalGrave", '`', FALSE }, { "Eacute", 0xc9, TRUE },
	{ "Egrave", 0xc8, TRUE }, { "GT", '>', TRUE }, { "Hat", '^', FALSE },
	{ "LT", '<', TRUE }, { "NewLine", '\n', FALSE },
	{ "Ntilde", 0xd1, TRUE }, { "Ouml", 0xd6, TRUE },
	{ "QUOT", '"', TRUE }, { "REG", 0xae, TRUE },
	{ "Tab", '\t', FALSE }, { "UnderBar", '_', FALSE },
	{ "Uuml", 0xdc, TRUE }, { "VerticalLine", '|', FALSE },
	{ "aacute", 0xe1, TRUE }, { "acirc", 0xe2, TRUE },
	{ "aelig", 0xe6, TRUE }, { "agrave", 0xe0, TRUE },
	{ "amp", '&', TRUE }, { "apos", '\'', FALSE },
	{ "aring", 0xe5, TRUE }, { "ast", '*', FALSE },
	{ "atilde", 0xe3, TRUE }, { "auml", 0xe4, TRUE },
	{ "bsol", '\\', FALSE }, { "bull", 0x2022, FALSE },
	{ "ccedil", 0xe7, TRUE }, { "colon", ':', FALSE },
	{ "comma", ',', FALSE }, { "commat", '@', FALSE },
	{ "copy", 0xa9, TRUE }, { "dollar", '$', FALSE },
	{ "eacute", 0xe9, TRUE }, { "ecirc", 0xea, TRUE },
	{ "egrave", 0xe8, TRUE }, { "emsp", 0x2003, FALSE },
	{ "ensp", 0x2002, FALSE }, { "equals", '=', FALSE },
	{ "euml", 0xeb, TRUE }, { "euro", 0x20ac, FALSE },
	{ "excl", '!', FALSE }, { "fjlig", 'f', FALSE },
	{ "grave", '`', FALSE }, { "gt", '>', TRUE },
	{ "hellip", 0x2026, FALSE }, { "iacute", 0xed, TRUE },
	{ "icirc", 0xee, TRUE }, { "iexcl", 0xa1, TRUE },
	{ "igrave", 0xec, TRUE }, { "iquest", 0xbf, TRUE },
	{ "iuml", 0xef, TRUE }, { "laquo", 0xab, TRUE },
	{ "lbrace", '{', FALSE }, { "lbrack", '[', FALSE },
	{ "lcub", '{', FALSE }, { "ldquo", 0x201c, FALSE },
	{ "lowbar", '_', FALSE }, { "lpar", '(', FALSE },
	{ "lrm", 0x200e, FALSE }, { "lsqb", '[', FALSE },
	{ "lsquo", 0x2018, FALSE }, { "lt", '<', TRUE },
	{ "mdash", 0x2014, FALSE }, { "midast", '*', FALSE },
	{ "middot", 0xb7, TRUE }, { "nbsp", 0xa0, TRUE },
	{ "ndash", 0x2013, FALSE }, { "ntilde", 0xf1, TRUE },
	{ "num", '#', FALSE }, { "oacute", 0xf3, TRUE },
	{ "ocirc", 0xf4, TRUE }, { "ograve", 0xf2, TRUE },
	{ "oslash", 0xf8, TRUE }, { "otilde", 0xf5, TRUE },
	{ "ouml", 0xf6, TRUE }, { "percnt", '%', FALSE },
	{ "period", '.', FALSE }, { "plus", '+', FALSE },
	{ "pound", 0xa3, TRUE }, { "quest", '?', FALSE },
	{ "quot", '"', TRUE }, { "raquo", 0xbb, TRUE },
	{ "rbrace", '}', FALSE }, { "rbrack", ']', FALSE },
	{ "rcub", '}', FALSE }, { "rdquo", 0x201d, FALSE },
	{ "reg", 0xae, TRUE }, { "rlm", 0x200f, FALSE },
	{ "rpar", ')', FALSE }, { "rsqb", ']', FALSE },
	{ "rsquo", 0x2019, FALSE }, { "semi", ';', FALSE },
	{ "shy", 0xad, TRUE }, { "sol", '/', FALSE },
	{ "szlig", 0xdf, TRUE }, { "thinsp", 0x2009, FALSE },
	{ "trade", 0x2122, FALSE }, { "uacute", 0xfa, TRUE },
	{ "ucirc", 0xfb, TRUE }, { "ugrave", 0xf9, TRUE },
	{ "uuml", 0xfc, TRUE }, { "verbar", '|', FALSE },
	{ "vert", '|', FALSE }, { "yen", 0xa5, TRUE },
	{ "zwj", 0x200d, FALSE }, { "zwnj", 0x200c, FALSE },
};

/* Numbers that browsers read as windows-1252. */
static const guint16 c1[32] = {
	0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,
	0x2030, 0x160, 0x2039, 0x152, 0x8d, 0x17d, 0x8f, 0x90, 0x2018,
	0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161,
	0x203a, 0x153, 0x9d, 0x17e, 0x178,
};

/* "&#65;", "&#x41": length of the reference, 0 if it is none. */
static gsize numeric(const char *text, gsize size, gunichar *c_r)
{
	gsize i = 2;
	guint base = 10;
	gunichar c = 0;
	gsize digits;

	if (i < size && (text[i] == 'x' || text[i] == 'X')) {
		base = 16;
		i++;
	}
	digits = i;
	for (; i < size; i++) {
		int digit = g_ascii_xdigit_value(text[i]);

		if (digit < 0 || (guint)digit >= base)
			break;
		c = MIN(c * base + digit, 0x110000);
	}
	if (i == digits)
		return 0;
	if (c >= 0x80 && c < 0xa0)
		c = c1[c - 0x80];
	if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		c = 0xfffd;
	*c_r = c;
	return i < size && text[i] == ';' ? i + 1 : i;
}

static const struct reference *find(const char *name, gsize size)
{
	gsize low = 0, high = G_N_ELEMENTS(references);

	while (low < high) {
		gsize middle = (low + high) / 2;
		const char *other = references[middle].name;
		int order = strncmp(name, other, size);

		if (order == 0 && other[size] != '\0')
			order = -1;
		if (order == 0)
			return &references[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static gsize named(const char *text, gsize size, bool attribute,
		   gunichar *c_r)
{
	const struct reference *reference;
	gsize end = 1, length;

	while (end < size && end < 32 && g_ascii_isalnum(text[end]))
		end++;
	if (end < size && text[end] == ';') {
		reference = find(text + 1, end - 1);
		if (reference != NULL) {
			*c_r = reference->c;
			return end + 1;
		}
	}
	/* In an attribute "&copy=1" is a parameter. */
	if (attribute && end < size && text[end] == '=')
		return 0;
	for (length = end - 1; length >= 2; length--) {
		reference = find(text + 1, length);
		if (reference != NULL && reference->bare) {
			if (attribute && length < end - 1)
				return 0;
			*c_r = reference->c;
			return length + 1;
		}
	}
	return 0;
}

void warden_html_unescape(const char *text, gsize size, bool attribute,
			  GString *out)
{
	while (size > 0) {
		const char *amp = memchr(text, '&', size);
		gsize plain = amp == NULL ? size : (gsize)(amp - text);
		gsize length = 0;
		gunichar c = 0;

		g_string_append_len(out, text, plain);
		text += plain;
		size -= plain;
		if (size == 0)
			return;
		if (size > 2 && text[1] == '#')
			length = numeric(text, size, &c);
		else if (size > 2)
			length = named(text, size, attribute, &c);
		if (length > 0) {
			g_string_append_unichar(out, c);
		} else {
			g_string_append_c(out, '&');
			length = 1;
		}
		text += length;
		size -= length;
	}
}
