#ifndef WARDEN_EVAL_H
#define WARDEN_EVAL_H

/* How well mail is told apart, from mail of which it is known what it is: the
   figures behind `warden eval`. Pure: no files, no scanning. */

#include "../protocol/protocol.h"

#include <glib.h>
#include <stdbool.h>

struct warden_eval_symbol {
	const char *name;	/* interned */
	double score;
};

/* One mail. */
struct warden_eval_mail {
	char *file;
	bool bad;		/* from the folder of bad mail */
	/* warden_judgement.strength: 1 and more goes to Quarantine */
	double strength;
	enum warden_verdict verdict;
	enum warden_action action;
	GArray *symbols;	/* struct warden_eval_symbol */
	char *cluster;		/* near-identical mails share one; "" = alone */
	const char *group;	/* its source, say; interned, "" = none */
	double weight;		/* 1 / size of its cluster in its class */
};

struct warden_eval;

struct warden_eval *warden_eval_new(void);
void warden_eval_free(struct warden_eval *eval);
/* Takes the mail. */
void warden_eval_add(struct warden_eval *eval, struct warden_eval_mail *mail);
struct warden_eval_mail *warden_eval_mail_new(const char *file, bool bad,
					      const char *cluster);
void warden_eval_mail_add(struct warden_eval_mail *mail, const char *symbol,
			  double score);
/* After the last one: clusters are weighed. */
void warden_eval_finish(struct warden_eval *eval);

const GPtrArray *warden_eval_mails(const struct warden_eval *eval);

/* Share of the bad mail above a limit that at most false_positives (a share:
   0.001) of the good mail reaches, by mail and by cluster. *limit_r: that
   limit, as a strength; *reached_r: good mails above it. */
struct warden_eval_point {
	double limit;
	double detected;	/* share of bad mails */
	double detected_clusters;	/* the same, each cluster counted once */
	guint good_above;
};
void warden_eval_at(const struct warden_eval *eval, double false_positives,
		    struct warden_eval_point *point_r);
/* At a given limit: 1 is where mail goes to Quarantine. */
void warden_eval_at_limit(const struct warden_eval *eval, double limit,
			  struct warden_eval_point *point_r);
/* Area under the ROC curve; 0.5 if there is nothing to compare. */
double warden_eval_area(const struct warden_eval *eval);

/* The curve, from (0, 0) to (1, 1), by falling limit. */
struct warden_eval_step {
	double false_positives, detected;
};
GArray *warden_eval_curve(const struct warden_eval *eval);

/* What each symbol did. */
struct warden_eval_use {
	const char *name;
	guint bad, good;		/* mails with it */
	guint carried;	/* bad mails that it alone lifts over the limit */
	guint misled;	/* good mails likewise */
	double score;	/* mean, where it is found */
};
/* By falling number of bad mails, then by name. */
GArray *warden_eval_uses(const struct warden_eval *eval);

/* Mails of one group, at limits that hold for all: as configured, at 0.1% and
   at 1% false positives. */
struct warden_eval_group {
	const char *name;
	guint good, bad, good_above;	/* above: as configured */
	double detected, detected_strict, detected_loose;
};
/* By name. */
GArray *warden_eval_groups(const struct warden_eval *eval);

/* The curve as an SVG file, false positives on a logarithmic axis. Owned by the
   caller. */
char *warden_eval_svg(const struct warden_eval *eval, const char *title);

#endif
