"""Real mail clients against a mailbox in which a mail has become bad: what each
gets, that it recovers, and that it never sees the bad body.

Debian packages them; one that is not installed here is skipped by name."""

import pathlib
import tempfile
import unittest

import clients
import ways
from plugin_case import PluginCase


class Clients(PluginCase):
    """Each client gets a user and five mails, of which the second and the
    last are bad."""

    BAD = (1, 4)

    def directory(self):
        folder = tempfile.TemporaryDirectory(prefix="warden-client-",
                                             dir="/tmp")
        self.addCleanup(folder.cleanup)
        path = pathlib.Path(folder.name)
        path.chmod(0o755)
        return path

    def each(self, test):
        for name in clients.CLIENTS:
            with self.subTest(client=name):
                if not clients.installed(name):
                    self.skipTest("%s is not installed" % name)
                self.user = "%s-%s" % (test.__name__,
                                       name.replace(" ", "-").lower())
                self.user = self.user.replace("_", "-")
                test(name)

    def put(self):
        messages = [ways.mail() for _ in range(5)]
        for message in messages:
            self.assertRegex(self.append(message), "^OK")
        return messages

    def turn_bad(self, messages):
        keys = {}
        since = self.fake.lists
        for n in self.BAD:
            keys[self.turn(messages[n])[:16]] = since + len(self.BAD)
        self.set_epoch(since=since, changed=keys)

    @staticmethod
    def tags(messages):
        """Copies that a client made of nothing do not count."""
        return sorted(ways.tag_of(m.replace(b"\n", b"\r\n"))
                      for m in messages if b"\nSubject: " in m)

    def expect_no_bad(self, name, messages, got):
        for n in self.BAD:
            for one in got:
                if b"Subject: " + ways.tag_of(messages[n]) in one:
                    self.assertNotIn(b"two dots", one, name)

    def expect_good(self, messages, got):
        # getmail forgets what it has when it dies, and gets it again
        self.assertEqual(sorted(set(self.tags(got))), sorted(
            ways.tag_of(m) for n, m in enumerate(messages)
            if n not in self.BAD))

    def new(self, name):
        messages = self.put()
        self.turn_bad(messages)
        work = self.directory()
        runs = []
        # getmail gives up at each bad mail anew; and now and then, with or
        # without any, it loses a race with its own child
        while len(runs) < 2 or (runs[-1][0] != 0
                                and len(runs) <= len(self.BAD) + 3):
            runs.append(clients.fetch(name, self.instance, self.user, work))
            self.expect_no_bad(name, messages, runs[-1][2])
        print("%s: exit status %s; %s messages"
              % (name, ", ".join(str(run[0]) for run in runs),
                 ", ".join(str(len(self.tags(run[2]))) for run in runs)))
        status, said, got = runs[-1]
        self.assertEqual(status, 0, said[-500:])
        self.expect_good(messages, got)
        for n in self.BAD:
            self.assertEqual(sorted(ways.stored(
                self.instance, self.user, messages[n])), ["Quarantine"])

    def test_new(self):
        """The client has nothing yet. It may complain, at most once for a bad
        mail; then all is well, and the bad mail is in Quarantine."""
        self.each(self.new)

    def synchronised(self, name):
        messages = self.put()
        work = self.directory()
        status, said, got = clients.fetch(name, self.instance, self.user, work)
        self.assertEqual(status, 0, said[-500:])
        self.assertEqual(self.tags(got), sorted(map(ways.tag_of, messages)))
        self.turn_bad(messages)
        # another client of the user meets them
        self.instance.mails(self.user)
        status, said, got = clients.fetch(name, self.instance, self.user, work)
        self.assertEqual(status, 0, said[-500:])
        if name in ("mbsync", "offlineimap"):
            self.expect_good(messages, got)

    def test_synchronised(self):
        """It had them all when they were good. What is on the server goes;
        clients that synchronise follow."""
        self.each(self.synchronised)


class ClientsMdbox(Clients):
    STORAGE = "mdbox"


if __name__ == "__main__":
    unittest.main()
