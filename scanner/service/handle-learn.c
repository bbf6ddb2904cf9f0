#include "warden-config.h"

#include "handle-private.h"

#include <string.h>

static const struct {
	const char *name;
	enum warden_class class;
} classes[] = {
	{ "ham", WARDEN_CLASS_HAM },
	{ "spam", WARDEN_CLASS_SPAM },
	{ "phish", WARDEN_CLASS_PHISH },
	{ "forget", WARDEN_CLASS_NONE },
};

static bool parse_class(const char *name, enum warden_class *class_r)
{
	for (gsize i = 0; i < G_N_ELEMENTS(classes); i++) {
		if (strcmp(classes[i].name, name) == 0) {
			*class_r = classes[i].class;
			return true;
		}
	}
	return false;
}

/* A user moved a mail in a way that says what it is. Nobody waits for the
   answer, and nothing is journaled: one lesson less does no harm. */
void warden_handle_learn(struct warden_exchange *exchange)
{
	const struct warden_config *config = exchange->service->config;
	struct warden_records *records = exchange->service->records;
	struct warden_store *store;
	struct warden_lesson lesson = {
		.key = exchange->request->key,
		.key_size = exchange->request->key_size,
		.user = exchange->user,
		.half_life_usecs = config->learn_half_life_days *
			G_GINT64_CONSTANT(86400) * G_USEC_PER_SEC,
	};
	char *error = NULL;

	if (exchange->user[0] == '\0' ||
	    !parse_class(exchange->what, &lesson.class)) {
		warden_answer_refuse(exchange, WARDEN_STATUS_BAD_REQUEST,
				     exchange->user[0] == '\0' ?
				     "LEARN without a user" :
				     "LEARN: \"%s\" is nothing to learn",
				     exchange->what);
		return;
	}
	store = config->learn ? warden_records_store(records) : NULL;
	if (store != NULL && warden_store_learn(store, &lesson, &error) < 0)
		warden_records_failed(records, "learning from a move", error);
}
