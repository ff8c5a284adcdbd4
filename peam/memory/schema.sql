-- The experience store. Every table is append-only. `seq` counts rows over all tables from 1, `mac` is the
-- HMAC-SHA256 of (the mac of row seq - 1, table, this row); peam/memory/chain.py says how.
-- `timings` is outside the chain: measured wall seconds differ between equal runs.

CREATE TABLE images (
    seq INTEGER PRIMARY KEY, mac BLOB NOT NULL,
    sha TEXT NOT NULL UNIQUE,        -- sha256 of the picture's shape and pixels
    png BLOB NOT NULL
);
CREATE TABLE episodes (
    seq INTEGER PRIMARY KEY, mac BLOB NOT NULL,
    episode INTEGER NOT NULL UNIQUE,
    task TEXT NOT NULL,              -- JSON: name, text, goal, category, start
    seed INTEGER NOT NULL,
    success INTEGER NOT NULL,
    slow_calls INTEGER NOT NULL,
    fast_decisions INTEGER NOT NULL,
    ticks INTEGER NOT NULL,
    origin TEXT NOT NULL             -- "" for own experience, else where it was imported from
);
CREATE TABLE segments (
    seq INTEGER PRIMARY KEY, mac BLOB NOT NULL,
    episode INTEGER NOT NULL,
    position INTEGER NOT NULL,
    category TEXT NOT NULL,
    predicate TEXT NOT NULL,
    reached INTEGER NOT NULL
);
CREATE TABLE decisions (
    seq INTEGER PRIMARY KEY, mac BLOB NOT NULL,
    episode INTEGER NOT NULL,
    segment INTEGER NOT NULL,        -- segments.position
    idx INTEGER NOT NULL,
    category TEXT NOT NULL,
    predicate TEXT NOT NULL,
    state TEXT NOT NULL,
    image TEXT NOT NULL,             -- images.sha, "" where no picture was drawn
    seen TEXT NOT NULL,              -- JSON list
    action TEXT,                     -- NULL where the tier's text did not parse
    tier TEXT NOT NULL,
    confidence REAL,
    margin REAL,
    shadow TEXT NOT NULL,
    raw TEXT NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL
);
CREATE TABLE outcomes (
    seq INTEGER PRIMARY KEY, mac BLOB NOT NULL,
    episode INTEGER NOT NULL,
    idx INTEGER NOT NULL,
    diagnosis TEXT NOT NULL,
    delta TEXT NOT NULL,             -- JSON: item -> signed count
    missing TEXT NOT NULL,           -- JSON: item -> count
    ticks INTEGER NOT NULL,
    detail TEXT NOT NULL
);
CREATE TABLE pairs (
    seq INTEGER PRIMARY KEY, mac BLOB NOT NULL,
    pair TEXT NOT NULL UNIQUE,
    episode INTEGER NOT NULL,        -- of the corrected run
    category TEXT NOT NULL,
    predicate TEXT NOT NULL,
    context TEXT NOT NULL,
    signature TEXT NOT NULL,
    failed TEXT NOT NULL,            -- JSON: [episode, [idx, ...]], or null
    corrected TEXT NOT NULL          -- JSON: [episode, [idx, ...]]
);
CREATE TABLE scores (
    seq INTEGER PRIMARY KEY, mac BLOB NOT NULL,
    pair TEXT NOT NULL,
    category TEXT NOT NULL,
    worthiness REAL NOT NULL,
    cost_saved REAL NOT NULL,
    stability REAL NOT NULL,
    novelty REAL NOT NULL,
    agreement REAL NOT NULL,
    threshold REAL,                  -- the running median it had to exceed; NULL for the first
    admitted INTEGER NOT NULL,
    reason TEXT NOT NULL
);
CREATE TABLE consolidations (
    seq INTEGER PRIMARY KEY, mac BLOB NOT NULL,
    category TEXT NOT NULL,
    version TEXT NOT NULL,
    parent TEXT NOT NULL,            -- "" for the bare base
    episode INTEGER NOT NULL,        -- the last one before it was started
    pairs TEXT NOT NULL,             -- JSON: ids of the pairs trained on
    heldout TEXT NOT NULL,           -- JSON: ids of the pairs held out
    steps INTEGER NOT NULL,
    cost REAL NOT NULL,              -- metered
    accepted INTEGER NOT NULL,
    gate TEXT NOT NULL,              -- JSON of GateResult
    metrics TEXT NOT NULL            -- JSON
);
CREATE TABLE costs (
    seq INTEGER PRIMARY KEY, mac BLOB NOT NULL,
    episode INTEGER NOT NULL,
    event TEXT NOT NULL,             -- slow_call | fast_decision | tick | training_step
    category TEXT NOT NULL,
    count REAL NOT NULL,
    amount REAL NOT NULL,
    unit TEXT NOT NULL
);
CREATE TABLE calibrations (
    seq INTEGER PRIMARY KEY, mac BLOB NOT NULL,
    category TEXT NOT NULL,
    version TEXT NOT NULL,           -- of the adapter that chose
    source TEXT NOT NULL,            -- life | probe | heldout
    word TEXT NOT NULL,              -- of the action: verb(target)
    margin REAL NOT NULL,
    success INTEGER NOT NULL,
    acted INTEGER NOT NULL           -- whether the fast tier's choice was carried out
);
CREATE TABLE states (
    seq INTEGER PRIMARY KEY, mac BLOB NOT NULL,
    name TEXT NOT NULL,              -- what a resumed life goes on from; the last row of a name counts
    value TEXT NOT NULL              -- JSON
);
CREATE TABLE reproductions (
    seq INTEGER PRIMARY KEY, mac BLOB NOT NULL,
    episode INTEGER NOT NULL,        -- an imported episode
    confirmed INTEGER NOT NULL,      -- whether replay in the simulator gave the same outcomes
    detail TEXT NOT NULL
);
CREATE TABLE durations (             -- outside the chain, as `timings`
    kind TEXT NOT NULL,              -- a category, or "life"
    name TEXT NOT NULL,              -- the version consolidated, or the episode
    seconds REAL NOT NULL            -- wall seconds that it took
);
CREATE TABLE timings (
    episode INTEGER NOT NULL,
    idx INTEGER NOT NULL,            -- of a decision; -1 for the episode as a whole
    think REAL NOT NULL,             -- seconds
    act REAL NOT NULL                -- seconds
);
CREATE INDEX decisions_by_episode ON decisions (episode, idx);
CREATE INDEX decisions_by_category ON decisions (category);
CREATE INDEX outcomes_by_episode ON outcomes (episode, idx);
CREATE INDEX segments_by_episode ON segments (episode, position);
CREATE INDEX scores_by_pair ON scores (pair);
CREATE INDEX timings_by_episode ON timings (episode, idx);
