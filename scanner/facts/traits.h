#ifndef WARDEN_TRAITS_H
#define WARDEN_TRAITS_H

/* Every trait that parse/ may report, with what it means. A trait is a thing
   seen, not a judgement: many stand in honest mail. Those of the first group
   can make clients read a message differently; they cost nothing but a second
   look (further views and the carver), see README.md in scanner/parse/.

   X(name, code): name becomes WARDEN_TRAIT_name, an index for parse/; code is
   the word in struct warden_trait. */

#define WARDEN_TRAITS_AMBIGUOUS(X) \
	/* two Content-Type fields, or one with two types */ \
	X(DUPLICATE_TYPE, "mime-duplicate-content-type") \
	X(DUPLICATE_ENCODING, "mime-duplicate-cte") \
	X(DUPLICATE_DISPOSITION, "mime-duplicate-disposition") \
	/* boundary= twice, or boundary= and boundary*= */ \
	X(DUPLICATE_BOUNDARY, "mime-duplicate-boundary") \
	/* Content-Transfer-Encoding is not exactly one of the five words */ \
	X(ODD_ENCODING, "mime-odd-cte") \
	/* base64 or quoted-printable on a multipart (RFC 2045 6.4) */ \
	X(ENCODED_MULTIPART, "mime-encoded-multipart") \
	/* the same on message/rfc822 */ \
	X(ENCODED_MESSAGE, "mime-encoded-message") \
	/* a Content-Type that is no type/subtype with parameters */ \
	X(ODD_TYPE, "mime-odd-content-type") \
	/* comments, quotes, separators or 8 bit where none belong */ \
	X(ODD_BOUNDARY, "mime-odd-boundary") \
	X(LONG_BOUNDARY, "mime-long-boundary") \
	X(MISSING_BOUNDARY, "mime-missing-boundary") \
	/* declared, but no line bears it */ \
	X(UNUSED_BOUNDARY, "mime-unused-boundary") \
	/* an inner boundary is equal to, or begins with, an outer one */ \
	X(REUSED_BOUNDARY, "mime-reused-boundary") \
	/* a delimiter with something behind or before it */ \
	X(DELIMITER_JUNK, "mime-delimiter-junk") \
	/* a delimiter where a header field was expected */ \
	X(DELIMITER_IN_HEADER, "mime-delimiter-in-header") \
	/* Content- fields in a preamble, an epilogue or at a body's start */ \
	X(FIELDS_IN_BODY, "mime-fields-in-body") \
	/* a header line that is neither field nor continuation */ \
	X(HEADER_JUNK, "mime-header-junk") \
	/* space or control characters in or around a Content- field's name,
	   or the name of one inside another field */ \
	X(ODD_FIELD_NAME, "mime-odd-field-name") \
	/* a header line of nothing but white space */ \
	X(BLANK_IN_HEADER, "mime-blank-in-header") \
	X(BARE_CR_IN_HEADER, "mime-bare-cr-in-header") \
	X(NUL_IN_HEADER, "mime-nul-in-header") \
	/* lines end in CR alone */ \
	X(BARE_CR, "mime-bare-cr") \
	/* base64: other characters, text after padding, padding amid, lines
	   of odd length, a length that is no multiple of four */ \
	X(BASE64_JUNK, "mime-base64-junk") \
	X(BASE64_AFTER_PADDING, "mime-base64-after-padding") \
	X(BASE64_LINES, "mime-base64-lines") \
	X(BASE64_LENGTH, "mime-base64-length") \
	/* '=' followed by neither two hexadecimal digits nor a line end */ \
	X(QP_ESCAPE, "mime-qp-escape") \
	/* GMime's reading has parts that ours lacks, or the reverse */ \
	X(VIEWS_DIFFER, "mime-views-differ")

