"""What `bankrails up` does about a service that ended by itself."""

from dataclasses import dataclass, field

from bankrails_cli.supervision import FIRST_PAUSE_SECONDS, RESTARTS_MAX, Supervisor


@dataclass
class OneService:
    """Ends when the test says so; `dies_at_once` is one that no start helps."""

    dies_at_once: bool = False
    status: int | None = None
    restarts: int = 0

    def exit_status(self) -> int | None:
        return self.status

    def start_again(self) -> None:
        self.restarts += 1
        self.status = 1 if self.dies_at_once else None


@dataclass
class Seconds:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class House:
    service: OneService
    seconds: Seconds = field(default_factory=Seconds)

    def __post_init__(self) -> None:
        self.supervisor = Supervisor([self.service], self.seconds)

    def looks(self, seconds: float) -> None:
        """Every half second for so long."""
        until = self.seconds.now + seconds
        while self.seconds.now < until:
            self.supervisor.look()
            self.seconds.now += 0.5
        self.supervisor.look()


def test_a_service_that_was_killed_comes_back_after_a_pause() -> None:
    """Somebody tries kill -9 on the running suite, and wants to see it go on."""
    house = House(OneService(status=-9))
    house.supervisor.look()
    assert house.service.restarts == 0
    house.looks(FIRST_PAUSE_SECONDS)
    assert (house.service.restarts, house.service.status) == (1, None)


def test_one_that_runs_is_left_alone() -> None:
    """A second process of a service would fight with the first for its store."""
    house = House(OneService())
    house.looks(60)
    assert house.service.restarts == 0


def test_one_that_no_start_helps_is_given_up() -> None:
    """Its last words stay on the screen, instead of flickering by for ever."""
    house = House(OneService(dies_at_once=True, status=2))
    house.looks(3)
    assert house.service.restarts == 1, "the second pause is longer"
    house.looks(1_000)
    assert house.service.restarts == RESTARTS_MAX
