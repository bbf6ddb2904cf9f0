#!/usr/bin/python3
"""Write the cases about how a message and its containers are built.

As make-cases.py, whose helpers it uses: everything is made up, results are
checked in. Usage: tests/cases/make_mime.py [NAME…]
"""

import base64
import importlib.util
import pathlib
import struct
import sys
import zlib

HERE = pathlib.Path(__file__).resolve().parent


def _load():
    spec = importlib.util.spec_from_file_location("make_cases",
                                                  HERE / "make-cases.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make = _load()
make.CASES.clear()
case, EICAR, part = make.case, make.EICAR, make.part
CLEAN = make.CLEAN
FOUND = make.malware("EICAR_TEST_FILE")


# --- zip files by hand ---------------------------------------------------------

class Zip:
    """A zip file whose two tellings of each member may differ."""

    def __init__(self, prefix=b""):
        self.out, self.central, self.count = bytearray(prefix), bytearray(), 0

    def _fields(self, method, crc, packed, data, name, extra):
        return struct.pack("<HHHHHIIIHH", 20, 0, method, 0x18c3, 0x5822, crc,
                           len(packed), len(data), len(name), len(extra))

    def member(self, name, data, central_name=None, listed=True, extra=b""):
        crc, offset = zlib.crc32(data), len(self.out)
        self.out += b"PK\3\4" + self._fields(0, crc, data, data, name, extra) \
            + name + extra + data
        if listed:
            name = name if central_name is None else central_name
            self.central += b"PK\1\2" + struct.pack("<H", 20) \
                + self._fields(0, crc, data, data, name, b"") \
                + struct.pack("<HHHII", 0, 0, 0, 0, offset) + name
            self.count += 1
        return self

    def bytes(self, comment=b""):
        return bytes(self.out + self.central + b"PK\5\6" + struct.pack(
            "<HHHHIIH", 0, 0, self.count, self.count, len(self.central),
            len(self.out), len(comment)) + comment)


@case
def zip_password_in_text():
    """The password stands in the text: what it opens is looked at."""
    archive = make.encrypted_archive(("order.com", EICAR), password=b"k7Qz-19")
    return (make.with_file("order.zip", archive,
                           text="Your order is attached. For your safety it is"
                                " locked.\nPassword: k7Qz-19"),
            make.malware("EICAR_TEST_FILE", "ARCHIVE_WITH_PASSWORD",
                         parts=[part("2/order.com")]))


@case
def zip_password_control():
    """Its documents are opened, and there is nothing against them."""
    archive = make.encrypted_archive(("minutes.txt", b"We met.\r\n"),
                                     password=b"k7Qz-19")
    return (make.with_file("minutes.zip", archive,
                           text="Here they are, the password is k7Qz-19."),
            dict(verdict="clean", action="allow",
                 only=["ARCHIVE_WITH_PASSWORD"],
                 parts=[part("2/minutes.txt", "text/plain")]))


@case
def zip_password_html():
    """In the page, between two tags, in another language."""
    archive = make.encrypted_archive(("rechnung.com", EICAR),
                                     password=b"4711")
    body = make.multipart(
        "mixed", make.text_part("<p>Anbei die Rechnung.<br>Das Kennwort "
                                "lautet <b>4711</b>.</p>", "html"),
        make.file_part("rechnung.zip", archive))
    return (make.mail("Rechnung", body),
            make.malware("EICAR_TEST_FILE", parts=[part("2/rechnung.com")]))


@case
def zip_password_subject():
    archive = make.encrypted_archive(("scan.com", EICAR), password=b"Zeta99")
    return (make.with_file("scan.zip", archive,
                           subject="Scan (pw Zeta99)"), FOUND)


@case
def zip_password_unknown():
    """Nothing in the message opens it: named, not clean."""
    archive = make.encrypted_archive(("minutes.txt", b"We met.\r\n"),
                                     password=b"not-in-this-mail")
    return (make.with_file("minutes.zip", archive,
                           text="I tell you the word by telephone."),
            make.unscannable("ENCRYPTED_CONTENT", unscanned=["encrypted"],
                             absent=["ARCHIVE_WITH_PASSWORD"]))


@case
def zip_names_differ():
    """The directory says .txt, the header before the member .com: both are
    judged."""
    archive = Zip().member(b"readme.exe", make.program(),
                           central_name=b"readme.txt").bytes()
    return (make.with_file("readme.zip", archive),
            dict(symbols=["ARCHIVE_AMBIGUOUS", "EXECUTABLE_IN_ARCHIVE"]))


@case
def zip_names_control():
    archive = Zip().member(b"readme.txt", b"Hello.\r\n").member(
        b"pr\xc3\xbcfung.txt", b"Hello too.\r\n").bytes()
    return make.with_file("readme.zip", archive), CLEAN


@case
def zip_unlisted_member():
    """Between two members stands a third, which no directory lists."""
    archive = Zip().member(b"a.txt", b"Hello.\r\n").member(
        b"b.com", EICAR, listed=False).member(b"c.txt", b"Bye.\r\n").bytes()
    return (make.with_file("letters.zip", archive),
            make.malware("EICAR_TEST_FILE", "ARCHIVE_AMBIGUOUS"))


@case
def zip_two_directories():
    """A whole archive behind another, its offsets made right."""
    first = Zip().member(b"a.com", EICAR).bytes()
    both = Zip(first).member(b"b.txt", b"Hello.\r\n").bytes()
    return make.with_file("letters.zip", both), FOUND


@case
def zip_in_comment():
    """An archive in the comment of another."""
    inner = Zip().member(b"a.com", EICAR).bytes()
    outer = Zip().member(b"b.txt", b"Hello.\r\n").bytes(comment=inner)
    return make.with_file("letters.zip", outer), FOUND


@case
def zip_comment_control():
    archive = Zip().member(b"b.txt", b"Hello.\r\n").bytes(
        comment=b"Packed by PK tools on a Tuesday")
    return make.with_file("letters.zip", archive), CLEAN


@case
def zip_duplicate_names():
    """Two members of one name: some programs unpack the first, some the
    last."""
    archive = Zip().member(b"a.txt", b"Hello.\r\n").member(
        b"a.txt", EICAR).bytes()
    return make.with_file("letters.zip", archive), FOUND


# --- other carriers -------------------------------------------------------------

def evasion():
    """The generator of the integration tests: its tricks, one by one."""
    spec = importlib.util.spec_from_file_location(
        "evasion", HERE.parents[1] / "tests/integration/evasion.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TRICKS = evasion()
NOTE = b"The minutes of Tuesday's meeting are ready, please read them.\r\n"


def binhex(data):
    """BinHex 4.0 of a file named test.com (RFC 1741)."""
    return TRICKS.binhex(TRICKS.Mail(TRICKS.random.Random(1)), data)


@case
def binhex_attachment():
    body = make.multipart("mixed", make.text_part("A file."),
                          "Content-Type: application/mac-binhex40;"
                          " name=test.hqx\r\n\r\n"
                          + binhex(EICAR).decode())
    return (make.mail("A file", body),
            make.malware("EICAR_TEST_FILE", parts=[part("2/test.com")]))


@case
def binhex_control():
    body = make.multipart("mixed", make.text_part("A file."),
                          "Content-Type: application/mac-binhex40;"
                          " name=test.hqx\r\n\r\n"
                          + binhex(NOTE).decode())
    return make.mail("A file", body), dict(
        absent=["EICAR_TEST_FILE", "UNSUPPORTED_CONTENT"])


def apple_single(data, resource=b""):
    entries = [(1, data), (3, b"test.com")] + (
        [(2, resource)] if resource else [])
    head = struct.pack(">II16xH", 0x00051600, 0x00020000, len(entries))
    at, table, bodies = len(head) + 12 * len(entries), b"", b""
    for number, body in entries:
        table += struct.pack(">III", number, at + len(bodies), len(body))
        bodies += body
    return head + table + bodies


@case
def apple_single_file():
    return (make.with_file("test", apple_single(EICAR),
                           "application/applefile"),
            make.malware("EICAR_TEST_FILE", parts=[part("2/test.com")]))


@case
def apple_single_control():
    return (make.with_file("test", apple_single(NOTE),
                           "application/applefile"),
            dict(action="allow", absent=["EICAR_TEST_FILE"]))


@case
def mac_binary_file():
    head = bytearray(128)
    head[1:10] = b"\x08test.com"
    head[83:87] = struct.pack(">I", len(EICAR))
    return (make.with_file("test.bin", bytes(head) + EICAR + bytes(60)),
            make.malware("EICAR_TEST_FILE", parts=[part("2/test.com")]))


def inner_mail(payload):
    return make.mail("Inner", make.multipart(
        "mixed", make.text_part("See the file."),
        make.file_part("test.com", payload), boundary="=_inner")).encode()


@case
def mbox_attachment():
    """The second of two messages in a saved folder."""
    box = b"".join(b"From ben@example.org Tue Jan  2 03:04:06 2024\r\n" + mail
                   + b"\r\n" for mail in (inner_mail(NOTE),
                                         inner_mail(EICAR)))
    return make.with_file("folder.mbox", box, "application/mbox"), FOUND


@case
def mbox_control():
    box = b"".join(b"From ben@example.org Tue Jan  2 03:04:06 2024\r\n"
                   + inner_mail(NOTE) + b"\r\n" for _ in range(2))
    return (make.with_file("folder.mbox", box, "application/mbox"),
            dict(action="allow"))


@case
def emlx_attachment():
    """Apple Mail's own files: a length, the message, a property list."""
    mail = inner_mail(EICAR)
    file = b"%d\n" % len(mail) + mail \
        + b"<?xml version=\"1.0\"?><plist version=\"1.0\"></plist>\n"
    return make.with_file("4711.emlx", file), FOUND


@case
def eml_as_octets():
    return make.with_file("mail.eml", inner_mail(EICAR)), FOUND


def partial(payload, numbers):
    lines = inner_mail(payload).decode().split("\r\n")
    third = len(lines) // 3
    pieces = ["\r\n".join(piece) for piece in (
        lines[:third], lines[third:2 * third], lines[2 * third:])]
    # the line ends between them belong to the delimiters
    texts = ["Content-Type: message/partial; id=\"a@example.org\";"
             " number=%d; total=3\r\n\r\n%s" % (n, pieces[n - 1])
             for n in numbers]
    out = "Content-Type: multipart/mixed; boundary=\"=_x\"\r\n\r\n"
    for text in texts:
        out += "--=_x\r\n" + text + "\r\n"
    return make.mail("Pieces", out + "--=_x--\r\n")


@case
def partial_complete():
    """All three pieces, in any order: put together and looked into."""
    return partial(EICAR, (2, 3, 1)), FOUND


@case
def partial_missing():
    """Two pieces of three: something is elsewhere."""
    return (partial(NOTE, (1, 3)),
            make.unscannable("MESSAGE_FRAGMENT",
                             unscanned=["unsupported"]))


@case
def external_body_link():
    """The body is to be fetched: its address is a link."""
    body = make.multipart(
        "mixed", make.text_part("See the attachment."),
        "Content-Type: message/external-body; access-type=URL;\r\n"
        " URL=\"http://files.example.com/some/\r\n  thing.exe\"\r\n\r\n"
        "Content-Type: application/octet-stream\r\n\r\n")
    return (make.mail("Elsewhere", body), dict(symbols=["MESSAGE_FRAGMENT"]))


# --- signed, compressed, encrypted -----------------------------------------------

def der(tag, *contents):
    body = b"".join(contents)
    size = bytes([len(body)]) if len(body) < 128 else \
        b"\x82" + struct.pack(">H", len(body))
    return bytes([tag]) + size + body


OID_DATA = bytes.fromhex("06092a864886f70d010701")
OID_SIGNED = bytes.fromhex("06092a864886f70d010702")
OID_ENVELOPED = bytes.fromhex("06092a864886f70d010703")
OID_COMPRESSED = bytes.fromhex("060b2a864886f70d0109100109")
OID_ZLIB = bytes.fromhex("060b2a864886f70d0109100308")
OID_AES = bytes.fromhex("060960864801650304012a")
ONE = der(2, b"\x01")


def signed_data(content):
    """As a client sends what it signs opaquely; here by nobody."""
    inner = der(0x30, OID_DATA, der(0xa0, der(4, content)))
    return der(0x30, OID_SIGNED, der(0xa0, der(
        0x30, ONE, der(0x31), inner, der(0x31))))


def signed_pieces(content):
    """The same in BER: indefinite lengths, the content in pieces."""
    def open_ended(tag, *contents):
        return bytes([tag, 0x80]) + b"".join(contents) + bytes(2)
    pieces = [der(4, content[i:i + 30]) for i in range(0, len(content), 30)]
    inner = open_ended(0x30, OID_DATA, open_ended(
        0xa0, open_ended(0x24, *pieces)))
    return open_ended(0x30, OID_SIGNED, open_ended(0xa0, open_ended(
        0x30, ONE, der(0x31), inner, der(0x31))))


def compressed_data(content):
    inner = der(0x30, OID_DATA, der(0xa0, der(4, zlib.compress(content))))
    return der(0x30, OID_COMPRESSED, der(0xa0, der(
        0x30, der(2, b"\0"), der(0x30, OID_ZLIB), inner)))


def enveloped_data():
    inner = der(0x30, OID_DATA, der(0x30, OID_AES, der(4, bytes(16))),
                der(0x80, bytes(32)))
    return der(0x30, OID_ENVELOPED, der(0xa0, der(
        0x30, der(2, b"\0"), der(0x31, der(0x30, ONE)), inner)))


def entity(payload):
    return make.file_part("test.com", payload).encode()


def smime(data, kind="signed-data", name="smime.p7m"):
    return make.mail("Signed", make.file_part(
        name, data, "application/pkcs7-mime; smime-type=" + kind))


@case
def smime_signed():
    """Opaquely signed: clients show what is inside."""
    return (smime(signed_data(entity(EICAR))),
            make.malware("EICAR_TEST_FILE",
                         parts=[part("1/content/1", name="test.com")]))


@case
def smime_signed_control():
    return smime(signed_data(entity(NOTE))), dict(action="allow")


@case
def smime_signed_pieces():
    return smime(signed_pieces(entity(EICAR))), FOUND


@case
def smime_file():
    """A signed file, as invoices are sent in Italy."""
    return (smime(signed_data(EICAR), name="invoice.com.p7m"),
            make.malware("EICAR_TEST_FILE",
                         parts=[part("1/invoice.com")]))


@case
def smime_by_name():
    """Declared as nothing in particular, written as base64 twice."""
    return make.with_file("smime.p7m", base64.b64encode(
        signed_data(entity(EICAR))), "application/x-pkcs7-mime"), FOUND


@case
def smime_compressed():
    return smime(compressed_data(entity(EICAR)), "compressed-data"), FOUND


@case
def smime_encrypted():
    """Only its reader can open it: named."""
    return (smime(enveloped_data(), "enveloped-data"),
            make.unscannable("ENCRYPTED_CONTENT", only=["ENCRYPTED_CONTENT"],
                             unscanned=["encrypted"]))


def packet(tag, body):
    """An OpenPGP packet of the new form (RFC 9580 4.2.1)."""
    return bytes([0xc0 | tag, 0xff]) + struct.pack(">I", len(body)) + body


def literal(name, data):
    return packet(11, b"b" + bytes([len(name)]) + name + bytes(4) + data)


def armor(data):
    return ("-----BEGIN PGP MESSAGE-----\r\n\r\n%s\r\n=AAAA\r\n"
            "-----END PGP MESSAGE-----\r\n" % make.encode(data))


def deflate(data):
    z = zlib.compressobj(9, zlib.DEFLATED, -15)
    return z.compress(data) + z.flush()


@case
def pgp_signed_file():
    """Signed, compressed, not encrypted: a file as it stands."""
    data = packet(8, b"\1" + deflate(literal(b"test.com", EICAR)))
    return (make.with_file("test.com.pgp", data),
            make.malware("EICAR_TEST_FILE", parts=[part("2/test.com")]))


@case
def pgp_inline():
    """Written into the text of the mail."""
    return make.mail("Signed", make.text_part(
        armor(literal(b"test.com", EICAR)))), FOUND


@case
def pgp_inline_control():
    return make.mail("Signed", make.text_part(
        armor(literal(b"note.txt", NOTE)))), dict(action="allow")


@case
def pgp_encrypted():
    body = make.multipart(
        "encrypted", "Content-Type: application/pgp-encrypted\r\n\r\n"
        "Version: 1\r\n", "Content-Type: application/octet-stream\r\n\r\n"
        + armor(packet(1, b"\3" + bytes(20)) + packet(18, b"\1" + bytes(64))),
        extra="; protocol=\"application/pgp-encrypted\"")
    return (make.mail("Secret", body),
            make.unscannable("ENCRYPTED_CONTENT", only=["ENCRYPTED_CONTENT"],
                             unscanned=["encrypted"]))


# --- every line of the taxonomy: a trick, and a text by the same trick ----------

LINES = {
    "header-two-types": "field-twice-last",
    "header-two-encodings": "twice-last-base64",
    "header-two-boundaries": "last",
    "header-boundary-star": "star-wins",
    "header-encoding-list": "list-last-base64",
    "header-encoding-parameter": "parameter-base64",
    "syntax-nul-in-name": "name-nul-base64",
    "syntax-space-in-name": "name-space-base64",
    "syntax-leading-space": "continuation-base64",
    "syntax-bare-cr": "bare-cr-base64",
    "syntax-fold": "fold-twice-base64",
    "syntax-comment": "comment-before-base64",
    "syntax-encoded-word": "encoded-word-base64",
    "syntax-8bit": "8bit",
    "syntax-long-line": "long-name-before-base64",
    "syntax-no-colon": "junk-line-before-base64",
    "syntax-first-line-folded": "folded-first",
    "syntax-first-line-blank": "blank-first",
    "structure-no-boundary": "type-multipart-no-boundary",
    "structure-empty-boundary": "type-multipart-empty",
    "structure-odd-boundary": "escape",
    "structure-8bit-boundary": "utf8",
    "structure-quoted-boundary": "quote-junk",
    "structure-unterminated-quote": "quote-open",
    "structure-long-boundary": "long190",
    "structure-prefix-boundary": "nested-longer",
    "structure-same-boundary": "nested-same",
    "structure-preamble": "place-preamble",
    "structure-epilogue": "place-epilogue",
    "structure-no-close": "close-missing",
    "structure-junk-after": "open-junk-after",
    "structure-mid-line": "open-bare-cr-before",
    "decoding-padding-amid": "b64-chunks10",
    "decoding-base64-junk": "b64-junk-2a",
    "decoding-no-padding": "b64-unpadded",
    "decoding-qp-soft-space": "qp-soft-space",
    "decoding-base64-tail": "b64-tail-2",
    "carrier-uuencode": "uu",
    "carrier-uuencode-word": "uu-cte",
    "carrier-uuencode-odd": "uu-spaces",
    "carrier-yenc": "yenc",
    "carrier-binhex-word": "binhex-cte",
    "carrier-encoded-message": "message-base64",
    "carrier-encoded-multipart": "multipart-base64",
    "carrier-eml-as-text": "message-text",
}


def with_trick(label, payload):
    trick = next(t for t in TRICKS.tricks() if t[1] == label)
    mail = TRICKS.Mail(TRICKS.random.Random(label))
    mail.payload = payload
    trick[2](mail)
    return mail.build()


def add_line(name, label):
    def hidden():
        return with_trick(label, EICAR), FOUND

    def control():
        return (with_trick(label, NOTE),
                dict(absent=["EICAR_TEST_FILE", "MIME_HIDDEN_CONTENT"]))

    make.CASES["mime-" + name] = hidden
    make.CASES["mime-" + name + "-control"] = control


for line, trick_label in LINES.items():
    add_line(line, trick_label)


if __name__ == "__main__":
    make.main(sys.argv[1:])
