check_PROGRAMS += tests/unit/test-reader
tests_unit_test_reader_SOURCES = \
	tests/unit/test-reader.c \
	tests/unit/fake-parse.c
tests_unit_test_reader_CPPFLAGS = $(SCANNER_CPPFLAGS)
tests_unit_test_reader_LDADD = \
	scanner/libwarden-reader.a \
	scanner/libwarden-facts.a \
	$(GLIB_LIBS) $(SECCOMP_LIBS)
TESTS += tests/unit/test-reader

# wardend with the parser that does what the message asks for: built with the
# rest, because tests/integration/ runs it.
noinst_PROGRAMS += tests/unit/fake-wardend
tests_unit_fake_wardend_SOURCES = \
	scanner/service/main.c \
	tests/unit/fake-parse.c
tests_unit_fake_wardend_CPPFLAGS = $(SCANNER_CPPFLAGS)
tests_unit_fake_wardend_LDADD = $(WARDEND_LIBS) \
	scanner/libwarden-rules.a \
	scanner/libwarden-facts.a \
	scanner/libwarden-protocol.a \
	$(WARDEND_SYSTEM_LIBS)

check_PROGRAMS += tests/unit/test-service-master
tests_unit_test_service_master_SOURCES = tests/unit/test-service-master.c
tests_unit_test_service_master_CPPFLAGS = $(SCANNER_CPPFLAGS)
tests_unit_test_service_master_LDADD = \
	scanner/libwarden-service.a \
	scanner/libwarden-facts.a \
	$(GLIB_LIBS)
TESTS += tests/unit/test-service-master
