noinst_LIBRARIES += scanner/libwarden-feed.a
scanner_libwarden_feed_a_SOURCES = \
	scanner/feed/csv.c \
	scanner/feed/feed.c \
	scanner/feed/feed.h \
	scanner/feed/feed-limits.h \
	scanner/feed/feed-private.h \
	scanner/feed/format-clamav.c \
	scanner/feed/format-csv.c \
	scanner/feed/format-hosts.c \
	scanner/feed/format-list.c \
	scanner/feed/format-misp.c \
	scanner/feed/format-stix.c \
	scanner/feed/input.c \
	scanner/feed/json.c \
	scanner/feed/stix-pattern.c \
	scanner/feed/value.c
scanner_libwarden_feed_a_CPPFLAGS = $(SCANNER_CPPFLAGS) $(ARCHIVE_CFLAGS)

# In the order that a linker wants.
WARDEN_FEED_LIBS = scanner/libwarden-feed.a scanner/libwarden-checks.a \
	scanner/libwarden-facts.a $(ARCHIVE_LIBS) $(IDN_LIBS) $(ICU_LIBS) $(PSL_LIBS) \
	$(GLIB_LIBS)
EXTRA_DIST += scanner/feed/README.md docs/feeds.md
