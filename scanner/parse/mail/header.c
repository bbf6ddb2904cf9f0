#include "warden-config.h"

#include "header.h"
#include "../lines.h"

#include "../../facts/limits.h"

struct reader {
	struct warden_header *header;
	enum warden_header_style style;
	bool open;	/* the last field may be continued */
	bool junk;	/* the last line was neither field nor continuation */
};

static gsize find_colon(const guint8 *data, gsize start, gsize end)
{
	const guint8 *colon = end > start ?
		memchr(data + start, ':', end - start) : NULL;

	return colon == NULL ? end : (gsize)(colon - data);
}

static bool is_name_byte(guint8 c)
{
	return c > 0x20 && c < 0x7f && c != ':';
}

bool warden_header_is_field_line(const guint8 *data, gsize start, gsize end)
{
	gsize colon = find_colon(data, start, end), i;

	if (colon == end || colon == start)
		return FALSE;
	while (colon > start && warden_is_blank_byte(data[colon - 1]))
		colon--;
	for (i = start; i < colon; i++) {
		if (!is_name_byte(data[i]))
			return FALSE;
	}
	return colon > start;
}

static bool has_content_prefix(const guint8 *data, gsize start, gsize end)
{
	return end - start > 8 &&
		g_ascii_strncasecmp((const char *)data + start, "content-",
				    8) == 0;
}

/* Only names that decide how a message is read matter here; elsewhere odd
   names are the writer's business. */
static void note_odd_name(struct reader *reader, gsize start, gsize end)
{
	if (has_content_prefix(reader->header->data, start, end))
		warden_trait_set_add(&reader->header->traits,
				     WARDEN_TRAIT_ODD_FIELD_NAME);
}

static void add_field(struct reader *reader, gsize start, gsize colon,
		      gsize end)
{
	struct warden_header *header = reader->header;
	const guint8 *data = header->data;
	struct warden_field field = { .value = colon + 1, .value_end = end };
	gsize name = start, name_end = colon;

	while (name < name_end && warden_is_blank_byte(data[name]))
		name++;
	while (name < name_end && warden_is_blank_byte(data[name_end - 1]))
		name_end--;
	if (reader->style == WARDEN_HEADER_LENIENT) {
		while (name < name_end && !g_ascii_isalnum(data[name]))
			name++;
	}
	if (name != start || name_end != colon)
		note_odd_name(reader, name, name_end);
	if (colon - start > WARDEN_HEADER_NAME_MAX)
		warden_trait_set_add(&header->traits,
				     WARDEN_TRAIT_LIMIT_FIELD_NAME);
	if (header->fields->len >= WARDEN_HEADER_FIELDS_MAX) {
		warden_trait_set_add(&header->traits,
				     WARDEN_TRAIT_LIMIT_FIELDS);
		return;
	}
	field.name = name;
	field.name_size = name_end - name;
	g_array_append_val(header->fields, field);
	reader->open = TRUE;
	reader->junk = FALSE;
}

/* A Content- field that looks like the continuation of another one. */
static bool
is_hidden_field(const struct reader *reader, const struct warden_line *line)
{
	const guint8 *data = reader->header->data;
	gsize start = line->start;

	while (start < line->end && !g_ascii_isalnum(data[start]))
		start++;
	return has_content_prefix(data, start, line->end) &&
	       warden_header_is_field_line(data, start, line->end);
}

static void take_continuation(struct reader *reader,
			      const struct warden_line *line)
{
	struct warden_header *header = reader->header;
	struct warden_field *last;
	gsize colon = find_colon(header->data, line->start, line->end);

	if (warden_line_is_blank(header->data, line))
		warden_trait_set_add(&header->traits,
				     WARDEN_TRAIT_BLANK_IN_HEADER);
	if (is_hidden_field(reader, line)) {
		warden_trait_set_add(&header->traits,
				     WARDEN_TRAIT_ODD_FIELD_NAME);
		if (!reader->open || reader->style == WARDEN_HEADER_LENIENT) {
			add_field(reader, line->start, colon, line->end);
			return;
		}
	}
	if (!reader->open)
		return;
	last = &g_array_index(header->fields, struct warden_field,
			      header->fields->len - 1);
	last->value_end = line->end;
	if (last->value_end - last->name > WARDEN_HEADER_FIELD_MAX)
		warden_trait_set_add(&header->traits,
				     WARDEN_TRAIT_LIMIT_FIELD);
}

