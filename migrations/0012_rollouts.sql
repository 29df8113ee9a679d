-- Who may act for all nodes at the moment. The token counts holders: whoever comes with an older one acts no more.
CREATE TABLE leases (
  name text PRIMARY KEY,
  holder text NOT NULL,
  token bigint NOT NULL DEFAULT 1,
  expires_at timestamptz(3) NOT NULL
);

-- A target of a flag on its way through the environments of a policy. The policy is kept as it was when this started:
-- a later version is for later rollouts.
CREATE TABLE rollouts (
  id text PRIMARY KEY,
  project_id bigint NOT NULL REFERENCES projects (id),
  flag text NOT NULL,
  target text NOT NULL,
  from_variant text NOT NULL,
  to_variant text NOT NULL,
  policy_key text NOT NULL,
  policy_version integer NOT NULL,
  policy json NOT NULL,
  -- The environments of the path, in its order.
  environment_ids json NOT NULL,
  commit text,
  state text NOT NULL,
  step integer NOT NULL DEFAULT 0,
  started_by text NOT NULL,
  started_at timestamptz(3) NOT NULL,
  -- Ids of the people whose approval of its stages does not count.
  authors json NOT NULL,
  reason text,
  retry_of text REFERENCES rollouts (id),
  -- Whether its splits draw everybody anew: a retry may ask for that.
  new_salt boolean NOT NULL DEFAULT false,
  ended_at timestamptz(3),
  version integer NOT NULL DEFAULT 1
);
CREATE INDEX rollouts_of_project ON rollouts (project_id, started_at DESC, id);
CREATE INDEX rollouts_of_flag ON rollouts (project_id, flag);

-- A rollout in one environment. `body` is what the decision knows of it; the columns are what is asked for.
CREATE TABLE runs (
  id text PRIMARY KEY,
  rollout_id text NOT NULL REFERENCES rollouts (id),
  environment_id bigint NOT NULL REFERENCES environments (id),
  flag text NOT NULL,
  state text NOT NULL,
  body json NOT NULL,
  -- What sources said last, for what must hold for a while or is asked several times.
  readings json NOT NULL DEFAULT '{}',
  -- What it wrote last, and whether every node and app has it in force.
  reach json,
  is_reached boolean NOT NULL DEFAULT true,
  decision json,
  decided_at timestamptz(3),
  started_at timestamptz(3) NOT NULL,
  ended_at timestamptz(3),
  version integer NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX runs_one_live ON runs (environment_id, flag) WHERE state IN ('waiting', 'running', 'paused');
CREATE INDEX runs_of_rollout ON runs (rollout_id);
CREATE INDEX runs_to_look_at ON runs (state) WHERE state IN ('waiting', 'running', 'paused') OR NOT is_reached;

-- What was decided, why, and on what evidence. Entries are only added.
CREATE TABLE decisions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  rollout_id text NOT NULL REFERENCES rollouts (id),
  run_id text NOT NULL REFERENCES runs (id),
  entry integer NOT NULL,
  stage integer NOT NULL,
  at timestamptz(3) NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  reason text NOT NULL,
  because json NOT NULL,
  guards json NOT NULL,
  conditions json NOT NULL,
  evidence json,
  -- What somebody was paged about, where somebody was.
  page text
);
CREATE INDEX decisions_of_rollout ON decisions (rollout_id, id DESC);

-- Where each guard stood over time, for the eye: ever rarer as an entry grows old, so that there is an end to it.
CREATE TABLE guard_points (
  run_id text NOT NULL REFERENCES runs (id),
  at timestamptz(3) NOT NULL,
  entry integer NOT NULL,
  points json NOT NULL,
  PRIMARY KEY (run_id, at)
);
