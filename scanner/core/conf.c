#include "warden-config.h"

#include "conf.h"
#include "clamd.h"
#include "keyfile.h"
#include "notice.h"
#include "site-load-dlp.h"
#include "site-load-house.h"
#include "site-load-links.h"
#include "site-load-model.h"
#include "site-load-phrases.h"

#include <string.h>

#ifndef WARDEN_DEFAULT_CONFIG
#  define WARDEN_DEFAULT_CONFIG WARDEN_CONFDIR "/warden.conf"
#endif

#define DEFAULT_DATABASE WARDEN_STATEDIR "/verdicts.sqlite"
#define DEFAULT_JOURNAL WARDEN_STATEDIR "/journal"

/* In a folder of its own: every process that serves mail reads it. */
#define DEFAULT_EPOCH_FILE WARDEN_STATEDIR "/public/epoch"

#define DEFAULT_NOTICE_FOLDER WARDEN_CONFDIR "/notices"

#define DEFAULT_KEPT_RULES WARDEN_STATEDIR "/rules"
#define DEFAULT_RULE_VERDICT "suspicious"
#define DEFAULT_RULE_SCORE 4.0

enum key_type {
	KEY_PATH, KEY_SIZE, KEY_UINT, KEY_FROM, KEY_BOOL, KEY_SCORE,
	KEY_RULE_VERDICT, KEY_SOCKET,
};

/* Numbers default to what the file's comments say. */
static const struct {
	const char *group, *key;
	enum key_type type;
	gsize offset;
	guint64 min, max, initial;
} keys[] = {
#define FIELD(name) G_STRUCT_OFFSET(struct warden_config, name)
	{ "service", "client_msecs", KEY_UINT, FIELD(client_msecs),
	  100, 3600 * 1000, WARDEN_CLIENT_MSECS },
	{ "store", "database", KEY_PATH, FIELD(database), 0, 0, 0 },
	{ "store", "journal", KEY_PATH, FIELD(journal), 0, 0, 0 },
	{ "store", "epoch_file", KEY_PATH, FIELD(epoch_file), 0, 0, 0 },
	{ "store", "journal_size_max", KEY_SIZE, FIELD(journal_size_max),
	  0, G_MAXINT64, 16 * 1024 * 1024 },
	{ "store", "commit_msecs", KEY_UINT, FIELD(commit_msecs),
	  10, 600 * 1000, 2000 },
	{ "store", "retention_days", KEY_UINT, FIELD(retention_days),
	  0, 100 * 366, 0 },
	{ "reader", "timeout_msecs", KEY_UINT, FIELD(reader_msecs),
	  10, 3600 * 1000, WARDEN_READER_MSECS },
	/* Below this not even libmagic's database fits. */
	{ "reader", "memory_limit", KEY_SIZE, FIELD(reader_memory),
	  64 * 1024 * 1024, G_MAXINT64, 1024 * 1024 * 1024 },
	{ "yara", "folder", KEY_PATH, FIELD(rules.folder), 0, 0, 0 },
	{ "yara", "kept", KEY_PATH, FIELD(rules.kept), 0, 0, 0 },
	{ "yara", "verdict", KEY_RULE_VERDICT, FIELD(rules.verdict), 0, 0, 0 },
	{ "yara", "score", KEY_SCORE, FIELD(rules.score), 0, 10, 0 },
	{ "yara", "timeout_msecs", KEY_UINT, FIELD(rules.part_msecs),
	  1, 600 * 1000, 1000 },
	{ "yara", "message_msecs", KEY_UINT, FIELD(rules.message_msecs),
	  1, 600 * 1000, 5000 },
	{ "yara", "part_size_max", KEY_SIZE, FIELD(rules.part_size_max),
	  1024, WARDEN_MESSAGE_MAX, WARDEN_ARCHIVE_MEMBER_MAX },
	{ "content", "phrases", KEY_PATH, FIELD(phrases_folder), 0, 0, 0 },
	{ "clamd", "socket", KEY_SOCKET, FIELD(clamd_socket), 0, 0, 0 },
	{ "clamd", "timeout_msecs", KEY_UINT, FIELD(clamd_msecs),
	  10, 600 * 1000, 10000 },
	{ "clamd", "stream_max", KEY_SIZE, FIELD(clamd_stream_max),
	  1024, WARDEN_MESSAGE_MAX, 25 * 1024 * 1024 },
	{ "clamd", "required", KEY_BOOL, FIELD(clamd_required), 0, 0, 0 },
	{ "classifier", "enabled", KEY_BOOL, FIELD(classifier), 0, 0, 0 },
	{ "classifier", "model", KEY_PATH, FIELD(model_file), 0, 0, 0 },
	{ "links", "brands", KEY_PATH, FIELD(brands_file), 0, 0, 0 },
	{ "links", "hosts", KEY_PATH, FIELD(link_hosts_file), 0, 0, 0 },
	{ "learn", "enabled", KEY_BOOL, FIELD(learn), 0, 0, 0 },
	{ "learn", "minimum", KEY_UINT, FIELD(learn_minimum), 1, 100000, 30 },
	{ "learn", "half_life_days", KEY_UINT, FIELD(learn_half_life_days),
	  7, 3650, 180 },
	{ "signatures", "smime_roots", KEY_PATH, FIELD(smime_roots), 0, 0, 0 },
	{ "signatures", "openpgp_keys", KEY_PATH, FIELD(openpgp_keys),
	  0, 0, 0 },
	{ "notice", "folder", KEY_PATH, FIELD(notice_folder), 0, 0, 0 },
	{ "notice", "from", KEY_FROM, FIELD(notice_from), 0, 0, 0 },
#undef FIELD
};

