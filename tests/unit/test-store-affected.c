/* Which stored messages a change of lists concerns: no message whose look-ups
   answer differently may be missing, and most others must be. */

#include "warden-config.h"

#include "store-fixture.h"

#include "scanner/checks/url.h"

#include <string.h>

#define MESSAGES 120
#define ROUNDS 40
#define VALUES 40

/* --- made-up mail and lists, out of few values -------------------------------- */

static const char *const hosts[] = {
	"example.org", "www.example.org", "a.www.example.org", "example.com",
	"xexample.org", "org", "login.example.net", "example.ne", "127.0.0.1",
	"1.0.0.127", "a-b.example", "a.example",
};
static const char *const addresses[] = {
	"ben@example.org", "Ben@Example.org", "amy@example.org",
	"ben@mail.example.org", "a@b@example.com", "@example.com", "nobody",
	"ben@xexample.org", "ben@example.or",
};
static const struct {
	const char *before, *after;
} urls[] = {
	{ "http://", "/" }, { "https://", "/x?y=1#z" },
	{ "HTTP://", ":80/a/../b" }, { "http://user@", "/%41" },
};
/* Its form in lists has another host than it leads to. */
#define ODD_URL "http://0x7f000001/odd"

static const char *pick(GRand *rand, const char *const *list, gsize n)
{
	return list[g_rand_int_range(rand, 0, (gint32)n)];
}
#define PICK(rand, list) pick(rand, list, G_N_ELEMENTS(list))

static char *random_url(GRand *rand, const char *host)
{
	gsize i = (gsize)g_rand_int_range(rand, 0, G_N_ELEMENTS(urls));

	return g_strconcat(urls[i].before, host, urls[i].after, NULL);
}

static void fill_hash(GRand *rand, guint8 *hash)
{
	memset(hash, g_rand_int_range(rand, 0, 12), WARDEN_SHA256_SIZE);
	hash[31] = (guint8)g_rand_int_range(rand, 0, 2);
}

static struct warden_scan_result *random_message(GRand *rand, guint32 number)
{
	struct warden_scan_result *result = make_result(number);
	struct warden_facts *facts = result->facts;

	g_ptr_array_set_size(facts->header.from, 0);
	for (int i = g_rand_int_range(rand, 0, 3); i > 0; i--)
		g_ptr_array_add(facts->header.from,
				warden_address_new("", PICK(rand, addresses)));
	g_ptr_array_add(facts->header.reply_to,
			warden_address_new("", PICK(rand, addresses)));
	if (g_rand_boolean(rand))
		facts->header.sender =
			warden_address_new("", PICK(rand, addresses));
	g_free(facts->header.return_path);
	facts->header.return_path = g_strdup(PICK(rand, addresses));
	fill_hash(rand, ((struct warden_part *)facts->parts->pdata[0])->sha256);
	g_ptr_array_set_size(facts->urls, 0);
	for (int i = g_rand_int_range(rand, 0, 3); i > 0; i--) {
		const char *host = PICK(rand, hosts);
		g_autofree char *url = random_url(rand, host);

		warden_facts_add_url(facts, url, host, "", "html", "1");
	}
	if (g_rand_int_range(rand, 0, 8) == 0)
		warden_facts_add_url(facts, ODD_URL, "127.0.0.1", "", "html",
				     "1");
	return result;
}

struct list {
	GPtrArray *values;	/* struct warden_indicator, strings owned */
	guint next;
};

static void indicator_free(void *data)
{
	struct warden_indicator *indicator = data;

	g_free((char *)indicator->value);
	g_free(indicator);
}

