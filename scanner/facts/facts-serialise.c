#include "facts.h"

#include <string.h>

/* key, size, header, parts, urls, traits, unscanned, matches, text,
   signatures, sensitive */
#define ADDRESS_TYPE "(ss)"
#define HEADER_TYPE "(a" ADDRESS_TYPE "a" ADDRESS_TYPE "a" ADDRESS_TYPE \
	"m" ADDRESS_TYPE "sssxasassasss)"
#define PART_TYPE "(ssassssuutays)"
#define URL_TYPE "(sssss)"
#define TRAIT_TYPE "(sss)"
#define UNSCANNED_TYPE "(ss)"
#define MATCH_TYPE "(sssdss)"
#define TEXT_TYPE "(ssuuuuus)"
#define SIGNATURE_TYPE "(sssss)"
#define SENSITIVE_TYPE "(suss)"
#define FACTS_TYPE "(ayt" HEADER_TYPE "a" PART_TYPE "a" URL_TYPE \
	"a" TRAIT_TYPE "a" UNSCANNED_TYPE "a" MATCH_TYPE TEXT_TYPE \
	"a" SIGNATURE_TYPE "a" SENSITIVE_TYPE ")"

#define ADDRESSES_MAX 100u
#define AUTH_RESULTS_MAX 50u
#define PART_FLAGS_ALL (WARDEN_PART_CARVED * 2 - 1)

/* --- out --------------------------------------------------------------- */

static GVariant *bytes_value(const guint8 *data)
{
	return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, data,
					 WARDEN_SHA256_SIZE, 1);
}

static GVariant *address_value(const struct warden_address *address)
{
	return g_variant_new(ADDRESS_TYPE, address->name, address->address);
}

static GVariant *addresses_value(const GPtrArray *addresses)
{
	GVariantBuilder builder;
	guint i;

	g_variant_builder_init(&builder, G_VARIANT_TYPE("a" ADDRESS_TYPE));
	for (i = 0; i < addresses->len && i < ADDRESSES_MAX; i++) {
		g_variant_builder_add_value(&builder,
			address_value(g_ptr_array_index(addresses, i)));
	}
	return g_variant_builder_end(&builder);
}

static GVariant *strings_value(const GPtrArray *strings, guint max)
{
	GVariantBuilder builder;
	guint i;

	g_variant_builder_init(&builder, G_VARIANT_TYPE_STRING_ARRAY);
	for (i = 0; i < strings->len && i < max; i++) {
		g_variant_builder_add(&builder, "s",
				      g_ptr_array_index(strings, i));
	}
	return g_variant_builder_end(&builder);
}

static GVariant *header_value(const struct warden_header_facts *header)
{
	GVariant *sender = header->sender == NULL ? NULL :
		address_value(header->sender);

	return g_variant_new("(@a(ss)@a(ss)@a(ss)@m(ss)sssx@as@ass@asss)",
			     addresses_value(header->from),
			     addresses_value(header->reply_to),
			     addresses_value(header->to),
			     g_variant_new_maybe(G_VARIANT_TYPE(ADDRESS_TYPE),
						 sender),
			     header->return_path, header->subject,
			     header->message_id, header->date,
			     strings_value(header->auth_results,
					   AUTH_RESULTS_MAX),
			     strings_value(header->arc_results,
					   AUTH_RESULTS_MAX),
			     header->in_reply_to,
			     strings_value(header->references,
					   WARDEN_FACT_REFERENCES_MAX),
			     header->list_id, header->list_unsubscribe);
}

static GVariant *part_value(const struct warden_part *part)
{
	return g_variant_new("(ss@assssuut@ays)", part->path, part->name,
			     strings_value(part->names, WARDEN_FACT_NAMES_MAX),
			     part->declared_type, part->detected_type,
			     part->encoding, (guint32)part->kind, part->flags,
			     part->size, bytes_value(part->sha256), part->fuzzy);
}

