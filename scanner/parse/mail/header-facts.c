#include "warden-config.h"

#include "address.h"
#include "header.h"
#include "../lines.h"
#include "mail.h"
#include "words.h"

#include <gmime/gmime.h>
#include <string.h>

#define AUTH_RESULTS_MAX 50u
#define DATE_SIZE_MAX 200u

struct reader {
	struct warden_queue *queue;
	struct warden_charsets *charsets;
	struct warden_header_facts *header;
	guint from_fields, subject_fields;
};

static char *sanitise(const char *text)
{
	return warden_facts_sanitise(text, strlen(text), WARDEN_FACT_TEXT_MAX,
				     FALSE);
}

static void take_from(struct reader *reader, const char *value)
{
	reader->from_fields++;
	warden_addresses_parse(reader->charsets, value, reader->header->from);
}

static void take_reply_to(struct reader *reader, const char *value)
{
	warden_addresses_parse(reader->charsets, value,
			       reader->header->reply_to);
}

static void take_to(struct reader *reader, const char *value)
{
	warden_addresses_parse(reader->charsets, value, reader->header->to);
}

static void warden_address_free_item(void *address)
{
	warden_address_free(address);
}

static void take_sender(struct reader *reader, const char *value)
{
	g_autoptr(GPtrArray) list =
		g_ptr_array_new_with_free_func(warden_address_free_item);

	if (reader->header->sender != NULL)
		return;
	warden_addresses_parse(reader->charsets, value, list);
	if (list->len > 0)
		reader->header->sender = g_ptr_array_steal_index(list, 0);
}

static void take_subject(struct reader *reader, const char *value)
{
	g_autofree char *decoded = NULL;

	/* of several, most clients show the first */
	if (reader->subject_fields++ > 0)
		return;
	decoded = warden_words_decode(reader->charsets, value,
				      WARDEN_FACT_TEXT_MAX, NULL);
	g_free(reader->header->subject);
	reader->header->subject = sanitise(decoded);
}

/* What stands in <>, or all if there are none. */
static char *in_angles(const char *value)
{
	const char *open = strchr(value, '<');
	const char *close = open == NULL ? NULL : strchr(open, '>');
	g_autofree char *inner = NULL;

	if (open != NULL)
		inner = g_strndup(open + 1, close == NULL ? strlen(open + 1) :
				  (gsize)(close - open - 1));
	return sanitise(inner == NULL ? value : g_strstrip(inner));
}

static void take_message_id(struct reader *reader, const char *value)
{
	if (*reader->header->message_id != '\0')
		return;
	g_free(reader->header->message_id);
	reader->header->message_id = in_angles(value);
}

static void take_return_path(struct reader *reader, const char *value)
{
	if (*reader->header->return_path != '\0')
		return;
	g_free(reader->header->return_path);
	reader->header->return_path = in_angles(value);
}

static void take_date(struct reader *reader, const char *value)
{
	g_autofree char *bounded = g_strndup(value, DATE_SIZE_MAX);
	GDateTime *date;

	if (reader->header->date != 0)
		return;
	date = g_mime_utils_header_decode_date(bounded);
	if (date != NULL) {
		reader->header->date = g_date_time_to_unix(date);
		g_date_time_unref(date);
	}
	if (reader->header->date == 0)
		warden_queue_trait(reader->queue, WARDEN_TRAIT_DATE_UNUSABLE,
				   "", bounded);
}

static void take_auth_results(struct reader *reader, const char *value)
{
	GPtrArray *results = reader->header->auth_results;

	if (results->len < AUTH_RESULTS_MAX)
		g_ptr_array_add(results, sanitise(value));
}

static void take_arc_results(struct reader *reader, const char *value)
{
	GPtrArray *results = reader->header->arc_results;

	if (results->len < AUTH_RESULTS_MAX)
		g_ptr_array_add(results, sanitise(value));
}

static void set_once(char **to, char *value)
{
	if (**to != '\0') {
		g_free(value);
		return;
	}
	g_free(*to);
	*to = value;
}

static void take_in_reply_to(struct reader *reader, const char *value)
{
	set_once(&reader->header->in_reply_to, in_angles(value));
}

/* The last ones: the mail that is answered, and those before it. */
static void take_references(struct reader *reader, const char *value)
{
	GPtrArray *references = reader->header->references;
	const char *open = value;

	while ((open = strchr(open, '<')) != NULL) {
		gsize size = strcspn(++open, "> \t");

		if (size > 0 && size < WARDEN_FACT_TEXT_MAX)
			g_ptr_array_add(references, warden_facts_sanitise(
				open, size, WARDEN_FACT_TEXT_MAX, FALSE));
		if (references->len > WARDEN_FACT_REFERENCES_MAX)
			g_ptr_array_remove_index(references, 0);
	}
}

static void take_list_id(struct reader *reader, const char *value)
{
	set_once(&reader->header->list_id, in_angles(value));
}

static void take_list_unsubscribe(struct reader *reader, const char *value)
{
	set_once(&reader->header->list_unsubscribe, sanitise(value));
}

static const struct {
	const char *name;
	void (*take)(struct reader *reader, const char *value);
} fields[] = {
	{ "from", take_from },
	{ "reply-to", take_reply_to },
	{ "to", take_to },
	{ "cc", take_to },
	{ "sender", take_sender },
	{ "subject", take_subject },
	{ "message-id", take_message_id },
	{ "return-path", take_return_path },
	{ "date", take_date },
	{ "authentication-results", take_auth_results },
	{ "arc-authentication-results", take_arc_results },
	{ "in-reply-to", take_in_reply_to },
	{ "references", take_references },
	{ "list-id", take_list_id },
	{ "list-unsubscribe", take_list_unsubscribe },
};

static void take_field(struct reader *reader,
		       const struct warden_header *header, guint index)
{
	const struct warden_field *field = &g_array_index(
		header->fields, struct warden_field, index);
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(fields); i++) {
		if (warden_field_is(header, field, fields[i].name)) {
			g_autofree char *value =
				warden_field_value(header, field);

			fields[i].take(reader, value);
			return;
		}
	}
}

/* The block ends at the first empty line. */
static gsize header_end(const guint8 *data, gsize size, bool bare_cr)
{
	struct warden_line line;
	gsize at = 0;

	while (warden_line_get(data, size, at, bare_cr, &line)) {
		if (line.start == line.end)
			return line.start;
		at = line.next;
	}
	return size;
}

void warden_header_facts_read(struct warden_queue *queue,
			      struct warden_facts *facts, const guint8 *data,
			      gsize size)
{
	struct reader reader = {
		.queue = queue, .header = &facts->header,
		.charsets = warden_queue_parser(queue)->charsets,
	};
	struct warden_header header;
	bool bare_cr;
	guint i;

	size = MIN(size, WARDEN_HEADER_BLOCK_MAX);
	bare_cr = size > 0 && memchr(data, '\n', size) == NULL;
	warden_header_parse(data, 0, header_end(data, size, bare_cr),
			    bare_cr ? WARDEN_HEADER_LENIENT :
			    WARDEN_HEADER_STRICT, &header);
	for (i = 0; i < header.fields->len; i++)
		take_field(&reader, &header, i);
	warden_header_clear(&header);
	if (reader.from_fields > 1)
		warden_queue_trait(queue, WARDEN_TRAIT_SEVERAL_FROM_FIELDS,
				   "", "");
	if (reader.subject_fields > 1)
		warden_queue_trait(queue, WARDEN_TRAIT_SEVERAL_SUBJECT_FIELDS,
				   "", "");
}
