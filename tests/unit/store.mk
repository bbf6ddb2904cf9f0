check_PROGRAMS += tests/unit/test-store
tests_unit_test_store_SOURCES = tests/unit/test-store.c
tests_unit_test_store_CPPFLAGS = $(SCANNER_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_store_LDADD = sql/libwarden-store.a \
	scanner/libwarden-facts.a $(SQLITE_LIBS) $(GLIB_LIBS)
TESTS += tests/unit/test-store
