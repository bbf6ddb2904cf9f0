"""What the tests of `doveadm warden pull` and its kin have in common: a Dovecot
with the real service, users with a uid each, and what their mail looks like."""

import hashlib
import imaplib
import json
import os
import shutil
import subprocess
import time
import unittest

import messages
from instance import Instance

GENERATION = os.environ.get("WARDEN_GENERATION", "2.3")
BUILD = os.environ.get("WARDEN_BUILD")
QUARANTINE = "Quarantine"
SHA256 = hashlib.sha256(messages.BROCHURE).hexdigest()
HUNT = "sha256:" + SHA256
# With an offset: what a storage keeps of it is a moment.
DATE = '"17-Jul-2024 02:44:25 +0200"'


class AdminCase(unittest.TestCase):
    """One instance for a class; each test has users of its own: USERS is how
    many there are in all."""

    STORAGE = "maildir"
    USERS = 30
    OPTIONS = {}
    SETTINGS = {}
    opened = 0  # sessions

    @classmethod
    def setUpClass(cls):
        first = 20000
        users = {"u%02d" % i: first + i for i in range(cls.USERS)}
        cls.instance = Instance(GENERATION, cls.STORAGE, build=BUILD,
                                users=users if os.geteuid() == 0 else None,
                                settings=cls.SETTINGS, **cls.OPTIONS)
        cls.addClassCleanup(shutil.rmtree, cls.instance.dir,
                            ignore_errors=True)
        cls.free = sorted(users)
        cls.instance.start()
        cls.addClassCleanup(cls.instance.stop)

    def setUp(self):
        # A hash is known to all users: each test has a file of its own.
        self.file = messages.BROCHURE + self.id().encode()
        self.sha256 = hashlib.sha256(self.file).hexdigest()
        self.hunt = "sha256:" + self.sha256
        self.number = 0

    def tearDown(self):
        self.assertEqual(self.instance.panics(), [])

    # --- mail ---------------------------------------------------------------

    def take_users(self, count):
        users, self.__class__.free = self.free[:count], self.free[count:]
        self.assertEqual(len(users), count, "USERS is too small")
        return users

    def take_user(self):
        return self.take_users(1)[0]

    def mail(self, text="As promised.\n"):
        self.number += 1
        return messages.message(
            "The brochure (%d)" % self.number, text, number=self.number,
            attachments=[("brochure.pdf", self.file, "application/pdf")])

    def imap(self, user):
        self.__class__.opened += 1
        client = self.instance.imap(user)
        self.addCleanup(self.close, client)
        return client

    @staticmethod
    def close(client):
        try:
            client.logout()
        except Exception:
            pass

    def append(self, user, mailbox, message, flags="", date=DATE):
        client = self.imap(user)
        client.create('"%s"' % mailbox)
        status, data = client.append('"%s"' % mailbox, "(%s)" % flags, date,
                                     message)
        self.assertEqual(status, "OK", data)
        self.close(client)

    def snapshots(self, *whom):
        """{user: {mailbox: [what stands there]}}: GUID, flags, INTERNALDATE
        and bytes, as doveadm sees them (nobody logs in)."""
        for _ in range(3):
            done = self.instance.doveadm(
                "-f", "json", "fetch", *(whom or ["-A"]),
                "user mailbox guid flags date.received text", "all")
            # where a run was killed the index may know what is gone
            if b"Message was expunged" not in done.stderr:
                break
        self.assertEqual(done.returncode, 0, done.stderr)
        found = {}
        for row in json.loads(done.stdout or b"[]"):
            flags = sorted(f for f in row["flags"].split() if f != "\\Recent")
            found.setdefault(row["user"], {}).setdefault(
                row["mailbox"], []).append(
                (row["guid"], " ".join(flags), row["date.received"],
                 row["text"]))
        return {user: {name: sorted(rows) for name, rows in boxes.items()}
                for user, boxes in found.items()}

    def snapshot(self, user):
        return self.snapshots("-u", user).get(user, {})

    def stored(self, user, mailbox):
        return self.snapshot(user).get(mailbox, [])

    def assert_same(self, before, after):
        """Says what differs, mail by mail."""
        lines = []
        for name in sorted(set(before) | set(after)):
            old, new = before.get(name, []), after.get(name, [])
            lines += ["- %s %r" % (name, row) for row in old
                      if row not in new]
            lines += ["+ %s %r" % (name, row) for row in new
                      if row not in old]
            if len(old) != len(new):
                lines.append("! %s: %d mails, were %d"
                             % (name, len(new), len(old)))
        self.assertEqual("\n".join(lines), "")

    # --- commands ------------------------------------------------------------

    def warden(self, *args, status=0):
        """Run `doveadm warden …`. Returns (rows, what it said)."""
        done = self.instance.doveadm("-f", "json", "warden", *args)
        said = done.stderr.decode()
        self.assertEqual(done.returncode == 0, status == 0, said)
        try:
            rows = json.loads(done.stdout or b"[]")
        except ValueError:
            self.fail("%r %s" % (done.stdout, said))
        return rows, said

    def start(self, *args):
        command = ["doveadm", "-c", str(self.instance.dir / "dovecot.conf"),
                   "warden", *args]
        with open(self.instance.dir / "started.log", "ab") as log:
            process = subprocess.Popen(
                self.instance.build.enter(command, paths=[
                    self.instance.dir, self.instance.mail_root]),
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=log)
        self.addCleanup(process.wait)
        return process

    def kill_after(self, process, what, count):
        """SIGKILL once so many mails of our file are on the trail. Returns how
        many were in the end."""
        def done():
            return self.instance.sql(
                "SELECT count(*) FROM audit WHERE what = ?", what)[0][0]
        before = done()
        while done() - before < count and process.poll() is None:
            time.sleep(0.001)
        self.assertIsNone(process.poll(), "it was through too early")
        process.kill()
        process.wait()
        return done() - before

    def audit(self, like="%"):
        return self.instance.sql(
            "SELECT actor, what, object, comment FROM audit "
            "WHERE object LIKE ? ORDER BY id", like)

    def import_hash(self):
        path = self.instance.dir / (self.sha256 + ".hsb")
        path.write_text("%s:%d:Test.Brochure-1\n"
                        % (self.sha256, len(self.file)))
        done = self.instance.warden("feed", "import", "--name",
                                    self.sha256[:12], str(path))
        self.assertEqual(done.returncode, 0, done.stderr)

    def logins(self):
        """Once all that we made are in the log, which is written late."""
        end = time.monotonic() + 20
        while True:
            count = self.instance.log().count("-login: Info: Login:")
            if count >= self.opened or time.monotonic() > end:
                return count
            time.sleep(0.05)


__all__ = ["AdminCase", "GENERATION", "QUARANTINE", "DATE", "imaplib",
           "messages"]
