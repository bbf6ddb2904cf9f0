#include "warden-config.h"

#include "rtf.h"

#include "../office/office-field.h"
#include "../office/office-target.h"

#include <string.h>

#define DEPTH_MAX 2000u
#define WORD_MAX 32u
#define SMALL_TEXT_MAX (8u * 1024)
/* Blanks for a digit of an object; lines have two for 128. */
#define BLANKS_ODD 2u

enum destination {
	DESTINATION_TEXT = 0,
	DESTINATION_IGNORED,
	DESTINATION_CLASS,
	DESTINATION_DATA,	/* of an object */
	DESTINATION_PICTURE,
	DESTINATION_FIELD,	/* instruction or result */
	DESTINATION_TEMPLATE,
	DESTINATION_HTML,
	DESTINATION_SOURCE,	/* where a shape's link leads */
	DESTINATION_NAME,	/* of a shape's property */
	DESTINATION_VALUE,
};

/* Bytes written in hexadecimal digits. */
struct hex {
	GByteArray *bytes;
	int pending;		/* first digit of a pair, -1: none */
};

struct group {
	enum destination destination;
	guint unicode_skip;	/* \uc */
	bool starred;		/* "\*" and no control word yet */
	bool field;		/* a field ends with this group */
	bool data;		/* inside \objdata, at whatever depth */
};

struct reader {
	const guint8 *data;
	gsize size, at;
	struct warden_rtf *rtf;
	struct warden_fields *fields;
	GArray *groups;
	guint deeper;		/* groups open beyond DEPTH_MAX */
	guint skip;		/* characters that stand for the last \u */
	gunichar high;		/* first half of a pair of \u */
	bool not_html;		/* \htmlrtf: what stands there for RTF only */
	struct warden_rtf_object *object;
	struct hex strict, loose, picture;
	guint digits, blanks;	/* of the object */
	GString *small;		/* what the destinations of names collect */
	char *property;		/* the last \sn */
};

static void object_free(void *data)
{
	struct warden_rtf_object *object = data;

	g_free(object->class_name);
	g_byte_array_unref(object->data);
	if (object->loose != NULL)
		g_byte_array_unref(object->loose);
	g_free(object);
}

static void picture_free(void *data)
{
	struct warden_rtf_picture *picture = data;

	g_byte_array_unref(picture->data);
	g_free(picture);
}

static struct group *top(struct reader *reader)
{
	return &g_array_index(reader->groups, struct group,
			      reader->groups->len - 1);
}

/* --- digits ------------------------------------------------------------- */

static void hex_digit(struct hex *hex, int digit)
{
	guint8 byte;

	if (hex->pending < 0) {
		hex->pending = digit;
		return;
	}
	byte = hex->pending << 4 | digit;
	g_byte_array_append(hex->bytes, &byte, 1);
	hex->pending = -1;
}

/* From here on the readings differ. */
static void begin_loose(struct reader *reader)
{
	struct warden_rtf_object *object = reader->object;

	if (object->loose != NULL)
		return;
	object->loose = g_byte_array_new();
	g_byte_array_append(object->loose, reader->strict.bytes->data,
			    reader->strict.bytes->len);
	reader->loose = reader->strict;
	reader->loose.bytes = object->loose;
}

static void data_byte(struct reader *reader, guint8 byte, bool skipped)
{
	int digit = g_ascii_xdigit_value(byte);

	if (reader->object == NULL)
		return;
	if (digit < 0) {
		if (g_ascii_isspace(byte) || byte == '\0')
			reader->blanks++;
		else if (!skipped)
			reader->object->obfuscated = TRUE;
		return;
	}
	if (skipped) {
		begin_loose(reader);
	} else {
		reader->digits++;
		hex_digit(&reader->strict, digit);
	}
	if (reader->object->loose != NULL)
		hex_digit(&reader->loose, digit);
}

/* Word forgets the first digit of a pair when "\'" follows, and skips the two
   characters behind it; other readers take them. */
