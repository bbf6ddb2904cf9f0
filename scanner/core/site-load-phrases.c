#include "warden-config.h"

#include "builtin.h"
#include "site-load-phrases.h"

#include <string.h>

static int add_file(struct warden_phrases *phrases, const char *folder,
		    const char *name, char **error_r)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;

	if (!g_file_get_contents(path, &text, NULL, &error)) {
		*error_r = g_strdup(error->message);
		return -1;
	}
	return warden_phrases_add(phrases, path, text, error_r);
}

static int add_folder(struct warden_phrases *phrases, const char *folder,
		      const GPtrArray *names, char **error_r)
{
	for (guint i = 0; i < names->len; i++) {
		if (add_file(phrases, folder, g_ptr_array_index(names, i),
			     error_r) < 0)
			return -1;
	}
	return 1;
}

static int compare_names(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

static int list_folder(const char *folder, GPtrArray *names, char **error_r)
{
	g_autoptr(GError) error = NULL;
	GDir *dir = folder == NULL ? NULL : g_dir_open(folder, 0, &error);
	const char *name;

	if (folder == NULL)
		return 1;
	if (dir == NULL) {
		*error_r = g_strdup(error->message);
		return -1;
	}
	while ((name = g_dir_read_name(dir)) != NULL) {
		if (g_str_has_suffix(name, ".conf"))
			g_ptr_array_add(names, g_strdup(name));
	}
	g_dir_close(dir);
	g_ptr_array_sort(names, compare_names);
	return 1;
}

static int add_builtin(struct warden_phrases *phrases, const GPtrArray *names,
		       char **error_r)
{
	for (guint i = 0; i < warden_builtin_phrases_count; i++) {
		const struct warden_builtin_file *file =
			&warden_builtin_phrases[i];

		if (!g_ptr_array_find_with_equal_func((GPtrArray *)names,
						      file->name, g_str_equal,
						      NULL) &&
		    warden_phrases_add(phrases, file->name, file->text,
				       error_r) < 0)
			return -1;
	}
	return 1;
}

int warden_site_load_phrases(const char *folder,
			     struct warden_phrases **phrases_r, char **error_r)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	struct warden_phrases *phrases;

	if (list_folder(folder, names, error_r) < 0)
		return -1;
	phrases = warden_phrases_new();
	if (add_builtin(phrases, names, error_r) < 0 ||
	    add_folder(phrases, folder, names, error_r) < 0) {
		warden_phrases_free(phrases);
		return -1;
	}
	*phrases_r = phrases;
	return 1;
}
