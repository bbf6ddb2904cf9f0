#include "warden-config.h"

#include "cms.h"

#include <string.h>

#define OID_SIGNED "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
#define OID_SIZE 9

enum tag {
	TAG_END = 0x00, TAG_OID = 0x06, TAG_SEQUENCE = 0x30,
	TAG_SET = 0x31, TAG_0 = 0xa0, TAG_1 = 0xa1,
};

struct element {
	guint8 tag;		/* its first byte */
	const guint8 *body;
	gsize size;		/* of the body */
	bool endless;		/* up to TAG_END; size: what there is */
};

/* What is left to read. */
struct rest {
	const guint8 *p, *end;
};

static bool take_length(struct rest *rest, struct element *element)
{
	gsize left, count, length;

	if (rest->p == rest->end)
		return FALSE;
	length = *rest->p++;
	left = rest->end - rest->p;
	element->endless = length == 0x80;
	if (length > 0x80) {
		count = length & 0x7f;
		if (count > left || count > sizeof(length))
			return FALSE;
		for (length = 0; count > 0; count--, left--)
			length = length << 8 | *rest->p++;
	}
	if (element->endless)
		length = left;
	element->body = rest->p;
	element->size = length;
	return length <= left;
}

/* Its head; rest stands at the body then. */
static bool take_head(struct rest *rest, struct element *element)
{
	if (rest->p == rest->end)
		return FALSE;
	element->tag = *rest->p++;
	if ((element->tag & 0x1f) == 0x1f) {
		/* a number of its own */
		while (rest->p < rest->end && (*rest->p & 0x80) != 0)
			rest->p++;
		if (rest->p < rest->end)
			rest->p++;
	}
	return take_length(rest, element);
}

/* From the body on behind the element. */
static bool skip_body(struct rest *rest, const struct element *element)
{
	struct element inner;
	gsize depth = 1;

	if (!element->endless) {
		rest->p += element->size;
		return TRUE;
	}
	while (depth > 0) {
		if (!take_head(rest, &inner))
			return FALSE;
		if (inner.endless)
			depth++;
		else if (inner.tag == TAG_END && inner.size == 0)
			depth--;
		else
			rest->p += inner.size;
	}
	return TRUE;
}

static bool take(struct rest *rest, struct element *element)
{
	return take_head(rest, element) && skip_body(rest, element);
}

/* Go into the next element, which has to be of that tag. */
static bool enter(struct rest *rest, guint8 tag)
{
	struct element element;

	if (!take_head(rest, &element) || element.tag != tag)
		return FALSE;
	rest->p = element.body;
	rest->end = element.body + element.size;
	return TRUE;
}

static gsize count(const struct element *set, gsize most)
{
	struct rest rest = { set->body, set->body + set->size };
	struct element element;
	gsize found = 0;

	while (found <= most && rest.p < rest.end &&
	       take(&rest, &element) && element.tag != TAG_END)
		found++;
	return found;
}

/* version, digests, content, certificates, lists, signers */
static bool count_signed(struct rest *rest, gsize most,
			 struct warden_cms_counts *counts)
{
	struct element element;
	bool seen_content = FALSE;

	while (rest->p < rest->end) {
		if (!take(rest, &element))
			return FALSE;
		if (element.tag == TAG_END)
			break;
		if (element.tag == TAG_SEQUENCE)
			seen_content = TRUE;
		else if (element.tag == TAG_SET && !seen_content)
			counts->digests = count(&element, most);
		else if (element.tag == TAG_SET)
			counts->signers = count(&element, most);
		else if (element.tag == TAG_0)
			counts->certificates = count(&element, most);
		else if (element.tag == TAG_1)
			counts->lists = count(&element, most);
	}
	return TRUE;
}

bool warden_cms_count(const guint8 *data, gsize size, gsize most,
		      struct warden_cms_counts *counts_r)
{
	struct rest rest = { data, data };
	struct element type;

	memset(counts_r, 0, sizeof(*counts_r));
	/* no bytes have no address either */
	if (size == 0)
		return FALSE;
	rest.end = data + size;
	if (!enter(&rest, TAG_SEQUENCE) || !take(&rest, &type) ||
	    type.tag != TAG_OID)
		return FALSE;
	if (type.size != OID_SIZE ||
	    memcmp(type.body, OID_SIGNED, OID_SIZE) != 0)
		return TRUE;
	return enter(&rest, TAG_0) && enter(&rest, TAG_SEQUENCE) &&
	       count_signed(&rest, most, counts_r);
}
