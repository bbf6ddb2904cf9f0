#ifndef WARDEN_PARSE_PDF_H
#define WARDEN_PARSE_PDF_H

/* A PDF file as a heap of objects (ISO 32000-1 7.3, 7.5).

   The cross-reference table is not what we read by: readers differ in what they
   do when it lies. Every "N G obj" that stands in the file is found, those in
   object streams too, and where the table points into the middle of something
   else, that place is taken as an object as well. Of several with one number
   the last counts for references; all of them are walked.

   Values are places in buffers (the file, or a decoded object stream), and
   nothing is built from them but one dictionary at a time: no nesting, no size
   and no loop of references costs more than the work that limits.h allows.
   Encrypted files have to be decrypted before. */

#include "pdf-filter.h"
#include "pdf-lex.h"

/* Keys of dictionaries that matter. */
#define WARDEN_PDF_KEYS(X) \
	X(A) X(AA) X(AF) X(AP) X(AcroForm) X(Annots) X(Assets) X(Base) \
	X(BitsPerComponent) X(BBox) X(Catalog) X(CF) X(ColorSpace) X(Colors) \
	X(Columns) X(Contents) X(Count) X(Cover) X(D) X(DOS) X(DP) X(DS) \
	X(Decode) X(DecodeParms) X(Desc) X(EF) X(EarlyChange) \
	X(EmbeddedFiles) X(Encrypt) X(F) X(FS) X(FT) X(Ff) X(Fields) \
	X(Filter) X(First) X(Font) X(Height) X(ID) X(ImageMask) X(Index) \
	X(JS) X(JavaScript) X(Kids) X(Length) X(Limits) X(Mac) X(MediaBox) \
	X(N) X(Names) X(Next) X(O) X(OpenAction) X(P) X(PO) X(PV) X(Pages) \
	X(Parent) X(Predictor) X(Prev) X(Rect) X(Resources) X(Root) X(S) \
	X(Size) X(Subtype) X(T) X(ToUnicode) X(Type) X(UF) X(URI) X(URL) \
	X(Unix) X(W) X(WC) X(WP) X(WS) X(Width) X(Win) X(XFA) \
	X(XObject) X(XRefStm)
#define WARDEN_PDF_KEY_ENUM(name) WARDEN_PDF_KEY_##name,
enum warden_pdf_key {
	WARDEN_PDF_KEYS(WARDEN_PDF_KEY_ENUM)
	WARDEN_PDF_KEYS_COUNT
};
#undef WARDEN_PDF_KEY_ENUM

/* Where a value stands. */
struct warden_pdf_value {
	guint32 buffer;		/* 0: none; else the buffer's number */
	gsize at;
};

/* The keys above of one dictionary; the last of several counts. */
struct warden_pdf_dict {
	struct warden_pdf_value values[WARDEN_PDF_KEYS_COUNT];
	struct warden_pdf_value self;
};

/* Of a trailer, which is no object. */
#define WARDEN_PDF_NO_NUMBER G_MAXUINT32

struct warden_pdf_object {
	guint32 number;
	guint32 buffer;
	gsize start;			/* of its value */
	gsize stream, stream_end;	/* both 0: none */
	gsize rank;	/* of several with one number the highest counts */
	bool hidden;	/* inside another's stream, where the table points */
};

struct warden_pdf;

/* Called before bytes are made. FALSE: no more of them. */
typedef bool warden_pdf_spend_t(void *context, gsize size);

/* may_be_encrypted: object streams of a file whose trailer says so are left
   alone. */
struct warden_pdf *warden_pdf_new(GBytes *bytes, bool may_be_encrypted,
				  warden_pdf_spend_t *spend, void *context);
void warden_pdf_free(struct warden_pdf *pdf);
typedef struct warden_pdf warden_pdf;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(warden_pdf, warden_pdf_free)

/* --- what is known of the whole --------------------------------------------- */

