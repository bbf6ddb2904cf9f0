#!/usr/bin/python3
"""Make the cases of what should not leave the house. Deterministic; run it
after a change and check in what it writes. Every number is made up: the cards
are those that payment services publish for tests."""

import base64
import hashlib
import io
import json
import pathlib
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
INSIDE = {"own_domains": "house.example.org"}
BODY = ("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n"
        "MzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvu\n")


def message(text, subject="As agreed", kind="plain", file=None, name=None,
            sender="ada@house.example.org", to="bob@house.example.org"):
    lines = ["From: Ada <%s>" % sender, "To: %s" % to,
             "Subject: " + subject, "Date: Tue, 03 Mar 2026 10:00:00 +0000",
             "Message-ID: <dlp@house.example.org>", "MIME-Version: 1.0"]
    text_lines = ["Content-Type: text/%s; charset=utf-8" % kind, "", text]
    if file is None:
        return "\r\n".join(lines + text_lines + [""]).encode()
    encoded = base64.b64encode(file).decode()
    return "\r\n".join(
        lines + ['Content-Type: multipart/mixed; boundary="=_b"', "", "--=_b"]
        + text_lines + [
            "--=_b", 'Content-Type: application/octet-stream; name="%s"' % name,
            'Content-Disposition: attachment; filename="%s"' % name,
            "Content-Transfer-Encoding: base64", ""]
        + [encoded[i:i + 76] for i in range(0, len(encoded), 76)]
        + ["--=_b--", ""]).encode()


def docx(*runs):
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (
                ("[Content_Types].xml",
                 "<Types xmlns='http://schemas.openxmlformats.org/package/2006/"
                 "content-types'><Override PartName='/word/document.xml' "
                 "ContentType='application/vnd.openxmlformats-officedocument."
                 "wordprocessingml.document.main+xml'/></Types>"),
                ("_rels/.rels",
                 "<Relationships xmlns='http://schemas.openxmlformats.org/"
                 "package/2006/relationships'><Relationship Id='r' Type='http:"
                 "//schemas.openxmlformats.org/officeDocument/2006/"
                 "relationships/officeDocument' Target='word/document.xml'/>"
                 "</Relationships>"),
                ("word/document.xml",
                 "<w:document xmlns:w='%s'><w:body><w:p>%s</w:p></w:body>"
                 "</w:document>" % (word, "".join(
                     "<w:r><w:t>%s</w:t></w:r>" % run for run in runs)))):
            archive.writestr(zipfile.ZipInfo(name, (2026, 3, 3, 10, 0, 0)),
                             data)
    return out.getvalue()


def case(name, why, data, *symbols, **settings):
    """Without symbols: a control."""
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    (folder / "message.eml").write_bytes(data)
    expect = dict(why=why, sender=INSIDE)
    if symbols:
        expect.update(verdict="policy", action="flag", symbols=list(symbols))
    else:
        expect.update(verdict="clean", action="allow", absent=[
            "DLP_CARD", "DLP_DOCUMENT", "DLP_IBAN", "DLP_ID", "DLP_KEY",
            "DLP_PATTERN", "DLP_TOKEN"])
    expect.update(settings)
    (folder / "expect.json").write_text(
        json.dumps(expect, indent=1, ensure_ascii=False) + "\n")


IBANS = ["DE89 3704 0044 0532 0130 00", "GB29 NWBK 6016 1331 9268 19",
         "FR14 2004 1010 0505 0001 3M02 606", "NO93 8601 1117 947",
         "BE68 5390 0754 7034"]
PLAN = b"The plan of the new heron house, in all its detail.\n" * 50


