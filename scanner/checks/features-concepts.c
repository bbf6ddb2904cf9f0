#include "warden-config.h"

#include "features-private.h"
#include "language.h"
#include "normal-text.h"

#include <string.h>

/* What a mail speaks of, as features. No word of a mail is one: concepts, the
   families in which they stand for each other, and what stands together. So
   much differs between an honest notice and its imitation only in the mixture
   that pairs and triples count where one concept does not. */

/* Where somebody is addressed. */
#define FIRST_BYTES 300u
/* A lie gets to its point; a long text speaks of everything by chance. */
#define SPOKEN_BYTES 2000u

struct speech {
	GArray *features;
	struct warden_phrase_hits text, subject, name;
	/* families in the whole mail, and near each other */
	guint32 families;
	guint32 near[WARDEN_FAMILIES_COUNT];
	guint8 counts[WARDEN_FAMILIES_COUNT];	/* different concepts of each */
	/* examples for people: the concepts that made two families near */
	guint8 examples[WARDEN_FAMILIES_COUNT][WARDEN_FAMILIES_COUNT][2];
	guint32 settings;
};

static const struct {
	const char *word, *what;
} settings[] = {
#define SETTING(name, word, what) [WARDEN_SETTING_##name] = { word, what },
	WARDEN_SETTINGS(SETTING)
#undef SETTING
};

#define FAMILY(name) (1u << WARDEN_FAMILY_##name)

/* Which lie a family belongs to. */
static enum warden_feature_kind kind_of(guint32 families)
{
	static const guint32 offers = FAMILY(WIN) | FAMILY(OFFER) |
		FAMILY(VICE) | FAMILY(WEALTH) | FAMILY(WARES) | FAMILY(FUND) |
		FAMILY(STORY) | FAMILY(EXTORT);
	static const guint32 pretences = FAMILY(THING) | FAMILY(ACT) |
		FAMILY(LOSS) | FAMILY(QUOTA) | FAMILY(TEAM) | FAMILY(STATE) |
		FAMILY(PARCEL) | FAMILY(SHARE) | FAMILY(BILL);

	if ((families & offers) != 0)
		return WARDEN_FEATURE_SPAM;
	return (families & pretences) != 0 ? WARDEN_FEATURE_PHISHING :
		WARDEN_FEATURE_ANY;
}

/* Both are made from finite tables: so they may be kept. */
static void G_GNUC_PRINTF(4, 5)
add(struct speech *speech, guint32 families, const char *words,
    const char *format, ...)
{
	struct warden_feature feature = {
		.words = warden_features_keep(words), .kind = kind_of(families),
		.sign = (families & FAMILY(HONEST)) != 0 ?
			WARDEN_FEATURE_GOOD : WARDEN_FEATURE_BAD,
	};
	g_autofree char *name = NULL;
	va_list args;

	va_start(args, format);
	name = g_strdup_vprintf(format, args);
	va_end(args);
	feature.name = warden_features_keep(name);
	g_array_append_val(speech->features, feature);
}

/* --- single concepts --------------------------------------------------------- */

static void add_all(struct speech *speech,
		    const struct warden_concept_hits *hits, const char *where,
		    const char *where_words)
{
	for (guint i = 0; i < WARDEN_CONCEPTS_COUNT; i++) {
		const struct warden_concept_info *info =
			&warden_concept_infos[i];
		g_autofree char *words = NULL;

		if (!warden_concept_set_has(&hits->all, i))
			continue;
		words = g_strdup_printf("%s speaks of %s", where_words,
					info->what);
		add(speech, info->families, words, "%s:%s", where, info->word);
	}
}

static void add_phrases(struct speech *speech)
{
	for (guint i = 0; i < WARDEN_INTENTS_COUNT; i++) {
		g_autofree char *words = NULL;

		if (speech->text.sums[i] < 2)
			continue;
		words = g_strdup_printf("it has phrases of %s",
					warden_intent_word(i));
		add(speech, 0, words, "phrase:%s", warden_intent_word(i));
	}
}

/* --- what stands together ----------------------------------------------------- */

