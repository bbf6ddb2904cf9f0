#include "warden-config.h"

#include "sender-private.h"

#include <string.h>

/* What the database remembers of the sender. */

/* So many in an hour are a habit of nobody whom one hears from rarely. */
#define BURST_MAILS 20u
#define BURST_TIMES 10u

#define HOUR_SECS 3600

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
	if (own_ret > 0 && (own.mails > 0 || own.replied > 0)) {
		if (own.bad == 0 || own.replied > 0)
			warden_findings_add(sender->findings, "KNOWN_CONTACT",
					    "", "%u mails from %s, %u to it",
					    own.mails, sender->address,
					    own.replied);
		return FALSE;
	}
	warden_findings_add(sender->findings, "FIRST_CONTACT", "", "%s",
			    sender->address);
	return TRUE;
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
	check_reply(sender, is_stranger);
}
