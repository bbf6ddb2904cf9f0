"""Every way by which mail gets into a mailbox, each as a function.

way(instance, user, mail) saves the mail for the user and returns what the
client was told. Ways that copy or move first put the mail where nothing is
scanned (mailbox Unscanned, excluded by EXCLUDE). where() then looks through
all of the user's mailboxes.
"""

import imaplib
import json
import os
import re
import socket
import threading

from instance import literal

EXCLUDE = {"exclude_mailboxes": "Unscanned"}
QUARANTINE = "Quarantine"
_counter = [0]


def mail(verdict=None, size=0, tag=None, headers=b""):
    """A unique message with CRLF; verdict as FakeWardend reads it."""
    _counter[0] += 1
    tag = tag or "token-%d-%d-x" % (os.getpid(), _counter[0])
    lines = [b"From: Ben <ben@example.org>", b"To: anna@example.net",
             b"Subject: " + tag.encode(),
             b"Message-ID: <" + tag.encode() + b"@example.org>"]
    if headers:
        lines.append(headers)
    if verdict:
        lines.append(b"X-Test-Verdict: " + verdict.encode())
    lines += [b"MIME-Version: 1.0", b"Content-Type: text/plain", b"",
              b"Hello,", b".", b"..two dots and From lines:",
              b"From here on", b"\ttabs and trailing space "]
    body = b"\r\n".join(lines) + b"\r\n"
    return body + (b"x" * 70 + b"\r\n") * max(0, (size - len(body)) // 72)


def tag_of(message):
    return re.search(rb"^Subject: (\S+)", message, re.M).group(1)


def mailboxes(client):
    names = []
    for line in client.list()[1]:
        found = re.match(rb'\((.*?)\) (?:"."|NIL) (.*)$', line)
        if b"\\Noselect" not in found.group(1):
            names.append(found.group(2).decode().strip('"'))
    return sorted(names)


def where(instance, user, message):
    """{mailbox: [mail as instance.mails() gives it]} of this message."""
    tag = tag_of(message).decode()
    found = {}
    client = instance.imap(user)
    try:
        for name in mailboxes(client):
            client.select('"%s"' % name, readonly=True)
            _, data = client.uid("search", None, "SUBJECT", tag)
            for uid in data[0].split():
                _, parts = client.uid("fetch", uid, "(FLAGS BODY.PEEK[])")
                found.setdefault(name, []).append({
                    # NIL is no literal
                    "uid": int(uid), "body": parts[0][1] if
                    isinstance(parts[0], tuple) else None,
                    "flags": [f.decode() for part in parts for f in
                              imaplib.ParseFlags(part[0] if isinstance(
                                  part, tuple) else part)]})
    finally:
        client.logout()
    return found


def stored(instance, user, message):
    """where() without a client: what is stored, whatever a client may see."""
    done = instance.doveadm("-f", "json", "fetch", "-u", user,
                            "mailbox uid flags text", "mailbox", "*",
                            "header", "subject", tag_of(message).decode())
    found = {}
    for mail in json.loads(done.stdout or b"[]"):
        body = mail["text"].encode("utf-8", "surrogateescape")
        found.setdefault(mail["mailbox"], []).append({
            "uid": int(mail["uid"]), "flags": mail["flags"].split(),
            "body": re.sub(rb"\r?\n", b"\r\n", body)})
    return found


def same_bytes(stored, message):
    """Is it the message, but for what delivery puts before it?"""
    if stored is None:
        return False
    return stored == message or (
        stored.endswith(message) and
        re.fullmatch(rb"(?:(?:Return-Path|Delivered-To|Received|X-Added):"
                     rb"[^\r]*\r\n(?:[ \t][^\r]*\r\n)*)*",
                     stored[:-len(message)]) is not None)


class Sink:
    """An SMTP server that keeps what it gets."""

    def __init__(self):
        self.messages = []
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(5)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def stop(self):
        self._listener.close()

    def _run(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,),
                             daemon=True).start()

    def _serve(self, connection):
        with connection, connection.makefile("rwb") as stream:
            def say(line):
                stream.write(line + b"\r\n")
                stream.flush()
            say(b"220 sink ESMTP")
            for line in stream:
                word = line.split()[0].upper() if line.split() else b""
                if word == b"DATA":
                    say(b"354 go on")
                    data = b""
                    for line in stream:
                        if line == b".\r\n":
                            break
                        data += line
                    self.messages.append(data)
                    say(b"250 kept")
                elif word == b"QUIT":
                    say(b"221 bye")
                    return
                else:
                    say(b"250 fine")


