#include "warden-config.h"

#include "checks-private.h"
#include "filename.h"

#include <string.h>

/* Files: what they are against what they say that they are. */

static const struct warden_symbol symbols[] = {
	{ "CONFLICTING_NAMES", "attachment", "T1036" },
	{ "DISGUISED_ARCHIVE", "attachment", "T1036.008" },
	{ "DISGUISED_EXECUTABLE", "attachment", "T1036.008" },
	{ "DISGUISED_SCRIPT", "attachment", "T1036.008" },
	{ "DISK_IMAGE_ATTACHMENT", "attachment", "T1553.005" },
	{ "DOUBLE_EXTENSION", "attachment", "T1036.007" },
	{ "EICAR_TEST_FILE", "attachment", "T1566.001" },
	{ "ENCRYPTED_EXECUTABLE", "attachment", "T1027.013" },
	{ "EXECUTABLE_ATTACHMENT", "attachment", "T1566.001" },
	{ "EXECUTABLE_IN_ARCHIVE", "attachment", "T1566.001" },
	{ "HTML_DOUBLE_EXTENSION", "attachment", "T1036.007" },
	{ "RTL_OVERRIDE_EXECUTABLE", "attachment", "T1036.002" },
	{ "RTL_OVERRIDE_NAME", "attachment", "T1036.002" },
	{ "SCRIPT_ATTACHMENT", "attachment", "T1566.001" },
	{ "SCRIPT_IN_ARCHIVE", "attachment", "T1566.001" },
	{ "SHORTCUT_ATTACHMENT", "attachment", "T1204.002" },
	{ "SMUGGLED_ARCHIVE", "attachment", "T1027.006" },
	{ "SMUGGLED_EXECUTABLE", "attachment", "T1027.006" },
	{ "TYPE_MISMATCH", "attachment", "T1036.008" },
};

/* An archive with so few members was packed for its one content; source code
   and saved web pages hold scripts among many other files. */
#define LONE_MEMBERS_MAX 3

struct context {
	const struct warden_check_input *input;
	struct warden_findings *findings;
	GHashTable *containers;	/* path → struct container, of every part */
	GHashTable *parents;	/* member's path → its struct container */
};

struct container {
	const struct warden_part *part;
	guint members;
};

struct subject {
	const struct warden_part *part;
	const struct container *container;	/* NULL: not a member */
	struct warden_filename names[1 + WARDEN_FACT_NAMES_MAX];
	guint names_count;
	/* The extension class that matters most, and the name with it. */
	enum warden_name_class name_class;
	const char *shown;
	bool disguised;		/* found to be: a mismatch is nothing new */
};

/* --- what a name and a content are worth -------------------------------- */

/* ".com" is also how most domain names end. */
static bool is_domain_like(const struct warden_filename *name,
			   const struct warden_part *part)
{
	return strcmp(name->extension, "com") == 0 &&
	       part->kind != WARDEN_KIND_EXECUTABLE &&
	       part->kind != WARDEN_KIND_UNKNOWN &&
	       part->kind != WARDEN_KIND_OTHER;
}

/* How bad it is when the file is opened by that name. */
static guint class_rank(enum warden_name_class name_class)
{
	switch (name_class) {
	case WARDEN_NAME_PROGRAM:
		return 5;
	case WARDEN_NAME_SHORTCUT:
		return 4;
	case WARDEN_NAME_SCRIPT:
		return 3;
	case WARDEN_NAME_DISK_IMAGE:
		return 2;
	case WARDEN_NAME_NONE:
		return 0;
	default:
		return 1;
	}
}

/* Content that is a program or starts one, whatever it is called. */
static bool content_runs(const struct warden_part *part)
{
	return part->kind == WARDEN_KIND_EXECUTABLE ||
	       (part->kind == WARDEN_KIND_SHORTCUT &&
		(strstr(part->detected_type, "lnk") != NULL ||
		 strstr(part->detected_type, "shortcut") != NULL));
}

