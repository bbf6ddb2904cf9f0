/* The delivery hook.

   Diverting in the mailbox functions alone would break LMTP with several
   recipients: it opens the first recipient's saved mail by its UID to copy it
   to the others. So the decision is made here, where saving somewhere else is
   part of the interface, and the copy that follows only carries the result.

   The symbols are in libdovecot-lda, which imap and doveadm do not load:
   hence weak. */

#include "lib.h"
#include "array.h"
#include "mail-storage-private.h"
#include "smtp-address.h"
#include "mail-deliver.h"

#include "warden-deliver.h"
#include "warden-notice.h"
#include "warden-quarantine.h"

#pragma weak mail_deliver_hook_set
#pragma weak mail_deliver_save
#pragma weak mail_deliver_log

static deliver_mail_func_t *next_deliver_mail;
static bool hook_installed;
static struct warden_delivery *current;

/* What the first recipient's scan found, for the others of the same mail. The
   pool's reference keeps the session's address from being given to the next
   message while we compare with it. */
static struct {
	struct mail_deliver_session *session;
	pool_t pool;
	uint8_t key[WARDEN_KEY_SIZE];
} shared;

static void shared_clear(void)
{
	pool_unref(&shared.pool);
	i_zero(&shared);
}

static void shared_set(struct mail_deliver_session *session,
		       const struct warden_answer *answer)
{
	if (answer->key_size != sizeof(shared.key))
		return;
	if (shared.session != session) {
		shared_clear();
		shared.session = session;
		shared.pool = session->pool;
		pool_ref(shared.pool);
	}
	memcpy(shared.key, answer->key, sizeof(shared.key));
}

static void delivery_end(void)
{
	struct warden_delivery *delivery = current;

	if (delivery == NULL)
		return;
	current = NULL;
	if (delivery->judged && !delivery->placed) {
		/* Sieve discarded or redirected it, or saving failed */
		struct warden_saved_mail mail = {
			.tell = WARDEN_TELL_PLACE,
			.delivery_id = delivery->answer.delivery_id,
		};
		struct warden_placement place = {
			.user = delivery->user,
			.operation = WARDEN_OPERATION_DELIVER,
		};
		warden_judge_tell(&mail, &place);
	}
	pool_unref(&delivery->pool);
}

struct warden_delivery *warden_delivery_get(struct mail_user *user)
{
	return current != NULL && current->user == user ? current : NULL;
}

void warden_delivery_forget(struct mail_user *user)
{
	if (current != NULL && current->user == user)
		delivery_end();
}

static const char *
address_str(pool_t pool, const struct smtp_address *address)
{
	return address == NULL ? NULL :
		p_strdup(pool, smtp_address_encode(address));
}

static struct warden_delivery *
delivery_begin(struct mail_deliver_context *ctx)
{
	struct warden_delivery *delivery;
	pool_t pool;

	delivery_end();
	pool = pool_alloconly_create("warden delivery", 1024);
	delivery = p_new(pool, struct warden_delivery, 1);
	delivery->pool = pool;
	delivery->user = ctx->rcpt_user;
	if (mail_get_backend_mail(ctx->src_mail, &delivery->src_mail) < 0)
		delivery->src_mail = ctx->src_mail;
	delivery->recipient = address_str(pool, ctx->rcpt_to);
	delivery->sender = address_str(pool, ctx->mail_from);
	delivery->session = p_strdup(pool, ctx->session_id);
	current = delivery;
	return delivery;
}

/* The mailbox that the mail goes to unless Sieve chooses another. Returns
   FALSE if it is one that we leave alone. */
static bool
default_mailbox(struct mail_deliver_context *ctx,
		enum warden_mailbox_role *role_r)
{
	struct warden_user *wuser =
		WARDEN_USER_CONTEXT_REQUIRE(ctx->rcpt_user);
	struct mail_namespace *ns;
	struct mailbox *box;
	bool ours;

	if (warden_settings_is_excluded(wuser->set, ctx->rcpt_default_mailbox))
		return FALSE;
	ns = mail_namespace_find(ctx->rcpt_user->namespaces,
				 ctx->rcpt_default_mailbox);
	box = warden_mailbox_alloc_own(ctx->rcpt_user, ns->list,
				       ctx->rcpt_default_mailbox, 0);
	ours = warden_mailbox_is_supported(box);
	*role_r = warden_mailbox_get_role(box);
	mailbox_free(&box);
	return ours;
}

