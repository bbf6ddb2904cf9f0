#ifndef STORE_FAIL_H
#define STORE_FAIL_H

/* A store in the place of the real one, that fails as it is told: for tests of
   those who call it. It keeps nothing but counts. */

#include "sql/store.h"

/* The calls that may fail; all others of store.h always do. */
enum store_fail_call {
	STORE_FAIL_OPEN,
	STORE_FAIL_EPOCH,
	STORE_FAIL_PUBLISH,
	STORE_FAIL_RECORD_SCAN,
	STORE_FAIL_RECORD_DELIVERY,
	STORE_FAIL_PLACE,	/* also gone and renamed */
	STORE_FAIL_MOVED,
	STORE_FAIL_LOOKUP,
	STORE_FAIL_LIST,
	STORE_FAIL_KNOWN,
	STORE_FAIL_CALLS
};

struct store_fail {
	/* How many of the next calls fail; G_MAXUINT: all. */
	guint failures[STORE_FAIL_CALLS];
	guint calls[STORE_FAIL_CALLS];	/* failed ones included */
	guint open, idle;		/* stores now open; idle calls */
	/* What the last recorded delivery said. */
	enum warden_verdict verdict;
	bool with_key;
	/* Of the last mail that was moved. */
	enum warden_operation moved;
};
extern struct store_fail store_fail;

#endif
