#include "warden-config.h"

#include "checks-private.h"
#include "dlp.h"
#include "from.h"
#include "house.h"

#include <string.h>

/* Data loss: numbers, keys, words and documents in mail that goes out. Mail from
   elsewhere is not judged by it unless asked for: a shop may send its customer
   what the customer may not send to a shop. */

static const struct warden_symbol symbols[] = {
	{ "DLP_CARD", "dlp", "" },
	{ "DLP_DOCUMENT", "dlp", "" },
	{ "DLP_IBAN", "dlp", "" },
	{ "DLP_ID", "dlp", "" },
	{ "DLP_KEY", "dlp", "T1552.004" },
	{ "DLP_PATTERN", "dlp", "" },
	{ "DLP_TOKEN", "dlp", "T1552" },
};

/* --- the site's ------------------------------------------------------------------ */

static void document_free(void *data)
{
	struct warden_dlp_document *document = data;

	g_free(document->name);
	g_free(document);
}

struct warden_dlp *warden_dlp_new(void)
{
	struct warden_dlp *dlp = g_new0(struct warden_dlp, 1);

	dlp->enabled = TRUE;
	dlp->cards = dlp->ids = 1;
	/* Letterheads and invoices have one or a few, also of other banks. */
	dlp->ibans = 5;
	dlp->documents = g_ptr_array_new_with_free_func(document_free);
	return dlp;
}

void warden_dlp_free(struct warden_dlp *dlp)
{
	if (dlp == NULL)
		return;
	warden_sensitive_patterns_free(dlp->patterns);
	g_ptr_array_unref(dlp->documents);
	g_free(dlp);
}

static bool parse_sha256(const char *text, guint8 *digest)
{
	if (strlen(text) != 2 * WARDEN_SHA256_SIZE)
		return FALSE;
	for (guint i = 0; i < WARDEN_SHA256_SIZE; i++) {
		int high = g_ascii_xdigit_value(text[2 * i]);
		int low = g_ascii_xdigit_value(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return FALSE;
		digest[i] = (guint8)(high << 4 | low);
	}
	return TRUE;
}

bool warden_dlp_add_document(struct warden_dlp *dlp, const char *line)
{
	gsize size = strcspn(line, " \t");
	g_autofree char *digest = g_strndup(line, size);
	struct warden_dlp_document *document =
		g_new0(struct warden_dlp_document, 1);

	document->has_sha256 = parse_sha256(digest, document->sha256);
	document->has_fuzzy = !document->has_sha256 &&
		warden_fuzzy_parse(digest, document->fuzzy);
	document->name = g_strstrip(g_strdup(line + size));
	if (!document->has_sha256 && !document->has_fuzzy) {
		document_free(document);
		return FALSE;
	}
	g_ptr_array_add(dlp->documents, document);
	return TRUE;
}

/* --- whose mail -------------------------------------------------------------------- */

static bool is_own_address(const struct warden_house *house,
			   const char *address)
{
	g_autofree char *host = warden_address_host(address);

	return *host != '\0' && warden_house_is_own(house, host);
}

/* The envelope knows best; without one, all that are written. */
static bool is_for_own(const struct warden_house *house,
		       const struct warden_check_input *input)
{
	const GPtrArray *to = input->facts->header.to;

	if (input->envelope->recipient[0] != '\0')
		return is_own_address(house, input->envelope->recipient);
	for (guint i = 0; i < to->len; i++) {
		const struct warden_address *address = to->pdata[i];

		if (!is_own_address(house, address->address))
			return FALSE;
	}
	return to->len > 0;
}

/* Sent from here to here, as far as the message says so. */
static bool is_inside(const struct warden_check_input *input)
{
	const struct warden_house *house =
		input->site == NULL ? NULL : input->site->house;
	const GPtrArray *from = input->facts->header.from;

	if (house == NULL || from->len == 0 || !is_for_own(house, input))
		return FALSE;
	for (guint i = 0; i < from->len; i++) {
		const struct warden_address *address = from->pdata[i];

		if (!is_own_address(house, address->address))
			return FALSE;
	}
	return TRUE;
}

static bool is_judged(const struct warden_check_input *input,
		      const struct warden_dlp *dlp)
{
	return dlp->incoming || input->outgoing || is_inside(input);
}

/* --- what ------------------------------------------------------------------------- */

static const struct {
	const char *kind;	/* or what it begins with */
	bool whole;
	const char *symbol, *words;
	gsize threshold;	/* in struct warden_dlp; 0 = one is enough */
} kinds[] = {
	{ "card", TRUE, "DLP_CARD", "payment card numbers",
	  G_STRUCT_OFFSET(struct warden_dlp, cards) },
	{ "iban", TRUE, "DLP_IBAN", "bank account numbers",
	  G_STRUCT_OFFSET(struct warden_dlp, ibans) },
	{ "id-", FALSE, "DLP_ID", "identity numbers",
	  G_STRUCT_OFFSET(struct warden_dlp, ids) },
	{ "key", TRUE, "DLP_KEY", "private keys", 0 },
	{ "token", TRUE, "DLP_TOKEN", "access tokens", 0 },
	{ "pattern:", FALSE, "DLP_PATTERN", "matches", 0 },
};

static void check_sensitive(const struct warden_dlp *dlp,
			    const struct warden_sensitive *sensitive,
			    struct warden_findings *findings)
{
	for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
		guint wanted = kinds[i].threshold == 0 ? 1 :
			G_STRUCT_MEMBER(guint, dlp, kinds[i].threshold);
		gsize size = strlen(kinds[i].kind);
		const char *more = kinds[i].whole ? sensitive->detail :
			sensitive->kind + size;

		if (strncmp(sensitive->kind, kinds[i].kind, size) != 0 ||
		    (kinds[i].whole && sensitive->kind[size] != '\0') ||
		    wanted == 0 || sensitive->count < wanted)
			continue;
		warden_findings_add(findings, kinds[i].symbol, sensitive->part,
				    "%s: %u%s%s", kinds[i].words,
				    sensitive->count, *more != '\0' ? ", " : "",
				    more);
	}
}

