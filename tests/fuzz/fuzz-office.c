/* Binary Office documents: the first byte of the input says for which reader
   the rest is. Whole documents are fuzz-file's. */

#include "warden-config.h"

#include "scanner/parse/office/office-crypt.h"
#include "scanner/parse/office/ole.h"
#include "scanner/parse/document/rtf-compressed.h"
#include "scanner/parse/macro/vba.h"
#include "scanner/parse/macro/vba-code.h"
#include "scanner/parse/macro/xlm.h"

#include <stdint.h>
#include <stdlib.h>

#define OUT_MAX (1024u * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_compound(const uint8_t *data, size_t size)
{
	struct warden_ole *ole = warden_ole_open(data, size);
	guint i;

	if (ole == NULL)
		return;
	for (i = 0; i < ole->entries->len; i++) {
		char *path = warden_ole_path(ole, i);
		bool whole;

		g_bytes_unref(warden_ole_read(ole, i, 4096, &whole));
		g_free(warden_ole_decode_msi_name(path));
		g_free(path);
	}
	warden_ole_free(ole);
}

static void read_source(const uint8_t *data, size_t size)
{
	struct warden_vba_code code;

	warden_vba_code_read((const char *)data, size, &code);
	warden_vba_code_clear(&code);
}

/* A module: compiled code, and source somewhere in it. */
static void read_module(const uint8_t *data, size_t size)
{
	gsize starts[WARDEN_VBA_STARTS_MAX];
	guint count = warden_vba_find_source(data, size, 0, starts), i;
	GByteArray *out = g_byte_array_new();
	GString *missing = g_string_new(NULL);

	for (i = 0; i < count; i++) {
		gsize before = out->len, left = size - starts[i];

		(void)warden_vba_decompress(data + starts[i], left, OUT_MAX,
					    out);
		if (out->len - before > warden_vba_bound(data + starts[i],
							 left))
			abort();
	}
	(void)warden_vba_missing_strings(data, size, (const char *)out->data,
					 out->len, missing);
	g_string_free(missing, TRUE);
	g_byte_array_unref(out);
}

static void read_modules(const uint8_t *data, size_t size)
{
	struct warden_vba_dir dir;
	gsize offset;

	(void)warden_vba_dir_read(data, size, &dir);
	(void)warden_vba_dir_offset(&dir, "Module1", &offset);
	warden_vba_dir_clear(&dir);
}

static void read_workbook(const uint8_t *data, size_t size)
{
	struct warden_office_notes notes;
	struct warden_xlm xlm;
	GBytes *clear = warden_book_decrypt(data, size,
					    WARDEN_OFFICE_DEFAULT_PASSWORD);

	if (clear != NULL)
		g_bytes_unref(clear);
	warden_office_notes_init(&notes);
	warden_xlm_read(data, size, &xlm);
	warden_xlm_judge(xlm.formulas->str, &notes);
	warden_xlm_clear(&xlm);
	warden_office_notes_clear(&notes);
}

static void read_rich_text(const uint8_t *data, size_t size)
{
	GByteArray *out = g_byte_array_new();

	(void)warden_rtf_decompress(data, size, OUT_MAX, out);
	g_byte_array_unref(out);
}

/* The header; and the same bytes as what it encrypts. */
static void read_encrypted(const uint8_t *data, size_t size)
{
	GBytes *clear;

	if (warden_office_crypt_cost(data, size) > 1000)
		return;
	clear = warden_office_decrypt(data, size, data, size,
				      WARDEN_OFFICE_DEFAULT_PASSWORD);
	if (clear != NULL)
		g_bytes_unref(clear);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const readers[])(const uint8_t *data, size_t size) = {
		read_compound, read_source, read_module, read_modules,
		read_workbook, read_rich_text, read_encrypted,
	};
	uint8_t *copy;

	if (size == 0)
		return 0;
	/* of its exact size, so that what is read behind it is seen */
	copy = g_memdup2(data + 1, size - 1);
	readers[data[0] % G_N_ELEMENTS(readers)](copy, size - 1);
	g_free(copy);
	return 0;
}
