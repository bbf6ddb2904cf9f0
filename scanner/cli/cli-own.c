#include "warden-config.h"

#include "cli-commands.h"
#include "cli-options.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

static const char usage[] =
	"usage: warden allow|deny KIND:VALUE [OPTIONS]\n"
	"       warden allow|deny --list [--json]\n"
	"\n"
	"Lists of one's own, for the whole site, a domain's users or one user."
	"\nKIND is one of sender (an address), domain (of senders), and to deny"
	" also host\n(of links, and all below it) and hash (SHA-256 of a"
	" file).\n"
	"\n"
	"  --user USER      for this user only\n"
	"  --domain DOMAIN  for the users of this domain\n"
	"  --remove         take the entry off the list\n"
	"  --list           print all such lists\n"
	"  --config FILE    the configuration, which names the database\n"
	"  --database FILE  another database\n"
	"  --json           one object a line\n"
	"\n"
	"Exit status: 0; 1 it could not be done; 2 usage or configuration.\n";

/* --- list ------------------------------------------------------------------------ */

static char *entry_text(const struct warden_own_entry *entry)
{
	switch (entry->kind) {
	case WARDEN_KNOWN_SHA256:
		return g_strconcat("hash:", entry->value, NULL);
	case WARDEN_KNOWN_HOST:
		return g_strconcat("host:", entry->value, NULL);
	case WARDEN_KNOWN_SENDER:
		return entry->value[0] == '@' ?
			g_strconcat("domain:", entry->value + 1, NULL) :
			g_strconcat("sender:", entry->value, NULL);
	case WARDEN_KNOWN_URL:
		break;
	}
	return g_strdup(entry->value);
}

static void print_json(const struct warden_own_entry *entry, const char *text)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();
	g_autoptr(JsonGenerator) generator = json_generator_new();

	json_builder_begin_object(builder);
	json_builder_set_member_name(builder, "scope");
	json_builder_add_string_value(builder, entry->scope);
	json_builder_set_member_name(builder, "list");
	json_builder_add_string_value(builder, entry->allow ? "allow" :
				      "deny");
	json_builder_set_member_name(builder, "entry");
	json_builder_add_string_value(builder, text);
	json_builder_end_object(builder);
	g_autoptr(JsonNode) root = json_builder_get_root(builder);
	json_generator_set_root(generator, root);
	g_autofree char *line = json_generator_to_data(generator, NULL);
	puts(line);
}

static void print_entry(const struct warden_own_entry *entry, void *context)
{
	const struct cli_options *options = context;
	g_autofree char *text = entry_text(entry);

	if (entry->allow != (strcmp(options->command, "allow") == 0))
		return;
	if (options->json)
		print_json(entry, text);
	else
		printf("%-30s %s\n", entry->scope, text);
}

static int list(struct cli_options *options)
{
	struct warden_store *store = NULL;
	char *error = NULL;
	int status = cli_open(options, WARDEN_STORE_READ, &store);

	if (status < 0)
		status = warden_store_own_list(store, print_entry, options,
					       &error) < 0 ?
			cli_failed(options, error) : CLI_OK;
	cli_close(options, &store);
	return status;
}

/* --- change ---------------------------------------------------------------------- */

static bool is_domain(const char *text)
{
	return text[0] != '\0' && strpbrk(text, "@ /:") == NULL &&
		strchr(text, '.') != NULL;
}

/* value_r: owned by the caller. FALSE: no such kind, or no such value. */
static bool parse_entry(const char *text, enum warden_known_kind *kind_r,
			char **value_r)
{
	const char *colon = strchr(text, ':');

	if (colon == NULL)
		return FALSE;
	g_autofree char *lower = g_utf8_strdown(colon + 1, -1);
	const char *at = strrchr(lower, '@');

	if (g_str_has_prefix(text, "sender:")) {
		*kind_r = WARDEN_KNOWN_SENDER;
		*value_r = g_strdup(lower);
		return at != NULL && at != lower && is_domain(at + 1);
	}
	if (g_str_has_prefix(text, "domain:")) {
		*kind_r = WARDEN_KNOWN_SENDER;
		*value_r = g_strconcat("@", lower, NULL);
		return is_domain(lower);
	}
	if (g_str_has_prefix(text, "host:")) {
		*kind_r = WARDEN_KNOWN_HOST;
		*value_r = g_strdup(lower);
		return is_domain(lower);
	}
	*kind_r = WARDEN_KNOWN_SHA256;
	*value_r = g_strdup(lower);
	return g_str_has_prefix(text, "hash:") && strlen(lower) == 64 &&
		strspn(lower, "0123456789abcdef") == 64;
}

static char *scope_of(const struct cli_options *options)
{
	if (options->query.user != NULL) {
		g_autofree char *lower =
			g_utf8_strdown(options->query.user, -1);

		return g_strconcat("user:", lower, NULL);
	}
	if (options->query.domain != NULL) {
		g_autofree char *lower =
			g_utf8_strdown(options->query.domain, -1);

		return g_strconcat("domain:", lower, NULL);
	}
	return g_strdup("site");
}

/* Allowed and denied at once would be neither. */
static int change(struct warden_store *store,
		  const struct warden_own_entry *entry, bool remove,
		  char **error_r)
{
	struct warden_own_entry other = *entry;

	other.allow = !entry->allow;
	if (!remove && warden_store_own_set(store, &other, TRUE, error_r) < 0)
		return -1;
	return warden_store_own_set(store, entry, remove, error_r);
}

static int set(struct cli_options *options)
{
	g_autofree char *scope = scope_of(options);
	g_autofree char *value = NULL, *object = NULL;
	struct warden_store *store = NULL;
	struct warden_own_entry entry = {
		.scope = scope,
		.allow = strcmp(options->command, "allow") == 0,
	};
	char *error = NULL;
	int status, ret;

	if (options->query.user != NULL && options->query.domain != NULL)
		return cli_usage_error(options, "--user or --domain, not both");
	if (!parse_entry(options->argv[0], &entry.kind, &value))
		return cli_usage_error(options, "'%s' is none of"
			" sender:ADDRESS, domain:DOMAIN, host:HOST,"
			" hash:SHA256", options->argv[0]);
	if (entry.allow && entry.kind != WARDEN_KNOWN_SENDER)
		return cli_usage_error(options, "'%s': files and hosts are"
			" allowed with 'warden feed import --allow'",
			options->argv[0]);
	entry.value = value;
	object = g_strdup_printf("%s for %s", options->argv[0], scope);
	status = cli_open(options, WARDEN_STORE_WRITE, &store);
	if (status >= 0)
		return status;
	ret = change(store, &entry, options->remove, &error);
	if (ret > 0 && warden_store_audit(
			    store, g_get_user_name(), options->command,
			    object, options->remove ? "removed" : "",
			    &error) < 0)
		ret = -1;
	if (ret == 0)
		fprintf(stderr, "warden %s: %s is as it was\n",
			options->command, object);
	status = ret < 0 ? cli_failed(options, error) : CLI_OK;
	cli_close(options, &store);
	return status;
}

int warden_cli_own(int argc, char **argv)
{
	struct cli_options options;
	int status = cli_options_parse(argc, argv, CLI_TAKES_OWN, usage,
				       &options);

	if (status >= 0)
		return status;
	if (options.list)
		return list(&options);
	if (options.argc != 1)
		return cli_usage_error(&options, "one KIND:VALUE is needed");
	return set(&options);
}
