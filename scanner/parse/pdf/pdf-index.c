#include "warden-config.h"

#include "pdf-private.h"
#include "../../facts/limits.h"

#include <string.h>

/* Finds the objects: first every "N G obj" from front to end, past streams;
   then what the cross-reference tables point at and is not among them; then
   what stands in object streams. */

/* Tables that one file may chain (each incremental update adds one). */
#define XREF_TABLES_MAX 256
/* The last so many "startxref". */
#define STARTXREF_MAX 16

struct header {
	guint32 number;
	gsize start;		/* of the number */
	gsize value;		/* behind "obj" */
};

/* --- "N G obj" ------------------------------------------------------------------- */

static gsize skip_back_blank(const guint8 *data, gsize at)
{
	while (at > 0 && warden_pdf_is_space(data[at - 1]))
		at--;
	return at;
}

static gsize skip_back_digits(const guint8 *data, gsize at)
{
	gsize start = at;

	while (at > 0 && start - at < 10 && g_ascii_isdigit(data[at - 1]))
		at--;
	return at;
}

/* obj: where the word stands. */
static bool read_header(const guint8 *data, gsize size, gsize obj,
			struct header *header)
{
	gsize generation_end = skip_back_blank(data, obj);
	gsize generation = skip_back_digits(data, generation_end);
	gsize number_end = skip_back_blank(data, generation);
	gsize number = skip_back_digits(data, number_end), i;
	guint64 value = 0;

	if (generation == generation_end || number_end == generation ||
	    number == number_end ||
	    (obj + 3 < size && g_ascii_isalnum(data[obj + 3])))
		return FALSE;
	for (i = number; i < number_end; i++)
		value = value * 10 + data[i] - '0';
	if (value >= WARDEN_PDF_NO_NUMBER)
		return FALSE;
	header->number = value;
	header->start = number;
	header->value = obj + 3;
	return TRUE;
}

static bool next_header(const guint8 *data, gsize size, gsize *at,
			struct header *header)
{
	while (*at < size) {
		const guint8 *found = memmem(data + *at, size - *at, "obj",
					     3);

		if (found == NULL)
			return FALSE;
		*at = found - data + 3;
		if (read_header(data, size, found - data, header))
			return TRUE;
	}
	return FALSE;
}

/* --- objects --------------------------------------------------------------------- */

/* Returns the index, or -1: there is no room. */
static gint add_object(struct warden_pdf *pdf,
		       const struct warden_pdf_object *object)
{
	gpointer key = GUINT_TO_POINTER(object->number + 1);
	guint other;

	if (pdf->objects->len >= WARDEN_PDF_OBJECTS_MAX) {
		pdf->state.too_many = TRUE;
		return -1;
	}
	g_array_append_val(pdf->objects, *object);
	if (object->number == WARDEN_PDF_NO_NUMBER)
		return pdf->objects->len - 1;
	other = GPOINTER_TO_UINT(g_hash_table_lookup(pdf->by_number, key));
	if (other == 0 ||
	    warden_pdf_object(pdf, other - 1)->rank <= object->rank)
		g_hash_table_insert(pdf->by_number, key,
				    GUINT_TO_POINTER(pdf->objects->len));
	return pdf->objects->len - 1;
}

/* Numbers that stand alone: mostly the lengths of streams, which come behind
   them. */
static void find_lengths(struct warden_pdf *pdf, const guint8 *data,
			 gsize size)
{
	struct warden_pdf_lexer lexer = {
		.data = data, .size = size, .work_left = &pdf->work_left,
	};
	struct header header;
	gsize at = 0;

	while (next_header(data, size, &at, &header)) {
		struct warden_pdf_token number, token;
		gint64 value;

		lexer.at = header.value;
		warden_pdf_lex(&lexer, &number);
		if (number.kind != WARDEN_PDF_NUMBER)
			continue;
		warden_pdf_lex(&lexer, &token);
		value = warden_pdf_lex_number(&lexer, &number);
		if (!warden_pdf_token_is(&lexer, &token, "endobj") ||
		    value < 0 || (guint64)value > size)
			continue;
		g_hash_table_insert(pdf->lengths,
				    GUINT_TO_POINTER(header.number + 1),
				    GSIZE_TO_POINTER((gsize)value + 1));
	}
}

