/* Header blocks and what their values mean: fields, parameters, names,
   boundaries, encoded words, addresses. */

#include "warden-config.h"

#include "scanner/parse/mail/address.h"
#include "scanner/parse/mail/content.h"
#include "scanner/parse/mail/words.h"

#include <string.h>

static struct warden_charsets *charsets;

/* --- fields ---------------------------------------------------------------- */

static void test_fields(void)
{
	static const struct {
		const char *block;
		enum warden_header_style style;
		const char *name, *value;
		int trait;	/* -1: none that is ambiguous */
	} rows[] = {
		{ "A: 1\r\nB: 2\r\n 3\r\n", WARDEN_HEADER_STRICT, "b", "2 3",
		  -1 },
		{ "From x\nA: 1\n", WARDEN_HEADER_STRICT, "a", "1", -1 },
		{ "A : 1\n", WARDEN_HEADER_STRICT, "a", "1", -1 },
		{ "Content-Type : t\n", WARDEN_HEADER_STRICT, "content-type",
		  "t", WARDEN_TRAIT_ODD_FIELD_NAME },
		{ "A: 1\nno field\nB: 2\n", WARDEN_HEADER_STRICT, "b", "2",
		  WARDEN_TRAIT_HEADER_JUNK },
		{ "A: 1\n \t\n 2\n", WARDEN_HEADER_STRICT, "a", "1 \t 2",
		  WARDEN_TRAIT_BLANK_IN_HEADER },
		/* a field in another one's continuation */
		{ "A: 1\n Content-Type: t\n", WARDEN_HEADER_STRICT,
		  "content-type", NULL, WARDEN_TRAIT_ODD_FIELD_NAME },
		{ "A: 1\n Content-Type: t\n", WARDEN_HEADER_LENIENT,
		  "content-type", "t", WARDEN_TRAIT_ODD_FIELD_NAME },
		{ "junk\n Content-Type: t\n", WARDEN_HEADER_STRICT,
		  "content-type", "t", WARDEN_TRAIT_ODD_FIELD_NAME },
		{ "A: 1\rContent-Type: t\n", WARDEN_HEADER_STRICT,
		  "content-type", NULL, WARDEN_TRAIT_BARE_CR_IN_HEADER },
		{ "A: 1\rContent-Type: t\n", WARDEN_HEADER_LENIENT,
		  "content-type", "t", -1 },
		{ "A: 1\r(\n)Content-Type: t\n", WARDEN_HEADER_LENIENT,
		  "content-type", "t", WARDEN_TRAIT_ODD_FIELD_NAME },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct warden_header header;
		g_autofree char *value = NULL;

		warden_header_parse((const guint8 *)rows[i].block, 0,
				    strlen(rows[i].block), rows[i].style,
				    &header);
		value = warden_header_get(&header, rows[i].name);
		g_assert_cmpstr(value, ==, rows[i].value);
		if (rows[i].trait < 0)
			g_assert_false(warden_trait_set_is_ambiguous(
				&header.traits));
		else
			g_assert_true(warden_trait_set_has(
				&header.traits, rows[i].trait));
		warden_header_clear(&header);
	}
}

static void test_field_limits(void)
{
	GString *block = g_string_new("A: ");
	struct warden_header header;
	guint i;

	for (i = 0; i < WARDEN_HEADER_FIELD_MAX / 100 + 1; i++)
		g_string_append_printf(block, "%099d\n ", 1);
	for (i = 0; i < WARDEN_HEADER_FIELDS_MAX + 10; i++)
		g_string_append(block, "\nB: 1");
	warden_header_parse((const guint8 *)block->str, 0, block->len,
			    WARDEN_HEADER_STRICT, &header);
	g_assert_true(warden_trait_set_has(&header.traits,
					   WARDEN_TRAIT_LIMIT_FIELD));
	g_assert_true(warden_trait_set_has(&header.traits,
					   WARDEN_TRAIT_LIMIT_FIELDS));
	g_assert_cmpuint(header.fields->len, ==, WARDEN_HEADER_FIELDS_MAX);
	warden_header_clear(&header);
	g_string_free(block, TRUE);
}

