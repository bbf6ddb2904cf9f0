/* Signatures: what the whole messages of tests/cases do not reach. */

#include "warden-config.h"

#include "scanner/parse/parse.h"
#include "scanner/parse/signature/signature.h"
#include "scanner/parse/wrapped/cms.h"
#include "scanner/parse/wrapped/pgp.h"

#include <glib/gstdio.h>
#include <openssl/cms.h>
#include <openssl/pem.h>
#include <string.h>

#define TEXT "Content-Type: text/plain\r\n\r\nHello.\r\n"
#define IN_2026 1772532000

static char *fixture(const char *name)
{
	return g_build_filename(WARDEN_SIGNERS, name, NULL);
}

static struct warden_signers *load(const char *roots, const char *keys)
{
	g_autofree char *roots_path = roots == NULL ? NULL : fixture(roots);
	g_autofree char *keys_path = keys == NULL ? NULL : fixture(keys);
	struct warden_signers *signers;
	char *error = NULL;

	g_assert_cmpint(warden_signers_load(roots_path, keys_path, &signers,
					    &error), ==, 1);
	g_assert_null(error);
	return signers;
}

/* --- canonical line ends ------------------------------------------------------- */

static void test_canonical(void)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "", "" }, { "a", "a" }, { "a\r\nb", "a\r\nb" },
		{ "a\nb\r\nc\n", "a\r\nb\r\nc\r\n" }, { "\n\n", "\r\n\r\n" },
		{ "a\rb\r\n", "a\rb\r\n" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GBytes) in = g_bytes_new_static(rows[i].in,
							  strlen(rows[i].in));
		g_autoptr(GBytes) out = warden_signature_canonical(in);

		g_assert_cmpmem(g_bytes_get_data(out, NULL),
				g_bytes_get_size(out), rows[i].out,
				strlen(rows[i].out));
	}
}

/* --- files of those who are believed ---------------------------------------------- */

static void check_fails(const char *roots, const char *keys, const char *wanted)
{
	struct warden_signers *signers = NULL;
	g_autofree char *error = NULL;

	g_assert_cmpint(warden_signers_load(roots, keys, &signers, &error),
			==, -1);
	g_assert_null(signers);
	if (strstr(error, wanted) == NULL)
		g_error("\"%s\" does not say \"%s\"", error, wanted);
}

static void test_load(void)
{
	struct warden_signers *signers = load("root.pem", "keys.asc");

	g_assert_cmpuint(signers->roots_count, ==, 1);
	g_assert_cmpuint(signers->keys_count, ==, 4);
	warden_signers_free(signers);
	signers = load(NULL, "keys.gpg");
	g_assert_null(signers->roots);
	g_assert_cmpuint(signers->keys_count, ==, 1);
	warden_signers_free(signers);
	/* a folder: every certificate in it */
	signers = load("", NULL);
	g_assert_cmpuint(signers->roots_count, >, 5);
	warden_signers_free(signers);
}

static void test_load_bad(void)
{
	g_autofree char *folder = g_dir_make_tmp("warden-signers-XXXXXX",
						 NULL);
	g_autofree char *bad = g_build_filename(folder, "bad.pem", NULL);
	g_autofree char *good = fixture("root.pem"), *text = NULL;

	check_fails("/nonexistent/x", NULL, "/nonexistent/x");
	check_fails(folder, NULL, "has no *.pem");
	g_assert_true(g_file_get_contents(good, &text, NULL, NULL));
	g_autofree char *twice = g_strconcat(
		text, "-----BEGIN CERTIFICATE-----\nMIIB\n"
		"-----END CERTIFICATE-----\n", NULL);
	g_assert_true(g_file_set_contents(bad, twice, -1, NULL));
	check_fails(bad, NULL, "bad.pem: line 19: ");
	check_fails(folder, NULL, "bad.pem: line 19: ");
	check_fails(NULL, bad, "bad.pem: key 1 ");
	g_assert_true(g_file_set_contents(bad, "no certificate", -1, NULL));
	check_fails(bad, NULL, "has no certificate");
	g_assert_true(g_file_set_contents(bad, "", -1, NULL));
	check_fails(NULL, bad, "has no OpenPGP key");
	g_unlink(bad);
	g_rmdir(folder);
}

