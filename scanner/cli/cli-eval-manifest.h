#ifndef WARDEN_CLI_EVAL_MANIFEST_H
#define WARDEN_CLI_EVAL_MANIFEST_H

/* What is known of the mails of a collection: tables with tabs and a header
   line. Mails are found by their files' base names, so that copies in other
   folders are found, too. */

#include <glib.h>

struct cli_manifest;

struct cli_manifest *cli_manifest_new(void);
void cli_manifest_free(struct cli_manifest *manifest);
/* Add a table: 1, or -1 with *error_r. It needs a column "file"; what its
   column "notes" says ("key=value;…") comes beside the other columns. */
int cli_manifest_read(struct cli_manifest *manifest, const char *path,
		      char **error_r);
/* "" if the file or the key is not known. */
const char *cli_manifest_get(const struct cli_manifest *manifest,
			     const char *file, const char *key);

#endif
