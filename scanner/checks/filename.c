#include "warden-config.h"

#include "filename.h"

#include <string.h>

/* What Windows, macOS and common Linux desktops do on a double click. ".com"
   is here too; callers must not take "mail from example.com" for a program
   when the content says otherwise. */
static const struct {
	enum warden_name_class name_class;
	const char *extensions;
} classes[] = {
	{ WARDEN_NAME_PROGRAM,
	  " exe com scr pif cpl msi msp mst msu msix msixbundle appx appxbundle"
	  " application appref-ms dll ocx sys drv efi xll wll jar jnlp apk xapk"
	  " ipa deb rpm pkg mpkg run gadget diagcab ppkg xbap vsto vsix crx xpi"
	  " air shs shb hlp pyc pyo mde ade accde " },
	{ WARDEN_NAME_SCRIPT,
	  " js jse vbs vbe wsf wsh wsc ws sct hta htc bat cmd ps1 ps1xml ps2"
	  " psc1 psm1 msh mshxml reg chm scf msc settingcontent-ms library-ms"
	  " search-ms searchconnector-ms command terminal scpt scptd"
	  " applescript pyw pyz pyzw ahk au3 a3x wsb " },
	{ WARDEN_NAME_SOURCE,
	  " sh bash zsh ksh csh fish py pl pm rb php php3 phtml tcl lua awk"
	  " groovy kts vb bas psd1 xsl xslt inf mjs cjs asp aspx jsp " },
	{ WARDEN_NAME_SHORTCUT,
	  " lnk url website webloc desktop inetloc fileloc ftploc afploc"
	  " mailloc rdp xnk theme themepack appinstaller iqy oqy dqy rqy maf"
	  " mam maq mar mas mav maw " },
	{ WARDEN_NAME_DISK_IMAGE,
	  " iso img vhd vhdx avhd avhdx vmdk vdi qcow qcow2 vfd udf dmg cdr"
	  " sparseimage smi toast nrg wim esd swm " },
	{ WARDEN_NAME_ARCHIVE,
	  " zip zipx rar r00 r01 rev 7z tar gz gzip tgz bz2 tbz tbz2 xz txz lz"
	  " tlz lzo lzma zst tzst br ace arj cab lzh lha z z01 arc zoo alz egg"
	  " sit sitx hqx cpio ar xar uue xxe " },
	{ WARDEN_NAME_DOCUMENT,
	  " pdf doc docx docm dot dotx dotm wbk wri xls xlsx xlsm xlsb xlt xltx"
	  " xltm xla xlam xlw slk ppt pptx pptm pps ppsx ppsm ppa ppam pot potx"
	  " potm sldx sldm thmx rtf odt ods odp odg ott ots otp pub vsd vsdx"
	  " vsdm one onepkg mdb accdb mpp xps oxps epub pages numbers wps wpd"
	  " hwp hwpx " },
	{ WARDEN_NAME_IMAGE,
	  " jpg jpeg jpe jfif png gif bmp dib tif tiff webp heic heif avif jp2"
	  " jxl ico cur psd ai eps wmf emf tga pbm pgm ppm pnm " },
	{ WARDEN_NAME_MEDIA,
	  " mp3 m4a wav ogg oga opus flac aac wma aif aiff amr mid midi mp4 m4v"
	  " mov avi wmv mpg mpeg mkv webm 3gp flv " },
	{ WARDEN_NAME_WEB,
	  " htm html shtm shtml xhtml xht mht mhtml svg svgz " },
	{ WARDEN_NAME_TEXT,
	  " txt text csv tsv log md xml json yml yaml ini cfg conf ics vcf " },
	{ WARDEN_NAME_MAIL, " eml msg mbox emlx " },
};

enum warden_name_class warden_filename_class(const char *extension)
{
	char word[32];

	if (*extension == '\0')
		return WARDEN_NAME_NONE;
	if (strlen(extension) > sizeof(word) - 3 ||
	    strchr(extension, ' ') != NULL)
		return WARDEN_NAME_UNKNOWN;
	g_snprintf(word, sizeof(word), " %s ", extension);
	for (gsize i = 0; i < G_N_ELEMENTS(classes); i++) {
		if (strstr(classes[i].extensions, word) != NULL)
			return classes[i].name_class;
	}
	return WARDEN_NAME_UNKNOWN;
}

