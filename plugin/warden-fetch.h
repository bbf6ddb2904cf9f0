#ifndef WARDEN_FETCH_H
#define WARDEN_FETCH_H

/* The gate between a stored mail and a client who wants its body (imap, pop3,
   imap-urlauth): what an index record calls good, by today's rules and lists,
   passes without an exchange with anybody; what it calls bad is hidden; the
   rest is judged now. Hidden is: expunged, as far as this command is
   concerned. (A substitute in place of the body would be cached by clients and
   rename maildir files; other errors disconnect or hang them.)

   Hidden mail is moved to Quarantine at the next sync of its mailbox, or when
   the mailbox is closed. Headers, ENVELOPE, BODYSTRUCTURE, PREVIEW and SEARCH
   do not pass the gate: listings stay cheap.

   One FETCH command waits for the scanner as long as one message may wait in
   all (warden_deadline), not counting what it takes a healthy scanner
   (WARDEN_FETCH_FREE_MSECS a mail). After that policy (warden_fail_imap) says
   what becomes of the rest: served and marked as pending, or hidden for now. */

#include "warden-plugin.h"

/* An answer that came within it costs nothing of a command's patience. */
#define WARDEN_FETCH_FREE_MSECS 200

void warden_fetch_hook_mail(struct mail *mail, struct warden_mailbox *mbox);
/* A command begins. */
void warden_fetch_begin(struct warden_mailbox *mbox);
/* Move what was found. Nothing to do: costs nothing. */
void warden_fetch_move_hidden(struct mailbox *box);

#endif
