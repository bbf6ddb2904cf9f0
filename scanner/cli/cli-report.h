#ifndef WARDEN_CLI_REPORT_H
#define WARDEN_CLI_REPORT_H

/* What `warden scan` prints for people. */

#include "scanner/core/scan.h"

#include <stdio.h>

/* Text that a terminal shows as it is (warden_scan_safe_text). Owned by the
   caller. */
char *warden_report_safe(const char *text);

/* The report of one message: the verdict, why, and what it consists of. */
void warden_report_print(FILE *out, bool colour,
			 const struct warden_config *config, const char *file,
			 const struct warden_scan_result *result);
void warden_report_print_error(FILE *out, bool colour, const char *file,
			       const char *error);

#endif
