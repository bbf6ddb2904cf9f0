#ifndef WARDEN_PROTOCOL_H
#define WARDEN_PROTOCOL_H

/* The wire format between Dovecot's processes (client) and wardend (server).

   Pure: no I/O, no allocation, no library beyond C99, so that the plugin can
   use it without linking anything. README.md in this folder describes the
   exchange; this header is its only implementation.

   A connection is one exchange: the client sends one request frame (for
   WARDEN_OP_SCAN followed by body_size raw bytes of the message), the server
   answers with one reply frame and closes.

   frame   := magic[4]="WRDN" version:u8 kind:u8 reserved:u16=0 length:u32
              payload[length]
   payload := attribute*          attribute := tag:u16 length:u32 value
   Integers are big-endian. Strings are not NUL-terminated, may not contain
   NUL, and are UTF-8 unless said otherwise (a receiver must not rely on it).
   Unknown attributes are skipped, so that fields can be added within one
   version. A repeated single-valued attribute, a length that overruns the
   frame, or an integer of the wrong width makes the frame invalid. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WARDEN_PROTOCOL_VERSION 1
#define WARDEN_FRAME_HEADER_SIZE 12
/* A request carries addresses and mailbox names, a reply findings' names:
   both are far below this. */
#define WARDEN_FRAME_PAYLOAD_MAX (64 * 1024)
#define WARDEN_STRING_MAX 4096
#define WARDEN_REPLY_TEXT_MAX (56 * 1024)
#define WARDEN_KEY_SIZE 32
#define WARDEN_GUID_SIZE 16

enum warden_op {
	/* Judge a message. With body_size > 0 the body follows the frame.
	   Without a body the key must be given (16 or 32 bytes of it): the
	   answer comes from stored findings, or is WARDEN_STATUS_NEED_BODY. */
	WARDEN_OP_SCAN = 1,
	/* Say where judged mail went. The client need not wait for the reply. */
	WARDEN_OP_PLACE = 2,
	/* Mail was saved without being judged (dsync, fail-open). */
	WARDEN_OP_PENDING = 3,
	/* A mail was moved out of Quarantine, or an administrator releases it.
	   The key must be given. Answers whether policy lets it go. */
	WARDEN_OP_RELEASE = 4,
	/* Health of the service. */
	WARDEN_OP_STATUS = 5,
	/* A user moved mail into Quarantine: a report. */
	WARDEN_OP_REPORT = 6,
	/* Mails were expunged (uids), or their mailbox was deleted (no uids).
	   The client need not wait for the reply; nor with the next two. */
	WARDEN_OP_GONE = 7,
	/* A mailbox has a new name: mailbox, mailbox_guid. */
	WARDEN_OP_RENAMED = 8,
	/* We moved a mail: by the FETCH gate (operation FETCH) or for an
	   administrator (PULL, RESTORE). From origin, origin_guid,
	   origin_uid_validity, origin_uid to mailbox, mailbox_guid,
	   uid_validity, uid, guid. PULL: only an administrator lets it go
	   again. */
	WARDEN_OP_MOVED = 9,
	/* Who holds what query asks for (administrators only)? Without user:
	   text lists users, one a line. With user: its stored copies, one a
	   line: "key delivery mailbox_guid uid_validity uid action origin", hex
	   and decimal, "-" for what is not known; origin, the mailbox that it
	   was meant for or moved from, may hold spaces. Operation RESTORE: also
	   copies that are gone. Ask again with the reply's cursor until that is
	   0. */
	WARDEN_OP_HUNT = 10,
	/* The text of a notice to a user about mail that was just put into
	   Quarantine (key, or query), or about all that the user was not told
	   of (neither): a digest. mailbox is Quarantine's name. text is a
	   whole message, CRLF; empty = there is nothing to tell. What is in
	   it counts as told, unless NOTICE comes again with aborted and the
	   reply's cursor: it was not saved. */
	WARDEN_OP_NOTICE = 11,
	/* A line for the audit trail (administrators only): actor, query as
	   the object, comment; what says the deed. */
	WARDEN_OP_AUDIT = 12,
	/* A user's move says what a mail (key) is: what, "ham", "spam", "phish",
	   or "forget", is learned for user. The client need not wait for the
	   reply. */
	WARDEN_OP_LEARN = 13,
};
#define WARDEN_OP_LAST WARDEN_OP_LEARN
#define WARDEN_KIND_REPLY 0x80

