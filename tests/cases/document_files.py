"""Documents that are zip packages or RTF, made from nothing, for
make_document.py and tests/fuzz/make-seeds-document.py."""

import io
import struct
import zipfile

RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"


def package(members):
    """A zip file; members: (name, text or bytes)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name, (2024, 1, 2, 3, 4, 6))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return out.getvalue()


def relations(*rows):
    """rows: (id, type, target, external)."""
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<Relationships xmlns="%s">'
            % LINKS + "".join(
                '<Relationship Id="%s" Type="%s%s" Target="%s"%s/>'
                % (name, RELATION, kind, target,
                   ' TargetMode="External"' if external else "")
                for name, kind, target, external in rows)
            + "</Relationships>")


def types(*overrides):
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<Types xmlns="%s">'
            '<Default Extension="rels" ContentType="application/vnd.openxml'
            'formats-package.relationships+xml"/><Default Extension="xml" '
            'ContentType="application/xml"/>' % TYPES + "".join(
                '<Override PartName="%s" ContentType="%s"/>' % row
                for row in overrides) + "</Types>")


def word(body="<w:p><w:r><w:t>Hello</w:t></w:r></w:p>", links=(), settings=(),
         members=(), folder="word"):
    """A text document. links, settings: relations of its two main members."""
    return package([
        ("[Content_Types].xml", types()),
        ("_rels/.rels", relations(
            ("rId1", "officeDocument", folder + "/document.xml", False))),
        (folder + "/document.xml",
         '<w:document xmlns:w="urn:w" xmlns:r="urn:r"><w:body>%s</w:body>'
         '</w:document>' % body),
        (folder + "/_rels/document.xml.rels", relations(
            ("rId1", "settings", "settings.xml", False), *links)),
        (folder + "/settings.xml", '<w:settings xmlns:w="urn:w"/>'),
        (folder + "/_rels/settings.xml.rels", relations(*settings)),
        *members])


def field(*pieces, result="x"):
    """A complex field whose instruction stands in pieces; a piece may be
    another field."""
    def run(text):
        return "<w:r>%s</w:r>" % text

    def mark(kind):
        return run('<w:fldChar w:fldCharType="%s"/>' % kind)
    return (mark("begin")
            + "".join(piece if piece.startswith("<w:r>") else
                      run("<w:instrText>%s</w:instrText>" % piece)
                      for piece in pieces)
            + mark("separate") + run("<w:t>%s</w:t>" % result) + mark("end"))


def excel(cells="<c r=\"A1\"><v>1</v></c>", names="", state="visible",
          macros=None, members=()):
    """A workbook; macros: formulas of an Excel 4 macro sheet."""
    sheets = '<sheet name="Table" sheetId="1" r:id="rId1"/>'
    links = [("rId1", "worksheet", "worksheets/sheet1.xml", False)]
    rows = []
    if macros is not None:
        sheets += ('<sheet name="Macro1" sheetId="2" state="%s" r:id="rId2"/>'
                   % state)
        links.append(("rId2", "xlMacrosheet", "macrosheets/sheet1.xml",
                      False))
        rows.append(("xl/macrosheets/sheet1.xml",
                     '<xm:macrosheet xmlns:xm="urn:xm"><sheetData><row>%s'
                     '</row></sheetData></xm:macrosheet>' % "".join(
                         "<c><f>%s</f></c>" % text for text in macros)))
    return package([
        ("[Content_Types].xml", types()),
        ("_rels/.rels", relations(
            ("rId1", "officeDocument", "xl/workbook.xml", False))),
        ("xl/workbook.xml",
         '<workbook xmlns="urn:x" xmlns:r="urn:r"><sheets>%s</sheets>'
         '<definedNames>%s</definedNames></workbook>' % (sheets, names)),
        ("xl/_rels/workbook.xml.rels", relations(*links)),
        ("xl/worksheets/sheet1.xml",
         '<worksheet xmlns="urn:x"><sheetData><row>%s</row></sheetData>'
         '</worksheet>' % cells), *rows, *members])


def record(kind, data=b""):
    """MS-XLSB 2.1.4."""
    out = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    size = len(data)
    while True:
        out += bytes([size & 127 | (128 if size > 127 else 0)])
        size >>= 7
        if not size:
            return out + data


def wide(text):
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def call(number, *texts):
    """Tokens of a macro's function and its texts."""
    out = b"".join(b"\x17" + struct.pack("<H", len(text))
                   + text.encode("utf-16-le") for text in texts)
    return out + b"\x42" + struct.pack("<BH", len(texts), number)


