"""Speaking mail for the demo and the tests: written here, all harmless."""

import base64
import email.message
import email.policy
import email.utils
import hashlib

EICAR = (b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-"
         b"TEST-FILE!$H+H*")

POLICY = email.policy.SMTP.clone(max_line_length=998)


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


def message(subject, text="Hello.\n", html=None, attachments=(),
            sender="Ben Roth <ben@example.org>",
            to="Anna Weber <anna@example.net>", number=None, headers=()):
    """Bytes with CRLF. attachments: (name, bytes, "type/subtype")."""
    m = email.message.EmailMessage(policy=POLICY)
    m["From"] = sender
    m["To"] = to
    m["Subject"] = subject
    m["Date"] = email.utils.formatdate(1700000000 + (number or 0))
    digest = hashlib.sha256(repr((subject, text, html, number)).encode())
    m["Message-ID"] = "<%s@example.org>" % digest.hexdigest()[:20]
    for name, value in headers:
        m[name] = value
    m.set_content(text)
    if html:
        m.add_alternative(html, subtype="html")
    for name, data, kind in attachments:
        main, _, sub = kind.partition("/")
        m.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return m.as_bytes()


def good(number=0):
    return message("Lunch on Friday? (%d)" % number,
                   "Hi Anna,\n\nshall we have lunch on Friday at noon?\n"
                   "The menu is at https://www.example.org/menu\n\nBen\n",
                   number=number)


def disguised(number=0):
    return message("Invoice 2024-%d" % (118 + number),
                   "Please find the invoice attached.\n",
                   attachments=[("Invoice.pdf.exe", program(b"%d" % number),
                                 "application/pdf")], number=number)


def lying_link(number=0):
    return message(
        "Your account needs attention (%d)" % number,
        "Please sign in at https://www.example-bank.com/\n",
        html="<html><body><p>Please sign in within 24 hours:</p>"
        '<p><a href="http://203.0.113.77/session/login">'
        "https://www.example-bank.com/login</a></p></body></html>",
        sender="Customer Care <care@mail.example.com>", number=number)


def eicar(number=0):
    return message("Test file (%d)" % number, "The test file.\n",
                   attachments=[("test.com", EICAR,
                                 "application/octet-stream")], number=number)


def _pdf(comment):
    """One empty page."""
    body, places = b"%PDF-1.4\n% " + comment + b"\n", []
    for number, text in enumerate((
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"), 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (body + b"xref\n0 4\n0000000000 65535 f \n" + table
            + b"trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
            % len(body))


BROCHURE = _pdf(b"a brochure that turned out to be bad")


def known_bad(number=0):
    return message("The brochure you asked for (%d)" % number,
                   "As promised.\n", attachments=[
                       ("brochure.pdf", BROCHURE, "application/pdf")],
                   number=number)
