#!/usr/bin/python3
"""Write seeds/picture: small pictures of every format, most with a QR code.

They are also what tests/unit/test-parse-picture.c reads. Encoders of our own,
that write just what a picture of two colours needs: tests need no package.
"""

import binascii
import math
import pathlib
import struct
import sys
import zlib

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "cases"))
import qr  # noqa: E402

OUT = HERE / "seeds" / "picture"
TEXT = "https://login.example.com/a?b=1"
CODE = qr.with_quiet_zone(qr.matrix(TEXT))


def write(name, data):
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / name).write_bytes(data)


def scaled(grid, scale):
    """Rows of 0 (light) and 1 (dark), one for each pixel."""
    return [[int(cell) for cell in row for _ in range(scale)]
            for row in grid for _ in range(scale)]


# --- formats -----------------------------------------------------------------

def chunk(kind, data):
    return (struct.pack(">I", len(data)) + kind + data
            + struct.pack(">I", binascii.crc32(kind + data)))


def png(rows, colours=((255,), (0,)), bits=8, palette=None, alpha=None,
        interlaced=False, extra=b""):
    """colours: the samples of a light and of a dark pixel."""
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[len(colours[0])]
    if palette is not None:
        kind = 3

    def line(row):
        if bits == 8:
            return b"\0" + b"".join(bytes(colours[cell]) for cell in row)
        if bits == 16:
            return b"\0" + b"".join(bytes([v, 0]) for cell in row
                                    for v in colours[cell])
        text = "".join(format(colours[cell][0], "0%db" % bits)
                       for cell in row)
        text += "0" * (-len(text) % 8)
        return b"\0" + bytes(int(text[i:i + 8], 2)
                             for i in range(0, len(text), 8))

    if interlaced:
        passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4),
                  (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
        data = b"".join(line(row[x::dx]) for x, y, dx, dy in passes
                        for row in rows[y::dy])
    else:
        data = b"".join(line(row) for row in rows)
    out = (b"\x89PNG\r\n\x1a\n"
           + chunk(b"IHDR", struct.pack(">IIBBBBB", len(rows[0]), len(rows),
                                        bits, kind, 0, 0, int(interlaced))))
    if palette is not None:
        out += chunk(b"PLTE", bytes(v for c in palette for v in c))
    if alpha is not None:
        out += chunk(b"tRNS", bytes(alpha))
    return (out + extra + chunk(b"IDAT", zlib.compress(data, 9))
            + chunk(b"IEND", b""))


def bmp(rows, bits, compression=0, masks=b"", top_down=False, core=False):
    width, height = len(rows[0]), len(rows)
    lines = rows if top_down else rows[::-1]
    samples = {1: None, 4: None, 8: None, 16: (b"\xff\x7f", b"\0\0"),
               24: (b"\xff" * 3, bytes(3)), 32: (b"\xff" * 4, bytes(4))}
    data = b""
    for row in lines:
        if compression in (1, 2):
            data += runs(row, bits) + b"\0\0"
            continue
        if bits < 8:
            text = "".join(format(cell, "0%db" % bits) for cell in row)
            text += "0" * (-len(text) % 8)
            line = bytes(int(text[i:i + 8], 2)
                         for i in range(0, len(text), 8))
        elif bits == 8:
            line = bytes(row)
        else:
            line = b"".join(samples[bits][cell] for cell in row)
        data += line + bytes(-len(line) % 4)
    if compression in (1, 2):
        data += b"\0\1"
    entry = 3 if core else 4
    palette = (b"\xff" * entry + bytes(entry)) if bits <= 8 else b""
    if core:
        info = struct.pack("<IHHHH", 12, width, height, 1, bits)
        palette += bytes(3 * (2 ** bits - 2))
    else:
        info = struct.pack("<IiiHHIIIIII", 40, width,
                           -height if top_down else height, 1, bits,
                           compression, len(data), 0, 0,
                           2 if bits <= 8 else 0, 0)
    start = 14 + len(info) + len(masks) + len(palette)
    return (b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start)
            + info + masks + palette + data)


def runs(row, bits):
    out, at = b"", 0
    while at < len(row):
        end = at
        while end < len(row) and row[end] == row[at] and end - at < 255:
            end += 1
        value = row[at] if bits == 8 else row[at] * 0x11
        out += bytes([end - at, value])
        at = end
    return out


