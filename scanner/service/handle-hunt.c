#include "warden-config.h"

#include "handle-private.h"

#include <string.h>

/* --- HUNT ------------------------------------------------------------------ */

static void append_hex(GString *text, const guint8 *data, gsize size)
{
	if (data == NULL)
		g_string_append_c(text, '-');
	for (gsize i = 0; data != NULL && i < size; i++)
		g_string_append_printf(text, "%02x", data[i]);
}

static void append_number(GString *text, guint32 number)
{
	if (number == 0)
		g_string_append(text, " -");
	else
		g_string_append_printf(text, " %u", number);
}

/* The last of a line: it may hold spaces, but must not end the line. */
static void append_name(GString *text, const char *name)
{
	bool usable = name != NULL && name[0] != '\0' &&
		      strchr(name, '\n') == NULL;

	g_string_append_printf(text, " %s", usable ? name : "-");
}

static void append_copy(GString *text, const struct warden_hit *hit)
{
	append_hex(text, hit->key, WARDEN_KEY_SIZE);
	g_string_append_printf(text, " %" G_GINT64_FORMAT " ", hit->id);
	append_hex(text, hit->mailbox_guid, WARDEN_GUID_SIZE);
	append_number(text, hit->uid_validity);
	append_number(text, hit->uid);
	g_string_append_printf(text, " %s", warden_action_name(hit->action));
	append_name(text, hit->wanted_mailbox);
}

/* FALSE when the page is full: the line goes to the next one. */
static bool add_line(GString *page, const char *line, gsize size)
{
	if (page->len + size + 1 > WARDEN_REPLY_TEXT_MAX)
		return FALSE;
	g_string_append_len(page, line, (gssize)size);
	g_string_append_c(page, '\n');
	return TRUE;
}

static bool add_user(const struct warden_hit *hit, void *context)
{
	return add_line(context, hit->user, strlen(hit->user));
}

static bool add_copy(const struct warden_hit *hit, void *context)
{
	g_autoptr(GString) line = g_string_new(NULL);

	append_copy(line, hit);
	return add_line(context, line->str, line->len);
}

static void answer_hunt(struct warden_exchange *exchange,
			const struct warden_query *query)
{
	struct warden_records *records = exchange->service->records;
	struct warden_store *store = warden_records_store(records);
	bool by_user = exchange->user[0] != '\0';
	GString *page = g_string_new(NULL);
	guint64 cursor = exchange->request->cursor, next;
	char *error = NULL;
	int ret = -1;

	if (store != NULL)
		ret = warden_store_hunt(store, query,
					by_user ? exchange->user : NULL,
					MIN(cursor, G_MAXINT64),
					by_user ? add_copy : add_user, page,
					&next, &error);
	if (ret < 0) {
		if (error != NULL)
			warden_records_failed(records, "hunting", error);
		g_string_free(page, TRUE);
		warden_answer_refuse(exchange, WARDEN_STATUS_TEMPFAIL,
				     "the verdict database is not available");
		return;
	}
	exchange->answer->reply.cursor = next;
	warden_answer_set_text(exchange->answer,
			       g_string_free(page, FALSE));
}

void warden_handle_hunt(struct warden_exchange *exchange)
{
	struct warden_hunt *hunt;
	g_autofree char *error = NULL;

	if (!warden_exchange_is_admin(exchange))
		return;
	if (warden_hunt_parse(exchange->query, &hunt, &error) < 0) {
		warden_answer_refuse(exchange, WARDEN_STATUS_BAD_REQUEST,
				     "HUNT: %s", error);
		return;
	}
	/* What a move left in Quarantine when it was killed, the database may
	   call gone. */
	hunt->query.gone = exchange->request->operation ==
		WARDEN_OPERATION_RESTORE;
	answer_hunt(exchange, &hunt->query);
	warden_hunt_free(hunt);
}

/* --- AUDIT ------------------------------------------------------------------ */

/* Unlike other news it must not be lost: the client is told, and tells. */
void warden_handle_audit(struct warden_exchange *exchange)
{
	struct warden_records *records = exchange->service->records;
	char *error = NULL;

	if (!warden_exchange_is_admin(exchange))
		return;
	if (exchange->what[0] == '\0') {
		warden_answer_refuse(exchange, WARDEN_STATUS_BAD_REQUEST,
				     "AUDIT does not say what was done");
		return;
	}
	struct warden_store *store = warden_records_store(records);
	const char *actor = exchange->actor[0] != '\0' ? exchange->actor :
		"administrator";
	if (store != NULL &&
	    warden_store_audit(store, actor, exchange->what, exchange->query,
			       exchange->comment, &error) >= 0)
		return;
	if (error != NULL)
		warden_records_failed(records, "writing the audit trail",
				      error);
	warden_answer_refuse(exchange, WARDEN_STATUS_TEMPFAIL,
			     "the audit trail cannot be written now");
}
