/**
 * The map of the database. Each room keeps its own tables; everyone reads them through here.
 *
 *   installation                         one row: access revision, secret fingerprints
 *   people ─── sessions, one_time_links, memberships (of a project, an environment, or of all), tokens
 *   projects ─┬─ environments ─┬─ keys, tokens
 *             │                ├─ node_instances
 *             │                ├─ event_names, event_counts
 *             │                ├─ segments
 *             ├─ sources, check_results
 *             ├─ flags ────────┴─ flag_environments
 *             │                └─ evaluation_counts, last_evaluations, coded_defaults (of an environment too)
 *             └─ changes ─┬─ change_payloads
 *                         ├─ change_environments
 *                         └─ kills, lifted_kills
 *   policies (of a project) ─── policy_versions, policy_attachments;  policy_floors
 *   rollouts (of a project) ─── runs (of an environment too) ─── decisions, guard_points
 *   releases (of an environment) ─── form_bodies;  forms_in_force, good_forms, rolled_back
 *   trains (of a project) ─── departures ─── cars (of a change request too)
 *   incidents (of a project) ─── incident_places, incident_people, incident_signals, incident_kills
 *   hooks (of a project) ─── hook_secrets, hook_flips, signals
 *   freezes, change_requests ─── approvals  (of a project)
 *   leases                               who acts for all nodes
 */
export * from '../access/tables.ts';
export * from '../changes/tables.ts';
export * from '../delivery/tables.ts';
export * from '../environments/tables.ts';
export * from '../flags/tables.ts';
export * from '../fleet/tables.ts';
export * from '../gates/tables.ts';
export * from '../incidents/tables.ts';
export * from '../metrics/tables.ts';
export * from '../policies/tables.ts';
export * from '../releases/tables.ts';
export * from '../requests/tables.ts';
export * from '../rollouts/tables.ts';
export * from '../segments/tables.ts';
export * from '../signals/tables.ts';
export * from '../trains/tables.ts';
