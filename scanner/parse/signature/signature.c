#include "warden-config.h"

#include "signature.h"

#include <string.h>

/* What both kinds of signatures have in common. */

void warden_signature_add(const struct warden_signed *what, const char *kind,
			  const char *status, const char *signer,
			  const char *detail)
{
	const struct warden_signature signature = {
		.kind = (char *)kind, .status = (char *)status,
		.signer = (char *)signer, .part = (char *)what->part,
		.detail = (char *)detail,
	};

	(void)warden_facts_add_signature(what->facts, &signature);
}

/* RFC 5321 4.5.3.1.3 */
#define ADDRESS_MAX 254

bool warden_signature_is_address(const char *text, gsize size)
{
	const char *at = size == 0 ? NULL : memchr(text, '@', size);

	if (at == NULL || at == text || at == text + size - 1 ||
	    size > ADDRESS_MAX ||
	    memchr(at + 1, '@', text + size - at - 1) != NULL)
		return FALSE;
	for (gsize i = 0; i < size; i++) {
		if (!g_ascii_isgraph(text[i]) || strchr("<>,;\"", text[i]))
			return FALSE;
	}
	return TRUE;
}

static gsize count_bare(const guint8 *data, gsize size)
{
	const guint8 *end = data + size, *at = data, *lf;
	gsize count = 0;

	while (at < end && (lf = memchr(at, '\n', end - at)) != NULL) {
		count += lf == data || lf[-1] != '\r';
		at = lf + 1;
	}
	return count;
}

GBytes *warden_signature_canonical(GBytes *bytes)
{
	gsize size;
	const guint8 *data = g_bytes_get_data(bytes, &size);
	gsize bare = size == 0 ? 0 : count_bare(data, size), used = 0;
	guint8 *copy;

	if (bare == 0)
		return g_bytes_ref(bytes);
	copy = g_malloc(size + bare);
	for (gsize i = 0; i < size; i++) {
		if (data[i] == '\n' && (i == 0 || data[i - 1] != '\r'))
			copy[used++] = '\r';
		copy[used++] = data[i];
	}
	return g_bytes_new_take(copy, used);
}