static void data_escape(struct reader *reader, const guint8 *digits)
{
	if (reader->object == NULL)
		return;
	reader->object->obfuscated = TRUE;
	begin_loose(reader);
	reader->strict.pending = -1;
	data_byte(reader, digits[0], TRUE);
	data_byte(reader, digits[1], TRUE);
}

static void data_binary(struct reader *reader, const guint8 *data, gsize size)
{
	if (reader->object == NULL)
		return;
	/* a whole object may be written so, a piece never is */
	if (reader->strict.bytes->len > 0 || reader->strict.pending >= 0)
		reader->object->obfuscated = TRUE;
	g_byte_array_append(reader->strict.bytes, data, size);
	if (reader->object->loose != NULL)
		g_byte_array_append(reader->loose.bytes, data, size);
}

/* --- objects and pictures ----------------------------------------------- */

static void end_object(struct reader *reader)
{
	if (reader->object != NULL &&
	    reader->blanks > BLANKS_ODD * reader->digits + 1000)
		reader->object->obfuscated = TRUE;
	reader->object = NULL;
}

static void begin_object(struct reader *reader)
{
	struct warden_rtf_object *object;

	end_object(reader);
	if (reader->rtf->objects->len >= WARDEN_RTF_OBJECTS_MAX) {
		reader->rtf->truncated = TRUE;
		return;
	}
	object = g_new0(struct warden_rtf_object, 1);
	object->data = g_byte_array_new();
	g_ptr_array_add(reader->rtf->objects, object);
	reader->object = object;
	reader->strict.bytes = object->data;
	reader->strict.pending = -1;
	reader->digits = reader->blanks = 0;
}

static void begin_data(struct reader *reader)
{
	/* without \object, or a second time: an object of its own */
	if (reader->object == NULL || reader->object->data->len > 0) {
		struct warden_rtf_object *last = reader->object;

		begin_object(reader);
		if (last != NULL && reader->object != NULL) {
			reader->object->kind = last->kind;
			reader->object->updates = last->updates;
			reader->object->obfuscated = TRUE;
		}
	}
	top(reader)->data = TRUE;
}

static void begin_picture(struct reader *reader)
{
	struct warden_rtf_picture *picture;

	reader->picture.bytes = NULL;
	if (reader->rtf->pictures->len >= WARDEN_RTF_PICTURES_MAX) {
		reader->rtf->truncated = TRUE;
		return;
	}
	picture = g_new0(struct warden_rtf_picture, 1);
	picture->type = "";
	picture->data = g_byte_array_new();
	g_ptr_array_add(reader->rtf->pictures, picture);
	reader->picture.bytes = picture->data;
	reader->picture.pending = -1;
}

static void set_picture_type(struct reader *reader, const char *type)
{
	GPtrArray *pictures = reader->rtf->pictures;
	struct warden_rtf_picture *picture;

	if (top(reader)->destination != DESTINATION_PICTURE ||
	    pictures->len == 0)
		return;
	picture = g_ptr_array_index(pictures, pictures->len - 1);
	picture->type = type;
}

/* --- text --------------------------------------------------------------- */

static void put_utf8(struct reader *reader, const char *text, gsize size)
{
	struct warden_rtf *rtf = reader->rtf;

	switch (top(reader)->destination) {
	case DESTINATION_FIELD:
		warden_fields_text(reader->fields, text, size);
		/* fall through */
	case DESTINATION_TEXT:
		/* what a field shows has a target of its own */
		if (!warden_fields_inside(reader->fields) &&
		    rtf->text->len < WARDEN_TEXT_MAX)
			g_string_append_len(rtf->text, text, size);
		if (rtf->has_html && !reader->not_html &&
		    rtf->html->len < WARDEN_HTML_MAX)
			g_string_append_len(rtf->html, text, size);
		break;
	case DESTINATION_HTML:
		if (rtf->html->len < WARDEN_HTML_MAX)
			g_string_append_len(rtf->html, text, size);
		break;
	case DESTINATION_CLASS:
	case DESTINATION_TEMPLATE:
	case DESTINATION_SOURCE:
	case DESTINATION_NAME:
	case DESTINATION_VALUE:
		if (reader->small->len < SMALL_TEXT_MAX)
			g_string_append_len(reader->small, text, size);
		break;
	case DESTINATION_DATA:
	case DESTINATION_PICTURE:
	case DESTINATION_IGNORED:
		break;
	}
}

