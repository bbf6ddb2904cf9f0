"""Full disks: of the mail store, and of the verdict database."""

import imaplib
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

import instance
import messages

GENERATION = os.environ.get("WARDEN_GENERATION", "2.3")


class Tmpfs:
    """A small file system of its own, or a skipped test."""

    def __init__(self, test, size):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="warden-disk-"))
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=%d,mode=0755" % size,
             "tmpfs", str(self.path)], capture_output=True)
        if done.returncode:
            self.path.rmdir()
            test.skipTest("no tmpfs can be mounted here")
        test.addCleanup(self.remove)

    def remove(self):
        subprocess.run(["umount", "-l", str(self.path)])
        shutil.rmtree(self.path, ignore_errors=True)


def big(make, number, kilobytes=24):
    """A message with as much text more."""
    return make(number) + (b"filler " * 10 + b"\r\n") * (kilobytes * 14)


class FullDisk(unittest.TestCase):
    def fill(self, storage):
        disk = Tmpfs(self, 1024 * 1024)
        os.chown(disk.path, instance.VMAIL_UID, instance.VMAIL_UID)
        with instance.Instance(GENERATION, storage,
                               mail_root=disk.path) as server:
            acked = []
            refused = 0
            for number in range(60):
                bad = number % 3 == 0
                make = messages.eicar if bad else messages.good
                mail = b"X-Number: %d\r\n" % number + big(make, number)
                if number % 2:
                    reply = server.deliver(mail, "anna")["anna"]
                    self.assertIn(reply[0] // 100, (2, 4), reply)
                    ok = reply[0] == 250
                else:
                    try:
                        client = server.imap("anna")
                        answer, _ = instance.literal(client, "INBOX", mail)
                        ok = answer.startswith("OK")
                        client.logout()
                    except imaplib.IMAP4.error:
                        ok = False
                refused += not ok
                if ok:
                    acked.append((number, bad, mail))
            self.assertGreater(refused, 0)
            self.assertGreater(len(acked), 5)
            subprocess.run(["mount", "-o", "remount,size=64M",
                            str(disk.path)], check=True)
            found = {}
            for box in ("INBOX", "Quarantine"):
                for mail in server.mails("anna", box) or []:
                    body = mail["body"]
                    body = body[body.index(b"X-Number: "):]
                    found.setdefault(body, []).append(box)
            for number, bad, mail in acked:
                self.assertEqual(found.get(mail), [
                    "Quarantine" if bad else "INBOX"], number)
            self.assertEqual(server.panics(), [])

    def test_mail_store_maildir(self):
        self.fill("maildir")

    def test_mail_store_sdbox(self):
        self.fill("sdbox")

    def test_mail_store_mdbox(self):
        self.fill("mdbox")

    def test_database(self):
        """Mail goes on: verdicts are answered unrecorded, and appear in the
        database when there is room again."""
        disk = Tmpfs(self, 700 * 1024)
        server = instance.Instance(GENERATION, "maildir")
        database = disk.path / "db"
        server.database = database / "verdicts.sqlite"
        server.warden_conf = ""
        server.write_config()
        database.mkdir()
        os.chown(database, instance.WARDEN_UID, instance.WARDEN_GID)
        server.config.write_text(
            "[store]\ndatabase = %s\njournal = %s\n"
            % (server.database, server.dir / "db" / "journal"))
        server.write_config = lambda: None
        server.start()
        try:
            count = 150
            for number in range(count):
                make = (messages.eicar if number % 3 == 0
                        else messages.lying_link)
                reply = server.deliver(make(number), "anna")["anna"]
                self.assertEqual(reply[0], 250, (number, reply))
            self.assertEqual(len(server.mails("anna", "Quarantine")), count)
            self.assertIn("warden", server.log())
            done = server.sql("select count(*) from deliveries")[0][0]
            self.assertLess(done, count)
            journal = server.dir / "db" / "journal"
            self.assertGreater(journal.stat().st_size, 1000)
            subprocess.run(["mount", "-o", "remount,size=64M",
                            str(disk.path)], check=True)
            # The service leaves a failed database alone for some seconds.
            for number in range(count, count + 200):
                server.deliver(messages.good(number), "anna")
                time.sleep(0.2)
                rows = server.sql("select count(distinct message_id) "
                                  "from deliveries where action = 3")[0][0]
                if rows == count:
                    break
            self.assertEqual(rows, count)
            self.assertEqual(server.sql("pragma integrity_check")[0][0],
                             "ok")
            self.assertEqual(server.panics(), [])
        finally:
            server.stop()
            shutil.rmtree(server.dir, ignore_errors=True)


if __name__ == "__main__":
    unittest.main()
