/* Reading the texts of notices.

   words.LANG.txt: lines "key = text". single.LANG.txt, digest.LANG.txt: a line
   "Subject: …", an empty line, the body. In these {name} stands for a value,
   {{ for a brace, and a line {#name} … to a line {/name} for a block: of all
   items (each), or only there if the value is not empty. Lines that begin with
   '#' above the subject, and anywhere among words, are comments. */

#include "warden-config.h"

#include "notice-private.h"

#include <string.h>

#define DEPTH_MAX 2
/* Values and blocks in a file: each may become some hundred bytes, for a
   hundred messages. */
#define VALUES_MAX 100

static const struct value_name {
	const char *name;
	enum notice_value value;
} value_names[] = {
	{ "user", NOTICE_USER },
	{ "quarantine", NOTICE_QUARANTINE },
	{ "count", NOTICE_COUNT },
	{ "more", NOTICE_MORE },
	{ "number", NOTICE_NUMBER },
	{ "from", NOTICE_FROM },
	{ "subject", NOTICE_SUBJECT },
	{ "date", NOTICE_DATE },
	{ "mailbox", NOTICE_MAILBOX },
	{ "file", NOTICE_FILE },
	{ "reason", NOTICE_REASON },
	{ "detail", NOTICE_DETAIL },
	{ "release", NOTICE_RELEASE },
	{ "each", NOTICE_EACH },
};

static const char *const word_names[WORDS_COUNT] = {
	[WORD_DATE] = "date",
	[WORD_NOTHING] = "nothing",
	[WORD_SUSPICIOUS] = "suspicious",
	[WORD_SPAM] = "spam",
	[WORD_PHISHING] = "phishing",
	[WORD_MALWARE] = "malware",
	[WORD_POLICY] = "policy",
	[WORD_UNSCANNABLE] = "unscannable",
	[WORD_OTHER] = "other",
	[WORD_RELEASE_USER] = "release-user",
	[WORD_RELEASE_ADMIN] = "release-admin",
};

/* The file while it is read. */
struct input {
	enum warden_notice_kind kind;
	char **lines, **line;
	GString *error;		/* empty: none so far */
	const char *name;
	/* blocks that are open: indexes of their nodes */
	guint open[DEPTH_MAX];
	guint depth;
	guint values;
};

static bool fail(struct input *input, const char *format, ...)
	G_GNUC_PRINTF(2, 3);

static bool fail(struct input *input, const char *format, ...)
{
	va_list args;

	if (input->error->len > 0)
		return false;
	g_string_printf(input->error, "%s:%u: ", input->name,
			(guint)(input->line - input->lines) + 1);
	va_start(args, format);
	g_string_append_vprintf(input->error, format, args);
	va_end(args);
	return false;
}

/* --- values --------------------------------------------------------------- */

static bool is_in_each(const struct input *input, const GArray *nodes)
{
	for (guint i = 0; i < input->depth; i++) {
		if (g_array_index(nodes, struct notice_node,
				  input->open[i]).value == NOTICE_EACH)
			return true;
	}
	return false;
}

/* Does this value mean something here? */
static bool
find_value(struct input *input, const GArray *nodes, const char *name,
	   enum notice_value *value_r)
{
	gsize i;

	if (++input->values > VALUES_MAX)
		return fail(input, "more than %d values", VALUES_MAX);
	for (i = 0; i < G_N_ELEMENTS(value_names); i++) {
		if (strcmp(value_names[i].name, name) == 0)
			break;
	}
	if (i == G_N_ELEMENTS(value_names))
		return fail(input, "{%s}: there is no such value", name);
	*value_r = value_names[i].value;
	if (*value_r == NOTICE_EACH)
		return input->kind == WARDEN_NOTICE_DIGEST &&
			!is_in_each(input, nodes) ? true :
			fail(input, "{%s}: only in a digest, and not within "
			     "itself", name);
	if (*value_r >= NOTICE_FIRST_OF_ITEM &&
	    input->kind == WARDEN_NOTICE_DIGEST && !is_in_each(input, nodes))
		return fail(input, "{%s}: in a digest only between {#each} "
			    "and {/each}", name);
	return true;
}

/* --- nodes ---------------------------------------------------------------- */

static void add_text(GArray *nodes, GString *text)
{
	struct notice_node node = { .type = NODE_TEXT };

	if (text->len == 0)
		return;
	node.text = g_strdup(text->str);
	g_string_truncate(text, 0);
	g_array_append_val(nodes, node);
}

