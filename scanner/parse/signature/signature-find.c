#include "warden-config.h"

#include "signature.h"

#include "../archive/deflate.h"
#include "../encoding/decode.h"
#include "../mail/mail.h"
#include "../wrapped/pgp.h"

#include <string.h>

#define SIGNED_TEXT "-----BEGIN PGP SIGNED MESSAGE-----"
#define TEXT_SIGNATURE "-----BEGIN PGP SIGNATURE-----"
#define TEXT_SIGNATURE_END "-----END PGP SIGNATURE-----"
#define MESSAGE_END "-----END PGP MESSAGE-----"

/* SignedData, 1.2.840.113549.1.7.2: somewhere at the beginning. */
#define OID_SIGNED "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
#define OID_WITHIN 40

/* Signatures, the text, and what an old program adds. */
#define PACKETS_MAX (2 * WARDEN_SIGNATURE_SIGNERS_MAX + 4)

struct look {
	struct warden_mail *mail;
	const struct warden_view *view;
	bool ambiguous;
	GPtrArray *signatures;	/* struct warden_entity: nothing to read */
	guint left;		/* that may still be verified */
};

/* --- where things are -------------------------------------------------------------- */

static const struct warden_entity *find_path(const struct look *look,
					     const char *path)
{
	const GPtrArray *lists[] = { look->view->entities,
				     look->view->multiparts };

	for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
		for (guint k = 0; k < lists[i]->len; k++) {
			const struct warden_entity *entity =
				lists[i]->pdata[k];

			if (strcmp(entity->path, path) == 0)
				return entity;
		}
	}
	return NULL;
}

static const struct warden_entity *
find_child(const struct look *look, const struct warden_entity *parent,
	   guint number)
{
	g_autofree char *path = parent->path[0] == '\0' ?
		g_strdup_printf("%u", number) :
		g_strdup_printf("%s.%u", parent->path, number);

	return find_path(look, path);
}

/* Part of a mail that this one brings with it. */
static bool is_forwarded(const struct look *look,
			 const struct warden_entity *entity)
{
	const GPtrArray *entities = look->view->entities;

	for (guint i = 0; i < entities->len; i++) {
		const struct warden_entity *other = entities->pdata[i];

		if (other->descended && other != entity &&
		    other->body <= entity->header &&
		    entity->end <= other->end)
			return TRUE;
	}
	return FALSE;
}

static bool is_smime_signature(const struct warden_entity *entity)
{
	return strcmp(entity->content.type,
		      "application/pkcs7-signature") == 0 ||
	       strcmp(entity->content.type,
		      "application/x-pkcs7-signature") == 0;
}

static bool is_openpgp_signature(const struct warden_entity *entity)
{
	return strcmp(entity->content.type,
		      "application/pgp-signature") == 0;
}

/* The first part as it was signed, with its header, from behind one delimiter
   to before the next: that takes its line end with it (RFC 1847 2.1). A part
   that is a multipart itself may go on behind its own last delimiter. */
static GBytes *signed_bytes(const struct look *look,
			    const struct warden_entity *first,
			    const struct warden_entity *second)
{
	const guint8 *data = look->mail->data;
	gsize end = second->header;

	/* the delimiter's line */
	if (end > 0)
		end--;
	while (end > 0 && data[end - 1] != '\n')
		end--;
	if (end > 0 && data[end - 1] == '\n')
		end--;
	if (end > 0 && data[end - 1] == '\r')
		end--;
	return g_bytes_new_from_bytes(look->mail->container->bytes,
				      first->header,
				      MAX(end, first->header) - first->header);
}

/* As most programs read it. */
static GBytes *decode(const struct look *look,
		      const struct warden_entity *entity)
{
	const guint8 *data = look->mail->data + entity->body;
	gsize size = entity->end - entity->body;
	guint32 encodings = entity->content.encodings;
	struct warden_trait_set traits = { { 0 } };
	GArray *readings = warden_readings_new();
	GBytes *bytes = NULL;

	if ((encodings & WARDEN_ENCODING_BASE64) != 0)
		warden_decode_base64(data, size, readings, &traits);
	else if ((encodings & WARDEN_ENCODING_QP) != 0)
		warden_decode_qp(data, size, readings, &traits);
	if (readings->len > 0)
		bytes = g_bytes_ref(g_array_index(
			readings, struct warden_reading, 0).bytes);
	g_array_unref(readings);
	return bytes != NULL ? bytes : g_bytes_new_from_bytes(
		look->mail->container->bytes, entity->body, size);
}

