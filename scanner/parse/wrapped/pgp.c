#include "warden-config.h"

#include "pgp.h"

#include "../encoding/decode.h"

#include <string.h>

/* A stretch of bytes that is read from its front. */
struct piece {
	const guint8 *p, *end;
};

static gsize left(const struct piece *piece)
{
	return piece->end - piece->p;
}

static bool take_big_endian(struct piece *piece, guint count, gsize *value_r)
{
	*value_r = 0;
	if (left(piece) < count)
		return FALSE;
	while (count-- > 0)
		*value_r = *value_r << 8 | *piece->p++;
	return TRUE;
}

/* RFC 9580 4.2.1. *more_r: the body goes on behind this piece of it. */
static bool take_length(struct piece *piece, gsize *length_r, bool *more_r)
{
	gsize first, second;

	*more_r = FALSE;
	if (!take_big_endian(piece, 1, &first))
		return FALSE;
	if (first < 192) {
		*length_r = first;
		return TRUE;
	}
	if (first < 224) {
		if (!take_big_endian(piece, 1, &second))
			return FALSE;
		*length_r = ((first - 192) << 8) + second + 192;
		return TRUE;
	}
	if (first == 255)
		return take_big_endian(piece, 4, length_r);
	*length_r = (gsize)1 << (first & 0x1f);
	*more_r = TRUE;
	return TRUE;
}

/* RFC 9580 4.2.2, the old form. */
static bool take_old_length(struct piece *piece, guint kind, gsize *length_r)
{
	if (kind == 3) {
		*length_r = left(piece);
		return TRUE;
	}
	return take_big_endian(piece, 1u << kind, length_r);
}

static void append(GByteArray *body, struct piece *piece, gsize length)
{
	length = MIN(length, left(piece));
	g_byte_array_append(body, piece->p, length);
	piece->p += length;
}

static bool take_body(struct piece *piece, guint8 head, GByteArray *body)
{
	gsize length;
	bool more;

	if ((head & 0x40) == 0) {
		if (!take_old_length(piece, head & 3, &length))
			return FALSE;
		append(body, piece, length);
		return TRUE;
	}
	do {
		if (!take_length(piece, &length, &more))
			return body->len > 0;
		append(body, piece, length);
	} while (more && left(piece) > 0);
	return TRUE;
}

bool warden_pgp_next(GBytes *bytes, gsize *at,
		     struct warden_pgp_packet *packet_r)
{
	gsize size;
	const guint8 *data = g_bytes_get_data(bytes, &size);
	struct piece piece;
	GByteArray *body;
	guint8 head;

	/* no bytes have no address either */
	if (size < 2 || *at > size - 2)
		return FALSE;
	piece.p = data + *at;
	piece.end = data + size;
	if ((*piece.p & 0x80) == 0)
		return FALSE;
	head = *piece.p++;
	packet_r->tag = (head & 0x40) != 0 ? head & 0x3f : head >> 2 & 0xf;
	body = g_byte_array_new();
	if (!take_body(&piece, head, body)) {
		g_byte_array_unref(body);
		return FALSE;
	}
	packet_r->body = g_byte_array_free_to_bytes(body);
	*at = piece.p - data;
	return TRUE;
}

bool warden_pgp_literal(GBytes *body, gsize *start_r, char **name_r)
{
	gsize size, name;
	const guint8 *data = g_bytes_get_data(body, &size);

	/* format, name, date */
	if (size < 6)
		return FALSE;
	name = data[1];
	if (size < name + 6)
		return FALSE;
	*name_r = g_strndup((const char *)data + 2, name);
	*start_r = name + 6;
	return TRUE;
}

bool warden_pgp_is_message(const guint8 *data, gsize size)
{
	guint tag;

	if (size < 16 || (data[0] & 0x80) == 0)
		return FALSE;
	tag = (data[0] & 0x40) != 0 ? data[0] & 0x3f : data[0] >> 2 & 0xf;
	switch (tag) {
	case WARDEN_PGP_PUBLIC_KEY_ENCRYPTED:
	case WARDEN_PGP_PASSWORD_ENCRYPTED:
	case WARDEN_PGP_COMPRESSED:
	case WARDEN_PGP_ENCRYPTED:
	case WARDEN_PGP_LITERAL:
	case WARDEN_PGP_ENCRYPTED_PROTECTED:
	case WARDEN_PGP_ENCRYPTED_AEAD:
	case WARDEN_PGP_ONE_PASS:
		return TRUE;
	default:
		return FALSE;
	}
}

bool warden_pgp_is_armored(const guint8 *data, gsize size)
{
	return size > strlen(WARDEN_PGP_BEGIN) &&
		memmem(data, size, WARDEN_PGP_BEGIN, strlen(WARDEN_PGP_BEGIN)) != NULL;
}

GBytes *warden_pgp_dearmor(const guint8 *data, gsize size)
{
	struct warden_trait_set traits = { { 0 } };
	const guint8 *end = memmem(data, size, "-----END", 8);
	const guint8 *sum;
	gsize start = 0;
	GArray *readings = warden_readings_new();
	GBytes *bytes = NULL;

	size = end == NULL ? size : (gsize)(end - data);
	for (; start + 1 < size; start++) {
		if (data[start] == '\n' &&
		    (data[start + 1] == '\n' || data[start + 1] == '\r'))
			break;
	}
	sum = size > 6 ? memrchr(data, '=', size) : NULL;
	if (sum != NULL && sum > data + start && sum[-1] == '\n')
		size = sum - data;
	warden_decode_base64(data + start, size - start, readings, &traits);
	if (readings->len > 0)
		bytes = g_bytes_ref(g_array_index(
			readings, struct warden_reading, 0).bytes);
	g_array_unref(readings);
	return bytes;
}
