#ifndef WARDEN_PARSE_JAVASCRIPT_PRIVATE_H
#define WARDEN_PARSE_JAVASCRIPT_PRIVATE_H

/* For javascript*.c only: -lexer makes tokens, -value constants of them, -call
   knows functions, javascript.c reads expressions. */

#include "javascript.h"

/* --- tokens -------------------------------------------------------------------- */

enum script_token_kind {
	SCRIPT_END = 0,
	SCRIPT_WORD,		/* name or keyword */
	SCRIPT_STRING,
	SCRIPT_TEMPLATE,	/* `…` up to its end or "${" */
	SCRIPT_NUMBER,
	SCRIPT_REGEX,
	SCRIPT_PUNCTUATION,	/* one character, or as in punctuation */
};

#define SCRIPT_NAME_MAX 48u

struct script_token {
	enum script_token_kind kind;
	/* word: cut; regular expression: its flags */
	char name[SCRIPT_NAME_MAX];
	GString *text;		/* string, template, pattern */
	double number;
	char c;			/* punctuation; '\0': some other operator */
	bool assigns;		/* "=", "+=": c is '=' or '+' */
	bool open;		/* template goes on behind "${" */
};

struct script_lexer {
	const char *p, *end;
	struct script_token token;
	bool after_value;	/* a '/' divides */
	gsize obfuscated;
};

void script_lexer_init(struct script_lexer *lexer, const char *text,
		       gsize size);
void script_lexer_clear(struct script_lexer *lexer);
/* Read the next token into lexer->token. */
void script_lexer_next(struct script_lexer *lexer);
/* At the '}' that ends a template's expression: the text behind it. */
void script_lexer_template(struct script_lexer *lexer);

/* --- constants ------------------------------------------------------------------- */

enum script_kind {
	SCRIPT_TEXT = 0,
	SCRIPT_NUMERIC,
	SCRIPT_LIST,		/* of numbers only, or of any values */
	SCRIPT_PATTERN,		/* a regular expression */
};

/* Counted references; NULL is a value that is not known. */
struct script_value {
	guint refs;
	enum script_kind kind;
	GString *text;
	double number;
	GArray *numbers;	/* of gint32, or NULL */
	GPtrArray *items;	/* of values, or NULL */
	bool partial;		/* text lacks what was not constant */
	bool made;		/* not only literals joined by "+" */
	bool noted;
	bool kept;		/* has a name: noted when that is all over */
};

/* A whole number of the size that codes have. */
static inline bool script_is_integer(double number)
{
	return number >= -1e9 && number <= 1e9 &&
	       number == (double)(gint32)number;
}

struct script_value *script_value_text(GString *text);	/* takes it over */
struct script_value *script_value_number(double number);
struct script_value *script_value_list(void);
struct script_value *script_value_ref(struct script_value *value);
void script_value_unref(struct script_value *value);
/* Add to a list; takes item over. */
void script_value_append(struct script_value *list,
			 struct script_value *item);
guint script_value_length(const struct script_value *value);
/* Item of a list, or character of a text; owned by the caller. */
struct script_value *script_value_item(const struct script_value *value,
				       guint index);
/* As "+" and join() make it: appended to out. FALSE if it is not known. */
bool script_value_print(const struct script_value *value, GString *out);

/* --- folding ----------------------------------------------------------------------- */

struct script_reader {
	struct script_lexer lexer;
	struct warden_javascript *script;
	GHashTable *names;	/* char* → struct script_value */
	GHashTable *keys;	/* set of script->keys */
	gsize left;		/* bytes that may be made */
	guint depth;
	/* the name that is just being assigned to; "" if none */
	char replaced[SCRIPT_NAME_MAX];
};

#define SCRIPT_ARGUMENTS_MAX 8u

struct script_call {
	const char *name;	/* of the function or method */
	const char *owner;	/* the name before it, "" if none */
	struct script_value *object;	/* what the method belongs to */
	struct script_value *arguments[SCRIPT_ARGUMENTS_MAX];
	guint count;
};

/* Take size bytes before making them. */
bool script_spend(struct script_reader *reader, gsize size);
/* A constant that stands for itself, or is used. */
void script_note(struct script_reader *reader, struct script_value *value,
		 enum warden_javascript_use use);
/* A name was used: what does it tell? */
void script_note_name(struct script_reader *reader, const char *name);
/* The result, or NULL; owned by the caller. */
struct script_value *script_call(struct script_reader *reader,
				 const struct script_call *call);
/* name = value; owner: the name before it. Takes value over. */
void script_assign(struct script_reader *reader, const char *owner,
		   const char *name, struct script_value *value);
/* Everything that has a name, at the end. */
void script_note_names(struct script_reader *reader);
struct script_value *script_concat(struct script_reader *reader,
				   struct script_value *left,
				   struct script_value *right);

#endif
