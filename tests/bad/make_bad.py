#!/usr/bin/env python3
"""make_bad.py OUT [MANIFEST]: write mail of bad intent, made up.

A set against misses: one or more grammars for every family of attack that is
known, in many languages (LANGUAGE.txt beside this file), put into mails as such
senders build them. All of it is written from knowledge of the attacks, none of
it copied from mail. Nobody is named but brands that are
imitated everywhere; hosts are reserved names, or names too long and meaningless
to be anybody's. The result does not depend on chance.

MANIFEST becomes a table with tabs and a header line: class (phish, scam, spam),
file, source, notes ("sub=FAMILY;cluster=…;lang=…")."""
import base64
import glob
import os
import re
import sys
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import grammar  # noqa: E402
import layouts  # noqa: E402
import mail_parts  # noqa: E402
import pools  # noqa: E402

# family: (senders, links, layouts); what a text does not say itself.
MAILBOX = (["hacked", "hacked", "self", "odd", "spoof", "free"],
           ["fragment", "fragment", "free", "storage", "ipfs", "hacked",
            "redirect", "form"],
           ["simple", "button", "card", "text", "simple", "bare"])
BRAND = (["lookalike", "hacked", "odd", "hosted", "esp"],
         ["look", "hacked", "free", "short", "odd", "redirect"],
         ["card", "button", "simple", "picture", "card", "bare"])
FILE = (["hacked", "self", "hacked", "odd"],
        ["fragment", "free", "storage", "redirect", "hacked"],
        ["button", "card", "page", "pdf", "simple", "qr"])
LETTER = (["mailbox", "hacked", "mailbox"], ["none"], ["plain", "letter"])
OFFER = (["odd", "hosted", "hacked", "esp"],
         ["odd", "storage", "short", "redirect", "free"],
         ["card", "picture", "button", "simple"])
CALL = (["mailbox", "hacked", "esp"], ["none"], ["letter", "bill", "plain"])
FAMILIES = {
    "mailbox-full": MAILBOX, "mailbox-expiry": MAILBOX,
    "mailbox-held": MAILBOX, "mailbox-upgrade": MAILBOX,
    "mailbox-close": MAILBOX, "mailbox-signin": MAILBOX,
    "mfa-renew": (["hacked", "self", "hosted"], ["fragment", "free"],
                  ["qr", "qr", "button"]),
    "document": FILE, "voicemail": FILE, "signature": FILE, "payroll": FILE,
    "order": FILE, "payment-advice": FILE,
    "bank": BRAND, "card": BRAND, "wallet-pay": BRAND, "parcel": BRAND,
    "streaming": BRAND, "tax": BRAND, "fine": BRAND, "shop-account": BRAND,
    "social": BRAND, "crypto-wallet": BRAND, "hosting": BRAND,
    "hotel": BRAND, "health": BRAND, "telecom": BRAND, "energy-refund": BRAND,
    "toll": BRAND,
    "thread": (["hacked", "mailbox", "hacked"], ["hacked", "short", "storage"],
               ["text", "simple", "letter-link"]),
    "meeting": FILE, "policy": FILE, "invoice-view": FILE,
    "app-account": BRAND, "benefit": BRAND, "student": BRAND,
    "domain-notice": (["odd", "hacked", "esp"], ["odd", "hacked"],
                      ["text", "simple", "card"]),
    "callback": CALL, "callback-pay": CALL,
    "boss-task": LETTER, "boss-cards": LETTER, "bank-change": LETTER,
    "boss-transfer": LETTER,
    "sextortion": (["spoof", "mailbox", "odd"], ["none"],
                   ["plain", "letter"]),
    "inheritance": LETTER, "widow": LETTER, "lottery": LETTER,
    "compensation": LETTER, "diplomat": LETTER, "partner": LETTER,
    "recovery": LETTER, "supply": LETTER, "threat": LETTER, "visa": LETTER,
    "loan": LETTER, "romance": LETTER, "job": LETTER, "donor": LETTER,
    "survey-prize": OFFER, "giveaway": OFFER, "points": OFFER,
    "invest": (["odd", "hacked", "mailbox", "esp"], ["odd", "short", "free"],
               ["card", "simple", "picture"]),
    "shop": OFFER, "casino": OFFER, "dating": OFFER, "pharmacy": OFFER,
    "diet": OFFER, "iptv": OFFER, "warranty": OFFER, "solar": OFFER,
    "seo": (["mailbox", "hacked"], ["none", "odd"], ["letter", "plain"]),
    "replica": OFFER, "insurance": OFFER, "antivirus": OFFER,
    "credit": OFFER, "gadget": OFFER, "degree": OFFER, "cbd": OFFER,
    "webinar": OFFER, "wine": OFFER, "senior": OFFER, "prophet": OFFER,
    "directory": LETTER, "factory": LETTER, "leads": LETTER,
}
SCAMS = ("sextortion", "inheritance", "widow", "lottery", "compensation",
         "diplomat", "partner", "loan", "romance", "job", "donor",
         "survey-prize", "giveaway", "points", "invest", "recovery", "supply",
         "threat", "visa")
