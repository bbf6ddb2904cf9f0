noinst_LIBRARIES += scanner/libwarden-protocol.a
scanner_libwarden_protocol_a_SOURCES = \
	scanner/protocol/epoch.c \
	scanner/protocol/epoch.h \
	scanner/protocol/protocol.c \
	scanner/protocol/protocol.h \
	scanner/protocol/protocol-private.h
EXTRA_DIST += scanner/protocol/README.md
