#include "warden-config.h"

#include "../document/package.h"
#include "../queue.h"
#include "rar5.h"
#include "zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

/* Members come out in pieces of this size, so that the budget is asked before
   memory is. */
#define PIECE_SIZE (64u * 1024)

/* Formats that libarchive reads in-process. Never ..._all(): that has filters
   which run programs, and formats (mtree) that open files. */
static int (*const formats[])(struct archive *archive) = {
	archive_read_support_format_zip_seekable,
	archive_read_support_format_7zip,
	archive_read_support_format_rar,
	archive_read_support_format_rar5,
	archive_read_support_format_tar,
	archive_read_support_format_iso9660,
	archive_read_support_format_cab,
	archive_read_support_format_lha,
	archive_read_support_format_cpio,
	archive_read_support_format_ar,
	archive_read_support_format_xar,
};

static int (*const filters[])(struct archive *archive) = {
	archive_read_support_filter_gzip,
	archive_read_support_filter_bzip2,
	archive_read_support_filter_xz,
	archive_read_support_filter_lzma,
	archive_read_support_filter_compress,
	archive_read_support_filter_zstd,
	archive_read_support_filter_lz4,
	archive_read_support_filter_lzip,
	archive_read_support_filter_rpm,
};

/* Archives without a member are not longer; tar ends in zeros, and ISO images
   have their own headers. */
#define EMPTY_MAX 64u
/* Of an ISO 9660 image: where the descriptors begin, how many of them are looked
   at, and what libarchive wants to see before it takes one for such. */
#define ISO_SECTOR 2048u
#define ISO_START (16u * ISO_SECTOR)
#define ISO_DESCRIPTORS_MAX 32u
#define ISO_SIZE_MIN (24u * ISO_SECTOR)

struct reader {
	struct warden_queue *queue;
	const struct warden_container *container;
	const guint8 *data;
	gsize size;
	bool streamed;		/* zip by its members' headers */
	gsize start;		/* streamed: from here */
	bool single;		/* only the first member */
	struct warden_zip zip;
	const char *password;	/* NULL: none is known */
	char *opened;		/* the password, once found */
	bool raw;		/* a compressed file, no archive */
	guint members;
	guint64 made;		/* bytes, of all members */
	bool folders;		/* or links: nothing to look at */
	bool stop, encrypted, damaged;
	struct warden_package *package;	/* NULL: no document */
};

/* A document or program that is also a zip file: only what could do harm is
   worth a part of its own. */
static bool is_package(const struct warden_part *part)
{
	return part->kind != WARDEN_KIND_ARCHIVE &&
	       part->kind != WARDEN_KIND_DISK_IMAGE;
}

/* What is no archive by its own type is one by the zip file at its end. */
static bool is_tail_only(const struct reader *reader)
{
	return is_package(reader->container->part) &&
		memcmp(reader->data, "PK", 2) != 0;
}

static struct archive *open_archive(struct reader *reader)
{
	struct archive *archive = archive_read_new();
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(filters); i++) {
		if (!reader->streamed)
			(void)filters[i](archive);
	}
	if (reader->streamed) {
		(void)archive_read_support_format_zip_streamable(archive);
	} else if (is_tail_only(reader)) {
		(void)archive_read_support_format_zip_seekable(archive);
	} else if (reader->raw) {
		(void)archive_read_support_format_raw(archive);
	} else {
		for (i = 0; i < G_N_ELEMENTS(formats); i++)
			(void)formats[i](archive);
	}
	/* what stands behind the end of a tar file is unpacked by some */
	(void)archive_read_set_format_option(archive, "tar",
					     "read_concatenated_archives",
					     "1");
	if (reader->password != NULL)
		(void)archive_read_add_passphrase(archive, reader->password);
	if (archive_read_open_memory(archive, reader->data + reader->start,
				     reader->size - reader->start) !=
	    ARCHIVE_OK) {
		archive_read_free(archive);
		return NULL;
	}
	return archive;
}

/* --- images of discs ------------------------------------------------------------------ */

