#include "warden-config.h"

#include "css.h"
#include "html-private.h"

#include "../../facts/limits.h"

#include <string.h>

/* What runs in a page, and where data may be hidden in it. */

#define DATA_MAX 100u
/* A data: URL may carry a whole file. */
#define DATA_SIZE_MAX (16u * 1024 * 1024)
#define PIECES_MAX 2000u
/* Words of natural languages are shorter, and addresses mostly. */
#define WORD_MIN 160u

/* --- pieces -------------------------------------------------------------------- */

void html_piece_free(void *data)
{
	struct warden_html_piece *piece = data;

	g_free(piece->text);
	g_free(piece->where);
	g_free(piece);
}

static char *where_of(const struct html_tag *tag,
		      const struct html_attribute *attribute)
{
	if (attribute == NULL)
		return g_strndup(tag->name, MIN(tag->size, 40));
	return g_strdup_printf("%.*s of %.*s",
			       (int)MIN(attribute->name_size, 40),
			       attribute->name, (int)MIN(tag->size, 40),
			       tag->name);
}

/* Takes text over. */
static void add_piece(struct html_tokenizer *tokenizer,
		      enum warden_html_piece_kind kind, GString *text,
		      const struct html_attribute *attribute)
{
	struct warden_html *html = tokenizer->html;
	struct warden_html_piece *piece;

	if (html->pieces->len >= PIECES_MAX) {
		html->truncated = TRUE;
		g_string_free(text, TRUE);
		return;
	}
	piece = g_new0(struct warden_html_piece, 1);
	piece->kind = kind;
	piece->size = text->len;
	piece->text = g_string_free(text, FALSE);
	piece->where = where_of(&tokenizer->tag, attribute);
	g_ptr_array_add(html->pieces, piece);
}

static GString *unescaped(const char *text, gsize size)
{
	GString *out = g_string_sized_new(size);

	warden_html_unescape(text, size, TRUE, out);
	return out;
}

/* --- long words ------------------------------------------------------------------ */

/* Encodings are ASCII, and so languages without spaces are not meant. */
static bool ends_word(char c)
{
	return html_is_space(c) || (guchar)c >= 0x80;
}

/* Each run of so many bytes covers a byte at a multiple of their number: most
   text is not looked at. */
static bool has_long_word(const char *text, gsize size)
{
	gsize at;

	for (at = WORD_MIN - 1; at < size; at += WORD_MIN) {
		gsize start = at, end = at;

		if (ends_word(text[at]))
			continue;
		while (start > 0 && at - start < WORD_MIN &&
		       !ends_word(text[start - 1]))
			start--;
		while (end < size && end - start < WORD_MIN &&
		       !ends_word(text[end]))
			end++;
		if (end - start >= WORD_MIN)
			return TRUE;
	}
	return FALSE;
}

/* Base64 in lines of 76 is long words, too. */
static bool has_long_lines(const char *text, gsize size)
{
	guint words = 0;
	gsize at;

	if (size < 4 * WORD_MIN)
		return FALSE;
	for (at = 0; at < size; at++)
		words += ends_word(text[at]);
	return words < size / 50;
}

static bool may_be_encoded(const char *text, gsize size)
{
	return size >= WORD_MIN && (has_long_word(text, size) ||
				    has_long_lines(text, size));
}

/* --- addresses that are contents ---------------------------------------------------- */

/* As browsers read addresses: tabs and line ends are nothing (WHATWG URL 4.4),
   nor are controls and spaces in front. */
static void strip_url(GString *url)
{
	gsize i = 0, used = 0;

	while (i < url->len && (guchar)url->str[i] <= ' ')
		i++;
	for (; i < url->len; i++) {
		char c = url->str[i];

		if (c != '\t' && c != '\n' && c != '\r' && c != '\0')
			url->str[used++] = c;
	}
	g_string_truncate(url, used);
}

static bool has_prefix(const GString *text, const char *prefix)
{
	return g_ascii_strncasecmp(text->str, prefix, strlen(prefix)) == 0;
}

static bool add_data(struct warden_html *html, const char *url, gsize size)
{
	if (size < 6 || g_ascii_strncasecmp(url, "data:", 5) != 0)
		return FALSE;
	if (html->data->len < DATA_MAX)
		g_ptr_array_add(html->data,
				g_strndup(url, MIN(size, DATA_SIZE_MAX)));
	else
		html->truncated = TRUE;
	return TRUE;
}

bool html_take_data_url(struct html_tokenizer *tokenizer, const char *url,
			gsize size)
{
	struct warden_html *html = tokenizer->html;

	if (!add_data(html, url, size))
		return FALSE;
	if (size < 11 || g_ascii_strncasecmp(url + 5, "image/", 6) != 0 ||
	    g_strstr_len(url, MIN(size, 20), "svg") != NULL)
		warden_trait_set_add(&html->traits,
				     WARDEN_TRAIT_HTML_DATA_URI);
	return TRUE;
}

