#include "warden-config.h"

#include "passwords.h"

#include "../../facts/limits.h"

#include <string.h>

/* Bytes: of one text that are looked at, and of a candidate. */
#define TEXT_MAX (64u * 1024)
#define CANDIDATE_MAX 64u
/* Texts that are kept; mail has few. */
#define TEXTS_MAX 8u
/* Words behind (and one before) the word that announces a password. */
#define WORDS_BEHIND 5u

/* In the order of trust. */
enum rank {
	RANK_ANNOUNCED,	/* beside "password" */
	RANK_MARKED,	/* quoted, or alone in its line */
	RANK_NAME,	/* of a file */
	RANKS,
};

/* So that none of them can crowd out the others. */
static const guint rank_max[RANKS] = { 40, 16, 6 };

/* A text that is only read if something encrypted turns up: hardly ever. */
struct text {
	char *bytes;
	gsize size;
	bool html;
};

struct warden_passwords {
	GPtrArray *ranks[RANKS];
	GPtrArray *list;
	GArray *texts;		/* struct text */
};

static const char *const common[] = {
	"infected", "1234", "12345", "123456", "password", "123", "0000",
	"virus", "malware", "qwerty",
};

/* Words that announce one: anywhere in a word, and only as the whole. */
static const char *const announcers[] = {
	"password", "passwort", "passwd", "passcode", "passphrase", "kennwort",
	"parol", "пароль", "пасскод", "contrase", "contrasenya", "senha",
	"motdepasse", "wachtwoord", "lösenord", "losenord", "adgangskode",
	"passord", "salasana", "hasło", "haslo", "heslo", "jelsz", "şifre",
	"sifre", "κωδικ", "密码", "密碼", "解压码", "口令", "パスワード",
	"暗証", "비밀번호", "암호", "รหัส", "mật khẩu", "كلمة", "סיסמ",
	"گذرواژه",
};
static const char *const whole_announcers[] = {
	"pass", "passe", "pw", "pwd", "pin", "code", "key", "kod", "clave",
	"código", "codigo", "codice", "clé", "pass-code", "schlüssel",
};

/* Stand between announcer and password. */
static const char *const fillers[] = {
	"is", "are", "the", "for", "to", "of", "and", "a", "an", "open",
	"file", "archive", "attachment", "attached", "zip", "your", "this",
	"use", "with", "in", "ist", "lautet", "das", "der", "die", "für",
	"est", "le", "la", "les", "du", "de", "es", "el", "é", "e", "o", "per",
	"il", "it", "please", "enter", "unzip", "document", "be", "will",
};

static void text_clear(void *data)
{
	struct text *text = data;

	g_free(text->bytes);
}

struct warden_passwords *warden_passwords_new(void)
{
	struct warden_passwords *passwords =
		g_new0(struct warden_passwords, 1);
	guint i;

	for (i = 0; i < RANKS; i++)
		passwords->ranks[i] = g_ptr_array_new_with_free_func(g_free);
	passwords->list = g_ptr_array_new();
	passwords->texts = g_array_new(FALSE, FALSE, sizeof(struct text));
	g_array_set_clear_func(passwords->texts, text_clear);
	return passwords;
}

void warden_passwords_free(struct warden_passwords *passwords)
{
	guint i;

	for (i = 0; i < RANKS; i++)
		g_ptr_array_unref(passwords->ranks[i]);
	g_ptr_array_unref(passwords->list);
	g_array_unref(passwords->texts);
	g_free(passwords);
}

/* --- candidates ------------------------------------------------------------ */

static bool has(const GPtrArray *list, const char *text)
{
	guint i;

	for (i = 0; i < list->len; i++) {
		if (strcmp(g_ptr_array_index(list, i), text) == 0)
			return TRUE;
	}
	return FALSE;
}

static void add(struct warden_passwords *passwords, enum rank rank,
		const char *text, gsize size)
{
	GPtrArray *list = passwords->ranks[rank];
	g_autofree char *copy = NULL;

	if (size == 0 || size > CANDIDATE_MAX || list->len >= rank_max[rank])
		return;
	copy = g_strndup(text, size);
	if (!has(list, copy))
		g_ptr_array_add(list, g_steal_pointer(&copy));
}

/* Signs that surround a word and are seldom part of it. */
static bool is_around(gunichar c)
{
	return g_unichar_isspace(c) || (c < 0x80 &&
		strchr("\"'`()[]<>{}*_:=,;", c) != NULL) ||
	       c == 0xab || c == 0xbb || (c >= 0x2018 && c <= 0x201f) ||
	       (c >= 0x3008 && c <= 0x3011) || c == 0xff1a || c == 0x3002;
}

static void trim(const char **start, const char **end)
{
	while (*start < *end && is_around(g_utf8_get_char(*start)))
		*start = g_utf8_next_char(*start);
	while (*start < *end) {
		const char *last = g_utf8_prev_char(*end);

		if (!is_around(g_utf8_get_char(last)))
			break;
		*end = last;
	}
}

