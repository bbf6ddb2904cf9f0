#include "warden-config.h"

#include "signature.h"

#include "../wrapped/cms.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

#define KIND "smime"

/* Of shorter digests two texts can be made that have the same: MD5, SHA-1. */
#define DIGEST_SIZE_MIN 28

/* Three authorities above a person are many. */
#define CHAIN_MAX 8

/* RSA of 2,048 bits and what equals it, digests as above. */
#define SECURITY_LEVEL 2

struct smime {
	const struct warden_signed *what;
	const guint8 *data;	/* what is signed */
	gsize size;
	STACK_OF(X509) *certificates;	/* those in the mail */
};

/* One of those who signed. */
struct signer {
	CMS_SignerInfo *info;
	X509 *certificate;	/* NULL: not in the mail */
	const EVP_MD *digest;
	char *digest_name, *algorithm_name;
	gint64 time;		/* when, 0 = nothing says it */
	bool time_signed;	/* the signature says it */
};

/* --- whose it is ---------------------------------------------------------------- */

static void add_address(GString *list, const ASN1_STRING *string)
{
	const char *text = (const char *)ASN1_STRING_get0_data(string);
	gsize size = ASN1_STRING_length(string);

	if (list->len >= WARDEN_FACT_TEXT_MAX / 2 ||
	    !warden_signature_is_address(text, size))
		return;
	if (list->len > 0)
		g_string_append_c(list, ' ');
	g_string_append_len(list, text, size);
}

/* RFC 8550 3: the alternative names; in old certificates, which have none, the
   subject. Separated by spaces. */
static char *addresses_of(X509 *certificate)
{
	GString *list = g_string_new("");
	GENERAL_NAMES *names = X509_get_ext_d2i(
		certificate, NID_subject_alt_name, NULL, NULL);
	const X509_NAME *subject = X509_get_subject_name(certificate);
	int at = -1;

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type == GEN_EMAIL)
			add_address(list, name->d.rfc822Name);
	}
	GENERAL_NAMES_free(names);
	while (list->len == 0 &&
	       (at = X509_NAME_get_index_by_NID(
			(X509_NAME *)subject, NID_pkcs9_emailAddress,
			at)) >= 0)
		add_address(list, X509_NAME_ENTRY_get_data(
			X509_NAME_get_entry(subject, at)));
	return g_string_free(list, FALSE);
}

static char *common_name(const X509_NAME *name)
{
	int at = X509_NAME_get_index_by_NID((X509_NAME *)name,
					    NID_commonName, -1);
	unsigned char *text = NULL;
	char *copy;
	int size = at < 0 ? -1 : ASN1_STRING_to_UTF8(
		&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name,
								    at)));

	copy = size < 0 ? g_strdup("nobody named") :
		g_strndup((const char *)text, size);
	OPENSSL_free(text);
	return copy;
}

/* "Ada, certified by Example CA, signed 2026-03-03" */
static char *describe(const struct signer *signer, const char *trouble)
{
	g_autofree char *subject = common_name(
		X509_get_subject_name(signer->certificate));
	g_autofree char *issuer = common_name(
		X509_get_issuer_name(signer->certificate));
	g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(
		signer->time);
	g_autofree char *day = when == NULL ? g_strdup("at no known time") :
		g_date_time_format(when, "%Y-%m-%d");

	return g_strdup_printf("%s%s%s, certified by %s, signed %s%s",
			       trouble, *trouble == '\0' ? "" : ": ", subject,
			       issuer, day, signer->time_signed ||
			       signer->time == 0 ? "" : " (as Date says)");
}

/* --- when ------------------------------------------------------------------------ */

static gint64 signing_time(const CMS_SignerInfo *info)
{
	int at = CMS_signed_get_attr_by_NID(info, NID_pkcs9_signingTime, -1);
	X509_ATTRIBUTE *attribute = at < 0 ? NULL :
		CMS_signed_get_attr(info, at);
	const ASN1_TYPE *value = attribute == NULL ? NULL :
		X509_ATTRIBUTE_get0_type(attribute, 0);
	struct tm tm = { .tm_sec = 0 };

	if (value == NULL || (value->type != V_ASN1_UTCTIME &&
			      value->type != V_ASN1_GENERALIZEDTIME) ||
	    ASN1_TIME_to_tm(value->value.asn1_string, &tm) != 1)
		return 0;
	return timegm(&tm);
}