def main():
    card = "Please book it on 4111 1111 1111 1111, good until 12/29."
    case("dlp-card", "A card's number.", message(card), "DLP_CARD")
    case("dlp-card-from-outside", "The same from elsewhere: not our matter.",
         message(card, sender="ada@shop.example"))
    case("dlp-card-to-outside", "The same to elsewhere, and not in Sent.",
         message(card, to="bob@shop.example"))
    case("dlp-card-incoming", "From elsewhere, where that is wanted.",
         message(card, sender="ada@shop.example"), "DLP_CARD",
         dlp={"incoming": "yes"})
    case("dlp-off", "Nobody wants to know.", message(card),
         dlp={"enabled": "no"})
    case("dlp-card-few", "Fewer than are asked for.", message(card),
         dlp={"cards": 2})
    case("dlp-card-html", "Marked up in pieces.", message(
        "<p>Card: 4111&nbsp;1111&nbsp;<b>1111</b>&nbsp;1111</p>", kind="html"),
        "DLP_CARD")
    case("dlp-card-subject", "In the subject.", message(
        "See above.", subject="Card 5500 0000 0000 0004"), "DLP_CARD")
    case("dlp-card-document", "In a document, in pieces.", message(
        "See the file.", file=docx("4111 11", "11 1111", " 1111"),
        name="card.docx"), "DLP_CARD")
    case("dlp-numbers-control", "Bills, parcels, telephones, links.", message(
        "Invoice 4111111111111111, customer 10023344\r\n"
        "Parcel 0034 0434 1610 9404 2557 and 1Z999AA10123456784\r\n"
        "Call +49 89 1234 5678 90 or (212) 555-0123\r\n"
        "Order 123-4567890-1234567, https://shop.example/o?c=4111111111111111"
        "\r\nISBN 978-3-16-148410-0, USt-IdNr. DE123456789\r\n"
        "Checksum 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f0"
        "0a08"))
    case("dlp-iban", "Many accounts.", message(
        "\r\n".join(IBANS)), "DLP_IBAN")
    case("dlp-iban-control", "An invoice with one account.", message(
        "Please pay to " + IBANS[0]))
    case("dlp-id", "A social security number.", message(
        "Her social security number is 078-05-1120."), "DLP_ID")
    case("dlp-id-control", "Such digits without such words.", message(
        "The article is 078-05-1120, reference 111222333."))
    case("dlp-key", "A private key.", message(
        "-----BEGIN PRIVATE KEY-----\n%s-----END PRIVATE KEY-----" % BODY),
        "DLP_KEY")
    case("dlp-key-file", "The same as a file.", message(
        "Keep it.", file=("-----BEGIN OPENSSH PRIVATE KEY-----\n%s-----END "
                          "OPENSSH PRIVATE KEY-----\n" % BODY).encode(),
        name="id_rsa"), "DLP_KEY")
    case("dlp-key-control", "A certificate, and talk of keys.", message(
        "-----BEGIN CERTIFICATE-----\n%s-----END CERTIFICATE-----\nA key begins"
        " with -----BEGIN PRIVATE KEY----- by the way." % BODY))
    case("dlp-token", "A token.", message(
        "token: ghp_" + "aB3dE6gH9jKlM2nP5qRsT8uVwX1yZ4aB7cDe"), "DLP_TOKEN")
    case("dlp-token-control", "What documentation says.", message(
        "Use AKIAIOSFODNN7EXAMPLE or ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx,"
        " https://x.example/?X-Amz-Credential=AKIA2E0A8F3B244C9986%2F"))
    patterns = {"patterns": "# ours\nproject = (?i)\\bproject heron\\b\n"}
    case("dlp-pattern", "What the site does not want to read.", message(
        "How is Project Heron going?"), "DLP_PATTERN", dlp=patterns)
    case("dlp-pattern-control", "Herons, and no project.", message(
        "How are the herons?"), dlp=patterns)
    case("dlp-document", "A document of the list.", message(
        "See the file.", file=PLAN, name="plan.txt"), "DLP_DOCUMENT",
        dlp={"documents": "# ours\n%s the heron plan\n"
             % hashlib.sha256(PLAN).hexdigest()})
    case("dlp-document-control", "Another document.", message(
        "See the file.", file=PLAN + b"!", name="plan.txt"),
        dlp={"documents": "%s the heron plan\n"
             % hashlib.sha256(PLAN).hexdigest()})


if __name__ == "__main__":
    main()
