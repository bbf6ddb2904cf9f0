#include "warden-config.h"

#include "eval.h"

#include <string.h>

/* Mail that is at the limit is above it. */
#define LIMIT_EPSILON 1e-9

struct warden_eval {
	GPtrArray *mails;	/* struct warden_eval_mail, strongest first
				   once finished */
	guint bad, good;
	double bad_clusters;	/* sum of weights */
};

/* --- mails -------------------------------------------------------------- */

static void mail_free(void *data)
{
	struct warden_eval_mail *mail = data;

	g_free(mail->file);
	g_free(mail->cluster);
	g_array_unref(mail->symbols);
	g_free(mail);
}

struct warden_eval *warden_eval_new(void)
{
	struct warden_eval *eval = g_new0(struct warden_eval, 1);

	eval->mails = g_ptr_array_new_with_free_func(mail_free);
	return eval;
}

void warden_eval_free(struct warden_eval *eval)
{
	if (eval == NULL)
		return;
	g_ptr_array_unref(eval->mails);
	g_free(eval);
}

struct warden_eval_mail *warden_eval_mail_new(const char *file, bool bad,
					      const char *cluster)
{
	struct warden_eval_mail *mail = g_new0(struct warden_eval_mail, 1);

	mail->file = g_strdup(file);
	mail->bad = bad;
	mail->cluster = g_strdup(cluster);
	mail->symbols = g_array_new(FALSE, FALSE,
				    sizeof(struct warden_eval_symbol));
	mail->weight = 1.0;
	mail->group = g_intern_static_string("");
	return mail;
}

void warden_eval_mail_add(struct warden_eval_mail *mail, const char *symbol,
			  double score)
{
	struct warden_eval_symbol use = { g_intern_string(symbol), score };

	for (guint i = 0; i < mail->symbols->len; i++) {
		struct warden_eval_symbol *known = &g_array_index(
			mail->symbols, struct warden_eval_symbol, i);

		if (known->name == use.name) {
			known->score += score;
			return;
		}
	}
	g_array_append_val(mail->symbols, use);
}

void warden_eval_add(struct warden_eval *eval, struct warden_eval_mail *mail)
{
	g_ptr_array_add(eval->mails, mail);
}

const GPtrArray *warden_eval_mails(const struct warden_eval *eval)
{
	return eval->mails;
}

static int compare_mails(const void *a, const void *b)
{
	const struct warden_eval_mail *const *first = a, *const *second = b;

	if ((*first)->strength != (*second)->strength)
		return (*first)->strength > (*second)->strength ? -1 : 1;
	return strcmp((*first)->file, (*second)->file);
}

static char *cluster_key(const struct warden_eval_mail *mail)
{
	return g_strconcat(mail->bad ? "+" : "-", mail->cluster, NULL);
}

void warden_eval_finish(struct warden_eval *eval)
{
	g_autoptr(GHashTable) sizes = g_hash_table_new_full(
		g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < eval->mails->len; i++) {
		const struct warden_eval_mail *mail = eval->mails->pdata[i];
		char *key = cluster_key(mail);
		guint size = GPOINTER_TO_UINT(g_hash_table_lookup(sizes, key));

		g_hash_table_replace(sizes, key, GUINT_TO_POINTER(size + 1));
	}
	eval->bad = eval->good = 0;
	eval->bad_clusters = 0.0;
	for (guint i = 0; i < eval->mails->len; i++) {
		struct warden_eval_mail *mail = eval->mails->pdata[i];
		g_autofree char *key = cluster_key(mail);

		mail->weight = mail->cluster[0] == '\0' ? 1.0 :
			1.0 / GPOINTER_TO_UINT(g_hash_table_lookup(sizes,
								   key));
		if (mail->bad) {
			eval->bad++;
			eval->bad_clusters += mail->weight;
		} else {
			eval->good++;
		}
	}
	g_ptr_array_sort(eval->mails, compare_mails);
}

