#include "warden-config.h"

#include "cli-commands.h"
#include "cli-output.h"

#include "scanner/checks/url.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LINE_MAX_BYTES 4096
#define HOST_MAX 253

static const char usage[] =
	"usage: warden feed import [--name N] [--format F] [--allow] FILE...\n"
	"       warden feed list [--json]\n"
	"       warden feed remove NAME...\n"
	"\n"
	"Lists of known bad (or, with --allow, known good) files, links, hosts"
	" and senders.\nAn import replaces the feed of that name as a whole; a"
	" bad line refuses the whole\nfile, and the old set stays. In force for"
	" every scan from the moment it is done.\n"
	"\n"
	"  --name N    name of the feed (default: the first file's name)\n"
	"  --format F  what a line is: sha256, url, host (domain), hosts"
	" (\"0.0.0.0 name\"),\n              sender (address or @domain), or"
	" auto (default: by its look)\n"
	"  --allow     an allow-list: beats every other list\n"
	"  --json      one object a line\n"
	"  --config FILE, --database FILE\n"
	"\n"
	"What follows # is a comment. An empty file is refused. - is standard input.\n"
	"Example: warden feed import --name blocked hosts.txt\n"
	"Exit status: 0 done, 1 refused or failed, 2 usage.\n";

enum format {
	FORMAT_AUTO, FORMAT_SHA256, FORMAT_URL, FORMAT_HOST, FORMAT_HOSTS,
	FORMAT_SENDER,
};

static const char *const formats[] = {
	[FORMAT_AUTO] = "auto",
	[FORMAT_SHA256] = "sha256",
	[FORMAT_URL] = "url",
	[FORMAT_HOST] = "host",
	[FORMAT_HOSTS] = "hosts",
	[FORMAT_SENDER] = "sender",
};

/* Several files, read one line at a time. */
struct reader {
	char **paths;
	int count, next;
	const char *path;	/* of the open file */
	FILE *file;
	guint64 line, found;
	enum format format;
	char *value;		/* the last indicator's */
};

/* --- one line ---------------------------------------------------------------- */

static bool is_sha256(const char *text)
{
	return strlen(text) == 64 &&
		strspn(text, "0123456789abcdefABCDEF") == 64;
}

static bool valid_label(const char *label, gsize size)
{
	if (size == 0 || size > 63 || label[0] == '-' || label[size - 1] == '-')
		return FALSE;
	for (gsize i = 0; i < size; i++) {
		if (!g_ascii_isalnum(label[i]) && label[i] != '-' &&
		    label[i] != '_')
			return FALSE;
	}
	return TRUE;
}

/* A name of at least two labels, or an address that is written as one: "63"
   is an address to a browser, but in a list it is a slip. */
static char *valid_host(const char *text)
{
	g_autofree char *host = warden_url_host_ascii(text);
	const char *label = host;
	guint labels = 0;
	bool local;

	if (strpbrk(host, ".:") == NULL || strlen(host) > HOST_MAX)
		return NULL;
	if (warden_url_host_is_address(host, &local))
		return g_steal_pointer(&host);
	for (;; label++) {
		gsize size = strcspn(label, ".");

		if (!valid_label(label, size))
			return NULL;
		labels++;
		label += size;
		if (*label == '\0')
			break;
	}
	return labels > 1 ? g_steal_pointer(&host) : NULL;
}

/* NULL unless its host is one. */
static char *valid_url(const char *text)
{
	struct warden_url_parts parts;
	g_autofree char *host = NULL;

	if (warden_url_split(text, &parts))
		host = valid_host(parts.host);
	warden_url_parts_clear(&parts);
	return host == NULL ? NULL : warden_url_normalise(text);
}

static char *valid_sender(const char *text)
{
	const char *at = strrchr(text, '@');
	g_autofree char *domain = at == NULL ? NULL : valid_host(at + 1);
	g_autofree char *local = NULL;

	if (domain == NULL || strpbrk(text, " \t<>") != NULL)
		return NULL;
	local = g_strndup(text, (gsize)(at - text));
	g_autofree char *lower = g_utf8_strdown(local, -1);
	return g_strdup_printf("%s@%s", lower, domain);
}

static enum format guess(const char *line)
{
	if (is_sha256(line))
		return FORMAT_SHA256;
	if (strstr(line, "://") != NULL)
		return FORMAT_URL;
	if (strchr(line, '@') != NULL)
		return FORMAT_SENDER;
	return strpbrk(line, " \t") != NULL ? FORMAT_HOSTS : FORMAT_HOST;
}

/* "127.0.0.1  name  # comment": the name. Several names on a line are legal
   there, but an indicator a line is what is counted and refused here. */
static const char *hosts_name(char *line)
{
	char *name = line + strcspn(line, " \t");
	char *end;

	if (*name == '\0')
		return NULL;
	*name++ = '\0';
	name += strspn(name, " \t");
	end = name + strcspn(name, "#");
	*end = '\0';
	g_strchomp(name);
	return name;
}