#define WARDEN_TRAITS_OTHER(X) \
	X(UNTERMINATED, "mime-unterminated-boundary") \
	X(LONG_LINE, "mime-long-line") \
	X(NUL_IN_BODY, "mime-nul-in-body") \
	X(UUENCODE, "mime-uuencode") \
	X(YENC, "mime-yenc") \
	X(BINHEX, "mime-binhex") \
	X(PARTIAL, "mime-partial")	/* one piece of a message */ \
	X(EXTERNAL_BODY, "mime-external-body") \
	/* active content that only a lenient or structure-blind reading has */ \
	X(HIDDEN_CONTENT, "mime-hidden-content") \
	X(UNKNOWN_CHARSET, "mime-unknown-charset") \
	/* limits, each with an unscanned entry */ \
	X(LIMIT_FIELD, "limit-header-field") \
	X(LIMIT_FIELD_NAME, "limit-header-field-name") \
	X(LIMIT_HEADER, "limit-header-size") \
	X(LIMIT_FIELDS, "limit-header-fields") \
	X(LIMIT_BOUNDARY, "limit-boundary") \
	X(LIMIT_DEPTH, "limit-depth") \
	X(LIMIT_PARTS, "limit-parts") \
	X(LIMIT_DECODED, "limit-decoded-bytes") \
	X(LIMIT_CARVER, "limit-carver") \
	X(LIMIT_MEMBERS, "limit-archive-members") \
	X(LIMIT_MEMBER, "limit-archive-member-size") \
	X(LIMIT_RATIO, "limit-archive-ratio") \
	X(LIMIT_FACTS, "limit-facts") \
	X(LIMIT_TEXT, "limit-text-size") \
	/* names: several that differ; RFC 2231 pieces missing, repeated or
	   out of order; an encoded word where RFC 2047 forbids it */ \
	X(NAMES_DIFFER, "name-several") \
	X(NAME_PIECES, "name-odd-pieces") \
	X(NAME_ENCODED_WORD, "name-encoded-word") \
	X(NAME_NUL, "name-nul") \
	X(ARCHIVE_DAMAGED, "archive-damaged") \
	/* bytes before the archive, or behind it */ \
	X(ARCHIVE_PREFIX, "archive-prefix") \
	X(ARCHIVE_ENCRYPTED, "archive-encrypted") \
	/* it was, and a word of the message opened it */ \
	X(ARCHIVE_OPENED, "archive-opened") \
	/* a zip's directory does not list all that is in it */ \
	X(ARCHIVE_UNLISTED, "archive-unlisted-member") \
	/* the file names in a zip's directory and before its members differ */ \
	X(ARCHIVE_NAMES_DIFFER, "archive-names-differ") \
	/* octal, hexadecimal, one number, missing pieces: detail is the host */ \
	X(URL_ODD_ADDRESS, "url-odd-address") \
	/* white space or control characters inside a URL */ \
	X(URL_ODD_CHARACTERS, "url-odd-characters") \
	X(URL_BAD_HOST, "url-bad-host") \
	X(HTML_BASE, "html-base") \
	X(HTML_FORM, "html-form")	/* detail: its action */ \
	X(HTML_PASSWORD, "html-password-field") \
	/* the plain text says what the page does not, and the other way round */ \
	X(ALTERNATIVES_DIFFER, "text-alternatives-differ") \
	X(HTML_REFRESH, "html-refresh") \
	X(HTML_DATA_URI, "html-data-uri")	/* other than images */ \
	X(DATE_UNUSABLE, "header-date-unusable") \
	X(SEVERAL_FROM_FIELDS, "header-several-from") \
	X(SEVERAL_SUBJECT_FIELDS, "header-several-subject")

/* Documents of Office programs: macros, what they do, what is fetched from
   elsewhere, what is embedded. */
