#include "warden-config.h"

#include "../text/charset.h"
#include "../bytes.h"
#include "../archive/disk.h"
#include "filetype.h"

#include <string.h>

/* libmagic looks no further into a file: its patterns for text are slow. */
#define MAGIC_BYTES_MAX (64u * 1024)
/* Our own look at text. */
#define TEXT_BYTES_MAX (16u * 1024)

#define EICAR_SIZE 68

bool warden_kind_is_active(enum warden_content_kind kind)
{
	switch (kind) {
	case WARDEN_KIND_HTML:
	case WARDEN_KIND_SVG:
	case WARDEN_KIND_PDF:
	case WARDEN_KIND_OFFICE:
	case WARDEN_KIND_ARCHIVE:
	case WARDEN_KIND_DISK_IMAGE:
	case WARDEN_KIND_EXECUTABLE:
	case WARDEN_KIND_SCRIPT:
	case WARDEN_KIND_SHORTCUT:
		return TRUE;
	default:
		return FALSE;
	}
}

bool warden_filetype_is_eicar(const guint8 *data, gsize size)
{
	/* Split, so that no scanner takes this program for it. */
	static const char first[] = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$";
	static const char second[] = "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";
	const gsize split = sizeof(first) - 1;

	if (size < EICAR_SIZE || memcmp(data, first, split) != 0 ||
	    memcmp(data + split, second, EICAR_SIZE - split) != 0)
		return FALSE;
	/* White space may follow; it says up to 128 bytes, which editors do
	   not count. */
	for (gsize i = EICAR_SIZE; i < size; i++) {
		if (data[i] == '\0' ||
		    strchr(" \t\r\n\032", data[i]) == NULL)
			return FALSE;
	}
	return TRUE;
}

/* --- signatures ---------------------------------------------------------------- */

