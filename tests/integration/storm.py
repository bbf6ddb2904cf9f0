"""`./run storm`: kill -9 under a stream of saves, then count every mail.

Eight clients save good and bad mail for four users by LMTP (one and three
recipients), APPEND, MULTIAPPEND (mixed), COPY and MOVE, while a random imap,
lmtp, wardend or reader process is killed every moment. What nobody answered
is sent again, as an MTA or imapsync does. Then every mailbox is read three
times: at once, after a restart, and after doveadm force-resync. storm_count.py
has the rules; any fault makes the exit status 1.
"""

import argparse
import imaplib
import os
import random
import re
import shutil
import signal
import smtplib
import sys
import threading
import time

import instance
import messages
import storm_count

SEED = "Seed"		# left alone by the plugin: where COPY and MOVE begin
TARGET = "Archive"
USERS = ("u0", "u1", "u2", "u3")
ERRORS = (OSError, EOFError, imaplib.IMAP4.error, smtplib.SMTPException,
          RuntimeError)
TRIES_MAX = 4
VICTIMS = ("imap", "lmtp", "wardend", "warden-reader")
AGE_MIN_SECS = 0.2


class Mail:
    """One save of one user. acked: how often it was acknowledged."""

    def __init__(self, key, user, bad, data, way):
        self.id = key
        self.user = user
        self.bad = bad
        self.data = data
        self.way = way
        self.tries = 0
        self.acked = 0
        self.seed_uid = None


def make_data(rng, key, number, bad):
    if bad:
        data = (messages.eicar(number) if number % 2
                else messages.disguised(number))
    else:
        data = messages.good(number)
    if rng.random() < 0.15:
        # Epilogue or text: harmless, and long to write.
        data += (b"filler " * 10 + b"\r\n") * rng.randrange(100, 4000)
    return b"X-Storm-Id: " + key.encode() + b"\r\n" + data


class Killer(threading.Thread):
    """kill -9, again and again, until stopped."""

    def __init__(self, server, seed, pause):
        super().__init__()
        self.server = server
        self.random = random.Random(seed)
        self.pause = pause
        self.kills = {}
        self.stopped = threading.Event()

    def run(self):
        since = {}
        while not self.stopped.wait(self.random.uniform(0, self.pause)):
            now = time.monotonic()
            alive = {name: [] for name in VICTIMS}
            processes = self.server.processes()
            since = {pid: since.get(pid, now) for pid in processes}
            for pid, name in processes.items():
                # Not the newborn: killed before it answered its master, a
                # process makes Dovecot hold up the whole service.
                if name in alive and now - since[pid] > AGE_MIN_SECS:
                    alive[name].append(pid)
            names = [name for name in VICTIMS if alive[name]]
            if not names:
                continue
            name = self.random.choice(names)
            try:
                os.kill(self.random.choice(alive[name]), signal.SIGKILL)
                self.kills[name] = self.kills.get(name, 0) + 1
            except ProcessLookupError:
                pass

    def stop(self):
        self.stopped.set()
        if self.is_alive():
            self.join()


