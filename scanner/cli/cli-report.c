#include "warden-config.h"

#include "cli-report.h"

#include <string.h>

#define RESET "\033[0m"
#define BOLD "\033[1m"
#define DIM "\033[2m"

static const struct {
	const char *colour, *words;
} verdicts[WARDEN_VERDICT_LAST + 1] = {
	[WARDEN_VERDICT_CLEAN] = { "\033[32m", "clean" },
	[WARDEN_VERDICT_SUSPICIOUS] = { "\033[33m", "suspicious" },
	[WARDEN_VERDICT_SPAM] = { "\033[35m", "spam" },
	[WARDEN_VERDICT_PHISHING] = { "\033[1;31m", "phishing" },
	[WARDEN_VERDICT_MALWARE] = { "\033[1;31m", "malware" },
	[WARDEN_VERDICT_POLICY] = { "\033[33m", "against policy" },
	[WARDEN_VERDICT_UNSCANNABLE] = { "\033[33m", "not fully checked" },
};

static const char *const actions[WARDEN_ACTION_LAST + 1] = {
	[WARDEN_ACTION_ALLOW] = "delivered as it is",
	[WARDEN_ACTION_FLAG] = "delivered with a flag",
	[WARDEN_ACTION_QUARANTINE] = "goes to Quarantine",
	[WARDEN_ACTION_DEFER] = "put off, to be tried again",
};

char *warden_report_safe(const char *text)
{
	return warden_scan_safe_text(text, WARDEN_FACT_URL_MAX);
}

static const char *paint(bool colour, const char *code)
{
	return colour ? code : "";
}

static void print_finding(FILE *out, bool colour,
			  const struct warden_config *config,
			  const struct warden_finding *finding, bool repeated)
{
	g_autofree char *detail = warden_report_safe(finding->detail);
	g_autofree char *part = warden_report_safe(finding->part);

	if (!repeated) {
		fprintf(out, "  %s\n", warden_policy_reason(
			config->policy, finding->symbol));
	}
	fprintf(out, "      %s%s%s%s%s%s", detail,
		detail[0] != '\0' ? "  " : "", paint(colour, DIM), "[",
		part[0] != '\0' ? "part " : "", part);
	if (!repeated) {
		fprintf(out, "%s%s %+.1f", part[0] != '\0' ? ", " : "",
			finding->symbol, finding->score);
		if (finding->technique[0] != '\0')
			fprintf(out, ", %s", finding->technique);
	}
	fprintf(out, "]%s\n", paint(colour, RESET));
}

static void print_parts(FILE *out, bool colour, const GPtrArray *parts)
{
	/* Archives of thousands belong into the JSON report. */
	const guint shown = MIN(parts->len, 20);

	for (guint i = 0; i < shown; i++) {
		const struct warden_part *part = g_ptr_array_index(parts, i);
		g_autofree char *path = warden_report_safe(part->path);
		g_autofree char *name = warden_report_safe(part->name);

		fprintf(out, "  %spart %-8s %s, %" G_GUINT64_FORMAT
			" bytes%s%s%s\n", paint(colour, DIM), path,
			part->detected_type, part->size,
			name[0] != '\0' ? ", " : "", name,
			paint(colour, RESET));
	}
	if (parts->len > shown)
		fprintf(out, "  %sand %u more parts%s\n", paint(colour, DIM),
			parts->len - shown, paint(colour, RESET));
}

void warden_report_print(FILE *out, bool colour,
			 const struct warden_config *config, const char *file,
			 const struct warden_scan_result *result)
{
	const struct warden_judgement *judgement = &result->judgement;
	g_autofree char *name = warden_report_safe(file);
	const char *symbol = NULL;

	fprintf(out, "%s%s%s: %s%s%s", paint(colour, BOLD), name,
		paint(colour, RESET),
		paint(colour, verdicts[judgement->verdict].colour),
		verdicts[judgement->verdict].words, paint(colour, RESET));
	if (judgement->verdict != WARDEN_VERDICT_CLEAN)
		fprintf(out, ", %s", actions[judgement->action]);
	if (result->findings->len > 0)
		fprintf(out, " %s(score %.1f)%s", paint(colour, DIM),
			judgement->score, paint(colour, RESET));
	fputc('\n', out);
	for (guint i = 0; i < result->findings->len; i++) {
		const struct warden_finding *finding =
			g_ptr_array_index(result->findings, i);

		print_finding(out, colour, config, finding,
			      g_strcmp0(symbol, finding->symbol) == 0);
		symbol = finding->symbol;
	}
	if (judgement->verdict != WARDEN_VERDICT_CLEAN)
		print_parts(out, colour, result->facts->parts);
}

void warden_report_print_error(FILE *out, bool colour, const char *file,
			       const char *error)
{
	g_autofree char *name = warden_report_safe(file);

	fprintf(out, "%s%s%s: %snot scanned: %s%s\n", paint(colour, BOLD),
		name, paint(colour, RESET), paint(colour, "\033[31m"), error,
		paint(colour, RESET));
}
