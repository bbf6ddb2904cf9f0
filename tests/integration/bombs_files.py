"""Files and bodies that cost more than they weigh: documents, pictures, web
pages, programs' data. The table of bombs.py, continued."""

import base64
import importlib.util
import pathlib
import struct
import sys
import zlib

import bombs_mail
from bombs_mail import LAST, MEGABYTE, archive, body, bomb, mail

CASES = pathlib.Path(__file__).resolve().parent.parent / "cases"


def case_module(name):
    """A generator of tests/cases, which do not look for each other."""
    sys.path.insert(0, str(CASES))
    try:
        spec = importlib.util.spec_from_file_location(
            name, CASES / (name + ".py"))
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(CASES))


# --- PDF -----------------------------------------------------------------------

def pdf(*objects, root=1):
    """The table is right. Behind the others stands a link."""
    out, offsets = b"%PDF-1.7\n", []
    objects += (b"<</Type/Annot/Subtype/Link/A<</S/URI/URI(" + LAST
                + b")>>>>",)
    for number, data in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, data)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) \
        + b"".join(b"%010d 00000 n \n" % at for at in offsets)
    return out + b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" \
        % (len(objects) + 1, root, table)


def pdf_stream(data, entries=b""):
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(data),
                                                         data)


PAGES = (b"<</Type/Catalog/Pages 2 0 R>>",
         b"<</Type/Pages/Kids[3 0 R]/Count 1>>")


@bomb
def pdf_flate_nested():
    """Zeros, deflated until nothing is left."""
    data, filters = bytes(256 * MEGABYTE), 0
    while len(data) > 1000 and filters < 8:
        data, filters = zlib.compress(data, 9), filters + 1
    return mail("a.pdf", pdf(
        *PAGES, b"<</Type/Page/Parent 2 0 R/Contents 4 0 R>>",
        pdf_stream(data, b"/Filter[" + b"/FlateDecode" * filters + b"]")))


@bomb
def pdf_filters_by_the_thousand():
    return mail("a.pdf", pdf(
        *PAGES, b"<</Type/Page/Parent 2 0 R/Contents 4 0 R>>",
        pdf_stream(b"48>" * 1000,
                   b"/Filter[" + b"/ASCIIHexDecode" * 100000 + b"]")))


@bomb
def pdf_many_flate():
    """Each page the same thousand streams of 16 MB."""
    data = zlib.compress(bytes(16 * MEGABYTE), 9)
    return mail("a.pdf", pdf(
        *PAGES, b"<</Type/Page/Parent 2 0 R/Contents["
        + b" ".join(b"%d 0 R" % i for i in range(4, 504)) + b"]>>",
        *([pdf_stream(data, b"/Filter/FlateDecode")] * 500)))


@bomb
def pdf_page_tree_loop():
    return mail("a.pdf", pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[" + b"2 0 R 3 0 R " * 5000 + b"]/Count 9>>",
        b"<</Type/Pages/Kids[" + b"2 0 R 3 0 R " * 5000
        + b"]/Parent 3 0 R/Count 9>>"))


@bomb
def pdf_page_tree_wide():
    """Twenty levels, each of which holds the next ten times."""
    levels = [b"<</Type/Pages/Kids[" + b"%d 0 R " % (i + 3) * 10
              + b"]/Count 1>>" for i in range(20)]
    return mail("a.pdf", pdf(PAGES[0], *levels,
                             b"<</Type/Page/Parent 2 0 R>>"))


@bomb
def pdf_form_loop():
    """Forms that draw forms that draw forms, ten times each."""
    resources = b"/Resources<</XObject<</A %d 0 R>>>>"
    forms = [pdf_stream(b"/A Do " * 10, b"/Type/XObject/Subtype/Form/BBox"
                        b"[0 0 1 1]" + resources % (i + 5))
             for i in range(30)]
    forms.append(pdf_stream(b"/A Do " * 10, b"/Type/XObject/Subtype/Form/BBox"
                            b"[0 0 1 1]" + resources % 4))
    return mail("a.pdf", pdf(
        *PAGES, b"<</Type/Page/Parent 2 0 R/Contents 4 0 R"
        + resources % 4 + b">>", *forms))


@bomb
def pdf_objects_million():
    data = b"%PDF-1.7\n" + b"".join(b"%d 0 obj 1 endobj\n" % i
                                    for i in range(1, 1000001))
    return mail("a.pdf", data + b"trailer<</Root 1 0 R>>")