struct signature {
	guint16 offset;
	guint8 size;
	const char *bytes;
	const char *type;
	enum warden_content_kind kind;
};
#define SIGNATURE(offset, bytes, type, kind) \
	{ offset, sizeof(bytes) - 1, bytes, type, WARDEN_KIND_##kind }

static const struct signature signatures[] = {
	SIGNATURE(0, "\x89PNG\r\n\x1a\n", "image/png", IMAGE),
	SIGNATURE(0, "\xff\xd8\xff", "image/jpeg", IMAGE),
	SIGNATURE(0, "GIF87a", "image/gif", IMAGE),
	SIGNATURE(0, "GIF89a", "image/gif", IMAGE),
	SIGNATURE(0, "II*\0", "image/tiff", IMAGE),
	SIGNATURE(0, "MM\0*", "image/tiff", IMAGE),
	SIGNATURE(0, "8BPS", "image/vnd.adobe.photoshop", IMAGE),
	SIGNATURE(8, "WEBP", "image/webp", IMAGE),
	SIGNATURE(4, "ftypheic", "image/heic", IMAGE),
	SIGNATURE(4, "ftypmif1", "image/heif", IMAGE),
	SIGNATURE(4, "ftypavif", "image/avif", IMAGE),
	SIGNATURE(8, "ACON", "image/x-ani", IMAGE),
	SIGNATURE(0, "\xd7\xcd\xc6\x9a", "image/wmf", IMAGE),
	SIGNATURE(40, " EMF", "image/emf", IMAGE),
	SIGNATURE(4, "ftyp", "video/mp4", AUDIO_VIDEO),
	SIGNATURE(0, "ID3", "audio/mpeg", AUDIO_VIDEO),
	SIGNATURE(0, "\xff\xfb", "audio/mpeg", AUDIO_VIDEO),
	SIGNATURE(0, "OggS", "audio/ogg", AUDIO_VIDEO),
	SIGNATURE(0, "fLaC", "audio/flac", AUDIO_VIDEO),
	SIGNATURE(8, "WAVE", "audio/x-wav", AUDIO_VIDEO),
	SIGNATURE(8, "AVI ", "video/x-msvideo", AUDIO_VIDEO),
	SIGNATURE(0, "\x1a\x45\xdf\xa3", "video/x-matroska", AUDIO_VIDEO),
	SIGNATURE(0, "MThd", "audio/midi", AUDIO_VIDEO),
	SIGNATURE(0, "#!AMR", "audio/amr", AUDIO_VIDEO),
	SIGNATURE(0, "{\\rt", "text/rtf", OFFICE),
	SIGNATURE(0, "\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78",
		  "application/onenote", OFFICE),
	SIGNATURE(0, "Rar!\x1a\x07", "application/x-rar", ARCHIVE),
	SIGNATURE(0, "7z\xbc\xaf\x27\x1c", "application/x-7z-compressed",
		  ARCHIVE),
	SIGNATURE(0, "\x1f\x8b\x08", "application/gzip", ARCHIVE),
	SIGNATURE(0, "\x1f\x9d", "application/x-compress", ARCHIVE),
	SIGNATURE(0, "BZh", "application/x-bzip2", ARCHIVE),
	SIGNATURE(0, "\xfd" "7zXZ\0", "application/x-xz", ARCHIVE),
	SIGNATURE(0, "\x28\xb5\x2f\xfd", "application/zstd", ARCHIVE),
	SIGNATURE(0, "\x04\x22\x4d\x18", "application/x-lz4", ARCHIVE),
	SIGNATURE(0, "LZIP\x01", "application/x-lzip", ARCHIVE),
	SIGNATURE(0, "MSCF\0\0\0\0", "application/vnd.ms-cab-compressed",
		  ARCHIVE),
	SIGNATURE(0, "\x60\xea", "application/x-arj", ARCHIVE),
	SIGNATURE(7, "**ACE**", "application/x-ace-compressed", ARCHIVE),
	SIGNATURE(2, "-lh", "application/x-lzh-compressed", ARCHIVE),
	SIGNATURE(2, "-lz", "application/x-lzh-compressed", ARCHIVE),
	SIGNATURE(0, "!<arch>\ndebian-binary",
		  "application/vnd.debian.binary-package", ARCHIVE),
	SIGNATURE(0, "!<arch>\n", "application/x-archive", ARCHIVE),
	SIGNATURE(0, "\xed\xab\xee\xdb", "application/x-rpm", ARCHIVE),
	SIGNATURE(0, "ALZ\1", "application/x-alz-compressed", ARCHIVE),
	SIGNATURE(0, "EGGA", "application/x-egg-compressed", ARCHIVE),
	SIGNATURE(20, "\xdc\xa7\xc4\xfd", "application/x-zoo", ARCHIVE),
	SIGNATURE(0, "SIT!", "application/x-stuffit", ARCHIVE),
	SIGNATURE(8, "\x19\x04\0\x10", "application/vnd.symbian.install",
		  ARCHIVE),
	SIGNATURE(0, "\x7a\x1a\x20\x10", "application/vnd.symbian.install",
		  ARCHIVE),
	SIGNATURE(0, "StuffIt (c)", "application/x-stuffit", ARCHIVE),
	SIGNATURE(0, "070701", "application/x-cpio", ARCHIVE),
	SIGNATURE(0, "070702", "application/x-cpio", ARCHIVE),
	SIGNATURE(0, "070707", "application/x-cpio", ARCHIVE),
	SIGNATURE(0, "\xc7\x71", "application/x-cpio", ARCHIVE),
	SIGNATURE(0, "xar!", "application/x-xar", ARCHIVE),
	SIGNATURE(257, "ustar", "application/x-tar", ARCHIVE),
	SIGNATURE(0, "\x78\x9f\x3e\x22", "application/vnd.ms-tnef", ARCHIVE),
	SIGNATURE(0x8001, "CD001", "application/x-iso9660-image", DISK_IMAGE),
	SIGNATURE(0x8001, "BEA01", "application/x-udf-image", DISK_IMAGE),
	SIGNATURE(0, "conectix", "application/x-vhd", DISK_IMAGE),
	SIGNATURE(0, "vhdxfile", "application/x-vhdx", DISK_IMAGE),
	SIGNATURE(0, "KDMV", "application/x-vmdk", DISK_IMAGE),
	SIGNATURE(0, "MSWIM\0\0\0", "application/x-ms-wim", DISK_IMAGE),
	SIGNATURE(0x40, "\x7f\x10\xda\xbe", "application/x-vdi", DISK_IMAGE),
	SIGNATURE(0, "QFI\xfb", "application/x-qemu-disk", DISK_IMAGE),
	SIGNATURE(0, "encrcdsa", "application/x-apple-diskimage", DISK_IMAGE),
	SIGNATURE(0, "hsqs", "application/x-squashfs", DISK_IMAGE),
	SIGNATURE(512, "EFI PART", "application/x-raw-disk-image", DISK_IMAGE),
	/* sectors as they are on a CD, with their sync marks */
	SIGNATURE(0x9319, "CD001", "application/x-iso9660-image", DISK_IMAGE),
	SIGNATURE(0, "\x7f" "ELF", "application/x-elf", EXECUTABLE),
	SIGNATURE(0, "\xfe\xed\xfa\xce", "application/x-mach-binary",
		  EXECUTABLE),
	SIGNATURE(0, "\xfe\xed\xfa\xcf", "application/x-mach-binary",
		  EXECUTABLE),
	SIGNATURE(0, "\xce\xfa\xed\xfe", "application/x-mach-binary",
		  EXECUTABLE),
	SIGNATURE(0, "\xcf\xfa\xed\xfe", "application/x-mach-binary",
		  EXECUTABLE),
	SIGNATURE(0, "dex\n", "application/x-dex", EXECUTABLE),
	SIGNATURE(0, "\0asm", "application/wasm", EXECUTABLE),
	SIGNATURE(0, "\x1bLua", "application/x-lua-bytecode", EXECUTABLE),
	SIGNATURE(0, "\xa3\x48\x4b\xbe", "application/x-autoit", EXECUTABLE),
	SIGNATURE(0, "Cr24", "application/x-chrome-extension", EXECUTABLE),
	SIGNATURE(0, "FasdUAS ", "application/x-applescript", SCRIPT),
	/* Windows help runs macros */
	SIGNATURE(0, "\x3f\x5f\x03\0", "application/winhlp", EXECUTABLE),
	SIGNATURE(4, "Standard Jet DB\0", "application/x-msaccess", OFFICE),
	SIGNATURE(4, "Standard ACE DB\0", "application/x-msaccess", OFFICE),
	SIGNATURE(0, "\x4c\0\0\0\x01\x14\x02\0", "application/x-ms-shortcut",
		  SHORTCUT),
	/* help files run scripts */
	SIGNATURE(0, "ITSF", "application/vnd.ms-htmlhelp", EXECUTABLE),
	SIGNATURE(0, "OTTO", "font/otf", FONT),
	SIGNATURE(0, "\0\x01\0\0\0", "font/ttf", FONT),
	SIGNATURE(0, "wOFF", "font/woff", FONT),
	SIGNATURE(0, "wOF2", "font/woff2", FONT),
	SIGNATURE(0, "ttcf", "font/collection", FONT),
	SIGNATURE(0, "SQLite format 3", "application/vnd.sqlite3", OTHER),
};

static bool has_bytes(const guint8 *data, gsize size, gsize offset,
		      const char *bytes, gsize length)
{
	return size >= offset + length &&
		memcmp(data + offset, bytes, length) == 0;
}

static bool find_signature(const guint8 *data, gsize size,
			   struct warden_filetype *type)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(signatures); i++) {
		const struct signature *sig = &signatures[i];

		if (has_bytes(data, size, sig->offset, sig->bytes,
			      sig->size)) {
			type->type = sig->type;
			type->kind = sig->kind;
			return TRUE;
		}
	}
	return FALSE;
}

