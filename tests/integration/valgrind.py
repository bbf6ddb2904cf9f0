"""`./run valgrind`: plugin and service under Valgrind, over every way.

imap and lmtp of a private Dovecot run under memcheck, wardend is the build with
AddressSanitizer and UBSan (its reader closes all descriptors and limits its
memory, which memcheck does not survive), while good and bad mail comes in by
every way of the matrix. An error counts if our code is anywhere on its stack;
what Dovecot does alone is only counted.
"""

import argparse
import hashlib
import itertools
import pathlib
import re
import sys

import instance
import matrix
import messages
import ways

SERVICES = {"imap": "imap", "lmtp": "lmtp"}
OURS = re.compile(r"lib02_warden|libwarden|wardend|warden_|scanner/|plugin/|"
                  r"sql/")


def memcheck(log):
    return ["/usr/bin/valgrind", "--leak-check=full",
            "--show-leak-kinds=definite", "--errors-for-leak-kinds=definite",
            "--num-callers=30", "--child-silent-after-fork=no",
            "--log-file=%s/valgrind.%s.%%p" % (log[0], log[1])]


def blocks(path):
    """Error reports of one log: the paragraphs with a stack."""
    text = path.read_text(errors="replace")
    text = re.sub(r"^==\d+== ?", "", text, flags=re.M)
    for block in re.split(r"\n\s*\n", text):
        if re.search(r"^\s+(at|by) 0x", block, re.M):
            yield block


def judged_again(server):
    """A file's hash is imported: the next FETCH hides the mail. Returns 1 if
    it does not."""
    data = b"%PDF-1.4 harmless until today"
    message = messages.message("turned", attachments=[
        ("report.pdf", data, "application/pdf")])
    server.deliver(message, "turned")
    feed = server.dir / "feed.txt"
    feed.write_text(hashlib.sha256(data).hexdigest() + "\n")
    server.warden("feed", "import", str(feed))
    if server.mails("turned")[0]["body"] is None:
        return 0
    print("  a mail that turned bad was served")
    return 1


def run(generation, storage):
    libexec = "/usr/lib/dovecot/"
    conf = ""
    server = instance.Instance(
        generation, storage, settings=dict(ways.EXCLUDE, deadline="5 mins",
                                           notice="quarantine"),
        workers=2, warden_conf="commit_msecs = 60000\n"
                               "[notice]\nfolder = notices\n")
    # A notice must not be found by the subject of what it is about.
    texts = server.dir / "notices"
    texts.mkdir(parents=True)
    texts.chmod(0o755)
    (texts / "single.en.txt").write_text("Subject: Told\n\nof {count}\n")
    logs = server.dir / "valgrind"
    logs.mkdir(parents=True)
    logs.chmod(0o1777)
    for service in SERVICES:
        conf += "service %s {\n  executable = %s %s\n}\n" % (
            service, " ".join(memcheck((logs, service))), libexec + service)
    sink = ways.Sink()
    server.conf = conf + "submission_host = 127.0.0.1:%d\n" % sink.port
    server.build.wardend = instance.tree.Build(generation, "asan").wardend
    number = itertools.count(1)
    wrong = 0
    server.start()
    try:
        for name, (way, good, bad) in ways.ways(generation).items():
            if "editheader" in name:
                continue
            for is_bad, expected in ((False, good), (True, bad)):
                user = "user%d" % next(number)
                message = matrix.make(is_bad)
                way(server, user, message)
                found = matrix.where(server, user, message)
                if sorted(found) != sorted(expected):
                    wrong += 1
                    print("  %s: %s" % (name, matrix.describe(found)))
                # through the gate, which moves what dsync brought
                read = ways.where(server, user, message)
                if is_bad and any(mail["body"] for name in read
                                  if name not in ("Quarantine", "Unscanned")
                                  for mail in read[name]):
                    wrong += 1
                    print("  %s: a bad body was served" % name)
        matrix.multiappend(server, "multi")
        wrong += judged_again(server)
        panics = server.panics()
    finally:
        server.stop()
        sink.stop()
    ours, others = [], 0
    for path in sorted(logs.iterdir()):
        for block in blocks(path):
            if OURS.search(block):
                ours.append((path.name, block))
            else:
                others += 1
    print("Dovecot %s, %s: %d processes under memcheck, %d errors with our "
          "code on the stack, %d without, %d sanitizer or panic lines, "
          "%d wrong places" % (generation, storage, len(list(logs.iterdir())),
                               len(ours), others, len(panics), wrong))
    for name, block in ours[:20]:
        print("\n%s\n%s" % (name, block))
    print("\n".join(panics[:10]))
    return len(ours) + wrong + len(panics)


def main():
    parser = argparse.ArgumentParser(prog="./run valgrind",
                                     description=__doc__)
    parser.add_argument("--dovecot", choices=["2.3", "2.4", "all"],
                        default="all")
    parser.add_argument("--storage", default="maildir",
                        choices=["maildir", "sdbox", "mdbox", "all"])
    args = parser.parse_args()
    faults = 0
    for generation in (["2.3", "2.4"] if args.dovecot == "all"
                       else [args.dovecot]):
        for storage in (["maildir", "sdbox", "mdbox"]
                        if args.storage == "all" else [args.storage]):
            faults += run(generation, storage)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
