#include "warden-config.h"

#include "html-private.h"
#include "../text/urls.h"

#include "../../facts/limits.h"

#include <string.h>

/* Links, and the text that is shown for them. */

/* --- links ---------------------------------------------------------------------- */

void html_link_free(void *data)
{
	struct warden_html_link *link = data;

	g_free(link->url);
	g_free(link->text);
	g_free(link);
}

struct warden_html_link *
html_add_link(struct html_tokenizer *tokenizer,
	      enum warden_html_link_kind kind, const char *url, gsize size)
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

/* "data:" and "javascript:" are no places; html-code.c has them. */
static bool leads_nowhere(const char *url)
{
	return g_ascii_strncasecmp(url, "data:", 5) == 0 ||
	       g_ascii_strncasecmp(url, "javascript:", 11) == 0;
}

/* A URL from an attribute. Returns the link, or NULL if it is none. */
static struct warden_html_link *
take_url(struct html_tokenizer *tokenizer, enum warden_html_link_kind kind,
	 const char *value, gsize size)
{
	GString *url;
	struct warden_html_link *link = NULL;
	gsize skip = 0;

	/* a data: address may carry a whole file */
	size = MIN(size, 4 * WARDEN_FACT_URL_MAX);
	url = g_string_sized_new(size);
	warden_html_unescape(value, size, TRUE, url);
	while (skip < url->len && (guchar)url->str[skip] <= ' ')
		skip++;
	if (url->len > skip && !leads_nowhere(url->str + skip))
		link = html_add_link(tokenizer, kind, url->str + skip,
				     url->len - skip);
	g_string_free(url, TRUE);
	return link;
}

/* --- what is shown ---------------------------------------------------------------- */

void html_append_shown(struct html_tokenizer *tokenizer, const char *text,
		       gsize size)
{
	GString *shown = tokenizer->text;
	gsize i;

	for (i = 0; i < size && shown->len < WARDEN_FACT_TEXT_MAX; i++) {
		if (!html_is_space(text[i]))
			g_string_append_c(shown, text[i]);
		else if (shown->len > 0 &&
			 shown->str[shown->len - 1] != ' ')
			g_string_append_c(shown, ' ');
	}
}

void html_close_link(struct html_tokenizer *tokenizer)
{
	if (tokenizer->open == NULL)
		return;
	g_free(tokenizer->open->text);
	tokenizer->open->text =
		g_strstrip(g_strdup(tokenizer->text->str));
	tokenizer->open = NULL;
	g_string_truncate(tokenizer->text, 0);
}

static void find_in_text(struct html_tokenizer *tokenizer,
			 const GString *text)
{
	struct warden_url_iter iter;
	gsize start, end;

	warden_url_iter_init(&iter, text->str, text->len);
	while (warden_url_iter_next(&iter, &start, &end)) {
		if (html_add_link(tokenizer, WARDEN_HTML_TEXT,
				  text->str + start, end - start) == NULL)
			return;
	}
}

static gsize count_shown(const char *text, gsize size)
{
	gsize shown = 0, i;

	for (i = 0; i < size; i++)
		shown += !html_is_space(text[i]);
	return shown;
}

void html_take_text(struct html_tokenizer *tokenizer, const char *text,
		    gsize size)
{
	GString *plain;

	tokenizer->html->shown += count_shown(text, size);
	html_take_words(tokenizer, text, size);
	if (tokenizer->open == NULL && memchr(text, '.', size) == NULL &&
	    memchr(text, '&', size) == NULL)
		return;
	if (tokenizer->open != NULL)
		size = MIN(size, 4 * WARDEN_FACT_TEXT_MAX);
	plain = g_string_sized_new(size);
	warden_html_unescape(text, size, FALSE, plain);
	if (tokenizer->open != NULL)
		html_append_shown(tokenizer, plain->str, plain->len);
	else
		find_in_text(tokenizer, plain);
	g_string_free(plain, TRUE);
}

/* --- attributes that are links --------------------------------------------------------- */

static const struct link_attribute {
	const char *name;
	enum warden_html_link_kind kind;
} link_attributes[] = {
	{ "action", WARDEN_HTML_FORM },
	{ "background", WARDEN_HTML_RESOURCE },
	{ "codebase", WARDEN_HTML_RESOURCE },
	{ "data", WARDEN_HTML_RESOURCE },
	{ "dynsrc", WARDEN_HTML_RESOURCE },
	{ "formaction", WARDEN_HTML_FORM },
	{ "href", WARDEN_HTML_LINK },
	{ "icon", WARDEN_HTML_RESOURCE },
	{ "longdesc", WARDEN_HTML_LINK },
	{ "lowsrc", WARDEN_HTML_RESOURCE },
	{ "manifest", WARDEN_HTML_RESOURCE },
	{ "ping", WARDEN_HTML_RESOURCE },
	{ "poster", WARDEN_HTML_RESOURCE },
	{ "src", WARDEN_HTML_RESOURCE },
};

