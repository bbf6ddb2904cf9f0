#include "warden-config.h"

#include "trait-set.h"

#define CODE(name, code) [WARDEN_TRAIT_##name] = code,
static const char *const codes[WARDEN_TRAITS_COUNT] = {
	WARDEN_TRAITS(CODE)
};
#undef CODE

const char *warden_trait_code(enum warden_trait_index trait)
{
	g_assert(trait < WARDEN_TRAITS_COUNT);
	return codes[trait];
}
