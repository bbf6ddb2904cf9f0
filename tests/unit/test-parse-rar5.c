/* Headers of RAR 5: which members are encrypted, and damage everywhere. */

#include "warden-config.h"

#include "scanner/parse/archive/rar5.h"

#include <string.h>

/* check sum, size, type, flags: extra and data, extra's size, data's size;
   file flags, size, attributes, compression, system, name; extra */
static const guint8 archive[] =
	"Rar!\x1a\x07\x01\x00"
	"\0\0\0\0\x03\x01\x00\x00"			/* main */
	"\0\0\0\0\x0f\x02\x02\x03"			/* plain file */
	"\x00\x83\x01\x20\x00\x00\x05" "a.txt"
	"abc"
	"\0\0\0\0\x12\x02\x03\x03\x02"			/* encrypted file */
	"\x00\x07\x20\x00\x00\x05" "b.exe"
	"\x02\x01\x00"
	"xy"
	"\0\0\0\0\x03\x05\x00\x00";			/* end */

static void test_members(void)
{
	struct warden_rar5_iter iter;
	struct warden_rar5_member member;

	g_assert_true(warden_rar5_iter_init(&iter, archive,
					    sizeof(archive) - 1));
	g_assert_true(warden_rar5_iter_next(&iter, &member));
	g_assert_cmpstr(member.name, ==, "a.txt");
	g_assert_cmpuint(member.size, ==, 131);
	g_assert_false(member.encrypted);
	g_free(member.name);
	g_assert_true(warden_rar5_iter_next(&iter, &member));
	g_assert_cmpstr(member.name, ==, "b.exe");
	g_assert_true(member.encrypted);
	g_free(member.name);
	g_assert_false(warden_rar5_iter_next(&iter, &member));
	g_assert_false(iter.names_encrypted);
}

static void test_names_encrypted(void)
{
	static const guint8 data[] = "Rar!\x1a\x07\x01\x00"
		"\0\0\0\0\x04\x04\x00\x00\x00" "random";
	struct warden_rar5_iter iter;
	struct warden_rar5_member member;

	g_assert_true(warden_rar5_iter_init(&iter, data, sizeof(data) - 1));
	g_assert_false(warden_rar5_iter_next(&iter, &member));
	g_assert_true(iter.names_encrypted);
}

static void test_damage(void)
{
	gsize size, i;

	for (i = 0; i < sizeof(archive) * 256; i++) {
		g_autofree guint8 *copy = NULL;
		struct warden_rar5_iter iter;
		struct warden_rar5_member member;
		guint count = 0;

		size = i % 3 == 0 ? i / 256 : sizeof(archive) - 1;
		copy = g_memdup2(archive, MAX(size, 1));
		if (i / 256 < size)
			copy[i / 256] = i;
		if (!warden_rar5_iter_init(&iter, copy, size))
			continue;
		while (warden_rar5_iter_next(&iter, &member)) {
			g_free(member.name);
			g_assert_cmpuint(++count, <, 100);
		}
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rar5/members", test_members);
	g_test_add_func("/rar5/names-encrypted", test_names_encrypted);
	g_test_add_func("/rar5/damage", test_damage);
	return g_test_run();
}
