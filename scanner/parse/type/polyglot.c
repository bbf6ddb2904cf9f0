#include "warden-config.h"

#include "polyglot.h"

#include <string.h>

/* Readers of PDF look so far for its beginning, and Word for a page's. */
#define PDF_HEAD 1024
#define PAGE_HEAD 4096
/* A program's first bytes in base64, and at least so much behind them. */
#define ENCODED_MIN 512
#define TAR_MARK 257
#define ISO_MARK 0x8001

struct look {
	const guint8 *data;
	gsize size;
	const struct warden_filetype *type;
	struct warden_polyglot *polyglot;
};

const char *warden_polyglot_word(enum warden_second second)
{
	static const char *const words[] = {
		[WARDEN_SECOND_NONE] = "nothing else",
		[WARDEN_SECOND_PROGRAM] = "program",
		[WARDEN_SECOND_SCRIPT] = "script",
		[WARDEN_SECOND_ARCHIVE] = "archive",
		[WARDEN_SECOND_DISK_IMAGE] = "disk image",
		[WARDEN_SECOND_DOCUMENT] = "document",
	};

	return words[second];
}

static bool found(struct look *look, enum warden_second second, gsize start,
		  gsize end)
{
	look->polyglot->second = second;
	look->polyglot->start = start;
	look->polyglot->end = end;
	return second != WARDEN_SECOND_NONE;
}

static bool is_at(const struct look *look, gsize at, const char *bytes,
		  gsize length)
{
	return look->size >= at + length &&
	       memcmp(look->data + at, bytes, length) == 0;
}

/* --- behind the end --------------------------------------------------------------- */

static enum warden_second second_of(const struct warden_filetype *type)
{
	switch (type->kind) {
	case WARDEN_KIND_EXECUTABLE:
	case WARDEN_KIND_SHORTCUT:
		return WARDEN_SECOND_PROGRAM;
	case WARDEN_KIND_SCRIPT:
	case WARDEN_KIND_HTML:
	case WARDEN_KIND_SVG:
		return WARDEN_SECOND_SCRIPT;
	case WARDEN_KIND_ARCHIVE:
		return WARDEN_SECOND_ARCHIVE;
	case WARDEN_KIND_DISK_IMAGE:
		return WARDEN_SECOND_DISK_IMAGE;
	case WARDEN_KIND_PDF:
	case WARDEN_KIND_OFFICE:
		return WARDEN_SECOND_DOCUMENT;
	default:
		return WARDEN_SECOND_NONE;
	}
}

/* Something that begins right there. */
static bool begins(struct look *look, gsize at)
{
	struct warden_filetype type;

	warden_filetype_detect(NULL, look->data + at, look->size - at, NULL,
			       &type);
	return found(look, second_of(&type), at, look->size);
}

/* Signatures that do not come about by chance. */
static bool has_signature(struct look *look, gsize from)
{
	static const struct {
		const char *bytes;
		guint size;
	} signatures[] = {
		{ "Rar!\x1a\x07", 6 }, { "7z\xbc\xaf\x27\x1c", 6 },
		{ "MSCF\0\0\0\0", 8 }, { "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
		8 }, { "%PDF-", 5 }, { "\x4c\0\0\0\x01\x14\x02\0", 8 },
		{ "This program cannot be run in DOS mode", 38 },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(signatures); i++) {
		const guint8 *p = memmem(look->data + from, look->size - from,
					 signatures[i].bytes,
					 signatures[i].size);
		gsize at;

		if (p == NULL)
			continue;
		at = p - look->data;
		/* the DOS stub stands behind the header */
		if (signatures[i].size == 38)
			at = at - from >= 0x4e ? at - 0x4e : from;
		if (begins(look, at))
			return TRUE;
	}
	return FALSE;
}

/* "TVqQAAMAAAAEAAAA…": a Windows program as text, which a script elsewhere
   cuts out of the picture. */
