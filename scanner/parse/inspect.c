#include "warden-config.h"

#include "fuzzy.h"
#include "inspect.h"

#include "../rules/rules.h"

struct inspected {
	struct warden_queue *queue;
	const char *path;
};

static void add_match(const struct warden_rule *rule, void *context)
{
	const struct inspected *inspected = context;
	/* Two files may have rules of one name. */
	g_autofree char *name = g_strconcat(rule->file, ":", rule->name, NULL);
	const struct warden_match match = {
		.engine = "yara", .rule = name,
		.verdict = (char *)rule->verdict, .score = rule->score,
		.part = (char *)inspected->path,
		.detail = (char *)rule->description,
	};

	warden_queue_match(inspected->queue, &match);
}

/* Unknown is not clean: what was not looked at to the end is named. */
static void scan_rules(struct warden_queue *queue,
		       struct warden_inspection *inspection,
		       struct warden_rules *rules,
		       const struct warden_part *part, GBytes *bytes)
{
	struct inspected inspected = {
		.queue = queue, .path = part == NULL ? "" : part->path,
	};
	const struct warden_rules_subject subject = {
		.name = part == NULL ? "" : part->name,
		.type = part == NULL ? "message/rfc822" : part->detected_type,
	};
	guint64 all = (guint64)warden_rules_message_msecs(rules) * 1000;
	guint64 left = all - MIN(all, inspection->used_usecs);
	gint64 started = g_get_monotonic_time();
	gsize size;
	const guint8 *data = g_bytes_get_data(bytes, &size);

	switch (warden_rules_scan(rules, &subject, data, size,
				  (guint)(left / 1000), add_match,
				  &inspected)) {
	case WARDEN_RULES_DONE:
		break;
	case WARDEN_RULES_SIZE:
		warden_queue_limit(queue, WARDEN_TRAIT_RULES_UNFINISHED,
				   inspected.path, "size");
		break;
	case WARDEN_RULES_TIME:
	case WARDEN_RULES_FAILED:
		warden_queue_limit(queue, WARDEN_TRAIT_RULES_UNFINISHED,
				   inspected.path, "time");
		break;
	}
	inspection->used_usecs += g_get_monotonic_time() - started;
}

/* Compressed data and pictures are never near each other, however alike what
   they show is; a message is in its parts. */
static bool may_be_alike(enum warden_content_kind kind)
{
	switch (kind) {
	case WARDEN_KIND_EMPTY:
	case WARDEN_KIND_IMAGE:
	case WARDEN_KIND_AUDIO_VIDEO:
	case WARDEN_KIND_ARCHIVE:
	case WARDEN_KIND_MESSAGE:
	case WARDEN_KIND_CRYPTO:
	case WARDEN_KIND_FONT:
		return FALSE;
	default:
		return TRUE;
	}
}

static void set_fuzzy(struct warden_part *part, GBytes *bytes)
{
	guint8 digest[WARDEN_FUZZY_SIZE];
	char text[WARDEN_FUZZY_TEXT_SIZE];
	gsize size;
	const guint8 *data = g_bytes_get_data(bytes, &size);

	if (size > WARDEN_FUZZY_MAX || size < part->size ||
	    !may_be_alike(part->kind) ||
	    !warden_fuzzy_digest(data, size, digest))
		return;
	warden_fuzzy_print(digest, text);
	warden_part_set_fuzzy(part, text);
}

void warden_inspect(struct warden_queue *queue,
		    struct warden_inspection *inspection,
		    struct warden_part *part, GBytes *bytes)
{
	struct warden_rules *rules = warden_queue_parser(queue)->rules;

	if (g_bytes_get_size(bytes) == 0)
		return;
	if (part != NULL)
		set_fuzzy(part, bytes);
	if (rules != NULL && !warden_rules_is_empty(rules))
		scan_rules(queue, inspection, rules, part, bytes);
}
