#!/usr/bin/python3
"""Messages that hide a file from scanners in every way we can think of.

A message is a plain one to which tricks are applied: how the encoding is
declared, how the bytes are encoded, how the boundary is declared and written,
how parts are nested, where line ends are odd. Each trick is one that some
mail program sees through, after what was published about it (MIME.md); the
file in it is the harmless EICAR test file, and the scanner has to find it.

Everything follows from the seed. Usage:
  evasion.py WARDEN [--count N] [--seed S] [--keep FOLDER] [--tricks WORD,…]
"""

import argparse
import base64
import binascii
import collections
import gzip
import hashlib
import io
import json
import pathlib
import quopri
import random
import subprocess
import sys
import tempfile
import zipfile

EICAR = (b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-"
         b"TEST-FILE!$H+H*")
HASH = hashlib.sha256(EICAR).hexdigest()


class Mail:
    """What a message is made of; tricks change it, build() writes it."""

    def __init__(self, rng):
        self.rng = rng
        self.eol = b"\r\n"
        self.top = [b"From: Ben <ben@example.org>",
                    b"To: Anna <anna@example.net>", b"Subject: A file",
                    b"MIME-Version: 1.0"]
        self.boundary = b"=_%08x" % rng.getrandbits(32)
        self.subtype = b"mixed"
        self.top_type = None		# whole field(s), if not the usual one
        self.type = [b"Content-Type: application/octet-stream"]
        self.encoding = [b"Content-Transfer-Encoding: base64"]
        self.encode = encode_base64
        self.disposition = [b"Content-Disposition: attachment; "
                            b"filename=\"test.com\""]
        self.open = None		# the delimiter line before the file
        self.close = None
        self.head_end = b""		# the line between header and body
        self.payload = EICAR
        self.wrap = None		# puts the part's entity into another
        self.place = "part"		# or "root", "preamble", "epilogue"
        self.after = None		# changes the whole message

    def entity(self):
        lines = self.type + self.encoding + self.disposition
        head = self.eol.join(lines) + self.eol
        body = self.encode(self, self.payload)
        whole = head + self.head_end + self.eol + body
        return self.wrap(self, whole) if self.wrap else whole

    def delimiter(self, end=b""):
        return b"--" + self.boundary + end

    def build(self):
        eol = self.eol
        if self.place == "root":
            whole = eol.join(self.top) + eol + self.entity()
            return self.after(self, whole) if self.after else whole
        kind = self.top_type or [
            b"Content-Type: multipart/" + self.subtype + b"; boundary=\""
            + self.boundary + b"\""]
        text = eol.join([b"Content-Type: text/plain", b"", b"Hello.", b""])
        opens = self.delimiter() if self.open is None else self.open
        closes = self.delimiter(b"--") if self.close is None else self.close
        lines = [*self.top, *kind, b""]
        if self.place == "preamble":
            lines += [self.entity(), self.delimiter(), text, closes, b""]
        elif self.place == "epilogue":
            lines += [self.delimiter(), text, closes, opens, self.entity(),
                      b""]
        else:
            lines += [self.delimiter(), text, opens, self.entity(), closes,
                      b""]
        whole = eol.join(lines)
        return self.after(self, whole) if self.after else whole


# --- how the bytes are encoded -------------------------------------------------

def lines_of(mail, data, width):
    return mail.eol.join(data[i:i + width]
                         for i in range(0, len(data), width))


def encode_base64(mail, data):
    return lines_of(mail, base64.b64encode(data), 76)


def base64_width(width):
    def encode(mail, data):
        return lines_of(mail, base64.b64encode(data), width)
    return encode


def base64_with(junk, every):
    def encode(mail, data):
        text = base64.b64encode(data)
        return junk.join(text[i:i + every]
                         for i in range(0, len(text), every))
    return encode


def base64_chunks(size):
    """Each line for itself, with its own padding."""
    def encode(mail, data):
        return mail.eol.join(base64.b64encode(data[i:i + size])
                             for i in range(0, len(data), size))
    return encode


def base64_chunks_one_line(mail, data):
    return b"".join(base64.b64encode(data[i:i + 10])
                    for i in range(0, len(data), 10))


def base64_unpadded(mail, data):
    return lines_of(mail, base64.b64encode(data).rstrip(b"="), 76)


def base64_overpadded(mail, data):
    return lines_of(mail, base64.b64encode(data) + b"===", 76)


def base64_tail(tail):
    def encode(mail, data):
        return lines_of(mail, base64.b64encode(data), 76) + mail.eol + tail
    return encode


def base64_head(head):
    def encode(mail, data):
        return head + mail.eol + lines_of(mail, base64.b64encode(data), 76)
    return encode


def qp(mail, data):
    return quopri.encodestring(data).replace(b"\n", mail.eol)


def qp_all(form):
    def encode(mail, data):
        return lines_of(mail, b"".join(form % byte for byte in data), 72) \
            .replace(mail.eol, b"=" + mail.eol)
    return encode


def qp_soft(white, step):
    def encode(mail, data):
        text = data.replace(b"=", b"=3D")
        return (b"=" + white + mail.eol).join(
            text[i:i + step] for i in range(0, len(text), step))
    return encode


