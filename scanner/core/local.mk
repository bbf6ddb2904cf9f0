noinst_LIBRARIES += scanner/libwarden-core.a
scanner_libwarden_core_a_SOURCES = \
	scanner/core/builtin.h \
	scanner/core/clamd.c \
	scanner/core/clamd.h \
	scanner/core/conf.c \
	scanner/core/conf.h \
	scanner/core/eval.c \
	scanner/core/eval.h \
	scanner/core/eval-svg.c \
	scanner/core/keyfile.c \
	scanner/core/keyfile.h \
	scanner/core/notice.c \
	scanner/core/notice.h \
	scanner/core/notice-load.c \
	scanner/core/notice-private.h \
	scanner/core/notice-safe.c \
	scanner/core/notice-text.c \
	scanner/core/policy.c \
	scanner/core/policy.h \
	scanner/core/policy-load.c \
	scanner/core/policy-private.h \
	scanner/core/reason.c \
	scanner/core/report-json.c \
	scanner/core/rulebook.c \
	scanner/core/rulebook.h \
	scanner/core/scan.c \
	scanner/core/scan.h \
	scanner/core/site-load-dlp.c \
	scanner/core/site-load-dlp.h \
	scanner/core/site-load-house.c \
	scanner/core/site-load-house.h \
	scanner/core/site-load-links.c \
	scanner/core/site-load-links.h \
	scanner/core/site-load-model.c \
	scanner/core/site-load-model.h \
	scanner/core/site-load-phrases.c \
	scanner/core/site-load-phrases.h
nodist_scanner_libwarden_core_a_SOURCES = \
	scanner/core/builtin.c \
	scanner/core/builtin-notices.c \
	scanner/core/builtin-phrases.c
scanner_libwarden_core_a_CPPFLAGS = $(SCANNER_CPPFLAGS) $(JSON_CFLAGS)
