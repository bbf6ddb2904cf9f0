#include "warden-config.h"

#include "scanner/checks/language.h"
#include "scanner/checks/normal-text.h"
#include "scanner/checks/phrases.h"
#include "scanner/checks/wallet.h"

#include <string.h>

/* Folding, phrases, languages, addresses of crypto money. */

static void test_folding(void)
{
	static const struct {
		const char *text, *folded;
		guint mixed, styled, apart;
	} rows[] = {
		{ "Verify Ünïcödé", "verify unicode", 0, 0, 0 },
		{ "ver\u200bify", "verify", 0, 0, 0 },
		{ "\u0440aypal acc\u043eunt", "paypal account", 2, 0, 0 },
		{ "\u041f\u0440\u0438\u0432\u0435\u0442",
		  "\u043f\u0440\u0438\u0432\u0435\u0442", 0, 0, 0 },
		{ "\U0001d5e9\U0001d5f2\U0001d5ff\U0001d5f6", "veri", 0, 4, 0 },
		{ "\uff30\uff41\uff59", "pay", 0, 3, 0 },
		{ "v.e.r.i.f.y it", "verify it", 0, 0, 1 },
		{ "V E R I F Y", "verify", 0, 0, 1 },
		{ "a b c", "a b c", 0, 0, 0 },
		{ "Stra\u00dfe", "strasse", 0, 0, 0 },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct warden_normal_text normal;

		warden_normal_text_init(&normal, rows[i].text);
		g_assert_cmpstr(normal.text, ==, rows[i].folded);
		g_assert_cmpuint(normal.mixed, ==, rows[i].mixed);
		g_assert_cmpuint(normal.styled, ==, rows[i].styled);
		g_assert_cmpuint(normal.apart, ==, rows[i].apart);
		warden_normal_text_clear(&normal);
	}
}

static double sum(const char *table, const char *text)
{
	struct warden_phrases *phrases = warden_phrases_new();
	struct warden_phrase_hits hits;
	struct warden_normal_text normal;
	char *error = NULL;

	g_assert_cmpint(warden_phrases_add(phrases, "x.conf", table, &error),
			==, 1);
	warden_normal_text_init(&normal, text);
	warden_phrases_match(phrases, normal.text, NULL, &hits);
	warden_normal_text_clear(&normal);
	warden_phrases_free(phrases);
	return hits.sums[WARDEN_INTENT_THREAT];
}

static void test_phrases(void)
{
	static const struct {
		const char *pattern, *text;
		double sum;
	} rows[] = {
		{ "2 a b", "a b", 2 }, { "2 a b", "a c b", 0 },
		{ "2 a b", "A, B!", 2 }, { "2 a b", "a b a b", 2 },
		{ "2 a ... b", "a 1 2 3 4 b", 2 },
		{ "2 a ... b", "a 1 2 3 4 5 b", 0 },
		{ "2 a ... b", "a b", 2 }, { "2 ab* c", "abcde c", 2 },
		{ "2 ab* c", "a c", 0 }, { "2 a (b|c*) d", "a cx d", 2 },
		{ "2 a b? c", "a c", 2 }, { "2 a b? c", "a b c", 2 },
		{ "2 a b? c", "a b b c", 0 }, { "2 a # b", "a 12 b", 2 },
		{ "2 a ... b? c", "a x y c", 2 },
		{ "2 a (b c|d) e", "a b c e", 2 },
		{ "2 a (b c|d) e", "a d e", 2 }, { "2 a (b c|d)? e", "a e", 2 },
		{ "2 a (b|b c)", "a b c", 2 },	/* once */
		{ "2 compte bloqué", "COMPTE BLOQUE", 2 },
		{ "2 expir*", "avant l'expiration", 2 },
		{ "2 date ... d'expir*", "date d'expiration", 2 },
		{ "2 don't", "I don't", 2 }, { "2 t", "I don't", 0 },
		{ "2 您的(账户|帐号)", "请验证您的账户", 2 },
		{ "2 验证 ... 账户", "验证一下您的账户", 2 },
		{ "2 password", "passw0rd", 2 },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *table = g_strdup_printf("[threat]\n%s\n",
							 rows[i].pattern);

		g_test_message("%s: %s", rows[i].pattern, rows[i].text);
		g_assert_cmpfloat(sum(table, rows[i].text), ==, rows[i].sum);
	}
}

