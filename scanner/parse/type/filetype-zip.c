#include "warden-config.h"

#include "filetype.h"
#include "../bytes.h"

#include <string.h>

#define ENTRIES_MAX 4096
#define LOCAL_SIZE 30
#define CENTRAL_SIZE 46
#define END_SIZE 22

/* What names in a zip file say of the whole. */
enum mark {
	MARK_OOXML	= 1 << 0,
	MARK_WORD	= 1 << 1,
	MARK_EXCEL	= 1 << 2,
	MARK_POWERPOINT	= 1 << 3,
	MARK_JAR	= 1 << 4,
	MARK_CLASS	= 1 << 5,
	MARK_APK	= 1 << 6,
	MARK_MACRO	= 1 << 7,
	MARK_VISIO	= 1 << 8,
	MARK_XPS	= 1 << 9,
	MARK_ODF	= 1 << 10,
	MARK_RELATIONS	= 1 << 11,
	MARK_SOFTWARE	= 1 << 12,	/* packages that install something */
	MARK_APPX	= 1 << 13,
};

static const struct {
	const char *prefix;
	guint mark;
} marks[] = {
	{ "[Content_Types].xml", MARK_OOXML },
	{ "word/vbaProject.bin", MARK_WORD | MARK_MACRO },
	{ "xl/vbaProject.bin", MARK_EXCEL | MARK_MACRO },
	{ "ppt/vbaProject.bin", MARK_POWERPOINT | MARK_MACRO },
	{ "word/", MARK_WORD },
	{ "xl/", MARK_EXCEL },
	{ "ppt/", MARK_POWERPOINT },
	{ "visio/", MARK_VISIO },
	{ "FixedDocSeq.fdseq", MARK_XPS },
	{ "META-INF/MANIFEST.MF", MARK_JAR },
	{ "AndroidManifest.xml", MARK_APK },
	{ "classes.dex", MARK_APK },
	{ "META-INF/manifest.xml", MARK_ODF },
	{ "_rels/.rels", MARK_RELATIONS },
	{ "AppxManifest.xml", MARK_SOFTWARE | MARK_APPX },
	{ "AppxMetadata/", MARK_SOFTWARE | MARK_APPX },
	{ "extension.vsixmanifest", MARK_SOFTWARE },
	{ "package/services/", MARK_SOFTWARE },	/* NuGet */
};

static guint name_marks(const guint8 *name, gsize size)
{
	guint found = 0;
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(marks); i++) {
		gsize length = strlen(marks[i].prefix);

		/* Names of parts are equal in any case (ECMA-376-2 9.1);
		   Java's and OpenDocument's manifests differ in it. */
		if (size >= length &&
		    ((marks[i].mark & (MARK_JAR | MARK_ODF)) != 0 ?
		     memcmp(name, marks[i].prefix, length) :
		     g_ascii_strncasecmp((const char *)name, marks[i].prefix,
					 length)) == 0)
			found |= marks[i].mark;
	}
	if (size > 6 && memcmp(name + size - 6, ".class", 6) == 0)
		found |= MARK_CLASS;
	return found;
}

/* The last end record, at most one comment's length from the end. */
static const guint8 *find_end(const guint8 *data, gsize size)
{
	gsize left = MIN(size, 65535 + END_SIZE);
	const guint8 *first, *p;

	if (left < END_SIZE)
		return NULL;
	first = data + size - left;
	left -= END_SIZE - 1;
	while ((p = memrchr(first, 'P', left)) != NULL) {
		if (memcmp(p, "PK\5\6", 4) == 0)
			return p;
		left = p - first;
	}
	return NULL;
}

/* Where the directory stands by the end record's place, and where it says
   that it stands. */
static bool find_directory(const guint8 *data, gsize size, gsize *real_r,
			   gsize *said_r)
{
	const guint8 *end = find_end(data, size);
	gsize at, length;

	if (end == NULL)
		return FALSE;
	at = end - data;
	length = warden_le32(end + 12);
	if (length < CENTRAL_SIZE || length > at ||
	    memcmp(data + at - length, "PK\1\2", 4) != 0)
		return FALSE;
	*real_r = at - length;
	*said_r = warden_le32(end + 16);
	return TRUE;
}

bool warden_filetype_has_zip_tail(const guint8 *data, gsize size)
{
	gsize real, said;

	return find_directory(data, size, &real, &said);
}

bool warden_filetype_zip_is_ambiguous(const guint8 *data, gsize size)
{
	gsize real, said;

	/* zip64 says 0xffffffff */
	return find_directory(data, size, &real, &said) && real != said &&
		said != 0xffffffff;
}

static guint central_marks(const guint8 *data, gsize size)
{
	const guint8 *end = find_end(data, size);
	guint found = 0, i;
	gsize at;

	if (end == NULL)
		return 0;
	at = warden_le32(end + 16);
	for (i = 0; i < ENTRIES_MAX && at <= size &&
	     size - at >= CENTRAL_SIZE; i++) {
		const guint8 *p = data + at;
		gsize name = warden_le16(p + 28);

		if (memcmp(p, "PK\1\2", 4) != 0 ||
		    size - at - CENTRAL_SIZE < name)
			break;
		found |= name_marks(p + CENTRAL_SIZE, name);
		at += CENTRAL_SIZE + name + warden_le16(p + 30) +
		      warden_le16(p + 32);
	}
	return found;
}

