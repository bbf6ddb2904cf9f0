#include "warden-config.h"

#include "../lines.h"
#include "view.h"

#include "../../facts/limits.h"

#include <string.h>

/* States of the line machine. */
enum state {
	STATE_HEADER,	/* in the header block of the entity being read */
	STATE_BODY,	/* in a leaf's body */
	STATE_OUTSIDE,	/* in a multipart's preamble or epilogue */
};

/* What delimiters may end: innermost last. */
struct frame {
	struct warden_entity *entity;	/* multipart or message */
	bool multipart;
	bool matched;		/* a delimiter of it was seen */
	guint children;
	char *prefix;		/* of its children's paths */
};

struct machine {
	struct warden_charsets *charsets;
	const guint8 *data;
	gsize size;
	bool lenient;
	struct warden_view *view;
	enum state state;
	GArray *frames;		/* struct frame */
	/* the entity being read */
	gsize header, body;
	guint header_lines;
	bool is_root;		/* of a message: its path is to be made */
	char *path;
	struct warden_entity *leaf;
	guint body_lines;
	gsize header_total;
	guint64 compared, searched;
	gsize field;		/* where the last possible field began */
	bool field_checked;	/* whether it is too long */
	bool stop;
};

/* Comparisons of delimiters with boundaries: beyond this, a flood. */
#define COMPARED_MAX 60000000u

static void note(struct machine *machine, enum warden_trait_index trait)
{
	warden_trait_set_add(&machine->view->traits, trait);
}

static struct frame *top_frame(struct machine *machine)
{
	return machine->frames->len == 0 ? NULL :
		&g_array_index(machine->frames, struct frame,
			       machine->frames->len - 1);
}

/* --- entities begin and end -------------------------------------------------------- */

static void begin_entity(struct machine *machine, gsize start, char *path,
			 bool is_root)
{
	g_free(machine->path);
	machine->path = path;
	machine->is_root = is_root;
	machine->header = start;
	machine->header_lines = 0;
	machine->leaf = NULL;
	machine->state = STATE_HEADER;
}

static void push_frame(struct machine *machine, struct warden_entity *entity,
		       bool multipart, const char *prefix)
{
	struct frame frame = {
		.entity = entity, .multipart = multipart,
		.prefix = g_strdup(prefix),
	};

	g_array_append_val(machine->frames, frame);
}

/* Body text before a delimiter ends before that line's own line end. */
static gsize before_line_end(const struct machine *machine, gsize start,
			     gsize end)
{
	if (end > start && machine->data[end - 1] == '\n')
		end--;
	if (end > start && machine->data[end - 1] == '\r')
		end--;
	return end;
}

static void pop_frame(struct machine *machine, gsize end)
{
	struct frame *frame = top_frame(machine);

	if (frame->multipart && !frame->matched)
		warden_trait_set_add(&frame->entity->content.traits,
				     WARDEN_TRAIT_UNUSED_BOUNDARY);
	frame->entity->end = MAX(end, frame->entity->body);
	g_free(frame->prefix);
	g_array_set_size(machine->frames, machine->frames->len - 1);
}

static struct warden_entity *
add_entity(struct machine *machine, const char *path, bool multipart)
{
	struct warden_view *view = machine->view;
	struct warden_entity *entity;

	if (view->entities->len + view->multiparts->len >= WARDEN_PARTS_MAX) {
		note(machine, WARDEN_TRAIT_LIMIT_PARTS);
		machine->stop = TRUE;
	}
	entity = warden_view_add(view, path);
	if (multipart) {
		g_ptr_array_steal_index(view->entities,
					view->entities->len - 1);
		g_ptr_array_add(view->multiparts, entity);
	}
	return entity;
}

/* --- the end of a header block --------------------------------------------------------- */

static void read_content(struct machine *machine, gsize end,
			 struct warden_content *content)
{
	struct warden_header header;