# --- delivery -------------------------------------------------------------------

def lmtp(instance, user, message):
    code, text = instance.deliver(message, user)[user]
    return "%d %s" % (code, text.decode())


def lda(instance, user, message):
    done = instance.run("/usr/lib/dovecot/dovecot-lda", "-c",
                        str(instance.dir / "dovecot.conf"), "-d", user,
                        "-f", "sender@example.org", input=message)
    return "exit %d%s" % (done.returncode, done.stderr.decode()[:200])


def write_sieve(instance, user, script):
    home = instance.home(user)
    home.mkdir(parents=True, exist_ok=True)
    (home / ".dovecot.sieve").write_text(script)
    if instance.root:
        import instance as module
        for path in (home, home / ".dovecot.sieve"):
            os.chown(path, module.VMAIL_UID, module.VMAIL_UID)


def sieve(script):
    def way(instance, user, message):
        write_sieve(instance, user, script)
        return lmtp(instance, user, message)
    return way


sieve_keep = sieve("keep;\n")
sieve_fileinto = sieve('require ["fileinto", "mailbox"];\n'
                       'fileinto :create "Work";\n')
sieve_copy = sieve('require ["fileinto", "mailbox", "copy"];\n'
                   'fileinto :create :copy "Work";\n')
sieve_redirect = sieve('require ["copy"];\n'
                       'redirect :copy "other@example.com";\n')
sieve_editheader = sieve('require ["editheader"];\n'
                         'addheader "X-Added" "by sieve";\n')
sieve_flags = sieve('require ["imap4flags"];\n'
                    'addflag "\\\\Flagged"; keep;\n')


# --- IMAP -----------------------------------------------------------------------

def told(reply):
    status, lines = reply
    return " / ".join([status] + [line for line in lines if "ALERT" in line])


def append(instance, user, message, mailbox="INBOX"):
    client = instance.imap(user)
    answer = told(literal(client, mailbox, message))
    client.logout()
    return answer


def command(client, *parts):
    """Send parts, waiting for a continuation before each but the first.
    Returns tagged reply and untagged lines."""
    tag = client._new_tag()
    parts = list(parts)
    client.send(tag + b" " + parts.pop(0))
    lines = []
    while True:
        line = client.readline()
        if not line:
            raise imaplib.IMAP4.abort("connection closed")
        if line.startswith(b"+") and parts:
            client.send(parts.pop(0))
            continue
        lines.append(line.rstrip(b"\r\n").decode("utf-8", "replace"))
        if line.startswith(tag + b" "):
            return lines[-1][len(tag) + 1:], lines[:-1]


def catenate(instance, user, message):
    """Two TEXT parts and one URL of a mail that is there already."""
    client = instance.imap(user)
    head, _, rest = message.partition(b"\r\n\r\n")
    prepare_unscanned(client, message)
    _, data = client.status("Unscanned", "(UIDVALIDITY UIDNEXT)")
    validity = re.search(rb"UIDVALIDITY (\d+)", data[0]).group(1)
    uid = int(re.search(rb"UIDNEXT (\d+)", data[0]).group(1)) - 1
    url = b"/Unscanned;UIDVALIDITY=%s/;UID=%d/;SECTION=HEADER" % (
        validity, uid)
    answer = told(command(
        client, b'APPEND INBOX CATENATE (URL "%s" TEXT {%d}\r\n'
        % (url, len(rest)), rest + b")\r\n"))
    client.logout()
    return answer


def binary(instance, user, message):
    """literal8: Dovecot re-encodes binary parts."""
    client = instance.imap(user)
    answer = told(command(client, b"APPEND INBOX ~{%d}\r\n" % len(message),
                          message + b"\r\n"))
    client.logout()
    return answer


def replace(instance, user, message):
    client = instance.imap(user)
    literal(client, "INBOX", mail())
    client.select("INBOX")
    answer = told(command(client, b"REPLACE 1 INBOX {%d}\r\n" % len(message),
                          message + b"\r\n"))
    client.logout()
    return answer