static GVariant *url_value(const struct warden_url *url)
{
	return g_variant_new(URL_TYPE, url->url, url->host, url->text,
			     url->source, url->part);
}

static GVariant *trait_value(const struct warden_trait *trait)
{
	return g_variant_new(TRAIT_TYPE, trait->code, trait->part,
			     trait->detail);
}

static GVariant *unscanned_value(const struct warden_unscanned *unscanned)
{
	return g_variant_new(UNSCANNED_TYPE, unscanned->part,
			     unscanned->reason);
}

static GVariant *match_value(const struct warden_match *match)
{
	return g_variant_new(MATCH_TYPE, match->engine, match->rule,
			     match->verdict, match->score, match->part,
			     match->detail);
}

static GVariant *text_value(const struct warden_text_facts *text)
{
	return g_variant_new(TEXT_TYPE, text->visible, text->hidden,
			     text->visible_chars, text->hidden_chars,
			     text->invisible_chars, text->images,
			     text->remote_images, text->charset);
}

static GVariant *signature_value(const struct warden_signature *signature)
{
	return g_variant_new(SIGNATURE_TYPE, signature->kind,
			     signature->status, signature->signer,
			     signature->part, signature->detail);
}

static GVariant *sensitive_value(const struct warden_sensitive *sensitive)
{
	return g_variant_new(SENSITIVE_TYPE, sensitive->kind,
			     sensitive->count, sensitive->part,
			     sensitive->detail);
}

#define LIST_VALUE(array, type, value) ({ \
	GVariantBuilder builder_; \
	guint i_; \
	g_variant_builder_init(&builder_, G_VARIANT_TYPE("a" type)); \
	for (i_ = 0; i_ < (array)->len; i_++) { \
		g_variant_builder_add_value(&builder_, \
			value(g_ptr_array_index((array), i_))); \
	} \
	g_variant_builder_end(&builder_); })

GBytes *warden_facts_serialise(const struct warden_facts *facts)
{
	GVariant *value = g_variant_ref_sink(g_variant_new(
		"(@ayt@" HEADER_TYPE "@a" PART_TYPE "@a" URL_TYPE
		"@a" TRAIT_TYPE "@a" UNSCANNED_TYPE "@a" MATCH_TYPE
		"@" TEXT_TYPE "@a" SIGNATURE_TYPE "@a" SENSITIVE_TYPE ")",
		bytes_value(facts->key), facts->size,
		header_value(&facts->header),
		LIST_VALUE(facts->parts, PART_TYPE, part_value),
		LIST_VALUE(facts->urls, URL_TYPE, url_value),
		LIST_VALUE(facts->traits, TRAIT_TYPE, trait_value),
		LIST_VALUE(facts->unscanned, UNSCANNED_TYPE,
			   unscanned_value),
		LIST_VALUE(facts->matches, MATCH_TYPE, match_value),
		text_value(&facts->text),
		LIST_VALUE(facts->signatures, SIGNATURE_TYPE,
			   signature_value),
		LIST_VALUE(facts->sensitive, SENSITIVE_TYPE,
			   sensitive_value)));
	GBytes *bytes;

	if (G_BYTE_ORDER == G_BIG_ENDIAN) {
		GVariant *swapped = g_variant_byteswap(value);

		g_variant_unref(value);
		value = swapped;
	}
	bytes = g_variant_get_data_as_bytes(value);
	g_variant_unref(value);
	return bytes;
}

/* --- in: nothing that the other side says is believed ------------------- */

struct reading {
	const char *what;	/* set by the first fault */
};

static bool
check(struct reading *reading, bool sound, const char *what)
{
	if (!sound && reading->what == NULL)
		reading->what = what;
	return sound && reading->what == NULL;
}

/* Serialised strings are valid UTF-8 by GVariant's own check; controls and
   length are ours. */
