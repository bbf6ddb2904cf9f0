EXTRA_DIST += tests/fuzz/fuzz-protocol.dict tests/fuzz/seeds

# Every target runs over its seeds in `make check`; with --enable-fuzzers it is
# a libFuzzer program as well.
check_PROGRAMS += tests/fuzz/replay-protocol
TESTS += tests/fuzz/replay-protocol
tests_fuzz_replay_protocol_SOURCES = \
	tests/fuzz/fuzz-protocol.c \
	tests/fuzz/replay.c
tests_fuzz_replay_protocol_CPPFLAGS = -I$(srcdir) \
	-DWARDEN_SEEDS='"$(abs_srcdir)/tests/fuzz/seeds/protocol"'
tests_fuzz_replay_protocol_LDADD = scanner/libwarden-protocol.a

if FUZZERS
noinst_PROGRAMS += tests/fuzz/fuzz-protocol
tests_fuzz_fuzz_protocol_SOURCES = \
	tests/fuzz/fuzz-protocol.c \
	scanner/protocol/protocol.c
tests_fuzz_fuzz_protocol_CPPFLAGS = -I$(srcdir)
tests_fuzz_fuzz_protocol_CFLAGS = $(AM_CFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_protocol_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
endif
