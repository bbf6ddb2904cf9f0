#include "warden-config.h"

#include "equation.h"
#include "../member.h"
#include "../office/office-target.h"
#include "../office/ole1.h"
#include "../queue.h"
#include "rtf.h"
#include "../text/urls.h"

#include <string.h>

#define COMPOUND_MAGIC "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
/* Smaller pictures hold nothing. */
#define PICTURE_MIN 64u
#define MONIKERS_MAX 100u

struct context {
	struct warden_queue *queue;
	const struct warden_container *container;
	struct warden_rtf *rtf;
};

/* --- members ------------------------------------------------------------ */

static void add_member(struct context *context, const char *name,
		       const char *fallback, const char *type,
		       const guint8 *data, gsize size)
{
	g_autoptr(GBytes) bytes = g_bytes_new(data, size);
	struct warden_member member = {
		.name = name, .fallback = fallback, .type = type,
	};

	if (size > 0)
		(void)warden_member_add(context->queue, context->container,
					&member, bytes, NULL);
}

/* The last piece of a path of any system. */
static const char *base_name(const char *path)
{
	const char *p, *last = path;

	for (p = path; *p != '\0'; p++) {
		if (*p == '/' || *p == '\\')
			last = p + 1;
	}
	return last;
}

static bool add_package(struct context *context, const guint8 *data,
			gsize size, const char *fallback)
{
	struct warden_ole1_package package;
	const char *name;

	if (!warden_ole1_package_read(data, size, &package))
		return FALSE;
	name = base_name(package.label[0] != '\0' ? package.label :
			 package.path);
	if (package.linked)
		warden_target_note(&context->rtf->notes, WARDEN_USE_OBJECT,
				   package.path, "");
	else
		add_member(context, name, fallback, "", data + package.start,
			   package.size);
	warden_ole1_package_clear(&package);
	return TRUE;
}

/* --- objects ------------------------------------------------------------ */

static void note_class(struct context *context,
		       const struct warden_rtf_object *object,
		       const char *class_name)
{
	struct warden_office_notes *notes = &context->rtf->notes;

	if (object->kind == WARDEN_RTF_CONTROL)
		warden_office_note(notes, WARDEN_TRAIT_OFFICE_ACTIVEX,
				   class_name);
	if (warden_equation_is_class(class_name))
		warden_office_note(notes, WARDEN_TRAIT_OFFICE_EQUATION,
				   class_name);
	if (warden_ole1_class_is_risky(class_name))
		warden_office_note(notes, WARDEN_TRAIT_OFFICE_RISKY_CLASS,
				   class_name);
	if (object->updates)
		warden_office_note(notes, WARDEN_TRAIT_OFFICE_OBJECT_UPDATES,
				   class_name);
	if (object->obfuscated)
		warden_office_note(notes, WARDEN_TRAIT_RTF_OBFUSCATED,
				   class_name);
}

static void note_monikers(struct context *context, const guint8 *data,
			  gsize size)
{
	gsize at = 0;
	guint i;

	for (i = 0; i < MONIKERS_MAX; i++) {
		g_autofree char *target = warden_ole1_next_moniker(data, size,
								   &at);

		if (target == NULL)
			break;
		warden_target_note(&context->rtf->notes, WARDEN_USE_OBJECT,
				   target, "");
	}
}

static void take_native(struct context *context,
			const struct warden_ole1 *ole1, const guint8 *data,
			gsize size, const char *fallback)
{
	bool compound = size >= 8 && memcmp(data, COMPOUND_MAGIC, 8) == 0;

	if (!compound && warden_equation_is_class(ole1->class_name) &&
	    warden_equation_overflows(data, size))
		warden_office_note(&context->rtf->notes,
				   WARDEN_TRAIT_OFFICE_EQUATION_OVERFLOW,
				   ole1->class_name);
	if (compound || !add_package(context, data, size, fallback))
		add_member(context, "", fallback, "", data, size);
}

