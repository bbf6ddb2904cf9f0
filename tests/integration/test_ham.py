"""Honest mail of many kinds and languages stays where it belongs
(tests/ham/make_ham.py)."""

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
MAKER = tree.PROJECT / "tests/ham/make_ham.py"


class Ham(unittest.TestCase):
    def test_nothing_is_quarantined(self):
        wrong = []
        with tempfile.TemporaryDirectory(dir="/tmp") as folder:
            os.chmod(folder, 0o755)
            subprocess.run([sys.executable, str(MAKER), folder], check=True,
                           stdout=subprocess.DEVNULL)
            done = subprocess.run(
                BUILD.enter([str(BUILD.warden), "scan", "--json", folder]),
                stdout=subprocess.PIPE, check=True)
            reports = [json.loads(line) for line in
                       done.stdout.splitlines()]
        self.assertGreater(len(reports), 1000)
        for report in reports:
            if report["verdict"] not in ("clean", "suspicious"):
                wrong.append((os.path.basename(report["file"]),
                              report["verdict"], sorted(
                                  f["symbol"] for f in report["findings"]
                                  if f["score"] > 0)))
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
