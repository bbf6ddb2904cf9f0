#ifndef WARDEN_RULES_PRIVATE_H
#define WARDEN_RULES_PRIVATE_H

/* Sources of rules: folder.c reads and keeps them, rules.c compiles them. */

#include "rules.h"

struct rule_text {
	char *name, *text;
};

/* A file and what it includes, each once, as they were read. */
struct rule_source {
	char *folder;		/* where includes may come from; NULL: texts */
	GPtrArray *texts;	/* struct rule_text; the file itself is first */
	char *problem;		/* why an include was not found; NULL */
	bool kept;
};

/* Names of rule files, sorted (char *). -1 with *error_r. */
int warden_rules_folder_list(const char *folder, GPtrArray **names_r,
			     char **error_r);
/* The file itself; includes follow when they are asked for. NULL with
   *error_r. */
struct rule_source *warden_rules_source_read(const char *folder,
					     const char *name, char **error_r);
/* The text of an include, owned by source; NULL with source->problem. */
const char *warden_rules_source_include(struct rule_source *source,
					const char *name);
void warden_rules_source_problem(struct rule_source *source, const char *name,
				 const char *why);
const char *warden_rules_source_name(const struct rule_source *source);
void warden_rules_source_free(struct rule_source *source);

/* A source's last good version: 1, or -1 with *error_r; and back, or NULL if
   there is none that can be trusted. */
int warden_rules_source_keep(const char *kept,
			     const struct rule_source *source, char **error_r);
struct rule_source *warden_rules_source_kept(const char *kept,
					     const char *name);
/* Forget files that are no longer in the folder. */
void warden_rules_forget_kept(const char *kept, const GPtrArray *names);

#endif
