/* In place of scanner/parse/: a parser that does what the message's first line
   asks for ("FAKE crash"), as a real one might under a hostile message. Links
   with test-reader and with fake-wardend, never with the product. */

#include "warden-config.h"

#include "scanner/parse/parse.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* The reader child's socket: what a taken-over parser would write to. */
#define SOCKET_FD 3

struct warden_parser {
	guint calls;
};

int warden_parser_init(struct warden_parser **parser_r, char **error_r)
{
	*parser_r = g_new0(struct warden_parser, 1);
	return 1;
}

void warden_parser_deinit(struct warden_parser **parser)
{
	g_clear_pointer(parser, g_free);
}

void warden_parser_set_sensitive(
	struct warden_parser *parser G_GNUC_UNUSED,
	const struct warden_sensitive_patterns *patterns G_GNUC_UNUSED)
{
}

int warden_parser_set_signers(struct warden_parser *parser G_GNUC_UNUSED,
			      const char *roots G_GNUC_UNUSED,
			      const char *keys G_GNUC_UNUSED,
			      char **error_r G_GNUC_UNUSED)
{
	return 1;
}

void warden_parser_set_rules(struct warden_parser *parser,
			     struct warden_rules *rules)
{
}

static void send_bytes(const void *data, gsize size)
{
	if (write(SOCKET_FD, data, size) != (gssize)size)
		_exit(1);
}

/* The child's messages so far: what it should put in front of its answers. */
static guint64 serial;

static void announce(guint64 length)
{
	guint64 sandbox = 0;

	send_bytes(&serial, sizeof(serial));
	send_bytes(&length, sizeof(length));
	send_bytes(&sandbox, sizeof(sandbox));
}

static void fake_crash(struct warden_facts *facts)
{
	(void)signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
}

static void fake_exit(struct warden_facts *facts)
{
	_exit(9);
}

static void fake_loop(struct warden_facts *facts)
{
	volatile guint counter = 0;

	for (;;)
		counter++;
}

static void fake_sleep(struct warden_facts *facts)
{
	sleep(1000);
}

static void fake_slow(struct warden_facts *facts)
{
	g_usleep(300 * 1000);
}

static void fake_slower(struct warden_facts *facts)
{
	g_usleep(2000 * 1000);
}

static void fake_hog(struct warden_facts *facts)
{
	for (;;) {
		char *block = malloc(1 << 20);
		if (block == NULL)
			abort();
		memset(block, 1, 1 << 20);
		/* or a compiler sees that nobody reads it, and leaves it out */
		__asm__ volatile("" : : "r" (block) : "memory");
	}
}

static void fake_huge(struct warden_facts *facts)
{
	announce(G_GUINT64_CONSTANT(1) << 40);
	sleep(1000);
}

static void fake_garbage(struct warden_facts *facts)
{
	char garbage[1000];

	memset(garbage, 0xfe, sizeof(garbage));
	announce(sizeof(garbage));
	send_bytes(garbage, sizeof(garbage));
	sleep(1000);
}

static void fake_short(struct warden_facts *facts)
{
	announce(1000);
	send_bytes("0123456789", 10);
	_exit(0);
}

/* A second answer for the next message, before that was asked for. */
static void fake_early(struct warden_facts *facts)
{
	g_autoptr(GBytes) bytes = warden_facts_serialise(facts);
	gsize size;
	const void *data = g_bytes_get_data(bytes, &size);

	announce(size);
	send_bytes(data, size);
}

/* The same, and the proper answer when the next message is waiting. */
static void fake_late(struct warden_facts *facts)
{
	fake_early(facts);
	g_usleep(100 * 1000);
}

static void fake_write(struct warden_facts *facts)
{
	char path[] = "/tmp/warden-fake-XXXXXX";
	int fd = mkstemp(path);

	unlink(path);
	if (fd >= 0 && write(fd, "x", 1) == 1)
		g_strlcpy(facts->header.subject, "written", 8);
}

static void fake_files(struct warden_facts *facts)
{
	GString *list = g_string_new("files");

	for (int fd = 0; fd < 1024; fd++) {
		if (fcntl(fd, F_GETFD) != -1)
			g_string_append_printf(list, " %d", fd);
	}
	g_free(facts->header.subject);
	facts->header.subject = g_string_free(list, FALSE);
}

