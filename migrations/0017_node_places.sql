-- What each node serves of each environment, so that the others can wait for it: a node that only answers over HTTP has no
-- app that would say that a change is in force. It is old after seconds, and a crash of the database may forget it.
CREATE UNLOGGED TABLE node_places (
  node text PRIMARY KEY,
  host text NOT NULL,
  seen_at timestamptz(3) NOT NULL DEFAULT now(),
  places json NOT NULL
);
