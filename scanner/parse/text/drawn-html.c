#include "warden-config.h"

#include "drawn.h"
#include "drawn-style.h"
#include "../web/html.h"

#include <string.h>

/* A page is read twice, both times only if it has what such a drawing needs:
   as lines of text, for block characters between tags, and as rows of boxes,
   each a tag with a ground and nothing in it. */

/* Tags in a row with nothing to read between them: 21 rows of a few runs. */
#define DENSE_TAGS 120
#define CELLS_MAX 100000u
#define ROWS_MIN 10
#define TAG_MAX 16

struct cell {
	struct warden_box box;
	guint span;
};

struct row {
	guint first, count;	/* in cells */
	gint height;
};

struct page {
	struct warden_queue *queue;
	const char *path;
	struct warden_styles *styles;
	GArray *cells, *rows, *placed;
	guint row_start;
	gint row_height, row_light, table_light;
	struct cell pending;	/* opened, not yet known to be a box */
	char pending_tag[TAG_MAX];
	bool is_pending;
};

struct tag {
	char name[TAG_MAX];	/* lower case */
	bool closing;
	const char *attributes, *end;	/* of the tag: at '>' */
};

/* p at '<'. FALSE: no tag. */
static bool read_tag(const char *p, const char *end, struct tag *tag)
{
	gsize used = 0;

	tag->closing = ++p < end && *p == '/';
	p += tag->closing;
	while (p < end && g_ascii_isalnum(*p) && used < TAG_MAX - 1)
		tag->name[used++] = g_ascii_tolower(*p++);
	tag->name[used] = '\0';
	tag->attributes = p;
	if (used == 0)
		return FALSE;
	tag->end = memchr(p, '>', end - p);
	return tag->end != NULL;
}

static bool is_one_of(const char *name, const char *words)
{
	const char *found = strstr(words, name);
	gsize length = strlen(name);

	while (found != NULL) {
		if (found[-1] == ' ' && found[length] == ' ')
			return TRUE;
		found = strstr(found + 1, name);
	}
	return FALSE;
}

/* --- whether it is worth it --------------------------------------------------------- */

static bool is_blank(const char *text, const char *end)
{
	while (text < end) {
		if (g_ascii_isspace(*text))
			text++;
		else if (end - text >= 6 && memcmp(text, "&nbsp;", 6) == 0)
			text += 6;
		else if (end - text >= 2 && memcmp(text, "\u00a0", 2) == 0)
			text += 2;
		else
			return FALSE;
	}
	return TRUE;
}

static bool is_dense(const char *text, gsize size)
{
	const char *end = text + size, *p = memchr(text, '<', size);
	guint tags = 0;

	while (p != NULL && tags < DENSE_TAGS) {
		const char *close = memchr(p, '>', end - p);

		if (close == NULL)
			break;
		p = memchr(close, '<', end - close);
		tags = p != NULL && is_blank(close + 1, p) ? tags + 1 : 0;
	}
	return tags >= DENSE_TAGS;
}

/* Block characters, Braille or squares, in UTF-8 or as a number; or text that
   keeps its spaces. */
static bool has_blocks(const char *text, gsize size)
{
	static const char *const marks[] = {
		"\xe2\x96", "\xe2\xa0", "\xe2\xa3", "\xe2\xac\x9b", "&#96",
		"&#x258", "&#x25a", "&#x28", "&block;", "&#1110", "<pre",
		"<PRE", "white-space",
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(marks); i++) {
		if (memmem(text, size, marks[i], strlen(marks[i])) != NULL)
			return TRUE;
	}
	return FALSE;
}

/* --- lines of text -------------------------------------------------------------------- */

static void add_text(GString *out, const char *text, gsize size, bool keep)
{
	GString *plain = g_string_new(NULL);
	gsize i;

	warden_html_unescape(text, size, FALSE, plain);
	for (i = 0; i < plain->len; i++) {
		bool space = g_ascii_isspace(plain->str[i]);

		if (plain->str[i] == '\0')
			continue;
		if (keep || !space)
			g_string_append_c(out, plain->str[i]);
		else if (out->len > 0 &&
			 !g_ascii_isspace(out->str[out->len - 1]))
			g_string_append_c(out, ' ');
	}
	g_string_free(plain, TRUE);
}

