"""Hostile messages by their structure, and what all makers of such need:
BOMBS has all that were imported, by name."""

import base64
import io
import zipfile

MEGABYTE = 1 << 20
BOMBS = {}
# Stands at the end of what can be read whole: a message may be clean if this
# was found in it.
LAST_HOST = "last.example"
LAST = b"http://last.example/"


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


def multipart(body, boundary=b"x"):
    return (b"From: a@example.org\nTo: b@example.net\nMIME-Version: 1.0\n"
            b"Content-Type: multipart/mixed; boundary=" + boundary
            + b"\n\n" + body)


def body(data, times=1, kind=b"text/plain"):
    return (b"From: a@example.org\nTo: b@example.net\nSubject: Text\n"
            b"MIME-Version: 1.0\nContent-Type: " + kind + b"\n\n"
            + data * times + b"\n")


# --- MIME ----------------------------------------------------------------------

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
