from bot.aws.limits import LIMITS, Limiter, TokenBucket


class Time:
    def __init__(self) -> None:
        self.now, self.slept = 0.0, []

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now += seconds


def test_a_burst_passes_at_once_and_the_rest_wait_their_turn():
    time = Time()
    bucket = TokenBucket(2, 3, monotonic=lambda: time.now, sleep=time.sleep)
    for _ in range(5):
        bucket.take()
    assert time.slept == [0.5, 0.5]


def test_tokens_come_back_with_time_up_to_the_burst():
    time = Time()
    bucket = TokenBucket(2, 3, monotonic=lambda: time.now, sleep=time.sleep)
    for _ in range(3):
        bucket.take()
    time.now += 100
    for _ in range(3):
        bucket.take()
    assert time.slept == []


def test_api_gateway_stays_below_the_ten_requests_a_second_of_the_account():
    assert LIMITS["apigateway"][0] <= 5
    assert LIMITS["apigateway"] == LIMITS["apigatewayv2"]


def test_a_service_without_a_limit_never_waits():
    limiter = Limiter()
    for _ in range(1000):
        limiter.take("ec2")
