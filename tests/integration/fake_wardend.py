"""A scanner that does as it is told: for tests of the plugin alone.

Speaks scanner/protocol's wire format on a UNIX socket. The verdict stands in
the message: a line `X-Test-Verdict: malware [action [keyword]]` anywhere in
it. Modes make it misbehave. Every request is kept, for tests to look at.
"""

import hashlib
import os
import re
import socket
import struct
import threading
import time

VERDICTS = ("unknown clean suspicious spam phishing malware policy "
            "unscannable pending released").split()
ACTIONS = "none allow flag quarantine defer".split()
OPERATIONS = ("unknown deliver save copy move fetch sync release pull restore "
              "rescan").split()
ROLES = "none junk trash drafts sent quarantine".split()
(SCAN, PLACE, PENDING, RELEASE, STATUS, REPORT, GONE, RENAMED, MOVED, HUNT,
 NOTICE, AUDIT) = range(1, 13)
TOLD = (PLACE, PENDING, REPORT, GONE, RENAMED, MOVED)
OK, NEED_BODY, BAD_REQUEST, TEMPFAIL, REFUSED = range(5)

DEFAULT = {"malware": ("quarantine", "$WardenMalware"),
           "phishing": ("quarantine", "$Phishing"),
           "spam": ("quarantine", "$Junk"),
           "suspicious": ("flag", "$WardenSuspicious"),
           "policy": ("flag", "$WardenPolicy"),
           "unscannable": ("flag", "$WardenUnscannable"),
           "clean": ("allow", "")}

REQUEST = {1: ("operation", "B"), 2: ("role", "B"), 3: ("deadline", "I"),
           4: ("body_size", "Q"), 5: ("full_size", "Q"), 6: ("service", "s"),
           7: ("user", "s"), 8: ("recipient", "s"), 9: ("sender", "s"),
           10: ("session", "s"), 11: ("mailbox", "s"), 12: ("origin", "s"),
           13: ("actor", "s"), 14: ("actions", "s"), 15: ("key", "b"),
           16: ("delivery_id", "Q"), 17: ("aborted", "B"),
           18: ("mailbox_guid", "b"), 19: ("uid_validity", "I"),
           20: ("uid", "I"), 21: ("guid", "s"), 22: ("admin", "B"),
           23: ("global", "B"), 24: ("comment", "s"),
           25: ("origin_guid", "b"), 26: ("origin_uid_validity", "I"),
           27: ("origin_uid", "I"), 28: ("query", "s"), 29: ("what", "s"),
           30: ("language", "s"), 31: ("cursor", "Q")}


def attribute(tag, value):
    return struct.pack(">HI", tag, len(value)) + value


def frame(kind, payload):
    return b"WRDN" + struct.pack(">BBHI", 1, kind, 0, len(payload)) + payload


def canonical(body):
    return re.sub(rb"\r?\n", b"\r\n", body)


