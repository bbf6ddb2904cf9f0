#include "warden-config.h"

#include "cli-command.h"
#include "cli-feed.h"
#include "cli-output.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Import again what has changed where it came from. Where that is stands in
   the database, which wardend can write: so root becomes its owner first, and
   opens and runs nothing that this owner could not. */

/* A feed in force, as it was imported. */
struct known_feed {
	char *name;
	bool allow;
	struct cli_feed_details details;
};

static void known_feed_free(void *data)
{
	struct known_feed *feed = data;

	cli_feed_details_clear(&feed->details);
	g_free(feed->name);
	g_free(feed);
}

static void remember(const struct warden_feed *feed, void *context)
{
	struct known_feed *known = g_new0(struct known_feed, 1);

	known->name = g_strdup(feed->name);
	known->allow = feed->allow;
	cli_feed_details_parse(feed->details, &known->details);
	g_ptr_array_add(context, known);
}

static void say_unchanged(const struct cli_options *options, const char *name)
{
	g_autoptr(JsonBuilder) builder = NULL;

	if (!options->json) {
		printf("%s: unchanged\n", name);
		return;
	}
	builder = json_builder_new();
	json_builder_begin_object(builder);
	cli_member(builder, "name", name);
	json_builder_set_member_name(builder, "unchanged");
	json_builder_add_boolean_value(builder, TRUE);
	json_builder_end_object(builder);
	cli_print_json(builder);
}

/* --- from files ------------------------------------------------------------------- */

/* A folder is kept as its manifest. */
static char *path_of(const struct known_feed *feed,
		     const struct cli_feed_file *file)
{
	g_autofree char *base = g_path_get_basename(file->path);

	return strcmp(base, "manifest.json") == 0 &&
		feed->details.format != NULL &&
		strstr(feed->details.format, "misp") != NULL ?
		g_path_get_dirname(file->path) : g_strdup(file->path);
}

static int files_changed(const struct known_feed *feed, char **error_r)
{
	for (guint i = 0; i < feed->details.files->len; i++) {
		int ret = cli_feed_file_changed(feed->details.files->pdata[i],
						error_r);

		if (ret != 0)
			return ret;
	}
	return 0;
}

static int update_files(struct cli_options *options,
			struct warden_store *store,
			const struct known_feed *feed, char **error_r)
{
	const GPtrArray *files = feed->details.files;
	g_auto(GStrv) paths = g_new0(char *, files->len + 1);
	const struct cli_feed_import import = {
		.name = feed->name, .format = feed->details.asked_format,
		.fd = -1, .paths = paths, .allow = feed->allow,
	};
	int ret;

	for (guint i = 0; i < files->len; i++)
		paths[i] = path_of(feed, files->pdata[i]);
	ret = files_changed(feed, error_r);
	if (ret == 0)
		say_unchanged(options, feed->name);
	return ret <= 0 ? ret : cli_feed_import(store, &import, options->json,
						error_r);
}

/* --- from a command ----------------------------------------------------------------- */

static int import_output(struct cli_options *options,
			 struct warden_store *store,
			 const struct known_feed *feed, int fd, char **error_r)
{
	static char output[] = "-";
	char *paths[] = { output, NULL };
	const struct cli_feed_import import = {
		.name = feed->name, .format = feed->details.asked_format,
		.command = feed->details.command, .fd = fd, .paths = paths,
		.allow = feed->allow,
	};
	g_autofree char *sha256 = cli_feed_hash(fd, error_r);
	const struct cli_feed_file *old = feed->details.files->len == 0 ?
		NULL : feed->details.files->pdata[0];

	if (sha256 == NULL)
		return -1;
	if (old != NULL && strcmp(old->sha256, sha256) == 0) {
		say_unchanged(options, feed->name);
		return 0;
	}
	return cli_feed_import(store, &import, options->json, error_r);
}

static int update_command(struct cli_options *options,
			  struct warden_store *store,
			  const struct known_feed *feed, char **error_r)
{
	int fd, ret;

	if (cli_command_run(feed->details.command, cli_database(options),
			    &cli_command_limits, &fd, error_r) < 0)
		return -1;
	ret = import_output(options, store, feed, fd, error_r);
	close(fd);
	return ret;
}

/* --- all of them ---------------------------------------------------------------------- */

static int update_feed(struct cli_options *options, struct warden_store *store,
		       const struct known_feed *feed)
{
	const GPtrArray *files = feed->details.files;
	const struct cli_feed_file *first = files->len == 0 ? NULL :
		files->pdata[0];
	char *error = NULL;
	int ret;

	if (feed->details.command != NULL) {
		ret = update_command(options, store, feed, &error);
	} else if (first == NULL || strcmp(first->path, "-") == 0) {
		/* Only worth a word if it was asked for. */
		ret = options->argc == 0 ? 0 : -1;
		error = ret == 0 ? NULL : g_strdup("it came from a pipe");
	} else {
		ret = update_files(options, store, feed, &error);
	}
	if (ret >= 0)
		return CLI_OK;
	g_autofree char *why = error;
	return cli_failed(options, g_strdup_printf("%s: %s", feed->name, why));
}

static const struct known_feed *find(const GPtrArray *feeds, const char *name)
{
	for (guint i = 0; i < feeds->len; i++) {
		const struct known_feed *feed = feeds->pdata[i];

		if (strcmp(feed->name, name) == 0)
			return feed;
	}
	return NULL;
}

static int update_named(struct cli_options *options,
			struct warden_store *store, const GPtrArray *feeds)
{
	int status = CLI_OK;

	for (int i = 0; i < options->argc; i++) {
		const struct known_feed *feed = find(feeds, options->argv[i]);
		int done = feed != NULL ? update_feed(options, store, feed) :
			cli_failed(options, g_strdup_printf(
				"there is no feed '%s'", options->argv[i]));

		status = MAX(status, done);
	}
	return status;
}

static int update_all(struct cli_options *options, struct warden_store *store,
		      const GPtrArray *feeds)
{
	int status = CLI_OK;

	for (guint i = 0; i < feeds->len; i++) {
		int done = update_feed(options, store, feeds->pdata[i]);

		status = MAX(status, done);
	}
	return status;
}

static int update(struct cli_options *options, struct warden_store *store)
{
	g_autoptr(GPtrArray) feeds =
		g_ptr_array_new_with_free_func(known_feed_free);
	char *error = NULL;

	if (warden_store_feed_list(store, remember, feeds, &error) < 0)
		return cli_failed(options, error);
	return options->argc > 0 ? update_named(options, store, feeds) :
		update_all(options, store, feeds);
}

int cli_feed_update(struct cli_options *options)
{
	struct warden_store *store = NULL;
	char *error = NULL;
	int status = cli_load(options);

	if (status < 0 &&
	    cli_become_owner(cli_database(options), &error) < 0)
		status = cli_failed(options, error);
	if (status < 0)
		status = cli_open(options, WARDEN_STORE_WRITE, &store);
	if (status < 0)
		status = update(options, store);
	cli_close(options, &store);
	return status;
}
