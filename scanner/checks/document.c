#include "warden-config.h"

#include "checks-private.h"
#include "from.h"
#include "url.h"

#include <string.h>

/* What documents fetch, start and embed. Links between the files of an office
   and objects in texts are daily work; what is judged is where they lead to
   and whether they act without being asked. */

static const struct warden_symbol symbols[] = {
	{ "ODF_MACRO_AUTORUN", "office", "T1204.002" },
	{ "OFFICE_ACTIVEX", "office", "T1559.001" },
	{ "OFFICE_DDE", "office", "T1559.002" },
	{ "OFFICE_DDE_COMMAND", "office", "T1559.002" },
	{ "OFFICE_EMBEDDED_PROGRAM", "office", "T1027.009" },
	{ "OFFICE_EQUATION", "office", "" },
	{ "OFFICE_EQUATION_EXPLOIT", "office", "T1203" },
	{ "OFFICE_FETCHED_OBJECT", "office", "T1221" },
	{ "OFFICE_HANDLER_TARGET", "office", "T1203" },
	{ "OFFICE_OWN_TEMPLATE", "office", "T1221" },
	{ "OFFICE_REMOTE_OBJECT", "office", "T1221" },
	{ "OFFICE_REMOTE_SHARE", "office", "T1187" },
	{ "OFFICE_REMOTE_TEMPLATE", "office", "T1221" },
	{ "OFFICE_RISKY_OBJECT", "office", "T1203" },
	{ "OFFICE_RISKY_OBJECT_LOADED", "office", "T1203" },
	{ "OFFICE_RUNS_PROGRAM", "office", "T1204.002" },
	{ "OFFICE_XML_ENTITIES", "office", "T1027" },
	{ "RTF_OBFUSCATED_OBJECT", "office", "T1027" },
};

static const struct warden_trait_symbol trait_symbols[] = {
	{ WARDEN_TRAIT_OFFICE_ACTIVEX, "OFFICE_ACTIVEX", "a control" },
	{ WARDEN_TRAIT_OFFICE_DDE, "OFFICE_DDE",
	  "values from another program" },
	{ WARDEN_TRAIT_OFFICE_DDE_COMMAND, "OFFICE_DDE_COMMAND",
	  "it would run" },
	{ WARDEN_TRAIT_OFFICE_EQUATION, "OFFICE_EQUATION",
	  "a formula of the old editor" },
	{ WARDEN_TRAIT_OFFICE_EQUATION_OVERFLOW, "OFFICE_EQUATION_EXPLOIT",
	  "a formula that overflows the editor" },
	{ WARDEN_TRAIT_OFFICE_HANDLER_TARGET, "OFFICE_HANDLER_TARGET",
	  "it would start" },
	{ WARDEN_TRAIT_OFFICE_RISKY_CLASS, "OFFICE_RISKY_OBJECT",
	  "an object of the class" },
	{ WARDEN_TRAIT_ODF_EVENT, "ODF_MACRO_AUTORUN",
	  "runs by itself" },
	{ WARDEN_TRAIT_OFFICE_RUNS_PROGRAM, "OFFICE_RUNS_PROGRAM",
	  "a click starts a program" },
	{ WARDEN_TRAIT_OFFICE_XML_ENTITIES, "OFFICE_XML_ENTITIES",
	  "no Office program writes entities" },
	{ WARDEN_TRAIT_RTF_OBFUSCATED, "RTF_OBFUSCATED_OBJECT",
	  "an object is written in a way that hides it" },
};

static const struct warden_trait *
find_trait(const struct warden_facts *facts, enum warden_trait_index index,
	   const char *part)
{
	const char *code = warden_checks_trait_code(index);

	for (guint i = 0; i < facts->traits->len; i++) {
		const struct warden_trait *trait = facts->traits->pdata[i];

		if (strcmp(trait->code, code) == 0 &&
		    strcmp(trait->part, part) == 0)
			return trait;
	}
	return NULL;
}

/* --- templates and parts ------------------------------------------------ */

/* Where offices keep their own templates. Anybody may have an account there,
   but nothing that runs by itself comes from it without one. */
static bool is_office_host(const char *host)
{
	static const char *const domains[] = {
		"sharepoint.com", "sharepoint.us", "sharepoint.cn",
		"office.com", "office.net", "officeapps.live.com",
		"microsoft.com", "docs.live.net",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(domains); i++) {
		gsize size = strlen(domains[i]), length = strlen(host);

		if (length >= size &&
		    strcmp(host + length - size, domains[i]) == 0 &&
		    (length == size || host[length - size - 1] == '.'))
			return TRUE;
	}
	return FALSE;
}

static bool is_senders_own(const struct warden_facts *facts, const char *host)
{
	return warden_from_is_in(facts, warden_host_domain(host));
}

/* "https://host/x", "\\host@SSL\x" and "file://host/x" all name one. */
static char *target_host(const char *target)
{
	const char *start = strstr(target, "://");
	g_autofree char *host = NULL;

	start = start == NULL ? target : start + 3;
	start += strspn(start, "/\\");
	host = g_strndup(start, strcspn(start, "/\\:?#@"));
	return warden_url_host_ascii(host);
}

static bool is_own(const struct warden_check_input *input, const char *target)
{
	g_autofree char *host = target_host(target);

	return is_office_host(host) || is_senders_own(input->facts, host);
}

