#include "warden-config.h"

#include "sensitive-private.h"

#include <string.h>

/* Numbers that carry their own proof: cards (ISO/IEC 7812), accounts (ISO
   13616), and persons, by the rules of their countries. */

typedef struct sensitive_candidate candidate_t;

static guint digit(const candidate_t *candidate, guint i)
{
	return candidate->compact[i] - '0';
}

static gint64 number(const candidate_t *candidate, guint from, guint count)
{
	gint64 value = 0;

	for (guint i = from; i < from + count; i++)
		value = value * 10 + digit(candidate, i);
	return value;
}

static bool are_digits(const candidate_t *candidate, guint from, guint count)
{
	for (guint i = from; i < from + count; i++) {
		if (!g_ascii_isdigit(candidate->compact[i]))
			return FALSE;
	}
	return TRUE;
}

/* --- check digits ------------------------------------------------------------- */

static bool luhn(const candidate_t *candidate, guint from)
{
	guint sum = 0;

	for (guint i = candidate->size; i > from; i--) {
		guint value = digit(candidate, i - 1);

		if ((candidate->size - i) % 2 == 1)
			value = value * 2 > 9 ? value * 2 - 9 : value * 2;
		sum += value;
	}
	return sum % 10 == 0;
}

static guint weighted(const candidate_t *candidate, const guint8 *weights,
		      guint count)
{
	guint sum = 0;

	for (guint i = 0; i < count; i++)
		sum += digit(candidate, i) * weights[i];
	return sum;
}

/* One digit, again and again. */
static bool is_monotonous(const candidate_t *candidate)
{
	guint seen = 0;

	for (guint i = 0; i < candidate->size; i++)
		seen |= 1u << digit(candidate, i);
	return (seen & (seen - 1)) == 0;
}

/* Day and month as in a date of birth; some add to them. */
static bool is_date(guint day, guint month)
{
	return day >= 1 && day <= 31 && month >= 1 && month <= 12;
}

/* --- cards ---------------------------------------------------------------------- */

static const struct {
	guint first, last, digits;	/* of the number's beginning */
	guint shortest, longest;
	const char *name;
} issuers[] = {
	{ 4, 4, 1, 16, 16, "Visa" }, { 51, 55, 2, 16, 16, "Mastercard" },
	{ 2221, 2720, 4, 16, 16, "Mastercard" },
	{ 34, 34, 2, 15, 15, "American Express" },
	{ 37, 37, 2, 15, 15, "American Express" },
	{ 6011, 6011, 4, 16, 16, "Discover" },
	{ 644, 659, 3, 16, 16, "Discover" },
	{ 3528, 3589, 4, 16, 16, "JCB" },
	{ 300, 305, 3, 14, 14, "Diners Club" },
	{ 36, 36, 2, 14, 14, "Diners Club" },
	{ 38, 39, 2, 14, 14, "Diners Club" },
	{ 62, 62, 2, 16, 19, "UnionPay" },
};

static bool fits_card(const candidate_t *candidate, const char **detail_r)
{
	if (!candidate->digits || is_monotonous(candidate) ||
	    !luhn(candidate, 0))
		return FALSE;
	for (guint i = 0; i < G_N_ELEMENTS(issuers); i++) {
		guint start = number(candidate, 0, issuers[i].digits);

		if (start >= issuers[i].first && start <= issuers[i].last &&
		    candidate->size >= issuers[i].shortest &&
		    candidate->size <= issuers[i].longest) {
			*detail_r = issuers[i].name;
			return TRUE;
		}
	}
	return FALSE;
}

/* Numbers of parcels are written in groups, too, and have more of them. */
static bool fits_card_in_groups(const candidate_t *candidate,
				const char **detail_r)
{
	return !candidate->joined && fits_card(candidate, detail_r);
}

/* --- accounts ---------------------------------------------------------------------- */

