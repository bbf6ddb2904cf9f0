#include "warden-config.h"

#include "behaviour.h"

#include <string.h>

/* --- words ------------------------------------------------------------------- */

/* Things that words are a sign of. */
enum sign {
	SIGN_FETCH,		/* gets something from the network */
	SIGN_HTTP_OBJECT,	/* can, once told to */
	SIGN_HTTP_SERVER,	/* an object that browsers do not have */
	SIGN_HTTP_SEND,
	SIGN_HOST,		/* of Windows' script host, not a page */
	SIGN_COMMAND,		/* a command line as text */
	SIGN_WEBDAV,
	SIGN_ADDRESS,		/* http://, \\host */
	SIGN_CURL,
	SIGN_CERTUTIL,
	SIGN_URLCACHE,
	SIGN_BITSADMIN,
	SIGN_TRANSFER,
	SIGN_RUN,		/* starts a program or text */
	SIGN_SHELL_OBJECT,	/* can, once told to */
	SIGN_SHELL_RUN,
	SIGN_START,
	SIGN_PIPE_SHELL,
	SIGN_RUN_ADDRESS,	/* runs what is at an address */
	SIGN_MSHTA,
	SIGN_REGSVR,
	SIGN_SCROBJ,
	SIGN_MSIEXEC,
	SIGN_RUNDLL,
	SIGN_URL_HANDLER,
	SIGN_STREAM_OBJECT,
	SIGN_SAVE,
	SIGN_HIDE,
	SIGN_BYPASS,
	SIGN_DISABLE,
	SIGN_PERSIST,
	SIGN_REG_RUN,
	SIGN_REG_WRITE,
	SIGN_MEMORY,
	SIGN_THREAD,
	SIGN_REFLECT,
	SIGN_ENCODED,
	SIGN_EVALUATE,
	SIGN_DECODE,
	SIGN_PROGRAM_NAME,	/* a name that ends as programs do */
	SIGN_PYTHON_FETCH,
	SIGN_PYTHON_RUN,
	SIGN_CHMOD,
	SIGNS_COUNT,
};
G_STATIC_ASSERT(SIGNS_COUNT <= 64);
#define BIT(sign) (G_GUINT64_CONSTANT(1) << SIGN_##sign)

#define BATCH WARDEN_LANGUAGE_BATCH
#define POWER WARDEN_LANGUAGE_POWERSHELL
#define WSH (WARDEN_LANGUAGE_JSCRIPT | WARDEN_LANGUAGE_VBSCRIPT)
#define SHELL WARDEN_LANGUAGE_SHELL
#define OTHER WARDEN_LANGUAGE_OTHER
#define PAGE WARDEN_LANGUAGE_PAGE
#define WINDOWS WARDEN_LANGUAGE_WINDOWS
#define ALL WARDEN_LANGUAGE_ALL
#define NO_WSH (BATCH | POWER | SHELL)

struct word {
	const char *text;	/* lower case, at least four bytes */
	guint64 signs;
	guint8 languages;
	/* no letter or digit may stand before; after */
	bool begins, ends;
};

