/* 2.4: the settings' definition. Compiled twice: into the plugin, which looks
   them up, and into libwarden_settings.so, from which the config process
   learns that they exist. */

#include "lib.h"
#include "settings-parser.h"

#include "plugin/warden-settings.h"
#include "warden-settings-info.h"

#undef DEF
#define DEF(type, name) \
	SETTING_DEFINE_STRUCT_##type(#name, name, struct warden_settings)

static const struct setting_define warden_setting_defines[] = {
	DEF(STR, warden_socket),
	DEF(TIME_MSECS, warden_deadline),
	DEF(STR, warden_quarantine_mailbox),
	DEF(STR, warden_fail_lmtp),
	DEF(STR, warden_fail_lda),
	DEF(STR, warden_fail_imap),
	DEF(STR, warden_fail_doveadm),
	DEF(STR, warden_actions),
	DEF(STR, warden_exclude_mailboxes),
	DEF(SIZE, warden_max_size),
	DEF(BOOL, warden_notify_alert),
	DEF(STR, warden_epoch_file),
	DEF(STR, warden_notice),
	DEF(BOOL, warden_notice_digest),
	DEF(STR, warden_notice_language),
	DEF(TIME, warden_retention),

	SETTING_DEFINE_LIST_END
};

/* A value with %{variables} is not known when the configuration is read; it
   is checked again when the user logs in. */
static const char *known(const char *value, const char *fallback)
{
	return value == set_value_unknown ? fallback : value;
}

static bool
settings_check_known(void *_set, pool_t pool ATTR_UNUSED, const char **error_r)
{
	struct warden_settings set = *(const struct warden_settings *)_set;
	const struct warden_settings *std = &warden_default_settings;

#define KNOWN(name) set.name = known(set.name, std->name)
	KNOWN(warden_socket);
	KNOWN(warden_quarantine_mailbox);
	KNOWN(warden_fail_lmtp);
	KNOWN(warden_fail_lda);
	KNOWN(warden_fail_imap);
	KNOWN(warden_fail_doveadm);
	KNOWN(warden_actions);
	KNOWN(warden_exclude_mailboxes);
	KNOWN(warden_epoch_file);
	KNOWN(warden_notice);
	KNOWN(warden_notice_language);
#undef KNOWN
	return warden_settings_check(&set, error_r);
}

const struct setting_parser_info warden_setting_parser_info = {
	.name = "warden",

	.defines = warden_setting_defines,
	.defaults = &warden_default_settings,

	.struct_size = sizeof(struct warden_settings),
	.pool_offset1 = 1 + offsetof(struct warden_settings, pool),
	.check_func = settings_check_known,
};