static bool is_iso(const guint8 *data, gsize size)
{
	return size > ISO_START + 6 &&
	       memcmp(data + ISO_START + 1, "CD001", 5) == 0;
}

/* Windows shows the files of UDF (ECMA-167 3/9.1) if there are any, which need
   not be those of ISO 9660; nothing kept reads them. */
static bool has_udf(const guint8 *data, gsize size)
{
	guint i;

	for (i = 0; i < ISO_DESCRIPTORS_MAX; i++) {
		gsize at = ISO_START + i * ISO_SECTOR;

		if (size < at + 6)
			break;
		if (memcmp(data + at + 1, "NSR0", 4) == 0)
			return TRUE;
	}
	return FALSE;
}

/* An image as large as libarchive wants it: a smaller one is mounted by a double
   click like any other. */
static GBytes *pad_image(GBytes *bytes)
{
	gsize size;
	const guint8 *data = g_bytes_get_data(bytes, &size);
	guint8 *padded;

	if (!is_iso(data, size) || size >= ISO_SIZE_MIN)
		return g_bytes_ref(bytes);
	padded = g_malloc0(ISO_SIZE_MIN);
	memcpy(padded, data, size);
	return g_bytes_new_take(padded, ISO_SIZE_MIN);
}

/* --- names --------------------------------------------------------------------------- */

static char *decode_name(struct reader *reader, const guint8 *name, gsize size)
{
	GString *decoded;

	if (g_utf8_validate((const char *)name, size, NULL))
		return g_strndup((const char *)name, size);
	decoded = warden_charset_decode(
		warden_queue_parser(reader->queue)->charsets, "IBM437", name,
		size, WARDEN_FACT_PATH_MAX, NULL);
	return g_string_free(decoded, FALSE);
}

static char *utf8_name(struct reader *reader, struct archive_entry *entry)
{
	const char *name = archive_entry_pathname_utf8(entry);
	const wchar_t *wide;

	if (name != NULL && g_utf8_validate(name, -1, NULL))
		return g_strdup(name);
	name = archive_entry_pathname(entry);
	/* not UTF-8, then mostly the packer's own code page */
	if (name != NULL)
		return decode_name(reader, (const guint8 *)name,
				   strlen(name));
	wide = archive_entry_pathname_w(entry);
	if (wide != NULL) {
		name = g_ucs4_to_utf8((const gunichar *)wide, -1, NULL, NULL,
				      NULL);
		if (name != NULL)
			return (char *)name;
	}
	return g_strdup("");
}

/* What a zip file's directory calls the member: Windows shows that, others
   the name before the member. */
static void add_listed_names(struct reader *reader,
			     struct archive_entry *entry,
			     struct warden_names *names)
{
	const char *local = archive_entry_pathname(entry);
	guint i;

	if (!reader->zip.names_differ || local == NULL)
		return;
	for (i = 0; i < reader->zip.entries->len; i++) {
		const struct warden_zip_entry *listed = &g_array_index(
			reader->zip.entries, struct warden_zip_entry, i);
		g_autofree char *name = NULL;

		if (listed->local_name_size != strlen(local) ||
		    memcmp(listed->local_name, local, strlen(local)) != 0)
			continue;
		name = decode_name(reader, listed->name, listed->name_size);
		warden_names_add(names, name);
	}
}

/* "invoice.pdf.gz" holds "invoice.pdf". */
static char *raw_name(const struct reader *reader)
{
	const char *name = reader->container->part->name;
	const char *dot = strrchr(name, '.');

	if (*name == '\0')
		return g_strdup("data");
	return dot == NULL || dot == name ? g_strdup(name) :
		g_strndup(name, dot - name);
}

/* --- members ------------------------------------------------------------------------- */

static void note_damage(struct reader *reader, struct archive *archive)
{
	const char *error = archive_error_string(archive);
	const char *path = reader->container->part->path;

	reader->damaged = TRUE;
	if (error != NULL && (strstr(error, "ncrypt") != NULL ||
			      strstr(error, "assphrase") != NULL)) {
		reader->encrypted = TRUE;
		return;
	}
	warden_queue_trait(reader->queue, WARDEN_TRAIT_ARCHIVE_DAMAGED, path,
			   error == NULL ? "" : error);
}

