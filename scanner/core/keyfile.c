#include "warden-config.h"

#include "keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A configuration is typed by hand. */
#define FILE_MAX (1024 * 1024)

int warden_keyfile_fail(GKeyFile *file, const char *group, const char *key,
			const char *why, char **error_r)
{
	g_autofree char *value = g_key_file_get_value(file, group, key, NULL);

	*error_r = g_strdup_printf("[%s] %s = %s: %s", group, key,
				   value == NULL ? "" : value, why);
	return -1;
}

int warden_keyfile_string(GKeyFile *file, const char *group, const char *key,
			  char **value_r, char **error_r)
{
	g_autoptr(GError) error = NULL;
	char *value;

	if (!g_key_file_has_key(file, group, key, NULL))
		return 0;
	value = g_key_file_get_string(file, group, key, &error);
	if (value == NULL)
		return warden_keyfile_fail(file, group, key, error->message,
					   error_r);
	*value_r = value;
	return 1;
}

int warden_keyfile_number(GKeyFile *file, const char *group, const char *key,
			  double min, double max, double *value_r,
			  char **error_r)
{
	g_autofree char *text = NULL, *why = NULL;
	double value;
	char *end;
	int ret;

	ret = warden_keyfile_string(file, group, key, &text, error_r);
	if (ret <= 0)
		return ret;
	value = g_ascii_strtod(text, &end);
	if (end == text || *end != '\0' || !isfinite(value))
		return warden_keyfile_fail(file, group, key, "not a number",
					   error_r);
	if (value < min || value > max) {
		why = g_strdup_printf("not between %g and %g", min, max);
		return warden_keyfile_fail(file, group, key, why, error_r);
	}
	*value_r = value;
	return 1;
}

static int get_unsigned(GKeyFile *file, const char *group, const char *key,
			bool units, guint64 min, guint64 max,
			guint64 *value_r, char **error_r)
{
	static const char letters[] = "KMG";
	g_autofree char *text = NULL, *why = NULL;
	const char *letter;
	guint64 value, factor = 1;
	char *end;
	int ret;

	ret = warden_keyfile_string(file, group, key, &text, error_r);
	if (ret <= 0)
		return ret;
	errno = 0;
	value = g_ascii_strtoull(text, &end, 10);
	if (units && *end != '\0' &&
	    (letter = strchr(letters, g_ascii_toupper(*end))) != NULL) {
		factor = G_GUINT64_CONSTANT(1) << (10 * (letter - letters + 1));
		end++;
	}
	if (!g_ascii_isdigit(text[0]) || *end != '\0' || errno != 0)
		return warden_keyfile_fail(file, group, key, units ?
					   "not a size (a whole number, with K,"
					   " M or G if need be)" :
					   "not a whole number", error_r);
	if (value > max / factor || value * factor < min) {
		why = g_strdup_printf("not between %" G_GUINT64_FORMAT " and %"
				      G_GUINT64_FORMAT, min, max);
		return warden_keyfile_fail(file, group, key, why, error_r);
	}
	*value_r = value * factor;
	return 1;
}

int warden_keyfile_integer(GKeyFile *file, const char *group, const char *key,
			   guint64 min, guint64 max, guint64 *value_r,
			   char **error_r)
{
	return get_unsigned(file, group, key, FALSE, min, max, value_r,
			    error_r);
}

int warden_keyfile_size(GKeyFile *file, const char *group, const char *key,
			guint64 min, guint64 max, guint64 *value_r,
			char **error_r)
{
	return get_unsigned(file, group, key, TRUE, min, max, value_r,
			    error_r);
}

int warden_keyfile_check_keys(GKeyFile *file, const char *group,
			      const char *const *keys, char **error_r)
{
	g_auto(GStrv) found = g_key_file_get_keys(file, group, NULL, NULL);

	for (char **key = found; key != NULL && *key != NULL; key++) {
		if (!g_strv_contains(keys, *key))
			return warden_keyfile_fail(file, group, *key,
						   "unknown key", error_r);
	}
	return 1;
}

int warden_keyfile_parse(const char *text, gsize size, const char *name,
			 GKeyFile **file_r, char **error_r)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(GError) error = NULL;

	if (!g_key_file_load_from_data(file, text, size, G_KEY_FILE_NONE,
				       &error)) {
		*error_r = g_strdup_printf("%s: %s", name, error->message);
		return -1;
	}
	*file_r = g_steal_pointer(&file);
	return 1;
}

int warden_keyfile_load(const char *path, GKeyFile **file_r, char **error_r)
{
	g_autofree char *text = NULL;
	gsize size = 0;
	ssize_t ret;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		*error_r = g_strdup_printf("%s: %s", path, g_strerror(errno));
		return -1;
	}
	text = g_malloc(FILE_MAX + 1);
	while (size <= FILE_MAX) {
		ret = read(fd, text + size, FILE_MAX + 1 - size);
		if (ret < 0 && errno == EINTR)
			continue;
		if (ret <= 0)
			break;
		size += ret;
	}
	if (ret < 0 || size > FILE_MAX) {
		*error_r = g_strdup_printf("%s: %s", path, ret < 0 ?
					   g_strerror(errno) : "too large");
		close(fd);
		return -1;
	}
	close(fd);
	return warden_keyfile_parse(text, size, path, file_r, error_r);
}
