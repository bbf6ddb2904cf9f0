#include "warden-config.h"

#include "javascript.h"
#include "../encoding/unpack.h"
#include "../text/urls.h"
#include "web-script.h"

#include <string.h>

/* Shorter pages and scripts that a script makes are its ordinary work. */
#define PAGE_SIZE_MIN 64u
#define CODE_SIZE_MIN 100u
/* Members made of one page's scripts. */
#define MEMBERS_MAX 64u
/* Bytes that may be made while looking for what is encoded, for each page. */
#define UNPACK_FACTOR 16u
#define UNPACK_FIXED (1024u * 1024)
/* Unreadable names and escapes: so many bytes, and one part in so many. */
#define OBFUSCATED_MIN 400u
#define OBFUSCATED_SHARE 16u

struct warden_web_scripts {
	struct warden_text *text;
	guint32 acts;
	GPtrArray *keys;	/* char*, of all scripts so far */
	GString *joined;	/* constants that came to nothing alone */
	char *name;		/* of a file to be saved; NULL: none seen */
	gsize left;		/* bytes that may still be made */
	guint members;
	gsize code, obfuscated;
	bool found;		/* a file */
	bool writes_made;	/* a page of decoded text */
	bool runs_made;
};

struct warden_web_scripts *warden_web_scripts_new(struct warden_text *text)
{
	struct warden_web_scripts *scripts =
		g_new0(struct warden_web_scripts, 1);

	scripts->text = text;
	scripts->keys = g_ptr_array_new_with_free_func(g_free);
	scripts->joined = g_string_new(NULL);
	scripts->left = UNPACK_FACTOR * text->size + UNPACK_FIXED;
	return scripts;
}

static void add_trait(struct warden_web_scripts *scripts,
		      enum warden_trait_index trait, const char *detail)
{
	warden_queue_trait(scripts->text->queue, trait,
			   scripts->text->part->path, detail);
}

/* --- members --------------------------------------------------------------------- */

static struct warden_part *
add_member(struct warden_web_scripts *scripts, GBytes *bytes,
	   const char *name, const char *type, bool only_active)
{
	struct warden_text *text = scripts->text;
	struct warden_part *part;

	if (warden_queue_has(text->queue, bytes))
		return NULL;
	if (scripts->members >= MEMBERS_MAX) {
		warden_queue_limit(text->queue, WARDEN_TRAIT_LIMIT_MEMBERS,
				   text->part->path, "count");
		return NULL;
	}
	if (!warden_queue_spend(text->queue, text->part->path,
				g_bytes_get_size(bytes)))
		return NULL;
	part = warden_text_embed(text, bytes, name, type, only_active);
	scripts->members += part != NULL;
	return part;
}

/* Two bytes are easily met by chance. */
static bool is_weak(const struct warden_filetype *type, gsize size)
{
	return size < 512 && (strcmp(type->type, "application/x-arj") == 0 ||
			      strcmp(type->type,
				     "application/x-compress") == 0 ||
			      strcmp(type->type, "application/x-cpio") == 0 ||
			      type->kind == WARDEN_KIND_AUDIO_VIDEO);
}

static bool found_file(void *context, GBytes *bytes, const char *how)
{
	struct warden_web_scripts *scripts = context;
	struct warden_filetype type;
	g_autofree char *detail = NULL;
	gsize size;
	const guint8 *data = g_bytes_get_data(bytes, &size);
	bool eicar = warden_filetype_is_eicar(data, size);

	warden_filetype_detect(NULL, data, size, "", &type);
	if (is_weak(&type, size))
		return FALSE;
	/* no part, but it may be of a code to be scanned */
	if (type.kind == WARDEN_KIND_IMAGE)
		(void)add_member(scripts, bytes, "", "", TRUE);
	if (!eicar && !warden_kind_is_active(type.kind))
		return type.kind != WARDEN_KIND_UNKNOWN &&
		       type.kind != WARDEN_KIND_EMPTY &&
		       type.kind != WARDEN_KIND_TEXT &&
		       type.kind != WARDEN_KIND_XML;
	scripts->found = TRUE;
	detail = g_strdup_printf("%s (%s)", type.type, how);
	add_trait(scripts, WARDEN_TRAIT_WEB_ENCODED_FILE, detail);
	(void)add_member(scripts, bytes, scripts->name == NULL ? "" :
			 scripts->name, "", TRUE);
	return TRUE;
}

