#include "warden-config.h"

#include "office-crypt.h"
#include "../bytes.h"

#include <openssl/evp.h>
#include <string.h>

#define VERSION_AGILE 4
#define STANDARD_SPIN 50000u
#define AES_BLOCK 16u
#define SEGMENT_SIZE 4096u
#define KEY_SIZE_MAX 32u
#define HASH_SIZE_MAX 64u
#define SALT_SIZE_MAX 64u
/* [MS-OFFCRYPTO] 2.3.4.14: what bytes are missing are these. */
#define PADDING 0x36

static void put_le32(guint8 *p, guint32 value)
{
	p[0] = value;
	p[1] = value >> 8;
	p[2] = value >> 16;
	p[3] = value >> 24;
}

/* --- hashing ------------------------------------------------------------- */

struct hash {
	const EVP_MD *kind;
	guint8 bytes[HASH_SIZE_MAX];
	guint size;
};

/* Of both, one after the other. FALSE: OpenSSL refuses. */
static bool hash_two(struct hash *hash, const void *first, gsize first_size,
		     const void *second, gsize second_size)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool done = context != NULL &&
		EVP_DigestInit_ex(context, hash->kind, NULL) == 1 &&
		EVP_DigestUpdate(context, first, first_size) == 1 &&
		EVP_DigestUpdate(context, second, second_size) == 1 &&
		EVP_DigestFinal_ex(context, hash->bytes, &hash->size) == 1;

	EVP_MD_CTX_free(context);
	return done;
}

/* The number of the round, then the hash so far. */
static bool spin(struct hash *hash, guint count)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool done = context != NULL;
	guint8 number[4];
	guint i;

	for (i = 0; i < count && done; i++) {
		put_le32(number, i);
		done = EVP_DigestInit_ex(context, hash->kind, NULL) == 1 &&
			EVP_DigestUpdate(context, number, 4) == 1 &&
			EVP_DigestUpdate(context, hash->bytes,
					 hash->size) == 1 &&
			EVP_DigestFinal_ex(context, hash->bytes,
					   &hash->size) == 1;
	}
	EVP_MD_CTX_free(context);
	return done;
}

/* UTF-16LE; "" if it is not UTF-8. */
static char *wide_password(const char *password, gsize *size_r)
{
	char *wide = g_convert(password, -1, "UTF-16LE", "UTF-8", NULL, size_r,
			       NULL);

	if (wide == NULL) {
		*size_r = 0;
		return g_strdup("");
	}
	return wide;
}

static bool hash_password(struct hash *hash, const guint8 *salt,
			  gsize salt_size, const char *password, guint rounds)
{
	gsize size;
	g_autofree char *wide = wide_password(password, &size);

	return hash_two(hash, salt, salt_size, wide, size) &&
	       spin(hash, rounds);
}

/* --- AES ----------------------------------------------------------------- */

static const EVP_CIPHER *aes(guint bits, bool chained)
{
	switch (bits) {
	case 128: return chained ? EVP_aes_128_cbc() : EVP_aes_128_ecb();
	case 192: return chained ? EVP_aes_192_cbc() : EVP_aes_192_ecb();
	case 256: return chained ? EVP_aes_256_cbc() : EVP_aes_256_ecb();
	default: return NULL;
	}
}

/* Whole blocks; iv: NULL for none. */
static bool decrypt(guint bits, const guint8 *key, const guint8 *iv,
		    const guint8 *data, gsize size, guint8 *out)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	const EVP_CIPHER *cipher = aes(bits, iv != NULL);
	int written = 0;
	bool done = context != NULL && cipher != NULL && size <= G_MAXINT &&
		EVP_DecryptInit_ex(context, cipher, NULL, key, iv) == 1 &&
		EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
		EVP_DecryptUpdate(context, out, &written, data,
				  (int)size) == 1 &&
		(gsize)written == size;

	EVP_CIPHER_CTX_free(context);
	return done;
}

/* The first bytes say how long the document is. Returns how many of the
   others are whole blocks, and in *size_r how many of them count. */
