check_PROGRAMS += tests/unit/test-protocol
tests_unit_test_protocol_SOURCES = tests/unit/test-protocol.c
tests_unit_test_protocol_CPPFLAGS = -I$(srcdir)
tests_unit_test_protocol_LDADD = scanner/libwarden-protocol.a
TESTS += tests/unit/test-protocol
