#include "warden-config.h"

#include "concepts.h"

#include <string.h>

enum {
#define FAMILY_BIT(name, word, what) \
	name = 1 << WARDEN_FAMILY_##name,
	WARDEN_CONCEPT_FAMILIES(FAMILY_BIT)
#undef FAMILY_BIT
};

const struct warden_concept_info warden_concept_infos[] = {
#define CONCEPT_INFO(name, word, families, what) \
	[WARDEN_CONCEPT_##name] = { word, what, families },
	WARDEN_CONCEPTS(CONCEPT_INFO)
#undef CONCEPT_INFO
};

const struct warden_family_info warden_family_infos[] = {
#define FAMILY_INFO(name, word, what) \
	[WARDEN_FAMILY_##name] = { word, what },
	WARDEN_CONCEPT_FAMILIES(FAMILY_INFO)
#undef FAMILY_INFO
};

gint warden_concept_lookup(const char *word, gsize size)
{
	for (guint i = 0; i < WARDEN_CONCEPTS_COUNT; i++) {
		if (strlen(warden_concept_infos[i].word) == size &&
		    memcmp(warden_concept_infos[i].word, word, size) == 0)
			return i;
	}
	return -1;
}

void warden_concept_hits_add(struct warden_concept_hits *hits, gint *last,
			     guint concept, gint place)
{
	if (last[concept] == place)
		return;
	warden_concept_set_add(&hits->all, concept);
	for (guint i = 0; i < WARDEN_CONCEPTS_COUNT; i++) {
		if (place - last[i] >
		    (gint)WARDEN_CONCEPTS_NEAR_WORDS * 2)
			continue;
		warden_concept_set_add(&hits->near[concept], i);
		warden_concept_set_add(&hits->near[i], concept);
	}
	last[concept] = place;
}