/* Countries and lengths of the IBAN registry. */
static const char *const iban_lengths[] = {
	"AD24", "AE23", "AL28", "AT20", "AZ28", "BA20", "BE16", "BG22", "BH22",
	"BR29", "BY28", "CH21", "CR22", "CY28", "CZ24", "DE22", "DK18", "DO28",
	"EE20", "EG29", "ES24", "FI18", "FO18", "FR27", "GB22", "GE22", "GI23",
	"GL18", "GR27", "GT28", "HR21", "HU28", "IE22", "IL23", "IQ23", "IS26",
	"IT27", "JO30", "KW30", "KZ20", "LB28", "LC32", "LI21", "LT20", "LU20",
	"LV21", "LY25", "MC27", "MD24", "ME22", "MK19", "MR27", "MT31", "MU30",
	"NL18", "NO15", "PK24", "PL28", "PS29", "PT25", "QA29", "RO24", "RS22",
	"SA24", "SC31", "SE24", "SI19", "SK24", "SM27", "SV28", "TL23", "TN24",
	"TR26", "UA29", "VA22", "VG24", "XK20",
};

static bool fits_iban(const candidate_t *candidate, const char **detail_r)
{
	guint rest = 0;

	if (candidate->size < 15 || g_ascii_isdigit(candidate->compact[0]) ||
	    !are_digits(candidate, 2, 2))
		return FALSE;
	*detail_r = NULL;
	for (guint i = 0; i < G_N_ELEMENTS(iban_lengths); i++) {
		if (memcmp(iban_lengths[i], candidate->compact, 2) == 0 &&
		    g_ascii_strtoull(iban_lengths[i] + 2, NULL, 10) ==
		    candidate->size)
			*detail_r = iban_lengths[i];
	}
	if (*detail_r == NULL)
		return FALSE;
	for (guint i = 0; i < candidate->size; i++) {
		char c = candidate->compact[(i + 4) % candidate->size];
		guint value = g_ascii_isdigit(c) ? c - '0' : c - 'A' + 10;

		rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
	}
	*detail_r = "";
	return rest == 1;
}

/* --- persons ------------------------------------------------------------------------- */

static bool fits_us_ssn(const candidate_t *candidate,
			const char **detail_r G_GNUC_UNUSED)
{
	guint area;

	if (!candidate->digits)
		return FALSE;
	area = number(candidate, 0, 3);
	return area != 0 && area != 666 && area < 900 &&
	       number(candidate, 3, 2) != 0 && number(candidate, 5, 4) != 0 &&
	       !is_monotonous(candidate) &&
	       strcmp(candidate->compact, "123456789") != 0;
}

static bool fits_uk_nino(const candidate_t *candidate,
			 const char **detail_r G_GNUC_UNUSED)
{
	const char *text = candidate->compact;

	return g_ascii_isalpha(text[0]) && g_ascii_isalpha(text[1]) &&
	       strchr("DFIQUV", text[0]) == NULL &&
	       strchr("DFIOQUV", text[1]) == NULL &&
	       are_digits(candidate, 2, 6) && text[8] >= 'A' &&
	       text[8] <= 'D';
}

/* ISO 7064 mod 11, 10; one digit comes two or three times, another not. */
static bool fits_de_tax(const candidate_t *candidate,
			const char **detail_r G_GNUC_UNUSED)
{
	guint product = 10, counts[10] = { 0 }, most = 0;

	if (!candidate->digits || candidate->compact[0] == '0')
		return FALSE;
	for (guint i = 0; i < 10; i++) {
		guint sum = (digit(candidate, i) + product) % 10;

		product = (sum == 0 ? 10 : sum) * 2 % 11;
		most = MAX(most, ++counts[digit(candidate, i)]);
	}
	return most >= 2 && most <= 3 &&
	       (11 - product) % 10 == digit(candidate, 10);
}

