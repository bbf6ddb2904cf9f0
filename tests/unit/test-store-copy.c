/* What was found for one recipient, beside what holds for everybody. */

#include "warden-config.h"

#include "store-fixture.h"

#include "sql/store-journal.h"

#include <string.h>

static struct warden_finding *make_finding(const char *symbol, double score,
					   const char *detail)
{
	struct warden_finding *finding = g_new0(struct warden_finding, 1);

	finding->symbol = symbol;
	finding->family = "history";
	finding->technique = "";
	finding->score = score;
	finding->detail = g_strdup(detail);
	finding->part = g_strdup("");
	return finding;
}

/* Message 1 for somebody: everybody's findings are SENDER_DISPOSABLE 2 and
   AUTH_PASS 0; mine says what else. */
struct person {
	struct warden_scan_result *result;
	struct warden_scan_shared shared;
};

static void person_init(struct person *person, double disposable,
			const char *mine)
{
	struct warden_scan_result *result = make_result(1);

	memset(person, 0, sizeof(*person));
	person->result = result;
	person->shared.findings = g_ptr_array_new_with_free_func(
		(GDestroyNotify)warden_finding_free);
	g_ptr_array_add(person->shared.findings,
			make_finding("SENDER_DISPOSABLE", 2.0, "x"));
	g_ptr_array_add(person->shared.findings,
			make_finding("AUTH_PASS", 0.0, "y"));
	person->shared.judgement.verdict = WARDEN_VERDICT_CLEAN;
	person->shared.judgement.score = 2.0;
	person->shared.reason = (char *)"";
	result->shared = &person->shared;
	g_ptr_array_set_size(result->findings, 0);
	if (disposable >= 0.0)
		g_ptr_array_add(result->findings,
				make_finding("SENDER_DISPOSABLE", disposable,
					     "x"));
	g_ptr_array_add(result->findings, make_finding("AUTH_PASS", 0.0, "y"));
	if (mine != NULL)
		g_ptr_array_add(result->findings,
				make_finding(mine, 10.0, "mine"));
	result->judgement.score = MAX(disposable, 0.0) +
		(mine != NULL ? 10.0 : 0.0);
	result->judgement.verdict = mine != NULL ? WARDEN_VERDICT_SPAM :
		WARDEN_VERDICT_CLEAN;
	g_free(result->reason);
	result->reason = g_strdup(mine != NULL ? "You do not want it." : "");
}

static void person_clear(struct person *person)
{
	g_ptr_array_unref(person->shared.findings);
	person->result->shared = NULL;
	free_result(person->result);
}

static struct warden_delivery delivery_for(const char *user, gint64 time,
					   const struct person *person)
{
	struct warden_delivery delivery = to_anna;

	delivery.user = user;
	delivery.time = time;
	delivery.verdict = person->result->judgement.verdict;
	return delivery;
}

static guint64 record_person(struct fixture *f, const char *user, gint64 time,
			     double disposable, const char *mine)
{
	struct person person;
	guint64 id;
	char *error = NULL;

	person_init(&person, disposable, mine);
	struct warden_delivery delivery = delivery_for(user, time, &person);

	if (warden_store_record_scan(f->store, person.result, &epoch_1,
				     &delivery, &id, &error) < 0)
		g_error("%s", error);
	person_clear(&person);
	return id;
}

static struct warden_stored_message *lookup(struct fixture *f)
{
	struct warden_scan_result *result = make_result(1);
	struct warden_stored_message *message = NULL;
	char *error = NULL;

	g_assert_cmpint(warden_store_lookup_message(
		f->store, result->facts->key, WARDEN_SHA256_SIZE, &message,
		&error), ==, 1);
	free_result(result);
	return message;
}

static char *text_of(const GPtrArray *findings)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < findings->len; i++) {
		const struct warden_finding *finding = findings->pdata[i];

		g_string_append_printf(text, "%s%s=%g", i > 0 ? " " : "",
				       finding->symbol, finding->score);
	}
	return g_string_free(text, FALSE);
}

static void assert_copy(struct fixture *f, const char *user,
			const char *findings, enum warden_verdict verdict,
			double score, const char *reason)
{
	struct warden_stored_message *message = lookup(f);
	struct warden_stored_copy *copy = NULL;
	char *error = NULL;

	g_assert_cmpint(warden_store_lookup_copy(f->store, message, user, 1,
						 &copy, &error), ==, 1);
	g_autofree char *text = text_of(copy->findings);
	g_assert_cmpstr(text, ==, findings);
	g_assert_cmpint(copy->verdict, ==, verdict);
	g_assert_cmpfloat(copy->score, ==, score);
	g_assert_cmpstr(copy->reason, ==, reason);
	warden_stored_copy_free(copy);
	/* and what is everybody's, still is */
	g_autofree char *shared = text_of(message->findings);
	g_assert_cmpstr(shared, ==, "SENDER_DISPOSABLE=2 AUTH_PASS=0");
	g_assert_cmpint(message->verdict, ==, WARDEN_VERDICT_CLEAN);
	warden_stored_message_free(message);
}

