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

/* Each row is one owner's, separated by spaces. */
static const char *const owners[] = {
	" google.com youtube.com youtu.be goo.gl g.co gmail.com googlemail.com"
	" withgoogle.com android.com chrome.com ",
	" microsoft.com office.com office365.com live.com outlook.com"
	" hotmail.com microsoftonline.com aka.ms msn.com bing.com skype.com"
	" xbox.com ",
	" linkedin.com lnkd.in ",
	" twitter.com x.com t.co ",
	" facebook.com fb.com fb.me meta.com messenger.com m.me"
	" instagram.com instagr.am facebookmail.com whatsapp.com wa.me ",
	" amazon.com amzn.to a.co amzn.com ",
	" apple.com icloud.com apple.co apple.news me.com ",
	" ebay.com ebay.to ebay.us ",
	" paypal.com paypal.me ",
	" pinterest.com pin.it ",
	" reddit.com redd.it ",
	" spotify.com spoti.fi spotify.link ",
	" telegram.org t.me telegram.me ",
	" wikipedia.org wikimedia.org w.wiki ",
	" nytimes.com nyti.ms ", " bbc.co.uk bbc.com bbc.in ",
	" zoom.us zoom.com ", " dropbox.com db.tt ",
	" steampowered.com s.team ",
	" wordpress.com wp.me ",
};

static const char shorteners[] =
	" bit.ly j.mp bitly.com tinyurl.com tiny.cc is.gd v.gd ow.ly buff.ly"
	" dlvr.it ift.tt trib.al t.co goo.gl g.co lnkd.in youtu.be amzn.to"
	" a.co fb.me aka.ms apple.co db.tt wp.me rb.gy cutt.ly t.ly s.id"
	" shorturl.at rebrand.ly bl.ink short.gy tr.ee w.wiki redd.it pin.it"
	" nyti.ms spoti.fi eepurl.com hubs.ly hubs.la mailchi.mp ";

static bool has_word(const char *words, const char *word)
{
	g_autofree char *padded = g_strdup_printf(" %s ", word);

	return strstr(words, padded) != NULL;
}

/* "gov.uk" of "service.gov.uk", "gouv.fr" of "finances.gouv.fr": only a state's
   offices get names there, and write from one and lead to another. NULL for all
   others. */
static const char *state_of(const char *domain)
{
	static const char words[] = " gov gouv gob gub govt ";
	static const char others[] = " go.jp go.kr gc.ca gv.at ";
	const char *last = strrchr(domain, '.'), *before = last;

	if (last == NULL)
		return NULL;
	if (strcmp(last, ".gov") == 0)
		return last + 1;
	while (before > domain && before[-1] != '.')
		before--;
	g_autofree char *word = g_strndup(before, last - before);
	return (has_word(words, word) && strlen(last) == 3) ||
	       has_word(others, before) ? before : NULL;
}

bool warden_redirector_same_owner(const char *domain, const char *other)
{
	const char *state = state_of(domain);

	if (state != NULL && g_strcmp0(state, state_of(other)) == 0)
		return TRUE;
	for (gsize i = 0; i < G_N_ELEMENTS(owners); i++) {
		if (has_word(owners[i], domain))
			return has_word(owners[i], other);
	}
	return FALSE;
}

bool warden_redirector_is_shortener(const char *domain)
{
	return has_word(shorteners, domain);
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

bool warden_redirector_has_token(const char *url, unsigned int length)
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
		if (run >= length && digits >= 2 && letters >= 2)
			return TRUE;
	}
	return FALSE;
}
