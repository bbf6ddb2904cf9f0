#include "warden-config.h"

#include "lnk.h"
#include "../bytes.h"

#include <string.h>

#define HEADER_SIZE 0x4cu
#define ITEMS_MAX 200u
#define BLOCKS_MAX 100u

/* LinkFlags, 2.1.1 */
enum flag {
	FLAG_ITEMS = 1 << 0,
	FLAG_INFO = 1 << 1,
	FLAG_NAME = 1 << 2,
	FLAG_RELATIVE = 1 << 3,
	FLAG_FOLDER = 1 << 4,
	FLAG_ARGUMENTS = 1 << 5,
	FLAG_ICON = 1 << 6,
	FLAG_UNICODE = 1 << 7,
	FLAG_NO_INFO = 1 << 8,
};

/* ExtraData, 2.5 */
enum block {
	BLOCK_ENVIRONMENT = 0xa0000001,
	BLOCK_TRACKER = 0xa0000003,
	BLOCK_DARWIN = 0xa0000006,
	BLOCK_ICON = 0xa0000007,
	BLOCK_PROPERTIES = 0xa0000009,
};

static const guint8 link_class[16] = {
	0x01, 0x14, 0x02, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46,
};

struct reader {
	const guint8 *data;
	gsize size, at;
	struct warden_lnk *lnk;
};

/* --- numbers and strings ----------------------------------------------------- */

static bool has(struct reader *reader, gsize size)
{
	if (size <= reader->size - reader->at)
		return TRUE;
	reader->lnk->damaged = TRUE;
	return FALSE;
}

static char *wide_string(const guint8 *text, gsize size)
{
	gsize length = 0;
	char *utf8;

	size = MIN(size, WARDEN_LNK_STRING_MAX) & ~(gsize)1;
	while (length < size && warden_le16(text + length) != 0)
		length += 2;
	utf8 = g_convert_with_fallback((const char *)text, length, "UTF-8",
				       "UTF-16LE", "?", NULL, NULL, NULL);
	return utf8 == NULL ? g_strdup("") : utf8;
}

/* The maker's code page, which a link does not tell. */
static char *narrow_string(const guint8 *text, gsize size)
{
	gsize length = strnlen((const char *)text,
			       MIN(size, WARDEN_LNK_STRING_MAX));
	char *utf8;

	if (g_utf8_validate((const char *)text, length, NULL))
		return g_strndup((const char *)text, length);
	utf8 = g_convert_with_fallback((const char *)text, length, "UTF-8",
				       "WINDOWS-1252", "?", NULL, NULL, NULL);
	return utf8 == NULL ? g_strdup("") : utf8;
}

/* Takes target over. */
static void add_target(struct warden_lnk *lnk, char *target)
{
	guint i;

	for (i = 0; i < lnk->targets->len; i++) {
		if (g_ascii_strcasecmp(lnk->targets->pdata[i], target) == 0)
			break;
	}
	if (*target == '\0' || i < lnk->targets->len ||
	    i >= WARDEN_LNK_TARGETS_MAX)
		g_free(target);
	else
		g_ptr_array_add(lnk->targets, target);
}

static void set_string(char **to, char *text)
{
	if (**to != '\0' || *text == '\0') {
		g_free(text);
		return;
	}
	g_free(*to);
	*to = text;
}

/* --- the list of items (2.2; MS-SHLLINK says nothing of what is in them) ------- */

/* The long name of a file is in an extension block behind the short one. */
static char *long_name(const guint8 *item, gsize size)
{
	static const guint8 mark[4] = { 0x04, 0x00, 0xef, 0xbe };
	const guint8 *found = memmem(item, size, mark, sizeof(mark));
	guint16 version, at;

	if (found == NULL || found - item < 8)
		return NULL;
	version = warden_le16(found - 2);
	if (version < 3)
		return NULL;
	/* counted from the block's size, four bytes before the mark */
	at = version >= 9 ? 46 : version == 8 ? 42 : version == 7 ? 38 : 20;
	if ((gsize)(item + size - (found - 4)) <= at)
		return NULL;
	return wide_string(found - 4 + at, item + size - (found - 4 + at));
}