/* Everything that a parser that was taken over would try. */
static void fake_escape(struct warden_facts *facts)
{
	GString *list = g_string_new("escaped");
	char *const nothing[] = { NULL };
	void *map;
	pid_t pid;

	if (open("/etc/passwd", O_RDONLY) >= 0)
		g_string_append(list, " open");
	if (open("/tmp", O_RDWR | O_TMPFILE, 0600) >= 0)
		g_string_append(list, " tmpfile");
	if (access("/", F_OK) == 0)
		g_string_append(list, " access");
	if (socket(AF_UNIX, SOCK_STREAM, 0) >= 0)
		g_string_append(list, " unix");
	if (socket(AF_INET, SOCK_STREAM, 0) >= 0)
		g_string_append(list, " inet");
	if (memfd_create("x", 0) >= 0)
		g_string_append(list, " memfd");
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
		g_string_append(list, " ptrace");
	if (kill(getppid(), 0) == 0)
		g_string_append(list, " kill");
	if (execve("/bin/true", nothing, nothing) == 0)
		g_string_append(list, " execve");
	pid = fork();
	if (pid == 0)
		_exit(0);
	if (pid > 0)
		g_string_append(list, " fork");
	map = mmap(NULL, 4096, PROT_READ | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (map != MAP_FAILED)
		g_string_append(list, " mmap");
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (map != MAP_FAILED && mprotect(map, 4096, PROT_EXEC) == 0)
		g_string_append(list, " mprotect");
	g_free(facts->header.subject);
	facts->header.subject = g_string_free(list, FALSE);
}

static void fake_limits(struct warden_facts *facts)
{
	struct rlimit as, core, stack;

	getrlimit(RLIMIT_AS, &as);
	getrlimit(RLIMIT_CORE, &core);
	getrlimit(RLIMIT_STACK, &stack);
	g_free(facts->header.subject);
	facts->header.subject = g_strdup_printf(
		"as %llu core %llu stack %d", (unsigned long long)as.rlim_max,
		(unsigned long long)core.rlim_max,
		stack.rlim_cur >= 8 << 20);
}

static void fake_stack(struct warden_facts *facts)
{
	volatile char frame[8 << 20];

	for (gsize i = 0; i < sizeof(frame); i += 4096)
		frame[i] = 1;
	if (frame[4096] == 1)
		g_strlcpy(facts->header.subject, "deep", 5);
}

static const struct {
	const char *name;
	void (*run)(struct warden_facts *facts);
} fakes[] = {
	{ "crash", fake_crash }, { "exit", fake_exit },
	{ "loop", fake_loop }, { "sleep", fake_sleep },
	{ "slow", fake_slow }, { "slower", fake_slower },
	{ "hog", fake_hog }, { "huge", fake_huge },
	{ "garbage", fake_garbage }, { "short", fake_short },
	{ "early", fake_early }, { "late", fake_late },
	{ "write", fake_write },
	{ "files", fake_files }, { "limits", fake_limits },
	{ "escape", fake_escape },
	{ "stack", fake_stack },
};

struct warden_facts *
warden_parse_message(struct warden_parser *parser, const guint8 *data,
		     gsize size, guint64 full_size)
{
	struct warden_facts *facts = warden_facts_new();
	const guint8 *end = size > 0 ? memchr(data, '\n', size) : NULL;
	gsize line = end != NULL ? (gsize)(end - data) : size;

	serial = ++parser->calls;
	facts->size = size;
	warden_parse_key(data, size, facts->key);
	g_free(facts->header.subject);
	facts->header.subject =
		warden_facts_sanitise((const char *)data, line, 200, FALSE);
	if (full_size != 0)
		warden_facts_add_unscanned(facts, "", "size");
	if (!g_str_has_prefix(facts->header.subject, "FAKE "))
		return facts;
	for (gsize i = 0; i < G_N_ELEMENTS(fakes); i++) {
		if (strcmp(facts->header.subject + 5, fakes[i].name) == 0)
			fakes[i].run(facts);
	}
	return facts;
}

void warden_parse_key(const guint8 *data, gsize size,
		      guint8 key_r[WARDEN_SHA256_SIZE])
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
	gsize length = WARDEN_SHA256_SIZE;

	for (gsize i = 0, run = 0; i < size; run = ++i) {
		while (i < size && data[i] != '\r' && data[i] != '\n')
			i++;
		g_checksum_update(checksum, data + run, i - run);
		if (i == size)
			break;
		g_checksum_update(checksum, (const guchar *)"\r\n", 2);
		if (data[i] == '\r' && i + 1 < size && data[i + 1] == '\n')
			i++;
	}
	g_checksum_get_digest(checksum, key_r, &length);
}
