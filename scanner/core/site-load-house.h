#ifndef WARDEN_SITE_LOAD_HOUSE_H
#define WARDEN_SITE_LOAD_HOUSE_H

/* [sender] of warden.conf to a house. */

#include "../checks/house.h"

/* Every key of the group, NULL-terminated. */
extern const char *const warden_site_house_keys[];

/* dir: what a relative vip_file counts from. *house_r is NULL if nothing is
   configured. Returns 1, or -1 with *error_r naming group, key and value. */
int warden_site_load_house(GKeyFile *file, const char *dir,
			   struct warden_house **house_r, char **error_r);

#endif
