#ifndef WARDEN_PARSE_SCRIPT_H
#define WARDEN_PARSE_SCRIPT_H

/* JavaScript in web pages: what it does, by the names that it uses, and its
   constants, put together as far as that is possible without running it:
   strings joined with "+" and join(), reversed, replaced, cut, made of numbers,
   decoded by atob() and unescape(). ECMA-262 is followed only as far as
   expressions of constants need it; names are global, conditions and loops are
   not known. One pass, bounded in depth and in what it makes. */

#include <glib.h>
#include <stdbool.h>

enum warden_script_act {
	WARDEN_SCRIPT_DECODES	= 1 << 0, /* atob, unescape, fromCharCode */
	WARDEN_SCRIPT_BLOB	= 1 << 1, /* makes a file in memory … */
	WARDEN_SCRIPT_OBJECT_URL = 1 << 2, /* … an address for it … */
	WARDEN_SCRIPT_SAVES	= 1 << 3, /* … and offers it to be saved */
	WARDEN_SCRIPT_CLICKS	= 1 << 4, /* click(), dispatchEvent() */
	WARDEN_SCRIPT_WRITES	= 1 << 5, /* document.write, innerHTML */
	WARDEN_SCRIPT_RUNS	= 1 << 6, /* eval, Function */
	WARDEN_SCRIPT_REDIRECTS	= 1 << 7, /* location */
	WARDEN_SCRIPT_SENDS	= 1 << 8, /* fetch, XMLHttpRequest … */
	WARDEN_SCRIPT_DECIPHERS	= 1 << 9, /* charCodeAt … ^, AES */
	WARDEN_SCRIPT_WORKER	= 1 << 10,
	WARDEN_SCRIPT_ASSEMBLY	= 1 << 11, /* WebAssembly */
	WARDEN_SCRIPT_SYSTEM	= 1 << 12, /* ActiveXObject, WScript */
	WARDEN_SCRIPT_HIDES	= 1 << 13, /* blocks menus, keys, debuggers */
};

/* What a constant was used for. */
enum warden_script_use {
	WARDEN_SCRIPT_VALUE = 0,	/* nothing known */
	WARDEN_SCRIPT_PAGE,	/* written into the page */
	WARDEN_SCRIPT_CODE,	/* run as script */
	WARDEN_SCRIPT_TARGET,	/* the page goes there at once */
	WARDEN_SCRIPT_SEND,	/* data are sent there */
	WARDEN_SCRIPT_LINK,	/* href, src, action of something */
	WARDEN_SCRIPT_NAME,	/* the name of a file to save */
};

struct warden_script_text {
	enum warden_script_use use;
	GBytes *bytes;
	bool partial;		/* only what was constant of it */
	bool made;		/* decoded, or written backwards */
	bool joined;		/* items of a list, which may not belong so */
};

struct warden_script {
	guint32 acts;		/* enum warden_script_act */
	GArray *texts;		/* struct warden_script_text */
	GPtrArray *numbers;	/* GArray of gint32: lists of numbers */
	GPtrArray *keys;	/* char*: short constants, no duplicates */
	gsize obfuscated;	/* bytes of names and escapes made unreadable */
	bool truncated;
};

/* text: UTF-8. Free with warden_script_clear(). */
void warden_script_read(const char *text, gsize size,
			struct warden_script *script_r);
void warden_script_clear(struct warden_script *script);

/* "%41", "%u0041" undone; others stay. Never longer than the input. */
GString *warden_script_unescape(const char *text, gsize size);

#endif
