"""The monitor's keys, and what its help says."""

from __future__ import annotations

from textual.binding import Binding

HELP = """\
{list.up} and {list.down} choose an experiment, {list.open} or Tab goes to its numbers. {app.interrupt} quits when no \
text is selected.

Each experiment has visitors (who took part) and goals (what they did). The rate of a variant on a goal is \
conversions divided by visitors. A goal marked repeats can be reached more than once by the same visitor: it has a \
rate only.

Lift is a variant's rate against the control's. The interval beside it is always-valid: it holds however often you \
look, so there is no harm in watching. Evidence is the p-value that goes with it; small means proven. A verdict waits \
for 100 visitors in each variant. A winner also needs seven days and a clean split.

SPLIT MISMATCH means that visitors do not arrive by the weights: find out why before believing anything.

One look ({monitor.single-look}) shows numbers you may know from other tools: a plain interval of each rate, the \
chance to beat the control, the expected loss. They are right for a single look only, so never stop an experiment \
because of them.

The badge on the second line says how old the numbers are:
  live 1 s           read a second ago
  STALE 31 s         no answer for a while, and no error either
  disconnected       the last attempt failed; the next one is announced
  PAUSED             the view stands still, reading goes on behind it
"""

KEYS = (
    Binding("slash", "filter", "Filter", key_display="/", id="monitor.filter", tooltip="Filter by a part of a name"),
    Binding("s", "sort", "Sort", id="monitor.sort", tooltip="Sort by name, visitors or events per second"),
    Binding("w", "window", "Window", id="monitor.window", tooltip="Since start, last 24 h, or last hour"),
    Binding("c", "chart", "Chart", id="monitor.chart", tooltip="Draw the lift, or the rates"),
    Binding("p", "pause", "Pause", id="monitor.pause", tooltip="Freeze the view, or let it go on"),
    Binding("e", "export", "Export", id="monitor.export", tooltip="Save the numbers as CSV, JSON or Markdown"),
    Binding("o", "chosen('settings')", "Settings", id="monitor.settings", tooltip="Decide control, weights and goals"),
    Binding("k", "chosen('control')", "Control", id="monitor.control", show=False, tooltip="Choose the control"),
    Binding("l", "single_look", "One look", id="monitor.single-look", show=False, tooltip="Numbers for one look only"),
    Binding("x", "chosen('snippet')", "Snippet", id="monitor.snippet", show=False, tooltip="Code for a page"),
    Binding("n", "namespace", "Namespace", id="monitor.namespace", show=False, tooltip="Watch another namespace"),
    Binding(
        "minus", "interval(-1)", "Faster", key_display="-", id="monitor.faster", show=False, tooltip="Read more often"
    ),
    Binding(
        "plus", "interval(1)", "Slower", key_display="+", id="monitor.slower", show=False, tooltip="Read less often"
    ),
    Binding("r", "read_now", "Read now", id="monitor.read-now", show=False, tooltip="Read now"),
    Binding(
        "R",
        "chosen('reset')",
        "Reset",
        id="monitor.reset",
        show=False,
        tooltip="Set its counts to 0",
    ),
    Binding("D", "chosen('delete')", "Delete", id="monitor.delete", show=False, tooltip="Delete the experiment"),
    Binding("escape", "back", "Clear the filter, go to the list", id="monitor.back", show=False),
)
"""Of the screen; lists and fields have some of their own. No bare key destroys anything: those that could, ask."""
