#include "warden-config.h"

#include "feed-private.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

/* What a callback delivers, unpacked. libarchive takes plain files as well (its
   "raw" format), so there is one way for all. */

#define READ_SIZE (64u * 1024)

struct feed_input {
	const struct warden_feed_settings *settings;
	struct archive *archive;
	bool is_zip;
	char piece[READ_SIZE];	/* as it comes from the callback */
	char *failed;		/* what the callback said */
	guint64 packed, unpacked;

	const char *block;	/* libarchive's, not yet copied */
	gsize block_size;
	bool ended;
	/* What was unpacked and not yet taken. A line, its end and a NUL. */
	char buf[WARDEN_FEED_LINE_MAX + 2];
	gsize start, end;
	guint64 line;
	bool line_ended;	/* the last byte taken ended a line */
};

static int refuse(const struct feed_input *input, const char *what,
		  char **error_r)
{
	if (input->line == 0)
		*error_r = g_strdup_printf("%s: %s", input->settings->name,
					   what);
	else
		*error_r = g_strdup_printf("%s:%" G_GUINT64_FORMAT ": %s",
					   input->settings->name, input->line,
					   what);
	return -1;
}

/* --- unpacking ----------------------------------------------------------- */

static la_ssize_t read_piece(struct archive *archive, void *context,
			     const void **data_r)
{
	struct feed_input *input = context;
	gssize size = input->settings->read(input->settings->context,
					    input->piece,
					    sizeof(input->piece),
					    &input->failed);

	if (size < 0) {
		archive_set_error(archive, EIO, "%s",
				  input->failed);
		return ARCHIVE_FATAL;
	}
	input->packed += (guint64)size;
	*data_r = input->piece;
	return size;
}

static int fail_archive(struct feed_input *input, char **error_r)
{
	const char *said = archive_error_string(input->archive);

	if (input->failed != NULL) {
		*error_r = g_steal_pointer(&input->failed);
		return -1;
	}
	g_autofree char *what = g_strdup_printf("cannot be unpacked: %s",
		said != NULL ? said : "it is damaged");
	return refuse(input, what, error_r);
}

static int open_archive(struct feed_input *input, char **error_r)
{
	struct archive *archive = input->archive = archive_read_new();
	struct archive_entry *entry;
	int ret;

	archive_read_support_filter_gzip(archive);
	archive_read_support_filter_bzip2(archive);
	archive_read_support_filter_xz(archive);
	(void)archive_read_support_filter_zstd(archive);
	archive_read_support_format_raw(archive);
	archive_read_support_format_empty(archive);
	archive_read_support_format_zip_streamable(archive);
	if (archive_read_open(archive, input, NULL, read_piece, NULL) !=
	    ARCHIVE_OK)
		return fail_archive(input, error_r);
	ret = archive_read_next_header(archive, &entry);
	input->ended = ret == ARCHIVE_EOF;
	if (ret != ARCHIVE_OK && ret != ARCHIVE_EOF)
		return fail_archive(input, error_r);
	input->is_zip = archive_format(archive) == ARCHIVE_FORMAT_ZIP;
	if (input->is_zip && !input->ended &&
	    (archive_entry_filetype(entry) != AE_IFREG ||
	     archive_entry_is_encrypted(entry)))
		return refuse(input, "the archive does not begin with a "
			      "readable file", error_r);
	return 1;
}

static int check_sizes(struct feed_input *input, char **error_r)
{
	if (input->unpacked > WARDEN_FEED_SIZE_MAX)
		return refuse(input, "larger than 2 GiB", error_r);
	if (input->unpacked > WARDEN_FEED_EXPANSION_FREE &&
	    input->unpacked / WARDEN_FEED_EXPANSION_MAX > input->packed)
		return refuse(input, "unpacks to more than 200 times its size",
			      error_r);
	return 1;
}

static int end_archive(struct feed_input *input, char **error_r)
{
	struct archive_entry *entry;

	input->ended = TRUE;
	if (!input->is_zip)
		return 0;
	switch (archive_read_next_header(input->archive, &entry)) {
	case ARCHIVE_EOF:
		return 0;
	case ARCHIVE_OK:
		return refuse(input, "the archive holds more than one file",
			      error_r);
	default:
		return fail_archive(input, error_r);
	}
}

