#include "warden-config.h"

#include "store-journal.h"
#include "store-queue.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* File: magic[4] reserved[4] start:u64 of the first record not yet replayed,
   end:u64 of the last whole one, then records. What stands behind the end is
   an append that did not finish; the next one overwrites it. */
#define MAGIC "WRDJ"
#define FILE_HEADER_SIZE 24
#define RECORD_HEADER_SIZE 12
#define CHECKSUM_SIZE 8
#define RECORD_MAX (WARDEN_FACTS_SIZE_MAX + 1024 * 1024)
#define LOCK_MSECS 1000
/* Two locks: of the file, held for a moment, and of whoever replays, held as
   long as the database takes. Appending must not wait for the database. */
#define BYTE_FILE 0
#define BYTE_REPLAY 1

/* facts (empty = none), key (empty = unknown), findings, judgement, epoch,
   delivery */
#define FINDING_TYPE "(sssdss)"
#define DELIVERY_TYPE "(xsssssssssuuu)"
#define RECORD_TYPE "(ayaya" FINDING_TYPE "(uuds)s(uu)" DELIVERY_TYPE ")"
/* key (empty = unknown), delivery, where it stood (GUID, UIDVALIDITY, UID),
   where it stands (with mailbox and GUID of the mail), comment */
#define MOVED_TYPE "(ay" DELIVERY_TYPE "(ayuu)(sayuus)s)"
/* A record, and of its copy: was it sent; findings, score, reason. */
#define COPY_TYPE "(" RECORD_TYPE "ba" FINDING_TYPE "ds)"
/* In a record's length: of that type. No record is so long. */
#define LENGTH_MOVED 0x80000000u
#define LENGTH_COPY 0x40000000u
#define LENGTH_KINDS (LENGTH_MOVED | LENGTH_COPY)

struct warden_journal {
	char *path;
	guint64 size_max;
};

struct warden_journal *warden_journal_new(const char *path, guint64 size_max)
{
	struct warden_journal *journal = g_new0(struct warden_journal, 1);

	journal->path = g_strdup(path);
	journal->size_max = path == NULL ? 0 : size_max;
	return journal;
}

void warden_journal_free(struct warden_journal **journal)
{
	if (*journal == NULL)
		return;
	g_free((*journal)->path);
	g_clear_pointer(journal, g_free);
}

static int fail(const struct warden_journal *journal, const char *what,
		char **error_r)
{
	*error_r = g_strdup_printf("%s: %s: %s", journal->path, what,
				   g_strerror(errno));
	return -1;
}

/* --- records --------------------------------------------------------------- */

static GVariant *blob(const void *data, gsize size)
{
	return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, data, size, 1);
}

static const char *text(const char *value)
{
	return value == NULL || !g_utf8_validate(value, -1, NULL) ? "" : value;
}

static GVariant *findings_value(const GPtrArray *findings)
{
	GVariantBuilder builder;

	g_variant_builder_init(&builder, G_VARIANT_TYPE("a" FINDING_TYPE));
	for (guint i = 0; findings != NULL && i < findings->len; i++) {
		const struct warden_finding *finding = findings->pdata[i];

		g_variant_builder_add(&builder, FINDING_TYPE, finding->symbol,
				      finding->family, finding->technique,
				      finding->score, finding->detail,
				      finding->part);
	}
	return g_variant_builder_end(&builder);
}

static GVariant *delivery_value(const struct warden_delivery *d)
{
	return g_variant_new(DELIVERY_TYPE, d->time, text(d->user),
			     text(d->recipient), text(d->sender),
			     text(d->service), text(d->session),
			     text(d->actor), text(d->mailbox), text(d->origin),
			     text(d->keyword), (guint32)d->operation,
			     (guint32)d->verdict, (guint32)d->action);
}