/* --- figures ------------------------------------------------------------ */

static double share(double part, double whole)
{
	return whole > 0.0 ? part / whole : 0.0;
}

void warden_eval_at_limit(const struct warden_eval *eval, double limit,
			  struct warden_eval_point *point_r)
{
	double clusters = 0.0;
	guint bad = 0, good = 0;

	for (guint i = 0; i < eval->mails->len; i++) {
		const struct warden_eval_mail *mail = eval->mails->pdata[i];

		if (mail->strength + LIMIT_EPSILON < limit)
			break;
		if (mail->bad) {
			bad++;
			clusters += mail->weight;
		} else {
			good++;
		}
	}
	*point_r = (struct warden_eval_point){
		.limit = limit, .good_above = good,
		.detected = share(bad, eval->bad),
		.detected_clusters = share(clusters, eval->bad_clusters),
	};
}

void warden_eval_at(const struct warden_eval *eval, double false_positives,
		    struct warden_eval_point *point_r)
{
	guint may = (guint)(false_positives * eval->good + LIMIT_EPSILON);
	guint good = 0;
	double limit = G_MAXDOUBLE;

	/* The lowest strength of a bad mail that stands above the first good
	   one too many. */
	for (guint i = 0; i < eval->mails->len; i++) {
		const struct warden_eval_mail *mail = eval->mails->pdata[i];

		if (mail->strength <= 0.0)
			break;
		if (mail->bad) {
			limit = mail->strength;
		} else if (++good > may) {
			/* and those that are as strong as it */
			while (i > 0 && limit <= mail->strength) {
				const struct warden_eval_mail *before =
					eval->mails->pdata[--i];

				limit = before->strength > mail->strength ?
					before->strength : G_MAXDOUBLE;
			}
			break;
		}
	}
	warden_eval_at_limit(eval, limit, point_r);
}

GArray *warden_eval_curve(const struct warden_eval *eval)
{
	GArray *curve = g_array_new(FALSE, FALSE,
				    sizeof(struct warden_eval_step));
	struct warden_eval_step step = { 0.0, 0.0 };
	guint bad = 0, good = 0;

	g_array_append_val(curve, step);
	for (guint i = 0; i < eval->mails->len; i++) {
		const struct warden_eval_mail *mail = eval->mails->pdata[i];
		const struct warden_eval_mail *next =
			i + 1 < eval->mails->len ?
			eval->mails->pdata[i + 1] : NULL;

		if (mail->bad)
			bad++;
		else
			good++;
		/* no limit lies between two that are equally strong */
		if (next != NULL && next->strength == mail->strength)
			continue;
		step.false_positives = share(good, eval->good);
		step.detected = share(bad, eval->bad);
		g_array_append_val(curve, step);
	}
	return curve;
}

double warden_eval_area(const struct warden_eval *eval)
{
	g_autoptr(GArray) curve = warden_eval_curve(eval);
	double area = 0.0;

	if (eval->bad == 0 || eval->good == 0)
		return 0.5;
	for (guint i = 1; i < curve->len; i++) {
		const struct warden_eval_step *from = &g_array_index(
			curve, struct warden_eval_step, i - 1);
		const struct warden_eval_step *to = &g_array_index(
			curve, struct warden_eval_step, i);

		area += (to->false_positives - from->false_positives) *
			(to->detected + from->detected) / 2;
	}
	return area;
}

/* --- symbols ------------------------------------------------------------- */

static int compare_uses(const void *a, const void *b)
{
	const struct warden_eval_use *first = a, *second = b;

	if (first->bad != second->bad)
		return first->bad > second->bad ? -1 : 1;
	if (first->good != second->good)
		return first->good > second->good ? -1 : 1;
	return strcmp(first->name, second->name);
}

/* Scores and strengths have different units: what counts is whether the mail
   would still be over the limit with that much less, in proportion. */
