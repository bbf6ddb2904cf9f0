"""Messages that cost more than they weigh end in time, and not as clean."""

import os
import unittest

import bombs
import tree

BUILD = tree.Build(os.environ.get("WARDEN_GENERATION", "2.3"))
# Making these takes longer than reading them.
SLOW = {"zip-4-gigabytes", "bzip2-bomb", "xz-bomb", "zstd-bomb",
        "binhex-run", "gzip-in-gzip", "zip-many-members", "tar-many",
        "addresses-2-million", "uuencode-flood", "pdf-flate-nested",
        "pdf-picture-huge", "png-65535", "png-text-bomb",
        "codes-by-the-hundred", "png-40-megapixels", "docx-relations",
        "docx-deep", "docx-attribute", "ole-directory-large"}


class Bombs(unittest.TestCase):
    def test_all(self):
        for name in bombs.BOMBS:
            if name in SLOW:
                continue
            with self.subTest(name):
                result = bombs.scan(BUILD.warden, name, BUILD.enter)
                self.assertEqual(list(result.faults()), [])


if __name__ == "__main__":
    unittest.main()
