#ifndef WARDEN_CHECKS_SHAPE_H
#define WARDEN_CHECKS_SHAPE_H

/* What hosts, words and names look like, whatever they mean. Pure; texts are
   UTF-8, hosts as warden_url_host_ascii() makes them. */

#include <glib.h>
#include <stdbool.h>

/* --- hosts and mailboxes --------------------------------------------------- */

/* "xk4f9q2z", "a-b-c-d", "qwrtpsdf": no word, name or abbreviation. */
bool warden_shape_is_machine_name(const char *name, gsize size);
/* Parts between dots. */
guint warden_shape_labels(const char *host);
/* How many of them stand before the registered domain. */
guint warden_shape_depth(const char *host);
/* Below a public suffix with dots that is no country's: "x.github.io". */
bool warden_shape_is_customer_site(const char *domain);
/* No country's, none of the old ones. */
bool warden_shape_is_rare_tld(const char *domain);

/* --- texts ------------------------------------------------------------------ */

/* "wVzEky", "8PX29ZH", "kLs2jJp2J0": no word, no number, no usual code. */
bool warden_shape_has_token(const char *text);
/* Signs that draw the eye, or that no name has. */
bool warden_shape_has_signs(const char *name);
/* Mathematical alphabets, which look like letters, and enclosed ones. */
bool warden_shape_is_disguised(const char *text);

struct warden_shape_count {
	guint capitals, letters, exclamations, symbols;
	guint digits_run;	/* the longest */
};

struct warden_shape_count warden_shape_count(const char *text);

/* "$100.00", "1000€", "£ 5,000": a currency sign beside digits. */
bool warden_shape_names_sum(const char *text);
/* A sum from a hundred thousand on, as people write it, beside a currency:
   "$10,500,000.00", "EUR 2.500.000", "850.000 Euro". */
bool warden_shape_names_fortune(const char *text);

/* --- names of people and houses -------------------------------------------- */

/* Is some word of the name in text, an address in lower case? TRUE for names in
   other scripts, which say nothing here. */
bool warden_shape_has_to_do(const char *name, const char *text);
/* "Robert A. Elz" has "rae" or "re" as mailbox, or within a short one. */
bool warden_shape_has_initials(const char *name, const char *box);
/* "example.org support" where own is another's domain. */
bool warden_shape_names_domain(const char *name, const char *own);

#endif
