"""What people wait for ordinary mail while somebody sends hostile messages."""

import os
import pathlib
import tempfile
import threading
import time

import bombs_mail
import test_service
import wire

# As many as are measured at least; and the quiet ones beside them.
ORDINARY = 300
WORKERS = 4


def ordinary(number):
    return (
        b"From: Ann <ann@example.org>\r\nTo: bob@example.net\r\n"
        b"Subject: Minutes %d\r\nMessage-ID: <%d@example.org>\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\n\r\n" % (number, number)
        + b"We met at ten and left at eleven, https://example.org/m/\r\n"
        * 400)


def scan(socket, body):
    return wire.ask(socket, "scan", body, timeout=90, operation="save",
                    service="imap", user="ann@example.org",
                    sender="a@example.org", recipient="bob@example.net",
                    session="bombs", mailbox="INBOX", key=test_service.
                    canonical_key(body))


def percentile(values, percent):
    return sorted(values)[min(len(values) * percent // 100, len(values) - 1)]


class Waits:
    """Ordinary mail, one after the other, until it is told to stop."""

    def __init__(self, socket):
        self.socket, self.msecs, self.wrong = socket, [], []
        self.number = 0

    def one(self):
        self.number += 1
        start = time.monotonic()
        reply = scan(self.socket, ordinary(self.number))
        self.msecs.append((time.monotonic() - start) * 1000)
        if reply.get("status") != "ok" or reply.get("verdict") != "clean":
            self.wrong.append(reply)

    def show(self, what):
        print("%-24s %5d mails  p50 %7.1f ms  p99 %7.1f ms  longest %7.1f ms"
              % (what, len(self.msecs), percentile(self.msecs, 50),
                 percentile(self.msecs, 99), max(self.msecs)))


def make_all(folder, names):
    for name in names:
        child = os.fork()
        if child == 0:
            (folder / name).write_bytes(bombs_mail.BOMBS[name]())
            os._exit(0)
        os.waitpid(child, 0)


def attack(socket, folder, names, verdicts):
    for name in names:
        try:
            reply = scan(socket, (folder / name).read_bytes())
            verdicts[name] = reply.get("verdict", reply.get("status"))
        except (OSError, wire.Invalid) as error:
            verdicts[name] = "error: %s" % error


def measure(names, senders=1):
    """(quiet, under attack, verdicts by name, the service's log)."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        make_all(folder, names)
        daemon = test_service.Wardend("plain", workers=WORKERS)
        try:
            quiet, busy, verdicts = (Waits(daemon.socket),
                                     Waits(daemon.socket), {})
            busy.number = 1000000
            for _ in range(ORDINARY):
                quiet.one()
            threads = [threading.Thread(target=attack, args=(
                daemon.socket, folder, names[i::senders], verdicts))
                for i in range(senders)]
            for thread in threads:
                thread.start()
            while any(thread.is_alive() for thread in threads) or \
                    len(busy.msecs) < ORDINARY:
                busy.one()
            for thread in threads:
                thread.join()
        finally:
            code = daemon.stop()
        return quiet, busy, verdicts, (code, daemon.log())


def table(names, senders):
    quiet, busy, verdicts, (code, log) = measure(names, senders)
    quiet.show("quiet")
    busy.show("with %d hostile" % len(names))
    faults = ["%s: %s" % row for row in sorted(verdicts.items())
              if row[1].startswith("error")]
    faults += ["ordinary mail: %s" % reply for reply in busy.wrong[:3]]
    if code != 0:
        faults.append("the service ended with %s" % code)
    for line in log.splitlines():
        if "panic" in line.lower() or "assert" in line.lower():
            faults.append(line)
    print("\n".join(faults) or "every message answered, no process lost")
    return len(faults)
