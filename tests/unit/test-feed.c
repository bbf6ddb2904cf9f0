/* Published lists: what is read of files in their usual shape (tests/feeds/),
   and what is said of those that are not. */

#include "warden-config.h"

#include "scanner/feed/feed-private.h"

#include <gio/gio.h>
#include <string.h>

#define NOW 1767312245	/* 2026-01-02T00:04:05Z */

/* --- reading from memory ------------------------------------------------------ */

struct bytes {
	const char *data;
	gsize size, piece;	/* piece: at most so many at a time */
	GString *warnings;
};

static gssize read_bytes(void *context, void *buf, gsize size, char **error_r)
{
	struct bytes *bytes = context;

	size = MIN(MIN(size, bytes->size), bytes->piece);
	memcpy(buf, bytes->data, size);
	bytes->data += size;
	bytes->size -= size;
	return (gssize)size;
}

static void warn(void *context, const char *text)
{
	struct bytes *bytes = context;

	g_string_append_printf(bytes->warnings, "%s\n", text);
}

static void append_skipped(GString *out,
			   const struct warden_feed_counts *counts)
{
	for (guint i = 0; i < WARDEN_FEED_SKIPS; i++) {
		if (counts->skipped[i] > 0)
			g_string_append_printf(out, "-%s %u\n",
				warden_feed_skip_name(i),
				(guint)counts->skipped[i]);
	}
}

/* "format\nkind value threat\n…-skipped n\n", or the error. */
static char *read_feed(const char *name, const char *format,
		       struct bytes *bytes)
{
	const struct warden_feed_settings settings = {
		.name = name, .format = format, .now_secs = NOW,
		.read = read_bytes, .warn = warn, .context = bytes,
	};
	struct warden_feed_counts counts = { 0 };
	GString *out = g_string_new(NULL);
	struct warden_feed *feed;
	struct warden_feed_item item;
	char *error = NULL;
	int ret = warden_feed_open(&settings, &counts, &feed, &error);

	if (ret > 0)
		g_string_append_printf(out, "%s\n",
				       warden_feed_get_format(feed)->name);
	while (ret > 0 &&
	       (ret = warden_feed_next(feed, &item, &error)) > 0)
		g_string_append_printf(out, "%s %s%s%s\n",
				       warden_feed_kind_name(item.kind),
				       item.value, *item.threat != '\0' ?
				       " " : "", item.threat);
	append_skipped(out, &counts);
	warden_feed_close(&feed);
	if (ret == 0)
		return g_string_free(out, FALSE);
	g_string_free(out, TRUE);
	return error;
}

static char *read_text(const char *name, const char *format, const char *text,
		       gsize size, GString *warnings)
{
	struct bytes bytes = {
		.data = text, .size = size, .piece = G_MAXSIZE,
		.warnings = warnings,
	};

	return read_feed(name, format, &bytes);
}

/* --- whole files --------------------------------------------------------------- */

static void load(const char *name, char **data, gsize *size)
{
	g_autofree char *path = g_build_filename(WARDEN_FEEDS, name, NULL);
	g_autoptr(GError) error = NULL;

	if (!g_file_get_contents(path, data, size, &error))
		g_error("%s", error->message);
}

/* NAME.expected has what is to be read, and what is said while it is. */
static const char *const files[] = {
	"urlhaus.csv", "bazaar.csv", "phishtank.csv", "phishtank.json",
	"openphish.txt", "hosts.txt", "domains.txt", "adblock.txt",
	"clamav.hdb", "clamav.hsb", "clamav.fp", "clamav.sfp", "clamav.pdb",
	"clamav.wdb", "list.txt", "stix.json", "misp-event.json", "rules.yar",
};

static void test_files(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *data = NULL, *wanted = NULL, *got = NULL;
		g_autofree char *both = NULL;
		g_autoptr(GString) warnings = g_string_new(NULL);
		g_autofree char *expected =
			g_strconcat(files[i], ".expected", NULL);
		gsize size;

		load(expected, &wanted, &size);
		load(files[i], &data, &size);
		got = read_text(files[i], NULL, data, size, warnings);
		both = g_strconcat(got, warnings->str, NULL);
		g_assert_cmpstr(both, ==, wanted);
	}
}