/* "MZ" also begins texts: what follows must be a DOS header. */
static bool find_pe(const guint8 *data, gsize size,
		    struct warden_filetype *type)
{
	guint32 offset;

	if (size < 28 || !(has_bytes(data, size, 0, "MZ", 2) ||
			   has_bytes(data, size, 0, "ZM", 2)))
		return FALSE;
	type->kind = WARDEN_KIND_EXECUTABLE;
	type->type = "application/x-dosexec";
	offset = size >= 64 ? warden_le32(data + 0x3c) : 0;
	if (offset > 0 && offset < size &&
	    has_bytes(data, size, offset, "PE\0\0", 4))
		type->type = "application/vnd.microsoft.portable-executable";
	else if (memchr(data, '\0', MIN(size, 64)) == NULL)
		return FALSE;
	return TRUE;
}

/* PDF readers accept the signature anywhere in the first kilobyte. */
static bool find_pdf(const guint8 *data, gsize size,
		     struct warden_filetype *type)
{
	const guint8 *found = memmem(data, MIN(size, 1024), "%PDF-", 5);

	/* a mail or page that speaks of it has it amid a line */
	if (found == NULL || (found > data && found[-1] != '\n' &&
			      found[-1] != '\r' && found[-1] != '\0' &&
			      g_ascii_isprint(found[-1])))
		return FALSE;
	type->type = "application/pdf";
	type->kind = WARDEN_KIND_PDF;
	return TRUE;
}

