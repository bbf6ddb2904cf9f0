#ifndef WARDEN_PARSE_JAVASCRIPT_H
#define WARDEN_PARSE_JAVASCRIPT_H

/* JavaScript in web pages: what it does, by the names that it uses, and its
   constants, put together as far as that is possible without running it:
   strings joined with "+" and join(), reversed, replaced, cut, made of numbers,
   decoded by atob() and unescape(). ECMA-262 is followed only as far as
   expressions of constants need it; names are global, conditions and loops are
   not known. One pass, bounded in depth and in what it makes. */

#include <glib.h>
#include <stdbool.h>

enum warden_javascript_act {
	WARDEN_JAVASCRIPT_DECODES = 1 << 0, /* atob, unescape, fromCharCode */
	WARDEN_JAVASCRIPT_BLOB = 1 << 1,    /* makes a file in memory … */
	WARDEN_JAVASCRIPT_OBJECT_URL = 1 << 2, /* … an address for it … */
	WARDEN_JAVASCRIPT_SAVES = 1 << 3,  /* … and offers it to be saved */
	WARDEN_JAVASCRIPT_CLICKS = 1 << 4, /* click(), dispatchEvent() */
	WARDEN_JAVASCRIPT_WRITES = 1 << 5, /* document.write, innerHTML */
	WARDEN_JAVASCRIPT_RUNS = 1 << 6,   /* eval, Function */
	WARDEN_JAVASCRIPT_REDIRECTS = 1 << 7, /* location */
	WARDEN_JAVASCRIPT_SENDS = 1 << 8,     /* fetch, XMLHttpRequest … */
	WARDEN_JAVASCRIPT_DECIPHERS = 1 << 9, /* charCodeAt … ^, AES */
	WARDEN_JAVASCRIPT_WORKER = 1 << 10,
	WARDEN_JAVASCRIPT_ASSEMBLY = 1 << 11, /* WebAssembly */
	WARDEN_JAVASCRIPT_SYSTEM = 1 << 12,   /* ActiveXObject, WScript */
	WARDEN_JAVASCRIPT_HIDES = 1 << 13, /* blocks menus, keys, debuggers */
};

/* What a constant was used for. */
enum warden_javascript_use {
	WARDEN_JAVASCRIPT_VALUE = 0, /* nothing known */
	WARDEN_JAVASCRIPT_PAGE,      /* written into the page */
	WARDEN_JAVASCRIPT_CODE,      /* run as script */
	WARDEN_JAVASCRIPT_TARGET,    /* the page goes there at once */
	WARDEN_JAVASCRIPT_SEND,      /* data are sent there */
	WARDEN_JAVASCRIPT_LINK,      /* href, src, action of something */
	WARDEN_JAVASCRIPT_NAME,      /* the name of a file to save */
};

struct warden_javascript_text {
	enum warden_javascript_use use;
	GBytes *bytes;
	bool partial;		/* only what was constant of it */
	bool made;		/* decoded, or written backwards */
	bool joined;		/* items of a list, which may not belong so */
};

struct warden_javascript {
	guint32 acts;           /* enum warden_javascript_act */
	GArray *texts;          /* struct warden_javascript_text */
	GPtrArray *numbers;	/* GArray of gint32: lists of numbers */
	GPtrArray *keys;	/* char*: short constants, no duplicates */
	gsize obfuscated;	/* bytes of names and escapes made unreadable */
	bool truncated;
};

/* text: UTF-8. Free with warden_javascript_clear(). */
void warden_javascript_read(const char *text, gsize size,
			    struct warden_javascript *script_r);
void warden_javascript_clear(struct warden_javascript *script);

/* "%41", "%u0041" undone; others stay. Never longer than the input. */
GString *warden_javascript_unescape(const char *text, gsize size);

#endif
