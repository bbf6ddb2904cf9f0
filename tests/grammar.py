"""Mails written by small grammars, for tests/bad and tests/ham.

A file of texts has sections "== KIND LANGUAGE", fields ("Subject: …"), an empty
line, and paragraphs, one a line. "{one|other {nested|more}}" is one of several,
"%word%" is filled in. Lines that start with "#" are remarks. What is chosen
depends on a key alone, never on chance."""
import hashlib
import os
import re


class Dice:
    """The same throws for the same key, everywhere."""

    def __init__(self, key):
        self.key, self.thrown = key, 0

    def number(self, below):
        self.thrown += 1
        digest = hashlib.sha256(("%s/%d" % (self.key, self.thrown)).encode())
        return int.from_bytes(digest.digest()[:6], "big") % below

    def one(self, choices):
        return choices[self.number(len(choices))]

    def chance(self, percent):
        return self.number(100) < percent

    def hexadecimal(self, size):
        return "".join(self.one("0123456789abcdef") for _ in range(size))

    def token(self, size):
        return "".join(self.one("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuv"
                                "wxyz0123456789") for _ in range(size))

    def digits(self, size):
        return str(1 + self.number(9)) + "".join(
            str(self.number(10)) for _ in range(size - 1))


def choose(text, dice):
    """Outer choices first, so that what is not chosen costs no throw."""
    out, at = "", 0
    while at < len(text):
        if text[at] != "{":
            out += text[at]
            at += 1
            continue
        depth, end, parts, start = 1, at + 1, [], at + 1
        while depth:
            sign = text[end]
            if sign == "{":
                depth += 1
            elif sign == "}":
                depth -= 1
            if depth == 0 or (sign == "|" and depth == 1):
                parts.append(text[start:end])
                start = end + 1
            end += 1
        out += choose(dice.one(parts), dice)
        at = end
    return out


def fill(text, words):
    return re.sub(r"%([a-z]+)%", lambda found: words[found.group(1)], text)


class Text:
    def __init__(self, kind, language, place):
        self.kind, self.language, self.place = kind, language, place
        self.fields, self.paragraphs = {}, []

    def list(self, field, default):
        return self.fields[field].split() if field in self.fields else default


def read(path):
    texts, inside = [], False
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            line = line.rstrip("\n")
            if line.startswith("#"):
                continue
            if line.startswith("== "):
                kind, language = line[3:].split()
                texts.append(Text(kind, language, "%s:%d" % (path, number)))
                inside = False
            elif not texts:
                continue
            elif not line:
                inside = True
            elif not inside:
                name, _, value = line.partition(":")
                texts[-1].fields[name.lower()] = value.strip()
            else:
                texts[-1].paragraphs.append(line)
    return texts


def extras(path=None):
    """{(kind, language): paragraphs} of mail_extras.txt."""
    path = path or os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "mail_extras.txt")
    return {(text.kind, text.language): text.paragraphs
            for text in read(path)}


# Whom the mails are for: name, mailbox, host.
RECIPIENTS = (
    ("Lena", "lena.brandt", "hofgarten.example"),
    ("Jan", "jpeters", "peters-bau.example"),
    ("Marie", "marie.duval", "atelier-duval.example"),
    ("Thomas", "info", "tischlerei-kern.example"),
    ("Sara", "sara", "blumen-am-markt.example"),
    ("Tunde", "t.okafor", "northbridge.example"),
    ("Clara", "office", "linden-apotheke.example"),
    ("Marco", "m.rossi", "studio-rossi.example"),
    ("Yuki", "yuki.tanaka", "tanaka-design.example"),
    ("Olga", "olga", "example.net"),
    ("Pedro", "pedro.alves", "alves-filhos.example"),
    ("Kate", "kate.morris", "morris-lane.example"),
)
MEN = ("Richard Palmer", "Abdul Karim", "Wei Zhang", "Peter Lindqvist",
       "Daniel Osei", "Igor Melnik", "Carlos Vega", "Yusuf Demir",
       "George Hamilton", "Robert Klein")
WOMEN = ("Helen Whitmore", "Maria Fontana", "Grace Mensah", "Sophie Laurent",
         "Linda Carter", "Fatima Diallo", "Ruth Anders", "Elena Petrova")
