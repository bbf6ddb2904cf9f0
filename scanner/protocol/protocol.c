#include "protocol.h"
#include "protocol-private.h"

#include <string.h>

static const uint8_t magic[4] = { 'W', 'R', 'D', 'N' };

/* How an attribute's value looks on the wire and in its struct. */
enum attribute_type {
	ATTRIBUTE_ENUM,		/* u8, at most .max; an enum member */
	ATTRIBUTE_BOOL,		/* u8, 0 or 1; bool */
	ATTRIBUTE_U32,
	ATTRIBUTE_I32,
	ATTRIBUTE_U64,
	ATTRIBUTE_STRING,	/* at most .max bytes, no NUL */
	ATTRIBUTE_LINE,		/* the same without any control character */
	ATTRIBUTE_KEY,		/* 32 or 16 bytes; size_t at .extra */
	ATTRIBUTE_BYTES,	/* .max bytes; bool "have" at .extra */
};

struct attribute {
	uint16_t tag;
	enum attribute_type type;
	size_t offset, extra;
	uint32_t max;
};

struct attribute_table {
	const struct attribute *attributes;
	unsigned int count;
};

#define REQUEST(tag, type, member, ...) \
	{ WARDEN_TAG_##tag, ATTRIBUTE_##type, \
	  offsetof(struct warden_request, member), __VA_ARGS__ }
#define REPLY(tag, type, member, ...) \
	{ WARDEN_TAG_##tag, ATTRIBUTE_##type, \
	  offsetof(struct warden_reply, member), __VA_ARGS__ }

static const struct attribute request_attributes[] = {
	REQUEST(OPERATION, ENUM, operation, 0, WARDEN_OPERATION_LAST),
	REQUEST(ROLE, ENUM, role, 0, WARDEN_ROLE_LAST),
	REQUEST(DEADLINE, U32, deadline_msecs, 0, 0),
	REQUEST(BODY_SIZE, U64, body_size, 0, 0),
	REQUEST(FULL_SIZE, U64, full_size, 0, 0),
	REQUEST(SERVICE, STRING, service, 0, WARDEN_STRING_MAX),
	REQUEST(USER, STRING, user, 0, WARDEN_STRING_MAX),
	REQUEST(RECIPIENT, STRING, recipient, 0, WARDEN_STRING_MAX),
	REQUEST(SENDER, STRING, sender, 0, WARDEN_STRING_MAX),
	REQUEST(SESSION, STRING, session, 0, WARDEN_STRING_MAX),
	REQUEST(MAILBOX, STRING, mailbox, 0, WARDEN_STRING_MAX),
	REQUEST(ORIGIN, STRING, origin, 0, WARDEN_STRING_MAX),
	REQUEST(ACTOR, STRING, actor, 0, WARDEN_STRING_MAX),
	REQUEST(ACTIONS, STRING, actions, 0, WARDEN_STRING_MAX),
	REQUEST(KEY, KEY, key, offsetof(struct warden_request, key_size), 0),
	REQUEST(DELIVERY_ID, U64, delivery_id, 0, 0),
	REQUEST(ABORTED, BOOL, aborted, 0, 0),
	REQUEST(MAILBOX_GUID, BYTES, mailbox_guid,
		offsetof(struct warden_request, have_mailbox_guid),
		WARDEN_GUID_SIZE),
	REQUEST(UID_VALIDITY, U32, uid_validity, 0, 0),
	REQUEST(UID, U32, uid, 0, 0),
	REQUEST(GUID, STRING, guid, 0, WARDEN_STRING_MAX),
	REQUEST(ADMIN, BOOL, admin, 0, 0),
	REQUEST(GLOBAL, BOOL, global, 0, 0),
	REQUEST(COMMENT, STRING, comment, 0, WARDEN_STRING_MAX),
	REQUEST(ORIGIN_GUID, BYTES, origin_guid,
		offsetof(struct warden_request, have_origin_guid),
		WARDEN_GUID_SIZE),
	REQUEST(ORIGIN_UID_VALIDITY, U32, origin_uid_validity, 0, 0),
	REQUEST(ORIGIN_UID, U32, origin_uid, 0, 0),
	REQUEST(QUERY, STRING, query, 0, WARDEN_STRING_MAX),
	REQUEST(WHAT, STRING, what, 0, WARDEN_STRING_MAX),
	REQUEST(LANGUAGE, STRING, language, 0, WARDEN_STRING_MAX),
	REQUEST(CURSOR, U64, cursor, 0, 0),
};

