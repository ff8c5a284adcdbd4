"""Weather: Minecraft's durations, what it darkens, wets and puts out, and that it is part of a snapshot."""

from __future__ import annotations

import numpy as np
import pytest

from peam.errors import SimError
from peam.sims.voxel import VoxelSim, beds, snapshots, weather
from peam.sims.voxel import entities as ent
from peam.sims.voxel.blocks import ID
from peam.sims.voxel.weather import Weather, darkness

NOOP = (0, 0, 0, 12, 12, 0, 0, 0)


def spells(seed: int, number: int, on: str) -> tuple[list[int], list[int]]:
    """Returns the lengths of `number` dry and of as many wet spells, by jumping from change to change."""
    sky, dry, wet = Weather.of(seed), [], []
    while len(wet) < number:
        (wet if getattr(sky, on) else dry).append(sky.rain_time if on == "raining" else sky.thunder_time)
        step = sky.rain_time if on == "raining" else sky.thunder_time
        sky.rain_time, sky.thunder_time = (1, 10**9) if on == "raining" else (10**9, 1)
        before = getattr(sky, on)
        sky.tick()
        assert getattr(sky, on) != before and step > 0
    return dry, wet


@pytest.mark.parametrize(
    ("on", "dry", "wet"), [("raining", "clear", "rain"), ("thundering", "calm", "thunder")]
)
def test_durations_are_minecrafts(on: str, dry: str, wet: str) -> None:
    """1000 spells of each sort: within the ends, and their mean within 4 standard errors of the middle."""
    for found, name in zip(spells(1, 1000, on), (dry, wet), strict=True):
        least, most = {
            "clear": (12000, 180000),
            "rain": (12000, 24000),
            "calm": (12000, 180000),
            "thunder": (3600, 15600),
        }[name]
        assert min(found) >= least and max(found) <= most
        error = (most - least) / np.sqrt(12 * len(found))
        assert abs(np.mean(found) - (least + most) / 2) < 4 * error


def test_spells_last_as_long_as_drawn() -> None:
    sky = Weather.of(3)
    wait = sky.rain_time
    for _ in range(wait - 1):
        sky.tick()
    assert not sky.raining and sky.rain == 0.0
    sky.tick()
    assert sky.raining and not sky.wet
    for _ in range(30):
        sky.tick()
    assert sky.wet


def test_darkness() -> None:
    """Java's levels: none at a clear noon, 11 at midnight, 3 in rain and 5 in thunder at noon."""
    assert [darkness(clock) for clock in (6000, 0, 12000, 18000)] == [0, 0, 0, 11]
    rain, storm = Weather(rain=1.0), Weather(rain=1.0, thunder=1.0)
    assert darkness(6000, rain.dim) == 3 and darkness(6000, storm.dim) == 5
    assert storm.stormy and not rain.stormy


def sim(seed: int = 3, **options: object) -> VoxelSim:
    made = VoxelSim(image_size=None, world="overworld")
    made.reset(seed=seed, options=dict(options))
    return made


def pour(made: VoxelSim) -> None:
    made.game.weather = Weather(raining=True, rain_time=9000, thunder_time=9000, rain=1.0)


def test_rain_is_seen_and_darkens() -> None:
    made = sim(time=6000)
    dry = made.step(NOOP)[0]["location_stats"]
    pour(made)
    wet = made.step(NOOP)[0]["location_stats"]
    assert (dry["is_raining"], wet["is_raining"]) == (0, 1)
    assert dry["light_level"][0] == 15 and wet["light_level"][0] == 12
    assert dry["sky_light_level"][0] == wet["sky_light_level"][0] == 1.0
    assert wet["sun_brightness"][0] == pytest.approx(dry["sun_brightness"][0] * 11 / 16)


