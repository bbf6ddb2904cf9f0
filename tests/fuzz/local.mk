EXTRA_DIST += tests/fuzz/fuzz.py tests/fuzz/make-seeds.py \
	tests/fuzz/make-seeds-check.py \
	tests/fuzz/make-seeds-containers.py \
	tests/fuzz/make-seeds-office.py \
	tests/fuzz/make-seeds-picture.py \
	tests/fuzz/make-seeds-program.py \
	tests/fuzz/make-seeds-rules.py \
	tests/fuzz/make-seeds-signature.py \
	tests/fuzz/make-seeds-text.py \
	tests/fuzz/make-seeds-web.py \
	tests/fuzz/fuzz-protocol.dict tests/fuzz/fuzz-parse.dict \
	tests/fuzz/fuzz-feed.dict \
	tests/fuzz/fuzz-document.dict tests/fuzz/make-seeds-document.py \
	tests/fuzz/fuzz-pdf.dict tests/fuzz/make-seeds-pdf.py \
	tests/fuzz/fuzz-notice.dict tests/fuzz/fuzz-check.dict \
	tests/fuzz/seeds

# Every target runs over its seeds in `make check`; with --enable-fuzzers it is
# a libFuzzer program as well.
WARDEN_SEEDS = '"$(abs_srcdir)/tests/fuzz/seeds
WARDEN_FUZZER = $(AM_LDFLAGS) -fsanitize=fuzzer
WARDEN_NOTICE_LIBS = scanner/libwarden-core.a scanner/libwarden-checks.a \
	scanner/libwarden-facts.a scanner/libwarden-protocol.a \
	$(JSON_LIBS) $(PSL_LIBS) $(IDN_LIBS) $(ICU_LIBS) $(GLIB_LIBS)
WARDEN_CHECK_LIBS = scanner/libwarden-core.a scanner/libwarden-checks.a \
	$(WARDEN_PARSE_LIBS) $(PSL_LIBS) $(IDN_LIBS) $(ICU_LIBS)

check_PROGRAMS += tests/fuzz/replay-protocol
TESTS += tests/fuzz/replay-protocol
tests_fuzz_replay_protocol_SOURCES = \
	tests/fuzz/fuzz-protocol.c \
	tests/fuzz/replay.c
tests_fuzz_replay_protocol_CPPFLAGS = -I$(srcdir) \
	-DWARDEN_SEEDS=$(WARDEN_SEEDS)/protocol"'
tests_fuzz_replay_protocol_LDADD = scanner/libwarden-protocol.a

check_PROGRAMS += tests/fuzz/replay-facts
TESTS += tests/fuzz/replay-facts
tests_fuzz_replay_facts_SOURCES = \
	tests/fuzz/fuzz-facts.c \
	tests/fuzz/replay.c
tests_fuzz_replay_facts_CPPFLAGS = $(SCANNER_CPPFLAGS) \
	-DWARDEN_SEEDS=$(WARDEN_SEEDS)/facts"'
tests_fuzz_replay_facts_LDADD = scanner/libwarden-facts.a $(GLIB_LIBS)

check_PROGRAMS += tests/fuzz/replay-parse
TESTS += tests/fuzz/replay-parse
tests_fuzz_replay_parse_SOURCES = \
	tests/fuzz/fuzz-parse.c \
	tests/fuzz/replay.c
tests_fuzz_replay_parse_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS) \
	-DWARDEN_SEEDS=$(WARDEN_SEEDS)/parse"'
tests_fuzz_replay_parse_LDADD = $(WARDEN_PARSE_LIBS)

check_PROGRAMS += tests/fuzz/replay-decode
TESTS += tests/fuzz/replay-decode
tests_fuzz_replay_decode_SOURCES = \
	tests/fuzz/fuzz-decode.c \
	tests/fuzz/replay.c
tests_fuzz_replay_decode_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS) \
	-DWARDEN_SEEDS=$(WARDEN_SEEDS)/decode"'
tests_fuzz_replay_decode_LDADD = $(WARDEN_PARSE_LIBS)

check_PROGRAMS += tests/fuzz/replay-header
TESTS += tests/fuzz/replay-header
tests_fuzz_replay_header_SOURCES = \
	tests/fuzz/fuzz-header.c \
	tests/fuzz/replay.c
tests_fuzz_replay_header_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS) \
	-DWARDEN_SEEDS=$(WARDEN_SEEDS)/header"'