enum warden_status {
	WARDEN_STATUS_OK = 0,
	/* Only for a scan without body: send it again with the body. */
	WARDEN_STATUS_NEED_BODY = 1,
	/* The request was malformed or over a limit; reason says what. */
	WARDEN_STATUS_BAD_REQUEST = 2,
	/* The service could not do its job (reason): the fail policy decides. */
	WARDEN_STATUS_TEMPFAIL = 3,
	/* RELEASE: policy does not let this mail go. */
	WARDEN_STATUS_REFUSED = 4,
};

/* Order and numbers are fixed: they stand in mail index records and in the
   database. */
enum warden_verdict {
	WARDEN_VERDICT_UNKNOWN = 0,	/* no record: never judged */
	WARDEN_VERDICT_CLEAN = 1,
	WARDEN_VERDICT_SUSPICIOUS = 2,
	WARDEN_VERDICT_SPAM = 3,
	WARDEN_VERDICT_PHISHING = 4,
	WARDEN_VERDICT_MALWARE = 5,
	WARDEN_VERDICT_POLICY = 6,
	WARDEN_VERDICT_UNSCANNABLE = 7,
	WARDEN_VERDICT_PENDING = 8,	/* state: saved, not yet judged */
	WARDEN_VERDICT_RELEASED = 9,	/* state: let go, sticky */
};
#define WARDEN_VERDICT_LAST WARDEN_VERDICT_RELEASED

enum warden_action {
	WARDEN_ACTION_NONE = 0,		/* no record */
	WARDEN_ACTION_ALLOW = 1,
	WARDEN_ACTION_FLAG = 2,		/* IMAP keyword */
	WARDEN_ACTION_QUARANTINE = 3,
	WARDEN_ACTION_DEFER = 4,	/* LMTP/LDA: 4xx */
};
#define WARDEN_ACTION_LAST WARDEN_ACTION_DEFER

/* What the message is being saved for. */
enum warden_operation {
	WARDEN_OPERATION_UNKNOWN = 0,
	WARDEN_OPERATION_DELIVER = 1,	/* LMTP, LDA, before Sieve */
	WARDEN_OPERATION_SAVE = 2,	/* APPEND, doveadm save, Sieve's own */
	WARDEN_OPERATION_COPY = 3,
	WARDEN_OPERATION_MOVE = 4,
	WARDEN_OPERATION_FETCH = 5,
	WARDEN_OPERATION_SYNC = 6,	/* dsync */
	WARDEN_OPERATION_RELEASE = 7,
	WARDEN_OPERATION_PULL = 8,	/* doveadm warden pull */
	WARDEN_OPERATION_RESTORE = 9,	/* doveadm warden restore */
	WARDEN_OPERATION_RESCAN = 10,	/* doveadm warden rescan */
};
#define WARDEN_OPERATION_LAST WARDEN_OPERATION_RESCAN

/* The special use of the target mailbox (RFC 6154): policy depends on it. */
enum warden_mailbox_role {
	WARDEN_ROLE_NONE = 0,
	WARDEN_ROLE_JUNK = 1,
	WARDEN_ROLE_TRASH = 2,
	WARDEN_ROLE_DRAFTS = 3,
	WARDEN_ROLE_SENT = 4,
	WARDEN_ROLE_QUARANTINE = 5,
};
#define WARDEN_ROLE_LAST WARDEN_ROLE_QUARANTINE

/* Bits of warden_reply.flags. */
/* The verdict could not be written to the database; it is in the journal. */
#define WARDEN_REPLY_UNRECORDED 0x01
/* The answer came from stored findings, not from a new parse. */
#define WARDEN_REPLY_CACHED 0x02
/* The message's body exceeded the spool; only its beginning was judged. */
#define WARDEN_REPLY_TRUNCATED 0x04
/* This user's release of this message (or a global one) was applied. */
#define WARDEN_REPLY_RELEASED 0x08

/* A string inside somebody else's buffer. data is NULL when absent. */
struct warden_str {
	const char *data;
	size_t size;
};

