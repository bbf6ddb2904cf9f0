"""The gate at FETCH: what is good passes unasked, what has become bad is not
served by any form of FETCH and ends in Quarantine, once, and nothing is lost.

A mail's stored bytes are known to the fake scanner after its save; turn() makes
it say something else from now on, and publishes that as a feed's import does.
"""

import re
import threading
import time
import unittest

import ways
from fake_wardend import GONE, MOVED, RENAMED, SCAN
from plugin_case import PluginCase

# What asks for a body, or for a part of it.
BODY_ITEMS = ("BODY[]", "BODY.PEEK[]", "RFC822", "RFC822.TEXT", "BODY[TEXT]",
              "BODY.PEEK[1]", "BODY.PEEK[]<5.20>", "BINARY.PEEK[1]",
              "BINARY[1]<0.9>", "(FLAGS BODY.PEEK[] RFC822.SIZE)")
# What does not, and is shown to everybody.
LISTING_ITEMS = ("ENVELOPE", "BODYSTRUCTURE", "RFC822.HEADER", "RFC822.SIZE",
                 "BODY.PEEK[HEADER]", "INTERNALDATE",
                 "BODY.PEEK[HEADER.FIELDS (SUBJECT)]")
MARK = b"two dots and From lines"


class Gate(PluginCase):
    def setUp(self):
        super().setUp()
        self.fake.verdicts.clear()
        self.set_epoch()

    def put(self, count=1, verdict=None):
        messages = [ways.mail(verdict) for _ in range(count)]
        for message in messages:
            self.assertRegex(self.append(message), "^OK")
        self.fake.clear()
        return messages