def uu_lines(data):
    return b"".join(binascii.b2a_uu(data[i:i + 45], backtick=True)
                    for i in range(0, len(data), 45))


def uu(begin, end=b"`\nend\n", before=b"", change=None):
    def encode(mail, data):
        lines = uu_lines(data)
        if change:
            lines = change(lines)
        text = before + begin + b"\n" * bool(begin) + lines + end
        return text.replace(b"\n", mail.eol)
    return encode


def uu_stripped(lines):
    """Trailing blanks lost on the way."""
    return b"".join(line.replace(b"`", b" ").rstrip() + b"\n"
                    for line in lines.splitlines())


def yenc(mail, data):
    text = b"".join(b"=" + bytes([(b + 42 + 64) % 256])
                    if (b + 42) % 256 in (0, 10, 13, 61)
                    else bytes([(b + 42) % 256]) for b in data)
    return mail.eol.join([b"=ybegin line=128 size=%d name=test.com"
                          % len(data), text,
                          b"=yend size=%d" % len(data), b""])


def yenc_parts(mail, data):
    """In two pieces, one behind the other."""
    out, half = b"", len(data) // 2
    for number, piece in enumerate((data[:half], data[half:])):
        block = yenc(mail, piece).split(mail.eol, 1)[1]
        out += mail.eol.join([
            b"=ybegin part=%d total=2 line=128 size=%d name=test.com"
            % (number + 1, len(data)),
            b"=ypart begin=%d end=%d" % (number * half + 1,
                                         number * half + len(piece)), block])
    return out


def base64_of(inner):
    """A text with a file in it, as base64."""
    def encode(mail, data):
        return encode_base64(mail, inner(mail, data))
    return encode


def binhex(mail, data):
    crc = binascii.crc_hqx
    head = bytes([8]) + b"test.com" + bytes([0]) + b"????" + b"????" \
        + bytes(2) + len(data).to_bytes(4, "big") + bytes(4)
    head += crc(head, 0).to_bytes(2, "big")
    body = data + crc(data, 0).to_bytes(2, "big") + bytes(2)
    raw = (head + body).replace(b"\x90", b"\x90\0")
    alphabet = (b"!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhi"
                b"jklmpqr")
    bits, count, text = 0, 0, bytearray(b":")
    for byte in raw:
        bits, count = bits << 8 | byte, count + 8
        while count >= 6:
            count -= 6
            text.append(alphabet[bits >> count & 63])
    if count:
        text.append(alphabet[bits << 6 - count & 63])
    text += b":"
    return b"(This file must be converted with BinHex 4.0)" + mail.eol \
        + mail.eol + lines_of(mail, bytes(text), 64) + mail.eol


def bodies():
    """(label, the encoding's word, encoder)"""
    b64 = [("b64-line%d" % n, base64_width(n)) for n in (
        1, 2, 3, 4, 5, 7, 13, 61, 77, 1000)]
    b64 += [("b64-junk-%s" % binascii.hexlify(junk).decode(),
             base64_with(junk, every))
            for junk, every in (
                (b" ", 3), (b"\t", 5), (b"!", 7), (b"*", 4), (b"-", 9),
                (b"\x80", 6), (b"\0", 8), (b".", 1), (b"\r", 10), (b"\n", 3),
                (b"\x0b", 4), (b"\x0c", 4), (b"%", 11), (b"{}", 4),
                (b"\r\n\r\n", 12), (b" \r\n ", 10), (b"\\", 5), (b"\"", 6))]
    b64 += [("b64-chunks%d" % n, base64_chunks(n)) for n in (1, 2, 10, 20)]
    b64 += [("b64-chunks-one-line", base64_chunks_one_line),
            ("b64-unpadded", base64_unpadded),
            ("b64-overpadded", base64_overpadded)]
    b64 += [("b64-tail-%d" % i, base64_tail(tail)) for i, tail in enumerate((
        b"AAAA", b"====", b"Sent from my machine", b"--", b"=20", b"\0\0"))]
    b64 += [("b64-head-%d" % i, base64_head(head)) for i, head in enumerate((
        b"", b"====", b" ", b"\t \t", b"=", b"!!!!"))]
    for label, encode in b64:
        yield label, b"base64", encode
    for label, encode in (
            ("qp", qp), ("qp-all", qp_all(b"=%02X")),
            ("qp-lower", qp_all(b"=%02x")), ("qp-soft1", qp_soft(b"", 1)),
            ("qp-soft-space", qp_soft(b"  ", 9)),
            ("qp-soft-tab", qp_soft(b"\t", 9))):
        yield label, b"quoted-printable", encode
    for word in (b"7bit", b"8bit", b"binary"):
        yield "identity-" + word.decode(), word, lambda mail, data: data
    for label, encode in (
            ("uu", uu(b"begin 644 test.com")),
            ("uu-0644", uu(b"begin 0644 test.com")),
            ("uu-mode3", uu(b"begin 777 test.com")),
            ("uu-bad-mode", uu(b"begin 999 test.com")),
            ("uu-no-name", uu(b"begin 644 ")),
            ("uu-no-mode", uu(b"begin test.com")),
            ("uu-spaces", uu(b"begin  644   test file.com")),
            ("uu-no-end", uu(b"begin 644 test.com", b"")),
            ("uu-no-terminator", uu(b"begin 644 test.com", b"end\n")),
            ("uu-stripped", uu(b"begin 644 test.com", change=uu_stripped)),
            ("uu-text-before", uu(b"begin 644 test.com",
                                  before=b"Hello,\n\nthe file:\n\n")),
            ("uu-quoted-before", uu(b"begin 644 test.com",
                                    before=b"> begin 644 x\n"))):
        yield label, b"7bit", encode
        yield label + "-cte", b"x-uuencode", encode
    yield "uu-bare-cte", b"uuencode", uu(b"", b"`\n")
    yield "uu-uue-cte", b"x-uue", uu(b"begin 644 test.com")
    yield "yenc", b"8bit", yenc
    yield "yenc-parts", b"8bit", yenc_parts
    yield "uu-in-base64", b"base64", base64_of(uu(b"begin 644 test.com"))
    yield "binhex-in-base64", b"base64", base64_of(binhex)
    yield "yenc-in-base64", b"base64", base64_of(yenc)
    yield "yenc-cte", b"x-yenc", yenc
    yield "binhex", b"7bit", binhex
    yield "binhex-cte", b"binhex", binhex
    yield "binhex-x-cte", b"mac-binhex40", binhex


