#ifndef WARDEN_NOTICE_H
#define WARDEN_NOTICE_H

/* Telling a user by a message what was put into Quarantine: one for all that
   happened together. wardend says what it reads; we save it, as it is, through
   a mailbox instance of our own, with the keyword $WardenNotice and an index
   record by which our other parts leave it alone.

   A notice never makes anything fail: what goes wrong is logged, and told with
   the next one. */

#include "warden-plugin.h"

#define WARDEN_NOTICE_KEYWORD "$WardenNotice"
/* Somebody may wait for the end of a delivery or of a command. */
#define WARDEN_NOTICE_DEADLINE_MSECS 2000

/* A mail is in this user's Quarantine now (key: WARDEN_RECORD_KEY_SIZE bytes):
   to be told of by the next warden_notice_send(). */
void warden_notice_add(struct mail_user *user, const uint8_t *key);
/* It is over: tell, if the user wants single notices. In doveadm, where a
   command may go through many mailboxes of a user, this waits for the user's
   end (warden_notice_end()). */
void warden_notice_send(struct mail_user *user);
void warden_notice_end(struct mail_user *user);

/* For doveadm warden digest: tell what was not told. Returns 1 and the mailbox
   that the notice is in, 0 if there is nothing to tell or the user wants no
   notices, -1 and *error_r. */
int warden_notice_digest(struct mail_user *user, const char **mailbox_r,
			 const char **error_r);

#endif
