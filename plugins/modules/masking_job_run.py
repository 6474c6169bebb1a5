#!/usr/bin/python
# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: masking_job_run
short_description: Run a job on a Delphix masking engine and wait for it
version_added: 0.1.0
description:
  - Runs a masking, profile, tokenization or re-identification job, found by its environment and its name.
  - Waits until it has ended, and returns its counts. The task fails when the job does.
  - With O(candidates) it runs on the least busy of several engines that have the job.
  - A start whose answer is lost is never sent again. The module looks for a new run of the job instead.
  - While it waits, progress is shown as it comes when the module runs inside the Ansible process.
author:
  - maskops.delphix contributors (@maskops)
extends_documentation_fragment:
  - maskops.delphix._engine
  - maskops.delphix._attributes
attributes:
  check_mode:
    support: full
    details:
      - Finds job, engine and connectors, and starts nothing.
  diff_mode:
    support: N/A
    details:
      - Objects of the engine stay as they are. What a job changes is data that the engine does not show.
  idempotent:
    support: none
    details:
      - Every task runs the job.
options:
  environment:
    description: Name of the environment that holds the job.
    type: str
    required: true
  name:
    description: Name of the job.
    type: str
    required: true
  type:
    description: Kind of the job. Needed where jobs of several kinds have this name in the environment.
    type: str
    choices: [masking, profile, tokenization, reidentification]
  wait:
    description:
      - Whether to wait until the job has ended, at most until O(deadline).
      - If V(false), the task ends when the engine has taken the job.
    type: bool
    default: true
  if_running:
    description:
      - What to do when the job is running or queued already, on any of the engines.
      - V(fail) fails. V(wait) joins that run, so that RV(ignore:changed) is V(false) and the task ends as the run does.
        V(skip) leaves it alone and reports it.
    type: str
    choices: [fail, wait, skip]
    default: fail
  cancel_on_timeout:
    description:
      - Whether to cancel the job when it has not ended at O(deadline). Without it the job goes on, and the error tells
        its number.
    type: bool
    default: false
  accept_warning:
    description:
      - Whether a job that the engine ended with status C(WARNING) has succeeded, with a warning.
      - Engines after release 21 end a job so when data did not have the expected form and was left unmasked.
    type: bool
    default: false
  target_connector:
    description: Name of the connector to run a multi-tenant job on. Required for such a job, refused for others.
    type: str
  target_environment:
    description: Environment of O(target_connector), where it is not that of the job.
    type: str
  source_connector:
    description: Name of the connector that a job which is multi-tenant and on-the-fly reads from.
    type: str
  source_environment:
    description: Environment of O(source_connector), where it is not that of the job.
    type: str
  candidates:
    description:
      - More engines that may run the job.
      - It runs on the engine, this one or a candidate, that has the job and the fewest runs of any jobs in progress or
        queued; the first among equals. An engine that cannot be asked is left out with a warning.
      - What a candidate does not say is as for this engine, other than O(url) and O(token).
    type: list
    elements: dict
    suboptions:
      url:
        description: Address of the engine.
        type: str
        required: true
      api_version:
        description: API version to pin.
        type: str
      username:
        description:
          - User to log in with.
          - With it, O(candidates[].password) or O(candidates[].token), nothing of this engine's login is taken over.
        type: str
      password:
        description: Password of the user.
        type: str
      token:
        description: Token of a session on this candidate.
        type: str
      validate_certs:
        description: Whether to verify the engine's TLS certificate.
        type: bool
      ca_path:
        description: File or folder with CA certificates.
        type: path
      client_cert:
        description: File with a TLS client certificate.
        type: path
      client_key:
        description: File with the key of the certificate.
        type: path
      proxy:
        description: URL of the HTTP proxy to use.
        type: str
seealso:
  - module: maskops.delphix.masking_connector_credentials
  - module: maskops.delphix.masking_engine_info
"""

EXAMPLES = r"""
- name: Mask the customers
  maskops.delphix.masking_job_run:
    url: https://engine.example.com
    username: admin
    password: "{{ vault_engine_password }}"
    environment: QA
    name: mask customers
    deadline: 14400

- name: Mask on the least busy of three engines
  maskops.delphix.masking_job_run:
    url: https://engine1.example.com
    username: admin
    password: "{{ vault_engine_password }}"
    environment: QA
    name: mask customers
    candidates:
      - url: https://engine2.example.com
      - url: https://engine3.example.com
        username: runner
        password: "{{ vault_runner_password }}"

