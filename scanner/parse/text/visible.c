#include "warden-config.h"

#include "visible.h"
#include "visible-style.h"

#include <string.h>

#define BODIES_MAX 50u
#define ALTERNATIVES_MAX 50u
/* Open elements that are kept apart; deeper ones look like their parents. */
#define DEPTH_MAX 256u
/* How far up a closing tag looks for its opening one. */
#define CLOSE_MAX 64u
/* Twice what the facts keep: white space is not collapsed everywhere yet. */
#define SEEN_MAX (2u * WARDEN_FACT_VISIBLE_MAX)
/* Smaller letters are not read; tenths of a pixel. */
#define SIZE_MIN 20
/* Pictures of this size count mails; pixels. */
#define PIXEL_MAX 2

struct body {
	char *path, *charset;
	bool html;
	GString *seen, *hidden;
	guint32 seen_chars, hidden_chars, images, remote_images;
};

struct warden_visible {
	GPtrArray *bodies;
	GPtrArray *alternatives;	/* char*: paths */
};

static void body_free(void *data)
{
	struct body *body = data;

	g_free(body->path);
	g_free(body->charset);
	g_string_free(body->seen, TRUE);
	g_string_free(body->hidden, TRUE);
	g_free(body);
}

struct warden_visible *warden_visible_new(void)
{
	struct warden_visible *visible = g_new0(struct warden_visible, 1);

	visible->bodies = g_ptr_array_new_with_free_func(body_free);
	visible->alternatives = g_ptr_array_new_with_free_func(g_free);
	return visible;
}

void warden_visible_free(struct warden_visible *visible)
{
	g_ptr_array_unref(visible->bodies);
	g_ptr_array_unref(visible->alternatives);
	g_free(visible);
}

static struct body *add_body(struct warden_visible *visible, const char *path,
			     const char *charset, bool html)
{
	struct body *body;

	if (visible->bodies->len >= BODIES_MAX)
		return NULL;
	body = g_new0(struct body, 1);
	body->path = g_strdup(path);
	body->charset = g_ascii_strdown(charset, -1);
	body->html = html;
	body->seen = g_string_new(NULL);
	body->hidden = g_string_new(NULL);
	g_ptr_array_add(visible->bodies, body);
	return body;
}

void warden_visible_alternative(struct warden_visible *visible,
				const char *path)
{
	if (visible->alternatives->len < ALTERNATIVES_MAX)
		g_ptr_array_add(visible->alternatives, g_strdup(path));
}

/* --- text ------------------------------------------------------------------------ */

static void append_break(GString *out, char c)
{
	if (out->len == 0)
		return;
	if (out->str[out->len - 1] == ' ' && c == '\n')
		out->str[out->len - 1] = c;
	else if (out->str[out->len - 1] != '\n' &&
		 out->str[out->len - 1] != ' ')
		g_string_append_c(out, c);
}

/* What is cut between the bytes of a character loses their first, too. */
static void drop_half_character(GString *out)
{
	gsize at = out->len, size;

	while (at > 0 && out->len - at < 3 &&
	       ((guchar)out->str[at - 1] & 0xc0) == 0x80)
		at--;
	if (at == 0 || (guchar)out->str[at - 1] < 0xc0)
		return;
	size = out->len - --at;
	if (g_utf8_get_char_validated(out->str + at, (gssize)size) >=
	    (gunichar)-2)
		g_string_truncate(out, at);
}

/* White space becomes one space; keep_lf: of a plain text lines stay. */
static void append_text(GString *out, guint32 *chars, const char *text,
			gsize size, bool keep_lf)
{
	const char *p = text, *end = text + size;

	while (p < end && out->len < SEEN_MAX) {
		if (*p == '\n' && keep_lf) {
			append_break(out, '\n');
			p++;
		} else if (html_is_space(*p)) {
			append_break(out, ' ');
			p++;
		} else if (p + 1 < end && (guchar)p[0] == 0xc2 &&
			   (guchar)p[1] == 0xa0) {
			append_break(out, ' ');
			p += 2;
		} else {
			*chars += (*p & 0xc0) != 0x80;
			g_string_append_c(out, *p++);
		}
	}
	if (p < end)
		drop_half_character(out);
	for (; p < end; p++)
		*chars += (*p & 0xc0) != 0x80 && !html_is_space(*p);
}

