#include "warden-config.h"

#include "features-private.h"
#include "from.h"
#include "mailbox.h"
#include "redirector.h"
#include "shape.h"
#include "url.h"

#include <string.h>

/* Names, what people are told, sign, kind. A feature is one of a kind of mail
   that is understood; what merely differs between two collections (HTML or
   not, long or short lines, http or https) is left out. */
#define FEATURES(FEATURE) \
	FEATURE(FROM_FREEMAIL, "from.freemail", EITHER, ANY, \
		"it is sent from a free mailbox") \
	FEATURE(FROM_ODD_NAME, "from.odd-domain", BAD, ANY, \
		"the sender's domain has a name as machines make them") \
	FEATURE(FROM_DEEP, "from.deep-host", EITHER, ANY, \
		"the sender's address is at a host deep below its domain") \
	FEATURE(FROM_RANDOM, "from.random-box", BAD, ANY, \
		"the sender's mailbox has a name as machines make them") \
	FEATURE(FROM_STRANGER, "from.stranger", BAD, ANY, \
		"the sender's name has nothing to do with the address") \
	FEATURE(FROM_HOSTING, "from.customer-site", BAD, ANY, \
		"the sender's domain is one that anybody gets from a host") \
	FEATURE(FROM_SIGNS, "from.name-signs", BAD, ANY, \
		"the sender's name has signs or codes in it") \
	FEATURE(FROM_NAME_DOMAIN, "from.name-domain", BAD, PHISHING, \
		"the sender's name is the name of a domain, not its own") \
	FEATURE(FROM_RARE, "from.rare-tld", BAD, ANY, \
		"the sender's domain is under a rare top-level domain") \
	FEATURE(REPLY_OTHER, "reply.other-domain", BAD, ANY, \
		"answers go to another domain") \
	FEATURE(REPLY_FREEMAIL, "reply.freemail", BAD, SPAM, \
		"answers go to a free mailbox, not to the sender") \
	FEATURE(SUBJECT_CAPITALS, "subject.capitals", BAD, ANY, \
		"the subject shouts") \
	FEATURE(SUBJECT_EXCLAIMS, "subject.exclaims", BAD, ANY, \
		"the subject has exclamation marks") \
	FEATURE(SUBJECT_SYMBOLS, "subject.symbols", BAD, ANY, \
		"the subject has signs that draw the eye") \
	FEATURE(SUBJECT_NUMBER, "subject.code", EITHER, ANY, \
		"the subject has a long number") \
	FEATURE(SUBJECT_TOKEN, "subject.token", BAD, ANY, \
		"the subject has a word that only a machine makes") \
	FEATURE(SUBJECT_MONEY, "subject.money", BAD, SPAM, \
		"the subject names a sum of money") \
	FEATURE(SUBJECT_DISGUISED, "subject.disguised", BAD, ANY, \
		"the subject is written in characters that are no letters") \
	FEATURE(SUBJECT_ADDRESS, "subject.address", BAD, PHISHING, \
		"the subject has somebody's address") \
	FEATURE(LINKS_NONE, "links.none", EITHER, ANY, \
		"it has no links") \
	FEATURE(LINKS_OWN, "links.own", GOOD, ANY, \
		"most links lead to the sender's own domain") \
	FEATURE(LINKS_NEVER_OWN, "links.never-own", BAD, PHISHING, \
		"no link leads to the sender's own domain") \
	FEATURE(LINKS_ONE_TARGET, "links.one-target", BAD, PHISHING, \
		"several links all lead to one address elsewhere") \
	FEATURE(LINKS_LONELY, "links.lonely", BAD, PHISHING, \
		"its only link leads elsewhere, behind words") \
	FEATURE(LINKS_MANY, "links.many-domains", EITHER, ANY, \
		"its links lead to many domains") \
	FEATURE(LINKS_MAIL, "links.mail-elsewhere", BAD, SPAM, \
		"a link writes to a free mailbox") \
	FEATURE(LINKS_ONE_DOMAIN, "links.one-domain", BAD, PHISHING, \
		"all links lead to one domain, which is not the sender's") \
	FEATURE(LINKS_STRANGER, "links.stranger", BAD, PHISHING, \
		"neither the sender's address nor any link has to do with the" \
		" sender's name") \
	FEATURE(LINK_SHORT, "link.shortener", BAD, PHISHING, \
		"a link behind words goes through a service for short links") \
	FEATURE(LINK_RARE, "link.rare-tld", BAD, PHISHING, \
		"a link elsewhere is under a rare top-level domain") \
	FEATURE(LINK_BARE, "link.bare-host", EITHER, ANY, \
		"a link behind words leads to a site's front page") \
	FEATURE(LINK_TOKEN, "link.long-token", BAD, ANY, \
		"its only target elsewhere carries a long unreadable token") \
	FEATURE(LINK_DEEP, "link.deep-host", BAD, PHISHING, \
		"a link leads to a host deep below somebody else's domain") \
	FEATURE(LINK_DIGITS, "link.digits", BAD, PHISHING, \
		"a link's domain has a name as machines make them") \
	FEATURE(LINK_LONG, "link.long-host", BAD, PHISHING, \
		"a link's host has a very long name") \
	FEATURE(LINK_FRAGMENT, "link.fragment", BAD, PHISHING, \
		"a link elsewhere hides data behind its #") \
	FEATURE(LINK_SCRIPT, "link.server-script", BAD, PHISHING, \
		"a link elsewhere leads to a script in some folder") \
	FEATURE(LINK_HOSTING, "link.customer-site", BAD, PHISHING, \
		"a link leads to a page that anybody can put up") \
	FEATURE(TEXT_FEW, "text.few-words", EITHER, ANY, \
		"it has little text") \
	FEATURE(TEXT_IMAGE, "text.picture-only", BAD, ANY, \
		"it is a picture with little text") \
	FEATURE(TEXT_HIDDEN, "text.hidden", BAD, ANY, \
		"it hides more text than it shows") \
	FEATURE(TEXT_INVISIBLE, "text.invisible", BAD, ANY, \
		"its words hold invisible characters") \
	FEATURE(TEXT_SHOUTS, "text.shouts", BAD, SPAM, \
		"it shouts") \
	FEATURE(TEXT_EXCLAIMS, "text.exclaims", BAD, SPAM, \
		"it has many exclamation marks") \
	FEATURE(TEXT_FORTUNE, "text.fortune", BAD, SPAM, \
		"it speaks of a very large sum") \
	FEATURE(TEXT_MAILBOX, "text.freemail", BAD, SPAM, \
		"it names a free mailbox other than the sender's") \
	FEATURE(PART_PAGE, "part.page", BAD, PHISHING, \
		"a web page is attached") \
	FEATURE(PART_DOCUMENT, "part.document", EITHER, ANY, \
		"a document is attached") \
	FEATURE(PART_ARCHIVE, "part.archive", BAD, ANY, \
		"an archive is attached") \
	FEATURE(ASKS_ELSEWHERE, "asks.elsewhere", BAD, PHISHING, \
		"it presses or asks for something, and its links lead" \
		" elsewhere") \
	FEATURE(ASKS_MAILBOX, "asks.mailbox", BAD, SPAM, \
		"it offers or asks for something, and answers go to a free" \
		" mailbox")

