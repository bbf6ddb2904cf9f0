"""A small storm for every run of the tests; `./run storm` is the large one."""

import os
import unittest

import storm

GENERATION = os.environ.get("WARDEN_GENERATION", "2.3")


class SmallStorm(unittest.TestCase):
    def check(self, storage):
        run = storm.Storm(GENERATION, storage, saves=80, seed=11)
        result = run.run()
        self.assertGreaterEqual(result["acked"], 80)
        self.assertEqual(result["lost"], 0, [m.id for m in run.lost])
        self.assertEqual(result["altered"], 0)
        self.assertEqual(result["unacked_seed_lost"], 0)
        self.assertEqual(result["good_quarantined"], 0)
        self.assertTrue(storm.sound(result), result)
        self.assertEqual(result["panic_lines"], [])
        self.assertGreater(sum(run.kills.values()), 0)

    def test_maildir(self):
        self.check("maildir")

    def test_sdbox(self):
        self.check("sdbox")

    def test_mdbox(self):
        self.check("mdbox")


if __name__ == "__main__":
    unittest.main()
