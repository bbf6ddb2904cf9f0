#!/usr/bin/python3
"""Writes the cases of the classifier: python3 make_classifier.py.

They bring a model of their own: what is tested is that features are seen and
weighed, not what training made of them."""

import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent

MODEL = """[model]
constant = -3
weak = 1
likely = 2
sure = 4

[weights]
subject.exclaims = 1
reply.other-domain = 2
reply.freemail = 1
links.lonely = 4
links.never-own = 1
links.own = -3
text.shouts = 0.5
"""


def mail(subject, body, reply="", html=None):
    lines = ["From: Service <service@example.com>", "To: user@example.net",
             "Subject: " + subject, "Date: Tue, 04 Mar 2025 09:00:00 +0000",
             "Message-ID: <1@example.com>", "MIME-Version: 1.0"]
    if reply:
        lines.append("Reply-To: " + reply)
    kind = "html" if html else "plain"
    lines += ["Content-Type: text/%s; charset=utf-8" % kind, "",
              html or body, ""]
    return "\r\n".join(lines).encode()


def page(link):
    return ('<html><body><p>Your parcel is waiting.</p>'
            '<a href="%s">Show the parcel</a></body></html>' % link)


AWAY = "https://parcels.example/track"
OWN = "https://www.example.com/track"
CASES = {
    "classifier-phish-weak": (
        mail("Your parcel!", "", "", page(AWAY)).replace(b"parcel!", b"parcel"),
        "CLASSIFIER_PHISH_WEAK",
        "One link, elsewhere, behind words: log-odds 2.",
        MODEL.replace("likely = 2", "likely = 3")),
    "classifier-phish": (
        mail("Your parcel!", "", "", page(AWAY)), "CLASSIFIER_PHISH",
        "The same with a subject that calls.", MODEL),
    "classifier-phish-sure": (
        mail("Your parcel!", "", "desk@parcels.example", page(AWAY)),
        "CLASSIFIER_PHISH_SURE", "And answers go elsewhere.", MODEL),
    "classifier-phish-control": (
        mail("Your parcel!", "", "", page(OWN)), None,
        "The link leads to the sender's own domain.", MODEL),
    "classifier-spam-weak": (
        mail("An offer!", "Please write to us.", "a.b@gmail.com"),
        "CLASSIFIER_SPAM_WEAK", "Answers go to a free mailbox.", MODEL),
    "classifier-spam": (
        mail("An offer!", "Please write to us.", "a.b@gmail.com"),
        "CLASSIFIER_SPAM", "The same for a stricter model.",
        MODEL.replace("constant = -3", "constant = -2")),
    "classifier-spam-sure": (
        mail("An offer!", "Please write to us.", "a.b@gmail.com"),
        "CLASSIFIER_SPAM_SURE", "The same for the strictest model.",
        MODEL.replace("constant = -3", "constant = 0")),
    "classifier-spam-control": (
        mail("An offer!", "Please write to us.", "sales@example.com"), None,
        "Answers go to the sender.", MODEL),
}
SYMBOLS = ["CLASSIFIER_%s%s" % (kind, degree) for kind in ("PHISH", "SPAM")
           for degree in ("", "_SURE", "_WEAK")]


def main():
    for name, (message, symbol, why, model) in CASES.items():
        folder = HERE / name
        folder.mkdir(exist_ok=True)
        (folder / "message.eml").write_bytes(message)
        expect = {"why": why, "model": model, "verdict": "clean",
                  "absent": [s for s in SYMBOLS if s != symbol]}
        if symbol:
            expect["symbols"] = [symbol]
        if symbol and symbol.endswith("_SURE"):
            # Alone it makes suspicion, no more.
            expect["verdict"] = "suspicious"
            expect["action"] = "flag"
        (folder / "expect.json").write_text(
            json.dumps(expect, indent=1) + "\n")


if __name__ == "__main__":
    main()
