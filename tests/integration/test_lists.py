"""Whom the site, a domain or a user lets in or keeps out, and policy for some:
on the command line and through the service."""

import json
import tempfile

import messages
from admin_case import QUARANTINE, AdminCase

SENDER = "Ben Roth <ben@partner.example>"
PASS = ("Authentication-Results", "mx.example.org; dmarc=pass "
        "header.from=partner.example; dkim=pass header.d=partner.example")
FAIL = ("Authentication-Results", "mx.example.org; dmarc=fail "
        "header.from=partner.example; spf=fail "
        "smtp.mailfrom=ben@partner.example; dkim=none")


class Lists(AdminCase):
    USERS = 4
    # Users are called u00 …: for the command line any name will do.
    OPTIONS = {"warden_conf": """[sender]
authserv_ids = mx.example.org
[scores]
LINK_TEXT_MISMATCH = 7.0
[policy domain:strict.example]
phishing_threshold = 3.0
[actions user:u01]
spam = flag
[scores user:eve@strict.example]
LINK_TEXT_MISMATCH = 0.0
"""}

    def own(self, *args, status=0):
        done = self.instance.warden(*args)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout.decode()

    def scan(self, mail, user="anna@home.example"):
        with tempfile.NamedTemporaryFile(dir=self.instance.dir) as file:
            file.write(mail)
            file.flush()
            done = self.instance.warden("scan", "--json", "--user", user,
                                        file.name)
        self.assertEqual(done.returncode, 0, done.stderr)
        report = json.loads(done.stdout)
        return report["verdict"], {f["symbol"] for f in report["findings"]}

    def letter(self, *headers, link=None, attachments=(), sender=SENDER):
        """With a link that lies unless there is another."""
        self.number += 1
        return messages.message(
            "Hello (%d)" % self.number, "As we said: %s\n" % link,
            html=None if link else '<p>As we said: <a href="http://'
            'evil-pages.com/x">https://www.example-bank.com/</a></p>',
            sender=sender, number=self.number, headers=headers,
            attachments=attachments)

    def test_allow(self):
        user = "anna@home.example"
        proven, failed = self.letter(PASS), self.letter(FAIL)
        plain = self.letter()
        for mail in (proven, failed, plain):
            self.assertEqual(self.scan(mail)[0], "phishing")
        self.own("allow", "sender:Ben@Partner.example", "--user", user)
        verdict, symbols = self.scan(proven)
        self.assertEqual(verdict, "clean")
        self.assertIn("OWN_ALLOWED", symbols)
        # a forged one gains nothing, an unproven one a little
        verdict, symbols = self.scan(failed)
        self.assertEqual(verdict, "phishing")
        self.assertFalse({"OWN_ALLOWED", "OWN_ALLOWED_UNPROVEN"} & symbols)
        self.assertIn("OWN_ALLOWED_UNPROVEN", self.scan(plain)[1])
        # nobody else's
        self.assertEqual(self.scan(proven, "carl@home.example")[0],
                         "phishing")
        self.own("allow", "sender:ben@partner.example", "--user", user,
                 "--remove")
        self.assertEqual(self.scan(proven)[0], "phishing")

    def test_allow_is_not_for_malware(self):
        self.own("allow", "domain:partner.example")
        mail = self.letter(PASS, attachments=[
            ("eicar.com", messages.EICAR, "application/octet-stream")])
        verdict, symbols = self.scan(mail)
        self.assertEqual(verdict, "malware")
        self.assertIn("OWN_ALLOWED", symbols)
        self.own("allow", "domain:partner.example", "--remove")

    def test_who_comes_first(self):
        user, mail = "anna@home.example", self.letter(PASS, link="-")
        self.assertEqual(self.scan(mail)[0], "clean")
        # the user's own word, then the site's
        self.own("allow", "domain:partner.example")
        self.own("deny", "sender:ben@partner.example", "--user", user)
        self.assertEqual(self.scan(mail)[0], "spam")
        self.assertEqual(self.scan(mail, "carl@home.example")[0], "clean")
        # but an administrator's deny comes before everything
        self.own("allow", "sender:ben@partner.example", "--user", user)
        self.assertEqual(self.scan(mail)[0], "clean")
        self.own("deny", "domain:partner.example", "--domain",
                 "home.example")
        self.assertEqual(self.scan(mail)[0], "spam")
        self.assertEqual(self.scan(mail, "dan@other.example")[0], "clean")
        lines = self.own("deny", "--list", "--json").splitlines()
        self.assertEqual([entry for entry in map(json.loads, lines)
                          if not entry["scope"].startswith("user:u")], [
            {"scope": "domain:home.example", "list": "deny",
             "entry": "domain:partner.example"}])
        # no feed
        self.assertEqual(self.own("feed", "list"), self.own("feed", "list"))
        self.assertNotIn("home.example", self.own("feed", "list", "--json"))
        self.own("deny", "domain:partner.example", "--domain",
                 "home.example", "--remove")
        self.own("allow", "sender:ben@partner.example", "--user", user,
                 "--remove")
        self.own("allow", "domain:partner.example", "--remove")

    def test_hosts_and_files(self):
        mail = self.letter(link="https://www.shop.example/a",
                           sender="Amy <amy@third.example>")
        self.own("deny", "host:shop.example")
        self.assertEqual(self.scan(mail)[0], "spam")
        self.own("deny", "host:shop.example", "--remove")
        self.assertEqual(self.scan(mail)[0], "clean")
        self.own("deny", "hash:" + self.sha256)
        self.assertEqual(self.scan(self.mail())[0], "spam")
        self.own("deny", "hash:" + self.sha256, "--remove")

    def test_usage(self):
        for args in (["allow"], ["allow", "x"], ["deny", "hash:12"],
                     ["allow", "host:a.example"], ["deny", "sender:ben"],
                     ["deny", "host:a.example", "--user", "a", "--domain",
                      "b.example"]):
            self.own(*args, status=2)

    def test_policy_for_some(self):
        mail = self.letter(sender="Amy <amy@third.example>")
        _, symbols = self.scan(mail, "dan@strict.example")
        self.assertIn("LINK_TEXT_MISMATCH", symbols)
        # eve is of that domain, and finds nothing in addresses
        verdicts = [self.scan(mail, user)[0] for user in (
            "dan@strict.example", "eve@strict.example")]
        self.assertEqual(verdicts, ["phishing", "clean"])

    def test_service(self):
        """One mail, two users: each copy has its recipient's verdict, and what
        is stored with the message is what holds for everybody."""
        one, two = self.take_users(2)
        self.assertEqual((one, two), ("u00", "u01"))
        mail = self.letter(link="-", sender="Amy <amy@denied.example>")
        self.own("deny", "sender:amy@denied.example", "--user", one)
        self.instance.deliver(mail, one, two)
        self.assertEqual(len(self.stored(one, QUARANTINE)), 1)
        self.assertEqual(len(self.stored(two, "INBOX")), 1)
        rows = self.instance.sql(
            "SELECT u.name, v.name, m.verdict, m.symbols FROM deliveries d "
            "JOIN users u ON u.id = d.user_id JOIN verdicts v "
            "ON v.id = d.verdict JOIN messages m ON m.id = d.message_id "
            "WHERE m.from_address = 'amy@denied.example' ORDER BY 1")
        self.assertEqual([row[:3] for row in rows],
                         [(one, "spam", 1), (two, "clean", 1)])
        self.assertNotIn("OWN_DENIED", rows[0][3])
        # the other's, by the key alone
        self.own("deny", "sender:amy@denied.example", "--user", two)
        client = self.imap(two)
        client.create("Other")
        client.select("INBOX")
        self.assertEqual(client.copy("1", "Other")[0], "OK")
        client.select("Other")
        flags = client.fetch("1", "(FLAGS)")[1]
        self.assertIn(b"$Junk", flags[0])  # [actions user:u01] spam = flag
