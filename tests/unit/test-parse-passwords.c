/* Words of a message that may open an archive in it. */

#include "warden-config.h"

#include "scanner/facts/limits.h"
#include "scanner/parse/text/passwords.h"

#include <string.h>

static bool is_listed(struct warden_passwords *passwords, const char *word)
{
	const GPtrArray *list = warden_passwords_list(passwords);
	guint i;

	for (i = 0; i < list->len; i++) {
		if (strcmp(g_ptr_array_index(list, i), word) == 0)
			return TRUE;
	}
	return FALSE;
}

static const struct {
	const char *text, *password;
	bool html;
} texts[] = {
	{ "Password: k7Qz-19", "k7Qz-19", FALSE },
	{ "password:k7Qz", "k7Qz", FALSE },
	{ "The archive's password is 8841.", "8841", FALSE },
	{ "8841 is the password for the file", "8841", FALSE },
	{ "Password:\r\n\r\n   Xy1!z\r\n", "Xy1!z", FALSE },
	{ "Passwort (bitte abtippen): \"Haus 12\"", "Haus 12", FALSE },
	{ "Mot de passe : 1905abc", "1905abc", FALSE },
	{ "La contraseña del archivo es Luna7", "Luna7", FALSE },
	{ "A senha é 55512", "55512", FALSE },
	{ "Пароль: Зима22", "Зима22", FALSE },
	{ "解压密码1234x", "1234x", FALSE },
	{ "密码：9988", "9988", FALSE },
	{ "パスワードは abc77 です", "abc77", FALSE },
	{ "use code 7731 to open", "7731", FALSE },
	{ "open it with \xe2\x80\x9cSesame9\xe2\x80\x9d", "Sesame9", FALSE },
	{ "Hello,\r\n\r\nR4nd0m\r\n\r\nBye", "R4nd0m", FALSE },
	{ "<p>Password:&nbsp;<b>4711</b></p>", "4711", TRUE },
	{ "<td>Password</td><td>a&amp;b1</td>", "a&b1", TRUE },
	{ "<p>Pass<i>word</i>: <font>6<b>6</b>8</font>", "668", TRUE },
};

static void test_texts(void)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS(texts); i++) {
		struct warden_passwords *passwords = warden_passwords_new();
		const char *text = texts[i].text;

		if (texts[i].html)
			warden_passwords_read_html(passwords, text,
						   strlen(text));
		else
			warden_passwords_read_text(passwords, text,
						   strlen(text));
		if (!is_listed(passwords, texts[i].password))
			g_error("no \"%s\" from \"%s\"", texts[i].password,
				text);
		warden_passwords_free(passwords);
	}
}

static void test_names_and_common(void)
{
	struct warden_passwords *passwords = warden_passwords_new();

	warden_passwords_read_name(passwords, "a/Report-2024.zip");
	g_assert_true(is_listed(passwords, "Report-2024"));
	g_assert_true(is_listed(passwords, "infected"));
	g_assert_false(is_listed(passwords, "Report-2024.zip"));
	warden_passwords_free(passwords);
}

/* However long the text, the list is short, and the best stay in it. */
static void test_flood(void)
{
	struct warden_passwords *passwords = warden_passwords_new();
	GString *text = g_string_new("Password: first1\n");
	guint i;

	for (i = 0; i < 20000; i++)
		g_string_append_printf(text, "\"q%u\" password w%u\n", i, i);
	for (i = 0; i < 40; i++)
		warden_passwords_read_text(passwords, text->str, text->len);
	g_assert_cmpuint(warden_passwords_list(passwords)->len, <=,
			 WARDEN_PASSWORDS_MAX);
	g_assert_true(is_listed(passwords, "first1"));
	g_assert_true(is_listed(passwords, "infected"));
	g_string_free(text, TRUE);
	warden_passwords_free(passwords);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/passwords/texts", test_texts);
	g_test_add_func("/passwords/names", test_names_and_common);
	g_test_add_func("/passwords/flood", test_flood);
	return g_test_run();
}