	machine->header_total += end - machine->header;
	if (machine->header_total > WARDEN_HEADER_TOTAL_MAX) {
		note(machine, WARDEN_TRAIT_LIMIT_HEADER);
		end = machine->header;
	}
	warden_header_parse(machine->data, machine->header, end,
			    machine->lenient ? WARDEN_HEADER_LENIENT :
			    WARDEN_HEADER_STRICT, &header);
	warden_content_read(machine->charsets, &header,
			    machine->lenient ? WARDEN_READING_LAST :
			    WARDEN_READING_FIRST, content);
	warden_header_clear(&header);
}

/* An inner boundary that an outer delimiter matches, or the reverse. */
static void check_reuse(struct machine *machine,
			struct warden_content *content)
{
	const char *inner = g_ptr_array_index(content->boundaries, 0);
	guint i;

	for (i = 0; i < machine->frames->len; i++) {
		const struct frame *frame = &g_array_index(
			machine->frames, struct frame, i);
		const char *outer;

		if (!frame->multipart)
			continue;
		outer = g_ptr_array_index(frame->entity->content.boundaries,
					  0);
		if (strcmp(inner, outer) == 0)
			warden_trait_set_add(&content->traits,
					     WARDEN_TRAIT_REUSED_BOUNDARY);
	}
}

/* Bytes searched for boundaries, together: a message of multiparts only would
   else be searched once for each. Beyond this they are taken as declared. */
#define SEARCHED_MAX (256u * 1024 * 1024)

static bool occurs(struct machine *machine, const char *boundary)
{
	g_autofree char *delimiter = g_strconcat("--", boundary, NULL);

	machine->searched += machine->size - machine->body;
	if (machine->searched > SEARCHED_MAX)
		return TRUE;
	return memmem(machine->data + machine->body,
		      machine->size - machine->body, delimiter,
		      strlen(delimiter)) != NULL;
}

/* No declared boundary is ever used: some clients take what looks like a
   delimiter, a line of "--" and more with a field behind it. */
static void infer_boundary(struct machine *machine,
			   struct warden_content *content)
{
	const guint8 *data = machine->data;
	struct warden_line line, next;
	gsize at = machine->body;
	guint i;

	for (i = 0; i < content->boundaries->len; i++) {
		if (occurs(machine, g_ptr_array_index(content->boundaries,
						      i)))
			return;
	}
	for (i = 0; i < 100 && warden_line_get(data, machine->size, at, TRUE,
					       &line); i++) {
		at = line.next;
		if (line.end - line.start < 2 ||
		    line.end - line.start > WARDEN_BOUNDARY_MAX ||
		    memcmp(data + line.start, "--", 2) != 0 ||
		    !warden_line_get(data, machine->size, at, TRUE, &next) ||
		    !warden_header_is_field_line(data, next.start, next.end))
			continue;
		g_ptr_array_insert(content->boundaries, 0, g_strndup(
			(const char *)data + line.start + 2,
			line.end - line.start - 2));
		return;
	}
}

static bool may_descend(struct machine *machine,
			struct warden_content *content)
{
	if (machine->frames->len < WARDEN_MIME_DEPTH_MAX)
		return TRUE;
	warden_trait_set_add(&content->traits, WARDEN_TRAIT_LIMIT_DEPTH);
	return FALSE;
}

static bool begin_multipart(struct machine *machine,
			    struct warden_content *content, gsize header_end)
{
	struct warden_entity *entity;

	if (content->encodings != WARDEN_ENCODING_IDENTITY)
		warden_trait_set_add(&content->traits,
				     WARDEN_TRAIT_ENCODED_MULTIPART);
	if (machine->lenient)
		infer_boundary(machine, content);
	if (content->boundaries->len == 0 || !may_descend(machine, content))
		return FALSE;
	check_reuse(machine, content);
	entity = add_entity(machine, machine->path, TRUE);
	entity->content = *content;
	entity->header = machine->header;
	entity->header_end = header_end;
	entity->body = machine->body;
	push_frame(machine, entity, TRUE, machine->path);
	machine->state = STATE_OUTSIDE;
	return TRUE;
}

/* The path of a leaf or message. A message that is no multipart has one
   part, its first. */
static char *leaf_path(const struct machine *machine)
{
	if (!machine->is_root)
		return g_strdup(machine->path);
	return *machine->path == '\0' ? g_strdup("1") :
		g_strconcat(machine->path, ".1", NULL);
}