static const struct attribute reply_attributes[] = {
	REPLY(STATUS, ENUM, status, 0, WARDEN_STATUS_REFUSED),
	REPLY(VERDICT, ENUM, verdict, 0, WARDEN_VERDICT_LAST),
	REPLY(ACTION, ENUM, action, 0, WARDEN_ACTION_LAST),
	REPLY(FLAGS, U32, flags, 0, 0),
	REPLY(RULES_EPOCH, U32, rules_epoch, 0, 0),
	REPLY(LIST_GENERATION, U32, list_generation, 0, 0),
	REPLY(SCORE_MILLI, I32, score_milli, 0, 0),
	REPLY(REPLY_DELIVERY_ID, U64, delivery_id, 0, 0),
	REPLY(REPLY_KEY, BYTES, key, offsetof(struct warden_reply, have_key),
	      WARDEN_KEY_SIZE),
	REPLY(KEYWORD, LINE, keyword, 0, WARDEN_KEYWORD_MAX),
	REPLY(REASON, LINE, reason, 0, WARDEN_REASON_MAX),
	REPLY(SYMBOLS, LINE, symbols, 0, WARDEN_STRING_MAX),
	REPLY(TEXT, STRING, text, 0, WARDEN_REPLY_TEXT_MAX),
	REPLY(REPLY_CURSOR, U64, cursor, 0, 0),
};

#define N_ELEMENTS(array) (sizeof(array) / sizeof(*(array)))

static const struct attribute_table request_table = {
	request_attributes, N_ELEMENTS(request_attributes),
};
static const struct attribute_table reply_table = {
	reply_attributes, N_ELEMENTS(reply_attributes),
};

/* The tables store enums through uint32_t, and mark seen attributes in one
   32-bit word. */
typedef char enum_is_32_bits[sizeof(enum warden_op) == 4 &&
			     sizeof(enum warden_status) == 4 ? 1 : -1];
typedef char tables_fit_seen[N_ELEMENTS(request_attributes) <= 32 ? 1 : -1];

/* --- integers ----------------------------------------------------------- */

static uint64_t get_be(const uint8_t *data, size_t width)
{
	uint64_t value = 0;
	for (size_t i = 0; i < width; i++)
		value = value << 8 | data[i];
	return value;
}

static void put_be(uint8_t *data, size_t width, uint64_t value)
{
	for (size_t i = width; i-- > 0; value >>= 8)
		data[i] = value & 0xff;
}

/* --- strings ------------------------------------------------------------ */

static bool string_is_valid(const struct attribute *attribute,
			    const char *data, size_t size)
{
	if (size > attribute->max)
		return false;
	if (size == 0)
		return true;
	if (attribute->type == ATTRIBUTE_STRING)
		return memchr(data, '\0', size) == NULL;
	/* What a client prints: DEL and C0, and the C1 controls that U+0080
	   to U+009F make in UTF-8, would reach a terminal. */
	for (size_t i = 0; i < size; i++) {
		unsigned char c = data[i];
		unsigned char next = i + 1 < size ? data[i + 1] : 0;
		if (c < 0x20 || c == 0x7f || (c == 0xc2 && next < 0xa0))
			return false;
	}
	return true;
}

/* --- encoding ----------------------------------------------------------- */

struct writer {
	uint8_t *data;
	size_t size, used;
	bool failed;
};