/* What the dictionary says, or -1. */
static gint64 stream_length(struct warden_pdf *pdf,
			    struct warden_pdf_value value)
{
	struct warden_pdf_lexer lexer;
	struct warden_pdf_token token;
	gint64 number;
	gsize known;

	if (value.buffer == 0)
		return -1;
	warden_pdf_lexer(pdf, value, &lexer);
	warden_pdf_lex(&lexer, &token);
	if (token.kind != WARDEN_PDF_NUMBER)
		return -1;
	number = warden_pdf_lex_number(&lexer, &token);
	warden_pdf_lex(&lexer, &token);
	if (token.kind != WARDEN_PDF_NUMBER)
		return number;
	known = number < 0 || number >= WARDEN_PDF_NO_NUMBER ? 0 :
		GPOINTER_TO_SIZE(g_hash_table_lookup(
			pdf->lengths, GUINT_TO_POINTER(number + 1)));
	return (gint64)known - 1;
}

/* Does it end where its length says so? */
static bool ends_at(const guint8 *data, gsize size, gsize at)
{
	while (at < size && warden_pdf_is_space(data[at]))
		at++;
	return size - at >= 6 && (memcmp(data + at, "endstr", 6) == 0 ||
				  memcmp(data + at, "endobj", 6) == 0);
}

static gsize trim_line_end(const guint8 *data, gsize start, gsize end)
{
	if (end > start && data[end - 1] == '\n')
		end--;
	if (end > start && data[end - 1] == '\r')
		end--;
	return end;
}

/* *searched: from where on there is no "endstream", so that nobody looks
   again. */
static gsize stream_end(const guint8 *data, gsize size, gsize start,
			gint64 length, gsize *searched)
{
	const guint8 *found = NULL;

	if (length >= 0 && (guint64)length <= size - start &&
	    ends_at(data, size, start + length))
		return start + length;
	if (start < *searched) {
		found = memmem(data + start, size - start, "endstream", 9);
		if (found == NULL)
			*searched = start;
	}
	return found == NULL ? size :
		trim_line_end(data, start, found - data);
}

/* The line end behind the word "stream" (7.3.8.1), and what readers take for
   one. */
static gsize stream_start(const guint8 *data, gsize size, gsize at)
{
	while (at < size && (data[at] == ' ' || data[at] == '\t'))
		at++;
	if (at < size && data[at] == '\r')
		at++;
	if (at < size && data[at] == '\n')
		at++;
	return at;
}

/* Reads one object from its value on; returns where the next may begin. */
static gsize take_object(struct warden_pdf *pdf, const struct header *header,
			 gsize *searched, bool hidden)
{
	struct warden_pdf_object object = {
		.number = header->number, .buffer = 1,
		.start = header->value, .hidden = hidden,
		.rank = hidden ? G_MAXSIZE : header->start,
	};
	struct warden_pdf_value value = {
		.buffer = 1, .at = header->value,
	};
	struct warden_pdf_lexer lexer;
	struct warden_pdf_token token;
	struct warden_pdf_dict dict;
	gsize next;

	g_hash_table_add(pdf->starts, GSIZE_TO_POINTER(header->start + 1));
	warden_pdf_lexer(pdf, value, &lexer);
	next = header->value;
	if (warden_pdf_skip(pdf, &lexer))
		next = lexer.at;
	warden_pdf_lex(&lexer, &token);
	if (warden_pdf_token_is(&lexer, &token, "stream") &&
	    warden_pdf_dict(pdf, value, &dict)) {
		object.stream = stream_start(lexer.data, lexer.size,
					     token.end);
		object.stream_end = stream_end(
			lexer.data, lexer.size, object.stream,
			stream_length(pdf, dict.values[WARDEN_PDF_KEY_Length]),
			searched);
		/* one without end hides nothing */
		next = object.stream_end < lexer.size ? object.stream_end :
			object.stream;
	}
	(void)add_object(pdf, &object);
	return next;
}