static void look_lines(struct warden_queue *queue, const char *path,
		       const char *text, gsize size)
{
	GString *out = g_string_sized_new(size);
	const char *end = text + size;
	bool keep = FALSE;

	while (text < end) {
		const char *open = memchr(text, '<', end - text);
		struct tag tag;

		if (open == NULL)
			open = end;
		add_text(out, text, open - text, keep);
		if (open >= end)
			break;
		if (!read_tag(open, end, &tag)) {
			text = open + 1;
			continue;
		}
		if (is_one_of(tag.name, " br p div tr li pre table "))
			g_string_append_c(out, '\n');
		if (is_one_of(tag.name, " pre div p td span code "))
			keep = !tag.closing &&
				(strcmp(tag.name, "pre") == 0 ||
				 memmem(tag.attributes,
					tag.end - tag.attributes,
					"white-space", 11) != NULL ||
				 (keep && strcmp(tag.name, "pre") != 0));
		text = tag.end + 1;
	}
	warden_drawn_text_look(queue, path, out->str, out->len);
	g_string_free(out, TRUE);
}

static bool is_cell(const char *name)
{
	return strcmp(name, "td") == 0 || strcmp(name, "th") == 0;
}

/* --- boxes -------------------------------------------------------------------------------- */

static void take_cell(struct page *page)
{
	struct cell *cell = &page->pending;

	page->is_pending = FALSE;
	if (cell->box.light < 0)
		cell->box.light = page->row_light >= 0 ? page->row_light :
			page->table_light;
	page->row_height = MAX(page->row_height, cell->box.height);
	if (cell->box.placed && cell->box.width > 0 && cell->box.height > 0)
		g_array_append_val(page->placed, *cell);
	else if (page->cells->len < CELLS_MAX)
		g_array_append_val(page->cells, *cell);
}

static void end_row(struct page *page)
{
	struct row row = {
		page->row_start, page->cells->len - page->row_start,
		page->row_height,
	};

	if (row.count > 0 && row.height >= 0)
		g_array_append_val(page->rows, row);
	page->row_start = page->cells->len;
	page->row_height = 0;
	page->row_light = -1;
}

/* Darker than the middle is dark. */
static gint middle_of(const GArray *cells)
{
	gint low = 255, high = 0;
	guint i;

	for (i = 0; i < cells->len; i++) {
		gint light = g_array_index(cells, struct cell, i).box.light;

		if (light < 0)
			continue;
		low = MIN(low, light);
		high = MAX(high, light);
	}
	return (low + high + 1) / 2;
}

static bool all_have_width(const GArray *cells)
{
	guint i;

	for (i = 0; i < cells->len; i++) {
		if (g_array_index(cells, struct cell, i).box.width <= 0)
			return FALSE;
	}
	return TRUE;
}

static guint64 cell_width(const struct cell *cell, bool pixels)
{
	return pixels ? (guint)cell->box.width : cell->span;
}

static guint64 row_height(const struct row *row)
{
	return row->height > 0 ? row->height : 1;
}

static void measure(const struct page *page, bool pixels, guint64 *width_r,
		    guint64 *height_r)
{
	guint i, j;

	*width_r = *height_r = 0;
	for (i = 0; i < page->rows->len; i++) {
		const struct row *row = &g_array_index(page->rows, struct row,
						       i);
		guint64 width = 0;

		for (j = 0; j < row->count; j++)
			width += cell_width(&g_array_index(
				page->cells, struct cell, row->first + j),
				pixels);
		*width_r = MAX(*width_r, width);
		*height_r += row_height(row);
	}
}

static void draw_rows(struct page *page)
{
	bool pixels = all_have_width(page->cells);
	gint middle = middle_of(page->cells);
	struct warden_drawn drawn;
	guint64 width, height;
	gint64 y = 0;
	guint i, j;

	measure(page, pixels, &width, &height);
	if (page->rows->len < ROWS_MIN || width > G_MAXUINT ||
	    height > G_MAXUINT || !warden_drawn_init(&drawn, width, height))
		return;
	for (i = 0; i < page->rows->len; i++) {
		const struct row *row = &g_array_index(page->rows, struct row,
						       i);
		gint64 x = 0;

		for (j = 0; j < row->count; j++) {
			const struct cell *cell = &g_array_index(
				page->cells, struct cell, row->first + j);

			warden_drawn_fill(&drawn, x, y,
					  cell_width(cell, pixels),
					  row_height(row),
					  cell->box.light >= 0 &&
					  cell->box.light < middle);
			x += cell_width(cell, pixels);
		}
		y += row_height(row);
	}
	warden_drawn_look(&drawn, page->queue, page->path);
	warden_drawn_clear(&drawn);
}

