"""What mails are put together from, for tests/bad and tests/ham."""
import base64
import os
import re
import struct
import sys
import zlib

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)),
                             "cases"))
import pdf_files  # noqa: E402
import qr  # noqa: E402


def word(text):
    """As a header field has it."""
    if text.isascii():
        return text
    return "=?utf-8?B?%s?=" % base64.b64encode(text.encode()).decode()


def named(name, address):
    if not name:
        return address
    if name.isascii() and re.search(r"[^A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]", name):
        return '"%s" <%s>' % (name.replace('"', "'"), address)
    return "%s <%s>" % (word(name), address)


def entity(kind, text):
    data = base64.encodebytes(text.encode()).decode()
    return ("Content-Type: text/%s; charset=utf-8\nContent-Transfer-Encoding: "
            "base64\n\n%s" % (kind, data))


def binary(kind, name, data, how="attachment", identity=None):
    head = "Content-Type: %s; name=\"%s\"\nContent-Disposition: %s; " \
        "filename=\"%s\"\nContent-Transfer-Encoding: base64\n" % (
            kind, name, how, name)
    if identity:
        head += "Content-ID: <%s>\n" % identity
    return head + "\n" + base64.encodebytes(data).decode()


def several(subtype, entities, mark):
    return "Content-Type: multipart/%s; boundary=\"%s\"\n\n%s--%s--\n" % (
        subtype, mark, "".join("--%s\n%s\n" % (mark, e) for e in entities),
        mark)


def png(rows):
    """rows of bytes, 0 black … 255 white."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(
            ">I", zlib.crc32(kind + data))
    head = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(
        b"IDAT", zlib.compress(b"".join(b"\0" + bytes(r) for r in rows))) + \
        chunk(b"IEND", b"")


def qr_picture(text):
    matrix, scale, quiet = qr.matrix(text), 4, 4
    size = (len(matrix) + 2 * quiet) * scale
    rows = [[255] * size for _ in range(size)]
    for y, line in enumerate(matrix):
        for x, dark in enumerate(line):
            if dark:
                for j in range(scale):
                    for i in range(scale):
                        rows[(y + quiet) * scale + j][
                            (x + quiet) * scale + i] = 0
    return png(rows)


def pdf(words, link=None):
    """One page with some words, and a link on it."""
    return pdf_files.Pdf(
        page=pdf_files.link(link.encode()) if link else b"",
        contents=b"BT /F1 12 Tf 20 700 Td %s Tj ET" % pdf_files.text(
            words.encode("ascii", "replace"))).bytes()
