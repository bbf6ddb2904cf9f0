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
import hashlib
import html
import os
import re
import sys
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import grammar  # noqa: E402
import mail_parts  # noqa: E402

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
    "callback": CALL, "callback-pay": CALL,
    "boss-task": LETTER, "boss-cards": LETTER, "bank-change": LETTER,
    "boss-transfer": LETTER,
    "sextortion": (["spoof", "mailbox", "odd"], ["none"],
                   ["plain", "letter"]),
    "inheritance": LETTER, "widow": LETTER, "lottery": LETTER,
    "compensation": LETTER, "diplomat": LETTER, "partner": LETTER,
    "loan": LETTER, "romance": LETTER, "job": LETTER, "donor": LETTER,
    "survey-prize": OFFER, "giveaway": OFFER, "points": OFFER,
    "invest": (["odd", "hacked", "mailbox", "esp"], ["odd", "short", "free"],
               ["card", "simple", "picture"]),
    "shop": OFFER, "casino": OFFER, "dating": OFFER, "pharmacy": OFFER,
    "diet": OFFER, "iptv": OFFER, "warranty": OFFER, "solar": OFFER,
    "seo": (["mailbox", "hacked"], ["none", "odd"], ["letter", "plain"]),
    "replica": OFFER, "insurance": OFFER, "antivirus": OFFER,
    "credit": OFFER, "gadget": OFFER,
}
SCAMS = ("sextortion", "inheritance", "widow", "lottery", "compensation",
         "diplomat", "partner", "loan", "romance", "job", "donor",
         "survey-prize", "giveaway", "points", "invest")
SPAM = ("shop", "casino", "dating", "pharmacy", "diet", "iptv", "warranty",
        "solar", "seo", "replica", "insurance", "antivirus", "credit",
        "gadget")
COPIES = {"en": 6}
COPIES_ELSE = 3

HACKED = (
    "autohaus-wendel", "green-valley-school", "padaria-sol", "hotel-miramar",
    "ferrari-impianti", "krishna-exports", "clinica-santa-rosa",
    "meble-kowalski", "al-noor-trading", "bakkerij-de-molen", "lakeside-tiles",
    "sunrise-logistics", "cabinet-moreau", "studio-nove", "tokmak-insaat",
    "riverside-dental", "viveros-andinos", "nordkyst-maskin",
)
ODD_TLDS = ("top", "xyz", "icu", "shop", "click", "online", "site", "store",
            "live", "buzz", "cyou", "sbs", "rest", "quest", "monster", "info",
            "world", "today", "club", "fun")
USUAL_TLDS = ("com", "com", "com", "net", "org", "com.br", "co.in", "ru", "pl",
              "it", "fr", "com.tr", "co.za", "de", "nl", "cn", "jp")
FREE_HOSTS = ("pages.dev", "web.app", "vercel.app", "netlify.app",
              "workers.dev", "firebaseapp.com", "weebly.com", "blogspot.com",
              "github.io", "glitch.me", "r2.dev", "square.site",
              "wixsite.com", "webflow.io", "onrender.com")
FREE_MAIL = ("gmail.com", "outlook.com", "hotmail.com", "yahoo.com",
             "proton.me", "aol.com", "gmx.com", "mail.ru", "yandex.com",
             "163.com")
SHORTENERS = ("bit.ly", "tinyurl.com", "is.gd", "t.ly", "cutt.ly", "rb.gy",
              "shorturl.at", "goo.su", "t.co", "s.id")
WORDS = {"look": ("secure", "login", "service", "support", "verify", "account",
                  "update", "help", "online", "konto", "client", "center")}


def class_of(family):
    return "scam" if family in SCAMS else "spam" if family in SPAM else "phish"


def slug(brand):
    return "".join(c for c in brand.lower() if c.isascii() and c.isalnum())


