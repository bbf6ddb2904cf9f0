/* What the verdict database costs: inserts at several sizes, several writers
   at once, hunts, judging again, lists of indicators imported while mail is
   scanned, the epoch file; bytes a mail.

   usage: bench-store DIRECTORY [MESSAGES [INDICATORS]]

   DIRECTORY/bench.sqlite is filled, made if it is not there, and left there;
   keys of 2,000 messages are left in DIRECTORY/keys. A message has 5 parts, 6
   links and, one time in ten, two findings; one part in five and most hosts
   were seen before, as in real mail. Each copy has one finding of its own
   besides, and half of the mails are from persons. `./run bench store` runs
   it. */

#include "warden-config.h"

#include "sql/store.h"

#include "scanner/protocol/epoch.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WRITERS 4
#define WRITER_SECS 5
/* Between a writer's mails while a list is imported. */
#define PAUSE_USECS 5000
#define SAMPLE 5000
#define SAMPLES_MAX 200000
#define LOOKUPS 2000
#define HUNTS 500

static struct warden_epoch epoch;
static char *epoch_file;

static struct warden_store *open_store(const char *path)
{
	struct warden_store_settings settings = {
		.mode = WARDEN_STORE_WRITE, .commit_msecs = 60000,
		.epoch_file = epoch_file,
	};
	struct warden_store *store = NULL;
	char *error = NULL;

	if (warden_store_open(path, &settings, &store, &error) < 0)
		g_error("%s", error);
	return store;
}

/* --- made-up mail -------------------------------------------------------- */

