#include "warden-config.h"

#include "cli-command.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SAID_MAX 400	/* bytes of standard error that are kept */

const struct cli_command_limits cli_command_limits = {
	.secs = 300, .output_max = G_GUINT64_CONSTANT(1) << 30,
};

struct command {
	const struct cli_command_limits *limits;
	char **words;
	pid_t pid;
	int output, errors;	/* pipes from it */
	int file;		/* where its output goes */
	guint64 size;
	gint64 until;		/* monotonic */
	GString *said;
	const char *fault;	/* why it was ended */
};

/* --- whose --------------------------------------------------------------------- */

static int become(uid_t uid, gid_t gid)
{
	const struct passwd *user = getpwuid(uid);

	if (user != NULL)
		gid = user->pw_gid;
	if ((user != NULL ? initgroups(user->pw_name, gid) :
	     setgroups(0, NULL)) < 0)
		return -1;
	return setgid(gid) < 0 || setuid(uid) < 0 ? -1 : 1;
}

int cli_become_owner(const char *path, char **error_r)
{
	struct stat st;

	if (geteuid() != 0)
		return 1;
	if (stat(path, &st) < 0) {
		*error_r = g_strdup_printf("%s: %s", path, g_strerror(errno));
		return -1;
	}
	if (st.st_uid == 0 || become(st.st_uid, st.st_gid) > 0)
		return 1;
	*error_r = g_strdup_printf("cannot become the owner of %s: %s", path,
				   g_strerror(errno));
	return -1;
}

/* Whoever can write the database could have put the command there. */
static int may_run(const char *owner, struct stat *st, char **error_r)
{
	if (stat(owner, st) < 0) {
		*error_r = g_strdup_printf("%s: %s", owner, g_strerror(errno));
		return -1;
	}
	if (geteuid() == 0 || geteuid() == st->st_uid)
		return 1;
	*error_r = g_strdup_printf("a feed's command runs as the owner of %s "
				   "only", owner);
	return -1;
}

/* --- the child ------------------------------------------------------------------- */

static void set_environment(void)
{
	static const char *const kept[] = { "http_proxy", "https_proxy",
					    "no_proxy", "HTTPS_PROXY" };
	g_auto(GStrv) values = g_new0(char *, G_N_ELEMENTS(kept) + 1);

	for (gsize i = 0; i < G_N_ELEMENTS(kept); i++)
		values[i] = g_strdup(g_getenv(kept[i]));
	clearenv();
	for (gsize i = 0; i < G_N_ELEMENTS(kept); i++) {
		if (values[i] != NULL)
			setenv(kept[i], values[i], 1);
	}
	setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 1);
	setenv("HOME", "/", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
}

static void G_GNUC_NORETURN run_child(char **words, const int *output,
				      const int *errors, const struct stat *st)
{
	struct rlimit none = { 0, 0 };
	int null = open("/dev/null", O_RDONLY);

	setsid();
	dup2(null, STDIN_FILENO);
	dup2(output[1], STDOUT_FILENO);
	dup2(errors[1], STDERR_FILENO);
	setrlimit(RLIMIT_CORE, &none);
	if (geteuid() == 0 && st->st_uid != 0 &&
	    become(st->st_uid, st->st_gid) < 0) {
		perror("cannot become the database's owner");
		_exit(126);
	}
	set_environment();
	if (chdir("/") == 0)
		execvp(words[0], words);
	perror(words[0]);
	_exit(127);
}

static int start(struct command *command, const struct stat *st,
		 char **error_r)
{
	int output[2] = { -1, -1 }, errors[2] = { -1, -1 };

	if (pipe2(output, O_CLOEXEC) == 0 && pipe2(errors, O_CLOEXEC) == 0)
		command->pid = fork();
	if (command->pid < 0)
		*error_r = g_strdup_printf("%s: %s", command->words[0],
					   g_strerror(errno));
	if (command->pid == 0)
		run_child(command->words, output, errors, st);
	if (output[1] >= 0)
		close(output[1]);
	if (errors[1] >= 0)
		close(errors[1]);
	command->output = output[0];
	command->errors = errors[0];
	return command->pid < 0 ? -1 : 1;
}

/* --- what it says ------------------------------------------------------------------ */

static void take_said(struct command *command, const char *data, gsize size)
{
	g_string_append_len(command->said, data, (gssize)size);
	if (command->said->len > SAID_MAX)
		g_string_erase(command->said, 0,
			       (gssize)(command->said->len - SAID_MAX));
}

static void take_output(struct command *command, const char *data, gsize size)
{
	command->size += size;
	if (command->size > command->limits->output_max)
		command->fault = "it says too much";
	else if (write(command->file, data, size) != (gssize)size)
		command->fault = "its output cannot be kept in a temporary "
				 "file";
}

