wardenconf_DATA += config/warden.conf config/scores.conf
EXTRA_DIST += config/warden.conf config/scores.conf docs/checks.md
dist_man_MANS += man/warden.conf.5

# Both files are compiled in as well, as they are: `warden scan` works from the
# build tree and without any file.
BUILT_SOURCES += scanner/core/builtin.c
CLEANFILES += scanner/core/builtin.c
scanner/core/builtin.c: $(srcdir)/config/warden.conf $(srcdir)/config/scores.conf
	$(AM_V_GEN)$(MKDIR_P) scanner/core && { \
	  echo '#include "scanner/core/builtin.h"'; \
	  for name in warden scores; do \
	    echo "const char warden_builtin_$${name}_conf[] ="; \
	    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$$/\\n"/' \
	      $(srcdir)/config/$$name.conf; \
	    echo ';'; \
	  done; } > $@.tmp && mv $@.tmp $@
