#include "warden-config.h"

#include "sensitive-private.h"

#include <string.h>

/* Keys and tokens that are made to be recognised. What only looks random is
   left alone: links of newsletters are full of it (and of JSON web tokens). */

#define ALNUM "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define HEX "0123456789abcdef"
#define URLSAFE ALNUM "-_"

static const struct {
	const char *prefix, *alphabet;
	guint shortest, longest;	/* behind the prefix */
	const char *make;
} forms[] = {
	{ "AKIA", UPPER, 16, 16, "Amazon Web Services" },
	{ "ASIA", UPPER, 16, 16, "Amazon Web Services" },
	{ "ghp_", ALNUM, 36, 255, "GitHub" },
	{ "gho_", ALNUM, 36, 255, "GitHub" },
	{ "ghu_", ALNUM, 36, 255, "GitHub" },
	{ "ghs_", ALNUM, 36, 255, "GitHub" },
	{ "ghr_", ALNUM, 36, 255, "GitHub" },
	{ "github_pat_", ALNUM "_", 60, 255, "GitHub" },
	{ "glpat-", URLSAFE, 20, 64, "GitLab" },
	{ "gldt-", URLSAFE, 20, 64, "GitLab" },
	{ "xoxb-", ALNUM "-", 24, 255, "Slack" },
	{ "xoxp-", ALNUM "-", 24, 255, "Slack" },
	{ "xoxa-", ALNUM "-", 24, 255, "Slack" },
	{ "xoxr-", ALNUM "-", 24, 255, "Slack" },
	{ "xoxs-", ALNUM "-", 24, 255, "Slack" },
	{ "xapp-", ALNUM "-", 24, 255, "Slack" },
	{ "sk_live_", ALNUM, 24, 255, "Stripe" },
	{ "rk_live_", ALNUM, 24, 255, "Stripe" },
	{ "whsec_", ALNUM, 32, 64, "Stripe" },
	{ "AIza", URLSAFE, 35, 35, "Google" },
	{ "GOCSPX-", URLSAFE, 28, 28, "Google" },
	{ "ya29.", URLSAFE, 60, 1024, "Google" },
	{ "SK", HEX, 32, 32, "Twilio" },
	{ "SG.", URLSAFE ".", 66, 66, "SendGrid" },
	{ "npm_", ALNUM, 36, 36, "npm" },
	{ "pypi-AgEIcHlwaS5vcmc", URLSAFE, 50, 255, "PyPI" },
	{ "sk-ant-", URLSAFE, 40, 255, "Anthropic" },
	{ "sk-proj-", URLSAFE, 40, 255, "OpenAI" },
	{ "hf_", ALNUM, 34, 40, "Hugging Face" },
	{ "dop_v1_", HEX, 64, 64, "DigitalOcean" },
	{ "shpat_", HEX, 32, 32, "Shopify" },
	{ "key-", HEX, 32, 32, "Mailgun" },
};

/* Documentation writes "xxxx" and "EXAMPLE". */
static bool is_made_up(const char *text, gsize size)
{
	guint64 seen = 0;
	guint count = 0;

	for (gsize i = 0; i < size; i++) {
		guint64 bit = G_GUINT64_CONSTANT(1) << (text[i] & 63);

		count += (seen & bit) == 0;
		seen |= bit;
	}
	return count < 8 || memmem(text, size, "EXAMPLE", 7) != NULL ||
	       memmem(text, size, "example", 7) != NULL;
}

static gsize span(const char *at, const char *end, const char *alphabet,
		  gsize max)
{
	gsize size = 0;

	while (at + size < end && size <= max && at[size] != '\0' &&
	       strchr(alphabet, at[size]) != NULL)
		size++;
	return size;
}

gsize warden_sensitive_token(const char *at, const char *end,
			     const char **make_r)
{
	for (guint i = 0; i < G_N_ELEMENTS(forms); i++) {
		gsize prefix = strlen(forms[i].prefix), size;

		if ((gsize)(end - at) < prefix ||
		    memcmp(at, forms[i].prefix, prefix) != 0)
			continue;
		size = span(at + prefix, end, forms[i].alphabet,
			    forms[i].longest);
		if (size < forms[i].shortest || size > forms[i].longest ||
		    (at + prefix + size < end &&
		     g_ascii_isalnum(at[prefix + size])) ||
		    is_made_up(at + prefix, size))
			continue;
		*make_r = forms[i].make;
		return prefix + size;
	}
	return 0;
}

/* --- keys ---------------------------------------------------------------------------- */

/* The armour alone is what manuals quote. */
#define KEY_BODY_MIN 64
#define KEY_HEAD_MAX 600

static bool has_body(const char *at, const char *end)
{
	const char *limit = at + MIN(end - at, KEY_HEAD_MAX);
	gsize run = 0;

	for (; at < limit && run < KEY_BODY_MIN; at++) {
		if (g_ascii_isalnum(*at) || *at == '+' || *at == '/' ||
		    *at == '=')
			run++;
		else if (*at == ':' || *at == '-' || *at == '.')
			run = 0;
	}
	return run >= KEY_BODY_MIN;
}

const char *warden_sensitive_key(const char *at, const char *end,
				 const char **make_r)
{
	static const struct {
		const char *line, *make;
	} rows[] = {
		{ "-----BEGIN PRIVATE KEY-----", "PKCS #8" },
		{ "-----BEGIN ENCRYPTED PRIVATE KEY-----", "PKCS #8" },
		{ "-----BEGIN RSA PRIVATE KEY-----", "RSA" },
		{ "-----BEGIN DSA PRIVATE KEY-----", "DSA" },
		{ "-----BEGIN EC PRIVATE KEY-----", "EC" },
		{ "-----BEGIN OPENSSH PRIVATE KEY-----", "OpenSSH" },
		{ "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----", "SSH" },
		{ "-----BEGIN PGP PRIVATE KEY BLOCK-----", "OpenPGP" },
		{ "PuTTY-User-Key-File-2: ", "PuTTY" },
		{ "PuTTY-User-Key-File-3: ", "PuTTY" },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		gsize size = strlen(rows[i].line);

		if ((gsize)(end - at) < size ||
		    memcmp(at, rows[i].line, size) != 0 ||
		    !has_body(at + size, end))
			continue;
		*make_r = rows[i].make;
		return at + size;
	}
	return NULL;
}
