#include "warden-config.h"

#include "biff.h"
#include "office-crypt.h"

#include <openssl/evp.h>
#include <string.h>

/* Workbooks of Excel 97 to 2003 (MS-XLS 2.2.10, [MS-OFFCRYPTO] 2.3.5 to
   2.3.7). What hides the records' bytes depends on where in the stream they
   stand; their headers are in the clear. */

#define BLOCK_SIZE 1024u	/* each has a key of its own */
#define HASH_SIZE 20u		/* SHA-1, the larger one */
#define PASSWORD_MAX 15u	/* for XOR */

enum method {
	METHOD_NONE = 0,
	METHOD_XOR,
	METHOD_RC4,		/* MD5, 40 bits */
	METHOD_RC4_CRYPTOAPI,	/* SHA-1 */
};

struct lock {
	enum method method;
	guint16 key, verifier;			/* XOR */
	const guint8 *salt, *check, *hash;	/* RC4: 16, 16, 16 or 20 */
	guint key_size;				/* bytes */
	gsize start;		/* of the record that says all this */
};

/* --- the record ---------------------------------------------------------- */

static bool read_cryptoapi(const guint8 *data, gsize size, struct lock *lock_r)
{
	gsize header, at;
	guint bits;

	if (size < 14 + 32)
		return FALSE;
	header = warden_biff_u32(data + 10);
	if (header < 32 || header > size - 14)
		return FALSE;
	bits = warden_biff_u32(data + 14 + 16);
	at = 14 + header;
	if (size - at < 4 + 16 + 16 + 4 + 20 || bits > 128)
		return FALSE;
	lock_r->method = METHOD_RC4_CRYPTOAPI;
	lock_r->key_size = bits == 0 ? 5 : bits / 8;
	lock_r->salt = data + at + 4;
	lock_r->check = lock_r->salt + 16;
	lock_r->hash = lock_r->check + 16 + 4;
	return TRUE;
}

static bool read_lock(const struct warden_biff_record *record,
		      struct lock *lock_r)
{
	const guint8 *data = record->data;
	guint major, minor;

	lock_r->start = record->start;
	if (record->size >= 6 && warden_biff_u16(data) == 0) {
		lock_r->method = METHOD_XOR;
		lock_r->key = warden_biff_u16(data + 2);
		lock_r->verifier = warden_biff_u16(data + 4);
		return TRUE;
	}
	if (record->size == 4) {
		/* before Excel 97: XOR alone */
		lock_r->method = METHOD_XOR;
		lock_r->key = warden_biff_u16(data);
		lock_r->verifier = warden_biff_u16(data + 2);
		return TRUE;
	}
	if (record->size < 6)
		return FALSE;
	major = warden_biff_u16(data + 2);
	minor = warden_biff_u16(data + 4);
	if (minor == 2)
		return read_cryptoapi(data, record->size, lock_r);
	if (major != 1 || minor != 1 || record->size < 6 + 16 * 3)
		return FALSE;
	lock_r->method = METHOD_RC4;
	lock_r->key_size = 16;
	lock_r->salt = data + 6;
	lock_r->check = data + 6 + 16;
	lock_r->hash = data + 6 + 32;
	return TRUE;
}

/* It stands behind the beginning of the first sheet's list, nowhere else. */
static bool find_lock(const guint8 *data, gsize size, struct lock *lock_r)
{
	struct warden_biff biff = { .data = data, .size = size };
	struct warden_biff_record record;
	guint i;

	memset(lock_r, 0, sizeof(*lock_r));
	for (i = 0; i < 8 && warden_biff_next(&biff, &record); i++) {
		if (record.kind == WARDEN_BIFF_FILE_PASS) {
			if (!read_lock(&record, lock_r))
				lock_r->method = METHOD_NONE;
			return TRUE;
		}
	}
	return FALSE;
}

bool warden_book_is_encrypted(const guint8 *data, gsize size)
{
	struct lock lock;

	return find_lock(data, size, &lock);
}

/* --- RC4 ----------------------------------------------------------------- */

/* Ours: OpenSSL keeps its own in a module that need not be there. */
struct rc4 {
	guint8 state[256], i, j;
};

