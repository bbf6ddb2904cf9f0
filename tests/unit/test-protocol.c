/* The wire format: round trips, and every way of being invalid. */

#include "scanner/protocol/protocol.h"
#include "scanner/protocol/protocol-private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *row = "";

#define CHECK(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: [%s] not true: %s\n", \
				__FILE__, __LINE__, row, #condition); \
			exit(1); \
		} \
	} while (0)

#define FRAME_MAX (WARDEN_FRAME_HEADER_SIZE + WARDEN_FRAME_PAYLOAD_MAX)

static uint8_t buf[FRAME_MAX + 16];

static struct warden_str str(const char *s)
{
	return warden_str(s, strlen(s));
}

static bool str_equal(struct warden_str a, struct warden_str b)
{
	return (a.data == NULL) == (b.data == NULL) && a.size == b.size &&
	       (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static struct warden_request full_request(void)
{
	struct warden_request request = {
		.op = WARDEN_OP_SCAN,
		.operation = WARDEN_OPERATION_MOVE,
		.role = WARDEN_ROLE_TRASH,
		.deadline_msecs = 0xfffffffe,
		.body_size = UINT64_C(0x0102030405060708),
		.full_size = UINT64_MAX,
		.service = str("imap"), .user = str("u@example.org"),
		.recipient = str("r"), .sender = str(""),
		.session = str("s/1+x"), .mailbox = str("Entw\xc3\xbcrfe"),
		.origin = str("INBOX"), .actor = str("boss"),
		.actions = str("spam=allow"), .key_size = WARDEN_KEY_SIZE,
		.delivery_id = 7, .aborted = true, .have_mailbox_guid = true,
		.uid_validity = 1, .uid = 0x80000001, .guid = str("1234.M5"),
		.admin = true, .global = true, .comment = str("line\nline"),
		.have_origin_guid = true, .origin_uid_validity = 9,
		.origin_uid = 10, .query = str("url:http://a/"),
		.what = str("pull"), .language = str("zh"), .cursor = 11,
	};
	memset(request.key, 0xa5, sizeof(request.key));
	memset(request.mailbox_guid, 0, sizeof(request.mailbox_guid));
	return request;
}

static void test_request_round_trip(void)
{
	struct warden_request in = full_request(), out;
	const char *error;
	size_t size, payload;

	row = "full request";
	size = warden_request_encode(&in, buf, sizeof(buf));
	CHECK(size > WARDEN_FRAME_HEADER_SIZE);
	CHECK(warden_frame_peek(buf, size, &payload, &error) == 1);
	CHECK(payload + WARDEN_FRAME_HEADER_SIZE == size);
	CHECK(warden_request_decode(buf, size, &out, &error) == 1);
	CHECK(out.op == in.op && out.operation == in.operation);
	CHECK(out.role == in.role && out.deadline_msecs == in.deadline_msecs);
	CHECK(out.body_size == in.body_size && out.full_size == in.full_size);
	CHECK(str_equal(out.service, in.service));
	CHECK(str_equal(out.user, in.user));
	CHECK(str_equal(out.recipient, in.recipient));
	CHECK(str_equal(out.sender, in.sender) && out.sender.data != NULL);
	CHECK(str_equal(out.session, in.session));
	CHECK(str_equal(out.mailbox, in.mailbox));
	CHECK(str_equal(out.origin, in.origin));
	CHECK(str_equal(out.actor, in.actor));
	CHECK(str_equal(out.actions, in.actions));
	CHECK(out.key_size == in.key_size);
	CHECK(memcmp(out.key, in.key, in.key_size) == 0);
	CHECK(out.delivery_id == 7 && out.aborted && out.have_mailbox_guid);
	CHECK(memcmp(out.mailbox_guid, in.mailbox_guid, 16) == 0);
	CHECK(out.uid_validity == 1 && out.uid == 0x80000001);
	CHECK(str_equal(out.guid, in.guid));
	CHECK(out.admin && out.global && str_equal(out.comment, in.comment));
	CHECK(out.have_origin_guid && out.origin_uid_validity == 9);
	CHECK(out.origin_uid == 10 && out.cursor == 11);
	CHECK(str_equal(out.query, in.query));
	CHECK(str_equal(out.what, in.what));
	CHECK(str_equal(out.language, in.language));

	row = "every shorter buffer is refused";
	for (size_t smaller = 0; smaller < size; smaller++) {
		memset(buf, 0x55, sizeof(buf));
		CHECK(warden_request_encode(&in, buf, smaller) == 0);
		CHECK(buf[smaller] == 0x55);
	}
	row = "every shorter frame is cut off";
	CHECK(warden_request_encode(&in, buf, sizeof(buf)) == size);
	for (size_t smaller = 0; smaller < size; smaller++)
		CHECK(warden_request_decode(buf, smaller, &out, &error) == -1);
	row = "data after the frame";
	CHECK(warden_request_decode(buf, size + 1, &out, &error) == -1);
}

static void test_request_zero(void)
{
	struct warden_request in, out;
	const char *error;

	for (unsigned int op = 1; op <= WARDEN_OP_LAST; op++) {
		row = "empty request";
		memset(&in, 0, sizeof(in));
		in.op = (enum warden_op)op;
		CHECK(warden_request_encode(&in, buf, sizeof(buf)) ==
		      WARDEN_FRAME_HEADER_SIZE);
		CHECK(warden_request_decode(buf, WARDEN_FRAME_HEADER_SIZE,
					    &out, &error) == 1);
		CHECK(out.op == in.op && out.user.data == NULL);
		CHECK(out.key_size == 0 && !out.have_mailbox_guid);
	}
	row = "operations out of range";
	in.op = (enum warden_op)0;
	CHECK(warden_request_encode(&in, buf, sizeof(buf)) == 0);
	in.op = (enum warden_op)(WARDEN_OP_LAST + 1);
	CHECK(warden_request_encode(&in, buf, sizeof(buf)) == 0);
}

static void test_request_refused(void)
{
	static char large[WARDEN_STRING_MAX + 1];
	struct warden_request in = { .op = WARDEN_OP_SCAN };

	memset(large, 'x', sizeof(large));
	row = "longest string";
	in.user = warden_str(large, WARDEN_STRING_MAX);
	CHECK(warden_request_encode(&in, buf, sizeof(buf)) > 0);
	row = "string too long";
	in.user = warden_str(large, WARDEN_STRING_MAX + 1);
	CHECK(warden_request_encode(&in, buf, sizeof(buf)) == 0);
	row = "NUL in a string";
	in.user = warden_str("a\0b", 3);
	CHECK(warden_request_encode(&in, buf, sizeof(buf)) == 0);
	row = "odd key";
	in.user = str("u");
	in.key_size = 31;
	CHECK(warden_request_encode(&in, buf, sizeof(buf)) == 0);
	in.key_size = 16;
	CHECK(warden_request_encode(&in, buf, sizeof(buf)) > 0);
	row = "role out of range";
	in.role = (enum warden_mailbox_role)(WARDEN_ROLE_LAST + 1);
	CHECK(warden_request_encode(&in, buf, sizeof(buf)) == 0);

	row = "the advertised buffer holds the largest request";
	in = full_request();
	struct warden_str *strings[] = {
		&in.service, &in.user, &in.recipient, &in.sender, &in.session,
		&in.mailbox, &in.origin, &in.actor, &in.actions, &in.guid,
		&in.comment, &in.query, &in.what, &in.language,
	};
	for (size_t i = 0; i < sizeof(strings) / sizeof(*strings); i++)
		*strings[i] = warden_str(large, WARDEN_STRING_MAX);
	CHECK(warden_request_encode(&in, buf, FRAME_MAX) > 45000);
}

static void test_reply_round_trip(void)
{
	struct warden_reply out, in = {
		.status = WARDEN_STATUS_REFUSED,
		.verdict = WARDEN_VERDICT_RELEASED,
		.action = WARDEN_ACTION_DEFER,
		.flags = WARDEN_REPLY_UNRECORDED | WARDEN_REPLY_RELEASED,
		.rules_epoch = 3, .list_generation = UINT32_MAX,
		.score_milli = -1500, .delivery_id = UINT64_C(1) << 40,
		.have_key = true, .keyword = str("$WardenMalware"),
		.reason = str("\xe5\x8d\xb1\xe9\x99\xa9 \xe2\x80\x94 x"),
		.symbols = str("A B"), .text = str("a=1\nb=2\n"),
		.cursor = UINT64_MAX,
	};
	enum warden_op op;
	const char *error;
	size_t size;

	memset(in.key, 0x17, sizeof(in.key));
	row = "full reply";
	size = warden_reply_encode(WARDEN_OP_RELEASE, &in, buf, sizeof(buf));
	CHECK(size > 0);
	CHECK(warden_reply_decode(buf, size, &op, &out, &error) == 1);
	CHECK(op == WARDEN_OP_RELEASE && out.status == in.status);
	CHECK(out.verdict == in.verdict && out.action == in.action);
	CHECK(out.flags == in.flags && out.rules_epoch == 3);
	CHECK(out.list_generation == UINT32_MAX);
	CHECK(out.score_milli == -1500 && out.delivery_id == in.delivery_id);
	CHECK(out.have_key && memcmp(out.key, in.key, 32) == 0);
	CHECK(str_equal(out.keyword, in.keyword));
	CHECK(str_equal(out.reason, in.reason));
	CHECK(str_equal(out.symbols, in.symbols));
	CHECK(str_equal(out.text, in.text));
	CHECK(out.cursor == in.cursor);

	row = "a reply is no request, nor the reverse";
	struct warden_request request;
	CHECK(warden_request_decode(buf, size, &request, &error) == -1);
	request = full_request();
	size = warden_request_encode(&request, buf, sizeof(buf));
	CHECK(warden_reply_decode(buf, size, &op, &out, &error) == -1);

	static const struct {
		const char *name;
		const char *reason;
	} lines[] = {
		{ "LF", "a\nb" }, { "CR", "a\rb" }, { "ESC", "\033[2J" },
		{ "tab", "a\tb" }, { "DEL", "\177" }, { "C1", "\xc2\x9b" "2J" },
		{ "cut C1", "a\xc2" },
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		row = lines[i].name;
		memset(&in, 0, sizeof(in));
		in.reason = str(lines[i].reason);
		CHECK(warden_reply_encode(WARDEN_OP_SCAN, &in, buf,
					  sizeof(buf)) == 0);
	}
}

struct bytes_row {
	const char *name;
	const char *bytes;
	size_t size;
	int result;
};

#define HEAD(op, length) "WRDN\001" op "\0\0\0\0\0" length
#define ROW(name, bytes, result) { name, bytes, sizeof(bytes) - 1, result }

static const struct bytes_row request_rows[] = {
	ROW("nothing", "", -1),
	ROW("STATUS of the README", HEAD("\005", "\0"), 1),
	ROW("SCAN of the README",
	    HEAD("\001", "\025") "\0\004\0\0\0\010\0\0\0\0\0\0\0\005"
	    "\0\007\0\0\0\001u", 1),
	ROW("wrong magic", "WRDX\001\001\0\0\0\0\0\0", -1),
	ROW("another version", "WRDN\002\001\0\0\0\0\0\0", -1),
	ROW("reserved used", "WRDN\001\001\0\001\0\0\0\0", -1),
	ROW("operation 0", HEAD("\0", "\0"), -1),
	ROW("operation 14", HEAD("\016", "\0"), -1),
	ROW("a reply", HEAD("\201", "\0"), -1),
	ROW("payload above its limit", "WRDN\001\001\0\0\0\001\0\001", -1),
	ROW("payload missing", HEAD("\001", "\006"), -1),
	ROW("cut attribute header", HEAD("\001", "\005") "\0\007\0\0\0", -1),
	ROW("attribute overruns", HEAD("\001", "\006") "\0\007\0\0\0\001", -1),
	ROW("attribute of 4 GiB", HEAD("\001", "\006") "\0\007\377\377\377\377",
	    -1),
	ROW("unknown attribute", HEAD("\001", "\010") "\1\7\0\0\0\2xy", 1),
	ROW("unknown attribute twice",
	    HEAD("\001", "\014") "\1\7\0\0\0\0\1\7\0\0\0\0", 1),
	ROW("user twice", HEAD("\001", "\016") "\0\7\0\0\0\1u\0\7\0\0\0\1u",
	    -1),
	ROW("user with NUL", HEAD("\001", "\007") "\0\7\0\0\0\1\0", -1),
	ROW("empty user", HEAD("\001", "\006") "\0\7\0\0\0\0", 1),
	ROW("narrow u32", HEAD("\001", "\011") "\0\3\0\0\0\3\0\0\1", -1),
	ROW("wide u32", HEAD("\001", "\016") "\0\3\0\0\0\10\0\0\0\0\0\0\0\1",
	    -1),
	ROW("empty u64", HEAD("\001", "\006") "\0\4\0\0\0\0", -1),
	ROW("boolean 2", HEAD("\001", "\007") "\0\21\0\0\0\1\2", -1),
	ROW("boolean 1", HEAD("\001", "\007") "\0\21\0\0\0\1\1", 1),
	ROW("empty boolean", HEAD("\001", "\006") "\0\21\0\0\0\0", -1),
	ROW("role out of range", HEAD("\001", "\007") "\0\2\0\0\0\1\6", -1),
	ROW("short key", HEAD("\001", "\012") "\0\17\0\0\0\4abcd", -1),
	ROW("half a key",
	    HEAD("\001", "\026") "\0\17\0\0\0\20" "0123456789abcdef", 1),
	ROW("short GUID", HEAD("\002", "\012") "\0\22\0\0\0\4abcd", -1),
	ROW("tag of a reply is unknown",
	    HEAD("\001", "\007") "\1\0\0\0\0\1\377", 1),
};

static void test_request_bytes(void)
{
	for (size_t i = 0; i < sizeof(request_rows) / sizeof(*request_rows);
	     i++) {
		const struct bytes_row *test = &request_rows[i];
		struct warden_request request;
		const char *error = NULL;
		/* An exact copy: sanitizers see a read past the end. */
		uint8_t *copy = malloc(test->size + 1);

		row = test->name;
		CHECK(copy != NULL);
		memcpy(copy, test->bytes, test->size);
		copy = realloc(copy, test->size > 0 ? test->size : 1);
		CHECK(warden_request_decode(copy, test->size, &request,
					    &error) == test->result);
		CHECK((error != NULL) == (test->result == -1));
		free(copy);
	}
	row = "string too long on the wire";
	memset(buf, 'x', sizeof(buf));
	memcpy(buf, "WRDN\001\001\0\0\0\0\020\007\0\007\0\0\020\001", 18);
	struct warden_request request;
	const char *error;
	CHECK(warden_request_decode(buf, 12 + 6 + 4097, &request,
				    &error) == -1);
	CHECK(strcmp(error, "string too long") == 0);
}

static void test_peek(void)
{
	static const uint8_t frame[] = "WRDN\001\005\0\0\0\0\0\1";
	const char *error;
	size_t payload;

	row = "peek";
	for (size_t size = 0; size < 12; size++)
		CHECK(warden_frame_peek(frame, size, &payload, &error) == 0);
	CHECK(warden_frame_peek(frame, 12, &payload, &error) == 1);
	CHECK(payload == 1);
	row = "foreign bytes are seen at once";
	CHECK(warden_frame_peek((const uint8_t *)"G", 1, &payload,
				&error) == -1);
	CHECK(warden_frame_peek((const uint8_t *)"WRD\n", 4, &payload,
				&error) == -1);
}

static void test_names(void)
{
	enum warden_verdict verdict;
	enum warden_action action;

	row = "names";
	for (unsigned int i = 0; i <= WARDEN_VERDICT_LAST; i++) {
		CHECK(warden_verdict_parse(
			warden_verdict_name((enum warden_verdict)i),
			&verdict));
		CHECK(verdict == i);
	}
	for (unsigned int i = 0; i <= WARDEN_ACTION_LAST; i++) {
		CHECK(warden_action_parse(
			warden_action_name((enum warden_action)i), &action));
		CHECK(action == i);
	}
	CHECK(!warden_verdict_parse("", &verdict));
	CHECK(!warden_verdict_parse("Clean", &verdict));
	CHECK(!warden_action_parse("allow ", &action));
	CHECK(strcmp(warden_verdict_name((enum warden_verdict)200),
		     "unknown") == 0);
	CHECK(strcmp(warden_action_name((enum warden_action)-1),
		     "unknown") == 0);
	CHECK(strcmp(warden_operation_name(WARDEN_OPERATION_SYNC),
		     "sync") == 0);
	CHECK(strcmp(warden_role_name(WARDEN_ROLE_QUARANTINE),
		     "quarantine") == 0);
}

int main(void)
{
	test_request_round_trip();
	test_request_zero();
	test_request_refused();
	test_reply_round_trip();
	test_request_bytes();
	test_peek();
	test_names();
	return 0;
}
