#ifndef WARDEN_LOG_H
#define WARDEN_LOG_H

/* Log lines of wardend, on descriptor 2: in the format of Dovecot's log
   service under its master, else as plain lines. Everything is made printable
   first (remote text may be part of it) and cut at WARDEN_LOG_LINE_MAX.
   Warnings are what clients and messages cause: of these a process writes at
   most 20 in ten seconds, then says how many it left out. */

#include <glib.h>
#include <stdbool.h>

void warden_log_init(bool under_dovecot);

void warden_log_info(const char *format, ...) G_GNUC_PRINTF(1, 2);
void warden_log_warning(const char *format, ...) G_GNUC_PRINTF(1, 2);
void warden_log_error(const char *format, ...) G_GNUC_PRINTF(1, 2);

#endif
