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

/* Quarantine only: the GUID of the mailbox that the mail was meant for, so
   that a release finds the way back. */
uint32_t warden_record_register_origin(struct mailbox *box);
bool warden_record_lookup_origin(struct mailbox_transaction_context *t,
				 uint32_t seq, uint32_t ext_id,
				 guid_128_t guid_r);
void warden_record_update_origin(struct mailbox_transaction_context *t,
				 uint32_t seq, uint32_t ext_id,
				 const guid_128_t guid);

#endif
