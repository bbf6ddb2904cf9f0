#!/usr/bin/python3
"""Write the cases about what mails say and ask for.

As make-cases.py, from which the helpers come: every message is made up.
Usage: tests/cases/make_content.py [NAME…]
"""

import importlib.util
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
_spec = importlib.util.spec_from_file_location("make_cases",
                                               HERE / "make-cases.py")
m = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(m)

# name: (why, symbols that it must have, subject, text)
TEXTS = {
    "content-account-lure": (
        "A mail that threatens to close an account and wants a log-in.",
        ["CONTENT_ACCOUNT_LURE", "CONTENT_CREDENTIALS", "CONTENT_THREAT",
         "CONTENT_URGENCY"], "Notice",
        "Dear customer,\n\nyour account has been temporarily suspended after"
        " unusual activity. You must verify your account within 24 hours."
        " Immediate action is required.\n\nConfirm your identity here:\n"
        "https://accounts.example.net/start\n\nFailure to verify will result"
        " in permanent closure of your account.\n"),
    "content-advance-fee": (
        "Millions of somebody who died.",
        ["CONTENT_ADVANCE_FEE", "CONTENT_ADVANCE_FEE_CLEAR",
         "CONTENT_PRIVATE_REPLY"], "Dear friend",
        "My name is Mrs Ana Roth, the wife of late Engineer Roth from"
        " Exampleland. I am dying of cancer and have decided to donate a"
        " fund of 8.5 million United States dollars through you to charity"
        " and orphanages. You will be the next of kin to claim the fund. The"
        " inheritance fund is with a security company, and the transaction is"
        " 100% risk free. Send me your full name, address, phone and"
        " occupation. God bless you as you help.\n\nReply to my private email"
        " ana@example.net.\n"),
    "content-boss": (
        "Somebody poses as a superior.", ["CONTENT_BOSS"], "Quick request",
        "Are you available? I am in a meeting and can't talk right now. I"
        " need you to handle a quick task discreetly. Send me your cell"
        " number.\n"),
    "content-gift-card": (
        "Gift cards whose codes are to be sent.", ["CONTENT_GIFT_CARD"],
        "Surprise",
        "I want to surprise some of the staff. Please buy five Apple gift"
        " cards of 100 each from the store, scratch the back of the cards and"
        " send me a picture of the codes. I will reimburse you later today.\n"),
    "content-callback": (
        "A charge that was never made, and a number to call.",
        ["CONTENT_CALLBACK"], "Your renewal",
        "Your protection plan was renewed today and $389.99 will be charged"
        " to your account. If you did not authorize this transaction, call"
        " our toll free number within 24 hours to cancel and get a refund."
        "\n\n+1 555 0100\n"),
    "content-crypto": (
        "Profit from crypto money.", ["CONTENT_CRYPTO"], "Opportunity",
        "Invest in bitcoin with our platform and earn daily profits. Double"
        " your bitcoin in a week with guaranteed returns.\n"),
    "content-delivery-fee": (
        "A parcel that waits for a fee.", ["CONTENT_DELIVERY_FEE"],
        "Your parcel",
        "Your parcel could not be delivered because of an incomplete"
        " address. Please pay the shipping fee of 1.99 to reschedule your"
        " delivery.\n\nhttps://parcels.example.net/pay\n"),
    "content-document": (
        "A shared document.", ["CONTENT_DOCUMENT"], "Shared",
        "Ben shared a document with you securely. You have received a secure"
        " document. View document here, and sign in with your email to open"
        " the file.\n\nhttps://files.example.net/view\n"),
    "content-extortion": (
        "Somebody claims to have a video.",
        ["CONTENT_EXTORTION", "CONTENT_EXTORTION_WALLET"], "Read this",
        "I have hacked your device and recorded a video of you through your"
        " camera while you visited adult websites. Transfer 900 dollars in"
        " bitcoin to my wallet:\n1BoatSLRHtKNngkdXEeobR76b53LETtpyT\n\nYou"
        " have 48 hours to pay. Otherwise I will send the video to all your"
        " contacts. Then I will delete the video.\n"),
    "content-invoice": (
        "An attached invoice.", ["CONTENT_INVOICE"], "Invoice",
        "Please find attached the invoice for our last order. The payment"
        " advice is attached as well; the invoice is overdue.\nThe purchase"
        " order attached and the payment receipt belong together.\n"),
    "content-job": (
        "Easy work for much money.", ["CONTENT_JOB"], "Position",
        "Earn 900 a week working from home, no experience required. We are"
        " hiring a payment agent for a part time position: receive payments"
        " of our customers and keep 10 percent of each payment.\n"),
    "content-loan": (
        "Loans for everybody.", ["CONTENT_LOAN"], "Loans",
        "Do you need a loan? We offer business and personal loans at 3%"
        " interest rate, bad credit is ok. Tell us the loan amount needed and"
        " the duration.\n"),
    "content-offer": (
        "Pills.", ["CONTENT_OFFER"], "Offer",
        "Cheap viagra from an online pharmacy, no prescription needed. Lose"
        " weight fast, without diet.\n"),
    "content-payment-change": (
        "Payments are to go elsewhere.", ["CONTENT_PAYMENT_CHANGE"],
        "Invoice 4711",
        "Our bank details have changed. Please make the payment to our new"
        " bank account from now on.\n"),
    "content-prize": (
        "A prize for everybody.", ["CONTENT_PRIZE", "CONTENT_PRIZE_CLEAR"],
        "Congratulations",
        "Congratulations, you are the lucky winner. Your email address has"
        " won a prize of $500,000 in the international lottery draw. You have"
        " been randomly selected to receive an exclusive reward. Claim your"
        " prize now. Winning number and batch number are below. Complete our"
        " survey for a chance to win a free gift card.\n"),
    "content-quota": (
        "A mailbox that is said to be full.", ["CONTENT_QUOTA"], "Mailbox",
        "Your mailbox has exceeded its storage limit and incoming messages"
        " are pending on the server. Upgrade your mailbox now to release"
        " pending messages to your inbox. Your password expires today, keep"
        " your password below.\n\nhttps://mail.example.net/start\n"),
    "content-refund": (
        "A refund to be claimed.", ["CONTENT_REFUND"], "Refund",
        "You are eligible to receive a tax refund of 512.00. Claim your tax"
        " refund online by clicking here.\n"),
    "content-romance": (
        "A stranger in love.", ["CONTENT_ROMANCE"], "Hello",
        "I am a lonely beautiful woman and saw your profile, you interest me."
        " I look for a serious relationship with a good man. Write to me and I"
        " send my photos in reply.\n"),
    # --- and what looks like them
    "content-control-bank": (
        "A bank that tells what it did, on its own site.", [], "Your card",
        "Dear Ms Keller,\n\nyour new card is on its way and arrives within a"
        " week. Please activate it in our app before you use it. We never ask"
        " for your password in a mail.\n\nhttps://www.example.org/cards\n"),
    "content-control-reset": (
        "A password reset that was asked for.", [], "Reset your password",
        "You asked us to reset your password. Choose a new one here:\n\n"
        "https://www.example.org/reset/8f2c1\n\nThe link works for one hour."
        " If you did not ask for it, do nothing.\n"),
    "content-control-invoice": (
        "An invoice.", [], "Invoice 2041",
        "Dear Mr Roth,\n\nour invoice for May is attached. Payment is due in"
        " 30 days, to the account that you know.\n\nKind regards,\nEva\n"),
    "content-control-parcel": (
        "A parcel on its way.", [], "Your parcel arrives tomorrow",
        "Your parcel of three books was sent today and arrives tomorrow"
        " between 10 and 12. If you are not at home, the driver leaves it with"
        " your neighbour.\n\nhttps://www.example.org/track/42\n"),
    "content-control-gift": (
        "A gift card that somebody got.", [], "Your gift card",
        "Thank you for your order. The gift card for Anna is attached and can"
        " be used in all our shops until the end of next year.\n"),
    "content-control-meeting": (
        "A superior in a meeting.", [], "Later",
        "I am in a meeting until three, let us talk after that. Could you"
        " bring the figures for May?\n"),
    "content-control-donation": (
        "A charity that thanks.", [], "Thank you",
        "Thank you for your donation of 50 euros. With it we bought books for"
        " two schools. The receipt for your tax return is attached.\n"),
    "content-control-bitcoin": (
        "An invoice that can be paid with crypto money.", [], "Order 99",
        "Thank you for your order. You may pay by card or in bitcoin to\n"
        "1BoatSLRHtKNngkdXEeobR76b53LETtpyT\nwithin two days.\n"),
    "content-control-security": (
        "A security team that writes of fraud.", [], "Training",
        "This month's training is about mails that pretend to come from a"
        " bank. Nobody at this company will ever ask you to buy gift cards."
        " Forward what looks odd to the help desk.\n"),
}

