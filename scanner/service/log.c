#include "warden-config.h"

#include "log.h"

#include "../facts/facts.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

/* Numbers of Dovecot's log types plus one, as they stand on the wire. */
enum log_type {
	LOG_INFO = 2,
	LOG_WARNING = 3,
	LOG_ERROR = 4,
};

#define WARNINGS_MAX 20
#define WARNINGS_USECS (10 * G_USEC_PER_SEC)

static bool log_under_dovecot;
/* Warnings in the current period, and when that began. */
static guint warnings;
static gint64 warnings_since;

void warden_log_init(bool under_dovecot)
{
	log_under_dovecot = under_dovecot;
}

static void G_GNUC_PRINTF(2, 0)
log_line(enum log_type type, const char *format, va_list args)
{
	static const char *const words[] = {
		[LOG_INFO] = "", [LOG_WARNING] = "warning: ",
		[LOG_ERROR] = "error: ",
	};
	g_autofree char *raw = g_strdup_vprintf(format, args);
	g_autofree char *text = warden_facts_sanitise(
		raw, strlen(raw), WARDEN_LOG_LINE_MAX, FALSE);
	g_autofree char *line = log_under_dovecot ?
		g_strdup_printf("\001%c%d %s\n", type, (int)getpid(), text) :
		g_strdup_printf("wardend[%d]: %s%s\n", (int)getpid(),
				words[type], text);

	/* Below PIPE_BUF: lines of several processes do not mix. A log that
	   cannot be written has nobody to be told. */
	if (write(STDERR_FILENO, line, strlen(line)) < 0)
		return;
}

void warden_log_info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_INFO, format, args);
	va_end(args);
}

/* Returns whether another warning may be written. */
static bool count_warning(void)
{
	gint64 now = g_get_monotonic_time();
	guint left_out;

	if (now - warnings_since >= WARNINGS_USECS) {
		left_out = warnings > WARNINGS_MAX ?
			warnings - WARNINGS_MAX : 0;
		warnings = 0;
		warnings_since = now;
		if (left_out > 0)
			warden_log_info("%u warnings were left out", left_out);
	}
	return ++warnings <= WARNINGS_MAX;
}

void warden_log_warning(const char *format, ...)
{
	va_list args;

	if (!count_warning())
		return;
	va_start(args, format);
	log_line(LOG_WARNING, format, args);
	va_end(args);
}

void warden_log_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_ERROR, format, args);
	va_end(args);
}
