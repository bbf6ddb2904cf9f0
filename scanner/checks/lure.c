#include "warden-config.h"

#include "from.h"
#include "link-lists.h"
#include "lure.h"
#include "mailbox.h"
#include "site.h"
#include "url.h"

#include <string.h>

#define C(name) WARDEN_CONCEPT_##name
#define F(name) (1u << WARDEN_FAMILY_##name)
#define MEMBERS_MAX 12u
#define GROUPS_MAX 4u

/* --- where it leads, and who asks ---------------------------------------------- */

enum {
	/* No link leads to the sender's own domain, but at least one
	   elsewhere. */
	LEADS_AWAY = 1 << 0,
	/* There is no link at all. */
	NO_LINK = 1 << 1,
	FREE_SENDER = 1 << 2,
	/* The answer goes to another organisation, or to a free mailbox. */
	REPLY_ELSEWHERE = 1 << 3,
	/* Nobody is named as recipient. */
	TO_NOBODY = 1 << 4,
	SHORT = 1 << 5,
	HAS_NUMBER = 1 << 6,	/* of a telephone */
	CALENDAR = 1 << 7,
	/* A free mailbox in the text, to write to. */
	NAMES_FREE_MAIL = 1 << 8,
	INSIDE = 1 << 9,	/* from one of a house to another */
};

#define SHORT_CHARS 700u
#define LONG_CHARS 8000u

struct scene {
	const struct warden_check_input *input;
	const struct warden_concept_hits *concepts;
	struct warden_findings *findings;
	guint ground;
};

static bool is_clicked(const struct warden_url *url)
{
	return *url->host != '\0' && strcmp(url->source, "resource") != 0 &&
	       strcmp(url->source, "header") != 0 &&
	       !g_str_has_prefix(url->url, "mailto:");
}

static const struct warden_brand *
brand_of(const struct warden_link_lists *lists, const char *host)
{
	struct warden_lookalike found;

	return warden_lookalike_find(warden_link_lists_names(lists), host,
				     &found) &&
	       found.kind == WARDEN_LOOKALIKE_EXACT ? found.owner : NULL;
}

/* "example.de" and "example.com" are mostly one house. */
static bool is_sister(const char *domain, const char *other)
{
	gsize size = strcspn(domain, ".");

	return size > 3 && size == strcspn(other, ".") &&
	       strncmp(domain, other, size) == 0;
}

enum leads { HOME, AWAY, NEITHER };

/* A brand's own page is nobody's trap, and who counts a sender's clicks works
   for the sender. */
static enum leads leads_to(const struct warden_link_lists *lists,
			   const char *own, const char *host)
{
	const char *domain = warden_url_registrable(host);
	const struct warden_brand *brand;

	if (domain != NULL &&
	    (strcmp(domain, own) == 0 || is_sister(domain, own)))
		return HOME;
	if (lists == NULL)
		return AWAY;
	if ((warden_link_lists_place(lists, host, "") &
	     WARDEN_PLACE_BULK_SENDER) != 0)
		return HOME;
	brand = brand_of(lists, host);
	if (brand == NULL || (warden_link_lists_place(lists, host, "") &
			      WARDEN_PLACE_ANYBODY) != 0)
		return AWAY;
	return brand == brand_of(lists, own) ? HOME : NEITHER;
}

static guint where_it_leads(const struct warden_check_input *input,
			    const char *own)
{
	const GPtrArray *urls = input->facts->urls;
	guint counts[3] = { 0 };

	for (guint i = 0; i < urls->len; i++) {
		const struct warden_url *url = g_ptr_array_index(urls, i);

		if (is_clicked(url))
			counts[leads_to(input->site->links, own,
					url->host)]++;
	}
	if (counts[HOME] > 0)
		return 0;
	return counts[AWAY] > 0 ? LEADS_AWAY :
		counts[NEITHER] > 0 ? 0 : NO_LINK;
}

static guint who_asks(const struct warden_header_facts *header, const char *own)
{
	guint ground = 0;

	if (warden_mailbox_is_free(own))
		ground |= FREE_SENDER;
	for (guint i = 0; i < header->reply_to->len; i++) {
		const struct warden_address *address =
			header->reply_to->pdata[i];
		g_autofree char *host = warden_address_host(address->address);
		const char *domain = warden_host_domain(host);

		if (*domain != '\0' && strcmp(domain, own) != 0 &&
		    warden_mailbox_is_free(domain))
			ground |= REPLY_ELSEWHERE;
	}
	if (header->to->len == 0)
		ground |= TO_NOBODY;
	for (guint i = 0; i < header->to->len; i++) {
		const struct warden_address *to = header->to->pdata[i];
		g_autofree char *host = warden_address_host(to->address);

		if (*own != '\0' && strcmp(warden_host_domain(host), own) == 0)
			ground |= INSIDE;
	}
	return ground;
}

