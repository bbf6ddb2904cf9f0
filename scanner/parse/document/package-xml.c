#include "warden-config.h"

#include "equation.h"
#include "../office/ole1.h"
#include "package-private.h"
#include "../macro/xlm.h"

#include <string.h>

/* What a member's XML says. Elements are known by their name without prefix:
   those that matter here mean the same in every namespace they occur in. */

/* What texts are collected for. */
enum capture {
	CAPTURE_NONE = 0,
	CAPTURE_FIELD,		/* instruction or result of a field */
	CAPTURE_FORMULA,
	CAPTURE_NAME,		/* what a defined name stands for */
	CAPTURE_BASIC,		/* source of a macro */
	CAPTURE_BINARY,		/* a member in base64 */
};

struct reader {
	struct warden_package *package;
	struct warden_xml xml;
	const char *member;	/* its name */
	char *inner;		/* the same, of a member in a flat document */
	char *source;		/* of its relations, NULL if it has none */
	struct warden_fields *fields;
	enum capture capture;
	GString *text;		/* captured */
	/* A link whose text is being read: its id or its target. */
	char *link_id, *link_target;
	bool run_link;		/* it ends with the run */
	GString *shown;
	char *defined_name;
	bool simple_field;
	bool macro_sheet;
};

/* Valid UTF-8, whatever stands there. */
static char *attribute(struct reader *reader, const char *name)
{
	char *value = warden_xml_attribute(&reader->xml, name,
					   WARDEN_PACKAGE_VALUE_MAX);
	char *valid;

	if (value == NULL || g_utf8_validate(value, -1, NULL))
		return value;
	valid = g_utf8_make_valid(value, -1);
	g_free(value);
	return valid;
}

/* Never NULL. */
static char *attribute_or_empty(struct reader *reader, const char *name)
{
	char *value = attribute(reader, name);

	return value == NULL ? g_strdup("") : value;
}

static void note(struct reader *reader, enum warden_trait_index trait,
		 const char *detail)
{
	warden_office_note(&reader->package->notes, trait, detail);
}

static void note_target(struct reader *reader, enum warden_target_use use,
			const char *target)
{
	if (target != NULL)
		warden_target_note(&reader->package->notes, use, target, "");
}

/* --- links and the text that is shown for them -------------------------- */

static void end_link(struct reader *reader)
{
	struct warden_package *package = reader->package;

	if (reader->link_target != NULL)
		warden_target_note(&package->notes, WARDEN_USE_LINK,
				   reader->link_target, reader->shown->str);
	else if (reader->link_id != NULL &&
		 g_hash_table_size(package->shown) < WARDEN_PACKAGE_SHOWN_MAX)
		g_hash_table_replace(
			package->shown,
			g_strconcat(reader->member, "\n", reader->link_id,
				    NULL),
			g_strdup(reader->shown->str));
	g_clear_pointer(&reader->link_target, g_free);
	g_clear_pointer(&reader->link_id, g_free);
	g_string_truncate(reader->shown, 0);
	reader->run_link = FALSE;
}

/* Word's, and Excel's, which shows an attribute. */
static void open_hyperlink(struct reader *reader)
{
	g_autofree char *display = attribute(reader, "display");

	end_link(reader);
	reader->link_id = attribute(reader, "id");
	if (display != NULL)
		g_string_append(reader->shown, display);
}

/* text:a and draw:a of OpenDocument. */
static void open_anchor(struct reader *reader)
{
	end_link(reader);
	reader->link_target = attribute(reader, "href");
}

/* PowerPoint's: it starts programs as well. */
static void open_click(struct reader *reader)
{
	g_autofree char *action = attribute(reader, "action");

	end_link(reader);
	reader->link_id = attribute(reader, "id");
	reader->run_link = TRUE;
	if (action != NULL &&
	    g_ascii_strncasecmp(action, "ppaction://program", 18) == 0)
		note(reader, WARDEN_TRAIT_OFFICE_RUNS_PROGRAM,
		     reader->link_id);
}

static void close_run(struct reader *reader)
{
	if (reader->run_link)
		end_link(reader);
}

/* --- relations ---------------------------------------------------------- */

