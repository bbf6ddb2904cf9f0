#include "warden-config.h"

#include "feed-private.h"

#include <string.h>

/* The order of the documentation, and of detection by content: what is more
   particular stands before what takes almost anything. */
static const struct feed_reader *const readers[] = {
	&feed_reader_urlhaus, &feed_reader_malwarebazaar,
	&feed_reader_phishtank_csv, &feed_reader_phishtank_json,
	&feed_reader_openphish, &feed_reader_misp, &feed_reader_stix,
	&feed_reader_clamav_hash, &feed_reader_clamav_allow,
	&feed_reader_clamav_pdb, &feed_reader_clamav_wdb,
	&feed_reader_adblock, &feed_reader_hosts, &feed_reader_host,
	&feed_reader_url, &feed_reader_sha256, &feed_reader_sender,
	&feed_reader_yara, &feed_reader_list,
};

struct feed_pending {
	enum warden_known_kind kind;
	char *value;
	char *threat;
};

static void pending_free(void *data)
{
	struct feed_pending *pending = data;

	g_free(pending->value);
	g_free(pending->threat);
	g_free(pending);
}

/* --- names ---------------------------------------------------------------- */

const char *warden_feed_skip_name(enum warden_feed_skip skip)
{
	static const char *const names[WARDEN_FEED_SKIPS] = {
		[WARDEN_FEED_WEAK_HASH] = "md5-or-sha1",
		[WARDEN_FEED_OTHER_KIND] = "other-kind",
		[WARDEN_FEED_PATTERN] = "pattern",
		[WARDEN_FEED_REVOKED] = "revoked",
		[WARDEN_FEED_EXPIRED] = "expired",
		[WARDEN_FEED_EARLY] = "not-yet-valid",
		[WARDEN_FEED_NOT_FOR_DETECTION] = "not-for-detection",
		[WARDEN_FEED_UNVERIFIED] = "unverified",
		[WARDEN_FEED_PROTECTED] = "protected-name",
		[WARDEN_FEED_LOCAL] = "local",
		[WARDEN_FEED_ELSEWHERE] = "real-address",
		[WARDEN_FEED_PUBLIC_SUFFIX] = "public-suffix",
		[WARDEN_FEED_EMPTY_FILE] = "empty-file",
		[WARDEN_FEED_ODD_HOST] = "odd-host",
		[WARDEN_FEED_TOO_LONG] = "too-long",
	};

	return names[skip];
}

const char *warden_feed_kind_name(enum warden_known_kind kind)
{
	static const char *const names[WARDEN_FEED_KINDS] = {
		[WARDEN_KNOWN_SHA256] = "sha256",
		[WARDEN_KNOWN_URL] = "url",
		[WARDEN_KNOWN_HOST] = "host",
		[WARDEN_KNOWN_SENDER] = "sender",
	};

	return names[kind];
}

const struct warden_feed_format *warden_feed_formats(guint *count_r)
{
	static struct warden_feed_format formats[G_N_ELEMENTS(readers)];

	for (gsize i = 0; i < G_N_ELEMENTS(readers); i++)
		formats[i] = readers[i]->format;
	*count_r = G_N_ELEMENTS(readers);
	return formats;
}

static const struct feed_reader *find_reader(const char *name)
{
	/* What people say instead. */
	static const struct {
		const char *name;
		const struct feed_reader *reader;
	} others[] = {
		{ "bazaar", &feed_reader_malwarebazaar },
		{ "fp", &feed_reader_clamav_allow },
		{ "hash", &feed_reader_sha256 },
		{ "hdb", &feed_reader_clamav_hash },
		{ "host", &feed_reader_host },
		{ "hsb", &feed_reader_clamav_hash },
		{ "pdb", &feed_reader_clamav_pdb },
		{ "phishtank", &feed_reader_phishtank_csv },
		{ "sfp", &feed_reader_clamav_allow },
		{ "wdb", &feed_reader_clamav_wdb },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(readers); i++) {
		if (strcmp(readers[i]->format.name, name) == 0)
			return readers[i];
	}
	for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
		if (strcmp(others[i].name, name) == 0)
			return others[i].reader;
	}
	return NULL;
}

const struct warden_feed_format *warden_feed_format_find(const char *name)
{
	const struct feed_reader *reader = find_reader(name);

	return reader == NULL ? NULL : &reader->format;
}

/* --- which format ----------------------------------------------------------- */

/* "x.hsb.gz" ends in ".hsb". */
static const struct feed_reader *by_ending(const char *file)
{
	static const char *const packed[] = { ".gz", ".bz2", ".xz", ".zst",
					      ".zip" };
	g_autofree char *name = g_ascii_strdown(file, -1);
	const char *ending;

	for (gsize i = 0; i < G_N_ELEMENTS(packed); i++) {
		if (g_str_has_suffix(name, packed[i])) {
			name[strlen(name) - strlen(packed[i])] = '\0';
			break;
		}
	}
	ending = strrchr(name, '.');
	if (ending == NULL)
		return NULL;
	g_autofree char *word = g_strdup_printf(" %s ", ending);
	for (gsize i = 0; i < G_N_ELEMENTS(readers); i++) {
		const char *endings = readers[i]->format.endings;

		if (endings != NULL && strstr(endings, word) != NULL)
			return readers[i];
	}
	return NULL;
}

