#include "warden-config.h"

#include "lookalike.h"
#include "url.h"

#include <idn2.h>
#include <string.h>
#include <unicode/uspoof.h>

/* Shorter labels are like too many others. */
#define LABEL_MIN 4u
#define LETTER_MIN 6u		/* one letter off */
#define LETTERS_MIN 11u		/* two letters off */
#define HYPHEN_MIN 6u
#define WORD_MIN 4u
#define LABEL_MAX 63u
/* A host name has at most 127 labels; nobody reads so many. */
#define LABELS_MAX 32u

struct name {
	char *domain;
	char *label;
	char *folded;		/* without hyphens */
	guint32 letters;	/* bit mask of folded */
	guint length;		/* of folded */
	bool is_word;
	const void *owner;
};

struct warden_lookalike_set {
	GPtrArray *names;		/* struct name, one a label */
	GHashTable *domains;		/* char* → struct name */
	GHashTable *families;		/* label of "label.*" → struct name */
	GHashTable *labels, *folded;	/* → struct name, borrowed */
	GPtrArray *all;			/* owns every struct name */
};

/* --- what it looks like ------------------------------------------------- */

static gpointer open_spoof(gpointer unused)
{
	UErrorCode status = U_ZERO_ERROR;
	USpoofChecker *checker = uspoof_open(&status);

	uspoof_setRestrictionLevel(checker, USPOOF_HIGHLY_RESTRICTIVE);
	uspoof_setChecks(checker, USPOOF_RESTRICTION_LEVEL | USPOOF_INVISIBLE,
			 &status);
	return U_SUCCESS(status) ? checker : NULL;
}

/* ICU's tables are loaded once and then only read. */
static const USpoofChecker *spoof_checker(void)
{
	static GOnce once = G_ONCE_INIT;

	return g_once(&once, open_spoof, NULL);
}

/* Owned by the caller; the text itself if ICU cannot say. */
static char *skeleton(const char *text)
{
	UErrorCode status = U_ZERO_ERROR;
	char buffer[4 * 4 * LABEL_MAX + 1];
	int32_t size;

	/* Of ASCII our own table knows all that matters, and sooner. */
	if (g_str_is_ascii(text) || strlen(text) > 4 * LABEL_MAX ||
	    spoof_checker() == NULL)
		return g_strdup(text);
	size = uspoof_getSkeletonUTF8(spoof_checker(), 0, text, -1, buffer,
				      sizeof(buffer), &status);
	return U_FAILURE(status) ? g_strdup(text) : g_strndup(buffer, size);
}

/* Letters that are drawn nearly alike in the fonts of mail programs. Both
   sides are folded, so that a wrong row only makes names equal that are not. */
static const struct {
	const char *from, *to;
} alike[] = {
	{ "rn", "m" }, { "vv", "w" }, { "cl", "d" }, { "0", "o" }, { "1", "l" },
	{ "i", "l" }, { "|", "l" }, { "3", "e" }, { "4", "a" }, { "5", "s" },
	{ "6", "b" }, { "8", "b" }, { "9", "g" }, { "q", "g" },
};

char *warden_lookalike_fold(const char *text)
{
	g_autofree char *lower = g_utf8_strdown(text, -1);
	g_autofree char *bones = skeleton(lower);
	g_autofree char *low = g_utf8_strdown(bones, -1);
	GString *out = g_string_sized_new(strlen(low));

	for (const char *p = low; *p != '\0';) {
		gsize row = 0, size = 0;

		for (; row < G_N_ELEMENTS(alike); row++) {
			size = strlen(alike[row].from);
			if (strncmp(p, alike[row].from, size) == 0)
				break;
		}
		if (row < G_N_ELEMENTS(alike)) {
			g_string_append(out, alike[row].to);
			p += size;
		} else {
			g_string_append_c(out, *p++);
		}
	}
	return g_string_free(out, FALSE);
}

