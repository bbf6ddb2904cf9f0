/* Numbers, keys and tokens that should not leave the house, and what looks
   like them: bills, parcels, telephones, links. */

#include "warden-config.h"

#include "scanner/parse/text/sensitive.h"

#include <string.h>

/* Kinds and numbers as "card 2, iban 1", by the look at text. */
static char *kinds(const struct warden_sensitive_patterns *patterns,
		   const char *text, bool markup)
{
	g_autoptr(warden_facts) facts = warden_facts_new();
	GString *out = g_string_new(NULL);
	gsize size = strlen(text);
	/* a copy of its own size, so that reading too far is noticed */
	g_autofree char *copy = g_memdup2(text, size);

	warden_sensitive_look(facts, patterns, "1", copy, size, markup);
	for (guint i = 0; i < facts->sensitive->len; i++) {
		const struct warden_sensitive *one = facts->sensitive->pdata[i];

		g_string_append_printf(out, "%s%s %u", i > 0 ? ", " : "",
				       one->kind, one->count);
		/* what it is must not be in what is said of it */
		for (const char *p = one->detail; *p != '\0'; p++)
			g_assert_false(g_ascii_isdigit(*p) &&
				       strcmp(one->detail, "PKCS #8") != 0);
	}
	return g_string_free(out, FALSE);
}

struct row {
	const char *text, *kinds;
};

static void check_rows(const struct row *rows, gsize count)
{
	for (gsize i = 0; i < count; i++) {
		g_autofree char *found = kinds(NULL, rows[i].text, FALSE);

		g_test_message("%s", rows[i].text);
		g_assert_cmpstr(found, ==, rows[i].kinds);
	}
}

static void test_cards(void)
{
	static const struct row rows[] = {
		{ "4111 1111 1111 1111", "card 1" },
		{ "my card: 4111111111111111, 12/29", "card 1" },
		{ "5500-0000-0000-0004", "card 1" },
		{ "3782 822463 10005", "card 1" },
		{ "Amex 378282246310005.", "card 1" },
		{ "Kreditkarte 4012888888881881", "card 1" },
		{ "4111\xc2\xa0" "1111\xc2\xa0" "1111\xc2\xa0" "1111", "card 1" },
		{ "4111 1111 1111 1111 12/27 123", "card 1" },
		/* the same twice, and another */
		{ "4111 1111 1111 1111\n4111-1111-1111-1111\n"
		  "5500 0000 0000 0004", "card 2" },
		{ "4111 1111 1111 1112", "" },
		{ "0000 0000 0000 0000", "" },
		/* without a word it may be anything */
		{ "Order 4111111111111111", "" },
		{ "https://example.org/card/4111111111111111", "" },
		{ "card id=4111111111111111", "" },
		{ "card a4111111111111111", "" },
		{ "card 41111111111111111111", "" },
		/* of a longer number */
		{ "4111 1111 1111 1111 1111", "" },
		{ "0034 4111 1111 1111 1111", "" },
		{ "Tel. +49 4111 1111 1111 1111", "" },
		{ "card 9111111111111111", "" },
	};

	check_rows(rows, G_N_ELEMENTS(rows));
}

static void test_accounts(void)
{
	static const struct row rows[] = {
		{ "DE89370400440532013000", "iban 1" },
		{ "IBAN: DE89 3704 0044 0532 0130 00, BIC COBADEFF", "iban 1" },
		{ "GB29 NWBK 6016 1331 9268 19", "iban 1" },
		{ "FR14 2004 1010 0505 0001 3M02 606", "iban 1" },
		{ "NO93 8601 1117 947", "iban 1" },
		{ "gb29nwbk60161331926819", "iban 1" },
		{ "DE89 3704 0044 0532 0130 01", "" },
		{ "DE88370400440532013000", "" },
		{ "XX89370400440532013000", "" },
		{ "/DE89370400440532013000", "" },
		{ "XDE89370400440532013000", "" },
	};

	check_rows(rows, G_N_ELEMENTS(rows));
}

