/* Checks on facts made by hand: each row is one thing seen and the symbols
   that must come of it, all of them, in order. */

#include "warden-config.h"

#include "scanner/checks/checks.h"

#include <string.h>

static const struct warden_envelope envelope = {
	.user = "", .recipient = "", .sender = "", .service = "",
};

/* What the lists know, with '!' in front when allowed. */
static int lookup(void *context, enum warden_known_kind kind,
		  const char *value, struct warden_known_hit *hit_r)
{
	const char *const *lists = context;

	if (lists == NULL)
		return -1;
	for (; *lists != NULL; lists++) {
		hit_r->allow = **lists == '!';
		if (strcmp(*lists + hit_r->allow, value) == 0) {
			g_strlcpy(hit_r->feed, "test", sizeof(hit_r->feed));
			g_strlcpy(hit_r->value, value, sizeof(hit_r->value));
			return 1;
		}
	}
	return 0;
}

static char *run(const struct warden_facts *facts,
		 const struct warden_known *known)
{
	struct warden_check_input input = {
		.facts = facts, .envelope = &envelope, .known = known,
	};
	g_autoptr(GPtrArray) findings = warden_checks_run(&input);
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < findings->len; i++) {
		const struct warden_finding *finding =
			g_ptr_array_index(findings, i);

		g_assert_nonnull(warden_symbol_lookup(finding->symbol));
		g_assert_true(g_utf8_validate(finding->detail, -1, NULL));
		g_string_append_printf(out, "%s%s", i == 0 ? "" : " ",
				       finding->symbol);
	}
	return g_string_free(out, FALSE);
}

static struct warden_part *add_part(struct warden_facts *facts,
				    const char *path, const char *name,
				    enum warden_content_kind kind,
				    const char *declared, const char *detected,
				    guint32 flags)
{
	struct warden_part *part = warden_facts_add_part(facts, path, name);

	g_assert_nonnull(part);
	part->kind = kind;
	part->flags = flags | WARDEN_PART_ATTACHMENT;
	part->size = 100;
	g_free(part->declared_type);
	part->declared_type = g_strdup(declared);
	g_free(part->detected_type);
	part->detected_type = g_strdup(detected);
	return part;
}

#define EXE WARDEN_KIND_EXECUTABLE, "application/octet-stream", \
	"application/x-dosexec"
#define PDF WARDEN_KIND_PDF, "application/pdf", "application/pdf"
#define TXT WARDEN_KIND_TEXT, "text/plain", "text/plain"
#define BIN WARDEN_KIND_UNKNOWN, "application/octet-stream", \
	"application/octet-stream"
#define ZIP WARDEN_KIND_ARCHIVE, "application/zip", "application/zip"
#define HTML WARDEN_KIND_HTML, "text/html", "text/html"

