-- A project can be put away: its keys stop, and its key stays taken. One that was made to be tried out says so.
ALTER TABLE projects ADD COLUMN archived_at timestamptz(3);
ALTER TABLE projects ADD COLUMN demo boolean NOT NULL DEFAULT false;
