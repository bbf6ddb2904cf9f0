#include "warden-config.h"

#include "office.h"
#include "../bytes.h"
#include "office-field.h"
#include "office-target.h"

#include <string.h>

/* Documents of Word 97 and later (MS-DOC), and of Word 6 and 95: their text,
   the fields in it, and the template. */

#define MAGIC_WORD 0xa5ecu
#define MAGIC_WORD6 0xa5dcu
#define FIB_SIZE 0x1aau
#define FLAG_ENCRYPTED 0x0100u
#define FLAG_TABLE1 0x0200u
#define PIECES_MAX 100000u
#define PIECE_COMPRESSED 0x40000000u

/* Where the header says what (2.5.6): a start and a size each. */
#define FIB_TEXT_START 0x18u
#define FIB_TEXT_END 0x1cu
#define FIB_STRINGS 0x19au
#define FIB_PIECES 0x1a2u

#define STRING_TEMPLATE 1u	/* of the associated strings */

/* Characters that are marks (2.9.102). */
enum mark {
	MARK_FIELD_BEGIN = 0x13,
	MARK_FIELD_SEPARATE = 0x14,
	MARK_FIELD_END = 0x15,
};

struct word {
	struct warden_office *office;
	const guint8 *data, *table;
	gsize size, table_size;
	GString *text;		/* UTF-8 */
};

/* --- text ---------------------------------------------------------------- */

static void append(struct word *word, gsize start, gsize size, bool wide)
{
	g_autofree char *utf8 = NULL;

	if (start >= word->size || word->text->len >= WARDEN_TEXT_MAX)
		return;
	size = MIN(size, word->size - start);
	size = MIN(size, WARDEN_TEXT_MAX - word->text->len);
	utf8 = g_convert_with_fallback((const char *)word->data + start,
				       wide ? size & ~(gsize)1 : size, "UTF-8",
				       wide ? "UTF-16LE" : "WINDOWS-1252",
				       "?", NULL, NULL, NULL);
	if (utf8 != NULL)
		g_string_append(word->text, utf8);
}

/* Character positions, one more than pieces, then the pieces (2.8.35). */
static void read_pieces(struct word *word, const guint8 *data, gsize size)
{
	gsize count = size < 4 ? 0 : (size - 4) / 12, i;

	count = MIN(count, PIECES_MAX);
	for (i = 0; i < count; i++) {
		guint32 first = warden_le32(data + i * 4);
		guint32 next = warden_le32(data + i * 4 + 4);
		guint32 at = warden_le32(data + (count + 1) * 4 + i * 8 + 2);

		if (next <= first)
			continue;
		if ((at & PIECE_COMPRESSED) != 0)
			append(word, (at & ~PIECE_COMPRESSED) / 2,
			       next - first, FALSE);
		else
			append(word, at, (gsize)(next - first) * 2, TRUE);
	}
}

/* Property changes come before the table of pieces (2.9.38). */
static bool find_pieces(struct word *word, gsize at, gsize size)
{
	const guint8 *data = word->table;

	if (data == NULL || at > word->table_size)
		return FALSE;
	size = MIN(size, word->table_size - at);
	data += at;
	while (size >= 5) {
		gsize length;

		if (data[0] == 2) {
			length = MIN(warden_le32(data + 1), size - 5);
			read_pieces(word, data + 5, length);
			return word->text->len > 0;
		}
		length = 3 + (gsize)warden_le16(data + 1);
		if (data[0] != 1 || length > size)
			return FALSE;
		data += length;
		size -= length;
	}
	return FALSE;
}

static void read_text(struct word *word, bool old)
{
	guint32 start = warden_le32(word->data + FIB_TEXT_START);
	guint32 end = warden_le32(word->data + FIB_TEXT_END);

	if (!old && find_pieces(word, warden_le32(word->data + FIB_PIECES),
				warden_le32(word->data + FIB_PIECES + 4)))
		return;
	/* as if it had never been edited */
	if (end > start)
		append(word, start, end - start, FALSE);
}

/* --- fields -------------------------------------------------------------- */

static void look_for_fields(struct word *word)
{
	struct warden_fields *fields =
		warden_fields_new(&word->office->notes);
	const char *text = word->text->str, *end = text + word->text->len;

	while (text < end) {
		const char *from = text;

		while (text < end && *text != MARK_FIELD_BEGIN &&
		       *text != MARK_FIELD_SEPARATE &&
		       *text != MARK_FIELD_END)
			text++;
		warden_fields_text(fields, from, text - from);
		if (text == end)
			break;
		if (*text == MARK_FIELD_BEGIN)
			warden_fields_begin(fields);
		else if (*text == MARK_FIELD_SEPARATE)
			warden_fields_separate(fields);
		else
			warden_fields_end(fields);
		text++;
	}
	warden_fields_free(fields);
}

/* --- the template -------------------------------------------------------- */

/* The associated strings: 0xffff, their number, a size of 0, then each with
   its length. */
static void look_for_template(struct word *word)
{
	gsize at = warden_le32(word->data + FIB_STRINGS);
	gsize size = warden_le32(word->data + FIB_STRINGS + 4), length;
	const guint8 *data = word->table;
	g_autofree char *target = NULL;
	guint i;

	if (data == NULL || at > word->table_size)
		return;
	data += at;
	size = MIN(size, word->table_size - at);
	if (size < 6 || warden_le16(data) != 0xffff)
		return;
	for (at = 6, i = 0; size - at >= 2; at += length, i++) {
		length = (gsize)warden_le16(data + at) * 2;
		at += 2;
		if (length > size - at)
			return;
		if (i != STRING_TEMPLATE)
			continue;
		target = g_convert((const char *)data + at, length, "UTF-8",
				   "UTF-16LE", NULL, NULL, NULL);
		if (target != NULL && *target != '\0')
			warden_target_note(&word->office->notes,
					   WARDEN_USE_TEMPLATE, target, "");
		return;
	}
}

/* --- the whole ----------------------------------------------------------- */

static void look(struct word *word, bool old)
{
	word->text = g_string_new(NULL);
	read_text(word, old);
	look_for_fields(word);
	if (!old)
		look_for_template(word);
	warden_office_add_urls(word->office, word->text->str,
			       word->text->len);
	g_string_free(word->text, TRUE);
}

void warden_office_look_word(struct warden_office *office, guint index)
{
	g_autoptr(GBytes) bytes = warden_office_read(office, index);
	g_autoptr(GBytes) table_bytes = NULL;
	struct word word = { .office = office, .table_size = 0 };
	guint magic, flags, table;
	bool old;

	if (bytes == NULL)
		return;
	word.data = g_bytes_get_data(bytes, &word.size);
	if (word.size < FIB_SIZE)
		return;
	magic = warden_le16(word.data);
	flags = warden_le16(word.data + 10);
	old = magic == MAGIC_WORD6;
	if (magic != MAGIC_WORD && !old)
		return;
	if ((flags & FLAG_ENCRYPTED) != 0) {
		warden_office_encrypted(office);
		return;
	}
	table = warden_ole_find(office->ole,
				warden_ole_entry(office->ole, index)->parent,
				(flags & FLAG_TABLE1) != 0 ? "1Table" :
				"0Table");
	if (table > 0 && !old)
		table_bytes = warden_office_read(office, table);
	if (table_bytes != NULL)
		word.table = g_bytes_get_data(table_bytes, &word.table_size);
	look(&word, old);
}