static const struct {
	const char *name;
	enum warden_content_kind kind;
	const char *declared, *detected;
	const char *symbols;
} part_rows[] = {
	/* honest */
	{ "report.pdf", PDF, "" },
	{ "notes.v1.2.txt", TXT, "" },
	{ "archive.tar.gz", ZIP, "" },
	{ "report.pdf.zip", ZIP, "" },
	{ "Meeting at example.com", TXT, "" },
	{ "news from shop.com", HTML, "" },
	{ "page.html", HTML, "" },
	{ "", PDF, "" },
	{ "install.sh", WARDEN_KIND_SCRIPT, "text/plain",
	  "text/x-shellscript", "" },
	{ "patch.txt", WARDEN_KIND_SCRIPT, "text/plain",
	  "text/x-shellscript", "" },
	{ "\xd7\x93\xd7\x95\xd7\x97.pdf", PDF, "" },
	{ "setup.exe", EXE, "EXECUTABLE_ATTACHMENT" },
	{ "", EXE, "EXECUTABLE_ATTACHMENT" },
	{ "setup.msi", WARDEN_KIND_EXECUTABLE, "application/x-msi",
	  "application/x-msi", "EXECUTABLE_ATTACHMENT" },
	{ "app.jar", WARDEN_KIND_EXECUTABLE, "application/java-archive",
	  "application/java-archive", "EXECUTABLE_ATTACHMENT" },
	{ "app.zip", WARDEN_KIND_EXECUTABLE, "application/zip",
	  "application/java-archive", "EXECUTABLE_ATTACHMENT" },
	{ "run.js", TXT, "SCRIPT_ATTACHMENT" },
	{ "run.VBS", TXT, "SCRIPT_ATTACHMENT" },
	{ "disk.iso", WARDEN_KIND_DISK_IMAGE, "application/octet-stream",
	  "application/x-iso9660-image", "DISK_IMAGE_ATTACHMENT" },
	{ "site.url", TXT, "SHORTCUT_ATTACHMENT" },
	{ "prog.com", BIN, "EXECUTABLE_ATTACHMENT" },
	/* deceptive */
	{ "Invoice.pdf.exe", EXE, "DOUBLE_EXTENSION EXECUTABLE_ATTACHMENT" },
	{ "Invoice.PDF.EXE", BIN, "DOUBLE_EXTENSION EXECUTABLE_ATTACHMENT" },
	{ "Invoice.pdf               .exe", BIN,
	  "DOUBLE_EXTENSION EXECUTABLE_ATTACHMENT" },
	{ "Invoice.pdf____________.exe", BIN,
	  "DOUBLE_EXTENSION EXECUTABLE_ATTACHMENT" },
	{ "Invoice.pdf.exe. . ", BIN,
	  "DOUBLE_EXTENSION EXECUTABLE_ATTACHMENT" },
	{ "../../Invoice.pdf.exe", BIN,
	  "DOUBLE_EXTENSION EXECUTABLE_ATTACHMENT" },
	{ "Invoice.docx.js", TXT, "DOUBLE_EXTENSION SCRIPT_ATTACHMENT" },
	{ "photo.jpg.scr", BIN, "DOUBLE_EXTENSION EXECUTABLE_ATTACHMENT" },
	{ "Invoice.pdf.lnk", WARDEN_KIND_SHORTCUT, "application/octet-stream",
	  "application/x-ms-shortcut",
	  "DOUBLE_EXTENSION SHORTCUT_ATTACHMENT" },
	{ "Invoice.pdf.html", HTML, "HTML_DOUBLE_EXTENSION" },
	{ "Invoice.pdf", WARDEN_KIND_EXECUTABLE, "application/pdf",
	  "application/x-dosexec",
	  "DISGUISED_EXECUTABLE EXECUTABLE_ATTACHMENT" },
	{ "photo.jpg", EXE, "DISGUISED_EXECUTABLE EXECUTABLE_ATTACHMENT" },
	{ "tool.exe", WARDEN_KIND_EXECUTABLE, "image/png",
	  "application/x-dosexec",
	  "DISGUISED_EXECUTABLE EXECUTABLE_ATTACHMENT" },
	{ "tool.exe", WARDEN_KIND_UNKNOWN, "application/pdf",
	  "application/octet-stream",
	  "DISGUISED_EXECUTABLE EXECUTABLE_ATTACHMENT" },
	{ "bill.pdf", WARDEN_KIND_SCRIPT, "application/pdf",
	  "text/x-msdos-batch", "DISGUISED_SCRIPT" },
	{ "photo.jpg", ZIP, "DISGUISED_ARCHIVE" },
	{ "photo\xe2\x80\xaegpj.exe", EXE,
	  "EXECUTABLE_ATTACHMENT RTL_OVERRIDE_EXECUTABLE" },
	{ "photo\xe2\x80\xaegpj.zip", ZIP, "RTL_OVERRIDE_EXECUTABLE" },
	{ "photo\xe2\x80\xae" "fdp.txt", TXT, "RTL_OVERRIDE_NAME" },
	{ "tables.xls", HTML, "TYPE_MISMATCH" },
};

