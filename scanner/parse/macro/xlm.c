#include "warden-config.h"

#include "../office/biff.h"
#include "xlm.h"
#include "xlm-formula.h"

#include <string.h>

#define NAME_BUILT_IN 0x20
#define SHEET_MACROS 1		/* in the list of sheets */
#define STREAM_MACROS 0x0040	/* where a sheet begins */
#define VERSION_WIDE 0x0600	/* Excel 97 */
#define CELL_HEADER 6u		/* row, column, format */
#define FORMULA_HEADER 22u
#define LINKS_MAX 4096u
#define CELLS_SIZE_MAX (16u * 1024 * 1024)
/* Bytes that formulas may copy. */
#define WORK_MAX (256u * 1024 * 1024)

struct state {
	struct warden_xlm *xlm;
	struct warden_xlm_reader reader;
	bool macros;		/* in a sheet of macros */
	bool second;		/* cells' texts are known */
	guint sheet;
	guint row, column;	/* of the last formula */
	GPtrArray *strings;	/* shared texts, may be NULL */
	GHashTable *cells;	/* sheet, row, column → char * */
	gsize cells_size;
};

/* --- cells --------------------------------------------------------------- */

static gpointer cell_key(const struct state *state, guint row, guint column)
{
	return GSIZE_TO_POINTER((gsize)state->sheet << 32 |
				(gsize)(row & 0xffff) << 16 |
				(column & 0xffff));
}

static void set_cell(struct state *state, guint row, guint column,
		     const char *text)
{
	gsize size = MIN(strlen(text), WARDEN_XLM_FORMULA_MAX);

	if (g_hash_table_size(state->cells) >= WARDEN_XLM_CELLS_MAX ||
	    state->cells_size + size > CELLS_SIZE_MAX)
		return;
	state->cells_size += size;
	g_hash_table_insert(state->cells, cell_key(state, row, column),
			    g_strndup(text, size));
}

static const char *get_cell(void *context, guint row, guint column)
{
	struct state *state = context;

	return g_hash_table_lookup(state->cells,
				   cell_key(state, row, column));
}

static void take_label(struct state *state,
		       const struct warden_biff_record *record)
{
	const guint8 *data = record->data;
	g_autofree char *text = NULL;
	guint row, column, head = state->reader.wide ? 3 : 2;
	guint32 index;

	if (record->size < CELL_HEADER + 4)
		return;
	row = warden_biff_u16(data);
	column = warden_biff_u16(data + 2);
	if (record->kind == WARDEN_BIFF_LABEL_SHARED) {
		index = warden_biff_u32(data + CELL_HEADER);
		if (state->strings != NULL && index < state->strings->len)
			set_cell(state, row, column, g_ptr_array_index(
				state->strings, index));
		return;
	}
	text = warden_biff_text(data + CELL_HEADER + head,
				record->size - CELL_HEADER - head,
				warden_biff_u16(data + CELL_HEADER),
				state->reader.wide &&
				(data[CELL_HEADER + 2] & 1));
	set_cell(state, row, column, text);
}

/* What Excel worked out when it saved the file. */
static void take_result(struct state *state,
			const struct warden_biff_record *record)
{
	guint head = state->reader.wide ? 3 : 2;
	g_autofree char *text = NULL;

	if (record->size <= head)
		return;
	text = warden_biff_text(record->data + head, record->size - head,
				warden_biff_u16(record->data),
				state->reader.wide && (record->data[2] & 1));
	set_cell(state, state->row, state->column, text);
}

static void take_formula(struct state *state,
			 const struct warden_biff_record *record)
{
	GString *out = state->xlm->formulas;
	struct warden_xlm_formula formula;
	const char *known;
	gsize size;

	if (record->size < FORMULA_HEADER)
		return;
	state->row = warden_biff_u16(record->data);
	state->column = warden_biff_u16(record->data + 2);
	if (!state->macros)
		return;
	if (out->len > WARDEN_XLM_TEXT_MAX || state->reader.work == 0) {
		state->xlm->truncated = TRUE;
		return;
	}
	size = MIN(warden_biff_u16(record->data + 20),
		   record->size - FORMULA_HEADER);
	warden_xlm_formula_read(&state->reader, record->data + FORMULA_HEADER,
				size, &formula);
	known = get_cell(state, state->row, state->column);
	if (formula.literal && known == NULL)
		set_cell(state, state->row, state->column,
			 formula.text->str);
	if (state->second) {
		g_string_append_printf(out, "R%uC%u: =%s", state->row + 1,
				       state->column + 1, formula.text->str);
		if (known != NULL && !formula.literal)
			g_string_append_printf(out, " -> \"%s\"", known);
		g_string_append_c(out, '\n');
	}
	g_string_free(formula.text, TRUE);
}

