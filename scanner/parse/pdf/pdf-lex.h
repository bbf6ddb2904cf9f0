#ifndef WARDEN_PARSE_PDF_LEX_H
#define WARDEN_PARSE_PDF_LEX_H

/* The words of PDF (ISO 32000-1 7.2 and 7.3), as readers take them rather than
   as the standard has them: nothing here fails, whatever the bytes. Tokens are
   ranges of the data, which stay the caller's. */

#include <glib.h>
#include <stdbool.h>

enum warden_pdf_kind {
	WARDEN_PDF_END = 0,	/* no more data */
	WARDEN_PDF_NUMBER,
	WARDEN_PDF_NAME,	/* with its slash */
	WARDEN_PDF_STRING,	/* with its parentheses or angle brackets */
	WARDEN_PDF_DICT_OPEN,
	WARDEN_PDF_DICT_CLOSE,
	WARDEN_PDF_ARRAY_OPEN,
	WARDEN_PDF_ARRAY_CLOSE,
	WARDEN_PDF_WORD,	/* operators, "obj", "R", and junk */
};

struct warden_pdf_lexer {
	const guint8 *data;
	gsize size, at;
	/* Bytes that may still be looked at, taken from by every token: a
	   string without end is looked at up to the end of the data. */
	guint64 *work_left;
};

struct warden_pdf_token {
	enum warden_pdf_kind kind;
	gsize start, end;
};

/* The next token; comments are skipped. Its kind is END as well when the work
   is used up. */
void warden_pdf_lex(struct warden_pdf_lexer *lexer,
		    struct warden_pdf_token *token_r);
/* The token is exactly this word (an operator). */
bool warden_pdf_token_is(const struct warden_pdf_lexer *lexer,
			 const struct warden_pdf_token *token,
			 const char *word);

/* A name without its slash, "#41" undone, cut to size - 1 bytes. Returns
   whether a letter or digit was written in that way: no program does that,
   only what needs it is escaped. */
bool warden_pdf_lex_name(const struct warden_pdf_lexer *lexer,
			 const struct warden_pdf_token *token, char *name_r,
			 gsize size);
/* The bytes of a literal or hexadecimal string, at most max. Owned by the
   caller. */
GByteArray *warden_pdf_lex_string(const struct warden_pdf_lexer *lexer,
				  const struct warden_pdf_token *token,
				  gsize max);
/* A number's whole part, within ±2^53; 0 for what is none. */
gint64 warden_pdf_lex_number(const struct warden_pdf_lexer *lexer,
			     const struct warden_pdf_token *token);

bool warden_pdf_is_space(guint8 c);

#endif
