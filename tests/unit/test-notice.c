/* Notices: strangers' words made safe, texts read, messages composed in every
   language from hostile mail and parsed back. */

#include "warden-config.h"

#include "scanner/core/notice-private.h"

#include "scanner/checks/checks.h"

#include <glib/gstdio.h>
#include <gmime/gmime.h>
#include <string.h>

/* --- strangers' words ----------------------------------------------------- */

static const struct {
	const char *in, *out;
} safe_rows[] = {
	{ "", "" },
	{ "Lunch on Friday?", "Lunch on Friday?" },
	{ "  two \t spaces\r\nand lines ", "two spaces and lines" },
	/* links */
	{ "http://example.org/a", "hxxp[:]//example[.]org/a" },
	{ "HTTPS://Example.ORG", "hxxps[:]//Example[.]ORG" },
	{ "ftp://f.example", "fxp[:]//f[.]example" },
	{ "www.example.org", "www[.]example[.]org" },
	{ "see paypal.com.", "see paypal[.]com." },
	{ "mailto:a@b.example", "mailto[:]a[@]b[.]example" },
	{ "javascript:alert(1)", "javascript[:]alert(1)" },
	{ "Re:x", "Re[:]x" },
	{ "Re: x", "Re: x" },
	{ "a@b", "a[@]b" },
	{ "@home", "[@]home" },
	{ "5 @ home", "5 @ home" },
	{ "\\\\host\\share", "[\\]\\host\\share" },
	{ "example..org", "example.[.]org" },
	{ "-://x", "-[:]//x" },
	{ "2a02:8070::1", "2a02[:]8070[:]:1" },
	{ "localhost:8080/x", "localhost[:]8080/x" },
	{ "192.168.0.1", "192[.]168[.]0[.]1" },
	{ "1.2.org", "1[.]2[.]org" },
	/* dots that browsers take for dots */
	{ "example\xe3\x80\x82org", "example[\xe3\x80\x82]org" },
	{ "example\xef\xbc\x8eorg", "example[\xef\xbc\x8e]org" },
	{ "example\xef\xbd\xa1org", "example[\xef\xbd\xa1]org" },
	{ "example\xe2\x80\xa4org", "example[\xe2\x80\xa4]org" },
	/* what only looks like a link */
	{ "24.11.2026 15:30", "24.11.2026 15:30" },
	{ "3.50 EUR. Thanks", "3.50 EUR. Thanks" },
	{ "你好。再见", "你好。再见" },
	/* what cannot be seen */
	{ "pay\xe2\x80\x8bpal.com", "pay<U+200B>pal[.]com" },
	{ "paypal.\xe2\x80\x8b""com", "paypal.<U+200B>com" },
	{ "paypal.\xef\xb8\x8f""com", "paypal[.]com" },
	{ "cod.\xe2\x80\xaegpj.exe", "cod.<U+202E>gpj[.]exe" },
	{ "a\xc2\xadz", "a<U+00AD>z" },
	{ "a\xe3\x85\xa4z", "a<U+3164>z" },
	{ "a\xee\x80\x80z", "a<U+E000>z" },
	{ "a\xc2\xa0\xe3\x80\x80z", "a z" },
	{ "\xe2\x9d\xa4\xef\xb8\x8f", "\xe2\x9d\xa4" },
	{ "bad\xff""byte", "bad\xef\xbf\xbd""byte" },
	/* "e" with nine accents keeps four */
	{ "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81",
	  "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81" },
	/* other alphabets: U+0430 is Cyrillic */
	{ "P\xd0\xb0ypal", "P\xd0\xb0<U+0430>ypal" },
	{ "p\xd0\xb0ypal.com",
	  "p\xd0\xb0<U+0430>ypal[.]com (xn--pypal-4ve[.]com)" },
	{ "b\xc3\xbc""cher.example.com.",
	  "b\xc3\xbc""cher[.]example[.]com. (xn--bcher-kva[.]example[.]com)" },
	{ "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82 Anna",
	  "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82 Anna" },
	{ "iPhone\xe6\x89\x8b\xe6\x9c\xba", "iPhone\xe6\x89\x8b\xe6\x9c\xba" },
	/* what a header or a page would make of it */
	{ "x\r\nBcc: a@b.example", "x Bcc: a[@]b[.]example" },
	{ "<a href=x.example>y</a>", "<a href=x[.]example>y</a>" },
};

