#include "warden-config.h"

#include "wallet.h"

#include <glib.h>
#include <string.h>

#define ADDRESS_MIN 26u
#define ADDRESS_MAX 100u

/* --- base58 ------------------------------------------------------------------- */

static const char base58[] =
	"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

static bool is_base58(const char *word, gsize size)
{
	for (gsize i = 0; i < size; i++) {
		if (memchr(base58, word[i], sizeof(base58) - 1) == NULL)
			return FALSE;
	}
	return TRUE;
}

/* Version, hash of 20 bytes, and four bytes of their double SHA-256. */
static bool decode_base58(const char *word, gsize size, guint8 bytes_r[25])
{
	memset(bytes_r, 0, 25);
	for (gsize i = 0; i < size; i++) {
		const char *at = memchr(base58, word[i], sizeof(base58) - 1);
		guint carry;

		if (at == NULL)
			return FALSE;
		carry = at - base58;
		for (gsize k = 25; k-- > 0; ) {
			carry += 58u * bytes_r[k];
			bytes_r[k] = carry & 0xff;
			carry >>= 8;
		}
		if (carry != 0)
			return FALSE;
	}
	return TRUE;
}

static void sha256(const guint8 *data, gsize size, guint8 digest_r[32])
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
	gsize digest_size = 32;

	g_checksum_update(checksum, data, size);
	g_checksum_get_digest(checksum, digest_r, &digest_size);
}

static const char *try_base58(const char *word, gsize size)
{
	guint8 bytes[25], digest[32];

	if (size > 35 || !decode_base58(word, size, bytes))
		return NULL;
	sha256(bytes, 21, digest);
	sha256(digest, sizeof(digest), digest);
	if (memcmp(bytes + 21, digest, 4) != 0)
		return NULL;
	switch (bytes[0]) {
	case 0x00:
	case 0x05:
		return "Bitcoin";
	case 0x41:
		return "TRON";
	case 0x30:
	case 0x32:
		return "Litecoin";
	default:
		return "crypto";
	}
}

/* --- bech32 --------------------------------------------------------------------- */

static guint32 polymod(guint32 sum, guint value)
{
	static const guint32 generator[] = {
		0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3,
	};
	guint32 top = sum >> 25;

	sum = (sum & 0x1ffffff) << 5 ^ value;
	for (guint i = 0; i < 5; i++) {
		if ((top >> i & 1) != 0)
			sum ^= generator[i];
	}
	return sum;
}

static const char *try_bech32(const char *word, gsize size)
{
	static const char letters[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
	const char *name = NULL;
	guint32 sum = 1;
	gsize prefix = 0;

	if (g_ascii_strncasecmp(word, "bc1", 3) == 0) {
		name = "Bitcoin";
		prefix = 2;
	} else if (g_ascii_strncasecmp(word, "ltc1", 4) == 0) {
		name = "Litecoin";
		prefix = 3;
	} else {
		return NULL;
	}
	for (gsize i = 0; i < prefix; i++)
		sum = polymod(sum, g_ascii_tolower(word[i]) >> 5);
	sum = polymod(sum, 0);
	for (gsize i = 0; i < prefix; i++)
		sum = polymod(sum, g_ascii_tolower(word[i]) & 31);
	for (gsize i = prefix + 1; i < size; i++) {
		const char *at = memchr(letters, g_ascii_tolower(word[i]), 32);

		if (at == NULL)
			return NULL;
		sum = polymod(sum, at - letters);
	}
	return sum == 1 || sum == 0x2bc830a3 ? name : NULL;
}

/* --- by shape --------------------------------------------------------------------- */

static bool is_hex(const char *word, gsize size)
{
	for (gsize i = 0; i < size; i++) {
		if (!g_ascii_isxdigit(word[i]))
			return FALSE;
	}
	return TRUE;
}

static const char *try_word(const char *word, gsize size)
{
	const char *found;

	if (size == 42 && word[0] == '0' && (word[1] | 0x20) == 'x' &&
	    is_hex(word + 2, 40))
		return "Ethereum";
	if ((size == 95 || size == 106) &&
	    (word[0] == '4' || word[0] == '8') && is_base58(word, size))
		return "Monero";
	found = try_bech32(word, size);
	return found != NULL ? found : try_base58(word, size);
}

const char *warden_wallet_find(const char *text)
{
	const char *p = text;

	while (*p != '\0') {
		const char *start, *found;

		while (*p != '\0' && !g_ascii_isalnum(*p))
			p++;
		start = p;
		while (g_ascii_isalnum(*p))
			p++;
		if ((gsize)(p - start) < ADDRESS_MIN ||
		    (gsize)(p - start) > ADDRESS_MAX + 6)
			continue;
		found = try_word(start, p - start);
		if (found != NULL)
			return found;
	}
	return NULL;
}