def syllables(dice, count):
    return "".join(dice.one("bdfgklmnprstvz") + dice.one("aeiou")
                   for _ in range(count))


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
            grammar.WOMEN if text.kind in ("widow", "romance") else grammar.MEN + grammar.WOMEN)
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
        self.hacked = self.dice.one(HACKED) + self.dice.one(
            (".example", ".example", ".com.example", "-group.example"))
        self.link = self.make_link()
        self.reply = None
        self.words = self.make_words()

    def odd_domain(self):
        """Bought for the purpose: under a cheap domain, or a usual one."""
        if self.dice.chance(50):
            return "%s%s.%s" % (
                syllables(self.dice, 2 + self.dice.number(2)),
                self.dice.hexadecimal(5) if self.dice.chance(40)
                else syllables(self.dice, 3), self.dice.one(ODD_TLDS))
        return "%s%s.%s" % (
            syllables(self.dice, 5 + self.dice.number(2)), self.dice.one(
                ("", "", "-" + self.dice.one(WORDS["look"]))),
            self.dice.one(USUAL_TLDS))

    def free_mailbox(self, person):
        parts = person.lower().split()
        local = self.dice.one((
            "".join(parts), ".".join(parts), parts[0][0] + parts[1],
            parts[1] + "office", "desk" + parts[0]))
        return "%s%s@%s" % (local, self.dice.digits(6 + self.dice.number(3)),
                            self.dice.one(FREE_MAIL))

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
            "wallet": bitcoin(self.key), "pass": syllables(dice, 3) + day,
        }

    # --- where links lead -----------------------------------------------------

    def make_link(self):
        if self.link_kind == "none":
            return None
        return getattr(self, "link_" + self.link_kind)()

    def path(self):
        dice = self.dice
        return dice.one((
            "wp-content/plugins/%s/index.php" % syllables(dice, 3),
            "wp-includes/%s/" % dice.hexadecimal(6),
            "wp-admin/css/%s/login.php" % syllables(dice, 2),
            ".well-known/%s/auth.html" % syllables(dice, 2),
            "~%s/mail/owa.htm" % syllables(dice, 3),
            "images/%s/verify.php?id=%s" % (syllables(dice, 2),
                                            dice.hexadecimal(12)),
            "%s/%s.html" % (dice.token(6), dice.token(10)),
            "cgi-bin/%s/?session=%s" % (syllables(dice, 2),
                                        dice.hexadecimal(24)),
            "js/%s/" % dice.token(12), ""))

    def link_hacked(self):
        site = self.dice.one(HACKED) + ".example"
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
        label = "%s-%s%s" % (syllables(self.dice, 2), syllables(self.dice, 2),
                             self.dice.hexadecimal(6))
        return "https://%s.%s/%s" % (label, self.dice.one(FREE_HOSTS),
                                     self.dice.one(("", "login", "index.html",
                                                    "verify")))

    def link_form(self):
        return self.dice.one((
            "https://docs.google.com/forms/d/e/1FAIpQL%s/viewform" %
            self.dice.token(50),
            "https://form.jotform.com/%s" % self.dice.digits(21),
            "https://%s%s.typeform.com/to/%s" % (
                syllables(self.dice, 3), self.dice.hexadecimal(6),
                self.dice.token(8))))

    def link_short(self):
        return "https://%s/%s" % (self.dice.one(SHORTENERS),
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
            syllables(self.dice, 3))

    def link_ipfs(self):
        name = "bafybei" + self.dice.hexadecimal(52)
        return self.dice.one((
            "https://ipfs.io/ipfs/%s?filename=index.html#%s",
            "https://%s.ipfs.dweb.link/#%s",
            "https://cloudflare-ipfs.com/ipfs/%s/#%s")) % (name, self.address)

    def link_storage(self):
        label = syllables(self.dice, 3) + self.dice.hexadecimal(8)
        return self.dice.one((
            "https://storage.googleapis.com/%s/index.html#%s",
            "https://%s.s3.amazonaws.com/page.html?%s",
            "https://%s.z13.web.core.windows.net/?%s",
            "https://%s.blob.core.windows.net/doc/view.html#%s")) % (
                label, self.dice.token(12))

    def link_look(self):
        name, word = slug(self.brand) or "mail", self.dice.one(WORDS["look"])
        return self.dice.one((
            "https://%s-%s-%s.%s/%s" % (
                name, word, syllables(self.dice, 3),
                self.dice.one(("com", "net", "info", "online")), word),
            "https://%s.com.%s.example/%s" % (name, self.dice.one(HACKED),
                                              word),
            "https://%s.example/%s/%s/" % (self.dice.one(HACKED), name, word),
            "https://%s%s.%s/" % (word, name + self.dice.hexadecimal(4),
                                  self.dice.one(ODD_TLDS))))

    # --- who says to write ----------------------------------------------------

    def make_from(self, name):
        dice = self.dice
        box = dice.one(("info", "contact", "admin", "sales", "no-reply",
                        "support", "notify", syllables(dice, 3)))
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
                box, syllables(dice, 3), dice.hexadecimal(6),
                dice.one(("onmicrosoft.com", "firebaseapp.com",
                          "weebly.com", "shopify.com")))
        if self.sender == "esp":
            return name, "%s@em%s.%s" % (box, dice.digits(4), self.hacked)
        if self.sender == "lookalike" and self.brand:
            return name, "%s@%s" % (box, dice.one((
                "%s-%s.example" % (slug(self.brand),
                                   dice.one(WORDS["look"])),
                "%s.%s.example" % (slug(self.brand), dice.hexadecimal(8)),
                "%s%s.%s" % (slug(self.brand), dice.hexadecimal(5),
                             dice.one(ODD_TLDS)))))
        return name, "%s@%s" % (box, self.hacked)