/* A word as it stands, without what surrounds it, without a full stop. */
static void add_word(struct warden_passwords *passwords, enum rank rank,
		     const char *start, const char *end)
{
	const char *inner = start, *inner_end = end;

	trim(&inner, &inner_end);
	add(passwords, rank, inner, inner_end - inner);
	if (inner_end > inner + 1 && strchr(".!?", inner_end[-1]) != NULL) {
		const char *stop = inner_end - 1;

		trim(&inner, &stop);
		add(passwords, rank, inner, stop - inner);
	}
	add(passwords, rank, start, end - start);
}

/* --- announced ----------------------------------------------------------------- */

static bool is_one_of(const char *word, const char *const *list, gsize count)
{
	gsize i;

	for (i = 0; i < count; i++) {
		if (strcmp(word, list[i]) == 0)
			return TRUE;
	}
	return FALSE;
}

static char *fold(const char *start, const char *end)
{
	trim(&start, &end);
	return g_utf8_strdown(start, MIN(end - start, 200));
}

static bool is_filler(const char *start, const char *end)
{
	g_autofree char *word = fold(start, end);

	return *word == '\0' ||
	       is_one_of(word, fillers, G_N_ELEMENTS(fillers));
}

static bool is_announcer(const char *start, const char *end)
{
	g_autofree char *word = fold(start, end);
	gsize i;

	/* "key:1234" */
	for (i = 0; i < G_N_ELEMENTS(announcers); i++) {
		if (strstr(word, announcers[i]) != NULL)
			return TRUE;
	}
	word[strcspn(word, ":=")] = '\0';
	return is_one_of(word, whole_announcers,
			 G_N_ELEMENTS(whole_announcers));
}

/* "password:1234", and scripts that put no space between words: what of the
   word is other than letters of the announcer's own kind. */
static void add_rest(struct warden_passwords *passwords, const char *start,
		     const char *end)
{
	const char *p = start, *run = NULL;
	gsize colon = strcspn(start, ":= \t\r\n");

	if (start + colon + 1 < end)
		add_word(passwords, RANK_ANNOUNCED, start + colon + 1, end);
	for (; p <= end; p++) {
		bool plain = p < end && *p > 0x20 && *p < 0x7f;

		if (plain && run == NULL) {
			run = p;
		} else if (!plain && run != NULL) {
			if (run > start || p < end)
				add_word(passwords, RANK_ANNOUNCED, run, p);
			run = NULL;
		}
	}
}

static const char *next_word(const char *p, const char *end,
			     const char **word_end_r)
{
	while (p < end && g_unichar_isspace(g_utf8_get_char(p)))
		p = g_utf8_next_char(p);
	*word_end_r = p;
	while (*word_end_r < end &&
	       !g_unichar_isspace(g_utf8_get_char(*word_end_r)))
		*word_end_r = g_utf8_next_char(*word_end_r);
	return p;
}

/* What follows the announcer that ends at p: some words, and all that is left
   of the line. */
static void add_following(struct warden_passwords *passwords, const char *p,
			  const char *end)
{
	const char *line_end = memchr(p, '\n', end - p), *word_end;
	const char *rest = p;
	guint count = 0;

	if (line_end == NULL)
		line_end = end;
	add_word(passwords, RANK_ANNOUNCED, rest, line_end);
	while (count < WORDS_BEHIND) {
		p = next_word(p, end, &word_end);
		if (p == word_end)
			break;
		if (!is_filler(p, word_end)) {
			add_word(passwords, RANK_ANNOUNCED, p, word_end);
			count++;
		}
		p = word_end;
	}
}

static void read_announced(struct warden_passwords *passwords,
			   const char *text, const char *end)
{
	const char *previous = text, *previous_end = text;
	const char *p = text, *word_end;

	for (;;) {
		p = next_word(p, end, &word_end);
		if (p == word_end)
			break;
		if (is_announcer(p, word_end)) {
			add_rest(passwords, p, word_end);
			add_following(passwords, word_end, end);
			/* "1234 is the password" */
			if (previous < previous_end)
				add_word(passwords, RANK_ANNOUNCED, previous,
					 previous_end);
		} else if (!is_filler(p, word_end)) {
			previous = p;
			previous_end = word_end;
		}
		p = word_end;
	}
}

/* --- marked ----------------------------------------------------------------------- */

static bool is_quote(gunichar c)
{
	return c == '"' || c == '\'' || c == '`' || c == 0xab || c == 0xbb ||
	       (c >= 0x2018 && c <= 0x201f) || (c >= 0x300c && c <= 0x300f);
}

static void read_quoted(struct warden_passwords *passwords, const char *text,
			const char *end)
{
	const char *open = NULL, *p;

	for (p = text; p < end; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (c == '\n') {
			open = NULL;
		} else if (is_quote(c)) {
			if (open != NULL)
				add(passwords, RANK_MARKED, open, p - open);
			open = g_utf8_next_char(p);
		}
	}
}

static void read_lonely(struct warden_passwords *passwords, const char *text,
			const char *end)
{
	while (text < end) {
		const char *line_end = memchr(text, '\n', end - text);
		const char *start, *word_end, *next, *next_end;

		if (line_end == NULL)
			line_end = end;
		start = next_word(text, line_end, &word_end);
		next = next_word(word_end, line_end, &next_end);
		if (word_end > start + 3 && next == next_end)
			add_word(passwords, RANK_MARKED, start, word_end);
		text = line_end + 1;
	}
}