static void take_line(struct reader *reader, const struct warden_line *line,
		      bool first)
{
	struct warden_header *header = reader->header;
	const guint8 *data = header->data;
	gsize colon;

	if (line->end - line->start > WARDEN_HEADER_FIELD_MAX)
		warden_trait_set_add(&header->traits,
				     WARDEN_TRAIT_LIMIT_FIELD);
	if (line->start < line->end &&
	    (data[line->start] == ' ' || data[line->start] == '\t')) {
		take_continuation(reader, line);
		return;
	}
	colon = find_colon(data, line->start, line->end);
	if (colon < line->end && colon > line->start) {
		add_field(reader, line->start, colon, line->end);
		return;
	}
	reader->open = FALSE;
	reader->junk = TRUE;
	/* mbox: "From " and ">From " lines before the header */
	if (first && line->end - line->start >= 6 &&
	    (memcmp(data + line->start, "From ", 5) == 0 ||
	     memcmp(data + line->start, ">From ", 6) == 0))
		return;
	if (!warden_line_is_blank(data, line))
		warden_trait_set_add(&header->traits,
				     WARDEN_TRAIT_HEADER_JUNK);
}

/* CR within a line: some clients end the line there. */
static bool has_bare_cr(const guint8 *data, const struct warden_line *line)
{
	return line->end > line->start &&
		memchr(data + line->start, '\r',
		       line->end - line->start) != NULL;
}

void warden_header_parse(const guint8 *data, gsize start, gsize end,
			 enum warden_header_style style,
			 struct warden_header *header_r)
{
	struct reader reader = { .header = header_r, .style = style };
	struct warden_line line;
	bool bare_cr = style == WARDEN_HEADER_LENIENT;
	gsize at = start;

	memset(header_r, 0, sizeof(*header_r));
	header_r->data = data;
	header_r->start = start;
	header_r->end = end;
	header_r->fields = g_array_new(FALSE, FALSE,
				       sizeof(struct warden_field));
	if (end - start > WARDEN_HEADER_BLOCK_MAX) {
		warden_trait_set_add(&header_r->traits,
				     WARDEN_TRAIT_LIMIT_HEADER);
		end = start + WARDEN_HEADER_BLOCK_MAX;
	}
	if (end > start && memchr(data + start, '\0', end - start) != NULL)
		warden_trait_set_add(&header_r->traits,
				     WARDEN_TRAIT_NUL_IN_HEADER);
	while (warden_line_get(data, end, at, bare_cr, &line)) {
		if (!bare_cr && has_bare_cr(data, &line))
			warden_trait_set_add(&header_r->traits,
					     WARDEN_TRAIT_BARE_CR_IN_HEADER);
		take_line(&reader, &line, line.start == start);
		at = line.next;
	}
}

void warden_header_clear(struct warden_header *header)
{
	g_clear_pointer(&header->fields, g_array_unref);
}

bool warden_field_is(const struct warden_header *header,
		     const struct warden_field *field, const char *name)
{
	return field->name_size == strlen(name) &&
		g_ascii_strncasecmp((const char *)header->data + field->name,
				    name, field->name_size) == 0;
}

char *warden_field_value(const struct warden_header *header,
			 const struct warden_field *field)
{
	gsize size = MIN(field->value_end - field->value,
			 WARDEN_HEADER_FIELD_MAX), i;
	GString *value = g_string_sized_new(size);

	for (i = field->value; i < field->value + size; i++) {
		guint8 c = header->data[i];

		if (c == '\r' && i + 1 < field->value_end &&
		    header->data[i + 1] == '\n')
			continue;
		if (c == '\n' || c == '\0')
			continue;
		g_string_append_c(value, c);
	}
	return g_strstrip(g_string_free(value, FALSE));
}

char *warden_header_get(const struct warden_header *header, const char *name)
{
	guint i;

	for (i = 0; i < header->fields->len; i++) {
		const struct warden_field *field = &g_array_index(
			header->fields, struct warden_field, i);

		if (warden_field_is(header, field, name))
			return warden_field_value(header, field);
	}
	return NULL;
}
