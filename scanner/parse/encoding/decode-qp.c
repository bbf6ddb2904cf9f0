#include "warden-config.h"

#include "decode.h"

#include <string.h>

enum rule {
	RULE_LITERAL,	/* '=' that begins no escape is itself */
	RULE_DROP,	/* … is nothing */
	RULE_SKIP,	/* … is nothing, as is all to the next '=' or line */
	RULE_PACKED,	/* as SKIP, and white space is nothing at all */
};

struct decoder {
	enum rule rule;
	guint8 *out;
	gsize used;
	bool odd, indented;
};

static int hex(guint8 c)
{
	return g_ascii_xdigit_value(c);
}

/* "=", optional white space, line end: a soft line break. Returns its length
   without the '=', 0 if there is none. */
static gsize soft_break(const guint8 *p, const guint8 *end)
{
	const guint8 *q = p;

	while (q < end && (*q == ' ' || *q == '\t'))
		q++;
	if (q == end)
		return q - p;
	/* a few writers turn CR and LF around */
	if (*q == '\n')
		return q - p + (q + 1 < end && q[1] == '\r' &&
				(q + 2 == end || q[2] != '\n') ? 2 : 1);
	/* and some put a second CR before the LF */
	if (*q == '\r') {
		gsize cr = q + 1 < end && q[1] == '\r' && q + 2 < end &&
			q[2] == '\n' ? 2 : 1;

		return q - p + cr + (q + cr < end && q[cr] == '\n');
	}
	return 0;
}

/* Behind a '=' that is no escape. Returns where to go on. */
static const guint8 *
skip_odd(struct decoder *decoder, const guint8 *p, const guint8 *end)
{
	guint skipped;

	decoder->odd = TRUE;
	if (decoder->rule == RULE_LITERAL)
		decoder->out[decoder->used++] = '=';
	if (decoder->rule < RULE_SKIP)
		return p;
	for (skipped = 0; skipped < 2 && p < end && *p != '=' &&
	     *p != '\n' && *p != '\r'; skipped++)
		p++;
	return p;
}

static const guint8 *
escape(struct decoder *decoder, const guint8 *p, const guint8 *end)
{
	gsize size;

	if (end - p >= 2 && hex(p[0]) >= 0 && hex(p[1]) >= 0) {
		decoder->out[decoder->used++] = hex(p[0]) << 4 | hex(p[1]);
		return p + 2;
	}
	if (p == end)
		return p;
	size = soft_break(p, end);
	return size > 0 ? p + size : skip_odd(decoder, p, end);
}

static const guint8 *
plain(struct decoder *decoder, const guint8 *p, const guint8 *end)
{
	const guint8 *equals = memchr(p, '=', end - p);

	if (equals == NULL)
		equals = end;
	if (decoder->rule != RULE_PACKED) {
		memcpy(decoder->out + decoder->used, p, equals - p);
		decoder->used += equals - p;
		return equals;
	}
	for (; p < equals; p++) {
		if (!g_ascii_isspace(*p))
			decoder->out[decoder->used++] = *p;
	}
	return p;
}

static GBytes *
decode(struct decoder *decoder, const guint8 *data, gsize size)
{
	const guint8 *p = data, *end = data + size;

	decoder->out = g_malloc(size + 1);
	while (p < end) {
		if (*p != '=') {
			p = plain(decoder, p, end);
			continue;
		}
		if (p - data >= 2 && (p[-1] == ' ' || p[-1] == '\t') &&
		    p[-2] == '\n')
			decoder->indented = TRUE;
		p = escape(decoder, p + 1, end);
	}
	return g_bytes_new_take(g_realloc(decoder->out,
					  MAX(decoder->used, 1)),
				decoder->used);
}

static void add(GArray *readings, enum rule rule, const guint8 *data,
		gsize size, bool certain)
{
	struct decoder decoder = { .rule = rule };

	warden_readings_add(readings, decode(&decoder, data, size), certain);
}

void warden_decode_qp(const guint8 *data, gsize size, GArray *readings,
		      struct warden_trait_set *traits)
{
	struct decoder decoder = { .rule = RULE_LITERAL };

	warden_readings_add(readings, decode(&decoder, data, size), TRUE);
	if (decoder.odd) {
		warden_trait_set_add(traits, WARDEN_TRAIT_QP_ESCAPE);
		/* Common in honest mail ("?id=1" left as it was), so these
		   only count if they come to something. */
		add(readings, RULE_DROP, data, size, FALSE);
		add(readings, RULE_SKIP, data, size, FALSE);
	}
	if (decoder.indented)
		add(readings, RULE_PACKED, data, size, FALSE);
}
