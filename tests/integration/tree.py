"""Where a Dovecot generation and our build for it are found.

`run` prepares both: generation → Debian release → either this machine or a
tree made by debootstrap under the cache. A Build is one configured build of
the project for one of them.
"""

import os
import pathlib
import shlex
import shutil
import subprocess

PROJECT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("WARDEN_CACHE", PROJECT / ".cache"))
RELEASE = {"2.3": "bookworm", "2.4": "trixie"}


def native_generation():
    """The generation that this machine's own Dovecot is of, or None."""
    program = shutil.which("dovecot") or "/usr/sbin/dovecot"
    try:
        words = subprocess.run([program, "--version"], text=True,
                               capture_output=True).stdout
    except OSError:
        return None
    return words[:3] if words[:3] in RELEASE else None


def namespaces_work():
    """May we mount for ourselves alone? Not in an ordinary container, nor in
    a chroot; then this machine's own Dovecot is used as it is, with our
    modules linked into its directory."""
    global _namespaces
    if _namespaces is None:
        _namespaces = subprocess.run(
            ["unshare", "-m", "--propagation", "private", "true"],
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL).returncode == 0
    return _namespaces


_namespaces = None


class Build:
    def __init__(self, generation, name=None):
        if generation not in RELEASE:
            raise ValueError("no such Dovecot generation: %r" % generation)
        self.generation = generation
        self.name = name or "plain"
        self.native = native_generation() == generation
        self.root = None if self.native else CACHE / RELEASE[generation]
        self.inst = CACHE / "inst" / ("%s-%s" % (generation, self.name))
        self.modules = self.inst / "modules"
        self.wardend = self.inst / "libexec" / "warden" / "wardend"
        self.warden = self.inst / "bin" / "warden"

    def enter(self, command, paths=(), user=None):
        """The command line that runs command where this build lives: in its
        tree if it is a foreign one, and with our modules in place of the
        compiled-in directory."""
        inner = shlex.join([str(word) for word in command])
        if user is not None:
            inner = shlex.join(["setpriv", "--reuid", str(user), "--regid",
                                str(user), "--clear-groups", "--"]
                               + [str(word) for word in command])
        if self.native and not namespaces_work():
            return ["/bin/sh", "-c", "exec " + inner]
        script = ["set -e"]
        root = "" if self.native else str(self.root)
        if root:
            wanted = [PROJECT, CACHE, "/tmp", *paths]
            mounted = []
            for path in [str(p) for p in wanted] + ["/proc", "/dev"]:
                if any(path == m or path.startswith(m + "/")
                       for m in mounted):
                    continue
                mounted.append(path)
                script.append("mkdir -p %s && mount --rbind %s %s" % (
                    shlex.quote(root + path), shlex.quote(path),
                    shlex.quote(root + path)))
        modules = root + "/usr/lib/dovecot/modules"
        if self.modules.is_dir():
            script.append("mount --bind %s %s"
                          % (shlex.quote(str(self.modules)),
                             shlex.quote(modules)))
        if root:
            script.append("exec chroot %s /bin/sh -c %s" % (
                shlex.quote(root),
                shlex.quote("cd %s && exec %s"
                            % (shlex.quote(str(PROJECT)), inner))))
        else:
            script.append("exec " + inner)
        propagation = "private" if namespaces_work() else "unchanged"
        return ["unshare", "-m", "--propagation", propagation, "/bin/sh",
                "-c", "; ".join(script)]
