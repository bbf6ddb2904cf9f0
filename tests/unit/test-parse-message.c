/* Whole messages: hidden files are found, ordinary mail stays as it is, limits
   are named. */

#include "warden-config.h"

#include "scanner/parse/parse.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

static struct warden_parser *parser;

/* In two pieces, so that no scanner takes this program for it. */
static const char *eicar(void)
{
	static char text[100];

	g_snprintf(text, sizeof(text), "%s%s",
		   "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD",
		   "-ANTIVIRUS-TEST-FILE!$H+H*");
	return text;
}

static char *in_base64(const void *data, gsize size, gsize line)
{
	g_autofree char *text = g_base64_encode(data, size);
	GString *lines = g_string_new(NULL);
	gsize length = strlen(text), i;

	for (i = 0; i < length; i += line)
		g_string_append_printf(lines, "%.*s\r\n", (int)MIN(
			line, length - i), text + i);
	return g_string_free(lines, FALSE);
}

static struct warden_facts *parse(const char *message)
{
	return warden_parse_message(parser, (const guint8 *)message,
				    strlen(message), 0);
}

static const struct warden_part *find_eicar(const struct warden_facts *facts)
{
	guint i;

	for (i = 0; i < facts->parts->len; i++) {
		const struct warden_part *part =
			g_ptr_array_index(facts->parts, i);

		if ((part->flags & WARDEN_PART_EICAR) != 0)
			return part;
	}
	return NULL;
}

static bool has_trait(const struct warden_facts *facts, const char *code)
{
	guint i;

	for (i = 0; i < facts->traits->len; i++) {
		const struct warden_trait *trait =
			g_ptr_array_index(facts->traits, i);

		if (strcmp(trait->code, code) == 0)
			return TRUE;
	}
	return FALSE;
}

static bool has_unscanned(const struct warden_facts *facts,
			  const char *reason)
{
	guint i;

	for (i = 0; i < facts->unscanned->len; i++) {
		const struct warden_unscanned *unscanned =
			g_ptr_array_index(facts->unscanned, i);

		if (strcmp(unscanned->reason, reason) == 0)
			return TRUE;
	}
	return FALSE;
}

/* --- an ordinary message ----------------------------------------------------- */

static const char ordinary[] =
	"Return-Path: <bounce@example.org>\r\n"
	"Authentication-Results: mx; dkim=pass\r\n"
	"Authentication-Results: mx2; spf=fail\r\n"
	"From: =?utf-8?q?J=C3=B6rg?= <joerg@example.org>\r\n"
	"Reply-To: <reply@example.net>\r\n"
	"To: a@example.com, B <b@example.com>\r\n"
	"Cc: c@example.com\r\n"
	"Subject: =?utf-8?b?R3LDvMOfZQ==?=\r\n"
	"Date: Tue, 02 Jan 2024 03:04:06 +0100\r\n"
	"Message-ID: <1@example.org>\r\n"
	"MIME-Version: 1.0\r\n"
	"Content-Type: multipart/mixed; boundary=\"o\"\r\n\r\n"
	"--o\r\nContent-Type: multipart/alternative; boundary=\"i\"\r\n\r\n"
	"--i\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
	"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	"Gr=FC=DFe, http://text.example/=\r\nx\r\n"
	"--i\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
	"<a href=\"http://b\303\274cher.example/\">B\303\274cher</a>\r\n"
	"--i--\r\n"
	"--o\r\nContent-Type: text/plain; name=\"a.txt\"\r\n"
	"Content-Disposition: attachment; filename=\"a.txt\"\r\n\r\n"
	"file\r\n"
	"--o--\r\n";

static void check_ordinary_header(const struct warden_header_facts *header)
{
	const struct warden_address *from = header->from->pdata[0];

	g_assert_cmpuint(header->from->len, ==, 1);
	g_assert_cmpstr(from->name, ==, "J\303\266rg");
	g_assert_cmpstr(from->address, ==, "joerg@example.org");
	g_assert_cmpuint(header->to->len, ==, 3);
	g_assert_cmpuint(header->reply_to->len, ==, 1);
	g_assert_null(header->sender);
	g_assert_cmpstr(header->subject, ==, "Gr\303\274\303\237e");
	g_assert_cmpstr(header->return_path, ==, "bounce@example.org");
	g_assert_cmpstr(header->message_id, ==, "1@example.org");
	g_assert_cmpint(header->date, ==, 1704161046);
	g_assert_cmpuint(header->auth_results->len, ==, 2);
	g_assert_cmpstr(header->auth_results->pdata[0], ==, "mx; dkim=pass");
}

