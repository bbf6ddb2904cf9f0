#include "warden-config.h"

#include "rules-private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A kept version: file name and text, then those of its includes. */
#define KEPT_TYPE "a(ss)"
#define KEPT_SUFFIX ".kept"

static void text_free(void *data)
{
	struct rule_text *text = data;

	g_free(text->name);
	g_free(text->text);
	g_free(text);
}

static struct rule_source *source_new(const char *folder)
{
	struct rule_source *source = g_new0(struct rule_source, 1);

	source->folder = g_strdup(folder);
	source->texts = g_ptr_array_new_with_free_func(text_free);
	return source;
}

void warden_rules_source_free(struct rule_source *source)
{
	if (source == NULL)
		return;
	g_free(source->folder);
	g_free(source->problem);
	g_ptr_array_unref(source->texts);
	g_free(source);
}

const char *warden_rules_source_name(const struct rule_source *source)
{
	const struct rule_text *first = source->texts->pdata[0];

	return first->name;
}

static const char *add_text(struct rule_source *source, const char *name,
			    char *text)
{
	struct rule_text *new = g_new0(struct rule_text, 1);

	new->name = g_strdup(name);
	new->text = text;
	g_ptr_array_add(source->texts, new);
	return text;
}

/* --- files ------------------------------------------------------------------ */

/* Rules are text: the compiler takes a C string. NULL with *error_r. */
static char *read_text(const char *path, struct stat *st_r, char **error_r)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	g_autofree char *text = NULL;
	gsize used = 0, size;
	ssize_t ret = 0;

	if (fd < 0 || fstat(fd, st_r) < 0) {
		*error_r = g_strdup(g_strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	if (!S_ISREG(st_r->st_mode) || st_r->st_size > WARDEN_RULES_FILE_MAX) {
		*error_r = g_strdup(S_ISREG(st_r->st_mode) ? "too large" :
				    "not a regular file");
		close(fd);
		return NULL;
	}
	size = st_r->st_size;
	text = g_malloc(size + 1);
	while (used < size &&
	       (ret = read(fd, text + used, size - used)) > 0)
		used += ret;
	close(fd);
	text[used] = '\0';
	if (ret < 0 || strlen(text) < used) {
		*error_r = g_strdup(ret < 0 ? g_strerror(errno) :
				    "not a text: it has a NUL");
		return NULL;
	}
	return g_steal_pointer(&text);
}

static bool is_rule_file(const char *name)
{
	return name[0] != '.' && (g_str_has_suffix(name, ".yar") ||
				  g_str_has_suffix(name, ".yara"));
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int warden_rules_folder_list(const char *folder, GPtrArray **names_r,
			     char **error_r)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GDir) dir = g_dir_open(folder, 0, &error);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	if (dir == NULL) {
		*error_r = g_strdup_printf("%s: %s", folder, error->message);
		return -1;
	}
	while ((name = g_dir_read_name(dir)) != NULL) {
		if (!is_rule_file(name))
			continue;
		if (names->len >= WARDEN_RULES_FILES_MAX) {
			*error_r = g_strdup_printf("%s: more than %u files",
						   folder,
						   WARDEN_RULES_FILES_MAX);
			return -1;
		}
		g_ptr_array_add(names, g_strdup(name));
	}
	g_ptr_array_sort(names, compare_names);
	*names_r = g_steal_pointer(&names);
	return 1;
}

static void stamp_file(GChecksum *sum, int dir_fd, const char *name)
{
	struct stat st;
	gint64 numbers[5];

	if (fstatat(dir_fd, name, &st, 0) < 0)
		return;
	/* Of the change, not of the content: copying may keep the latter. */
	numbers[0] = st.st_ctim.tv_sec;
	numbers[1] = st.st_ctim.tv_nsec;
	numbers[2] = st.st_mtim.tv_sec;
	numbers[3] = st.st_size;
	numbers[4] = (gint64)st.st_ino;
	g_checksum_update(sum, (const guchar *)name, (gssize)strlen(name) + 1);
	g_checksum_update(sum, (const guchar *)numbers, sizeof(numbers));
}

static guint64 first_bytes(GChecksum *sum)
{
	guint8 digest[32];
	gsize size = sizeof(digest);
	guint64 number;

	g_checksum_get_digest(sum, digest, &size);
	memcpy(&number, digest, sizeof(number));
	return number == 0 ? 1 : number;
}

guint64 warden_rules_stamp(const char *folder)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	DIR *dir = opendir(folder);
	struct dirent *entry;

	if (dir == NULL)
		return 0;
	/* Includes may have any name. */
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] != '.' &&
		    names->len < WARDEN_RULES_FILES_MAX)
			g_ptr_array_add(names, g_strdup(entry->d_name));
	}
	g_ptr_array_sort(names, compare_names);
	for (guint i = 0; i < names->len; i++)
		stamp_file(sum, dirfd(dir), names->pdata[i]);
	closedir(dir);
	return first_bytes(sum);
}

/* --- sources ------------------------------------------------------------------ */

struct rule_source *warden_rules_source_read(const char *folder,
					     const char *name, char **error_r)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	struct rule_source *source;
	struct stat st;
	char *text = read_text(path, &st, error_r);

	if (text == NULL)
		return NULL;
	source = source_new(folder);
	add_text(source, name, text);
	return source;
}

void warden_rules_source_problem(struct rule_source *source, const char *name,
				 const char *why)
{
	g_free(source->problem);
	source->problem = g_strdup_printf("%s: %s", name, why);
}