enum outcome {
	OUTCOME_WHOLE,
	OUTCOME_CUT,		/* a limit */
	OUTCOME_DAMAGED,
	OUTCOME_ENCRYPTED,
};

/* bzip2 and PPMd take several times longer than the others for a byte. */
static guint cost_of(struct archive *archive)
{
	const char *format = archive_format_name(archive);

	if (archive_filter_code(archive, 0) == ARCHIVE_FILTER_BZIP2 ||
	    (format != NULL && (strstr(format, "bzip") != NULL ||
				strstr(format, "ppmd") != NULL)))
		return 2;
	return 1;
}

static bool is_bomb(const struct reader *reader)
{
	return reader->made > WARDEN_ARCHIVE_RATIO_FROM &&
	       reader->made / WARDEN_ARCHIVE_RATIO_MAX > reader->size;
}

/* Returns why it ended. */
static enum outcome
read_member(struct reader *reader, struct archive *archive,
	    const char *path, GByteArray *bytes)
{
	guint8 piece[PIECE_SIZE];

	for (;;) {
		la_ssize_t got = archive_read_data(archive, piece,
						   sizeof(piece));

		if (got == 0)
			return OUTCOME_WHOLE;
		if (got < 0) {
			bool had = reader->encrypted;

			reader->encrypted = FALSE;
			note_damage(reader, archive);
			if (reader->encrypted)
				return OUTCOME_ENCRYPTED;
			reader->encrypted = had;
			return OUTCOME_DAMAGED;
		}
		if (bytes->len + got > WARDEN_ARCHIVE_MEMBER_MAX) {
			warden_queue_limit(reader->queue,
					   WARDEN_TRAIT_LIMIT_MEMBER, path,
					   "size");
			return OUTCOME_CUT;
		}
		if (!warden_queue_spend(reader->queue, path,
					got * cost_of(archive))) {
			reader->stop = TRUE;
			return OUTCOME_CUT;
		}
		g_byte_array_append(bytes, piece, got);
		reader->made += got;
		if (is_bomb(reader)) {
			warden_queue_limit(reader->queue,
					   WARDEN_TRAIT_LIMIT_RATIO, path,
					   "expansion");
			/* what else is in it is looked at all the same */
			reader->made = 0;
			return OUTCOME_CUT;
		}
	}
}

/* What is encrypted has no bytes to hash; its name and size are known. */
static void add_encrypted(struct reader *reader, struct warden_item *item,
			  guint64 size)
{
	GBytes *none = g_bytes_new_static("", 0);
	struct warden_part *part;

	item->flags |= WARDEN_PART_ENCRYPTED | WARDEN_PART_TRUNCATED;
	item->full_size = size;
	item->only_active = FALSE;
	part = warden_queue_add(reader->queue, item, none);
	g_bytes_unref(none);
	warden_queue_unscanned(reader->queue,
			       part == NULL ? item->path : part->path,
			       "encrypted");
	reader->encrypted = TRUE;
	if (part != NULL) {
		g_free(part->detected_type);
		part->detected_type = g_strdup("application/octet-stream");
		part->kind = WARDEN_KIND_UNKNOWN;
	}
}

static void add_member(struct reader *reader, struct warden_item *item,
		       GByteArray *read, enum outcome outcome, guint64 size)
{
	GBytes *bytes = g_byte_array_free_to_bytes(read);
	struct warden_part *part;

	if (outcome != OUTCOME_WHOLE) {
		item->flags |= WARDEN_PART_TRUNCATED;
		item->full_size = size;
	}
	/* the second look at a damaged zip finds most members again */
	if (reader->streamed && warden_queue_has(reader->queue, bytes)) {
		g_bytes_unref(bytes);
		return;
	}
	if (reader->package != NULL &&
	    warden_package_take(reader->package, item->names->name, bytes))
		item->only_active = FALSE;
	part = warden_queue_add(reader->queue, item, bytes);
	if (part != NULL && outcome == OUTCOME_DAMAGED)
		warden_queue_unscanned(reader->queue, part->path, "damaged");
	g_bytes_unref(bytes);
}

