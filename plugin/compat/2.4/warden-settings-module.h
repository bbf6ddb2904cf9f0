#ifndef WARDEN_SETTINGS_MODULE_H
#define WARDEN_SETTINGS_MODULE_H

extern const char *warden_settings_version;
extern const struct setting_parser_info *warden_settings_set_infos[];

#endif
