#include "warden-config.h"

#include "language.h"

#include <stdbool.h>
#include <string.h>

#define CHARS_MAX 20000u
#define LETTERS_MIN 60u
#define WORDS_MIN 20u
/* Small words among all, in percent, and ahead of the second language. */
#define HITS_MIN 12u
#define HITS_AHEAD 4u
#define WORD_BYTES_MAX 32u

/* Small words; what several languages share counts for each. */
static const struct {
	const char *code, *name, *words;
} latin[] = {
	{ "en", "English", " the and of to in is you that it for on are with as"
	  " this be have or at by not we from your can our will was has an if" },
	{ "de", "German", " der die und das ist sie nicht ein eine zu den mit"
	  " von auf für im dem des wir ich sich auch werden bei ihre ihr oder"
	  " haben wird sind" },
	{ "fr", "French", " le la les de des et un une est vous que pour dans"
	  " pas sur votre nous avec par au ce qui ne plus du ou en vos sont" },
	{ "es", "Spanish", " el la los de las y que en un una es por con para su"
	  " se no del al lo como más si este está son sus tu usted" },
	{ "pt", "Portuguese", " o a os de as e que em um uma é por com para seu"
	  " se não do da no na dos ao mais como sua você ou está são" },
	{ "it", "Italian", " il lo la gli di che e un una è per con non del della"
	  " in si sono i le da al nel più come tuo suo alla questo dei" },
	{ "nl", "Dutch", " de het een en van is in dat op te voor met niet zijn"
	  " je u uw om aan er wij ook bij naar wordt heeft deze of door" },
	{ "pl", "Polish", " i w na z do nie się że jest to o od po dla przez jak"
	  " oraz lub twoje jego za co są ze być już tym" },
	{ "sv", "Swedish", " och att det i en som är på för av med den till inte"
	  " du har vi om ett kan din från eller ditt vid" },
	{ "da", "Danish", " og at det i en som er på for af med den til ikke du"
	  " har vi om et kan din fra eller dit ved jeg" },
	{ "no", "Norwegian", " og at det i en som er på for av med den til ikke"
	  " du har vi om et kan din fra eller ditt ved jeg" },
	{ "fi", "Finnish", " ja on ei että se hän oli tai mutta joka sen ovat"
	  " kun voi jos sinun kanssa myös nyt tämä olet" },
	{ "tr", "Turkish", " ve bir bu için ile de da olarak daha çok olan"
	  " gibi ne en var her sizin siz lütfen veya değil kadar" },
	{ "cs", "Czech", " a v na se je že to s z do o i pro jako ale by jsou"
	  " nebo si za od po není vaše byl" },
	{ "hu", "Hungarian", " a az és hogy nem is egy ez meg van el de vagy"
	  " csak már ha ki mint még kell" },
	{ "ro", "Romanian", " și de în la a cu nu pe un o că din este pentru mai"
	  " sau care se ca al dumneavoastră" },
	{ "id", "Indonesian", " dan yang di untuk dengan ini anda dari tidak"
	  " dalam pada akan kami atau itu adalah ke telah" },
	{ "vi", "Vietnamese", " và của là có cho không được một các trong với"
	  " này bạn để người những đã khi" },
};

static const struct {
	const char *code, *name;
} by_script[] = {
	{ "ru", "Russian" }, { "uk", "Ukrainian" }, { "el", "Greek" },
	{ "zh", "Chinese" }, { "ja", "Japanese" }, { "ko", "Korean" },
	{ "ar", "Arabic" }, { "he", "Hebrew" }, { "th", "Thai" },
	{ "hi", "Hindi" },
};

const char *warden_language_name(const char *code)
{
	for (gsize i = 0; i < G_N_ELEMENTS(latin); i++) {
		if (strcmp(latin[i].code, code) == 0)
			return latin[i].name;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(by_script); i++) {
		if (strcmp(by_script[i].code, code) == 0)
			return by_script[i].name;
	}
	return NULL;
}

/* --- scripts --------------------------------------------------------------------- */