static bool has_encoded_program(struct look *look, gsize from)
{
	static const char *const starts[] = {
		"TVqQAAMAAAAEAAAA", "TVpQAAIAAAAEAA8A", "TVroAAAAAFtSRVWJ",
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(starts); i++) {
		const guint8 *p = memmem(look->data + from, look->size - from,
					 starts[i], strlen(starts[i]));
		gsize at, end;

		if (p == NULL)
			continue;
		at = end = p - look->data;
		while (end < look->size &&
		       (g_ascii_isalnum(look->data[end]) ||
			strchr("+/=\r\n", look->data[end]) != NULL) &&
		       look->data[end] != '\0')
			end++;
		if (end - at < ENCODED_MIN)
			continue;
		look->polyglot->encoded = TRUE;
		return found(look, WARDEN_SECOND_PROGRAM, at, end);
	}
	return FALSE;
}

/* Telephones add a film or a second picture to a JPEG file; they are none of
   these. */
static bool has_tail(struct look *look)
{
	gsize at = warden_polyglot_end(look->data, look->size,
				       look->type->type);

	while (at < look->size &&
	       (look->data[at] == '\0' || g_ascii_isspace(look->data[at])))
		at++;
	if (at >= look->size)
		return FALSE;
	return begins(look, at) || has_signature(look, at) ||
	       has_encoded_program(look, at);
}

/* --- anywhere ------------------------------------------------------------------------ */

static bool has_word(const struct look *look, gsize from, gsize to)
{
	/* "<?xml" and "<svg" stand in honest pictures, as descriptions */
	static const char *const words[] = {
		"<script", "<SCRIPT", "<Script", "<hta:application",
		"<HTA:APPLICATION", "<?php", "<?PHP", "__HALT_COMPILER",
		"<iframe", "<IFRAME", "<html>", "<HTML>", "<!DOCTYPE html",
		"<!doctype html", "<job id", "<scriptlet",
	};
	gsize i;

	to = MIN(to, look->size);
	for (i = 0; i < G_N_ELEMENTS(words) && from < to; i++) {
		if (memmem(look->data + from, to - from, words[i],
			   strlen(words[i])) != NULL)
			return TRUE;
	}
	return FALSE;
}

/* The first bytes of these formats may begin a comment of JavaScript: sizes
   are chosen so, and "GIF89a" is a name. */
static bool is_comment(const struct look *look)
{
	static const struct {
		const char *bytes;
		guint at;
	} marks[] = {
		{ "GIF8", 6 }, { "BM", 2 }, { "RIFF", 4 }, { "\xff\xd8\xff", 4 },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(marks); i++) {
		if (is_at(look, 0, marks[i].bytes, strlen(marks[i].bytes)) &&
		    is_at(look, marks[i].at, "/*", 2) &&
		    memmem(look->data + marks[i].at + 2,
			   look->size - marks[i].at - 2, "*/", 2) != NULL)
			return TRUE;
	}
	return FALSE;
}

/* "GIF89a" and then text. */
static bool is_text_in_disguise(const struct look *look)
{
	gsize i;

	if (!is_at(look, 0, "GIF8", 4) || look->size < 24)
		return FALSE;
	for (i = 6; i < MIN(look->size, 64); i++) {
		if (look->data[i] < 0x20 && !g_ascii_isspace(look->data[i]))
			return FALSE;
		if (look->data[i] >= 0x7f)
			return FALSE;
	}
	return TRUE;
}

static bool is_script(struct look *look)
{
	if (look->type->kind != WARDEN_KIND_IMAGE ||
	    !(is_comment(look) || is_text_in_disguise(look) ||
	      has_word(look, 0, look->size)))
		return FALSE;
	return found(look, WARDEN_SECOND_SCRIPT, 0, 0);
}

/* --- zip files ------------------------------------------------------------------------- */

/* Embedded in a PDF file, an honest zip file is not at its end. */
static bool ends_file(const struct look *look)
{
	const guint8 *end = memmem(look->data + look->size -
				   MIN(look->size, 65535 + 22),
				   MIN(look->size, 65535 + 22), "PK\5\6", 4);

	while (end != NULL) {
		gsize at = end - look->data;
		const guint8 *next;

		if (look->size - at >= 22 &&
		    at + 22 + (end[20] | end[21] << 8) == look->size)
			return TRUE;
		next = memmem(end + 4, look->size - at - 4, "PK\5\6", 4);
		end = next;
	}
	return FALSE;
}

