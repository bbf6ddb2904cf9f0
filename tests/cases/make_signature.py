#!/usr/bin/python3
"""Make the cases of signed mail. Run it after a change and check in what it
writes; signatures with elliptic curves differ each time. Needs openssl and
gpg; the keys are those of tests/signature."""

import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "signature"))

import sign  # noqa: E402

KNOWN = {"smime_roots": "root.pem", "openpgp_keys": "keys.asc"}
ADA = "ada@sender.example"
BODY = sign.BODY
OTHER = BODY.replace(b"Monday's", b"Tuesday's")
PLAIN = (b"Hello Bob,\n\nhere are the minutes of Monday's meeting.\n\n"
         b"- the roof\n- the garden\n\nAda\n")
FOOTER = sign.text(b"_______________\r\nMinutes mailing list\r\n")
LIST = "List-Id: Minutes <minutes.lists.example>\r\n"


def case(name, message, symbol, signed, signers=None, **expect):
    folder = HERE / ("signature-" + name)
    folder.mkdir(exist_ok=True)
    (folder / "message.eml").write_bytes(message)
    wanted = {"signatures": KNOWN if signers is None else signers,
              "verdict": "clean", "signed": signed,
              "only": [symbol] if symbol else []}
    wanted.update(expect)
    (folder / "expect.json").write_text(
        json.dumps(wanted, indent=1, ensure_ascii=False) + "\n")


def mail(body, **options):
    return sign.head(**options).encode() + body


def smime_sound():
    for kind in ("rsa", "ec"):
        case("smime-" + kind, mail(sign.smime(BODY, "ada-" + kind)),
             "SIGNATURE_VALID", [["smime", "valid", ADA]],
             why="Signed by its sender, %s key." % kind)
    valid = [["smime", "valid", ADA]]
    case("smime-lf", mail(sign.smime(BODY, "ada-rsa")).replace(
        b"\r\n", b"\n"), "SIGNATURE_VALID", valid,
         why="Stored with LF: canonical line ends were signed.")
    case("smime-opaque", mail(sign.opaque(BODY, "ada-rsa")),
         "SIGNATURE_VALID", valid, parts=[{"path": "1/content"}],
         why="The signature holds what it signs.")
    case("smime-plain-digest", mail(sign.smime(
        BODY, "ada-rsa", attributes=False)), "SIGNATURE_VALID", valid,
         why="Without signed attributes, Date says when.")
    case("smime-no-time", mail(sign.smime(BODY, "ada-rsa", time=None)),
         "SIGNATURE_VALID", valid,
         why="No signing time, Date says when.")
    case("smime-micalg", mail(sign.smime(BODY, "ada-rsa", micalg="md5")),
         "SIGNATURE_VALID", valid,
         why="micalg is a hint; the digest that counts is in the signature.")
    case("smime-two", mail(sign.smime(BODY, "ada-rsa", "mallory")),
         None, valid + [["smime", "valid", "mallory@elsewhere.example"]],
         only=["SIGNATURE_VALID", "SIGNATURE_OTHER_SIGNER"],
         why="Two signers of one text, one is the sender.")
    nested = sign.mixed(sign.text(b"See the list.\r\n"),
                        sign.text(b"roof, garden\r\n"))
    case("smime-multipart", mail(sign.smime(nested + b"behind the last\r\n",
                                            "ada-rsa")),
         "SIGNATURE_VALID", valid,
         why="What is signed is a multipart, with its epilogue.")


