#include "warden-config.h"

#include "lnk.h"
#include "program.h"

#include <string.h>

/* The dialog shows some 260 characters; what stands behind that much white
   space is not to be seen. A few line ends hide the rest as well. */
#define PADDING_FLAG 64u

static bool is_blank(gunichar c)
{
	return g_unichar_isspace(c) || c == 0x200b || c == 0x2800 ||
		c == 0xfeff;
}

static bool is_padded(const char *arguments)
{
	guint run = 0, lines = 0;
	const char *p;

	for (p = arguments; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		run = is_blank(c) ? run + 1 : 0;
		lines += c == '\n' || c == '\r' || c == '\v';
		if (run >= PADDING_FLAG)
			return TRUE;
	}
	return lines >= 4;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '\\');
	const char *other = strrchr(path, '/');

	return MAX(slash, other) == NULL ? path : MAX(slash, other) + 1;
}

/* The system's own pictures: folders, documents, disks and so on. */
static bool is_system_picture(const char *name)
{
	static const char *const files[] = {
		"shell32.dll", "imageres.dll", "ieframe.dll", "zipfldr.dll",
		"moricons.dll", "wmploc.dll", "mmcndmgr.dll", "ddores.dll",
		"explorer.exe", "setupapi.dll", "pifmgr.dll", "url.dll",
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(files); i++) {
		if (g_ascii_strcasecmp(name, files[i]) == 0)
			return TRUE;
	}
	return FALSE;
}

static bool is_document(const char *name)
{
	static const char *const endings[] = {
		".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx",
		".txt", ".rtf", ".jpg", ".jpeg", ".png", ".mp4", ".zip",
		".htm", ".html", ".csv", ".one", ".eml",
	};
	gsize i, size = strlen(name);

	for (i = 0; i < G_N_ELEMENTS(endings); i++) {
		gsize length = strlen(endings[i]);

		if (size > length && g_ascii_strcasecmp(
				name + size - length, endings[i]) == 0)
			return TRUE;
	}
	return FALSE;
}

static bool is_program(const char *name)
{
	return warden_behaviour_runs(name) &&
	       g_ascii_strcasecmp(name, "explorer.exe") != 0;
}

/* A document by its picture, and something else. Ordinary programs may borrow
   one of the system's pictures. */
static bool is_disguised(const struct warden_lnk *lnk)
{
	const char *icon = base_name(lnk->icon);
	bool interpreter = FALSE, program = FALSE;
	guint i;

	if (*icon == '\0')
		return FALSE;
	for (i = 0; i < lnk->targets->len; i++) {
		const char *target = base_name(lnk->targets->pdata[i]);

		if (g_ascii_strcasecmp(target, icon) == 0 ||
		    warden_behaviour_is_viewer(target))
			return FALSE;
		interpreter |= warden_behaviour_is_interpreter(target);
		program |= is_program(target);
	}
	if (interpreter && is_system_picture(icon))
		return TRUE;
	return (interpreter || program) &&
	       (is_document(icon) || warden_behaviour_is_viewer(icon));
}

static void look_at_targets(struct warden_queue *queue,
			    const struct warden_container *container,
			    const struct warden_lnk *lnk)
{
	guint i;

	for (i = 0; i < lnk->targets->len; i++) {
		warden_program_command(queue, container,
				       lnk->targets->pdata[i],
				       lnk->arguments);
	}
	if (lnk->targets->len == 0 && *lnk->arguments != '\0')
		warden_program_command(queue, container, "", lnk->arguments);
}

static void say_target(struct warden_queue *queue, const char *path,
		       const struct warden_lnk *lnk)
{
	GString *detail = g_string_new(lnk->targets->len == 0 ? "" :
				       lnk->targets->pdata[0]);

	if (*lnk->arguments != '\0')
		g_string_append_printf(detail, " %s", lnk->arguments);
	if (*lnk->machine != '\0')
		g_string_append_printf(detail, " (made on %s)", lnk->machine);
	warden_queue_trait(queue, WARDEN_TRAIT_SHORTCUT_TARGET, path,
			   detail->str);
	g_string_free(detail, TRUE);
}

/* Bytes behind the last block: arguments can run them out of the link. */
static void take_overlay(struct warden_queue *queue,
			 const struct warden_container *container, gsize end)
{
	gsize size, start = end;
	const guint8 *data = g_bytes_get_data(container->bytes, &size);
	const char *path = container->part->path;
	GBytes *bytes;

	while (start < size && (data[start] == 0 || data[start] == '\r' ||
				data[start] == '\n'))
		start++;
	if (size - start < 16)
		return;
	warden_queue_trait(queue, WARDEN_TRAIT_SHORTCUT_OVERLAY, path, "");
	if (!warden_queue_spend(queue, path, size - end))
		return;
	/* line ends may belong to it, NULs do not */
	bytes = g_bytes_new_from_bytes(container->bytes, start, size - start);
	(void)warden_program_member(queue, container, "appended data", bytes,
				    FALSE);
	g_bytes_unref(bytes);
}

void warden_lnk_expand(struct warden_queue *queue,
		       const struct warden_container *container)
{
	const char *path = container->part->path;
	g_autofree char *icon_host = NULL, *folder_host = NULL;
	struct warden_lnk lnk;
	gsize size;
	const guint8 *data = g_bytes_get_data(container->bytes, &size);

	if (!warden_lnk_parse(data, size, &lnk))
		return;
	say_target(queue, path, &lnk);
	look_at_targets(queue, container, &lnk);
	if (is_padded(lnk.arguments))
		warden_queue_trait(queue, WARDEN_TRAIT_SHORTCUT_PADDED, path,
				   "");
	if (is_disguised(&lnk))
		warden_queue_trait(queue, WARDEN_TRAIT_SHORTCUT_ICON, path,
				   lnk.icon);
	icon_host = warden_behaviour_remote_host(lnk.icon);
	folder_host = warden_behaviour_remote_host(lnk.folder);
	if (icon_host != NULL || folder_host != NULL)
		warden_queue_trait(queue, WARDEN_TRAIT_SHORTCUT_REMOTE_ICON,
				   path, icon_host != NULL ? lnk.icon :
				   lnk.folder);
	take_overlay(queue, container, lnk.end);
	if (lnk.damaged)
		warden_queue_unscanned(queue, path, "damaged");
	warden_lnk_clear(&lnk);
}
