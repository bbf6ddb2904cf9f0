/* Types by content. */

#include "warden-config.h"

#include "scanner/parse/type/filetype.h"

#include <string.h>

#define ROW(bytes, type, kind) \
	{ bytes, sizeof(bytes) - 1, "", type, WARDEN_KIND_##kind }
#define NAMED(bytes, name, type, kind) \
	{ bytes, sizeof(bytes) - 1, name, type, WARDEN_KIND_##kind }
#define SHOWN(bytes, type, kind) \
	{ bytes, sizeof(bytes) - 1, NULL, type, WARDEN_KIND_##kind }
#define ZEROS8 "\0\0\0\0\0\0\0\0"
#define ZEROS32 ZEROS8 ZEROS8 ZEROS8 ZEROS8

static const struct {
	const char *bytes;
	gsize size;
	const char *name, *type;
	enum warden_content_kind kind;
} rows[] = {
	ROW("", "application/x-empty", EMPTY),
	ROW("Hello,\nworld", "text/plain", TEXT),
	ROW("caf\xe9", "text/plain", TEXT),
	ROW("\x01\x02\x03\x00", "application/octet-stream", UNKNOWN),
	ROW("\x89PNG\r\n\x1a\n", "image/png", IMAGE),
	ROW("P5\n24 24\n255\n\0", "image/x-portable-anymap", IMAGE),
	ROW("P4\n# x\n24 24\n\0", "image/x-portable-anymap", IMAGE),
	ROW("P5 is the sensor", "text/plain", TEXT),
	ROW("\0\0\1\0\2\0\x10\x10\0\0\1\0\x20\0\1\0\0\0\x16\0\0\0x",
	    "image/vnd.microsoft.icon", IMAGE),
	ROW("\0\0\1\0\2\0\x10\x10\0\0\1\0\x20\0\xff\0\0\0\x16\0\0\0x",
	    "application/octet-stream", UNKNOWN),
	ROW("CWS\x0a\0\0\1\0\x78\xda" ZEROS8 ZEROS8,
	    "application/vnd.adobe.flash.movie", OTHER),
	ROW("CWS reports that nothing happened", "text/plain", TEXT),
	ROW("\xa7\x0d\r\n" ZEROS8 ZEROS8, "application/x-python-bytecode",
	    EXECUTABLE),
	ROW("QFI\xfb" ZEROS8, "application/x-qemu-disk", DISK_IMAGE),
	ROW("hsqs" ZEROS8, "application/x-squashfs", DISK_IMAGE),
	ROW("\xed\xab\xee\xdb\3\0", "application/x-rpm", ARCHIVE),
	ROW("ALZ\1\x0a\0\0\0", "application/x-alz-compressed", ARCHIVE),
	ROW("EGGA\0\1", "application/x-egg-compressed", ARCHIVE),
	ROW("\0\1\0\0Standard ACE DB\0\2", "application/x-msaccess", OFFICE),
	ROW("\x1bLuaS\0", "application/x-lua-bytecode", EXECUTABLE),
	ROW("\xa3\x48\x4b\xbe\x98", "application/x-autoit", EXECUTABLE),
	ROW("%PDF-1.4\n", "application/pdf", PDF),
	ROW("junk\n%PDF-1.4\n", "application/pdf", PDF),
	ROW("It begins with %PDF-1.4 mostly", "text/plain", TEXT),
	ROW("PK\5\6" ZEROS8 ZEROS8 "\0\0", "application/zip", ARCHIVE),
	ROW("PKZIP was a program", "text/plain", TEXT),
	ROW("Rar!\x1a\x07\x00", "application/x-rar", ARCHIVE),
	ROW("\x1f\x8b\x08\x00", "application/gzip", ARCHIVE),
	ROW("MZ" ZEROS32 ZEROS8 ZEROS8 ZEROS8 "\0\0\x40\0\0\0PE\0\0",
	    "application/vnd.microsoft.portable-executable", EXECUTABLE),
	ROW("MZ" ZEROS32, "application/x-dosexec", EXECUTABLE),
	ROW("MZ is how a text may begin, too, and it is none", "text/plain",
	    TEXT),
	ROW("\x7f" "ELF\2", "application/x-elf", EXECUTABLE),
	ROW("\xca\xfe\xba\xbe\0\0\0\x34", "application/java-vm", EXECUTABLE),
	ROW("\xca\xfe\xba\xbe\0\0\0\x02", "application/x-mach-binary",
	    EXECUTABLE),
	ROW("\x4c\0\0\0\x01\x14\x02\0\0\0\0\0", "application/x-ms-shortcut",
	    SHORTCUT),
	ROW("{\\rtf1", "text/rtf", OFFICE),
	ROW("\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02" ZEROS32,
	    "application/pkcs7-mime", CRYPTO),
	/* markup */
	ROW("<!DOCTYPE html><p>", "text/html", HTML),
	ROW("\xef\xbb\xbf <HTML>", "text/html", HTML),
	ROW("<!-- x --><a title=b>", "text/html", HTML),
	ROW("<p>x", "text/html", HTML),
	ROW("<user@example.org> wrote:", "text/plain", TEXT),
	ROW("<svg xmlns=x>", "image/svg+xml", SVG),
	ROW("<?xml version=\"1.0\"?>\n<svg>", "image/svg+xml", SVG),
	ROW("<?xml version=\"1.0\"?>\n<x/>", "text/xml", XML),
	ROW("<\0h\0t\0m\0l\0>\0", "text/html", HTML),
	ROW("\xff\xfe@\0e\0c\0h\0o\0 \0o\0f\0f\0", "text/x-msdos-batch",
	    SCRIPT),
	/* programs */
	ROW("#!/bin/sh\n", "text/x-script", SCRIPT),
	ROW("@ECHO OFF\r\ndel x", "text/x-msdos-batch", SCRIPT),
	ROW("<job id=x><script>", "text/x-wsf", SCRIPT),
	ROW("<html><HTA:APPLICATION ID=x></html>", "application/hta", SCRIPT),
	ROW("var x = new ActiveXObject(\"WScript.Shell\");",
	    "text/javascript", SCRIPT),
	SHOWN("In JScript, new ActiveXObject(\"x\") makes one.", "text/plain",
	      TEXT),
	ROW("$x = New-Object Net.WebClient; Invoke-Expression $env:x",
	    "text/x-powershell", SCRIPT),
	NAMED("echo hello", "a.bat", "text/x-msdos-batch", SCRIPT),
	NAMED("echo hello", "a.txt", "text/plain", TEXT),
	ROW("[InternetShortcut]\r\nURL=x", "application/x-mswinurl",
	    SHORTCUT),
	ROW("BEGIN:VCALENDAR\r\n", "text/calendar", CALENDAR),
	ROW("-----BEGIN PGP MESSAGE-----\n", "application/pgp-encrypted",
	    CRYPTO),
	/* messages */
	ROW("From: a\nTo: b\nSubject: c\n\nd", "message/rfc822", MESSAGE),
	ROW("From: a\nthis is a text\nTo: b\n", "text/plain", TEXT),
};

static void test_rows(void)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct warden_filetype type;

		warden_filetype_detect(NULL, (const guint8 *)rows[i].bytes,
				       rows[i].size, rows[i].name, &type);
		g_test_message("%" G_GSIZE_FORMAT " %s", i, rows[i].type);
		g_assert_cmpstr(type.type, ==, rows[i].type);
		g_assert_cmpint(type.kind, ==, rows[i].kind);
	}
}

/* A directory of stored members with these names, and nothing else. */
static GByteArray *make_zip(const char *const *names)
{
	GByteArray *zip = g_byte_array_new();
	guint8 central[46] = "PK\1\2", end[22] = "PK\5\6";
	gsize i, size = 0;

	g_byte_array_append(zip, (const guint8 *)"PK\3\4", 4);
	g_byte_array_set_size(zip, 30);
	memset(zip->data + 4, 0, 26);
	for (i = 0; names[i] != NULL; i++) {
		central[28] = strlen(names[i]);
		g_byte_array_append(zip, central, sizeof(central));
		g_byte_array_append(zip, (const guint8 *)names[i],
				    central[28]);
		size += sizeof(central) + central[28];
	}
	end[12] = size;
	end[13] = size >> 8;
	end[16] = 30;
	g_byte_array_append(zip, end, sizeof(end));
	return zip;
}

static void test_zip(void)
{
	static const struct {
		const char *names[6];
		const char *type;
		enum warden_content_kind kind;
	} zips[] = {
		{ { "a.txt" }, "application/zip", WARDEN_KIND_ARCHIVE },
		{ { "word/document.xml", "[Content_Types].xml" },
		  "application/vnd.openxmlformats-officedocument"
		  ".wordprocessingml.document", WARDEN_KIND_OFFICE },
		{ { "[Content_Types].xml", "xl/vbaProject.bin" },
		  "application/vnd.ms-excel.sheet.macroenabled.12",
		  WARDEN_KIND_OFFICE },
		/* one name alone is no document */
		{ { "[Content_Types].xml" }, "application/zip",
		  WARDEN_KIND_ARCHIVE },
		{ { "META-INF/MANIFEST.MF", "x/Y.class" },
		  "application/java-archive", WARDEN_KIND_EXECUTABLE },
		{ { "META-INF/MANIFEST.MF" }, "application/zip",
		  WARDEN_KIND_ARCHIVE },
		{ { "AndroidManifest.xml", "classes.dex" },
		  "application/vnd.android.package-archive",
		  WARDEN_KIND_EXECUTABLE },
		{ { "AppxManifest.xml", "app.exe" }, "application/msix",
		  WARDEN_KIND_EXECUTABLE },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(zips); i++) {
		GByteArray *zip = make_zip(zips[i].names);
		struct warden_filetype type;

		warden_filetype_detect(NULL, zip->data, zip->len, "", &type);
		g_assert_cmpstr(type.type, ==, zips[i].type);
		g_assert_cmpint(type.kind, ==, zips[i].kind);
		g_assert_true(warden_filetype_has_zip_tail(zip->data,
							   zip->len));
		g_assert_false(warden_filetype_zip_is_ambiguous(zip->data,
								zip->len));
		g_byte_array_prepend(zip, (const guint8 *)"junk", 4);
		g_assert_true(warden_filetype_zip_is_ambiguous(zip->data,
							       zip->len));
		g_byte_array_unref(zip);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/filetype/rows", test_rows);
	g_test_add_func("/filetype/zip", test_zip);
	return g_test_run();
}