static void put_character(struct reader *reader, gunichar c)
{
	char utf8[6];

	if (c != 0)
		put_utf8(reader, utf8, g_unichar_to_utf8(c, utf8));
}

/* A byte of the document's code page, taken as Latin-1: what matters is
   ASCII. */
static void put_byte(struct reader *reader, guint8 byte)
{
	struct group *group = top(reader);

	if (reader->skip > 0) {
		reader->skip--;
		return;
	}
	if (group->destination == DESTINATION_DATA)
		data_byte(reader, byte, FALSE);
	else if (group->data)
		data_byte(reader, byte, TRUE);
	if (group->destination == DESTINATION_PICTURE) {
		int digit = g_ascii_xdigit_value(byte);

		if (digit >= 0 && reader->picture.bytes != NULL)
			hex_digit(&reader->picture, digit);
	} else if (byte != '\r' && byte != '\n') {
		put_character(reader, byte);
	}
}

/* \u: signed sixteen bits, pairs for what lies beyond. */
static void put_unicode(struct reader *reader, int value)
{
	gunichar c = (guint16)value;

	if (c >= 0xd800 && c < 0xdc00) {
		reader->high = c;
	} else if (c >= 0xdc00 && c < 0xe000) {
		if (reader->high != 0)
			put_character(reader, 0x10000 +
				      ((reader->high & 0x3ff) << 10) +
				      (c & 0x3ff));
		reader->high = 0;
	} else {
		put_character(reader, c);
	}
	reader->skip = top(reader)->unicode_skip;
}

/* --- what collected texts mean ------------------------------------------ */

static void take_small(struct reader *reader, enum destination destination)
{
	g_autofree char *text = g_strdup(g_strstrip(reader->small->str));
	struct warden_office_notes *notes = &reader->rtf->notes;

	g_string_truncate(reader->small, 0);
	switch (destination) {
	case DESTINATION_CLASS:
		if (reader->object != NULL &&
		    reader->object->class_name == NULL)
			reader->object->class_name = g_steal_pointer(&text);
		break;
	case DESTINATION_TEMPLATE:
		warden_target_note(notes, WARDEN_USE_TEMPLATE, text, "");
		break;
	case DESTINATION_SOURCE:
		warden_target_note(notes, WARDEN_USE_LINK, text, "");
		break;
	case DESTINATION_NAME:
		g_free(reader->property);
		reader->property = g_steal_pointer(&text);
		break;
	case DESTINATION_VALUE:
		/* a picture's file, and what a movie or sound has */
		if (g_strcmp0(reader->property, "pibName") == 0)
			warden_target_note(notes, WARDEN_USE_PICTURE, text,
					   "");
		break;
	default:
		break;
	}
}

static bool is_small(enum destination destination)
{
	return destination == DESTINATION_CLASS ||
	       destination == DESTINATION_TEMPLATE ||
	       destination == DESTINATION_SOURCE ||
	       destination == DESTINATION_NAME ||
	       destination == DESTINATION_VALUE;
}

/* --- groups ------------------------------------------------------------- */

static void open_group(struct reader *reader)
{
	struct group group = *top(reader);

	reader->skip = 0;
	if (reader->groups->len >= DEPTH_MAX) {
		reader->deeper++;
		return;
	}
	group.starred = FALSE;
	group.field = FALSE;
	g_array_append_val(reader->groups, group);
}

