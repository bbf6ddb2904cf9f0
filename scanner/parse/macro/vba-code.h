#ifndef WARDEN_PARSE_VBA_CODE_H
#define WARDEN_PARSE_VBA_CODE_H

/* What Basic source can do: by the names that it uses and the texts that it
   puts together (vba-fold.h). */

#include <glib.h>
#include <stdbool.h>

/* Of a whole project. */
#define WARDEN_VBA_CODE_MAX (16u * 1024 * 1024)

enum warden_vba_act {
	WARDEN_VBA_AUTORUN,	/* code that runs unasked: procedures' names */
	WARDEN_VBA_EXECUTES,	/* Shell and its like */
	/* Programs that run commands or code, named or as objects */
	WARDEN_VBA_COMMANDS,
	WARDEN_VBA_DOWNLOADS,
	WARDEN_VBA_WRITES,	/* files, other than by saving a document */
	WARDEN_VBA_INJECTS,	/* machine code into memory */
	/* The text of a command from where no one looks: properties of the
	   document, captions of forms */
	WARDEN_VBA_FETCHES,
	WARDEN_VBA_SPREADS,	/* changes macros, templates or their security */
	WARDEN_VBA_ACTS,
};

struct warden_vba_code {
	/* The words by which it was known, "a, b"; empty if not. */
	GString *acts[WARDEN_VBA_ACTS];
	/* Those of EXECUTES, COMMANDS and DOWNLOADS that stand nowhere in the
	   source: they are put together. */
	GString *hidden;
	GString *strings;	/* all texts, one a line, bytes of the source */
	guint statements;	/* without declarations */
	bool truncated;		/* there are more */
	guint encoded;		/* bytes of text that nobody can read */
};

/* source: all modules of a project, one after the other. */
void warden_vba_code_read(const char *source, gsize size,
			  struct warden_vba_code *code_r);
/* Texts of the document that are not in its source, one a line: captions of
   forms, properties. Commands in them count as hidden if the code starts
   programs. */
void warden_vba_code_read_elsewhere(struct warden_vba_code *code,
				    const char *text, gsize size);
void warden_vba_code_clear(struct warden_vba_code *code);
bool warden_vba_code_does(const struct warden_vba_code *code,
			  enum warden_vba_act act);

#endif
