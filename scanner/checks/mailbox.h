#ifndef WARDEN_MAILBOX_H
#define WARDEN_MAILBOX_H

/* What kind of house an address is in. Built-in tables of large providers:
   what counts is the kind of sender. domain: registrable, lower case. */

#include <stdbool.h>

/* Anybody gets a mailbox for nothing. */
bool warden_mailbox_is_free(const char *domain);
/* Made for minutes, for anybody, read by everybody. */
bool warden_mailbox_is_disposable(const char *domain);

#endif