static int
judge(struct mail_deliver_context *ctx, struct warden_delivery *delivery,
      enum warden_mailbox_role role)
{
	struct warden_question q = {
		.user = ctx->rcpt_user,
		.operation = WARDEN_OPERATION_DELIVER,
		.role = role,
		.mailbox = ctx->rcpt_default_mailbox,
		.recipient = delivery->recipient,
		.sender = delivery->sender,
		.session = delivery->session,
		.mail = ctx->src_mail,
	};
	const char *error;
	int ret;

	if (shared.session == ctx->session) {
		q.key = shared.key;
		q.key_size = sizeof(shared.key);
	}
	ret = warden_judge(&q, delivery->pool, &delivery->answer, &error);
	if (ret < 0) {
		ctx->tempfail_error = p_strdup(ctx->pool, error);
		return -1;
	}
	delivery->judged = TRUE;
	if (ret > 0)
		shared_set(ctx->session, &delivery->answer);
	if (delivery->answer.action == WARDEN_ACTION_DEFER) {
		ctx->tempfail_error = p_strdup(ctx->pool,
					       delivery->answer.reason);
		return -1;
	}
	return 0;
}

static int
quarantine(struct mail_deliver_context *ctx, struct warden_delivery *delivery,
	   struct mail_storage **storage_r)
{
	struct warden_user *wuser =
		WARDEN_USER_CONTEXT_REQUIRE(ctx->rcpt_user);
	const char *keywords[] = { delivery->answer.keyword, NULL };
	const char *error = NULL;
	int ret;

	if (warden_quarantine_ensure(ctx->rcpt_user, &error) < 0)
		ret = -1;
	else {
		delivery->quarantining = TRUE;
		ret = mail_deliver_save(ctx, wuser->quarantine_vname, 0,
					keywords, storage_r);
		delivery->quarantining = FALSE;
		if (ret < 0) {
			error = *storage_r == NULL ? "unknown" :
				mail_storage_get_last_internal_error(
					*storage_r, NULL);
		}
	}
	if (ret == 0) {
		if (delivery->answer.key_size >= WARDEN_RECORD_KEY_SIZE)
			warden_notice_add(ctx->rcpt_user, delivery->answer.key);
		warden_notice_send(ctx->rcpt_user);
		return 1;
	}
	/* Not even "over quota" may make this a bounce, or fall back to
	   INBOX: it was judged. */
	e_error(ctx->event, "warden: saving into Quarantine failed: %s", error);
	ctx->tempfail_error = "The message could not be put into Quarantine";
	return -1;
}

static int
warden_deliver_mail(struct mail_deliver_context *ctx,
		    struct mail_storage **storage_r)
{
	struct warden_user *wuser = WARDEN_USER_CONTEXT(ctx->rcpt_user);
	struct warden_delivery *delivery;
	enum warden_mailbox_role role;

	if (wuser != NULL) {
		(void)warden_user_get(ctx->rcpt_user);
		delivery = delivery_begin(ctx);
		if (default_mailbox(ctx, &role)) {
			if (judge(ctx, delivery, role) < 0)
				return -1;
			if (delivery->answer.action ==
			    WARDEN_ACTION_QUARANTINE)
				return quarantine(ctx, delivery, storage_r);
		}
	}
	return next_deliver_mail == NULL ? 0 :
		next_deliver_mail(ctx, storage_r);
}

void warden_deliver_init(void)
{
	/* Not when the module is loaded: Sieve comes later, overwrites the
	   hook and never calls the one it replaced. */
	if (hook_installed || mail_deliver_hook_set == NULL)
		return;
	next_deliver_mail = mail_deliver_hook_set(warden_deliver_mail);
	hook_installed = TRUE;
}

void warden_deliver_deinit(void)
{
	delivery_end();
	shared_clear();
	if (!hook_installed)
		return;
	(void)mail_deliver_hook_set(next_deliver_mail);
	hook_installed = FALSE;
}
