#ifndef WARDEN_PARSE_DISK_H
#define WARDEN_PARSE_DISK_H

/* Disk images: where in the file the disk's bytes stand (raw, VHD: MS-VHD;
   VHDX: MS-VHDX 3), what parts it has (MBR, GPT: UEFI 5), and the files of the
   file systems in them that Windows mounts with a double click (FAT, NTFS).
   Pure and bounded; damage gives less, never an error. */

#include "../bytes.h"

#include <glib.h>
#include <stdbool.h>

struct warden_disk {
	const guint8 *data;
	gsize size;		/* of the image */
	guint64 length;		/* of the disk in it */
	guint64 block_size;	/* of a sparse image; 0: as it stands */
	GArray *blocks;		/* guint64: offset in data + 1, 0 = a hole */
};

struct warden_volume {
	const struct warden_disk *disk;
	guint64 start, length;
};

/* Who takes the files. */
struct warden_disk_sink {
	void *context;
	/* Asked before a file is read. Returns how many of its bytes may be
	   read; negative ends the whole. */
	gint64 (*room)(void *context, const char *path, guint64 size);
	/* bytes are handed over; size: of the file, that may be more. */
	void (*take)(void *context, const char *path, GByteArray *bytes,
		     guint64 size);
	/* Something there cannot be read: a word of struct warden_unscanned. */
	void (*miss)(void *context, const char *path, const char *reason);
};

#define WARDEN_VOLUMES_MAX 16u

/* FALSE if it is a sparse image without a usable map. Free with _clear(). */
bool warden_disk_open(const guint8 *data, gsize size,
		      struct warden_disk *disk_r);
void warden_disk_clear(struct warden_disk *disk);
/* Holes, and what is beyond the end, are zeros. */
void warden_disk_read(const struct warden_disk *disk, guint64 at,
		      guint8 *buffer, gsize size);
/* Within the volume; zeros beyond. */
void warden_volume_read(const struct warden_volume *volume, guint64 at,
			guint8 *buffer, gsize size);
/* Returns how many; without a table the whole disk is one. */
guint warden_disk_volumes(const struct warden_disk *disk,
			  struct warden_volume *volumes_r);
/* Looks like a disk with a table or file system that is read here? Cheap. */
bool warden_disk_is_raw(const guint8 *data, gsize size);

/* FALSE if it is no such file system. */
bool warden_fat_read(const struct warden_volume *volume,
		     const struct warden_disk_sink *sink);
bool warden_ntfs_read(const struct warden_volume *volume,
		      const struct warden_disk_sink *sink);

/* --- for those modules ------------------------------------------------------- */

/* UTF-16LE to UTF-8, ended by NUL or count units; never NULL. */
char *warden_disk_name(const guint8 *units, gsize count);

#endif
