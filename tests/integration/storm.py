"""`./run storm`: kill -9 under a stream of saves, then count every mail.

Four clients save good and bad mail by LMTP (one and three recipients), APPEND,
MULTIAPPEND (mixed), COPY and MOVE, while a random imap, lmtp or wardend
process (its reader too) is killed every moment. Afterwards Dovecot is
restarted and every mailbox is read: a mail whose save was acknowledged must
stand byte for byte in exactly one place, its target or Quarantine.
"""

import argparse
import hashlib
import imaplib
import os
import random
import re
import signal
import smtplib
import socket
import sys
import threading
import time

import instance
import messages

SEED = "Seed"		# left alone by the plugin: where COPY and MOVE begin
TARGET = "Archive"
QUARANTINE = "Quarantine"
ERRORS = (OSError, EOFError, imaplib.IMAP4.error, smtplib.SMTPException)


class Mail:
    """One save: for whom, what, and whether it was acknowledged."""

    def __init__(self, number, user, bad, data, way):
        self.id = "storm-%06d" % number
        self.user = user
        self.bad = bad
        self.data = b"X-Storm-Id: " + self.id.encode() + b"\r\n" + data
        self.way = way
        self.acked = False
        self.seed_uid = None


class Storm:
    def __init__(self, generation, storage, saves, seed, kills=True):
        self.server = instance.Instance(
            generation, storage, workers=4,
            settings={"exclude_mailboxes": SEED, "deadline": "5s"})
        self.saves = saves
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.mails = []
        self.kills = {} if kills else None
        self.stop = threading.Event()

    # --- what is saved ------------------------------------------------------

    def make(self, user, way, bad=None):
        with self.lock:
            number = len(self.mails)
            if bad is None:
                bad = self.random.random() < 0.4
            if bad:
                data = (messages.eicar(number) if number % 2
                        else messages.disguised(number))
            else:
                data = messages.good(number)
            mail = Mail(number, user, bad, data, way)
            self.mails.append(mail)
            return mail

    def acked(self):
        with self.lock:
            return sum(mail.acked for mail in self.mails)

    # --- the ways -------------------------------------------------------------

    def lmtp(self, user, rng):
        users = [user]
        if rng.random() < 0.3:
            users = ["u0", "u1", "u2"]
        mail = self.make(users[0], "lmtp")
        copies = [mail]
        for other in users[1:]:
            copy = Mail(0, other, mail.bad, b"", "lmtp-3")
            copy.id, copy.data = mail.id, mail.data
            copies.append(copy)
        replies = self.server.deliver(mail.data, *users)
        with self.lock:
            for copy in copies:
                copy.acked = replies[copy.user][0] == 250
            self.mails += copies[1:]

    def append(self, client, user, rng):
        mails = [self.make(user, "append")]
        if rng.random() < 0.4:
            mails += [self.make(user, "multiappend") for _ in range(2)]
        answer, _ = instance.literal(client, TARGET,
                                     *[mail.data for mail in mails])
        for mail in mails:
            mail.acked = answer.startswith("OK")

    def copy(self, client, user, rng):
        with self.lock:
            seeds = [m for m in self.mails if m.user == user
                     and m.way.startswith("seed")]
        if not seeds:
            return
        seed = seeds[rng.randrange(len(seeds))]
        move = rng.random() < 0.5
        with self.lock:
            if seed.way != "seed":
                return
            seed.way = "move" if move else "copy"
        client.select(SEED)
        status, _ = client.uid("MOVE" if move else "COPY",
                               str(seed.seed_uid), TARGET)
        seed.acked = status == "OK"

    def seed(self, users, count):
        """Mail for COPY and MOVE, put there before the storm."""
        for user in users:
            client = self.server.imap(user)
            client.create(TARGET)
            client.create(SEED)
            for _ in range(count):
                mail = self.make(user, "seed")
                answer, _ = instance.literal(client, SEED, mail.data)
                found = re.search(r"APPENDUID \d+ (\d+)", answer)
                mail.seed_uid = int(found.group(1))
            client.logout()

    # --- the storm -------------------------------------------------------------

    def client(self, user, seed):
        rng = random.Random(seed)
        client = None
        while not self.stop.is_set() and self.acked() < self.saves:
            try:
                way = rng.random()
                if way < 0.45:
                    self.lmtp(user, rng)
                    continue
                if client is None:
                    client = self.server.imap(user)
                if way < 0.8:
                    self.append(client, user, rng)
                else:
                    self.copy(client, user, rng)
            except (RuntimeError, *ERRORS):
                client = None
                time.sleep(0.05)

    def killer(self, seed):
        rng = random.Random(seed)
        known = set()
        while not self.stop.wait(rng.uniform(0.03, 0.15)):
            # Not the newborn: killed before it answered its master, a
            # process makes Dovecot throttle the whole service.
            alive = {name: self.server.pids(name)
                     for name in ("imap", "lmtp", "wardend")}
            before, known = known, set(sum(alive.values(), []))
            alive = {name: [pid for pid in pids if pid in before]
                     for name, pids in alive.items()}
            names = [name for name in alive if alive[name]]
            if not names:
                continue
            name = rng.choice(names)
            pids = alive[name]
            try:
                os.kill(rng.choice(pids), signal.SIGKILL)
                self.kills[name] = self.kills.get(name, 0) + 1
            except ProcessLookupError:
                pass

    def run(self, limit_secs=600):
        users = ["u0", "u1", "u2", "u3"]
        self.server.start()
        try:
            self.seed(users, max(5, self.saves // 20))
            threads = [threading.Thread(
                target=self.client, args=(user, self.random.random()))
                for user in users]
            killer = threading.Thread(target=self.killer,
                                      args=(self.random.random(),))
            for thread in threads:
                thread.start()
            if self.kills is not None:
                killer.start()
            end = time.monotonic() + limit_secs
            for thread in threads:
                thread.join(max(1, end - time.monotonic()))
            self.stop.set()
            for thread in threads:
                thread.join()
            if self.kills is not None:
                killer.join()
            log = self.server.log()
            self.server.stop()
            self.server.start()
            result = self.count(users)
            result["pending_logged"] = log.count("saved as pending")
            result["panics"] = len(self.server.panics())
            result["panic_lines"] = self.server.panics()
            return result
        finally:
            self.stop.set()
            self.server.stop()

    # --- counting ----------------------------------------------------------------

    def read(self, user):
        """{(id, mailbox): [digest, …]} of every mail of the user."""
        found = {}
        client = self.server.imap(user)
        for line in client.list()[1]:
            name = line.decode().rpartition(' "/" ')[2].strip('"')
            client.select('"%s"' % name, readonly=True)
            _, data = client.uid("FETCH", "1:*", "(BODY.PEEK[])")
            for part in data:
                if not isinstance(part, tuple):
                    continue
                at = part[1].find(b"X-Storm-Id: ")
                body = part[1][at:]
                key = body[12:24].decode()
                found.setdefault((key, name), []).append(
                    hashlib.sha256(body).hexdigest())
        client.logout()
        return found

    def count(self, users):
        result = dict(saves=0, acked=0, lost=0, duplicates=0, altered=0,
                      bad_served=0, good_quarantined=0, unacked_present=0,
                      unacked_seed_lost=0)
        boxes = {user: self.read(user) for user in users}
        self.lost = []
        for mail in self.mails:
            if mail.way == "seed":
                continue
            result["saves"] += 1
            found = {name: digests for (key, name), digests
                     in boxes[mail.user].items() if key == mail.id}
            seeded = found.pop(SEED, [])
            copies = sum(len(digests) for digests in found.values())
            digest = hashlib.sha256(mail.data).hexdigest()
            result["altered"] += sum(d != digest for digests in
                                     found.values() for d in digests)
            if copies > 1:
                result["duplicates"] += copies - 1
            in_quarantine = len(found.get(QUARANTINE, []))
            if mail.bad:
                result["bad_served"] += copies - in_quarantine
            else:
                result["good_quarantined"] += in_quarantine
            if not mail.acked:
                result["unacked_present"] += min(copies, 1)
                if mail.way in ("move", "copy") and not copies and not seeded:
                    result["unacked_seed_lost"] += 1
                    self.lost.append(mail)
                continue
            result["acked"] += 1
            if copies == 0:
                result["lost"] += 1
                self.lost.append(mail)
        return result


def sound(result):
    return (result["lost"] == 0 and result["altered"] == 0
            and result["unacked_seed_lost"] == 0
            and result["good_quarantined"] == 0
            # Killed between the two commits of a mixed transaction, a bad mail
            # stands in both mailboxes, its record saying that it is bad.
            and result["bad_served"] <= (result["pending_logged"]
                                         + result["duplicates"])
            and result["panics"] == 0)


COLUMNS = ("acked", "unacked_present", "duplicates", "lost", "altered",
           "bad_served", "pending_logged", "good_quarantined", "panics")


def main():
    parser = argparse.ArgumentParser(prog="./run storm", description=__doc__)
    parser.add_argument("--dovecot", choices=["2.3", "2.4", "all"],
                        default="all")
    parser.add_argument("--storage", default="all",
                        choices=["maildir", "sdbox", "mdbox", "all"])
    parser.add_argument("--saves", type=int, default=500)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--no-kills", action="store_true")
    args = parser.parse_args()
    generations = (["2.3", "2.4"] if args.dovecot == "all"
                   else [args.dovecot])
    storages = (["maildir", "sdbox", "mdbox"] if args.storage == "all"
                else [args.storage])
    print("seed %d" % args.seed)
    print("%-12s %6s %s  killed" % ("", "saves", " ".join(
        "%*s" % (len(c), c) for c in COLUMNS)))
    failed = 0
    for generation in generations:
        for storage in storages:
            storm = Storm(generation, storage, args.saves, args.seed,
                          not args.no_kills)
            result = storm.run()
            print("%-3s %-8s %6d %s  %s" % (
                generation, storage, result["saves"], " ".join(
                    "%*d" % (len(c), result[c]) for c in COLUMNS),
                " ".join("%s %d" % item for item
                         in sorted((storm.kills or {}).items()))),
                flush=True)
            if not sound(result):
                failed += 1
                print("  not sound, kept in %s: %s" % (
                    storm.server.dir, [m.id for m in storm.lost][:10]))
                print("\n".join(result["panic_lines"][:5]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
