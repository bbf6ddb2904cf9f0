#ifndef WARDEN_CLI_OUTPUT_H
#define WARDEN_CLI_OUTPUT_H

/* What the database commands print: tables for people, one JSON object a line
   for programs. */

#include "cli-options.h"

#include <json-glib/json-glib.h>

bool cli_use_colour(void);
/* ANSI code for a verdict, "" without colour. */
const char *cli_verdict_colour(const char *verdict);
const char *cli_colour_end(void);

/* Cut or padded to so many columns; safe for a terminal. g_malloced. */
char *cli_cell(const char *text, guint columns);
/* "2026-11-24 12:30" local. g_malloced. */
char *cli_time_local(gint64 usecs);
/* RFC 3339, UTC. g_malloced. */
char *cli_time_utc(gint64 usecs);
char *cli_hex(const guint8 *data, gsize size);
/* "http://a.example/x" → "hxxp://a[.]example/x". g_malloced. */
char *cli_defang(const char *url);

/* Print what the builder holds as one line; the builder is reset. */
void cli_print_json(JsonBuilder *builder);
void cli_member(JsonBuilder *builder, const char *name, const char *value);
void cli_member_int(JsonBuilder *builder, const char *name, gint64 value);
void cli_member_real(JsonBuilder *builder, const char *name, double value);

/* One stored copy, as a row or an object. */
void cli_print_copy_header(void);
void cli_print_copy(const struct warden_copy *copy);
void cli_print_copy_json(const struct warden_copy *copy);

#endif