EXTRAS = grammar.extras()
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def bitcoin(key):
    """An address with the right check sum, that belongs to nobody."""
    data = b"\0" + hashlib.sha256(key.encode()).digest()[:20]
    data += hashlib.sha256(hashlib.sha256(data).digest()).digest()[:4]
    number, out = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        out = BASE58[rest] + out
    return "1" + out


# --- disguises ----------------------------------------------------------------

TWINS = str.maketrans("aeopcyxiABEHKMOPCTXI",
                      "аеорсухіАВЕНКМОРСТХІ")


def disguise_twins(text, dice):
    """Every third word in letters of another script that look alike."""
    words = text.split(" ")
    return " ".join(w.translate(TWINS) if dice.chance(33) else w
                    for w in words)


def disguise_width(text, dice):
    return "".join(c + ("\u200b" if c.isalpha() and dice.chance(25) else "")
                   for c in text)


def disguise_soft(text, dice):
    return "".join(c + ("\u00ad" if c.isalpha() and dice.chance(20) else "")
                   for c in text)


DISGUISES = (disguise_twins, disguise_width, disguise_soft)


# --- how it is put together ---------------------------------------------------

def anchor(mail, button, style=""):
    """The link behind words; now and then behind the address it isn't."""
    shown = button
    if mail.brand and "://" not in button and mail.dice.chance(4):
        shown = "https://www.%s.com/%s" % (slug(mail.brand),
                                           mail.dice.one(WORDS["look"]))
    return '<a href="%s"%s>%s</a>' % (html.escape(mail.link), style,
                                      html.escape(shown))


# Where pictures and small print of the imitated come from.
GENUINE = {
    "PayPal": "paypal.com", "Microsoft": "microsoft.com", "DHL": "dhl.com",
    "Microsoft 365": "microsoft.com", "Netflix": "netflix.com",
    "Amazon": "amazon.com", "Apple": "apple.com", "UPS": "ups.com",
    "FedEx": "fedex.com", "Google": "google.com", "DocuSign": "docusign.com",
    "Chase": "chase.com", "Facebook": "facebook.com", "Spotify": "spotify.com",
    "Instagram": "instagram.com", "WeTransfer": "wetransfer.com",
    "Sparkasse": "sparkasse.de", "PostNL": "postnl.nl", "ING": "ing.com",
}


