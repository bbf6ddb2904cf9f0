#include "warden-config.h"

#include "checks-private.h"
#include "url.h"

#include <string.h>

/* What the site's lists know: files, addresses of pages, hosts, senders. */

static const struct warden_symbol symbols[] = {
	{ "KNOWN_BAD_FILE", "list", "T1566.001" },
	{ "KNOWN_BAD_HOST", "list", "T1566.002" },
	{ "KNOWN_BAD_SENDER", "list", "T1566" },
	{ "KNOWN_BAD_URL", "list", "T1566.002" },
	{ "LISTS_UNAVAILABLE", "list", "" },
};

struct context {
	const struct warden_known *known;
	struct warden_findings *findings;
	GHashTable *asked;	/* hosts and URLs: a newsletter repeats them */
};

/* 1 known as bad, 0 not (or allowed: *allowed_r), never an error: what could
   not be asked is a finding. */
static int ask(struct context *context, enum warden_known_kind kind,
	       const char *value, struct warden_known_hit *hit_r,
	       bool *allowed_r)
{
	int ret;

	memset(hit_r, 0, sizeof(*hit_r));
	*allowed_r = FALSE;
	ret = context->known->lookup(context->known->context, kind, value,
				     hit_r);
	if (ret < 0) {
		warden_findings_add(context->findings, "LISTS_UNAVAILABLE", "",
				    "the lists of known bad files, links and"
				    " senders could not be asked");
		return 0;
	}
	*allowed_r = ret > 0 && hit_r->allow;
	return ret > 0 && !hit_r->allow ? 1 : 0;
}

static void add_hit(struct context *context, const char *symbol,
		    const char *part, const char *what,
		    const struct warden_known_hit *hit)
{
	warden_findings_add(context->findings, symbol, part,
			    "%s%s%s is on the list %s%s%s%s", what,
			    what[0] != '\0' ? " " : "", hit->value, hit->feed,
			    hit->threat[0] != '\0' ? " (" : "", hit->threat,
			    hit->threat[0] != '\0' ? ")" : "");
}

static void check_file(struct context *context, const struct warden_part *part)
{
	char hex[WARDEN_SHA256_SIZE * 2 + 1];
	struct warden_known_hit hit;
	bool allowed;

	/* A list that names the hash of nothing would hit everything. */
	if (part->size == 0)
		return;
	for (guint i = 0; i < WARDEN_SHA256_SIZE; i++)
		g_snprintf(hex + 2 * i, 3, "%02x", part->sha256[i]);
	if (ask(context, WARDEN_KNOWN_SHA256, hex, &hit, &allowed) > 0) {
		add_hit(context, "KNOWN_BAD_FILE", part->path, part->name,
			&hit);
	}
}

static void check_url(struct context *context, const struct warden_url *url)
{
	struct warden_known_hit hit;
	bool allowed;
	char *normal;

	if (g_hash_table_contains(context->asked, url->url))
		return;
	g_hash_table_add(context->asked, url->url);
	normal = warden_url_normalise(url->url);
	if (normal != NULL) {
		int ret = ask(context, WARDEN_KNOWN_URL, normal, &hit,
			      &allowed);

		g_free(normal);
		if (ret > 0) {
			add_hit(context, "KNOWN_BAD_URL", url->part, "", &hit);
			return;
		}
		if (allowed)
			return;
	}
	if (url->host[0] == '\0' ||
	    g_hash_table_contains(context->asked, url->host))
		return;
	g_hash_table_add(context->asked, url->host);
	if (ask(context, WARDEN_KNOWN_HOST, url->host, &hit, &allowed) > 0)
		add_hit(context, "KNOWN_BAD_HOST", url->part, "", &hit);
}

static void check_address(struct context *context, const char *address)
{
	g_autofree char *lower = g_utf8_strdown(address, -1);
	struct warden_known_hit hit;
	bool allowed;

	if (strchr(lower, '@') != NULL &&
	    ask(context, WARDEN_KNOWN_SENDER, lower, &hit, &allowed) > 0)
		add_hit(context, "KNOWN_BAD_SENDER", "", "", &hit);
}

static void check_addresses(struct context *context,
			    const GPtrArray *addresses)
{
	for (guint i = 0; i < addresses->len; i++) {
		const struct warden_address *address =
			g_ptr_array_index(addresses, i);

		check_address(context, address->address);
	}
}

static void run(const struct warden_check_input *input,
		struct warden_findings *findings)
{
	const struct warden_facts *facts = input->facts;
	struct context context = { .known = input->known,
				   .findings = findings };

	if (input->known == NULL)
		return;
	context.asked = g_hash_table_new(g_str_hash, g_str_equal);
	for (guint i = 0; i < facts->parts->len; i++)
		check_file(&context, g_ptr_array_index(facts->parts, i));
	for (guint i = 0; i < facts->urls->len; i++)
		check_url(&context, g_ptr_array_index(facts->urls, i));
	check_addresses(&context, facts->header.from);
	check_addresses(&context, facts->header.reply_to);
	if (facts->header.sender != NULL)
		check_address(&context, facts->header.sender->address);
	check_address(&context, facts->header.return_path);
	check_address(&context, input->envelope->sender);
	g_hash_table_unref(context.asked);
}

const struct warden_check warden_check_list = {
	.name = "list",
	.symbols = symbols,
	.symbols_count = G_N_ELEMENTS(symbols),
	.run = run,
};