static bool may_spend(void *context, gsize size)
{
	struct warden_web_scripts *scripts = context;

	if (size > scripts->left) {
		warden_queue_limit(scripts->text->queue,
				   WARDEN_TRAIT_LIMIT_DECODED,
				   scripts->text->part->path, "expansion");
		return FALSE;
	}
	scripts->left -= size;
	return TRUE;
}

static struct warden_unpack unpack_for(struct warden_web_scripts *scripts)
{
	struct warden_unpack unpack = {
		.found = found_file, .spend = may_spend, .context = scripts,
		.keys = scripts->keys,
	};

	return unpack;
}

/* --- constants ---------------------------------------------------------------------- */

static const char *source(const struct warden_web_scripts *scripts)
{
	return scripts->text->part->kind == WARDEN_KIND_SVG ? "svg" : "html";
}

static void add_url(struct warden_web_scripts *scripts, const char *url,
		    gsize size)
{
	warden_queue_url(scripts->text->queue, scripts->text->part->path, url,
			 size, NULL, "", source(scripts));
}

/* "http://www." + name: what is there is no address yet. */
static bool is_cut(const char *url, gsize size)
{
	const char *host = g_strstr_len(url, size, "://");

	return host == NULL ||
	       memchr(host + 3, '/', size - (host + 3 - url)) == NULL;
}

static void find_urls(struct warden_web_scripts *scripts, const char *text,
		      gsize size, bool partial)
{
	struct warden_url_iter iter;
	gsize start, end;

	if (memmem(text, size, "://", 3) == NULL)
		return;
	warden_url_iter_init(&iter, text, size);
	while (warden_url_iter_next(&iter, &start, &end)) {
		if (!partial || end < size ||
		    !is_cut(text + start, end - start))
			add_url(scripts, text + start, end - start);
	}
}

/* A constant that the page is sent to, or sends to: without what was added to
   it. */
static void take_target(struct warden_web_scripts *scripts,
			enum warden_trait_index trait, const char *url)
{
	if (g_ascii_strncasecmp(url, "data:", 5) == 0) {
		warden_web_data_url(scripts->text, url);
		return;
	}
	if (*url == '\0')
		return;
	add_url(scripts, url, strlen(url));
	add_trait(scripts, trait, url);
}

static void take_page(struct warden_web_scripts *scripts,
		      const struct warden_javascript_text *text,
		      const char *data, gsize size)
{
	scripts->writes_made |= text->made && size >= PAGE_SIZE_MIN &&
		memchr(data, '<', size) != NULL;
	if (size >= PAGE_SIZE_MIN && memchr(data, '<', size) != NULL)
		(void)add_member(scripts, text->bytes, "", "text/html",
				 FALSE);
}

static void take_code(struct warden_web_scripts *scripts,
		      const struct warden_javascript_text *text, gsize size)
{
	scripts->runs_made |= text->made && size >= CODE_SIZE_MIN;
	if (size >= CODE_SIZE_MIN)
		(void)add_member(scripts, text->bytes, "script.js",
				 "text/javascript", FALSE);
}

/* May be a piece of something longer. */
static void keep(struct warden_web_scripts *scripts, const char *data,
		 gsize size)
{
	gsize i;

	for (i = 0; i < size; i++) {
		if (!g_ascii_isalnum(data[i]) && data[i] != '+' &&
		    data[i] != '/' && data[i] != '=' && data[i] != '%')
			return;
	}
	if (scripts->joined->len + size <= scripts->left)
		g_string_append_len(scripts->joined, data, size);
}