/* Two concepts near each other make their families so; a concept of two
   families does not do so alone. */
static void join(struct speech *speech, guint first, guint second)
{
	guint32 left = warden_concept_infos[first].families;
	guint32 right = warden_concept_infos[second].families;

	for (guint i = 0; i < WARDEN_FAMILIES_COUNT; i++) {
		if ((left >> i & 1) == 0)
			continue;
		for (guint k = 0; k < WARDEN_FAMILIES_COUNT; k++) {
			if ((right >> k & 1) == 0 ||
			    (speech->near[i] >> k & 1) != 0)
				continue;
			speech->near[i] |= 1u << k;
			speech->examples[i][k][0] = first;
			speech->examples[i][k][1] = second;
		}
	}
}

static void gather(struct speech *speech)
{
	const struct warden_concept_hits *hits = &speech->text.concepts;

	for (guint i = 0; i < WARDEN_CONCEPTS_COUNT; i++) {
		if (!warden_concept_set_has(&hits->all, i))
			continue;
		speech->families |= warden_concept_infos[i].families;
		for (guint k = 0; k < WARDEN_FAMILIES_COUNT; k++)
			speech->counts[k] +=
				warden_concept_infos[i].families >> k & 1;
		for (guint k = 0; k < WARDEN_CONCEPTS_COUNT; k++) {
			if (k != i && warden_concept_set_has(&hits->near[i], k))
				join(speech, i, k);
		}
	}
}

static void add_counts(struct speech *speech)
{
	for (guint i = 0; i < WARDEN_FAMILIES_COUNT; i++) {
		const char *word = warden_family_infos[i].word;
		g_autofree char *words = g_strdup_printf(
			"much is about %s", warden_family_infos[i].what);

		for (guint count = 2; count <= MIN(speech->counts[i], 4);
		     count++)
			add(speech, 1u << i, words, "much:%s-%u", word, count);
	}
}

static void add_pair(struct speech *speech, guint first, guint second)
{
	const guint8 *example = speech->examples[first][second];
	const char *words[] = { warden_family_infos[first].word,
				warden_family_infos[second].word };
	guint32 families = 1u << first | 1u << second;
	g_autofree char *what = g_strdup_printf(
		"it speaks of %s beside %s",
		warden_concept_infos[example[0]].what,
		warden_concept_infos[example[1]].what);

	add(speech, families, what, "near:%s+%s", words[0], words[1]);
	for (guint i = 0; i < WARDEN_SETTINGS_COUNT; i++) {
		if ((speech->settings >> i & 1) != 0)
			add(speech, families, what, "%s:%s+%s",
			    settings[i].word, words[0], words[1]);
	}
}

static void add_triple(struct speech *speech, guint first, guint second,
		       guint third)
{
	const struct warden_family_info *infos = warden_family_infos;
	g_autofree char *words = g_strdup_printf(
		"it speaks of %s, %s and %s together", infos[first].what,
		infos[second].what, infos[third].what);

	add(speech, 1u << first | 1u << second | 1u << third, words,
	    "near:%s+%s+%s", infos[first].word, infos[second].word,
	    infos[third].word);
}

static void add_together(struct speech *speech)
{
	const guint32 *near = speech->near;

	for (guint i = 0; i < WARDEN_FAMILIES_COUNT; i++) {
		for (guint k = i; k < WARDEN_FAMILIES_COUNT; k++) {
			if ((near[i] >> k & 1) == 0)
				continue;
			add_pair(speech, i, k);
			for (guint m = k + 1; k > i &&
			     m < WARDEN_FAMILIES_COUNT; m++) {
				if ((near[i] & near[k]) >> m & 1)
					add_triple(speech, i, k, m);
			}
		}
	}
}

static void add_in_setting(struct speech *speech)
{
	for (guint i = 0; i < WARDEN_SETTINGS_COUNT; i++) {
		if ((speech->settings >> i & 1) == 0)
			continue;
		for (guint k = 0; k < WARDEN_FAMILIES_COUNT; k++) {
			g_autofree char *words = NULL;

			if ((speech->families >> k & 1) == 0 ||
			    k == WARDEN_FAMILY_HONEST)
				continue;
			words = g_strdup_printf(
				"it speaks of %s, and %s",
				warden_family_infos[k].what, settings[i].what);
			add(speech, 1u << k, words, "%s:%s", settings[i].word,
			    warden_family_infos[k].word);
		}
	}
}

