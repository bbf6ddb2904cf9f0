#include "warden-config.h"

#include "notice-private.h"

#include <string.h>

/* What is shown of a stranger's words, bytes after making them safe. In a
   Subject less fits. */
#define VALUE_MAX 400
#define SUBJECT_VALUE_MAX 120
/* RFC 5322 2.1.1, and RFC 2045 6.7 for encoded lines. */
#define LINE_MAX_PLAIN 78
#define LINE_MAX_ENCODED 76
/* 36 bytes make an encoded-word of 60 characters: behind "Subject: " it still
   fits into the 76 of RFC 2047 2. */
#define WORD_BYTES 36
#define FROM_MAX 200

/* Everything that is filled in. */
struct filling {
	const struct warden_notice_texts *texts;
	const struct warden_notice *notice;
	guint count;		/* items listed this time */
	gsize value_max;
	/* the current item, NULL outside of them */
	const struct warden_notice_item *item;
	guint number;
};

/* --- values --------------------------------------------------------------- */

static const char *word(const struct filling *filling, enum notice_word which)
{
	return filling->texts->text[WARDEN_NOTICE_WORDS]->words[which];
}

static char *safe_or_nothing(const struct filling *filling, const char *text)
{
	char *safe = warden_notice_safe(text, filling->value_max);

	if (*safe != '\0')
		return safe;
	g_free(safe);
	return g_strdup(word(filling, WORD_NOTHING));
}

static char *value_from(const struct filling *filling)
{
	const struct warden_notice_item *item = filling->item;
	g_autofree char *name = warden_notice_safe(item->from_name,
						   filling->value_max / 2);
	g_autofree char *address = warden_notice_safe(item->from_address,
						      filling->value_max / 2);

	if (*name == '\0')
		return safe_or_nothing(filling, item->from_address);
	return *address == '\0' ? g_steal_pointer(&name) :
		g_strdup_printf("%s <%s>", name, address);
}

static char *format_date(const struct filling *filling)
{
	GTimeZone *zone = filling->notice->zone;
	g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
	g_autoptr(GDateTime) then = NULL;
	g_autoptr(GDateTime) there = NULL;

	then = g_date_time_new_from_unix_utc(filling->item->time_secs);
	if (then != NULL)
		there = g_date_time_to_timezone(then, zone != NULL ? zone :
						utc);
	return there == NULL ? g_strdup(word(filling, WORD_NOTHING)) :
		g_date_time_format(there, word(filling, WORD_DATE));
}

static const char *value_reason(const struct filling *filling)
{
	static const enum notice_word words[WARDEN_VERDICT_LAST + 1] = {
		[WARDEN_VERDICT_SUSPICIOUS] = WORD_SUSPICIOUS,
		[WARDEN_VERDICT_SPAM] = WORD_SPAM,
		[WARDEN_VERDICT_PHISHING] = WORD_PHISHING,
		[WARDEN_VERDICT_MALWARE] = WORD_MALWARE,
		[WARDEN_VERDICT_POLICY] = WORD_POLICY,
		[WARDEN_VERDICT_UNSCANNABLE] = WORD_UNSCANNABLE,
	};
	enum notice_word which = words[filling->item->verdict];

	return word(filling, which == 0 ? WORD_OTHER : which);
}

/* The finding in the user's language, or in English. */
static char *value_detail(const struct filling *filling)
{
	const char *reason = g_hash_table_lookup(
		filling->texts->text[WARDEN_NOTICE_WORDS]->reasons,
		filling->item->symbol);

	return reason != NULL ? g_strdup(reason) :
		warden_notice_safe(filling->item->detail, VALUE_MAX);
}

static char *value_release(const struct filling *filling)
{
	g_autofree char *quarantine = warden_notice_safe_own(
		filling->notice->quarantine, filling->value_max);
	g_auto(GStrv) parts = g_strsplit(
		word(filling, filling->item->user_release ?
		     WORD_RELEASE_USER : WORD_RELEASE_ADMIN),
		"{quarantine}", -1);

	return g_strjoinv(quarantine, parts);
}