/* --- what is not signed --------------------------------------------------------------- */

static bool is_blank(const guint8 *data, gsize size)
{
	for (gsize i = 0; i < size; i++) {
		if (!g_ascii_isspace(data[i]))
			return FALSE;
	}
	return TRUE;
}

/* A signature vouches for the mail only if it covers all that is shown. */
static void note_rest(const struct look *look, const char *path, gsize start,
		      gsize end, bool before, bool after)
{
	const GPtrArray *entities = look->view->entities;

	for (guint i = 0; i < entities->len; i++) {
		const struct warden_entity *entity = entities->pdata[i];

		if ((entity->body >= start && entity->body < end) ||
		    is_blank(look->mail->data + entity->body,
			     entity->end - entity->body) ||
		    g_ptr_array_find(look->signatures, entity, NULL))
			continue;
		before |= entity->body < start;
		after |= entity->body >= end;
	}
	if (before || after || look->ambiguous)
		warden_queue_trait(
			look->mail->queue, WARDEN_TRAIT_SIGNATURE_PARTIAL, path,
			before && after ?
			"what is not signed stands before and behind it" :
			before ? "what is not signed stands before it" :
			after ? "what is not signed stands behind it" :
			"programs differ in what they take for the mail");
}

/* FALSE: enough was verified, or the budget is used up. */
static bool may_verify(struct look *look, const char *path, gsize size)
{
	if (look->left == 0 ||
	    !warden_queue_spend(look->mail->queue, path, size))
		return FALSE;
	look->left--;
	return TRUE;
}

static struct warden_signed what_of(const struct look *look, const char *path)
{
	struct warden_facts *facts = warden_queue_facts(look->mail->queue);
	struct warden_signed what = {
		.signers = warden_queue_parser(look->mail->queue)->signers,
		.date = facts->header.date, .part = path, .facts = facts,
	};

	return what;
}

/* --- multipart/signed ------------------------------------------------------------------- */

static void take_multipart(struct look *look,
			   const struct warden_entity *multipart)
{
	const struct warden_entity *first = find_child(look, multipart, 1);
	const struct warden_entity *second = find_child(look, multipart, 2);
	struct warden_signed what = what_of(look, multipart->path);

	/* a list took the signature away */
	if (first == NULL || second == NULL ||
	    !g_ptr_array_find(look->signatures, second, NULL) ||
	    is_forwarded(look, multipart))
		return;
	g_autoptr(GBytes) raw = signed_bytes(look, first, second);
	gsize size = g_bytes_get_size(raw);

	if (!may_verify(look, multipart->path, size))
		return;
	g_autoptr(GBytes) content = warden_signature_canonical(raw);
	g_autoptr(GBytes) signature = decode(look, second);

	if (is_smime_signature(second))
		warden_signature_smime(&what, signature, content);
	else
		warden_signature_openpgp(&what, signature, content);
	note_rest(look, multipart->path, first->header, first->header + size,
		  FALSE, FALSE);
}

static void collect_signatures(struct look *look)
{
	const GPtrArray *multiparts = look->view->multiparts;

	for (guint i = 0; i < multiparts->len; i++) {
		const struct warden_entity *multipart = multiparts->pdata[i];
		const struct warden_entity *second;

		if (strcmp(multipart->content.type, "multipart/signed") != 0 ||
		    look->signatures->len > WARDEN_FACT_SIGNATURES_MAX)
			continue;
		second = find_child(look, multipart, 2);
		if (second != NULL && (is_smime_signature(second) ||
				       is_openpgp_signature(second)))
			g_ptr_array_add(look->signatures, (void *)second);
	}
}

/* --- S/MIME that holds what it signs ------------------------------------------------------ */