SPAM = ("shop", "casino", "dating", "pharmacy", "diet", "iptv", "warranty",
        "solar", "seo", "replica", "insurance", "antivirus", "credit",
        "gadget", "degree", "cbd", "webinar", "wine", "senior", "prophet",
        "directory", "factory", "leads")
COPIES = {"en": 8}
COPIES_ELSE = 4

def class_of(family):
    return "scam" if family in SCAMS else "spam" if family in SPAM else "phish"


class Mail:
    """One mail while it is made."""

    def __init__(self, text, number):
        self.text = text
        self.key = "%s-%s-%02d" % (text.kind, text.language, number)
        self.dice = grammar.Dice(self.key)
        family = FAMILIES[text.kind]
        self.first, self.box, self.host = self.dice.one(grammar.RECIPIENTS)
        self.address = "%s@%s" % (self.box, self.host)
        self.person = self.dice.one(
            grammar.WOMEN if text.kind in ("widow", "romance")
            else grammar.MEN + grammar.WOMEN)
        self.brand = grammar.choose(text.fields.get("brand", ""), self.dice)
        # each way gets its turn
        turn = number + self.dice.number(3)
        senders = text.list("senders", family[0])
        links = text.list("links", family[1])
        layouts = text.list("layouts", family[2])
        self.sender = senders[turn % len(senders)]
        self.link_kind = links[turn % len(links)]
        if self.link_kind != "none" and self.dice.chance(4):
            self.link_kind = "ip"
        self.layout = layouts[number % len(layouts)]
        # As forwarded or stripped on the way: the words alone.
        if self.layout not in ("qr", "pdf", "page") and self.dice.chance(12):
            self.link_kind, self.layout = "none", "plain"
        self.hacked = self.dice.one(pools.HACKED) + self.dice.one(
            (".example", ".example", ".com.example", "-group.example"))
        self.link = self.make_link()
        self.reply = None
        self.words = self.make_words()

    def odd_domain(self):
        """Bought for the purpose: under a cheap domain, or a usual one."""
        if self.dice.chance(50):
            return "%s%s.%s" % (
                pools.syllables(self.dice, 2 + self.dice.number(2)),
                self.dice.hexadecimal(5) if self.dice.chance(40)
                else pools.syllables(self.dice, 3),
                self.dice.one(pools.ODD_TLDS))
        return "%s%s.%s" % (
            pools.syllables(self.dice, 5 + self.dice.number(2)), self.dice.one(
                ("", "", "-" + self.dice.one(pools.LOGIN_WORDS))),
            self.dice.one(pools.USUAL_TLDS))

    def free_mailbox(self, person):
        parts = person.lower().split()
        local = self.dice.one((
            "".join(parts), ".".join(parts), parts[0][0] + parts[1],
            parts[1] + "office", "desk" + parts[0]))
        return "%s%s@%s" % (local, self.dice.digits(6 + self.dice.number(3)),
                            self.dice.one(pools.FREE_MAIL))

    def make_words(self):
        dice = self.dice
        day = "%d" % (1 + dice.number(27))
        return {
            "name": self.first, "addr": self.address, "user": self.box,
            "host": self.host, "brand": self.brand, "n": dice.digits(8),
            "code": dice.token(8).upper(), "person": self.person,
            "sum": "%d.%02d" % (19 + dice.number(580), dice.number(100)),
            "small": "%d.%02d" % (1 + dice.number(3), dice.number(100)),
            "million": "%d.%d" % (2 + dice.number(40), 1 + dice.number(9)),
            "hours": dice.one(("12", "24", "24", "48", "48", "72")),
            "percent": dice.one(("89", "95", "97", "98", "99")),
            "day": day, "link": self.link or "",
            "mail": self.free_mailbox(self.person),
            "company": self.host.split(".")[0].replace("-", " ").title(),
            "phone": dice.one(("+1 (800) 555-01%02d", "+1-888-555-01%02d",
                               "1 (877) 555 01%02d")) % dice.number(100),
            "wallet": pools.bitcoin(self.key),
            "pass": pools.syllables(dice, 3) + day,
        }

    # --- where links lead -----------------------------------------------------

    def make_link(self):
        if self.link_kind == "none":
            return None
        return getattr(self, "link_" + self.link_kind)()

    def path(self):
        dice = self.dice
        return dice.one((
            "wp-content/plugins/%s/index.php" % pools.syllables(dice, 3),
            "wp-includes/%s/" % dice.hexadecimal(6),
            "wp-admin/css/%s/login.php" % pools.syllables(dice, 2),
            ".well-known/%s/auth.html" % pools.syllables(dice, 2),
            "~%s/mail/owa.htm" % pools.syllables(dice, 3),
            "images/%s/verify.php?id=%s" % (pools.syllables(dice, 2),
                                            dice.hexadecimal(12)),
            "%s/%s.html" % (dice.token(6), dice.token(10)),
            "cgi-bin/%s/?session=%s" % (pools.syllables(dice, 2),
                                        dice.hexadecimal(24)),
            "js/%s/" % dice.token(12), ""))

    def link_hacked(self):
        site = self.dice.one(pools.HACKED) + ".example"
        return "https://%s%s/%s" % (self.dice.one(("", "www.", "mail.")),
                                    site, self.path())

    def link_fragment(self):
        target = self.dice.one((self.link_hacked, self.link_free,
                                self.link_odd))()
        value = self.dice.one((self.address, base64.b64encode(
            self.address.encode()).decode()))
        return target.split("?")[0] + self.dice.one(
            ("#%s", "?email=%s", "?e=%s", "#%s")) % value

    def link_free(self):
        label = "%s-%s%s" % (
            pools.syllables(self.dice, 2), pools.syllables(self.dice, 2),
            self.dice.hexadecimal(6))
        return "https://%s.%s/%s" % (label, self.dice.one(pools.FREE_HOSTS),
                                     self.dice.one(("", "login", "index.html",
                                                    "verify")))

    def link_form(self):
        return self.dice.one((
            "https://docs.google.com/forms/d/e/1FAIpQL%s/viewform" %
            self.dice.token(50),
            "https://form.jotform.com/%s" % self.dice.digits(21),
            "https://%s%s.typeform.com/to/%s" % (
                pools.syllables(self.dice, 3), self.dice.hexadecimal(6),
                self.dice.token(8))))

    def link_short(self):
        return "https://%s/%s" % (self.dice.one(pools.SHORTENERS),
                                  self.dice.token(14))

    def link_redirect(self):
        target = urllib.parse.quote(self.link_odd(), safe="")
        return self.dice.one((
            "https://www.google.com/url?q=%s&sa=D",
            "https://adclick.g.doubleclick.net/pcs/click?xai=x&adurl=%s",
            "https://l.facebook.com/l.php?u=%s&h=AT0",
            "https://www.youtube.com/redirect?q=%s",
            "https://news.morgen-kurier.example/out?url=%s",
            "https://www.google.com/amp/s/%s")) % target

    def link_odd(self):
        return "https://%s/%s" % (self.odd_domain(), self.dice.one((
            self.dice.token(9), "c/%s/%s" % (self.dice.hexadecimal(16),
                                             self.dice.hexadecimal(8)),
            "?u=%s&o=%s" % (self.dice.token(7), self.dice.token(7)),
            "index.php", "go")))

    def link_ip(self):
        return "http://%s.%d/%s/" % (self.dice.one((
            "192.0.2", "198.51.100", "203.0.113")), self.dice.number(250),
            pools.syllables(self.dice, 3))

    def link_ipfs(self):
        name = "bafybei" + self.dice.hexadecimal(52)
        return self.dice.one((
            "https://ipfs.io/ipfs/%s?filename=index.html#%s",
            "https://%s.ipfs.dweb.link/#%s",
            "https://cloudflare-ipfs.com/ipfs/%s/#%s")) % (name, self.address)

    def link_storage(self):
        label = pools.syllables(self.dice, 3) + self.dice.hexadecimal(8)
        return self.dice.one((
            "https://storage.googleapis.com/%s/index.html#%s",
            "https://%s.s3.amazonaws.com/page.html?%s",
            "https://%s.z13.web.core.windows.net/?%s",
            "https://%s.blob.core.windows.net/doc/view.html#%s")) % (
                label, self.dice.token(12))

    def link_look(self):
        name = pools.slug(self.brand) or "mail"
        word = self.dice.one(pools.LOGIN_WORDS)
        return self.dice.one((
            "https://%s-%s-%s.%s/%s" % (
                name, word, pools.syllables(self.dice, 3),
                self.dice.one(("com", "net", "info", "online")), word),
            "https://%s.com.%s.example/%s" % (name, self.dice.one(pools.HACKED),
                                              word),
            "https://%s.example/%s/%s/" % (self.dice.one(pools.HACKED), name,
                                           word),
            "https://%s%s.%s/" % (word, name + self.dice.hexadecimal(4),
                                  self.dice.one(pools.ODD_TLDS))))

    # --- who says to write ----------------------------------------------------

    def make_from(self, name):
        dice = self.dice
        box = dice.one(("info", "contact", "admin", "sales", "no-reply",
                        "support", "notify", pools.syllables(dice, 3)))
        if self.sender == "spoof":
            return name, self.address
        if self.sender == "mailbox" or self.sender == "free":
            return name, self.free_mailbox(self.person)
        if self.link_kind in ("odd", "hacked", "look") and dice.chance(18):
            # a domain bought, or broken into, for both
            host = self.link.split("/")[2]
            return name, "%s@%s" % (box, re.sub("^(www|mail)\\.", "", host))
        if self.sender == "odd":
            return name, "%s@%s" % (box, self.odd_domain())
        if self.sender == "hosted":
            return name, "%s@%s%s.%s" % (
                box, pools.syllables(dice, 3), dice.hexadecimal(6),
                dice.one(("onmicrosoft.com", "firebaseapp.com",
                          "weebly.com", "shopify.com")))
        if self.sender == "esp":
            return name, "%s@em%s.%s" % (box, dice.digits(4), self.hacked)
        if self.sender == "lookalike" and self.brand:
            return name, "%s@%s" % (box, dice.one((
                "%s-%s.example" % (pools.slug(self.brand),
                                   dice.one(pools.LOGIN_WORDS)),
                "%s.%s.example" % (pools.slug(self.brand), dice.hexadecimal(8)),
                "%s%s.%s" % (pools.slug(self.brand), dice.hexadecimal(5),
                             dice.one(pools.ODD_TLDS)))))
        return name, "%s@%s" % (box, self.hacked)


