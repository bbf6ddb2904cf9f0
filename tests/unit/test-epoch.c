/* The epoch file: what is fresh, and what is no epoch file. */

#include "scanner/protocol/epoch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: not true: %s\n", \
				__FILE__, __LINE__, #condition); \
			exit(1); \
		} \
	} while (0)

#define ENTRIES 5

struct file {
	struct warden_epoch_header header;
	struct warden_epoch_entry entries[ENTRIES];
};

/* Without the padding at its end. */
#define SIZE (sizeof(struct warden_epoch_header) + \
	      ENTRIES * sizeof(struct warden_epoch_entry))

/* Keys 10, 20 … 50 changed in generations 101 … 105. */
static struct file file_init(void)
{
	struct file file = {
		.header = {
			.rules_epoch = 3, .list_generation = 105,
			.complete_since = 100, .count = ENTRIES,
		},
	};

	memcpy(file.header.magic, WARDEN_EPOCH_MAGIC, 8);
	for (unsigned int i = 0; i < ENTRIES; i++) {
		memset(file.entries[i].key, 10 * (i + 1),
		       WARDEN_EPOCH_KEY_SIZE);
		file.entries[i].generation = 101 + i;
	}
	return file;
}

static void test_fresh(void)
{
	static const struct {
		uint32_t rules, lists;
		uint8_t key;
		bool fresh;
	} rows[] = {
		{ 3, 105, 10, true },	/* judged today */
		{ 3, 100, 15, true },	/* nothing since concerns it */
		{ 3, 100, 10, false },
		{ 3, 101, 10, true },
		{ 3, 104, 50, false },
		{ 3, 104, 40, true },
		{ 3, 102, 30, false },
		{ 3, 100, 0, true },	/* before all entries, and after */
		{ 3, 100, 255, true },
		{ 3, 99, 15, false },	/* older than the file tells */
		{ 3, 106, 15, false },	/* of another database */
		{ 2, 105, 15, false },
		{ 4, 105, 15, false },
		{ 0, 0, 0, false },
	};
	struct file file = file_init();

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint8_t key[WARDEN_EPOCH_KEY_SIZE];

		memset(key, rows[i].key, sizeof(key));
		if (warden_epoch_is_fresh(&file, rows[i].rules, rows[i].lists,
					  key) != rows[i].fresh) {
			fprintf(stderr, "row %u: expected %s\n", i,
				rows[i].fresh ? "fresh" : "stale");
			exit(1);
		}
	}
	CHECK(warden_epoch_is_last(&file, 105));
	CHECK(!warden_epoch_is_last(&file, 104));
	CHECK(!warden_epoch_is_last(&file, 106));
	file.header.count = 0;
	CHECK(warden_epoch_is_fresh(&file, 3, 100, file.entries[0].key));
}

static void test_check(void)
{
	struct file file = file_init();
	const char *error = NULL;

	CHECK(warden_epoch_check(&file, SIZE, &error));
	CHECK(!warden_epoch_check(&file, SIZE - 1, &error));
	CHECK(!warden_epoch_check(&file, sizeof(file.header) - 1, &error));
	CHECK(!warden_epoch_check(&file, 0, &error));
	CHECK(strstr(error, "header") != NULL);
	file.header.count = 0;
	CHECK(warden_epoch_check(&file, sizeof(file.header), &error));
	CHECK(!warden_epoch_check(&file, SIZE, &error));
	file.header.count = UINT64_MAX;
	CHECK(!warden_epoch_check(&file, SIZE, &error));
	file.header.count = WARDEN_EPOCH_ENTRIES_MAX + UINT64_C(1);
	CHECK(!warden_epoch_check(&file, SIZE, &error));
	file = file_init();
	file.header.magic[7] = '2';
	CHECK(!warden_epoch_check(&file, SIZE, &error));
	CHECK(strstr(error, "version") != NULL);
}

int main(void)
{
	test_fresh();
	test_check();
	return 0;
}