static void check_template(const struct warden_check_input *input,
			   const struct warden_trait *trait,
			   struct warden_findings *findings)
{
	warden_findings_add(findings, is_own(input, trait->detail) ?
			    "OFFICE_OWN_TEMPLATE" : "OFFICE_REMOTE_TEMPLATE",
			    trait->part, "its template comes from: %s",
			    trait->detail);
}

static void check_object(const struct warden_check_input *input,
			 const struct warden_trait *trait,
			 struct warden_findings *findings)
{
	if (!is_own(input, trait->detail))
		warden_findings_add(findings, "OFFICE_REMOTE_OBJECT",
				    trait->part, "a part of it comes from: %s",
				    trait->detail);
}

static void check_share(const struct warden_check_input *input,
			const struct warden_trait *trait,
			struct warden_findings *findings)
{
	if (!is_own(input, trait->detail))
		warden_findings_add(findings, "OFFICE_REMOTE_SHARE",
				    trait->part, "a part of it comes from: %s",
				    trait->detail);
}

/* --- objects that act --------------------------------------------------- */

/* Loaded without being asked, from elsewhere or into what is known to break:
   CVE-2017-0199, CVE-2017-11882 and their kin. */
static void check_updates(const struct warden_check_input *input,
			  const struct warden_trait *updates,
			  struct warden_findings *findings)
{
	static const struct {
		enum warden_trait_index trait;
		const char *symbol, *detail;
	} companions[] = {
		{ WARDEN_TRAIT_OFFICE_REMOTE_OBJECT, "OFFICE_FETCHED_OBJECT",
		  "loaded when opened, from" },
		{ WARDEN_TRAIT_OFFICE_REMOTE_SHARE, "OFFICE_FETCHED_OBJECT",
		  "loaded when opened, from" },
		{ WARDEN_TRAIT_OFFICE_EQUATION, "OFFICE_EQUATION_EXPLOIT",
		  "a formula that is loaded when opened" },
		{ WARDEN_TRAIT_OFFICE_RISKY_CLASS,
		  "OFFICE_RISKY_OBJECT_LOADED", "loaded when opened" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(companions); i++) {
		const struct warden_trait *other = find_trait(
			input->facts, companions[i].trait, updates->part);

		if (other != NULL)
			warden_findings_add(findings, companions[i].symbol,
					    other->part, "%s: %s",
					    companions[i].detail,
					    other->detail);
	}
}

/* --- embedded programs -------------------------------------------------- */

/* The document that a member stands in, through archives and other documents;
   not an Outlook message, whose files are attachments. */
static const struct warden_part *
document_around(const struct warden_facts *facts,
		const struct warden_part *member)
{
	const struct warden_part *found = NULL;
	gsize best = 0;

	for (guint i = 0; i < facts->parts->len; i++) {
		const struct warden_part *part = facts->parts->pdata[i];
		gsize length = strlen(part->path);

		if (part->kind == WARDEN_KIND_OFFICE && length > best &&
		    strncmp(member->path, part->path, length) == 0 &&
		    member->path[length] == '/') {
			found = part;
			best = length;
		}
	}
	if (found != NULL && (strcmp(found->detected_type,
				     "application/vnd.ms-outlook") == 0 ||
			      strcmp(found->detected_type,
				     "application/onenote") == 0))
		return NULL;
	return found;
}

static void check_member(const struct warden_check_input *input,
			 const struct warden_part *part,
			 struct warden_findings *findings)
{
	const struct warden_part *document;

	if ((part->flags & WARDEN_PART_MEMBER) == 0 ||
	    (part->kind != WARDEN_KIND_EXECUTABLE &&
	     part->kind != WARDEN_KIND_SHORTCUT))
		return;
	document = document_around(input->facts, part);
	if (document != NULL)
		warden_findings_add(findings, "OFFICE_EMBEDDED_PROGRAM",
				    part->path, "%s in %s",
				    part->name[0] != '\0' ? part->name :
				    part->detected_type,
				    document->name[0] != '\0' ?
				    document->name : document->path);
}

static const struct {
	enum warden_trait_index trait;
	void (*check)(const struct warden_check_input *input,
		      const struct warden_trait *trait,
		      struct warden_findings *findings);
} judges[] = {
	{ WARDEN_TRAIT_OFFICE_REMOTE_TEMPLATE, check_template },
	{ WARDEN_TRAIT_OFFICE_REMOTE_OBJECT, check_object },
	{ WARDEN_TRAIT_OFFICE_REMOTE_SHARE, check_share },
	{ WARDEN_TRAIT_OFFICE_OBJECT_UPDATES, check_updates },
};

static void run(const struct warden_check_input *input,
		struct warden_findings *findings)
{
	const struct warden_facts *facts = input->facts;

	warden_checks_traits(input, trait_symbols,
			     G_N_ELEMENTS(trait_symbols), findings);
	for (guint i = 0; i < facts->traits->len; i++) {
		const struct warden_trait *trait = facts->traits->pdata[i];

		for (gsize j = 0; j < G_N_ELEMENTS(judges); j++) {
			if (strcmp(trait->code, warden_checks_trait_code(
					   judges[j].trait)) == 0)
				judges[j].check(input, trait, findings);
		}
	}
	for (guint i = 0; i < facts->parts->len; i++)
		check_member(input, facts->parts->pdata[i], findings);
}

const struct warden_check warden_check_document = {
	.name = "document",
	.symbols = symbols,
	.symbols_count = G_N_ELEMENTS(symbols),
	.run = run,
};
