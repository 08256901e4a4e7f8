"""Turn a checked `SnippetSpec` into the text that goes into a page."""

from __future__ import annotations

import textwrap
from html import escape
from typing import TYPE_CHECKING

from lamed_tui.errors import UsageError
from lamed_tui.snippet.literals import expression, string_literal
from lamed_tui.snippet.spec import problems

if TYPE_CHECKING:
    from lamed_tui.snippet.spec import Goal, NameLimits, SnippetSpec, Variant

ALEPHBET_VERSION = "0.27.0"
# The package's only file that a browser runs as it is (it sets a global); its `dist/esm` needs a bundler.
ALEPHBET_URL = f"https://cdn.jsdelivr.net/npm/alephbet@{ALEPHBET_VERSION}/dist/alephbet.min.js"
ALEPHBET_INTEGRITY = "sha384-4VEL32ya6Zl4KzeC363t/ySCI+riTrRthoaev9aFmg7i5aF8/44TAI0fCz7Vvzha"
"""Hash of `dist/alephbet.min.js` in npm's `alephbet` 0.27.0, as `integrity` attributes want it.

Source of the form: https://www.w3.org/TR/SRI/#the-integrity-attribute
"""

_HTML = """\
<!-- An A/B test. Put this at the end of the page's body. -->
<script src="{url}"
        integrity="{integrity}"
        crossorigin="anonymous"></script>
<script>
(function () {{
{body}

  // For the page's other scripts: lamedExperiments.get({name}).goals
  window.lamedExperiments = window.lamedExperiments || new Map();
  window.lamedExperiments.set({name}, {{ experiment, goals }});
}})();
</script>
"""

_QUEUE = """\
// Where events wait until the backend has acknowledged them, over reloads and beside those of other tabs. None is sent
// past the age of {age}: the backend recognises a repeated event for {expiry} only.
function waitingEvents(key) {{
  const own = new Set();
  const isFresh = (entry) => Date.now() - entry.since < {milliseconds};
  const read = () => JSON.parse(localStorage.getItem(key) || "[]").filter(isFresh);
  return {{
    get() {{
      const entries = read();
      entries.forEach((entry) => own.add(entry.properties._quuid));
      return JSON.stringify(entries);
    }},
    set() {{
      tracking._queue.forEach((entry) => {{
        entry.since = entry.since || Date.now();
        own.add(entry.properties._quuid);
      }});
      tracking._queue = tracking._queue.filter(isFresh);
      const others = read().filter((entry) => !own.has(entry.properties._quuid));
      localStorage.setItem(key, JSON.stringify(others.concat(tracking._queue)));
    }},
  }};
}}
"""
# AlephBet's adapter saves its queue under one name and looks for it under another, so a reload loses it; all adapters
# of a page share that one name; and nothing in it grows too old. `_queue` is the adapter's own, in the pinned version.

_MODULE = """\
// An A/B test, as an ES module: <script type="module" src="…">, or imported by your own modules.
// With alephbet {version} from npm and a bundler, the lines up to "const tracking" can be:
//   import * as AlephBet from "alephbet";
if (!globalThis.AlephBet) {{
  await new Promise((resolve, reject) => {{
    document.head.append(Object.assign(document.createElement("script"), {{
      src: {url},
      integrity: {integrity},
      crossOrigin: "anonymous",
      onload: resolve,
      onerror: () => reject(new Error("AlephBet could not be loaded")),
    }}));
  }});
}}
const AlephBet = globalThis.AlephBet;

{body}

export {{ experiment, goals }};
"""


