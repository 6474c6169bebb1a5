# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials of several connectors: tested, and set where that is wanted. Private to this collection."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine, Row
from ansible_collections.maskops.delphix.plugins.module_utils._connectors import (
    Connector,
    Connectors,
    Credential,
    Verdict,
    with_credential,
)
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    AnswerLostError,
    AuthenticationError,
    ConnectorError,
    DeadlineError,
    MaskingError,
    OptionError,
    TlsError,
    UnreachableError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._run import Run

# With these the engine itself cannot be worked with: the next connector would end the same way.
_ENDS_ALL = (AuthenticationError, DeadlineError, TlsError, UnreachableError)
# A long list helps nobody in one message.
_NAMED_FAILURES = 5
_UNTOLD = (
    "connectors cannot be tested in check mode, so it is not told whether their stored credentials work"
    " and which ones would be set"
)


@dataclasses.dataclass(frozen=True)
class Wish:
    """A connector to test and, with a credential, to set. ``credential_path`` is a name or a number."""

    environment: str
    name: str
    type: str | None = None
    username: str | None = None
    password: str | None = dataclasses.field(default=None, repr=False)
    ssh_key: str | None = dataclasses.field(default=None, repr=False)
    credential_path: str | None = None

    @property
    def has_credential(self) -> bool:
        """Whether there is anything to set."""
        return any(value is not None for value in (self.password, self.ssh_key, self.credential_path))

    @property
    def label(self) -> str:
        """How messages name it."""
        return f"{self.type} connector {self.name} in {self.environment}".removeprefix("None ")


@dataclasses.dataclass(frozen=True)
class Policy:
    """``test``: ask the engine at all. ``always``: set also what works. ``save_untested``: set also what fails."""

    test: bool = True
    always: bool = False
    save_untested: bool = False


@dataclasses.dataclass
class Outcome:
    """What became of one connector. ``saved``: a credential was, or in check mode would be, saved."""

    environment: str
    name: str
    type: str | None
    tested: str = "not tested"
    action: str = "unchanged"
    words: str | None = None
    would_test: bool = False
    saved: bool = False
    before: str = "not tested"

    def heard(self, verdict: Verdict) -> Verdict:
        """Take down what a test said."""
        self.tested = "ok" if verdict.ok else "failed"
        self.words = verdict.words
        return verdict

    def fail(self, words: str) -> None:
        """Take down a failure."""
        self.action = "failed"
        self.words = words

    @property
    def label(self) -> str:
        """How messages name it."""
        return f"{self.type} connector {self.name} in {self.environment}".removeprefix("None ")

    def to_result(self) -> Row:
        """As result keys."""
        names = ("environment", "name", "type", "tested", "action", "words", "would_test")
        return {name: getattr(self, name) for name in names}


def set_credentials(engine: Engine, wishes: t.Sequence[Wish], policy: Policy, run: Run) -> Row:
    """Work on all connectors, then return module result keys.

    Raises ConnectorError when some failed, after all have been worked on; before anything is
    sent OptionError for wishes that make no sense.
    """
    _check(wishes, policy)
    connectors = Connectors(engine, whole=len({wish.environment for wish in wishes}) > 1)
    outcomes: list[Outcome] = []
    for wish in wishes:
        outcome = Outcome(wish.environment, wish.name, wish.type)
        outcomes.append(outcome)
        try:
            _work_on(connectors, wish, policy, outcome, run)
        except _ENDS_ALL:
            outcome.fail("the engine could not be worked with any more")
            run.partial = _result(outcomes, run)
            raise
        except MaskingError as error:
            outcome.fail(_told(error))
    if run.check_mode and policy.test:
        run.warn(f"engine {engine.name}: {_UNTOLD}")
    result = _result(outcomes, run)
    failed = [outcome for outcome in outcomes if outcome.action == "failed"]
    if failed:
        run.partial = result
        raise _failure(engine, failed, len(outcomes))
    return {**result, "engine": {"name": engine.name, "release": str(engine.release)}}


def _check(wishes: t.Sequence[Wish], policy: Policy) -> None:
    seen: dict[tuple[str, str], set[str | None]] = {}
    for wish in wishes:
        if wish.username is not None and not wish.has_credential:
            raise OptionError(
                f"{wish.label} has a user but no credential",
                subject=wish.label,
                hint="Give 'password', 'ssh_key' or 'credential_path' with 'username'.",
            )
        types = seen.setdefault((wish.environment, wish.name), set())
        # Without a type it is the only connector of that name.
        if wish.type in types or (types and None in {wish.type, *types}):
            raise OptionError(f"{wish.label} is given twice", subject=wish.label)
        types.add(wish.type)
    if not policy.test and not policy.always:
        raise OptionError(
            "without 'test' nobody can tell which stored credentials work",
            subject="test",
            hint="Set 'update_password' to 'always' to set all of them.",
        )


