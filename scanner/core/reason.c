#include "warden-config.h"

#include "scan.h"

#include <string.h>

/* As in protocol.h, WARDEN_REASON_MAX there: what an IMAP client shows. */
#define REASON_MAX 400

/* What each verdict means to somebody who did not ask for it. */
static const char *const openings[WARDEN_VERDICT_LAST + 1] = {
	[WARDEN_VERDICT_MALWARE] = "This message was recognised as malware",
	[WARDEN_VERDICT_PHISHING] = "This message was recognised as phishing",
	[WARDEN_VERDICT_SPAM] = "This message was recognised as spam",
	[WARDEN_VERDICT_POLICY] = "This message is against a rule of this site",
	[WARDEN_VERDICT_SUSPICIOUS] = "This message is suspicious",
	[WARDEN_VERDICT_UNSCANNABLE] =
		"This message could not be checked completely",
};

/* The strongest finding that argues for the verdict; the strongest of all when
   it is their sum. */
static const struct warden_finding *
find_reason(const struct warden_config *config,
	    const struct warden_scan_result *result)
{
	const struct warden_finding *first = NULL;

	for (guint i = 0; i < result->findings->len; i++) {
		const struct warden_finding *finding =
			g_ptr_array_index(result->findings, i);

		if (first == NULL)
			first = finding;
		if (warden_policy_class(config->policy, finding->symbol) ==
		    result->judgement.verdict)
			return finding;
	}
	return first;
}

static const char *part_name(const struct warden_scan_result *result,
			     const struct warden_finding *finding)
{
	const struct warden_part *part;

	if (finding->part[0] == '\0' ||
	    strcmp(finding->family, "link") == 0)
		return "";
	part = warden_facts_find_part(result->facts, finding->part);
	return part == NULL ? "" : part->name;
}

char *warden_scan_safe_text(const char *text, gsize max)
{
	g_autofree char *clean = warden_facts_sanitise(text, strlen(text), max,
						       FALSE);
	g_autoptr(GString) out = g_string_new(NULL);

	for (const char *p = clean; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		GUnicodeType type = g_unichar_type(c);

		if (type == G_UNICODE_FORMAT ||
		    type == G_UNICODE_LINE_SEPARATOR ||
		    type == G_UNICODE_PARAGRAPH_SEPARATOR)
			g_string_append_printf(out, "<U+%04X>", c);
		else
			g_string_append_unichar(out, c);
	}
	return warden_facts_sanitise(out->str, out->len, max, FALSE);
}

char *warden_scan_reason(const struct warden_config *config,
			 const struct warden_scan_result *result)
{
	const char *opening = openings[result->judgement.verdict];
	const struct warden_finding *finding;
	g_autofree char *text = NULL;
	const char *name;

	if (opening == NULL)
		return g_strdup("Nothing bad was found in this message.");
	finding = find_reason(config, result);
	if (finding == NULL)
		return g_strconcat(opening, ".", NULL);
	name = part_name(result, finding);
	text = g_strdup_printf("%s: %s%s%s%s", opening,
			       warden_policy_reason(config->policy,
						    finding->symbol),
			       name[0] != '\0' ? " (File: " : "", name,
			       name[0] != '\0' ? ")" : "");
	return warden_scan_safe_text(text, REASON_MAX);
}
