#!/usr/bin/python3
"""Write the cases that carry files or need exact bytes.

Every message here is made up; the programs in it are headers without code,
and EICAR is the harmless test file of that name. The results are checked in,
so that a case can be read and changed without running this; run it after
changing something here. Usage: tests/cases/make-cases.py [NAME…]
"""

import base64
import binascii
import gzip
import io
import json
import pathlib
import struct
import sys
import tarfile
import textwrap
import zipfile
import zlib

HERE = pathlib.Path(__file__).resolve().parent
EICAR = (b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-"
         b"TEST-FILE!$H+H*")
CASES = {}


def case(function):
    name = function.__name__.replace("_", "-")
    CASES[name] = function
    return function


# --- files -------------------------------------------------------------------

def program(tag=b""):
    """The headers of a Windows program that does nothing."""
    pe = bytearray(512)
    pe[0:2] = b"MZ"
    pe[0x3c:0x40] = (0x80).to_bytes(4, "little")
    pe[0x40:0x40 + 40] = b"This program cannot be run in DOS mode. "
    pe[0x80:0x84] = b"PE\0\0"
    pe[0x84:0x86] = (0x14c).to_bytes(2, "little")
    pe[0x94:0x96] = (0xe0).to_bytes(2, "little")
    pe[0x96:0x98] = (0x0102).to_bytes(2, "little")
    pe[0x98:0x9a] = (0x10b).to_bytes(2, "little")
    return bytes(pe) + tag


def elf():
    return (b"\x7fELF\x02\x01\x01" + bytes(9)
            + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0x400078, 64, 0, 0, 64,
                          56, 0, 64, 0, 0) + bytes(64))


def pdf(text="Statement"):
    body = (b"%%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
            b"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
            b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]"
            b"/Contents 4 0 R>>\nendobj\n4 0 obj\n<</Length %d>>\nstream\n%s"
            b"\nendstream\nendobj\n")
    stream = b"BT /F1 12 Tf 72 720 Td (%s) Tj ET" % text.encode()
    body = body % (len(stream), stream)
    return (body + b"xref\n0 1\n0000000000 65535 f \ntrailer\n"
            b"<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body))


def png():
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", binascii.crc32(kind + data)))
    pixels = zlib.compress(b"\0" + b"\x20\x60\xa0" * 4)
    return (b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 1, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))


def archive(*members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in members:
            info = zipfile.ZipInfo(name, (2024, 1, 2, 3, 4, 6))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            z.writestr(info, data)
    return out.getvalue()


def tar_gz(*members):
    inner, out = io.BytesIO(), io.BytesIO()
    with tarfile.open(fileobj=inner, mode="w") as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), 1704164646
            tar.addfile(info, io.BytesIO(data))
    with gzip.GzipFile("", "wb", fileobj=out, mtime=0) as z:
        z.write(inner.getvalue())
    return out.getvalue()


class ZipCrypto:
    """PKWARE's old cipher (APPNOTE 6.1): enough to make a test file."""

    def __init__(self, password):
        self.keys = [0x12345678, 0x23456789, 0x34567890]
        for byte in password:
            self._update(byte)

    @staticmethod
    def _crc(value, byte):
        value = (value ^ byte) & 0xff | (value & ~0xff)
        table = value & 0xff
        for _ in range(8):
            table = table >> 1 ^ (0xedb88320 if table & 1 else 0)
        return (value >> 8) ^ table

    def _update(self, byte):
        k = self.keys
        k[0] = self._crc(k[0], byte)
        k[1] = ((k[1] + (k[0] & 0xff)) * 134775813 + 1) & 0xffffffff
        k[2] = self._crc(k[2], k[1] >> 24)

    def encrypt(self, data):
        out = bytearray()
        for byte in data:
            t = (self.keys[2] | 2) & 0xffff
            out.append(byte ^ ((t * (t ^ 1)) >> 8) & 0xff)
            self._update(byte)
        return bytes(out)


def encrypted_archive(*members, password=b"geheim"):
    out, central = bytearray(), bytearray()
    for name, data in members:
        crc, offset = binascii.crc32(data), len(out)
        cipher = ZipCrypto(password)
        stored = cipher.encrypt(bytes(11) + bytes([crc >> 24]) + data)
        fields = (20, 1, 0, 0x18c3, 0x5822, crc, len(stored), len(data),
                  len(name), 0)
        out += b"PK\3\4" + struct.pack("<HHHHHIIIHH", *fields) \
            + name.encode() + stored
        central += b"PK\1\2" + struct.pack("<H", 20) \
            + struct.pack("<HHHHHIIIHH", *fields) \
            + struct.pack("<HHHII", 0, 0, 0, 0, offset) + name.encode()
    return bytes(out + central + b"PK\5\6"
                 + struct.pack("<HHHHIIH", 0, 0, len(members), len(members),
                               len(central), len(out), 0))


def docx():
    return archive(
        ("[Content_Types].xml",
         b'<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas'
         b'.openxmlformats.org/package/2006/content-types"><Default Extension'
         b'="xml" ContentType="application/xml"/><Default Extension="rels" '
         b'ContentType="application/vnd.openxmlformats-package.relationships+'
         b'xml"/><Override PartName="/word/document.xml" ContentType="applicat'
         b'ion/vnd.openxmlformats-officedocument.wordprocessingml.document.mai'
         b'n+xml"/></Types>'),
        ("_rels/.rels",
         b'<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http:/'
         b'/schemas.openxmlformats.org/package/2006/relationships"><Relations'
         b'hip Id="rId1" Type="http://schemas.openxmlformats.org/officeDocume'
         b'nt/2006/relationships/officeDocument" Target="word/document.xml"/>'
         b'</Relationships>'),
        ("word/document.xml",
         b'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://'
         b'schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:'
         b'p><w:r><w:t>Minutes</w:t></w:r></w:p></w:body></w:document>'))