static void take_value(struct warden_web_scripts *scripts,
		       const struct warden_javascript_text *text,
		       const char *data, gsize size)
{
	struct warden_unpack unpack = unpack_for(scripts);

	if (size > 5 && g_ascii_strncasecmp(data, "data:", 5) == 0) {
		g_autofree char *url = g_strndup(data, size);

		warden_web_data_url(scripts->text, url);
		return;
	}
	if (!text->joined)
		find_urls(scripts, data, size, text->partial);
	if (!warden_unpack_text(&unpack, data, size))
		keep(scripts, data, size);
}

static void take_name(struct warden_web_scripts *scripts, const char *name)
{
	if (*name == '\0')
		return;
	add_trait(scripts, WARDEN_TRAIT_WEB_DOWNLOAD, name);
	if (scripts->name == NULL)
		scripts->name = g_strndup(name, WARDEN_FACT_NAME_MAX);
}

static void take_text(struct warden_web_scripts *scripts,
		      const struct warden_javascript_text *text)
{
	gsize size;
	const char *data = g_bytes_get_data(text->bytes, &size);
	g_autofree char *copy = NULL;

	if (size == 0)
		return;
	if (text->use != WARDEN_JAVASCRIPT_VALUE)
		copy = g_strndup(data, MIN(size, 16 * WARDEN_FACT_URL_MAX));
	switch (text->use) {
	case WARDEN_JAVASCRIPT_PAGE:
		take_page(scripts, text, data, size);
		break;
	case WARDEN_JAVASCRIPT_CODE:
		take_code(scripts, text, size);
		break;
	case WARDEN_JAVASCRIPT_TARGET:
		take_target(scripts, WARDEN_TRAIT_WEB_REDIRECT, copy);
		break;
	case WARDEN_JAVASCRIPT_SEND:
		take_target(scripts, WARDEN_TRAIT_WEB_SENDS, copy);
		break;
	case WARDEN_JAVASCRIPT_LINK:
		add_url(scripts, copy, strlen(copy));
		break;
	case WARDEN_JAVASCRIPT_NAME:
		take_name(scripts, copy);
		break;
	case WARDEN_JAVASCRIPT_VALUE:
		break;
	}
	take_value(scripts, text, data, size);
}

/* --- scripts ---------------------------------------------------------------------------- */

/* Nothing but the characters by which any program can be written without
   letters. */
static gsize count_symbols(const char *code, gsize size)
{
	gsize i, symbols = 0;

	for (i = 0; i < size; i++)
		symbols += code[i] != '\0' &&
			strchr("[]()!+{}$_", code[i]) != NULL;
	return symbols > size - size / 8 ? symbols : 0;
}

static bool is_packed(const char *code, gsize size)
{
	return memmem(code, size, "function(p,a,c,k,e,", 19) != NULL;
}

static void copy_keys(struct warden_web_scripts *scripts,
		      const struct warden_javascript *script)
{
	guint i;

	for (i = 0; i < script->keys->len && scripts->keys->len < 400; i++)
		g_ptr_array_add(scripts->keys, g_strdup(
			g_ptr_array_index(script->keys, i)));
}

/* The name comes last in most scripts, and is wanted before the file. */
static void take_names(struct warden_web_scripts *scripts,
		       const struct warden_javascript *script)
{
	guint i;

	for (i = 0; i < script->texts->len; i++) {
		const struct warden_javascript_text *text = &g_array_index(
			script->texts, struct warden_javascript_text, i);

		if (text->use == WARDEN_JAVASCRIPT_NAME)
			take_text(scripts, text);
	}
}

