"""Binary Office documents, made from nothing: compound files (MS-CFB), VBA
projects (MS-OVBA), workbooks (MS-XLS). Enough of each for a test; for
make_office.py and tests/fuzz/make-seeds-office.py."""

import hashlib
import struct
import subprocess

FREE, END, FAT_SECTOR = 0xffffffff, 0xfffffffe, 0xfffffffd
SECTOR, MINI, CUTOFF = 512, 64, 4096


class Storage(dict):
    """Name to bytes or Storage."""

    def __init__(self, entries=(), clsid=bytes(16)):
        super().__init__(entries)
        self.clsid = clsid


class _Writer:
    def __init__(self):
        self.sectors, self.fat = [], []
        self.mini, self.minifat = bytearray(), []
        self.entries = []

    def _chain(self, table, first, count):
        table.extend(range(first + 1, first + count))
        table.append(END)
        return first

    def big(self, data):
        if not data:
            return END
        first = len(self.sectors)
        for at in range(0, len(data), SECTOR):
            self.sectors.append(data[at:at + SECTOR].ljust(SECTOR, b"\0"))
        return self._chain(self.fat, first, len(self.sectors) - first)

    def small(self, data):
        if not data:
            return END
        first = len(self.minifat)
        self.mini += data + bytes(-len(data) % MINI)
        return self._chain(self.minifat, first,
                           len(self.mini) // MINI - first)

    def _tree(self, numbers):
        """A balanced tree of sorted siblings; returns its root."""
        if not numbers:
            return FREE
        middle = len(numbers) // 2
        entry = self.entries[numbers[middle]]
        entry["left"] = self._tree(numbers[:middle])
        entry["right"] = self._tree(numbers[middle + 1:])
        return numbers[middle]

    def add(self, name, content):
        entry = dict(name=name, left=FREE, right=FREE, child=FREE, start=0,
                     size=0, clsid=bytes(16), kind=1)
        number = len(self.entries)
        self.entries.append(entry)
        if isinstance(content, Storage):
            entry["clsid"] = content.clsid
            children = sorted(content, key=lambda n: (len(n), n.upper()))
            numbers = [self.add(child, content[child]) for child in children]
            entry["child"] = self._tree(numbers)
        else:
            entry.update(kind=2, size=len(content), start=(
                self.small if len(content) < CUTOFF else self.big)(content))
        return number

    def _entry(self, entry):
        name = entry["name"].encode("utf-16-le")
        return (name.ljust(64, b"\0")
                + struct.pack("<HBBIII", len(name) + 2, entry["kind"], 1,
                              entry["left"], entry["right"], entry["child"])
                + entry["clsid"] + bytes(20)
                + struct.pack("<IQ", entry["start"], entry["size"]))

    def file(self, root):
        self.add("Root Entry", root)
        top = self.entries[0]
        top.update(kind=5, size=len(self.mini), start=self.big(self.mini))
        minifat = b"".join(struct.pack("<I", n) for n in self.minifat)
        minifat += b"\xff" * (-len(minifat) % SECTOR)
        minifat_start = self.big(minifat)
        directory = b"".join(map(self._entry, self.entries))
        empty = dict(name="", kind=0, left=FREE, right=FREE, child=FREE,
                     start=0, size=0, clsid=bytes(16))
        while len(directory) % SECTOR:
            directory += self._entry(empty)
        directory_start = self.big(directory)
        fat_count = 1
        while fat_count * 128 < len(self.fat) + fat_count:
            fat_count += 1
        fat_start = len(self.fat)
        fat = self.fat + [FAT_SECTOR] * fat_count
        fat += [FREE] * (fat_count * 128 - len(fat))
        difat = list(range(fat_start, fat_start + fat_count))
        difat += [FREE] * (109 - len(difat))
        header = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
                  + struct.pack("<HHHHH", 0x3e, 3, 0xfffe, 9, 6) + bytes(6)
                  + struct.pack("<IIIIIIIIII", 0, fat_count, directory_start,
                                0, CUTOFF, minifat_start,
                                len(minifat) // SECTOR, END, 0, difat[0])
                  + struct.pack("<108I", *difat[1:]))
        return (header + b"".join(self.sectors)
                + struct.pack("<%dI" % len(fat), *fat))


def compound(entries, clsid=bytes(16)):
    """A compound file of {name: bytes or dict}."""
    def storage(value):
        if isinstance(value, dict):
            return Storage({k: storage(v) for k, v in value.items()},
                           getattr(value, "clsid", bytes(16)))
        return value
    root = storage(entries)
    root.clsid = clsid
    return _Writer().file(root)


# --- VBA ---------------------------------------------------------------------

def vba_compress(data):
    """MS-OVBA 2.4.1, with copies of what repeats."""
    out = bytearray(b"\1")
    for at in range(0, len(data), 4096):
        chunk = data[at:at + 4096]
        packed, i = bytearray(), 0
        while i < len(chunk):
            flags, tokens = 0, bytearray()
            for bit in range(8):
                if i >= len(chunk):
                    break
                bits = max(4, (i - 1).bit_length()) if i else 4
                longest = min((0xffff >> bits) + 3, len(chunk) - i)
                best = offset = 0
                for start in range(max(0, i - (1 << bits)), i):
                    n = 0
                    while n < longest and chunk[start + n] == chunk[i + n]:
                        n += 1
                    if n > best:
                        best, offset = n, i - start
                if best >= 3:
                    flags |= 1 << bit
                    tokens += struct.pack(
                        "<H", (offset - 1) << (16 - bits) | (best - 3))
                    i += best
                else:
                    tokens.append(chunk[i])
                    i += 1
            packed.append(flags)
            packed += tokens
        if len(packed) > 4096:
            out += struct.pack("<H", 0x3fff) + chunk.ljust(4096, b"\0")
        else:
            out += struct.pack("<H", 0xb000 | (len(packed) - 1)) + packed
    return bytes(out)


def _record(kind, data=b""):
    return struct.pack("<HI", kind, len(data)) + data


def vba_dir(modules, offsets):
    """The dir stream (MS-OVBA 2.3.4.2), not yet compressed."""
    out = (_record(1, struct.pack("<I", 3)) + _record(2, struct.pack("<I", 9))
           + _record(20, struct.pack("<I", 9))
           + _record(3, struct.pack("<H", 1252)) + _record(4, b"Project")
           + _record(5) + _record(0x40) + _record(6) + _record(0x3d)
           + _record(7, bytes(4)) + _record(8, bytes(4))
           + struct.pack("<HIIH", 9, 4, 1, 1) + _record(12) + _record(0x3c)
           + _record(15, struct.pack("<H", len(modules)))
           + _record(19, b"\xff\xff"))
    for name in modules:
        wide = name.encode("utf-16-le")
        out += (_record(0x19, name.encode()) + _record(0x47, wide)
                + _record(0x1a, name.encode()) + _record(0x32, wide)
                + _record(0x1c) + _record(0x48)
                + _record(0x31, struct.pack("<I", offsets[name]))
                + _record(0x1e, bytes(4)) + _record(0x2c, b"\xff\xff")
                + _record(0x21 if name == "Module1" else 0x22)
                + _record(0x2b))
    return out + _record(0x10)


def vba_source(name, code):
    return ('Attribute VB_Name = "%s"\r\n' % name).encode() \
        + code.strip().replace("\n", "\r\n").encode("cp1252") + b"\r\n"


def vba_project(modules, cache=b"", source=True, names=b""):
    """The storage of a project. cache: stands before each source, where
    Office keeps its compiled code; source=False: there is none."""
    streams = {"_VBA_PROJECT": b"\xcc\x61\xb2\0\0\0\0" + names,
               "dir": vba_compress(vba_dir(modules, {
                   name: len(cache) for name in modules}))}
    for name, code in modules.items():
        streams[name] = cache + vba_compress(
            vba_source(name, code) if source else b"")
    return {"VBA": streams, "PROJECT": b"".join(
        b"Module=%s\r\n" % name.encode() for name in modules)}


def word(modules=None, text="Minutes of the meeting.\r", flags=0, extra=(),
         **project):
    """A .doc whose text is one piece of eight-bit characters."""
    body = text.encode("cp1252")
    fib = struct.pack("<HHHHHH", 0xa5ec, 0xc1, 0, 0x407, 0, 0x200 | flags)
    fib = fib.ljust(0x18, b"\0") + struct.pack("<II", 0x600,
                                               0x600 + len(body))
    fib = fib.ljust(0x4c, b"\0") + struct.pack("<I", len(body))
    pieces = b"\2" + struct.pack("<IIIHIH", 16, 0, len(body), 0,
                                 0x40000000 | 0x600 * 2, 0)
    fib = fib.ljust(0x1a2, b"\0") + struct.pack("<II", 0, len(pieces))
    entries = {"WordDocument": fib.ljust(0x600, b"\0") + body,
               "1Table": pieces}
    if modules:
        entries["Macros"] = vba_project(modules, **project)
    entries.update(extra)
    return compound(entries, bytes.fromhex(
        "0609020000000000c000000000000046"))


def _package(name, data, path=None):
    path = (path or "C:\\Users\\a\\" + name).encode("cp1252") + b"\0"
    body = (b"\2\0" + name.encode("cp1252") + b"\0" + path + b"\0\0\3\0"
            + struct.pack("<I", len(path)) + path
            + struct.pack("<I", len(data)) + data)
    return body


def ole1_package(name, data):
    """The same as an object of OLE 1.0, behind version and kind."""
    body = _package(name, data)
    return (struct.pack("<I", 8) + b"Package\0" + bytes(8)
            + struct.pack("<I", len(body)) + body)


def native(name, data, path=None):
    """A file in a document, as the object packager keeps it."""
    body = _package(name, data, path)
    return {"\1Ole10Native": struct.pack("<I", len(body)) + body}


def picture(data):
    """A PNG file in a drawing."""
    body = bytes(17) + data
    return struct.pack("<HHI", 0x6e00, 0xf01e, len(body)) + body


_MSI = ("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._")


def installer(files):
    """An .msi with these streams, whose names are encoded."""
    def encode(name):
        out, at = "", 0
        while at < len(name):
            pair = [_MSI.index(c) for c in name[at:at + 2]]
            out += chr(0x3800 + pair[0] + (pair[1] << 6)) if len(pair) == 2 \
                else chr(0x4800 + pair[0])
            at += 2
        return out
    return compound({encode(name): data for name, data in files.items()},
                    bytes.fromhex("84100c0000000000c000000000000046"))


def record(kind, data, version=0, instance=0):
    """Of a presentation."""
    return struct.pack("<HHI", version | instance << 4, kind,
                       len(data)) + data


def slides(*records, locked=False):
    """A .ppt with these records in its document. locked: it says that it is
    encrypted, and no record can be read."""
    body = record(0x3e8, b"".join(records), version=15)
    if locked:
        body = bytes(c ^ 0x5a for c in body)
    user = record(0xff6, struct.pack("<II", 20, 0xf3d1c4df if locked else
                                     0xe391c05f))
    return compound({"PowerPoint Document": body, "Current User": user},
                    bytes.fromhex("108d81649b4fcf1186ea00aa00b929e8"))


def message(properties, attachments=()):
    """A .msg; properties: {tag: bytes or str}. attachments: the same, or a
    message's own (properties, attachments)."""
    def storage(values, root=True):
        out = {"__properties_version1.0": bytes(32 if root else 8)}
        for tag, value in values.items():
            if isinstance(value, str):
                value = value.encode("utf-16-le")
            elif isinstance(value, tuple):
                value = content(*value)
            out["__substg1.0_%08X" % tag] = value
        return out

    def content(values, files=()):
        out = storage(values)
        for number, attachment in enumerate(files):
            out["__attach_version1.0_#%08X" % number] = storage(attachment,
                                                                False)
        return out

    return compound(content(properties, attachments),
                    bytes.fromhex("0b0d020000000000c000000000000046"))


# --- workbooks ---------------------------------------------------------------

def biff(kind, data=b""):
    return struct.pack("<HH", kind, len(data)) + data


def _bof(kind):
    return biff(0x809, struct.pack("<HHHHII", 0x600, kind, 0x0dbb, 0x07cc,
                                    0, 6))


def xlm_text(text):
    return b"\x17" + bytes([len(text), 0]) + text.encode("latin-1")


def xlm_call(number, *arguments):
    return b"".join(arguments) + b"\x42" + struct.pack(
        "<BH", len(arguments), number)


def xlm_char(code):
    return b"\x1e" + struct.pack("<H", code) + b"\x41\x6f\0"


def xlm_join(*pieces):
    return pieces[0] + b"".join(piece + b"\x08" for piece in pieces[1:])


def xlm_cell(row, column):
    return b"\x44" + struct.pack("<HH", row, column | 0xc000)


def workbook_stream(formulas=(), macros=True, hidden=0, name=None, labels=(),
                    extra=b"", lock=b""):
    """The Workbook stream: one sheet, and one of macros with a formula in
    each row of its first column. name: of a macro that is run, a built-in
    code or text."""
    sheets = [("Sheet1", 0, 0)]
    if macros:
        sheets.append(("Macro1", hidden, 1))
    tail = b""
    if name is not None:
        coded = bytes([name]) if isinstance(name, int) \
            else name.encode("latin-1")
        tail += biff(0x18, struct.pack(
            "<HBBHHHI", 0x20 if isinstance(name, int) else 0, 0, len(coded),
            7, 0, 0, 0) + b"\0" + coded
            + b"\x3a" + struct.pack("<HHH", 0, 0, 0))
    texts = b"".join(struct.pack("<HB", len(t), 0) + t.encode("latin-1")
                     for _, _, t in labels)
    tail += biff(0xfc, struct.pack("<II", len(labels), len(labels)) + texts)
    tail += extra + biff(0x0a)

    def body(kind):
        out = _bof(0x10 if kind == 0 else 0x40)
        if kind == 1:
            for index, (row, column, _) in enumerate(labels):
                out += biff(0xfd, struct.pack("<HHHI", row, column, 0,
                                               index))
            for row, formula in enumerate(formulas):
                out += biff(0x06, struct.pack(
                    "<HHH8sHIH", row, 0, 0, bytes(8), 0, 0, len(formula))
                    + formula)
        return out + biff(0x0a)

    head = _bof(5) + lock
    place = len(head) + sum(12 + len(n) for n, _, _ in sheets) + len(tail)
    listing, bodies = b"", b""
    for sheet, state, kind in sheets:
        listing += biff(0x85, struct.pack("<IBBBB", place + len(bodies),
                                           state, kind, len(sheet), 0)
                         + sheet.encode())
        bodies += body(kind)
    return head + listing + tail + bodies


def workbook(stream, extra=()):
    entries = {"Workbook": stream}
    entries.update(extra)
    return compound(entries,
                    bytes.fromhex("2008020000000000c000000000000046"))


# --- passwords ---------------------------------------------------------------

class _RC4:
    def __init__(self, key):
        self.s, j = list(range(256)), 0
        for i in range(256):
            j = (j + self.s[i] + key[i % len(key)]) & 255
            self.s[i], self.s[j] = self.s[j], self.s[i]
        self.i = self.j = 0

    def byte(self):
        s = self.s
        self.i = (self.i + 1) & 255
        self.j = (self.j + s[self.i]) & 255
        s[self.i], s[self.j] = s[self.j], s[self.i]
        return s[(s[self.i] + s[self.j]) & 255]

    def crypt(self, data):
        return bytes(b ^ self.byte() for b in data)


def _records(stream):
    at = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield at, kind, size
        at += 4 + size


def _clear(kind, size):
    return {0x809: size, 0x2f: size, 0x85: 4}.get(kind, 0)


SALT = bytes(range(16))


def lock_rc4(stream, password):
    """A workbook stream made with lock=RC4_LOCK, encrypted ([MS-OFFCRYPTO]
    2.3.6)."""
    base = hashlib.md5(password.encode("utf-16-le")).digest()[:5]
    base = hashlib.md5((base + SALT) * 16).digest()[:5]

    def block(number):
        return _RC4(hashlib.md5(base + struct.pack("<I", number)).digest())

    check = bytes(16)
    proof = block(0).crypt(check + hashlib.md5(check).digest())
    out = bytearray(stream)
    for at, kind, size in _records(stream):
        if kind == 0x2f:
            out[at + 4 + 22:at + 4 + 54] = proof
        for i in range(at + 4 + _clear(kind, size), at + 4 + size):
            if i % 1024 == 0 or i == at + 4 + _clear(kind, size):
                cipher = block(i // 1024)
                for _ in range(i % 1024):
                    cipher.byte()
            out[i] ^= cipher.byte()
    return bytes(out)


RC4_LOCK = biff(0x2f, struct.pack("<HHH", 1, 1, 1) + SALT + bytes(32))


def _aes(data, key, iv=None):
    mode = "-aes-%d-%s" % (len(key) * 8, "cbc" if iv else "ecb")
    return subprocess.run(
        ["openssl", "enc", mode, "-nopad", "-K", key.hex()]
        + (["-iv", iv.hex()] if iv else []), input=data, check=True,
        stdout=subprocess.PIPE).stdout


def _pad(data):
    return data + bytes(-len(data) % 16)


def lock_standard(package, password):
    """A new document, encrypted in the standard way ([MS-OFFCRYPTO]
    2.3.4.5)."""
    key = hashlib.sha1(SALT + password.encode("utf-16-le")).digest()
    for i in range(50000):
        key = hashlib.sha1(struct.pack("<I", i) + key).digest()
    key = hashlib.sha1(key + bytes(4)).digest().ljust(64, b"\0")
    key = hashlib.sha1(bytes(b ^ 0x36 for b in key)).digest()[:16]
    check = bytes(16)
    header = struct.pack("<IIIIIIII", 0x24, 0, 0x660e, 0x8004, 128, 24, 0,
                         0) + "AES\0".encode("utf-16-le")
    info = (struct.pack("<HHII", 3, 2, 0x24, len(header)) + header
            + struct.pack("<I", 16) + SALT + _aes(check, key)
            + struct.pack("<I", 20)
            + _aes(_pad(hashlib.sha1(check).digest()), key))
    return compound({"EncryptionInfo": info, "EncryptedPackage":
                     struct.pack("<Q", len(package))
                     + _aes(_pad(package), key)})


def lock_agile(package, password, rounds=1000):
    """The same in the agile way (2.3.4.10)."""
    import base64

    def digest(data):
        return hashlib.sha512(data).digest()

    data_key, check = bytes(range(32)), bytes(range(16, 32))
    spun = digest(SALT + password.encode("utf-16-le"))
    for i in range(rounds):
        spun = digest(struct.pack("<I", i) + spun)

    def guard(purpose, data):
        key = digest(spun + bytes.fromhex(purpose))[:32]
        return base64.b64encode(_aes(_pad(data), key, SALT)).decode()

    common = ('saltSize="16" blockSize="16" keyBits="256" hashSize="64" '
              'cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" '
              'hashAlgorithm="SHA512" saltValue="%s"'
              % base64.b64encode(SALT).decode())
    xml = ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
           '<encryption><keyData %s/><keyEncryptors><keyEncryptor>'
           '<p:encryptedKey spinCount="%d" %s encryptedVerifierHashInput="%s" '
           'encryptedVerifierHashValue="%s" encryptedKeyValue="%s"/>'
           '</keyEncryptor></keyEncryptors></encryption>' % (
               common, rounds, common, guard("fea7d2763b4b9e79", check),
               guard("d7aa0f6d3061344e", digest(check)),
               guard("146e0be7abacd0d6", data_key)))
    out = struct.pack("<Q", len(package))
    for i, at in enumerate(range(0, len(package), 4096)):
        out += _aes(_pad(package[at:at + 4096]), data_key,
                    digest(SALT + struct.pack("<I", i))[:16])
    return compound({"EncryptionInfo": struct.pack("<HHI", 4, 4, 0x40)
                     + xml.encode(), "EncryptedPackage": out})
