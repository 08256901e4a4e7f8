"""Runs inside 0.4.3's environment: its own `lamed deploy`, against the endpoint that AWS_ENDPOINT_URL names.

What it needs besides itself and its redis-py (boto3, click, jmespath) comes from the folder given as an argument. With
a second argument it is hurried: it does not wait for IAM, and makes each client once. What it does is the same.
"""

import functools
import importlib
import os
import sys
import time
import types


def main() -> None:
    sys.path.append(sys.argv[1])
    # What setuptools would answer, which newer environments lack.
    resources = types.ModuleType("pkg_resources")
    folder = os.path.dirname(str(importlib.import_module("lamed.config").__file__))  # noqa: PTH120 - as the original
    resources.__dict__["resource_filename"] = lambda _package, path: os.path.join(folder, path)  # noqa: PTH118 - as the original
    sys.modules["pkg_resources"] = resources
    if sys.argv[2:]:
        _hurry()
    importlib.import_module("lamed.cli").cli(["deploy"])


def _hurry() -> None:
    time.sleep = lambda _seconds: None  # it waits for IAM, which the emulator does not need
    session = importlib.import_module("boto3").session.Session()
    session.client = functools.cache(session.client)  # it makes a client for every question
    importlib.import_module("lamed.aws_api").__dict__["boto_session"] = lambda: session


if __name__ == "__main__":
    main()