/* Returns FALSE when there will be no more. */
static bool take_piece(struct command *command, int *fd)
{
	char buf[65536];
	gssize size = read(*fd, buf, sizeof(buf));

	if (size < 0 && errno == EINTR)
		return TRUE;
	if (size <= 0) {
		close(*fd);
		*fd = -1;
		return FALSE;
	}
	if (fd == &command->output)
		take_output(command, buf, (gsize)size);
	else
		take_said(command, buf, (gsize)size);
	return TRUE;
}

/* Until its output ends: what it leaves running in the background is ended
   with it. */
static void listen_to(struct command *command)
{
	while (command->output >= 0 && command->fault == NULL) {
		struct pollfd fds[] = {
			{ .fd = command->output, .events = POLLIN },
			{ .fd = command->errors, .events = POLLIN },
		};
		gint64 left = command->until - g_get_monotonic_time();

		if (left <= 0) {
			command->fault = "it takes too long";
			break;
		}
		if (poll(fds, 2, (int)(left / 1000 + 1)) < 0)
			continue;
		if (fds[1].revents != 0)
			take_piece(command, &command->errors);
		if (fds[0].revents != 0)
			take_piece(command, &command->output);
	}
}

/* --- the end ------------------------------------------------------------------------ */

static int fail(const struct command *command, const char *what,
		char **error_r)
{
	g_strchomp(command->said->str);
	const char *said = strrchr(command->said->str, '\n');

	said = said == NULL ? command->said->str : said + 1;
	g_autofree char *safe = g_utf8_make_valid(said, -1);
	*error_r = g_strdup_printf("command '%s': %s%s%s", command->words[0],
				   what, *safe != '\0' ? ": " : "", safe);
	return -1;
}

/* Its output has ended, which it may do by closing it. */
static int wait_for_end(struct command *command)
{
	int status = 0;

	while (command->fault == NULL &&
	       waitpid(command->pid, &status, WNOHANG) == 0) {
		struct pollfd fd = { .fd = command->errors, .events = POLLIN };

		if (g_get_monotonic_time() > command->until)
			command->fault = "it takes too long";
		else if (poll(&fd, 1, 10) > 0)
			take_piece(command, &command->errors);
	}
	if (command->fault == NULL)
		return status;
	kill(-command->pid, SIGKILL);
	while (waitpid(command->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return status;
}

static int finish(struct command *command, char **error_r)
{
	g_autofree char *what = NULL;
	int status = wait_for_end(command);

	/* What it started and did not wait for. Should that have become a
	   session of its own, its end is not waited for. */
	kill(-command->pid, SIGKILL);
	if (command->errors >= 0)
		(void)fcntl(command->errors, F_SETFL, O_NONBLOCK);
	while (command->errors >= 0 && command->fault == NULL &&
	       take_piece(command, &command->errors))
		continue;
	if (command->fault != NULL)
		return fail(command, command->fault, error_r);
	if (WIFSIGNALED(status))
		what = g_strdup_printf("ended by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		what = g_strdup_printf("exit status %d", WEXITSTATUS(status));
	return what != NULL ? fail(command, what, error_r) : 1;
}

static int open_file(int *fd_r, char **error_r)
{
	g_autofree char *path = NULL;
	g_autoptr(GError) error = NULL;

	*fd_r = g_file_open_tmp("warden-feed-XXXXXX", &path, &error);
	if (*fd_r < 0) {
		*error_r = g_strdup(error->message);
		return -1;
	}
	unlink(path);
	fcntl(*fd_r, F_SETFD, FD_CLOEXEC);
	return 1;
}

static int run(struct command *command, const struct stat *st, char **error_r)
{
	int ret;

	if (open_file(&command->file, error_r) < 0)
		return -1;
	command->until = g_get_monotonic_time() +
		command->limits->secs * G_USEC_PER_SEC;
	ret = start(command, st, error_r);
	if (ret > 0) {
		listen_to(command);
		ret = finish(command, error_r);
	}
	if (command->output >= 0)
		close(command->output);
	if (command->errors >= 0)
		close(command->errors);
	if (ret > 0 && lseek(command->file, 0, SEEK_SET) == 0)
		return 1;
	close(command->file);
	return -1;
}

int cli_command_run(const char *text, const char *owner,
		    const struct cli_command_limits *limits, int *fd_r,
		    char **error_r)
{
	g_auto(GStrv) words = NULL;
	g_autoptr(GError) error = NULL;
	struct command command = {
		.limits = limits, .pid = -1, .output = -1, .errors = -1,
	};
	struct stat st;
	int ret;

	if (!g_shell_parse_argv(text, NULL, &words, &error)) {
		*error_r = g_strdup_printf("command '%s': %s", text,
					   error->message);
		return -1;
	}
	if (may_run(owner, &st, error_r) < 0)
		return -1;
	command.words = words;
	command.said = g_string_new(NULL);
	ret = run(&command, &st, error_r);
	*fd_r = command.file;
	g_string_free(command.said, TRUE);
	return ret;
}