/* The body of a mail; elsewhere a signed file ("invoice.pdf.p7m") says nothing
   about who sent the mail. */
static bool is_opaque(const struct warden_entity *entity)
{
	const struct warden_content *content = &entity->content;

	return (strcmp(content->type, "application/pkcs7-mime") == 0 ||
		strcmp(content->type, "application/x-pkcs7-mime") == 0) &&
	       (entity->header == 0 || content->names.name[0] == '\0' ||
		g_ascii_strcasecmp(content->names.name, "smime.p7m") == 0);
}

static void take_opaque(struct look *look, const struct warden_entity *entity)
{
	struct warden_signed what = what_of(look, entity->path);
	g_autoptr(GBytes) bytes = decode(look, entity);
	gsize size;
	const guint8 *data = g_bytes_get_data(bytes, &size);

	if (size == 0 || memmem(data, MIN(size, OID_WITHIN), OID_SIGNED,
				strlen(OID_SIGNED)) == NULL ||
	    is_forwarded(look, entity) ||
	    !may_verify(look, entity->path, size))
		return;
	warden_signature_smime(&what, bytes, NULL);
	note_rest(look, entity->path, entity->body, entity->end, FALSE, FALSE);
}

/* --- OpenPGP in a text --------------------------------------------------------------------- */

/* Where a line begins so; NULL. */
static const guint8 *find_line(const guint8 *at, const guint8 *end,
			       const char *text, const guint8 *start)
{
	while (at < end && (at = memmem(at, end - at, text,
					strlen(text))) != NULL) {
		if (at == start || at[-1] == '\n')
			return at;
		at++;
	}
	return NULL;
}

static bool has_only_signed(GBytes *bytes)
{
	struct warden_pgp_packet packet;
	guint signatures = 0, literals = 0, count = 0;
	gsize at = 0;

	while (warden_pgp_next(bytes, &at, &packet)) {
		g_bytes_unref(packet.body);
		if (packet.tag == WARDEN_PGP_SIGNATURE ||
		    packet.tag == WARDEN_PGP_ONE_PASS)
			signatures++;
		else if (packet.tag == WARDEN_PGP_LITERAL)
			literals++;
		else
			return FALSE;
		if (++count > PACKETS_MAX)
			return FALSE;
	}
	return signatures > 0 && literals == 1;
}

/* Most programs compress what they sign. NULL: not ours to read. */
static GBytes *inflate_packets(const struct look *look, const char *path,
			       GBytes *bytes)
{
	struct warden_pgp_packet packet;
	GBytes *inside = NULL;
	gsize at = 0, size;
	bool whole;

	if (!warden_pgp_next(bytes, &at, &packet))
		return NULL;
	const guint8 *data = g_bytes_get_data(packet.body, &size);
	if (packet.tag != WARDEN_PGP_COMPRESSED)
		inside = g_bytes_ref(bytes);
	else if (size > 1 && (data[0] == WARDEN_PGP_ZIP ||
			      data[0] == WARDEN_PGP_ZLIB))
		inside = warden_deflate_read(
			look->mail->queue, path, data + 1, size - 1,
			data[0] == WARDEN_PGP_ZIP ? WARDEN_DEFLATE_RAW :
			WARDEN_DEFLATE_ZLIB, &whole);
	g_bytes_unref(packet.body);
	return inside;
}

/* Returns FALSE if it is not a signed message: mostly it is encrypted. */
static bool take_packets(struct look *look,
			 const struct warden_entity *entity,
			 const guint8 *data, gsize size)
{
	struct warden_signed what = what_of(look, entity->path);
	g_autoptr(GBytes) bytes = warden_pgp_dearmor(data, size);
	g_autoptr(GBytes) inside = bytes == NULL ? NULL :
		inflate_packets(look, entity->path, bytes);
	gsize packets_size;

	if (inside == NULL || !has_only_signed(inside) ||
	    !may_verify(look, entity->path, g_bytes_get_size(inside)))
		return FALSE;
	const guint8 *packets = g_bytes_get_data(inside, &packets_size);
	warden_signature_openpgp_whole(&what, packets, packets_size);
	return TRUE;
}

