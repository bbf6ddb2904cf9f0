#ifndef WARDEN_SYNC_H
#define WARDEN_SYNC_H

/* What happens to stored mail later: the verdict database is told of expunges,
   deleted and renamed mailboxes, so that a hunt lists what is really there.
   Nobody waits for it, and a lost message only makes a hunt list too much. */

#include "warden-plugin.h"

/* Children of a renamed mailbox that are told of one by one. */
#define WARDEN_RENAMED_CHILDREN_MAX 1000

void warden_sync_hook_mailbox(struct mailbox_vfuncs *v);
/* FALSE if the mailbox has none. */
bool warden_sync_get_guid(struct mailbox *box, guid_128_t guid_r);
/* It and its children. guid NULL: it holds nothing but children. */
void warden_sync_renamed(struct mailbox *dest, const uint8_t *guid);

#endif