static void test_ordinary(void)
{
	struct warden_facts *facts = parse(ordinary);
	const struct warden_part *part;
	const struct warden_url *url;

	check_ordinary_header(&facts->header);
	g_assert_cmpuint(facts->parts->len, ==, 3);
	part = warden_facts_find_part(facts, "2");
	g_assert_nonnull(part);
	g_assert_cmpstr(part->name, ==, "a.txt");
	g_assert_cmpuint(part->size, ==, 4);
	g_assert_cmphex(part->flags, ==, WARDEN_PART_ATTACHMENT);
	part = warden_facts_find_part(facts, "1.1");
	g_assert_nonnull(part);
	g_assert_cmphex(part->flags, ==, 0);
	g_assert_cmpstr(part->encoding, ==, "quoted-printable");
	g_assert_cmpuint(facts->urls->len, ==, 2);
	url = facts->urls->pdata[0];
	g_assert_cmpstr(url->url, ==, "http://text.example/x");
	g_assert_cmpstr(url->part, ==, "1.1");
	url = facts->urls->pdata[1];
	g_assert_cmpstr(url->host, ==, "xn--bcher-kva.example");
	g_assert_cmpstr(url->text, ==, "B\303\274cher");
	g_assert_cmpstr(url->source, ==, "html");
	g_assert_cmpuint(facts->traits->len, ==, 0);
	g_assert_cmpuint(facts->unscanned->len, ==, 0);
	warden_facts_free(facts);
}

/* Every beginning of a message is one, too. */
static void test_prefixes(void)
{
	gsize size;

	for (size = 0; size < sizeof(ordinary); size++) {
		g_autofree guint8 *copy = g_memdup2(ordinary, size);
		struct warden_facts *facts = warden_parse_message(
			parser, copy, size, sizeof(ordinary));
		g_autoptr(GBytes) bytes = warden_facts_serialise(facts);
		struct warden_facts *back = NULL;
		g_autofree char *error = NULL;

		g_assert_true(has_unscanned(facts, "size"));
		if (warden_facts_deserialise(bytes, &back, &error) < 0)
			g_error("%s", error);
		warden_facts_free(back);
		warden_facts_free(facts);
	}
}

static void test_key(void)
{
	static const char *const same[] = {
		"a\r\n\r\nb", "a\n\nb", "a\r\rb", "a\n\r\nb", "a\r\n\rb",
	};
	guint8 first[WARDEN_SHA256_SIZE], other[WARDEN_SHA256_SIZE];
	gsize i;

	warden_parse_key((const guint8 *)same[0], strlen(same[0]), first);
	for (i = 1; i < G_N_ELEMENTS(same); i++) {
		warden_parse_key((const guint8 *)same[i], strlen(same[i]),
				 other);
		g_assert_cmpmem(first, sizeof(first), other, sizeof(other));
	}
	warden_parse_key((const guint8 *)"a\r\n\r\nb\r", 7, other);
	g_assert_true(memcmp(first, other, sizeof(first)) != 0);
}

/* --- hidden files --------------------------------------------------------------- */

/* %s in a message: the test file in base64; %q in quoted-printable; %e as it
   is. Line ends are LF. */
static char *fill(const char *message)
{
	g_autofree char *base64 = in_base64(eicar(), 68, 76);
	GString *out = g_string_new(NULL);
	const char *p;

	g_strstrip(base64);
	for (p = message; *p != '\0'; p++) {
		if (p[0] != '%' || strchr("sqe", p[1]) == NULL) {
			g_string_append_c(out, *p);
			continue;
		}
		p++;
		if (*p == 's') {
			g_string_append(out, base64);
		} else if (*p == 'e') {
			g_string_append(out, eicar());
		} else {
			const char *e;

			for (e = eicar(); *e != '\0'; e++)
				g_string_append_printf(out, "=%02X%s", *e,
						       (e - eicar()) % 20 ==
						       19 ? "=\n" : "");
		}
	}
	return g_string_free(out, FALSE);
}

