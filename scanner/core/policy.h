#ifndef WARDEN_POLICY_H
#define WARDEN_POLICY_H

/* Findings to verdict to action, all from config: scores with their classes
   and reasons (scores.conf), thresholds and actions (warden.conf). Immutable
   once loaded. */

#include "../checks/checks.h"
#include "../protocol/protocol.h"

struct warden_policy;

/* Read warden.conf's [policy], [scores] and [actions] groups from key_file,
   and the scores file it names (relative to dir). NULL key_file and whatever
   is left out = compiled in (config/ at build time): so an upgrade that brings
   new symbols does not stop a site with its own scores file. Returns 1, or -1
   with *error_r naming group, key and value (the file, too, if it is not the
   caller's). Unknown keys and symbols are errors. */
int warden_policy_load(GKeyFile *key_file, const char *dir,
		       struct warden_policy **policy_r, char **error_r);
/* Is this a group of warden.conf that holds for some only: "policy", "actions"
   or "scores", and then " user:NAME" or " domain:NAME"? */
bool warden_policy_is_group(const char *group);
void warden_policy_free(struct warden_policy *policy);

/* The policy for a user: [policy user:NAME] and the like over [policy
   domain:DOMAIN] over the site's. policy itself if there is none for them, and
   for user "". Borrowed. */
const struct warden_policy *warden_policy_for(const struct warden_policy *policy,
					      const char *user);

/* A number that changes whenever scores, thresholds or checks change. */
guint64 warden_policy_fingerprint(const struct warden_policy *policy);

/* The reason in plain words for a symbol ("The file is a program that
   pretends to be a document."). Never NULL. */
const char *warden_policy_reason(const struct warden_policy *policy,
				 const char *symbol);

struct warden_judgement {
	enum warden_verdict verdict;
	enum warden_action action;
	double score;
	/* How much of what sends it to Quarantine there is: the highest of the
	   sums of malware, phishing and spam, each as a multiple of its
	   threshold. 1 and more is enough. */
	double strength;
	const char *keyword;	/* IMAP keyword, static or of policy; "" = none */
};

/* Give findings their scores (sorting strongest first, ties in given order)
   and decide. unscanned counts facts->unscanned. The action is the default
   for the verdict, replaced by overrides ("phishing=flag spam=allow", may be
   NULL), then bounded by the mailbox role: into Junk and Trash only malware
   is diverted, Drafts and Sent are flagged only. Returns 1, or -1 with
   *error_r if overrides are malformed. */
int warden_policy_judge(const struct warden_policy *policy,
			const struct warden_facts *facts, GPtrArray *findings,
			const char *overrides, enum warden_mailbox_role role,
			struct warden_judgement *judgement_r, char **error_r);
/* The same for stored findings, where only verdict and unscanned are known:
   just the action part. */
int warden_policy_action(const struct warden_policy *policy,
			 enum warden_verdict verdict, const char *overrides,
			 enum warden_mailbox_role role,
			 struct warden_judgement *judgement_r, char **error_r);
/* How findings that were judged add up, worst class first; of SUSPICIOUS all
   of them. Returns how many. */
#define WARDEN_POLICY_SUMS_MAX 6
struct warden_policy_sum {
	enum warden_verdict class;
	double sum, threshold;
};
guint warden_policy_sums(const struct warden_policy *policy,
			 const GPtrArray *findings,
			 struct warden_policy_sum *sums_r);
/* May this user take a mail with this verdict out of Quarantine? */
bool warden_policy_may_release(const struct warden_policy *policy,
			       enum warden_verdict verdict, bool admin);
/* Score class of a symbol: the verdict it argues for. */
enum warden_verdict warden_policy_class(const struct warden_policy *policy,
					const char *symbol);

#endif
