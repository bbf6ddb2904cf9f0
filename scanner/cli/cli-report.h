#ifndef WARDEN_CLI_REPORT_H
#define WARDEN_CLI_REPORT_H

/* What `warden scan` prints for people. */

#include "scanner/core/scan.h"

#include <stdio.h>

/* The report of one message: the verdict, why, and what it consists of. */
void warden_report_print(FILE *out, bool colour,
			 const struct warden_config *config, const char *file,
			 const struct warden_scan_result *result);
void warden_report_print_error(FILE *out, bool colour, const char *file,
			       const char *error);

#endif
