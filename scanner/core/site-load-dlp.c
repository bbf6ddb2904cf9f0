#include "warden-config.h"

#include "keyfile.h"
#include "site-load-dlp.h"

#include <string.h>

#define GROUP "dlp"
#define FILE_SIZE_MAX (4 * 1024 * 1024)
#define DOCUMENTS_MAX 5000

const char *const warden_site_dlp_keys[] = {
	"enabled", "incoming", "cards", "ibans", "ids", "patterns",
	"documents", NULL
};

static int load_yes(GKeyFile *file, const char *key, bool *value,
		    char **error_r)
{
	g_autofree char *text = NULL;
	int ret = warden_keyfile_string(file, GROUP, key, &text, error_r);

	if (ret <= 0)
		return ret;
	if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
		return warden_keyfile_fail(file, GROUP, key,
					   "neither yes nor no", error_r);
	*value = strcmp(text, "yes") == 0;
	return 1;
}

static int load_count(GKeyFile *file, const char *key, guint *value,
		      char **error_r)
{
	guint64 count = *value;
	int ret = warden_keyfile_integer(file, GROUP, key, 0, 100000, &count,
					 error_r);

	*value = (guint)count;
	return ret;
}

/* *text_r stays NULL if no file is named. */
static int load_text(GKeyFile *file, const char *dir, const char *key,
		     char **path_r, char **text_r, char **error_r)
{
	g_autofree char *name = NULL;
	g_autoptr(GError) error = NULL;
	gsize size;
	int ret = warden_keyfile_string(file, GROUP, key, &name, error_r);

	if (ret <= 0 || name[0] == '\0')
		return ret < 0 ? -1 : 0;
	*path_r = g_path_is_absolute(name) || dir == NULL ? g_strdup(name) :
		g_build_filename(dir, name, NULL);
	if (!g_file_get_contents(*path_r, text_r, &size, &error))
		return warden_keyfile_fail(file, GROUP, key, error->message,
					   error_r);
	if (size > FILE_SIZE_MAX)
		return warden_keyfile_fail(file, GROUP, key,
					   "larger than 4M", error_r);
	if (strlen(*text_r) != size)
		return warden_keyfile_fail(file, GROUP, key,
					   "has NUL bytes", error_r);
	return 1;
}

static int load_patterns(GKeyFile *file, const char *dir,
			 struct warden_dlp *dlp, char **error_r)
{
	g_autofree char *path = NULL, *text = NULL, *why = NULL;
	int ret = load_text(file, dir, "patterns", &path, &text, error_r);

	if (ret <= 0)
		return ret;
	if (warden_sensitive_patterns_new(text, &dlp->patterns, &why) < 0) {
		*error_r = g_strdup_printf("%s: %s", path, why);
		return -1;
	}
	return 1;
}

static int load_documents(GKeyFile *file, const char *dir,
			  struct warden_dlp *dlp, char **error_r)
{
	g_autofree char *path = NULL, *text = NULL;
	int ret = load_text(file, dir, "documents", &path, &text, error_r);

	if (ret <= 0)
		return ret;
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i] != NULL; i++) {
		g_strstrip(lines[i]);
		if (lines[i][0] == '\0' || lines[i][0] == '#')
			continue;
		if (warden_dlp_add_document(dlp, lines[i]) &&
		    dlp->documents->len <= DOCUMENTS_MAX)
			continue;
		*error_r = g_strdup_printf("%s: line %u: \"%s\": %s", path,
					   i + 1, lines[i],
					   dlp->documents->len > DOCUMENTS_MAX ?
					   "more than 5000 documents" :
					   "neither a SHA-256 nor a TLSH"
					   " digest");
		return -1;
	}
	return 1;
}

static int load_all(GKeyFile *file, const char *dir, struct warden_dlp *dlp,
		    char **error_r)
{
	if (warden_keyfile_check_keys(file, GROUP, warden_site_dlp_keys,
				      error_r) < 0 ||
	    load_yes(file, "enabled", &dlp->enabled, error_r) < 0 ||
	    load_yes(file, "incoming", &dlp->incoming, error_r) < 0 ||
	    load_count(file, "cards", &dlp->cards, error_r) < 0 ||
	    load_count(file, "ibans", &dlp->ibans, error_r) < 0 ||
	    load_count(file, "ids", &dlp->ids, error_r) < 0 ||
	    load_patterns(file, dir, dlp, error_r) < 0)
		return -1;
	return load_documents(file, dir, dlp, error_r);
}

int warden_site_load_dlp(GKeyFile *file, const char *dir,
			 struct warden_dlp **dlp_r, char **error_r)
{
	struct warden_dlp *dlp = warden_dlp_new();

	if (g_key_file_has_group(file, GROUP) &&
	    load_all(file, dir, dlp, error_r) < 0) {
		warden_dlp_free(dlp);
		return -1;
	}
	*dlp_r = dlp;
	return 1;
}
