#!/usr/bin/python3
"""Make the cases of YARA rules and clamd. Deterministic; run it after a change
and check in what it writes."""

import base64
import io
import json
import pathlib
import zipfile

HERE = pathlib.Path(__file__).resolve().parent

RULE = """rule %s {
  meta:
    description = "Speaks of the blue heron"
%s  strings:
    $a = "the blue heron"
  condition:
    $a
}
"""


def message(text, attachment=None, name="notes.txt"):
    """A mail with a text and perhaps a file."""
    lines = ["From: Ada <ada@sender.example>", "To: bob@example.org",
             "Subject: Birds", "Date: Tue, 03 Mar 2026 10:00:00 +0000",
             "Message-ID: <rules@sender.example>", "MIME-Version: 1.0"]
    if attachment is None:
        lines += ["Content-Type: text/plain; charset=utf-8", "", text, ""]
        return "\r\n".join(lines).encode()
    lines += ['Content-Type: multipart/mixed; boundary="=_b"', "", "--=_b",
              "Content-Type: text/plain; charset=utf-8", "", text, "--=_b",
              'Content-Type: application/octet-stream; name="%s"' % name,
              'Content-Disposition: attachment; filename="%s"' % name,
              "Content-Transfer-Encoding: base64", ""]
    encoded = base64.b64encode(attachment).decode()
    lines += [encoded[i:i + 76] for i in range(0, len(encoded), 76)]
    lines += ["--=_b--", ""]
    return "\r\n".join(lines).encode()


def zipped(name, data):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name, (2026, 3, 3, 10, 0, 0)), data)
    return out.getvalue()


def case(name, data, **expect):
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    (folder / "message.eml").write_bytes(data)
    (folder / "expect.json").write_text(
        json.dumps(expect, indent=1, ensure_ascii=False) + "\n")


def rules(name="bird", meta=""):
    return {"birds.yar": RULE % (name, meta)}


def verdict(word, score=8):
    return rules(meta='    verdict = "%s"\n    score = %s\n' % (word, score))


HERON = message("We saw the blue heron at the lake.")
OTHER = message("We saw a heron, and it was blue.")
PACKED = message("See the file.", zipped(
    "birds.txt", b"At the lake we saw the blue heron. " * 40), "birds.zip")


def yara():
    for word in ("malware", "phishing", "spam", "suspicious", "policy"):
        case("rule-" + word, HERON, rules=verdict(word), verdict=word,
             only=["YARA_" + word.upper()],
             why="A rule of the site with this verdict matches the text.")
    case("rule-control", OTHER, rules=verdict("malware"), verdict="clean",
         only=[], why="The same words in another order: no match.")
    case("rule-in-archive", PACKED, rules=verdict("malware"),
         verdict="malware", symbols=["YARA_MALWARE"],
         parts=[{"path": "2/birds.txt"}],
         why="Only the unpacked file has the words in clear.")
    case("rule-fact", HERON, rules=verdict("malware", 0), verdict="clean",
         symbols=["YARA_MALWARE"],
         why="A rule that scores nothing is a remark.")
    case("rule-defaults", HERON, rules=rules(), verdict="suspicious",
         only=["YARA_SUSPICIOUS"],
         why="A rule that names neither verdict nor score.")
    case("rule-of-hundred", HERON, rules=verdict("spam", 60), verdict="spam",
         only=["YARA_SPAM"],
         why="Collections that score to 100: 60 is 6.0.")
    case("rule-bad-file", HERON,
         rules={**verdict("malware"), "bad.yar": "rule x { condition: y }"},
         verdict="malware", only=["YARA_MALWARE"],
         why="One file does not compile; the other is in force.")
    slow = ("rule slow { condition: for all i in (0..1000000) : ("
            " for all j in (0..1000000) : ( i + j >= 0 ) ) }\n")
    case("rule-unfinished", HERON, rules={"slow.yar": slow},
         yara={"timeout_msecs": 50, "message_msecs": 100},
         verdict="unscannable", symbols=["YARA_UNFINISHED", "SCAN_LIMIT"],
         unscanned=["time"],
         why="A rule that does not end in its time: unknown is not clean.")
    case("rule-too-large", message("See the file.", b"heron " * 1000),
         rules=verdict("malware"), yara={"part_size_max": 2048},
         verdict="unscannable", symbols=["YARA_UNFINISHED"],
         unscanned=["size"],
         why="A part that is larger than rules may be applied to.")


def clamd():
    found = (("malware", "Win.Trojan.Agent-1234", "malware"),
             ("phishing", "Heuristics.Phishing.Email.SpoofedDomain", "clean"),
             ("spam", "Sanesecurity.Spam.12345.UNOFFICIAL", "clean"),
             ("pua", "PUA.Win.Packer.Upx-48", "clean"),
             ("heuristic", "Heuristics.OLE2.ContainsMacros", "clean"))
    for word, name, wanted in found:
        case("clamd-" + word, HERON, clamd="stream: %s FOUND" % name,
             verdict=wanted, only=["CLAMD_" + word.upper()],
             why="clamd names %s." % name)
    case("clamd-control", HERON, clamd="stream: OK", verdict="clean", only=[],
         why="clamd finds nothing.")
    case("clamd-absent", HERON, clamd="absent", verdict="clean",
         only=["CLAMD_UNAVAILABLE"],
         why="There is no clamd: named, and no verdict by itself.")
    case("clamd-required", HERON, clamd="absent", clamd_required="yes",
         verdict="unscannable", only=["CLAMD_REQUIRED"],
         why="There is no clamd, and the site insists on it.")
    case("clamd-error", HERON, clamd="Can't allocate memory ERROR",
         verdict="clean", only=["CLAMD_UNAVAILABLE"],
         why="clamd could not do it.")
    case("clamd-nonsense", HERON, clamd="stream: Evil name FOUND",
         verdict="clean", only=["CLAMD_UNAVAILABLE"],
         why="Signatures have no spaces: this is no answer of clamd's.")


def fuzzy():
    """The digest is that of the tlsh program of TLSH 3.4.4."""
    text = "".join("%d bottles of beer, %d on the wall\n" % (n, n * n % 97)
                   for n in range(60)).encode()
    digest = ("T1EB41DEEED5B12633E617BB96135C4EE16312D96032BFC82522DC56742781FE"
              "2A0A10EE")
    case("fuzzy-digest", message("See the file.", text), verdict="clean",
         parts=[{"path": "2", "tlsh": digest}],
         why="A text that is long enough has a TLSH digest.")
    case("fuzzy-digest-control", message("See the file.", b"beer " * 500),
         verdict="clean", parts=[{"path": "2", "tlsh": ""}],
         why="Too uniform for a digest.")


if __name__ == "__main__":
    fuzzy()
    yara()
    clamd()