# --- how the encoding is declared -----------------------------------------------

def cte_forms(word):
    name = b"Content-Transfer-Encoding"
    head, tail = word[:2], word[2:]
    other = b"7bit" if word != b"7bit" else b"8bit"
    forms = {
        "upper": [name + b": " + word.upper()],
        "no-space": [name + b":" + word],
        "spaces": [name + b":   " + word + b"   "],
        "tab": [name + b":\t" + word + b"\t"],
        "semicolon": [name + b": " + word + b";"],
        "parameter": [name + b": " + word + b"; x=y"],
        "quoted": [name + b": \"" + word + b"\""],
        "apostrophes": [name + b": '" + word + b"'"],
        "comment-before": [name + b": (a) " + word],
        "comment-after": [name + b": " + word + b" (a)"],
        "comment-amid": [name + b": " + head + b"(a)" + tail],
        "comment-nested": [name + b": (a(b)\\)c) " + word],
        "fold-before": [name + b":\r\n " + word],
        "fold-twice": [name + b":\r\n \r\n " + word],
        "fold-after": [name + b": " + word + b"\r\n "],
        "list-first": [name + b": " + word + b", " + other],
        "list-last": [name + b": " + other + b", " + word],
        "space-list": [name + b": " + word + b" " + other],
        "encoded-word": [name + b": =?us-ascii?Q?" + word + b"?="],
        "encoded-word-b": [name + b": =?utf-8?B?"
                           + base64.b64encode(word) + b"?="],
        "nul-after": [name + b": " + word + b"\0"],
        "nul-amid": [name + b": " + head + b"\0" + tail],
        "cr-after": [name + b": " + word + b"\r"],
        "vt": [name + b": \x0b" + word],
        "8bit-after": [name + b": " + word + b"\xa0"],
        "dot": [name + b": " + word + b"."],
        "twice-same": [name + b": " + word] * 2,
        "twice-first": [name + b": " + word, name + b": " + other],
        "twice-last": [name + b": " + other, name + b": " + word],
        "twice-far": [name + b": " + word, b"X-A: b", b"X-C: d",
                      name + b": " + other],
        "twice-unknown": [name + b": x-none", name + b": " + word],
        "twice-empty": [name + b": ", name + b": " + word],
        "name-lower": [name.lower() + b": " + word],
        "name-upper": [name.upper() + b": " + word],
        "name-space": [name + b" : " + word],
        "name-spaces": [name + b"   : " + word],
        "name-tab": [name + b"\t: " + word],
        "name-nul": [name + b"\0: " + word],
        "name-nul-amid": [b"Content-\0Transfer-Encoding: " + word],
        "name-cr": [name + b"\r: " + word],
        "name-vt": [b"\x0b" + name + b": " + word],
        "name-fold": [name + b"\r\n : " + word],
        "continuation": [b"X-A: b", b" " + name + b": " + word],
        "bare-cr": [b"X-A: b\r" + name + b": " + word],
        "bare-lf": [b"X-A: b\n" + name + b": " + word],
        "colons": [name + b":: " + word],
        "equals": [name + b"= " + word],
        "leading-space": [b" " + name + b": " + word],
        "name-in-value": [name + b": " + name + b": " + word],
        "junk-line-before": [b"this is no field", name + b": " + word],
        "blank-space-before": [b"X-A: b", b" ", name + b": " + word],
        "long-before": [b"X-A: " + b"b" * 5000, name + b": " + word],
        "long-name-before": [b"X-" + b"A" * 5000 + b": b",
                             name + b": " + word],
        "from-before": [b"From someone Mon Jan  1 00:00:00 2024",
                        name + b": " + word],
        "many-before": [b"X-%d: a" % i for i in range(300)]
        + [name + b": " + word],
    }
    return forms


# --- the boundary, as it is declared ----------------------------------------------

