#include "warden-config.h"

#include "../encoding/decode.h"
#include "../lines.h"
#include "mail.h"

#include <string.h>

/* Files in a message whatever its structure says. Every line that begins with
   "--" may be a delimiter to somebody; behind it, everywhere where a header
   may end for somebody, a body may begin, in any encoding. Only the first
   bytes are decoded, and the whole only if they look like something. */

/* Of a piece between two such lines, how far a header may reach. */
#define HEAD_SIZE (16u * 1024)
#define HEAD_LINES 1200u
#define HEAD_STARTS 12u
#define SNIFF_SIZE 768u

struct piece {
	gsize start, end;
	struct warden_content content;	/* what its head declares */
	/* Decoded it is another message than the one that stands there. */
	bool encoded_message;
};

/* --- is it worth decoding? ----------------------------------------------------------- */

static enum warden_content_kind kind_of(const guint8 *data, gsize size)
{
	struct warden_filetype type;

	warden_filetype_detect(NULL, data, MIN(size, SNIFF_SIZE), "", &type);
	return type.kind;
}

static bool is_textual(enum warden_content_kind kind)
{
	return kind == WARDEN_KIND_MESSAGE || kind == WARDEN_KIND_HTML ||
	       kind == WARDEN_KIND_SVG || kind == WARDEN_KIND_SCRIPT ||
	       kind == WARDEN_KIND_SHORTCUT;
}

/* What is inside a multipart that was encoded as a whole. */
static bool is_inner_part(const guint8 *data, gsize size)
{
	return size > 32 && (memcmp(data, "--", 2) == 0 ||
			     g_ascii_strncasecmp((const char *)data,
						 "content-", 8) == 0) &&
	       g_strstr_len((const char *)data, MIN(size, SNIFF_SIZE),
			    "Content-") != NULL;
}

/* Text that was encoded, with a file in it. */
static bool has_marks(const guint8 *data, gsize size)
{
	size = MIN(size, SNIFF_SIZE);
	return memmem(data, size, "begin ", 6) != NULL ||
	       memmem(data, size, "=ybegin ", 8) != NULL ||
	       memmem(data, size, "BinHex", 6) != NULL;
}

/* raw: the kind of the bytes before decoding. Text that was text of the same
   kind before is what the views show anyway. */
static bool is_worth(const guint8 *data, gsize size,
		     enum warden_content_kind raw, bool decoded)
{
	enum warden_content_kind kind;

	if (warden_filetype_is_eicar(data, size))
		return TRUE;
	kind = kind_of(data, size);
	/* yEnc is eight bits wide, and no text by its kind */
	if (decoded && (kind == WARDEN_KIND_TEXT ||
			kind == WARDEN_KIND_UNKNOWN))
		return is_inner_part(data, size) || has_marks(data, size);
	if (is_textual(kind))
		return raw != kind;
	return warden_kind_is_active(kind);
}

static bool spend(struct warden_mail *mail, gsize size)
{
	const struct warden_part *part = mail->container->part;

	if (size <= mail->carve_left) {
		mail->carve_left -= size;
		return TRUE;
	}
	mail->carve_left = 0;
	warden_queue_limit(mail->queue, WARDEN_TRAIT_LIMIT_CARVER,
			   part == NULL ? "" : part->path, "expansion");
	return FALSE;
}

static void add(struct warden_mail *mail, const struct piece *piece,
		gsize start, GBytes *bytes, enum warden_content_kind raw,
		bool decoded)
{
	struct warden_found found = {
		.start = start, .end = piece->end, .path = "carved",
		.flags = WARDEN_PART_ALTERNATE | WARDEN_PART_CARVED,
		.names = &piece->content.names,
		.declared_type = piece->content.type,
		.encoding = piece->content.encoding,
		.charset = piece->content.charset,
	};
	gsize size;
	const guint8 *data = g_bytes_get_data(bytes, &size);

	if (!is_worth(data, size, raw, decoded))
		return;
	if (decoded && is_inner_part(data, size))
		found.declared_type = "message/rfc822";
	/* a message is no active content, but may hold some */
	found.certain = TRUE;
	warden_mail_add_found(mail, &found, bytes);
}

