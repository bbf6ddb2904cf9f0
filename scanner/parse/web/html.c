#include "warden-config.h"

#include "html-private.h"

#include <string.h>

bool html_is_word(const char *text, gsize size, const char *word)
{
	return strlen(word) == size &&
		g_ascii_strncasecmp(text, word, size) == 0;
}

const struct html_attribute *
html_attribute_of(const struct html_tag *tag, const char *name)
{
	guint i;

	for (i = 0; i < tag->count; i++) {
		if (html_is_word(tag->attributes[i].name,
				 tag->attributes[i].name_size, name))
			return &tag->attributes[i];
	}
	return NULL;
}

/* --- to whom they are given -------------------------------------------------- */

static void give_tag(struct html_tokenizer *tokenizer)
{
	const struct html_visitor *visitor = tokenizer->visitor;

	if (visitor == NULL) {
		html_take_tag(tokenizer);
		html_take_code(tokenizer);
	} else if (visitor->tag != NULL) {
		visitor->tag(tokenizer->context, &tokenizer->tag);
	}
}

static void give_text(struct html_tokenizer *tokenizer, const char *text,
		      gsize size)
{
	const struct html_visitor *visitor = tokenizer->visitor;

	if (visitor == NULL)
		html_take_text(tokenizer, text, size);
	else if (visitor->text != NULL)
		visitor->text(tokenizer->context, text, size);
}

static void give_raw(struct html_tokenizer *tokenizer, const char *text,
		     gsize size)
{
	const struct html_visitor *visitor = tokenizer->visitor;

	if (visitor == NULL)
		html_take_raw(tokenizer, text, size);
	else if (visitor->raw != NULL)
		visitor->raw(tokenizer->context, &tokenizer->tag, text, size);
}

/* --- tags -------------------------------------------------------------------- */

static void read_attribute_value(struct html_tokenizer *tokenizer,
				 struct html_attribute *attribute)
{
	const char *p = tokenizer->p, *end = tokenizer->end;

	while (p < end && html_is_space(*p))
		p++;
	if (p < end && (*p == '"' || *p == '\'')) {
		const char *close = memchr(p + 1, *p, end - p - 1);

		attribute->value = p + 1;
		attribute->size = (close == NULL ? end : close) - p - 1;
		tokenizer->p = close == NULL ? end : close + 1;
		return;
	}
	attribute->value = p;
	while (p < end && !html_is_space(*p) && *p != '>')
		p++;
	attribute->size = p - attribute->value;
	tokenizer->p = p;
}

static void read_attribute(struct html_tokenizer *tokenizer)
{
	struct html_attribute attribute = { NULL, 0, "", 0 };
	const char *p = tokenizer->p, *end = tokenizer->end;

	attribute.name = p;
	/* a '=' at the start belongs to the name */
	if (p < end)
		p++;
	while (p < end && !html_is_space(*p) && *p != '=' && *p != '>' &&
	       *p != '/')
		p++;
	attribute.name_size = p - attribute.name;
	while (p < end && html_is_space(*p))
		p++;
	tokenizer->p = p;
	if (p < end && *p == '=') {
		tokenizer->p++;
		read_attribute_value(tokenizer, &attribute);
	}
	if (tokenizer->tag.count < WARDEN_HTML_ATTRIBUTES_MAX)
		tokenizer->tag.attributes[tokenizer->tag.count++] = attribute;
}

/* "svg:script" is a script to readers of XML; "v:rect" and "o:p" are Word's
   and known by their whole names. */
static void drop_prefix(struct html_tag *tag)
{
	const char *colon = memchr(tag->name, ':', tag->size);

	if (colon == NULL || colon == tag->name + 1)
		return;
	tag->prefix = colon + 1 - tag->name;
	tag->size -= tag->prefix;
	tag->name = colon + 1;
}

/* At '<' and a letter, or "</" and a letter. An unfinished tag at the end is
   none to a browser, but read all the same. */
