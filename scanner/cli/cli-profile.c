#include "warden-config.h"

#include "cli-profile.h"

#include <string.h>
#include <time.h>

struct row {
	char *name;
	guint64 nsecs, most_nsecs;
	guint messages;
};

struct cli_profile {
	struct warden_checks_watch watch;
	GPtrArray *stages;	/* struct row, in the order of their running */
	GPtrArray *kinds;	/* struct row: reading, by kind of contents */
	guint64 started, last, read_nsecs;
	guint64 messages, bytes, nsecs;
};

/* g_get_monotonic_time() counts microseconds; some checks take less. */
static guint64 now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (guint64)time.tv_sec * 1000000000 + (guint64)time.tv_nsec;
}

static void row_free(void *data)
{
	struct row *row = data;

	g_free(row->name);
	g_free(row);
}

static void add_to(GPtrArray *rows, const char *name, guint64 nsecs)
{
	struct row *row = NULL;

	for (guint i = 0; i < rows->len && row == NULL; i++) {
		struct row *known = rows->pdata[i];

		if (strcmp(known->name, name) == 0)
			row = known;
	}
	if (row == NULL) {
		row = g_new0(struct row, 1);
		row->name = g_strdup(name);
		g_ptr_array_add(rows, row);
	}
	row->messages++;
	row->nsecs += nsecs;
	row->most_nsecs = MAX(row->most_nsecs, nsecs);
}

static void after(void *context, const char *check)
{
	struct cli_profile *profile = context;
	guint64 time = now(), took = time - profile->last;

	if (strcmp(check, "reader") == 0)
		profile->read_nsecs = took;
	add_to(profile->stages, check, took);
	profile->last = time;
}

struct cli_profile *cli_profile_new(void)
{
	struct cli_profile *profile = g_new0(struct cli_profile, 1);

	profile->watch.after = after;
	profile->watch.context = profile;
	profile->stages = g_ptr_array_new_with_free_func(row_free);
	profile->kinds = g_ptr_array_new_with_free_func(row_free);
	return profile;
}

void cli_profile_free(struct cli_profile *profile)
{
	if (profile == NULL)
		return;
	g_ptr_array_unref(profile->stages);
	g_ptr_array_unref(profile->kinds);
	g_free(profile);
}

const struct warden_checks_watch *cli_profile_begin(struct cli_profile *profile)
{
	profile->started = profile->last = now();
	return &profile->watch;
}

void cli_profile_end(struct cli_profile *profile,
		     const struct warden_facts *facts, guint64 size)
{
	const struct warden_part *largest = NULL;

	for (guint i = 0; i < facts->parts->len; i++) {
		const struct warden_part *part = facts->parts->pdata[i];

		/* a file in a file is read because of that */
		if ((part->flags & WARDEN_PART_MEMBER) == 0 &&
		    (largest == NULL || part->size > largest->size))
			largest = part;
	}
	add_to(profile->kinds, largest == NULL ? "none" :
	       warden_kind_name(largest->kind), profile->read_nsecs);
	profile->messages++;
	profile->bytes += size;
	profile->nsecs += now() - profile->started;
}

static void print_rows(const GPtrArray *rows, guint64 whole, FILE *out)
{
	for (guint i = 0; i < rows->len; i++) {
		const struct row *row = rows->pdata[i];

		fprintf(out, "%-14s %8u %12.1f %12.1f %12.1f %6.1f%%\n",
			row->name, row->messages, row->nsecs / 1e6,
			row->nsecs / 1e3 / row->messages,
			row->most_nsecs / 1e3,
			whole > 0 ? 100.0 * row->nsecs / whole : 0.0);
	}
}

void cli_profile_print(const struct cli_profile *profile, FILE *out)
{
	static const char columns[] = "%-14s %8s %12s %12s %12s %7s\n";
	guint64 whole = 0;

	for (guint i = 0; i < profile->stages->len; i++)
		whole += ((const struct row *)
			  profile->stages->pdata[i])->nsecs;
	fprintf(out, "\n%" G_GUINT64_FORMAT " messages, %.1f MB: %.0f messages"
		" and %.1f MB a second\n\n", profile->messages,
		profile->bytes / 1e6, profile->nsecs == 0 ? 0.0 :
		profile->messages * 1e9 / profile->nsecs,
		profile->nsecs == 0 ? 0.0 :
		profile->bytes * 1e3 / profile->nsecs);
	fprintf(out, columns, "stage", "messages", "sum ms", "mean us",
		"most us", "share");
	print_rows(profile->stages, whole, out);
	fputs("\nreading, by the kind of the largest part\n", out);
	print_rows(profile->kinds, whole, out);
}
