"""The settings: what they do, and what a bad one says."""

import re
import shutil
import time
import unittest

from fake_wardend import SCAN
from plugin_case import BUILD, GENERATION, Instance, PluginCase, ways
from tree import PROJECT

BAD = {
    "deadline": ("soon", "5ms"),
    "fail_lmtp": ("reject",),
    "fail_imap": ("accpet",),
    "actions": ("malware=delete", "virus=quarantine", "malware",
                "clean=quarantine"),
    "quarantine_mailbox": ("INBOX", "a*b"),
    "max_size": ("12", "big"),
    "notify_alert": ("perhaps",),
}


class Bad(unittest.TestCase):
    """A setting with a bad value stops with a message that names both."""

    def test_values(self):
        for name, values in BAD.items():
            for value in values:
                with self.subTest(setting=name, value=value):
                    self.check(name, value)

    def check(self, name, value):
        instance = Instance(GENERATION, "maildir", build=BUILD,
                            settings={name: value}, socket_path="/nowhere")
        try:
            said = self.try_it(instance)
        finally:
            instance.stop()
            self.addCleanup(shutil.rmtree, instance.dir, ignore_errors=True)
        self.assertIn("warden_" + name, said)
        shown = "5 ms" if value == "5ms" else value
        self.assertIn(shown, said)
        self.assertEqual([line for line in instance.panics()
                          if "Fatal" not in line], [])

    @staticmethod
    def try_it(instance):
        """2.4 refuses the configuration, 2.3 the user."""
        try:
            instance.start()
        except RuntimeError as error:
            return str(error)
        told = ways.lmtp(instance, "anna", ways.mail())
        assert re.match("451", told), told
        end = time.monotonic() + 5
        while "warden_" not in instance.log() and time.monotonic() < end:
            time.sleep(0.05)
        return instance.log()

    @unittest.skipIf(GENERATION != "2.3", "2.4 knows its settings' names")
    def test_misspelt(self):
        instance = Instance(GENERATION, "maildir", build=BUILD,
                            settings={"fail_lmpt": "accept"},
                            socket_path="/nowhere")
        try:
            said = self.try_it(instance)
        finally:
            instance.stop()
            self.addCleanup(shutil.rmtree, instance.dir, ignore_errors=True)
        self.assertIn("warden_fail_lmpt = accept: there is no such setting",
                      said)


class Actions(PluginCase):
    SETTINGS = {"actions": "phishing=flag malware=defer spam=allow "
                           "suspicious=quarantine", "notify_alert": "no"}

    def test_it(self):
        message = ways.mail("phishing")
        self.append(message)
        found = self.assert_stands_in(message, "INBOX")
        self.assertIn("$Phishing", found["INBOX"][0]["flags"])
        message = ways.mail("malware")
        self.assertRegex(self.append(message), "^NO")
        self.assertRegex(self.lmtp(message), "^451")
        message = ways.mail("spam")
        self.lmtp(message)
        found = self.assert_stands_in(message, "INBOX")
        self.assertNotIn("$Junk", found["INBOX"][0]["flags"])
        message = ways.mail("suspicious")
        told = self.append(message)
        self.assertNotIn("ALERT", told)
        self.assert_stands_in(message, "Quarantine")


class Exclude(PluginCase):
    SETTINGS = {"exclude_mailboxes": "Archive/*, Temp? ,Unscanned"}

    def test_it(self):
        client = self.imap()
        for name, scanned in (("Archive/2020", False), ("Temp1", False),
                              ("Temp", True), ("Archive", True)):
            client.create(name)
            message = ways.mail("malware")
            self.append(message, name)
            self.assert_stands_in(message,
                                  "Quarantine" if scanned else name)


class Size(PluginCase):
    SETTINGS = {"max_size": "128k"}

    def test_it(self):
        """Only the beginning is sent; the mail is stored whole."""
        message = ways.mail(size=500_000)
        for way in (ways.lmtp, ways.append):
            way(self.instance, self.user, message)
            scan = self.fake.of(SCAN)[-1]
            self.assertEqual(len(scan["body"]), 128 * 1024)
            self.assertGreaterEqual(scan["full_size"], len(message))
        self.assert_stands_in(message, "INBOX")


    def test_multiappend(self):
        """What is beyond the spool is written along, in its turn."""
        sizes = {"s": 1000, "L": 400_000}
        for order in ("sL", "Ls", "LsL"):
            for verdicts in ("bg", "gb", "bb", "bbg", "gbb", "bgb"):
                if len(order) != len(verdicts):
                    continue
                with self.subTest(order=order, verdicts=verdicts):
                    mails = [ways.mail("malware" if v == "b" else None,
                                       size=sizes[o])
                             for o, v in zip(order, verdicts)]
                    client = self.imap()
                    status, _ = ways.literal(client, "INBOX", *mails)
                    self.assertRegex(status, "^OK")
                    for message, verdict in zip(mails, verdicts):
                        self.assert_stands_in(message, "INBOX"
                                              if verdict == "g"
                                              else "Quarantine")


class SizeMdbox(Size):
    STORAGE = "mdbox"


class SizeSdbox(Size):
    STORAGE = "sdbox"


class Example(unittest.TestCase):
    """The example that is installed, with every line of it in force."""

    def test_it(self):
        text = (PROJECT / "config" /
                ("dovecot-%s.conf.in" % GENERATION)).read_text()
        text = text.replace("@wardendir@", "/usr/libexec/warden")
        text = text.replace("@wardenconfdir@", "/etc/dovecot/warden")
        text = text.replace("user = warden", "user = root")
        text = text.replace("user = vmail", "user = root")
        text = re.sub(r"^( *)#( *(?:\w+ = .*|\w[\w ]* \{|\}))$", r"\1\2",
                      text, flags=re.M)
        self.assertIn("\nmetric warden_scans {", text)
        self.assertRegex(text, r"\n *warden_deadline = 30s")
        instance = Instance(GENERATION, "maildir", build=BUILD,
                            plugins=["quota"], warden=False, conf=text)
        try:
            instance.write_config()
            done = instance.run("doveconf", "-n", "-c",
                                str(instance.dir / "dovecot.conf"))
            said = (done.stdout + done.stderr).decode()
            self.assertEqual(done.returncode, 0, said + "\n" + text)
            for name in ("warden_fail_lmtp = defer", "warden_actions",
                         "metric warden_scans"):
                if GENERATION == "2.3" or name != "warden_fail_lmtp = defer":
                    self.assertIn(name, said)
        finally:
            instance.stop()
            self.addCleanup(shutil.rmtree, instance.dir, ignore_errors=True)


if __name__ == "__main__":
    unittest.main()
