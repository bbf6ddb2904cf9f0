#ifndef WARDEN_PARSE_PACKAGE_PRIVATE_H
#define WARDEN_PARSE_PACKAGE_PRIVATE_H

/* For package*.c only. */

#include "../office/office-field.h"
#include "../office/office-target.h"
#include "package.h"
#include "xml.h"

#define WARDEN_PACKAGE_RELATIONS_MAX 5000u
#define WARDEN_PACKAGE_SHOWN_MAX 2000u
#define WARDEN_PACKAGE_SHEETS_MAX 1000u
#define WARDEN_PACKAGE_VALUE_MAX 8192u

/* One of a .rels member's lines (ECMA-376-2 9.3). */
struct warden_relation {
	char *source;		/* member that has it; "" the package */
	char *id;
	char *type;		/* the last piece of its URI */
	char *target;
	bool external;
};

struct warden_sheet {
	char *id;		/* of its relation */
	char *name;
	bool hidden;
};

struct warden_package {
	struct warden_queue *queue;
	struct warden_part *part;
	struct warden_office_notes notes;
	GArray *relations;	/* struct warden_relation */
	GHashTable *shown;	/* "member\nid" → text of the link */
	GArray *sheets;		/* struct warden_sheet */
	GHashTable *macro_sheets;	/* names of members, lower case */
	GString *formulas;	/* of macro sheets and names, one a line */
	GString *runs_name;	/* a defined name that runs when opened */
	GString *basic;		/* source of OpenDocument's macros */
	/* The document is one file of XML, whose members stand in it; NULL if
	   it is a zip file. */
	const struct warden_container *flat;
	bool encrypted;		/* members are, by an OpenDocument manifest */
	bool truncated;
};

/* A member's XML, UTF-8. */
void warden_package_read_xml(struct warden_package *package, const char *name,
			     const char *text, gsize size);
/* A member of a binary workbook (MS-XLSB). */
bool warden_package_is_binary_sheet(const guint8 *data, gsize size);
void warden_package_read_binary_sheet(struct warden_package *package,
				      const char *name, const guint8 *data,
				      gsize size);
/* Notes of what the macros do. */
void warden_package_judge_basic(struct warden_package *package);
/* A member of a flat document, in base64. */
void warden_package_add_binary(struct warden_package *package,
			       const char *name, const char *text, gsize size);
/* A formula of a workbook's cell, or, macro, of a macro sheet or a name, where
   functions do more than calculate. */
void warden_package_note_formula(struct warden_package *package,
				 const char *formula, bool macro);
/* "[Content_Types].xml" and "_rels/x.rels": the member that the latter is
   about, or NULL if name is no such member. Owned by the caller. */
char *warden_package_relations_of(const char *name);

#endif
