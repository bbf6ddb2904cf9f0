"""One mail, several recipients: each has his own findings, verdict and mailbox,
and a copy that is judged again is judged by the past that it came with."""

import json
import sqlite3
import tempfile
import unittest

import messages
import test_service
import wire
from admin_case import QUARANTINE, AdminCase

BEN = "Ben Roth <ben@partner.example>"
PAST = {"CONTACT_PROVEN", "FIRST_CONTACT", "KNOWN_CONTACT",
        "SENDER_NAME_OF_CONTACT"}
OFFER = "Cheap viagra from an online pharmacy, no prescription needed. " \
    "Lose weight fast, without diet.\n"
DAY = 24 * 3600 * 1000000


class Service(test_service.Case):
    """What wardend answers, stores and shows."""

    CONF = "[sender]\nauthserv_ids = mx.example.org\n"

    def letter(self, number, sender=BEN, text="Hello.\n", **options):
        return messages.message("Mail %d" % number, text, sender=sender,
                                number=number, **options)

    def past(self, reply):
        return PAST & set(reply["symbols"].split())

    def show(self, daemon, key):
        program = test_service.build_directory(self.BUILD) / "scanner/warden"
        done = test_service.subprocess.run(
            [program, "show", "--json", "--config", str(daemon.config),
             key.hex()], check=True, capture_output=True, text=True,
            **daemon.ids())
        return json.loads(done.stdout)

    def test_each_his_own_past(self):
        daemon = self.wardend(conf=self.CONF)
        daemon.scan(self.letter(1), user="anna")
        mail = self.letter(2)
        to_anna = daemon.scan(mail, user="anna")
        to_zoe = daemon.scan(mail, user="zoe")
        self.assertEqual(self.past(to_anna), {"KNOWN_CONTACT"})
        self.assertEqual(self.past(to_zoe), {"FIRST_CONTACT"})
        # what comes later is not the past of this mail, even of new rows
        daemon.scan(self.letter(3), user="zoe")
        daemon.scan(self.letter(4), user="zoe")
        for operation in ("fetch", "rescan", "copy"):
            for user, wanted in (("anna", {"KNOWN_CONTACT"}),
                                 ("zoe", {"FIRST_CONTACT"})):
                by_key = daemon.ask("scan", key=to_zoe["key"][:16],
                                    user=user, operation=operation)
                self.assert_fields(by_key, status="ok", verdict="clean")
                self.assertTrue(by_key["flags"] & wire.CACHED)
                self.assertEqual(self.past(by_key), wanted, operation)
                by_body = daemon.scan(mail, user=user, operation=operation)
                self.assertEqual(self.past(by_body), wanted, operation)
        # whose mail it never was has a past of his own
        self.assert_fields(daemon.ask("scan", key=to_zoe["key"][:16],
                                      user="carl", operation="copy"),
                           status="need-body")
        shown = self.show(daemon, to_zoe["key"])
        self.assertFalse(PAST & {f["symbol"] for f in shown["findings"]})
        for copy in shown["copies"]:
            self.assertEqual({f["symbol"] for f in copy["findings"]} & PAST,
                             {"KNOWN_CONTACT"} if copy["user"] == "anna"
                             else {"FIRST_CONTACT"})
        rows = daemon.sql("select distinct user, symbols from recent_verdicts "
                          "where subject = 'Mail 2' order by 1")
        by_view = {user: PAST & set(symbols.split())
                   for user, symbols in rows}
        self.assertEqual(by_view, {"anna": {"KNOWN_CONTACT"},
                                   "zoe": {"FIRST_CONTACT"}})

    def test_written_to(self):
        """Whom one wrote to, one knows; and no other does."""
        daemon = self.wardend(conf=self.CONF)
        note = messages.message("To Ben", "Hello.\n", number=1,
                                sender="Anna <anna@home.example>",
                                to="ben@partner.example")
        daemon.scan(note, user="anna", role="sent", operation="save")
        proof = ("Authentication-Results", "mx.example.org; dmarc=pass "
                 "header.from=partner.example")
        mail = self.letter(2, headers=[proof])
        self.assertEqual(self.past(daemon.scan(mail, user="anna")),
                         {"KNOWN_CONTACT", "CONTACT_PROVEN"})
        self.assertEqual(self.past(daemon.scan(mail, user="zoe")),
                         {"FIRST_CONTACT"})
        plain = self.letter(3)
        self.assertEqual(self.past(daemon.scan(plain, user="anna")),
                         {"KNOWN_CONTACT"})

    def test_unusual_language(self):
        """To one who gets mail in two languages a third is unusual, once."""
        daemon = self.wardend(conf=self.CONF)
        english = ("This is what we have found out about the house, and it is "
                   "not as you were told when you came to see us.\n")
        german = ("Das ist es, was wir über das Haus herausgefunden haben, und "
                  "es ist nicht so, wie man es Ihnen gesagt hat.\n")
        french = ("Voici ce que nous avons trouvé au sujet de la maison, et ce "
                  "n'est pas comme on vous l'a dit quand vous êtes venu.\n")
        for number in range(200):
            daemon.scan(self.letter(number, text=german if number % 9 == 0
                                    else english), user="anna")
        for number, (user, text, wanted) in enumerate((
                ("anna", english, False), ("anna", german, False),
                ("anna", french, True), ("anna", french, False),
                ("zoe", french, False)), 300):
            mail = self.letter(number, text=text)
            reply = daemon.scan(mail, user=user)
            self.assertEqual("LANGUAGE_UNUSUAL" in reply["symbols"].split(),
                             wanted, (user, text))
            self.assertEqual(reply["verdict"], "clean")
            again = daemon.scan(mail, user=user, operation="rescan")
            self.assertEqual(reply["symbols"], again["symbols"])

    def test_proven_contact_is_damped(self):
        """Weak signs count half, strong ones do not."""
        daemon = self.wardend(conf=self.CONF)
        note = messages.message("To Ben", "Hello.\n", number=1,
                                sender="Anna <anna@home.example>",
                                to="ben@partner.example")
        daemon.scan(note, user="anna", role="sent", operation="save")
        proof = ("Authentication-Results", "mx.example.org; dmarc=pass "
                 "header.from=partner.example")
        mail = self.letter(2, headers=[proof], text=OFFER, attachments=[
            ("eicar.com", messages.EICAR, "application/octet-stream")])
        reply = daemon.scan(mail, user="anna")
        daemon.scan(mail, user="zoe")
        shown = self.show(daemon, reply["key"])
        scores = {copy["user"]: {f["symbol"]: f["score"]
                                 for f in copy["findings"]}
                  for copy in shown["copies"]}
        self.assertEqual(scores["anna"]["EICAR_TEST_FILE"],
                         scores["zoe"]["EICAR_TEST_FILE"])
        self.assertIn("CONTENT_OFFER", scores["zoe"])
        self.assertEqual(scores["anna"]["CONTENT_OFFER"],
                         scores["zoe"]["CONTENT_OFFER"] / 2)

    def test_name_of_a_contact(self):
        daemon = self.wardend(conf=self.CONF)
        for number in range(1, 6):
            daemon.scan(self.letter(number), user="anna")
        # as if over some weeks
        self.age(daemon, "update contacts set first = first - 20 * %d, "
                 "often = first" % DAY)
        false = self.letter(6, sender="Ben Roth <b.roth@elsewhere.example>")
        self.assertEqual(self.past(daemon.scan(false, user="anna")),
                         {"FIRST_CONTACT", "SENDER_NAME_OF_CONTACT"})
        self.assertEqual(self.past(daemon.scan(false, user="zoe")),
                         {"FIRST_CONTACT"})
        other = self.letter(7, sender="Ben Rath <b.rath@elsewhere.example>")
        self.assertEqual(self.past(daemon.scan(other, user="anna")),
                         {"FIRST_CONTACT"})

    def age(self, daemon, statement):
        connection = sqlite3.connect(daemon.database, timeout=30)
        with connection:
            connection.execute(statement)
        connection.close()

    def test_whom_the_envelope_names(self):
        """A blind copy: found for one, and not for the other."""
        daemon = self.wardend(conf=self.CONF)
        mail = messages.message("News for amy@home.example", "Hello.\n",
                                sender=BEN, number=1, to="list@else.example")
        amy = daemon.scan(mail, user="amy", recipient="amy@home.example")
        bob = daemon.scan(mail, user="bob", recipient="bob@home.example")
        self.assertIn("SUBJECT_NAMES_RECIPIENT", amy["symbols"])
        self.assertNotIn("SUBJECT_NAMES_RECIPIENT", bob["symbols"])
        # a rescan does not say for whom it came
        for reply, user in ((amy, "amy"), (bob, "bob")):
            for fields in ({"key": reply["key"]}, {"body": mail}):
                again = daemon.ask("scan", user=user, operation="rescan",
                                   **fields)
                self.assertEqual(again["symbols"], reply["symbols"])
        shown = self.show(daemon, amy["key"])
        self.assertNotIn("SUBJECT_NAMES_RECIPIENT",
                         [f["symbol"] for f in shown["findings"]])