def boundary_forms():
    """(label, boundary as written in the body, field lines)"""
    def field(text, kind=b"multipart/mixed"):
        return [b"Content-Type: " + kind + b"; " + text]

    yield "plain", b"abc", field(b"boundary=abc")
    yield "upper-key", b"abc", field(b"BOUNDARY=abc")
    yield "spaces", b"abc", field(b"boundary = abc")
    yield "space-quoted", b"abc", field(b"boundary = \"abc\" ")
    yield "tab", b"abc", field(b"boundary\t=\tabc")
    yield "apostrophes", b"'abc'", field(b"boundary='abc'")
    yield "apostrophes-off", b"abc", field(b"boundary='abc'")
    yield "comment-before", b"abc", field(b"boundary=(x)abc")
    yield "comment-before-quoted", b"abc", field(b"boundary=(x)\"abc\"")
    yield "comment-after", b"abc", field(b"boundary=abc(x)")
    yield "comment-after-space", b"abc", field(b"boundary=abc (x)")
    yield "comment-key", b"abc", field(b"(x)boundary=abc")
    yield "comment-kept", b"abc(x)", field(b"boundary=abc(x)")
    yield "quote-junk", b"abc", field(b"boundary=\"abc\"def")
    yield "quote-junk-kept", b"abcdef", field(b"boundary=\"abc\"def")
    yield "quote-open", b"abc", field(b"boundary=\"abc")
    yield "quote-open-kept", b"\"abc", field(b"boundary=\"abc")
    yield "quote-amid", b"abc", field(b"boundary=a\"b\"c")
    yield "escape", b"ab\"c", field(b"boundary=\"ab\\\"c\"")
    yield "escape-plain", b"abc", field(b"boundary=\"a\\bc\"")
    yield "escape-kept", b"a\\bc", field(b"boundary=\"a\\bc\"")
    yield "semicolon", b"ab;c", field(b"boundary=\"ab;c\"")
    yield "semicolon-cut", b"ab", field(b"boundary=\"ab;c\"")
    yield "space-inside", b"ab c", field(b"boundary=\"ab c\"")
    yield "space-cut", b"ab", field(b"boundary=ab c")
    yield "space-kept", b"ab c", field(b"boundary=ab c")
    yield "space-end", b"abc", field(b"boundary=\"abc \"")
    yield "space-end-kept", b"abc ", field(b"boundary=\"abc \"")
    yield "space-start", b"abc", field(b"boundary=\" abc\"")
    yield "space-start-kept", b" abc", field(b"boundary=\" abc\"")
    yield "comma", b"abc", field(b"boundary=abc, x=y")
    yield "comma-kept", b"abc,d", field(b"boundary=abc,d")
    yield "comma-cut", b"abc", field(b"boundary=abc,d")
    yield "first", b"abc", field(b"boundary=abc; boundary=def")
    yield "last", b"abc", field(b"boundary=def; boundary=abc")
    yield "first-quoted", b"abc", field(b"boundary=\"abc\"; boundary=\"def\"")
    yield "last-case", b"abc", field(b"boundary=def; Boundary=abc")
    yield "star", b"abc", field(b"boundary*=us-ascii''abc")
    yield "star-percent", b"abc", field(b"boundary*=utf-8'en'%61b%63")
    yield "star-kept", b"us-ascii''abc", field(b"boundary*=us-ascii''abc")
    yield "star-bare", b"abc", field(b"boundary*=abc")
    yield "pieces", b"abcdef", field(b"boundary*0=abc; boundary*1=def")
    yield "pieces-quoted", b"abcdef", field(
        b"boundary*0=\"abc\"; boundary*1=\"def\"")
    yield "pieces-turned", b"abcdef", field(b"boundary*1=def; boundary*0=abc")
    yield "pieces-star", b"abcdef", field(
        b"boundary*0*=us-ascii''a%62c; boundary*1=def")
    yield "pieces-from-one", b"abcdef", field(b"boundary*1=abc; boundary*2=def")
    yield "pieces-first-only", b"abc", field(b"boundary*0=abc; boundary*1=def")
    yield "plain-then-star", b"abc", field(b"boundary=abc; boundary*=x''def")
    yield "star-wins", b"abc", field(b"boundary=def; boundary*=x''abc")
    yield "plain-then-pieces", b"abc", field(b"boundary=def; boundary*0=abc")
    yield "encoded-word", b"abc", field(b"boundary=\"=?us-ascii?Q?abc?=\"")
    yield "encoded-word-kept", b"=?us-ascii?Q?abc?=", field(
        b"boundary=\"=?us-ascii?Q?abc?=\"")
    yield "encoded-word-bare", b"abc", field(b"boundary==?utf-8?B?YWJj?=")
    yield "8bit", b"ab\xffc", field(b"boundary=\"ab\xffc\"")
    yield "utf8", "abü".encode(), field("boundary=\"abü\"".encode())
    yield "nul", b"abc", field(b"boundary=ab\0c")
    yield "nul-cut", b"ab", field(b"boundary=ab\0c")
    yield "cr", b"abc", field(b"boundary=abc\r")
    yield "fold", b"abc", [b"Content-Type: multipart/mixed;\r\n boundary=abc"]
    yield "fold-equals", b"abc", [
        b"Content-Type: multipart/mixed; boundary=\r\n abc"]
    yield "fold-quoted", b"ab c", [
        b"Content-Type: multipart/mixed; boundary=\"ab\r\n c\""]
    yield "fold-quoted-joined", b"abc", [
        b"Content-Type: multipart/mixed; boundary=\"ab\r\n c\""]
    yield "fold-type", b"abc", [
        b"Content-Type:\r\n multipart/mixed\r\n ;boundary=abc"]
    yield "long70", b"a" * 70, field(b"boundary=" + b"a" * 70)
    yield "long71", b"a" * 71, field(b"boundary=" + b"a" * 71)
    yield "long190", b"a" * 190, field(b"boundary=" + b"a" * 190)
    yield "one", b"a", field(b"boundary=a")
    yield "dashes-end", b"abc--", field(b"boundary=\"abc--\"")
    yield "dashes-start", b"--abc", field(b"boundary=\"--abc\"")
    yield "upper", b"ABC", field(b"boundary=ABC")
    yield "colon", b"a:b", field(b"boundary=\"a:b\"")
    yield "slash", b"a/b=c?d", field(b"boundary=a/b=c?d")
    yield "regex", b"a.*[b](c)+$", field(b"boundary=\"a.*[b](c)+$\"")
    yield "percent", b"a%20b", field(b"boundary=\"a%20b\"")
    yield "entity", b"a&amp;b", field(b"boundary=\"a&amp;b\"")
    yield "quote-empty-first", b"abc", field(b"boundary=\"\"; boundary=abc")
    yield "quote-empty-last", b"abc", field(b"boundary=abc; boundary=\"\"")
    yield "comment-quote", b"abc", field(b"(\") boundary=\"abc\"")
    yield "key-quoted", b"abc", field(b"\"boundary\"=abc")
    yield "key-percent", b"abc", field(b"bound%61ry=def; boundary=abc")
    yield "equals-twice", b"=abc", field(b"boundary==abc")
    yield "pieces-gap", b"abcdef", field(b"boundary*0=abc; boundary*2=def")
    yield "pieces-case", b"abcdef", field(b"Boundary*0=abc; BOUNDARY*1=def")
    yield "pieces-far", b"abcdef", field(
        b"boundary*0=abc; x=y; charset=z; boundary*1=def")
    yield "star-charset", "abü".encode("latin-1"), field(
        b"boundary*=iso-8859-1''ab%FC")
    yield "dashes", b"--", field(b"boundary=\"--\"")
    yield "digits-key", b"abc", field(b"boundary0=x; boundary=abc")
    yield "key-suffix", b"abc", field(b"xboundary=x; boundary=abc")
    yield "in-value", b"abc", field(b"x=\"boundary=def\"; boundary=abc")
    yield "no-semicolon", b"abc", [b"Content-Type: multipart/mixed boundary=abc"]
    yield "comma-type", b"abc", [b"Content-Type: multipart/mixed, boundary=abc"]
    yield "semicolons", b"abc", [
        b"Content-Type: multipart/mixed;;; ; boundary=abc;;"]
    yield "colon-type", b"abc", [b"Content-Type:: multipart/mixed; boundary=abc"]
    for kind in (b"Multipart/MIXED", b"multipart/related",
                 b"multipart/alternative", b"multipart/digest",
                 b"multipart/parallel", b"multipart/signed",
                 b"multipart/report", b"multipart/form-data",
                 b"multipart/appledouble", b"multipart/x-none",
                 b"multipart/", b"multipart", b"multipart /mixed",
                 b"multipart/ mixed", b"multipart/mixed/x",
                 b"(a)multipart/mixed", b"multipart(a)/mixed",
                 b"multipart/mixed(a)", b"multipart/\"mixed\"",
                 b"\"multipart/mixed\"", b"=?us-ascii?Q?multipart/mixed?=",
                 b"multi\0part/mixed", b"multipart\\/mixed",
                 b"multipart/mixed;", b"text/plain, multipart/mixed"):
        yield "kind-" + kind.decode().replace("\0", "0"), b"abc", field(
            b"boundary=abc", kind)
    name = b"Content-Type"
    whole = b"multipart/mixed; boundary=abc"
    for label, lines in (
            ("name-space", [name + b" : " + whole]),
            ("name-tab", [name + b"\t: " + whole]),
            ("name-nul", [name + b"\0: " + whole]),
            ("name-nul-amid", [b"Content-\0Type: " + whole]),
            ("name-vt", [b"\x0b" + name + b": " + whole]),
            ("name-upper", [name.upper() + b": " + whole]),
            ("name-fold", [name + b"\r\n : " + whole]),
            ("name-in-value", [name + b": " + name + b": " + whole]),
            ("continuation", [b"X-A: b", b" " + name + b": " + whole]),
            ("bare-cr", [b"X-A: b\r" + name + b": " + whole]),
            ("bare-lf", [b"X-A: b\n" + name + b": " + whole]),
            ("twice-first", [name + b": " + whole, name + b": text/plain"]),
            ("twice-last", [name + b": text/plain", name + b": " + whole]),
            ("twice-boundary-first", [
                name + b": " + whole,
                name + b": multipart/mixed; boundary=def"]),
            ("twice-boundary-last", [
                name + b": multipart/mixed; boundary=def",
                name + b": " + whole]),
            ("twice-split", [name + b": multipart/mixed",
                             name + b": x/y; boundary=abc"]),
            ("twice-empty", [name + b":", name + b": " + whole]),
            ("twice-octets", [name + b": application/octet-stream",
                              name + b": " + whole]),
            ("junk-line-before", [b"this is no field", name + b": " + whole]),
            ("long-name-before", [b"X-" + b"A" * 5000 + b": b",
                                  name + b": " + whole]),
            ("blank-space-before", [b"X-A: b", b"  ", name + b": " + whole])):
        yield "field-" + label, b"abc", lines


