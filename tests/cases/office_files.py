"""Binary Office documents, made from nothing: compound files (MS-CFB), VBA
projects (MS-OVBA), workbooks (MS-XLS). Enough of each for a test; for
make_office.py and tests/fuzz/make-seeds-office.py."""

import struct

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