/* Java classes share their first bytes with fat Mach-O files. */
static bool find_cafebabe(const guint8 *data, gsize size,
			  struct warden_filetype *type)
{
	if (!has_bytes(data, size, 0, "\xca\xfe\xba\xbe", 4) || size < 8)
		return FALSE;
	type->kind = WARDEN_KIND_EXECUTABLE;
	type->type = data[4] == 0 && data[5] == 0 && data[6] == 0 &&
		data[7] < 40 ? "application/x-mach-binary" :
		"application/java-vm";
	return TRUE;
}

static bool find_bmp(const guint8 *data, gsize size,
		     struct warden_filetype *type)
{
	/* reserved fields are zero, the info header has one of few sizes */
	if (size < 26 || !has_bytes(data, size, 0, "BM", 2) ||
	    !has_bytes(data, size, 6, "\0\0\0\0", 4) ||
	    warden_le32(data + 14) < 12 || warden_le32(data + 14) > 124)
		return FALSE;
	type->type = "image/bmp";
	type->kind = WARDEN_KIND_IMAGE;
	return TRUE;
}

/* An icon or a cursor: a directory whose first picture is inside the file. */
static bool find_icon(const guint8 *data, gsize size,
		      struct warden_filetype *type)
{
	gsize start, length;

	if (size < 22 || data[0] != 0 || data[1] != 0 ||
	    (data[2] != 1 && data[2] != 2) || data[3] != 0 || data[4] == 0 ||
	    data[5] != 0 || data[9] != 0)
		return FALSE;
	length = warden_le32(data + 14);
	start = warden_le32(data + 18);
	if (length == 0 || start < 22 || start > size ||
	    length > size - start)
		return FALSE;
	type->type = "image/vnd.microsoft.icon";
	type->kind = WARDEN_KIND_IMAGE;
	return TRUE;
}

/* "P5\n640 480\n255\n": raw Netpbm. */
static bool find_netpbm(const guint8 *data, gsize size,
			struct warden_filetype *type)
{
	gsize at = 3, digits;

	if (size < 8 || data[0] != 'P' || data[1] < '4' || data[1] > '6' ||
	    !g_ascii_isspace(data[2]))
		return FALSE;
	/* a comment may come before the numbers */
	if (data[at] == '#') {
		const guint8 *lf = memchr(data + at, '\n', MIN(size - at, 80));

		if (lf == NULL)
			return FALSE;
		at = lf + 1 - data;
	}
	for (digits = 0; at < size && g_ascii_isdigit(data[at]); at++)
		digits++;
	if (digits == 0 || digits > 5 || size - at < 2 ||
	    !g_ascii_isspace(data[at]) || !g_ascii_isdigit(data[at + 1]))
		return FALSE;
	type->type = "image/x-portable-anymap";
	type->kind = WARDEN_KIND_IMAGE;
	return TRUE;
}

/* A flash movie: texts begin with these letters, too. */
static bool find_flash(const guint8 *data, gsize size,
		       struct warden_filetype *type)
{
	if (size < 21 || data[1] != 'W' || data[2] != 'S' || data[3] == 0 ||
	    data[3] >= 64)
		return FALSE;
	/* the length of the whole; a zlib or LZMA header behind it */
	if (!(data[0] == 'F' && warden_le32(data + 4) <= size) &&
	    !(data[0] == 'C' && data[8] == 0x78) &&
	    !(data[0] == 'Z' && data[12] == 0x5d))
		return FALSE;
	type->type = "application/vnd.adobe.flash.movie";
	type->kind = WARDEN_KIND_OTHER;
	return TRUE;
}