/* @UNSAFE: the only place that moves within the output. */
static uint8_t *reserve(struct writer *writer, uint16_t tag, size_t length)
{
	if (writer->failed || writer->size - writer->used <
			      WARDEN_ATTRIBUTE_HEADER_SIZE + length) {
		writer->failed = true;
		return NULL;
	}
	uint8_t *place = writer->data + writer->used;
	put_be(place, 2, tag);
	put_be(place + 2, 4, length);
	writer->used += WARDEN_ATTRIBUTE_HEADER_SIZE + length;
	return place + WARDEN_ATTRIBUTE_HEADER_SIZE;
}

/* Zero is what a receiver assumes anyway: it is not sent. */
static void write_integer(struct writer *writer, uint16_t tag, size_t width,
			  uint64_t value)
{
	if (value == 0)
		return;
	uint8_t *place = reserve(writer, tag, width);
	if (place != NULL)
		put_be(place, width, value);
}

static void write_bytes(struct writer *writer, uint16_t tag, const void *data,
			size_t size)
{
	uint8_t *place = reserve(writer, tag, size);
	if (place != NULL && size > 0)
		memcpy(place, data, size);
}

static void write_string(struct writer *writer,
			 const struct attribute *attribute,
			 const struct warden_str *str)
{
	if (str->data == NULL)
		return;
	if (!string_is_valid(attribute, str->data, str->size))
		writer->failed = true;
	else
		write_bytes(writer, attribute->tag, str->data, str->size);
}

static void write_key(struct writer *writer, const struct attribute *attribute,
		      const uint8_t *key, size_t size)
{
	if (size == 0)
		return;
	if (size != WARDEN_KEY_SIZE && size != WARDEN_KEY_SIZE / 2)
		writer->failed = true;
	else
		write_bytes(writer, attribute->tag, key, size);
}

static void write_attribute(struct writer *writer,
			    const struct attribute *attribute,
			    const void *object)
{
	const void *member = (const uint8_t *)object + attribute->offset;
	const void *extra = (const uint8_t *)object + attribute->extra;
	uint32_t number;

	switch (attribute->type) {
	case ATTRIBUTE_ENUM:
		memcpy(&number, member, sizeof(number));
		if (number > attribute->max)
			writer->failed = true;
		write_integer(writer, attribute->tag, 1, number);
		break;
	case ATTRIBUTE_BOOL:
		write_integer(writer, attribute->tag, 1, *(const bool *)member);
		break;
	case ATTRIBUTE_U32:
	case ATTRIBUTE_I32:
		memcpy(&number, member, sizeof(number));
		write_integer(writer, attribute->tag, 4, number);
		break;
	case ATTRIBUTE_U64:
		write_integer(writer, attribute->tag, 8,
			      *(const uint64_t *)member);
		break;
	case ATTRIBUTE_STRING:
	case ATTRIBUTE_LINE:
		write_string(writer, attribute, member);
		break;
	case ATTRIBUTE_KEY:
		write_key(writer, attribute, member, *(const size_t *)extra);
		break;
	case ATTRIBUTE_BYTES:
		if (*(const bool *)extra)
			write_bytes(writer, attribute->tag, member,
				    attribute->max);
		break;
	}
}

static size_t frame_encode(const struct attribute_table *table, uint8_t kind,
			   const void *object, uint8_t *buf, size_t size)
{
	if (size > WARDEN_FRAME_HEADER_SIZE + WARDEN_FRAME_PAYLOAD_MAX)
		size = WARDEN_FRAME_HEADER_SIZE + WARDEN_FRAME_PAYLOAD_MAX;
	if (size < WARDEN_FRAME_HEADER_SIZE)
		return 0;

	struct writer writer = {
		.data = buf, .size = size, .used = WARDEN_FRAME_HEADER_SIZE,
	};
	for (unsigned int i = 0; i < table->count; i++)
		write_attribute(&writer, &table->attributes[i], object);
	if (writer.failed)
		return 0;

	memcpy(buf, magic, sizeof(magic));
	buf[4] = WARDEN_PROTOCOL_VERSION;
	buf[5] = kind;
	put_be(buf + 6, 2, 0);
	put_be(buf + 8, 4, writer.used - WARDEN_FRAME_HEADER_SIZE);
	return writer.used;
}

