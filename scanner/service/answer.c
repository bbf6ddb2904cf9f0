#include "warden-config.h"

#include "handle-private.h"

#include <stdarg.h>
#include <string.h>

/* protocol.h's limits for what a client prints. */
#define REASON_MAX 400
#define KEYWORD_MAX 100

void warden_answer_clear(struct warden_answer *answer)
{
	g_free(answer->keyword);
	g_free(answer->reason);
	g_free(answer->symbols);
	g_free(answer->text);
	*answer = (struct warden_answer){ .keyword = NULL };
}

static struct warden_str whole(const char *text)
{
	return warden_str(text, strlen(text));
}

void warden_answer_set_reason(struct warden_answer *answer, const char *text)
{
	g_free(answer->reason);
	answer->reason = warden_facts_sanitise(text, strlen(text), REASON_MAX,
					       FALSE);
	answer->reply.reason = whole(answer->reason);
}

void warden_answer_refuse(struct warden_exchange *exchange,
			  enum warden_status status, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	warden_answer_set_reason(exchange->answer, text);
	exchange->answer->reply.status = status;
	if (status == WARDEN_STATUS_TEMPFAIL)
		exchange->service->counts.failed++;
	else if (status == WARDEN_STATUS_BAD_REQUEST)
		exchange->service->counts.refused++;
}

void warden_answer_set_keyword(struct warden_answer *answer,
			       const char *keyword)
{
	g_free(answer->keyword);
	answer->keyword = g_strdup(keyword);
	answer->reply.keyword = *keyword != '\0' ? whole(answer->keyword) :
		warden_str(NULL, 0);
}

static bool has_word(const char *words, const char *word)
{
	gsize length = strlen(word);

	for (const char *p = words; (p = strstr(p, word)) != NULL; p++) {
		if ((p == words || p[-1] == ' ') &&
		    (p[length] == ' ' || p[length] == '\0'))
			return true;
	}
	return false;
}

void warden_answer_set_symbols(struct warden_answer *answer,
			       const GPtrArray *findings)
{
	GString *words = g_string_new("");

	for (guint i = 0; i < findings->len; i++) {
		const struct warden_finding *finding = findings->pdata[i];
		if (has_word(words->str, finding->symbol))
			continue;
		if (words->len + 1 + strlen(finding->symbol) >
		    WARDEN_STRING_MAX)
			break;
		if (words->len > 0)
			g_string_append_c(words, ' ');
		g_string_append(words, finding->symbol);
	}
	g_free(answer->symbols);
	answer->symbols = g_string_free(words, FALSE);
	answer->reply.symbols = whole(answer->symbols);
}

void warden_answer_set_text(struct warden_answer *answer, char *text)
{
	g_free(answer->text);
	answer->text = text;
	answer->reply.text =
		warden_str(text, MIN(strlen(text), WARDEN_REPLY_TEXT_MAX));
}