def build(spec: SnippetSpec, limits: NameLimits | None = None) -> str:
    """The snippet's text, ending in a newline.

    `html` is two script elements for the end of a page's body; `module` is one ES module. Both load the pinned
    AlephBet with its integrity hash and run as they are; what the variants look like is left to be filled in.

    Raises:
        UsageError: the spec has `problems`; all of them are named.
    """
    if found := problems(spec, limits):
        raise UsageError(" ".join(problem.message for problem in found))
    url = spec.library_url or ALEPHBET_URL
    body = _body(spec)
    if spec.format == "module":
        return _MODULE.format(
            version=ALEPHBET_VERSION,
            url=string_literal(url),
            integrity=string_literal(ALEPHBET_INTEGRITY),
            body=body,
        )
    return _HTML.format(
        url=escape(url),
        integrity=ALEPHBET_INTEGRITY,
        body=textwrap.indent(body, "  "),
        name=string_literal(spec.experiment),
    )


def _body(spec: SnippetSpec) -> str:
    goals = "".join(f"  {_goal(goal)}\n" for goal in spec.goals)
    variants = "".join(_variant(variant) for variant in spec.variants)
    queue = f"waitingEvents({string_literal(f'lamed:{spec.namespace}:{spec.experiment}')})"
    options = [f"name: {string_literal(spec.experiment)}", "tracking_adapter: tracking"]
    if spec.sample != 1:
        options.append(f"sample: {spec.sample!r}")
    if spec.user_id is not None:
        options.append("user_id: userId")
    if trigger := _trigger(spec):
        options.append(f"trigger: () => {trigger}")
    lines = [
        "const tracking = new AlephBet.LamedAdapter(",
        f"  {string_literal(spec.track_url)},",
        f"  {string_literal(spec.namespace)},",
        f"  {queue},",
        ");",
    ]
    if spec.user_id is not None:
        lines.append(f"const userId = {expression(spec.user_id)};")
    lines += [
        "",
        '// Reached by a click on an element with data-goal="NAME", or by goals.get("NAME").complete().',
        f"const goals = new Map([\n{goals}]);",
        "",
        "const experiment = new AlephBet.Experiment({",
        *(textwrap.indent(option, "  ") + "," for option in options),
        f"  variants: {{\n{variants}  }},",
        "});",
        # AlephBet's documentation: no goals without a user id, or a person would count once a device.
        ("" if spec.user_id is None else "if (userId) ") + "experiment.add_goals([...goals.values()]);",
        "",
        'document.addEventListener("click", (event) => {',
        '  const element = event.target.closest("[data-goal]");',
        '  const goal = element && goals.get(element.getAttribute("data-goal"));',
        "  if (goal) goal.complete();",
        "});",
        "",
        _queue(spec),
    ]
    return "\n".join(lines)


def _queue(spec: SnippetSpec) -> str:
    expiry = spec.uuid_expiry_seconds
    # An hour less, or half of it, for the way there and for answers that were lost on the way back.
    age = expiry - min(3600, expiry // 2)
    return _QUEUE.format(age=_duration(age), expiry=_duration(expiry), milliseconds=age * 1000).rstrip()


def _duration(seconds: int) -> str:
    if seconds % 3600 == 0 and seconds > 3600:
        return f"{seconds // 3600} hours"
    return "a second" if seconds == 1 else f"{seconds} seconds"


def _goal(goal: Goal) -> str:
    name = string_literal(goal.name)
    options = "" if goal.unique else ", { unique: false }"
    return f"[{name}, new AlephBet.Goal({name}{options})],"


def _variant(variant: Variant) -> str:
    key = string_literal(variant.name)
    if variant.name == "__proto__":  # written plainly it would set the object's prototype instead of a property
        key = f"[{key}]"
    weight = "" if variant.weight is None else f"      weight: {variant.weight},\n"
    return (
        f"    {key}: {{\n{weight}      activate: () => {{\n"
        "        // Change the page for this variant here.\n      },\n    },\n"
    )


def _trigger(spec: SnippetSpec) -> str:
    """AlephBet's documentation asks for no visitors without a user id where an experiment has user ids."""
    conditions = ["Boolean(userId)"] if spec.user_id is not None else []
    if spec.trigger is not None:
        conditions.append(expression(spec.trigger))
    return " && ".join(conditions)
