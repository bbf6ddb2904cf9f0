#include "warden-config.h"

#include "cli-input.h"

#include "scanner/facts/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_SIZE (64 * 1024)

struct input {
	warden_input_each_t *each;
	void *context;
	bool mbox;
};

static void give(const struct input *input, const char *name, int fd,
		 guint64 full_size)
{
	struct warden_input_message message = {
		.name = name, .fd = fd, .size = full_size,
	};

	if (full_size > WARDEN_MESSAGE_MAX) {
		message.size = WARDEN_MESSAGE_MAX;
		message.full_size = full_size;
	}
	input->each(&message, input->context);
}

static void fail(const struct input *input, const char *name,
		 const char *error)
{
	struct warden_input_message message = {
		.name = name, .error = error, .fd = -1,
	};

	input->each(&message, input->context);
}

/* --- one message in memory ---------------------------------------------- */

/* What is not a regular file, or only a piece of one. Beyond the limit bytes
   are counted and dropped. */
struct holder {
	int fd;
	guint64 size;
	int error;	/* errno of the first failed write */
};

static bool holder_open(struct holder *holder)
{
	holder->size = 0;
	holder->error = 0;
	holder->fd = memfd_create("warden-message", MFD_CLOEXEC);
	return holder->fd >= 0;
}

static void holder_write(struct holder *holder, const char *data, gsize size)
{
	gsize keep = 0;

	if (holder->size < WARDEN_MESSAGE_MAX)
		keep = MIN(size, WARDEN_MESSAGE_MAX - holder->size);
	holder->size += size;
	while (keep > 0 && holder->error == 0) {
		ssize_t ret = write(holder->fd, data, keep);

		if (ret < 0 && errno != EINTR)
			holder->error = errno;
		if (ret > 0) {
			data += ret;
			keep -= ret;
		}
	}
}

/* Hand over what was gathered and start again. */
static void holder_give(struct holder *holder, const struct input *input,
			const char *name)
{
	if (holder->error != 0)
		fail(input, name, g_strerror(holder->error));
	else
		give(input, name, holder->fd, holder->size);
	holder->size = 0;
	holder->error = 0;
	if (ftruncate(holder->fd, 0) < 0 ||
	    lseek(holder->fd, 0, SEEK_SET) < 0)
		holder->error = errno;
}

static ssize_t read_block(int fd, char *block, gsize size)
{
	ssize_t ret;

	do {
		ret = read(fd, block, size);
	} while (ret < 0 && errno == EINTR);
	return ret;
}

static void read_stream(const struct input *input, const char *name, int fd)
{
	g_autofree char *block = g_malloc(BLOCK_SIZE);
	struct holder holder;
	ssize_t ret;

	if (!holder_open(&holder)) {
		fail(input, name, g_strerror(errno));
		return;
	}
	while ((ret = read_block(fd, block, BLOCK_SIZE)) > 0)
		holder_write(&holder, block, ret);
	if (ret < 0)
		fail(input, name, g_strerror(errno));
	else
		holder_give(&holder, input, name);
	close(holder.fd);
}

/* --- mbox (RFC 4155) ---------------------------------------------------- */

/* A From_ line counts at the start and after an empty line. Neither is part of
   the message, whose key must be that of the same message elsewhere. Quoted
   ">From " stays: nobody can tell whether the quote was there before. Blocks
   are cut at line ends, so that "From " is never split; a line longer than a
   block goes on without being a new line. */
struct mbox {
	const struct input *input;
	const char *path;
	struct holder holder;
	guint64 number;
	bool started;		/* there is a message, maybe an empty one */
	bool line_start, in_from;
	const char *empty;	/* an empty line held back, NULL = none */
};

static void mbox_give(struct mbox *mbox)
{
	g_autofree char *name = NULL;

	if (!mbox->started)
		return;
	mbox->number++;
	name = g_strdup_printf("%s:%" G_GUINT64_FORMAT, mbox->path,
			       mbox->number);
	holder_give(&mbox->holder, mbox->input, name);
}