tests_fuzz_replay_header_LDADD = $(WARDEN_PARSE_LIBS)

check_PROGRAMS += tests/fuzz/replay-html
TESTS += tests/fuzz/replay-html
tests_fuzz_replay_html_SOURCES = \
	tests/fuzz/fuzz-html.c \
	tests/fuzz/replay.c
tests_fuzz_replay_html_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS) \
	-DWARDEN_SEEDS=$(WARDEN_SEEDS)/html"'
tests_fuzz_replay_html_LDADD = $(WARDEN_PARSE_LIBS)

check_PROGRAMS += tests/fuzz/replay-content
TESTS += tests/fuzz/replay-content
tests_fuzz_replay_content_SOURCES = \
	tests/fuzz/fuzz-content.c \
	tests/fuzz/replay.c
tests_fuzz_replay_content_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS) \
	-DWARDEN_SEEDS=$(WARDEN_SEEDS)/content"'
tests_fuzz_replay_content_LDADD = scanner/libwarden-checks.a \
	$(WARDEN_PARSE_LIBS)

check_PROGRAMS += tests/fuzz/replay-document
TESTS += tests/fuzz/replay-document
tests_fuzz_replay_document_SOURCES = \
	tests/fuzz/fuzz-document.c \
	tests/fuzz/fuzz-queue.h \
	tests/fuzz/replay.c
tests_fuzz_replay_document_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS) \
	-DWARDEN_SEEDS=$(WARDEN_SEEDS)/document"'
tests_fuzz_replay_document_LDADD = $(WARDEN_PARSE_LIBS)

check_PROGRAMS += tests/fuzz/replay-file
TESTS += tests/fuzz/replay-file
tests_fuzz_replay_file_SOURCES = \
	tests/fuzz/fuzz-file.c \
	tests/fuzz/fuzz-queue.h \
	tests/fuzz/replay.c
tests_fuzz_replay_file_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS) \
	-DWARDEN_SEEDS=$(WARDEN_SEEDS)/file"'
tests_fuzz_replay_file_LDADD = $(WARDEN_PARSE_LIBS)

check_PROGRAMS += tests/fuzz/replay-office
TESTS += tests/fuzz/replay-office
tests_fuzz_replay_office_SOURCES = \
	tests/fuzz/fuzz-office.c \
	tests/fuzz/replay.c
tests_fuzz_replay_office_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS) \
	-DWARDEN_SEEDS=$(WARDEN_SEEDS)/office"'
tests_fuzz_replay_office_LDADD = $(WARDEN_PARSE_LIBS)

check_PROGRAMS += tests/fuzz/replay-picture
TESTS += tests/fuzz/replay-picture
tests_fuzz_replay_picture_SOURCES = \
	tests/fuzz/fuzz-picture.c \
	tests/fuzz/replay.c
tests_fuzz_replay_picture_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS) \
	-DWARDEN_SEEDS=$(WARDEN_SEEDS)/picture"'
tests_fuzz_replay_picture_LDADD = $(WARDEN_PARSE_LIBS)

check_PROGRAMS += tests/fuzz/replay-web
TESTS += tests/fuzz/replay-web
tests_fuzz_replay_web_SOURCES = \
	tests/fuzz/fuzz-web.c \
	tests/fuzz/fuzz-queue.h \
	tests/fuzz/replay.c
tests_fuzz_replay_web_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS) \
	-DWARDEN_SEEDS=$(WARDEN_SEEDS)/web"'
tests_fuzz_replay_web_LDADD = $(WARDEN_PARSE_LIBS)

check_PROGRAMS += tests/fuzz/replay-rules
TESTS += tests/fuzz/replay-rules
tests_fuzz_replay_rules_SOURCES = \
	tests/fuzz/fuzz-rules.c \
	tests/fuzz/replay.c
tests_fuzz_replay_rules_CPPFLAGS = $(SCANNER_CPPFLAGS) \
	-DWARDEN_SEEDS=$(WARDEN_SEEDS)/rules"'
tests_fuzz_replay_rules_LDADD = scanner/libwarden-core.a $(WARDEN_PARSE_LIBS)

check_PROGRAMS += tests/fuzz/replay-pdf
TESTS += tests/fuzz/replay-pdf
tests_fuzz_replay_pdf_SOURCES = \
	tests/fuzz/fuzz-pdf.c \
	tests/fuzz/replay.c
