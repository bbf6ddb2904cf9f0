#include "fuzzy-digest.h"

#include <string.h>

#define HEADER_SIZE 3	/* before the code */
/* A step of length or of a ratio weighs as much as so many of the code. */
#define STEP_WEIGHT 12

bool warden_fuzzy_parse(const char *text, guint8 digest_r[WARDEN_FUZZY_SIZE])
{
	if (strncmp(text, "T1", 2) == 0 || strncmp(text, "t1", 2) == 0)
		text += 2;
	if (strlen(text) != 2 * WARDEN_FUZZY_SIZE)
		return FALSE;
	for (guint i = 0; i < WARDEN_FUZZY_SIZE; i++) {
		int high = g_ascii_xdigit_value(text[2 * i]);
		int low = g_ascii_xdigit_value(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return FALSE;
		digest_r[i] = (guint8)(high << 4 | low);
	}
	return TRUE;
}

void warden_fuzzy_print(const guint8 digest[WARDEN_FUZZY_SIZE],
			char text_r[WARDEN_FUZZY_TEXT_SIZE])
{
	static const char digits[] = "0123456789ABCDEF";

	text_r[0] = 'T';
	text_r[1] = '1';
	for (guint i = 0; i < WARDEN_FUZZY_SIZE; i++) {
		text_r[2 + 2 * i] = digits[digest[i] >> 4];
		text_r[3 + 2 * i] = digits[digest[i] & 15];
	}
	text_r[WARDEN_FUZZY_TEXT_SIZE - 1] = '\0';
}

static guint8 swap_digits(guint8 byte)
{
	return (guint8)(byte << 4 | byte >> 4);
}

/* On a circle of so many. */
static guint circle_distance(guint a, guint b, guint size)
{
	guint distance = a > b ? a - b : b - a;

	return MIN(distance, size - distance);
}

/* One step may be chance. */
static guint ratio_distance(guint a, guint b)
{
	guint distance = circle_distance(a, b, 16);

	return distance <= 1 ? distance : (distance - 1) * STEP_WEIGHT;
}

/* Two bits a bucket: its quartile. The farthest apart count double. */
static guint code_distance(guint8 a, guint8 b)
{
	static const guint weights[] = { 0, 1, 2, 6 };
	guint distance = 0;

	for (guint shift = 0; shift < 8; shift += 2) {
		guint x = a >> shift & 3, y = b >> shift & 3;

		distance += weights[x > y ? x - y : y - x];
	}
	return distance;
}

guint warden_fuzzy_distance(const guint8 a[WARDEN_FUZZY_SIZE],
			    const guint8 b[WARDEN_FUZZY_SIZE])
{
	guint distance = circle_distance(swap_digits(a[1]), swap_digits(b[1]),
					 256);

	if (distance > 1)
		distance *= STEP_WEIGHT;
	distance += ratio_distance(a[2] >> 4, b[2] >> 4);
	distance += ratio_distance(a[2] & 15, b[2] & 15);
	distance += a[0] != b[0];
	for (guint i = HEADER_SIZE; i < WARDEN_FUZZY_SIZE; i++) {
		if (a[i] != b[i])
			distance += code_distance(a[i], b[i]);
	}
	return distance;
}