static void test_safe(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(safe_rows); i++) {
		g_autofree char *out = warden_notice_safe(safe_rows[i].in,
							  300);
		g_assert_cmpstr(out, ==, safe_rows[i].out);
	}
}

static void test_safe_cut(void)
{
	g_autofree char *many = g_strnfill(5000, '.');

	for (gsize max = 4; max < 60; max++) {
		for (gsize i = 0; i < G_N_ELEMENTS(safe_rows); i++) {
			g_autofree char *out = warden_notice_safe(
				safe_rows[i].in, max);

			g_assert_cmpuint(strlen(out), <=, max);
			g_assert_true(g_utf8_validate(out, -1, NULL));
		}
	}
	g_autofree char *out = warden_notice_safe(many, 10);
	g_assert_cmpstr(out, ==, ".......\xe2\x80\xa6");
	g_autofree char *own = warden_notice_safe_own("a.b\xe2\x80\xae@c.d",
						      100);
	g_assert_cmpstr(own, ==, "a.b<U+202E>@c.d");
}

/* --- reading texts -------------------------------------------------------- */

#define WORDS "date = %d.%m.\nnothing = n\nsuspicious = s\nspam = s\n" \
	"phishing = p\nmalware = m\npolicy = p\nunscannable = u\nother = o\n" \
	"release-user = u\n"

