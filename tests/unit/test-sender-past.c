/* Senders and threads that somebody remembers, or not. */

#include "warden-config.h"

#include "scanner/checks/checks.h"

#include <string.h>

struct past {
	int user, site, thread;		/* what the look-ups return */
	struct warden_contact contact, domain;
};

static int contact(void *context, const char *sender, const char *user,
		   struct warden_contact *contact_r)
{
	const struct past *past = context;

	g_assert_cmpstr(sender, ==, user[0] == '\0' ? "@example.com" :
			"ben@example.com");
	*contact_r = user[0] == '\0' ? past->domain : past->contact;
	return user[0] == '\0' ? past->site : past->user;
}

static int thread(void *context, const char *message_id, const char *user)
{
	const struct past *past = context;

	return past->thread;
}

static const struct {
	const char *subject;
	struct past past;
	const char *expected;
} rows[] = {
	{ "Hello", { .user = 0 }, "FIRST_CONTACT" },
	{ "Hello", { .user = -1 }, "" },
	{ "Hello", { .user = 1, .contact = { .mails = 3 } },
	  "KNOWN_CONTACT" },
	{ "Hello", { .user = 1, .contact = { .mails = 3, .bad = 1 } }, "" },
	{ "Hello", { .user = 1, .contact = { .bad = 1 } }, "FIRST_CONTACT" },
	{ "Re: Hello", { .user = 0 }, "FIRST_CONTACT REPLY_WITHOUT_THREAD" },
	{ "AW: Hello", { .user = 0, .thread = -1 }, "FIRST_CONTACT" },
	{ "Re: Hello", { .user = 0, .thread = 1 }, "FIRST_CONTACT" },
	{ "Re: Hello", { .user = 1, .contact = { .mails = 1 } },
	  "KNOWN_CONTACT" },
	/* forty at once, of a domain that wrote once a week before */
	{ "Hello", { .user = 0, .site = 1, .domain = {
		.first_secs = 1, .last_secs = 10000000, .mails = 50,
		.last_hour = 40 } }, "BURST FIRST_CONTACT" },
	/* as every hour */
	{ "Hello", { .user = 0, .site = 1, .domain = {
		.first_secs = 1, .last_secs = 36001, .mails = 400,
		.last_hour = 40 } }, "FIRST_CONTACT" },
	/* more than are counted */
	{ "Hello", { .user = 0, .site = 1, .domain = {
		.first_secs = 1, .last_secs = 10000000, .mails = 1000,
		.last_hour = 900 } }, "FIRST_CONTACT" },
};

static char *run(struct past *past, const char *subject)
{
	g_autoptr(warden_facts) facts = warden_facts_new();
	const struct warden_envelope envelope = {
		.user = "anna", .recipient = "anna@example.org", .sender = "",
		.service = "",
	};
	const struct warden_history history = {
		.contact = contact, .thread = thread, .context = past,
	};
	const struct warden_check_input input = {
		.facts = facts, .envelope = &envelope, .history = &history,
	};
	GString *out = g_string_new(NULL);

	g_ptr_array_add(facts->header.from,
			warden_address_new("", "Ben@Example.com"));
	g_ptr_array_add(facts->header.to,
			warden_address_new("", "anna@example.org"));
	g_free(facts->header.subject);
	facts->header.subject = g_strdup(subject);
	g_free(facts->header.in_reply_to);
	facts->header.in_reply_to = g_strdup("1@example.org");
	g_autoptr(GPtrArray) findings = warden_checks_run(&input);
	for (guint i = 0; i < findings->len; i++) {
		const struct warden_finding *finding = findings->pdata[i];

		if (strcmp(finding->family, "sender") == 0)
			g_string_append_printf(out, "%s%s", out->len == 0 ?
					       "" : " ", finding->symbol);
	}
	return g_string_free(out, FALSE);
}

static void test_rows(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct past past = rows[i].past;
		g_autofree char *symbols = run(&past, rows[i].subject);

		g_test_message("row %" G_GSIZE_FORMAT, i);
		g_assert_cmpstr(symbols, ==, rows[i].expected);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sender-past/rows", test_rows);
	return g_test_run();
}
