#include "warden-config.h"

#include "builtin.h"
#include "keyfile.h"
#include "policy-private.h"
#include "scan.h"

#include <string.h>

static const char *const policy_keys[] = {
	"scores", "malware_threshold", "phishing_threshold", "spam_threshold",
	"policy_threshold", "suspicious_threshold", "user_release",
	"contact_factor", NULL
};

static bool is_class(enum warden_verdict verdict)
{
	for (guint i = 0; i < WARDEN_CLASSES_COUNT; i++) {
		if (warden_policy_classes[i] == verdict)
			return TRUE;
	}
	return FALSE;
}

/* --- scores ------------------------------------------------------------- */

/* No contact makes a harmful file harmless, or a leak. */
static int load_damped(struct symbol_policy *symbol, GKeyFile *file,
		       const char *group, char **error_r)
{
	g_autofree char *value = NULL;
	int ret = warden_keyfile_string(file, group, "damped", &value,
					error_r);

	if (ret <= 0)
		return ret;
	if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
		return warden_keyfile_fail(file, group, "damped",
					   "neither yes nor no", error_r);
	symbol->damped = strcmp(value, "yes") == 0;
	return symbol->damped && (symbol->verdict == WARDEN_VERDICT_MALWARE ||
				  symbol->verdict == WARDEN_VERDICT_POLICY) ?
		warden_keyfile_fail(file, group, "damped",
				    "not for this class", error_r) : 1;
}

static int load_symbol(struct warden_policy *policy, GKeyFile *file,
		       const char *group, char **error_r)
{
	static const char *const keys[] = {
		"score", "class", "reason", "damped", NULL
	};
	const struct warden_symbol *found = warden_symbol_lookup(group);
	g_autofree char *class = NULL, *reason = NULL;
	struct symbol_policy *symbol;
	unsigned int count;
	int ret;

	if (found == NULL) {
		*error_r = g_strdup_printf("[%s]: unknown symbol", group);
		return -1;
	}
	symbol = &policy->symbols[found - warden_symbols(&count)];
	if (warden_keyfile_check_keys(file, group, keys, error_r) < 0 ||
	    warden_keyfile_number(file, group, "score", -WARDEN_SCORE_MAX,
				  WARDEN_SCORE_MAX, &symbol->score, error_r) < 0)
		return -1;
	ret = warden_keyfile_string(file, group, "class", &class, error_r);
	if (ret < 0)
		return -1;
	if (ret > 0 && (!warden_verdict_parse(class, &symbol->verdict) ||
			!is_class(symbol->verdict)))
		return warden_keyfile_fail(file, group, "class",
					   "not a class", error_r);
	if (load_damped(symbol, file, group, error_r) < 0)
		return -1;
	ret = warden_keyfile_string(file, group, "reason", &reason, error_r);
	if (ret < 0)
		return -1;
	if (ret > 0) {
		/* Users see it, over IMAP: one line. */
		g_free(symbol->reason);
		symbol->reason = warden_facts_sanitise(
			reason, strlen(reason), WARDEN_REASON_TEXT_MAX, FALSE);
	}
	return 1;
}

static int load_scores(struct warden_policy *policy, GKeyFile *file,
		       const char *name, char **error_r)
{
	g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);

	for (char **group = groups; *group != NULL; group++) {
		g_autofree char *why = NULL;

		if (load_symbol(policy, file, *group, &why) < 0) {
			*error_r = g_strdup_printf("%s: %s", name, why);
			return -1;
		}
	}
	return 1;
}

/* What is built in must be complete; a unit test keeps it so. */
static int check_complete(const struct warden_policy *policy, char **error_r)
{
	unsigned int count;
	const struct warden_symbol *symbols = warden_symbols(&count);

	for (unsigned int i = 0; i < count; i++) {
		if (policy->symbols[i].reason == NULL ||
		    policy->symbols[i].verdict == WARDEN_VERDICT_UNKNOWN) {
			*error_r = g_strdup_printf(
				"scores.conf: [%s] has no class or no reason",
				symbols[i].name);
			return -1;
		}
	}
	return 1;
}