class Forms(Gate):
    def test_fresh_is_not_asked(self):
        self.put(3)
        client = self.imap()
        client.select("INBOX")
        for item in BODY_ITEMS + LISTING_ITEMS:
            self.assertNotIn(b"NIL", self.fetch(client, "1:*", item)
                             if "ENV" not in item and "STRUCT" not in item
                             else b"")
        self.assertEqual(self.fetches(), [])

    def test_every_form(self):
        for item in BODY_ITEMS:
            with self.subTest(item=item):
                self.user = "form-" + re.sub(r"\W+", "-", item).lower()
                good, bad, other = self.put(3)
                self.turn(bad)
                client = self.imap()
                client.select("INBOX")
                text = self.fetch(client, "1:3", item)
                self.assertEqual(len(re.findall(rb"\bNIL\b", text)), 1, text)
                self.assertEqual(client.uid("search", None, "ALL"),
                                 ("OK", [b"1 3"]))
                self.assertEqual(len(self.fetches()), 1)
                self.assert_stands_in(bad, "Quarantine")
                self.assert_stands_in(good, "INBOX")
                self.assert_stands_in(other, "INBOX")
                moved = self.fake.wait(MOVED)
                self.assertEqual([(r["operation"], r["origin"], r["mailbox"],
                                   r["origin_uid"], r["uid"])
                                  for r in moved],
                                 [("fetch", "INBOX", "Quarantine", 2, 1)])

    def test_listings_pass(self):
        (bad,) = self.put()
        self.turn(bad)
        client = self.imap()
        client.select("INBOX")
        for item in LISTING_ITEMS:
            text = self.fetch(client, "1", item)
            self.assertIn(b"1 (UID 1", text)
            self.assertNotIn(MARK, text)
        self.assertEqual(client.uid("search", None, "BODY", "dots")[1],
                         [b"1"])
        self.assertEqual(self.fetches(), [])

    def test_still_good_is_asked_once(self):
        (good,) = self.put()
        self.turn(good, "clean", "allow", "")
        for asked in (1, 1):
            client = self.imap()
            client.select("INBOX")
            self.assertIn(MARK, self.fetch(client, "1", "BODY.PEEK[]"))
            client.logout()
            self.assertEqual(len(self.fetches()), asked)
        self.assertEqual([r.get("body_size", 0) for r in self.fetches()], [0])

    def test_unrelated_change_is_not_asked(self):
        self.put()
        since = self.fake.lists
        self.fake.lists += 1
        self.set_epoch(since=since, changed={b"x" * 16: self.fake.lists})
        client = self.imap()
        client.select("INBOX")
        self.assertIn(MARK, self.fetch(client, "1", "BODY.PEEK[]"))
        self.assertEqual(self.fetches(), [])

    def test_new_rules_ask_for_all(self):
        self.put(2)
        self.fake.verdicts.clear()
        self.fake.rules += 1
        self.set_epoch()
        client = self.imap()
        client.select("INBOX")
        for _ in range(2):
            self.assertEqual(self.fetch(client, "1:2", "BODY.PEEK[]")
                             .count(MARK), 2)
        self.assertEqual([r.get("body_size", 0) > 0 for r in self.fetches()],
                         [False, True] * 2)

    def test_change_within_a_session(self):
        (bad,) = self.put()
        client = self.imap()
        client.select("INBOX")
        self.assertIn(MARK, self.fetch(client, "1", "BODY.PEEK[]"))
        self.turn(bad)
        deadline = time.monotonic() + 20
        while MARK in self.fetch(client, "1", "BODY.PEEK[]"):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        self.assert_stands_in(bad, "Quarantine")

    def test_examine(self):
        (bad,) = self.put()
        self.turn(bad)
        client = self.imap()
        client.select("INBOX", readonly=True)
        self.assertNotIn(MARK, self.fetch(client, "1", "BODY.PEEK[]"))
        client.noop()
        self.assert_stands_in(bad, "Quarantine")

    def test_flagged(self):
        (mail,) = self.put()
        self.turn(mail, "suspicious", "flag", "$WardenSuspicious")
        client = self.imap()
        client.select("INBOX", readonly=True)
        self.assertIn(MARK, self.fetch(client, "1", "BODY.PEEK[]"))
        self.assertNotIn(b"$WardenSuspicious",
                         self.fetch(client, "1", "FLAGS"))
        self.turn(mail, "suspicious", "flag", "$WardenSuspicious")
        time.sleep(0.3)
        client.select("INBOX")
        self.assertIn(MARK, self.fetch(client, "1", "BODY.PEEK[]"))
        self.assertIn(b"$WardenSuspicious", self.fetch(client, "1", "FLAGS"))

    def test_flags_and_date_are_kept(self):
        message = ways.mail()
        client = self.imap()
        client.append("INBOX", "(\\Flagged \\Seen Work)",
                      '"03-Feb-2021 04:05:06 +0000"', message)
        key = self.turn(message)
        client.select("INBOX")
        _, data = client.uid("fetch", "1", "(INTERNALDATE)")
        self.assertNotIn(MARK, self.fetch(client, "1", "BODY.PEEK[]"))
        client.noop()
        client.select("Quarantine", readonly=True)
        text = self.fetch(client, "1", "(FLAGS INTERNALDATE BODY.PEEK[])")
        for word in (b"\\Flagged", b"\\Seen", b"Work", b"$WardenMalware",
                     b"03-Feb-2021 04:05:06 +0000", MARK):
            self.assertIn(word, text)
        self.assertEqual(self.fake.wait(MOVED)[0]["key"], key[:16])

    def test_two_sessions(self):
        """The other one is told, and finds the mail gone."""
        (bad,) = self.put()
        self.turn(bad)
        idle = self.imap()
        idle.select("INBOX")
        idle.send(b"x IDLE\r\n")
        self.assertEqual(idle.readline(), b"+ idling\r\n")
        client = self.imap()
        client.select("INBOX")
        self.assertNotIn(MARK, self.fetch(client, "1", "BODY.PEEK[]"))
        client.noop()
        idle.sock.settimeout(60)
        lines = []
        while not any(b"EXPUNGE" in line for line in lines):
            lines.append(idle.readline())
        self.assertIn(b"* 1 EXPUNGE\r\n", lines)
        idle.send(b"DONE\r\n")
        self.assert_stands_in(bad, "Quarantine")

    def test_qresync(self):
        messages = self.put(3)
        client = self.imap()
        client.enable("QRESYNC")
        client.select("INBOX")
        self.turn(messages[1])
        time.sleep(0.3)
        self.assertIn(b"NIL", self.fetch(client, "2", "BODY.PEEK[]"))
        client.noop()
        self.assertEqual(client.response("VANISHED")[1], [b"2"])

    def test_pipelined(self):
        messages = self.put(3)
        for message in messages[1:]:
            self.turn(message)
        self.set_epoch()        # all of it is old
        client = self.imap()
        client.select("INBOX")
        client.send(b"".join(b"p%d UID FETCH %d BODY.PEEK[]\r\n" % (n, n)
                             for n in (1, 2, 3)) + b"p4 NOOP\r\n")
        lines = []
        while not lines or not lines[-1].startswith(b"p4"):
            lines.append(client.readline())
        text = b"".join(lines)
        self.assertEqual(text.count(MARK), 1)
        for n in (1, 2, 3):
            self.assertRegex(text, rb"p%d OK" % n)
        self.assert_stands_in(messages[1], "Quarantine")
        self.assert_stands_in(messages[2], "Quarantine")

    def test_copy_of_bad_mail(self):
        """COPY is not gated, but judged as a save."""
        (bad,) = self.put()
        self.turn(bad)
        client = self.imap()
        client.create("Other")
        client.select("INBOX")
        client.uid("copy", "1", "Other")
        found = ways.stored(self.instance, self.user, bad)
        self.assertNotIn("Other", found)
        self.assertIn("Quarantine", found)

    def test_released_is_not_asked(self):
        message = ways.mail("phishing")
        self.append(message)
        client = self.imap()
        client.select("Quarantine")
        self.assertEqual(client.uid("move", "1", "INBOX")[0], "OK")
        self.turn(message, "phishing", "quarantine", "$Phishing")
        self.fake.clear()
        client.select("INBOX")
        self.assertIn(MARK, self.fetch(client, "1", "BODY.PEEK[]"))
        self.assertEqual(self.fetches(), [])

    def test_quarantine_is_readable(self):
        message = ways.mail("malware")
        self.append(message)
        self.fake.clear()
        self.assert_stands_in(message, "Quarantine")
        self.assertEqual(self.fake.of(SCAN), [])

    def test_twice_the_same_mail(self):
        """One copy in Quarantine is enough."""
        message = ways.mail()
        self.append(message)
        self.append(message)
        self.turn(message)
        client = self.imap()
        for _ in range(2):
            client.select("INBOX")
            self.assertNotIn(MARK, self.fetch(client, "1:*", "BODY.PEEK[]"))
            client.noop()
        found = self.assert_stands_in(message, "Quarantine")
        self.assertIn(len(found["Quarantine"]), (1, 2))

    def test_pop3(self):
        good, bad = self.put(2)
        self.turn(bad)
        client = self.instance.pop3(self.user)
        self.assertEqual(client.stat()[0], 2)
        self.assertIn(MARK, b"\n".join(client.retr(1)[1]))
        for ask in (client.retr, lambda n: client.top(n, 20)):
            with self.assertRaisesRegex(Exception, "-ERR"):
                ask(2)
        client.quit()
        self.assert_stands_in(bad, "Quarantine")
        self.assert_stands_in(good, "INBOX")

    def test_gone_and_renamed_are_told(self):
        self.put(4)
        client = self.imap()
        client.create("Old/Child")
        client.select("INBOX")
        client.uid("store", "1:2,4", "+FLAGS", "\\Deleted")
        client.expunge()
        gone = self.fake.wait(GONE)
        self.assertEqual([(r["query"], r["uid_validity"] > 0) for r in gone],
                         [("1:2,4", True)])
        self.fake.clear()
        client.rename("Old", "New")
        client.delete("New/Child")
        self.assertIn("New/Child",
                      [r["mailbox"] for r in self.fake.wait(RENAMED, 2)])
        gone = self.fake.wait(GONE)
        self.assertEqual([(r["mailbox"], r.get("query")) for r in gone],
                         [("New/Child", None)])
        self.assertEqual(len(gone[0]["mailbox_guid"]), 16)


