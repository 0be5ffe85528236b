"""Uploads a file as boto3 does by itself, and tells how long it took and what memory it needed."""

import json
import resource
import sys
import time

import boto3

path, bucket, key = sys.argv[1:]
s3 = boto3.client("s3")
started = time.perf_counter()
s3.upload_file(path, bucket, key)
seconds = time.perf_counter() - started
# Kilobytes on Linux, bytes on macOS.
unit = 1 if sys.platform == "darwin" else 1024
print(json.dumps({"seconds": seconds, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6}))
