#include "warden-config.h"

#include "pdf-private.h"

#include <string.h>

/* A chain of filters on one stream: more than any program writes. */
#define FILTERS_MAX 8

static struct warden_pdf_value
first_of(const struct warden_pdf_dict *dict, enum warden_pdf_key key,
	 enum warden_pdf_key other)
{
	return warden_pdf_has(dict->values[key]) ? dict->values[key] :
		dict->values[other];
}

static void read_parameters(struct warden_pdf *pdf,
			    struct warden_pdf_value value,
			    struct warden_pdf_parameters *parameters)
{
	struct warden_pdf_dict dict;

	(void)warden_pdf_dict(pdf, value, &dict);
	parameters->predictor = warden_pdf_number(
		pdf, dict.values[WARDEN_PDF_KEY_Predictor], 1);
	parameters->colors = warden_pdf_number(
		pdf, dict.values[WARDEN_PDF_KEY_Colors], 1);
	parameters->bits = warden_pdf_number(
		pdf, dict.values[WARDEN_PDF_KEY_BitsPerComponent], 8);
	parameters->columns = warden_pdf_number(
		pdf, dict.values[WARDEN_PDF_KEY_Columns], 1);
	parameters->early_change = warden_pdf_number(
		pdf, dict.values[WARDEN_PDF_KEY_EarlyChange], 1);
}

static void set_outcome(struct warden_pdf_stream *stream,
			enum warden_pdf_outcome outcome)
{
	stream->outcome = MAX(stream->outcome, outcome);
}

/* One filter on; stream's bytes are replaced. */
static void undo(struct warden_pdf *pdf, enum warden_pdf_filter filter,
		 const struct warden_pdf_parameters *parameters, gsize max,
		 struct warden_pdf_stream *stream)
{
	gsize size;
	const guint8 *data = g_bytes_get_data(stream->bytes, &size);
	struct warden_pdf_sink sink = {
		.out = g_byte_array_new(), .max = max, .spend = pdf->spend,
		.context = pdf->spend_context,
	};

	if (warden_pdf_filter_undo(filter, parameters, data, size,
				   &sink) <= 0)
		set_outcome(stream, sink.full ? WARDEN_PDF_CUT :
			    WARDEN_PDF_DAMAGED);
	g_bytes_unref(stream->bytes);
	stream->bytes = g_byte_array_free_to_bytes(sink.out);
}

void warden_pdf_stream_read(struct warden_pdf *pdf, guint index, gsize max,
			    struct warden_pdf_stream *stream_r)
{
	const struct warden_pdf_object *object =
		warden_pdf_object(pdf, index);
	struct warden_pdf_value value = {
		.buffer = object->buffer, .at = object->start,
	};
	struct warden_pdf_array names, parameters;
	struct warden_pdf_dict dict;
	guint count;

	memset(stream_r, 0, sizeof(*stream_r));
	stream_r->bytes = g_bytes_new_from_bytes(
		pdf->buffers->pdata[object->buffer - 1], object->stream,
		object->stream_end - object->stream);
	(void)warden_pdf_dict(pdf, value, &dict);
	/* in a stream's own dictionary /F names a file, if it is any */
	warden_pdf_array_init(&names, pdf,
			      dict.values[WARDEN_PDF_KEY_Filter]);
	warden_pdf_array_init(&parameters, pdf,
			      first_of(&dict, WARDEN_PDF_KEY_DecodeParms,
				       WARDEN_PDF_KEY_DP));
	for (count = 0; warden_pdf_array_next(&names, &value); count++) {
		struct warden_pdf_parameters read;
		struct warden_pdf_value given = { 0 };
		enum warden_pdf_filter filter;

		(void)warden_pdf_array_next(&parameters, &given);
		read_parameters(pdf, given, &read);
		warden_pdf_name(pdf, value, stream_r->filter_name,
				sizeof(stream_r->filter_name));
		filter = warden_pdf_filter_lookup(stream_r->filter_name);
		if (filter >= WARDEN_PDF_FILTER_DCT || count == FILTERS_MAX) {
			stream_r->filter = filter;
			set_outcome(stream_r, WARDEN_PDF_UNSUPPORTED);
			return;
		}
		undo(pdf, filter, &read, max, stream_r);
		if (stream_r->outcome == WARDEN_PDF_CUT)
			return;
	}
}
