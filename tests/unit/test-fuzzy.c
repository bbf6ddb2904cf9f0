#include "warden-config.h"

#include "scanner/parse/fuzzy.h"

#include <string.h>

/* Digests as another implementation (TLSH 3.4.4, which leaves the "T1" away)
   makes them of the same bytes. */

static const char letters[] = "abcdefghijklmnopqrstuvwxyz ,.\n";

/* Any bytes, the same everywhere. */
static guint8 *make_bytes(gsize size, guint32 seed, bool text)
{
	guint8 *bytes = g_malloc(size);

	for (gsize i = 0; i < size; i++) {
		seed = seed * 1103515245u + 12345u;
		bytes[i] = text ? (guint8)letters[(seed >> 16) %
						  strlen(letters)] :
			(guint8)(seed >> 16);
	}
	return bytes;
}

static const struct {
	gsize size;
	guint32 seed;
	bool text;
	const char *digest;
} known[] = {
	{ 256, 1, TRUE, "C0D02B69351AA8AA94F7480F084A6F25D5A5C36E51551CEF609402"
			"230A18CF96147A44" },
	/* where the scale of lengths changes */
	{ 657, 2, TRUE, "C9012377943262FD22F499568A5A614234CDF880A487DBA490139C"
			"019B536E754E26E8" },
	{ 3200, 3, TRUE, "F0616D5B2116339E31153A29070DA6C26D78FF103D392AC1C1EE1"
			 "045F66AC3D519FE3B" },
	{ 100000, 4, TRUE, "47A3F18FED373BDE6B5828CA4CDA3E054F846F263921EAD5999"
			   "E285F43033967122119" },
	{ 5000, 5, FALSE, "34A17F08B317C999C194FC7A720D17A60592E7CFC49648C4B6AB"
			  "4D46E70F7EDFA99380" },
	{ 70000, 6, FALSE, "E9630134AC2C36CBBD9A23AE477C1B843A0B4FC053F4D29CD49"
			   "B2F6A377429991E5605" },
};

static void test_known(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
		g_autofree guint8 *bytes = make_bytes(
			known[i].size, known[i].seed, known[i].text);
		guint8 digest[WARDEN_FUZZY_SIZE], again[WARDEN_FUZZY_SIZE];
		char text[WARDEN_FUZZY_TEXT_SIZE];

		g_assert_true(warden_fuzzy_digest(bytes, known[i].size,
						  digest));
		warden_fuzzy_print(digest, text);
		g_assert_true(g_str_has_prefix(text, "T1"));
		g_assert_cmpstr(text + 2, ==, known[i].digest);
		g_assert_true(warden_fuzzy_parse(text, again));
		g_assert_cmpmem(again, sizeof(again), digest, sizeof(digest));
	}
}

static void test_none(void)
{
	static const guint8 zeros[10000];
	g_autofree guint8 *bytes = make_bytes(100, 1, FALSE);
	guint8 digest[WARDEN_FUZZY_SIZE];

	g_assert_false(warden_fuzzy_digest(zeros, 0, digest));
	g_assert_false(warden_fuzzy_digest(bytes, 49, digest));
	g_assert_true(warden_fuzzy_digest(bytes, 100, digest));
	g_assert_false(warden_fuzzy_digest(zeros, sizeof(zeros), digest));
}

static const struct {
	const char *text;
	bool sound;
} texts[] = {
	{ "F0616D5B2116339E31153A29070DA6C26D78FF103D392AC1C1EE1045F66AC3D519F"
	  "E3B", TRUE },
	{ "T1F0616D5B2116339E31153A29070DA6C26D78FF103D392AC1C1EE1045F66AC3D51"
	  "9FE3B", TRUE },
	{ "t1f0616d5b2116339e31153a29070da6c26d78ff103d392ac1c1ee1045f66ac3d51"
	  "9fe3b", TRUE },
	{ "", FALSE },
	{ "T1", FALSE },
	{ "T1F0616D5B2116339E31153A29070DA6C26D78FF103D392AC1C1EE1045F66AC3D51"
	  "9FE3", FALSE },
	{ "T1F0616D5B2116339E31153A29070DA6C26D78FF103D392AC1C1EE1045F66AC3D51"
	  "9FE3B0", FALSE },
	{ "T1G0616D5B2116339E31153A29070DA6C26D78FF103D392AC1C1EE1045F66AC3D51"
	  "9FE3B", FALSE },
	{ "T2F0616D5B2116339E31153A29070DA6C26D78FF103D392AC1C1EE1045F66AC3D51"
	  "9FE3B", FALSE },
};

static void test_parse(void)
{
	guint8 digest[WARDEN_FUZZY_SIZE];

	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_assert_cmpint(warden_fuzzy_parse(texts[i].text, digest), ==,
				texts[i].sound);
	}
}

static const struct {
	const char *a, *b;
	guint distance;
} distances[] = {
	/* twenty bytes of 3,200 changed */
	{ "F0616D5B2116339E31153A29070DA6C26D78FF103D392AC1C1EE1045F66AC3D519F"
	  "E3B",
	  "8F616D5F6101335E31152E29070DA6C26D68FF103D391AC0C1EA1045F66AC3D519F"
	  "E37", 14 },
	/* lengths and ratios far apart; each step of a quartile */
	{ "C0D02B69351AA8AA94F7480F084A6F25D5A5C36E51551CEF609402230A18CF96147"
	  "A44",
	  "C0D02B69351AA8AA94F7480F084A6F25D5A5C36E51551CEF609402230A18CF96147"
	  "A44", 0 },
	{ "0000000000000000000000000000000000000000000000000000000000000000000"
	  "000",
	  "10F88F0000000000000000000000000000000000000000000000000000000000000"
	  "000", 1442 },
	{ "0000000000000000000000000000000000000000000000000000000000000000000"
	  "000",
	  "00000000000000000000000000000000000000000000000000000000000000000FC"
	  "931", 28 },
};

static void test_distance(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(distances); i++) {
		guint8 a[WARDEN_FUZZY_SIZE], b[WARDEN_FUZZY_SIZE];

		g_assert_true(warden_fuzzy_parse(distances[i].a, a));
		g_assert_true(warden_fuzzy_parse(distances[i].b, b));
		g_assert_cmpuint(warden_fuzzy_distance(a, b), ==,
				 distances[i].distance);
		g_assert_cmpuint(warden_fuzzy_distance(b, a), ==,
				 distances[i].distance);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/fuzzy/known", test_known);
	g_test_add_func("/fuzzy/none", test_none);
	g_test_add_func("/fuzzy/parse", test_parse);
	g_test_add_func("/fuzzy/distance", test_distance);
	return g_test_run();
}
