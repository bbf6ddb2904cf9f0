#!/usr/bin/python3
"""`./run crowd [--seconds N]`: sessions of one user at work on one mailbox, with
bad mail among the good, and an exact account at the end.

Every session appends, reads, copies, moves and expunges at random; it moves and
expunges only what it appended itself, so that each message's copies can be
counted. Some mail is bad and was never judged (it came in while nobody looked);
every now and then another message turns bad, as when a list changes.

Counted at the end, after a last look by a client: bad bodies that were served
(of mail never judged: any; of mail that turned: after PUBLISHED_SECS), bad mail
outside Quarantine, bad mail that is nowhere, good mail with a copy too few or
too many, panics in any log.
"""

import argparse
import collections
import hashlib
import random
import re
import sys
import tempfile
import threading
import time

import epoch
import ways
from fake_wardend import FakeWardend, canonical
from instance import Instance

SESSIONS = 4
# A feed is in force within two seconds.
PUBLISHED_SECS = 2
TURN_EVERY_SECS = 0.4
BOXES = ("INBOX", "Other")


class Crowd:
    def __init__(self, instance, fake, seed):
        self.instance = instance
        self.fake = fake
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.user = "crowd"
        self.copies = collections.Counter()     # tag: copies that must stand
        self.messages = {}                      # tag: message
        self.turned = {}                        # tag: when that was in force
        self.unjudged = set()                   # tags of bad mail, never judged
        self.changed = {}
        self.base = fake.lists
        self.served = []                        # (when asked, tag)
        self.done = collections.Counter()
        self.errors = []

    # --- bad mail -----------------------------------------------------------

    def prepare(self, count):
        """Bad mail among good, that came in while nobody looked."""
        client = self.instance.imap(self.user)
        client.create("Unscanned")
        client.create("Other")
        for n in range(count):
            bad = n % 3 == 0
            message = ways.mail("malware" if bad else None)
            tag = ways.tag_of(message)
            client.append("Unscanned", None, None, message)
            self.messages[tag] = message
            if bad:
                self.unjudged.add(tag)
            else:
                self.copies[tag] += 1
        client.logout()
        self.instance.doveadm("mailbox", "rename", "-u", self.user,
                              "Unscanned", "Late", check=True)

    def turn_one(self):
        with self.lock:
            tags = [tag for tag in self.copies if tag not in self.turned]
            if not tags:
                return
            tag = self.random.choice(tags)
            key = hashlib.sha256(canonical(self.messages[tag])).digest()
            self.fake.verdicts[key[:16]] = ("malware", "quarantine",
                                            "$WardenMalware", key)
            self.fake.lists += 1
            self.changed[key[:16]] = self.fake.lists
            epoch.write(self.instance.epoch_file, self.fake.rules,
                        self.fake.lists, self.base, self.changed)
            self.turned[tag] = time.monotonic() + PUBLISHED_SECS

    # --- what a session does --------------------------------------------------

    def append(self, client, chance, own):
        message = ways.mail()
        tag = ways.tag_of(message)
        with self.lock:
            self.messages[tag] = message
        status, data = client.append(chance.choice(BOXES), None, None, message)
        if status != "OK":
            raise RuntimeError("APPEND: %s %s" % (status, data))
        with self.lock:
            self.copies[tag] += 1
        own.add(tag)

    def uids(self, client):
        """{uid: tag} of the selected mailbox."""
        status, data = client.uid("fetch", "1:*",
                                  "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
        found = {}
        for part in data:
            if isinstance(part, tuple):
                uid = re.search(rb"UID (\d+)", part[0])
                tag = re.search(rb"Subject: (\S+)", part[1])
                if uid and tag:
                    found[uid.group(1).decode()] = tag.group(1)
        return found

    def fetch(self, client, chance, own):
        begun = time.monotonic()
        status, data = client.uid("fetch", "1:*", "(BODY.PEEK[])")
        tags = [ways.tag_of(part[1]) for part in data
                if isinstance(part, tuple) and b"\nSubject:" in part[1]]
        with self.lock:
            self.served += [(begun, tag) for tag in tags]

    def copied(self, status, lines):
        """UIDs of the source that were copied."""
        text = " ".join([status, *lines])
        found = re.search(r"COPYUID \d+ (\S+) \S+\]", text)
        uids = []
        for part in found.group(1).split(",") if found else ():
            first, _, last = part.partition(":")
            uids += range(int(first), int(last or first) + 1)
        return [str(uid) for uid in uids]

    def copy(self, client, chance, own):
        there = self.uids(client)
        uids = chance.sample(sorted(there), min(len(there), 2))
        if not uids:
            return
        status, lines = ways.command(client, b"UID COPY %s Copies\r\n"
                                     % ",".join(uids).encode())
        with self.lock:
            for uid in self.copied(status, lines):
                self.copies[there[uid]] += 1

    def move(self, client, chance, own):
        """Nothing to count: as many as before."""
        there = self.uids(client)
        uids = [uid for uid, tag in there.items() if tag in own]
        if uids:
            ways.command(client, b"UID MOVE %s Copies\r\n"
                         % chance.choice(uids).encode())

    def expunge(self, client, chance, own):
        """Only what never turned: of the rest nobody knows who took it."""
        there = self.uids(client)
        with self.lock:
            mine = [(uid, tag) for uid, tag in there.items()
                    if tag in own and tag not in self.turned
                    and self.copies[tag] == 1]
            if not mine:
                return
            uid, tag = chance.choice(mine)
            # it can turn no more
            self.copies.pop(tag)
        own.discard(tag)
        client.uid("store", uid, "+FLAGS", "(\\Deleted)")
        client.uid("expunge", uid)
        with self.lock:
            if tag not in self.copies:
                self.done["expunged"] += 1

    def session(self, number, seed, end):
        chance = random.Random(seed)
        own = set()
        try:
            client = self.instance.imap(self.user)
            client.select("Late" if number == 0 else chance.choice(BOXES))
            while time.monotonic() < end:
                what = chance.choice((self.append, self.fetch, self.fetch,
                                      self.copy, self.move, self.expunge))
                what(client, chance, own)
                self.done[what.__name__] += 1
                if chance.random() < 0.2:
                    client.select(chance.choice(BOXES + ("Late",)))
            client.logout()
        except Exception as error:
            self.errors.append("session %d: %r" % (number, error))

    def run(self, seconds):
        client = self.instance.imap(self.user)
        client.create("Copies")
        client.logout()
        end = time.monotonic() + seconds
        threads = [threading.Thread(target=self.session,
                                    args=(n, self.random.random(), end))
                   for n in range(SESSIONS)]
        for thread in threads:
            thread.start()
        while time.monotonic() < end:
            time.sleep(TURN_EVERY_SECS)
            self.turn_one()
        for thread in threads:
            thread.join()
        # what turned last is in force
        time.sleep(PUBLISHED_SECS)

    # --- the account ------------------------------------------------------------

    def count(self):
        """{mailbox: Counter of tags} as stored."""
        done = self.instance.doveadm("-f", "tab", "fetch", "-u", self.user,
                                     "mailbox hdr.subject", "mailbox", "*",
                                     "all", check=True)
        found = collections.defaultdict(collections.Counter)
        for line in done.stdout.splitlines()[1:]:
            name, _, tag = line.partition(b"\t")
            found[name.decode()][tag.strip()] += 1
        return found

    def account(self):
        begun = time.monotonic()
        for name in BOXES + ("Copies", "Late"):
            for mail in self.instance.mails(self.user, name) or ():
                if mail["body"]:
                    self.served.append((begun, ways.tag_of(mail["body"])))
        stored = self.count()
        quarantine = stored.pop("Quarantine", collections.Counter())
        outside = collections.Counter()
        for counter in stored.values():
            outside += counter
        bad = self.unjudged | set(self.turned)
        good = {tag: n for tag, n in self.copies.items() if tag not in bad}
        return {
            "operations": sum(self.done.values()),
            "good mails": len(good), "turned bad": len(self.turned),
            "never judged and bad": len(self.unjudged),
            "bad bodies served": sum(
                tag in self.unjudged or begun > self.turned.get(
                    tag, float("inf")) for begun, tag in self.served),
            "bad outside Quarantine": sum(n for tag, n in outside.items()
                                          if tag in bad),
            "bad nowhere": sum(not quarantine[tag] for tag in bad),
            "good with copies missing": sum(
                outside[tag] < n for tag, n in good.items()),
            "good with copies too many": sum(
                outside[tag] > n for tag, n in good.items()),
            "good in Quarantine": sum(n for tag, n in quarantine.items()
                                      if tag not in bad),
            "copies in Quarantine beyond one": sum(
                n - 1 for tag, n in quarantine.items() if n > 1),
            "bodies served": len(self.served),
            "panics": len(self.instance.panics()),
            "sessions that failed": len(self.errors),
        }


# All of them must be zero.
FAULTS = ("bad bodies served", "bad outside Quarantine", "bad nowhere",
          "good with copies missing", "good with copies too many",
          "good in Quarantine", "panics", "sessions that failed")


def crowd(generation, storage, seconds, seed, build=None, mails=60):
    with tempfile.TemporaryDirectory(prefix="warden-", dir="/tmp") as folder:
        instance = Instance(generation, storage, directory=folder,
                            settings=dict(ways.EXCLUDE), build=build,
                            socket_path="%s/scanner" % folder)
        instance.dir.chmod(0o755)
        with FakeWardend(instance.socket_path) as fake, instance:
            epoch.write(instance.epoch_file, fake.rules, fake.lists)
            people = Crowd(instance, fake, seed)
            people.prepare(mails)
            people.run(seconds)
            result = people.account()
            for error in people.errors:
                print(error)
            return result


def main():
    parser = argparse.ArgumentParser(prog="./run crowd", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dovecot", choices=["2.3", "2.4", "all"],
                        default="all")
    parser.add_argument("--storage", default="all",
                        choices=["maildir", "sdbox", "mdbox", "all"])
    args = parser.parse_args()
    faults = 0
    for generation in (("2.3", "2.4") if args.dovecot == "all"
                       else (args.dovecot,)):
        for storage in (("maildir", "sdbox", "mdbox") if args.storage == "all"
                        else (args.storage,)):
            result = crowd(generation, storage, args.seconds, args.seed)
            print("Dovecot %s, %s, %d sessions, %.0f s"
                  % (generation, storage, SESSIONS, args.seconds))
            for name, value in result.items():
                print("  %-34s %6d%s" % (name, value, "   !" if name in FAULTS
                                         and value else ""), flush=True)
            faults += sum(result[name] for name in FAULTS)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