/* --- is it unaltered -------------------------------------------------------------- */

static char *object_name(const X509_ALGOR *algorithm)
{
	const ASN1_OBJECT *object;
	char name[80];

	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	OBJ_obj2txt(name, sizeof(name), object, 0);
	return g_strdup(name);
}

/* OpenSSL wants to find the digest in a chain of BIOs. Not CMS_dataInit(),
   which makes one for each algorithm that the message lists: any number. */
static bool fits_content(const struct smime *smime,
			 const struct signer *signer)
{
	BIO *source = BIO_new_mem_buf(smime->data, smime->size);
	BIO *digest = BIO_new(BIO_f_md());
	guint8 buffer[16384];
	bool ok = source != NULL && digest != NULL &&
		BIO_set_md(digest, signer->digest) > 0;

	if (ok) {
		BIO_push(digest, source);
		while (BIO_read(digest, buffer, sizeof(buffer)) > 0)
			;
		ok = CMS_SignerInfo_verify_content(signer->info, digest) == 1;
	}
	BIO_free(digest);
	BIO_free(source);
	return ok;
}

/* Returns the status that it has to have, NULL if it is sound. */
static const char *
check_bytes(const struct smime *smime, const struct signer *signer,
	    char **detail_r)
{
	bool attributes = CMS_signed_get_attr_count(signer->info) > 0;

	if (signer->digest == NULL) {
		*detail_r = g_strdup_printf("unknown digest algorithm %s",
					    signer->digest_name);
		return "invalid";
	}
	/* the signature is over attributes, one of them the digest */
	if (attributes && CMS_SignerInfo_verify(signer->info) != 1) {
		*detail_r = g_strdup_printf(
			"the signature (%s with %s) is broken, or of a kind"
			" that is not supported", signer->algorithm_name,
			signer->digest_name);
		return "invalid";
	}
	if (!fits_content(smime, signer)) {
		*detail_r = describe(signer, "what is here is not what was"
				     " signed");
		return "altered";
	}
	if (EVP_MD_get_size(signer->digest) < DIGEST_SIZE_MIN) {
		*detail_r = g_strdup_printf("weak digest algorithm %s",
					    signer->digest_name);
		return "invalid";
	}
	return NULL;
}

/* --- who vouches for it ------------------------------------------------------------ */

static const char *status_of_chain(int error)
{
	switch (error) {
	case X509_V_OK:
		return "valid";
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return "expired";
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_CERT_UNTRUSTED:
		return "unknown";
	default:
		return "invalid";
	}
}

/* Purpose: signing mail (emailProtection, RFC 8550 4.4.4). What an
   administrator names is believed, whether or not it is a root. */
static int verify_chain(const struct smime *smime,
			const struct signer *signer)
{
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *param;
	int error = X509_V_ERR_OUT_OF_MEM;

	if (context != NULL &&
	    X509_STORE_CTX_init(context, smime->what->signers->roots,
				signer->certificate,
				smime->certificates) == 1 &&
	    X509_STORE_CTX_set_default(context, "smime_sign") == 1) {
		param = X509_STORE_CTX_get0_param(context);
		X509_VERIFY_PARAM_set_time(param, signer->time);
		X509_VERIFY_PARAM_set_depth(param, CHAIN_MAX);
		X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
		error = X509_V_OK;
		if (X509_verify_cert(context) != 1)
			error = X509_STORE_CTX_get_error(context);
	}
	X509_STORE_CTX_free(context);
	return error;
}

static void check_signer(const struct smime *smime,
			 const struct signer *signer)
{
	g_autofree char *addresses = NULL, *detail = NULL;
	const char *status, *trouble;
	int error;

	if (signer->certificate == NULL) {
		warden_signature_add(smime->what, KIND, "unknown", "",
				     "the certificate is not in the mail");
		return;
	}
	addresses = addresses_of(signer->certificate);
	status = check_bytes(smime, signer, &detail);
	if (status != NULL) {
		warden_signature_add(smime->what, KIND, status, addresses,
				     detail);
		return;
	}
	if (smime->what->signers->roots == NULL) {
		status = "unknown";
		trouble = "no roots are configured";
	} else {
		error = verify_chain(smime, signer);
		status = status_of_chain(error);
		trouble = error == X509_V_OK ? "" :
			X509_verify_cert_error_string(error);
	}
	detail = describe(signer, trouble);
	warden_signature_add(smime->what, KIND, status, addresses, detail);
}

