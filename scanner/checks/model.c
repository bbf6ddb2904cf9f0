#include "warden-config.h"

#include "model.h"

struct warden_model {
	double constant;
	struct warden_model_limits limits;
	GHashTable *weights;	/* char * → double *, both owned */
};

struct warden_model *warden_model_new(double constant,
				      const struct warden_model_limits *limits)
{
	struct warden_model *model = g_new0(struct warden_model, 1);

	model->constant = constant;
	model->limits = *limits;
	model->weights = g_hash_table_new_full(g_str_hash, g_str_equal,
					       g_free, g_free);
	return model;
}

bool warden_model_add(struct warden_model *model, const char *feature,
		      double weight)
{
	double *kept;

	if (g_hash_table_size(model->weights) >= WARDEN_MODEL_WEIGHTS_MAX)
		return FALSE;
	kept = g_new(double, 1);
	*kept = weight;
	g_hash_table_replace(model->weights, g_strdup(feature), kept);
	return TRUE;
}

void warden_model_free(struct warden_model *model)
{
	if (model == NULL)
		return;
	g_hash_table_unref(model->weights);
	g_free(model);
}

const struct warden_model_limits *
warden_model_limits(const struct warden_model *model)
{
	return &model->limits;
}

/* Into its place among the strongest; weights[] goes along. */
static void keep_reason(struct warden_model_answer *answer, double *weights,
			const struct warden_feature *feature, double weight)
{
	guint at = answer->reasons_count;

	while (at > 0 && weights[at - 1] < weight)
		at--;
	if (at == WARDEN_MODEL_REASONS)
		return;
	if (answer->reasons_count < WARDEN_MODEL_REASONS)
		answer->reasons_count++;
	for (guint i = answer->reasons_count - 1; i > at; i--) {
		answer->reasons[i] = answer->reasons[i - 1];
		weights[i] = weights[i - 1];
	}
	answer->reasons[at] = feature;
	weights[at] = weight;
}

void warden_model_ask(const struct warden_model *model, const GArray *features,
		      struct warden_model_answer *answer_r)
{
	double weights[WARDEN_MODEL_REASONS] = { 0.0 };

	*answer_r = (struct warden_model_answer){
		.log_odds = model->constant,
	};
	for (guint i = 0; i < features->len; i++) {
		const struct warden_feature *feature = &g_array_index(
			features, struct warden_feature, i);
		const double *weight = g_hash_table_lookup(model->weights,
							   feature->name);

		if (weight == NULL)
			continue;
		answer_r->log_odds += *weight;
		if (*weight <= 0.0)
			continue;
		if (feature->kind == WARDEN_FEATURE_PHISHING)
			answer_r->phishing += *weight;
		else if (feature->kind == WARDEN_FEATURE_SPAM)
			answer_r->spam += *weight;
		if (feature->sign == WARDEN_FEATURE_BAD)
			keep_reason(answer_r, weights, feature, *weight);
	}
}
