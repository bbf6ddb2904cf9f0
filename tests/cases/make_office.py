#!/usr/bin/python3
"""Write the cases with Office documents: binary ones, made by office_files.py.

All of them are made up; none of the commands in them leads anywhere. The
results are checked in. Usage: tests/cases/make_office.py [NAME…]
"""

import base64
import json
import pathlib
import sys

import office_files as office

HERE = pathlib.Path(__file__).resolve().parent
CASES = {}
TYPES = {"doc": "application/msword", "xls": "application/vnd.ms-excel",
         "ppt": "application/vnd.ms-powerpoint",
         "msg": "application/vnd.ms-outlook",
         "msi": "application/x-msi"}


def case(function):
    CASES[function.__name__.replace("_", "-")] = function
    return function


def with_file(name, data, text="Please find it attached.", subject="Papers"):
    """A mail with one file."""
    encoded = base64.encodebytes(data).decode().replace("\n", "\r\n")
    kind = TYPES.get(name.rsplit(".", 1)[-1], "application/octet-stream")
    return (
        "From: Anna Weber <anna@example.org>\r\n"
        "To: Ben Roth <ben@example.org>\r\n"
        "Subject: %s\r\nDate: Mon, 08 Jan 2024 10:20:30 +0100\r\n"
        "Message-ID: <20240108102030.1@example.org>\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=\"=_sep\"\r\n\r\n"
        "--=_sep\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n"
        "--=_sep\r\nContent-Type: %s; name=\"%s\"\r\n"
        "Content-Disposition: attachment; filename=\"%s\"\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n%s--=_sep--\r\n"
        % (subject, text, kind, name, name, encoded)).encode()


# --- VBA ---------------------------------------------------------------------

@case
def office_macro():
    """Macros that help with work: remarked, no more."""
    document = office.word({
        "ThisDocument": "",
        "Module1": '''
Sub FormatTables()
    Dim t As Table
    For Each t In ActiveDocument.Tables
        t.Rows(1).HeadingFormat = True
    Next t
    MsgBox "All tables have headings now"
End Sub'''})
    return with_file("minutes.doc", document), dict(
        verdict="clean", action="allow", only=["OFFICE_MACRO"],
        symbols=["OFFICE_MACRO"])


@case
def office_macro_control():
    """A document without macros."""
    return with_file("minutes.doc", office.word()), dict(
        verdict="clean", action="allow", only=[])


def write(name):
    message, expect = CASES[name]()
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    (folder / "message.eml").write_bytes(message)
    why = " ".join((CASES[name].__doc__ or "").split())
    if why:
        expect = dict(why=why, **expect)
    (folder / "expect.json").write_text(
        json.dumps(expect, indent="\t", ensure_ascii=False) + "\n")


def main(names):
    for name in names or CASES:
        write(name)
    print("%d cases written" % len(names or CASES))


if __name__ == "__main__":
    main(sys.argv[1:])