/* "a b" the concepts account and block, "~" not near each other. */
static void test_concepts(void)
{
	static const char table[] =
		"[concept account]\na*\n账户\n[concept block]\n(b|c d)\n"
		"[threat]\n2 a\n[concept bank]\nbank\n";
	static const struct {
		const char *text;
		bool account, block, near, threat;
	} rows[] = {
		{ "", 0, 0, 0, 0 }, { "x", 0, 0, 0, 0 }, { "a", 1, 0, 0, 1 },
		{ "abc x b", 1, 1, 1, 0 }, { "b! A?", 1, 1, 1, 1 },
		{ "c\nd. x\na", 1, 1, 1, 1 },
		{ "a 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 b", 1, 1, 1, 1 },
		{ "a 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 b", 1, 1, 0, 1 },
		{ "a 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 b a", 1, 1, 1, 1 },
		{ "您的账户 b", 1, 1, 1, 0 },
		/* half as far: two characters a word */
		{ "账户一二三四五六七八九十一二三四五六七八九十一二三四五六七八"
		  "九十 b", 1, 1, 1, 0 },
		{ "账户一二三四五六七八九十一二三四五六七八九十一二三四五六七八"
		  "九十一 b", 1, 1, 0, 0 },
	};
	struct warden_phrases *phrases = warden_phrases_new();
	char *error = NULL;

	g_assert_cmpint(warden_phrases_add(phrases, "x.conf", table, &error),
			==, 1);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = warden_normal_text_fold(rows[i].text);
		struct warden_phrase_hits hits;
		const struct warden_concept_hits *concepts = &hits.concepts;

		g_test_message("%s", rows[i].text);
		warden_phrases_match(phrases, text, NULL, &hits);
		g_assert_cmpint(warden_concept_set_has(
			&concepts->all, WARDEN_CONCEPT_ACCOUNT), ==,
			rows[i].account);
		g_assert_cmpint(warden_concept_set_has(
			&concepts->all, WARDEN_CONCEPT_BLOCK), ==,
			rows[i].block);
		g_assert_cmpint(warden_concept_set_has(
			&concepts->near[WARDEN_CONCEPT_ACCOUNT],
			WARDEN_CONCEPT_BLOCK), ==, rows[i].near);
		g_assert_cmpint(warden_concept_set_has(
			&concepts->near[WARDEN_CONCEPT_BLOCK],
			WARDEN_CONCEPT_ACCOUNT), ==, rows[i].near);
		g_assert_false(warden_concept_set_has(
			&concepts->all, WARDEN_CONCEPT_BANK));
		g_assert_cmpfloat(hits.sums[WARDEN_INTENT_THREAT], ==,
				  rows[i].threat ? 2 : 0);
	}
	warden_phrases_free(phrases);
}

/* Concepts of a table that is not of the text's language do not count. */
static void test_concept_languages(void)
{
	static const char table[] = "[concept god]\ngod\n[threat]\n2 god\n";
	static const struct {
		const char *file, *language;
		bool expected;
	} rows[] = {
		{ "en.conf", NULL, TRUE }, { "en.conf", "en", TRUE },
		{ "en.conf", "sv", FALSE }, { "a/b/en.conf", "sv", FALSE },
		{ "site.conf", "sv", TRUE }, { "en/site.conf", "sv", TRUE },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct warden_phrases *phrases = warden_phrases_new();
		struct warden_phrase_hits hits;
		char *error = NULL;

		g_assert_cmpint(warden_phrases_add(phrases, rows[i].file,
						   table, &error), ==, 1);
		warden_phrases_match(phrases, "god dag", rows[i].language,
				     &hits);
		g_assert_cmpint(warden_concept_set_has(
			&hits.concepts.all, WARDEN_CONCEPT_GOD), ==,
			rows[i].expected);
		g_assert_cmpfloat(hits.sums[WARDEN_INTENT_THREAT], ==, 2);
		warden_phrases_free(phrases);
	}
}

