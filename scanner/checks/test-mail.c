#include "warden-config.h"

#include "checks-private.h"

#include <string.h>

/* GTUBE, the Generic Test for Unsolicited Bulk Email: one string that every
   filter of spam takes for spam, so that people can see whether there is one.
   SpamAssassin looks for it in the subject and the text as it is shown, not in
   files; so do we. */

#define GTUBE "XJS*C4JDBQADN1.NSBN3*2IDNEN*" \
	"GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"

static const struct warden_symbol symbols[] = {
	{ "GTUBE_TEST_MAIL", "content", "" },
};

static void run(const struct warden_check_input *input,
		struct warden_findings *findings)
{
	const struct warden_facts *facts = input->facts;

	if (strstr(facts->header.subject, GTUBE) != NULL ||
	    strstr(facts->text.visible, GTUBE) != NULL)
		warden_findings_add(findings, "GTUBE_TEST_MAIL", "",
				    "the harmless text that tests filters of"
				    " spam");
}

const struct warden_check warden_check_test_mail = {
	.name = "test-mail",
	.symbols = symbols,
	.symbols_count = G_N_ELEMENTS(symbols),
	.run = run,
};
