#include "warden-config.h"

#include "html.h"
#include "urls.h"

#include "../facts/limits.h"

#include <string.h>

#define ATTRIBUTES_MAX 64u
#define DATA_MAX 100u
/* A data: URL may carry a whole file. */
#define DATA_SIZE_MAX (16u * 1024 * 1024)

struct attribute {
	const char *name;
	gsize name_size;
	const char *value;
	gsize size;
};

struct tag {
	const char *name;
	gsize size;
	bool closes;
	guint count;
	struct attribute attributes[ATTRIBUTES_MAX];
};

struct tokenizer {
	const char *p, *end;
	struct warden_html *html;
	struct tag tag;
	/* the link whose text is being read, NULL outside */
	struct warden_html_link *open;
	GString *text;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool is_word(const char *text, gsize size, const char *word)
{
	return strlen(word) == size &&
		g_ascii_strncasecmp(text, word, size) == 0;
}

/* --- links ----------------------------------------------------------------------------- */

static void link_free(void *data)
{
	struct warden_html_link *link = data;

	g_free(link->url);
	g_free(link->text);
	g_free(link);
}

static struct warden_html_link *
add_link(struct tokenizer *tokenizer, enum warden_html_link_kind kind,
	 const char *url, gsize size)
{
	struct warden_html *html = tokenizer->html;
	struct warden_html_link *link;

	if (html->links->len >= WARDEN_FACT_URLS_MAX) {
		html->truncated = TRUE;
		return NULL;
	}
	link = g_new0(struct warden_html_link, 1);
	link->kind = kind;
	link->url = g_strndup(url, MIN(size, WARDEN_FACT_URL_MAX));
	link->text = g_strdup("");
	g_ptr_array_add(html->links, link);
	return link;
}

static void add_data(struct tokenizer *tokenizer, const char *url, gsize size)
{
	struct warden_html *html = tokenizer->html;

	if (html->data->len >= DATA_MAX) {
		html->truncated = TRUE;
		return;
	}
	if (size < 11 || g_ascii_strncasecmp(url + 5, "image/", 6) != 0 ||
	    g_strstr_len(url, MIN(size, 20), "svg") != NULL)
		warden_trait_set_add(&html->traits,
				     WARDEN_TRAIT_HTML_DATA_URI);
	g_ptr_array_add(html->data,
			g_strndup(url, MIN(size, DATA_SIZE_MAX)));
}

/* A URL from an attribute. Returns the link, or NULL if it is none. */
static struct warden_html_link *
take_url(struct tokenizer *tokenizer, enum warden_html_link_kind kind,
	 const struct attribute *attribute)
{
	GString *url = g_string_sized_new(attribute->size);
	struct warden_html_link *link = NULL;
	gsize skip = 0;

	warden_html_unescape(attribute->value, attribute->size, TRUE, url);
	while (skip < url->len && (guchar)url->str[skip] <= ' ')
		skip++;
	if (url->len - skip > 5 &&
	    g_ascii_strncasecmp(url->str + skip, "data:", 5) == 0)
		add_data(tokenizer, url->str + skip, url->len - skip);
	else if (url->len > skip)
		link = add_link(tokenizer, kind, url->str + skip,
				url->len - skip);
	g_string_free(url, TRUE);
	return link;
}

/* --- what is shown ------------------------------------------------------------------------ */

static void append_shown(struct tokenizer *tokenizer, const char *text,
			 gsize size)
{
	GString *shown = tokenizer->text;
	gsize i;

	for (i = 0; i < size && shown->len < WARDEN_FACT_TEXT_MAX; i++) {
		if (!is_space(text[i]))
			g_string_append_c(shown, text[i]);
		else if (shown->len > 0 &&
			 shown->str[shown->len - 1] != ' ')
			g_string_append_c(shown, ' ');
	}
}

static void close_link(struct tokenizer *tokenizer)
{
	if (tokenizer->open == NULL)
		return;
	g_free(tokenizer->open->text);
	tokenizer->open->text =
		g_strstrip(g_strdup(tokenizer->text->str));
	tokenizer->open = NULL;
	g_string_truncate(tokenizer->text, 0);
}

static void find_in_text(struct tokenizer *tokenizer, const GString *text)
{
	struct warden_url_iter iter;
	gsize start, end;

	warden_url_iter_init(&iter, text->str, text->len);
	while (warden_url_iter_next(&iter, &start, &end)) {
		if (add_link(tokenizer, WARDEN_HTML_TEXT, text->str + start,
			     end - start) == NULL)
			return;
	}
}

static void take_text(struct tokenizer *tokenizer, const char *text,
		      gsize size)
{
	GString *plain;

	if (tokenizer->open == NULL && memchr(text, '.', size) == NULL &&
	    memchr(text, '&', size) == NULL)
		return;
	if (tokenizer->open != NULL)
		size = MIN(size, 4 * WARDEN_FACT_TEXT_MAX);
	plain = g_string_sized_new(size);
	warden_html_unescape(text, size, FALSE, plain);
	if (tokenizer->open != NULL)
		append_shown(tokenizer, plain->str, plain->len);
	else
		find_in_text(tokenizer, plain);
	g_string_free(plain, TRUE);
}

/* --- tags ------------------------------------------------------------------------------------ */

static const struct attribute *
attribute_of(const struct tag *tag, const char *name)
{
	guint i;

	for (i = 0; i < tag->count; i++) {
		if (is_word(tag->attributes[i].name,
			    tag->attributes[i].name_size, name))
			return &tag->attributes[i];
	}
	return NULL;
}

static void
take_attribute(struct tokenizer *tokenizer, const char *name,
	       enum warden_html_link_kind kind)
{
	const struct attribute *attribute =
		attribute_of(&tokenizer->tag, name);

