#ifndef WARDEN_SETTINGS_H
#define WARDEN_SETTINGS_H

/* The plugin's settings: one struct for both Dovecot generations. 2.3 reads
   them from plugin { }, 2.4 from the top level, under the same names. How
   they get here is compat/'s business; what they mean is checked here, so
   that a bad value gets the same words in both. */

struct mail_user;

enum warden_fail_policy {
	/* Do not take the mail now: LMTP and LDA 4xx, IMAP NO. */
	WARDEN_FAIL_DEFER,
	/* Take it and mark it as not yet judged ("pending"). */
	WARDEN_FAIL_ACCEPT,
};

struct warden_settings {
	pool_t pool;
	/* Path of the service's socket; relative to base_dir. */
	const char *warden_socket;
	/* All that one message may wait for the scanner, in milliseconds. */
	unsigned int warden_deadline;
	/* Name as the user sees it; the inbox namespace's prefix is added. */
	const char *warden_quarantine_mailbox;
	const char *warden_fail_lmtp;
	const char *warden_fail_lda;
	const char *warden_fail_imap;
	const char *warden_fail_doveadm;
	/* "phishing=flag spam=allow": in place of the service's actions. */
	const char *warden_actions;
	/* Comma-separated names or patterns (* and ?) to leave alone. */
	const char *warden_exclude_mailboxes;
	/* Bytes of a message that are kept for the scanner. */
	uoff_t warden_max_size;
	/* Tell the IMAP client in an untagged NO [ALERT]. */
	bool warden_notify_alert;
	/* The file that says which verdicts are still good (protocol/epoch.h);
	   an absolute path. */
	const char *warden_epoch_file;
	/* Where a message tells the user about mail in Quarantine: "none",
	   "quarantine" or "inbox". */
	const char *warden_notice;
	/* One message a day (doveadm warden digest) in place of one a mail. */
	bool warden_notice_digest;
	const char *warden_notice_language;
	/* Mail in Quarantine that is older (seconds) is expunged by doveadm
	   warden expire; 0 = kept. */
	unsigned int warden_retention;
};

/* One bound each way: a shorter wait could not even connect under load, a
   longer one outlasts every MTA's patience with LMTP. */
#define WARDEN_DEADLINE_MIN_MSECS 100
#define WARDEN_DEADLINE_MAX_MSECS (10 * 60 * 1000)
#define WARDEN_MAX_SIZE_MIN (64 * 1024)

extern const struct warden_settings warden_default_settings;

/* Returns FALSE and *error_r, naming setting and value, if a value makes no
   sense. */
bool warden_settings_check(const struct warden_settings *set,
			   const char **error_r);
/* For a value that warden_settings_check() accepted. */
enum warden_fail_policy warden_settings_fail_policy(const char *value);
/* Is this mailbox to be left alone? */
bool warden_settings_is_excluded(const struct warden_settings *set,
				 const char *vname);

/* compat/: read and check the user's settings. They live as long as the user.
   Returns 0, or -1 and *error_r. */
int warden_settings_get(struct mail_user *user,
			const struct warden_settings **set_r,
			const char **error_r);

#endif