#define TOP "From: a@example.org\nSubject: x\nMIME-Version: 1.0\n"
#define MULTI TOP "Content-Type: multipart/mixed; boundary=foo\n\n" \
	"--foo\nContent-Type: text/plain\n\nSee the file.\n--foo\n"
#define FILE_TYPE "Content-Type: application/octet-stream; name=a.com\n"
#define BASE64 "Content-Transfer-Encoding: base64\n"
#define END "\n--foo--\n"

/* After draft-chen-email-mime-ambiguity-defense, and others of MIME.md's
   classes: a client exists for each that offers the file. */
static const struct {
	const char *name, *message;
	bool hidden;	/* from the ordinary reading: "ambiguous" is said */
} hidden[] = {
	{ "plain", MULTI FILE_TYPE BASE64 "\n%s" END, FALSE },
	{ "quoted-printable", MULTI FILE_TYPE
	  "Content-Transfer-Encoding: quoted-printable\n\n%q" END, FALSE },
	{ "identity", MULTI FILE_TYPE "\n%e" END, FALSE },
	{ "alone", TOP FILE_TYPE BASE64 "\n%s\n", FALSE },
	{ "two encodings, first", MULTI FILE_TYPE BASE64
	  "Content-Transfer-Encoding: 7bit\n\n%s" END, FALSE },
	{ "two encodings, last", MULTI FILE_TYPE
	  "Content-Transfer-Encoding: 7bit\n" BASE64 "\n%s" END, FALSE },
	{ "list of encodings", MULTI FILE_TYPE
	  "Content-Transfer-Encoding: quoted-printable, base64\n\n%s" END,
	  FALSE },
	{ "comment in encoding", MULTI FILE_TYPE
	  "Content-Transfer-Encoding: bas(e)e64\n\n%s" END, FALSE },
	{ "unknown encoding", MULTI FILE_TYPE
	  "Content-Transfer-Encoding: xyz\n\n%s" END, FALSE },
	{ "space before colon", MULTI FILE_TYPE
	  "Content-Transfer-Encoding : base64\n\n%s" END, FALSE },
	{ "folded name", MULTI FILE_TYPE
	  " Content-Transfer-Encoding: base64\n\n%s" END, FALSE },
	{ "field after CR", MULTI "Content-Disposition: attachment\r" BASE64
	  "\n%s" END, FALSE },
	{ "two types, first", TOP
	  "Content-Type: multipart/mixed; boundary=foo\n"
	  "Content-Type: text/plain\n\n--foo\n" FILE_TYPE BASE64 "\n%s" END,
	  FALSE },
	{ "two types, last", TOP "Content-Type: text/plain\n"
	  "Content-Type: multipart/mixed; boundary=foo\n\n--foo\n" FILE_TYPE
	  BASE64 "\n%s" END, TRUE },
	{ "two boundaries, last", TOP "Content-Type: multipart/mixed;"
	  " boundary=bar; boundary=foo\n\n--foo\n" FILE_TYPE BASE64 "\n%s" END,
	  TRUE },
	{ "boundary behind quotes", TOP "Content-Type: multipart/mixed;"
	  " boundary=\"bar\"foo\n\n--foo\n" FILE_TYPE BASE64 "\n%s" END,
	  TRUE },
	{ "wrong boundary", TOP "Content-Type: multipart/mixed; boundary=bar"
	  "\n\n--foo\n" FILE_TYPE BASE64 "\n%s" END, TRUE },
	{ "no boundary", TOP "Content-Type: multipart/mixed\n\n--foo\n"
	  FILE_TYPE BASE64 "\n%s" END, FALSE },
	{ "empty boundary", TOP "Content-Type: multipart/mixed; boundary=\"\""
	  "\n\n--\n" FILE_TYPE BASE64 "\n%s\n----\n", FALSE },
	{ "epilogue", MULTI "\nx" END FILE_TYPE BASE64 "\n%s\n", TRUE },
	{ "preamble", TOP "Content-Type: multipart/mixed; boundary=foo\n\n"
	  FILE_TYPE BASE64 "\n%s\n--foo\n\nx" END, TRUE },
	{ "never closed", MULTI FILE_TYPE BASE64 "\n%s\n", FALSE },
	{ "delimiter with junk", TOP "Content-Type: multipart/mixed;"
	  " boundary=foo\n\n--foo\n\nx\n--foo bar\n" FILE_TYPE BASE64 "\n%s"
	  END, FALSE },
	{ "no empty line", MULTI FILE_TYPE BASE64 "%s" END, FALSE },
	{ "two empty lines", MULTI FILE_TYPE "\n" BASE64 "\n%s" END, FALSE },
	{ "empty line of CR", MULTI FILE_TYPE BASE64 "\r%s" END, FALSE },
	{ "padding at line ends", MULTI FILE_TYPE BASE64 "\nWDVP=\n"
	  "IVAlQEFQWzRcUFpYNTQoUF4pN0NDKTd9JEVJQ0FSLVNUQU5EQVJELUFOVElWSVJV\n"
	  "Uy1URVNULUZJTEUhJEgrSCo=" END, FALSE },
	{ "message in base64", MULTI "Content-Type: message/rfc822\n" BASE64
	  "\nQ29udGVudC1UeXBlOiBhL2IKQ29udGVudC1UcmFuc2Zlci1FbmNvZGluZzogYmFz"
	  "ZTY0\nCgpXRFZQSVZBbFFFRlFXelJjVUZwWU5UUW9VRjRwTjBORE"
	  "tUZDlKRVZKUTBGU0xW\nTlVRVTVFUVZKRUxVRk9WRWxXU1ZKVlV5MVVSVk5VTFVaS"
	  "lRFVWhKRWdyU0NvPQo=" END, FALSE },
	{ "uuencode in a text", TOP "\nHere it is:\nbegin 644 eicar.com\n"
	  "M6#5/(5 E0$%06S1<4%I8-30H4%XI-T-#*3=])$5)0T%2+5-404Y$05)$+4%.\n"
	  "75$E625)54RU415-4+49)3$4A)$@K2\"H \n`\nend\n", FALSE },
	{ "data URL", TOP "Content-Type: text/html\n\n"
	  "<a href=\"data:application/octet-stream;base64,%s\">x</a>\n",
	  FALSE },
	{ "CR alone", "Content-Type: a/b\rContent-Transfer-Encoding: base64\r"
	  "\r%s\r", FALSE },
};