#define WARDEN_TRAITS_OFFICE(X) \
	/* a project with code in it (VBA); what follows is of the same part \
	   and lists the words by which it was seen */ \
	X(OFFICE_MACRO, "office-macro") \
	/* procedures that run when it is opened, closed or shown */ \
	X(OFFICE_MACRO_AUTORUN, "office-macro-autorun") \
	/* starts programs */ \
	X(OFFICE_MACRO_EXECUTES, "office-macro-executes") \
	/* names interpreters and tools that run any code */ \
	X(OFFICE_MACRO_COMMANDS, "office-macro-commands") \
	X(OFFICE_MACRO_DOWNLOADS, "office-macro-downloads") \
	X(OFFICE_MACRO_WRITES, "office-macro-writes") \
	/* puts machine code into memory and starts it */ \
	X(OFFICE_MACRO_INJECTS, "office-macro-injects") \
	/* reads properties and captions, where text can hide */ \
	X(OFFICE_MACRO_FETCHES, "office-macro-fetches") \
	/* changes macros of other documents, or their security */ \
	X(OFFICE_MACRO_SPREADS, "office-macro-spreads") \
	/* such words that are put together of pieces */ \
	X(OFFICE_MACRO_HIDES, "office-macro-hides") \
	/* long texts that nobody can read */ \
	X(OFFICE_MACRO_ENCODED, "office-macro-encoded") \
	/* compiled code has texts that its source has not */ \
	X(OFFICE_STOMPED, "office-stomped") \
	/* sheets of Excel 4's macros; those that are not shown; names by which \
	   they run unasked; commands that run or write files; commands that \
	   write commands */ \
	X(OFFICE_XLM, "office-xlm") \
	X(OFFICE_XLM_HIDDEN, "office-xlm-hidden") \
	X(OFFICE_XLM_AUTORUN, "office-xlm-autorun") \
	X(OFFICE_XLM_EXECUTES, "office-xlm-executes") \
	X(OFFICE_XLM_BUILDS, "office-xlm-builds") \
	/* encrypted, and opened by a password that programs try unasked; by \
	   one that stands in the same message */ \
	X(OFFICE_DEFAULT_PASSWORD, "office-default-password") \
	X(OFFICE_PASSWORD, "office-password")

/* What documents fetch, start or embed, whatever their format: zip packages,
   text, compound files. Detail: the target, command or class. */
#define WARDEN_TRAITS_DOCUMENT(X) \
	/* a template on the Internet */ \
	X(OFFICE_REMOTE_TEMPLATE, "office-remote-template") \
	/* an object, frame or piece of text that comes from there */ \
	X(OFFICE_REMOTE_OBJECT, "office-remote-object") \
	/* anything from a file share there: the computer logs in */ \
	X(OFFICE_REMOTE_SHARE, "office-remote-share") \
	X(OFFICE_REMOTE_PICTURE, "office-remote-picture") \
	X(OFFICE_REMOTE_DATA, "office-remote-data") \
	/* a target whose scheme starts a program (ms-msdt:, mhtml: …) */ \
	X(OFFICE_HANDLER_TARGET, "office-handler-target") \
	/* values from another program (DDE) … */ \
	X(OFFICE_DDE, "office-dde") \
	/* … that runs commands */ \
	X(OFFICE_DDE_COMMAND, "office-dde-command") \
	X(OFFICE_ACTIVEX, "office-activex") \
	/* a formula of the old Equation Editor … */ \
	X(OFFICE_EQUATION, "office-equation") \
	/* … with a record that its buffers cannot hold */ \
	X(OFFICE_EQUATION_OVERFLOW, "office-equation-overflow") \
	/* an object of a class known from attacks */ \
	X(OFFICE_RISKY_CLASS, "office-risky-class") \
	/* an object that is loaded when the document is opened */ \
	X(OFFICE_OBJECT_UPDATES, "office-object-updates") \
	/* a click starts a program that the document names */ \
	X(OFFICE_RUNS_PROGRAM, "office-runs-program") \
	/* a document type with entities, which no office program writes */ \
	X(OFFICE_XML_ENTITIES, "office-xml-entities") \
	/* OpenDocument: code that an event runs, unasked … */ \
	X(ODF_EVENT, "odf-event") \
	/* … or when something is clicked */ \
	X(ODF_SCRIPT, "odf-script") \
	/* groups, words or escapes between an object's digits */ \
	X(RTF_OBFUSCATED, "rtf-obfuscated-object")

