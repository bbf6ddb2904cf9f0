#include "warden-config.h"

#include "cli-commands.h"
#include "cli-output.h"
#include "cli-report.h"

#include <stdio.h>
#include <string.h>

#define COPIES_MAX 1000
#define KEY_DIGITS_MIN 8

static const char usage[] =
	"usage: warden show ID|KEY [OPTIONS]\n"
	"\n"
	"Show everything that is known of a message: why it was judged as it"
	" was, its files\nand links, and where its copies stand. ID is a number"
	" from 'warden list', KEY the\nmessage key (SHA-256) or its first"
	" digits, at least 8, an even number.\n"
	"\n"
	"  --json  one object\n"
	"  --config FILE, --database FILE\n"
	"\n"
	"Example: warden show 4711\n"
	"Exit status: 0 done, 1 no such message or the database could not be"
	" read, 2 usage.\n";

struct shown {
	struct cli_options *options;
	struct warden_store *store;
	guint8 key[WARDEN_SHA256_SIZE];
	bool have_key;
	bool ambiguous;		/* several messages begin like this */
	const struct warden_stored_message *message;
	char *error;		/* while copies were printed */
	guint copies;
	JsonBuilder *builder;	/* NULL: for people */
};

static void heading(const char *text)
{
	bool colour = cli_use_colour();

	printf("\n%s%s%s\n", colour ? "\033[1m" : "", text,
	       colour ? "\033[0m" : "");
}

static bool take_key(const struct warden_copy *copy, void *context)
{
	struct shown *shown = context;

	if (shown->copies++ == 0) {
		shown->have_key = copy->key != NULL;
		if (shown->have_key)
			memcpy(shown->key, copy->key, sizeof(shown->key));
		return TRUE;
	}
	shown->ambiguous = copy->key != NULL && shown->have_key &&
		memcmp(shown->key, copy->key, sizeof(shown->key)) != 0;
	return !shown->ambiguous;
}

/* What was found for a copy; NULL if it cannot be had. */
static struct warden_stored_copy *
load_copy(struct shown *shown, const struct warden_copy *place)
{
	struct warden_stored_copy *copy = NULL;

	if (shown->error == NULL)
		(void)warden_store_load_copy(shown->store, shown->message,
					     place->delivery_id, &copy,
					     &shown->error);
	return copy;
}

static bool has_finding(const GPtrArray *findings,
			const struct warden_finding *wanted)
{
	for (guint i = 0; i < findings->len; i++) {
		const struct warden_finding *finding = findings->pdata[i];

		if (strcmp(finding->symbol, wanted->symbol) == 0 &&
		    strcmp(finding->part, wanted->part) == 0 &&
		    strcmp(finding->detail, wanted->detail) == 0 &&
		    finding->score == wanted->score)
			return TRUE;
	}
	return FALSE;
}

/* Where it differs from the message. */
static void print_own(struct shown *shown, const struct warden_copy *place)
{
	const struct warden_stored_message *message = shown->message;
	struct warden_stored_copy *copy = load_copy(shown, place);

	if (copy == NULL)
		return;
	if (copy->score != message->score ||
	    copy->recorded != message->verdict)
		printf("          for this recipient %s, score %.1f%s%s\n",
		       place->verdict, copy->score,
		       *copy->reason != '\0' ? ": " : "", copy->reason);
	for (guint i = 0; i < copy->findings->len; i++) {
		const struct warden_finding *finding =
			copy->findings->pdata[i];
		g_autofree char *detail = warden_report_safe(finding->detail);

		if (!has_finding(message->findings, finding))
			printf("          %+6.1f  %s%s%s\n", finding->score,
			       finding->symbol, *detail != '\0' ? ": " : "",
			       detail);
	}
	warden_stored_copy_free(copy);
}

static bool print_place(const struct warden_copy *copy, void *context)
{
	g_autofree char *time = cli_time_local(copy->time);
	g_autofree char *user = warden_report_safe(copy->user);
	g_autofree char *mailbox = warden_report_safe(
		copy->mailbox[0] != '\0' ? copy->mailbox :
		copy->wanted_mailbox);

	g_autofree char *sender = warden_report_safe(copy->sender);

	printf("  %s  %s, %s", time, user, mailbox);
	if (copy->uid != 0)
		printf(" (UID %u)", copy->uid);
	printf("  %s by %s, %s, %s", copy->operation, copy->service,
	       copy->action, copy->state);
	if (*sender != '\0')
		printf(", from <%s>", sender);
	puts("");
	print_own(context, copy);
	return TRUE;
}

