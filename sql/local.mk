noinst_LIBRARIES += sql/libwarden-store.a
sql_libwarden_store_a_SOURCES = \
	sql/schema.h \
	sql/store-bayes.c \
	sql/store.h \
	sql/store-epoch.c \
	sql/store-hunt.c \
	sql/store-own.c \
	sql/store-journal.c \
	sql/store-journal.h \
	sql/store-queue.c \
	sql/store-queue.h \
	sql/store-sqlite.c \
	sql/store-sqlite-affected.c \
	sql/store-sqlite-contact.c \
	sql/store-sqlite-copy.c \
	sql/store-sqlite-affected.h \
	sql/store-sqlite-feed.c \
	sql/store-sqlite-fuzzy.c \
	sql/store-sqlite-history.c \
	sql/store-sqlite-lookup.c \
	sql/store-sqlite-place.c \
	sql/store-sqlite-notice.c \
	sql/store-sqlite-private.h \
	sql/store-sqlite-query.c \
	sql/store-sqlite-record.c \
	sql/store-sqlite-sender.c \
	sql/store-sqlite-statement.c \
	sql/store-sqlite-upkeep.c \
	sql/store-sqlite-url.c
nodist_sql_libwarden_store_a_SOURCES = sql/schema.c
sql_libwarden_store_a_CPPFLAGS = $(SCANNER_CPPFLAGS) $(SQLITE_CFLAGS)

WARDEN_SCHEMA = sql/schema/0001-initial.sql \
	sql/schema/0002-stored-mail.sql \
	sql/schema/0003-notices.sql \
	sql/schema/0004-fuzzy.sql \
	sql/schema/0005-learning.sql \
	sql/schema/0006-own-lists.sql \
	sql/schema/0007-recipients.sql \
	sql/schema/0008-languages.sql
wardenschemadir = $(wardendatadir)/schema
wardenschema_DATA = $(WARDEN_SCHEMA)
EXTRA_DIST += $(WARDEN_SCHEMA) sql/README.md
BUILT_SOURCES += sql/schema.c
CLEANFILES += sql/schema.c
# In this order.
sql/schema.c: $(srcdir)/sql/schema/0001-initial.sql \
		$(srcdir)/sql/schema/0002-stored-mail.sql \
		$(srcdir)/sql/schema/0003-notices.sql \
		$(srcdir)/sql/schema/0004-fuzzy.sql \
		$(srcdir)/sql/schema/0005-learning.sql \
		$(srcdir)/sql/schema/0006-own-lists.sql \
		$(srcdir)/sql/schema/0007-recipients.sql \
		$(srcdir)/sql/schema/0008-languages.sql
	$(AM_V_GEN)$(MKDIR_P) sql && { \
	  echo '#include "sql/schema.h"'; \
	  echo 'const char *const warden_schema[] = {'; \
	  for file in $^; do \
	    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$$/\\n"/' \
	      $$file; \
	    echo ','; \
	  done; \
	  echo '};'; \
	  echo 'const unsigned int warden_schema_count ='; \
	  echo 'sizeof(warden_schema) / sizeof(warden_schema[0]);'; } \
	  > $@.tmp && mv $@.tmp $@
