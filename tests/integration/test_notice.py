"""Notices: what users are told of mail in Quarantine, by the whole service,
and that nothing depends on it."""

import concurrent.futures
import email
import email.policy
import hashlib
import os
import pwd
import re
import shutil
import time
import unittest

import messages
import ways
from fake_wardend import NOTICE, REPORT
from instance import Instance, literal
from plugin_case import BUILD, GENERATION, PluginCase

# Nothing that any mail program would take for a link or an address.
LIVE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S|://|www\.|[^\s\[]@\S|"
                  r"[\w-]\.[^\W\d]|[^\W\d]\.\w|\d+\.\d+\.\d+\.\d|\\\\")


def parse(mail):
    return email.message_from_bytes(mail["body"],
                                    policy=email.policy.default)


def is_notice(mail):
    return b"\r\nX-Warden-Notice: " in (mail["body"] or b"")


class NoticeCase(unittest.TestCase):
    """One instance, with the real service, for a class."""

    STORAGE = "maildir"
    SETTINGS = {}
    OPTIONS = {}

    @classmethod
    def make_instance(cls):
        return Instance(GENERATION, cls.STORAGE, build=BUILD,
                        settings=dict(ways.EXCLUDE, **cls.SETTINGS),
                        **cls.OPTIONS)

    @classmethod
    def setUpClass(cls):
        cls.instance = cls.make_instance()
        cls.addClassCleanup(shutil.rmtree, cls.instance.dir,
                            ignore_errors=True)
        cls.instance.dir.chmod(0o755)
        cls.addClassCleanup(cls.instance.stop)
        cls.instance.start()

    def setUp(self):
        self.user = self.id().rpartition(".")[2].replace("_", "-").lower()

    def tearDown(self):
        self.assertEqual(self.instance.panics(), [])

    def notices(self, user=None):
        """{mailbox: [notice, …]} of those that have any."""
        found = {}
        for name in ("INBOX", "Quarantine", "Junk", "Unscanned"):
            mails = self.instance.mails(user or self.user, name) or []
            if any(map(is_notice, mails)):
                found[name] = list(filter(is_notice, mails))
        return found

    def one(self, mailbox, user=None):
        """The only notice, parsed."""
        found = self.notices(user)
        self.assertEqual({name: len(mails) for name, mails in found.items()},
                         {mailbox: 1}, self.instance.log())
        return parse(found[mailbox][0])

    def lmtp(self, message, user=None):
        answer = ways.lmtp(self.instance, user or self.user, message)
        self.assertRegex(answer, "^250")

    def append(self, *mails, user=None, mailbox="INBOX"):
        client = self.instance.imap(user or self.user)
        status, _ = literal(client, mailbox, *mails)
        client.logout()
        self.assertRegex(status, "^OK")

    def digest(self, *args):
        return self.instance.doveadm("warden", "digest", *args)