class Client(threading.Thread):
    """One client of one user: does one save after the other."""

    def __init__(self, storm, user, seed):
        super().__init__()
        self.storm = storm
        self.user = user
        self.random = random.Random(seed)
        self.imap = None
        self.again = []		# saves that nobody answered

    def run(self):
        while not self.storm.is_done():
            try:
                self.one()
            except ERRORS:
                self.leave()
                time.sleep(0.02)
        self.leave()

    def leave(self):
        """Hang up, without a word."""
        if self.imap is not None:
            self.imap.sock.close()
            self.imap.file.close()
            self.imap = None

    def one(self):
        if self.again and self.random.random() < 0.5:
            retry, mails = self.again.pop(0)
            retry(mails)
            return
        way = self.random.random()
        if way < 0.45:
            users = [self.user]
            if self.random.random() < 0.3:
                users = list(USERS[:3])
            self.lmtp(self.storm.make(self.random, users, "lmtp"))
        elif way < 0.8:
            count = 1 if self.random.random() < 0.6 else 3
            mails = [mail for _ in range(count) for mail in self.storm.make(
                self.random, [self.user],
                "append" if count == 1 else "multiappend")]
            self.append(mails)
        else:
            self.copy()

    def session(self):
        if self.imap is None:
            self.imap = self.storm.server.imap(self.user)
        return self.imap

    def save(self, retry, mails, function):
        """Call function(mails); what is not acknowledged may come again."""
        acked = [mail.acked for mail in mails]
        for mail in mails:
            mail.tries += 1
        try:
            function(mails)
        finally:
            left = [mail for mail, was in zip(mails, acked)
                    if mail.acked == was and mail.tries < TRIES_MAX]
            if left:
                self.again.append((retry, left))

    def lmtp(self, mails):
        def deliver(mails):
            replies = {}
            try:
                self.storm.server.deliver(
                    mails[0].data, *[mail.user for mail in mails],
                    replies=replies)
            finally:
                for mail in mails:
                    mail.acked += replies.get(mail.user, (0,))[0] == 250
        self.save(self.lmtp, mails, deliver)

    def append(self, mails):
        def append(mails):
            answer, _ = instance.literal(self.session(), TARGET,
                                         *[mail.data for mail in mails])
            for mail in mails:
                mail.acked += answer.startswith("OK")
        self.session()
        self.save(self.append, mails, append)

    def copy(self):
        """Never again: what stands in the seeds afterwards is enough."""
        session = self.session()
        session.select(SEED)
        mails = self.storm.take_seeds(self.user, self.random)
        if not mails:
            return
        uids = ",".join(str(mail.seed_uid) for mail in mails)
        for mail in mails:
            mail.tries += 1
        status, _ = session.uid(mails[0].way.upper(), uids, TARGET)
        for mail in mails:
            mail.acked += status == "OK"


