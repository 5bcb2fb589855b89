"""SNS over HTTPS, signed with a key of our own: what is not signed by SNS's certificate does nothing."""

import base64
import json
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from bot.intake.arrivals import Arrivals
from bot.intake.sns_http import SNS_PATH, SnsEndpoint
from bot.intake.sns_signature import NotFromSnsError, signed_text, sns_url
from tests.alarms import samples
from tests.intake.test_queue import Jobs

NOW = datetime(2026, 11, 22, 3, 11, tzinfo=UTC)
CERTIFICATE_URL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123.pem"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
HASHES = {"1": SHA1(), "2": SHA256()}  # noqa: S303 - version 1 of SNS signatures is SHA-1


def certificate(days=30):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(KEY.public_key())
    builder = (
        builder.serial_number(1).not_valid_before(NOW - timedelta(days=60)).not_valid_after(NOW + timedelta(days=days))
    )
    return builder.sign(KEY, SHA256()).public_bytes(Encoding.PEM)


def signed(version="2", **changes):
    fields = {
        **samples.sns_envelope(samples.sns_message()),
        "Timestamp": "2026-11-22T03:10:00.000Z",
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE_URL,
        **changes,
    }
    signature = KEY.sign(signed_text(fields), padding.PKCS1v15(), HASHES[version])
    return {**fields, "Signature": base64.b64encode(signature).decode()}


def subscription(**changes):
    url = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t"
    more = {"Type": "SubscriptionConfirmation", "Token": "t", "SubscribeURL": url, "Message": "You have chosen"}
    return signed(**{**more, **changes})


class Amazon:
    """What stands at Amazon's addresses, in place of a session of aiohttp's."""

    def __init__(self, pem=None):
        self.pem = pem or certificate()
        self.asked = []

    def get(self, url, *, allow_redirects, timeout):
        assert not allow_redirects
        self.asked.append(url)
        return Reply(self.pem)


class Reply:
    status = 200

    def __init__(self, body):
        self.content = self
        self._body = body

    async def read(self, most):
        return self._body[:most]

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        return None


@pytest.fixture
def jobs():
    return Jobs()


@pytest.fixture
def amazon():
    return Amazon()


@pytest.fixture
async def post(jobs, amazon):
    endpoint = SnsEndpoint(amazon, Arrivals(jobs, "C01", settle=0), (samples.TOPIC,), lambda: NOW)
    application = web.Application(client_max_size=10**7)
    application.router.add_post(SNS_PATH, endpoint.handle)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}{SNS_PATH}"
    async with aiohttp.ClientSession() as session:

        async def send(fields):
            data = fields if isinstance(fields, str) else json.dumps(fields)
            async with session.post(address, data=data) as response:
                return response.status

        yield send
    await runner.cleanup()


@pytest.mark.parametrize("version", ["1", "2"])
async def test_a_signed_alarm_becomes_a_job(post, jobs, amazon, version):
    assert await post(signed(version)) == 200
    assert [job["wanted"] for job in jobs.put_jobs.values()] == ["diagnosis"]
    assert amazon.asked == [CERTIFICATE_URL]


async def test_the_certificate_is_fetched_once_and_a_second_delivery_is_the_same_job(post, jobs, amazon):
    assert [await post(signed()) for _ in range(3)] == [200, 200, 200]
    assert len(amazon.asked) == 1
    assert len(jobs.put_jobs) == 1


REFUSED = {
    "changed after it was signed": {**signed(), "Message": "x"},
    "signed with another hash than it says": {**signed("1"), "SignatureVersion": "2"},
    "an unknown version": {**signed(), "SignatureVersion": "3"},
    "no signature": {**signed(), "Signature": "!"},
    "another topic": signed(TopicArn="arn:aws:sns:eu-west-1:111122223333:others"),
    "too old": signed(Timestamp="2026-11-22T02:00:00.000Z"),
    "of the future": signed(Timestamp="2026-11-22T03:20:00.000Z"),
    "no time": signed(Timestamp="yesterday"),
    "a certificate from elsewhere": signed(SigningCertURL="https://sns.eu-west-1.amazonaws.com.example.org/x.pem"),
    "a certificate by plain HTTP": signed(SigningCertURL="http://sns.eu-west-1.amazonaws.com/x.pem"),
    "not a certificate's address": signed(SigningCertURL="https://sns.eu-west-1.amazonaws.com/?Action=x"),
    "an unknown type": {**signed(), "Type": "Other"},
    "no JSON": "hello",
    "a list": "[]",
    "too long": json.dumps({"x": "y" * 600_000}),
}


@pytest.mark.parametrize("fields", REFUSED.values(), ids=REFUSED)
async def test_what_is_not_from_sns_is_refused(post, jobs, fields):
    assert await post(fields) == 403
    assert jobs.put_jobs == {}


async def test_a_certificate_that_is_no_longer_valid_is_refused(post, amazon):
    amazon.pem = certificate(days=-1)
    assert await post(signed()) == 403


async def test_a_certificate_that_cannot_be_fetched_is_no_refusal_sns_tries_again(post, amazon, monkeypatch):
    monkeypatch.setattr(Reply, "status", 500)
    assert await post(signed()) == 503


async def test_a_subscription_of_a_known_topic_is_confirmed(post, jobs, amazon):
    assert await post(subscription()) == 200
    assert amazon.asked[-1].endswith("Token=t")
    assert jobs.put_jobs == {}


@pytest.mark.parametrize(
    "fields",
    [subscription(TopicArn="arn:aws:sns:eu-west-1:111122223333:others"), {**subscription(), "Token": "other"}],
    ids=["another topic", "not signed"],
)
async def test_no_other_subscription_is(post, amazon, fields):
    assert await post(fields) == 403
    assert not any("Confirm" in url for url in amazon.asked)


async def test_a_confirmation_never_leads_elsewhere(post, amazon):
    assert await post(subscription(SubscribeURL="https://169.254.169.254/latest/meta-data")) == 503
    assert amazon.asked == [CERTIFICATE_URL]


async def test_the_end_of_a_subscription_is_taken_note_of_and_nothing_more(post, jobs, amazon):
    assert await post(subscription(Type="UnsubscribeConfirmation")) == 200
    assert amazon.asked == [CERTIFICATE_URL]
    assert jobs.put_jobs == {}


@pytest.mark.parametrize(
    "url",
    [
        "https://sns.us-gov-west-1.amazonaws.com/x.pem",
        "https://sns.cn-north-1.amazonaws.com.cn/x.pem",
    ],
)
def test_every_partition_has_its_own_address(url):
    assert sns_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "https://sns.eu-west-1.amazonaws.com@example.org/x.pem",
        "https://sns.eu-west-1.amazonaws.com:8443/x.pem",
        "https://user:pass@sns.eu-west-1.amazonaws.com/x.pem",
        "https://s3.eu-west-1.amazonaws.com/x.pem",
        "https://sns.eu-west-1.amazonaws.com:99999/x.pem",
        None,
    ],
)
def test_nothing_else_is_an_address_of_sns(url):
    with pytest.raises(NotFromSnsError):
        sns_url(url)
