/* What the settings accept, and what they say of what they do not. */

#include "lib.h"

#include "plugin/warden-settings.h"

#include "test-plugin.h"

struct row {
	size_t offset;		/* of the string that is changed */
	const char *value;
	const char *error;	/* a part of it; NULL = fine */
};

#define ROW(name, value, error) \
	{ offsetof(struct warden_settings, name), value, error }

static const struct row rows[] = {
	ROW(warden_socket, "warden", NULL),
	ROW(warden_socket, "/run/warden/socket", NULL),
	ROW(warden_socket, "", "warden_socket"),
	ROW(warden_socket, "0123456789012345678901234567890123456789012345678"
	    "90123456789012345678901234567890123456789012345678901234567890",
	    "too long"),
	ROW(warden_quarantine_mailbox, "Held/Mail", NULL),
	ROW(warden_quarantine_mailbox, "", "is empty"),
	ROW(warden_quarantine_mailbox, "inbox", "INBOX"),
	ROW(warden_quarantine_mailbox, "a%b", "'a%b'"),
	ROW(warden_quarantine_mailbox, "a\r\nb", "no mailbox name"),
	ROW(warden_fail_lmtp, "accept", NULL),
	ROW(warden_fail_lmtp, "Accept", "warden_fail_lmtp: unknown value "
	    "'Accept'"),
	ROW(warden_fail_lda, "", "warden_fail_lda"),
	ROW(warden_fail_imap, "yes", "warden_fail_imap"),
	ROW(warden_fail_doveadm, "no", "warden_fail_doveadm"),
	ROW(warden_epoch_file, "/run/warden/epoch", NULL),
	ROW(warden_epoch_file, "epoch", "'epoch' is not an absolute"),
	ROW(warden_notice, "inbox", NULL),
	ROW(warden_notice, "Inbox", "warden_notice: unknown value 'Inbox'"),
	ROW(warden_notice_language, "pt-BR", NULL),
	ROW(warden_notice_language, "", "warden_notice_language"),
	ROW(warden_notice_language, "../x", "'../x' is not a language"),
	ROW(warden_actions, "", NULL),
	ROW(warden_actions, "spam=allow  phishing=flag", NULL),
	ROW(warden_actions, "malware=defer policy=quarantine "
	    "unscannable=flag suspicious=allow", NULL),
	ROW(warden_actions, "spam", "'spam' is not verdict=action"),
	ROW(warden_actions, "spam=", "unknown action in 'spam='"),
	ROW(warden_actions, "spam=none", "unknown action"),
	ROW(warden_actions, "=flag", "unknown verdict"),
	ROW(warden_actions, "clean=flag", "unknown verdict"),
	ROW(warden_actions, "released=flag", "unknown verdict"),
	ROW(warden_actions, "spam=flag,phishing=flag", "unknown action"),
};

static void test_rows(void)
{
	for (unsigned int i = 0; i < N_ELEMENTS(rows); i++) T_BEGIN {
		struct warden_settings set = warden_default_settings;
		const char *error = NULL;
		bool ok;

		*(const char **)PTR_OFFSET(&set, rows[i].offset) =
			rows[i].value;
		ok = warden_settings_check(&set, &error);
		test_check_row(ok == (rows[i].error == NULL), i);
		test_check_row(ok || strstr(error, rows[i].error) != NULL, i);
	} T_END;
}

static void test_numbers(void)
{
	static const struct {
		unsigned int deadline;
		uoff_t max_size;
		bool ok;
	} numbers[] = {
		{ 30000, 64 * 1024 * 1024, TRUE },
		{ 100, 65536, TRUE },
		{ 99, 65536, FALSE },
		{ 600001, 65536, FALSE },
		{ 1000, 65535, FALSE },
	};

	for (unsigned int i = 0; i < N_ELEMENTS(numbers); i++) T_BEGIN {
		struct warden_settings set = warden_default_settings;
		const char *error;

		set.warden_deadline = numbers[i].deadline;
		set.warden_max_size = numbers[i].max_size;
		test_check_row(warden_settings_check(&set, &error) ==
			       numbers[i].ok, i);
	} T_END;
}

static void test_exclude(void)
{
	static const struct {
		const char *patterns, *name;
		bool excluded;
	} names[] = {
		{ "", "INBOX", FALSE },
		{ "INBOX", "INBOX", TRUE },
		{ "Archive/*", "Archive/2020/May", TRUE },
		{ "Archive/*", "Archive", FALSE },
		{ " Temp? , Sent Items ", "Sent Items", TRUE },
		{ " Temp? , Sent Items ", "Temp1", TRUE },
		{ " Temp? , Sent Items ", "Temp", FALSE },
		{ ",,", "", FALSE },
	};

	for (unsigned int i = 0; i < N_ELEMENTS(names); i++) T_BEGIN {
		struct warden_settings set = warden_default_settings;

		set.warden_exclude_mailboxes = names[i].patterns;
		test_check_row(warden_settings_is_excluded(&set,
				names[i].name) == names[i].excluded, i);
	} T_END;
}

int main(void)
{
	lib_init();
	test_rows();
	test_numbers();
	test_exclude();
	lib_deinit();
	return test_result("plugin settings");
}
