#include "warden-config.h"

#include "cli-commands.h"
#include "cli-feed-source.h"
#include "cli-output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HUNT_LIMIT 100000

static const char hunt_usage[] =
	"usage: warden hunt KIND:VALUE... [OPTIONS]\n"
	"\n"
	"Who has it? Lists every stored copy of mail with\n"
	"\n"
	"  sha256:HASH      a file with this SHA-256, at any depth\n"
	"  sha256:@FILE     the same, of a file here\n"
	"  tlsh:DIGEST      a file like this one, by its TLSH digest; ~N"
	" behind it: at\n                   most so far (default 50, 0 as good as"
	" the same)\n"
	"  url:URL          a link to exactly this URL\n"
	"  host:NAME        a link to this host\n"
	"  domain:NAME      a link to this host or one below it\n"
	"  sender:ADDRESS   this envelope sender or From (@DOMAIN: anybody"
	" there)\n"
	"  subject:TEXT     this in the subject\n"
	"  message-id:ID    this Message-ID\n"
	"  key:KEY          this message (its key, or the first half)\n"
	"\n"
	"Several are a union: each copy once.\n"
	"\n"
	"  --all  also copies that are gone, or were never saved\n"
	"  --since TIME, --until TIME, --user NAME, --verdict V, --action A,"
	" --mailbox NAME,\n"
	"  --limit N, --json, --config FILE, --database FILE: as for list\n"
	"\n"
	"Example: warden hunt host:login.example.net --since 30d\n"
	"Exit status: 0 done (also when nothing was found), 1 the database"
	" could not be\nread, 2 usage.\n";

struct hunting {
	const struct cli_options *options;
	GPtrArray *hunts;	/* struct warden_hunt, owned */
	GPtrArray *texts;	/* the same as text, owned: "sha256:…" */
	guint limit;
	GHashTable *seen;	/* ids of deliveries: hunts overlap */
	GHashTable *users;	/* names, owned */
};

/* --- what is asked for ---------------------------------------------------------- */

/* "sha256:@FILE" is the file's own hash. Owned by the caller; NULL with
   *error_r. */
static char *resolve_file(const char *text, char **error_r)
{
	static const char prefix[] = "sha256:@";
	g_autofree char *hash = NULL, *why = NULL;
	const char *path = text + strlen(prefix);
	int fd;

	if (!g_str_has_prefix(text, prefix))
		return g_strdup(text);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		*error_r = g_strdup_printf("%s: %s", text, g_strerror(errno));
		return NULL;
	}
	hash = cli_feed_hash(fd, &why);
	close(fd);
	if (hash == NULL)
		*error_r = g_strdup_printf("%s: %s", text, why);
	return hash == NULL ? NULL : g_strconcat("sha256:", hash, NULL);
}

/* What the hunt asks for, and the filters beside it. */
static void add_filters(struct warden_query *query,
			const struct warden_query *filters)
{
	struct warden_query both = *filters;

	if (query->sha256 != NULL)
		both.sha256 = query->sha256;
	if (query->fuzzy != NULL) {
		both.fuzzy = query->fuzzy;
		both.fuzzy_distance = query->fuzzy_distance;
	}
	if (query->key != NULL) {
		both.key = query->key;
		both.key_size = query->key_size;
	}
	if (query->url != NULL)
		both.url = query->url;
	if (query->host != NULL)
		both.host = query->host;
	if (query->domain != NULL)
		both.domain = query->domain;
	if (query->sender != NULL)
		both.sender = query->sender;
	if (query->subject != NULL)
		both.subject = query->subject;
	if (query->message_id != NULL)
		both.message_id = query->message_id;
	/* Which copies count is known only when they are seen. */
	both.limit = G_MAXINT;
	*query = both;
}

static void hunt_free(void *hunt)
{
	warden_hunt_free(hunt);
}

/* All of them, before anything is printed. The status, or -1. */
static int parse_hunts(struct cli_options *options, struct hunting *hunting)
{
	for (int i = 0; i < options->argc; i++) {
		struct warden_hunt *hunt;
		char *error = NULL;
		char *text = resolve_file(options->argv[i], &error);

		if (text == NULL)
			return cli_failed(options, error);
		g_ptr_array_add(hunting->texts, text);
		if (warden_hunt_parse(text, &hunt, &error) < 0) {
			g_autofree char *why = error;

			return cli_usage_error(options, "%s", why);
		}
		add_filters(&hunt->query, &options->query);
		g_ptr_array_add(hunting->hunts, hunt);
	}
	return -1;
}

