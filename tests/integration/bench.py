"""`./run bench [save|memory|fetch|scan|store]`: what the plugin costs, beside its baseline.

save    mail delivered by LMTP over four connections, with and without the
        plugin in turn: deliveries a second, p50 and p99 of a delivery; rows in
        each table and the database's integrity at the end
memory  imap sessions with and without the plugin: PSS and CPU of each
fetch   bodies read by IMAP, one by one and in bulk, of mail whose verdict is
        fresh; and what system calls that is made of, if strace is installed
scan    `warden scan` over the same mail: messages and megabytes a second, what
        reading and each family of checks takes
store   a verdict database of --messages (1,000,000) made-up messages: inserts,
        hunts, judging again by lists in process and through wardend, lists of
        --indicators (1,000,000) imported while mail is scanned, the epoch file.
        Takes ten minutes and 4 GB; not part of "all"

The mail is ../shared/corpus where it is present, else mail that is made up.
"""

import argparse
import collections
import contextlib
import os
import pathlib
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import instance
import messages
import tree
import wire

CORPUS = tree.PROJECT.parent / "shared" / "corpus"


def sample(count):
    """count messages: real ones in turn from ham, phish and spam."""
    paths = []
    if CORPUS.is_dir():
        folders = [sorted((CORPUS / name).glob("*.eml"))
                   for name in ("ham", "phish", "spam")]
        folders = [folder for folder in folders if folder]
        index = 0
        while len(paths) < count:
            folder = folders[index % len(folders)]
            paths.append(folder[(index // len(folders)) % len(folder)])
            index += 1
        return [path.read_bytes() for path in paths], "real mail"
    print("bench: no corpus beside the project, mail is made up")
    makers = (messages.good, messages.good, messages.lying_link,
              messages.disguised)
    return [makers[n % len(makers)](n) for n in range(count)], "made-up mail"


def percentile(values, percent):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * percent / 100))]


# --- save -------------------------------------------------------------------