/* "" for what is not there. */
static char *get_value(const struct filling *filling, enum notice_value value)
{
	const struct warden_notice *notice = filling->notice;
	const struct warden_notice_item *item = filling->item;

	switch (value) {
	case NOTICE_USER:
		return warden_notice_safe_own(notice->user,
					      filling->value_max);
	case NOTICE_QUARANTINE:
		return warden_notice_safe_own(notice->quarantine,
					      filling->value_max);
	case NOTICE_COUNT:
		return g_strdup_printf("%u", notice->total);
	case NOTICE_MORE:
		return notice->total > filling->count ?
			g_strdup_printf("%u", notice->total - filling->count) :
			g_strdup("");
	case NOTICE_NUMBER:
		return g_strdup_printf("%u", filling->number);
	case NOTICE_FROM:
		return value_from(filling);
	case NOTICE_SUBJECT:
		return safe_or_nothing(filling, item->subject);
	case NOTICE_DATE:
		return format_date(filling);
	case NOTICE_MAILBOX:
		return warden_notice_safe_own(item->mailbox,
					      filling->value_max);
	case NOTICE_FILE:
		return warden_notice_safe(item->file, filling->value_max);
	case NOTICE_REASON:
		return g_strdup(value_reason(filling));
	case NOTICE_DETAIL:
		return value_detail(filling);
	case NOTICE_RELEASE:
		return value_release(filling);
	case NOTICE_EACH:
		break;
	}
	g_return_val_if_reached(g_strdup(""));
}

/* --- filling in ----------------------------------------------------------- */

static void render(struct filling *filling, const GArray *nodes, guint from,
		   guint to, GString *out);

static void render_each(struct filling *filling, const GArray *nodes,
			guint from, guint to, GString *out)
{
	for (guint i = 0; i < filling->count; i++) {
		filling->item = &filling->notice->items[i];
		filling->number = i + 1;
		render(filling, nodes, from, to, out);
	}
	filling->item = NULL;
}

static void render(struct filling *filling, const GArray *nodes, guint from,
		   guint to, GString *out)
{
	for (guint i = from; i < to; ) {
		const struct notice_node *node =
			&g_array_index(nodes, struct notice_node, i);
		g_autofree char *value = NULL;

		if (node->type == NODE_TEXT) {
			g_string_append(out, node->text);
		} else if (node->value == NOTICE_EACH) {
			render_each(filling, nodes, i + 1, node->end, out);
		} else {
			value = get_value(filling, node->value);
			if (node->type == NODE_VALUE)
				g_string_append(out, value);
			else if (*value != '\0')
				render(filling, nodes, i + 1, node->end, out);
		}
		i = node->type == NODE_BLOCK ? node->end : i + 1;
	}
}

static char *render_all(struct filling *filling, const GArray *nodes,
			gsize value_max)
{
	GString *out = g_string_new(NULL);

	filling->value_max = value_max;
	render(filling, nodes, 0, nodes->len, out);
	return g_string_free(out, FALSE);
}

/* --- header fields -------------------------------------------------------- */

static bool is_ascii(const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if ((guchar)*p >= 0x7f || (guchar)*p < ' ')
			return false;
	}
	return true;
}

/* Encoded-words (RFC 2047), each of whole characters, on lines of their own. */
static void append_words(GString *out, const char *text)
{
	const char *p = text;

	while (*p != '\0') {
		const char *end = p;
		g_autofree char *base64 = NULL;

		while (*end != '\0' && g_utf8_next_char(end) - p <= WORD_BYTES)
			end = g_utf8_next_char(end);
		base64 = g_base64_encode((const guchar *)p, end - p);
		g_string_append_printf(out, "%s=?utf-8?B?%s?=",
				       p == text ? "" : "\r\n ", base64);
		p = end;
	}
}

static void append_subject(GString *out, const char *subject)
{
	g_string_append(out, "Subject: ");
	if (is_ascii(subject) && strstr(subject, "=?") == NULL &&
	    strlen(subject) + strlen("Subject: ") <= LINE_MAX_PLAIN)
		g_string_append(out, subject);
	else
		append_words(out, subject);
	g_string_append(out, "\r\n");
}

/* An RFC 5322 dot-atom. */
static bool is_dot_atom(const char *text, gsize size)
{
	static const char special[] = "!#$%&'*+-/=?^_`{|}~";

	if (size == 0 || text[0] == '.' || text[size - 1] == '.')
		return false;
	for (gsize i = 0; i < size; i++) {
		if (text[i] == '.' && text[i - 1] == '.')
			return false;
		if (!g_ascii_isalnum(text[i]) && text[i] != '.' &&
		    strchr(special, text[i]) == NULL)
			return false;
	}
	return true;
}

static bool is_address(const char *text, gsize size)
{
	const char *at = memchr(text, '@', size);

	return at != NULL && is_dot_atom(text, at - text) &&
		is_dot_atom(at + 1, size - (at - text) - 1);
}