class FormsSdbox(Forms):
    STORAGE = "sdbox"


class FormsMdbox(Forms):
    STORAGE = "mdbox"


class Never(Gate):
    """Mail that nobody has judged."""

    def deliver_unseen(self, *messages):
        """As before the plugin was loaded: no record, unknown."""
        client = self.imap()
        client.create("Unscanned")
        for message in messages:
            ways.append(self.instance, self.user, message, "Unscanned")
        client.logout()
        home = self.instance.home(self.user)
        # the same mailbox under a name that is looked after
        self.assertEqual(self.instance.doveadm(
            "mailbox", "rename", "-u", self.user, "Unscanned", "Seen")
            .returncode, 0, home)
        self.fake.clear()

    def test_unknown(self):
        good, bad = ways.mail(), ways.mail("malware")
        self.deliver_unseen(good, bad)
        client = self.imap()
        client.select("Seen")
        text = self.fetch(client, "1:*", "BODY.PEEK[]")
        self.assertEqual(text.count(MARK), 1)
        client.noop()
        self.assert_stands_in(good, "Seen")
        self.assert_stands_in(bad, "Quarantine")
        self.assertEqual(len(self.fetches()), 2)
        self.assertTrue(all(r["body"] for r in self.fetches()))
        # and not again
        self.assertEqual(len(self.instance.mails(self.user, "Seen")), 1)
        self.assertEqual(len(self.fetches()), 2)

    def test_dsync(self):
        message = ways.mail("malware")
        way, _, _ = ways.ways(self.instance.generation)["doveadm sync"]
        way(self.instance, self.user, message)
        before = ways.stored(self.instance, self.user, message)
        self.assertNotIn("Quarantine", before)
        for name in before:
            if name == "Unscanned":
                continue
            for mail in self.instance.mails(self.user, name):
                self.assertIsNone(mail["body"])
        after = ways.stored(self.instance, self.user, message)
        self.assertIn("Quarantine", after)
        self.assertEqual(set(after) - {"Unscanned"}, {"Quarantine"})

    def test_no_epoch_file(self):
        (good,) = self.put()
        self.instance.epoch_file.unlink()
        for asked in (1, 2):
            client = self.imap()
            client.select("INBOX")
            self.assertIn(MARK, self.fetch(client, "1", "BODY.PEEK[]"))
            client.logout()
            self.assertEqual(len(self.fetches()), asked)

    def test_broken_epoch_file(self):
        (good,) = self.put()
        for data in (b"", b"x", b"WRDNEPO1" + bytes(24) + b"x"):
            self.instance.epoch_file.unlink()
            self.instance.epoch_file.write_bytes(data)
            self.fake.clear()
            client = self.imap()
            client.select("INBOX")
            self.assertIn(MARK, self.fetch(client, "1", "BODY.PEEK[]"))
            client.logout()
            self.assertEqual(len(self.fetches()), 1, data)
        self.assertIn("warden_epoch_file", self.instance.log())