static void test_two(struct fixture *f, const void *data)
{
	struct warden_stored_message *message;
	struct warden_stored_copy *copy = NULL;
	char *error = NULL;

	record_person(f, "anna", 1, 2.0, "OWN_DENIED");
	record_person(f, "zoe", 2, 1.0, NULL);
	record_person(f, "max", 3, -1.0, NULL);
	record_person(f, "plain", 4, 2.0, NULL);
	assert_copy(f, "anna", "OWN_DENIED=10 SENDER_DISPOSABLE=2 AUTH_PASS=0",
		    WARDEN_VERDICT_SPAM, 12.0, "You do not want it.");
	/* damped, not there at all, the same as everybody */
	assert_copy(f, "zoe", "SENDER_DISPOSABLE=1 AUTH_PASS=0",
		    WARDEN_VERDICT_CLEAN, 1.0, "");
	assert_copy(f, "max", "AUTH_PASS=0", WARDEN_VERDICT_CLEAN, 0.0, "");
	assert_copy(f, "plain", "SENDER_DISPOSABLE=2 AUTH_PASS=0",
		    WARDEN_VERDICT_CLEAN, 2.0, "");
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM delivery_findings"
			      " WHERE delivery_id = 4"), ==, 0);
	message = lookup(f);
	g_assert_cmpint(warden_store_lookup_copy(f->store, message, "nobody",
						 0, &copy, &error), ==, 0);
	/* by other rules */
	g_assert_cmpint(warden_store_lookup_copy(f->store, message, "anna", 2,
						 &copy, &error), ==, 0);
	warden_stored_message_free(message);
	/* what scripts see */
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM recent_verdicts "
		"WHERE score = 12 AND symbols LIKE '%OWN_DENIED%' "
		"AND user = 'anna'"), ==, 1);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM recent_verdicts "
		"WHERE symbols LIKE '%OWN_DENIED%'"), ==, 1);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM copy_findings"),
			==, 3 + 2 + 1 + 2);
}

/* Judged again: the row is the same, and nothing of the old verdict is left. */
static void test_again(struct fixture *f, const void *data)
{
	guint64 id = record_person(f, "anna", 1, 2.0, "OWN_DENIED"), again;
	struct person person;
	struct warden_place place = {
		.delivery_id = id, .mailbox = "INBOX",
		.mailbox_guid = (const guint8 *)"0123456789abcdef",
		.uid_validity = 1, .uid = 2, .guid = "g",
	};
	char *error = NULL;

	g_assert_cmpint(warden_store_place(f->store, &place, &error), ==, 1);
	person_init(&person, 2.0, NULL);
	struct warden_delivery delivery = delivery_for("anna", 9, &person);
	delivery.operation = WARDEN_OPERATION_FETCH;
	delivery.stands = &place;
	delivery.result = person.result;
	delivery.rules = 1;
	g_assert_cmpint(warden_store_record_delivery(
		f->store, person.result->facts->key, &delivery, &again,
		&error), ==, 1);
	person_clear(&person);
	g_assert_cmpuint(again, ==, id);
	assert_copy(f, "anna", "SENDER_DISPOSABLE=2 AUTH_PASS=0",
		    WARDEN_VERDICT_CLEAN, 2.0, "");
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM "
			      "delivery_findings"), ==, 0);
}

/* A copy that we moved has what its old place had. */
static void test_moved(struct fixture *f, const void *data)
{
	struct person person;
	struct warden_moved moved = {
		.key_size = WARDEN_SHA256_SIZE, .comment = "",
		.place = { .mailbox = "Quarantine", .uid_validity = 1,
			   .uid = 1, .guid = "",
			   .mailbox_guid = (const guint8 *)"qqqqqqqqqqqqqqqq" },
	};
	guint64 id;
	char *error = NULL;

	record_person(f, "zoe", 1, 1.0, NULL);
	record_person(f, "anna", 2, 2.0, "OWN_DENIED");
	person_init(&person, 2.0, NULL);
	struct warden_delivery delivery = delivery_for("anna", 3, &person);
	delivery.operation = WARDEN_OPERATION_PULL;
	moved.delivery = &delivery;
	moved.key = person.result->facts->key;
	g_assert_cmpint(warden_store_moved(f->store, &moved, &id, &error), ==,
			1);
	person_clear(&person);
	g_assert_cmpuint(id, ==, 3);
	assert_copy(f, "anna", "OWN_DENIED=10 SENDER_DISPOSABLE=2 AUTH_PASS=0",
		    WARDEN_VERDICT_CLEAN, 12.0, "You do not want it.");
}

/* With all of it through the journal. */
static void test_journal(struct fixture *f, const void *data)
{
	g_autofree char *path = g_build_filename(f->dir, "journal", NULL);
	struct warden_journal *journal = warden_journal_new(path, 1 << 20);
	struct person person;
	guint dropped;
	char *error = NULL;

	person_init(&person, 1.0, "OWN_DENIED");
	struct warden_delivery delivery = delivery_for("anna", 1, &person);
	delivery.sent = TRUE;
	g_ptr_array_add(person.result->facts->header.to,
			warden_address_new("", "carl@example.com"));
	g_assert_cmpint(warden_journal_append(
		journal, person.result, &epoch_1, person.result->facts->key,
		&delivery, &error), ==, 1);
	person_clear(&person);
	g_assert_cmpint(warden_journal_replay(journal, f->store, 10, &dropped,
					      &error), ==, 1);
	g_assert_cmpuint(dropped, ==, 0);
	assert_copy(f, "anna", "OWN_DENIED=10 SENDER_DISPOSABLE=1 AUTH_PASS=0",
		    WARDEN_VERDICT_SPAM, 11.0, "You do not want it.");
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM written"), ==, 1);
	warden_journal_free(&journal);
}

int main(int argc, char **argv)
{
	static const struct store_test tests[] = {
		{ "/store-copy/two", test_two },
		{ "/store-copy/again", test_again },
		{ "/store-copy/moved", test_moved },
		{ "/store-copy/journal", test_journal },
	};

	return run_store_tests(argc, argv, tests, G_N_ELEMENTS(tests));
}