/* Ten to thirteen digits with the usual signs between. */
#define DIGITS_MIN 10u
#define DIGITS_MAX 13u

static bool has_number(const char *text)
{
	guint digits = 0, apart = 0;

	for (const char *p = text; ; p++) {
		if (g_ascii_isdigit(*p)) {
			digits++;
			apart = 0;
			continue;
		}
		if (digits > 0 && *p != '\0' && apart < 2 &&
		    strchr(" -.()+/", *p) != NULL) {
			apart++;
			continue;
		}
		if (digits >= DIGITS_MIN && digits <= DIGITS_MAX)
			return TRUE;
		if (*p == '\0')
			return FALSE;
		digits = 0;
		apart = 0;
	}
}

static bool in_address(char c)
{
	return g_ascii_isalnum(c) || c == '.' || c == '-';
}

static bool names_free_mail(const char *text, const char *own)
{
	for (const char *at = strchr(text, '@'); at != NULL;
	     at = strchr(at + 1, '@')) {
		const char *end = at + 1;

		while (in_address(*end))
			end++;
		while (end > at + 1 && !g_ascii_isalnum(end[-1]))
			end--;
		g_autofree char *domain = g_strndup(at + 1, end - at - 1);
		if (at > text && g_ascii_isalnum(at[-1]) &&
		    strcmp(domain, own) != 0 &&
		    warden_mailbox_is_free(domain))
			return TRUE;
	}
	return FALSE;
}

static guint survey(const struct warden_check_input *input, const char *folded)
{
	const struct warden_facts *facts = input->facts;
	const struct warden_header_facts *header = &facts->header;
	g_autofree char *own = warden_from_domain(facts);
	guint ground = where_it_leads(input, own) | who_asks(header, own);

	if (facts->text.visible_chars <= SHORT_CHARS)
		ground |= SHORT;
	if (has_number(folded))
		ground |= HAS_NUMBER;
	if (names_free_mail(folded, own))
		ground |= NAMES_FREE_MAIL;
	for (guint i = 0; i < facts->parts->len; i++) {
		const struct warden_part *part = facts->parts->pdata[i];

		if (strcmp(part->declared_type, "text/calendar") == 0)
			ground |= CALENDAR;
	}
	return ground;
}

/* Lists pass on what people write, an answer quotes what it answers, and a
   notice of failure what failed. */
static bool is_passed_on(const struct warden_facts *facts)
{
	const struct warden_header_facts *header = &facts->header;

	for (guint i = 0; i < facts->parts->len; i++) {
		const struct warden_part *part = facts->parts->pdata[i];

		if (strcmp(part->declared_type, "message/delivery-status") == 0)
			return TRUE;
	}
	return header->list_id[0] != '\0' || header->references->len > 0 ||
	       header->in_reply_to[0] != '\0';
}

/* --- what it is made of ----------------------------------------------------------- */

/* Some of these, at least count of them. */
struct group {
	guint count;
	guint32 families;
	guint8 concepts[MEMBERS_MAX];	/* enum warden_concept + 1 */
};

#define M(name) (C(name) + 1)

/* Of those with links, and of those that tell stories, only the first that is
   found counts: long mails speak of many things. */
enum lure_kind { ALONE, LINKS, STORIES };

struct lure {
	const char *symbol, *what;
	enum lure_kind kind;
	guint chars_max;		/* of visible text, 0: any */
	/* one of these, and all of those */
	guint any, all;
	guint8 unless;		/* as in groups */
	/* unless apart: the first two stand near each other, the third near
	   either; what is left anywhere */
	bool apart;
	struct group groups[GROUPS_MAX];
};

#define AWAY_OR_NONE (LEADS_AWAY | NO_LINK)
#define STRANGER (FREE_SENDER | REPLY_ELSEWHERE | TO_NOBODY | NAMES_FREE_MAIL)

