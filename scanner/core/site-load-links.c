#include "warden-config.h"

#include "builtin.h"
#include "site-load-links.h"

#include <string.h>

/* Hundreds of thousands of names; more is not a file of names. */
#define FILE_SIZE_MAX (8u * 1024 * 1024)

typedef int add_t(struct warden_link_lists *lists, const char *text,
		  const char *name, char **error_r);

static int add_file(struct warden_link_lists *lists, add_t *add,
		    const char *path, char **error_r)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	gsize size;

	if (path == NULL)
		return 1;
	if (!g_file_get_contents(path, &text, &size, &error)) {
		*error_r = g_strdup(error->message);
		return -1;
	}
	if (size > FILE_SIZE_MAX || strlen(text) != size) {
		*error_r = g_strdup_printf("%s: %s", path,
					   size > FILE_SIZE_MAX ?
					   "too large" : "not a text");
		return -1;
	}
	return add(lists, text, path, error_r);
}

int warden_site_load_links(const char *brands_path, const char *hosts_path,
			   struct warden_link_lists **lists_r, char **error_r)
{
	struct warden_link_lists *lists = warden_link_lists_new();

	if (warden_link_lists_add_brands(lists, warden_builtin_brands_conf,
					 "built-in brands.conf",
					 error_r) < 0 ||
	    add_file(lists, warden_link_lists_add_brands, brands_path,
		     error_r) < 0 ||
	    warden_link_lists_add_hosts(lists, warden_builtin_link_hosts_conf,
					"built-in link-hosts.conf",
					error_r) < 0 ||
	    add_file(lists, warden_link_lists_add_hosts, hosts_path,
		     error_r) < 0) {
		warden_link_lists_free(lists);
		return -1;
	}
	warden_link_lists_finish(lists);
	*lists_r = lists;
	return 1;
}