static void open_relation(struct reader *reader)
{
	struct warden_package *package = reader->package;
	struct warden_relation relation = { .source = NULL };
	g_autofree char *mode = attribute(reader, "TargetMode");
	g_autofree char *type = attribute_or_empty(reader, "Type");
	const char *slash = strrchr(type, '/');

	if (reader->source == NULL)
		return;
	if (package->relations->len >= WARDEN_PACKAGE_RELATIONS_MAX) {
		package->truncated = TRUE;
		return;
	}
	relation.source = g_strdup(reader->source);
	relation.id = attribute_or_empty(reader, "Id");
	relation.type = g_strdup(slash == NULL ? type : slash + 1);
	relation.target = attribute_or_empty(reader, "Target");
	relation.external = mode != NULL &&
		g_ascii_strcasecmp(mode, "External") == 0;
	g_array_append_val(package->relations, relation);
}

/* Override, Default: what the members are. */
static void open_type(struct reader *reader)
{
	g_autofree char *type = attribute(reader, "ContentType");
	g_autofree char *name = attribute(reader, "PartName");
	g_autofree char *lower = type == NULL ? NULL :
		g_ascii_strdown(type, -1);

	if (lower == NULL)
		return;
	if (strstr(lower, "macrosheet") != NULL && name != NULL)
		g_hash_table_add(reader->package->macro_sheets,
				 g_ascii_strdown(name + (*name == '/'), -1));
	else if (strstr(lower, "activex") != NULL)
		note(reader, WARDEN_TRAIT_OFFICE_ACTIVEX, name);
}

/* --- text documents ----------------------------------------------------- */

static void open_field_mark(struct reader *reader)
{
	g_autofree char *type = attribute_or_empty(reader, "fldCharType");

	if (strcmp(type, "begin") == 0)
		warden_fields_begin(reader->fields);
	else if (strcmp(type, "separate") == 0)
		warden_fields_separate(reader->fields);
	else if (strcmp(type, "end") == 0)
		warden_fields_end(reader->fields);
}

static void open_simple_field(struct reader *reader)
{
	g_autofree char *instruction = attribute_or_empty(reader, "instr");

	warden_fields_begin(reader->fields);
	warden_fields_text(reader->fields, instruction, strlen(instruction));
	warden_fields_separate(reader->fields);
	/* what is left open is ended with the document */
	reader->simple_field = TRUE;
}

static void close_simple_field(struct reader *reader)
{
	if (reader->simple_field)
		warden_fields_end(reader->fields);
}

static void open_text(struct reader *reader)
{
	reader->capture = CAPTURE_FIELD;
}

/* --- objects ------------------------------------------------------------ */

static void note_class(struct reader *reader, const char *class_name)
{
	if (class_name == NULL)
		return;
	if (warden_equation_is_class(class_name))
		note(reader, WARDEN_TRAIT_OFFICE_EQUATION, class_name);
	if (warden_ole1_class_is_risky(class_name))
		note(reader, WARDEN_TRAIT_OFFICE_RISKY_CLASS, class_name);
}

/* o:OLEObject, p:oleObj, x:oleObject */
static void open_object(struct reader *reader)
{
	g_autofree char *upper = attribute(reader, "ProgID");
	g_autofree char *lower = attribute(reader, "progId");
	g_autofree char *load = attribute_or_empty(reader, "autoLoad");
	const char *class_name = upper == NULL ? lower : upper;

	note_class(reader, class_name);
	/* not Word's UpdateMode, which is "Always" for every link */
	if (strcmp(load, "1") == 0 || strcmp(load, "true") == 0)
		note(reader, WARDEN_TRAIT_OFFICE_OBJECT_UPDATES, class_name);
}

/* activeX1.xml: a control's class and where its properties are. */
static void open_control(struct reader *reader)
{
	g_autofree char *class_id = attribute_or_empty(reader, "classid");

	note(reader, WARDEN_TRAIT_OFFICE_ACTIVEX, class_id);
	if (warden_ole1_class_is_risky(class_id))
		note(reader, WARDEN_TRAIT_OFFICE_RISKY_CLASS, class_id);
}

/* --- workbooks ---------------------------------------------------------- */

static void open_dde_link(struct reader *reader)
{
	g_autofree char *service = attribute_or_empty(reader, "ddeService");
	g_autofree char *topic = attribute_or_empty(reader, "ddeTopic");

	warden_target_note_dde(&reader->package->notes, service, topic);
}

