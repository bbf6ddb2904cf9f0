"""What the plugin's integration tests have in common: an instance with a fake
scanner, and that nothing in Dovecot's log looks like a crash."""

import hashlib
import os
import pathlib
import shutil
import tempfile
import unittest

import epoch
import ways
from fake_wardend import FakeWardend, SCAN, canonical
from instance import Instance, literal

GENERATION = os.environ.get("WARDEN_GENERATION", "2.3")
BUILD = os.environ.get("WARDEN_BUILD")


class PluginCase(unittest.TestCase):
    """Subclasses may set STORAGE and OPTIONS (for Instance); one instance for
    a class."""

    STORAGE = "maildir"
    OPTIONS = {}
    SETTINGS = {}
    FAKE = {}

    @classmethod
    def options(cls):
        """For what must be computed."""
        return {}

    @classmethod
    def make_dir(cls, mode=0o755):
        """A directory beside the instance's; it goes with the class."""
        path = pathlib.Path(tempfile.mkdtemp(prefix="warden-case-",
                                             dir="/tmp"))
        cls.addClassCleanup(shutil.rmtree, path, ignore_errors=True)
        path.chmod(mode)
        return path

    @classmethod
    def setUpClass(cls):
        options = dict(cls.OPTIONS, **cls.options())
        settings = dict(ways.EXCLUDE, **cls.SETTINGS)
        cls.instance = Instance(GENERATION, cls.STORAGE, build=BUILD,
                                settings=settings, socket_path="set below",
                                **options)
        cls.addClassCleanup(shutil.rmtree, cls.instance.dir,
                            ignore_errors=True)
        cls.instance.dir.chmod(0o755)
        cls.instance.socket_path = cls.instance.dir / "scanner"
        cls.fake = FakeWardend(cls.instance.socket_path, **cls.FAKE)
        cls.prepare()
        cls.instance.start()
        cls.set_epoch()

    @classmethod
    def set_epoch(cls, since=None, changed=()):
        """What the fake answers now is what holds now."""
        epoch.write(cls.instance.epoch_file, cls.fake.rules, cls.fake.lists,
                    since, changed)

    @classmethod
    def prepare(cls):
        """Before Dovecot starts."""

    @classmethod
    def tearDownClass(cls):
        cls.instance.stop()
        cls.fake.stop()

    def setUp(self):
        self.fake.clear()
        self.fake.mode = self.FAKE.get("mode", "")
        self.user = self.id().rpartition(".")[2].replace("_", "-").lower()

    def tearDown(self):
        self.assertEqual(self.instance.panics(), [])

    def imap(self, user=None):
        client = self.instance.imap(user or self.user)
        self.addCleanup(self.close, client)
        return client

    @staticmethod
    def close(client):
        try:
            client.logout()
        except Exception:
            pass

    def append(self, message, mailbox="INBOX", user=None):
        return ways.append(self.instance, user or self.user, message, mailbox)

    def lmtp(self, message, user=None):
        return ways.lmtp(self.instance, user or self.user, message)

    def key(self, message, user=None):
        """Of the message as it is stored."""
        stored = ways.stored(self.instance, user or self.user, message)
        for mails in stored.values():
            return hashlib.sha256(canonical(mails[0]["body"])).digest()
        # not in the user's own namespace: as it was appended
        return hashlib.sha256(canonical(message)).digest()

    def turn(self, message, verdict="malware", action="quarantine",
             keyword="$WardenMalware", user=None):
        """From now on it is this."""
        key = self.key(message, user)
        since = self.fake.lists
        self.fake.verdicts[key[:16]] = (verdict, action, keyword, key)
        self.fake.lists += 1
        self.set_epoch(since=since, changed={key[:16]: self.fake.lists})
        return key

    def fetches(self):
        return [r for r in self.fake.of(SCAN) if r["operation"] == "fetch"]

    @staticmethod
    def flat(data):
        return b" ".join(part if isinstance(part, bytes) else
                         b" ".join(part) for part in data if part)

    def fetch(self, client, which, item):
        _, data = client.uid("fetch", which, item)
        return self.flat(data)

    def assert_stands_in(self, message, *mailboxes, user=None):
        found = ways.where(self.instance, user or self.user, message)
        self.assertEqual(sorted(found), sorted(mailboxes))
        for mails in found.values():
            self.assertTrue(ways.same_bytes(mails[0]["body"], message))
        return found



__all__ = ["PluginCase", "GENERATION", "BUILD", "FakeWardend", "Instance",
           "literal", "ways"]
