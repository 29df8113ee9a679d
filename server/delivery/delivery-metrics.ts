import type { Doorbell } from '../changes/doorbell.ts';
import type { Metrics } from '../platform/metrics.ts';

/** What the streams tell of their work, for whoever counts it. */
export interface DeliveryCounts {
  /** A patch was written to so many streams. */
  patches(count: number): void;
  /** A stream was sent to fetch the whole ruleset, or got it in one event. */
  whole(how: 'resync' | 'ruleset'): void;
  /** A reader had no room, and what waited for it was folded into one resync. */
  conflated(): void;
  /** A stream was cut because its reader took nothing. */
  stuck(): void;
  /** A stream was refused, for there are too many. */
  refused(): void;
}

/** The counters of the streams, in these metrics. */
export function countDelivery(metrics: Metrics): DeliveryCounts {
  const whole = metrics.counterBy<'resync' | 'ruleset'>(
    'stream_whole_rulesets_total',
    'Streams that could not go on by patches: told to fetch the ruleset, or given it.',
    'how',
  );
  return {
    patches: metrics.counter('stream_patches_sent_total', 'Patches written, one for each stream.'),
    whole: (how) => whole(how),
    conflated: counting(metrics, 'stream_conflations_total', 'Times that a slow reader’s queue was folded into one.'),
    stuck: counting(metrics, 'streams_cut_total', 'Streams cut because their reader took nothing.'),
    refused: counting(metrics, 'streams_refused_total', 'Streams refused because there were too many.'),
  };
}

function counting(metrics: Metrics, name: string, help: string): () => void {
  const add = metrics.counter(name, help);
  return () => add();
}

/** What of a node is read whenever somebody asks for its metrics. */
export interface DeliverySources {
  doorbell: Pick<Doorbell, 'onRing'>;
  /** Open streams by protocol. */
  streams(): Record<'sdk' | 'ofrep', number>;
  /** The age of the position that was confirmed longest ago; undefined while nothing is served. */
  oldestAgeMs(): number | undefined;
  killsUnsettled(): number;
  journalEntries(): number;
  environmentsServed(): number;
}

/** Adds what can be read of a node to its metrics. */
export function watchDelivery(metrics: Metrics, sources: DeliverySources): void {
  metrics.gaugeBy('streams_open', 'Open event streams, by protocol.', 'protocol', sources.streams);
  metrics.gauge('environments_served', 'Environments whose rulesets are in memory.', sources.environmentsServed);
  metrics.gauge('position_age_seconds', 'How long ago the oldest served position was confirmed.', () => {
    const age = sources.oldestAgeMs();
    return age === undefined ? undefined : age / 1_000;
  });
  metrics.gauge('kills_unsettled', 'Kills that are in force and not yet in the change log.', sources.killsUnsettled);
  metrics.gauge('journal_entries', 'Entries in the journal on disk.', sources.journalEntries);
  const flips = metrics.counter('flips_committed_total', 'Revisions of environments that this node committed.');
  sources.doorbell.onRing((_ring, origin) => {
    if (origin === 'here') flips();
  });
}

/** Counts messages of the doorbell that were not believed; `why` is one of the doorbell's own few words. */
export function countDropped(metrics: Metrics): (why: string) => void {
  const dropped = metrics.counterBy(
    'doorbell_dropped_total',
    'Messages of the doorbell that were not believed: wrongly signed, or too old.',
    'why',
  );
  return (why) => dropped(why);
}