class NeverSdbox(Never):
    STORAGE = "sdbox"


class NeverMdbox(Never):
    STORAGE = "mdbox"


class Together(Gate):
    """Several sessions find the same bad mails at once."""

    MAILS = 40

    def test_together(self):
        messages = self.put(self.MAILS)
        bad = messages[::2]
        for message in bad:
            self.turn(message)
        # one generation for all of them: everything is old
        self.set_epoch()
        served = []

        def session():
            client = self.instance.imap(self.user)
            try:
                client.select("INBOX")
                for _ in range(3):
                    _, data = client.uid("fetch", "1:*", "(BODY.PEEK[])")
                    served.append(self.flat(data))
                    client.noop()
            finally:
                client.logout()

        threads = [threading.Thread(target=session) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(served), 12)
        text = b"".join(served)
        for message in bad:
            self.assertNotIn(b"Subject: " + ways.tag_of(message) + b"\r\n",
                             text)
        inbox = self.instance.mails(self.user)
        quarantine = self.instance.mails(self.user, "Quarantine")
        self.assertEqual(
            sorted(ways.tag_of(m["body"]) for m in inbox),
            sorted(map(ways.tag_of, messages[1::2])))
        self.assertEqual(
            sorted(ways.tag_of(m["body"]) for m in quarantine),
            sorted(map(ways.tag_of, bad)))