static void append_name(GString *path, const char *name)
{
	if (*name == '\0')
		return;
	if (path->len > 0 && path->str[path->len - 1] != '\\')
		g_string_append_c(path, '\\');
	g_string_append(path, name);
}

/* item: after its size. */
static void take_item(struct warden_lnk *lnk, const guint8 *item, gsize size,
		      GString *path)
{
	g_autofree char *name = NULL;
	guint8 type = item[0];

	if (path->len > WARDEN_LNK_STRING_MAX)
		return;
	if ((type & 0x70) == 0x20 && size > 1) {		/* volume */
		name = narrow_string(item + 1, size - 1);
		append_name(path, name);
	} else if ((type & 0x70) == 0x30 && size > 12) {	/* file */
		name = long_name(item, size);
		if (name == NULL && (type & 0x04) != 0)
			name = wide_string(item + 12, size - 12);
		else if (name == NULL)
			name = narrow_string(item + 12, size - 12);
		append_name(path, name);
	} else if ((type & 0x70) == 0x40 && size > 3) {		/* network */
		name = narrow_string(item + 3, size - 3);
		if (name[0] == '\\')
			g_string_truncate(path, 0);
		append_name(path, name);
	} else if (type == 0x61 && size > 6) {			/* URI */
		name = (item[1] & 0x80) != 0 ?
			wide_string(item + 6, size - 6) :
			narrow_string(item + 6, size - 6);
		g_string_assign(path, name);
	} else if (type == 0x00 && size > 22) {
		/* a control panel's program: loaded to show its icon */
		name = wide_string(item + 22, size - 22);
		if (strchr(name, '\\') != NULL)
			add_target(lnk, g_strdup(name));
	}
}

static void take_items(struct warden_lnk *lnk, const guint8 *data, gsize size)
{
	GString *path = g_string_new("");
	gsize at = 0;
	guint count = 0;

	while (size - at >= 2 && count++ < ITEMS_MAX) {
		gsize length = warden_le16(data + at);

		if (length < 3)
			break;
		if (length > size - at) {
			lnk->damaged = TRUE;
			break;
		}
		take_item(lnk, data + at + 2, length - 2, path);
		at += length;
	}
	add_target(lnk, g_string_free(path, FALSE));
}

/* --- link information (2.3) ------------------------------------------------------ */

static char *info_string(const guint8 *info, gsize size, gsize field,
			 bool wide)
{
	gsize at = field + 4 <= size ? warden_le32(info + field) : 0;

	if (at == 0 || at >= size)
		return g_strdup("");
	return wide ? wide_string(info + at, size - at) :
		narrow_string(info + at, size - at);
}

static void take_volume(struct warden_lnk *lnk, const guint8 *info, gsize size,
			bool wide)
{
	g_autofree char *base = info_string(info, size, wide ? 28 : 16, wide);
	g_autofree char *suffix = info_string(info, size, wide ? 32 : 24,
					      wide);

	if (*base != '\0')
		add_target(lnk, g_strconcat(base, suffix, NULL));
}

/* CommonNetworkRelativeLink, 2.3.2 */
static void take_network(struct warden_lnk *lnk, const guint8 *info,
			 gsize size)
{
	gsize at = warden_le32(info + 20);
	g_autofree char *share = NULL, *suffix = NULL;
	bool wide;

	if (at == 0 || at > size || size - at < 20)
		return;
	/* an offset beyond the fixed part says that there are wide ones */
	wide = warden_le32(info + at + 8) > 20 && size - at >= 28;
	share = wide ? info_string(info + at, size - at, 20, TRUE) :
		g_strdup("");
	if (*share == '\0') {
		g_free(share);
		share = info_string(info + at, size - at, 8, FALSE);
	}
	suffix = info_string(info, size, 24, FALSE);
	if (*share != '\0')
		add_target(lnk, g_strconcat(
			share, *suffix == '\0' ? "" : "\\", suffix, NULL));
}

