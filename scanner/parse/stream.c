#include "warden-config.h"

#include "stream.h"

#include <string.h>

#define WARDEN_TYPE_STREAM (warden_stream_get_type())
#define WARDEN_STREAM(object) \
	(G_TYPE_CHECK_INSTANCE_CAST((object), WARDEN_TYPE_STREAM, \
				    struct warden_stream))

struct warden_stream {
	GMimeStream parent;
	const guint8 *data;
	gsize size;
};

struct warden_stream_class {
	GMimeStreamClass parent;
};

/* What G_DEFINE_TYPE wants: one word each. */
typedef struct warden_stream WardenStream;
typedef struct warden_stream_class WardenStreamClass;

static GType warden_stream_get_type(void);
G_DEFINE_TYPE(WardenStream, warden_stream, GMIME_TYPE_STREAM)

static gint64 end_of(GMimeStream *stream)
{
	gint64 size = WARDEN_STREAM(stream)->size;

	return stream->bound_end == -1 ? size : MIN(stream->bound_end, size);
}

static ssize_t stream_read(GMimeStream *stream, char *buf, size_t length)
{
	gint64 end = end_of(stream);
	gsize count = stream->position >= end ? 0 :
		MIN(length, (gsize)(end - stream->position));

	if (count > 0)
		memcpy(buf, WARDEN_STREAM(stream)->data + stream->position,
		       count);
	stream->position += count;
	return count;
}

static ssize_t
stream_write(GMimeStream *stream, const char *buf, size_t length)
{
	return -1;
}

static int stream_done(GMimeStream *stream)
{
	return 0;
}

static gboolean stream_eos(GMimeStream *stream)
{
	return stream->position >= end_of(stream);
}

static int stream_reset(GMimeStream *stream)
{
	stream->position = stream->bound_start;
	return 0;
}

static gint64
stream_seek(GMimeStream *stream, gint64 offset, GMimeSeekWhence whence)
{
	gint64 wanted = offset;

	if (whence == GMIME_STREAM_SEEK_CUR)
		wanted = stream->position + offset;
	else if (whence == GMIME_STREAM_SEEK_END)
		wanted = end_of(stream) + offset;
	if (wanted < stream->bound_start || wanted > end_of(stream))
		return -1;
	stream->position = wanted;
	return wanted;
}

static gint64 stream_tell(GMimeStream *stream)
{
	return stream->position;
}

static gint64 stream_length(GMimeStream *stream)
{
	return end_of(stream) - stream->bound_start;
}

static GMimeStream *
stream_substream(GMimeStream *stream, gint64 start, gint64 end)
{
	struct warden_stream *old = WARDEN_STREAM(stream);
	struct warden_stream *new = g_object_new(WARDEN_TYPE_STREAM, NULL);

	new->data = old->data;
	new->size = old->size;
	g_mime_stream_construct(&new->parent, start, end);
	return &new->parent;
}

static void warden_stream_class_init(WardenStreamClass *class)
{
	GMimeStreamClass *stream = GMIME_STREAM_CLASS(class);

	stream->read = stream_read;
	stream->write = stream_write;
	stream->flush = stream_done;
	stream->close = stream_done;
	stream->eos = stream_eos;
	stream->reset = stream_reset;
	stream->seek = stream_seek;
	stream->tell = stream_tell;
	stream->length = stream_length;
	stream->substream = stream_substream;
}

static void warden_stream_init(WardenStream *stream)
{
}

GMimeStream *warden_stream_new(const guint8 *data, gsize size)
{
	struct warden_stream *stream = g_object_new(WARDEN_TYPE_STREAM, NULL);

	stream->data = data;
	stream->size = size;
	g_mime_stream_construct(&stream->parent, 0, size);
	return &stream->parent;
}

gboolean
warden_stream_range(GMimeStream *stream, gsize *start_r, gsize *end_r)
{
	gint64 end;

	if (!G_TYPE_CHECK_INSTANCE_TYPE(stream, WARDEN_TYPE_STREAM))
		return FALSE;
	end = end_of(stream);
	if (stream->bound_start < 0 || stream->bound_start > end)
		return FALSE;
	*start_r = stream->bound_start;
	*end_r = end;
	return TRUE;
}
