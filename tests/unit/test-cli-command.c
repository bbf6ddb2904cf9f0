/* Commands that feeds are fetched with: what becomes of their output, and of
   those that fail, do not end or say too much. */

#include "warden-config.h"

#include "scanner/cli/cli-command.h"

#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static const struct cli_command_limits small = {
	.secs = 1, .output_max = 100000,
};
/* For what ends by itself, on a busy machine. */
static const struct cli_command_limits patient = {
	.secs = 60, .output_max = 100000,
};

/* Its output, or the error. */
static char *run(const char *command, const struct cli_command_limits *limits)
{
	char *error = NULL, buf[1000];
	gssize size;
	int fd;

	if (cli_command_run(command, "/proc/self", limits, &fd, &error) < 0)
		return error;
	size = read(fd, buf, sizeof(buf));
	g_assert_cmpint(size, >=, 0);
	close(fd);
	return g_strndup(buf, (gsize)size);
}

static const struct {
	const char *command;
	const struct cli_command_limits *limits;
	const char *wanted;
} rows[] = {
	{ "echo one two", &patient, "one two\n" },
	{ "echo 'one  two' $HOME `id` ;", &patient,
	  "one  two $HOME `id` ;\n" },
	{ "printenv PATH HOME USER LC_ALL", &patient, "command 'printenv': "
	  "exit status 1" },
	{ "printenv HOME", &patient, "/\n" },
	{ "cat", &patient, "" },
	{ "sh -c 'pwd; exit 0'", &patient, "/\n" },
	{ "sh -c 'echo out; echo first >&2; echo why >&2; exit 3'", &patient,
	  "command 'sh': exit status 3: why" },
	{ "sh -c 'kill -TERM $$'", &patient,
	  "command 'sh': ended by signal 15" },
	{ "sh -c 'yes >&2 & sleep 0.2; kill $!; echo ok'", &patient, "ok\n" },
	{ "yes", &patient, "command 'yes': it says too much" },
	{ "sleep 600", &small, "command 'sleep': it takes too long" },
	/* what it leaves in the background holds nothing up */
	{ "sh -c 'echo ok; sleep 600 >/dev/null 2>/dev/null &'", &patient,
	  "ok\n" },
	{ "sh -c 'echo ok; sleep 600 >/dev/null &'", &patient, "ok\n" },
	{ "sh -c 'echo ok; setsid sleep 3 >/dev/null &'", &patient, "ok\n" },
	{ "sh -c 'trap \"\" TERM INT HUP; sleep 600'", &small,
	  "command 'sh': it takes too long" },
	{ "sh -c 'echo ok; exec >&-; sleep 600'", &small,
	  "command 'sh': it takes too long" },
	{ "sh -c 'echo ok; exec >&- 2>&-; sleep 600'", &small,
	  "command 'sh': it takes too long" },
	{ "", &patient, "command '': Text was empty (or contained only "
	  "whitespace)" },
};

static void test_rows(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *got = run(rows[i].command, rows[i].limits);

		g_assert_cmpstr(got, ==, rows[i].wanted);
	}
}

static void test_missing(void)
{
	g_autofree char *got = run("/nonexistent/program", &patient);

	g_assert_true(g_str_has_prefix(got, "command '/nonexistent/program': "
				       "exit status 127: "));
	g_assert_nonnull(strstr(got, "No such file"));
}

/* Nobody else's database tells us what to run. */
static void test_owner(void)
{
	char *error = NULL;
	int fd;

	if (geteuid() == 0) {
		g_test_skip("root becomes the owner");
		return;
	}
	g_assert_cmpint(cli_command_run("true", "/proc/1", &patient, &fd,
					&error), ==, -1);
	g_assert_cmpstr(error, ==, "a feed's command runs as the owner of "
			"/proc/1 only");
	g_free(error);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/cli-command/rows", test_rows);
	g_test_add_func("/cli-command/missing", test_missing);
	g_test_add_func("/cli-command/owner", test_owner);
	return g_test_run();
}
