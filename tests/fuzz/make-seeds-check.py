#!/usr/bin/python3
"""Write the seeds of fuzz-check. The first byte says what reads the rest, as in
fuzz-check.c. Run after adding one; the files are checked in."""

import pathlib
import struct

HERE = pathlib.Path(__file__).resolve().parent
CASES = HERE.parent / "cases"

READERS = ["results", "link", "host", "name", "mentions", "brands", "hosts",
           "protected", "counts", "message"]

FILES = {
    "results-many": b"i=2; mx.example.org (a (b)) 1; spf=pass smtp.mailfrom="
                    b"prvs=1=b@m.example; dkim=fail reason=\"; x\" header.d=D."
                    b"example.; arc=pass arc.chain=b.example:c.example",
    "results-quoted": b"\"a.example; spf=pass\" 1; none",
    "results-odd": b"a.example;dmarc (a) / 1 (b) = (c) fail (p=none) header ."
                   b" from=f.example;;x",
    "link-plain": b"HTTP://user:a@www.EXAMPLE.com:80/a/../b/%7e?c=d#e",
    "link-screened": b"https://eur01.safelinks.protection.outlook.com/?url="
                     b"https%3A%2F%2Fexample.com%2Fa&data=05",
    "link-defense": b"https://urldefense.com/v3/__https://example.com/a*b__;"
                    b"Iw!!x$",
    "link-defense-2": b"https://urldefense.proofpoint.com/v2/url?u=http-3A__"
                      b"example.com_a&d=x",
    "link-search": b"https://www.google.com/url?q=https%3A%2F%2Fwww.google.de"
                   b"%2Furl%3Fq%3Dhttp%3A%2F%2Fexample.com",
    "link-base64": b"https://a.example/r?u=aHR0cHM6Ly9leGFtcGxlLmNvbS9h",
    "link-odd": b"http:\\\\0x7f.1@[::ffff:1.2.3.4]:99/\xe3\x80\x82a",
    "host-number": b"0300.0250.1",
    "host-ipv6": b"[fe80::1%25eth0]",
    "host-idn": "xn--pypal-4ve.ｅxample。com".encode(),
    "host-letters": b"paypa1-login.example",
    "host-mixed": "раураl.com".encode(),
    "host-percent": b"www%2eexample%2Ecom.",
    "name-double": b"bill.pdf     .exe . ",
    "name-override": "invoice\u202efdp.exe".encode(),
    "name-stream": b"c:\\a\\b.txt:c.js::$DATA",
    "name-person": "Dоe, Jane (CEO)".encode(),
    "mentions-brands": "Your Micr0soft 365 and PayPal account, 支付宝, "
                       "Deutsche Post AG".encode(),
    "brands-table": b"# a\nMicrosoft, Office 365 = microsoft.com ~live.com\n"
                    b"~Apple, iCloud = apple.*\n-Box\nonly\nA=b.c\n",
    "hosts-table": b"# a\n[shorteners]\nbit.ly x.example -bit.ly\n[free-hosts] "
                   b"only\nexample.net/path *.a.example\n",
    "protected-names": b"paypal.com\namazon.*\nshop.example.org\nchase.com\n"
                       b"secure-paypa1.com.example.net",
    "protected-word": b"apple.com\nxn--80ak6aa92e.com",
    "counts-site": struct.pack(">6H", 70, 80, 30, 0, 0, 0)
                   + struct.pack(">6H", 0, 60, 9, 0, 0, 0) * 30,
    "counts-user": struct.pack(">6H", 700, 800, 300, 50, 40, 60)
                   + struct.pack(">6H", 9, 0, 0, 30, 0, 1) * 12,
}
# whole messages that make many checks speak
MESSAGES = ["auth-foreign-control", "brand-button", "content-extortion",
            "double-extension", "link-redirected-unknown", "sender-many",
            "sender-name-disguised"]


def main():
    for name, data in FILES.items():
        reader = READERS.index(name.split("-")[0])
        (HERE / "seeds" / "check" / name).write_bytes(bytes([reader]) + data)
    for name in MESSAGES:
        data = (CASES / name / "message.eml").read_bytes()
        (HERE / "seeds" / "check" / ("message-" + name)).write_bytes(
            bytes([READERS.index("message")]) + data)


if __name__ == "__main__":
    main()