static guint64 mix(guint64 x)
{
	x += G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * G_GUINT64_CONSTANT(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static void fill_hash(guint8 *hash, guint64 seed)
{
	for (int i = 0; i < 4; i++) {
		guint64 word = mix(seed * 4 + i);

		memcpy(hash + 8 * i, &word, sizeof(word));
	}
}

/* Numbers that come back, small ones more often. */
static guint64 repeated(guint64 seed, guint64 range)
{
	return mix(seed) % (mix(seed + 1) % range + 1);
}

static guint64 part_seed(guint64 number, guint i)
{
	return i == 4 ? repeated(number, 20000) :
		((guint64)1 << 40) + number * 8 + i;
}

static char *host_name(guint64 number, guint i)
{
	guint64 n = repeated(number * 8 + i, 50000);

	return g_strdup_printf("www%" G_GUINT64_FORMAT ".site%"
			       G_GUINT64_FORMAT ".example", n % 3, n);
}

static char *sender_name(guint64 number)
{
	guint64 n = repeated(number, 100000);

	return g_strdup_printf("sender%" G_GUINT64_FORMAT "@mail%"
			       G_GUINT64_FORMAT ".example", n, n % 5000);
}

/* Every second sender is a person: letters only. "" of the others. */
static char *person_name(guint64 number)
{
	guint64 n = repeated(number, 100000);
	GString *name = g_string_new(n % 2 == 0 ? "" : "Anna B");

	for (; name->len > 0 && n > 0; n /= 26)
		g_string_append_c(name, (char)('a' + n % 26));
	return g_string_free(name, FALSE);
}

static char *url_name(guint64 number, guint i)
{
	g_autofree char *host = host_name(number, i);

	return g_strdup_printf("https://%s/read/%" G_GUINT64_FORMAT
			       "/%u?utm=mail", host, number, i);
}

static void finding_free(void *data)
{
	struct warden_finding *finding = data;

	g_free(finding->detail);
	g_free(finding->part);
	g_free(finding);
}

static void add_own_finding(GPtrArray *findings)
{
	struct warden_finding *finding = g_new0(struct warden_finding, 1);

	finding->symbol = "KNOWN_CONTACT";
	finding->family = "history";
	finding->technique = "";
	finding->detail = g_strdup("12 mails from sender1234@mail5.example");
	finding->part = g_strdup("");
	g_ptr_array_add(findings, finding);
}

static void add_finding(GPtrArray *findings, const char *symbol)
{
	struct warden_finding *finding = g_new0(struct warden_finding, 1);

	finding->symbol = symbol;
	finding->family = "link";
	finding->technique = "T1566.002";
	finding->score = 4;
	finding->detail = g_strdup("the text names another host");
	finding->part = g_strdup("1.2");
	g_ptr_array_add(findings, finding);
}

static struct warden_facts *make_facts(guint64 number)
{
	static const char *const paths[] = { "1.1", "1.2", "2", "3", "4" };
	struct warden_facts *facts = warden_facts_new();

	fill_hash(facts->key, number);
	facts->size = 40000;
	g_free(facts->header.subject);
	facts->header.subject = g_strdup_printf("Report %" G_GUINT64_FORMAT
						" of the week", number);
	g_free(facts->header.message_id);
	facts->header.message_id = g_strdup_printf(
		"%016" G_GINT64_MODIFIER "x@mail.example", mix(number));
	g_autofree char *from = sender_name(number);
	g_autofree char *name = person_name(number);
	g_ptr_array_add(facts->header.from, warden_address_new(name, from));
	for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
		struct warden_part *part = warden_facts_add_part(
			facts, paths[i], i < 2 ? "" : "document.pdf");

		g_free(part->declared_type);
		part->declared_type = g_strdup("application/pdf");
		g_free(part->detected_type);
		part->detected_type = g_strdup("application/pdf");
		part->size = 10000;
		fill_hash(part->sha256, part_seed(number, i));
	}
	for (guint i = 0; i < 6; i++) {
		g_autofree char *host = host_name(number, i);
		g_autofree char *url = url_name(number, i);

		warden_facts_add_url(facts, url, host, "Read more", "html",
				     "1.2");
	}
	return facts;
}

static GPtrArray *make_findings(bool bad)
{
	GPtrArray *findings = g_ptr_array_new_with_free_func(finding_free);

	if (bad) {
		add_finding(findings, "LINK_TEXT_MISMATCH");
		add_finding(findings, "LINK_IP_ADDRESS");
	}
	return findings;
}

static struct warden_scan_result *make_result(guint64 number)
{
	struct warden_scan_result *result =
		g_new0(struct warden_scan_result, 1);
	bool bad = number % 10 == 0;

	result->facts = make_facts(number);
	result->findings = make_findings(bad);
	add_own_finding(result->findings);
	result->judgement.verdict = bad ? WARDEN_VERDICT_PHISHING :
		WARDEN_VERDICT_CLEAN;
	result->judgement.action = bad ? WARDEN_ACTION_QUARANTINE :
		WARDEN_ACTION_ALLOW;
	result->judgement.keyword = "";
	result->reason = g_strdup("");
	result->shared = g_new0(struct warden_scan_shared, 1);
	result->shared->findings = make_findings(bad);
	result->shared->judgement = result->judgement;
	result->shared->reason = g_strdup("");
	return result;
}

static void free_result(struct warden_scan_result *result)
{
	warden_facts_free(result->facts);
	g_ptr_array_unref(result->findings);
	g_ptr_array_unref(result->shared->findings);
	g_free(result->shared->reason);
	g_free(result->shared);
	g_free(result->reason);
	g_free(result);
}

/* Returns microseconds of the call alone. */
static gint64 record(struct warden_store *store, guint64 number)
{
	struct warden_scan_result *result = make_result(number);
	g_autofree char *user = g_strdup_printf("user%" G_GUINT64_FORMAT,
						mix(number) % 5000);
	struct warden_delivery delivery = {
		.time = G_GINT64_CONSTANT(1700000000000000) +
			(gint64)number * 1000,
		.user = user, .recipient = user,
		.sender = "bounce@site.example", .service = "lmtp",
		.session = "xVjlCjOZamUjqQAA", .actor = "",
		.mailbox = "INBOX", .origin = "",
		.operation = WARDEN_OPERATION_DELIVER,
		.verdict = result->judgement.verdict,
		.action = result->judgement.action, .keyword = "",
	};
	guint64 id;
	char *error = NULL;
	gint64 started = g_get_monotonic_time();

	if (warden_store_record_scan(store, result, &epoch, &delivery, &id,
				     &error) < 0)
		g_error("%s", error);
	started = g_get_monotonic_time() - started;
	free_result(result);
	return started;
}

/* --- figures ----------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;

	return x < y ? -1 : x > y;
}

static void print_times(const char *what, gint64 *times, guint n)
{
	gint64 sum = 0;

	if (n == 0)
		return;
	qsort(times, n, sizeof(*times), compare);
	for (guint i = 0; i < n; i++)
		sum += times[i];
	printf("%-34s %7u calls, mean %6.0f, p50 %6" G_GINT64_FORMAT
	       ", p99 %6" G_GINT64_FORMAT ", max %7" G_GINT64_FORMAT
	       " us\n", what, n, (double)sum / n, times[n / 2],
	       times[(guint64)n * 99 / 100], times[n - 1]);
	fflush(stdout);
}

static guint64 file_size(const char *path)
{
	struct stat st;

	return stat(path, &st) < 0 ? 0 : (guint64)st.st_size;
}

static void print_memory(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	printf("%-34s %7ld kB\n", "peak memory so far", usage.ru_maxrss);
}

/* --- inserts ---------------------------------------------------------------- */

static void measure_inserts(struct warden_store *store, const char *what,
			    guint64 *number)
{
	g_autofree gint64 *times = g_new(gint64, SAMPLE);

	for (guint i = 0; i < SAMPLE; i++) {
		times[i] = record(store, (*number)++);
		if (i % 50 == 0)
			warden_store_idle(store);
	}
	print_times(what, times, SAMPLE);
}

static void fill(struct warden_store *store, guint64 *number, guint64 until)
{
	gint64 started = g_get_monotonic_time();
	guint64 from = *number;

	while (*number < until) {
		record(store, (*number)++);
		if (*number % 50 == 0)
			warden_store_idle(store);
	}
	printf("filled to %" G_GUINT64_FORMAT ": %.0f mails a second\n",
	       *number, (double)(*number - from) * 1e6 /
	       (double)(g_get_monotonic_time() - started + 1));
	fflush(stdout);
}

/* --- several writers ----------------------------------------------------------- */

struct shared {
	/* while this is set, with a pause after each mail; 0: for a while */
	volatile int importing;
	guint n[WRITERS];
	gint64 times[WRITERS][SAMPLES_MAX];
};

static void write_for_a_while(const char *path, struct shared *shared, int me,
			      guint64 number, gint64 end)
{
	struct warden_store *store = open_store(path);
	guint n = 0;

	bool paced = shared->importing != 0;

	while ((paced ? shared->importing != 0 :
		g_get_monotonic_time() < end) && n < SAMPLES_MAX) {
		shared->times[me][n++] = record(store, number++);
		if (paced)
			g_usleep(PAUSE_USECS);
		if (n % 20 == 0)
			warden_store_idle(store);
	}
	shared->n[me] = n;
	warden_store_close(&store);
	_exit(0);
}

static void measure_writers(const char *path, const char *what,
			    guint64 *number, pid_t meanwhile)
{
	struct shared *shared = mmap(NULL, sizeof(*shared),
		PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	gint64 end = g_get_monotonic_time() + WRITER_SECS * G_USEC_PER_SEC;
	g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(gint64));
	pid_t pids[WRITERS];

	g_assert_true(shared != MAP_FAILED);
	shared->importing = meanwhile > 0;
	for (int i = 0; i < WRITERS; i++) {
		*number += SAMPLES_MAX;
		pids[i] = fork();
		if (pids[i] == 0)
			write_for_a_while(path, shared, i, *number, end);
	}
	if (meanwhile > 0)
		waitpid(meanwhile, NULL, 0);
	shared->importing = 0;
	for (int i = 0; i < WRITERS; i++) {
		int status;

		waitpid(pids[i], &status, 0);
		g_assert_cmpint(status, ==, 0);
	}
	for (int i = 0; i < WRITERS; i++) {
		printf("  writer %d: %u, longest wait ", i, shared->n[i]);
		qsort(shared->times[i], shared->n[i], sizeof(gint64), compare);
		printf("%" G_GINT64_FORMAT " us\n", shared->n[i] == 0 ? 0 :
		       shared->times[i][shared->n[i] - 1]);
		g_array_append_vals(all, shared->times[i], shared->n[i]);
	}
	print_times(what, (gint64 *)(void *)all->data, all->len);
	munmap(shared, sizeof(*shared));
}

/* --- a list --------------------------------------------------------------------- */

struct source {
	guint64 next, count;
	guint64 seed;	/* lists of another seed have nothing in common… */
	guint64 changed;	/* …and of each so many one is another */
	guint64 messages;	/* one in 1,000 is something of these */
	char *value;
};

static char *hash_hex(guint64 seed)
{
	GString *hex = g_string_new(NULL);
	guint8 hash[WARDEN_SHA256_SIZE];

	fill_hash(hash, seed);
	for (gsize i = 0; i < sizeof(hash); i++)
		g_string_append_printf(hex, "%02x", hash[i]);
	return g_string_free(hex, FALSE);
}

static char *stored_value(enum warden_known_kind kind, guint64 message)
{
	switch (kind) {
	case WARDEN_KNOWN_SHA256:
		return hash_hex(part_seed(message, 1));
	case WARDEN_KNOWN_URL:
		return url_name(message, 2);
	case WARDEN_KNOWN_HOST:
		return host_name(message, 3);
	case WARDEN_KNOWN_SENDER:
		break;
	}
	return sender_name(message);
}

static char *strange_value(enum warden_known_kind kind, guint64 n)
{
	switch (kind) {
	case WARDEN_KNOWN_SHA256:
		return hash_hex(mix(n));
	case WARDEN_KNOWN_URL:
		return g_strdup_printf("http://h%" G_GINT64_MODIFIER
				       "x.example/%" G_GINT64_MODIFIER "x",
				       mix(n) % 1000000, mix(n + 1));
	case WARDEN_KNOWN_HOST:
		return g_strdup_printf("%" G_GINT64_MODIFIER "x.bad%"
				       G_GUINT64_FORMAT ".example", mix(n),
				       n % 10000);
	case WARDEN_KNOWN_SENDER:
		break;
	}
	return g_strdup_printf("%" G_GINT64_MODIFIER "x@bad.example", mix(n));
}

static int next_indicator(void *context, struct warden_indicator *indicator,
			  char **error_r)
{
	struct source *source = context;
	guint64 i = source->next, n = source->seed * source->count + i;
	enum warden_known_kind kind = (enum warden_known_kind)(i % 4);

	if (source->next == source->count)
		return 0;
	if (source->changed != 0 && i % source->changed == 0)
		n += G_GUINT64_CONSTANT(1) << 40;
	source->next++;
	g_free(source->value);
	source->value = i % 1000 < 4 && source->messages > 0 ?
		stored_value(kind, mix(n) % source->messages) :
		strange_value(kind, n);
	*indicator = (struct warden_indicator){
		kind, source->value, "phishing"
	};
	return 1;
}

static void import(const char *path, struct source *source)
{
	struct warden_store *store = open_store(path);
	const struct warden_feed_import feed = {
		.name = "bench", .source = "made up",
		.next = next_indicator, .context = source,
	};
	gint64 started = g_get_monotonic_time();
	char *error = NULL;
	guint64 n;

	if (warden_store_feed_replace(store, &feed, &n, &error) < 0)
		g_error("%s", error);
	printf("imported %" G_GUINT64_FORMAT " indicators in %.1f s\n", n,
	       (double)(g_get_monotonic_time() - started) / 1e6);
	print_memory();
	fflush(stdout);
	warden_store_close(&store);
}

static pid_t import_meanwhile(const char *path, const struct source *source)
{
	struct source mine = *source;
	pid_t pid = fork();

	if (pid == 0) {
		import(path, &mine);
		_exit(0);
	}
	return pid;
}

/* --- look-ups --------------------------------------------------------------------- */

static bool skip_hit(const struct warden_hit *hit, void *context)
{
	return TRUE;
}

static char *hunt_text(const char *kind, guint64 message)
{
	if (strcmp(kind, "sha256") == 0)
		return hash_hex(part_seed(message, 0));
	if (strcmp(kind, "sha256 (common)") == 0)
		return hash_hex(part_seed(message, 4));
	if (strcmp(kind, "url") == 0)
		return url_name(message, 0);
	if (strcmp(kind, "host") == 0)
		return host_name(message, 0);
	if (strcmp(kind, "domain") == 0) {
		g_autofree char *host = host_name(message, 0);

		return g_strdup(strchr(host, '.') + 1);
	}
	if (strcmp(kind, "sender") == 0)
		return sender_name(message);
	if (strcmp(kind, "sender (domain)") == 0) {
		g_autofree char *sender = sender_name(message);

		return g_strdup(strchr(sender, '@'));
	}
	if (strcmp(kind, "subject") == 0)
		return g_strdup_printf("port %" G_GUINT64_FORMAT " of",
				       message);
	if (strcmp(kind, "message-id") == 0)
		return g_strdup_printf("%016" G_GINT64_MODIFIER
				       "x@mail.example", mix(message));
	return hash_hex(message);
}

static void measure_hunt(struct warden_store *store, const char *kind,
			 guint64 messages, const char *user)
{
	g_autofree gint64 *times = g_new(gint64, HUNTS);
	g_autofree char *what = g_strdup_printf("hunt %s%s", kind,
						user != NULL ? ", a user" :
						"");
	char *error = NULL;

	for (guint i = 0; i < HUNTS; i++) {
		g_autofree char *value = hunt_text(kind, mix(i) % messages);
		g_auto(GStrv) word = g_strsplit(kind, " ", 2);
		g_autofree char *text = g_strconcat(word[0], ":", value, NULL);
		struct warden_hunt *hunt;
		guint64 cursor;

		times[i] = g_get_monotonic_time();
		if (warden_hunt_parse(text, &hunt, &error) < 0 ||
		    warden_store_hunt(store, &hunt->query, user, 0, skip_hit,
				      NULL, &cursor, &error) < 0)
			g_error("%s", error);
		times[i] = g_get_monotonic_time() - times[i];
		warden_hunt_free(hunt);
	}
	print_times(what, times, HUNTS);
}

static void measure_hunts(struct warden_store *store, guint64 messages)
{
	static const char *const kinds[] = {
		"sha256", "sha256 (common)", "url", "host", "domain", "sender",
		"sender (domain)", "subject", "message-id", "key",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
		measure_hunt(store, kinds[i], messages, NULL);
		measure_hunt(store, kinds[i], messages, "user17");
	}
}

/* As wardend does when only lists have changed, but for the policy. */
static void judge_again(struct warden_store *store, const guint8 *key)
{
	static const struct warden_envelope nobody = { "", "", "", "" };
	struct warden_known known = { warden_store_known, store };
	struct warden_check_input input = {
		.envelope = &nobody, .known = &known,
	};
	struct warden_scan_result result = {
		.judgement = { .verdict = WARDEN_VERDICT_CLEAN },
		.reason = (char *)"",
	};
	struct warden_stored_message *message;
	struct warden_epoch now;
	char *error = NULL;

	if (warden_store_lookup_message(store, key, 16, &message,
					&error) <= 0 ||
	    warden_store_load_facts(store, message->id, &result.facts,
				    &error) <= 0)
		g_error("message not found");
	input.facts = result.facts;
	result.findings = warden_checks_again(&input, message->findings, TRUE);
	now = message->now;
	now.rules = message->epoch.rules;
	if (warden_store_record_lists(store, message->id, &result, &now,
				      &error) < 0)
		g_error("%s", error);
	warden_facts_free(result.facts);
	g_ptr_array_unref(result.findings);
	warden_stored_message_free(message);
}

static void measure_again(struct warden_store *store, guint64 messages)
{
	g_autofree gint64 *times = g_new(gint64, LOOKUPS);
	guint8 key[WARDEN_SHA256_SIZE];

	for (guint i = 0; i < LOOKUPS; i++) {
		fill_hash(key, mix(i + 7000000) % messages);
		times[i] = g_get_monotonic_time();
		judge_again(store, key);
		times[i] = g_get_monotonic_time() - times[i];
		if (i % 50 == 0)
			warden_store_idle(store);
	}
	print_times("judged again by lists", times, LOOKUPS);
}

/* For a client that asks wardend: messages that are not judged again here. */
static void write_keys(const char *directory, guint64 messages)
{
	g_autofree char *path = g_build_filename(directory, "keys", NULL);
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < LOOKUPS; i++) {
		g_autofree char *key = hash_hex(mix(i + 9000000) % messages);

		g_string_append_printf(text, "%s\n", key);
	}
	if (!g_file_set_contents(path, text->str, -1, NULL))
		g_error("%s cannot be written", path);
}

