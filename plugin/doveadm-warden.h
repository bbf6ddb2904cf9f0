#ifndef DOVEADM_WARDEN_H
#define DOVEADM_WARDEN_H

/* lib99_doveadm_warden_plugin.so: `doveadm warden …`. Loads with or without
   the mail plugin; what needs it says so. */

extern const char *doveadm_warden_plugin_version;

void doveadm_warden_plugin_init(struct module *module);
void doveadm_warden_plugin_deinit(void);

#endif
