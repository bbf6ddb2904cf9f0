"""Other plugins in the way, other storages, other kinds of mailboxes and
users."""

import os
import re
import subprocess
import time
import unittest

import instance as instance_module
from fake_wardend import SCAN
from plugin_case import GENERATION, PluginCase, literal, ways

QUARANTINE = ways.QUARANTINE
OLD = GENERATION == "2.3"
WAYS = ("LMTP", "APPEND", "COPY", "MOVE", "Sieve fileinto :copy")


class EveryWay:
    """The main ways, good and bad, with whatever this class has loaded."""

    def test_ways(self):
        for name in WAYS:
            way, good, bad = ways.ways(GENERATION)[name]
            for verdict, expected in ((None, good), ("malware", bad),
                                      ("suspicious", good)):
                with self.subTest(way=name, verdict=verdict):
                    user = ("%s-%s" % (name.replace(" :", "-")
                                       .replace(" ", "-"), verdict)).lower()
                    message = ways.mail(verdict, size=3000)
                    told = way(self.instance, user, message)
                    self.assertRegex(told, "^(250|OK)")
                    self.assert_stands_in(message, *expected, user=user)

    def test_multiappend(self):
        client = self.imap()
        mails = [ways.mail(), ways.mail("malware", size=200_000), ways.mail()]
        status, _ = literal(client, "INBOX", *mails)
        self.assertRegex(status, r"^OK \[APPENDUID")
        self.assert_stands_in(mails[0], "INBOX")
        self.assert_stands_in(mails[1], QUARANTINE)
        self.assert_stands_in(mails[2], "INBOX")

    def test_again(self):
        message = ways.mail("malware")
        self.append(message)
        self.append(message)
        found = self.assert_stands_in(message, QUARANTINE)
        self.assertEqual(len(found[QUARANTINE]), 1)


class Compress(EveryWay, PluginCase):
    OPTIONS = {"plugins": ["zlib" if OLD else "mail_compress"],
               "plugin_23": "  zlib_save = gz\n",
               "conf_24": "mail_compress_write_method = gz\n"}


class CompressMdbox(Compress):
    STORAGE = "mdbox"


class Crypt(EveryWay, PluginCase):
    STORAGE = "sdbox"

    @classmethod
    def options(cls):
        cls.keys = cls.make_dir()
        private, public = cls.keys / "private.pem", cls.keys / "public.pem"
        subprocess.run(["openssl", "ecparam", "-name", "prime256v1",
                        "-genkey", "-noout", "-out", private], check=True)
        subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out",
                        public], check=True)
        pkcs8 = subprocess.run(["openssl", "pkcs8", "-topk8", "-nocrypt",
                                "-in", private], check=True,
                               capture_output=True).stdout
        private.write_bytes(pkcs8)
        for path in (cls.keys, private, public):
            path.chmod(0o755)
        return {
            "plugins": ["mail_crypt"],
            "plugin_23": "  mail_crypt_global_private_key = <%s\n"
                         "  mail_crypt_global_public_key = <%s\n"
                         "  mail_crypt_save_version = 2\n"
                         % (private, public),
            "conf_24": "crypt_global_public_key_file = %s\n"
                       "crypt_global_private_key main {\n"
                       "  crypt_private_key_file = %s\n}\n"
                       "crypt_write_algorithm = aes-256-gcm-sha256\n"
                       % (public, private)}

    def test_it_is_encrypted(self):
        """Or this class would prove nothing."""
        message = ways.mail("malware", size=3000)
        self.append(message)
        files = [path.read_bytes() for path in
                 self.instance.home(self.user).rglob("u.*")]
        self.assertTrue(files)
        self.assertFalse(any(b"x" * 70 in data for data in files))


class CryptMaildir(Crypt):
    STORAGE = "maildir"

    def test_it_is_encrypted(self):
        pass


class Log(EveryWay, PluginCase):
    """notify and mail_log see what was saved where."""

    OPTIONS = {"plugins": ["notify", "mail_log"],
               "plugin_23": "  mail_log_events = save copy delete expunge\n"
                            "  mail_log_fields = uid box msgid\n",
               "conf_24": "mail_log_events = save copy delete expunge\n"
                          "mail_log_fields = uid box msgid\n"}


