#ifndef WARDEN_BUILTIN_H
#define WARDEN_BUILTIN_H

/* config/warden.conf and config/scores.conf as they were at build time;
   builtin.c is generated from them. */

extern const char warden_builtin_warden_conf[];
extern const char warden_builtin_scores_conf[];
/* config/model.conf, likewise. */
extern const char warden_builtin_model_conf[];
/* config/brands.conf and config/link-hosts.conf */
extern const char warden_builtin_brands_conf[];
extern const char warden_builtin_link_hosts_conf[];

/* config/phrases/LANGUAGE.conf, likewise; in builtin-phrases.c. */
struct warden_builtin_file {
	const char *name, *text;
};
extern const struct warden_builtin_file warden_builtin_phrases[];
extern const unsigned int warden_builtin_phrases_count;

#endif