/* Python's compiled files: a number for the version, and CR LF. */
static bool find_pyc(const guint8 *data, gsize size,
		     struct warden_filetype *type)
{
	guint version = size >= 16 ? data[0] | data[1] << 8 : 0;

	if (size < 16 || data[2] != '\r' || data[3] != '\n' ||
	    !((version >= 3000 && version < 3800) || version == 62211))
		return FALSE;
	type->type = "application/x-python-bytecode";
	type->kind = WARDEN_KIND_EXECUTABLE;
	return TRUE;
}

/* A volume without any wrapping: a jump, and the name of its file system. */
static bool find_volume(const guint8 *data, gsize size,
			struct warden_filetype *type)
{
	if (size < 512 || data[510] != 0x55 || data[511] != 0xaa ||
	    !((data[0] == 0xeb && data[2] == 0x90) || data[0] == 0xe9) ||
	    !(has_bytes(data, size, 54, "FAT", 3) ||
	      has_bytes(data, size, 82, "FAT32", 5) ||
	      has_bytes(data, size, 3, "NTFS    ", 8) ||
	      has_bytes(data, size, 3, "EXFAT   ", 8)))
		return FALSE;
	type->type = "application/x-raw-disk-image";
	type->kind = WARDEN_KIND_DISK_IMAGE;
	return TRUE;
}

/* tar before POSIX has no magic, but a check sum. */
static bool find_old_tar(const guint8 *data, gsize size,
			 struct warden_filetype *type)
{
	guint64 sum = 0, stored;
	gsize i;

	if (size < 512 || data[0] == 0 || data[155] != ' ')
		return FALSE;
	for (i = 0; i < 512; i++)
		sum += i >= 148 && i < 156 ? ' ' : data[i];
	stored = g_ascii_strtoull((const char *)data + 148, NULL, 8);
	if (sum != stored)
		return FALSE;
	type->type = "application/x-tar";
	type->kind = WARDEN_KIND_ARCHIVE;
	return TRUE;
}

/* LZMA alone: properties, a power of two as dictionary size, a length. */
static bool find_lzma(const guint8 *data, gsize size,
		      struct warden_filetype *type)
{
	guint32 dictionary;

	if (size < 18 || data[0] != 0x5d)
		return FALSE;
	dictionary = warden_le32(data + 1);
	if (dictionary < 4096 || (dictionary & (dictionary - 1)) != 0 ||
	    (warden_le32(data + 9) != 0 && warden_le32(data + 9) != 0xffffffff))
		return FALSE;
	type->type = "application/x-lzma";
	type->kind = WARDEN_KIND_ARCHIVE;
	return TRUE;
}

/* CMS as DER or BER: SEQUENCE, OID 1.2.840.113549.1.7.n, or 1.9.16.1.n for
   compressed data. */
static bool find_cms(const guint8 *data, gsize size,
		     struct warden_filetype *type)
{
	static const char plain[] = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07";
	static const char smime[] =
		"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01";

	if (size < 32 || data[0] != 0x30 ||
	    (memmem(data, 20, plain, sizeof(plain) - 1) == NULL &&
	     memmem(data, 20, smime, sizeof(smime) - 1) == NULL))
		return FALSE;
	type->type = "application/pkcs7-mime";
	type->kind = WARDEN_KIND_CRYPTO;
	return TRUE;
}

/* A fixed VHD has its mark at the end only. */
static bool find_trailer(const guint8 *data, gsize size,
			 struct warden_filetype *type)
{
	if (size < 512)
		return FALSE;
	if (has_bytes(data, size, size - 512, "conectix", 8))
		type->type = "application/x-vhd";
	else if (has_bytes(data, size, size - 512, "koly", 4))
		type->type = "application/x-apple-diskimage";
	else
		return FALSE;
	type->kind = WARDEN_KIND_DISK_IMAGE;
	return TRUE;
}

static bool find_raw_disk(const guint8 *data, gsize size,
			  struct warden_filetype *type)
{
	if (!warden_disk_is_raw(data, size))
		return FALSE;
	type->type = WARDEN_TYPE_RAW_DISK;
	type->kind = WARDEN_KIND_DISK_IMAGE;
	return TRUE;
}

