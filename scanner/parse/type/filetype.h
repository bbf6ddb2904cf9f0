#ifndef WARDEN_PARSE_FILETYPE_H
#define WARDEN_PARSE_FILETYPE_H

/* What bytes are, by content. Own tables first: they are fast, and know what
   attackers send (scripts, shortcuts, zip based formats). libmagic is asked
   about binary data that they do not know. */

#include "../../facts/facts.h"

#include <magic.h>

struct warden_filetype {
	const char *type;	/* MIME type; static or interned */
	enum warden_content_kind kind;
};

/* name: the part's, "" if none: tells scripts from texts, where content
   alone cannot. NULL: text that is only shown, never saved and run, so no
   program without a mark at its start. magic: may be NULL. */
void warden_filetype_detect(magic_t magic, const guint8 *data, gsize size,
			    const char *name,
			    struct warden_filetype *type_r);

/* A disk without any wrapping: nothing registered fits. */
#define WARDEN_TYPE_RAW_DISK "application/x-raw-disk-image"

/* Something that can do harm, or carry it: worth more than a look when it
   was hidden. Plain text, images and the unknown are not. */
bool warden_kind_is_active(enum warden_content_kind kind);

/* The 68 bytes of the EICAR test file at the start. */
bool warden_filetype_is_eicar(const guint8 *data, gsize size);

/* A zip archive's directory and end record stand at the end, whatever stands
   before them. */
bool warden_filetype_has_zip_tail(const guint8 *data, gsize size);
/* Its members are those of an Office Open XML or OpenDocument package, whatever
   the type found. */
bool warden_filetype_zip_is_document(const guint8 *data, gsize size);
/* It is a zip file, and does not begin where its directory says: readers that
   begin at the front see other members than those that begin at the end. */
bool warden_filetype_zip_is_ambiguous(const guint8 *data, gsize size);

/* --- for filetype.c's own modules ------------------------------------------- */

/* Text formats; FALSE if none of them. text: see below. */
bool warden_filetype_text(const char *text, gsize size, const char *name,
			  struct warden_filetype *type_r);
/* What a zip file is: OOXML, ODF, jar, apk or an archive. */
void warden_filetype_zip(const guint8 *data, gsize size,
			 struct warden_filetype *type_r);
/* What an OLE2 compound file is: Office, MSI, MSG. */
void warden_filetype_ole(const guint8 *data, gsize size,
			 struct warden_filetype *type_r);

#endif
