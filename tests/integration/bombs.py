#!/usr/bin/python3
"""Messages that cost more than they weigh: time and memory of each.

None may be clean, none may take longer than the limit, and memory stays
bounded. Usage: bombs.py WARDEN [NAME…]
"""

import base64
import bz2
import gzip
import io
import json
import lzma
import os
import pathlib
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
import zlib

MEGABYTE = 1 << 20
BOMBS = {}


def bomb(function):
    BOMBS[function.__name__.replace("_", "-")] = function
    return function


def mail(name, data):
    return (b"From: a@example.org\nTo: b@example.net\nSubject: A file\n"
            b"MIME-Version: 1.0\nContent-Type: application/octet-stream\n"
            b"Content-Disposition: attachment; filename=\"%s\"\n"
            b"Content-Transfer-Encoding: base64\n\n%s"
            % (name.encode(), base64.encodebytes(data)))


def archive(*members, level=9):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED,
                         compresslevel=level) as z:
        for name, data in members:
            z.writestr(zipfile.ZipInfo(name), data,
                       zipfile.ZIP_DEFLATED)
    return out.getvalue()


# --- archives ------------------------------------------------------------------

@bomb
def zip_4_gigabytes():
    block = bytes(256 * MEGABYTE)
    return mail("a.zip", archive(*(("%d" % i, block) for i in range(4)),
                                 level=1))


@bomb
def zip_nested_16():
    """Sixteen copies of sixteen copies: as 42.zip."""
    data = archive(("0", bytes(16 * MEGABYTE)))
    for _ in range(5):
        data = archive(*(("%d.zip" % i, data) for i in range(16)))
    return mail("42.zip", data)


@bomb
def zip_deep():
    data = archive(("a.txt", b"bottom"))
    for _ in range(200):
        data = archive(("a.zip", data))
    return mail("deep.zip", data)


@bomb
def zip_overlapping():
    """Many entries of one directory lead to the same bytes (Fifield)."""
    kernel = zlib.compressobj(9, zlib.DEFLATED, -15)
    size = 32 * MEGABYTE
    packed = kernel.compress(bytes(size)) + kernel.flush()
    crc = zlib.crc32(bytes(size))
    fields = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0, crc, len(packed),
                         size, 1, 0)
    out = b"PK\3\4" + fields + b"a" + packed
    central = b"".join(
        b"PK\1\2" + struct.pack("<H", 20) + struct.pack(
            "<HHHHHIIIHH", 20, 0, 8, 0, 0, crc, len(packed), size, 4, 0)
        + struct.pack("<HHHII", 0, 0, 0, 0, 0) + b"%04d" % i
        for i in range(5000))
    return mail("overlap.zip", out + central + b"PK\5\6" + struct.pack(
        "<HHHHIIH", 0, 0, 5000, 5000, len(central), len(out), 0))


@bomb
def zip_quoted_overlap():
    """Each member's bytes contain the next one's header (Fifield)."""
    name = b"%04d"
    kernel = zlib.compressobj(9, zlib.DEFLATED, -15)
    size = 32 * MEGABYTE
    packed = kernel.compress(bytes(size)) + kernel.flush()
    files, tail_packed = [], packed
    crc, total = zlib.crc32(bytes(size)), size
    for i in range(60):
        local = b"PK\3\4" + struct.pack(
            "<HHHHHIIIHH", 20, 0, 8, 0, 0, crc, len(tail_packed), total, 4,
            0) + name % i
        files.insert(0, (local, crc, len(tail_packed), total, name % i))
        # a stored block that quotes the header, then the rest as it is
        quote = b"\0" + struct.pack("<HH", len(local),
                                    len(local) ^ 0xffff) + local
        tail_packed = quote + tail_packed
        crc = 0
        total += len(local)
    out = files[0][0] + tail_packed[5 + len(files[0][0]):]
    central, at = b"", 0
    for local, crc, packed_size, total, label in files:
        central += b"PK\1\2" + struct.pack("<H", 20) + struct.pack(
            "<HHHHHIIIHH", 20, 0, 8, 0, 0, crc, packed_size, total, 4, 0) \
            + struct.pack("<HHHII", 0, 0, 0, 0, at) + label
        at += len(local) + 5
    return mail("quoted.zip", out + central + b"PK\5\6" + struct.pack(
        "<HHHHIIH", 0, 0, len(files), len(files), len(central), len(out), 0))


