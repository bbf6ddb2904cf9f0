"""What clients get when the scanner is down, slow, crashing or out of its
mind, under both policies, and how long it takes."""

import os
import signal
import time
import unittest

from fake_wardend import PENDING
from plugin_case import PluginCase, ways

# Only a slow scanner takes the deadline; the others are known to be broken at
# once. Programs that must be started first are not timed.
MODES = ("close", "half", "garbage", "huge", "early", "tempfail", "pending",
         "slow", "down")
DEADLINE = {"deadline": "1s"}
# A slow scanner's time, and half of it: who waits for the scanner instead of
# the deadline is found, and a busy machine or a slow resolver is not.
HANGS = 60
BOUNDED = 30
TIMED = (ways.lmtp, ways.append, ways.copy, ways.move)


class Failures:
    def break_it(self, mode):
        if mode == "slow":
            self.fake.slow = HANGS
        elif mode == "down":
            os.rename(self.fake.path, self.fake.path + ".away")
        else:
            self.fake.mode = mode

    def mend(self):
        self.fake.slow = 0
        self.fake.mode = ""
        if os.path.exists(self.fake.path + ".away"):
            os.rename(self.fake.path + ".away", self.fake.path)

    def forget_breaker(self):
        """lmtp serves one connection after the other in a process, whose
        breaker an earlier test may have opened."""
        for pid in self.instance.pids("lmtp"):
            os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + 10
        while self.instance.pids("lmtp") and time.monotonic() < end:
            time.sleep(0.02)

    def tearDown(self):
        self.mend()
        super().tearDown()

    def try_modes(self, way, expected, mailboxes, message_of=ways.mail):
        for mode in MODES:
            with self.subTest(mode=mode):
                user = "%s-%s" % (self.user, mode)
                message = message_of()
                self.break_it(mode)
                started = time.monotonic()
                told = way(self.instance, user, message)
                took = time.monotonic() - started
                self.mend()
                self.assertRegex(told, expected)
                if way in TIMED:
                    self.assertLess(took, BOUNDED)
                self.assert_stands_in(message, *mailboxes, user=user)
        log = self.instance.log()
        self.assertRegex(log, r"warden: mail for \S+ was not scanned")


class Default(Failures, PluginCase):
    """LMTP and LDA defer, IMAP accepts and marks."""

    SETTINGS = DEADLINE

    def test_lmtp(self):
        self.try_modes(ways.lmtp, r"^451 .*could not be checked", [])

    def test_lda(self):
        self.try_modes(ways.lda, "^exit 75", [])

    def test_append(self):
        self.try_modes(ways.append, r"^OK \[APPENDUID", ["INBOX"])

    def test_copy(self):
        self.try_modes(ways.copy, r"^OK \[COPYUID", ["INBOX", "Unscanned"])

    def test_doveadm_save(self):
        self.try_modes(ways.doveadm_save, "^exit 0", ["INBOX"])

    def test_sieve(self):
        self.try_modes(ways.sieve_fileinto, "^451", [])

    def test_pending_is_told(self):
        self.fake.mode = "tempfail"
        self.append(ways.mail())
        told = self.fake.wait(PENDING)
        self.assertEqual([(r["mailbox"], r["uid"]) for r in told],
                         [("INBOX", 1)])

    def test_one_broken_connection(self):
        """As when the service is reloaded: asked once more."""
        self.forget_breaker()
        self.fake.fail_next = 1
        message = ways.mail("malware")
        self.assertRegex(self.lmtp(message), "^250")
        self.assert_stands_in(message, "Quarantine")
        self.fake.fail_next = 1
        message = ways.mail("malware")
        self.append(message)
        self.assert_stands_in(message, "Quarantine")

    def test_copy_of_a_bad_mail(self):
        """What was known to be bad stays bad when nobody can be asked."""
        message = ways.mail("malware")
        client = self.imap()
        # diverted when it was saved; by the time it is copied from the
        # Quarantine of another session the scanner is gone
        ways.append(self.instance, self.user, message)
        client.select("Quarantine")
        self.break_it("down")
        status, _ = ways.command(client, b"COPY 1 INBOX\r\n")
        self.mend()
        self.assertRegex(status, r"^NO \[UNAVAILABLE\]")
        self.assert_stands_in(message, "Quarantine")

    def test_breaker(self):
        """One session: two timeouts, then no more waiting."""
        self.fake.slow = HANGS
        client = self.imap()
        took = []
        for _ in range(5):
            started = time.monotonic()
            status, _ = ways.literal(client, "INBOX", ways.mail())
            self.assertRegex(status, "^OK")
            took.append(time.monotonic() - started)
        self.assertGreater(min(took[:2]), 0.9)
        self.assertLess(max(took), BOUNDED)
        self.assertLess(max(took[2:]), min(took[:2]))
        self.assertIn("failures in a row", self.instance.log())

    def test_multiappend_one_fails(self):
        """accept: the others are judged, this one is pending."""
        client = self.imap()
        self.fake.fail_next = 2
        mails = [ways.mail(), ways.mail("malware")]
        status, _ = ways.literal(client, "INBOX", *mails)
        self.assertRegex(status, "^OK")
        self.assert_stands_in(mails[0], "INBOX")
        self.assert_stands_in(mails[1], "Quarantine")


class Other(Failures, PluginCase):
    """The other way round."""

    SETTINGS = dict(DEADLINE, fail_lmtp="accept", fail_lda="accept",
                    fail_imap="defer", fail_doveadm="defer")

    def test_lmtp(self):
        self.try_modes(ways.lmtp, "^250", ["INBOX"])

    def test_lmtp_recipients(self):
        self.fake.mode = "close"
        message = ways.mail()
        replies = self.instance.deliver(message, "other-a", "other-b",
                                        "other-c")
        self.assertEqual({code for code, _ in replies.values()}, {250})
        for user in ("other-a", "other-b", "other-c"):
            found = ways.stored(self.instance, user, message)
            self.assertEqual(sorted(found), ["INBOX"])
            self.assertTrue(ways.same_bytes(found["INBOX"][0]["body"],
                                            message))

    def test_lda(self):
        self.try_modes(ways.lda, "^exit 0", ["INBOX"])

    def test_append(self):
        self.try_modes(ways.append, r"^NO \[UNAVAILABLE\]", [])

    def test_copy(self):
        self.try_modes(ways.copy, r"^NO \[UNAVAILABLE\]", ["Unscanned"])

    def test_move(self):
        self.try_modes(ways.move, r"^NO \[UNAVAILABLE\]", ["Unscanned"])

    def test_doveadm_save(self):
        self.try_modes(ways.doveadm_save, "^exit [1-9]", [])

    def test_multiappend(self):
        """All or nothing: a refused mail takes the others with it, and what
        was there before stays (dbox truncates its files here if it is not
        done right)."""
        client = self.imap()
        before = ways.mail()
        ways.literal(client, "INBOX", before)
        self.fake.fail_next = 0
        mails = [ways.mail(), ways.mail("spam defer"), ways.mail("malware")]
        status, _ = ways.literal(client, "INBOX", *mails)
        self.assertRegex(status, "^NO")
        self.assert_stands_in(before, "INBOX")
        for message in mails:
            self.assert_stands_in(message)


class OtherSdbox(Other):
    STORAGE = "sdbox"


class OtherMdbox(Other):
    STORAGE = "mdbox"


if __name__ == "__main__":
    unittest.main()
