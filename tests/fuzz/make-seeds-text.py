#!/usr/bin/python3
"""Write the seeds of fuzz-text. The first byte says what reads the rest, as in
fuzz-text.c. Run after adding one; the files are checked in."""

import base64
import importlib.util
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "cases"))
spec = importlib.util.spec_from_file_location(
    "make_image", HERE.parent / "cases" / "make_image.py")
image = importlib.util.module_from_spec(spec)
spec.loader.exec_module(image)

READERS = ["decode", "show", "draw", "page", "passwords", "sensitive",
           "unpack", "calendar", "card"]
GRID = image.GRID

FILES = {
    "decode-utf7": b"utf-7\n+ADw-a+AD4- +Jjo-",
    "decode-utf16": b"utf-16\n\xff\xfea\0b\0\x3d\xd8\0\xde",
    "decode-2022": b"iso-2022-jp\n\x1b$B$3\x1b(Ba",
    "decode-shift": b"shift_jis\n\x82\xb1a\x82",
    "decode-ebcdic": b"cp037\n\x88\x85\x93\x93\x96",
    "decode-none": b"\n\xe9\xc3\xa9a",
    "decode-unknown": b"x-none\n\xe9a",
    "show-page": b"<style>.h{display:none}</style><p>a</p><span class=h>b"
                 b"</span><font size=0>c</font><!--d--><img src=http://a/b>"
                 b"\0a\n\nb\xe2\x80\x8bc\0<div style='color:#fff;background:"
                 b"#fefefe'>e</div><table><tr><td>f<td>g</table>\0x=\ny",
    "show-nested": b"<div style=opacity:0>" * 40 + b"a" + b"</div>" * 20,
    "show-entities": b"&lt;&#x202e;&nbsp;&shy;a&zwnj;b<br>&#0;&#1114112;",
    "draw-blocks": image.as_text(GRID, "\u2588\u2588", "  ").encode(),
    "draw-halves": image.as_halves(GRID).encode(),
    "draw-braille": image.as_braille(GRID).encode(),
    "draw-quoted": ("> " + image.as_text(GRID, "##", "  ").replace(
        "\n", "\n> ")).encode(),
    "page-table": (
        "<table cellspacing=0>%s</table>" % "".join("<tr>%s</tr>" % "".join(
            "<td %swidth=4 height=4>" % ("bgcolor=#000 " if dark else "")
            for dark in row) for row in GRID)).encode(),
    "page-classes": b"<style>td{width:4px;height:4px}.a{background:black}"
                    b"</style><table><tr><td class=a><td colspan=3><td "
                    b"class=a></table>",
    "page-placed": b"<div style='position:absolute;left:4px;top:8px;width:"
                   b"4px;height:4px;background:rgb(0,0,0)'></div>" * 4,
    "passwords-words": "Password: k7Qz-19\nDas Kennwort lautet \"4711\".\n"
                       "\n  geheim  \npw=a_b\n密码：1234\n<b>Zeta99</b>"
                       "\n".encode(),
    "passwords-name": b"order-2024.pdf.zip",
    "sensitive-numbers": b"Card 4111 1111 1111 1111, IBAN DE89 3704 0044 0532"
                         b" 0130 00, SSN 078-05-1120, 4111-1111-1111-1111\n"
                         b"secret plan\n",
    "sensitive-keys": b"-----BEGIN RSA PRIVATE KEY-----\n" + b"QUJD" * 12
                      + b"\n-----END RSA PRIVATE KEY-----\nAKIAIOSFODNN7EXAMPL"
                        b"E ghp_" + b"a1B2" * 9 + b"\n",
    "sensitive-markup": b"<td>4111</td><td>1111</td> <b>4111 1111 1111</b>"
                        b" 1111 &nbsp;",
    "sensitive-patterns": b"# names\n\na-b = \\bProject (Falcon|Heron)\\b\n",
    "unpack-base64": base64.b64encode(b"MZ" + bytes(100)) + b" "
                     + base64.b64encode(b"PK\3\4" + bytes(60))[::-1],
    "unpack-hex": b"4d5a" + b"00" * 80 + b" \\x4d\\x5a%4d%5a",
    "unpack-numbers": b"77,90," + b"0," * 80,
    "unpack-twice": base64.b64encode(base64.b64encode(b"MZ" + bytes(90))),
    "calendar-event": b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDESCRIPTION;ALTREP="
                      b"\"http://a/\":b http://exa\r\n mple.com/\\n c\r\n"
                      b"ATTACH;ENCODING=BASE64;VALUE=BINARY;X-FILENAME=a.exe:"
                      + base64.b64encode(b"MZ" + bytes(40))
                      + b"\r\nX-ALT-DESC;FMTTYPE=text/html:<a href=\"http://b/"
                        b"\">c</a>\r\nATTACH:file:///c:/a\r\nEND:VEVENT\r\nEND:"
                        b"VCALENDAR\r\n",
    "card-plain": b"BEGIN:VCARD\r\nURL:http://a/\r\nPHOTO;ENCODING=b;TYPE=PNG:"
                  + base64.b64encode(image.code("http://a/", 1))
                  + b"\r\nNOTE;QUOTED-PRINTABLE:a=\r\nb http://c/\r\nEND:"
                    b"VCARD\r\n",
}


def main():
    for name, data in FILES.items():
        reader = READERS.index(name.split("-")[0])
        (HERE / "seeds" / "text" / name).write_bytes(bytes([reader]) + data)


if __name__ == "__main__":
    main()
