#include "warden-config.h"

#include "cli-output.h"
#include "cli-report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool cli_use_colour(void)
{
	const char *no = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && (no == NULL || *no == '\0');
}

const char *cli_verdict_colour(const char *verdict)
{
	static const struct {
		const char *verdict, *code;
	} colours[] = {
		{ "malware", "\033[31;1m" }, { "phishing", "\033[31m" },
		{ "spam", "\033[33m" }, { "suspicious", "\033[33m" },
		{ "policy", "\033[35m" }, { "unscannable", "\033[36m" },
		{ "pending", "\033[36m" }, { "clean", "\033[32m" },
	};

	if (!cli_use_colour())
		return "";
	for (gsize i = 0; i < G_N_ELEMENTS(colours); i++) {
		if (strcmp(colours[i].verdict, verdict) == 0)
			return colours[i].code;
	}
	return "";
}

const char *cli_colour_end(void)
{
	return cli_use_colour() ? "\033[0m" : "";
}

/* --- text --------------------------------------------------------------------- */

static guint char_columns(gunichar c)
{
	return g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
}

char *cli_cell(const char *text, guint columns)
{
	g_autofree char *safe = warden_report_safe(text);
	GString *cell = g_string_new(NULL);
	guint used = 0;

	for (const char *p = safe; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		guint width = char_columns(c);
		bool last = *g_utf8_next_char(p) == '\0';

		if (used + width > columns - (last ? 0 : 1) && columns > 0) {
			g_string_append(cell, "…");
			used++;
			break;
		}
		g_string_append_unichar(cell, c);
		used += width;
	}
	for (; used < columns; used++)
		g_string_append_c(cell, ' ');
	return g_string_free(cell, FALSE);
}

static char *format_time(gint64 usecs, bool utc, const char *format)
{
	g_autoptr(GDateTime) date = utc ?
		g_date_time_new_from_unix_utc(usecs / G_USEC_PER_SEC) :
		g_date_time_new_from_unix_local(usecs / G_USEC_PER_SEC);
	char *text = date == NULL ? NULL : g_date_time_format(date, format);

	return text == NULL ? g_strdup("") : text;
}

char *cli_time_local(gint64 usecs)
{
	return format_time(usecs, FALSE, "%Y-%m-%d %H:%M");
}

char *cli_time_utc(gint64 usecs)
{
	return format_time(usecs, TRUE, "%Y-%m-%dT%H:%M:%SZ");
}

char *cli_hex(const guint8 *data, gsize size)
{
	GString *text = g_string_sized_new(2 * size);

	for (gsize i = 0; i < size; i++)
		g_string_append_printf(text, "%02x", data[i]);
	return g_string_free(text, FALSE);
}

char *cli_defang(const char *url)
{
	GString *out = g_string_new(NULL);
	const char *p = url;

	if (g_ascii_strncasecmp(p, "http", 4) == 0) {
		g_string_append(out, "hxxp");
		p += 4;
	}
	for (; *p != '\0'; p++) {
		if (*p == '.')
			g_string_append(out, "[.]");
		else
			g_string_append_c(out, *p);
	}
	return g_string_free(out, FALSE);
}

/* --- JSON ----------------------------------------------------------------------- */

void cli_print_json(JsonBuilder *builder)
{
	g_autoptr(JsonGenerator) generator = json_generator_new();
	JsonNode *root = json_builder_get_root(builder);
	g_autofree char *line = NULL;

	json_generator_set_root(generator, root);
	line = json_generator_to_data(generator, NULL);
	puts(line);
	json_node_free(root);
	json_builder_reset(builder);
}

void cli_member(JsonBuilder *builder, const char *name, const char *value)
{
	g_autofree char *valid = g_utf8_make_valid(value == NULL ? "" : value,
						   -1);

	json_builder_set_member_name(builder, name);
	json_builder_add_string_value(builder, valid);
}

void cli_member_int(JsonBuilder *builder, const char *name, gint64 value)
{
	json_builder_set_member_name(builder, name);
	json_builder_add_int_value(builder, value);
}

void cli_member_real(JsonBuilder *builder, const char *name, double value)
{
	json_builder_set_member_name(builder, name);
	json_builder_add_double_value(builder, value);
}

