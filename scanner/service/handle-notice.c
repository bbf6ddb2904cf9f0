/* NOTICE: the message that tells a user what is in Quarantine. */

#include "warden-config.h"

#include "handle-private.h"

#include "log.h"

#include "../core/notice.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#define KEY_SIZE WARDEN_STORE_NOTICE_KEY_SIZE
#define KEY_DIGITS (2 * KEY_SIZE)

/* What a request asks about. */
struct subjects {
	GByteArray *keys;	/* none: a digest */
	guint64 more;		/* mails that are not named */
};

/* --- the request ---------------------------------------------------------- */

/* A notice says who wrote to this user: nobody else's business. */
static bool is_entitled(struct warden_exchange *exchange)
{
	uid_t uid = exchange->connection->peer_uid;
	const struct passwd *account;

	if (exchange->user[0] == '\0') {
		warden_answer_refuse(exchange, WARDEN_STATUS_BAD_REQUEST,
				     "NOTICE without a user");
		return false;
	}
	if (exchange->connection->trusted)
		return true;
	account = getpwuid(uid);
	if (account != NULL && strcmp(account->pw_name, exchange->user) == 0)
		return true;
	warden_answer_refuse(exchange, WARDEN_STATUS_REFUSED,
			     "uid %u is not user %s", (guint)uid,
			     exchange->user);
	return false;
}

