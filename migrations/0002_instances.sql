-- The apps that each node has heard of, for the other nodes and for the node that comes after it. A row is replaced
-- whole; what it says is as old as its moment, by this database's clock.
CREATE TABLE node_instances (
  node text NOT NULL,
  environment_id bigint NOT NULL REFERENCES environments (id),
  seen_at timestamptz(3) NOT NULL DEFAULT now(),
  body text NOT NULL,
  PRIMARY KEY (node, environment_id)
);
CREATE INDEX node_instances_environment ON node_instances (environment_id, seen_at);