static int detect(struct warden_feed *feed, char **error_r)
{
	const char *head;
	gsize size;

	feed->reader = by_ending(feed->settings->name);
	if (feed->reader != NULL)
		return 1;
	if (feed_input_peek(feed->input, &head, &size, error_r) < 0)
		return -1;
	for (gsize i = 0; i < G_N_ELEMENTS(readers); i++) {
		if (readers[i]->looks_like != NULL &&
		    readers[i]->looks_like(head, size)) {
			feed->reader = readers[i];
			return 1;
		}
	}
	if (memchr("{[<", feed_head_sign(head, size), 3) != NULL) {
		*error_r = g_strdup_printf("%s: of no known format (JSON or "
			"XML that is neither PhishTank, MISP nor STIX 2)",
			feed->settings->name);
		return -1;
	}
	feed->reader = &feed_reader_list;
	return 1;
}

/* Which of PhishTank's two was not said. */
static int choose_phishtank(struct warden_feed *feed, char **error_r)
{
	const char *head;
	gsize size;

	if (feed_input_peek(feed->input, &head, &size, error_r) < 0)
		return -1;
	if (feed_head_sign(head, size) == '[')
		feed->reader = &feed_reader_phishtank_json;
	return 1;
}

static int choose_reader(struct warden_feed *feed, char **error_r)
{
	const char *name = feed->settings->format;

	if (name == NULL || strcmp(name, "auto") == 0) {
		if (detect(feed, error_r) < 0)
			return -1;
	} else {
		feed->reader = find_reader(name);
		if (feed->reader == NULL) {
			*error_r = g_strdup_printf("'%s' is no format of "
						   "feeds", name);
			return -1;
		}
		if (strcmp(name, "phishtank") == 0 &&
		    choose_phishtank(feed, error_r) < 0)
			return -1;
	}
	if (feed->reader->refused == NULL)
		return 1;
	*error_r = g_strdup_printf("%s: %s", feed->settings->name,
				   feed->reader->refused);
	return -1;
}

/* --- open, next, close ---------------------------------------------------------- */

static struct warden_feed *feed_new(const struct warden_feed_settings *settings,
				    struct warden_feed_counts *counts)
{
	struct warden_feed *feed = g_new0(struct warden_feed, 1);

	feed->own = *settings;
	feed->settings = &feed->own;
	feed->counts = counts;
	feed->pending = g_ptr_array_new_with_free_func(pending_free);
	return feed;
}

int warden_feed_open(const struct warden_feed_settings *settings,
		     struct warden_feed_counts *counts,
		     struct warden_feed **feed_r, char **error_r)
{
	struct warden_feed *feed = feed_new(settings, counts);

	*feed_r = feed;
	if (feed_input_open(feed->settings, &feed->input, error_r) < 0 ||
	    choose_reader(feed, error_r) < 0) {
		warden_feed_close(feed_r);
		return -1;
	}
	if (feed->reader->step != NULL) {
		feed->json = feed_json_new(feed->input, settings->name);
		feed_record_init(&feed->record, feed->reader->members);
	}
	return 1;
}

void warden_feed_close(struct warden_feed **_feed)
{
	struct warden_feed *feed = *_feed;

	*_feed = NULL;
	if (feed == NULL)
		return;
	if (feed->json != NULL)
		feed_record_clear(&feed->record);
	feed_json_free(feed->json);
	feed_input_close(&feed->input);
	g_ptr_array_unref(feed->pending);
	g_free(feed);
}

const struct warden_feed_format *
warden_feed_get_format(const struct warden_feed *feed)
{
	return &feed->reader->format;
}

static int read_line(struct warden_feed *feed, char **error_r)
{
	char *line;
	int ret = feed_input_line(feed->input, &line, error_r);

	return ret <= 0 ? ret : feed->reader->line(feed, line, error_r);
}

static int read_more(struct warden_feed *feed, char **error_r)
{
	g_ptr_array_set_size(feed->pending, 0);
	feed->taken = 0;
	return feed->reader->step != NULL ? feed->reader->step(feed, error_r) :
		read_line(feed, error_r);
}

int warden_feed_next(struct warden_feed *feed, struct warden_feed_item *item_r,
		     char **error_r)
{
	const struct feed_pending *pending;

	while (feed->taken == feed->pending->len) {
		int ret = read_more(feed, error_r);

		if (ret <= 0)
			return ret;
	}
	pending = g_ptr_array_index(feed->pending, feed->taken++);
	if (feed->counts->found >= WARDEN_FEED_INDICATORS_MAX)
		return feed_refuse(feed, NULL, "more than 5,000,000 "
				   "indicators", error_r);
	feed->counts->found++;
	feed->counts->kinds[pending->kind]++;
	*item_r = (struct warden_feed_item){
		.kind = pending->kind, .value = pending->value,
		.threat = pending->threat,
	};
	return 1;
}