static int load_builtin_scores(struct warden_policy *policy, char **error_r)
{
	g_autoptr(GKeyFile) file = NULL;

	if (warden_keyfile_parse(warden_builtin_scores_conf,
				 strlen(warden_builtin_scores_conf),
				 "built-in scores.conf", &file, error_r) < 0 ||
	    load_scores(policy, file, "built-in scores.conf", error_r) < 0)
		return -1;
	return check_complete(policy, error_r);
}

static int load_scores_file(struct warden_policy *policy, GKeyFile *config,
			    const char *dir, char **error_r)
{
	g_autofree char *name = NULL, *path = NULL;
	g_autoptr(GKeyFile) file = NULL;
	int ret;

	ret = warden_keyfile_string(config, "policy", "scores", &name,
				    error_r);
	if (ret <= 0 || name[0] == '\0')
		return ret;
	path = g_path_is_absolute(name) || dir == NULL ? g_strdup(name) :
		g_build_filename(dir, name, NULL);
	if (warden_keyfile_load(path, &file, error_r) < 0)
		return -1;
	return load_scores(policy, file, path, error_r);
}

/* [scores] SYMBOL = 4.0 */
static int load_single_scores(struct warden_policy *policy, GKeyFile *config,
			      const char *group, char **error_r)
{
	g_auto(GStrv) keys = g_key_file_get_keys(config, group, NULL, NULL);

	for (char **key = keys; key != NULL && *key != NULL; key++) {
		const struct warden_symbol *found = warden_symbol_lookup(*key);
		unsigned int count;

		if (found == NULL)
			return warden_keyfile_fail(config, group, *key,
						   "unknown symbol", error_r);
		if (warden_keyfile_number(
			    config, group, *key, -WARDEN_SCORE_MAX,
			    WARDEN_SCORE_MAX,
			    &policy->symbols[found -
					     warden_symbols(&count)].score,
			    error_r) < 0)
			return -1;
	}
	return 1;
}

/* --- [policy] and [actions] --------------------------------------------- */

static int load_thresholds(struct warden_policy *policy, GKeyFile *config,
			   const char *group, char **error_r)
{
	for (guint i = 0; i < WARDEN_CLASSES_COUNT; i++) {
		enum warden_verdict class = warden_policy_classes[i];
		g_autofree char *key = g_strconcat(
			warden_verdict_name(class), "_threshold", NULL);

		if (class != WARDEN_VERDICT_UNSCANNABLE &&
		    warden_keyfile_number(config, group, key, 0.1,
					  10 * WARDEN_SCORE_MAX,
					  &policy->thresholds[class],
					  error_r) < 0)
			return -1;
	}
	return 1;
}

static int load_factor(struct warden_policy *policy, GKeyFile *config,
		       const char *group, char **error_r)
{
	return warden_keyfile_number(config, group, "contact_factor", 0.0,
				     1.0, &policy->contact_factor, error_r);
}

static int load_release(struct warden_policy *policy, GKeyFile *config,
			const char *group, char **error_r)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) words = NULL;
	int ret;

	ret = warden_keyfile_string(config, group, "user_release", &text,
				    error_r);
	if (ret <= 0)
		return ret;
	/* Mail that nothing was found in is in Quarantine because its user put
	   it there. */
	for (guint i = 0; i <= WARDEN_VERDICT_LAST; i++)
		policy->user_release[i] = !is_class(i);
	words = g_strsplit_set(text, " \t,", -1);
	for (char **word = words; *word != NULL; word++) {
		enum warden_verdict verdict;

		if (**word == '\0' || strcmp(*word, "none") == 0)
			continue;
		if (!warden_verdict_parse(*word, &verdict) ||
		    !is_class(verdict))
			return warden_keyfile_fail(config, group,
						   "user_release",
						   "not a list of verdicts",
						   error_r);
		policy->user_release[verdict] = TRUE;
	}
	return 1;
}

