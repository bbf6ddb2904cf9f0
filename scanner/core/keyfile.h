#ifndef WARDEN_KEYFILE_H
#define WARDEN_KEYFILE_H

/* GKeyFile, strictly: what is not understood is an error that names group, key
   and value. The caller puts the file's name in front. */

#include <glib.h>
#include <stdbool.h>

/* All of them: returns 1 and the value, 0 if the key is not there (the output
   is left alone), or -1 with *error_r. */
int warden_keyfile_number(GKeyFile *file, const char *group, const char *key,
			  double min, double max, double *value_r,
			  char **error_r);
int warden_keyfile_integer(GKeyFile *file, const char *group, const char *key,
			   guint64 min, guint64 max, guint64 *value_r,
			   char **error_r);
/* Bytes, with an optional K, M or G. */
int warden_keyfile_size(GKeyFile *file, const char *group, const char *key,
			guint64 min, guint64 max, guint64 *value_r,
			char **error_r);
int warden_keyfile_string(GKeyFile *file, const char *group, const char *key,
			  char **value_r, char **error_r);

/* Every key of the group is in keys (NULL-terminated). 1 or -1. */
int warden_keyfile_check_keys(GKeyFile *file, const char *group,
			      const char *const *keys, char **error_r);

/* "[group] key = value: why". Always returns -1. */
int warden_keyfile_fail(GKeyFile *file, const char *group, const char *key,
			const char *why, char **error_r);

/* From a file (at most 1 MiB) or from text in memory. Returns 1 and a new
   GKeyFile, or -1 with *error_r, which names path or name. */
int warden_keyfile_load(const char *path, GKeyFile **file_r, char **error_r);
int warden_keyfile_parse(const char *text, gsize size, const char *name,
			 GKeyFile **file_r, char **error_r);

#endif