/* One reading of an object. FALSE: it makes no sense. */
static bool take_reading(struct context *context,
			 const struct warden_rtf_object *object,
			 const guint8 *data, gsize size, const char *fallback)
{
	struct warden_ole1 ole1;
	const guint8 *compound;

	if (warden_ole1_read(data, size, &ole1)) {
		note_class(context, object, ole1.class_name);
		if (ole1.linked)
			warden_target_note(&context->rtf->notes,
					   WARDEN_USE_OBJECT, ole1.topic, "");
		else
			take_native(context, &ole1, data + ole1.start,
				    ole1.size, fallback);
		warden_ole1_clear(&ole1);
		return TRUE;
	}
	/* a header that only Word makes sense of */
	compound = memmem(data, size, COMPOUND_MAGIC, 8);
	if (compound == NULL)
		return FALSE;
	add_member(context, "", fallback, "", compound,
		   data + size - compound);
	return TRUE;
}

static void take_object(struct context *context,
			const struct warden_rtf_object *object, guint number)
{
	g_autofree char *fallback = g_strdup_printf("object-%u", number);
	const GByteArray *strict = object->data, *loose = object->loose;
	bool understood;

	note_class(context, object, object->class_name == NULL ? "" :
		   object->class_name);
	if (strict->len == 0 && loose == NULL)
		return;
	note_monikers(context, strict->data, strict->len);
	understood = take_reading(context, object, strict->data, strict->len,
				  fallback);
	if (loose != NULL && (loose->len != strict->len ||
			      memcmp(loose->data, strict->data,
				     loose->len) != 0)) {
		note_monikers(context, loose->data, loose->len);
		understood |= take_reading(context, object, loose->data,
					   loose->len, fallback);
	}
	if (!understood)
		add_member(context, "", fallback, "", strict->data,
			   strict->len);
}

/* --- the whole ---------------------------------------------------------- */

static void take_pictures(struct context *context)
{
	guint i;

	for (i = 0; i < context->rtf->pictures->len; i++) {
		const struct warden_rtf_picture *picture =
			g_ptr_array_index(context->rtf->pictures, i);
		g_autofree char *fallback = NULL;

		if (picture->data->len < PICTURE_MIN ||
		    *picture->type == '\0')
			continue;
		fallback = g_strdup_printf("picture-%u", i + 1);
		add_member(context, "", fallback, picture->type,
			   picture->data->data, picture->data->len);
	}
}

static void take_text(struct context *context)
{
	const GString *text = context->rtf->text;
	struct warden_url_iter iter;
	gsize start, end;

	warden_url_iter_init(&iter, text->str, text->len);
	while (warden_url_iter_next(&iter, &start, &end)) {
		g_autofree char *url = g_strdup_printf(
			"%s%.*s", text->str[start] == 'w' ||
			text->str[start] == 'W' ? "http://" : "",
			(int)MIN(end - start, WARDEN_FACT_URL_MAX),
			text->str + start);

		warden_office_notes_link(&context->rtf->notes, url, "");
	}
}

void warden_rtf_expand(struct warden_queue *queue,
		       const struct warden_container *container)
{
	struct warden_rtf rtf;
	struct context context = {
		.queue = queue, .container = container, .rtf = &rtf,
	};
	const char *path = container->part->path;
	gsize size;
	const guint8 *data = g_bytes_get_data(container->bytes, &size);
	guint i;

	/* what is read out of it; members are spent when they are added */
	if (!warden_queue_spend(queue, path, size))
		return;
	warden_rtf_parse(data, size, &rtf);
	for (i = 0; i < rtf.objects->len; i++)
		take_object(&context, g_ptr_array_index(rtf.objects, i),
			    i + 1);
	take_pictures(&context);
	if (rtf.has_html)
		add_member(&context, "", "body.html", "text/html",
			   (const guint8 *)rtf.html->str, rtf.html->len);
	else
		take_text(&context);
	warden_office_notes_report(&rtf.notes, queue, path);
	if (rtf.damaged)
		warden_queue_unscanned(queue, path, "damaged");
	if (rtf.truncated)
		warden_queue_limit(queue, WARDEN_TRAIT_LIMIT_MEMBERS, path,
				   "count");
	warden_rtf_clear(&rtf);
}
