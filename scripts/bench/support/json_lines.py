"""Parses a file of JSON Lines by a module: json or orjson."""

import importlib
import sys

loads = importlib.import_module(sys.argv[1]).loads
with open(sys.argv[2], "rb") as lines:
    for line in lines:
        loads(line)
