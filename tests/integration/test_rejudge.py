"""Mail is judged again from what is stored when only lists have changed: the
result must be what a scan of the body gives."""

import email
import email.policy
import email.utils
import json
import pathlib
import random
import subprocess
import unittest

import messages
import test_service
import tree
import wire

GENERATIONS = ("native",)
CASES = tree.PROJECT / "tests" / "cases"
# of all cases, drawn anew at each run
CASES_DRAWN = 300
UNKNOWN_HASH = "00" * 32


class Rejudge(test_service.Case):
    ROUNDS = 12

    def setUp(self):
        self.random = random.Random()
        seed = self.random.randrange(1 << 32)
        self.random.seed(seed)
        self.note = "seed %d" % seed

    def warden(self, daemon, *words, **options):
        program = test_service.build_directory(self.BUILD) / "scanner/warden"
        return subprocess.run([program, *words], check=True, text=True,
                              capture_output=True, **options).stdout

    def feed(self, daemon, verb, name, *options, lines=()):
        words = ["feed", verb, "--config", str(daemon.config)]
        if verb == "import":
            words += ["--name", name, "--format", "list", *options, "-"]
        else:
            words += [name]
        self.warden(daemon, *words, input="".join(
            line + "\n" for line in lines), **daemon.ids())

    # --- material ----------------------------------------------------------

    def cases(self):
        """[(name, message, envelope sender)], and all that lists may know of
        them."""
        found, values = [], {"sha256": set(), "url": set(), "host": set(),
                             "sender": set()}
        keys = set()
        paths = self.random.sample(sorted(CASES.glob("*/message.eml")),
                                   CASES_DRAWN)
        report = self.warden(None, "scan", "--json", *map(str, paths))
        for path, line in zip(paths, report.splitlines(), strict=True):
            scanned = json.loads(line)
            # one message with several envelope senders is judged by all
            if scanned["sha256"] in keys:
                continue
            keys.add(scanned["sha256"])
            sender = "bounce-%s@mail.example" % path.parent.name
            found.append((path.parent.name, path.read_bytes(), sender))
            values["sha256"] |= {part["sha256"] for part in scanned["parts"]
                                 if part["size"]}
            # a list names no host that is only a number
            values["url"] |= {url["url"] for url in scanned["urls"]
                              if "://" in url["url"] and
                              url["url"].lower().startswith("http") and
                              "." in url["url"].split("/")[2]}
            values["host"] |= {url["host"] for url in scanned["urls"]
                               if "." in url["host"]}
            values["sender"] |= {sender} | self.senders(found[-1][1])
        return found, {kind: sorted(of) for kind, of in values.items()}

    @staticmethod
    def senders(message):
        parsed = email.message_from_bytes(message,
                                          policy=email.policy.compat32)
        fields = [str(value) for name in ("From", "Reply-To", "Sender",
                                          "Return-Path")
                  for value in parsed.get_all(name, [])]
        return {address.lower() for _, address in
                email.utils.getaddresses(fields)
                if address.isascii() and address.count("@") == 1 and
                " " not in address and "." in address.rpartition("@")[2]}

    def indicators(self, values, count):
        lines = [UNKNOWN_HASH]
        for _ in range(count):
            kind = self.random.choice(sorted(values))
            value = self.random.choice(values[kind])
            if kind == "host" and self.random.random() < 0.3:
                above = value.partition(".")[2]
                value = above if "." in above else value
            if kind == "sender" and self.random.random() < 0.3:
                value = "@" + value.rpartition("@")[2]
            lines.append(value)
        return lines

    def change_lists(self, daemons, values):
        """The same for all; whether links may be judged otherwise."""
        name = self.random.choice(("one", "two", "good"))
        options = ["--allow"] if name == "good" else []
        lines = self.indicators(values, self.random.randrange(1, 12))
        for daemon in daemons:
            try:
                self.feed(daemon, "import", name, *options, lines=lines)
            except subprocess.CalledProcessError as error:
                self.fail(error.stderr)
        return name == "good"

    # --- comparing ---------------------------------------------------------

    FIELDS = ("verdict", "action", "keyword", "score_milli", "reason",
              "symbols", "key", "rules_epoch")

    # What came before a mail is not what lists say: it changes with them when
    # other mail of that sender turns bad, and is asked with the body only.
    PAST = ("FIRST_CONTACT", "KNOWN_CONTACT", "BURST",
            "REPLY_WITHOUT_THREAD")

    def without_past(self, symbols):
        return " ".join(symbol for symbol in symbols.split()
                        if symbol not in self.PAST)

    def said(self, reply, field):
        return self.without_past(reply[field]) if field == "symbols" else \
            reply[field]

    def names_past(self, *replies):
        return any(self.without_past(reply["symbols"]) != reply["symbols"]
                   for reply in replies)

    def stored(self, daemon, key):
        blob = "x'%s'" % key.hex()
        rows = daemon.sql(
            "select verdict, score, reason, symbols, allowed from messages "
            "where key = %s" % blob)
        return [row[:2] + (self.without_past(row[3]),) + row[4:]
                for row in rows] + daemon.sql(
            "select f.symbol, f.family, f.technique, f.score, f.detail, "
            "f.part from findings f join messages m on m.id = f.message_id "
            "where m.key = %s and f.symbol not in %s order by f.n"
            % (blob, self.PAST)) + daemon.sql(
            "select u.part, u.reason from unscanned u join messages m on "
            "m.id = u.message_id where m.key = %s order by u.n" % blob)

    def test_same_as_a_scan_of_the_body(self):
        """Generated lists over all cases: one service is asked by key, another
        always gets the body."""
        conf = "[scores]\n" + "".join("%s = 0\n" % s for s in self.PAST)
        by_key, by_body = (self.wardend(conf=conf) for _ in range(2))
        mails, values = self.cases()
        keys = {}
        for name, message, sender in mails:
            for daemon in (by_key, by_body):
                keys[name] = daemon.scan(message, sender=sender)["key"]
        counts = {"fresh": 0, "changed": 0, "body": 0}
        verdicts = {}
        for number in range(self.ROUNDS):
            allows = self.change_lists((by_key, by_body), values)
            for name, message, sender in mails:
                where = "%s, round %d, %s" % (self.note, number, name)
                wanted = by_body.scan(message, sender=sender,
                                      operation="fetch")
                reply = by_key.ask("scan", key=keys[name][:16],
                                   operation="fetch")
                if reply["status"] == "need-body":
                    self.assertTrue(allows, where)
                    counts["body"] += 1
                    reply = by_key.scan(message, sender=sender,
                                        operation="fetch")
                else:
                    self.assertTrue(reply["flags"] & wire.CACHED, where)
                for field in self.FIELDS:
                    if field == "reason" and self.names_past(reply, wanted):
                        continue
                    self.assertEqual(self.said(reply, field),
                                     self.said(wanted, field),
                                     (where, field))
                self.assertGreater(reply["list_generation"], 0, where)
                # two messages of one key are not told apart by it
                if list(keys.values()).count(keys[name]) == 1:
                    self.assertEqual(self.stored(by_key, keys[name]),
                                     self.stored(by_body, keys[name]), where)
                changed = verdicts.get(name) not in (None, wanted["symbols"])
                counts["changed" if changed else "fresh"] += 1
                verdicts[name] = wanted["symbols"]
        self.assertGreater(counts["changed"], 10, (self.note, counts))
        self.assertLess(counts["body"], self.ROUNDS * len(mails) / 4,
                        (self.note, counts))

    # --- what is written, and when ------------------------------------------

    def judged(self, daemon, key):
        return daemon.sql("select judged, verdict, list_generation "
                          "from messages where key = x'%s'" % key.hex())[0]

    def test_story(self):
        """Good yesterday, on a list today, off it tomorrow; no body is read,
        and what is not concerned is not written."""
        daemon = self.wardend()
        bad, other = messages.good(1), messages.good(2)
        first = daemon.scan(bad, sender="eve@evil.example")
        second = daemon.scan(other, sender="amy@fine.example")
        untouched = self.judged(daemon, second["key"])
        fetch = lambda reply, **fields: daemon.ask(
            "scan", key=reply["key"][:16], operation="fetch", **fields)
        self.assert_fields(fetch(first), verdict="clean",
                           list_generation=first["list_generation"])
        self.feed(daemon, "import", "bad", lines=["@evil.example"])
        found = fetch(first)
        self.assert_fields(
            found, status="ok", action="quarantine",
            symbols="KNOWN_BAD_SENDER FIRST_CONTACT",
            list_generation=first["list_generation"] + 1)
        self.assertTrue(found["flags"] & wire.CACHED)
        same = fetch(second)
        self.assert_fields(same, verdict="clean",
                           list_generation=first["list_generation"] + 1)
        self.assertEqual(self.judged(daemon, second["key"]), untouched)
        # asked again it is fresh, and not written again
        judged = self.judged(daemon, first["key"])
        self.assertEqual(judged[2], first["list_generation"] + 1)
        self.assert_fields(fetch(first), action="quarantine")
        self.assertEqual(self.judged(daemon, first["key"]), judged)
        # policy is the request's
        self.assert_fields(fetch(first, role="sent"), action="flag")
        self.assert_fields(fetch(first, actions="x"), status="bad-request")
        self.feed(daemon, "remove", "bad")
        self.assert_fields(fetch(first), verdict="clean", action="allow",
                           list_generation=first["list_generation"] + 2)
        self.assertEqual(wire.status(daemon.socket)["scans"], "2")
        self.assertEqual(len(daemon.sql("select * from recent_verdicts")), 2)

    def test_body_is_needed(self):
        """New rules, mail that nobody judged, mail that nobody knows."""
        daemon = self.wardend()
        reply = daemon.scan(messages.good(1))
        daemon.ask("pending", key=b"p" * 32)
        for key in (b"p" * 16, b"u" * 16):
            self.assert_fields(daemon.ask("scan", key=key, operation="fetch"),
                               status="need-body")
        daemon.stop()
        daemon.config.write_text(daemon.config.read_text() +
                                 "[scores]\nEICAR_TEST_FILE = 19\n")
        daemon.start()
        self.assert_fields(daemon.ask("scan", key=reply["key"],
                                      operation="fetch"), status="need-body")
        again = daemon.scan(messages.good(1), operation="fetch")
        self.assert_fields(again, rules_epoch=reply["rules_epoch"] + 1)
        self.assert_fields(daemon.ask("scan", key=reply["key"],
                                      operation="fetch"), status="ok")

    def test_locked(self):
        """It is judged, but not fresh: it will ask again."""
        daemon = self.wardend(conf="commit_msecs = 200\n")
        reply = daemon.scan(messages.good(1), sender="eve@evil.example")
        self.feed(daemon, "import", "bad", lines=["eve@evil.example"])
        lock = test_service.sqlite3.connect(daemon.database,
                                            isolation_level=None)
        lock.execute("begin immediate")
        self.assert_fields(daemon.ask("scan", key=reply["key"],
                                      operation="fetch"),
                           status="ok", action="quarantine",
                           list_generation=0)
        lock.execute("rollback")
        lock.close()
        # it may keep off the database for some seconds
        ask = lambda: daemon.ask("scan", key=reply["key"], operation="fetch")
        self.assertTrue(test_service.wait_until(
            lambda: ask()["status"] == "ok"), daemon.log())
        self.assert_fields(ask(), action="quarantine",
                           list_generation=reply["list_generation"] + 1)

    # --- copies ------------------------------------------------------------

    def test_copies_that_stand(self):
        """A copy that is looked at where it stands gets a row once."""
        daemon = self.wardend()
        message = messages.good(3)
        place = {"mailbox": "INBOX", "mailbox_guid": b"i" * 16,
                 "uid_validity": 5, "uid": 7, "guid": "m"}
        rows = lambda: daemon.sql(
            "select state, mailbox, uid, verdict from recent_verdicts")
        # mail that came while nobody looked
        seen = daemon.scan(message, operation="rescan", **place)
        self.assertEqual(rows(), [("stored", "INBOX", 7, "clean")])
        for operation in ("fetch", "rescan"):
            for fields in ({"body": message}, {"key": seen["key"]}):
                daemon.ask("scan", operation=operation, **fields, **place)
        self.assertEqual(len(rows()), 1)
        daemon.ask("scan", key=seen["key"], operation="rescan",
                   **dict(place, uid=8))
        self.assertEqual([row[2] for row in rows()], [7, 8])
        # its PLACE was lost
        daemon.scan(message, user="bert")
        daemon.scan(message, user="bert", operation="fetch",
                    **dict(place, mailbox_guid=b"b" * 16))
        self.assertEqual([row[0] for row in rows()], ["stored"] * 3)
        # saved without being judged
        pending = daemon.ask("pending", user="carla", mailbox="INBOX")
        daemon.ask("place", user="carla",
                   delivery_id=pending["delivery_id"],
                   **dict(place, mailbox_guid=b"c" * 16))
        daemon.scan(message, user="carla", operation="fetch",
                    **dict(place, mailbox_guid=b"c" * 16))
        self.assertEqual(rows()[3], ("stored", "INBOX", 7, "clean"))
        self.assertEqual(len(rows()), 4)
        # a client that does not say where
        daemon.scan(message, user="carla", operation="fetch")
        self.assertEqual(len(rows()), 4)


RejudgeSanitized = test_service.sanitized(Rejudge)
RejudgeSanitized.ROUNDS = 5

if __name__ == "__main__":
    unittest.main(verbosity=2)
