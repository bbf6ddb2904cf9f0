#include "warden-config.h"

#include "xml.h"

#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void warden_xml_init(struct warden_xml *xml, const char *text, gsize size)
{
	memset(xml, 0, sizeof(*xml));
	xml->p = text;
	xml->end = text + size;
}

/* --- events ------------------------------------------------------------- */

/* Behind the end of what begins here, or the end of all. */
static const char *skip_to(const struct warden_xml *xml, const char *from,
			   const char *mark)
{
	gsize size = strlen(mark);
	const char *found = from >= xml->end ? NULL :
		memmem(from, xml->end - from, mark, size);

	return found == NULL ? xml->end : found + size;
}

/* "<!DOCTYPE x [ <!ENTITY …> ]>": its declarations are skipped one by one, as
   if they stood outside. */
static void skip_declaration(struct warden_xml *xml)
{
	static const char entity[] = "<!ENTITY";
	gsize left = xml->end - xml->p;
	const char *p;

	if (left >= sizeof(entity) - 1 &&
	    memcmp(xml->p, entity, sizeof(entity) - 1) == 0)
		xml->entities = TRUE;
	for (p = xml->p + 1; p < xml->end; p++) {
		if (*p == '>' || *p == '[')
			break;
	}
	xml->p = p < xml->end ? p + 1 : xml->end;
}

/* Quotes may hide a '>'. */
static const char *tag_end(const struct warden_xml *xml, const char *p)
{
	char quote = '\0';

	for (; p < xml->end; p++) {
		if (quote != '\0') {
			if (*p == quote)
				quote = '\0';
		} else if (*p == '"' || *p == '\'') {
			quote = *p;
		} else if (*p == '>') {
			return p;
		}
	}
	return xml->end;
}

static const char *take_name(struct warden_xml *xml, const char *p,
			     const char *end)
{
	xml->name = p;
	for (; p < end && !is_space(*p) && *p != '/'; p++) {
		if (*p == ':')
			xml->name = p + 1;
	}
	xml->name_size = p - xml->name;
	return p;
}

static enum warden_xml_event take_close(struct warden_xml *xml)
{
	const char *end = skip_to(xml, xml->p, ">");

	(void)take_name(xml, xml->p + 2, end == xml->p ? end : end - 1);
	xml->p = end;
	return WARDEN_XML_CLOSE;
}

static enum warden_xml_event take_open(struct warden_xml *xml)
{
	const char *end = tag_end(xml, xml->p + 1);

	xml->empty = end > xml->p + 1 && end[-1] == '/';
	xml->attributes = take_name(xml, xml->p + 1, end);
	xml->attributes_end = xml->empty ? end - 1 : end;
	xml->p = end < xml->end ? end + 1 : end;
	return WARDEN_XML_OPEN;
}

static enum warden_xml_event take_text(struct warden_xml *xml,
				       const char *start, const char *end,
				       const char *next, bool raw)
{
	xml->text = start;
	xml->text_size = end - start;
	xml->raw = raw;
	xml->p = next;
	return WARDEN_XML_TEXT;
}

static bool begins(const struct warden_xml *xml, const char *mark)
{
	gsize size = strlen(mark);

	return (gsize)(xml->end - xml->p) >= size &&
		memcmp(xml->p, mark, size) == 0;
}

static enum warden_xml_event take_cdata(struct warden_xml *xml)
{
	const char *start = xml->p + strlen("<![CDATA[");
	const char *next = skip_to(xml, start, "]]>");
	const char *end = next;

	if (next - start >= 3 && memcmp(next - 3, "]]>", 3) == 0)
		end = next - 3;
	return take_text(xml, start, end, next, TRUE);
}

enum warden_xml_event warden_xml_next(struct warden_xml *xml)
{
	if (xml->empty) {
		xml->empty = FALSE;
		return WARDEN_XML_CLOSE;
	}
	while (xml->p < xml->end) {
		const char *tag = memchr(xml->p, '<', xml->end - xml->p);

		if (tag == NULL)
			tag = xml->end;
		if (tag > xml->p)
			return take_text(xml, xml->p, tag, tag, FALSE);
		if (begins(xml, "<!--"))
			xml->p = skip_to(xml, xml->p + 4, "-->");
		else if (begins(xml, "<![CDATA["))
			return take_cdata(xml);
		else if (begins(xml, "<?"))
			xml->p = skip_to(xml, xml->p + 2, "?>");
		else if (begins(xml, "<!"))
			skip_declaration(xml);
		else if (begins(xml, "</"))
			return take_close(xml);
		else
			return take_open(xml);
	}
	return WARDEN_XML_END;
}