/* --- the epoch file --------------------------------------------------------------- */

static void measure_publish(const char *path, const char *what)
{
	struct warden_store *store = open_store(path);
	char *error = NULL;
	gint64 started;

	g_unlink(epoch_file);
	started = g_get_monotonic_time();
	if (warden_store_publish(store, 0, &error) <= 0)
		g_error("not published: %s", error);
	printf("epoch file, %-22s %10" G_GUINT64_FORMAT " bytes in %.3f s\n",
	       what, file_size(epoch_file),
	       (double)(g_get_monotonic_time() - started) / 1e6);
	started = g_get_monotonic_time();
	for (int i = 0; i < 1000; i++)
		(void)warden_store_publish(store, 0, &error);
	printf("looking after it                  %10.1f us\n",
	       (double)(g_get_monotonic_time() - started) / 1e3);
	fflush(stdout);
	warden_store_close(&store);
}

/* As full as it gets. */
static void fill_epoch(const char *path)
{
	sqlite3 *db;
	char *error = NULL;

	if (sqlite3_open(path, &db) != SQLITE_OK ||
	    sqlite3_exec(db, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
			 "SELECT i + 1 FROM n WHERE i < 2000000) INSERT INTO "
			 "affected SELECT CAST(printf('%016d', i) AS BLOB), "
			 "(SELECT value FROM meta WHERE key = "
			 "'list_generation') FROM n LIMIT 2000000 - "
			 "(SELECT count(*) FROM affected)", NULL, NULL,
			 &error) != SQLITE_OK)
		g_error("%s", error);
	sqlite3_close(db);
}

