/* Structure: where bodies begin and end, by each view. */

#include "warden-config.h"

#include "scanner/parse/mail/view.h"

#include "scanner/facts/limits.h"

#include <gmime/gmime.h>
#include <string.h>

static struct warden_charsets *charsets;

/* "path:type=body" for each entity, separated by '|'; messages as "path:type".
   Line ends in bodies as '~'. */
static char *describe(const struct warden_view *view, const char *data)
{
	GString *text = g_string_new(NULL);
	guint i;

	for (i = 0; i < view->entities->len; i++) {
		const struct warden_entity *entity =
			g_ptr_array_index(view->entities, i);

		g_string_append_printf(text, "%s%s:%s", i > 0 ? "|" : "",
				       entity->path, entity->content.type);
		if (!entity->descended)
			g_string_append_printf(
				text, "=%.*s", (int)(entity->end -
						     entity->body),
				data + entity->body);
	}
	return g_strdelimit(g_string_free(text, FALSE), "\n", '~');
}

#define MULTI(params) "Content-Type: multipart/mixed; " params "\n\n"
#define HTML "Content-Type: text/html\n\n"

static const struct {
	const char *name, *message, *strict;
	int trait;		/* of the strict view, -1 = unambiguous */
	const char *lenient;	/* NULL: as strict */
} rows[] = {
	{ "single", "A: b\n\nbody\n", "1:=body~", -1, NULL },
	{ "no header", "\nbody\n", "1:=body~", -1, NULL },
	{ "no body", "A: b\n", "1:=", -1, NULL },
	{ "two parts", MULTI("boundary=x") "pre\n--x\n\none\n--x\n" HTML
	  "two\n\n--x--\nepilogue\n", "1:=one|2:text/html=two~", -1, NULL },
	{ "nested", MULTI("boundary=x") "--x\n" MULTI("boundary=y")
	  "--y\n\na\n--y\n\nb\n--y--\n--x\n\nc\n--x--\n",
	  "1.1:=a|1.2:=b|2:=c", -1, NULL },
	{ "message", MULTI("boundary=x") "--x\nContent-Type: message/rfc822\n"
	  "\nA: b\n\ninner\n--x--\n", "1:message/rfc822|1.1:=inner", -1,
	  NULL },
	{ "multipart in message", MULTI("boundary=x")
	  "--x\nContent-Type: message/rfc822\n\n" MULTI("boundary=y")
	  "--y\n\na\n--y--\n--x--\n", "1:message/rfc822|1.1:=a", -1, NULL },
	{ "message at the top", "Content-Type: message/rfc822\n\nA: b\n\nc\n",
	  "1:message/rfc822|1.1:=c~", -1, NULL },
	{ "not closed", MULTI("boundary=x") "--x\n\none\n", "1:=one~", -1,
	  NULL },
	{ "inner not closed", MULTI("boundary=x") "--x\n" MULTI("boundary=y")
	  "--y\n\na\n--x\n\nb\n--x--\n", "1.1:=a|2:=b", -1, NULL },
	{ "white space behind", MULTI("boundary=x") "--x \t\n\none\n--x--\n",
	  "1:=one", -1, NULL },
	{ "prefix of another", MULTI("boundary=x") "--x\n" MULTI("boundary=xy")
	  "--xy\n\na\n--xy--\n--x--\n", "1.1:=a", -1, NULL },
	{ "empty part", MULTI("boundary=x") "--x\n--x\n\n--x--\n",
	  "1:=|2:=", -1, NULL },

	{ "first of two types", "Content-Type: text/plain\n" MULTI("boundary=x")
	  "--x\n\na\n--x--\n", "1:text/plain=--x~~a~--x--~",
	  WARDEN_TRAIT_DUPLICATE_TYPE, "1:=a" },
	{ "last boundary", MULTI("boundary=x; boundary=y")
	  "--y\n\na\n--y--\n", "", WARDEN_TRAIT_DUPLICATE_BOUNDARY, "1:=a" },
	{ "no boundary", MULTI("charset=x") "--x\n" HTML "a\n--x--\n",
	  "1:multipart/mixed=--x~Content-Type: text/html~~a~--x--~",
	  WARDEN_TRAIT_MISSING_BOUNDARY, "1:text/html=a" },
	{ "wrong boundary", MULTI("boundary=y") "--x\n" HTML "a\n--x--\n",
	  "", WARDEN_TRAIT_UNUSED_BOUNDARY, "1:text/html=a" },
	{ "junk behind", MULTI("boundary=x") "--x\n\na\n--x junk\n\nb\n--x--\n",
	  "1:=a~--x junk~~b", WARDEN_TRAIT_DELIMITER_JUNK, "1:=a|2:=b" },
	{ "space before", MULTI("boundary=x") "--x\n\na\n --x\n\nb\n--x--\n",
	  "1:=a~ --x~~b", WARDEN_TRAIT_DELIMITER_JUNK, "1:=a|2:=b" },
	{ "same boundary", MULTI("boundary=x") "--x\n" MULTI("boundary=x")
	  "--x\n\na\n--x--\n--x--\n", "1.1:=a", WARDEN_TRAIT_REUSED_BOUNDARY,
	  NULL },
	{ "delimiter in header", MULTI("boundary=x")
	  "--x\nContent-Type: text/html\n--x\n\nb\n--x--\n",
	  "1:text/html=|2:=b", WARDEN_TRAIT_DELIMITER_IN_HEADER, NULL },
	{ "no empty line", MULTI("boundary=x")
	  "--x\nContent-Type: text/html\nbody\n--x--\n", "1:text/html=",
	  WARDEN_TRAIT_HEADER_JUNK, "1:text/html=body" },
	{ "blank line of spaces", MULTI("boundary=x")
	  "--x\nContent-Type: text/html\n \nbody\n--x--\n", "1:text/html=",
	  WARDEN_TRAIT_BLANK_IN_HEADER, "1:text/html=body" },
	{ "empty line before the header", "\nA: b\n" HTML "a\n",
	  "1:=A: b~Content-Type: text/html~~a~",
	  WARDEN_TRAIT_BLANK_IN_HEADER, "1:text/html=a~" },
	{ "part in epilogue", MULTI("boundary=x") "--x\n\na\n--x--\n" HTML
	  "b\n", "1:=a", WARDEN_TRAIT_FIELDS_IN_BODY, NULL },
	{ "resumed", MULTI("boundary=x") "--x\n\na\n--x--\n--x\n\nb\n--x--\n",
	  "1:=a", -1, "1:=a|2:=b" },
	{ "field behind an empty line", MULTI("boundary=x")
	  "--x\nContent-Type: text/html\n\n"
	  "Content-Transfer-Encoding: base64\n\na\n--x--\n",
	  "1:text/html=Content-Transfer-Encoding: base64~~a",
	  WARDEN_TRAIT_FIELDS_IN_BODY, NULL },
	{ "encoded multipart", "Content-Transfer-Encoding: base64\n"
	  MULTI("boundary=x") "--x\n\na\n--x--\n", "1:=a",
	  WARDEN_TRAIT_ENCODED_MULTIPART, NULL },
	{ "encoded message", "Content-Transfer-Encoding: base64\n"
	  "Content-Type: message/rfc822\n\nQTogYgo=\n",
	  "1:message/rfc822=QTogYgo=~", WARDEN_TRAIT_ENCODED_MESSAGE, NULL },
};

