"""Signatures with the keys of this folder, for tests: S/MIME built here, so that
the time of signing, the digest and what is left out can be chosen; OpenPGP by
gpg. make-keys.sh made the keys."""

import base64
import pathlib
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SIGNED_AT = "260303100000Z"
OIDS = {
    "data": "1.2.840.113549.1.7.1", "signed": "1.2.840.113549.1.7.2",
    "content-type": "1.2.840.113549.1.9.3",
    "digest": "1.2.840.113549.1.9.4", "time": "1.2.840.113549.1.9.5",
    "sha256": "2.16.840.1.101.3.4.2.1", "sha512": "2.16.840.1.101.3.4.2.3",
    "sha1": "1.3.14.3.2.26", "md5": "1.2.840.113549.2.5",
    "unknown": "1.3.6.1.4.1.99999.1",
    "rsa": "1.2.840.113549.1.1.1", "ed25519": "1.3.101.112",
    "ec-sha1": "1.2.840.10045.4.1",
    "ec-sha256": "1.2.840.10045.4.3.2", "ec-sha512": "1.2.840.10045.4.3.4",
}


# --- DER ------------------------------------------------------------------------

def der(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def oid(name):
    numbers = [int(n) for n in OIDS[name].split(".")]
    out = bytearray([numbers[0] * 40 + numbers[1]])
    for number in numbers[2:]:
        groups = [number & 127]
        while number > 127:
            number >>= 7
            groups.append(128 | number & 127)
        out += bytes(reversed(groups))
    return der(6, bytes(out))


def algorithm(name):
    null = der(5) if name in ("rsa", "sha1", "md5") else b""
    return der(0x30, oid(name), null)


def split(data):
    """The elements of a DER sequence's body, each with its head."""
    out, at = [], 0
    while at < len(data):
        size, head = data[at + 1], 2
        if size & 128:
            count = size & 127
            size = int.from_bytes(data[at + 2:at + 2 + count], "big")
            head += count
        out.append((data[at:at + head + size], data[at + head:at + head + size]))
        at += head + size
    return out


# --- S/MIME -----------------------------------------------------------------------

def pem(name):
    text = (HERE / (name + ".pem")).read_text()
    return base64.b64decode("".join(
        line for line in text.split("\n") if "-----" not in line))


def issuer_and_serial(certificate):
    fields = split(split(split(certificate)[0][1])[0][1])
    return der(0x30, fields[3][0], fields[1][0])


def digest(kind, data):
    return subprocess.run(["openssl", "dgst", "-" + kind, "-binary"],
                          input=data, stdout=subprocess.PIPE,
                          check=True).stdout


def raw_signature(key, kind, data):
    path = str(HERE / (key + ".key"))
    if "ed25519" in key:
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            command = ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey",
                       path, "-in", file.name]
            return subprocess.run(command, stdout=subprocess.PIPE,
                                  check=True).stdout
    return subprocess.run(["openssl", "dgst", "-" + kind, "-sign", path],
                          input=data, stdout=subprocess.PIPE,
                          check=True).stdout


def signature_algorithm(key, kind):
    if "ed25519" in key:
        return "ed25519"
    return "rsa" if "rsa" in key else "ec-" + kind


def signer_info(key, content, kind, attributes, time):
    attrs = [der(0x30, oid("content-type"), der(0x31, oid("data")))]
    if time:
        attrs.append(der(0x30, oid("time"), der(0x31, der(
            0x17, time.encode()))))
    real = "sha256" if kind == "unknown" else kind
    attrs.append(der(0x30, oid("digest"), der(0x31, der(
        4, digest(real, content)))))
    attrs = b"".join(sorted(attrs))
    signed = der(0x31, attrs) if attributes else content
    return der(0x30, der(2, b"\x01"), issuer_and_serial(pem(key)),
               algorithm(kind), der(0xa0, attrs) if attributes else b"",
               algorithm(signature_algorithm(key, real)),
               der(4, raw_signature(key, real, signed)))


