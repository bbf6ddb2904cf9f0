#ifndef WARDEN_RECORD_H
#define WARDEN_RECORD_H

/* What the mailbox index says of a mail: who judged it, how, and the way back
   to the verdict database. Written in the same transaction as the mail, so it
   is there exactly when the mail is; clients cannot reach it. All zeros: never
   judged. Lost with the index (the database then knows better). */

#include "scanner/protocol/protocol.h"

struct mail;
struct mailbox;
struct mailbox_transaction_context;

#define WARDEN_RECORD_KEY_SIZE 16

/* Bits of warden_record.flags. */
#define WARDEN_RECORD_UNRECORDED 0x0001	/* not in the database (journal) */
#define WARDEN_RECORD_TRUNCATED 0x0002	/* only its beginning was judged */
/* The mail's copy is in Quarantine; this one is being removed. */
#define WARDEN_RECORD_DIVERTED 0x0004
/* In Quarantine: put there by an administrator, who alone lets it go. */
#define WARDEN_RECORD_PULLED 0x0008
/* In Quarantine: on its way back; it may stand in its mailbox already. */
#define WARDEN_RECORD_RESTORING 0x0010
/* A message from us to the user. */
#define WARDEN_RECORD_NOTICE 0x0020

/* On-disk format, host byte order as all of Dovecot's index. The extension
   carries the format's version in its name's suffix should it ever change. */
struct warden_record {
	uint32_t rules_epoch;
	uint32_t list_generation;
	uint8_t verdict;	/* enum warden_verdict */
	uint8_t action;		/* enum warden_action */
	uint16_t flags;
	uint8_t key[WARDEN_RECORD_KEY_SIZE];
};

/* Announce the extension to an opened mailbox. Returns its id. */
uint32_t warden_record_register(struct mailbox *box);
/* Returns FALSE if there is none (record_r is zeroed). A record with numbers
   that we do not know counts as none. */
bool warden_record_lookup(struct mailbox_transaction_context *t, uint32_t seq,
			  uint32_t ext_id, struct warden_record *record_r);
void warden_record_update(struct mailbox_transaction_context *t, uint32_t seq,
			  uint32_t ext_id, const struct warden_record *record);
bool warden_record_has_key(const struct warden_record *record);

/* Quarantine only: where the mail stood, or was meant to go, and what the way
   here changed of it, so that it can be put back as it was. */
struct warden_origin {
	guid_128_t mailbox;
	/* Of the mail there; 0: it never stood there. */
	uint32_t uid_validity, uid;
	/* crc32 of the keyword that we set, in lower case; 0: none, or the mail
	   had it already. */
	uint32_t keyword;
	/* enum mail_flags that it had and does not have here: MAIL_DELETED. */
	uint8_t flags;
	uint8_t reserved[3];
};
uint32_t warden_record_register_origin(struct mailbox *box);
/* Returns FALSE if there is none (origin_r is zeroed). */
bool warden_record_lookup_origin(struct mailbox_transaction_context *t,
				 uint32_t seq, uint32_t ext_id,
				 struct warden_origin *origin_r);
void warden_record_update_origin(struct mailbox_transaction_context *t,
				 uint32_t seq, uint32_t ext_id,
				 const struct warden_origin *origin);
/* What warden_origin.keyword is for a keyword; NULL: 0. */
uint32_t warden_record_keyword_id(const char *keyword);

#endif
