/* 2.3: settings stand in plugin { } as strings. */

#include "lib.h"
#include "array.h"
#include "mail-user.h"
#include "settings-parser.h"

#include "plugin/warden-settings.h"

static const char *
get_str(struct mail_user *user, const char *name, const char *fallback)
{
	const char *value = mail_user_plugin_getenv(user, name);

	return value == NULL || *value == '\0' ? fallback :
		p_strdup(user->pool, value);
}

static int
get_bool(struct mail_user *user, const char *name, bool *value_r,
	 const char **error_r)
{
	const char *value = mail_user_plugin_getenv(user, name);

	if (value == NULL || *value == '\0')
		return 0;
	if (strcasecmp(value, "yes") == 0 || strcasecmp(value, "y") == 0 ||
	    strcasecmp(value, "true") == 0 || strcmp(value, "1") == 0)
		*value_r = TRUE;
	else if (strcasecmp(value, "no") == 0 || strcasecmp(value, "n") == 0 ||
		 strcasecmp(value, "false") == 0 || strcmp(value, "0") == 0)
		*value_r = FALSE;
	else {
		*error_r = t_strdup_printf("%s: '%s' is neither yes nor no",
					   name, value);
		return -1;
	}
	return 0;
}

static int
read_numbers(struct mail_user *user, struct warden_settings *set,
	     const char **error_r)
{
	const char *value, *why;

	value = mail_user_plugin_getenv(user, "warden_deadline");
	if (value != NULL && *value != '\0' &&
	    settings_get_time_msecs(value, &set->warden_deadline, &why) < 0) {
		*error_r = t_strdup_printf("warden_deadline: '%s': %s",
					   value, why);
		return -1;
	}
	value = mail_user_plugin_getenv(user, "warden_max_size");
	if (value != NULL && *value != '\0' &&
	    settings_get_size(value, &set->warden_max_size, &why) < 0) {
		*error_r = t_strdup_printf("warden_max_size: '%s': %s",
					   value, why);
		return -1;
	}
	value = mail_user_plugin_getenv(user, "warden_retention");
	if (value != NULL && *value != '\0' &&
	    settings_get_time(value, &set->warden_retention, &why) < 0) {
		*error_r = t_strdup_printf("warden_retention: '%s': %s",
					   value, why);
		return -1;
	}
	if (get_bool(user, "warden_notice_digest", &set->warden_notice_digest,
		     error_r) < 0)
		return -1;
	return get_bool(user, "warden_notify_alert",
			&set->warden_notify_alert, error_r);
}

/* plugin { } takes any name, so a misspelt one would pass unnoticed. */
static int check_names(struct mail_user *user, const char **error_r)
{
	static const char *const names[] = {
		"warden_socket", "warden_deadline", "warden_quarantine_mailbox",
		"warden_fail_lmtp", "warden_fail_lda", "warden_fail_imap",
		"warden_fail_doveadm", "warden_actions",
		"warden_exclude_mailboxes", "warden_max_size",
		"warden_notify_alert", "warden_epoch_file",
		"warden_notice", "warden_notice_digest",
		"warden_notice_language", "warden_retention", NULL
	};
	const char *const *envs;
	unsigned int i, count;

	if (!array_is_created(&user->set->plugin_envs))
		return 0;
	envs = array_get(&user->set->plugin_envs, &count);
	for (i = 0; i + 1 < count; i += 2) {
		if (!str_begins(envs[i], "warden_") ||
		    str_array_find(names, envs[i]))
			continue;
		*error_r = t_strdup_printf("%s = %s: there is no such setting",
					   envs[i], envs[i + 1]);
		return -1;
	}
	return 0;
}

int warden_settings_get(struct mail_user *user,
			const struct warden_settings **set_r,
			const char **error_r)
{
	struct warden_settings *set =
		p_new(user->pool, struct warden_settings, 1);

	*set = warden_default_settings;
	set->pool = user->pool;
#define READ(name) set->name = get_str(user, #name, set->name)
	READ(warden_socket);
	READ(warden_quarantine_mailbox);
	READ(warden_fail_lmtp);
	READ(warden_fail_lda);
	READ(warden_fail_imap);
	READ(warden_fail_doveadm);
	READ(warden_actions);
	READ(warden_exclude_mailboxes);
	READ(warden_epoch_file);
	READ(warden_notice);
	READ(warden_notice_language);
#undef READ
	if (check_names(user, error_r) < 0 ||
	    read_numbers(user, set, error_r) < 0)
		return -1;
	if (!warden_settings_check(set, error_r))
		return -1;
	*set_r = set;
	return 0;
}