def cms(content, *keys, kind="sha256", attributes=True, time=SIGNED_AT,
        inside=False, certificates=True):
    """A SignedData over content by the owners of keys."""
    encapsulated = der(0x30, oid("data"), der(0xa0, der(
        4, content)) if inside else b"")
    certs = b"".join(pem(key) for key in keys) if certificates else b""
    return der(0x30, oid("signed"), der(0xa0, der(
        0x30, der(2, b"\x01"), der(0x31, algorithm(kind)), encapsulated,
        der(0xa0, certs) if certs else b"",
        der(0x31, b"".join(signer_info(key, content, kind, attributes, time)
                           for key in keys)))))


def lines(data):
    text = base64.b64encode(data).decode()
    return "".join(text[i:i + 76] + "\r\n" for i in range(0, len(text), 76))


# --- OpenPGP -------------------------------------------------------------------------

def gpg(key, content, *arguments, time="20260303T100000"):
    """What gpg makes of content."""
    with tempfile.TemporaryDirectory() as home:
        command = ["gpg", "--homedir", home, "--batch", "--quiet",
                   "--pinentry-mode", "loopback", "--passphrase", "",
                   "--faked-system-time", time + "!"]
        try:
            subprocess.run([*command, "--import", str(HERE / (key + ".pgp"))],
                           check=True, stderr=subprocess.DEVNULL)
            return subprocess.run([*command, "--output", "-", *arguments],
                                  input=content, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL,
                                  check=True).stdout
        finally:
            subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"],
                           check=False)


# --- mail --------------------------------------------------------------------------------

def head(sender="Ada Example <ada@sender.example>", extra=""):
    return ("From: %s\r\nTo: bob@example.org\r\nSubject: The minutes\r\n"
            "Date: Tue, 03 Mar 2026 10:00:05 +0000\r\n"
            "Message-ID: <signed@sender.example>\r\n%sMIME-Version: 1.0\r\n"
            % (sender, extra))


BODY = ("Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n"
        "Hello Bob,\r\n\r\nhere are the minutes of Monday's meeting.\r\n\r\n"
        "Ada\r\n").encode()


def signed(content, signature, kind, micalg="sha-256"):
    """multipart/signed with its own Content-Type."""
    return ('Content-Type: multipart/signed; protocol="application/%s";\r\n'
            ' micalg=%s; boundary="=_signed"\r\n\r\n'
            "--=_signed\r\n" % (kind, micalg)).encode() + content + (
                "\r\n--=_signed\r\nContent-Type: application/%s; name=\"%s\""
                "\r\n%s\r\n%s\r\n--=_signed--\r\n" % (
                    kind, "smime.p7s" if "pkcs7" in kind else
                    "signature.asc", "Content-Transfer-Encoding: base64\r\n"
                    if "pkcs7" in kind else "", signature)).encode()


def smime(content, *keys, signs=None, micalg="sha-256", **options):
    made = cms(content if signs is None else signs, *keys, **options)
    return signed(content, lines(made), "pkcs7-signature", micalg)


def opaque(content, *keys, **options):
    made = cms(content, *keys, inside=True, **options)
    return ("Content-Type: application/pkcs7-mime; smime-type=signed-data;\r\n"
            " name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n"
            "Content-Disposition: attachment; filename=smime.p7m\r\n\r\n"
            + lines(made)).encode()


def pgp_mime(content, key, signs=None, *arguments, **options):
    made = gpg(key, content if signs is None else signs, "--armor",
               "--detach-sign", *arguments, **options)
    return signed(content, made.decode().replace("\n", "\r\n"),
                  "pgp-signature", "pgp-sha512")


def text(body):
    return ("Content-Type: text/plain; charset=utf-8\r\n\r\n").encode() + body


def mixed(*parts, extra=""):
    out = ('Content-Type: multipart/mixed; boundary="=_mixed"\r\n%s\r\n'
           % extra).encode()
    for part in parts:
        out += b"--=_mixed\r\n" + part + b"\r\n"
    return out + b"--=_mixed--\r\n"