/* --- all of it ----------------------------------------------------------------- */

gboolean warden_features_has_address(const char *text, gsize bytes,
				     const char *domain)
{
	const char *end = text + strnlen(text, bytes);

	for (const char *at = memchr(text, '@', end - text); at != NULL;
	     at = memchr(at + 1, '@', end - at - 1)) {
		gsize size = 0;
		bool dot = FALSE;

		if (at == text || !g_ascii_isalnum(at[-1]))
			continue;
		while (size < 255 && (g_ascii_isalnum(at[1 + size]) ||
				      at[1 + size] == '-' ||
				      at[1 + size] == '.')) {
			dot |= at[1 + size] == '.';
			size++;
		}
		if (dot && (domain == NULL || size != strlen(domain) ||
			    g_ascii_strncasecmp(at + 1, domain, size) != 0))
			return TRUE;
	}
	return FALSE;
}

static void match(const struct warden_phrases *phrases, const char *text,
		  const char *language, struct warden_phrase_hits *hits_r)
{
	struct warden_normal_text normal;

	warden_normal_text_init(&normal, text);
	warden_phrases_match(phrases, normal.text, language, hits_r);
	warden_normal_text_clear(&normal);
}

/* As much of size bytes as fits into most, whole characters. */
static gsize cut_text(const char *text, gsize size, gsize most)
{
	if (size <= most)
		return size;
	while (most > 0 && ((guchar)text[most] & 0xc0) == 0x80)
		most--;
	return most;
}

/* The subject and the beginning of the text, without what it answers to. Owned
   by the caller. */
static char *spoken_text(const struct warden_facts *facts)
{
	GString *out = g_string_new(facts->header.subject);
	const char *line = facts->text.visible;
	gsize most = out->len + SPOKEN_BYTES;

	g_string_append_c(out, '\n');
	while (*line != '\0' && out->len < most) {
		gsize size = strcspn(line, "\n");
		const char *start = line + strspn(line, " \t");

		if (*start != '>')
			g_string_append_len(out, line, cut_text(
				line, size, most - out->len));
		g_string_append_c(out, '\n');
		line += size + (line[size] == '\n');
	}
	return g_string_free(out, FALSE);
}

static const char *domain_of_sender(const struct warden_facts *facts)
{
	const struct warden_address *from = facts->header.from->len == 0 ?
		NULL : facts->header.from->pdata[0];
	const char *at = from == NULL ? NULL : strrchr(from->address, '@');

	return at == NULL ? NULL : at + 1;
}

void warden_features_add_concepts(GArray *features,
				  const struct warden_facts *facts,
				  const struct warden_phrases *phrases,
				  guint32 settings_of_mail)
{
	const char *subject = facts->header.subject, *language;
	struct speech speech = {
		.features = features, .settings = settings_of_mail,
	};
	g_autofree char *all = spoken_text(facts);

	language = warden_language_of(all);
	match(phrases, all, language, &speech.text);
	match(phrases, subject, language, &speech.subject);
	if (facts->header.from->len > 0) {
		const struct warden_address *from =
			facts->header.from->pdata[0];

		match(phrases, from->name, language, &speech.name);
	}
	if (warden_features_has_address(all, FIRST_BYTES,
					domain_of_sender(facts)))
		warden_concept_set_add(&speech.text.concepts.all,
				       WARDEN_CONCEPT_GREETING_BY_ADDRESS);
	gather(&speech);
	add_all(&speech, &speech.text.concepts, "says", "it");
	add_all(&speech, &speech.subject.concepts, "subject", "the subject");
	add_all(&speech, &speech.name.concepts, "name", "the sender's name");
	add_phrases(&speech);
	add_counts(&speech);
	add_together(&speech);
	add_in_setting(&speech);
}
