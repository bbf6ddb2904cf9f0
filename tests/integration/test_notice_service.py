"""NOTICE, asked of wardend itself, and `warden notice`."""

import email
import email.policy
import os
import re
import subprocess
import unicodedata

import messages
import tree
from test_notice import LIVE
from test_service import Case, build_directory

GENERATIONS = ("native",)
LANGUAGES = "de en es fr it ja nl pl pt ru zh".split()


class Notice(Case):
    def setUp(self):
        self.daemon = self.wardend()

    def scan(self, mail, user="anna"):
        reply = self.daemon.scan(mail, user=user, mailbox="INBOX")
        self.assertEqual(reply["action"], "quarantine", reply)
        return reply["key"][:16].hex()

    def ask(self, status="ok", **fields):
        fields.setdefault("mailbox", "Quarantine")
        reply = self.daemon.ask("notice", **fields)
        self.assertEqual(reply["status"], status, reply)
        return reply

    def test_once(self):
        key = self.scan(messages.lying_link(1))
        reply = self.ask(query=key, language="de")
        self.assertIn("\r\nX-Warden-Notice: single\r\n", reply["text"])
        self.assertGreater(reply["cursor"], 0)
        self.assert_fields(self.ask(query=key), text="", cursor=0)
        self.assert_fields(self.ask(), text="", cursor=0)

    def test_not_saved(self):
        key = self.scan(messages.lying_link(1))
        first = self.ask(query=key)
        self.ask(aborted=True, cursor=first["cursor"])
        again = self.ask(query=key)
        self.assertEqual(re.sub("Message-ID: .*|Date: .*", "", again["text"]),
                         re.sub("Message-ID: .*|Date: .*", "", first["text"]))
        self.assertNotEqual(again["cursor"], first["cursor"])

    def test_key(self):
        key = bytes.fromhex(self.scan(messages.lying_link(1)))
        self.assertIn("X-Warden-Notice: single", self.ask(key=key)["text"])

    def test_digest(self):
        for number in range(120):
            self.scan(messages.lying_link(number))
        self.scan(messages.lying_link(1), user="ben")
        text = self.ask(language="zh-TW")["text"]
        self.assertIn("X-Warden-Notice: digest", text)
        self.assertIn("Content-Language: zh\r\n", text)
        self.assertLessEqual(len(text), 56 * 1024)
        self.assertEqual(self.ask()["text"], "")
        self.assertIn("single", self.ask(user="ben")["text"])

    def test_others(self):
        key = self.scan(messages.lying_link(1))
        self.assertEqual(self.ask(query=key, user="ben")["text"], "")
        self.assertEqual(self.ask(query=key, user="nobody-here")["text"], "")
        self.assertEqual(self.ask(query="0" * 32)["text"] != "", True,
                         "what stands there untold is told as well")

    def test_malformed(self):
        self.scan(messages.lying_link(1))
        for query in ("x", "0" * 31, "0" * 33, "g" * 32, "+", "+x", "+-1",
                      "+99999999999", "0" * 32 + ",", "é" * 16):
            reply = self.ask("bad-request", query=query)
            self.assertTrue(reply["reason"])
        self.ask("bad-request", user="")
        # Nothing of it was taken for told.
        self.assertNotEqual(self.ask()["text"], "")

    def test_no_database(self):
        daemon = self.wardend(conf="")
        daemon.stop()
        daemon.config.write_text("[store]\ndatabase =\njournal =\n")
        daemon.start()
        self.assertEqual(daemon.ask("notice")["status"], "tempfail")


class AsanNotice(Notice):
    BUILD = "asan"


