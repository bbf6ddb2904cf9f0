#include "warden-config.h"

#include "checks-private.h"
#include "from.h"
#include "language.h"
#include "lure.h"
#include "normal-text.h"
#include "phrases.h"
#include "url.h"
#include "wallet.h"

#include <string.h>

/* What a mail says and asks for. Banks, shops and colleagues write of accounts,
   parcels and invoices, too: an intent alone is worth little, what counts is
   what it comes with. */

static const struct warden_symbol symbols[] = {
	{ "CONTENT_ACCOUNT_LURE", "content", "T1566.002" },
	{ "CONTENT_ADVANCE_FEE", "content", "T1566" },
	{ "CONTENT_ADVANCE_FEE_CLEAR", "content", "T1566" },
	{ "CONTENT_BOSS", "content", "T1566" },
	{ "CONTENT_CALLBACK", "content", "T1566.004" },
	{ "CONTENT_CREDENTIALS", "content", "T1566" },
	{ "CONTENT_CRYPTO", "content", "" },
	{ "CONTENT_DELIVERY_FEE", "content", "T1566" },
	{ "CONTENT_DOCUMENT", "content", "T1566" },
	{ "CONTENT_EXTORTION", "content", "T1657" },
	{ "CONTENT_EXTORTION_WALLET", "content", "T1657" },
	{ "CONTENT_GIFT_CARD", "content", "T1657" },
	{ "CONTENT_INVOICE", "content", "T1566" },
	{ "CONTENT_JOB", "content", "" },
	{ "CONTENT_LOAN", "content", "" },
	{ "CONTENT_OFFER", "content", "" },
	{ "CONTENT_PAYMENT_CHANGE", "content", "T1657" },
	{ "CONTENT_PRIVATE_REPLY", "content", "T1566" },
	{ "CONTENT_PRIZE", "content", "T1566" },
	{ "CONTENT_PRIZE_CLEAR", "content", "T1566" },
	{ "CONTENT_QUOTA", "content", "T1566" },
	{ "CONTENT_REFUND", "content", "T1566" },
	{ "CONTENT_ROMANCE", "content", "" },
	{ "CONTENT_THREAT", "content", "T1566" },
	{ "CONTENT_URGENCY", "content", "T1566" },
	{ "HIDDEN_TEXT_SALTING", "content", "T1027" },
	{ "IMAGE_ONLY", "content", "T1027" },
	{ "LANGUAGE_UNUSUAL", "history", "" },
	{ "LURE_ACCOUNT", "content", "T1566.002" },
	{ "LURE_BILL", "content", "T1566.002" },
	{ "LURE_BOSS", "content", "T1566" },
	{ "LURE_CALL", "content", "T1566.004" },
	{ "LURE_EXTORTION", "content", "T1657" },
	{ "LURE_FUND", "content", "T1566" },
	{ "LURE_FUND_CLEAR", "content", "T1566" },
	{ "LURE_HOOK", "content", "T1566" },
	{ "LURE_MAILBOX", "content", "T1566.002" },
	{ "LURE_OFFER", "content", "" },
	{ "LURE_PARCEL", "content", "T1566.002" },
	{ "LURE_PRIZE", "content", "T1566" },
	{ "LURE_SHARE", "content", "T1566.002" },
	{ "LURE_WALLET", "content", "T1566.002" },
	{ "PASSWORD_FORM", "content", "T1566" },
	{ "TEXT_ALTERNATIVES_DIFFER", "content", "T1027" },
	{ "TEXT_OBFUSCATED", "content", "T1027" },
};

struct content {
	const struct warden_check_input *input;
	struct warden_findings *findings;
	struct warden_normal_text normal;
	struct warden_phrase_hits hits;
};

static double sum_of(const struct content *content, enum warden_intent intent)
{
	return content->hits.sums[intent];
}

/* The words that were found, for people. Owned by the caller. */
static char *quote(const struct content *content, enum warden_intent intent)
{
	gsize start = content->hits.starts[intent];
	gsize size = content->hits.ends[intent] - start;
	char *words = g_strndup(content->normal.text + start, MIN(size, 120));

	for (char *p = words; *p != '\0'; p++) {
		if (*p == '\n' || *p == '\t')
			*p = ' ';
	}
	if (size > 120) {
		g_autofree char *cut = words;

		words = g_utf8_make_valid(cut, -1);
	}
	return words;
}

