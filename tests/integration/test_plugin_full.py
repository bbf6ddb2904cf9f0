"""A full disk under the mail store: every acknowledged mail is there, byte for
byte and once; every other one was refused with a temporary error."""

import collections
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import unittest

from fake_wardend import PENDING
from plugin_case import PluginCase, literal, ways


def mount(path, options):
    return subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs",
                           str(path)], stderr=subprocess.DEVNULL).returncode


class Full(PluginCase):
    @classmethod
    def setUpClass(cls):
        cls.disk = pathlib.Path(tempfile.mkdtemp(prefix="warden-full-",
                                                 dir="/tmp"))
        if os.geteuid() != 0 or mount(cls.disk, "size=5m,mode=1777"):
            shutil.rmtree(cls.disk)
            raise unittest.SkipTest("no small file system can be mounted")
        super().setUpClass()

    @classmethod
    def options(cls):
        return {"mail_root": cls.disk}

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        subprocess.run(["umount", str(cls.disk)], check=True)
        shutil.rmtree(cls.disk, ignore_errors=True)

    def mails(self):
        return [ways.mail(random.choice((None, "malware")),
                          size=random.choice((2000, 30_000, 150_000)))
                for _ in range(random.choice((1, 1, 3)))]

    def test_it(self):
        random.seed(7)
        kept, refused, told = [], [], collections.Counter()
        client = self.imap()
        for number in range(160):
            mails = self.mails()
            if number % 2:
                mails = mails[:1]
                answer = self.lmtp(mails[0])
                good = answer.startswith("250")
            else:
                answer, _ = literal(client, "INBOX", *mails)
                good = answer.startswith("OK")
            told[answer[:6]] += 1
            (kept if good else refused).extend(mails)
            if not good:
                self.assertRegex(answer, "^(451|452|NO)")
        self.assertGreater(len(refused), 40)
        self.assertGreater(len(kept), 20)
        # room again, so that the mailboxes can be read
        subprocess.run(["mount", "-o", "remount,size=60m", str(self.disk)],
                       check=True)
        for message in kept:
            found = ways.where(self.instance, self.user, message)
            copies = [mail for mails in found.values() for mail in mails]
            self.assertEqual(len(copies), 1, told)
            self.assertTrue(ways.same_bytes(copies[0]["body"], message))
            self.assertEqual(list(found), [
                "Quarantine" if b"X-Test-Verdict" in message else "INBOX"])


class FullSdbox(Full):
    STORAGE = "sdbox"


class FullMdbox(Full):
    STORAGE = "mdbox"


class TempFull(Full):
    """No room for the spool: the storage writes along, and what cannot be
    judged is saved as pending."""

    @classmethod
    def options(cls):
        return {"conf": "mail_temp_dir = %s\n" % cls.disk}

    def test_it(self):
        (self.disk / "filler").write_bytes(b"x" * (5 << 20))
        small, large = ways.mail("malware"), ways.mail("malware",
                                                       size=300_000)
        good = ways.mail(size=300_000)
        client = self.imap()
        for mails in ((small,), (large,), (good,), (ways.mail(), large)):
            status, _ = literal(client, "INBOX", *mails)
            self.assertRegex(status, "^OK")
        self.assert_stands_in(small, "Quarantine")
        self.assert_stands_in(large, "INBOX")
        self.assert_stands_in(good, "INBOX")
        self.assertEqual(len(self.fake.wait(PENDING, 3)), 3)
        self.assertIn("No space left", self.instance.log())


if __name__ == "__main__":
    unittest.main()
