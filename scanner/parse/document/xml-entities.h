#ifndef WARDEN_PARSE_XML_ENTITIES_H
#define WARDEN_PARSE_XML_ENTITIES_H

/* What entities of a document type would expand to (XML 4.4). We expand none;
   a document whose reader would run out of memory is a bomb all the same, and
   what it shows is not known. */

#include <glib.h>
#include <stdbool.h>

/* Does the text, with every reference replaced, have more than
   WARDEN_ENTITIES_MAX bytes, or none of a finite number? */
bool warden_xml_entities_explode(const char *text, gsize size);

#endif