struct warden_pdf_state {
	bool encrypted;		/* by what a trailer says */
	bool no_xref;		/* no table where the end says that it is */
	bool out_of_work;	/* the limit on work was hit */
	bool too_many;		/* objects */
	bool too_deep;		/* values nested in values */
	bool cut;		/* an object stream was too large */
	bool damaged;		/* or broken */
	bool hidden;		/* the table points into a stream */
	/* An object stream, or such a table, packed in a way that is not
	   read. */
	bool unsupported;
	guint deepest;		/* nesting */
	char obfuscated[32];	/* the first name found to be, or "" */
};
const struct warden_pdf_state *warden_pdf_state(struct warden_pdf *pdf);

guint warden_pdf_objects(const struct warden_pdf *pdf);
const struct warden_pdf_object *
warden_pdf_object(const struct warden_pdf *pdf, guint index);

/* --- values ------------------------------------------------------------------ */

static inline bool warden_pdf_has(struct warden_pdf_value value)
{
	return value.buffer != 0;
}

/* Follow references to a value that is none; none if they lead nowhere.
   index_r (may be NULL): of the object that the last one named, or -1. */
struct warden_pdf_value warden_pdf_resolve(struct warden_pdf *pdf,
					   struct warden_pdf_value value,
					   gint *index_r);
/* What stands there, references followed. */
enum warden_pdf_kind warden_pdf_kind(struct warden_pdf *pdf,
				     struct warden_pdf_value value);
/* FALSE: it is no dictionary (and dict_r is empty). */
bool warden_pdf_dict(struct warden_pdf *pdf, struct warden_pdf_value value,
		     struct warden_pdf_dict *dict_r);
/* Any key's value in a dictionary, or none. */
struct warden_pdf_value warden_pdf_find(struct warden_pdf *pdf,
					struct warden_pdf_value dict,
					const char *key);
/* It is that name. */
bool warden_pdf_is(struct warden_pdf *pdf, struct warden_pdf_value value,
		   const char *name);
/* A name, cut to size - 1 bytes; "" if it is none. */
void warden_pdf_name(struct warden_pdf *pdf, struct warden_pdf_value value,
		     char *name_r, gsize size);
/* The bytes of a string; NULL if it is none. Owned by the caller. */
GByteArray *warden_pdf_string(struct warden_pdf *pdf,
			      struct warden_pdf_value value, gsize max);
/* A number; other if it is none. */
gint64 warden_pdf_number(struct warden_pdf *pdf,
			 struct warden_pdf_value value, gint64 other);
/* The same with its fraction; 0 if it is none. */
double warden_pdf_real(struct warden_pdf *pdf, struct warden_pdf_value value);
/* true, or a number that is not zero. */
bool warden_pdf_true(struct warden_pdf *pdf, struct warden_pdf_value value);

/* The elements of an array; a value that is none is its only element. */
struct warden_pdf_array {
	struct warden_pdf *pdf;
	struct warden_pdf_value next;
	bool single;
};
void warden_pdf_array_init(struct warden_pdf_array *array,
			   struct warden_pdf *pdf,
			   struct warden_pdf_value value);
bool warden_pdf_array_next(struct warden_pdf_array *array,
			   struct warden_pdf_value *value_r);

/* Call back for every dictionary in an object, inner ones first. stream: the
   object's index if its stream belongs to this dictionary, else -1. */
typedef void warden_pdf_walk_t(void *context,
			       const struct warden_pdf_dict *dict,
			       gint stream);
void warden_pdf_walk(struct warden_pdf *pdf, guint index,
		     warden_pdf_walk_t *callback, void *context);

/* --- streams ------------------------------------------------------------------ */

enum warden_pdf_outcome {
	WARDEN_PDF_WHOLE = 0,
	WARDEN_PDF_DAMAGED,	/* what came before the damage is there */
	WARDEN_PDF_CUT,		/* a limit */
	WARDEN_PDF_UNSUPPORTED,	/* bytes are as before the filter named */
};

struct warden_pdf_stream {
	GBytes *bytes;
	enum warden_pdf_outcome outcome;
	/* The filter that was not undone; valid if UNSUPPORTED. */
	enum warden_pdf_filter filter;
	char filter_name[32];
};

/* Decode the stream of an object (it must have one), up to max bytes. Free
   the bytes. */
void warden_pdf_stream_read(struct warden_pdf *pdf, guint index, gsize max,
			    struct warden_pdf_stream *stream_r);

#endif
