"""YARA rules and clamd under the service: rules that change while it runs, and
a clamd that does what it should not."""

import contextlib
import os
import pathlib
import struct
import tempfile
import threading
import time
import unittest

import fake_clamd
import messages
import test_service

GENERATIONS = ("native",)
RULE = """rule %s {
  meta:
    verdict = "malware"
    score = 8
  strings:
    $a = "%s"
  condition:
    $a
}
"""
# Noticed within a second; a slow machine compiles for a while.
NOTICED = 20
# Far above a short timeout, far below a long one.
SOON = 5


class Case(test_service.Case):
    def start(self, conf, **options):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="wardend-", dir="/tmp"))
        (folder / "rules").mkdir()
        (folder / "rules").chmod(0o755)
        conf = conf.format(rules=folder / "rules", kept=folder / "db" / "kept",
                           clamd=folder / "clamd")
        return self.wardend(directory=folder, conf=conf, **options)

    def scan_until(self, daemon, mail, verdict, **fields):
        """The reply that has this verdict; the last one if none has."""
        last = {}

        def has_verdict():
            last.update(daemon.scan(mail, **fields))
            return last["verdict"] == verdict
        test_service.wait_until(has_verdict, NOTICED)
        self.assertEqual(last["verdict"], verdict, last)
        return last


