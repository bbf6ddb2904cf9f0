#ifndef WARDEN_DOVEADM_COMPAT_H
#define WARDEN_DOVEADM_COMPAT_H

/* 2.4: parameters are looked up by name. */

#include "doveadm-settings.h"
#include "settings.h"

#include "plugin/warden-settings.h"
#include "warden-settings-info.h"

#define WARDEN_DOVEADM_INIT(name) \
	static void name(struct doveadm_mail_cmd_context *_ctx)

static inline void
warden_doveadm_set_options(struct doveadm_mail_cmd_context *ctx ATTR_UNUSED,
			   const char *options ATTR_UNUSED)
{
}

/* -A beside -F would be stronger. */
#define WARDEN_DOVEADM_FILE_IS_ALL FALSE

/* The warden_socket setting outside of any user. Returns 0 or -1. */
static inline int
warden_doveadm_get_socket(struct doveadm_cmd_context *cctx,
			  const char **socket_r, const char **error_r)
{
	const struct warden_settings *set;

	if (settings_get(cctx->event, &warden_setting_parser_info,
			 SETTINGS_GET_FLAG_NO_EXPAND, &set, error_r) < 0)
		return -1;
	*socket_r = t_strdup(set->warden_socket);
	settings_free(set);
	return 0;
}

#endif
