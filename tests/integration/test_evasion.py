"""A file hidden in a message by any of many tricks is found (evasion.py)."""

import os
import tempfile
import unittest

import evasion
import tree

BUILD = tree.Build(os.environ.get("WARDEN_GENERATION", "2.3"))
# Each trick alone, and some hundred mixtures.
COUNT, SEED = 1000, 20240102


class Evasion(unittest.TestCase):
    def test_found(self):
        missed, total = [], 0
        with tempfile.TemporaryDirectory() as folder:
            for labels, _, report in evasion.run(
                    BUILD.warden, evasion.choose(COUNT, SEED), folder,
                    BUILD.enter):
                total += 1
                if report is None or not evasion.is_found(report):
                    missed.append(" + ".join(labels))
        self.assertEqual(total, COUNT)
        self.assertEqual(missed, [])

    def test_control(self):
        """The same tricks with a text in the file's place raise no alarm."""
        alarms = []
        text = b"The minutes of Tuesday's meeting are ready. " * 2
        with tempfile.TemporaryDirectory() as folder:
            for labels, _, report in evasion.run(
                    BUILD.warden,
                    evasion.choose(COUNT, SEED, payload=text), folder,
                    BUILD.enter):
                if report is None or report["verdict"] in (
                        "malware", "phishing", "spam"):
                    alarms.append(" + ".join(labels))
        self.assertEqual(alarms, [])


if __name__ == "__main__":
    unittest.main()
