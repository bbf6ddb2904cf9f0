/* Where mail stands: expunged, renamed, moved by us, and who has what. */

#include "warden-config.h"

#include "store-fixture.h"

#include <string.h>

static const guint8 inbox[WARDEN_GUID_SIZE] = { 1, 2, 3 };
static const guint8 quarantine[WARDEN_GUID_SIZE] = { 4, 5, 6 };

static guint64 record_for(struct warden_store *store, guint32 number,
			  const char *user, guint32 uid)
{
	struct warden_scan_result *result = make_result(number);
	struct warden_delivery delivery = to_anna;
	struct warden_place place = {
		.mailbox = "INBOX", .mailbox_guid = inbox,
		.uid_validity = 7, .uid = uid, .guid = "g",
	};
	char *error = NULL;

	delivery.user = user;
	g_assert_cmpint(warden_store_record_scan(store, result, &epoch_1,
		&delivery, &place.delivery_id, &error), ==, 1);
	free_result(result);
	if (uid != 0)
		g_assert_cmpint(warden_store_place(store, &place, &error), ==,
				1);
	return place.delivery_id;
}

static gint64 count_state(struct fixture *f, int state)
{
	g_autofree char *sql = g_strdup_printf(
		"SELECT count(*) FROM deliveries WHERE state = %d", state);

	return count(f->path, sql);
}

/* --- placed ------------------------------------------------------------------ */

/* A rescan of what stands there updates its row; where nothing stood, it is a
   row of its own. */
static void test_rescan(struct fixture *f, const void *data)
{
	static const struct {
		guint32 number, uid;
		gint64 rows, flagged;
	} rescans[] = {
		{ 1, 1, 2, 1 }, { 1, 1, 2, 1 }, { 1, 2, 2, 2 },
		{ 2, 8, 3, 3 }, { 1, 9, 4, 4 },
	};
	struct warden_delivery delivery = to_anna;

	record_for(f->store, 1, "anna", 1);
	record_for(f->store, 1, "anna", 2);
	delivery.operation = WARDEN_OPERATION_RESCAN;
	delivery.verdict = WARDEN_VERDICT_SPAM;
	delivery.action = WARDEN_ACTION_FLAG;
	for (gsize i = 0; i < G_N_ELEMENTS(rescans); i++) {
		struct warden_scan_result *result =
			make_result(rescans[i].number);
		struct warden_place place = {
			.mailbox = "INBOX", .mailbox_guid = inbox,
			.uid_validity = 7, .uid = rescans[i].uid, .guid = "g",
		};
		guint64 id;
		char *error = NULL;

		delivery.stands = &place;
		g_assert_cmpint(warden_store_record_scan(
			f->store, result, &epoch_1, &delivery, &id, &error),
			==, 1);
		free_result(result);
		g_assert_cmpint(count_state(f, 1), ==, rescans[i].rows);
		g_assert_cmpint(count(f->path, "SELECT count(*) FROM "
			"deliveries WHERE action = 2 AND verdict = 3"), ==,
			rescans[i].flagged);
	}
	g_assert_cmpint(count_state(f, 0), ==, 0);
}

/* --- gone, renamed ------------------------------------------------------------ */

static void test_gone(struct fixture *f, const void *data)
{
	static const struct warden_uid_range uids[] = { { 2, 3 }, { 5, 5 } };
	guint64 n;
	char *error = NULL;

	for (guint32 uid = 1; uid <= 6; uid++)
		record_for(f->store, 1, "anna", uid);
	record_for(f->store, 1, "anna", 0);
	g_assert_cmpint(warden_store_gone(f->store, inbox, 8, uids, 2, &n,
					  &error), ==, 1);
	g_assert_cmpuint(n, ==, 0);
	g_assert_cmpint(warden_store_gone(f->store, quarantine, 7, uids, 2, &n,
					  &error), ==, 1);
	g_assert_cmpuint(n, ==, 0);
	g_assert_cmpint(warden_store_gone(f->store, inbox, 7, uids, 2, &n,
					  &error), ==, 1);
	g_assert_cmpuint(n, ==, 3);
	g_assert_cmpint(count(f->path, "SELECT group_concat(uid) = '1,4,6' "
			      "FROM deliveries WHERE state = 1"), ==, 1);
	g_assert_cmpint(warden_store_gone(f->store, inbox, 0, NULL, 0, &n,
					  &error), ==, 1);
	g_assert_cmpuint(n, ==, 3);
	g_assert_cmpint(count_state(f, 3), ==, 6);
	g_assert_cmpint(count_state(f, 0), ==, 1);
}