static char *without_hyphens(const char *text)
{
	char *copy = g_strdup(text), *to = copy;

	for (const char *p = text; *p != '\0'; p++) {
		if (*p != '-')
			*to++ = *p;
	}
	*to = '\0';
	return copy;
}

/* An A-label as the letters that are shown. */
static char *shown_label(const char *label)
{
	char *unicode = NULL, *copy;

	if (!g_str_has_prefix(label, "xn--") ||
	    idn2_to_unicode_8z8z(label, &unicode, 0) != IDN2_OK)
		return g_strdup(label);
	copy = g_strdup(unicode);
	idn2_free(unicode);
	return copy;
}

static char *fold_label(const char *label)
{
	g_autofree char *shown = shown_label(label);

	return warden_lookalike_fold(shown);
}

bool warden_lookalike_is_mixed(const char *host)
{
	g_auto(GStrv) labels = NULL;

	if (strstr(host, "xn--") == NULL || spoof_checker() == NULL)
		return FALSE;
	labels = g_strsplit(host, ".", LABELS_MAX);
	for (char **label = labels; *label != NULL; label++) {
		UErrorCode status = U_ZERO_ERROR;
		g_autofree char *shown = shown_label(*label);

		if (!g_str_is_ascii(shown) &&
		    uspoof_check2UTF8(spoof_checker(), shown, -1, NULL,
				      &status) != 0 && U_SUCCESS(status))
			return TRUE;
	}
	return FALSE;
}

/* --- the set ------------------------------------------------------------ */

static void name_free(struct name *name)
{
	g_free(name->domain);
	g_free(name->label);
	g_free(name->folded);
	g_free(name);
}

struct warden_lookalike_set *warden_lookalike_set_new(void)
{
	struct warden_lookalike_set *set =
		g_new0(struct warden_lookalike_set, 1);

	set->names = g_ptr_array_new();
	set->all = g_ptr_array_new_with_free_func((GDestroyNotify)name_free);
	set->domains = g_hash_table_new(g_str_hash, g_str_equal);
	set->families = g_hash_table_new(g_str_hash, g_str_equal);
	set->labels = g_hash_table_new(g_str_hash, g_str_equal);
	set->folded = g_hash_table_new(g_str_hash, g_str_equal);
	return set;
}

void warden_lookalike_set_free(struct warden_lookalike_set *set)
{
	if (set == NULL)
		return;
	g_hash_table_unref(set->domains);
	g_hash_table_unref(set->families);
	g_hash_table_unref(set->labels);
	g_hash_table_unref(set->folded);
	g_ptr_array_unref(set->names);
	g_ptr_array_unref(set->all);
	g_free(set);
}

static guint32 letters_of(const char *text)
{
	guint32 mask = 0;

	for (; *text != '\0'; text++)
		mask |= (guint32)1 << ((guchar)*text & 31);
	return mask;
}

static struct name *name_new(const char *domain, bool is_word,
			     const void *owner)
{
	struct name *name = g_new0(struct name, 1);
	const char *registrable = warden_url_registrable(domain);
	const char *start = registrable != NULL ? registrable : domain;
	g_autofree char *folded = NULL;

	name->domain = g_strdup(domain);
	name->label = g_strndup(start, strcspn(start, "."));
	folded = fold_label(name->label);
	name->folded = without_hyphens(folded);
	name->letters = letters_of(name->folded);
	name->length = strlen(name->folded);
	name->is_word = is_word;
	name->owner = owner;
	return name;
}

void warden_lookalike_set_add(struct warden_lookalike_set *set,
			      const char *domain, bool is_word,
			      const void *owner)
{
	struct name *name = name_new(domain, is_word, owner);
	const char *registrable = warden_url_registrable(domain);
	bool is_family = g_str_has_suffix(domain, ".*");

	g_ptr_array_add(set->all, name);
	if (is_family)
		g_hash_table_insert(set->families, name->label, name);
	else
		g_hash_table_insert(set->domains, name->domain, name);
	/* "shop.example.org" says nothing of "example". */
	if (!is_family && (registrable == NULL ||
			   strcmp(registrable, domain) != 0))
		return;
	if (strlen(name->label) < LABEL_MIN ||
	    g_hash_table_contains(set->labels, name->label))
		return;
	g_hash_table_insert(set->labels, name->label, name);
	if (!g_hash_table_contains(set->folded, name->folded))
		g_hash_table_insert(set->folded, name->folded, name);
	g_ptr_array_add(set->names, name);
}

