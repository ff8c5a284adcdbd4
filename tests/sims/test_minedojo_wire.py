"""The stand-in by its raw protocol, mission files, messages to MineDojo's process: no MineDojo needed."""

import io
import json
import socket
import struct
import subprocess
import sys

import numpy as np
import pytest

from peam.errors import SimError
from peam.sims.minedojo import wire
from peam.sims.minedojo.missions import parse
from peam.sims.minedojo.standin import HELLO, StandIn
from peam.sims.voxel.minedojo_compat.tables import data

MISSION = """<MissionInit xmlns="http://ProjectMalmo.microsoft.com"><Mission><ServerSection>
<ServerInitialConditions><Time><StartTime>6000</StartTime><AllowPassageOfTime>false</AllowPassageOfTime></Time>
<AllowSpawning>false</AllowSpawning></ServerInitialConditions>
<ServerHandlers><DefaultWorldGenerator forceReset="false" seed="5" generatorOptions="{{}}"/></ServerHandlers>
</ServerSection><AgentSection mode="Survival"><AgentStart><BreakSpeedMultiplier>1.0</BreakSpeedMultiplier>
<StartingHealth maxHealth="20" health="12"/><StartingFood food="17"/>
<Inventory><InventoryObject slot="3" type="planks" metadata="2" quantity="9"/></Inventory></AgentStart>
<AgentHandlers><VideoProducer want_depth="false"><Width>20 </Width><Height>16</Height></VideoProducer>
<ObservationFromGrid><Grid name="voxels"><min x="-1" y="0" z="-2"/><max x="1" y="1" z="2"/></Grid>
</ObservationFromGrid>{extra}</AgentHandlers></AgentSection></Mission></MissionInit>"""


def mission(extra="", old="", new=""):
    return (
        MISSION.format(extra=extra).replace(old, new).encode()
        if old
        else MISSION.format(extra=extra).encode()
    )


def test_a_mission_is_read():
    ray = '<RayOffset pitch="0.5" yaw="-0.1" distance="7"/>'
    rays = f"<ObservationFromRichLidar>{ray}</ObservationFromRichLidar>"
    got = parse(mission(rays))
    assert (got.image, got.seed, got.time, got.time_passes, got.mobs_spawn) == (
        (16, 20),
        5,
        6000,
        False,
        False,
    )
    assert (got.life, got.food, got.biome, got.position) == (12.0, 17, None, None)
    assert got.grid == ((-1, 1), (0, 1), (-2, 2)) and got.rays == ((0.5, -0.1, 7.0),)
    stack = got.inventory[0]
    assert (stack.slot, stack.name, stack.variant, stack.quantity) == (3, "planks", 2, 9)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"<MissionInit", "no XML"),
        (b"<!DOCTYPE x><MissionInit/>", "document types"),
        (
            mission("<FlatWorldGenerator/>", "DefaultWorldGenerator", "FlatWorldGenerator"),
            "no FlatWorldGenerator",
        ),
        (mission(old="<Width>20 </Width>", new="<Width>wide</Width>"), "malformed"),
        (mission(old=">1.0<", new=">3.0<"), "break speed 3.0"),
        (mission(old="<DefaultWorldGenerator", new='<BiomeGenerator biome="21"'), "no 'jungle'"),
    ],
)
def test_a_mission_that_cannot_be_is_refused(text, message):
    with pytest.raises(SimError, match=message):
        parse(text)


