-- Events: what apps track, by name and minute and later by hour.

-- The names that an environment has; a few hundred, for names made of data are a mistake.
CREATE TABLE event_names (
  environment_id bigint NOT NULL REFERENCES environments (id),
  event text NOT NULL CHECK (event <> ''),
  last_at timestamptz(3) NOT NULL,
  PRIMARY KEY (environment_id, event)
);

-- An empty name stands for all events without one that can be shown. `valued` of them brought a value, and those add up to `sum`.
CREATE TABLE event_counts (
  environment_id bigint NOT NULL REFERENCES environments (id),
  event text NOT NULL,
  at timestamptz(3) NOT NULL,
  per text NOT NULL CHECK (per IN ('minute', 'hour')),
  count bigint NOT NULL,
  valued bigint NOT NULL,
  sum double precision NOT NULL,
  PRIMARY KEY (environment_id, event, at, per)
);
CREATE INDEX event_counts_per ON event_counts (per, at);
