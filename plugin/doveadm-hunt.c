/* Questions of who holds what. */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "hex-binary.h"
#include "istream.h"
#include "istream-crlf.h"
#include "sha2.h"
#include "str.h"
#include "strnum.h"

#include "doveadm-hunt.h"
#include "warden-client.h"

#include "warden-doveadm-compat.h"

#include <sysexits.h>

#define LINE_FIELDS_MIN 6

/* One command in a process. */
static unsigned int holders_count;

/* --- asking --------------------------------------------------------------- */

typedef int line_t(const char *line, void *context, const char **error_r);

/* All pages of one hunt, line by line. user: NULL = who has any? */
static int
hunt_pages(struct warden_admin *admin, const char *hunt,
	   enum warden_operation operation, const char *user,
	   line_t *callback, void *context, const char **error_r)
{
	struct warden_request request = {
		.op = WARDEN_OP_HUNT,
		.operation = operation,
		.query = warden_str(hunt, strlen(hunt)),
	};
	buffer_t *frame = buffer_create_dynamic(default_pool, 4096);
	struct warden_reply reply;
	const char *const *lines;
	int ret;

	if (user != NULL)
		request.user = warden_str(user, strlen(user));
	do {
		ret = warden_admin_ask(admin, &request, frame, &reply,
				       error_r);
		if (ret < 0)
			break;
		if (reply.cursor != 0 && reply.cursor <= request.cursor) {
			*error_r = "the scanner does not get on with it";
			ret = -1;
			break;
		}
		T_BEGIN {
			lines = t_strsplit(t_strndup(reply.text.data,
						     reply.text.size), "\n");
			for (; *lines != NULL && ret == 0; lines++) {
				if (**lines != '\0')
					ret = callback(*lines, context,
						       error_r);
			}
		} T_END_PASS_STR_IF(ret < 0, error_r);
		request.cursor = reply.cursor;
	} while (ret == 0 && request.cursor != 0);
	buffer_free(&frame);
	return ret;
}

/* --- copies of a user ----------------------------------------------------- */

static int copy_cmp(const struct warden_hunt_copy *a,
		    const struct warden_hunt_copy *b)
{
	int ret = memcmp(a->mailbox, b->mailbox, sizeof(a->mailbox));

	if (ret != 0)
		return ret;
	if (a->uid_validity != b->uid_validity)
		return a->uid_validity < b->uid_validity ? -1 : 1;
	if (a->uid != b->uid)
		return a->uid < b->uid ? -1 : 1;
	return 0;
}

static int key_cmp(const struct warden_hunt_key *a,
		   const struct warden_hunt_key *b)
{
	return memcmp(a->key, b->key, sizeof(a->key));
}

static bool parse_number(const char *str, uint32_t *number_r)
{
	*number_r = 0;
	return strcmp(str, "-") == 0 || str_to_uint32(str, number_r) == 0;
}

static bool parse_key(const char *hex, uint8_t *key_r)
{
	buffer_t *bin = t_buffer_create(WARDEN_KEY_SIZE);

	if (hex_to_binary(hex, bin) < 0 || bin->used < WARDEN_RECORD_KEY_SIZE)
		return FALSE;
	memcpy(key_r, bin->data, WARDEN_RECORD_KEY_SIZE);
	return TRUE;
}

/* "key delivery mailbox_guid uid_validity uid action origin": protocol.h */
static int copy_line(const char *line, void *context, const char **error_r)
{
	struct warden_hunt_result *result = context;
	const char *const *fields = t_strsplit(line, " ");
	struct warden_hunt_copy copy;

	i_zero(&copy);
	if (str_array_length(fields) < LINE_FIELDS_MIN ||
	    (strcmp(fields[2], "-") != 0 &&
	     guid_128_from_string(fields[2], copy.mailbox) < 0) ||
	    !parse_number(fields[3], &copy.uid_validity) ||
	    !parse_number(fields[4], &copy.uid)) {
		*error_r = t_strdup_printf("the scanner named a copy that is "
					   "none: '%s'", line);
		return -1;
	}
	/* what was never judged cannot be what is looked for */
	if (!parse_key(fields[0], copy.key))
		return 0;
	if (array_count(&result->copies) >= WARDEN_HUNT_COPIES_MAX) {
		*error_r = t_strdup_printf("more than %u copies",
					   WARDEN_HUNT_COPIES_MAX);
		return -1;
	}
	if (fields[LINE_FIELDS_MIN] != NULL) {
		/* the rest of the line, spaces and all */
		copy.origin = p_strdup(result->pool, t_strarray_join(
			fields + LINE_FIELDS_MIN, " "));
		if (strcmp(copy.origin, "-") == 0)
			copy.origin = NULL;
	}
	array_push_back(&result->copies, &copy);
	return 0;
}

