#!/usr/bin/python3
"""Write the seeds of fuzz-document: RTF, members of packages, OLE objects."""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "cases"))
import document_files as document  # noqa: E402

SEEDS = HERE / "seeds" / "document"


def members(*rows):
    return "p" + "\0".join("%s\n%s" % row for row in rows)


OBJECT = document.ole1(b"Package", document.packager(b"a.txt", b"hello"))
DIGITS = OBJECT.hex()
EXTERNAL = [("r1", kind, "http://a.example/x", True)
            for kind in ("attachedTemplate", "oleObject", "image",
                         "hyperlink", "frame")]

FILES = {
    "rtf-object": document.rtf(document.rtf_object(OBJECT)),
    "rtf-disguised": document.rtf(document.rtf_object(
        b"", digits=DIGITS[:31] + "{\\*\\xyz 99}" + DIGITS[31:61] + "\\'aa"
        + DIGITS[60:80] + "\\bin2 ab{\\foo " + DIGITS[84:] + "}")),
    "rtf-fields": document.rtf(
        "{\\field{\\*\\fldinst DDEAUTO {\\field{\\*\\fldinst QUOTE 99 109}"
        "{\\fldrslt }} x}{\\fldrslt y}}{\\field{\\*\\fldinst HYPERLINK "
        "\"http://a.example/\"}{\\fldrslt \\u8364?\\'e4}}"
        "{\\*\\template http://a.example/t}"),
    "rtf-html": document.rtf("\\fromhtml1{\\*\\htmltag <p>}\\htmlrtf x"
                             "\\htmlrtf0 y{\\pict\\pngblip 89504e47}"),
    "package-word": members(
        ("word/_rels/document.xml.rels", document.relations(*EXTERNAL)),
        ("word/document.xml", "<w:p>" + document.field(
            "SET c ", document.field("QUOTE 99 109 100"))
         + document.field("DDE ", document.field("REF c"), " x")
         + "<w:hyperlink r:id=\"r1\"><w:t>x</w:t></w:hyperlink></w:p>"),
        ("[Content_Types].xml", document.types(("/a", "a/macrosheet")))),
    "package-excel": members(
        ("xl/workbook.xml", "<sheet name='a' state='hidden' r:id='r1'/>"
         "<definedName name='Auto_Open'>a!b</definedName>"),
        ("xl/_rels/workbook.xml.rels", document.relations(
            ("r1", "xlMacrosheet", "macrosheets/a.xml", False))),
        ("xl/macrosheets/a.xml", "<macrosheet><f>EXEC(\"a\")</f>"
         "<f>cmd|'/c'!A0</f></macrosheet>")),
    "package-odf": members(
        ("content.xml", "<event-listener event-name='dom:load' href='a'/>"
         "<text:a href='http://a.example/'>x</text:a><table-cell "
         "formula='of:=DDE(&quot;a&quot;;&quot;b&quot;;&quot;c&quot;)'/>"),
        ("META-INF/manifest.xml", "<encryption-data/>")),
    "package-binary": b"bxl/workbook.bin\n" + document.record(131)
    + document.record(156, b"\2\0\0\0\1\0\0\0" + document.wide("rId1")
                      + document.wide("a"))
    + document.record(39, bytes(9) + document.wide("Auto_Open") + bytes(4))
    + document.record(360, b"\1\0" + document.wide("cmd")
                      + document.wide("/c"))
    + document.record(9, bytes(18) + b"\x20\0\0\0"
                      + document.call(110, "calc")),
    "ole1": b"o" + OBJECT,
    "ole1-package": b"o" + document.packager(b"a.txt", b"hello"),
    "moniker": b"o" + document.url_moniker("http://a.example/"),
    "formula": b"o" + document.formula(b"A" * 44),
    "formula-native": b"o" + document.native_formula(document.formula()),
}


def main():
    SEEDS.mkdir(parents=True, exist_ok=True)
    for name, data in FILES.items():
        if isinstance(data, str):
            data = data.encode()
        (SEEDS / name).write_bytes(data)


if __name__ == "__main__":
    main()
