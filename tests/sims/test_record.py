"""Recordings: a course goes the same way again, and where it does not, the step is named."""

import json

import pytest

from peam import cli
from peam.errors import SimError
from peam.sims.voxel import hands
from peam.sims.voxel.recording import Start, random_actions, read_actions, record, replay

WALK = random_actions(5, 60)


@pytest.fixture
def course(tmp_path):
    path = tmp_path / "walk.jsonl"
    record(Start(5, options={"time": 17000, "inventory": {"dirt": 9}}), WALK, path)
    return path


def change(path, line, **fields):
    lines = [json.loads(text) for text in path.read_text().splitlines()]
    lines[line].update(fields)
    path.write_text("".join(json.dumps(row) + "\n" for row in lines))


def test_a_recording_goes_the_same_way(course, capsys):
    done = replay(course)
    assert done.steps == 60 and done.first is None
    assert cli.main(["sim", "replay", str(course)]) == 0
    assert capsys.readouterr().out == f"same      60 steps  sha256 {done.sha256}\n"


def test_another_rule_is_noticed_at_the_step_it_first_matters(course, capsys, monkeypatch):
    known = next(i for i, action in enumerate(WALK) if action[5] == 2)  # the first throw of an item
    monkeypatch.setitem(hands._VERBS, 2, lambda game, craft, slot: None)
    assert replay(course).first == known + 1
    assert cli.main(["sim", "replay", str(course)]) == 1
    assert f"differs   at step {known + 1} of 60" in capsys.readouterr().out


def test_an_altered_action_is_noticed(course):
    change(course, 30, actions=[[0, 0, 0, 12, 13, 0, 0, 0]])
    assert replay(course).first == 30


def test_an_altered_start_is_noticed(course, capsys):
    change(course, 0, options={"time": 17001, "inventory": {"dirt": 9}})
    assert cli.main(["sim", "replay", str(course)]) == 1
    assert "differs   from the start" in capsys.readouterr().out


def test_the_overworld_is_kept_in_the_file(tmp_path, capsys):
    there, here = tmp_path / "there", tmp_path / "here"
    told = ["sim", "record", "--seed", "5", "--steps", "60", "--world", "overworld", "--out", str(there)]
    assert cli.main(told) == 0
    assert json.loads(there.read_text().splitlines()[0])["world"] == "overworld"
    assert cli.main(["sim", "replay", str(there)]) == 0
    assert replay(there).sha256 != record(Start(5), WALK, here).sha256
    change(there, 0, world="classic")
    assert cli.main(["sim", "replay", str(there)]) == 1
    assert "differs   from the start" in capsys.readouterr().out


def test_a_file_of_before_there_were_worlds_is_of_the_classic_one(course):
    lines = [json.loads(text) for text in course.read_text().splitlines()]
    assert lines[0].pop("world") == "classic"
    course.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert replay(course).first is None


def test_hashes_may_be_fewer(tmp_path):
    done = record(Start(5, every=25), WALK, tmp_path / "a")
    lines = [json.loads(text) for text in (tmp_path / "a").read_text().splitlines()]
    assert [len(line["actions"]) for line in lines[1:-1]] == [25, 25, 10]
    assert replay(tmp_path / "a") == done
    lines[2]["actions"][3][4] = 11 if lines[2]["actions"][3][4] != 11 else 13
    (tmp_path / "a").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert replay(tmp_path / "a").first == 50


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda p: p.unlink(), "cannot be read"),
        (lambda p: p.write_bytes(b"\xff\xfe"), "cannot be read"),
        (lambda p: p.write_text(""), "not a recording"),
        (lambda p: p.write_text("[1]\n"), ":1: not a mapping"),
        (lambda p: p.write_text(p.read_text()[:-40]), ":61: not JSON"),
        (lambda p: p.write_text(p.read_text().rsplit("\n", 2)[0] + "\n"), "its last line is missing"),
        (
            lambda p: p.write_text("".join(p.read_text().splitlines(True)[:9]) + '{"steps": 60}'),
            "steps are miss",
        ),
        (lambda p: change(p, 0, version=2), "version 2 is not"),
        (lambda p: change(p, 0, difficulty="norml"), "did you mean 'normal'"),
        (lambda p: change(p, 0, difficulty=[1]), "unknown difficulty '[1]'"),
        (lambda p: change(p, 0, world="overwold"), "did you mean 'overworld'"),
        (lambda p: change(p, 0, world=["classic"]), "unknown kind of world"),
        (lambda p: change(p, 0, every=0), "every 0 is not"),
        (lambda p: change(p, 0, seed="x"), "seed 'x'"),
        (lambda p: change(p, 0, options=[]), "options"),
        (lambda p: change(p, 4, actions=[[0] * 7]), "needs 8 integers"),
        (lambda p: change(p, 4, actions=3), "malformed"),
    ],
)
def test_a_malformed_file_is_one_line_and_exit_code_2(course, spoil, said, capsys):
    spoil(course)
    assert cli.main(["sim", "replay", str(course)]) == 2
    captured = capsys.readouterr()
    assert said in captured.err and captured.err.count("\n") == 1 and not captured.out


def test_the_command_records_random_actions_or_a_file(tmp_path, capsys):
    out, listed = tmp_path / "out", tmp_path / "actions"
    assert cli.main(["sim", "record", "--seed", "5", "--steps", "60", "--out", str(out)]) == 0
    assert replay(out) == record(Start(5), WALK, tmp_path / "same")
    listed.write_text("".join(f"{action}\n" for action in WALK))
    assert list(read_actions(listed)) == WALK
    again = ["--actions", str(listed), "--out", str(tmp_path / "b"), "--options", '{"time": 18000}']
    assert cli.main(["sim", "record", "--seed", "5", *again]) == 0
    assert replay(tmp_path / "b").sha256 == record(Start(5, options={"time": 18000}), WALK, out).sha256
    assert capsys.readouterr().out.count("recorded  60 steps") == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rcord"], "unknown sim command 'rcord' (did you mean 'record'?)"),
        (["replay"], "needs a FILE"),
        (["record", "--steps", "3"], "needs --out"),
        (["record", "--out", "x"], "either --steps N or --actions FILE"),
        (["record", "--out", "x", "--steps", "-1"], "negative"),
        (["record", "--out", "x", "--steps", "1", "--options", "{"], "--options is not JSON"),
        (["record", "--out", "x", "--steps", "1", "--options", '{"tme": 1}'], "did you mean 'time'"),
        (["record", "--out", "x", "--steps", "1", "--difficulty", "hrd"], "did you mean 'hard'"),
        (["record", "--out", "x", "--steps", "1", "--world", "clasic"], "did you mean 'classic'"),
        (["record", "--out", "x", "--steps", "1", "--every", "0"], "every 0"),
        (["record", "--out", "no/such/folder", "--steps", "1"], "no/such/folder"),
        (["record", "--out", "x", "--actions", "nowhere"], "nowhere: cannot be read"),
    ],
)
def test_mistakes_are_one_line_and_exit_code_2(arguments, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["sim", *arguments]) == 2
    captured = capsys.readouterr()
    assert said in captured.err and captured.err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_line_that_is_no_action_is_named(tmp_path):
    (tmp_path / "a").write_text("[1, 0, 0, 12, 12, 3, 0, 0]\n[3, 0, 0, 12, 12, 3, 0, 0]\n")
    with pytest.raises(SimError, match=r"a:2: action\[0\]: 3 is not in 0..2"):
        list(read_actions(tmp_path / "a"))
