#!/usr/bin/python3
"""Write the seeds of fuzz-web: the pages of tests/cases/make_web.py, and
scripts and calendars of a few lines."""

import email
import importlib.util
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
SEEDS = HERE / "seeds" / "web"
SCRIPTS = {
    "join": "var a=['YW','Jj'].join('');eval(atob(a))",
    "codes": "document.write(String.fromCharCode(60,0x62,62))",
    "replace": "x='a#b'.replace(/[#x]/g,'').split('').reverse().join('')",
    "template": "location=`https://${'example'}.com/?${x}`",
    "calls": "$.ajax({url:'https://example.com/x',data:{a:1}});"
             "a.download='b.zip';a.href=URL.createObjectURL(new Blob([c]))",
    "operators": "for(var i=0,s='';i<9;i++)s+=String.fromCharCode(k[i]^7);"
                 "t=x?y:-1+2*3%4;function f(a,b){return a||'b'}",
    "escapes": "a='\\x41\\u0042\\u{43}\\104\\n';\\u0065val(a)/b/c;d=/[/]\\//g",
    "css": "@import 'a';b{c:url(\"d\\65 \");e:exp/**/ression(f)}",
}
CALENDAR = ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nURL:https://example.com/\r\n"
            " x\r\nATTACH;ENCODING=BASE64;VALUE=BINARY:PGh0\r\n bWw+\r\n"
            "END:VEVENT\r\nEND:VCALENDAR\r\n")


def cases():
    spec = importlib.util.spec_from_file_location(
        "make_web", HERE.parent / "cases" / "make_web.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, function in module.CASES.items():
        message = function()[0].encode("utf-8")
        for part in email.message_from_bytes(message).walk():
            if part.get_content_type() in ("text/html", "image/svg+xml"):
                yield name, part.get_payload(decode=True)


def main():
    SEEDS.mkdir(parents=True, exist_ok=True)
    for name, data in cases():
        if len(data) < 3000:
            (SEEDS / name).write_bytes(data)
    for name, text in SCRIPTS.items():
        (SEEDS / ("script-" + name)).write_bytes(b"s" + text.encode())
    (SEEDS / "calendar").write_bytes(b"c" + CALENDAR.encode())


if __name__ == "__main__":
    main()
