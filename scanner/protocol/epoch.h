#ifndef WARDEN_EPOCH_H
#define WARDEN_EPOCH_H

/* The epoch file: what every process that serves mail knows of the current
   rules and lists without asking anybody. wardend and `warden feed` write it
   anew (into a temporary file, then rename) whenever an epoch changes; readers
   map it and look at its path again now and then.

   Pure, as all of this folder: the functions look at a mapped file.

   file := struct warden_epoch_header, count × struct warden_epoch_entry
   in host byte order (it never leaves the machine), entries sorted by key
   (memcmp), no key twice.

   A verdict of {rules epoch, list generation, key} is fresh when
   - its rules epoch is the file's, and
   - complete_since <= its list generation <= the file's, and
   - there is no entry of that key with a greater generation.
   Everything else is stale, and so is everything when there is no file. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WARDEN_EPOCH_MAGIC "WRDNEPO1"
#define WARDEN_EPOCH_KEY_SIZE 16
/* Beyond this many the writer raises complete_since instead: then every
   older mail asks once. 20 bytes each. */
#define WARDEN_EPOCH_ENTRIES_MAX 2000000

struct warden_epoch_header {
	char magic[8];
	uint32_t rules_epoch;
	uint32_t list_generation;
	/* The entries tell of all changes since this generation. */
	uint32_t complete_since;
	uint32_t reserved;		/* 0 */
	uint64_t count;
};

/* A message for which a change of lists may mean another verdict. */
struct warden_epoch_entry {
	uint8_t key[WARDEN_EPOCH_KEY_SIZE];
	/* of the last such change */
	uint32_t generation;
};

/* Is this an epoch file? Header and size only, so that it costs nothing;
   entries out of order only make look-ups miss. *error_r is static. */
bool warden_epoch_check(const void *data, size_t size, const char **error_r);

/* Is a verdict still what it would be today? data must have passed the check.
   O(log count). */
bool warden_epoch_is_fresh(const void *data, uint32_t rules_epoch,
			   uint32_t list_generation,
			   const uint8_t key[WARDEN_EPOCH_KEY_SIZE]);
/* Have the lists not changed at all since? */
bool warden_epoch_is_last(const void *data, uint32_t list_generation);

#endif