static void open_sheet(struct reader *reader)
{
	struct warden_package *package = reader->package;
	g_autofree char *state = attribute_or_empty(reader, "state");
	struct warden_sheet sheet = { .id = NULL };

	if (package->sheets->len >= WARDEN_PACKAGE_SHEETS_MAX)
		return;
	sheet.id = attribute_or_empty(reader, "id");
	sheet.name = attribute_or_empty(reader, "name");
	sheet.hidden = g_ascii_strcasecmp(state, "hidden") == 0 ||
		g_ascii_strcasecmp(state, "veryHidden") == 0;
	g_array_append_val(package->sheets, sheet);
}

static void open_formula(struct reader *reader)
{
	reader->capture = CAPTURE_FORMULA;
}

static void close_formula(struct reader *reader)
{
	if (reader->capture == CAPTURE_FORMULA)
		warden_package_note_formula(reader->package,
					    reader->text->str,
					    reader->macro_sheet);
}

static void open_defined_name(struct reader *reader)
{
	g_free(reader->defined_name);
	reader->defined_name = attribute_or_empty(reader, "name");
	reader->capture = CAPTURE_NAME;
}

static void close_defined_name(struct reader *reader)
{
	const char *name = reader->defined_name;

	if (reader->capture != CAPTURE_NAME)
		return;
	if (g_ascii_strncasecmp(name, "_xlnm.", 6) == 0)
		name += 6;
	if (warden_xlm_is_autorun(name))
		g_string_assign(reader->package->runs_name, name);
	warden_package_note_formula(reader->package, reader->text->str, TRUE);
}

static void open_macro_sheet(struct reader *reader)
{
	g_hash_table_add(reader->package->macro_sheets,
			 g_ascii_strdown(reader->member, -1));
	reader->macro_sheet = TRUE;
}

/* connections.xml: databases, text files, web pages. */
static void open_connection(struct reader *reader)
{
	static const char *const names[] = {
		"url", "sourceFile", "odcFile", "connection",
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *target = attribute(reader, names[i]);

		note_target(reader, WARDEN_USE_DATA, target);
	}
}

/* --- OpenDocument ------------------------------------------------------- */

static void open_odf_object(struct reader *reader)
{
	g_autofree char *target = attribute(reader, "href");

	note_target(reader, WARDEN_USE_OBJECT, target);
}

static void open_odf_picture(struct reader *reader)
{
	g_autofree char *target = attribute(reader, "href");

	note_target(reader, WARDEN_USE_PICTURE, target);
}

static void open_odf_template(struct reader *reader)
{
	g_autofree char *target = attribute(reader, "href");

	note_target(reader, WARDEN_USE_TEMPLATE, target);
}

static void open_odf_data(struct reader *reader)
{
	g_autofree char *target = attribute(reader, "href");

	note_target(reader, WARDEN_USE_DATA, target);
}

/* office:dde-source, text:dde-connection-decl */
static void open_odf_dde(struct reader *reader)
{
	g_autofree char *service = attribute(reader, "dde-application");
	g_autofree char *topic = attribute_or_empty(reader, "dde-topic");

	if (service != NULL)
		warden_target_note_dde(&reader->package->notes, service,
				       topic);
}

static void open_cell(struct reader *reader)
{
	g_autofree char *formula = attribute(reader, "formula");

	if (formula != NULL)
		warden_package_note_formula(reader->package, formula, FALSE);
}

/* What happens without anybody's doing; a button's click is another thing. */
static bool is_own_event(const char *event)
{
	static const char *const own[] = {
		"load", "open", "focus", "new", "view", "start", "prepare",
		"unload", "close", "layout", "page-count", "activate",
		"title-change", "save",
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(own); i++) {
		if (strstr(event, own[i]) != NULL)
			return TRUE;
	}
	return FALSE;
}