/* --- one of the names --------------------------------------------------- */

/* Given away for nothing for years, and full of imitations. */
static bool is_family_suffix(const char *suffix)
{
	static const char *const free_suffixes[] = {
		"tk", "ml", "ga", "cf", "gq", NULL
	};
	const char *last = strrchr(suffix, '.');

	last = last == NULL ? suffix : last + 1;
	if (g_strv_contains(free_suffixes, last))
		return FALSE;
	return strlen(last) == 2 || strcmp(suffix, "com") == 0 ||
	       strcmp(suffix, "net") == 0 || strcmp(suffix, "org") == 0;
}

static const struct name *
find_exact(const struct warden_lookalike_set *set, const char *host)
{
	const char *registrable, *rest = host;
	const struct name *name;

	while (rest != NULL) {
		name = g_hash_table_lookup(set->domains, rest);
		if (name != NULL)
			return name;
		rest = strchr(rest, '.');
		rest = rest == NULL ? NULL : rest + 1;
	}
	registrable = warden_url_registrable(host);
	if (registrable == NULL || g_hash_table_size(set->families) == 0)
		return NULL;
	g_autofree char *label =
		g_strndup(registrable, strcspn(registrable, "."));
	if (!is_family_suffix(registrable + strlen(label) + 1))
		return NULL;
	return g_hash_table_lookup(set->families, label);
}

bool warden_lookalike_covers(const char *domain, const char *host)
{
	gsize size = strlen(domain), host_size = strlen(host);
	const char *registrable;

	if (!g_str_has_suffix(domain, ".*")) {
		return host_size >= size &&
		       strcmp(host + host_size - size, domain) == 0 &&
		       (host_size == size || host[host_size - size - 1] == '.');
	}
	registrable = warden_url_registrable(host);
	return registrable != NULL &&
	       strncmp(registrable, domain, size - 1) == 0 &&
	       is_family_suffix(registrable + size - 1);
}

bool warden_lookalike_is_exact(const struct warden_lookalike_set *set,
			       const char *host, const void **owner_r)
{
	const struct name *name = find_exact(set, host);

	if (name != NULL && owner_r != NULL)
		*owner_r = name->owner;
	return name != NULL;
}

/* --- like one of them --------------------------------------------------- */

/* What an imitation puts beside a name: words that ask for trust or say what
   there is to be done. Folded when they are compared. */
static const char *const lure_words[] = {
	"account", "accounts", "access", "activate", "alert", "alerts",
	"auth", "authentication", "authorize", "banking", "billing", "bonus",
	"care", "cancel", "center", "centre", "check", "claim", "client",
	"cliente", "compte", "confirm", "confirmation", "connect", "conto",
	"cuenta", "customer", "delivery", "doc", "document", "documents",
	"drive", "ebanking", "email", "entrega", "gift", "giveaway", "help",
	"helpdesk", "id", "info", "invoice", "kundenservice", "konto",
	"kunden", "livraison", "login", "logon", "mail", "mailbox", "member",
	"message", "mobile", "my", "notice", "notification", "office",
	"online", "order", "pay", "payment", "payments", "paket", "parcel",
	"portal", "post", "recover", "recovery", "refund", "renew",
	"reset", "restore", "review", "reward", "rewards", "safe", "secure",
	"secured", "security", "securite", "seguro", "service", "services",
	"servicio", "session", "share", "shared", "sicher", "sicherheit",
	"signin", "sign", "sso", "store", "suivi", "support", "suspended",
	"team", "tracking", "track", "unlock", "update", "updates", "user",
	"validation", "valid", "verification", "verify", "verifica", "voice",
	"voicemail", "wallet", "web", "webmail", "winner", "www",
};

