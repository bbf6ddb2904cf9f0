wardenconf_DATA += config/warden.conf config/scores.conf
EXTRA_DIST += config/warden.conf config/scores.conf config/model.conf \
	config/brands.conf config/link-hosts.conf docs/lists.md \
	tools/train.py docs/classifier.md docs/checks.md docs/rules.md \
	docs/sender.md docs/signatures.md docs/dlp.md
dist_man_MANS += man/warden.conf.5
dist_wardendata_DATA = config/warden-feed-update.service \
	config/warden-feed-update.timer

# Both files are compiled in as well, as they are: `warden scan` works from the
# build tree and without any file.
BUILT_SOURCES += scanner/core/builtin.c
CLEANFILES += scanner/core/builtin.c
scanner/core/builtin.c: $(srcdir)/config/warden.conf \
	$(srcdir)/config/scores.conf $(srcdir)/config/model.conf \
	$(srcdir)/config/brands.conf $(srcdir)/config/link-hosts.conf
	$(AM_V_GEN)$(MKDIR_P) scanner/core && { \
	  echo '#include "scanner/core/builtin.h"'; \
	  for name in warden scores model brands link-hosts; do \
	    echo "const char warden_builtin_$${name}_conf[] =" | tr - _; \
	    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$$/\\n"/' \
	      $(srcdir)/config/$$name.conf; \
	    echo ';'; \
	  done; } > $@.tmp && mv $@.tmp $@

# The texts of notices likewise; installed where nothing reads them, to be
# copied from.
WARDEN_NOTICES = \
	config/notices/digest.de.txt \
	config/notices/single.de.txt \
	config/notices/words.de.txt \
	config/notices/digest.en.txt \
	config/notices/single.en.txt \
	config/notices/words.en.txt \
	config/notices/digest.es.txt \
	config/notices/single.es.txt \
	config/notices/words.es.txt \
	config/notices/digest.fr.txt \
	config/notices/single.fr.txt \
	config/notices/words.fr.txt \
	config/notices/digest.it.txt \
	config/notices/single.it.txt \
	config/notices/words.it.txt \
	config/notices/digest.ja.txt \
	config/notices/single.ja.txt \
	config/notices/words.ja.txt \
	config/notices/digest.nl.txt \
	config/notices/single.nl.txt \
	config/notices/words.nl.txt \
	config/notices/digest.pl.txt \
	config/notices/single.pl.txt \
	config/notices/words.pl.txt \
	config/notices/digest.pt.txt \
	config/notices/single.pt.txt \
	config/notices/words.pt.txt \
	config/notices/digest.ru.txt \
	config/notices/single.ru.txt \
	config/notices/words.ru.txt \
	config/notices/digest.zh.txt \
	config/notices/single.zh.txt \
	config/notices/words.zh.txt
wardennoticesdir = $(wardendatadir)/notices
wardennotices_DATA = $(WARDEN_NOTICES)
EXTRA_DIST += $(WARDEN_NOTICES) docs/notices.md
BUILT_SOURCES += scanner/core/builtin-notices.c
CLEANFILES += scanner/core/builtin-notices.c
scanner/core/builtin-notices.c: $(WARDEN_NOTICES)
	$(AM_V_GEN)$(MKDIR_P) scanner/core && { \
	  echo '#include "scanner/core/notice-private.h"'; \
	  echo 'const struct warden_builtin_notice'; \
	  echo 'warden_builtin_notices[] = {'; \
	  for file in $(WARDEN_NOTICES); do \
	    echo "{ \"$${file##*/}\","; \
	    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$$/\\n"/' \
	      $(srcdir)/$$file; \
	    echo '},'; \
	  done; \
	  echo '};'; \
	  echo 'const guint warden_builtin_notices_count ='; \
	  echo 'G_N_ELEMENTS(warden_builtin_notices);'; } \
	  > $@.tmp && mv $@.tmp $@

# The tables of phrases likewise.
WARDEN_PHRASES = \
	config/phrases/de.conf \
	config/phrases/en.conf \
	config/phrases/es.conf \
	config/phrases/fr.conf \
	config/phrases/it.conf \
	config/phrases/ja.conf \
	config/phrases/nl.conf \
	config/phrases/pl.conf \
	config/phrases/pt.conf \
	config/phrases/ru.conf \
	config/phrases/tr.conf \
	config/phrases/uk.conf \
	config/phrases/zh.conf
wardenphrasesdir = $(wardendatadir)/phrases
wardenphrases_DATA = $(WARDEN_PHRASES)
EXTRA_DIST += $(WARDEN_PHRASES) docs/phrases.md
BUILT_SOURCES += scanner/core/builtin-phrases.c
CLEANFILES += scanner/core/builtin-phrases.c
scanner/core/builtin-phrases.c: $(WARDEN_PHRASES)
	$(AM_V_GEN)$(MKDIR_P) scanner/core && { \
	  echo '#include "scanner/core/builtin.h"'; \
	  echo 'const struct warden_builtin_file warden_builtin_phrases[] = {'; \
	  for file in $(WARDEN_PHRASES); do \
	    echo "{ \"$${file##*/}\","; \
	    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$$/\\n"/' \
	      $(srcdir)/$$file; \
	    echo '},'; \
	  done; \
	  echo '};'; \
	  echo 'const unsigned int warden_builtin_phrases_count ='; \
	  echo 'sizeof(warden_builtin_phrases) /'; \
	  echo 'sizeof(warden_builtin_phrases[0]);'; } \
	  > $@.tmp && mv $@.tmp $@
