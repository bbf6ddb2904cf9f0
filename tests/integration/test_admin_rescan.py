"""doveadm warden rescan and expire."""

import re
import time
import unittest

import ways
from admin_case import AdminCase, QUARANTINE, messages


class Rescan(AdminCase):
    USERS = 14
    # Where mail is that nobody has judged, until its mailbox is renamed.
    SETTINGS = ways.EXCLUDE

    def setUp(self):
        super().setUp()
        self.user = self.take_user()

    def unjudged(self, mailbox, *mails, user=None):
        """Mail that is there as if the plugin had come later."""
        user = user or self.user
        for mail in mails:
            self.append(user, "Unscanned", mail)
        client = self.imap(user)
        client.delete('"%s"' % mailbox)
        self.assertEqual(client.rename("Unscanned", '"%s"' % mailbox)[0],
                         "OK")
        self.close(client)

    def rescan(self, *args, status=0):
        return self.warden("rescan", "-u", self.user, *args, status=status)

    def counts(self, said):
        """{word: number} of the last line that the command says."""
        line = said.strip().splitlines()[-1]
        found = re.findall(r"(\d+) (?:mails? )?(judged|failed|seen|with|moved|"
                           r"flagged|would)", line)
        return {word: int(number) for number, word in found[1:]}

    def test_it(self):
        self.unjudged("Work", messages.good(1), messages.eicar(2),
                      messages.disguised(3), messages.good(4))
        rows, said = self.rescan("-n")
        self.assertEqual([(row["uid"], row["verdict"], row["action"])
                          for row in rows][0], ("2", "malware", "quarantine"))
        self.assertEqual(len(self.stored(self.user, "Work")), 4)
        judged, said = self.rescan()
        self.assertEqual(judged, rows)
        counts = self.counts(said)
        self.assertEqual((counts["judged"], counts["seen"], counts["moved"]),
                         (4, 4, sum(row["action"] == "quarantine"
                                    for row in rows)))
        here = self.snapshot(self.user)
        self.assertEqual(len(here[QUARANTINE]), counts["moved"])
        rows, said = self.rescan("mailbox", "Work")
        self.assertEqual(rows, [])
        # what is good by today's rules is not asked about again
        self.assertEqual(self.counts(said)["with"],
                         len(here.get("Work", [])))
        rows, said = self.rescan("-f", "mailbox", "Work")
        self.assertEqual(self.counts(said)["judged"],
                         len(here.get("Work", [])))
        places = self.instance.sql(
            "SELECT count(*), count(DISTINCT uid) FROM recent_verdicts "
            "WHERE user = ? AND mailbox = 'Work' AND state = 'stored'",
            self.user)
        self.assertEqual(places[0][0], places[0][1])

    def test_roles(self):
        """Into Junk and Trash only malware is diverted, from Drafts and Sent
        nothing."""
        for mailbox in ("Junk", "Sent"):
            self.unjudged(mailbox, messages.eicar(5), messages.lying_link(6))
        rows, _ = self.rescan()
        found = {(row["mailbox"], row["verdict"]): row["action"]
                 for row in rows}
        self.assertEqual(found.get(("Junk", "malware")), "quarantine")
        self.assertNotEqual(found.get(("Junk", "phishing")), "quarantine")
        self.assertEqual(found.get(("Sent", "malware")), "flag")
        self.assertEqual(found.get(("Sent", "phishing")), "flag")
        flags = " ".join(row[1] for row in self.stored(self.user, "Sent"))
        self.assertIn("$WardenMalware", flags)

    def test_query(self):
        self.unjudged("Work", *map(messages.good, range(4)))
        _, said = self.rescan("mailbox", "Work", "subject", "Friday? (2)")
        self.assertEqual(self.counts(said)["seen"], 1)
        _, said = self.rescan("mailbox", "INBOX")
        self.assertEqual(self.counts(said)["seen"], 0)

    def test_new_hash(self):
        """A list that changed is noticed by key; released mail stays."""
        for _ in range(2):
            self.append(self.user, "INBOX", self.mail())
        self.rescan()
        self.import_hash()
        rows, said = self.rescan()
        self.assertEqual([row["action"] for row in rows], ["quarantine"] * 2)
        rows, _ = self.warden("release", "-u", self.user, "all")
        self.assertEqual(len(rows), 2)
        rows, said = self.rescan("-f")
        self.assertEqual(rows, [])
        self.assertEqual(self.counts(said)["with"], 2)

    def test_killed(self):
        """Goes on where it was."""
        self.unjudged("Work", *map(messages.good, range(100, 230)))
        self.unjudged("Work2", *map(messages.good, range(230, 360)))
        process = self.start("rescan", "-u", self.user, "-r", "400")
        end = time.monotonic() + 30
        while time.monotonic() < end and process.poll() is None:
            count = self.instance.sql(
                "SELECT count(*) FROM recent_verdicts WHERE user = ? AND "
                "operation = 'rescan' AND state = 'stored'", self.user)
            # the first mailbox's records are written, too
            if count[0][0] > 130:
                break
            time.sleep(0.01)
        self.assertIsNone(process.poll(), "it was through too early")
        process.kill()
        process.wait()
        _, said = self.rescan()
        counts = self.counts(said)
        self.assertEqual(counts["seen"], 260)
        self.assertGreaterEqual(counts["with"], 130 - 1)
        self.assertLess(counts["judged"], 260)

    def test_rate(self):
        self.unjudged("Work", *map(messages.good, range(20)))
        started = time.monotonic()
        self.rescan("-r", "20")
        self.assertGreaterEqual(time.monotonic() - started, 0.9)
        for rate in ("0", "-1", "1000001"):
            _, said = self.rescan("-r", rate, status=1)
            self.assertIn("between 1 and 1000000", said)

    def test_scanner_down(self):
        self.unjudged("Work", *map(messages.good, range(5)))
        socket = self.instance.dir / "run" / "warden"
        away = socket.with_name("warden.away")
        socket.rename(away)
        try:
            _, said = self.rescan(status=1)
        finally:
            away.rename(socket)
        self.assertIn("connect(", said)
        _, said = self.rescan()
        self.assertEqual(self.counts(said)["judged"], 5)


