#include "facts.h"

#include <string.h>

static void part_free(void *data)
{
	struct warden_part *part = data;

	g_free(part->path);
	g_free(part->name);
	g_ptr_array_unref(part->names);
	g_free(part->declared_type);
	g_free(part->detected_type);
	g_free(part->encoding);
	g_free(part->fuzzy);
	g_free(part);
}

static void url_free(void *data)
{
	struct warden_url *url = data;

	g_free(url->url);
	g_free(url->host);
	g_free(url->text);
	g_free(url->source);
	g_free(url->part);
	g_free(url);
}

static void trait_free(void *data)
{
	struct warden_trait *trait = data;

	g_free(trait->code);
	g_free(trait->part);
	g_free(trait->detail);
	g_free(trait);
}

static void unscanned_free(void *data)
{
	struct warden_unscanned *unscanned = data;

	g_free(unscanned->part);
	g_free(unscanned->reason);
	g_free(unscanned);
}

static void match_free(void *data)
{
	struct warden_match *match = data;

	g_free(match->engine);
	g_free(match->rule);
	g_free(match->verdict);
	g_free(match->part);
	g_free(match->detail);
	g_free(match);
}

static void signature_free(void *data)
{
	struct warden_signature *signature = data;

	g_free(signature->kind);
	g_free(signature->status);
	g_free(signature->signer);
	g_free(signature->part);
	g_free(signature->detail);
	g_free(signature);
}

static void sensitive_free(void *data)
{
	struct warden_sensitive *sensitive = data;

	g_free(sensitive->kind);
	g_free(sensitive->part);
	g_free(sensitive->detail);
	g_free(sensitive);
}

void warden_address_free(struct warden_address *address)
{
	if (address == NULL)
		return;
	g_free(address->name);
	g_free(address->address);
	g_free(address);
}

static void address_free(void *data)
{
	warden_address_free(data);
}

struct warden_facts *warden_facts_new(void)
{
	struct warden_facts *facts = g_new0(struct warden_facts, 1);
	struct warden_header_facts *header = &facts->header;

	header->from = g_ptr_array_new_with_free_func(address_free);
	header->reply_to = g_ptr_array_new_with_free_func(address_free);
	header->to = g_ptr_array_new_with_free_func(address_free);
	header->auth_results = g_ptr_array_new_with_free_func(g_free);
	header->return_path = g_strdup("");
	header->subject = g_strdup("");
	header->message_id = g_strdup("");
	header->arc_results = g_ptr_array_new_with_free_func(g_free);
	header->references = g_ptr_array_new_with_free_func(g_free);
	header->in_reply_to = g_strdup("");
	header->list_id = g_strdup("");
	header->list_unsubscribe = g_strdup("");
	facts->parts = g_ptr_array_new_with_free_func(part_free);
	facts->urls = g_ptr_array_new_with_free_func(url_free);
	facts->traits = g_ptr_array_new_with_free_func(trait_free);
	facts->unscanned = g_ptr_array_new_with_free_func(unscanned_free);
	facts->matches = g_ptr_array_new_with_free_func(match_free);
	facts->signatures = g_ptr_array_new_with_free_func(signature_free);
	facts->sensitive = g_ptr_array_new_with_free_func(sensitive_free);
	facts->text.visible = g_strdup("");
	facts->text.hidden = g_strdup("");
	facts->text.charset = g_strdup("");
	return facts;
}

void warden_facts_free(struct warden_facts *facts)
{
	if (facts == NULL)
		return;
	g_ptr_array_unref(facts->header.from);
	g_ptr_array_unref(facts->header.reply_to);
	g_ptr_array_unref(facts->header.to);
	g_ptr_array_unref(facts->header.auth_results);
	warden_address_free(facts->header.sender);
	g_free(facts->header.return_path);
	g_free(facts->header.subject);
	g_free(facts->header.message_id);
	g_ptr_array_unref(facts->header.arc_results);
	g_ptr_array_unref(facts->header.references);
	g_free(facts->header.in_reply_to);
	g_free(facts->header.list_id);
	g_free(facts->header.list_unsubscribe);
	g_ptr_array_unref(facts->parts);
	g_ptr_array_unref(facts->urls);
	g_ptr_array_unref(facts->traits);
	g_ptr_array_unref(facts->unscanned);
	g_ptr_array_unref(facts->matches);
	g_ptr_array_unref(facts->signatures);
	g_ptr_array_unref(facts->sensitive);
	g_free(facts->text.visible);
	g_free(facts->text.hidden);
	g_free(facts->text.charset);
	g_free(facts);
}