# --- delimiters, nesting, places ------------------------------------------------------

def set_open(form):
    def trick(mail):
        mail.open = form % mail.boundary
    return trick


def set_close(form):
    def trick(mail):
        mail.close = form % mail.boundary if b"%" in form else form
    return trick


def delimiters():
    for label, form in (
            ("space-after", b"--%s  "), ("tab-after", b"--%s\t"),
            ("space-before", b" --%s"), ("tab-before", b"\t--%s"),
            ("junk-after", b"--%s junk"), ("junk-glued", b"--%sjunk"),
            ("nul-after", b"--%s\0"), ("cr-after", b"--%s\r"),
            ("close-as-open", b"--%s--"), ("close-space", b"--%s --"),
            ("close-junk", b"--%s--junk"), ("dash-after", b"--%s-"),
            ("bare-cr-before", b"text\r--%s"), ("comment", b"--%s (a)"),
            ("vt-after", b"--%s\x0b"), ("8bit-after", b"--%s\xa0"),
            ("twice", b"--%s\r\n--%s".replace(b"%s", b"%s", 1))):
        if label == "twice":
            def trick(mail):
                mail.open = mail.delimiter() + mail.eol + mail.delimiter()
            yield "open-" + label, trick
        else:
            yield "open-" + label, set_open(form)
    for label, form in (
            ("missing", b""), ("space", b"--%s-- "), ("junk", b"--%s--junk"),
            ("one-dash", b"--%s-"), ("open-only", b"--%s")):
        yield "close-" + label, set_close(form)


