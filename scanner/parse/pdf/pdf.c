#include "warden-config.h"

#include "pdf-private.h"
#include "../../facts/limits.h"

#include <string.h>

/* References to references: more is a loop. */
#define HOPS_MAX 16

/* --- keys --------------------------------------------------------------------- */

#define KEY_NAME(name) #name,
static const char *const key_names[WARDEN_PDF_KEYS_COUNT] = {
	WARDEN_PDF_KEYS(KEY_NAME)
};
#undef KEY_NAME

static gpointer gather_keys(gpointer unused)
{
	GHashTable *keys = g_hash_table_new(g_str_hash, g_str_equal);
	guint i;

	for (i = 0; i < G_N_ELEMENTS(key_names); i++)
		g_hash_table_insert(keys, (char *)key_names[i],
				    GUINT_TO_POINTER(i + 1));
	return keys;
}

static void note_obfuscated(struct warden_pdf *pdf, const char *name)
{
	if (pdf->state.obfuscated[0] == '\0')
		g_strlcpy(pdf->state.obfuscated, name,
			  sizeof(pdf->state.obfuscated));
}

int warden_pdf_key(struct warden_pdf *pdf,
		   const struct warden_pdf_lexer *lexer,
		   const struct warden_pdf_token *token)
{
	static GOnce once = G_ONCE_INIT;
	GHashTable *keys = g_once(&once, gather_keys, NULL);
	char name[32];
	bool escaped = warden_pdf_lex_name(lexer, token, name, sizeof(name));
	guint key = GPOINTER_TO_UINT(g_hash_table_lookup(keys, name));

	/* one letter may be a font's name, by any program */
	if (escaped && key > 0 && strlen(name) > 1)
		note_obfuscated(pdf, name);
	return (int)key - 1;
}

/* --- places ------------------------------------------------------------------- */

void warden_pdf_lexer(struct warden_pdf *pdf, struct warden_pdf_value value,
		      struct warden_pdf_lexer *lexer_r)
{
	memset(lexer_r, 0, sizeof(*lexer_r));
	lexer_r->work_left = &pdf->work_left;
	if (value.buffer == 0)
		return;
	g_assert(value.buffer <= pdf->buffers->len);
	lexer_r->data = g_bytes_get_data(
		pdf->buffers->pdata[value.buffer - 1], &lexer_r->size);
	lexer_r->at = MIN(value.at, lexer_r->size);
}

/* Where no value goes on, however damaged. */
static bool ends_object(const struct warden_pdf_lexer *lexer,
			const struct warden_pdf_token *token)
{
	static const char *const words[] = {
		"endobj", "endstream", "obj", "stream", "startxref",
		"trailer", "xref",
	};
	gsize i;

	for (i = 0; token->kind == WARDEN_PDF_WORD &&
	     i < G_N_ELEMENTS(words); i++) {
		if (warden_pdf_token_is(lexer, token, words[i]))
			return TRUE;
	}
	return token->kind == WARDEN_PDF_END;
}

static bool opens(enum warden_pdf_kind kind)
{
	return kind == WARDEN_PDF_DICT_OPEN || kind == WARDEN_PDF_ARRAY_OPEN;
}

static bool closes(enum warden_pdf_kind kind)
{
	return kind == WARDEN_PDF_DICT_CLOSE ||
	       kind == WARDEN_PDF_ARRAY_CLOSE;
}

bool warden_pdf_skip(struct warden_pdf *pdf, struct warden_pdf_lexer *lexer)
{
	struct warden_pdf_token token;
	guint depth = 0;

	do {
		warden_pdf_lex(lexer, &token);
		if (ends_object(lexer, &token)) {
			lexer->at = token.start;
			return FALSE;
		}
		if (opens(token.kind))
			depth++;
		else if (closes(token.kind) && depth > 0)
			depth--;
		pdf->state.deepest = MAX(pdf->state.deepest, depth);
	} while (depth > 0);
	return TRUE;
}

