#ifndef WARDEN_SITE_LOAD_DLP_H
#define WARDEN_SITE_LOAD_DLP_H

/* [dlp] of warden.conf and the files that it names. Returns 1, or -1 with
   *error_r naming file, line and value. dir: what relative paths begin from. */

#include "../checks/dlp.h"

extern const char *const warden_site_dlp_keys[];

int warden_site_load_dlp(GKeyFile *file, const char *dir,
			 struct warden_dlp **dlp_r, char **error_r);

#endif
