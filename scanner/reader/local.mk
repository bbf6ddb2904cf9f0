noinst_LIBRARIES += scanner/libwarden-reader.a
scanner_libwarden_reader_a_SOURCES = \
	scanner/reader/reader.c \
	scanner/reader/reader.h \
	scanner/reader/reader-child.c \
	scanner/reader/reader-message.c \
	scanner/reader/reader-private.h \
	scanner/reader/sandbox.c \
	scanner/reader/sandbox.h
scanner_libwarden_reader_a_CPPFLAGS = $(SCANNER_CPPFLAGS) $(SECCOMP_CFLAGS)
