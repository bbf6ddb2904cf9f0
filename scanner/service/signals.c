#include "warden-config.h"

#include "signals.h"

#include <signal.h>

static volatile sig_atomic_t stop_signal;
static sigset_t wait_mask;

static void on_signal(int number)
{
	if (number != SIGCHLD)
		stop_signal = number;
}

void warden_signals_init(void)
{
	static const int handled[] = { SIGTERM, SIGINT, SIGCHLD };
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t mask;

	sigemptyset(&mask);
	for (gsize i = 0; i < G_N_ELEMENTS(handled); i++) {
		sigaction(handled[i], &action, NULL);
		sigaddset(&mask, handled[i]);
	}
	sigprocmask(SIG_BLOCK, &mask, &wait_mask);
	/* Whoever started us may have blocked them. */
	for (gsize i = 0; i < G_N_ELEMENTS(handled); i++)
		sigdelset(&wait_mask, handled[i]);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	/* A file above RLIMIT_FSIZE is an error, not an end. */
	(void)signal(SIGXFSZ, SIG_IGN);
}

bool warden_signals_stopping(void)
{
	return stop_signal != 0;
}

int warden_signals_poll(struct pollfd *polls, guint count,
			gint64 timeout_usecs)
{
	struct timespec timeout = {
		.tv_sec = timeout_usecs / G_USEC_PER_SEC,
		.tv_nsec = timeout_usecs % G_USEC_PER_SEC * 1000,
	};

	return ppoll(polls, count, timeout_usecs < 0 ? NULL : &timeout,
		     &wait_mask);
}

void warden_signals_wait(guint msecs)
{
	(void)warden_signals_poll(NULL, 0, msecs * G_GINT64_CONSTANT(1000));
}
