/* The pipeline with a reader that fails as told, and its JSON report. */

#include "warden-config.h"

#include "scanner/core/scan.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* --- a reader made of a script ------------------------------------------ */

static const enum warden_reader_status *script;
static guint attempts, last_deadline;
static bool cannot_start;

static struct warden_facts *make_facts(void)
{
	struct warden_facts *facts = warden_facts_new();
	struct warden_part *part = warden_facts_add_part(
		facts, "1.2", "a\"\\\xe2\x80\xae.pdf.exe");

	memset(facts->key, 0xab, sizeof(facts->key));
	memset(part->sha256, 0x01, sizeof(part->sha256));
	part->size = G_GUINT64_CONSTANT(5000000000);
	warden_facts_add_url(facts, "https://example.com/?a=\"b\"",
			     "example.com", "\xc3\xa4\n", "html", "1.1");
	warden_facts_add_unscanned(facts, "1.3", "encrypted");
	return facts;
}

int warden_reader_parse(struct warden_reader *reader, int fd, guint64 size,
			guint64 full_size, guint deadline_msecs,
			enum warden_reader_status *status_r,
			struct warden_facts **facts_r, char **detail_r,
			char **error_r)
{
	last_deadline = deadline_msecs;
	if (cannot_start) {
		*error_r = g_strdup("no child");
		return -1;
	}
	*status_r = script[attempts++];
	if (*status_r == WARDEN_READER_OK)
		*facts_r = make_facts();
	else
		*detail_r = g_strdup("as told");
	return 1;
}

int warden_reader_key(int fd, guint64 size, guint8 key_r[WARDEN_SHA256_SIZE],
		      char **error_r)
{
	memset(key_r, 0xcd, WARDEN_SHA256_SIZE);
	return 1;
}

/* --- scanning ----------------------------------------------------------- */

static struct warden_config *config;

static struct warden_scan_result *
scan(const enum warden_reader_status *statuses, guint deadline_msecs)
{
	struct warden_scan_result *result = NULL;
	g_autofree char *error = NULL;

	const struct warden_scan_input input = {
		.fd = -1, .size = 100, .deadline_msecs = deadline_msecs,
	};

	script = statuses;
	attempts = 0;
	if (warden_scan_fd(config, NULL, &input, &result, &error) < 0)
		g_error("%s", error);
	return result;
}

static const struct {
	enum warden_reader_status statuses[2];
	guint attempts;
	const char *reason;	/* NULL: read */
} scan_rows[] = {
	{ { WARDEN_READER_OK }, 1, NULL },
	{ { WARDEN_READER_CRASHED, WARDEN_READER_OK }, 2, NULL },
	{ { WARDEN_READER_TIMEOUT, WARDEN_READER_OK }, 2, NULL },
	{ { WARDEN_READER_CRASHED, WARDEN_READER_CRASHED }, 2, "crash" },
	{ { WARDEN_READER_TIMEOUT, WARDEN_READER_TIMEOUT }, 2, "time" },
};

static void test_retry(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(scan_rows); i++) {
		struct warden_scan_result *result =
			scan(scan_rows[i].statuses, 0);
		const struct warden_unscanned *unscanned =
			g_ptr_array_index(result->facts->unscanned, 0);

		g_assert_cmpuint(attempts, ==, scan_rows[i].attempts);
		g_assert_cmpuint(last_deadline, ==, 0);
		if (scan_rows[i].reason == NULL) {
			g_assert_cmpint(result->judgement.verdict, ==,
					WARDEN_VERDICT_MALWARE);
		} else {
			g_assert_cmpint(result->judgement.verdict, ==,
					WARDEN_VERDICT_UNSCANNABLE);
			g_assert_cmpstr(unscanned->reason, ==,
					scan_rows[i].reason);
			g_assert_cmpuint(result->facts->key[31], ==, 0xcd);
			g_assert_cmpuint(result->facts->size, ==, 100);
			g_assert_cmpuint(result->findings->len, ==, 1);
		}
		g_assert_cmpstr(result->reason, !=, "");
		warden_scan_result_free(result);
	}
}

/* With no time left, a second attempt would be a sham. */
static void test_deadline(void)
{
	static const enum warden_reader_status crashes[] = {
		WARDEN_READER_CRASHED, WARDEN_READER_CRASHED,
	};
	struct warden_scan_result *result = scan(crashes, 1);

	g_assert_cmpuint(attempts, ==, 1);
	g_assert_cmpint(result->judgement.verdict, ==,
			WARDEN_VERDICT_UNSCANNABLE);
	warden_scan_result_free(result);
	result = scan(crashes, 60000);
	g_assert_cmpuint(attempts, ==, 2);
	g_assert_cmpuint(last_deadline, >, 50000);
	g_assert_cmpuint(last_deadline, <=, 60000);
	warden_scan_result_free(result);
}

static int lookup_own(void *context, enum warden_known_kind kind,
		      const char *value, struct warden_own_hit *hit_r)
{
	return *(const int *)context;
}

