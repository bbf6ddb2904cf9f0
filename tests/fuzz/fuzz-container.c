/* Readers of containers without the openers around them; the first byte of the
   input says which. Those that only an opener calls stand here by the names
   and types under which it does. */

#include "warden-config.h"

#include "fuzz-queue.h"

#include "scanner/parse/archive/apple.h"
#include "scanner/parse/program/chm.h"
#include "scanner/parse/archive/disk.h"
#include "scanner/parse/mail/mbox.h"
#include "scanner/parse/wrapped/pgp.h"
#include "scanner/parse/type/polyglot.h"
#include "scanner/parse/archive/rar5.h"
#include "scanner/parse/wrapped/tnef.h"
#include "scanner/parse/archive/zip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void require_range(gsize start, gsize end, gsize size)
{
	require(start <= end && end <= size);
}

/* --- disks -------------------------------------------------------------------- */

#define DISK_FILES_MAX 200u
#define DISK_FILE_SIZE_MAX (64 * 1024)

struct taken {
	guint files;
};

static gint64 room(void *context, const char *path, guint64 size)
{
	struct taken *taken = context;

	require(path != NULL);
	if (++taken->files > DISK_FILES_MAX)
		return -1;
	return MIN(size, DISK_FILE_SIZE_MAX);
}

static void take(void *context G_GNUC_UNUSED, const char *path,
		 GByteArray *bytes, guint64 size)
{
	require(path != NULL);
	require(bytes->len <= DISK_FILE_SIZE_MAX && bytes->len <= size);
	g_byte_array_unref(bytes);
}

static void miss(void *context G_GNUC_UNUSED, const char *path,
		 const char *reason)
{
	require(path != NULL && reason != NULL);
}

static void read_disk(const uint8_t *data, size_t size)
{
	struct taken taken = { 0 };
	const struct warden_disk_sink sink = { &taken, room, take, miss };
	struct warden_volume volumes[WARDEN_VOLUMES_MAX];
	struct warden_disk disk;

	(void)warden_disk_is_raw(data, size);
	if (warden_disk_open(data, size, &disk)) {
		guint count = warden_disk_volumes(&disk, volumes);

		require(count <= WARDEN_VOLUMES_MAX);
		for (guint i = 0; i < count; i++) {
			if (!warden_fat_read(&volumes[i], &sink))
				(void)warden_ntfs_read(&volumes[i], &sink);
		}
	}
	warden_disk_clear(&disk);
}

/* --- archives ----------------------------------------------------------------- */

static void read_zip(const uint8_t *data, size_t size)
{
	struct warden_zip zip;

	warden_zip_read(data, size, &zip);
	for (guint i = 0; i < zip.entries->len; i++) {
		const struct warden_zip_entry *entry = &g_array_index(
			zip.entries, struct warden_zip_entry, i);

		require(entry->local <= size);
		/* every byte of the names is there */
		g_free(g_memdup2(entry->name, entry->name_size));
		g_free(g_memdup2(entry->local_name, entry->local_name_size));
	}
	for (guint i = 0; i < zip.unlisted->len; i++)
		require(g_array_index(zip.unlisted, gsize, i) < size);
	warden_zip_clear(&zip);
}

static void read_rar5(const uint8_t *data, size_t size)
{
	struct warden_rar5_iter iter;
	struct warden_rar5_member member;
	gsize before = 0;

	if (!warden_rar5_iter_init(&iter, data, size))
		return;
	while (warden_rar5_iter_next(&iter, &member)) {
		require(iter.at > before && iter.at <= size);
		before = iter.at;
		g_free(member.name);
	}
}

