#!/usr/bin/python3
"""Write the cases about pictures: QR codes, drawn ones, and files that are
two types at once.

The results are checked in. Usage: tests/cases/make_image.py [NAME…]
"""

import base64
import importlib.util
import json
import pathlib
import sys

import qr

HERE = pathlib.Path(__file__).resolve().parent


def load(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


pictures = load(HERE.parent / "fuzz" / "make-seeds-picture.py", "pictures")
files = load(HERE / "make-cases.py", "files")

AWAY = "https://sign-in.example.net/session?id=7"
OWN = "https://tickets.example.org/t/481516"
CASES = {}


def case(function):
    CASES[function.__name__.replace("_", "-")] = function
    return function


# --- messages ----------------------------------------------------------------

def part(head, body):
    return head + "\n\n" + body + "\n"


def binary(kind, name, data, extra=""):
    return part("Content-Type: %s; name=\"%s\"\nContent-Transfer-Encoding: "
                "base64\nContent-Disposition: %s" % (
                    kind, name, extra or "attachment"),
                base64.encodebytes(data).decode().rstrip("\n"))


def mail(*parts, subject="Your document"):
    head = ("From: Ben Roth <ben@example.org>\nTo: anna@example.com\n"
            "Subject: %s\nDate: Tue, 02 Jan 2024 03:04:06 +0000\n"
            "Message-ID: <c0de@example.org>\nMIME-Version: 1.0\n" % subject)
    if len(parts) == 1:
        return head + parts[0]
    return (head + "Content-Type: multipart/mixed; boundary=\"=_b\"\n\n"
            + "".join("--=_b\n" + p for p in parts) + "--=_b--\n")


def text(body):
    return part("Content-Type: text/plain; charset=utf-8\n"
                "Content-Transfer-Encoding: 8bit", body)


def html(body):
    return part("Content-Type: text/html; charset=utf-8\n"
                "Content-Transfer-Encoding: 8bit", body)


def code(content, scale=3, **options):
    grid = qr.with_quiet_zone(qr.matrix(content))
    return pictures.png(pictures.scaled(grid, scale), **options)


def find(symbols, **more):
    return dict(symbols=symbols, **more)


# --- QR codes ----------------------------------------------------------------

@case
def qr_only_link():
    """The one link of the mail is in a picture, and leads elsewhere."""
    return (mail(html("<p>Scan to keep your mailbox.<br><img src=\"cid:a\">"),
                 binary("image/png", "code.png", code(AWAY),
                        "inline\nContent-ID: <a>")),
            find(["QR_ONLY_LINK", "QR_CODE_LINK"],
                 parts=[{"name": "code.png"}]))


@case
def qr_ticket_control():
    """A ticket's code leads to who sends it."""
    return (mail(text("Your ticket is attached: https://www.example.org/"),
                 binary("image/png", "ticket.png", code(OWN))),
            dict(verdict="clean", action="allow", only=["QR_CODE_LINK"]))


@case
def qr_wifi_control():
    """A code that is no link."""
    return (mail(text("Our guests' network."),
                 binary("image/png", "wifi.png",
                        code("WIFI:T:WPA;S:guests;P:let-me-in;;"))),
            dict(verdict="clean", action="allow", only=[]))


@case
def qr_inverted():
    """Light on dark ground."""
    return (mail(text("Scan this."),
                 binary("image/png", "code.png",
                        code(AWAY, colours=((0,), (255,))))),
            find(["QR_ONLY_LINK"]))


@case
def qr_address():
    """What a code leads to is judged as any link."""
    return (mail(text("Scan this."),
                 binary("image/png", "code.png",
                        code("http://203.0.113.7/login"))),
            find(["LINK_IP_ADDRESS", "QR_ONLY_LINK"]))


@case
def qr_in_page():
    """A picture inside an attached page, as data: address."""
    page = ("<html><body>Scan to open.<img src=\"data:image/png;base64,%s\">"
            "</body></html>" % base64.b64encode(code(AWAY)).decode())
    return (mail(text("See the file."),
                 binary("text/html", "page.html", page.encode())),
            find(["QR_ONLY_LINK"]))


@case
def qr_in_archive():
    return (mail(text("See the file."), binary(
        "application/zip", "scan.zip",
        files.archive(("code.png", code(AWAY))))), find(["QR_ONLY_LINK"]))


def as_text(grid, dark, light):
    return "\n".join("".join(dark if cell else light for cell in row)
                     for row in grid)


def as_halves(grid):
    rows = grid + [[False] * len(grid[0])] * (len(grid) % 2)
    return "\n".join("".join(" ▄▀█"[2 * a + b] for a, b in zip(*pair))
                     for pair in zip(rows[::2], rows[1::2]))


def as_braille(grid):
    rows = grid + [[False] * len(grid[0])] * (-len(grid) % 4)
    rows = [row + [False] * (len(row) % 2) for row in rows]
    bits = [[0, 3], [1, 4], [2, 5], [6, 7]]
    return "\n".join("".join(
        chr(0x2800 + sum(1 << bits[j][i] for j in range(4) for i in range(2)
                         if rows[y + j][x + i]))
        for x in range(0, len(rows[0]), 2)) for y in range(0, len(rows), 4))


GRID = qr.with_quiet_zone(qr.matrix(AWAY))


@case
def qr_drawn_blocks():
    return (mail(text("Scan this code:\n\n" + as_text(GRID, "██", "  ")
                      + "\n\nThank you.")),
            find(["QR_DRAWN_AS_TEXT", "QR_ONLY_LINK"], verdict="phishing"))


@case
def qr_drawn_halves():
    return (mail(text("Scan this code:\n" + as_halves(GRID) + "\nThank you.")),
            find(["QR_DRAWN_AS_TEXT"], verdict="phishing"))


@case
def qr_drawn_braille():
    return (mail(text(as_braille(GRID))),
            find(["QR_DRAWN_AS_TEXT"], verdict="phishing"))


@case
def qr_drawn_letters():
    """Quoted, in letters."""
    drawn = as_text(GRID, "##", "  ").replace("\n", "\n> ")
    return (mail(text("Here it is:\n> " + drawn + "\nThank you.")),
            find(["QR_DRAWN_AS_TEXT"], verdict="phishing"))


def cells(grid, make, row="<tr>%s</tr>"):
    return "\n".join(row % "".join(make(cell) for cell in line)
                     for line in grid)


@case
def qr_drawn_table():
    """A cell for each module."""
    return (mail(html("<p>Scan:</p><table cellspacing=0>" + cells(
        GRID, lambda dark: "<td bgcolor=\"%s\" width=5 height=5></td>" % (
            "#000000" if dark else "#ffffff")) + "</table>")),
            find(["QR_DRAWN_AS_TEXT"], verdict="phishing"))


@case
def qr_drawn_classes():
    """Boxes whose colours stand in the style sheet."""
    return (mail(html(
        "<style>.k{background:#123;width:4px;height:4px;display:inline-block}"
        ".w{background:#fff;width:4px;height:4px;display:inline-block}"
        "</style><p>Scan:</p>" + cells(
            GRID, lambda dark: "<span class=%s></span>" % (
                "k" if dark else "w"), "<div>%s</div>"))),
            find(["QR_DRAWN_AS_TEXT"], verdict="phishing"))


@case
def qr_drawn_runs():
    """Neighbours of one colour are one cell; the ground is the table's."""
    rows = []
    for line in GRID:
        out, at = "", 0
        while at < len(line):
            end = at
            while end < len(line) and line[end] == line[at]:
                end += 1
            out += "<td colspan=%d%s>&nbsp;" % (
                end - at, " style='background-color:rgb(0,0,0)'"
                if line[at] else "")
            at = end
        rows.append("<tr>" + out)
    return (mail(html("<table bgcolor=white>" + "\n".join(rows)
                      + "</table>")),
            find(["QR_DRAWN_AS_TEXT"], verdict="phishing"))


@case
def qr_drawn_placed():
    """Each box has its own place."""
    boxes = "".join(
        "<div style=\"position:absolute;left:%dpx;top:%dpx;width:6px;"
        "height:6px;background:black\"></div>" % (6 * x, 6 * y)
        for y, line in enumerate(GRID) for x, cell in enumerate(line) if cell)
    return (mail(html("<p>Scan:</p><div>%s</div>" % boxes)),
            find(["QR_DRAWN_AS_TEXT"], verdict="phishing"))


@case
def qr_drawn_page_text():
    """Half blocks in a page, as numbers and with line breaks."""
    drawn = as_halves(GRID).replace(" ", "&nbsp;").replace("\n", "<br>\n")
    for c in "▀▄█":
        drawn = drawn.replace(c, "&#%d;" % ord(c))
    return (mail(html("<p>Scan:</p><div style=\"font-family:monospace\">%s"
                      "</div>" % drawn)),
            find(["QR_DRAWN_AS_TEXT"], verdict="phishing"))


@case
def qr_drawn_table_control():
    """A calendar of coloured cells."""
    return (mail(html("<p>Occupied days:</p><table>" + cells(
        [[(x * y + x) % 7 < 2 for x in range(31)] for y in range(24)],
        lambda dark: "<td bgcolor=%s></td>" % (
            "#444" if dark else "#eee")) + "</table>")),
            dict(verdict="clean", action="allow", only=[]))


@case
def qr_drawn_control():
    """Bars and frames of block characters."""
    bars = "\n".join("%-12s %s%s" % (name, "█" * size, "░" * (40 - size))
                     for name, size in (("Monday", 12), ("Tuesday", 31),
                                        ("Wednesday", 7)))
    frame = "\n".join(["█" * 40] + ["█" + " " * 38 + "█"] * 24 + ["█" * 40])
    return (mail(text("Last week:\n\n%s\n\n%s" % (bars, frame))),
            dict(verdict="clean", action="allow", only=[]))


# --- two types at once -------------------------------------------------------

@case
def polyglot_archive():
    """A photograph that is a zip file as well."""
    return (mail(text("A photo."), binary(
        "image/png", "photo.png", code("x") + files.archive(
            ("notes.txt", b"hello\n")))), find(["POLYGLOT_ARCHIVE"]))


@case
def polyglot_program():
    """A program behind a photograph."""
    return (mail(text("A photo."), binary(
        "image/jpeg", "photo.jpg", pictures.jpeg(GRID) + files.program())),
            find(["POLYGLOT_PROGRAM"], verdict="malware",
                 parts=[{"path": "2/appended"}]))


@case
def polyglot_encoded():
    """The same as text, for a script to cut out."""
    encoded = base64.b64encode(
        bytes.fromhex("4d5a90000300000004000000") + files.program()[12:])
    return (mail(text("A photo."), binary(
        "image/jpeg", "photo.jpg", pictures.jpeg(GRID) + b"<<BEGIN>>"
        + encoded + b"<<END>>")),
            find(["POLYGLOT_PROGRAM"], verdict="malware"))


@case
def polyglot_script():
    """A picture whose size is the beginning of a comment."""
    return (mail(text("A photo."), binary(
        "image/gif", "photo.gif", b"GIF89a/*\0\0\x80\0\0" + bytes(40)
        + b"*/=1;document.write(unescape('%3Cb%3E'));//")),
            find(["POLYGLOT_SCRIPT"]))


@case
def polyglot_document():
    """A PDF by its first line, and a page that Word opens."""
    return (mail(text("A letter."), binary(
        "application/pdf", "letter.pdf",
        b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n"
        b"MIME-Version: 1.0\nContent-Type: multipart/related;\n"
        b" boundary=\"b\"\n\n--b\nContent-Type: text/html\n\n<p>x</p>\n"
        b"--b--\n%%EOF\n")), find(["POLYGLOT_DOCUMENT"]))


@case
def polyglot_control():
    """What telephones append: a second picture and a film."""
    photo = pictures.jpeg(qr.matrix("hello"))
    film = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(200)
    return (mail(text("Photos: https://www.example.org/"),
                 binary("image/jpeg", "a.jpg", photo + photo),
                 binary("image/jpeg", "b.jpg", photo + film)),
            dict(verdict="clean", action="allow", only=[]))


# --- writing -----------------------------------------------------------------

def write(name):
    message, expect = CASES[name]()
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    if isinstance(message, str):
        message = message.encode()
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