class Inbox(NoticeCase):
    SETTINGS = {"notice": "inbox", "notice_language": "de"}

    def test_lmtp(self):
        self.lmtp(messages.good(1))
        self.lmtp(messages.lying_link(1))
        notice = self.one("INBOX")
        self.assertEqual(notice["Subject"], "Nachricht in Quarantäne: "
                         "Your account needs attention (1)")
        self.assertEqual(notice["Auto-Submitted"], "auto-generated")
        self.assertEqual(notice["Content-Language"], "de")
        self.assertTrue(notice["From"].startswith("Warden <postmaster@"))
        self.assertEqual(notice.get_content_type(), "text/plain")
        text = notice.get_content()
        self.assertIn("Customer Care <care[@]mail[.]example[.]com>", text)
        self.assertIn("(Phishing)", text)
        self.assertIn("Ein Link zeigt eine Website an", text)
        self.assertIn("verschieben Sie sie aus dem Ordner „Quarantine“", text)
        self.assertIsNone(LIVE.search(text), text)
        mail = self.notices()["INBOX"][0]
        self.assertIn("$WardenNotice", mail["flags"])
        self.assertNotIn("\\Seen", mail["flags"])
        # Itself it is good mail.
        done = self.instance.warden("scan", "--json", "-", input=mail["body"])
        self.assertIn(b'"verdict":"clean"', done.stdout)
        self.assertIn(b'"findings":[]', done.stdout)

    def test_malware(self):
        self.lmtp(messages.disguised(1))
        text = self.one("INBOX").get_content()
        self.assertIn("Nur die Administration", text)
        self.assertIn("Datei: Invoice[.]pdf[.]exe", text)
        self.assertIsNone(LIVE.search(text), text)

    def test_append(self):
        self.append(messages.lying_link(2))
        self.one("INBOX")

    def test_copy(self):
        ways.copy(self.instance, self.user, messages.lying_link(3))
        self.one("INBOX")

    def test_move(self):
        ways.move(self.instance, self.user, messages.lying_link(4))
        self.one("INBOX")

    def test_lda(self):
        self.assertEqual(ways.lda(self.instance, self.user,
                                  messages.lying_link(5)), "exit 0")
        self.one("INBOX")

    def test_doveadm(self):
        """One for what an administrator's command did to a user."""
        self.assertEqual(ways.doveadm_copy(self.instance, self.user,
                                           messages.lying_link(6)), "exit 0")
        self.one("INBOX")

    def test_sieve(self):
        """Judged when Sieve has changed it."""
        ways.sieve_editheader(self.instance, self.user,
                              messages.lying_link(7))
        self.one("INBOX")

    def test_recipients(self):
        users = [self.user + tail for tail in "abc"]
        replies = self.instance.deliver(messages.lying_link(8), *users)
        self.assertEqual([replies[user][0] for user in users], [250] * 3)
        for user in users:
            self.one("INBOX", user)

    def test_hostile(self):
        """No header, link or direction of writing of the sender's choice."""
        subject = ("=?utf-8?q?Pay_at_https://www=2Eevil=2Eexample/_=0D=0A?="
                   "=?utf-8?q?Bcc:_x@evil=2Eexample_=E2=80=AEgpj=2Eexe_?="
                   "=?utf-8?q?p=D0=B0ypal=2Ecom?=")
        bad = messages.lying_link(9).replace(
            b"Subject: Your account needs attention (9)",
            b"Subject: " + subject.encode())
        self.lmtp(bad)
        notice = self.one("INBOX")
        text = notice.get_content() + notice["Subject"]
        self.assertIsNone(LIVE.search(text), text)
        self.assertIsNone(notice["Bcc"])
        self.assertIn("<U+202E>", text)
        self.assertIn("xn--pypal-4ve[.]com", text)
        self.assertIn("hxxps[:]//www[.]evil[.]example", text)

    def test_burst(self):
        """MULTIAPPEND of many bad mails and some good: one notice."""
        mails = [messages.lying_link(1000 + i) for i in range(130)]
        self.append(messages.good(2), *mails, messages.good(3))
        notice = self.one("INBOX")
        self.assertEqual(notice["Subject"], "Nachrichten in Quarantäne: 130")
        text = notice.get_content()
        listed = len(re.findall(r"^ {3}Von: ", text, re.M))
        self.assertGreater(listed, 30)
        self.assertIn("nicht aufgeführt sind: %d\n" % (130 - listed),
                      text.replace("\r\n", "\n"))
        self.assertEqual(len(self.instance.mails(self.user)), 3)
        # What was in it is not told again.
        self.assertEqual(self.digest("-u", self.user).returncode, 0)
        self.one("INBOX")

    def test_same(self):
        """The same mail twice in a day, by several ways: told once."""
        self.lmtp(messages.lying_link(10))
        self.lmtp(messages.lying_link(10))
        self.append(messages.lying_link(10))
        self.one("INBOX")
        self.assertGreater(len(self.instance.mails(self.user, "Quarantine")),
                           1)
        self.lmtp(messages.lying_link(11))
        self.assertEqual(len(self.notices()["INBOX"]), 2)

    def test_at_once(self):
        """The same mail from several sides at the same moment."""
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for _ in pool.map(self.lmtp, [messages.lying_link(14)] * 12):
                pass
        self.assertEqual(len(self.instance.mails(self.user, "Quarantine")),
                         12)
        self.one("INBOX")

    def test_moves(self):
        """A notice is neither judged nor reported nor released."""
        self.lmtp(messages.lying_link(12))
        self.one("INBOX")
        client = self.instance.imap(self.user)
        audited = self.instance.sql("SELECT count(*) FROM audit")
        judged = self.instance.sql("SELECT count(*) FROM deliveries "
                                   "WHERE operation <> 1")
        for source, target in (("INBOX", "Quarantine"),
                               ("Quarantine", "Junk"), ("Junk", "INBOX")):
            client.select(source)
            _, data = client.uid("search", None, "KEYWORD", "$WardenNotice")
            status, _ = ways.command(client, b"UID MOVE %s %s\r\n" % (
                data[0], target.encode()))
            self.assertRegex(status, "^OK")
            self.one(target)
        client.logout()
        self.assertEqual(self.instance.sql("SELECT count(*) FROM audit"),
                         audited)
        self.assertEqual(self.instance.sql(
            "SELECT count(*) FROM deliveries WHERE operation <> 1"), judged)

    def test_pull(self):
        """Many mails out of several mailboxes: one notice, and no word that
        the user could let them go."""
        mails = [messages.message("A note for you (%d)" % number, "Hello.\n",
                                  sender="Eva <eva@pulled.example>",
                                  number=3000 + number)
                 for number in range(120)]
        client = self.instance.imap(self.user)
        client.create("Work")
        client.logout()
        self.append(*mails[:70])
        self.append(*mails[70:], mailbox="Work")
        self.assertEqual(self.notices(), {})
        done = self.instance.doveadm("warden", "pull", "-u", self.user,
                                     "sender:eva@pulled.example")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.instance.mails(self.user, "Quarantine")),
                         120)
        notice = self.one("INBOX")
        self.assertEqual(notice["Subject"], "Nachrichten in Quarantäne: 120")
        text = notice.get_content()
        self.assertIn("oder die Administration hat sie dorthin", text)
        self.assertNotIn("verschieben Sie sie", text)

    def test_fetch(self):
        """Found bad when it is read."""
        digest = hashlib.sha256(messages.BROCHURE + b"%d").hexdigest()
        mail = messages.message(
            "The brochure (%s)" % self.STORAGE, "As promised.\n",
            attachments=[("brochure.pdf", messages.BROCHURE + b"%d",
                          "application/pdf")], number=4000)
        self.lmtp(mail)
        self.assertEqual(len(self.instance.mails(self.user)), 1)
        feed = self.instance.dir / "bad.txt"
        feed.write_text(digest + "\n")
        feed.chmod(0o644)
        done = self.instance.warden("feed", "import", "--name", "bad",
                                    str(feed))
        self.assertEqual(done.returncode, 0, done.stderr)
        end = time.monotonic() + 60
        while not self.notices() and time.monotonic() < end:
            self.instance.mails(self.user)
        text = self.one("INBOX").get_content()
        self.assertIn("als bösartig bekannt", text)
        self.assertIn("brochure[.]pdf", text)
        self.assertEqual(len(self.instance.mails(self.user, "Quarantine")), 1)

    def test_rescan(self):
        """A rescan does not look at notices, and tells of what it found."""
        mail = messages.message("A brochure to come (%s)" % self.STORAGE,
                                "As promised.\n", attachments=[
                                    ("x.pdf", messages.BROCHURE + b"rescan",
                                     "application/pdf")], number=5000)
        self.lmtp(messages.lying_link(13))
        self.lmtp(mail)
        self.one("INBOX")
        feed = self.instance.dir / "worse.txt"
        feed.write_text(hashlib.sha256(messages.BROCHURE + b"rescan")
                        .hexdigest() + "\n")
        feed.chmod(0o644)
        done = self.instance.warden("feed", "import", "--name", "worse",
                                    str(feed))
        self.assertEqual(done.returncode, 0, done.stderr)
        judged = self.instance.sql("SELECT count(*) FROM messages")
        done = self.instance.doveadm("warden", "rescan", "-u", self.user,
                                     "mailbox", "INBOX")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.instance.sql("SELECT count(*) FROM messages"),
                         judged)
        self.assertEqual(len(self.notices()["INBOX"]), 2)
        self.assertEqual(len(self.instance.mails(self.user)), 2)

    def test_flood(self):
        """Somebody who bombs a mailbox does not bomb it with notices."""
        for number in range(25):
            self.lmtp(messages.lying_link(2000 + number))
        self.assertEqual(len(self.notices()["INBOX"]), 20)
        done = self.digest("-u", self.user)
        self.assertEqual(done.returncode, 0, done.stderr)
        notices = self.notices()["INBOX"]
        self.assertEqual(len(notices), 21)
        self.assertEqual(parse(notices[-1])["Subject"],
                         "Nachrichten in Quarantäne: 5")