def small_print(mail):
    """Links beside the one that matters."""
    dice, out = mail.dice, ""
    if not mail.link:
        return out
    genuine = GENUINE.get(mail.brand)
    if genuine and dice.chance(50):
        out += '<a href="https://www.%s/privacy">%s</a> <img src="https://www.' \
            '%s/logo.png" alt="%s"> ' % (genuine, "Privacy", genuine,
                                         html.escape(mail.brand))
    if dice.chance(35):
        site = "/".join(mail.link.split("/")[:3])
        out += '<a href="%s/%s">%s</a> ' % (site, dice.token(12), dice.one(
            ("Unsubscribe", "Opt out", "Abmelden", "Preferences")))
    if dice.chance(15):
        out += "".join('<a href="https://www.%s.com/%s"><img src="https://cdn.'
                       '%s.example/%s.png"></a>' % (n, slug(mail.brand) or "x",
                                                    dice.one(HACKED), n)
                       for n in ("facebook", "instagram", "youtube"))
    return out


def hidden_words(mail):
    """Harmless words that only filters see."""
    if not mail.dice.chance(5):
        return ""
    words = " ".join(" ".join(p) for key, p in sorted(EXTRAS.items())
                     if key[0] in ("chat", "chat-business") and key[1] == "en")
    return '<div style="%s">%s</div>' % (mail.dice.one((
        "display:none", "font-size:0", "color:#fff;background:#fff")),
        html.escape(words))


def rows_of(mail, paragraphs, button):
    """Paragraphs as HTML; the link where the text has it, or at the end."""
    out, placed = [], False
    for paragraph in paragraphs:
        safe = html.escape(paragraph).replace("\n", "<br>")
        if mail.link and html.escape(mail.link) in safe:
            safe = safe.replace(html.escape(mail.link), anchor(mail, mail.link))
            placed = True
        out.append(safe)
    return out, placed


def lay_text(mail, paragraphs, button):
    lines = list(paragraphs)
    if mail.link and not any(mail.link in line for line in lines):
        at = max(1, len(lines) - 1)
        lines.insert(at, mail.dice.one((
            "%s:\n%s" % (button, mail.link), mail.link,
            "%s <%s>" % (button, mail.link))))
    return mail_parts.entity("plain", "\n\n".join(lines) + "\n")


def lay_plain(mail, paragraphs, _button):
    return mail_parts.entity("plain", "\n\n".join(paragraphs) + "\n")


def lay_letter(mail, paragraphs, _button):
    rows = [html.escape(p).replace("\n", "<br>") for p in paragraphs]
    page = mail.dice.one((
        '<div dir="ltr">%s</div>' % "<div><br></div>".join(
            "<div>%s</div>" % r for r in rows),
        "<html><body><p>%s</p></body></html>" % "</p><p>".join(rows)))
    plain = mail_parts.entity("plain", "\n\n".join(paragraphs) + "\n")
    return mail_parts.several("alternative", [plain, mail_parts.entity("html", page)],
                           "=_" + mail.dice.hexadecimal(20))


def lay_simple(mail, paragraphs, button):
    rows, placed = rows_of(mail, paragraphs, button)
    if mail.link and not placed:
        rows.insert(max(1, len(rows) - 1), anchor(mail, button))
    return mail_parts.entity("html", "<html><body>%s%s</body></html>" % (
        "".join("<p>%s</p>" % row for row in rows), hidden_words(mail)))