	if (attribute != NULL)
		(void)take_url(tokenizer, kind, attribute);
}

static void take_anchor(struct tokenizer *tokenizer)
{
	const struct attribute *href = attribute_of(&tokenizer->tag, "href");

	close_link(tokenizer);
	if (href == NULL)
		href = attribute_of(&tokenizer->tag, "xlink:href");
	if (href != NULL && !tokenizer->tag.closes)
		tokenizer->open = take_url(tokenizer, WARDEN_HTML_LINK, href);
}

#define ALT_SIZE_MAX 500

/* Owned by the caller. */
static char *alt_text(const struct attribute *alt)
{
	GString *text = g_string_new(NULL);
	gsize size = MIN(alt->size, ALT_SIZE_MAX);

	/* not amid a character */
	while (size > 0 && size < alt->size &&
	       (alt->value[size] & 0xc0) == 0x80)
		size--;
	warden_html_unescape(alt->value, size, TRUE, text);
	return g_string_free(text, FALSE);
}

static void take_area(struct tokenizer *tokenizer)
{
	const struct attribute *alt = attribute_of(&tokenizer->tag, "alt");
	const struct attribute *href = attribute_of(&tokenizer->tag, "href");
	struct warden_html_link *link = href == NULL ? NULL :
		take_url(tokenizer, WARDEN_HTML_LINK, href);

	if (link != NULL && alt != NULL) {
		g_free(link->text);
		link->text = alt_text(alt);
	}
}

static void take_base(struct tokenizer *tokenizer)
{
	const struct attribute *href = attribute_of(&tokenizer->tag, "href");
	GString *base;

	if (href == NULL)
		return;
	warden_trait_set_add(&tokenizer->html->traits,
			     WARDEN_TRAIT_HTML_BASE);
	/* the first one counts */
	if (tokenizer->html->base != NULL)
		return;
	base = g_string_new(NULL);
	warden_html_unescape(href->value,
			     MIN(href->size, WARDEN_FACT_URL_MAX), TRUE, base);
	tokenizer->html->base = g_string_free(base, FALSE);
}

static void take_form(struct tokenizer *tokenizer)
{
	warden_trait_set_add(&tokenizer->html->traits,
			     WARDEN_TRAIT_HTML_FORM);
	take_attribute(tokenizer, "action", WARDEN_HTML_FORM);
}

static void take_input(struct tokenizer *tokenizer)
{
	const struct attribute *type = attribute_of(&tokenizer->tag, "type");

	if (type != NULL && is_word(type->value, type->size, "password"))
		warden_trait_set_add(&tokenizer->html->traits,
				     WARDEN_TRAIT_HTML_PASSWORD);
	take_attribute(tokenizer, "formaction", WARDEN_HTML_FORM);
	take_attribute(tokenizer, "src", WARDEN_HTML_RESOURCE);
}

/* content="0; url='http://…'" */
static void take_meta(struct tokenizer *tokenizer)
{
	const struct attribute *equiv =
		attribute_of(&tokenizer->tag, "http-equiv");
	const struct attribute *content =
		attribute_of(&tokenizer->tag, "content");
	struct attribute url = { NULL, 0, NULL, 0 };
	g_autofree char *lower = NULL;
	const char *p;

	if (equiv == NULL || content == NULL ||
	    !is_word(equiv->value, equiv->size, "refresh"))
		return;
	warden_trait_set_add(&tokenizer->html->traits,
			     WARDEN_TRAIT_HTML_REFRESH);
	lower = g_ascii_strdown(content->value, content->size);
	p = strstr(lower, "url");
	if (p == NULL)
		return;
	p += 3;
	p += strspn(p, " \t\r\n=\"'");
	url.value = content->value + (p - lower);
	url.size = strcspn(p, "\"'");
	(void)take_url(tokenizer, WARDEN_HTML_REFRESH, &url);
}

/* An image in a link is part of what is shown. */
static void take_image(struct tokenizer *tokenizer)
{
	const struct attribute *alt = attribute_of(&tokenizer->tag, "alt");

	if (tokenizer->open != NULL && alt != NULL) {
		g_autofree char *text = alt_text(alt);

		append_shown(tokenizer, text, strlen(text));
	}
	take_attribute(tokenizer, "src", WARDEN_HTML_RESOURCE);
}

static void take_source(struct tokenizer *tokenizer)
{
	take_attribute(tokenizer, "src", WARDEN_HTML_RESOURCE);
	take_attribute(tokenizer, "background", WARDEN_HTML_RESOURCE);
}

static void take_object(struct tokenizer *tokenizer)
{
	take_attribute(tokenizer, "data", WARDEN_HTML_RESOURCE);
	take_attribute(tokenizer, "codebase", WARDEN_HTML_RESOURCE);
}

static void take_style_sheet(struct tokenizer *tokenizer)
{
	take_attribute(tokenizer, "href", WARDEN_HTML_RESOURCE);
}

static const struct {
	const char *name;
	void (*take)(struct tokenizer *tokenizer);
} elements[] = {
	{ "a", take_anchor }, { "area", take_area }, { "base", take_base },
	{ "form", take_form }, { "input", take_input },
	{ "button", take_input }, { "meta", take_meta },
	{ "img", take_image }, { "image", take_image },
	{ "iframe", take_source }, { "frame", take_source },
	{ "embed", take_source }, { "script", take_source },
	{ "video", take_source }, { "audio", take_source },
	{ "source", take_source }, { "body", take_source },
	{ "table", take_source }, { "td", take_source },
	{ "v:imagedata", take_source }, { "v:fill", take_source },
	{ "object", take_object }, { "link", take_style_sheet },
};

/* A line break or cell border is a space to the reader. */
static bool is_block(const struct tag *tag)
{
	static const char *const blocks[] = {
		"br", "p", "div", "td", "tr", "li", "table", "h1", "h2", "h3",
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(blocks); i++) {
		if (is_word(tag->name, tag->size, blocks[i]))
			return TRUE;
	}
	return FALSE;
}

static void take_tag(struct tokenizer *tokenizer)
{
	struct tag *tag = &tokenizer->tag;
	gsize i;

	if (tokenizer->open != NULL && is_block(tag))
		append_shown(tokenizer, " ", 1);
	if (tag->closes) {
		if (is_word(tag->name, tag->size, "a"))
			close_link(tokenizer);
		return;
	}
	if (tag->count == 0 && !is_word(tag->name, tag->size, "a") &&
	    !is_word(tag->name, tag->size, "form"))
		return;
	for (i = 0; i < G_N_ELEMENTS(elements); i++) {
		if (is_word(tag->name, tag->size, elements[i].name)) {
			elements[i].take(tokenizer);
			return;
		}
	}
	/* VML shapes and whatever else has a target */
	take_attribute(tokenizer, "href", WARDEN_HTML_LINK);
	take_attribute(tokenizer, "xlink:href", WARDEN_HTML_LINK);
}

/* --- the tokenizer ------------------------------------------------------------------------------ */

static void read_attribute_value(struct tokenizer *tokenizer,
				 struct attribute *attribute)
{
	const char *p = tokenizer->p, *end = tokenizer->end;