bool warden_notice_from_is_sound(const char *from)
{
	const char *open = strrchr(from, '<');
	gsize size = strlen(from);

	if (size > FROM_MAX || !g_utf8_validate(from, -1, NULL))
		return false;
	for (const char *p = from; *p != '\0'; p = g_utf8_next_char(p)) {
		if (g_unichar_iscntrl(g_utf8_get_char(p)))
			return false;
	}
	if (open == NULL)
		return is_address(from, size);
	return from[size - 1] == '>' &&
		is_address(open + 1, size - (open - from) - 2) &&
		strcspn(from, "<>\"\\") == (gsize)(open - from);
}

static const char *get_domain(const struct warden_notice *notice)
{
	const char *at = strrchr(notice->user, '@');

	if (at != NULL && is_dot_atom(at + 1, strlen(at + 1)))
		return at + 1;
	return is_dot_atom(notice->domain, strlen(notice->domain)) ?
		notice->domain : "localhost";
}

/* The phrase before an address. */
static void append_name(GString *out, const char *name)
{
	if (*name == '\0')
		return;
	if (is_ascii(name))
		g_string_append_printf(out, "\"%s\"", name);
	else
		append_words(out, name);
	g_string_append_c(out, ' ');
}

static void append_from(GString *out, const struct warden_notice *notice)
{
	const char *from = notice->from;
	g_autofree char *name = NULL;
	const char *open;

	g_string_append(out, "From: ");
	if (from == NULL || !warden_notice_from_is_sound(from)) {
		g_string_append_printf(out, "Warden <postmaster@%s>\r\n",
				       get_domain(notice));
		return;
	}
	open = strrchr(from, '<');
	if (open == NULL) {
		g_string_append_printf(out, "%s\r\n", from);
		return;
	}
	name = g_strstrip(g_strndup(from, open - from));
	append_name(out, name);
	g_string_append_printf(out, "%s\r\n", open);
}

static void append_to(GString *out, const struct warden_notice *notice)
{
	const char *user = notice->user;
	const char *at = strrchr(user, '@');
	gsize local = at == NULL ? strlen(user) : (gsize)(at - user);

	if (is_dot_atom(user, local) && strlen(user) <= FROM_MAX)
		g_string_append_printf(out, "To: %.*s@%s\r\n", (int)local,
				       user, get_domain(notice));
	else
		g_string_append(out, "To: undisclosed-recipients:;\r\n");
}

/* RFC 5322 3.3. Not strftime(): its names are of the locale. */
static void append_date(GString *out, gint64 secs)
{
	static const char days[][4] = {
		"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun",
	};
	static const char months[][4] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun",
		"Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
	};
	g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(secs);

	if (date == NULL)
		date = g_date_time_new_from_unix_utc(0);
	g_string_append_printf(
		out, "Date: %s, %d %s %04d %02d:%02d:%02d +0000\r\n",
		days[g_date_time_get_day_of_week(date) - 1],
		g_date_time_get_day_of_month(date),
		months[g_date_time_get_month(date) - 1],
		g_date_time_get_year(date), g_date_time_get_hour(date),
		g_date_time_get_minute(date), g_date_time_get_second(date));
}

/* --- body ----------------------------------------------------------------- */

static void append_crlf_lines(GString *out, const char *body)
{
	for (const char *p = body; *p != '\0'; p++) {
		if (*p == '\n')
			g_string_append_c(out, '\r');
		g_string_append_c(out, *p);
	}
}

static void append_quoted(GString *out, const char *body)
{
	gsize column = 0;

	for (const char *p = body; *p != '\0'; p++) {
		guchar c = *p;
		/* White space at a line's end would be lost. */
		bool plain = (c > ' ' && c < 0x7f && c != '=') ||
			(c == ' ' && p[1] != '\n' && p[1] != '\0');

		if (c == '\n') {
			g_string_append(out, "\r\n");
			column = 0;
			continue;
		}
		if (column + (plain ? 1 : 3) > LINE_MAX_ENCODED - 1) {
			g_string_append(out, "=\r\n");
			column = 0;
		}
		if (plain)
			g_string_append_c(out, c);
		else
			g_string_append_printf(out, "=%02X", c);
		column += plain ? 1 : 3;
	}
}

