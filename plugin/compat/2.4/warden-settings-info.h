#ifndef WARDEN_SETTINGS_INFO_H
#define WARDEN_SETTINGS_INFO_H

extern const struct setting_parser_info warden_setting_parser_info;

#endif
