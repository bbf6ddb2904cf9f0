"""Mail that openssl and gpg themselves sign, through the service: what is
found, and that stored mail is judged again when other signers are believed."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import messages
import tree
from admin_case import AdminCase

KEYS = tree.PROJECT / "tests" / "signature"
sys.path.insert(0, str(KEYS))

import sign  # noqa: E402

ADA = "ada@sender.example"
HEAD = sign.head().split("MIME-Version")[0].replace("\r\n", "\n").encode()


def openssl(*arguments):
    """A mail signed with Ada's RSA key, as openssl writes it."""
    done = subprocess.run(
        ["openssl", "cms", "-sign", "-signer", str(KEYS / "ada-rsa.pem"),
         "-inkey", str(KEYS / "ada-rsa.key"), *arguments],
        input=sign.BODY, stdout=subprocess.PIPE, check=True)
    return HEAD + done.stdout


@unittest.skipUnless(shutil.which("openssl") and shutil.which("gpg"),
                     "openssl and gpg are not installed")
class Signed(AdminCase):
    USERS = 2

    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp(prefix="warden-", dir="/tmp")
        for name in ("root.pem", "keys.asc"):
            path = shutil.copy(KEYS / name, folder)
            pathlib.Path(path).chmod(0o644)
        cls.OPTIONS = {"directory": folder, "warden_conf": "[signatures]\n"
                       "smime_roots = root.pem\nopenpgp_keys = keys.asc\n"}
        super().setUpClass()

    def report(self, mail):
        with tempfile.NamedTemporaryFile(dir=self.instance.dir) as file:
            file.write(mail)
            file.flush()
            done = self.instance.warden("scan", "--json", file.name)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def scan(self, mail):
        """[(kind, status, signer)]"""
        return [(s["kind"], s["status"], s["signer"])
                for s in self.report(mail)["signatures"]]

    def symbols(self, mail):
        return {f["symbol"] for f in self.report(mail)["findings"]}

    def test_openssl(self):
        detached, opaque = openssl("-md", "sha512"), openssl("-nodetach")
        pss = openssl("-keyopt", "rsa_padding_mode:pss")
        for mail in (detached, opaque, pss):
            self.assertEqual(self.scan(mail), [("smime", "valid", ADA)])
        self.assertIn(b"Monday", detached)
        self.assertEqual(self.scan(detached.replace(b"Monday", b"Friday")),
                         [("smime", "altered", ADA)])

    def test_gpg(self):
        for key in ("ada-pgp", "ada-pgp-rsa"):
            mail = sign.head().encode() + sign.pgp_mime(sign.BODY, key)
            (found,) = self.scan(mail)
            self.assertEqual(found[:2], ("openpgp", "valid"))
            (found,) = self.scan(mail.replace(b"Monday", b"Friday"))
            self.assertEqual(found[:2], ("openpgp", "altered"))

    def test_allowed(self):
        """Who is allowed is believed if the mail is signed."""
        done = self.instance.warden("allow", "sender:" + ADA)
        self.assertEqual(done.returncode, 0, done.stderr)
        mail = openssl()
        self.assertIn("OWN_ALLOWED", self.symbols(mail))
        self.assertIn("OWN_ALLOWED_UNPROVEN", self.symbols(
            mail.replace(b"Monday", b"Friday")))

    def found(self):
        return {row[0] for row in self.instance.sql(
            "SELECT DISTINCT symbol FROM findings WHERE symbol "
            "LIKE 'SIGNATURE%'")}

    def test_service(self):
        user = self.take_user()
        self.append(user, "INBOX", openssl())
        self.assertEqual(self.found(), {"SIGNATURE_VALID"})
        # nobody vouches for Ada any more: the mail is judged anew
        self.instance.stop()
        self.instance.warden_conf = ""
        self.instance.start()
        client = self.imap(user)
        client.select("INBOX")
        # a service that has read the new file tells all others
        self.append(self.take_user(), "INBOX", messages.message("Hello", "."))
        end = time.monotonic() + 20
        while self.found() != {"SIGNATURE_UNKNOWN_SIGNER"}:
            self.assertLess(time.monotonic(), end, self.found())
            client.fetch("1", "(BODY[])")
            time.sleep(0.1)


if __name__ == "__main__":
    unittest.main()