static void read_help(const uint8_t *data, size_t size)
{
	struct warden_chm chm;

	if (!warden_chm_parse(data, size, &chm))
		return;
	require(chm.files->len <= WARDEN_CHM_FILES_MAX);
	for (guint i = 0; i < chm.files->len; i++) {
		const struct warden_chm_file *file = &g_array_index(
			chm.files, struct warden_chm_file, i);

		require(g_utf8_validate(file->name, -1, NULL));
		if (!file->compressed)
			require(file->start <= size &&
				file->size <= size - file->start);
	}
	for (guint i = 0; i + 1 < chm.frames->len; i++)
		require_range(g_array_index(chm.frames, gsize, i),
			      g_array_index(chm.frames, gsize, i + 1), size);
	warden_chm_clear(&chm);
}

static void read_tnef(const uint8_t *data, size_t size)
{
	GArray *files = warden_tnef_files_new();

	(void)warden_tnef_read(data, size, files);
	require(files->len <= WARDEN_TNEF_FILES_MAX);
	for (guint i = 0; i < files->len; i++) {
		const struct warden_tnef_file *file = &g_array_index(
			files, struct warden_tnef_file, i);

		require_range(file->start, file->end, size);
	}
	g_array_unref(files);
}

static void read_apple(const uint8_t *data, size_t size)
{
	struct warden_apple apple;

	if (!warden_apple_read(data, size, &apple))
		return;
	require_range(apple.data, apple.data_end, size);
	require_range(apple.resource, apple.resource_end, size);
	warden_apple_clear(&apple);
}

/* --- what is encrypted or signed ------------------------------------------------ */

static void read_packets(const uint8_t *data, size_t size)
{
	GBytes *bytes = g_bytes_new(data, size);
	struct warden_pgp_packet packet;
	gsize at = 0, before = 0;

	(void)warden_pgp_is_armored(data, size);
	(void)warden_pgp_is_message(data, size);
	while (warden_pgp_next(bytes, &at, &packet)) {
		gsize start, length = g_bytes_get_size(packet.body);
		char *name;

		require(at > before && at <= size && length <= size);
		before = at;
		if (warden_pgp_literal(packet.body, &start, &name)) {
			require(start <= length);
			g_free(name);
		}
		g_bytes_unref(packet.body);
	}
	g_bytes_unref(bytes);
}

/* --- two types at once ------------------------------------------------------------ */

static void find_second(const uint8_t *data, size_t size)
{
	struct warden_filetype type;
	struct warden_polyglot polyglot;

	warden_filetype_detect(NULL, data, size, "", &type);
	require(warden_polyglot_end(data, size, type.type) <= size);
	(void)warden_polyglot_has_archive(data, size);
	if (!warden_polyglot_find(data, size, &type, &polyglot))
		return;
	require_range(polyglot.start, polyglot.end, size);
	require(warden_polyglot_word(polyglot.second) != NULL);
}

/* --- by their openers --------------------------------------------------------------- */

static void open_signed(const uint8_t *data, size_t size)
{
	fuzz_open_file(data, size, "application/pkcs7-mime", "smime.p7m");
}

static void open_pgp(const uint8_t *data, size_t size)
{
	fuzz_open_file(data, size, "application/pgp-encrypted", "a.pgp");
}

static void open_mailbox(const uint8_t *data, size_t size)
{
	(void)warden_mbox_is(data, size);
	fuzz_open_file(data, size, "application/mbox", "a.mbox");
}

static void open_tnef(const uint8_t *data, size_t size)
{
	fuzz_open_file(data, size, "application/ms-tnef", "winmail.dat");
}

static void open_arj(const uint8_t *data, size_t size)
{
	fuzz_open_file(data, size, "application/x-arj", "a.arj");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* make-seeds-containers.py has the same list */
	static void (*const readers[])(const uint8_t *data, size_t size) = {
		read_disk, read_zip, read_rar5, read_help, read_tnef,
		read_apple, read_packets, find_second, open_signed, open_pgp,
		open_mailbox, open_tnef, open_arj,
	};
	uint8_t *copy;

	if (size < 2)
		return 0;
	/* of its exact size, so that what is read behind it is seen */
	copy = g_memdup2(data + 1, size - 1);
	readers[data[0] % G_N_ELEMENTS(readers)](copy, size - 1);
	g_free(copy);
	return 0;
}
