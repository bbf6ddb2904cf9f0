#ifndef WARDEN_PARSE_XLM_H
#define WARDEN_PARSE_XLM_H

/* Macros of Excel 4 (XLM): sheets whose cells are commands. In workbooks of
   Excel 5 to 2003 (MS-XLS) they are read out of records and written as a
   person would see them; what they do is judged from that text, whatever
   format it came from. */

#include "../office/office-notes.h"

/* Text of all formulas; cells whose texts are remembered. */
#define WARDEN_XLM_TEXT_MAX (1024u * 1024)
#define WARDEN_XLM_CELLS_MAX 100000u

struct warden_xlm {
	guint sheets;		/* of macros */
	guint hidden;		/* of them; also those that no menu shows */
	bool autorun;		/* a name that is run when the file is opened */
	GString *names;		/* "Auto_Open, …": those of such macros */
	/* "R1C1: =EXEC("calc")", one a line, UTF-8: macro sheets' formulas
	   with what could be worked out */
	GString *formulas;
	GString *links;		/* other files and DDE topics, one a line */
	bool truncated;		/* a limit was hit: there are more */
};

/* data: the Workbook stream, not encrypted. Never fails. */
void warden_xlm_read(const guint8 *data, gsize size,
		     struct warden_xlm *xlm_r);
void warden_xlm_clear(struct warden_xlm *xlm);

/* A name that Excel runs macros by: Auto_Open, auto_open_2 … */
bool warden_xlm_is_autorun(const char *name);
/* What the formulas do: notes of OFFICE_XLM_EXECUTES, OFFICE_XLM_BUILDS. */
void warden_xlm_judge(const char *formulas, struct warden_office_notes *notes);

#endif
