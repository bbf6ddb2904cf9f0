EXTRA_DIST += tests/grammar.py tests/mail_parts.py tests/mail_extras.txt \
	tests/ham/make_ham.py tests/bad/make_bad.py \
	tests/bad/layouts.py tests/bad/pools.py tests/ham/apps.txt \
	tests/ham/press.txt \
	tests/bad/de.txt tests/bad/en.txt tests/bad/es.txt tests/bad/fr.txt \
	tests/bad/it.txt tests/bad/ja.txt tests/bad/nl.txt tests/bad/pl.txt \
	tests/bad/pt.txt tests/bad/ru.txt tests/bad/tr.txt tests/bad/uk.txt \
	tests/bad/zh.txt \
	tests/ham/de.txt tests/ham/en.txt tests/ham/es.txt tests/ham/fr.txt \
	tests/ham/it.txt tests/ham/ja.txt tests/ham/nl.txt tests/ham/pl.txt \
	tests/ham/pt.txt tests/ham/ru.txt tests/ham/tr.txt tests/ham/uk.txt \
	tests/ham/zh.txt
include tests/unit/protocol.mk
include tests/unit/parse.mk
include tests/unit/rules.mk
include tests/unit/checks.mk
include tests/unit/feed.mk
include tests/unit/service.mk
include tests/unit/store.mk
include tests/unit/plugin.mk
include tests/fuzz/local.mk