enum feature {
#define FEATURE(id, name, sign, kind, words) id,
	FEATURES(FEATURE)
#undef FEATURE
	FEATURES_COUNT
};

static const struct warden_feature table[FEATURES_COUNT] = {
#define FEATURE(id, name, sign, kind, words) \
	[id] = { name, words, WARDEN_FEATURE_##sign, WARDEN_FEATURE_##kind },
	FEATURES(FEATURE)
#undef FEATURE
};

/* Findings that depend on what a collection cannot have, besides what depends
   on the recipient: lists, rules, who checked the sender on the way. */
static const char *const foreign_families[] = {
	"list", "rule", "av", "classifier",
};
static const char *const foreign_starts[] = {
	"AUTH_", "RECIPIENTS_HIDDEN", "SENDER_OWN_", "SENDER_VIP",
	"SIGNATURE_",
};

/* What belongs to offers rather than to pretending. */
static const char *const spam_starts[] = {
	"CONTENT_ADVANCE", "CONTENT_EXTORTION", "CONTENT_JOB", "CONTENT_LOAN",
	"CONTENT_PRIZE", "CONTENT_ROMANCE",
};

struct context {
	const struct warden_facts *facts;
	const GPtrArray *findings;
	bool has[FEATURES_COUNT];
	char *from_host, *from_domain, *from_box;
	/* links that are followed by a click */
	guint links, own, mailboxes;
	GHashTable *targets, *domains;	/* elsewhere; borrowed, owned */
	bool asks, offers, related;
};

/* --- who sends ------------------------------------------------------------ */

static void look_at_name(struct context *context)
{
	const struct warden_address *from = context->facts->header.from->
		pdata[0];
	g_autofree char *address = NULL;

	if (from->name[0] == '\0' || strchr(from->name, '@') != NULL)
		return;
	address = g_ascii_strdown(from->address, -1);
	context->has[FROM_STRANGER] = !warden_shape_has_to_do(from->name, address) &&
		!warden_shape_has_initials(from->name, context->from_box);
	context->has[FROM_SIGNS] = warden_shape_has_signs(from->name) ||
		warden_shape_has_token(from->name);
	context->has[FROM_NAME_DOMAIN] = warden_shape_names_domain(from->name,
						      context->from_domain);
}

static void look_at_sender(struct context *context)
{
	const struct warden_header_facts *header = &context->facts->header;
	const struct warden_address *from;

	if (header->from->len == 0)
		return;
	from = header->from->pdata[0];
	context->from_host = warden_address_host(from->address);
	if (context->from_host[0] == '\0')
		return;
	context->from_domain = g_strdup(warden_host_domain(context->from_host));
	context->from_box = g_ascii_strdown(
		from->address, strrchr(from->address, '@') - from->address);
	context->has[FROM_FREEMAIL] = warden_mailbox_is_free(context->from_domain);
	context->has[FROM_ODD_NAME] = warden_shape_is_machine_name(
		context->from_domain, strcspn(context->from_domain, "."));
	context->has[FROM_HOSTING] =
		warden_shape_is_customer_site(context->from_domain);
	context->has[FROM_RARE] = warden_shape_is_rare_tld(context->from_domain);
	look_at_name(context);
	context->has[FROM_DEEP] = warden_shape_depth(context->from_host) >= 2;
	/* Bounce addresses of senders in bulk have tokens, too: only short
	   ones are meant as names. */
	context->has[FROM_RANDOM] = strlen(context->from_box) <= 16 &&
		strchr(context->from_box, '=') == NULL &&
		strchr(context->from_box, '+') == NULL &&
		warden_shape_is_machine_name(context->from_box, strlen(context->from_box));
}

static void look_at_reply(struct context *context)
{
	const GPtrArray *reply = context->facts->header.reply_to;
	g_autofree char *host = NULL;
	const struct warden_address *address;

	if (reply->len == 0 || context->from_domain == NULL)
		return;
	address = reply->pdata[0];
	host = warden_address_host(address->address);
	if (*host == '\0' ||
	    strcmp(warden_host_domain(host), context->from_domain) == 0)
		return;
	context->has[REPLY_OTHER] = TRUE;
	context->has[REPLY_FREEMAIL] =
		warden_mailbox_is_free(warden_host_domain(host));
}

/* --- what it says --------------------------------------------------------- */

static void look_at_subject(struct context *context)
{
	const char *subject = context->facts->header.subject;
	struct warden_shape_count count = warden_shape_count(subject);

	context->has[SUBJECT_CAPITALS] = count.letters >= 10 &&
		count.capitals * 10 >= count.letters * 7;
	context->has[SUBJECT_EXCLAIMS] = count.exclamations > 0;
	context->has[SUBJECT_SYMBOLS] = count.symbols > 0;
	context->has[SUBJECT_TOKEN] = warden_shape_has_token(subject);
	context->has[SUBJECT_MONEY] = warden_shape_names_sum(subject);
	context->has[SUBJECT_DISGUISED] =
		warden_shape_is_disguised(subject);
	context->has[SUBJECT_NUMBER] = count.digits_run >= 6;
	context->has[SUBJECT_ADDRESS] = warden_features_has_address(
		subject, G_MAXINT, context->from_domain);
}

/* "write to john.doe55@gmail.com" in a mail from elsewhere. */
static bool names_mailbox(const struct context *context, const char *text)
{
	for (const char *at = strchr(text, '@'); at != NULL;
	     at = strchr(at + 1, '@')) {
		gsize before = 0, size = 0;

		while (before < 64 && at - before > text &&
		       (g_ascii_isalnum(at[-(gssize)before - 1]) ||
			strchr("._-+", at[-(gssize)before - 1]) != NULL))
			before++;
		while (size < 64 && (g_ascii_isalnum(at[1 + size]) ||
				     at[1 + size] == '.' ||
				     at[1 + size] == '-'))
			size++;
		while (size > 0 && at[size] == '.')
			size--;
		if (before == 0 || size == 0)
			continue;
		g_autofree char *box = g_ascii_strdown(at - before, before);
		g_autofree char *host = g_ascii_strdown(at + 1, size);

		if (warden_mailbox_is_free(warden_host_domain(host)) &&
		    strchr(host, '.') != NULL &&
		    (context->from_box == NULL ||
		     strcmp(box, context->from_box) != 0))
			return TRUE;
	}
	return FALSE;
}

static void look_at_text(struct context *context)
{
	const struct warden_text_facts *text = &context->facts->text;
	struct warden_shape_count count = warden_shape_count(text->visible);

	if (text->visible[0] == '\0' && text->images == 0)
		return;
	context->has[TEXT_FEW] = text->visible_chars < 300;
	context->has[TEXT_IMAGE] = text->visible_chars < 120 &&
		text->images > 0;
	/* Some hide a summary for the list of mails; that is short. */
	context->has[TEXT_HIDDEN] = text->hidden_chars > 600 &&
		text->hidden_chars > text->visible_chars;
	context->has[TEXT_INVISIBLE] = text->invisible_chars >= 10;
	context->has[TEXT_SHOUTS] = count.letters >= 80 &&
		count.capitals * 10 >= count.letters * 4;
	context->has[TEXT_EXCLAIMS] = count.exclamations >= 4;
	context->has[TEXT_FORTUNE] = warden_shape_names_fortune(text->visible);
	context->has[TEXT_MAILBOX] = names_mailbox(context, text->visible);
}

/* --- where links lead ------------------------------------------------------ */

static bool is_clicked(const struct warden_url *url)
{
	return strcmp(url->source, "html") == 0 ||
	       strcmp(url->source, "text") == 0 ||
	       strcmp(url->source, "qr") == 0;
}

static bool is_own(const struct context *context, const char *host)
{
	const char *domain = warden_host_domain(host);
	gsize size = strcspn(domain, ".");

	if (context->from_domain == NULL)
		return FALSE;
	if (strcmp(domain, context->from_domain) == 0 ||
	    warden_redirector_same_owner(domain, context->from_domain))
		return TRUE;
	/* example.de and example.com are mostly one owner */
	return size >= 4 && size == strcspn(context->from_domain, ".") &&
	       strncmp(domain, context->from_domain, size) == 0;
}

/* Words, not the address itself. */
static bool has_words(const struct warden_url *url)
{
	return url->text[0] != '\0' && strstr(url->text, "://") == NULL &&
	       strncmp(url->text, "www.", 4) != 0;
}

/* To the name that the sender bears. */
static bool is_related(const struct context *context, const char *host)
{
	const GPtrArray *from = context->facts->header.from;

	return from->len > 0 && warden_shape_has_to_do(
		((const struct warden_address *)from->pdata[0])->name, host);
}

static void look_elsewhere(struct context *context,
			   const struct warden_url *url,
			   const struct warden_url_parts *parts)
{
	const char *domain = warden_host_domain(parts->host), *fragment;
	bool local;

	g_hash_table_add(context->targets, url->url);
	g_hash_table_add(context->domains, g_strdup(domain));
	if (warden_url_host_is_address(parts->host, &local))
		return;
	if (warden_shape_is_machine_name(domain, strcspn(domain, ".")))
		context->has[LINK_DIGITS] = TRUE;
	if (warden_shape_depth(parts->host) >= 3)
		context->has[LINK_DEEP] = TRUE;
	if (strlen(parts->host) >= 45)
		context->has[LINK_LONG] = TRUE;
	context->has[LINK_HOSTING] |= warden_shape_is_customer_site(domain);
	context->has[LINK_RARE] |= warden_shape_is_rare_tld(domain);
	context->has[LINK_SHORT] |= has_words(url) &&
		warden_redirector_is_shortener(domain);
	context->related |= is_related(context, parts->host);
	fragment = strchr(parts->rest, '#');
	if (fragment != NULL && strlen(fragment) > 8 &&
	    (strchr(fragment, '@') != NULL || strchr(fragment, '=') != NULL ||
	     warden_redirector_has_token(fragment, 12)))
		context->has[LINK_FRAGMENT] = TRUE;
	g_autofree char *path = g_strndup(parts->rest,
					  strcspn(parts->rest, "?#"));
	if (strstr(path, "/wp-") != NULL || strstr(path, "/.") != NULL ||
	    strstr(path, "/~") != NULL ||
	    (g_str_has_suffix(path, ".php") && warden_shape_labels(path) <= 2 &&
	     strchr(path + 1, '/') != NULL))
		context->has[LINK_SCRIPT] = TRUE;
	if (has_words(url) && (path[0] == '\0' || strcmp(path, "/") == 0) &&
	    strchr(parts->rest, '?') == NULL)
		context->has[LINK_BARE] = TRUE;
}

static void look_at_mailbox(struct context *context,
			    const struct warden_url *url)
{
	g_autofree char *address = NULL, *host = NULL;

	if (g_ascii_strncasecmp(url->url, "mailto:", 7) != 0)
		return;
	address = g_strndup(url->url + 7, strcspn(url->url + 7, "?"));
	host = warden_address_host(address);
	if (!warden_mailbox_is_free(warden_host_domain(host)))
		return;
	g_autofree char *box = g_ascii_strdown(
		address, strrchr(address, '@') - address);
	if (context->from_box == NULL || strcmp(box, context->from_box) != 0)
		context->has[LINKS_MAIL] = TRUE;
}

static void look_at_link(struct context *context,
			 const struct warden_url *url)
{
	struct warden_url_parts parts;

	if (!is_clicked(url))
		return;
	look_at_mailbox(context, url);
	if (warden_url_split(url->url, &parts) &&
	    g_str_has_prefix(parts.scheme, "http")) {
		context->links++;
		if (is_own(context, parts.host))
			context->own++;
		else
			look_elsewhere(context, url, &parts);
	}
	warden_url_parts_clear(&parts);
}

static void look_at_links(struct context *context)
{
	const GPtrArray *urls = context->facts->urls;
	guint elsewhere, targets;
	const struct warden_url *only = NULL;

	for (guint i = 0; i < urls->len; i++)
		look_at_link(context, urls->pdata[i]);
	elsewhere = context->links - context->own;
	targets = g_hash_table_size(context->targets);
	context->has[LINKS_NONE] = context->links == 0;
	context->has[LINKS_OWN] = context->own > 0 &&
		context->own >= elsewhere;
	context->has[LINKS_NEVER_OWN] = context->links > 0 &&
		context->own == 0;
	context->has[LINKS_MANY] =
		g_hash_table_size(context->domains) >= 6;
	context->has[LINKS_ONE_DOMAIN] = context->own == 0 &&
		g_hash_table_size(context->domains) == 1;
	context->has[LINKS_STRANGER] = context->has[FROM_STRANGER] &&
		elsewhere > 0 && context->own == 0 && !context->related;
	if (targets != 1 || context->own > 0)
		return;
	for (guint i = 0; i < urls->len && only == NULL; i++) {
		if (g_hash_table_contains(
			context->targets,
			((const struct warden_url *)urls->pdata[i])->url))
			only = urls->pdata[i];
	}
	context->has[LINKS_ONE_TARGET] = elsewhere >= 2;
	context->has[LINKS_LONELY] = elsewhere == 1 && has_words(only);
	context->has[LINK_TOKEN] =
		warden_redirector_has_token(only->url, 24);
}

/* --- how it is built -------------------------------------------------------- */

static void look_at_parts(struct context *context)
{
	const GPtrArray *parts = context->facts->parts;

	for (guint i = 0; i < parts->len; i++) {
		const struct warden_part *part = parts->pdata[i];

		if ((part->flags & WARDEN_PART_ATTACHMENT) == 0)
			continue;
		context->has[PART_PAGE] |= part->kind == WARDEN_KIND_HTML ||
			part->kind == WARDEN_KIND_SVG;
		context->has[PART_DOCUMENT] |=
			part->kind == WARDEN_KIND_PDF ||
			part->kind == WARDEN_KIND_OFFICE;
		context->has[PART_ARCHIVE] |=
			part->kind == WARDEN_KIND_ARCHIVE ||
			part->kind == WARDEN_KIND_DISK_IMAGE;
	}
}

/* --- what others found ------------------------------------------------------ */

static bool starts_with_any(const char *symbol, const char *const *starts,
			    gsize count)
{
	for (gsize i = 0; i < count; i++) {
		if (g_str_has_prefix(symbol, starts[i]))
			return TRUE;
	}
	return FALSE;
}

static bool is_foreign(const struct warden_finding *finding)
{
	if (warden_finding_is_personal(finding) ||
	    warden_finding_is_addressed(finding))
		return TRUE;
	for (gsize i = 0; i < G_N_ELEMENTS(foreign_families); i++) {
		if (strcmp(finding->family, foreign_families[i]) == 0)
			return TRUE;
	}
	return starts_with_any(finding->symbol, foreign_starts,
			       G_N_ELEMENTS(foreign_starts));
}

const char *warden_features_keep(const char *name)
{
	static GHashTable *kept;
	G_LOCK_DEFINE_STATIC(kept);
	char *found;

	G_LOCK(kept);
	if (kept == NULL)
		kept = g_hash_table_new(g_str_hash, g_str_equal);
	found = g_hash_table_lookup(kept, name);
	if (found == NULL) {
		found = g_strdup(name);
		g_hash_table_add(kept, found);
	}
	G_UNLOCK(kept);
	return found;
}

static void add_finding(struct context *context, GArray *features,
			const struct warden_finding *finding)
{
	bool offer = starts_with_any(finding->symbol, spam_starts,
				     G_N_ELEMENTS(spam_starts));
	g_autofree char *name = g_strconcat("finding:", finding->symbol, NULL);
	struct warden_feature feature = {
		.name = warden_features_keep(name), .words = finding->detail,
		.sign = WARDEN_FEATURE_BAD,
		.kind = offer ? WARDEN_FEATURE_SPAM : WARDEN_FEATURE_PHISHING,
	};

	if (g_str_has_prefix(finding->symbol, "CONTENT_")) {
		context->offers |= offer;
		context->asks |= !offer;
	}
	for (guint i = 0; i < features->len; i++) {
		if (g_array_index(features, struct warden_feature, i).name ==
		    feature.name)
			return;
	}
	g_array_append_val(features, feature);
}

static void look_at_findings(struct context *context, GArray *features)
{
	for (guint i = 0; i < context->findings->len; i++) {
		const struct warden_finding *finding =
			context->findings->pdata[i];

		if (!is_foreign(finding))
			add_finding(context, features, finding);
	}
	context->has[ASKS_ELSEWHERE] = context->asks &&
		context->has[LINKS_NEVER_OWN];
	context->has[ASKS_MAILBOX] = (context->asks || context->offers) &&
		(context->has[REPLY_FREEMAIL] || context->has[LINKS_MAIL] ||
		 context->has[TEXT_MAILBOX]);
}

/* --- in which setting it speaks ----------------------------------------------- */

static bool leads_astray(const struct context *context)
{
	static const enum feature doubtful[] = {
		LINK_SHORT, LINK_RARE, LINK_DEEP, LINK_DIGITS, LINK_LONG,
		LINK_FRAGMENT, LINK_SCRIPT, LINK_HOSTING,
	};

	for (gsize i = 0; i < G_N_ELEMENTS(doubtful); i++) {
		if (context->has[doubtful[i]])
			return TRUE;
	}
	for (guint i = 0; i < context->findings->len; i++) {
		const struct warden_finding *finding =
			context->findings->pdata[i];

		if (strcmp(finding->family, "link") == 0 &&
		    !is_foreign(finding))
			return TRUE;
	}
	return FALSE;
}

static guint32 settings_of(const struct context *context)
{
	const bool *has = context->has;
	const bool holds[WARDEN_SETTINGS_COUNT] = {
		[WARDEN_SETTING_ELSEWHERE] = has[LINKS_NEVER_OWN],
		[WARDEN_SETTING_RISKY] = leads_astray(context),
		[WARDEN_SETTING_FREEMAIL] = has[FROM_FREEMAIL],
		[WARDEN_SETTING_STRANGER] = has[FROM_STRANGER] &&
			!context->related && context->own == 0,
		[WARDEN_SETTING_ODD] = has[FROM_ODD_NAME] ||
			has[FROM_RANDOM] || has[FROM_HOSTING] ||
			has[FROM_RARE],
		[WARDEN_SETTING_REPLIES] = has[REPLY_FREEMAIL] ||
			has[LINKS_MAIL] || has[TEXT_MAILBOX],
		[WARDEN_SETTING_LINKLESS] = has[LINKS_NONE],
	};
	guint32 settings = 0;

	for (guint i = 0; i < WARDEN_SETTINGS_COUNT; i++)
		settings |= holds[i] ? 1u << i : 0;
	return settings;
}

/* --- all of it ---------------------------------------------------------------- */

static int compare_features(const void *a, const void *b)
{
	const struct warden_feature *first = a, *second = b;

	return strcmp(first->name, second->name);
}

GArray *warden_features(const struct warden_facts *facts,
			const GPtrArray *findings,
			const struct warden_phrases *phrases)
{
	struct context context = { .facts = facts, .findings = findings };
	GArray *features = g_array_new(FALSE, FALSE,
				       sizeof(struct warden_feature));

	context.targets = g_hash_table_new(g_str_hash, g_str_equal);
	context.domains = g_hash_table_new_full(g_str_hash, g_str_equal,
						g_free, NULL);
	look_at_sender(&context);
	look_at_reply(&context);
	look_at_subject(&context);
	look_at_text(&context);
	look_at_links(&context);
	look_at_parts(&context);
	look_at_findings(&context, features);
	if (phrases != NULL)
		warden_features_add_concepts(features, facts, phrases,
					     settings_of(&context));
	for (guint i = 0; i < FEATURES_COUNT; i++) {
		if (context.has[i])
			g_array_append_val(features, table[i]);
	}
	g_array_sort(features, compare_features);
	g_hash_table_unref(context.targets);
	g_hash_table_unref(context.domains);
	g_free(context.from_host);
	g_free(context.from_domain);
	g_free(context.from_box);
	return features;
}

const struct warden_feature *warden_features_all(guint *count_r)
{
	*count_r = FEATURES_COUNT;
	return table;
}

const char *warden_feature_sign_name(enum warden_feature_sign sign)
{
	static const char *const names[] = {
		[WARDEN_FEATURE_BAD] = "bad", [WARDEN_FEATURE_GOOD] = "good",
		[WARDEN_FEATURE_EITHER] = "either",
	};

	return names[sign];
}
