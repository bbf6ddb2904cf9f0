#ifndef WARDEN_EPOCH_FILE_H
#define WARDEN_EPOCH_FILE_H

/* The epoch file (scanner/protocol/epoch.h) as this process sees it: mapped,
   and its path looked at again every WARDEN_EPOCH_RECHECK_MSECS. Knowing
   whether a verdict is still good costs no exchange with anybody. */

#include "warden-plugin.h"

/* A feed is in force within two seconds of its import; this is our share. */
#define WARDEN_EPOCH_RECHECK_MSECS 250

/* Is the record's verdict what it would be today? FALSE as well if there is
   no (usable) epoch file, or no key. Released mail is for its caller. */
bool warden_epoch_is_current(struct mail_user *user,
			     const struct warden_record *record);
/* Unmap. */
void warden_epoch_deinit(void);

#endif