/* --- what it says ------------------------------------------------------- */

bool warden_xml_is(const struct warden_xml *xml, const char *name)
{
	return strlen(name) == xml->name_size &&
		memcmp(xml->name, name, xml->name_size) == 0;
}

/* "&#x41;", "&amp;": returns its size, 0 if it is none. */
static gsize take_reference(const char *p, gsize size, GString *out)
{
	static const struct {
		const char *name;
		char c;
	} names[] = {
		{ "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' },
		{ "&quot;", '"' }, { "&apos;", '\'' },
	};
	gsize i, digits, base;
	gunichar c = 0;

	for (i = 0; i < G_N_ELEMENTS(names); i++) {
		gsize length = strlen(names[i].name);

		if (size >= length && memcmp(p, names[i].name, length) == 0) {
			g_string_append_c(out, names[i].c);
			return length;
		}
	}
	if (size < 4 || p[1] != '#')
		return 0;
	base = p[2] == 'x' ? 16 : 10;
	digits = base == 16 ? 3 : 2;
	for (i = digits; i < size && p[i] != ';'; i++) {
		int digit = g_ascii_xdigit_value(p[i]);

		if (digit < 0 || (gsize)digit >= base || c > 0x10ffff)
			return 0;
		c = c * base + digit;
	}
	if (i == digits || i == size)
		return 0;
	if (c != 0 && g_unichar_validate(c))
		g_string_append_unichar(out, c);
	return i + 1;
}

static void unescape(const char *p, gsize size, GString *out, gsize max)
{
	const char *end = p + size;

	while (p < end && out->len < max) {
		const char *amp = memchr(p, '&', end - p);
		gsize plain = (amp == NULL ? end : amp) - p;
		gsize used;

		g_string_append_len(out, p, MIN(plain, max - out->len));
		p += plain;
		if (p == end || out->len >= max)
			break;
		used = take_reference(p, end - p, out);
		if (used == 0) {
			g_string_append_c(out, '&');
			used = 1;
		}
		p += used;
	}
}

void warden_xml_append_text(const struct warden_xml *xml, GString *out,
			    gsize max)
{
	if (!xml->raw)
		unescape(xml->text, xml->text_size, out, max);
	else if (out->len < max)
		g_string_append_len(out, xml->text, MIN(xml->text_size,
							max - out->len));
}

/* The next name="value" at p; NULL at the end. */
static const char *next_attribute(const char *p, const char *end,
				  const char **name, gsize *name_size,
				  const char **value, gsize *value_size)
{
	const char *start;

	while (p < end && (is_space(*p) || *p == '/'))
		p++;
	if (p == end)
		return NULL;
	*name = p;
	for (; p < end && *p != '=' && !is_space(*p); p++) {
		if (*p == ':')
			*name = p + 1;
	}
	*name_size = p - *name;
	while (p < end && is_space(*p))
		p++;
	*value = p;
	*value_size = 0;
	if (p == end || *p != '=')
		return p;
	for (p++; p < end && is_space(*p); p++)
		;
	if (p < end && (*p == '"' || *p == '\'')) {
		start = p + 1;
		p = memchr(start, *p, end - start);
		*value = start;
		*value_size = (p == NULL ? end : p) - start;
		return p == NULL ? end : p + 1;
	}
	for (start = p; p < end && !is_space(*p); p++)
		;
	*value = start;
	*value_size = p - start;
	return p;
}

char *warden_xml_attribute(const struct warden_xml *xml, const char *name,
			   gsize max)
{
	const char *p = xml->attributes, *found, *value;
	gsize wanted = strlen(name), size, value_size;

	while ((p = next_attribute(p, xml->attributes_end, &found, &size,
				   &value, &value_size)) != NULL) {
		GString *out;

		if (size != wanted || memcmp(found, name, size) != 0)
			continue;
		out = g_string_new(NULL);
		unescape(value, value_size, out, max);
		return g_string_free(out, FALSE);
	}
	return NULL;
}
