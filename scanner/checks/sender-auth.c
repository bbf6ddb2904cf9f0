#include "warden-config.h"

#include "from.h"
#include "sender-private.h"

#include <string.h>

/* What our own servers found about the sender's domain (RFC 8601). */

static bool is_aligned(const struct warden_sender *sender, const char *domain)
{
	g_autofree char *host = g_strdup(domain);

	/* relaxed, as in RFC 7489 3.1: one organisation */
	return host[0] != '\0' && sender->domain[0] != '\0' &&
	       strcmp(warden_host_domain(host), sender->domain) == 0;
}

struct seen {
	bool passed, spf_failed, dkim_failed, dmarc_failed, asked, unsure;
};

static void look_at(const struct warden_sender *sender,
		    const struct warden_auth_result *result, struct seen *seen)
{
	bool pass = result->status == WARDEN_AUTH_STATUS_PASS;
	bool fail = result->status == WARDEN_AUTH_STATUS_FAIL;
	bool aligned = is_aligned(sender, result->domain);

	switch (result->method) {
	case WARDEN_AUTH_SPF:
		seen->asked = TRUE;
		seen->passed |= pass && aligned;
		seen->spf_failed |= fail && aligned;
		break;
	case WARDEN_AUTH_DKIM:
		seen->asked = TRUE;
		seen->passed |= pass && aligned;
		seen->dkim_failed |= fail && aligned;
		break;
	case WARDEN_AUTH_DMARC:
		seen->asked = TRUE;
		/* some leave header.from out; then it is From's */
		seen->passed |= pass && (aligned || result->domain[0] == '\0');
		seen->dmarc_failed |= fail &&
			(aligned || result->domain[0] == '\0');
		break;
	case WARDEN_AUTH_USER:
		/* our own user's submission */
		seen->unsure |= pass;
		break;
	default:
		break;
	}
	/* A name server that did not answer proves nothing. */
	seen->unsure |= result->status == WARDEN_AUTH_STATUS_TEMPERROR;
}

static enum warden_sender_proof
weigh(const struct warden_sender *sender,
      const struct warden_auth_results *results)
{
	struct seen seen = { 0 };

	for (guint i = 0; i < results->count; i++)
		look_at(sender, &results->results[i], &seen);
	if (seen.dmarc_failed)
		return warden_house_trusts_seal(sender->input->site->house,
						results) ?
			WARDEN_SENDER_UNASKED : WARDEN_SENDER_FAILED;
	if (seen.passed)
		return WARDEN_SENDER_PROVED;
	if (!seen.asked || seen.unsure ||
	    warden_house_trusts_seal(sender->input->site->house, results))
		return WARDEN_SENDER_UNASKED;
	return seen.spf_failed && seen.dkim_failed ? WARDEN_SENDER_FAILED :
		WARDEN_SENDER_UNPROVED;
}

static void check_results(struct warden_sender *sender)
{
	const struct warden_site *site = sender->input->site;
	const struct warden_header_facts *header =
		&sender->input->facts->header;
	struct warden_auth_results results;

	if (site == NULL || site->house == NULL || header->from->len != 1 ||
	    sender->domain[0] == '\0' ||
	    !warden_house_results(site->house, header, &results))
		return;
	sender->proof = weigh(sender, &results);
	switch (sender->proof) {
	case WARDEN_SENDER_PROVED:
		warden_findings_add(sender->findings, "AUTH_PASS", "",
				    "%s says that it is really from %s",
				    results.id, sender->domain);
		break;
	case WARDEN_SENDER_FAILED:
		warden_findings_add(sender->findings, "AUTH_FAILED", "",
				    "%s says that it is not from %s",
				    results.id, sender->domain);
		break;
	case WARDEN_SENDER_UNPROVED:
		warden_findings_add(sender->findings, "AUTH_NONE", "",
				    "%s found no proof that it is from %s",
				    results.id, sender->domain);
		break;
	case WARDEN_SENDER_UNASKED:
		break;
	}
}

/* An own domain that nothing proves. Mail that one's own users submit has no
   results of a server that looked, so it is not meant. */
static void check_own(const struct warden_sender *sender)
{
	const struct warden_site *site = sender->input->site;

	if ((sender->proof == WARDEN_SENDER_UNPROVED ||
	     sender->proof == WARDEN_SENDER_FAILED) &&
	    warden_house_is_own(site->house, sender->host))
		warden_findings_add(sender->findings,
				    "SENDER_OWN_DOMAIN_UNAUTHENTICATED", "",
				    "it says that it is from %s", sender->host);
}

void warden_sender_check_auth(struct warden_sender *sender)
{
	check_results(sender);
	check_own(sender);
}
