/* The verdict record in the mail index. */

#include "lib.h"
#include "crc32.h"
#include "guid.h"
#include "mail-index.h"
#include "mail-storage-private.h"

#include "warden-record.h"

#define EXT_NAME "warden"
#define EXT_NAME_ORIGIN "warden-origin2"

uint32_t warden_record_register(struct mailbox *box)
{
	_Static_assert(sizeof(struct warden_record) == 28,
		      "the index record's size is part of its format");

	return mail_index_ext_register(box->index, EXT_NAME, 0,
				       sizeof(struct warden_record),
				       sizeof(uint32_t));
}

bool warden_record_lookup(struct mailbox_transaction_context *t, uint32_t seq,
			  uint32_t ext_id, struct warden_record *record_r)
{
	const void *data;

	i_zero(record_r);
	if (seq == 0 || seq > mail_index_view_get_messages_count(t->view))
		return FALSE;
	mail_index_lookup_ext(t->view, seq, ext_id, &data, NULL);
	if (data == NULL)
		return FALSE;
	memcpy(record_r, data, sizeof(*record_r));
	if (record_r->verdict == WARDEN_VERDICT_UNKNOWN ||
	    record_r->verdict > WARDEN_VERDICT_LAST ||
	    record_r->action > WARDEN_ACTION_LAST) {
		i_zero(record_r);
		return FALSE;
	}
	return TRUE;
}

void warden_record_update(struct mailbox_transaction_context *t, uint32_t seq,
			  uint32_t ext_id, const struct warden_record *record)
{
	mail_index_update_ext(t->itrans, seq, ext_id, record, NULL);
}

bool warden_record_has_key(const struct warden_record *record)
{
	static const uint8_t none[WARDEN_RECORD_KEY_SIZE];

	return memcmp(record->key, none, sizeof(none)) != 0;
}

uint32_t warden_record_register_origin(struct mailbox *box)
{
	_Static_assert(sizeof(struct warden_origin) == 32,
		      "the index record's size is part of its format");

	return mail_index_ext_register(box->index, EXT_NAME_ORIGIN, 0,
				       sizeof(struct warden_origin),
				       sizeof(uint32_t));
}

bool warden_record_lookup_origin(struct mailbox_transaction_context *t,
				 uint32_t seq, uint32_t ext_id,
				 struct warden_origin *origin_r)
{
	const void *data;

	i_zero(origin_r);
	mail_index_lookup_ext(t->view, seq, ext_id, &data, NULL);
	if (data == NULL)
		return FALSE;
	memcpy(origin_r, data, sizeof(*origin_r));
	return !guid_128_is_empty(origin_r->mailbox);
}

void warden_record_update_origin(struct mailbox_transaction_context *t,
				 uint32_t seq, uint32_t ext_id,
				 const struct warden_origin *origin)
{
	mail_index_update_ext(t->itrans, seq, ext_id, origin, NULL);
}

uint32_t warden_record_keyword_id(const char *keyword)
{
	return keyword == NULL ? 0 : crc32_str(t_str_lcase(keyword));
}