static guint64 entry_size(struct archive_entry *entry)
{
	gint64 size = archive_entry_size_is_set(entry) ?
		archive_entry_size(entry) : 0;

	return MAX(size, 0);
}

static void take_entry(struct reader *reader, struct archive *archive,
		       struct archive_entry *entry)
{
	const struct warden_part *parent = reader->container->part;
	g_autofree char *name = reader->raw ? raw_name(reader) :
		utf8_name(reader, entry);
	g_autofree char *path = g_strconcat(parent->path, "/", name, NULL);
	struct warden_names names;
	struct warden_item item = {
		.path = path, .names = &names, .declared_type = "",
		.encoding = "", .charset = "",
		.flags = WARDEN_PART_MEMBER, .parent = parent,
		.depth = reader->container->depth,
		.only_active = is_package(parent),
	};
	GByteArray *bytes;
	enum outcome outcome;

	if (!warden_queue_spend_member(reader->queue, parent->path)) {
		reader->stop = TRUE;
		return;
	}
	reader->members++;
	warden_names_init(&names);
	warden_names_add(&names, name);
	add_listed_names(reader, entry, &names);
	bytes = g_byte_array_new();
	outcome = archive_entry_is_encrypted(entry) &&
		reader->password == NULL ? OUTCOME_ENCRYPTED :
		read_member(reader, archive, path, bytes);
	/* a hole to the end of a sparse file is not given as zeros */
	if (outcome == OUTCOME_WHOLE &&
	    entry_size(entry) > MAX(bytes->len, WARDEN_ARCHIVE_MEMBER_MAX)) {
		warden_queue_limit(reader->queue, WARDEN_TRAIT_LIMIT_MEMBER,
				   path, "size");
		outcome = OUTCOME_CUT;
	}
	if (archive_entry_is_encrypted(entry))
		item.flags |= WARDEN_PART_ENCRYPTED;
	/* Members of a zip file stand for themselves. Elsewhere libarchive is
	   not to be trusted after an error: its rar reader then hands out
	   memory that it has freed (seen with 3.6 and 3.7). */
	if (outcome == OUTCOME_DAMAGED &&
	    archive_format(archive) != ARCHIVE_FORMAT_ZIP)
		reader->stop = TRUE;
	if (outcome == OUTCOME_DAMAGED && bytes->len == 0 &&
	    reader->encrypted) {
		/* named already, see below */
		g_byte_array_unref(bytes);
	} else if (outcome == OUTCOME_ENCRYPTED) {
		add_encrypted(reader, &item, entry_size(entry));
		g_byte_array_unref(bytes);
	} else {
		add_member(reader, &item, bytes, outcome, entry_size(entry));
	}
	warden_names_clear(&names);
}

/* --- encrypted RAR 5, which libarchive takes for damaged ------------------- */

static void add_rar5_member(struct reader *reader,
			    const struct warden_rar5_member *member)
{
	const struct warden_part *parent = reader->container->part;
	g_autofree char *path = NULL;
	struct warden_names names;
	struct warden_item item = {
		.names = &names, .declared_type = "", .encoding = "",
		.charset = "", .flags = WARDEN_PART_MEMBER, .parent = parent,
		.depth = reader->container->depth,
	};

	warden_names_init(&names);
	warden_names_add(&names, member->name);
	path = g_strconcat(parent->path, "/", names.name, NULL);
	item.path = path;
	reader->members++;
	add_encrypted(reader, &item, member->size);
	warden_names_clear(&names);
}

/* Returns TRUE if there is nothing left for libarchive. */
static bool read_rar5(struct reader *reader)
{
	struct warden_rar5_iter iter;
	struct warden_rar5_member member;
	bool others = FALSE;

	if (!warden_rar5_iter_init(&iter, reader->data, reader->size))
		return FALSE;
	while (!reader->stop && warden_rar5_iter_next(&iter, &member)) {
		others |= !member.encrypted && !member.folder;
		if (member.encrypted && !member.folder) {
			reader->stop = !warden_queue_spend_member(
				reader->queue, reader->container->part->path);
			if (!reader->stop)
				add_rar5_member(reader, &member);
		}
		g_free(member.name);
	}
	reader->encrypted |= iter.names_encrypted;
	return reader->encrypted && !others;
}