def binary_excel(state, formulas, name):
    """A binary workbook with one macro sheet."""
    book = (record(131) + record(156, struct.pack("<II", state, 1)
                                 + wide("rId1") + wide("Macro1"))
            + record(39, bytes(9) + wide(name) + struct.pack("<I", 0))
            + record(132))
    sheet = record(129) + b"".join(
        record(9, bytes(8) + bytes(8) + bytes(2) + struct.pack("<I", len(f))
               + f) for f in formulas) + record(130)
    return package([
        ("[Content_Types].xml", types()),
        ("_rels/.rels", relations(
            ("rId1", "officeDocument", "xl/workbook.bin", False))),
        ("xl/workbook.bin", book),
        ("xl/_rels/workbook.bin.rels", relations(
            ("rId1", "xlMacrosheet", "macrosheets/sheet1.bin", False))),
        ("xl/macrosheets/sheet1.bin", sheet)])


def powerpoint(shape, links=()):
    return package([
        ("[Content_Types].xml", types()),
        ("_rels/.rels", relations(
            ("rId1", "officeDocument", "ppt/presentation.xml", False))),
        ("ppt/presentation.xml", '<p:presentation xmlns:p="urn:p"/>'),
        ("ppt/slides/slide1.xml",
         '<p:sld xmlns:p="urn:p" xmlns:a="urn:a" xmlns:r="urn:r">%s</p:sld>'
         % shape),
        ("ppt/slides/_rels/slide1.xml.rels", relations(*links))])


def opendocument(content, kind="text", manifest="", members=()):
    media = "application/vnd.oasis.opendocument." + kind
    return package([
        ("mimetype", media),
        ("content.xml", content),
        ("META-INF/manifest.xml",
         '<manifest:manifest xmlns:manifest="urn:m"><manifest:file-entry '
         'manifest:full-path="content.xml">%s</manifest:file-entry>'
         '</manifest:manifest>' % manifest), *members])


def odt(body, scripts=""):
    return opendocument(
        '<office:document-content xmlns:office="urn:o" xmlns:text="urn:t" '
        'xmlns:xlink="urn:l" xmlns:script="urn:s" xmlns:draw="urn:d">'
        '<office:scripts>%s</office:scripts><office:body>%s</office:body>'
        '</office:document-content>' % (scripts, body))


# --- RTF and OLE 1.0 ---------------------------------------------------------

def counted(text):
    return struct.pack("<I", len(text) + 1) + text + b"\0" if text else bytes(4)


def ole1(class_name, data, linked=False, topic=b""):
    """[MS-OLEDS] 2.2.4, 2.2.5."""
    out = (struct.pack("<II", 0x501, 1 if linked else 2) + counted(class_name)
           + counted(topic) + counted(b""))
    return out if linked else out + struct.pack("<I", len(data)) + data


def packager(name, data):
    """What the object packager keeps of a file."""
    path = b"C:\\Temp\\" + name + b"\0"
    return (struct.pack("<H", 2) + name + b"\0" + path
            + struct.pack("<HHI", 0, 3, len(path)) + path
            + struct.pack("<I", len(data)) + data)


def rtf_object(data, words="\\objemb", class_name="", digits=None):
    """digits: what stands for the data, if they are not plain."""
    return ("{\\object%s%s{\\*\\objdata %s}{\\result x}}" % (
        words, "{\\*\\objclass %s}" % class_name if class_name else "",
        data.hex() if digits is None else digits))


def rtf(body):
    return ("{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}\\f0 %s\\par}" % body).encode()


def url_moniker(url):
    """{79EAC9E0-BAF9-11CE-8C82-00AA004BA90B} and a URL."""
    wide = (url + "\0").encode("utf-16-le")
    return (bytes.fromhex("e0c9ea79f9bace118c8200aa004ba90b")
            + struct.pack("<I", len(wide)) + wide)


def formula(font=b"Times New Roman"):
    """MTEF 3: a full-size line with one font and one letter."""
    return (b"\x03\x01\x01\x03\x00" + b"\x0a\x01\x08\x81\x00" + font + b"\0"
            + b"\x02\x81x\0\0\0")


def native_formula(mtef):
    """EQNOLEFILEHDR and what follows."""
    return struct.pack("<HIHI", 28, 0x20000, 0xc1b2, len(mtef)) \
        + bytes(16) + mtef
