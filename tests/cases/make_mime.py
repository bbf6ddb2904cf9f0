#!/usr/bin/python3
"""Write the cases about how a message and its containers are built.

As make-cases.py, whose helpers it uses: everything is made up, results are
checked in. Usage: tests/cases/make_mime.py [NAME…]
"""

import base64
import gzip
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


# --- disks -------------------------------------------------------------------------

SECTOR = 512


def fat_entry(name, cluster, size, attributes=0x20):
    return name.ljust(11) + bytes([attributes]) + bytes(8) \
        + struct.pack("<HIHI", cluster >> 16, 0, cluster & 0xffff, size)


def fat_long_name(text):
    """The pieces before an entry, the last one first."""
    units = (text + "\0").encode("utf-16-le")
    units = units.ljust(-(-len(units) // 26) * 26, b"\xff")
    pieces = [units[i:i + 26] for i in range(0, len(units), 26)]
    return b"".join(
        bytes([i + 1 | (0x40 if i + 1 == len(pieces) else 0)]) + p[:10]
        + bytes([0x0f, 0, 0]) + p[10:22] + bytes(2) + p[22:]
        for i, p in reversed(list(enumerate(pieces))))


def fat_boot(sectors, table_sectors, root_entries, media=0xf8):
    big = root_entries == 0
    boot = bytearray(SECTOR)
    boot[0:11] = b"\xeb\x3c\x90MSDOS5.0"
    boot[11:36] = struct.pack("<HBHBHHBHHHII", SECTOR, 1, 1, 1, root_entries,
                              sectors if sectors < 65536 and not big else 0,
                              media, 0 if big else table_sectors, 32, 2, 0,
                              sectors if sectors >= 65536 or big else 0)
    if big:
        boot[36:48] = struct.pack("<IHHI", table_sectors, 0, 0, 2)
    boot[510:512] = b"\x55\xaa"
    return bytes(boot)


def fat12(files, sectors=48):
    """A disk of one file system; (folder or b"", name, long name, data)."""
    table = bytearray(SECTOR)

    def set_next(cluster, value):
        at = cluster * 3 // 2
        old = table[at] | table[at + 1] << 8
        new = old & 0xf000 | value if cluster % 2 == 0 else \
            old & 0x000f | value << 4
        table[at], table[at + 1] = new & 0xff, new >> 8

    set_next(0, 0xff8)
    set_next(1, 0xfff)
    folder, root, data, cluster = b"", b"", bytearray(SECTOR), 3
    set_next(2, 0xfff)
    for inside, name, long_name, content in files:
        count = -(-len(content) // SECTOR)
        entry = (fat_long_name(long_name) if long_name else b"") \
            + fat_entry(name, cluster, len(content))
        for i in range(count):
            set_next(cluster + i, 0xfff if i + 1 == count
                     else cluster + i + 1)
        data += content.ljust(count * SECTOR, b"\0")
        cluster += count
        if inside:
            folder += entry
        else:
            root += entry
    if folder:
        root += fat_entry(b"INVOICES", 2, 0, 0x10)
        data[:len(folder)] = folder
    image = fat_boot(sectors, 1, 32) + bytes(table) \
        + root.ljust(32 * 32, b"\0") + bytes(data)
    return image.ljust(sectors * SECTOR, b"\0")


def partitioned(volume, kind=0x0c):
    """Behind a table of one part."""
    head = bytearray(2 * SECTOR)
    head[446:462] = struct.pack("<BBBBBBBBII", 0, 0, 0, 0, kind, 0, 0, 0, 2,
                                len(volume) // SECTOR)
    head[510:512] = b"\x55\xaa"
    return bytes(head) + volume


def vhd_footer(size, kind, header_at=2 ** 64 - 1):
    footer = bytearray(SECTOR)
    footer[0:16] = b"conectix" + struct.pack(">II", 2, 0x10000)
    footer[16:24] = struct.pack(">Q", header_at)
    footer[40:64] = struct.pack(">QQII", size, size, 0, kind)
    return bytes(footer)


def vhd_fixed(disk):
    return disk + vhd_footer(len(disk), 2)


def vhd_dynamic(size, pieces, block=4096):
    """Only blocks with something in them; pieces: offset → bytes."""
    disk, count = {}, -(-size // block)
    for at, data in pieces.items():
        for i, byte in enumerate(data):
            if byte:
                disk.setdefault((at + i) // block, bytearray(block))[
                    (at + i) % block] = byte
    footer = vhd_footer(size, 3, SECTOR)
    head = bytearray(1024)
    head[0:8] = b"cxsparse"
    head[16:24] = struct.pack(">Q", 1536)
    head[24:36] = struct.pack(">III", 0x10000, count, block)
    table_size = -(-count * 4 // SECTOR) * SECTOR
    at, table, blocks = 1536 + table_size, [0xffffffff] * count, b""
    for number, data in sorted(disk.items()):
        table[number] = (at + len(blocks)) // SECTOR
        blocks += b"\xff" * SECTOR + bytes(data)
    return footer + bytes(head) + b"".join(
        struct.pack(">I", n) for n in table).ljust(table_size, b"\xff") \
        + blocks + footer


def fat_pieces(bits, content):
    """FAT16 and FAT32 are so by their size: offsets and what stands there."""
    sectors = 5000 if bits == 16 else 70000
    table_sectors = -(-sectors * bits // 8 // SECTOR)
    root_entries = 16 if bits == 16 else 0
    first = 1 + table_sectors + (1 if bits == 16 else 0)
    form, last = ("<H", 0xffff) if bits == 16 else ("<I", 0x0fffffff)
    # cluster 2 is the folder of FAT32; the file is in 3 and, far away, 4000
    table = {2: last, 3: 4000, 4000: last}
    pieces = {0: fat_boot(sectors, table_sectors, root_entries)}
    for cluster, following in table.items():
        pieces[SECTOR + cluster * bits // 8] = struct.pack(form, following)
    entry = fat_long_name("Payment overview.com") \
        + fat_entry(b"PAYMEN~1COM", 3, len(content))
    pieces[(1 + table_sectors if bits == 16 else first) * SECTOR] = entry
    pieces[(first + 1) * SECTOR] = content[:SECTOR]
    pieces[(first + 3998) * SECTOR] = content[SECTOR:]
    return sectors * SECTOR, pieces


def ntfs_attribute(kind, value=None, runs=b"", size=0):
    if value is not None:
        body = struct.pack("<IHH", len(value), 24, 0) + value
        return struct.pack("<IIBBHHH", kind, -(-(16 + len(body)) // 8) * 8,
                           0, 0, 0, 0, 0) + body.ljust(
                               -(-len(body) // 8) * 8, b"\0")
    body = struct.pack("<QQHHIQQQ", 0, 0, 64, 0, 0, size, size, size) + runs
    return struct.pack("<IIBBHHH", kind, -(-(16 + len(body)) // 8) * 8, 1, 0,
                       0, 0, 0) + body.ljust(-(-len(body) // 8) * 8, b"\0")


def ntfs_record(*attributes):
    body = b"".join(attributes) + b"\xff\xff\xff\xff"
    record = bytearray(1024)
    record[0:8] = b"FILE" + struct.pack("<HH", 48, 3)
    record[20:24] = struct.pack("<HH", 56, 1)
    record[56:56 + len(body)] = body
    for i in (1, 2):
        record[48 + 2 * i:50 + 2 * i] = record[i * 512 - 2:i * 512]
        record[i * 512 - 2:i * 512] = b"\1\0"
    record[48:50] = b"\1\0"
    return bytes(record)


def ntfs_name(text):
    return ntfs_attribute(0x30, bytes(64) + bytes([len(text), 1])
                          + text.encode("utf-16-le"))


def ntfs_pieces(small, large):
    """Two files: one in its record, one in two runs of clusters."""
    boot = bytearray(SECTOR)
    boot[0:11] = b"\xeb\x52\x90NTFS    "
    boot[11:14] = struct.pack("<HB", SECTOR, 1)
    boot[48:56] = struct.pack("<Q", 4)
    boot[64] = 256 - 10
    boot[510:512] = b"\x55\xaa"
    table = ntfs_record(ntfs_attribute(
        0x80, runs=b"\x11\x34\x04\0", size=26 * 1024))
    one = ntfs_record(ntfs_name("note.txt"), ntfs_attribute(0x80, small))
    two = ntfs_record(ntfs_name("order.com"), ntfs_attribute(
        0x80, runs=b"\x11\x01\x64\x11\x01\xf6\0", size=len(large)))
    at = 4 * SECTOR
    return 200 * SECTOR, {
        0: bytes(boot), at: table, at + 24 * 1024: one, at + 25 * 1024: two,
        100 * SECTOR: large[:SECTOR], 90 * SECTOR: large[SECTOR:]}


LONG_EICAR = EICAR + b" " * 800 + b"\r\n"


@case
def disk_fat():
    """A picture of a disk: in a folder, under a long name."""
    image = fat12([(b"", b"README  TXT", None, NOTE),
                   (b"INVOICES", b"PAYMEN~1COM", "Payment overview.com",
                    EICAR)])
    return (make.with_file("disk.img", image),
            make.malware("EICAR_TEST_FILE", "DISK_IMAGE_ATTACHMENT", parts=[
                part("2/README.TXT"),
                part("2/INVOICES/Payment overview.com")]))


@case
def disk_fat_control():
    image = fat12([(b"", b"README  TXT", None, NOTE)])
    return (make.with_file("disk.img", image),
            dict(absent=["EICAR_TEST_FILE", "UNSUPPORTED_CONTENT",
                         "DAMAGED_CONTENT"], parts=[part("2/README.TXT")]))


@case
def disk_fat_loop():
    """A folder inside itself, a file whose clusters go round."""
    image = bytearray(fat12([(b"INVOICES", b"A       TXT", None,
                              NOTE * 20)]))
    start = (1 + 1 + 2) * SECTOR
    image[start + 32:start + 64] = fat_entry(b"AGAIN", 2, 0, 0x10)
    image[SECTOR + 4] = 0x00
    image[SECTOR + 5] = 0x30
    image[SECTOR + 6] = 0x00
    return (make.with_file("disk.img", bytes(image)),
            dict(absent=["EICAR_TEST_FILE"]))


@case
def disk_vhd_fixed():
    image = partitioned(fat12([(b"", b"ORDER   COM", None, EICAR)]))
    return make.with_file("disk.vhd", vhd_fixed(image)), FOUND


@case
def disk_vhd_fat16():
    return make.with_file("disk.vhd", vhd_dynamic(
        *fat_pieces(16, LONG_EICAR))), FOUND


@case
def disk_vhd_fat32():
    return make.with_file("disk.vhd", vhd_dynamic(
        *fat_pieces(32, LONG_EICAR), block=65536)[:]), FOUND


@case
def disk_vhd_ntfs():
    return (make.with_file("disk.vhd", vhd_dynamic(
        *ntfs_pieces(NOTE, LONG_EICAR))),
        make.malware("EICAR_TEST_FILE", parts=[part("2/note.txt"),
                                               part("2/order.com")]))


@case
def disk_vhd_unknown():
    """Another system's disk: named, not clean."""
    image = partitioned(bytes(40 * SECTOR), kind=0x83)
    return (make.with_file("disk.vhd", vhd_fixed(image)),
            dict(unscanned=["unsupported"]))


# --- other archives -----------------------------------------------------------------

def xar(name, data):
    """Apple's installer packages: a table as XML, then the bytes."""
    packed = zlib.compress(data)
    table = zlib.compress(b"""<?xml version="1.0"?><xar><toc><file id="1">
<data><length>%d</length><offset>0</offset><size>%d</size>
<encoding style="application/x-gzip"/></data><type>file</type>
<name>%s</name></file></toc></xar>""" % (len(packed), len(data), name))
    plain = len(zlib.decompress(table))
    return b"xar!" + struct.pack(">HHQQI", 28, 1, len(table), plain, 0) \
        + table + packed


def cpio(name, data):
    def entry(name, data):
        head = b"070701" + b"".join(b"%08X" % n for n in (
            1, 0o100644, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0))
        head = (head + name + b"\0")
        head += bytes(-len(head) % 4)
        return head + data + bytes(-len(data) % 4)
    return entry(name, data) + entry(b"TRAILER!!!", b"")


def rpm(name, data):
    lead = b"\xed\xab\xee\xdb\x03" + bytes(91)
    header = b"\x8e\xad\xe8\x01" + bytes(12)
    return lead + header * 2 + gzip.compress(cpio(name, data), mtime=0)


def arj(name, data):
    def header(kind, name, packed, size):
        basic = struct.pack("<BBBBBBBBIIIIHHH", 30, 11, 1, 0, 0, 0, kind, 0,
                            0, packed, size, 0, 0, 0, 0) + name + b"\0\0"
        return b"\x60\xea" + struct.pack("<H", len(basic)) + basic \
            + struct.pack("<IH", zlib.crc32(basic), 0)
    return header(2, b"a.arj", 0, 0) + header(0, name, len(data), len(data)) \
        + data + b"\x60\xea\0\0"


@case
def archive_xar():
    return make.with_file("setup.pkg", xar(b"test.com", EICAR)), FOUND


@case
def archive_rpm():
    return make.with_file("setup.rpm", rpm(b"./test.com", EICAR)), FOUND


@case
def archive_deb():
    """A tar in an ar."""
    data = make.tar_gz(("./test.com", EICAR))
    ar = b"!<arch>\n" + b"data.tar.gz/    0           0     0     100644  " \
        + b"%-10d`\n" % len(data) + data + b"\n" * (len(data) % 2)
    return make.with_file("setup.deb", ar), FOUND


@case
def archive_arj_names():
    """Not unpacked; what it would start is known by name."""
    return (make.with_file("order.arj", arj(b"order.exe", make.program())),
            dict(symbols=["EXECUTABLE_IN_ARCHIVE", "UNSUPPORTED_CONTENT"],
                 parts=[part("2/order.exe")], unscanned=["unsupported"]))


@case
def archive_many_streams():
    """One file in two compressed streams."""
    data = gzip.compress(EICAR[:30], mtime=0) + gzip.compress(EICAR[30:],
                                                              mtime=0)
    return make.with_file("test.com.gz", data), FOUND


@case
def archive_bomb():
    """Sixteen times sixteen megabytes of nothing."""
    inner = make.archive(("0.txt", bytes(16 << 20)))
    data = make.archive(*(("%d.zip" % i, inner) for i in range(16)))
    return (make.with_file("bomb.zip", data),
            make.unscannable("SCAN_LIMIT", unscanned=["expansion"]))


@case
def archive_bomb_beside():
    """A bomb does not hide what stands beside it."""
    data = make.archive(("0.txt", bytes(16 << 20)), ("test.com", EICAR))
    return make.with_file("bomb.zip", data), FOUND


# --- two views that both hold something --------------------------------------------

def two_views(first, second):
    """boundary= twice: programs see the one part or the other."""
    def block(boundary, tag):
        return ("--%s\r\n" % boundary) + make.file_part(
            "order.exe", make.program(tag)) + ("--%s--\r\n" % boundary)
    return make.mail("Two", "Content-Type: multipart/mixed; boundary=one;"
                     " boundary=two\r\n\r\n" + block("one", first)
                     + block("two", second))


@case
def views_differ():
    """Each program sees another file: never clean, and said so."""
    return (two_views(b"first", b"second"),
            dict(symbols=["AMBIGUOUS_CONTENT", "MIME_HIDDEN_CONTENT",
                          "MIME_AMBIGUOUS"], unscanned=["ambiguous"]))


@case
def views_differ_control():
    """Both see the same."""
    return (two_views(b"same", b"same"), dict(
        symbols=["MIME_AMBIGUOUS"],
        absent=["AMBIGUOUS_CONTENT", "MIME_HIDDEN_CONTENT"]))


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
