"""Where good and bad mail ends by every way into a mailbox, on every storage.

The scanner is a fake that does as the message says, so this is about the
plugin alone.
"""

import os
import shutil
import unittest

import epoch
import ways
from fake_wardend import FakeWardend, SCAN, PENDING, PLACE
from instance import Instance, literal

GENERATION = os.environ.get("WARDEN_GENERATION", "2.3")
BUILD = os.environ.get("WARDEN_BUILD")


class Matrix:
    """One Dovecot for all tests of a storage."""

    storage = None
    number = 0

    @classmethod
    def setUpClass(cls):
        cls.sink = ways.Sink()
        cls.instance = Instance(
            GENERATION, cls.storage, build=BUILD,
            settings=dict(ways.EXCLUDE),
            conf="submission_host = 127.0.0.1:%d\n" % cls.sink.port,
            plugin_23="  sieve_extensions = +editheader\n",
            conf_24="sieve_extensions {\n  editheader = yes\n}\n",
            socket_path="set below")
        cls.instance.dir.chmod(0o755)
        cls.instance.socket_path = cls.instance.dir / "scanner"
        cls.fake = FakeWardend(cls.instance.socket_path)
        cls.instance.start()
        epoch.write(cls.instance.epoch_file, cls.fake.rules, cls.fake.lists)

    @classmethod
    def tearDownClass(cls):
        cls.instance.stop()
        cls.fake.stop()
        cls.sink.stop()
        shutil.rmtree(cls.instance.dir, ignore_errors=True)

    def tearDown(self):
        self.assertEqual(self.instance.panics(), [])

    def check(self, name, verdict):
        way, good, bad = ways.ways(GENERATION)[name]
        type(self).number += 1
        user = "%s-%s%d" % (name.replace(" ", "-").replace(":", "").lower(),
                            verdict or "good", self.number)
        message = ways.mail(verdict)
        told = way(self.instance, user, message)
        # what dsync brings is judged when a client first reads it
        look = ways.stored if name == "doveadm sync" else ways.where
        found = look(self.instance, user, message)
        expected = bad if verdict == "malware" else good
        self.assertEqual(sorted(found), sorted(expected),
                         "%s: told %s" % (name, told))
        for mailbox, mails in found.items():
            self.assertEqual(len(mails), 1, mailbox)
            self.assertTrue(ways.same_bytes(mails[0]["body"], message),
                            "%s in %s: %r" % (name, mailbox,
                                              mails[0]["body"]))
        return told, found

    def each(self, verdict):
        for name in ways.ways(GENERATION):
            with self.subTest(way=name):
                yield name, *self.check(name, verdict)

    def test_good(self):
        for name, told, found in self.each(None):
            self.assertRegex(told, r"^(250|OK|exit 0)", name)
            for mails in found.values():
                self.assertNotIn("Warden", " ".join(mails[0]["flags"]))

    def test_bad(self):
        for name, told, found in self.each("malware"):
            self.assertRegex(told, r"^(250|OK|exit 0)", name)
            self.assertNotRegex(told, "APPENDUID|COPYUID", name)
            if name.startswith("doveadm sync"):
                continue
            self.assertIn("$WardenMalware",
                          found[ways.QUARANTINE][0]["flags"], name)
            if told.startswith("OK"):
                self.assertIn("* NO [ALERT] A message was moved to "
                              "Quarantine: It looks like malware", told)

    def test_flagged(self):
        for name, told, found in self.each("suspicious"):
            self.assertRegex(told, r"^(250|OK|exit 0)", name)
            for mailbox, mails in found.items():
                if mailbox == "Unscanned" or name == "doveadm sync":
                    continue
                self.assertIn("$WardenSuspicious", mails[0]["flags"],
                              "%s in %s" % (name, mailbox))

    def test_redirect_not_of_bad_mail(self):
        before = len(self.sink.messages)
        self.check("Sieve redirect :copy", None)
        self.assertEqual(len(self.sink.messages), before + 1)
        self.check("Sieve redirect :copy", "malware")
        self.assertEqual(len(self.sink.messages), before + 1)

    def test_flag_survives_a_rescan(self):
        """maildir keeps keywords in file names, which a sync reads anew."""
        user = "resync"
        message = ways.mail("suspicious")
        for way in (ways.lmtp, ways.append):
            way(self.instance, user, message)
        self.instance.doveadm("force-resync", "-u", user, "INBOX")
        for found in self.instance.mails(user, "INBOX"):
            self.assertIn("$WardenSuspicious", found["flags"])

    def test_multiappend_mixed(self):
        user = "mixed"
        mails = [ways.mail(), ways.mail("malware"), ways.mail(),
                 ways.mail("phishing"), ways.mail("suspicious")]
        client = self.instance.imap(user)
        client.select("INBOX")
        status, lines = literal(client, "INBOX", *mails)
        self.assertRegex(status, r"^OK \[APPENDUID \d+ 1:5\]")
        self.assertEqual(sum("ALERT" in line for line in lines), 2, lines)
        self.assertEqual([list(ways.where(self.instance, user, m))
                          for m in mails],
                         [["INBOX"], ["Quarantine"], ["INBOX"],
                          ["Quarantine"], ["INBOX"]])
        # the session that saved them sees three
        client.noop()
        self.assertEqual(len(client.uid("search", None, "ALL")[1][0].split()),
                         3)
        client.logout()

    def test_multiappend_all_bad(self):
        user = "allbad"
        mails = [ways.mail("malware"), ways.mail("spam")]
        client = self.instance.imap(user)
        status, lines = literal(client, "INBOX", *mails)
        self.assertRegex(status, "^OK Append")
        self.assertEqual([list(ways.where(self.instance, user, m))
                          for m in mails], [["Quarantine"]] * 2)
        client.logout()

    def test_multiappend_orders(self):
        """Every order of good and bad, with flags and dates of their own:
        nothing is taken for something else."""
        for order in ("BG", "GB", "BBG", "BGB", "GBG", "GBB", "BBGBBG",
                      "B" * 20 + "G" + "B" * 3, "B" * 20):
            with self.subTest(order=order):
                type(self).number += 1
                user = "orders%d" % self.number
                client = self.instance.imap(user)
                mails = [ways.mail("malware" if c == "B" else None,
                                   size=n * 500)
                         for n, c in enumerate(order)]
                parts, head = [], b"APPEND INBOX"
                for n, message in enumerate(mails):
                    parts.append(head + b' (kw%d) "%02d-Jan-2020 00:00:00 '
                                 b'+0000" {%d}\r\n'
                                 % (n, n % 28 + 1, len(message)))
                    head = message
                parts.append(head + b"\r\n")
                status, _ = ways.command(client, *parts)
                if "G" in order:
                    self.assertRegex(status, r"^OK \[APPENDUID \d+ 1:%d\]"
                                     % len(order))
                else:
                    self.assertRegex(status, r"^OK Append")
                client.select("INBOX")
                for n, message in enumerate(mails):
                    found = ways.where(self.instance, user, message)
                    box = "INBOX" if order[n] == "G" else "Quarantine"
                    self.assertEqual(list(found), [box], n)
                    self.assertEqual(found[box][0]["body"], message)
                    self.assertIn("kw%d" % n, found[box][0]["flags"])
                    if box == "INBOX":
                        self.assertEqual(found[box][0]["uid"], n + 1)
                        _, data = client.uid("fetch", str(n + 1),
                                             "(INTERNALDATE)")
                        self.assertIn(b"%02d-Jan-2020" % (n % 28 + 1),
                                      data[0])
                client.logout()

    def test_multiappend_many(self):
        user = "many"
        mails = [ways.mail("malware" if n % 5 == 3 else None)
                 for n in range(40)]
        client = self.instance.imap(user)
        status, lines = literal(client, "INBOX", *mails)
        self.assertRegex(status, r"^OK \[APPENDUID \d+ 1:40\]")
        # three alerts and the number of the rest
        self.assertEqual(sum("ALERT" in line for line in lines), 4, lines)
        self.assertIn("5 more", lines[-1])
        client.logout()
        self.assertEqual(len(self.instance.mails(user, "INBOX")), 32)
        self.assertEqual(len(self.instance.mails(user, "Quarantine")), 8)

    def test_copy_many_mixed(self):
        user = "copymany"
        client = self.instance.imap(user)
        client.create("Unscanned")
        mails = [ways.mail("malware" if n % 3 == 0 else None)
                 for n in range(9)]
        literal(client, "Unscanned", *mails)
        client.select("Unscanned")
        status, lines = ways.command(client, b"UID MOVE 1:* INBOX\r\n")
        self.assertRegex(status, "^OK")
        client.logout()
        self.assertEqual(len(self.instance.mails(user, "INBOX")), 6)
        self.assertEqual(len(self.instance.mails(user, "Quarantine")), 3)
        self.assertEqual(self.instance.mails(user, "Unscanned"), [])

    def test_large(self):
        """Beyond the spool's memory, and beyond the spool."""
        user = "large"
        for size in (200_000, 5_000_000):
            for verdict in (None, "malware"):
                message = ways.mail(verdict, size=size)
                for way in (ways.lmtp, ways.append):
                    way(self.instance, user, message)
                    found = ways.where(self.instance, user, message)
                    self.assertEqual(list(found), [
                        "Quarantine" if verdict else "INBOX"])
                    mails = list(found.values())[0]
                    self.assertTrue(ways.same_bytes(mails[-1]["body"],
                                                    message))
                    last = self.fake.of(SCAN)[-1]
                    self.assertTrue(ways.same_bytes(last["body"], message))

    def test_lmtp_recipients(self):
        """One body for all, a policy for each."""
        users = ["rcpt1", "rcpt2", "rcpt3"]
        for verdict in (None, "malware", "suspicious"):
            self.fake.clear()
            message = ways.mail(verdict)
            replies = self.instance.deliver(message, *users)
            self.assertEqual({code for code, _ in replies.values()}, {250})
            for user in users:
                found = ways.where(self.instance, user, message)
                self.assertEqual(list(found), [
                    "Quarantine" if verdict == "malware" else "INBOX"])
                self.assertTrue(ways.same_bytes(
                    list(found.values())[0][0]["body"], message))
            scans = self.fake.of(SCAN)
            self.assertEqual([bool(r["body"]) for r in scans],
                             [True, False, False])
            self.assertEqual([r["recipient"] for r in scans], users)
            self.assertEqual({r["sender"] for r in scans},
                             {"sender@example.org"})

    def test_lmtp_recipients_need_body(self):
        self.fake.clear()
        self.fake.always_need_body = True
        try:
            message = ways.mail("malware")
            self.instance.deliver(message, "need1", "need2")
        finally:
            self.fake.always_need_body = False
        for user in ("need1", "need2"):
            self.assertEqual(list(ways.where(self.instance, user, message)),
                             ["Quarantine"])
        self.assertEqual([bool(r["body"]) for r in self.fake.of(SCAN)],
                         [True, False, True])

    def test_requests(self):
        """What the scanner is told, and where it is told the mail went."""
        self.fake.clear()
        user = "told"
        message = ways.mail()
        ways.append(self.instance, user, message, "Sent")
        scan = self.fake.of(SCAN)[-1]
        self.assertEqual((scan["operation"], scan["role"], scan["mailbox"],
                          scan["user"], scan["service"]),
                         ("save", "sent", "Sent", user, "imap"))
        self.assertTrue(scan["session"])
        self.assertGreater(scan["deadline"], 20000)
        place = self.fake.wait(PLACE)[-1]
        self.assertEqual((place["delivery_id"], place["mailbox"],
                          place["uid"]), (scan["delivery"], "Sent", 1))
        self.assertEqual(len(place["mailbox_guid"]), 16)

        self.fake.clear()
        client = self.instance.imap(user)
        client.select("Sent")
        ways.command(client, b"COPY 1 Trash\r\n")
        client.logout()
        scan = self.fake.of(SCAN)[-1]
        self.assertEqual((scan["operation"], scan["role"], scan["origin"],
                          len(scan["key"]), scan["body"]),
                         ("copy", "trash", "Sent", 16, b""))
        # nobody waits for it: it may arrive after the next request
        self.fake.wait(PLACE)

        self.fake.clear()
        message = ways.mail("phishing")
        ways.append(self.instance, user, message)
        place = self.fake.wait(PLACE)[-1]
        self.assertEqual((place["mailbox"], place["uid"]),
                         ("Quarantine", 1))
        self.fake.clear()
        ways.append(self.instance, user, ways.mail("spam defer"))
        self.assertEqual(self.fake.wait(PLACE)[-1].get("aborted"), 1)

    def test_dsync_is_pending(self):
        self.fake.clear()
        self.check("doveadm sync", "malware")
        self.assertEqual(self.fake.of(SCAN), [])
        told = self.fake.wait(PENDING)
        self.assertEqual([(r["mailbox"], r["uid"]) for r in told],
                         [("INBOX", 1)])

    def test_empty(self):
        """No bytes: nothing to be asked, and no reason to refuse."""
        done = self.instance.doveadm("save", "-u", "empty", "-m", "INBOX",
                                     input=b"")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.instance.mails("empty", "INBOX")), 1)

    def test_roles(self):
        """A user who files spam must not see it vanish."""
        user = "roles"
        for mailbox in ("Junk", "Trash", "Drafts", "Sent"):
            message = ways.mail("phishing")
            ways.append(self.instance, user, message, mailbox)
            self.assertEqual(list(ways.where(self.instance, user, message)),
                             [mailbox])
        message = ways.mail("malware")
        ways.append(self.instance, user, message, "Junk")
        self.assertEqual(list(ways.where(self.instance, user, message)),
                         ["Quarantine"])

    def test_defer(self):
        message = ways.mail("spam defer")
        self.assertRegex(ways.lmtp(self.instance, "defer", message),
                         "^451 .*looks like spam")
        self.assertRegex(ways.append(self.instance, "defer", message),
                         r"^NO \[UNAVAILABLE\] It looks like spam")
        self.assertEqual(ways.where(self.instance, "defer", message), {})


def load_tests(loader, _tests, _pattern):
    suite = unittest.TestSuite()
    for storage in os.environ.get("WARDEN_STORAGES",
                                  "maildir sdbox mdbox").split():
        kind = type("Matrix_" + storage, (Matrix, unittest.TestCase),
                    {"storage": storage})
        suite.addTests(loader.loadTestsFromTestCase(kind))
    return suite
