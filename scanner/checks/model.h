#ifndef WARDEN_MODEL_H
#define WARDEN_MODEL_H

/* The linear classifier: a weight for each feature (features.h), their sum and
   a constant are the log-odds that a mail is bad. Immutable once filled; made
   by core/site-load-model.c from config/model.conf, which tools/train.py
   writes. */

#include "features.h"

/* No mail has more features that count. */
#define WARDEN_MODEL_WEIGHTS_MAX 1000u
#define WARDEN_MODEL_WEIGHT_MAX 20.0

struct warden_model;

/* From which log-odds on a mail is called so. */
struct warden_model_limits {
	double weak, likely, sure;
};

struct warden_model *warden_model_new(double constant,
				      const struct warden_model_limits *limits);
/* FALSE: too many. */
bool warden_model_add(struct warden_model *model, const char *feature,
		      double weight);
void warden_model_free(struct warden_model *model);

const struct warden_model_limits *
warden_model_limits(const struct warden_model *model);

/* How many of those that say most are kept. */
#define WARDEN_MODEL_REASONS 3

struct warden_model_answer {
	double log_odds;	/* natural; 0 = as likely bad as good */
	/* Sums of what speaks for either kind of bad mail. */
	double phishing, spam;
	guint reasons_count;
	/* Those that speak most against the mail, strongest first. */
	const struct warden_feature *reasons[WARDEN_MODEL_REASONS];
};
/* features: of warden_features(), and must outlive the answer. */
void warden_model_ask(const struct warden_model *model, const GArray *features,
		      struct warden_model_answer *answer_r);

#endif
