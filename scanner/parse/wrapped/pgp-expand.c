#include "warden-config.h"

#include "../encoding/decode.h"
#include "../archive/deflate.h"
#include "../member.h"
#include "pgp.h"

#include <string.h>

#define BEGIN WARDEN_PGP_BEGIN
/* Compressed data in compressed data; packets in one. */
#define DEPTH_MAX 3u
#define PACKETS_MAX 200u

struct pgp {
	struct warden_queue *queue;
	const struct warden_container *container;
	guint packets;
	bool stop;
};

static void read_packets(struct pgp *pgp, GBytes *bytes, guint depth);

static void note_encrypted(struct pgp *pgp)
{
	struct warden_part *part = pgp->container->part;

	part->flags |= WARDEN_PART_ENCRYPTED;
	warden_queue_unscanned(pgp->queue, part->path, "encrypted");
	pgp->stop = TRUE;
}

static void add_file(struct pgp *pgp, const char *name, const char *fallback,
		     const char *type, GBytes *bytes)
{
	struct warden_member member = {
		.name = name, .fallback = fallback, .type = type,
	};
	bool more = TRUE;

	if (g_bytes_get_size(bytes) > 0)
		(void)warden_member_add(pgp->queue, pgp->container, &member,
					bytes, &more);
	pgp->stop |= !more;
}

static void take_literal(struct pgp *pgp, GBytes *body)
{
	g_autofree char *name = NULL;
	g_autoptr(GBytes) bytes = NULL;
	gsize start;

	if (!warden_pgp_literal(body, &start, &name))
		return;
	bytes = g_bytes_new_from_bytes(body, start,
				       g_bytes_get_size(body) - start);
	/* a name of "_CONSOLE" says: not to be saved */
	add_file(pgp, strcmp(name, "_CONSOLE") == 0 ? "" : name, "content",
		 "", bytes);
}

static void take_compressed(struct pgp *pgp, GBytes *body, guint depth)
{
	const char *path = pgp->container->part->path;
	gsize size;
	const guint8 *data = g_bytes_get_data(body, &size);
	g_autoptr(GBytes) bytes = NULL;
	bool whole = TRUE;

	if (size < 2)
		return;
	if (depth >= DEPTH_MAX) {
		warden_queue_limit(pgp->queue, WARDEN_TRAIT_LIMIT_DEPTH, path,
				   "depth");
		return;
	}
	if (data[0] == WARDEN_PGP_BZIP2) {
		/* opened as the archive that it is; its packets as a file */
		bytes = g_bytes_new_from_bytes(body, 1, size - 1);
		add_file(pgp, "", "compressed.pgp.bz2", "", bytes);
		return;
	}
	bytes = data[0] == WARDEN_PGP_UNCOMPRESSED ?
		g_bytes_new_from_bytes(body, 1, size - 1) :
		warden_deflate_read(pgp->queue, path, data + 1, size - 1,
			       data[0] == WARDEN_PGP_ZIP ? WARDEN_DEFLATE_RAW :
			       WARDEN_DEFLATE_ZLIB, &whole);
	if (!whole)
		warden_queue_unscanned(pgp->queue, path, "damaged");
	read_packets(pgp, bytes, depth + 1);
}

static void take_packet(struct pgp *pgp,
			const struct warden_pgp_packet *packet, guint depth)
{
	switch (packet->tag) {
	case WARDEN_PGP_PUBLIC_KEY_ENCRYPTED:
	case WARDEN_PGP_PASSWORD_ENCRYPTED:
	case WARDEN_PGP_ENCRYPTED:
	case WARDEN_PGP_ENCRYPTED_PROTECTED:
	case WARDEN_PGP_ENCRYPTED_AEAD:
		note_encrypted(pgp);
		break;
	case WARDEN_PGP_COMPRESSED:
		take_compressed(pgp, packet->body, depth);
		break;
	case WARDEN_PGP_LITERAL:
		take_literal(pgp, packet->body);
		break;
	default:
		break;
	}
}

static void read_packets(struct pgp *pgp, GBytes *bytes, guint depth)
{
	struct warden_pgp_packet packet;
	gsize at = 0;

	while (!pgp->stop && pgp->packets++ < PACKETS_MAX &&
	       warden_pgp_next(bytes, &at, &packet)) {
		take_packet(pgp, &packet, depth);
		g_bytes_unref(packet.body);
	}
}

static void read_armor(struct pgp *pgp, const guint8 *data, gsize size)
{
	g_autoptr(GBytes) bytes = warden_pgp_dearmor(data, size);

	if (bytes != NULL)
		read_packets(pgp, bytes, 0);
}

void warden_pgp_expand(struct warden_queue *queue,
		       const struct warden_container *container)
{
	struct pgp pgp = { .queue = queue, .container = container };
	gsize size;
	const guint8 *data = g_bytes_get_data(container->bytes, &size);
	const guint8 *end = data + size, *p = data;

	if (!warden_pgp_is_armored(data, size)) {
		read_packets(&pgp, container->bytes, 0);
		return;
	}
	while (!pgp.stop && pgp.packets < PACKETS_MAX &&
	       (p = memmem(p, end - p, BEGIN, strlen(BEGIN))) != NULL) {
		p += strlen(BEGIN);
		if (!warden_queue_spend(queue, container->part->path,
					end - p))
			break;
		read_armor(&pgp, p, end - p);
	}
}