/* --- other look-ups ----------------------------------------------------------------- */

static void measure_messages(struct warden_store *store, guint64 messages)
{
	g_autofree gint64 *times = g_new(gint64, LOOKUPS);
	struct warden_stored_message *message;
	guint8 key[WARDEN_SHA256_SIZE];
	char *error = NULL;

	for (guint i = 0; i < LOOKUPS; i++) {
		fill_hash(key, mix(i) % messages);
		times[i] = g_get_monotonic_time();
		if (warden_store_lookup_message(store, key, 16, &message,
						&error) <= 0)
			g_error("message not found");
		times[i] = g_get_monotonic_time() - times[i];
		warden_stored_message_free(message);
	}
	print_times("message by 16 bytes of its key", times, LOOKUPS);
}

/* What a scan asks of the past, and a verdict by key of its copy. */
static void measure_past(struct warden_store *store, guint64 messages)
{
	g_autofree gint64 *times = g_new(gint64, LOOKUPS);
	struct warden_store_history history;
	struct warden_contact contact;
	struct warden_namesake namesake;
	guint8 key[WARDEN_SHA256_SIZE];

	for (guint i = 0; i < LOOKUPS; i++) {
		guint64 number = mix(i) % messages;
		g_autofree char *user = g_strdup_printf(
			"user%" G_GUINT64_FORMAT, mix(number) % 5000);
		g_autofree char *from = sender_name(number);
		g_autofree char *name = person_name(number);

		fill_hash(key, number);
		times[i] = g_get_monotonic_time();
		warden_store_history_init(&history, store, key, user,
					  g_get_real_time());
		if (warden_store_contact(&history, from, user, &contact) < 0 ||
		    warden_store_contact(&history, strchr(from, '@'), "",
					 &contact) < 0 ||
		    warden_store_namesake(&history, name, user,
					  &namesake) < 0)
			g_error("the past cannot be had");
		times[i] = g_get_monotonic_time() - times[i];
	}
	print_times("the past of a mail", times, LOOKUPS);
}

