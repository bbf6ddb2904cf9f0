#include "warden-config.h"

#include "view.h"

#include <string.h>

static void entity_free(void *data)
{
	struct warden_entity *entity = data;

	g_free(entity->path);
	warden_content_clear(&entity->content);
	g_free(entity);
}

void warden_view_init(struct warden_view *view)
{
	memset(view, 0, sizeof(*view));
	view->entities = g_ptr_array_new_with_free_func(entity_free);
	view->multiparts = g_ptr_array_new_with_free_func(entity_free);
}

void warden_view_clear(struct warden_view *view)
{
	g_clear_pointer(&view->entities, g_ptr_array_unref);
	g_clear_pointer(&view->multiparts, g_ptr_array_unref);
}

struct warden_entity *warden_view_add(struct warden_view *view,
				      const char *path)
{
	struct warden_entity *entity = g_new0(struct warden_entity, 1);

	entity->path = g_strdup(path);
	g_ptr_array_add(view->entities, entity);
	return entity;
}

static void merge_all(const GPtrArray *entities,
		      struct warden_trait_set *traits)
{
	guint i;

	for (i = 0; i < entities->len; i++) {
		const struct warden_entity *entity =
			g_ptr_array_index(entities, i);

		warden_trait_set_merge(traits, &entity->content.traits);
	}
}

void warden_view_all_traits(const struct warden_view *view,
			    struct warden_trait_set *traits_r)
{
	*traits_r = view->traits;
	merge_all(view->multiparts, traits_r);
	merge_all(view->entities, traits_r);
}