/* More rows than one transaction takes. */
static void test_large(struct fixture *f, const void *data)
{
	guint64 n;
	char *error = NULL;

	for (guint32 uid = 1; uid <= 1100; uid++)
		record_for(f->store, 1, uid % 2 == 0 ? "anna" : "ben", uid);
	g_assert_cmpint(warden_store_renamed(f->store, inbox, "anna", "Old",
					     &n, &error), ==, 1);
	g_assert_cmpuint(n, ==, 550);
	g_assert_cmpint(warden_store_renamed(f->store, inbox, "anna", "Old",
					     &n, &error), ==, 1);
	g_assert_cmpuint(n, ==, 0);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM deliveries d "
			      "JOIN users u ON u.id = user_id WHERE "
			      "u.name = 'anna' AND mailbox = 'Old'"), ==, 550);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM deliveries "
			      "WHERE mailbox = 'INBOX'"), ==, 550);
	g_assert_cmpint(warden_store_gone(f->store, inbox, 0, NULL, 0, &n,
					  &error), ==, 1);
	g_assert_cmpuint(n, ==, 1100);
}

/* --- moved ------------------------------------------------------------------ */

struct move {
	struct warden_delivery delivery;
	struct warden_moved moved;
	guint8 key[WARDEN_SHA256_SIZE];
};

static void move_init(struct move *move, enum warden_operation operation,
		      guint32 origin_uid, guint32 uid)
{
	struct warden_scan_result *result = make_result(1);

	memset(move, 0, sizeof(*move));
	memcpy(move->key, result->facts->key, sizeof(move->key));
	free_result(result);
	move->delivery = to_anna;
	move->delivery.operation = operation;
	move->delivery.actor = "root";
	move->delivery.sender = "";
	move->moved = (struct warden_moved){
		.key = move->key, .key_size = 16, .delivery = &move->delivery,
		.origin_guid = inbox, .origin_uid_validity = 7,
		.origin_uid = origin_uid,
		.place = {
			.mailbox = "Quarantine", .mailbox_guid = quarantine,
			.uid_validity = 9, .uid = uid, .guid = "q",
		},
		.comment = "why",
	};
}

static guint64 do_move(struct fixture *f, const struct move *move)
{
	guint64 id = 0;
	char *error = NULL;

	g_assert_cmpint(warden_store_moved(f->store, &move->moved, &id,
					   &error), ==, 1);
	g_assert_cmpuint(id, !=, 0);
	return id;
}

static int is_pulled(struct fixture *f, const struct move *move,
		     const char *user)
{
	char *error = NULL;

	return warden_store_is_pulled(f->store, move->key, 32, user, &error);
}

static void test_moved(struct fixture *f, const void *data)
{
	struct move move;
	guint64 first;

	record_for(f->store, 1, "anna", 5);
	move_init(&move, WARDEN_OPERATION_FETCH, 5, 1);
	first = do_move(f, &move);
	/* told twice */
	g_assert_cmpuint(do_move(f, &move), ==, first);
	g_assert_cmpint(count_state(f, 1), ==, 1);
	g_assert_cmpint(count_state(f, 3), ==, 1);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM recent_verdicts "
			      "WHERE state = 'stored' AND operation = 'fetch' "
			      "AND verdict = 'malware' AND action = "
			      "'quarantine' AND mailbox = 'Quarantine' AND "
			      "uid = 1 AND sender = 'ben@y'"), ==, 1);
	/* the gate's are nobody's deeds */
	g_assert_cmpint(is_pulled(f, &move, "anna"), ==, 0);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM audit"), ==, 0);
}

/* An unknown origin, message or place is no reason to know nothing. */
static void test_moved_unknown(struct fixture *f, const void *data)
{
	struct move move;

	move_init(&move, WARDEN_OPERATION_RESCAN, 5, 1);
	do_move(f, &move);
	move.moved.key_size = 0;
	move.moved.origin_guid = NULL;
	move.moved.place.mailbox_guid = NULL;
	do_move(f, &move);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM deliveries WHERE "
			      "state = 1 AND message_id IS NULL AND "
			      "verdict = 0"), ==, 2);
}

/* The origin's row says which message it is when no key does. */
static void test_moved_without_key(struct fixture *f, const void *data)
{
	struct move move;

	record_for(f->store, 1, "anna", 5);
	move_init(&move, WARDEN_OPERATION_RESCAN, 5, 1);
	move.moved.key_size = 0;
	do_move(f, &move);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM deliveries WHERE "
			      "state = 1 AND message_id = 1"), ==, 1);
}