static void open_listener(struct reader *reader)
{
	g_autofree char *event = attribute_or_empty(reader, "event-name");
	g_autofree char *target = attribute(reader, "href");
	g_autofree char *name = attribute(reader, "macro-name");
	const char *what = target != NULL ? target : name;
	g_autofree char *lower = g_ascii_strdown(event, -1);
	g_autofree char *detail = NULL;

	if (what == NULL || *what == '\0')
		return;
	detail = g_strdup_printf("%s: %s", event, what);
	/* code that comes with the program, called with other arguments
	   (CVE-2018-16858) */
	if (strstr(what, "vnd.sun.star.script:") != NULL &&
	    strstr(what, "..") != NULL)
		note(reader, WARDEN_TRAIT_OFFICE_HANDLER_TARGET, what);
	note(reader, is_own_event(lower) ? WARDEN_TRAIT_ODF_EVENT :
	     WARDEN_TRAIT_ODF_SCRIPT, detail);
}

static void open_encryption(struct reader *reader)
{
	reader->package->encrypted = TRUE;
}

static void open_basic(struct reader *reader)
{
	reader->capture = CAPTURE_BASIC;
}

/* --- flat documents ----------------------------------------------------- */

/* pkg:part, w:binData: a member with a name. */
static void open_part(struct reader *reader)
{
	char *name = attribute(reader, "name");

	if (name == NULL || reader->package->flat == NULL) {
		g_free(name);
		return;
	}
	g_free(reader->inner);
	g_free(reader->source);
	reader->inner = name;
	reader->member = name + (*name == '/');
	reader->source = warden_package_relations_of(reader->member);
}

static void open_binary(struct reader *reader)
{
	/* Word of 2003 names it in place */
	open_part(reader);
	reader->capture = CAPTURE_BINARY;
}

/* Excel of 2003. */
static void open_old_cell(struct reader *reader)
{
	g_autofree char *formula = attribute(reader, "Formula");
	g_autofree char *target = attribute(reader, "HRef");

	if (formula != NULL)
		warden_package_note_formula(reader->package, formula, FALSE);
	note_target(reader, WARDEN_USE_LINK, target);
}

/* Word of 2003: w:hlink w:dest, w:attachedTemplate w:val. */
static void open_old_link(struct reader *reader)
{
	end_link(reader);
	reader->link_target = attribute(reader, "dest");
}

static void open_old_template(struct reader *reader)
{
	g_autofree char *target = attribute(reader, "val");

	note_target(reader, WARDEN_USE_TEMPLATE, target);
}

/* --- the reader --------------------------------------------------------- */

typedef void action_t(struct reader *reader);

static const struct {
	const char *name;
	action_t *open, *close;
} elements[] = {
	{ "Relationship", open_relation, NULL },
	{ "Override", open_type, NULL },
	{ "fldChar", open_field_mark, NULL },
	{ "fldSimple", open_simple_field, close_simple_field },
	{ "instrText", open_text, NULL },
	{ "delInstrText", open_text, NULL },
	{ "t", open_text, NULL },
	{ "r", NULL, close_run },
	{ "hyperlink", open_hyperlink, end_link },
	{ "hlinkClick", open_click, NULL },
	{ "hlinkHover", open_click, NULL },
	{ "hlinkMouseOver", open_click, NULL },
	{ "OLEObject", open_object, NULL },
	{ "oleObj", open_object, NULL },
	{ "oleObject", open_object, NULL },
	{ "ocx", open_control, NULL },
	{ "ddeLink", open_dde_link, NULL },
	{ "sheet", open_sheet, NULL },
	{ "f", open_formula, close_formula },
	{ "formula", open_formula, close_formula },
	{ "formula1", open_formula, close_formula },
	{ "definedName", open_defined_name, close_defined_name },
	{ "macrosheet", open_macro_sheet, NULL },
	{ "connection", open_connection, NULL },
	{ "dbPr", open_connection, NULL },
	{ "webPr", open_connection, NULL },
	{ "textPr", open_connection, NULL },
	{ "a", open_anchor, end_link },
	{ "object", open_odf_object, NULL },
	{ "object-ole", open_odf_object, NULL },
	{ "plugin", open_odf_object, NULL },
	{ "applet", open_odf_object, NULL },
	{ "floating-frame", open_odf_object, NULL },
	{ "section-source", open_odf_object, NULL },
	{ "image", open_odf_picture, NULL },
	{ "template", open_odf_template, NULL },
	{ "cell-range-source", open_odf_data, NULL },
	{ "table-source", open_odf_data, NULL },
	{ "dde-source", open_odf_dde, NULL },
	{ "dde-connection-decl", open_odf_dde, NULL },
	{ "table-cell", open_cell, NULL },
	{ "event-listener", open_listener, NULL },
	{ "event", open_listener, NULL },
	{ "encryption-data", open_encryption, NULL },
	{ "module", open_basic, NULL },
	{ "source-code", open_basic, NULL },
	{ "part", open_part, NULL },
	{ "binaryData", open_binary, NULL },
	{ "binData", open_binary, NULL },
	{ "binary-data", open_binary, NULL },
	{ "Cell", open_old_cell, NULL },
	{ "hlink", open_old_link, end_link },
	{ "attachedTemplate", open_old_template, NULL },
};