static void append_base64(GString *out, const char *body)
{
	g_autoptr(GString) crlf = g_string_new(NULL);
	g_autofree char *base64 = NULL;
	gsize size;

	append_crlf_lines(crlf, body);
	base64 = g_base64_encode((const guchar *)crlf->str, crlf->len);
	size = strlen(base64);
	for (gsize i = 0; i < size; i += LINE_MAX_ENCODED) {
		g_string_append_len(out, base64 + i,
				    MIN(LINE_MAX_ENCODED, size - i));
		g_string_append(out, "\r\n");
	}
}

/* What reads best where it is looked at raw. */
static void append_body(GString *out, const char *body)
{
	gsize others = 0, column = 0, longest = 0, size = strlen(body);

	for (const char *p = body; *p != '\0'; p++) {
		others += (guchar)*p >= 0x7f;
		column = *p == '\n' ? 0 : column + 1;
		longest = MAX(longest, column);
	}
	g_string_append(out, "Content-Transfer-Encoding: ");
	if (others == 0 && longest <= LINE_MAX_PLAIN) {
		g_string_append(out, "7bit\r\n\r\n");
		append_crlf_lines(out, body);
	} else if (others * 3 < size) {
		g_string_append(out, "quoted-printable\r\n\r\n");
		append_quoted(out, body);
	} else {
		g_string_append(out, "base64\r\n\r\n");
		append_base64(out, body);
	}
}

/* --- the message ---------------------------------------------------------- */

static void render_both(struct filling *filling,
			const struct warden_notice_text *text,
			char **subject_r, char **body_r)
{
	filling->item = text->kind == WARDEN_NOTICE_SINGLE ?
		&filling->notice->items[0] : NULL;
	filling->number = 1;
	*subject_r = render_all(filling, text->subject, SUBJECT_VALUE_MAX);
	*body_r = render_all(filling, text->body, VALUE_MAX);
}

static GString *compose(struct filling *filling,
			const struct warden_notice_text *text)
{
	const struct warden_notice *notice = filling->notice;
	g_autofree char *subject = NULL, *body = NULL;
	GString *out = g_string_new(NULL);

	render_both(filling, text, &subject, &body);

	append_from(out, notice);
	append_to(out, notice);
	append_subject(out, subject);
	append_date(out, notice->now_secs);
	g_string_append_printf(out, "Message-ID: <%s@%s>\r\n",
			       notice->id, get_domain(notice));
	/* RFC 3834: nobody answers this by machine. */
	g_string_append(out, "Auto-Submitted: auto-generated\r\n");
	g_string_append_printf(out, "X-Warden-Notice: %s\r\n",
			       text->kind == WARDEN_NOTICE_SINGLE ?
			       "single" : "digest");
	g_string_append_printf(out, "Content-Language: %s\r\n",
			       filling->texts->language);
	g_string_append(out, "MIME-Version: 1.0\r\n"
			"Content-Type: text/plain; charset=utf-8\r\n");
	append_body(out, body);
	return out;
}

static const struct warden_notice_text *
choose_text(const struct warden_notice_texts *texts,
	    const struct warden_notice *notice)
{
	bool single = notice->total == 1 && notice->count == 1;

	return texts->text[single ? WARDEN_NOTICE_SINGLE :
			   WARDEN_NOTICE_DIGEST];
}

static void filling_init(const struct warden_notice_texts *texts,
			 const struct warden_notice *notice,
			 struct filling *filling)
{
	*filling = (struct filling){
		.texts = texts, .notice = notice,
		.count = MIN(notice->count, WARDEN_NOTICE_ITEMS_MAX),
	};
}

void warden_notice_render(const struct warden_notice_texts *texts,
			  const struct warden_notice *notice,
			  char **subject_r, char **body_r)
{
	struct filling filling;

	filling_init(texts, notice, &filling);
	render_both(&filling, choose_text(texts, notice), subject_r, body_r);
}

char *warden_notice_compose(const struct warden_notice_texts *texts,
			    const struct warden_notice *notice)
{
	const struct warden_notice_text *text = choose_text(texts, notice);
	struct filling filling;

	filling_init(texts, notice, &filling);

	GString *out = compose(&filling, text);
	while (out->len > WARDEN_NOTICE_SIZE_MAX && filling.count > 1) {
		g_string_free(out, TRUE);
		filling.count = filling.count * 3 / 4;
		out = compose(&filling, text);
	}
	/* Only with a text that is almost that large itself. */
	if (out->len > WARDEN_NOTICE_SIZE_MAX)
		g_string_truncate(out, WARDEN_NOTICE_SIZE_MAX);
	return g_string_free(out, FALSE);
}