/* ICAO 9303: weights 7, 3, 1; letters from 10 on. */
static bool fits_de_card(const candidate_t *candidate,
			 const char **detail_r G_GNUC_UNUSED)
{
	static const guint8 weights[] = { 7, 3, 1 };
	guint sum = 0;

	if (candidate->digits || strspn(candidate->compact,
					"CFGHJKLMNPRTVWXYZ0123456789") != 10 ||
	    !are_digits(candidate, 9, 1))
		return FALSE;
	for (guint i = 0; i < 9; i++) {
		char c = candidate->compact[i];

		sum += (g_ascii_isdigit(c) ? c - '0' : c - 'A' + 10) *
			weights[i % 3];
	}
	return sum % 10 == digit(candidate, 9);
}

static bool fits_fr_nir(const candidate_t *candidate,
			const char **detail_r G_GNUC_UNUSED)
{
	candidate_t plain = *candidate;
	gint64 less = 0;

	/* Corsica */
	if (memcmp(plain.compact + 5, "2A", 2) == 0)
		less = 1000000;
	else if (memcmp(plain.compact + 5, "2B", 2) == 0)
		less = 2000000;
	if (less != 0)
		plain.compact[6] = '0';
	if (!are_digits(&plain, 0, 15) ||
	    strchr("123478", plain.compact[0]) == NULL)
		return FALSE;
	return 97 - (number(&plain, 0, 13) - less) % 97 ==
		number(&plain, 13, 2);
}

static bool fits_es_dni(const candidate_t *candidate,
			const char **detail_r G_GNUC_UNUSED)
{
	static const char letters[] = "TRWAGMYFPDXBNJZSQVHLCKE";
	candidate_t plain = *candidate;

	if (plain.compact[0] >= 'X' && plain.compact[0] <= 'Z')
		plain.compact[0] = '0' + (plain.compact[0] - 'X');
	return are_digits(&plain, 0, 8) &&
	       plain.compact[8] == letters[number(&plain, 0, 8) % 23];
}

/* Odd places count by this table, even ones by their value. */
static bool fits_it_code(const candidate_t *candidate,
			 const char **detail_r G_GNUC_UNUSED)
{
	static const guint8 odd[] = {
		1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8,
		12, 14, 16, 10, 22, 25, 24, 23,
	};
	static const char form[] = "AAAAAA00A00A000A";
	const char *text = candidate->compact;
	guint sum = 0;

	for (guint i = 0; i < 16; i++) {
		if ((form[i] == 'A') != (g_ascii_isalpha(text[i]) != 0))
			return FALSE;
	}
	if (strchr("ABCDEHLMPRST", text[8]) == NULL)
		return FALSE;
	for (guint i = 0; i < 15; i++) {
		guint value = g_ascii_isdigit(text[i]) ? text[i] - '0' :
			text[i] - 'A';

		sum += i % 2 == 0 ? odd[value] : value;
	}
	return (guint)(text[15] - 'A') == sum % 26;
}

static bool fits_nl_bsn(const candidate_t *candidate,
			const char **detail_r G_GNUC_UNUSED)
{
	static const guint8 weights[] = { 9, 8, 7, 6, 5, 4, 3, 2, 10 };

	/* the last one counts -1, which is 10 */
	return candidate->digits && !is_monotonous(candidate) &&
	       weighted(candidate, weights, 9) % 11 == 0;
}

static bool fits_be_rrn(const candidate_t *candidate,
			const char **detail_r G_GNUC_UNUSED)
{
	gint64 first, check;

	if (!candidate->digits || number(candidate, 2, 2) > 12 ||
	    number(candidate, 4, 2) > 31)
		return FALSE;
	first = number(candidate, 0, 9);
	check = number(candidate, 9, 2);
	return 97 - first % 97 == check ||
	       97 - (2000000000 + first) % 97 == check;
}

static bool fits_pl_pesel(const candidate_t *candidate,
			  const char **detail_r G_GNUC_UNUSED)
{
	static const guint8 weights[] = { 1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1 };

	return candidate->digits &&
	       is_date(number(candidate, 4, 2), number(candidate, 2, 2) % 20) &&
	       weighted(candidate, weights, 11) % 10 == 0;
}