/* Whoever loads these looks at their keys. */
static const char *const foreign_groups[] = {
	"policy", "actions", "scores", "sender", "dlp", NULL
};

static int check_group(GKeyFile *file, const char *group, char **error_r)
{
	g_auto(GStrv) found = g_key_file_get_keys(file, group, NULL, NULL);
	bool known = FALSE;

	for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
		known |= strcmp(keys[i].group, group) == 0;
	if (!known) {
		*error_r = g_strdup_printf("[%s]: unknown group", group);
		return -1;
	}
	for (char **key = found; *key != NULL; key++) {
		known = FALSE;
		for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
			known |= strcmp(keys[i].group, group) == 0 &&
				 strcmp(keys[i].key, *key) == 0;
		}
		if (!known)
			return warden_keyfile_fail(file, group, *key,
						   "unknown key", error_r);
	}
	return 1;
}

static int check_groups(GKeyFile *file, char **error_r)
{
	g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);

	for (char **group = groups; *group != NULL; group++) {
		if (!g_strv_contains(foreign_groups, *group) &&
		    !warden_policy_is_group(*group) &&
		    check_group(file, *group, error_r) < 0)
			return -1;
	}
	return 1;
}

static int load_path(GKeyFile *file, const char *dir, const char *group,
		     const char *key, char **value, char **error_r)
{
	g_autofree char *text = NULL;
	int ret = warden_keyfile_string(file, group, key, &text, error_r);

	if (ret <= 0)
		return ret;
	g_clear_pointer(value, g_free);
	if (text[0] != '\0') {
		*value = g_path_is_absolute(text) ? g_strdup(text) :
			g_build_filename(dir, text, NULL);
	}
	return 1;
}

static int load_from(GKeyFile *file, const char *group, const char *key,
		     char **value, char **error_r)
{
	int ret = warden_keyfile_string(file, group, key, value, error_r);

	if (ret > 0 && !warden_notice_from_is_sound(*value))
		return warden_keyfile_fail(file, group, key,
					   "is not \"Name <address>\"",
					   error_r);
	return ret;
}

static int load_bool(GKeyFile *file, const char *group, const char *key,
		     bool *value, char **error_r)
{
	g_autofree char *text = NULL;
	int ret = warden_keyfile_string(file, group, key, &text, error_r);

	if (ret <= 0)
		return ret;
	if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
		return warden_keyfile_fail(file, group, key,
					   "neither yes nor no", error_r);
	*value = strcmp(text, "yes") == 0;
	return 1;
}

static int load_rule_verdict(GKeyFile *file, const char *group,
			     const char *key, char **value, char **error_r)
{
	static const char *const words[] = {
		"malware", "phishing", "spam", "suspicious", "policy", NULL
	};
	g_autofree char *text = NULL;
	int ret = warden_keyfile_string(file, group, key, &text, error_r);

	if (ret <= 0)
		return ret;
	if (!g_strv_contains(words, text))
		return warden_keyfile_fail(file, group, key, "not a verdict"
					   " for rules (malware, phishing,"
					   " spam, suspicious or policy)",
					   error_r);
	g_free(*value);
	*value = g_steal_pointer(&text);
	return 1;
}

/* An absolute path or an address of this machine: mail is not to go out. */
static bool is_socket(const char *text)
{
	return text[0] == '\0' || text[0] == '/' ||
		warden_clamd_is_loopback(text);
}

static int load_socket(GKeyFile *file, const char *group, const char *key,
		       char **value, char **error_r)
{
	g_autofree char *text = NULL;
	int ret = warden_keyfile_string(file, group, key, &text, error_r);

	if (ret <= 0)
		return ret;
	if (!is_socket(text))
		return warden_keyfile_fail(file, group, key, "neither a path"
					   " nor 127.0.0.1:PORT or [::1]:PORT",
					   error_r);
	g_clear_pointer(value, g_free);
	if (text[0] != '\0')
		*value = g_steal_pointer(&text);
	return 1;
}