/* --- parameters -------------------------------------------------------------- */

static void test_params(void)
{
	static const struct {
		const char *text, *value, *name, *first, *last;
	} rows[] = {
		{ "text/plain", "text/plain", "a", NULL, NULL },
		{ "text/plain; a=b", "text/plain", "a", "b", "b" },
		{ "x;a=b;A=c", "x", "a", "b", "c" },
		{ "x; a=\"b;\\\"c\"", "x", "a", "b;\"c", "b;\"c" },
		{ "x; a = b c ; d=e", "x", "a", "b c", "b c" },
		{ "x; (c) a=b", "x", "a", "b", "b" },
		{ "x; a=(c)\"b\"", "x", "a", "b", "b" },
		{ "x; a=\"open", "x", "a", "open", "open" },
		{ "text/plain charset=u", "text/plain", "charset", "u", "u" },
		{ "x; a=", "x", "a", "", "" },
		{ "x;=b;a=c", "x", "a", "c", "c" },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct warden_params params;
		const struct warden_param *param;

		warden_params_parse(rows[i].text, &params);
		g_assert_cmpstr(params.value, ==, rows[i].value);
		param = warden_params_find(&params, rows[i].name, FALSE);
		g_assert_cmpstr(param == NULL ? NULL : param->value, ==,
				rows[i].first);
		param = warden_params_find(&params, rows[i].name, TRUE);
		g_assert_cmpstr(param == NULL ? NULL : param->value, ==,
				rows[i].last);
		warden_params_clear(&params);
	}
}

static void test_words(void)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{ "plain", "plain" },
		{ "=?utf-8?Q?a_b=3F?=", "a b?" },
		{ "=?utf-8?B?w6Q=?= x", "\303\244 x" },
		{ "=?iso-8859-1?q?=E4?=", "\303\244" },
		{ "=?utf-8*de?q?a?=", "a" },
		/* white space between two is none, in one it is tolerated */
		{ "=?utf-8?q?a?= =?utf-8?q?b?=", "ab" },
		{ "=?utf-8?q?a b?=c", "a bc" },
		/* a character split between two */
		{ "=?utf-8?q?=C3?= =?utf-8?b?pA==?=", "\303\244" },
		{ "=?gb2312?B?1tA=?=", "\344\270\255" },
		{ "=?utf-8?q?=41?=", "A" },
		/* none */
		{ "=?utf-8?x?a?=", "=?utf-8?x?a?=" },
		{ "=?utf-8?q?open", "=?utf-8?q?open" },
		{ "a =? b ?= c", "a =? b ?= c" },
		{ "raw \344", "raw \303\244" },
		{ "raw \303\244", "raw \303\244" },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *result = warden_words_decode(
			charsets, rows[i].text, 100, NULL);

		g_assert_cmpstr(result, ==, rows[i].expected);
	}
}

/* --- a part's fields ------------------------------------------------------------ */

static void read_block(const char *block, enum warden_content_reading reading,
		       struct warden_content *content)
{
	struct warden_header header;

	warden_header_parse((const guint8 *)block, 0, strlen(block),
			    WARDEN_HEADER_STRICT, &header);
	warden_content_read(charsets, &header, reading, content);
	warden_header_clear(&header);
}

/* Every name that a client may show: the first is the part's, others behind
   '|' must be among the rest. */
