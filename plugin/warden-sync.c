/* Syncs, and what they bring to light. */

#include "lib.h"
#include "array.h"
#include "mail-namespace.h"
#include "mailbox-list-iter.h"
#include "seq-range-array.h"
#include "str.h"

#include "warden-fetch.h"
#include "warden-judge.h"
#include "warden-sync.h"

/* Of one message to the service; a range takes at most 21 bytes. */
#define UIDS_LENGTH_MAX (WARDEN_STRING_MAX - 32)

bool warden_sync_get_guid(struct mailbox *box, guid_128_t guid_r)
{
	struct mailbox_metadata metadata;

	if (mailbox_get_metadata(box, MAILBOX_METADATA_GUID, &metadata) < 0)
		return FALSE;
	guid_128_copy(guid_r, metadata.guid);
	return TRUE;
}

/* --- expunges ------------------------------------------------------------- */

static void
tell_gone(struct mailbox *box, const ARRAY_TYPE(seq_range) *uids)
{
	const struct seq_range *range;
	struct mailbox_status status;
	guid_128_t guid;
	string_t *str = t_str_new(128);

	if (!warden_sync_get_guid(box, guid))
		return;
	mailbox_get_open_status(box, STATUS_UIDVALIDITY, &status);
	array_foreach(uids, range) {
		if (str_len(str) > UIDS_LENGTH_MAX) {
			warden_judge_tell_gone(box, guid, status.uidvalidity,
					       str_c(str));
			str_truncate(str, 0);
		}
		if (str_len(str) > 0)
			str_append_c(str, ',');
		str_printfa(str, "%u", range->seq1);
		if (range->seq2 != range->seq1)
			str_printfa(str, ":%u", range->seq2);
	}
	warden_judge_tell_gone(box, guid, status.uidvalidity, str_c(str));
}

/* Not in the middle of a sync, where asking for the GUID would begin one. */
static void flush_gone(struct mailbox *box, struct warden_mailbox *mbox)
{
	if (!array_is_created(&mbox->gone))
		return;
	if (box->opened) T_BEGIN {
		tell_gone(box, &mbox->gone);
	} T_END;
	array_free(&mbox->gone);
}

static void
warden_sync_notify(struct mailbox *box, uint32_t uid,
		   enum mailbox_sync_type sync_type)
{
	struct warden_mailbox *mbox = WARDEN_CONTEXT_REQUIRE(box);

	if (uid != 0 && sync_type == MAILBOX_SYNC_TYPE_EXPUNGE) {
		if (!array_is_created(&mbox->gone))
			i_array_init(&mbox->gone, 8);
		seq_range_array_add(&mbox->gone, uid);
	}
	if (mbox->module_ctx.super.sync_notify != NULL)
		mbox->module_ctx.super.sync_notify(box, uid, sync_type);
}

/* --- syncs ---------------------------------------------------------------- */

static struct mailbox_sync_context *
warden_sync_init(struct mailbox *box, enum mailbox_sync_flags flags)
{
	struct warden_mailbox *mbox = WARDEN_CONTEXT_REQUIRE(box);

	warden_fetch_move_hidden(box);
	return mbox->module_ctx.super.sync_init(box, flags);
}

static int
warden_sync_deinit(struct mailbox_sync_context *ctx,
		   struct mailbox_sync_status *status_r)
{
	struct mailbox *box = ctx->box;
	struct warden_mailbox *mbox = WARDEN_CONTEXT_REQUIRE(box);
	int ret = mbox->module_ctx.super.sync_deinit(ctx, status_r);

	flush_gone(box, mbox);
	return ret;
}

static void warden_mailbox_close(struct mailbox *box)
{
	struct warden_mailbox *mbox = WARDEN_CONTEXT_REQUIRE(box);

	warden_fetch_move_hidden(box);
	flush_gone(box, mbox);
	mbox->module_ctx.super.close(box);
}

void warden_sync_hook_mailbox(struct mailbox_vfuncs *v)
{
	v->sync_init = warden_sync_init;
	v->sync_deinit = warden_sync_deinit;
	v->sync_notify = warden_sync_notify;
	v->close = warden_mailbox_close;
}

/* --- renames -------------------------------------------------------------- */

static void renamed_child(struct mail_user *user, struct mailbox_list *list,
			  const char *vname)
{
	struct mailbox *box =
		warden_mailbox_alloc_own(user, list, vname,
					 MAILBOX_FLAG_IGNORE_ACLS);
	guid_128_t guid;

	if (warden_sync_get_guid(box, guid))
		warden_judge_tell_renamed(box, guid);
	mailbox_free(&box);
}

/* Children go with their parent, and nobody says so. */
static void renamed_children(struct mailbox *dest)
{
	struct mail_user *user = dest->storage->user;
	struct mail_namespace *ns = mailbox_get_namespace(dest);
	const char *pattern =
		t_strdup_printf("%s%c*", dest->vname,
				mail_namespace_get_sep(ns));
	struct mailbox_list_iterate_context *iter;
	const struct mailbox_info *info;
	unsigned int count = 0;

	iter = mailbox_list_iter_init(dest->list, pattern,
		MAILBOX_LIST_ITER_SKIP_ALIASES |
		MAILBOX_LIST_ITER_RETURN_NO_FLAGS);
	while ((info = mailbox_list_iter_next(iter)) != NULL &&
	       count++ < WARDEN_RENAMED_CHILDREN_MAX) T_BEGIN {
		if ((info->flags & (MAILBOX_NOSELECT |
				    MAILBOX_NONEXISTENT)) == 0)
			renamed_child(user, dest->list, info->vname);
	} T_END;
	(void)mailbox_list_iter_deinit(&iter);
}

void warden_sync_renamed(struct mailbox *dest, const uint8_t *guid)
{
	if (guid != NULL)
		warden_judge_tell_renamed(dest, guid);
	renamed_children(dest);
}
