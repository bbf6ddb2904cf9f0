#include "warden-config.h"

#include "cli-feed-source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MANIFEST "manifest.json"

/* One file to read. */
struct job {
	char *path;
	const char *format;
	/* A MISP event, whose manifest tells when it changes. */
	bool listed;
};

static void job_free(void *data)
{
	struct job *job = data;

	g_free(job->path);
	g_free(job);
}

static void add_job(struct cli_feed_source *source, char *path,
		    const char *format, bool listed)
{
	struct job *job = g_new0(struct job, 1);

	job->path = path;
	job->format = format;
	job->listed = listed;
	g_ptr_array_add(source->todo, job);
}

void cli_feed_file_free(void *data)
{
	struct cli_feed_file *file = data;

	g_free(file->path);
	g_free(file->sha256);
	g_free(file);
}

static int fail(const char *path, char **error_r)
{
	*error_r = g_strdup_printf("%s: %s", path, g_strerror(errno));
	return -1;
}

/* --- bytes ----------------------------------------------------------------------- */

static gssize read_bytes(void *context, void *buf, gsize size, char **error_r)
{
	struct cli_feed_source *source = context;
	gssize got;

	do {
		got = read(source->open_fd, buf, size);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return fail(source->open_path, error_r);
	g_checksum_update(source->checksum, buf, got);
	return got;
}

static void warn(void *context, const char *text)
{
	struct cli_feed_source *source = context;

	if (source->warnings++ < CLI_FEED_WARNINGS_MAX)
		fprintf(stderr, "warden feed: %s\n", text);
}

static int open_bytes(struct cli_feed_source *source, const char *path,
		      char **error_r)
{
	struct stat st;

	if (source->fd >= 0)
		source->open_fd = fcntl(source->fd, F_DUPFD_CLOEXEC, 0);
	else if (strcmp(path, "-") == 0)
		source->open_fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	else
		source->open_fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (source->open_fd < 0 || fstat(source->open_fd, &st) < 0)
		return fail(path, error_r);
	source->is_stream = source->fd >= 0 || strcmp(path, "-") == 0 ||
		S_ISFIFO(st.st_mode);
	if (!source->is_stream && !S_ISREG(st.st_mode)) {
		*error_r = g_strdup_printf("%s: no regular file", path);
		return -1;
	}
	/* Only so that opening a pipe without a writer does not wait. */
	if (S_ISFIFO(st.st_mode))
		(void)fcntl(source->open_fd, F_SETFL, 0);
	source->open_path = g_strdup(path);
	source->checksum = g_checksum_new(G_CHECKSUM_SHA256);
	return 1;
}

static void close_bytes(struct cli_feed_source *source)
{
	if (source->open_fd >= 0)
		close(source->open_fd);
	source->open_fd = -1;
	g_clear_pointer(&source->open_path, g_free);
	g_clear_pointer(&source->checksum, g_checksum_free);
}

static gint64 mtime_of(const struct stat *st)
{
	return st->st_mtim.tv_sec * G_GINT64_CONSTANT(1000000000) +
		st->st_mtim.tv_nsec;
}

/* What follows the last entry belongs to the file as well. */
static int hash_rest(struct cli_feed_source *source, char **error_r)
{
	char buf[65536];
	gssize got;

	while ((got = read_bytes(source, buf, sizeof(buf), error_r)) > 0)
		continue;
	return got < 0 ? -1 : 1;
}

static int note_file(struct cli_feed_source *source, char **error_r)
{
	struct cli_feed_file *file;
	struct stat st;

	if (hash_rest(source, error_r) < 0)
		return -1;
	if (fstat(source->open_fd, &st) < 0)
		return fail(source->open_path, error_r);
	file = g_new0(struct cli_feed_file, 1);
	file->path = source->is_stream ? g_strdup("-") :
		g_canonicalize_filename(source->open_path, NULL);
	file->size = (guint64)st.st_size;
	file->mtime = mtime_of(&st);
	file->sha256 = g_strdup(g_checksum_get_string(source->checksum));
	g_ptr_array_add(source->files, file);
	return 1;
}

/* --- one file after the other ------------------------------------------------------ */

static struct warden_feed_settings
settings_of(struct cli_feed_source *source, const char *format)
{
	return (struct warden_feed_settings){
		.name = source->fd >= 0 ? "output" :
			strcmp(source->open_path, "-") == 0 ?
			"standard input" : source->open_path,
		.format = format,
		.now_secs = g_get_real_time() / G_USEC_PER_SEC,
		.read = read_bytes, .warn = warn, .context = source,
	};
}

/* The events that a folder's manifest names, behind what is to be read. */
static int open_folder(struct cli_feed_source *source, const char *folder,
		       char **error_r)
{
	g_autofree char *path = g_build_filename(folder, MANIFEST, NULL);
	g_autoptr(GPtrArray) names = NULL;
	struct warden_feed_settings settings;
	int ret;

	if (source->format != NULL && strcmp(source->format, "misp") != 0) {
		*error_r = g_strdup_printf("%s: a folder is a MISP feed, not "
					   "'%s'", folder, source->format);
		return -1;
	}
	ret = open_bytes(source, path, error_r);
	if (ret > 0) {
		settings = settings_of(source, "misp");
		ret = warden_feed_manifest(&settings, &names, error_r);
	}
	if (ret > 0)
		ret = note_file(source, error_r);
	close_bytes(source);
	for (guint i = 0; ret > 0 && i < names->len; i++)
		add_job(source, g_build_filename(folder, names->pdata[i],
						 NULL), "misp", TRUE);
	return ret;
}

static void note_format(struct cli_feed_source *source, const char *name)
{
	g_auto(GStrv) known = g_strsplit(source->formats->str, "+", -1);

	if (g_strv_contains((const char *const *)known, name))
		return;
	g_string_append_printf(source->formats, "%s%s",
			       source->formats->len > 0 ? "+" : "", name);
}

/* What is good and what is bad cannot stand in one feed. */
static int check_allow(struct cli_feed_source *source, char **error_r)
{
	const struct warden_feed_format *format =
		warden_feed_get_format(source->feed);
	bool first = source->formats->len == 0;

	note_format(source, format->name);
	if (first)
		source->allow = source->allow || format->allow;
	if (format->allow && !source->allow) {
		*error_r = g_strdup_printf("%s: is an allow-list, unlike the "
			"files before it; import it by another name",
			source->open_path);
		return -1;
	}
	return 1;
}

static int open_file(struct cli_feed_source *source, const struct job *job,
		     char **error_r)
{
	struct warden_feed_settings settings;

	if (open_bytes(source, job->path, error_r) < 0)
		return -1;
	settings = settings_of(source, job->format);
	if (warden_feed_open(&settings, &source->counts, &source->feed,
			     error_r) < 0)
		return -1;
	return check_allow(source, error_r);
}

/* 1, or 0 if there are no more. */
static int open_next(struct cli_feed_source *source, char **error_r)
{
	while (source->next < source->todo->len) {
		const struct job *job =
			g_ptr_array_index(source->todo, source->next++);
		int ret;

		if (source->fd >= 0 || strcmp(job->path, "-") == 0 ||
		    !g_file_test(job->path, G_FILE_TEST_IS_DIR))
			return open_file(source, job, error_r);
		ret = open_folder(source, job->path, error_r);
		if (ret < 0)
			return -1;
	}
	return 0;
}

static int end_file(struct cli_feed_source *source, char **error_r)
{
	const struct job *job = g_ptr_array_index(source->todo,
						  source->next - 1);
	int ret = job->listed ? 1 : note_file(source, error_r);

	warden_feed_close(&source->feed);
	close_bytes(source);
	return ret;
}

int cli_feed_source_open(struct cli_feed_source *source, char **error_r)
{
	int ret;

	source->open_fd = -1;
	source->files = g_ptr_array_new_with_free_func(cli_feed_file_free);
	source->formats = g_string_new(NULL);
	source->todo = g_ptr_array_new_with_free_func(job_free);
	for (guint i = 0; source->paths[i] != NULL; i++)
		add_job(source, g_strdup(source->paths[i]), source->format,
			FALSE);
	ret = open_next(source, error_r);
	if (ret == 0)
		*error_r = g_strdup("there is nothing to read");
	return ret > 0 ? 1 : -1;
}

static int end_all(struct cli_feed_source *source, char **error_r)
{
	GString *why;

	if (source->counts.found > 0)
		return 0;
	why = g_string_new(NULL);
	for (guint i = 0; i < WARDEN_FEED_SKIPS; i++) {
		if (source->counts.skipped[i] > 0)
			g_string_append_printf(why, "%s%s %" G_GUINT64_FORMAT,
				why->len > 0 ? ", " : "; skipped: ",
				warden_feed_skip_name(i),
				source->counts.skipped[i]);
	}
	*error_r = g_strdup_printf("%s: holds no indicator%s",
				   source->paths[0], why->str);
	g_string_free(why, TRUE);
	return -1;
}

int cli_feed_source_next(void *context, struct warden_indicator *indicator_r,
			 char **error_r)
{
	struct cli_feed_source *source = context;
	struct warden_feed_item item;

	for (;;) {
		int ret;

		if (source->feed == NULL) {
			ret = open_next(source, error_r);
			if (ret <= 0)
				return ret < 0 ? -1 : end_all(source, error_r);
		}
		ret = warden_feed_next(source->feed, &item, error_r);
		if (ret > 0) {
			*indicator_r = (struct warden_indicator){
				item.kind, item.value, item.threat
			};
			return 1;
		}
		if (ret < 0 || end_file(source, error_r) < 0)
			return -1;
	}
}

void cli_feed_source_close(struct cli_feed_source *source)
{
	warden_feed_close(&source->feed);
	close_bytes(source);
	if (source->files == NULL)
		return;
	g_ptr_array_unref(source->files);
	g_ptr_array_unref(source->todo);
	g_string_free(source->formats, TRUE);
}

/* --- has it changed? ------------------------------------------------------------------ */

char *cli_feed_hash(int fd, char **error_r)
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
	char buf[65536];
	gssize got;

	while ((got = read(fd, buf, sizeof(buf))) != 0) {
		if (got > 0) {
			g_checksum_update(checksum, (const guchar *)buf, got);
		} else if (errno != EINTR) {
			*error_r = g_strdup(g_strerror(errno));
			return NULL;
		}
	}
	if (lseek(fd, 0, SEEK_SET) < 0) {
		*error_r = g_strdup(g_strerror(errno));
		return NULL;
	}
	return g_strdup(g_checksum_get_string(checksum));
}

int cli_feed_file_changed(const struct cli_feed_file *file, char **error_r)
{
	g_autofree char *sha256 = NULL, *why = NULL;
	struct stat st;
	int fd;

	fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0) {
		int ret = fail(file->path, error_r);

		if (fd >= 0)
			close(fd);
		return ret;
	}
	if (mtime_of(&st) == file->mtime && (guint64)st.st_size == file->size) {
		close(fd);
		return 0;
	}
	sha256 = cli_feed_hash(fd, &why);
	close(fd);
	if (sha256 != NULL)
		return strcmp(sha256, file->sha256) != 0;
	*error_r = g_strdup_printf("%s: %s", file->path, why);
	return -1;
}
