"""Whole messages with the verdicts they should get (tests/cases)."""

import os
import unittest

import run_cases
import tree

BUILD = tree.Build(os.environ.get("WARDEN_GENERATION", "2.3"))


class EnteredRunner(run_cases.Runner):
    """Runs the command line where its build lives."""

    def run(self, *arguments):
        command = BUILD.enter([self.warden, *arguments])
        self.prefix, self.warden, kept = command[:-1], command[-1], self.warden
        try:
            return super().run()
        finally:
            self.prefix, self.warden = [], kept


class Cases(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.runner = EnteredRunner(BUILD.warden)
        cls.runner.scan_together(run_cases.folders())

    def test_agreement(self):
        """Table, scores, documentation and cases name the same symbols."""
        self.assertEqual(list(run_cases.agreement_faults()), [])


def add(folder):
    def test(self):
        self.assertEqual(self.runner.case(folder), [])
    name = "test_" + folder.name.replace("-", "_")
    test.__name__ = name
    setattr(Cases, name, test)


for case in run_cases.folders():
    add(case)


if __name__ == "__main__":
    unittest.main()
