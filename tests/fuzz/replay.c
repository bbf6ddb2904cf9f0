/* Runs a fuzz target over its seeds, without a fuzzer: for `make check`. */

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
	struct stat st;
	FILE *file = fopen(path, "rb");

	if (file == NULL || fstat(fileno(file), &st) < 0) {
		perror(path);
		return -1;
	}
	/* Exactly as large as the input: sanitizers see a read past its end. */
	uint8_t *data = malloc(st.st_size > 0 ? st.st_size : 1);
	size_t size = fread(data, 1, st.st_size, file);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	fclose(file);
	return 1;
}

int main(int argc, char **argv)
{
	const char *seeds = argc > 1 ? argv[1] : WARDEN_SEEDS;
	DIR *dir = opendir(seeds);
	struct dirent *entry;
	unsigned int count = 0;
	char path[4096];

	if (dir == NULL) {
		perror(seeds);
		return 1;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", seeds, entry->d_name);
		if (replay(path) < 0)
			return 1;
		count++;
	}
	closedir(dir);
	printf("%u seeds\n", count);
	return count > 0 ? 0 : 1;
}