/* The same, whatever the pieces, the line ends and a mark at the start. */
static void test_shapes(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *data = NULL, *whole = NULL;
		g_autoptr(GString) said = g_string_new(NULL);
		g_autoptr(GString) other = g_string_new("\xef\xbb\xbf");
		struct bytes bytes = { .piece = 1, .warnings = said };
		gsize size;

		load(files[i], &data, &size);
		whole = read_text(files[i], NULL, data, size, said);
		bytes.data = data;
		bytes.size = size;
		g_autofree char *slow = read_feed(files[i], NULL, &bytes);
		g_assert_cmpstr(slow, ==, whole);
		g_string_append(other, data);
		g_string_replace(other, "\n", "\r\n", 0);
		g_autofree char *windows = read_text(files[i], NULL,
			other->str, other->len, said);
		g_assert_cmpstr(windows, ==, whole);
	}
}

/* --- what is refused ------------------------------------------------------------- */

#define STIX(object) "{\"type\":\"bundle\",\"objects\":[" object "]}"
#define PATTERN(text) STIX("{\"type\":\"indicator\",\"pattern\":\"" text "\"}")
#define EVENT(attribute) "{\"Event\":{\"Attribute\":[" attribute "]}}"
#define HASH "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *format, *text, *error;
} malformed[] = {
	{ "urlhaus", "1,2\n", "f:1: 2 columns where 9 are wanted" },
	{ "urlhaus", "# x\n\"1\",\"d\",\"http://a.example/\n",
	  "f:2: a quote is not closed on its line" },
	{ "urlhaus", "\"1\"x,\"d\"\n", "f:1: text after a closing quote" },
	{ "urlhaus", "1,d,no url,online,,t,g,l,r\n",
	  "f:1: 'no url' is no URL with a host" },
	{ "urlhaus", "1,d,mailto:a@b.example,online,,t,g,l,r\n",
	  "f:1: 'mailto:a@b.example' is no URL with a host" },
	{ "urlhaus", "x,d,http://a.example/,online,,t,g,l,r\n",
	  "f:1: 'x' is no number of an entry" },
	{ "malwarebazaar", "\"d\", \"" HASH "\"\n",
	  "f:1: 2 columns where 14 are wanted" },
	{ "malwarebazaar", "d,abc,m,s,r,n,g,t,s,c,v,i,s,t\n",
	  "f:1: 'abc' is no SHA-256 (64 hexadecimal digits)" },
	{ "phishtank-csv", "1,http://a.example/\n",
	  "f:1: 2 columns where 8 are wanted" },
	{ "phishtank-json", "[{\"phish_id\":1}]",
	  "f:1: $[0]: an entry without a url" },
	{ "phishtank-json", "[{\"url\":\"http://a.example/\",}]",
	  "f:1: $[0].url: a member's name is wanted" },
	{ "phishtank-json", "[{\"url\":\"http://a.example/\"}",
	  "f:1: $[0]: ends within an array" },
	{ "phishtank-json", "[{\"url\":\"http://a.ex",
	  "f:1: $[0].url: ends within a string" },
	{ "phishtank-json", "[] []", "f:1: $: text behind the end" },
	{ "phishtank-json", "[1 2]", "f:1: $[0]: ',' is wanted between values" },
	{ "phishtank-json", "[01]", "f:1: $[0]: no JSON value" },
	{ "phishtank-json", "[\n\"\t\"]",
	  "f:2: $[0]: a control character in a string" },
	{ "phishtank-json", "[\"\\x\"]",
	  "f:1: $[0]: an unknown escape in a string" },
	{ "phishtank-json", "[\"\\u12\"]", "f:1: $[0]: four hexadecimal digits"
	  " are missing behind \\u" },
	{ "phishtank-json", "[\"\xff\"]", "f:1: $[0]: a string is not UTF-8" },
	{ "phishtank-json", "[}", "f:1: $[0]: '}' where ']' is wanted" },
	{ "phishtank-json", "{\"a\" 1}",
	  "f:1: $.a: ':' is wanted behind a member's name" },
	{ "phishtank-json", "", "f:1: $: ends where a value is wanted" },
	{ "phishtank-json", "[nul]", "f:1: $[0]: no JSON value" },
	{ "openphish", "no url\n", "f:1: 'no url' is no URL with a host" },
	{ "list", "http://no_dots/\n",
	  "f:1: 'http://no_dots/' is no URL with a host" },
	{ "hosts", "0.0.0.0\n", "f:1: '0.0.0.0' is no line of a hosts file (an"
	  " address, then names)" },
	{ "hosts", "bad.example\n", "f:1: 'bad.example' is no line of a hosts"
	  " file (an address, then names)" },
	{ "hosts", "0.0.0.0 a.example\n0.0.0.0 a..example\n",
	  "f:2: 'a..example' is no host name" },
	{ "domain", "a b.example\n", "f:1: 'a b.example' is no host name" },
	{ "domain", "http://a.example/\n",
	  "f:1: 'http://a.example/' is no host name" },
	{ "domain", "63\n", "f:1: '63' is no host name" },
	{ "adblock", "||a..example^\n", "f:1: 'a..example' is no host name" },
	{ "sha256", "abc\n", "f:1: 'abc' is no SHA-256 (64 hexadecimal "
	  "digits)" },
	{ "sender", "nobody\n", "f:1: 'nobody' is no address and no @domain" },
	{ "sender", "a <a@b.example>\n",
	  "f:1: 'a <a@b.example>' is no address and no @domain" },
	{ "clamav-hash", "abc:1:x\n",
	  "f:1: 'abc' is no SHA-256 (64 hexadecimal digits)" },
	{ "clamav-hash", HASH ":x:y\n",
	  "f:1: 'x' is no size of a file and no '*'" },
	{ "clamav-allow", HASH "\n", "f:1: '" HASH "' is no hash:size:name" },
	{ "clamav-pdb", "Q:x\n", "f:1: 'Q:x' is no R: or H: line of a .pdb "
	  "file" },
	{ "clamav-wdb", "M:a.example\n",
	  "f:1: 'M' is no X:, Y: or M: line of a .wdb file" },
	{ "clamav-wdb", "M:a..example:b.example\n",
	  "f:1: 'a..example' is no host name" },
	{ "misp", EVENT("{\"type\":\"url\"}"), "f:1: $.Event.Attribute[0]: an "
	  "Attribute without type and value" },
	{ "misp", EVENT("{\"type\":\"sha256\",\"value\":\"x\"}"),
	  "f:1: $.Event.Attribute[0]: 'x' is no SHA-256 (64 hexadecimal "
	  "digits)" },
	{ "misp", EVENT("{\"type\":\"domain|ip\",\"value\":\"a.example\"}"),
	  "f:1: $.Event.Attribute[0]: 'a.example' is without a '|', which its "
	  "type wants" },
	{ "misp", "{\"Event\":", "f:1: $.Event: ends where a value is wanted" },
	{ "stix", STIX("{\"id\":1}"),
	  "f:1: $.objects[0]: an object without a type" },
	{ "stix", STIX("{\"type\":\"indicator\"}"),
	  "f:1: $.objects[0]: an indicator without a pattern" },
	{ "stix", PATTERN("[url:value = 'http://a.example/'"),
	  "f:1: $.objects[0]: a bracket is not closed in the pattern" },
	{ "stix", PATTERN("[url:value = 'http://a.example/]"),
	  "f:1: $.objects[0]: a quote is not closed in the pattern" },
	{ "stix", PATTERN("url:value = 'x'"),
	  "f:1: $.objects[0]: '[' is wanted before a comparison" },
	{ "stix", PATTERN("[url:value = 'nothing']"),
	  "f:1: $.objects[0]: 'nothing' is no URL with a host" },
	{ "stix", PATTERN("[url:value 'x']"),
	  "f:1: $.objects[0]: a comparison is wanted behind a path" },
	{ "stix", PATTERN("[url:value IN 'x']"),
	  "f:1: $.objects[0]: '(' is wanted behind IN" },
	{ "stix", PATTERN("[x = 'x']"), "f:1: $.objects[0]: a path such as "
	  "url:value is wanted in the pattern" },
	{ "stix", STIX("{\"type\":\"indicator\",\"pattern\":\"[url:value = "
	  "'http://a.example/']\",\"valid_until\":\"soon\"}"),
	  "f:1: $.objects[0]: 'soon' is no time such as 2026-01-31T12:00:00Z" },
	{ "list", "a.example\n\xff\n", "f:2: not UTF-8" },
	{ "list", "\xff\xfe" "a", "f: is UTF-16; UTF-8 is wanted" },
	{ NULL, "{\"some\":\"JSON\"}", "f: of no known format (JSON or XML "
	  "that is neither PhishTank, MISP nor STIX 2)" },
	{ NULL, "<!DOCTYPE html>", "f: of no known format (JSON or XML that is"
	  " neither PhishTank, MISP nor STIX 2)" },
	{ "nonsense", "", "'nonsense' is no format of feeds" },
};