static bool fits_pt_nif(const candidate_t *candidate,
			const char **detail_r G_GNUC_UNUSED)
{
	static const guint8 weights[] = { 9, 8, 7, 6, 5, 4, 3, 2 };
	guint check;

	if (!candidate->digits ||
	    strchr("1235689", candidate->compact[0]) == NULL)
		return FALSE;
	check = 11 - weighted(candidate, weights, 8) % 11;
	return (check > 9 ? 0 : check) == digit(candidate, 8);
}

static bool fits_se_pnr(const candidate_t *candidate,
			const char **detail_r G_GNUC_UNUSED)
{
	guint from = candidate->size - 10;

	return candidate->digits &&
	       is_date(number(candidate, from + 4, 2) % 60,
		       number(candidate, from + 2, 2)) &&
	       luhn(candidate, from);
}

static bool fits_fi_hetu(const candidate_t *candidate,
			 const char **detail_r G_GNUC_UNUSED)
{
	static const char checks[] = "0123456789ABCDEFHJKLMNPRSTUVWXY";
	gint64 value;

	if (!are_digits(candidate, 0, 9) ||
	    !is_date(number(candidate, 0, 2), number(candidate, 2, 2)))
		return FALSE;
	value = number(candidate, 0, 9);
	return candidate->compact[9] == checks[value % 31];
}

static bool fits_no_fnr(const candidate_t *candidate,
			const char **detail_r G_GNUC_UNUSED)
{
	static const guint8 first[] = { 3, 7, 6, 1, 8, 9, 4, 5, 2, 1 };
	static const guint8 second[] = { 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1 };

	return candidate->digits &&
	       is_date(number(candidate, 0, 2) % 40,
		       number(candidate, 2, 2) % 40) &&
	       weighted(candidate, first, 10) % 11 == 0 &&
	       weighted(candidate, second, 11) % 11 == 0;
}

/* The check digit is not kept to since 2007. */
static bool fits_dk_cpr(const candidate_t *candidate,
			const char **detail_r G_GNUC_UNUSED)
{
	return candidate->digits && is_date(number(candidate, 0, 2),
					    number(candidate, 2, 2));
}

static bool fits_ch_ahv(const candidate_t *candidate,
			const char **detail_r G_GNUC_UNUSED)
{
	static const guint8 weights[] = { 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3,
					  1 };

	return candidate->digits && number(candidate, 0, 3) == 756 &&
	       weighted(candidate, weights, 13) % 10 == 0;
}

static bool fits_br_cpf(const candidate_t *candidate,
			const char **detail_r G_GNUC_UNUSED)
{
	static const guint8 weights[] = { 11, 10, 9, 8, 7, 6, 5, 4, 3, 2 };

	if (!candidate->digits || is_monotonous(candidate))
		return FALSE;
	/* the first check digit does without the first weight */
	for (guint i = 0; i < 2; i++) {
		guint rest = weighted(candidate, weights + 1 - i, 9 + i) % 11;

		if ((rest < 2 ? 0 : 11 - rest) != digit(candidate, 9 + i))
			return FALSE;
	}
	return TRUE;
}

/* Verhoeff: the dihedral group of ten, and its permutation. */
static guint dihedral(guint a, guint b)
{
	if (a < 5)
		return b < 5 ? (a + b) % 5 : 5 + (a + b - 5) % 5;
	return b < 5 ? 5 + (a - 5 + 5 - b) % 5 : (a + 5 - b) % 5;
}

static bool fits_in_aadhaar(const candidate_t *candidate,
			    const char **detail_r G_GNUC_UNUSED)
{
	static const guint8 permutation[] = { 1, 5, 7, 6, 2, 8, 3, 0, 9, 4 };
	guint check = 0;

	if (!candidate->digits || candidate->compact[0] < '2')
		return FALSE;
	for (guint i = 0; i < 12; i++) {
		guint value = digit(candidate, 11 - i);

		for (guint j = 0; j < i % 8; j++)
			value = permutation[value];
		check = dihedral(check, value);
	}
	return check == 0;
}