WORDS = ("The meadow behind the mill was quiet when the herons came back from"
         " their winter quarters. Children counted them from the bridge,"
         " wrote numbers into a copybook, and argued whether the tall one was"
         " the same bird that had nested there before. Nobody could tell,"
         " though the miller claimed he recognised its crooked feather. Rain"
         " fell later, filling ditches and washing gravel across the lane, so"
         " the postman pushed his bicycle along the dyke instead. He delivered"
         " newspapers, seeds, spectacles, a violin string and one letter"
         " without any sender, which remained unopened until Thursday evening"
         " because its owner was repairing clocks in another village.")
OFFER = ("<p>Our summer prices are here. See what is new in the garden"
         " department.</p><p><a href=\"https://shop.example.org/\">To the"
         " shop</a></p>")


def html(body, head=""):
    return m.with_html("<html><head>%s</head><body>%s</body></html>"
                       % (head, body))


def plain(subject, text):
    return m.mail(subject, m.text_part(text))


def invisible(text):
    return "".join(c + "\u200b" if c.isalpha() else c for c in text)


LURE = ("Please look at your statement for this month, it has been"
        " prepared for you and can be fetched at any time.")
WIDE = "".join(chr(0x1d5d4 + ord(c) - 65) if "A" <= c <= "Z" else
               chr(0x1d5ee + ord(c) - 97) if "a" <= c <= "z" else c
               for c in LURE * 3)
