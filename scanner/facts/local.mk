noinst_LIBRARIES += scanner/libwarden-facts.a
scanner_libwarden_facts_a_SOURCES = \
	scanner/facts/facts.c \
	scanner/facts/facts-serialise.c \
	scanner/facts/facts.h \
	scanner/facts/fuzzy-digest.c \
	scanner/facts/fuzzy-digest.h \
	scanner/facts/sensitive-patterns.c \
	scanner/facts/sensitive-patterns.h \
	scanner/facts/limits.h \
	scanner/facts/traits.h
scanner_libwarden_facts_a_CPPFLAGS = $(SCANNER_CPPFLAGS)
