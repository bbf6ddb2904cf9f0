#!/usr/bin/python3
"""Write the seeds of containers: the files of tests/cases' make_mime.py and
make_program.py, without the mail around them. Those of fuzz-file are named by
the folder alone, those of fuzz-container have a byte before them that says
which reader gets them."""

import importlib.util
import pathlib

HERE = pathlib.Path(__file__).resolve().parent


def load(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


mime = load(HERE.parent / "cases" / "make_mime.py", "make_mime")
program = load(HERE.parent / "cases" / "make_program.py", "make_program")
seeds = load(HERE / "make-seeds.py", "make_seeds")

NOTE = b"Hello.\r\n"
FILES = {
    "apple-single": mime.apple_single(NOTE, b"resource"),
    "mac-binary": b"\0\x01a" + bytes(80) + (8).to_bytes(4, "big")
                  + bytes(41) + NOTE + bytes(120),
    "mbox": (b"From a Mon Jan  1 00:00:00 2024\nFrom: a\nTo: b\nDate: c\n\n"
             b"a\n\nFrom b Mon Jan  1 00:00:00 2024\nFrom: a\n\nb\n"),
    "cms-signed": mime.signed_data(b"Content-Type: text/plain\r\n\r\na\r\n"),
    "cms-pieces": mime.signed_pieces(NOTE * 9),
    "cms-compressed": mime.compressed_data(NOTE * 9),
    "cms-enveloped": mime.enveloped_data(),
    "pgp-armor": mime.armor(mime.literal(b"a.txt", NOTE)).encode(),
    "pgp-compressed": mime.armor(mime.packet(8, b"\1" + mime.deflate(
        mime.literal(b"a.txt", NOTE)))).encode(),
    "zip-unlisted": mime.Zip().member(b"a", NOTE).member(
        b"b", NOTE, listed=False).member(b"c", NOTE, b"d").bytes(b"note"),
    "zip-encrypted": mime.make.encrypted_archive(("a.txt", NOTE),
                                                 password=b"infected"),
    "disk-fat12": mime.fat12([(b"", b"A       TXT", "A long name.txt", NOTE),
                              (b"INVOICES", b"B       TXT", None, NOTE)], 34),
    "disk-vhd-fat16": mime.vhd_dynamic(*mime.fat_pieces(16, NOTE * 90)),
    "disk-vhd-ntfs": mime.vhd_dynamic(*mime.ntfs_pieces(NOTE, NOTE * 90)),
}


# as in fuzz-container.c
READERS = ["disk", "zip", "rar5", "help", "tnef", "apple", "packets", "second",
           "signed", "pgp", "mailbox", "winmail", "arj"]

RAR5 = (b"Rar!\x1a\7\1\0" b"\0\0\0\0\3\1\0\0"
        b"\0\0\0\0\x0f\2\2\3\0\x83\1\x20\0\0\5a.txtabc"
        b"\0\0\0\0\x12\2\3\3\2\0\7\x20\0\0\5b.exe\2\1\0xy"
        b"\0\0\0\0\3\5\0\0")
LITERAL = mime.literal(b"a.txt", NOTE)
PNG = mime.make.png()

CONTAINERS = {
    "disk-fat12": mime.partitioned(FILES["disk-fat12"]),
    "disk-fat16": mime.vhd_dynamic(*mime.fat_pieces(16, NOTE * 90)),
    "disk-fat32": mime.vhd_dynamic(*mime.fat_pieces(32, NOTE * 90),
                                   block=8192),
    "disk-ntfs": FILES["disk-vhd-ntfs"],
    "disk-cut": FILES["disk-vhd-fat16"][:-mime.SECTOR],
    "zip-plain": mime.make.archive(("a.txt", NOTE), ("b/c.txt", NOTE)),
    "zip-unlisted": FILES["zip-unlisted"],
    "zip-names": mime.Zip(b"prefix").member(b"a.exe", NOTE,
                                            b"a.txt").bytes(),
    "zip-encrypted": FILES["zip-encrypted"],
    "rar5-members": RAR5,
    "rar5-names": b"Rar!\x1a\7\1\0" b"\0\0\0\0\4\4\0\0\0random",
    "help-plain": program.chm(("/a.html", program.HELP_COMMAND)),
    "tnef-file": seeds.make_tnef(),
    "apple-single": FILES["apple-single"],
    "apple-binary": FILES["mac-binary"],
    "packets-literal": LITERAL,
    "packets-compressed": mime.packet(8, b"\1" + mime.deflate(LITERAL)),
    "packets-encrypted": mime.packet(1, bytes(20)) + mime.packet(18, b"\1a"),
    "packets-partial": b"\xcb\xe1b\1a\5abcdef",
    "second-png-zip": PNG + mime.make.archive(("a.js", b"alert(1)")),
    "second-png-script": PNG + b"<script>alert(1)</script>",
    "second-gif": b"GIF89a/*\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\1"
                  b"D\0;MZ" + bytes(80),
    "second-jpeg": b"\xff\xd8\xff\xe0\0\4ab\xff\xda\0\4ab12\xff\xd9"
                   b"Rar!\x1a\7\0" + bytes(20),
    "second-pdf": b"%PDF-1.4\n%%EOF\nMZ" + bytes(80),
    "signed-whole": FILES["cms-signed"],
    "signed-pieces": FILES["cms-pieces"],
    "signed-compressed": FILES["cms-compressed"],
    "signed-enveloped": FILES["cms-enveloped"],
    "pgp-armor": FILES["pgp-armor"],
    "pgp-compressed": FILES["pgp-compressed"],
    "pgp-binary": LITERAL,
    "mailbox-two": FILES["mbox"],
    "winmail-file": seeds.make_tnef(),
    "arj-names": mime.arj(b"a.exe", NOTE),
}


def main():
    for name, data in FILES.items():
        (HERE / "seeds" / "file" / name).write_bytes(data)
    for name, data in CONTAINERS.items():
        reader = READERS.index(name.split("-")[0])
        (HERE / "seeds" / "container" / name).write_bytes(
            bytes([reader]) + data)


if __name__ == "__main__":
    main()
