"""`warden scan` as a program: what it reads, prints and returns."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import messages
import tree

BUILD = tree.Build(os.environ.get("WARDEN_GENERATION", "2.3"))


def scan(*arguments, data=b"", command="scan"):
    done = subprocess.run(
        BUILD.enter([BUILD.warden, command, *map(str, arguments)]),
        input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done


def lines(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


class Scan(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="warden-scan-",
                                                 dir="/tmp"))
        self.addCleanup(shutil.rmtree, self.dir)

    def write(self, name, data):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def test_one_line_each(self):
        good = self.write("good.eml", messages.good())
        bad = self.write("bad.eml", messages.disguised())
        done = scan("--json", good, bad, self.dir / "none.eml")
        self.assertEqual(done.returncode, 1)
        found = lines(done)
        self.assertEqual([f["file"] for f in found],
                         [str(good), str(bad), str(self.dir / "none.eml")])
        self.assertEqual([f.get("verdict") for f in found],
                         ["clean", "malware", None])
        self.assertIn("error", found[2])

    def test_speaking_mail(self):
        for name, verdict in (("good", "clean"), ("disguised", "malware"),
                              ("lying_link", "phishing"),
                              ("eicar", "malware"), ("known_bad", "clean")):
            with self.subTest(name):
                done = scan("--json", "-", data=getattr(messages, name)())
                self.assertEqual(done.returncode, 0)
                found, = lines(done)
                self.assertEqual(found["file"], "-")
                self.assertEqual(found["verdict"], verdict)

    def test_options_anywhere(self):
        good = self.write("good.eml", messages.good())
        self.assertEqual(len(lines(scan(good, "--json"))), 1)

    def test_folder(self):
        for name in ("b/2.eml", "a.eml", "b/1.eml", "c"):
            self.write(name, messages.good())
        (self.dir / "loop").symlink_to(self.dir)
        done = scan("--json", self.dir)
        self.assertEqual(done.returncode, 0)
        self.assertEqual([f["file"] for f in lines(done)], [
            str(self.dir / n) for n in ("a.eml", "b/1.eml", "b/2.eml", "c")])

    def test_folder_with_pipe(self):
        self.write("a.eml", messages.good())
        os.mkfifo(self.dir / "pipe")
        done = scan("--json", self.dir)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(["error" in f for f in lines(done)], [False, True])

    def mailbox(self):
        return b"\n".join(
            b"From ben@example.org Tue Jan  2 03:04:06 2024\n"
            + m.replace(b"\r\n", b"\n") for m in
            (messages.good(), messages.disguised(), messages.lying_link()))

    def test_mbox(self):
        path = self.write("old.mbox", self.mailbox())
        found = lines(scan("--json", path))
        self.assertEqual([f["file"] for f in found],
                         ["%s:%d" % (path, n) for n in (1, 2, 3)])
        self.assertEqual([f["verdict"] for f in found],
                         ["clean", "malware", "phishing"])
        # The key is that of the same message outside of the mailbox.
        alone, = lines(scan("--json", "-", data=messages.good()))
        self.assertEqual(found[0]["sha256"], alone["sha256"])

    def test_mbox_option(self):
        path = self.write("old", self.mailbox())
        self.assertEqual(len(lines(scan("--json", "--mbox", path))), 3)
        # Without it a file is one message, whatever it begins with.
        self.assertEqual(len(lines(scan("--json", path))), 1)

    def test_mbox_stdin(self):
        done = scan("--json", "--mbox", "-", data=self.mailbox())
        self.assertEqual([f["file"] for f in lines(done)],
                         ["-:1", "-:2", "-:3"])

    def test_empty(self):
        found, = lines(scan("--json", self.write("empty.eml", b"")))
        self.assertEqual(found["verdict"], "clean")

    def test_name_not_utf8(self):
        path = os.fsencode(self.dir) + b"/\xff.eml"
        with open(path, "wb") as out:
            out.write(messages.good())
        done = scan("--json", self.dir)
        self.assertEqual(len(lines(done)), 1)
        done.stdout.decode("utf-8")

    def test_usage(self):
        for arguments in ((), ("--nonsense", "x"), ("--config",)):
            with self.subTest(arguments):
                done = scan(*arguments)
                self.assertEqual(done.returncode, 2)
                self.assertEqual(done.stdout, b"")
                self.assertNotEqual(done.stderr, b"")

    def test_bad_config(self):
        config = self.write("warden.conf", b"[policy]\nspam_treshold = 3\n")
        done = scan("--config", config, self.write("a", messages.good()))
        self.assertEqual(done.returncode, 2)
        for word in (str(config), "policy", "spam_treshold", "3"):
            self.assertIn(word, done.stderr.decode())

    def test_config(self):
        config = self.write("warden.conf",
                            b"[actions]\nphishing = flag\n"
                            b"[scores]\nEXECUTABLE_ATTACHMENT = 0\n")
        found, = lines(scan("--json", "--config", config, "-",
                            data=messages.lying_link()))
        self.assertEqual((found["verdict"], found["action"]),
                         ("phishing", "flag"))
        self.assertEqual(list(self.dir.glob("*.sqlite*")), [])

    def test_deterministic(self):
        for make in (messages.disguised, messages.lying_link):
            data = make()
            first, = lines(scan("--json", "-", data=data))
            second, = lines(scan("--json", "-", data=data))
            del first["elapsed_us"], second["elapsed_us"]
            self.assertEqual(first, second)

    def test_line_endings(self):
        data = messages.disguised()
        crlf, = lines(scan("--json", "-", data=data))
        lf, = lines(scan("--json", "-", data=data.replace(b"\r\n", b"\n")))
        self.assertEqual(crlf["sha256"], lf["sha256"])
        self.assertEqual(crlf["findings"], lf["findings"])

    def test_report_for_people(self):
        done = scan("-", data=messages.disguised())
        text = done.stdout.decode()
        self.assertIn("malware", text)
        self.assertIn("Invoice.pdf.exe", text)
        self.assertNotIn("\x1b", text)

    def test_help(self):
        done = scan("--help")
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"usage: warden scan", done.stdout)


if __name__ == "__main__":
    unittest.main()
