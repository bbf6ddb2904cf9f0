#ifndef WARDEN_PARSE_OFFICE_CRYPT_H
#define WARDEN_PARSE_OFFICE_CRYPT_H

/* Documents that are encrypted with a password ([MS-OFFCRYPTO]): packages in a
   compound file (standard and agile encryption), and workbooks of Excel 97 to
   2003 (XOR, RC4). Given a password, it is checked before anything is
   decrypted. Pure; passwords are UTF-8. */

#include <glib.h>
#include <stdbool.h>

/* What Excel and PowerPoint try by themselves: such a file opens without a
   question, and scanners that do not know it see nothing. */
#define WARDEN_OFFICE_DEFAULT_PASSWORD "VelvetSweatshop"
#define WARDEN_SLIDES_DEFAULT_PASSWORD "/01Hannes Ruescher/01"

/* Rounds of hashing for one password: Office does 100,000. */
#define WARDEN_OFFICE_SPIN_MAX 1000000u

/* How many rounds one password costs; 0: the header cannot be read, or the
   method is not known. info: the stream "EncryptionInfo". */
guint warden_office_crypt_cost(const guint8 *info, gsize size);
/* package: the stream "EncryptedPackage". Returns the document, owned by the
   caller; NULL if the password is another. */
GBytes *warden_office_decrypt(const guint8 *info, gsize info_size,
			      const guint8 *package, gsize package_size,
			      const char *password);

/* The Workbook stream begins with a record that says so. */
bool warden_book_is_encrypted(const guint8 *data, gsize size);
/* Returns the stream with its records in the clear, or NULL as above. */
GBytes *warden_book_decrypt(const guint8 *data, gsize size,
			    const char *password);

#endif
