/* What others say of mail: the first byte chooses an answer of clamd, the text
   of a TLSH digest, or bytes to make one of. */

#include "warden-config.h"

#include "scanner/core/clamd.h"
#include "scanner/parse/fuzzy.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool sound)
{
	if (!sound)
		abort();
}

static void fuzz_answer(const char *text)
{
	char name[256];
	const char *why;

	if (warden_clamd_parse(text, name, sizeof(name), &why) != 1)
		return;
	check(name[0] != '\0' && strlen(name) < sizeof(name));
	for (const char *p = name; *p != '\0'; p++)
		check(g_ascii_isgraph(*p));
}

static void fuzz_text(const char *text)
{
	guint8 digest[WARDEN_FUZZY_SIZE], again[WARDEN_FUZZY_SIZE];
	char printed[WARDEN_FUZZY_TEXT_SIZE];

	if (!warden_fuzzy_parse(text, digest))
		return;
	warden_fuzzy_print(digest, printed);
	check(warden_fuzzy_parse(printed, again));
	check(memcmp(digest, again, sizeof(digest)) == 0);
	check(warden_fuzzy_distance(digest, again) == 0);
}

/* Of the whole and of what comes after its first half. */
static void fuzz_bytes(const uint8_t *data, size_t size)
{
	guint8 a[WARDEN_FUZZY_SIZE], b[WARDEN_FUZZY_SIZE];

	if (!warden_fuzzy_digest(data, size, a) ||
	    !warden_fuzzy_digest(data + size / 2, size - size / 2, b))
		return;
	check(warden_fuzzy_distance(a, b) == warden_fuzzy_distance(b, a));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = NULL;

	if (size == 0)
		return 0;
	text = g_strndup((const char *)data + 1, size - 1);
	switch (data[0] % 3) {
	case 0:
		fuzz_answer(text);
		break;
	case 1:
		fuzz_text(text);
		break;
	case 2:
		fuzz_bytes(data + 1, size - 1);
		break;
	}
	return 0;
}
