#include "warden-config.h"

#include "package-private.h"
#include "../macro/vba-code.h"

/* Macros of OpenDocument are Basic as well, in XML. */

static const struct {
	enum warden_vba_act act;
	enum warden_trait_index trait;
} acts[] = {
	{ WARDEN_VBA_AUTORUN, WARDEN_TRAIT_OFFICE_MACRO_AUTORUN },
	{ WARDEN_VBA_EXECUTES, WARDEN_TRAIT_OFFICE_MACRO_EXECUTES },
	{ WARDEN_VBA_COMMANDS, WARDEN_TRAIT_OFFICE_MACRO_COMMANDS },
	{ WARDEN_VBA_DOWNLOADS, WARDEN_TRAIT_OFFICE_MACRO_DOWNLOADS },
	{ WARDEN_VBA_WRITES, WARDEN_TRAIT_OFFICE_MACRO_WRITES },
	{ WARDEN_VBA_SPREADS, WARDEN_TRAIT_OFFICE_MACRO_SPREADS },
};

void warden_package_judge_basic(struct warden_package *package)
{
	struct warden_office_notes *notes = &package->notes;
	const char *event = warden_office_notes_detail(
		notes, WARDEN_TRAIT_ODF_EVENT);
	struct warden_vba_code code;
	gsize i;

	warden_vba_code_read(package->basic->str, package->basic->len, &code);
	if (code.statements > 0)
		warden_office_note(notes, WARDEN_TRAIT_OFFICE_MACRO, "");
	/* whatever the procedure is called, the event runs it */
	if (event != NULL)
		warden_office_note(notes, WARDEN_TRAIT_OFFICE_MACRO_AUTORUN,
				   event);
	for (i = 0; i < G_N_ELEMENTS(acts); i++) {
		if (warden_vba_code_does(&code, acts[i].act))
			warden_office_note(notes, acts[i].trait,
					   code.acts[acts[i].act]->str);
	}
	if (code.hidden->len > 0)
		warden_office_note(notes, WARDEN_TRAIT_OFFICE_MACRO_HIDES,
				   code.hidden->str);
	warden_vba_code_clear(&code);
}
