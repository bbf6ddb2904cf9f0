#ifndef WARDEN_CHECKS_PRIVATE_H
#define WARDEN_CHECKS_PRIVATE_H

/* For the families only: each file here defines one struct warden_check with
   the symbols that it may raise. */

#include "checks.h"
#include "../facts/traits.h"

/* What a trait is evidence of, and in which words. */
struct warden_trait_symbol {
	enum warden_trait_index trait;
	const char *symbol, *detail;
};

/* The code in struct warden_trait. */
const char *warden_checks_trait_code(enum warden_trait_index trait);
/* Raise the table's symbols for the facts' traits, in document order; a trait's
   own detail is put behind the table's. */
void warden_checks_traits(const struct warden_check_input *input,
			  const struct warden_trait_symbol *table,
			  guint table_count,
			  struct warden_findings *findings);

/* What has been found so far: struct warden_finding, for a check that weighs
   what others found. */
const GPtrArray *warden_findings_list(const struct warden_findings *findings);

extern const struct warden_check warden_check_antivirus;
extern const struct warden_check warden_check_attachment;
extern const struct warden_check warden_check_bayes;
extern const struct warden_check warden_check_classifier;
extern const struct warden_check warden_check_content;
extern const struct warden_check warden_check_dlp;
extern const struct warden_check warden_check_document;
extern const struct warden_check warden_check_image;
extern const struct warden_check warden_check_link;
extern const struct warden_check warden_check_link_target;
extern const struct warden_check warden_check_list;
extern const struct warden_check warden_check_mime;
extern const struct warden_check warden_check_office;
extern const struct warden_check warden_check_own;
extern const struct warden_check warden_check_program;
extern const struct warden_check warden_check_pdf;
extern const struct warden_check warden_check_rule;
extern const struct warden_check warden_check_sender;
extern const struct warden_check warden_check_test_mail;
extern const struct warden_check warden_check_web;

#endif
