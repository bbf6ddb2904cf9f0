#include "warden-config.h"

#include "script-encoded.h"

#include <string.h>

#define FIRST 0x20
#define LAST 0x7f

/* What the characters from FIRST to LAST, and tab, stand for in each of the
   three alphabets. */
static const struct {
	const char characters[LAST - FIRST + 2];
	char tab;
} alphabets[] = {
	{ "20!)[83=X:5e9\\VsfNEkbYx^}Jmq<`>S@B'Hru17MR\"TjGd-"
	  " \177.L]~loytC&v%$+(#A4\t*D\?w;UiacPgQIOFh|6pnz/_KZ,W",
	  '{' },
	{ ".GzVBj/&IA42[vrC89pEhqO\tbD#u<~>^@wJa]\"KoN;LPg*}t"
	  "T+-,0nkf5%!dMRc\?{x)(sY3\177mUS|:_eFX1ilZH'\\=$y7`Q 6",
	  'W' },
	{ "-uR`q^I\\b})6 |z\177kc3+hQfv1dTC<:>~@E,*t'7DyY/o&rj9"
	  "{\?8wgSG4x]0#Z[lHUpi.L!$NP\tVs5aKX;W\"mM%(FJ2A=_OBe",
	  'n' },
};

/* Which alphabet is next. */
static const guint8 order[64] = {
	1, 2, 0, 1, 2, 0, 2, 0, 0, 2, 0, 2, 1, 0, 2, 0,
	1, 0, 2, 0, 1, 1, 2, 0, 0, 2, 1, 0, 2, 0, 0, 2,
	1, 1, 0, 2, 0, 2, 0, 1, 0, 1, 1, 2, 0, 1, 0, 2,
	1, 0, 2, 0, 1, 1, 2, 0, 0, 1, 1, 2, 0, 1, 0, 2,
};

static const char begin_mark[] = "#@~^";
static const char end_mark[] = "^#~@";
#define MARK_SIZE 4
#define LENGTH_SIZE 8		/* base64 of the length, "==" */

static char unescape(char c)
{
	switch (c) {
	case '#':
		return '\r';
	case '&':
		return '\n';
	case '!':
		return '<';
	case '*':
		return '>';
	case '$':
		return '@';
	default:
		return c;
	}
}

static void decode(const char *text, gsize size, GString *out)
{
	gsize i;
	guint at = 0;

	for (i = 0; i < size; i++) {
		guchar c = text[i];
		guint alphabet = order[at % G_N_ELEMENTS(order)];

		if (c == '@' && i + 1 < size)
			c = unescape(text[++i]);
		else if (c == '\t')
			c = alphabets[alphabet].tab;
		else if (c >= FIRST && c <= LAST)
			c = alphabets[alphabet].characters[c - FIRST];
		at += c < 0x80;
		g_string_append_c(out, c);
	}
}

GString *warden_script_decode(const char *text, gsize size)
{
	const char *p = text, *end = text + size, *start, *close;
	GString *out = NULL;

	while ((start = memmem(p, end - p, begin_mark, MARK_SIZE)) != NULL) {
		if (out == NULL)
			out = g_string_new("");
		g_string_append_len(out, p, start - p);
		start += MIN(MARK_SIZE + LENGTH_SIZE, end - start);
		close = memmem(start, end - start, end_mark, MARK_SIZE);
		if (close == NULL) {
			decode(start, end - start, out);
			p = end;
			break;
		}
		/* the check sum stands before the mark */
		decode(start, MAX(close - start, LENGTH_SIZE) - LENGTH_SIZE,
		       out);
		p = close + MARK_SIZE;
	}
	if (out != NULL)
		g_string_append_len(out, p, end - p);
	return out;
}