class InboxSdbox(Inbox):
    STORAGE = "sdbox"


class InboxMdbox(Inbox):
    STORAGE = "mdbox"


class Quarantine(NoticeCase):
    """In Quarantine; texts of the administrator's."""

    SETTINGS = {"notice": "quarantine", "notice_language": "fr"}
    OPTIONS = {"warden_conf": "[notice]\nfolder = notices\n"
                              "from = Sécurité <security@example.org>\n"}

    def write(self, name, text):
        folder = self.instance.dir / "notices"
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        path = folder / name
        path.write_text(text)
        path.chmod(0o644)
        self.addCleanup(path.unlink)

    def test_built_in(self):
        self.lmtp(messages.lying_link(1))
        notice = self.one("Quarantine")
        self.assertEqual(notice["From"], "Sécurité <security@example.org>")
        self.assertIn("quarantaine", notice["Subject"])
        self.assertEqual(len(self.instance.mails(self.user, "Quarantine")), 2)

    def test_edited(self):
        self.write("single.fr.txt", "# Chez nous\nSubject: Attention\n\n"
                   "{from} / {quarantine} / {file}.\n{#file}\nnon\n{/file}\n")
        self.lmtp(messages.lying_link(2))
        notice = self.one("Quarantine")
        self.assertEqual(notice["Subject"], "Attention")
        self.assertEqual(notice.get_content().replace("\r\n", "\n"),
                         "Customer Care <care[@]mail[.]example[.]com> / "
                         "Quarantine / .\n")

    def test_broken(self):
        self.write("single.fr.txt", "Subject: x\n\n{form}\n")
        self.lmtp(messages.lying_link(3))
        self.assertIn("quarantaine", self.one("Quarantine")["Subject"])
        self.assertIn("single.fr.txt:3: {form}: there is no such value",
                      self.instance.log())