/* --- the workbook -------------------------------------------------------- */

static void take_sheet(struct state *state,
		       const struct warden_biff_record *record)
{
	guint hidden, kind;

	if (record->size < 6)
		return;
	hidden = record->data[4] & 3;
	kind = record->data[5];
	if (kind != SHEET_MACROS)
		return;
	state->xlm->sheets++;
	state->xlm->hidden += hidden != 0;
}

bool warden_xlm_is_autorun(const char *name)
{
	static const char *const beginnings[] = {
		"auto_open", "auto_close", "auto_activate", "auto_deactivate",
	};
	GString *plain = g_string_new(NULL);
	bool found = FALSE;
	gsize i;

	/* Excel does not see characters that have no width */
	for (; *name != '\0'; name = g_utf8_next_char(name)) {
		if ((guint8)*name > 0x20 && (guint8)*name < 0x7f)
			g_string_append_c(plain, g_ascii_tolower(*name));
	}
	for (i = 0; i < G_N_ELEMENTS(beginnings); i++)
		found |= g_str_has_prefix(plain->str, beginnings[i]);
	g_string_free(plain, TRUE);
	return found;
}

static void add_autorun(struct warden_xlm *xlm, const char *name)
{
	xlm->autorun = TRUE;
	if (xlm->names->len > 100 || strstr(xlm->names->str, name) != NULL)
		return;
	if (xlm->names->len > 0)
		g_string_append(xlm->names, ", ");
	g_string_append(xlm->names, name);
}

static void take_name(struct state *state,
		      const struct warden_biff_record *record)
{
	static const struct {
		guint8 code;
		const char *name;
	} built_in[] = {
		{ 0x01, "Auto_Open" }, { 0x02, "Auto_Close" },
		{ 0x0a, "Auto_Activate" }, { 0x0b, "Auto_Deactivate" },
	};
	guint head = state->reader.wide ? 15 : 14;
	g_autofree char *name = NULL;
	gsize i;

	if (record->size <= head)
		return;
	if ((record->data[0] & NAME_BUILT_IN) != 0) {
		for (i = 0; i < G_N_ELEMENTS(built_in); i++) {
			if (built_in[i].code == record->data[head])
				add_autorun(state->xlm, built_in[i].name);
		}
		return;
	}
	name = warden_biff_text(record->data + head, record->size - head,
				record->data[3],
				state->reader.wide && (record->data[14] & 1));
	if (warden_xlm_is_autorun(name))
		add_autorun(state->xlm, name);
}

/* Another workbook, or program and topic (2.4.271), in Excel's own way of
   writing paths: control characters stand for what is between. */
static void take_book(struct state *state,
		      const struct warden_biff_record *record)
{
	g_autofree char *text = NULL;
	GString *links = state->xlm->links;
	gsize i;

	if (record->size < 6 || links->len > LINKS_MAX ||
	    warden_biff_u16(record->data + 2) == 0x0401 ||
	    warden_biff_u16(record->data + 2) == 0x3a01)
		return;
	text = warden_biff_text(record->data + 5, record->size - 5,
				warden_biff_u16(record->data + 2),
				(record->data[4] & 1) != 0);
	for (i = 0; text[i] != '\0'; i++) {
		if (text[i] == '\n')
			text[i] = ' ';
	}
	g_string_append(links, text);
	g_string_append_c(links, '\n');
}

static void take_beginning(struct state *state,
			   const struct warden_biff_record *record)
{
	if (record->size < 4)
		return;
	state->sheet++;
	state->reader.wide = warden_biff_u16(record->data) >= VERSION_WIDE;
	state->macros = warden_biff_u16(record->data + 2) == STREAM_MACROS;
}

static void take_record(struct state *state, struct warden_biff *biff,
			const struct warden_biff_record *record)
{
	switch (record->kind) {
	case WARDEN_BIFF_BOF:
		take_beginning(state, record);
		break;
	case WARDEN_BIFF_SHEET:
		if (state->second)
			take_sheet(state, record);
		break;
	case WARDEN_BIFF_NAME:
		take_name(state, record);
		break;
	case WARDEN_BIFF_BOOK:
		if (state->second)
			take_book(state, record);
		break;
	case WARDEN_BIFF_STRINGS:
		if (state->strings == NULL)
			state->strings = warden_biff_strings(biff, record);
		break;
	case WARDEN_BIFF_LABEL:
	case WARDEN_BIFF_LABEL_SHARED:
		if (state->macros)
			take_label(state, record);
		break;
	case WARDEN_BIFF_STRING:
		if (state->macros)
			take_result(state, record);
		break;
	case WARDEN_BIFF_FORMULA:
		take_formula(state, record);
		break;
	}
}

