"""The wire format between plugin and wardend, for tests: a second
implementation, written from scanner/protocol/README.md and not from the C
source, so that the two check each other."""

import socket
import struct

MAGIC = b"WRDN"
VERSION = 1
REPLY = 0x80
HEADER = struct.Struct(">4sBBHI")
ATTRIBUTE = struct.Struct(">HI")
PAYLOAD_MAX = 64 * 1024

OPS = {"scan": 1, "place": 2, "pending": 3, "release": 4, "status": 5,
       "report": 6, "gone": 7, "renamed": 8, "moved": 9, "hunt": 10,
       "notice": 11, "audit": 12}
STATUSES = ("ok", "need-body", "bad-request", "tempfail", "refused")
VERDICTS = ("unknown", "clean", "suspicious", "spam", "phishing", "malware",
            "policy", "unscannable", "pending", "released")
ACTIONS = ("none", "allow", "flag", "quarantine", "defer")
OPERATIONS = ("unknown", "deliver", "save", "copy", "move", "fetch", "sync",
              "release", "pull", "restore", "rescan")
ROLES = ("none", "junk", "trash", "drafts", "sent", "quarantine")
UNRECORDED, CACHED, TRUNCATED, RELEASED = 1, 2, 4, 8

# tag: (name, kind); an enum's kind is the tuple of its words.
REQUEST = {
    1: ("operation", OPERATIONS), 2: ("role", ROLES), 3: ("deadline", "u32"),
    4: ("body_size", "u64"), 5: ("full_size", "u64"), 6: ("service", "str"),
    7: ("user", "str"), 8: ("recipient", "str"), 9: ("sender", "str"),
    10: ("session", "str"), 11: ("mailbox", "str"), 12: ("origin", "str"),
    13: ("actor", "str"), 14: ("actions", "str"), 15: ("key", "bytes"),
    16: ("delivery_id", "u64"), 17: ("aborted", "bool"),
    18: ("mailbox_guid", "bytes"), 19: ("uid_validity", "u32"),
    20: ("uid", "u32"), 21: ("guid", "str"), 22: ("admin", "bool"),
    23: ("global", "bool"), 24: ("comment", "str"),
    25: ("origin_guid", "bytes"), 26: ("origin_uid_validity", "u32"),
    27: ("origin_uid", "u32"), 28: ("query", "str"), 29: ("what", "str"),
    30: ("language", "str"), 31: ("cursor", "u64"),
}
ANSWER = {
    256: ("status", STATUSES), 257: ("verdict", VERDICTS),
    258: ("action", ACTIONS), 259: ("flags", "u32"),
    260: ("rules_epoch", "u32"), 261: ("list_generation", "u32"),
    262: ("score_milli", "i32"), 263: ("delivery_id", "u64"),
    264: ("key", "bytes"), 265: ("keyword", "str"), 266: ("reason", "str"),
    267: ("symbols", "str"), 268: ("text", "str"), 269: ("cursor", "u64"),
}
PACK = {"u32": ">I", "i32": ">i", "u64": ">Q", "bool": ">B"}


class Invalid(Exception):
    """A frame that is not what README.md says."""


def attribute(tag, value):
    return ATTRIBUTE.pack(tag, len(value)) + value


def _encode_value(kind, value):
    if isinstance(kind, tuple):
        return bytes([kind.index(value)])
    if kind == "bytes":
        return value
    if kind == "str":
        return value.encode() if isinstance(value, str) else value
    return struct.pack(PACK[kind], value)


def frame(kind, payload=b"", version=VERSION, magic=MAGIC, reserved=0,
          length=None):
    return HEADER.pack(magic, version, kind, reserved,
                       len(payload) if length is None else length) + payload


def _payload(table, fields):
    tags = {name: (tag, kind) for tag, (name, kind) in table.items()}
    return b"".join(attribute(tags[name][0],
                              _encode_value(tags[name][1], value))
                    for name, value in fields.items())


def request(op, **fields):
    """The bytes of a request frame; the caller appends the body."""
    return frame(OPS[op], _payload(REQUEST, fields))


def reply(op, **fields):
    """For fake servers."""
    return frame(OPS[op] | REPLY, _payload(ANSWER, fields))


def _decode_value(kind, value):
    if isinstance(kind, tuple):
        if len(value) != 1 or value[0] >= len(kind):
            raise Invalid("enumeration %r" % value)
        return kind[value[0]]
    if kind == "bytes":
        return value
    if kind == "str":
        return value.decode("utf-8")
    if len(value) != struct.calcsize(PACK[kind]):
        raise Invalid("width %d of %s" % (len(value), kind))
    return struct.unpack(PACK[kind], value)[0]


def _decode(table, payload):
    fields, at = {}, 0
    while at < len(payload):
        tag, length = ATTRIBUTE.unpack_from(payload, at)
        at += ATTRIBUTE.size
        if at + length > len(payload):
            raise Invalid("attribute overruns")
        if tag in table:
            name, kind = table[tag]
            if name in fields:
                raise Invalid("%s twice" % name)
            fields[name] = _decode_value(kind, payload[at:at + length])
        at += length
    return fields


def read_exactly(sock, size):
    data = b""
    while len(data) < size:
        more = sock.recv(size - len(data))
        if not more:
            raise EOFError("closed after %d of %d bytes" % (len(data), size))
        data += more
    return data


def read_frame(sock):
    """(kind, payload) of one frame."""
    magic, version, kind, reserved, length = HEADER.unpack(
        read_exactly(sock, HEADER.size))
    if (magic, version, reserved) != (MAGIC, VERSION, 0) or (
            length > PAYLOAD_MAX):
        raise Invalid("header")
    return kind, read_exactly(sock, length)


def read_reply(sock):
    kind, payload = read_frame(sock)
    if not kind & REPLY:
        raise Invalid("not a reply")
    fields = {"status": "ok", "verdict": "unknown", "action": "none",
              "flags": 0, "delivery_id": 0, "rules_epoch": 0,
              "list_generation": 0, "score_milli": 0, "keyword": "",
              "reason": "", "symbols": "", "text": "", "cursor": 0}
    fields.update(_decode(ANSWER, payload))
    fields["op"] = kind & ~REPLY
    return fields


def read_request(sock):
    """For fake servers: (op name, fields, body)."""
    kind, payload = read_frame(sock)
    fields = _decode(REQUEST, payload)
    name = {number: word for word, number in OPS.items()}[kind]
    return name, fields, read_exactly(sock, fields.get("body_size", 0))


def connect(path, timeout=30.0):
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.settimeout(timeout)
    try:
        sock.connect(str(path))
    except BaseException:
        sock.close()
        raise
    return sock


def ask(path, op, body=None, timeout=30.0, half_close=False, **fields):
    """One exchange: the reply's fields."""
    if body is not None:
        fields.setdefault("body_size", len(body))
    data = request(op, **fields) + (body or b"")
    with connect(path, timeout) as sock:
        try:
            sock.sendall(data)
            if half_close:
                sock.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it may have said why
        return read_reply(sock)


def status(path, timeout=30.0):
    """STATUS as a dict."""
    text = ask(path, "status", timeout=timeout)["text"]
    return dict(line.split("=", 1) for line in text.splitlines())