static bool is_lifted(const struct warden_eval_mail *mail, double score)
{
	double total = 0.0;

	for (guint i = 0; i < mail->symbols->len; i++)
		total += g_array_index(mail->symbols,
				       struct warden_eval_symbol, i).score;
	return mail->strength >= 1.0 && total > 0.0 && score > 0.0 &&
	       mail->strength * (total - score) / total + LIMIT_EPSILON < 1.0;
}

GArray *warden_eval_uses(const struct warden_eval *eval)
{
	g_autoptr(GHashTable) by_name = g_hash_table_new(NULL, NULL);
	GArray *uses = g_array_new(FALSE, TRUE,
				   sizeof(struct warden_eval_use));

	for (guint i = 0; i < eval->mails->len; i++) {
		const struct warden_eval_mail *mail = eval->mails->pdata[i];

		for (guint j = 0; j < mail->symbols->len; j++) {
			const struct warden_eval_symbol *symbol =
				&g_array_index(mail->symbols,
					       struct warden_eval_symbol, j);
			guint at = GPOINTER_TO_UINT(g_hash_table_lookup(
				by_name, symbol->name));
			struct warden_eval_use *use;

			if (at == 0) {
				g_array_set_size(uses, uses->len + 1);
				at = uses->len;
				g_hash_table_insert(by_name,
						    (gpointer)symbol->name,
						    GUINT_TO_POINTER(at));
			}
			use = &g_array_index(uses, struct warden_eval_use,
					     at - 1);
			use->name = symbol->name;
			use->score += symbol->score;
			if (mail->bad)
				use->bad++;
			else
				use->good++;
			if (is_lifted(mail, symbol->score))
				*(mail->bad ? &use->carried : &use->misled) +=
					1;
		}
	}
	for (guint i = 0; i < uses->len; i++) {
		struct warden_eval_use *use = &g_array_index(
			uses, struct warden_eval_use, i);

		use->score /= use->bad + use->good;
	}
	g_array_sort(uses, compare_uses);
	return uses;
}

/* --- groups -------------------------------------------------------------- */

static int compare_groups(const void *a, const void *b)
{
	const struct warden_eval_group *first = a, *second = b;

	return strcmp(first->name, second->name);
}

static struct warden_eval_group *find_group(GArray *groups, const char *name)
{
	struct warden_eval_group group = { .name = name };

	for (guint i = 0; i < groups->len; i++) {
		struct warden_eval_group *known = &g_array_index(
			groups, struct warden_eval_group, i);

		if (known->name == name)
			return known;
	}
	g_array_append_val(groups, group);
	return &g_array_index(groups, struct warden_eval_group,
			      groups->len - 1);
}

GArray *warden_eval_groups(const struct warden_eval *eval)
{
	GArray *groups = g_array_new(FALSE, FALSE,
				     sizeof(struct warden_eval_group));
	struct warden_eval_point strict, loose;

	warden_eval_at(eval, 0.001, &strict);
	warden_eval_at(eval, 0.01, &loose);
	for (guint i = 0; i < eval->mails->len; i++) {
		const struct warden_eval_mail *mail = eval->mails->pdata[i];
		struct warden_eval_group *group = find_group(groups,
							     mail->group);
		double strength = mail->strength + LIMIT_EPSILON;

		if (!mail->bad) {
			group->good++;
			group->good_above += strength >= 1.0;
			continue;
		}
		group->bad++;
		group->detected += strength >= 1.0;
		group->detected_strict += strength >= strict.limit;
		group->detected_loose += strength >= loose.limit;
	}
	for (guint i = 0; i < groups->len; i++) {
		struct warden_eval_group *group = &g_array_index(
			groups, struct warden_eval_group, i);

		group->detected = share(group->detected, group->bad);
		group->detected_strict = share(group->detected_strict,
					       group->bad);
		group->detected_loose = share(group->detected_loose,
					      group->bad);
	}
	g_array_sort(groups, compare_groups);
	return groups;
}
