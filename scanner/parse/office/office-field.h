#ifndef WARDEN_PARSE_OFFICE_FIELD_H
#define WARDEN_PARSE_OFFICE_FIELD_H

/* Fields of a text document (ECMA-376-1 17.16, the same in RTF): what stands
   between the marks of beginning, separation and end, nested, with the texts
   in as many pieces as the document likes. When a field ends, its instruction
   is read as the word processor would: QUOTE, SET and REF are worked out,
   since they are used to hide a DDE command; links, DDE commands and files to
   be included become notes. */

#include "office-notes.h"

/* Deeper ones, and longer texts, are skipped. */
#define WARDEN_FIELD_DEPTH_MAX 16
#define WARDEN_FIELD_SIZE_MAX (16u * 1024)

struct warden_fields;

/* notes must outlive it. */
struct warden_fields *warden_fields_new(struct warden_office_notes *notes);
void warden_fields_free(struct warden_fields *fields);

void warden_fields_begin(struct warden_fields *fields);
/* UTF-8. Belongs to the innermost field's instruction, or behind its
   separation to its result; outside fields it is ignored. */
void warden_fields_text(struct warden_fields *fields, const char *text,
			gsize size);
void warden_fields_separate(struct warden_fields *fields);
void warden_fields_end(struct warden_fields *fields);
/* Inside a field at all? */
bool warden_fields_inside(const struct warden_fields *fields);

#endif
