"""The epoch file (scanner/protocol/epoch.h), written and read for tests."""

import os
import struct

HEADER = struct.Struct("=8sIIIIQ")
ENTRY = struct.Struct("=16sI")
MAGIC = b"WRDNEPO1"


def write(path, rules, lists, since=None, changed=()):
    """changed: {first 16 bytes of a message key: generation}."""
    entries = sorted(dict(changed).items())
    temporary = "%s.%d.tmp" % (path, os.getpid())
    with open(temporary, "wb") as file:
        file.write(HEADER.pack(MAGIC, rules, lists,
                               lists if since is None else since, 0,
                               len(entries)))
        for key, generation in entries:
            file.write(ENTRY.pack(key[:16], generation))
    os.chmod(temporary, 0o644)
    os.rename(temporary, path)


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    magic, rules, lists, since, _, count = HEADER.unpack_from(data)
    if magic != MAGIC or len(data) != HEADER.size + count * ENTRY.size:
        raise ValueError("%s: not an epoch file" % path)
    return {"rules": rules, "lists": lists, "since": since,
            "changed": dict(ENTRY.iter_unpack(data[HEADER.size:]))}