static const char *const own_names[] = {
	"localhost", "localhost.localdomain", "local", "broadcasthost",
	"ip6-localhost", "ip6-loopback", "ip6-localnet", "ip6-mcastprefix",
	"ip6-allnodes", "ip6-allrouters", "ip6-allhosts", "0.0.0.0", NULL
};

/* 1 with the indicator, 0 nothing on this line, -1 with *error_r. */
static int parse_line(struct reader *reader, char *line,
		      struct warden_indicator *indicator, const char **why_r)
{
	enum format format;
	char *comment = strstr(line, " #");
	const char *name;
	bool local;

	g_clear_pointer(&reader->value, g_free);
	if (comment != NULL)
		*comment = '\0';
	g_strchomp(line);
	format = reader->format == FORMAT_AUTO ? guess(line) : reader->format;
	switch (format) {
	case FORMAT_SHA256:
		*why_r = "no SHA-256 (64 hexadecimal digits)";
		indicator->kind = WARDEN_KNOWN_SHA256;
		if (is_sha256(line))
			reader->value = g_ascii_strdown(line, -1);
		break;
	case FORMAT_URL:
		*why_r = "no URL with a host";
		indicator->kind = WARDEN_KNOWN_URL;
		reader->value = valid_url(line);
		break;
	case FORMAT_SENDER:
		*why_r = "no address and no @domain";
		indicator->kind = WARDEN_KNOWN_SENDER;
		reader->value = valid_sender(line);
		break;
	case FORMAT_HOSTS:
		*why_r = "no line of a hosts file (address, one name)";
		indicator->kind = WARDEN_KNOWN_HOST;
		name = hosts_name(line);
		if (name == NULL || !warden_url_host_is_address(line, &local))
			break;
		if (g_strv_contains(own_names, name))
			return 0;
		reader->value = valid_host(name);
		break;
	case FORMAT_HOST:
	case FORMAT_AUTO:
		*why_r = "no host name";
		indicator->kind = WARDEN_KNOWN_HOST;
		if (g_str_has_prefix(line, "*."))
			line += 2;
		reader->value = valid_host(line);
		break;
	}
	indicator->value = reader->value;
	indicator->threat = "";
	return reader->value != NULL ? 1 : -1;
}

/* --- the files ------------------------------------------------------------------ */

static int open_next(struct reader *reader, char **error_r)
{
	if (reader->next == reader->count)
		return 0;
	reader->path = reader->paths[reader->next++];
	reader->line = 0;
	reader->file = strcmp(reader->path, "-") == 0 ? stdin :
		fopen(reader->path, "re");
	if (reader->file != NULL)
		return 1;
	*error_r = g_strdup_printf("%s: %s", reader->path, g_strerror(errno));
	return -1;
}

static void close_file(struct reader *reader)
{
	if (reader->file != NULL && reader->file != stdin)
		fclose(reader->file);
	reader->file = NULL;
}

static int refuse(struct reader *reader, const char *line, const char *why,
		  char **error_r)
{
	g_autofree char *safe = warden_facts_sanitise(line, strlen(line), 80,
						      FALSE);

	*error_r = g_strdup_printf("%s:%" G_GUINT64_FORMAT ": '%s' is %s; "
				   "nothing was imported", reader->path,
				   reader->line, safe, why);
	return -1;
}

static int next_indicator(void *context, struct warden_indicator *indicator,
			  char **error_r)
{
	struct reader *reader = context;
	char buf[LINE_MAX_BYTES + 3];
	const char *why;

	for (;;) {
		if (reader->file == NULL) {
			int ret = open_next(reader, error_r);

			if (ret == 0 && reader->found == 0) {
				*error_r = g_strdup_printf("%s: holds no "
					"indicator; nothing was imported",
					reader->path);
				return -1;
			}
			if (ret <= 0)
				return ret;
		}
		if (fgets(buf, sizeof(buf), reader->file) == NULL) {
			if (ferror(reader->file)) {
				*error_r = g_strdup_printf("%s: %s",
					reader->path, g_strerror(errno));
				return -1;
			}
			close_file(reader);
			continue;
		}
		reader->line++;
		gsize length = strlen(buf);
		/* a NUL hides the line's end */
		if (length == 0 || (buf[length - 1] != '\n' &&
				    !feof(reader->file)))
			return refuse(reader, buf, length > LINE_MAX_BYTES ?
				      "too long a line" :
				      "cut by a NUL character", error_r);
		g_strstrip(buf);
		if (buf[0] == '\0' || buf[0] == '#' || buf[0] == ';')
			continue;
		g_autofree char *line = g_strdup(buf);
		int ret = !g_utf8_validate(buf, -1, NULL) ? -1 :
			parse_line(reader, line, indicator, &why);
		if (ret > 0) {
			reader->found++;
			return 1;
		}
		if (ret < 0)
			return refuse(reader, buf,
				      g_utf8_validate(buf, -1, NULL) ? why :
				      "not UTF-8", error_r);
	}
}