/* GMime cannot be started twice. */
static struct warden_parser *parser;

/* A parser keeps those that it has when others cannot be loaded. */
static void test_set_again(void)
{
	g_autofree char *roots = fixture("root.pem");
	char *error = NULL;

	g_assert_cmpint(warden_parser_set_signers(parser, roots, NULL,
						  &error), ==, 1);
	g_assert_cmpint(warden_parser_set_signers(parser, "/nonexistent",
						  NULL, &error), ==, -1);
	g_free(error);
	error = NULL;
	g_assert_cmpint(warden_parser_set_signers(parser, NULL, NULL,
						  &error), ==, 1);
}

/* --- S/MIME ------------------------------------------------------------------------- */

static void *read_pem(const char *name, bool key)
{
	g_autofree char *path = fixture(name);
	BIO *file = BIO_new_file(path, "r");
	void *read = key ?
		(void *)PEM_read_bio_PrivateKey(file, NULL, NULL, NULL) :
		(void *)PEM_read_bio_X509(file, NULL, NULL, NULL);

	g_assert_nonnull(read);
	BIO_free(file);
	return read;
}

/* Ada's signature, so many times, with so many further certificates. */
static GBytes *sign(guint signers, guint certificates)
{
	X509 *certificate = read_pem("ada-rsa.pem", FALSE);
	X509 *other = read_pem("mallory.pem", FALSE);
	EVP_PKEY *key = read_pem("ada-rsa.key", TRUE);
	const guint flags = CMS_BINARY | CMS_DETACHED | CMS_PARTIAL;
	BIO *text = BIO_new_mem_buf(TEXT, -1);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, text, flags);
	guint8 *der = NULL;
	int size;

	for (guint i = 0; i < signers; i++)
		g_assert_nonnull(CMS_add1_signer(cms, certificate, key, NULL,
						 CMS_BINARY | CMS_NOCERTS));
	/* OpenSSL adds each only once */
	if (certificates > 0)
		g_assert_true(CMS_add1_cert(cms, certificate));
	if (certificates > 1)
		g_assert_true(CMS_add1_cert(cms, other));
	g_assert_true(CMS_final(cms, text, NULL, flags));
	size = i2d_CMS_ContentInfo(cms, &der);
	GBytes *bytes = g_bytes_new(der, size);
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	BIO_free(text);
	EVP_PKEY_free(key);
	X509_free(certificate);
	X509_free(other);
	return bytes;
}

struct smime_row {
	const char *name;
	guint signers, certificates;
	const char *content;
	gint64 date;
	guint found;
	const char *status;	/* of each */
};

static void test_smime(void)
{
	static const struct smime_row rows[] = {
		{ "sound", 1, 1, TEXT, IN_2026, 1, "valid" },
		{ "more certificates", 1, 2, TEXT, IN_2026, 1, "valid" },
		{ "no certificate", 1, 0, TEXT, IN_2026, 1, "unknown" },
		{ "three signers", 3, 1, TEXT, IN_2026, 3, "valid" },
		{ "too many signers", 5, 1, TEXT, IN_2026, 1, "invalid" },
		{ "altered", 1, 1, TEXT "x", IN_2026, 1, "altered" },
		{ "nothing is left", 1, 1, "", IN_2026, 1, "altered" },
		/* the signature's own time counts */
		{ "no date", 1, 1, TEXT, 0, 1, "valid" },
		{ "another date", 1, 1, TEXT, 1, 1, "valid" },
	};
	struct warden_signers *signers = load("root.pem", NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct smime_row *row = &rows[i];
		g_autoptr(warden_facts) facts = warden_facts_new();
		const struct warden_signed what = {
			.signers = signers, .date = row->date, .part = "",
			.facts = facts,
		};
		g_autoptr(GBytes) signature = sign(row->signers,
						   row->certificates);
		g_autoptr(GBytes) content = g_bytes_new_static(
			row->content, strlen(row->content));

		g_test_message("%s", row->name);
		warden_signature_smime(&what, signature, content);
		g_assert_cmpuint(facts->signatures->len, ==, row->found);
		for (guint k = 0; k < row->found; k++) {
			const struct warden_signature *one =
				facts->signatures->pdata[k];

			g_assert_cmpstr(one->kind, ==, "smime");
			g_assert_cmpstr(one->status, ==, row->status);
		}
	}
	warden_signers_free(signers);
}

