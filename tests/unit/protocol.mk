check_PROGRAMS += tests/unit/test-protocol
tests_unit_test_protocol_SOURCES = tests/unit/test-protocol.c
tests_unit_test_protocol_CPPFLAGS = -I$(srcdir)
tests_unit_test_protocol_LDADD = scanner/libwarden-protocol.a
TESTS += tests/unit/test-protocol

check_PROGRAMS += tests/unit/test-epoch
tests_unit_test_epoch_SOURCES = tests/unit/test-epoch.c
tests_unit_test_epoch_CPPFLAGS = -I$(srcdir)
tests_unit_test_epoch_LDADD = scanner/libwarden-protocol.a
TESTS += tests/unit/test-epoch