static void collect_keys(struct warden_hunt_result *result)
{
	const struct warden_hunt_copy *copy;
	struct warden_hunt_key *keys, key;
	unsigned int i, count, kept = 0;

	array_sort(&result->copies, copy_cmp);
	array_foreach(&result->copies, copy) {
		memcpy(key.key, copy->key, sizeof(key.key));
		array_push_back(&result->keys, &key);
	}
	array_sort(&result->keys, key_cmp);
	keys = array_get_modifiable(&result->keys, &count);
	for (i = 0; i < count; i++) {
		if (kept == 0 || key_cmp(&keys[kept - 1], &keys[i]) != 0)
			keys[kept++] = keys[i];
	}
	array_delete(&result->keys, kept, count - kept);
}

int warden_hunt_copies(struct warden_admin *admin, const char *const *hunts,
		       enum warden_operation operation,
		       struct warden_hunt_result **result_r)
{
	pool_t pool = pool_alloconly_create("warden hunt", 4096);
	struct warden_hunt_result *result =
		p_new(pool, struct warden_hunt_result, 1);
	const char *error;

	result->pool = pool;
	i_array_init(&result->copies, 64);
	i_array_init(&result->keys, 64);
	for (; *hunts != NULL; hunts++) {
		if (hunt_pages(admin, *hunts, operation,
			       admin->user->username, copy_line, result,
			       &error) < 0) {
			warden_admin_failed(admin, MAIL_ERROR_UNAVAILABLE,
					    "%s: %s", *hunts, error);
			warden_hunt_free(&result);
			return -1;
		}
	}
	collect_keys(result);
	*result_r = result;
	return 0;
}

void warden_hunt_free(struct warden_hunt_result **_result)
{
	struct warden_hunt_result *result = *_result;

	*_result = NULL;
	array_free(&result->copies);
	array_free(&result->keys);
	pool_unref(&result->pool);
}

bool warden_hunt_has_key(struct warden_hunt_result *result,
			 const uint8_t *key)
{
	struct warden_hunt_key wanted;

	memcpy(wanted.key, key, sizeof(wanted.key));
	return array_bsearch(&result->keys, &wanted, key_cmp) != NULL;
}

struct warden_hunt_copy *
warden_hunt_find(struct warden_hunt_result *result, const guid_128_t mailbox,
		 uint32_t uid_validity, uint32_t uid)
{
	const struct warden_hunt_copy *copy;
	struct warden_hunt_copy wanted;

	i_zero(&wanted);
	guid_128_copy(wanted.mailbox, mailbox);
	wanted.uid_validity = uid_validity;
	wanted.uid = uid;
	copy = array_bsearch(&result->copies, &wanted, copy_cmp);
	return copy == NULL ? NULL : array_idx_modifiable(&result->copies,
			array_ptr_to_idx(&result->copies, copy));
}

/* --- the key of a mail ---------------------------------------------------- */

int warden_hunt_key_of(struct mail *mail,
		       uint8_t key_r[WARDEN_RECORD_KEY_SIZE])
{
	unsigned char digest[SHA256_RESULTLEN];
	struct istream *input, *crlf;
	const unsigned char *data;
	struct sha256_ctx sha;
	size_t size;
	int ret;

	if (mail_get_stream_because(mail, NULL, NULL, "warden key",
				    &input) < 0)
		return -1;
	i_stream_seek(input, 0);
	crlf = i_stream_create_crlf(input);
	sha256_init(&sha);
	while (i_stream_read_more(crlf, &data, &size) > 0) {
		sha256_loop(&sha, data, size);
		i_stream_skip(crlf, size);
	}
	ret = crlf->stream_errno == 0 ? 0 : -1;
	i_stream_unref(&crlf);
	sha256_result(&sha, digest);
	memcpy(key_r, digest, WARDEN_RECORD_KEY_SIZE);
	return ret;
}

/* --- the command line ----------------------------------------------------- */

struct holders {
	pool_t pool;
	ARRAY_TYPE(const_string) names;
};

static int user_line(const char *line, void *context,
		     const char **error_r ATTR_UNUSED)
{
	struct holders *holders = context;
	const char *name = p_strdup(holders->pool, line);

	array_push_back(&holders->names, &name);
	return 0;
}

/* Of all hunts, each once: one name a line, as -F wants them. */
static int
hunt_users(struct doveadm_cmd_context *cctx, const char *const *hunts,
	   enum warden_operation operation, struct holders *holders,
	   string_t *text)
{
	struct warden_admin admin = { .ctx = { .cctx = cctx } };
	const char *error, *name, *last = NULL;

	for (; *hunts != NULL; hunts++) {
		if (hunt_pages(&admin, *hunts, operation, NULL, user_line,
			       holders, &error) < 0) {
			i_error("%s: %s: %s", cctx->cmd->name, *hunts, error);
			return -1;
		}
	}
	array_sort(&holders->names, i_strcmp_p);
	holders_count = 0;
	array_foreach_elem(&holders->names, name) {
		if (last == NULL || strcmp(name, last) != 0) {
			str_printfa(text, "%s\n", name);
			holders_count++;
		}
		last = name;
	}
	return 0;
}

