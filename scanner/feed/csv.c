#include "warden-config.h"

#include "feed-private.h"

/* From behind the opening quote; the text is unescaped in place. Returns what
   follows the closing one, or NULL. */
static char *unquote(char *from)
{
	char *to = from;

	for (;; from++) {
		if (*from == '\0')
			return NULL;
		if (*from == '"') {
			if (from[1] != '"')
				break;
			from++;
		}
		*to++ = *from;
	}
	*to = '\0';
	return from + 1;
}

int feed_csv_split(char *line, char **fields, const char **why_r)
{
	char *p = line;
	int n = 0;

	for (;;) {
		char *quote = p;

		if (n == WARDEN_FEED_COLUMNS_MAX) {
			*why_r = "too many columns";
			return -1;
		}
		/* Malware Bazaar writes ", " between its fields. */
		while (*quote == ' ')
			quote++;
		if (*quote != '"') {
			fields[n++] = p;
			while (*p != ',' && *p != '\0')
				p++;
		} else {
			fields[n++] = quote + 1;
			p = unquote(quote + 1);
			if (p == NULL) {
				*why_r = "a quote is not closed on its line";
				return -1;
			}
			if (*p != ',' && *p != '\0') {
				*why_r = "text after a closing quote";
				return -1;
			}
		}
		if (*p == '\0')
			return n;
		*p++ = '\0';
	}
}
