"""`./run matrix`: every way into a mailbox on both Dovecots and three storages.

With the real scanner: good mail, and mail with the EICAR test file. A row says
where each ended and what the client was told.
"""

import argparse
import itertools
import os
import re
import sys

import instance
import messages
import ways

_number = itertools.count(1)


def make(bad):
    tag = "matrix-%d-%d" % (os.getpid(), next(_number))
    files = ([("test.com", messages.EICAR, "application/octet-stream")]
             if bad else [])
    return messages.message(tag, "Hello,\n\nas promised.\n",
                            attachments=files)


def where(server, user, message):
    """As stored: a client's FETCH would move what dsync brought."""
    found = ways.stored(server, user, message)
    for mails in found.values():
        for mail in mails:
            if not ways.same_bytes(mail["body"], message):
                found = dict(found, ALTERED=[mail])
    return found


def describe(found):
    return " + ".join(name if len(mails) == 1 else "%d × %s"
                      % (len(mails), name)
                      for name, mails in sorted(found.items())) or "nowhere"


def multiappend(server, user):
    """Good, bad, good: what was told, and where the three ended."""
    mails = [make(False), make(True), make(False)]
    client = server.imap(user)
    answer = ways.told(instance.literal(client, "INBOX", *mails))
    client.logout()
    return answer, [where(server, user, mail) for mail in mails]


def short(text):
    text = re.sub(r"<[^>]*> ?\S* ", "", text)
    text = re.sub(r"\(\d+\.\d+ .*?secs\)\.?", "", text)
    text = re.sub(r"UID \d+ [\d:,]+( [\d:,]+)?", "UID …", text)
    return re.sub(r"\s+", " ", text).strip()[:150]


def row(name, user_kind, found, expected, told):
    ok = sorted(found) == sorted(expected)
    print("  %-22s %-5s %-24s %s%s" % (
        name, user_kind, describe(found), short(told),
        "" if ok else "   ← expected " + " + ".join(expected)), flush=True)
    return ok


def run(generation, storage):
    print("\nDovecot %s, %s" % (generation, storage))
    wrong = 0
    sink = ways.Sink()
    conf = "submission_host = 127.0.0.1:%d\n" % sink.port
    number = itertools.count(1)
    with instance.Instance(
            generation, storage, settings=dict(ways.EXCLUDE), conf=conf,
            plugin_23="  sieve_extensions = +editheader\n",
            conf_24="sieve_extensions {\n  editheader = yes\n}\n") as server:
        for name, (way, good, bad) in ways.ways(generation).items():
            for is_bad, expected in ((False, good), (True, bad)):
                user = "user%d" % next(number)
                message = make(is_bad)
                told = way(server, user, message)
                wrong += not row(name, "bad" if is_bad else "good",
                                 where(server, user, message), expected, told)
        told, found = multiappend(server, "multi")
        for kind, places, expected in zip(
                ("good", "bad", "good"), found,
                (["INBOX"], ["Quarantine"], ["INBOX"])):
            wrong += not row("MULTIAPPEND", kind, places, expected, told)
            told = ""
        for line in server.panics():
            print("  " + line)
            wrong += 1
    sent = len(sink.messages)
    sink.stop()
    print("  redirected by Sieve: %d (the good one)" % sent)
    return wrong + (sent != 1)


def main():
    parser = argparse.ArgumentParser(prog="./run matrix",
                                     description=__doc__)
    parser.add_argument("--dovecot", choices=["2.3", "2.4"])
    parser.add_argument("--storage", choices=["maildir", "sdbox", "mdbox"])
    args = parser.parse_args()
    wrong = 0
    for generation in [args.dovecot] if args.dovecot else ["2.3", "2.4"]:
        for storage in ([args.storage] if args.storage
                        else ["maildir", "sdbox", "mdbox"]):
            wrong += run(generation, storage)
    print("\n%s" % ("all as expected" if not wrong
                    else "%d not as expected" % wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