static void test_parts(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(part_rows); i++) {
		g_autoptr(warden_facts) facts = warden_facts_new();
		g_autofree char *symbols = NULL;

		add_part(facts, "1.2", part_rows[i].name, part_rows[i].kind,
			 part_rows[i].declared, part_rows[i].detected, 0);
		symbols = run(facts, NULL);
		if (strcmp(symbols, part_rows[i].symbols) != 0)
			g_error("%s (%s): \"%s\", expected \"%s\"",
				part_rows[i].name, part_rows[i].detected,
				symbols, part_rows[i].symbols);
	}
}

static void assert_symbols(const struct warden_facts *facts,
			   const char *expected)
{
	g_autofree char *symbols = run(facts, NULL);

	g_assert_cmpstr(symbols, ==, expected);
}

static void test_members(void)
{
	g_autoptr(warden_facts) facts = warden_facts_new();

	add_part(facts, "1.2", "a.zip", ZIP, WARDEN_PART_CONTAINER);
	add_part(facts, "1.2/dir/setup.exe", "setup.exe", EXE,
		 WARDEN_PART_MEMBER);
	assert_symbols(facts, "EXECUTABLE_IN_ARCHIVE");
	add_part(facts, "1.2/run.js", "run.js", TXT, WARDEN_PART_MEMBER);
	assert_symbols(facts, "EXECUTABLE_IN_ARCHIVE SCRIPT_IN_ARCHIVE");
	/* Among many files a script is part of a page or of source code. */
	add_part(facts, "1.2/a.txt", "a.txt", TXT, WARDEN_PART_MEMBER);
	add_part(facts, "1.2/b.txt", "b.txt", TXT, WARDEN_PART_MEMBER);
	assert_symbols(facts, "EXECUTABLE_IN_ARCHIVE");
	add_part(facts, "1.2/c.pdf.exe", "c.pdf.exe", BIN,
		 WARDEN_PART_MEMBER | WARDEN_PART_ENCRYPTED);
	assert_symbols(facts, "DOUBLE_EXTENSION ENCRYPTED_EXECUTABLE "
		       "EXECUTABLE_IN_ARCHIVE EXECUTABLE_IN_ARCHIVE");
}

static void test_jar_members(void)
{
	g_autoptr(warden_facts) facts = warden_facts_new();

	add_part(facts, "1", "a.jar", WARDEN_KIND_EXECUTABLE,
		 "application/java-archive", "application/java-archive",
		 WARDEN_PART_CONTAINER);
	add_part(facts, "1/lib/native.dll", "native.dll", EXE,
		 WARDEN_PART_MEMBER);
	assert_symbols(facts, "EXECUTABLE_ATTACHMENT");
}

/* A web page with a file in a data: address. */
static void test_smuggled(void)
{
	g_autoptr(warden_facts) facts = warden_facts_new();

	add_part(facts, "2", "a.html", HTML, WARDEN_PART_CONTAINER);
	add_part(facts, "2/data", "", ZIP, WARDEN_PART_MEMBER);
	assert_symbols(facts, "SMUGGLED_ARCHIVE");
	add_part(facts, "2/data2", "", EXE, WARDEN_PART_MEMBER);
	assert_symbols(facts, "SMUGGLED_ARCHIVE SMUGGLED_EXECUTABLE");
}