/* --- what is found ------------------------------------------------------------------ */

/* Stands somewhere, or may: how its save ended is not known. */
static bool is_live(const struct warden_copy *copy)
{
	return strcmp(copy->state, "stored") == 0 ||
		strcmp(copy->state, "intended") == 0;
}

static bool found_copy(const struct warden_copy *copy, void *context)
{
	struct hunting *hunting = context;
	gint64 *id;

	if (!hunting->options->all && !is_live(copy))
		return TRUE;
	if (g_hash_table_contains(hunting->seen, &copy->delivery_id))
		return TRUE;
	if (g_hash_table_size(hunting->seen) == hunting->limit)
		return FALSE;
	if (hunting->options->json) {
		cli_print_copy_json(copy);
	} else {
		if (g_hash_table_size(hunting->seen) == 0)
			cli_print_copy_header();
		cli_print_copy(copy);
	}
	id = g_new(gint64, 1);
	*id = copy->delivery_id;
	g_hash_table_add(hunting->seen, id);
	g_hash_table_add(hunting->users, g_strdup(copy->user));
	return TRUE;
}

static void print_summary(const struct hunting *hunting)
{
	guint copies = g_hash_table_size(hunting->seen);
	guint users = g_hash_table_size(hunting->users);

	if (copies == 0) {
		puts("Nobody has it.");
		return;
	}
	if (copies == hunting->limit)
		printf("(only %u; more with --limit)\n", copies);
	printf("%u %s, %u %s. To put them into their owners' Quarantine:\n"
	       "doveadm warden pull", copies, copies == 1 ? "copy" : "copies",
	       users, users == 1 ? "user" : "users");
	for (guint i = 0; i < hunting->texts->len; i++) {
		g_autofree char *word =
			g_shell_quote(hunting->texts->pdata[i]);

		printf(" %s", word);
	}
	putchar('\n');
}

static int run_hunts(struct cli_options *options, struct hunting *hunting)
{
	struct warden_store *store = NULL;
	char *error = NULL;
	int status = cli_open(options, WARDEN_STORE_READ, &store);

	for (guint i = 0; status < 0 && i < hunting->hunts->len; i++) {
		const struct warden_hunt *hunt = hunting->hunts->pdata[i];

		if (warden_store_list(store, &hunt->query, found_copy,
				      hunting, &error) < 0)
			status = cli_failed(options, error);
	}
	if (status < 0 && !options->json)
		print_summary(hunting);
	cli_close(options, &store);
	return status < 0 ? CLI_OK : status;
}

static void hunting_init(struct hunting *hunting,
			 const struct cli_options *options)
{
	hunting->options = options;
	hunting->limit = options->query.limit == 0 ? HUNT_LIMIT :
		options->query.limit;
	hunting->hunts = g_ptr_array_new_with_free_func(hunt_free);
	hunting->texts = g_ptr_array_new_with_free_func(g_free);
	hunting->seen = g_hash_table_new_full(g_int64_hash, g_int64_equal,
					      g_free, NULL);
	hunting->users = g_hash_table_new_full(g_str_hash, g_str_equal,
					       g_free, NULL);
}

static void hunting_deinit(struct hunting *hunting)
{
	g_ptr_array_unref(hunting->hunts);
	g_ptr_array_unref(hunting->texts);
	g_hash_table_unref(hunting->seen);
	g_hash_table_unref(hunting->users);
}

int warden_cli_hunt(int argc, char **argv)
{
	struct cli_options options;
	struct hunting hunting;
	int status = cli_options_parse(argc, argv,
				       CLI_TAKES_FILTERS | CLI_TAKES_HUNT,
				       hunt_usage, &options);

	if (status >= 0)
		return status;
	if (options.argc == 0)
		return cli_usage_error(&options, "a KIND:VALUE is wanted");
	hunting_init(&hunting, &options);
	status = parse_hunts(&options, &hunting);
	if (status < 0)
		status = run_hunts(&options, &hunting);
	hunting_deinit(&hunting);
	return status;
}