size_t warden_request_encode(const struct warden_request *request,
			     uint8_t *buf, size_t size)
{
	if ((int)request->op < 1 || request->op > WARDEN_OP_LAST)
		return 0;
	return frame_encode(&request_table, request->op, request, buf, size);
}

size_t warden_reply_encode(enum warden_op op, const struct warden_reply *reply,
			   uint8_t *buf, size_t size)
{
	/* 0 answers a request whose kind could not be read. */
	if ((int)op < 0 || op > WARDEN_OP_LAST)
		return 0;
	return frame_encode(&reply_table, WARDEN_KIND_REPLY | op, reply, buf,
			    size);
}

/* --- decoding ----------------------------------------------------------- */

static bool read_string(const struct attribute *attribute,
			const uint8_t *value, size_t length,
			struct warden_str *str_r, const char **error_r)
{
	if (!string_is_valid(attribute, (const char *)value, length)) {
		*error_r = length > attribute->max ?
			"string too long" : "string with NUL or control";
		return false;
	}
	*str_r = warden_str((const char *)value, length);
	return true;
}

static bool read_small(const struct attribute *attribute, uint8_t value,
		       void *member, const char **error_r)
{
	uint32_t number = value;

	if (attribute->type == ATTRIBUTE_BOOL) {
		if (value > 1) {
			*error_r = "boolean is neither 0 nor 1";
			return false;
		}
		*(bool *)member = value == 1;
		return true;
	}
	if (number > attribute->max) {
		*error_r = "enumeration out of range";
		return false;
	}
	memcpy(member, &number, sizeof(number));
	return true;
}

static bool width_is_valid(const struct attribute *attribute, size_t length)
{
	switch (attribute->type) {
	case ATTRIBUTE_ENUM:
	case ATTRIBUTE_BOOL:
		return length == 1;
	case ATTRIBUTE_U32:
	case ATTRIBUTE_I32:
		return length == 4;
	case ATTRIBUTE_U64:
		return length == 8;
	case ATTRIBUTE_KEY:
		return length == WARDEN_KEY_SIZE ||
		       length == WARDEN_KEY_SIZE / 2;
	case ATTRIBUTE_BYTES:
		return length == attribute->max;
	case ATTRIBUTE_STRING:
	case ATTRIBUTE_LINE:
		break;
	}
	return true;
}

static bool read_attribute(const struct attribute *attribute,
			   const uint8_t *value, size_t length, void *object,
			   const char **error_r)
{
	void *member = (uint8_t *)object + attribute->offset;
	void *extra = (uint8_t *)object + attribute->extra;
	uint32_t number;

	if (!width_is_valid(attribute, length)) {
		*error_r = "attribute has the wrong size";
		return false;
	}
	switch (attribute->type) {
	case ATTRIBUTE_ENUM:
	case ATTRIBUTE_BOOL:
		return read_small(attribute, *value, member, error_r);
	case ATTRIBUTE_U32:
	case ATTRIBUTE_I32:
		number = get_be(value, 4);
		memcpy(member, &number, sizeof(number));
		break;
	case ATTRIBUTE_U64:
		*(uint64_t *)member = get_be(value, 8);
		break;
	case ATTRIBUTE_STRING:
	case ATTRIBUTE_LINE:
		return read_string(attribute, value, length, member, error_r);
	case ATTRIBUTE_KEY:
		memcpy(member, value, length);
		*(size_t *)extra = length;
		break;
	case ATTRIBUTE_BYTES:
		memcpy(member, value, length);
		*(bool *)extra = true;
		break;
	}
	return true;
}

