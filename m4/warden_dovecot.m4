# WARDEN_DOVECOT: find Dovecot's headers and module directory by probing;
# no version numbers are compared.
AC_DEFUN([WARDEN_DOVECOT], [
AC_ARG_WITH([dovecot],
	[AS_HELP_STRING([--with-dovecot=DIR], [directory with dovecot-config (default: search)])],
	[], [with_dovecot=])
AC_MSG_CHECKING([for dovecot-config])
AS_IF([test -z "$with_dovecot"], [
	for dir in /usr/lib/dovecot /usr/lib64/dovecot /usr/local/lib/dovecot /opt/dovecot/lib/dovecot; do
		AS_IF([test -f "$dir/dovecot-config"], [with_dovecot=$dir; break])
	done])
AS_IF([test -f "$with_dovecot/dovecot-config"], [],
	[AC_MSG_ERROR([dovecot-config not found: install dovecot-dev or give --with-dovecot=DIR])])
AC_MSG_RESULT([$with_dovecot/dovecot-config])
eval "`grep -E '^(dovecot_moduledir|LIBDOVECOT|LIBDOVECOT_STORAGE|LIBDOVECOT_INCLUDE)=' "$with_dovecot/dovecot-config"`"
AS_IF([test -n "$dovecot_moduledir" && test -n "$LIBDOVECOT_INCLUDE"], [],
	[AC_MSG_ERROR([$with_dovecot/dovecot-config names no module directory or headers])])
# its headers are not ours to be warned about
DOVECOT_INCLUDE=`echo "$LIBDOVECOT_INCLUDE" | sed 's/-I/-isystem /g'`
AC_SUBST([DOVECOT_INCLUDE])
# for the plugin's unit tests only: the plugin itself is linked by who loads it
DOVECOT_TEST_LIBS="$LIBDOVECOT $LIBDOVECOT_STORAGE -Wl,-rpath,$with_dovecot"
AC_SUBST([DOVECOT_TEST_LIBS])
dovecot_plugindir="$dovecot_moduledir"
AC_ARG_WITH([moduledir],
	[AS_HELP_STRING([--with-moduledir=DIR], [where Dovecot loads modules from])],
	[dovecot_plugindir="$withval"])
AC_SUBST([dovecot_plugindir])

save_CPPFLAGS=$CPPFLAGS
CPPFLAGS="$CPPFLAGS -DHAVE_CONFIG_H $DOVECOT_INCLUDE"
AC_MSG_CHECKING([for Dovecot's settings_get()])
AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#include "lib.h"
#include "settings.h"
]], [[ (void)&settings_get; ]])],
	[warden_dovecot_settings_get=yes], [warden_dovecot_settings_get=no])
AC_MSG_RESULT([$warden_dovecot_settings_get])
CPPFLAGS=$save_CPPFLAGS
AS_IF([test "$warden_dovecot_settings_get" = yes],
	[warden_dovecot_summary="2.4 generation, modules in $dovecot_plugindir"],
	[warden_dovecot_summary="2.3 generation, modules in $dovecot_plugindir"])
])
