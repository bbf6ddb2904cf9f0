#ifndef WARDEN_PARSE_OFFICE_H
#define WARDEN_PARSE_OFFICE_H

/* For the openers of binary Office documents only (office-*.c): one compound
   file, and what looks into its storages and streams, wherever in the file
   these are: embedded documents are storages in the same file. */

#include "office-notes.h"
#include "ole.h"
#include "../queue.h"

struct warden_office {
	struct warden_queue *queue;
	const struct warden_container *container;
	struct warden_ole *ole;
	const char *path;	/* the part's */
	struct warden_office_notes notes;
	bool installer;		/* its names are encoded */
};

/* --- office-expand.c: for the others ------------------------------------- */

/* A stream's bytes, spent before they are made. NULL: no room. What is
   missing is an unscanned entry. */
GBytes *warden_office_read(struct warden_office *office, guint index);

/* Bytes found in an entry, on their way to become a member. */
struct warden_office_member {
	guint entry;
	const char *name;	/* the file's own, UTF-8; "" if none */
	const char *path;	/* of one without name; NULL: the entry's */
	const char *declared_type, *charset;	/* "" if none */
	bool only_active;
};
struct warden_part *
warden_office_add(struct warden_office *office,
		  const struct warden_office_member *member, GBytes *bytes);

/* What is encrypted could not be looked at. */
void warden_office_encrypted(struct warden_office *office);

/* Links in text, UTF-8. */
void warden_office_add_urls(struct warden_office *office, const char *text,
			    gsize size);

/* --- what looks into storages and streams -------------------------------- */

/* A storage with a VBA project. */
bool warden_office_is_vba(const struct warden_office *office, guint storage);
void warden_office_look_vba(struct warden_office *office, guint storage);

/* A storage with an Outlook message, or an attachment or recipient of one. */
bool warden_office_is_message(const struct warden_office *office,
			      guint storage);
void warden_office_look_message(struct warden_office *office, guint storage);

/* Any stream that no one else knows: files in it. */
void warden_office_look_object(struct warden_office *office, guint index);
/* "WordDocument" */
void warden_office_look_word(struct warden_office *office, guint index);
/* "PowerPoint Document" */
void warden_office_look_slides(struct warden_office *office, guint index);
/* "Current User" */
void warden_office_look_slides_user(struct warden_office *office, guint index);
/* "Workbook", "Book" */
void warden_office_look_book(struct warden_office *office, guint index);
/* "Data", "Pictures": drawings */
void warden_office_look_data(struct warden_office *office, guint index);
/* The pictures in such data, or in a Workbook stream. */
void warden_office_look_pictures(struct warden_office *office, guint index,
				 const guint8 *data, gsize size);
void warden_office_look_drawings(struct warden_office *office, guint index,
				 const guint8 *data, gsize size);
/* "EncryptedPackage" */
void warden_office_look_package(struct warden_office *office, guint index);

#endif