static void test_malformed(void)
{
	g_autoptr(GString) said = g_string_new(NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(malformed); i++) {
		g_autofree char *got = read_text("f", malformed[i].format,
			malformed[i].text, strlen(malformed[i].text), said);

		g_assert_cmpstr(got, ==, malformed[i].error);
	}
}

/* --- values ---------------------------------------------------------------------- */

static const struct {
	const char *format, *text, *wanted;
} values[] = {
	/* addresses, however written */
	{ "domain", "0.0.0.0", "-local 1\n" },
	{ "domain", "::", "-local 1\n" },
	{ "domain", "2001:db8::1", "host 2001:db8::1\n" },
	{ "domain", "fe80::1", "-local 1\n" },
	{ "domain", "printer.local", "-local 1\n" },
	/* suffixes */
	{ "domain", "*.com", "-public-suffix 1\n" },
	{ "domain", "a.co.uk", "host a.co.uk\n" },
	{ "domain", "blogspot.com", "-public-suffix 1\n" },
	{ "sender", "@com", "-public-suffix 1\n" },
	{ "sender", "Somebody@GMAIL.com", "sender somebody@gmail.com\n" },
	/* names */
	{ "domain", "B\xc3\xbc" "cher.example", "host xn--bcher-kva.example\n" },
	{ "domain", "_dmarc.a.example", "host _dmarc.a.example\n" },
	/* links, as scanner/checks/list.c asks */
	{ "url", "HTTP://A.example:80", "url http://a.example/\n" },
	{ "url", "hxxp://a.example/x", "url http://a.example/x\n" },
	{ "url", "https://user@a.example/%7e%2F", "url https://a.example/~%2F\n" },
	{ "url", "http://localhost/x", "-local 1\n" },
	{ "url", "http://co.uk/x", "url http://co.uk/x\n" },
	{ "openphish", "http://no_dots/", "-odd-host 1\n" },
	{ "sha256", "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B"
	  "7852B855", "-empty-file 1\n" },
	{ "sha256", "d41d8cd98f00b204e9800998ecf8427e", "-md5-or-sha1 1\n" },
	{ "list", "a.example # why", "host a.example\n" },
	{ "list", "; a.example", "" },
	{ "phishtank", "[{\"phish_id\":1,\"url\":\"http://a.example/\"}]",
	  "url http://a.example/ phishing\n" },
	{ "phishtank", "1,http://a.example/,,,yes,,yes,Other\n",
	  "url http://a.example/ phishing\n" },
	{ "hsb", HASH ":*:x:73", "sha256 " HASH " x\n" },
	{ "misp", "{\"response\":[" EVENT("{\"type\":\"domain\",\"value\":"
	  "\"a.example\",\"to_ids\":1}") "]}", "host a.example\n" },
	{ "misp", EVENT("{\"type\":\"domain\",\"value\":\"\\ud83d\\ude00.x\"}"),
	  "f:1: $.Event.Attribute[0]: '\xf0\x9f\x98\x80.x' is no host name" },
	{ "stix", PATTERN("([url:value='http://a.example/'])"),
	  "url http://a.example/\n" },
	{ "stix", PATTERN("[file:hashes.'SHA-256'='" HASH "' OR (domain-name:"
	  "value = 'a.example' OR file:name = 'x')]"),
	  "sha256 " HASH "\nhost a.example\n-other-kind 1\n" },
	{ "stix", PATTERN("[url:value = 'http://a.example/'] FOLLOWEDBY "
	  "[domain-name:value = 'b.example'] WITHIN 5 SECONDS"),
	  "-pattern 1\n" },
	{ "stix", PATTERN("[url:value = 'http://a.example/'] START "
	  "t'2020-01-01T00:00:00Z' STOP t'2021-01-01T00:00:00Z'"),
	  "-pattern 1\n" },
	{ "stix", PATTERN("[EXISTS url:value]"), "-pattern 1\n" },
	{ "stix", PATTERN("[url:value NOT IN ('http://a.example/')]"),
	  "-pattern 1\n" },
	{ "stix", PATTERN("[email-message:from_ref.value = 'a@b.example']"),
	  "sender a@b.example\n" },
	{ "stix", PATTERN("[domain-name:resolves_to_refs[*].value = 'x']"),
	  "-other-kind 1\n" },
};