static void test_hidden(void)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(hidden); i++) {
		g_autofree char *message = fill(hidden[i].message);
		struct warden_facts *facts = parse(message);

		if (find_eicar(facts) == NULL)
			g_error("%s: not found", hidden[i].name);
		if (hidden[i].hidden)
			g_assert_true(has_unscanned(facts, "ambiguous"));
		warden_facts_free(facts);
	}
}

/* Honest mail of the same forms: nothing is called ambiguous. */
static void test_not_hidden(void)
{
	static const char *const messages[] = {
		ordinary,
		/* a list's footer behind base64 */
		TOP "Content-Type: text/plain\n" BASE64 "\nSGVsbG8K\n"
		"_______\nlist mailing list\nlist@example.org\n",
		/* '=' left as it was */
		TOP "Content-Type: text/html\n"
		"Content-Transfer-Encoding: quoted-printable\n\n"
		"<a href=\"http://a.example/?id=zz&b=1\">x</a>\n",
		/* quotes a message */
		MULTI "Content-Type: text/plain\n\n"
		"Content-Type: text/html\n\n<html><a href=x>\n" END,
		/* quotes markup and a script */
		TOP "Content-Transfer-Encoding: unknown\n\n"
		"<html><script>new ActiveXObject(x)</script>\n",
		/* no boundary anywhere */
		TOP "Content-Type: multipart/mixed; boundary=x\n\nHello.\n",
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(messages); i++) {
		struct warden_facts *facts = parse(messages[i]);

		if (has_unscanned(facts, "ambiguous"))
			g_error("%s", messages[i]);
		g_assert_null(find_eicar(facts));
		warden_facts_free(facts);
	}
}

/* --- archives ---------------------------------------------------------------------- */

struct member {
	const char *name;
	const void *data;
	gsize size;
};