class Fts(EveryWay, PluginCase):
    """Full text search. No backend: Debian 12's squat crashes on every save
    (without us as well), Debian 13 has none."""

    OPTIONS = {"plugins": ["fts"],
               "plugin_23": "  fts_autoindex = yes\n",
               "conf_24": "fts_autoindex = yes\n"}

    def test_search(self):
        message = ways.mail("malware")
        good = ways.mail()
        self.append(message)
        self.append(good)
        client = self.imap()
        client.select("INBOX")
        _, data = client.uid("search", None, "BODY", '"From here on"')
        self.assertEqual(len(data[0].split()), 1)


class Quota(PluginCase):
    OPTIONS = {"plugins": ["quota"],
               "plugin_23": "  quota = count:User quota\n"
                            "  quota_vsizes = yes\n"
                            "  quota_rule = *:storage=20K\n"
                            "  quota_rule2 = Quarantine:ignore\n",
               "conf_24": 'quota "User quota" {\n  driver = count\n'
                          '  storage_size = 20K\n  storage_grace = 0\n}\n'
                          'namespace inbox {\n  mailbox Quarantine {\n'
                          '    quota_ignore = yes\n  }\n}\n'}

    def fill(self):
        client = self.imap()
        ways.prepare_unscanned(client, ways.mail(size=18_000))
        return client

    def test_bad_mail_over_quota(self):
        """LMTP puts it away although the user is full; a MOVE succeeds."""
        self.fill()
        message = ways.mail("malware", size=4000)
        self.assertRegex(self.lmtp(message), "^250")
        self.assert_stands_in(message, QUARANTINE)
        # LMTP may exceed a quota by a tenth
        good = ways.mail(size=8000)
        self.assertRegex(self.lmtp(good), "^[45]52")
        self.assert_stands_in(good)
        self.assertRegex(self.append(good), r"^NO \[OVERQUOTA\]")
        self.assert_stands_in(good)

    def test_move_over_quota(self):
        client = self.imap()
        bad = ways.mail("malware", size=12_000)
        ways.prepare_unscanned(client, bad)
        literal(client, "INBOX", ways.mail(size=6000))
        status, _ = ways.command(client, b"MOVE 1 INBOX\r\n")
        self.assertRegex(status, "^OK")
        self.assert_stands_in(bad, QUARANTINE)

    def test_append_over_quota(self):
        """The mail is judged after the storage refused it: nothing is
        anywhere, and the client knows."""
        client = self.fill()
        message = ways.mail("malware", size=4000)
        status, _ = literal(client, "INBOX", message)
        if status.startswith("OK"):
            self.assert_stands_in(message, QUARANTINE)
        else:
            self.assertRegex(status, r"^NO \[OVERQUOTA\]")
            self.assert_stands_in(message)


class LazyExpunge(EveryWay, PluginCase):
    OPTIONS = {"plugins": ["lazy_expunge"],
               "plugin_23": "  lazy_expunge = EXPUNGED\n",
               "conf_24": "lazy_expunge_mailbox = EXPUNGED\n"}

    def test_ways(self):
        """MOVE leaves a copy in EXPUNGED: also of what Warden diverted, but
        not a bad one."""
        message = ways.mail("malware")
        ways.move(self.instance, self.user, message)
        self.assert_stands_in(message, QUARANTINE)
        good = ways.mail()
        self.append(good)
        client = self.imap()
        client.select("INBOX")
        client.store("1", "+FLAGS", r"\Deleted")
        client.expunge()
        self.assert_stands_in(good, "EXPUNGED")

    def test_expunge_from_quarantine(self):
        for verdict in ("malware", "phishing"):
            message = ways.mail(verdict)
            self.append(message)
            client = self.imap()
            client.select(QUARANTINE)
            client.store("1:*", "+FLAGS", r"\Deleted")
            status, data = client.expunge()
            self.assertEqual(status, "OK", data)
            self.assert_stands_in(message)

    def test_expunge_bad_mail(self):
        """One that was there before Warden: it is in no place that a client
        can read without asking, and it is not lost."""
        message = ways.mail("malware")
        client = self.imap()
        ways.prepare_unscanned(client, message)
        client.store("1", "+FLAGS", r"\Deleted")
        status, data = client.expunge()
        self.assertEqual(status, "OK", data)
        self.assert_stands_in(message, QUARANTINE)


