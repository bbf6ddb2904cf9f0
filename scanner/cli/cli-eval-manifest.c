#include "warden-config.h"

#include "cli-eval-manifest.h"

#include <string.h>

struct cli_manifest {
	/* base name → GHashTable: key → value, all owned */
	GHashTable *files;
};

struct cli_manifest *cli_manifest_new(void)
{
	struct cli_manifest *manifest = g_new0(struct cli_manifest, 1);

	manifest->files = g_hash_table_new_full(
		g_str_hash, g_str_equal, g_free,
		(GDestroyNotify)g_hash_table_unref);
	return manifest;
}

void cli_manifest_free(struct cli_manifest *manifest)
{
	if (manifest == NULL)
		return;
	g_hash_table_unref(manifest->files);
	g_free(manifest);
}

static void add_notes(GHashTable *fields, const char *text)
{
	g_auto(GStrv) notes = g_strsplit(text, ";", -1);

	for (char **note = notes; *note != NULL; note++) {
		char *equals = strchr(*note, '=');

		if (equals == NULL)
			continue;
		g_hash_table_replace(fields,
				     g_strndup(*note, equals - *note),
				     g_strdup(equals + 1));
	}
}

static void add_row(struct cli_manifest *manifest, char **names,
		    char **columns)
{
	g_autoptr(GHashTable) fields = g_hash_table_new_full(
		g_str_hash, g_str_equal, g_free, g_free);
	const char *file;

	for (guint i = 0; names[i] != NULL && columns[i] != NULL; i++) {
		if (strcmp(names[i], "notes") == 0)
			add_notes(fields, columns[i]);
		else
			g_hash_table_replace(fields, g_strdup(names[i]),
					     g_strdup(columns[i]));
	}
	file = g_hash_table_lookup(fields, "file");
	if (file == NULL)
		return;
	g_hash_table_replace(manifest->files, g_path_get_basename(file),
			     g_hash_table_ref(fields));
}

int cli_manifest_read(struct cli_manifest *manifest, const char *path,
		      char **error_r)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, &error)) {
		*error_r = g_strdup(error->message);
		return -1;
	}
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_auto(GStrv) names = g_strsplit(lines[0] == NULL ? "" : lines[0],
					 "\t", -1);
	if (!g_strv_contains((const char *const *)names, "file")) {
		*error_r = g_strdup_printf("%s: no column \"file\" in its first"
					   " line", path);
		return -1;
	}
	for (char **line = lines + 1; *line != NULL; line++) {
		g_auto(GStrv) columns = g_strsplit(*line, "\t", -1);

		add_row(manifest, names, columns);
	}
	return 1;
}

const char *cli_manifest_get(const struct cli_manifest *manifest,
			     const char *file, const char *key)
{
	g_autofree char *name = g_path_get_basename(file);
	GHashTable *fields = g_hash_table_lookup(manifest->files, name);
	const char *value = fields == NULL ? NULL :
		g_hash_table_lookup(fields, key);

	return value == NULL ? "" : value;
}