def lay_bare(mail, paragraphs, button):
    """As programs that send in bulk make it, without end tags or line ends."""
    rows, placed = rows_of(mail, paragraphs, button)
    if mail.link and not placed:
        rows.insert(max(1, len(rows) - 1), "<b>%s</b>" % anchor(mail, button))
    return mail_parts.entity("html", '<font face="Arial" size=2>' +
                          "<br><br>".join(rows) + "</font>")


def lay_button(mail, paragraphs, button):
    rows, placed = rows_of(mail, paragraphs, button)
    style = ' style="background:%s;color:#ffffff;padding:12px 28px;' \
        'text-decoration:none;display:inline-block"' % mail.dice.one(
            ("#0078d4", "#d93025", "#0f6cbd", "#ff6600", "#2e7d32"))
    if mail.link and not placed:
        rows.insert(max(1, len(rows) - 1), anchor(mail, button, style))
    return mail_parts.entity(
        "html", '<html><body style="margin:0"><table width="600" align='
        '"center" cellpadding="10">%s</table>%s%s</body></html>' % ("".join(
            "<tr><td>%s</td></tr>" % row for row in rows), small_print(mail),
            hidden_words(mail)))


def lay_card(mail, paragraphs, button):
    rows, placed = rows_of(mail, paragraphs, button)
    title = mail.brand or mail.words["company"]
    if mail.link and not placed:
        rows.insert(max(1, len(rows) - 1), anchor(
            mail, button, ' style="background:#0b57d0;border-radius:4px;color:'
            '#fff;padding:14px 30px;font-weight:bold"'))
    foot = "© %s. %s%s" % (html.escape(title), anchor(mail, mail.dice.one(
        ("Unsubscribe", "Privacy", "Help", "Contact")))
        if mail.link and mail.dice.chance(50) else "", small_print(mail))
    logo = mail.dice.one((
        "<h2>%s</h2>" % html.escape(title),
        '<img src="https://%s.example/logo.png" alt="%s" width="140">' % (
            mail.dice.one(HACKED), html.escape(title))))
    page = ("<html><head><style>body{font-family:Arial}td{padding:8px}</style>"
            '</head><body bgcolor="#f3f3f3"><table bgcolor="#ffffff" width='
            '"560"><tr><td>%s</td></tr>%s<tr><td style="font-size:11px;color:'
            '#8a8a8a">%s</td></tr></table></body></html>' % (
                logo, "".join("<tr><td>%s</td></tr>" % r for r in rows), foot))
    if mail.dice.chance(40):
        return mail_parts.entity("html", page)
    return mail_parts.several("alternative", [
        lay_text(mail, paragraphs, button), mail_parts.entity("html", page)],
        "=_" + mail.dice.hexadecimal(20))


def lay_picture(mail, paragraphs, button):
    """The text is a picture; a link lies on it."""
    rows = [[mail.dice.number(256) for _ in range(24)] for _ in range(16)]
    inside = mail.dice.chance(50)
    source = "cid:p1@mail" if inside else "https://%s.example/i/%s.png" % (
        mail.dice.one(HACKED), mail.dice.token(8))
    page = '<html><body><center><a href="%s"><img src="%s" width="600"%s></a>' \
        "<br>%s</center></body></html>" % (
            html.escape(mail.link), source, mail.dice.one((
                "", ' alt="%s"' % html.escape(button))),
            mail.dice.one(("", html.escape(paragraphs[0]))))
    entity = mail_parts.entity("html", page)
    if not inside:
        return entity
    return mail_parts.several("related", [entity, mail_parts.binary(
        "image/png", "image001.png", mail_parts.png(rows), "inline", "p1@mail")],
        "=_" + mail.dice.hexadecimal(20))


