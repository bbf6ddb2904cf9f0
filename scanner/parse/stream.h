#ifndef WARDEN_PARSE_STREAM_H
#define WARDEN_PARSE_STREAM_H

/* A GMime stream over memory that is not copied. GMime keeps substreams of
   it, whose bounds say where a body stands. */

#include <gmime/gmime.h>

/* data must outlive the stream and everything parsed from it. */
GMimeStream *warden_stream_new(const guint8 *data, gsize size);
/* Bytes [*start_r, *end_r) of the data under it; FALSE if it is no such
   stream. */
gboolean warden_stream_range(GMimeStream *stream, gsize *start_r,
			     gsize *end_r);

#endif
