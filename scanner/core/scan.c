#include "warden-config.h"

#include "scan.h"

#include "../checks/tokens.h"

#include <string.h>

/* Less than this is no honest attempt. */
#define RETRY_MSECS_MIN 50

static const struct warden_envelope no_envelope = {
	.user = "", .recipient = "", .sender = "", .service = "",
};

static const struct warden_envelope *
envelope_of(const struct warden_scan_input *input)
{
	return input->envelope != NULL ? input->envelope : &no_envelope;
}

void warden_scan_result_free(struct warden_scan_result *result)
{
	if (result == NULL)
		return;
	warden_facts_free(result->facts);
	if (result->findings != NULL)
		g_ptr_array_unref(result->findings);
	if (result->shared != NULL) {
		g_ptr_array_unref(result->shared->findings);
		g_free(result->shared->reason);
		g_free(result->shared);
	}
	if (result->tokens != NULL)
		g_array_unref(result->tokens);
	g_free(result->reason);
	g_free(result);
}

struct warden_clamd *warden_scan_clamd(const struct warden_config *config)
{
	const struct warden_clamd_settings settings = {
		.socket = config->clamd_socket, .msecs = config->clamd_msecs,
		.stream_max = config->clamd_stream_max,
		.required = config->clamd_required,
	};

	return config->clamd_socket == NULL ? NULL :
		warden_clamd_new(&settings);
}

/* All that can be said of a message that no reader survived. */
static int make_bare_facts(int fd, guint64 size, guint64 full_size,
			   enum warden_reader_status status,
			   struct warden_facts **facts_r, char **error_r)
{
	g_autoptr(warden_facts) facts = warden_facts_new();

	if (warden_reader_key(fd, size, facts->key, error_r) < 0)
		return -1;
	facts->size = full_size > size ? full_size : size;
	(void)warden_facts_add_unscanned(
		facts, "", status == WARDEN_READER_TIMEOUT ? "time" : "crash");
	*facts_r = g_steal_pointer(&facts);
	return 1;
}

/* Milliseconds that are left of deadline_msecs (0 = no deadline), at least 1;
   0 if there is none. */
static guint time_left(gint64 started, guint deadline_msecs)
{
	gint64 used = (g_get_monotonic_time() - started) / 1000;

	if (deadline_msecs == 0)
		return 0;
	return used >= deadline_msecs ? 1 : (guint)(deadline_msecs - used);
}

/* Twice, then never again: a crash may have been an accident of memory or of
   a neighbour, but a message that fells every reader is an attack. */
static int read_facts(struct warden_reader *reader, int fd, guint64 size,
		      guint64 full_size, gint64 started, guint deadline_msecs,
		      struct warden_facts **facts_r, char **error_r)
{
	enum warden_reader_status status = WARDEN_READER_CRASHED;

	for (guint attempt = 0; attempt < 2; attempt++) {
		guint left = time_left(started, deadline_msecs);
		g_autofree char *detail = NULL;

		if (attempt > 0 && left > 0 && left < RETRY_MSECS_MIN)
			break;
		if (warden_reader_parse(reader, fd, size, full_size, left,
					&status, facts_r, &detail,
					error_r) < 0)
			return -1;
		if (status == WARDEN_READER_OK)
			return 1;
	}
	return make_bare_facts(fd, size, full_size, status, facts_r, error_r);
}

/* --- lists ------------------------------------------------------------------- */

/* Several checks ask for the same host: the database is asked once. */
struct asked {
	const struct warden_known *known;
	const struct warden_own *own;
	GHashTable *answers;	/* kind and value → struct answer */
	bool failed;
};

struct answer {
	int ret;
	struct warden_known_hit hit;
};

static int ask_once(void *context, enum warden_known_kind kind,
		    const char *value, struct warden_known_hit *hit_r)
{
	struct asked *asked = context;
	g_autofree char *key = g_strdup_printf("%d%s", kind, value);
	struct answer *answer = g_hash_table_lookup(asked->answers, key);

	if (answer == NULL) {
		answer = g_new0(struct answer, 1);
		answer->ret = asked->known->lookup(asked->known->context, kind,
						   value, &answer->hit);
		g_hash_table_insert(asked->answers, g_steal_pointer(&key),
				    answer);
	}
	asked->failed = asked->failed || answer->ret < 0;
	*hit_r = answer->hit;
	return answer->ret;
}

