#ifndef WARDEN_SITE_LOAD_MODEL_H
#define WARDEN_SITE_LOAD_MODEL_H

/* config/model.conf, or a file in its manner, to a model. Returns 1, or -1 with
   *error_r naming file, group, key and value. path NULL: as compiled in. */

#include "../checks/model.h"

int warden_site_load_model(const char *path, struct warden_model **model_r,
			   char **error_r);

#endif
