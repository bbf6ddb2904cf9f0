#ifndef WARDEN_PARSE_FUZZY_H
#define WARDEN_PARSE_FUZZY_H

/* The TLSH digest of some bytes (../facts/fuzzy-digest.h). */

#include "../facts/fuzzy-digest.h"

/* FALSE if the bytes are too few (less than 50) or too uniform for a digest. */
bool warden_fuzzy_digest(const guint8 *data, gsize size,
			 guint8 digest_r[WARDEN_FUZZY_SIZE]);

#endif
