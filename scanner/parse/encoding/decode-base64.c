#include "warden-config.h"

#include "decode.h"

/* What a byte is: six bits of data, or else. */
#define JUNK 0
#define SPACE 1
#define PADDING 2
#define DATA 0x80
#define D(value) (DATA | (value))
#define D4(value) D(value), D(value + 1), D(value + 2), D(value + 3)
#define D26(value) D4(value), D4(value + 4), D4(value + 8), D4(value + 12), \
	D4(value + 16), D4(value + 20), D(value + 24), D(value + 25)

static const guint8 rank[256] = {
	['\t'] = SPACE, ['\n'] = SPACE, ['\r'] = SPACE, [' '] = SPACE,
	['='] = PADDING,
	['A'] = D26(0), ['a'] = D26(26),
	['0'] = D4(52), D4(56), D(60), D(61),
	['+'] = D(62), ['/'] = D(63),
};

static bool is_data(guint8 c)
{
	return (rank[c] & DATA) != 0;
}

enum rule {
	RULE_STOP,	/* padding is the end */
	RULE_IGNORE,	/* padding is nothing */
	RULE_RESTART,	/* padding ends a group of four */
	RULE_LINES,	/* so does a line end, incomplete groups are lost */
	RULE_COMMENT,	/* as STOP, foreign characters hide their line's rest */
};

struct decoder {
	enum rule rule;
	guint8 *out;
	gsize used;
	guint32 bits;
	guint count;		/* characters in bits, 0 to 3 */
	/* what was seen */
	gsize characters, line_characters;
	bool padded, junk, odd_lines, odd_line, skip;
};

/* Two characters are one byte, three are two, one is none. */
static void flush(struct decoder *decoder)
{
	if (decoder->count >= 2)
		decoder->out[decoder->used++] =
			decoder->bits >> (decoder->count == 2 ? 4 : 10);
	if (decoder->count == 3)
		decoder->out[decoder->used++] = decoder->bits >> 2;
	decoder->count = 0;
	decoder->bits = 0;
}

static void take(struct decoder *decoder, guint8 value)
{
	decoder->characters++;
	decoder->bits = decoder->bits << 6 | value;
	if (++decoder->count < 4)
		return;
	decoder->out[decoder->used++] = decoder->bits >> 16;
	decoder->out[decoder->used++] = decoder->bits >> 8;
	decoder->out[decoder->used++] = decoder->bits;
	decoder->count = 0;
	decoder->bits = 0;
}

static void end_line(struct decoder *decoder)
{
	gsize length = decoder->characters - decoder->line_characters;

	/* The last line may be shorter: a fault shows when another follows. */
	if (length > 0) {
		decoder->odd_lines |= decoder->odd_line;
		decoder->odd_line = length % 4 != 0;
	}
	decoder->line_characters = decoder->characters;
	decoder->skip = FALSE;
	if (decoder->rule == RULE_LINES) {
		decoder->count = 0;
		decoder->bits = 0;
	}
}

/* Returns FALSE at the end of the encoded data. */
static bool take_other(struct decoder *decoder, guint8 value)
{
	switch (value) {
	case PADDING:
		decoder->padded = TRUE;
		if (decoder->rule == RULE_IGNORE)
			return TRUE;
		/* "====" amid the text pads nothing */
		if (decoder->count == 0 && decoder->characters == 0)
			return TRUE;
		flush(decoder);
		return decoder->rule != RULE_STOP;
	case JUNK:
		decoder->junk = TRUE;
		decoder->skip = decoder->rule == RULE_COMMENT;
		return TRUE;
	}
	return TRUE;
}

static const guint8 *line_start(const guint8 *data, const guint8 *p)
{
	while (p > data && p[-1] != '\n')
		p--;
	return p;
}