/* 1 with a block that is not empty, 0 at the end, -1. */
static int next_block(struct feed_input *input, char **error_r)
{
	const void *data;
	la_int64_t offset;

	while (input->block_size == 0) {
		int ret;

		if (input->ended)
			return 0;
		ret = archive_read_data_block(input->archive, &data,
					      &input->block_size, &offset);
		if (ret == ARCHIVE_EOF) {
			input->block_size = 0;
			return end_archive(input, error_r);
		}
		if (ret != ARCHIVE_OK)
			return fail_archive(input, error_r);
		input->block = data;
		input->unpacked += input->block_size;
		if (check_sizes(input, error_r) < 0)
			return -1;
	}
	return 1;
}

/* Fill the buffer as far as the file goes. One byte stays free behind it. */
static int fill(struct feed_input *input, char **error_r)
{
	int ret = 1;

	memmove(input->buf, input->buf + input->start,
		input->end - input->start);
	input->end -= input->start;
	input->start = 0;
	while (input->end < sizeof(input->buf) - 1 &&
	       (ret = next_block(input, error_r)) > 0) {
		gsize size = MIN(input->block_size,
				 sizeof(input->buf) - 1 - input->end);

		memcpy(input->buf + input->end, input->block, size);
		input->end += size;
		input->block += size;
		input->block_size -= size;
	}
	return ret < 0 ? -1 : 1;
}

/* --- the beginning ----------------------------------------------------------- */

static int skip_mark(struct feed_input *input, char **error_r)
{
	const char *data = input->buf;

	if (input->end >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
		input->start = 3;
	else if (input->end >= 2 && (memcmp(data, "\xff\xfe", 2) == 0 ||
				     memcmp(data, "\xfe\xff", 2) == 0))
		return refuse(input, "is UTF-16; UTF-8 is wanted", error_r);
	return 1;
}

int feed_input_open(const struct warden_feed_settings *settings,
		    struct feed_input **input_r, char **error_r)
{
	struct feed_input *input = g_new0(struct feed_input, 1);

	input->settings = settings;
	input->line_ended = TRUE;
	*input_r = input;
	if (open_archive(input, error_r) < 0 || fill(input, error_r) < 0 ||
	    skip_mark(input, error_r) < 0) {
		feed_input_close(input_r);
		return -1;
	}
	return 1;
}

void feed_input_close(struct feed_input **input)
{
	if (*input == NULL)
		return;
	archive_read_free((*input)->archive);
	g_free((*input)->failed);
	g_free(*input);
	*input = NULL;
}

int feed_input_peek(struct feed_input *input, const char **data_r,
		    gsize *size_r, char **error_r)
{
	if (fill(input, error_r) < 0)
		return -1;
	*data_r = input->buf + input->start;
	*size_r = input->end - input->start;
	return 1;
}

/* --- lines and bytes --------------------------------------------------------- */

/* The next line's size, with its end if it has one; 0 at the end of file. */
static int find_line(struct feed_input *input, gsize *size_r, char **error_r)
{
	gsize have = input->end - input->start;
	char *end = memchr(input->buf + input->start, '\n', have);

	if (end == NULL) {
		if (fill(input, error_r) < 0)
			return -1;
		have = input->end - input->start;
		end = memchr(input->buf, '\n', have);
	}
	if (end != NULL)
		have = (gsize)(end - input->buf) - input->start + 1;
	*size_r = have;
	return have > 0 ? 1 : 0;
}

int feed_input_line(struct feed_input *input, char **line_r, char **error_r)
{
	gsize size;
	char *line;
	int ret;

	ret = find_line(input, &size, error_r);
	if (ret <= 0)
		return ret;
	input->line++;
	line = input->buf + input->start;
	input->start += size;
	if (line[size - 1] == '\n')
		size--;
	else if (size > WARDEN_FEED_LINE_MAX)
		return refuse(input, "too long a line (more than 64 KiB)",
			      error_r);
	if (size > 0 && line[size - 1] == '\r')
		size--;
	line[size] = '\0';
	if (memchr(line, '\0', size) != NULL)
		return refuse(input, "cut by a NUL character: not text",
			      error_r);
	if (!g_utf8_validate(line, (gssize)size, NULL))
		return refuse(input, "not UTF-8", error_r);
	*line_r = line;
	return 1;
}

int feed_input_byte(struct feed_input *input, char **error_r)
{
	guchar byte;

	if (input->start == input->end) {
		if (fill(input, error_r) < 0)
			return -2;
		if (input->start == input->end)
			return -1;
	}
	byte = (guchar)input->buf[input->start++];
	if (input->line_ended)
		input->line++;
	input->line_ended = byte == '\n';
	return byte;
}

guint64 feed_input_line_number(const struct feed_input *input)
{
	return MAX(input->line, 1);
}