static void test_persons(void)
{
	static const struct row rows[] = {
		{ "SSN: 078-05-1120", "id-us-ssn 1" },
		{ "social security number 078051120", "id-us-ssn 1" },
		{ "SSN 666-05-1120", "" }, { "078-05-1120", "" },
		{ "National Insurance AB 12 34 56 C", "id-uk-nino 1" },
		{ "NINO: AB123456C", "id-uk-nino 1" },
		{ "NINO: BG123456E", "" },
		{ "Steuer-ID 86095742719", "id-de-tax 1" },
		{ "IdNr. 86 095 742 719", "id-de-tax 1" },
		{ "Steuer-ID 86095742718", "" },
		{ "Personalausweis L01X00T471", "id-de-card 1" },
		{ "Sécurité sociale : 1 85 07 78 006 084 26", "id-fr-nir 1" },
		{ "NIR 185077800608426", "id-fr-nir 1" },
		{ "DNI 12345678Z", "id-es-dni 1" },
		{ "NIE X1234567L", "id-es-dni 1" }, { "DNI 12345678A", "" },
		{ "Codice RSSMRA85T10A562S", "id-it-code 1" },
		{ "RSSMRA85T10A562T", "" },
		{ "BSN 111222333", "id-nl-bsn 1" }, { "BSN 111222334", "" },
		{ "Rijksregister 85.07.30-033.28", "id-be-rrn 1" },
		{ "PESEL: 44051401359", "id-pl-pesel 1" },
		{ "NIF 123456789", "id-pt-nif 1" },
		{ "Personnummer: 811218-9876", "id-se-pnr 1" },
		{ "henkilötunnus 131052-308T", "id-fi-hetu 1" },
		{ "Fødselsnummer 010203 10045", "id-no-fnr 1" },
		{ "CPR-nr. 211062-5629", "id-dk-cpr 1" },
		{ "AHV 756.9217.0769.85", "id-ch-ahv 1" },
		{ "529.982.247-25", "id-br-cpf 1" },
		{ "CPF 52998224725", "id-br-cpf 1" }, { "52998224725", "" },
		/* a company's, which it prints on everything */
		{ "CNPJ 11.222.333/0001-81", "" },
		{ "Aadhaar: 2341 2341 2346", "id-in-aadhaar 1" },
		{ "PAN card ABCPE1234F", "id-in-pan 1" },
		{ "身份证号码：11010519491231002X", "id-cn-id 1" },
		{ "СНИЛС 112-233-445 95", "id-ru-snils 1" },
		{ "ИНН 500100732259", "id-ru-inn 1" },
		{ "T.C. Kimlik No 10000000146", "id-tr-kimlik 1" },
	};

	check_rows(rows, G_N_ELEMENTS(rows));
}

#define TWENTY "aB3dE6gH9jKlM2nP5qRs"
#define BODY "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj" \
	"\nMzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvu\n"

