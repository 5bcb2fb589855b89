"""Secrets that a line cut short, planted secrets, second passes, and text made to trap the redactor."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.diagnosis.redaction import redact
from tests.diagnosis.secrets_corpus import CORPUS, written

ID = "8a699106-8d59-11e8-905d-b3747276ed60"
JWT = "ey" + "JhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"
KEY_ID = "AK" + "IAIOSFODNN7EXAMPLE"


@pytest.mark.parametrize("secret", [pytest.param(secret, id=secret["id"]) for secret in CORPUS["named"]])
@pytest.mark.parametrize("mark", ["", " [TRUNCATED]"])
def test_a_named_secret_that_a_line_cut_short_is_taken_out_too(secret, mark):
    value = "".join(secret["parts"])
    for cut in range(2, len(value)):
        text = f'({ID}) Method request body before transformations: {{"{secret["name"]}": "{value[:cut]}{mark}'
        start = text.removesuffix(value[:cut] + mark)
        assert re.fullmatch(re.escape(start) + r"\[redacted:[a-z-]+\]" + re.escape(mark), redact(text))


# Their prefix is so short, or their form so exact, that a remainder is not told from other text.
RECOGNISED_WHOLE = ("card", "google-api-key", "sendgrid", "npm", "pypi", "vault", "aws-session-token", "email-percent")


@pytest.mark.parametrize(
    "secret",
    [
        pytest.param(secret, id=secret["id"])
        for secret in CORPUS["shaped"]
        if not secret["id"].startswith(RECOGNISED_WHOLE)
    ],
)
def test_a_shaped_secret_that_a_line_cut_short_is_taken_out_too(secret):
    prefix, value = "".join(secret["parts"][:2]), "".join(secret["parts"])
    for cut in range(max(len(prefix) + 3, 11), len(value)):
        redacted = redact(f"({ID}) Endpoint response body before transformations: {value[:cut]} [TRUNCATED]")
        assert value[:cut] not in redacted


SECRET = st.text(alphabet=st.sampled_from("abcXYZ0123456789-_.~+/=!*$^@#|"), min_size=8, max_size=60)
NAMES = st.sampled_from([secret["name"] for secret in CORPUS["named"]])
CARRIERS = st.sampled_from(CORPUS["named_carriers"])


@settings(deadline=None)
@given(secret=SECRET, name=NAMES, carrier=CARRIERS)
def test_a_planted_secret_never_survives(secret, name, carrier):
    text, encoded = written(carrier, secret, name)
    assert encoded not in redact(text) or encoded in carrier["text"] + name


@settings(deadline=None)
@given(st.text(max_size=300))
def test_a_second_pass_changes_nothing(text):
    assert redact(redact(text)) == redact(text)


FRAGMENTS = st.lists(
    st.sampled_from(
        [
            "password",
            "Cookie",
            "Authorization",
            "token",
            "api_key",
            "=",
            ": ",
            ":",
            '"',
            "'",
            "\\",
            "\\n",
            "\n",
            " ",
            ",",
            "&",
            "{",
            "}",
            "[",
            "]",
            "[redacted:token]",
            "[redacted:",
            "Bearer ",
            "x",
            "a1B2c3D4e5F6",
            "%22",
            "%3D",
            "<",
            ">",
            "://",
            "@",
            ".com",
            "--",
            "-u ",
            JWT[:20],
            KEY_ID,
            "4111111111111111",
            "API Key ",
        ]
    ),
    max_size=25,
).map("".join)


@settings(deadline=None)
@given(FRAGMENTS)
def test_a_second_pass_changes_nothing_in_text_made_of_traps(text):
    assert redact(redact(text)) == redact(text)


@settings(deadline=None)
@given(FRAGMENTS)
def test_the_length_grows_by_marks_only(text):
    longest_mark = len("[redacted:authorization]")
    assert len(redact(text)) <= len(text) * longest_mark
    assert len(re.sub(r"\[redacted:[a-z-]+\]", "", redact(text))) <= len(text)


@pytest.mark.parametrize(
    "repeated",
    [
        "a",
        "a@",
        "password=",
        'token="\\"',
        "eyJ",
        "://a:",
        "-----BEGIN PRIVATE KEY-----",
        "4111 ",
        "Cookie=a,",
        "-",
        "token=[",
    ],
)
def test_a_hundred_kilobytes_of_one_trap_come_back(repeated):
    text = repeated * (100_000 // len(repeated))
    assert redact(redact(text)) == redact(text)