@bomb
def zip_many_members():
    return mail("many.zip", archive(*(("%06d.txt" % i, b"")
                                      for i in range(100000)), level=1))


@bomb
def zip_many_headers():
    """No directory; every few bytes a header that it does not list."""
    local = b"PK\3\4" + struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 0, 0, 0, 0,
                                    1, 0) + b"a"
    return mail("headers.zip", local * 300000)


@bomb
def zip_encrypted_many():
    """Thousands of encrypted members, and as many passwords."""
    member = struct.pack("<HHHHHIIIHH", 20, 1, 0, 0, 0, 0, 100, 88, 4, 0)
    out, central = b"", b""
    for i in range(2000):
        central += b"PK\1\2" + struct.pack("<H", 20) + member \
            + struct.pack("<HHHII", 0, 0, 0, 0, len(out)) + b"%04d" % i
        out += b"PK\3\4" + member + b"%04d" % i + bytes(100)
    data = out + central + b"PK\5\6" + struct.pack(
        "<HHHHIIH", 0, 0, 2000, 2000, len(central), len(out), 0)
    return mail("locked.zip", data).replace(
        b"Subject: A file", b"Subject: " + b" ".join(
            b"password %d" % i for i in range(2000)))


@bomb
def gzip_in_gzip():
    data = gzip.compress(bytes(512 * MEGABYTE), 9)
    for _ in range(3):
        data = gzip.compress(data, 9)
    return mail("a.gz", data)


@bomb
def bzip2_bomb():
    return mail("a.bz2", bz2.compress(bytes(512 * MEGABYTE)))


@bomb
def xz_bomb():
    return mail("a.xz", lzma.compress(bytes(512 * MEGABYTE), preset=1))


@bomb
def zstd_bomb():
    run = subprocess.run(["zstd", "-q", "-c", "-19"],
                         input=bytes(512 * MEGABYTE), check=True,
                         stdout=subprocess.PIPE)
    return mail("a.zst", run.stdout)


@bomb
def gzip_many_streams():
    return mail("a.gz", gzip.compress(bytes(100000)) * 50000)


@bomb
def tar_sparse():
    """A file of a terabyte that is one hole."""
    info = tarfile.TarInfo("big")
    head = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    head[156:157] = b"S"
    head[386:410] = b"\x80" + (1 << 40).to_bytes(11, "big") + b"0" * 11 \
        + b"\0"
    head[483:495] = b"\x80" + (1 << 40).to_bytes(11, "big")
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return mail("a.tar", bytes(head) + bytes(10240))


@bomb
def tar_many():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for i in range(50000):
            tar.addfile(tarfile.TarInfo("%d" % i))
    return mail("a.tar.gz", gzip.compress(out.getvalue()))


@bomb
def mixed_deep():
    """A zip in a gz in a tar in a mail in a zip …"""
    data = b"bottom"
    for _ in range(30):
        data = archive(("a.txt", data))
        data = gzip.compress(data)
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as tar:
            info = tarfile.TarInfo("a.gz")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        data = gzip.compress(mail("a.tar", gzip.compress(out.getvalue())))
    return mail("mixed.gz", data)


# --- MIME ----------------------------------------------------------------------

def multipart(body, boundary=b"x"):
    return (b"From: a@example.org\nTo: b@example.net\nMIME-Version: 1.0\n"
            b"Content-Type: multipart/mixed; boundary=" + boundary
            + b"\n\n" + body)


@bomb
def parts_million():
    return multipart(b"--x\n\n\n" * 1000000 + b"--x--\n")


@bomb
def messages_100k():
    return b"Content-Type: message/rfc822\n\n" * 100000 + b"end\n"