def nested(kind):
    def wrap(mail, whole):
        inner = {"same": mail.boundary, "longer": mail.boundary + b"x",
                 "shorter": mail.boundary[:-1], "other": b"inner"}[kind]
        return mail.eol.join([
            b"Content-Type: multipart/mixed; boundary=\"" + inner + b"\"",
            b"", b"--" + inner, whole, b"--" + inner + b"--", b""])
    return wrap


def in_message(kind=b"message/rfc822", encoding=None, before=b"", name=b""):
    def wrap(mail, whole):
        inner = before + mail.eol.join(
            [b"From: a@example.org", b"Subject: Inner", b""]) + whole
        lines = [b"Content-Type: " + kind + name]
        if encoding == "base64":
            lines.append(b"Content-Transfer-Encoding: base64")
            inner = encode_base64(mail, inner)
        elif encoding == "qp":
            lines.append(b"Content-Transfer-Encoding: quoted-printable")
            inner = quopri.encodestring(inner)
        elif encoding == "odd":
            lines.append(b"Content-Transfer-Encoding: base64, x")
            inner = encode_base64(mail, inner)
        return mail.eol.join([*lines, b"", inner])
    return wrap


def encoded_multipart(encoding):
    def wrap(mail, whole):
        inner = mail.eol.join([b"--inner", whole, b"--inner--", b""])
        inner = encode_base64(mail, inner) if encoding == b"base64" \
            else quopri.encodestring(inner)
        return mail.eol.join([
            b"Content-Type: multipart/mixed; boundary=inner",
            b"Content-Transfer-Encoding: " + encoding, b"", inner])
    return wrap


def set_wrap(wrap):
    def trick(mail):
        mail.wrap = wrap
    return trick


def wraps():
    for kind in ("same", "longer", "shorter", "other"):
        yield "nested-" + kind, set_wrap(nested(kind))
    eml = b"; name=\"mail.eml\""
    for label, wrap in (
            ("message", in_message()),
            ("message-upper", in_message(b"MESSAGE/RFC822")),
            ("message-global", in_message(b"message/global")),
            ("message-news", in_message(b"message/news")),
            ("message-blank-before", in_message(before=b"\r\n")),
            ("message-from-before", in_message(
                before=b"From a Mon Jan  1 00:00:00 2024\r\n")),
            ("message-base64", in_message(encoding="base64")),
            ("message-qp", in_message(encoding="qp")),
            ("message-odd", in_message(encoding="odd")),
            ("message-octets", in_message(b"application/octet-stream",
                                          "base64", name=eml)),
            ("message-octets-plain", in_message(b"application/octet-stream",
                                                name=eml)),
            ("message-text", in_message(b"text/plain", name=eml)),
            ("message-text-base64", in_message(b"text/plain", "base64",
                                               name=eml)),
            ("message-x", in_message(b"message/x-none")),
            ("message-in-image", in_message(b"image/png", "base64", name=eml)),
            ("inner-twice", inner_twice),
            ("message-gzip", gzipped_message),
            ("header-twice", with_header_twice),
            ("multipart-base64", encoded_multipart(b"base64")),
            ("multipart-qp", encoded_multipart(b"quoted-printable"))):
        yield label, set_wrap(wrap)


