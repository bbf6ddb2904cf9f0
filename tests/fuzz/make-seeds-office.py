#!/usr/bin/python3
"""Write the seeds of fuzz-office and the binary Office documents among those
of fuzz-file. Usage: tests/fuzz/make-seeds-office.py"""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "cases"))

import office_files as office  # noqa: E402

COMPOUND, SOURCE, MODULE, MODULES, WORKBOOK, RICH_TEXT, ENCRYPTED = range(7)

CODE = '''
Const A = "cmd", B = ".exe"
Private Declare PtrSafe Function F Lib "urlmon" _
    Alias "URLDownloadToFileA" (ByVal x As LongPtr) As Long
Sub Document_Open()
    Dim s As String: s = "po" & Chr(119) & ChrW$(&H65) & StrReverse("llehsr")
    s = s & Replace("aXb", "X", "") & Join(Array("c", "d"), "")
    s = s & Mid("abcd", 2, 1) & Left("x", 1) & Right("y", 1)
    If Len(s) > 3 Then s = Join(Split("a-b", "-"), " ") Else s = ""
    With CreateObject("WScript." & "Shell")
        .Run s & " /c " & (1 + 2 * 3 Mod 4), 0 ' comment
    End With
    a(0) = "x": Shell a(0) & A & B
End Sub
'''


def main():
    xlm = [office.xlm_call(110, office.xlm_join(
        office.xlm_char(67), office.xlm_text("alc"), office.xlm_cell(7, 3))),
        office.xlm_call(54)]
    book = office.workbook_stream(xlm, name=1, labels=[(7, 3, "x")])
    named = office.workbook_stream(xlm, name="auto_open1", hidden=2)
    locked = office.lock_rc4(office.workbook_stream(
        xlm, lock=office.RC4_LOCK), "VelvetSweatshop")
    modules = {"ThisDocument": CODE, "Module1": "Sub A()\nEnd Sub"}
    source = office.vba_source("ThisDocument", CODE)
    packed = office.vba_compress(source)
    rtf = b"{\\rtf1\\ansi text}"
    plain = office.compound({"A": b"abc", "B": {"C": b"x" * 5000}})
    header = (b"\x04\0\x04\0\x40\0\0\0<encryption><keyData keyBits=\"128\" "
              b"cipherAlgorithm=\"AES\" cipherChaining=\"ChainingModeCBC\" "
              b"hashAlgorithm=\"SHA1\" saltValue=\"AAAAAAAAAAAAAAAAAAAAAA==\""
              b"/><p:encryptedKey spinCount=\"10\" keyBits=\"128\" "
              b"cipherAlgorithm=\"AES\" cipherChaining=\"ChainingModeCBC\" "
              b"hashAlgorithm=\"SHA1\" saltValue=\"AAAAAAAAAAAAAAAAAAAAAA==\" "
              b"encryptedVerifierHashInput=\"AAAAAAAAAAAAAAAAAAAAAA==\" "
              b"encryptedVerifierHashValue=\"AAAAAAAAAAAAAAAAAAAAAA==\" "
              b"encryptedKeyValue=\"AAAAAAAAAAAAAAAAAAAAAA==\"/>")
    seeds = {
        "compound": (COMPOUND, plain), "source": (SOURCE, source),
        "module": (MODULE, b"\xb9\0\x08\0calc.exe" + bytes(9) + packed),
        "modules": (MODULES, office.vba_dir(modules, {
            "ThisDocument": 5, "Module1": 0})),
        "workbook": (WORKBOOK, book), "workbook-named": (WORKBOOK, named),
        "workbook-locked": (WORKBOOK, locked),
        "rich-text": (RICH_TEXT, bytes(8) + b"LZFu" + bytes(4)
                      + b"\x03\0abcdefgh\x0a\x00\x0a\x10\x80\x0f\xa0"),
        "rich-text-plain": (RICH_TEXT, bytes(8) + b"MELA" + bytes(4) + rtf),
        "encrypted": (ENCRYPTED, header),
    }
    folder = HERE / "seeds" / "office"
    folder.mkdir(exist_ok=True)
    for name, (reader, data) in seeds.items():
        (folder / name).write_bytes(bytes([reader]) + data)
    files = {
        "word": office.word(modules, text="\x13 DDE a b \x14x\x15\r"),
        "workbook": office.workbook(book, {"_VBA_PROJECT_CUR":
                                           office.vba_project(modules)}),
        "slides": office.slides(office.record(0xfba, b"a\0"),
                                office.record(0x1011, plain)),
        "message": office.message({0x37001f: "S", 0x1000001f: "body"},
                                  [{0x3707001f: "a.txt", 0x37010102: b"x"}]),
        "native": office.compound(office.native("a.txt", b"content")),
    }
    for name, data in files.items():
        (HERE / "seeds" / "file" / ("office-" + name)).write_bytes(data)
    print("%d seeds written" % (len(seeds) + len(files)))


if __name__ == "__main__":
    main()
