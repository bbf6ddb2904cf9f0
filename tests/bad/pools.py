"""What mails of bad intent have at their ends: hosts that nobody owns, reserved
names for hacked ones, and the services that are abused."""
import hashlib

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
LOGIN_WORDS = ("secure", "login", "service", "support", "verify", "account",
               "update", "help", "online", "konto", "client", "center")


def slug(brand):
    return "".join(c for c in brand.lower() if c.isascii() and c.isalnum())


def syllables(dice, count):
    return "".join(dice.one("bdfgklmnprstvz") + dice.one("aeiou")
                   for _ in range(count))


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
