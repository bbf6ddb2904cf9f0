/* The spool, and the stream that fills it. */

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

struct tee_istream {
	struct istream_private istream;
	struct warden_spool *spool;
	/* offset up to which bytes are in the spool */
	uoff_t seen;
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
	if (unlink(str_c(path)) < 0) {
		spool_fail(spool, t_strdup_printf("unlink(%s)", str_c(path)));
		return FALSE;
	}
	if (!spool_write(spool, spool->memory->data, spool->memory->used))
		return FALSE;
	buffer_set_used_size(spool->memory, 0);
	return TRUE;
}

void warden_spool_append(struct warden_spool *spool,
			 const void *data, size_t size)
{
	uoff_t room = spool->max_size - spool->size;

	spool->full_size += size;
	if (size > room)
		size = room;
	if (size == 0 || spool->error != NULL)
		return;
	if (spool->fd == -1 &&
	    spool->memory->used + size > WARDEN_SPOOL_MEMORY_MAX) {
		bool ok;

		T_BEGIN {
			ok = spool_open_file(spool);
		} T_END;
		if (!ok)
			return;
	}
	if (spool->fd == -1)
		buffer_append(spool->memory, data, size);
	else if (!spool_write(spool, data, size))
		return;
	spool->size += size;
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
	if (spool->error != NULL)
		return -1;
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

static void tee_destroy(struct iostream_private *stream)
{
	struct tee_istream *tee =
		container_of(stream, struct tee_istream, istream.iostream);

	warden_spool_unref(&tee->spool);
}

static ssize_t tee_read(struct istream_private *stream)
{
	struct tee_istream *tee =
		container_of(stream, struct tee_istream, istream);
	uoff_t end;
	ssize_t ret;

	i_stream_seek(stream->parent, stream->parent_start_offset +
		      stream->istream.v_offset);
	ret = i_stream_read_copy_from_parent(&stream->istream);

	/* After this call skip is 0 and buffer[0..pos) begins at v_offset. The
	   same bytes may come by twice when something in between sought. */
	end = stream->istream.v_offset + stream->pos;
	if (end > tee->seen) {
		size_t fresh = end - tee->seen;

		i_assert(fresh <= stream->pos);
		warden_spool_append(tee->spool,
				    stream->buffer + stream->pos - fresh,
				    fresh);
		tee->seen = end;
	}
	return ret;
}

static int
tee_stat(struct istream_private *stream, bool exact)
{
	const struct stat *st;

	if (i_stream_stat(stream->parent, exact, &st) < 0) {
		stream->istream.stream_errno = stream->parent->stream_errno;
		return -1;
	}
	stream->statbuf = *st;
	return 0;
}

struct istream *
warden_spool_tee(struct warden_spool *spool, struct istream *input)
{
	struct tee_istream *tee = i_new(struct tee_istream, 1);

	tee->spool = spool;
	warden_spool_ref(spool);
	tee->istream.iostream.destroy = tee_destroy;
	tee->istream.max_buffer_size = input->real_stream->max_buffer_size;
	tee->istream.stream_size_passthrough = TRUE;
	tee->istream.read = tee_read;
	tee->istream.stat = tee_stat;
	tee->istream.istream.readable_fd = FALSE;
	tee->istream.istream.blocking = input->blocking;
	tee->istream.istream.seekable = FALSE;
	return i_stream_create(&tee->istream, input, -1, 0);
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
		warden_spool_append(spool, data, size);
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