static GBytes *
decode(struct decoder *decoder, const guint8 *data, gsize size,
       gsize *end_r)
{
	const guint8 *p = data, *end = data + size;

	decoder->out = g_malloc(size / 4 * 3 + 4);
	while (p < end) {
		while (decoder->count == 0 && !decoder->skip && end - p >= 4 &&
		       (rank[p[0]] & rank[p[1]] & rank[p[2]] & rank[p[3]] &
			DATA) != 0) {
			guint32 bits = (rank[p[0]] & 0x3f) << 18 |
				(rank[p[1]] & 0x3f) << 12 |
				(rank[p[2]] & 0x3f) << 6 |
				(rank[p[3]] & 0x3f);

			decoder->out[decoder->used++] = bits >> 16;
			decoder->out[decoder->used++] = bits >> 8;
			decoder->out[decoder->used++] = bits;
			decoder->characters += 4;
			p += 4;
		}
		if (p == end)
			break;
		if (is_data(*p)) {
			if (!decoder->skip)
				take(decoder, rank[*p] & 0x3f);
		} else if (*p == '\n') {
			end_line(decoder);
		} else if (rank[*p] != SPACE &&
			   !take_other(decoder, rank[*p])) {
			if (rank[*p] == PADDING)
				p++;
			break;
		}
		p++;
	}
	*end_r = p - data;
	if (decoder->rule == RULE_LINES)
		end_line(decoder);
	flush(decoder);
	return g_bytes_new_take(g_realloc(decoder->out,
					  MAX(decoder->used, 1)),
				decoder->used);
}

static void add(GArray *readings, enum rule rule, const guint8 *data,
		gsize size, bool certain)
{
	struct decoder decoder = { .rule = rule };
	gsize end;
	GBytes *bytes = decode(&decoder, data, size, &end);

	if (g_bytes_get_size(bytes) == 0)
		g_bytes_unref(bytes);
	else
		warden_readings_add(readings, bytes, certain);
}

/* Letters behind the padding that are not padding themselves. */
static bool has_more(const guint8 *data, gsize size)
{
	gsize i;

	for (i = 0; i < size; i++) {
		if (is_data(data[i]) || rank[data[i]] == JUNK)
			return TRUE;
	}
	return FALSE;
}

void warden_decode_base64(const guint8 *data, gsize size, GArray *readings,
			  struct warden_trait_set *traits)
{
	struct decoder decoder = { .rule = RULE_STOP };
	gsize end;
	GBytes *bytes = decode(&decoder, data, size, &end);
	bool more = decoder.padded && has_more(data + end, size - end);
	bool odd = !decoder.padded && decoder.characters % 4 != 0;

	warden_readings_add(readings, bytes, TRUE);
	if (decoder.junk) {
		const guint8 *p = data;

		warden_trait_set_add(traits, WARDEN_TRAIT_BASE64_JUNK);
		while (rank[*p] != JUNK)
			p++;
		/* the whole line is foreign, not only its odd characters, as
		   what mailing lists append */
		add(readings, RULE_STOP, data,
		    line_start(data, p) - data, TRUE);
		add(readings, RULE_COMMENT, data, size, FALSE);
	}
	if (more) {
		warden_trait_set_add(traits,
				     WARDEN_TRAIT_BASE64_AFTER_PADDING);
		add(readings, RULE_IGNORE, data, size, TRUE);
		add(readings, RULE_RESTART, data, size, TRUE);
	}
	if (decoder.odd_lines) {
		warden_trait_set_add(traits, WARDEN_TRAIT_BASE64_LINES);
		add(readings, RULE_LINES, data, size, FALSE);
	}
	if (odd)
		warden_trait_set_add(traits, WARDEN_TRAIT_BASE64_LENGTH);
	if (odd && decoder.characters > 4) {
		gsize whole = decoder.characters / 4 * 3;

		/* GMime and others lose an incomplete last group. */
		bytes = g_array_index(readings, struct warden_reading, 0)
			.bytes;
		if (whole > 0 && whole <= g_bytes_get_size(bytes))
			warden_readings_add(readings, g_bytes_new_from_bytes(
				bytes, 0, whole), TRUE);
	}
}