static bool find_zip(const guint8 *data, gsize size,
		     struct warden_filetype *type)
{
	if (size < 22 || data[0] != 'P' || data[1] != 'K' ||
	    !(has_bytes(data, size, 2, "\3\4", 2) ||
	      has_bytes(data, size, 2, "\5\6", 2) ||
	      has_bytes(data, size, 2, "\1\2", 2) ||
	      has_bytes(data, size, 2, "\7\10", 2) ||
	      has_bytes(data, size, 2, "00PK", 4)))
		return FALSE;
	warden_filetype_zip(data, size, type);
	return TRUE;
}

static bool find_ole(const guint8 *data, gsize size,
		     struct warden_filetype *type)
{
	if (!has_bytes(data, size, 0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8))
		return FALSE;
	warden_filetype_ole(data, size, type);
	return TRUE;
}

/* A link saved by macOS, as a binary property list. */
static bool find_webloc(const guint8 *data, gsize size,
			struct warden_filetype *type)
{
	if (!has_bytes(data, size, 0, "bplist00", 8) || size > 64 * 1024 ||
	    memmem(data, size, "SURL", 4) == NULL)
		return FALSE;
	type->type = "application/x-webloc";
	type->kind = WARDEN_KIND_SHORTCUT;
	return TRUE;
}

static bool (*const finders[])(const guint8 *data, gsize size,
			       struct warden_filetype *type) = {
	find_zip, find_ole, find_pe, find_signature, find_cafebabe, find_bmp,
	find_icon, find_netpbm, find_flash, find_pyc, find_volume, find_pdf,
	find_cms, find_old_tar, find_lzma, find_trailer,
	find_raw_disk, find_webloc,
};

/* --- text or not ---------------------------------------------------------------- */

/* Mostly printable; a few control characters stand in honest texts. */
static bool is_text(const guint8 *data, gsize size)
{
	gsize i, odd = 0;

	size = MIN(size, TEXT_BYTES_MAX);
	for (i = 0; i < size; i++) {
		if (data[i] >= 0x20 || data[i] == '\n' || data[i] == '\r' ||
		    data[i] == '\t')
			continue;
		if (data[i] == '\0')
			return FALSE;
		odd++;
	}
	return odd <= size / 50;
}

/* UTF-16 or UTF-32 to something that patterns of ASCII match. */
static char *squeeze(const guint8 *data, gsize size, const char *charset,
		     gsize *size_r)
{
	bool little = g_str_has_suffix(charset, "LE");
	gsize width = g_str_has_prefix(charset, "UTF-32") ? 4 : 2;
	gsize i, j, used = 0;
	char *text;

	size = MIN(size, TEXT_BYTES_MAX) / width * width;
	text = g_malloc(size / width + 1);
	for (i = 0; i < size; i += width) {
		guint8 low = data[i + (little ? 0 : width - 1)], high = 0;

		for (j = 0; j + 1 < width; j++)
			high |= data[i + j + little];
		text[used++] = high == 0 && low != 0 ? low : '?';
	}
	text[used] = '\0';
	*size_r = used;
	return text;
}

/* A byte order mark's, 0 if there is none. */
static gsize mark_size(const guint8 *data, const char *charset)
{
	gsize width = g_str_has_prefix(charset, "UTF-32") ? 4 : 2;
	bool little = g_str_has_suffix(charset, "LE");
	guint8 first = data[little ? 0 : width - 2];
	guint8 second = data[little ? 1 : width - 1];

	return (first == 0xff && second == 0xfe) ||
	       (first == 0xfe && second == 0xff) ? width : 0;
}

/* How far a message's header is looked at. */
#define HEAD_BYTES_MAX 4096u

/* A message whose header has a NUL in it, or whose body is no text. */
static bool find_message(const guint8 *data, gsize size,
			 struct warden_filetype *type)
{
	g_autofree char *text = NULL;
	gsize i, used = 0;

