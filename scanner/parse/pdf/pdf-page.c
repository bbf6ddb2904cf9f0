#include "warden-config.h"

#include "pdf-draw.h"
#include "pdf-font.h"
#include "../picture/picture-codes.h"
#include "../text/urls.h"

#include <math.h>
#include <string.h>

/* What the pages show (ISO 32000-1 8, 9): links that are only text, and codes
   that are drawn. Only as much of the page language as that needs. */

typedef struct warden_pdf_value value_t;

#define OPERANDS_MAX 8
#define STATES_MAX 64
#define FORMS_DEPTH_MAX 6
/* Long side of the picture of a page: modules of a code a finger wide come out
   some five pixels large. */
#define CANVAS_SIDE 2000
/* A code of the smallest kind has some hundred runs of dark modules. */
#define DARK_MIN 60
#define FILL_WORK (1000u * 1000)
#define STRING_MAX 4096

struct matrix {
	double a, b, c, d, e, f;
};

struct state {
	struct matrix matrix;
	guint8 grey;
	const struct warden_pdf_font *font;
};

struct page {
	struct warden_pdf_look *look;
	struct warden_pdf_lexer *lexer;
	value_t resources;
	guint form_depth;
	double operands[OPERANDS_MAX];
	guint operands_count;
	char name[64];
	GString *string;	/* the text of those since the last operator */
	struct state states[STATES_MAX];
	guint depth, lost;	/* of states; those beyond the limit */
	struct warden_pdf_path path;
	struct warden_pdf_canvas canvas;
	GByteArray *picture;	/* its pixels; NULL: nothing is filled */
	/* text: where the line begins, and what was shown where */
	double line_x, line_y, shown_y, leading;
	bool moved;
	GString *text;
	GHashTable *fonts;	/* place → font */
};

static struct state *now(struct page *page)
{
	return &page->states[page->depth];
}

static void run_contents(struct page *page, GBytes *bytes);

/* --- geometry ------------------------------------------------------------------ */

/* By first, then by second. */
static struct matrix multiply(const struct matrix *first,
			      const struct matrix *second)
{
	return (struct matrix){
		.a = first->a * second->a + first->b * second->c,
		.b = first->a * second->b + first->b * second->d,
		.c = first->c * second->a + first->d * second->c,
		.d = first->c * second->b + first->d * second->d,
		.e = first->e * second->a + first->f * second->c + second->e,
		.f = first->e * second->b + first->f * second->d + second->f,
	};
}

static struct matrix operand_matrix(const struct page *page)
{
	const double *o = page->operands;

	return (struct matrix){ o[0], o[1], o[2], o[3], o[4], o[5] };
}

static void add_point(struct page *page, double x, double y, bool move)
{
	const struct matrix *m = &now(page)->matrix;
	double to_x = m->a * x + m->c * y + m->e;
	double to_y = m->b * x + m->d * y + m->f;

	if (move)
		warden_pdf_path_move(&page->path, to_x, to_y);
	else
		warden_pdf_path_line(&page->path, to_x, to_y);
}

/* --- operators ------------------------------------------------------------------- */

static void do_save(struct page *page)
{
	if (page->depth + 1 >= STATES_MAX) {
		page->lost++;
		return;
	}
	page->states[page->depth + 1] = *now(page);
	page->depth++;
}

static void do_restore(struct page *page)
{
	if (page->lost > 0)
		page->lost--;
	else if (page->depth > 0)
		page->depth--;
}

static void do_matrix(struct page *page)
{
	struct matrix by = operand_matrix(page);

	now(page)->matrix = multiply(&by, &now(page)->matrix);
}

static void do_move(struct page *page)
{
	add_point(page, page->operands[0], page->operands[1], TRUE);
}

static void do_line(struct page *page)
{
	add_point(page, page->operands[0], page->operands[1], FALSE);
}

/* No code has curves that matter: the corners of its modules may be round. */
static void do_curve(struct page *page)
{
	guint last = page->operands_count;

	if (last >= 2)
		add_point(page, page->operands[last - 2],
			  page->operands[last - 1], FALSE);
}

static void do_rectangle(struct page *page)
{
	const double *o = page->operands;

	add_point(page, o[0], o[1], TRUE);
	add_point(page, o[0] + o[2], o[1], FALSE);
	add_point(page, o[0] + o[2], o[1] + o[3], FALSE);
	add_point(page, o[0], o[1] + o[3], FALSE);
}

