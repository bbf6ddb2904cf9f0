#ifndef WARDEN_PARSE_PROGRAM_H
#define WARDEN_PARSE_PROGRAM_H

/* What the openers of shortcuts, scripts and notebooks share. */

#include "behaviour.h"
#include "../queue.h"

/* Look at one command line or script: traits and links for the part, members
   for what is encoded in it. source: of its links ("script", "shortcut"). */
void warden_program_look(struct warden_queue *queue,
			 const struct warden_container *container,
			 const char *text, gsize size, guint languages,
			 const char *source);

/* A program that the part starts: what it is, where it lies, what its
   arguments do. Either may be "". */
void warden_program_command(struct warden_queue *queue,
			    const struct warden_container *container,
			    const char *program, const char *arguments);

/* A place that the part opens, a path or a URL: adds the link and, if it is
   on another machine, says so. Returns TRUE if it is. */
bool warden_program_target(struct warden_queue *queue,
			   const struct warden_container *container,
			   const char *target);

/* A file that was found inside, under its own name or "". Returns its part,
   NULL if there was no room, or if only_active and it is harmless. */
struct warden_part *
warden_program_member(struct warden_queue *queue,
		      const struct warden_container *container,
		      const char *name, GBytes *bytes, bool only_active);

/* The part's text as UTF-8 without NUL; owned by the caller. */
GString *warden_program_text(struct warden_queue *queue,
			     const struct warden_container *container);

/* Openers. */
void warden_chm_expand(struct warden_queue *queue,
		       const struct warden_container *container);
/* Is it base64 from its beginning? */
bool warden_coded_is_wanted(const guint8 *data, gsize size);
void warden_coded_expand(struct warden_queue *queue,
			 const struct warden_container *container);
void warden_lnk_expand(struct warden_queue *queue,
		       const struct warden_container *container);
void warden_onenote_expand(struct warden_queue *queue,
			   const struct warden_container *container);
void warden_shortcut_expand(struct warden_queue *queue,
			    const struct warden_container *container);
void warden_script_expand(struct warden_queue *queue,
			  const struct warden_container *container);

#endif