- name: Start a profile job, or find it running
  maskops.delphix.masking_job_run:
    url: https://engine.example.com
    username: admin
    password: "{{ vault_engine_password }}"
    environment: QA
    name: profile customers
    type: profile
    wait: false
    if_running: skip

- name: Run a multi-tenant job on one of its connectors
  maskops.delphix.masking_job_run:
    url: https://engine.example.com
    username: admin
    password: "{{ vault_engine_password }}"
    environment: QA
    name: mask tenant
    target_connector: tenant 7
"""

RETURN = r"""
execution:
  description: The run, as the engine last told. Counts that it does not know are null.
  returned: when there is one
  type: dict
  contains:
    id:
      description: Number of the run on the engine.
      type: int
    status:
      description: V(WAITING), V(QUEUED), V(RUNNING), V(SUCCEEDED), V(WARNING), V(FAILED) or V(CANCELLED).
      type: str
    rows_masked:
      description: Rows that were masked.
      type: int
    rows_total:
      description: Rows to mask.
      type: int
    bytes_processed:
      description: Bytes that were worked on.
      type: int
    bytes_total:
      description: Bytes to work on.
      type: int
    submit:
      description: When it was handed in, as the engine writes it.
      type: str
    start:
      description: When it was started.
      type: str
    end:
      description: When it ended.
      type: str
  sample:
    id: 41
    status: SUCCEEDED
    rows_masked: 120000
    rows_total: 120000
    bytes_processed:
    bytes_total:
    submit: "2026-11-20T08:15:00.000+0000"
    start: "2026-11-20T08:15:01.250+0000"
    end: "2026-11-20T08:21:44.000+0000"
progress:
  description: Hundredths of the work that are done, null while the engine counts.
  returned: when there is a run
  type: int
  sample: 100
components:
  description: Counts of each table, file or data set, where the engine tells them.
  returned: when the run has ended
  type: list
  elements: dict
  contains:
    name:
      description: Name of the table, file or data set.
      type: str
    status:
      description: How it ended.
      type: str
    rows_masked:
      description: Rows that were masked.
      type: int
    rows_total:
      description: Rows to mask.
      type: int
    bytes_processed:
      description: Bytes that were worked on.
      type: int
    bytes_total:
      description: Bytes to work on.
      type: int
    non_conforming:
      description: Number of values that did not have the expected form.
      type: int
    start:
      description: When it was started.
      type: str
    end:
      description: When it ended.
      type: str
  sample:
    - name: CUSTOMERS
      status: SUCCEEDED
      rows_masked: 120000
      rows_total: 120000
      bytes_processed:
      bytes_total:
      non_conforming: 0
      start: "2026-11-20T08:15:01.250+0000"
      end: "2026-11-20T08:21:44.000+0000"
events:
  description: What the engine noted during the run, where it tells. Its words may hold values of the data.
  returned: when the run has ended
  type: list
  elements: dict
  contains:
    type:
      description: What happened, such as V(JOB_ABORTED) or V(UNMASKED_DATA).
      type: str
    severity:
      description: How bad it is.
      type: str
    cause:
      description: Why it happened.
      type: str
    number:
      description: How often it happened.
      type: int
    time:
      description: When it happened first.
      type: str
    object:
      description: Column or field.
      type: str
    parent:
      description: Table or file.
      type: str
    algorithm:
      description: Algorithm that was at work.
      type: str
    exception:
      description: Class of the exception behind it.
      type: str
    detail:
      description: Words of the exception.
      type: str
  sample: []
job:
  description: The job.
  returned: when it was found
  type: dict
  contains:
    environment:
      description: Name of its environment.
      type: str
    name:
      description: Its name.
      type: str
    type:
      description: Its kind.
      type: str
  sample:
    environment: QA
    name: mask customers
    type: masking
engine:
  description: The engine that was chosen.
  returned: when the job was found
  type: dict
  contains:
    name:
      description: Its address.
      type: str
    release:
      description: Its release.
      type: str
  sample:
    name: https://engine.example.com
    release: 2025.2.0.0
