bin_PROGRAMS += scanner/warden
scanner_warden_SOURCES = \
	scanner/cli/cli-commands.h \
	scanner/cli/cli-db.c \
	scanner/cli/cli-command.c \
	scanner/cli/cli-command.h \
	scanner/cli/cli-eval.c \
	scanner/cli/cli-eval-manifest.c \
	scanner/cli/cli-eval-manifest.h \
	scanner/cli/cli-explain.c \
	scanner/cli/cli-explain.h \
	scanner/cli/cli-features.c \
	scanner/cli/cli-feed.c \
	scanner/cli/cli-feed.h \
	scanner/cli/cli-feed-details.c \
	scanner/cli/cli-feed-list.c \
	scanner/cli/cli-feed-source.c \
	scanner/cli/cli-feed-source.h \
	scanner/cli/cli-feed-update.c \
	scanner/cli/cli-hunt.c \
	scanner/cli/cli-input.c \
	scanner/cli/cli-input.h \
	scanner/cli/cli-learn.c \
	scanner/cli/cli-list.c \
	scanner/cli/cli-notice.c \
	scanner/cli/cli-options.c \
	scanner/cli/cli-options.h \
	scanner/cli/cli-output.c \
	scanner/cli/cli-output.h \
	scanner/cli/cli-profile.c \
	scanner/cli/cli-profile.h \
	scanner/cli/cli-own.c \
	scanner/cli/cli-report.c \
	scanner/cli/cli-report.h \
	scanner/cli/cli-scan.c \
	scanner/cli/cli-scan.h \
	scanner/cli/cli-show.c \
	scanner/cli/cli-stats.c \
	scanner/cli/cli-yara.c \
	scanner/cli/warden.c
scanner_warden_CPPFLAGS = $(SCANNER_CPPFLAGS) $(JSON_CFLAGS)
scanner_warden_LDADD = \
	sql/libwarden-store.a \
	scanner/libwarden-core.a \
	scanner/libwarden-feed.a \
	scanner/libwarden-checks.a \
	scanner/libwarden-reader.a \
	scanner/libwarden-parse.a \
	scanner/libwarden-rules.a \
	scanner/libwarden-facts.a \
	scanner/libwarden-protocol.a \
	$(WARDEND_SYSTEM_LIBS)
