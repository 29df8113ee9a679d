-- Reports: how often each variant was served, by minute and later by hour.

-- The same batch, sent again, counts once.
CREATE TABLE report_batches (
  environment_id bigint NOT NULL REFERENCES environments (id),
  batch_id text NOT NULL,
  at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (environment_id, batch_id)
);
CREATE INDEX report_batches_at ON report_batches (at);

-- An empty variant is the caller's coded default: no flag has a variant without a name.
CREATE TABLE evaluation_counts (
  environment_id bigint NOT NULL REFERENCES environments (id),
  flag_id bigint NOT NULL REFERENCES flags (id),
  at timestamptz(3) NOT NULL,
  per text NOT NULL CHECK (per IN ('minute', 'hour')),
  variant text NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (environment_id, flag_id, at, per, variant)
);
CREATE INDEX evaluation_counts_per ON evaluation_counts (per, at);

-- What was evaluated and cannot be shown by flag and variant, so that counts add up to all that were made.
CREATE TABLE uncounted_evaluations (
  environment_id bigint NOT NULL REFERENCES environments (id),
  at timestamptz(3) NOT NULL,
  per text NOT NULL CHECK (per IN ('minute', 'hour')),
  overflow bigint NOT NULL DEFAULT 0,
  unknown bigint NOT NULL DEFAULT 0,
  dropped bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (environment_id, at, per)
);
CREATE INDEX uncounted_evaluations_per ON uncounted_evaluations (per, at);

CREATE TABLE last_evaluations (
  environment_id bigint NOT NULL REFERENCES environments (id),
  flag_id bigint NOT NULL REFERENCES flags (id),
  variant text NOT NULL,
  first_at timestamptz(3) NOT NULL,
  asked_at timestamptz(3),
  bulk_at timestamptz(3),
  epoch text,
  revision bigint,
  PRIMARY KEY (environment_id, flag_id, variant)
);

CREATE TABLE coded_defaults (
  environment_id bigint NOT NULL REFERENCES environments (id),
  flag_id bigint NOT NULL REFERENCES flags (id),
  value text NOT NULL,
  last_at timestamptz(3) NOT NULL,
  PRIMARY KEY (environment_id, flag_id, value)
);
