#!/usr/bin/python3
"""Write the cases about where links lead and in whose name mail speaks.

As make-cases.py, from which the helpers come: every message is made up.
Usage: tests/cases/make_link.py [NAME…]
"""

import base64
import importlib.util
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
_spec = importlib.util.spec_from_file_location("make_cases",
                                               HERE / "make-cases.py")
m = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(m)
CASES = {}
SHOP = "Corner Shop <news@shop.example.org>"
CLEAN = ("clean", "allow")
FLAGGED = ("suspicious", "flag")
PHISH = ("phishing", "quarantine")


def case(function):
    CASES[function.__name__.replace("_", "-")] = function
    return function


def expect(judged, *symbols, absent=()):
    out = dict(verdict=judged[0], action=judged[1], symbols=list(symbols))
    if absent:
        out["absent"] = list(absent)
    return out


def link(url, text="See the plan", sender="Ben Roth <ben@example.org>",
         subject="The plan", before="As I said on the phone:", **more):
    return m.with_html('<p>Hello Anna,</p><p>%s</p><p><a href="%s">%s</a></p>'
                       % (before, url, text), subject=subject, sender=sender,
                       **more)


# --- names that look like others ---------------------------------------------

@case
def lookalike_digit():
    """A digit for a letter."""
    return link("https://www.paypa1.com/x"), expect(PHISH, "LINK_LOOKALIKE")


@case
def lookalike_script():
    """A whole name in letters of another script that look the same."""
    return (link("https://www.\u0440\u0430\u0443\u0440\u0430l.com/x"),
            expect(PHISH, "LINK_LOOKALIKE", "LINK_MIXED_SCRIPT"))


@case
def lookalike_encoded():
    """The same, as the A-label that names are sent as."""
    return (link("https://%s.com/" % "mi\u0441rosoft".encode("idna").decode()),
            expect(PHISH, "LINK_LOOKALIKE"))


@case
def lookalike_letter():
    """A letter too many."""
    return (link("https://netfliix.com/x"),
            expect(CLEAN, "LINK_LOOKALIKE_LETTER"))


@case
def lookalike_own():
    """Like the recipient's own organisation."""
    return (link("https://rnuster-werke.com/x",
                 to="Anna Weber <anna@muster-werke.de>"),
            expect(FLAGGED, "LINK_LOOKALIKE_OWN"))


@case
def lookalike_control():
    """The names themselves, below and beside them, and names of many
    languages."""
    return (m.with_html("".join('<p><a href="https://%s/x">Page</a></p>' % h
                                for h in (
        "www.paypal.com", "netflix.com", "www.amazon.de", "apple.com",
        "b\u00fccher.example", "\u043f\u043e\u0447\u0442\u0430.\u0440\u0444",
        "paper.example.com", "muster-werke.de", "t-online.de"))),
        expect(CLEAN, absent=["LINK_LOOKALIKE", "LINK_LOOKALIKE_LETTER",
                              "LINK_LOOKALIKE_OWN", "LINK_MIXED_SCRIPT",
                              "LINK_BRAND_MENTION", "LINK_BRAND_WORD"]))


@case
def brand_inside():
    """A well-known name, whole, at the beginning of a stranger's."""
    return (link("https://www.paypal.com.signed-in.example.com/x"),
            expect(PHISH, "LINK_BRAND_INSIDE"))


@case
def brand_word():
    """A well-known name with a word that asks for trust."""
    return (link("https://netflix-billing.com/x"),
            expect(FLAGGED, "LINK_BRAND_WORD"))


@case
def brand_word_control():
    """A host named after the customer at a service that many have."""
    return (link("https://netflix.meadow-desk.com/hc/en-us"),
            expect(CLEAN, "LINK_BRAND_MENTION", absent=["LINK_BRAND_WORD"]))


@case
def brand_suffix():
    """A well-known name under another ending."""
    return (link("https://paypal.buzz/x"),
            expect(CLEAN, "LINK_BRAND_SUFFIX", "LINK_SUFFIX"))


@case
def brand_path():
    """A well-known name as a folder at a stranger's."""
    return (link("https://garden.example.com/netflix/login.php"),
            expect(CLEAN, "LINK_BRAND_PATH", "LINK_LOGIN"))


@case
def brand_path_control():
    """What a newspaper writes about one."""
    return (link("https://news.example.com/2024/01/netflix-raises-prices/"),
            expect(CLEAN, absent=["LINK_BRAND_PATH"]))


@case
def brand_button():
    """A button with a well-known name that leads to a stranger."""
    return (link("https://garden.example.com/x/", "Sign in to Netflix"),
            expect(CLEAN, "LINK_BRAND_TEXT"))


# --- in whose name ----------------------------------------------------------------

@case
def brand_sender():
    """A well-known sender's name, a stranger's address, a stranger's link."""
    return (link("https://garden.example.com/x", "Update payment details",
                 "Netflix <info@garden.example.com>", "Your membership"),
            expect(PHISH, "BRAND_IMPERSONATION"))


