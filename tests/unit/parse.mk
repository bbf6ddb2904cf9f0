# --- facts and parsing
WARDEN_PARSE_LIBS = scanner/libwarden-parse.a scanner/libwarden-rules.a \
	scanner/libwarden-facts.a \
	$(GMIME_LIBS) $(GLIB_LIBS) $(CRYPTO_LIBS) $(ARCHIVE_LIBS) \
	$(MAGIC_LIBS) $(IDN_LIBS) $(ICU_LIBS) $(QPDF_LIBS) $(ZLIB_LIBS) $(IMAGE_LIBS) \
	$(ZBAR_LIBS) $(YARA_LIBS) $(RNP_LIBS) -lm
WARDEN_PARSE_CPPFLAGS = $(SCANNER_CPPFLAGS) $(GMIME_CFLAGS) $(MAGIC_CFLAGS) \
	$(ARCHIVE_CFLAGS)

WARDEN_SIGNATURE_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS) $(CRYPTO_CFLAGS) \
	$(RNP_CFLAGS) -DWARDEN_SIGNERS='"$(abs_srcdir)/tests/signature"' \
	-DWARDEN_CASES='"$(abs_srcdir)/tests/cases"'
EXTRA_DIST += tests/signature

# Shows what parsing makes of files; for people.
noinst_PROGRAMS += tests/unit/parse-dump
tests_unit_parse_dump_SOURCES = tests/unit/parse-dump.c
tests_unit_parse_dump_CPPFLAGS = $(SCANNER_CPPFLAGS)
tests_unit_parse_dump_LDADD = $(WARDEN_PARSE_LIBS)

check_PROGRAMS += tests/unit/test-facts
tests_unit_test_facts_SOURCES = tests/unit/test-facts.c
tests_unit_test_facts_CPPFLAGS = $(SCANNER_CPPFLAGS)
tests_unit_test_facts_LDADD = scanner/libwarden-facts.a $(GLIB_LIBS)
TESTS += tests/unit/test-facts

check_PROGRAMS += tests/unit/test-parse-cache
tests_unit_test_parse_cache_SOURCES = tests/unit/test-parse-cache.c
tests_unit_test_parse_cache_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_unit_test_parse_cache_LDADD = $(WARDEN_PARSE_LIBS)
TESTS += tests/unit/test-parse-cache

check_PROGRAMS += tests/unit/test-parse-decode
tests_unit_test_parse_decode_SOURCES = tests/unit/test-parse-decode.c
tests_unit_test_parse_decode_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_unit_test_parse_decode_LDADD = $(WARDEN_PARSE_LIBS)
TESTS += tests/unit/test-parse-decode

check_PROGRAMS += tests/unit/test-parse-header
tests_unit_test_parse_header_SOURCES = tests/unit/test-parse-header.c
tests_unit_test_parse_header_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_unit_test_parse_header_LDADD = $(WARDEN_PARSE_LIBS)
TESTS += tests/unit/test-parse-header

check_PROGRAMS += tests/unit/test-parse-view
tests_unit_test_parse_view_SOURCES = tests/unit/test-parse-view.c
tests_unit_test_parse_view_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_unit_test_parse_view_LDADD = $(WARDEN_PARSE_LIBS)
TESTS += tests/unit/test-parse-view

check_PROGRAMS += tests/unit/test-parse-html
tests_unit_test_parse_html_SOURCES = tests/unit/test-parse-html.c
tests_unit_test_parse_html_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_unit_test_parse_html_LDADD = $(WARDEN_PARSE_LIBS)
TESTS += tests/unit/test-parse-html

check_PROGRAMS += tests/unit/test-visible
tests_unit_test_visible_SOURCES = tests/unit/test-visible.c
tests_unit_test_visible_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_unit_test_visible_LDADD = $(WARDEN_PARSE_LIBS)
TESTS += tests/unit/test-visible

check_PROGRAMS += tests/unit/test-parse-urls
tests_unit_test_parse_urls_SOURCES = tests/unit/test-parse-urls.c
tests_unit_test_parse_urls_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_unit_test_parse_urls_LDADD = $(WARDEN_PARSE_LIBS)
TESTS += tests/unit/test-parse-urls

check_PROGRAMS += tests/unit/test-parse-filetype
tests_unit_test_parse_filetype_SOURCES = tests/unit/test-parse-filetype.c
tests_unit_test_parse_filetype_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_unit_test_parse_filetype_LDADD = $(WARDEN_PARSE_LIBS)
TESTS += tests/unit/test-parse-filetype

check_PROGRAMS += tests/unit/test-parse-picture
tests_unit_test_parse_picture_SOURCES = tests/unit/test-parse-picture.c
tests_unit_test_parse_picture_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS) \
	-DWARDEN_PICTURES='"$(abs_srcdir)/tests/fuzz/seeds/picture"'
tests_unit_test_parse_picture_LDADD = $(WARDEN_PARSE_LIBS)
TESTS += tests/unit/test-parse-picture