static bool is_document(const struct warden_part *part,
			const struct warden_dlp_document *document)
{
	guint8 fuzzy[WARDEN_FUZZY_SIZE];

	if (document->has_sha256)
		return memcmp(part->sha256, document->sha256,
			      WARDEN_SHA256_SIZE) == 0;
	return warden_fuzzy_parse(part->fuzzy, fuzzy) &&
	       warden_fuzzy_distance(fuzzy, document->fuzzy) <
	       WARDEN_FUZZY_NEAR;
}

static void check_part(const struct warden_dlp *dlp,
		       const struct warden_part *part,
		       struct warden_findings *findings)
{
	for (guint i = 0; i < dlp->documents->len; i++) {
		const struct warden_dlp_document *document =
			dlp->documents->pdata[i];

		if (!is_document(part, document))
			continue;
		warden_findings_add(findings, "DLP_DOCUMENT", part->path,
				    "%s%s", document->has_sha256 ? "is " :
				    "is much like ", *document->name != '\0' ?
				    document->name : "a document of the list");
		return;
	}
}

static void run(const struct warden_check_input *input,
		struct warden_findings *findings)
{
	const struct warden_dlp *dlp =
		input->site == NULL ? NULL : input->site->dlp;
	const struct warden_facts *facts = input->facts;

	if (dlp == NULL || !dlp->enabled || !is_judged(input, dlp))
		return;
	for (guint i = 0; i < facts->sensitive->len; i++)
		check_sensitive(dlp, facts->sensitive->pdata[i], findings);
	for (guint i = 0; i < facts->parts->len; i++)
		check_part(dlp, facts->parts->pdata[i], findings);
}

const struct warden_check warden_check_dlp = {
	.name = "dlp",
	.symbols = symbols,
	.symbols_count = G_N_ELEMENTS(symbols),
	.run = run,
};