static char *random_value(GRand *rand, enum warden_known_kind kind)
{
	guint8 hash[WARDEN_SHA256_SIZE];
	g_autofree char *url = NULL, *lower = NULL;
	GString *hex;

	switch (kind) {
	case WARDEN_KNOWN_SHA256:
		fill_hash(rand, hash);
		hex = g_string_new(NULL);
		for (gsize i = 0; i < sizeof(hash); i++)
			g_string_append_printf(hex, "%02x", hash[i]);
		return g_string_free(hex, FALSE);
	case WARDEN_KNOWN_URL:
		url = g_rand_int_range(rand, 0, 6) == 0 ?
			g_strdup(ODD_URL) :
			random_url(rand, PICK(rand, hosts));
		return warden_url_normalise(url);
	case WARDEN_KNOWN_HOST:
		return g_strdup(PICK(rand, hosts));
	case WARDEN_KNOWN_SENDER:
		break;
	}
	lower = g_ascii_strdown(PICK(rand, addresses), -1);
	return strchr(lower, '@') != NULL && g_rand_boolean(rand) ?
		g_strdup(strrchr(lower, '@')) : g_steal_pointer(&lower);
}

/* A few of everything, so that most messages have none of it. */
static void random_list(GRand *rand, struct list *list)
{
	static const char *const threats[] = { "", "phish", "malware" };

	list->values = g_ptr_array_new_with_free_func(indicator_free);
	list->next = 0;
	for (int i = g_rand_int_range(rand, 0, 4); i > 0; i--) {
		struct warden_indicator *indicator =
			g_new0(struct warden_indicator, 1);

		indicator->kind = (enum warden_known_kind)
			g_rand_int_range(rand, 0, 4);
		indicator->value = random_value(rand, indicator->kind);
		indicator->threat = PICK(rand, threats);
		g_ptr_array_add(list->values, indicator);
	}
}

static int next_value(void *context, struct warden_indicator *indicator,
		      char **error_r)
{
	struct list *list = context;

	if (list->next == list->values->len)
		return 0;
	*indicator = *(struct warden_indicator *)
		list->values->pdata[list->next++];
	return 1;
}

/* --- what look-ups say, by message ---------------------------------------------- */

struct answers {
	struct warden_store *store;
	GString *text;
};

static void add_answer(struct answers *answers, enum warden_known_kind kind,
		       const char *value)
{
	struct warden_known_hit hit;

	if (warden_store_known(answers->store, kind, value, &hit) > 0)
		g_string_append_printf(answers->text, "%d %s %s %s;",
				       hit.allow, hit.feed, hit.value,
				       hit.threat);
	g_string_append_c(answers->text, '\n');
}

static void add_sender(struct answers *answers, const char *address)
{
	g_autofree char *lower = g_utf8_strdown(address, -1);

	if (strchr(lower, '@') != NULL)
		add_answer(answers, WARDEN_KNOWN_SENDER, lower);
}

/* All that checks/list.c would ask. */
static char *ask_all(struct warden_store *store,
		     const struct warden_facts *facts, const char *envelope)
{
	struct answers answers = { store, g_string_new(NULL) };
	const struct warden_part *part = facts->parts->pdata[0];
	g_autoptr(GString) hex = g_string_new(NULL);

	for (gsize i = 0; i < WARDEN_SHA256_SIZE; i++)
		g_string_append_printf(hex, "%02x", part->sha256[i]);
	add_answer(&answers, WARDEN_KNOWN_SHA256, hex->str);
	for (guint i = 0; i < facts->urls->len; i++) {
		const struct warden_url *url = facts->urls->pdata[i];
		g_autofree char *normal = warden_url_normalise(url->url);

		add_answer(&answers, WARDEN_KNOWN_URL, normal);
		add_answer(&answers, WARDEN_KNOWN_HOST, url->host);
	}
	for (guint i = 0; i < facts->header.from->len; i++)
		add_sender(&answers, ((struct warden_address *)
				      facts->header.from->pdata[i])->address);
	add_sender(&answers, ((struct warden_address *)
			      facts->header.reply_to->pdata[0])->address);
	if (facts->header.sender != NULL)
		add_sender(&answers, facts->header.sender->address);
	add_sender(&answers, facts->header.return_path);
	add_sender(&answers, envelope);
	return g_string_free(answers.text, FALSE);
}

