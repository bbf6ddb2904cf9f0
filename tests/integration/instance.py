"""A private Dovecot with the plugin, for tests, the demo and `run server`.

An Instance owns a directory: configuration, sockets, logs, mail and the
verdict database live there, nothing elsewhere. Dovecot comes from this
machine or, for the other generation, from a Debian tree under .cache/ that
`run` prepared; both are entered through tree.enter(), which also lays our
build's modules over Dovecot's compiled-in module directory (in a private
mount namespace, so that several builds can run side by side).
"""

import base64
import imaplib
import os
import pathlib
import poplib
import pwd
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import time

import tree

imaplib._MAXLINE = 100_000_000

VMAIL_USER = "mail"
VMAIL_UID = pwd.getpwnam(VMAIL_USER).pw_uid
# Dovecot wants service users to exist; these do on every Debian.
WARDEN_USER = "nobody"
WARDEN_UID = pwd.getpwnam(WARDEN_USER).pw_uid
WARDEN_GID = pwd.getpwnam(WARDEN_USER).pw_gid


def free_port():
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


NAMESPACE = """\
namespace inbox {
  inbox = yes
  separator = /
  mailbox Junk {
    special_use = \\Junk
    auto = create
  }
  mailbox Sent {
    special_use = \\Sent
    auto = create
  }
  mailbox Drafts {
    special_use = \\Drafts
    auto = create
  }
  mailbox Trash {
    special_use = \\Trash
    auto = create
  }
}
"""