static int load_keys(struct warden_config *config, GKeyFile *file,
		     const char *dir, char **error_r)
{
	for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
		void *field = G_STRUCT_MEMBER_P(config, keys[i].offset);
		guint64 value = keys[i].initial;
		int ret = 0;

		switch (keys[i].type) {
		case KEY_PATH:
			ret = load_path(file, dir, keys[i].group, keys[i].key,
					field, error_r);
			break;
		case KEY_FROM:
			ret = load_from(file, keys[i].group, keys[i].key,
					field, error_r);
			break;
		case KEY_BOOL:
			ret = load_bool(file, keys[i].group, keys[i].key,
					field, error_r);
			break;
		case KEY_SCORE:
			ret = warden_keyfile_number(file, keys[i].group,
						    keys[i].key, keys[i].min,
						    keys[i].max, field,
						    error_r);
			break;
		case KEY_RULE_VERDICT:
			ret = load_rule_verdict(file, keys[i].group,
						keys[i].key, field, error_r);
			break;
		case KEY_SOCKET:
			ret = load_socket(file, keys[i].group, keys[i].key,
					  field, error_r);
			break;
		case KEY_SIZE:
			ret = warden_keyfile_size(file, keys[i].group,
						  keys[i].key, keys[i].min,
						  keys[i].max, &value,
						  error_r);
			*(guint64 *)field = value;
			break;
		case KEY_UINT:
			ret = warden_keyfile_integer(file, keys[i].group,
						     keys[i].key, keys[i].min,
						     keys[i].max, &value,
						     error_r);
			*(guint *)field = (guint)value;
			break;
		}
		if (ret < 0)
			return -1;
	}
	return 1;
}

static int load_model(struct warden_config *config, char **error_r)
{
	struct warden_model *model = NULL;

	if (!config->classifier)
		return 1;
	if (warden_site_load_model(config->model_file, &model, error_r) < 0)
		return -1;
	config->site.model = model;
	return 1;
}

static int load_house(struct warden_config *config, GKeyFile *file,
		      const char *dir, char **error_r)
{
	struct warden_house *house;

	if (warden_site_load_house(file, dir, &house, error_r) < 0)
		return -1;
	config->site.house = house;
	return 1;
}

static int load_dlp(struct warden_config *config, GKeyFile *file,
		    const char *dir, char **error_r)
{
	struct warden_dlp *dlp = NULL;

	if (warden_site_load_dlp(file, dir, &dlp, error_r) < 0)
		return -1;
	config->site.dlp = dlp;
	return 1;
}

static int load_links(struct warden_config *config, char **error_r)
{
	struct warden_link_lists *lists = NULL;

	if (warden_site_load_links(config->brands_file,
				   config->link_hosts_file, &lists,
				   error_r) < 0)
		return -1;
	config->site.links = lists;
	return 1;
}

static int load_phrases(struct warden_config *config, char **error_r)
{
	struct warden_phrases *phrases = NULL;

	if (warden_site_load_phrases(config->phrases_folder, &phrases,
				     error_r) < 0)
		return -1;
	config->site.phrases = phrases;
	return 1;
}

/* Groups that say nothing of what is found, or that are in another digest. */
static const char *const other_groups[] = {
	"service", "store", "reader", "notice", "policy", "actions", "scores",
	"yara", "clamd", NULL
};

static void add_word(GChecksum *sum, const char *word)
{
	g_checksum_update(sum, (const guchar *)word,
			  (gssize)strlen(word) + 1);
}

static void add_file(GChecksum *sum, const char *path)
{
	g_autofree char *text = NULL;
	gsize size;

	if (g_file_test(path, G_FILE_TEST_IS_REGULAR) &&
	    g_file_get_contents(path, &text, &size, NULL))
		g_checksum_update(sum, (const guchar *)text, (gssize)size);
}

static int compare_names(const void *a, const void *b)
{
	const char *const *first = a, *const *second = b;

	return strcmp(*first, *second);
}

static void add_folder(GChecksum *sum, const char *path)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	GDir *folder = g_dir_open(path, 0, NULL);
	const char *name;

	if (folder == NULL)
		return;
	while ((name = g_dir_read_name(folder)) != NULL)
		g_ptr_array_add(names, g_strdup(name));
	g_dir_close(folder);
	g_ptr_array_sort(names, compare_names);
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *file = g_build_filename(
			path, g_ptr_array_index(names, i), NULL);

		add_word(sum, g_ptr_array_index(names, i));
		add_file(sum, file);
	}
}

