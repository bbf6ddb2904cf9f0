#include "warden-config.h"

#include "odds.h"

#include <math.h>
#include <stdlib.h>

/* Robinson's s: what is known beforehand counts as much as one mail. */
#define STRENGTH 1.0
/* A user's own model over the site's: likewise. */
#define USER_STRENGTH 1.0
/* Tokens nearer to the middle are left out, and of the rest the most telling
   are taken: words of one text depend on each other, so more of them is not
   more evidence. */
#define TELLING_MIN 0.1
#define TELLING_MAX 60
#define TELLING_FEWEST 5
/* No token is proof. */
#define EDGE 0.01
#define LOG_ODDS_MAX 10.0

struct estimate {
	double bad;	/* 0 … 1 */
	double phish;	/* of what is bad, 0 … 1 */
};

static double share(double part, double all)
{
	return all > 0.0 ? part / all : 0.0;
}

/* Shrunk towards prior. */
static double estimate_bad(const struct warden_counts *all,
			   const struct warden_counts *counts, double prior,
			   double strength)
{
	double bad = share(counts->spam + counts->phish,
			   all->spam + all->phish);
	double good = share(counts->ham, all->ham);
	double seen = counts->ham + counts->spam + counts->phish;

	if (bad + good <= 0.0)
		return prior;
	return (strength * prior + seen * bad / (bad + good)) /
	       (strength + seen);
}

static double estimate_phish(const struct warden_counts *all,
			     const struct warden_counts *counts)
{
	double phish = share(counts->phish, all->phish);
	double spam = share(counts->spam, all->spam);

	return phish + spam > 0.0 ? phish / (phish + spam) : 0.5;
}

static struct estimate estimate(const struct warden_odds_input *input,
				const struct warden_token_counts *token)
{
	struct estimate estimate = { 0.5, 0.5 };
	double seen = token->user.spam + token->user.phish;

	if (input->site_all != NULL) {
		estimate.bad = estimate_bad(input->site_all, &token->site,
					    0.5, STRENGTH);
		estimate.phish = estimate_phish(input->site_all,
						&token->site);
	}
	if (input->user_all != NULL) {
		estimate.bad = estimate_bad(input->user_all, &token->user,
					    estimate.bad, USER_STRENGTH);
		if (seen > 0.0)
			estimate.phish = estimate_phish(input->user_all,
							&token->user);
	}
	estimate.bad = CLAMP(estimate.bad, EDGE, 1.0 - EDGE);
	return estimate;
}

static int compare_estimates(const void *a, const void *b)
{
	double first = fabs(((const struct estimate *)a)->bad - 0.5);
	double second = fabs(((const struct estimate *)b)->bad - 0.5);

	return first > second ? -1 : first < second;
}

/* P(chi² with 2·pairs degrees of freedom ≥ x). */
static double chi_square(double x, guint pairs)
{
	double half = x / 2.0, term = exp(-half), sum = term;

	for (guint i = 1; i < pairs; i++) {
		term *= half / i;
		sum += term;
	}
	return MIN(sum, 1.0);
}

static double combine(const struct estimate *estimates, guint count)
{
	double bad = 0.0, good = 0.0;

	for (guint i = 0; i < count; i++) {
		good += log(estimates[i].bad);
		bad += log(1.0 - estimates[i].bad);
	}
	/* 1 = surely bad */
	return (1.0 + chi_square(-2.0 * good, count) -
		chi_square(-2.0 * bad, count)) / 2.0;
}

static double phish_share(const struct estimate *estimates, guint count)
{
	double phish = 0.0, weight = 0.0;

	for (guint i = 0; i < count; i++) {
		if (estimates[i].bad <= 0.5)
			continue;
		phish += estimates[i].phish * (estimates[i].bad - 0.5);
		weight += estimates[i].bad - 0.5;
	}
	return weight > 0.0 ? phish / weight : 0.0;
}

bool warden_odds(const struct warden_odds_input *input,
		 struct warden_learned *learned_r)
{
	g_autofree struct estimate *estimates =
		g_new(struct estimate, input->tokens_count + 1);
	guint count = 0;

	for (guint i = 0; i < input->tokens_count; i++) {
		struct estimate one = estimate(input, &input->tokens[i]);

		if (fabs(one.bad - 0.5) >= TELLING_MIN)
			estimates[count++] = one;
	}
	if (count < TELLING_FEWEST)
		return FALSE;
	qsort(estimates, count, sizeof(*estimates), compare_estimates);
	count = MIN(count, TELLING_MAX);
	double bad = combine(estimates, count);
	double log_odds = log((bad + 1e-5) / (1.0 - bad + 1e-5));

	learned_r->log_odds = (gint32)lround(1000.0 * CLAMP(
		log_odds, -LOG_ODDS_MAX, LOG_ODDS_MAX));
	learned_r->phish = (guint32)lround(
		1000.0 * phish_share(estimates, count));
	return TRUE;
}