static char *
take_string(struct reading *reading, GVariant *tuple, gsize index, gsize max,
	    bool allow_lf, const char *what)
{
	g_autoptr(GVariant) child = g_variant_get_child_value(tuple, index);
	gsize size;
	const char *text = g_variant_get_string(child, &size);
	char *cleaned = warden_facts_sanitise(text, size, max, allow_lf);

	check(reading, strcmp(cleaned, text) == 0, what);
	return cleaned;
}

static bool take_bytes(struct reading *reading, GVariant *tuple, gsize index,
		       guint8 *bytes_r, const char *what)
{
	g_autoptr(GVariant) child = g_variant_get_child_value(tuple, index);
	gsize size;
	const void *data = g_variant_get_fixed_array(child, &size, 1);

	if (!check(reading, size == WARDEN_SHA256_SIZE, what))
		return FALSE;
	memcpy(bytes_r, data, size);
	return TRUE;
}

static guint32 take_u32(GVariant *tuple, gsize index)
{
	g_autoptr(GVariant) child = g_variant_get_child_value(tuple, index);

	return g_variant_get_uint32(child);
}

static guint64 take_u64(GVariant *tuple, gsize index)
{
	g_autoptr(GVariant) child = g_variant_get_child_value(tuple, index);

	return g_variant_get_uint64(child);
}

static struct warden_address *
take_address(struct reading *reading, GVariant *tuple)
{
	struct warden_address *address = g_new0(struct warden_address, 1);

	address->name = take_string(reading, tuple, 0, WARDEN_FACT_TEXT_MAX,
				    FALSE, "address name");
	address->address = take_string(reading, tuple, 1,
				       WARDEN_FACT_TEXT_MAX, FALSE, "address");
	return address;
}

typedef void take_t(struct reading *reading, GVariant *value,
		    void *destination);

static void take_list(struct reading *reading, GVariant *tuple, gsize index,
		      gsize max, const char *what, take_t *take,
		      void *destination)
{
	g_autoptr(GVariant) list = g_variant_get_child_value(tuple, index);
	gsize i, n = g_variant_n_children(list);

	if (!check(reading, n <= max, what))
		return;
	for (i = 0; i < n && reading->what == NULL; i++) {
		g_autoptr(GVariant) child =
			g_variant_get_child_value(list, i);

		take(reading, child, destination);
	}
}

static void
take_listed_address(struct reading *reading, GVariant *value, void *array)
{
	g_ptr_array_add(array, take_address(reading, value));
}

static void
take_listed_text(struct reading *reading, GVariant *value, void *array)
{
	gsize size;
	const char *text = g_variant_get_string(value, &size);
	char *cleaned = warden_facts_sanitise(text, size, WARDEN_FACT_TEXT_MAX,
					      FALSE);

	check(reading, strcmp(cleaned, text) == 0, "listed text");
	g_ptr_array_add(array, cleaned);
}

static void take_header(struct reading *reading, GVariant *tuple,
			struct warden_header_facts *header)
{
	g_autoptr(GVariant) sender = g_variant_get_child_value(tuple, 3);
	g_autoptr(GVariant) address = g_variant_get_maybe(sender);
	g_autoptr(GVariant) date = g_variant_get_child_value(tuple, 7);