tests_fuzz_replay_pdf_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS) \
	-DWARDEN_SEEDS=$(WARDEN_SEEDS)/pdf"'
tests_fuzz_replay_pdf_LDADD = $(WARDEN_PARSE_LIBS)

check_PROGRAMS += tests/fuzz/replay-notice
TESTS += tests/fuzz/replay-notice
tests_fuzz_replay_notice_SOURCES = \
	tests/fuzz/fuzz-notice.c \
	tests/fuzz/replay.c
tests_fuzz_replay_notice_CPPFLAGS = $(SCANNER_CPPFLAGS) \
	-DWARDEN_SEEDS=$(WARDEN_SEEDS)/notice"'
tests_fuzz_replay_notice_LDADD = $(WARDEN_NOTICE_LIBS)

check_PROGRAMS += tests/fuzz/replay-feed
TESTS += tests/fuzz/replay-feed
tests_fuzz_replay_feed_SOURCES = \
	tests/fuzz/fuzz-feed.c \
	tests/fuzz/replay.c
tests_fuzz_replay_feed_CPPFLAGS = $(SCANNER_CPPFLAGS) \
	-DWARDEN_SEEDS=$(WARDEN_SEEDS)/feed"'
tests_fuzz_replay_feed_LDADD = $(WARDEN_FEED_LIBS)

check_PROGRAMS += tests/fuzz/replay-program
TESTS += tests/fuzz/replay-program
tests_fuzz_replay_program_SOURCES = \
	tests/fuzz/fuzz-program.c \
	tests/fuzz/fuzz-queue.h \
	tests/fuzz/replay.c
tests_fuzz_replay_program_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS) \
	-DWARDEN_SEEDS=$(WARDEN_SEEDS)/program"'
tests_fuzz_replay_program_LDADD = $(WARDEN_PARSE_LIBS)

check_PROGRAMS += tests/fuzz/replay-container
TESTS += tests/fuzz/replay-container
tests_fuzz_replay_container_SOURCES = \
	tests/fuzz/fuzz-container.c \
	tests/fuzz/fuzz-queue.h \
	tests/fuzz/replay.c
tests_fuzz_replay_container_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS) \
	-DWARDEN_SEEDS=$(WARDEN_SEEDS)/container"'
tests_fuzz_replay_container_LDADD = $(WARDEN_PARSE_LIBS)

check_PROGRAMS += tests/fuzz/replay-text
TESTS += tests/fuzz/replay-text
tests_fuzz_replay_text_SOURCES = \
	tests/fuzz/fuzz-text.c \
	tests/fuzz/fuzz-queue.h \
	tests/fuzz/replay.c
tests_fuzz_replay_text_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS) \
	-DWARDEN_SEEDS=$(WARDEN_SEEDS)/text"'
tests_fuzz_replay_text_LDADD = $(WARDEN_PARSE_LIBS)

check_PROGRAMS += tests/fuzz/replay-check
TESTS += tests/fuzz/replay-check
tests_fuzz_replay_check_SOURCES = \
	tests/fuzz/fuzz-check.c \
	tests/fuzz/fuzz-queue.h \
	tests/fuzz/replay.c
tests_fuzz_replay_check_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS) \
	-DWARDEN_SEEDS=$(WARDEN_SEEDS)/check"'
tests_fuzz_replay_check_LDADD = $(WARDEN_CHECK_LIBS)

check_PROGRAMS += tests/fuzz/replay-signature
TESTS += tests/fuzz/replay-signature
tests_fuzz_replay_signature_SOURCES = \
	tests/fuzz/fuzz-signature.c \
	tests/fuzz/replay.c
tests_fuzz_replay_signature_CPPFLAGS = $(WARDEN_SIGNATURE_CPPFLAGS) \
	-DWARDEN_SEEDS=$(WARDEN_SEEDS)/signature"'
tests_fuzz_replay_signature_LDADD = $(WARDEN_PARSE_LIBS)

if FUZZERS
noinst_PROGRAMS += tests/fuzz/fuzz-protocol
tests_fuzz_fuzz_protocol_SOURCES = tests/fuzz/fuzz-protocol.c
tests_fuzz_fuzz_protocol_CPPFLAGS = -I$(srcdir)
tests_fuzz_fuzz_protocol_LDFLAGS = $(WARDEN_FUZZER)
tests_fuzz_fuzz_protocol_LDADD = scanner/libwarden-protocol.a