static void do_end(struct page *page)
{
	warden_pdf_path_reset(&page->path);
}

static void fill(struct page *page, bool even_odd)
{
	struct warden_pdf_canvas *canvas = &page->canvas;

	/* most pages have text and pictures only */
	if (page->picture == NULL) {
		page->picture = warden_pdf_look_canvas(canvas->width,
						       canvas->height);
		canvas->pixels = page->picture->data + page->picture->len -
			(gsize)canvas->width * canvas->height;
	}
	warden_pdf_canvas_fill(canvas, &page->path, now(page)->grey,
			       even_odd);
	do_end(page);
}

static void do_fill(struct page *page)
{
	fill(page, FALSE);
}

static void do_fill_even_odd(struct page *page)
{
	fill(page, TRUE);
}

static guint8 byte_of(double part)
{
	return part > 0 ? MIN(part, 1) * 255 : 0;
}

/* One number is grey, three are RGB, four CMYK; a pattern is dark. */
static void do_color(struct page *page)
{
	const double *o = page->operands;
	double grey = 0;

	if (page->operands_count == 1)
		grey = o[0];
	else if (page->operands_count == 3)
		grey = 0.3 * o[0] + 0.59 * o[1] + 0.11 * o[2];
	else if (page->operands_count == 4)
		grey = 1 - (0.3 * o[0] + 0.59 * o[1] + 0.11 * o[2]) - o[3];
	now(page)->grey = byte_of(grey);
}

static void do_color_space(struct page *page)
{
	now(page)->grey = 0;
}

/* --- text -------------------------------------------------------------------------- */

static void move_line(struct page *page, double x, double y)
{
	page->line_x += x;
	page->line_y += y;
	page->moved = TRUE;
}

static void do_text_begin(struct page *page)
{
	page->line_x = page->line_y = 0;
	page->moved = TRUE;
}

static void do_text_move(struct page *page)
{
	move_line(page, page->operands[0], page->operands[1]);
}

static void do_text_move_leading(struct page *page)
{
	page->leading = -page->operands[1];
	do_text_move(page);
}

static void do_text_leading(struct page *page)
{
	page->leading = page->operands[0];
}

static void do_text_matrix(struct page *page)
{
	page->line_x = page->operands[4];
	page->line_y = page->operands[5];
	page->moved = TRUE;
}

static void do_text_next(struct page *page)
{
	move_line(page, 0, page->leading == 0 ? -1 : -page->leading);
}

/* A new line, or another place on the same one. */
static void separate(struct page *page)
{
	const struct matrix *m = &now(page)->matrix;
	double y = m->b * page->line_x + m->d * page->line_y + m->f;

	if (fabs(y - page->shown_y) > 0.5)
		g_string_append_c(page->text, '\n');
	else if (page->moved)
		g_string_append_c(page->text, ' ');
	page->shown_y = y;
	page->moved = FALSE;
}

static void do_show(struct page *page)
{
	if (page->text->len >= WARDEN_PDF_TEXT_MAX)
		return;
	separate(page);
	g_string_append_len(page->text, page->string->str, page->string->len);
}

static void do_show_next(struct page *page)
{
	do_text_next(page);
	do_show(page);
}

static void do_font(struct page *page)
{
	struct warden_pdf_dict resources;
	struct warden_pdf_font *font;
	gpointer key;
	value_t value;

	if (!warden_pdf_dict(page->look->pdf, page->resources, &resources))
		return;
	value = warden_pdf_resolve(page->look->pdf, warden_pdf_find(
		page->look->pdf, resources.values[WARDEN_PDF_KEY_Font],
		page->name), NULL);
	now(page)->font = NULL;
	if (value.buffer == 0)
		return;
	key = GSIZE_TO_POINTER((gsize)value.buffer << 40 | value.at);
	font = g_hash_table_lookup(page->fonts, key);
	if (font == NULL &&
	    g_hash_table_size(page->fonts) < WARDEN_PDF_FONTS_MAX) {
		font = warden_pdf_font_new(page->look, value);
		g_hash_table_insert(page->fonts, key, font);
	}
	now(page)->font = font;
}

/* --- what is drawn elsewhere --------------------------------------------------------- */

/* FALSE: no more streams are read. */
/* Ran into a limit, and not because somebody draws much: packed in more layers
   than one needs, or a hundredth of what is drawn, which drawings never are. */