static void begin_body(struct machine *machine, gsize header_end)
{
	struct warden_content content;
	g_autofree char *path = NULL;
	struct warden_entity *entity;
	bool message;

	read_content(machine, header_end, &content);
	machine->body_lines = 0;
	if (warden_content_is_multipart(&content) &&
	    begin_multipart(machine, &content, header_end))
		return;
	message = warden_content_is_message(&content);
	if (message && content.encodings != WARDEN_ENCODING_IDENTITY) {
		warden_trait_set_add(&content.traits,
				     WARDEN_TRAIT_ENCODED_MESSAGE);
		message = FALSE;
	}
	if (message)
		message = may_descend(machine, &content);
	path = leaf_path(machine);
	entity = add_entity(machine, path, FALSE);
	entity->content = content;
	entity->header = machine->header;
	entity->header_end = header_end;
	entity->body = entity->end = machine->body;
	entity->descended = message;
	machine->leaf = entity;
	machine->state = STATE_BODY;
	if (message) {
		push_frame(machine, entity, FALSE, path);
		begin_entity(machine, machine->body, g_strdup(path), TRUE);
	}
}

/* At a delimiter, to which the line end before it belongs, or at the end: what
   was being read is complete. */
static void end_entity(struct machine *machine, gsize line_start)
{
	gsize end = line_start == machine->size ? line_start :
		before_line_end(machine, 0, line_start);

	if (machine->state == STATE_HEADER) {
		machine->body = line_start;
		begin_body(machine, line_start);
		/* a message that begins and ends here: its header is empty */
		if (machine->state == STATE_HEADER) {
			machine->body = line_start;
			begin_body(machine, line_start);
		}
	}
	if (machine->state == STATE_BODY && machine->leaf != NULL)
		machine->leaf->end = MAX(end, machine->leaf->body);
	machine->leaf = NULL;
	machine->state = STATE_OUTSIDE;
}

/* --- delimiters --------------------------------------------------------------------------- */

enum match {
	MATCH_NONE,
	MATCH_JUNK,	/* the boundary, and something behind it */
	MATCH_OPEN,
	MATCH_CLOSE,
};

/* text: behind the "--". */
static enum match match_boundary(const char *boundary, const guint8 *text,
				 gsize size)
{
	gsize length = strlen(boundary), i;

	if (length > size || memcmp(text, boundary, length) != 0)
		return MATCH_NONE;
	text += length;
	size -= length;
	if (size >= 2 && text[0] == '-' && text[1] == '-')
		return MATCH_CLOSE;
	for (i = 0; i < size; i++) {
		if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r')
			return MATCH_JUNK;
	}
	return MATCH_OPEN;
}

static enum match match_frame(struct machine *machine,
			      const struct frame *frame, const guint8 *text,
			      gsize size)
{
	const GPtrArray *boundaries = frame->entity->content.boundaries;
	guint i, count = machine->lenient ? boundaries->len : 1;
	enum match best = MATCH_NONE;

	for (i = 0; i < count && best < MATCH_OPEN; i++) {
		enum match match = match_boundary(
			g_ptr_array_index(boundaries, i), text, size);

		best = MAX(best, match);
	}
	machine->compared += count;
	return best;
}

/* Which frame's delimiter a line is, if any. An exact match of an outer frame
   is better than an inner one with junk. */
static enum match find_frame(struct machine *machine, const guint8 *text,
			     gsize size, guint *index_r)
{
	enum match best = MATCH_NONE;
	guint i;

	for (i = machine->frames->len; i > 0 && best < MATCH_OPEN; i--) {
		const struct frame *frame = &g_array_index(
			machine->frames, struct frame, i - 1);
		enum match match;

		if (!frame->multipart)
			continue;
		match = match_frame(machine, frame, text, size);
		if (match > best) {
			best = match;
			*index_r = i - 1;
		}
	}
	return best;
}