def deliver_all(server, mails, connections=4, users=20):
    """Seconds in all, and of each delivery."""
    times, errors, lock = [], [], threading.Lock()
    queue = list(enumerate(mails))

    def work():
        client = server.lmtp()
        client.ehlo_or_helo_if_needed()
        while True:
            with lock:
                if not queue:
                    break
                number, mail = queue.pop()
            started = time.monotonic()
            client.mail("sender@example.org")
            client.rcpt("user%d" % (number % users))
            code, text = client.data(mail)
            taken = time.monotonic() - started
            with lock:
                times.append(taken)
                if code != 250:
                    errors.append((code, text))
        client.quit()

    threads = [threading.Thread(target=work) for _ in range(connections)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - started, times, errors


def bench_save(args):
    mails, what = sample(args.count)
    size = sum(map(len, mails)) / 1e6
    print("%d deliveries of %s (%.1f MB), 4 LMTP connections, Dovecot %s, %s,"
          " %d rounds\n" % (len(mails), what, size, args.dovecot,
                            args.storage, args.rounds))
    print("%-16s %10s %8s %8s %8s %7s" % ("", "mails/s", "p50 ms", "p99 ms",
                                          "max ms", "errors"))
    rates = {True: [], False: []}
    for number in range(args.rounds):
        for warden in (False, True):
            with instance.Instance(args.dovecot, args.storage,
                                   warden=warden) as server:
                seconds, times, errors = deliver_all(server, mails)
                rates[warden].append(len(mails) / seconds)
                print("%-16s %10.0f %8.1f %8.1f %8.1f %7d" % (
                    "with warden" if warden else "plain",
                    len(mails) / seconds, percentile(times, 50) * 1e3,
                    percentile(times, 99) * 1e3, max(times) * 1e3,
                    len(errors)), flush=True)
                if warden and number == args.rounds - 1:
                    show_database(server)
    print("\nmedian %.0f/s plain, %.0f/s with warden: × %.2f" % (
        statistics.median(rates[False]), statistics.median(rates[True]),
        statistics.median(rates[True]) / statistics.median(rates[False])))


def show_database(server):
    print()
    for table in ("messages", "deliveries", "parts", "urls", "findings",
                  "unscanned", "users"):
        print("  %-12s %7d rows" % (table, server.sql(
            "select count(*) from %s" % table)[0][0]))
    print("  states       %s" % server.sql(
        "select s.name, count(*) from deliveries d join states s "
        "on s.id = d.state group by 1"))
    print("  verdicts     %s" % server.sql(
        "select v.name, count(*) from deliveries d join verdicts v "
        "on v.id = d.verdict group by 1"))
    print("  integrity    %s" % server.sql("pragma integrity_check")[0][0])
    size = sum(path.stat().st_size
               for path in server.database.parent.glob("verdicts.sqlite*"))
    print("  file         %.1f MB" % (size / 1e6))


# --- memory --------------------------------------------------------------------


def pss(pid):
    text = pathlib.Path("/proc/%d/smaps_rollup" % pid).read_text()
    return int(re.search(r"^Pss: +(\d+)", text, re.M).group(1))


def private(pid):
    text = pathlib.Path("/proc/%d/smaps_rollup" % pid).read_text()
    return sum(int(n) for n in
               re.findall(r"^Private_\w+: +(\d+)", text, re.M))


def cpu_msecs(pid):
    fields = pathlib.Path("/proc/%d/schedstat" % pid).read_text().split()
    return int(fields[0]) / 1e6


def sessions(args, warden):
    """PSS, private kB and CPU ms of an imap process, as medians."""
    with instance.Instance(args.dovecot, args.storage,
                           warden=warden) as server:
        for number in range(args.sessions):
            server.deliver(messages.good(number), "user%d" % number)
        clients = []
        for number in range(args.sessions):
            client = server.imap("user%d" % number)
            client.select("INBOX")
            clients.append(client)
        time.sleep(0.5)
        pids = server.pids("imap")
        found = (statistics.median(map(pss, pids)),
                 statistics.median(map(private, pids)),
                 statistics.median(map(cpu_msecs, pids)), len(pids))
        for client in clients:
            client.logout()
        return found


def bench_memory(args):
    print("%d imap sessions with a selected mailbox, Dovecot %s, %s\n"
          % (args.sessions, args.dovecot, args.storage))
    print("%-16s %9s %12s %14s" % ("", "PSS kB", "private kB",
                                   "CPU ms/login"))
    totals = {True: [], False: []}
    for _ in range(args.rounds):
        for warden in (False, True):
            found = sessions(args, warden)
            totals[warden].append(found)
            print("%-16s %9.0f %12.0f %14.2f" % (
                "with warden" if warden else "plain", *found[:3]),
                flush=True)
    print("\nadded per process: %s" % ", ".join(
        "%s %+.2f %s" % (name, statistics.median(
            row[i] for row in totals[True]) - statistics.median(
            row[i] for row in totals[False]), unit)
        for i, name, unit in ((0, "PSS", "kB"), (1, "private", "kB"),
                              (2, "CPU", "ms"))))


# --- fetch -----------------------------------------------------------------------


class Reader:
    """An IMAP session that reads as fast as it can."""

    def __init__(self, server, user):
        before = set(server.pids("imap"))
        self.client = server.imap(user)
        self.client.select("INBOX")
        self.pid = (set(server.pids("imap")) - before).pop()
        self.count = int(self.client.untagged_responses["EXISTS"][0])

    def command(self, text):
        sock = self.client.sock
        sock.sendall(b"f " + text + b"\r\n")
        tail = b""
        while not re.search(rb"(^|\n)f (OK|NO|BAD)[^\n]*\n$", tail):
            more = sock.recv(1 << 20)
            if not more:
                raise EOFError("connection closed")
            tail = (tail + more)[-200:]

    def one_by_one(self):
        for number in range(1, self.count + 1):
            self.command(b"FETCH %d (BODY.PEEK[])" % number)

    def in_bulk(self):
        self.command(b"FETCH 1:* (BODY.PEEK[])")

    def measure(self, what):
        """Mails a second, and CPU msecs a mail of the imap process."""
        cpu, started = cpu_msecs(self.pid), time.monotonic()
        what()
        seconds = time.monotonic() - started
        return (self.count / seconds,
                (cpu_msecs(self.pid) - cpu) / self.count)


def trace(reader):
    """{system call: how often} while all mail is read one by one."""
    if shutil.which("strace") is None:
        return None
    with tempfile.NamedTemporaryFile() as out:
        strace = subprocess.Popen(["strace", "-qq", "-f", "-p",
                                   str(reader.pid), "-o", out.name])
        time.sleep(1)
        reader.one_by_one()
        strace.terminate()
        strace.wait()
        return collections.Counter(re.findall(
            r"^\d+ +(\w+)\(", pathlib.Path(out.name).read_text(
                errors="replace"), re.M))


def bench_fetch(args):
    mails, what = sample(args.count)
    print("FETCH of %d %s, Dovecot %s, %s, %d rounds\n"
          % (len(mails), what, args.dovecot, args.storage, args.rounds))
    servers = {warden: instance.Instance(args.dovecot, args.storage,
                                         warden=warden)
               for warden in (False, True)}
    with servers[False], servers[True]:
        for server in servers.values():
            deliver_all(server, mails, users=1)
        # FETCH finds bad mail, too: that must not be part of it
        readers = {}
        for warden, server in servers.items():
            first = Reader(server, "user0")
            first.in_bulk()
            first.command(b"NOOP")
            first.client.logout()
            readers[warden] = Reader(server, "user0")
        rates = {}
        print("%-16s %14s %10s %14s %10s" % ("", "one by one/s", "CPU ms",
                                             "in bulk/s", "CPU ms"))
        for _ in range(args.rounds):
            for warden, reader in readers.items():
                single = reader.measure(reader.one_by_one)
                bulk = reader.measure(reader.in_bulk)
                rates.setdefault(warden, []).append((single[0], bulk[0]))
                print("%-16s %14.0f %10.3f %14.0f %10.3f"
                      % ("with warden" if warden else "plain", *single, *bulk),
                      flush=True)
        for n, name in enumerate(("one by one", "in bulk")):
            plain, ours = (statistics.median(rate[n] for rate in rates[w])
                           for w in (False, True))
            print("median %s: %.0f/s plain, %.0f/s with warden: × %.2f"
                  % (name, plain, ours, ours / plain))
        for warden, reader in readers.items():
            calls = trace(reader)
            if calls is not None:
                network = sum(calls[name] for name in
                              ("socket", "connect", "sendto", "sendmsg",
                               "recvfrom", "recvmsg"))
                print("%s: %d messages one by one, network calls to anybody "
                      "but the client %d; calls: %s"
                      % ("with warden" if warden else "plain", reader.count,
                         network, dict(calls.most_common(8))))


# --- scan -----------------------------------------------------------------------


def bench_scan(args):
    mails, what = sample(args.count)
    build = tree.Build(args.dovecot)
    with tempfile.TemporaryDirectory() as folder:
        for number, mail in enumerate(mails):
            (pathlib.Path(folder) / ("%05d.eml" % number)).write_bytes(mail)
        size = sum(map(len, mails)) / 1e6
        for _ in range(args.rounds):
            started = time.monotonic()
            done = subprocess.run(
                build.enter([str(build.warden), "scan", "--json", folder],
                            paths=[folder]),
                stdout=subprocess.PIPE, check=True)
            seconds = time.monotonic() - started
            times = [int(n) / 1e3 for n in
                     re.findall(rb'"elapsed_us":(\d+)', done.stdout)]
            print("warden scan: %d %s, %.0f mails/s, %.1f MB/s, p50 %.2f ms,"
                  " p99 %.2f ms" % (len(times), what, len(times) / seconds,
                                    size / seconds, percentile(times, 50),
                                    percentile(times, 99)), flush=True)
        done = subprocess.run(
            build.enter([str(build.warden), "scan", "--json", "--profile",
                         folder], paths=[folder]), stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, check=True)
        print(done.stderr.decode(), flush=True)


# --- store ------------------------------------------------------------------


def ask_by_key(daemon, keys, what):
    """SCAN without a body, as FETCH asks: microseconds of each."""
    times, cached = [], 0
    for key in keys:
        started = time.perf_counter()
        reply = daemon.ask("scan", key=key, operation="fetch")
        times.append((time.perf_counter() - started) * 1e6)
        cached += bool(reply["flags"] & wire.CACHED)
    print("%-34s %7u calls, p50 %4.0f, p99 %6.0f us (%u without a body)" %
          ("wardend, " + what, len(times), percentile(times, 50),
           percentile(times, 99), cached))


def bench_store(args):
    import test_service
    directory = pathlib.Path(tempfile.mkdtemp(prefix="bench-store-",
                                              dir=args.dir))
    directory.chmod(0o755)
    build = tree.CACHE / ("build-%s-plain" % args.dovecot)
    subprocess.run(["make", "-s", "-C", build, "tests/bench/bench-store"],
                   check=True)
    daemon = test_service.Wardend("plain", directory=directory / "daemon",
                                  database=directory / "db" / "bench.sqlite",
                                  start=False)
    try:
        # its rules are those that the messages are stored under
        daemon.start().stop()
        subprocess.run(
            [build / "tests/bench/bench-store", directory / "db",
             str(args.messages), str(args.indicators)], check=True)
        keys = [bytes.fromhex(line)[:16] for line in
                (directory / "db" / "keys").read_text().split()]
        with contextlib.closing(sqlite3.connect(daemon.database)) as database:
            database.execute(
                "update meta set value = (select value from meta where key = "
                "'list_generation') where key = 'complete_since'")
            database.commit()
        daemon.start()
        ask_by_key(daemon, keys, "judged again by lists")
        ask_by_key(daemon, keys, "nothing has changed")
    finally:
        daemon.stop()
        shutil.rmtree(directory)


def main():
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("name", nargs="?", default="all",
                        choices=["all", "save", "memory", "fetch", "scan",
                                 "store"])
    parser.add_argument("--dovecot", choices=["2.3", "2.4"],
                        default=tree.native_generation())
    parser.add_argument("--storage", default="maildir",
                        choices=["maildir", "sdbox", "mdbox"])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sessions", type=int, default=60)
    parser.add_argument("--messages", type=int, default=1000000)
    parser.add_argument("--indicators", type=int, default=1000000)
    parser.add_argument("--dir", default="/var/tmp",
                        help="store: where there is room for the database")
    args = parser.parse_args()
    for name, bench in (("save", bench_save), ("memory", bench_memory),
                        ("fetch", bench_fetch), ("scan", bench_scan)):
        if args.name in (name, "all"):
            bench(args)
            print()
    if args.name == "store":
        bench_store(args)


if __name__ == "__main__":
    sys.exit(main())