/* --- decoders -------------------------------------------------------------------------- */

typedef void decode_t(const guint8 *data, gsize size, GArray *readings,
		      struct warden_trait_set *traits);

static bool any_is_worth(const GArray *readings, enum warden_content_kind raw)
{
	guint i;

	for (i = 0; i < readings->len; i++) {
		gsize size;
		const guint8 *data = g_bytes_get_data(g_array_index(
			readings, struct warden_reading, i).bytes, &size);

		if (is_worth(data, size, raw, TRUE))
			return TRUE;
	}
	return FALSE;
}

static void try_decoder(struct warden_mail *mail, const struct piece *piece,
			gsize start, enum warden_content_kind raw,
			decode_t *decode)
{
	const guint8 *data = mail->data + start;
	gsize size = piece->end - start;
	struct warden_trait_set traits = { { 0 } };
	GArray *readings = warden_readings_new();
	bool worth;
	guint i;

	decode(data, MIN(size, SNIFF_SIZE), readings, &traits);
	worth = any_is_worth(readings, raw);
	g_array_unref(readings);
	if (!worth || !spend(mail, size))
		return;
	readings = warden_readings_new();
	decode(data, size, readings, &traits);
	for (i = 0; i < readings->len; i++) {
		add(mail, piece, start, g_array_index(
			readings, struct warden_reading, i).bytes, raw, TRUE);
	}
	g_array_unref(readings);
}

/* Without its "begin" line, under a Content-Transfer-Encoding that is lost. */
static void decode_bare_uu(const guint8 *data, gsize size, GArray *readings,
			   struct warden_trait_set *traits G_GNUC_UNUSED)
{
	struct warden_embedded file;
	gsize at = 0;

	if (!warden_decode_uu(data, size, TRUE, &at, &file))
		return;
	warden_readings_add(readings, g_bytes_ref(file.bytes), FALSE);
	warden_embedded_clear(&file);
}

static void try_start(struct warden_mail *mail, const struct piece *piece,
		      gsize start)
{
	const guint8 *data = mail->data + start;
	gsize size = piece->end - start;
	enum warden_content_kind raw;

	if (size < 16 || mail->starts_left == 0)
		return;
	if (--mail->starts_left == 0) {
		mail->carve_left = 0;
		spend(mail, 1);
		return;
	}
	raw = kind_of(data, size);
	if (is_worth(data, size, raw, FALSE)) {
		g_autoptr(GBytes) bytes = g_bytes_new_from_bytes(
			mail->container->bytes, start, size);

		add(mail, piece, start, bytes, raw, FALSE);
	}
	if (piece->encoded_message)
		raw = WARDEN_KIND_UNKNOWN;
	try_decoder(mail, piece, start, raw, warden_decode_base64);
	if (memchr(data, '=', MIN(size, SNIFF_SIZE)) != NULL)
		try_decoder(mail, piece, start, raw, warden_decode_qp);
	if (data[0] == 'M')
		try_decoder(mail, piece, start, raw, decode_bare_uu);
}

/* --- pieces ------------------------------------------------------------------------------- */

/* A body may begin behind any empty line, at a line that is no header field,
   and behind that line. */
static void try_piece(struct warden_mail *mail, struct piece *piece)
{
	const guint8 *data = mail->data;
	gsize limit = MIN(piece->end, piece->start + HEAD_SIZE);
	gsize at = piece->start;
	struct warden_line line;
	guint lines, starts = 0, since = 0;

	for (lines = 0; lines < HEAD_LINES && starts < HEAD_STARTS &&
	     warden_line_get(data, limit, at, TRUE, &line); lines++) {
		bool blank = warden_line_is_blank(data, &line);
		bool field = !blank && warden_header_is_field_line(
			data, line.start, line.end);

		at = line.next;
		if (blank || field) {
			/* a field where a body may be: behind an empty line */
			if (field && since == 0 && lines > 0)
				try_start(mail, piece, line.start);
			since = field ? 1 : 0;
		} else if (since++ < 3) {
			try_start(mail, piece, line.start);
			starts++;
		}
	}
}