static GBytes *pack(int (*format)(struct archive *archive),
		    const char *password, const struct member *members)
{
	struct archive *archive = archive_write_new();
	gsize room = 1 << 20, used = 0, i;
	guint8 *buffer;

	for (i = 0; members[i].name != NULL; i++)
		room += members[i].size;
	buffer = g_malloc(room);
	format(archive);
	if (password != NULL) {
		archive_write_set_options(archive, "zip:encryption=aes128");
		archive_write_set_passphrase(archive, password);
	}
	g_assert_cmpint(archive_write_open_memory(archive, buffer, room,
						  &used), ==, ARCHIVE_OK);
	for (i = 0; members[i].name != NULL; i++) {
		struct archive_entry *entry = archive_entry_new();

		archive_entry_set_pathname(entry, members[i].name);
		archive_entry_set_size(entry, members[i].size);
		archive_entry_set_filetype(entry, AE_IFREG);
		archive_entry_set_perm(entry, 0644);
		g_assert_cmpint(archive_write_header(archive, entry), ==,
				ARCHIVE_OK);
		archive_write_data(archive, members[i].data,
				   members[i].size);
		archive_entry_free(entry);
	}
	archive_write_close(archive);
	archive_write_free(archive);
	return g_bytes_new_take(buffer, used);
}

static struct warden_facts *parse_file(GBytes *bytes, const char *name)
{
	gsize size;
	const void *data = g_bytes_get_data(bytes, &size);
	g_autofree char *base64 = in_base64(data, size, 76);
	g_autofree char *message = g_strdup_printf(
		TOP "Content-Type: application/octet-stream\n"
		"Content-Disposition: attachment; filename=\"%s\"\n" BASE64
		"\n%s", name, base64);

	return parse(message);
}

static void test_archives(void)
{
	static const struct {
		const char *name;
		int (*format)(struct archive *archive);
	} formats[] = {
		{ "zip", archive_write_set_format_zip },
		{ "7z", archive_write_set_format_7zip },
		{ "tar", archive_write_set_format_ustar },
		{ "cpio", archive_write_set_format_cpio_newc },
		{ "iso", archive_write_set_format_iso9660 },
	};
	const struct member members[] = {
		{ "a/readme.txt", "hello", 5 }, { "a/x.com", eicar(), 68 },
		{ NULL, NULL, 0 },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(formats); i++) {
		g_autoptr(GBytes) bytes = pack(formats[i].format, NULL,
					       members);
		struct warden_facts *facts = parse_file(bytes,
							formats[i].name);
		const struct warden_part *part = find_eicar(facts);

		g_test_message("%s", formats[i].name);
		g_assert_nonnull(part);
		g_assert_true(g_str_has_prefix(part->path, "1/"));
		g_assert_true((part->flags & WARDEN_PART_MEMBER) != 0);
		g_assert_cmpuint(facts->unscanned->len, ==, 0);
		part = warden_facts_find_part(facts, "1");
		g_assert_true((part->flags & WARDEN_PART_CONTAINER) != 0);
		warden_facts_free(facts);
	}
}

static void test_nested(void)
{
	GBytes *bytes = g_bytes_new(eicar(), 68);
	guint depth;

	for (depth = 0; depth < WARDEN_ARCHIVE_DEPTH_MAX + 4; depth++) {
		gsize size;
		const void *data = g_bytes_get_data(bytes, &size);
		const struct member members[] = {
			{ "n", data, size }, { NULL, NULL, 0 },
		};
		GBytes *packed = pack(archive_write_set_format_zip, NULL,
				      members);
		struct warden_facts *facts = parse_file(packed, "n.zip");

		/* found, or said not to be looked at */
		if (depth < WARDEN_ARCHIVE_DEPTH_MAX)
			g_assert_nonnull(find_eicar(facts));
		else
			g_assert_true(has_unscanned(facts, "depth"));
		warden_facts_free(facts);
		g_bytes_unref(bytes);
		bytes = packed;
	}
	g_bytes_unref(bytes);
}

