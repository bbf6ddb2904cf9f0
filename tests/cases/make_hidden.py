#!/usr/bin/python3
"""Write the cases of what hides in carriers, names, links and sheer number,
each with a control that looks alike (see README.md).

As make-cases.py, whose helpers it uses: everything is made up, results are
checked in. Usage: tests/cases/make_hidden.py [NAME…]
"""

import binascii
import importlib.util
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent


def _load(name):
    spec = importlib.util.spec_from_file_location(name, HERE / (name + ".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


mime = _load("make_mime")
web = _load("make_web")
document = _load("document_files")
make = mime.make
make.CASES.clear()
case, part = make.case, make.part
EICAR, NOTE, CLEAN, FOUND = mime.EICAR, mime.NOTE, mime.CLEAN, mime.FOUND
URL = web.URL

# --- carriers and structure ----------------------------------------------------

LINES = {
    "header-two-dispositions": "disposition-twice",
    "header-type-list": "kind-text/plain, multipart/mixed",
    "syntax-bare-lf": "bare-lf-base64",
    "decoding-too-much-padding": "b64-overpadded",
    "decoding-base64-start": "b64-head-2",
    "carrier-uuencode-in-base64": "uu-in-base64",
    "carrier-binhex": "binhex",
    "carrier-eml-as-octets": "message-octets",
}
for line, label in LINES.items():
    mime.add_line(line, label)


def add_pair(name, hide):
    """hide(payload) gives a message: once with the test file, once with a
    note that is hidden in the same way."""
    def hidden():
        return hide(EICAR), FOUND

    def control():
        return hide(NOTE), dict(absent=["EICAR_TEST_FILE",
                                        "MIME_HIDDEN_CONTENT"])

    hidden.__doc__ = control.__doc__ = hide.__doc__
    make.CASES["mime-" + name] = hidden
    make.CASES["mime-" + name + "-control"] = control
    return hide


def head(*lines):
    return make.mail("A file", "\r\n".join(lines))


def entity(payload, name="test.com"):
    return make.file_part(name, payload)


def delimiter_in_header(payload):
    """The next part begins before the header of the one before has ended."""
    return head('Content-Type: multipart/mixed; boundary="b"', "", "--b",
                "Content-Type: text/plain", "X-Note: a",
                "--b", entity(payload) + "--b--", "")


def message_behind_end(payload):
    """An encoded message behind the last delimiter, which some take for one
    more; its line ends break what is encoded in it."""
    mail = mime.TRICKS.Mail(mime.TRICKS.random.Random(1))
    mail.payload = payload
    for _, label, trick in mime.TRICKS.tricks():
        if label in ("open-close-as-open", "message-qp"):
            trick(mail)
    return mail.build()


def qp_bad_escapes(payload):
    """Escapes that are none stand for themselves."""
    coded = "".join("=%02X" % c for c in payload)
    return head("Content-Type: application/octet-stream; name=test.com",
                "Content-Disposition: attachment",
                "Content-Transfer-Encoding: quoted-printable", "",
                coded + "=\r\n\r\n=G1 =4 = =", "")


def uuencode(data):
    return "begin 644 test.com\r\n" + "".join(
        binascii.b2a_uu(data[i:i + 45]).decode().rstrip("\n") + "\r\n"
        for i in range(0, len(data), 45)) + "`\r\nend\r\n"


def uuencode_without_mime(payload):
    """A mail as before MIME: the file stands in the text."""
    whole = make.mail("A file", "")
    return whole.replace("MIME-Version: 1.0\r\n", "") \
        + "\r\nHello.\r\n\r\n" + uuencode(payload)


def external_body(payload):
    """The part says that it is elsewhere, and has it all the same."""
    return make.mail("A file", make.multipart(
        "mixed", make.text_part("Hello."),
        'Content-Type: message/external-body; access-type="x-none"\r\n\r\n'
        + entity(payload)))


def tnef_attribute(level, identity, data):
    return struct.pack("<BII", level, identity, len(data)) + data \
        + struct.pack("<H", sum(data) & 0xffff)


def tnef_property(number, kind, data):
    return struct.pack("<HHII", kind, number, 1, len(data)) + data \
        + bytes(-len(data) % 4)


def tnef(*attributes):
    return struct.pack("<IH", 0x223e9f78, 1) + b"".join(attributes)


def with_tnef(data):
    return make.with_file("winmail.dat", data, "application/ms-tnef")


def tnef_file(payload):
    """Outlook's wrapper of attachments."""
    return with_tnef(tnef(
        tnef_attribute(2, 0x69002, bytes(14)),
        tnef_attribute(2, 0x18010, b"TEST.COM\0"),
        tnef_attribute(2, 0x6800f, payload)))


def compressed_rtf(text, plain=False):
    """MS-OXRTFCP: stored, or packed with every byte for itself."""
    if plain:
        packed, kind = text, 0x414c454d
    else:
        packed, kind = b"", 0x75465a4c
        for i in range(0, len(text), 8):
            packed += b"\0" + text[i:i + 8]
        used = len(text) % 8
        end = (207 + len(text)) % 4096		# points at itself
        mark = struct.pack(">H", end << 4)
        packed = packed + b"\1" + mark if used == 0 else \
            packed[:-used - 1] + bytes([1 << used]) + packed[-used:] + mark
    return struct.pack("<IIII", len(packed) + 12, len(text), kind,
                       0) + packed


def tnef_rtf(payload, plain=False):
    """A file in the body of a message that Outlook keeps as packed RTF."""
    text = document.rtf(document.rtf_object(document.ole1(
        b"Package", document.packager(b"test.com", payload))))
    return with_tnef(tnef(tnef_attribute(1, 0x69003, struct.pack("<I", 1)
                                         + tnef_property(
        0x1009, 0x102, compressed_rtf(text, plain)))))


def tnef_rtf_stored(payload):
    """The same, stored as it is."""
    return tnef_rtf(payload, True)


for name, hide in {
        "structure-delimiter-in-header": delimiter_in_header,
        "structure-message-behind-end": message_behind_end,
        "decoding-qp-bad-escapes": qp_bad_escapes,
        "carrier-uuencode-without-mime": uuencode_without_mime,
        "carrier-external-body": external_body,
        "carrier-tnef": tnef_file,
        "carrier-tnef-rtf": tnef_rtf,
        "carrier-tnef-rtf-stored": tnef_rtf_stored}.items():
    add_pair(name, hide)


def tnef_bodies(url):
    text = b"{\\rtf1\\ansi{\\field{\\*\\fldinst HYPERLINK \"%s\"}" \
        b"{\\fldrslt our page}}}" % url.encode()
    return with_tnef(tnef(tnef_attribute(
        1, 0x69003, struct.pack("<I", 2)
        + tnef_property(0x1000, 0x1f, (
            "See %s1" % url).encode("utf-16-le") + b"\0\0")
        + tnef_property(0x1009, 0x102, compressed_rtf(text)))))


@case
def tnef_body_links():
    """Links in the text that only Outlook shows."""
    return tnef_bodies(URL), dict(urls=[URL, URL + "1"])


@case
def tnef_body_control():
    return (tnef_bodies("https://www.example.org/x"),
            dict(CLEAN, only_urls=["https://www.example.org/x",
                                   "https://www.example.org/x1"]))


@case
def tnef_body_damaged():
    """Packed RTF that is none: named, not clean."""
    return (with_tnef(tnef(tnef_attribute(
        1, 0x69003, struct.pack("<I", 1) + tnef_property(
            0x1009, 0x102, b"no such thing" * 4)))),
        make.unscannable("DAMAGED_CONTENT", unscanned=["damaged"]))


@case
def partial_control():
    """All three pieces of an honest mail."""
    return (mime.partial(NOTE, (2, 3, 1)),
            dict(absent=["EICAR_TEST_FILE", "MIME_HIDDEN_CONTENT"]))


@case
def external_body_control():
    """A file that is elsewhere, as lists of documents announce it."""
    return (make.mail("Draft 7", make.multipart(
        "mixed", make.text_part("A new draft is there."),
        'Content-Type: message/external-body; access-type="anon-ftp"; '
        'name="draft-7.txt"; site="ftp.example.org"; directory="drafts"\r\n'
        "\r\nContent-Type: text/plain\r\n\r\n")),
        dict(verdict="clean", action="allow"))


# --- names ------------------------------------------------------------------------

SCRIPT = b"var a = 1;\r\n"


def named(parameter, kind="application/octet-stream"):
    return make.mail("A file", make.multipart(
        "mixed", make.text_part("Please see the attached file."),
        make.file_part("", SCRIPT, kind, parameter=parameter)))


# Each %s becomes ".js" or, in the control, ".txt".
NAMES = {
    "pieces-order": 'filename*2="%s"; filename*0="ord"; filename*1="er"',
    "pieces-gap": 'filename*0="order"; filename*2="%s"',
    "pieces-from-one": 'filename*1="order"; filename*2="%s"',
    "pieces-mixed": "filename*0*=utf-8''ord%%65r; filename*1=\"%s\"",
    "charset": "filename*=utf-16''%%FE%%FF%%00o%%00r%%00d%%00e%%00r%s",
    "charset-unknown": "filename*=x-none''order%s",
    "percent": "filename*=utf-8''order%s",
    "extended-and-plain": 'filename="order.pdf"; filename*=utf-8\'\'order%s',
    "encoded-word": 'filename="=?utf-8?Q?order=%s?="',
    "encoded-words": 'filename="=?utf-8?Q?or?=\r\n =?utf-8?Q?der=%s?="',
    "twice": 'filename="order.pdf"; filename="order%s"',
    "twice-turned": 'filename="order%s"; filename="order.pdf"',
    "nul": 'filename="order%s\0.pdf"',
    "nul-percent": "filename*=utf-8''order%s%%00.pdf",
    "nul-percent-before": "filename*=utf-8''order.pdf%%00%s",
    "fold": 'filename="or\r\n der%s"',
    "quoted-pairs": 'filename="o\\r\\d\\e\\r%s"',
    "dots": 'filename="order%s. . ."',
    "stream": 'filename="order%s::$DATA"',
    "unquoted": "filename=the order%s",
}
# How the ending is written in an encoded word, or with percent signs.
_WRITTEN = {"encoded-word": ("2E" + "js", "2E" + "txt"),
            "encoded-words": ("2E" + "js", "2E" + "txt"),
            "percent": ("%2E%6A%73", "%2E%74%78%74"),
            "charset": ("%00.%00j%00s", "%00.%00t%00x%00t")}


def add_name(name, parameter):
    endings = _WRITTEN.get(name, (".js", ".txt"))

    def hidden():
        # two names, one of them a document's
        judge = make.malware if ".pdf" in parameter else make.suspicious
        return named(parameter % endings[0]), judge("SCRIPT_ATTACHMENT")

    def control():
        return (named((parameter % endings[1]).replace(".pdf", ".txt"),
                      "text/plain"),
                dict(verdict="clean", action="allow",
                     absent=["SCRIPT_ATTACHMENT", "CONFLICTING_NAMES"]))

    make.CASES["name-" + name] = hidden
    make.CASES["name-" + name + "-control"] = control


for _name, _parameter in NAMES.items():
    add_name(_name, _parameter)


@case
def name_of_type():
    """Only the type has a name, an encoded one."""
    return (named("", 'application/octet-stream; name="=?utf-8?Q?order=2Ejs'
                      '?="'), make.suspicious("SCRIPT_ATTACHMENT"))


@case
def name_of_type_control():
    return (named("", 'text/plain; name="=?utf-8?Q?order=2Etxt?="'), CLEAN)


@case
def name_against_filename():
    """Clients that go by the name would run it."""
    return (named('filename="order.txt"',
                  'application/octet-stream; name="order.js"'),
            dict(symbols=["CONFLICTING_NAMES"]))


@case
def name_against_filename_control():
    """Two names of one kind."""
    return (named('filename="order (1).txt"', 'text/plain; name="order.txt"'),
            CLEAN)


# --- links: the control of each looks alike and is none ----------------------------

LINK_CONTROLS = {
    "entities": "<a title='&#104;ttps&#x3A;//evil&#46example&sol;x'>a</a>",
    "entities-long": "<a name='&#x0000000000068;ttps&colon;//evil.example/x'>"
                     "a</a>",
    "line-ends": "<a title='ht\ntps:/\t/ev&NewLine;il.exa&Tab;mple/x'>a</a>",
    "unquoted": "<a title=https://evil.example/x>a</a>",
    "base": "<base target='https://evil.example/'><a href='#x'>a</a>",
    "refresh": "<meta http-equiv='X-Note' content='5; URL=&quot;https://evil"
               ".example/x&quot;'>",
    "refresh-short": "<meta content='0;https://evil.example/x' name="
                     "refreshing>",
    "form": "<form name='https://evil.example/x'><button>a</button></form>",
    "formaction": "<form><input type=image alt='https://evil.example/x'>"
                  "</form>",
    "ping": "<a name='b' title='ping https://evil.example/x'>a</a>",
    "srcset": "<p srcset='a.png 1x, https://evil.example/x 2x'>a</p>",
    "style": "<p title='background:url(https://evil.example/x)'>a</p>",
    "style-escapes": "<p title='background:\\75 rl(https\\3a //evil.example/x)"
                     "'>a</p>",
    "style-sheet": "<style>/* @import \"https://evil.example/x\"; */</style>",
    "background": "<table summary='https://evil.example/x'><tr><td>a",
    "frame": "<iframe title='https://evil.example/x'></iframe>",
    "object": "<object title='https://evil.example/x'></object>",
    "conditional": "<!--[if mso]><p>https is a word</p><![endif]-->",
    "comment-end": "<!-- a --!><p>https is a word</p>",
    "vml": "<v:rect alt='https://evil.example/x'><v:fill opacity='a'/>"
           "</v:rect>",
    "svg": "<svg><a xlink:title='https://evil.example/x'><text>a</text></a>"
           "</svg>",
    "svg-animation": "<svg><rect><animate attributeName='width' values='1;2'"
                     "/></rect></svg>",
    "math": "<math><mi title='https://evil.example/x'>a</mi></math>",
    "source-document": "<iframe srcdoc=\"<p title='https&colon;//evil.example"
                       "/x'>a</p>\"></iframe>",
    "data-page": "<a href='data:text/plain,a%20b'>a</a>",
    "script-url": "<a href=\"javascript:void(0)\">a</a>",
    "text": "<p>Go to the https page, please, or to evil/x.</p>",
}


def add_link_control(name, html):
    def control():
        return (make.with_html("<html><body>%s</body></html>" % html),
                dict(verdict="clean", action="allow", only_urls=[]))
    make.CASES["link-" + name + "-control"] = control
    control.__doc__ = "What %s looks like, and no link." % name


for _name, _html in LINK_CONTROLS.items():
    add_link_control(_name, _html)


def add_charset_control(name, codec, charset):
    text = "<html><body>\u4f60<p>https is a word</p></body></html>"
    if codec in ("cp037", "shift_jis", "iso2022_jp"):
        text = text.replace("\u4f60", "")
    raw = text.encode(codec)
    if codec == "utf-7":
        raw = raw.replace(b"<", b"+ADw-").replace(b">", b"+AD4-")

    def control():
        return (web.raw_text(raw, "html", charset),
                dict(verdict="clean", action="allow", only_urls=[]))
    make.CASES["link-charset-%s-control" % name] = control
    control.__doc__ = "The same page without the link."


for _name, (_codec, _charset) in web.CHARSETS.items():
    add_charset_control(_name, _codec, _charset)


@case
def link_schemeless():
    """A name without a scheme, as programs make links of it."""
    return (make.mail("A link", make.text_part(
        "Go to www.evil.example/x, please.")),
        dict(urls=["http://www.evil.example/x"]))


@case
def link_schemeless_control():
    """Names of files, versions and abbreviations."""
    return (make.mail("A link", make.text_part(
        "See notes.txt and setup.py of release 2.4.1, e.g. for www or "
        "http.")), dict(CLEAN, only_urls=[]))


@case
def calendar_folded_control():
    """An invitation without any link, folded likewise."""
    return (web.calendar(["DESCRIPTION:Join us at the evil.exam\r\n ple of"
                          " last year\\n", "SUMMARY:Tea"]),
            dict(verdict="clean", action="allow", only_urls=[]))


@case
def rtf_link():
    """A field, and an address that is written out."""
    return (make.with_file("note.rtf", b"{\\rtf1{\\field{\\*\\fldinst HYPERLIN"
                           b"K \"%s\"}{\\fldrslt a}} %s1 }" % (
                               URL.encode(), URL.encode()), "text/rtf"),
            dict(urls=[URL, URL + "1"]))


@case
def rtf_link_control():
    """A field of another kind."""
    return (make.with_file("note.rtf", b"{\\rtf1{\\field{\\*\\fldinst PAGE}{"
                           b"\\fldrslt 1}} https is a word }", "text/rtf"),
            dict(CLEAN, only_urls=[]))


# --- by sheer number ------------------------------------------------------------------

def nested(depth):
    body = entity(EICAR)
    for i in range(depth):
        body = make.multipart("mixed", body, boundary="b%d" % i)
    return make.mail("A file", body)


@case
def resource_nesting():
    """Deeper than anybody nests: named, and found all the same."""
    return nested(90), dict(symbols=["EICAR_TEST_FILE"], unscanned=["depth"])


@case
def resource_nesting_control():
    """Forwarded some times."""
    return nested(12), make.malware("EICAR_TEST_FILE", no_unscanned=True)


def many_parts(count):
    out = 'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    return make.mail("A file", out + "--b\r\n\r\na\r\n" * count + "--b\r\n"
                     + entity(NOTE) + "--b--\r\n")


@case
def resource_parts():
    """More parts than are looked at: the rest is named."""
    return many_parts(2100), make.unscannable(unscanned=["count"])


@case
def resource_parts_control():
    return many_parts(150), dict(CLEAN, no_unscanned=True)


def with_fields(*lines):
    whole = make.with_file("note.txt", NOTE, "text/plain")
    return "".join(line + "\r\n" for line in lines) + whole


@case
def resource_fields():
    """A thousand and some header fields before those that count."""
    return (with_fields(*["X-Note: a"] * 1100),
            make.unscannable(unscanned=["count"]))


@case
def resource_fields_control():
    """What passes many lists and filters has some hundred."""
    return (with_fields(*["X-Note: a"] * 200), dict(CLEAN, no_unscanned=True))


@case
def resource_field_size():
    """One field, larger than any program writes."""
    return (with_fields("X-Note: " + "a" * 40000),
            make.unscannable(unscanned=["size"]))


@case
def resource_field_size_control():
    """A long chain of references."""
    return (with_fields("References: " + "\r\n\t".join(
        "<%032d@example.org>" % i for i in range(200))),
        dict(CLEAN, no_unscanned=True))


@case
def resource_addresses():
    """Addresses within addresses: no parser may go so deep."""
    return (with_fields("Cc: " + "a:" * 20000),
            make.unscannable(unscanned=["size"]))


@case
def resource_addresses_control():
    """A mail to many."""
    return (with_fields("Cc: " + ",\r\n ".join(
        "Ann %d <a%d@example.net>" % (i, i) for i in range(300))),
        dict(CLEAN, no_unscanned=True))


def worded(count):
    return make.with_file("note.txt", NOTE, "text/plain",
                          subject="\r\n ".join(
                              ["=?utf-8?Q?Hello_there?="] * count))


@case
def resource_words():
    """Thousands of encoded words."""
    return worded(3000), make.unscannable(unscanned=["size"])


@case
def resource_words_control():
    return worded(8), dict(CLEAN, no_unscanned=True)


def delimiters(count):
    out = 'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    return make.mail("A file", out + "--b\r\n" * count + entity(NOTE)
                     + "--b--\r\n")


