#ifndef WARDEN_READER_SANDBOX_H
#define WARDEN_READER_SANDBOX_H

/* What the kernel lets the reader's child do, once all that it needs is
   loaded: compute, take memory, and talk over the socket that it has. No file
   is opened, no socket made, no program started, no process looked at, no
   memory made executable. A refused call returns an error to the library that
   made it (EPERM), so that a parser that would like a file goes on without.

   seccomp (libseccomp) refuses calls; Landlock (Linux 5.13, where it is
   switched on) refuses paths and ports, should a call get through. */

enum warden_sandbox {
	WARDEN_SANDBOX_SECCOMP	= 1 << 0,
	WARDEN_SANDBOX_LANDLOCK	= 1 << 1,
};

/* Confine this process for good. Needs PR_SET_NO_NEW_PRIVS. Returns what is in
   force: 0 if the kernel knows neither. */
unsigned int warden_reader_sandbox(void);

/* "seccomp landlock", "seccomp", "landlock" or "none". */
const char *warden_sandbox_name(unsigned int sandbox);

#endif
