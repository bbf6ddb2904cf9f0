#!/usr/bin/python3
"""Write the cases about how a message and its containers are built.

As make-cases.py, whose helpers it uses: everything is made up, results are
checked in. Usage: tests/cases/make_mime.py [NAME…]
"""

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


if __name__ == "__main__":
    make.main(sys.argv[1:])