static void raise_intent(const struct content *content, const char *symbol,
			 enum warden_intent intent)
{
	g_autofree char *words = quote(content, intent);

	warden_findings_add(content->findings, symbol, "", "it says \"%s\"",
			    words);
}

/* --- intents on their own ----------------------------------------------------------- */

static const struct {
	enum warden_intent intent;
	double least;		/* the sum of its phrases' weights */
	guint count;		/* different ones, at least */
	const char *symbol;
} plain_intents[] = {
	{ WARDEN_INTENT_CREDENTIALS, 5, 2, "CONTENT_CREDENTIALS" },
	{ WARDEN_INTENT_THREAT, 4, 2, "CONTENT_THREAT" },
	{ WARDEN_INTENT_URGENCY, 3, 2, "CONTENT_URGENCY" },
	{ WARDEN_INTENT_PAYMENT_CHANGE, 4, 1, "CONTENT_PAYMENT_CHANGE" },
	{ WARDEN_INTENT_INVOICE, 4, 3, "CONTENT_INVOICE" },
	{ WARDEN_INTENT_GIFT_CARD, 6, 2, "CONTENT_GIFT_CARD" },
	{ WARDEN_INTENT_CALLBACK, 6, 2, "CONTENT_CALLBACK" },
	{ WARDEN_INTENT_EXTORTION, 8, 2, "CONTENT_EXTORTION" },
	{ WARDEN_INTENT_ADVANCE_FEE, 6, 2, "CONTENT_ADVANCE_FEE" },
	{ WARDEN_INTENT_ADVANCE_FEE, 13, 4, "CONTENT_ADVANCE_FEE_CLEAR" },
	{ WARDEN_INTENT_PRIZE, 5, 2, "CONTENT_PRIZE" },
	{ WARDEN_INTENT_PRIZE, 10, 4, "CONTENT_PRIZE_CLEAR" },
	{ WARDEN_INTENT_ROMANCE, 5, 2, "CONTENT_ROMANCE" },
	{ WARDEN_INTENT_JOB, 5, 2, "CONTENT_JOB" },
	{ WARDEN_INTENT_CRYPTO, 5, 2, "CONTENT_CRYPTO" },
	{ WARDEN_INTENT_LOAN, 5, 2, "CONTENT_LOAN" },
	{ WARDEN_INTENT_DELIVERY_FEE, 5, 2, "CONTENT_DELIVERY_FEE" },
	{ WARDEN_INTENT_REFUND, 5, 2, "CONTENT_REFUND" },
	{ WARDEN_INTENT_QUOTA, 6, 2, "CONTENT_QUOTA" },
	{ WARDEN_INTENT_DOCUMENT, 5, 2, "CONTENT_DOCUMENT" },
	{ WARDEN_INTENT_PRIVATE_REPLY, 4, 1, "CONTENT_PRIVATE_REPLY" },
	{ WARDEN_INTENT_OFFER, 5, 2, "CONTENT_OFFER" },
};

static void judge_intents(const struct content *content)
{
	for (gsize i = 0; i < G_N_ELEMENTS(plain_intents); i++) {
		enum warden_intent intent = plain_intents[i].intent;

		if (sum_of(content, intent) >= plain_intents[i].least &&
		    content->hits.counts[intent] >= plain_intents[i].count)
			raise_intent(content, plain_intents[i].symbol, intent);
	}
}

/* --- what comes together -------------------------------------------------------------- */

/* A link to click that leads to somebody else than the sender. */
static bool has_foreign_link(const struct warden_facts *facts)
{
	g_autofree char *own = warden_from_domain(facts);

	for (guint i = 0; i < facts->urls->len; i++) {
		const struct warden_url *url =
			g_ptr_array_index(facts->urls, i);

		if (*url->host != '\0' &&
		    strcmp(url->source, "resource") != 0 &&
		    strcmp(own, warden_host_domain(url->host)) != 0)
			return TRUE;
	}
	return FALSE;
}

