"""Into Quarantine, what is in it, and out of it."""

import unittest

from fake_wardend import RELEASE, REPORT, SCAN
from plugin_case import GENERATION, PluginCase, literal, ways

QUARANTINE = ways.QUARANTINE


class Quarantine(PluginCase):
    def quarantined(self, verdict, user=None):
        message = ways.mail(verdict)
        self.append(message, user=user)
        self.assert_stands_in(message, QUARANTINE, user=user)
        return message

    # --- in ------------------------------------------------------------------

    def test_created_and_subscribed(self):
        client = self.imap()
        self.assertNotIn(QUARANTINE, ways.mailboxes(client))
        self.quarantined("malware")
        self.assertIn(b'Quarantine', b" ".join(client.lsub()[1]))

    def test_keeps_flags_and_date(self):
        message = ways.mail("phishing")
        client = self.imap()
        client.append("INBOX", r"(\Flagged $Forwarded)",
                      '"02-Jan-2020 03:04:05 +0000"', message)
        client.select(QUARANTINE)
        _, data = client.fetch("1", "(FLAGS INTERNALDATE)")
        for word in (b"\\Flagged", b"$Forwarded", b"$Phishing",
                     b"02-Jan-2020"):
            self.assertIn(word, data[0])

    def test_move_keeps_guid(self):
        message = ways.mail("malware")
        client = self.imap()
        ways.prepare_unscanned(client, message)
        guids = self.guids("Unscanned")
        ways.command(client, b"MOVE 1 INBOX\r\n")
        self.assertEqual(self.guids(QUARANTINE), guids)

    def guids(self, mailbox):
        out = self.instance.doveadm("-f", "tab", "fetch", "-u", self.user,
                                    "guid", "mailbox", mailbox, "all").stdout
        return out.decode().split()[1:]

    def test_same_mail_again(self):
        message = self.quarantined("malware")
        for _ in range(3):
            self.assertRegex(self.append(message), "^OK Append.*ALERT")
        client = self.imap()
        ways.prepare_unscanned(client, message)
        for _ in range(3):
            status, _ = ways.command(client, b"COPY * INBOX\r\n")
            self.assertRegex(status, "^OK Copy")
        found = self.assert_stands_in(message, QUARANTINE, "Unscanned")
        self.assertEqual(len(found[QUARANTINE]), 1)

    def test_same_key_other_bytes(self):
        """A key alone proves nothing: both are kept."""
        self.fake.fixed_key = b"k" * 32
        try:
            one, two = ways.mail("malware"), ways.mail("malware")
            self.append(one)
            self.append(two)
        finally:
            self.fake.fixed_key = None
        self.assert_stands_in(one, QUARANTINE)
        self.assert_stands_in(two, QUARANTINE)

    def test_twice_in_one_command(self):
        """The user sent two: two are kept or one, but none is lost."""
        message = ways.mail("malware")
        client = self.imap()
        status, _ = literal(client, "INBOX", message, message)
        self.assertRegex(status, "^OK Append")
        self.assert_stands_in(message, QUARANTINE)

    def test_report(self):
        message = ways.mail()
        self.append(message)
        client = self.imap()
        client.create(QUARANTINE)
        client.select("INBOX")
        status, _ = ways.command(client, b"MOVE 1 Quarantine\r\n")
        self.assertRegex(status, "^OK")
        self.assert_stands_in(message, QUARANTINE)
        report = self.fake.wait(REPORT)[-1]
        self.assertEqual((report["mailbox"], report["origin"],
                          len(report["key"])),
                         (QUARANTINE, "INBOX", 16))

    # --- refusals ------------------------------------------------------------

    def test_rename_and_delete(self):
        message = self.quarantined("malware")
        client = self.imap()
        for status, data in (client.rename(QUARANTINE, "Harmless"),
                             client.delete(QUARANTINE)):
            self.assertEqual(status, "NO")
            self.assertIn(b"cannot be", data[0])
        self.assert_stands_in(message, QUARANTINE)

    def test_doveadm_may_rename(self):
        self.quarantined("malware")
        done = self.instance.doveadm("mailbox", "rename", "-u", self.user,
                                     QUARANTINE, "Old quarantine")
        self.assertEqual(done.returncode, 0, done.stderr)

    # --- out -----------------------------------------------------------------

    def test_release(self):
        for verb in (b"COPY", b"MOVE"):
            message = self.quarantined("phishing")
            client = self.imap()
            client.select(QUARANTINE)
            self.fake.clear()
            status, _ = ways.command(client, verb + b" * INBOX\r\n")
            self.assertRegex(status, "^OK")
            found = self.assert_stands_in(
                message, "INBOX", *([QUARANTINE] if verb == b"COPY" else []))
            self.assertEqual([k for k in found["INBOX"][0]["flags"]
                              if k.startswith("$")], [])
            asked = self.fake.of(RELEASE)[-1]
            self.assertEqual((asked["origin"], asked["mailbox"],
                              asked.get("admin", 0)),
                             (QUARANTINE, "INBOX", 0))
            # it sticks: not asked again, though it still is phishing
            client.select("INBOX")
            self.fake.clear()
            ways.command(client, b"COPY * Sent\r\n")
            self.assertEqual(self.fake.of(SCAN), [])
            self.assert_stands_in(message, "INBOX", "Sent", *(
                [QUARANTINE] if verb == b"COPY" else []))

    def test_release_refused(self):
        message = self.quarantined("malware")
        client = self.imap()
        client.select(QUARANTINE)
        for verb in (b"COPY", b"MOVE"):
            status, _ = ways.command(client, verb + b" 1 INBOX\r\n")
            self.assertRegex(status, r"^NO \[NOPERM\] Malware may only be "
                             "released by an administrator")
        self.assert_stands_in(message, QUARANTINE)

    def test_release_one_refused(self):
        """One of several: all stay."""
        one = self.quarantined("phishing")
        two = self.quarantined("malware")
        client = self.imap()
        client.select(QUARANTINE)
        status, _ = ways.command(client, b"MOVE 1:* INBOX\r\n")
        self.assertRegex(status, r"^NO \[NOPERM\]")
        self.assert_stands_in(one, QUARANTINE)
        self.assert_stands_in(two, QUARANTINE)
        # and the session goes on
        status, _ = ways.command(client, b"MOVE 1 INBOX\r\n")
        self.assertRegex(status, "^OK")
        self.assert_stands_in(one, "INBOX")

    def test_release_of_what_the_user_put_there(self):
        """Without a record it is judged like any mail."""
        good, bad = ways.mail(), ways.mail("malware")
        client = self.imap()
        client.create(QUARANTINE)
        for message in (good, bad):
            literal(client, QUARANTINE, message)
        client.select(QUARANTINE)
        status, _ = ways.command(client, b"MOVE 1 INBOX\r\n")
        self.assertRegex(status, "^OK")
        status, _ = ways.command(client, b"MOVE 1 INBOX\r\n")
        self.assertRegex(status, r"^NO \[NOPERM\]")
        self.assert_stands_in(good, "INBOX")
        self.assert_stands_in(bad, QUARANTINE)

    def test_release_by_append(self):
        """Fetching and appending it elsewhere is no release."""
        message = self.quarantined("phishing")
        client = self.imap()
        client.select(QUARANTINE)
        _, data = client.fetch("1", "(BODY[])")
        literal(client, "INBOX", data[0][1])
        self.assert_stands_in(message, QUARANTINE)

    def test_expunge(self):
        """A user may delete what is in it."""
        self.quarantined("malware")
        client = self.imap()
        client.select(QUARANTINE)
        client.store("1", "+FLAGS", r"\Deleted")
        self.assertEqual(client.expunge()[0], "OK")
        self.assertEqual(self.instance.mails(self.user, QUARANTINE), [])

    # --- doveadm -------------------------------------------------------------

    def test_doveadm_release(self):
        client = self.imap()
        client.create("Work")
        one, two, three = (ways.mail(v)
                           for v in ("malware", "phishing", "spam"))
        literal(client, "Work", one)
        literal(client, "Work", two)
        literal(client, "INBOX", three)
        guids = self.guids(QUARANTINE)
        done = self.instance.doveadm("warden", "release", "-u", self.user,
                                     "-c", "asked by phone", guids[0])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_stands_in(one, "Work")
        asked = self.fake.of(RELEASE)[-1]
        self.assertEqual((asked["admin"], asked["comment"]),
                         (1, "asked by phone"))
        done = self.instance.doveadm("warden", "release", "-u", self.user,
                                     "-m", "Sent", "uid", "2")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_stands_in(two, "Sent")
        done = self.instance.doveadm("-f", "json", "warden", "release", "-u",
                                     self.user, "keyword", "$Junk")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b'"mailbox":"INBOX"', done.stdout)
        self.assert_stands_in(three, "INBOX")
        self.assertEqual(self.instance.mails(self.user, QUARANTINE), [])
        done = self.instance.doveadm("warden", "release", "-u", self.user,
                                     "all")
        self.assertNotEqual(done.returncode, 0)

    def test_doveadm_release_to_a_lost_mailbox(self):
        client = self.imap()
        client.create("Work")
        message = ways.mail("malware")
        literal(client, "Work", message)
        client.delete("Work")
        done = self.instance.doveadm("warden", "release", "-u", self.user,
                                     "all")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_stands_in(message, "INBOX")

    def test_doveadm_release_without_scanner(self):
        message = self.quarantined("malware")
        self.fake.mode = "close"
        done = self.instance.doveadm("warden", "release", "-u", self.user,
                                     "all")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(b"cannot be decided", done.stderr)
        self.assert_stands_in(message, QUARANTINE)

    def test_doveadm_status(self):
        done = self.instance.doveadm("warden", "status")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"fake", done.stdout)
        self.fake.mode = "close"
        done = self.instance.doveadm("warden", "status")
        self.assertNotEqual(done.returncode, 0)