static int payload_decode(const struct attribute_table *table,
			  const uint8_t *data, size_t size, void *object,
			  const char **error_r)
{
	uint32_t seen = 0;

	while (size > 0) {
		if (size < WARDEN_ATTRIBUTE_HEADER_SIZE) {
			*error_r = "attribute header is cut off";
			return -1;
		}
		uint16_t tag = get_be(data, 2);
		size_t length = get_be(data + 2, 4);
		data += WARDEN_ATTRIBUTE_HEADER_SIZE;
		size -= WARDEN_ATTRIBUTE_HEADER_SIZE;
		if (length > size) {
			*error_r = "attribute overruns the frame";
			return -1;
		}
		for (unsigned int i = 0; i < table->count; i++) {
			if (table->attributes[i].tag != tag)
				continue;
			if ((seen & (UINT32_C(1) << i)) != 0) {
				*error_r = "attribute is repeated";
				return -1;
			}
			seen |= UINT32_C(1) << i;
			if (!read_attribute(&table->attributes[i], data,
					    length, object, error_r))
				return -1;
		}
		data += length;
		size -= length;
	}
	return 1;
}

int warden_frame_peek(const uint8_t *data, size_t size, size_t *payload_r,
		      const char **error_r)
{
	/* Say no to foreign bytes early: who speaks another protocol may never
	   send a whole header. */
	size_t compare = size < sizeof(magic) ? size : sizeof(magic);
	if (compare > 0 && memcmp(data, magic, compare) != 0) {
		*error_r = "not a frame (wrong magic)";
		return -1;
	}
	if (size < WARDEN_FRAME_HEADER_SIZE)
		return 0;
	if (data[4] != WARDEN_PROTOCOL_VERSION) {
		*error_r = "protocol version not supported";
		return -1;
	}
	if (get_be(data + 6, 2) != 0) {
		*error_r = "reserved bytes are not zero";
		return -1;
	}
	uint64_t payload = get_be(data + 8, 4);
	if (payload > WARDEN_FRAME_PAYLOAD_MAX) {
		*error_r = "frame too large";
		return -1;
	}
	*payload_r = payload;
	return 1;
}

/* The header of a frame that must be whole. Returns false with *error_r. */
static bool frame_check(const uint8_t *data, size_t size, bool reply,
			const char **error_r)
{
	size_t payload;
	int ret = warden_frame_peek(data, size, &payload, error_r);

	if (ret < 0)
		return false;
	if (ret == 0 || payload > size - WARDEN_FRAME_HEADER_SIZE) {
		*error_r = "frame is cut off";
		return false;
	}
	if (payload < size - WARDEN_FRAME_HEADER_SIZE) {
		*error_r = "data after the frame";
		return false;
	}
	uint8_t op = data[5] & ~WARDEN_KIND_REPLY;
	if (op > WARDEN_OP_LAST || (op == 0 && !reply)) {
		*error_r = "unknown operation";
		return false;
	}
	if (((data[5] & WARDEN_KIND_REPLY) != 0) != reply) {
		*error_r = reply ? "not a reply" : "not a request";
		return false;
	}
	return true;
}

int warden_request_decode(const uint8_t *data, size_t size,
			  struct warden_request *request_r,
			  const char **error_r)
{
	memset(request_r, 0, sizeof(*request_r));
	if (!frame_check(data, size, false, error_r))
		return -1;
	request_r->op = (enum warden_op)data[5];
	return payload_decode(&request_table, data + WARDEN_FRAME_HEADER_SIZE,
			      size - WARDEN_FRAME_HEADER_SIZE, request_r,
			      error_r);
}

int warden_reply_decode(const uint8_t *data, size_t size,
			enum warden_op *op_r, struct warden_reply *reply_r,
			const char **error_r)
{
	memset(reply_r, 0, sizeof(*reply_r));
	if (!frame_check(data, size, true, error_r))
		return -1;
	*op_r = (enum warden_op)(data[5] & ~WARDEN_KIND_REPLY);
	return payload_decode(&reply_table, data + WARDEN_FRAME_HEADER_SIZE,
			      size - WARDEN_FRAME_HEADER_SIZE, reply_r,
			      error_r);
}

