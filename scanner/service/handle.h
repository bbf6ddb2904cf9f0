#ifndef WARDEN_HANDLE_H
#define WARDEN_HANDLE_H

/* A complete request to its answer: a table from operation to function. */

#include "connection.h"
#include "service.h"

/* A reply and the strings that it points to. */
struct warden_answer {
	struct warden_reply reply;
	char *keyword, *reason, *symbols, *text;
};

void warden_handle(struct warden_service *service,
		   const struct warden_connection *connection,
		   struct warden_answer *answer_r);
void warden_answer_clear(struct warden_answer *answer);

#endif