noinst_PROGRAMS += tests/fuzz/fuzz-facts
tests_fuzz_fuzz_facts_SOURCES = tests/fuzz/fuzz-facts.c
tests_fuzz_fuzz_facts_CPPFLAGS = $(SCANNER_CPPFLAGS)
tests_fuzz_fuzz_facts_LDFLAGS = $(WARDEN_FUZZER)
tests_fuzz_fuzz_facts_LDADD = scanner/libwarden-facts.a $(GLIB_LIBS)

noinst_PROGRAMS += tests/fuzz/fuzz-parse
tests_fuzz_fuzz_parse_SOURCES = tests/fuzz/fuzz-parse.c
tests_fuzz_fuzz_parse_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_fuzz_fuzz_parse_LDFLAGS = $(WARDEN_FUZZER)
tests_fuzz_fuzz_parse_LDADD = $(WARDEN_PARSE_LIBS)

noinst_PROGRAMS += tests/fuzz/fuzz-decode
tests_fuzz_fuzz_decode_SOURCES = tests/fuzz/fuzz-decode.c
tests_fuzz_fuzz_decode_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_fuzz_fuzz_decode_LDFLAGS = $(WARDEN_FUZZER)
tests_fuzz_fuzz_decode_LDADD = $(WARDEN_PARSE_LIBS)

noinst_PROGRAMS += tests/fuzz/fuzz-header
tests_fuzz_fuzz_header_SOURCES = tests/fuzz/fuzz-header.c
tests_fuzz_fuzz_header_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_fuzz_fuzz_header_LDFLAGS = $(WARDEN_FUZZER)
tests_fuzz_fuzz_header_LDADD = $(WARDEN_PARSE_LIBS)

noinst_PROGRAMS += tests/fuzz/fuzz-html
tests_fuzz_fuzz_html_SOURCES = tests/fuzz/fuzz-html.c
tests_fuzz_fuzz_html_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_fuzz_fuzz_html_LDFLAGS = $(WARDEN_FUZZER)
tests_fuzz_fuzz_html_LDADD = $(WARDEN_PARSE_LIBS)

noinst_PROGRAMS += tests/fuzz/fuzz-content
tests_fuzz_fuzz_content_SOURCES = tests/fuzz/fuzz-content.c
tests_fuzz_fuzz_content_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_fuzz_fuzz_content_LDFLAGS = $(WARDEN_FUZZER)
tests_fuzz_fuzz_content_LDADD = scanner/libwarden-checks.a \
	$(WARDEN_PARSE_LIBS)

noinst_PROGRAMS += tests/fuzz/fuzz-document
tests_fuzz_fuzz_document_SOURCES = tests/fuzz/fuzz-document.c
tests_fuzz_fuzz_document_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_fuzz_fuzz_document_LDFLAGS = $(WARDEN_FUZZER)
tests_fuzz_fuzz_document_LDADD = $(WARDEN_PARSE_LIBS)

noinst_PROGRAMS += tests/fuzz/fuzz-file
tests_fuzz_fuzz_file_SOURCES = tests/fuzz/fuzz-file.c
tests_fuzz_fuzz_file_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_fuzz_fuzz_file_LDFLAGS = $(WARDEN_FUZZER)
tests_fuzz_fuzz_file_LDADD = $(WARDEN_PARSE_LIBS)

noinst_PROGRAMS += tests/fuzz/fuzz-office
tests_fuzz_fuzz_office_SOURCES = tests/fuzz/fuzz-office.c
tests_fuzz_fuzz_office_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_fuzz_fuzz_office_LDFLAGS = $(WARDEN_FUZZER)
tests_fuzz_fuzz_office_LDADD = $(WARDEN_PARSE_LIBS)

noinst_PROGRAMS += tests/fuzz/fuzz-picture
tests_fuzz_fuzz_picture_SOURCES = tests/fuzz/fuzz-picture.c
tests_fuzz_fuzz_picture_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_fuzz_fuzz_picture_LDFLAGS = $(WARDEN_FUZZER)
tests_fuzz_fuzz_picture_LDADD = $(WARDEN_PARSE_LIBS)

