# --- checks and policy, on facts made by hand
WARDEN_JUDGE_LIBS = scanner/libwarden-core.a scanner/libwarden-checks.a \
	scanner/libwarden-facts.a scanner/libwarden-protocol.a

check_PROGRAMS += tests/unit/test-checks
tests_unit_test_checks_SOURCES = tests/unit/test-checks.c
tests_unit_test_checks_CPPFLAGS = $(SCANNER_CPPFLAGS)
tests_unit_test_checks_LDADD = scanner/libwarden-checks.a \
	scanner/libwarden-facts.a $(PSL_LIBS) $(IDN_LIBS) $(ICU_LIBS) $(GLIB_LIBS)
TESTS += tests/unit/test-checks

check_PROGRAMS += tests/unit/test-checks-names
tests_unit_test_checks_names_SOURCES = tests/unit/test-checks-names.c
tests_unit_test_checks_names_CPPFLAGS = $(SCANNER_CPPFLAGS)
tests_unit_test_checks_names_LDADD = scanner/libwarden-checks.a \
	scanner/libwarden-facts.a $(PSL_LIBS) $(IDN_LIBS) $(ICU_LIBS) $(GLIB_LIBS)
TESTS += tests/unit/test-checks-names

check_PROGRAMS += tests/unit/test-policy
tests_unit_test_policy_SOURCES = tests/unit/test-policy.c
tests_unit_test_policy_CPPFLAGS = $(SCANNER_CPPFLAGS)
tests_unit_test_policy_LDADD = $(WARDEN_JUDGE_LIBS) $(JSON_LIBS) \
	$(PSL_LIBS) $(IDN_LIBS) $(ICU_LIBS) $(GLIB_LIBS)
TESTS += tests/unit/test-policy

check_PROGRAMS += tests/unit/test-conf
tests_unit_test_conf_SOURCES = tests/unit/test-conf.c
tests_unit_test_conf_CPPFLAGS = $(SCANNER_CPPFLAGS)
tests_unit_test_conf_LDADD = $(WARDEN_JUDGE_LIBS) $(JSON_LIBS) \
	$(PSL_LIBS) $(IDN_LIBS) $(ICU_LIBS) $(GLIB_LIBS)
TESTS += tests/unit/test-conf

check_PROGRAMS += tests/unit/test-policy-scan
tests_unit_test_policy_scan_SOURCES = tests/unit/test-policy-scan.c
tests_unit_test_policy_scan_CPPFLAGS = $(SCANNER_CPPFLAGS) $(JSON_CFLAGS)
tests_unit_test_policy_scan_LDADD = $(WARDEN_JUDGE_LIBS) $(JSON_LIBS) \
	$(PSL_LIBS) $(IDN_LIBS) $(ICU_LIBS) $(GLIB_LIBS)
TESTS += tests/unit/test-policy-scan

check_PROGRAMS += tests/unit/test-notice
tests_unit_test_notice_SOURCES = tests/unit/test-notice.c
tests_unit_test_notice_CPPFLAGS = $(SCANNER_CPPFLAGS) $(GMIME_CFLAGS)
tests_unit_test_notice_LDADD = $(WARDEN_JUDGE_LIBS) $(GMIME_LIBS) \
	$(JSON_LIBS) $(PSL_LIBS) $(IDN_LIBS) $(ICU_LIBS) $(GLIB_LIBS)
TESTS += tests/unit/test-notice

check_PROGRAMS += tests/unit/test-eval
tests_unit_test_eval_SOURCES = tests/unit/test-eval.c
tests_unit_test_eval_CPPFLAGS = $(SCANNER_CPPFLAGS)
tests_unit_test_eval_LDADD = scanner/libwarden-core.a \
	scanner/libwarden-protocol.a $(GLIB_LIBS) -lm
TESTS += tests/unit/test-eval

check_PROGRAMS += tests/unit/test-model
tests_unit_test_model_SOURCES = tests/unit/test-model.c
tests_unit_test_model_CPPFLAGS = $(SCANNER_CPPFLAGS)
tests_unit_test_model_LDADD = $(WARDEN_JUDGE_LIBS) $(JSON_LIBS) \
	$(PSL_LIBS) $(IDN_LIBS) $(ICU_LIBS) $(GLIB_LIBS) -lm
TESTS += tests/unit/test-model

check_PROGRAMS += tests/unit/test-content
tests_unit_test_content_SOURCES = tests/unit/test-content.c
tests_unit_test_content_CPPFLAGS = $(SCANNER_CPPFLAGS)
tests_unit_test_content_LDADD = scanner/libwarden-checks.a $(GLIB_LIBS)
TESTS += tests/unit/test-content

check_PROGRAMS += tests/unit/test-lookalike
tests_unit_test_lookalike_SOURCES = tests/unit/test-lookalike.c
tests_unit_test_lookalike_CPPFLAGS = $(SCANNER_CPPFLAGS)
tests_unit_test_lookalike_LDADD = scanner/libwarden-checks.a \
	scanner/libwarden-facts.a $(PSL_LIBS) $(IDN_LIBS) $(ICU_LIBS) \
	$(GLIB_LIBS)
TESTS += tests/unit/test-lookalike

check_PROGRAMS += tests/unit/test-auth-results
tests_unit_test_auth_results_SOURCES = tests/unit/test-auth-results.c
tests_unit_test_auth_results_CPPFLAGS = $(SCANNER_CPPFLAGS)
tests_unit_test_auth_results_LDADD = scanner/libwarden-checks.a \
	scanner/libwarden-facts.a $(PSL_LIBS) $(IDN_LIBS) $(ICU_LIBS) \
	$(GLIB_LIBS)
TESTS += tests/unit/test-auth-results

check_PROGRAMS += tests/unit/test-sender-past
tests_unit_test_sender_past_SOURCES = tests/unit/test-sender-past.c
tests_unit_test_sender_past_CPPFLAGS = $(SCANNER_CPPFLAGS)
tests_unit_test_sender_past_LDADD = scanner/libwarden-checks.a \
	scanner/libwarden-facts.a $(PSL_LIBS) $(IDN_LIBS) $(ICU_LIBS) \
	$(GLIB_LIBS)
TESTS += tests/unit/test-sender-past
