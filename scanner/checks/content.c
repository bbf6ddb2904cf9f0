#include "warden-config.h"

#include "checks-private.h"

#include <string.h>

/* What a mail asks for. */

static const struct warden_symbol symbols[] = {
	{ "PASSWORD_FORM", "content", "T1566" },
};

static void run(const struct warden_check_input *input,
		struct warden_findings *findings)
{
	const GPtrArray *traits = input->facts->traits;

	for (guint i = 0; i < traits->len; i++) {
		const struct warden_trait *trait =
			g_ptr_array_index(traits, i);

		if (strcmp(trait->code, "html-password-field") == 0)
			warden_findings_add(findings, "PASSWORD_FORM",
					    trait->part, "%s", trait->detail);
	}
}

const struct warden_check warden_check_content = {
	.name = "content",
	.symbols = symbols,
	.symbols_count = G_N_ELEMENTS(symbols),
	.run = run,
};
