#!/usr/bin/python3
"""Writes the cases of the family "sender": python3 make_sender.py.

Each trick has a control that looks alike and is honest."""

import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
SITE = {"own_domains": "exampleworks.org", "authserv_ids": "mx.exampleworks.org",
        "arc_sealers": "lists.example.net",
        "vips": "Jane Doe <jane@private.example.com>; Max Muster"}
TO = "Anna Berg <anna@exampleworks.org>"


def mail(sender, to=TO, subject="Our meeting", results=(), fields=()):
    lines = ["Authentication-Results: " + value for value in results]
    lines += ["From: " + sender, "Subject: " + subject,
              "Date: Tue, 04 Mar 2025 09:00:00 +0000",
              "Message-ID: <1@example.com>", "MIME-Version: 1.0",
              "Content-Type: text/plain; charset=utf-8"]
    if to:
        lines.insert(1, "To: " + to)
    lines += list(fields) + ["", "See you on Tuesday at ten.", ""]
    return "\r\n".join(lines).encode()


def results(text, server="mx.exampleworks.org"):
    return [server + "; " + text]


BEN = "Ben Roth <ben@example.com>"
PASS = "dmarc=pass header.from=%s; spf=pass smtp.mailfrom=%s"
FAIL = "dmarc=fail (p=none) header.from=example.com"
# name: (message, symbols, why); control: (message, absent, why)
FOUND = {
    "auth-failed": (mail(BEN, results=results(FAIL)), ["AUTH_FAILED"],
                    "The domain disowns the mail."),
    "auth-failed-both": (
        mail(BEN, results=results(
            "spf=fail smtp.mailfrom=b@example.com; dkim=fail "
            "header.d=example.com")), ["AUTH_FAILED"],
        "No DMARC, but SPF and DKIM of the domain failed."),
    "auth-none": (
        mail(BEN, results=results(
            "spf=pass smtp.mailfrom=bounce@mailer.example.net; dkim=none")),
        ["AUTH_NONE"], "What passed is another organisation's."),
    "auth-pass": (
        mail(BEN, results=results(
            "dkim=pass (2048-bit key) header.d=mail.example.com")),
        ["AUTH_PASS"], "DKIM of a host below the domain."),
    "sender-own-unauthenticated": (
        mail("IT <it@exampleworks.org>", results=results(
            "spf=softfail smtp.mailfrom=it@exampleworks.org; dkim=none")),
        ["SENDER_OWN_DOMAIN_UNAUTHENTICATED", "AUTH_NONE"],
        "From outside in the house's own name."),
    "sender-own-lookalike": (
        mail("Anna Berg <anna@examp1eworks.org>"), ["SENDER_OWN_LOOKALIKE"],
        "A digit for a letter."),
    "sender-own-similar": (
        mail("Anna Berg <anna@exampleworkss.org>"), ["SENDER_OWN_SIMILAR"],
        "A letter more."),
    "sender-vip": (
        mail('"Doe, Jane" <ceo4711@example.net>'), ["SENDER_VIP_NAME"],
        "The name turned, a foreign address."),
    "sender-vip-disguised": (
        mail("=?utf-8?B?SmFuZSBE0L5l?= <ceo4711@example.net>"),
        ["SENDER_VIP_NAME"], "A Cyrillic letter in the name."),
    "sender-is-recipient": (
        mail(TO), ["SENDER_IS_RECIPIENT"], "From the recipient's own box."),
    "sender-name-disguised": (
        mail("=?utf-8?B?U3XRgHDQvnJ0IHRlYW0=?= <x@example.net>"),
        ["SENDER_NAME_DISGUISED"], "Cyrillic letters within a Latin word."),
    "sender-name-invisible": (
        mail("=?utf-8?B?U3Vw4oCLcG9ydA==?= <x@example.net>"),
        ["SENDER_NAME_DISGUISED"], "A space without width amid a word."),
    "sender-name-of-recipient": (
        mail("Exampleworks Mail <x@example.net>"),
        ["SENDER_NAME_OF_RECIPIENT"], "The recipient's house by name."),
    "sender-freemail-role": (
        mail("Account Team <team4711@gmail.com>"), ["SENDER_FREEMAIL_ROLE"],
        "A department in a free mailbox."),
    "sender-disposable": (
        mail("Ben <ben@mailinator.com>"), ["SENDER_DISPOSABLE"],
        "A mailbox for minutes."),
    "reply-to-freemail": (
        mail(BEN, fields=["Reply-To: Ben Roth <ben.roth.77@gmail.com>"]),
        ["REPLY_TO_FREEMAIL"], "The same name elsewhere."),
    "reply-to-lookalike": (
        mail("Ben <ben@examplebank.com>",
             fields=["Reply-To: ben@examp1ebank.com"]),
        ["REPLY_TO_LOOKALIKE"], "Answers go where it only looks right."),
    "recipients-hidden": (
        mail(BEN, to="undisclosed-recipients:;"), ["RECIPIENTS_HIDDEN"],
        "To names nobody."),
    "subject-fake-tag": (
        mail(BEN, subject="[Verified Sender] Our meeting"),
        ["SUBJECT_FAKE_TAG"], "A mark that only the own server sets."),
    "subject-names-recipient": (
        mail(BEN, subject="anna@exampleworks.org: mailbox is full"),
        ["SUBJECT_NAMES_RECIPIENT"], "The address in the subject."),
}
ALL = ["AUTH_FAILED", "AUTH_NONE", "AUTH_PASS"]
CONTROLS = {
    "auth-foreign-control": (
        mail(BEN, results=results(FAIL, "mx.example.net")), ALL,
        "By a server that is not ours."),
    "auth-below-control": (
        mail(BEN, results=results("dkim=none", "mx.example.net") +
             results(FAIL)), ALL, "Ours, but below somebody else's."),
    "auth-arc-control": (
        mail(BEN, results=results(
            FAIL + "; arc=pass arc.chain=example.com:lists.example.net")),
        ALL, "A trusted list broke DMARC and sealed it."),
    "auth-arc-foreign": (
        mail(BEN, results=results(
            FAIL + "; arc=pass arc.chain=evil.example.com")), None,
        "Sealed by anybody."),
    "auth-temperror-control": (
        mail(BEN, results=results(
            "spf=temperror smtp.mailfrom=b@example.com; dkim=none")), ALL,
        "A name server did not answer."),
    "sender-own-authenticated-control": (
        mail("IT <it@exampleworks.org>", results=results(
            PASS % ("exampleworks.org", "exampleworks.org"))),
        ["SENDER_OWN_DOMAIN_UNAUTHENTICATED", "SENDER_OWN_LOOKALIKE"],
        "Proved to be from the house."),
    "sender-own-inside-control": (
        mail("IT <it@exampleworks.org>"),
        ["SENDER_OWN_DOMAIN_UNAUTHENTICATED"], "Submitted inside."),
    "sender-own-other-control": (
        mail("Anna Berg <anna@sampleworks.example.com>"),
        ["SENDER_OWN_LOOKALIKE", "SENDER_OWN_SIMILAR"],
        "Another name, honestly."),
    "sender-vip-control": (
        mail("Jane Doe <jane@private.example.com>"), ["SENDER_VIP_NAME"],
        "Her own private mailbox."),
    "sender-vip-other-control": (
        mail("Jane Doering <jane@example.net>"), ["SENDER_VIP_NAME"],
        "Another Jane."),
    "sender-to-self-control": (
        mail(TO, results=results(
            PASS % ("exampleworks.org", "exampleworks.org"))),
        ["SENDER_IS_RECIPIENT"], "A note to oneself, proved."),
    "sender-name-scripts-control": (
        mail("=?utf-8?B?0JzQsNGA0LjRjyAoTWFyaWEp?= <x@example.net>"),
        ["SENDER_NAME_DISGUISED"], "Two scripts in two words."),
    "sender-freemail-control": (
        mail("Berta Muster <berta4711@gmail.com>"), ["SENDER_FREEMAIL_ROLE"],
        "A person in a free mailbox."),
    "reply-to-control": (
        mail("Example Shop <form@example.com>",
             fields=["Reply-To: Carla <carla@gmail.com>"]),
        ["REPLY_TO_FREEMAIL", "REPLY_TO_LOOKALIKE"],
        "A site's form: a visitor's address."),
    "recipients-list-control": (
        mail(BEN, to="", fields=["List-Id: <news.example.com>"]),
        ["RECIPIENTS_HIDDEN"], "A mailing list."),
    "subject-tag-control": (
        mail(BEN, subject="[External] Our meeting"), ["SUBJECT_FAKE_TAG"],
        "The mark that warns."),
}


def write(name, message, expect):
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    (folder / "message.eml").write_bytes(message)
    (folder / "expect.json").write_text(
        json.dumps(expect, indent=2, ensure_ascii=False) + "\n")


for name, (message, symbols, why) in FOUND.items():
    write(name, message, {"symbols": symbols, "sender": SITE, "why": why})
for name, (message, absent, why) in CONTROLS.items():
    if absent is None:
        write(name, message, {"symbols": ["AUTH_FAILED"], "sender": SITE,
                              "why": why})
    else:
        write(name, message, {"absent": absent, "verdict": "clean",
                              "sender": SITE, "why": why})
