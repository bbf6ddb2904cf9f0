#!/usr/bin/python3
"""Seeds of fuzz-signature: what tests/signature makes, and cases. Check in what
it writes; signatures with elliptic curves differ each time."""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
SEEDS = HERE / "seeds" / "signature"
CASES = HERE.parent / "cases"
sys.path.insert(0, str(HERE.parent / "signature"))

import sign  # noqa: E402

TEXT = b"Content-Type: text/plain\r\n\r\nHello.\r\n"
MAILS = ("smime-ec", "smime-opaque", "openpgp-ed25519", "openpgp-cleartext",
         "openpgp-message", "partial-before", "smime-multipart")


def seed(name, shape, data):
    (SEEDS / name).write_bytes(bytes([shape]) + data)


SEEDS.mkdir(parents=True, exist_ok=True)
for case in MAILS:
    path = CASES / ("signature-" + case) / "message.eml"
    seed("mail-" + case, 0, path.read_bytes())
for key in ("ada-rsa", "ada-ec", "expired", "stranger", "server"):
    seed("smime-" + key, 1, sign.cms(TEXT, key))
seed("smime-two", 1, sign.cms(TEXT, "ada-ec", "mallory"))
seed("smime-plain", 1, sign.cms(TEXT, "ada-ec", attributes=False))
seed("smime-sha1", 1, sign.cms(TEXT, "ada-ec", kind="sha1"))
seed("smime-bare", 1, sign.cms(TEXT, "ada-ec", certificates=False))
seed("opaque", 2, sign.cms(TEXT, "ada-ec", inside=True))
for key in ("ada-pgp", "ada-pgp-rsa", "mallory-pgp", "stranger-pgp"):
    seed("detached-" + key, 3, sign.gpg(key, TEXT, "--detach-sign"))
seed("detached-armored", 3, sign.gpg("ada-pgp", TEXT, "--armor",
                                     "--detach-sign"))
seed("clear", 4, sign.gpg("ada-pgp", TEXT, "--clearsign"))
seed("whole", 4, sign.gpg("ada-pgp", TEXT, "--sign", "--compress-algo",
                          "none"))
