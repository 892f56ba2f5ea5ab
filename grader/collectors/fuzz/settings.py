"""How schemathesis is set: the same exam for every submission, and nothing taken from a correct one.

Every line below guards against a deduction that was seen on a correct service (numbers: the list of false positives
measured for this tool) or against a source that adapts the exam to the service under test. The contract's overlays
hold the other half of the guards; `challenges/todo-api/fuzz/` says which.
"""

from __future__ import annotations

from typing import Final, Literal

MOST_STEPS = 10
STATEFUL: Final = "stateful"
Mode = Literal["positive", "negative", "stateful"]

SETTINGS = """\
seed = {seed}
workers = 1                       # 15: more workers lose operations on some versions of Python
continue-on-failure = true        # every request is sent whatever was found
request-timeout = {seconds}       # longer than the forwarder's own deadline, which answers first
max-redirects = 0                 # a redirect is an answer; following one would let a service choose our targets
suppress-health-check = ["all"]   # a slow machine must not end a run
warnings = false                  # 16: warnings are no findings

[headers]
Host = "{host}"                   # the same in every run: services put it into links, and links into evidence
User-Agent = "{agent}"            # the same as our own client: a service cannot tell the tools apart
Accept-Encoding = "identity"      # no decompression of what a stranger sends
Connection = "close"              # no answer depends on how a server keeps connections, none is asked for twice
{headers}
[cache]
enabled = false                   # nothing is kept from an earlier run

[output.sanitization]
enabled = false                   # the token is thrown away after the run; without it a request cannot be repeated

[analysis.constants]
enabled = false                   # 13: values found in code must not appear in requests

[generation]
max-examples = {examples}
no-shrink = true                  # bounded time on weak services; the shortest request of each finding is kept anyway
database = "none"
unique-inputs = false
allow-x00 = false                 # 9: NUL in text may be refused; the exam's own cases ask for "no 5xx"
allow-extra-parameters = false    # 2, 3: unknown parameters may be refused or ignored
codec = "{codec}"                 # 9, 11: control and exotic characters belong to the exam's own cases
with-security-parameters = false  # the exam's own cases decide about tokens

[phases.examples]
enabled = {alone}
extra-data-sources.responses = false

[phases.coverage]
enabled = {alone}
extra-data-sources.responses = false
generate-duplicate-query-parameters = false  # frameworks differ in which one counts
unexpected-methods = []           # 6: 405 and `Allow` belong to the exam's own cases

[phases.fuzzing]
enabled = {fuzzing}
extra-data-sources.responses = false  # 13: values of answers must not appear in requests
error-feedback.enabled = false        # the words of a refusal must not change the exam

[phases.stateful]
enabled = {following}
max-steps = {steps}
inference.algorithms = []         # only the contract's own links: nobody promised the others
link-calibration = false          # which link is followed does not depend on how the others went

[checks]
enabled = false                   # 6, 8: Allow, ignored auth, missing headers: own cases decide
not_a_server_error.enabled = true
status_code_conformance.enabled = {alone}
content_type_conformance.enabled = {alone}
response_headers_conformance.enabled = {alone}
response_schema_conformance.enabled = {alone}
use_after_free.enabled = {following}
ensure_resource_availability.enabled = {following}
response_schema_conformance.validate-formats = false  # a time without offset is the exam's own question
positive_data_acceptance.enabled = {accepting}        # 14: off where invalid data are sent
positive_data_acceptance.expected-statuses = ["2xx", "3xx", "401", "403", "404", "405", "410", "429", "5xx"]
negative_data_rejection.enabled = {refusing}          # 13: off where valid data are sent
negative_data_rejection.expected-statuses = ["3xx", "4xx", "5xx"]  # 12: how it is refused is not graded
"""


def settings(
    *,
    seed: int,
    mode: Mode,
    examples: int,
    seconds: int,
    headers: dict[str, str],
    agent: str,
    host: str,
    steps: int = MOST_STEPS,
) -> str:
    """The text of `schemathesis.toml` for one run.

    A stateful run sends `examples` sequences of at most `steps` valid requests, the others requests that stand alone.
    """
    following = mode == STATEFUL
    return SETTINGS.format(
        seed=seed,
        mode=mode,
        examples=max(examples, 1),
        steps=steps,
        alone=_flag(not following),
        following=_flag(following),
        fuzzing=_flag(examples > 0 and not following),
        seconds=seconds,
        agent=agent,
        host=host,
        codec="utf-8" if mode == "negative" else "ascii",
        headers="".join(f'{name} = "{value}"\n' for name, value in sorted(headers.items())),
        accepting=_flag(mode == "positive"),
        refusing=_flag(mode == "negative"),
    )


def _flag(value: bool) -> str:  # noqa: FBT001 - one word of TOML
    return "true" if value else "false"