/* A value, and what stands in the file or folder if it names one. */
static void add_value(GChecksum *sum, const char *dir, const char *value)
{
	g_autofree char *path = dir == NULL ? g_strdup(value) :
		g_canonicalize_filename(value, dir);

	add_word(sum, value);
	if (*value == '\0')
		return;
	add_file(sum, path);
	add_folder(sum, path);
}

/* So that mail is judged again when an administrator tells us of their own
   domains, or edits a table. */
static guint64 make_site_fingerprint(GKeyFile *file, const char *dir)
{
	g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	guint8 digest[32];
	gsize size = sizeof(digest);
	guint64 fingerprint;
	bool any = FALSE;

	for (char **group = groups; *group != NULL; group++) {
		g_auto(GStrv) found = g_key_file_get_keys(file, *group, NULL,
							  NULL);

		if (g_strv_contains(other_groups, *group))
			continue;
		for (char **key = found; key != NULL && *key != NULL; key++) {
			g_autofree char *value = g_key_file_get_value(
				file, *group, *key, NULL);

			add_word(sum, *group);
			add_word(sum, *key);
			add_value(sum, dir, value == NULL ? "" : value);
			any = TRUE;
		}
	}
	if (!any)
		return 0;
	g_checksum_get_digest(sum, digest, &size);
	memcpy(&fingerprint, digest, sizeof(fingerprint));
	return GUINT64_FROM_LE(fingerprint);
}

static int load_file(struct warden_config *config, GKeyFile *file,
		     const char *dir, char **error_r)
{
	if (check_groups(file, error_r) < 0 ||
	    load_keys(config, file, dir, error_r) < 0 ||
	    load_links(config, error_r) < 0 ||
	    load_model(config, error_r) < 0 ||
	    load_house(config, file, dir, error_r) < 0 ||
	    load_dlp(config, file, dir, error_r) < 0 ||
	    load_phrases(config, error_r) < 0)
		return -1;
	config->site_fingerprint = make_site_fingerprint(file, dir);
	return warden_policy_load(file, dir, &config->policy, error_r);
}

int warden_config_load(const char *path, struct warden_config **config_r,
		       char **error_r)
{
	g_autoptr(GKeyFile) file = NULL;
	g_autofree char *absolute = NULL, *dir = NULL, *why = NULL;
	struct warden_config *config;

	if (path == NULL &&
	    g_file_test(WARDEN_DEFAULT_CONFIG, G_FILE_TEST_EXISTS))
		path = WARDEN_DEFAULT_CONFIG;
	if (path == NULL)
		file = g_key_file_new();
	else if (warden_keyfile_load(path, &file, error_r) < 0)
		return -1;
	config = g_new0(struct warden_config, 1);
	config->path = g_strdup(path);
	config->database = g_strdup(DEFAULT_DATABASE);
	config->journal = g_strdup(DEFAULT_JOURNAL);
	config->epoch_file = g_strdup(DEFAULT_EPOCH_FILE);
	config->notice_folder = g_strdup(DEFAULT_NOTICE_FOLDER);
	config->rules.kept = g_strdup(DEFAULT_KEPT_RULES);
	config->rules.verdict = g_strdup(DEFAULT_RULE_VERDICT);
	config->rules.score = DEFAULT_RULE_SCORE;
	config->classifier = TRUE;
	config->learn = TRUE;
	if (path != NULL) {
		absolute = g_canonicalize_filename(path, NULL);
		dir = g_path_get_dirname(absolute);
	}
	if (load_file(config, file, dir, &why) < 0) {
		*error_r = g_strdup_printf("%s%s%s", path == NULL ? "" : path,
					   path == NULL ? "" : ": ", why);
		warden_config_free(config);
		return -1;
	}
	*config_r = config;
	return 1;
}

void warden_config_free(struct warden_config *config)
{
	if (config == NULL)
		return;
	warden_policy_free(config->policy);
	/* ours, though checks may only read it */
	warden_model_free((struct warden_model *)config->site.model);
	warden_dlp_free((struct warden_dlp *)config->site.dlp);
	warden_house_free((struct warden_house *)config->site.house);
	warden_link_lists_free((struct warden_link_lists *)config->site.links);
	g_free(config->brands_file);
	g_free(config->link_hosts_file);
	warden_phrases_free((struct warden_phrases *)config->site.phrases);
	g_free(config->phrases_folder);
	g_free(config->model_file);
	g_free(config->smime_roots);
	g_free(config->openpgp_keys);
	g_free(config->path);
	g_free(config->database);
	g_free(config->journal);
	g_free(config->epoch_file);
	g_free(config->notice_folder);
	g_free(config->rules.folder);
	g_free(config->rules.kept);
	g_free(config->rules.verdict);
	g_free(config->clamd_socket);
	g_free(config->notice_from);
	g_free(config);
}