static bool is_zip_program(const struct warden_part *part)
{
	return strstr(part->detected_type, "java-archive") != NULL ||
	       strstr(part->detected_type, "android") != NULL ||
	       strcmp(part->detected_type, "application/msix") == 0;
}

/* The declared type claims something to look at or listen to. */
static bool declares_harmless(const char *type)
{
	return g_str_has_prefix(type, "image/") ||
	       g_str_has_prefix(type, "audio/") ||
	       g_str_has_prefix(type, "video/") ||
	       strcmp(type, "application/pdf") == 0 ||
	       strcmp(type, "application/msword") == 0 ||
	       strcmp(type, "application/rtf") == 0 ||
	       g_str_has_prefix(type, "application/vnd.ms-excel") ||
	       g_str_has_prefix(type, "application/vnd.ms-powerpoint") ||
	       g_str_has_prefix(type, "application/vnd.ms-word") ||
	       g_str_has_prefix(type, "application/vnd.openxmlformats-") ||
	       g_str_has_prefix(type, "application/vnd.oasis.");
}

static const char *shown_name(const struct subject *subject)
{
	if (subject->shown[0] == '\0')
		return "a file without name";
	return subject->shown;
}

/* --- deception ---------------------------------------------------------- */

static bool name_runs(const struct subject *subject,
		      const struct warden_filename *name)
{
	return warden_filename_runs(name->extension_class) &&
	       !is_domain_like(name, subject->part);
}

static void check_marks(struct context *context, const struct subject *subject,
			const struct warden_filename *name)
{
	bool bad = name_runs(subject, name) || content_runs(subject->part) ||
		   name->extension_class == WARDEN_NAME_DISK_IMAGE ||
		   name->extension_class == WARDEN_NAME_ARCHIVE ||
		   (name->override &&
		    (name->extension_class == WARDEN_NAME_SOURCE ||
		     name->extension_class == WARDEN_NAME_WEB));

	if ((name->override || name->embedding) && bad) {
		warden_findings_add(context->findings,
				    "RTL_OVERRIDE_EXECUTABLE",
				    subject->part->path,
				    "the name is written to be read backwards,"
				    " its real ending is .%s",
				    name->extension);
	} else if (name->override) {
		warden_findings_add(context->findings, "RTL_OVERRIDE_NAME",
				    subject->part->path,
				    "the name is written to be read backwards,"
				    " its real ending is .%s",
				    name->extension);
	}
}

static void check_double(struct context *context,
			 const struct subject *subject,
			 const struct warden_filename *name)
{
	enum warden_name_class decoy = name->decoy_class;
	bool runs = name_runs(subject, name) ||
		    name->extension_class == WARDEN_NAME_SOURCE ||
		    name->extension_class == WARDEN_NAME_DISK_IMAGE;

	if (name->decoy[0] == '\0')
		return;
	if (name->extension_class == WARDEN_NAME_WEB &&
	    (decoy == WARDEN_NAME_DOCUMENT || decoy == WARDEN_NAME_IMAGE ||
	     decoy == WARDEN_NAME_MEDIA) && subject->container == NULL) {
		warden_findings_add(context->findings, "HTML_DOUBLE_EXTENSION",
				    subject->part->path,
				    "%s looks like .%s and is a web page",
				    name->base, name->decoy);
		return;
	}
	/* "page.html.js", "notes.txt.py", "data.tar.img" deceive nobody; a
	   program with such a name still does. */
	if (name->extension_class != WARDEN_NAME_PROGRAM &&
	    (decoy == WARDEN_NAME_WEB || decoy == WARDEN_NAME_ARCHIVE ||
	     (decoy == WARDEN_NAME_TEXT &&
	      name->extension_class != WARDEN_NAME_SCRIPT)))
		return;
	if (runs && strcmp(name->extension, "sys") != 0 &&
	    strcmp(name->extension, "dll") != 0 &&
	    strcmp(name->extension, "ocx") != 0) {
		warden_findings_add(context->findings, "DOUBLE_EXTENSION",
				    subject->part->path,
				    "%s looks like .%s and is .%s",
				    name->base, name->decoy, name->extension);
	}
}

