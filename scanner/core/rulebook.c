#include "warden-config.h"

#include "rulebook.h"

#define LOOK_USECS G_USEC_PER_SEC
/* Any odd number. */
#define CLAMD_MARK G_GUINT64_CONSTANT(0x9e3779b97f4a7c15)

struct warden_rulebook {
	const struct warden_config *config;
	struct warden_reader *reader;
	struct warden_rules *rules;	/* NULL: none yet */
	warden_rulebook_say_t *say;
	guint64 stamp;
	gint64 look_at;			/* monotonic µs */
	bool keep;
};

static void say_fault(const struct warden_rulebook *rulebook,
		      const struct warden_rule_fault *fault)
{
	g_autofree char *line = fault->line == 0 ?
		g_strdup_printf("rules: %s: %s", fault->file, fault->message) :
		g_strdup_printf("rules: %s:%u: %s", fault->file, fault->line,
				fault->message);

	rulebook->say(WARDEN_RULEBOOK_REFUSED, line);
}

static void say_file(const struct warden_rulebook *rulebook,
		     const struct warden_rule_file *file)
{
	g_autofree char *line = g_strdup_printf(
		"rules: %s is refused: %s", file->name,
		file->state == WARDEN_RULE_FILE_KEPT ?
		"its last good version stays in force" :
		"there is no good version of it");

	rulebook->say(WARDEN_RULEBOOK_REFUSED, line);
}

static void say_all(const struct warden_rulebook *rulebook,
		    const struct warden_rules *rules)
{
	const GPtrArray *faults = warden_rules_faults(rules);
	const GPtrArray *files = warden_rules_files(rules);
	guint count = 0, used = 0;

	for (guint i = 0; i < faults->len; i++) {
		const struct warden_rule_fault *fault = faults->pdata[i];

		if (!fault->warning)
			say_fault(rulebook, fault);
	}
	for (guint i = 0; i < files->len; i++) {
		const struct warden_rule_file *file = files->pdata[i];

		count += file->rules;
		used += file->state != WARDEN_RULE_FILE_REFUSED;
		if (file->state != WARDEN_RULE_FILE_GOOD)
			say_file(rulebook, file);
	}
	g_autofree char *line = g_strdup_printf(
		"rules: %u from %u file%s in %s", count, used,
		used == 1 ? "" : "s", rulebook->config->rules.folder);
	rulebook->say(WARDEN_RULEBOOK_LOADED, line);
}

/* TRUE if the rules are others. */
static bool load(struct warden_rulebook *rulebook)
{
	struct warden_rules *rules;
	g_autofree char *error = NULL;
	guint64 before = warden_rulebook_fingerprint(rulebook);

	if (warden_rules_load(&rulebook->config->rules, rulebook->keep, &rules,
			      &error) < 0) {
		g_autofree char *line = g_strdup_printf(
			"rules: %s%s", error, rulebook->rules != NULL ?
			" (the old rules stay in force)" : "");

		rulebook->say(WARDEN_RULEBOOK_REFUSED, line);
		return FALSE;
	}
	say_all(rulebook, rules);
	warden_reader_set_rules(rulebook->reader, rules);
	warden_rules_free(rulebook->rules);
	rulebook->rules = rules;
	return warden_rulebook_fingerprint(rulebook) != before;
}

struct warden_rulebook *
warden_rulebook_new(const struct warden_config *config,
		    struct warden_reader *reader, bool keep,
		    warden_rulebook_say_t *say)
{
	struct warden_rulebook *rulebook = g_new0(struct warden_rulebook, 1);

	rulebook->config = config;
	rulebook->reader = reader;
	rulebook->keep = keep;
	rulebook->say = say;
	/* A folder that is not there has stamp 0: it is tried once. */
	rulebook->stamp = 1;
	(void)warden_rulebook_refresh(rulebook);
	return rulebook;
}

void warden_rulebook_free(struct warden_rulebook **rulebook)
{
	if (*rulebook == NULL)
		return;
	warden_reader_set_rules((*rulebook)->reader, NULL);
	warden_rules_free((*rulebook)->rules);
	g_clear_pointer(rulebook, g_free);
}

bool warden_rulebook_refresh(struct warden_rulebook *rulebook)
{
	const char *folder = rulebook->config->rules.folder;
	gint64 now = g_get_monotonic_time();
	guint64 stamp;

	if (folder == NULL || now < rulebook->look_at)
		return FALSE;
	/* Before it is read: what changes meanwhile is seen the next time. */
	stamp = warden_rules_stamp(folder);
	rulebook->look_at = now + LOOK_USECS;
	if (stamp == rulebook->stamp)
		return FALSE;
	rulebook->stamp = stamp;
	return load(rulebook);
}

guint64 warden_rulebook_fingerprint(const struct warden_rulebook *rulebook)
{
	const struct warden_config *config = rulebook->config;
	guint64 fingerprint = warden_policy_fingerprint(config->policy);

	/* Both are digests. */
	if (rulebook->rules != NULL)
		fingerprint ^= warden_rules_fingerprint(rulebook->rules);
	fingerprint ^= config->site_fingerprint;
	/* Connecting it is a change of checks; its signatures are not. */
	if (config->clamd_socket != NULL)
		fingerprint ^= CLAMD_MARK + config->clamd_required;
	return fingerprint;
}