	take_list(reading, tuple, 0, ADDRESSES_MAX, "number of From addresses",
		  take_listed_address, header->from);
	take_list(reading, tuple, 1, ADDRESSES_MAX,
		  "number of Reply-To addresses",
		  take_listed_address, header->reply_to);
	take_list(reading, tuple, 2, ADDRESSES_MAX, "number of To addresses",
		  take_listed_address, header->to);
	if (address != NULL)
		header->sender = take_address(reading, address);
	g_free(header->return_path);
	header->return_path = take_string(reading, tuple, 4,
					  WARDEN_FACT_TEXT_MAX, FALSE,
					  "Return-Path");
	g_free(header->subject);
	header->subject = take_string(reading, tuple, 5, WARDEN_FACT_TEXT_MAX,
				      FALSE, "Subject");
	g_free(header->message_id);
	header->message_id = take_string(reading, tuple, 6,
					 WARDEN_FACT_TEXT_MAX, FALSE,
					 "Message-ID");
	header->date = g_variant_get_int64(date);
	take_list(reading, tuple, 8, AUTH_RESULTS_MAX,
		  "number of Authentication-Results", take_listed_text,
		  header->auth_results);
	take_list(reading, tuple, 9, AUTH_RESULTS_MAX,
		  "number of ARC-Authentication-Results", take_listed_text,
		  header->arc_results);
	g_free(header->in_reply_to);
	header->in_reply_to = take_string(reading, tuple, 10,
					  WARDEN_FACT_TEXT_MAX, FALSE,
					  "In-Reply-To");
	take_list(reading, tuple, 11, WARDEN_FACT_REFERENCES_MAX,
		  "number of References", take_listed_text,
		  header->references);
	g_free(header->list_id);
	header->list_id = take_string(reading, tuple, 12,
				      WARDEN_FACT_TEXT_MAX, FALSE, "List-Id");
	g_free(header->list_unsubscribe);
	header->list_unsubscribe = take_string(reading, tuple, 13,
					       WARDEN_FACT_TEXT_MAX, FALSE,
					       "List-Unsubscribe");
}

static void
take_part(struct reading *reading, GVariant *tuple, void *destination)
{
	struct warden_facts *facts = destination;
	g_autofree char *path = take_string(reading, tuple, 0,
					    WARDEN_FACT_PATH_MAX, FALSE,
					    "part path");
	g_autofree char *name = take_string(reading, tuple, 1,
					    WARDEN_FACT_NAME_MAX, FALSE,
					    "part name");
	guint32 kind = take_u32(tuple, 6);
	struct warden_part *part;

	if (!check(reading, warden_facts_find_part(facts, path) == NULL,
		   "repeated part path") ||
	    !check(reading, kind <= WARDEN_KIND_LAST, "content kind"))
		return;
	part = warden_facts_add_part(facts, path, name);
	/* the adder leaves room for a number behind the path */
	g_free(part->path);
	part->path = g_steal_pointer(&path);
	take_list(reading, tuple, 2, WARDEN_FACT_NAMES_MAX, "number of names",
		  take_listed_text, part->names);
	g_free(part->declared_type);
	part->declared_type = take_string(reading, tuple, 3,
					  WARDEN_FACT_NAME_MAX, FALSE,
					  "declared type");
	g_free(part->detected_type);
	part->detected_type = take_string(reading, tuple, 4,
					  WARDEN_FACT_NAME_MAX, FALSE,
					  "detected type");
	g_free(part->encoding);
	part->encoding = take_string(reading, tuple, 5, WARDEN_FACT_NAME_MAX,
				     FALSE, "encoding");
	part->kind = kind;
	part->flags = take_u32(tuple, 7);
	check(reading, (part->flags & ~PART_FLAGS_ALL) == 0, "part flags");
	part->size = take_u64(tuple, 8);
	take_bytes(reading, tuple, 9, part->sha256, "part hash");
	g_free(part->fuzzy);
	part->fuzzy = take_string(reading, tuple, 10, WARDEN_FACT_NAME_MAX,
				  FALSE, "fuzzy hash");
}

static void
take_url(struct reading *reading, GVariant *tuple, void *destination)
{
	struct warden_facts *facts = destination;
	struct warden_url *url = g_new0(struct warden_url, 1);

	url->url = take_string(reading, tuple, 0, WARDEN_FACT_URL_MAX, FALSE,
			       "URL");
	url->host = take_string(reading, tuple, 1, WARDEN_FACT_TEXT_MAX,
				FALSE, "host");
	url->text = take_string(reading, tuple, 2, WARDEN_FACT_TEXT_MAX, TRUE,
				"link text");
	url->source = take_string(reading, tuple, 3, WARDEN_FACT_NAME_MAX,
				  FALSE, "link source");
	url->part = take_string(reading, tuple, 4, WARDEN_FACT_PATH_MAX,
				FALSE, "link part");
	g_ptr_array_add(facts->urls, url);
}

