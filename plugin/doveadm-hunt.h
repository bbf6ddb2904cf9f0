#ifndef DOVEADM_HUNT_H
#define DOVEADM_HUNT_H

/* What wardend's database says of who holds what (WARDEN_OP_HUNT), for the
   commands that act on all of it. Several hunts are one: whatever any of them
   finds. The database may be behind: mailboxes are the truth. */

#include "doveadm-admin.h"

/* A user with more copies than this of one thing is refused: 64 bytes each. */
#define WARDEN_HUNT_COPIES_MAX 1000000

struct warden_hunt_copy {
	uint8_t key[WARDEN_RECORD_KEY_SIZE];
	guid_128_t mailbox;	/* empty = not known */
	uint32_t uid_validity, uid;
	/* The mailbox that it was meant for; NULL = not known. */
	const char *origin;
	/* Set by the caller: its mail was met. */
	bool met;
};

/* The copies of one user. */
struct warden_hunt_result {
	pool_t pool;
	/* by place: mailbox, uid_validity, uid */
	ARRAY(struct warden_hunt_copy) copies;
	/* sorted, each once */
	ARRAY(struct warden_hunt_key) keys;
};
struct warden_hunt_key {
	uint8_t key[WARDEN_RECORD_KEY_SIZE];
};

/* Ask for the copies of admin->user; for RESTORE also for those that the
   database calls gone. Returns 0 or -1 (logged: a failure). */
int warden_hunt_copies(struct warden_admin *admin, const char *const *hunts,
		       enum warden_operation operation,
		       struct warden_hunt_result **result_r);
void warden_hunt_free(struct warden_hunt_result **result);

bool warden_hunt_has_key(struct warden_hunt_result *result,
			 const uint8_t *key);
/* The copy that the database places there, or NULL. */
struct warden_hunt_copy *
warden_hunt_find(struct warden_hunt_result *result, const guid_128_t mailbox,
		 uint32_t uid_validity, uint32_t uid);

/* Key of a mail by its bytes. Returns 0, or -1 if it cannot be read. */
int warden_hunt_key_of(struct mail *mail,
		       uint8_t key_r[WARDEN_RECORD_KEY_SIZE]);

/* A command that visits only who holds something, unless it is told whom to
   visit (-u, -A, -F), is registered with one of these in place of its mail
   command's usual wrapper. The parameter "hunt" is what is looked for. Restore
   visits also those who had it: a killed pull may not have told that it is in
   Quarantine now. */
void warden_hunt_cmd_pull(struct doveadm_cmd_context *cctx);
void warden_hunt_cmd_restore(struct doveadm_cmd_context *cctx);
/* Users that it visits then; 0 = nobody knows. */
unsigned int warden_hunt_holders_count(void);
/* The parameter, checked for form; prints the usage and exits if there is
   none. */
const char *const *warden_hunt_param(struct doveadm_cmd_context *cctx,
				     const char *cmd_name);

#endif
