noinst_LIBRARIES += scanner/libwarden-rules.a
scanner_libwarden_rules_a_SOURCES = \
	scanner/rules/folder.c \
	scanner/rules/rules.c \
	scanner/rules/rules.h \
	scanner/rules/rules-private.h
scanner_libwarden_rules_a_CPPFLAGS = $(SCANNER_CPPFLAGS) $(YARA_CFLAGS)
