-- The house: projects, environments, who may do what, flags, segments, the log of changes, and kills.

CREATE TABLE projects (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key text NOT NULL UNIQUE,
  name text NOT NULL,
  version integer NOT NULL DEFAULT 1,
  chain_seq bigint NOT NULL DEFAULT 0,
  chain_head text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);

-- The installation's own chain lives on a project row that no key can reach: keys never begin with a dot.
INSERT INTO projects (key, name, chain_head) VALUES ('.installation', 'Installation', repeat('0', 64));

CREATE TABLE environments (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_id bigint NOT NULL REFERENCES projects (id),
  key text NOT NULL,
  name text NOT NULL,
  protected boolean NOT NULL DEFAULT false,
  epoch text NOT NULL,
  revision bigint NOT NULL DEFAULT 0,
  digest text NOT NULL,
  shed_level integer NOT NULL DEFAULT 0 CHECK (shed_level BETWEEN 0 AND 3),
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT environments_key UNIQUE (project_id, key)
);

CREATE TABLE installation (
  id integer PRIMARY KEY CHECK (id = 1),
  access_revision bigint NOT NULL DEFAULT 0,
  secret_fingerprints json NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
INSERT INTO installation (id, secret_fingerprints) VALUES (1, '[]');

CREATE TABLE keys (
  id text PRIMARY KEY,
  project_id bigint NOT NULL REFERENCES projects (id),
  environment_id bigint NOT NULL REFERENCES environments (id),
  kind text NOT NULL,
  name text NOT NULL,
  verifier text NOT NULL,
  origins json NOT NULL,
  flags json,
  tags json,
  created_by text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  expires_at timestamptz(3),
  revoked_at timestamptz(3),
  successor text,
  version integer NOT NULL DEFAULT 1,
  last_used_at timestamptz(3),
  last_used_address text,
  last_used_sdk text
);
CREATE INDEX keys_environment ON keys (environment_id);

CREATE TABLE tokens (
  id text PRIMARY KEY,
  project_id bigint NOT NULL REFERENCES projects (id),
  environment_id bigint REFERENCES environments (id),
  name text NOT NULL,
  roles json NOT NULL,
  verifier text NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  expires_at timestamptz(3),
  revoked_at timestamptz(3)
);
CREATE INDEX tokens_project ON tokens (project_id);

CREATE TABLE idempotent_answers (
  principal text NOT NULL,
  request text NOT NULL,
  body_hash text NOT NULL,
  status integer,
  body text,
  at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (principal, request)
);
CREATE INDEX idempotent_answers_at ON idempotent_answers (at);

CREATE TABLE segments (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_id bigint NOT NULL REFERENCES projects (id),
  environment_id bigint NOT NULL REFERENCES environments (id),
  key text NOT NULL,
  name text NOT NULL DEFAULT '',
  description text NOT NULL DEFAULT '',
  by text NOT NULL DEFAULT 'targetingKey',
  included json NOT NULL,
  excluded json NOT NULL,
  condition json,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT segments_key UNIQUE (environment_id, key)
);

-- json, not jsonb: an author's order of variants is kept, and what is served is what was written.
CREATE TABLE flags (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_id bigint NOT NULL REFERENCES projects (id),
  key text NOT NULL,
  type text NOT NULL CHECK (type IN ('boolean', 'string', 'number', 'object')),
  variants json NOT NULL,
  client_visible boolean NOT NULL DEFAULT false,
  metadata json,
  name text NOT NULL DEFAULT '',
  description text NOT NULL DEFAULT '',
  owner text NOT NULL DEFAULT '',
  tags json NOT NULL,
  kind text NOT NULL DEFAULT 'release' CHECK (kind IN ('release', 'experiment', 'ops', 'permission')),
  signal_kill boolean NOT NULL DEFAULT false,
  archived boolean NOT NULL DEFAULT false,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT flags_key UNIQUE (project_id, key)
);

CREATE TABLE flag_environments (
  flag_id bigint NOT NULL REFERENCES flags (id),
  environment_id bigint NOT NULL REFERENCES environments (id),
  state text NOT NULL CHECK (state IN ('on', 'off')),
  killed boolean NOT NULL DEFAULT false,
  off_variant text,
  prerequisites json NOT NULL,
  rules json NOT NULL,
  fallthrough json NOT NULL,
  salts json NOT NULL,
  shed_at integer CHECK (shed_at BETWEEN 1 AND 3),
  max_staleness_ms integer,
  when_stale text CHECK (when_stale IN ('keep', 'off')),
  run json,
  version integer NOT NULL DEFAULT 1,
  PRIMARY KEY (flag_id, environment_id)
);
CREATE INDEX flag_environments_environment ON flag_environments (environment_id);

CREATE TABLE changes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_id bigint NOT NULL REFERENCES projects (id),
  seq bigint NOT NULL,
  at timestamptz(3) NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  subject text NOT NULL,
  request_id text,
  kill_id text UNIQUE,
  payload_hash text NOT NULL,
  prev_hash text NOT NULL,
  hash text NOT NULL,
  CONSTRAINT changes_seq UNIQUE (project_id, seq)
);
CREATE INDEX changes_request ON changes (project_id, request_id) WHERE request_id IS NOT NULL;
CREATE INDEX changes_subject ON changes (project_id, subject, seq);