/* Also without a directory: by the headers before the members. */
static guint local_marks(const guint8 *data, gsize size)
{
	guint found = 0, i;
	gsize at = 0;

	for (i = 0; i < ENTRIES_MAX && at <= size &&
	     size - at >= LOCAL_SIZE; i++) {
		const guint8 *p = data + at;
		gsize name = warden_le16(p + 26);

		if (memcmp(p, "PK\3\4", 4) != 0 ||
		    size - at - LOCAL_SIZE < name)
			break;
		found |= name_marks(p + LOCAL_SIZE, name);
		at += (gsize)LOCAL_SIZE + name + warden_le16(p + 28) +
		      warden_le32(p + 18);
	}
	return found;
}

/* ODF, EPUB and others: the first member is "mimetype", stored. */
static bool find_mimetype(const guint8 *data, gsize size,
			  struct warden_filetype *type)
{
	static const struct {
		const char *type;
		enum warden_content_kind kind;
	} types[] = {
		{ "application/vnd.oasis.opendocument.text",
		  WARDEN_KIND_OFFICE },
		{ "application/vnd.oasis.opendocument.spreadsheet",
		  WARDEN_KIND_OFFICE },
		{ "application/vnd.oasis.opendocument.presentation",
		  WARDEN_KIND_OFFICE },
		{ "application/vnd.oasis.opendocument.graphics",
		  WARDEN_KIND_OFFICE },
		{ "application/vnd.oasis.opendocument", WARDEN_KIND_OFFICE },
		{ "application/epub+zip", WARDEN_KIND_OTHER },
	};
	const char *text = (const char *)data + LOCAL_SIZE + 8;
	gsize i;

	if (size < LOCAL_SIZE + 8 + 60 || warden_le16(data + 26) != 8 ||
	    warden_le16(data + 8) != 0 || warden_le16(data + 28) != 0 ||
	    memcmp(data + LOCAL_SIZE, "mimetype", 8) != 0)
		return FALSE;
	for (i = 0; i < G_N_ELEMENTS(types); i++) {
		if (strncmp(text, types[i].type,
			    strlen(types[i].type)) == 0) {
			type->type = types[i].type;
			type->kind = types[i].kind;
			return TRUE;
		}
	}
	return FALSE;
}

#define OOXML(name) "application/vnd.openxmlformats-officedocument." name

static bool find_ooxml(guint found, struct warden_filetype *type)
{
	bool macro = (found & MARK_MACRO) != 0;

	if ((found & MARK_OOXML) == 0)
		return FALSE;
	if ((found & MARK_WORD) != 0)
		type->type = macro ?
			"application/vnd.ms-word.document.macroenabled.12" :
			OOXML("wordprocessingml.document");
	else if ((found & MARK_EXCEL) != 0)
		type->type = macro ?
			"application/vnd.ms-excel.sheet.macroenabled.12" :
			OOXML("spreadsheetml.sheet");
	else if ((found & MARK_POWERPOINT) != 0)
		type->type = macro ? "application/vnd.ms-powerpoint."
			"presentation.macroenabled.12" :
			OOXML("presentationml.presentation");
	else if ((found & MARK_VISIO) != 0)
		type->type = "application/vnd.ms-visio.drawing";
	else if ((found & MARK_XPS) != 0)
		type->type = "application/vnd.ms-xpsdocument";
	else if ((found & MARK_RELATIONS) != 0 &&
		 (found & MARK_SOFTWARE) == 0)
		/* the names of its folders are its own choice */
		type->type = OOXML("package");
	else
		return FALSE;
	type->kind = WARDEN_KIND_OFFICE;
	return TRUE;
}

/* OpenDocument whose first member does not say so. */
static bool find_odf(guint found, struct warden_filetype *type)
{
	if ((found & MARK_ODF) == 0)
		return FALSE;
	type->type = "application/vnd.oasis.opendocument";
	type->kind = WARDEN_KIND_OFFICE;
	return TRUE;
}

bool warden_filetype_zip_is_document(const guint8 *data, gsize size)
{
	guint found = central_marks(data, size) | local_marks(data, size);

	return (found & (MARK_OOXML | MARK_ODF)) != 0;
}

void warden_filetype_zip(const guint8 *data, gsize size,
			 struct warden_filetype *type_r)
{
	guint found = central_marks(data, size) | local_marks(data, size);

	type_r->type = "application/zip";
	type_r->kind = WARDEN_KIND_ARCHIVE;
	if (find_mimetype(data, size, type_r) || find_ooxml(found, type_r) ||
	    find_odf(found, type_r))
		return;
	if ((found & MARK_APK) != 0) {
		type_r->type = "application/vnd.android.package-archive";
		type_r->kind = WARDEN_KIND_EXECUTABLE;
	} else if ((found & MARK_APPX) != 0) {
		type_r->type = "application/msix";
		type_r->kind = WARDEN_KIND_EXECUTABLE;
	} else if ((found & MARK_JAR) != 0 && (found & MARK_CLASS) != 0) {
		type_r->type = "application/java-archive";
		type_r->kind = WARDEN_KIND_EXECUTABLE;
	}
}
