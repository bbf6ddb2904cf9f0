#ifndef WARDEN_CLI_PROFILE_H
#define WARDEN_CLI_PROFILE_H

/* What `warden scan --profile` measures: wall time of reading, by the kind of a
   message's largest part, and of each family of checks. */

#include "scanner/checks/checks.h"

#include <stdio.h>

struct cli_profile;

struct cli_profile *cli_profile_new(void);
void cli_profile_free(struct cli_profile *profile);
/* Before a message is scanned; what is returned lives as long as profile. */
const struct warden_checks_watch *
cli_profile_begin(struct cli_profile *profile);
void cli_profile_end(struct cli_profile *profile,
		     const struct warden_facts *facts, guint64 size);
void cli_profile_print(const struct cli_profile *profile, FILE *out);

#endif