/* --- names -------------------------------------------------------------- */

static const char *const verdict_names[] = {
	[WARDEN_VERDICT_UNKNOWN] = "unknown",
	[WARDEN_VERDICT_CLEAN] = "clean",
	[WARDEN_VERDICT_SUSPICIOUS] = "suspicious",
	[WARDEN_VERDICT_SPAM] = "spam",
	[WARDEN_VERDICT_PHISHING] = "phishing",
	[WARDEN_VERDICT_MALWARE] = "malware",
	[WARDEN_VERDICT_POLICY] = "policy",
	[WARDEN_VERDICT_UNSCANNABLE] = "unscannable",
	[WARDEN_VERDICT_PENDING] = "pending",
	[WARDEN_VERDICT_RELEASED] = "released",
};

static const char *const action_names[] = {
	[WARDEN_ACTION_NONE] = "none",
	[WARDEN_ACTION_ALLOW] = "allow",
	[WARDEN_ACTION_FLAG] = "flag",
	[WARDEN_ACTION_QUARANTINE] = "quarantine",
	[WARDEN_ACTION_DEFER] = "defer",
};

static const char *const operation_names[] = {
	[WARDEN_OPERATION_UNKNOWN] = "unknown",
	[WARDEN_OPERATION_DELIVER] = "deliver",
	[WARDEN_OPERATION_SAVE] = "save",
	[WARDEN_OPERATION_COPY] = "copy",
	[WARDEN_OPERATION_MOVE] = "move",
	[WARDEN_OPERATION_FETCH] = "fetch",
	[WARDEN_OPERATION_SYNC] = "sync",
	[WARDEN_OPERATION_RELEASE] = "release",
	[WARDEN_OPERATION_PULL] = "pull",
	[WARDEN_OPERATION_RESTORE] = "restore",
	[WARDEN_OPERATION_RESCAN] = "rescan",
};

static const char *const role_names[] = {
	[WARDEN_ROLE_NONE] = "none",
	[WARDEN_ROLE_JUNK] = "junk",
	[WARDEN_ROLE_TRASH] = "trash",
	[WARDEN_ROLE_DRAFTS] = "drafts",
	[WARDEN_ROLE_SENT] = "sent",
	[WARDEN_ROLE_QUARANTINE] = "quarantine",
};

/* A number from an index record or a database may be out of range. */
static const char *name_of(const char *const *names, unsigned int count,
			   unsigned int value)
{
	return value < count ? names[value] : "unknown";
}

static bool name_find(const char *const *names, unsigned int count,
		      const char *name, unsigned int *value_r)
{
	for (unsigned int i = 0; i < count; i++) {
		if (strcmp(names[i], name) == 0) {
			*value_r = i;
			return true;
		}
	}
	return false;
}

const char *warden_verdict_name(enum warden_verdict verdict)
{
	return name_of(verdict_names, N_ELEMENTS(verdict_names), verdict);
}

const char *warden_action_name(enum warden_action action)
{
	return name_of(action_names, N_ELEMENTS(action_names), action);
}

bool warden_verdict_parse(const char *name, enum warden_verdict *verdict_r)
{
	unsigned int value;

	if (!name_find(verdict_names, N_ELEMENTS(verdict_names), name, &value))
		return false;
	*verdict_r = (enum warden_verdict)value;
	return true;
}

bool warden_action_parse(const char *name, enum warden_action *action_r)
{
	unsigned int value;

	if (!name_find(action_names, N_ELEMENTS(action_names), name, &value))
		return false;
	*action_r = (enum warden_action)value;
	return true;
}

const char *warden_operation_name(enum warden_operation operation)
{
	return name_of(operation_names, N_ELEMENTS(operation_names),
		       operation);
}

const char *warden_role_name(enum warden_mailbox_role role)
{
	return name_of(role_names, N_ELEMENTS(role_names), role);
}