void warden_visible_add_plain(struct warden_visible *visible, const char *path,
			      const char *charset, const char *text,
			      gsize size)
{
	struct body *body = add_body(visible, path, charset, FALSE);

	if (body != NULL)
		append_text(body->seen, &body->seen_chars, text, size, TRUE);
}

/* --- pages ------------------------------------------------------------------------- */

struct element {
	const char *name;
	gsize size;
	gint colour, ground, letters;
	bool gone, unseen;
};

struct page {
	struct body *body;
	struct warden_sheet *sheet;
	struct element open[DEPTH_MAX];
	guint depth;	/* the first is the page itself */
	GString *scratch;
};

static struct element *top(struct page *page)
{
	return &page->open[page->depth - 1];
}

static bool is_hidden(const struct element *element)
{
	return element->gone || element->unseen ||
		element->letters <= SIZE_MIN ||
		element->colour == WARDEN_COLOUR_CLEAR ||
		warden_look_colours_match(element->colour, element->ground);
}

static void page_text(void *context, const char *text, gsize size)
{
	struct page *page = context;
	struct body *body = page->body;

	g_string_truncate(page->scratch, 0);
	warden_html_unescape(text, size, FALSE, page->scratch);
	if (is_hidden(top(page)))
		append_text(body->hidden, &body->hidden_chars,
			    page->scratch->str, page->scratch->len, FALSE);
	else
		append_text(body->seen, &body->seen_chars,
			    page->scratch->str, page->scratch->len, FALSE);
}

static bool is_one_of(const struct html_tag *tag, const char *const *words)
{
	for (; *words != NULL; words++) {
		if (html_is_word(tag->name, tag->size, *words))
			return TRUE;
	}
	return FALSE;
}

static bool breaks_line(const struct html_tag *tag)
{
	static const char *const blocks[] = {
		"br", "p", "div", "tr", "li", "table", "h1", "h2", "h3", "h4",
		"h5", "h6", "ul", "ol", "hr", "blockquote", "center", "pre",
		"section", "article", "header", "footer", "form", "dt", "dd",
		"address", "fieldset", "option", NULL
	};

	return is_one_of(tag, blocks);
}

static bool is_void(const struct html_tag *tag)
{
	static const char *const voids[] = {
		"br", "img", "hr", "meta", "link", "input", "area", "base",
		"col", "embed", "source", "track", "wbr", "param", NULL
	};

	return is_one_of(tag, voids);
}

/* A new one of these ends the one before it. */
static bool ends_itself(const struct html_tag *tag)
{
	static const char *const words[] = {
		"p", "li", "tr", "td", "th", "option", "dt", "dd", NULL
	};

	return is_one_of(tag, words);
}

static bool is_same(const struct element *element, const struct html_tag *tag)
{
	return element->size == tag->size &&
		g_ascii_strncasecmp(element->name, tag->name, tag->size) == 0;
}

static void close_element(struct page *page, const struct html_tag *tag)
{
	guint lowest = page->depth > CLOSE_MAX ? page->depth - CLOSE_MAX : 1;

	for (guint i = page->depth; i > lowest; i--) {
		if (is_same(&page->open[i - 1], tag)) {
			page->depth = i - 1;
			return;
		}
	}
}

static void dress(struct element *element, const struct warden_look *look)
{
	if (look->colour != WARDEN_COLOUR_NONE)
		element->colour = look->colour;
	if (look->ground != WARDEN_COLOUR_NONE)
		element->ground = look->ground;
	if (look->size >= 0)
		element->letters = look->size;
	if (look->unseen >= 0)
		element->unseen = look->unseen;
	element->gone |= look->gone;
}

static void open_element(struct page *page, const struct html_tag *tag,
			 const struct warden_look *look)
{
	struct element element;

	if (ends_itself(tag) && page->depth > 1 && is_same(top(page), tag))
		page->depth--;
	element = *top(page);
	element.name = tag->name;
	element.size = tag->size;
	dress(&element, look);
	/* links have a colour of their own */
	if (html_is_word(tag->name, tag->size, "a") &&
	    look->colour == WARDEN_COLOUR_NONE)
		element.colour = WARDEN_COLOUR_UNKNOWN;
	/* headings have a size of their own */
	if (tag->size == 2 && *tag->name == 'h' && look->size < 0)
		element.letters = 160;
	if (page->depth < DEPTH_MAX)
		page->open[page->depth++] = element;
}