def pnm(rows, kind):
    head = b"P%d\n# of a document\n%d %d\n" % (kind, len(rows[0]), len(rows))
    if kind == 4:
        return head + b"".join(
            int("".join(map(str, row)).ljust((len(row) + 7) // 8 * 8, "0"),
                2).to_bytes((len(row) + 7) // 8, "big") for row in rows)
    return head + b"255\n" + b"".join(
        bytes([255 - 255 * cell]) * (1 if kind == 5 else 3)
        for row in rows for cell in row)


def gif(frames, transparent=False):
    """LZW with nothing but literals: the dictionary is cleared in time."""
    width, height = len(frames[0][0]), len(frames[0])
    out = (b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0)
           + b"\xff\xff\xff\0\0\0")
    for rows in frames:
        out += b"\x21\xf9\x04" + bytes([int(transparent), 0, 0, 0, 0])
        out += b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\2"
        bits, count = [], 0
        for row in rows:
            for cell in row:
                if count % 2 == 0:
                    bits.append(4)
                bits.append(cell)
                count += 1
        bits.append(5)
        value = sum(code << (3 * i) for i, code in enumerate(bits))
        data = value.to_bytes((3 * len(bits) + 7) // 8, "little")
        for i in range(0, len(data), 255):
            out += bytes([len(data[i:i + 255])]) + data[i:i + 255]
        out += b"\0"
    return out + b";"


def jpeg(grid):
    """Baseline, grey, a module is a block: only its mean is coded."""
    bits, last = "", 0
    for row in grid:
        for cell in row:
            level = -64 if cell else 63
            step, last = level - last, level
            size = abs(step).bit_length()
            bits += format(size, "04b")
            if size:
                bits += format(step if step > 0 else step + 2 ** size - 1,
                               "0%db" % size)
            bits += "0"
    bits += "1" * (-len(bits) % 8)
    data = bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))
    size = 8 * len(grid)

    def segment(marker, body):
        return bytes([0xff, marker]) + struct.pack(">H", len(body) + 2) + body

    return (b"\xff\xd8" + segment(0xdb, b"\0" + b"\x10" * 64)
            + segment(0xc0, struct.pack(">BHHBBBB", 8, size, size, 1, 1,
                                        0x11, 0))
            # sizes 0 to 11 in four bits each; of the rest only "end of block"
            + segment(0xc4, b"\0" + bytes([0, 0, 0, 12] + [0] * 12)
                      + bytes(range(12)))
            + segment(0xc4, b"\x10" + bytes([1] + [0] * 15) + b"\0")
            + segment(0xda, b"\1\1\0\0\x3f\0") + data.replace(b"\xff",
                                                           b"\xff\0")
            + b"\xff\xd9")


def vp8l(rows):
    """Two colours, black and green: two symbols in one of the five codes."""
    fields = [(0x2f, 8), (len(rows[0]) - 1, 14), (len(rows) - 1, 14), (0, 1),
              (0, 3), (0, 1), (0, 1), (0, 1),
              (1, 1), (1, 1), (1, 1), (0, 8), (255, 8)]
    fields += [(1, 1), (0, 1), (0, 1), (0, 1)] * 2
    fields += [(1, 1), (0, 1), (1, 1), (255, 8)]
    fields += [(1, 1), (0, 1), (0, 1), (0, 1)]
    fields += [(1 - cell, 1) for row in rows for cell in row]
    value = at = 0
    for number, width in fields:
        value |= number << at
        at += width
    data = value.to_bytes((at + 7) // 8, "little")
    return b"VP8L" + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def riff(body):
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def animated(rows):
    size = struct.pack("<I", len(rows) - 1)[:3]
    frame = bytes(6) + size + size + bytes(4) + vp8l(rows)
    return riff(b"VP8X" + struct.pack("<I", 10) + b"\2\0\0\0" + size + size
                + b"ANIM" + struct.pack("<I", 6) + bytes(6)
                + b"ANMF" + struct.pack("<I", len(frame)) + frame)


# --- pictures ----------------------------------------------------------------

def turned(grid, scale, degrees, side):
    angle, out = math.radians(degrees), []
    half = len(grid) * scale / 2
    for y in range(side):
        row = []
        for x in range(side):
            dx, dy = x - side / 2, y - side / 2
            u = dx * math.cos(angle) + dy * math.sin(angle) + half
            v = dy * math.cos(angle) - dx * math.sin(angle) + half
            i, j = math.floor(u / scale), math.floor(v / scale)
            inside = 0 <= i < len(grid) and 0 <= j < len(grid)
            row.append(int(inside and grid[j][i]))
        out.append(row)
    return out


def plain():
    rows = scaled(CODE, 3)
    write("code.png", png(rows))
    write("code-bits.png", png(rows, ((1,), (0,)), bits=1))
    write("code-16.png", png(rows, bits=16))
    write("code-palette.png", png(rows, ((1,), (2,)), bits=4, palette=(
        (0, 0, 0), (255, 255, 255), (20, 20, 60))))
    write("code-interlaced.png", png(rows, interlaced=True))
    write("code-cut.png", png(rows)[:-20])
    write("code-bad-checksum.png", png(rows).replace(b"IEND", b"IENE"))
    bomb = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1 << 20), 9))
    write("code-text-bomb.png", png(rows, extra=bomb))
    write("code-tiny.png", png(scaled(CODE, 1)))
    write("code-no-margin.png", png(scaled(qr.matrix(TEXT), 2)))
    write("code-large.png", png(scaled(CODE, 30), ((1,), (0,)), bits=1))
    write("code-turned.png", png(turned(CODE, 5, 28, 260), ((1,), (0,)),
                                 bits=1))
    for bits in (1, 4, 8, 16, 24, 32):
        write("code-%d.bmp" % bits, bmp(scaled(CODE, 2), bits))
    write("code-core.bmp", bmp(rows, 1, core=True))
    write("code-down.bmp", bmp(rows, 1, top_down=True))
    write("code-masks.bmp", bmp(scaled(CODE, 2), 16, 3,
                                struct.pack("<III", 0x7c00, 0x3e0, 0x1f)))
    write("code-runs-8.bmp", bmp(rows, 8, 1))
    write("code-runs-4.bmp", bmp(rows, 4, 2))
    for kind in (4, 5, 6):
        write("code-%d.pnm" % kind, pnm(scaled(CODE, 2), kind))
    write("code.gif", gif([rows]))
    blank = [[0] * len(rows) for _ in rows]
    write("code-second.gif", gif([blank, rows]))
    write("code-transparent.gif", gif([rows], True))
    write("code.jpg", jpeg(CODE))
    write("code.webp", riff(vp8l(rows)))
    write("code-animated.webp", animated(rows))


