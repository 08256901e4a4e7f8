"""Known vulnerabilities of what an installation of today gets. `make audit` runs this.

pip-audit asks the package index about each version. Where the index has no page for single versions, as mirrors often
have none, its page of the package still tells which versions were withdrawn, and what is known of the newest one.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

INDEX = "https://pypi.org/pypi"
_SECONDS = 20


@dataclass(frozen=True)
class Answer:
    """What is known of one version: vulnerabilities by their ids, or why nothing is known."""

    name: str
    version: str
    vulnerabilities: tuple[str, ...] = ()
    unknown: str = ""


def page_over_http(name: str) -> Mapping[str, Any]:
    """The index's page of a package.

    Raises:
        OSError: there is none, or no index.
    """
    with urllib.request.urlopen(f"{INDEX}/{name}/json", timeout=_SECONDS) as answer:
        page: Mapping[str, Any] = json.load(answer)
        return page


def from_page(name: str, version: str, page: Callable[[str], Mapping[str, Any]] = page_over_http) -> Answer:
    """What a package's page tells of a version."""
    try:
        found = page(name)
    except OSError as error:
        return Answer(name, version, unknown=f"the index has no page of it ({error})")
    files = found["releases"].get(version, [])
    if files and all(file["yanked"] for file in files):
        return Answer(name, version, (f"withdrawn: {files[0].get('yanked_reason') or 'no reason given'}",))
    newest = found["info"]["version"]
    if version != newest:
        return Answer(name, version, unknown=f"the index tells only of the newest version, {newest}")
    known = [one for one in found.get("vulnerabilities", []) if not one.get("withdrawn")]
    return Answer(name, version, tuple(dict.fromkeys(one["id"] for one in known)))


def answers(
    installed: Mapping[str, str],
    audited: Iterable[Mapping[str, Any]],
    page: Callable[[str], Mapping[str, Any]] = page_over_http,
) -> Iterator[Answer]:
    """What is known of each package.

    Args:
        installed: name to version.
        audited: pip-audit's dependencies; those it skipped are looked for on the packages' pages.
    """
    for one in audited:
        version = installed[one["name"]]
        if "skip_reason" in one:
            yield from_page(one["name"], version, page)
        else:
            yield Answer(one["name"], version, tuple(found["id"] for found in one["vulns"]))


def told(found: Iterable[Answer]) -> tuple[str, int]:
    """The audit in words, and its exit code: 1 for a vulnerability, 2 when nothing at all is known."""
    every = sorted(found, key=lambda answer: answer.name.lower())
    bad = [answer for answer in every if answer.vulnerabilities]
    unknown = [answer for answer in every if answer.unknown]
    known = len(every) - len(unknown)
    lines = [f"{one.name} {one.version}: {', '.join(one.vulnerabilities)}" for one in bad]
    lines += [f"{one.name} {one.version}: not known, {one.unknown}" for one in unknown]
    lines.append(f"{len(every)} packages, {known} of them known to the index, {len(bad)} vulnerable or withdrawn.")
    return "\n".join(lines), 1 if bad else 0 if known else 2


def main() -> int:
    """Audit what `pip install` of this project, with its extras, would install now."""
    folder = Path(sys.argv[1])
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-"]
    report = subprocess.run([*command, ".[dashboard,demo]"], check=True, capture_output=True, text=True).stdout
    packages = [one["metadata"] for one in json.loads(report)["install"] if not one.get("is_direct")]
    installed = {one["name"].lower().replace("_", "-"): one["version"] for one in packages}
    listed = folder / "installed.txt"
    listed.write_text("".join(f"{name}=={version}\n" for name, version in installed.items()))
    asking = ["--format=json", "--progress-spinner=off", "--disable-pip", "--no-deps", f"--requirement={listed}"]
    run = subprocess.run([folder / "bin" / "pip-audit", *asking], check=False, capture_output=True, text=True)
    if not run.stdout:
        sys.stderr.write(run.stderr)
        return 2
    words, code = told(answers(installed, json.loads(run.stdout)["dependencies"]))
    sys.stdout.write(words + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