def inner_twice(mail, whole):
    return nested("other")(mail, in_message()(mail, nested("longer")(mail,
                                                                     whole)))


def gzipped_message(mail, whole):
    inner = mail.eol.join([b"From: a@example.org", b"Subject: Inner",
                           b"MIME-Version: 1.0", b""]) + whole
    return mail.eol.join([
        b"Content-Type: application/gzip; name=mail.eml.gz",
        b"Content-Transfer-Encoding: base64", b"",
        encode_base64(mail, gzip.compress(inner, mtime=0))])


def with_header_twice(mail, whole):
    """An empty line, and the fields again, as they should be."""
    return mail.eol.join([b"Content-Type: text/plain", b"", whole])


def set_place(place):
    def trick(mail):
        mail.place = place
    return trick


def no_mime_version(mail):
    mail.top = [line for line in mail.top if not line.startswith(b"MIME")]


def bad_mime_version(mail):
    no_mime_version(mail)
    mail.top.append(b"MIME-Version: (x) 7.3")


def set_eol(eol):
    def trick(mail):
        mail.eol = eol
    return trick


def set_after(change):
    def trick(mail):
        mail.after = change
    return trick


def change_head(eol):
    """Other line ends in the header than in the body."""
    def change(_, whole):
        head, gap, body = whole.partition(b"\r\n\r\n")
        return head.replace(b"\r\n", eol) + gap + body
    return change


def split_header(_, whole):
    """An empty line too early: the rest of the header begins the body."""
    return whole.replace(b"MIME-Version:", b"\r\nMIME-Version:", 1)


def places():
    for place in ("root", "preamble", "epilogue"):
        yield "place-" + place, set_place(place)
    yield "no-mime-version", no_mime_version
    yield "bad-mime-version", bad_mime_version
    yield "eol-lf", set_eol(b"\n")
    yield "eol-cr", set_after(
        lambda mail, whole: whole.replace(b"\r\n", b"\r"))
    yield "eol-lfcr", set_after(
        lambda mail, whole: whole.replace(b"\r\n", b"\n\r"))
    yield "eol-crcrlf", set_after(
        lambda mail, whole: whole.replace(b"\r\n", b"\r\r\n"))
    yield "eol-head-cr", set_after(change_head(b"\r"))
    yield "eol-head-lf", set_after(change_head(b"\n"))
    yield "header-split", set_after(split_header)
    yield "nul-last", set_after(lambda mail, whole: whole + b"\0" * 100)
    yield "eol-mixed", set_after(lambda mail, whole: b"".join(
        line + mail.rng.choice((b"\r\n", b"\n"))
        for line in whole.split(b"\r\n")))
    yield "mbox-from", set_after(
        lambda mail, whole: b"From a Mon Jan  1 00:00:00 2024\r\n" + whole)
    yield "quoted-from", set_after(
        lambda mail, whole: b">From a Mon Jan  1 00:00:00 2024\r\n" + whole)
    yield "blank-first", set_after(lambda mail, whole: b"\r\n" + whole)
    yield "bom-first", set_after(lambda mail, whole: b"\xef\xbb\xbf" + whole)
    yield "folded-first", set_after(lambda mail, whole: b" x\r\n" + whole)


def heads():
    def set_head_end(text):
        def trick(mail):
            mail.head_end = text
        return trick

    def set_type(*lines):
        def trick(mail):
            mail.type = list(lines)
        return trick

    def set_disposition(*lines):
        def trick(mail):
            mail.disposition = list(lines)
        return trick

    for label, text in (("space", b" "), ("tab", b"\t"), ("cr", b"\r"),
                        ("nul", b"\0")):
        yield "head-end-" + label, set_head_end(text)
    for label, lines in (
            ("none", ()), ("empty", (b"Content-Type:",)),
            ("bad", (b"Content-Type: foo",)),
            ("text", (b"Content-Type: text/plain; name=test.com",)),
            ("html", (b"Content-Type: text/html",)),
            ("image", (b"Content-Type: image/png; name=a.png",)),
            ("octets", (b"Content-Type: application/octet-stream; name=a",)),
            ("charset", (b"Content-Type: text/plain; charset=utf-16",)),
            ("twice", (b"Content-Type: text/plain",
                       b"Content-Type: image/png")),
            ("multipart-no-boundary", (b"Content-Type: multipart/mixed",)),
            ("multipart-unused", (
                b"Content-Type: multipart/mixed; boundary=unused",)),
            ("multipart-empty", (
                b"Content-Type: multipart/mixed; boundary=\"\"",)),
            ("delivery", (b"Content-Type: message/delivery-status",)),
            ("signature", (b"Content-Type: application/pkcs7-signature",)),
            ("calendar", (b"Content-Type: text/calendar",))):
        yield "type-" + label, set_type(*lines)
    for label, lines in (
            ("none", ()), ("inline", (b"Content-Disposition: inline",)),
            ("bad", (b"Content-Disposition: attachment filename=test.com",)),
            ("twice", (b"Content-Disposition: inline",
                       b"Content-Disposition: attachment; filename=a.com"))):
        yield "disposition-" + label, set_disposition(*lines)