static const struct lure lures[] = {
	{ "LURE_WALLET", "a crypto wallet that is to be linked or saved",
	  LINKS, LONG_CHARS, LEADS_AWAY, 0, 0, FALSE, {
		{ 2, F(CRYPTO), { 0 } },
		{ 2, F(ACT) | F(CLICK) | F(LOSS) | F(WIN), { M(FREE) } } } },
	{ "LURE_MAILBOX", "a mailbox that is to be saved",
	  LINKS, LONG_CHARS, AWAY_OR_NONE, 0, M(NOT_YOU_IGNORE), FALSE, {
		{ 1, F(QUOTA), { M(MAILBOX), M(PASSWORD) } },
		{ 1, F(LOSS) | F(QUOTA), { M(UPGRADE), M(OR_ELSE) } },
		{ 1, F(ACT), { 0 } },
		{ 3, F(PRESS) | F(TEAM) | F(ADDRESS) | F(CLICK),
		  { M(KINDLY) } } } },
	{ "LURE_ACCOUNT", "an account that is to be saved",
	  LINKS, LONG_CHARS, AWAY_OR_NONE, 0, M(NOT_YOU_IGNORE), FALSE, {
		{ 1, F(THING), { M(SUBSCRIPTION) } },
		{ 1, F(LOSS), { 0 } },
		{ 2, F(ACT) | F(CLICK), { 0 } },
		{ 3, F(PRESS) | F(TEAM) | F(ADDRESS), { M(KINDLY) } } } },
	{ "LURE_PARCEL", "a parcel that waits for a payment or an address",
	  LINKS, LONG_CHARS, LEADS_AWAY, 0, 0, FALSE, {
		{ 1, 0, { M(PARCEL), M(CUSTOMS) } },
		{ 1, 0, { M(RESCHEDULE), M(DELIVERY_FEE), M(OVERDUE),
			  M(EXPIRE), M(SUSPEND), M(BLOCK) } },
		{ 1, F(ACT) | F(CLICK), { M(PAYMENT) } },
		{ 1, F(PRESS) | F(TEAM) | F(ADDRESS), { M(KINDLY) } } } },
	{ "LURE_PRIZE", "something to be won or given",
	  LINKS, LONG_CHARS, LEADS_AWAY, 0, 0, FALSE, {
		{ 2, F(WIN), { 0 } },
		{ 2, F(OFFER) | F(PRESS), { M(CLICK) } },
		{ 1, 0, { M(CLICK), M(SURVEY) } } } },
	{ "LURE_BILL", "a bill, and what happens otherwise",
	  LINKS, LONG_CHARS, LEADS_AWAY, 0, 0, FALSE, {
		{ 2, F(BILL) | F(STATE), { 0 } },
		{ 1, F(PRESS) | F(LOSS), { 0 } },
		{ 1, F(ACT), { M(CLICK) } },
		{ 3, F(PRESS) | F(TEAM) | F(ADDRESS), { M(KINDLY) } } } },
	{ "LURE_SHARE", "a document or message for you",
	  LINKS, 2500, LEADS_AWAY, 0, 0, FALSE, {
		{ 2, F(SHARE), { 0 } },
		{ 1, F(CLICK), { 0 } },
		{ 2, F(PRESS) | F(TEAM) | F(ADDRESS), { M(KINDLY) } } } },
	{ "LURE_OFFER", "wares, and haste",
	  LINKS, LONG_CHARS, LEADS_AWAY, 0, 0, FALSE, {
		{ 1, F(VICE) | F(WARES) | F(WEALTH), { 0 } },
		{ 2, F(OFFER), { 0 } },
		{ 1, 0, { M(CLICK) } } } },
	{ "LURE_FUND", "large sums, and a story",
	  STORIES, LONG_CHARS, STRANGER, 0, 0, TRUE, {
		{ 3, F(FUND), { 0 } },
		{ 3, F(STORY), { 0 } },
		{ 1, F(CONTACT) | F(ADDRESS), { 0 } } } },
	{ "LURE_HOOK", "money in a few words, and writing back",
	  STORIES, 0, STRANGER, SHORT | NO_LINK, 0, TRUE, {
		{ 2, F(FUND), { M(PARTNERSHIP), M(INVESTMENT), M(LOAN),
				M(NEXT_OF_KIN), M(REWARD), M(CONFIDENTIAL),
				M(BANK_OFFICER), M(PROFIT) } },
		{ 1, F(CONTACT), { 0 } } } },
	{ "LURE_FUND_CLEAR", "large sums, a story and a stranger",
	  ALONE, LONG_CHARS, STRANGER, NO_LINK, 0, TRUE, {
		{ 4, F(FUND), { 0 } },
		{ 4, F(STORY), { 0 } },
		{ 1, F(CONTACT), { 0 } } } },
	{ "LURE_BOSS", "an errand, and whether you are there",
	  ALONE, 0, FREE_SENDER | REPLY_ELSEWHERE, SHORT | NO_LINK, 0, TRUE, {
		{ 2, F(BOSS), { 0 } } } },
	{ "LURE_EXTORTION", "recordings, shame and bitcoins",
	  ALONE, LONG_CHARS, NO_LINK, 0, 0, TRUE, {
		{ 3, F(EXTORT), { 0 } },
		{ 1, 0, { M(RECORDED_YOU), M(HACKED_YOU) } },
		{ 1, 0, { M(BITCOIN_DEMAND), M(CRYPTO) } } } },
	{ "LURE_CALL", "a charge, and a number to call",
	  ALONE, 3000, FREE_SENDER | CALENDAR | REPLY_ELSEWHERE, HAS_NUMBER, 0, TRUE, {
		{ 3, F(BILL), { M(ANTIVIRUS) } },
		{ 1, 0, { M(CHARGE), M(RENEW) } },
		{ 1, F(CONTACT) | F(TEAM), { 0 } } } },
	{ "LURE_CALL", "virus protection that was charged, and a number to call",
	  ALONE, 3000, NO_LINK, HAS_NUMBER, 0, TRUE, {
		{ 2, F(BILL), { 0 } },
		{ 1, 0, { M(CHARGE), M(RENEW) } },
		{ 1, 0, { M(ANTIVIRUS) } } } },
};

