#ifndef WARDEN_PARSE_OFFICE_TARGET_H
#define WARDEN_PARSE_OFFICE_TARGET_H

/* Where a document's reference leads, and what fetching it would mean. Pure
   functions on the target as written. */

#include "office-notes.h"

enum warden_target_kind {
	/* In the document, on this computer, or relative to the document. */
	WARDEN_TARGET_LOCAL = 0,
	WARDEN_TARGET_MAIL,
	/* A file server or web server that only a local network knows: a name
	   of one word, a private address, a suffix that is not delegated. */
	WARDEN_TARGET_INTRANET,
	WARDEN_TARGET_WEB,	/* http, https, ftp */
	/* A file share on the Internet: the computer logs in there. */
	WARDEN_TARGET_SHARE,
	/* A scheme that starts a program or a script engine. */
	WARDEN_TARGET_HANDLER,
	/* javascript: and the like, which office programs do not run. */
	WARDEN_TARGET_INERT,
};

enum warden_target_kind warden_target_kind(const char *target);

/* How a document uses a target. */
enum warden_target_use {
	WARDEN_USE_LINK = 0,	/* followed by a click */
	WARDEN_USE_TEMPLATE,	/* fetched when opened */
	WARDEN_USE_OBJECT,	/* object, frame, part of the text: the same */
	WARDEN_USE_PICTURE,	/* the same, but only shown */
	WARDEN_USE_DATA,	/* values of a table or database */
};

/* Note what the document does with target: a trait, a link or both. shown: the
   text of a link, "" if there is none. */
void warden_target_note(struct warden_office_notes *notes,
			enum warden_target_use use, const char *target,
			const char *shown);

/* The text names a program that runs commands: "cmd.exe /c", "powershell",
   "..\\..\\System32\\mshta", whatever stands around it. */
bool warden_target_is_command(const char *text);

/* "service" and what it is asked for, as a document's DDE link has it. Office
   programs that exchange values with each other are only a trait; others are
   started, and are another. */
void warden_target_note_dde(struct warden_office_notes *notes,
			    const char *service, const char *topic);

#endif