static bool fits_in_pan(const candidate_t *candidate,
			const char **detail_r G_GNUC_UNUSED)
{
	const char *text = candidate->compact;

	for (guint i = 0; i < 5; i++) {
		if (!g_ascii_isalpha(text[i]))
			return FALSE;
	}
	return strchr("PCHFATBLJG", text[3]) != NULL &&
	       are_digits(candidate, 5, 4) && g_ascii_isalpha(text[9]);
}

/* ISO 7064 mod 11-2, with a date of birth. */
static bool fits_cn_id(const candidate_t *candidate,
		       const char **detail_r G_GNUC_UNUSED)
{
	guint sum = 0, year;
	char last = candidate->compact[17];

	if (!are_digits(candidate, 0, 17) || candidate->compact[0] == '0')
		return FALSE;
	year = number(candidate, 6, 4);
	if (year < 1900 || year > 2099 ||
	    !is_date(number(candidate, 12, 2), number(candidate, 10, 2)))
		return FALSE;
	for (guint i = 0; i < 17; i++)
		sum = (sum + digit(candidate, i)) * 2 % 11;
	return last == "0123456789X"[(12 - sum) % 11];
}

static bool fits_ru_snils(const candidate_t *candidate,
			  const char **detail_r G_GNUC_UNUSED)
{
	static const guint8 weights[] = { 9, 8, 7, 6, 5, 4, 3, 2, 1 };
	guint sum;

	if (!candidate->digits || is_monotonous(candidate))
		return FALSE;
	sum = weighted(candidate, weights, 9) % 101;
	return (sum == 100 ? 0 : sum) == number(candidate, 9, 2);
}

static bool fits_ru_inn(const candidate_t *candidate,
			const char **detail_r G_GNUC_UNUSED)
{
	static const guint8 weights[] = { 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8 };

	return candidate->digits && !is_monotonous(candidate) &&
	       weighted(candidate, weights + 1, 10) % 11 % 10 ==
	       digit(candidate, 10) &&
	       weighted(candidate, weights, 11) % 11 % 10 ==
	       digit(candidate, 11);
}

static bool fits_tr_id(const candidate_t *candidate,
		       const char **detail_r G_GNUC_UNUSED)
{
	guint odd = 0, even = 0, sum = 0;

	if (!candidate->digits || candidate->compact[0] == '0')
		return FALSE;
	for (guint i = 0; i < 9; i++) {
		if (i % 2 == 0)
			odd += digit(candidate, i);
		else
			even += digit(candidate, i);
	}
	for (guint i = 0; i < 10; i++)
		sum += digit(candidate, i);
	return (odd * 7 + 100 - even) % 10 == digit(candidate, 9) &&
	       sum % 10 == digit(candidate, 10);
}

/* --- table ---------------------------------------------------------------------------- */

#define WORDS(...) (const char *const[]){ __VA_ARGS__, NULL }