/* Elements whose href is fetched, not clicked. */
static bool fetches(const struct html_tag *tag)
{
	static const char *const names[] = {
		"link", "use", "image", "feimage", "script", "pattern",
		"lineargradient", "radialgradient", "filter", "mpath",
		"textpath", "cursor", "include",
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(names); i++) {
		if (html_is_word(tag->name, tag->size, names[i]))
			return TRUE;
	}
	return FALSE;
}

/* "xlink:href": whatever the namespace is called. */
static const struct link_attribute *
link_attribute(const struct html_attribute *attribute)
{
	const char *name = attribute->name;
	gsize size = attribute->name_size, i;
	const char *colon = memchr(name, ':', size);

	if (colon != NULL) {
		size -= colon + 1 - name;
		name = colon + 1;
	}
	if (size < 3 || size > 10)
		return NULL;
	for (i = 0; i < G_N_ELEMENTS(link_attributes); i++) {
		if (html_is_word(name, size, link_attributes[i].name))
			return &link_attributes[i];
	}
	return NULL;
}

static void take_link_attributes(struct html_tokenizer *tokenizer,
				 bool with_href)
{
	const struct html_tag *tag = &tokenizer->tag;
	guint i;

	for (i = 0; i < tag->count; i++) {
		const struct html_attribute *attribute = &tag->attributes[i];
		const struct link_attribute *known =
			attribute->size == 0 ? NULL :
			link_attribute(attribute);
		enum warden_html_link_kind kind;

		if (known == NULL)
			continue;
		kind = known->kind;
		if (kind == WARDEN_HTML_LINK && !with_href)
			continue;
		if (kind == WARDEN_HTML_LINK && fetches(tag))
			kind = WARDEN_HTML_RESOURCE;
		(void)take_url(tokenizer, kind, attribute->value,
			       attribute->size);
	}
}

/* srcset="a.png 1x, b.png 2x" */
static void take_srcset(struct html_tokenizer *tokenizer)
{
	const struct html_attribute *set =
		html_attribute_of(&tokenizer->tag, "srcset");
	const char *p, *end;

	if (set == NULL)
		return;
	p = set->value;
	end = p + set->size;
	while (p < end) {
		const char *start, *comma;

		while (p < end && (html_is_space(*p) || *p == ','))
			p++;
		start = p;
		while (p < end && !html_is_space(*p))
			p++;
		if (p > start && take_url(tokenizer, WARDEN_HTML_RESOURCE,
					  start, p - start) == NULL)
			return;
		comma = memchr(p, ',', end - p);
		p = comma == NULL ? end : comma;
	}
}

/* --- single elements ------------------------------------------------------------------ */

static const struct html_attribute *href_of(const struct html_tag *tag)
{
	guint i;

	for (i = 0; i < tag->count; i++) {
		const struct link_attribute *known =
			link_attribute(&tag->attributes[i]);

		if (known != NULL && known->kind == WARDEN_HTML_LINK)
			return &tag->attributes[i];
	}
	return NULL;
}

static void take_anchor(struct html_tokenizer *tokenizer)
{
	const struct html_attribute *href = href_of(&tokenizer->tag);

	html_close_link(tokenizer);
	if (href != NULL)
		tokenizer->open = take_url(tokenizer, WARDEN_HTML_LINK,
					   href->value, href->size);
	take_link_attributes(tokenizer, FALSE);
}

#define ALT_SIZE_MAX 500

/* Owned by the caller. */
static char *alt_text(const struct html_attribute *alt)
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

static void take_area(struct html_tokenizer *tokenizer)
{
	const struct html_attribute *alt =
		html_attribute_of(&tokenizer->tag, "alt");
	const struct html_attribute *href = href_of(&tokenizer->tag);
	struct warden_html_link *link = href == NULL ? NULL :
		take_url(tokenizer, WARDEN_HTML_LINK, href->value,
			 href->size);

	if (link != NULL && alt != NULL) {
		g_free(link->text);
		link->text = alt_text(alt);
	}
	take_link_attributes(tokenizer, FALSE);
}