static void test_values(void)
{
	g_autoptr(GString) said = g_string_new(NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
		g_autofree char *got = read_text("f", values[i].format,
			values[i].text, strlen(values[i].text), said);
		const char *rest = strchr(got, '\n');

		g_assert_cmpstr(rest == NULL ? got : rest + 1, ==,
				values[i].wanted);
	}
}

/* --- limits --------------------------------------------------------------------- */

static char *read_string(const char *format, const GString *text)
{
	g_autoptr(GString) said = g_string_new(NULL);

	return read_text("f", format, text->str, text->len, said);
}

static void test_limits(void)
{
	g_autoptr(GString) text = g_string_new("a.example\n");
	g_autofree char *line = g_strnfill(WARDEN_FEED_LINE_MAX + 1, 'x');
	g_autofree char *deep = g_strnfill(WARDEN_FEED_NESTING_MAX + 1, '[');
	g_autofree char *got = NULL, *nested = NULL, *nul = NULL, *url = NULL;

	g_string_append(text, line);
	got = read_string("list", text);
	g_assert_cmpstr(got, ==,
			"f:2: too long a line (more than 64 KiB)");
	g_string_assign(text, deep);
	nested = read_string("phishtank-json", text);
	g_assert_nonnull(strstr(nested, "nested too deep (more than 64)"));
	g_string_truncate(text, 0);
	g_string_append_len(text, "a.example\0b.example\n", 20);
	nul = read_string("list", text);
	g_assert_cmpstr(nul, ==, "f:1: cut by a NUL character: not text");
	/* longer than any link that is kept */
	g_string_assign(text, "http://a.example/");
	g_string_append_len(text, line, WARDEN_FEED_URL_MAX);
	url = read_string("url", text);
	g_assert_cmpstr(url, ==, "url\n-too-long 1\n");
}