static void rc4_init(struct rc4 *rc4, const guint8 *key, guint size)
{
	guint8 j = 0;
	guint i;

	rc4->i = rc4->j = 0;
	for (i = 0; i < 256; i++)
		rc4->state[i] = i;
	for (i = 0; i < 256; i++) {
		guint8 swap = rc4->state[i];

		j += swap + key[i % size];
		rc4->state[i] = rc4->state[j];
		rc4->state[j] = swap;
	}
}

static guint8 rc4_next(struct rc4 *rc4)
{
	guint8 swap = rc4->state[++rc4->i];

	rc4->j += swap;
	rc4->state[rc4->i] = rc4->state[rc4->j];
	rc4->state[rc4->j] = swap;
	return rc4->state[(guint8)(rc4->state[rc4->i] + swap)];
}

struct stream {
	const struct lock *lock;
	guint8 base[HASH_SIZE];	/* of the password */
	struct rc4 rc4;
	guint32 block;		/* that the state is for */
	gsize at;		/* in the stream */
	guint8 mask[16];	/* XOR */
};

static void hash(const EVP_MD *kind, const void *data, gsize size,
		 guint8 out[HASH_SIZE])
{
	if (EVP_Digest(data, size, out, NULL, kind, NULL) != 1)
		memset(out, 0, HASH_SIZE);
}

/* 2.3.6.2 and 2.3.5.2 */
static void start_block(struct stream *stream, guint32 block)
{
	bool old = stream->lock->method == METHOD_RC4;
	guint base_size = old ? 5 : HASH_SIZE;
	guint8 buffer[HASH_SIZE + 4], key[HASH_SIZE] = { 0 };
	guint size = stream->lock->key_size, i;

	memcpy(buffer, stream->base, base_size);
	for (i = 0; i < 4; i++)
		buffer[base_size + i] = block >> (8 * i);
	hash(old ? EVP_md5() : EVP_sha1(), buffer, base_size + 4, key);
	if (!old && size == 5) {
		/* forty bits, the rest is zero */
		memset(key + 5, 0, sizeof(key) - 5);
		size = 16;
	}
	rc4_init(&stream->rc4, key, MIN(MAX(size, 1), HASH_SIZE));
	stream->block = block;
	stream->at = (gsize)block * BLOCK_SIZE;
}

/* Go to a place in the stream, which is never before the last one. */
static void seek(struct stream *stream, gsize at)
{
	if (at / BLOCK_SIZE != stream->block || at < stream->at)
		start_block(stream, at / BLOCK_SIZE);
	while (stream->at < at) {
		(void)rc4_next(&stream->rc4);
		stream->at++;
	}
}

static void unlock_rc4(struct stream *stream, guint8 *data, gsize at,
		       gsize size)
{
	gsize i;

	for (i = 0; i < size; i++) {
		seek(stream, at + i);
		data[i] ^= rc4_next(&stream->rc4);
		stream->at++;
	}
}

static void base_of_password(struct stream *stream, const char *wide,
			     gsize size)
{
	const struct lock *lock = stream->lock;
	guint8 buffer[16 * (5 + 16)];
	GByteArray *salted;
	guint i;

	if (lock->method == METHOD_RC4) {
		hash(EVP_md5(), wide, size, stream->base);
		for (i = 0; i < 16; i++) {
			memcpy(buffer + i * 21, stream->base, 5);
			memcpy(buffer + i * 21 + 5, lock->salt, 16);
		}
		hash(EVP_md5(), buffer, sizeof(buffer), stream->base);
		return;
	}
	salted = g_byte_array_new();
	g_byte_array_append(salted, lock->salt, 16);
	g_byte_array_append(salted, (const guint8 *)wide, size);
	hash(EVP_sha1(), salted->data, salted->len, stream->base);
	g_byte_array_unref(salted);
}

static bool verify_rc4(struct stream *stream)
{
	bool old = stream->lock->method == METHOD_RC4;
	guint size = old ? 16 : HASH_SIZE, i;
	guint8 check[16], expected[HASH_SIZE], actual[HASH_SIZE];

	start_block(stream, 0);
	for (i = 0; i < 16; i++)
		check[i] = stream->lock->check[i] ^ rc4_next(&stream->rc4);
	for (i = 0; i < size; i++)
		expected[i] = stream->lock->hash[i] ^ rc4_next(&stream->rc4);
	hash(old ? EVP_md5() : EVP_sha1(), check, 16, actual);
	start_block(stream, 0);
	return memcmp(expected, actual, size) == 0;
}

