/* What the verdict database costs: inserts at several sizes, several writers
   at once (also while a list is imported), look-ups, bytes a mail.

   usage: bench-store DIRECTORY [MESSAGES [INDICATORS]]

   The database is made in DIRECTORY and left there. A message has 4 parts, 6
   links and, one time in ten, two findings; one part in three and most hosts
   were seen before, as in real mail. */

#include "warden-config.h"

#include "sql/store.h"

#include <glib/gstdio.h>
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
#define SAMPLE 5000
#define SAMPLES_MAX 200000
#define LOOKUPS 2000

static struct warden_epoch epoch = { 1, 0 };

static struct warden_store *open_store(const char *path)
{
	struct warden_store_settings settings = {
		.mode = WARDEN_STORE_WRITE, .commit_msecs = 60000,
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
	return i == 3 ? repeated(number, 20000) :
		((guint64)1 << 40) + number * 4 + i;
}

static char *host_name(guint64 number, guint i)
{
	guint64 n = repeated(number * 8 + i, 50000);

	return g_strdup_printf("www%" G_GUINT64_FORMAT ".site%"
			       G_GUINT64_FORMAT ".example", n % 3, n);
}

static void finding_free(void *data)
{
	struct warden_finding *finding = data;

	g_free(finding->detail);
	g_free(finding->part);
	g_free(finding);
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
	static const char *const paths[] = { "1.1", "1.2", "2", "3" };
	struct warden_facts *facts = warden_facts_new();

	fill_hash(facts->key, number);
	facts->size = 40000;
	g_free(facts->header.subject);
	facts->header.subject = g_strdup_printf("Report %" G_GUINT64_FORMAT
						" of the week", number);
	g_free(facts->header.message_id);
	facts->header.message_id = g_strdup_printf(
		"%016" G_GINT64_MODIFIER "x@mail.example", mix(number));
	g_autofree char *from = g_strdup_printf("sender%" G_GUINT64_FORMAT
						"@site.example",
						repeated(number, 100000));
	g_ptr_array_add(facts->header.from, warden_address_new("A", from));
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
		g_autofree char *url = g_strdup_printf(
			"https://%s/read/%" G_GUINT64_FORMAT "/%u?utm=mail",
			host, number, i);

		warden_facts_add_url(facts, url, host, "Read more", "html",
				     "1.2");
	}
	return facts;
}

static struct warden_scan_result *make_result(guint64 number)
{
	struct warden_scan_result *result =
		g_new0(struct warden_scan_result, 1);
	bool bad = number % 10 == 0;

	result->facts = make_facts(number);
	result->findings = g_ptr_array_new_with_free_func(finding_free);
	if (bad) {
		add_finding(result->findings, "LINK_TEXT_MISMATCH");
		add_finding(result->findings, "LINK_IP_ADDRESS");
	}
	result->judgement.verdict = bad ? WARDEN_VERDICT_PHISHING :
		WARDEN_VERDICT_CLEAN;
	result->judgement.action = bad ? WARDEN_ACTION_QUARANTINE :
		WARDEN_ACTION_ALLOW;
	result->judgement.keyword = "";
	result->reason = g_strdup("");
	return result;
}

static void free_result(struct warden_scan_result *result)
{
	warden_facts_free(result->facts);
	g_ptr_array_unref(result->findings);
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
	guint n[WRITERS];
	gint64 times[WRITERS][SAMPLES_MAX];
};