static void measure_copies(struct warden_store *store, guint64 messages)
{
	g_autofree gint64 *times = g_new(gint64, LOOKUPS);
	struct warden_stored_message *message;
	struct warden_stored_copy *copy;
	guint8 key[WARDEN_SHA256_SIZE];
	char *error = NULL;

	for (guint i = 0; i < LOOKUPS; i++) {
		guint64 number = mix(i + LOOKUPS) % messages;
		g_autofree char *user = g_strdup_printf(
			"user%" G_GUINT64_FORMAT, mix(number) % 5000);

		fill_hash(key, number);
		times[i] = g_get_monotonic_time();
		if (warden_store_lookup_message(store, key, 16, &message,
						&error) <= 0 ||
		    warden_store_lookup_copy(store, message, user, 0, &copy,
					     &error) <= 0)
			g_error("copy not found");
		times[i] = g_get_monotonic_time() - times[i];
		warden_stored_copy_free(copy);
		warden_stored_message_free(message);
	}
	print_times("message and a user's copy of it", times, LOOKUPS);
}

static void measure_known(struct warden_store *store, bool wanted)
{
	g_autofree gint64 *times = g_new(gint64, LOOKUPS);
	struct warden_known_hit hit;

	for (guint i = 0; i < LOOKUPS; i++) {
		/* of the list that is in force, or of none */
		g_autofree char *host = strange_value(WARDEN_KNOWN_HOST,
			(wanted ? 0 : 1) * (G_GUINT64_CONSTANT(1) << 50) +
			i * 4 + 2 + (i % 250 == 0 ? 4 : 0));

		times[i] = g_get_monotonic_time();
		(void)warden_store_known(store, WARDEN_KNOWN_HOST, host, &hit);
		times[i] = g_get_monotonic_time() - times[i];
	}
	print_times(wanted ? "host that is known" : "host that is not known",
		    times, LOOKUPS);
}