def add_some(paragraphs, choices, most, dice, at_end=True):
    """Up to so many of the choices, before the last paragraph or after it."""
    wanted, choices = 1 + dice.number(most), list(choices)
    for _ in range(min(wanted, len(choices))):
        chosen = choices.pop(dice.number(len(choices)))
        paragraphs.insert(len(paragraphs) if at_end else
                          max(1, len(paragraphs) - 1), chosen)


def extra(kind, language):
    return layouts.EXTRAS.get((kind, language), ())


def lengthen(mail, paragraphs, more):
    """What stands around the matter itself."""
    dice, kind = mail.dice, class_of(mail.text.kind)
    language = mail.text.language
    if FAMILIES[mail.text.kind] is LETTER:
        if kind == "scam" and dice.chance(75):
            add_some(paragraphs, more.get(("more-scam", language), ()), 4, dice,
                     False)
        elif dice.chance(20):
            add_some(paragraphs, extra("foot", language)[-1:], 1, dice)
        return
    if FAMILIES[mail.text.kind] is OFFER:
        if dice.chance(55):
            add_some(paragraphs, more.get(("more-offer", language), ()), 2,
                     dice, False)
    elif kind == "phish" and dice.chance(50):
        add_some(paragraphs, more.get(("more-account", language), ()), 3, dice,
                 False)
    if dice.chance(55):
        add_some(paragraphs, extra("foot", language), 3, dice)
    if kind == "phish" and dice.chance(25):
        add_some(paragraphs, extra("safety", language), 1, dice)