static void test_hidden(void)
{
	g_autoptr(warden_facts) facts = warden_facts_new();

	g_assert_true(warden_facts_add_trait(facts, "mime-hidden-content",
					     "carved", "text/html"));
	assert_symbols(facts, "MIME_AMBIGUOUS");
	g_assert_true(warden_facts_add_trait(facts, "mime-hidden-content",
					     "carved", "application/zip"));
	assert_symbols(facts, "MIME_AMBIGUOUS MIME_HIDDEN_CONTENT");
	g_assert_true(warden_facts_add_trait(facts, "mime-qp-escape", "1",
					     ""));
	g_assert_true(warden_facts_add_trait(facts, "mime-uuencode", "1",
					     ""));
	g_assert_true(warden_facts_add_trait(facts, "no-such-trait", "1",
					     ""));
	assert_symbols(facts, "MIME_AMBIGUOUS MIME_HIDDEN_CONTENT MIME_ODD");
}

static void test_names(void)
{
	g_autoptr(warden_facts) facts = warden_facts_new();
	struct warden_part *part = add_part(facts, "1.2", "bill.pdf", BIN, 0);

	g_assert_true(warden_part_add_name(part, "bill.exe"));
	assert_symbols(facts, "CONFLICTING_NAMES EXECUTABLE_ATTACHMENT");
}

static void test_eicar(void)
{
	g_autoptr(warden_facts) facts = warden_facts_new();

	add_part(facts, "1", "", TXT, WARDEN_PART_EICAR);
	assert_symbols(facts, "EICAR_TEST_FILE");
}

/* --- links -------------------------------------------------------------- */

#define TOKEN "/c/eJwUy0FygyAUANDTwA4HvoC4YNFNrpEB7keZiliCmeb2nR7"

