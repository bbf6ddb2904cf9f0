"""Messages that cost more than they weigh end in time, and not as clean."""

import os
import tempfile
import unittest

import bombs
import tree

BUILD = tree.Build(os.environ.get("WARDEN_GENERATION", "2.3"))
# The reader's own limit is 20 seconds; a quarter of it is bad already.
SECONDS = 20
# Making these takes longer than reading them.
SLOW = {"zip-4-gigabytes", "bzip2-bomb", "xz-bomb", "zstd-bomb",
        "binhex-run", "gzip-in-gzip", "zip-many-members", "tar-many",
        "addresses-2-million", "uuencode-flood"}


class Bombs(unittest.TestCase):
    def test_all(self):
        for name, make in bombs.BOMBS.items():
            if name in SLOW:
                continue
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                seconds, report = bombs.scan(BUILD.warden, make(), folder,
                                             BUILD.enter)
                self.assertNotEqual(report["verdict"], "clean")
                self.assertNotEqual(report["unscanned"], [])
                self.assertLess(seconds, SECONDS)


if __name__ == "__main__":
    unittest.main()