static void test_encrypted(void)
{
	const struct member members[] = {
		{ "x.exe", "secret", 6 }, { NULL, NULL, 0 },
	};
	g_autoptr(GBytes) bytes = pack(archive_write_set_format_zip, "p",
				       members);
	struct warden_facts *facts = parse_file(bytes, "x.zip");
	const struct warden_part *part = warden_facts_find_part(facts,
								"1/x.exe");

	g_assert_nonnull(part);
	g_assert_true((part->flags & WARDEN_PART_ENCRYPTED) != 0);
	part = warden_facts_find_part(facts, "1");
	g_assert_true((part->flags & WARDEN_PART_ENCRYPTED) != 0);
	g_assert_true(has_unscanned(facts, "encrypted"));
	warden_facts_free(facts);
}

static void test_bomb(void)
{
	g_autofree guint8 *zeros = g_malloc0(WARDEN_ARCHIVE_MEMBER_MAX + 1);
	const struct member members[] = {
		{ "zeros", zeros, WARDEN_ARCHIVE_MEMBER_MAX + 1 },
		{ NULL, NULL, 0 },
	};
	g_autoptr(GBytes) bytes = pack(archive_write_set_format_zip, NULL,
				       members);
	struct warden_facts *facts = parse_file(bytes, "x.zip");

	g_assert_true(has_unscanned(facts, "size") ||
		      has_unscanned(facts, "expansion"));
	warden_facts_free(facts);
}

static void test_prefixed_zip(void)
{
	const struct member first[] = {
		{ "x.com", eicar(), 68 }, { NULL, NULL, 0 },
	};
	const struct member second[] = {
		{ "y.txt", "hello", 5 }, { NULL, NULL, 0 },
	};
	g_autoptr(GBytes) a = pack(archive_write_set_format_zip, NULL, first);
	g_autoptr(GBytes) b = pack(archive_write_set_format_zip, NULL,
				   second);
	GByteArray *both = g_byte_array_new();
	g_autoptr(GBytes) bytes = NULL;
	struct warden_facts *facts;

	/* one behind the other: which one a client opens depends on it */
	g_byte_array_append(both, g_bytes_get_data(a, NULL),
			    g_bytes_get_size(a));
	g_byte_array_append(both, g_bytes_get_data(b, NULL),
			    g_bytes_get_size(b));
	bytes = g_byte_array_free_to_bytes(both);
	facts = parse_file(bytes, "x.zip");
	g_assert_nonnull(find_eicar(facts));
	g_assert_nonnull(warden_facts_find_part(facts, "1/y.txt"));
	g_assert_true(has_trait(facts, "archive-prefix"));
	warden_facts_free(facts);
}

/* --- limits -------------------------------------------------------------------------- */

/* The field that makes GMime recurse once for each of its characters. */
static void test_address_recursion(void)
{
	static const char *const beginnings[] = {
		"To: ", "Cc: ", TOP "Content-Type: message/rfc822\n\nTo: ",
		MULTI "Content-Type: message/rfc822\n\nReply-To: ",
	};
	gsize i;
	guint j;

	for (i = 0; i < G_N_ELEMENTS(beginnings); i++) {
		g_autoptr(GString) message = g_string_new(beginnings[i]);
		struct warden_facts *facts;

		for (j = 0; j < 1000000; j++)
			g_string_append(message, j % 80 == 79 ? "\n " : "a:");
		g_string_append(message, "\n\nx\n");
		facts = parse(message->str);
		g_assert_true(has_unscanned(facts, "size"));
		warden_facts_free(facts);
	}
}

static void test_many_names(void)
{
	g_autoptr(GString) message = g_string_new(
		TOP "Content-Type: multipart/mixed; boundary=b\n");
	g_autofree char *name = g_strnfill(WARDEN_FACT_NAME_MAX - 8, 'n');
	struct warden_facts *facts, *back = NULL;
	g_autoptr(GBytes) bytes = NULL;
	g_autofree char *error = NULL;
	guint i, j;

	for (i = 0; i < 3000; i++) {
		g_string_append(message, "\n--b\nContent-Disposition: x");
		for (j = 0; j < 9; j++)
			g_string_append_printf(message, "; filename=%u%s%u",
					       j, name, i);
		g_string_append(message, "\n\nx");
	}
	facts = parse(message->str);
	g_assert_true(has_unscanned(facts, "count"));
	bytes = warden_facts_serialise(facts);
	g_assert_cmpuint(g_bytes_get_size(bytes), <=, WARDEN_FACTS_SIZE_MAX);
	if (warden_facts_deserialise(bytes, &back, &error) < 0)
		g_error("%s", error);
	warden_facts_free(back);
	warden_facts_free(facts);
}