static void test_names(void)
{
	static const struct {
		const char *block, *names;
	} rows[] = {
		{ "Content-Type: a/b; name=n\n", "n" },
		{ "Content-Type: a/b; name=n\n"
		  "Content-Disposition: attachment; filename=f\n", "f|n" },
		{ "Content-Disposition: x; filename=my file.exe\n",
		  "my file.exe|my" },
		{ "Content-Disposition: x; filename=a; filename=b\n", "a|b" },
		{ "Content-Disposition: x; filename*=utf-8''%C3%A4.zip\n",
		  "\303\244.zip" },
		{ "Content-Disposition: x; filename=a;"
		  " filename*=utf-8''b\n", "b|a" },
		{ "Content-Disposition: x; filename*0=in;"
		  " filename*1=voice.zip\n", "invoice.zip" },
		{ "Content-Disposition: x; filename*0*=utf-8''%C3;"
		  " filename*1*=%A4\n", "\303\244" },
		/* out of order, from one, with a gap */
		{ "Content-Disposition: x; filename*1=zip; filename*0=a.\n",
		  "a.zip" },
		{ "Content-Disposition: x; filename*1=a.; filename*2=zip\n",
		  "a.zip" },
		{ "Content-Disposition: x; filename*0=a.; filename*2=zip\n",
		  "a.|a.zip" },
		{ "Content-Disposition: x; filename=\"=?utf-8?q?a=2Ezip?=\"\n",
		  "a.zip" },
		{ "Content-Type: a/b; name==?utf-8?b?YS56aXA=?=\n", "a.zip" },
		{ "Content-Disposition: x; filename=\"a\"\n .zip\n", "a" },
		{ "Content-Disposition: attachment; name=n\n", "n" },
		{ "Content-Disposition: x; filename=\"a\".zip\n",
		  "a|a.zip" },
		{ "Content-Disposition: x; filename='a.zip'\n",
		  "'a.zip'|a.zip" },
		{ "Content-Type: a/b; name=a.z()ip\n", "a.z()ip|a.zip" },
		/* pieces in two fields */
		{ "Content-Disposition: x; filename*0=a.\n"
		  "Content-Type: a/b; filename*1=zip\n", "a.|a.zip" },
	};
	gsize i;
	guint j, k;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_auto(GStrv) wanted = g_strsplit(rows[i].names, "|", -1);
		struct warden_content content;

		read_block(rows[i].block, WARDEN_READING_FIRST, &content);
		g_assert_cmpstr(content.names.name, ==, wanted[0]);
		for (j = 1; wanted[j] != NULL; j++) {
			bool found = FALSE;

			for (k = 0; k < content.names.others->len; k++)
				found |= strcmp(g_ptr_array_index(
					content.names.others, k),
					wanted[j]) == 0;
			if (!found)
				g_error("%s lacks %s", rows[i].block,
					wanted[j]);
		}
		warden_content_clear(&content);
	}
}

static void test_boundaries(void)
{
	static const struct {
		const char *params;
		const char *first, *other;
		int trait;
	} rows[] = {
		{ "boundary=a", "a", NULL, -1 },
		{ "boundary=\"a b\"", "a b", NULL, -1 },
		{ "boundary=----=_Part_1", "----=_Part_1", NULL, -1 },
		{ "boundary=a; boundary=b", "a", "b",
		  WARDEN_TRAIT_DUPLICATE_BOUNDARY },
		{ "boundary=a; boundary*=''b", "a", "b",
		  WARDEN_TRAIT_DUPLICATE_BOUNDARY },
		{ "boundary*=utf-8''a%20b", "a b", NULL,
		  WARDEN_TRAIT_ODD_BOUNDARY },
		{ "boundary*0=a; boundary*1=b", "ab", NULL,
		  WARDEN_TRAIT_ODD_BOUNDARY },
		{ "boundary=\"a\"b", "a", "b", WARDEN_TRAIT_ODD_BOUNDARY },
		{ "boundary=\"a\"b", "a", "\"a\"b",
		  WARDEN_TRAIT_ODD_BOUNDARY },
		{ "boundary=a(c)b", "a(c)b", "ab",
		  WARDEN_TRAIT_ODD_BOUNDARY },
		{ "boundary=a;b", "a", "a;b", -1 },
		{ "boundary=a,b", "a,b", "a", WARDEN_TRAIT_ODD_BOUNDARY },
		{ "boundary=\"a", "a", NULL, WARDEN_TRAIT_ODD_BOUNDARY },
		{ "boundary=\" a\"", " a", "a", WARDEN_TRAIT_ODD_BOUNDARY },
		{ "boundary=boundary=a", "boundary=a", "a", -1 },
		{ "charset=x", NULL, NULL, WARDEN_TRAIT_MISSING_BOUNDARY },
	};
	gsize i;
	guint j;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *block = g_strdup_printf(
			"Content-Type: multipart/mixed; %s\n", rows[i].params);
		struct warden_content content;
		bool found = rows[i].other == NULL;

		read_block(block, WARDEN_READING_FIRST, &content);
		if (rows[i].first == NULL)
			g_assert_cmpuint(content.boundaries->len, ==, 0);
		else
			g_assert_cmpstr(content.boundaries->pdata[0], ==,
					rows[i].first);
		for (j = 0; j < content.boundaries->len; j++)
			found |= g_strcmp0(content.boundaries->pdata[j],
					   rows[i].other) == 0;
		if (!found)
			g_error("%s lacks %s", rows[i].params, rows[i].other);
		if (rows[i].trait >= 0)
			g_assert_true(warden_trait_set_has(&content.traits,
							   rows[i].trait));
		else
			g_assert_false(warden_trait_set_is_ambiguous(
				&content.traits));
		warden_content_clear(&content);
	}
}