struct scripts {
	guint letters, latin, cyrillic, ukrainian, greek, han, kana, hangul;
	guint arabic, hebrew, thai, devanagari;
};

static void count_letter(struct scripts *scripts, gunichar c)
{
	scripts->letters++;
	if (c < 0x250 || (c >= 0x1e00 && c < 0x1f00))
		scripts->latin++;
	else if (c >= 0x400 && c < 0x530)
		scripts->cyrillic++;
	else if (c >= 0x370 && c < 0x400)
		scripts->greek++;
	else if (c >= 0x3040 && c < 0x3100)
		scripts->kana++;
	else if (c >= 0x3400 && c < 0xa000)
		scripts->han++;
	else if (c >= 0xac00 && c < 0xd7a4)
		scripts->hangul++;
	else if (c >= 0x600 && c < 0x700)
		scripts->arabic++;
	else if (c >= 0x590 && c < 0x600)
		scripts->hebrew++;
	else if (c >= 0xe00 && c < 0xe80)
		scripts->thai++;
	else if (c >= 0x900 && c < 0x980)
		scripts->devanagari++;
	scripts->ukrainian += c == 0x456 || c == 0x457 || c == 0x454 ||
		c == 0x491;
}

static const char *language_of_script(const struct scripts *scripts)
{
	guint half = scripts->letters / 2;
	/* a character is a word or part of one */
	guint east = scripts->han + scripts->kana;

	if (scripts->cyrillic > half)
		return scripts->ukrainian * 50 > scripts->cyrillic ?
			"uk" : "ru";
	if (scripts->greek > half)
		return "el";
	if (scripts->hangul > half)
		return "ko";
	if (east > half)
		return scripts->kana * 10 > east ? "ja" : "zh";
	if (scripts->arabic > half)
		return "ar";
	if (scripts->hebrew > half)
		return "he";
	if (scripts->thai > half)
		return "th";
	return scripts->devanagari > half ? "hi" : NULL;
}

/* --- words ------------------------------------------------------------------------ */

static bool has_word(const char *words, const char *word, gsize size)
{
	const char *p = words;

	while ((p = strstr(p, word)) != NULL) {
		if (p[-1] == ' ' && (p[size] == ' ' || p[size] == '\0'))
			return TRUE;
		p++;
	}
	return FALSE;
}

static void count_word(const char *word, gsize size, guint *hits)
{
	g_autofree char *small = g_utf8_strdown(word, size);

	for (gsize i = 0; i < G_N_ELEMENTS(latin); i++) {
		const char *words = latin[i].words;

		hits[i] += has_word(words, small, strlen(small));
	}
}

static const char *best(const guint *hits, guint words)
{
	guint first = 0, second = 0;
	gsize at = 0;

	for (gsize i = 0; i < G_N_ELEMENTS(latin); i++) {
		if (hits[i] > first) {
			second = first;
			first = hits[i];
			at = i;
		} else if (hits[i] > second) {
			second = hits[i];
		}
	}
	if (words < WORDS_MIN || first * 100 < words * HITS_MIN ||
	    (first - second) * 100 < words * HITS_AHEAD)
		return NULL;
	return latin[at].code;
}

const char *warden_language_of(const char *text)
{
	guint hits[G_N_ELEMENTS(latin)] = { 0 }, words = 0, chars = 0;
	struct scripts scripts = { 0 };
	const char *p = text, *start = NULL;

	for (;; p = g_utf8_next_char(p), chars++) {
		bool end = *p == '\0' || chars >= CHARS_MAX;
		gunichar c = end ? 0 : g_utf8_get_char(p);

		if (!end && g_unichar_isalpha(c)) {
			count_letter(&scripts, c);
			start = start == NULL ? p : start;
			continue;
		}
		if (start != NULL) {
			words++;
			if ((gsize)(p - start) < WORD_BYTES_MAX)
				count_word(start, p - start, hits);
		}
		start = NULL;
		if (end)
			break;
	}
	if (scripts.letters < LETTERS_MIN)
		return NULL;
	if (scripts.latin * 2 < scripts.letters)
		return language_of_script(&scripts);
	return best(hits, words);
}