static bool add_hex_key(GByteArray *keys, const char *word)
{
	guint8 key[KEY_SIZE];

	if (strlen(word) != KEY_DIGITS)
		return false;
	for (guint i = 0; i < KEY_SIZE; i++) {
		int high = g_ascii_xdigit_value(word[2 * i]);
		int low = g_ascii_xdigit_value(word[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		key[i] = (guint8)(high << 4 | low);
	}
	g_byte_array_append(keys, key, sizeof(key));
	return true;
}

/* query: half keys in hex, and "+n" for n more mails. */
static bool
parse_subjects(struct warden_exchange *exchange, struct subjects *subjects)
{
	const struct warden_request *request = exchange->request;
	g_autofree char *query = g_strndup(
		request->query.data == NULL ? "" : request->query.data,
		request->query.size);
	g_auto(GStrv) words = g_strsplit(query, " ", -1);

	if (request->key_size > 0)
		g_byte_array_append(subjects->keys, request->key, KEY_SIZE);
	for (char **word = words; *word != NULL; word++) {
		if (**word == '\0' || add_hex_key(subjects->keys, *word))
			continue;
		if (**word == '+' && g_ascii_string_to_unsigned(
			*word + 1, 10, 0, G_MAXUINT32, &subjects->more, NULL))
			continue;
		warden_answer_refuse(exchange, WARDEN_STATUS_BAD_REQUEST,
				     "NOTICE: neither a key nor a number: %s",
				     *word);
		return false;
	}
	return true;
}

/* --- facts ---------------------------------------------------------------- */

/* Everything that the items point to. */
struct listing {
	GPtrArray *untold;	/* struct warden_untold */
	GPtrArray *messages;	/* struct warden_stored_message; maybe NULL */
	GPtrArray *files;	/* names; "" */
	struct warden_notice_item *items;
};

/* The strongest finding that argues for the verdict. */
static const struct warden_finding *
find_finding(const struct warden_policy *policy, const GPtrArray *findings,
	     enum warden_verdict verdict)
{
	const struct warden_finding *first = NULL;

	for (guint i = 0; i < findings->len; i++) {
		const struct warden_finding *finding = findings->pdata[i];

		if (first == NULL)
			first = finding;
		if (warden_policy_class(policy, finding->symbol) == verdict)
			return finding;
	}
	return first;
}

/* The name of the part that a finding is about, "" if it has none. */
static char *find_file(struct warden_store *store,
		       const struct warden_stored_message *message,
		       const struct warden_finding *finding)
{
	g_autoptr(warden_facts) facts = NULL;
	g_autofree char *error = NULL;
	const struct warden_part *part = NULL;

	if (finding->part[0] != '\0' && strcmp(finding->family, "link") != 0 &&
	    warden_store_load_facts(store, message->id, &facts, &error) > 0)
		part = warden_facts_find_part(facts, finding->part);
	return g_strdup(part == NULL ? "" : part->name);
}

/* An administrator put it there, whatever it is. */
static bool is_pulled(struct warden_exchange *exchange,
		      struct warden_store *store,
		      const struct warden_stored_message *message)
{
	g_autofree char *error = NULL;

	return warden_store_is_pulled(store, message->key,
				      sizeof(message->key), exchange->user,
				      &error) > 0;
}

/* Why: for this user, or for everybody if nothing is known of the user's copy. */
static void
add_reason(struct warden_exchange *exchange, struct warden_store *store,
	   struct listing *listing, const struct warden_stored_message *message,
	   struct warden_notice_item *item)
{
	const struct warden_policy *policy = warden_policy_for(
		exchange->service->config->policy, exchange->user);
	struct warden_stored_copy *copy = NULL;
	const struct warden_finding *finding;
	g_autofree char *error = NULL;

	(void)warden_store_lookup_copy(store, message, exchange->user, 0,
				       &copy, &error);
	finding = copy == NULL ?
		find_finding(policy, message->findings, message->verdict) :
		find_finding(policy, copy->findings, copy->verdict);
	if (finding != NULL) {
		item->symbol = finding->symbol;
		item->detail = warden_policy_reason(policy, finding->symbol);
		item->file = find_file(store, message, finding);
		g_ptr_array_add(listing->files, (char *)item->file);
	}
	warden_stored_copy_free(copy);
}

/* What the database does not say now is left out: the notice is worth more
   than its details. */
static void
add_item(struct warden_exchange *exchange, struct warden_store *store,
	 struct listing *listing, guint i)
{
	const struct warden_policy *policy = warden_policy_for(
		exchange->service->config->policy, exchange->user);
	const struct warden_untold *untold = listing->untold->pdata[i];
	struct warden_notice_item *item = &listing->items[i];
	struct warden_stored_message *message = NULL;
	g_autofree char *error = NULL;

	*item = (struct warden_notice_item){
		.from_name = untold->from_name,
		.from_address = untold->from_address,
		.subject = untold->subject, .mailbox = untold->mailbox,
		.time_secs = untold->time / G_USEC_PER_SEC,
		.verdict = untold->verdict, .symbol = "", .detail = "",
		.file = "",
		.user_release = warden_policy_may_release(
			policy, untold->verdict, false),
	};
	if (untold->have_key)
		warden_store_lookup_message(store, untold->key,
					    sizeof(untold->key), &message,
					    &error);
	if (message == NULL)
		return;
	if (is_pulled(exchange, store, message)) {
		item->verdict = WARDEN_VERDICT_UNKNOWN;
		item->user_release = false;
	}
	g_ptr_array_add(listing->messages, message);
	add_reason(exchange, store, listing, message, item);
}

static void listing_init(struct warden_exchange *exchange,
			 struct warden_store *store, GPtrArray *untold,
			 struct listing *listing)
{
	listing->untold = untold;
	listing->messages = g_ptr_array_new_with_free_func(
		(GDestroyNotify)warden_stored_message_free);
	listing->files = g_ptr_array_new_with_free_func(g_free);
	listing->items = g_new0(struct warden_notice_item, untold->len);
	for (guint i = 0; i < untold->len; i++)
		add_item(exchange, store, listing, i);
}

static void listing_clear(struct listing *listing)
{
	g_ptr_array_unref(listing->untold);
	g_ptr_array_unref(listing->messages);
	g_ptr_array_unref(listing->files);
	g_free(listing->items);
}

/* --- the message ---------------------------------------------------------- */

static void log_complaints(const char *complaints)
{
	g_auto(GStrv) lines = g_strsplit(complaints, "\n", -1);

	for (char **line = lines; *line != NULL; line++)
		warden_log_warning("notice: %s; the built-in text is used",
				   *line);
}

static char *make_text(struct warden_exchange *exchange,
		       const struct listing *listing, guint64 total,
		       gint64 told)
{
	const struct warden_config *config = exchange->service->config;
	const struct warden_str *asked = &exchange->request->language;
	g_autofree char *language = g_strndup(
		asked->data == NULL ? "" : asked->data, asked->size);
	g_autofree char *seed = g_strdup_printf("%s %" G_GINT64_FORMAT,
						exchange->user, told);
	g_autofree char *id = g_compute_checksum_for_string(
		G_CHECKSUM_SHA256, seed, -1);
	g_autofree char *complaints = NULL;
	g_autoptr(GTimeZone) zone = g_time_zone_new_local();
	struct warden_notice_texts texts;
	struct warden_notice notice = {
		.user = exchange->user, .from = config->notice_from,
		.domain = g_get_host_name(), .quarantine = exchange->mailbox,
		.id = id, .now_secs = told / G_USEC_PER_SEC, .zone = zone,
		.items = listing->items, .count = listing->untold->len,
		.total = (guint)MIN(total, G_MAXUINT),
	};

	/* Half of it is unique enough, and fits on a line. */
	id[strlen(id) / 2] = '\0';
	warden_notice_texts_load(config->notice_folder, language, &texts,
				 &complaints);
	if (complaints != NULL)
		log_complaints(complaints);
	char *text = warden_notice_compose(&texts, &notice);
	warden_notice_texts_clear(&texts);
	return text;
}

static void unavailable(struct warden_exchange *exchange, const char *what,
			char *error)
{
	if (error != NULL)
		warden_records_failed(exchange->service->records, what, error);
	warden_answer_refuse(exchange, WARDEN_STATUS_TEMPFAIL,
			     "the verdict database is not available");
}

static void tell(struct warden_exchange *exchange,
		 const struct subjects *subjects)
{
	struct warden_store *store =
		warden_records_store(exchange->service->records);
	struct warden_notice_claim claim = {
		.user = exchange->user, .keys = subjects->keys->data,
		.keys_count = subjects->keys->len / KEY_SIZE,
		.more = subjects->more,
		.limit = WARDEN_NOTICE_ITEMS_MAX,
	};
	GPtrArray *untold = NULL;
	struct listing listing;
	guint64 total = 0;
	gint64 told = 0;
	char *error = NULL;
	int ret = -1;

	if (store != NULL)
		ret = warden_store_notice_claim(store, &claim, &untold, &total,
						&told, &error);
	if (ret < 0) {
		unavailable(exchange, "looking for what is to be told", error);
		return;
	}
	listing_init(exchange, store, untold, &listing);
	if (ret > 0) {
		warden_answer_set_text(exchange->answer, make_text(
			exchange, &listing, total, told));
		exchange->answer->reply.cursor = told;
	}
	listing_clear(&listing);
}

static void take_back(struct warden_exchange *exchange)
{
	struct warden_store *store =
		warden_records_store(exchange->service->records);
	char *error = NULL;

	if (store == NULL ||
	    warden_store_notice_unclaim(store, exchange->user,
					exchange->request->cursor, &error) < 0)
		unavailable(exchange, "taking back a notice", error);
}

void warden_handle_notice(struct warden_exchange *exchange)
{
	struct subjects subjects = { .more = 0 };

	if (!is_entitled(exchange))
		return;
	if (exchange->request->aborted) {
		take_back(exchange);
		return;
	}
	subjects.keys = g_byte_array_new();
	if (parse_subjects(exchange, &subjects))
		tell(exchange, &subjects);
	g_byte_array_unref(subjects.keys);
}
