#ifndef WARDEN_PARSE_WEB_SCRIPT_H
#define WARDEN_PARSE_WEB_SCRIPT_H

/* The scripts of one page, as facts: what they do, where they lead, which
   files and pages are encoded in them. */

#include "../text/text-private.h"

struct warden_web_scripts;

struct warden_web_scripts *warden_web_scripts_new(struct warden_text *text);
/* One script of the page. */
void warden_web_script(struct warden_web_scripts *scripts, const char *code,
		       gsize size);
/* What only looks like a script: JSON, templates. */
void warden_web_data(struct warden_web_scripts *scripts, const char *data,
		     gsize size);
/* Text with long words in it, which its scripts may decode. */
void warden_web_words(struct warden_web_scripts *scripts, const char *words,
		      gsize size);
/* What all of them do together; frees scripts. */
void warden_web_scripts_finish(struct warden_web_scripts *scripts);

/* A data: address: what stands in it becomes a member. */
void warden_web_data_url(struct warden_text *text, const char *url);

#endif