static int load_actions(struct warden_policy *policy, GKeyFile *config,
			const char *group, char **error_r)
{
	g_auto(GStrv) keys = g_key_file_get_keys(config, group, NULL, NULL);

	for (char **key = keys; key != NULL && *key != NULL; key++) {
		g_autofree char *value = NULL;
		enum warden_verdict verdict;
		enum warden_action action;

		if (!warden_verdict_parse(*key, &verdict) ||
		    !is_class(verdict))
			return warden_keyfile_fail(config, group, *key,
						   "unknown verdict", error_r);
		if (warden_keyfile_string(config, group, *key, &value,
					  error_r) < 0)
			return -1;
		if (!warden_action_parse(value, &action) ||
		    action == WARDEN_ACTION_NONE)
			return warden_keyfile_fail(
				config, group, *key, "not an action (allow,"
				" flag, quarantine or defer)", error_r);
		policy->actions[verdict] = action;
	}
	return 1;
}

static int load_config(struct warden_policy *policy, GKeyFile *config,
		       const char *dir, char **error_r)
{
	if (warden_keyfile_check_keys(config, "policy", policy_keys,
				      error_r) < 0 ||
	    load_scores_file(policy, config, dir, error_r) < 0 ||
	    load_single_scores(policy, config, "scores", error_r) < 0 ||
	    load_thresholds(policy, config, "policy", error_r) < 0 ||
	    load_factor(policy, config, "policy", error_r) < 0 ||
	    load_release(policy, config, "policy", error_r) < 0 ||
	    load_actions(policy, config, "actions", error_r) < 0)
		return -1;
	return 1;
}

/* --- for some ------------------------------------------------------------- */

/* "policy user:anna@example.org" → "user:anna@example.org". NULL if the group
   is none of those. */
static const char *group_scope(const char *group, const char *kind)
{
	static const char *const groups[] = { "policy ", "actions ",
					      "scores " };

	for (gsize i = 0; i < G_N_ELEMENTS(groups); i++) {
		const char *scope = group + strlen(groups[i]);

		if (g_str_has_prefix(group, groups[i]) &&
		    g_str_has_prefix(scope, kind) &&
		    scope[strlen(kind)] != '\0')
			return scope;
	}
	return NULL;
}

bool warden_policy_is_group(const char *group)
{
	return group_scope(group, "user:") != NULL ||
	       group_scope(group, "domain:") != NULL;
}

static struct warden_policy *policy_copy(const struct warden_policy *from)
{
	struct warden_policy *policy =
		g_memdup2(from, sizeof(*from));

	policy->others = NULL;
	policy->symbols = g_memdup2(from->symbols, from->symbols_count *
				    sizeof(*from->symbols));
	for (unsigned int i = 0; i < from->symbols_count; i++)
		policy->symbols[i].reason =
			g_strdup(from->symbols[i].reason);
	return policy;
}

static int load_other(struct warden_policy *policy, GKeyFile *config,
		      const char *group, const char *scope, char **error_r)
{
	static const char *const keys[] = {
		"malware_threshold", "phishing_threshold", "spam_threshold",
		"policy_threshold", "suspicious_threshold", "user_release",
		"contact_factor", NULL
	};
	g_autofree char *name = g_utf8_strdown(scope, -1);
	struct warden_policy *other =
		g_hash_table_lookup(policy->others, name);

	if (other == NULL) {
		other = policy_copy(g_str_has_prefix(name, "user:") ?
				    warden_policy_for(policy, name + 5) :
				    policy);
		g_hash_table_insert(policy->others, g_steal_pointer(&name),
				    other);
	}
	if (g_str_has_prefix(group, "scores "))
		return load_single_scores(other, config, group, error_r);
	if (g_str_has_prefix(group, "actions "))
		return load_actions(other, config, group, error_r);
	if (warden_keyfile_check_keys(config, group, keys, error_r) < 0 ||
	    load_thresholds(other, config, group, error_r) < 0 ||
	    load_factor(other, config, group, error_r) < 0)
		return -1;
	return load_release(other, config, group, error_r);
}

