#include "warden-config.h"

#include "scan.h"

#include <string.h>

/* Less than this is no honest attempt. */
#define RETRY_MSECS_MIN 50

static const struct warden_envelope no_envelope = {
	.user = "", .recipient = "", .sender = "", .service = "",
};

void warden_scan_result_free(struct warden_scan_result *result)
{
	if (result == NULL)
		return;
	warden_facts_free(result->facts);
	if (result->findings != NULL)
		g_ptr_array_unref(result->findings);
	g_free(result->reason);
	g_free(result);
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

int warden_scan_fd(const struct warden_config *config,
		   struct warden_reader *reader, int fd, guint64 size,
		   guint64 full_size, const struct warden_envelope *envelope,
		   const struct warden_known *known, const char *overrides,
		   enum warden_mailbox_role role, guint deadline_msecs,
		   struct warden_scan_result **result_r, char **error_r)
{
	struct warden_check_input input = {
		.envelope = envelope != NULL ? envelope : &no_envelope,
		.known = known,
	};
	struct warden_scan_result *result;
	gint64 started = g_get_monotonic_time();

	result = g_new0(struct warden_scan_result, 1);
	if (read_facts(reader, fd, size, full_size, started, deadline_msecs,
		       &result->facts, error_r) < 0) {
		warden_scan_result_free(result);
		return -1;
	}
	input.facts = result->facts;
	result->findings = warden_checks_run(&input);
	if (warden_policy_judge(config->policy, result->facts,
				result->findings, overrides, role,
				&result->judgement, error_r) < 0) {
		warden_scan_result_free(result);
		return -1;
	}
	result->reason = warden_scan_reason(config, result);
	result->elapsed_usecs = g_get_monotonic_time() - started;
	*result_r = result;
	return 1;
}