/* PDF. "When opened": by a catalog's or page's own actions, without a click. */
#define WARDEN_TRAITS_PDF(X) \
	/* any script; detail: how many */ \
	X(PDF_JAVASCRIPT, "pdf-javascript") \
	/* one that runs when the file or a page is opened */ \
	X(PDF_JAVASCRIPT_AUTORUN, "pdf-javascript-autorun") \
	/* a script that opens a file out of the PDF; detail: which */ \
	X(PDF_JAVASCRIPT_EXPORT, "pdf-javascript-export") \
	/* calls of functions that only attacks use, machine code as text */ \
	X(PDF_JAVASCRIPT_EXPLOIT, "pdf-javascript-exploit") \
	/* text made to code at run time */ \
	X(PDF_JAVASCRIPT_HIDDEN, "pdf-javascript-hidden") \
	/* starts a program or script; detail: its command line */ \
	X(PDF_LAUNCH_PROGRAM, "pdf-launch-program") \
	/* opens another file */ \
	X(PDF_LAUNCH_FILE, "pdf-launch-file") \
	/* either when opened */ \
	X(PDF_OPEN_LAUNCH, "pdf-open-launch") \
	X(PDF_OPEN_LINK, "pdf-open-link")	/* detail: the URL */ \
	X(PDF_OPEN_SUBMIT, "pdf-open-submit") \
	X(PDF_SUBMIT_FORM, "pdf-submit-form")	/* detail: the URL */ \
	X(PDF_IMPORT_DATA, "pdf-import-data") \
	/* refers to a file on a server that Windows logs in to */ \
	X(PDF_REMOTE_FILE, "pdf-remote-file") \
	X(PDF_OPEN_REMOTE, "pdf-open-remote")	/* when opened */ \
	X(PDF_EMBEDDED_FILE, "pdf-embedded-file")	/* detail: a name */ \
	X(PDF_RICH_MEDIA, "pdf-rich-media")	/* Flash, 3D, films */ \
	X(PDF_XFA, "pdf-xfa")		/* a form of the older kind */ \
	X(PDF_PASSWORD_FIELD, "pdf-password-field") \
	X(PDF_ENCRYPTED, "pdf-encrypted")	/* opens without password */ \
	/* a word of the message was its password */ \
	X(PDF_OPENED, "pdf-opened") \
	/* letters of names written as numbers; detail: the name */ \
	X(PDF_OBFUSCATED_NAME, "pdf-obfuscated-name") \
	/* its table is missing or wrong */ \
	X(PDF_DAMAGED, "pdf-damaged") \
	/* its table points into the middle of another object's stream */ \
	X(PDF_HIDDEN_OBJECT, "pdf-hidden-object") \
	/* an update has brought what happens when it is opened */ \
	X(PDF_UPDATED_ACTION, "pdf-updated-action")

