#ifndef WARDEN_PLUGIN_H
#define WARDEN_PLUGIN_H

/* What the plugin's parts know of each other. Life times: warden_user with
   its mail_user, warden_mailbox with its mailbox, warden_transaction with its
   transaction. README.md tells the order of things in a transaction and what
   a crash leaves behind. */

#include "module-context.h"
#include "mail-user.h"
#include "mail-storage-private.h"

#include "warden-record.h"
#include "warden-settings.h"

struct warden_placeholder;
struct warden_quarantine;
struct warden_spool;

#define WARDEN_USER_CONTEXT(obj) \
	MODULE_CONTEXT(obj, warden_user_module)
#define WARDEN_USER_CONTEXT_REQUIRE(obj) \
	MODULE_CONTEXT_REQUIRE(obj, warden_user_module)
#define WARDEN_MAIL_CONTEXT(obj) \
	MODULE_CONTEXT(obj, warden_mail_module)
#define WARDEN_MAIL_CONTEXT_REQUIRE(obj) \
	MODULE_CONTEXT_REQUIRE(obj, warden_mail_module)
#define WARDEN_CONTEXT(obj) \
	MODULE_CONTEXT(obj, warden_storage_module)
#define WARDEN_CONTEXT_REQUIRE(obj) \
	MODULE_CONTEXT_REQUIRE(obj, warden_storage_module)

extern MODULE_CONTEXT_DEFINE(warden_user_module, &mail_user_module_register);
extern MODULE_CONTEXT_DEFINE(warden_mail_module, &mail_module_register);
extern MODULE_CONTEXT_DEFINE(warden_storage_module,
			     &mail_storage_module_register);

/* One mail object, as long as it is open on one mail. */
struct warden_mail {
	union mail_module_context module_ctx;
	enum {
		WARDEN_GATE_UNKNOWN = 0,
		WARDEN_GATE_OPEN,
		WARDEN_GATE_HIDDEN,
	} gate;
};

struct warden_user {
	union mail_user_module_context module_ctx;
	const struct warden_settings *set;
	const char *socket_path;
	/* Name with namespace prefix; NULL until namespaces are there. */
	const char *quarantine_vname;
	enum warden_fail_policy fail_policy;
	/* Where a client waits for an answer to a message it holds. */
	bool delivery;
	bool admin;
	/* Bodies go from here to a client: only what was judged leaves. */
	bool gate;
	/* Even when nobody said beforehand that a body is wanted. */
	bool gate_always;
	/* > 0 while we allocate a mailbox for ourselves: no hooks for it. */
	unsigned int own_alloc;
	/* We are saving into Quarantine or committing it. What other plugins
	   (imapsieve) then want to copy out of it is refused. */
	bool quarantine_busy;
	/* Set by doveadm warden, for its requests: who acts, and why. */
	const char *actor;
	const char *release_comment;
	bool release_global;
	/* Put into Quarantine and not told yet (warden-notice.h). */
	string_t *notice_keys;
	unsigned int notice_count;
};

struct warden_mailbox {
	union mailbox_module_context module_ctx;
	uint32_t ext_id, origin_ext_id;
	bool ext_registered;
	bool quarantine;
	bool excluded;
	/* Found bad at FETCH, to be moved at the next sync. */
	ARRAY(struct warden_hidden_mail) hidden;
	/* What this FETCH command has waited for the scanner. */
	unsigned int fetch_waited_msecs;
	bool fetch_gave_up;
	/* Expunged in this sync. */
	ARRAY_TYPE(seq_range) gone;
};

struct warden_hidden_mail {
	uint32_t uid;
	struct warden_record record;
};


/* One mail that was saved in a transaction, in order. */
struct warden_saved_mail {
	enum {
		WARDEN_TELL_NOTHING,
		WARDEN_TELL_PLACE,
		WARDEN_TELL_PENDING,
		WARDEN_TELL_REPORT,
	} tell;
	uint64_t delivery_id;
	uint8_t key[WARDEN_RECORD_KEY_SIZE];
	bool have_key;
	/* What an IMAP client is told once it is so. */
	const char *reason;
	/* Must not stay in the target: its copy is (or will be, after the
	   Quarantine transaction's commit) in Quarantine. */
	bool diverted;
	/* What the user says of it by this move: "ham", "spam" or "phish",
	   NULL = nothing. */
	const char *learn;
	/* Index into the Quarantine transaction, when we saved a copy there;
	   UINT_MAX: it was there already. */
	unsigned int quarantine_idx;
	const char *origin;
	/* Not written to the target yet. */
	struct warden_placeholder *placeholder;
};

struct warden_transaction {
	union mailbox_transaction_module_context module_ctx;
	pool_t pool;
	ARRAY(struct warden_saved_mail) mails;
	unsigned int diverted_count, placeholders;
	/* The copies' transaction on Quarantine, when there is one. */
	struct warden_quarantine *quarantine;
	/* Everything must be rolled back. Never save_cancel() one mail of a
	   transaction and commit the rest: dbox loses other mail. */
	bool failed;
	/* The mail being saved: its input goes into the spool. */
	struct warden_spool *spool;
	struct istream *input;
	/* Once the spool takes no more, the storage reads this instead. */
	struct istream *replay;
};

struct warden_user *warden_user_get(struct mail_user *user);
/* For the doveadm module, which finds it by name when it is there: NULL if
   the user is not ours. */
struct warden_user *warden_user_find(struct mail_user *user);
bool warden_user_is_quarantine(struct mail_user *user, struct mailbox *box);
/* Owner of a mailbox, or NULL. */
const char *warden_box_owner(struct mailbox *box);
enum warden_mailbox_role warden_mailbox_get_role(struct mailbox *box);
/* Is its storage one that we know? If not, says so once in a process. */
bool warden_mailbox_is_supported(struct mailbox *box);
/* Make sure the index extension is known in an opened mailbox. */
void warden_mailbox_register(struct mailbox *box, struct warden_mailbox *mbox);
/* A mailbox that our hooks leave alone. */
struct mailbox *
warden_mailbox_alloc_own(struct mail_user *user, struct mailbox_list *list,
			 const char *vname, enum mailbox_flags flags);

/* Set user's keyword on top of what the mail will have. NULL = none. Returns
   a reference, or NULL if the result is empty. */
struct mail_keywords *
warden_keywords_add(struct mailbox *box, const char *const *names,
		    const char *keyword);

void warden_plugin_init(struct module *module);
void warden_plugin_deinit(void);
extern const char *warden_plugin_version;

#endif
