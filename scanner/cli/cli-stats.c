#include "warden-config.h"

#include "cli-commands.h"
#include "cli-output.h"

#include <stdio.h>
#include <string.h>

#define BAR_COLUMNS 30

static const char usage[] =
	"usage: warden stats [--since TIME] [--json]\n"
	"\n"
	"Count what was judged: by verdict, action, state, service and finding,"
	" and the rows\nof the database.\n"
	"\n"
	"  --since TIME  2026-11-24, or an age: 90s 15m 2h 3d 2w\n"
	"  --json        one object a line: table, key, count\n"
	"  --config FILE, --database FILE\n"
	"\n"
	"Example: warden stats --since 7d\n"
	"Exit status: 0 done, 1 the database could not be read, 2 usage.\n";

struct row {
	char *table, *key;
	gint64 count;
};

static void row_free(void *data)
{
	struct row *row = data;

	g_free(row->table);
	g_free(row->key);
	g_free(row);
}

static void take(const char *table, const char *key, gint64 count,
		 void *context)
{
	struct row *row = g_new0(struct row, 1);

	row->table = g_strdup(table);
	row->key = g_strdup(key);
	row->count = count;
	g_ptr_array_add(context, row);
}

static gint64 sum_of(const GPtrArray *rows, const char *table)
{
	gint64 sum = 0;

	for (guint i = 0; i < rows->len; i++) {
		const struct row *row = rows->pdata[i];

		if (strcmp(row->table, table) == 0)
			sum += row->count;
	}
	return sum;
}

static void print_row(const struct row *row, gint64 sum)
{
	bool shares = strcmp(row->table, "rows") != 0 &&
		strcmp(row->table, "file") != 0 &&
		strcmp(row->table, "symbol") != 0;
	g_autofree char *key = cli_cell(row->key[0] == '\0' ? "(none)" :
					row->key, 28);
	const char *colour = strcmp(row->table, "verdict") == 0 ?
		cli_verdict_colour(row->key) : "";

	printf("  %s%s%s %10" G_GINT64_FORMAT, colour, key,
	       *colour == '\0' ? "" : cli_colour_end(), row->count);
	if (shares && sum > 0) {
		printf("  %5.1f%%  ", 100.0 * (double)row->count /
		       (double)sum);
		for (gint64 i = 0; i < row->count * BAR_COLUMNS / sum; i++)
			fputs("▪", stdout);
	}
	puts("");
}

static void print_rows(const GPtrArray *rows)
{
	const char *table = "";

	for (guint i = 0; i < rows->len; i++) {
		const struct row *row = rows->pdata[i];

		if (strcmp(row->table, table) != 0)
			printf("%s%s\n", i > 0 ? "\n" : "", row->table);
		table = row->table;
		print_row(row, sum_of(rows, table));
	}
}

static void print_json(const GPtrArray *rows)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();

	for (guint i = 0; i < rows->len; i++) {
		const struct row *row = rows->pdata[i];

		json_builder_begin_object(builder);
		cli_member(builder, "table", row->table);
		cli_member(builder, "key", row->key);
		cli_member_int(builder, "count", row->count);
		json_builder_end_object(builder);
		cli_print_json(builder);
	}
}

int warden_cli_stats(int argc, char **argv)
{
	struct cli_options options;
	struct warden_store *store = NULL;
	g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(row_free);
	char *error = NULL;
	int status = cli_options_parse(argc, argv, CLI_TAKES_SINCE, usage,
				       &options);

	if (status >= 0)
		return status;
	if (options.argc > 0)
		return cli_usage_error(&options, "unknown word '%s'",
				       options.argv[0]);
	status = cli_open(&options, WARDEN_STORE_READ, &store);
	if (status < 0) {
		status = CLI_OK;
		if (warden_store_stats(store, options.query.since, take, rows,
				       &error) < 0)
			status = cli_failed(&options, error);
		else if (options.json)
			print_json(rows);
		else
			print_rows(rows);
	}
	cli_close(&options, &store);
	return status;
}
