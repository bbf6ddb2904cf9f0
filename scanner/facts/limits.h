#ifndef WARDEN_LIMITS_H
#define WARDEN_LIMITS_H

/* Every bound on hostile input, in one place, each with its reason.
   MIME limits follow measurements of GMime: address fields recurse per
   character, a header name above its read buffer ends the parse, and headers
   or parts by the million cost seconds and gigabytes. */

/* --- message ---------------------------------------------------------- */
/* What a reader accepts at all: above what any public MTA takes. The rest of
   a larger message is "unscanned", reason "size". */
#define WARDEN_MESSAGE_MAX (256u * 1024 * 1024)

/* --- MIME structure (enforced by the pre-pass, before GMime) ----------- */
#define WARDEN_HEADER_FIELD_MAX (32u * 1024)	/* unfolded; address recursion */
#define WARDEN_HEADER_NAME_MAX 1000u		/* GMime's buffer is 4 KiB */
#define WARDEN_HEADER_BLOCK_MAX (256u * 1024)
#define WARDEN_HEADER_FIELDS_MAX 1000u		/* per block */
#define WARDEN_HEADER_TOTAL_MAX (4u * 1024 * 1024)
#define WARDEN_MIME_DEPTH_MAX 64u		/* GMime hides the rest at 1,024 */
#define WARDEN_PARTS_MAX 2000u			/* 1M parts: 15 s and 1.3 GB */
#define WARDEN_BOUNDARY_FLAG 70u		/* RFC 2046 5.1.1 */
#define WARDEN_BOUNDARY_MAX 200u
#define WARDEN_LINE_FLAG 4000u			/* GMime splits longer lines */

/* --- decoded content -------------------------------------------------- */
/* All views and members together: factor × message size + a fixed part. */
#define WARDEN_DECODED_FACTOR 4u
#define WARDEN_DECODED_FIXED (64u * 1024 * 1024)
/* A .tar.gz is two. People pack what was packed; nobody ten times. */
#define WARDEN_ARCHIVE_DEPTH_MAX 16u
#define WARDEN_ARCHIVE_MEMBERS_MAX 2000u	/* per message */
#define WARDEN_ARCHIVE_MEMBER_MAX (64u * 1024 * 1024)
/* An archive that expands to so many times its size, beyond so many bytes: only
   zeros and the like do. Copies of one archive are opened once, so that the
   budget alone does not see them. */
#define WARDEN_ARCHIVE_RATIO_MAX 500u
#define WARDEN_ARCHIVE_RATIO_FROM (8u * 1024 * 1024)
/* Never more than this, however large the message: about a second's hashing. */
#define WARDEN_DECODED_MAX (1024u * 1024 * 1024)
/* Containers that wait to be opened, in memory at the same time. */
#define WARDEN_HELD_MAX (256u * 1024 * 1024)
/* Text looked at for links, per part: no client shows more at once. */
#define WARDEN_HTML_MAX (2u * 1024 * 1024)
#define WARDEN_TEXT_MAX (4u * 1024 * 1024)
/* Words of a message that are tried on what is encrypted in it, and bytes that
   the trials of one archive may read: each costs a key derivation. */
#define WARDEN_PASSWORDS_MAX 72u
#define WARDEN_PASSWORD_TRIAL_BYTES (16u * 1024 * 1024)
/* Text of scripts whose tricks are undone, in one message: about two seconds'
   work. What is beyond is looked at as it is written. */
#define WARDEN_UNOBFUSCATE_MAX (24u * 1024 * 1024)
/* The carver, on flagged mail only: bytes that it may decode, as a factor of
   the message's size plus a fixed part; starts it tries; mail inside mail that
   only it found. */
#define WARDEN_CARVE_FACTOR 8u
#define WARDEN_CARVE_FIXED (1024u * 1024)
#define WARDEN_CARVE_STARTS_MAX 4000u
#define WARDEN_CARVE_DEPTH_MAX 3u
/* Files of at least this size are remembered by a reader: smaller ones cost
   less to take apart than to look up. So many, and so much for each. */
