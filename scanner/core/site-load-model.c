#include "warden-config.h"

#include "builtin.h"
#include "keyfile.h"
#include "site-load-model.h"

#include <string.h>

static int load_limits(GKeyFile *file, double *constant,
		       struct warden_model_limits *limits, char **error_r)
{
	static const char *const keys[] = {
		"constant", "weak", "likely", "sure", NULL
	};
	double *values[] = {
		constant, &limits->weak, &limits->likely, &limits->sure,
	};

	if (warden_keyfile_check_keys(file, "model", keys, error_r) < 0)
		return -1;
	for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
		int ret = warden_keyfile_number(file, "model", keys[i],
						-WARDEN_MODEL_WEIGHT_MAX,
						WARDEN_MODEL_WEIGHT_MAX,
						values[i], error_r);

		if (ret == 0)
			*error_r = g_strdup_printf("[model]: no %s", keys[i]);
		if (ret <= 0)
			return -1;
	}
	if (limits->weak > limits->likely || limits->likely > limits->sure)
		return warden_keyfile_fail(file, "model", "likely", "not"
					   " between weak and sure", error_r);
	return 1;
}

static int load_weights(GKeyFile *file, struct warden_model *model,
			char **error_r)
{
	g_auto(GStrv) keys = g_key_file_get_keys(file, "weights", NULL, NULL);

	for (char **key = keys; keys != NULL && *key != NULL; key++) {
		double weight = 0.0;

		if (warden_keyfile_number(file, "weights", *key,
					  -WARDEN_MODEL_WEIGHT_MAX,
					  WARDEN_MODEL_WEIGHT_MAX, &weight,
					  error_r) < 0)
			return -1;
		if (!warden_model_add(model, *key, weight))
			return warden_keyfile_fail(file, "weights", *key,
						   "one weight too many",
						   error_r);
	}
	return 1;
}

static int check_groups(GKeyFile *file, char **error_r)
{
	g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);

	for (char **group = groups; *group != NULL; group++) {
		if (strcmp(*group, "model") == 0 ||
		    strcmp(*group, "weights") == 0)
			continue;
		*error_r = g_strdup_printf("[%s]: unknown group", *group);
		return -1;
	}
	return 1;
}

static int load_file(GKeyFile *file, struct warden_model **model_r,
		     char **error_r)
{
	struct warden_model_limits limits = { 0.0, 0.0, 0.0 };
	double constant = 0.0;
	struct warden_model *model;

	if (check_groups(file, error_r) < 0 ||
	    load_limits(file, &constant, &limits, error_r) < 0)
		return -1;
	model = warden_model_new(constant, &limits);
	if (load_weights(file, model, error_r) < 0) {
		warden_model_free(model);
		return -1;
	}
	*model_r = model;
	return 1;
}

int warden_site_load_model(const char *path, struct warden_model **model_r,
			   char **error_r)
{
	const char *name = path != NULL ? path : "built-in model.conf";
	g_autoptr(GKeyFile) file = NULL;
	g_autofree char *why = NULL;
	int ret;

	ret = path != NULL ? warden_keyfile_load(path, &file, error_r) :
		warden_keyfile_parse(warden_builtin_model_conf,
				     strlen(warden_builtin_model_conf), name,
				     &file, error_r);
	if (ret < 0)
		return -1;
	if (load_file(file, model_r, &why) < 0) {
		*error_r = g_strdup_printf("%s: %s", name, why);
		return -1;
	}
	return 1;
}
