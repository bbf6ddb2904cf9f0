/* wardend: scan messages for Dovecot's processes. Started by Dovecot's master
   as "service warden", or with --listen on its own. Only wiring here. */

#include "warden-config.h"

#include "listen.h"
#include "log.h"
#include "serve.h"
#include "signals.h"

#include <string.h>
#include <unistd.h>

#define EXIT_FAILED 1
#define EXIT_USAGE 2
#define WORKERS_MAX 256

struct options {
	char *config;
	char *listen;
	char *mode;
	int workers;
	gboolean allow_root;
	gboolean version;
};

static bool parse_options(int *argc, char ***argv, struct options *options)
{
	GOptionEntry entries[] = {
		{ "config", 'c', 0, G_OPTION_ARG_FILENAME, &options->config,
		  "Read FILE instead of the default configuration", "FILE" },
		{ "listen", 'l', 0, G_OPTION_ARG_FILENAME, &options->listen,
		  "Listen on a UNIX socket, without Dovecot's master",
		  "PATH" },
		{ "workers", 'w', 0, G_OPTION_ARG_INT, &options->workers,
		  "Processes with --listen: messages at a time (default 4)",
		  "N" },
		{ "socket-mode", 'm', 0, G_OPTION_ARG_STRING, &options->mode,
		  "Permissions of the socket, octal (default 0600)", "MODE" },
		{ "allow-root", 0, 0, G_OPTION_ARG_NONE, &options->allow_root,
		  "Run as root all the same (for tests)", NULL },
		{ "version", 0, 0, G_OPTION_ARG_NONE, &options->version,
		  "Print the version", NULL },
		G_OPTION_ENTRY_NULL
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);

	g_option_context_set_summary(
		context, "Judge mail for Dovecot's Warden plugin.");
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, argc, argv, &error)) {
		g_printerr("wardend: %s\n", error->message);
		return false;
	}
	if (*argc > 1) {
		g_printerr("wardend: unexpected argument: %s\n", (*argv)[1]);
		return false;
	}
	if (options->workers < 1 || options->workers > WORKERS_MAX) {
		g_printerr("wardend: --workers must be 1 to %d\n",
			   WORKERS_MAX);
		return false;
	}
	return true;
}

static bool parse_mode(const char *text, guint *mode_r)
{
	guint64 mode;

	if (!g_ascii_string_to_unsigned(text, 8, 0, 0777, &mode, NULL))
		return false;
	*mode_r = mode;
	return true;
}

static void say_rules(enum warden_rulebook_news news, const char *line)
{
	if (news == WARDEN_RULEBOOK_REFUSED)
		warden_log_warning("%s", line);
	else
		warden_log_info("%s", line);
}

/* Parser, rules and configuration are loaded once; workers share them. */
static int init(const struct options *options,
		struct warden_config **config_r,
		struct warden_reader **reader_r,
		struct warden_rulebook **rulebook_r, char **error_r)
{
	if (warden_config_load(options->config, config_r, error_r) < 0)
		return -1;
	struct warden_reader_settings settings = {
		.timeout_msecs = (*config_r)->reader_msecs,
		.memory_limit = (*config_r)->reader_memory,
		.sensitive = (*config_r)->site.dlp->enabled,
		.patterns = (*config_r)->site.dlp->patterns,
		.smime_roots = (*config_r)->smime_roots,
		.openpgp_keys = (*config_r)->openpgp_keys,
	};
	if (warden_reader_init(&settings, reader_r, error_r) < 0)
		return -1;
	*rulebook_r = warden_rulebook_new(*config_r, *reader_r, true,
					  say_rules);
	return 1;
}

static void serve(const struct warden_config *config,
		  struct warden_reader *reader,
		  struct warden_rulebook *rulebook,
		  struct warden_master *master)
{
	struct warden_service service = {
		.config = config, .reader = reader, .rulebook = rulebook,
		.clamd = warden_scan_clamd(config),
		.records = warden_records_new(
			config, warden_rulebook_fingerprint(rulebook)),
		.started = g_get_monotonic_time(),
	};

	warden_serve(&service, master);
	warden_records_free(&service.records);
	warden_clamd_free(&service.clamd);
}

static int run_listen(const struct options *options,
		      const struct warden_config *config,
		      struct warden_reader *reader,
		      struct warden_rulebook *rulebook, char **error_r)
{
	struct warden_master alone = {
		.n_listeners = 1, .accepted_fd = -1, .dead_fd = -1,
		.status_fd = -1,
	};
	guint mode = 0600;

	if (options->mode != NULL && !parse_mode(options->mode, &mode)) {
		*error_r = g_strdup_printf("bad --socket-mode: %s",
					   options->mode);
		return -1;
	}
	if (warden_listen_open(options->listen, mode, &alone.listeners[0],
			       error_r) < 0)
		return -1;
	if (warden_listen_prefork(options->workers)) {
		serve(config, reader, rulebook, &alone);
		return 1;
	}
	unlink(options->listen);
	return 1;
}

static int run_master(const struct warden_config *config,
		      struct warden_reader *reader,
		      struct warden_rulebook *rulebook, char **error_r)
{
	struct warden_master master;

	if (warden_master_init(&master, error_r) < 0)
		return -1;
	serve(config, reader, rulebook, &master);
	return 1;
}

int main(int argc, char **argv)
{
	struct options options = { .workers = 4 };
	struct warden_config *config = NULL;
	struct warden_reader *reader = NULL;
	struct warden_rulebook *rulebook = NULL;
	bool dovecot = warden_master_is_parent();
	char *error = NULL;
	int ret;

	if (!parse_options(&argc, &argv, &options))
		return EXIT_USAGE;
	if (options.version) {
		g_print("wardend %s\n", PACKAGE_VERSION_STRING);
		return 0;
	}
	dovecot = dovecot && options.listen == NULL;
	warden_log_init(dovecot);
	warden_signals_init();
	if (!dovecot && options.listen == NULL) {
		g_printerr("wardend: not started by Dovecot, and no "
			   "--listen PATH\n");
		return EXIT_USAGE;
	}
	if ((getuid() == 0 || geteuid() == 0) && !options.allow_root) {
		warden_log_error("will not read hostile mail as root: set "
				 "\"user\" and \"drop_priv_before_exec = yes\" "
				 "in service warden, or start it as a user of "
				 "its own");
		return EXIT_FAILED;
	}
	ret = init(&options, &config, &reader, &rulebook, &error);
	if (ret > 0)
		ret = dovecot ?
			run_master(config, reader, rulebook, &error) :
			run_listen(&options, config, reader, rulebook,
				   &error);
	if (ret < 0)
		warden_log_error("%s", error);
	g_free(error);
	warden_rulebook_free(&rulebook);
	warden_reader_deinit(&reader);
	if (config != NULL)
		warden_config_free(config);
	g_free(options.config);
	g_free(options.listen);
	g_free(options.mode);
	return ret < 0 ? EXIT_FAILED : 0;
}
