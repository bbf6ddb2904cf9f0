#ifndef WARDEN_SITE_LOAD_LINKS_H
#define WARDEN_SITE_LOAD_LINKS_H

/* config/brands.conf and config/link-hosts.conf as compiled in, and files in
   their manner that add to them (docs/lists.md). Returns 1, or -1 with *error_r
   naming file, line and value. Paths NULL: nothing is added. */

#include "../checks/link-lists.h"

int warden_site_load_links(const char *brands_path, const char *hosts_path,
			   struct warden_link_lists **lists_r, char **error_r);

#endif