#define WARDEN_CACHE_PART_MIN (64u * 1024)
#define WARDEN_CACHE_ENTRIES_MAX 32u
#define WARDEN_CACHE_ENTRY_MAX (512u * 1024)

/* --- pictures ----------------------------------------------------------- */
/* The smallest QR code has 21 modules on a side, at least one pixel each. */
#define WARDEN_PICTURE_SIDE_MIN 21u
/* WebP and most mail programs end here; a strip of this length is no code. */
#define WARDEN_PICTURE_SIDE_MAX 16384u
/* What telephones take, read line by line; twenty bytes a pixel would be the
   whole memory of a reader, so that formats that are decoded at once (WebP,
   GIF, interlaced PNG, progressive JPEG) may have less. */
#define WARDEN_PICTURE_PIXELS_MAX (56u * 1000 * 1000)
#define WARDEN_PICTURE_WHOLE_MAX (17u * 1000 * 1000)
/* A larger one is reduced: a screen of 3840 × 2160 still is not. */
#define WARDEN_PICTURE_KEPT_MAX (8400u * 1000)
/* Of a GIF: each is a picture of its own. */
#define WARDEN_PICTURE_FRAMES_MAX 8u
/* One of more is not looked at at all, and that is said. */
#define WARDEN_PICTURE_FRAMES_SANE 3000u
/* All pictures of a message: twenty photographs; some two seconds. Icons and
   logos of a newsletter do not come near. */
#define WARDEN_PICTURES_PIXELS_MAX (200u * 1000 * 1000)
#define WARDEN_PICTURES_MAX 500u
/* Pixels that are read for codes, in all pictures of a message and at all
   scales: only of pictures where the quick look finds a code's corners. Two
   seconds; pictures full of corners count this more, as they take longer. */
#define WARDEN_PICTURES_EFFORT_MAX (80u * 1000 * 1000)
#define WARDEN_PICTURE_CROWD_EFFORT (8u * 1000 * 1000)
/* Codes read out of one picture; a sheet of labels has more. */
#define WARDEN_PICTURE_CODES_MAX 20u
/* A QR code holds at most 2,953 bytes. */
#define WARDEN_PICTURE_CODE_SIZE_MAX 3000u

/* --- PDF ---------------------------------------------------------------- */
/* A book of two thousand pages has some 100,000 objects. */
#define WARDEN_PDF_OBJECTS_MAX 250000u
/* Values in values; no program goes beyond twenty. */
#define WARDEN_PDF_DEPTH_MAX 64u
/* Bytes looked at, for each byte of the file and its object streams: every
   one is read some three times, more only if it was made for that. */
#define WARDEN_PDF_WORK_FACTOR 16u
#define WARDEN_PDF_WORK_FIXED (16u * 1024 * 1024)
/* Scripts that get a part of their own; forms have one for each field. */
#define WARDEN_PDF_SCRIPTS_MAX 50u
#define WARDEN_PDF_SCRIPT_SIZE_MAX (4u * 1024 * 1024)
/* Object streams in an encrypted file, packed: qpdf unpacks them without limit,
   a thousand bytes from each at worst. */
#define WARDEN_PDF_ENCRYPTED_PACKED_MAX (1024u * 1024)
/* Pictures looked at for codes, of each shape: whoever wants one scanned shows it soon. */
#define WARDEN_PDF_IMAGES_MAX 20u
#define WARDEN_PDF_IMAGE_PIXELS_MAX (16u * 1024 * 1024)
#define WARDEN_PDF_IMAGES_BYTES_MAX (96u * 1024 * 1024)
/* Pages looked at for links that are text and codes that are drawn; streams
   that make them up, their size, text and fonts. */
#define WARDEN_PDF_PAGES_MAX 10u
#define WARDEN_PDF_CONTENTS_MAX 100u
#define WARDEN_PDF_CONTENT_SIZE_MAX (4u * 1024 * 1024)
#define WARDEN_PDF_CONTENT_RATIO_MAX 100u
#define WARDEN_PDF_CONTENTS_BYTES_MAX (32u * 1024 * 1024)
#define WARDEN_PDF_TEXT_MAX (256u * 1024)
#define WARDEN_PDF_FONTS_MAX 100u