class ImapSieve(PluginCase):
    """A user's script that copies everything out of every mailbox."""

    SCRIPT = ('require ["fileinto", "copy", "mailbox", "imap4flags"];\n'
              'addflag "$Touched";\n'
              'fileinto :create :copy "Escaped";\n')

    @classmethod
    def options(cls):
        # sievec's output goes beside it
        cls.script = cls.make_dir(0o777) / "before.sieve"
        cls.script.write_text(cls.SCRIPT)
        cls.script.chmod(0o644)
        return {
            "imap_plugins": ["imap_sieve"],
            "plugin_23": "  sieve_plugins = sieve_imapsieve\n"
                         "  imapsieve_mailbox1_name = *\n"
                         "  imapsieve_mailbox1_causes = APPEND COPY FLAG\n"
                         "  imapsieve_mailbox1_before = file:%s\n"
                         % cls.script,
            "conf_24": "sieve_plugins {\n  sieve_imapsieve = yes\n}\n"
                       "sieve_script escape {\n  type = before\n"
                       "  cause {\n    append = yes\n    copy = yes\n"
                       "    flag = yes\n  }\n"
                       "  path = %s\n  bin_path = %s\n}\n"
                       % (cls.script, cls.script.with_suffix(".svbin"))}

    def test_good(self):
        message = ways.mail()
        self.append(message)
        self.assert_stands_in(message, "INBOX", "Escaped")

    def test_append(self):
        message = ways.mail("malware")
        self.append(message)
        found = self.assert_stands_in(message, QUARANTINE)
        self.assertNotIn("$Touched", found[QUARANTINE][0]["flags"])

    def test_copy_and_move(self):
        for verb in (b"COPY", b"MOVE"):
            message = ways.mail("malware")
            client = self.imap()
            client.create("Excluded")
            ways.prepare_unscanned(client, message)
            # the script copied it out when it was saved unscanned: that copy
            # was judged, and is in Quarantine already
            self.assert_stands_in(message, "Unscanned", QUARANTINE)
            status, _ = ways.command(client, verb + b" * INBOX\r\n")
            self.assertRegex(status, "^OK")
            self.assert_stands_in(message, QUARANTINE, *(
                ["Unscanned"] if verb == b"COPY" else []))

    def test_flag(self):
        """A flag change in Quarantine runs the script, too: refused."""
        message = ways.mail("malware")
        self.append(message)
        client = self.imap()
        client.select(QUARANTINE)
        client.store("1", "+FLAGS", r"\Flagged")
        client.close()
        self.assert_stands_in(message, QUARANTINE)

    def test_mixed(self):
        client = self.imap()
        mails = [ways.mail(), ways.mail("malware"), ways.mail()]
        status, _ = literal(client, "INBOX", *mails)
        self.assertRegex(status, r"^OK \[APPENDUID")
        self.assert_stands_in(mails[0], "INBOX", "Escaped")
        self.assert_stands_in(mails[1], QUARANTINE)


class ImapSieveDiscard(ImapSieve):
    """One that throws everything away: nothing in Quarantine is touched."""

    SCRIPT = "discard;\n"

    def test_good(self):
        message = ways.mail()
        self.append(message)
        found = self.assert_stands_in(message, "INBOX")
        self.assertIn("\\Deleted", found["INBOX"][0]["flags"])

    def test_append(self):
        for message in (ways.mail("malware"), ways.mail("phishing")):
            self.append(message)
            found = self.assert_stands_in(message, QUARANTINE)
            self.assertNotIn("\\Deleted", found[QUARANTINE][0]["flags"])

    def test_copy_and_move(self):
        message = ways.mail("malware")
        client = self.imap()
        ways.prepare_unscanned(client, message)
        ways.command(client, b"MOVE * INBOX\r\n")
        found = self.assert_stands_in(message, QUARANTINE)
        self.assertNotIn("\\Deleted", found[QUARANTINE][0]["flags"])

    def test_flag(self):
        pass

    def test_mixed(self):
        client = self.imap()
        mails = [ways.mail(), ways.mail("malware"), ways.mail()]
        literal(client, "INBOX", *mails)
        found = self.assert_stands_in(mails[1], QUARANTINE)
        self.assertNotIn("\\Deleted", found[QUARANTINE][0]["flags"])
        for message in (mails[0], mails[2]):
            found = self.assert_stands_in(message, "INBOX")
            self.assertIn("\\Deleted", found["INBOX"][0]["flags"])


