"""A file turns out to be bad after it was delivered to fifty users: from feed
to FETCH, pull, a kill in the middle, and the whole way back."""

import re
import time
import unittest

from admin_case import AdminCase, QUARANTINE

FETCHING = 3


class Story(AdminCase):
    USERS = 50
    # users whose storage Dovecot has made anew after the kill (mdbox)
    rebuilt = frozenset()

    def deliver(self):
        """One mail to all by LMTP, and one that each has filed, with flags."""
        users = self.take_users(self.USERS)
        replies = self.instance.deliver(self.mail(), *users)
        self.assertEqual({code for code, _ in replies.values()}, {250})
        for user in users:
            self.append(user, "Work/Old", self.mail(),
                        r"\Seen \Answered \Deleted $Mine $Junk")
        self.append(users[0], "INBOX", self.mail("Again.\n"), r"\Flagged")
        return users

    def fetch_some(self, users):
        for user in users:
            client = self.imap(user)
            client.select("INBOX")
            _, data = client.fetch("1:*", "(BODY.PEEK[])")
            self.assertNotIn(b"brochure.pdf", repr(data).encode())
            self.close(client)

    def holders(self):
        """Of each user, how many mails stand in Quarantine and elsewhere."""
        found = {}
        for user, here in self.snapshots().items():
            hidden = len(here.pop(QUARANTINE, []))
            found[user] = (hidden, sum(map(len, here.values())))
        return found

    def test_story(self):
        users = self.deliver()
        before = self.snapshots()
        total = 2 * self.USERS + 1
        self.assertEqual(sum(len(rows) for user in users
                             for rows in before[user].values()), total)
        self.assertEqual({flags for user in users
                          for rows in before[user].values()
                          for _, flags, _, _ in rows if "Warden" in flags},
                         set(), "it was not clean")

        self.import_hash()
        self.fetch_some(users[:FETCHING])
        logins = self.logins()

        rows, said = self.warden("pull", "-n", self.hunt)
        left = total - FETCHING - 1
        self.assertEqual(len(rows), left)
        self.assertIn("%d mails would be moved" % left, said)
        after_dry_run = self.holders()
        self.assertEqual(sum(elsewhere for _, elsewhere in
                             after_dry_run.values()), left)

        process = self.start("pull", "-c", "seen at a customer's", self.hunt)
        self.kill_after(process, "pull", 10)
        killed = self.holders()
        self.assertGreater(sum(elsewhere for _, elsewhere in
                               killed.values()), 0)
        rows, said = self.warden("pull", "-c", "again", self.hunt)
        self.assertGreater(len(rows), 0)
        expected = {user: (3 if user == users[0] else 2, 0) for user in users}
        for user, found in self.holders().items():
            if user not in self.rebuilt:
                self.assertEqual(found, expected[user], user)
        self.check_known()
        self.assertEqual(self.logins(), logins, "somebody logged in")

        process = self.start("restore", "-c", "was a mistake", self.hunt)
        self.kill_after(process, "restore", 10)
        rows, said = self.warden("restore", "-c", "was a mistake", self.hunt)
        self.assertGreater(len(rows), 0)
        self.assertEqual(self.logins(), logins, "somebody logged in")
        after = self.snapshots()
        for user in users:
            if user not in self.rebuilt:
                self.assert_same(before[user], after[user])
            else:
                self.assert_not_lost(before[user], after[user])
        self.check_served([user for user in users if user not in self.rebuilt])
        self.check_trail()
        print("\n%s %s: %d mails of %d users pulled and restored; bytes, "
              "flags, keywords, INTERNALDATE, GUID, mailbox: no difference"
              % (self.instance.generation, self.STORAGE, total,
                 len(users) - len(self.rebuilt)))

    def assert_not_lost(self, before, after):
        texts = {row[3] for rows in after.values() for row in rows}
        for rows in before.values():
            for row in rows:
                self.assertIn(row[3], texts)

    def check_known(self):
        """What the killed run did not tell, the one after it has."""
        end = time.monotonic() + 20
        while True:
            rows, said = self.warden("pull", "-n", self.hunt)
            if self.rebuilt:
                return
            self.assertEqual(rows, [])
            if "there is none" not in said:
                return
            self.assertLess(time.monotonic(), end, said)
            time.sleep(0.2)

    def check_served(self, users):
        """Released is released, though the hash is still in the feed."""
        for user in users[:FETCHING + 2]:
            client = self.imap(user)
            client.select("INBOX")
            _, data = client.fetch("1:*", "(BODY.PEEK[])")
            self.assertIn(b"brochure.pdf", repr(data).encode())
            self.close(client)

    def check_trail(self):
        trail = self.audit(self.hunt)
        self.assertEqual([what for _, what, _, _ in trail],
                         ["pull-begin", "pull-begin", "pull-end",
                          "restore-begin", "restore-begin", "restore-end"])
        self.assertEqual(trail[0][3], "seen at a customer's")
        self.assertIn("%d of %d users done (0 failed)"
                      % (self.USERS, self.USERS), trail[2][3])


class StorySdbox(Story):
    STORAGE = "sdbox"
    USERS = 16


class StoryMdbox(Story):
    """A kill -9 at the wrong moment makes mdbox rebuild its indexes, with or
    without us: flags, keywords and our records of that user are lost, and an
    expunged mail may come back. Then only no mail's bytes may be missing."""

    STORAGE = "mdbox"
    USERS = 16

    def setUp(self):
        super().setUp()
        self.said = []
        plain = self.instance.doveadm

        def doveadm(*args, **options):
            done = plain(*args, **options)
            self.said.append(done.stderr.decode(errors="replace"))
            return done

        self.instance.doveadm = doveadm
        self.addCleanup(delattr, self.instance, "doveadm")

    @property
    def rebuilt(self):
        started = (self.instance.dir / "started.log").read_text()
        return set(re.findall(
            r"\((\w+)\)[^\n]*(?:rebuilding indexes|fscking index|"
            r"Inconsistency)",
            "\n".join([*self.said, started, self.instance.log()])))


if __name__ == "__main__":
    unittest.main()