static const struct word words[] = {
	{ ".downloadstring", BIT(FETCH), WINDOWS, FALSE, TRUE },
	{ ".downloadfile", BIT(FETCH) | BIT(SAVE), WINDOWS, FALSE, FALSE },
	{ ".downloaddata", BIT(FETCH), WINDOWS, FALSE, FALSE },
	{ "downloadstring", BIT(FETCH), POWER, TRUE, TRUE },
	{ "downloadfile", BIT(FETCH) | BIT(SAVE), POWER, TRUE, TRUE },
	{ "downloaddata", BIT(FETCH), POWER, TRUE, TRUE },
	{ ".openread(", BIT(FETCH), POWER, FALSE, FALSE },
	{ "invoke-webrequest", BIT(FETCH), POWER, TRUE, TRUE },
	{ "invoke-restmethod", BIT(FETCH), POWER, TRUE, TRUE },
	{ "start-bitstransfer", BIT(FETCH) | BIT(SAVE), POWER, TRUE, TRUE },
	{ "iwr http", BIT(FETCH), POWER, TRUE, FALSE },
	{ "iwr -", BIT(FETCH), POWER, TRUE, FALSE },
	{ "iwr $", BIT(FETCH), POWER, TRUE, FALSE },
	{ "iwr '", BIT(FETCH), POWER, TRUE, FALSE },
	{ "iwr \"", BIT(FETCH), POWER, TRUE, FALSE },
	{ "iwr(", BIT(FETCH), POWER, TRUE, FALSE },
	{ "irm http", BIT(FETCH), POWER, TRUE, FALSE },
	{ "irm -", BIT(FETCH), POWER, TRUE, FALSE },
	{ "irm $", BIT(FETCH), POWER, TRUE, FALSE },
	{ "irm '", BIT(FETCH), POWER, TRUE, FALSE },
	{ "irm \"", BIT(FETCH), POWER, TRUE, FALSE },
	{ "net.httpwebrequest", BIT(FETCH), POWER, FALSE, TRUE },
	{ "net.webrequest]::create", BIT(FETCH), POWER, FALSE, FALSE },
	{ "net.http.httpclient", BIT(FETCH), POWER, FALSE, TRUE },
	{ "urldownloadtofile", BIT(FETCH) | BIT(SAVE), WINDOWS, FALSE,
	  FALSE },
	{ "net.sockets.tcpclient", BIT(FETCH), POWER, FALSE, TRUE },
	{ "msxml2.xmlhttp", BIT(HTTP_OBJECT), WINDOWS, FALSE, FALSE },
	{ "msxml2.serverxmlhttp", BIT(HTTP_OBJECT) | BIT(HTTP_SERVER),
	  WINDOWS, FALSE, FALSE },
	{ "microsoft.xmlhttp", BIT(HTTP_OBJECT), WINDOWS, FALSE, FALSE },
	{ "winhttp.winhttprequest", BIT(HTTP_OBJECT) | BIT(HTTP_SERVER),
	  WINDOWS, FALSE, FALSE },
	{ "wscript.", BIT(HOST), WSH, TRUE, FALSE },
	{ "createobject(", BIT(HOST), WSH, FALSE, FALSE },
	{ "cmd /c", BIT(COMMAND), WSH, TRUE, FALSE },
	{ "cmd.exe", BIT(COMMAND), WSH, TRUE, FALSE },
	{ "powershell", BIT(COMMAND), WSH, TRUE, FALSE },
	{ "internetexplorer.application", BIT(HTTP_OBJECT), WINDOWS, FALSE,
	  TRUE },
	{ ".send", BIT(HTTP_SEND), WINDOWS, FALSE, TRUE },
	{ ".navigate", BIT(HTTP_SEND), WINDOWS, FALSE, FALSE },
	{ "http://", BIT(ADDRESS), ALL, FALSE, FALSE },
	{ "https://", BIT(ADDRESS), ALL, FALSE, FALSE },
	{ "ftp://", BIT(ADDRESS), ALL, FALSE, FALSE },
	{ "davwwwroot", BIT(ADDRESS) | BIT(WEBDAV), WINDOWS, FALSE, TRUE },
	{ "@ssl\\", BIT(ADDRESS) | BIT(WEBDAV), WINDOWS, FALSE, FALSE },
	{ "@ssl@", BIT(ADDRESS) | BIT(WEBDAV), WINDOWS, FALSE, FALSE },
	{ "@80\\", BIT(ADDRESS) | BIT(WEBDAV), WINDOWS, FALSE, FALSE },
	{ "curl ", BIT(CURL), NO_WSH, TRUE, FALSE },
	{ "curl.exe", BIT(CURL), WINDOWS, TRUE, TRUE },
	{ "wget ", BIT(CURL), NO_WSH, TRUE, FALSE },
	{ "wget.exe", BIT(CURL), WINDOWS, TRUE, TRUE },
	{ "finger ", BIT(CURL), BATCH, TRUE, FALSE },
	{ "certutil", BIT(CERTUTIL), WINDOWS, TRUE, FALSE },
	{ "urlcache", BIT(URLCACHE), WINDOWS, TRUE, TRUE },
	{ "-verifyctl", BIT(URLCACHE), WINDOWS, FALSE, TRUE },
	{ "bitsadmin", BIT(BITSADMIN), WINDOWS, TRUE, FALSE },
	{ "/transfer", BIT(TRANSFER), WINDOWS, FALSE, TRUE },
	{ "/addfile", BIT(TRANSFER), WINDOWS, FALSE, TRUE },
	{ "wscript.shell", BIT(SHELL_OBJECT), WINDOWS, FALSE, FALSE },
	{ "shell.application", BIT(SHELL_OBJECT), WINDOWS, FALSE, FALSE },
	{ "wshshell", BIT(SHELL_OBJECT), WSH, FALSE, FALSE },
	{ ".shellexecute", BIT(SHELL_RUN), WINDOWS, FALSE, TRUE },
	{ "shellexecute", BIT(SHELL_RUN), WINDOWS | OTHER, TRUE, TRUE },
	{ ".run ", BIT(SHELL_RUN), WINDOWS, FALSE, FALSE },
	{ ".run(", BIT(SHELL_RUN), WINDOWS, FALSE, FALSE },
	{ ".run\"", BIT(SHELL_RUN), WINDOWS, FALSE, FALSE },
	{ ".exec ", BIT(SHELL_RUN), WINDOWS, FALSE, FALSE },
	{ ".exec(", BIT(SHELL_RUN), WINDOWS, FALSE, FALSE },
	{ "[\"run\"]", BIT(SHELL_RUN), WSH, FALSE, FALSE },
	{ "['run']", BIT(SHELL_RUN), WSH, FALSE, FALSE },
	{ "[\"exec\"]", BIT(SHELL_RUN), WSH, FALSE, FALSE },
	{ "[\"shellexecute\"]", BIT(SHELL_RUN), WSH, FALSE, FALSE },
	{ "['shellexecute']", BIT(SHELL_RUN), WSH, FALSE, FALSE },
	{ ".invokeverb", BIT(SHELL_RUN), WINDOWS, FALSE, FALSE },
	{ "win32_process", BIT(RUN), WINDOWS, FALSE, TRUE },
	{ "process call create", BIT(RUN), WINDOWS, TRUE, TRUE },
	{ "start-process", BIT(RUN), POWER, TRUE, TRUE },
	{ "saps ", BIT(RUN), POWER, TRUE, FALSE },
	{ "invoke-expression", BIT(RUN) | BIT(EVALUATE), POWER, TRUE, TRUE },
	{ "invoke-item", BIT(RUN), POWER, TRUE, TRUE },
	{ "iex(", BIT(RUN) | BIT(EVALUATE), POWER, TRUE, FALSE },
	{ "iex (", BIT(RUN) | BIT(EVALUATE), POWER, TRUE, FALSE },
	{ "iex $", BIT(RUN) | BIT(EVALUATE), POWER, TRUE, FALSE },
	{ "iex \"", BIT(RUN) | BIT(EVALUATE), POWER, TRUE, FALSE },
	{ "iex '", BIT(RUN) | BIT(EVALUATE), POWER, TRUE, FALSE },
	{ "iex ", BIT(RUN) | BIT(EVALUATE), POWER, TRUE, FALSE },
	{ "\"iex\"", BIT(RUN) | BIT(EVALUATE), POWER, FALSE, FALSE },
	{ "'iex'", BIT(RUN) | BIT(EVALUATE), POWER, FALSE, FALSE },
	{ "|iex", BIT(RUN) | BIT(EVALUATE), POWER, FALSE, TRUE },
	{ "| iex", BIT(RUN) | BIT(EVALUATE), POWER, FALSE, TRUE },
	{ "&($", BIT(RUN), POWER, FALSE, FALSE },
	{ "&(gcm", BIT(RUN) | BIT(EVALUATE), POWER, FALSE, FALSE },
	{ "diagnostics.process]::start", BIT(RUN), POWER, FALSE, TRUE },
	{ "scriptblock]::create", BIT(RUN) | BIT(EVALUATE), POWER, FALSE,
	  TRUE },
	{ ".invokescript", BIT(RUN) | BIT(EVALUATE), POWER, FALSE, TRUE },
	{ "start ", BIT(START), BATCH, TRUE, FALSE },
	{ "start /", BIT(START), BATCH, TRUE, FALSE },
	{ "start \"\"", BIT(START), BATCH, TRUE, FALSE },
	{ "call ", BIT(START), BATCH, TRUE, FALSE },
	{ "forfiles", BIT(START), WINDOWS, TRUE, TRUE },
	{ "pcalua", BIT(START), WINDOWS, TRUE, TRUE },
	{ "conhost", BIT(START), WINDOWS, TRUE, TRUE },
	{ "rundll32", BIT(RUNDLL), WINDOWS, TRUE, TRUE },
	{ "regsvr32", BIT(REGSVR), WINDOWS, TRUE, TRUE },
	{ "scrobj", BIT(SCROBJ), WINDOWS, TRUE, TRUE },
	{ "/i:http", BIT(SCROBJ), WINDOWS, FALSE, FALSE },
	{ "msiexec", BIT(MSIEXEC), WINDOWS, TRUE, TRUE },
	{ "cmstp", BIT(START), WINDOWS, TRUE, TRUE },
	{ "wmic ", BIT(START), WINDOWS, TRUE, FALSE },
	{ "/format:\"http", BIT(RUN_ADDRESS), WINDOWS, FALSE, FALSE },
	{ "/format:http", BIT(RUN_ADDRESS), WINDOWS, FALSE, FALSE },
	{ "mshta", BIT(MSHTA), WINDOWS, TRUE, TRUE },
	{ "mshta.exe", BIT(MSHTA), WINDOWS, TRUE, TRUE },
	{ "mshta http", BIT(RUN_ADDRESS), WINDOWS, TRUE, FALSE },
	{ "mshta.exe http", BIT(RUN_ADDRESS), WINDOWS, TRUE, FALSE },
	{ "mshta \"http", BIT(RUN_ADDRESS), WINDOWS, TRUE, FALSE },
	{ "scrobj.dll,ni,http", BIT(RUN_ADDRESS), WINDOWS, FALSE, FALSE },
	{ "script:http", BIT(RUN_ADDRESS), WINDOWS, FALSE, FALSE },
	{ "script:\\\\", BIT(RUN_ADDRESS), WINDOWS, FALSE, FALSE },
	{ "src=\"http", BIT(RUN_ADDRESS), PAGE, FALSE, FALSE },
	{ "src='http", BIT(RUN_ADDRESS), PAGE, FALSE, FALSE },
	{ "src=http", BIT(RUN_ADDRESS), PAGE, FALSE, FALSE },
	{ "src=\"\\\\", BIT(RUN_ADDRESS), PAGE, FALSE, FALSE },
	{ "javascript:", BIT(URL_HANDLER), BATCH | POWER, TRUE, FALSE },
	{ "vbscript:", BIT(URL_HANDLER), BATCH | POWER, TRUE, FALSE },
	{ "| bash", BIT(PIPE_SHELL), SHELL, FALSE, TRUE },
	{ "|bash", BIT(PIPE_SHELL), SHELL, FALSE, TRUE },
	{ "| sh", BIT(PIPE_SHELL), SHELL, FALSE, TRUE },
	{ "| sudo bash", BIT(PIPE_SHELL), SHELL, FALSE, TRUE },
	{ "| zsh", BIT(PIPE_SHELL), SHELL, FALSE, TRUE },
	{ "| osascript", BIT(PIPE_SHELL), SHELL, FALSE, TRUE },
	{ "bash -c \"$(curl", BIT(PIPE_SHELL), SHELL, FALSE, TRUE },
	{ "sh -c \"$(curl", BIT(PIPE_SHELL), SHELL, FALSE, TRUE },
	{ "do shell script", BIT(PIPE_SHELL), SHELL, TRUE, TRUE },
	{ "chmod +x", BIT(CHMOD), SHELL, TRUE, TRUE },
	{ "chmod 7", BIT(CHMOD), SHELL, TRUE, FALSE },
	{ "chmod a+x", BIT(CHMOD), SHELL, TRUE, TRUE },
	{ "xattr -d", BIT(BYPASS), SHELL, TRUE, FALSE },
	{ "xattr -c", BIT(BYPASS), SHELL, TRUE, FALSE },
	{ "urllib.request", BIT(PYTHON_FETCH), OTHER, FALSE, FALSE },
	{ "urllib2", BIT(PYTHON_FETCH), OTHER, TRUE, TRUE },
	{ "requests.get", BIT(PYTHON_FETCH), OTHER, TRUE, TRUE },
	{ "inetget", BIT(PYTHON_FETCH), OTHER, TRUE, TRUE },
	{ "urldownloadtofile", BIT(PYTHON_FETCH), OTHER, FALSE, FALSE },
	{ "exec(", BIT(PYTHON_RUN), OTHER, TRUE, FALSE },
	{ "os.startfile", BIT(PYTHON_RUN), OTHER, TRUE, TRUE },
	{ "subprocess.", BIT(PYTHON_RUN), OTHER, TRUE, FALSE },
	{ "os.system(", BIT(PYTHON_RUN), OTHER, TRUE, FALSE },
	{ "shellexecute(", BIT(PYTHON_RUN), OTHER, TRUE, FALSE },
	{ "run(@", BIT(PYTHON_RUN), OTHER, TRUE, FALSE },
	{ "runwait(", BIT(PYTHON_RUN), OTHER, TRUE, FALSE },
	{ "adodb.stream", BIT(STREAM_OBJECT), WINDOWS, FALSE, TRUE },
	{ "scripting.filesystemobject", BIT(STREAM_OBJECT), WINDOWS, FALSE,
	  TRUE },
	{ ".savetofile", BIT(SAVE), WINDOWS, FALSE, FALSE },
	{ ".createtextfile", BIT(SAVE), WINDOWS, FALSE, FALSE },
	{ "[\"savetofile\"]", BIT(SAVE), WSH, FALSE, FALSE },
	{ "writeallbytes", BIT(SAVE), POWER, FALSE, TRUE },
	{ "set-content", BIT(SAVE), POWER, TRUE, TRUE },
	{ "-outfile", BIT(SAVE), POWER, FALSE, TRUE },
	{ "out-file", BIT(SAVE), POWER, TRUE, TRUE },
	{ "-decode ", BIT(DECODE) | BIT(SAVE), BATCH, FALSE, FALSE },
	{ "-decodehex", BIT(DECODE) | BIT(SAVE), BATCH, FALSE, FALSE },
	{ "frombase64string", BIT(DECODE), POWER, FALSE, TRUE },
	{ "bin.base64", BIT(DECODE), WINDOWS, FALSE, TRUE },
	{ "bin.hex", BIT(DECODE), WINDOWS, FALSE, TRUE },
	{ "gzipstream", BIT(DECODE), POWER, FALSE, TRUE },
	{ "deflatestream", BIT(DECODE), POWER, FALSE, TRUE },
	{ "-windowstyle h", BIT(HIDE), WINDOWS, FALSE, FALSE },
	{ "-window h", BIT(HIDE), WINDOWS, FALSE, FALSE },
	{ "-w hidden", BIT(HIDE), WINDOWS, FALSE, FALSE },
	{ "-w h ", BIT(HIDE), WINDOWS, FALSE, FALSE },
	{ "-wi h", BIT(HIDE), WINDOWS, FALSE, FALSE },
	{ "-win h", BIT(HIDE), WINDOWS, FALSE, FALSE },
	{ "-wind h", BIT(HIDE), WINDOWS, FALSE, FALSE },
	{ "-w 1 ", BIT(HIDE), WINDOWS, FALSE, FALSE },
	{ "-windowstyle 1", BIT(HIDE), WINDOWS, FALSE, FALSE },
	{ "windowstyle]::hidden", BIT(HIDE), POWER, FALSE, FALSE },
	{ "createnowindow", BIT(HIDE), POWER, FALSE, FALSE },
	{ "start /min", BIT(HIDE), WINDOWS, TRUE, FALSE },
	{ "--headless", BIT(HIDE), BATCH | POWER, FALSE, TRUE },
	{ "showwindow(", BIT(HIDE), POWER, FALSE, FALSE },
	{ "-executionpolicy bypass", BIT(BYPASS), WINDOWS, FALSE, FALSE },
	{ "-executionpolicy unrestricted", BIT(BYPASS), WINDOWS, FALSE,
	  FALSE },
	{ "-exec bypass", BIT(BYPASS), WINDOWS, FALSE, FALSE },
	{ "-ep bypass", BIT(BYPASS), WINDOWS, FALSE, FALSE },
	{ "-ex bypass", BIT(BYPASS), WINDOWS, FALSE, FALSE },
	{ "-exe bypass", BIT(BYPASS), WINDOWS, FALSE, FALSE },
	{ "-ep unrestricted", BIT(BYPASS), WINDOWS, FALSE, FALSE },
	{ "amsiutils", BIT(DISABLE), WINDOWS, FALSE, FALSE },
	{ "amsiinitfailed", BIT(DISABLE), WINDOWS, FALSE, FALSE },
	{ "amsiscanbuffer", BIT(DISABLE), WINDOWS, FALSE, FALSE },
	{ "set-mppreference", BIT(DISABLE), WINDOWS, TRUE, TRUE },
	{ "add-mppreference", BIT(DISABLE), WINDOWS, TRUE, TRUE },
	{ "disableantispyware", BIT(DISABLE), WINDOWS, FALSE, FALSE },
	{ "disablerealtimemonitoring", BIT(DISABLE), WINDOWS, FALSE, FALSE },
	{ "vssadmin delete", BIT(DISABLE), WINDOWS, TRUE, FALSE },
	{ "shadowcopy delete", BIT(DISABLE), WINDOWS, TRUE, FALSE },
	{ "wbadmin delete", BIT(DISABLE), WINDOWS, TRUE, FALSE },
	{ "recoveryenabled no", BIT(DISABLE), WINDOWS, TRUE, FALSE },
	{ "advfirewall set", BIT(DISABLE), WINDOWS, TRUE, FALSE },
	{ "spctl --master-disable", BIT(DISABLE), SHELL, TRUE, FALSE },
	{ "\\currentversion\\run", BIT(REG_RUN), WINDOWS, FALSE, FALSE },
	{ "\\currentversion\\runonce", BIT(REG_RUN), WINDOWS, FALSE, FALSE },
	{ "regwrite", BIT(REG_WRITE), WINDOWS, FALSE, FALSE },
	{ "reg add", BIT(REG_WRITE), WINDOWS, TRUE, TRUE },
	{ "reg.exe add", BIT(REG_WRITE), WINDOWS, TRUE, TRUE },
	{ "new-itemproperty", BIT(REG_WRITE), WINDOWS, TRUE, TRUE },
	{ "set-itemproperty", BIT(REG_WRITE), WINDOWS, TRUE, TRUE },
	{ "schtasks /create", BIT(PERSIST), WINDOWS, TRUE, FALSE },
	{ "schtasks.exe /create", BIT(PERSIST), WINDOWS, TRUE, FALSE },
	{ "schtasks /f /create", BIT(PERSIST), WINDOWS, TRUE, FALSE },
	{ "register-scheduledtask", BIT(PERSIST), WINDOWS, TRUE, TRUE },
	{ "schedule.service", BIT(PERSIST), WINDOWS, TRUE, TRUE },
	{ "\\start menu\\programs\\startup", BIT(PERSIST), WINDOWS, FALSE,
	  FALSE },
	{ "specialfolders(\"startup\")", BIT(PERSIST), WINDOWS, FALSE,
	  FALSE },
	{ "launchagents/", BIT(PERSIST), SHELL, FALSE, FALSE },
	{ "virtualalloc", BIT(MEMORY), WINDOWS | OTHER, FALSE, FALSE },
	{ "virtualprotect", BIT(MEMORY), WINDOWS | OTHER, FALSE, FALSE },
	{ "marshal]::copy", BIT(MEMORY), POWER, FALSE, FALSE },
	{ "createthread", BIT(THREAD), WINDOWS | OTHER, FALSE, FALSE },
	{ "getdelegateforfunctionpointer", BIT(THREAD), WINDOWS, FALSE,
	  FALSE },
	{ "createremotethread", BIT(THREAD), WINDOWS | OTHER, FALSE, FALSE },
	{ "reflection.assembly]::load", BIT(REFLECT), POWER, FALSE, FALSE },
	{ "assembly]::load(", BIT(REFLECT), POWER, FALSE, FALSE },
	{ "currentdomain.load(", BIT(REFLECT), POWER, FALSE, FALSE },
	{ "dynamicinvoke", BIT(REFLECT), WINDOWS, FALSE, FALSE },
	{ "-encodedcommand", BIT(ENCODED), WINDOWS, FALSE, FALSE },
	{ "-encoded ", BIT(ENCODED), WINDOWS, FALSE, FALSE },
	{ "-enc ", BIT(ENCODED), WINDOWS, FALSE, FALSE },
	{ "eval(", BIT(EVALUATE), WSH, TRUE, FALSE },
	{ "execute(", BIT(EVALUATE), WSH, TRUE, FALSE },
	{ "execute ", BIT(EVALUATE), WSH, TRUE, FALSE },
	{ "executeglobal", BIT(EVALUATE), WSH, TRUE, TRUE },
	{ ".exe\"", BIT(PROGRAM_NAME), WINDOWS, FALSE, FALSE },
	{ ".exe'", BIT(PROGRAM_NAME), WINDOWS, FALSE, FALSE },
	{ ".dll\"", BIT(PROGRAM_NAME), WINDOWS, FALSE, FALSE },
	{ ".dll,", BIT(PROGRAM_NAME), WINDOWS, FALSE, FALSE },
	{ ".ps1\"", BIT(PROGRAM_NAME), WINDOWS, FALSE, FALSE },
	{ ".vbs\"", BIT(PROGRAM_NAME), WINDOWS, FALSE, FALSE },
};

