#include "warden-config.h"

#include "signature.h"

#include <string.h>

#define KIND "openpgp"

/* RNP makes a handle for everything. */
struct found {
	const struct warden_signed *what;
	rnp_signature_handle_t handle;
	rnp_key_handle_t key;		/* that signed; NULL: not ours */
	rnp_key_handle_t primary;	/* whose names are the person's */
	char *digest, *key_id;		/* "" if unknown */
	guint32 created, expires;	/* the latter counts from the former */
};

/* RNP's strings have a free() of their own. "" if it gave none. Whatever RNP
   gives is nothing if it failed: it may be a pointer to what it has freed. */
static char *take_text(rnp_result_t ret, char **text)
{
	bool given = ret == RNP_SUCCESS && *text != NULL;
	char *copy = g_strdup(given ? *text : "");

	if (given)
		rnp_buffer_destroy(*text);
	return copy;
}

/* --- whose it is ---------------------------------------------------------------- */

/* "Ada <ada@example.org>", or an address alone. NULL if there is none. Owned
   by the caller. */
static char *address_in(const char *id)
{
	const char *open = strrchr(id, '<');
	const char *close = open == NULL ? NULL : strchr(open, '>');
	g_autofree char *address = close == NULL ? g_strdup(id) :
		g_strndup(open + 1, close - open - 1);

	if (!warden_signature_is_address(address, strlen(address)))
		return NULL;
	return g_steal_pointer(&address);
}

/* Names that the key's owner has signed and not taken back. */
static bool is_good_id(rnp_key_handle_t key, gsize index)
{
	rnp_uid_handle_t id = NULL;
	bool valid = FALSE, revoked = TRUE;

	if (rnp_key_get_uid_handle_at(key, index, &id) != RNP_SUCCESS)
		return FALSE;
	if (rnp_uid_is_valid(id, &valid) != RNP_SUCCESS ||
	    rnp_uid_is_revoked(id, &revoked) != RNP_SUCCESS)
		valid = FALSE;
	(void)rnp_uid_handle_destroy(id);
	return valid && !revoked;
}

/* Separated by spaces. */
static char *addresses_of(rnp_key_handle_t key)
{
	GString *list = g_string_new("");
	gsize count = 0;

	if (key == NULL || rnp_key_get_uid_count(key, &count) != RNP_SUCCESS)
		count = 0;
	for (gsize i = 0; i < count &&
	     list->len < WARDEN_FACT_TEXT_MAX / 2; i++) {
		char *text = NULL;

		g_autofree char *id = take_text(
			rnp_key_get_uid_at(key, i, &text), &text);
		g_autofree char *address = address_in(id);

		if (address != NULL && is_good_id(key, i))
			g_string_append_printf(list, "%s%s", list->len == 0 ?
					       "" : " ", address);
	}
	return g_string_free(list, FALSE);
}

static rnp_key_handle_t primary_of(rnp_ffi_t keys, rnp_key_handle_t key)
{
	rnp_key_handle_t primary = NULL;
	char *text = NULL;
	bool is_primary = FALSE;

	if (rnp_key_is_primary(key, &is_primary) != RNP_SUCCESS)
		return NULL;
	/* a handle of its own in any case: it is freed */
	g_autofree char *print = take_text(
		is_primary ? rnp_key_get_fprint(key, &text) :
		rnp_key_get_primary_fprint(key, &text), &text);

	if (*print == '\0' || rnp_locate_key(keys, "fingerprint", print,
					     &primary) != RNP_SUCCESS)
		return NULL;
	return primary;
}

/* --- what is wrong with it ---------------------------------------------------------- */

static bool is_weak(const char *digest)
{
	static const char *const weak[] = {
		"MD5", "SHA1", "RIPEMD160", NULL
	};

	return g_strv_contains(weak, digest);
}

static bool is_expired_key(rnp_key_handle_t key, guint32 at)
{
	guint32 created = 0, lifetime = 0;

	return rnp_key_get_creation(key, &created) != RNP_SUCCESS ||
	       rnp_key_get_expiration(key, &lifetime) != RNP_SUCCESS ||
	       at < created ||
	       (lifetime != 0 && at - created > lifetime);
}

static bool is_revoked(rnp_key_handle_t key)
{
	bool revoked = TRUE;

	return rnp_key_is_revoked(key, &revoked) != RNP_SUCCESS || revoked;
}

static bool may_sign(rnp_key_handle_t key)
{
	bool may = FALSE;

	return rnp_key_allows_usage(key, "sign", &may) == RNP_SUCCESS && may;
}

/* The signature has an end of its own. */
static bool is_over(const struct found *found)
{
	gint64 date = found->what->date;

	return found->expires != 0 &&
	       (date == 0 || date > (gint64)found->created + found->expires);
}

/* RNP says no more than that it is not valid. */
static const char *judge(const struct found *found, rnp_result_t status,
			 const char **why_r)
{
	bool good = status == RNP_SUCCESS ||
		status == RNP_ERROR_SIGNATURE_EXPIRED;

	*why_r = "";
	if (status == RNP_ERROR_SIGNATURE_UNKNOWN) {
		*why_r = "the signature is of a kind that is not supported";
		return "invalid";
	}
	if (found->key == NULL || found->primary == NULL) {
		*why_r = "the key is not known";
		return "unknown";
	}
	if (is_weak(found->digest)) {
		*why_r = "weak digest algorithm";
		return "invalid";
	}
	if (is_revoked(found->key) || is_revoked(found->primary)) {
		*why_r = "the key was revoked";
		return "invalid";
	}
	if (is_expired_key(found->key, found->created) ||
	    is_expired_key(found->primary, found->created)) {
		*why_r = "the key was not good at that time";
		return "expired";
	}
	if (!good) {
		*why_r = "what is here is not what was signed";
		return "altered";
	}
	if (!may_sign(found->key)) {
		*why_r = "the key is not for signatures";
		return "invalid";
	}
	if (is_over(found)) {
		*why_r = "the signature was over by then";
		return "expired";
	}
	return "valid";
}