static const struct {
	const char *url, *text;
	const char *symbols;
} link_rows[] = {
	{ "https://www.example.com/x", "www.example.com", "" },
	{ "https://www.example.com/x", "Sign in", "" },
	{ "https://shop.example.com/x", "https://www.example.com/", "" },
	{ "https://www.example.co.uk/x", "example.co.uk", "" },
	{ "https://other.example.org/", "see setup.py", "" },
	{ "https://other.example.org/", "setup.py", "" },
	{ "https://other.example.org/", "report.pdf", "" },
	{ "https://other.example.org/", "info@example.com", "" },
	{ "https://other.example.org/", "e.g. this", "" },
	{ "https://other.example.org/", "Yahoo! News", "" },
	{ "https://other.example.org/", "v1.2.3", "" },
	{ "https://other.example.org/", "https://www.examp\xe2\x80\xa6", "" },
	{ "https://other.example.org/", "https://www.examp...", "" },
	{ "https://xn--mller-kva.de/", "www.m\xc3\xbcller.de", "" },
	{ "https://www.example.com/", "HTTPS://WWW.EXAMPLE.COM/", "" },
	/* lies */
	{ "https://www.evil.net/x", "www.example.com",
	  "LINK_TEXT_MISMATCH" },
	{ "https://www.evil.net/x", "https://example.com/login",
	  "LINK_TEXT_MISMATCH" },
	{ "https://www.evil.net/x", "example.com", "LINK_TEXT_MISMATCH" },
	{ "https://www.evil.net/x", "Go to https://www.example.com/a now",
	  "LINK_TEXT_MISMATCH" },
	{ "https://www.evil.net/x", "  <https://www.example.com>",
	  "LINK_TEXT_MISMATCH" },
	{ "https://www.evil.net/x", "www.exa\xe2\x80\x8bmple.com",
	  "LINK_TEXT_MISMATCH" },
	{ "https://www.example.com.evil.net/x", "www.example.com",
	  "LINK_TEXT_MISMATCH" },
	{ "https://a.github.io/x", "https://b.github.io/",
	  "LINK_TEXT_MISMATCH" },
	{ "http://192.0.2.9/login", "https://www.example.com/login",
	  "LINK_IP_ADDRESS LINK_TEXT_MISMATCH" },
	{ "http://evil.net/www.example.com/", "www.example.com",
	  "LINK_TEXT_MISMATCH" },
	{ "http:\\\\evil.net\\", "www.example.com", "LINK_TEXT_MISMATCH" },
	/* through somebody */
	{ "https://x.list-manage.com/track?u=1", "www.example.com",
	  "LINK_TEXT_REDIRECTED" },
	{ "https://r.net/?url=https%3A%2F%2Fwww.example.com%2Fa",
	  "www.example.com", "LINK_TEXT_REDIRECTED" },
	{ "https://r.net/?url=https%3A%2F%2Fevil.org%2Fa",
	  "www.example.com", "LINK_TEXT_MISMATCH" },
	{ "https://www.example.de/", "www.example.com",
	  "LINK_TEXT_REDIRECTED" },
	{ "https://www.linkedin.com/slink?code=x", "https://lnkd.in/x", "" },
	{ "https://www.evil.net/", "https://bit.ly/x", "" },
	{ "https://bit.ly/x", "https://www.example.com/",
	  "LINK_TEXT_MISMATCH" },
	{ "applewebdata://0A1B2C3D/www.example.com", "www.example.com", "" },
	/* a name more than an address */
	{ "https://r.net" TOKEN, "Example.com", "LINK_TEXT_REDIRECTED" },
	{ "https://r.net/login", "Example.com", "LINK_TEXT_MISMATCH" },
	/* one link with a token is no counting sender */
	{ "https://r.net" TOKEN, "www.example.com", "LINK_TEXT_MISMATCH" },
	/* targets */
	{ "http://192.0.2.9/x", "click", "LINK_IP_ADDRESS" },
	{ "http://3221226121/x", "click", "LINK_IP_OBFUSCATED" },
	{ "http://0xc0.0.2.9/x", "click", "LINK_IP_OBFUSCATED" },
	{ "http://0300.0.2.9/x", "click", "LINK_IP_OBFUSCATED" },
	{ "http://192.0.2.9:81/x", "http://192.0.2.9:81/", "" },
	{ "http://[2001:db8::1]/x", "click", "LINK_IP_ADDRESS" },
	{ "http://192.168.1.1/x", "router", "" },
	{ "http://localhost/x", "here", "" },
	{ "http://www.example.com@evil.net/", "click", "LINK_USERINFO_HOST" },
	{ "http://www.example.com%2f@evil.net/", "click",
	  "LINK_USERINFO_HOST" },
	{ "https://www.example.com.br-login77@evil.net/", "click",
	  "LINK_USERINFO_HOST" },
	{ "http://user:pw@www.example.com/", "click", "LINK_USERINFO" },
	{ "http://john.smith@www.example.com/", "click", "LINK_USERINFO" },
	{ "https://www.example.com/@user", "click", "" },
	{ "https://www.example.com/?m=a@b.com", "click", "" },
	{ "ftp://anonymous@ftp.example.com/", "click", "" },
	{ "mailto:a@b.com", "www.example.com", "" },
};

static void add_url(struct warden_facts *facts, const char *url,
		    const char *text)
{
	g_assert_true(warden_facts_add_url(facts, url, "", text, "html",
					   "1"));
}

static void test_links(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(link_rows); i++) {
		g_autoptr(warden_facts) facts = warden_facts_new();
		g_autofree char *symbols = NULL;

		add_url(facts, link_rows[i].url, link_rows[i].text);
		symbols = run(facts, NULL);
		if (strcmp(symbols, link_rows[i].symbols) != 0)
			g_error("%s as %s: \"%s\", expected \"%s\"",
				link_rows[i].url, link_rows[i].text, symbols,
				link_rows[i].symbols);
	}
}

static void add_from(struct warden_facts *facts, const char *name,
		     const char *address)
{
	g_ptr_array_add(facts->header.to,
			warden_address_new("", "user@example.net"));
	g_ptr_array_add(facts->header.from,
			warden_address_new(name, address));
}

