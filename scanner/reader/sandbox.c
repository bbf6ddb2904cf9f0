#include "warden-config.h"

#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* --- seccomp ------------------------------------------------------------ */

/* By name: not every architecture has each. */
static const char *const allowed[] = {
	/* memory; mmap and mprotect have rules of their own, below */
	"brk", "madvise", "mremap", "munmap",
	/* the messages that the parent hands over, the answers */
	"close", "fcntl", "fcntl64", "fstat", "fstat64", "lseek", "_llseek",
	"pread64", "read", "readv", "recvfrom", "recvmsg", "sendmsg", "sendto",
	"write", "writev",
	/* time, and limits on it */
	"clock_getres", "clock_gettime", "clock_gettime64", "clock_nanosleep",
	"clock_nanosleep_time64", "getrusage", "gettimeofday", "nanosleep",
	"prlimit64", "getrlimit", "setrlimit", "time", "times", "ugetrlimit",
	/* locks of the C library, which asks how many processors there are */
	"futex", "futex_time64", "membarrier", "rseq", "sched_getaffinity",
	"sched_yield", "set_robust_list", "sysinfo",
	/* dying in an orderly way */
	"exit", "exit_group", "getpid", "gettid", "restart_syscall",
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack",
	"sigreturn", "tgkill",
	"getrandom",
};

/* Memory, but none that programs could be put into. */
static const char *const never_executable[] = { "mmap", "mmap2", "mprotect" };

/* How glibc asks for the size of an open file. */
static const char *const only_open_files[] = { "newfstatat", "fstatat64" };

static int add_rules(scmp_filter_ctx filter)
{
	int ret = 0;

	for (size_t i = 0; i < sizeof(only_open_files) /
		     sizeof(*only_open_files); i++) {
		int call = seccomp_syscall_resolve_name(only_open_files[i]);

		if (call != __NR_SCMP_ERROR) {
			ret |= seccomp_rule_add(
				filter, SCMP_ACT_ALLOW, call, 1,
				SCMP_A3(SCMP_CMP_EQ, AT_EMPTY_PATH, 0));
		}
	}

	for (size_t i = 0; i < sizeof(allowed) / sizeof(*allowed); i++) {
		int call = seccomp_syscall_resolve_name(allowed[i]);

		if (call != __NR_SCMP_ERROR)
			ret |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, call,
						0);
	}
	for (size_t i = 0; i < sizeof(never_executable) /
		     sizeof(*never_executable); i++) {
		int call = seccomp_syscall_resolve_name(never_executable[i]);

		if (call != __NR_SCMP_ERROR) {
			ret |= seccomp_rule_add(
				filter, SCMP_ACT_ALLOW, call, 1,
				SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
		}
	}
	return ret;
}

static bool filter_calls(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	bool ok;

	if (filter == NULL)
		return false;
	ok = add_rules(filter) == 0 && seccomp_load(filter) == 0;
	seccomp_release(filter);
	return ok;
}

/* --- Landlock ------------------------------------------------------------ */

/* The C library has no names for these. */
#ifdef __NR_landlock_create_ruleset
/* Rights on files that each version of the kernel's interface knows; nothing
   is granted, so handling a right takes it away. */
static const uint64_t file_rights[] = {
	0, (1u << 13) - 1, (1u << 14) - 1, (1u << 15) - 1, (1u << 15) - 1,
	(1u << 16) - 1,
};
/* Since version 4: bind() and connect() over TCP. The kernel wants a struct of
   the size that it knows, longer ones only if the rest is 0. */
struct rights {
	uint64_t files, ports;
};
#define PORT_RIGHTS 3u
#define PORTS_SINCE 4

static bool take_paths_away(void)
{
	const long last = sizeof(file_rights) / sizeof(*file_rights) - 1;
	long version = syscall(__NR_landlock_create_ruleset, NULL, 0,
			       LANDLOCK_CREATE_RULESET_VERSION);
	struct rights rights = { 0, 0 };
	bool ok;
	int fd;

	if (version < 1)
		return false;
	rights.files = file_rights[version < last ? version : last];
	if (version >= PORTS_SINCE)
		rights.ports = PORT_RIGHTS;
	fd = (int)syscall(__NR_landlock_create_ruleset, &rights,
			  sizeof(rights), 0);
	if (fd < 0)
		return false;
	ok = syscall(__NR_landlock_restrict_self, fd, 0) == 0;
	close(fd);
	return ok;
}
#else
static bool take_paths_away(void)
{
	return false;
}
#endif

unsigned int warden_reader_sandbox(void)
{
	unsigned int done = 0;

	/* in this order: seccomp refuses Landlock's calls */
	if (take_paths_away())
		done |= WARDEN_SANDBOX_LANDLOCK;
	if (filter_calls())
		done |= WARDEN_SANDBOX_SECCOMP;
	return done;
}

const char *warden_sandbox_name(unsigned int sandbox)
{
	static const char *const names[] = {
		"none", "seccomp", "landlock", "seccomp landlock",
	};

	return names[sandbox & (WARDEN_SANDBOX_SECCOMP |
				WARDEN_SANDBOX_LANDLOCK)];
}
