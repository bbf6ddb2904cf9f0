/* 2.4: settings come from the config service, already parsed. */

#include "lib.h"
#include "mail-user.h"
#include "settings.h"

#include "plugin/warden-settings.h"
#include "warden-settings-info.h"

int warden_settings_get(struct mail_user *user,
			const struct warden_settings **set_r,
			const char **error_r)
{
	const struct warden_settings *set;

	if (settings_get(user->event, &warden_setting_parser_info, 0,
			 &set, error_r) < 0)
		return -1;
	/* The struct belongs to its own pool: let the user's pool own it. */
	pool_add_external_ref(user->pool, set->pool);
	pool_t pool = set->pool;
	pool_unref(&pool);
	*set_r = set;
	return 0;
}