@bomb
def headers_million():
    return b"X-A: b\n" * 1000000 + b"\nend\n"


@bomb
def header_50_megabytes():
    return b"Subject: " + b"a" * (50 * MEGABYTE) + b"\n\nend\n"


@bomb
def addresses_2_million():
    return b"To: " + b"a@b.example, " * 2000000 + b"\n\nend\n"


@bomb
def address_groups():
    return b"To: " + b"a:" * 200000 + b"\n\nend\n"


@bomb
def delimiters_deep():
    head = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n"
                    % (i, i) for i in range(60))
    return head + b"--nothing at all\n" * 1000000


@bomb
def multipart_nested_1000():
    return b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n"
                    % (i, i) for i in range(1000)) + b"\nend\n"


@bomb
def carver_flood():
    """Everything looks like the beginning of something."""
    piece = b"--a\nContent-Type: a\nContent-Type: b\n\nTVqQAAMAAAA=\n"
    return multipart(piece * 100000)


@bomb
def uuencode_flood():
    return multipart(b"--x\n\n" + b"begin 644 a\n#0V%T\n`\nend\n" * 200000
                     + b"--x--\n")


@bomb
def binhex_run():
    """Runs of 255 in text that is small."""
    alphabet = (b"!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhi"
                b"jklmpqr")
    head = bytes([1]) + b"a\0" + bytes(10) + (1 << 30).to_bytes(4, "big") \
        + bytes(6)
    raw = head + b"a" + b"\x90\xff" * (2 * MEGABYTE)
    text, bits, count = bytearray(), 0, 0
    for byte in raw[:3 * MEGABYTE]:
        bits, count = bits << 8 | byte, count + 8
        while count >= 6:
            count -= 6
            text.append(alphabet[bits >> count & 63])
        bits &= 63
    lines = b"\n".join(bytes(text[i:i + 64])
                       for i in range(0, len(text), 64))
    one = b"(This file must be converted with BinHex 4.0)\n\n:" + lines \
        + b":\n"
    return multipart(b"--x\n\n" + one * 8 + b"--x--\n")


@bomb
def encoded_words():
    return b"Subject: " + b"=?utf-8?B?YQ==?= " * 2000 + b"\n" \
        + b"X: =?a?Q?" * 300000 + b"\n\nend\n"


def scan(warden, message, folder, enter=list):
    """Seconds and the report."""
    path = pathlib.Path(folder) / "message.eml"
    path.write_bytes(message)
    start = time.monotonic()
    run = subprocess.run(enter([str(warden), "scan", "--json", str(path)]),
                         stdout=subprocess.PIPE, check=False)
    return time.monotonic() - start, json.loads(run.stdout)


def measure(warden, message):
    """Seconds, the most megabytes that any process of it had, the report."""
    with tempfile.NamedTemporaryFile(suffix=".eml") as file:
        file.write(message)
        file.flush()
        start = time.monotonic()
        run = subprocess.Popen([warden, "scan", "--json", file.name],
                               stdout=subprocess.PIPE)
        out = run.stdout.read()
        _, _, usage = os.wait4(run.pid, 0)
        run.returncode = 0
        seconds = time.monotonic() - start
    return seconds, usage.ru_maxrss / 1024, json.loads(out)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    print("%-22s %9s %8s %8s %6s  %-12s %s" % (
        "message", "bytes", "seconds", "MB", "parts", "verdict", "why"))
    bad = 0
    for name, make in BOMBS.items():
        if len(sys.argv) > 2 and name not in sys.argv[2:]:
            continue
        message = make()
        seconds, megabytes, report = measure(sys.argv[1], message)
        reasons = sorted({entry["reason"] for entry in report["unscanned"]})
        print("%-22s %9d %8.2f %8.0f %6d  %-12s %s" % (
            name, len(message), seconds, megabytes, len(report["parts"]),
            report["verdict"], " ".join(reasons)))
        sys.stdout.flush()
        bad += report["verdict"] == "clean"
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