static bool is_inflated(const struct warden_pdf_look *look, gint index,
			const struct warden_pdf_stream *stream)
{
	const struct warden_pdf_object *object =
		warden_pdf_object(look->pdf, index);
	gsize packed = object->stream_end - object->stream;

	if (stream->outcome == WARDEN_PDF_UNSUPPORTED)
		return stream->filter < WARDEN_PDF_FILTER_DCT;
	return stream->outcome == WARDEN_PDF_CUT &&
	       packed < g_bytes_get_size(stream->bytes) /
			WARDEN_PDF_CONTENT_RATIO_MAX;
}

static bool read_stream(struct warden_pdf_look *look, value_t value,
			GBytes **bytes_r)
{
	struct warden_pdf_stream stream;
	gint index;

	(void)warden_pdf_resolve(look->pdf, value, &index);
	if (index < 0 ||
	    warden_pdf_object(look->pdf, index)->stream_end == 0 ||
	    look->contents >= WARDEN_PDF_CONTENTS_MAX)
		return FALSE;
	look->contents++;
	warden_pdf_stream_read(look->pdf, index, WARDEN_PDF_CONTENT_SIZE_MAX,
			       &stream);
	if (is_inflated(look, index, &stream))
		warden_queue_limit(look->queue, WARDEN_TRAIT_LIMIT_RATIO,
				   look->path, "expansion");
	*bytes_r = stream.bytes;
	return stream.outcome != WARDEN_PDF_UNSUPPORTED;
}

static void apply_form_matrix(struct page *page, value_t form)
{
	struct warden_pdf_array array;
	double numbers[6];
	value_t value;
	guint count = 0;

	warden_pdf_array_init(&array, page->look->pdf, warden_pdf_find(
		page->look->pdf, form, "Matrix"));
	while (count < 6 && warden_pdf_array_next(&array, &value))
		numbers[count++] = warden_pdf_real(page->look->pdf, value);
	if (count < 6)
		return;
	memcpy(page->operands, numbers, sizeof(numbers));
	do_matrix(page);
}

static void run_form(struct page *page, value_t value,
		     const struct warden_pdf_dict *form)
{
	struct warden_pdf_lexer *lexer = page->lexer;
	value_t resources = page->resources;
	guint depth = page->depth, lost = page->lost;
	g_autoptr(GBytes) bytes = NULL;

	if (!read_stream(page->look, value, &bytes))
		return;
	do_save(page);
	apply_form_matrix(page, value);
	if (warden_pdf_has(form->values[WARDEN_PDF_KEY_Resources]))
		page->resources = form->values[WARDEN_PDF_KEY_Resources];
	page->form_depth++;
	run_contents(page, bytes);
	page->form_depth--;
	page->resources = resources;
	page->lexer = lexer;
	page->depth = depth;
	page->lost = lost;
}

static void do_object(struct page *page)
{
	struct warden_pdf *pdf = page->look->pdf;
	struct warden_pdf_dict resources, form;
	value_t value;

	if (page->form_depth >= FORMS_DEPTH_MAX ||
	    !warden_pdf_dict(pdf, page->resources, &resources))
		return;
	value = warden_pdf_find(pdf, resources.values[WARDEN_PDF_KEY_XObject],
				page->name);
	if (warden_pdf_dict(pdf, value, &form) &&
	    warden_pdf_is(pdf, form.values[WARDEN_PDF_KEY_Subtype], "Form"))
		run_form(page, value, &form);
}

/* Past the bytes of an inline picture: they end at "EI" between spaces. */
static void do_inline_image(struct page *page)
{
	struct warden_pdf_lexer *lexer = page->lexer;
	const guint8 *data = lexer->data;

	while (lexer->at + 3 < lexer->size) {
		const guint8 *found = memmem(data + lexer->at,
					     lexer->size - lexer->at, "EI",
					     2);

		if (found == NULL) {
			lexer->at = lexer->size;
			return;
		}
		lexer->at = found - data + 2;
		if (found > data && warden_pdf_is_space(found[-1]) &&
		    (lexer->at == lexer->size ||
		     warden_pdf_is_space(data[lexer->at])))
			return;
	}
}