/* Signs that are behaviour together. */
static const struct {
	guint64 signs;
	enum warden_trait_index trait;
} rules[] = {
	{ BIT(FETCH), WARDEN_TRAIT_SCRIPT_DOWNLOADS },
	{ BIT(HTTP_OBJECT) | BIT(HTTP_SEND), WARDEN_TRAIT_SCRIPT_DOWNLOADS },
	{ BIT(CURL) | BIT(ADDRESS), WARDEN_TRAIT_SCRIPT_DOWNLOADS },
	{ BIT(CERTUTIL) | BIT(URLCACHE), WARDEN_TRAIT_SCRIPT_DOWNLOADS },
	{ BIT(BITSADMIN) | BIT(TRANSFER), WARDEN_TRAIT_SCRIPT_DOWNLOADS },
	{ BIT(PYTHON_FETCH), WARDEN_TRAIT_SCRIPT_DOWNLOADS },
	{ BIT(RUN), WARDEN_TRAIT_SCRIPT_RUNS },
	{ BIT(START), WARDEN_TRAIT_SCRIPT_RUNS },
	{ BIT(RUNDLL), WARDEN_TRAIT_SCRIPT_RUNS },
	{ BIT(REGSVR), WARDEN_TRAIT_SCRIPT_RUNS },
	{ BIT(MSHTA), WARDEN_TRAIT_SCRIPT_RUNS },
	{ BIT(MSIEXEC), WARDEN_TRAIT_SCRIPT_RUNS },
	{ BIT(SHELL_OBJECT) | BIT(SHELL_RUN), WARDEN_TRAIT_SCRIPT_RUNS },
	{ BIT(SHELL_OBJECT) | BIT(COMMAND), WARDEN_TRAIT_SCRIPT_RUNS },
	{ BIT(REFLECT), WARDEN_TRAIT_SCRIPT_RUNS },
	{ BIT(PYTHON_RUN), WARDEN_TRAIT_SCRIPT_RUNS },
	{ BIT(PIPE_SHELL), WARDEN_TRAIT_SCRIPT_RUNS },
	{ BIT(CHMOD), WARDEN_TRAIT_SCRIPT_RUNS },
	{ BIT(RUN_ADDRESS), WARDEN_TRAIT_SCRIPT_RUNS_REMOTE },
	{ BIT(REGSVR) | BIT(SCROBJ) | BIT(ADDRESS),
	  WARDEN_TRAIT_SCRIPT_RUNS_REMOTE },
	{ BIT(FETCH) | BIT(EVALUATE), WARDEN_TRAIT_SCRIPT_RUNS_REMOTE },
	{ BIT(HTTP_SERVER) | BIT(HTTP_SEND) | BIT(EVALUATE),
	  WARDEN_TRAIT_SCRIPT_RUNS_REMOTE },
	{ BIT(HOST) | BIT(HTTP_OBJECT) | BIT(HTTP_SEND) | BIT(EVALUATE),
	  WARDEN_TRAIT_SCRIPT_RUNS_REMOTE },
	{ BIT(WEBDAV) | BIT(START), WARDEN_TRAIT_SCRIPT_RUNS_REMOTE },
	{ BIT(WEBDAV) | BIT(RUN), WARDEN_TRAIT_SCRIPT_RUNS_REMOTE },
	{ BIT(WEBDAV) | BIT(RUNDLL), WARDEN_TRAIT_SCRIPT_RUNS_REMOTE },
	{ BIT(FETCH) | BIT(REFLECT), WARDEN_TRAIT_SCRIPT_RUNS_REMOTE },
	{ BIT(MSIEXEC) | BIT(ADDRESS), WARDEN_TRAIT_SCRIPT_RUNS_REMOTE },
	{ BIT(MSHTA) | BIT(ADDRESS), WARDEN_TRAIT_SCRIPT_RUNS_REMOTE },
	{ BIT(MSHTA) | BIT(URL_HANDLER), WARDEN_TRAIT_SCRIPT_RUNS_REMOTE },
	{ BIT(RUNDLL) | BIT(URL_HANDLER), WARDEN_TRAIT_SCRIPT_RUNS_REMOTE },
	{ BIT(CURL) | BIT(ADDRESS) | BIT(PIPE_SHELL),
	  WARDEN_TRAIT_SCRIPT_RUNS_REMOTE },
	{ BIT(STREAM_OBJECT) | BIT(SAVE), WARDEN_TRAIT_SCRIPT_WRITES },
	{ BIT(SAVE) | BIT(DECODE), WARDEN_TRAIT_SCRIPT_WRITES },
	{ BIT(SAVE) | BIT(PROGRAM_NAME), WARDEN_TRAIT_SCRIPT_WRITES },
	{ BIT(HIDE), WARDEN_TRAIT_SCRIPT_HIDES },
	{ BIT(BYPASS), WARDEN_TRAIT_SCRIPT_BYPASSES },
	{ BIT(DISABLE), WARDEN_TRAIT_SCRIPT_DISABLES },
	{ BIT(PERSIST), WARDEN_TRAIT_SCRIPT_PERSISTS },
	{ BIT(REG_RUN) | BIT(REG_WRITE), WARDEN_TRAIT_SCRIPT_PERSISTS },
	{ BIT(MEMORY) | BIT(THREAD), WARDEN_TRAIT_SCRIPT_INJECTS },
	{ BIT(REFLECT) | BIT(DECODE), WARDEN_TRAIT_SCRIPT_INJECTS },
	{ BIT(ENCODED), WARDEN_TRAIT_SCRIPT_ENCODED },
	{ BIT(EVALUATE) | BIT(DECODE), WARDEN_TRAIT_SCRIPT_ENCODED },
};