/* Web content: HTML, SVG, calendars, contact cards, saved pages. */
#define WARDEN_TRAITS_WEB(X) \
	/* what runs: an element, an event's handler ("onload of svg"), an \
	   address, a style that some client runs, a script from elsewhere */ \
	X(WEB_SCRIPT, "web-script") \
	X(WEB_SCRIPT_HANDLER, "web-script-handler") \
	X(WEB_SCRIPT_URL, "web-script-url") \
	X(WEB_SCRIPT_STYLE, "web-script-style") \
	X(WEB_SCRIPT_SOURCE, "web-script-source")	/* detail: address */ \
	/* scripts in a header field or a file's name */ \
	X(WEB_SCRIPT_NAME, "web-script-name") \
	X(WEB_PLUGIN, "web-plugin")	/* object, embed, applet */ \
	/* what scripts do, by the names that they use */ \
	X(WEB_DECODES, "web-decodes")	/* atob, unescape, fromCharCode */ \
	X(WEB_DECIPHERS, "web-deciphers")	/* XOR, AES */ \
	X(WEB_SAVES, "web-saves")	/* offers a file to be saved */ \
	X(WEB_OBJECT_URL, "web-object-url")	/* address for made data */ \
	X(WEB_CLICKS, "web-clicks")	/* in the user's stead */ \
	X(WEB_WRITES, "web-writes")	/* text into the page */ \
	X(WEB_WRITES_DECODED, "web-writes-decoded") \
	X(WEB_RUNS, "web-runs")		/* text as a script */ \
	X(WEB_RUNS_DECODED, "web-runs-decoded") \
	X(WEB_REDIRECT, "web-redirect")	/* detail: where to, if constant */ \
	X(WEB_SENDS, "web-sends")	/* detail: where to, if constant */ \
	X(WEB_WORKER, "web-worker") \
	X(WEB_ASSEMBLY, "web-assembly") \
	X(WEB_SYSTEM, "web-system")	/* ActiveXObject, WScript */ \
	X(WEB_HIDES, "web-hides")	/* blocks menus or debuggers */ \
	X(WEB_OBFUSCATED, "web-obfuscated") \
	/* a file in a script, attribute or comment; detail: type, encoding */ \
	X(WEB_ENCODED_FILE, "web-encoded-file") \
	X(WEB_DOWNLOAD, "web-download")	/* name a link is saved under */ \
	X(WEB_REFRESHES, "web-refreshes")	/* <meta>; detail: where to */ \
	X(WEB_INPUT, "web-input")	/* a field to be filled in */ \
	X(WEB_SHORT, "web-short")	/* hardly any text */ \
	X(WEB_WORDLESS, "web-wordless")	/* hardly any, but much script */ \
	/* an alarm that starts a program */ \
	X(CALENDAR_PROCEDURE, "calendar-procedure")

/* Scripts, shortcuts, notebooks: what they would run. */
#define WARDEN_TRAITS_PROGRAM(X) \
	/* shortcuts: what is started, with its arguments */ \
	X(SHORTCUT_TARGET, "shortcut-target") \
	/* that is a program which runs what its arguments say */ \
	X(SHORTCUT_INTERPRETER, "shortcut-interpreter") \
	/* white space that pushes arguments out of the dialog */ \
	X(SHORTCUT_PADDED, "shortcut-padded-arguments") \
	/* the picture of a document or of a program that shows them */ \
	X(SHORTCUT_ICON, "shortcut-disguised-icon") \
	/* what it opens lies on another machine; and is a program */ \
	X(SHORTCUT_REMOTE, "shortcut-remote-target") \
	X(SHORTCUT_REMOTE_PROGRAM, "shortcut-remote-program") \
	/* only its picture or folder lies there: opening the folder that
	   holds the shortcut gives the other side the user's log-in */ \
	X(SHORTCUT_REMOTE_ICON, "shortcut-remote-icon") \
	X(SHORTCUT_OVERLAY, "shortcut-appended-data") \
	/* .SettingContent-ms and its like that start a program */ \
	X(SETTINGS_COMMAND, "settings-command") \
	/* a library or saved search that shows another machine's files */ \
	X(SEARCH_REMOTE, "search-remote") \
	/* .rdp: the machine; local drives, devices; a program there */ \
	X(RDP_HOST, "rdp-host") \
	X(RDP_GIVES_DRIVES, "rdp-gives-drives") \
	X(RDP_PROGRAM, "rdp-program") \
	/* an installer's description: where the program is fetched from */ \
	X(INSTALLER_REMOTE, "installer-remote") \
	/* a sheet of text that runs a command or fetches a page */ \
	X(SHEET_COMMAND, "sheet-command") \
	X(SHEET_MACRO, "sheet-macro") \
	X(SHEET_FETCH, "sheet-fetch") \
	/* a file in a notebook; one that runs when opened */ \
	X(NOTEBOOK_FILE, "notebook-file") \
	X(NOTEBOOK_PROGRAM, "notebook-program") \
	/* a management console or help file with script in it */ \
	X(CONSOLE_SCRIPT, "console-script") \
	/* what a script or a command does */ \
	X(SCRIPT_DOWNLOADS, "script-downloads") \
	X(SCRIPT_RUNS, "script-runs") \
	/* both in one step: an address is run */ \
	X(SCRIPT_RUNS_REMOTE, "script-runs-remote") \
	X(SCRIPT_WRITES, "script-writes-program") \
	X(SCRIPT_HIDES, "script-hides-window") \
	X(SCRIPT_BYPASSES, "script-bypasses-policy") \
	X(SCRIPT_DISABLES, "script-disables-protection") \
	X(SCRIPT_PERSISTS, "script-persists") \
	X(SCRIPT_INJECTS, "script-injects-code") \
	/* its text, or much of it, is encoded */ \
	X(SCRIPT_ENCODED, "script-encoded") \
	X(SCRIPT_OBFUSCATED, "script-obfuscated") \
	/* a program among its encoded strings */ \
	X(SCRIPT_CARRIES_PROGRAM, "script-carries-program") \
	/* so much script in one message that the rest was looked at as it is
	   written */ \
	X(LIMIT_SCRIPT, "limit-script-size")

