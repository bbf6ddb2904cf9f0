#include "epoch.h"

#include <string.h>

typedef char header_has_no_holes[sizeof(struct warden_epoch_header) == 32 ?
				 1 : -1];
typedef char entry_has_no_holes[sizeof(struct warden_epoch_entry) == 20 ?
				1 : -1];

bool warden_epoch_check(const void *data, size_t size, const char **error_r)
{
	struct warden_epoch_header header;

	if (size < sizeof(header)) {
		*error_r = "shorter than its header";
		return false;
	}
	memcpy(&header, data, sizeof(header));
	if (memcmp(header.magic, WARDEN_EPOCH_MAGIC,
		   sizeof(header.magic)) != 0) {
		*error_r = "not an epoch file of this version";
		return false;
	}
	if (header.count > WARDEN_EPOCH_ENTRIES_MAX ||
	    size != sizeof(header) +
		    header.count * sizeof(struct warden_epoch_entry)) {
		*error_r = "its size is not what its header says";
		return false;
	}
	return true;
}

/* Generation of the last change that concerns key, 0 = none. */
static uint32_t
last_change(const struct warden_epoch_entry *entries, size_t count,
	    const uint8_t *key)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(entries[middle].key, key,
				   WARDEN_EPOCH_KEY_SIZE);

		if (order == 0)
			return entries[middle].generation;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

bool warden_epoch_is_fresh(const void *data, uint32_t rules_epoch,
			   uint32_t list_generation,
			   const uint8_t key[WARDEN_EPOCH_KEY_SIZE])
{
	const struct warden_epoch_header *header = data;

	if (rules_epoch != header->rules_epoch ||
	    list_generation < header->complete_since ||
	    list_generation > header->list_generation)
		return false;
	return last_change((const void *)(header + 1), header->count, key) <=
		list_generation;
}

bool warden_epoch_is_last(const void *data, uint32_t list_generation)
{
	const struct warden_epoch_header *header = data;

	return list_generation == header->list_generation;
}