static const struct {
	enum warden_notice_kind kind;
	const char *text;
	/* NULL: it is sound */
	const char *error;
} text_rows[] = {
	{ WARDEN_NOTICE_SINGLE, "Subject: x\n\ny\n", NULL },
	{ WARDEN_NOTICE_SINGLE, "\xef\xbb\xbf# c\r\nsubject: x\r\n\r\ny\r\n",
	  NULL },
	{ WARDEN_NOTICE_SINGLE, "Subject: {{{subject}\n\n{{}\n", NULL },
	{ WARDEN_NOTICE_SINGLE, "Subject: x\n\n{#file}\n{file}\n{/file}\n",
	  NULL },
	{ WARDEN_NOTICE_DIGEST, "Subject: {count}\n\n{#each}\n{#file}\n{from}\n"
	  "{/file}\n{/each}\n{#more}\n{more}\n{/more}\n", NULL },
	{ WARDEN_NOTICE_WORDS, WORDS "release-admin = {quarantine}\n\n# c\n"
	  "EICAR_TEST_FILE = x\n", NULL },

	{ WARDEN_NOTICE_SINGLE, "", "f:1: a line \"Subject: …\" is expected" },
	{ WARDEN_NOTICE_SINGLE, "# a\n# b\nHello\n",
	  "f:3: a line \"Subject: …\" is expected" },
	{ WARDEN_NOTICE_SINGLE, "Subject:\n\nx\n", "f:1: the subject is empty" },
	{ WARDEN_NOTICE_SINGLE, "Subject: x\ny\n",
	  "f:2: an empty line is expected behind the subject" },
	{ WARDEN_NOTICE_SINGLE, "Subject: x\n\n", "f:3: there is no text" },
	{ WARDEN_NOTICE_SINGLE, "Subject: x\n\n{form}\n",
	  "f:3: {form}: there is no such value" },
	{ WARDEN_NOTICE_SINGLE, "Subject: x\n\na\n{from\n",
	  "f:4: '{' without '}' (a brace itself is \"{{\")" },
	{ WARDEN_NOTICE_SINGLE, "Subject: x\n\na {#file} b\n",
	  "f:3: {#file}: must be alone on its line" },
	{ WARDEN_NOTICE_SINGLE, "Subject: x\n\n{/file}\n",
	  "f:3: {/file}: no such block is open" },
	{ WARDEN_NOTICE_SINGLE, "Subject: x\n\n{#file}\n{#from}\n{/file}\n",
	  "f:5: {/file}: no such block is open" },
	{ WARDEN_NOTICE_SINGLE, "Subject: x\n\n{#file}\ny\n",
	  "f:5: a block is not closed at the end" },
	{ WARDEN_NOTICE_SINGLE,
	  "Subject: x\n\n{#file}\n{#from}\n{#date}\n",
	  "f:5: {#date}: blocks are nested too deeply" },
	{ WARDEN_NOTICE_SINGLE, "Subject: x\n\n{#each}\n{/each}\n",
	  "f:3: {each}: only in a digest, and not within itself" },
	{ WARDEN_NOTICE_DIGEST, "Subject: x\n\n{#each}\n{#each}\n",
	  "f:4: {each}: only in a digest, and not within itself" },
	{ WARDEN_NOTICE_DIGEST, "Subject: {subject}\n\n",
	  "f:1: {subject}: in a digest only between {#each} and {/each}" },
	{ WARDEN_NOTICE_DIGEST, "Subject: x\n\n{count}\n",
	  "f:4: a digest without {#each}" },
	{ WARDEN_NOTICE_DIGEST, "Subject: x\n\n{each}\n",
	  "f:3: {each}: is no value but a block, {#each}" },
	{ WARDEN_NOTICE_SINGLE, "Subject: x\n\n\x01\n",
	  "f:1: has a control character at byte 12" },
	{ WARDEN_NOTICE_SINGLE, "Subject: \xe4\n\nx\n",
	  "f:1: is not UTF-8 at byte 9" },
	{ WARDEN_NOTICE_WORDS, WORDS, "f:11: \"release-admin\" is missing" },
	{ WARDEN_NOTICE_WORDS, WORDS "date = x\n", "f:11: date: is there twice" },
	{ WARDEN_NOTICE_WORDS, "date = %d %B\n",
	  "f:1: date: \"%B\" is none of %Y %m %d %e %H %M %%" },
	{ WARDEN_NOTICE_WORDS, "date = %", "f:1: date: \"%\" is none of "
	  "%Y %m %d %e %H %M %%" },
	{ WARDEN_NOTICE_WORDS, "spam = {from}\n",
	  "f:1: spam: only {quarantine} may stand here" },
	{ WARDEN_NOTICE_WORDS, "\nspam\n",
	  "f:2: \"key = text\" is expected" },
	{ WARDEN_NOTICE_WORDS, "spam =\n", "f:1: spam: is empty" },
	{ WARDEN_NOTICE_WORDS, "ham = x\n", "f:1: ham: there is no such word" },
};

static void test_text(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(text_rows); i++) {
		struct warden_notice_text *text = NULL;
		g_autofree char *error = NULL;
		int ret = warden_notice_text_parse(
			text_rows[i].kind, text_rows[i].text,
			strlen(text_rows[i].text), "f", &text, &error);

		g_assert_cmpstr(error, ==, text_rows[i].error);
		g_assert_cmpint(ret, ==, error == NULL ? 1 : -1);
		warden_notice_text_free(text);
	}
}

static void test_text_limits(void)
{
	struct warden_notice_text *text = NULL;
	g_autofree char *large = g_strnfill(WARDEN_NOTICE_FILE_MAX + 1, 'x');
	g_autofree char *error = NULL;
	g_autoptr(GString) many = g_string_new("Subject: x\n\n");

	g_assert_cmpint(warden_notice_text_parse(
		WARDEN_NOTICE_SINGLE, large, strlen(large), "f", &text,
		&error), ==, -1);
	g_assert_cmpstr(error, ==, "f:1: is larger than 16384 bytes");
	g_clear_pointer(&error, g_free);
	for (guint i = 0; i < 101; i++)
		g_string_append(many, "{from}");
	g_assert_cmpint(warden_notice_text_parse(
		WARDEN_NOTICE_SINGLE, many->str, many->len, "f", &text,
		&error), ==, -1);
	g_assert_cmpstr(error, ==, "f:3: more than 100 values");
}

