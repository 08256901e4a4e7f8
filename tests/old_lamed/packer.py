"""Runs inside 0.4.3's environment: builds `lamed.zip` in the working directory with 0.4.3's own function.

Importing its deploy module needs an AWS library; the function alone needs its own lines and the names below.
"""

import ast
import importlib
import os
import sys
import types
import zipfile
from pathlib import Path


def main() -> None:
    config = importlib.import_module("lamed.config")
    package = Path(str(config.__file__)).parent
    tree = ast.parse((package / "deploy.py").read_text())
    wanted: list[ast.stmt] = [
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "prepare_zip"
    ]
    names: dict[str, object] = {"os": os, "config": config.config, "logger": config.logger}
    names |= {"ZipFile": zipfile.ZipFile, "ZipInfo": zipfile.ZipInfo, "ZIP_DEFLATED": zipfile.ZIP_DEFLATED}
    # What setuptools would answer, which newer environments lack.
    resources = types.ModuleType("pkg_resources")
    resources.__dict__["resource_filename"] = lambda _package, path: os.path.join(package, path)  # noqa: PTH118 - as the original, which answers text
    sys.modules["pkg_resources"] = resources
    exec(compile(ast.Module(wanted, type_ignores=[]), str(package / "deploy.py"), "exec"), names)  # noqa: S102 - 0.4.3's own lines, unchanged
    names["prepare_zip"]()  # type: ignore[operator]  # the function that the line above has defined


if __name__ == "__main__":
    main()
