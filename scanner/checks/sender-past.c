#include "warden-config.h"

#include "contact-name.h"
#include "from.h"
#include "mailbox.h"
#include "sender-private.h"

#include <string.h>

/* What the database remembers of the sender. */

/* So many in an hour are a habit of nobody whom one hears from rarely. */
#define BURST_MAILS 20u
#define BURST_TIMES 10u

#define HOUR_SECS 3600

/* Mails over some time: one good mail is what a patient impostor sends first. */
#define PROVEN_MAILS 5u
#define PROVEN_SECS (14 * 24 * HOUR_SECS)

/* The site has heard of nobody there before this hour, or so rarely that so
   many at once are no habit. */
static bool is_burst(const struct warden_contact *site)
{
	gint64 hours;

	if (site->last_hour < BURST_MAILS)
		return FALSE;
	hours = MAX((site->last_secs - site->first_secs) / HOUR_SECS, 1);
	/* counted up to 1000 only: above that it is a habit */
	return site->mails < 1000 && site->last_hour >
		BURST_TIMES * MAX((site->mails - MIN(site->mails,
						     site->last_hour)) /
				  (guint32)MIN(hours, G_MAXUINT32), 1);
}

static bool is_own(const struct warden_sender *sender)
{
	const struct warden_site *site = sender->input->site;

	return site != NULL && site->house != NULL &&
	       warden_house_is_own(site->house, sender->host);
}

/* Returns 1 known, 0 not, -1 cannot say. */
static int thread_is_known(const struct warden_sender *sender)
{
	const struct warden_history *history = sender->input->history;
	const struct warden_header_facts *header =
		&sender->input->facts->header;
	const char *user = sender->input->envelope->user;
	int ret = 0;

	if (header->in_reply_to[0] != '\0')
		ret = history->thread(history->context, header->in_reply_to,
				      user);
	for (guint i = 0; i < header->references->len && ret == 0; i++)
		ret = history->thread(history->context,
				      header->references->pdata[i], user);
	return ret;
}

static bool is_reply(const char *subject)
{
	static const char *const starts[] = {
		"re:", "aw:", "sv:", "antw:", "rv:", "r:", "odp:", "res:",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(starts); i++) {
		if (g_ascii_strncasecmp(subject, starts[i],
					strlen(starts[i])) == 0)
			return TRUE;
	}
	return FALSE;
}

/* An answer to nothing, or to what the user never had, from somebody who never
   wrote: who joins a talk late is brought in by those who know the user. Some
   programs leave references out, but not for strangers alone. */
static void check_reply(const struct warden_sender *sender, bool is_stranger)
{
	const struct warden_header_facts *header =
		&sender->input->facts->header;
	const struct warden_history *history = sender->input->history;

	if (is_stranger && is_reply(header->subject) &&
	    header->list_id[0] == '\0' && history->thread != NULL &&
	    thread_is_known(sender) == 0)
		warden_findings_add(sender->findings, "REPLY_WITHOUT_THREAD",
				    "", "\"%s\"", header->subject);
}

static bool ask(const struct warden_sender *sender, const char *whom,
		const char *user, struct warden_contact *contact_r, int *ret_r)
{
	const struct warden_history *history = sender->input->history;

	memset(contact_r, 0, sizeof(*contact_r));
	*ret_r = history->contact(history->context, whom, user, contact_r);
	return *ret_r >= 0;
}

static bool is_proven(const struct warden_sender *sender,
		      const struct warden_contact *own)
{
	return sender->proof == WARDEN_SENDER_PROVED && own->bad == 0 &&
	       (own->written || (own->mails >= PROVEN_MAILS &&
				 own->last_secs - own->first_secs >=
				 PROVEN_SECS));
}

static void report_known(const struct warden_sender *sender,
			 const struct warden_contact *own)
{
	const char *written = own->written ? ", and the user wrote there" : "";

	if (own->bad == 0 || own->written)
		warden_findings_add(sender->findings, "KNOWN_CONTACT", "",
				    "%u mails from %s%s", own->mails,
				    sender->address, written);
	if (is_proven(sender, own))
		warden_findings_add(sender->findings, "CONTACT_PROVEN", "",
				    "%u mails from %s%s, and this is one",
				    own->mails, sender->address, written);
}

/* Returns TRUE if the user does not know the sender. */
static bool check_contact(const struct warden_sender *sender)
{
	struct warden_contact own, site;
	g_autofree char *domain = g_strconcat("@", sender->host, NULL);
	int own_ret, site_ret;

	if (!ask(sender, sender->address, sender->input->envelope->user, &own,
		 &own_ret) ||
	    !ask(sender, domain, "", &site, &site_ret))
		return FALSE;
	if (site_ret > 0 && is_burst(&site))
		warden_findings_add(sender->findings, "BURST", "",
				    "%u mails from %s in the last hour",
				    site.last_hour, sender->host);
	if (own_ret > 0 && (own.mails > 0 || own.written)) {
		report_known(sender, &own);
		return FALSE;
	}
	warden_findings_add(sender->findings, "FIRST_CONTACT", "", "%s",
			    sender->address);
	return TRUE;
}

/* --- names ------------------------------------------------------------------- */

static bool is_addressed(const struct warden_header_facts *header,
			 const char *address)
{
	for (guint i = 0; i < header->to->len; i++) {
		const struct warden_address *to = header->to->pdata[i];

		if (g_ascii_strcasecmp(to->address, address) == 0)
			return TRUE;
	}
	return FALSE;
}

/* People of one organisation change addresses; of a provider's customers each is
   somebody else. */
static bool is_elsewhere(const struct warden_sender *sender,
			 const char *address)
{
	g_autofree char *host = warden_address_host(address);
	const char *domain = warden_host_domain(host);

	return strcmp(domain, sender->domain) != 0 ||
	       warden_mailbox_is_free(domain);
}

/* A stranger with the name of somebody who writes often. That may be the same
   person, elsewhere: who answers in a known thread or copies the known address
   is believed; and where two of the name are known, there may be a third. */
static void check_namesake(const struct warden_sender *sender)
{
	const struct warden_history *history = sender->input->history;
	const struct warden_header_facts *header =
		&sender->input->facts->header;
	g_autofree char *name = warden_contact_name(header);
	struct warden_namesake known = { .others = 0 };

	if (name == NULL || history->namesake == NULL ||
	    history->namesake(history->context, name,
			      sender->input->envelope->user, &known) <= 0 ||
	    known.others > 0 || !is_elsewhere(sender, known.address) ||
	    is_addressed(header, known.address) ||
	    (history->thread != NULL && thread_is_known(sender) > 0))
		return;
	warden_findings_add(sender->findings, "SENDER_NAME_OF_CONTACT", "",
			    "\"%s\" writes from %s, and else from %s",
			    sender->name, sender->address, known.address);
}

void warden_sender_check_past(const struct warden_sender *sender)
{
	const struct warden_history *history = sender->input->history;
	bool is_stranger = FALSE;

	if (sender->host[0] == '\0' || is_own(sender))
		return;
	if (history != NULL && history->contact != NULL &&
	    sender->input->envelope->user[0] != '\0')
		is_stranger = check_contact(sender);
	if (is_stranger)
		check_namesake(sender);
	check_reply(sender, is_stranger);
}
