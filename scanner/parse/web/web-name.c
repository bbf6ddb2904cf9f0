#include "warden-config.h"

#include "html.h"
#include "web-name.h"

#include <string.h>

/* "f(", "a=" */
static bool has_call(const char *text)
{
	const char *p;

	for (p = text; *p != '\0'; p++) {
		if ((*p == '(' || *p == '=' || *p == '`') && p > text &&
		    (g_ascii_isalnum(p[-1]) || p[-1] == ']' ||
		     p[-1] == ')'))
			return TRUE;
	}
	return FALSE;
}

/* "<script> tag" is what a mail may be about; it takes a call or an address to
   do anything. */
static bool does_something(const struct warden_html_piece *piece)
{
	switch (piece->kind) {
	case WARDEN_HTML_SCRIPT:
	case WARDEN_HTML_HANDLER:
	case WARDEN_HTML_SCRIPT_URL:
		return has_call(piece->text);
	case WARDEN_HTML_SCRIPT_SOURCE:
		return strchr(piece->text, '/') != NULL;
	default:
		return FALSE;
	}
}

static bool runs(const char *text)
{
	struct warden_html html;
	bool found = FALSE;
	guint i;

	warden_html_parse(text, strlen(text), &html);
	for (i = 0; i < html.pieces->len && !found; i++)
		found = does_something(g_ptr_array_index(html.pieces, i));
	warden_html_clear(&html);
	return found;
}

/* Set into an attribute in quotes, a name that ends them begins another. */
static bool runs_in_attribute(const char *text)
{
	g_autofree char *tag = NULL;

	if (strpbrk(text, "\"'") == NULL)
		return FALSE;
	tag = g_strconcat("<a title=", strchr(text, '"') != NULL ? "\"" : "'",
			  text, NULL);
	return runs(tag);
}

static void look(struct warden_queue *queue, const char *path,
		 const char *text)
{
	if (strchr(text, '=') == NULL && strchr(text, '(') == NULL)
		return;
	if ((strchr(text, '<') != NULL && runs(text)) ||
	    runs_in_attribute(text))
		warden_queue_trait(queue, WARDEN_TRAIT_WEB_SCRIPT_NAME, path,
				   text);
}

static void look_at_addresses(struct warden_queue *queue,
			      const GPtrArray *addresses)
{
	guint i;

	for (i = 0; i < addresses->len; i++) {
		const struct warden_address *address =
			g_ptr_array_index(addresses, i);

		look(queue, "", address->name);
		look(queue, "", address->address);
	}
}

void warden_web_names(struct warden_queue *queue,
		      const struct warden_facts *facts)
{
	guint i, j;

	look(queue, "", facts->header.subject);
	look_at_addresses(queue, facts->header.from);
	look_at_addresses(queue, facts->header.reply_to);
	for (i = 0; i < facts->parts->len; i++) {
		const struct warden_part *part =
			g_ptr_array_index(facts->parts, i);

		look(queue, part->path, part->name);
		for (j = 0; j < part->names->len; j++)
			look(queue, part->path,
			     g_ptr_array_index(part->names, j));
	}
}
