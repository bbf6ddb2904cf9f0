#ifndef WARDEN_CONF_H
#define WARDEN_CONF_H

/* warden.conf: one GKeyFile for wardend and the command line. Groups:
   [service] [store] [reader] [yara] [clamd] [classifier] [content] [learn]
   [links] [notice] [sender] [signatures] [policy] [actions] [scores]. Unknown groups, keys
   and values are errors that name file, group, key and value. */

#include "policy.h"
#include "../checks/dlp.h"
#include "../rules/rules.h"

struct warden_config {
	char *path;		/* NULL = compiled-in defaults */
	char *database;		/* absolute path; NULL = no database */
	char *journal;		/* absolute path of the unrecorded journal */
	guint64 journal_size_max;
	char *epoch_file;	/* absolute path (protocol/epoch.h), NULL = none */
	guint commit_msecs;	/* budget for a commit incl. waiting its turn */
	guint reader_msecs;
	guint64 reader_memory;	/* RLIMIT_AS, bytes */
	struct warden_rules_settings rules;
	char *clamd_socket;	/* path, or host:port; NULL = no clamd */
	guint clamd_msecs;	/* for one message */
	guint64 clamd_stream_max;	/* larger ones are not sent */
	bool clamd_required;
	guint client_msecs;	/* stand-alone: how long a client may dawdle */
	bool classifier;
	char *brands_file;	/* added to what is compiled in; NULL = none */
	char *link_hosts_file;	/* likewise */
	char *phrases_folder;	/* absolute path; NULL = as compiled in */
	char *model_file;	/* absolute path; NULL = as compiled in */
	/* Of those whose signatures are believed; NULL = none. */
	char *smime_roots;	/* absolute path of a file or folder */
	char *openpgp_keys;	/* absolute path */
	char *notice_folder;	/* texts that replace built-in ones; NULL = none */
	char *notice_from;	/* of notices; NULL = postmaster */
	guint learn_minimum;	/* mails of each kind before a model speaks */
	guint learn_half_life_days;
	bool learn;
	guint retention_days;	/* db prune default, 0 = keep */
	struct warden_policy *policy;
	/* Changes with what site was loaded from; 0 = nothing is set. */
	guint64 site_fingerprint;
	struct warden_site site;	/* what checks are told; its members ours */
};

/* path NULL: WARDEN_DEFAULT_CONFIG if it exists, else compiled-in defaults.
   Returns 1, or -1 with *error_r. */
int warden_config_load(const char *path, struct warden_config **config_r,
		       char **error_r);
void warden_config_free(struct warden_config *config);

#endif
