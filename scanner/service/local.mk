noinst_LIBRARIES += scanner/libwarden-service.a
scanner_libwarden_service_a_SOURCES = \
	scanner/service/answer.c \
	scanner/service/connection.c \
	scanner/service/connection.h \
	scanner/service/handle.c \
	scanner/service/handle.h \
	scanner/service/handle-private.h \
	scanner/service/handle-hunt.c \
	scanner/service/handle-learn.c \
	scanner/service/handle-place.c \
	scanner/service/handle-notice.c \
	scanner/service/handle-release.c \
	scanner/service/handle-scan.c \
	scanner/service/listen.c \
	scanner/service/listen.h \
	scanner/service/log.c \
	scanner/service/log.h \
	scanner/service/master.c \
	scanner/service/master.h \
	scanner/service/records.c \
	scanner/service/records.h \
	scanner/service/serve.c \
	scanner/service/serve.h \
	scanner/service/service.h \
	scanner/service/signals.c \
	scanner/service/signals.h
scanner_libwarden_service_a_CPPFLAGS = $(SCANNER_CPPFLAGS)

# Everything but the parser, which tests replace.
WARDEND_LIBS = \
	scanner/libwarden-service.a \
	sql/libwarden-store.a \
	scanner/libwarden-core.a \
	scanner/libwarden-checks.a \
	scanner/libwarden-reader.a
WARDEND_SYSTEM_LIBS = $(GMIME_LIBS) $(GLIB_LIBS) $(SQLITE_LIBS) \
	$(CRYPTO_LIBS) $(ARCHIVE_LIBS) $(MAGIC_LIBS) \
	$(QPDF_LIBS) $(ZLIB_LIBS) $(IMAGE_LIBS) $(ZBAR_LIBS) \
	$(YARA_LIBS) $(SECCOMP_LIBS) $(ICU_LIBS) $(RNP_LIBS) \
	$(JSON_LIBS) $(IDN_LIBS) $(PSL_LIBS) -lm

warden_PROGRAMS += scanner/wardend
scanner_wardend_SOURCES = scanner/service/main.c
scanner_wardend_CPPFLAGS = $(SCANNER_CPPFLAGS)
scanner_wardend_LDADD = $(WARDEND_LIBS) \
	scanner/libwarden-parse.a \
	scanner/libwarden-rules.a \
	scanner/libwarden-facts.a \
	scanner/libwarden-protocol.a \
	$(WARDEND_SYSTEM_LIBS)
EXTRA_DIST += scanner/service/README.md
