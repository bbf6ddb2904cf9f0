"""Learning from what users do: a story of 200 messages and moves with the real
service, what teaches and what does not, and undoing it."""

import json
import os
import random
import tempfile
import time

import ways
from admin_case import QUARANTINE, AdminCase, messages

SPAM = """limited offer bargain watches replica discount outlet cheapest
clearance luxury brands shipping worldwide order today coupon exclusive
warehouse designer handbags""".split()
HAM = """minutes meeting project draft review schedule attached proposal
budget committee agenda chapter translation rehearsal concert garden
choir kitchen holiday""".split()


class Learning(AdminCase):
    USERS = 12
    OPTIONS = {"warden_conf": "[learn]\nminimum = 20\n"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.random = random.Random(7)
        cls.count = 0

    def some(self, words, sender):
        """A mail of these words; no two are the same."""
        self.__class__.count += 1
        pick = self.random.sample(words, 9)
        return messages.message(
            " ".join(pick[:5]), "Hello,\n\n%s.\n\nBye\n" % " ".join(pick),
            sender=sender, number=self.count)

    def spam(self):
        return self.some(SPAM, "Outlet <sale@outlet-%d.example>"
                         % self.random.randrange(5))

    def ham(self):
        return self.some(HAM, "Ben <ben@choir.example>")

    def put(self, client, mailbox, mails):
        for mail in mails:
            status, data = client.append(mailbox, None, None, mail)
            self.assertEqual(status, "OK", data)

    def move(self, client, origin, target, which=b"1:*", verb=b"MOVE"):
        client.select(origin)
        status, _ = ways.command(client, b"%s %s %s\r\n" % (
            verb, which, target.encode()))
        self.assertRegex(status, "^OK")

    def lessons(self, user=None):
        """Of a user, or all: {class: n}."""
        rows = self.instance.sql(
            "SELECT class, count(*) FROM learned l JOIN users u "
            "ON u.id = l.user_id WHERE u.name LIKE ? GROUP BY class",
            user or "%")
        names = {1: "ham", 2: "spam", 3: "phish"}
        return {names[number]: count for number, count in rows}

    def assert_learned(self, user, **wanted):
        """The service is told after the move: it may take a moment."""
        end = time.monotonic() + 20
        while self.lessons(user) != wanted and time.monotonic() < end:
            time.sleep(0.02)
        self.assertEqual(self.lessons(user), wanted)

    def settle(self, client):
        """All that was told before has been heard: one more lesson, and back."""
        user = self.user
        before = self.lessons(user)
        mail = self.ham()
        self.put(client, "Other", [mail])
        client.select("Other")
        _, data = client.search(None, "ALL")
        last = data[0].split()[-1]
        self.move(client, "Other", "Junk", last)
        more = dict(before, spam=before.get("spam", 0) + 1)
        self.assert_learned(user, **more)
        client.select("Junk")
        _, data = client.search(None, "ALL")
        self.move(client, "Junk", "Other", data[0].split()[-1])
        more = dict(before, ham=before.get("ham", 0) + 1)
        self.assert_learned(user, **more)

    def dump(self):
        """All that was learned."""
        return [self.instance.sql("SELECT * FROM %s ORDER BY 1, 2" % table)
                for table in ("bayes_tokens", "bayes_users")]

    def scan(self, mail, user):
        """What the command line says of it: (score, symbols of Bayes)."""
        with tempfile.NamedTemporaryFile(dir=self.instance.dir) as file:
            file.write(mail)
            file.flush()
            done = self.instance.warden("scan", "--json", "--user", user,
                                        file.name)
        self.assertEqual(done.returncode, 0, done.stderr)
        report = json.loads(done.stdout)
        return report["score"], [f["symbol"] for f in report["findings"]
                                 if f["symbol"].startswith("BAYES_")]

    @staticmethod
    def uid(user):
        return 20000 + int(user[1:])

    def learn(self, *args, input=None):
        done = self.instance.warden("learn", *args, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    # --- the story ----------------------------------------------------------

    def test_story(self):
        anna, ben = self.take_users(2)
        self.user = anna
        spam, ham = self.spam(), self.ham()
        self.assertEqual([self.scan(m, anna)[1] for m in (spam, ham)],
                         [[], []])
        before = self.scan(spam, anna)
        # Anna: 50 and 50, what she does not want goes to Junk. What she wants
        # was in Junk by mistake.
        client = self.imap(anna)
        client.create("Other")
        self.put(client, "INBOX", [self.spam() for _ in range(50)])
        self.put(client, "Junk", [self.ham() for _ in range(50)])
        self.assertEqual(self.lessons(anna), {})
        self.move(client, "Junk", "Other")
        self.assert_learned(anna, ham=50)
        self.move(client, "INBOX", "Junk")
        self.assert_learned(anna, ham=50, spam=50)
        self.assertEqual(self.scan(spam, anna)[1], ["BAYES_SPAM"])
        self.assertEqual(self.scan(ham, anna)[1], ["BAYES_HAM"])
        self.assertGreater(self.scan(spam, anna)[0], before[0])
        # What was learned is the site's, too.
        self.assertEqual(self.scan(spam, ben)[1], ["BAYES_SPAM"])

        # Ben sees it the other way round, by COPY and expunge.
        other = self.imap(ben)
        other.create("Other")
        self.put(other, "INBOX", [self.ham() for _ in range(50)])
        self.put(other, "Junk", [self.spam() for _ in range(50)])
        for origin, target in (("INBOX", "Junk"), ("Junk", "Other")):
            other.select(origin)
            which = b"1:50"
            self.move(other, origin, target, which, b"COPY")
            other.store("1:50", "+FLAGS", r"\Deleted")
            other.expunge()
        self.assert_learned(ben, ham=50, spam=50)
        self.assertEqual(self.scan(spam, ben)[1], ["BAYES_HAM"])
        self.assertEqual(self.scan(ham, ben)[1], ["BAYES_SPAM"])
        self.assertEqual(self.scan(spam, anna)[1], ["BAYES_SPAM"])
        self.assertEqual(self.scan(ham, anna)[1], ["BAYES_HAM"])
        # For everybody else that is a draw.
        for mail in (spam, ham):
            self.assertNotIn(self.scan(mail, "carl")[1],
                             (["BAYES_SPAM"], ["BAYES_HAM"]))

        # Undone to the last bit: spam out of Junk and in again.
        state, score = self.dump(), self.scan(spam, anna)
        client.create("Back")
        self.move(client, "Junk", "Back", b"1:10")
        self.assert_learned(anna, ham=60, spam=40)
        self.assertNotEqual(self.dump(), state)
        status = {s["user"]: s for s in self.learn("status")}
        self.assertEqual(status[anna]["ham"], 60)
        self.assertGreaterEqual(status[""]["ham"], 110)
        # Within seconds a mail weighs what it weighed.
        self.move(client, "Back", "Junk")
        self.assert_learned(anna, ham=50, spam=50)
        self.assertEqual(self.dump(), state)
        self.assertEqual(self.scan(spam, anna), score)

    def test_undo(self):
        self.user = self.take_user()
        client = self.imap(self.user)
        client.create("Other")
        self.put(client, "INBOX", [self.spam() for _ in range(5)])
        state = self.dump()
        paths = []
        for i in range(5):
            path = self.instance.dir / ("spam-%d.eml" % i)
            path.write_bytes(self.spam())
            path.chmod(0o644)
            paths.append(str(path))
        said = self.learn("spam", "--user", self.user, *paths)
        self.assertEqual(said, [{"learned": 5, "unchanged": 0, "failed": 0}])
        taught = self.dump()
        self.assertNotEqual(taught, state)
        # the same again
        self.assertEqual(self.learn("spam", "--user", self.user, *paths),
                         [{"learned": 0, "unchanged": 5, "failed": 0}])
        self.assertEqual(self.dump(), taught)
        # the opposite, and back
        self.learn("ham", "--user", self.user, *paths)
        self.assert_learned(self.user, ham=5)
        self.learn("phish", "--user", self.user, *paths)
        self.assert_learned(self.user, phish=5)
        self.learn("spam", "--user", self.user, *paths)
        # it weighs what it weighs at its time: nearly the same
        self.learn("spam", "--user", self.user, "--forget", *paths)
        self.assert_learned(self.user)
        zero = [row for row in self.dump()[1] if any(row[1:])]
        self.assertEqual([self.dump()[0], zero],
                         [state[0], [row for row in state[1] if any(row[1:])]])

    # --- what teaches nothing -------------------------------------------------

    def test_nothing_to_learn(self):
        self.user = self.take_user()
        client = self.imap(self.user)
        client.create("Other")
        # a client that copies a mailbox, spam of one's own files
        self.put(client, "Junk", [self.spam() for _ in range(4)])
        self.put(client, "INBOX", [self.ham() for _ in range(4)])
        # clearing Junk away, and filing
        self.move(client, "Junk", "Trash", b"1:2")
        self.move(client, "INBOX", "Trash", b"1:1")
        self.move(client, "INBOX", "Other", b"1:2")
        self.move(client, "Trash", "Other")
        client.select("Junk")
        client.store("1:*", "+FLAGS", r"\Deleted")
        client.expunge()
        # an administrator
        done = self.instance.doveadm("move", "-u", self.user, "Junk",
                                     "mailbox", "Other", "all")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.settle(client)
        self.assert_learned(self.user, ham=1)

    def test_pull_and_restore(self):
        self.user = self.take_user()
        client = self.imap(self.user)
        client.create("Other")
        self.append(self.user, "INBOX", self.mail())
        self.append(self.user, "Junk", self.mail())
        self.warden("pull", "-u", self.user, self.hunt)
        self.assertEqual(len(self.stored(self.user, QUARANTINE)), 2)
        self.warden("restore", "-u", self.user, self.hunt)
        self.settle(client)
        self.assert_learned(self.user, ham=1)

    def test_report_and_release(self):
        self.user = self.take_user()
        client = self.imap(self.user)
        client.create("Other")
        client.create(QUARANTINE)
        self.put(client, "INBOX", [self.ham(), self.ham()])
        self.move(client, "INBOX", QUARANTINE)
        self.assert_learned(self.user, phish=2)
        self.move(client, QUARANTINE, "INBOX", b"1")
        self.assert_learned(self.user, phish=1, ham=1)

    def test_sieve(self):
        self.user = self.take_user()
        client = self.imap(self.user)
        client.create("Other")
        client.create("Junk")
        ways.write_sieve(self.instance, self.user, 'require "fileinto";\n'
                         'fileinto "Junk";\n')
        if os.geteuid() == 0:
            home = self.instance.home(self.user)
            for path in (home, home / ".dovecot.sieve"):
                os.chown(path, self.uid(self.user), self.uid(self.user))
        self.instance.deliver(self.spam(), self.user)
        self.assertEqual(client.select("Junk"), ("OK", [b"1"]))
        self.settle(client)
        self.assert_learned(self.user, ham=1)