/* --- the development corpus, where it is ------------------------------------------------ */

static void count_corpus(const char *line, guint *expected, guint *found,
			 guint *ambiguous)
{
	g_auto(GStrv) fields = g_strsplit(line, "\t", -1);
	g_autofree char *file = NULL, *data = NULL;
	struct warden_facts *facts;
	gsize size;

	if (g_strv_length(fields) < 6 ||
	    (strcmp(fields[1], "torture") != 0 &&
	     strcmp(fields[1], "ham") != 0))
		return;
	file = g_build_filename(g_getenv("srcdir"), "..", "shared", "corpus",
				fields[2], NULL);
	if (!g_file_get_contents(file, &data, &size, NULL))
		return;
	facts = warden_parse_message(parser, (const guint8 *)data, size, 0);
	if (strcmp(fields[1], "ham") == 0) {
		*ambiguous += has_unscanned(facts, "ambiguous");
	} else if (strstr(fields[5], "expect=eicar") != NULL) {
		++*expected;
		*found += find_eicar(facts) != NULL;
	}
	warden_facts_free(facts);
}

static void test_corpus(void)
{
	g_autofree char *manifest = g_build_filename(
		g_getenv("srcdir") != NULL ? g_getenv("srcdir") : ".", "..",
		"shared", "corpus", "manifest.tsv", NULL);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	guint i, expected = 0, found = 0, ambiguous = 0;

	if (g_getenv("srcdir") == NULL ||
	    !g_file_get_contents(manifest, &text, NULL, NULL)) {
		g_test_skip("no corpus beside the project");
		return;
	}
	lines = g_strsplit(text, "\n", -1);
	for (i = 0; lines[i] != NULL; i++)
		count_corpus(lines[i], &expected, &found, &ambiguous);
	g_test_message("%u of %u hidden files found", found, expected);
	g_assert_cmpuint(found, ==, expected);
	g_assert_cmpuint(ambiguous, ==, 0);
}

/* Files that are no mail are looked at as what they are; mail with such a
   beginning is mail. */
static void test_bare_file(void)
{
	static const struct {
		const char *message, *type;
	} rows[] = {
		{ "%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\n",
		  "application/pdf" },
		{ "GIF89a\1\n\1\n", "image/gif" },
		{ "{\\rtf1\\ansi Hello}", "text/rtf" },
		{ "%PDF-1.4\nSubject: x\n\nHello\n", "text/plain" },
		{ "Hello\n", "" },
		{ "", "" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(warden_facts) facts = parse(rows[i].message);
		const struct warden_part *part =
			warden_facts_find_part(facts, "1");

		g_test_message("%s", rows[i].message);
		if (part != NULL && part->size > 0)
			g_assert_cmpstr(part->detected_type, ==,
					rows[i].type);
		else
			g_assert_cmpstr(rows[i].type, ==, "");
	}
}

int main(int argc, char **argv)
{
	char *error = NULL;
	int ret;

	g_test_init(&argc, &argv, NULL);
	if (warden_parser_init(&parser, &error) < 0)
		g_error("%s", error);
	g_test_add_func("/message/ordinary", test_ordinary);
	g_test_add_func("/message/prefixes", test_prefixes);
	g_test_add_func("/message/key", test_key);
	g_test_add_func("/message/hidden", test_hidden);
	g_test_add_func("/message/not-hidden", test_not_hidden);
	g_test_add_func("/message/archives", test_archives);
	g_test_add_func("/message/nested", test_nested);
	g_test_add_func("/message/encrypted", test_encrypted);
	g_test_add_func("/message/bomb", test_bomb);
	g_test_add_func("/message/prefixed-zip", test_prefixed_zip);
	g_test_add_func("/message/address-recursion", test_address_recursion);
	g_test_add_func("/message/bare-file", test_bare_file);
	g_test_add_func("/message/many-names", test_many_names);
	g_test_add_func("/message/corpus", test_corpus);
	ret = g_test_run();
	warden_parser_deinit(&parser);
	return ret;
}