/* An IBAN's shape is one for each country and way of writing: any. */
const struct sensitive_rule warden_sensitive_rules[] = {
	{ "iban", "", "*", fits_iban, NULL },
	{ "card", "", "4_4_4_4 4-4-4-4 4_6_5 4-6-5 4_6_4 4-6-4",
	  fits_card_in_groups, NULL },
	{ "card", "", "16 15 14 19", fits_card,
	  WORDS("card", "cards", "visa", "mastercard", "amex",
		"american express", "cvv", "cvc", "kreditkarte",
		"kartennummer", "kreditkartennummer", "carte", "tarjeta",
		"cartão", "cartao", "carta", "creditcard", "kaart", "karta",
		"karty", "kort", "карта", "карты", "信用卡", "卡号", "カード") },
	{ "id-us-ssn", "US", "3-2-4 3_2_4 9", fits_us_ssn,
	  WORDS("ssn", "social security", "soc sec") },
	{ "id-uk-nino", "UK", "9 2_2_2_2_1 2_6_1", fits_uk_nino,
	  WORDS("national insurance", "nino", "ni number", "ni no") },
	{ "id-de-tax", "DE", "11 2_3_3_3", fits_de_tax,
	  WORDS("steuer-id", "steuerid", "steueridentifikationsnummer",
		"steuer-identifikationsnummer", "identifikationsnummer",
		"idnr", "steuer-idnr", "steuernummer", "tax id") },
	{ "id-de-card", "DE", "10", fits_de_card,
	  WORDS("personalausweis", "personalausweisnummer", "ausweisnummer",
		"ausweis-nr", "ausweis", "id card") },
	{ "id-fr-nir", "FR", "15 1_2_2_2_3_3_2 13_2", fits_fr_nir,
	  WORDS("sécurité sociale", "securite sociale", "sécu", "nir",
		"insee", "assuré", "social security") },
	{ "id-es-dni", "ES", "9 8-1 1-7-1 8_1", fits_es_dni,
	  WORDS("dni", "nif", "nie", "documento nacional", "identidad") },
	{ "id-it-code", "IT", "16", fits_it_code, NULL },
	{ "id-nl-bsn", "NL", "9 3_3_3 4.2.3", fits_nl_bsn,
	  WORDS("bsn", "burgerservicenummer", "sofinummer", "sofi-nummer") },
	{ "id-be-rrn", "BE", "11 2.2.2-3.2", fits_be_rrn,
	  WORDS("rijksregister", "rijksregisternummer", "registre national",
		"insz", "niss", "nationalregister") },
	{ "id-pl-pesel", "PL", "11", fits_pl_pesel, WORDS("pesel") },
	{ "id-pt-nif", "PT", "9 3_3_3", fits_pt_nif,
	  WORDS("nif", "contribuinte", "número fiscal", "numero fiscal") },
	{ "id-se-pnr", "SE", "10 12 6-4 8-4", fits_se_pnr,
	  WORDS("personnummer", "personnr", "pnr") },
	{ "id-fi-hetu", "FI", "6-4", fits_fi_hetu,
	  WORDS("henkilötunnus", "hetu", "personbeteckning") },
	{ "id-no-fnr", "NO", "11 6_5", fits_no_fnr,
	  WORDS("fødselsnummer", "fodselsnummer", "personnummer", "fnr") },
	{ "id-dk-cpr", "DK", "10 6-4", fits_dk_cpr,
	  WORDS("cpr", "cpr-nummer", "cpr-nr", "cprnr", "personnummer") },
	{ "id-ch-ahv", "CH", "13 3.4.4.2", fits_ch_ahv,
	  WORDS("ahv", "avs", "ahv-nummer", "ahv-nr", "ahvn13", "navs13",
		"sozialversicherungsnummer") },
	{ "id-br-cpf", "BR", "3.3.3-2", fits_br_cpf, NULL },
	{ "id-br-cpf", "BR", "11", fits_br_cpf, WORDS("cpf") },
	{ "id-in-aadhaar", "IN", "12 4_4_4 4-4-4", fits_in_aadhaar,
	  WORDS("aadhaar", "aadhar", "adhaar", "uidai", "आधार") },
	{ "id-in-pan", "IN", "10", fits_in_pan,
	  WORDS("pan", "pan card", "permanent account") },
	{ "id-cn-id", "CN", "18", fits_cn_id,
	  WORDS("身份证", "身份證", "公民身份", "resident identity", "id card",
		"identity card") },
	{ "id-ru-snils", "RU", "3-3-3_2 3-3-3-2 11", fits_ru_snils,
	  WORDS("снилс", "snils") },
	{ "id-ru-inn", "RU", "12", fits_ru_inn, WORDS("инн", "inn") },
	{ "id-tr-kimlik", "TR", "11", fits_tr_id,
	  WORDS("kimlik", "tckn", "t.c.", "tc no") },
};
G_STATIC_ASSERT(G_N_ELEMENTS(warden_sensitive_rules) <=
		WARDEN_SENSITIVE_RULES_MAX - 1);
const guint warden_sensitive_rules_count =
	G_N_ELEMENTS(warden_sensitive_rules);