/* Takes url over if it is one. */
static bool take_script_url(struct html_tokenizer *tokenizer, GString *url,
			    const struct html_attribute *attribute)
{
	static const char *const schemes[] = {
		"javascript:", "vbscript:", "livescript:", "mocha:",
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(schemes); i++) {
		if (!has_prefix(url, schemes[i]))
			continue;
		g_string_erase(url, 0, strlen(schemes[i]));
		add_piece(tokenizer, WARDEN_HTML_SCRIPT_URL, url, attribute);
		return TRUE;
	}
	return FALSE;
}

/* Could the value begin with one of those schemes? Most do not, and need not
   be copied. */
static bool may_be_content(const struct html_attribute *attribute)
{
	const char *value = attribute->value;
	gsize size = attribute->size, i = 0;

	while (i < size && (guchar)value[i] <= ' ')
		i++;
	return size - i > 5 && strchr("dDjJvVlLmM&", value[i]) != NULL;
}

static bool is_animation(const struct html_tag *tag)
{
	return html_is_word(tag->name, tag->size, "animate") ||
	       html_is_word(tag->name, tag->size, "set");
}

static void take_address(struct html_tokenizer *tokenizer,
			 const struct html_attribute *attribute)
{
	GString *url = unescaped(attribute->value, attribute->size);

	strip_url(url);
	if (html_take_data_url(tokenizer, url->str, url->len) ||
	    !take_script_url(tokenizer, url, attribute))
		g_string_free(url, TRUE);
}

/* --- styles -------------------------------------------------------------------------- */

struct style {
	struct html_tokenizer *tokenizer;
	const struct html_attribute *attribute;
};

static void found_in_style(void *context, const char *url, gsize size)
{
	struct style *style = context;

	/* fonts, mostly: a style offers nothing to be clicked or opened */
	if (!add_data(style->tokenizer->html, url, size) && size > 0)
		(void)html_add_link(style->tokenizer, WARDEN_HTML_RESOURCE,
				    url, size);
}

static void take_style(struct html_tokenizer *tokenizer, const char *text,
		       gsize size, const struct html_attribute *attribute)
{
	struct style style = { tokenizer, attribute };

	if (memchr(text, '(', size) == NULL &&
	    memchr(text, '\\', size) == NULL &&
	    memchr(text, '&', size) == NULL &&
	    memchr(text, '@', size) == NULL)
		return;
	if (attribute != NULL && memchr(text, '&', size) != NULL) {
		g_autoptr(GString) plain = unescaped(text, size);

		if (warden_css_scan(plain->str, plain->len, found_in_style,
				    &style))
			add_piece(tokenizer, WARDEN_HTML_SCRIPT_STYLE,
				  g_string_new_len(plain->str, plain->len),
				  attribute);
	} else if (warden_css_scan(text, size, found_in_style, &style)) {
		add_piece(tokenizer, WARDEN_HTML_SCRIPT_STYLE,
			  g_string_new_len(text, size), attribute);
	}
}

void html_take_words(struct html_tokenizer *tokenizer, const char *text,
		     gsize size)
{
	/* the style sheet of a picture */
	if (tokenizer->foreign > 0)
		take_style(tokenizer, text, size, NULL);
	if (may_be_encoded(text, size))
		add_piece(tokenizer, WARDEN_HTML_WORDS,
			  g_string_new_len(text, size), NULL);
}

/* --- elements and attributes --------------------------------------------------------------- */

static bool is_script_type(const struct html_tag *tag)
{
	const struct html_attribute *type = html_attribute_of(tag, "type");

	return type == NULL || type->size == 0 ||
	       html_is_word(type->value, type->size, "module") ||
	       g_strstr_len(type->value, type->size, "script") != NULL ||
	       g_strstr_len(type->value, type->size, "SCRIPT") != NULL ||
	       g_strstr_len(type->value, type->size, "Script") != NULL;
}

void html_take_raw(struct html_tokenizer *tokenizer, const char *text,
		   gsize size)
{
	const struct html_tag *tag = &tokenizer->tag;

	if (html_is_word(tag->name, tag->size, "style")) {
		take_style(tokenizer, text, size, NULL);
	} else if (!html_is_word(tag->name, tag->size, "script")) {
		html_take_words(tokenizer, text, size);
	} else if (size > 0) {
		bool runs = is_script_type(tag);

		tokenizer->html->code += runs ? size : 0;
		/* markup to readers of XML, and so in pictures */
		add_piece(tokenizer, runs ? WARDEN_HTML_SCRIPT :
			  WARDEN_HTML_DATA_BLOCK,
			  tokenizer->foreign > 0 ? unescaped(text, size) :
			  g_string_new_len(text, size), NULL);
	}
}