SIGNS = ("⚠️ ", "🔔 ", "📦 ", "🎁 ", "✅ ", "❗", "★ ", "🔒 ", "💰 ", "🎉 ")


def decorate(subject, name, mail):
    """As senders do who want to be seen."""
    dice = mail.dice
    if FAMILIES[mail.text.kind] is LETTER:
        return (subject.upper() if dice.chance(12) else subject), name
    if dice.chance(11):
        subject = dice.one(SIGNS) + subject
    if dice.chance(18):
        subject += dice.one(("!", "!!", " !", "!!!"))
    if dice.chance(5):
        subject = subject.upper()
    if dice.chance(6):
        subject += dice.one((" #%s", " [%s]", " - %s", " (%s)")) % dice.token(
            9)
    if dice.chance(7):
        name += dice.one((" ✔", " #%s" % dice.digits(4), "_%s" % dice.token(5),
                          " 🎁", " ®", "*", " !"))
    return subject, name


def build(text, number, more):
    mail = Mail(text, number)
    dice = mail.dice
    say = lambda words: grammar.fill(grammar.choose(words, dice), mail.words)
    name, address = mail.make_from(say(text.fields.get("from", "%person%")))
    subject, name = decorate(say(text.fields["subject"]), name, mail)
    button = say(text.fields.get("button", "Open"))
    paragraphs = list(text.paragraphs)
    lengthen(mail, paragraphs, more)
    paragraphs = [say(p).replace("\\n", "\n").strip() for p in paragraphs]
    paragraphs = [p for p in paragraphs if p]
    if dice.chance(8) and text.language in ("en", "de", "fr", "es", "it", "pt",
                                            "nl"):
        disguise = dice.one(layouts.DISGUISES)
        paragraphs = [p if "://" in p or "@" in p else disguise(p, dice)
                      for p in paragraphs]
        subject = disguise(subject, dice)
    head = ["From: " + mail_parts.named(name, address)]
    if dice.chance(80):
        head.append("To: " + mail.address)
    elif dice.chance(50):
        head.append("To: undisclosed-recipients:;")
    head.append("Subject: " + mail_parts.word(subject))
    head.append("Date: Tue, 04 Mar 2025 %02d:%02d:00 +0000" % (
        dice.number(24), dice.number(60)))
    head.append("Message-ID: <%s@%s>" % (dice.hexadecimal(24),
                                         address.split("@")[1]))
    reply = text.fields.get("reply")
    if reply and dice.chance(70):
        head.append("Reply-To: " + mail.words["mail"])
    if dice.chance(15):
        head.append("X-Priority: 1")
    head.append("MIME-Version: 1.0")
    body = layouts.LAYOUTS[mail.layout](mail, paragraphs, button)
    return mail, "\n".join(head) + "\n" + body