class TogetherSdbox(Together):
    STORAGE = "sdbox"


class TogetherMdbox(Together):
    STORAGE = "mdbox"


class Silent(Gate):
    """No answer: served and marked."""

    SETTINGS = {"deadline": "500ms"}

    def test_accept(self):
        good, bad = self.put(2)
        self.turn(bad)
        self.fake.mode = "close"
        client = self.imap()
        client.select("INBOX")
        # what was good under older lists is served, as policy says
        self.assertEqual(self.fetch(client, "1:2", "BODY.PEEK[]")
                         .count(MARK), 2)
        client.logout()
        self.fake.mode = ""
        client = self.imap()
        client.select("INBOX")
        self.assertEqual(self.fetch(client, "1:2", "BODY.PEEK[]")
                         .count(MARK), 1)
        client.logout()
        self.assert_stands_in(bad, "Quarantine")

    def test_known_as_bad_stays_hidden(self):
        """Its move failed, and now nobody answers."""
        (bad,) = self.put()
        self.turn(bad)
        lock = self.lock_mailbox()
        client = self.imap()
        client.select("INBOX")
        self.assertNotIn(MARK, self.fetch(client, "1", "BODY.PEEK[]"))
        lock.close()
        self.fake.rules += 1
        self.set_epoch()
        self.fake.mode = "close"
        client = self.imap()
        client.select("INBOX")
        self.assertNotIn(MARK, self.fetch(client, "1", "BODY.PEEK[]"))

    def lock_mailbox(self):
        """What cannot be moved now: Quarantine's folder is not writable."""
        home = self.instance.home(self.user) / "Maildir"
        home.chmod(0o555)

        class Lock:
            @staticmethod
            def close():
                home.chmod(0o755)
        return Lock

    def test_one_patience_for_a_command(self):
        """Slow for each of many mails: the command does not wait for all."""
        messages = self.put(12)
        self.fake.verdicts.clear()
        self.fake.rules += 1
        self.set_epoch()
        self.fake.slow = 0.3
        self.addCleanup(setattr, self.fake, "slow", 0)
        client = self.imap()
        client.select("INBOX")
        self.assertEqual(self.fetch(client, "1:*", "BODY.PEEK[]").count(MARK),
                         len(messages))
        # asked by key, then with the body, each taking 0.3 s of 0.5
        self.assertLess(len(self.fetches()), len(messages))
        self.assertIn("it waits no more", self.instance.log())
        # the rest is judged when it is read again
        self.fake.slow = 0
        self.fake.clear()
        self.assertEqual(self.fetch(client, "1:*", "BODY.PEEK[]").count(MARK),
                         len(messages))
        self.assertGreater(len(self.fetches()), 0)


class SilentDefer(Gate):
    SETTINGS = {"deadline": "500ms", "fail_imap": "defer"}

    def test_hidden_for_now(self):
        (good,) = self.put()
        self.turn(good, "clean", "allow", "")
        self.fake.mode = "close"
        client = self.imap()
        client.select("INBOX")
        self.assertNotIn(MARK, self.fetch(client, "1", "BODY.PEEK[]"))
        self.assertEqual(client.uid("search", None, "ALL")[1], [b"1"])
        client.logout()
        self.fake.mode = ""
        self.assert_stands_in(good, "INBOX")


del Gate

if __name__ == "__main__":
    unittest.main()