/* Every cut of a signature, and every byte of it changed. */
static void test_smime_damaged(void)
{
	struct warden_signers *signers = load("root.pem", NULL);
	g_autoptr(GBytes) signature = sign(1, 1);
	g_autoptr(GBytes) content = g_bytes_new_static(TEXT, strlen(TEXT));
	gsize size;
	const guint8 *data = g_bytes_get_data(signature, &size);
	g_autofree guint8 *copy = g_memdup2(data, size);

	for (gsize i = 0; i < size; i += 7) {
		g_autoptr(warden_facts) facts = warden_facts_new();
		const struct warden_signed what = {
			.signers = signers, .date = IN_2026, .part = "",
			.facts = facts,
		};
		g_autoptr(GBytes) cut = g_bytes_new(data, i);

		warden_signature_smime(&what, cut, content);
		g_assert_cmpuint(facts->signatures->len, ==, 1);
		copy[i] ^= 0x55;
		g_autoptr(GBytes) changed = g_bytes_new(copy, size);
		warden_signature_smime(&what, changed, content);
		copy[i] ^= 0x55;
		for (guint k = 0; k < facts->signatures->len; k++) {
			const struct warden_signature *one =
				facts->signatures->pdata[k];

			/* the end of it is the signature itself */
			if (k > 0 && i > size - 250)
				g_assert_cmpstr(one->status, !=, "valid");
		}
	}
	warden_signers_free(signers);
}

/* --- how much there is in one ---------------------------------------------------- */

static void test_count(void)
{
	/* OID, [0], sequence: version, digests, content, [0], signers */
	static const struct {
		const char *name, *data;
		gsize size;
		bool ok;
		gsize digests, certificates, signers;
	} rows[] = {
#define OID "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
#define ROW(name, text, ...) { name, text, sizeof(text) - 1, __VA_ARGS__ }
#define INSIDE "\x02\x01\x01\x31\x04\x30\x00\x30\x00\x30\x00" \
	"\xa0\x06\x30\x00\x30\x00\x30\x00\x31\x02\x30\x00"
		ROW("sound", "\x30\x26" OID "\xa0\x19\x30\x17" INSIDE,
		    TRUE, 2, 3, 1),
		ROW("without ends", "\x30\x80" OID "\xa0\x80\x30\x80" INSIDE
		    "\0\0\0\0\0\0", TRUE, 2, 3, 1),
		ROW("content without end", "\x30\x80" OID "\xa0\x80\x30\x80"
		    "\x31\x00\x30\x80\xa0\x80\x24\x80\x04\x02\0\0\0\0\0\0"
		    "\0\0\xa0\x80\x30\x00\x30\x80\0\0\0\0\0\0",
		    TRUE, 0, 2, 0),
		ROW("other content", "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7"
		    "\x0d\x01\x07\x03\xa0\x00", TRUE, 0, 0, 0),
		ROW("cut", "\x30\x26" OID "\xa0\x19\x30\x17", FALSE, 0, 0, 0),
		ROW("cut without end", "\x30\x80" OID "\xa0\x80\x30\x80"
		    "\x31\x80\x30\x00", FALSE, 0, 0, 0),
		ROW("long length", "\x30\x89\1\1\1\1\1\1\1\1\1", FALSE,
		    0, 0, 0),
		ROW("huge length", "\x30\x88\xff\xff\xff\xff\xff\xff\xff\xff",
		    FALSE, 0, 0, 0),
		ROW("no type", "\x30\x02\x30\x00", FALSE, 0, 0, 0),
		ROW("nothing", "", FALSE, 0, 0, 0),
#undef INSIDE
#undef ROW
#undef OID
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct warden_cms_counts counts;

		g_test_message("%s", rows[i].name);
		g_assert_cmpint(warden_cms_count(
			(const guint8 *)rows[i].data, rows[i].size, 100,
			&counts), ==, rows[i].ok);
		if (!rows[i].ok)
			continue;
		g_assert_cmpuint(counts.digests, ==, rows[i].digests);
		g_assert_cmpuint(counts.certificates, ==,
				 rows[i].certificates);
		g_assert_cmpuint(counts.signers, ==, rows[i].signers);
	}
}