static gsize package_blocks(const guint8 *package, gsize size, gsize *size_r)
{
	gsize blocks = size < 8 ? 0 : (size - 8) & ~(gsize)(AES_BLOCK - 1);
	guint64 said = size < 8 ? 0
				: warden_le32(package) |
					  (guint64)warden_le32(package + 4)
						  << 32;

	*size_r = MIN(said, blocks);
	return blocks;
}

/* --- standard encryption (2.3.4.5 to 2.3.4.9) ---------------------------- */

#define STANDARD_SALT 16u
#define ALGORITHM_AES128 0x660eu
#define ALGORITHM_AES192 0x660fu
#define ALGORITHM_AES256 0x6610u

struct standard {
	guint bits;
	const guint8 *salt, *verifier, *hash;	/* 16, 16, 32 bytes */
};

static bool read_standard(const guint8 *info, gsize size,
			  struct standard *standard_r)
{
	gsize header, at;
	guint32 algorithm;

	if (size < 12 + 32 || warden_le16(info + 2) != 2)
		return FALSE;
	header = warden_le32(info + 8);
	if (header < 32 || header > size - 12)
		return FALSE;
	algorithm = warden_le32(info + 12 + 8);
	if (algorithm < ALGORITHM_AES128 || algorithm > ALGORITHM_AES256)
		return FALSE;
	at = 12 + header;
	if (size - at < 4 + STANDARD_SALT + 16 + 4 + 32 ||
	    warden_le32(info + at) != STANDARD_SALT)
		return FALSE;
	standard_r->bits = 128 + 64 * (algorithm - ALGORITHM_AES128);
	standard_r->salt = info + at + 4;
	standard_r->verifier = standard_r->salt + STANDARD_SALT;
	standard_r->hash = standard_r->verifier + 16 + 4;
	return TRUE;
}

/* The hash, spread over as many bytes as the key has. */
static bool standard_key(const struct standard *standard, const char *password,
			 guint8 key[2 * 20])
{
	struct hash hash = { .kind = EVP_sha1() }, half = hash;
	guint8 block[4] = { 0 }, pad[64];
	guint i, j;

	if (!hash_password(&hash, standard->salt, STANDARD_SALT, password,
			   STANDARD_SPIN) ||
	    !hash_two(&hash, hash.bytes, hash.size, block, 4))
		return FALSE;
	for (i = 0; i < 2; i++) {
		memset(pad, i == 0 ? 0x36 : 0x5c, sizeof(pad));
		for (j = 0; j < hash.size; j++)
			pad[j] ^= hash.bytes[j];
		if (!hash_two(&half, pad, sizeof(pad), "", 0))
			return FALSE;
		memcpy(key + i * half.size, half.bytes, half.size);
	}
	return TRUE;
}

static bool standard_verify(const struct standard *standard,
			    const guint8 *key)
{
	struct hash hash = { .kind = EVP_sha1() };
	guint8 verifier[16], expected[32];

	return decrypt(standard->bits, key, NULL, standard->verifier, 16,
		       verifier) &&
	       decrypt(standard->bits, key, NULL, standard->hash, 32,
		       expected) &&
	       hash_two(&hash, verifier, 16, "", 0) &&
	       memcmp(hash.bytes, expected, hash.size) == 0;
}

static GBytes *standard_decrypt(const struct standard *standard,
				const guint8 *package, gsize size,
				const char *password)
{
	guint8 key[2 * 20];
	gsize blocks, length;
	guint8 *out;

	if (!standard_key(standard, password, key) ||
	    !standard_verify(standard, key))
		return NULL;
	blocks = package_blocks(package, size, &length);
	out = g_malloc(blocks + 1);
	if (blocks == 0 || !decrypt(standard->bits, key, NULL, package + 8,
				    blocks, out)) {
		g_free(out);
		return NULL;
	}
	return g_bytes_new_take(out, length);
}

/* --- agile encryption (2.3.4.10 to 2.3.4.15) ----------------------------- */

struct blob {
	guint8 bytes[HASH_SIZE_MAX * 2];
	gsize size;
};

/* The attributes of one element. */
struct cipher {
	const EVP_MD *hash;
	guint bits;
	struct blob salt;
};

struct agile {
	struct cipher data, key;
	guint rounds;
	struct blob verifier, verifier_hash, key_value;
};

