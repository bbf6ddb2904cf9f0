# plugin: included by the top Makefile.am only if PLUGIN.
#
# Never with the sanitizers: their runtime cannot be loaded into Dovecot.
PLUGIN_CPPFLAGS = -I$(srcdir) -I$(builddir) -DHAVE_CONFIG_H \
	-DWARDEN_STATEDIR='"$(wardenstatedir)"' $(DOVECOT_INCLUDE)
PLUGIN_CFLAGS = $(WARN_CFLAGS) -std=gnu11
# No libraries named: Dovecot's own are there when it loads us.
PLUGIN_LDFLAGS = -module -avoid-version -shared -Wl,--as-needed

if DOVECOT_SETTINGS_GET
PLUGIN_COMPAT_SOURCES = \
	plugin/compat/2.4/warden-settings-info.c \
	plugin/compat/2.4/warden-settings-info.h \
	plugin/compat/2.4/warden-settings-source.c
# settings are looked up through their definition
PLUGIN_COMPAT_DOVEADM = \
	plugin/compat/2.4/warden-settings-info.c \
	plugin/compat/2.4/warden-settings-info.h \
	plugin/warden-settings.c \
	plugin/warden-settings.h
PLUGIN_COMPAT = plugin/compat/2.4
else
PLUGIN_COMPAT_SOURCES = \
	plugin/compat/2.3/warden-settings-source.c
PLUGIN_COMPAT_DOVEADM =
PLUGIN_COMPAT = plugin/compat/2.3
endif

dovecot_plugin_LTLIBRARIES = plugin/lib02_warden_plugin.la

plugin_lib02_warden_plugin_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) \
	-I$(srcdir)/$(PLUGIN_COMPAT)
plugin_lib02_warden_plugin_la_CFLAGS = $(PLUGIN_CFLAGS)
plugin_lib02_warden_plugin_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugin_lib02_warden_plugin_la_SOURCES = \
	plugin/warden-client.c \
	plugin/warden-client.h \
	plugin/warden-copy.c \
	plugin/warden-deliver.c \
	plugin/warden-deliver.h \
	plugin/warden-epoch.c \
	plugin/warden-epoch.h \
	plugin/warden-fetch.c \
	plugin/warden-fetch.h \
	plugin/warden-judge.c \
	plugin/warden-judge.h \
	plugin/warden-move.c \
	plugin/warden-move.h \
	plugin/warden-notice.c \
	plugin/warden-notice.h \
	plugin/warden-plugin.c \
	plugin/warden-plugin.h \
	plugin/warden-quarantine.c \
	plugin/warden-quarantine.h \
	plugin/warden-record.c \
	plugin/warden-record.h \
	plugin/warden-save.c \
	plugin/warden-save.h \
	plugin/warden-settings.c \
	plugin/warden-settings.h \
	plugin/warden-spool.c \
	plugin/warden-spool.h \
	plugin/warden-sync.c \
	plugin/warden-sync.h \
	plugin/warden-target.c \
	plugin/warden-transaction.c \
	scanner/protocol/epoch.c \
	scanner/protocol/epoch.h \
	scanner/protocol/protocol.c \
	scanner/protocol/protocol.h \
	$(PLUGIN_COMPAT_SOURCES)

# doveadm looks for its modules in a directory of its own. The first needs
# nothing; the second uses the mail plugin's functions, and is loaded after it.
dovecot_doveadmdir = $(dovecot_plugindir)/doveadm
dovecot_doveadm_LTLIBRARIES = \
	plugin/lib99_doveadm_warden_plugin.la \
	plugin/lib99_doveadm_warden_mail_plugin.la
plugin_lib99_doveadm_warden_plugin_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) \
	-I$(srcdir)/$(PLUGIN_COMPAT)
plugin_lib99_doveadm_warden_plugin_la_CFLAGS = $(PLUGIN_CFLAGS)
plugin_lib99_doveadm_warden_plugin_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugin_lib99_doveadm_warden_plugin_la_SOURCES = \
	plugin/doveadm-warden.c \
	plugin/doveadm-warden.h \
	plugin/warden-client.c \
	plugin/warden-client.h \
	plugin/warden-spool.c \
	plugin/warden-spool.h \
	scanner/protocol/protocol.c \
	scanner/protocol/protocol.h \
	$(PLUGIN_COMPAT_DOVEADM)

