-- Units of measured runs as they came in, and what metrics are made of.

-- Records of one entry, as one transaction of one node took them: 24 bytes each, little-endian (server/metrics/unit-row.ts).
-- Ids grow in the order of the commits within an environment: whoever inserts holds its advisory lock until then.
CREATE TABLE measured_reports (
  environment_id bigint NOT NULL REFERENCES environments (id),
  run text NOT NULL,
  entry integer NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  arrived_at timestamptz(3) NOT NULL,
  -- A JSON list: what was tracked, by the numbers that records use.
  events text NOT NULL,
  dropped bigint NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (environment_id, run, entry, id)
);
CREATE INDEX measured_reports_arrived ON measured_reports (arrived_at);
-- Hashes do not get smaller, and trying costs time.
ALTER TABLE measured_reports ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE TABLE metrics (
  project_id bigint NOT NULL REFERENCES projects (id),
  key text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('rate', 'mean', 'ratio')),
  event text NOT NULL,
  denominator text,
  direction text NOT NULL CHECK (direction IN ('up', 'down')),
  unit text NOT NULL,
  cap double precision,
  source text NOT NULL CHECK (source IN ('server', 'client')),
  version integer NOT NULL DEFAULT 1,
  PRIMARY KEY (project_id, key)
);