class Public(PluginCase):
    """A public namespace: bad mail goes to who put it there."""

    @classmethod
    def options(cls):
        cls.public = cls.make_dir()
        if os.geteuid() == 0:
            os.chown(cls.public, instance_module.VMAIL_UID,
                     instance_module.VMAIL_UID)
        location = ("  location = maildir:%s:INDEXPVT=~/public-pvt\n"
                    if OLD else "  mail_driver = maildir\n  mail_path = %s\n"
                    "  mail_index_private_path = ~/public-pvt\n")
        return {"conf": "namespace public {\n  type = public\n"
                        "  separator = /\n  prefix = Public/\n"
                        "  subscriptions = no\n" + location % cls.public
                        + "}\n"}

    def test_it(self):
        client = self.imap("anna")
        client.create("Public/Board")
        good, bad = ways.mail(), ways.mail("malware")
        for message in (good, bad):
            literal(client, "Public/Board", message)
        self.assert_stands_in(good, "Public/Board", user="anna")
        self.assert_stands_in(good, "Public/Board", user="ben")
        self.assert_stands_in(bad, QUARANTINE, user="anna")
        self.assert_stands_in(bad, user="ben")
        # mixed
        mails = [ways.mail(), ways.mail("malware")]
        status, _ = literal(client, "Public/Board", *mails)
        self.assertRegex(status, r"^OK \[APPENDUID")
        self.assert_stands_in(mails[0], "Public/Board", user="ben")
        self.assert_stands_in(mails[1], QUARANTINE, user="anna")
        # a released mail is released for who released it
        message = ways.mail("phishing")
        self.append(message, user="anna")
        client.select(QUARANTINE)
        ways.command(client, b"MOVE * INBOX\r\n")
        self.assert_stands_in(message, "INBOX", user="anna")


    def test_fetch(self):
        """Hidden from everybody, and left where it is."""
        client = self.imap("anna")
        client.create("Public/Board")
        mails = [ways.mail() for _ in range(2)]
        for message in mails:
            literal(client, "Public/Board", message)
        self.turn(mails[0], user="anna")
        for user in ("ben", "anna"):
            reader = self.imap(user)
            reader.select("Public/Board")
            for _ in range(2):
                text = self.fetch(reader, "1:*", "BODY.PEEK[]")
                self.assertNotIn(ways.tag_of(mails[0]) + b"\r\n", text)
                self.assertIn(ways.tag_of(mails[1]) + b"\r\n", text)
                reader.noop()
                self.assertEqual(len(reader.search(
                    None, "SUBJECT", ways.tag_of(mails[0]).decode())[1][0]
                    .split()), 1)
        self.assertEqual(self.instance.mails("ben", QUARANTINE), None)


class Acl(Public):
    """The same with acl, and a mailbox that may not be posted to."""

    @classmethod
    def options(cls):
        options = super().options()
        options["plugins"] = ["acl"]
        options["plugin_23"] = "  acl = vfile\n"
        options["conf_24"] = "acl_driver = vfile\n"
        board = cls.public / ".Board"
        for path in (board, board / "cur", board / "new", board / "tmp"):
            path.mkdir(exist_ok=True)
        (cls.public / "dovecot-acl").write_text("authenticated lk\n")
        (board / "dovecot-acl").write_text("authenticated lrwstiekxpa\n")
        closed = cls.public / ".Closed"
        for path in (closed, closed / "cur", closed / "new", closed / "tmp"):
            path.mkdir(exist_ok=True)
        (closed / "dovecot-acl").write_text("authenticated lr\n")
        if os.geteuid() == 0:
            for folder, _, files in os.walk(cls.public):
                for path in [folder] + [os.path.join(folder, f)
                                        for f in files]:
                    os.chown(path, instance_module.VMAIL_UID,
                             instance_module.VMAIL_UID)
        return options

    def test_closed(self):
        message = ways.mail("malware")
        status = self.append(message, "Public/Closed", user="anna")
        self.assertRegex(status, "^NO")
        self.assert_stands_in(message, user="anna")


