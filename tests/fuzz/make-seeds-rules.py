#!/usr/bin/python3
"""Seeds for fuzz-rules: answers of clamd, TLSH digests, bytes."""

import pathlib

SEEDS = pathlib.Path(__file__).resolve().parent / "seeds" / "rules"
DIGEST = (b"F0616D5B2116339E31153A29070DA6C26D78FF103D392AC1C1EE1045F66AC3D519"
          b"FE3B")
CASES = {
    "ok": b"\0stream: OK",
    "found": b"\0stream: Win.Trojan.Agent-1234 FOUND",
    "found-hash": b"\0stream: Eicar(44d88612fea8a8f36de82e1278abb02f:68) FOUND",
    "error": b"\0INSTREAM size limit exceeded. ERROR",
    "digest": b"\1T1" + DIGEST,
    "digest-old": b"\1" + DIGEST.lower(),
    "bytes": b"\2" + bytes((i * i * 7 + i // 3) % 251 for i in range(400)),
    "text": b"\2" + b"".join(b"line %d of a small text\n" % i
                             for i in range(20)),
}

if __name__ == "__main__":
    SEEDS.mkdir(parents=True, exist_ok=True)
    for name, data in CASES.items():
        (SEEDS / name).write_bytes(data)
