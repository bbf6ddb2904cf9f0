/* Prints what parsing makes of files, for people and for measuring:
   parse-dump [-q] [-m] FILE…
   -q: one line a file (time, parts, EICAR, unscanned, traits);
   -m: files are attachments, put each into a message first. */

#include "warden-config.h"

#include "scanner/parse/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_hex(const guint8 *data, gsize size)
{
	gsize i;

	for (i = 0; i < size; i++)
		printf("%02x", data[i]);
}

static void print_addresses(const char *title, const GPtrArray *addresses)
{
	guint i;

	for (i = 0; i < addresses->len; i++) {
		const struct warden_address *address =
			g_ptr_array_index(addresses, i);

		printf("%s: \"%s\" <%s>\n", title, address->name,
		       address->address);
	}
}

static void print_header(const struct warden_header_facts *header)
{
	guint i;

	print_addresses("from", header->from);
	print_addresses("reply-to", header->reply_to);
	print_addresses("to", header->to);
	printf("subject: %s\nreturn-path: %s\nmessage-id: %s\n"
	       "date: %" G_GINT64_FORMAT "\n", header->subject,
	       header->return_path, header->message_id, header->date);
	for (i = 0; i < header->auth_results->len; i++)
		printf("auth: %s\n", (const char *)g_ptr_array_index(
			header->auth_results, i));
}

static void print_part(const struct warden_part *part)
{
	guint i;

	printf("part %s name=\"%s\" declared=%s detected=%s kind=%s cte=%s"
	       " flags=%x size=%" G_GUINT64_FORMAT " sha256=", part->path,
	       part->name, part->declared_type, part->detected_type,
	       warden_kind_name(part->kind), part->encoding, part->flags,
	       part->size);
	print_hex(part->sha256, 8);
	for (i = 0; i < part->names->len; i++)
		printf(" also=\"%s\"", (const char *)g_ptr_array_index(
			part->names, i));
	printf("%s\n", (part->flags & WARDEN_PART_EICAR) != 0 ? " EICAR" : "");
}

static void print_facts(const struct warden_facts *facts)
{
	guint i;

	printf("key ");
	print_hex(facts->key, 8);
	printf(" size %" G_GUINT64_FORMAT "\n", facts->size);
	print_header(&facts->header);
	for (i = 0; i < facts->parts->len; i++)
		print_part(g_ptr_array_index(facts->parts, i));
	for (i = 0; i < facts->urls->len; i++) {
		const struct warden_url *url =
			g_ptr_array_index(facts->urls, i);

		printf("url %s [%s] host=%s text=\"%s\" %s\n", url->part,
		       url->source, url->host, url->text, url->url);
	}
	for (i = 0; i < facts->traits->len; i++) {
		const struct warden_trait *trait =
			g_ptr_array_index(facts->traits, i);

		printf("trait %s [%s] %s\n", trait->code, trait->part,
		       trait->detail);
	}
	for (i = 0; i < facts->unscanned->len; i++) {
		const struct warden_unscanned *unscanned =
			g_ptr_array_index(facts->unscanned, i);

		printf("unscanned %s [%s]\n", unscanned->reason,
		       unscanned->part);
	}
	printf("text %u hidden %u invisible %u images %u remote %u\n",
	       facts->text.visible_chars, facts->text.hidden_chars,
	       facts->text.invisible_chars, facts->text.images,
	       facts->text.remote_images);
	printf("--- visible\n%s\n--- hidden\n%s\n---\n", facts->text.visible,
	       facts->text.hidden);
}

static void print_line(const char *file, const struct warden_facts *facts,
		       gint64 usecs)
{
	guint i, eicar = 0;

	for (i = 0; i < facts->parts->len; i++) {
		const struct warden_part *part =
			g_ptr_array_index(facts->parts, i);

		eicar += (part->flags & WARDEN_PART_EICAR) != 0;
	}
	printf("%s\t%" G_GINT64_FORMAT "\tparts=%u\turls=%u\teicar=%u\t", file,
	       usecs, facts->parts->len, facts->urls->len, eicar);
	for (i = 0; i < facts->unscanned->len; i++) {
		const struct warden_unscanned *unscanned =
			g_ptr_array_index(facts->unscanned, i);

		printf("%s:%s,", unscanned->part, unscanned->reason);
	}
	printf("\t");
	for (i = 0; i < facts->traits->len; i++) {
		const struct warden_trait *trait =
			g_ptr_array_index(facts->traits, i);

		printf("%s,", trait->code);
	}
	printf("\n");
}

static char *wrap(const char *file, char *data, gsize *size)
{
	g_autofree char *name = g_path_get_basename(file);
	g_autofree char *text = g_base64_encode((guchar *)data, *size);
	char *message = g_strdup_printf(
		"From: a@example.org\r\nSubject: file\r\nMIME-Version: 1.0\r\n"
		"Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n"
		"--b\r\n\r\nA file.\r\n--b\r\n"
		"Content-Type: application/octet-stream\r\n"
		"Content-Disposition: attachment; filename=\"%s\"\r\n"
		"Content-Transfer-Encoding: base64\r\n\r\n%s\r\n--b--\r\n",
		name, text);

	g_free(data);
	*size = strlen(message);
	return message;
}

static void dump(struct warden_parser *parser, const char *file, bool quiet,
		 bool attachment)
{
	struct warden_facts *facts, *back = NULL;
	GBytes *bytes;
	char *data, *error = NULL;
	gsize size;
	gint64 started;

	if (!g_file_get_contents(file, &data, &size, NULL)) {
		fprintf(stderr, "%s: cannot be read\n", file);
		return;
	}
	if (attachment)
		data = wrap(file, data, &size);
	started = g_get_monotonic_time();
	facts = warden_parse_message(parser, (const guint8 *)data, size, 0);
	started = g_get_monotonic_time() - started;
	bytes = warden_facts_serialise(facts);
	if (warden_facts_deserialise(bytes, &back, &error) < 0) {
		fprintf(stderr, "%s: %s\n", file, error);
		exit(1);
	}
	if (quiet) {
		print_line(file, back, started);
	} else {
		printf("== %s\n", file);
		print_facts(back);
	}
	g_bytes_unref(bytes);
	warden_facts_free(back);
	warden_facts_free(facts);
	g_free(data);
}

int main(int argc, char **argv)
{
	struct warden_parser *parser;
	char *error;
	bool quiet = FALSE, attachment = FALSE;
	int i;

	if (warden_parser_init(&parser, &error) < 0) {
		fprintf(stderr, "%s\n", error);
		return 1;
	}
	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-q") == 0)
			quiet = TRUE;
		else if (strcmp(argv[i], "-m") == 0)
			attachment = TRUE;
		else
			dump(parser, argv[i], quiet, attachment);
	}
	warden_parser_deinit(&parser);
	return 0;
}
