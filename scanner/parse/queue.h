#ifndef WARDEN_PARSE_QUEUE_H
#define WARDEN_PARSE_QUEUE_H

/* What parsing one message works on: facts being made, one budget for all of
   it, and the containers that wait to be opened.

   Containers are opened in the order in which they were found, breadth
   first: a bomb cannot keep the parts beside it from being looked at. Every
   limit that is hit leaves a trait and an unscanned entry. */

#include "type/filetype.h"
#include "mail/names.h"
#include "parse.h"
#include "trait-set.h"

struct warden_rules;

struct warden_parser {
	magic_t magic;		/* NULL only in tests */
	struct warden_charsets *charsets;
	struct warden_cache *cache;
	struct warden_rules *rules;	/* NULL = none; not ours */
	bool sensitive;		/* look for what that is */
	const struct warden_sensitive_patterns *patterns; /* NULL = none */
	struct warden_signers *signers;	/* NULL: signatures are not verified */
};

struct warden_queue;

/* Bytes on their way to become a part. */
struct warden_item {
	const char *path;	/* wanted; a number is appended if taken */
	const struct warden_names *names;	/* may be NULL */
	const char *declared_type, *encoding, *charset;	/* "" if none */
	bool delsp;		/* text whose lines end in a space go on */
	guint32 flags;		/* enum warden_part_flags */
	/* What it came out of, NULL: the message. */
	const struct warden_part *parent;
	guint depth;		/* of containers around it, the message's: 0 */
	/* Only worth a part if active (warden_kind_is_active) or EICAR: a
	   guess that mostly comes to nothing. */
	bool only_active;
	/* Its own parts are read by whoever adds it. */
	bool opened;
	/* 0, or the size of the whole if bytes are only its beginning. */
	guint64 full_size;
};

struct warden_queue *warden_queue_new(struct warden_parser *parser,
				      struct warden_facts *facts,
				      gsize message_size);
/* Open what waits until nothing is left, then order the facts. */
void warden_queue_run(struct warden_queue *queue);
void warden_queue_free(struct warden_queue *queue);

struct warden_parser *warden_queue_parser(struct warden_queue *queue);
/* Those that are being made. */
struct warden_facts *warden_queue_facts(struct warden_queue *queue);

/* Add a part, look at its bytes (hash, type, links), and enqueue it if it is
   a container. Returns NULL if it was not worth one (only_active) or there
   is no room. The part is the facts'. */
struct warden_part *warden_queue_add(struct warden_queue *queue,
				     const struct warden_item *item,
				     GBytes *bytes);
/* Has a part with exactly these bytes been seen? */
bool warden_queue_has(const struct warden_queue *queue, GBytes *bytes);

/* Take size bytes from the budget before making them. FALSE: it is used up;
   trait and unscanned entry for path are made. */
bool warden_queue_spend(struct warden_queue *queue, const char *path,
			guint64 size);
/* The same for one archive member. */
bool warden_queue_spend_member(struct warden_queue *queue, const char *path);
/* The same for a picture. */
bool warden_queue_spend_picture(struct warden_queue *queue, const char *path,
				guint64 pixels);
/* What is left of WARDEN_PICTURES_EFFORT_MAX. */
guint64 *warden_queue_effort(struct warden_queue *queue);

/* Take size bytes from those whose tricks are undone. FALSE: look at it as it
   is written. */
bool warden_queue_spend_script(struct warden_queue *queue, guint64 size);

void warden_queue_trait(struct warden_queue *queue,
			enum warden_trait_index trait, const char *path,
			const char *detail);
/* Every trait of the set. */
void warden_queue_traits(struct warden_queue *queue,
			 const struct warden_trait_set *traits,
			 const char *path);
void warden_queue_unscanned(struct warden_queue *queue, const char *path,
			    const char *reason);
/* A rule of somebody else's matched. */
void warden_queue_match(struct warden_queue *queue,
			const struct warden_match *match);
/* A limit was hit: trait and unscanned entry. */
void warden_queue_limit(struct warden_queue *queue,
			enum warden_trait_index trait, const char *path,
			const char *reason);
/* text: the URL as written; shown: what the user sees, "" if nothing. */
void warden_queue_url(struct warden_queue *queue, const char *path,
		      const char *text, gsize size, const char *base,
		      const char *shown, const char *source);

/* Look for what should perhaps not leave the house in a text of that part, if
   anybody wants to know (sensitive.h). */
void warden_queue_sensitive(struct warden_queue *queue, const char *path,
			    const char *text, gsize size, bool markup);

/* Words of the message that may be the password of an encrypted archive or
   document in it: from its subject, texts and file names, and those that
   everybody uses. char *, the likeliest first, at most WARDEN_PASSWORDS_MAX;
   the queue's, good until the next part is added. Ask when a container is
   opened: the texts of the message are known by then. */
const GPtrArray *warden_queue_passwords(struct warden_queue *queue);
/* Where texts are collected for that. */
struct warden_passwords *warden_queue_password_source(
	struct warden_queue *queue);

/* Where the bodies of the message are collected. */
struct warden_visible *warden_queue_visible(struct warden_queue *queue);

/* --- containers -------------------------------------------------------------- */

struct warden_container {
	GBytes *bytes;
	struct warden_part *part;	/* NULL: the message itself */
	guint depth;
	guint32 wanted;		/* warden_open_wanted() */
	bool apart;		/* warden_apart_open() instead */
};

/* Enqueue if anything wants to open it (open.h; the message itself by hand);
   holds a reference to bytes. */
void warden_queue_push(struct warden_queue *queue, GBytes *bytes,
		       struct warden_part *part, guint depth);

/* Look at the whole message as it is; once. */
void warden_queue_inspect_message(struct warden_queue *queue, GBytes *bytes);

/* What opens them; each in its own file, all in the table in open.c. */
void warden_mail_expand(struct warden_queue *queue,
			const struct warden_container *container);
void warden_archive_expand(struct warden_queue *queue,
			   const struct warden_container *container);
void warden_apple_expand(struct warden_queue *queue,
			 const struct warden_container *container);
void warden_cms_expand(struct warden_queue *queue,
		       const struct warden_container *container);
void warden_arj_expand(struct warden_queue *queue,
		       const struct warden_container *container);
void warden_disk_expand(struct warden_queue *queue,
			const struct warden_container *container);
void warden_pgp_expand(struct warden_queue *queue,
		       const struct warden_container *container);
void warden_tnef_expand(struct warden_queue *queue,
			const struct warden_container *container);
void warden_polyglot_expand(struct warden_queue *queue,
			    const struct warden_container *container);
void warden_picture_expand(struct warden_queue *queue,
			   const struct warden_container *container);

/* Look for codes in a picture that is no part of its own: path is what it
   stands in. */
void warden_picture_look(struct warden_queue *queue, const char *path,
			 const guint8 *data, gsize size);
/* Traits and links of codes that were read (GBytes). */
void warden_picture_add_codes(struct warden_queue *queue, const char *path,
			      const GPtrArray *codes);
void warden_office_expand(struct warden_queue *queue,
			  const struct warden_container *container);
void warden_equation_expand(struct warden_queue *queue,
			    const struct warden_container *container);
void warden_flat_expand(struct warden_queue *queue,
			const struct warden_container *container);
void warden_rtf_expand(struct warden_queue *queue,
		       const struct warden_container *container);
void warden_pdf_expand(struct warden_queue *queue,
		       const struct warden_container *container);

/* Look at a text part: links, files inside it. item: as it was added. */
void warden_text_look(struct warden_queue *queue, struct warden_part *part,
		      const struct warden_item *item, GBytes *bytes);

#endif
