"""Real mail clients, each as a function: fetch(client, instance, user, work)
reads a user's INBOX into the directory work, unprivileged, and says how that
ended: (exit status, what it printed, the messages that it has)."""

import fcntl
import mailbox
import os
import pathlib
import pty
import pwd
import re
import select
import shutil
import struct
import subprocess
import termios
import time

USER = "nobody"
LIMIT_SECS = 120


def _run(command, work, **options):
    record = pwd.getpwnam(USER)
    if os.geteuid() == 0:
        for folder, _, files in os.walk(work):
            for path in [folder] + [os.path.join(folder, f) for f in files]:
                os.chown(path, record.pw_uid, record.pw_gid)
        command = ["setpriv", "--reuid", USER, "--regid",
                   str(record.pw_gid), "--clear-groups", *command]
    environment = {"HOME": str(work), "PATH": os.environ["PATH"],
                   "LC_ALL": "C.UTF-8", "TERM": "vt100"}
    return subprocess.run(command, cwd=work, env=environment,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=LIMIT_SECS, **options)


def _write(work, name, text):
    path = work / name
    path.write_text(text)
    path.chmod(0o600)
    return path


def _maildir(path):
    if not path.is_dir():
        return []
    return [file.read_bytes() for sub in ("cur", "new")
            for file in sorted((path / sub).glob("*"))]


def _mbox(path):
    if not path.is_file():
        return []
    return [m.as_bytes() for m in mailbox.mbox(str(path))]


def mbsync(instance, user, work):
    version = subprocess.run(["mbsync", "--version"], capture_output=True)
    old = re.search(rb"1\.[0-4]\.", version.stdout)
    rc = _write(work, "mbsyncrc", """\
IMAPAccount warden
Host 127.0.0.1
Port %d
User %s
Pass pw
AuthMechs LOGIN
%s None

IMAPStore far
Account warden

MaildirStore near
Path %s/mail/
Inbox %s/mail/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns INBOX
Create Near
Expunge Both
SyncState *
""" % (instance.imap_port, user, "SSLType" if old else "TLSType", work, work))
    (work / "mail").mkdir(exist_ok=True)
    done = _run(["mbsync", "-c", str(rc), "all"], work)
    return (done.returncode, done.stdout + done.stderr,
            _maildir(work / "mail" / "INBOX"))


def offlineimap(instance, user, work):
    rc = _write(work, "offlineimaprc", """\
[general]
accounts = test
metadata = %s/meta
ui = basic
[Account test]
localrepository = local
remoterepository = remote
[Repository local]
type = Maildir
localfolders = %s/mail
[Repository remote]
type = IMAP
remotehost = 127.0.0.1
remoteport = %d
remoteuser = %s
remotepass = pw
ssl = no
starttls = no
auth_mechanisms = LOGIN
folderfilter = lambda name: name == 'INBOX'
""" % (work, work, instance.imap_port, user))
    done = _run(["offlineimap", "-o", "-c", str(rc)], work)
    return (done.returncode, done.stdout + done.stderr,
            _maildir(work / "mail" / "INBOX"))


def _fetchmail(protocol, port, user, work):
    rc = _write(work, "fetchmailrc", """\
set invisible
poll 127.0.0.1 protocol %s port %d auth password
  username %s password pw sslproto '' fetchall keep
  mda "/bin/cat >> %s/fetched; printf '\\\\n\\\\nFrom x@y Thu Jan  1 00:00:00 1970\\\\n' >> %s/fetched"
""" % (protocol, port, user, work, work))
    path = work / "fetched"
    path.write_text("From x@y Thu Jan  1 00:00:00 1970\n")
    done = _run(["fetchmail", "-f", str(rc), "--pidfile",
                 str(work / "pid")], work)
    # what follows the last one is empty
    return (done.returncode, done.stdout + done.stderr,
            [m for m in _mbox(path) if m.strip()])


def fetchmail_imap(instance, user, work):
    return _fetchmail("IMAP", instance.imap_port, user, work)


def fetchmail_pop3(instance, user, work):
    return _fetchmail("POP3", instance.pop3_port, user, work)


