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

			warden_spool_append(spool, data + offset, step);
			offset += step;
		}
		check_content(spool, data, I_MIN(rows[i].size, rows[i].max));
		test_check_row(warden_spool_get_full_size(spool) ==
			       rows[i].size, i);
		warden_spool_unref(&spool);
		i_free(data);
	}
}

/* As a storage reads it: through a line-ending filter, in pieces. */
static void test_tee(void)
{
	static const size_t sizes[] = { 0, 1, 100, 8192, 200000 };
	static const size_t buffers[] = { 64, 1000, 32768 };

	for (unsigned int i = 0; i < N_ELEMENTS(sizes); i++)
	for (unsigned int j = 0; j < N_ELEMENTS(buffers); j++) {
		unsigned char *data = make_data(sizes[i]);
		struct warden_spool *spool =
			warden_spool_init(PREFIX, 1 << 20);
		struct warden_spool *second = spool;
		struct istream *input, *tee, *top;
		const unsigned char *chunk;
		size_t size;

		input = i_stream_create_from_data(data, sizes[i]);
		i_stream_set_max_buffer_size(input, buffers[j]);
		tee = warden_spool_tee(spool, input);
		top = i_stream_create_lf(tee);
		while (i_stream_read_more(top, &chunk, &size) > 0)
			i_stream_skip(top, I_MIN(size, 1 + i * 7));
		test_check(tee->eof && tee->stream_errno == 0);
		/* the spool outlives whoever lets go first */
		warden_spool_ref(spool);
		i_stream_unref(&top);
		i_stream_unref(&tee);
		i_stream_unref(&input);
		check_content(spool, data, sizes[i]);
		warden_spool_unref(&spool);
		test_check(spool == NULL);
		check_content(second, data, sizes[i]);
		warden_spool_unref(&second);
		i_free(data);
	}
}

/* A directory that is not there: remembered, the save goes on. */
static void test_no_room(void)
{
	struct warden_spool *spool =
		warden_spool_init("/nonexistent/dir/x.", 1 << 20);
	unsigned char *data = make_data(500000);
	struct istream *input, *tee;
	const unsigned char *chunk;
	size_t size, total = 0;

	input = i_stream_create_from_data(data, 500000);
	tee = warden_spool_tee(spool, input);
	while (i_stream_read_more(tee, &chunk, &size) > 0) {
		total += size;
		i_stream_skip(tee, size);
	}
	test_check(total == 500000);
	test_check(warden_spool_get_error(spool) != NULL);
	test_check(warden_spool_read(spool, 0, &chunk, &size) < 0);
	i_stream_unref(&tee);
	i_stream_unref(&input);
	warden_spool_unref(&spool);
	i_free(data);
}

int main(void)
{
	lib_init();
	test_append();
	test_tee();
	test_no_room();
	lib_deinit();
	return test_result("plugin spool");
}
