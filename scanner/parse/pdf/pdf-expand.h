#ifndef WARDEN_PARSE_PDF_EXPAND_H
#define WARDEN_PARSE_PDF_EXPAND_H

/* For the pdf-*.c that make facts: what they share about one file. */

#include "pdf.h"
#include "../queue.h"

struct warden_pdf_look {
	struct warden_queue *queue;
	const struct warden_container *container;
	const char *path;
	struct warden_pdf *pdf;
	/* Encrypted: only names and structure mean anything. */
	bool opaque;
	GPtrArray *scripts;	/* struct warden_pdf_script */
	GHashTable *script_places;	/* place → script */
	GHashTable *files;	/* index + 1 of streams that are parts */
	GArray *embedded;	/* guint: streams that say that they are files */
	GArray *images;		/* guint: pictures' streams */
	GArray *pages;		/* struct warden_pdf_value */
	guint contents;		/* streams of pages that were read */
	/* What pages and pictures may still be unpacked to: they are only
	   looked at, so that a long document is not taken for a bomb. */
	gsize shown_left;
	bool showing;
	guint actions;		/* looked at because they run when opened */
	bool passive;		/* a catalog was seen that runs nothing */
};

struct warden_pdf_script {
	struct warden_pdf_value value;	/* string or stream */
	bool autorun;
};

/* The text of a string in UTF-8 (7.9.2.2); "" if it is none. Owned by the
   caller. */
char *warden_pdf_look_text(const struct warden_pdf_look *look,
			   struct warden_pdf_value value, gsize max);
/* The name in a file specification (7.11), or a plain string. */
char *warden_pdf_look_file(const struct warden_pdf_look *look,
			   struct warden_pdf_value value);
/* Add bytes as a member; name may be "", then what is shown in the path. */
struct warden_part *
warden_pdf_look_member(const struct warden_pdf_look *look, GBytes *bytes,
		       const struct warden_names *names, const char *what,
		       const char *type);
/* Say of the part at path why the stream was not read to its end. */
void warden_pdf_look_outcome(const struct warden_pdf_look *look,
			     const struct warden_pdf_stream *stream,
			     const char *path);

/* pdf-action.c: what a dictionary does, and what happens when the file is
   opened. */
void warden_pdf_look_action(struct warden_pdf_look *look,
			    const struct warden_pdf_dict *dict);

/* pdf-script.c */
void warden_pdf_look_script(struct warden_pdf_look *look,
			    struct warden_pdf_value value, bool autorun);
void warden_pdf_look_scripts(struct warden_pdf_look *look);

/* pdf-file.c: files inside it. */
void warden_pdf_look_embedded(struct warden_pdf_look *look,
			      const struct warden_pdf_dict *dict);
void warden_pdf_look_forms(struct warden_pdf_look *look,
			   const struct warden_pdf_dict *dict);
/* Those that no file specification names. */
void warden_pdf_look_nameless(struct warden_pdf_look *look);

/* pdf-image.c: codes in pictures. */
void warden_pdf_look_images(struct warden_pdf_look *look);
/* A white grey picture (PNM); its pixels are at the end. Owned by the
   caller. */
GByteArray *warden_pdf_look_canvas(guint width, guint height);

/* pdf-page.c: links in text, drawn codes. */
void warden_pdf_look_pages(struct warden_pdf_look *look);

/* pdf-decrypt.c: the file without its encryption. Returns 1; 0 if it is not
   encrypted after all; -1 if this password does not open it, or it is
   damaged. */
int warden_pdf_decrypt(GBytes *bytes, const char *password, GBytes **plain_r);

#endif
