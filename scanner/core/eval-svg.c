#include "warden-config.h"

#include "eval.h"

#include <math.h>
#include <string.h>

/* False positives below this are drawn at the left edge. */
#define SMALLEST 1e-4
#define LEFT 70
#define TOP 40
#define WIDTH 520
#define HEIGHT 400

static double x_of(double false_positives)
{
	double share = MAX(false_positives, SMALLEST);

	return LEFT + WIDTH * (1.0 - log10(share) / log10(SMALLEST));
}

static double y_of(double detected)
{
	return TOP + HEIGHT * (1.0 - detected);
}

/* Decimal points whatever the locale. */
static void add_number(GString *svg, double value)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	g_string_append(svg, g_ascii_formatd(text, sizeof(text), "%.1f",
					     value));
}

static void add_line(GString *svg, double x1, double y1, double x2, double y2)
{
	g_string_append(svg, "<line x1=\"");
	add_number(svg, x1);
	g_string_append(svg, "\" y1=\"");
	add_number(svg, y1);
	g_string_append(svg, "\" x2=\"");
	add_number(svg, x2);
	g_string_append(svg, "\" y2=\"");
	add_number(svg, y2);
	g_string_append(svg, "\" class=\"grid\"/>\n");
}

static void add_text(GString *svg, double x, double y, const char *anchor,
		     const char *text)
{
	g_autofree char *safe = g_markup_escape_text(text, -1);

	g_string_append(svg, "<text x=\"");
	add_number(svg, x);
	g_string_append(svg, "\" y=\"");
	add_number(svg, y);
	g_string_append_printf(svg, "\" text-anchor=\"%s\">%s</text>\n",
			       anchor, safe);
}

static void add_axes(GString *svg)
{
	static const struct {
		double value;
		const char *text;
	} shares[] = {
		{ 0.0001, "≤ 0.01 %" }, { 0.001, "0.1 %" }, { 0.01, "1 %" },
		{ 0.1, "10 %" }, { 1.0, "100 %" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(shares); i++) {
		double x = x_of(shares[i].value);

		add_line(svg, x, TOP, x, TOP + HEIGHT);
		add_text(svg, x, TOP + HEIGHT + 18, "middle", shares[i].text);
	}
	for (guint percent = 0; percent <= 100; percent += 20) {
		g_autofree char *text = g_strdup_printf("%u %%", percent);
		double y = y_of(percent / 100.0);

		add_line(svg, LEFT, y, LEFT + WIDTH, y);
		add_text(svg, LEFT - 8, y + 4, "end", text);
	}
	add_text(svg, LEFT + WIDTH / 2.0, TOP + HEIGHT + 40, "middle",
		 "good mail that goes to Quarantine");
	add_text(svg, LEFT - 8, TOP - 12, "end", "bad mail");
}

/* A limit holds until the next one is passed: steps, not slopes. */
static void add_curve(GString *svg, const struct warden_eval *eval)
{
	g_autoptr(GArray) curve = warden_eval_curve(eval);

	g_string_append(svg, "<path class=\"curve\" d=\"");
	for (guint i = 0; i < curve->len; i++) {
		const struct warden_eval_step *step = &g_array_index(
			curve, struct warden_eval_step, i);

		g_string_append(svg, i == 0 ? "M" : " H");
		add_number(svg, x_of(step->false_positives));
		g_string_append(svg, i == 0 ? " " : " V");
		add_number(svg, y_of(step->detected));
	}
	g_string_append(svg, "\"/>\n");
}

static void add_now(GString *svg, const struct warden_eval *eval)
{
	struct warden_eval_point now;
	guint good = 0;
	const GPtrArray *mails = warden_eval_mails(eval);

	for (guint i = 0; i < mails->len; i++) {
		const struct warden_eval_mail *mail = mails->pdata[i];

		good += mail->bad ? 0 : 1;
	}
	warden_eval_at_limit(eval, 1.0, &now);
	g_string_append(svg, "<circle r=\"5\" class=\"now\" cx=\"");
	add_number(svg, x_of(good == 0 ? 0.0 : (double)now.good_above / good));
	g_string_append(svg, "\" cy=\"");
	add_number(svg, y_of(now.detected));
	g_string_append(svg, "\"/>\n");
}

char *warden_eval_svg(const struct warden_eval *eval, const char *title)
{
	GString *svg = g_string_new(NULL);

	g_string_append_printf(svg,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" "
		"viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" "
		"font-size=\"13\">\n<style>.grid{stroke:#ddd}"
		".curve{fill:none;stroke:#1a5fb4;stroke-width:2}"
		".now{fill:#c01c28}</style>\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
		LEFT + WIDTH + 40, TOP + HEIGHT + 60);
	add_text(svg, LEFT + WIDTH / 2.0, 20, "middle", title);
	add_axes(svg);
	add_curve(svg, eval);
	add_now(svg, eval);
	g_string_append(svg, "</svg>\n");
	return g_string_free(svg, FALSE);
}