@case
def brand_sender_free_mail():
    """The same from an account that anybody gets, with the real links."""
    return (link("https://www.paypal.com/", "PayPal",
                 "PayPal Service <service.mail.4711@gmail.com>", "Receipt"),
            expect(PHISH, "BRAND_IMPERSONATION"))


@case
def brand_sender_disguised():
    """The sender's name has a capital I for an l."""
    return (link("https://garden.example.com/x", "See the receipt",
                 "PayPaI <info@garden.example.com>", "Receipt"),
            expect(PHISH, "BRAND_DISGUISED", "BRAND_IMPERSONATION"))


@case
def brand_sender_unknown_domain():
    """A service that sends for a brand: its name, its links, another
    domain."""
    return (link("https://www.netflix.com/browse", "See what is new",
                 "Netflix <info@netflix.mailer.example.com>", "New for you"),
            expect(CLEAN, "BRAND_CLAIMED", absent=["BRAND_IMPERSONATION"]))


@case
def brand_sender_control():
    """From the brand; a person with a brand's name; a reseller; somebody who
    writes through a market place; a list."""
    return (link("https://www.netflix.com/browse", "See what is new",
                 "Netflix <info@mailer.netflix.com>", "New for you"),
            expect(CLEAN, absent=["BRAND_CLAIMED", "BRAND_IMPERSONATION"]))


@case
def brand_person_control():
    """A person whose name is a brand's."""
    return (link("https://garden.example.com/", sender="Chase Miller "
                 "<chase@garden.example.com>"),
            expect(CLEAN, absent=["BRAND_CLAIMED", "BRAND_IMPERSONATION"]))


@case
def brand_list_control():
    """A list that writes who wrote to it."""
    return (link("https://lists.example.com/x", sender="PayPal via Builders "
                 "<builders@lists.example.com>"),
            expect(CLEAN, absent=["BRAND_CLAIMED", "BRAND_IMPERSONATION"]))


@case
def brand_speaks():
    """It speaks to a brand's customer, and leads to a stranger only."""
    return (link("https://meadow.example.com/x", "Continue",
                 "Service Desk <desk@garden.example.net>",
                 "Your PayPal account is limited"),
            expect(CLEAN, "BRAND_SPEAKS"))


@case
def brand_speaks_free_host():
    """The same, to a page that anybody can put up."""
    return (link("https://x7-limited.pages.dev/", "Verify now",
                 "Service Desk <desk@garden.example.net>",
                 "Your PayPal account is limited"),
            expect(PHISH, "BRAND_IMPERSONATION", "LINK_FREE_HOST",
                   "LINK_PLACE_LURE"))


@case
def brand_speaks_control():
    """A shop that took money from a customer's account there."""
    return (m.with_html("<p>We charged your PayPal account with 20.00. DHL "
                        "will bring the parcel on Friday.</p><p><a href="
                        '"https://shop.example.org/orders/1">Your order</a>'
                        "</p>", subject="Order 1: paid with your PayPal "
                        "account", sender=SHOP),
            expect(CLEAN, absent=["BRAND_SPEAKS", "BRAND_IMPERSONATION",
                                  "BRAND_CLAIMED"]))


@case
def recipient_domain_claimed():
    """The recipient's organisation as the sender's name."""
    return (link("https://garden.example.com/x", "Keep the password",
                 "muster-werke.de Support <x@garden.example.com>",
                 "Password", to="Anna Weber <anna@muster-werke.de>"),
            expect(FLAGGED, "RECIPIENT_DOMAIN_CLAIMED"))


@case
def recipient_domain_control():
    """The same from there."""
    return (link("https://intranet.muster-werke.de/x", "Keep the password",
                 "muster-werke.de Support <it@muster-werke.de>",
                 "Password", to="Anna Weber <anna@muster-werke.de>"),
            expect(CLEAN, absent=["RECIPIENT_DOMAIN_CLAIMED"]))


# --- places ---------------------------------------------------------------------------

@case
def place_shortener():
    """A short link as a button."""
    return (link("https://cutt.ly/x7Gh2", "Verify now"),
            expect(CLEAN, "LINK_SHORTENER", "LINK_PLACE_LURE"))


@case
def place_form():
    """A form that anybody can make, as a button."""
    return (link("https://docs.google.com/forms/d/e/1FAIpQ/viewform",
                 "Log in"),
            expect(FLAGGED, "LINK_FORM", "LINK_PLACE_LURE"))


@case
def place_file_share():
    """A shared file."""
    return (link("https://www.dropbox.com/scl/fi/x/plan.pdf"),
            expect(CLEAN, "LINK_FILE_SHARE", absent=["LINK_PLACE_LURE"]))


@case
def place_ipfs():
    """A page in IPFS, by a gateway and by its path alone."""
    return (link("https://gate.example.com/ipfs/bafybeigdyrzt5sfp7udm7hu76uh7"
                 "y26nf3efuylqabf3oclgtqy55fbzdi"),
            expect(CLEAN, "LINK_IPFS"))


@case
def place_dynamic_dns():
    """A computer without a fixed address."""
    return (link("https://meadow7.duckdns.org/x"),
            expect(CLEAN, "LINK_DYNAMIC_DNS"))


