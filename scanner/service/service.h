#ifndef WARDEN_SERVICE_H
#define WARDEN_SERVICE_H

/* What one wardend process has for its whole life. */

#include "records.h"

#include "../core/rulebook.h"

struct warden_service_counts {
	guint64 requests;
	guint64 refused;	/* malformed, cut off, too slow */
	guint64 scans;
	guint64 cached;
	guint64 unrecorded;
	guint64 failed;		/* TEMPFAIL */
};

struct warden_service {
	const struct warden_config *config;
	struct warden_reader *reader;
	struct warden_rulebook *rulebook;
	struct warden_clamd *clamd;	/* NULL = none */
	struct warden_records *records;
	struct warden_service_counts counts;
	gint64 started;		/* monotonic microseconds */
};

#endif
