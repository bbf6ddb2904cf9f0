#ifndef WARDEN_CHECKS_CONCEPTS_H
#define WARDEN_CHECKS_CONCEPTS_H

/* What a mail speaks of, whatever the words and the language: the names of the
   [concept NAME] groups in config/phrases/LANG.conf, and the families that they
   belong to. One concept says nothing; what counts is what stands together
   (features.h). phrases.h finds them. */

#include <glib.h>

/* Name in C, in the tables, families, "it speaks of …". */
#define WARDEN_CONCEPTS(X) \
	X(ACCOUNT, "account", THING, "an account") \
	X(MAILBOX, "mailbox", THING, "a mailbox") \
	X(PASSWORD, "password", THING, "a password") \
	X(DEVICE, "device", 0, "a device or computer") \
	X(LOGIN, "login", ACT, "signing in") \
	X(VERIFY, "verify", ACT, "verifying something") \
	X(CONFIRM, "confirm", ACT, "confirming something") \
	X(UPDATE_DATA, "update-data", ACT, "updating data") \
	X(UPGRADE, "upgrade", ACT, "upgrading something") \
	X(CLICK, "click", CLICK, "clicking a link") \
	X(ATTACHMENT_FORM, "attachment-form", CLICK, \
	  "opening what is attached") \
	X(SUSPEND, "suspend", LOSS, "suspending something") \
	X(BLOCK, "block", LOSS, "blocking something") \
	X(EXPIRE, "expire", LOSS, "something that expires") \
	X(DELETE, "delete", LOSS, "deleting something") \
	X(DEADLINE, "deadline", PRESS, "a deadline") \
	X(URGENT, "urgent", PRESS, "haste") \
	X(WARNING, "warning", PRESS, "a last notice") \
	X(OR_ELSE, "or-else", PRESS, "what happens otherwise") \
	X(UNUSUAL_ACTIVITY, "unusual-activity", LOSS, "unusual activity") \
	X(SECURITY_TEAM, "security-team", TEAM, "a security team") \
	X(SUPPORT_TEAM, "support-team", TEAM, "a support team") \
	X(ADMIN, "admin", TEAM, "an administrator") \
	X(TEAM_SIGNATURE, "team-signature", TEAM, \
	  "a team that signs without a name") \
	X(QUOTA, "quota", QUOTA, "a full mailbox") \
	X(STORAGE, "storage", QUOTA, "storage") \
	X(PENDING_MESSAGES, "pending-messages", QUOTA, \
	  "messages that are held back") \
	X(PAYMENT, "payment", BILL, "a payment") \
	X(CARD, "card", THING, "a payment card") \
	X(BANK, "bank", THING, "a bank") \
	X(WALLET, "wallet", THING | CRYPTO, "a wallet") \
	X(CRYPTO, "crypto", CRYPTO, "crypto money") \
	X(SEED_PHRASE, "seed-phrase", CRYPTO, "a wallet's secret words") \
	X(INVOICE, "invoice", BILL, "an invoice") \
	X(OVERDUE, "overdue", BILL, "something overdue") \
	X(SUBSCRIPTION, "subscription", BILL, "a subscription") \
	X(RENEW, "renew", BILL, "a renewal") \
	X(CHARGE, "charge", BILL, "a charge") \
	X(REFUND, "refund", BILL, "a refund") \
	X(TAX, "tax", STATE, "taxes") \
	X(FINE, "fine", STATE, "a fine") \
	X(GOVERNMENT, "government", STATE, "an authority") \
	X(COURT, "court", STATE, "a court") \
	X(POLICE, "police", STATE, "the police") \
	X(CUSTOMS, "customs", STATE | PARCEL, "customs") \
	X(PARCEL, "parcel", PARCEL, "a parcel") \
	X(DELIVERY_FEE, "delivery-fee", PARCEL, "a fee for a parcel") \
	X(RESCHEDULE, "reschedule", PARCEL, "another delivery") \
	X(DOCUMENT, "document", SHARE, "a document") \
	X(SHARED_FILE, "shared-file", SHARE, "a shared file") \
	X(VOICEMAIL, "voicemail", SHARE, "a voice message") \
	X(SIGNATURE_REQUEST, "signature-request", SHARE, \
	  "something to be signed") \
	X(PAYROLL, "payroll", SHARE, "wages") \
	X(PRIZE, "prize", WIN, "a prize") \
	X(WINNER, "winner", WIN, "winning") \
	X(SURVEY, "survey", WIN, "a survey") \
	X(REWARD, "reward", WIN, "a reward") \
	X(GIFT_CARD, "gift-card", WIN, "a gift card") \
	X(FREE, "free", OFFER, "something free") \
	X(LIMITED, "limited", OFFER, "something limited") \
	X(DISCOUNT, "discount", OFFER, "a discount") \
	X(OFFER, "offer", OFFER, "an offer") \
	X(CASINO, "casino", VICE, "a casino") \
	X(BET, "bet", VICE, "bets") \
	X(DATING, "dating", VICE, "dating") \
	X(ADULT, "adult", VICE, "sex") \
	X(LOAN, "loan", WEALTH, "a loan") \
	X(CREDIT, "credit", 0, "credit") \
	X(INVESTMENT, "investment", WEALTH, "an investment") \
	X(PROFIT, "profit", WEALTH, "profit") \
	X(JOB, "job", WEALTH, "work") \
	X(PHARMACY, "pharmacy", WARES, "medicine") \
	X(WEIGHT_LOSS, "weight-loss", WARES, "losing weight") \
	X(HEALTH_CURE, "health-cure", WARES, "a cure") \
	X(INSURANCE, "insurance", WARES, "insurance") \
	X(WARRANTY, "warranty", WARES, "a warranty") \
	X(HOME_IMPROVEMENT, "home-improvement", WARES, \
	  "things for the home") \
	X(ENERGY, "energy", WARES, "energy") \
	X(SOLAR, "solar", WARES, "solar panels or batteries") \
	X(SEO, "seo", WARES, "search engines' ranks") \
	X(IPTV, "iptv", WARES, "television by the internet") \
	X(ANTIVIRUS, "antivirus", WARES, "virus protection") \
	X(LUXURY_GOODS, "luxury-goods", WARES, "luxury") \
	X(EDUCATION, "education", WARES, "courses and degrees") \
	X(MAILING_LIST_SALE, "mailing-list-sale", WARES, "lists of addresses") \
	X(TRADE_OFFER, "trade-offer", WARES, "makers and wholesale") \
	X(FUND, "fund", FUND, "funds") \
	X(MILLION, "million", FUND, "millions") \
	X(INHERITANCE, "inheritance", FUND, "an inheritance") \
	X(BENEFICIARY, "beneficiary", FUND, "a beneficiary") \
	X(LOTTERY, "lottery", FUND | WIN, "a lottery") \
	X(COMPENSATION, "compensation", FUND, "compensation") \
	X(DONATION, "donation", FUND, "a donation") \
	X(CHARITY, "charity", FUND, "charity") \
	X(TRANSFER_ABROAD, "transfer-abroad", FUND, \
	  "money to be brought over") \
	X(NEXT_OF_KIN, "next-of-kin", STORY, "a next of kin") \
	X(LATE_HUSBAND, "late-husband", STORY, "somebody who died") \
	X(ILLNESS, "illness", STORY, "an illness") \
	X(WIDOW, "widow", STORY, "a widow") \
	X(ORPHAN, "orphan", STORY, "orphans") \
	X(PARTNERSHIP, "partnership", STORY, "a partnership") \
	X(CONFIDENTIAL, "confidential", STORY, "something confidential") \
	X(BARRISTER, "barrister", STORY, "a lawyer") \
	X(DIPLOMAT, "diplomat", STORY, "diplomats or soldiers") \
	X(GOD, "god", STORY, "God") \
	X(BANK_OFFICER, "bank-officer", STORY, "somebody at a bank") \
	X(INTRODUCTION, "introduction", STORY, "a stranger who writes") \
	X(TRUST_YOU, "trust-you", STORY, "trust") \
	X(SECRET, "secret", STORY, "a secret") \
	X(REPLY_TO_ME, "reply-to-me", CONTACT, "writing back") \
	X(CONTACT_WHATSAPP, "contact-whatsapp", CONTACT, \
	  "writing to a chat or telephone") \
	X(GIVE_DETAILS, "give-details", CONTACT, "details about you") \
	X(RECORDED_YOU, "recorded-you", EXTORT, "recordings of you") \
	X(HACKED_YOU, "hacked-you", EXTORT, "having broken in") \
	X(BITCOIN_DEMAND, "bitcoin-demand", EXTORT | CRYPTO, \
	  "bitcoins to be sent") \
	X(SHAME, "shame", EXTORT, "shame") \
	X(BOSS_TASK, "boss-task", BOSS, "a task for you") \
	X(AVAILABLE_NOW, "available-now", BOSS, "whether you are there") \
	X(GIFT_CARDS_BUY, "gift-cards-buy", BOSS, "buying gift cards") \
	X(BANK_DETAILS_CHANGED, "bank-details-changed", BOSS, \
	  "other bank details") \
	X(GENERIC_GREETING, "generic-greeting", ADDRESS, \
	  "you without a name") \
	X(GREETING_BY_ADDRESS, "greeting-by-address", ADDRESS, \
	  "you by your address") \
	X(THANKS_FORMAL, "thanks-formal", 0, "thanks") \
	X(KINDLY, "kindly", 0, "a stiff request") \
	X(VIEW_IN_BROWSER, "view-in-browser", 0, "where to see it better") \
	X(UNSUBSCRIBE, "unsubscribe", HONEST, "unsubscribing") \
	X(ORDER_NUMBER, "order-number", HONEST, "an order number") \
	X(PERSONAL_REFERENCE, "personal-reference", HONEST, \
	  "what only a partner knows") \
	X(NOT_YOU_IGNORE, "not-you-ignore", HONEST, \
	  "that it may be ignored") \
	X(ONE_TIME_CODE, "one-time-code", HONEST, "a code for once") \
	X(NEVER_ASK, "never-ask", HONEST, "what is never asked for") \
	X(REGISTERED_COMPANY, "registered-company", HONEST, \
	  "who a company is") \
	X(CONVERSATION, "conversation", HONEST, "what was talked about")