class Dead(Case):
    """Whatever comes, nothing of it is live in a notice: of every mail of the
    cases, and of some real ones where there are any."""

    CORPUS = tree.PROJECT.parent / "shared" / "corpus"
    VERDICTS = ("clean suspicious spam phishing malware policy unscannable"
                .split())
    EVERY = int(os.environ.get("WARDEN_NOTICE_EVERY", "20"))
    KEPT = ("Auto-Submitted", "Content-Language",
            "Content-Transfer-Encoding", "Content-Type", "Date", "From",
            "MIME-Version", "Message-ID", "Subject", "To", "X-Warden-Notice")

    def notice(self, number, data, language):
        user = "user%d" % number
        reply = self.daemon.scan(data, user=user, mailbox="INBOX", actions=" "
                                 .join(v + "=quarantine"
                                       for v in self.VERDICTS))
        self.assertEqual(reply["action"], "quarantine", reply)
        reply = self.daemon.ask("notice", user=user, language=language,
                                mailbox="Quarantine",
                                query=reply["key"][:16].hex())
        return reply["text"].encode()

    def check(self, number, path):
        language = LANGUAGES[number % len(LANGUAGES)]
        data = self.notice(number, path.read_bytes(), language)
        for line in data.split(b"\r\n"):
            self.assertRegex(line, rb"\A[ -~]{0,78}\Z")
        notice = email.message_from_bytes(data, policy=email.policy.default)
        self.assertEqual(sorted(notice.keys()), sorted(self.KEPT))
        self.assertEqual(notice["Content-Language"], language)
        text = notice["Subject"] + "\n" + notice.get_content()
        self.assertIsNone(LIVE.search(text), text)
        hidden = [c for c in text if c not in "\r\n" and
                  unicodedata.category(c) in ("Cc", "Cf", "Co", "Zl", "Zp")]
        self.assertEqual(hidden, [], text)

    def check_all(self, paths):
        self.daemon = self.wardend()
        for number, path in enumerate(paths):
            with self.subTest(path.name):
                self.check(number, path)

    def test_cases(self):
        paths = sorted((tree.PROJECT / "tests/cases").glob("*/message.eml"))
        self.assertGreater(len(paths), 50)
        self.check_all(paths)

    def test_corpus(self):
        paths = sorted(self.CORPUS.glob("*/*.eml"))[::self.EVERY]
        if not paths:
            self.skipTest("no corpus beside the project")
        self.check_all(paths)


class Command(Case):
    """`warden notice`"""

    def run_notice(self, *args, conf=None, status=0):
        command = [str(build_directory(self.BUILD) / "scanner/warden"),
                   "notice", *args]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout, done.stderr

    def test_languages(self):
        seen = set()
        for language in LANGUAGES:
            for more in ((), ("--digest",)):
                out, error = self.run_notice("--language", language, *more)
                self.assertEqual(error, "")
                self.assertIn("hxxps[:]//www[.]example[.]com/", out)
                seen.add(out)
        self.assertEqual(len(seen), 2 * len(LANGUAGES))

    def test_folder(self):
        daemon = self.wardend()
        folder = daemon.dir / "notices"
        folder.mkdir()
        conf = daemon.dir / "other.conf"
        conf.write_text("[notice]\nfolder = notices\n")
        text = folder / "single.en.txt"
        text.write_text("Subject: s\n\n{quarantine}!\n")
        out, _ = self.run_notice("--config", str(conf))
        self.assertEqual(out, "Subject: s\n\nQuarantine!\n")
        text.write_text("Subject: s\n\n{#file}\n")
        out, error = self.run_notice("--config", str(conf), status=1)
        self.assertIn("Message in quarantine", out)
        self.assertEqual(error, "%s:4: a block is not closed at the end\n"
                         % text)

    def test_usage(self):
        out, _ = self.run_notice("--help")
        self.assertTrue(out.startswith("usage: warden notice"))
        for args in (("x",), ("--lang",), ("--language",), ("--nonsense",),
                     ("--config", "/nowhere/warden.conf")):
            out, error = self.run_notice(*args, status=2)
            self.assertEqual(out, "")
            self.assertIn("warden notice: ", error)