static gint64 generation_of(struct fixture *f, const guint8 *key)
{
	g_autoptr(GString) sql = g_string_new("SELECT coalesce((SELECT "
		"generation FROM affected WHERE key = x'");

	for (int i = 0; i < 16; i++)
		g_string_append_printf(sql, "%02x", key[i]);
	g_string_append(sql, "'), 0)");
	return count(f->path, sql->str);
}

struct mail {
	struct warden_scan_result *result;
	const char *envelope;
	char *before;
};

static void record_mail(struct fixture *f, struct mail *mail)
{
	struct warden_delivery delivery = to_anna;
	char *error = NULL;
	guint64 id;

	delivery.sender = mail->envelope;
	if (warden_store_record_scan(f->store, mail->result, &epoch_1,
				     &delivery, &id, &error) < 0)
		g_error("%s", error);
}

/* One change, of one of two feeds, now and then of another sort. */
static void change_lists(struct fixture *f, GRand *rand)
{
	static const char *const names[] = { "one", "two" };
	const char *name = PICK(rand, names);
	struct list list;
	guint64 n;
	char *error = NULL;
	int ret;

	if (g_rand_int_range(rand, 0, 5) == 0) {
		ret = warden_store_feed_remove(f->store, name, &error);
	} else {
		const struct warden_feed_import feed = {
			.name = name, .source = "f", .next = next_value,
			.allow = g_rand_int_range(rand, 0, 3) == 0,
			.context = &list,
		};

		random_list(rand, &list);
		ret = warden_store_feed_replace(f->store, &feed, &n, &error);
		g_ptr_array_unref(list.values);
	}
	if (ret < 0)
		g_error("%s", error);
}

static void test_random(struct fixture *f, const void *data)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(
		(guint32)g_test_rand_int());
	struct mail mails[MESSAGES];
	guint changed = 0, noted = 0;

	for (guint32 n = 0; n < MESSAGES; n++) {
		mails[n] = (struct mail){
			random_message(rand, n), PICK(rand, addresses), NULL
		};
		record_mail(f, &mails[n]);
	}
	for (int round = 0; round < ROUNDS; round++) {
		gint64 old = count(f->path, "SELECT value FROM meta WHERE "
				   "key = 'list_generation'");

		for (guint n = 0; n < MESSAGES; n++)
			mails[n].before = ask_all(f->store,
				mails[n].result->facts, mails[n].envelope);
		change_lists(f, rand);
		for (guint n = 0; n < MESSAGES; n++) {
			g_autofree char *after = ask_all(f->store,
				mails[n].result->facts, mails[n].envelope);
			bool is_noted = generation_of(f,
				mails[n].result->facts->key) > old;

			if (strcmp(mails[n].before, after) != 0) {
				changed++;
				g_assert_true(is_noted);
			}
			noted += is_noted;
			g_free(mails[n].before);
		}
	}
	/* neither nothing nor everything */
	g_test_message("%u changed, %u noted of %u", changed, noted,
		       MESSAGES * ROUNDS);
	g_assert_cmpuint(changed, >, 0);
	g_assert_cmpuint(noted, <, MESSAGES * ROUNDS * 3 / 4);
	for (guint n = 0; n < MESSAGES; n++)
		free_result(mails[n].result);
}

/* --- single cases -------------------------------------------------------------- */

static int next_row(void *context, struct warden_indicator *indicator,
		    char **error_r)
{
	const struct warden_indicator **row = context;

	if ((*row)->value == NULL)
		return 0;
	*indicator = *(*row)++;
	return 1;
}

static void import(struct warden_store *store,
		   const struct warden_indicator *rows)
{
	const struct warden_feed_import feed = {
		.name = "feed", .source = "f", .next = next_row,
		.context = &rows,
	};
	char *error = NULL;
	guint64 n;

	if (warden_store_feed_replace(store, &feed, &n, &error) < 0)
		g_error("%s", error);
}

static gint64 count_noted(struct fixture *f)
{
	return count(f->path, "SELECT count(*) FROM affected WHERE "
		     "generation = (SELECT value FROM meta WHERE "
		     "key = 'list_generation')");
}