/* --- for people ------------------------------------------------------------------ */

static void print_field(const char *name, const char *value)
{
	g_autofree char *safe = warden_report_safe(value);

	if (*safe != '\0')
		printf("%-10s %s\n", name, safe);
}

static void print_findings(const struct shown *shown,
			   const struct warden_stored_message *message)
{
	heading("Why");
	if (message->findings->len == 0)
		puts("  nothing was found");
	for (guint i = 0; i < message->findings->len; i++) {
		const struct warden_finding *finding =
			message->findings->pdata[i];
		g_autofree char *detail = warden_report_safe(finding->detail);
		g_autofree char *part = warden_report_safe(finding->part);

		printf("  %+6.1f  %s%s%s%s\n          %s\n", finding->score,
		       finding->symbol, finding->technique[0] != '\0' ?
		       "  (" : "", finding->technique,
		       finding->technique[0] != '\0' ? ")" : "",
		       warden_policy_reason(shown->options->config->policy,
					    finding->symbol));
		if (*detail != '\0')
			printf("          %s%s%s\n", detail,
			       *part != '\0' ? ", part " : "", part);
	}
}

static void print_facts(const struct warden_facts *facts)
{
	if (facts->parts->len > 0)
		heading("Files and parts");
	for (guint i = 0; i < facts->parts->len; i++) {
		const struct warden_part *part = facts->parts->pdata[i];
		g_autofree char *hash = cli_hex(part->sha256,
						WARDEN_SHA256_SIZE);
		g_autofree char *path = warden_report_safe(part->path);
		g_autofree char *name = warden_report_safe(part->name);
		g_autofree char *declared = warden_report_safe(
			strcmp(part->declared_type, part->detected_type) ==
			0 ? "" : part->declared_type);

		printf("  %-8s %s%s%s%s%s%s, %" G_GUINT64_FORMAT " bytes\n"
		       "           %s\n", path, name,
		       *name != '\0' ? ", " : "", part->detected_type,
		       *declared != '\0' ? " (declared " : "", declared,
		       *declared != '\0' ? ")" : "", part->size, hash);
		if (part->fuzzy[0] != '\0')
			printf("           tlsh:%s\n", part->fuzzy);
	}
	if (facts->urls->len > 0)
		heading("Links");
	for (guint i = 0; i < facts->urls->len; i++) {
		const struct warden_url *url = facts->urls->pdata[i];
		g_autofree char *bare = cli_defang(url->url);
		g_autofree char *safe = warden_report_safe(bare);

		printf("  %s\n", safe);
	}
	if (facts->unscanned->len > 0)
		heading("Not looked at");
	for (guint i = 0; i < facts->unscanned->len; i++) {
		const struct warden_unscanned *unscanned =
			facts->unscanned->pdata[i];

		g_autofree char *part = warden_report_safe(unscanned->part);
		printf("  part %s: %s\n", *part != '\0' ? part : "(message)",
		       unscanned->reason);
	}
}

static void print_message(const struct shown *shown,
			  const struct warden_stored_message *message,
			  const struct warden_facts *facts)
{
	g_autofree char *key = cli_hex(message->key, WARDEN_SHA256_SIZE);
	g_autofree char *seen = cli_time_local(message->first_seen);
	g_autofree char *from = message->from_name[0] != '\0' ?
		g_strdup_printf("%s <%s>", message->from_name,
				message->from_address) :
		g_strdup(message->from_address);
	const char *verdict = warden_verdict_name(message->verdict);

	printf("%s%s%s, score %.1f: %s\n\n", cli_verdict_colour(verdict),
	       verdict, cli_colour_end(), message->score, message->reason);
	print_field("Subject", message->subject);
	print_field("From", from);
	print_field("Message-ID", message->message_id);
	print_field("First seen", seen);
	print_field("Key", key);
	print_findings(shown, message);
	print_facts(facts);
}

/* --- for programs ------------------------------------------------------------------ */

static void begin_list(JsonBuilder *builder, const char *name)
{
	json_builder_set_member_name(builder, name);
	json_builder_begin_array(builder);
}

