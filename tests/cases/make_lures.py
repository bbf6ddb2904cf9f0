#!/usr/bin/python3
"""Write the cases about lures: what a mail is made of, and where it leads.

As make-cases.py: every message is made up. Each control says the same, and
leads home to its sender or belongs to a conversation.
Usage: tests/cases/make_lures.py [NAME…]
"""

import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent

AWAY = "https://www.elsewhere.example/start"
HOME = "https://www.example.com/start"

# name: (symbols, from, subject, text with %s for the link or without)
LURES = {
    "mailbox": (
        ["LURE_MAILBOX"], "Mail Administrator <post@example.com>",
        "Storage notice",
        "Dear user,\n\nthe quota of your inbox is used up and incoming messages"
        " are being held. Kindly revalidate below within 48 hours, otherwise"
        " your mailbox will be shut down.\n\n%s\n\nIT helpdesk\n"),
    "account-de": (
        ["LURE_ACCOUNT"], "Kundenservice <info@example.com>",
        "Wichtige Mitteilung",
        "Sehr geehrter Kunde,\n\nIhr Konto wurde vorübergehend eingeschränkt."
        " Bitte melden Sie sich an und bestätigen Sie Ihre Angaben innerhalb"
        " von 24 Stunden, andernfalls wird es endgültig gesperrt.\n\n%s\n\n"
        "Ihr Sicherheitsteam\n"),
    "bill-fr": (
        ["LURE_BILL"], "Service client <info@example.com>", "Avis important",
        "Cher client,\n\ndernier rappel : votre facture est impayée, une amende"
        " est due. Veuillez régler sous 48 heures en cliquant ici :\n%s\n\nLe"
        " service client\n"),
    "parcel-es": (
        ["LURE_PARCEL"], "Atención al cliente <info@example.com>",
        "Su paquete",
        "Estimado cliente,\n\nsu paquete está retenido porque faltan los gastos"
        " de envío. Confirme su dirección y pague 1,99 euros aquí:\n%s\n"),
    "prize-nl": (
        ["LURE_PRIZE"], "Winactie <info@example.com>", "Gefeliciteerd",
        "U bent geselecteerd als winnaar van een cadeaubon! Vul de korte"
        " enquête in en ontvang uw gratis beloning. Alleen vandaag, klik"
        " hier:\n%s\n"),
    "offer-pt": (
        ["LURE_OFFER"], "Ofertas <info@example.com>", "Só hoje",
        "Plano de saúde e seguro de vida com desconto exclusivo! Oferta por"
        " tempo limitado, peça grátis a sua cotação. Clique aqui:\n%s\n"),
    "wallet": (
        ["LURE_WALLET"], "Wallet Team <info@example.com>", "Update",
        "A new version of your crypto wallet is here. Verify your recovery"
        " phrase now, or access to your bitcoin will be lost:\n%s\n"),
    "share-it": (
        ["LURE_SHARE"], "Archivio <info@example.com>", "Documento",
        "Gentile cliente,\n\nun contratto è stato condiviso con Lei ed è in"
        " attesa della Sua firma entro oggi. Visualizza il documento qui:\n"
        "%s\n\nAssistenza clienti\n"),
    "fund": (
        ["LURE_FUND", "LURE_FUND_CLEAR"], "Clara Roth <clara.roth@gmail.com>",
        "Hello dear",
        "My name is Clara, a widow. My late husband left a deposit of eight"
        " million dollars. My doctor told me that my illness is terminal, so I"
        " want to donate this fund to charity, and you shall be the"
        " beneficiary. I trust you with this inheritance. God bless you."
        " Please write back to me.\n"),
    "hook": (
        ["LURE_HOOK"], "Ben Roth <ben.roth77@gmail.com>", "Hello",
        "I have a confidential partnership about an inheritance for you. If"
        " you are interested, please get back to me.\n"),
    "boss": (
        ["LURE_BOSS"], "Anna Chief <anna.chief.office@gmail.com>", "Quick one",
        "Are you available at the moment? I need you to take care of a small"
        " task for me. I am in a meeting, no calls.\n"),
    "extortion": (
        ["LURE_EXTORTION"], "You <x@example.com>", "Your time is running out",
        "A trojan gave me full access to your device, and your webcam recorded"
        " you. Transfer 900 in bitcoin to my wallet, or the video goes to all"
        " your friends and your family.\n"),
    "call": (
        ["LURE_CALL"], "Billing Desk <billing.desk.77@gmail.com>",
        "Your order",
        "Your subscription was renewed and 349.99 will be charged to your"
        " card. This invoice is final. To dispute the payment call our support"
        " team: +1 (555) 010-0199\n"),
}


# name: (symbols, from, text, from and text of the control)
NAMES = {
    "name-domain": (
        ["SENDER_NAME_DOMAIN"], '"example.org" <post@elsewhere.example>',
        "There is news.\n", '"example.org" <post@news.example.org>',
        "There is news.\n"),
    "name-domain-desk": (
        ["SENDER_NAME_DOMAIN"], "example.org Helpdesk <x@elsewhere.example>",
        "There is news.\n", "Example Helpdesk <x@elsewhere.example>",
        "There is news.\n"),
    "brand-disguised-text": (
        ["BRAND_DISGUISED_TEXT"], "Service <x@elsewhere.example>",
        "This is about your \u0440\u0430\u0443\u0440\u0430l account.\n",
        "Service <x@elsewhere.example>",
        "We took off the paypal button.\n"),
    "brand-disguised-capital": (
        ["BRAND_DISGUISED_TEXT"], "Service <x@elsewhere.example>",
        "Hello PayPaI customer.\n", "Service <x@elsewhere.example>",
        "The qmail server and die Zeile are but words.\n"),
}


def message(sender, subject, text, thread):
    head = ["From: " + sender, "To: Bea Blank <bea@example.org>",
            "Subject: " + subject, "Date: Tue, 4 Mar 2025 10:00:00 +0000",
            "Message-ID: <lure@example.com>", "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: 8bit"]
    if thread:
        head += ["In-Reply-To: <earlier@example.org>",
                 "References: <earlier@example.org>"]
    return "\n".join(head) + "\n\n" + text


def cases():
    for name, (symbols, sender, subject, text) in LURES.items():
        linked = "%s" in text
        yield ("lure-" + name, "It is made as such lures are.",
               message(sender, subject, text % AWAY if linked else text,
                       False), {"symbols": symbols})
        yield ("lure-%s-control" % name, "The same, and leads to its sender."
               if linked else "The same, as an answer.",
               message(sender, subject, text % HOME if linked else text,
                       not linked), {"absent": symbols})
    # cut within a character, wherever the limit is
    for extra in range(2):
        yield ("lure-long-text-%d" % extra, "Long text of three bytes a"
               " character.", message("Post <post@example.com>", "News",
                                      "x" * extra + "\u6587" * 1000 + "\n",
                                      False), {"absent": ["LURE_MAILBOX"]})
    for name, (symbols, sender, text, other, harmless) in NAMES.items():
        yield ("lure-" + name, "A name that is not the sender's.",
               message(sender, "News", text, False), {"symbols": symbols})
        yield ("lure-%s-control" % name, "A name that may be used.",
               message(other, "News", harmless, False), {"absent": symbols})


def write(name, why, text, expect):
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    (folder / "message.eml").write_bytes(text.encode("utf-8"))
    (folder / "expect.json").write_text(
        json.dumps(dict(why=why, **expect), indent="\t", ensure_ascii=False)
        + "\n")


if __name__ == "__main__":
    for made in cases():
        if not sys.argv[1:] or made[0] in sys.argv[1:]:
            write(*made)
