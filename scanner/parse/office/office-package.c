#include "warden-config.h"

#include "office.h"
#include "office-crypt.h"

#include <string.h>

/* New documents that are encrypted: a compound file with how, and what. */

/* Rounds of hashing for one document: about a second. */
#define ROUNDS_MAX 1500000u
/* What that is taken for in bytes, so that one message cannot have it often. */
#define ROUNDS_COST (8u * 1024 * 1024)

static GBytes *try_passwords(struct warden_office *office, GBytes *info,
			     GBytes *package,
			     enum warden_trait_index *trait_r)
{
	static const char *const defaults[] = {
		WARDEN_OFFICE_DEFAULT_PASSWORD,
		WARDEN_SLIDES_DEFAULT_PASSWORD,
	};
	const GPtrArray *passwords = warden_queue_passwords(office->queue);
	gsize info_size, size;
	const guint8 *info_data = g_bytes_get_data(info, &info_size);
	const guint8 *data = g_bytes_get_data(package, &size);
	guint cost = warden_office_crypt_cost(info_data, info_size);
	guint left = ROUNDS_MAX, i;

	if (cost == 0 ||
	    !warden_queue_spend(office->queue, office->path,
				ROUNDS_COST + size))
		return NULL;
	for (i = 0; i < G_N_ELEMENTS(defaults) + passwords->len &&
	     cost <= left; i++) {
		bool known = i < G_N_ELEMENTS(defaults);
		GBytes *clear = warden_office_decrypt(
			info_data, info_size, data, size, known ?
			defaults[i] : g_ptr_array_index(
				passwords, i - G_N_ELEMENTS(defaults)));

		left -= cost;
		if (clear != NULL) {
			*trait_r = known ?
				WARDEN_TRAIT_OFFICE_DEFAULT_PASSWORD :
				WARDEN_TRAIT_OFFICE_PASSWORD;
			return clear;
		}
	}
	return NULL;
}

void warden_office_look_package(struct warden_office *office, guint index)
{
	guint entry = warden_ole_find(
		office->ole, warden_ole_entry(office->ole, index)->parent,
		"EncryptionInfo");
	g_autoptr(GBytes) package = warden_office_read(office, index);
	g_autoptr(GBytes) info = entry == 0 ? NULL :
		warden_office_read(office, entry);
	g_autoptr(GBytes) clear = NULL;
	enum warden_trait_index trait;
	struct warden_office_member member = {
		.entry = index, .name = "", .declared_type = "",
		.charset = "",
	};

	if (package != NULL && info != NULL)
		clear = try_passwords(office, info, package, &trait);
	if (clear == NULL) {
		warden_office_encrypted(office);
		return;
	}
	warden_office_note(&office->notes, trait, "");
	(void)warden_office_add(office, &member, clear);
}
