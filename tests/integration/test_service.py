"""wardend on its own (--listen): what it answers, and that no client, message
or database brings it down. The same tests run with the plain and with the
sanitizer build; those that need a misbehaving parser run fake-wardend."""

import contextlib
import hashlib
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import tempfile
import threading
import time
import unittest

import messages
import tree
import wire

GENERATIONS = ("native",)
UID = 64011
# Far above what is measured and below what a hang takes (the time a client is
# given, a reader's, 100 silent clients one after the other).
BOUNDED = 15
INBOX, QUARANTINE = b"i" * 16, b"q" * 16
GENERATION = tree.native_generation() or "2.3"


def build_directory(build):
    override = os.environ.get("WARDEN_BUILD_" + build.upper())
    if override:
        return pathlib.Path(override)
    return tree.CACHE / ("build-%s-%s" % (GENERATION, build))


def canonical_key(message):
    lines = message.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return hashlib.sha256(lines.replace(b"\n", b"\r\n")).digest()


def processes():
    """{pid: (parent, name)} of the machine, zombies left out."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text()
        except OSError:
            continue
        name, _, rest = stat.partition("(")[2].rpartition(")")
        state, parent = rest.split()[:2]
        if state != "Z":
            found[int(entry.name)] = (int(parent), name)
    return found


def wait_until(what, seconds=10.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = what()
        if value:
            return value
        time.sleep(0.02)
    return what()


class Wardend:
    """One `wardend --listen` in a directory of its own."""

    def __init__(self, build, fake=False, workers=1, conf="", options=(),
                 database=None, journal=None, directory=None, start=True):
        name = "tests/unit/fake-wardend" if fake else "scanner/wardend"
        self.program = build_directory(build) / name
        self.root = os.geteuid() == 0
        self.dir = pathlib.Path(directory or tempfile.mkdtemp(
            prefix="wardend-", dir="/tmp"))
        self.socket = self.dir / "socket"
        self.database = pathlib.Path(database or
                                     self.dir / "db" / "verdicts.sqlite")
        self.journal = pathlib.Path(journal or
                                    self.dir / "journal" / "journal")
        for path in (self.dir, self.database.parent, self.journal.parent):
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(0o755)
            if self.root:
                os.chown(path, UID, UID)
        self.config = self.dir / "warden.conf"
        self.epoch_file = self.dir / "db" / "public" / "epoch"
        self.config.write_text(
            "[store]\ndatabase = %s\njournal = %s\nepoch_file = %s\n%s"
            % (self.database, self.journal, self.epoch_file, conf))
        self.command = [str(self.program), "--config", str(self.config),
                        "--listen", str(self.socket),
                        "--workers", str(workers), *options]
        self.workers_wanted = workers
        self.process = None
        if start:
            self.start()

    def ids(self):
        if not self.root:
            return {}
        return {"user": UID, "group": UID, "extra_groups": []}

    def start(self):
        self.log_file = open(self.dir / "log", "ab")
        environment = dict(os.environ, ASAN_OPTIONS="detect_leaks=1:"
                           "abort_on_error=0", UBSAN_OPTIONS="print_stacktrace=1")
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=self.log_file,
            stderr=self.log_file, env=environment, start_new_session=True,
            **self.ids())
        if not wait_until(lambda: self.answers() or
                          self.process.poll() is not None, 30):
            raise RuntimeError("wardend does not start: " + self.log())
        if self.process.poll() is not None:
            raise RuntimeError("wardend ended: " + self.log())
        return self

    def answers(self):
        try:
            wire.connect(self.socket).close()
        except OSError:
            return False
        return True

    def stop(self):
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.terminate()
        try:
            code = self.process.wait(40)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            raise
        self.log_file.close()
        self.process = None
        return code

    def log(self):
        return (self.dir / "log").read_text(errors="replace")

    def ask(self, op, body=None, **fields):
        fields.setdefault("user", "anna")
        fields.setdefault("service", "test")
        return wire.ask(self.socket, op, body, **fields)

    def scan(self, body, **fields):
        fields.setdefault("operation", "deliver")
        return self.ask("scan", body, **fields)

    def workers(self):
        return [pid for pid, (parent, _) in processes().items()
                if parent == self.process.pid]

    def readers(self):
        table = processes()
        workers = self.workers()
        return [pid for pid, (parent, _) in table.items()
                if parent in workers]

    def sql(self, statement):
        connection = sqlite3.connect("file:%s?mode=ro" % self.database,
                                     uri=True, timeout=10)
        with contextlib.closing(connection):
            return connection.execute(statement).fetchall()


class Case(unittest.TestCase):
    BUILD = "plain"

    @classmethod
    def setUpClass(cls):
        if not (build_directory(cls.BUILD) / "scanner/wardend").exists():
            raise unittest.SkipTest("no %s build" % cls.BUILD)

    def wardend(self, **options):
        daemon = Wardend(self.BUILD, **options)
        self.addCleanup(self.finish, daemon)
        return daemon

    def finish(self, daemon):
        daemon.stop()
        log = daemon.log()
        for word in ("AddressSanitizer", "LeakSanitizer", "runtime error:",
                     "assertion", "CRITICAL", "was killed by signal"):
            if word in log and word not in getattr(self, "expected", ()):
                self.fail(log)
        shutil.rmtree(daemon.dir, ignore_errors=True)

    def assert_fields(self, reply, **fields):
        self.assertEqual({name: reply[name] for name in fields}, fields,
                         reply)


class Answers(Case):
    """One wardend for many questions."""

    def setUp(self):
        self.daemon = self.wardend()

    def test_scan_by_body_and_key(self):
        mail = messages.good()
        reply = self.daemon.scan(mail, mailbox="INBOX", session="s1")
        self.assert_fields(reply, status="ok", verdict="clean",
                           action="allow", flags=0,
                           key=canonical_key(mail))
        self.assertGreater(reply["delivery_id"], 0)
        self.assertGreater(reply["rules_epoch"], 0)
        for size in (32, 16):
            again = self.daemon.scan(None, key=reply["key"][:size])
            self.assert_fields(again, status="ok", verdict="clean",
                               flags=wire.CACHED, key=reply["key"],
                               rules_epoch=reply["rules_epoch"])
            self.assertGreater(again["delivery_id"], reply["delivery_id"])
        unknown = self.daemon.scan(None, key=b"\1" * 32)
        self.assert_fields(unknown, status="need-body")

    def test_line_endings_are_one_key(self):
        mail = messages.good(7)
        crlf = self.daemon.scan(mail)
        lf = self.daemon.scan(mail.replace(b"\r\n", b"\n"))
        self.assertEqual(crlf["key"], lf["key"])

    def test_bad_mail(self):
        for mail in (messages.disguised(), messages.eicar(),
                     messages.lying_link()):
            reply = self.daemon.scan(mail)
            self.assertEqual(reply["status"], "ok")
            self.assertNotIn(reply["verdict"], ("clean", "unknown"), reply)
            self.assertTrue(reply["symbols"] and reply["reason"]
                            and reply["keyword"].startswith("$"), reply)

    def test_policy_is_per_request(self):
        mail = messages.eicar(3)
        first = self.daemon.scan(mail)
        self.assert_fields(first, verdict="malware", action="quarantine",
                           keyword="$WardenMalware")
        key = first["key"]
        for fields, action in (({"actions": "malware=flag"}, "flag"),
                               ({"role": "drafts"}, "flag"),
                               ({"role": "trash"}, "quarantine")):
            self.assert_fields(self.daemon.scan(None, key=key, **fields),
                               verdict="malware", action=action)
            self.assert_fields(self.daemon.scan(mail, **fields),
                               verdict="malware", action=action)
        for actions in ("malware", "malware=", "x=flag", "malware=burn"):
            reply = self.daemon.scan(mail, actions=actions)
            self.assertEqual(reply["status"], "bad-request", actions)
            self.assertTrue(reply["reason"])

    def test_truncated(self):
        reply = self.daemon.scan(messages.good(8), full_size=1 << 30)
        self.assertEqual(reply["status"], "ok")
        self.assertTrue(reply["flags"] & wire.TRUNCATED)
        self.assertNotEqual(reply["verdict"], "clean")

    def test_empty_and_odd_bodies(self):
        for body in (b"x", b"\0" * 100000, b"\xff" * 3000, b"\r" * 5000,
                     b"Subject: a\n\n", os.urandom(50000)):
            reply = self.daemon.scan(body)
            self.assertEqual(reply["status"], "ok", body[:10])
            self.assertEqual(reply["key"], canonical_key(body))

    def test_place_and_pending(self):
        reply = self.daemon.scan(messages.good(9), mailbox="INBOX")
        placed = self.daemon.ask(
            "place", delivery_id=reply["delivery_id"], mailbox="INBOX",
            mailbox_guid=b"g" * 16, uid_validity=5, uid=77, guid="m77")
        self.assert_fields(placed, status="ok")
        aborted = self.daemon.ask("place", delivery_id=reply["delivery_id"],
                                  aborted=1)
        self.assert_fields(aborted, status="ok")
        self.assert_fields(self.daemon.ask("place", delivery_id=10 ** 12),
                           status="bad-request")
        self.assert_fields(self.daemon.ask("place"), status="bad-request")
        for fields in ({}, {"key": b"k" * 32}, {"key": reply["key"]}):
            pending = self.daemon.ask("pending", mailbox="INBOX",
                                      operation="sync", **fields)
            self.assert_fields(pending, status="ok", verdict="pending")
            self.assertGreater(pending["delivery_id"],
                               reply["delivery_id"])

    def test_told_and_gone(self):
        """A client that does not wait for the reply to PLACE."""
        reply = self.daemon.scan(messages.good(10), mailbox="INBOX")
        with wire.connect(self.daemon.socket) as sock:
            sock.sendall(wire.request(
                "place", user="anna", delivery_id=reply["delivery_id"],
                mailbox="Elsewhere", uid=4242, uid_validity=1))
        self.assertTrue(wait_until(lambda: self.daemon.sql(
            "select 1 from recent_verdicts where uid = 4242")))

    def place(self, message, uid, **fields):
        """Judge and place it in anna's INBOX (GUID i…): the reply."""
        reply = self.daemon.scan(message, mailbox="INBOX", **fields)
        user = {key: fields[key] for key in ("user",) if key in fields}
        self.assert_fields(self.daemon.ask(
            "place", delivery_id=reply["delivery_id"], mailbox="INBOX",
            mailbox_guid=INBOX, uid_validity=5, uid=uid, **user),
            status="ok")
        return reply

    def states(self):
        """[(state, mailbox, uid)] of what was once placed."""
        return self.daemon.sql(
            "select state, mailbox, uid from recent_verdicts where uid > 0 "
            "order by delivery_id")

    def test_gone(self):
        ask = self.daemon.ask
        for uid in range(1, 7):
            self.place(messages.good(20), uid)
        self.assert_fields(ask("gone", mailbox="INBOX", mailbox_guid=INBOX,
                               uid_validity=5, query="2:1,5"), status="ok")
        self.assertEqual([uid for state, _, uid in self.states()
                          if state == "stored"], [3, 4, 6])
        self.assert_fields(ask("gone", mailbox_guid=INBOX, uid_validity=6,
                               query="1:4294967295"), status="ok")
        self.assertEqual(len([1 for state, _, _ in self.states()
                              if state == "stored"]), 3)
        self.assert_fields(ask("gone", mailbox_guid=INBOX), status="ok")
        self.assertEqual({state for state, _, _ in self.states()}, {"gone"})
        for fields in ({}, {"mailbox_guid": INBOX, "query": "1"},
                       *({"mailbox_guid": INBOX, "uid_validity": 5,
                          "query": text}
                         for text in ("", "x", "0", "1:", ":1", "1,", ",1",
                                      "1:*", "1 ", "4294967296", "-1",
                                      "1:2:3", "99999999999999999999"))):
            self.assert_fields(ask("gone", **fields), status="bad-request")

    def test_renamed(self):
        ask = self.daemon.ask
        self.place(messages.good(21), 1)
        self.place(messages.good(21), 2, user="bert")
        self.assert_fields(ask("renamed", mailbox="Löwe",
                               mailbox_guid=INBOX), status="ok")
        self.assertEqual(self.states(), [("stored", "Löwe", 1),
                                         ("stored", "INBOX", 2)])
        for fields in ({"mailbox": "x"}, {"mailbox_guid": INBOX},
                       {"mailbox_guid": INBOX, "mailbox": "x", "user": ""}):
            self.assert_fields(ask("renamed", **fields), status="bad-request")

    def move(self, operation, key, origin_uid, uid, back=False, **fields):
        places = [("INBOX", INBOX), ("Quarantine", QUARANTINE)]
        origin, target = reversed(places) if back else places
        return self.daemon.ask(
            "moved", operation=operation, key=key, origin=origin[0],
            origin_guid=origin[1], origin_uid_validity=5,
            origin_uid=origin_uid, mailbox=target[0], mailbox_guid=target[1],
            uid_validity=5, uid=uid, guid="g", **fields)

    def test_moved_by_the_gate(self):
        reply = self.place(messages.lying_link(3), 1)
        moved = self.move("fetch", reply["key"][:16], 1, 11)
        self.assert_fields(moved, status="ok", flags=0)
        self.assertEqual(self.states(), [("gone", "INBOX", 1),
                                         ("stored", "Quarantine", 11)])
        self.assertEqual(self.daemon.sql(
            "select operation, action, verdict, wanted_mailbox "
            "from quarantined where uid = 11"),
            [("fetch", "quarantine", "phishing", "INBOX")])
        # a mail that nobody knows
        self.assert_fields(self.move("rescan", b"n" * 16, 7, 12), status="ok")
        self.assertEqual(self.states()[-1], ("stored", "Quarantine", 12))
        for fields in ({}, {"operation": "save"},
                       {"operation": "fetch", "user": ""}):
            self.assert_fields(self.daemon.ask("moved", **fields),
                               status="bad-request")

    def test_pull_and_restore(self):
        ask = self.daemon.ask
        key = self.place(messages.good(22), 1)["key"]
        self.assert_fields(self.move("pull", key, 1, 11, actor="root",
                                     comment="case 7"), status="ok")
        refused = ask("release", key=key[:16], origin="Quarantine")
        self.assert_fields(refused, status="refused")
        self.assertIn("by an administrator", refused["reason"])
        self.assertEqual(self.daemon.sql(
            "select actor, what, comment from audit"),
            [("root", "pull", "case 7"), ("anna", "release-refused", "")])
        # bert's copy was not pulled
        self.assert_fields(ask("release", key=key, user="bert"), status="ok")
        self.assert_fields(self.move("restore", key, 11, 2, back=True,
                                     actor="root"), status="ok")
        self.assertEqual([state for state in self.states()
                          if state[0] == "stored"], [("stored", "INBOX", 2)])
        self.assert_fields(ask("release", key=key), status="ok")
        # and by an administrator's release
        self.move("pull", key, 2, 12, actor="root")
        self.assert_fields(ask("release", key=key), status="refused")
        self.assert_fields(ask("release", key=key, admin=1, actor="root"),
                           status="ok")
        self.assert_fields(ask("release", key=key), status="ok")

    def test_hunt(self):
        message = messages.lying_link(9)
        key = self.place(message, 1)["key"]
        self.place(message, 2)
        self.place(message, 3, user="bert")
        self.daemon.scan(message, user="carla")
        other = self.place(messages.good(23), 4, user="dora")["key"]
        hunt = lambda query, user="", **fields: self.daemon.ask(
            "hunt", user=user, query=query, **fields)
        query = "key:" + key.hex()
        users = hunt(query)
        self.assert_fields(users, status="ok", cursor=0,
                           text="anna\nbert\ncarla\n")
        lines = hunt(query, "anna")["text"].splitlines()
        self.assertEqual([line.split()[0] for line in lines], [key.hex()] * 2)
        self.assertEqual([line.split()[2:] for line in lines],
                         [[INBOX.hex(), "5", "1", "quarantine", "INBOX"],
                          [INBOX.hex(), "5", "2", "quarantine", "INBOX"]])
        self.assertEqual([line.split()[2:] for line in
                          hunt(query, "carla")["text"].splitlines()],
                         [["-", "-", "-", "quarantine", "-"]])
        self.assertEqual(hunt(query, "nobody")["text"], "")
        self.daemon.ask("gone", mailbox_guid=INBOX, uid_validity=5,
                        query="1:3")
        self.assertEqual(hunt("key:" + key.hex()[:32])["text"], "carla\n")
        self.assertEqual(hunt("key:" + other.hex())["text"], "dora\n")
        for text in ("", "x", "hash:1", "sha256:12", "host:"):
            self.assert_fields(hunt(text), status="bad-request")

    def test_hunt_in_pages(self):
        message = messages.good(24)
        names = ["%03d-%s" % (number, "n" * 3000) for number in range(25)]
        for name in names:
            key = self.daemon.scan(message, user=name)["key"]
        found, cursor, pages = [], 0, 0
        while True:
            page = self.daemon.ask("hunt", user="", cursor=cursor,
                                   query="key:" + key.hex())
            found += page["text"].splitlines()
            pages, cursor = pages + 1, page["cursor"]
            if cursor == 0:
                break
        self.assertEqual((found, pages), (names, 2))

    def test_audit(self):
        self.assert_fields(self.daemon.ask(
            "audit", actor="root", what="expire", query="anna/Quarantine",
            comment="30 days"), status="ok")
        self.assertEqual(self.daemon.sql(
            "select actor, what, object, comment from audit"),
            [("root", "expire", "anna/Quarantine", "30 days")])
        self.assert_fields(self.daemon.ask("audit", actor="root"),
                           status="bad-request")

    def test_release(self):
        scan, ask = self.daemon.scan, self.daemon.ask
        lie, virus = messages.lying_link(1), messages.eicar(5)
        link = scan(lie)
        self.assertEqual(link["action"], "quarantine", link)
        released = ask("release", key=link["key"], comment="known sender")
        self.assert_fields(released, status="ok", verdict="released")
        self.assertTrue(released["flags"] & wire.RELEASED)
        for again in (scan(lie),
                      scan(None, key=link["key"])):
            self.assert_fields(again, verdict="released", action="allow",
                               keyword="")
            self.assertTrue(again["flags"] & wire.RELEASED)
        other = scan(lie, user="bert")
        self.assert_fields(other, action="quarantine")

        bad = scan(virus)
        refused = ask("release", key=bad["key"])
        self.assert_fields(refused, status="refused", verdict="malware")
        self.assertIn("administrator", refused["reason"])
        self.assert_fields(scan(virus), action="quarantine")
        self.assert_fields(ask("release", key=bad["key"], admin=1,
                               actor="root"), status="ok")
        self.assert_fields(scan(virus), verdict="released")
        self.assert_fields(scan(virus, user="bert"),
                           verdict="malware")
        reply = ask("release", key=bad["key"], admin=1, actor="root",
                    **{"global": 1})
        self.assert_fields(reply, status="ok")
        self.assert_fields(scan(virus, user="bert"),
                           verdict="released")

    def test_release_refused(self):
        ask = self.daemon.ask
        self.assert_fields(ask("release"), status="bad-request")
        self.assert_fields(ask("release", key=b"k" * 32, **{"global": 1}),
                           status="bad-request")
        self.assert_fields(ask("release", key=b"k" * 32, user=""),
                           status="bad-request")

    def test_report(self):
        good = self.daemon.scan(messages.good(11))
        reply = self.daemon.ask("report", key=good["key"], operation="move",
                                mailbox="Quarantine", origin="INBOX")
        self.assert_fields(reply, status="ok")
        self.assert_fields(self.daemon.ask("report"), status="bad-request")

    def test_status(self):
        status = wire.status(self.daemon.socket)
        self.assertEqual(status["protocol"], "1")
        self.assertEqual(status["database"], "ok")
        self.daemon.scan(messages.good())
        self.assertEqual(wire.status(self.daemon.socket)["scans"], "1")

    def test_hostile_names(self):
        names = {"user": b"\xff\xfe\x1b[2J\r\n", "sender": b"a\nb",
                 "recipient": "ü" * 2000, "mailbox": "x" * 4096,
                 "session": b"\x01\x04999 forged\n", "comment": b"\x7f"}
        self.assert_fields(self.daemon.scan(messages.good(12), **names),
                           status="ok")
        self.assert_fields(self.daemon.scan(None, actions="x", key=b"1" * 16,
                                            **names), status="bad-request")
        self.assertFalse(set(self.daemon.log()) & set("\x01\x1b\r\x7f"))

    def test_deterministic(self):
        mail = messages.disguised(4)
        replies = [self.daemon.scan(mail) for _ in range(5)]
        for reply in replies:
            del reply["delivery_id"]
        self.assertEqual(replies, [replies[0]] * 5)