/* --- text ------------------------------------------------------------------ */

static bool is_wanted(gunichar c, bool allow_lf)
{
	if (c == '\t' || c == '\n')
		return allow_lf;
	return c >= 0x20 && !(c >= 0x7f && c <= 0x9f);
}

char *warden_facts_sanitise(const char *text, gsize size, gsize max,
			    bool allow_lf)
{
	GString *str = g_string_sized_new(MIN(size, max));
	const char *p = text, *end = text + size;

	while (p < end) {
		/* GLib calls NUL an incomplete character */
		gunichar c = *p == '\0' ? ' ' :
			g_utf8_get_char_validated(p, end - p);
		char utf8[6];
		int length;

		if (*p == '\0') {
			p++;
		} else if (c == (gunichar)-1 || c == (gunichar)-2) {
			c = 0xfffd;
			p++;
		} else {
			p = g_utf8_next_char(p);
		}
		if (!is_wanted(c, allow_lf))
			c = ' ';
		length = g_unichar_to_utf8(c, utf8);
		if (str->len + length > max)
			break;
		g_string_append_len(str, utf8, length);
	}
	return g_string_free(str, FALSE);
}

static char *clean(const char *text, gsize max, bool allow_lf)
{
	if (text == NULL)
		return g_strdup("");
	return warden_facts_sanitise(text, strlen(text), max, allow_lf);
}

/* --- adding ---------------------------------------------------------------- */

struct warden_address *warden_address_new(const char *name,
					  const char *address)
{
	struct warden_address *new = g_new0(struct warden_address, 1);

	new->name = clean(name, WARDEN_FACT_TEXT_MAX, FALSE);
	new->address = clean(address, WARDEN_FACT_TEXT_MAX, FALSE);
	return new;
}

const struct warden_part *
warden_facts_find_part(const struct warden_facts *facts, const char *path)
{
	guint i;

	for (i = 0; i < facts->parts->len; i++) {
		const struct warden_part *part =
			g_ptr_array_index(facts->parts, i);

		if (strcmp(part->path, path) == 0)
			return part;
	}
	return NULL;
}

static char *unique_path(const struct warden_facts *facts, const char *path)
{
	char *cleaned = clean(path, WARDEN_FACT_PATH_MAX - 12, FALSE);
	guint n;

	if (warden_facts_find_part(facts, cleaned) == NULL)
		return cleaned;
	for (n = 2;; n++) {
		char *numbered = g_strdup_printf("%s#%u", cleaned, n);

		if (warden_facts_find_part(facts, numbered) == NULL) {
			g_free(cleaned);
			return numbered;
		}
		g_free(numbered);
	}
}

struct warden_part *warden_facts_add_part(struct warden_facts *facts,
					  const char *path, const char *name)
{
	struct warden_part *part;

	if (facts->parts->len >= WARDEN_PARTS_MAX)
		return NULL;
	part = g_new0(struct warden_part, 1);
	part->path = unique_path(facts, path);
	part->name = clean(name, WARDEN_FACT_NAME_MAX, FALSE);
	part->names = g_ptr_array_new_with_free_func(g_free);
	part->declared_type = g_strdup("");
	part->detected_type = g_strdup("application/octet-stream");
	part->encoding = g_strdup("");
	part->fuzzy = g_strdup("");
	g_ptr_array_add(facts->parts, part);
	return part;
}

