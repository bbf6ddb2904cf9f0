/* Senders and threads that somebody remembers, or not. */

#include "warden-config.h"

#include "scanner/checks/checks.h"
#include "scanner/checks/house.h"

#include <string.h>

#define DAY (24 * 3600)

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
	bool proved;
} rows[] = {
	{ "Hello", { .user = 0 }, "FIRST_CONTACT", FALSE },
	{ "Hello", { .user = -1 }, "", FALSE },
	{ "Hello", { .user = 1, .contact = { .mails = 3 } },
	  "KNOWN_CONTACT", FALSE },
	{ "Hello", { .user = 1, .contact = { .mails = 3, .bad = 1 } }, "",
	  FALSE },
	{ "Hello", { .user = 1, .contact = { .bad = 1 } }, "FIRST_CONTACT",
	  FALSE },
	{ "Re: Hello", { .user = 0 }, "FIRST_CONTACT REPLY_WITHOUT_THREAD",
	  FALSE },
	{ "AW: Hello", { .user = 0, .thread = -1 }, "FIRST_CONTACT", FALSE },
	{ "Re: Hello", { .user = 0, .thread = 1 }, "FIRST_CONTACT", FALSE },
	{ "Re: Hello", { .user = 1, .contact = { .mails = 1 } },
	  "KNOWN_CONTACT", FALSE },
	/* forty at once, of a domain that wrote once a week before */
	{ "Hello", { .user = 0, .site = 1, .domain = {
		.first_secs = 1, .last_secs = 10000000, .mails = 50,
		.last_hour = 40 } }, "BURST FIRST_CONTACT", FALSE },
	/* as every hour */
	{ "Hello", { .user = 0, .site = 1, .domain = {
		.first_secs = 1, .last_secs = 36001, .mails = 400,
		.last_hour = 40 } }, "FIRST_CONTACT", FALSE },
	/* more than are counted */
	{ "Hello", { .user = 0, .site = 1, .domain = {
		.first_secs = 1, .last_secs = 10000000, .mails = 1000,
		.last_hour = 900 } }, "FIRST_CONTACT", FALSE },
	/* the user wrote there: that is who it is, if it is proved */
	{ "Re: Hello", { .user = 1, .contact = { .written = TRUE } },
	  "KNOWN_CONTACT", FALSE },
	{ "Hello", { .user = 1, .contact = { .written = TRUE } },
	  "CONTACT_PROVEN KNOWN_CONTACT", TRUE },
	{ "Hello", { .user = 1, .contact = { .written = TRUE, .bad = 1 } },
	  "KNOWN_CONTACT", TRUE },
	{ "Hello", { .user = 1, .contact = { .mails = 5, .first_secs = DAY,
		.last_secs = 15 * DAY } }, "CONTACT_PROVEN KNOWN_CONTACT",
	  TRUE },
	{ "Hello", { .user = 1, .contact = { .mails = 5, .first_secs = DAY,
		.last_secs = 14 * DAY } }, "KNOWN_CONTACT", TRUE },
	{ "Hello", { .user = 1, .contact = { .mails = 4, .first_secs = DAY,
		.last_secs = 90 * DAY } }, "KNOWN_CONTACT", TRUE },
	{ "Hello", { .user = 0 }, "FIRST_CONTACT", TRUE },
};

static char *names_of(const struct warden_check_input *input)
{
	g_autoptr(GPtrArray) findings = warden_checks_run(input);
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < findings->len; i++) {
		const struct warden_finding *finding = findings->pdata[i];

		if (strcmp(finding->family, "history") == 0)
			g_string_append_printf(out, "%s%s", out->len == 0 ?
					       "" : " ", finding->symbol);
		g_assert_cmpint(warden_finding_is_personal(finding), ==,
				strcmp(finding->family, "history") == 0);
	}
	return g_string_free(out, FALSE);
}

static const struct warden_envelope to_anna = {
	.user = "anna", .recipient = "anna@example.org", .sender = "",
	.service = "",
};

static char *run(struct past *past, const char *subject, bool proved)
{
	g_autoptr(warden_facts) facts = warden_facts_new();
	const struct warden_history history = {
		.contact = contact, .thread = thread, .context = past,
	};
	struct warden_house *house = warden_house_new();
	const struct warden_site site = { .house = house };
	const struct warden_check_input input = {
		.facts = facts, .envelope = &to_anna, .history = &history,
		.site = &site,
	};
	char *names;

	warden_house_add_authserv_id(house, "mx.example.org");
	g_ptr_array_add(facts->header.from,
			warden_address_new("", "Ben@Example.com"));
	g_ptr_array_add(facts->header.to,
			warden_address_new("", "anna@example.org"));
	if (proved)
		g_ptr_array_add(facts->header.auth_results, g_strdup(
			"mx.example.org; dmarc=pass header.from=example.com"));
	g_free(facts->header.subject);
	facts->header.subject = g_strdup(subject);
	g_free(facts->header.in_reply_to);
	facts->header.in_reply_to = g_strdup("1@example.org");
	names = names_of(&input);
	warden_house_free(house);
	return names;
}

