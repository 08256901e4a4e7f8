"""`lamed configure --plain`: the wizard's questions line by line, answered with Enter where nothing changes."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import questionary

from lamed_tui.cli.configure_routes import ask_for_routes
from lamed_tui.cli.output import say
from lamed_tui.config import files
from lamed_tui.errors import ConfigError, ExitCode, LamedError
from lamed_tui.setup import drafts
from lamed_tui.setup.questions import KEEP, has_value, problem_with, text_of, value_of
from lamed_tui.setup.review import changes, remarks, variable_for
from lamed_tui.setup.saving import FileMovedOnError, save
from lamed_tui.setup.state import begin, completed, in_force, overridden, with_answer
from lamed_tui.setup.steps import ENDPOINTS, REVIEW, about, checks_of, steps_of
from lamed_tui.setup.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lamed_tui.setup.questions import Given, Question
    from lamed_tui.setup.state import SetupState
    from lamed_tui.setup.steps import Step


def ask(path: Path, environment: Mapping[str, str]) -> int:
    """Ask every question, try the answers, show what changes, and save it when told so.

    Raises:
        ConfigError: the file is not valid, or cannot be written.
        KeyboardInterrupt: Ctrl-C; the file is as it was, and the answers are kept as a draft.
    """
    state = begin(path)
    say(f"Settings for {path}. Enter keeps what is shown. Ctrl-C leaves the file as it is.")
    say("To try everything without a server of your own: lamed demo")
    conversation = _Conversation(environment, state)
    try:
        return conversation.run()
    except BaseException:
        _keep(conversation.state)
        raise


class _Conversation:
    """One pass over the steps; the state is there for whoever has to keep it when the pass ends early."""

    def __init__(self, environment: Mapping[str, str], state: SetupState) -> None:
        self.state = state
        self._environment = environment

    def run(self) -> int:
        self._take_up_draft()
        deploy, watch = (
            questionary.Choice("everything: Redis, AWS, endpoints", "deploy"),
            questionary.Choice("only watching a Redis that is filled already", "watch"),
        )
        way = questionary.select(
            "What do you want to set up?", [deploy, watch], default=deploy if self.state.way == "deploy" else watch
        ).unsafe_ask()
        self.state = replace(self.state, way=way)
        steps = steps_of(way)
        for number, step in enumerate(steps, 1):
            self.state = replace(self.state, step=step.id)
            say(f"\nStep {number} of {len(steps)}: {step.title}. {about(step, way)}")
            if step is ENDPOINTS:
                for state in ask_for_routes(self.state):
                    self.state = state
            elif step is not REVIEW:
                self._step(step)
        return self._review()

    def _take_up_draft(self) -> None:
        draft = drafts.find(self.state.path)
        if draft is None:
            return
        if not questionary.confirm("There are unfinished answers. Go on with them?").unsafe_ask():
            drafts.discard(self.state.path)
            return
        self.state = drafts.resumed(self.state, draft)
        if self.state.retype:
            say(f"Secrets were not kept; type again: {', '.join(self.state.retype)}")

    def _step(self, step: Step) -> None:
        while True:
            for question in step.questions:
                self._ask(question)
            if self._try(step) or not questionary.confirm("Correct the answers?").unsafe_ask():
                return

    def _ask(self, question: Question) -> None:
        if variable := overridden(self.state, self._environment).get(question.key):
            say(f"  {question.title} is not asked: {variable} is set and decides over it.")
            return
        say(f"  {question.help}")
        if question.key == "aws.profile":
            say(f"  {_profiles()}")
        if variable := variable_for(question.key, self._environment):
            say(f"  {variable} is set, and wins over the answer while it is.")
        given = _asked(question, self.state.document)
        if question.kind == "secret" and given == KEEP:
            return  # the one that is set now, which may have come with the address
        self.state = with_answer(self.state, question, given)

    def _try(self, step: Step) -> bool:
        """Whether the answers of a step work, as far as can be seen from here."""
        say(f"{step.try_it} ...")
        try:
            trial = Trial(in_force(self.state, self._environment), self._environment, checks_of(step, self.state.way))
        except ConfigError as error:
            say(str(error))
            return False
        works = True
        try:
            with closing(trial):
                for result in trial.results():
                    say(f"  {result.state}  {result.title}: {result.detail}")
                    if result.fix:
                        say(f"        {result.fix}")
                    works = works and result.state != "fail"
        except KeyboardInterrupt:
            say("  Stopped; nothing more was tried.")
            return False
        return works

    def _review(self) -> int:
        state = completed(self.state, self._environment)
        config = files.check(state.document, state.path)
        told = list(changes(state.before, state.document))
        if not state.is_changed:
            drafts.discard(state.path)
            say(f"Nothing was changed in {state.path}")
            return ExitCode.OK
        say("These settings change:" if told else f"{state.path} will be created; every setting has its default.")
        for line in told:
            say(f"  {line}")
        for line in remarks(config, state.before, state.document, self._environment):
            say(line)
        if not questionary.confirm(f"Save {state.path}?").unsafe_ask():
            say("Nothing was saved.")
            _keep(state)
            return ExitCode.DECLINED
        try:
            save(state, self._environment)
        except FileMovedOnError as moved_on:
            say(str(moved_on))
            self.state = moved_on.state
            return self._review()
        say(f"Saved {state.path}. Next: {'lamed preflight' if state.way == 'deploy' else 'lamed watch'}")
        return ExitCode.OK


def _asked(question: Question, document: Mapping[str, Any]) -> Given:
    if question.kind == "flag":
        answer: bool = questionary.confirm(question.title, default=bool(value_of(question, document))).unsafe_ask()
        return answer
    validate = partial(_verdict, question)
    if question.kind == "secret":
        title = f"{question.title} ({'set' if has_value(question, document) else 'not set'})"
        secret: str = questionary.password(title, validate=validate).unsafe_ask()
        return secret
    text: str = questionary.text(question.title, default=text_of(question, document), validate=validate).unsafe_ask()
    return text


def _verdict(question: Question, typed: str) -> bool | str:
    return problem_with(question, typed) or True


def _profiles() -> str:
    from lamed_tui.aws.profiles import local_profiles

    try:
        names = [profile.name for profile in local_profiles()]
    except LamedError as error:
        return str(error)
    return f"Profiles here: {', '.join(names)}" if names else "There are no profiles in ~/.aws."


def _keep(state: SetupState) -> None:
    """Keep the answers, and say so; that it cannot be done must not hide why this ends."""
    try:
        kept = drafts.keep(state)
    except ConfigError as error:
        say(str(error))
        return
    if kept:
        say(f"Your answers are kept in {drafts.draft_of(state.path)}, without secrets. Go on with: lamed configure")
