#ifndef WARDEN_PARSE_VBA_H
#define WARDEN_PARSE_VBA_H

/* Projects of Visual Basic for Applications (MS-OVBA): where the source is,
   and how it is unpacked. What it does: vba-code.h.

   A module's stream holds compiled code, then its source, compressed. Office
   runs the compiled code if its own version made it, else the source: mail
   may carry one without the other ("stomped"). */

#include <glib.h>
#include <stdbool.h>

#define WARDEN_VBA_MODULES_MAX 1000u
/* Source of one module: Office itself stops at 64 K lines. */
#define WARDEN_VBA_SOURCE_MAX (4u * 1024 * 1024)
/* Places in one stream where source may begin. */
#define WARDEN_VBA_STARTS_MAX 4u

struct warden_vba_module {
	char *stream;		/* its name, UTF-8 */
	guint32 offset;		/* of the compressed source in it */
};

struct warden_vba_dir {
	guint code_page;	/* 0 if unknown */
	GArray *modules;	/* struct warden_vba_module */
};

/* What the compressed container would take at most once unpacked, without
   unpacking it. */
gsize warden_vba_bound(const guint8 *data, gsize size);
/* Unpack a compressed container (2.4.1), at most max bytes, appending to out.
   Returns 1, 0 if it is damaged or longer (out has what came before), -1 if
   no container begins here. */
int warden_vba_decompress(const guint8 *data, gsize size, gsize max,
			  GByteArray *out);

/* Read the unpacked dir stream (2.3.4.2) into *dir_r, to be cleared. FALSE:
   it ended amid a record; what came before is there. */
bool warden_vba_dir_read(const guint8 *data, gsize size,
			 struct warden_vba_dir *dir_r);
void warden_vba_dir_clear(struct warden_vba_dir *dir);
/* FALSE: the stream is not listed. */
bool warden_vba_dir_offset(const struct warden_vba_dir *dir,
			   const char *stream, gsize *offset_r);

/* Where a module's stream may hold source: at offset, as dir has it, and
   wherever the bytes look like the beginning of one, since dir may lie.
   Returns how many of starts_r were set. */
guint warden_vba_find_source(const guint8 *data, gsize size, gsize offset,
			     gsize starts_r[WARDEN_VBA_STARTS_MAX]);

/* Text constants in compiled code (instruction LitStr) that the source does
   not have, one a line, appended to out. size: of what stands before the
   source. Returns their number; 0 for honest modules. */
guint warden_vba_missing_strings(const guint8 *data, gsize size,
				 const char *source, gsize source_size,
				 GString *out);

#endif
