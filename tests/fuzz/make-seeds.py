#!/usr/bin/python3
"""Write the seed corpora of the parsers' fuzz targets under seeds/.

One small file for each trick or format, so that a fuzzer starts from every
branch. Run after adding one; the files are checked in.
"""

import base64
import binascii
import bz2
import gzip
import io
import lzma
import pathlib
import struct
import tarfile
import zipfile

SEEDS = pathlib.Path(__file__).resolve().parent / "seeds"
DATE = (2024, 1, 2, 3, 4, 6)


def write(target, name, data):
    folder = SEEDS / target
    folder.mkdir(parents=True, exist_ok=True)
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogateescape")
    (folder / name).write_bytes(data)


def make_zip(members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name, DATE), data,
                             compress_type=method)
    return out.getvalue()


def make_tar(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as t:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
    return out.getvalue()


MEMBERS = [("a.txt", b"hello\n"), ("b/c.exe", b"MZ" + b"\0" * 70)]
ZIP = make_zip(MEMBERS)
B64 = base64.encodebytes(ZIP).decode()
TOP = "From: A <a@example.org>\nTo: b@example.net\nSubject: x\n"
MULTI = TOP + "Content-Type: multipart/mixed; boundary=foo\n\n--foo\n\nHi\n--foo\n"
FILE = "Content-Type: application/zip; name=a.zip\n"
CTE = "Content-Transfer-Encoding: base64\n"
END = "\n--foo--\n"

MESSAGES = {
    "plain": TOP + "\nHello, see http://www.example.org/.\n",
    "attachment": MULTI + FILE + CTE + "\n" + B64 + END,
    "crlf": (MULTI + FILE + CTE + "\n" + B64 + END).replace("\n", "\r\n"),
    "cr": (TOP + "\nx\n").replace("\n", "\r"),
    "nested": TOP + "Content-Type: multipart/mixed; boundary=a\n\n--a\n"
              "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nx\n"
              "--b\nContent-Type: text/html\n\n<a href=http://x.y>z</a>\n"
              "--b--\n--a--\n",
    "message": MULTI + "Content-Type: message/rfc822\n\n" + TOP + "\nx" + END,
    "encoded-message": MULTI + "Content-Type: message/rfc822\n" + CTE + "\n" +
                       base64.encodebytes((MULTI + FILE + CTE + "\n" + B64 +
                                           END).encode()).decode() + END,
    "two-types": TOP + "Content-Type: text/plain\nContent-Type: "
                 "multipart/mixed; boundary=foo\n\n--foo\n" + FILE + CTE +
                 "\n" + B64 + END,
    "two-encodings": MULTI + FILE + CTE +
                     "Content-Transfer-Encoding: 7bit\n\n" + B64 + END,
    "odd-encoding": MULTI + FILE + "Content-Transfer-Encoding: bas(x)e64\n\n" +
                    B64 + END,
    "boundaries": TOP + "Content-Type: multipart/mixed; boundary=\"a\"foo; "
                  "boundary*=utf-8''b%20c\n\n--foo\n" + FILE + CTE + "\n" +
                  B64 + END,
    "unused": TOP + "Content-Type: multipart/mixed; boundary=bar\n\n--foo\n" +
              FILE + CTE + "\n" + B64 + END,
    "encoded-multipart": TOP + "Content-Type: multipart/mixed; boundary=foo\n"
                         + CTE + "\n" + base64.encodebytes(
                             b"--foo\n\nx\n--foo--\n").decode(),
    "epilogue": MULTI + "\nx" + END + FILE + CTE + "\n" + B64,
    "no-blank": MULTI + FILE + CTE + B64 + END,
    "header-cr": MULTI + "Content-Disposition: attachment\r" + CTE + "\n" +
                 B64 + END,
    "delimiter-junk": MULTI + "\nx\n --foo y\n" + FILE + CTE + "\n" + B64 +
                      END,
    "names": MULTI + "Content-Disposition: attachment; filename*0*=utf-8''a;"
             " filename*2=b; filename=\"=?utf-8?q?c=2Eexe?=\"; name=d\n\nx" +
             END,
    "qp": TOP + "Content-Type: text/html; charset=iso-8859-1\n"
          "Content-Transfer-Encoding: quoted-printable\n\n"
          "<a href=3D\"?id=1&x==\">Gr=FC=\n=DFe</a>= \n",
    "uu": TOP + "\nbegin 644 a.zip\n" + "".join(
        binascii.b2a_uu(ZIP[i:i + 45]).decode()
        for i in range(0, len(ZIP), 45)) + "`\nend\n",
    "yenc": (TOP + "\n=ybegin line=128 size=3 name=a\n").encode() +
            bytes((c + 42) & 255 for c in b"abc") + b"\n=yend size=3\n",
    "binhex": TOP + "\n(This file must be converted with BinHex 4.0)\n:x:\n",
    "partial": TOP + "Content-Type: message/partial; id=a; number=1\n\nx\n",
    "calendar": TOP + "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\r\n"
                "URL:http://exam\r\n ple.org/\r\nEND:VCALENDAR\r\n",
    "utf16": (TOP + "Content-Type: text/html; charset=utf-16\n\n").encode() +
             "<a href=http://x.y>z</a>".encode("utf-16"),
    "iso2022": TOP.encode() + b"Content-Type: text/plain; charset=iso-2022-jp"
               b"\n\n\x1b$B$3\x1b(B http://x.y/\n",
    "data-url": TOP + "Content-Type: text/html\n\n<a href=\"data:application/"
                "zip;base64," + base64.b64encode(ZIP).decode() + "\">x</a>\n",
    "groups": "To: a:b@c,d:;e@f;\nCc: \"x\" (y) <@r:z@w>\n\nx\n",
    "headers": "From x\nReceived: a\n b\nDate: Tue, 2 Jan 2024 03:04:06 +0100"
               "\nAuthentication-Results: mx; spf=pass\nReturn-Path: <>\n"
               "Sender: s@x\nReply-To: r@x\nMessage-ID: <1@x>\n\nx\n",
    "nul": (MULTI + "\0" + FILE + CTE + "\n" + B64 + END),
}

HTML = {
    "links": "<base href=http://a.b/><a href=\"x&amp;y\">t<b>u</b></a>"
             "<area href=v alt=w><form action=f><input type=password>"
             "<meta http-equiv=refresh content=\"0;url='z'\">",
    "comments": "<!--[if mso]><a href=u>v</a><![endif]--><!-- x --><!--->"
                "<script>'</a>'</script><title>t</title><![CDATA[x]]>",
    "references": "<a href='&#104;&#x74;tp&colon;//&period;&copy=1&lt'>"
                  "&nbsp;&#0;&#xd800;&unknown;</a>",
    "hosts": "http://0x7f.1/ http://3232235777/ https://u:p@[::1]:8/ "
             "www.b\u00fccher.example, hxxp://a%62c (http://a.b/(c))",
    "svg": "<svg><a xlink:href=u><text>v</text></a></svg><v:rect href=x>",
    "unclosed": "<a href=\"x",
}

HEADERS = {
    "type": "Content-Type: Text/HTML; charset=\"utf-8\"; name=a b.txt\n",
    "folded": "Content-Type:\n multipart/mixed;\n\tboundary=\"a\\\"b\"\n",
    "duplicate": "Content-Type: text/plain\nContent-Type: multipart/x; "
                 "boundary=a; boundary=b\nContent-Transfer-Encoding: base64\n"
                 "Content-Transfer-Encoding: x(y)z\n",
    "2231": "Content-Disposition: x; filename*1*=%A4; filename*0*=utf-8'en'"
            "%C3; filename*=iso-8859-1''%E4\n",
    "2047": "Subject: =?utf-8?q?a=5F_?= =?utf-8?b?w6Q=?= =?x?y?z?=\n"
            "Content-Type: a/b; name=\"=?gb2312?B?1tA=?=\"\n",
    "odd": " Content-Type : text/html\n\x0bX: y\njunk\n Content-ID: z\n \n",
    "cr": "A: b\rContent-Type: c/d\r(\n)Content-Disposition: e\n",
    "addresses": "To: \"a, b\" <c@d>, e (f (g)) @h, i: j@k;, <l@m> <n@o\n",
    "boundary": "Content-Type: multipart/mixed; boundary=\"a\"b(c);d; "
                "boundary*0=e; boundary*1*=f%20\n",
}

DECODERS = {
    "base64": b"\0QUJD\nREVG=\nR0hJ#x\nSktM=",
    "uu": b"\1x\nbegin 644 a\n#0V%T\n`\nend\n",
    "uu-lines": b"\2#0V%T\n#0V%T\nend\n",
    "yenc": b"\3=ybegin line=1 size=2 name=a\nk=}\n=yend\n",
    "qp": b"\4a=3D=\nb= \n==41=0=Z",
    "uu-odd": b"\1begin-base64 644 a\nYWJj\n====\nbegin 9 b\r#0V%T\r",
    "binhex": b"\5(This file must be converted with BinHex 4.0)\n\n:#h4PEA*3"
              b"!'*dEfPZC'9d!!!!!!!0!!!!!-\"'`B0PZRi!N!8(!J!!!!!!!\n:\n",
    "binhex-bare": b"\6:#h4PEA*3!'*dEfPZC'9d!!!!!!!0!!!!!$`N!:",
}

# The first byte: 0 words, 1 single, 2 digest.
NOTICES = {
    "single": "\1# c\nSubject: {subject} {{x\n\n{#file}\n{file} {from}\n"
              "{/file}\n{release}\n",
    "digest": "\2Subject: {count}\n\n{#each}\n{number} {date}\n{#detail}\n"
              "{detail}\n{/detail}\n{/each}\n{#more}\n{more}\n{/more}\n",
    "open": "\2Subject: x\n\n{#each}\n{#file}\n{/each}\n",
    "words": "\0date = %d.%m.%Y %H:%M\nnothing = n\nsuspicious = s\n"
             "spam = s\nphishing = p\nmalware = m\npolicy = p\n"
             "unscannable = u\nother = o\nrelease-user = {quarantine}\n"
             "release-admin = a\nEICAR_TEST_FILE = e\n",
    "links": "\1http://a.example/ www.b.example mailto:c@d.example \\\\e\\f "
             "192.168.0.1 24.11.2026 Re:x",
    "unicode": "\1p\u0430ypal.com \u202egpj.exe a\u200b.\ufe0fb "
               "x\u3002y e\u0301\u0301\u0301\u0301\u0301 b\u00fccher.example",
    "header": "\1x\r\nBcc: a@b.example\r\n\r\n=?utf-8?q?=0D=0A?=",
}


def make_ole():
    """A compound file of one directory sector with a Word document."""
    header = bytearray(512)
    header[:8] = bytes.fromhex("d0cf11e0a1b11ae1")
    header[30] = 9
    directory = b""
    for name in ("Root Entry", "WordDocument"):
        wide = name.encode("utf-16-le") + b"\0\0"
        directory += wide.ljust(64, b"\0") + struct.pack("<H", len(wide))
        directory += bytes(62)
    return bytes(header) + directory.ljust(512, b"\0")


def make_tnef():
    """An attachment with both kinds of name, and a body."""
    def attribute(level, identity, data):
        return (struct.pack("<BII", level, identity, len(data)) + data +
                struct.pack("<H", sum(data) & 0xffff))
    name = "b.exe".encode("utf-16-le") + b"\0\0"
    properties = struct.pack("<IHHII", 2, 0x1f, 0x3707, 1, len(name)) + name
    properties += struct.pack("<HHI", 3, 0x3705, 1)
    html = b"<a href=http://x.y/>z</a>"
    body = struct.pack("<IHHII", 1, 0x102, 0x1013, 1, len(html)) + html
    return (struct.pack("<IH", 0x223e9f78, 1) +
            attribute(1, 0x69003, body) +
            attribute(2, 0x69002, bytes(14)) +
            attribute(2, 0x18010, b"B.EXE\0") +
            attribute(2, 0x6800f, b"MZ" + bytes(70)) +
            attribute(2, 0x69005, properties))


def make_files():
    tar = make_tar(MEMBERS)
    yield "zip", ZIP
    yield "zip-stored", make_zip(MEMBERS, zipfile.ZIP_STORED)
    yield "zip-prefix", b"junk" + ZIP
    yield "zip-two", ZIP + make_zip([("z", b"zzz")])
    yield "zip-cut", ZIP[:-30]
    yield "zip-nested", make_zip([("n.zip", ZIP)])
    yield "zip-lzma", make_zip(MEMBERS, zipfile.ZIP_LZMA)
    yield "zip-bzip2", make_zip(MEMBERS, zipfile.ZIP_BZIP2)
    yield "docx", make_zip([("[Content_Types].xml", b"<x/>"),
                            ("word/document.xml", b"<y/>"),
                            ("word/vbaProject.bin", make_ole())])
    yield "jar", make_zip([("META-INF/MANIFEST.MF", b"x"),
                           ("A.class", b"\xca\xfe\xba\xbe\0\0\0\x34")])
    yield "tar", tar
    yield "tar-gz", gzip.compress(tar, mtime=0)
    yield "bz2", bz2.compress(b"hello")
    yield "xz", lzma.compress(b"hello")
    yield "lzma", lzma.compress(b"hello", lzma.FORMAT_ALONE)
    yield "ole", make_ole()
    yield "tnef", make_tnef()
    yield "jpeg-zip", b"\xff\xd8\xff\xe0" + ZIP
    yield "html", HTML["links"].encode()
    yield "eml", MESSAGES["attachment"].encode()
    yield "url", b"[InternetShortcut]\r\nURL=http://x.y/z.exe\r\n"
    yield "lnk", bytes.fromhex("4c0000000114020000000000c000000000000046")
    yield "bat", b"@echo off\r\nstart http://x.y/\r\n"
    yield "pe", (b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" +
                 bytes(40))
    yield "pdf", b"%PDF-1.4\n1 0 obj\n<</URI(http://x.y)>>\nendobj\n"


FEEDS = pathlib.Path(__file__).resolve().parents[1] / "feeds"
FEED_FORMATS = {
    "urlhaus.csv": "urlhaus", "bazaar.csv": "malwarebazaar",
    "phishtank.csv": "phishtank-csv", "phishtank.json": "phishtank-json",
    "openphish.txt": "openphish", "hosts.txt": "hosts",
    "domains.txt": "domain", "adblock.txt": "adblock",
    "clamav.hdb": "clamav-hash", "clamav.hsb": "clamav-hash",
    "clamav.fp": "clamav-allow", "clamav.sfp": "clamav-allow",
    "clamav.pdb": "clamav-pdb", "clamav.wdb": "clamav-wdb",
    "rules.yar": "yara", "list.txt": "list", "stix.json": "stix",
    "misp-event.json": "misp", "misp/manifest.json": "manifest"}


def make_feeds():
    """The first line names the format; "auto" is none."""
    for file, form in FEED_FORMATS.items():
        data = (FEEDS / file).read_bytes()
        name = file.replace("/", "-")
        yield name, form.encode() + b"\n" + data
        yield name + "-auto", b"auto\n" + data
        yield name + "-cut", form.encode() + b"\n" + data[:len(data) // 2]
    plain = (FEEDS / "urlhaus.csv").read_bytes()
    yield "gz", b"auto\n" + gzip.compress(plain, mtime=0)
    yield "bz2", b"auto\n" + bz2.compress(plain)
    yield "xz", b"auto\n" + lzma.compress(plain)
    yield "zip-one", b"auto\n" + make_zip([("a.csv", plain)])
    yield "zip-two", b"auto\n" + make_zip([("a.csv", plain), ("b", b"x")])
    yield "utf16", b"auto\n" + "a.example\n".encode("utf-16")
    yield "mark", b"list\n\xef\xbb\xbfa.example\r\n"
    yield "json-escapes", (b'phishtank-json\n[{"url":"http:\\/\\/a.example'
                           b'\\u00fc\\ud83d\\ude00\\ud83d\\u0000"}]')
    yield "json-deep", b"misp\n" + b"[" * 70
    yield "stix-sets", (b'stix\n{"type":"bundle","objects":[{"type":"indicator"'
                        b',"pattern":"([url:value IN (\'http://a.example/\')'
                        b' OR NOT (file:name LIKE \'x\')]) AND [a:b[*].c = t'
                        b"'2026-01-01'] WITHIN 5 SECONDS\"}]}")


def main():
    for name, data in MESSAGES.items():
        write("parse", name, data)
    for name, data in HTML.items():
        write("html", name, data)
    for name, data in HEADERS.items():
        write("header", name, data)
    for name, data in DECODERS.items():
        write("decode", name, data)
    for name, data in make_files():
        write("file", name, data)
    for name, data in NOTICES.items():
        write("notice", name, data)
    for name, data in make_feeds():
        write("feed", name, data)
    # Values in GVariant's form come from test-facts' own round trips; these
    # are only near misses.
    write("facts", "empty", b"")
    write("facts", "zeros", bytes(200))


if __name__ == "__main__":
    main()