static void test_content(void)
{
	static const struct {
		const char *block;
		enum warden_content_reading reading;
		const char *type, *encoding;
		guint32 encodings;
		int trait;
	} rows[] = {
		{ "Content-Type: Text/HTML; charset=x\n", WARDEN_READING_FIRST,
		  "text/html", "", WARDEN_ENCODING_IDENTITY, -1 },
		{ "Content-Transfer-Encoding: BASE64\n", WARDEN_READING_FIRST,
		  "", "base64", WARDEN_ENCODING_BASE64, -1 },
		{ "Content-Type: text/plain\nContent-Type: text/html\n",
		  WARDEN_READING_FIRST, "text/plain", "",
		  WARDEN_ENCODING_IDENTITY, WARDEN_TRAIT_DUPLICATE_TYPE },
		{ "Content-Type: text/plain\nContent-Type: text/html\n",
		  WARDEN_READING_LAST, "text/html", "",
		  WARDEN_ENCODING_IDENTITY, WARDEN_TRAIT_DUPLICATE_TYPE },
		{ "Content-Type: \"text/html\"\n", WARDEN_READING_FIRST,
		  "text/html", "", WARDEN_ENCODING_IDENTITY,
		  WARDEN_TRAIT_ODD_TYPE },
		{ "Content-Type: text / html\n", WARDEN_READING_FIRST,
		  "text/html", "", WARDEN_ENCODING_IDENTITY,
		  WARDEN_TRAIT_ODD_TYPE },
		{ "Content-Type:Content-Type:text/html\n",
		  WARDEN_READING_FIRST, "text/html", "",
		  WARDEN_ENCODING_IDENTITY, WARDEN_TRAIT_ODD_TYPE },
		{ "Content-Type: text\n", WARDEN_READING_FIRST, "", "",
		  WARDEN_ENCODING_IDENTITY, WARDEN_TRAIT_ODD_TYPE },
		{ "Content-Transfer-Encoding: base64,qp\n",
		  WARDEN_READING_FIRST, "", "base64,qp",
		  WARDEN_ENCODING_IDENTITY | WARDEN_ENCODING_BASE64 |
		  WARDEN_ENCODING_QP, WARDEN_TRAIT_ODD_ENCODING },
		{ "Content-Transfer-Encoding: quot(c)ed-printable\n",
		  WARDEN_READING_FIRST, "", "quot(c)ed-printable",
		  WARDEN_ENCODING_IDENTITY | WARDEN_ENCODING_QP,
		  WARDEN_TRAIT_ODD_ENCODING },
		{ "Content-Transfer-Encoding: x-uuencode\n",
		  WARDEN_READING_FIRST, "", "x-uuencode",
		  WARDEN_ENCODING_IDENTITY | WARDEN_ENCODING_UU,
		  WARDEN_TRAIT_ODD_ENCODING },
		{ "Content-Transfer-Encoding: 7bit\n"
		  "Content-Transfer-Encoding: base64\n",
		  WARDEN_READING_FIRST, "", "7bit",
		  WARDEN_ENCODING_IDENTITY | WARDEN_ENCODING_BASE64,
		  WARDEN_TRAIT_DUPLICATE_ENCODING },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct warden_content content;

		read_block(rows[i].block, rows[i].reading, &content);
		g_assert_cmpstr(content.type, ==, rows[i].type);
		g_assert_cmpstr(content.encoding, ==, rows[i].encoding);
		g_assert_cmphex(content.encodings, ==, rows[i].encodings);
		if (rows[i].trait >= 0)
			g_assert_true(warden_trait_set_has(&content.traits,
							   rows[i].trait));
		else
			g_assert_false(warden_trait_set_is_ambiguous(
				&content.traits));
		warden_content_clear(&content);
	}
}

