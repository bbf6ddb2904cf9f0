#ifndef WARDEN_PARSE_VBA_WORDS_H
#define WARDEN_PARSE_VBA_WORDS_H

/* Basic source to words (MS-VBAL 3.3), one logical line at a time. */

#include <glib.h>
#include <stdbool.h>

/* Of one logical line; the rest of a longer one is not looked at. */
#define WARDEN_VBA_WORDS_MAX 20000u

enum warden_vba_word_kind {
	WARDEN_VBA_NAME,	/* lower case, without a type's suffix */
	WARDEN_VBA_TEXT,	/* unquoted */
	WARDEN_VBA_NUMBER,
	WARDEN_VBA_SIGN,	/* one character; ":=" is ':' with number 1 */
};

struct warden_vba_word {
	enum warden_vba_word_kind kind;
	gsize start, size;	/* in the reader's text; a sign is there */
	double number;
};

struct warden_vba_reader {
	const char *source;
	gsize size, at;
	GString *text;		/* of names and texts of this line */
	GArray *words;		/* struct warden_vba_word, of this line */
};

void warden_vba_reader_init(struct warden_vba_reader *reader,
			    const char *source, gsize size);
/* Read the next logical line, without its comment; it may have no words.
   FALSE: no more. */
bool warden_vba_reader_next(struct warden_vba_reader *reader);
void warden_vba_reader_clear(struct warden_vba_reader *reader);

#endif