/* --- composing ------------------------------------------------------------ */

static const char *const hostile[] = {
	"", "Invoice", "Your account at https://www.paypal.com/login?a=b",
	"paypal.com", "PayPal <service@paypal.com>", "www.example.org now",
	"x\r\nBcc: victim@example.org\r\n\r\n<html>", "mailto:a@example.org",
	"\xe2\x80\xae""gpj.exe", "p\xd0\xb0yp\xd0\xb0l.com",
	"a\xe2\x80\x8b.\xe2\x80\x8b""com", "=?utf-8?B?aHR0cDovL2EuZXhhbXBsZQ==?=",
	"\xe6\x82\xa8\xe7\x9a\x84\xe8\xb4\xa6\xe6\x88\xb7 http://\xe4\xbe\x8b"
	"\xe5\xad\x90.\xe6\xb5\x8b\xe8\xaf\x95/", "paypal.\xef\xb8\x8f""com",
	"paypal\xef\xbc\x8e""com", "{subject}{#each}{{", "tel:+1800555",
	"\\\\evil.example\\share", "skype:a?call", "%0d%0aBcc: x",
	"paypal\xe3\x80\x82""com", "example.org:8080", "10.0.0.1/x",
	"user:pw@example.org", "xn--pypal-4ve.com", "a.b.c.d.e.f.example",
	"paypal.\xcc\x81""com", "\xf0\x9f\x98\x80 win.example \xf0\x9f\x98\x80",
	"javascript:alert(document.cookie)", "data:text/html,x", "a_b.example",
	"foo-.example", "--\n-- \nFrom x", ".\r\n.\r\n", "file:///etc/passwd",
};

/* Nothing that any client would take for a link: schemes, addresses, names
   with a dot. */
static const char live_pattern[] =
	"[A-Za-z][A-Za-z0-9+.-]*:\\S|www\\.|[^\\s\\[]@\\S|"
	"[\\p{L}\\p{N}_-]\\.\\p{M}*[\\p{L}_-]|"
	"[A-Za-z0-9][.\xe3\x80\x82\xef\xbc\x8e\xef\xbd\xa1\xe2\x80\xa4]"
	"\\p{M}*[\\p{L}_-]|[\\p{L}_-][\xe3\x80\x82\xef\xbc\x8e\xef\xbd\xa1]"
	"\\p{M}*[A-Za-z0-9]|[A-Za-z]\\."
	"\\p{M}*[\\p{L}\\p{N}]|\\d+\\.\\d+\\.\\d+\\.\\d+|\\\\\\\\";

static void assert_dead(const char *text)
{
	static GRegex *live;
	g_autoptr(GMatchInfo) found = NULL;

	if (live == NULL)
		live = g_regex_new(live_pattern, 0, 0, NULL);
	g_assert_nonnull(live);
	if (g_regex_match(live, text, 0, &found)) {
		g_autofree char *what = g_match_info_fetch(found, 0);

		g_error("\"%s\" is live in:\n%s", what, text);
	}
	for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		GUnicodeType type = g_unichar_type(c);

		g_assert_true(type != G_UNICODE_FORMAT &&
			      type != G_UNICODE_LINE_SEPARATOR &&
			      type != G_UNICODE_PARAGRAPH_SEPARATOR);
		g_assert_true(type != G_UNICODE_CONTROL || c == '\n');
	}
}

/* The pattern itself must find what it is for. */
static void test_pattern(void)
{
	static const char *const live[] = {
		"http://a", "www.x", "a@b.c", "see paypal.com now", "mailto:x",
		"\xe4\xbe\x8b.com", "p\xd0\xb0.\xd0\xb0", "10.0.0.1",
	};
	g_autoptr(GRegex) regex = g_regex_new(live_pattern, 0, 0, NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(live); i++)
		g_assert_true(g_regex_match(regex, live[i], 0, NULL));
}

