#include "warden-config.h"

#include "store-sqlite-private.h"

#include "scanner/facts/fuzzy-digest.h"

/* Distances between TLSH digests, for SQL. There is no index that finds what is
   near: a hunt looks at every file once. */

/* tlsh_distance(a, b): NULL unless both are digests. */
static void distance(sqlite3_context *context, int n G_GNUC_UNUSED,
		     sqlite3_value **values)
{
	if (sqlite3_value_bytes(values[0]) != WARDEN_FUZZY_SIZE ||
	    sqlite3_value_bytes(values[1]) != WARDEN_FUZZY_SIZE)
		return;
	sqlite3_result_int(context, (int)warden_fuzzy_distance(
		sqlite3_value_blob(values[0]), sqlite3_value_blob(values[1])));
}

int store_add_functions(struct warden_store *store, char **error_r)
{
	if (sqlite3_create_function_v2(
		    store->db, "tlsh_distance", 2,
		    SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
		    NULL, distance, NULL, NULL, NULL) != SQLITE_OK)
		return store_fail(store, "adding functions", error_r);
	return 1;
}