static gpointer fold_lures(gpointer unused)
{
	GHashTable *words = g_hash_table_new(g_str_hash, g_str_equal);

	for (gsize i = 0; i < G_N_ELEMENTS(lure_words); i++)
		g_hash_table_add(words, warden_lookalike_fold(lure_words[i]));
	return words;
}

/* Folded words; made once and then only read. */
static GHashTable *lures(void)
{
	static GOnce once = G_ONCE_INIT;

	return g_once(&once, fold_lures, NULL);
}

struct search {
	const struct warden_lookalike_set *set;
	struct warden_lookalike *found;
};

static void take(struct search *search, enum warden_lookalike_kind kind,
		 const struct name *name)
{
	if (kind <= search->found->kind ||
	    (name->is_word && kind < WARDEN_LOOKALIKE_WORD))
		return;
	search->found->kind = kind;
	search->found->name = name->domain;
	search->found->owner = name->owner;
}

static const struct name *find_folded(const struct search *search,
				      const char *folded)
{
	return g_hash_table_lookup(search->set->folded, folded);
}

/* "securepaypal", "paypalsupport": the name at one end, a lure at the other.
   folded: without hyphens. */
static void look_joined(struct search *search, const char *folded)
{
	gsize size = strlen(folded);

	for (gsize i = WORD_MIN; size > WORD_MIN && i <= size - 2; i++) {
		g_autofree char *start = g_strndup(folded, i);
		const struct name *name = find_folded(search, start);

		/* "chase" and "me" make other words. */
		if (name != NULL && !name->is_word && name->length > WORD_MIN &&
		    g_hash_table_contains(lures(), folded + i))
			take(search, WARDEN_LOOKALIKE_WORD, name);
		g_free(g_steal_pointer(&start));
		start = g_strndup(folded, size - i);
		name = find_folded(search, folded + size - i);
		if (name != NULL && !name->is_word && name->length > WORD_MIN &&
		    g_hash_table_contains(lures(), start))
			take(search, WARDEN_LOOKALIKE_WORD, name);
	}
}

/* "paypal-login", "my-paypal": words of a label. */
static void look_words(struct search *search, const char *folded)
{
	g_auto(GStrv) words = g_strsplit(folded, "-", LABELS_MAX);
	const struct name *name = NULL, *each;
	bool lure = FALSE;

	for (char **word = words; *word != NULL; word++) {
		each = find_folded(search, *word);
		if (each != NULL)
			name = each;
		else
			lure |= g_hash_table_contains(lures(), *word);
	}
	if (name != NULL)
		take(search, lure ? WARDEN_LOOKALIKE_WORD :
		     WARDEN_LOOKALIKE_MENTION, name);
}

/* Optimal string alignment, at most three rows; FALSE when above max. */
static bool is_within(const char *a, const char *b, guint max)
{
	guint rows[3][LABEL_MAX + 2];
	gsize m = strlen(a), n = strlen(b);

	if (m > LABEL_MAX || n > LABEL_MAX)
		return FALSE;
	for (gsize j = 0; j <= n; j++)
		rows[0][j] = j;
	for (gsize i = 1; i <= m; i++) {
		guint *row = rows[i % 3], *last = rows[(i - 1) % 3];
		guint *before = rows[(i + 1) % 3], best;

		best = row[0] = i;
		for (gsize j = 1; j <= n; j++) {
			row[j] = MIN(MIN(last[j], row[j - 1]) + 1,
				     last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] = MIN(row[j], before[j - 2] + 1);
			best = MIN(best, row[j]);
		}
		if (best > max)
			return FALSE;
	}
	return rows[m % 3][n] <= max;
}

static guint bits(guint32 mask)
{
	return (guint)__builtin_popcount(mask);
}