static int find_element(const struct warden_xml *xml)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(elements); i++) {
		if (xml->name_size > 0 && *xml->name == elements[i].name[0] &&
		    warden_xml_is(xml, elements[i].name))
			return i;
	}
	return -1;
}

static void take_open(struct reader *reader)
{
	int index = find_element(&reader->xml);

	if (index < 0)
		return;
	reader->capture = CAPTURE_NONE;
	g_string_truncate(reader->text, 0);
	if (elements[index].open != NULL)
		elements[index].open(reader);
}

static void take_close(struct reader *reader)
{
	int index = find_element(&reader->xml);

	if (index < 0)
		return;
	if (elements[index].close != NULL)
		elements[index].close(reader);
	reader->capture = CAPTURE_NONE;
}

static void take_text(struct reader *reader)
{
	gsize from;

	/* OpenDocument's links have their text in spans of any name */
	if (reader->link_target != NULL)
		warden_xml_append_text(&reader->xml, reader->shown,
				       WARDEN_FACT_TEXT_MAX);
	switch (reader->capture) {
	case CAPTURE_NONE:
		return;
	case CAPTURE_BASIC:
		warden_xml_append_text(&reader->xml, reader->package->basic,
				       WARDEN_TEXT_MAX);
		return;
	case CAPTURE_BINARY:
		warden_package_add_binary(reader->package, reader->member,
					  reader->xml.text,
					  reader->xml.text_size);
		return;
	default:
		break;
	}
	from = reader->capture == CAPTURE_FIELD ? 0 : reader->text->len;
	g_string_truncate(reader->text, from);
	warden_xml_append_text(&reader->xml, reader->text,
			       WARDEN_FIELD_SIZE_MAX);
	if (reader->capture != CAPTURE_FIELD)
		return;
	warden_fields_text(reader->fields, reader->text->str,
			   reader->text->len);
	if (reader->link_id != NULL &&
	    reader->shown->len < WARDEN_FACT_TEXT_MAX)
		g_string_append_len(reader->shown, reader->text->str,
				    reader->text->len);
}

static void read_all(struct reader *reader)
{
	for (;;) {
		switch (warden_xml_next(&reader->xml)) {
		case WARDEN_XML_OPEN:
			take_open(reader);
			break;
		case WARDEN_XML_CLOSE:
			take_close(reader);
			break;
		case WARDEN_XML_TEXT:
			take_text(reader);
			break;
		case WARDEN_XML_END:
			return;
		}
	}
}

/* Members with text of the document; styles, settings and relations have none. */
static bool is_shown(const char *name)
{
	static const char *const words[] = {
		"document", "sharedStrings", "sheet", "slide", "content.xml",
		"note", "comment", "header", "footer",
	};

	for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
		if (strstr(name, words[i]) != NULL)
			return TRUE;
	}
	return FALSE;
}

void warden_package_read_xml(struct warden_package *package, const char *name,
			     const char *text, gsize size)
{
	struct reader reader = { .package = package, .member = name };

	if (is_shown(name))
		warden_office_notes_text(&package->notes, text, size);
	warden_xml_init(&reader.xml, text, size);
	reader.source = warden_package_relations_of(name);
	reader.fields = warden_fields_new(&package->notes);
	reader.text = g_string_new(NULL);
	reader.shown = g_string_new(NULL);
	read_all(&reader);
	end_link(&reader);
	if (reader.xml.entities)
		note(&reader, WARDEN_TRAIT_OFFICE_XML_ENTITIES, name);
	warden_fields_free(reader.fields);
	g_string_free(reader.text, TRUE);
	g_string_free(reader.shown, TRUE);
	g_free(reader.defined_name);
	g_free(reader.inner);
	g_free(reader.source);
}