static void take_info(struct warden_lnk *lnk, const guint8 *info, gsize size)
{
	guint32 header, flags;

	if (size < 28) {
		lnk->damaged = TRUE;
		return;
	}
	header = warden_le32(info + 4);
	flags = warden_le32(info + 8);
	if ((flags & 1) != 0) {
		if (header >= 0x24 && size >= 0x24)
			take_volume(lnk, info, size, TRUE);
		take_volume(lnk, info, size, FALSE);
	}
	/* a local file in a shared folder has both */
	else if ((flags & 2) != 0)
		take_network(lnk, info, size);
}

/* --- extra data (2.5) --------------------------------------------------------------- */

/* Two fixed fields of the same: 260 bytes, 520 bytes. */
static char *block_string(const guint8 *block, gsize size)
{
	char *wide = size >= 268 + 2 ? wide_string(
		block + 268, MIN(size - 268, 520)) : g_strdup("");

	if (*wide != '\0' || size <= 8)
		return wide;
	g_free(wide);
	return narrow_string(block + 8, MIN(size - 8, 260));
}

struct property {
	guint8 format[16];
	guint32 id;
	bool is_arguments;
};

/* System.Link.TargetParsingPath, System.Link.Arguments */
static const struct property properties[] = {
	{ { 0xfc, 0x2b, 0x3b, 0xb9, 0x51, 0x2b, 0x42, 0x4a, 0xb5, 0xd8, 0x32,
	    0x41, 0x46, 0xaf, 0xcf, 0x25 }, 2, FALSE },
	{ { 0x67, 0x26, 0x6f, 0x43, 0xe2, 0x14, 0xeb, 0x4f, 0xb3, 0x0a, 0x14,
	    0x6c, 0x53, 0xb5, 0xb6, 0x74 }, 100, TRUE },
};

/* One value of a serialised property storage (MS-PROPSTORE 2.3.2): size, id,
   reserved, type; a string has its length in characters before it. */
static void take_property(struct warden_lnk *lnk, const guint8 *format,
			  const guint8 *value, gsize size)
{
	gsize i;
	char *text;

	if (size < 17 || warden_le16(value + 9) != 0x1f)
		return;
	for (i = 0; i < G_N_ELEMENTS(properties); i++) {
		if (memcmp(format, properties[i].format, 16) != 0 ||
		    warden_le32(value + 4) != properties[i].id)
			continue;
		text = wide_string(value + 17, size - 17);
		if (properties[i].is_arguments)
			set_string(&lnk->arguments, text);
		else
			add_target(lnk, text);
	}
}

static void take_properties(struct warden_lnk *lnk, const guint8 *data,
			    gsize size)
{
	gsize at = 8, end;
	guint count = 0;

	while (size - at >= 24) {
		gsize length = warden_le32(data + at), value;

		if (length < 24 || length > size - at)
			return;
		end = at + length;
		value = at + 24;
		while (end - value >= 9 && count++ < ITEMS_MAX) {
			gsize part = warden_le32(data + value);

			if (part < 9 || part > end - value)
				break;
			take_property(lnk, data + at + 8, data + value, part);
			value += part;
		}
		at = end;
	}
}

static void take_block(struct warden_lnk *lnk, const guint8 *block, gsize size)
{
	switch (warden_le32(block + 4)) {
	case BLOCK_ENVIRONMENT:
	case BLOCK_DARWIN:
		add_target(lnk, block_string(block, size));
		break;
	case BLOCK_ICON:
		set_string(&lnk->icon, block_string(block, size));
		break;
	case BLOCK_TRACKER:
		if (size >= 32)
			set_string(&lnk->machine,
				   narrow_string(block + 16, 16));
		break;
	case BLOCK_PROPERTIES:
		take_properties(lnk, block, size);
		break;
	}
}

