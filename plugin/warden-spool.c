/* The spool, and the streams that it is read through. */

#include "lib.h"
#include "buffer.h"
#include "istream-private.h"
#include "mail-storage.h"
#include "safe-mkstemp.h"
#include "str.h"
#include "write-full.h"

#include "warden-spool.h"

#include <unistd.h>

struct warden_spool {
	int refcount;
	char *temp_prefix;
	uoff_t max_size;

	uoff_t size, full_size;
	/* Beginning of the message while fd is -1, then a read buffer. */
	buffer_t *memory;
	int fd;
	char *error;
};

struct spool_istream {
	struct istream_private istream;
	struct warden_spool *spool;
};

struct warden_spool *
warden_spool_init(const char *temp_prefix, uoff_t max_size)
{
	struct warden_spool *spool = i_new(struct warden_spool, 1);

	spool->refcount = 1;
	spool->temp_prefix = i_strdup(temp_prefix);
	spool->max_size = max_size;
	spool->memory = buffer_create_dynamic(default_pool, 8192);
	spool->fd = -1;
	return spool;
}

void warden_spool_ref(struct warden_spool *spool)
{
	i_assert(spool->refcount > 0);
	spool->refcount++;
}

void warden_spool_unref(struct warden_spool **_spool)
{
	struct warden_spool *spool = *_spool;

	*_spool = NULL;
	if (spool == NULL || --spool->refcount > 0)
		return;
	i_close_fd(&spool->fd);
	buffer_free(&spool->memory);
	i_free(spool->temp_prefix);
	i_free(spool->error);
	i_free(spool);
}

static void spool_fail(struct warden_spool *spool, const char *what)
{
	if (spool->error == NULL)
		spool->error = i_strdup_printf("%s failed: %m", what);
}

static bool spool_write(struct warden_spool *spool, const void *data,
			size_t size)
{
	if (write_full(spool->fd, data, size) == 0)
		return TRUE;
	spool_fail(spool, t_strdup_printf("write(%s*)", spool->temp_prefix));
	return FALSE;
}

static bool spool_open_file(struct warden_spool *spool)
{
	string_t *path = t_str_new(256);

	str_append(path, spool->temp_prefix);
	spool->fd = safe_mkstemp(path, 0600, (uid_t)-1, (gid_t)-1);
	if (spool->fd == -1) {
		spool_fail(spool, t_strdup_printf("safe_mkstemp(%s)",
						  str_c(path)));
		return FALSE;
	}
	/* Nothing may stay behind if we are killed. */
	if (unlink(str_c(path)) < 0)
		spool_fail(spool, t_strdup_printf("unlink(%s)", str_c(path)));
	else if (spool_write(spool, spool->memory->data,
			     spool->memory->used)) {
		buffer_set_used_size(spool->memory, 0);
		return TRUE;
	}
	/* what is in memory is good still */
	i_close_fd(&spool->fd);
	return FALSE;
}

size_t warden_spool_append(struct warden_spool *spool,
			   const void *data, size_t size)
{
	uoff_t room = spool->max_size - spool->size;

	size = I_MIN(size, room);
	if (size == 0 || spool->error != NULL)
		return 0;
	if (spool->fd == -1 &&
	    spool->memory->used + size > WARDEN_SPOOL_MEMORY_MAX) {
		bool ok;

		T_BEGIN {
			ok = spool_open_file(spool);
		} T_END;
		if (!ok)
			return 0;
	}
	if (spool->fd == -1)
		buffer_append(spool->memory, data, size);
	else if (!spool_write(spool, data, size))
		return 0;
	spool->size += size;
	spool->full_size += size;
	return size;
}

void warden_spool_count(struct warden_spool *spool, size_t size)
{
	spool->full_size += size;
}

const char *warden_spool_get_error(const struct warden_spool *spool)
{
	return spool->error;
}

void warden_spool_set_error(struct warden_spool *spool, const char *error)
{
	if (spool->error == NULL)
		spool->error = i_strdup(error);
}

uoff_t warden_spool_get_size(const struct warden_spool *spool)
{
	return spool->size;
}

uoff_t warden_spool_get_full_size(const struct warden_spool *spool)
{
	return spool->full_size;
}

int warden_spool_read(struct warden_spool *spool, uoff_t offset,
		      const unsigned char **data_r, size_t *size_r)
{
	unsigned char *space;
	ssize_t ret;

	i_assert(offset <= spool->size);
	if (spool->fd == -1) {
		*data_r = CONST_PTR_OFFSET(spool->memory->data, offset);
		*size_r = spool->memory->used - offset;
		return 0;
	}
	buffer_set_used_size(spool->memory, 0);
	space = buffer_append_space_unsafe(spool->memory, IO_BLOCK_SIZE * 8);
	ret = pread(spool->fd, space, IO_BLOCK_SIZE * 8, offset);
	if (ret < 0) {
		spool_fail(spool, "pread(spool)");
		return -1;
	}
	if (ret == 0 && offset < spool->size) {
		errno = EIO;
		spool_fail(spool, "pread(spool)");
		return -1;
	}
	*data_r = space;
	*size_r = ret;
	return 0;
}

static void spool_istream_destroy(struct iostream_private *stream)
{
	struct spool_istream *sstream =
		container_of(stream, struct spool_istream, istream.iostream);

	i_stream_free_buffer(&sstream->istream);
	warden_spool_unref(&sstream->spool);
}