def coloured():
    rows = scaled(CODE, 3)
    write("code-inverted.png", png(rows, ((0,), (255,))))
    write("code-pale.png", png(rows, ((255, 255, 255), (255, 240, 0))))
    write("code-low.png", png(rows, ((140,), (120,))))
    write("code-red-green.png", png(rows, ((0, 102, 0), (200, 0, 0))))
    write("code-white-clear.png", png(rows, ((0, 0, 0, 0),
                                             (255, 255, 255, 255))))
    write("code-black-clear.png", png(rows, ((0, 0), (0, 255))))
    write("code-palette-clear.png", png(
        rows, ((0,), (1,)), bits=1, alpha=(0, 255),
        palette=((255, 255, 255), (250, 250, 250))))


def nothing():
    rows = scaled(CODE, 3)
    write("none.png", png([[0] * 60 for _ in range(60)]))
    write("none-icon.png", png([[(x ^ y) & 1 for x in range(16)]
                                for y in range(16)]))
    write("none-stripes.png", png([[x // 4 & 1 for x in range(120)]
                                   for _ in range(120)]))
    square = [[int(max(abs(x - 3), abs(y - 3)) in (0, 1, 3))
               for x in range(7)] for y in range(7)]
    write("none-square.png", png(scaled(qr.with_quiet_zone(square), 6)))
    finder = [row + [0] for row in square] + [[0] * 8]
    write("none-bomb.png", png([row * 30 for row in scaled(finder, 2)] * 30,
                               ((1,), (0,)), bits=1))
    # sizes that are not there
    huge = bytearray(png(rows))
    huge[16:24] = struct.pack(">II", 1 << 30, 1 << 30)
    write("large.png", bytes(huge))
    huge = bytearray(gif([rows]))
    huge[6:10] = b"\xff\xff\xff\xff"
    write("large.gif", bytes(huge))
    huge = bytearray(bmp(rows, 1))
    huge[18:26] = struct.pack("<II", 60000, 60000)
    write("large.bmp", bytes(huge))
    write("large.pnm", b"P5 99999 99999 255\n" + bytes(100))


if __name__ == "__main__":
    plain()
    coloured()
    nothing()