/* Clients differ in which of its names a file has. */
static bool has_class(const struct subject *subject,
		      enum warden_name_class name_class)
{
	for (guint i = 0; i < subject->names_count; i++) {
		if (subject->names[i].extension_class == name_class)
			return TRUE;
	}
	return FALSE;
}

static bool looks_harmless(const struct subject *subject)
{
	for (guint i = 0; i < subject->names_count; i++) {
		if (warden_filename_is_harmless_looking(
				subject->names[i].extension_class))
			return TRUE;
	}
	return FALSE;
}

/* Archives that no format of documents is made of; OneNote's package is a
   cabinet, and honest. */
static bool is_foreign_archive(const struct warden_part *part)
{
	static const char *const types[] = {
		"application/x-rar", "application/x-7z-compressed",
		"application/x-arj", "application/x-ace-compressed",
		"application/x-lzh-compressed", "application/x-xz",
		"application/x-alz-compressed", "application/x-egg-compressed",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
		if (strcmp(part->detected_type, types[i]) == 0)
			return TRUE;
	}
	return part->kind == WARDEN_KIND_DISK_IMAGE;
}

static bool is_disguised_archive(const struct subject *subject)
{
	return has_class(subject, WARDEN_NAME_IMAGE) ||
	       has_class(subject, WARDEN_NAME_MEDIA) ||
	       g_str_has_suffix(subject->shown, ".pdf") ||
	       (has_class(subject, WARDEN_NAME_DOCUMENT) &&
		is_foreign_archive(subject->part));
}

static void check_disguise(struct context *context, struct subject *subject)
{
	const struct warden_part *part = subject->part;
	enum warden_name_class name_class = subject->name_class;
	bool looks = looks_harmless(subject);
	bool lies = declares_harmless(part->declared_type);
	const char *symbol = NULL;

	if (content_runs(part)) {
		/* A jar is a zip file, and may honestly be called one. */
		if (is_zip_program(part) && name_class == WARDEN_NAME_ARCHIVE)
			looks = FALSE;
		if (looks || lies)
			symbol = "DISGUISED_EXECUTABLE";
	} else if (part->kind == WARDEN_KIND_SCRIPT) {
		if (has_class(subject, WARDEN_NAME_DOCUMENT) ||
		    has_class(subject, WARDEN_NAME_IMAGE) ||
		    has_class(subject, WARDEN_NAME_MEDIA) ||
		    (lies && name_class == WARDEN_NAME_SCRIPT))
			symbol = "DISGUISED_SCRIPT";
	} else if (part->kind == WARDEN_KIND_ARCHIVE ||
		   part->kind == WARDEN_KIND_DISK_IMAGE) {
		if (is_disguised_archive(subject))
			symbol = "DISGUISED_ARCHIVE";
	} else if (warden_filename_runs(name_class) && lies) {
		/* The content is nothing known, but name and type disagree. */
		symbol = "DISGUISED_EXECUTABLE";
	}
	if (symbol != NULL) {
		subject->disguised = TRUE;
		warden_findings_add(context->findings, symbol, part->path,
				    "%s is declared as %s and is %s",
				    shown_name(subject),
				    part->declared_type[0] != '\0' ?
				    part->declared_type : "nothing",
				    part->detected_type);
	}
}

/* Clients differ in which of several names they show and save under. */
static void check_conflict(struct context *context,
			   const struct subject *subject)
{
	const struct warden_filename *runs = NULL, *looks = NULL;

	for (guint i = 0; i < subject->names_count; i++) {
		const struct warden_filename *name = &subject->names[i];

		if (name_runs(subject, name))
			runs = name;
		else if (warden_filename_is_harmless_looking(
				name->extension_class))
			looks = name;
	}
	if (runs != NULL && looks != NULL) {
		warden_findings_add(context->findings, "CONFLICTING_NAMES",
				    subject->part->path, "both %s and %s",
				    looks->base, runs->base);
	}
}