/* Only the difference counts. */
static void test_difference(struct fixture *f, const void *data)
{
	const struct warden_indicator first[] = {
		{ WARDEN_KNOWN_HOST, "a.example", "x" },
		{ WARDEN_KNOWN_HOST, "b.example", "x" },
		{ WARDEN_KNOWN_HOST, NULL, NULL },
	};
	const struct warden_indicator second[] = {
		{ WARDEN_KNOWN_HOST, "a.example", "x" },
		{ WARDEN_KNOWN_HOST, "c.example", "x" },
		{ WARDEN_KNOWN_HOST, NULL, NULL },
	};
	const struct warden_indicator third[] = {
		{ WARDEN_KNOWN_HOST, "a.example", "y" },
		{ WARDEN_KNOWN_HOST, "c.example", "x" },
		{ WARDEN_KNOWN_HOST, NULL, NULL },
	};
	char *error = NULL;

	record(f->store, 1);
	import(f->store, first);
	g_assert_cmpint(count_noted(f), ==, 1);
	import(f->store, first);
	g_assert_cmpint(count_noted(f), ==, 0);
	import(f->store, second);
	g_assert_cmpint(count_noted(f), ==, 0);
	/* another word for the threat stands in the finding */
	import(f->store, third);
	g_assert_cmpint(count_noted(f), ==, 1);
	g_assert_cmpint(warden_store_feed_remove(f->store, "feed", &error), ==,
			1);
	g_assert_cmpint(count_noted(f), ==, 1);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM affected"), ==,
			1);
}

/* The hash of nothing is what many parts have, and no check asks for it. */
static void test_empty_part(struct fixture *f, const void *data)
{
	const struct warden_indicator rows[] = {
		{ WARDEN_KNOWN_SHA256,
		  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b"
		  "7852b855", "" },
		{ WARDEN_KNOWN_HOST, NULL, NULL },
	};
	struct warden_scan_result *result = make_result(1);
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	struct mail mail = { result, "", NULL };
	gsize size = WARDEN_SHA256_SIZE;

	g_checksum_get_digest(sum, ((struct warden_part *)
				    result->facts->parts->pdata[0])->sha256,
			      &size);
	record_mail(f, &mail);
	import(f->store, rows);
	g_assert_cmpint(count_noted(f), ==, 0);
	free_result(result);
}

/* A scan that asked the old lists and commits when the new are in force. */
static void test_overtaken(struct fixture *f, const void *data)
{
	const struct warden_indicator none[] = {
		{ WARDEN_KNOWN_HOST, NULL, NULL },
	};
	struct warden_scan_result *result = make_result(1);
	struct warden_stored_message *message;
	struct warden_epoch before, late;
	char *error = NULL;
	guint64 id;

	g_assert_cmpint(warden_store_epoch(f->store, 1, &before, &error), ==,
			1);
	g_assert_cmpuint(before.lists, >, 0);
	late = before;
	g_assert_cmpint(warden_store_record_scan(f->store, result, &late,
		&to_anna, &id, &error), ==, 1);
	g_assert_cmpuint(late.lists, ==, before.lists);
	import(f->store, none);
	/* the worse stays, but as stale */
	result->judgement.verdict = WARDEN_VERDICT_CLEAN;
	result->facts->key[0]++;
	g_assert_cmpint(warden_store_record_scan(f->store, result, &late,
		&to_anna, &id, &error), ==, 1);
	g_assert_cmpuint(late.lists, ==, 0);
	g_assert_cmpuint(late.rules, ==, before.rules);
	g_assert_cmpint(warden_store_lookup_message(f->store,
		result->facts->key, 32, &message, &error), ==, 1);
	g_assert_cmpuint(message->epoch.lists, ==, 0);
	warden_stored_message_free(message);
	free_result(result);
}