def test_rain_puts_out_fire_and_spares_the_undead() -> None:
    made = sim(time=6000, creatures=[{"name": "zombie", "distance": 8.0}])
    game = made.game
    game.calm()
    row = int(np.flatnonzero(game.entities.table[:, ent.KIND] == ent.KIND_ID["zombie"])[0])
    game.vitals.fire = 100
    for _ in range(40):
        made.tick(NOOP)
    assert game.vitals.fire > 0 and game.entities.table[row, ent.FIRE] > 0
    pour(made)
    made.tick(NOOP)
    assert game.vitals.fire == 0
    for _ in range(41):
        made.tick(NOOP)
    assert game.entities.table[row, ent.FIRE] == 0


def test_no_rain_falls_on_a_desert(monkeypatch: pytest.MonkeyPatch) -> None:
    made = sim(time=6000)
    pour(made)
    assert weather.falls(made.game) == "rain"
    monkeypatch.setattr(made.game.world, "falls", lambda x, z: "nothing")
    assert weather.falls(made.game) == "nothing"


def test_weather_is_in_the_snapshot_and_absent_from_the_classic_world() -> None:
    made = sim()
    pour(made)
    saved = made.snapshot()
    for _ in range(5):
        made.tick(NOOP)
    later = made.snapshot()
    other = VoxelSim(image_size=None)
    other.restore(saved)
    assert other.game.world.kind == "overworld" and other.snapshot() == saved
    for _ in range(5):
        other.tick(NOOP)
    assert other.snapshot() == later
    twin = made.fork()
    assert twin.game.weather is not made.game.weather and twin.snapshot() == later
    classic = VoxelSim(image_size=None)
    classic.reset(seed=3)
    assert classic.game.state()["weather"] is None and classic.game.weather is None
    assert classic.game.state()["kind"] == "classic"


@pytest.mark.parametrize(
    "wrong",
    [None, {}, {"rain": 2.0}, {"rain_time": 0}, {"thunder_time": -1}, {"rng": np.zeros(3, np.uint64)}],
)
def test_weather_that_cannot_be_is_refused(wrong: dict[str, object] | None) -> None:
    made = sim()
    state = made.game.state()
    state["weather"] = {**state["weather"], **wrong} if wrong else wrong
    saved = made.snapshot()
    with pytest.raises(SimError, match="weather"):
        made.restore(snapshots.encode(state))
    assert made.snapshot() == saved


def test_a_thunderstorm_lets_sleep_by_day_and_waking_ends_it() -> None:
    made = sim()
    made.game.calm()
    x, y, z = made.body().cell
    made.game.world.set(x, y, z, ID["white_bed[facing=north,part=foot]"])
    made.game.clock = 6000
    beds.use(made.game, (x, y, z))
    assert made.game.extras.asleep == 0
    sky = made.game.weather
    assert sky is not None
    sky.raining, sky.thundering, sky.rain, sky.thunder = True, True, 1.0, 1.0
    beds.use(made.game, (x, y, z))
    assert made.game.extras.asleep == 1
    for _ in range(beds.TICKS):
        beds.sleep(made.game, 0)
    assert made.game.extras.asleep == 0 and made.game.clock == 0
    assert not sky.raining and not sky.thundering


def test_monsters_appear_by_light() -> None:
    """At noon only thunder lets monsters onto open ground; at night they come, but not to a torch."""
    made = sim(time=6000)
    game = made.game
    x, y, z = (int(v) for v in np.floor(game.body[:3]))

    def share() -> float:
        return sum(weather.dark(game, x, y, z) for _ in range(400)) / 400

    assert share() == 0.0
    game.weather = Weather(raining=True, rain_time=9000, thunder_time=9000, rain=1.0)
    assert share() == 0.0
    # Sky 15 passes a draw of 0..31 in 17 of 32; 15 - 10 = 5 passes a draw of 0..7 in 3 of 8.
    game.weather = Weather(True, True, 9000, 9000, 1.0, 1.0)
    assert share() == pytest.approx(17 / 32 * 3 / 8, abs=0.08)
    game.weather, game.clock = Weather(rain_time=9000, thunder_time=9000), 18000
    assert share() == pytest.approx(17 / 32 * 4 / 8, abs=0.1)
    game.world.set(x, y, z, ID["torch"])
    assert share() == 0.0