static bool names_users(struct doveadm_cmd_context *cctx)
{
	struct istream *input;
	const char *user;
	bool all = FALSE;

	return doveadm_cmd_param_str(cctx, "user", &user) ||
		(doveadm_cmd_param_bool(cctx, "all-users", &all) && all) ||
		doveadm_cmd_param_istream(cctx, "user-file", &input);
}

/* The same command with -F, and the users that the database knows. */
static void run_for(struct doveadm_cmd_context *cctx, const string_t *users)
{
	struct doveadm_cmd_context full = *cctx;
	struct doveadm_cmd_param *argv =
		t_new(struct doveadm_cmd_param, cctx->argc);
	struct istream *input;

	memcpy(argv, cctx->argv, sizeof(*argv) * cctx->argc);
	full.argv = argv;
	input = i_stream_create_from_data(str_data(users), str_len(users));
	for (int i = 0; i < cctx->argc; i++) {
		if (strcmp(argv[i].name, "user-file") == 0) {
			argv[i].value_set = TRUE;
			argv[i].value.v_istream = input;
		} else if (strcmp(argv[i].name, "all-users") == 0) {
			argv[i].value_set = WARDEN_DOVEADM_FILE_IS_ALL;
			argv[i].value.v_bool = WARDEN_DOVEADM_FILE_IS_ALL;
		}
	}
	doveadm_cmd_ver2_to_mail_cmd_wrapper(&full);
	i_stream_unref(&input);
}

static void
run_for_holders(struct doveadm_cmd_context *cctx, const char *const *hunts,
		enum warden_operation operation)
{
	pool_t pool = pool_alloconly_create("warden holders", 4096);
	string_t *text = str_new(default_pool, 1024);
	struct holders holders = { .pool = pool };

	i_array_init(&holders.names, 64);
	if (hunt_users(cctx, hunts, operation, &holders, text) == 0)
		run_for(cctx, text);
	else
		doveadm_exit_code = EX_UNAVAILABLE;
	array_free(&holders.names);
	str_free(&text);
	pool_unref(&pool);
}

unsigned int warden_hunt_holders_count(void)
{
	return holders_count;
}

/* Their values are wardend's to understand; a word that is none at all is more
   likely a forgotten option. */
const char *const *warden_hunt_param(struct doveadm_cmd_context *cctx,
				     const char *cmd_name)
{
	const char *const *hunts, *const *p;

	if (!doveadm_cmd_param_array(cctx, "hunt", &hunts) || *hunts == NULL)
		doveadm_mail_help_name(cmd_name);
	for (p = hunts; *p != NULL; p++) {
		if (strchr(*p, ':') == NULL) {
			i_fatal_status(EX_USAGE, "%s: '%s' is not KIND:VALUE "
				"(sha256:… tlsh:… url:… host:… domain:… "
				"sender:… subject:… message-id:… key:…)",
				cmd_name, *p);
		}
	}
	return hunts;
}

/* 2.3 passes -F on to doveadm-server, which has no such file and is told the
   user anyhow. */
static void run_on_server(struct doveadm_cmd_context *cctx)
{
	struct doveadm_cmd_context full = *cctx;
	struct doveadm_cmd_param *argv =
		t_new(struct doveadm_cmd_param, cctx->argc);

	memcpy(argv, cctx->argv, sizeof(*argv) * cctx->argc);
	full.argv = argv;
	for (int i = 0; i < cctx->argc; i++) {
		if (strcmp(argv[i].name, "user-file") == 0)
			argv[i].value_set = FALSE;
	}
	doveadm_cmd_ver2_to_mail_cmd_wrapper(&full);
}

static void
run(struct doveadm_cmd_context *cctx, enum warden_operation operation)
{
	const char *const *hunts;

	if (cctx->conn_type != DOVEADM_CONNECTION_TYPE_CLI) {
		run_on_server(cctx);
		return;
	}
	if (names_users(cctx)) {
		doveadm_cmd_ver2_to_mail_cmd_wrapper(cctx);
		return;
	}
	hunts = warden_hunt_param(cctx, cctx->cmd->name);
	run_for_holders(cctx, hunts, operation);
}

void warden_hunt_cmd_pull(struct doveadm_cmd_context *cctx)
{
	run(cctx, WARDEN_OPERATION_PULL);
}

void warden_hunt_cmd_restore(struct doveadm_cmd_context *cctx)
{
	run(cctx, WARDEN_OPERATION_RESTORE);
}
