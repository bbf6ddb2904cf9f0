#!/usr/bin/python3
"""Messages that cost more than they weigh: time and memory of each.

None may be clean unless all of it was read, none may take longer than a reader may, and memory stays
below a reader's limit. With --service: what people wait for ordinary mail
while the service is given all of these (twice: by two senders at once).
Usage: bombs.py WARDEN [--service…] [NAME…]
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

# Each adds its own.
import bombs_archives  # noqa: F401
import bombs_files  # noqa: F401
from bombs_mail import BOMBS, LAST_HOST

# WARDEN_READER_MSECS, and the default of [reader] memory_limit.
SECONDS = 20
MEGABYTES = 1024


def write(make, path):
    """In a process of its own: what this one holds would count as the
    scanner's, which starts as its copy."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            pathlib.Path(path).write_bytes(make())
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if status != 0:
        raise RuntimeError("%s was not made" % make.__name__)


class Result:
    def __init__(self, name, size, seconds, megabytes, code, out):
        self.name, self.size = name, size
        self.seconds, self.megabytes = seconds, megabytes
        self.code = code
        self.report = json.loads(out) if out else {}
        self.verdict = self.report.get("verdict", "none")
        self.reasons = sorted({entry["reason"] for entry in
                               self.report.get("unscanned", [])})

    def read_whole(self):
        return any(url["host"] == LAST_HOST
                   for url in self.report.get("urls", []))

    def faults(self):
        if self.code < 0 or not self.report:
            yield "the program ended with %d" % self.code
        if self.verdict == "clean" and not self.read_whole():
            yield "clean"
        # Then the reader was killed; what it knew until then is lost.
        for reason in ("crash", "time"):
            if any(entry["reason"] == reason and not entry["part"]
                   for entry in self.report.get("unscanned", [])):
                yield "the reader ended: " + reason
        if self.seconds > SECONDS:
            yield "took too long"
        if self.megabytes > MEGABYTES:
            yield "took too much memory"


def scan(warden, name, enter=list):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "message.eml"
        write(BOMBS[name], path)
        start = time.monotonic()
        run = subprocess.Popen(enter([str(warden), "scan", "--json",
                                      str(path)]), stdout=subprocess.PIPE)
        out = run.stdout.read()
        # Of the process that had the most, the reader's included.
        _, status, usage = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
        run.stdout.close()
        return Result(name, path.stat().st_size, time.monotonic() - start,
                      usage.ru_maxrss / 1024, run.returncode, out)


def table(warden, names):
    print("%-28s %9s %8s %6s %6s  %-12s %s" % (
        "message", "bytes", "seconds", "MB", "parts", "verdict", "why"))
    bad = 0
    for name in names:
        result = scan(warden, name)
        faults = list(result.faults())
        print("%-28s %9d %8.2f %6.0f %6d  %-12s %s%s" % (
            name, result.size, result.seconds, result.megabytes,
            len(result.report.get("parts", [])), result.verdict,
            " ".join(result.reasons),
            "".join("  ** %s" % fault for fault in faults)))
        sys.stdout.flush()
        bad += bool(faults)
    print("%d messages, %d with faults" % (len(names), bad))
    return bad


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    senders = sys.argv.count("--service")
    names = [word for word in sys.argv[2:] if not word.startswith("--")]
    unknown = set(names) - set(BOMBS)
    if unknown:
        sys.exit("no such message: " + " ".join(sorted(unknown)))
    names = names or list(BOMBS)
    if senders > 0:
        import bombs_service
        sys.exit(bombs_service.table(names, senders) > 0)
    sys.exit(table(sys.argv[1], names) > 0)


if __name__ == "__main__":
    main()
