"""doveadm warden pull and restore where it is not plain sailing: mailboxes that
were renamed or deleted, lost indexes, quota, IDLE, copies, failures."""

import contextlib
import os
import sqlite3
import time
import unittest

from admin_case import AdminCase, QUARANTINE


class Pull(AdminCase):
    # What the indexes of a mailbox are called on disk.
    INDEXES = "Maildir/**/dovecot.index*"

    def setUp(self):
        super().setUp()
        self.user = self.take_user()

    def pull(self, *args, status=0):
        return self.warden("pull", *args, self.hunt, status=status)

    def restore(self, *args, status=0):
        return self.warden("restore", *args, self.hunt, status=status)

    def drop_indexes(self):
        home = self.instance.home(self.user)
        found = [path for path in home.glob(self.INDEXES)]
        self.assertNotEqual(found, [])
        for path in found:
            path.unlink()
        # dbox makes new ones only when it is told to
        done = self.instance.doveadm("force-resync", "-u", self.user, "*")
        self.assertEqual(done.returncode, 0, done.stderr)

    # --- what is found, what is not -------------------------------------------

    def test_nothing_else(self):
        """Other mail stays, whatever it looks like."""
        self.append(self.user, "INBOX", self.mail())
        other, self.file = self.file, self.file + b"!"
        self.append(self.user, "INBOX", self.mail(), r"\Flagged")
        self.file = other
        before = self.snapshot(self.user)
        rows, said = self.pull()
        self.assertEqual([row["mailbox"] for row in rows], ["INBOX"])
        self.assertEqual(rows[0]["username"], self.user)
        self.assertIn("1 of 1 user done (0 failed), 1 mail moved", said)
        here = self.snapshot(self.user)
        self.assertEqual((len(here["INBOX"]), len(here[QUARANTINE])), (1, 1))
        self.assertIn(rows[0]["guid"], here[QUARANTINE][0][0])
        self.restore()
        self.assert_same(before, self.snapshot(self.user))

    def test_kinds_of_hunts(self):
        self.append(self.user, "INBOX", self.mail())
        for hunt, count in (("subject:no such subject", 0),
                            ("sender:ben@example.org", 0)):
            rows, _ = self.warden("pull", "-n", "-u", self.user, hunt)
            self.assertGreaterEqual(len(rows), count)
        rows, _ = self.warden("pull", "-u", self.user,
                              "subject:The brochure (%d)" % self.number,
                              self.hunt)
        self.assertEqual(len(rows), 1)

    def test_formatters(self):
        self.append(self.user, "INBOX", self.mail())
        for name in ("table", "tab", "flow", "pager", "json"):
            done = self.instance.doveadm("-f", name, "warden", "pull", "-n",
                                         self.hunt)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(b"INBOX", done.stdout)
            self.assertIn(self.user.encode(), done.stdout)

    def test_only_whom_one_says(self):
        other = self.take_user()
        for user in (self.user, other):
            self.append(user, "INBOX", self.mail())
        rows, _ = self.pull("-u", other)
        self.assertEqual([row["username"] for row in rows], [other])
        path = self.instance.dir / "whom"
        path.write_text("%s\n" % self.user)
        rows, _ = self.pull("-F", str(path))
        self.assertEqual([row["username"] for row in rows], [self.user])
        rows, _ = self.restore("-A")
        self.assertEqual(sorted(row["username"] for row in rows),
                         sorted([self.user, other]))

    def test_by_doveadm_server(self):
        other = self.take_user()
        for user in (self.user, other):
            self.append(user, "INBOX", self.mail())
        server = str(self.instance.dir / "run" / "doveadm-server")
        rows, said = self.pull("-S", server)
        self.assertEqual(sorted((row["username"], row["mailbox"])
                                for row in rows),
                         [(user, "INBOX") for user in sorted([self.user,
                                                              other])])
        self.assertIn("done by doveadm-server", said)
        rows, _ = self.restore("-S", server, "-u", other)
        self.assertEqual([row["mailbox"] for row in rows], ["INBOX"])
        self.assertEqual(len(self.stored(other, "INBOX")), 1)
        self.assertEqual(len(self.stored(self.user, QUARANTINE)), 1)

    def test_released_is_pulled(self):
        self.append(self.user, "INBOX", self.mail())
        self.pull()
        self.restore()
        rows, _ = self.pull()
        self.assertEqual(len(rows), 1)
        self.restore()

    def test_copies(self):
        """Equal bytes, two places: each goes back to its own."""
        message = self.mail()
        for mailbox, flags in (("INBOX", r"\Seen"), ("Work", r"\Flagged")):
            self.append(self.user, mailbox, message, flags)
        client = self.imap(self.user)
        client.select("INBOX")
        self.assertEqual(client.copy("1", "INBOX")[0], "OK")
        self.close(client)
        before = self.snapshot(self.user)
        rows, _ = self.pull()
        self.assertEqual(len(rows), 3)
        self.assertEqual(len(self.stored(self.user, QUARANTINE)), 3)
        self.assertEqual(len(self.restore()[0]), 3)
        self.assert_same(before, self.snapshot(self.user))

    # --- in Quarantine ----------------------------------------------------------

    def test_user_cannot_release(self):
        self.append(self.user, "INBOX", self.mail())
        self.pull("-c", "dangerous")
        client = self.imap(self.user)
        client.select(QUARANTINE)
        self.assertEqual(client.copy("1", "INBOX")[0], "NO")
        self.assertEqual(self.stored(self.user, "INBOX"), [])

    def test_what_the_user_did_meanwhile(self):
        """Stays done; only \\Deleted is what it was."""
        self.append(self.user, "INBOX", self.mail(), r"\Deleted $Mine")
        self.pull()
        [(_, flags, _, _)] = self.stored(self.user, QUARANTINE)
        self.assertEqual(flags, "$Mine $WardenPulled")
        client = self.imap(self.user)
        client.select(QUARANTINE)
        client.store("1", "+FLAGS", r"(\Seen \Flagged $Later)")
        client.store("1", "-FLAGS", "$Mine")
        self.close(client)
        self.restore()
        [(_, flags, _, _)] = self.stored(self.user, "INBOX")
        self.assertEqual(flags, r"$Later \Deleted \Flagged \Seen")

    def test_release_keeps_guid_and_date(self):
        self.append(self.user, "Work", self.mail(), r"\Seen $Junk")
        before = self.snapshot(self.user)
        self.pull()
        rows, _ = self.warden("release", "-u", self.user, "-c", "asked", "all")
        self.assertEqual([row["mailbox"] for row in rows], ["Work"])
        self.assert_same(before, self.snapshot(self.user))

    # --- between pull and restore -----------------------------------------------

    def test_renamed(self):
        self.append(self.user, "Work", self.mail())
        before = self.snapshot(self.user)
        self.pull()
        client = self.imap(self.user)
        self.assertEqual(client.rename("Work", "Other")[0], "OK")
        self.close(client)
        rows, _ = self.restore()
        self.assertEqual([row["mailbox"] for row in rows], ["Other"])
        self.assert_same({"Other": before["Work"]}, self.snapshot(self.user))

    def test_deleted(self):
        name = "Work und mehr/With spaces"
        self.append(self.user, name, self.mail(), r"\Seen")
        before = self.snapshot(self.user)
        self.pull()
        client = self.imap(self.user)
        self.assertEqual(client.delete('"%s"' % name)[0], "OK")
        rows, _ = self.restore("-n")
        self.assertEqual([row["mailbox"] for row in rows], [name])
        self.assertEqual(client.select('"%s"' % name)[0], "NO")
        rows, _ = self.restore()
        self.assertEqual([row["mailbox"] for row in rows], [name])
        self.assert_same(before, self.snapshot(self.user))
        self.assertIn(name, repr(client.lsub()))

    def test_index_lost_before_pull(self):
        self.append(self.user, "INBOX", self.mail(), r"\Seen")
        self.append(self.user, "Work", self.mail())
        self.append(self.user, "Work", b"Subject: other\r\n\r\nother\r\n")
        before = self.snapshot(self.user)
        self.drop_indexes()
        rows, _ = self.pull()
        self.assertEqual(sorted(row["mailbox"] for row in rows),
                         ["INBOX", "Work"])
        self.assertEqual(len(self.stored(self.user, QUARANTINE)), 2)
        self.assertEqual(len(self.restore()[0]), 2)
        after = self.snapshot(self.user)
        self.assertEqual({name: len(rows) for name, rows in before.items()},
                         {name: len(rows) for name, rows in after.items()})

    def test_index_lost_before_restore(self):
        self.append(self.user, "Work", self.mail(), r"\Seen")
        before = self.snapshot(self.user)
        self.pull()
        self.drop_indexes()
        rows, _ = self.restore()
        # which mailbox it was in, only the database knows
        self.assertEqual([row["mailbox"] for row in rows], ["Work"])
        self.assertEqual(self.stored(self.user, QUARANTINE), [])
        [(_, _, _, text)] = self.stored(self.user, rows[0]["mailbox"])
        self.assertEqual(text, before["Work"][0][3])

    def test_pull_that_could_not_tell(self):
        """Killed between the move and its report, while the next sync has
        told that the mail is gone from where it was."""
        self.append(self.user, "Work", self.mail(), r"\Seen")
        before = self.snapshot(self.user)
        self.pull()
        with sqlite3.connect(self.instance.database,
                             timeout=30) as connection:
            changed = connection.execute(
                "UPDATE deliveries SET state = 3 WHERE user_id = "
                "(SELECT id FROM users WHERE name = ?)", (self.user,))
            self.assertGreater(changed.rowcount, 0)
        self.assertEqual(self.pull()[0], [])
        rows, said = self.warden("restore", self.hunt)
        self.assertEqual(len(rows), 1, said)
        self.assert_same(before, self.snapshot(self.user))

    # --- sessions ----------------------------------------------------------------

    def test_idle(self):
        self.append(self.user, "INBOX", self.mail())
        client = self.imap(self.user)
        client.select("INBOX")
        tag = client._new_tag()
        client.send(b"%s IDLE\r\n" % tag)
        self.assertTrue(client.readline().startswith(b"+"))
        self.pull()
        self.assertIn(b"EXPUNGE", self.next_line(client, b"EXPUNGE"))
        self.restore()
        self.assertIn(b"* 1 EXISTS", self.next_line(client, b"EXISTS"))
        client.send(b"DONE\r\n")
        self.next_line(client, tag)

    def next_line(self, client, word):
        while True:
            line = client.readline()
            self.assertNotEqual(line, b"", "the session ended")
            if word in line:
                return line

    def test_at_the_same_time(self):
        """Two administrators, and no mail twice or lost."""
        for _ in range(20):
            self.append(self.user, "INBOX", self.mail())
        before = self.snapshot(self.user)
        for what in ("pull", "restore"):
            processes = [self.start(what, self.hunt) for _ in range(3)]
            self.assertEqual([p.wait() for p in processes], [0, 0, 0])
            here = self.snapshot(self.user)
            self.assertEqual(sum(map(len, here.values())), 20)
        self.assert_same(before, here)

    def test_busy_database(self):
        """Somebody else writes, for longer than a writer waits."""
        if self.STORAGE != "maildir":
            self.skipTest("the database is the same")
        self.append(self.user, "INBOX", self.mail())
        with contextlib.closing(sqlite3.connect(
                self.instance.database, isolation_level=None,
                timeout=30)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            processes = [self.start("pull", self.hunt) for _ in range(2)]
            time.sleep(3)
            self.assertEqual([p.poll() for p in processes], [None] * 2)
            self.assertEqual(len(self.stored(self.user, "INBOX")), 1)
            connection.execute("ROLLBACK")
        self.assertEqual([p.wait() for p in processes], [0, 0])
        self.assertEqual(len(self.stored(self.user, QUARANTINE)), 1)

    # --- failures ----------------------------------------------------------------

    def test_bad_words(self):
        for args, word in ((["pull", "sha256"], "KIND:VALUE"),
                           (["pull", "sha256:12"], "64 hexadecimal digits"),
                           (["pull", "colour:red"], "colour"),
                           (["restore", "x:"], "x"),
                           (["pull", "-u", "nobody-here", self.hunt],
                            "doesn't exist")):
            done = self.instance.doveadm("warden", *args)
            self.assertNotEqual(done.returncode, 0, args)
            self.assertIn(word, done.stderr.decode(), args)
        for command in ("pull", "restore"):
            done = self.instance.doveadm("warden", command)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(b"kind:value", done.stdout + done.stderr)

    def test_broken_user(self):
        """The others are done."""
        other = self.take_user()
        for user in (self.user, other):
            self.append(user, "INBOX", self.mail())
        home = self.instance.home(self.user)
        owner = home.stat().st_uid
        if os.geteuid() != 0:
            self.skipTest("needs root")
        os.chown(home, 0, 0)
        home.chmod(0o700)
        rows, said = self.pull(status=1)
        self.assertEqual([row["username"] for row in rows], [other])
        self.assertIn("2 of 2 users done (1 failed)", said)
        os.chown(home, owner, owner)
        rows, _ = self.pull()
        self.assertEqual([row["username"] for row in rows], [self.user])

    def test_no_scanner(self):
        self.append(self.user, "INBOX", self.mail())
        socket = self.instance.dir / "run" / "warden"
        away = socket.with_name("warden.away")
        socket.rename(away)
        try:
            for args in (["pull", self.hunt], ["restore", self.hunt],
                         ["pull", "-u", self.user, self.hunt]):
                _, said = self.warden(*args, status=1)
                self.assertIn("connect(", said)
        finally:
            away.rename(socket)
        self.assertEqual(len(self.stored(self.user, "INBOX")), 1)


class PullSdbox(Pull):
    STORAGE = "sdbox"
    INDEXES = "sdbox/**/dovecot.index*"


class PullMdbox(Pull):
    STORAGE = "mdbox"
    INDEXES = "mdbox/mailboxes/**/dovecot.index*"

    def test_index_lost_before_restore(self):
        """The rebuild puts a mail where it was first saved. It is not lost,
        and the next pull finds it."""
        self.append(self.user, "Work", self.mail(), r"\Seen")
        [(_, _, _, text)] = self.stored(self.user, "Work")
        self.pull()
        self.drop_indexes()
        found = [(name, row[3]) for name, rows in
                 self.snapshot(self.user).items() for row in rows]
        self.assertEqual(found, [("Work", text)])
        self.pull()
        self.assertEqual([row[3] for row in
                          self.stored(self.user, QUARANTINE)], [text])
        rows, _ = self.restore()
        self.assertEqual([row["mailbox"] for row in rows], ["Work"])


class Quota(AdminCase):
    """A mail that does not fit stays in Quarantine; the others go home."""

    USERS = 2
    OPTIONS = {
        "plugins": ["quota"],
        "plugin_23": "  quota = count:Q\n  quota_rule = *:storage=40k\n"
                     "  quota_rule2 = Quarantine:ignore\n"
                     "  quota_vsizes = yes\n",
        "conf_24": "quota Q {\n  driver = count\n}\n"
                   "quota_storage_size = 40k\n"
                   "namespace inbox {\n  mailbox Quarantine {\n"
                   "    quota_ignore = yes\n  }\n}\n",
    }

    def test_full(self):
        one, other = self.take_users(2)
        for user in (one, other):
            self.append(user, "INBOX", self.mail())
        before = self.snapshots()
        self.warden("pull", self.hunt)
        self.append(one, "INBOX", b"Subject: x\r\n\r\n" + b"x" * 70 * 500)
        self.append(one, "Trash", b"Subject: x\r\n\r\n" + b"x" * 70 * 80)
        rows, said = self.warden("restore", self.hunt, status=1)
        self.assertIn("uota exceeded", said)
        self.assertIn("1 failed", said)
        self.assertEqual([row["username"] for row in rows], [other])
        self.assertEqual(len(self.stored(one, QUARANTINE)), 1)
        self.assert_same(before[other], self.snapshot(other))
        done = self.instance.doveadm("expunge", "-u", one, "mailbox", "*",
                                     "subject", "x", "not", "from", "ben")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.warden("restore", self.hunt)
        self.assert_same(before[one], self.snapshot(one))


if __name__ == "__main__":
    unittest.main()