static void test_pull_and_restore(struct fixture *f, const void *data)
{
	struct move pull, restore;
	guint64 id;
	char *error = NULL;

	record_for(f->store, 1, "anna", 5);
	move_init(&pull, WARDEN_OPERATION_PULL, 5, 1);
	g_assert_cmpint(warden_store_release(f->store, pull.key, 32, "anna",
		FALSE, "anna", "", NULL, &id, &error), ==, 1);
	do_move(f, &pull);
	g_assert_cmpint(is_pulled(f, &pull, "anna"), ==, 1);
	g_assert_cmpint(is_pulled(f, &pull, "ben"), ==, 0);
	/* her own release ended with it */
	g_assert_cmpint(warden_store_is_released(f->store, pull.key, 32,
						 "anna", &error), ==, 0);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM audit WHERE "
			      "what = 'pull' AND actor = 'root' AND "
			      "comment = 'why' AND object LIKE '% of anna'"),
			==, 1);
	move_init(&restore, WARDEN_OPERATION_RESTORE, 1, 8);
	restore.moved.origin_guid = quarantine;
	restore.moved.origin_uid_validity = 9;
	restore.moved.place.mailbox = "INBOX";
	restore.moved.place.mailbox_guid = inbox;
	restore.moved.place.uid_validity = 7;
	do_move(f, &restore);
	g_assert_cmpint(is_pulled(f, &pull, "anna"), ==, 0);
	g_assert_cmpint(count(f->path, "SELECT count(*) FROM recent_verdicts "
			      "WHERE state = 'stored' AND operation = "
			      "'restore' AND action = 'allow' AND mailbox = "
			      "'INBOX' AND uid = 8"), ==, 1);
	g_assert_cmpint(count_state(f, 1), ==, 1);
	g_assert_cmpint(count_state(f, 3), ==, 2);
}

static void test_admin_frees(struct fixture *f, const void *data)
{
	struct move move;
	guint64 id;
	char *error = NULL;

	move_init(&move, WARDEN_OPERATION_PULL, 5, 1);
	do_move(f, &move);
	g_assert_cmpint(warden_store_release(f->store, move.key, 32, "anna",
		FALSE, "anna", "", NULL, &id, &error), ==, 1);
	g_assert_cmpint(is_pulled(f, &move, "anna"), ==, 1);
	g_assert_cmpint(warden_store_release(f->store, move.key, 32, "anna",
		FALSE, "root", "", NULL, &id, &error), ==, 1);
	g_assert_cmpint(is_pulled(f, &move, "anna"), ==, 0);
	move.moved.place.uid = 2;
	do_move(f, &move);
	g_assert_cmpint(warden_store_release(f->store, move.key, 32, "",
		TRUE, "root", "", NULL, &id, &error), ==, 1);
	g_assert_cmpint(is_pulled(f, &move, "anna"), ==, 0);
}

/* --- hunt --------------------------------------------------------------------- */

struct page {
	GString *text;
	guint left;
};

static bool add_hit(const struct warden_hit *hit, void *context)
{
	struct page *page = context;

	if (page->left == 0)
		return FALSE;
	page->left--;
	if (hit->action == WARDEN_ACTION_NONE)
		g_string_append_printf(page->text, "%s;", hit->user);
	else
		g_string_append_printf(page->text, "%s:%u:%d;", hit->user,
				       hit->uid, hit->mailbox_guid != NULL);
	return TRUE;
}

static char *hunt(struct fixture *f, const char *query, const char *user,
		  bool gone, guint page_size)
{
	struct page page = { g_string_new(NULL), 0 };
	struct warden_hunt *wanted;
	guint64 cursor = 0;
	char *error = NULL;

	if (warden_hunt_parse(query, &wanted, &error) < 0)
		g_error("%s", error);
	wanted->query.gone = gone;
	do {
		page.left = page_size;
		if (warden_store_hunt(f->store, &wanted->query, user, cursor,
				      add_hit, &page, &cursor, &error) < 0)
			g_error("%s", error);
	} while (cursor != 0);
	warden_hunt_free(wanted);
	return g_string_free(page.text, FALSE);
}

#define HASH \
	"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"

#define NEAR \
	"T18F616D5F6101335E31152E29070DA6C26D68FF103D391AC0C1EA1045F66AC3D51" \
	"9FE37"