static void close_group(struct reader *reader)
{
	struct group closed = *top(reader);
	enum destination outer;

	reader->skip = 0;
	if (reader->deeper > 0) {
		reader->deeper--;
		return;
	}
	/* one too many: Word stops there, others read on */
	if (reader->groups->len == 1)
		return;
	g_array_set_size(reader->groups, reader->groups->len - 1);
	outer = top(reader)->destination;
	if (is_small(closed.destination) && closed.destination != outer)
		take_small(reader, closed.destination);
	if (closed.field)
		warden_fields_end(reader->fields);
	if (closed.data && !top(reader)->data)
		end_object(reader);
}

static void set_destination(struct reader *reader,
			    enum destination destination)
{
	struct group *group = top(reader);

	if (is_small(destination))
		g_string_truncate(reader->small, 0);
	group->destination = destination;
}

/* --- control words ------------------------------------------------------ */

static const struct {
	const char *word;
	enum destination destination;
} destinations[] = {
	{ "objclass", DESTINATION_CLASS },
	{ "objname", DESTINATION_IGNORED },
	{ "objalias", DESTINATION_IGNORED },
	{ "objsect", DESTINATION_IGNORED },
	{ "objdata", DESTINATION_DATA },
	{ "pict", DESTINATION_PICTURE },
	{ "template", DESTINATION_TEMPLATE },
	{ "htmltag", DESTINATION_HTML },
	{ "mhtmltag", DESTINATION_IGNORED },
	{ "hlsrc", DESTINATION_SOURCE },
	{ "sn", DESTINATION_NAME },
	{ "sv", DESTINATION_VALUE },
	{ "result", DESTINATION_TEXT },
	{ "ud", DESTINATION_TEXT },
	{ "shpinst", DESTINATION_TEXT },
	{ "shptxt", DESTINATION_TEXT },
	{ "shppict", DESTINATION_TEXT },
	{ "nonshppict", DESTINATION_TEXT },
	{ "background", DESTINATION_TEXT },
	{ "footnote", DESTINATION_TEXT },
	{ "annotation", DESTINATION_TEXT },
	{ "fonttbl", DESTINATION_IGNORED },
	{ "colortbl", DESTINATION_IGNORED },
	{ "stylesheet", DESTINATION_IGNORED },
	{ "info", DESTINATION_IGNORED },
	{ "listtext", DESTINATION_IGNORED },
	{ "pntext", DESTINATION_IGNORED },
	/* a starred group is skipped unless its word is known */
	{ "picprop", DESTINATION_IGNORED },
	{ "hl", DESTINATION_IGNORED },
};

static void word_object(struct reader *reader, int value G_GNUC_UNUSED)
{
	begin_object(reader);
}

static void word_link(struct reader *reader, int value G_GNUC_UNUSED)
{
	if (reader->object != NULL)
		reader->object->kind = WARDEN_RTF_LINKED;
}

static void word_control(struct reader *reader, int value G_GNUC_UNUSED)
{
	if (reader->object != NULL)
		reader->object->kind = WARDEN_RTF_CONTROL;
}

static void word_update(struct reader *reader, int value G_GNUC_UNUSED)
{
	if (reader->object != NULL)
		reader->object->updates = TRUE;
}

static void word_field(struct reader *reader, int value G_GNUC_UNUSED)
{
	struct group *group = top(reader);

	if (group->field || reader->deeper > 0)
		return;
	group->field = TRUE;
	warden_fields_begin(reader->fields);
}

static void word_instruction(struct reader *reader, int value G_GNUC_UNUSED)
{
	set_destination(reader, DESTINATION_FIELD);
}

static void word_result(struct reader *reader, int value G_GNUC_UNUSED)
{
	warden_fields_separate(reader->fields);
	set_destination(reader, DESTINATION_FIELD);
}

static void word_png(struct reader *reader, int value G_GNUC_UNUSED)
{
	set_picture_type(reader, "image/png");
}

static void word_jpeg(struct reader *reader, int value G_GNUC_UNUSED)
{
	set_picture_type(reader, "image/jpeg");
}

