#ifndef WARDEN_PROTOCOL_PRIVATE_H
#define WARDEN_PROTOCOL_PRIVATE_H

/* Attribute tags of the wire format. For protocol.c, its tests and its fuzz
   target only; README.md lists them with their meanings. Numbers are for ever:
   a retired tag is not used again. Requests and replies number separately, but
   share no number, so that a frame of the wrong kind is seen to be empty. */

#include "protocol.h"

enum warden_request_tag {
	WARDEN_TAG_OPERATION = 1,
	WARDEN_TAG_ROLE = 2,
	WARDEN_TAG_DEADLINE = 3,
	WARDEN_TAG_BODY_SIZE = 4,
	WARDEN_TAG_FULL_SIZE = 5,
	WARDEN_TAG_SERVICE = 6,
	WARDEN_TAG_USER = 7,
	WARDEN_TAG_RECIPIENT = 8,
	WARDEN_TAG_SENDER = 9,
	WARDEN_TAG_SESSION = 10,
	WARDEN_TAG_MAILBOX = 11,
	WARDEN_TAG_ORIGIN = 12,
	WARDEN_TAG_ACTOR = 13,
	WARDEN_TAG_ACTIONS = 14,
	WARDEN_TAG_KEY = 15,
	WARDEN_TAG_DELIVERY_ID = 16,
	WARDEN_TAG_ABORTED = 17,
	WARDEN_TAG_MAILBOX_GUID = 18,
	WARDEN_TAG_UID_VALIDITY = 19,
	WARDEN_TAG_UID = 20,
	WARDEN_TAG_GUID = 21,
	WARDEN_TAG_ADMIN = 22,
	WARDEN_TAG_GLOBAL = 23,
	WARDEN_TAG_COMMENT = 24,
};

enum warden_reply_tag {
	WARDEN_TAG_STATUS = 256,
	WARDEN_TAG_VERDICT = 257,
	WARDEN_TAG_ACTION = 258,
	WARDEN_TAG_FLAGS = 259,
	WARDEN_TAG_RULES_EPOCH = 260,
	WARDEN_TAG_LIST_GENERATION = 261,
	WARDEN_TAG_SCORE_MILLI = 262,
	WARDEN_TAG_REPLY_DELIVERY_ID = 263,
	WARDEN_TAG_REPLY_KEY = 264,
	WARDEN_TAG_KEYWORD = 265,
	WARDEN_TAG_REASON = 266,
	WARDEN_TAG_SYMBOLS = 267,
	WARDEN_TAG_STATUS_TEXT = 268,
};

#define WARDEN_ATTRIBUTE_HEADER_SIZE 6
/* What a user is shown, and an IMAP keyword (an atom). */
#define WARDEN_REASON_MAX 400
#define WARDEN_KEYWORD_MAX 100

#endif
