"""After a storm: where does every mail stand, and is that right?

Rules, for a mail whose save was acknowledged once, at the first try: it stands
byte for byte in exactly one place, its target or Quarantine. A mail that was
sent again because nobody answered may stand twice; that is counted, no fault.
Bad mail outside Quarantine must carry a record in the mailbox index that says
so: bad, or not yet judged. No record at all means "to be judged at FETCH"; a
killed maildir session can leave that behind, an acknowledged save may not.

mdbox, when it finds its map out of step after a kill, rebuilds it and brings
back mail that had been copied or removed, without records; it does so without
the plugin too (--without-warden). Such users' mail may stand twice.
"""

import hashlib
import re

import ways

QUARANTINE = "Quarantine"
# A record's verdicts and action (scanner/protocol/protocol.h).
UNSCANNABLE, PENDING, QUARANTINED = 7, 8, 3

# column → is it a fault?
COLUMNS = {"saves": False, "acked": False, "unacked": False,
           "again": False, "lost": True, "altered": True, "twice": True,
           "bad-marked": False, "bad-unknown": False, "bad-out": True, "good-in": True,
           "pending": False, "unrecorded": False, "rebuilt": False}


def find_mail(body):
    """The mail's id and what is wrong with the bytes: neither is there for a
    mail that was not the storm's."""
    found = re.search(rb"^X-Storm-Id: (\S+)\r\n", body, re.M)
    return found.group(1).decode() if found else None


def read_user(server, user):
    """[(id, mailbox, uid, body)] of every mail."""
    found = []
    client = server.imap(user)
    for name in ways.mailboxes(client):
        client.select('"%s"' % name, readonly=True)
        _, data = client.uid("FETCH", "1:*", "(UID BODY.PEEK[])")
        for part in data:
            if not isinstance(part, tuple):
                continue
            uid = int(re.search(rb"UID (\d+)", part[0]).group(1))
            found.append((find_mail(part[1]), name, uid, part[1]))
    client.logout()
    return found


def index_folder(server, user, mailbox):
    """Where doveadm dump finds the mailbox's index."""
    home = server.home(user)
    if server.storage == "maildir":
        return home / "Maildir" / ("" if mailbox == "INBOX"
                                   else "." + mailbox)
    return home / server.storage / "mailboxes" / mailbox / "dbox-Mails"


def records(server, user, mailbox):
    """{uid: (verdict, action)} as the mailbox index has it."""
    done = server.doveadm("dump", "-t", "index",
                          str(index_folder(server, user, mailbox)))
    found = {}
    for block in done.stdout.decode().split("\nRECORD: ")[1:]:
        uid = int(re.search(r"uid=(\d+)", block).group(1))
        data = re.search(r"ext \d+ warden +:\s+\(([0-9a-f]+)\)", block)
        if data:
            found[uid] = tuple(bytes.fromhex(data.group(1))[8:10])
    return found


def is_marked(record):
    """Does it say that the mail is bad, or that nobody knows?"""
    return (record[0] in (UNSCANNABLE, PENDING)
            or record[1] == QUARANTINED)


def rebuilt(server):
    """Users whose mdbox Dovecot rebuilt, once for each time."""
    return re.findall(r"mdbox[( ]\S+/([^/]+)/mdbox/storage\)?: rebuilding",
                      server.log())


class Census:
    """What one reading of all mailboxes says. faults: lines for people."""

    def __init__(self, server, mails, seed_box, check_records=True):
        self.rebuilt = rebuilt(server)
        self.server = server
        self.seed_box = seed_box
        self.check_records = check_records
        self.result = dict.fromkeys(COLUMNS, 0)
        self.result["rebuilt"] = len(self.rebuilt)
        self.faults = []
        self.records = {}
        by_user = {}
        for mail in mails:
            by_user.setdefault(mail.user, []).append(mail)
        for user, theirs in by_user.items():
            self.count_user(user, theirs)

    def fault(self, column, mail, text):
        self.result[column] += 1
        self.faults.append("%s: %s (%s, %s, %s by %s, tries %d%s) %s" % (
            column, mail.id, mail.user, "bad" if mail.bad else "good",
            "acknowledged" if mail.acked else "not acknowledged", mail.way,
            mail.tries, "" if not mail.acked else ", acknowledged %d"
            % mail.acked, text))

    def count_user(self, user, mails):
        stands = {}
        for key, box, uid, body in read_user(self.server, user):
            stands.setdefault(key, []).append((box, uid, body))
        for mail in mails:
            # Seeds that nobody touched are not saves of the storm.
            if mail.tries:
                self.count_mail(mail, stands.get(mail.id, []))

    def count_mail(self, mail, found):
        result = self.result
        seeds = [f for f in found if f[0] == self.seed_box]
        copies = [f for f in found if f[0] != self.seed_box]
        where = ", ".join("%s %d" % f[:2] for f in found) or "nowhere"
        result["saves"] += 1
        for _, _, body in found:
            if not ways.same_bytes(body, mail.data):
                self.fault("altered", mail, where)
        if mail.acked:
            result["acked"] += 1
            if not copies:
                self.fault("lost", mail, where)
            moved = mail.way == "move" and seeds
            if ((len(copies) > 1 or moved) and mail.tries == 1
                    and mail.user not in self.rebuilt):
                self.fault("twice", mail, where)
        else:
            result["unacked"] += min(1, len(copies))
            if mail.seed_uid and not found:
                self.fault("lost", mail, where)
        result["again"] += max(0, len(copies) - 1)
        for box, uid, _ in copies:
            self.check_place(mail, box, uid, where)

    def check_place(self, mail, box, uid, where):
        if not self.server.warden_on:
            return
        if not mail.bad and box == QUARANTINE:
            self.fault("good-in", mail, where)
        elif mail.bad and box != QUARANTINE and self.check_records:
            record = self.record(mail.user, box, uid)
            if is_marked(record):
                self.result["bad-marked"] += 1
            elif record == (0, 0) and (not mail.acked or mail.tries > 1
                                       or mail.user in self.rebuilt):
                self.result["bad-unknown"] += 1
            else:
                self.fault("bad-out", mail, "%s, record %s" % (where, record))

    def record(self, user, box, uid):
        if (user, box) not in self.records:
            self.records[user, box] = records(self.server, user, box)
        return self.records[user, box].get(uid, (0, 0))


def unrecorded(server, mails):
    """Acknowledged mails of which the database has no row: none but those
    that nobody could be asked about."""
    rows = set(server.sql(
        "select u.name, m.message_id from deliveries d "
        "join users u on u.id = d.user_id "
        "join messages m on m.id = d.message_id"))
    rows = {(user, key.strip("<>")) for user, key in rows}
    count = 0
    for mail in mails:
        if mail.acked:
            key = re.search(rb"^Message-ID: <(.*)>", mail.data, re.M)
            count += (mail.user, key.group(1).decode()) not in rows
    return count


def force_resync(server, users):
    """Complaints of doveadm force-resync over every mailbox."""
    lines = []
    for user in users:
        done = server.doveadm("force-resync", "-u", user, "*")
        if done.returncode:
            lines.append("%s: exit %d" % (user, done.returncode))
    return lines


def digest(server, users):
    """One value for all that stands anywhere: to compare two moments."""
    value = hashlib.sha256()
    for user in users:
        for key, box, _, body in sorted(read_user(server, user), key=str):
            value.update(repr((user, key, box,
                               hashlib.sha256(body).digest())).encode())
    return value.hexdigest()