static void test_too_many(void)
{
	struct bytes bytes = {
		.data = "a.example\nb.example\n", .size = 20,
		.piece = G_MAXSIZE,
	};
	const struct warden_feed_settings settings = {
		.name = "f", .now_secs = NOW, .read = read_bytes,
		.context = &bytes,
	};
	/* as after other files of the same import */
	struct warden_feed_counts counts = {
		.found = WARDEN_FEED_INDICATORS_MAX - 1,
	};
	struct warden_feed_item item;
	struct warden_feed *feed;
	char *error = NULL;

	g_assert_cmpint(warden_feed_open(&settings, &counts, &feed, &error),
			==, 1);
	g_assert_cmpint(warden_feed_next(feed, &item, &error), ==, 1);
	g_assert_cmpint(warden_feed_next(feed, &item, &error), ==, -1);
	g_assert_cmpstr(error, ==, "f:2: more than 5,000,000 indicators");
	g_free(error);
	warden_feed_close(&feed);
}

static GBytes *compress(const void *data, gsize size)
{
	g_autoptr(GConverter) gzip = G_CONVERTER(g_zlib_compressor_new(
		G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9));
	gsize room = size + 1024, read, written;
	guint8 *out = g_malloc(room);
	g_autoptr(GError) error = NULL;

	if (g_converter_convert(gzip, data, size, out, room,
				G_CONVERTER_INPUT_AT_END, &read, &written,
				&error) != G_CONVERTER_FINISHED)
		g_error("gzip");
	return g_bytes_new_take(out, written);
}