/* --- all who signed ---------------------------------------------------------------- */

static void take_signer(const struct smime *smime, CMS_SignerInfo *info)
{
	struct signer signer = { .info = info };
	X509_ALGOR *digest, *algorithm;
	const ASN1_OBJECT *object;

	CMS_SignerInfo_get0_algs(info, NULL, &signer.certificate, &digest,
				 &algorithm);
	X509_ALGOR_get0(&object, NULL, NULL, digest);
	signer.digest = EVP_get_digestbyobj(object);
	signer.digest_name = object_name(digest);
	signer.algorithm_name = object_name(algorithm);
	signer.time = signing_time(info);
	signer.time_signed = signer.time != 0;
	if (!signer.time_signed)
		signer.time = smime->what->date;
	check_signer(smime, &signer);
	g_free(signer.digest_name);
	g_free(signer.algorithm_name);
}

static void take_signers(struct smime *smime, CMS_ContentInfo *cms)
{
	STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(cms);

	smime->certificates = CMS_get1_certs(cms);
	CMS_set1_signers_certs(cms, NULL, 0);
	for (int i = 0; i < sk_CMS_SignerInfo_num(infos); i++)
		take_signer(smime, sk_CMS_SignerInfo_value(infos, i));
}

/* Before OpenSSL looks at it. Returns what is wrong. */
static const char *find_excess(const guint8 *data, gsize size)
{
	struct warden_cms_counts counts;

	if (!warden_cms_count(data, size, WARDEN_SIGNATURE_CERTIFICATES_MAX,
			      &counts))
		return "damaged";
	if (counts.signers > WARDEN_SIGNATURE_SIGNERS_MAX)
		return "more signers than any honest mail has";
	if (counts.certificates > WARDEN_SIGNATURE_CERTIFICATES_MAX ||
	    counts.digests > WARDEN_SIGNATURE_CERTIFICATES_MAX ||
	    counts.lists > WARDEN_SIGNATURE_CERTIFICATES_MAX)
		return "more certificates than any honest mail has";
	return NULL;
}

/* What is signed: content, or what is inside. Returns what is wrong. */
static const char *find_content(struct smime *smime, CMS_ContentInfo *cms,
				GBytes *content)
{
	ASN1_OCTET_STRING **inside = CMS_get0_content(cms);
	bool detached = inside == NULL || *inside == NULL;

	if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed)
		return "not signed data";
	if (content == NULL) {
		if (detached)
			return "what it signs is not here";
		smime->data = ASN1_STRING_get0_data(*inside);
		smime->size = ASN1_STRING_length(*inside);
		return NULL;
	}
	/* programs differ in which of the two they show */
	if (!detached && ASN1_STRING_length(*inside) > 0)
		return "it brings another content with it";
	smime->data = g_bytes_get_data(content, &smime->size);
	return NULL;
}

/* Returns what is wrong. */
static const char *look_into(struct smime *smime, CMS_ContentInfo *cms,
			     GBytes *content)
{
	bool signers = sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(cms)) > 0;
	const char *trouble;

	/* certificates alone (RFC 8551 3.8) say nothing of a mail */
	if (!signers && content == NULL)
		return NULL;
	trouble = !signers ? "nobody signed it" :
		find_content(smime, cms, content);
	if (trouble == NULL)
		take_signers(smime, cms);
	return trouble;
}

void warden_signature_smime(const struct warden_signed *what,
			    GBytes *signature, GBytes *content)
{
	struct smime smime = { .what = what };
	gsize size;
	const guint8 *data = g_bytes_get_data(signature, &size);
	CMS_ContentInfo *cms = NULL;
	const char *trouble;

	if (size > WARDEN_SIGNED_MAX ||
	    (content != NULL && (size > WARDEN_SIGNATURE_SIZE_MAX ||
		g_bytes_get_size(content) > WARDEN_SIGNED_MAX)))
		trouble = "too large to be verified";
	else
		trouble = find_excess(data, size);
	if (trouble == NULL) {
		cms = d2i_CMS_ContentInfo(NULL, &data, size);
		trouble = cms == NULL ? "damaged" :
			look_into(&smime, cms, content);
	}
	if (trouble != NULL)
		warden_signature_add(what, KIND, "invalid", "", trouble);
	sk_X509_pop_free(smime.certificates, X509_free);
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
}