bool warden_part_add_name(struct warden_part *part, const char *name)
{
	char *cleaned = clean(name, WARDEN_FACT_NAME_MAX, FALSE);
	guint i;

	if (*cleaned == '\0' || strcmp(cleaned, part->name) == 0) {
		g_free(cleaned);
		return TRUE;
	}
	for (i = 0; i < part->names->len; i++) {
		if (strcmp(g_ptr_array_index(part->names, i), cleaned) == 0) {
			g_free(cleaned);
			return TRUE;
		}
	}
	if (part->names->len >= WARDEN_FACT_NAMES_MAX) {
		g_free(cleaned);
		return FALSE;
	}
	g_ptr_array_add(part->names, cleaned);
	return TRUE;
}

bool warden_facts_add_url(struct warden_facts *facts, const char *url,
			  const char *host, const char *text,
			  const char *source, const char *part)
{
	struct warden_url *new;

	if (facts->urls->len >= WARDEN_FACT_URLS_MAX)
		return FALSE;
	new = g_new0(struct warden_url, 1);
	new->url = clean(url, WARDEN_FACT_URL_MAX, FALSE);
	new->host = clean(host, WARDEN_FACT_TEXT_MAX, FALSE);
	new->text = clean(text, WARDEN_FACT_TEXT_MAX, TRUE);
	new->source = clean(source, WARDEN_FACT_NAME_MAX, FALSE);
	new->part = clean(part, WARDEN_FACT_PATH_MAX, FALSE);
	g_ptr_array_add(facts->urls, new);
	return TRUE;
}

bool warden_facts_add_trait(struct warden_facts *facts, const char *code,
			    const char *part, const char *detail)
{
	struct warden_trait *new;

	if (facts->traits->len >= WARDEN_FACT_TRAITS_MAX)
		return FALSE;
	new = g_new0(struct warden_trait, 1);
	new->code = clean(code, WARDEN_FACT_NAME_MAX, FALSE);
	new->part = clean(part, WARDEN_FACT_PATH_MAX, FALSE);
	new->detail = clean(detail, WARDEN_FACT_TEXT_MAX, FALSE);
	g_ptr_array_add(facts->traits, new);
	return TRUE;
}

bool warden_facts_add_unscanned(struct warden_facts *facts, const char *part,
				const char *reason)
{
	struct warden_unscanned *new;
	guint i;

	for (i = 0; i < facts->unscanned->len; i++) {
		new = g_ptr_array_index(facts->unscanned, i);
		if (strcmp(new->part, part) == 0 &&
		    strcmp(new->reason, reason) == 0)
			return TRUE;
	}
	if (facts->unscanned->len >= WARDEN_FACT_UNSCANNED_MAX)
		return FALSE;
	new = g_new0(struct warden_unscanned, 1);
	new->part = clean(part, WARDEN_FACT_PATH_MAX, FALSE);
	new->reason = clean(reason, WARDEN_FACT_NAME_MAX, FALSE);
	g_ptr_array_add(facts->unscanned, new);
	return TRUE;
}

bool warden_facts_add_match(struct warden_facts *facts,
			    const struct warden_match *match)
{
	struct warden_match *new;
	guint i;

	for (i = 0; i < facts->matches->len; i++) {
		new = g_ptr_array_index(facts->matches, i);
		if (strcmp(new->engine, match->engine) == 0 &&
		    strcmp(new->rule, match->rule) == 0 &&
		    strcmp(new->part, match->part) == 0)
			return TRUE;
	}
	if (facts->matches->len >= WARDEN_FACT_MATCHES_MAX)
		return FALSE;
	new = g_new0(struct warden_match, 1);
	new->engine = clean(match->engine, WARDEN_FACT_NAME_MAX, FALSE);
	new->rule = clean(match->rule, WARDEN_FACT_NAME_MAX, FALSE);
	new->verdict = clean(match->verdict, WARDEN_FACT_NAME_MAX, FALSE);
	/* not a number is above nothing */
	if (match->score > 0.0)
		new->score = MIN(match->score, WARDEN_FACT_SCORE_MAX);
	new->part = clean(match->part, WARDEN_FACT_PATH_MAX, FALSE);
	new->detail = clean(match->detail, WARDEN_FACT_TEXT_MAX, FALSE);
	g_ptr_array_add(facts->matches, new);
	return TRUE;
}

