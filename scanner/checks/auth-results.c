#include "warden-config.h"

#include "auth-results.h"

#include <string.h>

/* Tokens are words, '=' and ';'. In a property's value '=' is a part of the
   word: addresses of bounces have it ("prvs=1=ben@example.org"). */

struct lexer {
	const char *at;
	char word[WARDEN_AUTH_NAME_SIZE];
	bool too_long;
};

static const struct {
	const char *name;
	enum warden_auth_method method;
} methods[] = {
	{ "spf", WARDEN_AUTH_SPF },
	{ "dkim", WARDEN_AUTH_DKIM },
	{ "dmarc", WARDEN_AUTH_DMARC },
	{ "arc", WARDEN_AUTH_ARC },
	{ "auth", WARDEN_AUTH_USER },
	{ "iprev", WARDEN_AUTH_IPREV },
	{ "bimi", WARDEN_AUTH_BIMI },
};

static const struct {
	const char *name;
	enum warden_auth_status status;
} statuses[] = {
	{ "none", WARDEN_AUTH_STATUS_NONE },
	{ "pass", WARDEN_AUTH_STATUS_PASS },
	{ "fail", WARDEN_AUTH_STATUS_FAIL },
	/* RFC 4408's and some programs' word for it */
	{ "hardfail", WARDEN_AUTH_STATUS_FAIL },
	{ "softfail", WARDEN_AUTH_STATUS_SOFTFAIL },
	{ "neutral", WARDEN_AUTH_STATUS_NEUTRAL },
	{ "temperror", WARDEN_AUTH_STATUS_TEMPERROR },
};

/* rank: the higher one wins, whatever the order in the field. */
static const struct {
	enum warden_auth_method method;
	const char *property;
	guint rank;
} properties[] = {
	{ WARDEN_AUTH_SPF, "smtp.mailfrom", 2 },
	{ WARDEN_AUTH_SPF, "smtp.mail", 2 },
	{ WARDEN_AUTH_SPF, "smtp.helo", 1 },
	{ WARDEN_AUTH_DKIM, "header.d", 2 },
	{ WARDEN_AUTH_DKIM, "header.i", 1 },
	{ WARDEN_AUTH_DMARC, "header.from", 1 },
	{ WARDEN_AUTH_ARC, "arc.chain", 1 },
	{ WARDEN_AUTH_BIMI, "header.d", 1 },
};

/* --- tokens ----------------------------------------------------------------- */

/* A comment that does not end reaches to the end. */
static void skip_comment(struct lexer *lexer)
{
	guint depth = 0;

	do {
		if (*lexer->at == '\\' && lexer->at[1] != '\0')
			lexer->at++;
		else if (*lexer->at == '(')
			depth++;
		else if (*lexer->at == ')')
			depth--;
		lexer->at++;
	} while (depth > 0 && *lexer->at != '\0');
}

static void skip_space(struct lexer *lexer)
{
	while (*lexer->at != '\0') {
		if (*lexer->at == '(')
			skip_comment(lexer);
		else if (g_ascii_isspace(*lexer->at))
			lexer->at++;
		else
			break;
	}
}

static bool take_char(struct lexer *lexer, char wanted)
{
	skip_space(lexer);
	if (*lexer->at != wanted)
		return FALSE;
	lexer->at++;
	return TRUE;
}

/* @UNSAFE */
static void add_char(struct lexer *lexer, gsize *size, char c)
{
	if (*size + 1 < sizeof(lexer->word))
		lexer->word[(*size)++] = g_ascii_tolower(c);
	else
		lexer->too_long = TRUE;
}

static void take_quoted(struct lexer *lexer, gsize *size)
{
	for (lexer->at++; *lexer->at != '\0' && *lexer->at != '"';
	     lexer->at++) {
		if (*lexer->at == '\\' && lexer->at[1] != '\0')
			lexer->at++;
		add_char(lexer, size, *lexer->at);
	}
	if (*lexer->at == '"')
		lexer->at++;
}

/* FALSE if none stands here. One that is too long is none that could be
   compared: it becomes "". */
static bool take_word(struct lexer *lexer, const char *ends)
{
	const char *start;
	gsize size = 0;

	skip_space(lexer);
	start = lexer->at;
	lexer->too_long = FALSE;
	while (*lexer->at != '\0' && !g_ascii_isspace(*lexer->at) &&
	       strchr(ends, *lexer->at) == NULL) {
		if (*lexer->at == '"')
			take_quoted(lexer, &size);
		else
			add_char(lexer, &size, *lexer->at++);
	}
	lexer->word[lexer->too_long ? 0 : size] = '\0';
	return lexer->at > start;
}

/* --- results ---------------------------------------------------------------- */

