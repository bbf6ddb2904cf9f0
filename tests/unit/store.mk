check_PROGRAMS += tests/unit/test-store
tests_unit_test_store_SOURCES = tests/unit/test-store.c
tests_unit_test_store_CPPFLAGS = $(SCANNER_CPPFLAGS) $(SQLITE_CFLAGS)
STORE_TEST_LIBS = sql/libwarden-store.a \
	scanner/libwarden-checks.a scanner/libwarden-facts.a \
	scanner/libwarden-protocol.a $(SQLITE_LIBS) $(IDN_LIBS) $(PSL_LIBS) \
	$(GLIB_LIBS)
tests_unit_test_store_LDADD = $(STORE_TEST_LIBS)
TESTS += tests/unit/test-store
