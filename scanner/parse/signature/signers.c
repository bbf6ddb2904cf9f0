#include "warden-config.h"

#include "signers.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

/* The authorities of all browsers and mail programs are some 300 kB. */
#define FILE_SIZE_MAX (16u * 1024 * 1024)
#define ROOTS_MAX 5000u
#define KEYS_MAX 20000u
#define FILES_MAX 5000u

#define PEM_BEGIN "-----BEGIN "

/* For RNP, which would else ask the clock: keys are judged by the time when
   they signed, so that mail is judged the same way next year. The last second
   that OpenPGP can write. */
#define LATEST G_MAXUINT32

static int fail(const char *path, const char *what, char **error_r)
{
	*error_r = g_strdup_printf("%s: %s", path, what);
	return -1;
}

static int read_file(const char *path, GBytes **bytes_r, char **error_r)
{
	g_autoptr(GError) error = NULL;
	char *data;
	gsize size;

	if (!g_file_get_contents(path, &data, &size, &error)) {
		/* GLib's message names the file */
		*error_r = g_strdup(error->message);
		return -1;
	}
	*bytes_r = g_bytes_new_take(data, size);
	if (size <= FILE_SIZE_MAX)
		return 1;
	g_clear_pointer(bytes_r, g_bytes_unref);
	return fail(path, "larger than 16M", error_r);
}

/* --- certificates ------------------------------------------------------------- */

static guint line_of(const char *text, const char *at)
{
	guint line = 1;

	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

static bool begins_certificate(const char *begin, const char *end)
{
	static const char *const kinds[] = {
		PEM_BEGIN "CERTIFICATE-----", PEM_BEGIN "X509 CERTIFICATE-----",
		PEM_BEGIN "TRUSTED CERTIFICATE-----",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if ((gsize)(end - begin) >= strlen(kinds[i]) &&
		    memcmp(begin, kinds[i], strlen(kinds[i])) == 0)
			return TRUE;
	}
	return FALSE;
}

static bool add_root(struct warden_signers *signers, const char *begin,
		     const char *end)
{
	BIO *bio = BIO_new_mem_buf(begin, end - begin);
	X509 *certificate = PEM_read_bio_X509_AUX(bio, NULL, NULL, NULL);
	bool ok = certificate != NULL &&
		X509_STORE_add_cert(signers->roots, certificate) == 1;

	X509_free(certificate);
	BIO_free(bio);
	ERR_clear_error();
	return ok;
}

static int load_roots_file(struct warden_signers *signers, const char *path,
			   char **error_r)
{
	g_autoptr(GBytes) bytes = NULL;
	guint before = signers->roots_count;
	gsize size;

	if (read_file(path, &bytes, error_r) < 0)
		return -1;
	const char *text = g_bytes_get_data(bytes, &size);
	const char *end = text + size, *at = text;

	while (size > 0 && (at = memmem(at, end - at, PEM_BEGIN,
					strlen(PEM_BEGIN))) != NULL) {
		bool wanted = begins_certificate(at, end) &&
			(at == text || at[-1] == '\n');

		if (wanted && (signers->roots_count >= ROOTS_MAX ||
			       !add_root(signers, at, end))) {
			*error_r = g_strdup_printf(
				"%s: line %u: %s", path, line_of(text, at),
				signers->roots_count >= ROOTS_MAX ?
				"more than 5000 certificates" :
				"the certificate cannot be read");
			return -1;
		}
		signers->roots_count += wanted;
		at += strlen(PEM_BEGIN);
	}
	if (signers->roots_count == before)
		return fail(path, "has no certificate in PEM form", error_r);
	return 1;
}

static bool is_roots_name(const char *name)
{
	return name[0] != '.' && (g_str_has_suffix(name, ".pem") ||
				  g_str_has_suffix(name, ".crt") ||
				  g_str_has_suffix(name, ".cer"));
}

static int compare_names(const void *a, const void *b)
{
	const char *const *first = a, *const *second = b;

	return strcmp(*first, *second);
}

static int load_roots_folder(struct warden_signers *signers, const char *path,
			     char **error_r)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	g_autoptr(GDir) folder = g_dir_open(path, 0, &error);
	const char *name;

	if (folder == NULL) {
		*error_r = g_strdup(error->message);
		return -1;
	}
	while ((name = g_dir_read_name(folder)) != NULL) {
		if (is_roots_name(name))
			g_ptr_array_add(names, g_strdup(name));
	}
	if (names->len == 0)
		return fail(path, "has no *.pem, *.crt or *.cer file",
			    error_r);
	if (names->len > FILES_MAX)
		return fail(path, "has more than 5000 files", error_r);
	g_ptr_array_sort(names, compare_names);
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *file = g_build_filename(
			path, g_ptr_array_index(names, i), NULL);

		if (load_roots_file(signers, file, error_r) < 0)
			return -1;
	}
	return 1;
}