static void mbox_line(struct mbox *mbox, const char *line, gsize size,
		      bool ended)
{
	bool start = mbox->line_start;

	mbox->line_start = ended;
	if (start && (mbox->empty != NULL || !mbox->started) && size >= 5 &&
	    memcmp(line, "From ", 5) == 0) {
		mbox_give(mbox);
		mbox->empty = NULL;
		mbox->started = TRUE;
		mbox->in_from = !ended;
		return;
	}
	if (mbox->in_from) {
		mbox->in_from = !ended;
		return;
	}
	if (mbox->empty != NULL)
		holder_write(&mbox->holder, mbox->empty,
			     strlen(mbox->empty));
	mbox->empty = NULL;
	if (start && ended && size == 1)
		mbox->empty = mbox->started ? "\n" : NULL;
	else if (start && ended && size == 2 && line[0] == '\r')
		mbox->empty = mbox->started ? "\r\n" : NULL;
	else
		holder_write(&mbox->holder, line, size);
	mbox->started |= mbox->holder.size > 0;
}

static gsize mbox_block(struct mbox *mbox, const char *block, gsize size,
			bool full)
{
	gsize used = 0;

	while (used < size) {
		const char *end = memchr(block + used, '\n', size - used);

		if (end == NULL) {
			if (!full || used > 0)
				break;
			mbox_line(mbox, block, size, FALSE);
			return size;
		}
		mbox_line(mbox, block + used, end + 1 - block - used, TRUE);
		used = end + 1 - block;
	}
	return used;
}

static void read_mbox(const struct input *input, const char *path, int fd)
{
	g_autofree char *block = g_malloc(BLOCK_SIZE);
	struct mbox mbox = { .input = input, .path = path,
			     .line_start = TRUE };
	gsize have = 0, used;
	ssize_t ret;

	if (!holder_open(&mbox.holder)) {
		fail(input, path, g_strerror(errno));
		return;
	}
	while ((ret = read_block(fd, block + have, BLOCK_SIZE - have)) > 0) {
		have += ret;
		used = mbox_block(&mbox, block, have, have == BLOCK_SIZE);
		have -= used;
		memmove(block, block + used, have);
	}
	if (ret < 0) {
		fail(input, path, g_strerror(errno));
	} else {
		if (have > 0)
			mbox_line(&mbox, block, have, FALSE);
		mbox_give(&mbox);
	}
	close(mbox.holder.fd);
}

/* --- files and folders -------------------------------------------------- */

static bool is_mbox(const struct input *input, const char *path)
{
	return input->mbox || g_str_has_suffix(path, ".mbox");
}

static void read_fd(const struct input *input, const char *path, int fd)
{
	struct stat st;

	if (is_mbox(input, path))
		read_mbox(input, path, fd);
	else if (fstat(fd, &st) < 0)
		fail(input, path, g_strerror(errno));
	else if (S_ISREG(st.st_mode))
		give(input, path, fd, st.st_size);
	else
		read_stream(input, path, fd);
}

static void read_file(const struct input *input, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0) {
		fail(input, path, g_strerror(errno));
		return;
	}
	read_fd(input, path, fd);
	close(fd);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void read_folder(const struct input *input, const char *path);

/* What a folder holds: links to files are followed, links to folders are not
   (they may lead back), and a pipe is not waited for. */
static void read_entry(const struct input *input, const char *path)
{
	struct stat st;
	bool link;

	if (lstat(path, &st) < 0) {
		fail(input, path, g_strerror(errno));
		return;
	}
	link = S_ISLNK(st.st_mode);
	if (link && stat(path, &st) < 0)
		fail(input, path, g_strerror(errno));
	else if (S_ISREG(st.st_mode))
		read_file(input, path);
	else if (!S_ISDIR(st.st_mode))
		fail(input, path, "not a regular file");
	else if (!link)
		read_folder(input, path);
}

static void read_folder(const struct input *input, const char *path)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	g_autoptr(GDir) folder = g_dir_open(path, 0, &error);
	const char *name;

	if (folder == NULL) {
		fail(input, path, error->message);
		return;
	}
	while ((name = g_dir_read_name(folder)) != NULL)
		g_ptr_array_add(names, g_build_filename(path, name, NULL));
	/* Not held open while its subfolders are walked. */
	g_clear_pointer(&folder, g_dir_close);
	g_ptr_array_sort(names, compare_names);
	for (guint i = 0; i < names->len; i++)
		read_entry(input, g_ptr_array_index(names, i));
}

void warden_input_read(const char *argument, bool mbox,
		       warden_input_each_t *each, void *context)
{
	struct input input = { .each = each, .context = context,
			       .mbox = mbox };

	if (strcmp(argument, "-") == 0)
		read_fd(&input, argument, STDIN_FILENO);
	else if (g_file_test(argument, G_FILE_TEST_IS_DIR))
		read_folder(&input, argument);
	else
		read_file(&input, argument);
}