PICTURE = ('<a href="https://shop.example.net/x"><img'
           ' src="https://shop.example.net/x.png" width="600"></a>')

HIDDEN = {
    "display": ("<div style=\"display:none\">%s</div>", ""),
    "size": ("<span style=\"font-size:1px\">%s</span>", ""),
    "colour": ("<font color=\"#fefefe\">%s</font>", ""),
    "outside": ("<div style=\"position:absolute;left:-9999px\">%s</div>", ""),
    "clipped": ("<div style=\"max-height:0;overflow:hidden\">%s</div>", ""),
    "sheet": ("<div class=\"x\">%s</div>", "<style>.x{visibility:hidden}"
              "</style>"),
    "opacity": ("<div style=\"opacity:0\">%s</div>", ""),
    "attribute": ("<div hidden>%s</div>", ""),
}


def cases():
    for name, (why, symbols, subject, text) in TEXTS.items():
        expect = {"symbols": symbols} if symbols else {"only": []}
        if not symbols:
            expect = dict(m.CLEAN, only=[])
        yield name, why, plain(subject, text), expect
    for name, (frame, head) in HIDDEN.items():
        yield ("hidden-text-" + name, "Words nobody sees: " + name + ".",
               html(OFFER + frame % WORDS, head),
               {"symbols": ["HIDDEN_TEXT_SALTING"]})
    yield ("hidden-text-control", "A line for the list of mails, and the same"
           " words for small screens.",
           html("<div style=\"display:none\">Summer prices in the garden"
                " department</div>" + OFFER + "<p>%s</p>" % WORDS
                + "<div style=\"display:none\">%s</div>" % WORDS),
           dict(m.CLEAN, absent=["HIDDEN_TEXT_SALTING"]))
    yield ("hidden-text-control-white", "White letters on a dark ground.",
           html("<table bgcolor=\"#003366\"><tr><td><font color=\"white\">%s"
                "</font></td></tr></table>" % WORDS + OFFER),
           dict(m.CLEAN, absent=["HIDDEN_TEXT_SALTING"]))
    yield ("image-only", "A picture that is a link.", html(PICTURE),
           {"symbols": ["IMAGE_ONLY"]})
    yield ("image-only-control", "A picture with words.",
           html(PICTURE + "<p>%s</p>" % WORDS),
           {"absent": ["IMAGE_ONLY"]})
    yield ("text-obfuscated-invisible", "Invisible characters in words.",
           plain("Statement", invisible(LURE)),
           {"symbols": ["TEXT_OBFUSCATED"]})
    yield ("text-obfuscated-mixed", "Cyrillic letters in Latin words.",
           plain("Statement", LURE.replace("a", "\u0430")
                 .replace("o", "\u043e")), {"symbols": ["TEXT_OBFUSCATED"]})
    yield ("text-obfuscated-styled", "Letters of mathematics.",
           plain("Statement", WIDE), {"symbols": ["TEXT_OBFUSCATED"]})
    yield ("text-obfuscated-control", "Two alphabets, each for its words; a"
           " soft hyphen.",
           plain("Statement", "Наш IT-отдел установил программу Windows."
                 " Silben\u00adtrennung, \u03bcTorrent.\n"),
           dict(m.CLEAN, absent=["TEXT_OBFUSCATED"]))
    yield ("text-alternatives-differ", "The plain text is about herons, the"
           " page is about an account.",
           m.with_html("<p>%s</p>" % TEXTS["content-account-lure"][3],
                       text=WORDS),
           {"symbols": ["TEXT_ALTERNATIVES_DIFFER"]})
    yield ("text-alternatives-control", "Both say the same.",
           m.with_html("<p>%s</p>" % WORDS, text=WORDS),
           dict(m.CLEAN, absent=["TEXT_ALTERNATIVES_DIFFER"]))


def write(name, why, message, expect):
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    if isinstance(message, str):
        message = message.encode("utf-8")
    (folder / "message.eml").write_bytes(message)
    (folder / "expect.json").write_text(
        json.dumps(dict(why=why, **expect), indent="\t", ensure_ascii=False)
        + "\n")


if __name__ == "__main__":
    for made in cases():
        if not sys.argv[1:] or made[0] in sys.argv[1:]:
            write(*made)
