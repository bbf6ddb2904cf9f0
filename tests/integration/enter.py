"""enter.py GENERATION BUILD COMMAND…: run a command where that build lives."""

import os
import sys

import tree

build = tree.Build(sys.argv[1], sys.argv[2])
command = build.enter(sys.argv[3:])
os.execvp(command[0], command)
