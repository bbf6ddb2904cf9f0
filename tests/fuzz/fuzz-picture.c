/* Pictures: the input is a file's content. */

#include "warden-config.h"

#include "scanner/parse/picture/picture-codes.h"

#include <stdint.h>
#include <stdlib.h>

/* Reading codes takes longest, and is zbar's; a little of it is enough. */
#define EFFORT (256u * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void see(const struct warden_picture *picture, void *context)
{
	GPtrArray *codes = warden_picture_codes_new();
	guint64 effort = EFFORT;

	(void)context;
	if (picture->width == 0 || picture->height == 0 ||
	    (guint64)picture->width * picture->height >
	    WARDEN_PICTURE_KEPT_MAX)
		abort();
	(void)warden_picture_codes(picture, &effort, codes);
	if (codes->len > WARDEN_PICTURE_CODES_MAX || effort > EFFORT)
		abort();
	g_ptr_array_unref(codes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)warden_picture_read(data, size, see, NULL);
	return 0;
}