static void take_blocks(struct reader *reader)
{
	guint count = 0;

	while (reader->size - reader->at >= 4 && count++ < BLOCKS_MAX) {
		gsize size = warden_le32(reader->data + reader->at);

		if (size < 4) {
			reader->at += 4;
			break;
		}
		/* what is no block is what was put behind the link */
		if (size < 8 || size > reader->size - reader->at ||
		    reader->data[reader->at + 7] != 0xa0)
			break;
		take_block(reader->lnk, reader->data + reader->at, size);
		reader->at += size;
	}
	reader->lnk->end = reader->at;
}

/* --- the whole ---------------------------------------------------------------------- */

/* StringData, 2.4: a count of characters and the characters. */
static char *take_string(struct reader *reader, bool wide)
{
	gsize count;
	char *text;

	if (!has(reader, 2))
		return g_strdup("");
	count = (gsize)warden_le16(reader->data + reader->at) << wide;
	reader->at += 2;
	if (!has(reader, count))
		count = reader->size - reader->at;
	text = wide ? wide_string(reader->data + reader->at, count) :
		narrow_string(reader->data + reader->at, count);
	reader->at += count;
	return text;
}

static void take_strings(struct reader *reader, guint32 flags)
{
	struct warden_lnk *lnk = reader->lnk;
	bool wide = (flags & FLAG_UNICODE) != 0;

	if ((flags & FLAG_NAME) != 0)
		set_string(&lnk->name, take_string(reader, wide));
	if ((flags & FLAG_RELATIVE) != 0)
		add_target(lnk, take_string(reader, wide));
	if ((flags & FLAG_FOLDER) != 0)
		set_string(&lnk->folder, take_string(reader, wide));
	if ((flags & FLAG_ARGUMENTS) != 0)
		set_string(&lnk->arguments, take_string(reader, wide));
	if ((flags & FLAG_ICON) != 0)
		set_string(&lnk->icon, take_string(reader, wide));
}

static void take_lists(struct reader *reader, guint32 flags)
{
	gsize size;

	if ((flags & FLAG_ITEMS) != 0 && has(reader, 2)) {
		size = warden_le16(reader->data + reader->at);
		reader->at += 2;
		if (!has(reader, size))
			size = reader->size - reader->at;
		take_items(reader->lnk, reader->data + reader->at, size);
		reader->at += size;
	}
	if ((flags & FLAG_INFO) != 0 && (flags & FLAG_NO_INFO) == 0 &&
	    has(reader, 4)) {
		size = warden_le32(reader->data + reader->at);
		if (!has(reader, size))
			size = reader->size - reader->at;
		if (size >= 4)
			take_info(reader->lnk, reader->data + reader->at,
				  size);
		reader->at += size;
	}
}

bool warden_lnk_parse(const guint8 *data, gsize size,
		      struct warden_lnk *lnk_r)
{
	struct reader reader = {
		.data = data, .size = size, .at = HEADER_SIZE, .lnk = lnk_r,
	};
	guint32 flags;

	memset(lnk_r, 0, sizeof(*lnk_r));
	if (size < HEADER_SIZE || warden_le32(data) != HEADER_SIZE ||
	    memcmp(data + 4, link_class, sizeof(link_class)) != 0)
		return FALSE;
	lnk_r->targets = g_ptr_array_new_with_free_func(g_free);
	lnk_r->name = g_strdup("");
	lnk_r->arguments = g_strdup("");
	lnk_r->folder = g_strdup("");
	lnk_r->icon = g_strdup("");
	lnk_r->machine = g_strdup("");
	flags = warden_le32(data + 0x14);
	lnk_r->icon_index = (gint32)warden_le32(data + 0x38);
	lnk_r->show = warden_le32(data + 0x3c);
	lnk_r->hotkey = warden_le16(data + 0x40);
	take_lists(&reader, flags);
	take_strings(&reader, flags);
	take_blocks(&reader);
	return TRUE;
}

void warden_lnk_clear(struct warden_lnk *lnk)
{
	g_ptr_array_unref(lnk->targets);
	g_free(lnk->name);
	g_free(lnk->arguments);
	g_free(lnk->folder);
	g_free(lnk->icon);
	g_free(lnk->machine);
}