/* name="value" in an element; attributes of XML that Office wrote. Owned by
   the caller; NULL if there is none. */
static char *attribute(const char *element, const char *end, const char *name)
{
	g_autofree char *begin = g_strdup_printf(" %s=\"", name);
	const char *found = g_strstr_len(element, end - element, begin);
	const char *close;

	if (found == NULL)
		return NULL;
	found += strlen(begin);
	close = memchr(found, '"', end - found);
	return close == NULL ? NULL : g_strndup(found, close - found);
}

static guint number_attribute(const char *element, const char *end,
			      const char *name)
{
	g_autofree char *text = attribute(element, end, name);
	guint64 number = text == NULL ? 0 :
		g_ascii_strtoull(text, NULL, 10);

	return MIN(number, G_MAXUINT);
}

static bool blob_attribute(const char *element, const char *end,
			   const char *name, struct blob *blob_r)
{
	g_autofree char *text = attribute(element, end, name);
	g_autofree guint8 *bytes = NULL;

	if (text == NULL || *text == '\0')
		return FALSE;
	bytes = g_base64_decode(text, &blob_r->size);
	if (blob_r->size > sizeof(blob_r->bytes))
		return FALSE;
	memcpy(blob_r->bytes, bytes, blob_r->size);
	return TRUE;
}

static const EVP_MD *hash_named(const char *name)
{
	if (name == NULL)
		return NULL;
	if (strcmp(name, "SHA1") == 0 || strcmp(name, "SHA-1") == 0)
		return EVP_sha1();
	if (strcmp(name, "SHA256") == 0)
		return EVP_sha256();
	if (strcmp(name, "SHA384") == 0)
		return EVP_sha384();
	if (strcmp(name, "SHA512") == 0)
		return EVP_sha512();
	return NULL;
}

static bool read_cipher(const char *element, const char *end,
			struct cipher *cipher_r)
{
	g_autofree char *hash = attribute(element, end, "hashAlgorithm");
	g_autofree char *cipher = attribute(element, end, "cipherAlgorithm");
	g_autofree char *chain = attribute(element, end, "cipherChaining");

	cipher_r->hash = hash_named(hash);
	cipher_r->bits = number_attribute(element, end, "keyBits");
	return cipher_r->hash != NULL && cipher != NULL && chain != NULL &&
		strcmp(cipher, "AES") == 0 &&
		strcmp(chain, "ChainingModeCBC") == 0 &&
		aes(cipher_r->bits, TRUE) != NULL &&
		blob_attribute(element, end, "saltValue", &cipher_r->salt);
}

static const char *find_element(const char *xml, gsize size, const char *name,
				const char **end_r)
{
	const char *found = g_strstr_len(xml, size, name);
	const char *end = found == NULL ? NULL :
		memchr(found, '>', xml + size - found);

	*end_r = end;
	return end == NULL ? NULL : found;
}

static bool read_agile(const guint8 *info, gsize size, struct agile *agile_r)
{
	const char *xml = (const char *)info + 8, *element, *end;

	memset(agile_r, 0, sizeof(*agile_r));
	if (size < 8 || warden_le16(info) != VERSION_AGILE ||
	    warden_le16(info + 2) != VERSION_AGILE)
		return FALSE;
	element = find_element(xml, size - 8, "<keyData", &end);
	if (element == NULL || !read_cipher(element, end, &agile_r->data))
		return FALSE;
	element = find_element(xml, size - 8, ":encryptedKey ", &end);
	if (element == NULL || !read_cipher(element, end, &agile_r->key))
		return FALSE;
	agile_r->rounds = number_attribute(element, end, "spinCount");
	return agile_r->rounds <= WARDEN_OFFICE_SPIN_MAX &&
	       blob_attribute(element, end, "encryptedVerifierHashInput",
			      &agile_r->verifier) &&
	       blob_attribute(element, end, "encryptedVerifierHashValue",
			      &agile_r->verifier_hash) &&
	       blob_attribute(element, end, "encryptedKeyValue",
			      &agile_r->key_value);
}

/* Cut or padded. */
static void fit(const guint8 *from, gsize from_size, guint8 *to, gsize size)
{
	memset(to, PADDING, size);
	memcpy(to, from, MIN(from_size, size));
}