static void find_objects(struct warden_pdf *pdf, const guint8 *data,
			 gsize size)
{
	struct header header;
	gsize at = 0, searched = G_MAXSIZE;

	while (!pdf->state.too_many && pdf->work_left > 0 &&
	       next_header(data, size, &at, &header))
		at = take_object(pdf, &header, &searched, FALSE);
}

/* --- what the tables point at ------------------------------------------------------ */

struct tables {
	struct warden_pdf *pdf;
	const guint8 *data;
	gsize size;
	GHashTable *seen;	/* offset + 1 of tables that were read */
	GArray *waiting;	/* gsize: offsets of tables */
	bool usable;		/* one was read */
};

static void note_trailer(struct tables *tables,
			 const struct warden_pdf_dict *dict)
{
	static const enum warden_pdf_key chained[] = {
		WARDEN_PDF_KEY_Prev, WARDEN_PDF_KEY_XRefStm,
	};
	gsize i;

	if (warden_pdf_has(dict->values[WARDEN_PDF_KEY_Encrypt]) &&
	    warden_pdf_kind(tables->pdf,
			    dict->values[WARDEN_PDF_KEY_Encrypt]) ==
	    WARDEN_PDF_DICT_OPEN)
		tables->pdf->state.encrypted = TRUE;
	for (i = 0; i < G_N_ELEMENTS(chained); i++) {
		gint64 offset = warden_pdf_number(
			tables->pdf, dict->values[chained[i]], -1);
		gsize at = offset;

		if (offset >= 0)
			g_array_append_val(tables->waiting, at);
	}
}

/* "N G obj" exactly here? */
static bool header_at(struct tables *tables, gsize at, struct header *header)
{
	struct warden_pdf_lexer lexer = {
		.data = tables->data, .size = tables->size, .at = at,
		.work_left = &tables->pdf->work_left,
	};
	struct warden_pdf_token number, generation, word;

	warden_pdf_lex(&lexer, &number);
	if (number.kind != WARDEN_PDF_NUMBER)
		return FALSE;
	warden_pdf_lex(&lexer, &generation);
	if (generation.kind != WARDEN_PDF_NUMBER)
		return FALSE;
	warden_pdf_lex(&lexer, &word);
	return word.end - word.start >= 3 && word.kind == WARDEN_PDF_WORD &&
	       memcmp(tables->data + word.start, "obj", 3) == 0 &&
	       read_header(tables->data, tables->size, word.start, header);
}

/* Offsets count from the header, or from the file's beginning. */
static void follow_entry(struct tables *tables, guint64 offset)
{
	struct warden_pdf *pdf = tables->pdf;
	gsize searched = G_MAXSIZE;
	guint i;

	for (i = 0; i < 2; i++) {
		gsize at = offset + (i == 0 ? 0 : pdf->header);
		struct header header;

		if (offset >= tables->size || at >= tables->size ||
		    (i > 0 && pdf->header == 0))
			continue;
		if (g_hash_table_contains(pdf->starts,
					  GSIZE_TO_POINTER(at + 1)))
			return;
		if (!header_at(tables, at, &header))
			continue;
		if (!g_hash_table_contains(pdf->starts, GSIZE_TO_POINTER(
						   header.start + 1))) {
			pdf->state.hidden = TRUE;
			(void)take_object(pdf, &header, &searched, TRUE);
		}
		return;
	}
}

/* Sections of "first count" and so many "offset generation n" (7.5.4). */
static void read_table(struct tables *tables, gsize at)
{
	struct warden_pdf_lexer lexer = {
		.data = tables->data, .size = tables->size, .at = at,
		.work_left = &tables->pdf->work_left,
	};
	struct warden_pdf_token token;
	struct warden_pdf_value value = { .buffer = 1 };
	struct warden_pdf_dict dict;
	gint64 before = 0, number = 0;

	tables->usable = TRUE;
	for (;;) {
		warden_pdf_lex(&lexer, &token);
		if (token.kind == WARDEN_PDF_NUMBER) {
			before = number;
			number = warden_pdf_lex_number(&lexer, &token);
		} else if (warden_pdf_token_is(&lexer, &token, "n")) {
			follow_entry(tables, before);
		} else if (!warden_pdf_token_is(&lexer, &token, "f")) {
			break;
		}
	}
	value.at = lexer.at;
	if (warden_pdf_token_is(&lexer, &token, "trailer") &&
	    warden_pdf_dict(tables->pdf, value, &dict))
		note_trailer(tables, &dict);
}