static void read_tag(struct html_tokenizer *tokenizer)
{
	struct html_tag *tag = &tokenizer->tag;
	const char *end = tokenizer->end;

	tag->closes = tokenizer->p[1] == '/';
	tag->count = 0;
	tag->prefix = 0;
	tokenizer->p += tag->closes ? 2 : 1;
	tag->name = tokenizer->p;
	while (tokenizer->p < end && !html_is_space(*tokenizer->p) &&
	       *tokenizer->p != '>' && *tokenizer->p != '/')
		tokenizer->p++;
	tag->size = tokenizer->p - tag->name;
	drop_prefix(tag);
	while (tokenizer->p < end && *tokenizer->p != '>') {
		if (html_is_space(*tokenizer->p) || *tokenizer->p == '/')
			tokenizer->p++;
		else
			read_attribute(tokenizer);
	}
	tag->empty = tokenizer->p[-1] == '/';
	if (tokenizer->p < end)
		tokenizer->p++;
}

/* --- comments and declarations ------------------------------------------------ */

/* "-->", or "--!>" (WHATWG 13.2.5.52). NULL if it never ends. */
static const char *comment_end(const char *p, const char *end)
{
	while (p < end && (p = memmem(p, end - p, "--", 2)) != NULL) {
		if (end - p >= 3 && p[2] == '>')
			return p + 2;
		if (end - p >= 4 && p[2] == '!' && p[3] == '>')
			return p + 3;
		p++;
	}
	return NULL;
}

/* Behind "<!--". Outlook shows what stands in conditional comments, so only
   their frame is skipped. */
static void skip_comment(struct html_tokenizer *tokenizer)
{
	const char *p = tokenizer->p + 4, *end = tokenizer->end, *close;

	while (p < end && html_is_space(*p))
		p++;
	if (p < end && *p == '[') {
		close = memchr(p, '>', end - p);
	} else if (p < end && *p == '>') {
		close = p;
	} else if (end - p >= 2 && p[0] == '-' && p[1] == '>') {
		close = p + 1;
	} else {
		close = comment_end(p, end);
		if (tokenizer->visitor == NULL)
			html_take_words(tokenizer, p,
					(close == NULL ? end : close) - p);
	}
	tokenizer->p = close == NULL ? end : close + 1;
}

/* Behind "<!" or "<?". */
static void skip_declaration(struct html_tokenizer *tokenizer)
{
	const char *p = tokenizer->p, *end = tokenizer->end, *close;

	if (end - p >= 4 && memcmp(p, "<!--", 4) == 0) {
		skip_comment(tokenizer);
		return;
	}
	/* text to readers of XML; what others skip of it is its frame */
	if (end - p >= 9 && memcmp(p, "<![CDATA[", 9) == 0 &&
	    tokenizer->foreign > 0) {
		tokenizer->p += 9;
		return;
	}
	close = memchr(p, '>', end - p);
	tokenizer->p = close == NULL ? end : close + 1;
}

/* --- elements whose content is no markup --------------------------------------- */

static bool is_raw(const struct html_tokenizer *tokenizer)
{
	static const char *const raw[] = {
		"script", "style", "title", "textarea", "xmp", "noembed",
		"noframes",
	};
	const struct html_tag *tag = &tokenizer->tag;
	gsize i;

	if (tag->closes)
		return FALSE;
	for (i = 0; i < G_N_ELEMENTS(raw); i++) {
		/* in pictures and formulas the others hold markup */
		if (html_is_word(tag->name, tag->size, raw[i]))
			return tokenizer->foreign == 0 ||
			       (i == 0 && !tag->empty);
	}
	return FALSE;
}

/* The end tag must end there: "</scripting" closes no script. */
static bool is_end_tag(const char *p, const char *end,
		       const struct html_tag *tag)
{
	gsize size = tag->prefix + tag->size;
	const char *behind = p + 2 + size;

	if (behind > end ||
	    g_ascii_strncasecmp(p + 2, tag->name - tag->prefix, size) != 0)
		return FALSE;
	return behind == end || html_is_space(*behind) || *behind == '>' ||
	       *behind == '/';
}