struct warden_request {
	enum warden_op op;
	enum warden_operation operation;
	enum warden_mailbox_role role;
	/* 0 = no limit known. Time the client will still wait, from the
	   moment the request was sent. */
	uint32_t deadline_msecs;
	/* Bytes that follow the frame. */
	uint64_t body_size;
	/* Size of the whole message when the client's spool was cut off,
	   0 when body_size is all of it. */
	uint64_t full_size;
	struct warden_str service;	/* "imap", "lmtp", "lda", "doveadm" … */
	struct warden_str user;		/* owner of the mailbox */
	struct warden_str recipient;	/* envelope, without <> */
	struct warden_str sender;	/* envelope, without <>; empty = bounce */
	struct warden_str session;
	struct warden_str mailbox;	/* UTF-8, as the user names it */
	struct warden_str origin;	/* COPY/MOVE/RELEASE: source mailbox */
	struct warden_str actor;	/* who asks, when not the owner */
	/* Actions that the user's Dovecot settings put in place of the
	   service's: "phishing=flag spam=allow", space separated. */
	struct warden_str actions;
	/* Message key: 32 bytes, or its first 16 (from an index record). */
	uint8_t key[WARDEN_KEY_SIZE];
	size_t key_size;
	/* PLACE, PENDING, RELEASE: the delivery (from a reply) and where it
	   stands now. PLACE and NOTICE with aborted: nothing was saved; SCAN
	   with it: a dry run, nothing is recorded. */
	uint64_t delivery_id;
	bool aborted;
	uint8_t mailbox_guid[WARDEN_GUID_SIZE];
	bool have_mailbox_guid;
	uint32_t uid_validity;
	uint32_t uid;
	struct warden_str guid;		/* of the mail */
	/* MOVED: where it stood before (its name is origin). */
	uint8_t origin_guid[WARDEN_GUID_SIZE];
	bool have_origin_guid;
	uint32_t origin_uid_validity;
	uint32_t origin_uid;
	/* RELEASE: asked by an administrator (doveadm), not by the user.
	   global: for every user of the site. */
	bool admin;
	bool global;
	struct warden_str comment;	/* why, for the audit trail */
	/* HUNT: "kind:value". AUDIT: the object. GONE: an IMAP sequence-set of
	   UIDs, "1:5,9". NOTICE: the first 16 bytes of keys, in hex, space
	   separated; "+9": of nine more. */
	struct warden_str query;
	struct warden_str what;		/* AUDIT: "pull", "expire" …; LEARN */
	struct warden_str language;	/* NOTICE: "de", "zh" … */
	/* HUNT, NOTICE with aborted: from the reply before; 0 = from the
	   beginning. */
	uint64_t cursor;
};

struct warden_reply {
	enum warden_status status;
	enum warden_verdict verdict;
	enum warden_action action;
	uint32_t flags;
	uint32_t rules_epoch;
	uint32_t list_generation;
	int32_t score_milli;		/* score × 1000 */
	uint64_t delivery_id;		/* 0 when unrecorded */
	uint8_t key[WARDEN_KEY_SIZE];
	bool have_key;
	/* IMAP keyword for flag and quarantine: "$Junk", "$WardenMalware" … */
	struct warden_str keyword;
	/* One line in plain words for the user, safe to print: no CR, LF or
	   control characters, at most 400 bytes. Or why status is not OK. */
	struct warden_str reason;
	/* Findings' symbols, space separated, strongest first. */
	struct warden_str symbols;
	/* STATUS: "key=value" lines; HUNT, NOTICE: as said there. */
	struct warden_str text;
	/* HUNT: 0 = that was all. NOTICE: names this notice. */
	uint64_t cursor;
};

/* Encode into buf. Returns the bytes written, or 0 if size is too small or a
   string is longer than WARDEN_STRING_MAX or contains NUL (callers truncate
   hostile strings themselves). WARDEN_FRAME_HEADER_SIZE +
   WARDEN_FRAME_PAYLOAD_MAX is always enough. */
size_t warden_request_encode(const struct warden_request *request,
			     uint8_t *buf, size_t size);
size_t warden_reply_encode(enum warden_op op, const struct warden_reply *reply,
			   uint8_t *buf, size_t size);

/* Look at a frame's header. Returns 1 and the payload's length, 0 if fewer
   than WARDEN_FRAME_HEADER_SIZE bytes are there, -1 if this is no frame of
   our version or its payload is too large (*error_r says which). */
int warden_frame_peek(const uint8_t *data, size_t size, size_t *payload_r,
		      const char **error_r);

/* Decode a whole frame (header and payload). The strings point into data and
   live as long as it. Returns 1 ok, -1 invalid (*error_r is a static text). */
int warden_request_decode(const uint8_t *data, size_t size,
			  struct warden_request *request_r,
			  const char **error_r);
int warden_reply_decode(const uint8_t *data, size_t size,
			enum warden_op *op_r, struct warden_reply *reply_r,
			const char **error_r);

/* Names as in ARCHITECTURE: "clean", "quarantine" … Never NULL. */
const char *warden_verdict_name(enum warden_verdict verdict);
const char *warden_action_name(enum warden_action action);
/* Return false when the name is unknown. */
bool warden_verdict_parse(const char *name, enum warden_verdict *verdict_r);
bool warden_action_parse(const char *name, enum warden_action *action_r);
const char *warden_operation_name(enum warden_operation operation);
const char *warden_role_name(enum warden_mailbox_role role);

static inline struct warden_str warden_str(const char *s, size_t size)
{
	struct warden_str str = { s, size };
	return str;
}

#endif
