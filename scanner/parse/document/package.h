#ifndef WARDEN_PARSE_PACKAGE_H
#define WARDEN_PARSE_PACKAGE_H

/* Documents that are zip packages: Office Open XML (ECMA-376, also strict and
   with macros) and OpenDocument. What the members say, put together.

   Members are known by their content, not by their names, which a document
   may choose: every XML member is read by one reader that knows the elements
   of all formats. The archive's opener hands over each member as it comes out,
   in any order, and says when there are no more. */

#include "../queue.h"

struct warden_package;

/* part: the document. */
struct warden_package *warden_package_new(struct warden_queue *queue,
					  struct warden_part *part);
/* Returns TRUE if the member is worth a part even if it is of no active kind:
   a picture, an embedded object. name: in the package. */
bool warden_package_take(struct warden_package *package, const char *name,
			 GBytes *bytes);
/* Report traits and links. */
void warden_package_finish(struct warden_package *package);
void warden_package_free(struct warden_package *package);

#endif