bool warden_facts_add_signature(struct warden_facts *facts,
				const struct warden_signature *signature)
{
	struct warden_signature *new;

	if (facts->signatures->len >= WARDEN_FACT_SIGNATURES_MAX)
		return FALSE;
	new = g_new0(struct warden_signature, 1);
	new->kind = clean(signature->kind, WARDEN_FACT_NAME_MAX, FALSE);
	new->status = clean(signature->status, WARDEN_FACT_NAME_MAX, FALSE);
	new->signer = clean(signature->signer, WARDEN_FACT_TEXT_MAX, FALSE);
	new->part = clean(signature->part, WARDEN_FACT_PATH_MAX, FALSE);
	new->detail = clean(signature->detail, WARDEN_FACT_TEXT_MAX, FALSE);
	g_ptr_array_add(facts->signatures, new);
	return TRUE;
}

bool warden_facts_add_sensitive(struct warden_facts *facts,
				const struct warden_sensitive *sensitive)
{
	struct warden_sensitive *new;

	if (facts->sensitive->len >= WARDEN_FACT_SENSITIVE_MAX)
		return FALSE;
	new = g_new0(struct warden_sensitive, 1);
	new->kind = clean(sensitive->kind, WARDEN_FACT_NAME_MAX, FALSE);
	new->count = sensitive->count;
	new->part = clean(sensitive->part, WARDEN_FACT_PATH_MAX, FALSE);
	new->detail = clean(sensitive->detail, WARDEN_FACT_TEXT_MAX, FALSE);
	g_ptr_array_add(facts->sensitive, new);
	return TRUE;
}

void warden_facts_set_text(struct warden_facts *facts, const char *visible,
			   const char *hidden, const char *charset)
{
	struct warden_text_facts *text = &facts->text;

	g_free(text->visible);
	g_free(text->hidden);
	g_free(text->charset);
	text->visible = clean(visible, WARDEN_FACT_VISIBLE_MAX, TRUE);
	text->hidden = clean(hidden, WARDEN_FACT_HIDDEN_MAX, TRUE);
	text->charset = clean(charset, WARDEN_FACT_NAME_MAX, FALSE);
}

void warden_part_set_fuzzy(struct warden_part *part, const char *fuzzy)
{
	g_free(part->fuzzy);
	part->fuzzy = clean(fuzzy, WARDEN_FACT_NAME_MAX, FALSE);
}

static const char *const kind_names[] = {
	[WARDEN_KIND_UNKNOWN] = "unknown",
	[WARDEN_KIND_EMPTY] = "empty",
	[WARDEN_KIND_TEXT] = "text",
	[WARDEN_KIND_HTML] = "html",
	[WARDEN_KIND_XML] = "xml",
	[WARDEN_KIND_IMAGE] = "image",
	[WARDEN_KIND_SVG] = "svg",
	[WARDEN_KIND_AUDIO_VIDEO] = "audio/video",
	[WARDEN_KIND_PDF] = "pdf",
	[WARDEN_KIND_OFFICE] = "office",
	[WARDEN_KIND_ARCHIVE] = "archive",
	[WARDEN_KIND_DISK_IMAGE] = "disk image",
	[WARDEN_KIND_EXECUTABLE] = "executable",
	[WARDEN_KIND_SCRIPT] = "script",
	[WARDEN_KIND_SHORTCUT] = "shortcut",
	[WARDEN_KIND_MESSAGE] = "message",
	[WARDEN_KIND_CALENDAR] = "calendar",
	[WARDEN_KIND_CRYPTO] = "crypto",
	[WARDEN_KIND_FONT] = "font",
	[WARDEN_KIND_OTHER] = "other",
};
G_STATIC_ASSERT(G_N_ELEMENTS(kind_names) == WARDEN_KIND_LAST + 1);

const char *warden_kind_name(enum warden_content_kind kind)
{
	return (guint)kind < G_N_ELEMENTS(kind_names) ? kind_names[kind] :
		"unknown";
}
