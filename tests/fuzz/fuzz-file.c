/* Attachments: the input is a file's content (archives, documents, text). */

#include "warden-config.h"

#include "fuzz-queue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_open_file(data, size, "", "");
	return 0;
}
