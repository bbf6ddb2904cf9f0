"""The database commands of the command line, on a database that a real
Dovecot filled."""

import hashlib
import json
import os
import subprocess
import unittest

import instance
import messages

GENERATIONS = ("native",)
GENERATION = os.environ.get("WARDEN_GENERATION", "2.3")
COPY_KEYS = {"user", "mailbox", "uid", "guid", "subject", "from", "date",
             "verdict", "action"}


class Case(unittest.TestCase):
    """A running server, and ways to call the command line on it."""

    @classmethod
    def setUpClass(cls):
        cls.server = instance.Instance(GENERATION, "maildir").start()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def run_cli(self, *args, status=0, input=None):
        done = self.server.warden(*args, input=input)
        self.assertEqual(done.returncode, status,
                         (args, done.stdout, done.stderr))
        return done.stdout.decode(), done.stderr.decode()

    def rows(self, *args):
        out, _ = self.run_cli(*args, "--json")
        return [json.loads(line) for line in out.splitlines()]


class Queries(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.deliver(messages.good(), "anna")
        cls.server.deliver(messages.eicar(), "anna", "ben")
        cls.server.deliver(messages.lying_link(), "ben",
                           sender="other@example.org")

    def test_list(self):
        rows = self.rows("list")
        self.assertEqual(len(rows), 4)
        for row in rows:
            self.assertLessEqual(COPY_KEYS, set(row))
            self.assertEqual(row["state"], "stored")
        self.assertEqual(sorted(row["mailbox"] for row in rows),
                         ["INBOX"] + 3 * ["Quarantine"])
        self.assertEqual({row["uid"] > 0 for row in rows}, {True})

    def test_filters(self):
        digest = hashlib.sha256(messages.EICAR).hexdigest()
        for args, count in (
                (["--user", "anna"], 2), (["--user", "nobody"], 0),
                (["--verdict", "malware"], 2), (["--action", "allow"], 1),
                (["--sender", "other@example.org"], 1),
                (["--sha256", digest], 2), (["--host", "203.0.113.77"], 1),
                (["--mailbox", "Quarantine"], 3), (["--since", "1h"], 4),
                (["--until", "1h"], 0), (["--since", "2020-01-01"], 4),
                (["--limit", "1"], 1), (["--subject", "attention"], 1)):
            self.assertEqual(len(self.rows("list", *args)), count, args)

    def test_bad_values(self):
        for args in (["list", "--verdict", "evil"],
                     ["list", "--since", "soon"], ["list", "--limit", "0"],
                     ["list", "--sha256", "12"], ["list", "word"],
                     ["list", "--nonsense"], ["list", "--user"],
                     ["show"], ["show", "x"], ["hunt", "colour:red"],
                     ["hunt", "sha256:12"], ["feed"], ["feed", "import"],
                     ["db", "grow"], ["db", "prune"], ["nonsense"]):
            out, error = self.run_cli(*args, status=2)
            self.assertEqual(out, "", args)
            self.assertIn("warden", error)

    def test_full_output(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run(self.server.build.enter(
                [str(self.server.build.warden), "list", "--config",
                 str(self.server.config)], paths=[self.server.dir]),
                stdout=full, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"standard output", done.stderr)

    def test_help(self):
        for command in ("scan", "list", "show", "hunt", "stats", "feed",
                        "notice", "db"):
            out, _ = self.run_cli(command, "--help")
            self.assertTrue(out.startswith("usage: warden " + command))
            self.assertRegex(out, r"(?i)exit\s+status:")

    def test_show(self):
        row = self.rows("list", "--verdict", "phishing")[0]
        out, _ = self.run_cli("show", str(row["delivery_id"]))
        self.assertIn("LINK_TEXT_MISMATCH", out)
        self.assertIn("hxxp://203[.]0[.]113[.]77/", out)
        self.assertNotIn("http://203", out)
        for word in (str(row["delivery_id"]), row["message_key"],
                     row["message_key"][:12]):
            shown = self.rows("show", word)[0]
            self.assertEqual(shown["message_key"], row["message_key"])
            self.assertEqual(shown["verdict"], "phishing")
            self.assertEqual(shown["copies"][0]["mailbox"], "Quarantine")
        self.run_cli("show", "999999", status=1)

    def test_hunt(self):
        digest = hashlib.sha256(messages.EICAR).hexdigest()
        for what, users in (
                ("sha256:" + digest, ["anna", "ben"]),
                ("sha256:" + "0" * 64, []),
                ("host:www.example.org", ["anna"]),
                ("domain:example.org", ["anna"]),
                ("url:https://www.example.org/menu", ["anna"]),
                ("url:hxxps://www[.]example[.]org/menu", ["anna"]),
                ("subject:test file", ["anna", "ben"]),
                ("subject:Test_file", []),
                ("sender:ben@example.org", ["anna", "anna", "ben"])):
            rows = self.rows("hunt", what)
            self.assertEqual(sorted(row["user"] for row in rows), users, what)

    def test_stats(self):
        rows = {(row["table"], row["key"]): row["count"]
                for row in self.rows("stats")}
        self.assertEqual(rows["verdict", "malware"], 2)
        self.assertEqual(rows["rows", "messages"], 3)
        out, _ = self.run_cli("stats")
        self.assertRegex(out, r"malware +2 +50\.0%")

    def test_db(self):
        self.run_cli("db", "check")
        row = self.rows("db", "prune", "--older-than", "0s", "--all",
                        "--dry-run")[0]
        self.assertEqual(row, {"deliveries": 4, "messages": 3,
                               "dry_run": True})

    def test_options_anywhere(self):
        for args in (["--user", "ben", "list", "--json"],
                     ["--json", "list", "--user", "ben"],
                     ["list", "--user", "ben", "--json"]):
            out, _ = self.run_cli(*args)
            self.assertEqual(len(out.splitlines()), 2)


class Feeds(Case):
    def test_feeds(self):
        folder = self.server.dir
        good = folder / "good.txt"
        good.write_text("# comment\n\n0.0.0.0 bad.example.net\n"
                        "https://bad.example.org/login#x\n"
                        + "a" * 64 + "\n@spam.example.com\n*.wild.example\n")
        out, _ = self.run_cli("feed", "import", "--name", "one", str(good))
        self.assertIn("5 indicators", out)
        for number, line in enumerate((
                "g" * 64 + " x y", "http://", "no_dots", "a..b.example",
                "x" * 5000, "\xff\xfe", "63", "-a-.example",
                "http://a b.example/", "http://no_dots/",
                "0.0.0.0 one.example two..example",
                "a.example\0" + "x" * 5000 + "\nevil.example"), 1):
            bad = folder / "bad.txt"
            bad.write_bytes(b"ok.example.com\n" * number
                            + line.encode("latin-1") + b"\n")
            _, error = self.run_cli("feed", "import", "--name", "one",
                                    str(bad), status=1)
            self.assertIn("bad.txt:%d: " % (number + 1), error)
            self.assertIn("nothing was imported", error)
        (folder / "bad.txt").write_text("# nothing\n")
        _, error = self.run_cli("feed", "import", "--name", "one",
                                str(folder / "bad.txt"), status=1)
        self.assertIn("no indicator", error)
        feeds = self.rows("feed", "list")
        self.assertEqual([(f["name"], f["indicators"], f["kind"])
                          for f in feeds], [("one", 5, "deny")])
        mail = messages.message("Look", "https://www.bad.example.net/x\n")
        self.assertEqual(self.server.deliver(mail, "carla")["carla"][0], 250)
        self.assertEqual(len(self.server.mails("carla", "Quarantine")), 1)
        self.run_cli("feed", "remove", "one")
        self.run_cli("feed", "remove", "one", status=1)
        self.server.deliver(messages.message(
            "Again", "https://www.bad.example.net/x\n"), "carla")
        self.assertEqual(len(self.server.mails("carla")), 1)

    def test_no_database(self):
        missing = self.server.dir / "missing.conf"
        missing.write_text("[store]\ndatabase = missing.sqlite\n")
        done = self.server.run(str(self.server.build.warden), "list",
                               "--config", str(missing))
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"missing.sqlite", done.stderr)
        done = self.server.run(str(self.server.build.warden), "list",
                               "--config", "/nonexistent.conf")
        self.assertEqual(done.returncode, 2)


if __name__ == "__main__":
    unittest.main()