@case
def resource_delimiters():
    """Delimiters, line after line."""
    return delimiters(4000), make.unscannable(unscanned=["count"])


@case
def resource_delimiters_control():
    return delimiters(5), dict(absent=["EICAR_TEST_FILE"], no_unscanned=True)


# --- images of discs --------------------------------------------------------------------

@case
def disk_iso_small():
    """Smaller than libarchive thinks that an image can be."""
    image = make.iso([("ORDER.COM", EICAR)])
    assert len(image) < 24 * 2048
    return (make.with_file("order.iso", image),
            make.malware("EICAR_TEST_FILE", parts=[part("2/ORDER.COM")]))


@case
def disk_iso_small_control():
    return (make.with_file("notes.iso", make.iso([("NOTE.TXT", NOTE)])),
            dict(only=["DISK_IMAGE_ATTACHMENT"], no_unscanned=True,
                 parts=[part("2/NOTE.TXT")]))


@case
def disk_iso_without_files():
    """A disc on which there is nothing to be seen, and bytes behind."""
    return (make.with_file("notes.iso", make.iso() + EICAR * 300),
            dict(absent=["EICAR_TEST_FILE"], unscanned=["unsupported"]))


@case
def disk_udf_beside_iso():
    """Windows shows the files of UDF, of which nothing here knows."""
    image = bytearray(make.iso([("NOTE.TXT", NOTE)]))
    # in the place of a table for machines that nobody has
    image[19 * 2048:20 * 2048] = b"\0NSR02\1".ljust(2048, b"\0")
    return (make.with_file("notes.iso", bytes(image)),
            dict(symbols=["UNSUPPORTED_CONTENT"], unscanned=["unsupported"],
                 parts=[part("2/NOTE.TXT")]))