/* Who keeps accounts has no reason to send people elsewhere to save theirs. */
static void judge_account_lure(const struct content *content)
{
	double asks = sum_of(content, WARDEN_INTENT_CREDENTIALS);
	double quota = sum_of(content, WARDEN_INTENT_QUOTA);
	double pressure = sum_of(content, WARDEN_INTENT_THREAT) +
		sum_of(content, WARDEN_INTENT_URGENCY);

	if ((asks >= 4 || (asks >= 2 && quota >= 4)) &&
	    (pressure >= 4 || (pressure >= 2 && quota >= 4)) &&
	    has_foreign_link(content->input->facts))
		raise_intent(content, "CONTENT_ACCOUNT_LURE",
			     asks > quota ? WARDEN_INTENT_CREDENTIALS :
			     WARDEN_INTENT_QUOTA);
}

/* "Are you at your desk? I need you to buy some cards." */
#define BOSS_CHARS_MAX 1500u

static void judge_boss(const struct content *content)
{
	double authority = sum_of(content, WARDEN_INTENT_AUTHORITY);
	double wants = sum_of(content, WARDEN_INTENT_GIFT_CARD) +
		sum_of(content, WARDEN_INTENT_PAYMENT_CHANGE) +
		sum_of(content, WARDEN_INTENT_PRIVATE_REPLY);

	if (content->input->facts->text.visible_chars <= BOSS_CHARS_MAX &&
	    authority >= 2 && (authority >= 5 || wants >= 3))
		raise_intent(content, "CONTENT_BOSS", WARDEN_INTENT_AUTHORITY);
}

static void judge_wallet(const struct content *content)
{
	const char *wallet;

	if (sum_of(content, WARDEN_INTENT_EXTORTION) < 7)
		return;
	wallet = warden_wallet_find(content->input->facts->text.visible);
	if (wallet != NULL)
		warden_findings_add(content->findings,
				    "CONTENT_EXTORTION_WALLET", "",
				    "threats, and a %s address to pay to",
				    wallet);
}

/* --- how it is written ------------------------------------------------------------------ */

/* Some put a few in against telephones that make links of dates and places. */
#define INVISIBLE_MIN 12u
#define INVISIBLE_PER 60u
#define MIXED_MIN 2u
#define STYLED_MIN 200u
#define OVERLAID_MIN 20u

static void judge_writing(const struct content *content)
{
	const struct warden_normal_text *normal = &content->normal;
	const struct warden_text_facts *text = &content->input->facts->text;

	if (normal->mixed >= MIXED_MIN)
		warden_findings_add(content->findings, "TEXT_OBFUSCATED", "",
				    "%u words with letters of other alphabets"
				    " that look alike, such as \"%s\"",
				    normal->mixed, normal->example);
	if (text->invisible_chars >= INVISIBLE_MIN &&
	    (guint64)text->invisible_chars * INVISIBLE_PER >=
	    text->visible_chars)
		warden_findings_add(content->findings, "TEXT_OBFUSCATED", "",
				    "%u invisible characters inside words",
				    text->invisible_chars);
	if (normal->overlaid >= OVERLAID_MIN)
		warden_findings_add(content->findings, "TEXT_OBFUSCATED", "",
				    "%u letters with marks drawn over them",
				    normal->overlaid);
	if (normal->styled >= STYLED_MIN)
		warden_findings_add(content->findings, "TEXT_OBFUSCATED", "",
				    "%u letters are signs of mathematics or"
				    " of East Asian width", normal->styled);
}

/* Different words in text that also stand in other, in percent. */
static guint common_words(const char *text, const char *other, guint *all_r)
{
	g_auto(GStrv) words = g_strsplit_set(text, " \n\t.,;:!?()\"", -1);
	g_auto(GStrv) others = g_strsplit_set(other, " \n\t.,;:!?()\"", -1);
	g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash,
						       g_str_equal);
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	guint common = 0;

	for (char **word = others; *word != NULL; word++)
		g_hash_table_add(known, *word);
	for (char **word = words; *word != NULL; word++) {
		if (strlen(*word) >= 4 && g_hash_table_add(seen, *word))
			common += g_hash_table_contains(known, *word);
	}
	*all_r = g_hash_table_size(seen);
	return *all_r == 0 ? 100 : common * 100 / *all_r;
}

/* Newsletters hide a line for the list of mails, and what other screens show:
   the first is short, the second says what is seen as well. */
