# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Property-based contract test: the engine against the document that it publishes.

With MASKING_CONTRACT=/path/to/openapi.yaml in the environment, against that document too.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from simulator_support import BASE, environment

from masking_simulator.contract import document, operations

HERE = Path(__file__).parent / "contract"
OTHER = os.environ.get("MASKING_CONTRACT")
EXAMPLES = 4


def contract_run(engine, contract, *options):
    command = [
        sys.executable,
        "-c",
        "from schemathesis.cli import schemathesis; schemathesis()",
        "--config-file",
        str(HERE / "schemathesis.toml"),
        "run",
        contract,
        "--url",
        engine.url + BASE,
        "--phases",
        "examples,coverage,fuzzing,stateful",
        "--max-examples",
        str(EXAMPLES),
        "--seed",
        "1",
        "--continue-on-failure",
        "--warnings",
        "off",
        *options,
    ]
    variables = {
        **environment(),
        "SCHEMATHESIS_HOOKS": "contract_hooks",
        "PYTHONPATH": str(HERE),
        "NO_PROXY": "*",
        "SIMULATOR_API": engine.url + BASE,
    }
    result = subprocess.run(
        command, capture_output=True, text=True, env=variables, cwd=engine.folder, timeout=580, check=False
    )
    assert result.returncode == 0, result.stdout[-8000:] + result.stderr[-2000:]


def check_stopped(engine):
    assert engine.stop() == 0
    assert "Traceback" not in engine.process.stderr.read()


@pytest.mark.parametrize(
    ("release", "options"),
    [
        ("2025.2.0.0", ()),
        # what an older release does differently
        ("6.0.5.0", ("--include-path-regex", "algorithm|profile-expressions|domains|export|syncable-objects$")),
    ],
)
def test_published_contract_is_kept(process, release, options):
    engine = process("--set", "lockout_attempts=0", data="demo", release=release)
    contract_run(engine, engine.url + BASE + "/swagger-basepath.json", *options)
    check_stopped(engine)


@pytest.mark.skipif(OTHER is None, reason="MASKING_CONTRACT names no other contract")
def test_another_contract_is_kept(process):
    engine = process("--set", "lockout_attempts=0", data="demo")
    # another contract may know fewer methods of a path than the engine has
    contract_run(engine, str(OTHER), "--exclude-checks", "unsupported_method,allow_header_conformance")
    check_stopped(engine)


def test_every_operation_documents_its_errors():
    for operation in operations():
        if operation.role != "none":
            assert {"401", "403"} <= operation.statuses, operation.id
        if "{" in operation.path:
            assert "404" in operation.statuses, operation.id


def test_operations_and_references_of_the_document_are_whole():
    identifiers = [operation.id for operation in operations()]
    assert len(identifiers) == len(set(identifiers))
    text = repr(document())
    for section in ("schemas", "responses", "parameters"):
        for name in document()["components"][section]:
            assert f"#/components/{section}/{name}'" in text, f"{section}/{name} is not used"