	size = MIN(size, HEAD_BYTES_MAX);
	if ((!g_ascii_isalpha(data[0]) && data[0] != '\0') ||
	    memchr(data, ':', MIN(size, 200)) == NULL)
		return FALSE;
	text = g_malloc(size + 1);
	for (i = 0; i < size; i++) {
		if (data[i] != '\0')
			text[used++] = data[i];
	}
	text[used] = '\0';
	return warden_filetype_text(text, used, NULL, type) &&
	       type->kind == WARDEN_KIND_MESSAGE;
}

static bool find_text(const guint8 *data, gsize size, const char *name,
		      struct warden_filetype *type)
{
	const char *charset = warden_charset_sniff(data, size);
	bool found;

	if (charset != NULL && strcmp(charset, "UTF-8") != 0) {
		gsize length, mark = mark_size(data, charset);
		g_autofree char *text = squeeze(data + mark, size - mark,
						charset, &length);

		if (length == 0 || !is_text((const guint8 *)text, length))
			return FALSE;
		found = warden_filetype_text(text, length, name, type);
	} else {
		if (!is_text(data, size))
			return find_message(data, size, type);
		if (charset != NULL) {
			data += 3;
			size -= 3;
		}
		found = warden_filetype_text((const char *)data,
					     MIN(size, TEXT_BYTES_MAX), name,
					     type);
	}
	if (!found) {
		type->type = "text/plain";
		type->kind = WARDEN_KIND_TEXT;
	}
	return TRUE;
}

/* --- libmagic --------------------------------------------------------------------- */

static const struct {
	const char *prefix;
	enum warden_content_kind kind;
} magic_kinds[] = {
	{ "image/", WARDEN_KIND_IMAGE },
	{ "audio/", WARDEN_KIND_AUDIO_VIDEO },
	{ "video/", WARDEN_KIND_AUDIO_VIDEO },
	{ "font/", WARDEN_KIND_FONT },
	{ "application/vnd.ms-", WARDEN_KIND_OFFICE },
	{ "application/msword", WARDEN_KIND_OFFICE },
	{ "application/vnd.oasis", WARDEN_KIND_OFFICE },
	{ "application/x-executable", WARDEN_KIND_EXECUTABLE },
	{ "application/x-dosexec", WARDEN_KIND_EXECUTABLE },
	{ "application/x-msdownload", WARDEN_KIND_EXECUTABLE },
	{ "application/x-sharedlib", WARDEN_KIND_EXECUTABLE },
	{ "application/x-mach-binary", WARDEN_KIND_EXECUTABLE },
	{ "application/x-bytecode", WARDEN_KIND_EXECUTABLE },
	{ "application/pgp", WARDEN_KIND_CRYPTO },
	{ "application/x-rpm", WARDEN_KIND_ARCHIVE },
	{ "application/x-stuffit", WARDEN_KIND_ARCHIVE },
};

static void ask_magic(magic_t magic, const guint8 *data, gsize size,
		      struct warden_filetype *type)
{
	const char *answer = magic == NULL ? NULL :
		magic_buffer(magic, data, MIN(size, MAGIC_BYTES_MAX));
	gsize i;

	if (answer == NULL || strchr(answer, '/') == NULL ||
	    strlen(answer) > 100 || g_str_has_prefix(answer, "text/") ||
	    strcmp(answer, "application/octet-stream") == 0)
		return;
	/* few distinct ones: the database's */
	type->type = g_intern_string(answer);
	type->kind = WARDEN_KIND_OTHER;
	for (i = 0; i < G_N_ELEMENTS(magic_kinds); i++) {
		if (g_str_has_prefix(answer, magic_kinds[i].prefix)) {
			type->kind = magic_kinds[i].kind;
			return;
		}
	}
}

void warden_filetype_detect(magic_t magic, const guint8 *data, gsize size,
			    const char *name, struct warden_filetype *type_r)
{
	gsize i;

	type_r->type = "application/octet-stream";
	type_r->kind = WARDEN_KIND_UNKNOWN;
	if (size == 0) {
		type_r->type = "application/x-empty";
		type_r->kind = WARDEN_KIND_EMPTY;
		return;
	}
	for (i = 0; i < G_N_ELEMENTS(finders); i++) {
		if (finders[i](data, size, type_r))
			return;
	}
	if (!find_text(data, size, name, type_r))
		ask_magic(magic, data, size, type_r);
}