class Client:
    """Malmo's protocol by hand."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)

    def send(self, text):
        body = text if isinstance(text, bytes) else text.encode()
        self.socket.sendall(struct.pack("!I", len(body)) + body)

    def get(self):
        head = self.socket.recv(4, socket.MSG_WAITALL)
        return self.socket.recv(struct.unpack("!I", head)[0], socket.MSG_WAITALL) if head else None


@pytest.fixture
def client():
    with StandIn() as server:
        made = Client(server.port)
        made.send(HELLO)
        yield made
        made.socket.close()


def test_the_protocol_step_by_step(client):
    client.send("<Quit/>")
    assert struct.unpack("!I", client.get()) == (1,)
    client.send(mission())
    client.send("some-uuid:0:0:1:true")
    assert struct.unpack("!I", client.get()) == (1,)
    client.send("<Peek/>")
    picture, report, done = client.get(), json.loads(client.get()), client.get()
    assert len(picture) == 16 * 20 * 3 and done == b"\0"
    assert report["life"] == 12.0 and report["food"] == 17 and report["world_time"] == 6000
    assert len(report["inventory"]) == 41 and report["inventory"][3]["name"] == "planks"
    assert len(report["voxels"]) == 3 * 2 * 5 * 10 and "rays" not in report
    tokens = data("constants.json")["stats"]
    assert set(report["stat"]["use_item"]["minecraft"]) == set(tokens["stat/use_item/minecraft"])
    assert set(tokens["achievement"]) == set(report["achievement"])
    client.send("<StepClient0>camera 20.0 -15.0\ncraft stick\nforward 1\njump 0\nequip none</StepClient0 >")
    client.get()
    assert struct.unpack("!dbb", client.get()) == (0.0, 0, 1)
    after = json.loads(client.get())
    assert after["pitch"] == 20.0 and after["yaw"] == (report["yaw"] - 15 + 180) % 360 - 180
    assert after["inventory"][3]["quantity"] == 7 and after["total_time"] == report["total_time"] + 1
    client.send("<StepServer></StepServer>")
    client.send("<Disconnect/>")
    assert client.get() is None


def test_pictures_go_bottom_up(client):
    client.send(mission(old='<InventoryObject slot="3" type="planks" metadata="2" quantity="9"/>', new=""))
    client.send("t:0:0:1:true")
    client.get()
    client.send("<StepClient0>camera 0 0</StepClient0 >")
    rows = np.frombuffer(client.get(), np.uint8).reshape(16, 20, 3).astype(int)
    assert rows[-1, :, 2].mean() > rows[0, :, 2].mean(), "the sky is in the last rows"


@pytest.mark.parametrize(
    "message",
    [
        "<Peek/>",
        "<StepClient0>forward 1</StepClient0 >",
        "<Dance/>",
        b"<MissionInit",
        mission(old="planks", new="elytra"),
    ],
)
def test_what_cannot_be_ends_the_connection(client, message, capsys):
    client.send(message)
    if b"MissionInit" in (message if isinstance(message, bytes) else b""):
        client.send("t:0:0:1:true")
    assert client.get() is None
    assert "stand-in:" in capsys.readouterr().err


def test_another_version_is_refused():
    with StandIn() as server:
        client = Client(server.port)
        client.send(b"<MalmoEnv0.36.0/>")
        assert client.get() is None


def test_a_taken_port_is_one_line():
    with StandIn() as server:
        command = [sys.executable, "-m", "peam.sims.minedojo.standin", "--port", str(server.port)]
        out = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert out.returncode == 2 and "Traceback" not in out.stderr and f"--port {server.port}:" in out.stderr


# -- messages ----------------------------------------------------------------------------------------------


def through(message):
    stream = io.BytesIO()
    wire.send(stream, message)
    stream.seek(0)
    return wire.receive(stream)


def test_messages_keep_arrays_and_plain_values():
    message = {
        "a": np.arange(6, dtype=np.float32).reshape(2, 3),
        "b": [np.array(True), np.array(["x", "lo g"]), None, 1.5],
        "c": {"d": np.zeros((0, 2), np.uint8), "e": np.int64(7)},
    }
    got = through(message)
    assert got["a"].dtype == np.float32 and np.array_equal(got["a"], message["a"])
    assert got["b"][0].shape == () and got["b"][1].tolist() == ["x", "lo g"] and got["b"][2:] == [None, 1.5]
    assert got["c"]["d"].shape == (0, 2) and got["c"]["e"] == 7
    assert wire.receive(io.BytesIO(b"")) is None


@pytest.mark.parametrize("value", [object(), np.array([object()]), np.array([1 + 2j]), b"raw", {1, 2}])
def test_other_types_have_no_form(value):
    with pytest.raises(wire.WireError, match="cannot be sent"):
        wire.send(io.BytesIO(), {"x": value})


def packed(tree, raw=b""):
    text = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
    return struct.pack("!II", len(text), len(raw)) + text + raw


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\0\0", "cut within"),
        (packed({"x": 1})[:-2], "cut: "),
        (struct.pack("!II", 2**31, 0), "more than"),
        (packed(b"{nope"), "no JSON"),
        (packed({"__array__": ["|O", [1]]}, b"12345678"), "no array"),
        (packed({"__array__": ["<f4", [-1]]}), "no array"),
        (packed({"__array__": ["<f4", [3]]}, b"1234"), "longer than what came"),
        (packed({"x": 1}, b"1234"), "nothing names"),
        (packed({"__text__": [[2], ["one"]]}), "another shape"),
        (packed({"__text__": [[1], [5]]}), "another shape"),
    ],
)
def test_malformed_messages_are_errors(data, message):
    with pytest.raises(wire.WireError, match=message):
        wire.receive(io.BytesIO(data))