static void word_break(struct reader *reader, int value G_GNUC_UNUSED)
{
	put_character(reader, '\n');
}

static void word_blank(struct reader *reader, int value G_GNUC_UNUSED)
{
	put_character(reader, ' ');
}

static void word_unicode(struct reader *reader, int value)
{
	put_unicode(reader, value);
}

static void word_skip(struct reader *reader, int value)
{
	top(reader)->unicode_skip = CLAMP(value, 0, 100);
}

static void word_from_html(struct reader *reader, int value)
{
	reader->rtf->has_html = value != 0;
}

static void word_not_html(struct reader *reader, int value)
{
	reader->not_html = value != 0;
}

static void word_binary(struct reader *reader, int value)
{
	const guint8 *start = reader->data + reader->at;
	gsize size = MIN((gsize)MAX(value, 0), reader->size - reader->at);
	struct group *group = top(reader);

	if (value > 0 && size < (gsize)value)
		reader->rtf->damaged = TRUE;
	reader->at += size;
	if (group->destination == DESTINATION_DATA)
		data_binary(reader, start, size);
	else if (group->destination == DESTINATION_PICTURE &&
		 reader->picture.bytes != NULL)
		g_byte_array_append(reader->picture.bytes, start, size);
}

/* value: 1 if none stands there, as most words mean it */
static const struct {
	const char *word;
	void (*take)(struct reader *reader, int value);
} words[] = {
	{ "object", word_object }, { "objlink", word_link },
	{ "objautlink", word_link }, { "objocx", word_control },
	{ "objupdate", word_update }, { "field", word_field },
	{ "fldinst", word_instruction }, { "fldrslt", word_result },
	{ "pngblip", word_png }, { "jpegblip", word_jpeg },
	{ "par", word_break }, { "line", word_break },
	{ "sect", word_break }, { "page", word_break },
	{ "row", word_break }, { "tab", word_blank }, { "cell", word_blank },
	{ "u", word_unicode }, { "uc", word_skip },
	{ "fromhtml", word_from_html }, { "htmlrtf", word_not_html },
};

static bool take_destination(struct reader *reader, const char *word)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(destinations); i++) {
		if (strcmp(word, destinations[i].word) != 0)
			continue;
		set_destination(reader, destinations[i].destination);
		if (destinations[i].destination == DESTINATION_DATA)
			begin_data(reader);
		else if (destinations[i].destination == DESTINATION_PICTURE)
			begin_picture(reader);
		return TRUE;
	}
	return FALSE;
}

static bool take_action(struct reader *reader, const char *word, int value)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(words); i++) {
		if (strcmp(word, words[i].word) == 0) {
			words[i].take(reader, value);
			return TRUE;
		}
	}
	return FALSE;
}

static void take_word(struct reader *reader, const char *word, int value)
{
	bool starred = top(reader)->starred;

	top(reader)->starred = FALSE;
	if (top(reader)->data && reader->object != NULL)
		reader->object->obfuscated = TRUE;
	if (take_destination(reader, word))
		return;
	if (take_action(reader, word, value))
		return;
	if (starred)
		set_destination(reader, DESTINATION_IGNORED);
}

static int take_number(struct reader *reader)
{
	gint64 value = 0;
	bool minus = FALSE;

	if (reader->data[reader->at] == '-') {
		minus = TRUE;
		reader->at++;
	}
	for (; reader->at < reader->size &&
	     g_ascii_isdigit(reader->data[reader->at]); reader->at++) {
		if (value < G_MAXINT)
			value = value * 10 + reader->data[reader->at] - '0';
	}
	value = MIN(value, G_MAXINT);
	return minus ? -value : value;
}

static bool at_number(const struct reader *reader)
{
	gsize at = reader->at;

	if (at < reader->size && reader->data[at] == '-')
		at++;
	return at < reader->size && g_ascii_isdigit(reader->data[at]);
}

