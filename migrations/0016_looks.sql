-- Each look of a rollout asks these, and each read a whole table of what is kept: signals with their labels taken apart, one
-- by one, requests of the whole project, and the board all decisions of the rollouts that it shows.
CREATE INDEX signals_firing ON signals USING gin ((labels::jsonb) jsonb_path_ops) WHERE status = 'firing' AND NOT late;
CREATE INDEX change_requests_subject ON change_requests (project_id, subject, seq DESC);
CREATE INDEX decisions_done ON decisions (rollout_id, id DESC) WHERE action <> 'hold';

-- Which environments of its path were protected when a rollout was started, or a person went on with it: protection that
-- was raised since was asked of nobody. Null for those that were started before this was kept.
ALTER TABLE rollouts ADD COLUMN protected_ids json;