class Mailboxes(AdminCase):
    """The same with Dovecot: who denies, who allows, who has learned."""

    USERS = 2
    OPTIONS = {"warden_conf": "[learn]\nminimum = 3\n"
                              "[scores]\nBAYES_SPAM = 7.0\n"}

    def own(self, *args):
        done = self.instance.warden(*args)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def letter(self, words, sender="Amy <amy@third.example>"):
        self.number += 1
        return messages.message(
            "About %s" % words[0], "Hello,\n\n%s (%d).\n" % (
                " ".join(words), self.number), sender=sender,
            number=self.number)

    def learn(self, what, user, words):
        for _ in range(4):
            with tempfile.NamedTemporaryFile(dir=self.instance.dir) as file:
                file.write(self.letter(words))
                file.flush()
                self.own("learn", what, "--user", user, file.name)

    def verdicts(self, sender):
        return dict(self.instance.sql(
            "SELECT user, verdict FROM recent_verdicts "
            "WHERE from_address = ? ORDER BY delivery_id", sender))

    def where(self, users, mail):
        """{user: mailbox} of the one that has that mail."""
        found = {}
        for user in users:
            for mailbox, rows in self.snapshot(user).items():
                line = mail.decode().splitlines()[-1]
                if any(line in row[3] for row in rows):
                    self.assertNotIn(user, found)
                    found[user] = mailbox
        return found

    def look(self, user):
        client = self.imap(user)
        if client.select("INBOX")[1] != [b"0"]:
            client.fetch("1:*", "(BODY.PEEK[])")
        self.close(client)

    def test_story(self):
        one, two = self.take_users(2)
        bad, good = ["watches", "outlet", "luxury", "replica", "cheapest"], \
            ["minutes", "chapter", "garden", "rehearsal", "budget"]
        for user, spam, ham in ((one, bad, good), (two, good, bad)):
            self.learn("spam", user, spam)
            self.learn("ham", user, ham)
        # one denies, and the other does not
        self.own("deny", "sender:eve@denied.example", "--user", one)
        denied = self.letter(["a", "plain", "word"],
                             "Eve <eve@denied.example>")
        learned = self.letter(bad, "Lee <lee@shop.example>")
        for mail in (denied, learned):
            self.instance.deliver(mail, one, two)
        wanted = {one: QUARANTINE, two: "INBOX"}
        for mail in (denied, learned):
            self.assertEqual(self.where((one, two), mail), wanted)
        for sender in ("eve@denied.example", "lee@shop.example"):
            self.assertEqual(self.verdicts(sender),
                             {one: "spam", two: "clean"})
        self.assertEqual(self.instance.sql(
            "SELECT m.verdict, count(*) FROM messages m JOIN deliveries d "
            "ON d.message_id = m.id WHERE m.from_address IN "
            "('eve@denied.example', 'lee@shop.example') "
            "GROUP BY m.id"), [(1, 2), (1, 2)])
        # judged again, one by one and by the body
        for user in (one, two):
            self.warden("rescan", "-f", "-u", user)
            self.look(user)
        for mail in (denied, learned):
            self.assertEqual(self.where((one, two), mail), wanted)
        # now the other denies as well: the next FETCH takes it away
        self.own("deny", "sender:eve@denied.example", "--user", two)
        self.look(two)
        self.assertEqual(self.where((one, two), denied),
                         {one: QUARANTINE, two: QUARANTINE})
        self.assertEqual(self.verdicts("eve@denied.example"),
                         {one: "spam", two: "spam"})
        # a pull takes both copies, a restore gives each its own place
        hunt = "sender:lee@shop.example"
        before = self.snapshot(two)
        self.warden("pull", hunt)
        self.assertEqual(self.where((one, two), learned),
                         {one: QUARANTINE, two: QUARANTINE})
        self.warden("restore", "-u", two, hunt)
        self.assert_same(before, self.snapshot(two))
        self.assertEqual(self.verdicts("lee@shop.example")[one], "spam")


if __name__ == "__main__":
    unittest.main()
