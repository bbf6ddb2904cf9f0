/* lib02_warden_plugin.so: wiring. The file name's number makes our hooks the
   outermost but acl's: quota, notify, compression and imapsieve see what we
   let through. */

#include "lib.h"
#include "mail-namespace.h"
#include "mail-storage-hooks.h"
#include "module-dir.h"

#include "warden-client.h"
#include "warden-deliver.h"
#include "warden-epoch.h"
#include "warden-fetch.h"
#include "warden-notice.h"
#include "warden-plugin.h"
#include "warden-quarantine.h"
#include "warden-save.h"
#include "warden-sync.h"


const char *warden_plugin_version = DOVECOT_ABI_VERSION;

struct warden_user_module warden_user_module =
	MODULE_CONTEXT_INIT(&mail_user_module_register);
struct warden_mail_module warden_mail_module =
	MODULE_CONTEXT_INIT(&mail_module_register);
struct warden_storage_module warden_storage_module =
	MODULE_CONTEXT_INIT(&mail_storage_module_register);


static const char *const supported_storages[] = {
	"maildir", "sdbox", "mdbox", NULL
};
/* Not storages of mail that anybody saves to, or made of others that are. */
static const char *const silent_storages[] = {
	"virtual", "raw", "shared", "fail", "mdbox_deleted", NULL
};

static const struct {
	const char *use;
	enum warden_mailbox_role role;
} roles[] = {
	{ "\\Junk", WARDEN_ROLE_JUNK },
	{ "\\Trash", WARDEN_ROLE_TRASH },
	{ "\\Drafts", WARDEN_ROLE_DRAFTS },
	{ "\\Sent", WARDEN_ROLE_SENT },
};

static struct mail_namespace *find_inbox_namespace(struct mail_user *user)
{
	struct mail_namespace *ns;

	for (ns = user->namespaces; ns != NULL; ns = ns->next) {
		if ((ns->flags & NAMESPACE_FLAG_INBOX_USER) != 0)
			return ns;
	}
	return user->namespaces;
}

/* The setting is a name below the user's own prefix, unless it begins with
   the prefix of some namespace itself. */
static const char *
expand_quarantine_vname(struct mail_user *user, const char *name)
{
	struct mail_namespace *ns;

	for (ns = user->namespaces; ns != NULL; ns = ns->next) {
		if (ns->prefix_len > 0 &&
		    strncmp(name, ns->prefix, ns->prefix_len) == 0)
			return name;
	}
	ns = find_inbox_namespace(user);
	return ns == NULL ? NULL :
		p_strconcat(user->pool, ns->prefix, name, NULL);
}

struct warden_user *warden_user_get(struct mail_user *user)
{
	struct warden_user *wuser = WARDEN_USER_CONTEXT_REQUIRE(user);

	if (wuser->quarantine_vname == NULL) {
		wuser->quarantine_vname = expand_quarantine_vname(user,
			wuser->set->warden_quarantine_mailbox);
	}
	return wuser;
}

struct warden_user *warden_user_find(struct mail_user *user)
{
	return WARDEN_USER_CONTEXT(user) == NULL ? NULL :
		warden_user_get(user);
}

bool warden_user_is_quarantine(struct mail_user *user, struct mailbox *box)
{
	struct warden_user *wuser = warden_user_get(user);

	return wuser->quarantine_vname != NULL &&
		strcmp(box->vname, wuser->quarantine_vname) == 0;
}

enum warden_mailbox_role warden_mailbox_get_role(struct mailbox *box)
{
	if (warden_user_is_quarantine(box->storage->user, box))
		return WARDEN_ROLE_QUARANTINE;
	for (unsigned int i = 0; i < N_ELEMENTS(roles); i++) {
		if (mailbox_has_special_use(box, roles[i].use))
			return roles[i].role;
	}
	return WARDEN_ROLE_NONE;
}

void warden_mailbox_register(struct mailbox *box, struct warden_mailbox *mbox)
{
	if (mbox->ext_registered)
		return;
	mbox->ext_id = warden_record_register(box);
	mbox->origin_ext_id = warden_record_register_origin(box);
	mbox->ext_registered = TRUE;
}

struct mailbox *
warden_mailbox_alloc_own(struct mail_user *user, struct mailbox_list *list,
			 const char *vname, enum mailbox_flags flags)
{
	struct warden_user *wuser = WARDEN_USER_CONTEXT_REQUIRE(user);
	struct mailbox *box;

	wuser->own_alloc++;
	box = mailbox_alloc(list, vname, flags);
	wuser->own_alloc--;
	return box;
}

bool warden_mailbox_is_supported(struct mailbox *box)
{
	static bool warned;

	if (str_array_find(supported_storages, box->storage->name))
		return TRUE;
	if (!warned && !str_array_find(silent_storages, box->storage->name)) {
		warned = TRUE;
		e_warning(box->event, "warden: mailboxes of storage %s are "
			  "left alone: mail saved to them is not scanned",
			  box->storage->name);
	}
	return FALSE;
}