static const struct operator {
	const char *word;
	guint operands;		/* wanted; fewer: not done */
	void (*run)(struct page *page);
} operators[] = {
	{ "q", 0, do_save }, { "Q", 0, do_restore }, { "cm", 6, do_matrix },
	{ "m", 2, do_move }, { "l", 2, do_line }, { "c", 6, do_curve },
	{ "v", 4, do_curve }, { "y", 4, do_curve },
	{ "re", 4, do_rectangle },
	{ "f", 0, do_fill }, { "F", 0, do_fill }, { "B", 0, do_fill },
	{ "b", 0, do_fill }, { "f*", 0, do_fill_even_odd },
	{ "B*", 0, do_fill_even_odd }, { "b*", 0, do_fill_even_odd },
	{ "n", 0, do_end }, { "S", 0, do_end }, { "s", 0, do_end },
	{ "g", 1, do_color }, { "rg", 3, do_color }, { "k", 4, do_color },
	{ "sc", 0, do_color }, { "scn", 0, do_color },
	{ "cs", 0, do_color_space },
	{ "BT", 0, do_text_begin }, { "Td", 2, do_text_move },
	{ "TD", 2, do_text_move_leading }, { "TL", 1, do_text_leading },
	{ "Tm", 6, do_text_matrix }, { "T*", 0, do_text_next },
	{ "Tf", 0, do_font }, { "Tj", 0, do_show }, { "TJ", 0, do_show },
	{ "'", 0, do_show_next }, { "\"", 0, do_show_next },
	{ "Do", 0, do_object }, { "ID", 0, do_inline_image },
};

/* --- running ---------------------------------------------------------------------------- */

static void add_number(struct page *page,
		       const struct warden_pdf_token *token, bool in_array)
{
	char text[32];
	gsize size = MIN(token->end - token->start, sizeof(text) - 1);
	double number;

	memcpy(text, page->lexer->data + token->start, size);
	text[size] = '\0';
	number = g_ascii_strtod(text, NULL);
	if (in_array) {
		/* a gap between glyphs that is as wide as a space */
		if (number < -180 && page->string->len < STRING_MAX)
			g_string_append_c(page->string, ' ');
		return;
	}
	if (page->operands_count == OPERANDS_MAX) {
		memmove(page->operands, page->operands + 1,
			(OPERANDS_MAX - 1) * sizeof(*page->operands));
		page->operands_count--;
	}
	page->operands[page->operands_count++] = number;
}

static void add_string(struct page *page,
		       const struct warden_pdf_token *token)
{
	g_autoptr(GByteArray) bytes = warden_pdf_lex_string(
		page->lexer, token, STRING_MAX);

	if (page->string->len < STRING_MAX)
		warden_pdf_font_text(now(page)->font, bytes, page->string);
}

static void run_operator(struct page *page,
			 const struct warden_pdf_token *token)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(operators); i++) {
		const struct operator *operator = &operators[i];

		if (!warden_pdf_token_is(page->lexer, token, operator->word))
			continue;
		if (page->operands_count >= operator->operands)
			operator->run(page);
		break;
	}
	page->operands_count = 0;
	page->name[0] = '\0';
	g_string_truncate(page->string, 0);
}

static void run_contents(struct page *page, GBytes *bytes)
{
	struct warden_pdf_lexer lexer = { 0 };
	struct warden_pdf_token token;
	bool in_array = FALSE;
	guint64 work;

	lexer.data = g_bytes_get_data(bytes, &lexer.size);
	work = 4 * lexer.size + 1024;
	lexer.work_left = &work;
	do {
		page->lexer = &lexer;
		warden_pdf_lex(&lexer, &token);
		switch (token.kind) {
		case WARDEN_PDF_NUMBER:
			add_number(page, &token, in_array);
			break;
		case WARDEN_PDF_NAME:
			(void)warden_pdf_lex_name(&lexer, &token, page->name,
						  sizeof(page->name));
			break;
		case WARDEN_PDF_STRING:
			add_string(page, &token);
			break;
		case WARDEN_PDF_ARRAY_OPEN:
		case WARDEN_PDF_ARRAY_CLOSE:
			in_array = token.kind == WARDEN_PDF_ARRAY_OPEN;
			break;
		case WARDEN_PDF_WORD:
			run_operator(page, &token);
			break;
		default:
			break;
		}
	} while (token.kind != WARDEN_PDF_END);
}

/* --- pages -------------------------------------------------------------------------------- */

/* A page's own, or what it inherits (7.7.3.4). */
static value_t inherited(struct warden_pdf *pdf,
			 const struct warden_pdf_dict *dict,
			 enum warden_pdf_key key)
{
	struct warden_pdf_dict above = *dict;
	guint i;