def prepare_unscanned(client, message):
    client.create("Unscanned")
    literal(client, "Unscanned", message)
    client.select("Unscanned")


def copy(instance, user, message):
    client = instance.imap(user)
    prepare_unscanned(client, message)
    answer = told(command(client, b"COPY * INBOX\r\n"))
    client.logout()
    return answer


def move(instance, user, message):
    client = instance.imap(user)
    prepare_unscanned(client, message)
    answer = told(command(client, b"MOVE * INBOX\r\n"))
    client.logout()
    return answer


# --- doveadm --------------------------------------------------------------------

def exit_of(done):
    return ("exit %d %s" % (done.returncode,
                            done.stderr.decode().strip()[:200])).strip()


def doveadm_save(instance, user, message):
    return exit_of(instance.doveadm("save", "-u", user, "-m", "INBOX",
                                    input=message))


def doveadm_copy(instance, user, message, verb="copy"):
    client = instance.imap(user)
    prepare_unscanned(client, message)
    client.logout()
    return exit_of(instance.doveadm(verb, "-u", user, "INBOX",
                                    "mailbox", "Unscanned", "all"))


def doveadm_move(instance, user, message):
    return doveadm_copy(instance, user, message, "move")


def other_maildir(instance, user, message):
    """A maildir elsewhere, as import and dsync take it. Its path."""
    path = instance.dir / ("source-" + user)
    for name in ("cur", "new", "tmp"):
        (path / name).mkdir(parents=True, exist_ok=True)
    (path / "cur" / "1700000000.M1P1.host:2,S").write_bytes(message)
    if instance.root:
        import instance as module
        for folder, _, files in os.walk(path):
            os.chown(folder, module.VMAIL_UID, module.VMAIL_UID)
            for name in files:
                os.chown(os.path.join(folder, name), module.VMAIL_UID,
                         module.VMAIL_UID)
    return path


def doveadm_import(instance, user, message):
    path = other_maildir(instance, user, message)
    return exit_of(instance.doveadm("import", "-u", user, "maildir:%s" % path,
                                    "", "ALL"))


def dsync(instance, user, message):
    path = other_maildir(instance, user, message)
    return exit_of(instance.doveadm("sync", "-u", user, "-R", "-1",
                                    "maildir:%s" % path))


# name → (way, where good mail is, where bad mail is, generations)
WAYS = {
    "LMTP": (lmtp, ["INBOX"], [QUARANTINE]),
    "LDA": (lda, ["INBOX"], [QUARANTINE]),
    "Sieve keep": (sieve_keep, ["INBOX"], [QUARANTINE]),
    "Sieve fileinto": (sieve_fileinto, ["Work"], [QUARANTINE]),
    "Sieve fileinto :copy": (sieve_copy, ["INBOX", "Work"], [QUARANTINE]),
    "Sieve redirect :copy": (sieve_redirect, ["INBOX"], [QUARANTINE]),
    "Sieve editheader": (sieve_editheader, ["INBOX"], [QUARANTINE]),
    "Sieve addflag": (sieve_flags, ["INBOX"], [QUARANTINE]),
    "APPEND": (append, ["INBOX"], [QUARANTINE]),
    "APPEND CATENATE": (catenate, ["INBOX", "Unscanned"],
                        [QUARANTINE, "Unscanned"]),
    "APPEND BINARY": (binary, ["INBOX"], [QUARANTINE]),
    "REPLACE": (replace, ["INBOX"], [QUARANTINE], ("2.4",)),
    "COPY": (copy, ["INBOX", "Unscanned"], [QUARANTINE, "Unscanned"]),
    "MOVE": (move, ["INBOX"], [QUARANTINE]),
    "doveadm save": (doveadm_save, ["INBOX"], [QUARANTINE]),
    "doveadm copy": (doveadm_copy, ["INBOX", "Unscanned"],
                     [QUARANTINE, "Unscanned"]),
    "doveadm move": (doveadm_move, ["INBOX"], [QUARANTINE]),
    "doveadm import": (doveadm_import, ["INBOX"], [QUARANTINE]),
    "doveadm sync": (dsync, ["INBOX"], ["INBOX"]),
}


def ways(generation):
    return {name: row[:3] for name, row in WAYS.items()
            if len(row) < 4 or generation in row[3]}