/* New values of a message that is known already. */
static void test_new_sender(struct fixture *f, const void *data)
{
	const struct warden_indicator rows[] = {
		{ WARDEN_KNOWN_SENDER, "@late.example", "" },
		{ WARDEN_KNOWN_HOST, NULL, NULL },
	};
	struct mail mail = { make_result(1), "ben@early.example", NULL };

	record_mail(f, &mail);
	mail.envelope = "Eve@Late.example";
	record_mail(f, &mail);
	record_mail(f, &mail);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM senders"), ==, 3);
	import(f->store, rows);
	g_assert_cmpint(count_noted(f), ==, 1);
	/* newer rules read the rest again, and keep who sent it before */
	struct warden_epoch newer = { 2, 0 };
	guint64 id;
	char *error = NULL;

	g_assert_cmpint(warden_store_record_scan(f->store, mail.result, &newer,
		&to_anna, &id, &error), ==, 1);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM senders"), ==, 4);
	free_result(mail.result);
}

/* Likewise by a FETCH, which adds no delivery to find the message by. */
static void test_grown(struct fixture *f, const void *data)
{
	struct warden_delivery fetch = to_anna;
	struct warden_scan_result *result = make_result(1);
	struct warden_epoch newer = { 2, 0 };
	char *error = NULL;
	guint64 id;

	record(f->store, 1);
	fetch.operation = WARDEN_OPERATION_FETCH;
	for (guint32 importing = 0; importing < 2; importing++) {
		g_autofree char *sql = g_strdup_printf("UPDATE meta SET "
			"value = %u WHERE key = 'importing'", importing);

		execute(f->path, sql);
		/* the second time nothing is new: the same rules */
		g_assert_cmpint(warden_store_record_scan(f->store, result,
			&newer, &fetch, &id, &error), ==, 1);
		newer.rules++;
		g_assert_cmpint(warden_store_record_scan(f->store, result,
			&newer, &fetch, &id, &error), ==, 1);
		g_assert_cmpint(count(f->path, "SELECT count(*) FROM affected "
				      "WHERE generation = 1 + (SELECT value "
				      "FROM meta WHERE key = "
				      "'list_generation')"), ==, importing);
	}
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM deliveries"), ==,
			1);
	free_result(result);
}

/* More than the epoch file can tell: complete_since speaks for them. */
static void test_full(struct fixture *f, const void *data)
{
	const struct warden_indicator rows[] = {
		{ WARDEN_KNOWN_HOST, "a.example", "x" },
		{ WARDEN_KNOWN_HOST, NULL, NULL },
	};
	gint64 generation = count(f->path, "SELECT value FROM meta WHERE "
				  "key = 'list_generation'");

	record(f->store, 1);
	g_autofree char *fill = g_strdup_printf(
		"UPDATE meta SET value = value - 10 WHERE key = "
		"'complete_since'; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
		"SELECT i + 1 FROM n WHERE i < 2000000) INSERT INTO affected "
		"SELECT CAST(printf('%%016d', i) AS BLOB), %" G_GINT64_FORMAT
		" - i / 200001 FROM n", generation);
	execute(f->path, fill);
	import(f->store, rows);
	/* the newest generations that fit in half of it, and ours */
	g_assert_cmpint(count(f->path, "SELECT value FROM meta WHERE "
			      "key = 'complete_since'"), ==, generation - 4);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM affected"), <=,
			1000001);
	g_assert_cmpint(count(f->path, "SELECT min(generation) FROM "
			      "affected"), ==, generation - 3);
	g_assert_cmpint(count_noted(f), ==, 1);
}

int main(int argc, char **argv)
{
	static const struct store_test tests[] = {
		{ "/store/affected/random", test_random },
		{ "/store/affected/difference", test_difference },
		{ "/store/affected/empty-part", test_empty_part },
		{ "/store/affected/overtaken", test_overtaken },
		{ "/store/affected/new-sender", test_new_sender },
		{ "/store/affected/grown", test_grown },
		{ "/store/affected/full", test_full },
	};

	return run_store_tests(argc, argv, tests, G_N_ELEMENTS(tests));
}
