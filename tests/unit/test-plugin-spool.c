/* The spool keeps every byte once, in memory or in a file, up to its bound. */

#include "lib.h"
#include "istream.h"
#include "istream-crlf.h"

#include "plugin/warden-spool.h"

#include "test-plugin.h"

#include <unistd.h>

#define PREFIX "/tmp/warden-test-spool."

static unsigned char byte_at(uoff_t offset)
{
	return "\r\nabcdefgh ijklmnopq."[offset % 21] ^ (offset >> 16 & 1);
}

static unsigned char *make_data(size_t size)
{
	unsigned char *data = i_malloc(size + 1);

	for (size_t i = 0; i < size; i++)
		data[i] = byte_at(i);
	return data;
}

static void
check_content(struct warden_spool *spool, const unsigned char *data,
	      size_t size)
{
	const unsigned char *chunk;
	size_t chunk_size, offset = 0;

	test_check(warden_spool_get_error(spool) == NULL);
	test_check(warden_spool_get_size(spool) == size);
	while (offset < size) {
		if (warden_spool_read(spool, offset, &chunk,
				      &chunk_size) < 0 || chunk_size == 0) {
			test_check(!"readable");
			return;
		}
		test_check(offset + chunk_size <= size);
		test_check(memcmp(chunk, data + offset, chunk_size) == 0);
		offset += chunk_size;
	}
}

static void test_append(void)
{
	static const struct {
		size_t size, step;
		uoff_t max;
	} rows[] = {
		{ 0, 1, 1000 },
		{ 1, 1, 1000 },
		{ 1000, 7, 1000 },
		{ 1001, 7, 1000 },
		{ WARDEN_SPOOL_MEMORY_MAX, 4096, 1 << 20 },
		{ WARDEN_SPOOL_MEMORY_MAX + 1, 4096, 1 << 20 },
		{ 700000, 1 << 20, 1 << 20 },
		{ 700000, 65537, 500000 },
		{ 3 << 20, 12345, 1 << 20 },
	};

	for (unsigned int i = 0; i < N_ELEMENTS(rows); i++) {
		struct warden_spool *spool =
			warden_spool_init(PREFIX, rows[i].max);
		unsigned char *data = make_data(rows[i].size);
		size_t offset = 0;

		while (offset < rows[i].size) {
			size_t step = I_MIN(rows[i].step,
					    rows[i].size - offset);
			size_t taken = warden_spool_append(spool,
							   data + offset,
							   step);

			warden_spool_count(spool, step - taken);
			offset += step;
		}
		check_content(spool, data, I_MIN(rows[i].size, rows[i].max));
		test_check_row(warden_spool_get_full_size(spool) ==
			       rows[i].size, i);
		warden_spool_unref(&spool);
		i_free(data);
	}
}

/* As a storage reads it: through a line-ending filter, in pieces, again. */
static void test_open(void)
{
	static const size_t sizes[] = { 0, 1, 100, 8192, 200000 };

	for (unsigned int i = 0; i < N_ELEMENTS(sizes); i++) {
		unsigned char *data = make_data(sizes[i]);
		struct warden_spool *spool =
			warden_spool_init(PREFIX, 1 << 20);
		struct istream *input, *top;
		const unsigned char *chunk;
		uoff_t known;
		size_t size, offset;

		test_check(warden_spool_append(spool, data, sizes[i]) ==
			   sizes[i]);
		input = warden_spool_open(spool);
		/* the stream outlives the one who opened it */
		warden_spool_unref(&spool);
		test_check(i_stream_get_size(input, TRUE, &known) > 0 &&
			   known == sizes[i]);
		top = i_stream_create_lf(input);
		while (i_stream_read_more(top, &chunk, &size) > 0)
			i_stream_skip(top, I_MIN(size, 1 + i * 7));
		test_check(top->eof && top->stream_errno == 0);
		i_stream_unref(&top);
		i_stream_seek(input, 0);
		offset = 0;
		while (i_stream_read_more(input, &chunk, &size) > 0) {
			test_check(offset + size <= sizes[i] &&
				   memcmp(data + offset, chunk, size) == 0);
			offset += size;
			i_stream_skip(input, size);
		}
		test_check(offset == sizes[i]);
		i_stream_unref(&input);
		i_free(data);
	}
}

/* Full or broken: the kept bytes and then the rest, nothing twice. */
static void test_replay(void)
{
	static const struct {
		size_t size;
		uoff_t max;
		const char *prefix;
		bool broken;
	} rows[] = {
		{ 1000, 300, PREFIX, FALSE },
		{ 1000, 0, PREFIX, FALSE },
		{ 500000, 200000, PREFIX, FALSE },
		{ 500000, 1 << 20, "/nonexistent/dir/x.", TRUE },
	};

	for (unsigned int i = 0; i < N_ELEMENTS(rows); i++) {
		struct warden_spool *spool =
			warden_spool_init(rows[i].prefix, rows[i].max);
		unsigned char *data = make_data(rows[i].size);
		struct istream *input, *replay;
		const unsigned char *chunk;
		size_t size, taken = 0, offset = 0;

		input = i_stream_create_from_data(data, rows[i].size);
		i_stream_set_max_buffer_size(input, 1000);
		while (i_stream_read_more(input, &chunk, &size) > 0) {
			taken = warden_spool_append(spool, chunk,
						    I_MIN(size, 999));
			i_stream_skip(input, taken);
			if (taken < I_MIN(size, 999))
				break;
		}
		test_check_row(warden_spool_get_size(spool) < rows[i].size, i);
		test_check_row((warden_spool_get_error(spool) != NULL) ==
			       rows[i].broken, i);
		replay = warden_spool_replay(spool, input);
		i_stream_unref(&input);
		while (i_stream_read_more(replay, &chunk, &size) > 0) {
			size = I_MIN(size, 777);
			test_check_row(offset + size <= rows[i].size &&
				memcmp(data + offset, chunk, size) == 0, i);
			offset += size;
			i_stream_skip(replay, size);
		}
		test_check_row(offset == rows[i].size, i);
		test_check_row(replay->eof && replay->stream_errno == 0, i);
		test_check_row(warden_spool_get_full_size(spool) ==
			       rows[i].size, i);
		i_stream_unref(&replay);
		warden_spool_unref(&spool);
		i_free(data);
	}
}

int main(void)
{
	lib_init();
	test_append();
	test_open();
	test_replay();
	lib_deinit();
	return test_result("plugin spool");
}
