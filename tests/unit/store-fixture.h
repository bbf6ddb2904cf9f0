#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H

/* A database of its own in a temporary directory, and mail to record in it. */

#include "sql/store.h"

/* The TLSH digest of every message's part. */
#define FIXTURE_FUZZY \
	"T1F0616D5B2116339E31153A29070DA6C26D78FF103D392AC1C1EE1045F66AC3D51" \
	"9FE3B"

struct fixture {
	char *dir, *path;
	struct warden_store *store;
};

void set_up(struct fixture *fixture, const void *data);
void tear_down(struct fixture *fixture, const void *data);
/* With the files in it. */
void remove_folder(const char *path);
/* Aborts the test if it cannot. */
struct warden_store *open_store(const char *path, guint commit_msecs);

/* Message number's key begins with it; it has one part, one link (twice) and
   one finding. */
struct warden_scan_result *make_result(guint32 number);
void free_result(struct warden_scan_result *result);
extern struct warden_epoch epoch_1;
extern const struct warden_delivery to_anna;

/* Record message number for the user of to_anna: the delivery's id. */
guint64 record(struct warden_store *store, guint32 number);
guint64 record_of(struct warden_store *store, guint32 number,
		   const char *user, gint64 time);
/* The first column of the first row, by a connection of its own. */
gint64 count(const char *path, const char *sql);
/* Any SQL, likewise. */
void execute(const char *path, const char *sql);

struct store_test {
	const char *name;
	void (*run)(struct fixture *fixture, const void *data);
};
int run_store_tests(int argc, char **argv, const struct store_test *tests,
		    gsize n);

#endif