static GVariant *
record_value(const struct warden_scan_result *result,
	     const struct warden_epoch *epoch, const guint8 *key,
	     const struct warden_delivery *delivery)
{
	static const struct warden_epoch no_epoch;
	static const struct warden_judgement no_judgement;
	const struct warden_judgement *judgement =
		result == NULL ? &no_judgement : result->shared != NULL ?
		&result->shared->judgement : &result->judgement;
	g_autoptr(GBytes) facts = result == NULL ?
		g_bytes_new_static("", 0) :
		warden_facts_serialise(result->facts);
	gsize size;
	const void *data = g_bytes_get_data(facts, &size);

	if (epoch == NULL)
		epoch = &no_epoch;
	return g_variant_new(
		"(@ay@ay@a" FINDING_TYPE "(uuds)s(uu)@" DELIVERY_TYPE ")",
		blob(data, size),
		blob(key, key == NULL ? 0 : WARDEN_SHA256_SIZE),
		findings_value(result == NULL ? NULL : result->shared != NULL ?
			       result->shared->findings : result->findings),
		(guint32)judgement->verdict, (guint32)judgement->action,
		judgement->score, text(judgement->keyword),
		result == NULL ? "" : text(result->shared != NULL ?
			result->shared->reason : result->reason),
		epoch->rules, epoch->lists, delivery_value(delivery));
}

static GVariant *
copy_value(const struct warden_scan_result *result,
	   const struct warden_epoch *epoch, const guint8 *key,
	   const struct warden_delivery *delivery)
{
	return g_variant_ref_sink(g_variant_new(
		"(@" RECORD_TYPE "b@a" FINDING_TYPE "ds)",
		record_value(result, epoch, key, delivery), delivery->sent,
		findings_value(result == NULL ? NULL : result->findings),
		result == NULL ? 0.0 : result->judgement.score,
		result == NULL ? "" : text(result->reason)));
}

static GVariant *guid_value(const guint8 *guid)
{
	return blob(guid, guid == NULL ? 0 : WARDEN_GUID_SIZE);
}

static GVariant *moved_value(const struct warden_moved *moved)
{
	const struct warden_place *place = &moved->place;

	return g_variant_ref_sink(g_variant_new(
		"(@ay@" DELIVERY_TYPE "(@ayuu)(s@ayuus)s)",
		blob(moved->key, moved->key_size),
		delivery_value(moved->delivery),
		guid_value(moved->origin_guid), moved->origin_uid_validity,
		moved->origin_uid, text(place->mailbox),
		guid_value(place->mailbox_guid), place->uid_validity,
		place->uid, text(place->guid), text(moved->comment)));
}

static void checksum(const void *data, gsize size, guint8 *sum_r)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	guint8 digest[WARDEN_SHA256_SIZE];
	gsize length = sizeof(digest);

	g_checksum_update(sum, data, (gssize)size);
	g_checksum_get_digest(sum, digest, &length);
	memcpy(sum_r, digest, CHECKSUM_SIZE);
}

static void put_u32(guint8 *to, guint32 value)
{
	value = GUINT32_TO_LE(value);
	memcpy(to, &value, sizeof(value));
}

static guint32 get_u32(const guint8 *from)
{
	guint32 value;

	memcpy(&value, from, sizeof(value));
	return GUINT32_FROM_LE(value);
}

/* --- the file ---------------------------------------------------------------- */

