#include "warden-config.h"

#include "notice-private.h"

#include "keyfile.h"

#include <errno.h>
#include <string.h>

#define LANGUAGE_DEFAULT "en"

static const char *const kind_names[WARDEN_NOTICE_KINDS] = {
	[WARDEN_NOTICE_WORDS] = "words",
	[WARDEN_NOTICE_SINGLE] = "single",
	[WARDEN_NOTICE_DIGEST] = "digest",
};

static const char *const languages[] = {
	"de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt", "ru", "zh", NULL
};

const char *const *warden_notice_languages(void)
{
	return languages;
}

/* "zh_cn" → "zh-CN": as files are named (RFC 5646 2.1.1). What is no language
   tag becomes "": it would be part of a path. */
static char *canonical_language(const char *language)
{
	char *name = g_ascii_strdown(language, -1);

	for (char *p = name; *p != '\0'; p++) {
		if (*p == '_')
			*p = '-';
		else if (!g_ascii_isalnum(*p) && *p != '-')
			*name = '\0';
	}
	for (char *p = strchr(name, '-'); p != NULL; p = strchr(p, '-')) {
		gsize size = strcspn(++p, "-");

		if (size == 2) {
			p[0] = g_ascii_toupper(p[0]);
			p[1] = g_ascii_toupper(p[1]);
		} else if (size == 4) {
			p[0] = g_ascii_toupper(p[0]);
		}
	}
	return name;
}

static void complain(GString *complaints, const char *line)
{
	if (complaints->len > 0)
		g_string_append_c(complaints, '\n');
	g_string_append(complaints, line);
}

static struct warden_notice_text *
load_file(const char *folder, const char *file, enum warden_notice_kind kind,
	  GString *complaints)
{
	struct warden_notice_text *text = NULL;
	g_autofree char *path = NULL, *data = NULL, *why = NULL;
	g_autoptr(GError) error = NULL;
	gsize size;

	if (folder == NULL)
		return NULL;
	path = g_build_filename(folder, file, NULL);
	/* Most files are not there: that is no error. */
	if (!g_file_test(path, G_FILE_TEST_EXISTS))
		return NULL;
	if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
		why = g_strdup_printf("%s: is no file", path);
		complain(complaints, why);
	} else if (!g_file_get_contents(path, &data, &size, &error)) {
		complain(complaints, error->message);
	} else if (warden_notice_text_parse(kind, data, size, path, &text,
					    &why) < 0) {
		complain(complaints, why);
	}
	return text;
}

static struct warden_notice_text *
load_builtin(const char *file, enum warden_notice_kind kind)
{
	for (guint i = 0; i < warden_builtin_notices_count; i++) {
		const struct warden_builtin_notice *builtin =
			&warden_builtin_notices[i];
		struct warden_notice_text *text;
		char *error;

		if (strcmp(builtin->file, file) != 0)
			continue;
		if (warden_notice_text_parse(kind, builtin->text,
					     strlen(builtin->text), file,
					     &text, &error) < 0)
			g_error("built-in %s", error);
		return text;
	}
	return NULL;
}

static struct warden_notice_text *
load_kind(const char *folder, const char *language,
	  enum warden_notice_kind kind, GString *complaints)
{
	g_autofree char *file = g_strdup_printf("%s.%s.txt", kind_names[kind],
						language);
	struct warden_notice_text *text = load_file(folder, file, kind,
						    complaints);

	return text != NULL ? text : load_builtin(file, kind);
}

/* All of one language: its regional file where there is one, else the general
   one. Returns false, with nothing, if the language is not complete. */
static bool
load_language(const char *folder, const char *language,
	      struct warden_notice_texts *texts, GString *complaints)
{
	g_autofree char *general = g_strndup(language,
					     strcspn(language, "-"));
	const char *found = general;

	for (guint kind = 0; kind < WARDEN_NOTICE_KINDS; kind++) {
		texts->text[kind] = load_kind(folder, language, kind,
					      complaints);
		if (texts->text[kind] != NULL)
			found = language;
		else if (strcmp(general, language) != 0)
			texts->text[kind] = load_kind(folder, general, kind,
						      complaints);
		if (texts->text[kind] == NULL) {
			warden_notice_texts_clear(texts);
			return false;
		}
	}
	texts->language = g_strdup(found);
	return true;
}

void warden_notice_texts_load(const char *folder, const char *language,
			      struct warden_notice_texts *texts_r,
			      char **complaints_r)
{
	g_autofree char *name = canonical_language(language);
	GString *complaints = g_string_new(NULL);

	*texts_r = (struct warden_notice_texts){ .language = NULL };
	if (*name == '\0' ||
	    !load_language(folder, name, texts_r, complaints))
		load_language(folder, LANGUAGE_DEFAULT, texts_r, complaints);
	*complaints_r = complaints->len > 0 ?
		g_string_free(complaints, FALSE) :
		(g_string_free(complaints, TRUE), NULL);
}

void warden_notice_texts_clear(struct warden_notice_texts *texts)
{
	for (guint kind = 0; kind < WARDEN_NOTICE_KINDS; kind++)
		g_clear_pointer(&texts->text[kind], warden_notice_text_free);
	g_clear_pointer(&texts->language, g_free);
}