/* folded: without hyphens. */
static void look_letters(struct search *search, const char *folded)
{
	const GPtrArray *names = search->set->names;
	guint32 letters = letters_of(folded);
	guint length = strlen(folded);

	if (length < LETTER_MIN - 1 || length > LABEL_MAX)
		return;
	for (guint i = 0; i < names->len; i++) {
		const struct name *name = g_ptr_array_index(names, i);
		guint max = name->length >= LETTERS_MIN ? 2 : 1;

		if (name->is_word || name->length < LETTER_MIN ||
		    length + max < name->length ||
		    length > name->length + max ||
		    bits(letters ^ name->letters) > 2 * max)
			continue;
		if (is_within(folded, name->folded, max))
			take(search, WARDEN_LOOKALIKE_LETTER, name);
	}
}

/* The label that somebody registered. */
static void look_label(struct search *search, const char *label)
{
	const struct name *name =
		g_hash_table_lookup(search->set->labels, label);
	g_autofree char *folded = NULL, *joined = NULL;

	if (name != NULL) {
		take(search, WARDEN_LOOKALIKE_SUFFIX, name);
		return;
	}
	folded = fold_label(label);
	joined = without_hyphens(folded);
	name = find_folded(search, joined);
	if (name != NULL) {
		g_autofree char *plain = without_hyphens(label);
		g_autofree char *own = without_hyphens(name->label);
		bool hyphens = strcmp(plain, own) == 0;

		if (!hyphens)
			take(search, WARDEN_LOOKALIKE_GLYPHS, name);
		else if (name->length >= HYPHEN_MIN)
			take(search, WARDEN_LOOKALIKE_HYPHEN, name);
		return;
	}
	look_words(search, folded);
	look_joined(search, joined);
	look_letters(search, joined);
}

/* Of labels, some are a protected name that ends before the host does. */
static void look_inside(struct search *search, char **labels, guint count)
{
	for (guint from = 0; from < count; from++) {
		g_autoptr(GString) name = g_string_new(labels[from]);

		for (guint to = from + 1; to < count && to < from + 4; to++) {
			const struct name *found;

			g_string_append_printf(name, ".%s", labels[to]);
			found = g_hash_table_lookup(search->set->domains,
						    name->str);
			if (found != NULL)
				take(search, WARDEN_LOOKALIKE_INSIDE, found);
		}
	}
}

/* What stands before the registered domain. */
static void look_below(struct search *search, const char *prefix)
{
	g_auto(GStrv) labels = g_strsplit(prefix, ".", LABELS_MAX);
	guint count = g_strv_length(labels);

	look_inside(search, labels, count);
	for (guint i = 0; i < count; i++) {
		g_auto(GStrv) words = g_strsplit(labels[i], "-", LABELS_MAX);
		g_autofree char *folded = fold_label(labels[i]);

		look_inside(search, words, g_strv_length(words));
		look_words(search, folded);
	}
}

bool warden_lookalike_find(const struct warden_lookalike_set *set,
			   const char *host,
			   struct warden_lookalike *found_r)
{
	struct search search = { .set = set, .found = found_r };
	const char *registrable = warden_url_registrable(host);
	const struct name *name = find_exact(set, host);

	memset(found_r, 0, sizeof(*found_r));
	if (name != NULL) {
		take(&search, WARDEN_LOOKALIKE_EXACT, name);
		return TRUE;
	}
	if (registrable == NULL || !warden_url_has_known_tld(host))
		return FALSE;
	g_autofree char *label =
		g_strndup(registrable, strcspn(registrable, "."));
	look_label(&search, label);
	g_auto(GStrv) words = g_strsplit(label, "-", LABELS_MAX);
	look_inside(&search, words, g_strv_length(words));
	if (registrable > host) {
		g_autofree char *prefix =
			g_strndup(host, registrable - host - 1);

		look_below(&search, prefix);
	}
	return found_r->kind != WARDEN_LOOKALIKE_NO;
}