static void write_for_a_while(const char *path, struct shared *shared, int me,
			      guint64 number, gint64 end)
{
	struct warden_store *store = open_store(path);
	guint n = 0;

	while (g_get_monotonic_time() < end && n < SAMPLES_MAX) {
		shared->times[me][n++] = record(store, number++);
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
	for (int i = 0; i < WRITERS; i++) {
		*number += SAMPLES_MAX;
		pids[i] = fork();
		if (pids[i] == 0)
			write_for_a_while(path, shared, i, *number, end);
	}
	for (int i = 0; i < WRITERS; i++) {
		int status;

		waitpid(pids[i], &status, 0);
		g_assert_cmpint(status, ==, 0);
	}
	if (meanwhile > 0)
		waitpid(meanwhile, NULL, 0);
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
	char value[128];
};

static int next_indicator(void *context, struct warden_indicator *indicator,
			  char **error_r)
{
	struct source *source = context;

	if (source->next == source->count)
		return 0;
	g_snprintf(source->value, sizeof(source->value),
		   "%" G_GINT64_MODIFIER "x.bad%" G_GUINT64_FORMAT ".example",
		   mix(source->next), source->next);
	source->next++;
	*indicator = (struct warden_indicator){
		WARDEN_KNOWN_HOST, source->value, "phishing"
	};
	return 1;
}

static void import(const char *path, guint64 count)
{
	struct warden_store *store = open_store(path);
	struct source source = { .count = count };
	const struct warden_feed_import feed = {
		.name = "bench", .source = "made up",
		.next = next_indicator, .context = &source,
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

static pid_t import_meanwhile(const char *path, guint64 count)
{
	pid_t pid = fork();

	if (pid == 0) {
		import(path, count);
		_exit(0);
	}
	return pid;
}

/* --- look-ups --------------------------------------------------------------------- */

static bool count_copy(const struct warden_copy *copy, void *context)
{
	(*(guint *)context)++;
	return TRUE;
}

static void measure_list(struct warden_store *store, const char *what,
			 struct warden_query *query)
{
	guint n = 0;
	char *error = NULL;
	gint64 started = g_get_monotonic_time();

	if (warden_store_list(store, query, count_copy, &n, &error) < 0)
		g_error("%s", error);
	printf("%-34s %7u rows in %8.2f ms\n", what, n,
	       (double)(g_get_monotonic_time() - started) / 1e3);
	fflush(stdout);
}

static void measure_lists(struct warden_store *store, guint64 messages)
{
	struct warden_facts *facts = make_facts(messages / 2);
	struct warden_part *rare = facts->parts->pdata[0];
	struct warden_part *common = facts->parts->pdata[3];
	struct warden_url *url = facts->urls->pdata[1];
	struct {
		const char *what;
		struct warden_query query;
	} rows[] = {
		{ "list", { .limit = 100 } },
		{ "list of a user", { .user = "user17" } },
		{ "list of a verdict", { .verdict = "phishing" } },
		{ "list of a rare verdict", { .verdict = "malware" } },
		{ "list of an action", { .action = "quarantine" } },
		{ "a rare file", { .sha256 = rare->sha256 } },
		{ "a common file", { .sha256 = common->sha256,
				     .limit = 100000 } },
		{ "a file that nobody has", { .sha256 = facts->key + 0 } },
		{ "a host", { .host = url->host, .limit = 100000 } },
		{ "a host that nobody knows", { .host = "no.example" } },
		{ "a domain", { .domain = strchr(url->host, '.') + 1,
				.limit = 100000 } },
		{ "a URL", { .url = url->url } },
		{ "a sender", { .sender = "sender17@site.example",
				.limit = 100000 } },
		{ "a sender that nobody knows", { .sender = "x@y.example" } },
		{ "a Message-ID", { .message_id =
				    facts->header.message_id } },
		{ "a subject", { .subject = "Report 17 of" } },
		{ "a message key", { .key = facts->key, .key_size = 32 } },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
		measure_list(store, rows[i].what, &rows[i].query);
	warden_facts_free(facts);
}

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

static void measure_known(struct warden_store *store, bool wanted)
{
	g_autofree gint64 *times = g_new(gint64, LOOKUPS);
	struct source source = { .count = G_MAXUINT64 };
	struct warden_indicator indicator;
	struct warden_known_hit hit;

	for (guint i = 0; i < LOOKUPS; i++) {
		source.next = mix(i) % 1000;
		next_indicator(&source, &indicator, NULL);
		if (!wanted)
			source.value[0] = '-';
		times[i] = g_get_monotonic_time();
		if (warden_store_known(store, WARDEN_KNOWN_HOST, source.value,
				       &hit) != wanted)
			g_error("%s", source.value);
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

int main(int argc, char **argv)
{
	guint64 messages, indicators, number = 0, bytes;
	struct warden_store *store;
	char *error = NULL;

	if (argc < 2) {
		fputs("usage: bench-store DIRECTORY [MESSAGES "
		      "[INDICATORS]]\n", stderr);
		return 2;
	}
	messages = argc > 2 ? g_ascii_strtoull(argv[2], NULL, 10) : 20000;
	indicators = argc > 3 ? g_ascii_strtoull(argv[3], NULL, 10) : 100000;
	g_autofree char *path = g_build_filename(argv[1], "bench.sqlite",
						 NULL);
	g_unlink(path);
	store = open_store(path);
	measure_inserts(store, "insert, empty database", &number);
	for (guint64 at = 100000; at < messages; at *= 10) {
		fill(store, &number, at);
		measure_inserts(store, "insert", &number);
	}
	fill(store, &number, messages);
	measure_inserts(store, "insert", &number);
	messages = number;
	bytes = file_size(path);
	printf("%" G_GUINT64_FORMAT " bytes, %.0f a mail\n", bytes,
	       (double)bytes / (double)number);
	/* A connection must not cross a fork. */
	warden_store_close(&store);
	measure_writers(path, "4 writers", &number, 0);
	import(path, indicators);
	measure_writers(path, "4 writers, a list is replaced", &number,
			import_meanwhile(path, indicators));
	store = open_store(path);
	measure_messages(store, messages);
	measure_known(store, TRUE);
	measure_known(store, FALSE);
	measure_lists(store, messages);
	if (warden_store_stats(store, 0, count, NULL, &error) < 0)
		g_error("%s", error);
	warden_store_close(&store);
	return 0;
}
