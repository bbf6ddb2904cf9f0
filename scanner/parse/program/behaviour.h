#ifndef WARDEN_PARSE_BEHAVIOUR_H
#define WARDEN_PARSE_BEHAVIOUR_H

/* What a command line or a script does, by the words that it cannot do
   without: names of programs, objects and methods. Words alone are no
   evidence ("http" stands everywhere), so behaviours are made of several.
   Obfuscation is undone before, see unobfuscate.h. */

#include "../trait-set.h"

/* Languages whose words count; a host of one can run others. */
enum warden_language {
	WARDEN_LANGUAGE_BATCH = 1 << 0,
	WARDEN_LANGUAGE_POWERSHELL = 1 << 1,
	WARDEN_LANGUAGE_JSCRIPT = 1 << 2,
	WARDEN_LANGUAGE_VBSCRIPT = 1 << 3,
	WARDEN_LANGUAGE_SHELL = 1 << 4,		/* sh, AppleScript */
	WARDEN_LANGUAGE_OTHER = 1 << 5,		/* Python, AutoIt … */
	/* HTA and the like: pages whose scripts may do anything */
	WARDEN_LANGUAGE_PAGE = 1 << 6,
	/* what Windows runs by itself */
	WARDEN_LANGUAGE_WINDOWS = (1 << 4) - 1,
	WARDEN_LANGUAGE_ALL = (1 << 6) - 1,
};

/* detected_type of a script → enum warden_language, 0: not one of these. */
guint warden_behaviour_language(const char *type);

/* Add traits WARDEN_TRAIT_SCRIPT_… to *traits. text: UTF-8, lower case.
   Linear in size. May be called for several texts of one program: what is
   evidence only together must stand in one of them. */
void warden_behaviour_find(const char *text, gsize size, guint languages,
			   struct warden_trait_set *traits);

/* Is this the name of a program that runs what its arguments say (cmd,
   powershell, mshta, rundll32 …)? name: with or without folder, extension
   and quotes; any case. */
bool warden_behaviour_is_interpreter(const char *name);
/* The same for one that shows documents: their picture on something else is
   a disguise. */
bool warden_behaviour_is_viewer(const char *name);

/* The extension of a path or URL is that of a program, script or shortcut, or
   of a container whose files do not bear the mark of the Internet. */
bool warden_behaviour_runs(const char *path);

/* Host of a UNC path, also "\\host@SSL@443\…" and "file://host/…", lower
   case; NULL if it is none. Owned by the caller. */
char *warden_behaviour_remote_host(const char *path);

#endif