class RescanSdbox(Rescan):
    STORAGE = "sdbox"


class RescanMdbox(Rescan):
    STORAGE = "mdbox"


class Expire(AdminCase):
    USERS = 4
    SETTINGS = {"retention": "2s"}

    def test_it(self):
        old, other = self.take_users(2)
        for user in (old, other):
            self.append(user, "INBOX", self.mail(), r"\Flagged")
        self.append(old, "INBOX", b"Subject: kept\r\n\r\nkept\r\n")
        self.warden("pull", self.hunt)
        rows, _ = self.warden("expire", "-A", "-n")
        self.assertEqual(rows, [])
        self.wait_until_old()
        rows, _ = self.warden("expire", "-A", "-n")
        self.assertEqual(sorted(row["username"] for row in rows),
                         sorted([old, other]))
        self.assertEqual(len(self.stored(old, QUARANTINE)), 1)
        rows, said = self.warden("expire", "-u", old)
        self.assertEqual([row["mailbox"] for row in rows], [QUARANTINE])
        self.assertIn("1 mail expunged", said)
        self.assertEqual(self.stored(old, QUARANTINE), [])
        self.assertEqual(len(self.stored(old, "INBOX")), 1)
        self.assertEqual(len(self.stored(other, QUARANTINE)), 1)
        trail = [row for row in self.audit() if row[1] == "expire"]
        self.assertEqual(len(trail), 1)
        self.assertRegex(trail[0][2], "^[0-9a-f]{32}$")
        self.assertRegex(trail[0][3], "^1 mails of %s in Quarantine" % old)
        self.assert_gone(old)

    def wait_until_old(self):
        """Save dates have seconds, and the mail's is this machine's clock."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            rows, _ = self.warden("expire", "-A", "-n")
            if len(rows) == 2:
                return
            time.sleep(0.2)
        self.fail("it never became old")

    def assert_gone(self, user):
        end = time.monotonic() + 10
        while time.monotonic() < end:
            left = self.instance.sql(
                "SELECT count(*) FROM recent_verdicts WHERE user = ? AND "
                "mailbox = 'Quarantine' AND state = 'stored'", user)
            if left == [(0,)]:
                return
            time.sleep(0.05)
        self.fail("the database still has %r" % left)

    def test_without_trail(self):
        """Nothing is expunged of which nobody would know."""
        user = self.take_user()
        self.append(user, "INBOX", self.mail())
        self.warden("pull", "-u", user, self.hunt)
        socket = self.instance.dir / "run" / "warden"
        away = socket.with_name("warden.away")
        time.sleep(3)
        socket.rename(away)
        try:
            rows, said = self.warden("expire", "-u", user, status=1)
        finally:
            away.rename(socket)
        self.assertEqual(rows, [])
        self.assertIn("audit trail", said)
        self.assertEqual(len(self.stored(user, QUARANTINE)), 1)


class ExpireSdbox(Expire):
    STORAGE = "sdbox"


class ExpireMdbox(Expire):
    STORAGE = "mdbox"


class ExpireUnset(AdminCase):
    USERS = 1

    def test_it(self):
        user = self.take_user()
        self.append(user, "INBOX", self.mail())
        self.warden("pull", self.hunt)
        rows, said = self.warden("expire", "-u", user)
        self.assertEqual(rows, [])
        self.assertIn("warden_retention is not set", said)
        self.assertEqual(len(self.stored(user, QUARANTINE)), 1)


if __name__ == "__main__":
    unittest.main()
