# --- rules and signatures of other people
check_PROGRAMS += tests/unit/test-rules
tests_unit_test_rules_SOURCES = tests/unit/test-rules.c
tests_unit_test_rules_CPPFLAGS = $(SCANNER_CPPFLAGS)
tests_unit_test_rules_LDADD = scanner/libwarden-rules.a \
	scanner/libwarden-facts.a $(GLIB_LIBS) $(YARA_LIBS) -lm
TESTS += tests/unit/test-rules

check_PROGRAMS += tests/unit/test-fuzzy
tests_unit_test_fuzzy_SOURCES = tests/unit/test-fuzzy.c
tests_unit_test_fuzzy_CPPFLAGS = $(SCANNER_CPPFLAGS)
tests_unit_test_fuzzy_LDADD = $(WARDEN_PARSE_LIBS)
TESTS += tests/unit/test-fuzzy

check_PROGRAMS += tests/unit/test-clamd
tests_unit_test_clamd_SOURCES = tests/unit/test-clamd.c
tests_unit_test_clamd_CPPFLAGS = $(SCANNER_CPPFLAGS)
tests_unit_test_clamd_LDADD = scanner/libwarden-core.a \
	scanner/libwarden-facts.a $(GLIB_LIBS)
TESTS += tests/unit/test-clamd
