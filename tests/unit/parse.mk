WARDEN_PARSE_LIBS = scanner/libwarden-parse.a scanner/libwarden-facts.a \
	$(GMIME_LIBS) $(GLIB_LIBS) $(CRYPTO_LIBS) $(ARCHIVE_LIBS) \
	$(MAGIC_LIBS) $(IDN_LIBS)

# Shows what parsing makes of files; for people.
noinst_PROGRAMS += tests/unit/parse-dump
tests_unit_parse_dump_SOURCES = tests/unit/parse-dump.c
tests_unit_parse_dump_CPPFLAGS = $(SCANNER_CPPFLAGS)
tests_unit_parse_dump_LDADD = $(WARDEN_PARSE_LIBS)