class Clients(Case):
    def setUp(self):
        self.daemon = self.wardend()

    def exchange(self, data, shutdown=True):
        """Send bytes, return the reply or None if there was none."""
        with wire.connect(self.daemon.socket) as sock:
            try:
                sock.sendall(data)
                if shutdown:
                    sock.shutdown(socket.SHUT_WR)
            except (BrokenPipeError, ConnectionResetError):
                pass
            try:
                return wire.read_reply(sock)
            except (EOFError, ConnectionResetError):
                return None

    def test_malformed(self):
        good = wire.request("scan", user="u")
        attribute = wire.attribute
        rows = (b"GET / HTTP/1.0\r\n\r\n", b"\0" * 100, b"W", b"WRDN\1",
                good[:-1], wire.frame(1, b"", version=2),
                wire.frame(1, b"", reserved=1), wire.frame(0),
                wire.frame(99), wire.frame(0x81),
                wire.frame(1, length=1 << 31), wire.frame(1, length=65537),
                wire.frame(1, b"x"), wire.frame(1, attribute(7, b"a\0b")),
                wire.frame(1, attribute(7, b"a") * 2),
                wire.frame(1, attribute(2, b"\xff")),
                wire.frame(1, attribute(4, b"\1")),
                wire.frame(1, attribute(7, b"x" * 4097)),
                wire.request("status", body_size=5) + b"hello",
                wire.request("scan", body_size=5) + b"hell",
                wire.request("scan", body_size=(1 << 64) - 1) + b"hello",
                wire.request("scan"),
                wire.request("place", delivery_id=(1 << 64) - 1))
        for data in rows:
            reply = self.exchange(data)
            self.assertIsNotNone(reply, data)
            self.assertEqual(reply["status"], "bad-request", data)
            self.assertTrue(reply["reason"], data)
        self.assertIsNone(self.exchange(b""))
        self.assert_fields(self.daemon.scan(messages.good()), status="ok")

    def test_foreign_bytes_are_refused_at_once(self):
        started = time.monotonic()
        reply = self.exchange(b"EHLO x\r\n", shutdown=False)
        self.assertEqual(reply["status"], "bad-request")
        self.assertLess(time.monotonic() - started, BOUNDED)

    def test_half_closed(self):
        reply = wire.ask(self.daemon.socket, "scan", messages.good(),
                         half_close=True, user="anna")
        self.assertEqual(reply["status"], "ok")

    def test_data_after_the_body(self):
        body = messages.good()
        reply = self.exchange(wire.request("scan", body_size=len(body)) +
                              body + b"more" * 1000)
        self.assertEqual(reply["status"], "ok")

    def test_in_pieces(self):
        body = messages.good(2)
        data = wire.request("scan", user="anna",
                            body_size=len(body)) + body
        with wire.connect(self.daemon.socket) as sock:
            for at in range(0, len(data), 7):
                sock.sendall(data[at:at + 7])
            self.assertEqual(wire.read_reply(sock)["key"],
                             canonical_key(body))

    def test_large(self):
        body = messages.good(3) + b"x" * 70 + b"\r\n"
        body += (b"y" * 70 + b"\r\n") * 250000
        reply = self.daemon.scan(body)
        self.assertEqual(reply["status"], "ok")
        self.assertEqual(reply["key"], canonical_key(body))

    def test_slow_and_silent_clients_cost_nobody_anything(self):
        body = messages.good(4)
        head = wire.request("scan", user="slow", body_size=len(body))
        silent = [wire.connect(self.daemon.socket) for _ in range(100)]
        slow = [wire.connect(self.daemon.socket) for _ in range(5)]
        try:
            for sock in slow:
                sock.sendall(head + body[:10])
            time.sleep(0.3)
            started = time.monotonic()
            for _ in range(20):
                self.assert_fields(self.daemon.scan(body), status="ok")
            self.assertLess(time.monotonic() - started, BOUNDED)
            for sock in slow:
                sock.sendall(body[10:])
                self.assertEqual(wire.read_reply(sock)["status"], "ok")
            for sock in silent:
                sock.settimeout(10)
                self.assertEqual(sock.recv(1), b"")
        finally:
            for sock in silent + slow:
                sock.close()

    def test_silent_clients_do_not_delay(self):
        """Up to the number that a process holds."""
        self.daemon.scan(messages.good())
        silent = [wire.connect(self.daemon.socket) for _ in range(50)]
        started = time.monotonic()
        for number in range(10):
            self.assert_fields(self.daemon.scan(messages.good(number)),
                               status="ok")
        self.assertLess(time.monotonic() - started, BOUNDED)
        for sock in silent:
            sock.close()

    def test_client_that_goes_away(self):
        body = messages.good(5)
        data = wire.request("scan", user="gone", body_size=len(body)) + body
        for end in (5, 30, len(data) - 1, len(data)):
            with wire.connect(self.daemon.socket) as sock:
                sock.sendall(data[:end])
        self.assert_fields(self.daemon.scan(body), status="ok")

    def test_no_leaks(self):
        body = messages.good(6)
        self.daemon.scan(body)
        worker, = self.daemon.workers()

        def descriptors():
            return len(os.listdir("/proc/%d/fd" % worker))

        def resident():
            text = pathlib.Path("/proc/%d/smaps_rollup" % worker).read_text()
            line = [l for l in text.splitlines() if l.startswith("Pss:")][0]
            return int(line.split()[1])

        def round_trip():
            self.daemon.scan(body)
            self.daemon.scan(None, key=b"k" * 16)
            self.exchange(b"nonsense")
            self.exchange(b"")
            self.exchange(wire.request("scan", body_size=9) + b"x")

        for _ in range(50):
            round_trip()
        before, memory = descriptors(), resident()
        for _ in range(200):
            round_trip()
        self.assertTrue(wait_until(lambda: descriptors() <= before))
        self.assertEqual(len(self.daemon.readers()), 1)
        if self.BUILD == "plain":
            self.assertLess(resident() - memory, 1500)

    def test_latency(self):
        """Printed; judged only for being sane."""
        body = messages.good(7)
        self.daemon.scan(body)
        times = []
        for _ in range(300):
            started = time.perf_counter()
            self.daemon.scan(body)
            times.append(time.perf_counter() - started)
        times.sort()
        print("scan round trip: p50 %d us, p99 %d us"
              % (times[150] * 1e6, times[297] * 1e6))
        self.assertLess(times[150], 0.1)