const char *warden_rules_source_include(struct rule_source *source,
					const char *name)
{
	g_autofree char *path = NULL, *error = NULL;
	struct stat st;
	char *text;

	for (guint i = 0; i < source->texts->len; i++) {
		const struct rule_text *known = source->texts->pdata[i];

		if (strcmp(known->name, name) == 0)
			return known->text;
	}
	if (name[0] == '.' || strchr(name, '/') != NULL) {
		warden_rules_source_problem(source, name, "only files of the"
					    " same folder may be included");
		return NULL;
	}
	if (source->folder == NULL ||
	    source->texts->len >= WARDEN_RULES_FILES_MAX) {
		warden_rules_source_problem(source, name, "not there");
		return NULL;
	}
	path = g_build_filename(source->folder, name, NULL);
	text = read_text(path, &st, &error);
	if (text == NULL) {
		warden_rules_source_problem(source, name, error);
		return NULL;
	}
	return add_text(source, name, text);
}

/* --- last good versions --------------------------------------------------------- */

static char *kept_path(const char *kept, const char *name)
{
	g_autofree char *file = g_strconcat(name, KEPT_SUFFIX, NULL);

	return g_build_filename(kept, file, NULL);
}

static GBytes *serialise(const struct rule_source *source)
{
	g_autoptr(GVariant) value = NULL;
	GVariantBuilder builder;

	g_variant_builder_init(&builder, G_VARIANT_TYPE(KEPT_TYPE));
	for (guint i = 0; i < source->texts->len; i++) {
		const struct rule_text *text = source->texts->pdata[i];

		g_variant_builder_add(&builder, "(ss)", text->name,
				      text->text);
	}
	value = g_variant_ref_sink(g_variant_builder_end(&builder));
	return g_variant_get_data_as_bytes(value);
}

/* GVariant's strings are UTF-8; rules need not be. */
static bool is_utf8(const struct rule_source *source)
{
	for (guint i = 0; i < source->texts->len; i++) {
		const struct rule_text *text = source->texts->pdata[i];

		if (!g_utf8_validate(text->name, -1, NULL) ||
		    !g_utf8_validate(text->text, -1, NULL))
			return FALSE;
	}
	return TRUE;
}

static bool is_same_file(const char *path, GBytes *bytes)
{
	g_autofree char *old = NULL;
	gsize old_size, size;
	const void *data = g_bytes_get_data(bytes, &size);

	return g_file_get_contents(path, &old, &old_size, NULL) &&
		old_size == size && memcmp(old, data, size) == 0;
}

int warden_rules_source_keep(const char *kept,
			     const struct rule_source *source, char **error_r)
{
	g_autofree char *path =
		kept_path(kept, warden_rules_source_name(source));
	g_autoptr(GBytes) bytes = NULL;
	g_autoptr(GError) error = NULL;

	if (!is_utf8(source)) {
		*error_r = g_strdup("not UTF-8, so that no good version of it"
				    " is kept");
		return -1;
	}
	bytes = serialise(source);
	if (is_same_file(path, bytes))
		return 1;
	if (mkdir(kept, 0700) < 0 && errno != EEXIST) {
		*error_r = g_strdup_printf("%s: %s", kept, g_strerror(errno));
		return -1;
	}
	if (!g_file_set_contents(path, g_bytes_get_data(bytes, NULL),
				 (gssize)g_bytes_get_size(bytes), &error)) {
		*error_r = g_strdup(error->message);
		return -1;
	}
	return 1;
}

/* Whoever may write there chooses what we compile: only ourselves and root. */
static GVariant *read_kept(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	g_autofree guint8 *data = NULL;
	struct stat st;
	bool sound;

	if (fd < 0)
		return NULL;
	sound = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		(st.st_uid == geteuid() || st.st_uid == 0) &&
		(st.st_mode & (S_IWGRP | S_IWOTH)) == 0 &&
		st.st_size <= 2 * (gint64)WARDEN_RULES_FILE_MAX;
	if (sound) {
		data = g_malloc(st.st_size + 1);
		sound = read(fd, data, st.st_size) == st.st_size;
	}
	close(fd);
	if (!sound)
		return NULL;
	g_autoptr(GBytes) bytes =
		g_bytes_new_take(g_steal_pointer(&data), st.st_size);
	return g_variant_ref_sink(g_variant_new_from_bytes(
		G_VARIANT_TYPE(KEPT_TYPE), bytes, FALSE));
}

struct rule_source *warden_rules_source_kept(const char *kept,
					     const char *name)
{
	g_autofree char *path = kept_path(kept, name);
	g_autoptr(GVariant) value = read_kept(path);
	struct rule_source *source;
	gsize count;

	if (value == NULL || !g_variant_is_normal_form(value))
		return NULL;
	count = g_variant_n_children(value);
	if (count == 0 || count > WARDEN_RULES_FILES_MAX)
		return NULL;
	source = source_new(NULL);
	source->kept = TRUE;
	for (gsize i = 0; i < count; i++) {
		const char *text_name, *text;

		g_variant_get_child(value, i, "(&s&s)", &text_name, &text);
		add_text(source, text_name, g_strdup(text));
	}
	if (strcmp(warden_rules_source_name(source), name) != 0)
		g_clear_pointer(&source, warden_rules_source_free);
	return source;
}

void warden_rules_forget_kept(const char *kept, const GPtrArray *names)
{
	g_autoptr(GDir) dir = g_dir_open(kept, 0, NULL);
	const char *file;

	while (dir != NULL && (file = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(kept, file, NULL);
		bool wanted = FALSE;

		if (!g_str_has_suffix(file, KEPT_SUFFIX))
			continue;
		for (guint i = 0; i < names->len && !wanted; i++) {
			g_autofree char *known = g_strconcat(
				names->pdata[i], KEPT_SUFFIX, NULL);

			wanted = strcmp(known, file) == 0;
		}
		if (!wanted)
			(void)unlink(path);
	}
}
