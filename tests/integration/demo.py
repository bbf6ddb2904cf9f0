"""`./run demo`: the main job on a private Dovecot, told as a story."""

import argparse
import email
import email.header
import hashlib
import os
import subprocess
import sys
import tempfile
import textwrap

import instance
import messages
import tree

TTY = sys.stdout.isatty()


def paint(code, text):
    return "\033[%sm%s\033[0m" % (code, text) if TTY else text


def title(text):
    print("\n" + paint("1;34", "━━ %s " % text + "━" * max(
        0, 74 - len(text))) + "\n")


def step(what, answer):
    print("  %s\n    %s %s" % (what, paint("2", "→"), answer))


def text_of(reply):
    code, text = reply
    word = "%d %s" % (code, text.decode("utf-8", "replace").split(">")[-1]
                      .strip() or "")
    return paint("32" if code == 250 else "31", word)


def shown(command, done):
    print(paint("1", "  $ " + command))
    out = done.stdout.decode("utf-8", "replace").rstrip()
    print(textwrap.indent(out, "  "))
    error = done.stderr.decode("utf-8", "replace").rstrip()
    if error:
        print(textwrap.indent(paint("31", error), "  "))
    print()


def mailbox(server, user, name):
    mails = server.mails(user, name)
    print("  " + paint("1", "%s of %s" % (name, user)))
    if mails is None:
        print("    (there is no such mailbox)")
        return
    if not mails:
        print("    (empty)")
    for mail in mails:
        parsed = email.message_from_bytes(mail["body"])
        flags = [f for f in mail["flags"] if f.startswith("$")]
        colour = "31" if name == "Quarantine" else "32"
        print("    %3d  %s %s" % (mail["uid"], paint(
            colour, "%-38s" % str(parsed["subject"])[:38]),
            " ".join(flags)))
    print()


def deliver(server):
    title("Mail arrives by LMTP")
    for what, mail, to in (
            ("good mail", messages.good(), ["anna"]),
            ("a program disguised as a PDF", messages.disguised(), ["anna"]),
            ("a link that says one thing and goes elsewhere",
             messages.lying_link(), ["anna"]),
            ("a file whose SHA-256 is on a list", messages.known_bad(),
             ["anna"]),
            ("the EICAR test file, to three recipients", messages.eicar(),
             ["anna", "ben", "carla"])):
        for recipient, reply in server.deliver(mail, *to).items():
            step("%s → %s" % (what, recipient), text_of(reply))


def append(server):
    title("Mail that no MTA sees: IMAP")
    client = server.imap("anna")
    client.create("Archive")
    for what, target, mails in (
            ("APPEND of a disguised program to Archive", "Archive",
             [messages.disguised(7)]),
            ("MULTIAPPEND of good, bad, good to Archive", "Archive",
             [messages.good(1), messages.eicar(1), messages.good(2)])):
        answer, untagged = instance.literal(client, target, *mails)
        step(what, "\n    → ".join(
            [paint("33", line) for line in untagged
             if "ALERT" in line] + [paint("32", answer)]))
    client.logout()


def user_view(server):
    title("What the user sees over IMAP")
    for user, names in (("anna", ("INBOX", "Archive", "Quarantine")),
                        ("ben", ("INBOX", "Quarantine"))):
        for name in names:
            mailbox(server, user, name)


def admin_view(server):
    title("What the administrator sees")
    shown("warden list", server.warden("list"))
    rows = server.sql("select delivery_id from recent_verdicts where "
                      "verdict = 'phishing'")
    if rows:
        shown("warden show %d" % rows[0][0],
              server.warden("show", str(rows[0][0])))
    shown("warden stats", server.warden("stats"))
    statement = ("select user, verdict, subject from quarantined "
                 "order by user, subject")
    print(paint("1", "  $ sqlite3 verdicts.sqlite \"%s\"" % statement))
    for row in server.sql(statement):
        print("  " + "|".join(str(column) for column in row))
    print()
    shown("doveadm warden status", server.doveadm("warden", "status"))


def release(server):
    title("A mistake is undone with one command")
    shown("doveadm warden release -u anna subject brochure",
          server.doveadm("warden", "release", "-u", "anna", "subject",
                         "brochure"))
    for name in ("INBOX", "Quarantine"):
        mailbox(server, "anna", name)


def main():
    parser = argparse.ArgumentParser(prog="./run demo",
                                     description=__doc__)
    parser.add_argument("--dovecot", choices=["2.3", "2.4"],
                        default=tree.native_generation())
    parser.add_argument("--storage", choices=["maildir", "sdbox", "mdbox"],
                        default="maildir")
    args = parser.parse_args()
    if args.dovecot != tree.native_generation():
        subprocess.run([str(tree.PROJECT / "run"), "build", args.dovecot],
                       check=True)
    with instance.Instance(args.dovecot, args.storage) as server:
        version = server.run("dovecot", "--version").stdout.decode().split()
        title("A private Dovecot %s (%s) with the warden plugin"
              % (version[0], args.storage))
        digest = hashlib.sha256(messages.BROCHURE).hexdigest()
        feed = server.dir / "bad-hashes.txt"
        feed.write_text("# files that turned out to be bad\n%s\n" % digest)
        shown("warden feed import --name demo bad-hashes.txt", server.warden(
            "feed", "import", "--name", "demo", str(feed)))
        deliver(server)
        append(server)
        user_view(server)
        admin_view(server)
        release(server)
        faults = server.panics()
        print("\n".join(faults))
        return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