/* --- dangerous types, honestly named ------------------------------------ */

/* kind → the class that a file with it should have. */
static enum warden_name_class kind_class(const struct warden_part *part)
{
	switch (part->kind) {
	case WARDEN_KIND_EXECUTABLE:
		return WARDEN_NAME_PROGRAM;
	case WARDEN_KIND_SHORTCUT:
		return WARDEN_NAME_SHORTCUT;
	case WARDEN_KIND_DISK_IMAGE:
		return WARDEN_NAME_DISK_IMAGE;
	case WARDEN_KIND_ARCHIVE:
		return WARDEN_NAME_ARCHIVE;
	case WARDEN_KIND_PDF:
	case WARDEN_KIND_OFFICE:
		return WARDEN_NAME_DOCUMENT;
	case WARDEN_KIND_IMAGE:
		return WARDEN_NAME_IMAGE;
	case WARDEN_KIND_AUDIO_VIDEO:
		return WARDEN_NAME_MEDIA;
	case WARDEN_KIND_HTML:
	case WARDEN_KIND_SVG:
		return WARDEN_NAME_WEB;
	default:
		return WARDEN_NAME_UNKNOWN;
	}
}

/* A file inside a web page, where nobody sees that it is one. */
static bool is_smuggled(const struct subject *subject)
{
	return subject->container != NULL &&
	       (subject->container->part->kind == WARDEN_KIND_HTML ||
		subject->container->part->kind == WARDEN_KIND_SVG);
}

/* The page offers a data: address by itself, not by a script. */
static bool offers_data(const struct context *context,
			const struct warden_part *page)
{
	const GPtrArray *traits = context->input->facts->traits;

	for (guint i = 0; i < traits->len; i++) {
		const struct warden_trait *trait =
			g_ptr_array_index(traits, i);

		if (strcmp(trait->part, page->path) == 0 &&
		    strcmp(trait->code, "html-data-uri") == 0)
			return TRUE;
	}
	return FALSE;
}

/* Some reports carry the data for their scripts in an archive: nothing that
   could run, no documents, nothing that could not be read. */
static bool holds_only_data(const struct context *context,
			    const struct warden_part *archive)
{
	const GPtrArray *parts = context->input->facts->parts;
	g_autofree char *prefix = g_strconcat(archive->path, "/", NULL);
	bool any = FALSE;

	for (guint i = 0; i < parts->len; i++) {
		const struct warden_part *part = g_ptr_array_index(parts, i);

		if (!g_str_has_prefix(part->path, prefix))
			continue;
		any = TRUE;
		if ((part->kind != WARDEN_KIND_TEXT &&
		     part->kind != WARDEN_KIND_XML &&
		     part->kind != WARDEN_KIND_IMAGE &&
		     part->kind != WARDEN_KIND_FONT &&
		     part->kind != WARDEN_KIND_EMPTY) ||
		    (part->flags & (WARDEN_PART_ENCRYPTED |
				    WARDEN_PART_EICAR)) != 0)
			return FALSE;
	}
	return any;
}

static const char *danger_symbol(const struct context *context,
				 const struct subject *subject)
{
	const struct warden_part *part = subject->part;
	bool member = subject->container != NULL &&
		(subject->container->part->kind == WARDEN_KIND_ARCHIVE ||
		 subject->container->part->kind == WARDEN_KIND_DISK_IMAGE);

	if (is_smuggled(subject)) {
		if (part->kind == WARDEN_KIND_EXECUTABLE ||
		    part->kind == WARDEN_KIND_SHORTCUT)
			return "SMUGGLED_EXECUTABLE";
		if (part->kind == WARDEN_KIND_ARCHIVE ||
		    part->kind == WARDEN_KIND_DISK_IMAGE)
			return holds_only_data(context, part) &&
			       !offers_data(context,
					    subject->container->part) ?
				NULL : "SMUGGLED_ARCHIVE";
	}
	if (part->kind == WARDEN_KIND_EXECUTABLE ||
	    subject->name_class == WARDEN_NAME_PROGRAM)
		return member ? "EXECUTABLE_IN_ARCHIVE" :
				"EXECUTABLE_ATTACHMENT";
	if (part->kind == WARDEN_KIND_SHORTCUT ||
	    subject->name_class == WARDEN_NAME_SHORTCUT)
		return "SHORTCUT_ATTACHMENT";
	if (part->kind == WARDEN_KIND_DISK_IMAGE ||
	    subject->name_class == WARDEN_NAME_DISK_IMAGE)
		return "DISK_IMAGE_ATTACHMENT";
	if (subject->name_class == WARDEN_NAME_SCRIPT) {
		if (!member)
			return "SCRIPT_ATTACHMENT";
		if (subject->container->members <= LONE_MEMBERS_MAX)
			return "SCRIPT_IN_ARCHIVE";
	}
	return NULL;
}