/* "12 0 R" at the lexer; FALSE leaves it where it was. */
static bool lex_reference(struct warden_pdf_lexer *lexer, gint64 *number_r)
{
	struct warden_pdf_token number, token;
	gsize start = lexer->at;

	warden_pdf_lex(lexer, &number);
	if (number.kind == WARDEN_PDF_NUMBER) {
		warden_pdf_lex(lexer, &token);
		if (token.kind == WARDEN_PDF_NUMBER) {
			warden_pdf_lex(lexer, &token);
			if (warden_pdf_token_is(lexer, &token, "R")) {
				*number_r = warden_pdf_lex_number(lexer,
								  &number);
				return TRUE;
			}
		}
	}
	lexer->at = start;
	return FALSE;
}

struct warden_pdf_value warden_pdf_resolve(struct warden_pdf *pdf,
					   struct warden_pdf_value value,
					   gint *index_r)
{
	static const struct warden_pdf_value none;
	guint hops;

	if (index_r != NULL)
		*index_r = -1;
	for (hops = 0; hops < HOPS_MAX && value.buffer != 0; hops++) {
		const struct warden_pdf_object *object;
		struct warden_pdf_lexer lexer;
		gint64 number;
		guint index;

		warden_pdf_lexer(pdf, value, &lexer);
		if (!lex_reference(&lexer, &number))
			return value;
		if (number < 0 || number >= WARDEN_PDF_NO_NUMBER)
			return none;
		index = GPOINTER_TO_UINT(g_hash_table_lookup(
			pdf->by_number, GUINT_TO_POINTER(number + 1)));
		if (index == 0)
			return none;
		object = warden_pdf_object(pdf, index - 1);
		value.buffer = object->buffer;
		value.at = object->start;
		if (index_r != NULL)
			*index_r = index - 1;
	}
	return none;
}

/* --- values ------------------------------------------------------------------- */

static void token_of(struct warden_pdf *pdf, struct warden_pdf_value value,
		     struct warden_pdf_lexer *lexer,
		     struct warden_pdf_token *token)
{
	warden_pdf_lexer(pdf, warden_pdf_resolve(pdf, value, NULL), lexer);
	warden_pdf_lex(lexer, token);
}

enum warden_pdf_kind warden_pdf_kind(struct warden_pdf *pdf,
				     struct warden_pdf_value value)
{
	struct warden_pdf_lexer lexer;
	struct warden_pdf_token token;

	token_of(pdf, value, &lexer, &token);
	return token.kind;
}

void warden_pdf_name(struct warden_pdf *pdf, struct warden_pdf_value value,
		     char *name_r, gsize size)
{
	struct warden_pdf_lexer lexer;
	struct warden_pdf_token token;

	name_r[0] = '\0';
	token_of(pdf, value, &lexer, &token);
	if (token.kind == WARDEN_PDF_NAME)
		(void)warden_pdf_lex_name(&lexer, &token, name_r, size);
}

bool warden_pdf_is(struct warden_pdf *pdf, struct warden_pdf_value value,
		   const char *name)
{
	struct warden_pdf_lexer lexer;
	struct warden_pdf_token token;
	char text[32];
	bool escaped;

	token_of(pdf, value, &lexer, &token);
	if (token.kind != WARDEN_PDF_NAME)
		return FALSE;
	escaped = warden_pdf_lex_name(&lexer, &token, text, sizeof(text));
	if (strcmp(text, name) != 0)
		return FALSE;
	if (escaped)
		note_obfuscated(pdf, text);
	return TRUE;
}

GByteArray *warden_pdf_string(struct warden_pdf *pdf,
			      struct warden_pdf_value value, gsize max)
{
	struct warden_pdf_lexer lexer;
	struct warden_pdf_token token;

	token_of(pdf, value, &lexer, &token);
	return token.kind != WARDEN_PDF_STRING ? NULL :
		warden_pdf_lex_string(&lexer, &token, max);
}

gint64 warden_pdf_number(struct warden_pdf *pdf,
			 struct warden_pdf_value value, gint64 other)
{
	struct warden_pdf_lexer lexer;
	struct warden_pdf_token token;