def texts():
    for path in sorted(glob.glob(os.path.join(HERE, "*.txt"))):
        yield from grammar.read(path)


def main():
    if len(sys.argv) not in (2, 3):
        print("usage: make_bad.py OUT [MANIFEST]", file=sys.stderr)
        return 2
    os.makedirs(sys.argv[1], exist_ok=True)
    counts, table = {}, ["class\tfile\tsource\tnotes"]
    all_texts = list(texts())
    more = {(text.kind, text.language): text.paragraphs for text in all_texts
            if text.kind.startswith("more-")}
    for text in all_texts:
        if text.kind.startswith("more-"):
            continue
        copies = COPIES.get(text.language, COPIES_ELSE)
        for _ in range(copies):
            place = (text.kind, text.language)
            counts[place] = counts.get(place, 0) + 1
            mail, message = build(text, counts[place], more)
            name = mail.key + ".eml"
            with open(os.path.join(sys.argv[1], name), "w",
                      encoding="utf-8") as out:
                out.write(message)
            table.append("%s\t%s\tmade-bad\tsub=%s;cluster=%s;lang=%s" % (
                class_of(text.kind), name, text.kind,
                mail.key.rsplit("-", 1)[0],
                text.language))
    if len(sys.argv) == 3:
        with open(sys.argv[2], "w", encoding="utf-8") as out:
            out.write("\n".join(table) + "\n")
    print("%d mails" % (len(table) - 1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