static void test_packed(void)
{
	g_autoptr(GString) text = g_string_new("# list\na.example\n");
	g_autoptr(GString) said = g_string_new(NULL);
	g_autoptr(GBytes) packed = compress(text->str, text->len);
	gsize size;
	const char *data = g_bytes_get_data(packed, &size);
	g_autofree char *got = read_text("f.gz", NULL, data, size, said);
	g_autofree char *cut = read_text("f.gz", NULL, data, size / 2, said);

	g_assert_cmpstr(got, ==, "list\nhost a.example\n");
	g_assert_true(g_str_has_prefix(cut, "f.gz: cannot be unpacked: "));
}

static void test_bomb(void)
{
	gsize size = WARDEN_FEED_EXPANSION_FREE + 4 * 1024 * 1024;
	g_autofree char *blank = g_malloc(size);
	g_autoptr(GString) said = g_string_new(NULL);

	memset(blank, '\n', size);
	g_autoptr(GBytes) packed = compress(blank, size);
	gsize packed_size;
	const char *data = g_bytes_get_data(packed, &packed_size);
	g_autofree char *got = read_text("f.gz", NULL, data, packed_size,
					 said);
	g_assert_nonnull(strstr(got, "unpacks to more than 200 times its "
				"size"));
}

/* --- the manifest ---------------------------------------------------------------- */

static char *read_manifest(const char *text)
{
	struct bytes bytes = {
		.data = text, .size = strlen(text), .piece = 7,
	};
	const struct warden_feed_settings settings = {
		.name = "manifest.json", .now_secs = NOW, .read = read_bytes,
		.context = &bytes,
	};
	GPtrArray *names;
	char *error = NULL;

	if (warden_feed_manifest(&settings, &names, &error) < 0)
		return error;
	g_ptr_array_add(names, NULL);
	error = g_strjoinv(" ", (char **)names->pdata);
	g_ptr_array_unref(names);
	return error;
}

static void test_manifest(void)
{
	static const struct {
		const char *text, *wanted;
	} rows[] = {
		{ "{\"5c5be78a-3908-47c4-8f8b-4487950d210f\":{\"a\":{}},"
		  "\"5c5be78a-3908-47c4-8f8b-4487950d2110\":{}}",
		  "5c5be78a-3908-47c4-8f8b-4487950d210f.json "
		  "5c5be78a-3908-47c4-8f8b-4487950d2110.json" },
		{ "{\"../../etc/passwd\":{}}", "manifest.json:1: "
		  "$.../../etc/passwd: '../../etc/passwd' is no event's UUID" },
		{ "{}", "manifest.json:1: $: names no event" },
		{ "{\"a\":", "manifest.json:1: $.a: ends where a value is "
		  "wanted" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *got = read_manifest(rows[i].text);

		g_assert_cmpstr(got, ==, rows[i].wanted);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/feed/files", test_files);
	g_test_add_func("/feed/shapes", test_shapes);
	g_test_add_func("/feed/malformed", test_malformed);
	g_test_add_func("/feed/values", test_values);
	g_test_add_func("/feed/limits", test_limits);
	g_test_add_func("/feed/too-many", test_too_many);
	g_test_add_func("/feed/packed", test_packed);
	g_test_add_func("/feed/bomb", test_bomb);
	g_test_add_func("/feed/manifest", test_manifest);
	return g_test_run();
}
