#include "warden-config.h"

#include "link-private.h"

#include <string.h>

/* What stands behind the host. */

/* Longer tokens carry more than an address. */
#define TOKEN_MAX 400u
#define TOKEN_MIN 8u
#define TOKENS_MAX 40u
#define ADDRESS_MIN 6u

/* --- the recipient's address ---------------------------------------------------- */

static bool is_recipient(const struct warden_link_scene *scene,
			 const char *text)
{
	g_autofree char *lower = g_ascii_strdown(text, -1);

	for (guint i = 0; i < scene->recipients->len; i++) {
		const char *address = scene->recipients->pdata[i];

		if (strlen(address) >= ADDRESS_MIN &&
		    strstr(lower, address) != NULL)
			return TRUE;
	}
	return FALSE;
}

static char *decode_token(const char *token)
{
	gsize size = strlen(token), decoded;
	g_autofree char *copy = NULL;
	char *text;
	guchar *bytes;

	if (size < TOKEN_MIN || size > TOKEN_MAX)
		return NULL;
	copy = g_strdup(token);
	g_strdelimit(copy, "-", '+');
	g_strdelimit(copy, "_", '/');
	while (size > 0 && copy[size - 1] == '=')
		copy[--size] = '\0';
	g_autofree char *padded = g_strconcat(
		copy, size % 4 == 0 ? "" : size % 4 == 3 ? "=" : "==", NULL);
	bytes = g_base64_decode(padded, &decoded);
	text = g_strndup((const char *)bytes, decoded);
	g_free(bytes);
	return text;
}

static bool has_encoded_recipient(const struct warden_link_scene *scene,
				  const char *text)
{
	g_auto(GStrv) tokens = g_strsplit_set(text, "/?&;#:,!*$. ",
					      TOKENS_MAX);

	for (char **token = tokens; *token != NULL; token++) {
		const char *equals = strchr(*token, '=');
		const char *value = equals != NULL && equals[1] != '\0' &&
			equals[1] != '=' ? equals + 1 : *token;
		g_autofree char *text = decode_token(value);

		if (text != NULL && strchr(text, '@') != NULL &&
		    is_recipient(scene, text))
			return TRUE;
	}
	return FALSE;
}

/* "unsubscribe?u=…" and the like are honest, and made by machines. */
static bool is_unsubscribing(const struct warden_link_target *target)
{
	static const char *const words[] = {
		"unsub", "optout", "opt-out", "opt_out", "abmeld", "preferenc",
		"desabon", "desinscri", "cancel", "baja", "subscri", "manage",
		"remove", "privacy",
	};
	g_autofree char *lower = g_ascii_strdown(target->whole, -1);
	g_autofree char *text = g_utf8_strdown(target->url->text, -1);

	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		if (strstr(lower, words[i]) != NULL ||
		    strstr(text, words[i]) != NULL)
			return TRUE;
	}
	return FALSE;
}

static void check_recipient(const struct warden_link_scene *scene,
			    const struct warden_link_target *target)
{
	const char *fragment = strchr(target->whole, '#');
	g_autofree char *plain = NULL;
	bool hidden;

	if (!warden_link_is_foreign(scene, target) || is_unsubscribing(target))
		return;
	plain = g_uri_unescape_string(target->whole, NULL);
	hidden = has_encoded_recipient(
		scene, plain != NULL ? plain : target->whole);
	/* A fragment stays in the browser: only a script there reads it. */
	if (!hidden && fragment != NULL) {
		g_autofree char *end = g_uri_unescape_string(fragment, NULL);

		hidden = is_recipient(scene, end != NULL ? end : fragment);
	}
	if (hidden)
		warden_findings_add(scene->findings, "LINK_RECIPIENT_HIDDEN",
				    target->url->part, "the address of a link"
				    " to %s hides the recipient's",
				    target->parts.host);
	else if (is_recipient(scene, plain != NULL ? plain : target->whole))
		warden_findings_add(scene->findings, "LINK_RECIPIENT",
				    target->url->part, "the address of a link"
				    " to %s contains the recipient's",
				    target->parts.host);
}

/* --- the path ---------------------------------------------------------------------- */

static char *path_of(const struct warden_link_target *target)
{
	g_autofree char *path = g_strndup(
		target->parts.rest, strcspn(target->parts.rest, "?#"));

	return g_ascii_strdown(path, -1);
}

static bool ends_in(const char *path, const char *const *ends)
{
	for (; *ends != NULL; ends++) {
		if (g_str_has_suffix(path, *ends))
			return TRUE;
	}
	return FALSE;
}

/* Parts of a content system that serve pictures and code, no pages. */
static bool is_inner_folder(const char *path)
{
	static const char *const folders[] = {
		"/wp-content/", "/wp-includes/", "/wp-admin/", "/.well-known/",
		"/sites/default/files/", "/components/com_", "/modules/mod_",
		"/vendor/", "/node_modules/", "/images/stories/",
	};
	static const char *const files[] = {
		".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".pdf",
		".css", ".js", ".mp3", ".mp4", ".doc", ".docx", ".zip", ".ics",
		".xls", ".xlsx", ".txt", ".webm", ".ico", ".epub", ".asc",
		".json", ".xml", ".ppt", ".pptx", ".csv", NULL
	};

	for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
		if (strstr(path, folders[i]) != NULL)
			return !ends_in(path, files);
	}
	return FALSE;
}