static void findings_json(JsonBuilder *builder,
			  const struct warden_policy *policy,
			  const GPtrArray *findings)
{
	begin_list(builder, "findings");
	for (guint i = 0; i < findings->len; i++) {
		const struct warden_finding *finding = findings->pdata[i];

		json_builder_begin_object(builder);
		cli_member(builder, "symbol", finding->symbol);
		cli_member_real(builder, "score", finding->score);
		cli_member(builder, "family", finding->family);
		cli_member(builder, "technique", finding->technique);
		cli_member(builder, "detail", finding->detail);
		cli_member(builder, "part", finding->part);
		cli_member(builder, "reason",
			   warden_policy_reason(policy, finding->symbol));
		json_builder_end_object(builder);
	}
	json_builder_end_array(builder);
}

static void facts_json(JsonBuilder *builder, const struct warden_facts *facts)
{
	begin_list(builder, "parts");
	for (guint i = 0; i < facts->parts->len; i++) {
		const struct warden_part *part = facts->parts->pdata[i];
		g_autofree char *hash = cli_hex(part->sha256,
						WARDEN_SHA256_SIZE);

		json_builder_begin_object(builder);
		cli_member(builder, "path", part->path);
		cli_member(builder, "name", part->name);
		cli_member(builder, "declared_type", part->declared_type);
		cli_member(builder, "detected_type", part->detected_type);
		cli_member_int(builder, "size", (gint64)part->size);
		cli_member(builder, "sha256", hash);
		cli_member(builder, "tlsh", part->fuzzy);
		json_builder_end_object(builder);
	}
	json_builder_end_array(builder);
	begin_list(builder, "urls");
	for (guint i = 0; i < facts->urls->len; i++) {
		const struct warden_url *url = facts->urls->pdata[i];

		json_builder_begin_object(builder);
		cli_member(builder, "url", url->url);
		cli_member(builder, "host", url->host);
		cli_member(builder, "text", url->text);
		cli_member(builder, "source", url->source);
		json_builder_end_object(builder);
	}
	json_builder_end_array(builder);
	begin_list(builder, "unscanned");
	for (guint i = 0; i < facts->unscanned->len; i++) {
		const struct warden_unscanned *unscanned =
			facts->unscanned->pdata[i];

		json_builder_begin_object(builder);
		cli_member(builder, "part", unscanned->part);
		cli_member(builder, "reason", unscanned->reason);
		json_builder_end_object(builder);
	}
	json_builder_end_array(builder);
}

static void message_json(struct shown *shown,
			 const struct warden_stored_message *message,
			 const struct warden_facts *facts)
{
	JsonBuilder *builder = shown->builder;
	g_autofree char *key = cli_hex(message->key, WARDEN_SHA256_SIZE);
	g_autofree char *seen = cli_time_utc(message->first_seen);

	cli_member(builder, "message_key", key);
	cli_member(builder, "subject", message->subject);
	cli_member(builder, "from_name", message->from_name);
	cli_member(builder, "from", message->from_address);
	cli_member(builder, "message_id", message->message_id);
	cli_member_int(builder, "size", (gint64)message->size);
	cli_member(builder, "first_seen", seen);
	cli_member(builder, "verdict", warden_verdict_name(message->verdict));
	cli_member_real(builder, "score", message->score);
	cli_member(builder, "reason", message->reason);
	cli_member_int(builder, "rules_epoch", message->epoch.rules);
	findings_json(builder, shown->options->config->policy,
		      message->findings);
	facts_json(builder, facts);
}

static bool place_json(const struct warden_copy *copy, void *context)
{
	struct shown *shown = context;
	struct warden_stored_copy *own = load_copy(shown, copy);
	JsonBuilder *builder = shown->builder;
	g_autofree char *time = cli_time_utc(copy->time);

	json_builder_begin_object(builder);
	cli_member_int(builder, "delivery_id", copy->delivery_id);
	cli_member(builder, "time", time);
	cli_member(builder, "user", copy->user);
	cli_member(builder, "mailbox", copy->mailbox[0] != '\0' ?
		   copy->mailbox : copy->wanted_mailbox);
	cli_member_int(builder, "uid", copy->uid);
	cli_member(builder, "wanted_mailbox", copy->wanted_mailbox);
	cli_member(builder, "guid", copy->guid);
	cli_member(builder, "sender", copy->sender);
	cli_member(builder, "recipient", copy->recipient);
	cli_member(builder, "state", copy->state);
	cli_member(builder, "operation", copy->operation);
	cli_member(builder, "service", copy->service);
	cli_member(builder, "verdict", copy->verdict);
	cli_member(builder, "action", copy->action);
	if (own != NULL) {
		cli_member_real(builder, "score", own->score);
		cli_member(builder, "reason", own->reason);
		findings_json(builder, shown->options->config->policy,
			      own->findings);
	}
	warden_stored_copy_free(own);
	json_builder_end_object(builder);
	return TRUE;
}

