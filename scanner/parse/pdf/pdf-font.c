#include "warden-config.h"

#include "pdf-font.h"

#include <string.h>

#define CODES_MAX 65536u
#define MAP_SIZE_MAX (1024u * 1024)

struct warden_pdf_font {
	bool wide;		/* two bytes a code */
	guint left;		/* codes that its map may yet bring */
	GHashTable *codes;	/* code + 1 → character; NULL: no map */
};

static guint code_of(const GByteArray *bytes)
{
	guint i, code = 0;

	for (i = 0; i < bytes->len && i < 2; i++)
		code = code << 8 | bytes->data[i];
	return code;
}

/* UTF-16BE; the first character of several is what matters for links, and
   ligatures are none of theirs. */
static gunichar character_of(const GByteArray *bytes)
{
	return bytes->len < 2 ? code_of(bytes) :
		(gunichar)bytes->data[0] << 8 | bytes->data[1];
}

static void add_code(struct warden_pdf_font *font, guint code, gunichar c)
{
	if (font->left == 0)
		return;
	font->left--;
	if (c >= 0x20 && (c < 0xd800 || c > 0xdfff))
		g_hash_table_insert(font->codes, GUINT_TO_POINTER(code + 1),
				    GUINT_TO_POINTER(c));
}

/* "<first> <last> <character>" or "<first> <last> [<character> …]". */
struct range {
	guint count;		/* of the strings that were read */
	guint first, last;
	bool single;		/* bfchar: "<code> <character>" */
	bool listed;		/* in an array */
};

static void take_string(struct warden_pdf_font *font, struct range *range,
			const GByteArray *bytes)
{
	guint code;

	if (range->count == 0) {
		range->first = range->last = code_of(bytes);
		range->count += range->single ? 2 : 1;
	} else if (range->count == 1) {
		range->last = code_of(bytes);
		range->count++;
	} else if (range->listed) {
		add_code(font, range->first++, character_of(bytes));
	} else {
		for (code = range->first;
		     code <= range->last && code <= 0xffff &&
		     font->left > 0; code++)
			add_code(font, code, character_of(bytes) + code -
				 range->first);
		range->count = 0;
	}
}

static void read_map(struct warden_pdf_font *font, GBytes *bytes)
{
	guint64 work = 2 * MAP_SIZE_MAX;
	struct warden_pdf_lexer lexer = { .work_left = &work };
	struct warden_pdf_token token;
	struct range range = { 0 };
	bool inside = FALSE;

	lexer.data = g_bytes_get_data(bytes, &lexer.size);
	do {
		warden_pdf_lex(&lexer, &token);
		if (warden_pdf_token_is(&lexer, &token, "beginbfchar") ||
		    warden_pdf_token_is(&lexer, &token, "beginbfrange")) {
			inside = TRUE;
			range.count = 0;
			range.single = token.end - token.start == 11;
		} else if (token.kind == WARDEN_PDF_WORD) {
			inside = FALSE;
		} else if (token.kind == WARDEN_PDF_ARRAY_OPEN) {
			range.listed = TRUE;
		} else if (token.kind == WARDEN_PDF_ARRAY_CLOSE) {
			range.listed = FALSE;
			range.count = 0;
		} else if (inside && token.kind == WARDEN_PDF_STRING) {
			g_autoptr(GByteArray) string =
				warden_pdf_lex_string(&lexer, &token, 8);

			take_string(font, &range, string);
		}
	} while (token.kind != WARDEN_PDF_END);
}

struct warden_pdf_font *warden_pdf_font_new(struct warden_pdf_look *look,
					    struct warden_pdf_value value)
{
	struct warden_pdf_font *font = g_new0(struct warden_pdf_font, 1);
	struct warden_pdf_stream stream;
	struct warden_pdf_dict dict;
	gint index;

	if (!warden_pdf_dict(look->pdf, value, &dict))
		return font;
	font->wide = warden_pdf_is(
		look->pdf, dict.values[WARDEN_PDF_KEY_Subtype], "Type0");
	(void)warden_pdf_resolve(
		look->pdf, dict.values[WARDEN_PDF_KEY_ToUnicode], &index);
	if (index < 0 ||
	    warden_pdf_object(look->pdf, index)->stream_end == 0)
		return font;
	font->codes = g_hash_table_new(NULL, NULL);
	font->left = CODES_MAX;
	warden_pdf_stream_read(look->pdf, index, MAP_SIZE_MAX, &stream);
	if (stream.outcome != WARDEN_PDF_UNSUPPORTED)
		read_map(font, stream.bytes);
	g_bytes_unref(stream.bytes);
	return font;
}

void warden_pdf_font_free(struct warden_pdf_font *font)
{
	if (font->codes != NULL)
		g_hash_table_unref(font->codes);
	g_free(font);
}

void warden_pdf_font_text(const struct warden_pdf_font *font,
			  const GByteArray *string, GString *text)
{
	guint width = font != NULL && font->wide ? 2 : 1, i;

	for (i = 0; i + width <= string->len; i += width) {
		guint code = width == 2 ?
			string->data[i] << 8 | string->data[i + 1] :
			string->data[i];
		gunichar c = font == NULL || font->codes == NULL ? 0 :
			GPOINTER_TO_UINT(g_hash_table_lookup(
				font->codes, GUINT_TO_POINTER(code + 1)));

		/* a map may leave out what is as it looks */
		if (c == 0 && width == 1 && code >= 0x20)
			c = code;
		if (c != 0)
			g_string_append_unichar(text, c);
	}
}