# --- archives that nothing kept can unpack --------------------------------------------------

@case
def archive_arj_control():
    """Files that could be read by an unpacker: not clean, no more."""
    return (make.with_file("notes.arj", mime.arj(b"note.txt", NOTE)),
            make.unscannable("UNSUPPORTED_CONTENT",
                             unscanned=["unsupported"],
                             parts=[part("2/note.txt")]))


@case
def archive_sis():
    """A package for telephones of old."""
    data = struct.pack("<IIII", 0x10000001, 0x1000006d, 0x10000419,
                       0x12345678) + bytes(range(256)) * 4
    return (make.with_file("game.sis", data),
            dict(unscanned=["unsupported"]))


# --- a test of filters ---------------------------------------------------------------------

GTUBE = ("XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL"
         "*C.34X")


@case
def gtube():
    return (make.mail("Test", make.text_part("This is a test.\n\n%s\n"
                                             % GTUBE)),
            dict(verdict="spam", action="quarantine",
                 only=["GTUBE_TEST_MAIL"]))


@case
def gtube_page():
    return (make.with_html("<p>Test:</p><p>%s</p>" % GTUBE),
            dict(verdict="spam", action="quarantine",
                 symbols=["GTUBE_TEST_MAIL"]))


@case
def gtube_control():
    """Talked about, cut, and in a file."""
    return (make.with_file("gtube.txt", GTUBE.encode() + b"\r\n",
                           "text/plain",
                           text="The GTUBE string ends in\nGTUBE-STANDARD-ANTI"
                           "-UBE-TEST-EMAIL*C.34X; it is attached."), CLEAN)


if __name__ == "__main__":
    make.main(sys.argv[1:])