static void test_rows(void)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *message = rows[i].message;
		const guint8 *data = (const guint8 *)message;
		struct warden_view strict, lenient;
		struct warden_trait_set traits;
		g_autofree char *ours = NULL, *theirs = NULL;

		g_test_message("%s", rows[i].name);
		warden_view_linear(charsets, data, strlen(message),
				   WARDEN_LINEAR_STRICT, &strict);
		ours = describe(&strict, message);
		g_assert_cmpstr(ours, ==, rows[i].strict);
		warden_view_all_traits(&strict, &traits);
		if (rows[i].trait < 0)
			g_assert_false(warden_trait_set_is_ambiguous(&traits));
		else
			g_assert_true(warden_trait_set_has(&traits,
							   rows[i].trait));
		warden_view_linear(charsets, data, strlen(message),
				   WARDEN_LINEAR_LENIENT, &lenient);
		theirs = describe(&lenient, message);
		g_assert_cmpstr(theirs, ==, rows[i].lenient != NULL ?
				rows[i].lenient : rows[i].strict);
		warden_view_clear(&strict);
		warden_view_clear(&lenient);
	}
}

/* With CRLF every view must say the same. */
static void test_crlf(void)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_auto(GStrv) lines = g_strsplit(rows[i].message, "\n", -1);
		g_autofree char *message = g_strjoinv("\r\n", lines);
		g_auto(GStrv) pieces = NULL;
		g_autofree char *described = NULL, *plain = NULL;
		struct warden_view view;

		warden_view_linear(charsets, (const guint8 *)message,
				   strlen(message), WARDEN_LINEAR_STRICT,
				   &view);
		described = describe(&view, message);
		pieces = g_strsplit(described, "\r", -1);
		plain = g_strjoinv("", pieces);
		g_assert_cmpstr(plain, ==, rows[i].strict);
		warden_view_clear(&view);
	}
}

