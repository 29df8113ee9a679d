-- People who sign in: their accounts, what they may do where, their sessions, and links that work once.

CREATE TABLE people (
  id text PRIMARY KEY,
  login text NOT NULL,
  name text NOT NULL,
  password text,
  disabled_at timestamptz(3),
  version integer NOT NULL DEFAULT 1,
  created_by text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX people_login ON people (lower(login));

-- Without a project the roles hold in the whole installation, without an environment in the whole project.
CREATE TABLE memberships (
  id text PRIMARY KEY,
  person_id text NOT NULL REFERENCES people (id),
  project_id bigint REFERENCES projects (id),
  environment_id bigint REFERENCES environments (id),
  roles json NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_by text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT memberships_place UNIQUE NULLS NOT DISTINCT (person_id, project_id, environment_id),
  CONSTRAINT memberships_nested CHECK (environment_id IS NULL OR project_id IS NOT NULL)
);
CREATE INDEX memberships_project ON memberships (project_id);

-- The id is the SHA-256 of the secret in the cookie.
CREATE TABLE sessions (
  id text PRIMARY KEY,
  person_id text NOT NULL REFERENCES people (id),
  made_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  ended_at timestamptz(3),
  address text NOT NULL,
  agent text NOT NULL
);
CREATE INDEX sessions_person ON sessions (person_id);
CREATE INDEX sessions_expires ON sessions (expires_at) WHERE ended_at IS NULL;

CREATE TABLE one_time_links (
  id text PRIMARY KEY,
  purpose text NOT NULL CHECK (purpose IN ('setup', 'invitation', 'recovery')),
  person_id text REFERENCES people (id),
  verifier text NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  expires_at timestamptz(3) NOT NULL,
  used_at timestamptz(3),
  CONSTRAINT one_time_links_person CHECK ((purpose = 'setup') = (person_id IS NULL))
);
CREATE INDEX one_time_links_person_id ON one_time_links (person_id);

-- A token made by a person does no more than that person may now.
ALTER TABLE tokens ADD COLUMN owner text REFERENCES people (id);
CREATE INDEX tokens_owner ON tokens (owner);