static void test_hunt(struct fixture *f, const void *data)
{
	static const struct {
		const char *query, *user, *expected;
		bool gone;
	} rows[] = {
		{ "sha256:" HASH, NULL, "anna;ben;", FALSE },
		{ "sha256:" HASH, NULL, "anna;ben;carla;", TRUE },
		{ "sha256:" HASH, "carla", "carla:4:1;", TRUE },
		{ "sha256:" HASH, "anna", "anna:1:1;anna:2:1;anna:0:0;", FALSE },
		{ "sha256:" HASH, "ben", "ben:3:1;", FALSE },
		{ "sha256:" HASH, "carla", "", FALSE },
		{ "sha256:" HASH, "nobody", "", FALSE },
		{ "tlsh:" FIXTURE_FUZZY, NULL, "anna;ben;", FALSE },
		{ "tlsh:" FIXTURE_FUZZY "~0", "ben", "ben:3:1;", FALSE },
		/* 14 from it */
		{ "tlsh:" NEAR, NULL, "anna;ben;", FALSE },
		{ "tlsh:" NEAR "~14", NULL, "anna;ben;", FALSE },
		{ "tlsh:" NEAR "~13", NULL, "", FALSE },
		{ "url:hxxp://a[.]example/x", NULL, "anna;ben;", FALSE },
		{ "url:http://a.example/y", NULL, "", FALSE },
		{ "host:a.example", "ben", "ben:3:1;", FALSE },
		{ "domain:example", NULL, "anna;ben;", FALSE },
		{ "sender:ben@y", NULL, "anna;ben;", FALSE },
		{ "sender:@example.org", "ben", "ben:3:1;", FALSE },
		{ "subject:ubject 1", NULL, "anna;ben;", FALSE },
		{ "subject:Subject 2", NULL, "", FALSE },
		{ "message-id:<id1@x>", NULL, "anna;ben;", FALSE },
		{ "key:01000000abababababababababababab", NULL, "anna;ben;", FALSE },
		{ "key:02000000abababababababababababab", NULL, "", FALSE },
	};
	const struct warden_uid_range four = { 4, 4 };
	guint64 n;
	char *error = NULL;

	record_for(f->store, 1, "anna", 1);
	record_for(f->store, 1, "anna", 2);
	record_for(f->store, 1, "ben", 3);
	record_for(f->store, 1, "anna", 0);
	/* no longer there */
	record_for(f->store, 1, "carla", 4);
	g_assert_cmpint(warden_store_gone(f->store, inbox, 7, &four, 1, &n,
					  &error), ==, 1);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		for (guint size = 1; size < 5; size++) {
			g_autofree char *text = hunt(f, rows[i].query,
						     rows[i].user,
						     rows[i].gone, size);

			g_test_message("row %" G_GSIZE_FORMAT, i);
			g_assert_cmpstr(text, ==, rows[i].expected);
		}
	}
}

static void test_hunt_parse(struct fixture *f, const void *data)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{ "", "no KIND:VALUE" },
		{ "host", "no KIND:VALUE" },
		{ ":x", "none of" },
		{ "hash:x", "\"hash\" is none of" },
		{ "SHA256:" HASH, "none of" },
		{ "host:", "something wanted" },
		{ "sha256:abcd", "sha256:abcd: 64 hexadecimal" },
		{ "sha256:" HASH "00", "64 hexadecimal" },
		{ "sha256:x" HASH, "64 hexadecimal" },
		{ "key:cdcd", "first 32" },
		{ "tlsh:T1", "T1 and 70 hexadecimal" },
		{ "tlsh:" NEAR "0", "T1 and 70 hexadecimal" },
		{ "tlsh:" NEAR "~", "distance" },
		{ "tlsh:" NEAR "~x", "distance" },
		{ "tlsh:" NEAR "~-1", "distance" },
		{ "tlsh:" NEAR "~301", "at most 300" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct warden_hunt *wanted;
		g_autofree char *error = NULL;

		g_test_message("row %" G_GSIZE_FORMAT, i);
		g_assert_cmpint(warden_hunt_parse(rows[i].text, &wanted,
						  &error), ==, -1);
		g_assert_nonnull(strstr(error, rows[i].error));
	}
}

int main(int argc, char **argv)
{
	static const struct store_test tests[] = {
		{ "/store/rescan", test_rescan },
		{ "/store/gone", test_gone },
		{ "/store/gone-large", test_large },
		{ "/store/moved", test_moved },
		{ "/store/moved-unknown", test_moved_unknown },
		{ "/store/moved-without-key", test_moved_without_key },
		{ "/store/pull-and-restore", test_pull_and_restore },
		{ "/store/admin-frees", test_admin_frees },
		{ "/store/hunt", test_hunt },
		{ "/store/hunt-parse", test_hunt_parse },
	};

	return run_store_tests(argc, argv, tests, G_N_ELEMENTS(tests));
}