def _getmail(kind, port, user, work):
    for name in ("cur", "new", "tmp"):
        (work / "mail" / name).mkdir(parents=True, exist_ok=True)
    rc = _write(work, "getmailrc", """\
[retriever]
type = Simple%sRetriever
server = 127.0.0.1
port = %d
username = %s
password = pw
[destination]
type = Maildir
path = %s/mail/
[options]
read_all = false
delete = false
""" % (kind, port, user, work))
    done = _run(["getmail", "--getmaildir", str(work), "--rcfile", str(rc)],
                work)
    return (done.returncode, done.stdout + done.stderr,
            _maildir(work / "mail"))


def getmail_imap(instance, user, work):
    return _getmail("IMAP", instance.imap_port, user, work)


def getmail_pop3(instance, user, work):
    return _getmail("POP3", instance.pop3_port, user, work)


def _curl(url, uids, user, work):
    got, status, said = [], 0, b""
    for uid in uids:
        done = _run(["curl", "-sS", "--max-time", "60", "-u", user + ":pw",
                     url % uid], work)
        status = status or done.returncode
        said += done.stderr
        if done.stdout.strip():
            got.append(done.stdout)
    return status, said, got


def curl_imap(instance, user, work):
    with_uid = "imap://127.0.0.1:%d/INBOX;UID=%%s" % instance.imap_port
    client = instance.imap(user)
    client.select("INBOX", readonly=True)
    uids = client.uid("search", None, "ALL")[1][0].decode().split()
    client.logout()
    return _curl(with_uid, uids, user, work)


def curl_pop3(instance, user, work):
    client = instance.pop3(user)
    numbers = range(1, client.stat()[0] + 1)
    client.quit()
    return _curl("pop3://127.0.0.1:%d/%%s" % instance.pop3_port, numbers,
                 user, work)


def _terminal(command, work):
    """Run a program that wants a terminal. Returns its exit status."""
    process = pty.fork()
    if process[0] == 0:
        # ncurses opens no terminal without a size
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        os.chdir(work)
        os.environ.update(HOME=str(work), TERM="vt100", LC_ALL="C.UTF-8")
        os.execvp(command[0], command)
    pid, terminal = process
    said, end = b"", time.monotonic() + LIMIT_SECS
    while time.monotonic() < end:
        if select.select([terminal], [], [], 1)[0]:
            try:
                more = os.read(terminal, 65536)
            except OSError:
                break
            if not more:
                break
            said += more
    else:
        os.kill(pid, 9)
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said


def _mutt(program, instance, user, work):
    out = work / "copied"
    shutil.rmtree(out, ignore_errors=True)
    rc = _write(work, "muttrc", """\
set folder=%s spoolfile=%s/none record="" quit=yes copy=no wait_key=no
set confirmappend=no confirmcreate=no mbox_type=maildir imap_passive=no ssl_starttls=no
set ssl_force_tls=no delete=no header_cache="" message_cachedir=""
set imap_user=%s imap_pass=pw sort=mailbox-order
set resolve=no auto_tag=no
push "T~A<enter>;C%s<enter>x"
""" % (work, work, user, out))
    status, said = _terminal(
        [program, "-n", "-F", str(rc), "-f",
         "imap://%s@127.0.0.1:%d/INBOX" % (user, instance.imap_port)], work)
    return status, said, _maildir(out)


def mutt(instance, user, work):
    return _mutt("mutt", instance, user, work)


def neomutt(instance, user, work):
    return _mutt("neomutt", instance, user, work)


CLIENTS = {
    "mbsync": (mbsync, "mbsync"),
    "offlineimap": (offlineimap, "offlineimap"),
    "fetchmail IMAP": (fetchmail_imap, "fetchmail"),
    "fetchmail POP3": (fetchmail_pop3, "fetchmail"),
    "getmail IMAP": (getmail_imap, "getmail"),
    "getmail POP3": (getmail_pop3, "getmail"),
    "curl IMAP": (curl_imap, "curl"),
    "curl POP3": (curl_pop3, "curl"),
    "mutt": (mutt, "mutt"),
    "neomutt": (neomutt, "neomutt"),
}


def installed(name):
    return shutil.which(CLIENTS[name][1]) is not None


def fetch(name, instance, user, work):
    work = pathlib.Path(work)
    return CLIENTS[name][0](instance, user, work)
