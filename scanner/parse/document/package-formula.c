#include "warden-config.h"

#include "package-private.h"
#include "../macro/xlm.h"

#include <string.h>

/* Formulas of workbooks as text: what they ask of other programs and places. */

static bool is_name_byte(char c)
{
	return g_ascii_isalnum(c) || c == '_';
}

/* "text" at *p, quotes doubled inside, and *p behind it; NULL if there is
   none. */
static char *take_literal(const char **p)
{
	GString *out;
	const char *at = *p + strspn(*p, " ;,");

	if (*at != '"')
		return NULL;
	out = g_string_new(NULL);
	for (at++; *at != '\0'; at++) {
		if (*at == '"' && *++at != '"')
			break;
		g_string_append_c(out, *at);
	}
	*p = at;
	return g_string_free(out, FALSE);
}

/* --- functions ---------------------------------------------------------- */

/* DDE("soffice";"file";"a1") of OpenDocument. */
static void take_dde(struct warden_package *package, const char *arguments)
{
	g_autofree char *service = take_literal(&arguments);
	g_autofree char *topic = service == NULL ? NULL :
		take_literal(&arguments);

	if (topic != NULL)
		warden_target_note_dde(&package->notes, service, topic);
}

static void note_target(struct warden_package *package,
			enum warden_target_use use, const char *arguments)
{
	g_autofree char *target = take_literal(&arguments);
	g_autofree char *shown = target == NULL ? NULL :
		take_literal(&arguments);

	if (target != NULL)
		warden_target_note(&package->notes, use, target,
				   shown == NULL ? "" : shown);
}

static void take_link(struct warden_package *package, const char *arguments)
{
	note_target(package, WARDEN_USE_LINK, arguments);
}

static void take_service(struct warden_package *package,
			 const char *arguments)
{
	note_target(package, WARDEN_USE_DATA, arguments);
}

static void take_image(struct warden_package *package, const char *arguments)
{
	note_target(package, WARDEN_USE_PICTURE, arguments);
}

static const struct {
	const char *name;
	void (*take)(struct warden_package *package, const char *arguments);
} functions[] = {
	{ "DDE", take_dde },
	{ "HYPERLINK", take_link },
	{ "WEBSERVICE", take_service },
	{ "IMAGE", take_image },
};

/* paren: behind a function's name. "_xlfn.WEBSERVICE" is WEBSERVICE. */
static void take_call(struct warden_package *package, const char *formula,
		      const char *paren)
{
	const char *end = paren, *start;
	gsize i;

	while (end > formula && end[-1] == ' ')
		end--;
	for (start = end; start > formula && is_name_byte(start[-1]); start--)
		;
	for (i = 0; i < G_N_ELEMENTS(functions); i++) {
		gsize size = strlen(functions[i].name);

		if ((gsize)(end - start) == size &&
		    g_ascii_strncasecmp(start, functions[i].name, size) == 0)
			functions[i].take(package, paren + 1);
	}
}

/* --- references --------------------------------------------------------- */

/* bar: of cmd|'/c calc'!A0. Returns FALSE if none can follow. */
static bool take_bar(struct warden_package *package, const char *formula,
		     const char *bar)
{
	gsize size = strcspn(bar, "!");
	const char *service = bar;
	g_autofree char *name = NULL, *topic = NULL;

	if (bar[size] == '\0')
		return FALSE;
	while (service > formula && strchr("=+-*/(,;@ ", service[-1]) == NULL)
		service--;
	if (service == bar)
		return TRUE;
	name = g_strndup(service, bar - service);
	topic = g_strndup(bar + 1, size - 1);
	warden_target_note_dde(&package->notes, name, topic);
	return FALSE;
}

/* A macro's formulas are judged together, by what they do (xlm.h). */
static void add_macro(struct warden_package *package, const char *formula)
{
	GString *formulas = package->formulas;

	if (formulas->len >= WARDEN_XLM_TEXT_MAX)
		return;
	g_string_append_c(formulas, '=');
	g_string_append(formulas, formula);
	g_string_append_c(formulas, '\n');
}

void warden_package_note_formula(struct warden_package *package,
				 const char *formula, bool macro)
{
	bool text = FALSE, bars = TRUE;
	const char *p;

	for (p = formula; (p = strpbrk(p, "\"(|")) != NULL; p++) {
		if (*p == '"')
			text = !text;
		else if (*p == '(' && !text)
			take_call(package, formula, p);
		else if (*p == '|' && !text && bars)
			bars = take_bar(package, formula, p);
	}
	if (macro)
		add_macro(package, formula);
}
