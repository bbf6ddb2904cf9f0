#include "warden-config.h"

#include "sensitive-patterns.h"

#include <string.h>

#define NAME_MAX_BYTES 40
#define PATTERNS_MAX 200
/* Each match may cost so many steps, a text so many matches. */
#define MATCHES_MAX 100
#define LIMITS "(*LIMIT_MATCH=200000)"

struct pattern {
	char *name;
	GRegex *regex;
};

struct warden_sensitive_patterns {
	GArray *list;		/* struct pattern */
};

static void pattern_clear(void *data)
{
	struct pattern *pattern = data;

	g_free(pattern->name);
	g_regex_unref(pattern->regex);
}

static bool is_name(const char *name)
{
	return *name != '\0' && strlen(name) <= NAME_MAX_BYTES &&
	       name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] ==
	       '\0';
}

/* line is changed. */
static int add_line(struct warden_sensitive_patterns *patterns, char *line,
		    guint number, char **error_r)
{
	char *text = strchr(line, '=');
	g_autoptr(GError) error = NULL;
	g_autofree char *limited = NULL;
	struct pattern pattern;

	if (text != NULL)
		*text++ = '\0';
	g_strstrip(line);
	if (text == NULL || !is_name(line)) {
		*error_r = g_strdup_printf("line %u: \"%s\" is no name (small"
					   " letters, digits, -) before a =",
					   number, line);
		return -1;
	}
	limited = g_strconcat(LIMITS, g_strstrip(text), NULL);
	pattern.regex = g_regex_new(limited, G_REGEX_OPTIMIZE, 0, &error);
	if (pattern.regex == NULL) {
		*error_r = g_strdup_printf("line %u: %s = \"%s\": %s", number,
					   line, text, error->message);
		return -1;
	}
	if (g_regex_match(pattern.regex, "", 0, NULL)) {
		*error_r = g_strdup_printf("line %u: %s = \"%s\": matches what"
					   " is empty", number, line, text);
		g_regex_unref(pattern.regex);
		return -1;
	}
	pattern.name = g_strdup(line);
	g_array_append_val(patterns->list, pattern);
	if (patterns->list->len > PATTERNS_MAX) {
		*error_r = g_strdup_printf("line %u: %s: more than %u"
					   " patterns", number, line,
					   PATTERNS_MAX);
		return -1;
	}
	return 1;
}

int warden_sensitive_patterns_new(
	const char *text, struct warden_sensitive_patterns **patterns_r,
	char **error_r)
{
	struct warden_sensitive_patterns *patterns;
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	if (!g_utf8_validate(text, -1, NULL)) {
		*error_r = g_strdup("is not UTF-8");
		return -1;
	}
	patterns = g_new0(struct warden_sensitive_patterns, 1);
	patterns->list = g_array_new(FALSE, FALSE, sizeof(struct pattern));
	g_array_set_clear_func(patterns->list, pattern_clear);
	for (guint i = 0; lines[i] != NULL; i++) {
		g_strstrip(lines[i]);
		if (lines[i][0] == '\0' || lines[i][0] == '#')
			continue;
		if (add_line(patterns, lines[i], i + 1, error_r) < 0) {
			warden_sensitive_patterns_free(patterns);
			return -1;
		}
	}
	*patterns_r = patterns;
	return 1;
}

void warden_sensitive_patterns_free(struct warden_sensitive_patterns *patterns)
{
	if (patterns == NULL)
		return;
	g_array_unref(patterns->list);
	g_free(patterns);
}

static guint count_matches(const struct pattern *pattern, const char *text,
			   gsize size)
{
	GMatchInfo *match = NULL;
	guint count = 0;
	bool found = g_regex_match_full(pattern->regex, text, size, 0, 0,
					&match, NULL);

	while (found && ++count < MATCHES_MAX)
		found = g_match_info_next(match, NULL);
	g_match_info_free(match);
	return count;
}

void warden_sensitive_patterns_look(
	const struct warden_sensitive_patterns *patterns, const char *text,
	gsize size, warden_sensitive_found_t *found, void *context)
{
	for (guint i = 0; i < patterns->list->len; i++) {
		const struct pattern *pattern =
			&g_array_index(patterns->list, struct pattern, i);
		guint count = count_matches(pattern, text, size);

		if (count > 0)
			found(context, pattern->name, count);
	}
}
