noinst_LIBRARIES += scanner/libwarden-parse.a
scanner_libwarden_parse_a_SOURCES = \
	scanner/parse/address.c \
	scanner/parse/address.h \
	scanner/parse/archive.c \
	scanner/parse/boundary.c \
	scanner/parse/boundary.h \
	scanner/parse/carve.c \
	scanner/parse/charset.c \
	scanner/parse/charset.h \
	scanner/parse/content.c \
	scanner/parse/content.h \
	scanner/parse/decode.c \
	scanner/parse/decode.h \
	scanner/parse/decode-base64.c \
	scanner/parse/decode-qp.c \
	scanner/parse/decode-uu.c \
	scanner/parse/decode-yenc.c \
	scanner/parse/filetype.c \
	scanner/parse/filetype.h \
	scanner/parse/filetype-ole.c \
	scanner/parse/filetype-text.c \
	scanner/parse/filetype-zip.c \
	scanner/parse/header.c \
	scanner/parse/header.h \
	scanner/parse/header-facts.c \
	scanner/parse/html.c \
	scanner/parse/html.h \
	scanner/parse/html-entities.c \
	scanner/parse/lines.h \
	scanner/parse/mail.c \
	scanner/parse/mail.h \
	scanner/parse/names.c \
	scanner/parse/names.h \
	scanner/parse/params.c \
	scanner/parse/params.h \
	scanner/parse/parse.c \
	scanner/parse/parse.h \
	scanner/parse/queue.c \
	scanner/parse/queue.h \
	scanner/parse/stream.c \
	scanner/parse/stream.h \
	scanner/parse/text.c \
	scanner/parse/trait-set.c \
	scanner/parse/trait-set.h \
	scanner/parse/urls.c \
	scanner/parse/urls.h \
	scanner/parse/view.c \
	scanner/parse/view.h \
	scanner/parse/view-gmime.c \
	scanner/parse/view-linear.c \
	scanner/parse/words.c \
	scanner/parse/words.h
scanner_libwarden_parse_a_CPPFLAGS = $(SCANNER_CPPFLAGS) $(GMIME_CFLAGS) \
	$(ARCHIVE_CFLAGS) $(MAGIC_CFLAGS) $(CRYPTO_CFLAGS) $(IDN_CFLAGS)
