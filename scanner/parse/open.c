#include "warden-config.h"

#include "document/equation.h"
#include "open.h"
#include "archive/apple.h"
#include "mail/mbox.h"
#include "program/program.h"
#include "type/polyglot.h"
#include "wrapped/pgp.h"

#include <string.h>

static bool is_mbox(const struct warden_part *part, const guint8 *data,
		    gsize size)
{
	return part != NULL && part->kind == WARDEN_KIND_MESSAGE &&
	       warden_mbox_is(data, size);
}

static bool is_message(const struct warden_part *part, const guint8 *data,
		       gsize size)
{
	return part == NULL || (part->kind == WARDEN_KIND_MESSAGE &&
				!is_mbox(part, data, size));
}

static bool is_apple(const struct warden_part *part, const guint8 *data,
		     gsize size)
{
	return part != NULL && (warden_apple_is_double(data, size) ||
				warden_apple_is_macbinary(data, size));
}

static bool is_tnef(const struct warden_part *part,
		    const guint8 *data G_GNUC_UNUSED,
		    gsize size G_GNUC_UNUSED)
{
	return part != NULL &&
	       strcmp(part->detected_type, "application/vnd.ms-tnef") == 0;
}

/* Whatever its streams are called. */
static bool is_compound(const struct warden_part *part, const guint8 *data,
			gsize size)
{
	return part != NULL && size >= 8 &&
	       memcmp(data, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8) == 0;
}

/* By its bytes; or declared one and written as base64. */
static bool is_cms(const struct warden_part *part, const guint8 *data,
		   gsize size)
{
	if (part == NULL)
		return FALSE;
	if (strcmp(part->detected_type, "application/pkcs7-mime") == 0)
		return TRUE;
	return size > 64 && (data[0] == 0x30 || memcmp(data, "MI", 2) == 0) &&
	       (strstr(part->declared_type, "pkcs7") != NULL ||
		g_str_has_suffix(part->name, ".p7m") ||
		g_str_has_suffix(part->name, ".P7M"));
}

static bool is_pgp(const struct warden_part *part, const guint8 *data,
		   gsize size)
{
	if (part == NULL)
		return FALSE;
	if (part->kind == WARDEN_KIND_TEXT || part->kind == WARDEN_KIND_HTML ||
	    part->kind == WARDEN_KIND_CRYPTO)
		return warden_pgp_is_armored(data, size);
	return warden_pgp_is_message(data, size) &&
	       (strstr(part->declared_type, "pgp") != NULL ||
		g_str_has_suffix(part->name, ".pgp") ||
		g_str_has_suffix(part->name, ".gpg"));
}

static bool has_zip_members(const struct warden_part *part)
{
	return strstr(part->detected_type, "openxmlformats") != NULL ||
	       strstr(part->detected_type, "macroenabled") != NULL ||
	       strstr(part->detected_type, "opendocument") != NULL ||
	       strstr(part->detected_type, "java-archive") != NULL ||
	       strstr(part->detected_type, "android.package") != NULL ||
	       strcmp(part->detected_type, "application/msix") == 0 ||
	       strstr(part->detected_type, "epub") != NULL ||
	       strstr(part->detected_type, "ms-visio.drawing") != NULL ||
	       strstr(part->detected_type, "xpsdocument") != NULL;
}

/* Its directory may be broken or missing, and something may stand before it.
   Documents hold whole zip files in honest use; these do not. */
static bool may_hold_zip(const struct warden_part *part, const guint8 *data,
			 gsize size)
{
	return part->kind == WARDEN_KIND_UNKNOWN && size > 30 &&
	       memmem(data, size, "PK\3\4", 4) != NULL;
}

static bool is_arj(const struct warden_part *part,
		   const guint8 *data G_GNUC_UNUSED, gsize size G_GNUC_UNUSED)
{
	return part != NULL &&
	       strcmp(part->detected_type, "application/x-arj") == 0;
}

static bool is_disk(const struct warden_part *part)
{
	return strcmp(part->detected_type, "application/x-vhd") == 0 ||
	       strcmp(part->detected_type, "application/x-vhdx") == 0 ||
	       strcmp(part->detected_type, WARDEN_TYPE_RAW_DISK) == 0;
}

static bool is_disk_image(const struct warden_part *part,
			  const guint8 *data G_GNUC_UNUSED,
			  gsize size G_GNUC_UNUSED)
{
	return part != NULL && is_disk(part);
}

/* Whatever it looks like, a zip file at the end is opened by those who look
   for one there. */
static bool is_archive(const struct warden_part *part, const guint8 *data,
		       gsize size)
{
	if (is_message(part, data, size) || is_tnef(part, data, size) ||
	    is_arj(part, data, size))
		return FALSE;
	return part->kind == WARDEN_KIND_ARCHIVE ||
	       (part->kind == WARDEN_KIND_DISK_IMAGE && !is_disk(part)) ||
	       has_zip_members(part) ||
	       may_hold_zip(part, data, size) ||
	       warden_filetype_has_zip_tail(data, size) ||
	       warden_polyglot_has_archive(data, size);
}

static bool has_equation(const struct warden_part *part, const guint8 *data,
			 gsize size)
{
	return is_compound(part, data, size) &&
	       warden_equation_is_inside(data, size);
}

/* An office document that is one file of XML. */
static bool is_flat(const struct warden_part *part, const guint8 *data,
		    gsize size)
{
	gsize start = MIN(size, 4096);

	if (part == NULL)
		return FALSE;
	if (strcmp(part->detected_type, "application/x-office-xml") == 0)
		return TRUE;
	return part->kind == WARDEN_KIND_XML &&
	       (memmem(data, start, "office:document", 15) != NULL ||
		memmem(data, start, "pkg:package", 11) != NULL ||
		memmem(data, start, "wordDocument", 12) != NULL);
}

