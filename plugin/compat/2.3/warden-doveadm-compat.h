#ifndef WARDEN_DOVEADM_COMPAT_H
#define WARDEN_DOVEADM_COMPAT_H

/* 2.3: a mail command's init function gets the positional arguments, and
   somebody must take the options one by one. We look all of them up by name,
   as 2.4 does. */

#include "doveadm-settings.h"

#define WARDEN_DOVEADM_INIT(name) \
	static void name(struct doveadm_mail_cmd_context *_ctx, \
			 const char *const args[] ATTR_UNUSED)

static inline bool
warden_doveadm_parse_arg(struct doveadm_mail_cmd_context *ctx ATTR_UNUSED,
			 int c ATTR_UNUSED)
{
	return TRUE;
}

static inline void
warden_doveadm_set_options(struct doveadm_mail_cmd_context *ctx,
			   const char *options)
{
	ctx->getopt_args = options;
	ctx->v.parse_arg = warden_doveadm_parse_arg;
}

/* Of several users 2.3's doveadm-server names each one that it acts for only if
   it sees -A; with -F the columns would not fit. */
#define WARDEN_DOVEADM_FILE_IS_ALL TRUE

/* The warden_socket setting outside of any user. Returns 0 or -1. */
static inline int
warden_doveadm_get_socket(struct doveadm_cmd_context *cctx ATTR_UNUSED,
			  const char **socket_r,
			  const char **error_r ATTR_UNUSED)
{
	const char *const *envs;
	unsigned int i, count;

	*socket_r = "warden";
	if (!array_is_created(&doveadm_settings->plugin_envs))
		return 0;
	envs = array_get(&doveadm_settings->plugin_envs, &count);
	for (i = 0; i + 1 < count; i += 2) {
		if (strcmp(envs[i], "warden_socket") == 0)
			*socket_r = envs[i + 1];
	}
	return 0;
}

#endif
