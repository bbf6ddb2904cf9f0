#include "warden-config.h"

#include "reader-private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef F_GET_SEALS
#  error "memfd seals are needed (Linux 3.17)"
#endif

static bool is_sealed(int fd)
{
	const int wanted = F_SEAL_SHRINK | F_SEAL_WRITE;
	int seals = fcntl(fd, F_GET_SEALS);

	return seals != -1 && (seals & wanted) == wanted;
}

/* Fewer bytes than there were at fstat() time are what the file now has. */
static int read_all(int fd, guint8 *data, gsize size, gsize *used_r)
{
	gsize used = 0;

	while (used < size) {
		ssize_t ret = pread(fd, data + used, size - used, used);
		if (ret == 0)
			break;
		if (ret < 0 && errno == EINTR)
			continue;
		if (ret < 0)
			return -1;
		used += ret;
	}
	*used_r = used;
	return 1;
}

int warden_reader_message_open(int fd, guint64 size,
			       struct reader_message *message_r)
{
	static const guint8 empty[1];
	struct stat st;

	*message_r = (struct reader_message){ .data = empty };
	if (fstat(fd, &st) < 0)
		return -1;
	size = MIN(size, (guint64)MAX(st.st_size, 0));
	size = MIN(size, WARDEN_MESSAGE_MAX);
	if (size == 0)
		return 1;

	bool sealed = is_sealed(fd);
	/* Anonymous memory for the copy: returned to the system at once,
	   whatever the allocator thinks of 256 MiB blocks. */
	void *map = sealed ?
		mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0) :
		mmap(NULL, size, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (map == MAP_FAILED)
		return -1;
	message_r->map = map;
	message_r->map_size = size;
	message_r->data = map;
	message_r->size = size;
	if (!sealed && read_all(fd, map, size, &message_r->size) < 0) {
		int error = errno;
		warden_reader_message_close(message_r);
		errno = error;
		return -1;
	}
	return 1;
}

void warden_reader_message_close(struct reader_message *message)
{
	if (message->map != NULL)
		munmap(message->map, message->map_size);
	*message = (struct reader_message){ .data = NULL };
}

int warden_reader_key(int fd, guint64 size, guint8 key_r[WARDEN_SHA256_SIZE],
		      char **error_r)
{
	struct reader_message message;

	if (warden_reader_message_open(fd, size, &message) < 0) {
		*error_r = g_strdup_printf("message cannot be read: %s",
					   g_strerror(errno));
		return -1;
	}
	warden_parse_key(message.data, message.size, key_r);
	warden_reader_message_close(&message);
	return 1;
}