check_PROGRAMS += tests/unit/test-parse-polyglot
tests_unit_test_parse_polyglot_SOURCES = tests/unit/test-parse-polyglot.c
tests_unit_test_parse_polyglot_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_unit_test_parse_polyglot_LDADD = $(WARDEN_PARSE_LIBS)
TESTS += tests/unit/test-parse-polyglot

check_PROGRAMS += tests/unit/test-parse-message
tests_unit_test_parse_message_SOURCES = tests/unit/test-parse-message.c
tests_unit_test_parse_message_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_unit_test_parse_message_LDADD = $(WARDEN_PARSE_LIBS)
TESTS += tests/unit/test-parse-message

check_PROGRAMS += tests/unit/test-parse-javascript
tests_unit_test_parse_javascript_SOURCES = tests/unit/test-parse-javascript.c
tests_unit_test_parse_javascript_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_unit_test_parse_javascript_LDADD = $(WARDEN_PARSE_LIBS)
TESTS += tests/unit/test-parse-javascript

check_PROGRAMS += tests/unit/test-parse-tnef
tests_unit_test_parse_tnef_SOURCES = tests/unit/test-parse-tnef.c
tests_unit_test_parse_tnef_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_unit_test_parse_tnef_LDADD = $(WARDEN_PARSE_LIBS)
TESTS += tests/unit/test-parse-tnef

check_PROGRAMS += tests/unit/test-parse-rar5
tests_unit_test_parse_rar5_SOURCES = tests/unit/test-parse-rar5.c
tests_unit_test_parse_rar5_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_unit_test_parse_rar5_LDADD = $(WARDEN_PARSE_LIBS)
TESTS += tests/unit/test-parse-rar5

check_PROGRAMS += tests/unit/test-parse-signature
tests_unit_test_parse_signature_SOURCES = tests/unit/test-parse-signature.c
tests_unit_test_parse_signature_CPPFLAGS = $(WARDEN_SIGNATURE_CPPFLAGS)
tests_unit_test_parse_signature_LDADD = $(WARDEN_PARSE_LIBS)
TESTS += tests/unit/test-parse-signature

check_PROGRAMS += tests/unit/test-parse-passwords
tests_unit_test_parse_passwords_SOURCES = tests/unit/test-parse-passwords.c
tests_unit_test_parse_passwords_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_unit_test_parse_passwords_LDADD = $(WARDEN_PARSE_LIBS)
TESTS += tests/unit/test-parse-passwords

check_PROGRAMS += tests/unit/test-parse-entities
tests_unit_test_parse_entities_SOURCES = tests/unit/test-parse-entities.c
tests_unit_test_parse_entities_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_unit_test_parse_entities_LDADD = $(WARDEN_PARSE_LIBS)
TESTS += tests/unit/test-parse-entities

check_PROGRAMS += tests/unit/test-parse-sensitive
tests_unit_test_parse_sensitive_SOURCES = tests/unit/test-parse-sensitive.c
tests_unit_test_parse_sensitive_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_unit_test_parse_sensitive_LDADD = $(WARDEN_PARSE_LIBS)
TESTS += tests/unit/test-parse-sensitive

check_PROGRAMS += tests/unit/test-parse-document
tests_unit_test_parse_document_SOURCES = tests/unit/test-parse-document.c
tests_unit_test_parse_document_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_unit_test_parse_document_LDADD = $(WARDEN_PARSE_LIBS)
TESTS += tests/unit/test-parse-document

check_PROGRAMS += tests/unit/test-parse-rtf
tests_unit_test_parse_rtf_SOURCES = tests/unit/test-parse-rtf.c
tests_unit_test_parse_rtf_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_unit_test_parse_rtf_LDADD = $(WARDEN_PARSE_LIBS)
TESTS += tests/unit/test-parse-rtf

check_PROGRAMS += tests/unit/test-parse-program
tests_unit_test_parse_program_SOURCES = tests/unit/test-parse-program.c
tests_unit_test_parse_program_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_unit_test_parse_program_LDADD = $(WARDEN_PARSE_LIBS)
TESTS += tests/unit/test-parse-program

check_PROGRAMS += tests/unit/test-parse-pdf
tests_unit_test_parse_pdf_SOURCES = tests/unit/test-parse-pdf.c
tests_unit_test_parse_pdf_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_unit_test_parse_pdf_LDADD = $(WARDEN_PARSE_LIBS)
TESTS += tests/unit/test-parse-pdf

check_PROGRAMS += tests/unit/test-parse-office
tests_unit_test_parse_office_SOURCES = tests/unit/test-parse-office.c
tests_unit_test_parse_office_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_unit_test_parse_office_LDADD = $(WARDEN_PARSE_LIBS)
TESTS += tests/unit/test-parse-office

check_PROGRAMS += tests/unit/test-parse-vba
tests_unit_test_parse_vba_SOURCES = tests/unit/test-parse-vba.c
tests_unit_test_parse_vba_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_unit_test_parse_vba_LDADD = $(WARDEN_PARSE_LIBS)
TESTS += tests/unit/test-parse-vba