static void count(const char *table, const char *key, gint64 n, void *context)
{
	if (strcmp(table, "rows") == 0 || strcmp(table, "file") == 0)
		printf("  %s %s: %" G_GINT64_FORMAT "\n", table, key, n);
}

static void measure_imports(const char *path, guint64 indicators,
			    guint64 messages, guint64 *number)
{
	const struct {
		const char *what;
		struct source source;
	} rows[] = {
		{ "4 writers, a new list", { .count = indicators } },
		{ "4 writers, 1% of it changes",
		  { .count = indicators, .changed = 100 } },
		{ "4 writers, all of it changes",
		  { .count = indicators, .seed = 1 } },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct source source = rows[i].source;

		source.messages = messages;
		measure_writers(path, rows[i].what, number,
				import_meanwhile(path, &source));
		measure_publish(path, "after it");
	}
}

static void measure_size(struct warden_store *store, const char *path,
			 guint64 messages)
{
	guint64 bytes;
	char *error = NULL;

	warden_store_idle(store);
	bytes = file_size(path);
	printf("%" G_GUINT64_FORMAT " bytes, %.0f a mail\n", bytes,
	       (double)bytes / (double)messages);
	if (warden_store_stats(store, 0, count, NULL, &error) < 0)
		g_error("%s", error);
}