class QuarantineSdbox(Quarantine):
    STORAGE = "sdbox"


class QuarantineMdbox(Quarantine):
    STORAGE = "mdbox"


class Digest(NoticeCase):
    SETTINGS = {"notice": "quarantine", "notice_digest": "yes",
                "notice_language": "es-MX"}

    def test_digest(self):
        self.lmtp(messages.lying_link(1))
        self.append(messages.disguised(2), messages.good(2))
        self.assertEqual(self.notices(), {})
        done = self.digest("-u", self.user)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"Quarantine", done.stdout)
        notice = self.one("Quarantine")
        self.assertEqual(notice["Subject"], "Mensajes en cuarentena: 2")
        self.assertEqual(notice["Content-Language"], "es")
        text = notice.get_content()
        self.assertIn("Solo un administrador", text)
        self.assertIn("muévalo de la carpeta", text)
        self.assertIsNone(LIVE.search(text), text)
        # Once.
        self.assertEqual(self.digest("-u", self.user).returncode, 0)
        self.one("Quarantine")
        # Only what is new.
        self.lmtp(messages.lying_link(3))
        self.assertEqual(self.digest("-u", self.user).returncode, 0)
        second = parse(self.notices()["Quarantine"][1])
        self.assertIn("Mensaje en cuarentena: Your account needs",
                      second["Subject"])

    def test_nothing(self):
        self.lmtp(messages.good(4))
        done = self.digest("-u", self.user)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.notices(), {})


