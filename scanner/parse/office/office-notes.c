#include "warden-config.h"

#include "office-notes.h"
#include "../macro/vba-code.h"

#include <string.h>

static void note_clear(void *data)
{
	struct warden_office_note *note = data;

	g_free(note->detail);
}

static void link_clear(void *data)
{
	struct warden_office_link *link = data;

	g_free(link->url);
	g_free(link->text);
}

void warden_office_notes_init(struct warden_office_notes *notes)
{
	memset(notes, 0, sizeof(*notes));
	notes->traits = g_array_new(FALSE, TRUE,
				    sizeof(struct warden_office_note));
	g_array_set_clear_func(notes->traits, note_clear);
	notes->links = g_array_new(FALSE, TRUE,
				   sizeof(struct warden_office_link));
	g_array_set_clear_func(notes->links, link_clear);
}

void warden_office_notes_clear(struct warden_office_notes *notes)
{
	g_clear_pointer(&notes->traits, g_array_unref);
	g_clear_pointer(&notes->links, g_array_unref);
	if (notes->markup != NULL)
		g_string_free(notes->markup, TRUE);
	notes->markup = NULL;
}

void warden_office_notes_text(struct warden_office_notes *notes,
			      const char *text, gsize size)
{
	if (notes->markup == NULL)
		notes->markup = g_string_new(NULL);
	size = MIN(size, WARDEN_TEXT_MAX - MIN(notes->markup->len,
					       WARDEN_TEXT_MAX));
	g_string_append_len(notes->markup, text, size);
	g_string_append_c(notes->markup, '\n');
}

const char *warden_office_notes_detail(const struct warden_office_notes *notes,
				       enum warden_trait_index trait)
{
	guint i;

	for (i = 0; i < notes->traits->len; i++) {
		const struct warden_office_note *note = &g_array_index(
			notes->traits, struct warden_office_note, i);

		if (note->trait == trait)
			return note->detail;
	}
	return NULL;
}

void warden_office_note(struct warden_office_notes *notes,
			enum warden_trait_index trait, const char *detail)
{
	struct warden_office_note note = { .trait = trait };

	if (warden_office_notes_detail(notes, trait) != NULL)
		return;
	note.detail = detail == NULL ? g_strdup("") :
		warden_facts_sanitise(detail, strlen(detail),
				      WARDEN_FACT_TEXT_MAX, FALSE);
	g_array_append_val(notes->traits, note);
}

void warden_office_notes_link(struct warden_office_notes *notes,
			      const char *url, const char *text)
{
	struct warden_office_link link;

	if (notes->links->len >= WARDEN_FACT_URLS_MAX) {
		notes->truncated = TRUE;
		return;
	}
	link.url = g_strndup(url, WARDEN_FACT_URL_MAX);
	link.text = warden_facts_sanitise(text, strlen(text),
					  WARDEN_FACT_TEXT_MAX, FALSE);
	g_strstrip(link.text);
	g_array_append_val(notes->links, link);
}

void warden_office_notes_report(const struct warden_office_notes *notes,
				struct warden_queue *queue, const char *path)
{
	guint i;

	for (i = 0; i < notes->traits->len; i++) {
		const struct warden_office_note *note = &g_array_index(
			notes->traits, struct warden_office_note, i);

		warden_queue_trait(queue, note->trait, path, note->detail);
	}
	for (i = 0; i < notes->links->len; i++) {
		const struct warden_office_link *link = &g_array_index(
			notes->links, struct warden_office_link, i);

		warden_queue_url(queue, path, link->url, strlen(link->url),
				 NULL, link->text, "office");
	}
	if (notes->markup != NULL)
		warden_queue_sensitive(queue, path, notes->markup->str,
				       notes->markup->len, TRUE);
	if (notes->truncated)
		warden_queue_limit(queue, WARDEN_TRAIT_LIMIT_FACTS, "",
				   "count");
}

static const struct {
	enum warden_vba_act act;
	enum warden_trait_index trait;
} acts[] = {
	{WARDEN_VBA_AUTORUN, WARDEN_TRAIT_OFFICE_MACRO_AUTORUN},
	{WARDEN_VBA_EXECUTES, WARDEN_TRAIT_OFFICE_MACRO_EXECUTES},
	{WARDEN_VBA_COMMANDS, WARDEN_TRAIT_OFFICE_MACRO_COMMANDS},
	{WARDEN_VBA_DOWNLOADS, WARDEN_TRAIT_OFFICE_MACRO_DOWNLOADS},
	{WARDEN_VBA_WRITES, WARDEN_TRAIT_OFFICE_MACRO_WRITES},
	{WARDEN_VBA_INJECTS, WARDEN_TRAIT_OFFICE_MACRO_INJECTS},
	{WARDEN_VBA_FETCHES, WARDEN_TRAIT_OFFICE_MACRO_FETCHES},
	{WARDEN_VBA_SPREADS, WARDEN_TRAIT_OFFICE_MACRO_SPREADS},
};

void warden_office_note_code(struct warden_office_notes *notes,
			     const struct warden_vba_code *code)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(acts); i++) {
		if (warden_vba_code_does(code, acts[i].act))
			warden_office_note(notes, acts[i].trait,
					   code->acts[acts[i].act]->str);
	}
	if (code->hidden->len > 0)
		warden_office_note(notes, WARDEN_TRAIT_OFFICE_MACRO_HIDES,
				   code->hidden->str);
}
