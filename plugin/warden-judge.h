#ifndef WARDEN_JUDGE_H
#define WARDEN_JUDGE_H

/* Ask wardend about one mail and apply the fail policy when there is no
   answer. The only place that decides between open and closed. */

#include "warden-plugin.h"

struct warden_question {
	struct mail_user *user;		/* who acts */
	const char *owner;		/* of the mailbox; NULL = user */
	enum warden_operation operation;
	enum warden_mailbox_role role;
	const char *mailbox;
	const char *origin;		/* COPY, MOVE: from where */
	const char *recipient, *sender, *session;	/* may be NULL */
	/* Known from an index record or an earlier recipient: asked first. */
	const uint8_t *key;
	size_t key_size;
	/* Do not wait beyond (warden_client_now()'s clock); 0 = the setting. */
	uint64_t deadline;
	/* The bytes; or, when NULL, the mail to read them from. FETCH and
	   RESCAN: it is where the mail stands. */
	struct warden_spool *body;
	struct mail *mail;
	/* Nothing is recorded of it. */
	bool dry_run;
};

struct warden_answer {
	enum warden_verdict verdict;
	enum warden_action action;
	uint32_t flags;			/* WARDEN_REPLY_* */
	uint32_t rules_epoch, list_generation;
	uint64_t delivery_id;
	uint8_t key[WARDEN_KEY_SIZE];
	size_t key_size;		/* 0, 16 or 32 */
	const char *keyword;		/* NULL = none */
	const char *reason;		/* plain words, never NULL */
};

/* The answer's strings live in pool. Returns 1 with a judgement; 0 if there
   was none and policy accepts (the answer is PENDING, ALLOW); -1 if there was
   none and policy defers, *error_r for the client in plain words. Whatever
   goes wrong is logged here, once. */
int warden_judge(const struct warden_question *question, pool_t pool,
		 struct warden_answer *answer_r, const char **error_r);
/* May this mail leave Quarantine? Returns 1 yes (and it is recorded, as a
   delivery whose place is to be told), 0 no (*error_r: why, for the client),
   -1 cannot say now (*error_r likewise). */
int warden_judge_release(const struct warden_question *question,
			 uint64_t *delivery_id_r, const char **error_r);

/* Tell the service what became of a mail. uid 0: nothing was saved. */
struct warden_placement {
	struct mail_user *user;
	const char *owner;
	const char *mailbox, *origin;
	enum warden_operation operation;
	guid_128_t mailbox_guid;
	bool have_mailbox_guid;
	uint32_t uid_validity, uid;
};
void warden_judge_tell(const struct warden_saved_mail *mail,
		       const struct warden_placement *place);

/* Tell the service what the user has said of a mail (learn, key). */
void warden_judge_tell_lesson(struct mail_user *user,
			      const struct warden_saved_mail *mail);

/* A mail that we moved into Quarantine. */
struct warden_journey {
	struct mail_user *user;
	enum warden_operation operation;	/* FETCH, PULL, RESCAN */
	const char *comment;			/* may be NULL */
	const uint8_t *key;	/* WARDEN_RECORD_KEY_SIZE bytes, or NULL */
	const char *origin, *mailbox;
	guid_128_t origin_guid, mailbox_guid;
	bool have_guids;
	uint32_t origin_uid_validity, origin_uid;
	uint32_t uid_validity, uid;		/* uid 0: was there before */
	const char *guid;			/* of the mail; may be NULL */
};
void warden_judge_tell_moved(const struct warden_journey *journey);
/* Mails that are no more (uids, an IMAP sequence-set), or their mailbox
   (NULL). */
void warden_judge_tell_gone(struct mailbox *box, const guid_128_t guid,
			    uint32_t uid_validity, const char *uids);
void warden_judge_tell_renamed(struct mailbox *box, const guid_128_t guid);

/* The index record for an answer, and what it says as an answer. */
void warden_answer_to_record(const struct warden_answer *answer,
			     struct warden_record *record_r);
void warden_answer_from_record(const struct warden_record *record,
			       struct warden_answer *answer_r);
/* The keyword that goes with a verdict when nobody says another. */
const char *warden_verdict_keyword(enum warden_verdict verdict);
/* Is this one of the keywords that Warden sets? */
bool warden_keyword_is_ours(const char *keyword);

#endif
