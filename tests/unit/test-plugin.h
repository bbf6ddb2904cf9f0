#ifndef TEST_PLUGIN_H
#define TEST_PLUGIN_H

/* The few lines that the plugin's unit tests share: Dovecot's own test library
   is not installed anywhere. */

#include <stdio.h>
#include <stdlib.h>

static unsigned int test_failures;

#define test_check(code) \
	((code) ? (void)0 : (void)(test_failures++, \
		fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, \
			#code)))
#define test_check_row(code, row) \
	((code) ? (void)0 : (void)(test_failures++, \
		fprintf(stderr, "%s:%d: row %u failed: %s\n", __FILE__, \
			__LINE__, (unsigned int)(row), #code)))

static inline int test_result(const char *name)
{
	if (test_failures == 0) {
		printf("%s: ok\n", name);
		return 0;
	}
	fprintf(stderr, "%s: %u failures\n", name, test_failures);
	return 1;
}

#endif