noinst_PROGRAMS += tests/fuzz/fuzz-program
tests_fuzz_fuzz_program_SOURCES = tests/fuzz/fuzz-program.c
tests_fuzz_fuzz_program_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_fuzz_fuzz_program_LDFLAGS = $(WARDEN_FUZZER)
tests_fuzz_fuzz_program_LDADD = $(WARDEN_PARSE_LIBS)

noinst_PROGRAMS += tests/fuzz/fuzz-signature
tests_fuzz_fuzz_signature_SOURCES = tests/fuzz/fuzz-signature.c
tests_fuzz_fuzz_signature_CPPFLAGS = $(WARDEN_SIGNATURE_CPPFLAGS)
tests_fuzz_fuzz_signature_LDFLAGS = $(WARDEN_FUZZER)
tests_fuzz_fuzz_signature_LDADD = $(WARDEN_PARSE_LIBS)

noinst_PROGRAMS += tests/fuzz/fuzz-web
tests_fuzz_fuzz_web_SOURCES = tests/fuzz/fuzz-web.c
tests_fuzz_fuzz_web_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_fuzz_fuzz_web_LDFLAGS = $(WARDEN_FUZZER)
tests_fuzz_fuzz_web_LDADD = $(WARDEN_PARSE_LIBS)

noinst_PROGRAMS += tests/fuzz/fuzz-rules
tests_fuzz_fuzz_rules_SOURCES = tests/fuzz/fuzz-rules.c
tests_fuzz_fuzz_rules_CPPFLAGS = $(SCANNER_CPPFLAGS)
tests_fuzz_fuzz_rules_LDFLAGS = $(WARDEN_FUZZER)
tests_fuzz_fuzz_rules_LDADD = scanner/libwarden-core.a $(WARDEN_PARSE_LIBS)

noinst_PROGRAMS += tests/fuzz/fuzz-pdf
tests_fuzz_fuzz_pdf_SOURCES = tests/fuzz/fuzz-pdf.c
tests_fuzz_fuzz_pdf_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_fuzz_fuzz_pdf_LDFLAGS = $(WARDEN_FUZZER)
tests_fuzz_fuzz_pdf_LDADD = $(WARDEN_PARSE_LIBS)

noinst_PROGRAMS += tests/fuzz/fuzz-notice
tests_fuzz_fuzz_notice_SOURCES = tests/fuzz/fuzz-notice.c
tests_fuzz_fuzz_notice_CPPFLAGS = $(SCANNER_CPPFLAGS)
tests_fuzz_fuzz_notice_LDFLAGS = $(WARDEN_FUZZER)
tests_fuzz_fuzz_notice_LDADD = $(WARDEN_NOTICE_LIBS)

noinst_PROGRAMS += tests/fuzz/fuzz-feed
tests_fuzz_fuzz_feed_SOURCES = tests/fuzz/fuzz-feed.c
tests_fuzz_fuzz_feed_CPPFLAGS = $(SCANNER_CPPFLAGS)
tests_fuzz_fuzz_feed_LDFLAGS = $(WARDEN_FUZZER)
tests_fuzz_fuzz_feed_LDADD = $(WARDEN_FEED_LIBS)

noinst_PROGRAMS += tests/fuzz/fuzz-container
tests_fuzz_fuzz_container_SOURCES = tests/fuzz/fuzz-container.c
tests_fuzz_fuzz_container_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_fuzz_fuzz_container_LDFLAGS = $(WARDEN_FUZZER)
tests_fuzz_fuzz_container_LDADD = $(WARDEN_PARSE_LIBS)

noinst_PROGRAMS += tests/fuzz/fuzz-text
tests_fuzz_fuzz_text_SOURCES = tests/fuzz/fuzz-text.c
tests_fuzz_fuzz_text_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_fuzz_fuzz_text_LDFLAGS = $(WARDEN_FUZZER)
tests_fuzz_fuzz_text_LDADD = $(WARDEN_PARSE_LIBS)

noinst_PROGRAMS += tests/fuzz/fuzz-check
tests_fuzz_fuzz_check_SOURCES = tests/fuzz/fuzz-check.c
tests_fuzz_fuzz_check_CPPFLAGS = $(WARDEN_PARSE_CPPFLAGS)
tests_fuzz_fuzz_check_LDFLAGS = $(WARDEN_FUZZER)
tests_fuzz_fuzz_check_LDADD = $(WARDEN_CHECK_LIBS)
endif