	token_of(pdf, value, &lexer, &token);
	return token.kind != WARDEN_PDF_NUMBER ? other :
		warden_pdf_lex_number(&lexer, &token);
}

double warden_pdf_real(struct warden_pdf *pdf, struct warden_pdf_value value)
{
	struct warden_pdf_lexer lexer;
	struct warden_pdf_token token;
	char text[32];

	token_of(pdf, value, &lexer, &token);
	if (token.kind != WARDEN_PDF_NUMBER)
		return 0;
	g_strlcpy(text, "0", sizeof(text));
	if (token.end - token.start < sizeof(text)) {
		memcpy(text, lexer.data + token.start,
		       token.end - token.start);
		text[token.end - token.start] = '\0';
	}
	return g_ascii_strtod(text, NULL);
}

bool warden_pdf_true(struct warden_pdf *pdf, struct warden_pdf_value value)
{
	struct warden_pdf_lexer lexer;
	struct warden_pdf_token token;

	token_of(pdf, value, &lexer, &token);
	return warden_pdf_token_is(&lexer, &token, "true") ||
	       warden_pdf_lex_number(&lexer, &token) != 0;
}

/* --- dictionaries --------------------------------------------------------------- */

static void set_value(struct warden_pdf_dict *dict, int key,
		      guint32 buffer, gsize at)
{
	if (key < 0)
		return;
	dict->values[key].buffer = buffer;
	dict->values[key].at = at;
}

/* The next key of a dictionary that is being read; the lexer stands before its
   value. FALSE at the end. */
static bool next_key(struct warden_pdf_lexer *lexer,
		     struct warden_pdf_token *key)
{
	do {
		warden_pdf_lex(lexer, key);
		if (key->kind == WARDEN_PDF_DICT_CLOSE ||
		    ends_object(lexer, key))
			return FALSE;
		/* else "0 R", or junk */
	} while (key->kind != WARDEN_PDF_NAME);
	return TRUE;
}

/* Where the value begins; the lexer then stands behind it. FALSE: there is
   none. *last_r: it is damaged, and nothing comes behind it. */
static bool take_value(struct warden_pdf *pdf, struct warden_pdf_lexer *lexer,
		       gsize *at_r, bool *last_r)
{
	struct warden_pdf_token token;
	gsize start = lexer->at;

	warden_pdf_lex(lexer, &token);
	if (token.kind == WARDEN_PDF_DICT_CLOSE || ends_object(lexer, &token))
		return FALSE;
	lexer->at = start;
	*at_r = token.start;
	*last_r = !warden_pdf_skip(pdf, lexer);
	return TRUE;
}

static bool open_dict(struct warden_pdf *pdf, struct warden_pdf_value *value,
		      struct warden_pdf_lexer *lexer)
{
	struct warden_pdf_token token;

	*value = warden_pdf_resolve(pdf, *value, NULL);
	warden_pdf_lexer(pdf, *value, lexer);
	warden_pdf_lex(lexer, &token);
	return token.kind == WARDEN_PDF_DICT_OPEN;
}

bool warden_pdf_dict(struct warden_pdf *pdf, struct warden_pdf_value value,
		     struct warden_pdf_dict *dict_r)
{
	struct warden_pdf_lexer lexer;
	struct warden_pdf_token key;
	bool last = FALSE;
	gsize at;

	memset(dict_r, 0, sizeof(*dict_r));
	if (!open_dict(pdf, &value, &lexer))
		return FALSE;
	dict_r->self = value;
	while (!last && next_key(&lexer, &key)) {
		int number = warden_pdf_key(pdf, &lexer, &key);

		if (!take_value(pdf, &lexer, &at, &last))
			break;
		set_value(dict_r, number, value.buffer, at);
	}
	return TRUE;
}