/* "Cannot say" is not "not on the list": the verdict does not last. */
static void test_own_failed(void)
{
	static const enum warden_reader_status ok[] = { WARDEN_READER_OK };

	for (int answer = -1; answer <= 0; answer++) {
		const struct warden_own own = { lookup_own, &answer };
		const struct warden_scan_input input = {
			.fd = -1, .size = 100, .own = &own,
		};
		struct warden_scan_result *result = NULL;
		g_autofree char *error = NULL;

		script = ok;
		attempts = 0;
		g_assert_cmpint(warden_scan_fd(config, NULL, &input, &result,
					       &error), ==, 1);
		g_assert_cmpint(result->lists_failed, ==, answer < 0);
		warden_scan_result_free(result);
	}
}

static void test_cannot(void)
{
	static const enum warden_reader_status ok[] = { WARDEN_READER_OK };
	struct warden_scan_input input = { .fd = -1, .size = 1 };
	struct warden_scan_result *result = NULL;
	g_autofree char *error = NULL, *override = NULL;

	cannot_start = TRUE;
	g_assert_cmpint(warden_scan_fd(config, NULL, &input, &result, &error),
			==, -1);
	g_assert_cmpstr(error, ==, "no child");
	cannot_start = FALSE;
	script = ok;
	attempts = 0;
	input.overrides = "nonsense";
	g_assert_cmpint(warden_scan_fd(config, NULL, &input, &result,
				       &override), ==, -1);
	g_assert_nonnull(strstr(override, "nonsense"));
}

/* --- the report --------------------------------------------------------- */

static JsonObject *first(JsonObject *object, const char *name)
{
	JsonArray *array = json_object_get_array_member(object, name);

	g_assert_cmpuint(json_array_get_length(array), >, 0);
	return json_array_get_object_element(array, 0);
}

static void test_report(void)
{
	static const enum warden_reader_status ok[] = { WARDEN_READER_OK };
	struct warden_scan_result *result = scan(ok, 0);
	g_autofree char *line = warden_scan_report_json(
		config, "dir/\xff\"\n.eml", result, 7);
	g_autoptr(JsonParser) parser = json_parser_new();
	JsonObject *root, *entry;

	g_assert_true(g_utf8_validate(line, -1, NULL));
	g_assert_null(strchr(line, '\n'));
	g_assert_true(json_parser_load_from_data(parser, line, -1, NULL));
	root = json_node_get_object(json_parser_get_root(parser));
	g_assert_cmpstr(json_object_get_string_member(root, "file"), ==,
			"dir/\xef\xbf\xbd\"\n.eml");
	g_assert_cmpstr(json_object_get_string_member(root, "verdict"), ==,
			"malware");
	g_assert_cmpstr(json_object_get_string_member(root, "action"), ==,
			"quarantine");
	g_assert_cmpfloat(json_object_get_double_member(root, "score"), ==,
			  result->judgement.score);
	g_assert_cmpuint(strlen(json_object_get_string_member(
		root, "sha256")), ==, 64);
	entry = json_object_get_object_member(root, "engine");
	g_assert_cmpint(json_object_get_int_member(entry, "epoch"), ==, 7);
	entry = first(root, "parts");
	g_assert_cmpint(json_object_get_int_member(entry, "size"), ==,
			G_GINT64_CONSTANT(5000000000));
	g_assert_cmpstr(json_object_get_string_member(entry, "path"), ==,
			"1.2");
	entry = first(root, "urls");
	g_assert_cmpstr(json_object_get_string_member(entry, "url"), ==,
			"https://example.com/?a=\"b\"");
	entry = first(root, "unscanned");
	g_assert_cmpstr(json_object_get_string_member(entry, "reason"), ==,
			"encrypted");
	entry = first(root, "findings");
	g_assert_cmpstr(json_object_get_string_member(entry, "family"), ==,
			"attachment");
	warden_scan_result_free(result);
}

static void test_report_error(void)
{
	g_autofree char *line =
		warden_scan_report_error_json("a\xff", "no such \"file\"");
	g_autoptr(JsonParser) parser = json_parser_new();
	JsonObject *root;

	g_assert_true(json_parser_load_from_data(parser, line, -1, NULL));
	root = json_node_get_object(json_parser_get_root(parser));
	g_assert_cmpuint(json_object_get_size(root), ==, 2);
	g_assert_cmpstr(json_object_get_string_member(root, "error"), ==,
			"no such \"file\"");
}

int main(int argc, char **argv)
{
	g_autofree char *error = NULL;
	int ret;

	g_test_init(&argc, &argv, NULL);
	config = g_new0(struct warden_config, 1);
	if (warden_policy_load(NULL, NULL, &config->policy, &error) < 0)
		g_error("%s", error);
	g_test_add_func("/scan/retry", test_retry);
	g_test_add_func("/scan/deadline", test_deadline);
	g_test_add_func("/scan/own-failed", test_own_failed);
	g_test_add_func("/scan/cannot", test_cannot);
	g_test_add_func("/scan/report", test_report);
	g_test_add_func("/scan/report-error", test_report_error);
	ret = g_test_run();
	warden_config_free(config);
	return ret;
}