/* Put bytes into the stream's own buffer. Returns how many found room. */
static ssize_t
spool_istream_add(struct istream_private *stream, const void *data,
		  size_t size)
{
	size_t avail;

	if (!i_stream_try_alloc(stream, size, &avail))
		return -2;
	size = I_MIN(size, avail);
	memcpy(stream->w_buffer + stream->pos, data, size);
	stream->pos += size;
	return size;
}

/* Returns as a stream's read(), or 0 if offset is at the end. */
static ssize_t
spool_istream_read_kept(struct spool_istream *sstream, uoff_t offset)
{
	struct istream_private *stream = &sstream->istream;
	const unsigned char *data;
	size_t size;

	if (offset >= sstream->spool->size)
		return 0;
	if (warden_spool_read(sstream->spool, offset, &data, &size) < 0) {
		io_stream_set_error(&stream->iostream, "%s",
				    sstream->spool->error);
		stream->istream.stream_errno = EIO;
		return -1;
	}
	return spool_istream_add(stream, data, size);
}

static uoff_t spool_istream_end(const struct istream_private *stream)
{
	return stream->istream.v_offset + (stream->pos - stream->skip);
}

static ssize_t kept_read(struct istream_private *stream)
{
	struct spool_istream *sstream =
		container_of(stream, struct spool_istream, istream);
	ssize_t ret = spool_istream_read_kept(sstream,
					      spool_istream_end(stream));

	if (ret != 0)
		return ret;
	stream->istream.eof = TRUE;
	return -1;
}

static void
kept_seek(struct istream_private *stream, uoff_t v_offset,
	  bool mark ATTR_UNUSED)
{
	stream->skip = stream->pos = 0;
	stream->istream.v_offset = v_offset;
}

static int
kept_stat(struct istream_private *stream, bool exact ATTR_UNUSED)
{
	struct spool_istream *sstream =
		container_of(stream, struct spool_istream, istream);

	stream->statbuf.st_size = sstream->spool->size;
	return 0;
}

static ssize_t replay_read(struct istream_private *stream)
{
	struct spool_istream *sstream =
		container_of(stream, struct spool_istream, istream);
	struct istream *parent = stream->parent;
	const unsigned char *data;
	size_t size;
	ssize_t ret;

	ret = spool_istream_read_kept(sstream, spool_istream_end(stream));
	if (ret != 0)
		return ret;
	data = i_stream_get_data(parent, &size);
	if (size == 0) {
		ret = i_stream_read_memarea(parent);
		data = i_stream_get_data(parent, &size);
		if (size == 0) {
			stream->istream.stream_errno = parent->stream_errno;
			stream->istream.eof = parent->eof;
			return ret;
		}
	}
	ret = spool_istream_add(stream, data, size);
	if (ret > 0) {
		i_stream_skip(parent, ret);
		warden_spool_count(sstream->spool, ret);
	}
	return ret;
}

static struct istream *
spool_istream_create(struct warden_spool *spool, struct istream *parent)
{
	struct spool_istream *sstream = i_new(struct spool_istream, 1);
	struct istream *input;

	sstream->spool = spool;
	warden_spool_ref(spool);
	sstream->istream.iostream.destroy = spool_istream_destroy;
	sstream->istream.max_buffer_size = IO_BLOCK_SIZE * 8;
	sstream->istream.istream.readable_fd = FALSE;
	if (parent == NULL) {
		sstream->istream.read = kept_read;
		sstream->istream.seek = kept_seek;
		sstream->istream.stat = kept_stat;
		sstream->istream.istream.blocking = TRUE;
		sstream->istream.istream.seekable = TRUE;
	} else {
		sstream->istream.read = replay_read;
		sstream->istream.istream.blocking = parent->blocking;
		sstream->istream.istream.seekable = FALSE;
	}
	input = i_stream_create(&sstream->istream, parent, -1, 0);
	i_stream_set_name(input, "(warden spool)");
	return input;
}

struct istream *warden_spool_open(struct warden_spool *spool)
{
	return spool_istream_create(spool, NULL);
}

struct istream *
warden_spool_replay(struct warden_spool *spool, struct istream *input)
{
	return spool_istream_create(spool, input);
}

int warden_spool_add_mail(struct warden_spool *spool, struct mail *mail,
			  const char **error_r)
{
	struct istream *input;
	const unsigned char *data;
	size_t size;

	if (mail_get_stream_because(mail, NULL, NULL, "warden scan",
				    &input) < 0) {
		*error_r = t_strdup_printf(
			"reading the mail failed: %s",
			mailbox_get_last_internal_error(mail->box, NULL));
		return -1;
	}
	i_stream_seek(input, 0);
	while (i_stream_read_more(input, &data, &size) > 0) {
		size_t taken = warden_spool_append(spool, data, size);

		warden_spool_count(spool, size - taken);
		i_stream_skip(input, size);
	}
	if (input->stream_errno != 0) {
		*error_r = t_strdup_printf("read(%s) failed: %s",
					   i_stream_get_name(input),
					   i_stream_get_error(input));
		return -1;
	}
	i_stream_seek(input, 0);
	if (spool->error != NULL) {
		*error_r = t_strdup(spool->error);
		return -1;
	}
	return 0;
}