/* A sender that counts clicks sends every link through its counter. */
static void test_tracked(void)
{
	static const char *const urls[] = {
		"https://t.counter.net" TOKEN "a1b2c3",
		"https://t.counter.net" TOKEN "d4e5f6",
		"https://t.counter.net" TOKEN "g7h8i9",
	};
	g_autoptr(warden_facts) facts = warden_facts_new();

	add_url(facts, urls[0], "www.example.com");
	assert_symbols(facts, "LINK_TEXT_MISMATCH");
	for (gsize i = 1; i < G_N_ELEMENTS(urls); i++) {
		g_assert_true(warden_facts_add_url(
			facts, urls[i], "t.counter.net", "Read", "html", "1"));
	}
	g_assert_true(warden_facts_add_url(facts, urls[0], "t.counter.net",
					   "www.example.com", "html", "1"));
	assert_symbols(facts, "LINK_TEXT_REDIRECTED");
}

static void test_tracked_own(void)
{
	g_autoptr(warden_facts) facts = warden_facts_new();

	add_from(facts, "Shop", "news@mail.example.com");
	add_url(facts, "https://t.counter.net" TOKEN "a1", "www.example.com");
	assert_symbols(facts, "LINK_TEXT_REDIRECTED");
}

/* --- senders ------------------------------------------------------------ */

static const struct {
	const char *name, *address;
	const char *symbols;
} sender_rows[] = {
	{ "Ann", "ann@example.org", "" },
	{ "ann@example.org", "ann@mail.example.org", "" },
	{ "service@bank.com", "x@evil.net", "SENDER_NAME_ADDRESS" },
	{ "Ann @home", "ann@example.org", "" },
	{ "Ann @ Example", "ann@example.org", "" },
	{ "ann@intranet", "ann@example.org", "" },
	{ "", "", "" },
	{ "a@b.com", "broken", "" },
};

static void test_senders(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(sender_rows); i++) {
		g_autoptr(warden_facts) facts = warden_facts_new();

		add_from(facts, sender_rows[i].name, sender_rows[i].address);
		assert_symbols(facts, sender_rows[i].symbols);
	}
}

static void test_many_from(void)
{
	g_autoptr(warden_facts) facts = warden_facts_new();

	add_from(facts, "A", "a@example.org");
	add_from(facts, "B", "b@example.org");
	assert_symbols(facts, "MULTIPLE_FROM");
	facts->header.sender = warden_address_new("A", "a@example.org");
	assert_symbols(facts, "");
}

/* --- lists -------------------------------------------------------------- */

static const struct {
	const char *lists[3];
	const char *symbols;
} list_rows[] = {
	{ { "bad.example.net" }, "KNOWN_BAD_HOST" },
	{ { "!bad.example.net" }, "" },
	{ { "other.example.net" }, "" },
	{ { "http://bad.example.net/a/c?x" }, "KNOWN_BAD_URL" },
	{ { "!http://bad.example.net/a/c?x", "bad.example.net" }, "" },
	{ { "http://bad.example.net/a/other" }, "" },
	{ { "eve@example.org" }, "KNOWN_BAD_SENDER" },
	{ { "!eve@example.org" }, "" },
	{ { "0101010101010101010101010101010101010101010101010101010101010101"
	  }, "KNOWN_BAD_FILE" },
	{ { "0000000000000000000000000000000000000000000000000000000000000000"
	  }, "" },
};

