#ifndef WARDEN_REDIRECTOR_H
#define WARDEN_REDIRECTOR_H

/* Links that lead through somebody who counts clicks or screens links. They
   show one host and go to another without meaning to deceive. */

#include <stdbool.h>

/* host belongs to a mail service, an advertising or a link-screening service
   that rewrites its customers' links. Being known here makes nobody honest:
   it only says that a different host is no sign. */
bool warden_redirector_is_known(const char *host);

/* The URL carries, as a value in its query or path, a full web address on
   that registrable domain ("…?url=https%3A%2F%2Fexample.com%2F"). */
bool warden_redirector_names(const char *url, const char *registrable);

/* The path or query carries a token of at least so many characters that only
   its maker can read. */
bool warden_redirector_has_token(const char *url, unsigned int length);

/* Two registrable domains that one owner uses for the same thing: a service
   and its short links, a name before and after, or two offices of one state.
   Domains where customers put up pages of their own are not among them. */
bool warden_redirector_same_owner(const char *domain, const char *other);

/* A domain of short links. As what a link shows it promises nothing. */
bool warden_redirector_is_shortener(const char *domain);

#endif
