# tests/unit/plugin: with Dovecot's libraries, so never with the sanitizers.
if PLUGIN
check_PROGRAMS += \
	tests/unit/test-plugin-client \
	tests/unit/test-plugin-settings \
	tests/unit/test-plugin-spool
TESTS += \
	tests/unit/test-plugin-client \
	tests/unit/test-plugin-settings \
	tests/unit/test-plugin-spool
TEST_PLUGIN_CPPFLAGS = -I$(srcdir) -I$(builddir) -DHAVE_CONFIG_H \
	-DWARDEN_STATEDIR='"$(wardenstatedir)"' \
	$(DOVECOT_INCLUDE)
TEST_PLUGIN_CFLAGS = $(WARN_CFLAGS) -std=gnu11

tests_unit_test_plugin_client_CPPFLAGS = $(TEST_PLUGIN_CPPFLAGS)
tests_unit_test_plugin_client_CFLAGS = $(TEST_PLUGIN_CFLAGS)
tests_unit_test_plugin_client_LDFLAGS =
tests_unit_test_plugin_client_LDADD = $(DOVECOT_TEST_LIBS)
tests_unit_test_plugin_client_SOURCES = \
	tests/unit/test-plugin.h \
	tests/unit/test-plugin-client.c \
	plugin/warden-client.c \
	plugin/warden-spool.c \
	scanner/protocol/protocol.c

tests_unit_test_plugin_settings_CPPFLAGS = $(TEST_PLUGIN_CPPFLAGS)
tests_unit_test_plugin_settings_CFLAGS = $(TEST_PLUGIN_CFLAGS)
tests_unit_test_plugin_settings_LDFLAGS =
tests_unit_test_plugin_settings_LDADD = $(DOVECOT_TEST_LIBS)
tests_unit_test_plugin_settings_SOURCES = \
	tests/unit/test-plugin.h \
	tests/unit/test-plugin-settings.c \
	plugin/warden-settings.c \
	scanner/protocol/protocol.c

tests_unit_test_plugin_spool_CPPFLAGS = $(TEST_PLUGIN_CPPFLAGS)
tests_unit_test_plugin_spool_CFLAGS = $(TEST_PLUGIN_CFLAGS)
tests_unit_test_plugin_spool_LDFLAGS =
tests_unit_test_plugin_spool_LDADD = $(DOVECOT_TEST_LIBS)
tests_unit_test_plugin_spool_SOURCES = \
	tests/unit/test-plugin.h \
	tests/unit/test-plugin-spool.c \
	plugin/warden-spool.c
endif