@bomb
def pdf_arrays_deep():
    return mail("a.pdf", pdf(b"<</Type/Catalog/A " + b"[" * 2000000
                             + b"]" * 2000000 + b">>"))


@bomb
def pdf_dictionaries_open():
    return mail("a.pdf", b"%PDF-1.7\n1 0 obj\n" + b"<</A" * 2000000)


@bomb
def pdf_length_lies():
    return mail("a.pdf", pdf(
        *PAGES, b"<</Type/Page/Parent 2 0 R/Contents 4 0 R>>")
        .replace(b"xref\n", b"4 0 obj\n<</Length 999999999/Filter/FlateDecode"
                 b">>\nstream\nabc\nxref\n", 1))


@bomb
def pdf_xref_loop():
    """Each table says that the one before it is itself."""
    data = pdf(*PAGES, b"<</Type/Page/Parent 2 0 R>>")
    at = data.rindex(b"xref\n0")
    return mail("a.pdf", data.replace(b"/Root 1", b"/Prev %d/Root 1" % at))


@bomb
def pdf_xref_size():
    return mail("a.pdf", pdf(*PAGES, b"<</Type/Page/Parent 2 0 R>>")
                .replace(b"/Size 4", b"/Size 2147483647"))


@bomb
def pdf_object_streams():
    """Streams of a hundred thousand objects each, that extend each other."""
    inner = b" ".join(b"%d 0" % i for i in range(10, 100010))
    data = zlib.compress(inner + b"\n" + b"1 ", 9)
    streams = [pdf_stream(data, b"/Type/ObjStm/N 100000/First %d/Extends "
                          b"%d 0 R/Filter/FlateDecode" % (len(inner) + 1,
                                                          4 + (i + 1) % 40))
               for i in range(40)]
    return mail("a.pdf", pdf(*PAGES, b"<</Type/Page/Parent 2 0 R>>",
                             *streams))


@bomb
def pdf_starts():
    return mail("a.pdf", b"%PDF-1.7\n" + b"1 0 obj\n<<>>stream\n" * 500000)


@bomb
def pdf_picture_huge():
    data = zlib.compress(bytes(100 * MEGABYTE), 9)
    return mail("a.pdf", pdf(
        *PAGES, b"<</Type/Page/Parent 2 0 R/Resources<</XObject<</A 4 0 R>>>>"
        b"/Contents 5 0 R>>",
        pdf_stream(data, b"/Type/XObject/Subtype/Image/Width 65535/Height "
                   b"65535/BitsPerComponent 8/ColorSpace/DeviceRGB"
                   b"/Filter/FlateDecode"),
        pdf_stream(b"500 0 0 500 0 0 cm /A Do")))


@bomb
def pdf_scripts_many():
    return mail("a.pdf", pdf(
        *PAGES, b"<</Type/Page/Parent 2 0 R/Annots["
        + b"<</Subtype/Link/A<</S/JavaScript/JS(app.alert\\(1\\))>>>>" * 100000
        + b"]>>"))


# --- XML -----------------------------------------------------------------------

LAUGHS = b"<!DOCTYPE a [<!ENTITY a0 \"ha\">" + b"".join(
    b"<!ENTITY a%d \"%s\">" % (i, b"&a%d;" % (i - 1) * 10)
    for i in range(1, 30)) + b"]>"
QUADRATIC = b"<!DOCTYPE a [<!ENTITY a \"" + b"a" * MEGABYTE + b"\">]>"
WORD = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"


LAST_FIELD = (b"<w:fldSimple w:instr='HYPERLINK \"" + LAST
              + b"\"'><w:r><w:t>x</w:t></w:r></w:fldSimple>")


def docx(document, *more):
    types = (b"<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/"
             b"content-types\"><Override PartName=\"/word/document.xml\" "
             b"ContentType=\"application/vnd.openxmlformats-officedocument."
             b"wordprocessingml.document.main+xml\"/></Types>")
    links = (b"<Relationships xmlns=\"http://schemas.openxmlformats.org/"
             b"package/2006/relationships\"><Relationship Id=\"r1\" Type=\"http"
             b"://schemas.openxmlformats.org/officeDocument/2006/relationships"
             b"/officeDocument\" Target=\"word/document.xml\"/>"
             b"</Relationships>")
    return archive(("[Content_Types].xml", types), ("_rels/.rels", links),
                   ("word/document.xml", document), *more)