static void read_raw(struct html_tokenizer *tokenizer)
{
	const struct html_tag *tag = &tokenizer->tag;
	const char *start = tokenizer->p, *p = start, *end = tokenizer->end;

	while (p < end && (p = memmem(p, end - p, "</", 2)) != NULL) {
		if (is_end_tag(p, end, tag))
			break;
		p += 2;
	}
	/* never closed: a browser shows nothing of the rest */
	tokenizer->p = p == NULL || p > end ? end : p;
	give_raw(tokenizer, start, tokenizer->p - start);
}

/* --- all of it ------------------------------------------------------------------ */

static void count_inside(const struct html_tag *tag, guint *count)
{
	if (!tag->closes)
		*count += !tag->empty;
	else if (*count > 0)
		(*count)--;
}

static void enter_tag(struct html_tokenizer *tokenizer)
{
	const struct html_tag *tag = &tokenizer->tag;

	if (html_is_word(tag->name, tag->size, "svg") ||
	    html_is_word(tag->name, tag->size, "math"))
		count_inside(tag, &tokenizer->foreign);
	else if (html_is_word(tag->name, tag->size, "template"))
		count_inside(tag, &tokenizer->hidden);
}

static void read_markup(struct html_tokenizer *tokenizer)
{
	const char *p = tokenizer->p, *end = tokenizer->end;
	char next = p + 1 < end ? p[1] : '\0';
	char after = p + 2 < end ? p[2] : '\0';

	if (g_ascii_isalpha(next) ||
	    (next == '/' && g_ascii_isalpha(after))) {
		read_tag(tokenizer);
		enter_tag(tokenizer);
		give_tag(tokenizer);
		if (is_raw(tokenizer))
			read_raw(tokenizer);
	} else if (next == '!' || next == '?' || next == '/') {
		skip_declaration(tokenizer);
	} else {
		if (tokenizer->visitor != NULL)
			give_text(tokenizer, "<", 1);
		else if (tokenizer->open != NULL)
			html_append_shown(tokenizer, "<", 1);
		tokenizer->p++;
	}
}

static void read_all(struct html_tokenizer *tokenizer)
{
	while (tokenizer->p < tokenizer->end) {
		gsize left = tokenizer->end - tokenizer->p;
		const char *tag = memchr(tokenizer->p, '<', left);

		if (tag == NULL)
			tag = tokenizer->end;
		if (tag > tokenizer->p)
			give_text(tokenizer, tokenizer->p,
				  tag - tokenizer->p);
		tokenizer->p = tag;
		if (tag < tokenizer->end)
			read_markup(tokenizer);
	}
}

void html_walk(const char *text, gsize size,
	       const struct html_visitor *visitor, void *context)
{
	struct html_tokenizer tokenizer = {
		.p = text, .end = text + size, .visitor = visitor,
		.context = context,
	};

	read_all(&tokenizer);
}

void warden_html_parse(const char *text, gsize size,
		       struct warden_html *html_r)
{
	struct html_tokenizer tokenizer = {
		.p = text, .end = text + size, .html = html_r,
	};

	memset(html_r, 0, sizeof(*html_r));
	html_r->links = g_ptr_array_new_with_free_func(html_link_free);
	html_r->data = g_ptr_array_new_with_free_func(g_free);
	html_r->pieces = g_ptr_array_new_with_free_func(html_piece_free);
	tokenizer.text = g_string_new(NULL);
	read_all(&tokenizer);
	html_close_link(&tokenizer);
	g_string_free(tokenizer.text, TRUE);
}

void warden_html_clear(struct warden_html *html)
{
	g_clear_pointer(&html->links, g_ptr_array_unref);
	g_clear_pointer(&html->data, g_ptr_array_unref);
	g_clear_pointer(&html->pieces, g_ptr_array_unref);
	g_clear_pointer(&html->base, g_free);
}
