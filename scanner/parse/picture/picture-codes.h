#ifndef WARDEN_PARSE_PICTURE_CODES_H
#define WARDEN_PARSE_PICTURE_CODES_H

/* QR codes in a picture, by zbar: dark on light and light on dark, turned,
   pale, transparent, small. Other bar codes carry no links. */

#include "picture.h"

/* Add the codes' texts (GBytes, not yet there) to codes, at most
   WARDEN_PICTURE_CODES_MAX. *effort is what is left of
   WARDEN_PICTURES_EFFORT_MAX. Returns FALSE if it was too little, and there
   may be more codes. */
bool warden_picture_codes(const struct warden_picture *picture,
			  guint64 *effort, GPtrArray *codes);
GPtrArray *warden_picture_codes_new(void);

#endif