plugin_lib99_doveadm_warden_mail_plugin_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) \
	-I$(srcdir)/$(PLUGIN_COMPAT)
plugin_lib99_doveadm_warden_mail_plugin_la_CFLAGS = $(PLUGIN_CFLAGS)
plugin_lib99_doveadm_warden_mail_plugin_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugin_lib99_doveadm_warden_mail_plugin_la_SOURCES = \
	plugin/doveadm-admin.c \
	plugin/doveadm-admin.h \
	plugin/doveadm-expire.c \
	plugin/doveadm-hunt.c \
	plugin/doveadm-hunt.h \
	plugin/doveadm-pull.c \
	plugin/doveadm-putback.c \
	plugin/doveadm-putback.h \
	plugin/doveadm-digest.c \
	plugin/doveadm-release.c \
	plugin/doveadm-rescan.c \
	plugin/doveadm-restore.c

if DOVECOT_SETTINGS_GET
dovecot_settingsdir = $(dovecot_plugindir)/settings
dovecot_settings_LTLIBRARIES = plugin/libwarden_settings.la
plugin_libwarden_settings_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) \
	-I$(srcdir)/$(PLUGIN_COMPAT)
plugin_libwarden_settings_la_CFLAGS = $(PLUGIN_CFLAGS)
plugin_libwarden_settings_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugin_libwarden_settings_la_SOURCES = \
	plugin/compat/2.4/warden-settings-info.c \
	plugin/compat/2.4/warden-settings-info.h \
	plugin/compat/2.4/warden-settings-module.c \
	plugin/compat/2.4/warden-settings-module.h \
	plugin/warden-settings.c \
	plugin/warden-settings.h \
	scanner/protocol/protocol.c \
	scanner/protocol/protocol.h
endif

# An example for this Dovecot, with our paths.
if DOVECOT_SETTINGS_GET
PLUGIN_EXAMPLE = config/dovecot-2.4.conf
else
PLUGIN_EXAMPLE = config/dovecot-2.3.conf
endif
EXTRA_DIST += \
	config/dovecot-2.3.conf.in \
	config/dovecot-2.4.conf.in
wardendata_DATA += $(PLUGIN_EXAMPLE)
CLEANFILES += config/dovecot-2.3.conf config/dovecot-2.4.conf
config/dovecot-2.3.conf config/dovecot-2.4.conf: %: %.in Makefile
	$(AM_V_GEN)$(MKDIR_P) config && sed \
		-e 's|[@]wardendir[@]|$(wardendir)|g' \
		-e 's|[@]wardenconfdir[@]|$(wardenconfdir)|g' \
		$(srcdir)/$@.in > $@.tmp && mv $@.tmp $@

# Installed as they are loaded: without libtool's archives.
install-data-hook: remove-plugin-la
remove-plugin-la:
	rm -f $(DESTDIR)$(dovecot_plugindir)/lib02_warden_plugin.la \
		$(DESTDIR)$(dovecot_doveadmdir)/lib99_doveadm_warden_plugin.la \
		$(DESTDIR)$(dovecot_doveadmdir)/lib99_doveadm_warden_mail_plugin.la \
		$(DESTDIR)$(dovecot_plugindir)/settings/libwarden_settings.la
.PHONY: remove-plugin-la

EXTRA_DIST += \
	plugin/README.md \
	plugin/compat/2.3/warden-doveadm-compat.h \
	plugin/compat/2.3/warden-settings-source.c \
	plugin/compat/2.4/warden-doveadm-compat.h \
	plugin/compat/2.4/warden-settings-info.c \
	plugin/compat/2.4/warden-settings-info.h \
	plugin/compat/2.4/warden-settings-module.c \
	plugin/compat/2.4/warden-settings-module.h \
	plugin/compat/2.4/warden-settings-source.c