static bool is_tiny(const struct html_tag *tag, const char *name)
{
	const struct html_attribute *attribute = html_attribute_of(tag, name);

	return attribute != NULL && attribute->size > 0 &&
		g_ascii_isdigit(*attribute->value) &&
		g_ascii_strtoull(attribute->value, NULL, 10) <= PIXEL_MAX;
}

static bool is_remote(const char *url, gsize size)
{
	return (size > 5 && g_ascii_strncasecmp(url, "http", 4) == 0) ||
		(size > 2 && url[0] == '/' && url[1] == '/');
}

/* What stands for a picture is read by those who do not load it. */
static void take_picture(struct page *page, const struct html_tag *tag,
			 const struct warden_look *look)
{
	const struct html_attribute *source = html_attribute_of(tag, "src");
	const struct html_attribute *alt = html_attribute_of(tag, "alt");

	if (top(page)->gone || look->gone || is_tiny(tag, "width") ||
	    is_tiny(tag, "height"))
		return;
	if (source != NULL && source->size > 0) {
		page->body->images++;
		page->body->remote_images += is_remote(source->value,
						       source->size);
	}
	if (alt != NULL && alt->size > 2) {
		page_text(page, " [", 2);
		page_text(page, alt->value, alt->size);
		page_text(page, "] ", 2);
	}
}

static void page_tag(void *context, const struct html_tag *tag)
{
	struct page *page = context;
	struct warden_look look;

	if (breaks_line(tag)) {
		append_break(page->body->seen, '\n');
		append_break(page->body->hidden, '\n');
	} else if (html_is_word(tag->name, tag->size, "td") ||
		   html_is_word(tag->name, tag->size, "th")) {
		append_break(page->body->seen, ' ');
		append_break(page->body->hidden, ' ');
	}
	if (tag->closes) {
		close_element(page, tag);
		return;
	}
	warden_sheet_look(page->sheet, tag, &look);
	if (html_is_word(tag->name, tag->size, "img"))
		take_picture(page, tag, &look);
	else if (html_is_word(tag->name, tag->size, "body"))
		dress(top(page), &look);
	else if (html_is_word(tag->name, tag->size, "template"))
		look.gone = TRUE;
	if (!is_void(tag) && (!tag->empty || tag->prefix == 0))
		open_element(page, tag, &look);
}

static void page_raw(void *context, const struct html_tag *tag,
		     const char *text, gsize size)
{
	static const char *const shown[] = { "textarea", "xmp", NULL };
	struct page *page = context;

	if (is_one_of(tag, shown))
		page_text(page, text, size);
}

/* Style sheets may stand behind what they are for. */
static void sheet_raw(void *context, const struct html_tag *tag,
		      const char *text, gsize size)
{
	if (html_is_word(tag->name, tag->size, "style"))
		warden_sheet_add(context, text, size);
}

void warden_visible_add_html(struct warden_visible *visible, const char *path,
			     const char *charset, const char *text,
			     gsize size)
{
	static const struct html_visitor sheets = { .raw = sheet_raw };
	static const struct html_visitor reader = {
		.tag = page_tag, .text = page_text, .raw = page_raw,
	};
	struct page *page;
	struct body *body = add_body(visible, path, charset, TRUE);

	if (body == NULL)
		return;
	page = g_new0(struct page, 1);
	page->body = body;
	page->sheet = warden_sheet_new();
	page->scratch = g_string_new(NULL);
	page->open[0] = (struct element){
		.name = "", .colour = 0, .ground = 0xffffff, .letters = 160,
	};
	page->depth = 1;
	html_walk(text, size, &sheets, page->sheet);
	html_walk(text, size, &reader, page);
	warden_sheet_free(page->sheet);
	g_string_free(page->scratch, TRUE);
	g_free(page);
}

/* --- what is shown -------------------------------------------------------------------- */

static bool is_below(const char *path, const char *above)
{
	gsize size = strlen(above);

	return size == 0 || (strncmp(path, above, size) == 0 &&
			     (path[size] == '.' || path[size] == '\0'));
}