class Slow(Case):
    def test_too_slow(self):
        daemon = self.wardend(conf="[service]\nclient_msecs = 1500\n")
        with wire.connect(daemon.socket) as sock:
            started = time.monotonic()
            sock.sendall(wire.request("scan", body_size=100))
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                for _ in range(99):
                    sock.sendall(b"x")
                    time.sleep(0.2)
            self.assertLess(time.monotonic() - started, BOUNDED)
            reply = wire.read_reply(sock)
            self.assert_fields(reply, status="bad-request")
            self.assertIn("too long", reply["reason"])


class Crashes(Case):
    """fake-wardend: its parser does what the message's first line says."""

    expected = ("was killed by signal",)

    def test_crash_is_remembered(self):
        daemon = self.wardend(fake=True, workers=2)
        self.assert_fields(daemon.scan(b"good\n"), status="ok")
        for what in ("crash", "exit", "garbage", "short"):
            mail = b"FAKE %s\nbody\n" % what.encode()
            started = time.monotonic()
            reply = daemon.scan(mail)
            self.assert_fields(reply, status="ok", verdict="unscannable",
                               key=canonical_key(mail))
            self.assertGreater(reply["delivery_id"], 0)
            self.assertLess(time.monotonic() - started, BOUNDED)
            crashes = sum(int(line) for line in self.crashes(daemon))
            for _ in range(4):
                again = daemon.scan(mail)
                self.assert_fields(again, verdict="unscannable",
                                   flags=wire.CACHED)
            self.assertEqual(crashes, sum(int(line) for line in
                                          self.crashes(daemon)))
            self.assert_fields(daemon.scan(b"good\n"), status="ok",
                               verdict="clean")

    @staticmethod
    def crashes(daemon):
        """Of every worker: ask until both have answered."""
        found = {}
        for _ in range(200):
            status = wire.status(daemon.socket)
            found[status["pid"]] = status["reader_crashes"]
            if len(found) == 2:
                break
        return found.values()

    def test_deadline(self):
        daemon = self.wardend(fake=True)
        daemon.scan(b"good\n")
        for deadline in (600, 2500):
            started = time.monotonic()
            mail = b"FAKE sleep\n%d\n" % deadline
            reply = daemon.scan(mail, deadline=deadline)
            self.assert_fields(reply, status="ok", verdict="unscannable")
            self.assertLess(time.monotonic() - started,
                            deadline / 1000 + BOUNDED)
        self.assertEqual(len(daemon.readers()), 0)
        self.assert_fields(daemon.scan(b"good\n"), verdict="clean")

    def scan_in_thread(self, daemon, mail):
        box = []

        def run():
            try:
                box.append(daemon.scan(mail))
            except (EOFError, OSError) as error:
                box.append(error)
        thread = threading.Thread(target=run)
        thread.start()
        return thread, box

    def test_reader_killed(self):
        daemon = self.wardend(fake=True)
        daemon.scan(b"good\n")
        thread, box = self.scan_in_thread(daemon, b"FAKE slower\n")
        time.sleep(0.4)
        for reader in daemon.readers():
            os.kill(reader, signal.SIGKILL)
        thread.join()
        self.assert_fields(box[0], status="ok", verdict="clean")
        # Between two messages it is nobody's fault.
        for reader in daemon.readers():
            os.kill(reader, signal.SIGKILL)
        time.sleep(0.1)
        self.assert_fields(daemon.scan(b"good\n"), verdict="clean")
        self.assertEqual(wire.status(daemon.socket)["reader_crashes"], "1")

    def test_worker_killed(self):
        daemon = self.wardend(fake=True)
        daemon.scan(b"good\n")
        thread, box = self.scan_in_thread(daemon, b"FAKE slower\n")
        time.sleep(0.3)
        worker, = daemon.workers()
        readers = daemon.readers()
        os.kill(worker, signal.SIGKILL)
        thread.join()
        self.assertIsInstance(box[0], (EOFError, OSError))
        self.assertTrue(wait_until(lambda: not set(readers) &
                                   set(processes())))
        self.assert_fields(daemon.scan(b"good\n"), verdict="clean")

    def test_stop_finishes_the_scan(self):
        daemon = self.wardend(fake=True)
        daemon.scan(b"good\n")
        thread, box = self.scan_in_thread(daemon, b"FAKE slower\n")
        time.sleep(0.3)
        everybody = set(daemon.workers() + daemon.readers())
        self.assertEqual(daemon.stop(), 0)
        thread.join()
        self.assert_fields(box[0], status="ok", verdict="clean")
        self.assertFalse(everybody & set(processes()))
        self.assertFalse(daemon.socket.exists())

    def test_parent_killed(self):
        daemon = self.wardend(fake=True, workers=3)
        for _ in range(9):
            daemon.scan(b"good\n")
        everybody = set(daemon.workers() + daemon.readers())
        self.assertGreaterEqual(len(everybody), 4)
        daemon.process.kill()
        daemon.process.wait()
        self.assertTrue(wait_until(lambda: not everybody &
                                   set(processes())))
        # What it left behind is replaced.
        self.assertTrue(daemon.socket.exists())
        daemon.log_file.close()
        daemon.start()
        self.assert_fields(daemon.scan(b"good\n"), status="ok")

    def test_workers_share_the_load(self):
        daemon = self.wardend(fake=True, workers=3)
        daemon.scan(b"good\n")
        started = time.monotonic()
        daemon.scan(b"FAKE slower\nalone\n")
        alone = time.monotonic() - started
        started = time.monotonic()
        threads = [self.scan_in_thread(daemon, b"FAKE slower\n%d\n" % i)
                   for i in range(3)]
        for thread, _ in threads:
            thread.join()
        self.assertLess(time.monotonic() - started, 2.5 * alone)
        for _, box in threads:
            self.assert_fields(box[0], verdict="clean")


