/* A large file that comes again is taken from the cache, and nothing in the
   result tells. */

#include "warden-config.h"

#include "scanner/parse/parse.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#define ZIP_MAX (1024 * 1024)

static void add_member(struct archive *archive, const char *name,
		       const void *data, gsize size)
{
	struct archive_entry *entry = archive_entry_new();

	archive_entry_set_pathname(entry, name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_size(entry, (gint64)size);
	g_assert_cmpint(archive_write_header(archive, entry), ==, ARCHIVE_OK);
	g_assert_cmpint(archive_write_data(archive, data, size), ==,
			(la_ssize_t)size);
	archive_entry_free(entry);
}

static struct archive *
begin_zip(char *buffer, size_t *used, const char *password)
{
	struct archive *archive = archive_write_new();

	archive_write_set_format_zip(archive);
	archive_write_zip_set_compression_store(archive);
	if (password != NULL) {
		g_assert_cmpint(archive_write_set_options(
			archive, "zip:encryption=aes256"), ==, ARCHIVE_OK);
		g_assert_cmpint(archive_write_set_passphrase(
			archive, password), ==, ARCHIVE_OK);
	}
	g_assert_cmpint(archive_write_open_memory(archive, buffer, ZIP_MAX,
						  used), ==, ARCHIVE_OK);
	return archive;
}

static void end_zip(struct archive *archive)
{
	g_assert_cmpint(archive_write_close(archive), ==, ARCHIVE_OK);
	archive_write_free(archive);
}

/* A zip file with a zip file, a page with a link, and much of no kind. */
static char *encoded_zip(const char *password)
{
	g_autofree char *inner = g_malloc(ZIP_MAX);
	g_autofree char *outer = g_malloc(ZIP_MAX);
	g_autofree guint8 *noise = g_malloc(128 * 1024);
	static const char page[] =
		"<html><body><a href=\"http://a.example/x\">x</a></body>";
	size_t inner_size, outer_size;
	struct archive *archive = begin_zip(inner, &inner_size, NULL);
	GRand *rand = g_rand_new_with_seed(5);

	add_member(archive, "run.exe", "MZ and no more", 14);
	end_zip(archive);
	for (gsize i = 0; i < 128 * 1024; i++)
		noise[i] = (guint8)g_rand_int(rand);
	g_rand_free(rand);
	archive = begin_zip(outer, &outer_size, password);
	add_member(archive, "page.html", page, strlen(page));
	add_member(archive, "inner.zip", inner, inner_size);
	add_member(archive, "noise", noise, 128 * 1024);
	end_zip(archive);
	return g_base64_encode((guint8 *)outer, outer_size);
}

static char *make_message(const char *zip, const char *name, const char *text,
			  guint texts)
{
	GString *message = g_string_new(
		"From: a@example.org\r\nTo: b@example.org\r\nSubject: x\r\n"
		"MIME-Version: 1.0\r\n"
		"Content-Type: multipart/mixed; boundary=b\r\n\r\n");

	for (guint i = 0; i < texts; i++)
		g_string_append_printf(message, "--b\r\n\r\n%s %u\r\n", text,
				       i);
	g_string_append_printf(message,
		"--b\r\nContent-Type: application/zip; name=%s\r\n"
		"Content-Transfer-Encoding: base64\r\n\r\n", name);
	for (gsize at = 0; zip[at] != '\0'; ) {
		gsize line = MIN(76, strlen(zip + at));

		g_string_append_len(message, zip + at, (gssize)line);
		g_string_append(message, "\r\n");
		at += line;
	}
	g_string_append(message, "--b--\r\n");
	return g_string_free(message, FALSE);
}

static struct warden_parser *new_parser(void)
{
	struct warden_parser *parser;
	char *error;

	g_assert_cmpint(warden_parser_init(&parser, &error), ==, 1);
	return parser;
}

static GBytes *parse(struct warden_parser *parser, const char *message)
{
	g_autoptr(warden_facts) facts = warden_parse_message(
		parser, (const guint8 *)message, strlen(message), 0);

	return warden_facts_serialise(facts);
}

static bool has_part(GBytes *bytes, const char *path)
{
	struct warden_facts *facts;
	char *error;
	bool found;

	g_assert_cmpint(warden_facts_deserialise(bytes, &facts, &error), ==,
			1);
	found = warden_facts_find_part(facts, path) != NULL;
	warden_facts_free(facts);
	return found;
}

/* Equal to what a parser says that has seen nothing before. */
static void assert_as_fresh(GBytes *bytes, const char *message)
{
	struct warden_parser *fresh = new_parser();
	g_autoptr(GBytes) expected = parse(fresh, message);

	g_assert_cmpuint(warden_parser_cache_hits(fresh), ==, 0);
	g_assert_true(g_bytes_equal(bytes, expected));
	warden_parser_deinit(&fresh);
}

static void test_again(void)
{
	g_autofree char *zip = encoded_zip(NULL);
	static const struct {
		const char *name, *text, *path;
		guint texts;
		guint hits;
	} rows[] = {
		{ "a.zip", "one", "2/inner.zip/run.exe", 1, 0 },
		{ "a.zip", "one", "2/inner.zip/run.exe", 1, 1 },
		/* elsewhere in another message */
		{ "a.zip", "two", "4/inner.zip/run.exe", 3, 2 },
		/* by another name it may be another thing */
		{ "b.zip", "two", "4/inner.zip/run.exe", 3, 2 },
		{ "b.zip", "three", "3/inner.zip/run.exe", 2, 3 },
	};
	struct warden_parser *parser = new_parser();

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *message = make_message(
			zip, rows[i].name, rows[i].text, rows[i].texts);
		g_autoptr(GBytes) bytes = parse(parser, message);

		g_test_message("row %" G_GSIZE_FORMAT, i);
		g_assert_cmpuint(warden_parser_cache_hits(parser), ==,
				 rows[i].hits);
		g_assert_true(has_part(bytes, rows[i].path));
		assert_as_fresh(bytes, message);
	}
	warden_parser_deinit(&parser);
}

/* Whether it opens depends on the message around it: with the password, after
   a message without it; and the reverse. */
static void test_password(void)
{
	static const char *const texts[][2] = {
		{ "Hello", "The password is Rosebud77" },
		{ "The password is Rosebud77", "Hello" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *zip = encoded_zip("Rosebud77");
		struct warden_parser *parser = new_parser();

		for (gsize j = 0; j < 2; j++) {
			g_autofree char *message = make_message(
				zip, "a.zip", texts[i][j], 1);
			g_autoptr(GBytes) bytes = parse(parser, message);

			assert_as_fresh(bytes, message);
			g_assert_cmpint(has_part(bytes,
						 "2/inner.zip/run.exe"), ==,
					texts[i][j][0] == 'T');
		}
		g_assert_cmpuint(warden_parser_cache_hits(parser), ==, 0);
		warden_parser_deinit(&parser);
	}
}

int main(int argc, char *argv[])
{
	struct warden_parser *first;
	int ret;

	g_test_init(&argc, &argv, NULL);
	/* GMime does not start a second time after its end */
	first = new_parser();
	g_test_add_func("/parse/cache/again", test_again);
	g_test_add_func("/parse/cache/password", test_password);
	ret = g_test_run();
	warden_parser_deinit(&first);
	return ret;
}