static bool read_all(int fd, void *data, gsize size, guint64 offset)
{
	gsize done = 0;

	while (done < size) {
		gssize n = pread(fd, (char *)data + done, size - done,
				 (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return FALSE;
		done += (gsize)n;
	}
	return TRUE;
}

static bool write_all(int fd, const void *data, gsize size, guint64 offset)
{
	gsize done = 0;

	while (done < size) {
		gssize n = pwrite(fd, (const char *)data + done, size - done,
				  (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return FALSE;
		done += (gsize)n;
	}
	return TRUE;
}

struct span {
	guint64 start, end;
};

static bool write_span(int fd, const struct span *span)
{
	guint8 header[FILE_HEADER_SIZE] = MAGIC;
	guint64 start = GUINT64_TO_LE(span->start);
	guint64 end = GUINT64_TO_LE(span->end);

	memcpy(header + 8, &start, sizeof(start));
	memcpy(header + 16, &end, sizeof(end));
	return write_all(fd, header, sizeof(header), 0);
}

/* A file that is none of ours, or empty, starts anew. */
static void read_span(int fd, struct span *span_r)
{
	guint8 header[FILE_HEADER_SIZE];

	span_r->start = span_r->end = FILE_HEADER_SIZE;
	if (!read_all(fd, header, sizeof(header), 0) ||
	    memcmp(header, MAGIC, 4) != 0)
		return;
	memcpy(&span_r->start, header + 8, sizeof(span_r->start));
	memcpy(&span_r->end, header + 16, sizeof(span_r->end));
	span_r->start = GUINT64_FROM_LE(span_r->start);
	span_r->end = GUINT64_FROM_LE(span_r->end);
	if (span_r->start < FILE_HEADER_SIZE || span_r->end < span_r->start)
		span_r->start = span_r->end = FILE_HEADER_SIZE;
}

/* What a record holds, aligned for GVariant. */
struct waiting {
	GBytes *data;	/* NULL: damaged */
	guint32 kind;	/* LENGTH_… */
};

/* The record at offset: its end, or 0 if there is no whole, sound one. */
static guint64 read_record(int fd, guint64 offset, struct waiting *waiting_r)
{
	guint8 header[RECORD_HEADER_SIZE], sum[CHECKSUM_SIZE];
	guint8 *data;
	guint32 size;

	if (!read_all(fd, header, sizeof(header), offset))
		return 0;
	size = get_u32(header);
	waiting_r->kind = size & LENGTH_KINDS;
	size &= ~LENGTH_KINDS;
	if (size == 0 || size > RECORD_MAX)
		return 0;
	data = g_malloc(size);
	if (!read_all(fd, data, size, offset + RECORD_HEADER_SIZE)) {
		g_free(data);
		return 0;
	}
	checksum(data, size, sum);
	if (memcmp(sum, header + 4, CHECKSUM_SIZE) != 0) {
		g_free(data);
		return 0;
	}
	waiting_r->data = g_bytes_new_take(data, size);
	return offset + RECORD_HEADER_SIZE + size;
}

static int lock_file(const struct warden_journal *journal, int fd,
		     char **error_r)
{
	int ret = warden_store_lock(fd, BYTE_FILE, LOCK_MSECS);

	if (ret == 0)
		errno = ETIMEDOUT;
	return ret > 0 ? 1 : fail(journal, "lock", error_r);
}

static int append_record(struct warden_journal *journal, int fd,
			 guint32 kind, const void *data, gsize size,
			 char **error_r)
{
	guint8 header[RECORD_HEADER_SIZE];
	struct span span;

	read_span(fd, &span);
	if (span.end + RECORD_HEADER_SIZE + size > journal->size_max) {
		errno = ENOSPC;
		return fail(journal, "the journal is full", error_r);
	}
	put_u32(header, (guint32)size | kind);
	checksum(data, size, header + 4);
	if (!write_all(fd, header, sizeof(header), span.end) ||
	    !write_all(fd, data, size, span.end + RECORD_HEADER_SIZE))
		return fail(journal, "write", error_r);
	span.end += RECORD_HEADER_SIZE + size;
	return write_span(fd, &span) ? 1 : fail(journal, "write", error_r);
}

static int append(struct warden_journal *journal, guint32 kind,
		  GVariant *value, char **error_r)
{
	int fd, ret;

	if (journal->size_max == 0) {
		*error_r = g_strdup("there is no journal");
		return -1;
	}
	fd = open(journal->path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW,
		  0660);
	if (fd < 0)
		return fail(journal, "open", error_r);
	ret = lock_file(journal, fd, error_r);
	if (ret > 0)
		ret = append_record(journal, fd, kind,
				    g_variant_get_data(value),
				    g_variant_get_size(value), error_r);
	/* This lets go of the lock. */
	close(fd);
	return ret;
}

int warden_journal_append(struct warden_journal *journal,
			  const struct warden_scan_result *result,
			  const struct warden_epoch *epoch,
			  const guint8 *key,
			  const struct warden_delivery *delivery,
			  char **error_r)
{
	g_autoptr(GVariant) value = copy_value(result, epoch, key, delivery);

	return append(journal, LENGTH_COPY, value, error_r);
}

int warden_journal_append_moved(struct warden_journal *journal,
				const struct warden_moved *moved,
				char **error_r)
{
	g_autoptr(GVariant) value = moved_value(moved);

	return append(journal, LENGTH_MOVED, value, error_r);
}

guint64 warden_journal_size(const struct warden_journal *journal)
{
	struct stat st;

	if (journal->size_max == 0 || stat(journal->path, &st) < 0 ||
	    st.st_size <= FILE_HEADER_SIZE)
		return 0;
	return (guint64)st.st_size - FILE_HEADER_SIZE;
}

/* --- replay ------------------------------------------------------------------ */

static void finding_free(void *data)
{
	struct warden_finding *finding = data;

	g_free(finding->detail);
	g_free(finding->part);
	g_free(finding);
}

static GPtrArray *read_findings(GVariant *list)
{
	GPtrArray *findings = g_ptr_array_new_with_free_func(finding_free);
	const char *symbol, *family, *technique, *detail, *part;
	GVariantIter iter;
	double score;

	g_variant_iter_init(&iter, list);
	while (g_variant_iter_next(&iter, "(&s&s&sd&s&s)", &symbol, &family,
				   &technique, &score, &detail, &part)) {
		struct warden_finding *finding =
			g_new0(struct warden_finding, 1);

		finding->symbol = g_intern_string(symbol);
		finding->family = g_intern_string(family);
		finding->technique = g_intern_string(technique);
		finding->score = score;
		finding->detail = g_strdup(detail);
		finding->part = g_strdup(part);
		g_ptr_array_add(findings, finding);
	}
	return findings;
}

static void read_delivery(GVariant *value, struct warden_delivery *delivery)
{
	guint32 operation, verdict, action;

	g_variant_get(value, "(x&s&s&s&s&s&s&s&s&suuu)", &delivery->time,
		      &delivery->user, &delivery->recipient,
		      &delivery->sender, &delivery->service,
		      &delivery->session, &delivery->actor,
		      &delivery->mailbox, &delivery->origin,
		      &delivery->keyword, &operation, &verdict, &action);
	delivery->operation = MIN(operation, WARDEN_OPERATION_LAST);
	delivery->verdict = MIN(verdict, WARDEN_VERDICT_LAST);
	delivery->action = MIN(action, WARDEN_ACTION_LAST);
}

static bool same_session(const struct warden_copy *copy, void *context)
{
	const char **session = context;

	if (strcmp(copy->session, *session) != 0)
		return TRUE;
	*session = NULL;
	return FALSE;
}

/* Did a replay end between the database's commit and ours? The time is in
   microseconds and the session's one client does one thing at a time. */
static int is_recorded(struct warden_store *store,
		       const struct warden_delivery *delivery, char **error_r)
{
	const struct warden_query query = {
		.user = delivery->user, .since = delivery->time,
		.until = delivery->time + 1, .limit = 1000,
	};
	const char *session = delivery->session;

	if (delivery->time == 0 || *session == '\0')
		return 0;
	if (warden_store_list(store, &query, same_session, &session,
			      error_r) < 0)
		return -1;
	return session == NULL ? 1 : 0;
}

/* The parts of a record. Its strings live in value. */
struct record {
	GVariant *whole, *value, *facts, *key, *findings, *delivery_value;
	GVariant *own;
	struct warden_scan_result result;	/* without facts, if size 0 */
	/* What its shared points to: read first, moved there. */
	struct warden_scan_shared shared;
	struct warden_epoch epoch;
	struct warden_delivery delivery;
};

static void record_clear(struct record *record)
{
	g_clear_pointer(&record->facts, g_variant_unref);
	g_clear_pointer(&record->key, g_variant_unref);
	g_clear_pointer(&record->findings, g_variant_unref);
	g_clear_pointer(&record->delivery_value, g_variant_unref);
	g_clear_pointer(&record->value, g_variant_unref);
	if (record->result.facts != NULL)
		warden_facts_free(record->result.facts);
	if (record->result.findings != NULL)
		g_ptr_array_unref(record->result.findings);
	if (record->shared.findings != NULL)
		g_ptr_array_unref(record->shared.findings);
	g_clear_pointer(&record->own, g_variant_unref);
	g_clear_pointer(&record->whole, g_variant_unref);
}

static bool parse_facts(struct record *record)
{
	g_autofree char *unsound = NULL;
	g_autoptr(GBytes) bytes = NULL;
	gsize size;
	const void *data = g_variant_get_fixed_array(record->facts, &size, 1);

	if (size == 0)
		return TRUE;
	bytes = g_bytes_new(data, size);
	return warden_facts_deserialise(bytes, &record->result.facts,
					&unsound) > 0;
}

/* What was read until now is everybody's; this is the copy's. */
static void read_copy(GVariant *value, struct record *record)
{
	struct warden_scan_result *result = &record->result;
	gboolean sent;
	const char *reason;

	g_variant_get_child(value, 1, "b", &sent);
	record->delivery.sent = sent;
	record->own = g_variant_get_child_value(value, 2);
	record->shared.findings = result->findings;
	record->shared.judgement = result->judgement;
	record->shared.reason = result->reason;
	result->shared = &record->shared;
	result->findings = read_findings(record->own);
	g_variant_get_child(value, 3, "d", &result->judgement.score);
	g_variant_get_child(value, 4, "&s", &reason);
	result->reason = (char *)reason;
	result->judgement.verdict = record->delivery.verdict;
}

static void read_values(struct record *record)
{
	guint32 verdict, action;
	const char *reason;

	g_variant_get(record->value, "(@ay@ay@a" FINDING_TYPE
		      "(uud&s)&s(uu)@" DELIVERY_TYPE ")", &record->facts,
		      &record->key, &record->findings, &verdict, &action,
		      &record->result.judgement.score,
		      &record->result.judgement.keyword, &reason,
		      &record->epoch.rules, &record->epoch.lists,
		      &record->delivery_value);
	read_delivery(record->delivery_value, &record->delivery);
	record->result.reason = (char *)reason;
	record->result.allowed = WARDEN_ALLOWED_UNKNOWN;
	record->result.judgement.verdict = MIN(verdict, WARDEN_VERDICT_LAST);
	record->result.judgement.action = MIN(action, WARDEN_ACTION_LAST);
	record->result.findings = read_findings(record->findings);
}

static bool parse_record(GBytes *bytes, guint32 kind, struct record *record)
{
	g_autoptr(GVariant) whole = g_variant_ref_sink(
		g_variant_new_from_bytes(kind == LENGTH_COPY ?
					 G_VARIANT_TYPE(COPY_TYPE) :
					 G_VARIANT_TYPE(RECORD_TYPE), bytes,
					 FALSE));

	memset(record, 0, sizeof(*record));
	if (!g_variant_is_normal_form(whole))
		return FALSE;
	record->value = kind == LENGTH_COPY ?
		g_variant_get_child_value(whole, 0) : g_variant_ref(whole);
	read_values(record);
	if (kind == LENGTH_COPY)
		read_copy(whole, record);
	record->whole = g_steal_pointer(&whole);
	return parse_facts(record);
}

/* 1 written (or there already), 0 unsound, -1 the store failed. */
static int store_record(struct warden_store *store, GBytes *bytes,
			guint32 kind, char **error_r)
{
	struct record record;
	guint64 delivery_id;
	const guint8 *key;
	gsize key_size;
	int ret = 0;

	if (parse_record(bytes, kind, &record)) {
		ret = is_recorded(store, &record.delivery, error_r);
		key = g_variant_get_fixed_array(record.key, &key_size, 1);
		if (ret == 0 && record.result.facts != NULL)
			ret = warden_store_record_scan(store, &record.result,
				&record.epoch, &record.delivery, &delivery_id,
				error_r);
		else if (ret == 0)
			ret = warden_store_record_delivery(store,
				key_size == WARDEN_SHA256_SIZE ? key : NULL,
				&record.delivery, &delivery_id, error_r);
	}
	record_clear(&record);
	return ret;
}

/* --- moved mail ------------------------------------------------------------- */

static const guint8 *get_bytes(GVariant *value, gsize size)
{
	gsize found;
	const guint8 *data = g_variant_get_fixed_array(value, &found, 1);

	return found == size ? data : NULL;
}

/* 1 written (or there already), 0 unsound, -1 the store failed. */
static int store_moved(struct warden_store *store, GBytes *bytes,
		       char **error_r)
{
	g_autoptr(GVariant) key = NULL, from = NULL, to = NULL, told = NULL;
	g_autoptr(GVariant) value = g_variant_ref_sink(
		g_variant_new_from_bytes(G_VARIANT_TYPE(MOVED_TYPE), bytes,
					 FALSE));
	struct warden_delivery delivery;
	struct warden_moved moved = { .delivery = &delivery };
	struct warden_place *place = &moved.place;
	guint64 delivery_id;
	int ret;

	if (!g_variant_is_normal_form(value))
		return 0;
	g_variant_get(value, "(@ay@" DELIVERY_TYPE "(@ayuu)(&s@ayuu&s)&s)",
		      &key, &told, &from, &moved.origin_uid_validity,
		      &moved.origin_uid, &place->mailbox, &to,
		      &place->uid_validity, &place->uid, &place->guid,
		      &moved.comment);
	read_delivery(told, &delivery);
	moved.key = g_variant_get_fixed_array(key, &moved.key_size, 1);
	moved.origin_guid = get_bytes(from, WARDEN_GUID_SIZE);
	place->mailbox_guid = get_bytes(to, WARDEN_GUID_SIZE);
	if (moved.key_size > WARDEN_SHA256_SIZE)
		return 0;
	ret = is_recorded(store, &delivery, error_r);
	return ret != 0 ? ret : warden_store_moved(store, &moved,
						   &delivery_id, error_r);
}

/* --- in order ------------------------------------------------------------------ */

/* The first record that waits. 1, 0 when there is none, -1 with *error_r.
   waiting_r's data is NULL if it is damaged: behind it no other can be
   found. */
static int first_record(struct warden_journal *journal, int fd,
			struct waiting *waiting_r, guint64 *next_r,
			char **error_r)
{
	struct span span;

	waiting_r->data = NULL;
	if (lock_file(journal, fd, error_r) < 0)
		return -1;
	read_span(fd, &span);
	if (span.start < span.end) {
		*next_r = read_record(fd, span.start, waiting_r);
		if (*next_r == 0)
			*next_r = span.end;
	} else if (ftruncate(fd, 0) < 0) {
		/* A torn append is all there is; it does no harm. */
		g_debug("%s: %s", journal->path, g_strerror(errno));
	}
	warden_store_unlock(fd, BYTE_FILE);
	return span.start < span.end ? 1 : 0;
}

/* The records before next are done. Others may have appended meanwhile. */
static int done_before(struct warden_journal *journal, int fd, guint64 next,
		       char **error_r)
{
	struct span span;
	int ret = 1;

	if (lock_file(journal, fd, error_r) < 0)
		return -1;
	read_span(fd, &span);
	span.start = MIN(next, span.end);
	if (span.start < span.end ? !write_span(fd, &span) :
	    ftruncate(fd, 0) < 0)
		ret = fail(journal, "write", error_r);
	warden_store_unlock(fd, BYTE_FILE);
	return ret;
}

static int replay_records(struct warden_journal *journal, int fd,
			  struct warden_store *store, guint max,
			  guint *dropped_r, char **error_r)
{
	guint written = 0;
	guint64 next = 0;
	int ret = 1;

	while (written + *dropped_r < max) {
		struct waiting waiting;
		int stored = 0;

		ret = first_record(journal, fd, &waiting, &next, error_r);
		if (ret <= 0)
			break;
		if (waiting.data != NULL && waiting.kind == LENGTH_MOVED)
			stored = store_moved(store, waiting.data, error_r);
		else if (waiting.data != NULL)
			stored = store_record(store, waiting.data,
					      waiting.kind, error_r);
		g_clear_pointer(&waiting.data, g_bytes_unref);
		if (stored < 0 || done_before(journal, fd, next, error_r) < 0)
			return -1;
		if (stored > 0)
			written++;
		else
			(*dropped_r)++;
	}
	return ret < 0 ? -1 : (int)written;
}

int warden_journal_replay(struct warden_journal *journal,
			  struct warden_store *store, guint max,
			  guint *dropped_r, char **error_r)
{
	int fd, ret;

	*dropped_r = 0;
	if (warden_journal_size(journal) == 0)
		return 0;
	fd = open(journal->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT ? 0 : fail(journal, "open", error_r);
	ret = warden_store_lock(fd, BYTE_REPLAY, 0);
	if (ret < 0)
		fail(journal, "lock", error_r);
	/* 0: somebody else is at it, not our business. */
	if (ret > 0)
		ret = replay_records(journal, fd, store, max, dropped_r,
				     error_r);
	close(fd);
	return ret;
}