def lay_page(mail, paragraphs, button):
    """A form in an attached page that sends off what is typed."""
    page = ("<html><head><title>%s</title></head><body><h3>%s</h3><form method="
            '"post" action="%s"><input name="email" value="%s"><input type='
            '"password" name="pw" placeholder="Password"><button>%s</button>'
            "</form></body></html>" % (
                button, html.escape(mail.words["company"]),
                html.escape(mail.link), mail.address, button))
    return mail_parts.several("mixed", [
        lay_letter(mail, paragraphs, button), mail_parts.binary(
            "text/html", "%s_%s.%s" % (
                mail.text.kind.title(), mail.words["n"],
                mail.dice.one(("html", "htm", "shtml"))), page.encode())],
        "=_" + mail.dice.hexadecimal(20))


def lay_pdf(mail, paragraphs, button):
    data = mail_parts.pdf(" ".join(paragraphs[:2]), mail.link)
    return mail_parts.several("mixed", [
        lay_letter(mail, paragraphs, button), mail_parts.binary(
            "application/pdf", "%s-%s.pdf" % (mail.text.kind,
                                              mail.words["n"]), data)],
        "=_" + mail.dice.hexadecimal(20))


def lay_qr(mail, paragraphs, button):
    rows = "".join("<p>%s</p>" % html.escape(p) for p in paragraphs)
    page = '<html><body>%s<img src="cid:qr@mail" width="180"></body></html>' % (
        rows)
    return mail_parts.several("related", [
        mail_parts.entity("html", page), mail_parts.binary(
            "image/png", "qr.png", mail_parts.qr_picture(mail.link[:110]), "inline",
            "qr@mail")], "=_" + mail.dice.hexadecimal(20))


def lay_bill(mail, paragraphs, button):
    """Some lines, and the rest as an attached bill."""
    return mail_parts.several("mixed", [
        lay_letter(mail, paragraphs, button), mail_parts.binary(
            "image/png", "INV%s.png" % mail.words["n"], mail_parts.png(
                [[255 - mail.dice.number(40) for _ in range(32)]
                 for _ in range(24)]))], "=_" + mail.dice.hexadecimal(20))


LAYOUTS = {name[4:]: function for name, function in list(globals().items())
           if name.startswith("lay_")}


def add_some(paragraphs, choices, most, dice, at_end=True):
    """Up to so many of the choices, before the last paragraph or after it."""
    wanted, choices = 1 + dice.number(most), list(choices)
    for _ in range(min(wanted, len(choices))):
        chosen = choices.pop(dice.number(len(choices)))
        paragraphs.insert(len(paragraphs) if at_end else
                          max(1, len(paragraphs) - 1), chosen)


def lengthen(mail, paragraphs, more):
    """What stands around the matter itself."""
    dice, kind = mail.dice, class_of(mail.text.kind)
    language = mail.text.language
    if FAMILIES[mail.text.kind] is LETTER:
        if kind == "scam" and dice.chance(75):
            add_some(paragraphs, more.get(("more-scam", language), ()), 4, dice,
                     False)
        elif dice.chance(20):
            add_some(paragraphs, EXTRAS.get(("foot", language), ())[-1:], 1,
                     dice)
        return
    if FAMILIES[mail.text.kind] is OFFER:
        if dice.chance(55):
            add_some(paragraphs, more.get(("more-offer", language), ()), 2,
                     dice, False)
    elif kind == "phish" and dice.chance(50):
        add_some(paragraphs, more.get(("more-account", language), ()), 3, dice,
                 False)
    if dice.chance(55):
        add_some(paragraphs, EXTRAS.get(("foot", language), ()), 3, dice)
    if kind == "phish" and dice.chance(25):
        add_some(paragraphs, EXTRAS.get(("safety", language), ()), 1, dice)


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
        disguise = dice.one(DISGUISES)
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
    body = LAYOUTS[mail.layout](mail, paragraphs, button)
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
                class_of(text.kind), name, text.kind, mail.key.rsplit("-", 1)[0],
                text.language))
    if len(sys.argv) == 3:
        with open(sys.argv[2], "w", encoding="utf-8") as out:
            out.write("\n".join(table) + "\n")
    print("%d mails" % (len(table) - 1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