static void draw_placed(struct page *page)
{
	gint middle = middle_of(page->placed), width = 0, height = 0;
	struct warden_drawn drawn;
	guint i;

	/* boxes of one brightness are dark ones on a light ground */
	if (page->placed->len > 0 && middle == g_array_index(
		page->placed, struct cell, 0).box.light)
		middle = 256;
	for (i = 0; i < page->placed->len; i++) {
		const struct warden_box *box = &g_array_index(
			page->placed, struct cell, i).box;

		width = MAX(width, box->left + box->width);
		height = MAX(height, box->top + box->height);
	}
	/* a margin: codes may touch the edge */
	if (page->placed->len < ROWS_MIN || width <= 0 || height <= 0 ||
	    !warden_drawn_init(&drawn, width + 1, height + 1))
		return;
	for (i = 0; i < page->placed->len; i++) {
		const struct warden_box *box = &g_array_index(
			page->placed, struct cell, i).box;

		warden_drawn_fill(&drawn, box->left + 1, box->top + 1,
				  box->width, box->height,
				  box->light < middle);
	}
	warden_drawn_look(&drawn, page->queue, page->path);
	warden_drawn_clear(&drawn);
}

static void finish(struct page *page)
{
	if (page->is_pending && is_cell(page->pending_tag))
		take_cell(page);
	end_row(page);
	draw_rows(page);
	draw_placed(page);
	g_array_set_size(page->cells, 0);
	g_array_set_size(page->rows, 0);
	g_array_set_size(page->placed, 0);
	page->row_start = 0;
	page->table_light = -1;
}

/* --- tags ------------------------------------------------------------------------------------ */

/* A box ends with its tag, or with the next cell: </td> may be left out. */
static void open_tag(struct page *page, const struct tag *tag)
{
	struct cell cell;

	if (page->is_pending && is_cell(page->pending_tag) &&
	    (is_cell(tag->name) || strcmp(tag->name, "tr") == 0))
		take_cell(page);
	if (strcmp(tag->name, "br") == 0) {
		end_row(page);
		return;
	}
	warden_styles_find(page->styles, tag->name, tag->attributes,
			   tag->end - tag->attributes, &cell.box, &cell.span);
	if (strcmp(tag->name, "table") == 0) {
		page->table_light = cell.box.light;
	} else if (strcmp(tag->name, "tr") == 0) {
		end_row(page);
		page->row_light = cell.box.light;
		page->row_height = cell.box.height;
	} else if (is_one_of(tag->name, " td th div span i b em p a u s font "
			     "li q ")) {
		page->pending = cell;
		g_strlcpy(page->pending_tag, tag->name, TAG_MAX);
		page->is_pending = TRUE;
	}
}

static void close_tag(struct page *page, const struct tag *tag)
{
	if (page->is_pending && strcmp(page->pending_tag, tag->name) == 0) {
		/* a box without ground and size is none, but for cells */
		if (page->pending.box.light >= 0 ||
		    page->pending.box.width > 0 || is_cell(tag->name) ||
		    page->cells->len > page->row_start)
			take_cell(page);
		page->is_pending = FALSE;
		return;
	}
	if (is_one_of(tag->name, " tr div p li "))
		end_row(page);
	else if (strcmp(tag->name, "table") == 0)
		finish(page);
}

/* Something to read is no drawing, but may stand in a box's place. */
static void take_text(struct page *page, const char *text, const char *end)
{
	if (is_blank(text, end))
		return;
	if (page->is_pending && page->pending.box.light < 0)
		page->is_pending = FALSE;
}

static void look_boxes(struct page *page, const char *text, gsize size)
{
	const char *end = text + size;

	while (text < end) {
		const char *open = memchr(text, '<', end - text), *close;
		struct tag tag;

		if (open == NULL)
			break;
		take_text(page, text, open);
		text = open + 1;
		if (!read_tag(open, end, &tag))
			continue;
		text = tag.end + 1;
		if (strcmp(tag.name, "style") == 0 && !tag.closing) {
			close = memchr(text, '<', end - text);
			if (close != NULL)
				warden_styles_add(page->styles, text,
						  close - text);
		} else if (tag.closing) {
			close_tag(page, &tag);
		} else {
			open_tag(page, &tag);
		}
	}
	finish(page);
}

void warden_drawn_html_look(struct warden_queue *queue, const char *path,
			    const char *text, gsize size)
{
	struct page page = {
		.queue = queue, .path = path, .row_light = -1,
		.table_light = -1,
	};

	if (has_blocks(text, size))
		look_lines(queue, path, text, size);
	if (!is_dense(text, size))
		return;
	page.styles = warden_styles_new();
	page.cells = g_array_new(FALSE, FALSE, sizeof(struct cell));
	page.rows = g_array_new(FALSE, FALSE, sizeof(struct row));
	page.placed = g_array_new(FALSE, FALSE, sizeof(struct cell));
	look_boxes(&page, text, size);
	warden_styles_free(page.styles);
	g_array_unref(page.cells);
	g_array_unref(page.rows);
	g_array_unref(page.placed);
}