static void check_danger(struct context *context,
			 const struct subject *subject)
{
	const struct warden_part *part = subject->part;
	const char *symbol = danger_symbol(context, subject);

	/* What is inside a program says nothing new. */
	if (subject->container != NULL &&
	    subject->container->part->kind == WARDEN_KIND_EXECUTABLE)
		return;
	if (symbol != NULL) {
		warden_findings_add(context->findings, symbol, part->path,
				    "%s (%s)", shown_name(subject),
				    part->detected_type);
	}
	if (subject->container != NULL &&
	    (part->flags & WARDEN_PART_ENCRYPTED) != 0 &&
	    (warden_filename_runs(subject->name_class) ||
	     subject->name_class == WARDEN_NAME_DISK_IMAGE)) {
		warden_findings_add(context->findings, "ENCRYPTED_EXECUTABLE",
				    part->path, "%s", shown_name(subject));
	}
}

/* What a declared type promises, where a name promises nothing. */
static enum warden_name_class declared_class(const char *type)
{
	if (g_str_has_prefix(type, "image/svg"))
		return WARDEN_NAME_WEB;
	if (g_str_has_prefix(type, "image/"))
		return WARDEN_NAME_IMAGE;
	if (g_str_has_prefix(type, "audio/") ||
	    g_str_has_prefix(type, "video/"))
		return WARDEN_NAME_MEDIA;
	return declares_harmless(type) ? WARDEN_NAME_DOCUMENT :
		WARDEN_NAME_UNKNOWN;
}

/* Formats of documents that are plain zip files. */
static bool is_zip_document(const struct subject *subject)
{
	return g_str_has_suffix(subject->shown, ".pages") ||
	       g_str_has_suffix(subject->shown, ".numbers") ||
	       g_str_has_suffix(subject->shown, ".thmx") ||
	       g_str_has_suffix(subject->shown, ".one") ||
	       g_str_has_suffix(subject->shown, ".onepkg");
}

/* Wrong, and mostly innocent: counted for the administrator. */
static void check_mismatch(struct context *context,
			   const struct subject *subject)
{
	const struct warden_part *part = subject->part;
	enum warden_name_class is = kind_class(part);
	enum warden_name_class says = subject->name_class;

	if (part->kind != WARDEN_KIND_PDF && part->kind != WARDEN_KIND_HTML &&
	    part->kind != WARDEN_KIND_OFFICE &&
	    part->kind != WARDEN_KIND_SVG && part->kind != WARDEN_KIND_ARCHIVE)
		return;
	if (says == WARDEN_NAME_NONE || says == WARDEN_NAME_UNKNOWN)
		says = declared_class(part->declared_type);
	if (part->kind == WARDEN_KIND_ARCHIVE && is_zip_document(subject))
		return;
	if (says != is && (says == WARDEN_NAME_DOCUMENT ||
			   says == WARDEN_NAME_IMAGE ||
			   says == WARDEN_NAME_MEDIA ||
			   says == WARDEN_NAME_ARCHIVE)) {
		warden_findings_add(context->findings, "TYPE_MISMATCH",
				    part->path, "%s is %s",
				    shown_name(subject), part->detected_type);
	}
}

