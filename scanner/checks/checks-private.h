#ifndef WARDEN_CHECKS_PRIVATE_H
#define WARDEN_CHECKS_PRIVATE_H

/* For the families only: each file here defines one struct warden_check with
   the symbols that it may raise. */

#include "checks.h"

extern const struct warden_check warden_check_attachment;
extern const struct warden_check warden_check_content;
extern const struct warden_check warden_check_link;
extern const struct warden_check warden_check_list;
extern const struct warden_check warden_check_mime;
extern const struct warden_check warden_check_sender;

#endif