def smime_bad():
    case("smime-altered", mail(sign.smime(OTHER, "ada-rsa", signs=BODY)),
         "SIGNATURE_ALTERED", [["smime", "altered", ADA]],
         why="A word was changed after it was signed.")
    case("smime-altered-own", mail(sign.smime(OTHER, "ada-rsa", signs=BODY)),
         "SIGNATURE_ALTERED_OWN", [["smime", "altered", ADA]],
         sender={"own_domains": "sender.example"},
         why="The same from an own domain.")
    case("smime-altered-list", mail(sign.smime(
        BODY + b"-- \r\nMinutes mailing list\r\n", "ada-rsa", signs=BODY),
        extra=LIST), "SIGNATURE_ALTERED", [["smime", "altered", ADA]],
         sender={"own_domains": "sender.example"},
         why="A list wrote its footer into the signed text.")
    case("smime-expired", mail(sign.smime(BODY, "expired")),
         "SIGNATURE_EXPIRED", [["smime", "expired", ADA]],
         why="The certificate was good until 2025, it was signed in 2026.")
    case("smime-before-expiry", mail(sign.smime(
        BODY, "expired", time="240303100000Z")),
         "SIGNATURE_VALID", [["smime", "valid", ADA]],
         why="Signed while the certificate was good.")
    case("smime-unknown", mail(sign.smime(BODY, "stranger")),
         "SIGNATURE_UNKNOWN_SIGNER", [["smime", "unknown", ADA]],
         why="By a certificate of another authority.")
    case("smime-no-roots", mail(sign.smime(BODY, "ada-rsa")),
         "SIGNATURE_UNKNOWN_SIGNER", [["smime", "unknown", ADA]], signers={},
         why="No authority is configured: never valid.")
    case("smime-no-certificate", mail(sign.smime(
        BODY, "ada-rsa", certificates=False)),
         "SIGNATURE_UNKNOWN_SIGNER", [["smime", "unknown", ""]],
         why="The certificate is not in the mail.")
    case("smime-other", mail(sign.smime(BODY, "mallory")),
         "SIGNATURE_OTHER_SIGNER",
         [["smime", "valid", "mallory@elsewhere.example"]],
         why="Signed by somebody else than From.")
    case("smime-other-sender", mail(
        sign.smime(BODY, "mallory"),
        extra="Sender: mallory@elsewhere.example\r\n"), None,
         [["smime", "valid", "mallory@elsewhere.example"]],
         why="Signed by Sender, who wrote in From's name.")
    for kind in ("sha1", "md5"):
        case("smime-" + kind, mail(sign.smime(BODY, "ada-rsa", kind=kind)),
             "SIGNATURE_INVALID", [["smime", "invalid", ADA]],
             why="Two texts with one %s digest can be made." % kind)
    case("smime-unknown-digest", mail(sign.smime(
        BODY, "ada-rsa", kind="unknown")),
         "SIGNATURE_INVALID", [["smime", "invalid", ADA]],
         why="A digest that nobody knows.")
    case("smime-server", mail(sign.smime(BODY, "server")),
         "SIGNATURE_INVALID", [["smime", "invalid", ADA]],
         why="The certificate is for a server, not for mail.")
    case("smime-damaged", mail(sign.signed(
        BODY, sign.lines(sign.cms(BODY, "ada-rsa")[:300]),
        "pkcs7-signature")), "SIGNATURE_INVALID",
         [["smime", "invalid", ""]], why="The signature is cut short.")
    both = sign.lines(sign.cms(OTHER, "ada-rsa", inside=True))
    case("smime-other-content", mail(sign.signed(
        OTHER, both, "pkcs7-signature")), "SIGNATURE_INVALID",
         [["smime", "invalid", ""]],
         why="A signature that brings content with it, beside the text.")


def opaque_altered():
    made = sign.cms(BODY, "ada-rsa", inside=True)
    body = sign.lines(made.replace(b"Monday's", b"Sunday's"))
    message = mail(sign.opaque(BODY, "ada-rsa"))
    message = message[:message.index(b"\r\n\r\n") + 4] + body.encode()
    case("smime-opaque-altered", message, "SIGNATURE_ALTERED",
         [["smime", "altered", ADA]],
         why="A word inside the signature's own content was changed.")


def partial():
    part = sign.smime(BODY, "ada-rsa")
    valid = [["smime", "valid", ADA]]
    case("partial-before", mail(sign.mixed(
        sign.text(b"Please pay to our new account 12345.\r\n"), part)),
         "SIGNATURE_PARTIAL", valid,
         why="Unsigned text stands above the signed part.")
    case("partial-behind", mail(sign.mixed(part, sign.text(
        b"PS: pay to our new account.\r\n"))), "SIGNATURE_PARTIAL", valid,
         why="Unsigned text stands below it.")
    case("partial-list", mail(sign.mixed(part, FOOTER), extra=LIST),
         None, valid, why="A list wrapped it, and added its footer.")
    case("partial-third", mail(part.replace(
        b"--=_signed--", b"--=_signed\r\n" + sign.text(
            b"PS: pay to our new account.\r\n") + b"\r\n--=_signed--")),
         "SIGNATURE_PARTIAL", valid,
         why="A third part in multipart/signed is not signed.")
    case("partial-empty-control", mail(sign.mixed(part, sign.text(
        b"\r\n \r\n"))), "SIGNATURE_VALID", valid,
         why="A gateway wrapped it, with nothing beside it.")
    inner = mail(part)
    case("forwarded-control", mail(sign.mixed(
        sign.text(b"See what Ada wrote.\r\n"),
        b"Content-Type: message/rfc822\r\n\r\n" + inner),
        sender="bob@other.example"), None, [],
         why="Mail inside this one was signed: that says nothing of Bob.")
    case("file-control", mail(sign.mixed(
        sign.text(b"The contract, signed.\r\n"),
        sign.opaque(b"We agree.\r\n", "mallory").replace(
            b"smime.p7m", b"contract.txt.p7m"))), None, [],
         why="A signed file is no signed mail.")