static void prepare(const char *directory, char **path_r)
{
	struct warden_store *store;
	char *error = NULL;

	*path_r = g_build_filename(directory, "bench.sqlite", NULL);
	epoch_file = g_build_filename(directory, "public", "epoch", NULL);
	store = open_store(*path_r);
	if (warden_store_epoch_now(store, &epoch, &error) < 0)
		g_error("%s", error);
	warden_store_close(&store);
}

int main(int argc, char **argv)
{
	guint64 messages, indicators, number = 0;
	g_autofree char *path = NULL;
	struct warden_store *store;

	if (argc < 2) {
		fputs("usage: bench-store DIRECTORY [MESSAGES "
		      "[INDICATORS]]\n", stderr);
		return 2;
	}
	messages = argc > 2 ? g_ascii_strtoull(argv[2], NULL, 10) : 20000;
	indicators = argc > 3 ? g_ascii_strtoull(argv[3], NULL, 10) : 100000;
	prepare(argv[1], &path);
	store = open_store(path);
	measure_inserts(store, "insert, empty database", &number);
	for (guint64 at = 100000; at < messages; at *= 10) {
		fill(store, &number, at);
		measure_inserts(store, "insert", &number);
	}
	fill(store, &number, messages);
	measure_inserts(store, "insert", &number);
	messages = number;
	measure_size(store, path, messages);
	measure_hunts(store, messages);
	/* A connection must not cross a fork. */
	warden_store_close(&store);
	measure_writers(path, "4 writers without a pause", &number, 0);
	measure_imports(path, indicators, messages, &number);
	store = open_store(path);
	measure_messages(store, messages);
	measure_copies(store, messages);
	measure_past(store, messages);
	measure_again(store, messages);
	measure_known(store, TRUE);
	measure_known(store, FALSE);
	warden_store_close(&store);
	write_keys(argv[1], messages);
	fill_epoch(path);
	measure_publish(path, "full");
	g_free(epoch_file);
	return 0;
}