/* --- OpenPGP ---------------------------------------------------------------------------- */

static void test_dearmor(void)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "\nVersion: 1\n\naGVsbG8=\n=abcd\n-----END", "hello" },
		{ "\r\n\r\naGVsbG8=\r\n-----END", "hello" },
		{ "\n\naGVsbG8=", "hello" },
		{ "\n\n", NULL }, { "", NULL },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GBytes) out = warden_pgp_dearmor(
			(const guint8 *)rows[i].in, strlen(rows[i].in));
		gsize size = 0;
		const char *data = out == NULL ? "" :
			g_bytes_get_data(out, &size);
		const char *wanted = rows[i].out == NULL ? "" : rows[i].out;

		g_assert_cmpmem(data, size, wanted, strlen(wanted));
	}
}

static void test_openpgp_damaged(void)
{
	static const char *const rows[] = {
		"", "x", "-----BEGIN PGP SIGNATURE-----\n\n"
		"-----END PGP SIGNATURE-----\n", "\x88\x00", "\xc2\xff",
		"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nx\n"
		"-----BEGIN PGP SIGNATURE-----\n\naGVsbG8=\n"
		"-----END PGP SIGNATURE-----\n",
	};
	struct warden_signers *signers = load(NULL, "keys.asc");

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(warden_facts) facts = warden_facts_new();
		const struct warden_signed what = {
			.signers = signers, .date = IN_2026, .part = "",
			.facts = facts,
		};
		g_autoptr(GBytes) signature = g_bytes_new_static(
			rows[i], strlen(rows[i]));
		g_autoptr(GBytes) content = g_bytes_new_static(TEXT,
							       strlen(TEXT));

		warden_signature_openpgp(&what, signature, content);
		warden_signature_openpgp_whole(&what, (const guint8 *)rows[i],
					       strlen(rows[i]));
		g_assert_cmpuint(facts->signatures->len, ==, 2);
		for (guint k = 0; k < 2; k++) {
			const struct warden_signature *one =
				facts->signatures->pdata[k];

			g_assert_cmpstr(one->kind, ==, "openpgp");
			g_assert_cmpstr(one->status, ==, "invalid");
		}
	}
	warden_signers_free(signers);
}

/* As RNP makes it in 2021, whatever time it is made to write. */
static GBytes *sign_openpgp(const char *file, const char *id, guint32 created)
{
	g_autofree char *path = fixture(file);
	rnp_ffi_t ffi;
	rnp_input_t input;
	rnp_output_t output;
	rnp_key_handle_t key = NULL;
	rnp_op_sign_t op;
	guint8 *data;
	gsize size;

	g_assert_cmpint(rnp_ffi_create(&ffi, "GPG", "GPG"), ==, 0);
	g_assert_cmpint(rnp_set_timestamp(ffi, 1610000000), ==, 0);
	g_assert_cmpint(rnp_input_from_path(&input, path), ==, 0);
	g_assert_cmpint(rnp_load_keys(ffi, "GPG", input,
				      RNP_LOAD_SAVE_SECRET_KEYS), ==, 0);
	rnp_input_destroy(input);
	g_assert_cmpint(rnp_locate_key(ffi, "userid", id, &key), ==, 0);
	g_assert_nonnull(key);
	g_assert_cmpint(rnp_input_from_memory(&input, (const guint8 *)TEXT,
					      strlen(TEXT), FALSE), ==, 0);
	g_assert_cmpint(rnp_output_to_memory(&output, 0), ==, 0);
	g_assert_cmpint(rnp_op_sign_detached_create(&op, ffi, input, output),
			==, 0);
	g_assert_cmpint(rnp_op_sign_add_signature(op, key, NULL), ==, 0);
	g_assert_cmpint(rnp_op_sign_set_creation_time(op, created), ==, 0);
	g_assert_cmpint(rnp_op_sign_execute(op), ==, 0);
	g_assert_cmpint(rnp_output_memory_get_buf(output, &data, &size,
						  FALSE), ==, 0);
	GBytes *bytes = g_bytes_new(data, size);
	rnp_op_sign_destroy(op);
	rnp_output_destroy(output);
	rnp_input_destroy(input);
	rnp_key_handle_destroy(key);
	rnp_ffi_destroy(ffi);
	return bytes;
}

