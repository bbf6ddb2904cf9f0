STORE_TEST_LIBS = sql/libwarden-store.a \
	scanner/libwarden-checks.a scanner/libwarden-facts.a \
	scanner/libwarden-protocol.a $(SQLITE_LIBS) $(IDN_LIBS) $(ICU_LIBS) $(PSL_LIBS) \
	$(GLIB_LIBS) -lm
STORE_TEST_CPPFLAGS = $(SCANNER_CPPFLAGS) $(SQLITE_CFLAGS)
STORE_FIXTURE = tests/unit/store-fixture.c tests/unit/store-fixture.h

STORE_TESTS = \
	tests/unit/test-store \
	tests/unit/test-store-affected \
	tests/unit/test-store-copy \
	tests/unit/test-store-epoch \
	tests/unit/test-store-failures \
	tests/unit/test-store-feed \
	tests/unit/test-store-history \
	tests/unit/test-store-journal \
	tests/unit/test-store-migrate \
	tests/unit/test-store-place \
	tests/unit/test-store-plan \
	tests/unit/test-store-notice
check_PROGRAMS += $(STORE_TESTS) tests/bench/bench-store
TESTS += $(STORE_TESTS)

tests_unit_test_store_SOURCES = tests/unit/test-store.c $(STORE_FIXTURE)
tests_unit_test_store_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_store_LDADD = $(STORE_TEST_LIBS)
tests_unit_test_store_affected_SOURCES = tests/unit/test-store-affected.c \
	$(STORE_FIXTURE)
tests_unit_test_store_affected_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_store_affected_LDADD = $(STORE_TEST_LIBS)
tests_unit_test_store_copy_SOURCES = tests/unit/test-store-copy.c \
	$(STORE_FIXTURE)
tests_unit_test_store_copy_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_store_copy_LDADD = $(STORE_TEST_LIBS)
tests_unit_test_store_epoch_SOURCES = tests/unit/test-store-epoch.c \
	$(STORE_FIXTURE)
tests_unit_test_store_epoch_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_store_epoch_LDADD = $(STORE_TEST_LIBS)
tests_unit_test_store_failures_SOURCES = tests/unit/test-store-failures.c \
	$(STORE_FIXTURE)
tests_unit_test_store_failures_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_store_failures_LDADD = $(STORE_TEST_LIBS)
tests_unit_test_store_feed_SOURCES = tests/unit/test-store-feed.c \
	$(STORE_FIXTURE)
tests_unit_test_store_feed_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_store_feed_LDADD = $(STORE_TEST_LIBS)
tests_unit_test_store_journal_SOURCES = tests/unit/test-store-journal.c \
	$(STORE_FIXTURE)
tests_unit_test_store_journal_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_store_journal_LDADD = $(STORE_TEST_LIBS)
tests_unit_test_store_place_SOURCES = tests/unit/test-store-place.c \
	$(STORE_FIXTURE)
tests_unit_test_store_place_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_store_place_LDADD = $(STORE_TEST_LIBS)
tests_unit_test_store_plan_SOURCES = tests/unit/test-store-plan.c \
	$(STORE_FIXTURE)
tests_unit_test_store_plan_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_store_plan_LDADD = $(STORE_TEST_LIBS)
# Its own schema stands before the library's.
tests_unit_test_store_migrate_SOURCES = tests/unit/test-store-migrate.c \
	$(STORE_FIXTURE)
tests_unit_test_store_migrate_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_store_migrate_LDADD = $(STORE_TEST_LIBS)
tests_unit_test_store_notice_SOURCES = tests/unit/test-store-notice.c \
	$(STORE_FIXTURE)
tests_unit_test_store_notice_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_store_notice_LDADD = $(STORE_TEST_LIBS)
tests_bench_bench_store_SOURCES = tests/bench/bench-store.c
tests_bench_bench_store_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_bench_bench_store_LDADD = $(STORE_TEST_LIBS)

# Those who call the store, on one that fails: it stands before the library's,
# of which the journal is used.
check_PROGRAMS += tests/unit/test-records
TESTS += tests/unit/test-records
tests_unit_test_records_SOURCES = tests/unit/test-records.c \
	tests/unit/store-fail.c tests/unit/store-fail.h
tests_unit_test_records_CPPFLAGS = $(SCANNER_CPPFLAGS)
tests_unit_test_records_LDADD = \
	scanner/libwarden-service.a \
	sql/libwarden-store.a \
	scanner/libwarden-core.a \
	scanner/libwarden-checks.a \
	scanner/libwarden-facts.a \
	scanner/libwarden-protocol.a \
	$(SQLITE_LIBS) $(IDN_LIBS) $(ICU_LIBS) $(PSL_LIBS) $(GLIB_LIBS) -lm

tests_unit_test_store_history_SOURCES = tests/unit/test-store-history.c \
	$(STORE_FIXTURE)
tests_unit_test_store_history_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_store_history_LDADD = $(STORE_TEST_LIBS)