static bool is_rtf(const struct warden_part *part,
		   const guint8 *data G_GNUC_UNUSED, gsize size G_GNUC_UNUSED)
{
	return part != NULL && strcmp(part->detected_type, "text/rtf") == 0;
}

static bool is_picture(const struct warden_part *part,
		       const guint8 *data G_GNUC_UNUSED,
		       gsize size G_GNUC_UNUSED)
{
	return part != NULL && part->kind == WARDEN_KIND_IMAGE;
}

static bool is_lnk(const struct warden_part *part,
		   const guint8 *data G_GNUC_UNUSED, gsize size G_GNUC_UNUSED)
{
	return part != NULL &&
	       strcmp(part->detected_type, "application/x-ms-shortcut") == 0;
}

/* Only files: bodies of mails in base64 were decoded by whoever added them. */
static bool is_coded(const struct warden_part *part, const guint8 *data,
		     gsize size)
{
	return part != NULL && part->kind == WARDEN_KIND_TEXT &&
	       part->name[0] != '\0' && warden_coded_is_wanted(data, size);
}

static bool is_help(const struct warden_part *part,
		    const guint8 *data G_GNUC_UNUSED, gsize size G_GNUC_UNUSED)
{
	return part != NULL && strcmp(part->detected_type,
				      "application/vnd.ms-htmlhelp") == 0;
}

static bool is_onenote(const struct warden_part *part,
		       const guint8 *data G_GNUC_UNUSED,
		       gsize size G_GNUC_UNUSED)
{
	return part != NULL &&
	       strcmp(part->detected_type, "application/onenote") == 0;
}

static bool is_shortcut(const struct warden_part *part, const guint8 *data,
			gsize size)
{
	return part != NULL && !is_lnk(part, data, size) &&
	       (part->kind == WARDEN_KIND_SHORTCUT ||
		strcmp(part->detected_type, "application/x-sylk") == 0 ||
		strcmp(part->detected_type, "application/x-msc") == 0);
}

/* A file of its own: mail quotes scripts all day. */
static bool is_script(const struct warden_part *part,
		      const guint8 *data G_GNUC_UNUSED,
		      gsize size G_GNUC_UNUSED)
{
	return part != NULL && part->kind == WARDEN_KIND_SCRIPT &&
	       (part->name[0] != '\0' ||
		(part->flags & (WARDEN_PART_ATTACHMENT |
				WARDEN_PART_MEMBER)) != 0);
}

/* Readers accept the mark anywhere in the first kilobyte, some none at all. */
static bool is_pdf(const struct warden_part *part, const guint8 *data,
		   gsize size)
{
	gsize start = MIN(size, 1024);

	if (is_message(part, data, size) || size == 0)
		return FALSE;
	return part->kind == WARDEN_KIND_PDF ||
	       memmem(data, start, "%PDF-", 5) != NULL ||
	       (memmem(data, start, "%!PS-Adobe-", 11) != NULL &&
		memmem(data, start, " PDF-", 5) != NULL) ||
	       strcmp(part->declared_type, "application/pdf") == 0 ||
	       g_str_has_suffix(part->name, ".pdf");
}

static bool may_be_two(const struct warden_part *part,
		       const guint8 *data G_GNUC_UNUSED,
		       gsize size G_GNUC_UNUSED)
{
	return part != NULL && (part->kind == WARDEN_KIND_IMAGE ||
				part->kind == WARDEN_KIND_AUDIO_VIDEO ||
				part->kind == WARDEN_KIND_PDF ||
				part->kind == WARDEN_KIND_EXECUTABLE ||
				part->kind == WARDEN_KIND_SHORTCUT);
}

static const struct {
	bool (*wants)(const struct warden_part *part, const guint8 *data,
		      gsize size);
	void (*open)(struct warden_queue *queue,
		     const struct warden_container *container);
} openers[] = {
	{ is_message, warden_mail_expand },
	{ is_mbox, warden_mbox_expand },
	{ is_apple, warden_apple_expand },
	{ is_cms, warden_cms_expand },
	{ is_pgp, warden_pgp_expand },
	{ is_disk_image, warden_disk_expand },
	{ is_arj, warden_arj_expand },
	{ is_tnef, warden_tnef_expand },
	{ is_compound, warden_office_expand },
	{ is_archive, warden_archive_expand },
	{ is_rtf, warden_rtf_expand },
	{ is_flat, warden_flat_expand },
	{ has_equation, warden_equation_expand },
	{ is_picture, warden_picture_expand },
	{ is_lnk, warden_lnk_expand },
	{ is_coded, warden_coded_expand },
	{ is_help, warden_chm_expand },
	{ is_onenote, warden_onenote_expand },
	{ is_shortcut, warden_shortcut_expand },
	{ is_script, warden_script_expand },
	{ is_pdf, warden_pdf_expand },
	{ may_be_two, warden_polyglot_expand },
};
G_STATIC_ASSERT(G_N_ELEMENTS(openers) <= WARDEN_OPENERS_MAX);

guint32 warden_open_wanted(const struct warden_part *part, const guint8 *data,
			   gsize size)
{
	guint32 wanted = 0;
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(openers); i++) {
		if (openers[i].wants(part, data, size))
			wanted |= 1u << i;
	}
	return wanted;
}

void warden_open(struct warden_queue *queue,
		 const struct warden_container *container, guint32 wanted)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(openers); i++) {
		if ((wanted & (1u << i)) != 0)
			openers[i].open(queue, container);
	}
}