class DigestSdbox(Digest):
    STORAGE = "sdbox"


class DigestMdbox(Digest):
    STORAGE = "mdbox"


class Nobody(NoticeCase):
    """By default nobody is told."""

    def test_none(self):
        self.lmtp(messages.lying_link(1))
        self.append(messages.disguised(1))
        self.assertEqual(self.digest("-u", self.user).returncode, 0)
        self.assertEqual(self.notices(), {})
        self.assertEqual(self.instance.sql(
            "SELECT count(*) FROM deliveries WHERE told IS NOT NULL"), [(0,)])


class LanguagesInstance(Instance):
    """Users with a language of their own in userdb."""

    LANGUAGES = {"games": "ja", "news": "zh-CN", "backup": "xx"}

    def _userdb_file(self):
        path = super()._userdb_file()
        lines = []
        for line in path.read_text().splitlines():
            name = line.partition(":")[0]
            if name in self.LANGUAGES:
                line += "userdb_warden_notice_language=" + self.LANGUAGES[name]
            lines.append(line + "\n")
        path.write_text("".join(lines))
        return path


@unittest.skipUnless(os.geteuid() == 0, "needs users of several uids")
class Users(NoticeCase):
    """System users, each with a uid of its own, who may ask for their own
    notices and nobody else's."""

    SETTINGS = {"notice": "inbox", "notice_language": "it"}
    NAMES = ("games", "news", "backup", "list")

    @classmethod
    def make_instance(cls):
        users = {name: pwd.getpwnam(name).pw_uid for name in cls.NAMES}
        # Not the name of this uid.
        users["impostor"] = pwd.getpwnam("games").pw_uid
        return LanguagesInstance(GENERATION, build=BUILD, users=users,
                                 settings=dict(ways.EXCLUDE, **cls.SETTINGS))

    def test_languages(self):
        for number, (user, language) in enumerate((
                ("games", "ja"), ("news", "zh"), ("backup", "en"),
                ("list", "it"))):
            with self.subTest(user):
                self.lmtp(messages.lying_link(number), user)
                self.assertEqual(self.one("INBOX", user)["Content-Language"],
                                 language)

    def test_others(self):
        self.lmtp(messages.lying_link(9), "impostor")
        self.assertEqual(self.notices("impostor"), {})
        self.assertIn("is not user impostor", self.instance.log())
        self.assertEqual(len(self.instance.mails("impostor", "Quarantine")), 1)
        # An administrator tells everybody.
        done = self.digest("-A")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.one("INBOX", "impostor")


