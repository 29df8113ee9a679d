-- What pages report stands beside what apps and nodes do, and is never added to it: a client key is in every page, so
-- anybody can send anything with it. 'signed' says that a provider vouches for whom it is about; 'open' that nobody does.

ALTER TABLE evaluation_counts
  ADD COLUMN source text NOT NULL DEFAULT 'server' CHECK (source IN ('server', 'signed', 'open')),
  DROP CONSTRAINT evaluation_counts_pkey,
  ADD PRIMARY KEY (environment_id, flag_id, at, per, variant, source);

ALTER TABLE uncounted_evaluations
  ADD COLUMN source text NOT NULL DEFAULT 'server' CHECK (source IN ('server', 'signed', 'open')),
  DROP CONSTRAINT uncounted_evaluations_pkey,
  ADD PRIMARY KEY (environment_id, at, per, source);

ALTER TABLE last_evaluations
  ADD COLUMN source text NOT NULL DEFAULT 'server' CHECK (source IN ('server', 'signed', 'open')),
  DROP CONSTRAINT last_evaluations_pkey,
  ADD PRIMARY KEY (environment_id, flag_id, variant, source);

-- Names of their own: pages that make names up leave room for those of apps.
ALTER TABLE event_names
  ADD COLUMN source text NOT NULL DEFAULT 'server' CHECK (source IN ('server', 'signed', 'open')),
  DROP CONSTRAINT event_names_pkey,
  ADD PRIMARY KEY (environment_id, event, source);

ALTER TABLE event_counts
  ADD COLUMN source text NOT NULL DEFAULT 'server' CHECK (source IN ('server', 'signed', 'open')),
  DROP CONSTRAINT event_counts_pkey,
  ADD PRIMARY KEY (environment_id, event, at, per, source);

-- Units of pages: the node works them out from what pages tell, for no page knows a run.
ALTER TABLE measured_reports
  ADD COLUMN source text NOT NULL DEFAULT 'server' CHECK (source IN ('server', 'signed', 'open'));
