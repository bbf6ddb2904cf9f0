#ifndef WARDEN_PARSE_OFFICE_NOTES_H
#define WARDEN_PARSE_OFFICE_NOTES_H

/* What readers of documents see, before it is known which part it belongs to:
   traits and links. Bounded; every trait once, with the first detail. */

#include "../queue.h"

struct warden_office_note {
	enum warden_trait_index trait;
	char *detail;
};

struct warden_vba_code;

struct warden_office_link {
	char *url, *text;	/* UTF-8; text: what is shown, "" if nothing */
};

struct warden_office_notes {
	GArray *traits;		/* struct warden_office_note */
	GArray *links;		/* struct warden_office_link */
	GString *markup;	/* of what is shown, NULL if nothing */
	bool truncated;		/* more links or fields than there is room for */
};

void warden_office_notes_init(struct warden_office_notes *notes);
void warden_office_notes_clear(struct warden_office_notes *notes);

/* detail: any bytes; NULL for "". */
void warden_office_note(struct warden_office_notes *notes,
			enum warden_trait_index trait, const char *detail);
void warden_office_notes_link(struct warden_office_notes *notes,
			      const char *url, const char *text);
/* XML with text that is shown. */
void warden_office_notes_text(struct warden_office_notes *notes,
			      const char *text, gsize size);
/* What macros do, of either kind of Basic. */
void warden_office_note_code(struct warden_office_notes *notes,
			     const struct warden_vba_code *code);
/* The note's detail, or NULL if there is no such trait. */
const char *warden_office_notes_detail(const struct warden_office_notes *notes,
				       enum warden_trait_index trait);
/* Hand all of it to the queue, for that part. */
void warden_office_notes_report(const struct warden_office_notes *notes,
				struct warden_queue *queue, const char *path);

#endif
