"""A step that is a form: its questions, and what trying the answers has shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on
from textual.content import Content
from textual.widgets import Static

from lamed_tui.config.checking import problems
from lamed_tui.console.background import in_background
from lamed_tui.console.setup.fields import Field
from lamed_tui.console.setup.pane import Pane
from lamed_tui.console.setup.trial_panel import TrialPanel
from lamed_tui.console.setup.trying import Trying
from lamed_tui.errors import ConfigError, LamedError
from lamed_tui.setup.questions import Choice, problem_with
from lamed_tui.setup.review import variable_for
from lamed_tui.setup.state import overridden, with_answer
from lamed_tui.setup.steps import about

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from textual import events
    from textual.app import ComposeResult

    from lamed_tui.console.setup.trying import AttemptMaker
    from lamed_tui.setup.state import SetupState
    from lamed_tui.setup.steps import Step

_TICK = 0.5
"""Seconds between two looks at the clock while answers are tried."""

_RETYPE = "Not kept with the unfinished answers: type it again."
_PROFILE, _REGION = "aws.profile", "aws.region"
_DEFAULT_PROFILE = Choice("", "default credentials")


class FormPane(Pane):
    """One field a question.

    Args:
        step: what is asked.
        state: the answers so far.
        environment: variables that may decide instead of an answer.
        attempt: makes the tries of answers.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        step: Step,
        state: SetupState,
        environment: Mapping[str, str],
        attempt: AttemptMaker,
        clock: Callable[[], float],
    ) -> None:
        super().__init__(step.id)
        self.step = step
        self._state = state
        self._environment = environment
        self._decided = overridden(state, environment)
        self._obstacle = ""
        self.trying = Trying(
            self.app,
            environment,
            attempt,
            clock,
            changed=lambda: self.post_message(self.Busy()),
            shown=self._keep_results_in_view,
        )

    def compose(self) -> ComposeResult:
        yield Static(Content(about(self.step, self._state.way)), classes="about")
        for question in self.step.questions:
            choices = [_DEFAULT_PROFILE] if question.key == _PROFILE else []
            decided_by = self._decided.get(question.key, "")
            yield Field(question, self._state.document, decided_by=decided_by, choices=choices)
        yield TrialPanel()

    def on_mount(self) -> None:
        self.set_interval(_TICK, self.trying.tick)
        if any(field.question.key == _PROFILE for field in self._fields):
            self.app.run_worker(
                self._offer_profiles(), name="profiles", description="reads the AWS files", exit_on_error=False
            )

    @property
    def advice(self) -> str:
        if self._obstacle:
            return f"✗ {self._obstacle}"
        focused = next((field for field in self._fields if field.has_focus_within), None)
        return focused.question.help if focused else ""

    def show(self, state: SetupState) -> None:
        if state.way != self._state.way:
            self.query_one(".about", Static).update(Content(about(self.step, state.way)))
        self._state = state
        for field in self._fields:
            if not field.problem:
                field.show(state.document)
            self._judge(field)

    def focus_first(self) -> None:
        field = next((field for field in self._fields if not field.decided_by), None)
        if field is not None:
            field.focus_control()
        self.begin_at_top()

    def settled(self, state: SetupState) -> SetupState:
        for field in [field for field in self._fields if field.is_new]:
            self._take(field)
        return replace(self._state, way=state.way, step=state.step)

    def obstacle(self) -> str:
        for field in self._fields:
            if problem := self._judge(field):
                field.focus_control()
                return f"{field.question.title} {problem}."
        sections = {question.key.partition(".")[0] for question in self.step.questions if "." in question.key}
        sentence = next((one.sentence for one in problems(self._state.document) if one.key in sections), "")
        self._obstacle = sentence
        return sentence

    def try_answers(self) -> None:
        """Ask the servers what they make of the answers."""
        self.post_message(self.Changed(self.settled(self._state)))
        if self.obstacle():
            self.post_message(self.Advised())
            return
        self.trying.start(self.query_one(TrialPanel), self.step, self._state)
        self.call_after_refresh(self.scroll_end, animate=False)

    def _keep_results_in_view(self) -> None:
        if self.is_vertical_scroll_end:  # who has scrolled away wants to read something else
            self.call_after_refresh(self.scroll_end, animate=False)

    @on(Field.Answered)
    def _answer(self, event: Field.Answered) -> None:
        event.stop()
        if event.field.is_new:
            self._take(event.field)
            self.post_message(self.Changed(self._state))
            self.post_message(self.Advised())

    def _take(self, field: Field) -> None:
        """Let a field's answer count, if it is allowed."""
        given = field.take()
        self._obstacle = ""
        self.query_one(TrialPanel).outdate()
        if self._judge(field):
            return
        try:
            self._state = with_answer(self._state, field.question, given)
        except ConfigError as error:
            field.tell(error.what)
            return
        self._judge(field)
        if field.is_whole_address:
            self._spread(field)

    def _spread(self, address: Field) -> None:
        """Show what a whole address has answered."""
        for field in self._fields:
            if not field.is_new:
                field.show(self._state.document)
            self._judge(field)
        self.notify("The URL was taken apart into the fields below.", timeout=4)
        address.refresh()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:  # noqa: ARG002 - Textual's signature
        self._obstacle = ""
        self.post_message(self.Advised())

    def _judge(self, field: Field) -> str:
        """Show what is wrong with a field's answer, and return it."""
        if field.decided_by:
            return ""
        problem = problem_with(field.question, field.given)
        remark = ""
        if field.question.key in self._state.retype:
            remark = _RETYPE
        elif variable := variable_for(field.question.key, self._environment):
            remark = f"{variable} is set, and wins over this while it is."
        field.tell(problem, remark)
        return problem

    async def _offer_profiles(self) -> None:
        from lamed_tui.aws.profiles import known_regions, local_profiles

        try:
            profiles, regions = await in_background(
                lambda: (local_profiles(), known_regions()), name="reading AWS profiles"
            )
        except LamedError as error:
            self.notify(str(error), severity="warning")
            return
        labelled = [
            Choice(profile.name, f"{profile.name} ({profile.region})" if profile.region else profile.name)
            for profile in profiles
        ]
        for field in self._fields:
            if field.question.key == _PROFILE:
                field.offer([_DEFAULT_PROFILE, *labelled])
            elif field.question.key == _REGION:
                field.offer([Choice(region, region) for region in regions])

    @property
    def _fields(self) -> list[Field]:
        return list(self.query(Field))