static bool is_double(const char *path)
{
	static const char *const pages[] = {
		".html", ".htm", ".php", ".aspx", ".shtml", NULL
	};
	static const char *const documents[] = {
		".pdf", ".doc", ".docx", ".xls", ".xlsx", ".jpg", ".png",
		".zip", ".mp3", ".wav", NULL
	};
	const char *dot = strrchr(path, '.');
	g_autofree char *before = NULL;

	if (dot == NULL || !g_strv_contains(pages, dot))
		return FALSE;
	before = g_strndup(path, dot - path);
	return ends_in(before, documents);
}

/* A whole segment of the path or a label of the host. */
static bool asks_for_login(const char *path)
{
	static const char *const words[] = {
		"login", "log-in", "logon", "signin", "sign-in", "sign_in",
		"webmail", "verify", "verification", "validate", "authenticate",
		"secure", "password", "owa", "auth", "account-update",
		"login.php", "login.html", "signin.php", "index-login",
		"verify.php", "verify.html", "webscr", "cmd-login", NULL
	};
	g_auto(GStrv) segments = g_strsplit_set(path, "/.", TOKENS_MAX);

	for (char **segment = segments; *segment != NULL; segment++) {
		if (g_strv_contains(words, *segment))
			return TRUE;
	}
	return FALSE;
}

/* "/paypal/", "/www.paypal.com/", "/netflix-login/": as a whole segment; what
   papers write about a brand has longer ones. */
static void check_brand_path(const struct warden_link_scene *scene,
			     const struct warden_link_target *target,
			     const char *path)
{
	g_auto(GStrv) segments = g_strsplit(path, "/", TOKENS_MAX);

	for (char **segment = segments; *segment != NULL; segment++) {
		g_autoptr(GPtrArray) words = NULL;
		g_autoptr(GArray) mentions = NULL;
		const struct warden_brand_mention *mention;

		if (**segment == '\0' || strlen(*segment) > TOKEN_MAX)
			continue;
		words = warden_link_words(*segment);
		mentions = warden_link_lists_mentions(
			scene->lists, *segment, words, FALSE, 1);
		if (mentions->len == 0)
			continue;
		mention = &g_array_index(mentions,
					 struct warden_brand_mention, 0);
		if (mention->brand->is_word || words->len > 3 ||
		    strlen(words->pdata[mention->start]) < 5 ||
		    (words->len > 1 && !asks_for_login(path)))
			continue;
		warden_findings_add(scene->findings, "LINK_BRAND_PATH",
				    target->url->part, "the address of a link"
				    " to %s names %s", target->parts.host,
				    mention->brand->name);
		return;
	}
}

static void check_path(const struct warden_link_scene *scene,
		       const struct warden_link_target *target)
{
	g_autofree char *path = NULL;

	if (!warden_link_is_foreign(scene, target))
		return;
	path = path_of(target);
	if (is_inner_folder(path))
		warden_findings_add(scene->findings, "LINK_COMPROMISED_SITE",
				    target->url->part, "leads into a folder of"
				    " %s that has no pages",
				    target->parts.host);
	if (is_double(path))
		warden_findings_add(scene->findings, "LINK_DOUBLE_EXTENSION",
				    target->url->part, "leads to a page of %s"
				    " called a document", target->parts.host);
	/* A saved page names its own site's log-in. */
	if (!target->is_attached &&
	    (asks_for_login(path) || asks_for_login(target->parts.host)))
		warden_findings_add(scene->findings, "LINK_LOGIN",
				    target->url->part, "leads to a log-in at"
				    " %s", target->parts.host);
	check_brand_path(scene, target, path);
}

/* --- the whole ------------------------------------------------------------------------ */

/* Between scheme and path, as written. */
static void check_invisible(const struct warden_link_scene *scene,
			    const struct warden_link_target *target)
{
	static const char *const invisible[] = {
		"\u200b", "\u200c", "\u200d", "\u2060", "\u00ad", "\ufeff",
		"%e2%80%8b", "%e2%80%8c", "%e2%80%8d", "%e2%81%a0", "%c2%ad",
	};
	const char *start = strstr(target->url->url, "//");

	if (start == NULL)
		return;
	g_autofree char *host =
		g_ascii_strdown(start, 2 + strcspn(start + 2, "/?#"));
	for (gsize i = 0; i < G_N_ELEMENTS(invisible); i++) {
		if (strstr(host, invisible[i]) != NULL) {
			warden_findings_add(
				scene->findings, "LINK_INVISIBLE",
				target->url->part, "the name of a link's host"
				" has invisible characters");
			return;
		}
	}
}

void warden_link_check_shapes(const struct warden_link_scene *scene)
{
	for (guint i = 0; i < scene->targets->len; i++) {
		const struct warden_link_target *target =
			scene->targets->pdata[i];

		check_recipient(scene, target);
		check_path(scene, target);
		check_invisible(scene, target);
	}
}
