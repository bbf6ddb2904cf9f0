"""Mail of bad intent of every family and many languages is found, as far as it
is today (tests/bad/make_bad.py). The floors are no aims: they keep what there
is, and go up with it."""

import collections
import csv
import json
import os
import subprocess
import sys
import tempfile
import unittest

import tree

# What mails say does not depend on Dovecot.
GENERATIONS = ("native",)
BUILD = tree.Build(os.environ.get("WARDEN_GENERATION", "2.3"))
MAKER = tree.PROJECT / "tests/bad/make_bad.py"
# Per cent of each class that goes to Quarantine.
FLOORS = {"phish": 57, "scam": 46, "spam": 10}


def scan(folder):
    done = subprocess.run(
        BUILD.enter([str(BUILD.warden), "scan", "--json", folder]),
        stdout=subprocess.PIPE, check=False)
    return [json.loads(line) for line in done.stdout.splitlines()]


class Bad(unittest.TestCase):
    def test_most_is_quarantined(self):
        with tempfile.TemporaryDirectory(dir="/tmp") as folder:
            os.chmod(folder, 0o755)
            manifest = os.path.join(folder, "manifest.tsv")
            mails = os.path.join(folder, "mails")
            subprocess.run([sys.executable, str(MAKER), mails, manifest],
                           check=True, stdout=subprocess.DEVNULL)
            with open(manifest, encoding="utf-8", newline="") as table:
                classes = {row["file"]: row["class"] for row in csv.DictReader(
                    table, delimiter="\t", quoting=csv.QUOTE_NONE)}
            reports = scan(mails)
        self.assertEqual(len(reports), len(classes))
        found, all_of = collections.Counter(), collections.Counter()
        for report in reports:
            kind = classes[os.path.basename(report["file"])]
            all_of[kind] += 1
            found[kind] += report["action"] == "quarantine"
        for kind, floor in FLOORS.items():
            share = 100.0 * found[kind] / all_of[kind]
            print("%s: %d of %d (%.0f%%)" % (kind, found[kind], all_of[kind],
                                             share))
            self.assertGreaterEqual(share, floor, kind)


if __name__ == "__main__":
    unittest.main()
