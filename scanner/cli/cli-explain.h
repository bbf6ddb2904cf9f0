#ifndef WARDEN_CLI_EXPLAIN_H
#define WARDEN_CLI_EXPLAIN_H

/* What `warden scan --explain` prints below a message's report: how its
   findings add up, what would have changed the verdict, and which knowledge
   besides the message was used. */

#include "scanner/core/scan.h"

#include <stdio.h>

void cli_explain(FILE *out, const struct warden_config *config,
		 const struct warden_scan_input *input,
		 const struct warden_scan_result *result);

#endif