@bomb
def docx_laughs():
    return mail("a.docx", docx(LAUGHS + b"<w:document xmlns:w=\"" + WORD
                               + b"\">&a29;</w:document>"))


@bomb
def docx_quadratic():
    return mail("a.docx", docx(QUADRATIC + b"<w:document xmlns:w=\"" + WORD
                               + b"\">" + b"&a;" * 100000
                               + b"</w:document>"))


@bomb
def docx_deep():
    return mail("a.docx", docx(b"<w:document xmlns:w=\"" + WORD + b"\">"
                               + b"<w:p>" * 5000000))


@bomb
def docx_attribute():
    return mail("a.docx", docx(b"<w:document xmlns:w=\"" + WORD + b"\" a=\""
                               + b"&amp;" * 10000000 + b"\"/>"))


@bomb
def docx_attributes():
    return mail("a.docx", docx(
        b"<w:document xmlns:w=\"" + WORD + b"\" "
        + b"".join(b"a%d=\"\" " % i for i in range(1000000)) + b">"
        + LAST_FIELD + b"</w:document>"))


@bomb
def docx_fields():
    return mail("a.docx", docx(
        b"<w:document xmlns:w=\"" + WORD + b"\">"
        + b"<w:fldChar w:fldCharType=\"begin\"/><w:instrText>DDE </w:instrText>"
        * 200000 + LAST_FIELD + b"</w:document>"))


@bomb
def docx_relations():
    link = (b"<Relationship Id=\"r%d\" Type=\"http://schemas.openxmlformats.org"
            b"/officeDocument/2006/relationships/hyperlink\" Target=\"http://"
            b"h%d.example/\" TargetMode=\"External\"/>")
    return mail("a.docx", docx(
        b"<w:document xmlns:w=\"" + WORD + b"\"/>",
        ("word/_rels/document.xml.rels",
         b"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/"
         b"2006/relationships\">" + b"".join(link % (i, i)
                                             for i in range(300000))
         + b"</Relationships>")))


@bomb
def xlsx_cells():
    """Formulas by the million, each of which calls the one before."""
    types = (b"<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/"
             b"content-types\"><Override PartName=\"/xl/workbook.xml\" "
             b"ContentType=\"application/vnd.openxmlformats-officedocument."
             b"spreadsheetml.sheet.main+xml\"/></Types>")
    cells = b"".join(b"<c r=\"A%d\"><f>A%d&amp;A%d</f></c>" % (i, i - 1, i - 1)
                     for i in range(2, 400000))
    return mail("a.xlsx", archive(
        ("[Content_Types].xml", types), ("xl/workbook.xml", b"<workbook/>"),
        ("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row>" + cells
         + b"<c r='B1'><f>HYPERLINK(\"" + LAST + b"\",1)</f></c>"
         b"</row></sheetData></worksheet>")))


@bomb
def odt_laughs():
    return mail("a.odt", archive(
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("content.xml", LAUGHS + b"<office:document-content>&a29;"
         b"</office:document-content>")))


@bomb
def svg_laughs():
    return mail("a.svg", LAUGHS + b"<svg xmlns=\"http://www.w3.org/2000/svg\">"
                b"<text>&a29;</text></svg>")


@bomb
def svg_uses():
    """Each group uses the one before ten times."""
    groups = b"".join(b"<g id=\"g%d\">%s</g>" % (
        i, b"<use href=\"#g%d\"/>" % (i - 1) * 10) for i in range(1, 20000))
    return mail("a.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\">"
                + groups + b"</svg>")


# --- Rich text -----------------------------------------------------------------

LAST_LINK = b"{\\field{\\*\\fldinst HYPERLINK \"" + LAST \
    + b"\"}{\\fldrslt x}}"


@bomb
def rtf_groups():
    return mail("a.rtf", b"{\\rtf1" + b"{" * 1000000 + b"}" * 1000000
                + LAST_LINK)


@bomb
def rtf_groups_open():
    return mail("a.rtf", b"{\\rtf1" + b"{\\*\\a" * 2000000 + LAST_LINK)


