#include "warden-config.h"

#include "../encoding/decode.h"
#include "../archive/deflate.h"
#include "../mail/header.h"
#include "../lines.h"
#include "../member.h"
#include "cms.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <string.h>

/* S/MIME (RFC 8551): what is inside signed and compressed data is looked at as
   the client that opens it shows it. No signature is verified: who signed is
   not asked here (signature/ does), and a bad signature keeps nobody from
   reading. */

#define OID_COMPRESSED "1.2.840.113549.1.9.16.1.9"

/* Certificates and the like: all authorities of a browser are 150. */
#define THINGS_MAX 1000u
/* What cannot be walked is still given to OpenSSL, up to here. */
#define UNCOUNTED_MAX (256u * 1024)

struct cms {
	struct warden_queue *queue;
	const struct warden_container *container;
};

/* --- finding the bytes ------------------------------------------------------ */

/* "-----BEGIN PKCS7-----" and the like, or bare base64. Returns new bytes, or
   the container's own. */
static GBytes *to_der(const struct warden_container *container)
{
	gsize size;
	const guint8 *data = g_bytes_get_data(container->bytes, &size);
	struct warden_trait_set traits = { { 0 } };
	struct warden_line line;
	GArray *readings;
	GBytes *bytes;

	if (size == 0 || data[0] == 0x30)
		return g_bytes_ref(container->bytes);
	if (data[0] == '-' &&
	    warden_line_get(data, size, 0, TRUE, &line)) {
		const guint8 *end = memmem(data + line.next,
					   size - line.next, "-----END", 8);

		size = (end == NULL ? size : (gsize)(end - data)) - line.next;
		data += line.next;
	}
	readings = warden_readings_new();
	warden_decode_base64(data, size, readings, &traits);
	bytes = readings->len == 0 ? g_bytes_ref(container->bytes) :
		g_bytes_ref(g_array_index(readings, struct warden_reading,
					  0).bytes);
	g_array_unref(readings);
	return bytes;
}

/* --- what is in it ------------------------------------------------------------- */

/* "invoice.pdf.p7m" holds "invoice.pdf". */
static char *inner_name(const struct warden_part *part)
{
	const char *dot = strrchr(part->name, '.');
	g_autofree char *name = dot == NULL ? g_strdup("") :
		g_strndup(part->name, dot - part->name);

	return strchr(name, '.') == NULL ? g_strdup("") :
		g_steal_pointer(&name);
}

/* Mail has a header before it; anything else is a file. */
static bool is_entity(const guint8 *data, gsize size)
{
	struct warden_line line;

	return warden_line_get(data, size, 0, FALSE, &line) &&
	       line.end - line.start < 1000 &&
	       warden_header_is_field_line(data, line.start, line.end);
}

static void add_content(struct cms *cms, GBytes *bytes)
{
	gsize size;
	const guint8 *data = g_bytes_get_data(bytes, &size);
	g_autofree char *name = inner_name(cms->container->part);
	struct warden_member member = {
		.name = name, .fallback = "content",
		.type = is_entity(data, size) ? "message/rfc822" : "",
	};

	if (size > 0)
		(void)warden_member_add(cms->queue, cms->container, &member,
					bytes, NULL);
}

static void add_compressed(struct cms *cms, const guint8 *data, gsize size)
{
	const char *path = cms->container->part->path;
	bool whole;
	g_autoptr(GBytes) bytes = warden_deflate_read(
		cms->queue, path, data, size, WARDEN_DEFLATE_ZLIB, &whole);

	if (!whole)
		warden_queue_unscanned(cms->queue, path, "damaged");
	add_content(cms, bytes);
}

static bool is_type(CMS_ContentInfo *info, const char *oid)
{
	char text[64];

	OBJ_obj2txt(text, sizeof(text), CMS_get0_type(info), 1);
	return strcmp(text, oid) == 0;
}

/* By the identifier at the start: the rest may be damaged or new. */
static bool is_encrypted(const guint8 *data, gsize size)
{
	static const char *const identifiers[] = {
		"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03",	/* enveloped */
		"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x04",
		"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06",	/* encrypted */
		"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17",
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(identifiers); i++) {
		if (memmem(data, MIN(size, 24), identifiers[i],
			   strlen(identifiers[i])) != NULL)
			return TRUE;
	}
	return FALSE;
}

/* A signature beside what it signs holds nothing to look at. */
static bool is_detached(const struct warden_part *part)
{
	return strstr(part->declared_type, "pkcs7-signature") != NULL ||
	       g_str_has_suffix(part->name, ".p7s");
}

static void note_encrypted(struct cms *cms)
{
	struct warden_part *part = cms->container->part;

	part->flags |= WARDEN_PART_ENCRYPTED;
	warden_queue_unscanned(cms->queue, part->path, "encrypted");
}

static void take_info(struct cms *cms, CMS_ContentInfo *info)
{
	ASN1_OCTET_STRING **content;
	const guint8 *data;
	gsize size;

	/* none: a signature that stands beside what it signs, or certificates */
	content = CMS_get0_content(info);
	if (content == NULL || *content == NULL)
		return;
	data = ASN1_STRING_get0_data(*content);
	size = ASN1_STRING_length(*content);
	if (is_type(info, OID_COMPRESSED)) {
		add_compressed(cms, data, size);
	} else if (size > 0) {
		g_autoptr(GBytes) bytes = g_bytes_new(data, size);

		add_content(cms, bytes);
	}
}

/* Nothing in it is too many for OpenSSL; if it is, that is said. */
static bool is_bounded(const struct cms *cms, const guint8 *data, gsize size)
{
	const char *path = cms->container->part->path;
	struct warden_cms_counts counts;

	if (!warden_cms_count(data, size, THINGS_MAX, &counts) &&
	    size > UNCOUNTED_MAX) {
		warden_queue_unscanned(cms->queue, path, "damaged");
		return FALSE;
	}
	if (counts.digests <= THINGS_MAX &&
	    counts.certificates <= THINGS_MAX && counts.lists <= THINGS_MAX &&
	    counts.signers <= THINGS_MAX)
		return TRUE;
	warden_queue_unscanned(cms->queue, path, "count");
	return FALSE;
}

void warden_cms_expand(struct warden_queue *queue,
		       const struct warden_container *container)
{
	struct cms cms = { queue, container };
	g_autoptr(GBytes) der = to_der(container);
	gsize size;
	const guint8 *data = g_bytes_get_data(der, &size), *p = data;
	CMS_ContentInfo *info;

	if (size > G_MAXINT || size == 0 || data[0] != 0x30 ||
	    !warden_queue_spend(queue, container->part->path, size))
		return;
	if (is_encrypted(data, size)) {
		note_encrypted(&cms);
		return;
	}
	if (!is_bounded(&cms, data, size))
		return;
	info = d2i_CMS_ContentInfo(NULL, &p, size);
	ERR_clear_error();
	if (info == NULL) {
		if (!is_detached(container->part))
			warden_queue_unscanned(queue, container->part->path,
					       "damaged");
		return;
	}
	take_info(&cms, info);
	CMS_ContentInfo_free(info);
	ERR_clear_error();
}