static void test_openpgp(void)
{
	static const struct {
		const char *file, *id;
		guint32 created;
		const char *content, *status;
	} rows[] = {
#define ADA "ada-pgp.pgp", "Ada Example <ada@sender.example>"
#define OLD "expired-pgp.pgp", "Old Ada <ada@old.example>"
		{ ADA, IN_2026, TEXT, "valid" },
		{ ADA, IN_2026, "another", "altered" },
		/* before there was a key, after it was over */
		{ ADA, 1500000000, TEXT, "expired" },
		{ OLD, 1700000000, TEXT, "valid" },
		{ OLD, IN_2026, TEXT, "expired" },
		{ "stranger-pgp.pgp", "Stranger <stranger@elsewhere.example>",
		  IN_2026, TEXT, "unknown" },
#undef ADA
#undef OLD
	};
	struct warden_signers *signers = load(NULL, "keys.asc");

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(warden_facts) facts = warden_facts_new();
		const struct warden_signed what = {
			.signers = signers, .date = 0, .part = "",
			.facts = facts,
		};
		g_autoptr(GBytes) signature = sign_openpgp(
			rows[i].file, rows[i].id, rows[i].created);
		g_autoptr(GBytes) content = g_bytes_new_static(
			rows[i].content, strlen(rows[i].content));

		warden_signature_openpgp(&what, signature, content);
		g_assert_cmpuint(facts->signatures->len, ==, 1);
		const struct warden_signature *one =
			facts->signatures->pdata[0];
		g_assert_cmpstr(one->status, ==, rows[i].status);
	}
	warden_signers_free(signers);
}

/* --- in a message -------------------------------------------------------------------------- */

/* The beginning of a long message, whose end was not read: not altered. */
static void test_cut_message(void)
{
	g_autofree char *path = g_build_filename(
		WARDEN_CASES, "signature-smime-rsa", "message.eml", NULL);
	g_autofree char *roots = fixture("root.pem"), *data = NULL;
	char *error = NULL;
	gsize size;

	g_assert_true(g_file_get_contents(path, &data, &size, NULL));
	g_assert_cmpint(warden_parser_set_signers(parser, roots, NULL,
						  &error), ==, 1);
	g_autoptr(warden_facts) whole = warden_parse_message(
		parser, (const guint8 *)data, size, 0);
	g_autoptr(warden_facts) cut = warden_parse_message(
		parser, (const guint8 *)data, size - 10, size);

	g_assert_cmpuint(whole->signatures->len, ==, 1);
	g_assert_cmpuint(cut->signatures->len, ==, 0);
}

int main(int argc, char **argv)
{
	char *error = NULL;
	int status;

	g_test_init(&argc, &argv, NULL);
	g_assert_cmpint(warden_parser_init(&parser, &error), ==, 1);
	g_test_add_func("/signature/canonical", test_canonical);
	g_test_add_func("/signature/load", test_load);
	g_test_add_func("/signature/load-bad", test_load_bad);
	g_test_add_func("/signature/set-again", test_set_again);
	g_test_add_func("/signature/smime", test_smime);
	g_test_add_func("/signature/smime-damaged", test_smime_damaged);
	g_test_add_func("/signature/count", test_count);
	g_test_add_func("/signature/dearmor", test_dearmor);
	g_test_add_func("/signature/openpgp", test_openpgp);
	g_test_add_func("/signature/openpgp-damaged", test_openpgp_damaged);
	g_test_add_func("/signature/cut-message", test_cut_message);
	status = g_test_run();
	warden_parser_deinit(&parser);
	return status;
}