static void take_delimiter(struct machine *machine, guint index,
			   const struct warden_line *line, bool closes)
{
	struct frame *frame;

	if (machine->state == STATE_HEADER && machine->header_lines > 0)
		note(machine, WARDEN_TRAIT_DELIMITER_IN_HEADER);
	end_entity(machine, line->start);
	/* end_entity may have opened frames for an empty message */
	while (machine->frames->len > index + 1) {
		frame = top_frame(machine);
		if (frame->multipart)
			warden_trait_set_add(&frame->entity->content.traits,
					     WARDEN_TRAIT_UNTERMINATED);
		pop_frame(machine, before_line_end(
			machine, frame->entity->body, line->start));
	}
	frame = top_frame(machine);
	frame->matched = TRUE;
	if (!closes) {
		char *path = *frame->prefix == '\0' ?
			g_strdup_printf("%u", ++frame->children) :
			g_strdup_printf("%s.%u", frame->prefix,
					++frame->children);

		begin_entity(machine, line->next, path, FALSE);
	} else if (!machine->lenient) {
		pop_frame(machine, line->start);
	}
}

/* Returns TRUE if the line was a delimiter. */
static bool try_delimiter(struct machine *machine,
			  const struct warden_line *line)
{
	const guint8 *data = machine->data;
	gsize start = line->start;
	guint index = 0;
	enum match match;

	while (start < line->end && warden_is_blank_byte(data[start]))
		start++;
	if (line->end - start < 2 || data[start] != '-' ||
	    data[start + 1] != '-' || machine->frames->len == 0)
		return FALSE;
	match = find_frame(machine, data + start + 2, line->end - start - 2,
			   &index);
	if (machine->compared > COMPARED_MAX) {
		note(machine, WARDEN_TRAIT_LIMIT_PARTS);
		machine->stop = TRUE;
	}
	if (match == MATCH_NONE)
		return FALSE;
	if (match == MATCH_JUNK || start != line->start) {
		note(machine, WARDEN_TRAIT_DELIMITER_JUNK);
		if (!machine->lenient)
			return FALSE;
	}
	take_delimiter(machine, index, line, match == MATCH_CLOSE);
	return TRUE;
}

/* --- lines ------------------------------------------------------------------------------------ */

static bool is_content_field(const guint8 *data,
			     const struct warden_line *line)
{
	gsize start = line->start;

	while (start < line->end && warden_is_blank_byte(data[start]))
		start++;
	return line->end - start > 8 &&
	       (data[start] == 'C' || data[start] == 'c') &&
	       g_ascii_strncasecmp((const char *)data + start, "content-",
				   8) == 0 &&
	       warden_header_is_field_line(data, start, line->end);
}

static bool ends_header(struct machine *machine,
			const struct warden_line *line)
{
	if (line->start == line->end)
		return TRUE;
	return machine->lenient && machine->header_lines > 0 &&
	       warden_line_is_blank(machine->data, line);
}

/* Lenient: the first line that cannot belong to a header begins the body. */
static bool begins_body(struct machine *machine,
			const struct warden_line *line)
{
	const guint8 *data = machine->data;

	return machine->lenient && machine->header_lines > 0 &&
	       data[line->start] != ' ' && data[line->start] != '\t' &&
	       memchr(data + line->start, ':', line->end - line->start) ==
			NULL;
}

#define EMPTY_LINES_MAX 20

/* Empty lines before the first field: to some the header's end, to others
   nothing. */
static bool is_before_header(struct machine *machine,
			     const struct warden_line *line)
{
	const guint8 *data = machine->data;
	struct warden_line next = *line;
	guint i;

	if (machine->header_lines > 0 || machine->frames->len > 0 ||
	    !machine->is_root || !warden_line_is_blank(data, line))
		return FALSE;
	for (i = 0; i < EMPTY_LINES_MAX &&
	     warden_line_is_blank(data, &next); i++) {
		if (!warden_line_get(data, machine->size, next.next,
				     machine->lenient, &next))
			return FALSE;
	}
	if (!warden_header_is_field_line(data, next.start, next.end))
		return FALSE;
	note(machine, WARDEN_TRAIT_BLANK_IN_HEADER);
	if (machine->lenient)
		machine->header = line->next;
	return machine->lenient;
}

