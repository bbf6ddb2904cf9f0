/* libwarden_settings.so: loaded by 2.4's config process from
   <moduledir>/settings. */

#include "lib.h"
#include "settings-parser.h"

#include "warden-settings-info.h"
#include "warden-settings-module.h"

const char *warden_settings_version = DOVECOT_ABI_VERSION;

const struct setting_parser_info *warden_settings_set_infos[] = {
	&warden_setting_parser_info,
	NULL
};