static void assert_lines(const char *message)
{
	g_auto(GStrv) lines = g_strsplit(message, "\r\n", -1);

	for (char **line = lines; *line != NULL; line++) {
		g_assert_null(strpbrk(*line, "\r\n"));
		g_assert_cmpuint(strlen(*line), <=, 78);
		for (const char *p = *line; *p != '\0'; p++)
			g_assert_true((guchar)*p < 0x7f && (guchar)*p >= ' ');
	}
}

static const char *const field_names[] = {
	"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted",
	"X-Warden-Notice", "Content-Language", "MIME-Version", "Content-Type",
	"Content-Transfer-Encoding",
};

/* Exactly these, each once: nothing was smuggled in. */
static void assert_fields(GMimeMessage *message)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(
		GMIME_OBJECT(message));
	GMimeHeaderList *part = g_mime_object_get_header_list(
		g_mime_message_get_mime_part(message));
	int count = g_mime_header_list_get_count(list) +
		g_mime_header_list_get_count(part);

	g_assert_cmpint(count, ==, G_N_ELEMENTS(field_names));
	for (gsize i = 0; i < G_N_ELEMENTS(field_names); i++)
		g_assert_true(
			g_mime_header_list_contains(list, field_names[i]) ||
			g_mime_header_list_contains(part, field_names[i]));
}

struct parsed {
	GMimeMessage *message;
	char *body;
};

static void parse(const char *text, struct parsed *parsed_r)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(
		text, strlen(text));
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeObject *part;

	parsed_r->message = g_mime_parser_construct_message(parser, NULL);
	g_assert_nonnull(parsed_r->message);
	part = g_mime_message_get_mime_part(parsed_r->message);
	g_assert_true(GMIME_IS_TEXT_PART(part));
	parsed_r->body = g_mime_text_part_get_text(GMIME_TEXT_PART(part));
	g_assert_true(g_utf8_validate(parsed_r->body, -1, NULL));
	/* as the lines of other systems */
	g_auto(GStrv) lines = g_strsplit(parsed_r->body, "\r\n", -1);
	g_free(parsed_r->body);
	parsed_r->body = g_strjoinv("\n", lines);
	g_object_unref(parser);
	g_object_unref(stream);
}

static void parsed_clear(struct parsed *parsed)
{
	g_object_unref(parsed->message);
	g_free(parsed->body);
}

static struct warden_notice_item make_item(gsize i)
{
	gsize n = G_N_ELEMENTS(hostile);

	return (struct warden_notice_item){
		.from_name = hostile[i % n],
		.from_address = hostile[(i + 4) % n],
		.subject = hostile[(i + i / n) % n],
		.file = hostile[(i + 7) % n],
		.mailbox = "INBOX", .time_secs = 1700000000 + i,
		.verdict = i % (WARDEN_VERDICT_LAST + 1),
		.symbol = i % 3 == 0 ? "DOUBLE_EXTENSION" : "",
		.detail = "It contains a program.", .user_release = i % 2 == 0,
	};
}

static struct warden_notice make_notice(const struct warden_notice_item *items,
					guint count, guint total)
{
	return (struct warden_notice){
		.user = "anna@example.net", .domain = "host.example.net",
		.quarantine = "Quarantine", .id = "abc.1",
		.now_secs = 1700000000, .items = items, .count = count,
		.total = total,
	};
}

static void check_notice(const struct warden_notice_texts *texts,
			 const struct warden_notice *notice)
{
	g_autofree char *text = warden_notice_compose(texts, notice);
	struct parsed parsed;

	g_assert_cmpuint(strlen(text), <=, WARDEN_NOTICE_SIZE_MAX);
	assert_lines(text);
	parse(text, &parsed);
	assert_fields(parsed.message);
	assert_dead(g_mime_message_get_subject(parsed.message));
	assert_dead(parsed.body);
	g_assert_nonnull(strstr(parsed.body, "Quarantine"));
	g_assert_cmpstr(g_mime_object_get_header(
		g_mime_message_get_mime_part(parsed.message),
		"Content-Language"), ==, texts->language);
	parsed_clear(&parsed);
}