void warden_web_script(struct warden_web_scripts *scripts, const char *code,
		       gsize size)
{
	struct warden_unpack unpack = unpack_for(scripts);
	struct warden_javascript script;
	guint i;

	warden_javascript_read(code, size, &script);
	scripts->acts |= script.acts;
	scripts->code += size;
	scripts->obfuscated += script.obfuscated + count_symbols(code, size);
	if (is_packed(code, size))
		scripts->obfuscated += size;
	copy_keys(scripts, &script);
	take_names(scripts, &script);
	for (i = 0; i < script.texts->len; i++) {
		const struct warden_javascript_text *text = &g_array_index(
			script.texts, struct warden_javascript_text, i);

		if (text->use != WARDEN_JAVASCRIPT_NAME)
			take_text(scripts, text);
	}
	for (i = 0; i < script.numbers->len; i++)
		(void)warden_unpack_numbers(&unpack, g_ptr_array_index(
			script.numbers, i));
	warden_javascript_clear(&script);
}

void warden_web_data(struct warden_web_scripts *scripts, const char *data,
		     gsize size)
{
	guint32 acts = scripts->acts;

	warden_web_script(scripts, data, size);
	scripts->acts = acts;
}

void warden_web_words(struct warden_web_scripts *scripts, const char *words,
		      gsize size)
{
	struct warden_unpack unpack = unpack_for(scripts);

	(void)warden_unpack_text(&unpack, words, size);
}

/* --- all together --------------------------------------------------------------------------- */

static const struct {
	guint32 acts;	/* all of them */
	enum warden_trait_index trait;
} act_traits[] = {
	{WARDEN_JAVASCRIPT_DECODES, WARDEN_TRAIT_WEB_DECODES},
	{WARDEN_JAVASCRIPT_DECIPHERS, WARDEN_TRAIT_WEB_DECIPHERS},
	{WARDEN_JAVASCRIPT_SAVES, WARDEN_TRAIT_WEB_SAVES},
	{WARDEN_JAVASCRIPT_OBJECT_URL, WARDEN_TRAIT_WEB_OBJECT_URL},
	{WARDEN_JAVASCRIPT_CLICKS, WARDEN_TRAIT_WEB_CLICKS},
	{WARDEN_JAVASCRIPT_WRITES, WARDEN_TRAIT_WEB_WRITES},
	{WARDEN_JAVASCRIPT_RUNS, WARDEN_TRAIT_WEB_RUNS},
	{WARDEN_JAVASCRIPT_REDIRECTS, WARDEN_TRAIT_WEB_REDIRECT},
	{WARDEN_JAVASCRIPT_SENDS, WARDEN_TRAIT_WEB_SENDS},
	{WARDEN_JAVASCRIPT_WORKER, WARDEN_TRAIT_WEB_WORKER},
	{WARDEN_JAVASCRIPT_ASSEMBLY, WARDEN_TRAIT_WEB_ASSEMBLY},
	{WARDEN_JAVASCRIPT_SYSTEM, WARDEN_TRAIT_WEB_SYSTEM},
	{WARDEN_JAVASCRIPT_HIDES, WARDEN_TRAIT_WEB_HIDES},
};

void warden_web_scripts_finish(struct warden_web_scripts *scripts)
{
	struct warden_unpack unpack = unpack_for(scripts);
	gsize i;

	if (!scripts->found && scripts->joined->len > 0 &&
	    (scripts->acts & WARDEN_JAVASCRIPT_DECODES) != 0)
		(void)warden_unpack_text(&unpack, scripts->joined->str,
					 scripts->joined->len);
	for (i = 0; i < G_N_ELEMENTS(act_traits); i++) {
		if ((scripts->acts & act_traits[i].acts) != 0)
			add_trait(scripts, act_traits[i].trait, "");
	}
	if (scripts->writes_made)
		add_trait(scripts, WARDEN_TRAIT_WEB_WRITES_DECODED, "");
	if (scripts->runs_made)
		add_trait(scripts, WARDEN_TRAIT_WEB_RUNS_DECODED, "");
	if (scripts->obfuscated >= OBFUSCATED_MIN &&
	    scripts->obfuscated >= scripts->code / OBFUSCATED_SHARE)
		add_trait(scripts, WARDEN_TRAIT_WEB_OBFUSCATED, "");
	g_ptr_array_unref(scripts->keys);
	g_string_free(scripts->joined, TRUE);
	g_free(scripts->name);
	g_free(scripts);
}
