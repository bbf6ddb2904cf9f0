#include "warden-config.h"

#include "fuzzy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Every five neighbouring bytes count in six of 256 buckets, chosen by Pearson
   hashes of three of them; the digest says of the first 128 in which quartile
   each one's count is, and knows length, quartiles and a checksum roughly. */

#define WINDOW 5
#define SIZE_MIN 50
#define BUCKETS 256
#define CODED_BUCKETS 128
#define CODE_SIZE (CODED_BUCKETS / 4)

/* The permutation of P. Pearson, "Fast Hashing of Variable-Length Text
   Strings", Communications of the ACM 33 (1990). */
static const guint8 pearson[256] = {
	1, 87, 49, 12, 176, 178, 102, 166, 121, 193, 6, 84, 249, 230, 44, 163,
	14, 197, 213, 181, 161, 85, 218, 80, 64, 239, 24, 226, 236, 142, 38,
	200, 110, 177, 104, 103, 141, 253, 255, 50, 77, 101, 81, 18, 45, 96,
	31, 222, 25, 107, 190, 70, 86, 237, 240, 34, 72, 242, 20, 214, 244,
	227, 149, 235, 97, 234, 57, 22, 60, 250, 82, 175, 208, 5, 127, 199,
	111, 62, 135, 248, 174, 169, 211, 58, 66, 154, 106, 195, 245, 171, 17,
	187, 182, 179, 0, 243, 132, 56, 148, 75, 128, 133, 158, 100, 130, 126,
	91, 13, 153, 246, 216, 219, 119, 68, 223, 78, 83, 88, 201, 99, 122, 11,
	92, 32, 136, 114, 52, 10, 138, 30, 48, 183, 156, 35, 61, 26, 143, 74,
	251, 94, 129, 162, 63, 152, 170, 7, 115, 167, 241, 206, 3, 150, 55, 59,
	151, 220, 90, 53, 23, 131, 125, 173, 15, 238, 79, 95, 89, 16, 105, 137,
	225, 224, 217, 160, 37, 123, 118, 73, 2, 157, 46, 116, 9, 145, 134,
	228, 207, 212, 202, 215, 69, 229, 27, 188, 67, 124, 168, 252, 42, 4,
	29, 108, 21, 247, 19, 205, 39, 203, 233, 40, 186, 147, 198, 192, 155,
	33, 164, 191, 98, 204, 165, 180, 117, 76, 140, 36, 210, 172, 41, 54,
	159, 8, 185, 232, 113, 196, 231, 47, 146, 120, 51, 65, 28, 144, 254,
	221, 93, 189, 194, 139, 112, 43, 71, 109, 184, 209,
};

struct counts {
	guint32 buckets[BUCKETS];
	guint8 checksum;
};

/* The triples' salts; the first is the checksum's. */
static const guint8 salts[] = { 0, 2, 3, 5, 7, 11, 13 };

/* Pearson's hash of a salt and each byte: from there two more bytes go on. */
static void start_hashes(guint8 starts[G_N_ELEMENTS(salts)][256])
{
	for (gsize i = 0; i < G_N_ELEMENTS(salts); i++) {
		for (guint byte = 0; byte < 256; byte++) {
			starts[i][byte] =
				pearson[pearson[salts[i]] ^ byte];
		}
	}
}

/* The hot loop. Neighbouring counts go to different arrays: files repeat
   themselves, and a count would wait for the one before it. */
static void count(const guint8 *data, gsize size, struct counts *counts)
{
	guint8 starts[G_N_ELEMENTS(salts)][256];
	guint32 others[BUCKETS] = { 0 };
	guint32 *buckets = counts->buckets;
	guint8 checksum = 0, b = data[3], c = data[2], d = data[1], e = data[0];

	start_hashes(starts);
	for (gsize i = WINDOW - 1; i < size; i++) {
		guint8 a = data[i];

		checksum = pearson[pearson[starts[0][a] ^ b] ^ checksum];
		buckets[pearson[pearson[starts[1][a] ^ b] ^ c]]++;
		others[pearson[pearson[starts[2][a] ^ b] ^ d]]++;
		buckets[pearson[pearson[starts[3][a] ^ c] ^ d]]++;
		others[pearson[pearson[starts[4][a] ^ c] ^ e]]++;
		buckets[pearson[pearson[starts[5][a] ^ b] ^ e]]++;
		others[pearson[pearson[starts[6][a] ^ d] ^ e]]++;
		e = d;
		d = c;
		c = b;
		b = a;
	}
	for (guint i = 0; i < BUCKETS; i++)
		buckets[i] += others[i];
	counts->checksum = checksum;
}

static int compare_counts(const void *a, const void *b)
{
	guint32 x = *(const guint32 *)a, y = *(const guint32 *)b;

	return x < y ? -1 : x > y;
}

/* A logarithm of the length, finer for longer files; in single precision, as
   the original does it: its roundings are part of the format. */
static guint8 length_value(gsize size)
{
	double log_size = (double)logf((float)size);
	double value;

	if (size <= 656)
		value = log_size / 0.4054651;
	else if (size <= 3199)
		value = log_size / 0.26236426 - 8.72777;
	else
		value = log_size / 0.095310180 - 62.5472;
	return (guint8)((int)floor(value) & 0xff);
}

static guint ratio(guint32 quartile, guint32 third)
{
	return (guint)((float)(quartile * 100) / (float)third) % 16;
}

static guint8 code_of(const guint32 *buckets, const guint32 *quartiles)
{
	guint code = 0;

	for (guint i = 0; i < 4; i++) {
		guint rank = 0;

		while (rank < 3 && buckets[i] > quartiles[rank])
			rank++;
		code |= rank << (2 * i);
	}
	return (guint8)code;
}

static guint8 swap_digits(guint8 byte)
{
	return (guint8)(byte << 4 | byte >> 4);
}

static bool has_variance(const guint32 *sorted)
{
	/* more than half of them are in use */
	return sorted[CODED_BUCKETS / 2 - 1] > 0;
}

bool warden_fuzzy_digest(const guint8 *data, gsize size,
			 guint8 digest_r[WARDEN_FUZZY_SIZE])
{
	struct counts counts = { .checksum = 0 };
	guint32 sorted[CODED_BUCKETS], quartiles[3];

	if (size < SIZE_MIN || size > G_MAXUINT32 / 600)
		return FALSE;
	count(data, size, &counts);
	memcpy(sorted, counts.buckets, sizeof(sorted));
	qsort(sorted, CODED_BUCKETS, sizeof(sorted[0]), compare_counts);
	if (!has_variance(sorted))
		return FALSE;
	for (guint i = 0; i < 3; i++)
		quartiles[i] = sorted[CODED_BUCKETS / 4 * (i + 1) - 1];
	digest_r[0] = swap_digits(counts.checksum);
	digest_r[1] = swap_digits(length_value(size));
	digest_r[2] = (guint8)(ratio(quartiles[0], quartiles[2]) << 4 |
			       ratio(quartiles[1], quartiles[2]));
	for (guint i = 0; i < CODE_SIZE; i++) {
		digest_r[WARDEN_FUZZY_SIZE - 1 - i] =
			code_of(counts.buckets + 4 * i, quartiles);
	}
	return TRUE;
}