/* --- finding them ------------------------------------------------------------- */

#define HASH_BITS 12

/* Words by a hash of their first four bytes. */
struct index {
	guint16 first[1 << HASH_BITS];	/* word + 1, 0: none */
	guint16 next[G_N_ELEMENTS(words)];
};

static guint hash4(const char *text)
{
	guint32 value;

	memcpy(&value, text, sizeof(value));
	return (value * 2654435761u) >> (32 - HASH_BITS);
}

static gpointer make_index(gpointer unused G_GNUC_UNUSED)
{
	static struct index index;
	guint i;

	for (i = 0; i < G_N_ELEMENTS(words); i++) {
		guint slot = hash4(words[i].text);

		index.next[i] = index.first[slot];
		index.first[slot] = i + 1;
	}
	return &index;
}

static bool is_part_of_word(char c)
{
	return g_ascii_isalnum(c) || c == '_';
}

static bool is_here(const struct word *word, const char *text, gsize size,
		    gsize at)
{
	gsize length = strlen(word->text);

	if (length > size - at || memcmp(text + at, word->text, length) != 0)
		return FALSE;
	if (word->begins && at > 0 && is_part_of_word(text[at - 1]))
		return FALSE;
	return !word->ends || at + length == size ||
		!is_part_of_word(text[at + length]);
}