static guint64 big_endian(const guint8 *bytes, gsize size)
{
	guint64 value = 0;
	gsize i;

	for (i = 0; i < size; i++)
		value = value << 8 | bytes[i];
	return value;
}

/* Fields of W's widths; those of type 1 are offsets (7.5.8). */
static void read_entries(struct tables *tables, const gint64 *widths,
			 GBytes *bytes)
{
	gsize size, at, width = widths[0] + widths[1] + widths[2];
	const guint8 *data = g_bytes_get_data(bytes, &size);

	for (at = 0; width > 0 && size - at >= width; at += width) {
		guint64 type = widths[0] == 0 ? 1 :
			big_endian(data + at, widths[0]);

		if (type == 1)
			follow_entry(tables, big_endian(data + at + widths[0],
							widths[1]));
	}
}

static void read_table_stream(struct tables *tables, guint index,
			      const struct warden_pdf_dict *dict)
{
	struct warden_pdf *pdf = tables->pdf;
	struct warden_pdf_stream stream;
	struct warden_pdf_array array;
	struct warden_pdf_value value;
	gint64 widths[3] = { 0, 0, 0 };
	guint i = 0;

	note_trailer(tables, dict);
	warden_pdf_array_init(&array, pdf, dict->values[WARDEN_PDF_KEY_W]);
	while (i < 3 && warden_pdf_array_next(&array, &value)) {
		widths[i] = warden_pdf_number(pdf, value, 0);
		if (widths[i] < 0 || widths[i] > 8)
			return;
		i++;
	}
	warden_pdf_stream_read(pdf, index, WARDEN_ARCHIVE_MEMBER_MAX,
			       &stream);
	if (stream.outcome == WARDEN_PDF_CUT)
		pdf->state.cut = TRUE;
	if (stream.outcome != WARDEN_PDF_UNSUPPORTED) {
		tables->usable = TRUE;
		read_entries(tables, widths, stream.bytes);
	}
	g_bytes_unref(stream.bytes);
}

/* The index of the object whose value begins there, or -1. */
static gint object_at(const struct warden_pdf *pdf, gsize value)
{
	guint i;

	for (i = 0; i < pdf->objects->len; i++) {
		const struct warden_pdf_object *object =
			warden_pdf_object(pdf, i);

		if (object->buffer == 1 && object->start == value)
			return i;
	}
	return -1;
}

static bool read_table_at(struct tables *tables, gsize at)
{
	struct warden_pdf_lexer lexer = {
		.data = tables->data, .size = tables->size, .at = at,
		.work_left = &tables->pdf->work_left,
	};
	struct warden_pdf_token token;
	struct warden_pdf_dict dict;
	struct warden_pdf_value value = { .buffer = 1 };
	struct header header;
	gint index;

	if (at >= tables->size)
		return FALSE;
	warden_pdf_lex(&lexer, &token);
	if (warden_pdf_token_is(&lexer, &token, "xref")) {
		read_table(tables, token.end);
		return TRUE;
	}
	if (!header_at(tables, at, &header))
		return FALSE;
	follow_entry(tables, at);
	value.at = header.value;
	index = object_at(tables->pdf, header.value);
	if (index < 0 || !warden_pdf_dict(tables->pdf, value, &dict) ||
	    warden_pdf_object(tables->pdf, index)->stream_end == 0)
		return FALSE;
	read_table_stream(tables, index, &dict);
	return TRUE;
}