static void load(const char *language, struct warden_notice_texts *texts_r)
{
	char *complaints;

	warden_notice_texts_load(NULL, language, texts_r, &complaints);
	g_assert_null(complaints);
}

static void test_languages(void)
{
	const char *const *language = warden_notice_languages();

	for (; *language != NULL; language++) {
		struct warden_notice_item items[G_N_ELEMENTS(hostile)];
		struct warden_notice_texts texts;
		struct warden_notice notice;

		load(*language, &texts);
		g_assert_cmpstr(texts.language, ==, *language);
		for (gsize i = 0; i < G_N_ELEMENTS(items); i++) {
			items[i] = make_item(i);
			notice = make_notice(&items[i], 1, 1);
			check_notice(&texts, &notice);
		}
		notice = make_notice(items, G_N_ELEMENTS(items), 1000);
		check_notice(&texts, &notice);
		warden_notice_texts_clear(&texts);
	}
}

/* What translated reasons are for must be findings that there are. */
static void test_words(void)
{
	const char *const *language = warden_notice_languages();

	for (; *language != NULL; language++) {
		struct warden_notice_texts texts;
		GHashTableIter iter;
		void *symbol;

		load(*language, &texts);
		g_hash_table_iter_init(
			&iter, texts.text[WARDEN_NOTICE_WORDS]->reasons);
		while (g_hash_table_iter_next(&iter, &symbol, NULL))
			g_assert_nonnull(warden_symbol_lookup(symbol));
		warden_notice_texts_clear(&texts);
	}
}

static const struct {
	const char *asked, *got;
} language_rows[] = {
	{ "de", "de" }, { "de-AT", "de" }, { "de_CH", "de" }, { "ZH-cn", "zh" },
	{ "zh_Hant_TW", "zh" }, { "pt-br", "pt" }, { "tlh", "en" },
	{ "", "en" }, { "../../etc", "en" }, { "en", "en" },
};

static void test_fallback(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(language_rows); i++) {
		struct warden_notice_texts texts;

		load(language_rows[i].asked, &texts);
		g_assert_cmpstr(texts.language, ==, language_rows[i].got);
		warden_notice_texts_clear(&texts);
	}
}

static void test_override(void)
{
	g_autofree char *folder = g_dir_make_tmp("notice-XXXXXX", NULL);
	g_autofree char *single = g_build_filename(folder, "single.de-AT.txt",
						   NULL);
	g_autofree char *digest = g_build_filename(folder, "digest.de.txt",
						   NULL);
	struct warden_notice_item item = make_item(1);
	struct warden_notice notice = make_notice(&item, 1, 1);
	struct warden_notice_texts texts;
	g_autofree char *text = NULL, *complaints = NULL, *expected = NULL;

	g_assert_true(g_file_set_contents(single, "Subject: Servus\n\n"
					  "{subject} {quarantine}\n", -1, NULL));
	g_assert_true(g_file_set_contents(digest, "Subject: x\n\n{no}\n", -1,
					  NULL));
	warden_notice_texts_load(folder, "de-at", &texts, &complaints);
	g_assert_cmpstr(texts.language, ==, "de-AT");
	expected = g_strdup_printf("%s:3: {no}: there is no such value",
				   digest);
	g_assert_cmpstr(complaints, ==, expected);
	text = warden_notice_compose(&texts, &notice);
	g_assert_nonnull(strstr(text, "\r\nSubject: Servus\r\n"));
	g_assert_true(g_str_has_suffix(text, "\r\n\r\nInvoice Quarantine\r\n"));
	warden_notice_texts_clear(&texts);
	g_remove(single);
	g_remove(digest);
	g_rmdir(folder);
}

/* --- what is in it -------------------------------------------------------- */

