-- Incidents: what went wrong where, who looks after it, and which kills belong to it.

CREATE TABLE incidents (
  id text PRIMARY KEY,
  project_id bigint NOT NULL REFERENCES projects (id),
  title text NOT NULL,
  severity text NOT NULL CHECK (severity IN ('critical', 'major', 'minor')),
  state text NOT NULL CHECK (state IN ('open', 'closed')),
  opened_how text NOT NULL CHECK (opened_how IN ('kill', 'signal', 'hand')),
  opened_by text NOT NULL,
  opened_at timestamptz(3) NOT NULL,
  -- When it was opened, joined or opened again last: a kill joins only what is fresh.
  active_at timestamptz(3) NOT NULL,
  closed_at timestamptz(3),
  -- How it is called where it was named first, such as in another tracker.
  reference text,
  commander text,
  version integer NOT NULL DEFAULT 1,
  CONSTRAINT incidents_closed CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX incidents_project ON incidents (project_id, opened_at);
CREATE INDEX incidents_reference ON incidents (project_id, reference);

-- An empty flag_key stands for the environment as a whole.
CREATE TABLE incident_places (
  incident_id text NOT NULL REFERENCES incidents (id),
  environment_id bigint NOT NULL REFERENCES environments (id),
  flag_key text NOT NULL,
  PRIMARY KEY (incident_id, environment_id, flag_key)
);
CREATE INDEX incident_places_place ON incident_places (environment_id, flag_key);

CREATE TABLE incident_people (
  incident_id text NOT NULL REFERENCES incidents (id),
  actor text NOT NULL,
  joined_at timestamptz(3) NOT NULL,
  PRIMARY KEY (incident_id, actor)
);

-- Signals that were told of in an incident, so that each is told of once: by hook and fingerprint, or a limit by its hook.
CREATE TABLE incident_signals (
  incident_id text NOT NULL REFERENCES incidents (id),
  hook_id text NOT NULL,
  fingerprint text NOT NULL,
  PRIMARY KEY (incident_id, hook_id, fingerprint)
);

-- Kills that the log told of. Without an incident_id they wait for one.
CREATE TABLE incident_kills (
  kill_id text PRIMARY KEY REFERENCES kills (id),
  project_id bigint NOT NULL REFERENCES projects (id),
  incident_id text REFERENCES incidents (id)
);
CREATE INDEX incident_kills_waiting ON incident_kills (project_id) WHERE incident_id IS NULL;
CREATE INDEX incident_kills_incident ON incident_kills (incident_id);

-- Kills of the past open nothing.
INSERT INTO followers (name, project_id, seq) SELECT 'incidents', id, chain_seq FROM projects;

-- Hooks: by which alerts come in, and what they may do. A list that is empty allows nothing.
CREATE TABLE hooks (
  id text PRIMARY KEY,
  project_id bigint NOT NULL REFERENCES projects (id),
  name text NOT NULL,
  source text NOT NULL CHECK (source IN ('alertmanager', 'generic')),
  auth text NOT NULL CHECK (auth IN ('bearer', 'hmac')),
  environments json NOT NULL,
  flags json NOT NULL,
  tags json NOT NULL,
  actions json NOT NULL,
  max_flips_per_hour integer NOT NULL CHECK (max_flips_per_hour > 0),
  version integer NOT NULL DEFAULT 1,
  created_by text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  deleted_at timestamptz(3)
);
CREATE INDEX hooks_project ON hooks (project_id);

-- Two at most while one takes over from the other. Of a bearer token the hash is kept; what signs is sealed.
CREATE TABLE hook_secrets (
  id text PRIMARY KEY,
  hook_id text NOT NULL REFERENCES hooks (id),
  verifier text,
  sealed text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  expires_at timestamptz(3),
  CONSTRAINT hook_secrets_kind CHECK ((verifier IS NULL) <> (sealed IS NULL))
);
CREATE INDEX hook_secrets_hook ON hook_secrets (hook_id);

-- What came in, once each. Kept for 24 hours after it came last.
CREATE TABLE signals (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_id bigint NOT NULL REFERENCES projects (id),
  hook_id text NOT NULL REFERENCES hooks (id),
  source text NOT NULL,
  fingerprint text NOT NULL,
  status text NOT NULL CHECK (status IN ('firing', 'resolved')),
  severity text NOT NULL,
  labels json NOT NULL,
  summary text NOT NULL,
  starts_at timestamptz(3) NOT NULL,
  received_at timestamptz(3) NOT NULL,
  last_at timestamptz(3) NOT NULL,
  -- It had begun long before it came: it is recorded, and does nothing.
  late boolean NOT NULL,
  -- What came of it, and why in a sentence; empty while somebody is at it.
  outcome text,
  because text,
  CONSTRAINT signals_once UNIQUE (hook_id, fingerprint, starts_at, status)
);
CREATE INDEX signals_project ON signals (project_id, received_at);
CREATE INDEX signals_last ON signals (last_at);

-- Each flip that a hook was allowed, counted under the lock of the hook's row.
CREATE TABLE hook_flips (
  signal_id bigint NOT NULL,
  environment_id bigint NOT NULL REFERENCES environments (id),
  hook_id text NOT NULL REFERENCES hooks (id),
  flag_key text NOT NULL,
  at timestamptz(3) NOT NULL,
  PRIMARY KEY (signal_id, environment_id)
);
CREATE INDEX hook_flips_hook ON hook_flips (hook_id, at);
