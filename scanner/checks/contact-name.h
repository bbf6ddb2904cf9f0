#ifndef WARDEN_CONTACT_NAME_H
#define WARDEN_CONTACT_NAME_H

/* The name of a person that writes: what others may borrow. Not the names of
   mailing lists, programs and departments, nor a first name alone, which many
   people share. Pure. */

#include "../facts/facts.h"

/* Of who a mail is from, folded as warden_house_fold_name() does. NULL if it is
   not from one person, as far as it shows. Owned by the caller. */
char *warden_contact_name(const struct warden_header_facts *header);

#endif