/* --- addresses --------------------------------------------------------------------- */

/* expected: name<address>, separated by '|'. */
static void test_addresses(void)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{ "", "" },
		{ "a@b", "<a@b>" },
		{ "A B <a@b>, c@d", "A B<a@b>|<c@d>" },
		{ "\"B, A\" <a@b>", "B, A<a@b>" },
		{ "a@b (A (the) B)", "A (the) B<a@b>" },
		{ "=?utf-8?q?=C3=A4?= <a@b>", "\303\244<a@b>" },
		{ "friends: a@b, C <c@d>; e@f", "<a@b>|C<c@d>|<e@f>" },
		{ "A <@x,@y:a@b>", "A<a@b>" },
		{ "\"help@bank.example\" <a@b>", "help@bank.example<a@b>" },
		{ "undisclosed-recipients:;", "" },
		{ "A <a@b> <c@d>", "A<a@b>|<c@d>" },
		{ "Nobody", "Nobody<>" },
		{ "A <a@b", "A<a@b>" },
		{ "\"open <a@b>", "<open <a@b>>" },
	};
	gsize i;
	guint j;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(
			(GDestroyNotify)warden_address_free);
		g_autoptr(GString) text = g_string_new(NULL);

		warden_addresses_parse(charsets, rows[i].text, list);
		for (j = 0; j < list->len; j++) {
			struct warden_address *address = list->pdata[j];

			g_string_append_printf(text, "%s%s<%s>",
					       j > 0 ? "|" : "",
					       address->name,
					       address->address);
		}
		g_assert_cmpstr(text->str, ==, rows[i].expected);
	}
}

static void test_addresses_many(void)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(
		(GDestroyNotify)warden_address_free);
	g_autoptr(GString) text = g_string_new(NULL);
	guint i;

	for (i = 0; i < 10000; i++)
		g_string_append(text, "a:");
	warden_addresses_parse(charsets, text->str, list);
	for (i = 0; i < 10000; i++)
		g_string_append(text, "a@b,");
	warden_addresses_parse(charsets, text->str, list);
	g_assert_cmpuint(list->len, <=, WARDEN_ADDRESSES_MAX);
}

int main(int argc, char **argv)
{
	int ret;

	g_test_init(&argc, &argv, NULL);
	charsets = warden_charsets_new();
	g_test_add_func("/header/fields", test_fields);
	g_test_add_func("/header/limits", test_field_limits);
	g_test_add_func("/header/params", test_params);
	g_test_add_func("/header/words", test_words);
	g_test_add_func("/header/names", test_names);
	g_test_add_func("/header/boundaries", test_boundaries);
	g_test_add_func("/header/content", test_content);
	g_test_add_func("/header/addresses", test_addresses);
	g_test_add_func("/header/addresses-many", test_addresses_many);
	ret = g_test_run();
	warden_charsets_free(charsets);
	return ret;
}