/* p behind '{'. Returns the place behind '}', or NULL. */
static const char *
parse_value(struct input *input, GArray *nodes, const char *p)
{
	const char *end = strchr(p, '}');
	g_autofree char *name = NULL;
	struct notice_node node = { .type = NODE_VALUE };

	if (end == NULL) {
		fail(input, "'{' without '}' (a brace itself is \"{{\")");
		return NULL;
	}
	name = g_strndup(p, end - p);
	if (*name == '#' || *name == '/') {
		fail(input, "{%s}: must be alone on its line", name);
		return NULL;
	}
	if (!find_value(input, nodes, name, &node.value))
		return NULL;
	if (node.value == NOTICE_EACH) {
		fail(input, "{each}: is no value but a block, {#each}");
		return NULL;
	}
	g_array_append_val(nodes, node);
	return end + 1;
}

static bool
parse_inline(struct input *input, GArray *nodes, const char *text, bool lf)
{
	g_autoptr(GString) plain = g_string_new(NULL);

	for (const char *p = text; p != NULL && *p != '\0'; ) {
		if (p[0] == '{' && p[1] == '{') {
			g_string_append_c(plain, '{');
			p += 2;
		} else if (*p == '{') {
			add_text(nodes, plain);
			p = parse_value(input, nodes, p + 1);
		} else {
			g_string_append_c(plain, *p++);
		}
	}
	if (lf)
		g_string_append_c(plain, '\n');
	add_text(nodes, plain);
	return input->error->len == 0;
}

static bool
open_block(struct input *input, GArray *nodes, const char *name)
{
	struct notice_node node = { .type = NODE_BLOCK };

	if (!find_value(input, nodes, name, &node.value))
		return false;
	if (input->depth == DEPTH_MAX)
		return fail(input, "{#%s}: blocks are nested too deeply", name);
	input->open[input->depth++] = nodes->len;
	g_array_append_val(nodes, node);
	return true;
}

static bool
close_block(struct input *input, GArray *nodes, const char *name)
{
	struct notice_node *node;

	for (gsize i = 0; i < G_N_ELEMENTS(value_names); i++) {
		if (strcmp(value_names[i].name, name) != 0)
			continue;
		if (input->depth == 0)
			break;
		node = &g_array_index(nodes, struct notice_node,
				      input->open[input->depth - 1]);
		if (node->value != value_names[i].value)
			break;
		node->end = nodes->len;
		input->depth--;
		return true;
	}
	return fail(input, "{/%s}: no such block is open", name);
}

static bool parse_body_line(struct input *input, GArray *nodes)
{
	g_autofree char *line = g_strstrip(g_strdup(*input->line));
	gsize size = strlen(line);

	if (size > 3 && line[0] == '{' && line[size - 1] == '}' &&
	    (line[1] == '#' || line[1] == '/') &&
	    strchr(line, '}') == line + size - 1) {
		line[size - 1] = '\0';
		return line[1] == '#' ? open_block(input, nodes, line + 2) :
			close_block(input, nodes, line + 2);
	}
	return parse_inline(input, nodes, *input->line, true);
}

/* --- files ---------------------------------------------------------------- */

static bool has_each(const GArray *nodes)
{
	for (guint i = 0; i < nodes->len; i++) {
		const struct notice_node *node =
			&g_array_index(nodes, struct notice_node, i);

		if (node->type == NODE_BLOCK && node->value == NOTICE_EACH)
			return true;
	}
	return false;
}

static bool parse_message(struct input *input, struct warden_notice_text *text)
{
	static const char field[] = "Subject:";

	while (*input->line != NULL && **input->line == '#')
		input->line++;
	if (*input->line == NULL ||
	    g_ascii_strncasecmp(*input->line, field, strlen(field)) != 0)
		return fail(input, "a line \"Subject: …\" is expected");
	g_strstrip(*input->line);
	if (!parse_inline(input, text->subject, g_strchug(*input->line +
							  strlen(field)), false))
		return false;
	if (text->subject->len == 0)
		return fail(input, "the subject is empty");
	input->line++;
	if (*input->line == NULL || *g_strstrip(*input->line) != '\0')
		return fail(input, "an empty line is expected behind the "
			    "subject");
	for (input->line++; *input->line != NULL; input->line++) {
		if (!parse_body_line(input, text->body))
			return false;
	}
	if (input->depth > 0)
		return fail(input, "a block is not closed at the end");
	if (text->body->len == 0)
		return fail(input, "there is no text");
	if (input->kind == WARDEN_NOTICE_DIGEST && !has_each(text->body))
		return fail(input, "a digest without {#each}");
	return true;
}

/* Dates are made of numbers: names of months would be in the language of the
   service, not of the user. */
static bool check_date(struct input *input, const char *format)
{
	for (const char *p = format; (p = strchr(p, '%')) != NULL; p += 2) {
		if (p[1] == '\0' || strchr("YmdeHM%", p[1]) == NULL)
			return fail(input, "date: \"%%%.1s\" is none of %%Y "
				    "%%m %%d %%e %%H %%M %%%%", p + 1);
	}
	return true;
}

static bool
check_word(struct input *input, const char *key, const char *value)
{
	static const char allowed[] = "{quarantine}";

	for (const char *p = value; (p = strchr(p, '{')) != NULL; p++) {
		if (strncmp(p, allowed, strlen(allowed)) != 0)
			return fail(input, "%s: only {quarantine} may stand "
				    "here", key);
	}
	return true;
}