/* --- passwords ------------------------------------------------------------- */

/* Does the password open the first encrypted member that has any bytes? The
   check sum decides, behind the whole member. */
static bool opens(struct reader *reader, gsize *left)
{
	struct archive *archive = open_archive(reader);
	struct archive_entry *entry;
	guint8 piece[4096];
	bool opened = FALSE;
	la_ssize_t got = 0;

	while (archive != NULL &&
	       archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
		gsize read = 0;

		if (!archive_entry_is_encrypted(entry) ||
		    archive_entry_filetype(entry) == AE_IFDIR)
			continue;
		while (*left > 0 && (got = archive_read_data(
				archive, piece, sizeof(piece))) > 0) {
			read += got;
			*left -= MIN(*left, (gsize)got);
		}
		opened = got == 0 && *left > 0;
		if (got < 0 || read > 0 || *left == 0)
			break;
	}
	if (archive != NULL)
		archive_read_free(archive);
	return opened;
}

static void find_password(struct reader *reader)
{
	const GPtrArray *passwords = warden_queue_passwords(reader->queue);
	gsize left = WARDEN_PASSWORD_TRIAL_BYTES;
	guint i;

	for (i = 0; i < passwords->len && left > 0; i++) {
		reader->password = g_ptr_array_index(passwords, i);
		if (opens(reader, &left)) {
			reader->opened = g_strdup(reader->password);
			reader->password = reader->opened;
			warden_queue_trait(reader->queue,
					   WARDEN_TRAIT_ARCHIVE_OPENED,
					   reader->container->part->path, "");
			return;
		}
	}
	reader->password = NULL;
}

/* --- the whole ------------------------------------------------------------------------- */

static void read_archive(struct reader *reader)
{
	struct archive *archive = open_archive(reader);
	struct archive_entry *entry;
	int ret;

	if (archive == NULL) {
		reader->damaged = TRUE;
		return;
	}
	while (!reader->stop) {
		ret = archive_read_next_header(archive, &entry);
		if (ret == ARCHIVE_EOF)
			break;
		if (ret == ARCHIVE_RETRY)
			continue;
		if (ret == ARCHIVE_FATAL || ret == ARCHIVE_FAILED) {
			note_damage(reader, archive);
			break;
		}
		if (archive_entry_filetype(entry) == AE_IFDIR ||
		    archive_entry_filetype(entry) == AE_IFLNK) {
			reader->folders = TRUE;
			continue;
		}
		take_entry(reader, archive, entry);
		if (reader->single)
			break;
	}
	if (archive_read_has_encrypted_entries(archive) > 0 &&
	    reader->password == NULL)
		reader->encrypted = TRUE;
	archive_read_free(archive);
}

/* A zip file that can be read from its front. */
static bool has_local_header(const struct reader *reader)
{
	return reader->size > 4 && memcmp(reader->data, "PK\3\4", 4) == 0;
}

/* Filters without an archive inside: gz, bz2, xz, lzma, zst … */
static bool is_compressed(const struct warden_part *part)
{
	static const char *const types[] = {
		"application/gzip", "application/x-bzip2", "application/x-xz",
		"application/x-lzma", "application/zstd", "application/x-lz4",
		"application/x-lzip", "application/x-compress",
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(types); i++) {
		if (strcmp(part->detected_type, types[i]) == 0)
			return TRUE;
	}
	return FALSE;
}

/* Nothing came out, no error was seen, and yet there are bytes: the second
   volume of several, or a variety that libarchive skips over. But an empty
   zip file is its end record alone, and folders are something, except on a
   disc, where the first one is always there. */
static bool lacks_members(const struct reader *reader)
{
	if (reader->folders &&
	    reader->container->part->kind != WARDEN_KIND_DISK_IMAGE)
		return reader->damaged;
	if (reader->size >= 4 && memcmp(reader->data, "PK\5\6", 4) == 0)
		return FALSE;
	return reader->damaged || reader->size > EMPTY_MAX;
}