static bool is_in(const struct group *group, guint concept)
{
	if ((warden_concept_infos[concept].families & group->families) != 0)
		return TRUE;
	for (guint i = 0; i < MEMBERS_MAX && group->concepts[i] != 0; i++) {
		if (group->concepts[i] == concept + 1)
			return TRUE;
	}
	return FALSE;
}

static guint count_of(const struct warden_concept_set *set,
		      const struct group *group)
{
	guint count = 0;

	for (guint i = 0; i < WARDEN_CONCEPTS_COUNT; i++)
		count += warden_concept_set_has(set, i) && is_in(group, i);
	return count;
}

static bool are_near(const struct warden_concept_hits *concepts,
		     const struct group *one, const struct group *other)
{
	for (guint i = 0; i < WARDEN_CONCEPTS_COUNT; i++) {
		if (!warden_concept_set_has(&concepts->all, i) ||
		    !is_in(one, i))
			continue;
		if (count_of(&concepts->near[i], other) > 0)
			return TRUE;
	}
	return FALSE;
}

/* Footers speak of accounts, of deleting and of what is confidential, too. */
static bool stands_together(const struct warden_concept_hits *concepts,
			    const struct group *groups)
{
	return are_near(concepts, &groups[0], &groups[1]) &&
	       (groups[2].count == 0 ||
		are_near(concepts, &groups[0], &groups[2]) ||
		are_near(concepts, &groups[1], &groups[2]));
}

static bool is_made_of(const struct scene *scene, const struct lure *lure)
{
	if (lure->unless != 0 &&
	    warden_concept_set_has(&scene->concepts->all, lure->unless - 1))
		return FALSE;
	for (guint i = 0; i < GROUPS_MAX && lure->groups[i].count > 0; i++) {
		if (count_of(&scene->concepts->all, &lure->groups[i]) <
		    lure->groups[i].count)
			return FALSE;
	}
	return lure->apart || stands_together(scene->concepts, lure->groups);
}

static bool try_lure(const struct scene *scene, const struct lure *lure)
{
	guint chars = scene->input->facts->text.visible_chars;

	if ((scene->ground & lure->any) == 0 ||
	    (scene->ground & lure->all) != lure->all ||
	    (lure->chars_max > 0 && chars > lure->chars_max) ||
	    !is_made_of(scene, lure))
		return FALSE;
	warden_findings_add(scene->findings, lure->symbol, "",
			    "it speaks of %s%s", lure->what,
			    (scene->ground & LEADS_AWAY) != 0 ?
			    ", and leads elsewhere than its sender" : "");
	return TRUE;
}

void warden_lure_check(const struct warden_check_input *input,
		       const struct warden_concept_hits *concepts,
		       const char *folded, struct warden_findings *findings)
{
	struct scene scene = {
		.input = input, .concepts = concepts, .findings = findings,
	};
	bool taken[STORIES + 1] = { FALSE };

	if (is_passed_on(input->facts))
		return;
	scene.ground = survey(input, folded);
	/* Without links, a house may say what it likes to its own people. */
	if ((scene.ground & INSIDE) != 0 && (scene.ground & NO_LINK) != 0)
		return;
	for (gsize i = 0; i < G_N_ELEMENTS(lures); i++) {
		enum lure_kind kind = lures[i].kind;

		if (kind == ALONE || !taken[kind])
			taken[kind] |= try_lure(&scene, &lures[i]);
	}
}