/* --- the commands -------------------------------------------------------------------- */

static int import(struct cli_options *options, struct warden_store *store,
		  enum format format)
{
	struct reader reader = {
		.paths = options->argv + 1, .count = options->argc - 1,
		.format = format,
	};
	g_autofree char *name = options->name != NULL ?
		g_strdup(options->name) :
		strcmp(options->argv[1], "-") == 0 ? g_strdup("stdin") :
		g_path_get_basename(options->argv[1]);
	guint64 count = 0;
	char *error = NULL;
	int ret = warden_store_feed_replace(store, name, options->argv[1],
					    options->allow, next_indicator,
					    &reader, &count, &error);

	close_file(&reader);
	g_free(reader.value);
	if (ret < 0)
		return cli_failed(options, error);
	if (options->json) {
		g_autoptr(JsonBuilder) builder = json_builder_new();

		json_builder_begin_object(builder);
		cli_member(builder, "name", name);
		cli_member_int(builder, "indicators", (gint64)count);
		json_builder_end_object(builder);
		cli_print_json(builder);
	} else {
		printf("%s: %" G_GUINT64_FORMAT " indicators in force\n",
		       name, count);
	}
	return CLI_OK;
}

static void print_feed(const struct warden_feed *feed, void *context)
{
	const struct cli_options *options = context;
	g_autofree char *utc = cli_time_utc(feed->imported);
	g_autofree char *local = cli_time_local(feed->imported);

	if (options->json) {
		g_autoptr(JsonBuilder) builder = json_builder_new();

		json_builder_begin_object(builder);
		cli_member(builder, "name", feed->name);
		cli_member(builder, "source", feed->source);
		cli_member(builder, "kind", feed->allow ? "allow" : "deny");
		cli_member(builder, "imported", utc);
		cli_member_int(builder, "indicators",
			       (gint64)feed->indicators);
		json_builder_end_object(builder);
		cli_print_json(builder);
		return;
	}
	g_autofree char *name = cli_cell(feed->name, 24);
	g_autofree char *source = cli_cell(feed->source, 40);
	printf("%s %-5s %9" G_GUINT64_FORMAT "  %s  %s\n", name,
	       feed->allow ? "allow" : "deny", feed->indicators, local,
	       g_strchomp(source));
}

static int list(struct cli_options *options, struct warden_store *store)
{
	char *error = NULL;

	if (warden_store_feed_list(store, print_feed, options, &error) < 0)
		return cli_failed(options, error);
	return CLI_OK;
}

static int remove_feeds(struct cli_options *options,
			struct warden_store *store)
{
	int status = CLI_OK;

	for (int i = 1; i < options->argc; i++) {
		char *error = NULL;
		int ret = warden_store_feed_remove(store, options->argv[i],
						   &error);

		if (ret < 0)
			return cli_failed(options, error);
		if (ret == 0)
			status = cli_failed(options, g_strdup_printf(
				"there is no feed '%s'", options->argv[i]));
	}
	return status;
}

static int run(struct cli_options *options, const char *verb,
	       enum format format)
{
	struct warden_store *store = NULL;
	bool lists = strcmp(verb, "list") == 0;
	int status = cli_open(options, lists ? WARDEN_STORE_READ :
			      WARDEN_STORE_WRITE, &store);

	if (status < 0 && lists)
		status = list(options, store);
	else if (status < 0 && strcmp(verb, "remove") == 0)
		status = remove_feeds(options, store);
	else if (status < 0)
		status = import(options, store, format);
	cli_close(options, &store);
	return status;
}

int warden_cli_feed(int argc, char **argv)
{
	struct cli_options options;
	int status = cli_options_parse(argc, argv, CLI_TAKES_FEED, usage,
				       &options);
	enum format format = FORMAT_AUTO;
	const char *verb;

	if (status >= 0)
		return status;
	verb = options.argc == 0 ? "" : options.argv[0];
	if (strcmp(verb, "import") != 0 && strcmp(verb, "list") != 0 &&
	    strcmp(verb, "remove") != 0)
		return cli_usage_error(&options,
				       "import, list or remove is wanted");
	if (strcmp(verb, "list") == 0 ? options.argc > 1 : options.argc < 2)
		return cli_usage_error(&options, "%s: %s", verb,
				       options.argc > 1 ? "too many words" :
				       "a name or file is missing");
	if (options.format != NULL) {
		for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
			if (strcmp(formats[i], options.format) == 0 ||
			    (i == FORMAT_HOST &&
			     strcmp("domain", options.format) == 0)) {
				format = (enum format)i;
				return run(&options, verb, format);
			}
		}
		return cli_usage_error(&options, "--format: '%s' is unknown",
				       options.format);
	}
	return run(&options, verb, format);
}