/* "onload", and "``onload=…" in another attribute, which old browsers took for
   the end of it. */
static bool is_handler(const struct html_attribute *attribute)
{
	const char *name = attribute->name;

	if (attribute->name_size >= 4 && attribute->size > 0 &&
	    (name[0] == 'o' || name[0] == 'O') &&
	    (name[1] == 'n' || name[1] == 'N'))
		return TRUE;
	return attribute->size > 6 && attribute->value[0] == '`' &&
	       g_strstr_len(attribute->value, attribute->size, "`on") != NULL;
}

static bool is_name(const struct html_attribute *attribute, const char *name)
{
	return html_is_word(attribute->name, attribute->name_size, name);
}

/* Newsletters are full of long ones. */
static bool is_address(const struct html_attribute *attribute)
{
	return g_strstr_len(attribute->value, MIN(attribute->size, 16),
			    ":") != NULL;
}

static void take_attribute(struct html_tokenizer *tokenizer,
			   const struct html_attribute *attribute)
{
	if (is_handler(attribute)) {
		add_piece(tokenizer, WARDEN_HTML_HANDLER,
			  unescaped(attribute->value, attribute->size),
			  attribute);
	} else if (is_name(attribute, "style") ||
		   html_is_word(tokenizer->tag.name, tokenizer->tag.size,
				"style")) {
		take_style(tokenizer, attribute->value, attribute->size,
			   attribute);
	} else if (is_name(attribute, "srcdoc")) {
		add_piece(tokenizer, WARDEN_HTML_PAGE,
			  unescaped(attribute->value, attribute->size),
			  attribute);
	} else if (is_name(attribute, "download")) {
		add_piece(tokenizer, WARDEN_HTML_DOWNLOAD,
			  unescaped(attribute->value, attribute->size),
			  attribute);
	} else if (may_be_content(attribute) ||
		   is_animation(&tokenizer->tag)) {
		take_address(tokenizer, attribute);
	}
	if (!is_name(attribute, "style") && !is_address(attribute) &&
	    may_be_encoded(attribute->value, attribute->size))
		add_piece(tokenizer, WARDEN_HTML_WORDS,
			  unescaped(attribute->value, attribute->size),
			  attribute);
}

static bool is_plugin(const struct html_tag *tag)
{
	return html_is_word(tag->name, tag->size, "embed") ||
	       html_is_word(tag->name, tag->size, "object") ||
	       html_is_word(tag->name, tag->size, "applet");
}

/* What an element runs that stands elsewhere. */
static void take_source(struct html_tokenizer *tokenizer,
			enum warden_html_piece_kind kind, const char *name)
{
	const struct html_attribute *source =
		html_attribute_of(&tokenizer->tag, name);

	if (source != NULL && source->size > 0)
		add_piece(tokenizer, kind, unescaped(source->value, MIN(
			  source->size, WARDEN_FACT_URL_MAX)), source);
}

static void take_outside(struct html_tokenizer *tokenizer)
{
	const struct html_tag *tag = &tokenizer->tag;
	const struct html_attribute *rel;

	if (html_is_word(tag->name, tag->size, "script")) {
		take_source(tokenizer, WARDEN_HTML_SCRIPT_SOURCE, "src");
		take_source(tokenizer, WARDEN_HTML_SCRIPT_SOURCE, "href");
		take_source(tokenizer, WARDEN_HTML_SCRIPT_SOURCE,
			    "xlink:href");
	} else if (is_plugin(tag)) {
		take_source(tokenizer, WARDEN_HTML_PLUGIN, "src");
		take_source(tokenizer, WARDEN_HTML_PLUGIN, "data");
		take_source(tokenizer, WARDEN_HTML_PLUGIN, "code");
		take_source(tokenizer, WARDEN_HTML_PLUGIN, "classid");
	} else if (html_is_word(tag->name, tag->size, "link")) {
		rel = html_attribute_of(tag, "rel");
		if (rel != NULL && html_is_word(rel->value, rel->size,
						"import"))
			take_source(tokenizer, WARDEN_HTML_SCRIPT_SOURCE,
				    "href");
	}
}

void html_take_code(struct html_tokenizer *tokenizer)
{
	const struct html_tag *tag = &tokenizer->tag;
	guint i;

	if (tag->closes)
		return;
	take_outside(tokenizer);
	for (i = 0; i < tag->count; i++) {
		if (tag->attributes[i].size > 0)
			take_attribute(tokenizer, &tag->attributes[i]);
		else if (is_name(&tag->attributes[i], "download"))
			add_piece(tokenizer, WARDEN_HTML_DOWNLOAD,
				  g_string_new(NULL), &tag->attributes[i]);
	}
}