static guint64 find_signs(const char *text, gsize size, guint languages)
{
	static GOnce once = G_ONCE_INIT;
	const struct index *index = g_once(&once, make_index, NULL);
	guint64 signs = 0;
	gsize at;

	for (at = 0; at + 4 <= size; at++) {
		guint i = index->first[hash4(text + at)];

		for (; i > 0; i = index->next[i - 1]) {
			const struct word *word = &words[i - 1];

			if ((word->languages & languages) != 0 &&
			    (word->signs & ~signs) != 0 &&
			    is_here(word, text, size, at))
				signs |= word->signs;
		}
	}
	return signs;
}

void warden_behaviour_find(const char *text, gsize size, guint languages,
			   struct warden_trait_set *traits)
{
	guint64 signs = find_signs(text, size, languages);
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(rules); i++) {
		if ((signs & rules[i].signs) == rules[i].signs)
			warden_trait_set_add(traits, rules[i].trait);
	}
}

guint warden_behaviour_language(const char *type)
{
	static const struct {
		const char *type;
		guint languages;
	} types[] = {
		{ "application/hta", WINDOWS | PAGE },
		{ "text/javascript", WINDOWS },
		{ "text/scriptlet", WINDOWS | PAGE },
		{ "text/vbscript", WINDOWS },
		{ "text/x-applescript", SHELL },
		{ "text/x-autohotkey", OTHER },
		{ "text/x-autoit", OTHER },
		{ "text/x-encoded-script", WINDOWS },
		{ "text/x-ms-inf", WINDOWS },
		{ "text/x-ms-regedit", WINDOWS },
		{ "text/x-msdos-batch", BATCH | POWER },
		{ "text/x-powershell", BATCH | POWER },
		{ "text/x-python", OTHER },
		{ "text/x-script", SHELL | OTHER },
		{ "text/x-shellscript", SHELL },
		{ "text/x-wsf", WINDOWS | PAGE },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(types); i++) {
		if (strcmp(type, types[i].type) == 0)
			return types[i].languages;
	}
	return 0;
}

