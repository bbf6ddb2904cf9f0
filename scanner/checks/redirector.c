#include "warden-config.h"

#include "redirector.h"
#include "url.h"

#include <glib.h>
#include <string.h>

/* Services that rewrite the links of the mail that they send or screen. Every
   host below one counts. */
static const char *const redirectors[] = {
	/* senders of newsletters and of programs' mail */
	"acemlna.com", "acemlnb.com", "acemlnc.com", "acemlnd.com",
	"aweber.com", "awstrack.me", "beehiiv.com", "benchmarkemail.com",
	"bmetrack.com", "bmsend.com", "braze.com", "campaign-archive.com",
	"cleverreach.com", "cmail19.com", "cmail20.com",
	"constantcontact.com", "convertkit-mail.com", "convertkit-mail2.com",
	"createsend.com", "createsend1.com", "ct.sendgrid.net",
	"customeriomail.com", "drip.com", "eloqua.com", "emarsys.net",
	"en25.com", "exacttarget.com", "exct.net", "freshmail.io",
	"getresponse.com", "hubspotemail.net", "hubspotlinks.com",
	"hubspotlinksstarter.com", "icptrack.com", "intercom-mail.com",
	"inxmail.com", "iterable.com", "keap-link.com", "klclick.com",
	"klclick1.com", "klclick2.com", "klclick3.com", "list-manage.com",
	"mailchimp.com", "mailerlite.com", "mailjet.com", "mandrillapp.com",
	"mjt.lu", "mkt41.net", "mlsend.com", "mlsend2.com", "moosend.com",
	"newsletter2go.com", "omnisend.com", "pardot.com", "postmarkapp.com",
	"pstmrk.it", "rapidmail.de", "responsys.net", "rs6.net",
	"sailthru.com", "sendcloud.net", "sendibm1.com", "sendibm3.com",
	"sendinblue.com", "silverpop.com", "sparkpostmail.com",
	"sparkpostmail2.com", "substack.com", "t.co", "vresp.com",
	"yamm-track.appspot.com", "zohocampaigns.com",
	/* screens */
	"avanan.click", "cudasvc.com", "fireeyecloud.com", "mimecast.com",
	"mimecastprotect.com", "protect2.fireeye.com",
	"safelinks.protection.outlook.com", "secure-web.cisco.com",
	"urldefense.com", "urldefense.proofpoint.com",
};

static bool is_below(const char *host, const char *domain)
{
	gsize size = strlen(host), domain_size = strlen(domain);

	if (size < domain_size ||
	    strcmp(host + size - domain_size, domain) != 0)
		return FALSE;
	/* "x-dot-yamm-track.appspot.com" is one label at its provider. */
	return size == domain_size || host[size - domain_size - 1] == '.' ||
	       host[size - domain_size - 1] == '-';
}

bool warden_redirector_is_known(const char *host)
{
	for (gsize i = 0; i < G_N_ELEMENTS(redirectors); i++) {
		if (is_below(host, redirectors[i]))
			return TRUE;
	}
	return FALSE;
}

/* Undo percent escapes, without caring for what comes out. */
static char *unescape(const char *text)
{
	GString *out = g_string_new(NULL);

	for (; *text != '\0'; text++) {
		int c = 0;

		if (text[0] == '%' && g_ascii_isxdigit(text[1]) &&
		    g_ascii_isxdigit(text[2]))
			c = g_ascii_xdigit_value(text[1]) * 16 +
			    g_ascii_xdigit_value(text[2]);
		if (c != 0)
			text += 2;
		g_string_append_c(out, c != 0 ? (char)c : *text);
	}
	return g_string_free(out, FALSE);
}

/* Honest redirectors carry one address, or two; each costs a look at the rest
   of the URL. */
#define INNER_ADDRESSES_MAX 8

bool warden_redirector_names(const char *url, const char *registrable)
{
	const char *first = strstr(url, "://"), *found;
	guint looked = 0;
	g_autofree char *once = NULL, *twice = NULL;

	if (first == NULL)
		return FALSE;
	once = unescape(first + 3);
	twice = unescape(once);
	for (found = twice; looked < INNER_ADDRESSES_MAX &&
	     (found = strstr(found, "://")) != NULL; looked++) {
		struct warden_url_parts parts;
		const char *domain;
		g_autofree char *inner = NULL;
		bool same;

		found += 3;
		inner = g_strconcat("http://", found, NULL);
		(void)warden_url_split(inner, &parts);
		domain = warden_url_registrable(parts.host);
		same = domain != NULL && strcmp(domain, registrable) == 0;
		warden_url_parts_clear(&parts);
		if (same)
			return TRUE;
	}
	return FALSE;
}

bool warden_redirector_has_token(const char *url)
{
	const char *start = strstr(url, "://");
	guint run = 0, digits = 0, letters = 0;

	start = start == NULL ? url : start + 3;
	start += strcspn(start, "/?#");
	for (; *start != '\0'; start++) {
		if (g_ascii_isdigit(*start)) {
			digits++;
		} else if (g_ascii_isalpha(*start)) {
			letters++;
		} else if (*start != '_' && *start != '-' && *start != '%') {
			run = digits = letters = 0;
			continue;
		}
		run++;
		if (run >= 24 && digits >= 3 && letters >= 3)
			return TRUE;
	}
	return FALSE;
}