/* Domains first: what is said of a user comes over what is said of the user's
   domain. */
static int load_others(struct warden_policy *policy, GKeyFile *config,
		       char **error_r)
{
	static const char *const kinds[] = { "domain:", "user:" };
	g_auto(GStrv) groups = g_key_file_get_groups(config, NULL);

	policy->others = g_hash_table_new_full(
		g_str_hash, g_str_equal, g_free,
		(GDestroyNotify)warden_policy_free);
	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
		for (char **group = groups; *group != NULL; group++) {
			const char *scope = group_scope(*group, kinds[i]);

			if (scope != NULL &&
			    load_other(policy, config, *group, scope,
				       error_r) < 0)
				return -1;
		}
	}
	return 1;
}

/* --- the whole ---------------------------------------------------------- */

static void add_number(GChecksum *sum, const char *name, double value)
{
	char buffer[G_ASCII_DTOSTR_BUF_SIZE];

	g_ascii_dtostr(buffer, sizeof(buffer), value);
	g_checksum_update(sum, (const guchar *)name, strlen(name) + 1);
	g_checksum_update(sum, (const guchar *)buffer, strlen(buffer) + 1);
}

static void add_policy(GChecksum *sum, const struct warden_policy *policy)
{
	unsigned int count;
	const struct warden_symbol *symbols = warden_symbols(&count);

	for (unsigned int i = 0; i < count; i++) {
		add_number(sum, symbols[i].name, policy->symbols[i].score);
		add_number(sum, "class", policy->symbols[i].verdict);
		add_number(sum, "damped", policy->symbols[i].damped);
	}
	for (guint i = 0; i <= WARDEN_VERDICT_LAST; i++)
		add_number(sum, "threshold", policy->thresholds[i]);
	add_number(sum, "contact", policy->contact_factor);
}

static void add_others(GChecksum *sum, GHashTable *others)
{
	g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(others),
					     (GCompareFunc)strcmp);

	for (const GList *name = names; name != NULL; name = name->next) {
		add_number(sum, name->data, 0.0);
		add_policy(sum, g_hash_table_lookup(others, name->data));
	}
}

/* What a verdict depends on; not what is done with it, and not its words. */
static guint64 make_fingerprint(const struct warden_policy *policy)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	guint8 digest[32];
	gsize size = sizeof(digest);
	guint64 value = 0;

	add_number(sum, "checks", WARDEN_CHECKS_EPOCH);
	add_policy(sum, policy);
	if (policy->others != NULL)
		add_others(sum, policy->others);
	g_checksum_get_digest(sum, digest, &size);
	for (guint i = 0; i < 8; i++)
		value = value << 8 | digest[i];
	return value;
}

static struct warden_policy *policy_new(void)
{
	struct warden_policy *policy = g_new0(struct warden_policy, 1);

	(void)warden_symbols(&policy->symbols_count);
	policy->symbols = g_new0(struct symbol_policy, policy->symbols_count);
	for (guint i = 0; i <= WARDEN_VERDICT_LAST; i++)
		policy->actions[i] = WARDEN_ACTION_ALLOW;
	return policy;
}

int warden_policy_load(GKeyFile *key_file, const char *dir,
		       struct warden_policy **policy_r, char **error_r)
{
	struct warden_policy *policy = policy_new();
	g_autoptr(GKeyFile) builtin = NULL;

	if (load_builtin_scores(policy, error_r) < 0 ||
	    warden_keyfile_parse(warden_builtin_warden_conf,
				 strlen(warden_builtin_warden_conf),
				 "built-in warden.conf", &builtin,
				 error_r) < 0 ||
	    load_config(policy, builtin, NULL, error_r) < 0 ||
	    (key_file != NULL &&
	     (load_config(policy, key_file, dir, error_r) < 0 ||
	      load_others(policy, key_file, error_r) < 0))) {
		warden_policy_free(policy);
		return -1;
	}
	policy->fingerprint = make_fingerprint(policy);
	*policy_r = policy;
	return 1;
}