/* --- one signature -------------------------------------------------------------------- */

static void report(const struct found *found, rnp_result_t status)
{
	const char *why, *word = judge(found, status, &why);
	g_autofree char *addresses = addresses_of(found->primary);
	g_autoptr(GDateTime) when =
		g_date_time_new_from_unix_utc(found->created);
	g_autofree char *day = g_date_time_format(when, "%Y-%m-%d");
	g_autofree char *detail = g_strdup_printf(
		"%s%skey %s with %s, signed %s", why, *why == '\0' ? "" : ": ",
		found->key_id, found->digest, day);

	warden_signature_add(found->what, KIND, word, addresses, detail);
}

static void take_signature(const struct warden_signed *what,
			   rnp_op_verify_signature_t signature)
{
	struct found found = { .what = what };
	char *digest = NULL, *key_id = NULL;

	if (rnp_op_verify_signature_get_handle(signature, &found.handle) !=
	    RNP_SUCCESS)
		found.handle = NULL;
	if (rnp_op_verify_signature_get_key(signature, &found.key) !=
	    RNP_SUCCESS)
		found.key = NULL;
	if (found.key != NULL)
		found.primary = primary_of(what->signers->keys, found.key);
	found.digest = take_text(
		rnp_op_verify_signature_get_hash(signature, &digest), &digest);
	found.key_id = found.handle == NULL ? g_strdup("") : take_text(
		rnp_signature_get_keyid(found.handle, &key_id), &key_id);
	(void)rnp_op_verify_signature_get_times(signature, &found.created,
						&found.expires);
	report(&found, rnp_op_verify_signature_get_status(signature));
	g_free(found.digest);
	g_free(found.key_id);
	(void)rnp_key_handle_destroy(found.key);
	(void)rnp_key_handle_destroy(found.primary);
	(void)rnp_signature_handle_destroy(found.handle);
}

static void add_broken(const struct warden_signed *what, const char *detail)
{
	warden_signature_add(what, KIND, "invalid", "", detail);
}

/* RNP's answer to the whole only says whether some signature is valid. */
static void take_all(const struct warden_signed *what, rnp_op_verify_t verify)
{
	gsize count = 0;

	(void)rnp_op_verify_execute(verify);
	if (rnp_op_verify_get_signature_count(verify, &count) != RNP_SUCCESS)
		count = 0;
	if (count == 0)
		add_broken(what, "damaged, or of an unknown kind");
	for (gsize i = 0; i < MIN(count, WARDEN_SIGNATURE_SIGNERS_MAX); i++) {
		rnp_op_verify_signature_t signature;

		if (rnp_op_verify_get_signature_at(verify, i, &signature) ==
		    RNP_SUCCESS)
			take_signature(what, signature);
	}
}

/* --- detached, or not ------------------------------------------------------------------- */

static rnp_input_t input_of(const guint8 *data, gsize size)
{
	rnp_input_t input = NULL;

	/* a pointer must be there even to nothing */
	if (rnp_input_from_memory(&input, size == 0 ? (const guint8 *)"" :
				  data, size, FALSE) != RNP_SUCCESS)
		return NULL;
	return input;
}

void warden_signature_openpgp(const struct warden_signed *what,
			      GBytes *signature, GBytes *content)
{
	gsize size, content_size;
	const guint8 *data = g_bytes_get_data(signature, &size);
	const guint8 *content_data = g_bytes_get_data(content, &content_size);
	rnp_op_verify_t verify = NULL;

	if (size > WARDEN_SIGNATURE_SIZE_MAX ||
	    content_size > WARDEN_SIGNED_MAX) {
		add_broken(what, "too large to be verified");
		return;
	}
	rnp_input_t given = input_of(data, size);
	rnp_input_t signs = input_of(content_data, content_size);

	if (given != NULL && signs != NULL &&
	    rnp_op_verify_detached_create(&verify, what->signers->keys, signs,
					  given) == RNP_SUCCESS) {
		take_all(what, verify);
		(void)rnp_op_verify_destroy(verify);
	} else {
		add_broken(what, "damaged");
	}
	(void)rnp_input_destroy(given);
	(void)rnp_input_destroy(signs);
}

void warden_signature_openpgp_whole(const struct warden_signed *what,
				    const guint8 *data, gsize size)
{
	rnp_input_t input;
	rnp_output_t output = NULL;
	rnp_op_verify_t verify = NULL;

	if (size > WARDEN_SIGNED_MAX) {
		add_broken(what, "too large to be verified");
		return;
	}
	input = input_of(data, size);
	if (input != NULL && rnp_output_to_null(&output) == RNP_SUCCESS &&
	    rnp_op_verify_create(&verify, what->signers->keys, input,
				 output) == RNP_SUCCESS) {
		take_all(what, verify);
		(void)rnp_op_verify_destroy(verify);
	} else {
		add_broken(what, "damaged");
	}
	(void)rnp_input_destroy(input);
	(void)rnp_output_destroy(output);
}