/* --- names of programs ------------------------------------------------------------ */

/* Without folder, quotes and extension, lower case. */
static char *program_name(const char *name)
{
	gsize start = strspn(name, " \t\"'"), end, i;
	char *copy;

	end = start + strcspn(name + start, "\"'");
	for (i = start; i < end; i++) {
		if (name[i] == '\\' || name[i] == '/')
			start = i + 1;
	}
	while (end > start && (name[end - 1] == ' ' || name[end - 1] == '.'))
		end--;
	copy = g_ascii_strdown(name + start, end - start);
	if (g_str_has_suffix(copy, ".exe") || g_str_has_suffix(copy, ".com"))
		copy[strlen(copy) - 4] = '\0';
	return copy;
}

static bool is_one_of(const char *name, const char *list)
{
	g_autofree char *program = program_name(name);
	g_autofree char *word = g_strdup_printf(" %s ", program);

	return *program != '\0' && strchr(program, ' ') == NULL &&
		strstr(list, word) != NULL;
}

bool warden_behaviour_is_interpreter(const char *name)
{
	return is_one_of(name,
		" cmd %comspec% powershell powershell_ise pwsh mshta wscript cscript"
		" rundll32 regsvr32 certutil bitsadmin msiexec curl forfiles"
		" conhost ssh scp wmic pcalua hh odbcconf installutil msbuild"
		" regasm regsvcs schtasks at scriptrunner ftp finger cmstp"
		" python pythonw py pyw node java javaw perl ruby php bash sh"
		" zsh osascript wsl tar xcopy robocopy copy explorerframe"
		" syncappvpublishingserver presentationhost ieexec cdb appvlp"
		" winget wt msdt control atbroker mavinject dfsvc infdefault"
		"install nslookup wget open python3 env xdg-open winrs"
		" workfolders ssh-keygen register-cimprovider ");
}

