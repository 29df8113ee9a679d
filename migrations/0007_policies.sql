-- Policies: what is decided before anything is rolled out. Each save is a version, and a version never changes.

CREATE TABLE policies (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_id bigint NOT NULL REFERENCES projects (id),
  key text NOT NULL,
  newest integer NOT NULL,
  archived_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT policies_key UNIQUE (project_id, key)
);

-- `document` is what was written, with its defaults; `policy` is what it meant when it was saved; `yaml` is for people.
CREATE TABLE policy_versions (
  policy_id bigint NOT NULL REFERENCES policies (id),
  version integer NOT NULL,
  document json NOT NULL,
  policy json NOT NULL,
  yaml text NOT NULL,
  reason text,
  saved_by text NOT NULL,
  saved_at timestamptz(3) NOT NULL,
  PRIMARY KEY (policy_id, version)
);

CREATE FUNCTION turnout_refuse_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a version of a policy never changes: % on % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER policy_versions_unchanging BEFORE UPDATE OR DELETE ON policy_versions
  FOR EACH ROW EXECUTE FUNCTION turnout_refuse_version();
CREATE TRIGGER policy_versions_no_truncate BEFORE TRUNCATE ON policy_versions
  FOR EACH STATEMENT EXECUTE FUNCTION turnout_refuse_version();

-- Which policy a flag gets: by its key, by a tag, by its kind, or by its type.
CREATE TABLE policy_attachments (
  project_id bigint NOT NULL REFERENCES projects (id),
  selects_by text NOT NULL CHECK (selects_by IN ('flag', 'tag', 'kind', 'type')),
  value text NOT NULL,
  policy_id bigint NOT NULL REFERENCES policies (id),
  PRIMARY KEY (project_id, selects_by, value)
);
CREATE INDEX policy_attachments_policy ON policy_attachments (policy_id);

-- What a project asks of every policy that goes through its protected environments.
CREATE TABLE policy_floors (
  project_id bigint PRIMARY KEY REFERENCES projects (id),
  document json NOT NULL,
  floor json NOT NULL,
  version integer NOT NULL
);