/* Those that stand for each other in a lie. */
#define WARDEN_CONCEPT_FAMILIES(X) \
	X(THING, "thing", "what you have") \
	X(ACT, "act", "what you shall do with it") \
	X(CLICK, "click", "where you shall click") \
	X(LOSS, "loss", "what you may lose") \
	X(PRESS, "press", "haste") \
	X(TEAM, "team", "a nameless team") \
	X(QUOTA, "quota", "a full mailbox") \
	X(BILL, "bill", "a bill") \
	X(CRYPTO, "crypto", "crypto money") \
	X(STATE, "state", "an authority") \
	X(PARCEL, "parcel", "a parcel") \
	X(SHARE, "share", "a document for you") \
	X(WIN, "win", "winning") \
	X(OFFER, "offer", "an offer") \
	X(VICE, "vice", "gambling or sex") \
	X(WEALTH, "wealth", "money to be had") \
	X(WARES, "wares", "wares of a kind") \
	X(FUND, "fund", "large sums") \
	X(STORY, "story", "a sad or secret story") \
	X(CONTACT, "contact", "answering elsewhere") \
	X(EXTORT, "extort", "extortion") \
	X(BOSS, "boss", "a superior's errand") \
	X(ADDRESS, "address", "you without your name") \
	X(HONEST, "honest", "what honest mail has")