static void read_waiting(struct tables *tables)
{
	guint i;

	for (i = 0; i < tables->waiting->len && i < XREF_TABLES_MAX; i++) {
		gsize at = g_array_index(tables->waiting, gsize, i);

		if (at >= tables->size ||
		    !g_hash_table_add(tables->seen, GSIZE_TO_POINTER(at + 1)))
			continue;
		if (!read_table_at(tables, at) && tables->pdf->header > 0)
			(void)read_table_at(tables,
					    at + tables->pdf->header);
	}
}

/* Each "startxref N" (7.5.5): readers want the last one, or what else there is
   if that is wrong. */
static void find_tables(struct tables *tables)
{
	const guint8 *data = tables->data;
	gsize at = 0;

	for (;;) {
		struct warden_pdf_lexer lexer = {
			.data = data, .size = tables->size,
			.work_left = &tables->pdf->work_left,
		};
		struct warden_pdf_token token;
		const guint8 *found = memmem(data + at, tables->size - at,
					     "startxref", 9);

		if (found == NULL)
			break;
		lexer.at = at = found - data + 9;
		warden_pdf_lex(&lexer, &token);
		if (token.kind == WARDEN_PDF_NUMBER) {
			gsize offset = MAX(warden_pdf_lex_number(
				&lexer, &token), 0);

			g_array_append_val(tables->waiting, offset);
		}
	}
	if (tables->waiting->len > STARTXREF_MAX)
		g_array_remove_range(tables->waiting, 0,
				     tables->waiting->len - STARTXREF_MAX);
}

/* They are trailers, too. */
static void find_table_streams(struct tables *tables)
{
	struct warden_pdf *pdf = tables->pdf;
	guint i;

	for (i = 0; i < pdf->objects->len; i++) {
		const struct warden_pdf_object *object =
			warden_pdf_object(pdf, i);
		struct warden_pdf_value value = {
			.buffer = object->buffer, .at = object->start,
		};
		struct warden_pdf_dict dict;

		if (object->stream_end > 0 &&
		    warden_pdf_dict(pdf, value, &dict) &&
		    warden_pdf_is(pdf, dict.values[WARDEN_PDF_KEY_Type],
				  "XRef"))
			note_trailer(tables, &dict);
	}
}

/* Where the tables are of no use readers find trailers as they can. */
static void find_trailers(struct tables *tables)
{
	struct warden_pdf_object object = {
		.number = WARDEN_PDF_NO_NUMBER, .buffer = 1,
	};
	struct warden_pdf_value value = { .buffer = 1 };
	struct warden_pdf_dict dict;
	gsize at = 0;
	guint count;

	for (count = 0; count < XREF_TABLES_MAX; count++) {
		const guint8 *found = memmem(tables->data + at,
					     tables->size - at, "trailer", 7);

		if (found == NULL)
			return;
		at = value.at = found - tables->data + 7;
		if (!warden_pdf_dict(tables->pdf, value, &dict))
			continue;
		note_trailer(tables, &dict);
		/* it may hold what it usually refers to */
		object.start = value.at;
		(void)add_object(tables->pdf, &object);
	}
}

static void follow_tables(struct warden_pdf *pdf, const guint8 *data,
			  gsize size)
{
	struct tables tables = { .pdf = pdf, .data = data, .size = size };

	tables.seen = g_hash_table_new(NULL, NULL);
	tables.waiting = g_array_new(FALSE, FALSE, sizeof(gsize));
	find_tables(&tables);
	read_waiting(&tables);
	pdf->state.no_xref = !tables.usable;
	find_trailers(&tables);
	if (pdf->state.no_xref)
		find_table_streams(&tables);
	g_array_unref(tables.waiting);
	g_hash_table_unref(tables.seen);
}

/* Without a table some readers look for objects inside streams, too: their
   ends are guesses then. */
static void find_in_streams(struct warden_pdf *pdf, const guint8 *data)
{
	guint count = pdf->objects->len, i;

	for (i = 0; i < count && !pdf->state.too_many; i++) {
		struct warden_pdf_object outer =
			*warden_pdf_object(pdf, i);
		gsize at = outer.stream, searched = G_MAXSIZE;
		struct header header;

		if (outer.hidden)
			continue;
		while (at < outer.stream_end && pdf->work_left > 0 &&
		       next_header(data, outer.stream_end, &at, &header))
			at = take_object(pdf, &header, &searched, TRUE);
	}
}

