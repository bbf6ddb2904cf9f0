#!/usr/bin/python3
"""Write the seeds of containers (fuzz-file): the files of tests/cases'
make_mime.py, without the mail around them."""

import importlib.util
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
spec = importlib.util.spec_from_file_location(
    "make_mime", HERE.parent / "cases" / "make_mime.py")
mime = importlib.util.module_from_spec(spec)
spec.loader.exec_module(mime)

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


def main():
    for name, data in FILES.items():
        (HERE / "seeds" / "file" / name).write_bytes(data)


if __name__ == "__main__":
    main()
