#include "warden-config.h"

#include "scanner/core/clamd.h"

#include <string.h>

/* What clamd may answer, and where it may be. Talking to it is tested with one
   that misbehaves, in tests/integration/test_rules.py. */

static const struct {
	const char *answer;
	int ret;
	const char *text;	/* name, or part of the reason */
} answers[] = {
	{ "stream: OK", 0, "" },
	{ "stream: Win.Test.EICAR_HDB-1 FOUND", 1, "Win.Test.EICAR_HDB-1" },
	{ "stream: X.UNOFFICIAL FOUND", 1, "X.UNOFFICIAL" },
	/* ExtendedDetectionInfo */
	{ "stream: Eicar(44d88612fea8a8f36de82e1278abb02f:68) FOUND", 1,
	  "Eicar" },
	{ "stream: Odd(name) FOUND", 1, "Odd(name)" },
	{ "stream: (a:b) FOUND", 1, "(a:b)" },
	{ "INSTREAM size limit exceeded. ERROR", -1, "size limit exceeded" },
	{ "stream: Can't allocate memory ERROR", -1, "allocate memory" },
	{ "", -1, "no sense" },
	{ "OK", -1, "no sense" },
	{ "stream: ", -1, "no sense" },
	{ "stream: FOUND", -1, "no sense" },
	{ "stream:  FOUND", -1, "no sense" },
	{ "stream: two words FOUND", -1, "no sense" },
	{ "stream: tab\tname FOUND", -1, "no sense" },
	{ "stream: \xc3\xa9 FOUND", -1, "no sense" },
	{ "stream: OK\n", -1, "no sense" },
	{ "Stream: OK", -1, "no sense" },
	{ "stream: longer-than-there-is-room-for FOUND", -1, "no sense" },
};

static void test_answers(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
		const char *why = "";
		char name[24] = "";

		g_test_message("%s", answers[i].answer);
		g_assert_cmpint(warden_clamd_parse(answers[i].answer, name,
						   sizeof(name), &why), ==,
				answers[i].ret);
		if (answers[i].ret < 0)
			g_assert_nonnull(strstr(why, answers[i].text));
		else
			g_assert_cmpstr(name, ==, answers[i].text);
	}
}

static const struct {
	const char *text;
	bool loopback;
} addresses[] = {
	{ "127.0.0.1:3310", TRUE },
	{ "127.1.2.3:1", TRUE },
	{ "localhost:3310", TRUE },
	{ "[::1]:3310", TRUE },
	{ "10.0.0.1:3310", FALSE },
	{ "0.0.0.0:3310", FALSE },
	{ "[::]:3310", FALSE },
	{ "::1:3310", FALSE },
	{ "clamd.example:3310", FALSE },
	{ "localhost.example:3310", FALSE },
	{ "127.0.0.1", FALSE },
	{ "127.0.0.1:", FALSE },
	{ "127.0.0.1:0", FALSE },
	{ "127.0.0.1:65536", FALSE },
	{ "127.0.0.1:33x", FALSE },
	{ "", FALSE },
	{ ":3310", FALSE },
};

static void test_addresses(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(addresses); i++) {
		g_test_message("%s", addresses[i].text);
		g_assert_cmpint(warden_clamd_is_loopback(addresses[i].text),
				==, addresses[i].loopback);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/clamd/answers", test_answers);
	g_test_add_func("/clamd/addresses", test_addresses);
	return g_test_run();
}
