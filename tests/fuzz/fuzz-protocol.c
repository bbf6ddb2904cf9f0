/* Frames from hostile bytes: decoding reads nothing outside the frame, and
   what was decoded encodes to a frame that decodes to the same. */

#include "scanner/protocol/protocol.h"

#include <stdlib.h>
#include <string.h>

#define FRAME_MAX (WARDEN_FRAME_HEADER_SIZE + WARDEN_FRAME_PAYLOAD_MAX)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void try_request(const uint8_t *data, size_t size)
{
	static uint8_t first[FRAME_MAX], second[FRAME_MAX];
	struct warden_request request;
	const char *error = NULL;

	if (warden_request_decode(data, size, &request, &error) < 0) {
		require(error != NULL);
		return;
	}
	size_t used = warden_request_encode(&request, first, sizeof(first));
	require(used > 0 && used <= size);
	require(warden_request_decode(first, used, &request, &error) == 1);
	require(warden_request_encode(&request, second, sizeof(second)) ==
		used);
	require(memcmp(first, second, used) == 0);
}

static void try_reply(const uint8_t *data, size_t size)
{
	static uint8_t first[FRAME_MAX], second[FRAME_MAX];
	struct warden_reply reply;
	enum warden_op op;
	const char *error = NULL;

	if (warden_reply_decode(data, size, &op, &reply, &error) < 0) {
		require(error != NULL);
		return;
	}
	size_t used = warden_reply_encode(op, &reply, first, sizeof(first));
	require(used > 0 && used <= size);
	require(warden_reply_decode(first, used, &op, &reply, &error) == 1);
	require(warden_reply_encode(op, &reply, second, sizeof(second)) ==
		used);
	require(memcmp(first, second, used) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *error;
	size_t payload;

	(void)warden_frame_peek(data, size, &payload, &error);
	try_request(data, size);
	try_reply(data, size);
	return 0;
}