static int load_roots(struct warden_signers *signers, const char *path,
		      char **error_r)
{
	signers->roots = X509_STORE_new();
	return g_file_test(path, G_FILE_TEST_IS_DIR) ?
		load_roots_folder(signers, path, error_r) :
		load_roots_file(signers, path, error_r);
}

/* --- OpenPGP keys --------------------------------------------------------------- */

/* One key at a time, so that a bad one can be named by its number. */
static int import_keys(struct warden_signers *signers, const char *path,
		       rnp_input_t input, char **error_r)
{
	const guint32 flags = RNP_LOAD_SAVE_PUBLIC_KEYS | RNP_LOAD_SAVE_SINGLE;
	rnp_result_t ret;

	while ((ret = rnp_import_keys(signers->keys, input, flags, NULL)) ==
	       RNP_SUCCESS) {
		if (++signers->keys_count > KEYS_MAX)
			return fail(path, "more than 20000 keys", error_r);
	}
	if (ret != RNP_ERROR_EOF) {
		*error_r = g_strdup_printf(
			"%s: key %u cannot be read: %s", path,
			signers->keys_count + 1, rnp_result_to_string(ret));
		return -1;
	}
	if (signers->keys_count == 0)
		return fail(path, "has no OpenPGP key", error_r);
	return 1;
}

static int load_keys(struct warden_signers *signers, const char *path,
		     char **error_r)
{
	g_autoptr(GBytes) bytes = NULL;
	rnp_input_t input;
	gsize size;
	int ret;

	if (read_file(path, &bytes, error_r) < 0)
		return -1;
	const guint8 *data = g_bytes_get_data(bytes, &size);
	if (size == 0 || rnp_input_from_memory(&input, data, size, FALSE) !=
	    RNP_SUCCESS)
		return fail(path, "has no OpenPGP key", error_r);
	ret = import_keys(signers, path, input, error_r);
	(void)rnp_input_destroy(input);
	return ret;
}

/* --- both ------------------------------------------------------------------------- */

int warden_signers_load(const char *roots, const char *keys,
			struct warden_signers **signers_r, char **error_r)
{
	struct warden_signers *signers = g_new0(struct warden_signers, 1);

	if (rnp_ffi_create(&signers->keys, "GPG", "GPG") != RNP_SUCCESS ||
	    rnp_set_timestamp(signers->keys, LATEST) != RNP_SUCCESS) {
		*error_r = g_strdup("OpenPGP (RNP) cannot be initialised");
		warden_signers_free(signers);
		return -1;
	}
	if ((roots != NULL && load_roots(signers, roots, error_r) < 0) ||
	    (keys != NULL && load_keys(signers, keys, error_r) < 0)) {
		warden_signers_free(signers);
		return -1;
	}
	*signers_r = signers;
	return 1;
}

void warden_signers_free(struct warden_signers *signers)
{
	if (signers == NULL)
		return;
	X509_STORE_free(signers->roots);
	if (signers->keys != NULL)
		(void)rnp_ffi_destroy(signers->keys);
	g_free(signers);
}