static void test_single(void)
{
	struct warden_notice_item item = {
		.from_name = "Care", .from_address = "care@mail.example.com",
		.subject = "Your account", .mailbox = "INBOX", .file = "a.exe",
		.time_secs = 1700000000, .verdict = WARDEN_VERDICT_PHISHING,
		.symbol = "LINK_TEXT_MISMATCH", .detail = "A link lies.",
		.user_release = true,
	};
	struct warden_notice notice = make_notice(&item, 1, 1);
	struct warden_notice_texts texts;
	struct parsed parsed;

	load("en", &texts);
	g_autofree char *text = warden_notice_compose(&texts, &notice);
	parse(text, &parsed);
	g_assert_nonnull(strstr(text, "From: Warden <postmaster@example.net>"));
	g_assert_nonnull(strstr(text, "\r\nTo: anna@example.net\r\n"));
	g_assert_nonnull(strstr(text,
				"\r\nDate: Tue, 14 Nov 2023 22:13:20 +0000"));
	g_assert_nonnull(strstr(text, "\r\nMessage-ID: <abc.1@example.net>"));
	g_assert_nonnull(strstr(text,
				"\r\nAuto-Submitted: auto-generated\r\n"));
	g_assert_nonnull(strstr(text, "\r\nX-Warden-Notice: single\r\n"));
	g_assert_cmpstr(g_mime_message_get_subject(parsed.message), ==,
			"Message in quarantine: Your account");
	g_assert_nonnull(strstr(parsed.body, "\nFrom: Care <care[@]mail[.]"
				"example[.]com>\nSubject: Your account\n"
				"Time: 2023-11-14 22:13\nMeant for: INBOX\n"));
	g_assert_nonnull(strstr(parsed.body, "(phishing).\n"
				"Found: A link lies.\nFile: a[.]exe\n"));
	g_assert_nonnull(strstr(parsed.body, "move it from the folder "
				"\"Quarantine\" into another"));
	parsed_clear(&parsed);
	warden_notice_texts_clear(&texts);
}

/* Release by its owner or not, a reason in the user's language. */
static void test_german(void)
{
	struct warden_notice_item item = make_item(0);
	struct warden_notice notice = make_notice(&item, 1, 1);
	struct warden_notice_texts texts;
	struct parsed parsed;

	item.verdict = WARDEN_VERDICT_MALWARE;
	item.user_release = false;
	notice.zone = g_time_zone_new_offset(3600);
	load("de", &texts);
	g_autofree char *text = warden_notice_compose(&texts, &notice);
	parse(text, &parsed);
	g_assert_nonnull(strstr(parsed.body, "Nur die Administration"));
	g_assert_nonnull(strstr(parsed.body, "dessen Name wie der eines"));
	g_assert_nonnull(strstr(parsed.body, "(keine Angabe)"));
	g_assert_nonnull(strstr(parsed.body, "Zeit: 14.11.2023 23:13\n"));
	parsed_clear(&parsed);
	warden_notice_texts_clear(&texts);
	g_time_zone_unref(notice.zone);
}

static guint count_of(const char *text, const char *what)
{
	guint count = 0;

	for (const char *p = text; (p = strstr(p, what)) != NULL; p++)
		count++;
	return count;
}

/* What does not fit is counted. */
static void test_large(void)
{
	g_autofree char *subject = g_strnfill(2000, 'x');
	struct warden_notice_item items[WARDEN_NOTICE_ITEMS_MAX];
	struct warden_notice_texts texts;
	struct warden_notice notice;
	struct parsed parsed;

	for (gsize i = 0; i < G_N_ELEMENTS(items); i++) {
		items[i] = make_item(i);
		items[i].subject = items[i].from_name = items[i].file =
			items[i].from_address = subject;
	}
	load("en", &texts);
	notice = make_notice(items, G_N_ELEMENTS(items), 12345);
	g_autofree char *text = warden_notice_compose(&texts, &notice);
	g_assert_cmpuint(strlen(text), <=, WARDEN_NOTICE_SIZE_MAX);
	g_assert_cmpuint(strlen(text), >, WARDEN_NOTICE_SIZE_MAX / 2);
	parse(text, &parsed);
	guint listed = count_of(parsed.body, "   From: ");
	g_autofree char *more = g_strdup_printf("not listed here: %u\n",
						12345 - listed);
	g_assert_cmpuint(listed, >, 10);
	g_assert_nonnull(strstr(parsed.body, more));
	g_assert_cmpstr(g_mime_message_get_subject(parsed.message), ==,
			"Messages in quarantine: 12345");
	parsed_clear(&parsed);
	warden_notice_texts_clear(&texts);
}

