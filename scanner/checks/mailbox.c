#include "warden-config.h"

#include "mailbox.h"

#include <glib.h>
#include <string.h>

/* Under any suffix. */
static const char *const free_labels[] = {
	"gmail", "googlemail", "hotmail", "outlook", "live", "msn", "yahoo",
	"ymail", "rocketmail", "gmx", "protonmail", "yandex", "tutanota",
	"rediffmail", "zohomail",
};

static const char *const free_domains[] = {
	"aol.com", "icloud.com", "me.com", "mac.com", "web.de", "t-online.de",
	"freenet.de", "mail.com", "email.com", "usa.com", "post.com",
	"consultant.com", "proton.me", "pm.me", "tuta.io", "rambler.ru",
	"mail.ru", "bk.ru", "inbox.ru", "list.ru", "libero.it", "virgilio.it",
	"tiscali.it", "alice.it", "orange.fr", "wanadoo.fr", "laposte.net",
	"free.fr", "sfr.fr", "uol.com.br", "bol.com.br", "terra.com.br",
	"qq.com", "163.com", "126.com", "yeah.net", "sina.com", "sina.cn",
	"sohu.com", "foxmail.com", "naver.com", "daum.net", "hanmail.net",
	"seznam.cz", "centrum.cz", "wp.pl", "onet.pl", "interia.pl", "o2.pl",
	"abv.bg", "ukr.net", "fastmail.com", "hushmail.com", "mailfence.com",
	"docomo.ne.jp", "bluewin.ch", "telenet.be", "ziggo.nl",
	"aim.com", "zoho.com", "zoho.eu", "inbox.com", "inbox.lv",
	"accountant.com", "lawyer.com", "email.cz",
};

static const char *const disposable_domains[] = {
	"10minutemail.com", "byom.de", "discard.email", "dispostable.com",
	"emailondeck.com", "fakeinbox.com", "getairmail.com", "getnada.com",
	"grr.la", "guerrillamail.biz", "guerrillamail.com",
	"guerrillamail.de", "guerrillamail.info", "guerrillamail.net",
	"guerrillamail.org", "guerrillamailblock.com", "mailcatch.com",
	"maildrop.cc", "mailinator.com", "mailnesia.com", "mintemail.com",
	"moakt.com", "mohmal.com", "mytemp.email", "mytrashmail.com",
	"sharklasers.com", "spam4.me", "spamgourmet.com", "temp-mail.io",
	"temp-mail.org", "tempail.com", "tempmail.de", "tempmailo.com",
	"tempr.email", "throwawaymail.com", "trash-mail.com", "trashmail.com",
	"trashmail.de", "wegwerfmail.de", "yopmail.com", "yopmail.fr",
};

static bool contains(const char *const *names, gsize count, const char *domain)
{
	for (gsize i = 0; i < count; i++) {
		if (strcmp(names[i], domain) == 0)
			return TRUE;
	}
	return FALSE;
}

bool warden_mailbox_is_free(const char *domain)
{
	char label[32];
	gsize size = strcspn(domain, ".");

	if (size < sizeof(label)) {
		g_strlcpy(label, domain, size + 1);
		if (contains(free_labels, G_N_ELEMENTS(free_labels), label))
			return TRUE;
	}
	return contains(free_domains, G_N_ELEMENTS(free_domains), domain);
}

bool warden_mailbox_is_disposable(const char *domain)
{
	return contains(disposable_domains,
			G_N_ELEMENTS(disposable_domains), domain);
}