def _work_on(connectors: Connectors, wish: Wish, policy: Policy, outcome: Outcome, run: Run) -> None:
    connector = connectors.find(wish.environment, wish.name, wish.type)
    outcome.type = connector.type
    outcome.would_test = policy.test and run.check_mode
    credential = _credential(connectors, wish) if wish.has_credential else None
    if run.check_mode:
        _foretell(connectors, connector, credential, policy, outcome)
        return
    if credential is None:
        if policy.test and not outcome.heard(connectors.test(connector)).ok:
            outcome.fail(outcome.words or "")
        return
    if not policy.always and outcome.heard(connectors.test(connector)).ok:
        return
    outcome.before = outcome.tested
    _set(connectors, connector, credential, policy, outcome, run)


def _credential(connectors: Connectors, wish: Wish) -> Credential:
    path = wish.credential_path
    number = None if path is None else connectors.credential_path(path)
    return Credential(wish.username, wish.password, wish.ssh_key, number)


def _foretell(
    connectors: Connectors, connector: Connector, credential: Credential | None, policy: Policy, outcome: Outcome
) -> None:
    """What would be done, as far as it can be told without a test."""
    if credential is None:
        return
    there = connectors.read(connector) if policy.always else connector
    wanted = with_credential(there, credential)
    if not policy.always:
        outcome.action = "unknown"
    elif wanted != there.row:
        outcome.action = "set"
        outcome.saved = True


def _set(
    connectors: Connectors, connector: Connector, credential: Credential, policy: Policy, outcome: Outcome, run: Run
) -> None:
    there = connectors.read(connector)
    wanted = with_credential(there, credential)
    if wanted == there.row:
        # Saving what is there already changes nothing but the connector's revision.
        if policy.test and not outcome.heard(connectors.test(there)).ok:
            outcome.fail(outcome.words or "")
        return
    if policy.test and not outcome.heard(connectors.test(there, wanted)).ok:
        if not policy.save_untested:
            outcome.fail(f"the given credential was not saved, as its test failed: {outcome.words}")
            return
        run.warn(f"{outcome.label}: saved although its test failed: {outcome.words}")
    untested = not policy.test or outcome.tested == "failed"
    _save(connectors, there, wanted, outcome, run)
    if not untested and not outcome.heard(connectors.test(connectors.read(there))).ok:
        outcome.fail(f"saved after its test had succeeded, but now the test of the stored one fails: {outcome.words}")
        return
    outcome.action = "set"


def _save(connectors: Connectors, there: Connector, wanted: Row, outcome: Outcome, run: Run) -> None:
    """Save once. When the answer is lost, what the engine shows and tests decides."""
    try:
        connectors.save(there, wanted)
    except AnswerLostError as lost:
        if not _arrived(connectors, there, wanted, outcome, lost):
            lost.subject = outcome.label
            lost.hint = "Whether the credential was saved is not known. It was not sent again: run the task again."
            raise
        run.warn(f"{outcome.label}: the answer to saving it was lost, but it has arrived")
    outcome.saved = True


def _arrived(connectors: Connectors, there: Connector, wanted: Row, outcome: Outcome, lost: AnswerLostError) -> bool:
    """Whether a credential arrived: the stored one failed before and works now, or the engine shows it."""
    try:
        shown = connectors.read(there)
        return shown.row == wanted or (outcome.before == "failed" and connectors.test(shown).ok)
    except MaskingError as error:
        lost.detail = "; ".join(text for text in (lost.detail, f"then it could not be asked: {error}") if text)
        return False


def _told(error: MaskingError) -> str:
    """An error without the engine's name, which the whole message has."""
    text = error.message if not error.detail else f"{error.message}: {error.detail}"
    return f"{text.rstrip('.')}. {error.hint}" if error.hint else text


def _failure(engine: Engine, failed: t.Sequence[Outcome], total: int) -> ConnectorError:
    if len(failed) == 1:
        label, words = failed[0].label, failed[0].words
        return ConnectorError(f"{label} failed", engine=engine.name, subject=label, detail=words)
    texts = [f"{outcome.label}: {outcome.words}" for outcome in failed[:_NAMED_FAILURES]]
    more = f" and {len(failed) - _NAMED_FAILURES} more" if len(failed) > _NAMED_FAILURES else ""
    return ConnectorError(
        f"{len(failed)} of {total} connectors failed", engine=engine.name, detail="; ".join(texts) + more
    )


def _result(outcomes: t.Sequence[Outcome], run: Run) -> Row:
    saved = [outcome for outcome in outcomes if outcome.saved]
    result: Row = {"changed": bool(saved), "connectors": [outcome.to_result() for outcome in outcomes]}
    if run.diff_mode:
        before = "".join(f"{one.label}: stored credential ({one.before})\n" for one in saved)
        after = "".join(f"{one.label}: given credential ({one.tested})\n" for one in saved)
        result["diff"] = {"before": before, "after": after}
    return result