/* --- XOR (2.3.7) --------------------------------------------------------- */

/* Fifteen bits, by one. */
static guint16 rotate(guint16 value)
{
	return ((value << 1) | (value >> 14 & 1)) & 0x7fff;
}

static guint16 verifier_of(const char *password, gsize size)
{
	guint16 verifier = 0;
	gsize i;

	for (i = size; i > 0; i--)
		verifier = rotate(verifier) ^ (guint8)password[i - 1];
	return rotate(verifier) ^ (guint16)size ^ 0xce4b;
}

/* What a byte at this place in the stream is hidden with; the key that the
   specification computes from the password stands in the record as well. */
static void make_mask(struct stream *stream, const char *password, gsize size)
{
	static const guint8 padding[PASSWORD_MAX] = {
		0xbb, 0xff, 0xff, 0xba, 0xff, 0xff, 0xb9, 0x80, 0x00, 0xbe,
		0x0f, 0x00, 0xbf, 0x0f, 0x00,
	};
	gsize i;

	for (i = 0; i < sizeof(stream->mask); i++) {
		guint8 byte = i < size ? (guint8)password[i] :
			padding[(i - size) % PASSWORD_MAX];

		byte ^= stream->lock->key >> (i % 2 == 0 ? 0 : 8);
		stream->mask[i] = byte >> 1 | byte << 7;
	}
}

/* record_size: of the record that the bytes are in. */
static void unlock_xor(const struct stream *stream, guint8 *data, gsize at,
		       gsize size, gsize record_size)
{
	gsize i;

	for (i = 0; i < size; i++) {
		data[i] ^= stream->mask[(at + i + record_size) % 16];
		data[i] = data[i] >> 5 | data[i] << 3;
	}
}

/* --- both ---------------------------------------------------------------- */

static bool open_lock(struct stream *stream, const char *password)
{
	const struct lock *lock = stream->lock;
	g_autofree char *wide = NULL;
	gsize size = strlen(password), wide_size;

	if (lock->method == METHOD_NONE)
		return FALSE;
	if (lock->method == METHOD_XOR) {
		make_mask(stream, password, size);
		return size > 0 && size <= PASSWORD_MAX &&
			verifier_of(password, size) == lock->verifier;
	}
	wide = g_convert(password, -1, "UTF-16LE", "UTF-8", NULL, &wide_size,
			 NULL);
	if (wide == NULL)
		return FALSE;
	base_of_password(stream, wide, wide_size);
	return verify_rc4(stream);
}

/* Records that stay in the clear (MS-XLS 2.2.10); of the list of sheets only
   the first four bytes do. */
static gsize clear_bytes(const struct warden_biff_record *record)
{
	static const guint16 kinds[] = {
		WARDEN_BIFF_BOF, WARDEN_BIFF_FILE_PASS, 0x0194, 0x0195,
		0x00e1, 0x0196, 0x0138,
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (record->kind == kinds[i])
			return record->size;
	}
	return record->kind == WARDEN_BIFF_SHEET ? MIN(4, record->size) : 0;
}

GBytes *warden_book_decrypt(const guint8 *data, gsize size,
			    const char *password)
{
	struct warden_biff biff = { .data = data, .size = size };
	struct warden_biff_record record;
	struct lock lock;
	struct stream stream = { .lock = &lock };
	guint8 *out;

	if (!find_lock(data, size, &lock) || !open_lock(&stream, password))
		return NULL;
	out = g_memdup2(data, size);
	while (warden_biff_next(&biff, &record)) {
		gsize clear = clear_bytes(&record);
		gsize at = record.data - data + clear;

		if (record.start <= lock.start)
			continue;
		if (lock.method == METHOD_XOR)
			unlock_xor(&stream, out + at, at, record.size - clear,
				   record.size);
		else
			unlock_rc4(&stream, out + at, at,
				   record.size - clear);
	}
	return g_bytes_new_take(out, size);
}