enum warden_concept {
#define WARDEN_CONCEPT_ENUM(name, word, families, what) WARDEN_CONCEPT_##name,
	WARDEN_CONCEPTS(WARDEN_CONCEPT_ENUM)
#undef WARDEN_CONCEPT_ENUM
	WARDEN_CONCEPTS_COUNT
};

enum warden_concept_family {
#define WARDEN_FAMILY_ENUM(name, word, what) WARDEN_FAMILY_##name,
	WARDEN_CONCEPT_FAMILIES(WARDEN_FAMILY_ENUM)
#undef WARDEN_FAMILY_ENUM
	WARDEN_FAMILIES_COUNT
};

struct warden_concept_info {
	const char *word, *what;
	guint32 families;	/* bits 1 << enum warden_concept_family */
};

struct warden_family_info {
	const char *word, *what;
};

extern const struct warden_concept_info
	warden_concept_infos[WARDEN_CONCEPTS_COUNT];
extern const struct warden_family_info
	warden_family_infos[WARDEN_FAMILIES_COUNT];

/* A set of concepts. */
struct warden_concept_set {
	guint64 bits[(WARDEN_CONCEPTS_COUNT + 63) / 64];
};

static inline void warden_concept_set_add(struct warden_concept_set *set,
					  guint concept)
{
	set->bits[concept / 64] |= G_GUINT64_CONSTANT(1) << concept % 64;
}

static inline gboolean
warden_concept_set_has(const struct warden_concept_set *set, guint concept)
{
	return (set->bits[concept / 64] >> concept % 64 & 1) != 0;
}

/* Words between two concepts that stand together; a character of Chinese or
   Japanese is half a word. */
#define WARDEN_CONCEPTS_NEAR_WORDS 16u

struct warden_concept_hits {
	struct warden_concept_set all;
	/* by concept: those that stand near it; it itself, if it has any
	   neighbour of its own kind */
	struct warden_concept_set near[WARDEN_CONCEPTS_COUNT];
};

/* One more concept at a place. last: of WARDEN_CONCEPTS_COUNT, where each stood
   last, in half words, G_MININT / 2 at first. */
void warden_concept_hits_add(struct warden_concept_hits *hits, gint *last,
			     guint concept, gint place);

/* -1: there is none of that name. */
gint warden_concept_lookup(const char *word, gsize size);

#endif
