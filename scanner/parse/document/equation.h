#ifndef WARDEN_PARSE_EQUATION_H
#define WARDEN_PARSE_EQUATION_H

/* Formulas of the old Equation Editor (MTEF 3, as Design Science published
   it). The program copies what a formula names into buffers of fixed size and
   is loaded when a document with such an object is shown: CVE-2017-11882,
   CVE-2018-0802 (FONT), CVE-2018-0798 (MATRIX). Formulas of people keep to
   what the editor can write. */

#include <glib.h>
#include <stdbool.h>

/* A class name, as "Equation.3" or "Equation.DSMT4". */
bool warden_equation_is_class(const char *class_name);

/* data: MTEF, with the header of an "Equation Native" stream or without.
   TRUE if a record overflows the editor's buffers. */
bool warden_equation_overflows(const guint8 *data, gsize size);

/* A compound file may hold such an object. A search, no more. */
bool warden_equation_is_inside(const guint8 *data, gsize size);

#endif