static bool
set_word(struct input *input, struct warden_notice_text *text,
	 const char *key, const char *value)
{
	guint word = 0;

	while (word < WORDS_COUNT && strcmp(word_names[word], key) != 0)
		word++;
	if (word < WORDS_COUNT) {
		if (text->words[word] != NULL)
			return fail(input, "%s: is there twice", key);
		text->words[word] = g_strdup(value);
		return word == WORD_DATE ? check_date(input, value) :
			check_word(input, key, value);
	}
	/* A symbol of another version is no reason to refuse the file. */
	for (const char *p = key; *p != '\0'; p++) {
		if (!g_ascii_isupper(*p) && !g_ascii_isdigit(*p) && *p != '_')
			return fail(input, "%s: there is no such word", key);
	}
	g_hash_table_insert(text->reasons, g_strdup(key), g_strdup(value));
	return true;
}

static bool parse_words(struct input *input, struct warden_notice_text *text)
{
	for (; *input->line != NULL; input->line++) {
		char *line = g_strstrip(*input->line);
		char *equals = strchr(line, '=');

		if (*line == '\0' || *line == '#')
			continue;
		if (equals == NULL || equals == line)
			return fail(input, "\"key = text\" is expected");
		*equals = '\0';
		g_strchomp(line);
		if (*g_strchug(equals + 1) == '\0')
			return fail(input, "%s: is empty", line);
		if (!set_word(input, text, line, g_strchug(equals + 1)))
			return false;
	}
	for (guint i = 0; i < WORDS_COUNT; i++) {
		if (text->words[i] == NULL)
			return fail(input, "\"%s\" is missing", word_names[i]);
	}
	return true;
}

/* Nothing but text: a notice is made of it as it is. */
static bool check_bytes(struct input *input, const char *data, gsize size)
{
	const char *end;

	if (size > WARDEN_NOTICE_FILE_MAX)
		return fail(input, "is larger than %d bytes",
			    WARDEN_NOTICE_FILE_MAX);
	if (!g_utf8_validate(data, size, &end))
		return fail(input, "is not UTF-8 at byte %" G_GSIZE_FORMAT,
			    (gsize)(end - data));
	for (gsize i = 0; i < size; i++) {
		guchar c = data[i];

		if ((c < ' ' && c != '\n' && c != '\r' && c != '\t') ||
		    c == 0x7f)
			return fail(input, "has a control character at byte %"
				    G_GSIZE_FORMAT, i);
	}
	return true;
}

/* Lines without their ends; a byte order mark is no text. */
static char **split_lines(const char *data, gsize size)
{
	g_autofree char *all = NULL;
	gsize mark = size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	char **lines;

	all = g_strndup(data + mark, size - mark);
	size = strlen(all);
	if (size > 0 && all[size - 1] == '\n')
		all[size - 1] = '\0';
	lines = g_strsplit(all, "\n", -1);
	for (char **line = lines; *line != NULL; line++)
		g_strchomp(*line);
	return lines;
}

static void node_clear(void *data)
{
	struct notice_node *node = data;

	g_free(node->text);
}

static GArray *nodes_new(void)
{
	GArray *nodes = g_array_new(FALSE, TRUE, sizeof(struct notice_node));

	g_array_set_clear_func(nodes, node_clear);
	return nodes;
}

int warden_notice_text_parse(enum warden_notice_kind kind, const char *data,
			     gsize size, const char *name,
			     struct warden_notice_text **text_r,
			     char **error_r)
{
	struct warden_notice_text *text = g_new0(struct warden_notice_text, 1);
	static char *no_lines[] = { NULL };
	struct input input = {
		.kind = kind, .name = name, .error = g_string_new(NULL),
		.lines = no_lines, .line = no_lines,
	};
	g_auto(GStrv) lines = NULL;

	text->kind = kind;
	text->subject = nodes_new();
	text->body = nodes_new();
	text->reasons = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					      g_free);
	if (check_bytes(&input, data, size)) {
		input.lines = input.line = lines = split_lines(data, size);
		if (kind == WARDEN_NOTICE_WORDS)
			parse_words(&input, text);
		else
			parse_message(&input, text);
	}
	if (input.error->len > 0) {
		*error_r = g_string_free(input.error, FALSE);
		warden_notice_text_free(text);
		return -1;
	}
	g_string_free(input.error, TRUE);
	*text_r = text;
	return 1;
}

void warden_notice_text_free(struct warden_notice_text *text)
{
	if (text == NULL)
		return;
	g_array_unref(text->subject);
	g_array_unref(text->body);
	g_hash_table_unref(text->reasons);
	for (guint i = 0; i < WORDS_COUNT; i++)
		g_free(text->words[i]);
	g_free(text);
}
