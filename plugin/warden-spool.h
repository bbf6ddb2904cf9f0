#ifndef WARDEN_SPOOL_H
#define WARDEN_SPOOL_H

/* A bounded copy of one message on its way through: first in memory, then in
   an unlinked temporary file. The storage gets to write the mail only when it
   has been judged, so that neither a slow client nor the scanner leaves a
   half-written message in a mailbox when the process is killed. A spool never
   fails the save: when it is full or broken the storage writes along
   (warden_spool_replay), and the fail policy decides. */

struct istream;
struct mail;
struct warden_spool;

/* Messages up to this size never touch the disk: most mail is smaller, and
   one imap process holds one spool at a time. */
#define WARDEN_SPOOL_MEMORY_MAX (128 * 1024)

/* temp_prefix: beginning of the temporary file's path. max_size: bytes kept;
   what follows is only counted. The spool is reference counted. */
struct warden_spool *
warden_spool_init(const char *temp_prefix, uoff_t max_size);
void warden_spool_ref(struct warden_spool *spool);
void warden_spool_unref(struct warden_spool **spool);

/* Returns how many bytes were taken: less than size when the spool is full or
   broken, and then none ever after. */
size_t warden_spool_append(struct warden_spool *spool,
			   const void *data, size_t size);
/* Bytes that passed by after the spool was full. */
void warden_spool_count(struct warden_spool *spool, size_t size);
/* Returns NULL, or why the kept bytes cannot be used (a full disk). */
const char *warden_spool_get_error(const struct warden_spool *spool);
/* The bytes are not what they should be, for a reason outside. */
void warden_spool_set_error(struct warden_spool *spool, const char *error);
/* Bytes kept, and bytes of the whole message. */
uoff_t warden_spool_get_size(const struct warden_spool *spool);
uoff_t warden_spool_get_full_size(const struct warden_spool *spool);
/* Bytes from offset on: at least one unless offset is at the end. The data
   lives until the next call. Returns 0 or -1 (see get_error). */
int warden_spool_read(struct warden_spool *spool, uoff_t offset,
		      const unsigned char **data_r, size_t *size_r);

/* The kept bytes as a seekable stream. It keeps the spool alive. */
struct istream *warden_spool_open(struct warden_spool *spool);
/* The kept bytes, followed by what is left of input. Not seekable. What comes
   from input is counted. */
struct istream *
warden_spool_replay(struct warden_spool *spool, struct istream *input);

/* Fill the spool with a whole mail. Returns 0 or -1 (*error_r). */
int warden_spool_add_mail(struct warden_spool *spool, struct mail *mail,
			  const char **error_r);

#endif
