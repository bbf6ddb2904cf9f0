#!/usr/bin/python3
"""What the scanner finds in the development corpus, by group.

Reads ../shared/corpus beside the checkout (or $WARDEN_CORPUS): data that is
not part of this project. Where it is absent there is nothing to report, which
is said. Usage: corpus_report.py WARDEN [GROUP…]
"""

import collections
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
EICAR = "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f"


def corpus():
    for place in (os.environ.get("WARDEN_CORPUS"),
                  HERE.parents[2] / "shared/corpus"):
        if place and (pathlib.Path(place) / "manifest.tsv").exists():
            return pathlib.Path(place)
    return None


def read_manifest(root):
    """Yields file, class and notes of every entry that is a mail or file."""
    lines = (root / "manifest.tsv").read_text("utf-8").splitlines()
    for line in lines[1:]:
        _, kind, name, _, _, notes = line.split("\t")
        fields = dict(note.split("=", 1) for note in notes.split(";")
                      if "=" in note)
        yield root / name, kind, fields


def scan(warden, files):
    """One report for each file, by its path."""
    reports = {}
    for start in range(0, len(files), 100):
        run = subprocess.run(
            [warden, "scan", "--json", *map(str, files[start:start + 100])],
            stdout=subprocess.PIPE, check=False)
        for line in run.stdout.splitlines():
            report = json.loads(line)
            reports[report["file"]] = report
    return reports


def as_mail(path, folder):
    """An attachment of the corpus as a mail of its own."""
    import base64
    mail = folder / (path.name + ".eml")
    data = base64.encodebytes(path.read_bytes())
    mail.write_bytes(
        b"From: a@example.org\nTo: b@example.net\nSubject: A file\n"
        b"MIME-Version: 1.0\nContent-Type: application/octet-stream\n"
        b"Content-Disposition: attachment; filename=\"%s\"\n"
        b"Content-Transfer-Encoding: base64\n\n%s"
        % (path.name.encode(), data))
    return mail


# --- what must be found ------------------------------------------------------

def has_eicar(report):
    return any(part["sha256"] == EICAR for part in report["parts"]) or any(
        finding["symbol"] == "EICAR_TEST_FILE" for finding in report["findings"])


def has_zip_name(report):
    names = [part["name"] for part in report["parts"]]
    names += [name for part in report["parts"]
              for name in part.get("names", [])]
    return any(name.lower().endswith(".zip") for name in names)


def has_program(report):
    return any("dosexec" in part["detected_type"]
               or "portable-executable" in part["detected_type"]
               for part in report["parts"])


def is_not_clean(report):
    return report["verdict"] != "clean"


def has_url(report):
    return bool(report["urls"])


WANTED = (
    ("eicar", has_eicar),
    ("zip-filename", has_zip_name),
    ("Clamav.Test.File", has_program),
    ("qr", has_url),
    ("url", has_url),
    ("external-body", has_url),
    ("clean-per", lambda report: not has_eicar(report)),
)


def test_for(expect):
    for word, test in WANTED:
        if expect.startswith(word) or (word == "url" and word in expect):
            return test
    return is_not_clean


def groups_of(root):
    """(group, file, notes) of all that say what is in them."""
    for path, kind, notes in read_manifest(root):
        if kind not in ("torture", "attachments") or "expect" not in notes:
            continue
        group = "%s/%s" % (kind, notes["sub"])
        if "valid" in notes:
            group += " valid=" + notes["valid"]
        yield group, path, notes


def report(warden, root, wanted, folder):
    table = collections.defaultdict(lambda: [0, 0])
    misses, entries = [], []
    for group, path, notes in groups_of(root):
        if wanted and not any(word in group for word in wanted):
            continue
        mail = path if path.parent.name == "torture" else as_mail(path, folder)
        entries.append((group, path, mail, notes))
    reports = scan(warden, [mail for _, _, mail, _ in entries])
    for group, path, mail, notes in entries:
        result = reports.get(str(mail))
        found = result is not None and test_for(notes["expect"])(result)
        table[group][0] += found
        table[group][1] += 1
        if not found:
            misses.append((group, path, notes,
                           result and result["verdict"]))
    for group, (found, total) in sorted(table.items()):
        print("%-44s %4d of %4d" % (group, found, total))
    print("%-44s %4d of %4d" % (
        "all", sum(found for found, _ in table.values()),
        sum(total for _, total in table.values())))
    for group, path, notes, verdict in misses:
        print("missed: %s %s verdict=%s %s" % (
            group, path.name, verdict,
            " ".join("%s=%s" % note for note in sorted(notes.items()))))


def main():
    import tempfile
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    root = corpus()
    if root is None:
        print("skipped: no corpus beside this checkout")
        return
    with tempfile.TemporaryDirectory() as folder:
        report(sys.argv[1], root, sys.argv[2:], pathlib.Path(folder))


if __name__ == "__main__":
    main()