#define SALT_CHARS_MIN 400u
#define SALT_WORDS_MIN 40u
#define SALT_COMMON_MAX 25u

static void judge_hidden(const struct content *content)
{
	const struct warden_text_facts *text = &content->input->facts->text;
	struct warden_normal_text hidden;
	guint words, common;

	if (text->hidden_chars < SALT_CHARS_MIN)
		return;
	warden_normal_text_init(&hidden, text->hidden);
	common = common_words(hidden.text, content->normal.text, &words);
	if (words >= SALT_WORDS_MIN && common <= SALT_COMMON_MAX)
		warden_findings_add(content->findings, "HIDDEN_TEXT_SALTING",
				    "", "%u hidden characters, of whose words"
				    " %u%% are seen as well",
				    text->hidden_chars, common);
	warden_normal_text_clear(&hidden);
}

/* A picture says it all, and is the link. */
#define IMAGE_TEXT_MAX 40u

static void judge_image(const struct content *content)
{
	const struct warden_facts *facts = content->input->facts;
	guint links = 0;

	if (facts->text.images == 0 || facts->text.images > 3 ||
	    facts->text.visible_chars > IMAGE_TEXT_MAX)
		return;
	for (guint i = 0; i < facts->urls->len; i++) {
		const struct warden_url *url =
			g_ptr_array_index(facts->urls, i);

		links += strcmp(url->source, "html") == 0 &&
			*url->host != '\0';
	}
	if (links > 0)
		warden_findings_add(content->findings, "IMAGE_ONLY", "",
				    "%u pictures, %u links, %u characters of"
				    " text", facts->text.images, links,
				    facts->text.visible_chars);
}

/* --- the reader's languages -------------------------------------------------------------- */

static void judge_language(const struct content *content)
{
	const struct warden_history *history = content->input->history;
	const char *language;
	guint32 mails = 0, all = 0;

	if (history == NULL || history->language == NULL)
		return;
	language = warden_language_of(content->input->facts->text.visible);
	if (language == NULL ||
	    history->language(history->context, language,
			      content->input->envelope->user, &mails,
			      &all) < 0)
		return;
	if (all > 0 && mails == 0)
		warden_findings_add(content->findings, "LANGUAGE_UNUSUAL", "",
				    "written in %s, as none of %u earlier"
				    " mails", warden_language_name(language),
				    all);
}

/* --- traits ------------------------------------------------------------------------------- */

static const struct warden_trait_symbol trait_symbols[] = {
	{ WARDEN_TRAIT_ALTERNATIVES_DIFFER, "TEXT_ALTERNATIVES_DIFFER",
	  "the plain text and the page have little in common" },
};

static void judge_password_form(const struct warden_check_input *input,
				struct warden_findings *findings)
{
	const GPtrArray *traits = input->facts->traits;

	for (guint i = 0; i < traits->len; i++) {
		const struct warden_trait *trait =
			g_ptr_array_index(traits, i);

		if (strcmp(trait->code, "html-password-field") == 0)
			warden_findings_add(findings, "PASSWORD_FORM",
					    trait->part, "%s", trait->detail);
	}
}

static void run(const struct warden_check_input *input,
		struct warden_findings *findings)
{
	const struct warden_facts *facts = input->facts;
	struct content content = { .input = input, .findings = findings };
	g_autofree char *text = g_strconcat(facts->header.subject, "\n",
					    facts->text.visible, NULL);

	judge_password_form(input, findings);
	warden_checks_traits(input, trait_symbols,
			     G_N_ELEMENTS(trait_symbols), findings);
	warden_normal_text_init(&content.normal, text);
	if (input->site != NULL && input->site->phrases != NULL) {
		warden_phrases_match(input->site->phrases,
				     content.normal.text, NULL, &content.hits);
		judge_intents(&content);
		judge_account_lure(&content);
		judge_boss(&content);
		judge_wallet(&content);
		warden_lure_check(input, &content.hits.concepts,
				  content.normal.text, findings);
	}
	judge_writing(&content);
	judge_hidden(&content);
	judge_image(&content);
	judge_language(&content);
	warden_normal_text_clear(&content.normal);
}

const struct warden_check warden_check_content = {
	.name = "content",
	.symbols = symbols,
	.symbols_count = G_N_ELEMENTS(symbols),
	.run = run,
};