/* --- for the readers ------------------------------------------------------------- */

static char *quoted(const char *value)
{
	return warden_facts_sanitise(value, strlen(value), 80, FALSE);
}

int feed_refuse(const struct warden_feed *feed, const char *value,
		const char *why, char **error_r)
{
	g_autofree char *safe = value == NULL ? NULL : quoted(value);
	g_autofree char *what = safe == NULL ? g_strdup(why) :
		g_strdup_printf("'%s' is %s", safe, why);

	if (feed->json != NULL)
		return feed_json_refuse(feed->json, what, error_r);
	*error_r = g_strdup_printf("%s:%" G_GUINT64_FORMAT ": %s",
				   feed->settings->name,
				   feed_input_line_number(feed->input), what);
	return -1;
}

void feed_skip(struct warden_feed *feed, enum warden_feed_skip skip)
{
	feed->counts->skipped[skip]++;
}

void feed_skip_loudly(struct warden_feed *feed, enum warden_feed_skip skip,
		      const char *value, const char *what)
{
	feed_skip(feed, skip);
	if (feed->settings->warn == NULL)
		return;
	g_autofree char *safe = quoted(value);
	g_autofree char *text = g_strdup_printf(
		"%s:%" G_GUINT64_FORMAT ": '%s' %s: skipped",
		feed->settings->name, feed_input_line_number(feed->input),
		safe, what);
	feed->settings->warn(feed->settings->context, text);
}

static void keep(struct warden_feed *feed, enum warden_known_kind kind,
		 char *value, const char *threat)
{
	struct feed_pending *pending = g_new0(struct feed_pending, 1);

	pending->kind = kind;
	pending->value = value;
	pending->threat = warden_facts_sanitise(threat, strlen(threat),
						WARDEN_FEED_THREAT_MAX, FALSE);
	g_ptr_array_add(feed->pending, pending);
}

int feed_add(struct warden_feed *feed, enum warden_known_kind kind,
	     const char *text, const char *threat, const char **why_r)
{
	enum warden_feed_skip skip = WARDEN_FEED_SKIPS;
	char *value = NULL;

	switch (feed_value_make(kind, text, &value, &skip, why_r)) {
	case FEED_VALUE_GOOD:
		keep(feed, kind, value, threat);
		return 1;
	case FEED_VALUE_BAD:
		return -1;
	case FEED_VALUE_SKIP:
		break;
	}
	if (skip == WARDEN_FEED_ODD_HOST && !feed->reader->lenient) {
		*why_r = "no URL with a host";
		return -1;
	}
	if (*why_r == NULL)
		feed_skip(feed, skip);
	else
		feed_skip_loudly(feed, skip, text, *why_r);
	return 1;
}

int feed_take(struct warden_feed *feed, enum warden_known_kind kind,
	      const char *text, const char *threat, char **error_r)
{
	const char *why;

	return feed_add(feed, kind, text, threat, &why) > 0 ? 1 :
		feed_refuse(feed, text, why, error_r);
}

/* --- the manifest of a MISP feed ----------------------------------------------------- */

static bool is_event_name(const char *name)
{
	return strlen(name) == 36 &&
		strspn(name, "0123456789abcdefABCDEF-") == 36;
}

static int read_manifest(struct warden_feed *feed, GPtrArray *names,
			 char **error_r)
{
	enum feed_json_event event;
	int ret;

	while ((ret = feed_json_next(feed->json, &event, error_r)) > 0) {
		const char *key = feed_json_key(feed->json);

		if (event != FEED_JSON_OPEN || feed_json_depth(feed->json) != 1)
			continue;
		if (!feed_json_is_object(feed->json) || !is_event_name(key))
			return feed_refuse(feed, key, "no event's UUID",
					   error_r);
		if (names->len == WARDEN_FEED_EVENTS_MAX)
			return feed_refuse(feed, NULL, "more than 100,000 "
					   "events", error_r);
		g_ptr_array_add(names, g_strconcat(key, ".json", NULL));
	}
	if (ret == 0 && names->len == 0)
		return feed_refuse(feed, NULL, "names no event", error_r);
	return ret < 0 ? -1 : 1;
}

int warden_feed_manifest(const struct warden_feed_settings *settings,
			 GPtrArray **names_r, char **error_r)
{
	struct warden_feed_counts counts = { 0 };
	struct warden_feed *feed = feed_new(settings, &counts);
	int ret;

	*names_r = g_ptr_array_new_with_free_func(g_free);
	ret = feed_input_open(feed->settings, &feed->input, error_r);
	if (ret > 0) {
		static const char *const none[] = { NULL };

		feed->json = feed_json_new(feed->input, settings->name);
		feed_record_init(&feed->record, none);
		ret = read_manifest(feed, *names_r, error_r);
	}
	warden_feed_close(&feed);
	if (ret < 0)
		g_clear_pointer(names_r, g_ptr_array_unref);
	return ret;
}