/* --- walking the parts -------------------------------------------------- */

static void subject_init(struct subject *subject, struct context *context,
			 const struct warden_part *part)
{
	guint best = 0;

	memset(subject, 0, sizeof(*subject));
	subject->part = part;
	subject->shown = "";
	subject->container = g_hash_table_lookup(context->parents, part->path);
	for (guint i = 0; i <= part->names->len &&
	     subject->names_count < G_N_ELEMENTS(subject->names); i++) {
		const char *text = i == 0 ? part->name :
			g_ptr_array_index(part->names, i - 1);
		struct warden_filename *name =
			&subject->names[subject->names_count];
		guint rank;

		if (*text == '\0')
			continue;
		warden_filename_parse(text, name);
		subject->names_count++;
		rank = is_domain_like(name, part) ? 1 :
			class_rank(name->extension_class);
		if (subject->shown[0] == '\0' || rank > best) {
			best = rank;
			subject->shown = name->base;
			subject->name_class = is_domain_like(name, part) ?
				WARDEN_NAME_UNKNOWN : name->extension_class;
		}
	}
}

static void check_part(struct context *context, const struct warden_part *part)
{
	struct subject subject;

	if ((part->flags & WARDEN_PART_EICAR) != 0) {
		warden_findings_add(context->findings, "EICAR_TEST_FILE",
				    part->path, "the harmless file that tests"
				    " virus scanners");
	}
	subject_init(&subject, context, part);
	for (guint i = 0; i < subject.names_count; i++)
		check_marks(context, &subject, &subject.names[i]);
	/* A forwarded mail is called after its subject. */
	if (part->kind != WARDEN_KIND_MESSAGE) {
		for (guint i = 0; i < subject.names_count; i++)
			check_double(context, &subject, &subject.names[i]);
		check_disguise(context, &subject);
		check_conflict(context, &subject);
		check_danger(context, &subject);
		if (!subject.disguised)
			check_mismatch(context, &subject);
	}
	for (guint i = 0; i < subject.names_count; i++)
		warden_filename_clear(&subject.names[i]);
}

/* Members' paths are their container's path, a slash and their own name, and
   that may contain slashes, too: the longest prefix that is a part wins. */
static void find_parents(struct context *context)
{
	const GPtrArray *parts = context->input->facts->parts;

	for (guint i = 0; i < parts->len; i++) {
		struct container *container = g_new0(struct container, 1);

		container->part = g_ptr_array_index(parts, i);
		g_hash_table_insert(context->containers, container->part->path,
				    container);
	}
	for (guint i = 0; i < parts->len; i++) {
		const struct warden_part *part = g_ptr_array_index(parts, i);
		g_autofree char *prefix = g_strdup(part->path);
		struct container *container = NULL;
		char *slash;

		if ((part->flags & WARDEN_PART_MEMBER) == 0)
			continue;
		while (container == NULL &&
		       (slash = strrchr(prefix, '/')) != NULL) {
			*slash = '\0';
			container = g_hash_table_lookup(context->containers,
							prefix);
		}
		if (container != NULL) {
			container->members++;
			g_hash_table_insert(context->parents, part->path,
					    container);
		}
	}
}

static void run(const struct warden_check_input *input,
		struct warden_findings *findings)
{
	struct context context = { .input = input, .findings = findings };

	context.containers = g_hash_table_new_full(g_str_hash, g_str_equal,
						   NULL, g_free);
	context.parents = g_hash_table_new(g_str_hash, g_str_equal);
	find_parents(&context);
	for (guint i = 0; i < input->facts->parts->len; i++)
		check_part(&context, g_ptr_array_index(input->facts->parts, i));
	g_hash_table_unref(context.parents);
	g_hash_table_unref(context.containers);
}

const struct warden_check warden_check_attachment = {
	.name = "attachment",
	.symbols = symbols,
	.symbols_count = G_N_ELEMENTS(symbols),
	.run = run,
};