static void test_bad_tables(void)
{
	static const struct {
		const char *table, *error;
	} rows[] = {
		{ "2 a\n", "x.conf, line 1: stands before any [intent]" },
		{ "[nonsense]\n", "x.conf, line 1: unknown intent: [nonsense]" },
		{ "[threat]\na\n", "x.conf, line 2: begins with no weight: a" },
		{ "[threat]\n0 a\n", "x.conf, line 2: weight is not" },
		{ "[threat]\n11 a\n", "x.conf, line 2: weight is not" },
		{ "[threat]\nnan a\n", "x.conf, line 2: weight is not" },
		{ "[threat]\n2 (a|b\n", "x.conf, line 2: no closing bracket" },
		{ "[threat]\n2 (a|( c) b\n", "x.conf, line 2: brackets within" },
		{ "[threat]\n2 a (b||c)\n", "x.conf, line 2: nothing between" },
		{ "[threat]\n2 a? b\n", "x.conf, line 2: must begin with" },
		{ "[threat]\n2 ... b\n", "x.conf, line 2: must begin with" },
		{ "[threat]\n2 a ...\n", "x.conf, line 2: ends in a gap" },
		{ "[threat]\n2 !\n", "x.conf, line 2: no word: !" },
		{ "[threat]\n2 a\n2 \xff\n", "x.conf: not UTF-8" },
		{ "[concept x]\n", "x.conf, line 1: unknown concept: [con" },
		{ "[concept ]\n", "x.conf, line 1: unknown concept" },
		{ "[concept bank\n", "x.conf, line 1: unknown concept" },
		{ "[concept bank]\n... a\n", "x.conf, line 2: must begin" },
		{ "[concept bank]\na\n[threat]\nb\n",
		  "x.conf, line 4: begins with no weight: b" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct warden_phrases *phrases = warden_phrases_new();
		g_autofree char *error = NULL;

		g_assert_cmpint(warden_phrases_add(phrases, "x.conf",
						   rows[i].table, &error),
				==, -1);
		if (!g_str_has_prefix(error, rows[i].error))
			g_error("%s, not %s", error, rows[i].error);
		warden_phrases_free(phrases);
	}
}

static void test_languages(void)
{
	static const struct {
		const char *text, *language;
	} rows[] = {
		{ "This is a letter that we have written to you in order to say"
		  " that the meeting is on Monday and that all of you can come"
		  " with your friends.", "en" },
		{ "Das ist ein Brief, den wir Ihnen schreiben, um zu sagen, dass"
		  " die Sitzung am Montag ist und alle mit ihren Freunden kommen"
		  " können, wenn sie wollen.", "de" },
		{ "Ceci est une lettre que nous vous écrivons pour dire que la"
		  " réunion est lundi et que vous pouvez venir avec vos amis dans"
		  " la salle.", "fr" },
		{ "Esta es una carta que le escribimos para decir que la reunión"
		  " es el lunes y que todos pueden venir con sus amigos a la"
		  " sala.", "es" },
		{ "Это письмо мы пишем вам, чтобы сказать, что встреча будет в"
		  " понедельник и все могут прийти с друзьями.", "ru" },
		{ "这封信是为了告诉大家，会议在星期一举行，所有人都可以带朋友一起"
		  "来参加，请提前告诉我们有多少人会来，以便安排座位和午餐，谢谢大家"
		  "的理解和支持，期待见面", "zh" },
		{ "この手紙は会議が月曜日に開かれることをお知らせするためのもの"
		  "です。友達と一緒に来ることができます。人数を事前に教えてくださ"
		  "い。", "ja" },
		{ "Hello", NULL },
		{ "", NULL },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpstr(warden_language_of(rows[i].text), ==,
				rows[i].language);
	g_assert_cmpstr(warden_language_name("de"), ==, "German");
	g_assert_null(warden_language_name("xx"));
}

static void test_wallets(void)
{
	static const struct {
		const char *text, *kind;
	} rows[] = {
		{ "to 1BoatSLRHtKNngkdXEeobR76b53LETtpyT.", "Bitcoin" },
		{ "to 1BoatSLRHtKNngkdXEeobR76b53LETtpyU.", NULL },
		{ "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "Bitcoin" },
		{ "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", NULL },
		{ "0x52908400098527886E0F7030069857D2E4169EE7", "Ethereum" },
		{ "0x52908400098527886E0F7030069857D2E4169EEG", NULL },
		{ "abcdefghijklmnopqrstuvwxyzabcdefghijk", NULL },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpstr(warden_wallet_find(rows[i].text), ==,
				rows[i].kind);
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/content/folding", test_folding);
	g_test_add_func("/content/phrases", test_phrases);
	g_test_add_func("/content/concepts", test_concepts);
	g_test_add_func("/content/concept-languages", test_concept_languages);
	g_test_add_func("/content/bad-tables", test_bad_tables);
	g_test_add_func("/content/languages", test_languages);
	g_test_add_func("/content/wallets", test_wallets);
	return g_test_run();
}
