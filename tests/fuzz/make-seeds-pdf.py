#!/usr/bin/python3
"""Write the seeds of the PDF target: one small file for each trick.

The files are those of tests/cases/make_pdf.py without their mails. Run after
changing something there; the results are checked in.
"""

import email
import email.policy
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "cases"))

import make_pdf  # noqa: E402

# What is wrong with each is that it goes round or has no end.
DAMAGED = {
    "loop-reference": b"%PDF-1.4\n1 0 obj 2 0 R endobj 2 0 obj 1 0 R endobj"
                      b" 3 0 obj<</OpenAction 1 0 R/A 2 0 R>>endobj",
    "loop-next": b"%PDF-1.4\n1 0 obj<</S/URI/URI(http://x.y/)/Next 1 0 R>>"
                 b"endobj 2 0 obj<</OpenAction 1 0 R>>endobj",
    "loop-names": b"%PDF-1.4\n1 0 obj<</Kids[1 0 R 1 0 R]/Names[(a)1 0 R]>>"
                  b"endobj 2 0 obj<</JavaScript 1 0 R>>endobj",
    "loop-prev": b"%PDF-1.4\nxref\n0 1\n0 65535 f\ntrailer<</Prev 9>>"
                 b"startxref 9",
    "length-huge": b"%PDF-1.4\n1 0 obj<</Length 999999999999999999999>>"
                   b"stream\nx endstream endobj",
    "length-itself": b"%PDF-1.4\n1 0 obj<</Length 1 0 R/Filter 1 0 R>>stream"
                     b"\nx endstream",
    "deep": b"%PDF-1.4\n1 0 obj" + b"<</A[" * 300 + b"1",
    "strings": b"%PDF-1.4\n" + b"1 0 obj(a\n" * 30,
    "unclosed": b"%PDF-1.4\n1 0 obj<</JS(\\(\\)\\101\\\n\\x)/S/JavaScript"
                b"/F<</F<41 4>/EF<</F 1 0 R>>",
    "table-wrong": b"%PDF-1.4\n1 0 obj<</W[9 -1 99]/Type/XRef/Length 4>>"
                   b"stream\nabcd\nendstream endobj startxref 9",
    "objstm-wrong": b"%PDF-1.4\n1 0 obj<</Type/ObjStm/N 99999999/First -5"
                    b"/Length 9>>stream\n1 0 2 999 \nendstream endobj",
}


def main():
    folder = HERE / "seeds" / "pdf"
    folder.mkdir(parents=True, exist_ok=True)
    for name, function in make_pdf.CASES.items():
        message = email.message_from_bytes(function()[0],
                                           policy=email.policy.default)
        part = next(message.iter_attachments())
        (folder / name).write_bytes(part.get_payload(decode=True))
    for name, data in DAMAGED.items():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    main()