@bomb
def rtf_bin():
    return mail("a.rtf", b"{\\rtf1{\\object\\objemb{\\*\\objdata\\bin100000000 "
                + bytes(4 * MEGABYTE) + LAST_LINK)


@bomb
def rtf_bins():
    return mail("a.rtf", b"{\\rtf1{\\object{\\*\\objdata "
                + b"\\bin2147483647 a\\bin-2147483648 b" * 200000)


@bomb
def rtf_objects():
    data = b"010500000200000008000000" + b"5061636b61676500" + b"0" * 48
    return mail("a.rtf", b"{\\rtf1" + (b"{\\object\\objemb{\\*\\objdata "
                                       + data + b"}}") * 100000 + b"}")


@bomb
def rtf_fields():
    return mail("a.rtf", b"{\\rtf1" + b"{\\field{\\*\\fldinst HYPERLINK \"http:"
                b"//a.example/\"" * 200000 + LAST_LINK)


@bomb
def rtf_hex():
    return mail("a.rtf", b"{\\rtf1{\\object{\\*\\objdata "
                + b"d{\\*\\a}0 " * 3000000 + b"}}}")


# --- Compound files ------------------------------------------------------------

FREE, END, FAT_SECTOR = 0xffffffff, 0xfffffffe, 0xfffffffd


def ole(fat, entries, difat=(0,), sectors=(), minifat=END, cutoff=4096):
    """fat: the one FAT sector's numbers; entries: of 128 bytes, in sector 1."""
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack(
        "<HHHHH", 0x3e, 3, 0xfffe, 9, 6) + bytes(6) + struct.pack(
        "<IIIIIIIII", 0, len(difat), 1, 0, cutoff, minifat,
        minifat != END, END, 0)
    head += struct.pack("<109I", *difat, *[FREE] * (109 - len(difat)))
    table = struct.pack("<128I", *fat, *[FREE] * (128 - len(fat)))
    directory = b"".join(entries).ljust(512, b"\0")
    return head + table + directory + b"".join(sectors)


def entry(name, kind, start=END, size=0, left=FREE, right=FREE, child=FREE):
    wide = (name + "\0").encode("utf-16-le")
    return wide.ljust(64, b"\0") + struct.pack(
        "<HBBIII", len(wide), kind, 1, left, right, child) + bytes(36) \
        + struct.pack("<IQ", start, size)


@bomb
def ole_chain_loop():
    """A stream of two gigabytes whose sectors lead to themselves."""
    return mail("a.doc", ole([FAT_SECTOR, END, 3, 2], [
        entry("Root Entry", 5, child=1),
        entry("WordDocument", 2, 2, 0x7fffffff)],
        sectors=[bytes(512)] * 2))


@bomb
def ole_fat_of_one_sector():
    """A table of 109 sectors that are the same one."""
    return mail("a.doc", ole([FAT_SECTOR, END, 3, 2], [
        entry("Root Entry", 5, child=1),
        entry("Macros", 1, child=1, left=1, right=1)],
        difat=(0,) * 109, sectors=[bytes(512)] * 2))


@bomb
def ole_directory_loop():
    return mail("a.doc", ole([FAT_SECTOR, 1], [
        entry("Root Entry", 5, child=1),
        entry("A", 1, child=2, left=2, right=3),
        entry("B", 1, child=1, left=1, right=3),
        entry("C", 1, child=0, left=1, right=2)]))