/* Unambiguous mail: GMime agrees with us. */
static void test_gmime(void)
{
	gsize i;
	guint j;

	for (i = 0; i < G_N_ELEMENTS(rows) && rows[i].trait < 0; i++) {
		const char *message = rows[i].message;
		struct warden_view view;
		GString *text = g_string_new(NULL);

		warden_view_gmime(charsets, (const guint8 *)message,
				  strlen(message), &view);
		for (j = 0; j < view.entities->len; j++) {
			const struct warden_entity *entity =
				g_ptr_array_index(view.entities, j);
			g_autofree char *piece = g_strdup_printf(
				"%s:%s=%.*s", entity->path,
				entity->content.type,
				(int)(entity->end - entity->body),
				message + entity->body);

			g_strdelimit(piece, "\n", '~');
			if (strstr(rows[i].strict, piece) == NULL)
				g_error("%s: GMime sees %s", rows[i].name,
					piece);
		}
		g_string_free(text, TRUE);
		warden_view_clear(&view);
	}
}

static void expect_trait(const GString *message,
			 enum warden_trait_index trait)
{
	struct warden_trait_set traits;
	struct warden_view view;

	warden_view_linear(charsets, (const guint8 *)message->str,
			   message->len, WARDEN_LINEAR_STRICT, &view);
	warden_view_all_traits(&view, &traits);
	g_assert_true(warden_trait_set_has(&traits, trait));
	g_assert_cmpuint(view.entities->len, <=, WARDEN_PARTS_MAX + 100);
	warden_view_clear(&view);
}

static void test_limits(void)
{
	GString *message = g_string_new(NULL);
	guint i;

	for (i = 0; i < WARDEN_MIME_DEPTH_MAX + 10; i++)
		g_string_append_printf(message, MULTI("boundary=b%u")
				       "--b%u\n", i, i);
	expect_trait(message, WARDEN_TRAIT_LIMIT_DEPTH);

	g_string_truncate(message, 0);
	for (i = 0; i < WARDEN_MIME_DEPTH_MAX + 10; i++)
		g_string_append(message, "Content-Type: message/rfc822\n\n");
	expect_trait(message, WARDEN_TRAIT_LIMIT_DEPTH);

	g_string_assign(message, MULTI("boundary=b"));
	for (i = 0; i < WARDEN_PARTS_MAX + 10; i++)
		g_string_append(message, "--b\n\n");
	expect_trait(message, WARDEN_TRAIT_LIMIT_PARTS);

	g_string_assign(message, "");
	for (i = 0; i < WARDEN_HEADER_BLOCK_MAX / 1000 + 1; i++)
		g_string_append_printf(message, "A: %01000d\n", 1);
	expect_trait(message, WARDEN_TRAIT_LIMIT_HEADER);

	g_string_assign(message, "");
	g_string_append_printf(message, MULTI("boundary=%0300d"), 1);
	expect_trait(message, WARDEN_TRAIT_LIMIT_BOUNDARY);
	g_string_free(message, TRUE);
}

/* A field long enough to exhaust GMime's stack, where nobody expects one. */
static void test_long_field(void)
{
	GString *message = g_string_new(MULTI("boundary=x") "--x\n\nTo: ");
	struct warden_view view;
	guint i;

	for (i = 0; i < WARDEN_HEADER_FIELD_MAX; i++)
		g_string_append(message, i % 100 == 0 ? "\n " : "a:");
	warden_view_linear(charsets, (const guint8 *)message->str,
			   message->len, WARDEN_LINEAR_STRICT, &view);
	g_assert_true(view.long_field);
	warden_view_clear(&view);
	g_string_free(message, TRUE);
}

int main(int argc, char **argv)
{
	int ret;

	g_test_init(&argc, &argv, NULL);
	g_mime_init();
	charsets = warden_charsets_new();
	g_test_add_func("/view/rows", test_rows);
	g_test_add_func("/view/crlf", test_crlf);
	g_test_add_func("/view/gmime", test_gmime);
	g_test_add_func("/view/limits", test_limits);
	g_test_add_func("/view/long-field", test_long_field);
	ret = g_test_run();
	warden_charsets_free(charsets);
	g_mime_shutdown();
	return ret;
}