static void finish(struct reader *reader)
{
	struct warden_part *part = reader->container->part;

	if (reader->members == 0 && !reader->encrypted)
		reader->damaged = lacks_members(reader);
	if (has_udf(reader->data, reader->size))
		warden_queue_unscanned(reader->queue, part->path,
				       "unsupported");
	if (reader->members > 0)
		part->flags |= WARDEN_PART_CONTAINER;
	if (reader->encrypted) {
		part->flags |= WARDEN_PART_ENCRYPTED;
		warden_queue_trait(reader->queue,
				   WARDEN_TRAIT_ARCHIVE_ENCRYPTED, part->path,
				   "");
		/* names hidden as well: nothing else says it */
		if (reader->members == 0)
			warden_queue_unscanned(reader->queue, part->path,
					       "encrypted");
	}
	/* At the end of something else it need not be an archive; documents
	   hold archives in pieces, and their own readers put them together. */
	if (!reader->damaged ||
	    (reader->members == 0 &&
	     (reader->encrypted || is_tail_only(reader))) ||
	    (part->kind == WARDEN_KIND_OFFICE && is_tail_only(reader)))
		return;
	warden_queue_unscanned(reader->queue, part->path,
			       reader->members == 0 ? "unsupported" :
			       "damaged");
}

static void read_at(struct reader *reader, gsize start)
{
	reader->streamed = TRUE;
	reader->single = TRUE;
	reader->start = start;
	read_archive(reader);
}

/* What libarchive does not see, because it goes by one directory. */
static void read_unlisted(struct reader *reader)
{
	const struct warden_zip *zip = &reader->zip;
	guint i, members = reader->members;
	bool damaged = reader->damaged;

	for (i = 0; i < zip->unlisted->len && !reader->stop; i++)
		read_at(reader, g_array_index(zip->unlisted, gsize, i));
	if (reader->members > members)
		warden_queue_trait(reader->queue,
				   WARDEN_TRAIT_ARCHIVE_UNLISTED,
				   reader->container->part->path, "");
	for (i = 0; members < zip->files && i < zip->entries->len &&
	     !reader->stop; i++)
		read_at(reader, g_array_index(zip->entries,
					      struct warden_zip_entry,
					      i).local);
	reader->damaged = damaged;
}

/* By the members' own headers, from the front. */
static void read_zip_again(struct reader *reader)
{
	const char *path = reader->container->part->path;
	bool ambiguous = warden_filetype_zip_is_ambiguous(reader->data,
							  reader->size);

	if (ambiguous)
		warden_queue_trait(reader->queue,
				   WARDEN_TRAIT_ARCHIVE_PREFIX, path, "");
	if (reader->zip.names_differ)
		warden_queue_trait(reader->queue,
				   WARDEN_TRAIT_ARCHIVE_NAMES_DIFFER, path,
				   "");
	if (has_local_header(reader) && !reader->stop && !reader->encrypted &&
	    (ambiguous || reader->damaged || reader->members == 0)) {
		reader->streamed = TRUE;
		read_archive(reader);
	}
	read_unlisted(reader);
}

void warden_archive_expand(struct warden_queue *queue,
			   const struct warden_container *container)
{
	struct reader reader = { .queue = queue, .container = container };
	g_autoptr(GBytes) bytes = pad_image(container->bytes);

	reader.data = g_bytes_get_data(bytes, &reader.size);
	/* a tar file inside is opened as one; anything else is one file */
	reader.raw = is_compressed(container->part);
	warden_zip_read(reader.data, reader.size, &reader.zip);
	if (warden_filetype_zip_is_document(reader.data, reader.size))
		reader.package = warden_package_new(queue, container->part);
	if (reader.zip.encrypted)
		find_password(&reader);
	if (!read_rar5(&reader))
		read_archive(&reader);
	read_zip_again(&reader);
	finish(&reader);
	if (reader.package != NULL)
		warden_package_finish(reader.package);
	warden_package_free(reader.package);
	warden_zip_clear(&reader.zip);
	g_free(reader.opened);
}
