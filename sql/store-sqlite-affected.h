#ifndef WARDEN_STORE_SQLITE_AFFECTED_H
#define WARDEN_STORE_SQLITE_AFFECTED_H

/* Which stored messages does a change of lists concern? Found while nobody
   waits, before the change is in force; sql/README.md says why nothing slips
   through. The import lock must be held. */

#include "store-sqlite-private.h"

struct store_change {
	gint64 old_feed, new_feed;	/* 0 = none */
	bool all;	/* also what is in both: deny became allow, or back */
	/* between prepare and commit */
	gint64 generation;	/* that the change makes */
	gint64 mark;		/* deliveries up to this one were looked at */
	gint64 complete_since;	/* raise it to this; 0 = leave it */
};

/* Compare the feeds with what is stored, and note what is concerned. */
int store_change_prepare(struct warden_store *store,
			 struct store_change *change, char **error_r);
/* Inside the transaction that puts the change in force: what was recorded
   meanwhile, and the new generation. */
bool store_change_commit(struct warden_store *store,
			 const struct store_change *change);
/* After it: notes that complete_since speaks for. */
int store_change_sweep(struct warden_store *store, char **error_r);

#endif
