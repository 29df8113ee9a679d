-- Where rollouts look outside: metric sources, and what a CI says of a commit.

-- A source belongs to one project. What it is asked with is sealed under the installation's secret.
CREATE TABLE sources (
  project_id bigint NOT NULL REFERENCES projects (id),
  key text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('prometheus')),
  url text NOT NULL,
  auth text NOT NULL CHECK (auth IN ('none', 'bearer', 'basic')),
  auth_user text,
  sealed text,
  sealed_at timestamptz(3),
  version integer NOT NULL DEFAULT 1,
  created_by text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (project_id, key),
  CONSTRAINT sources_sealed CHECK ((auth = 'none') = (sealed IS NULL))
);

-- A token of one check posts its results and does nothing else.
ALTER TABLE tokens ADD COLUMN check_key text;

-- Appended only; the newest of a check and a commit says how it stands.
CREATE TABLE check_results (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  project_id bigint NOT NULL REFERENCES projects (id),
  check_key text NOT NULL,
  commit text NOT NULL,
  status text NOT NULL CHECK (status IN ('passed', 'failed', 'pending')),
  repository text NOT NULL,
  workflow text NOT NULL,
  fork boolean NOT NULL,
  url text,
  summary text NOT NULL,
  posted_by text NOT NULL,
  at timestamptz(3) NOT NULL
);
CREATE INDEX check_results_commit ON check_results (project_id, commit, check_key, id);