/* Where the first lines that are not blank end. */
static gsize head_end(const guint8 *data, gsize start, gsize limit)
{
	struct warden_line line;
	bool begun = FALSE;
	gsize at = start;

	while (warden_line_get(data, limit, at, FALSE, &line)) {
		bool blank = warden_line_is_blank(data, &line);

		if (blank && begun)
			return line.start;
		begun |= !blank;
		at = line.next;
	}
	return limit;
}

/* By these fields alone: an inner message has its own behind them. */
static bool is_encoded_message(struct warden_mail *mail, gsize start,
			       gsize limit)
{
	struct warden_header header;
	struct warden_content content;
	bool encoded;

	warden_header_parse(mail->data, start,
			    head_end(mail->data, start, limit),
			    WARDEN_HEADER_LENIENT, &header);
	warden_content_read(warden_queue_parser(mail->queue)->charsets,
			    &header, WARDEN_READING_FIRST, &content);
	encoded = g_str_has_prefix(content.type, "message/") &&
		(content.encodings & (WARDEN_ENCODING_BASE64 |
				      WARDEN_ENCODING_QP)) != 0;
	warden_content_clear(&content);
	warden_header_clear(&header);
	return encoded;
}

static void read_head(struct warden_mail *mail, struct piece *piece)
{
	gsize limit = MIN(piece->end, piece->start + HEAD_SIZE);
	struct warden_header header;

	warden_header_parse(mail->data, piece->start, limit,
			    WARDEN_HEADER_LENIENT, &header);
	warden_content_read(warden_queue_parser(mail->queue)->charsets,
			    &header, WARDEN_READING_LAST, &piece->content);
	piece->encoded_message = is_encoded_message(mail, piece->start, limit);
	warden_header_clear(&header);
}

static void take_piece(struct warden_mail *mail, gsize start, gsize end)
{
	struct piece piece = { .start = start, .end = end };

	if (end - start < 16 || mail->carve_left == 0)
		return;
	read_head(mail, &piece);
	try_piece(mail, &piece);
	warden_content_clear(&piece.content);
}

static bool is_delimiter(const guint8 *data, const struct warden_line *line)
{
	gsize start = line->start;

	while (start < line->end && warden_is_blank_byte(data[start]))
		start++;
	return line->end - start >= 2 && data[start] == '-' &&
	       data[start + 1] == '-';
}

/* --- uuencode, yEnc and BinHex mark their own beginnings ----------------------------------------------- */

static void carve_marked(struct warden_mail *mail, warden_decode_next_t *next)
{
	struct warden_embedded file;
	gsize at = 0;

	while (mail->carve_left > 0 &&
	       next(mail->data, mail->size, &at, &file)) {
		struct warden_names names;
		struct warden_found found = {
			.start = file.start, .end = file.end,
			.path = "carved", .names = &names,
			.flags = WARDEN_PART_ALTERNATE | WARDEN_PART_CARVED,
			.declared_type = "", .encoding = "", .charset = "",
		};

		warden_names_init(&names);
		warden_names_add(&names, file.name);
		if (spend(mail, file.end - file.start))
			warden_mail_add_found(mail, &found, file.bytes);
		warden_names_clear(&names);
		warden_embedded_clear(&file);
	}
}

void warden_carve(struct warden_mail *mail)
{
	const guint8 *data = mail->data;
	struct warden_line line;
	gsize at = 0, start = 0;

	if (mail->container->depth > WARDEN_CARVE_DEPTH_MAX)
		return;
	while (mail->carve_left > 0 &&
	       warden_line_get(data, mail->size, at, TRUE, &line)) {
		at = line.next;
		if (!is_delimiter(data, &line))
			continue;
		take_piece(mail, start, line.start);
		start = line.next;
	}
	take_piece(mail, start, mail->size);
	carve_marked(mail, warden_decode_marked_uu);
	carve_marked(mail, warden_decode_yenc);
	carve_marked(mail, warden_decode_marked_binhex);
}
