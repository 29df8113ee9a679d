-- What leaves together and when, what an environment was at a moment, and what of it is known to be good.

-- Forms of flags and segments, each once, under the hash of its text: releases name them.
CREATE TABLE form_bodies (
  project_id bigint NOT NULL REFERENCES projects (id),
  hash text NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (project_id, hash)
);

-- An environment at a moment, under a name. Nothing of it is ever changed.
CREATE TABLE releases (
  id text PRIMARY KEY,
  project_id bigint NOT NULL REFERENCES projects (id),
  environment_id bigint NOT NULL REFERENCES environments (id),
  seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  tag text NOT NULL,
  commit text,
  origin text NOT NULL CHECK (origin IN ('departure', 'rollout', 'manual')),
  origin_id text,
  position text NOT NULL,
  change_id bigint REFERENCES changes (id),
  note text,
  shed_level integer NOT NULL,
  flags json NOT NULL,
  segments json NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  CONSTRAINT releases_tag UNIQUE (environment_id, tag)
);
CREATE INDEX releases_environment ON releases (environment_id, seq);

-- The form of each flag that is in force, and since when: what stands long enough is known good by that.
CREATE TABLE forms_in_force (
  environment_id bigint NOT NULL REFERENCES environments (id),
  flag text NOT NULL,
  served text NOT NULL,
  since timestamptz(3) NOT NULL,
  PRIMARY KEY (environment_id, flag)
);

-- What was proven of a form, and what was found against it since.
CREATE TABLE good_forms (
  environment_id bigint NOT NULL REFERENCES environments (id),
  flag text NOT NULL,
  served text NOT NULL,
  proof text CHECK (proof IN ('run', 'stood')),
  proof_id text,
  proven_at timestamptz(3),
  revoked_at timestamptz(3),
  revoked_because text,
  PRIMARY KEY (environment_id, flag, served)
);

-- What a rollback left of a flag, and when: going back further does not overrule it while it stands.
CREATE TABLE rolled_back (
  environment_id bigint NOT NULL REFERENCES environments (id),
  flag text NOT NULL,
  left_hash text NOT NULL,
  at timestamptz(3) NOT NULL,
  PRIMARY KEY (environment_id, flag)
);

CREATE TABLE trains (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_id bigint NOT NULL REFERENCES projects (id),
  environment_id bigint NOT NULL REFERENCES environments (id),
  key text NOT NULL,
  name text NOT NULL,
  velocity json NOT NULL,
  cut_off_ms bigint NOT NULL,
  opens_ms bigint,
  mode text NOT NULL CHECK (mode IN ('automatic', 'button')),
  on_item_fail text NOT NULL CHECK (on_item_fail IN ('eject', 'hold', 'recall')),
  most_cars integer CHECK (most_cars >= 1),
  stopped json,
  departures integer NOT NULL DEFAULT 0,
  archived_at timestamptz(3),
  created_by text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  version integer NOT NULL DEFAULT 1,
  CONSTRAINT trains_key UNIQUE (project_id, key)
);

CREATE TABLE departures (
  id text PRIMARY KEY,
  project_id bigint NOT NULL REFERENCES projects (id),
  train_id bigint NOT NULL REFERENCES trains (id),
  environment_id bigint NOT NULL REFERENCES environments (id),
  number integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('regular', 'chemspill')),
  state text NOT NULL,
  opens_at timestamptz(3),
  closes_at timestamptz(3),
  leaves_at timestamptz(3),
  closed_at timestamptz(3),
  departed_at timestamptz(3),
  effective_at timestamptz(3),
  ended_at timestamptz(3),
  because text,
  pressed_by text,
  release_id text REFERENCES releases (id),
  change_id bigint REFERENCES changes (id),
  position text,
  chemspill json,
  created_at timestamptz(3) NOT NULL,
  version integer NOT NULL DEFAULT 1,
  CONSTRAINT departures_number UNIQUE (train_id, number)
);
CREATE INDEX departures_project ON departures (project_id, created_at);
CREATE INDEX departures_open ON departures (state) WHERE ended_at IS NULL;

-- A change that is aboard: a request, which carries what it would do, its base versions and its approvals.
CREATE TABLE cars (
  id text PRIMARY KEY,
  departure_id text NOT NULL REFERENCES departures (id),
  project_id bigint NOT NULL REFERENCES projects (id),
  request_id text NOT NULL REFERENCES change_requests (id),
  state text NOT NULL,
  because text,
  boarded_by text NOT NULL,
  boarded_at timestamptz(3) NOT NULL,
  boarders json NOT NULL,
  uplift json,
  moved_to text REFERENCES departures (id),
  flags json NOT NULL,
  rollouts json NOT NULL,
  before json,
  departed json,
  ended_at timestamptz(3),
  version integer NOT NULL DEFAULT 1
);
CREATE INDEX cars_departure ON cars (departure_id);
CREATE UNIQUE INDEX cars_once ON cars (request_id) WHERE ended_at IS NULL;

-- Freezes for some flags alone, for what is in flight, and who may go on all the same.
ALTER TABLE freezes
  ADD COLUMN tags json,
  ADD COLUMN in_flight text NOT NULL DEFAULT 'hold' CHECK (in_flight IN ('hold', 'finish-stage')),
  ADD COLUMN override_by text CHECK (override_by IN ('release-manager', 'admin'));
