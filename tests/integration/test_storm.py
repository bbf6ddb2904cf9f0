"""A small storm for every run of the tests; `./run storm` is the large one."""

import os
import unittest

import storm

GENERATION = os.environ.get("WARDEN_GENERATION", "2.3")


class SmallStorm(unittest.TestCase):
    def check(self, storage):
        run = storm.Storm(GENERATION, storage, 60, 11)
        result = run.run()
        self.assertEqual(run.faults, [], run.server.dir)
        self.assertGreaterEqual(result["acked"], 60)
        self.assertGreater(sum(run.kills.values()), 0)

    def test_maildir(self):
        self.check("maildir")

    def test_sdbox(self):
        self.check("sdbox")

    def test_mdbox(self):
        self.check("mdbox")


if __name__ == "__main__":
    unittest.main()