static void test_secrets(void)
{
	static const struct row rows[] = {
		{ "-----BEGIN PRIVATE KEY-----\n" BODY, "key 1" },
		{ "> -----BEGIN RSA PRIVATE KEY-----\n> Proc-Type: 4,ENCRYPTED"
		  "\n>\n" BODY, "key 1" },
		{ "-----BEGIN OPENSSH PRIVATE KEY-----\r\n" BODY, "key 1" },
		{ "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n" BODY, "key 1" },
		{ "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n"
		  BODY, "key 1" },
		{ "-----BEGIN PUBLIC KEY-----\n" BODY, "" },
		{ "-----BEGIN CERTIFICATE-----\n" BODY, "" },
		{ "It starts with -----BEGIN PRIVATE KEY----- and ends.", "" },
		{ "AKIA2E0A8F3B244C9986 is", "token 1" },
		{ "key=ghp_" TWENTY "aB3dE6gH9jKlM2nP", "token 1" },
		{ "glpat-" TWENTY, "token 1" },
		{ "xoxb-123456789012-" TWENTY, "token 1" },
		{ "sk_live_" TWENTY "abcd", "token 1" },
		{ "AIza" TWENTY "aB3dE6gH9jKlM2n", "token 1" },
		{ "npm_" TWENTY "aB3dE6gH9jKlM2nP", "token 1" },
		{ "https://x.example/?X-Amz-Credential=AKIA2E0A8F3B244C9986"
		  "%2F", "" },
		{ "AKIAIOSFODNN7EXAMPLE", "" },
		{ "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "" },
		{ "sk_test_" TWENTY "abcd", "" },
		{ "xAKIA2E0A8F3B244C9986", "" },
		{ "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0." TWENTY TWENTY, "" },
	};

	check_rows(rows, G_N_ELEMENTS(rows));
}

/* What honest mail is full of. */
static void test_honest(void)
{
	static const struct row rows[] = {
		{ "Invoice 2026-0004711 of 24.11.2026, customer 10023344", "" },
		{ "Rechnung Nr. 4711081500 Kundennummer 123456789", "" },
		{ "Tracking 1Z999AA10123456784, 00340434161094042557", "" },
		{ "DHL 0034 0434 1610 9404 2557", "" },
		{ "FedEx 9999 9999 9999, UPS 7712 3456 7890", "" },
		{ "+49 89 1234 5678 90, (212) 555-0123, +1 212 555 0123", "" },
		{ "ISBN 978-3-16-148410-0, EAN 4006381333931", "" },
		{ "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd1"
		  "5d6c15b0f00a08", "" },
		{ "id 550e8400-e29b-41d4-a716-446655440000", "" },
		{ "https://example.org/u?c=4111111111111111&t=378282246310005",
		  "" },
		{ "Your gift card order 123-4567890-1234567 has shipped", "" },
		{ "Meeting ID: 845 1234 5678, Passcode: 123456", "" },
		{ "10.0.0.1 192.168.100.200 2001:db8::1", "" },
		{ "USt-IdNr. DE123456789, HRB 123456", "" },
		{ "01.01.2026-31.12.2026 12:30-13:00", "" },
	};

	check_rows(rows, G_N_ELEMENTS(rows));
}

static void test_markup(void)
{
	static const struct row rows[] = {
		{ "<p>4111 <b>1111</b> 1111 1111</p>", "card 1" },
		{ "<p>4111&nbsp;1111&nbsp;1111&nbsp;1111", "card 1" },
		{ "<td>4111</td><td>1111 1111 1111", "" },
		{ "<a href='x/4111 1111 1111 1111'>x</a>", "" },
		{ "<w:p><w:r><w:t>DE89 3704 </w:t></w:r><w:r><w:rPr><w:lang/>"
		  "</w:rPr><w:t>0044 0532 0130 00</w:t></w:r></w:p>",
		  "iban 1" },
		{ "<", "" }, { "<b", "" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *found = kinds(NULL, rows[i].text, TRUE);

		g_test_message("%s", rows[i].text);
		g_assert_cmpstr(found, ==, rows[i].kinds);
	}
}

static void test_patterns(void)
{
	static const struct {
		const char *file, *error;
	} bad[] = {
		{ "a", "line 1: \"a\" is no name (small letters, digits, -)"
		  " before a =" },
		{ "# x\n\nA = b", "line 3: \"A\" is no name (small letters,"
		  " digits, -) before a =" },
		{ "a = (", NULL }, { "a = b*", "line 1: a = \"b*\": matches"
		  " what is empty" },
		{ "a = \xff", "is not UTF-8" },
	};
	struct warden_sensitive_patterns *patterns = NULL;
	g_autofree char *error = NULL, *found = NULL, *slow = NULL;
	GString *text;

	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		char *why = NULL;

		g_assert_cmpint(warden_sensitive_patterns_new(
			bad[i].file, &patterns, &why), ==, -1);
		if (bad[i].error != NULL)
			g_assert_cmpstr(why, ==, bad[i].error);
		else
			g_assert_true(g_str_has_prefix(why,
						       "line 1: a = \"(\": "));
		g_free(why);
	}
	g_assert_cmpint(warden_sensitive_patterns_new(
		"# ours\nproject = (?i)\\bproject (falcon|heron)\\b\n"
		"slow = (a+)+b\n", &patterns, &error), ==, 1);
	found = kinds(patterns, "Project Falcon and project heron", FALSE);
	g_assert_cmpstr(found, ==, "pattern:project 2");
	/* ends, and finds nothing */
	text = g_string_new(NULL);
	for (guint i = 0; i < 5000; i++)
		g_string_append_c(text, 'a');
	slow = kinds(patterns, text->str, FALSE);
	g_assert_cmpstr(slow, ==, "");
	g_string_free(text, TRUE);
	warden_sensitive_patterns_free(patterns);
}

/* Every row of all that was found, cut at every byte; and much of nothing. */
static void test_hostile(void)
{
	static const char text[] = "Visa 4111 1111 1111 1111 DE89 3704 0044"
		" 0532 0130 00 СНИЛС 112-233-445 95 glpat-" TWENTY
		" -----BEGIN PRIVATE KEY-----\n" BODY "<w:t>&nbsp;";

	for (gsize cut = 0; cut < sizeof(text); cut++) {
		g_autofree char *copy = g_strndup(text, cut);

		g_free(kinds(NULL, copy, FALSE));
		g_free(kinds(NULL, copy, TRUE));
	}
	for (guint i = 0; i < 4; i++) {
		static const char *const floods[] = {
			"4", "4111 ", "DE89 ", "SSN 078-05-1120 ",
		};
		GString *flood = g_string_new(NULL);
		char *found;

		while (flood->len < 1024 * 1024)
			g_string_append(flood, floods[i]);
		found = kinds(NULL, flood->str, i % 2 == 0);
		g_assert_cmpstr(found, ==, i == 3 ? "id-us-ssn 1" : "");
		g_free(found);
		g_string_free(flood, TRUE);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sensitive/cards", test_cards);
	g_test_add_func("/sensitive/accounts", test_accounts);
	g_test_add_func("/sensitive/persons", test_persons);
	g_test_add_func("/sensitive/secrets", test_secrets);
	g_test_add_func("/sensitive/honest", test_honest);
	g_test_add_func("/sensitive/markup", test_markup);
	g_test_add_func("/sensitive/patterns", test_patterns);
	g_test_add_func("/sensitive/hostile", test_hostile);
	return g_test_run();
}
