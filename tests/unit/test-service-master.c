/* Dovecot's master as its releases differ: which descriptors are listeners,
   whether a client comes along, what is reported, how lines are logged. */

#include "warden-config.h"

#include "scanner/service/log.h"
#include "scanner/service/master.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATUS_FD 5
#define DEAD_FD 6

struct master_row {
	const char *name;
	int listeners[3];	/* 0 ends */
	int accepted;		/* a client's descriptor, 0 = none */
	bool announce;		/* DOVECOT_ACCEPTED_CLIENT_LISTENER_FD */
	int expect_accepted;
};

static const struct master_row rows[] = {
	{ "2.3: first listener is 7", { 7 }, 0, false, -1 },
	{ "2.3: two listeners", { 7, 8 }, 0, false, -1 },
	{ "2.4.1: first listener is 8", { 8 }, 0, false, -1 },
	{ "2.4.2: first listener is 9", { 9, 10 }, 0, false, -1 },
	{ "2.4.2: a client was accepted", { 9 }, 8, true, 8 },
	{ "a socket on 8 that nobody announced", { 9 }, 8, false, -1 },
	{ "a listener on 8 is never a client", { 8, 9 }, 0, true, -1 },
};

/* The test framework has descriptors of its own where the master puts his:
   each row runs in a child that has none. */
static void move(int fd, int target)
{
	if (fd != target) {
		g_assert_cmpint(dup2(fd, target), ==, target);
		close(fd);
	}
}

static int new_listener(void)
{
	/* Autobind: an abstract name that the kernel makes up. */
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	g_assert_cmpint(bind(fd, (struct sockaddr *)&address,
			     sizeof(address.sun_family)), ==, 0);
	g_assert_cmpint(listen(fd, 5), ==, 0);
	return fcntl(fd, F_DUPFD, 50);
}

static void check_report(struct warden_master *master, int status_fd)
{
	struct {
		pid_t pid;
		unsigned int generation, available_count;
	} status[8];
	static const bool said[] = { true, true, false, false, true };
	static const unsigned int wanted[] = { 64, 0, 64 };

	for (gsize i = 0; i < G_N_ELEMENTS(said); i++)
		warden_master_report(master, said[i]);
	ssize_t got = read(status_fd, status, sizeof(status));
	g_assert_cmpint(got, ==, 3 * sizeof(status[0]));
	for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++) {
		g_assert_cmpint(status[i].pid, ==, getpid());
		g_assert_cmpuint(status[i].generation, ==, 77);
		g_assert_cmpuint(status[i].available_count, ==, wanted[i]);
	}
}

static void check_dead(const struct warden_master *master, int dead_fd)
{
	struct pollfd pollfd = { .fd = master->dead_fd };

	g_assert_cmpint(poll(&pollfd, 1, 0), ==, 0);
	close(dead_fd);
	g_assert_cmpint(poll(&pollfd, 1, 1000), ==, 1);
}

static void run_row(const struct master_row *row)
{
	struct warden_master master;
	char *error = NULL;
	int status[2], dead[2], pair[2], n = 0;

	closefrom(3);
	g_assert_cmpint(pipe(status), ==, 0);
	g_assert_cmpint(pipe(dead), ==, 0);
	int status_fd = fcntl(status[0], F_DUPFD, 50);
	int dead_fd = fcntl(dead[0], F_DUPFD, 50);
	int status_end = fcntl(status[1], F_DUPFD, 50);
	int dead_end = fcntl(dead[1], F_DUPFD, 50);
	int high[3] = { 0 };
	for (; n < 3 && row->listeners[n] != 0; n++)
		high[n] = new_listener();
	g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), ==, 0);
	int client = fcntl(pair[0], F_DUPFD, 50);
	close_range(3, 49, 0);
	move(status_end, STATUS_FD);
	move(dead_end, DEAD_FD);
	for (int i = 0; i < n; i++)
		move(high[i], row->listeners[i]);
	if (row->accepted != 0)
		move(client, row->accepted);

	setenv("DOVECOT_CHILD_PROCESS", "1", 1);
	setenv("GENERATION", "77", 1);
	setenv("CLIENT_LIMIT", "64", 1);
	setenv("SERVICE_COUNT", "1000", 1);
	if (row->announce)
		setenv("DOVECOT_ACCEPTED_CLIENT_LISTENER_FD", "9", 1);
	g_assert_true(warden_master_is_parent());
	g_assert_cmpint(warden_master_init(&master, &error), ==, 1);
	g_assert_cmpuint(master.n_listeners, ==, n);
	for (int i = 0; i < n; i++)
		g_assert_cmpint(master.listeners[i], ==, row->listeners[i]);
	g_assert_cmpint(master.accepted_fd, ==, row->expect_accepted);
	g_assert_cmpuint(master.service_count, ==, 1000);
	check_report(&master, status_fd);
	check_dead(&master, dead_fd);
	_exit(0);
}

static void test_descriptors(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		int status;
		pid_t pid = fork();
		if (pid == 0)
			run_row(&rows[i]);
		g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
		g_test_message("%s", rows[i].name);
		g_assert_cmpint(status, ==, 0);
	}
}

static void run_without_master(void)
{
	struct warden_master master;
	char *error = NULL;

	closefrom(3);
	setenv("DOVECOT_CHILD_PROCESS", "1", 1);
	setenv("GENERATION", "1", 1);
	if (warden_master_init(&master, &error) == -1 &&
	    strstr(error, "status pipe") != NULL)
		_exit(0);
	_exit(1);
}

static void test_nothing_passed(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		run_without_master();
	g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
	g_assert_cmpint(status, ==, 0);
}

/* What arrives on descriptor 2 is one line, and says what it should. */
static void log_in_child(int fd)
{
	dup2(fd, STDERR_FILENO);
	warden_log_init(true);
	warden_log_error("user %s", "a\n\001\004forged\033[2J");
	warden_log_init(false);
	warden_log_warning("plain");
	_exit(0);
}

static void test_log(void)
{
	char text[4096];
	int fds[2], status;

	g_assert_cmpint(pipe(fds), ==, 0);
	pid_t pid = fork();
	if (pid == 0)
		log_in_child(fds[1]);
	g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
	ssize_t size = read(fds[0], text, sizeof(text) - 1);
	g_assert_cmpint(size, >, 0);
	text[size] = '\0';
	g_autofree char *start = g_strdup_printf("\001\004%d user a", pid);
	g_autofree char *second = g_strdup_printf(
		"\nwardend[%d]: warning: plain\n", pid);
	g_assert_true(g_str_has_prefix(text, start));
	g_assert_true(g_str_has_suffix(text, second));
	guint lines = 0;
	for (ssize_t i = 0; i < size; i++) {
		lines += text[i] == '\n';
		g_assert_true((guchar)text[i] >= 0x20 || text[i] == '\n' ||
			      i < 2);
	}
	g_assert_cmpuint(lines, ==, 2);
	close(fds[0]);
	close(fds[1]);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/service/master/descriptors", test_descriptors);
	g_test_add_func("/service/master/nothing-passed", test_nothing_passed);
	g_test_add_func("/service/log", test_log);
	return g_test_run();
}