class Database(Case):
    """It cannot be written: mail goes on, and is recorded later."""

    def journal_size(self, daemon):
        return sum(path.stat().st_size
                   for path in daemon.journal.parent.iterdir()
                   if path.name.startswith("journal"))

    def test_unwritable(self):
        daemon = self.wardend()
        daemon.stop()
        shutil.rmtree(daemon.database.parent)
        daemon.database.parent.write_text("in the way")
        daemon.start()
        for number in range(6):
            reply = daemon.scan(messages.good(number))
            self.assert_fields(reply, status="ok", verdict="clean",
                               flags=wire.UNRECORDED, delivery_id=0)
        self.assertEqual(wire.status(daemon.socket)["database"], "failed")
        self.assertGreater(self.journal_size(daemon), 0)
        self.assertLess(daemon.log().count("database"), 4)
        daemon.database.parent.unlink()
        daemon.database.parent.mkdir()
        if daemon.root:
            os.chown(daemon.database.parent, UID, UID)
        time.sleep(5.2)
        self.assert_fields(daemon.scan(messages.good(50)), flags=0)
        self.assertTrue(wait_until(lambda: len(daemon.sql(
            "select * from recent_verdicts")) == 7), daemon.log())

    def test_nothing_can_be_written(self):
        daemon = self.wardend()
        daemon.stop()
        for path in (daemon.database.parent, daemon.journal.parent):
            shutil.rmtree(path)
            path.write_text("in the way")
        daemon.start()
        self.assert_fields(daemon.scan(messages.good()), status="tempfail")
        self.assert_fields(daemon.ask("release", key=b"k" * 32),
                           status="tempfail")

    def test_news(self):
        """A move is recorded later; other news is said to be lost."""
        daemon = self.wardend(conf="commit_msecs = 500\n")
        reply = daemon.scan(messages.good())
        key = reply["key"]
        daemon.ask("place", delivery_id=reply["delivery_id"], mailbox="INBOX",
                   mailbox_guid=INBOX, uid_validity=5, uid=1)
        lock = sqlite3.connect(daemon.database, isolation_level=None,
                               check_same_thread=False)
        self.addCleanup(lock.close)
        lock.execute("begin immediate")
        for _ in range(3):
            self.assert_fields(daemon.ask("gone", mailbox_guid=INBOX,
                                          mailbox="INBOX"),
                               status="tempfail")
        self.assertIn("expunged mail cannot be recorded", daemon.log())
        for operation in ("pull", "restore"):
            self.assert_fields(daemon.ask(
                "moved", operation=operation, key=key, mailbox="x",
                mailbox_guid=INBOX, uid=3, uid_validity=5, actor="root",
                session=operation), status="ok", flags=wire.UNRECORDED)
        for op in ("hunt", "audit"):
            self.assert_fields(daemon.ask(op, what="x", user="", actor="r",
                                          query="host:x"), status="tempfail")
        lock.execute("rollback")
        lock.close()
        time.sleep(5.2)
        self.assert_fields(daemon.scan(messages.good(9)), flags=0)
        self.assertTrue(wait_until(lambda: daemon.sql(
            "select what from audit order by id") ==
            [("pull",), ("restore",)]), daemon.log())
        self.assertEqual(daemon.sql("select * from pulls"), [])

    def test_locked(self):
        daemon = self.wardend(conf="commit_msecs = 500\n")
        daemon.scan(messages.good())
        lock = sqlite3.connect(daemon.database, isolation_level=None,
                               check_same_thread=False)
        self.addCleanup(lock.close)
        lock.execute("begin immediate")
        for number in range(1, 4):
            started = time.monotonic()
            reply = daemon.scan(messages.good(number))
            self.assert_fields(reply, status="ok", verdict="clean",
                               flags=wire.UNRECORDED)
            self.assertLess(time.monotonic() - started, BOUNDED)
        lock.execute("rollback")
        lock.close()
        time.sleep(5.2)
        self.assert_fields(daemon.scan(messages.good(9)), flags=0)
        self.assertTrue(wait_until(lambda: len(daemon.sql(
            "select * from recent_verdicts")) == 5), daemon.log())

    @unittest.skipUnless(os.geteuid() == 0, "needs root to mount a tmpfs")
    def test_full(self):
        place = pathlib.Path(tempfile.mkdtemp(prefix="full-", dir="/tmp"))
        self.addCleanup(shutil.rmtree, place, True)
        if subprocess.run(["mount", "-t", "tmpfs", "-o",
                           "size=16m,mode=0777", "tmpfs", place],
                          stderr=subprocess.DEVNULL).returncode:
            self.skipTest("no mounts here")
        self.addCleanup(subprocess.run, ["umount", "-l", place])
        daemon = self.wardend(database=place / "db" / "verdicts.sqlite")
        self.assert_fields(daemon.scan(messages.good()), flags=0)
        ballast = place / "ballast"
        with contextlib.suppress(OSError), open(ballast, "wb") as out:
            while True:
                out.write(b"x" * 4096)
                out.flush()
        seen = set()
        for number in range(1, 60):
            reply = daemon.scan(messages.good(number))
            self.assert_fields(reply, status="ok", verdict="clean")
            seen.add(reply["flags"])
        self.assertIn(wire.UNRECORDED, seen)
        ballast.unlink()
        time.sleep(5.2)
        self.assert_fields(daemon.scan(messages.good(99)), flags=0)
        self.assertTrue(wait_until(lambda: len(daemon.sql(
            "select * from recent_verdicts")) == 61), daemon.log())
        self.assertEqual(daemon.sql("pragma integrity_check"), [("ok",)])

    def test_many_writers(self):
        daemon = self.wardend(workers=4)
        replies = []

        def run(number):
            for i in range(25):
                replies.append(daemon.scan(messages.good(number * 100 + i)))
        threads = [threading.Thread(target=run, args=(n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual({(r["status"], r["flags"]) for r in replies},
                         {("ok", 0)})
        self.assertEqual(len({r["delivery_id"] for r in replies}), 150)
        self.assertEqual(daemon.sql("select count(*) from recent_verdicts"),
                         [(150,)])


class Epoch(Case):
    """The epoch file, whoever changes an epoch."""

    HEADER = struct.Struct("=8sIIIIQ")
    ENTRY = struct.Struct("=16sI")

    def epoch(self, daemon):
        """(rules, lists, complete_since, {key: generation}), None: no file."""
        try:
            data = daemon.epoch_file.read_bytes()
        except FileNotFoundError:
            return None
        magic, rules, lists, since, _, count = self.HEADER.unpack_from(data)
        self.assertEqual((magic, len(data)), (
            b"WRDNEPO1", self.HEADER.size + count * self.ENTRY.size))
        return rules, lists, since, dict(
            self.ENTRY.iter_unpack(data[self.HEADER.size:]))

    def wait_for_epoch(self, daemon, wanted):
        found = wait_until(lambda: (lambda epoch: epoch is not None and
                                    wanted(epoch) and epoch)(
                                        self.epoch(daemon)))
        self.assertTrue(found, daemon.log())
        return found

    def feed(self, daemon, *words, config=None):
        program = build_directory(self.BUILD) / "scanner" / "warden"
        return subprocess.run(
            [program, "feed", *words, "--config", config or daemon.config],
            check=True, capture_output=True, text=True, **daemon.ids())

    def test_written_at_start_and_put_right(self):
        daemon = self.wardend(workers=2)
        first = self.wait_for_epoch(daemon, lambda epoch: True)
        self.assertEqual(first[3], {})
        self.assertEqual(first[1], first[2])
        self.assertGreater(first[1], 1 << 30)
        status = wire.status(daemon.socket)
        self.assertEqual((status["rules_epoch"], status["list_generation"]),
                         (str(first[0]), str(first[1])))
        self.assertEqual(daemon.epoch_file.stat().st_mode & 0o7777, 0o644)
        self.assertEqual(daemon.epoch_file.parent.stat().st_mode & 0o7777,
                         0o755)
        daemon.epoch_file.unlink()
        self.assertEqual(self.wait_for_epoch(daemon, lambda epoch: True),
                         first)

    def test_rules(self):
        daemon = self.wardend()
        first = self.wait_for_epoch(daemon, lambda epoch: True)
        daemon.stop()
        daemon.config.write_text(daemon.config.read_text() +
                                 "[scores]\nEICAR_TEST_FILE = 19\n")
        daemon.start()
        second = self.wait_for_epoch(daemon,
                                     lambda epoch: epoch[0] != first[0])
        self.assertEqual(second, (first[0] + 1,) + first[1:])

    def test_lists(self):
        daemon = self.wardend()
        mail, other = messages.lying_link(4), messages.good(5)
        host = re.search(rb"https?://([a-z0-9.-]+)", mail)[1].decode()
        replies = [daemon.scan(mail), daemon.scan(other)]
        list_file = daemon.dir / "bad.txt"
        list_file.write_text(host + "\n")
        self.feed(daemon, "import", "--format", "host", str(list_file))
        # written by the command itself
        lists = replies[0]["list_generation"]
        self.assertEqual(self.epoch(daemon)[1:], (
            lists + 1, lists, {replies[0]["key"][:16]: lists + 1}))
        self.assertEqual(daemon.scan(other)["list_generation"], lists + 1)

    def test_killed_importer(self):
        """A command that could not publish: the idle service does."""
        daemon = self.wardend()
        first = self.wait_for_epoch(daemon, lambda epoch: True)
        list_file = daemon.dir / "bad.txt"
        list_file.write_text("bad.example\n")
        elsewhere = daemon.dir / "elsewhere.conf"
        elsewhere.write_text(daemon.config.read_text().replace(
            str(daemon.epoch_file), ""))
        self.feed(daemon, "import", "--format", "host", str(list_file),
                  config=elsewhere)
        self.wait_for_epoch(daemon, lambda epoch: epoch[1] == first[1] + 1)

    def test_unwritable(self):
        daemon = self.wardend()
        self.wait_for_epoch(daemon, lambda epoch: True)
        daemon.stop()
        shutil.rmtree(daemon.epoch_file.parent)
        daemon.epoch_file.parent.write_text("in the way")
        daemon.start()
        self.assert_fields(daemon.scan(messages.good()), status="ok", flags=0)
        self.assertTrue(wait_until(lambda: "epoch file" in daemon.log()))
        daemon.epoch_file.parent.unlink()
        self.wait_for_epoch(daemon, lambda epoch: True)
        self.assertEqual(daemon.log().count("epoch file"), 1)

    def test_replaced_database(self):
        daemon = self.wardend()
        daemon.scan(messages.good())
        for path in daemon.database.parent.glob("verdicts.sqlite*"):
            path.unlink()
        self.assertTrue(wait_until(lambda: "was replaced" in daemon.log()))
        self.assert_fields(daemon.scan(messages.good()), status="ok", flags=0)
        self.assertEqual(len(daemon.sql("select * from recent_verdicts")), 1)

    def test_unrecorded_is_not_fresh(self):
        daemon = self.wardend(conf="commit_msecs = 100\n")
        fresh = daemon.scan(messages.good(1))
        self.assertGreater(fresh["list_generation"], 0)
        lock = sqlite3.connect(daemon.database, isolation_level=None)
        lock.execute("begin immediate")
        reply = daemon.scan(messages.good(2))
        self.assert_fields(reply, flags=wire.UNRECORDED, list_generation=0,
                           rules_epoch=fresh["rules_epoch"])
        lock.execute("rollback")
        lock.close()


class Starting(Case):
    def run_once(self, *arguments, **options):
        return subprocess.run(
            [str(build_directory(self.BUILD) / "scanner/wardend"),
             *arguments], stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=60, **options)

    @unittest.skipUnless(os.geteuid() == 0, "needs root to be refused")
    def test_root_is_refused(self):
        done = self.run_once("--listen", "/tmp/never")
        self.assertEqual(done.returncode, 1)
        self.assertIn("root", done.stderr)
        self.assertFalse(os.path.exists("/tmp/never"))

    def test_usage(self):
        for arguments in ((), ("--bogus",), ("--listen", "/x", "extra"),
                          ("--listen", "/x", "--workers", "0")):
            done = self.run_once(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn("wardend:", done.stderr)
        self.assertIn("wardend", self.run_once("--version").stdout)
        self.assertIn("--listen", self.run_once("--help").stdout)

    def test_bad_configuration(self):
        daemon = self.wardend(start=False, conf="[service]\nx = y\n")
        done = subprocess.run(daemon.command, capture_output=True, text=True,
                              **daemon.ids())
        self.assertEqual(done.returncode, 1)
        self.assertIn("warden.conf", done.stderr)
        (daemon.dir / "log").touch()

    def test_second_and_foreign_socket(self):
        daemon = self.wardend(options=("--socket-mode", "0640"))
        self.assertEqual(daemon.socket.stat().st_mode & 0o777, 0o640)
        second = subprocess.run(daemon.command, capture_output=True,
                                text=True, **daemon.ids())
        self.assertEqual(second.returncode, 1)
        self.assertIn("already", second.stderr)
        self.assert_fields(daemon.scan(messages.good()), status="ok")
        daemon.stop()
        daemon.socket.write_text("a file")
        foreign = subprocess.run(daemon.command, capture_output=True,
                                 text=True, **daemon.ids())
        self.assertEqual(foreign.returncode, 1)
        self.assertIn("no socket", foreign.stderr)
        self.assertEqual(daemon.socket.read_text(), "a file")

    @unittest.skipUnless(os.geteuid() == 0, "needs a second user")
    def test_strangers_are_no_administrators(self):
        daemon = self.wardend(options=("--socket-mode", "0666"))
        bad = daemon.scan(messages.eicar(8))
        requests = [("release", {"admin": 1, "key": bad["key"]}),
                    ("hunt", {"query": "host:x"}),
                    ("audit", {"what": "x"}),
                    ("moved", {"operation": "pull", "key": bad["key"]}),
                    ("moved", {"operation": "restore", "key": bad["key"]})]
        # where the stranger can read it, whatever the checkout's modes are
        shutil.copy(wire.__file__, daemon.socket.parent)
        script = ("import sys; sys.path.insert(0, %r); import wire\n"
                  "for op, fields in %r:\n"
                  "    print(wire.ask(%r, op, user='x', **fields)['status'])"
                  % (str(daemon.socket.parent), requests,
                     str(daemon.socket)))
        done = subprocess.run(["/usr/bin/python3", "-c", script], user=65534,
                              group=65534, extra_groups=[], text=True,
                              capture_output=True)
        self.assertEqual(done.stdout.split(), ["refused"] * len(requests),
                         done.stderr)
        self.assertEqual(daemon.sql("select * from audit"), [])


def sanitized(case):
    """The same tests with the sanitizer build."""
    return type(case.__name__ + "Sanitized", (case,), {"BUILD": "asan"})


AnswersSanitized = sanitized(Answers)
ClientsSanitized = sanitized(Clients)
SlowSanitized = sanitized(Slow)
CrashesSanitized = sanitized(Crashes)
DatabaseSanitized = sanitized(Database)
EpochSanitized = sanitized(Epoch)

if __name__ == "__main__":
    unittest.main(verbosity=2)