/* Own lists are lists: a deny that could not be read is not "not denied". */
static int ask_own(void *context, enum warden_known_kind kind,
		   const char *value, struct warden_own_hit *hit_r)
{
	struct asked *asked = context;
	int ret = asked->own->lookup(asked->own->context, kind, value, hit_r);

	asked->failed = asked->failed || ret < 0;
	return ret;
}

/* In document order; the links of one message, each once, are what the store
   keeps as well. */
static gint64 allowed_hosts(const struct warden_facts *facts,
			    const struct warden_known *known)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	guint8 digest[WARDEN_SHA256_SIZE];
	gsize size = sizeof(digest);
	gint64 number = 0;
	bool any = FALSE;

	for (guint i = 0; i < facts->urls->len; i++) {
		const struct warden_url *url = facts->urls->pdata[i];
		struct warden_known_hit hit = { .allow = FALSE };

		if (url->host[0] == '\0' ||
		    !g_hash_table_add(seen, url->host) ||
		    known->lookup(known->context, WARDEN_KNOWN_HOST,
				  url->host, &hit) <= 0 || !hit.allow)
			continue;
		g_checksum_update(sum, (const guchar *)url->host,
				  (gssize)strlen(url->host) + 1);
		any = TRUE;
	}
	if (!any)
		return 0;
	g_checksum_get_digest(sum, digest, &size);
	memcpy(&number, digest, sizeof(number));
	/* Neither 0 nor WARDEN_ALLOWED_UNKNOWN, the same on every machine. */
	return (GINT64_FROM_BE(number) & G_MAXINT64) | 1;
}

/* --- what holds for everybody ------------------------------------------------- */

static bool has_any(const GPtrArray *findings,
		    bool (*is)(const struct warden_finding *finding))
{
	for (guint i = 0; i < findings->len; i++) {
		if (is(findings->pdata[i]))
			return TRUE;
	}
	return FALSE;
}

/* The same mail, to nobody in particular. */
static struct warden_check_input
input_of_nobody(const struct warden_check_input *input,
		struct warden_envelope *envelope_r)
{
	struct warden_check_input bare = *input;

	*envelope_r = no_envelope;
	envelope_r->sender = input->envelope->sender;
	bare.envelope = envelope_r;
	bare.own = NULL;
	bare.history = NULL;
	bare.outgoing = FALSE;
	return bare;
}

static GPtrArray *copy_shared(const GPtrArray *findings)
{
	GPtrArray *shared = g_ptr_array_new_with_free_func(
		(GDestroyNotify)warden_finding_free);

	for (guint i = 0; i < findings->len; i++) {
		if (!warden_finding_is_personal(findings->pdata[i]))
			g_ptr_array_add(shared, warden_finding_copy(
						findings->pdata[i]));
	}
	return shared;
}

/* What else was found for this copy is taken away, and what its envelope may
   have to do with is looked for without it. */
static GPtrArray *find_shared(const struct warden_check_input *input,
			      const GPtrArray *findings)
{
	struct warden_envelope envelope;
	struct warden_check_input bare = input_of_nobody(input, &envelope);

	return has_any(findings, warden_finding_is_addressed) &&
	       (input->outgoing || input->envelope->recipient[0] != '\0') ?
		warden_checks_run(&bare) : copy_shared(findings);
}

static GPtrArray *
find_shared_again(const struct warden_check_input *input,
		  const struct warden_scan_stored *stored)
{
	struct warden_envelope envelope;
	struct warden_check_input bare = input_of_nobody(input, &envelope);

	return warden_checks_again(&bare, stored->shared, stored->lists);
}