static void test_rows(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct past past = rows[i].past;
		g_autofree char *symbols = run(&past, rows[i].subject,
					       rows[i].proved);

		g_test_message("row %" G_GSIZE_FORMAT, i);
		g_assert_cmpstr(symbols, ==, rows[i].expected);
	}
}

/* --- names ------------------------------------------------------------------- */

static int stranger(void *context, const char *sender, const char *user,
		    struct warden_contact *contact_r)
{
	return 0;
}

/* Jane Roe writes from one address, Max Moe from two. */
static int namesake(void *context, const char *name, const char *user,
		    struct warden_namesake *known_r)
{
	static char *jane, *max;

	if (jane == NULL) {
		jane = warden_house_fold_name("Jane Roe");
		max = warden_house_fold_name("Max Moe");
	}
	g_assert_cmpstr(user, ==, "anna");
	memset(known_r, 0, sizeof(*known_r));
	g_strlcpy(known_r->address, "jane@partner.example",
		  sizeof(known_r->address));
	known_r->others = strcmp(name, max) == 0;
	return strcmp(name, jane) == 0 || known_r->others > 0;
}

static const struct {
	const char *name, *address, *cc, *list_id, *unsubscribe, *sender;
	bool thread, expected;
} names[] = {
	{ .name = "Jane Roe", .address = "jane@else.example",
	  .expected = TRUE },
	{ .name = "ROE, Jane", .address = "x@gmail.com", .expected = TRUE },
	/* letters of another script */
	{ .name = "J\xd0\xb0ne Roe", .address = "x@else.example",
	  .expected = TRUE },
	/* her own house, a new address there */
	{ .name = "Jane Roe", .address = "roe@mail.partner.example" },
	/* from at home, and she says so */
	{ .name = "Jane Roe", .address = "jane@else.example",
	  .cc = "Jane@Partner.example" },
	{ .name = "Jane Roe", .address = "jane@else.example",
	  .thread = TRUE },
	/* what writes in people's names */
	{ .name = "Jane Roe via Docs", .address = "x@docs.example" },
	{ .name = "Jane Roe", .address = "invitations@network.example" },
	{ .name = "Jane Roe", .address = "drive-shares-noreply@g.example" },
	{ .name = "Jane Roe", .address = "x@else.example",
	  .list_id = "list.example" },
	{ .name = "Jane Roe", .address = "x@else.example",
	  .unsubscribe = "<mailto:u@else.example>" },
	{ .name = "Jane Roe", .address = "x@else.example",
	  .sender = "calendar@g.example" },
	{ .name = "Jane Roe (Accounts)", .address = "x@else.example" },
	/* many are called so */
	{ .name = "Jane", .address = "jane@else.example" },
	{ .name = "Max Moe", .address = "max@else.example" },
	/* somebody else */
	{ .name = "Joan Roe", .address = "joan@else.example" },
	{ .name = "", .address = "jane@else.example" },
};

static bool is_namesake(gsize i)
{
	g_autoptr(warden_facts) facts = warden_facts_new();
	struct past past = { .thread = names[i].thread };
	const struct warden_history history = {
		.contact = stranger, .thread = thread, .namesake = namesake,
		.context = &past,
	};
	const struct warden_check_input input = {
		.facts = facts, .envelope = &to_anna, .history = &history,
	};
	struct warden_header_facts *header = &facts->header;

	g_ptr_array_add(header->from, warden_address_new(
		names[i].name, names[i].address));
	if (names[i].cc != NULL)
		g_ptr_array_add(header->to,
				warden_address_new("", names[i].cc));
	if (names[i].sender != NULL)
		header->sender = warden_address_new("", names[i].sender);
	if (names[i].list_id != NULL) {
		g_free(header->list_id);
		header->list_id = g_strdup(names[i].list_id);
	}
	if (names[i].unsubscribe != NULL) {
		g_free(header->list_unsubscribe);
		header->list_unsubscribe = g_strdup(names[i].unsubscribe);
	}
	g_free(header->in_reply_to);
	header->in_reply_to = g_strdup("1@example.org");
	g_autofree char *found = names_of(&input);

	return strstr(found, "SENDER_NAME_OF_CONTACT") != NULL;
}

static void test_names(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_test_message("name %" G_GSIZE_FORMAT, i);
		g_assert_cmpint(is_namesake(i), ==, names[i].expected);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sender-past/rows", test_rows);
	g_test_add_func("/sender-past/names", test_names);
	return g_test_run();
}