bool warden_filename_runs(enum warden_name_class name_class)
{
	return name_class == WARDEN_NAME_PROGRAM ||
	       name_class == WARDEN_NAME_SCRIPT ||
	       name_class == WARDEN_NAME_SHORTCUT;
}

bool warden_filename_is_harmless_looking(enum warden_name_class name_class)
{
	return name_class == WARDEN_NAME_DOCUMENT ||
	       name_class == WARDEN_NAME_IMAGE ||
	       name_class == WARDEN_NAME_MEDIA ||
	       name_class == WARDEN_NAME_WEB ||
	       name_class == WARDEN_NAME_TEXT ||
	       name_class == WARDEN_NAME_ARCHIVE ||
	       name_class == WARDEN_NAME_MAIL;
}

/* Windows drops final dots and spaces when it saves a file; other white space
   only moves the extension out of sight. */
static void trim_end(char *text)
{
	char *end = text + strlen(text);

	while (end > text) {
		char *previous = g_utf8_find_prev_char(text, end);
		gunichar c = g_utf8_get_char(previous);

		if (c != '.' && !g_unichar_isspace(c) && c != 0x200b)
			break;
		*previous = '\0';
		end = previous;
	}
}

static char *base_name(const char *name)
{
	const char *slash = strrchr(name, '/');
	const char *backslash = strrchr(name, '\\');
	const char *base = MAX(slash, backslash);
	char *copy = g_strdup(base == NULL ? name : base + 1);

	/* The default stream of NTFS: "x.exe::$DATA" is x.exe. */
	char *stream = strstr(copy, "::$");

	if (stream != NULL)
		*stream = '\0';
	trim_end(copy);
	return copy;
}

static void find_marks(struct warden_filename *name)
{
	for (const char *p = name->base; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (c == 0x202e || c == 0x202d)
			name->override = TRUE;
		else if (c == 0x202a || c == 0x202b ||
			 (c >= 0x2066 && c <= 0x2068))
			name->embedding = TRUE;
	}
}

/* The decoy extension of a stem: "pdf" of "bill.pdf", also with padding after
   it ("bill.pdf____", "bill.pdf (1)"). */
static void find_decoy(struct warden_filename *name, const char *stem)
{
	const char *dot = strrchr(stem, '.');
	gsize size = 0;

	name->decoy = g_strdup("");
	if (dot == NULL)
		return;
	for (dot++; g_ascii_isalnum(dot[size]); size++)
		;
	for (const char *p = dot + size; *p != '\0'; p++) {
		if (g_ascii_isalpha(*p) || (guchar)*p >= 0x80)
			return;
	}
	g_autofree char *word = g_strndup(dot, size);
	enum warden_name_class word_class = warden_filename_class(word);
	if (!warden_filename_is_harmless_looking(word_class))
		return;
	g_free(name->decoy);
	name->decoy = g_steal_pointer(&word);
	name->decoy_class = word_class;
}

void warden_filename_parse(const char *name, struct warden_filename *name_r)
{
	g_autofree char *stem = NULL;
	char *dot;

	memset(name_r, 0, sizeof(*name_r));
	name_r->base = base_name(name);
	find_marks(name_r);
	stem = g_utf8_strdown(name_r->base, -1);
	dot = strrchr(stem, '.');
	if (dot == NULL) {
		name_r->extension = g_strdup("");
		name_r->decoy = g_strdup("");
		return;
	}
	name_r->extension = g_strdup(dot + 1);
	name_r->extension_class = warden_filename_class(name_r->extension);
	*dot = '\0';
	trim_end(stem);
	find_decoy(name_r, stem);
}

void warden_filename_clear(struct warden_filename *name)
{
	g_free(name->base);
	g_free(name->extension);
	g_free(name->decoy);
	memset(name, 0, sizeof(*name));
}
