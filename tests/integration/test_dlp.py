"""What must not leave the house: only in mail that is sent, and never told."""

import unittest

import test_service
import wire

CARD = b"4111 1111 1111 1111"
MAIL = (b"From: Ada <ada@house.example.org>\r\nTo: bob@shop.example\r\n"
        b"Subject: Card\r\nMessage-ID: <%d@house.example.org>\r\n\r\n"
        b"Please book it on " + CARD + b".\r\n")


class Dlp(unittest.TestCase):
    def ask(self, daemon, number, role):
        body = MAIL % number
        return wire.ask(daemon.socket, "scan", body, operation="save",
                        role=role, service="imap",
                        user="ada@house.example.org", sender="", recipient="",
                        session="dlp", mailbox="Sent",
                        key=test_service.canonical_key(body))

    def test_roles(self):
        daemon = test_service.Wardend("plain")
        try:
            for number, (role, verdict, action) in enumerate((
                    ("sent", "policy", "flag"), ("drafts", "policy", "flag"),
                    ("none", "clean", "allow"), ("junk", "clean", "allow"))):
                with self.subTest(role):
                    reply = self.ask(daemon, number, role)
                    self.assertEqual(reply["verdict"], verdict)
                    self.assertEqual(reply["action"], action)
                    for value in reply.values():
                        self.assertNotIn("1111", str(value))
        finally:
            self.assertEqual(daemon.stop(), 0)
        self.assertNotIn("4111", daemon.log())
        for path in daemon.database.parent.glob("verdicts.sqlite*"):
            data = path.read_bytes()
            self.assertNotIn(CARD, data)
            self.assertNotIn(CARD.replace(b" ", b""), data)
            if path == daemon.database:
                self.assertIn(b"DLP_CARD", data)


if __name__ == "__main__":
    unittest.main()
