#include "warden-config.h"

#include "from.h"
#include "url.h"

#include <string.h>

char *warden_address_host(const char *address)
{
	const char *at = strrchr(address, '@');

	return at == NULL ? g_strdup("") : warden_url_host_ascii(at + 1);
}

const char *warden_host_domain(const char *host)
{
	const char *domain = warden_url_registrable(host);

	return domain == NULL ? host : domain;
}

static char *domain_of(const struct warden_address *address)
{
	g_autofree char *host = warden_address_host(address->address);

	return g_strdup(warden_host_domain(host));
}

char *warden_from_domain(const struct warden_facts *facts)
{
	const GPtrArray *from = facts->header.from;

	return from->len == 0 ? g_strdup("") : domain_of(from->pdata[0]);
}

bool warden_from_is_in(const struct warden_facts *facts, const char *domain)
{
	const GPtrArray *from = facts->header.from;

	for (guint i = 0; i < from->len; i++) {
		g_autofree char *own = domain_of(from->pdata[i]);

		if (*own != '\0' && strcmp(own, domain) == 0)
			return TRUE;
	}
	return FALSE;
}
