#include "warden-config.h"

#include "keyfile.h"
#include "site-load-house.h"

#include <string.h>

#define GROUP "sender"
#define VIP_FILE_SIZE_MAX (1024 * 1024)

const char *const warden_site_house_keys[] = {
	"own_domains", "authserv_ids", "arc_sealers", "vips", "vip_file", NULL
};

/* --- people ------------------------------------------------------------------ */

/* "Name", or "Name <address> <address>". */
static bool add_person(struct warden_house *house, const char *text)
{
	const char *open = strchr(text, '<');
	g_autofree char *name = open == NULL ? g_strdup(text) :
		g_strndup(text, (gsize)(open - text));

	if (open == NULL)
		return warden_house_add_person(house, name, "");
	while (open != NULL) {
		const char *close = strchr(open, '>');
		g_autofree char *address = close == NULL ? NULL :
			g_strndup(open + 1, (gsize)(close - open - 1));

		if (address == NULL ||
		    !warden_house_add_person(house, name, address))
			return FALSE;
		open = strchr(close, '<');
	}
	return TRUE;
}

static int load_vips(GKeyFile *file, struct warden_house *house,
		     char **error_r)
{
	g_autofree char *text = NULL;
	int ret = warden_keyfile_string(file, GROUP, "vips", &text, error_r);

	if (ret <= 0)
		return ret;
	g_auto(GStrv) people = g_strsplit(text, ";", -1);
	for (char **person = people; *person != NULL; person++) {
		g_strstrip(*person);
		if (**person != '\0' && !add_person(house, *person))
			return warden_keyfile_fail(file, GROUP, "vips", "is"
						   " not \"Name <address>;"
						   " Name <address>\"",
						   error_r);
	}
	return 1;
}

static int load_vip_lines(struct warden_house *house, const char *path,
			  const char *text, char **error_r)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (guint i = 0; lines[i] != NULL; i++) {
		g_strstrip(lines[i]);
		if (lines[i][0] == '\0' || lines[i][0] == '#')
			continue;
		if (!g_utf8_validate(lines[i], -1, NULL) ||
		    !add_person(house, lines[i])) {
			*error_r = g_strdup_printf("%s:%u: is not \"Name"
						   " <address>\"", path,
						   i + 1);
			return -1;
		}
	}
	return 1;
}

static int load_vip_file(GKeyFile *file, const char *dir,
			 struct warden_house *house, char **error_r)
{
	g_autofree char *name = NULL, *path = NULL, *text = NULL;
	g_autoptr(GError) error = NULL;
	gsize size;
	int ret = warden_keyfile_string(file, GROUP, "vip_file", &name,
					error_r);

	if (ret <= 0 || name[0] == '\0')
		return ret < 0 ? -1 : 1;
	path = g_path_is_absolute(name) || dir == NULL ? g_strdup(name) :
		g_build_filename(dir, name, NULL);
	if (!g_file_get_contents(path, &text, &size, &error))
		return warden_keyfile_fail(file, GROUP, "vip_file",
					   error->message, error_r);
	if (size > VIP_FILE_SIZE_MAX)
		return warden_keyfile_fail(file, GROUP, "vip_file",
					   "larger than 1M", error_r);
	return load_vip_lines(house, path, text, error_r);
}

/* --- words ------------------------------------------------------------------- */

static const struct {
	const char *key;
	bool (*add)(struct warden_house *house, const char *word);
	const char *fault;
} words[] = {
	{ "own_domains", warden_house_add_domain, "has what is no domain" },
	{ "authserv_ids", warden_house_add_authserv_id,
	  "has what is no authserv-id" },
	{ "arc_sealers", warden_house_add_sealer, "has what is no domain" },
};

static int load_words(GKeyFile *file, struct warden_house *house, guint row,
		      char **error_r)
{
	g_autofree char *text = NULL;
	int ret = warden_keyfile_string(file, GROUP, words[row].key, &text,
					error_r);

	if (ret <= 0)
		return ret;
	g_auto(GStrv) list = g_strsplit_set(text, " \t,;", -1);
	for (char **word = list; *word != NULL; word++) {
		if (**word != '\0' && !words[row].add(house, *word))
			return warden_keyfile_fail(file, GROUP, words[row].key,
						   words[row].fault, error_r);
	}
	return 1;
}

static int load_all(GKeyFile *file, const char *dir,
		    struct warden_house *house, char **error_r)
{
	for (guint row = 0; row < G_N_ELEMENTS(words); row++) {
		if (load_words(file, house, row, error_r) < 0)
			return -1;
	}
	if (load_vips(file, house, error_r) < 0)
		return -1;
	return load_vip_file(file, dir, house, error_r);
}

int warden_site_load_house(GKeyFile *file, const char *dir,
			   struct warden_house **house_r, char **error_r)
{
	struct warden_house *house;

	*house_r = NULL;
	if (!g_key_file_has_group(file, GROUP))
		return 1;
	if (warden_keyfile_check_keys(file, GROUP, warden_site_house_keys,
				      error_r) < 0)
		return -1;
	house = warden_house_new();
	if (load_all(file, dir, house, error_r) < 0) {
		warden_house_free(house);
		return -1;
	}
	*house_r = house;
	return 1;
}
