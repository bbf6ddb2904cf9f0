#include "warden-config.h"

#include "program.h"

#include <string.h>

struct warden_part *
warden_program_member(struct warden_queue *queue,
		      const struct warden_container *container,
		      const char *name, GBytes *bytes, bool only_active)
{
	const char *parent = container->part->path;
	g_autofree char *path = NULL;
	struct warden_names names;
	struct warden_item item = {
		.names = &names, .declared_type = "", .encoding = "",
		.charset = "", .flags = WARDEN_PART_MEMBER,
		.parent = container->part, .depth = container->depth,
		.only_active = only_active,
	};
	struct warden_part *part = NULL;

	if (!warden_queue_spend_member(queue, parent))
		return NULL;
	warden_names_init(&names);
	if (*name != '\0')
		warden_names_add(&names, name);
	path = g_strdup_printf("%s/%s", parent,
			       *names.name == '\0' ? "data" : names.name);
	item.path = path;
	if (!warden_queue_has(queue, bytes))
		part = warden_queue_add(queue, &item, bytes);
	if (part != NULL)
		container->part->flags |= WARDEN_PART_CONTAINER;
	warden_names_clear(&names);
	return part;
}

GString *warden_program_text(struct warden_queue *queue,
			     const struct warden_container *container)
{
	gsize size, i, used = 0;
	const guint8 *data = g_bytes_get_data(container->bytes, &size);
	GString *text;

	if (size > WARDEN_TEXT_MAX) {
		warden_queue_limit(queue, WARDEN_TRAIT_LIMIT_TEXT,
				   container->part->path, "size");
		size = WARDEN_TEXT_MAX;
	}
	text = warden_charset_decode(
		warden_queue_parser(queue)->charsets,
		warden_charset_sniff(data, size), data, size,
		3 * WARDEN_TEXT_MAX, NULL);
	/* no byte order mark before the first key */
	i = g_str_has_prefix(text->str, "\xef\xbb\xbf") ? 3 : 0;
	for (; i < text->len; i++) {
		if (text->str[i] != '\0')
			text->str[used++] = text->str[i];
	}
	g_string_truncate(text, used);
	return text;
}

bool warden_program_target(struct warden_queue *queue,
			   const struct warden_container *container,
			   const char *target)
{
	const char *path = container->part->path;
	g_autofree char *host = warden_behaviour_remote_host(target);
	g_autofree char *url = NULL;

	if (host == NULL) {
		if (strstr(target, "://") != NULL)
			warden_queue_url(queue, path, target, strlen(target),
					 NULL, "", "shortcut");
		return FALSE;
	}
	if (g_ascii_strncasecmp(target, "file:", 5) == 0) {
		warden_queue_url(queue, path, target, strlen(target), NULL,
				 "", "shortcut");
	} else {
		url = g_strdup_printf("file://%s", target +
				      strspn(target, "\\/ \t\"'"));
		g_strdelimit(url, "\\", '/');
		warden_queue_url(queue, path, url, strlen(url), NULL, "",
				 "shortcut");
	}
	warden_queue_trait(queue, warden_behaviour_runs(target) ?
			   WARDEN_TRAIT_SHORTCUT_REMOTE_PROGRAM :
			   WARDEN_TRAIT_SHORTCUT_REMOTE, path, target);
	return TRUE;
}

/* UNC paths among the arguments. */
static void find_remote(struct warden_queue *queue,
			const struct warden_container *container,
			const char *arguments)
{
	const char *p = arguments;

	while ((p = strstr(p, "\\\\")) != NULL) {
		gsize size = strcspn(p, " \t\r\n\"'<>|,;)");
		g_autofree char *word = g_strndup(p, size);

		/* a doubled backslash amid a path is none */
		if (p == arguments || !(g_ascii_isalnum(p[-1]) ||
					p[-1] == ':' || p[-1] == '\\'))
			(void)warden_program_target(queue, container, word);
		p += MAX(size, 2);
	}
}

static char *first_word(const char *text)
{
	text += strspn(text, " \t\r\n");
	if (*text == '"')
		return g_strndup(text + 1, strcspn(text + 1, "\""));
	return g_strndup(text, strcspn(text, " \t\r\n"));
}

/* Explorer is a viewer, unless it is told to go elsewhere. */
static bool explorer_runs(const char *program, const char *arguments)
{
	g_autofree char *lower = g_ascii_strdown(program, -1);
	g_autofree char *what = g_ascii_strdown(arguments, -1);

	return strstr(lower, "explorer") != NULL &&
	       (strstr(what, "search-ms:") != NULL ||
		strstr(what, "http") != NULL || strstr(what, ".exe") != NULL);
}

void warden_program_command(struct warden_queue *queue,
			    const struct warden_container *container,
			    const char *program, const char *arguments)
{
	const char *path = container->part->path;
	g_autofree char *line = g_strdup_printf(
		"%s%s%s", program, *arguments == '\0' ? "" : " ", arguments);
	g_autofree char *word = first_word(line);

	if (warden_behaviour_is_interpreter(program) ||
	    warden_behaviour_is_interpreter(word) ||
	    explorer_runs(program, arguments))
		warden_queue_trait(queue, WARDEN_TRAIT_SHORTCUT_INTERPRETER,
				   path, line);
	(void)warden_program_target(queue, container, program);
	find_remote(queue, container, arguments);
	warden_program_look(queue, container, line, strlen(line),
			    WARDEN_LANGUAGE_ALL, "shortcut");
}