static void read_word(struct reader *reader)
{
	char word[WORD_MAX + 1];
	gsize length = 0;
	int value = 1;

	while (reader->at < reader->size &&
	       g_ascii_isalpha(reader->data[reader->at])) {
		if (length < WORD_MAX)
			word[length++] = reader->data[reader->at];
		reader->at++;
	}
	word[length] = '\0';
	if (at_number(reader))
		value = take_number(reader);
	/* one blank belongs to the word */
	if (reader->at < reader->size && reader->data[reader->at] == ' ')
		reader->at++;
	if (strcmp(word, "bin") == 0)
		word_binary(reader, value);
	else
		take_word(reader, word, value);
}

/* "\'hh": a byte of the code page. */
static void read_escape(struct reader *reader)
{
	const guint8 *digits = reader->data + reader->at;
	int high, low;

	if (reader->size - reader->at < 2) {
		reader->at = reader->size;
		return;
	}
	reader->at += 2;
	if (top(reader)->data) {
		data_escape(reader, digits);
		return;
	}
	if (reader->skip > 0) {
		reader->skip--;
		return;
	}
	high = g_ascii_xdigit_value(digits[0]);
	low = g_ascii_xdigit_value(digits[1]);
	if (high >= 0 && low >= 0)
		put_character(reader, high << 4 | low);
}

static void read_symbol(struct reader *reader)
{
	guint8 symbol = reader->data[reader->at++];

	switch (symbol) {
	case '\'':
		read_escape(reader);
		break;
	case '*':
		top(reader)->starred = TRUE;
		break;
	case '~':
		put_character(reader, ' ');
		break;
	case '\\': case '{': case '}':
		if (reader->skip > 0)
			reader->skip--;
		else
			put_character(reader, symbol);
		break;
	case '\r': case '\n':
		put_character(reader, '\n');
		break;
	}
}

/* --- the whole ---------------------------------------------------------- */

static void read_all(struct reader *reader)
{
	while (reader->at < reader->size) {
		guint8 byte = reader->data[reader->at++];

		if (byte == '{') {
			open_group(reader);
		} else if (byte == '}') {
			close_group(reader);
		} else if (byte != '\\') {
			put_byte(reader, byte);
		} else if (reader->at < reader->size &&
			   g_ascii_isalpha(reader->data[reader->at])) {
			read_word(reader);
		} else if (reader->at < reader->size) {
			read_symbol(reader);
		}
	}
	reader->deeper = 0;
	while (reader->groups->len > 1)
		close_group(reader);
	end_object(reader);
}

void warden_rtf_parse(const guint8 *data, gsize size,
		      struct warden_rtf *rtf_r)
{
	struct group first = { .unicode_skip = 1 };
	struct reader reader = { .data = data, .size = size, .rtf = rtf_r };

	memset(rtf_r, 0, sizeof(*rtf_r));
	warden_office_notes_init(&rtf_r->notes);
	rtf_r->objects = g_ptr_array_new_with_free_func(object_free);
	rtf_r->pictures = g_ptr_array_new_with_free_func(picture_free);
	rtf_r->text = g_string_new(NULL);
	rtf_r->html = g_string_new(NULL);
	reader.fields = warden_fields_new(&rtf_r->notes);
	reader.groups = g_array_new(FALSE, FALSE, sizeof(struct group));
	reader.small = g_string_new(NULL);
	g_array_append_val(reader.groups, first);
	read_all(&reader);
	g_array_unref(reader.groups);
	g_string_free(reader.small, TRUE);
	g_free(reader.property);
	warden_fields_free(reader.fields);
}

void warden_rtf_clear(struct warden_rtf *rtf)
{
	warden_office_notes_clear(&rtf->notes);
	g_clear_pointer(&rtf->objects, g_ptr_array_unref);
	g_clear_pointer(&rtf->pictures, g_ptr_array_unref);
	if (rtf->text != NULL)
		g_string_free(g_steal_pointer(&rtf->text), TRUE);
	if (rtf->html != NULL)
		g_string_free(g_steal_pointer(&rtf->html), TRUE);
}