	while (p < end && is_space(*p))
		p++;
	if (p < end && (*p == '"' || *p == '\'')) {
		const char *close = memchr(p + 1, *p, end - p - 1);

		attribute->value = p + 1;
		attribute->size = (close == NULL ? end : close) - p - 1;
		tokenizer->p = close == NULL ? end : close + 1;
		return;
	}
	attribute->value = p;
	while (p < end && !is_space(*p) && *p != '>')
		p++;
	attribute->size = p - attribute->value;
	tokenizer->p = p;
}

static void read_attribute(struct tokenizer *tokenizer)
{
	struct attribute attribute = { NULL, 0, "", 0 };
	const char *p = tokenizer->p, *end = tokenizer->end;

	attribute.name = p;
	/* a '=' at the start belongs to the name */
	if (p < end)
		p++;
	while (p < end && !is_space(*p) && *p != '=' && *p != '>' &&
	       *p != '/')
		p++;
	attribute.name_size = p - attribute.name;
	while (p < end && is_space(*p))
		p++;
	tokenizer->p = p;
	if (p < end && *p == '=') {
		tokenizer->p++;
		read_attribute_value(tokenizer, &attribute);
	}
	if (tokenizer->tag.count < ATTRIBUTES_MAX)
		tokenizer->tag.attributes[tokenizer->tag.count++] = attribute;
}

/* At '<' and a letter, or "</" and a letter. An unfinished tag at the end is
   none to a browser, but read all the same. */
static void read_tag(struct tokenizer *tokenizer)
{
	struct tag *tag = &tokenizer->tag;
	const char *end = tokenizer->end;

	tag->closes = tokenizer->p[1] == '/';
	tag->count = 0;
	tokenizer->p += tag->closes ? 2 : 1;
	tag->name = tokenizer->p;
	while (tokenizer->p < end && !is_space(*tokenizer->p) &&
	       *tokenizer->p != '>' && *tokenizer->p != '/')
		tokenizer->p++;
	tag->size = tokenizer->p - tag->name;
	while (tokenizer->p < end && *tokenizer->p != '>') {
		if (is_space(*tokenizer->p) || *tokenizer->p == '/')
			tokenizer->p++;
		else
			read_attribute(tokenizer);
	}
	if (tokenizer->p < end)
		tokenizer->p++;
}

/* Behind "<!" or "<?". Outlook shows what stands in conditional comments, so
   only their frame is skipped. */
static void skip_declaration(struct tokenizer *tokenizer)
{
	const char *p = tokenizer->p, *end = tokenizer->end, *close;

	if (end - p >= 4 && memcmp(p, "<!--", 4) == 0) {
		p += 4;
		while (p < end && is_space(*p))
			p++;
		if (p < end && *p == '[') {
			close = memchr(p, '>', end - p);
		} else if (p < end && *p == '>') {
			close = p;
		} else {
			close = g_strstr_len(p, end - p, "-->");
			close = close == NULL ? NULL : close + 2;
		}
	} else {
		close = memchr(p, '>', end - p);
	}
	tokenizer->p = close == NULL ? end : close + 1;
}

/* Elements whose content is no markup: to their end tag. */
static bool is_raw(const struct tag *tag)
{
	static const char *const raw[] = {
		"script", "style", "title", "textarea", "xmp", "noembed",
		"noframes",
	};
	gsize i;

	if (tag->closes)
		return FALSE;
	for (i = 0; i < G_N_ELEMENTS(raw); i++) {
		if (is_word(tag->name, tag->size, raw[i]))
			return TRUE;
	}
	return FALSE;
}

static void skip_raw(struct tokenizer *tokenizer)
{
	const struct tag *tag = &tokenizer->tag;
	const char *p = tokenizer->p, *end = tokenizer->end;

	while (p < end && (p = memmem(p, end - p, "</", 2)) != NULL) {
		if ((gsize)(end - p) > tag->size + 2 &&
		    g_ascii_strncasecmp(p + 2, tag->name, tag->size) == 0) {
			tokenizer->p = p;
			return;
		}
		p += 2;
	}
	/* never closed: a browser shows nothing of the rest */
	tokenizer->p = end;
}

static void read_markup(struct tokenizer *tokenizer)
{
	const char *p = tokenizer->p, *end = tokenizer->end;
	char next = p + 1 < end ? p[1] : '\0';
	char after = p + 2 < end ? p[2] : '\0';

	if (g_ascii_isalpha(next) ||
	    (next == '/' && g_ascii_isalpha(after))) {
		read_tag(tokenizer);
		take_tag(tokenizer);
		if (is_raw(&tokenizer->tag))
			skip_raw(tokenizer);
	} else if (next == '!' || next == '?' || next == '/') {
		skip_declaration(tokenizer);
	} else {
		if (tokenizer->open != NULL)
			append_shown(tokenizer, "<", 1);
		tokenizer->p++;
	}
}

void warden_html_parse(const char *text, gsize size,
		       struct warden_html *html_r)
{
	struct tokenizer tokenizer = {
		.p = text, .end = text + size, .html = html_r,
	};

	memset(html_r, 0, sizeof(*html_r));
	html_r->links = g_ptr_array_new_with_free_func(link_free);
	html_r->data = g_ptr_array_new_with_free_func(g_free);
	tokenizer.text = g_string_new(NULL);
	while (tokenizer.p < tokenizer.end) {
		gsize left = tokenizer.end - tokenizer.p;
		const char *tag = memchr(tokenizer.p, '<', left);

		if (tag == NULL)
			tag = tokenizer.end;
		if (tag > tokenizer.p)
			take_text(&tokenizer, tokenizer.p, tag - tokenizer.p);
		tokenizer.p = tag;
		if (tag < tokenizer.end)
			read_markup(&tokenizer);
	}
	close_link(&tokenizer);
	g_string_free(tokenizer.text, TRUE);
}

void warden_html_clear(struct warden_html *html)
{
	g_clear_pointer(&html->links, g_ptr_array_unref);
	g_clear_pointer(&html->data, g_ptr_array_unref);
	g_clear_pointer(&html->base, g_free);
}