class FakeWardend:
    """Use as a context manager. mode: "" (answer), "slow" (seconds), "close"
    (without an answer), "half", "garbage", "huge", "early" (answer before the
    body is read), "tempfail", "pending" (a reply that is no judgement)."""

    def __init__(self, path, mode="", slow=0.0, backlog=64):
        self.path = str(path)
        self.mode = mode
        self.slow = slow
        self.requests = []
        self.verdicts = {}          # 16-byte key → (verdict, action, keyword)
        self.always_need_body = False
        self.refuse = {"malware"}   # verdicts that users may not release
        self.rules, self.lists = 7, 3   # epochs that it answers with
        self.fixed_key = None       # said to be every message's
        self.fail_next = 0          # close so many connections unanswered
        self.notice = b""           # what NOTICE is answered with
        self.notice_mode = ""       # or "slow", "close", "tempfail"
        self._delivery = 0
        self._lock = threading.Lock()
        self._listener = socket.socket(socket.AF_UNIX)
        if os.path.exists(self.path):
            os.unlink(self.path)
        self._listener.bind(self.path)
        os.chmod(self.path, 0o666)
        self._listener.listen(backlog)
        self._stopped = False
        threading.Thread(target=self._run, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self._stopped = True
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()
        if os.path.exists(self.path):
            os.unlink(self.path)

    def of(self, op):
        with self._lock:
            return [r for r in self.requests if r["op"] == op]

    def clear(self):
        with self._lock:
            self.requests.clear()

    def wait(self, op, count=1, seconds=5):
        """Requests of a kind, once there are so many."""
        end = time.monotonic() + seconds
        while len(self.of(op)) < count and time.monotonic() < end:
            time.sleep(0.02)
        return self.of(op)

    def _run(self):
        while not self._stopped:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,),
                             daemon=True).start()

    def _serve(self, connection):
        with connection:
            connection.settimeout(60)
            try:
                self._answer(connection)
            except (OSError, EOFError, struct.error):
                pass

    @staticmethod
    def _read(connection, size):
        data = b""
        while len(data) < size:
            more = connection.recv(min(size - len(data), 1 << 20))
            if not more:
                raise EOFError
            data += more
        return data

    def _answer(self, connection):
        head = self._read(connection, 12)
        if head[:4] != b"WRDN":
            raise EOFError
        kind, size = head[5], struct.unpack(">I", head[8:])[0]
        payload = self._read(connection, size)
        request = {"op": kind}
        while payload:
            tag, length = struct.unpack(">HI", payload[:6])
            value, payload = payload[6:6 + length], payload[6 + length:]
            name, form = REQUEST[tag]
            if form == "s":
                value = value.decode("utf-8", "replace")
            elif form != "b":
                value = struct.unpack(">" + form, value)[0]
            request[name] = value
        request["operation"] = OPERATIONS[request.get("operation", 0)]
        request["role"] = ROLES[request.get("role", 0)]
        if self.mode == "early":
            connection.sendall(frame(kind | 0x80, attribute(256, b"\x03") +
                                     attribute(266, b"too busy")))
            return
        if self.fail_next > 0 and kind == SCAN:
            self.fail_next -= 1
            return
        body = self._read(connection, request.get("body_size", 0))
        request["body"] = body
        with self._lock:
            self.requests.append(request)
        if self.slow and kind in (SCAN, RELEASE):
            time.sleep(self.slow)
        if kind == NOTICE and self.notice_mode == "slow":
            time.sleep(60)
        if kind == NOTICE and self.notice_mode == "close":
            return
        if kind not in TOLD:
            if self.mode == "close":
                return
            if self.mode == "garbage":
                connection.sendall(os.urandom(100))
                return
            if self.mode == "huge":
                connection.sendall(b"WRDN" + struct.pack(
                    ">BBHI", 1, kind | 0x80, 0, 1 << 30))
                return
        reply = self._reply(request)
        if self.mode == "half" and kind == SCAN:
            connection.sendall(reply[:len(reply) // 2])
            return
        connection.sendall(reply)

    def _reply(self, request):
        op = request["op"]
        status, out = OK, b""
        if self.mode == "tempfail":
            status, out = TEMPFAIL, attribute(266, b"database is gone")
        elif op == SCAN:
            status, out = self._scan(request)
        elif op == RELEASE:
            verdict = self.verdicts.get(request["key"][:16], ("clean",))[0]
            if verdict in self.refuse and not request.get("admin"):
                status = REFUSED
                out = attribute(266, b"Malware may only be released by an "
                                b"administrator")
        elif op == NOTICE and self.notice_mode == "tempfail":
            status, out = TEMPFAIL, attribute(266, b"database is gone")
        elif op == NOTICE and not request.get("aborted"):
            out = attribute(269, struct.pack(">Q", 4711))
            if self.notice:
                out += attribute(268, self.notice)
        elif op == STATUS:
            out = attribute(268, b"version=fake\nworkers=1\n")
        return frame(op | 0x80, attribute(256, bytes([status])) + out)

    def _scan(self, request):
        if request.get("body_size"):
            key = (self.fixed_key or
                   hashlib.sha256(canonical(request["body"])).digest())
            found = re.search(
                rb"X-Test-Verdict: (\w+)(?: (\w+))?(?: (\S+))?",
                request["body"])
            words = [w.decode() if w else None for w in
                     (found.groups() if found else (b"clean", None, None))]
            verdict = words[0]
            action, keyword = DEFAULT[verdict]
            self.verdicts[key[:16]] = (verdict, words[1] or action,
                                       words[2] or keyword, key)
        else:
            if self.always_need_body or \
                    request.get("key", b"")[:16] not in self.verdicts:
                return NEED_BODY, b""
        verdict, action, keyword, key = self.verdicts[
            (key if request.get("body_size") else request["key"])[:16]]
        for word in request.get("actions", "").split():
            name, _, wanted = word.partition("=")
            if name == verdict:
                action = wanted
        if action == "quarantine":
            if request["role"] in ("junk", "trash") and verdict != "malware":
                action = "allow"
            if request["role"] in ("drafts", "sent"):
                action = "flag"
        with self._lock:
            self._delivery += 1
            delivery = self._delivery
        request["answered"] = (verdict, action)
        if self.mode == "pending":
            verdict = "pending"
        reason = "It looks like %s" % verdict
        out = (attribute(257, bytes([VERDICTS.index(verdict)])) +
               attribute(258, bytes([ACTIONS.index(action)])) +
               attribute(260, struct.pack(">I", self.rules)) +
               attribute(261, struct.pack(">I", self.lists)) +
               attribute(263, struct.pack(">Q", delivery)) +
               attribute(264, key) +
               attribute(266, reason.encode()))
        if keyword:
            out += attribute(265, keyword.encode())
        if verdict != "clean":
            out += attribute(267, b"TEST_FINDING")
        request["delivery"] = delivery
        return OK, out


if __name__ == "__main__":
    import sys
    fake = FakeWardend(sys.argv[1], *sys.argv[2:3])
    while True:
        time.sleep(60)