/* --- stored copies ----------------------------------------------------------------- */

static guint terminal_columns(void)
{
	struct winsize size;

	if (isatty(STDOUT_FILENO) &&
	    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 60)
		return MIN(size.ws_col, 250);
	return 120;
}

#define FIXED_COLUMNS 75	/* all but sender and subject */
#define FROM_COLUMNS 24
#define SUBJECT_COLUMNS_MIN 15

/* Sender and subject take what the other columns leave; without room for
   both it is the subject's. */
static void text_columns(guint *from_r, guint *subject_r)
{
	guint all = terminal_columns();
	guint left = all > FIXED_COLUMNS ? all - FIXED_COLUMNS : 0;

	*from_r = left >= FROM_COLUMNS + 1 + SUBJECT_COLUMNS_MIN ?
		FROM_COLUMNS : 0;
	left -= *from_r > 0 ? *from_r + 1 : 0;
	*subject_r = MAX(left, SUBJECT_COLUMNS_MIN);
}

void cli_print_copy_header(void)
{
	printf("%-6s %-16s %-12s %-11s %-11s %-12s %s\n", "ID", "TIME",
	       "USER", "VERDICT", "ACTION", "MAILBOX", "FROM / SUBJECT");
}

void cli_print_copy(const struct warden_copy *copy)
{
	g_autofree char *time = cli_time_local(copy->time);
	g_autofree char *user = cli_cell(copy->user, 12);
	const char *place = strcmp(copy->state, "aborted") == 0 ?
		"(not saved)" : strcmp(copy->state, "gone") == 0 ? "(gone)" :
		copy->mailbox[0] != '\0' ? copy->mailbox :
		copy->wanted_mailbox;
	g_autofree char *mailbox = cli_cell(place, 12);
	guint from_columns, subject_columns;

	text_columns(&from_columns, &subject_columns);
	g_autofree char *from = from_columns == 0 ? g_strdup("") :
		cli_cell(copy->from, from_columns);
	g_autofree char *subject = cli_cell(copy->subject, subject_columns);
	g_strchomp(subject);
	printf("%-6" G_GINT64_FORMAT " %s %s %s%-11s%s %-11s %s %s%s%s\n",
	       copy->delivery_id, time, user,
	       cli_verdict_colour(copy->verdict), copy->verdict,
	       cli_colour_end(), copy->action, mailbox, from,
	       *from == '\0' ? "" : " ", subject);
}

void cli_print_copy_json(const struct warden_copy *copy)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();
	g_autofree char *time = cli_time_utc(copy->time);
	g_autofree char *date = copy->date_secs == 0 ? g_strdup("") :
		cli_time_utc(copy->date_secs * G_USEC_PER_SEC);
	g_autofree char *key = copy->key == NULL ? g_strdup("") :
		cli_hex(copy->key, WARDEN_SHA256_SIZE);

	json_builder_begin_object(builder);
	cli_member_int(builder, "delivery_id", copy->delivery_id);
	cli_member(builder, "time", time);
	cli_member(builder, "user", copy->user);
	cli_member(builder, "mailbox", copy->mailbox[0] != '\0' ?
		   copy->mailbox : copy->wanted_mailbox);
	cli_member_int(builder, "uid", copy->uid);
	cli_member_int(builder, "uid_validity", copy->uid_validity);
	cli_member(builder, "guid", copy->guid);
	cli_member(builder, "mailbox_guid", copy->mailbox_guid);
	cli_member(builder, "state", copy->state);
	cli_member(builder, "wanted_mailbox", copy->wanted_mailbox);
	cli_member(builder, "subject", copy->subject);
	cli_member(builder, "from", copy->from);
	cli_member(builder, "date", date);
	cli_member(builder, "verdict", copy->verdict);
	cli_member(builder, "action", copy->action);
	cli_member_real(builder, "score", copy->score);
	cli_member(builder, "symbols", copy->symbols);
	cli_member(builder, "recipient", copy->recipient);
	cli_member(builder, "sender", copy->sender);
	cli_member(builder, "service", copy->service);
	cli_member(builder, "operation", copy->operation);
	cli_member(builder, "message_id", copy->message_id);
	cli_member(builder, "message_key", key);
	json_builder_end_object(builder);
	cli_print_json(builder);
}