/* --- object streams (7.5.7) ---------------------------------------------------------- */

/* Pairs of number and offset from First on, N of them. */
static void take_members(struct warden_pdf *pdf, guint32 buffer, gsize rank,
			 const struct warden_pdf_dict *dict)
{
	struct warden_pdf_value value = { .buffer = buffer };
	gint64 first = warden_pdf_number(
		pdf, dict->values[WARDEN_PDF_KEY_First], 0);
	gint64 count = warden_pdf_number(
		pdf, dict->values[WARDEN_PDF_KEY_N], 0);
	struct warden_pdf_lexer lexer;
	struct warden_pdf_token number, offset;

	warden_pdf_lexer(pdf, value, &lexer);
	for (; count > 0 && first >= 0 && !pdf->state.too_many; count--) {
		struct warden_pdf_object object = {
			.buffer = buffer, .rank = rank,
		};
		gint64 at;

		warden_pdf_lex(&lexer, &number);
		warden_pdf_lex(&lexer, &offset);
		if (number.kind != WARDEN_PDF_NUMBER ||
		    offset.kind != WARDEN_PDF_NUMBER)
			return;
		at = first + warden_pdf_lex_number(&lexer, &offset);
		object.number = warden_pdf_lex_number(&lexer, &number);
		if (at < 0 || (guint64)at >= lexer.size ||
		    object.number == WARDEN_PDF_NO_NUMBER)
			continue;
		object.start = at;
		(void)add_object(pdf, &object);
	}
}

static void open_object_stream(struct warden_pdf *pdf, guint index,
			       const struct warden_pdf_dict *dict)
{
	gsize rank = warden_pdf_object(pdf, index)->rank;
	struct warden_pdf_stream stream;

	warden_pdf_stream_read(pdf, index, WARDEN_ARCHIVE_MEMBER_MAX,
			       &stream);
	pdf->state.cut |= stream.outcome == WARDEN_PDF_CUT;
	pdf->state.damaged |= stream.outcome == WARDEN_PDF_DAMAGED;
	if (stream.outcome == WARDEN_PDF_UNSUPPORTED) {
		pdf->state.unsupported = TRUE;
		g_bytes_unref(stream.bytes);
		return;
	}
	g_ptr_array_add(pdf->buffers, stream.bytes);
	pdf->work_left += WARDEN_PDF_WORK_FACTOR *
		g_bytes_get_size(stream.bytes);
	take_members(pdf, pdf->buffers->len, rank, dict);
}

static void open_object_streams(struct warden_pdf *pdf)
{
	guint count = pdf->objects->len, i;

	for (i = 0; i < count && !pdf->state.too_many; i++) {
		const struct warden_pdf_object *object =
			warden_pdf_object(pdf, i);
		struct warden_pdf_value value = {
			.buffer = object->buffer, .at = object->start,
		};
		struct warden_pdf_dict dict;

		if (object->stream_end == 0 ||
		    !warden_pdf_dict(pdf, value, &dict))
			continue;
		if (warden_pdf_is(pdf, dict.values[WARDEN_PDF_KEY_Type],
				  "ObjStm"))
			open_object_stream(pdf, i, &dict);
	}
}

void warden_pdf_index(struct warden_pdf *pdf, bool may_be_encrypted)
{
	gsize size;
	const guint8 *data = g_bytes_get_data(pdf->buffers->pdata[0], &size);
	const guint8 *header;

	if (size == 0)
		return;
	header = memmem(data, MIN(size, 1024), "%PDF-", 5);
	pdf->header = header == NULL ? 0 : header - data;
	find_lengths(pdf, data, size);
	find_objects(pdf, data, size);
	follow_tables(pdf, data, size);
	if (pdf->state.no_xref)
		find_in_streams(pdf, data);
	/* their strings and streams mean nothing yet */
	if (!pdf->state.encrypted || !may_be_encrypted)
		open_object_streams(pdf);
}