class Failures(PluginCase):
    """With a service that does not do what it should: mail is where it
    belongs, in time."""

    SETTINGS = {"notice": "inbox"}
    TEXT = (b"From: w@example.org\r\nTo: x@example.org\r\nSubject: told\r\n"
            b"X-Warden-Notice: single\r\n\r\ntext\r\n")

    def setUp(self):
        super().setUp()
        self.fake.notice, self.fake.notice_mode = self.TEXT, ""

    def notices(self):
        return [mail for mail in self.instance.mails(self.user)
                if is_notice(mail)]

    def deliver(self):
        message = ways.mail("malware")
        started = time.monotonic()
        self.assertRegex(self.lmtp(message), "^250")
        self.assert_stands_in(message, "Quarantine")
        return time.monotonic() - started

    def test_sound(self):
        self.deliver()
        self.assertEqual([mail["body"] for mail in self.notices()],
                         [self.TEXT])
        asked = self.fake.of(NOTICE)
        self.assertEqual(len(asked), 1)
        self.assertEqual(asked[0]["user"], self.user)
        self.assertEqual(asked[0]["mailbox"], "Quarantine")
        self.assertEqual(asked[0]["language"], "en")
        self.assertRegex(asked[0]["query"].strip(), "^[0-9a-f]{32}$")

    def test_nothing_to_tell(self):
        self.fake.notice = b""
        self.deliver()
        self.assertEqual(self.notices(), [])

    def test_slow(self):
        """A hang would take a minute."""
        self.fake.notice_mode = "slow"
        self.assertLess(self.deliver(), 30)
        self.assertEqual(self.notices(), [])
        self.assertIn("no notice about 1 mails", self.instance.log())

    def test_close(self):
        self.fake.notice_mode = "close"
        self.deliver()
        self.assertEqual(self.notices(), [])

    def test_tempfail(self):
        self.fake.notice_mode = "tempfail"
        self.deliver()
        self.assertEqual(self.notices(), [])
        self.assertIn("database is gone", self.instance.log())

    def test_digest(self):
        """An administrator is told that users could not be."""
        self.lmtp(ways.mail())
        self.fake.notice_mode = "tempfail"
        done = self.instance.doveadm("warden", "digest", "-u", self.user)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(b"No digest for %s: the scanner answered: database is "
                      b"gone" % self.user.encode(), done.stderr)
        self.fake.notice_mode = ""
        done = self.instance.doveadm("warden", "digest", "-u", self.user)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.notices()), 1)
        self.assertNotIn("query", self.fake.of(NOTICE)[-1])

    def test_burst(self):
        """All keys that fit, and how many more."""
        client = self.imap()
        mails = [ways.mail("malware") for _ in range(150)]
        status, _ = literal(client, "INBOX", *mails)
        self.assertRegex(status, "^OK")
        asked = self.fake.of(NOTICE)
        self.assertEqual(len(asked), 1)
        words = asked[0]["query"].split()
        self.assertEqual(len(words), 101)
        self.assertEqual(words[-1], "+50")
        self.assertEqual(len(set(words)), 101)

    def test_again(self):
        """What is in Quarantine already is no news."""
        message = ways.mail("malware")
        self.append(message)
        self.append(message)
        self.assertEqual(len(self.fake.of(NOTICE)), 1)

    def test_report(self):
        """A user who puts mail into Quarantine is not told of it."""
        client = self.imap()
        literal(client, "INBOX", ways.mail())
        client.create("Quarantine")
        client.select("INBOX")
        self.assertRegex(ways.command(client, b"MOVE 1 Quarantine\r\n")[0],
                         "^OK")
        self.fake.wait(REPORT)
        self.assertEqual(self.fake.of(NOTICE), [])

    @unittest.skipUnless(os.geteuid() == 0, "needs files of another user")
    def test_not_saved(self):
        """INBOX cannot be written: told with the next one."""
        self.lmtp(ways.mail())
        inbox = self.instance.home(self.user) / "Maildir"
        owners = {}
        for name in ("tmp", "new", "cur"):
            path = inbox / name
            owners[path] = path.stat()
            os.chown(path, 0, 0)
            path.chmod(0o755)
        self.fake.clear()
        message = ways.mail("malware")
        self.assertRegex(self.lmtp(message), "^250")
        asked = self.fake.wait(NOTICE, 2)
        for path, stat in owners.items():
            os.chown(path, stat.st_uid, stat.st_gid)
            path.chmod(stat.st_mode & 0o777)
        self.assertEqual([r.get("aborted", 0) for r in asked], [0, 1])
        self.assertEqual(asked[1]["cursor"], 4711)
        self.assertIn("saving it into INBOX", self.instance.log())
        self.assert_stands_in(message, "Quarantine")


if __name__ == "__main__":
    unittest.main()