static void
take_trait(struct reading *reading, GVariant *tuple, void *destination)
{
	struct warden_facts *facts = destination;
	struct warden_trait *trait = g_new0(struct warden_trait, 1);

	trait->code = take_string(reading, tuple, 0, WARDEN_FACT_NAME_MAX,
				  FALSE, "trait code");
	trait->part = take_string(reading, tuple, 1, WARDEN_FACT_PATH_MAX,
				  FALSE, "trait part");
	trait->detail = take_string(reading, tuple, 2, WARDEN_FACT_TEXT_MAX,
				    FALSE, "trait detail");
	g_ptr_array_add(facts->traits, trait);
}

static void
take_unscanned(struct reading *reading, GVariant *tuple, void *destination)
{
	struct warden_facts *facts = destination;
	struct warden_unscanned *unscanned =
		g_new0(struct warden_unscanned, 1);

	unscanned->part = take_string(reading, tuple, 0, WARDEN_FACT_PATH_MAX,
				      FALSE, "unscanned part");
	unscanned->reason = take_string(reading, tuple, 1,
					WARDEN_FACT_NAME_MAX, FALSE,
					"unscanned reason");
	g_ptr_array_add(facts->unscanned, unscanned);
}

static void
take_match(struct reading *reading, GVariant *tuple, void *destination)
{
	struct warden_facts *facts = destination;
	struct warden_match *match = g_new0(struct warden_match, 1);
	g_autoptr(GVariant) score = g_variant_get_child_value(tuple, 3);

	match->engine = take_string(reading, tuple, 0, WARDEN_FACT_NAME_MAX,
				    FALSE, "match engine");
	match->rule = take_string(reading, tuple, 1, WARDEN_FACT_NAME_MAX,
				  FALSE, "match rule");
	match->verdict = take_string(reading, tuple, 2, WARDEN_FACT_NAME_MAX,
				     FALSE, "match verdict");
	match->score = g_variant_get_double(score);
	/* not a number is neither */
	check(reading, match->score >= 0.0 &&
	      match->score <= WARDEN_FACT_SCORE_MAX, "match score");
	match->part = take_string(reading, tuple, 4, WARDEN_FACT_PATH_MAX,
				  FALSE, "match part");
	match->detail = take_string(reading, tuple, 5, WARDEN_FACT_TEXT_MAX,
				    FALSE, "match detail");
	g_ptr_array_add(facts->matches, match);
}

static void take_text(struct reading *reading, GVariant *tuple,
		      struct warden_text_facts *text)
{
	g_free(text->visible);
	text->visible = take_string(reading, tuple, 0,
				    WARDEN_FACT_VISIBLE_MAX, TRUE,
				    "visible text");
	g_free(text->hidden);
	text->hidden = take_string(reading, tuple, 1, WARDEN_FACT_HIDDEN_MAX,
				   TRUE, "hidden text");
	text->visible_chars = take_u32(tuple, 2);
	text->hidden_chars = take_u32(tuple, 3);
	text->invisible_chars = take_u32(tuple, 4);
	text->images = take_u32(tuple, 5);
	text->remote_images = take_u32(tuple, 6);
	g_free(text->charset);
	text->charset = take_string(reading, tuple, 7, WARDEN_FACT_NAME_MAX,
				    FALSE, "charset");
}

static void
take_signature(struct reading *reading, GVariant *tuple, void *destination)
{
	struct warden_facts *facts = destination;
	struct warden_signature *signature =
		g_new0(struct warden_signature, 1);

	signature->kind = take_string(reading, tuple, 0, WARDEN_FACT_NAME_MAX,
				      FALSE, "signature kind");
	signature->status = take_string(reading, tuple, 1,
					WARDEN_FACT_NAME_MAX, FALSE,
					"signature status");
	signature->signer = take_string(reading, tuple, 2,
					WARDEN_FACT_TEXT_MAX, FALSE,
					"signer");
	signature->part = take_string(reading, tuple, 3, WARDEN_FACT_PATH_MAX,
				      FALSE, "signed part");
	signature->detail = take_string(reading, tuple, 4,
					WARDEN_FACT_TEXT_MAX, FALSE,
					"signature detail");
	g_ptr_array_add(facts->signatures, signature);
}