def openpgp():
    for kind, address in (("ada-pgp", ADA), ("ada-pgp-rsa",
                                             "ada@work.example")):
        case("openpgp-" + ("rsa" if "rsa" in kind else "ed25519"),
             mail(sign.pgp_mime(BODY, kind), sender="Ada <%s>" % address),
             "SIGNATURE_VALID", [["openpgp", "valid", address]],
             why="Signed by its sender.")
    case("openpgp-text", mail(sign.pgp_mime(BODY, "ada-pgp", None,
                                            "--textmode")),
         "SIGNATURE_VALID", [["openpgp", "valid", ADA]],
         why="A signature over text.")
    case("openpgp-lf", mail(sign.pgp_mime(BODY, "ada-pgp")).replace(
        b"\r\n", b"\n"), "SIGNATURE_VALID", [["openpgp", "valid", ADA]],
         why="Stored with LF.")
    case("openpgp-altered", mail(sign.pgp_mime(OTHER, "ada-pgp", BODY)),
         "SIGNATURE_ALTERED", [["openpgp", "altered", ADA]],
         why="A word was changed after it was signed.")
    case("openpgp-unknown", mail(sign.pgp_mime(BODY, "stranger-pgp")),
         "SIGNATURE_UNKNOWN_SIGNER", [["openpgp", "unknown", ""]],
         why="A key that is not in the keyring.")
    case("openpgp-no-keys", mail(sign.pgp_mime(BODY, "ada-pgp")),
         "SIGNATURE_UNKNOWN_SIGNER", [["openpgp", "unknown", ""]], signers={},
         why="No keyring is configured.")
    case("openpgp-other", mail(sign.pgp_mime(BODY, "mallory-pgp")),
         "SIGNATURE_OTHER_SIGNER",
         [["openpgp", "valid", "mallory@elsewhere.example"]],
         why="Signed by somebody else than From.")
    # gpg signs with an expired key only when its clock is turned back
    old = mail(sign.pgp_mime(BODY, "expired-pgp", time="20240303T100000"),
               sender="ada@old.example")
    case("openpgp-before-expiry", old, "SIGNATURE_VALID",
         [["openpgp", "valid", "ada@old.example"]],
         why="Signed while the key was good, which it is no more.")
    case("openpgp-ending", mail(sign.pgp_mime(
        BODY, "ada-pgp", None, "--default-sig-expire", "30d",
        time="20250303T100000")), "SIGNATURE_EXPIRED",
         [["openpgp", "expired", ADA]],
         why="The signature said that it holds for thirty days.")
    case("openpgp-damaged", mail(sign.signed(
        BODY, "-----BEGIN PGP SIGNATURE-----\r\n\r\naGVsbG8=\r\n"
        "-----END PGP SIGNATURE-----\r\n", "pgp-signature")),
         "SIGNATURE_INVALID", [["openpgp", "invalid", ""]],
         why="No signature in it.")
    case("openpgp-sha1", mail(sign.pgp_mime(
        BODY, "ada-pgp-rsa", None, "--digest-algo", "SHA1",
        "--allow-weak-digest-algos"), sender="ada@work.example"),
         "SIGNATURE_INVALID", [["openpgp", "invalid", "ada@work.example"]],
         why="Two texts with one SHA-1 digest can be made.")


def inline():
    valid = [["openpgp", "valid", ADA]]
    clear = sign.gpg("ada-pgp", PLAIN, "--clearsign").replace(b"\n", b"\r\n")
    case("openpgp-cleartext", mail(sign.text(clear)), "SIGNATURE_VALID",
         valid, why="Cleartext signed, dashes escaped.")
    case("openpgp-cleartext-altered", mail(sign.text(clear.replace(
        b"Monday's", b"Tuesday's"))), "SIGNATURE_ALTERED",
         [["openpgp", "altered", ADA]], why="A word was changed.")
    case("openpgp-cleartext-around", mail(sign.text(
        b"Pay to our new account.\r\n\r\n" + clear)), "SIGNATURE_PARTIAL",
         valid, why="Unsigned text stands above it.")
    quoted = b"".join(b"> " + line + b"\r\n" for line in clear.split(b"\r\n"))
    case("openpgp-quoted-control", mail(sign.text(
        b"Thank you.\r\n\r\n" + quoted)), None, [],
         why="A signed text quoted in an answer.")
    armored = sign.gpg("ada-pgp", PLAIN, "--sign", "--armor").replace(
        b"\n", b"\r\n")
    case("openpgp-message", mail(sign.text(armored)), "SIGNATURE_VALID",
         valid, why="Signed and compressed, as one armored text.")


smime_sound()
smime_bad()
opaque_altered()
partial()
openpgp()
inline()
