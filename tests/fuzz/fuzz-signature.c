/* Signatures: the first byte chooses what the rest is, a mail or a signature of
   some kind over a fixed text. */

#include "warden-config.h"

#include "scanner/parse/parse.h"
#include "scanner/parse/signature/signature.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* make-seeds-signature.py signs the same. */
static const char text[] = "Content-Type: text/plain\r\n\r\nHello.\r\n";

enum shape { SHAPE_MAIL, SHAPE_SMIME, SHAPE_SMIME_OPAQUE, SHAPE_OPENPGP,
	     SHAPE_OPENPGP_WHOLE, SHAPES };

static struct warden_parser *get_parser(struct warden_signers **signers_r)
{
	static struct warden_parser *parser;
	static struct warden_signers *signers;
	const char *roots = WARDEN_SIGNERS "/root.pem";
	const char *keys = WARDEN_SIGNERS "/keys.asc";
	char *error;

	if (parser == NULL &&
	    (warden_parser_init(&parser, &error) < 0 ||
	     warden_parser_set_signers(parser, roots, keys, &error) < 0 ||
	     warden_signers_load(roots, keys, &signers, &error) < 0))
		abort();
	*signers_r = signers;
	return parser;
}

static void verify(const struct warden_signed *what, enum shape shape,
		   const uint8_t *data, size_t size)
{
	g_autoptr(GBytes) signature = g_bytes_new(data, size);
	g_autoptr(GBytes) content = g_bytes_new_static(text, sizeof(text) - 1);

	switch (shape) {
	case SHAPE_SMIME:
		warden_signature_smime(what, signature, content);
		break;
	case SHAPE_SMIME_OPAQUE:
		warden_signature_smime(what, signature, NULL);
		break;
	case SHAPE_OPENPGP:
		warden_signature_openpgp(what, signature, content);
		break;
	default:
		warden_signature_openpgp_whole(what, data, size);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct warden_signed what = { .date = 1772532000, .part = "1" };
	struct warden_signers *signers;
	struct warden_parser *parser = get_parser(&signers);
	enum shape shape;
	GBytes *bytes;

	if (size == 0)
		return 0;
	shape = data[0] % SHAPES;
	what.signers = signers;
	if (shape == SHAPE_MAIL) {
		what.facts = warden_parse_message(parser, data + 1, size - 1,
						  0);
	} else {
		what.facts = warden_facts_new();
		verify(&what, shape, data + 1, size - 1);
	}
	bytes = warden_facts_serialise(what.facts);
	if (g_bytes_get_size(bytes) > WARDEN_FACTS_SIZE_MAX)
		abort();
	g_bytes_unref(bytes);
	warden_facts_free(what.facts);
	return 0;
}
