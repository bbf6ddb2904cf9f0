#ifndef WARDEN_PARSE_XML_H
#define WARDEN_PARSE_XML_H

/* A pull scanner for XML of documents: tags and texts one after the other,
   without a tree, without namespaces, without memory of its own. It takes what
   is no XML as well, and looks at names without their prefix, since a document
   may call its prefixes anything. Entities of a document type are not
   expanded, so they cost nothing; that some are declared is said. */

#include <glib.h>
#include <stdbool.h>

enum warden_xml_event {
	WARDEN_XML_END = 0,
	WARDEN_XML_OPEN,	/* also of an element without content */
	WARDEN_XML_CLOSE,	/* also right after such an OPEN */
	WARDEN_XML_TEXT,	/* a piece; CDATA sections are texts, too */
};

struct warden_xml {
	const char *p, *end;
	/* of the event; pointers into the text */
	const char *name;	/* behind the prefix; not NUL terminated */
	gsize name_size;
	const char *attributes, *attributes_end;
	const char *text;
	gsize text_size;
	bool raw;		/* the text is of a CDATA section */
	bool empty;		/* a CLOSE is still to come */
	bool entities;		/* <!ENTITY was seen */
};

/* text: UTF-8 or any superset of ASCII; must outlive the scanner. */
void warden_xml_init(struct warden_xml *xml, const char *text, gsize size);
enum warden_xml_event warden_xml_next(struct warden_xml *xml);

/* The element is called that. Case matters. */
bool warden_xml_is(const struct warden_xml *xml, const char *name);
/* An attribute of the OPEN event, by its name without prefix, with character
   references undone, at most max bytes. NULL if there is none; owned by the
   caller. */
char *warden_xml_attribute(const struct warden_xml *xml, const char *name,
			   gsize max);
/* Append the TEXT event, with character references undone, while out is
   shorter than max. */
void warden_xml_append_text(const struct warden_xml *xml, GString *out,
			    gsize max);

#endif