/* The page that is shown in the plain text's place, or NULL. */
static const struct body *shown_instead(const struct warden_visible *visible,
					const struct body *plain)
{
	if (plain->html)
		return NULL;
	for (guint i = 0; i < visible->alternatives->len; i++) {
		const char *above = g_ptr_array_index(visible->alternatives, i);

		for (guint k = 0; k < visible->bodies->len; k++) {
			const struct body *body =
				g_ptr_array_index(visible->bodies, k);

			if (body->html && is_below(plain->path, above) &&
			    is_below(body->path, above))
				return body;
		}
	}
	return NULL;
}

static bool is_latin_like(gunichar c)
{
	return g_unichar_isalpha(c) && c < 0x530;
}

static bool is_invisible(gunichar c)
{
	return (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
		(c >= 0x2060 && c <= 0x206f) || c == 0xfeff || c == 0x34f ||
		c == 0x180e || (c >= 0xe0000 && c <= 0xe007f);
}

guint warden_visible_count_invisible(const char *text)
{
	gunichar before = 0;	/* the last that is seen */
	/* letters since a sign or a soft hyphen: syllables have two */
	guint letters = 0;
	guint count = 0, waiting = 0;

	for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = (guchar)*p < 0x80 ? (guchar)*p :
			g_utf8_get_char(p);

		if (is_invisible(c)) {
			waiting++;
			continue;
		}
		if (c == 0xad) {
			waiting += letters == 1;
			letters = 0;
			continue;
		}
		if (waiting > 0 && is_latin_like(c) && is_latin_like(before))
			count += waiting;
		waiting = 0;
		letters = is_latin_like(c) ? letters + 1 : 0;
		before = c;
	}
	return count;
}

/* Words of four letters and more, at most 400. */
static GHashTable *words_of(const char *text)
{
	GHashTable *words = g_hash_table_new_full(g_str_hash, g_str_equal,
						  g_free, NULL);
	const char *start = NULL;
	guint letters = 0;

	for (const char *p = text; ; p = g_utf8_next_char(p)) {
		bool letter = *p != '\0' &&
			g_unichar_isalpha(g_utf8_get_char(p));

		if (letter) {
			start = start == NULL ? p : start;
			letters++;
			continue;
		}
		if (letters >= 4 && letters < 30) {
			g_autofree char *word = g_strndup(start, p - start);

			g_hash_table_add(words, g_utf8_strdown(word, -1));
		}
		start = NULL;
		letters = 0;
		if (*p == '\0' || g_hash_table_size(words) >= 400)
			return words;
	}
}

/* A text that only points to the page ("view this in HTML") is short; one that
   is another mail is not. */
static bool differs(const struct body *plain, const struct body *page)
{
	g_autoptr(GHashTable) one = words_of(plain->seen->str);
	g_autoptr(GHashTable) other = words_of(page->seen->str);
	GHashTableIter iter;
	guint common = 0;
	void *word;

	if (g_hash_table_size(one) < 25 || g_hash_table_size(other) < 15 ||
	    g_hash_table_size(one) >= 400 || g_hash_table_size(other) >= 400)
		return FALSE;
	g_hash_table_iter_init(&iter, one);
	while (g_hash_table_iter_next(&iter, &word, NULL))
		common += g_hash_table_contains(other, word);
	return common * 10 < g_hash_table_size(other) &&
		common * 10 < g_hash_table_size(one);
}

bool warden_visible_finish(const struct warden_visible *visible,
			   struct warden_facts *facts)
{
	g_autoptr(GString) seen = g_string_new(NULL);
	g_autoptr(GString) hidden = g_string_new(NULL);
	struct warden_text_facts *text = &facts->text;
	const char *charset = "";
	bool different = FALSE;

	for (guint i = 0; i < visible->bodies->len; i++) {
		const struct body *body = g_ptr_array_index(visible->bodies, i);
		const struct body *page = shown_instead(visible, body);

		if (page != NULL) {
			different |= differs(body, page);
			continue;
		}
		charset = *charset == '\0' ? body->charset : charset;
		append_break(seen, '\n');
		append_break(hidden, '\n');
		g_string_append(seen, body->seen->str);
		g_string_append(hidden, body->hidden->str);
		text->visible_chars += body->seen_chars;
		text->hidden_chars += body->hidden_chars;
		text->images += body->images;
		text->remote_images += body->remote_images;
	}
	text->invisible_chars = warden_visible_count_invisible(seen->str);
	warden_facts_set_text(facts, seen->str, hidden->str, charset);
	return different;
}