static void
take_sensitive(struct reading *reading, GVariant *tuple, void *destination)
{
	struct warden_facts *facts = destination;
	struct warden_sensitive *sensitive =
		g_new0(struct warden_sensitive, 1);

	sensitive->kind = take_string(reading, tuple, 0, WARDEN_FACT_NAME_MAX,
				      FALSE, "sensitive kind");
	sensitive->count = take_u32(tuple, 1);
	sensitive->part = take_string(reading, tuple, 2, WARDEN_FACT_PATH_MAX,
				      FALSE, "sensitive part");
	sensitive->detail = take_string(reading, tuple, 3,
					WARDEN_FACT_TEXT_MAX, FALSE,
					"sensitive detail");
	g_ptr_array_add(facts->sensitive, sensitive);
}

static void take_facts(struct reading *reading, GVariant *value,
		       struct warden_facts *facts)
{
	g_autoptr(GVariant) header = g_variant_get_child_value(value, 2);
	g_autoptr(GVariant) text = g_variant_get_child_value(value, 8);

	take_bytes(reading, value, 0, facts->key, "message key");
	facts->size = take_u64(value, 1);
	take_header(reading, header, &facts->header);
	take_list(reading, value, 3, WARDEN_PARTS_MAX, "number of parts",
		  take_part, facts);
	take_list(reading, value, 4, WARDEN_FACT_URLS_MAX, "number of URLs",
		  take_url, facts);
	take_list(reading, value, 5, WARDEN_FACT_TRAITS_MAX,
		  "number of traits", take_trait, facts);
	take_list(reading, value, 6, WARDEN_FACT_UNSCANNED_MAX,
		  "number of unscanned entries", take_unscanned, facts);
	take_list(reading, value, 7, WARDEN_FACT_MATCHES_MAX,
		  "number of matches", take_match, facts);
	take_text(reading, text, &facts->text);
	take_list(reading, value, 9, WARDEN_FACT_SIGNATURES_MAX,
		  "number of signatures", take_signature, facts);
	take_list(reading, value, 10, WARDEN_FACT_SENSITIVE_MAX,
		  "number of sensitive things", take_sensitive, facts);
}

int warden_facts_deserialise(GBytes *bytes, struct warden_facts **facts_r,
			     char **error_r)
{
	g_autoptr(GVariant) value = NULL;
	struct reading reading = { NULL };
	struct warden_facts *facts;

	if (g_bytes_get_size(bytes) > WARDEN_FACTS_SIZE_MAX) {
		*error_r = g_strdup_printf(
			"facts: %" G_GSIZE_FORMAT " bytes are more than %u",
			g_bytes_get_size(bytes), WARDEN_FACTS_SIZE_MAX);
		return -1;
	}
	value = g_variant_ref_sink(g_variant_new_from_bytes(
		G_VARIANT_TYPE(FACTS_TYPE), bytes, FALSE));
	if (!g_variant_is_normal_form(value)) {
		*error_r = g_strdup("facts: not in normal form");
		return -1;
	}
	if (G_BYTE_ORDER == G_BIG_ENDIAN) {
		GVariant *swapped = g_variant_byteswap(value);

		g_variant_unref(value);
		value = swapped;
	}
	facts = warden_facts_new();
	take_facts(&reading, value, facts);
	if (reading.what != NULL) {
		*error_r = g_strdup_printf("facts: unsound %s", reading.what);
		warden_facts_free(facts);
		return -1;
	}
	*facts_r = facts;
	return 1;
}
