#ifndef WARDEN_PARSE_UNOBFUSCATE_H
#define WARDEN_PARSE_UNOBFUSCATE_H

/* What a script says once the usual tricks are undone. Nothing is run: each
   trick is a rewriting of the text, in linear time, and what a rewriting
   cannot know (the value of a variable that was read from somewhere) stays.

   Undone: strings in pieces ("a" + "b", "a" & "b"), characters by number
   (Chr(), fromCharCode(), [char]), escapes (\x41, \u0041, %41), carets of
   the command shell and backticks of PowerShell, variables of batch files
   with their substrings, PowerShell's -f, strings written backwards,
   Replace() with constants, constants in variables. */

#include "behaviour.h"

/* The text in up to WARDEN_UNOBFUSCATED_MAX readings (GString, case kept), none
   much longer than twice the text. The first is the one in which encoded
   strings are to be looked for. *tricks_r: how often a trick was met that only
   hides what is written; a few stand in honest scripts. */
#define WARDEN_UNOBFUSCATED_MAX 6u
GPtrArray *warden_unobfuscate(const char *text, gsize size,
			      guint *tricks_r);

/* Variables of a batch file put in: "set a=b", "%a%", "%a:~1,2%", "!a!". */
GString *warden_unobfuscate_batch(const char *text, gsize size);
/* Constants of other scripts put in: a = "b", a = a & "c". */
GString *warden_unobfuscate_constants(const char *text, gsize size);

/* Something encoded in a script: base64 (also backwards), hexadecimal digits,
   a list of numbers, those also with one key for all of them. */
struct warden_literal {
	GBytes *bytes;		/* decoded; UTF-16 made UTF-8 */
	bool text;		/* it is readable; else of an active type */
};
struct warden_literal_iter {
	const char *text;
	gsize size, at;
	guint guesses;		/* keys may still be tried for so many */
	guint unpacks;		/* and so many be unpacked */
};

void warden_literal_iter_init(struct warden_literal_iter *iter,
			      const char *text, gsize size);
/* The next one; what decodes to nothing readable and to no known type is
   passed over. FALSE if there is none left. bytes are the caller's. */
bool warden_literal_iter_next(struct warden_literal_iter *iter,
			      struct warden_literal *literal_r);

#endif