/* One of the values that the password's key guards, by its purpose. */
static bool agile_value(const struct agile *agile, const struct hash *password,
			const guint8 purpose[8], const struct blob *from,
			struct blob *to)
{
	struct hash hash = { .kind = agile->key.hash };
	guint8 key[KEY_SIZE_MAX], iv[AES_BLOCK];

	to->size = from->size & ~(gsize)(AES_BLOCK - 1);
	if (!hash_two(&hash, password->bytes, password->size, purpose, 8))
		return FALSE;
	fit(hash.bytes, hash.size, key, agile->key.bits / 8);
	fit(agile->key.salt.bytes, agile->key.salt.size, iv, AES_BLOCK);
	return to->size > 0 && decrypt(agile->key.bits, key, iv, from->bytes,
				       to->size, to->bytes);
}

static bool agile_key(const struct agile *agile, const char *password,
		      guint8 key[KEY_SIZE_MAX])
{
	static const guint8 for_verifier[] = {
		0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79 };
	static const guint8 for_hash[] = {
		0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e };
	static const guint8 for_key[] = {
		0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6 };
	struct hash hash = { .kind = agile->key.hash }, check = hash;
	struct blob verifier, expected, value;

	if (!hash_password(&hash, agile->key.salt.bytes, agile->key.salt.size,
			   password, agile->rounds) ||
	    !agile_value(agile, &hash, for_verifier, &agile->verifier,
			 &verifier) ||
	    !agile_value(agile, &hash, for_hash, &agile->verifier_hash,
			 &expected) ||
	    !agile_value(agile, &hash, for_key, &agile->key_value, &value))
		return FALSE;
	verifier.size = MIN(verifier.size, agile->key.salt.size);
	if (!hash_two(&check, verifier.bytes, verifier.size, "", 0) ||
	    expected.size < check.size ||
	    memcmp(check.bytes, expected.bytes, check.size) != 0 ||
	    value.size < agile->data.bits / 8)
		return FALSE;
	memcpy(key, value.bytes, agile->data.bits / 8);
	return TRUE;
}

static bool agile_segments(const struct agile *agile, const guint8 *key,
			   const guint8 *data, gsize size, guint8 *out)
{
	gsize at;

	for (at = 0; at < size; at += SEGMENT_SIZE) {
		struct hash hash = { .kind = agile->data.hash };
		guint8 number[4], iv[AES_BLOCK];

		put_le32(number, at / SEGMENT_SIZE);
		if (!hash_two(&hash, agile->data.salt.bytes,
			      agile->data.salt.size, number, 4))
			return FALSE;
		fit(hash.bytes, hash.size, iv, AES_BLOCK);
		if (!decrypt(agile->data.bits, key, iv, data + at,
			     MIN(SEGMENT_SIZE, size - at), out + at))
			return FALSE;
	}
	return TRUE;
}

static GBytes *agile_decrypt(const struct agile *agile, const guint8 *package,
			     gsize size, const char *password)
{
	guint8 key[KEY_SIZE_MAX];
	gsize blocks, length;
	guint8 *out;

	if (!agile_key(agile, password, key))
		return NULL;
	blocks = package_blocks(package, size, &length);
	out = g_malloc(blocks + 1);
	if (blocks == 0 ||
	    !agile_segments(agile, key, package + 8, blocks, out)) {
		g_free(out);
		return NULL;
	}
	return g_bytes_new_take(out, length);
}

/* --- both ---------------------------------------------------------------- */

guint warden_office_crypt_cost(const guint8 *info, gsize size)
{
	struct standard standard;
	struct agile agile;

	if (read_standard(info, size, &standard))
		return STANDARD_SPIN;
	return read_agile(info, size, &agile) ? MAX(agile.rounds, 1) : 0;
}

GBytes *warden_office_decrypt(const guint8 *info, gsize info_size,
			      const guint8 *package, gsize package_size,
			      const char *password)
{
	struct standard standard;
	struct agile agile;

	if (read_standard(info, info_size, &standard))
		return standard_decrypt(&standard, package, package_size,
					password);
	if (read_agile(info, info_size, &agile))
		return agile_decrypt(&agile, package, package_size, password);
	return NULL;
}