/* From the line that begins it to the one that ends it; NULL: no end. */
static const guint8 *end_of(const guint8 *at, const guint8 *end, bool cleartext)
{
	const guint8 *found = at;

	if (cleartext) {
		found = find_line(at, end, TEXT_SIGNATURE, at);
		if (found == NULL)
			return NULL;
		at = found;
	}
	found = find_line(at, end, cleartext ? TEXT_SIGNATURE_END :
			  MESSAGE_END, at);
	if (found == NULL || (cleartext &&
	    (gsize)(found - at) > WARDEN_SIGNATURE_SIZE_MAX))
		return NULL;
	found += strlen(cleartext ? TEXT_SIGNATURE_END : MESSAGE_END);
	while (found < end && *found != '\n')
		found++;
	return found < end ? found + 1 : end;
}

/* Most texts have no such thing, and need not be decoded to see that. */
static bool may_have_lines(const struct look *look,
			   const struct warden_entity *entity)
{
	return (entity->content.encodings & WARDEN_ENCODING_BASE64) != 0 ||
	       memmem(look->mail->data + entity->body,
		      entity->end - entity->body, "BEGIN PGP ", 10) != NULL;
}

/* The first one: of more than one none covers the mail, which is said. */
static void take_text(struct look *look, const struct warden_entity *entity)
{
	struct warden_signed what = what_of(look, entity->path);
	gsize size;
	bool cleartext = TRUE;

	if (!may_have_lines(look, entity))
		return;
	g_autoptr(GBytes) bytes = decode(look, entity);
	const guint8 *data = g_bytes_get_data(bytes, &size);
	const guint8 *end, *at, *last;

	if (size == 0)
		return;
	end = data + MIN(size, WARDEN_TEXT_MAX);
	at = find_line(data, end, SIGNED_TEXT, data);
	if (at == NULL) {
		cleartext = FALSE;
		at = find_line(data, end, WARDEN_PGP_BEGIN, data);
	}
	last = at == NULL ? NULL : end_of(at, end, cleartext);
	if (last == NULL || is_forwarded(look, entity))
		return;
	if (!cleartext) {
		if (!take_packets(look, entity, at, last - at))
			return;
	} else if (!may_verify(look, entity->path, last - at)) {
		return;
	} else {
		warden_signature_openpgp_whole(&what, at, last - at);
	}
	note_rest(look, entity->path, entity->body, entity->end,
		  !is_blank(data, at - data),
		  !is_blank(last, data + size - last));
}

static bool is_text(const struct warden_entity *entity)
{
	const struct warden_content *content = &entity->content;

	return (content->type[0] == '\0' ||
		strcmp(content->type, "text/plain") == 0) &&
	       !content->attachment && content->names.name[0] == '\0';
}

/* --- all -------------------------------------------------------------------------------------- */

void warden_signature_look(struct warden_mail *mail,
			   const struct warden_view *view, bool ambiguous)
{
	struct look look = {
		.mail = mail, .view = view, .ambiguous = ambiguous,
		.left = WARDEN_SIGNATURES_MAX,
	};
	const struct warden_facts *facts = warden_queue_facts(mail->queue);

	/* a message that was cut would look altered */
	if (warden_queue_parser(mail->queue)->signers == NULL ||
	    mail->container->part != NULL || facts->size > mail->size)
		return;
	look.signatures = g_ptr_array_new();
	collect_signatures(&look);
	for (guint i = 0; i < view->multiparts->len; i++) {
		const struct warden_entity *multipart =
			view->multiparts->pdata[i];

		if (strcmp(multipart->content.type, "multipart/signed") == 0)
			take_multipart(&look, multipart);
	}
	for (guint i = 0; i < view->entities->len && look.left > 0; i++) {
		const struct warden_entity *entity = view->entities->pdata[i];

		if (!entity->descended && is_opaque(entity))
			take_opaque(&look, entity);
		else if (!entity->descended && is_text(entity))
			take_text(&look, entity);
	}
	g_ptr_array_unref(look.signatures);
}
