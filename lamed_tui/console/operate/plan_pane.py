"""The plan: what would happen to each resource, what that means, and the question whether to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.content import Content
from textual.widgets import Static, Tree

from lamed_tui.console.operate import plan_views, views, work_views
from lamed_tui.console.operate.pane import Pane, Sight
from lamed_tui.console.operate.progress import Kind, Stage
from lamed_tui.deploy import wording

if TYPE_CHECKING:
    from rich.style import Style
    from textual.app import ComposeResult
    from textual.widgets.tree import TreeNode

    from lamed_tui.console.operate.pane import Surroundings
    from lamed_tui.console.operate.progress import Work
    from lamed_tui.deploy.plan import Plan

_WHAT = {
    Kind.DEPLOY: "Asking AWS what would change",
    Kind.ROLLBACK: "Asking AWS what going back would change",
    Kind.DESTROY: "Asking AWS what there is to destroy",
}
_NEXT = {Kind.DEPLOY: "Deploy", Kind.ROLLBACK: "Roll back", Kind.DESTROY: "Destroy"}


class PlanTree(Tree[plan_views.Label]):
    """Services, their resources, and the values that change."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"plan--{tone}" for tone in plan_views.TONES}

    def __init__(self) -> None:
        super().__init__("Plan", id="plan-tree")
        self.show_root = False
        self.guide_depth = 2

    def show(self, plan: Plan) -> None:
        """Show the changes of a plan."""
        self.clear()
        for service, changes in plan_views.groups(plan).items():
            label = plan_views.group_label(service, changes)
            branch = self.root.add(_text(label), label, expand=plan_views.is_open(plan, changes))
            for change in changes:
                differences = plan_views.difference_labels(change)
                name = plan_views.change_label(change)
                if not differences:
                    branch.add_leaf(_text(name), name)
                    continue
                node = branch.add(_text(name), name, expand=True)
                for difference in differences:
                    node.add_leaf(_text(difference), difference)
        if retagged := wording.retagged(plan):
            self.root.add_leaf(Text(retagged), ((retagged, "quiet"),))
        self.root.expand()
        self.cursor_line = 0

    def render_label(self, node: TreeNode[plan_views.Label], base_style: Style, style: Style) -> Text:
        """The label in the theme's colours, which Rich does not know by name."""
        label = super().render_label(node, base_style, style)
        shift = len(label) - len(node.label)
        for text, tone in node.data or ():
            if tone:
                toned = self.get_component_rich_style(f"plan--{tone}", partial=True)
                label.stylize(toned, shift, shift + len(text))
            shift += len(text)
        return label


class PlanPane(Pane):
    """Shows the operation until AWS begins to work."""

    HELP_TITLE = "Plan"
    HELP_TEXT = """\
Nothing has been changed yet. AWS has compared what is deployed with what would be, and this is the difference: \
+ add, ~ modify, ! replace, - remove. Enter unfolds and folds; below a resource stand the values that change, before \
and after. What stops working for the people who use the backend is said above, in words that begin with "Breaks".

{operate.next} goes on. Leaving with {operate.back} takes everything back: nothing stays in AWS.
"""

    def __init__(self, page: str, around: Surroundings) -> None:
        super().__init__(page, around)
        self._work: Work | None = None
        self._shown: Plan | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="plan-heading")
        with Sight(id="plan-consequences"):
            yield Static(id="plan-means")
        yield PlanTree()

    @property
    def offers(self) -> frozenset[str]:
        stage = self._work.stage if self._work else None
        if stage is Stage.ASKING:
            return frozenset({"back", "next"})
        if stage in {Stage.FAILED, Stage.CANCELLED}:
            return frozenset({"back", "retry", "copy"})
        return frozenset({"back"})

    @property
    def next_label(self) -> str:
        work = self._work
        if self.around.read_only or work is None or work.stage is not Stage.ASKING:
            return ""
        return _NEXT[work.kind]

    @property
    def to_copy(self) -> str:
        return work_views.failure(self._work) if self._work else ""

    def opened(self) -> None:
        self._focus()

    def show(self, work: Work) -> None:
        """Show how far planning is, or its outcome."""
        new_stage = self._work is None or self._work.stage is not work.stage
        self._work = work
        plan = work.plan if work.stage is Stage.ASKING else None
        if plan is not None and plan is not self._shown:
            self.query_one(PlanTree).show(plan)
            self.query_one("#plan-consequences").scroll_home(animate=False)
        self._shown = plan
        if new_stage:
            self.draw()
            self._focus()

    def tick(self) -> None:
        if self._work is not None and self._work.stage in {Stage.PLANNING, Stage.STUCK}:
            self.draw()

    def draw(self) -> None:
        work = self._work
        if work is None:
            return
        tree, means = self.query_one(PlanTree), self.query_one("#plan-consequences")
        tree.display = work.stage is Stage.ASKING
        text = Content()
        if work.stage is Stage.ASKING and work.plan is not None:
            self.say("#plan-heading", plan_views.heading(work.plan))
            text = plan_views.consequences(work.plan)
        elif work.stage in {Stage.FAILED, Stage.CANCELLED}:
            self.say("#plan-heading", Content.styled(f"✗ Planning the {work.kind.noun} failed", "bold $text-error"))
            text = Content(f"{work_views.failure(work)}\n\n{work_views.unchanged(work)}")
        else:
            self.say("#plan-heading", views.waiting(_WHAT[work.kind], work.seconds(self.around.clock())))
            stops = f"{self.key('operate.back')} stops."
            text = Content.styled(f"Nothing is changed before you have seen the plan. {stops}", "$foreground-muted")
        means.display = bool(text.plain)
        means.set_class(work.stage is not Stage.ASKING, "-alone")
        self.query_one("#plan-means", Static).update(text)

    def _focus(self) -> None:
        if not self.display or self._work is None:
            return
        target = "#plan-tree" if self._work.stage is Stage.ASKING else "#plan-consequences"
        self.query_one(target).focus()


def _text(label: plan_views.Label) -> Text:
    return Text("".join(text for text, _ in label))