class Shared(PluginCase):
    """A user's mailbox shared with another."""

    @classmethod
    def options(cls):
        cls.dict = cls.make_dir(0o777)
        if OLD:
            conf = ("namespace shared {\n  type = shared\n"
                    "  separator = /\n  prefix = Shared/%%%%u/\n"
                    "  location = maildir:%%%%h/Maildir:INDEXPVT=~/pvt/%%%%u\n"
                    "  subscriptions = no\n  list = children\n}\n" % ())
        else:
            conf = ("namespace shared {\n  type = shared\n"
                    "  separator = /\n  prefix = Shared/$user/\n"
                    "  mail_driver = maildir\n"
                    "  mail_path = %{owner_home}/Maildir\n"
                    "  mail_index_private_path = ~/pvt/%{owner_user}\n"
                    "  subscriptions = no\n  list = children\n}\n"
                    "acl_sharing_map {\n  dict file {\n    path = "
                    + str(cls.dict) + "/map\n  }\n}\n")
        return {"plugins": ["acl"], "conf": conf,
                "plugin_23": "  acl = vfile\n  acl_shared_dict = "
                             "file:%s/map\n" % cls.dict,
                "conf_24": "acl_driver = vfile\n"}

    def share(self, owner, mailbox, user):
        done = self.instance.doveadm("acl", "set", "-u", owner, mailbox,
                                     "user=" + user, "lookup", "read",
                                     "write", "insert", "expunge", "post")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_it(self):
        phish = ways.mail("phishing")
        self.append(phish, user="anna")
        client = self.imap("anna")
        client.create("Box")
        client.select(QUARANTINE)
        status, _ = ways.command(client, b"MOVE 1 Box\r\n")
        self.assertRegex(status, "^OK")
        self.share("anna", "Box", "ben")
        self.share("anna", QUARANTINE, "ben")
        ben = self.imap("ben")
        name = "Shared/anna/Box"
        self.assertIn(name, ways.mailboxes(ben))

        # what ben puts there is judged, and bad mail is his
        good, bad = ways.mail(), ways.mail("malware")
        status, _ = literal(ben, name, good, bad)
        self.assertRegex(status, "^OK")
        self.assert_stands_in(good, "Box", user="anna")
        self.assert_stands_in(bad, QUARANTINE, user="ben")
        self.assertEqual(ways.where(self.instance, "anna", bad), {})
        request = self.fake.of(SCAN)[-1]
        self.assertEqual((request["user"], request["actor"]),
                         ("anna", "ben"))

        # anna's release holds for anna
        ben.select(name)
        status, _ = ways.command(ben, b"COPY 1 INBOX\r\n")
        self.assertRegex(status, "^OK")
        self.assert_stands_in(phish, "Box", user="anna")
        found = ways.where(self.instance, "ben", phish)
        self.assertNotIn("INBOX", found)
        self.assertIn(QUARANTINE, found)

        # anna's Quarantine is no way round it
        other = ways.mail("malware")
        self.append(other, user="anna")
        self.assertEqual(ben.select("Shared/anna/Quarantine")[0], "OK")
        ways.command(ben, b"COPY * INBOX\r\n")
        self.assertNotIn("INBOX", ways.where(self.instance, "ben", other))


class UrlAuth(PluginCase):
    """URLFETCH hands out bodies, too (RFC 4467), in a process of its own."""

    @classmethod
    def options(cls):
        attributes = ("mail_attribute_dict = file:%h/dovecot-attributes\n"
                      if OLD else "mail_attribute {\n  dict file {\n"
                      "    path = %{home}/dovecot-attributes\n  }\n}\n")
        return {"conf": attributes + "imap_urlauth_host = 127.0.0.1\n"}

    def test_it(self):
        message = ways.mail()
        self.append(message)
        client = self.imap()
        client.select("INBOX")
        url = ("imap://%s@127.0.0.1/INBOX/;uid=1;urlauth=user+%s"
               % (self.user, self.user))
        status, lines = ways.command(
            client, b'GENURLAUTH "%s" INTERNAL\r\n' % url.encode())
        self.assertRegex(status, "^OK", lines)
        found = re.search(r'(imap://[^"\s]+)', " ".join(lines)).group(1)

        def fetch():
            return ways.command(client, b'URLFETCH "%s"\r\n'
                                % found.encode())

        status, lines = fetch()
        self.assertIn("two dots and From", " ".join(lines))
        self.turn(message)
        deadline = time.monotonic() + 20
        while "two dots and From" in " ".join(lines):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
            status, lines = fetch()
        self.assertIn("NIL", " ".join(lines))


class Detail(PluginCase):
    """user+Junk is delivered to Junk: its role counts."""

    OPTIONS = {"conf": "lmtp_save_to_detail_mailbox = yes\n"}

    def test_it(self):
        for verdict, expected in ((None, "Junk"), ("phishing", "Junk"),
                                  ("malware", QUARANTINE)):
            message = ways.mail(verdict)
            replies = self.instance.deliver(message, "anna+Junk")
            self.assertEqual(replies["anna+Junk"][0], 250)
            self.assert_stands_in(message, expected, user="anna")
        self.assertEqual({r["role"] for r in self.fake.of(SCAN)}, {"junk"})