static enum warden_auth_method method_of(const char *word)
{
	gsize size = strcspn(word, "/");	/* "/1": its version */

	for (gsize i = 0; i < G_N_ELEMENTS(methods); i++) {
		if (strlen(methods[i].name) == size &&
		    memcmp(methods[i].name, word, size) == 0)
			return methods[i].method;
	}
	return WARDEN_AUTH_OTHER;
}

static enum warden_auth_status status_of(const char *word)
{
	for (gsize i = 0; i < G_N_ELEMENTS(statuses); i++) {
		if (strcmp(statuses[i].name, word) == 0)
			return statuses[i].status;
	}
	return WARDEN_AUTH_STATUS_OTHER;
}

static void set_domain(struct warden_auth_result *result, const char *value)
{
	const char *at = strrchr(value, '@');
	gsize size;

	if (at != NULL)
		value = at + 1;
	/* "first:second": who sealed it last */
	if (result->method == WARDEN_AUTH_ARC && strrchr(value, ':') != NULL)
		value = strrchr(value, ':') + 1;
	g_strlcpy(result->domain, value, sizeof(result->domain));
	size = strlen(result->domain);
	if (size > 0 && result->domain[size - 1] == '.')
		result->domain[size - 1] = '\0';
}

static void take_property(struct warden_auth_result *result, const char *name,
			  const char *value, guint *rank)
{
	for (gsize i = 0; i < G_N_ELEMENTS(properties); i++) {
		if (properties[i].method != result->method ||
		    properties[i].rank <= *rank ||
		    strcmp(properties[i].property, name) != 0)
			continue;
		*rank = properties[i].rank;
		set_domain(result, value);
	}
}

/* "method=result reason=… type.property=value …", up to ';' or the end.
   Returns FALSE where that is not what stands there. */
static bool take_result(struct lexer *lexer,
			struct warden_auth_result *result)
{
	guint rank = 0;

	result->method = method_of(lexer->word);
	/* "dkim / 1" */
	if (take_char(lexer, '/'))
		(void)take_word(lexer, "()=;");
	if (!take_char(lexer, '=') || !take_word(lexer, "()=;"))
		return FALSE;
	result->status = status_of(lexer->word);
	for (;;) {
		char name[WARDEN_AUTH_NAME_SIZE];

		skip_space(lexer);
		if (*lexer->at == '\0' || *lexer->at == ';')
			return TRUE;
		if (!take_word(lexer, "()=;"))
			return FALSE;
		memcpy(name, lexer->word, sizeof(name));
		if (!take_char(lexer, '='))
			return FALSE;
		/* an empty value is not by the grammar, but common */
		(void)take_word(lexer, "();");
		take_property(result, name, lexer->word, &rank);
	}
}

static void take_results(struct lexer *lexer,
			 struct warden_auth_results *results)
{
	while (take_char(lexer, ';')) {
		struct warden_auth_result result = { 0 };

		if (!take_word(lexer, "()=;"))
			continue;	/* a ';' at the end, or two */
		skip_space(lexer);
		if (strcmp(lexer->word, "none") == 0 && *lexer->at != '=')
			continue;
		if (!take_result(lexer, &result)) {
			results->damaged = TRUE;
			return;
		}
		if (results->count == WARDEN_AUTH_RESULTS_MAX)
			return;
		results->results[results->count++] = result;
	}
	skip_space(lexer);
	results->damaged = *lexer->at != '\0';
}

/* "i=2;" in front, RFC 8617 4.1.1. */
static void take_instance(struct lexer *lexer,
			  struct warden_auth_results *results)
{
	struct lexer ahead = *lexer;

	if (take_word(&ahead, "()=;") && strcmp(ahead.word, "i") == 0 &&
	    take_char(&ahead, '=') && take_word(&ahead, "()=;") &&
	    strlen(ahead.word) <= 2 && g_ascii_isdigit(ahead.word[0]) &&
	    take_char(&ahead, ';')) {
		results->instance = (guint)g_ascii_strtoull(
			ahead.word, NULL, 10);
		/* the word is taken anew */
		lexer->at = ahead.at;
	}
}

bool warden_auth_results_parse(const char *value,
			       struct warden_auth_results *results_r)
{
	struct lexer lexer = { .at = value };

	memset(results_r, 0, sizeof(*results_r));
	take_instance(&lexer, results_r);
	if (!take_word(&lexer, "()=;") || lexer.word[0] == '\0')
		return FALSE;
	memcpy(results_r->id, lexer.word, sizeof(results_r->id));
	/* its version, a number */
	skip_space(&lexer);
	if (g_ascii_isdigit(*lexer.at))
		(void)take_word(&lexer, "()=;");
	take_results(&lexer, results_r);
	return TRUE;
}