/* --- sources ------------------------------------------------------------------------ */

static void read_text(struct warden_passwords *passwords, const char *text)
{
	g_autofree char *copy = g_strdup(text);
	const char *end;

	/* a character may have been cut at the end */
	if (!g_utf8_validate(copy, -1, &end))
		copy[end - copy] = '\0';
	end = copy + strlen(copy);
	read_announced(passwords, copy, end);
	read_quoted(passwords, copy, end);
	read_lonely(passwords, copy, end);
}

static const struct {
	const char *name, *text;
} entities[] = {
	{ "&nbsp;", " " }, { "&amp;", "&" }, { "&lt;", "<" }, { "&gt;", ">" },
	{ "&quot;", "\"" }, { "&#39;", "'" }, { "&#160;", " " },
};

static gsize append_entity(GString *text, const char *p, gsize left)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(entities); i++) {
		gsize size = strlen(entities[i].name);

		if (left >= size && memcmp(p, entities[i].name, size) == 0) {
			g_string_append(text, entities[i].text);
			return size;
		}
	}
	g_string_append_c(text, '&');
	return 1;
}

/* Tags that begin a line; the others (b, span) stand inside words. */
static bool breaks_line(const char *tag, gsize size)
{
	static const char *const names[] = {
		"br", "p", "/p", "div", "/div", "td", "/td", "tr", "/tr",
		"li", "/li", "h", "/h", "hr", "blockquote", "table",
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(names); i++) {
		gsize length = strlen(names[i]);

		if (size > length && g_ascii_strncasecmp(
			tag, names[i], length) == 0 &&
		    !g_ascii_isalpha(tag[length]))
			return TRUE;
	}
	return FALSE;
}

static void read_html(struct warden_passwords *passwords, const char *html,
		      gsize size)
{
	GString *text = g_string_new(NULL);
	gsize at = 0, tags = 0;

	while (at < size && text->len < TEXT_MAX && tags < TEXT_MAX) {
		const char *close;

		if (html[at] == '&') {
			at += append_entity(text, html + at, size - at);
		} else if (html[at] != '<') {
			/* line ends are spaces, and only tags break lines */
			g_string_append_c(text, g_ascii_isspace(html[at]) ?
					  ' ' : html[at]);
			at++;
		} else {
			close = memchr(html + at, '>', size - at);
			if (close == NULL)
				break;
			if (breaks_line(html + at + 1, size - at - 1))
				g_string_append_c(text, '\n');
			at = close - html + 1;
			tags++;
		}
	}
	read_text(passwords, text->str);
	g_string_free(text, TRUE);
}

static void keep(struct warden_passwords *passwords, const char *bytes,
		 gsize size, bool html)
{
	struct text text = { NULL, MIN(size, TEXT_MAX), html };

	if (passwords->texts->len >= TEXTS_MAX || size == 0)
		return;
	text.bytes = g_strndup(bytes, text.size);
	text.size = strlen(text.bytes);
	g_array_append_val(passwords->texts, text);
}

void warden_passwords_read_text(struct warden_passwords *passwords,
				const char *text, gsize size)
{
	keep(passwords, text, size, FALSE);
}

void warden_passwords_read_html(struct warden_passwords *passwords,
				const char *html, gsize size)
{
	keep(passwords, html, size, TRUE);
}

static void read_kept(struct warden_passwords *passwords)
{
	guint i;

	for (i = 0; i < passwords->texts->len; i++) {
		const struct text *text = &g_array_index(passwords->texts,
							 struct text, i);

		if (text->html)
			read_html(passwords, text->bytes, text->size);
		else
			read_text(passwords, text->bytes);
	}
	g_array_set_size(passwords->texts, 0);
}

void warden_passwords_read_name(struct warden_passwords *passwords,
				const char *name)
{
	const char *slash = strrchr(name, '/');
	const char *base = slash == NULL ? name : slash + 1;
	const char *dot = strrchr(base, '.');

	add(passwords, RANK_NAME, base,
	    dot == NULL || dot == base ? strlen(base) : (gsize)(dot - base));
}

const GPtrArray *warden_passwords_list(struct warden_passwords *passwords)
{
	GPtrArray *list = passwords->list;
	guint i, rank;
	gsize word;

	read_kept(passwords);
	g_ptr_array_set_size(list, 0);
	for (rank = 0; rank < RANKS; rank++) {
		const GPtrArray *ranked = passwords->ranks[rank];

		for (i = 0; i < ranked->len; i++) {
			char *text = g_ptr_array_index(ranked, i);

			if (!has(list, text) &&
			    list->len < WARDEN_PASSWORDS_MAX)
				g_ptr_array_add(list, text);
		}
	}
	for (word = 0; word < G_N_ELEMENTS(common); word++) {
		if (!has(list, common[word]) &&
		    list->len < WARDEN_PASSWORDS_MAX)
			g_ptr_array_add(list, (char *)common[word]);
	}
	return list;
}
