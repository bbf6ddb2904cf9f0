"""Archives that cost more than they weigh."""

import bz2
import gzip
import io
import lzma
import struct
import subprocess
import tarfile
import zlib

from bombs_mail import MEGABYTE, archive, bomb, mail


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