@case
def place_translated():
    """Through a translator, which undone leads to a stranger's."""
    return (link("https://meadow-example-com.translate.goog/x"),
            expect(CLEAN, "LINK_PROXY"))


@case
def place_chat():
    """To a chat with a stranger."""
    return link("https://wa.me/4917000000"), expect(CLEAN, "LINK_CHAT")


@case
def place_control():
    """The places themselves write of what is theirs; senders of newsletters
    count clicks."""
    return (m.with_html('<p><a href="https://www.dropbox.com/scl/fi/x/plan">'
                        'View file</a></p><p><a href="https://shop.us1.'
                        'list-manage.com/track/click?u=0a1b2c">Sign in</a></p>'
                        '<p><a href="https://mail.dropbox.com/x">Open</a></p>',
                        subject="Ben shared a file with you",
                        sender="Dropbox <no-reply@dropbox.com>"),
            expect(CLEAN, absent=["LINK_FILE_SHARE", "LINK_PLACE_LURE",
                                  "LINK_SHORTENER", "LINK_FREE_HOST"]))


# --- the rest of the address --------------------------------------------------------------

@case
def redirect_open():
    """A search engine's redirector to a stranger."""
    return (link("https://www.google.com/url?q=https%3A%2F%2Fmeadow.example."
                 "com%2Fx&sa=D"),
            expect(CLEAN, "LINK_OPEN_REDIRECT"))


@case
def redirect_unwrapped():
    """Within two vendors' rewriters and an advertiser's redirector stands the
    page that is meant."""
    return (link("https://eur01.safelinks.protection.outlook.com/?url=https%3A"
                 "%2F%2Furldefense.com%2Fv3%2F__https%3A%2F%2Fwww.paypa1.com"
                 "%2Fx__%3B%21%21Ab%21cd&amp;data=05"),
            expect(PHISH, "LINK_LOOKALIKE"))


@case
def redirect_control():
    """A vendor's rewriter around the sender's own page."""
    return (link("https://eur01.safelinks.protection.outlook.com/?url=https%3A"
                 "%2F%2Fexample.org%2Fplan&amp;data=05"),
            expect(CLEAN, absent=["LINK_OPEN_REDIRECT"]))


@case
def recipient_fragment():
    """The recipient's address where only a script in the page reads it."""
    return (link("https://meadow.example.com/x#anna@example.net"),
            expect(CLEAN, "LINK_RECIPIENT_HIDDEN"))


@case
def recipient_encoded():
    """The same in base64."""
    return (link("https://meadow.example.com/x/%s"
                 % base64.b64encode(b"anna@example.net").decode()),
            expect(CLEAN, "LINK_RECIPIENT_HIDDEN"))


@case
def recipient_plain():
    """The same for all to see."""
    return (link("https://meadow.example.com/x?email=anna@example.net"),
            expect(CLEAN, "LINK_RECIPIENT", absent=["LINK_RECIPIENT_HIDDEN"]))


@case
def recipient_control():
    """Who leaves a list is named in the link."""
    return (m.with_html('<p>News</p><p><a href="https://meadow.example.com/u?e='
                        '%s">Unsubscribe</a></p>'
                        % base64.b64encode(b"anna@example.net").decode(),
                        sender=SHOP),
            expect(CLEAN, absent=["LINK_RECIPIENT_HIDDEN", "LINK_RECIPIENT"]))


@case
def compromised_site():
    """A folder that has no pages."""
    return (link("https://bakery.example.com/wp-content/uploads/x/index.php"),
            expect(CLEAN, "LINK_COMPROMISED_SITE"))


@case
def compromised_control():
    """A menu as a file, where such files are kept."""
    return (link("https://bakery.example.com/wp-content/uploads/menu.pdf"),
            expect(CLEAN, absent=["LINK_COMPROMISED_SITE",
                                  "LINK_DOUBLE_EXTENSION"]))


@case
def double_extension_page():
    """A page that is called a document."""
    return (link("https://bakery.example.com/invoice.pdf.html"),
            expect(CLEAN, "LINK_DOUBLE_EXTENSION"))


@case
def odd_port():
    """A port that browsers have to be told."""
    return (link("https://bakery.example.com:4433/x"),
            expect(CLEAN, "LINK_ODD_PORT"))


@case
def odd_port_control():
    """Ports of test servers in a text for people who run them."""
    return (m.mail("Ports", m.text_part(
        "The test server listens at http://test.example.com:9090/ now.")),
        expect(CLEAN, absent=["LINK_ODD_PORT"]))


@case
def invisible_in_host():
    """Characters that nobody sees, in the name of the host."""
    return (link("https://bak%E2%80%8Bery.example.com/x"),
            expect(FLAGGED, "LINK_INVISIBLE"))


def write(name):
    message, wanted = CASES[name]()
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    (folder / "message.eml").write_bytes(message.encode("utf-8"))
    why = " ".join((CASES[name].__doc__ or "").split())
    (folder / "expect.json").write_text(
        json.dumps(dict(why=why, **wanted), indent="\t", ensure_ascii=False)
        + "\n")


if __name__ == "__main__":
    for wanted in sys.argv[1:] or CASES:
        write(wanted)