/* stored NULL: all checks, else only what must be asked again. */
static void run_checks(const struct warden_config *config,
		       struct warden_scan_result *result,
		       const struct warden_scan_input *input,
		       const struct warden_scan_stored *stored)
{
	struct asked asked = { .known = input->known, .own = input->own };
	const struct warden_known once = { ask_once, &asked };
	const struct warden_own own = { ask_own, &asked };
	const struct warden_check_input check_input = {
		.facts = result->facts, .envelope = envelope_of(input),
		.known = input->known != NULL ? &once : NULL,
		.own = input->own != NULL ? &own : NULL,
		.history = input->history, .tokens = result->tokens,
		.site = &config->site,
		.outgoing = input->role == WARDEN_ROLE_SENT ||
			    input->role == WARDEN_ROLE_DRAFTS,
	};

	asked.answers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					      g_free);
	result->shared = g_new0(struct warden_scan_shared, 1);
	if (stored == NULL) {
		result->findings = warden_checks_run_watched(&check_input,
							     input->watch);
		result->shared->findings = find_shared(&check_input,
						       result->findings);
	} else {
		result->findings = warden_checks_again(
			&check_input, stored->findings, stored->lists);
		result->shared->findings = find_shared_again(&check_input,
							     stored);
	}
	result->allowed = input->known == NULL ? 0 :
		allowed_hosts(result->facts, &once);
	result->lists_failed = asked.failed;
	g_hash_table_unref(asked.answers);
}

static int judge_shared(const struct warden_config *config,
			struct warden_scan_result *result, char **error_r)
{
	struct warden_scan_result plain = { .facts = result->facts };
	struct warden_scan_shared *shared = result->shared;

	if (warden_policy_judge(config->policy, result->facts,
				shared->findings, NULL, WARDEN_ROLE_NONE,
				&shared->judgement, error_r) < 0)
		return -1;
	plain.findings = shared->findings;
	plain.judgement = shared->judgement;
	shared->reason = warden_scan_reason(config, &plain);
	return 1;
}

/* Takes result over: *result_r, or freed on failure. */
static int judge(const struct warden_config *config,
		 struct warden_scan_result *result,
		 const struct warden_scan_input *input, gint64 started,
		 struct warden_scan_result **result_r, char **error_r)
{
	const struct warden_policy *policy =
		warden_policy_for(config->policy, envelope_of(input)->user);

	if (judge_shared(config, result, error_r) < 0 ||
	    warden_policy_judge(policy, result->facts, result->findings,
				input->overrides, input->role,
				&result->judgement, error_r) < 0) {
		warden_scan_result_free(result);
		return -1;
	}
	result->reason = warden_scan_reason(config, result);
	result->elapsed_usecs = g_get_monotonic_time() - started;
	*result_r = result;
	return 1;
}

int warden_scan_fd(const struct warden_config *config,
		   struct warden_reader *reader,
		   const struct warden_scan_input *input,
		   struct warden_scan_result **result_r, char **error_r)
{
	struct warden_scan_result *result =
		g_new0(struct warden_scan_result, 1);
	gint64 started = g_get_monotonic_time();

	if (input->clamd != NULL)
		warden_clamd_begin(input->clamd, input->fd, input->size,
				   input->deadline_msecs);
	if (read_facts(reader, input->fd, input->size, input->full_size,
		       started, input->deadline_msecs, &result->facts,
		       error_r) < 0) {
		warden_scan_result_free(result);
		return -1;
	}
	if (input->clamd != NULL)
		warden_clamd_finish(input->clamd, result->facts);
	if (input->watch != NULL)
		input->watch->after(input->watch->context, "reader");
	if (input->history != NULL)
		result->tokens = warden_tokens(result->facts);
	run_checks(config, result, input, NULL);
	return judge(config, result, input, started, result_r, error_r);
}

int warden_scan_stored(const struct warden_config *config,
		       const struct warden_scan_stored *stored,
		       const struct warden_scan_input *input,
		       struct warden_scan_result **result_r, char **error_r)
{
	struct warden_scan_result *result =
		g_new0(struct warden_scan_result, 1);
	gint64 started = g_get_monotonic_time();

	result->facts = stored->facts;
	result->tokens = stored->tokens;
	run_checks(config, result, input, stored);
	return judge(config, result, input, started, result_r, error_r);
}
