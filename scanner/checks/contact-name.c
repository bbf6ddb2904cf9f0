#include "warden-config.h"

#include "contact-name.h"
#include "house.h"

#include <stdbool.h>
#include <string.h>

#define WORDS_MIN 2u
#define WORDS_MAX 4u
#define LETTERS_MIN 6u

static bool is_among(const char *word, const char *const *words)
{
	for (; *words != NULL; words++) {
		if (strcmp(word, *words) == 0)
			return TRUE;
	}
	return FALSE;
}

/* In what calls itself so, nobody writes under the own name alone. */
static bool is_no_person(const char *word)
{
	static const char *const words[] = {
		"account", "accounts", "admin", "alert", "alerts", "bank",
		"billing", "bot", "club", "community", "company", "customer",
		"daily", "department", "digest", "forum", "group", "help",
		"helpdesk", "inc", "info", "kundenservice", "limited", "list",
		"llc", "ltd", "mail", "mailer", "marketing", "news",
		"newsletter", "noreply", "notification", "notifications",
		"office", "online", "payroll", "sales", "security", "service",
		"services", "shop", "store", "support", "system", "team",
		"the", "updates", "via", "weekly", "gmbh", NULL
	};

	return is_among(word, words);
}

/* One mailbox from which mail of many people comes. */
static bool is_program(const char *address)
{
	static const char *const words[] = {
		"admin", "alert", "alerts", "bounce", "bounces", "calendar",
		"comments", "daemon", "donotreply", "feedback", "hello",
		"info", "invitation", "invitations", "invite", "list",
		"mailer", "marketing", "member", "messages", "messaging",
		"news", "newsletter", "noreply", "notification",
		"notifications", "notify", "postmaster", "reply", "sales",
		"service", "share", "sharing", "support", "updates", NULL
	};
	g_autofree char *local = g_strndup(address, strcspn(address, "@"));
	g_auto(GStrv) parts = g_strsplit_set(local, ".-_+=", -1);

	for (char **part = parts; *part != NULL; part++) {
		if (is_among(*part, words))
			return TRUE;
	}
	return FALSE;
}

static bool is_word_of_name(const char *word, guint *letters)
{
	for (const char *p = word; *p != '\0'; p = g_utf8_next_char(p)) {
		if (!g_unichar_isalpha(g_utf8_get_char(p)))
			return FALSE;
		(*letters)++;
	}
	return *word != '\0';
}

/* Words that no name has stand in the name as it is written; folding makes
   other letters of some. */
static bool is_name(const char *name)
{
	g_autofree char *lower = g_utf8_strdown(name, -1);
	g_auto(GStrv) words = g_strsplit_set(lower, " ,.'-\"", -1);
	guint count = 0, letters = 0;

	for (char **word = words; *word != NULL; word++) {
		if (**word == '\0')
			continue;
		if (!is_word_of_name(*word, &letters) || is_no_person(*word))
			return FALSE;
		count++;
	}
	return count >= WORDS_MIN && count <= WORDS_MAX &&
	       letters >= LETTERS_MIN;
}

char *warden_contact_name(const struct warden_header_facts *header)
{
	const struct warden_address *from =
		header->from->len == 1 ? header->from->pdata[0] : NULL;

	/* Sender: somebody, or something, writes for the person. */
	if (from == NULL || header->sender != NULL ||
	    header->list_id[0] != '\0' || header->list_unsubscribe[0] != '\0' ||
	    strchr(from->address, '@') == NULL || !is_name(from->name))
		return NULL;
	g_autofree char *address = g_utf8_strdown(from->address, -1);

	return is_program(address) ? NULL : warden_house_fold_name(from->name);
}
