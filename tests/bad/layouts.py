"""How senders of bad mail put it together: each function makes the body of a
Mail (make_bad.py) from paragraphs and the words of a button. And what they
disguise words with."""
import html

import grammar
import mail_parts
import pools

EXTRAS = grammar.extras()

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


def anchor(mail, button, style=""):
    """The link behind words; now and then behind the address it isn't."""
    shown = button
    if mail.brand and "://" not in button and mail.dice.chance(4):
        shown = "https://www.%s.com/%s" % (pools.slug(mail.brand),
                                           mail.dice.one(pools.LOGIN_WORDS))
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
        out += '<a href="https://www.%s/privacy">Privacy</a> <img src="https:' \
            '//www.%s/logo.png" alt="%s"> ' % (genuine, genuine,
                                               html.escape(mail.brand))
    if dice.chance(35):
        site = "/".join(mail.link.split("/")[:3])
        out += '<a href="%s/%s">%s</a> ' % (site, dice.token(12), dice.one(
            ("Unsubscribe", "Opt out", "Abmelden", "Preferences")))
    if dice.chance(15):
        page = pools.slug(mail.brand) or "x"
        out += "".join('<a href="https://www.%s.com/%s"><img src="https://cdn.'
                       '%s.example/%s.png"></a>' % (n, page, dice.one(pools.HACKED), n)
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
    return mail_parts.several("alternative", [
        plain, mail_parts.entity("html", page)],
        "=_" + mail.dice.hexadecimal(20))


def lay_letter_link(mail, paragraphs, button):
    """A letter with an address in the text."""
    rows = list(paragraphs)
    if mail.link:
        rows.insert(max(1, len(rows) - 1), mail.link)
    return lay_letter(mail, rows, button)


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
            mail.dice.one(pools.HACKED), html.escape(title))))
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
        mail.dice.one(pools.HACKED), mail.dice.token(8))
    page = '<html><body><center><a href="%s"><img src="%s" width="600"%s></a>' \
        "<br>%s</center></body></html>" % (
            html.escape(mail.link), source, mail.dice.one((
                "", ' alt="%s"' % html.escape(button))),
            mail.dice.one(("", html.escape(paragraphs[0]))))
    entity = mail_parts.entity("html", page)
    if not inside:
        return entity
    return mail_parts.several("related", [entity, mail_parts.binary(
        "image/png", "image001.png", mail_parts.png(rows), "inline",
        "p1@mail")],
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
            "image/png", "qr.png", mail_parts.qr_picture(mail.link[:110]),
            "inline", "qr@mail")], "=_" + mail.dice.hexadecimal(20))


def lay_bill(mail, paragraphs, button):
    """Some lines, and the rest as an attached bill."""
    return mail_parts.several("mixed", [
        lay_letter(mail, paragraphs, button), mail_parts.binary(
            "image/png", "INV%s.png" % mail.words["n"], mail_parts.png(
                [[255 - mail.dice.number(40) for _ in range(32)]
                 for _ in range(24)]))], "=_" + mail.dice.hexadecimal(20))


LAYOUTS = {name[4:].replace("_", "-"): function
           for name, function in list(globals().items())
           if name.startswith("lay_")}
