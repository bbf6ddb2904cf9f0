#ifndef WARDEN_TOKENS_H
#define WARDEN_TOKENS_H

/* What of a message a Bayes model learns: facts to a set of tokens, each a
   64-bit hash. Pure.

   Tokens are the words and pairs of words of the visible text and the subject
   (folded, without numbers, in scripts without spaces pairs of characters),
   whose links it has and of what shape, the sender's domain, and how it is
   built. Never dates, who received it and by which machines: those tell a
   mailbox's mail apart, not good from bad. */

#include "../facts/facts.h"

/* What is kept of one message: 4 kB. A longer one is sampled by hash, so that
   what stands in two mails is kept of both, and nobody can push the rest out
   by writing much before it. */
#define WARDEN_TOKENS_MAX 512u

/* guint64, ascending, each once; owned by the caller. The same facts give the
   same tokens on every machine. */
GArray *warden_tokens(const struct warden_facts *facts);

#endif
