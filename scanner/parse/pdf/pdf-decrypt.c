#include "warden-config.h"

#include "pdf-expand.h"

#include <qpdf/qpdf-c.h>
#include <string.h>

/* qpdf knows the ciphers and what they apply to; we have it write the file as
   it is, only in the clear. */

static qpdf_data new_qpdf(void)
{
	qpdf_data qpdf = qpdf_init();

	/* what it has to complain about goes nowhere */
	qpdf_silence_errors(qpdf);
	qpdf_set_suppress_warnings(qpdf, QPDF_TRUE);
	return qpdf;
}

/* Errors that are not asked for are printed at the end. */
static void free_qpdf(qpdf_data *qpdf)
{
	if (qpdf_has_error(*qpdf))
		(void)qpdf_get_error(*qpdf);
	qpdf_cleanup(qpdf);
}

/* Returns 1 open, 0 not encrypted, -1 not opened. */
static int read_file(qpdf_data qpdf, GBytes *bytes, const char *password)
{
	gsize size;
	const char *data = g_bytes_get_data(bytes, &size);
	QPDF_ERROR_CODE ret = qpdf_read_memory(qpdf, "pdf", data, size,
					       password);

	return (ret & QPDF_ERRORS) != 0 ? -1 : qpdf_is_encrypted(qpdf) ? 1 : 0;
}

static int write_file(qpdf_data qpdf, GBytes **plain_r)
{
	if ((qpdf_init_write_memory(qpdf) & QPDF_ERRORS) != 0)
		return -1;
	qpdf_set_preserve_encryption(qpdf, QPDF_FALSE);
	qpdf_set_preserve_unreferenced_objects(qpdf, QPDF_TRUE);
	/* streams stay packed: we unpack them ourselves, within limits */
	qpdf_set_stream_data_mode(qpdf, qpdf_s_preserve);
	qpdf_set_decode_level(qpdf, qpdf_dl_none);
	qpdf_set_object_stream_mode(qpdf, qpdf_o_disable);
	if ((qpdf_write(qpdf) & QPDF_ERRORS) != 0 ||
	    qpdf_get_buffer(qpdf) == NULL)
		return -1;
	*plain_r = g_bytes_new(qpdf_get_buffer(qpdf),
			       qpdf_get_buffer_length(qpdf));
	return 1;
}

int warden_pdf_decrypt(GBytes *bytes, const char *password, GBytes **plain_r)
{
	qpdf_data qpdf = new_qpdf();
	int ret = read_file(qpdf, bytes, password);

	if (ret > 0)
		ret = write_file(qpdf, plain_r);
	free_qpdf(&qpdf);
	return ret;
}