@bomb
def ole_directory_large():
    """Two hundred thousand streams, a list to the right."""
    count = 200000
    data = b"".join([entry("Root Entry", 5, child=1)] + [
        entry("a%d" % i, 2, 2, 100, right=i + 1) for i in range(1, count)])
    sectors = len(data) // 512
    fat_sectors = -(-(sectors + 500) // 128)
    chain = list(range(1, sectors)) + [END]
    # Directory first, its table behind it: what has room in the header.
    fat = (chain + [FAT_SECTOR] * fat_sectors + [FREE] * 128)[
        :109 * 128]
    table = struct.pack("<%dI" % len(fat), *fat)
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack(
        "<HHHHH", 0x3e, 3, 0xfffe, 9, 6) + bytes(6) + struct.pack(
        "<IIIIIIIII", 0, 109, 0, 0, 4096, END, 0, END, 0)
    head += struct.pack("<109I", *range(sectors, sectors + 109))
    return mail("a.doc", head + data + table)


def macro_document(packed):
    """A document with one module, whose source is packed like that."""
    office = case_module("office_files")
    project = office.vba_project({"Module1": ""})
    project["VBA"]["Module1"] = packed
    return office.compound(office.Storage(
        {"WordDocument": bytes(4096), "Macros": office.Storage(
            {"VBA": office.Storage(project["VBA"]),
             "PROJECT": project["PROJECT"]})}))


@bomb
def vba_expands():
    """Chunks of four kilobytes out of four bytes, by the thousand."""
    return mail("a.doc", macro_document(
        b"\x01" + b"\x03\xb0" + b"\x02A\xfc\x0f" + (
            b"\x03\xb0" + b"\x02A\xfc\x0f") * 500000))


@bomb
def vba_source_large():
    code = ("Sub AutoOpen()\n" + "".join(
        "a%d = Chr(%d) & a%d & a%d\n" % (i, 65 + i % 26, i - 1, i - 1)
        for i in range(1, 100000)) + "Shell a99999\nEnd Sub\n").encode()
    return mail("a.doc", macro_document(b"\x01" + b"".join(
        b"\xff\x3f" + code[i:i + 4096].ljust(4096)
        for i in range(0, len(code), 4096))))


# --- Shortcuts, notebooks, TNEF ------------------------------------------------

LINK = struct.pack("<I16s", 0x4c, bytes.fromhex(
    "0114020000000000c000000000000046"))


@bomb
def lnk_lies():
    """Every part of it says that it has 4 GB."""
    return mail("a.lnk", LINK + struct.pack("<I", 0x3ff) + b"\xff" * 52
                + b"\xff\xff" * 2000000)


@bomb
def lnk_blocks():
    return mail("a.lnk", LINK + struct.pack("<I", 0x80) + bytes(52)
                + struct.pack("<II", 8, 0xa0000001) * 500000)


@bomb
def onenote_lies():
    head = bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3") + bytes(1008)
    file = bytes.fromhex("e716e3bd65261145a4c48d4d0b7a9eac") + struct.pack(
        "<QIQ", 0x7fffffffffffffff, 0, 0)
    return mail("a.one", head + file * 100000)


@bomb
def onenote_files():
    head = bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3") + bytes(1008)
    file = bytes.fromhex("e716e3bd65261145a4c48d4d0b7a9eac")
    return mail("a.one", head + b"".join(
        file + struct.pack("<QIQ", 8, 0, 0) + b"%08d" % i
        for i in range(100000)))


def tnef_attribute(level, tag, data):
    return struct.pack("<BII", level, tag, len(data)) + data + struct.pack(
        "<H", sum(data) & 0xffff)


@bomb
def tnef_attachments():
    one = tnef_attribute(2, 0x00069002, bytes(14)) \
        + tnef_attribute(2, 0x00018010, b"a.txt\0") \
        + tnef_attribute(2, 0x0006800f, b"Hello")
    return mail("winmail.dat", struct.pack("<IH", 0x223e9f78, 1)
                + one * 100000)


@bomb
def tnef_properties():
    """A list of four billion properties, each as large."""
    data = struct.pack("<I", 0xffffffff) + struct.pack(
        "<III", 0x1000001f, 0xffffffff, 0xfffffffc) * 300000
    return mail("winmail.dat", struct.pack("<IH", 0x223e9f78, 1)
                + tnef_attribute(1, 0x00069003, data))


@bomb
def tnef_in_tnef():
    data = b"bottom"
    for _ in range(300):
        data = struct.pack("<IH", 0x223e9f78, 1) \
            + tnef_attribute(2, 0x00069002, bytes(14)) \
            + tnef_attribute(2, 0x00018010, b"winmail.dat\0") \
            + tnef_attribute(2, 0x0006800f, data)
    return mail("winmail.dat", data)


@bomb
def yenc_flood():
    return body(b"=ybegin line=128 size=2147483647 name=a\n" + b"r\x8f\x99\n"
                + b"=yend size=3\n", 100000)


@bomb
def binhex_flood():
    return body(b"(This file must be converted with BinHex 4.0)\n\n:\"a:\n",
                100000)


@bomb
def base64_lines():
    """Each line could be the beginning of a file."""
    return body(b"TVqQAAMAAAAEAAAA//8AALgAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAAAA\n\n",
                100000)


# --- disks ---------------------------------------------------------------------

def iso_record(name, extent, size, directory):
    both = struct.pack("<I", extent) + struct.pack(">I", extent) \
        + struct.pack("<I", size) + struct.pack(">I", size)
    data = both + bytes([124, 1, 2, 3, 4, 6, 0, directory * 2, 0, 0]) \
        + struct.pack("<H", 1) + struct.pack(">H", 1) + bytes([len(name)]) \
        + name
    data += b"" if len(name) % 2 else b"\0"
    return bytes([len(data) + 2, 0]) + data


def iso(root, sectors):
    volume = bytearray(2048)
    volume[:8] = b"\1CD001\1\0"
    volume[80:88] = struct.pack("<I", 1 << 20) + struct.pack(">I", 1 << 20)
    volume[128:132] = b"\0\x08\x08\0"
    volume[156:156 + len(root)] = root
    return bytes(16 * 2048) + bytes(volume) + b"\xffCD001\1".ljust(
        2048, b"\0") + b"".join(data.ljust(2048, b"\0") for data in sectors)


@bomb
def iso_loop():
    """A folder that is in itself, thirty times."""
    root = iso_record(b"\0", 18, 2048, True)
    inner = root + iso_record(b"\1", 18, 2048, True) + b"".join(
        iso_record(b"A%02d" % i, 18, 2048, True) for i in range(30))
    return mail("a.iso", iso(root, [inner]))


@bomb
def iso_same_extent():
    """Files of a gigabyte that are one sector."""
    root = iso_record(b"\0", 18, 2048 * 20, True)
    rows = [iso_record(b"A%03d.;1" % i, 38, 1 << 30, False)
            for i in range(800)]
    sectors = [b"".join(rows[i:i + 40]) for i in range(0, 800, 40)]
    return mail("a.iso", iso(root, [*sectors, b"MZ"]))


# --- pictures ------------------------------------------------------------------

def png(width, height, data, more=b""):
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content \
            + struct.pack(">I", zlib.crc32(kind + content))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(
        ">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + more \
        + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def with_code(width, height, rows, scale=6):
    """Lines of RGB with a code in the right lower corner."""
    qr = case_module("qr")
    code = qr.with_quiet_zone(qr.matrix(LAST.decode().upper()))
    lines = []
    for y in range(height):
        line = bytes(rows(y))
        at = y - height + len(code) * scale
        if at >= 0:
            line = line[:(width - len(code) * scale) * 3] + b"".join(
                (b"\0\0\0" if dark else b"\xff\xff\xff") * scale
                for dark in code[at // scale])
        lines.append(b"\0" + line)
    return zlib.compress(b"".join(lines), 1)


@bomb
def png_65535():
    return mail("a.png", png(65535, 65535, zlib.compress(
        bytes(200 * MEGABYTE), 9)))


@bomb
def png_40_megapixels():
    """What is still looked at."""
    return mail("a.png", png(8000, 6800, with_code(
        8000, 6800, lambda y: bytes(24000), 12)))


@bomb
def png_text_bomb():
    """A compressed comment of a gigabyte."""
    packed = zlib.compress(bytes(256 * MEGABYTE), 9)
    data = b"a\0\0" + packed
    chunk = struct.pack(">I", len(data)) + b"zTXt" + data + struct.pack(
        ">I", zlib.crc32(b"zTXt" + data))
    return mail("a.png", png(300, 300, with_code(300, 300, lambda y: b"\xff" * 900),
                             chunk * 20))


@bomb
def png_chunks():
    chunk = struct.pack(">I", 0) + b"tEXt" + struct.pack(
        ">I", zlib.crc32(b"tEXt"))
    return mail("a.png", png(300, 300, with_code(300, 300, lambda y: b"\xff" * 900),
                             chunk * 1000000))


@bomb
def gif_65535():
    return mail("a.gif", b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0x80,
                                                 0, 0) + bytes(6)
                + b",\0\0\0\0\xff\xff\xff\xff\0\2\2L\1\0;")


@bomb
def gif_10000_frames():
    frame = b"!\xf9\4\0\1\0\0\0," + struct.pack("<HHHHB", 0, 0, 2000, 2000, 0) \
        + b"\2\2L\1\0"
    return mail("a.gif", b"GIF89a" + struct.pack("<HHBBB", 2000, 2000, 0x80,
                                                 0, 0) + bytes(6)
                + frame * 10000 + b";")


@bomb
def webp_16383():
    return mail("a.webp", b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8L"
                + struct.pack("<I", 10) + b"\x2f" + struct.pack(
                    "<I", 16382 | 16382 << 14) + bytes(5))


@bomb
def bmp_65535():
    return mail("a.bmp", b"BM" + struct.pack("<IHHI", 100, 0, 0, 54)
                + struct.pack("<IiiHHIIiiII", 40, 65535, -65535, 1, 24, 0, 0,
                              0, 0, 0, 0) + bytes(1000))


@bomb
def bmp_runs():
    """Run lengths that stay in one line."""
    return mail("a.bmp", b"BM" + struct.pack("<IHHI", 100, 0, 0, 54)
                + struct.pack("<IiiHHIIiiII", 40, 5000, 5000, 1, 8, 1, 0,
                              0, 0, 1, 1) + bytes(4)
                + b"\xff\0\0\2\1\1" * 1000000)


@bomb
def codes_by_the_hundred():
    """QR codes, each a picture of its own."""
    qr = case_module("qr")
    out = bytearray()
    for i in range(500):
        rows = qr.with_quiet_zone(qr.matrix("HTTPS://A%d.EXAMPLE/" % i if i < 499 else
                                           LAST.decode().upper()))
        scale = 8
        lines = b"".join(
            (b"\0" + b"".join(b"\0\0\0" * scale if dark else
                              b"\xff\xff\xff" * scale for dark in row))
            * scale for row in rows)
        side = len(rows) * scale
        data = png(side, side, zlib.compress(lines, 1))
        out += (b"--x\nContent-Type: image/png\nContent-Transfer-Encoding: "
                b"base64\n\n" + base64.encodebytes(data))
    return bombs_mail.multipart(bytes(out) + b"--x--\n")


@bomb
def corners_everywhere():
    """A picture full of what a code's corners look like."""
    corner = [0x7f, 0x41, 0x5d, 0x5d, 0x5d, 0x41, 0x7f, 0, 0]

    def row(y):
        bits = corner[y // 3 % 9]
        pixels = b"".join((b"\0\0\0" if bits >> i & 1 else b"\xff\xff\xff") * 3
                          for i in range(9))
        return (pixels * 112)[:9000]
    return mail("a.png", png(3000, 3000, with_code(3000, 3000, row)))


# --- web pages and scripts -----------------------------------------------------

def page(data):
    return body(data, kind=b"text/html")


@bomb
def html_attribute():
    return page(b"<a href=\"http://a.example/" + b"&#97;" * 2000000
                + b"\">x</a>")


@bomb
def html_attributes():
    return page(b"<a " + b"".join(b"a%d=b " % i for i in range(1000000))
                + b">x</a>")


@bomb
def html_nested():
    return page(b"<div>" * 1000000)


@bomb
def html_bold():
    return page(b"<b><i><a href=x><font>" * 300000)


@bomb
def html_tags_open():
    return page(b"<a" * 2000000)


@bomb
def html_comments_open():
    return page(b"<!--<script><style><!" * 300000)


@bomb
def html_styles():
    """Rules by the thousand over tags by the thousand."""
    return page(b"<style>" + b"".join(b".a%d,.b%d div p>a{color:red}" % (i, i)
                                      for i in range(20000)) + b"</style>"
                + b"".join(b"<p class='a%d b%d'>x" % (i, i)
                           for i in range(30000))
                + b"<a href=" + LAST + b">x</a>")


@bomb
def html_tables():
    return page(b"<table><tr><td>" * 200000)


@bomb
def html_data_links():
    return page(b"<img src='data:text/html;base64,PGEgaHJlZj1hPg=='>" * 100000)


@bomb
def html_frames():
    """Pages in pages in pages, each by its own percent signs."""
    data = b"x"
    for _ in range(12):
        data = b"<iframe srcdoc=\"" + data.replace(b"&", b"&amp;").replace(
            b"\"", b"&quot;") + b"\"></iframe>"
    return page(data * 500)


@bomb
def html_entities():
    return page(b"&CounterClockwiseContourIntegral" * 300000)


@bomb
def html_attached_20_megabytes():
    return mail("a.html", b"<html>" + b"<script>var a='" + b"A" * 4000
                + b"';</script>" + b"<p>text</p>" * 2000000)


@bomb
def js_joins():
    return mail("a.js", b"var a='';" + b"a=a+'\\x61'+a;" * 300000)


@bomb
def js_brackets():
    return mail("a.js", b"eval(unescape(atob(" * 400000)


@bomb
def js_strings():
    return mail("a.js", b"'\\" * 2000000 + b"\"`/*" * 300000)


@bomb
def js_numbers():
    return mail("a.js", b"String.fromCharCode("
                + b"0x61," * 2000000 + b"97)")


@bomb
def js_doubles():
    """Each variable twice the one before."""
    return mail("a.js", b"var a0='aaaaaaaaaaaaaaaa';" + b"".join(
        b"var a%d=a%d+a%d;" % (i, i - 1, i - 1) for i in range(1, 60))
        + b"eval(a59);")


@bomb
def js_replaces():
    return mail("a.js", b"var a='" + b"ab" * 500000 + b"'"
                + b".replace(/b/g,'bbbbbbbbbb')" * 10000
                + b".split('').reverse().join('');eval(a)")


@bomb
def ps1_base64_nested():
    data = "Write-Host 1"
    while len(data) < 4000000:
        data = "powershell -enc " + base64.b64encode(
            data.encode("utf-16-le")).decode()
    return mail("a.ps1", data.encode())


@bomb
def vbs_chr():
    return mail("a.vbs", b"Execute " + b"Chr(97)&" * 500000 + b"Chr(98)")


@bomb
def bat_variables():
    return mail("a.bat", b"".join(b"set a%d=%%a%d%%%%a%d%%\r\n"
                                  % (i, i - 1, i - 1) for i in range(100000))
                + b"%a99999%\r\n")


# --- text ----------------------------------------------------------------------

@bomb
def urls_million():
    return body(b"".join(b"http://h%d.example/%d\n" % (i, i)
                         for i in range(1000000)))


@bomb
def url_long():
    return body(b"http://" + b"a." * 5000000 + b"example/")


@bomb
def urls_run_together():
    return body(b"http://www." * 1000000)


@bomb
def addresses_in_text():
    return body(b"a@" * 4000000)


@bomb
def blank_lines():
    return body(b" \n" * (5 * MEGABYTE))


@bomb
def quoted_printable_flood():
    return (b"Content-Type: text/plain\nContent-Transfer-Encoding: "
            b"quoted-printable\n\n" + b"=3D=\n" * 2000000
            + b" " + LAST + b"\n")


@bomb
def base64_empty():
    return (b"Content-Type: text/plain\nContent-Transfer-Encoding: "
            b"base64\n\n" + b"= \n" * 3000000
            + base64.b64encode(LAST + b"\n") + b"\n")


@bomb
def charset_shifts():
    """A change of alphabet before every letter."""
    return body(b"\x1b$B\x1b(B\x1b$@\x1b(J" * 500000,
                kind=b"text/plain; charset=iso-2022-jp")


@bomb
def utf7_shifts():
    return body(b"+AGE-" * 1000000, kind=b"text/html; charset=utf-7")


@bomb
def letters_invisible():
    return body("a\u200b\u200d".encode() * 1000000,
                kind=b"text/plain; charset=utf-8")


@bomb
def accents_by_the_million():
    return body("a".encode() + "\u0300\u0323".encode() * 1000000
                + b" " + LAST,
                kind=b"text/plain; charset=utf-8")


@bomb
def digits():
    """What might be card numbers, from every digit on."""
    return body(b"4" * 4000000 + b" " + LAST)


@bomb
def digits_apart():
    return body(b"4111 1111-1111 " * 300000)


@bomb
def calendar_events():
    return body(b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\nURL:http://a.example/\n"
                b"ATTACH;ENCODING=BASE64;VALUE=BINARY:TVqQAA==\n" * 100000,
                kind=b"text/calendar")


@bomb
def calendar_folds():
    return body(b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nURL:http://a\n"
                + b" a\n" * 3000000, kind=b"text/calendar")


@bomb
def cms_lengths():
    """An envelope of four gigabytes in each of its fields."""
    return mail("smime.p7m", b"\x30\x84\xff\xff\xff\xff" * 500000)


@bomb
def cms_nested():
    return mail("smime.p7m", b"\x30\x80" * 1000000)
