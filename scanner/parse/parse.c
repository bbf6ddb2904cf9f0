#include "warden-config.h"

#include "cache.h"
#include "mail/header.h"
#include "mail/mail.h"
#include "parse.h"
#include "signature/signers.h"

#include <gmime/gmime.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>
#include <time.h>

int warden_parser_init(struct warden_parser **parser_r, char **error_r)
{
	magic_t magic = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS |
				   MAGIC_NO_CHECK_TAR | MAGIC_NO_CHECK_ELF |
				   MAGIC_NO_CHECK_TOKENS |
				   MAGIC_NO_CHECK_TEXT |
				   MAGIC_NO_CHECK_ENCODING);
	struct warden_parser *parser;

	if (magic == NULL || magic_load(magic, NULL) != 0) {
		*error_r = g_strdup_printf(
			"libmagic's database cannot be loaded: %s",
			magic == NULL ? "no memory" : magic_error(magic));
		if (magic != NULL)
			magic_close(magic);
		return -1;
	}
	/* Now, while files can still be opened. */
	if (OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL) != 1) {
		*error_r = g_strdup("OpenSSL cannot be initialised");
		magic_close(magic);
		return -1;
	}
	tzset();
	g_mime_init();
	parser = g_new0(struct warden_parser, 1);
	parser->magic = magic;
	parser->charsets = warden_charsets_new();
	parser->cache = warden_cache_new();
	*parser_r = parser;
	return 1;
}

void warden_parser_deinit(struct warden_parser **_parser)
{
	struct warden_parser *parser = *_parser;

	if (parser == NULL)
		return;
	*_parser = NULL;
	magic_close(parser->magic);
	warden_charsets_free(parser->charsets);
	warden_cache_free(parser->cache);
	warden_signers_free(parser->signers);
	g_free(parser);
	g_mime_shutdown();
}

void warden_parser_set_rules(struct warden_parser *parser,
			     struct warden_rules *rules)
{
	parser->rules = rules;
}

void warden_parser_set_sensitive(
	struct warden_parser *parser,
	const struct warden_sensitive_patterns *patterns)
{
	parser->sensitive = TRUE;
	parser->patterns = patterns;
}

int warden_parser_set_signers(struct warden_parser *parser, const char *roots,
			      const char *keys, char **error_r)
{
	struct warden_signers *signers;

	if (warden_signers_load(roots, keys, &signers, error_r) < 0)
		return -1;
	warden_signers_free(parser->signers);
	parser->signers = signers;
	return 1;
}

guint64 warden_parser_cache_hits(const struct warden_parser *parser)
{
	return warden_cache_hits(parser->cache);
}

/* --- a file that is no message ------------------------------------------------- */

/* Where mail has its first fields, junk before them included. */
#define FIELDS_WITHIN 8192

/* In binary data any line may look like a field; not like one of these. */
static bool is_mail_field(const guint8 *data, gsize start, gsize end)
{
	static const char *const names[] = {
		"bcc", "cc", "content-", "date", "delivered-to",
		"dkim-signature", "from", "message-id", "mime-version",
		"received", "reply-to", "return-path", "sender", "subject",
		"to", "x-",
	};
	gsize i;

	if (!warden_header_is_field_line(data, start, end))
		return FALSE;
	for (i = 0; i < G_N_ELEMENTS(names); i++) {
		gsize size = strlen(names[i]);
		bool whole = names[i][size - 1] != '-';

		if (end - start > size &&
		    g_ascii_strncasecmp((const char *)data + start, names[i],
					size) == 0 &&
		    (!whole || data[start + size] == ':' ||
		     data[start + size] == ' '))
			return TRUE;
	}
	return FALSE;
}

static bool has_field(const guint8 *data, gsize size)
{
	gsize start = 0;

	size = MIN(size, FIELDS_WITHIN);
	while (start < size) {
		const guint8 *lf = memchr(data + start, '\n', size - start);
		gsize end = lf == NULL ? size : (gsize)(lf - data);

		if (is_mail_field(data, start, end) ||
		    (start == 0 && warden_header_is_field_line(data, 0, end)))
			return TRUE;
		start = end + 1;
	}
	return FALSE;
}

/* A document, program or archive as it is, given to the command line or put
   into a mailbox by somebody: nothing of it is mail. */
static bool is_bare_file(const struct warden_parser *parser,
			 const guint8 *data, gsize size)
{
	struct warden_filetype type;

	if (has_field(data, size))
		return FALSE;
	warden_filetype_detect(parser->magic, data, size, NULL, &type);
	switch (type.kind) {
	case WARDEN_KIND_UNKNOWN:
	case WARDEN_KIND_EMPTY:
	case WARDEN_KIND_TEXT:
	case WARDEN_KIND_MESSAGE:
	case WARDEN_KIND_CALENDAR:
		return FALSE;
	default:
		return TRUE;
	}
}

static void add_bare_file(struct warden_queue *queue, GBytes *bytes)
{
	struct warden_item item = {
		.path = "1", .declared_type = "", .encoding = "",
		.charset = "", .flags = WARDEN_PART_ATTACHMENT,
	};

	(void)warden_queue_add(queue, &item, bytes);
}

struct warden_facts *
warden_parse_message(struct warden_parser *parser, const guint8 *data,
		     gsize size, guint64 full_size)
{
	struct warden_facts *facts = warden_facts_new();
	struct warden_queue *queue = warden_queue_new(parser, facts, size);
	GBytes *bytes = g_bytes_new_static(data, size);

	facts->size = MAX(size, full_size);
	warden_parse_key(data, size, facts->key);
	if (full_size > size)
		warden_queue_unscanned(queue, "", "size");
	warden_header_facts_read(queue, facts, data, size);
	warden_queue_inspect_message(queue, bytes);
	if (is_bare_file(parser, data, size))
		add_bare_file(queue, bytes);
	else
		warden_queue_push(queue, bytes, NULL, 0);
	warden_queue_run(queue);
	warden_queue_free(queue);
	g_bytes_unref(bytes);
	return facts;
}

/* The next line end of another kind than CRLF, or size. *lf: the next LF, kept
   between calls so that a message without any is searched once. */
static gsize find_odd_end(const guint8 *data, gsize size, gsize at, gsize *lf)
{
	while (at < size) {
		const guint8 *cr;
		gsize end;

		if (*lf < at) {
			const guint8 *found = memchr(data + at, '\n',
						     size - at);

			*lf = found == NULL ? size : (gsize)(found - data);
		}
		cr = memchr(data + at, '\r', *lf - at);
		end = cr == NULL ? *lf : (gsize)(cr - data);
		if (cr == NULL || end + 1 != *lf || *lf == size)
			return end;
		at = *lf + 1;
	}
	return size;
}

/* Runs of lines that end in CRLF already are hashed as they are. */
void warden_parse_key(const guint8 *data, gsize size,
		      guint8 key_r[WARDEN_SHA256_SIZE])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	gsize start = 0, lf = 0, end;
	bool ok = context != NULL &&
		EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;

	if (size > 0) {
		const guint8 *found = memchr(data, '\n', size);

		lf = found == NULL ? size : (gsize)(found - data);
	}
	while (ok && (end = find_odd_end(data, size, start, &lf)) < size) {
		ok = EVP_DigestUpdate(context, data + start, end - start) &&
			EVP_DigestUpdate(context, "\r\n", 2);
		start = end + 1;
	}
	ok = ok && EVP_DigestUpdate(context, data + start, size - start) &&
		EVP_DigestFinal_ex(context, key_r, NULL);
	EVP_MD_CTX_free(context);
	if (!ok)
		g_error("SHA-256 failed");
}