class Virtual(PluginCase):
    """Copies out of a virtual mailbox know their backend's record; a save
    into one is a save into its backend."""

    @classmethod
    def options(cls):
        cls.virtual = cls.make_dir()
        everything = cls.virtual / "All"
        everything.mkdir(parents=True, exist_ok=True)
        (everything / "dovecot-virtual").write_text(
            "!INBOX\nUnscanned\n  all\n")
        cls.virtual.chmod(0o755)
        location = ("  location = virtual:%s:INDEX=~/virtual\n" if OLD else
                    "  mail_driver = virtual\n  mail_path = %s\n"
                    "  mail_index_path = ~/virtual\n")
        return {"plugins": ["virtual"],
                "conf": "namespace virtual {\n  prefix = Virtual/\n"
                        "  separator = /\n" + location % cls.virtual
                        + "}\n"}

    def test_copy(self):
        good, bad = ways.mail(), ways.mail("malware")
        client = self.imap()
        client.create("Unscanned")
        literal(client, "INBOX", good)
        literal(client, "Unscanned", bad)
        client.select("Virtual/All")
        status, _ = ways.command(client, b"COPY 1:* Sent\r\n")
        self.assertRegex(status, "^OK")
        client.select("Sent")
        self.assertEqual(client.search(None, "ALL")[1], [b"1 2"])
        status, _ = ways.command(client, b"COPY 1:* Drafts\r\n")
        client.create("Work")
        client.select("Virtual/All")
        status, _ = ways.command(client, b"COPY 1:* Work\r\n")
        self.assertRegex(status, "^OK")
        self.assertIn(QUARANTINE, ways.where(self.instance, self.user, bad))
        self.assertNotIn("Work", ways.where(self.instance, self.user, bad))
        self.assertIn("Work", ways.where(self.instance, self.user, good))

    def test_fetch(self):
        """The mails behind it pass the gate."""
        mails = [ways.mail() for _ in range(3)]
        for message in mails:
            self.append(message)
        self.turn(mails[1])
        client = self.imap()
        client.select("Virtual/All")
        text = self.fetch(client, "1:*", "BODY.PEEK[]")
        for message, count in zip(mails, (1, 0, 1)):
            self.assertEqual(text.count(b"Subject: " + ways.tag_of(message)),
                             count)
        client.noop()
        client.select("Virtual/All")
        self.assertEqual(client.search(None, "ALL")[1], [b"1 2"])
        self.assert_stands_in(mails[1], QUARANTINE)

    def test_save(self):
        good, bad = ways.mail(), ways.mail("malware")
        for message in (good, bad):
            self.assertRegex(self.append(message, "Virtual/All"), "^OK")
        self.assertIn("INBOX", ways.where(self.instance, self.user, good))
        self.assertEqual(list(ways.where(self.instance, self.user, bad)),
                         [QUARANTINE])


class Mbox(PluginCase):
    """Left alone, with one line that says so."""

    STORAGE = "mbox"
    OPTIONS = {"conf": "mail_privileged_group =\n"}

    def test_it(self):
        for way in (ways.lmtp, ways.append):
            message = ways.mail("malware")
            told = way(self.instance, self.user, message)
            self.assertRegex(told, "^(250|OK)")
            found = ways.where(self.instance, self.user, message)
            self.assertEqual(list(found), ["INBOX"])
        self.assertEqual(self.fake.of(SCAN), [])
        self.assertIn("warden: mailboxes of storage mbox are left alone",
                      self.instance.log())
        client = self.imap()
        for _ in range(3):
            literal(client, "INBOX", ways.mail())
        lines = [line for line in self.instance.log().splitlines()
                 if "left alone" in line]
        self.assertLessEqual(len(lines), 8)


class SystemUsers(PluginCase):
    """A uid each, one socket for all."""

    OPTIONS = {"users": {"anna": 64101, "ben": 64102}}

    def test_it(self):
        for user in ("anna", "ben"):
            for way in (ways.lmtp, ways.append, ways.copy, ways.move):
                for verdict in (None, "malware"):
                    message = ways.mail(verdict)
                    told = way(self.instance, user, message)
                    self.assertRegex(told, "^(250|OK)")
                    found = ways.where(self.instance, user, message)
                    self.assertIn(QUARANTINE if verdict else "INBOX", found)
        message = ways.mail("malware")
        replies = self.instance.deliver(message, "anna", "ben")
        self.assertEqual({code for code, _ in replies.values()}, {250})
        for user in ("anna", "ben"):
            self.assert_stands_in(message, QUARANTINE, user=user)


if __name__ == "__main__":
    unittest.main()