static void take_base(struct html_tokenizer *tokenizer)
{
	const struct html_attribute *href =
		html_attribute_of(&tokenizer->tag, "href");
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

static void take_form(struct html_tokenizer *tokenizer)
{
	warden_trait_set_add(&tokenizer->html->traits,
			     WARDEN_TRAIT_HTML_FORM);
	take_link_attributes(tokenizer, TRUE);
}

static void take_input(struct html_tokenizer *tokenizer)
{
	static const char *const others[] = {
		"hidden", "submit", "button", "image", "reset", "checkbox",
		"radio",
	};
	const struct html_attribute *type =
		html_attribute_of(&tokenizer->tag, "type");
	bool fills = TRUE;
	gsize i;

	if (type != NULL && html_is_word(type->value, type->size, "password"))
		warden_trait_set_add(&tokenizer->html->traits,
				     WARDEN_TRAIT_HTML_PASSWORD);
	for (i = 0; type != NULL && i < G_N_ELEMENTS(others); i++)
		fills &= !html_is_word(type->value, type->size, others[i]);
	tokenizer->html->inputs += fills;
	take_link_attributes(tokenizer, TRUE);
}

/* content="0; url='http://…'" */
static void take_meta(struct html_tokenizer *tokenizer)
{
	const struct html_attribute *equiv =
		html_attribute_of(&tokenizer->tag, "http-equiv");
	const struct html_attribute *content =
		html_attribute_of(&tokenizer->tag, "content");
	g_autoptr(GString) plain = g_string_new(NULL);
	g_autofree char *lower = NULL;
	const char *p;
	gsize size;

	if (equiv == NULL || content == NULL)
		return;
	warden_html_unescape(equiv->value, MIN(equiv->size, 100), TRUE,
			     plain);
	if (g_ascii_strcasecmp(g_strstrip(plain->str), "refresh") != 0)
		return;
	warden_trait_set_add(&tokenizer->html->traits,
			     WARDEN_TRAIT_HTML_REFRESH);
	g_string_truncate(plain, 0);
	warden_html_unescape(content->value, content->size, TRUE, plain);
	lower = g_ascii_strdown(plain->str, -1);
	p = lower + strspn(lower, " \t\r\n0123456789.;,");
	/* "0;http://…" is taken, too (WHATWG 4.2.5.3) */
	if (g_str_has_prefix(p, "url")) {
		const char *value = p + 3 + strspn(p + 3, " \t\r\n");

		if (*value == '=')
			p = value + 1;
	}
	p += strspn(p, " \t\r\n\"'");
	size = strcspn(p, "\"'");
	p = plain->str + (p - lower);
	if (!html_take_data_url(tokenizer, p, size) && size > 0)
		(void)html_add_link(tokenizer, WARDEN_HTML_REFRESH, p, size);
}

/* An image in a link is part of what is shown. */
static void take_image(struct html_tokenizer *tokenizer)
{
	const struct html_attribute *alt =
		html_attribute_of(&tokenizer->tag, "alt");

	if (tokenizer->open != NULL && alt != NULL) {
		g_autofree char *text = alt_text(alt);

		html_append_shown(tokenizer, text, strlen(text));
	}
	take_srcset(tokenizer);
	take_link_attributes(tokenizer, TRUE);
}

static void take_source(struct html_tokenizer *tokenizer)
{
	take_srcset(tokenizer);
	take_link_attributes(tokenizer, TRUE);
}

/* <animate attributeName="href" values="a;b">, <set … to="a"> */
static void take_animation(struct html_tokenizer *tokenizer)
{
	static const char *const names[] = { "to", "from", "by", "values" };
	const struct html_attribute *target =
		html_attribute_of(&tokenizer->tag, "attributeName");
	gsize i;

	take_link_attributes(tokenizer, TRUE);
	if (target == NULL || target->size < 4 ||
	    g_ascii_strncasecmp(target->value + target->size - 4, "href",
				4) != 0)
		return;
	for (i = 0; i < G_N_ELEMENTS(names); i++) {
		const struct html_attribute *value =
			html_attribute_of(&tokenizer->tag, names[i]);
		const char *p = value == NULL ? NULL : value->value;
		const char *end = value == NULL ? NULL : p + value->size;

		while (p < end) {
			const char *semicolon = memchr(p, ';', end - p);

			if (semicolon == NULL || i < 3)
				semicolon = end;
			if (take_url(tokenizer, WARDEN_HTML_LINK, p,
				     semicolon - p) == NULL)
				break;
			p = semicolon + 1;
		}
	}
}

static const struct {
	const char *name;
	void (*take)(struct html_tokenizer *tokenizer);
} elements[] = {
	{ "a", take_anchor }, { "area", take_area }, { "base", take_base },
	{ "form", take_form }, { "input", take_input },
	{ "select", take_input }, { "textarea", take_input },
	{ "meta", take_meta }, { "img", take_image },
	{ "source", take_source }, { "animate", take_animation },
	{ "set", take_animation },
};

/* A line break or cell border is a space to the reader. */
static bool is_block(const struct html_tag *tag)
{
	static const char *const blocks[] = {
		"br", "p", "div", "td", "tr", "li", "table", "h1", "h2", "h3",
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(blocks); i++) {
		if (html_is_word(tag->name, tag->size, blocks[i]))
			return TRUE;
	}
	return FALSE;
}

void html_take_tag(struct html_tokenizer *tokenizer)
{
	struct html_tag *tag = &tokenizer->tag;
	gsize i;

	if (tokenizer->open != NULL && is_block(tag))
		html_append_shown(tokenizer, " ", 1);
	if (tag->closes) {
		if (html_is_word(tag->name, tag->size, "a"))
			html_close_link(tokenizer);
		return;
	}
	for (i = 0; i < G_N_ELEMENTS(elements); i++) {
		if (html_is_word(tag->name, tag->size, elements[i].name)) {
			elements[i].take(tokenizer);
			return;
		}
	}
	/* VML shapes, and whatever else has a target */
	take_link_attributes(tokenizer, TRUE);
}
