# --- published lists
check_PROGRAMS += tests/unit/test-feed
tests_unit_test_feed_SOURCES = tests/unit/test-feed.c
tests_unit_test_feed_CPPFLAGS = $(SCANNER_CPPFLAGS) \
	-DWARDEN_FEEDS='"$(abs_srcdir)/tests/feeds"'
tests_unit_test_feed_LDADD = $(WARDEN_FEED_LIBS)
TESTS += tests/unit/test-feed
EXTRA_DIST += tests/feeds

check_PROGRAMS += tests/unit/test-cli-command
tests_unit_test_cli_command_SOURCES = tests/unit/test-cli-command.c \
	scanner/cli/cli-command.c
tests_unit_test_cli_command_CPPFLAGS = $(SCANNER_CPPFLAGS)
tests_unit_test_cli_command_LDADD = $(GLIB_LIBS)
TESTS += tests/unit/test-cli-command
