#ifndef WARDEN_PARSE_BYTES_H
#define WARDEN_PARSE_BYTES_H

/* Numbers as file formats write them, at any address. The caller has seen that
   there are so many bytes. */

#include <glib.h>

static inline guint16 warden_le16(const guint8 *p)
{
	return p[0] | p[1] << 8;
}

static inline guint32 warden_le32(const guint8 *p)
{
	return warden_le16(p) | (guint32)warden_le16(p + 2) << 16;
}

static inline guint64 warden_le64(const guint8 *p)
{
	return warden_le32(p) | (guint64)warden_le32(p + 4) << 32;
}

static inline guint16 warden_be16(const guint8 *p)
{
	return p[0] << 8 | p[1];
}

static inline guint32 warden_be32(const guint8 *p)
{
	return (guint32)warden_be16(p) << 16 | warden_be16(p + 2);
}

static inline guint64 warden_be64(const guint8 *p)
{
	return (guint64)warden_be32(p) << 32 | warden_be32(p + 4);
}

#endif