/* --- addresses ------------------------------------------------------------ */

static const struct {
	const char *from;
	bool sound;
} from_rows[] = {
	{ "security@example.org", TRUE },
	{ "Mail security <security@example.org>", TRUE },
	{ "Sécurité <a@b.example>", TRUE },
	{ "<a@b.example>", TRUE },
	{ "", FALSE }, { "a", FALSE }, { "a@", FALSE }, { "@b", FALSE },
	{ "x <a@b", FALSE }, { "x <a@b> y", FALSE }, { "\"x\" <a@b>", FALSE },
	{ "a@b\r\nBcc: c@d", FALSE }, { "a b@c", FALSE }, { "a..b@c", FALSE },
	{ "ä@b.example", FALSE }, { "a@b, c@d", FALSE }, { "\xff <a@b>", FALSE },
};

static void test_from(void)
{
	struct warden_notice_item item = make_item(1);
	struct warden_notice_texts texts;

	load("en", &texts);
	for (gsize i = 0; i < G_N_ELEMENTS(from_rows); i++) {
		struct warden_notice notice = make_notice(&item, 1, 1);

		g_assert_cmpint(warden_notice_from_is_sound(from_rows[i].from),
				==, from_rows[i].sound);
		notice.from = from_rows[i].from;
		check_notice(&texts, &notice);
	}
	warden_notice_texts_clear(&texts);
}

static const struct {
	const char *user, *domain, *to, *from;
} user_rows[] = {
	{ "anna", "host.example", "To: anna@host.example",
	  "postmaster@host.example" },
	{ "anna@example.net", "h", "To: anna@example.net",
	  "postmaster@example.net" },
	{ "anna", "bad host", "To: anna@localhost", "postmaster@localhost" },
	{ "an na\r\nBcc: x", "h", "To: undisclosed-recipients:;",
	  "postmaster@h" },
	{ "ännä@example.net", "h", "To: undisclosed-recipients:;",
	  "postmaster@example.net" },
	{ "", "h", "To: undisclosed-recipients:;", "postmaster@h" },
};

static void test_users(void)
{
	struct warden_notice_item item = make_item(1);
	struct warden_notice_texts texts;

	load("en", &texts);
	for (gsize i = 0; i < G_N_ELEMENTS(user_rows); i++) {
		struct warden_notice notice = make_notice(&item, 1, 1);
		g_autofree char *to = g_strdup_printf("\r\n%s\r\n",
						      user_rows[i].to);

		notice.user = user_rows[i].user;
		notice.domain = user_rows[i].domain;
		check_notice(&texts, &notice);
		g_autofree char *text = warden_notice_compose(&texts, &notice);
		g_assert_nonnull(strstr(text, to));
		g_assert_nonnull(strstr(text, user_rows[i].from));
	}
	warden_notice_texts_clear(&texts);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_mime_init();
	g_test_add_func("/notice/safe", test_safe);
	g_test_add_func("/notice/safe-cut", test_safe_cut);
	g_test_add_func("/notice/text", test_text);
	g_test_add_func("/notice/text-limits", test_text_limits);
	g_test_add_func("/notice/pattern", test_pattern);
	g_test_add_func("/notice/languages", test_languages);
	g_test_add_func("/notice/words", test_words);
	g_test_add_func("/notice/fallback", test_fallback);
	g_test_add_func("/notice/override", test_override);
	g_test_add_func("/notice/single", test_single);
	g_test_add_func("/notice/german", test_german);
	g_test_add_func("/notice/large", test_large);
	g_test_add_func("/notice/from", test_from);
	g_test_add_func("/notice/users", test_users);
	return g_test_run();
}