struct warden_pdf_value warden_pdf_find(struct warden_pdf *pdf,
					struct warden_pdf_value dict,
					const char *wanted)
{
	struct warden_pdf_value found = { 0 };
	struct warden_pdf_lexer lexer;
	struct warden_pdf_token key;
	bool last = FALSE;
	char name[64];
	gsize at;

	if (!open_dict(pdf, &dict, &lexer))
		return found;
	while (!last && next_key(&lexer, &key)) {
		(void)warden_pdf_lex_name(&lexer, &key, name, sizeof(name));
		if (!take_value(pdf, &lexer, &at, &last))
			break;
		if (strcmp(name, wanted) == 0) {
			found.buffer = dict.buffer;
			found.at = at;
		}
	}
	return found;
}

/* --- arrays ---------------------------------------------------------------------- */

void warden_pdf_array_init(struct warden_pdf_array *array,
			   struct warden_pdf *pdf,
			   struct warden_pdf_value value)
{
	struct warden_pdf_lexer lexer;
	struct warden_pdf_token token;

	memset(array, 0, sizeof(*array));
	array->pdf = pdf;
	array->next = warden_pdf_resolve(pdf, value, NULL);
	warden_pdf_lexer(pdf, array->next, &lexer);
	warden_pdf_lex(&lexer, &token);
	array->single = token.kind != WARDEN_PDF_ARRAY_OPEN;
	if (array->single)
		array->next = value;
	else
		array->next.at = lexer.at;
}

bool warden_pdf_array_next(struct warden_pdf_array *array,
			   struct warden_pdf_value *value_r)
{
	struct warden_pdf_lexer lexer;
	struct warden_pdf_token token;
	gint64 number;

	*value_r = array->next;
	if (array->single || array->next.buffer == 0) {
		array->next.buffer = 0;
		return value_r->buffer != 0;
	}
	warden_pdf_lexer(array->pdf, array->next, &lexer);
	warden_pdf_lex(&lexer, &token);
	if (closes(token.kind) || ends_object(&lexer, &token)) {
		array->next.buffer = 0;
		return FALSE;
	}
	value_r->at = lexer.at = token.start;
	if (!lex_reference(&lexer, &number) &&
	    !warden_pdf_skip(array->pdf, &lexer))
		array->next.buffer = 0;
	array->next.at = lexer.at;
	return TRUE;
}

/* --- walking ----------------------------------------------------------------------- */

struct frame {
	struct warden_pdf_dict dict;
	bool is_dict;
	bool pending;		/* a key was read, its value comes */
	int key;
};

struct walk {
	struct warden_pdf *pdf;
	const struct warden_pdf_object *object;
	gint index;
	warden_pdf_walk_t *callback;
	void *context;
	struct frame *frames;
	guint depth;		/* of those open */
	guint too_deep;		/* opened beyond the limit */
};

static void push(struct walk *walk, bool is_dict, gsize at)
{
	struct frame *frame;

	if (walk->depth >= WARDEN_PDF_DEPTH_MAX) {
		walk->too_deep++;
		walk->pdf->state.too_deep = TRUE;
		return;
	}
	frame = &walk->frames[walk->depth++];
	memset(frame, 0, sizeof(*frame));
	frame->is_dict = is_dict;
	frame->dict.self.buffer = walk->object->buffer;
	frame->dict.self.at = at;
}

static void pop(struct walk *walk)
{
	struct frame *frame = &walk->frames[--walk->depth];
	bool outer = walk->depth == 0 && walk->object->stream_end > 0;

	if (frame->is_dict)
		walk->callback(walk->context, &frame->dict,
			       outer ? walk->index : -1);
}

static void close_frame(struct walk *walk, enum warden_pdf_kind kind)
{
	bool is_dict = kind == WARDEN_PDF_DICT_CLOSE;
	guint depth = walk->depth;

	if (walk->too_deep > 0) {
		walk->too_deep--;
		return;
	}
	/* one that is not open closes nothing */
	while (depth > 0 && walk->frames[depth - 1].is_dict != is_dict)
		depth--;
	while (depth > 0 && walk->depth >= depth)
		pop(walk);
}

