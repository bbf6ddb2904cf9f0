noinst_LIBRARIES += scanner/libwarden-checks.a
scanner_libwarden_checks_a_SOURCES = \
	scanner/checks/antivirus.c \
	scanner/checks/attachment.c \
	scanner/checks/auth-results.c \
	scanner/checks/auth-results.h \
	scanner/checks/checks.c \
	scanner/checks/checks.h \
	scanner/checks/checks-private.h \
	scanner/checks/classifier.c \
	scanner/checks/content.c \
	scanner/checks/document.c \
	scanner/checks/features.c \
	scanner/checks/features.h \
	scanner/checks/filename.c \
	scanner/checks/filename.h \
	scanner/checks/image.c \
	scanner/checks/history.h \
	scanner/checks/house.c \
	scanner/checks/house.h \
	scanner/checks/mailbox.c \
	scanner/checks/mailbox.h \
	scanner/checks/link.c \
	scanner/checks/list.c \
	scanner/checks/lookalike.c \
	scanner/checks/lookalike.h \
	scanner/checks/mime.c \
	scanner/checks/model.c \
	scanner/checks/model.h \
	scanner/checks/office.c \
	scanner/checks/program.c \
	scanner/checks/pdf.c \
	scanner/checks/redirector.c \
	scanner/checks/redirector.h \
	scanner/checks/rule.c \
	scanner/checks/sender.c \
	scanner/checks/sender-auth.c \
	scanner/checks/sender-names.c \
	scanner/checks/sender-past.c \
	scanner/checks/sender-private.h \
	scanner/checks/site.h \
	scanner/checks/url.c \
	scanner/checks/url.h \
	scanner/checks/web.c
scanner_libwarden_checks_a_CPPFLAGS = $(SCANNER_CPPFLAGS) $(PSL_CFLAGS) \
	$(IDN_CFLAGS) $(ICU_CFLAGS)
