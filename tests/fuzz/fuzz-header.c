/* Header blocks in both styles and readings, and all their values as
   parameters, words and addresses. */

#include "warden-config.h"

#include "scanner/parse/mail/address.h"
#include "scanner/parse/mail/content.h"
#include "scanner/parse/mail/words.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void try_value(struct warden_charsets *charsets, const char *value)
{
	GPtrArray *addresses = g_ptr_array_new_with_free_func(
		(GDestroyNotify)warden_address_free);
	char *text = warden_words_decode(charsets, value, 500, NULL);

	require(g_utf8_validate(text, -1, NULL) && strlen(text) <= 500);
	g_free(text);
	text = warden_words_decode_extended(charsets, value, 500);
	require(g_utf8_validate(text, -1, NULL));
	g_free(text);
	text = warden_params_strip_comments(value);
	require(strlen(text) <= strlen(value));
	g_free(text);
	warden_addresses_parse(charsets, value, addresses);
	require(addresses->len <= WARDEN_ADDRESSES_MAX);
	g_ptr_array_unref(addresses);
}

static void try_style(struct warden_charsets *charsets, const uint8_t *data,
		      size_t size, enum warden_header_style style)
{
	struct warden_header header;
	struct warden_content content;
	enum warden_content_reading reading;
	guint i;

	warden_header_parse(data, 0, size, style, &header);
	for (i = 0; i < header.fields->len; i++) {
		const struct warden_field *field = &g_array_index(
			header.fields, struct warden_field, i);
		char *value = warden_field_value(&header, field);

		require(field->value <= field->value_end &&
			field->value_end <= size);
		try_value(charsets, value);
		g_free(value);
	}
	for (reading = WARDEN_READING_FIRST; reading <= WARDEN_READING_LAST;
	     reading++) {
		warden_content_read(charsets, &header, reading, &content);
		require(content.encodings != 0);
		require(content.boundaries->len <= 16);
		warden_content_clear(&content);
	}
	warden_header_clear(&header);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct warden_charsets *charsets;

	if (charsets == NULL)
		charsets = warden_charsets_new();
	try_style(charsets, data, size, WARDEN_HEADER_STRICT);
	try_style(charsets, data, size, WARDEN_HEADER_LENIENT);
	return 0;
}