def lnk():
    header = struct.pack("<I16sIIQQQIIIHHII", 0x4c, bytes.fromhex(
        "0114020000000000c000000000000046"), 0, 0x20, 0, 0, 0, 0, 0, 1, 0, 0,
        0, 0)
    return header + bytes(8)


def iso(members=()):
    """An ISO 9660 image with the given (name, data) files in its root."""
    sector = 2048

    def both16(n):
        return struct.pack("<H", n) + struct.pack(">H", n)

    def both32(n):
        return struct.pack("<I", n) + struct.pack(">I", n)

    def record(name, extent, size, flags):
        body = (b"\0" + both32(extent) + both32(size)
                + bytes([124, 1, 2, 3, 4, 6, 0]) + bytes([flags, 0, 0])
                + both16(1) + bytes([len(name)]) + name)
        if len(body) % 2 == 0:
            body += b"\0"
        return bytes([len(body) + 1]) + body

    data_sector, files = 21, []
    for name, data in members:
        files.append((name, data, data_sector))
        data_sector += -(-len(data) // sector)
    root = record(b"\0", 20, sector, 2) + record(b"\1", 20, sector, 2)
    for name, data, extent in files:
        root += record(name.upper().encode() + b";1", extent, len(data), 0)
    primary = bytearray(sector)
    primary[0:7] = b"\1CD001\1"
    primary[8:40] = b" " * 32
    primary[40:72] = b"PHOTOS".ljust(32)
    primary[80:88] = both32(data_sector)
    primary[120:124] = both16(1)
    primary[124:128] = both16(1)
    primary[128:132] = both16(sector)
    primary[132:140] = both32(10)
    primary[140:144] = struct.pack("<I", 18)
    primary[148:152] = struct.pack(">I", 19)
    primary[156:190] = record(b"\0", 20, sector, 2)
    primary[190:813] = b" " * 623
    primary[881] = 1
    ending = bytearray(sector)
    ending[0:7] = b"\xffCD001\1"
    path_l = struct.pack("<BBIH", 1, 0, 20, 1) + b"\0\0"
    path_m = struct.pack(">BBIH", 1, 0, 20, 1) + b"\0\0"
    image = bytes(16 * sector) + bytes(primary) + bytes(ending) \
        + path_l.ljust(sector, b"\0") + path_m.ljust(sector, b"\0") \
        + root.ljust(sector, b"\0")
    for _, data, _ in files:
        image += data.ljust(-(-len(data) // sector) * sector, b"\0")
    return image


# --- messages -----------------------------------------------------------------

def encode(data):
    return "\r\n".join(textwrap.wrap(base64.b64encode(data).decode(), 76))


def text_part(text, kind="plain"):
    raw = textwrap.dedent(text).strip("\n").replace("\n", "\r\n") + "\r\n"
    if raw.isascii():
        return ("Content-Type: text/%s; charset=us-ascii\r\n\r\n%s"
                % (kind, raw))
    return ("Content-Type: text/%s; charset=utf-8\r\n"
            "Content-Transfer-Encoding: 8bit\r\n\r\n%s" % (kind, raw))


def file_part(name, data, kind="application/octet-stream",
              disposition="attachment", parameter=None, headers=""):
    """parameter: the whole "name=…" text when it is not simply the name."""
    filename = 'filename="%s"' % name if parameter is None else parameter
    return ("Content-Type: %s\r\nContent-Disposition: %s%s%s\r\n%s"
            "Content-Transfer-Encoding: base64\r\n\r\n%s\r\n"
            % (kind, disposition, "; " if filename else "", filename, headers,
               encode(data)))


def multipart(kind, *parts, boundary="=_parting", extra=""):
    out = ("Content-Type: multipart/%s; boundary=\"%s\"%s\r\n\r\n"
           % (kind, boundary, extra))
    for part in parts:
        out += "--%s\r\n%s\r\n" % (boundary, part.rstrip("\r\n") + "\r\n")
    return out + "--%s--\r\n" % boundary


def mail(subject, body, sender="Ben Roth <ben@example.org>",
         to="Anna Weber <anna@example.net>", headers=()):
    lines = ["Return-Path: <%s>" % sender.split("<")[-1].strip(">"),
             "From: " + sender, "To: " + to, "Subject: " + subject,
             "Date: Tue, 02 Jan 2024 03:04:06 +0000",
             "Message-ID: <%08x@example.org>" % binascii.crc32(
                 (subject + sender).encode()),
             *headers, "MIME-Version: 1.0"]
    return "\r\n".join(lines) + "\r\n" + body


def with_file(name, data, kind="application/octet-stream",
              text="Please see the attached file.", subject="A file",
              **options):
    return mail(subject, multipart("mixed", text_part(text),
                                   file_part(name, data, kind, **options)))


def with_html(html, subject="A link", text=None, **options):
    page = text_part(html, "html")
    body = page if text is None else multipart(
        "alternative", text_part(text), page, boundary="=_either")
    return mail(subject, body, **options)


def malware(*symbols, **more):
    return dict(verdict="malware", action="quarantine",
                symbols=list(symbols), **more)


def phishing(*symbols, **more):
    return dict(verdict="phishing", action="quarantine",
                symbols=list(symbols), **more)


def suspicious(*symbols, **more):
    return dict(verdict="suspicious", action="flag", symbols=list(symbols),
                **more)


def unscannable(*symbols, **more):
    return dict(verdict="unscannable", action="flag", symbols=list(symbols),
                **more)


CLEAN = dict(verdict="clean", action="allow", only=[])


def part(path, kind=None, name=None):
    wanted = {"path": path}
    if kind:
        wanted["detected_type"] = kind
    if name:
        wanted["name"] = name
    return wanted


# --- files that deceive ---------------------------------------------------------

@case
def eicar_attachment():
    """The test file, as an attachment."""
    return (with_file("test.com", EICAR),
            malware("EICAR_TEST_FILE", parts=[part("2", name="test.com")]))


@case
def eicar_in_zip():
    """The test file inside an archive."""
    return (with_file("files.zip", archive(("docs/test.txt", EICAR)),
                      "application/zip"),
            malware("EICAR_TEST_FILE", parts=[part("2/docs/test.txt")]))


@case
def eicar_not_at_start():
    """Only a file that begins with the 68 bytes is the test file: an article
    about it is not."""
    return (mail("How to test your scanner", text_part(
        "Save this line as a file:\n\n    %s\n\nand scan it.\n"
        % EICAR.decode())), CLEAN)


@case
def double_extension():
    """Named like a document, declared as one, and a program."""
    return (with_file("Invoice.pdf.exe", program(), "application/pdf",
                      subject="Invoice 118"),
            malware("DOUBLE_EXTENSION", "DISGUISED_EXECUTABLE",
                    parts=[part("2", name="Invoice.pdf.exe")]))


@case
def double_extension_padded():
    """Spaces push the real ending out of sight."""
    return (with_file("Invoice.pdf" + " " * 60 + ".exe", program()),
            malware("DOUBLE_EXTENSION"))


@case
def double_extension_script():
    """A script that is run when opened, named like a text."""
    return (with_file("Invoice.docx.js", b'WScript.Echo("x");\r\n'),
            malware("DOUBLE_EXTENSION", "SCRIPT_ATTACHMENT"))


@case
def double_extension_in_zip():
    """The same inside an archive."""
    return (with_file("scan.zip", archive(("scan.pdf.scr", program())),
                      "application/zip"),
            malware("DOUBLE_EXTENSION", "EXECUTABLE_IN_ARCHIVE",
                    parts=[part("2/scan.pdf.scr")]))


@case
def double_extension_control():
    """Names with several dots that hide nothing."""
    return (mail("Files", multipart(
        "mixed", text_part("As promised."),
        file_part("report.v1.2.pdf", pdf(), "application/pdf"),
        file_part("notes.2024.01.txt", b"notes\n", "text/plain"),
        file_part("statement.pdf.zip", archive(("statement.pdf", pdf())),
                  "application/zip"))), CLEAN)


@case
def disguised_executable():
    """A program that is called and declared a document."""
    return (with_file("Invoice.pdf", program(), "application/pdf"),
            malware("DISGUISED_EXECUTABLE", parts=[
                part("2", name="Invoice.pdf")]))


@case
def disguised_executable_image():
    """A program for Linux that is called a photograph."""
    return (with_file("photo.jpg", elf(), "image/jpeg"),
            malware("DISGUISED_EXECUTABLE"))


@case
def disguised_shortcut():
    """Windows never shows the ending of a shortcut."""
    return (with_file("Invoice.pdf.lnk", lnk()),
            malware("DOUBLE_EXTENSION", "SHORTCUT_ATTACHMENT"))


@case
def disguised_control():
    """Documents that are what they say that they are."""
    return (mail("Documents", multipart(
        "mixed", text_part("Three files."),
        file_part("minutes.docx", docx(),
                  "application/vnd.openxmlformats-officedocument"
                  ".wordprocessingml.document"),
        file_part("statement.pdf", pdf(), "application/pdf"),
        file_part("logo.png", png(), "image/png"))), CLEAN)


@case
def disguised_script():
    """A batch file that is called a document."""
    return (with_file("Invoice.pdf", b"@echo off\r\nif exist x goto y\r\n"
                      b"set A=1\r\ncopy a b\r\n:y\r\nexit\r\n",
                      "application/pdf"),
            suspicious("DISGUISED_SCRIPT"))


@case
def disguised_archive():
    """An archive that is called a picture."""
    return (with_file("photo.jpg", archive(("a.txt", b"a\n")), "image/jpeg"),
            suspicious("DISGUISED_ARCHIVE"))


@case
def rtl_override():
    """photo?gpj.exe, where ? turns the rest around: photoexe.jpg."""
    return (with_file("", program(), parameter="filename*=utf-8''"
                      "photo%E2%80%AEgpj.exe"),
            malware("RTL_OVERRIDE_EXECUTABLE"))


@case
def rtl_override_in_zip():
    return (with_file("photos.zip",
                      archive(("photo\u202egpj.scr", program())),
                      "application/zip"),
            malware("RTL_OVERRIDE_EXECUTABLE"))


@case
def rtl_override_document():
    """The trick without a program: strange, no more."""
    return (with_file("", b"text\n", "text/plain",
                      parameter="filename*=utf-8''photo%E2%80%AEgpj.txt"),
            suspicious("RTL_OVERRIDE_NAME"))


@case
def rtl_control():
    """Names in Hebrew and Arabic, with the marks that they need."""
    return (mail("Files", multipart(
        "mixed", text_part("\u05e9\u05dc\u05d5\u05dd"),
        file_part("", pdf(), "application/pdf", parameter="filename*=utf-8''"
                  "%D7%93%D7%95%D7%97%202024.pdf"),
        file_part("", pdf("x"), "application/pdf",
                  parameter="filename*=utf-8''"
                  "%D8%AA%D9%82%D8%B1%D9%8A%D8%B1%E2%80%8F.pdf"))), CLEAN)


@case
def conflicting_names():
    """Some clients take name, some filename."""
    part_text = file_part("bill.exe", program(),
                          'application/octet-stream; name="bill.pdf"')
    return (mail("Bill", multipart("mixed", text_part("The bill."),
                                   part_text)),
            malware("CONFLICTING_NAMES"))


@case
def conflicting_names_control():
    """The same name twice, once encoded."""
    part_text = file_part(
        "", pdf(), 'application/pdf; name="=?utf-8?Q?Rechnung_M=C3=A4rz.pdf'
        '?="', parameter="filename*=utf-8''Rechnung%20M%C3%A4rz.pdf")
    return (mail("Rechnung", multipart("mixed", text_part("Im Anhang."),
                                       part_text)), CLEAN)


# --- files that can harm ------------------------------------------------------------

@case
def executable_honest():
    """A program that says that it is one: flagged, delivered."""
    return (with_file("setup.exe", program(), "application/x-msdownload"),
            suspicious("EXECUTABLE_ATTACHMENT", absent=[
                "DISGUISED_EXECUTABLE", "DOUBLE_EXTENSION"]))


@case
def executable_without_name():
    return (mail("x", multipart("mixed", text_part("x"), file_part(
        "", program(), parameter=""))),
            suspicious("EXECUTABLE_ATTACHMENT"))


@case
def executable_in_zip():
    return (with_file("tool.zip", archive(("tool/readme.txt", b"Read me.\n"),
                                          ("tool/tool.exe", program())),
                      "application/zip"),
            suspicious("EXECUTABLE_IN_ARCHIVE",
                       parts=[part("2/tool/tool.exe")]))


@case
def executable_encrypted():
    """A password keeps scanners out; the name still tells."""
    return (with_file("order.zip",
                      encrypted_archive(("order.exe", program())),
                      "application/zip", text="I tell you the word on the phone."),
            suspicious("ENCRYPTED_EXECUTABLE", "ENCRYPTED_CONTENT",
                       unscanned=["encrypted"]))


@case
def encrypted_archive_documents():
    """Nobody knows what is inside: not clean, and no reason to keep it."""
    return (with_file("statement.zip",
                      encrypted_archive(("statement.pdf", pdf())),
                      "application/zip"),
            unscannable("ENCRYPTED_CONTENT", unscanned=["encrypted"],
                        absent=["ENCRYPTED_EXECUTABLE"]))


@case
def script_attachment():
    return (with_file("order.vbs", b'MsgBox "x"\r\n', "text/plain"),
            suspicious("SCRIPT_ATTACHMENT"))


@case
def script_in_zip():
    """An archive made to carry one script."""
    return (with_file("order.zip", archive(
        ("order_2024.js", b'new ActiveXObject("x");\r\n')),
        "application/zip"), suspicious("SCRIPT_IN_ARCHIVE"))


@case
def script_control():
    """Source code: scripts among other files, and a patch."""
    files = [("tool-1.0/%s" % name, data) for name, data in (
        ("README.md", b"# Tool\n"), ("setup.py", b"print('x')\n"),
        ("run.sh", b"#!/bin/sh\necho x\n"), ("web/app.js", b"let x = 1;\n"),
        ("web/index.html", b"<html><body>x</body></html>\n"),
        ("Makefile", b"all:\n\ttrue\n"))]
    return (mail("[PATCH] run: Say hello", multipart(
        "mixed", text_part("Signed-off-by: Ben Roth <ben@example.org>"),
        file_part("hello.patch", b"--- a/run.sh\n+++ b/run.sh\n@@ -1 +1 @@\n"
                  b"-echo x\n+echo hello\n", "text/x-patch"),
        file_part("run.sh", b"#!/bin/sh\necho hello\n", "text/plain"),
        file_part("tool-1.0.tar.gz", tar_gz(*files), "application/gzip"))),
            dict(verdict="clean", action="allow"))


@case
def shortcut():
    return (with_file("Start here.url", b"[InternetShortcut]\r\n"
                      b"URL=file://192.0.2.7/share/x\r\n"),
            suspicious("SHORTCUT_ATTACHMENT"))


@case
def disk_image():
    """What comes out of it is not marked as coming from the Internet."""
    return (with_file("photos.iso", iso([("photo.txt", b"x\n")])),
            suspicious("DISK_IMAGE_ATTACHMENT"))


@case
def html_double_extension():
    return (with_file("Invoice.pdf.html", b"<!DOCTYPE html><html><body>"
                      b"<p>Loading</p></body></html>", "text/html"),
            suspicious("HTML_DOUBLE_EXTENSION"))


@case
def smuggled_archive():
    """A page that carries an archive in a data: address."""
    data = base64.b64encode(archive(("a.txt", b"a\n"))).decode()
    return (with_file("order.html", (
        '<!DOCTYPE html><html><body><a download="order.zip" href="data:'
        'application/zip;base64,%s">Open</a></body></html>' % data).encode(),
        "text/html"), suspicious("SMUGGLED_ARCHIVE"))


@case
def smuggled_executable():
    data = base64.b64encode(program()).decode()
    return (with_file("order.html", (
        '<!DOCTYPE html><html><body><a download="order.exe" href="data:'
        'application/octet-stream;base64,%s">Open</a></body></html>'
        % data).encode(), "text/html"), malware("SMUGGLED_EXECUTABLE"))


@case
def smuggled_control():
    """A page with its picture inside."""
    data = base64.b64encode(png()).decode()
    return (with_file("report.html", (
        '<!DOCTYPE html><html><body><img src="data:image/png;base64,%s">'
        '</body></html>' % data).encode(), "text/html"), CLEAN)


@case
def html_control():
    """A saved page and a table that a program wrote as HTML."""
    page = b"<!DOCTYPE html><html><body><p>Hours</p></body></html>"
    return (mail("Report", multipart(
        "mixed", text_part("Attached."),
        file_part("report.html", page, "text/html"),
        file_part("hours.xls", page, "application/vnd.ms-excel"))),
            dict(verdict="clean", action="allow", symbols=["TYPE_MISMATCH"]))


# --- known ones ---------------------------------------------------------------------

@case
def known_bad_file():
    """A harmless file whose hash a list names."""
    import hashlib
    brochure = pdf("A brochure that turned out to be bad")
    return (with_file("brochure.pdf", brochure, "application/pdf"),
            malware("KNOWN_BAD_FILE",
                    list=[hashlib.sha256(brochure).hexdigest()]))


@case
def known_bad_file_control():
    """The same list, another file."""
    import hashlib
    return (with_file("brochure.pdf", pdf("Another brochure"),
                      "application/pdf"),
            dict(CLEAN, list=[hashlib.sha256(b"x").hexdigest()]))


@case
def known_bad_host():
    return (with_html('<p><a href="https://a.shop.example.com/x">News</a></p>'),
            phishing("KNOWN_BAD_HOST", list=["shop.example.com"]))


@case
def known_bad_host_control():
    """A listed host covers what is below it, not what is beside it."""
    return (with_html('<p><a href="https://www.example.com/x">News</a></p>'),
            dict(CLEAN, list=["shop.example.com"]))


@case
def known_bad_url():
    return (mail("News", text_part(
        "Look at http://WWW.example.com:80/a/../b?c=1#top for news.")),
            phishing("KNOWN_BAD_URL",
                     list=["http://www.example.com/b?c=1"]))


@case
def known_bad_sender():
    return (mail("Hello", text_part("Hello."),
                 sender="Eve <Eve@evil.example.com>"),
            phishing("KNOWN_BAD_SENDER", list=["eve@evil.example.com"]))


@case
def lists_unavailable():
    """A list that cannot be asked does not make mail clean."""
    return (mail("Hello", text_part("See https://www.example.com/.")),
            unscannable("LISTS_UNAVAILABLE", database="broken"))


# --- links ----------------------------------------------------------------------------

@case
def link_mismatch():
    """Shows a bank, leads elsewhere."""
    return (with_html(
        '<p>Please sign in: <a href="https://login.example-mail.top/bank">'
        'https://www.example-bank.com/login</a></p>',
        subject="Your account", text="Please sign in.",
        sender="Customer Care <care@mail.example.com>"),
            phishing("LINK_TEXT_MISMATCH"))


@case
def link_mismatch_schemeless():
    return (with_html(
        '<p><a href="https://login.example-mail.top/">example-bank.com</a>'),
            phishing("LINK_TEXT_MISMATCH"))


@case
def link_mismatch_address():
    return (with_html(
        '<p><a href="http://203.0.113.77/session">www.example-bank.com</a>'),
            phishing("LINK_TEXT_MISMATCH", "LINK_IP_ADDRESS"))


@case
def link_mismatch_subdomain():
    """The shown host as the beginning of another."""
    return (with_html(
        '<p><a href="https://www.example-bank.com.session.example.top/">'
        'https://www.example-bank.com/</a></p>'),
            phishing("LINK_TEXT_MISMATCH"))


@case
def link_mismatch_invisible():
    """Zero-width characters and entities inside the shown host."""
    return (with_html(
        '<p><a href="https://x.example.top/">www.exam&#8203;ple-b&#97;nk.com'
        '</a></p>'), phishing("LINK_TEXT_MISMATCH"))


@case
def link_mismatch_control():
    """Links that show what they are, or show no address."""
    return (with_html('''
        <p><a href="https://shop.example.com/a">www.example.com</a>,
        <a href="https://docs.example.org/setup.py">setup.py</a>,
        <a href="https://docs.example.org/">report.pdf</a>,
        <a href="https://www.example.net/">our site</a>,
        <a href="mailto:info@example.com">info@example.com</a>,
        <a href="https://www.example.org/long/path">https://www.exam...</a>,
        <a href="https://xn--mller-kva.de/">www.m\u00fcller.de</a></p>'''),
            CLEAN)


@case
def link_redirected_known():
    """A newsletter whose sender counts clicks."""
    return (with_html('''
        <p>Read more on <a href="https://example.us1.list-manage.com/track/cl\
ick?u=0a4222052b&amp;id=8bc451f5bf&amp;e=5ffc978964">www.example.com</a>.</p>
        ''', sender="Example Shop <news@example.com>"),
            dict(verdict="clean", action="allow",
                 symbols=["LINK_TEXT_REDIRECTED"],
                 absent=["LINK_TEXT_MISMATCH"]))


@case
def link_redirected_screen():
    """Links that a mail screen wrapped."""
    return (with_html('''
        <p><a href="https://eur02.safelinks.protection.outlook.com/?url=https\
%3A%2F%2Fwww.example.com%2Fmenu&amp;data=05%7C01">https://www.example.com/menu\
</a></p>'''), dict(verdict="clean", action="allow",
                   absent=["LINK_TEXT_MISMATCH"]))


@case
def link_redirected_unknown():
    """A counting sender that nobody has heard of: every link has a token."""
    links = "".join(
        '<a href="https://c.example-mailer.net/ls/click?upn=u%03dAbCdEfGhIj'
        'KlMnOpQrStUv%dxYz">%s</a> ' % (n * 37, n, text) for n, text in
        enumerate(("www.example.com", "Our offers", "Jobs", "Imprint")))
    return (with_html("<p>%s</p>" % links, sender="Shop <shop@example.org>"),
            dict(verdict="clean", action="allow",
                 symbols=["LINK_TEXT_REDIRECTED"],
                 absent=["LINK_TEXT_MISMATCH"]))


@case
def link_redirected_own():
    """One link through a counter, showing the sender's own address: a typical
    reset of a password."""
    return (with_html('''
        <p>Open <a href="https://links.example-sender.io/ls/click?upn=u001.a7Bc\
D9eFgH1iJkLmN0pQrStUvW">https://app.example.com/reset?token=4f0c3b8e9d7a</a>
        </p>''', sender="Example App <no-reply@example.com>"),
            dict(verdict="clean", action="allow",
                 symbols=["LINK_TEXT_REDIRECTED"],
                 absent=["LINK_TEXT_MISMATCH"]))


@case
def link_redirected_others():
    """The same, showing somebody else's address."""
    return (with_html('''
        <p>Open <a href="https://links.example-sender.io/ls/click?upn=u001.a7Bc\
D9eFgH1iJkLmN0pQrStUvW">https://www.example-bank.com/login</a></p>''',
        sender="Example Bank <no-reply@example-sender.io>"),
            phishing("LINK_TEXT_MISMATCH"))


@case
def link_owner_control():
    """Short links of a service, and links that a mail program left."""
    return (with_html('''
        <p><a href="https://www.linkedin.com/slink?code=gx7">lnkd.in/gx7</a>,
        <a href="https://www.youtube.com/watch?v=1">https://youtu.be/1</a>,
        <a href="applewebdata://0A1B2C3D-0000/www.example.com">www.example.com
        </a></p>'''), CLEAN)


@case
def link_address():
    return (with_html('<p><a href="http://203.0.113.77/x">Open</a></p>'),
            suspicious("LINK_IP_ADDRESS"))


@case
def link_address_number():
    """203.0.113.77 as one number, as browsers take it."""
    return (with_html('<p><a href="http://3405803853/x">Open</a></p>'),
            phishing("LINK_IP_OBFUSCATED"))


@case
def link_address_control():
    """Addresses of one's own network, and in a log."""
    return (with_html(
        '<p><a href="http://192.168.178.1/">the router</a>, '
        '<a href="http://203.0.113.77:8080/">203.0.113.77:8080</a></p>',
        text="Jan 2 03:04:06 mx1 smtpd[123]: connect from 203.0.113.77\n"
        "See http://203.0.113.77/status for its status.\n"), CLEAN)


@case
def link_userinfo():
    """Everything before the @ is only a user name."""
    return (with_html(
        '<p><a href="https://www.example-bank.com@login.example.top/">Sign '
        'in</a></p>'), phishing("LINK_USERINFO_HOST"))


@case
def link_userinfo_plain():
    return (with_html(
        '<p><a href="https://guest:guest@files.example.org/">Files</a></p>'),
            dict(verdict="clean", action="allow", symbols=["LINK_USERINFO"],
                 absent=["LINK_USERINFO_HOST"]))


@case
def link_userinfo_control():
    """An @ that is part of a path or a query."""
    return (with_html('''
        <p><a href="https://social.example.org/@ben">Ben</a>,
        <a href="https://www.example.org/?mail=anna@example.net">Unsubscribe
        </a></p>'''), CLEAN)


# --- senders ----------------------------------------------------------------------------

@case
def sender_name_address():
    """The name is all that most clients show."""
    return (mail("Your account", text_part("Please call us."),
                 sender='"service@example-bank.com" <x7@mail.example.top>'),
            dict(verdict="clean", action="allow",
                 symbols=["SENDER_NAME_ADDRESS"]))


@case
def sender_many():
    message = mail("Hello", text_part("Hello.")).replace(
        "From: Ben Roth <ben@example.org>",
        "From: Ben Roth <ben@example.org>, Eve <eve@example.top>")
    return (message, dict(verdict="clean", action="allow",
                          symbols=["MULTIPLE_FROM"]))


@case
def sender_control():
    """A list that rewrites From, and two authors with a Sender."""
    message = mail("[list] Minutes", text_part("Attached below.\n"),
                   sender='"Ben Roth via List" <list@lists.example.org>',
                   headers=["Reply-To: Ben Roth <ben@example.org>",
                            "List-Id: <list.lists.example.org>"])
    return (message, CLEAN)


# --- contents and construction -----------------------------------------------

@case
def password_form():
    """A page that asks for a password, inside the mail."""
    return (with_html("<form action='https://x.example.top/p' method='post'>"
                      "<input name='u'><input type='password' name='p'>"
                      "</form>"),
            suspicious("PASSWORD_FORM"))


@case
def password_form_control():
    """A form without one: a survey."""
    return (with_html("<form action='https://survey.example.org/1'><input "
                      "type='radio' name='a'> good <input type='submit'>"
                      "</form>"), CLEAN)


@case
def mime_two_types():
    """First or last Content-Type? One reading has a program in it."""
    body = multipart("mixed", text_part("See below."), file_part(
        "notes.txt", program(), "text/plain",
        headers="Content-Type: application/octet-stream; name=\"notes.exe\""
        "\r\n"))
    return (mail("Notes", body), malware("MIME_AMBIGUOUS",
                                         "CONFLICTING_NAMES"))


@case
def mime_two_encodings():
    part_text = file_part("test.txt", EICAR, "text/plain").replace(
        "Content-Transfer-Encoding: base64",
        "Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: base64")
    return (mail("x", multipart("mixed", text_part("x"), part_text)),
            malware("EICAR_TEST_FILE", "MIME_AMBIGUOUS"))


@case
def mime_hidden_part():
    """A program in the preamble, which some clients take for a part."""
    hidden = file_part("order.exe", program())
    body = multipart("mixed", text_part("Hello."))
    start = body.index("\r\n\r\n") + 4
    return (mail("x", body[:start] + "--=_other\r\n" + hidden
                 + "\r\n--=_other--\r\n" + body[start:]),
            suspicious("MIME_HIDDEN_CONTENT", "AMBIGUOUS_CONTENT",
                       unscanned=["ambiguous"]))


@case
def mime_odd():
    """A base64 text of a sloppy program."""
    return (mail("x", "Content-Type: text/plain; charset=utf-8\r\n"
                 "Content-Transfer-Encoding: base64\r\n\r\nSGVsbG8sIHdvcmxk"
                 "IQ==\r\nSGVsbG8sIHdvcmxkIQ==\r\n"),
            dict(verdict="clean", action="allow", symbols=["MIME_ODD"]))


@case
def message_fragment():
    """A message in pieces: nobody can scan one of them."""
    return (mail("x", "Content-Type: message/partial; id=\"a@example.org\"; "
                 "number=1; total=2\r\n\r\nSubject: x\r\n\r\nFirst\r\n"),
            unscannable("MESSAGE_FRAGMENT", "UNSUPPORTED_CONTENT",
                        unscanned=["unsupported"]))


@case
def archive_ambiguous():
    """Two archives in one file: some programs open the first, some the
    second."""
    return (with_file("order.zip", archive(("order.pdf", pdf()))
                      + archive(("order.exe", program())), "application/zip"),
            suspicious("ARCHIVE_AMBIGUOUS", "EXECUTABLE_IN_ARCHIVE",
                       parts=[part("2/order.exe"), part("2/order.pdf")]))


# --- what cannot be looked at ----------------------------------------------------------------

@case
def archive_damaged():
    data = bytearray(archive(("a.txt", b"some text to pack\n" * 200)))
    data[40:60] = b"\xff" * 20
    return (with_file("notes.zip", bytes(data), "application/zip"),
            unscannable("DAMAGED_CONTENT", unscanned=["damaged"]))


@case
def archive_too_deep():
    data = archive(("a.txt", b"a\n"))
    for n in range(20):
        data = archive(("level%d.zip" % n, data))
    return (with_file("deep.zip", data, "application/zip"),
            unscannable("SCAN_LIMIT", unscanned=["depth"]))


@case
def mail_too_deep():
    inner = "Content-Type: text/plain\r\n\r\nHello.\r\n"
    for n in range(80):
        inner = multipart("mixed", inner, boundary="=_level%d" % n)
    return (mail("Deep", inner), unscannable("SCAN_LIMIT",
                                             unscanned=["depth"]))


# --- ordinary mail ------------------------------------------------------------------------------

@case
def ham_plain():
    return (mail("Lunch on Friday?", text_part(
        """
        Hi Anna,

        shall we have lunch on Friday at noon? The menu is at
        https://www.example.org/menu

        Ben
        """)), CLEAN)


@case
def ham_password_reset():
    token = "4f0c3b8e9d7a4c21b6f5e8a0c9d3b7e1"
    url = "https://app.example.com/password/reset?token=" + token
    return (with_html(
        '<p>Somebody asked to reset your password. If it was you, open</p>'
        '<p><a href="%s">%s</a></p><p>The link works for one hour.</p>'
        % (url, url), subject="Reset your password",
        text="Open %s within one hour." % url,
        sender="Example App <no-reply@example.com>"), CLEAN)


@case
def ham_receipt():
    return (mail("Your receipt #10023", multipart(
        "mixed", multipart(
            "alternative", text_part("Total: EUR 24.90\nThank you!"),
            text_part('<table><tr><td>Book</td><td>EUR 24.90</td></tr></table>'
                      '<p><a href="https://shop.example.com/orders/10023">Your'
                      ' order</a></p><img src="https://shop.example.com/l.gif"'
                      ' width="1" height="1">', "html"),
            boundary="=_either"),
        file_part("receipt-10023.pdf", pdf("Receipt 10023"),
                  "application/pdf")),
        sender="Example Shop <orders@shop.example.com>"), CLEAN)


@case
def ham_bank_statement():
    return (with_file("Kontoauszug_2024_01.pdf", pdf("Kontoauszug"),
                      "application/pdf", subject="Ihr Kontoauszug",
                      text="Guten Tag,\nIhr Kontoauszug liegt bei.\n"), CLEAN)


@case
def ham_calendar_invite():
    ics = ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\n"
           "METHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1@example.org\r\n"
           "DTSTAMP:20240102T030406Z\r\nDTSTART:20240105T120000Z\r\n"
           "DTEND:20240105T130000Z\r\nSUMMARY:Lunch\r\n"
           "ORGANIZER:mailto:ben@example.org\r\n"
           "URL:https://meet.example.org/lunch\r\n"
           "END:VEVENT\r\nEND:VCALENDAR\r\n")
    return (mail("Invitation: Lunch", multipart(
        "mixed", multipart(
            "alternative", text_part("You are invited to lunch."),
            text_part("<p>You are invited to <b>lunch</b>.</p>", "html"),
            "Content-Type: text/calendar; charset=utf-8; method=REQUEST"
            "\r\n\r\n" + ics, boundary="=_either"),
        file_part("invite.ics", ics.encode(), "application/ics"))), CLEAN)


@case
def ham_newsletter():
    cells = "".join(
        '<td><a href="https://news.example.com/c/%d?utm_source=mail">Offer %d'
        '</a></td>' % (n, n) for n in range(12))
    return (with_html(
        '<html><head><style>td { color: #333 }</style></head><body><table><tr>'
        '%s</tr></table><p><a href="https://news.example.com/unsubscribe?u=1">'
        'Unsubscribe</a> | <a href="https://www.example.com/">example.com</a>'
        '</p></body></html>' % cells, subject="Twelve offers for January",
        text="Twelve offers: https://news.example.com/",
        sender="Example News <news@example.com>",
        headers=["List-Unsubscribe: <https://news.example.com/unsubscribe>",
                 "Precedence: bulk"]), CLEAN)


@case
def ham_mailing_list():
    return (mail("Re: [dev] Build on arm64", text_part(
        """
        On Mon, 01 Jan 2024, Carla wrote:
        > It fails for me, see http://build.example.org:8080/job/17/console
        > and https://github.com/example/tool/issues/12

        Works here with gcc 12:

            $ curl -O https://www.example.org/tool-1.0.tar.gz
            $ ./configure && make
            $ ssh user@192.168.1.20 ./run.sh

        Ben
        _______________________________________________
        dev mailing list -- dev@lists.example.org
        To unsubscribe send an email to dev-leave@lists.example.org
        """), headers=["List-Id: <dev.lists.example.org>"]), CLEAN)


@case
def ham_signed():
    """S/MIME: the signature is no attachment to be afraid of."""
    body = multipart(
        "signed", text_part("This is signed."),
        file_part("smime.p7s", bytes.fromhex(
            "308006092a864886f70d010702a0803080020101310f300d0609608648016503"
            "040201050030800609"
            "2a864886f70d0107010000000000"),
            "application/pkcs7-signature; name=\"smime.p7s\""),
        extra='; protocol="application/pkcs7-signature"; micalg=sha-256')
    return (mail("Signed", body), CLEAN)


@case
def ham_pgp_signed():
    signature = ("-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCAAdFiEEexample=\n"
                 "=abcd\n-----END PGP SIGNATURE-----\n")
    body = multipart(
        "signed", text_part("This is signed."),
        "Content-Type: application/pgp-signature; name=\"signature.asc\"\r\n"
        "Content-Description: OpenPGP digital signature\r\n\r\n"
        + signature.replace("\n", "\r\n"),
        extra='; protocol="application/pgp-signature"; micalg=pgp-sha256')
    return (mail("Signed", body), CLEAN)


@case
def ham_german():
    return (with_html(
        '<p>Sehr geehrte Frau Weber,</p><p>Ihre Bestellung f\u00fcr B\u00fccher'
        ' wurde versandt: <a href="https://www.example.de/sendung/4711">'
        'Sendung verfolgen</a>.</p><p>Mit freundlichen Gr\u00fc\u00dfen</p>',
        subject="=?utf-8?Q?Ihre_Bestellung_f=C3=BCr_B=C3=BCcher?=",
        text="Ihre Bestellung f\u00fcr B\u00fccher wurde versandt.",
        sender="=?utf-8?Q?B=C3=BCcherstube?= <info@example.de>"), CLEAN)


@case
def ham_french():
    return (with_html(
        '<p>Bonjour,</p><p>votre facture est disponible dans votre espace '
        'client\u00a0: <a href="https://client.example.fr/factures">'
        'client.example.fr</a>.</p><p>Cordialement, l\u2019\u00e9quipe</p>',
        subject="=?utf-8?B?Vm90cmUgZmFjdHVyZSBkw6ljZW1icmU=?=",
        sender="Exemple <service@example.fr>"), CLEAN)


@case
def ham_chinese():
    return (with_html(
        '<p>\u60a8\u597d\uff0c</p><p>\u60a8\u7684\u8ba2\u5355\u5df2\u53d1\u8d27'
        '\u3002\u8bf7\u67e5\u770b <a href="https://www.example.cn/orders/1">'
        'https://www.example.cn/orders/1</a>\u3002</p>',
        subject="=?utf-8?B?6K6i5Y2V5bey5Y+R6LSn?=",
        sender="=?utf-8?B?56S65L6L5ZWG5Z+O?= <service@example.cn>"), CLEAN)


@case
def ham_zip_documents():
    return (with_file("minutes.zip", archive(
        ("2024/minutes.docx", docx()), ("2024/agenda.pdf", pdf()),
        ("2024/photo.png", png()), ("2024/list.csv", b"a;b\r\n1;2\r\n")),
        "application/zip"),
            dict(CLEAN, parts=[part("2/2024/agenda.pdf", "application/pdf")]))


@case
def ham_forwarded():
    """A forwarded mail whose subject ends like a file name."""
    inner = mail("Offer from example.com", text_part("An offer."),
                 sender="Carla <carla@example.com>")
    return (mail("Fwd: Offer", multipart(
        "mixed", text_part("What do you think?"),
        "Content-Type: message/rfc822; name=\"Offer from example.com.eml\"\r\n"
        "Content-Disposition: attachment; filename=\"Offer from example.com"
        ".eml\"\r\n\r\n" + inner)), CLEAN)


@case
def ham_inline_image():
    return (mail("Photo", multipart(
        "related", text_part('<p>Look: <img src="cid:photo"></p>', "html"),
        file_part("photo.png", png(), "image/png", disposition="inline",
                  headers="Content-ID: <photo>\r\n"))), CLEAN)


@case
def ham_bounce():
    body = multipart(
        "report", text_part("Your message could not be delivered."),
        "Content-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example.org\r\n\r\n"
        "Final-Recipient: rfc822; nobody@example.net\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\n",
        "Content-Type: text/rfc822-headers\r\n\r\n"
        "From: Anna Weber <anna@example.net>\r\nSubject: Hello\r\n",
        extra="; report-type=delivery-status")
    return (mail("Undelivered Mail Returned to Sender", body,
                 sender="Mail System <mailer-daemon@mx.example.org>"), CLEAN)


@case
def ham_contact_card():
    card = (b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ben Roth\r\n"
            b"EMAIL:ben@example.org\r\nURL:https://www.example.org/\r\n"
            b"END:VCARD\r\n")
    return (with_file("Ben Roth.vcf", card, "text/vcard"), CLEAN)


@case
def ham_notification():
    """A program's mail about code: file names and hosts in every line."""
    return (with_html('''
        <p><b>ben</b> commented on <a href="https://code.example.org/p/1/pull\
/7">setup.py</a> and <a href="https://code.example.org/p/1/blob/a.sh">a.sh</a>:
        </p><pre>curl http://example.com/install.sh | sh</pre><p>View it on
        <a href="https://code.example.org/p/1">code.example.org</a></p>''',
        subject="Re: [p/1] Build (PR #7)",
        sender='"ben@example.com (Code)" <notify@code.example.com>'), CLEAN)


@case
def ham_sister_domain():
    """One owner, two countries."""
    return (with_html(
        '<p><a href="https://www.example-books.com/de/">www.example-books.de'
        '</a></p>'), dict(verdict="clean", action="allow",
                          absent=["LINK_TEXT_MISMATCH"]))


def write(name):
    message, expect = CASES[name]()
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    if isinstance(message, str):
        message = message.encode("utf-8")
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
