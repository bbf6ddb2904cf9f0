#include "warden-config.h"

#include "checks-private.h"
#include "filename.h"

#include <string.h>

/* What PDF files do. Forms calculate with scripts, reports carry their tables
   with them, slides link to files: alone that says little. A program inside,
   or one that is started, has no honest use in a mail. */

static const struct warden_symbol symbols[] = {
	{ "PDF_EMBEDDED_PROGRAM", "pdf", "T1027.009" },
	{ "PDF_HIDDEN_OBJECT", "pdf", "T1027" },
	{ "PDF_JAVASCRIPT", "pdf", "T1059.007" },
	{ "PDF_JAVASCRIPT_AUTORUN", "pdf", "T1059.007" },
	{ "PDF_JAVASCRIPT_EXPLOIT", "pdf", "T1203" },
	{ "PDF_JAVASCRIPT_HIDDEN", "pdf", "T1027" },
	{ "PDF_LAUNCH", "pdf", "T1204.002" },
	{ "PDF_LAUNCH_FILE", "pdf", "T1204.002" },
	{ "PDF_OBFUSCATED_NAME", "pdf", "T1027" },
	{ "PDF_OPENS_EMBEDDED", "pdf", "T1204.002" },
	{ "PDF_OPENS_LINK", "pdf", "T1204.001" },
	{ "PDF_OPENS_REMOTE", "pdf", "T1187" },
	{ "PDF_PASSWORD_FORM", "pdf", "T1056.003" },
	{ "PDF_RICH_MEDIA", "pdf", "" },
	{ "PDF_SUBMIT_FORM", "pdf", "" },
	{ "PDF_UPDATED_ACTION", "pdf", "T1027" },
	{ "PDF_WITH_PASSWORD", "pdf", "T1027.013" },
};

static const struct warden_trait_symbol trait_symbols[] = {
	{ WARDEN_TRAIT_PDF_HIDDEN_OBJECT, "PDF_HIDDEN_OBJECT",
	  "an object inside another" },
	{ WARDEN_TRAIT_PDF_JAVASCRIPT, "PDF_JAVASCRIPT", "scripts" },
	{ WARDEN_TRAIT_PDF_JAVASCRIPT_AUTORUN, "PDF_JAVASCRIPT_AUTORUN",
	  "a script runs when it is opened" },
	{ WARDEN_TRAIT_PDF_JAVASCRIPT_EXPLOIT, "PDF_JAVASCRIPT_EXPLOIT",
	  "a script attacks the reader" },
	{ WARDEN_TRAIT_PDF_LAUNCH_PROGRAM, "PDF_LAUNCH",
	  "starts a program" },
	{ WARDEN_TRAIT_PDF_LAUNCH_FILE, "PDF_LAUNCH_FILE",
	  "opens another file" },
	{ WARDEN_TRAIT_PDF_OBFUSCATED_NAME, "PDF_OBFUSCATED_NAME",
	  "a disguised word" },
	{ WARDEN_TRAIT_PDF_OPEN_LINK, "PDF_OPENS_LINK",
	  "opens a link by itself" },
	{ WARDEN_TRAIT_PDF_OPEN_SUBMIT, "PDF_OPENS_LINK",
	  "sends data by itself" },
	{ WARDEN_TRAIT_PDF_OPEN_REMOTE, "PDF_OPENS_REMOTE",
	  "logs in to another computer" },
	{ WARDEN_TRAIT_PDF_RICH_MEDIA, "PDF_RICH_MEDIA",
	  "media that are played" },
	{ WARDEN_TRAIT_PDF_SUBMIT_FORM, "PDF_SUBMIT_FORM",
	  "a form is sent" },
	{ WARDEN_TRAIT_PDF_UPDATED_ACTION, "PDF_UPDATED_ACTION",
	  "an update changed what happens when it is opened" },
	{ WARDEN_TRAIT_PDF_OPENED, "PDF_WITH_PASSWORD",
	  "the message contains its password" },
};

/* --- several traits of one file ------------------------------------------ */

static bool has_trait(const struct warden_facts *facts,
		      enum warden_trait_index trait, const char *part)
{
	const char *code = warden_checks_trait_code(trait);

	for (guint i = 0; i < facts->traits->len; i++) {
		const struct warden_trait *other = facts->traits->pdata[i];

		if (strcmp(other->code, code) == 0 &&
		    strcmp(other->part, part) == 0)
			return TRUE;
	}
	return FALSE;
}