/* Without sheets of macros nothing but names and links is of interest. */
static bool has_macros(const guint8 *data, gsize size)
{
	struct warden_biff biff = { .data = data, .size = size };
	struct warden_biff_record record;

	while (warden_biff_next(&biff, &record)) {
		if (record.kind == WARDEN_BIFF_BOF && record.size >= 4 &&
		    warden_biff_u16(record.data + 2) == STREAM_MACROS)
			return TRUE;
	}
	return FALSE;
}

static void read_records(struct state *state, const guint8 *data, gsize size)
{
	struct warden_biff biff = { .data = data, .size = size };
	struct warden_biff_record record;

	state->sheet = 0;
	state->macros = FALSE;
	while (warden_biff_next(&biff, &record))
		take_record(state, &biff, &record);
}

void warden_xlm_read(const guint8 *data, gsize size, struct warden_xlm *xlm_r)
{
	struct state state = {
		.xlm = xlm_r,
		.reader = { .cell = get_cell, .context = &state,
			    .work = WORK_MAX },
	};

	memset(xlm_r, 0, sizeof(*xlm_r));
	xlm_r->names = g_string_new(NULL);
	xlm_r->formulas = g_string_new(NULL);
	xlm_r->links = g_string_new(NULL);
	state.cells = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	/* formulas refer to cells that come behind them */
	if (has_macros(data, size))
		read_records(&state, data, size);
	state.second = TRUE;
	read_records(&state, data, size);
	g_clear_pointer(&state.strings, g_ptr_array_unref);
	g_hash_table_unref(state.cells);
}

void warden_xlm_clear(struct warden_xlm *xlm)
{
	g_string_free(xlm->names, TRUE);
	g_string_free(xlm->formulas, TRUE);
	g_string_free(xlm->links, TRUE);
}

/* --- judging ------------------------------------------------------------- */

static void add_word(GString *words, const char *word)
{
	if (words->len > 0)
		g_string_append(words, ", ");
	g_string_append(words, word);
}

/* Texts stay only if they are formulas to be written: "=EXEC(…)". */
static char *without_texts(const char *formulas)
{
	char *upper = g_ascii_strup(formulas, -1), *p;
	bool quoted = FALSE, formula = FALSE;

	for (p = upper; *p != '\0'; p++) {
		if (*p == '\n') {
			quoted = FALSE;
		} else if (*p == '"') {
			quoted = !quoted;
			formula = p[1] == '=';
		} else if (quoted && !formula) {
			*p = '.';
		}
	}
	return upper;
}

static bool calls(const char *formulas, const char *function)
{
	gsize length = strlen(function);
	const char *found;

	for (found = strstr(formulas, function); found != NULL;
	     found = strstr(found + 1, function)) {
		if (found[length] == '(' &&
		    (found == formulas || (!g_ascii_isalnum(found[-1]) &&
					   found[-1] != '.')))
			return TRUE;
	}
	return FALSE;
}

void warden_xlm_judge(const char *formulas, struct warden_office_notes *notes)
{
	static const char *const runs[] = {
		"EXEC", "CALL", "REGISTER", "REGISTER.ID", "FWRITE",
		"FWRITELN", "EXECUTE", "POKE",
	};
	static const char *const builds[] = {
		"FORMULA", "FORMULA.FILL", "FORMULA.ARRAY", "SET.VALUE",
	};
	g_autofree char *upper = without_texts(formulas);
	GString *words = g_string_new(NULL);
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(runs); i++) {
		if (calls(upper, runs[i]))
			add_word(words, runs[i]);
	}
	if (words->len > 0)
		warden_office_note(notes, WARDEN_TRAIT_OFFICE_XLM_EXECUTES,
				   words->str);
	g_string_truncate(words, 0);
	for (i = 0; i < G_N_ELEMENTS(builds); i++) {
		if (calls(upper, builds[i]))
			add_word(words, builds[i]);
	}
	if (words->len > 0)
		warden_office_note(notes, WARDEN_TRAIT_OFFICE_XLM_BUILDS,
				   words->str);
	g_string_free(words, TRUE);
}