class Rules(Case):
    CONF = "[yara]\nfolder = {rules}\nkept = {kept}\n"

    def setUp(self):
        self.mail = messages.good()
        self.word = "zebra crossing"
        self.bad = self.mail + self.word.encode() + b"\r\n"

    def put(self, daemon, name, text):
        path = daemon.dir / "rules" / name
        path.with_suffix(".new").write_text(text)
        os.replace(path.with_suffix(".new"), path)

    @staticmethod
    def published(daemon):
        """The rules epoch that mail processes read."""
        return struct.unpack_from("=8sI", daemon.epoch_file.read_bytes())[1]

    def test_change_is_noticed(self):
        daemon = self.start(self.CONF)
        before = daemon.scan(self.bad)
        self.assert_fields(before, verdict="clean")
        self.assertTrue(test_service.wait_until(
            lambda: daemon.epoch_file.exists() and
            self.published(daemon) == before["rules_epoch"]))
        self.put(daemon, "r.yar", RULE % ("r", self.word))
        # no request is needed for it
        self.assertTrue(test_service.wait_until(
            lambda: self.published(daemon) > before["rules_epoch"], NOTICED))
        self.assert_fields(daemon.ask("scan", key=before["key"],
                                      operation="fetch"), status="need-body")
        after = self.scan_until(daemon, self.bad, "malware")
        self.assertEqual(after["rules_epoch"], before["rules_epoch"] + 1)
        self.assertIn("YARA_MALWARE", after["symbols"])
        self.assert_fields(daemon.scan(self.mail), verdict="clean")
        (daemon.dir / "rules" / "r.yar").unlink()
        self.assert_fields(
            self.scan_until(daemon, self.bad, "clean"),
            rules_epoch=before["rules_epoch"] + 2)

    def test_bad_file_changes_nothing(self):
        daemon = self.start(self.CONF)
        self.put(daemon, "r.yar", RULE % ("r", self.word))
        good = self.scan_until(daemon, self.bad, "malware")
        self.put(daemon, "r.yar", "rule r {\n  condition: $nothing\n}\n")
        self.assertTrue(test_service.wait_until(
            lambda: "r.yar:3:" in daemon.log(), NOTICED), daemon.log())
        self.assertIn("its last good version stays in force", daemon.log())
        self.assert_fields(daemon.scan(self.bad), verdict="malware",
                           rules_epoch=good["rules_epoch"])
        # said once, not every second
        time.sleep(2.5)
        self.assertEqual(daemon.log().count("r.yar:3:"), 1)
        # and for a process that was not there when it was good
        daemon.stop()
        daemon.start()
        self.assert_fields(daemon.scan(self.bad), verdict="malware",
                           rules_epoch=good["rules_epoch"])

    def test_folder_that_goes_and_comes(self):
        daemon = self.start(self.CONF)
        self.put(daemon, "r.yar", RULE % ("r", self.word))
        self.scan_until(daemon, self.bad, "malware")
        (daemon.dir / "rules").rename(daemon.dir / "away")
        self.assertTrue(test_service.wait_until(
            lambda: "the old rules stay in force" in daemon.log(), NOTICED))
        self.assert_fields(daemon.scan(self.bad), verdict="malware")
        (daemon.dir / "away").rename(daemon.dir / "rules")
        self.put(daemon, "r.yar", RULE % ("r", "another word"))
        self.scan_until(daemon, self.bad, "clean")

    def test_workers_agree(self):
        """However they notice changes, all end in one epoch."""
        daemon = self.start(self.CONF, workers=4)
        for n in range(25):
            self.put(daemon, "r%d.yar" % (n % 5),
                     RULE % ("r", "%s %d" % (self.word, n)))
            daemon.scan(self.mail)
            time.sleep(0.1)
        self.put(daemon, "r.yar", RULE % ("r", self.word))
        end = time.monotonic() + NOTICED
        epochs = {}
        while time.monotonic() < end and len(epochs) != 1:
            time.sleep(1.2)
            epochs = self.ask_all(daemon)
        self.assertEqual(len(epochs), 1, epochs)
        self.assertEqual(epochs.pop(), (self.published(daemon), "malware"))

    def ask_all(self, daemon):
        """(epoch, verdict) of many requests at once: every worker's."""
        found = set()

        def ask():
            reply = daemon.scan(self.bad)
            found.add((reply["rules_epoch"], reply["verdict"]))
        threads = [threading.Thread(target=ask) for _ in range(32)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return found


class Clamd(Case):
    CONF = ("[clamd]\nsocket = {clamd}\ntimeout_msecs = %d\n"
            "stream_max = %d\nrequired = %s\n")

    def setUp(self):
        self.mail = messages.good()

    def clamd_daemon(self, msecs=10000, maximum=1 << 20, required="no",
                     **options):
        return self.start(self.CONF % (msecs, maximum, required), **options)

    @contextlib.contextmanager
    def clamd(self, daemon, **options):
        with fake_clamd.FakeClamd(daemon.dir / "clamd", **options) as fake:
            yield fake

    def assert_unavailable(self, daemon, reply, why):
        self.assert_fields(reply, status="ok", verdict="clean")
        self.assertIn("CLAMD_UNAVAILABLE", reply["symbols"])
        (detail,), = daemon.sql(
            "SELECT detail FROM findings WHERE symbol = 'CLAMD_UNAVAILABLE' "
            "ORDER BY message_id DESC LIMIT 1")
        self.assertIn(why, detail)

    def another(self):
        """A mail that nobody has seen."""
        self.count = getattr(self, "count", 0) + 1
        return self.mail + b"%d\r\n" % self.count

    def test_found_and_not(self):
        daemon = self.clamd_daemon()
        with self.clamd(daemon, answer=b"stream: Win.Test-1 FOUND\0") as fake:
            reply = daemon.scan(self.mail)
            self.assert_fields(reply, verdict="malware", action="quarantine")
            self.assertIn("CLAMD_MALWARE", reply["symbols"])
            # the bytes as they are, once
            self.assertEqual(fake.streams, [self.mail])
            self.assertEqual(fake.faults, [])
        with self.clamd(daemon) as fake:
            reply = daemon.scan(self.another())
            self.assert_fields(reply, verdict="clean")
            self.assertNotIn("CLAMD", reply["symbols"])
            self.assertEqual(fake.faults, [])

    def test_over_tcp(self):
        with fake_clamd.FakeClamd(
                ("127.0.0.1", 0), b"stream: Win.Test-1 FOUND\0") as fake:
            daemon = self.start("[clamd]\nsocket = 127.0.0.1:%d\n"
                                % fake.address[1])
            self.assert_fields(daemon.scan(self.mail), verdict="malware")
            self.assertEqual(fake.streams, [self.mail])

    def test_large(self):
        """More than any buffer holds, read slowly."""
        daemon = self.clamd_daemon(maximum=64 << 20)
        mail = self.mail + b"".join(
            b"line %d of many\r\n" % n for n in range(150000))
        with self.clamd(daemon) as fake:
            self.assert_fields(daemon.scan(mail), verdict="clean")
            self.assertEqual(fake.streams, [mail])

    def test_absent(self):
        daemon = self.clamd_daemon()
        self.assert_unavailable(daemon, daemon.scan(self.another()),
                                "No such file")

    def test_required(self):
        daemon = self.clamd_daemon(required="yes")
        reply = daemon.scan(self.mail)
        self.assert_fields(reply, verdict="unscannable", action="flag")
        self.assertIn("CLAMD_REQUIRED", reply["symbols"])

    def test_bad_answers(self):
        daemon = self.clamd_daemon()
        for answer, why in (
                (b"stream: x.y ERROR\0", "ERROR"),
                (b"stream: OK FOUND OK\0", "no sense"),
                (b"OK\0", "no sense"),
                (b"\0", "no sense"),
                (b"stream: OK", "hung up"),
                (b"", "hung up"),
                (b"stream: " + b"A" * 5000 + b" FOUND\0", "too long"),
                (b"stream: \xff\xfe FOUND\0", "no sense"),
                (b"stream:  FOUND\0", "no sense")):
            with self.subTest(answer=answer):
                with self.clamd(daemon, answer=answer):
                    self.assert_unavailable(
                        daemon, daemon.scan(self.another()), why)
                # so that the breaker stays closed
                with self.clamd(daemon):
                    self.assert_fields(daemon.scan(self.another()),
                                       verdict="clean")

    def test_size_limits(self):
        daemon = self.clamd_daemon(maximum=100000)
        mail = self.another() + b"x" * 98 + b"\r\n"
        with self.clamd(daemon, limit=len(mail) - 1):
            self.assert_unavailable(daemon, daemon.scan(mail),
                                    "size limit exceeded")
        mail = self.another() + (b"x" * 98 + b"\r\n") * 1100
        with self.clamd(daemon) as fake:
            self.assert_unavailable(daemon, daemon.scan(mail),
                                    "larger than it takes")
            self.assertEqual(fake.connections, 0)

    def test_hangs_up_early(self):
        daemon = self.clamd_daemon(maximum=64 << 20)
        mail = self.another() + (b"x" * 98 + b"\r\n") * 30000
        with self.clamd(daemon, early=True, answer=b""):
            self.assert_unavailable(daemon, daemon.scan(mail), "")
        with self.clamd(daemon, early=True, answer=b"Out of memory ERROR\0"):
            # whether its words arrive is up to the kernel
            self.assert_unavailable(daemon, daemon.scan(self.another()), "")

    def hang(self):
        """An answer that never comes."""
        event = threading.Event()
        self.addCleanup(event.set)
        return lambda connection: event.wait(60)

    def test_slow_and_then_left_alone(self):
        daemon = self.clamd_daemon(msecs=300)
        with self.clamd(daemon, answer=self.hang()) as fake:
            for _ in range(2):
                started = time.monotonic()
                self.assert_unavailable(daemon, daemon.scan(self.another()),
                                        "did not answer in time")
                self.assertLess(time.monotonic() - started, SOON)
                self.assertGreater(time.monotonic() - started, 0.25)
            self.assert_unavailable(daemon, daemon.scan(self.another()),
                                    "failed a moment ago")
            # it hangs with the first one still
            self.assertLessEqual(fake.connections, 2)
        with self.clamd(daemon, answer=b"stream: Win.Test-1 FOUND\0"):
            # tried again by itself
            reply = {}

            def back():
                reply.update(daemon.scan(self.another()))
                return reply["verdict"] == "malware"
            self.assertTrue(test_service.wait_until(back, NOTICED), reply)

    def test_deadline_of_the_client(self):
        daemon = self.clamd_daemon(msecs=60000)
        with self.clamd(daemon, answer=self.hang()):
            started = time.monotonic()
            reply = daemon.scan(self.another(), deadline=600)
            self.assertLess(time.monotonic() - started, SOON)
            self.assert_fields(reply, status="ok", verdict="clean")
            self.assertIn("CLAMD_UNAVAILABLE", reply["symbols"])


class SanitizedRules(Rules):
    BUILD = "asan"


class SanitizedClamd(Clamd):
    BUILD = "asan"


if __name__ == "__main__":
    unittest.main()