class Instance:
    """One Dovecot. Use as a context manager, or start() and stop().

    generation      "2.3" or "2.4"
    storage         maildir, sdbox, mdbox (or mbox: left alone by the plugin)
    warden          False: the same Dovecot without plugin and service
    settings        warden_* plugin settings, without the prefix
    plugins         further mail plugins, by name, in every protocol
    imap_plugins    further plugins for imap only (imap_sieve …)
    conf            text appended to dovecot.conf
    conf_23, conf_24  the same for one generation
    plugin_23       lines inside 2.3's plugin { }
    users           {name: uid}: system-user style, one uid each; None =
                    any name, one uid for all
    socket_path     a different scanner socket (a fake one); no service then
    build           name of the build (tree.Build), None = the plain one
    service         text put inside service warden { }
    warden_conf     text appended to warden.conf
    """

    def __init__(self, generation="2.3", storage="maildir", warden=True,
                 directory=None, settings=None, plugins=(), imap_plugins=(),
                 conf="", conf_23="", conf_24="", plugin_23="", users=None,
                 socket_path=None, build=None, service="", warden_conf="",
                 imap_port=0, lmtp_port=0, pop3_port=0, mail_root=None,
                 wardend_wrapper=(), workers=4):
        self.generation = generation
        self.storage = storage
        self.warden_on = warden
        self.settings = dict(settings or {})
        self.plugins = list(plugins)
        self.imap_plugins = list(imap_plugins)
        self.conf = conf
        self.conf_own = conf_23 if generation == "2.3" else conf_24
        self.plugin_23 = plugin_23
        self.users = users
        self.socket_path = socket_path
        self.service = service
        self.warden_conf = warden_conf
        self.workers = workers
        self.wardend_wrapper = list(wardend_wrapper)
        self.build = tree.Build(generation, build)
        self.own_dir = directory is None
        if directory is None:
            directory = tempfile.mkdtemp(prefix="warden-", dir="/tmp")
        self.dir = pathlib.Path(directory).absolute()
        self.mail_root = pathlib.Path(mail_root or self.dir / "mail")
        self.imap_port = imap_port or free_port()
        self.lmtp_port = lmtp_port or free_port()
        self.pop3_port = pop3_port or free_port()
        self.database = self.dir / "db" / "verdicts.sqlite"
        self.epoch_file = self.dir / "public" / "epoch"
        self.config = self.dir / "warden.conf"
        self.log_path = self.dir / "dovecot.log"
        self.process = None
        self.root = os.geteuid() == 0

    # --- life ---------------------------------------------------------------

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        self.stop()
        if self.own_dir and kind is None:
            shutil.rmtree(self.dir, ignore_errors=True)

    def _check_reachable(self):
        """Mail and the service run unprivileged: they must get in."""
        if not self.root:
            return
        for path in [*self.dir.parents, self.build.inst.parent]:
            if path.exists() and not path.stat().st_mode & 0o001:
                raise RuntimeError("%s cannot be entered by other users, but "
                                   "mail in %s is read by one" % (path,
                                                                  self.dir))

    def write_config(self):
        self._check_reachable()
        self.dir.mkdir(parents=True, exist_ok=True)
        for name, uid, mode in (("run", 0, 0o755), ("state", 0, 0o755),
                                ("mail", VMAIL_UID, 0o755),
                                ("db", WARDEN_UID, 0o770),
                                ("public", WARDEN_UID, 0o755)):
            path = self.dir / name
            path.mkdir(exist_ok=True)
            path.chmod(mode)
            if self.root:
                os.chown(path, uid, WARDEN_GID if uid == WARDEN_UID else uid)
        self.dir.chmod(0o755)
        if self.users and self.root:
            self.mail_root.chmod(0o1777)
        self.config.write_text(self._warden_conf())
        (self.dir / "dovecot.conf").write_text(self._dovecot_conf())

    def start(self):
        self.write_config()
        command = ["dovecot", "-F", "-c", str(self.dir / "dovecot.conf")]
        self._out = open(self.dir / "stderr.log", "ab")
        self.process = subprocess.Popen(
            self.build.enter(command, paths=[self.dir, self.mail_root]),
            stdin=subprocess.DEVNULL, stdout=self._out, stderr=self._out,
            start_new_session=True)
        try:
            self._wait_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def _wait_ready(self):
        deadline = time.monotonic() + 60
        for port in (self.imap_port, self.lmtp_port, self.pop3_port):
            while True:
                if self.process.poll() is not None:
                    raise RuntimeError("Dovecot did not start:\n"
                                       + (self.dir / "stderr.log").read_text()
                                       + self.log())
                try:
                    socket.create_connection(("127.0.0.1", port), 5).close()
                    break
                except OSError:
                    if time.monotonic() > deadline:
                        raise RuntimeError("port %d never opened\n%s"
                                           % (port, self.log()))
                    time.sleep(0.05)

    def master_pid(self):
        try:
            return int((self.dir / "run" / "master.pid").read_text())
        except (OSError, ValueError):
            return None

    def stop(self):
        if self.process is None:
            return
        pid = self.master_pid()
        if pid and self.process.poll() is None:
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                pass
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            pass
        for pid in self.pids():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()
        self._out.close()
        self.process = None

    def pids(self, name=None):
        """Processes of this instance (in our session), by command name."""
        return [pid for pid, comm in self.processes().items()
                if name is None or comm == name[:15]]

    def processes(self):
        """{pid: command name} of this instance, zombies left out."""
        found = {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/stat" % pid) as file:
                    head, _, rest = file.read().rpartition(")")
            except OSError:
                continue
            fields = rest.split()
            if int(fields[3]) == self.process.pid and fields[0] != "Z":
                found[int(pid)] = head.partition("(")[2]
        return found

    def log(self):
        try:
            return self.log_path.read_text(errors="replace")
        except OSError:
            return ""

    def panics(self):
        words = ("Panic:", "Fatal:", "assert", "signal 11", "signal 6",
                 "ERROR: AddressSanitizer", "runtime error:")
        return [line for line in self.log().splitlines()
                if any(word in line for word in words)
                and "killed with signal 9" not in line]

    # --- clients --------------------------------------------------------------

    def imap(self, user):
        client = imaplib.IMAP4("127.0.0.1", self.imap_port, timeout=120)
        client.login(user, "pw")
        return client

    def pop3(self, user):
        client = poplib.POP3("127.0.0.1", self.pop3_port, timeout=120)
        client.user(user)
        client.pass_("pw")
        return client

    def lmtp(self):
        return smtplib.LMTP("127.0.0.1", self.lmtp_port, timeout=120)

    def deliver(self, message, *recipients, sender="sender@example.org",
                replies=None):
        """Deliver by LMTP. Returns {recipient: (code, text)}; replies, if
        given, is filled as they come, so that none is lost by an error."""
        replies = {} if replies is None else replies
        with self.lmtp() as client:
            client.ehlo_or_helo_if_needed()
            client.mail(sender)
            for recipient in recipients:
                code, text = client.rcpt(recipient)
                if code != 250:
                    raise RuntimeError("RCPT %s: %d %s"
                                       % (recipient, code, text))
            client.putcmd("data")
            code, text = client.getreply()
            if code != 354:
                raise RuntimeError("DATA: %d %s" % (code, text))
            data = smtplib._quote_periods(
                smtplib._fix_eols(message.decode("latin-1"))
                .encode("latin-1"))
            if not data.endswith(b"\r\n"):
                data += b"\r\n"
            client.send(data + b".\r\n")
            for recipient in recipients:
                replies[recipient] = client.getreply()
            return replies

    def doveadm(self, *args, input=None, check=False):
        command = ["doveadm", "-c", str(self.dir / "dovecot.conf"), *args]
        return subprocess.run(
            self.build.enter(command, paths=[self.dir, self.mail_root]),
            input=input, capture_output=True, check=check)

    def run(self, *command, input=None, user=None):
        """Run a program beside this Dovecot (dovecot-lda, sievec …)."""
        return subprocess.run(
            self.build.enter(list(command),
                             paths=[self.dir, self.mail_root], user=user),
            input=input, capture_output=True)

    def warden(self, *args, input=None):
        return subprocess.run(
            self.build.enter([str(self.build.warden), *args,
                              "--config", str(self.config)],
                             paths=[self.dir]),
            input=input, capture_output=True)

    def sql(self, statement, *values):
        import sqlite3
        uri = "file:%s?mode=ro" % self.database
        with sqlite3.connect(uri, uri=True, timeout=30) as connection:
            return connection.execute(statement, values).fetchall()

    def home(self, user):
        return self.mail_root / user

    def mails(self, user, mailbox="INBOX"):
        """Every message of a mailbox as IMAP shows it: a list of dicts with
        uid, flags and body; None if there is no such mailbox."""
        client = self.imap(user)
        try:
            status, _ = client.select('"%s"' % mailbox, readonly=True)
            if status != "OK":
                return None
            status, data = client.uid("search", None, "ALL")
            found = []
            for uid in data[0].split():
                _, parts = client.uid("fetch", uid, "(FLAGS BODY.PEEK[])")
                body, flags = None, []
                for part in parts:
                    if isinstance(part, tuple):
                        body = part[1]
                        flags += [f.decode() for f in
                                  imaplib.ParseFlags(part[0])]
                    elif part:
                        flags += [f.decode() for f in
                                  imaplib.ParseFlags(part)]
                found.append({"uid": int(uid), "flags": flags,
                              "body": body})
            return found
        finally:
            try:
                client.logout()
            except (imaplib.IMAP4.abort, OSError):
                pass

    # --- configuration --------------------------------------------------------

    def _warden_conf(self):
        text = ("[store]\ndatabase = %s\njournal = %s\nepoch_file = %s\n"
                % (self.database, self.dir / "db" / "journal",
                   self.epoch_file))
        return text + self.warden_conf

    def _ids(self):
        if not self.root:
            me = str(os.getuid())
            return me, me
        return VMAIL_USER, WARDEN_USER

    def _service(self):
        if not self.warden_on or self.socket_path:
            return ""
        vmail, warden = self._ids()
        executable = " ".join([*self.wardend_wrapper,
                               str(self.build.wardend), "-c",
                               str(self.config)])
        lines = ["service warden {", "  executable = " + executable]
        if self.root:
            lines += ["  user = " + warden,
                      "  drop_priv_before_exec = yes"]
        lines += ["  client_limit = 64",
                  "  process_limit = %d" % self.workers,
                  "  process_min_avail = %d" % min(2, self.workers),
                  "  vsz_limit = %s" % ("0" if self.generation == "2.3"
                                         else "unlimited"),
                  "  unix_listener warden {",
                  "    mode = %s" % ("0666" if self.users else "0600"),
                  "    user = " + vmail, "  }"]
        if self.service:
            lines.append(self.service)
        return "\n".join(lines + ["}", ""])

    def _listeners(self):
        return """\
service imap-login {
  %(chroot)s
  inet_listener imap {
    port = %(imap)d
  }
  inet_listener imaps {
    port = 0
  }
}
service pop3-login {
  %(chroot)s
  inet_listener pop3 {
    port = %(pop3)d
  }
  inet_listener pop3s {
    port = 0
  }
}
service lmtp {
  inet_listener lmtp {
    %(address)s = 127.0.0.1
    port = %(lmtp)d
  }
}
""" % {"imap": self.imap_port, "pop3": self.pop3_port,
            "lmtp": self.lmtp_port,
            "address": "address" if self.generation == "2.3" else "listen",
            "chroot": "" if self.root else "chroot ="}

    def _plain_user(self):
        if self.root:
            return ""
        import grp
        name = pwd.getpwuid(os.getuid()).pw_name
        group = grp.getgrgid(os.getgid()).gr_name
        text = ("default_internal_user = %s\ndefault_internal_group = %s\n"
                "default_login_user = %s\n" % (name, group, name))
        for service in ("anvil", "stats"):
            text += "service %s {\n  chroot =\n}\n" % service
        return text

    def _socket_setting(self):
        settings = {"epoch_file": str(self.epoch_file), **self.settings}
        if self.socket_path:
            settings["socket"] = str(self.socket_path)
        return settings

    def _userdb_file(self):
        lines = ["%s:{PLAIN}pw:%d:%d::%s::\n"
                 % (name, uid, uid, self.home(name))
                 for name, uid in self.users.items()]
        path = self.dir / "users"
        path.write_text("".join(lines))
        return path

    def _dovecot_conf(self):
        if self.generation == "2.3":
            return self._conf_23()
        return self._conf_24()

    def _conf_23(self):
        vmail, _ = self._ids()
        plugins = (["warden"] if self.warden_on else []) + self.plugins
        location = {"maildir": "maildir:~/Maildir", "sdbox": "sdbox:~/sdbox",
                    "mdbox": "mdbox:~/mdbox", "mbox": "mbox:~/mbox"}
        if self.users:
            path = self._userdb_file()
            users = ("passdb {\n  driver = passwd-file\n  args = %s\n}\n"
                     "userdb {\n  driver = passwd-file\n  args = %s\n}\n"
                     % (path, path))
        else:
            users = ("passdb {\n  driver = static\n  args = password=pw\n}\n"
                     "userdb {\n  driver = static\n"
                     "  args = uid=%s gid=%s home=%s/%%u "
                     "allow_all_users=yes\n}\n"
                     % (vmail, vmail, self.mail_root))
        settings = "".join("  warden_%s = %s\n" % item
                           for item in self._socket_setting().items())
        return """\
base_dir = %(dir)s/run
state_dir = %(dir)s/state
log_path = %(dir)s/dovecot.log
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
protocols = imap lmtp pop3
first_valid_uid = 1
first_valid_gid = 1
mail_plugin_dir = %(modules)s
mail_plugins = %(plugins)s
mail_location = %(location)s
mail_max_userip_connections = 100
default_vsz_limit = 0
recipient_delimiter = +
submission_host = 127.0.0.1:1
%(plain)s%(users)s%(listeners)s%(service)s
%(namespace)sprotocol lmtp {
  mail_plugins = $mail_plugins sieve
}
protocol lda {
  mail_plugins = $mail_plugins sieve
}
protocol imap {
  mail_plugins = $mail_plugins %(imap_plugins)s
}
service auth {
  unix_listener auth-userdb {
    mode = 0666
  }
}
plugin {
  sieve = file:~/sieve;active=~/.dovecot.sieve
%(settings)s%(plugin)s
}
%(own)s
%(conf)s
""" % {"dir": self.dir, "modules": self.build.modules,
            "plugins": " ".join(plugins),
            "location": location[self.storage],
            "plain": self._plain_user(), "users": users,
            "namespace": NAMESPACE,
            "listeners": self._listeners(), "service": self._service(),
            "imap_plugins": " ".join(self.imap_plugins),
            "settings": settings if self.warden_on else "",
            "plugin": self.plugin_23, "own": self.conf_own,
            "conf": self.conf}

    def _conf_24(self):
        vmail, _ = self._ids()
        plugins = (["warden"] if self.warden_on else []) + self.plugins
        if self.users:
            path = self._userdb_file()
            users = ("passdb passwd-file {\n  passwd_file_path = %s\n}\n"
                     "userdb passwd-file {\n  passwd_file_path = %s\n}\n"
                     % (path, path))
        else:
            users = ("passdb static {\n  password = pw\n}\n"
                     "userdb static {\n  fields {\n    uid = %s\n"
                     "    gid = %s\n    home = %s/%%{user}\n  }\n"
                     "  static_allow_all_users = yes\n}\n"
                     % (vmail, vmail, self.mail_root))
        paths = {"maildir": "~/Maildir", "sdbox": "~/sdbox",
                 "mdbox": "~/mdbox", "mbox": "~/mbox"}
        settings = "".join("warden_%s = %s\n" % item
                           for item in self._socket_setting().items())
        return """\
dovecot_config_version = 2.4.1
dovecot_storage_version = 2.4.1
base_dir = %(dir)s/run
state_dir = %(dir)s/state
log_path = %(dir)s/dovecot.log
listen = 127.0.0.1
ssl = no
auth_allow_cleartext = yes
protocols = imap lmtp pop3
first_valid_uid = 1
first_valid_gid = 1
mail_plugin_dir = %(modules)s
mail_driver = %(driver)s
mail_path = %(path)s
mail_max_userip_connections = 100
default_vsz_limit = unlimited
recipient_delimiter = +
submission_host = 127.0.0.1:1
mail_plugins {
%(plugins)s
}
%(plain)s%(users)s%(listeners)s%(service)s
%(namespace)sprotocol lmtp {
  mail_plugins {
    sieve = yes
  }
}
protocol lda {
  mail_plugins {
    sieve = yes
  }
}
protocol imap {
  mail_plugins {
%(imap_plugins)s
  }
}
service auth {
  unix_listener auth-userdb {
    mode = 0666
  }
}
sieve_script personal {
  driver = file
  path = ~/sieve
  active_path = ~/.dovecot.sieve
}
%(settings)s
%(own)s
%(conf)s
""" % {"dir": self.dir, "modules": self.build.modules,
            "plugins": "".join("  %s = yes\n" % p for p in plugins),
            "driver": self.storage, "path": paths[self.storage],
            "plain": self._plain_user(), "users": users,
            "namespace": NAMESPACE,
            "listeners": self._listeners(), "service": self._service(),
            "imap_plugins": "".join("    %s = yes\n" % p
                                    for p in self.imap_plugins),
            "settings": settings if self.warden_on else "",
            "own": self.conf_own, "conf": self.conf}


def literal(client, mailbox, *messages, flags=None):
    """APPEND, or MULTIAPPEND when there are several messages. Returns the
    tagged reply and every untagged line."""
    tag = client._new_tag()
    command = b'%s APPEND "%s"' % (tag, mailbox.encode())
    for message in messages:
        command += b"%s {%d+}\r\n%s" % (
            b" (%s)" % flags.encode() if flags else b"",
            len(message), message)
    client.send(command.replace(b'"  {', b'" {') + b"\r\n")
    lines = []
    while True:
        line = client.readline()
        if not line:
            raise imaplib.IMAP4.abort("connection closed")
        lines.append(line.rstrip(b"\r\n").decode("utf-8", "replace"))
        if line.startswith(tag + b" "):
            return lines[-1][len(tag) + 1:], lines[:-1]