considered:
  description: The engines that were asked, empty without O(candidates).
  returned: when the job was found
  type: list
  elements: dict
  contains:
    engine:
      description: Its address.
      type: str
    active:
      description: Number of runs in progress or queued, null when it was left out.
      type: int
    skipped:
      description: Why it was left out.
      type: str
  sample:
    - engine: https://engine1.example.com
      active: 3
      skipped:
    - engine: https://engine2.example.com
      active: 0
      skipped:
stats:
  description: What the task cost.
  returned: always
  type: dict
  contains:
    requests:
      description: Requests that were sent.
      type: int
    retries:
      description: Requests among them that were sent again.
      type: int
    bytes_sent:
      description: Bytes of request bodies.
      type: int
    bytes_received:
      description: Bytes of answers.
      type: int
    seconds:
      description: Time from start to end.
      type: float
  sample:
    requests: 40
    retries: 0
    bytes_sent: 96
    bytes_received: 16384
    seconds: 404.117
error:
  description: The machine-readable part of a failure.
  returned: failure
  type: dict
  contains:
    code:
      description: What went wrong, in a word that does not change between releases. The guide lists them.
      type: str
    engine:
      description: The engine concerned.
      type: str
    object:
      description: The object, file or option concerned.
      type: str
    http_status:
      description: Status of the engine's answer.
      type: int
    engine_message:
      description: The engine's own words.
      type: str
    hint:
      description: What to do.
      type: str
  sample:
    code: job_failed
    engine: https://engine.example.com
    object: masking job mask customers in QA
    engine_message: "JOB_ABORTED UNHANDLED_EXCEPTION: the table does not exist"
"""

import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine
from ansible_collections.maskops.delphix.plugins.module_utils._job_run import (
    JobRequest,
    run_job,
)
from ansible_collections.maskops.delphix.plugins.module_utils._jobs import (
    JOB_TYPES,
    Tenancy,
)
from ansible_collections.maskops.delphix.plugins.module_utils._module import (
    Context,
    Definition,
    Result,
    main,
)
from ansible_collections.maskops.delphix.plugins.module_utils._options import (
    CONNECTION_OPTIONS,
    Spec,
)

_LOGIN = ("username", "password", "token")


def candidate_spec() -> Spec:
    """Connection options of another engine; their variables would be those of this one, so they have none."""
    spec: Spec = {}
    for option in CONNECTION_OPTIONS:
        if option.per_engine:
            spec[option.name] = {"type": option.type, "no_log": option.no_log}
    spec["url"]["required"] = True
    return spec


def _candidate(params: t.Mapping[str, t.Any], given: t.Mapping[str, t.Any]) -> Result:
    """Connection parameters of a candidate: its own, and those of this engine for the rest."""
    own = {name: value for name, value in given.items() if value is not None}
    # A token is of a session on one engine.
    kept = {"token": None} if not any(name in own for name in _LOGIN) else dict.fromkeys(_LOGIN)
    return {**params, **kept, **own}


def run(context: Context) -> Result:
    params = context.params
    engines: dict[str, Engine] = {}
    for one in [params, *(_candidate(params, given) for given in params["candidates"] or [])]:
        engine = context.engine(params=one)
        engines.setdefault(engine.name, engine)
    request = JobRequest(
        environment=params["environment"],
        name=params["name"],
        type=params["type"],
        wait=params["wait"],
        if_running=params["if_running"],
        cancel_on_timeout=params["cancel_on_timeout"],
        accept_warning=params["accept_warning"],
        tenancy=Tenancy(
            params["target_connector"],
            params["target_environment"],
            params["source_connector"],
            params["source_environment"],
        ),
    )
    return run_job(list(engines.values()), request, context, context.tell)


DEFINITION = Definition(
    "masking_job_run",
    run,
    options={
        "environment": {"type": "str", "required": True},
        "name": {"type": "str", "required": True},
        "type": {"type": "str", "choices": list(JOB_TYPES)},
        "wait": {"type": "bool", "default": True},
        "if_running": {"type": "str", "choices": ["fail", "wait", "skip"], "default": "fail"},
        "cancel_on_timeout": {"type": "bool", "default": False},
        "accept_warning": {"type": "bool", "default": False},
        "target_connector": {"type": "str"},
        "target_environment": {"type": "str"},
        "source_connector": {"type": "str"},
        "source_environment": {"type": "str"},
        "candidates": {"type": "list", "elements": "dict", "options": candidate_spec()},
    },
)

if __name__ == "__main__":
    main(DEFINITION)