static void warden_mailbox_allocated(struct mailbox *box)
{
	struct mail_user *user = box->storage->user;
	struct warden_user *wuser = WARDEN_USER_CONTEXT(user);
	struct mailbox_vfuncs *v = box->vlast;
	struct warden_mailbox *mbox;

	if (wuser == NULL || wuser->own_alloc > 0 ||
	    !warden_mailbox_is_supported(box))
		return;
	mbox = p_new(box->pool, struct warden_mailbox, 1);
	mbox->module_ctx.super = *v;
	box->vlast = &mbox->module_ctx.super;
	mbox->quarantine = warden_user_is_quarantine(user, box);
	mbox->excluded = warden_settings_is_excluded(wuser->set, box->vname);
	v->save_begin = warden_save_begin;
	v->save_continue = warden_save_continue;
	v->save_finish = warden_save_finish;
	v->save_cancel = warden_save_cancel;
	v->copy = warden_copy;
	v->transaction_begin = warden_transaction_begin;
	v->transaction_commit = warden_transaction_commit;
	v->transaction_rollback = warden_transaction_rollback;
	warden_quarantine_hook_mailbox(v);
	warden_sync_hook_mailbox(v);
	MODULE_CONTEXT_SET(box, warden_storage_module, mbox);
}

static bool warden_mail_set_uid(struct mail *mail ATTR_UNUSED,
				uint32_t uid ATTR_UNUSED)
{
	return FALSE;
}

/* While we put a mail into Quarantine nobody else gets to see it: imapsieve
   would run its scripts on it. */
static void warden_mail_allocated(struct mail *_mail)
{
	struct mail_private *mail = (struct mail_private *)_mail;
	struct warden_user *wuser =
		WARDEN_USER_CONTEXT(_mail->box->storage->user);
	struct warden_mailbox *mbox = WARDEN_CONTEXT(_mail->box);

	if (wuser == NULL || mbox == NULL)
		return;
	if (wuser->quarantine_busy && mbox->quarantine)
		mail->vlast->set_uid = warden_mail_set_uid;
	if (wuser->gate)
		warden_fetch_hook_mail(_mail, mbox);
}

static void warden_mail_user_deinit(struct mail_user *user)
{
	struct warden_user *wuser = WARDEN_USER_CONTEXT_REQUIRE(user);

	warden_delivery_forget(user);
	warden_notice_end(user);
	warden_client_flush();
	wuser->module_ctx.super.deinit(user);
}

static void
set_service(struct warden_user *wuser, const char *service)
{
	const char *policy = wuser->set->warden_fail_imap;

	if (strcmp(service, "lmtp") == 0) {
		policy = wuser->set->warden_fail_lmtp;
		wuser->delivery = TRUE;
	} else if (strcmp(service, "lda") == 0) {
		policy = wuser->set->warden_fail_lda;
		wuser->delivery = TRUE;
	} else if (strcmp(service, "doveadm") == 0) {
		policy = wuser->set->warden_fail_doveadm;
		wuser->admin = TRUE;
		warden_client_set_admin(TRUE);
	}
	wuser->fail_policy = warden_settings_fail_policy(policy);
	/* URLFETCH reads a body without announcing it. */
	wuser->gate_always = strcmp(service, "imap-urlauth-worker") == 0;
	wuser->gate = wuser->gate_always || strcmp(service, "imap") == 0 ||
		strcmp(service, "pop3") == 0;
}

static void warden_mail_user_created(struct mail_user *user)
{
	struct mail_user_vfuncs *v = user->vlast;
	struct warden_user *wuser;
	const char *error;

	/* Owners of shared mailboxes, and LMTP's raw mail. */
	if (user->autocreated)
		return;
	wuser = p_new(user->pool, struct warden_user, 1);
	if (warden_settings_get(user, &wuser->set, &error) < 0) {
		/* a user without protection is not served */
		user->error = p_strdup_printf(user->pool,
			"Failed to initialize warden: %s", error);
		return;
	}
	wuser->socket_path = *wuser->set->warden_socket == '/' ?
		wuser->set->warden_socket :
		p_strconcat(user->pool, user->set->base_dir, "/",
			    wuser->set->warden_socket, NULL);
	set_service(wuser, user->service);

	wuser->module_ctx.super = *v;
	user->vlast = &wuser->module_ctx.super;
	v->deinit = warden_mail_user_deinit;
	MODULE_CONTEXT_SET(user, warden_user_module, wuser);
	if (wuser->delivery)
		warden_deliver_init();
}

static struct mail_storage_hooks warden_mail_storage_hooks = {
	.mail_user_created = warden_mail_user_created,
	.mailbox_allocated = warden_mailbox_allocated,
	.mail_allocated = warden_mail_allocated,
};

void warden_plugin_init(struct module *module)
{
	mail_storage_hooks_add(module, &warden_mail_storage_hooks);
}

void warden_plugin_deinit(void)
{
	warden_deliver_deinit();
	warden_client_flush_last();
	warden_epoch_deinit();
	mail_storage_hooks_remove(&warden_mail_storage_hooks);
}