/* --- the command ----------------------------------------------------------------------- */

static int list_copies(struct shown *shown, char **error_r)
{
	struct warden_query query = {
		.key = shown->key, .key_size = sizeof(shown->key),
		.limit = COPIES_MAX,
	};
	int ret;

	if (shown->builder == NULL) {
		heading("Copies");
		return warden_store_list(shown->store, &query, print_place,
					 shown, error_r);
	}
	begin_list(shown->builder, "copies");
	ret = warden_store_list(shown->store, &query, place_json, shown,
				error_r);
	json_builder_end_array(shown->builder);
	return ret;
}

static int show_message(struct shown *shown, char **error_r)
{
	struct warden_stored_message *message;
	g_autoptr(warden_facts) facts = NULL;
	int ret = warden_store_lookup_message(shown->store, shown->key,
					      sizeof(shown->key), &message,
					      error_r);

	if (ret <= 0)
		return ret;
	ret = warden_store_load_facts(shown->store, message->id, &facts,
				      error_r);
	if (ret > 0 && shown->builder != NULL) {
		json_builder_begin_object(shown->builder);
		message_json(shown, message, facts);
	} else if (ret > 0) {
		print_message(shown, message, facts);
	}
	shown->message = message;
	if (ret > 0)
		ret = list_copies(shown, error_r);
	if (ret > 0 && shown->error != NULL) {
		*error_r = shown->error;
		ret = -1;
	}
	if (ret > 0 && shown->builder != NULL) {
		json_builder_end_object(shown->builder);
		cli_print_json(shown->builder);
	}
	warden_stored_message_free(message);
	return ret;
}

static bool set_query(const char *word, guint8 *key,
		      struct warden_query *query)
{
	char *end;

	query->delivery_id = g_ascii_strtoll(word, &end, 10);
	if (g_ascii_isdigit(*word) && *end == '\0' &&
	    strlen(word) < KEY_DIGITS_MIN + 2 && query->delivery_id > 0)
		return TRUE;
	query->delivery_id = 0;
	query->key = key;
	return strlen(word) >= KEY_DIGITS_MIN &&
		cli_parse_hex(word, key, WARDEN_SHA256_SIZE,
			      &query->key_size);
}

static int show(struct shown *shown, const struct warden_query *query)
{
	const char *word = shown->options->argv[0];
	char *error = NULL;
	int ret;

	if (warden_store_list(shown->store, query, take_key, shown,
			      &error) < 0)
		return cli_failed(shown->options, error);
	if (shown->copies == 0)
		return cli_failed(shown->options, g_strdup_printf(
			"no message '%s'", word));
	if (shown->ambiguous)
		return cli_failed(shown->options, g_strdup_printf(
			"several messages' keys begin with '%s'", word));
	if (!shown->have_key)
		return cli_failed(shown->options, g_strdup_printf(
			"'%s' was saved without being judged", word));
	ret = show_message(shown, &error);
	if (ret < 0)
		return cli_failed(shown->options, error);
	return ret > 0 ? CLI_OK : CLI_FAILED;
}

int warden_cli_show(int argc, char **argv)
{
	struct cli_options options;
	struct shown shown = { .options = &options };
	struct warden_query query = { .limit = COPIES_MAX };
	guint8 key[WARDEN_SHA256_SIZE];
	int status = cli_options_parse(argc, argv, 0, usage, &options);

	if (status >= 0)
		return status;
	if (options.argc != 1)
		return cli_usage_error(&options, "one ID or KEY is wanted");
	if (!set_query(options.argv[0], key, &query))
		return cli_usage_error(&options, "'%s' is no ID and no KEY",
				       options.argv[0]);
	status = cli_open(&options, WARDEN_STORE_READ, &shown.store);
	if (status < 0) {
		shown.builder = options.json ? json_builder_new() : NULL;
		status = show(&shown, &query);
		g_clear_object(&shown.builder);
	}
	cli_close(&options, &shown.store);
	return status;
}