static void take_token(struct walk *walk,
		       const struct warden_pdf_lexer *lexer,
		       const struct warden_pdf_token *token)
{
	struct frame *frame = walk->depth == 0 || walk->too_deep > 0 ? NULL :
		&walk->frames[walk->depth - 1];

	if (closes(token->kind)) {
		close_frame(walk, token->kind);
		return;
	}
	if (frame != NULL && frame->is_dict && frame->pending) {
		set_value(&frame->dict, frame->key, walk->object->buffer,
			  token->start);
		frame->pending = FALSE;
	} else if (frame != NULL && frame->is_dict &&
		   token->kind == WARDEN_PDF_NAME) {
		frame->key = warden_pdf_key(walk->pdf, lexer, token);
		frame->pending = TRUE;
	}
	if (opens(token->kind))
		push(walk, token->kind == WARDEN_PDF_DICT_OPEN, token->start);
}

void warden_pdf_walk(struct warden_pdf *pdf, guint index,
		     warden_pdf_walk_t *callback, void *context)
{
	const struct warden_pdf_object *object =
		warden_pdf_object(pdf, index);
	struct warden_pdf_value value = {
		.buffer = object->buffer, .at = object->start,
	};
	struct warden_pdf_lexer lexer;
	struct warden_pdf_token token;
	struct walk walk = {
		.pdf = pdf, .object = object, .index = index,
		.callback = callback, .context = context,
	};

	warden_pdf_lexer(pdf, value, &lexer);
	warden_pdf_lex(&lexer, &token);
	if (!opens(token.kind))
		return;
	walk.frames = g_new(struct frame, WARDEN_PDF_DEPTH_MAX);
	do {
		take_token(&walk, &lexer, &token);
		warden_pdf_lex(&lexer, &token);
	} while (walk.depth > 0 && !ends_object(&lexer, &token));
	/* damaged: what is open has its values all the same */
	while (walk.depth > 0)
		pop(&walk);
	g_free(walk.frames);
}

/* --- life ----------------------------------------------------------------------------- */

struct warden_pdf *warden_pdf_new(GBytes *bytes, bool may_be_encrypted,
				  warden_pdf_spend_t *spend, void *context)
{
	struct warden_pdf *pdf = g_new0(struct warden_pdf, 1);

	pdf->buffers = g_ptr_array_new_with_free_func(
		(GDestroyNotify)g_bytes_unref);
	g_ptr_array_add(pdf->buffers, g_bytes_ref(bytes));
	pdf->objects = g_array_new(FALSE, TRUE,
				   sizeof(struct warden_pdf_object));
	pdf->by_number = g_hash_table_new(NULL, NULL);
	pdf->starts = g_hash_table_new(NULL, NULL);
	pdf->lengths = g_hash_table_new(NULL, NULL);
	pdf->work_left = (guint64)g_bytes_get_size(bytes) *
		WARDEN_PDF_WORK_FACTOR + WARDEN_PDF_WORK_FIXED;
	pdf->spend = spend;
	pdf->spend_context = context;
	warden_pdf_index(pdf, may_be_encrypted);
	return pdf;
}

void warden_pdf_free(struct warden_pdf *pdf)
{
	if (pdf == NULL)
		return;
	g_ptr_array_unref(pdf->buffers);
	g_array_unref(pdf->objects);
	g_hash_table_unref(pdf->by_number);
	g_hash_table_unref(pdf->starts);
	g_hash_table_unref(pdf->lengths);
	g_free(pdf);
}

const struct warden_pdf_state *warden_pdf_state(struct warden_pdf *pdf)
{
	pdf->state.out_of_work |= pdf->work_left == 0;
	return &pdf->state;
}

guint warden_pdf_objects(const struct warden_pdf *pdf)
{
	return pdf->objects->len;
}

const struct warden_pdf_object *
warden_pdf_object(const struct warden_pdf *pdf, guint index)
{
	return &g_array_index(pdf->objects, struct warden_pdf_object, index);
}