class QuarantineMdbox(Quarantine):
    STORAGE = "mdbox"


class Nested(PluginCase):
    """Another name, below a parent; and a namespace with a prefix."""

    SETTINGS = {"quarantine_mailbox": "Held/Mail"}
    OPTIONS = {"conf": 'namespace inbox {\n  prefix = "My/"\n}\n'}

    def test_it(self):
        message = ways.mail("malware")
        self.append(message)
        self.assert_stands_in(message, "My/Held/Mail")
        client = self.imap()
        for name in ("My/Held/Mail", "My/Held"):
            status, data = client.rename(name, "My/Other")
            self.assertEqual(status, "NO", data)
        client.create("My/Else")
        self.assertEqual(client.rename("My/Else", "My/Heldall")[0], "OK")
        self.assertEqual(client.rename("My/Heldall", "My/X")[0], "OK")
        message = ways.mail("malware")
        self.lmtp(message)
        self.assert_stands_in(message, "My/Held/Mail")


class Uncreatable(PluginCase):
    """Quarantine cannot be had: nobody gets the mail, nobody loses it."""

    def block(self):
        client = self.imap()
        before = ways.mail()
        literal(client, "INBOX", before)
        home = self.instance.home(self.user)
        for path in (home / "Maildir" / ".Quarantine",
                     home / "sdbox" / "mailboxes" / "Quarantine",
                     home / "mdbox" / "mailboxes" / "Quarantine"):
            if path.parent.is_dir():
                path.write_text("in the way")
        return client, before

    def test_append(self):
        client, before = self.block()
        message = ways.mail("malware")
        status, _ = literal(client, "INBOX", ways.mail(), message)
        self.assertRegex(status, "^NO .*could not be put into Quarantine")
        self.assert_stands_in(message)
        self.assert_stands_in(before, "INBOX")

    def test_copy(self):
        client, _ = self.block()
        message = ways.mail("malware")
        ways.prepare_unscanned(client, message)
        status, _ = ways.command(client, b"MOVE 1 INBOX\r\n")
        self.assertRegex(status, "^NO .*could not be put into Quarantine")
        self.assert_stands_in(message, "Unscanned")

    def test_lmtp(self):
        self.block()
        message = ways.mail("malware")
        self.assertRegex(self.lmtp(message), "^451")
        self.assert_stands_in(message)


class UncreatableSdbox(Uncreatable):
    STORAGE = "sdbox"


class UncreatableMdbox(Uncreatable):
    STORAGE = "mdbox"


if __name__ == "__main__":
    unittest.main()