/* Text that is searched for numbers and keys, in one message: a second's work
   if it is all digits. */
#define WARDEN_SENSITIVE_MAX (6u * 1024 * 1024)

/* --- XML ---------------------------------------------------------------- */
/* What entities may expand to: drawing programs declare some dozen, a line
   each, and use them a few times. */
#define WARDEN_ENTITIES_MAX (16u * 1024 * 1024)

/* --- facts ------------------------------------------------------------ */
#define WARDEN_FACT_NAME_MAX 512u		/* bytes of UTF-8 */
#define WARDEN_FACT_TEXT_MAX 1024u		/* header values, link texts */
#define WARDEN_FACT_URL_MAX 4096u
#define WARDEN_FACT_NAMES_MAX 8u		/* candidate names per part */
#define WARDEN_FACT_URLS_MAX 2000u
#define WARDEN_FACT_TRAITS_MAX 1000u
#define WARDEN_FACT_UNSCANNED_MAX 500u
#define WARDEN_FACT_MATCHES_MAX 200u
#define WARDEN_FACT_SIGNATURES_MAX 20u
/* Signed parts of one message that are verified; who signed one of them; the
   certificates that come with it, which are all looked through for each; a
   detached signature with those. Honest mail has one, one, four and 10 kB. */
#define WARDEN_SIGNATURES_MAX 4u
#define WARDEN_SIGNATURE_SIGNERS_MAX 4u
#define WARDEN_SIGNATURE_CERTIFICATES_MAX 20u
#define WARDEN_SIGNATURE_SIZE_MAX (256u * 1024)
/* What is signed: some 0.1 s for each signer. */
#define WARDEN_SIGNED_MAX (64u * 1024 * 1024)
#define WARDEN_FACT_SENSITIVE_MAX 200u
#define WARDEN_FACT_REFERENCES_MAX 20u
/* Some thirty pages: what a person reads of a mail. */
#define WARDEN_FACT_VISIBLE_MAX (64u * 1024)
#define WARDEN_FACT_HIDDEN_MAX (16u * 1024)
#define WARDEN_FACT_SCORE_MAX 100.0
#define WARDEN_FACT_PATH_MAX 1024u
/* Text of all parts, links and traits together: keeps the whole below… */
#define WARDEN_FACTS_TEXT_MAX (10u * 1024 * 1024)
/* …this, serialised: what a reader may send back. */
#define WARDEN_FACTS_SIZE_MAX (16u * 1024 * 1024)

/* --- findings --------------------------------------------------------- */
#define WARDEN_FINDINGS_MAX 500u
#define WARDEN_FINDINGS_PER_SYMBOL_MAX 5u	/* the strongest ones are kept */
#define WARDEN_FINDING_DETAIL_MAX 300u

/* Files above this have no fuzzy digest: it costs ten times a SHA-256. */
#define WARDEN_FUZZY_MAX (4u * 1024 * 1024)

/* --- rules of other people -------------------------------------------- */
/* The largest public collections are one file of some 15 MB, or some hundred
   files. */
#define WARDEN_RULES_FILE_MAX (32u * 1024 * 1024)
#define WARDEN_RULES_FILES_MAX 2000u

/* --- time ------------------------------------------------------------- */
#define WARDEN_READER_MSECS 20000u		/* wall clock, one attempt */
#define WARDEN_CLIENT_MSECS 30000u		/* a client that sends or reads slowly */
#define WARDEN_CLIENT_FIRST_MSECS 2000u	/* one that says nothing at all */

/* --- service ---------------------------------------------------------- */
/* Clients that one wardend process holds while their requests arrive. Silent
   ones cost a descriptor each, so that 64 of them do not shut out the next. */
#define WARDEN_CLIENTS_MAX 64u
/* Bodies that arrive at the same time, together (they are memory): one of the
   largest kind, and ordinary ones beside it. */
#define WARDEN_SPOOL_TOTAL_MAX (384u * 1024 * 1024)
#define WARDEN_LOG_LINE_MAX 1000u

#endif
