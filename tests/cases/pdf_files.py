"""PDF files, made from nothing: enough of ISO 32000-1 for a test; for
make_pdf.py and tests/fuzz/make-seeds-pdf.py."""

import hashlib
import struct
import zlib

PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e80"
                        "2f0ca9fe6453697a")


def stream(data, entries=b"", flate=False):
    if flate:
        data, entries = zlib.compress(data), b"/Filter/FlateDecode" + entries
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(data),
                                                         data)


class Pdf:
    """Objects by number; 1 is the catalog, 2 the pages, 3 the one page."""

    def __init__(self, catalog=b"", page=b"", contents=b"BT ET"):
        self.objects, self.trailer = {}, b""
        self.set(1, b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog)
        self.set(2, b"<</Type/Pages/Kids[3 0 R]/Count 1>>")
        self.set(3, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]"
                    b"/Contents 4 0 R%s>>" % page)
        self.set(4, stream(contents))

    def set(self, number, content):
        self.objects[number] = content
        return self

    def add(self, content):
        number = max(self.objects) + 1
        self.objects[number] = content
        return number

    def bytes(self, header=b"%PDF-1.5\n", xref=True):
        out, offsets = bytearray(header), {}
        for number, content in sorted(self.objects.items()):
            offsets[number] = len(out)
            out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
        if not xref:
            return bytes(out)
        return bytes(out) + self.table(offsets, len(out))

    def table(self, offsets, start):
        size = max(self.objects) + 1
        out = b"xref\n0 %d\n0000000000 65535 f \n" % size
        for number in range(1, size):
            out += b"%010d 00000 %s \n" % (
                offsets.get(number, 0), b"n" if number in offsets else b"f")
        return out + (b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n"
                      b"%%%%EOF\n" % (size, self.trailer, start))

    def packed(self, predictor=False):
        """All but streams in an object stream, with a table as a stream."""
        plain = [(n, c) for n, c in sorted(self.objects.items())
                 if b"\nstream\n" not in c]
        numbers, body = b"", b""
        for number, content in plain:
            numbers += b"%d %d " % (number, len(body))
            body += content + b"\n"
        holder = self.add(stream(numbers + body, b"/Type/ObjStm/N %d/First %d"
                                 % (len(plain), len(numbers)), flate=True))
        table = holder + 1
        out, entries = bytearray(b"%PDF-1.5\n"), {}
        for index, (number, _) in enumerate(plain):
            entries[number] = (2, holder, index)
        for number, content in sorted(self.objects.items()):
            if number not in entries:
                entries[number] = (1, len(out), 0)
                out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
        entries[0], entries[table] = (0, 0, 255), (1, len(out), 0)
        rows = [struct.pack(">BHB", *entries.get(n, (0, 0, 0)))
                for n in range(table + 1)]
        extra = b""
        if predictor:
            above, packed = bytes(4), b""
            for row in rows:
                packed += b"\2" + bytes((a - b) & 255
                                        for a, b in zip(row, above))
                above = row
            rows = [packed]
            extra = b"/DecodeParms<</Predictor 12/Columns 4>>"
        start = len(out)
        out += b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (
            table, stream(b"".join(rows), b"/Type/XRef/Size %d/W[1 2 1]"
                          b"/Root 1 0 R%s" % (table + 1, extra), flate=True),
            start)
        return bytes(out)


def updated(data, changes):
    """An incremental update that replaces objects."""
    before = int(data.rsplit(b"startxref\n", 1)[1].split()[0])
    out, table = bytearray(data), b"xref\n"
    for number, content in changes:
        table += b"%d 1\n%010d 00000 n \n" % (number, len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    return bytes(out) + table + (
        b"trailer\n<</Size 99/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n"
        % (before, start))


def text(value):
    return b"(" + value.replace(b"\\", b"\\\\").replace(
        b"(", b"\\(").replace(b")", b"\\)") + b")"


def action(kind, entries=b""):
    return b"<</S/%s%s>>" % (kind, entries)


def script(code):
    return action(b"JavaScript", b"/JS" + text(code))


def link(url):
    return (b"/Annots[<</Type/Annot/Subtype/Link/Rect[9 9 99 99]/A%s>>]"
            % action(b"URI", b"/URI" + text(url)))


def attach(pdf, name, data, flate=True, entries=b""):
    """An embedded file; returns its specification's number."""
    number = pdf.add(stream(data, b"/Type/EmbeddedFile" + entries,
                            flate=flate))
    return pdf.add(b"<</Type/Filespec/F%s/UF%s/EF<</F %d 0 R>>>>"
                   % (text(name), text(name), number))


def with_files(*files, catalog=b"", **options):
    pdf = Pdf()
    numbers = [(name, attach(pdf, name, data, **options))
               for name, data in files]
    names = b"".join(text(n) + b" %d 0 R" % i for n, i in numbers)
    pdf.set(1, b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[%s"
               b"]>>>>%s>>" % (names, catalog))
    return pdf


# --- encryption: the standard handler, revision 3, RC4 with 128 bits -----------

def rc4(key, data):
    state, j, out = list(range(256)), 0, bytearray()
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) & 255
        state[i], state[j] = state[j], state[i]
    i = j = 0
    for byte in data:
        i = (i + 1) & 255
        j = (j + state[i]) & 255
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) & 255])
    return bytes(out)


def md5(data):
    return hashlib.md5(data).digest()


def hexadecimal(data):
    return b"<" + data.hex().encode() + b">"


class Encrypted(Pdf):
    """What is written with cipher() is encrypted; the rest is as it is."""

    def __init__(self, password=b"", owner=b"owner", **options):
        self.identity = md5(b"identity")
        user = (password + PADDING)[:32]
        hashed = (owner + PADDING)[:32]
        for _ in range(51):
            hashed = md5(hashed)
        owned = user
        for i in range(20):
            owned = rc4(bytes(b ^ i for b in hashed), owned)
        permissions = struct.pack("<i", -4)
        key = md5(user + owned + permissions + self.identity)
        for _ in range(50):
            key = md5(key)
        self.key, check = key, md5(PADDING + self.identity)
        for i in range(20):
            check = rc4(bytes(b ^ i for b in key), check)
        super().__init__(**options)
        self.trailer = (
            b"/ID[%s%s]/Encrypt<</Filter/Standard/V 2/R 3/Length 128/P -4"
            b"/O%s/U%s>>" % (hexadecimal(self.identity),
                             hexadecimal(self.identity), hexadecimal(owned),
                             hexadecimal(check + bytes(16))))
        self.set(4, stream(self.cipher(4, b"BT ET")))

    def cipher(self, number, data):
        key = md5(self.key + struct.pack("<I", number)[:3] + b"\0\0")
        return rc4(key, data)