/* Pictures, and files that are two types at once. */
#define WARDEN_TRAITS_IMAGE(X) \
	/* a QR code; detail: what it says, its beginning */ \
	X(IMAGE_CODE, "image-qr-code") \
	/* a QR code that is drawn with characters or table cells */ \
	X(IMAGE_CODE_DRAWN, "image-qr-code-drawn") \
	/* a file that is two types at once; detail: "picture and archive" */ \
	X(POLYGLOT, "file-polyglot") \
	X(LIMIT_PICTURES, "limit-pictures")

/* Rules and signatures of other people. */
#define WARDEN_TRAITS_RULES(X) \
	/* the rules were not through with it in their time, or it was too \
	   large for them; with an unscanned entry */ \
	X(RULES_UNFINISHED, "rules-unfinished") \
	/* clamd did not look at the message: detail says why */ \
	X(CLAMD_UNAVAILABLE, "clamd-unavailable") \
	/* the same where the site insists on it */ \
	X(CLAMD_REQUIRED, "clamd-required")

/* Signatures (S/MIME, OpenPGP). */
#define WARDEN_TRAITS_SIGNATURE(X) \
	/* what a signature covers is not all that is shown; detail: where the
	   rest stands */ \
	X(SIGNATURE_PARTIAL, "signature-partial")

#define WARDEN_TRAITS(X) \
	WARDEN_TRAITS_AMBIGUOUS(X) \
	WARDEN_TRAITS_OTHER(X) \
	WARDEN_TRAITS_OFFICE(X) \
	WARDEN_TRAITS_DOCUMENT(X) \
	WARDEN_TRAITS_PDF(X) \
	WARDEN_TRAITS_WEB(X) \
	WARDEN_TRAITS_PROGRAM(X) \
	WARDEN_TRAITS_IMAGE(X) \
	WARDEN_TRAITS_RULES(X) \
	WARDEN_TRAITS_SIGNATURE(X)

#define WARDEN_TRAIT_ENUM(name, code) WARDEN_TRAIT_##name,
#define WARDEN_TRAIT_ONE(name, code) + 1
enum warden_trait_index {
	WARDEN_TRAITS(WARDEN_TRAIT_ENUM)
	WARDEN_TRAITS_COUNT,
	WARDEN_TRAITS_AMBIGUOUS_COUNT = 0
		WARDEN_TRAITS_AMBIGUOUS(WARDEN_TRAIT_ONE)
};
#undef WARDEN_TRAIT_ONE
#undef WARDEN_TRAIT_ENUM

#endif
