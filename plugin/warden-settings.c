/* Meaning of the settings, common to both generations and to 2.4's settings
   module (which runs in the config process, so no lib-storage here). */

#include "lib.h"
#include "array.h"
#include "wildcard-match.h"

#include "scanner/protocol/protocol.h"
#include "warden-settings.h"

#include <ctype.h>
#include <sys/un.h>

const struct warden_settings warden_default_settings = {
	.warden_socket = "warden",
	.warden_deadline = 30 * 1000,
	.warden_quarantine_mailbox = "Quarantine",
	.warden_fail_lmtp = "defer",
	.warden_fail_lda = "defer",
	.warden_fail_imap = "accept",
	.warden_fail_doveadm = "accept",
	.warden_actions = "",
	.warden_exclude_mailboxes = "",
	.warden_max_size = 64 * 1024 * 1024,
	.warden_notify_alert = TRUE,
	.warden_epoch_file = WARDEN_STATEDIR "/public/epoch",
	.warden_notice = "none",
	.warden_notice_digest = FALSE,
	.warden_notice_language = "en",
	.warden_retention = 0,
};

static bool
check_fail(const char *name, const char *value, const char **error_r)
{
	if (strcmp(value, "defer") == 0 || strcmp(value, "accept") == 0)
		return TRUE;
	*error_r = t_strdup_printf(
		"%s: unknown value '%s' (defer or accept)", name, value);
	return FALSE;
}

static bool check_action(const char *word, const char **error_r)
{
	const char *equals = strchr(word, '=');
	enum warden_verdict verdict;
	enum warden_action action;

	if (equals == NULL) {
		*error_r = t_strdup_printf(
			"warden_actions: '%s' is not verdict=action", word);
		return FALSE;
	}
	/* clean, pending and released are no judgements to act upon */
	if (!warden_verdict_parse(t_strdup_until(word, equals), &verdict) ||
	    verdict < WARDEN_VERDICT_SUSPICIOUS ||
	    verdict > WARDEN_VERDICT_UNSCANNABLE) {
		*error_r = t_strdup_printf(
			"warden_actions: unknown verdict in '%s' (suspicious, "
			"spam, phishing, malware, policy or unscannable)",
			word);
		return FALSE;
	}
	if (!warden_action_parse(equals + 1, &action) ||
	    action == WARDEN_ACTION_NONE) {
		*error_r = t_strdup_printf(
			"warden_actions: unknown action in '%s' "
			"(allow, flag, quarantine or defer)", word);
		return FALSE;
	}
	return TRUE;
}

static bool check_actions(const char *value, const char **error_r)
{
	const char *const *words = t_strsplit_spaces(value, " ");

	for (; *words != NULL; words++) {
		if (!check_action(*words, error_r))
			return FALSE;
	}
	return TRUE;
}

static bool check_quarantine(const char *value, const char **error_r)
{
	const char *why = NULL;

	if (*value == '\0')
		why = "is empty";
	else if (strcasecmp(value, "INBOX") == 0)
		why = "cannot be INBOX";
	else if (strlen(value) > 200)
		why = "is longer than 200 bytes";
	else if (strpbrk(value, "\r\n\t*%") != NULL)
		why = "contains a character that no mailbox name may have";
	if (why == NULL)
		return TRUE;
	*error_r = t_strdup_printf("warden_quarantine_mailbox: '%s' %s",
				   value, why);
	return FALSE;
}

static bool check_notice(const struct warden_settings *set,
			 const char **error_r)
{
	const char *p = set->warden_notice_language;

	if (strcmp(set->warden_notice, "none") != 0 &&
	    strcmp(set->warden_notice, "quarantine") != 0 &&
	    strcmp(set->warden_notice, "inbox") != 0) {
		*error_r = t_strdup_printf(
			"warden_notice: unknown value '%s' (none, quarantine "
			"or inbox)", set->warden_notice);
		return FALSE;
	}
	/* It becomes part of a file name. */
	while (i_isalnum(*p) || *p == '-' || *p == '_')
		p++;
	if (*p == '\0' && p != set->warden_notice_language &&
	    p - set->warden_notice_language <= 35)
		return TRUE;
	*error_r = t_strdup_printf(
		"warden_notice_language: '%s' is not a language code (en, "
		"pt-BR …)", set->warden_notice_language);
	return FALSE;
}

bool warden_settings_check(const struct warden_settings *set,
			   const char **error_r)
{
	struct sockaddr_un un;

	if (*set->warden_socket == '\0' ||
	    strlen(set->warden_socket) >= sizeof(un.sun_path)) {
		*error_r = t_strdup_printf(
			"warden_socket: '%s' is empty or too long for a "
			"UNIX socket", set->warden_socket);
		return FALSE;
	}
	if (set->warden_deadline < WARDEN_DEADLINE_MIN_MSECS ||
	    set->warden_deadline > WARDEN_DEADLINE_MAX_MSECS) {
		*error_r = t_strdup_printf(
			"warden_deadline: %u ms is outside %u ms to %u min",
			set->warden_deadline, WARDEN_DEADLINE_MIN_MSECS,
			WARDEN_DEADLINE_MAX_MSECS / 60000);
		return FALSE;
	}
	if (*set->warden_epoch_file != '/') {
		*error_r = t_strdup_printf(
			"warden_epoch_file: '%s' is not an absolute path",
			set->warden_epoch_file);
		return FALSE;
	}
	if (set->warden_max_size < WARDEN_MAX_SIZE_MIN) {
		*error_r = t_strdup_printf(
			"warden_max_size: %llu bytes is less than %u",
			(unsigned long long)set->warden_max_size,
			WARDEN_MAX_SIZE_MIN);
		return FALSE;
	}
	return check_quarantine(set->warden_quarantine_mailbox, error_r) &&
		check_fail("warden_fail_lmtp", set->warden_fail_lmtp,
			   error_r) &&
		check_fail("warden_fail_lda", set->warden_fail_lda, error_r) &&
		check_fail("warden_fail_imap", set->warden_fail_imap,
			   error_r) &&
		check_fail("warden_fail_doveadm", set->warden_fail_doveadm,
			   error_r) &&
		check_actions(set->warden_actions, error_r) &&
		check_notice(set, error_r);
}

enum warden_fail_policy warden_settings_fail_policy(const char *value)
{
	return strcmp(value, "accept") == 0 ? WARDEN_FAIL_ACCEPT :
		WARDEN_FAIL_DEFER;
}

bool warden_settings_is_excluded(const struct warden_settings *set,
				 const char *vname)
{
	const char *const *patterns;

	if (*set->warden_exclude_mailboxes == '\0')
		return FALSE;
	patterns = t_strsplit(set->warden_exclude_mailboxes, ",");
	for (; *patterns != NULL; patterns++) {
		const char *pattern = t_str_trim(*patterns, " \t");

		if (*pattern != '\0' && wildcard_match(vname, pattern))
			return TRUE;
	}
	return FALSE;
}
