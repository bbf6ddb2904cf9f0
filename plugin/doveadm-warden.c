/* doveadm warden status: is the scanner well? Needs no mail plugin. */

#include "lib.h"
#include "buffer.h"
#include "doveadm-mail.h"
#include "doveadm-print.h"

#include "doveadm-warden.h"
#include "warden-client.h"

#include "warden-doveadm-compat.h"

#include <sysexits.h>

#define STATUS_DEADLINE_MSECS 5000

const char *doveadm_warden_plugin_version = DOVECOT_ABI_VERSION;

static void print_status(const struct warden_str *text)
{
	const char *const *lines;

	doveadm_print_header("key", "key", DOVEADM_PRINT_HEADER_FLAG_EXPAND);
	doveadm_print_header_simple("value");
	lines = t_strsplit(t_strndup(text->data, text->size), "\n");
	for (; *lines != NULL; lines++) {
		const char *equals = strchr(*lines, '=');

		if (equals == NULL)
			continue;
		doveadm_print(t_strdup_until(*lines, equals));
		doveadm_print(equals + 1);
	}
}

static int
get_socket_path(struct doveadm_cmd_context *cctx, const char **path_r,
		const char **error_r)
{
	if (!doveadm_cmd_param_str(cctx, "socket", path_r) &&
	    warden_doveadm_get_socket(cctx, path_r, error_r) < 0)
		return -1;
	if (**path_r != '/') {
		*path_r = t_strconcat(doveadm_settings->base_dir, "/",
				      *path_r, NULL);
	}
	return 0;
}

static void
ask_status(const char *path, struct event *event)
{
	struct warden_request request = {
		.op = WARDEN_OP_STATUS,
		.service = warden_str("doveadm", 7),
	};
	struct warden_client_input input = {
		.event = event,
		.socket_path = path,
	};
	buffer_t *frame = t_buffer_create(1024);
	struct warden_reply reply;
	const char *error;

	warden_client_reset();
	if (warden_client_ask(&input, &request, NULL, warden_client_now() +
			      STATUS_DEADLINE_MSECS, frame, &reply,
			      &error) < 0) {
		i_error("The scanner does not answer: %s", error);
		doveadm_exit_code = EX_UNAVAILABLE;
	} else if (reply.status != WARDEN_STATUS_OK) {
		i_error("The scanner is not well: %s",
			t_strndup(reply.reason.data, reply.reason.size));
		doveadm_exit_code = EX_TEMPFAIL;
	} else {
		print_status(&reply.text);
	}
}

static void cmd_warden_status(struct doveadm_cmd_context *cctx)
{
	struct event *event;
	const char *path, *error;

	doveadm_print_init(DOVEADM_PRINT_TYPE_TABLE);
	if (get_socket_path(cctx, &path, &error) < 0) {
		i_error("%s", error);
		doveadm_exit_code = EX_CONFIG;
		return;
	}
	event = event_create(NULL);
	ask_status(path, event);
	event_unref(&event);
}

static struct doveadm_cmd_ver2 cmd_status = {
	.name = "warden status",
	.usage = "[-s <socket>]",
	.cmd = cmd_warden_status,
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_PARAM('s', "socket", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAMS_END
};

void doveadm_warden_plugin_init(struct module *module ATTR_UNUSED)
{
	doveadm_cmd_register_ver2(&cmd_status);
}

void doveadm_warden_plugin_deinit(void)
{
}
