EXTRA_DIST += tests/grammar.py tests/ham/make_ham.py tests/bad/make_bad.py \
	tests/bad/en.txt
include tests/unit/protocol.mk
include tests/unit/parse.mk
include tests/unit/rules.mk
include tests/unit/checks.mk
include tests/unit/feed.mk
include tests/unit/service.mk
include tests/unit/store.mk
include tests/unit/plugin.mk
include tests/fuzz/local.mk