	for (i = 0; i < 8 && !warden_pdf_has(above.values[key]); i++) {
		if (!warden_pdf_dict(pdf, above.values[WARDEN_PDF_KEY_Parent],
				     &above))
			break;
	}
	return above.values[key];
}

/* From the page's coordinates, upwards from below, to the canvas'. */
static void set_canvas(struct page *page, const struct warden_pdf_dict *dict)
{
	struct warden_pdf *pdf = page->look->pdf;
	double box[4] = { 0, 0, 612, 792 }, read[4], width, height, scale;
	struct warden_pdf_array array;
	value_t value;
	guint count = 0;

	warden_pdf_array_init(&array, pdf, inherited(
		pdf, dict, WARDEN_PDF_KEY_MediaBox));
	while (count < 4 && warden_pdf_array_next(&array, &value))
		read[count++] = warden_pdf_real(pdf, value);
	if (count == 4 && fabs(read[2] - read[0]) >= 1 &&
	    fabs(read[3] - read[1]) >= 1)
		memcpy(box, read, sizeof(box));
	width = fabs(box[2] - box[0]);
	height = fabs(box[3] - box[1]);
	scale = CANVAS_SIDE / MAX(width, height);
	page->canvas.width = CLAMP(width * scale, 1, CANVAS_SIDE);
	page->canvas.height = CLAMP(height * scale, 1, CANVAS_SIDE);
	page->states[0].matrix = (struct matrix){
		.a = scale, .d = -scale,
		.e = -MIN(box[0], box[2]) * scale,
		.f = MAX(box[1], box[3]) * scale,
	};
}

static void add_links(const struct page *page)
{
	struct warden_url_iter iter;
	gsize start, end;

	warden_queue_sensitive(page->look->queue, page->look->path,
			       page->text->str, page->text->len, FALSE);
	warden_url_iter_init(&iter, page->text->str, page->text->len);
	while (warden_url_iter_next(&iter, &start, &end)) {
		const char *url = page->text->str + start;
		bool bare = g_ascii_strncasecmp(url, "www.", 4) == 0;
		g_autofree char *full = g_strdup_printf(
			"%s%.*s", bare ? "http://" : "",
			(int)MIN(end - start, WARDEN_FACT_URL_MAX), url);

		warden_queue_url(page->look->queue, page->look->path, full,
				 strlen(full), NULL, "", "pdf");
	}
}

static void run_page(struct page *page, const struct warden_pdf_dict *dict)
{
	struct warden_pdf_array array;
	value_t value;

	warden_pdf_array_init(&array, page->look->pdf,
			      dict->values[WARDEN_PDF_KEY_Contents]);
	while (warden_pdf_array_next(&array, &value)) {
		g_autoptr(GBytes) bytes = NULL;

		if (!read_stream(page->look, value, &bytes))
			continue;
		run_contents(page, bytes);
	}
}

static void look_page(struct warden_pdf_look *look,
		      const struct warden_pdf_dict *dict, GHashTable *fonts)
{
	struct page *page = g_new0(struct page, 1);

	page->look = look;
	page->fonts = fonts;
	page->resources = inherited(look->pdf, dict,
				    WARDEN_PDF_KEY_Resources);
	page->string = g_string_new("");
	page->text = g_string_new("");
	page->canvas.work_left = FILL_WORK;
	warden_pdf_path_init(&page->path);
	set_canvas(page, dict);
	run_page(page, dict);
	add_links(page);
	if (page->canvas.dark >= DARK_MIN)
		warden_picture_look(look->queue, look->path,
				    page->picture->data, page->picture->len);
	warden_pdf_path_clear(&page->path);
	g_string_free(page->string, TRUE);
	g_string_free(page->text, TRUE);
	g_clear_pointer(&page->picture, g_byte_array_unref);
	g_free(page);
}

void warden_pdf_look_pages(struct warden_pdf_look *look)
{
	g_autoptr(GHashTable) fonts = g_hash_table_new_full(
		NULL, NULL, NULL, (GDestroyNotify)warden_pdf_font_free);
	guint i;

	look->shown_left = WARDEN_PDF_CONTENTS_BYTES_MAX;
	for (i = 0; i < look->pages->len && i < WARDEN_PDF_PAGES_MAX; i++) {
		struct warden_pdf_dict dict;

		if (warden_pdf_dict(look->pdf, g_array_index(look->pages,
							     value_t, i),
				    &dict))
			look_page(look, &dict, fonts);
	}
}