def zip_payload(mail):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("test.com"), mail.payload)
    mail.payload = out.getvalue()


# --- choosing -----------------------------------------------------------------------------

# In which order tricks are applied: a later one may undo an earlier.
ORDER = {"encode": 0, "cte": 1, "boundary": 2, "delimiter": 3, "wrap": 4,
         "place": 5, "head": 6}


def tricks():
    """Every trick: (kind, label, function)."""
    for label, word, encode in bodies():
        def body(mail, word=word, encode=encode):
            mail.encode = encode
            mail.encoding = [b"Content-Transfer-Encoding: " + word]
        yield "encode", label, body
    for word in (b"base64", b"quoted-printable"):
        for label, lines in cte_forms(word).items():
            def cte(mail, word=word, lines=lines):
                mail.encoding = lines
                if word == b"quoted-printable":
                    mail.encode = qp_all(b"=%02X")
            yield "cte", label + "-" + word.decode(), cte
    for label, text, lines in boundary_forms():
        def boundary(mail, text=text, lines=lines):
            mail.boundary = text
            mail.top_type = lines
        yield "boundary", label, boundary
    for kind, source in (("delimiter", delimiters), ("wrap", wraps),
                         ("place", places), ("head", heads)):
        for label, function in source():
            yield kind, label, function


# Labels of pairs that leave nothing for any program to show: the second trick
# undoes what the first needs.
def goes_together(first, second):
    kinds, labels = {first[0], second[0]}, {first[1], second[1]}
    if first[0] == second[0] or kinds == {"encode", "cte"}:
        return False
    if labels & {"place-root", "place-preamble"} and kinds & {
            "boundary", "delimiter"}:
        return False
    if "boundary" in kinds and "delimiter" in kinds and any(
            label.startswith(("open-", "close-")) for label in labels):
        return "eol-cr" not in labels
    return True


def payload_fits(labels):
    """A zip file is bytes, and only encodings for bytes keep it."""
    return not any(label.startswith(("identity", "qp", "uu-stripped", "type-"))
                   or label.endswith("quoted-printable")
                   or "octets-plain" in label for label in labels)


def choose(count, seed, words=(), payload=EICAR):
    """Yields (labels, message): first each trick alone, then pairs and threes
    at random."""
    rng = random.Random(seed)
    known = [trick for trick in tricks()
             if not words or any(word in trick[1] for word in words)]
    made = 0
    for trick in known:
        yield write(rng, [trick], payload)
        made += 1
        if made >= count:
            return
    while made < count and len(known) > 1:
        chosen = [rng.choice(known)]
        for _ in range(rng.choice((1, 1, 2))):
            other = rng.choice(known)
            if all(goes_together(one, other) for one in chosen):
                chosen.append(other)
        if len(chosen) > 1:
            yield write(rng, chosen, payload)
            made += 1


def write(rng, chosen, payload):
    mail = Mail(random.Random(rng.getrandbits(32)))
    mail.payload = payload
    chosen = sorted(chosen, key=lambda trick: ORDER[trick[0]])
    labels = [label for _, label, _ in chosen]
    if payload_fits(labels) and rng.random() < 0.3:
        zip_payload(mail)
    for _, _, function in chosen:
        function(mail)
    return labels, mail.build()


# --- looking ----------------------------------------------------------------------------------

def is_found(report):
    return any(part["sha256"] == HASH for part in report["parts"]) or any(
        finding["symbol"] == "EICAR_TEST_FILE"
        for finding in report["findings"])


def run(warden, messages, folder, enter=list):
    """Yields (labels, path, report) of each. enter: makes of a command one
    that runs where the program lives."""
    folder = pathlib.Path(folder)
    paths = {}
    for number, (labels, message) in enumerate(messages):
        path = folder / ("%05d.eml" % number)
        path.write_bytes(message)
        paths[str(path)] = labels
    result = subprocess.run(enter([str(warden), "scan", "--json",
                                   str(folder)]),
                            stdout=subprocess.PIPE, check=False)
    for line in result.stdout.splitlines():
        report = json.loads(line)
        yield paths.pop(report["file"]), report["file"], report
    for path, labels in paths.items():
        yield labels, path, None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("warden")
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep")
    parser.add_argument("--tricks", default="")
    options = parser.parse_args()
    words = [word for word in options.tricks.split(",") if word]
    with tempfile.TemporaryDirectory() as folder:
        if options.keep:
            folder = options.keep
            pathlib.Path(folder).mkdir(exist_ok=True)
        total = found = clean = 0
        blame = collections.Counter()
        for labels, path, report in run(
                options.warden,
                choose(options.count, options.seed, words), folder):
            total += 1
            if report is not None and is_found(report):
                found += 1
                continue
            verdict = "none" if report is None else report["verdict"]
            clean += verdict == "clean"
            blame.update(labels)
            print("missed (%s): %s %s" % (verdict, " + ".join(labels),
                                          pathlib.Path(path).name))
        print("found %d of %d; %d of the others are clean"
              % (found, total, clean))
        for label, count in blame.most_common(30):
            print("%5d  %s" % (count, label))
        sys.exit(found != total)


if __name__ == "__main__":
    main()