CREATE TABLE change_payloads (
  change_id bigint PRIMARY KEY REFERENCES changes (id),
  salt text NOT NULL,
  body text NOT NULL
);

CREATE TABLE change_environments (
  change_id bigint NOT NULL REFERENCES changes (id),
  environment_id bigint NOT NULL REFERENCES environments (id),
  epoch text NOT NULL,
  revision bigint NOT NULL,
  digest text NOT NULL,
  patch text NOT NULL,
  PRIMARY KEY (change_id, environment_id),
  CONSTRAINT change_environments_revision UNIQUE (environment_id, epoch, revision)
);

CREATE TABLE followers (
  name text NOT NULL,
  project_id bigint NOT NULL REFERENCES projects (id),
  seq bigint NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  PRIMARY KEY (name, project_id)
);

CREATE TABLE kills (
  id text PRIMARY KEY,
  environment_id bigint NOT NULL REFERENCES environments (id),
  flag_key text NOT NULL,
  epoch text NOT NULL,
  actor text NOT NULL,
  reason text NOT NULL DEFAULT '',
  incident text,
  request text,
  at timestamptz(3) NOT NULL,
  effect boolean NOT NULL,
  by_revoked boolean NOT NULL DEFAULT false,
  change_id bigint REFERENCES changes (id),
  lifted_by bigint REFERENCES changes (id),
  settled_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX kills_flag ON kills (environment_id, flag_key);
CREATE INDEX kills_settled ON kills (environment_id, settled_at);

CREATE TABLE lifted_kills (
  id text PRIMARY KEY,
  change_id bigint NOT NULL REFERENCES changes (id)
);

-- The log is append-only for everybody. A payload may be erased, and only where a maintenance session says so.
CREATE FUNCTION turnout_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the change log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END
$$;

CREATE FUNCTION turnout_refuse_unless_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('turnout.erase', true) = 'on' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'the change log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER changes_append_only BEFORE UPDATE OR DELETE ON changes
  FOR EACH ROW EXECUTE FUNCTION turnout_refuse();
CREATE TRIGGER changes_no_truncate BEFORE TRUNCATE ON changes
  FOR EACH STATEMENT EXECUTE FUNCTION turnout_refuse();
CREATE TRIGGER change_environments_append_only BEFORE UPDATE OR DELETE ON change_environments
  FOR EACH ROW EXECUTE FUNCTION turnout_refuse();
CREATE TRIGGER change_environments_no_truncate BEFORE TRUNCATE ON change_environments
  FOR EACH STATEMENT EXECUTE FUNCTION turnout_refuse();
CREATE TRIGGER change_payloads_append_only BEFORE UPDATE OR DELETE ON change_payloads
  FOR EACH ROW EXECUTE FUNCTION turnout_refuse_unless_erasing();
CREATE TRIGGER change_payloads_no_truncate BEFORE TRUNCATE ON change_payloads
  FOR EACH STATEMENT EXECUTE FUNCTION turnout_refuse();