class Storm:
    def __init__(self, generation, storage, saves, seed, pause=0.04,
                 warden=True, limit_secs=900):
        self.server = instance.Instance(
            generation, storage, warden=warden, workers=4,
            settings={"exclude_mailboxes": SEED, "deadline": "5s"})
        self.saves = saves
        self.random = random.Random(seed)
        self.limit_secs = limit_secs
        self.lock = threading.Lock()
        self.mails = []
        self.seeds = {user: [] for user in USERS}
        self.killer = Killer(self.server, self.random.random(), pause)
        self.kill = pause > 0	# and one for every five saves at least
        self.end = None

    @property
    def kills(self):
        return self.killer.kills

    def make(self, rng, users, way):
        """One message to each of the users."""
        with self.lock:
            number = len(self.mails)
            bad = rng.random() < 0.4
            data = make_data(rng, "storm-%06d" % number, number, bad)
            mails = [Mail("storm-%06d" % number, user, bad, data, way)
                     for user in users]
            self.mails += mails
        return mails

    def is_done(self):
        if time.monotonic() > self.end:
            return True
        if self.kill and sum(self.kills.values()) < self.saves / 5:
            return False
        with self.lock:
            return sum(mail.acked > 0 for mail in self.mails) >= self.saves

    def take_seeds(self, user, rng):
        """Up to three seeds, to be copied or moved in one command."""
        with self.lock:
            left = self.seeds[user]
            count = min(len(left), rng.choice((1, 1, 3)))
            taken = [left.pop(rng.randrange(len(left)))
                     for _ in range(count)]
            way = rng.choice(("copy", "move"))
            for mail in taken:
                mail.way = way
        return taken

    def sow(self, count):
        """Mail for COPY and MOVE, put there before the storm."""
        for user in USERS:
            client = self.server.imap(user)
            client.create(TARGET)
            client.create(SEED)
            for _ in range(count):
                mail, = self.make(self.random, [user], "seed")
                answer, _ = instance.literal(client, SEED, mail.data)
                found = re.search(r"APPENDUID \d+ (\d+)", answer)
                mail.seed_uid = int(found.group(1))
                self.seeds[user].append(mail)
            client.logout()

    def blow(self):
        self.end = time.monotonic() + self.limit_secs
        clients = [Client(self, user, self.random.random())
                   for user in USERS for _ in range(2)]
        for client in clients:
            client.start()
        if self.kill:
            self.killer.start()
        for client in clients:
            client.join()
        self.killer.stop()

    def count(self, check_records=True):
        return storm_count.Census(self.server, self.mails, SEED,
                                  check_records)

    def run(self):
        """Returns the result by column; faults are in self.faults."""
        server = self.server.start()
        try:
            self.sow(max(4, self.saves // 12))
            started = time.monotonic()
            self.blow()
            seconds = time.monotonic() - started
            census = self.count()
            self.faults = census.faults
            result = census.result
            result["pending"] = server.log().count("saved as pending")
            if server.warden_on:
                self.look_at_database(result)
            before = storm_count.digest(server, USERS)
            server.stop()
            server.start()
            if storm_count.digest(server, USERS) != before:
                self.faults.append("a restart changed what stands there")
            self.faults += storm_count.force_resync(server, USERS)
            # dbox forgets records of plugins then.
            after = self.count(check_records=False)
            self.faults += ["after force-resync: " + line
                            for line in after.faults
                            if line not in self.faults]
            self.faults += server.panics()
            result["secs"] = seconds
            return result
        finally:
            self.killer.stop()
            server.stop()

    def look_at_database(self, result):
        found = self.server.sql("pragma integrity_check")[0][0]
        if found != "ok":
            self.faults.append("database: " + found)
        result["unrecorded"] = storm_count.unrecorded(self.server, self.mails)


def main():
    parser = argparse.ArgumentParser(prog="./run storm", description=__doc__)
    parser.add_argument("--dovecot", choices=["2.3", "2.4", "all"],
                        default="all")
    parser.add_argument("--storage", default="all",
                        choices=["maildir", "sdbox", "mdbox", "all"])
    parser.add_argument("--saves", type=int, default=500,
                        help="acknowledged saves per storage")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--pause", type=float, default=0.04, metavar="SECS",
                        help="longest pause between two kills; 0: no kills")
    parser.add_argument("--without-warden", action="store_true",
                        help="plain Dovecot, as the baseline")
    args = parser.parse_args()
    generations = (["2.3", "2.4"] if args.dovecot == "all"
                   else [args.dovecot])
    storages = (["maildir", "sdbox", "mdbox"] if args.storage == "all"
                else [args.storage])
    print("seed %d\n%-11s  %s  secs  killed" % (args.seed, "", "  ".join(
        storm_count.COLUMNS)))
    faults = 0
    for generation in generations:
        for storage in storages:
            storm = Storm(generation, storage, args.saves, args.seed,
                          args.pause, not args.without_warden)
            result = storm.run()
            print("%-3s %-7s  %s  %4.0f  %s" % (
                generation, storage, "  ".join(
                    "%*d" % (len(c), result[c]) for c in storm_count.COLUMNS),
                result["secs"], ", ".join(
                    "%s %d" % item for item in sorted(storm.kills.items()))),
                flush=True)
            faults += len(storm.faults)
            if storm.faults:
                print("  kept: %s" % storm.server.dir)
                print("\n".join("  " + line for line in storm.faults[:20]),
                      flush=True)
            else:
                shutil.rmtree(storm.server.dir, ignore_errors=True)
    print(EXPLANATION)
    return 1 if faults else 0


EXPLANATION = """
acked: acknowledged. unacked: not acknowledged, and there. again: further
copies, of mail that was sent again or whose client was killed meanwhile.
bad-marked: bad mail outside Quarantine, its record saying that it is bad, not
yet judged or could not be. bad-unknown: without a record, not acknowledged at
the first try. pending: saves about which nobody could be asked. unrecorded:
acknowledged mail without a row in the database. rebuilt: times that Dovecot
rebuilt an mdbox. Faults: lost, altered, twice (acknowledged at the first try,
in two places), bad-out (bad, outside, acknowledged, no record), good-in (good,
in Quarantine)."""


if __name__ == "__main__":
    sys.exit(main())