static void test_lists(void)
{
	g_autoptr(warden_facts) facts = warden_facts_new();
	struct warden_known known = { .lookup = lookup };
	struct warden_part *part;
	g_autofree char *unknown = NULL;

	part = add_part(facts, "1", "a.bin", BIN, 0);
	memset(part->sha256, 1, sizeof(part->sha256));
	/* Empty: a list that names its hash must not hit. */
	add_part(facts, "2", "b.bin", BIN, 0)->size = 0;
	g_assert_true(warden_facts_add_url(
		facts, "HTTP://Bad.Example.net:80/a/./b/../%63?x#y",
		"bad.example.net", "", "text", "1"));
	add_from(facts, "Eve", "Eve@Example.org");
	for (gsize i = 0; i < G_N_ELEMENTS(list_rows); i++) {
		g_autofree char *symbols = NULL;

		known.context = (gpointer)list_rows[i].lists;
		symbols = run(facts, &known);
		if (strcmp(symbols, list_rows[i].symbols) != 0)
			g_error("%s: \"%s\", expected \"%s\"",
				list_rows[i].lists[0], symbols,
				list_rows[i].symbols);
	}
	known.context = NULL;
	unknown = run(facts, &known);
	g_assert_cmpstr(unknown, ==, "LISTS_UNAVAILABLE");
}

/* --- what was not looked at --------------------------------------------- */

static void test_unscanned(void)
{
	static const struct { const char *reason, *symbol; } rows[] = {
		{ "encrypted", "ENCRYPTED_CONTENT" }, { "size", "SCAN_LIMIT" },
		{ "depth", "SCAN_LIMIT" }, { "count", "SCAN_LIMIT" },
		{ "expansion", "SCAN_LIMIT" }, { "time", "SCAN_LIMIT" },
		{ "ambiguous", "AMBIGUOUS_CONTENT" },
		{ "damaged", "DAMAGED_CONTENT" },
		{ "unsupported", "UNSUPPORTED_CONTENT" },
		{ "crash", "SCAN_FAILED" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(warden_facts) facts = warden_facts_new();

		g_assert_true(warden_facts_add_unscanned(facts, "1.2",
							 rows[i].reason));
		assert_symbols(facts, rows[i].symbol);
	}
}

/* --- bounds ------------------------------------------------------------- */

static void test_bounds(void)
{
	g_autoptr(warden_facts) facts = warden_facts_new();
	struct warden_check_input input = {
		.facts = facts, .envelope = &envelope,
	};
	g_autoptr(GPtrArray) findings = NULL;

	for (guint i = 0; i < 100; i++) {
		g_autofree char *url = g_strdup_printf(
			"http://192.0.2.%u/", i + 1);

		add_url(facts, url, "here");
	}
	findings = warden_checks_run(&input);
	g_assert_cmpuint(findings->len, ==, WARDEN_FINDINGS_PER_SYMBOL_MAX);
}

static void test_symbols(void)
{
	unsigned int count;
	const struct warden_symbol *symbols = warden_symbols(&count);

	g_assert_cmpuint(count, >, 30);
	for (unsigned int i = 0; i < count; i++) {
		if (i > 0)
			g_assert_cmpstr(symbols[i - 1].name, <,
					symbols[i].name);
		g_assert_true(warden_symbol_lookup(symbols[i].name) ==
			      &symbols[i]);
		g_assert_cmpstr(symbols[i].family, !=, "");
		g_assert_nonnull(symbols[i].technique);
	}
	g_assert_null(warden_symbol_lookup("NO_SUCH_SYMBOL"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/checks/symbols", test_symbols);
	g_test_add_func("/checks/parts", test_parts);
	g_test_add_func("/checks/members", test_members);
	g_test_add_func("/checks/jar-members", test_jar_members);
	g_test_add_func("/checks/smuggled", test_smuggled);
	g_test_add_func("/checks/hidden", test_hidden);
	g_test_add_func("/checks/names", test_names);
	g_test_add_func("/checks/eicar", test_eicar);
	g_test_add_func("/checks/links", test_links);
	g_test_add_func("/checks/tracked", test_tracked);
	g_test_add_func("/checks/tracked-own", test_tracked_own);
	g_test_add_func("/checks/senders", test_senders);
	g_test_add_func("/checks/many-from", test_many_from);
	g_test_add_func("/checks/lists", test_lists);
	g_test_add_func("/checks/unscanned", test_unscanned);
	g_test_add_func("/checks/bounds", test_bounds);
	return g_test_run();
}