/* A trait that counts when another is there, too. */
static const struct {
	enum warden_trait_index trait, other;
	const char *symbol, *detail;
} pairs[] = {
	{ WARDEN_TRAIT_PDF_JAVASCRIPT_HIDDEN,
	  WARDEN_TRAIT_PDF_JAVASCRIPT_AUTORUN, "PDF_JAVASCRIPT_HIDDEN",
	  "a script that runs when it is opened makes its code at run time" },
	{ WARDEN_TRAIT_PDF_JAVASCRIPT_EXPORT,
	  WARDEN_TRAIT_PDF_JAVASCRIPT_AUTORUN, "PDF_OPENS_EMBEDDED",
	  "opens a file inside by itself" },
	{ WARDEN_TRAIT_PDF_LAUNCH_FILE, WARDEN_TRAIT_PDF_OPEN_LAUNCH,
	  "PDF_OPENS_LINK", "opens another file by itself" },
	{ WARDEN_TRAIT_PDF_PASSWORD_FIELD, WARDEN_TRAIT_PDF_SUBMIT_FORM,
	  "PDF_PASSWORD_FORM", "a password is sent" },
};

static void check_pairs(const struct warden_facts *facts,
			struct warden_findings *findings)
{
	for (guint i = 0; i < facts->traits->len; i++) {
		const struct warden_trait *trait = facts->traits->pdata[i];

		for (guint row = 0; row < G_N_ELEMENTS(pairs); row++) {
			if (strcmp(warden_checks_trait_code(pairs[row].trait),
				   trait->code) == 0 &&
			    has_trait(facts, pairs[row].other, trait->part))
				warden_findings_add(
					findings, pairs[row].symbol,
					trait->part, "%s", pairs[row].detail);
		}
	}
}

/* --- files inside ----------------------------------------------------------- */

/* The PDF that a part came out of, through archives or not, or NULL. */
static const struct warden_part *
pdf_around(GHashTable *pdfs, const struct warden_part *part)
{
	g_autofree char *prefix = g_strdup(part->path);
	char *slash;

	while ((slash = strrchr(prefix, '/')) != NULL) {
		const struct warden_part *pdf;

		*slash = '\0';
		pdf = g_hash_table_lookup(pdfs, prefix);
		if (pdf != NULL)
			return pdf;
	}
	return NULL;
}

static bool name_runs(const char *text)
{
	struct warden_filename name;
	bool runs;

	if (*text == '\0')
		return FALSE;
	warden_filename_parse(text, &name);
	/* ".com" is also how most domain names end */
	runs = warden_filename_runs(name.extension_class) &&
	       strcmp(name.extension, "com") != 0;
	warden_filename_clear(&name);
	return runs;
}

static bool runs(const struct warden_part *part)
{
	if (part->kind == WARDEN_KIND_EXECUTABLE ||
	    part->kind == WARDEN_KIND_SHORTCUT || name_runs(part->name))
		return TRUE;
	for (guint i = 0; i < part->names->len; i++) {
		if (name_runs(part->names->pdata[i]))
			return TRUE;
	}
	return FALSE;
}

static void check_embedded(const struct warden_facts *facts,
			   struct warden_findings *findings)
{
	g_autoptr(GHashTable) pdfs = g_hash_table_new(g_str_hash,
						      g_str_equal);

	for (guint i = 0; i < facts->parts->len; i++) {
		struct warden_part *part = facts->parts->pdata[i];

		if (part->kind == WARDEN_KIND_PDF)
			g_hash_table_insert(pdfs, part->path, part);
	}
	if (g_hash_table_size(pdfs) == 0)
		return;
	for (guint i = 0; i < facts->parts->len; i++) {
		const struct warden_part *part = facts->parts->pdata[i];

		if ((part->flags & WARDEN_PART_MEMBER) != 0 && runs(part) &&
		    pdf_around(pdfs, part) != NULL)
			warden_findings_add(findings, "PDF_EMBEDDED_PROGRAM",
					    part->path, "%s",
					    part->name[0] != '\0' ?
					    part->name : part->detected_type);
	}
}

static void run(const struct warden_check_input *input,
		struct warden_findings *findings)
{
	warden_checks_traits(input, trait_symbols,
			     G_N_ELEMENTS(trait_symbols), findings);
	check_pairs(input->facts, findings);
	check_embedded(input->facts, findings);
}

const struct warden_check warden_check_pdf = {
	.name = "pdf",
	.symbols = symbols,
	.symbols_count = G_N_ELEMENTS(symbols),
	.run = run,
};
