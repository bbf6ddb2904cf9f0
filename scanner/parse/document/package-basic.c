#include "warden-config.h"

#include "package-private.h"
#include "../macro/vba-code.h"

/* Macros of OpenDocument are Basic as well, in XML. */

void warden_package_judge_basic(struct warden_package *package)
{
	struct warden_office_notes *notes = &package->notes;
	const char *event = warden_office_notes_detail(
		notes, WARDEN_TRAIT_ODF_EVENT);
	struct warden_vba_code code;

	warden_vba_code_read(package->basic->str, package->basic->len, &code);
	if (code.statements > 0)
		warden_office_note(notes, WARDEN_TRAIT_OFFICE_MACRO, "");
	/* whatever the procedure is called, the event runs it */
	if (event != NULL)
		warden_office_note(notes, WARDEN_TRAIT_OFFICE_MACRO_AUTORUN,
				   event);
	warden_office_note_code(notes, &code);
	warden_vba_code_clear(&code);
}