static bool is_zip(struct look *look)
{
	struct warden_filetype zip;

	if (!warden_filetype_has_zip_tail(look->data, look->size))
		return FALSE;
	if (look->type->kind == WARDEN_KIND_PDF && !ends_file(look))
		return FALSE;
	warden_filetype_zip(look->data, look->size, &zip);
	return found(look, zip.kind == WARDEN_KIND_EXECUTABLE ?
		     WARDEN_SECOND_PROGRAM : WARDEN_SECOND_ARCHIVE, 0, 0);
}

/* --- other places ------------------------------------------------------------------------ */

/* Formats whose mark is not at the file's beginning. */
static bool has_inner_mark(struct look *look)
{
	if (is_at(look, TAR_MARK, "ustar", 5))
		return found(look, WARDEN_SECOND_ARCHIVE, 0, 0);
	if (is_at(look, ISO_MARK, "CD001", 5))
		return found(look, WARDEN_SECOND_DISK_IMAGE, 0, 0);
	return FALSE;
}

bool warden_polyglot_has_archive(const guint8 *data, gsize size)
{
	struct look look = { .data = data, .size = size };

	return is_at(&look, TAR_MARK, "ustar", 5) ||
	       is_at(&look, ISO_MARK, "CD001", 5);
}

static bool is_pdf_behind(struct look *look)
{
	const guint8 *p = memmem(look->data, MIN(look->size, PDF_HEAD),
				 "%PDF-", 5);

	if (p == NULL || look->type->kind == WARDEN_KIND_PDF)
		return FALSE;
	return found(look, WARDEN_SECOND_DOCUMENT, p - look->data,
		     look->size);
}

/* A PDF by its first line, and a page with macros for Word. */
static bool is_page_behind(struct look *look)
{
	gsize size = MIN(look->size, PAGE_HEAD);
	const guint8 *p = memmem(look->data, size, "MIME-Version:", 13);

	if (p == NULL || p == look->data ||
	    memmem(p, look->data + size - p, "multipart/related", 17) == NULL)
		return FALSE;
	return found(look, WARDEN_SECOND_DOCUMENT, p - look->data,
		     look->size);
}

/* What comes before a PDF file's first line. */
static bool has_script_before(struct look *look)
{
	const guint8 *p = memmem(look->data, MIN(look->size, PDF_HEAD),
				 "%PDF-", 5);

	return p != NULL && has_word(look, 0, p - look->data) &&
	       found(look, WARDEN_SECOND_SCRIPT, 0, 0);
}

static bool is_installer(const struct warden_filetype *type)
{
	return strcmp(type->type, "application/x-msi") == 0;
}

static bool is_link(const struct warden_filetype *type)
{
	return strcmp(type->type, "application/x-ms-shortcut") == 0;
}

bool warden_polyglot_find(const guint8 *data, gsize size,
			  const struct warden_filetype *type,
			  struct warden_polyglot *polyglot_r)
{
	struct look look = { data, size, type, polyglot_r };

	memset(polyglot_r, 0, sizeof(*polyglot_r));
	switch (type->kind) {
	case WARDEN_KIND_IMAGE:
		return is_zip(&look) || has_inner_mark(&look) ||
		       is_pdf_behind(&look) || has_tail(&look) ||
		       is_script(&look);
	case WARDEN_KIND_AUDIO_VIDEO:
		return is_zip(&look) || has_inner_mark(&look);
	case WARDEN_KIND_PDF:
		return is_zip(&look) || has_inner_mark(&look) ||
		       is_page_behind(&look) || has_script_before(&look) ||
		       has_tail(&look);
	case WARDEN_KIND_EXECUTABLE:
		/* self-extractors are zip files as well; installers are not */
		return is_pdf_behind(&look) || has_inner_mark(&look) ||
		       (is_installer(type) && is_zip(&look));
	case WARDEN_KIND_SHORTCUT:
		return is_link(type) &&
		       (is_zip(&look) ||
			(has_word(&look, 0, size) &&
			 found(&look, WARDEN_SECOND_SCRIPT, 0, 0)));
	default:
		return FALSE;
	}
}
