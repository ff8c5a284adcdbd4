"""A flat stone floor in a voxel world, for tests that need to know what stands where."""

from peam.sims.voxel import VoxelSim, building
from peam.sims.voxel import physics as ph
from peam.sims.voxel.blocks import ID
from peam.sims.voxel.items import ITEM_ID, ITEMS

FLOOR = 70
NONE, USE, DROP, ATTACK, CRAFT, EQUIP, PLACE, DESTROY = range(8)


def act(move=0, left=0, pose=0, pitch=12, yaw=12, verb=0, craft=0, slot=0):
    return [move, left, pose, pitch, yaw, verb, craft, slot]


def arena(seed=1, radius=12, height=14, difficulty="normal", world="classic", **options):
    """Returns a sim whose agent stands at the middle of a floor, looking level to +z, nobody else there."""
    sim = VoxelSim(image_size=None, difficulty=difficulty, world=world)
    sim.reset(seed=seed, options=options)
    game = sim.game
    x, _, z = sim.body().cell
    for dx in range(-radius, radius + 1):
        for dz in range(-radius, radius + 1):
            game.world.set(x + dx, FLOOR - 1, z + dz, ID["stone"])
            for y in range(FLOOR, FLOOR + height):
                if game.world.get(x + dx, y, z + dz):
                    game.world.set(x + dx, y, z + dz, 0)
    game.body[:] = 0
    game.body[:3] = x + 0.5, FLOOR, z + 0.5
    game.body[ph.GROUND] = 1
    for row in range(game.entities.rows):
        game.entities.remove(row)
    return sim


def put(sim, dx, dy, dz, name):
    """Writes a block relative to the cell of the agent's feet."""
    x, y, z = sim.body().cell
    building.put(sim.game, (x + dx, y + dy, z + dz), ID[name])
    return (x + dx, y + dy, z + dz)


def give(sim, item, count=1, slot=None):
    inventory = sim.game.inventory
    if slot is None:
        assert inventory.add(ITEM_ID[item], count) == 0
    else:
        inventory.version += 1
        inventory.items[slot], inventory.counts[slot], inventory.worn[slot] = ITEM_ID[item], count, 0


def run(sim, action, times=1):
    for _ in range(times):
        sim.tick(action)


def census(sim):
    """Counts every item in slots, on the ground, and in furnaces."""
    game, found = sim.game, {}
    rows = [(ITEMS[i], n) for i, n in zip(game.inventory.items, game.inventory.counts, strict=True) if n]
    table = game.entities.table[: game.entities.rows]
    rows += [(ITEMS[int(e[22])], int(e[23])) for e in table if e[11] == 1]
    rows += [slot for furnace in game.furnaces.values() for slot in furnace.contents()]
    for name, number in rows:
        found[name] = found.get(name, 0) + number
    return found


def aim(sim, pitch, yaw=0.0):
    sim.game.body[ph.PITCH], sim.game.body[ph.YAW] = pitch, yaw


def bedroom(clock, **options):
    sim = arena(time=clock, **options)
    give(sim, "white_bed", slot=0)
    aim(sim, 40.0)
    sim.tick(act(verb=PLACE))
    return sim


def kill(sim):
    """Lets a cactus do it: a death within a tick."""
    put(sim, 1, 0, 0, "cactus")
    sim.game.body[0] += 0.2
    sim.game.vitals.life = 0.5
    run(sim, act())
