-- Changes that wait for an approval, who approved what, and times in which nothing may grow.

-- How many must approve what grows in a protected environment, and with which roles; null is one release manager.
ALTER TABLE environments ADD COLUMN approvals json;

-- One-off, from one moment to another; or recurring by a rule, counted on the clock of a time zone. What has ended early
-- stays, for an approval's time stood still while it held.
CREATE TABLE freezes (
  id text PRIMARY KEY,
  project_id bigint NOT NULL REFERENCES projects (id),
  name text NOT NULL,
  environments json,
  from_at timestamptz(3) NOT NULL,
  to_at timestamptz(3),
  rule text,
  zone text NOT NULL,
  lasts_ms bigint,
  ended_at timestamptz(3),
  version integer NOT NULL DEFAULT 1,
  created_by text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT freezes_once_or_again CHECK ((rule IS NULL) = (lasts_ms IS NULL) AND (rule IS NOT NULL OR to_at IS NOT NULL))
);
CREATE INDEX freezes_project ON freezes (project_id);

-- The subject is request/<id>, or for a stage of a rollout what the rollout calls it.
CREATE TABLE change_requests (
  id text PRIMARY KEY,
  seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  project_id bigint NOT NULL REFERENCES projects (id),
  kind text NOT NULL CHECK (kind IN ('change', 'protection', 'stage')),
  subject text NOT NULL,
  title text NOT NULL,
  reason text NOT NULL,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'applied', 'rejected', 'withdrawn')),
  seed text NOT NULL,
  items json NOT NULL,
  environments json NOT NULL,
  base json NOT NULL,
  diff json NOT NULL,
  directions json NOT NULL,
  hash text NOT NULL,
  needs json,
  authors json NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  edited_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  closed_at timestamptz(3),
  closed_by text,
  closed_reason text,
  change_id bigint REFERENCES changes (id),
  version integer NOT NULL DEFAULT 1
);
CREATE INDEX change_requests_project ON change_requests (project_id, seq);
CREATE UNIQUE INDEX change_requests_open ON change_requests (project_id, subject) WHERE state = 'open';

-- One person's approval of exactly what the hash names. A voided one stays, with why.
CREATE TABLE approvals (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  request_id text NOT NULL REFERENCES change_requests (id),
  person_id text NOT NULL REFERENCES people (id),
  hash text NOT NULL,
  given_at timestamptz(3) NOT NULL,
  voided_at timestamptz(3),
  void_reason text
);
CREATE INDEX approvals_request ON approvals (request_id);
CREATE UNIQUE INDEX approvals_once ON approvals (request_id, person_id) WHERE voided_at IS NULL;