static void take_header_line(struct machine *machine,
			     const struct warden_line *line)
{
	if (is_before_header(machine, line))
		return;
	if (ends_header(machine, line)) {
		machine->body = line->next;
		begin_body(machine, line->start);
	} else if (begins_body(machine, line)) {
		machine->body = line->start;
		begin_body(machine, line->start);
	} else {
		machine->header_lines++;
	}
}

#define BODY_LINES_CHECKED 3

static void take_other_line(struct machine *machine,
			    const struct warden_line *line)
{
	if (machine->state == STATE_BODY &&
	    (machine->body_lines++ >= BODY_LINES_CHECKED ||
	     strcmp(machine->leaf->content.type, "text/rfc822-headers") == 0))
		return;
	if (is_content_field(machine->data, line))
		note(machine, WARDEN_TRAIT_FIELDS_IN_BODY);
}

/* CR that a client may take for a line end before something that matters. */
static void check_bare_cr(struct machine *machine,
			  const struct warden_line *line)
{
	const guint8 *data = machine->data, *end = data + line->end;
	const guint8 *cr = data + line->start;

	while (cr < end && (cr = memchr(cr, '\r', end - cr)) != NULL) {
		struct warden_line rest = { ++cr - data, line->end, 0 };

		if ((end - cr >= 2 && cr[0] == '-' && cr[1] == '-') ||
		    is_content_field(data, &rest)) {
			note(machine, WARDEN_TRAIT_BARE_CR);
			return;
		}
	}
}

/* Another view may take for a header what is none here. */
static void check_field_size(struct machine *machine,
			     const struct warden_line *line)
{
	const guint8 *data = machine->data;
	guint8 first = data[line->start];

	if (first != ' ' && first != '\t') {
		machine->field = line->start;
		machine->field_checked = FALSE;
	}
	/* once a field, however many lines it goes on for */
	if (machine->field_checked ||
	    line->end - machine->field <= WARDEN_HEADER_FIELD_MAX)
		return;
	machine->field_checked = TRUE;
	if (warden_header_is_field_line(data, machine->field, machine->field +
					WARDEN_HEADER_FIELD_MAX))
		machine->view->long_field = TRUE;
}

static void take_line(struct machine *machine, const struct warden_line *line)
{
	gsize length = line->end - line->start;

	if (length > 0)
		check_field_size(machine, line);

	if (length > WARDEN_LINE_FLAG)
		note(machine, WARDEN_TRAIT_LONG_LINE);
	if (!machine->lenient)
		check_bare_cr(machine, line);
	if (length >= 2 && (machine->data[line->start] == '-' ||
			    warden_is_blank_byte(machine->data[line->start])) &&
	    try_delimiter(machine, line))
		return;
	if (machine->state == STATE_HEADER)
		take_header_line(machine, line);
	else if (length > 0)
		take_other_line(machine, line);
}

static void finish(struct machine *machine)
{
	end_entity(machine, machine->size);
	while (machine->frames->len > 0) {
		struct frame *frame = top_frame(machine);

		if (frame->multipart && !machine->lenient)
			warden_trait_set_add(&frame->entity->content.traits,
					     WARDEN_TRAIT_UNTERMINATED);
		pop_frame(machine, machine->size);
	}
	g_array_unref(machine->frames);
	g_free(machine->path);
}

void warden_view_linear(struct warden_charsets *charsets, const guint8 *data,
			gsize size, enum warden_linear_style style,
			struct warden_view *view_r)
{
	struct machine machine = {
		.charsets = charsets, .data = data, .size = size,
		.lenient = style == WARDEN_LINEAR_LENIENT, .view = view_r,
	};
	struct warden_line line;
	gsize at = 0;

	warden_view_init(view_r);
	machine.frames = g_array_new(FALSE, FALSE, sizeof(struct frame));
	begin_entity(&machine, 0, g_strdup(""), TRUE);
	while (!machine.stop &&
	       warden_line_get(data, size, at, machine.lenient, &line)) {
		take_line(&machine, &line);
		at = line.next;
	}
	if (size > 0 && memchr(data, '\n', size) == NULL &&
	    memchr(data, '\r', size) != NULL)
		warden_trait_set_add(&view_r->traits, WARDEN_TRAIT_BARE_CR);
	finish(&machine);
}
