/* Files that run or start something: the first byte chooses the name under
   which the rest is looked at, as names tell scripts from texts. */

#include "warden-config.h"

#include "fuzz-queue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* make-seeds-program.py has the same list. */
static const char *const names[] = {
	"a.js", "a.vbs", "a.ps1", "a.bat", "a.hta", "a.lnk", "a.url", "a.rdp",
	"a.sh", "a.py", "a.reg", "a.appref-ms", "", "a.one",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 0)
		fuzz_open_file(data + 1, size - 1, "",
			       names[data[0] % G_N_ELEMENTS(names)]);
	return 0;
}