bool warden_behaviour_is_viewer(const char *name)
{
	return is_one_of(name,
		" acrord32 acrobat foxitreader foxitpdfreader foxitpdfeditor"
		" sumatrapdf winword excel powerpnt onenote outlook mspub"
		" visio wordpad notepad write msedge chrome firefox iexplore"
		" opera brave safari mspaint photoviewer vlc wmplayer winrar"
		" 7zfm 7z winzip soffice swriter scalc hwp wps et wordicon"
		" xlicons pptico accicons misc pdfficon explorer ");
}

bool warden_behaviour_runs(const char *path)
{
	static const char extensions[] =
		" exe com scr pif cpl msi msp msix msixbundle appx appxbundle"
		" application appref-ms appinstaller dll ocx xll jar jnlp js"
		" jse vbs vbe wsf wsh wsc sct hta bat cmd ps1 psm1 reg chm scf"
		" msc settingcontent-ms library-ms search-ms lnk url iso img"
		" vhd vhdx zip rar 7z cab diagcab app command terminal pkg ";
	gsize length = strcspn(path, "?#\"");
	const char *dot = path + length;
	g_autofree char *word = NULL, *lower = NULL;

	while (dot > path && dot[-1] != '.' && dot[-1] != '/' &&
	       dot[-1] != '\\')
		dot--;
	if (dot == path || dot[-1] != '.')
		return FALSE;
	lower = g_ascii_strdown(dot, path + length - dot);
	g_strchomp(lower);
	if (*lower == '\0' || strchr(lower, ' ') != NULL)
		return FALSE;
	word = g_strdup_printf(" %s ", lower);
	return strstr(extensions, word) != NULL;
}

char *warden_behaviour_remote_host(const char *path)
{
	gsize size;

	path += strspn(path, " \t\"'");
	if (g_ascii_strncasecmp(path, "file:", 5) == 0) {
		path += 5;
		/* file:///c:/… is here; file:////host/… is not */
		size = strspn(path, "/\\");
		if (size != 2 && size < 4)
			return NULL;
	} else {
		size = strspn(path, "\\");
		if (size == 0 && path[0] == '/' && path[1] == '/')
			size = strspn(path, "/");
		if (size < 2)
			return NULL;
	}
	path += size;
	/* \\?\UNC\host\…, and devices */
	if (g_ascii_strncasecmp(path, "?\\UNC\\", 6) == 0)
		path += 6;
	size = strcspn(path, "\\/@:?#\"' ");
	if (size == 0 || *path == '?' || *path == '.' ||
	    (path[size] == ':' && size == 1))
		return NULL;
	return g_ascii_strdown(path, size);
}
