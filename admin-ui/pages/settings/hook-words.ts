import type { HookAnswer, SignalAnswer } from '@turnout/server/contracts';
import type { Snippet } from './write-snippets.ts';

type Limits = Pick<HookAnswer, 'environments' | 'flags' | 'tags' | 'actions' | 'maxFlipsPerHour'>;

export const SOURCES: Record<HookAnswer['source'], string> = {
  alertmanager: 'Alertmanager',
  generic: 'anything that posts JSON',
};

/** What a signal of a hook does, and to what: what is not listed it does not touch. In one sentence. */
export function tellActions({ actions, environments, flags, tags, maxFlipsPerHour }: Limits): string {
  if (environments.length === 0) return 'does nothing, for it lists no environment';
  const named = [...flags, ...tags.map((tag) => `all tagged ${tag}`)].join(', ');
  const kills = actions.includes('kill') ? `, and kills them, ${maxFlipsPerHour} an hour at most` : '';
  const does = [
    named === '' ? 'trips no guard and kills nothing, for it lists no flag' : `trips the guards of ${named}${kills}`,
    ...(actions.includes('incident') ? ['opens incidents'] : []),
  ];
  return `${does.join(', and ')}, in ${environments.join(', ')}`;
}

const OUTCOMES: Record<NonNullable<SignalAnswer['outcome']>, { words: string; tone: string }> = {
  recorded: { words: 'recorded', tone: '' },
  resolved: { words: 'is over', tone: 'on' },
  late: { words: 'too old', tone: '' },
  killed: { words: 'killed', tone: 'killed' },
  already: { words: 'killed already', tone: '' },
  limited: { words: 'over the limit', tone: 'warn' },
  refused: { words: 'refused', tone: 'warn' },
  joined: { words: 'in an incident', tone: 'warn' },
  failed: { words: 'failed', tone: 'warn' },
};

/** What came of a signal; nothing yet where it is still being looked at. */
export const tellOutcome = ({ outcome }: Pick<SignalAnswer, 'outcome'>) =>
  outcome === null ? { words: 'just came', tone: '' } : OUTCOMES[outcome];

/** How a sender is set up. The secret has a place in it, and is never in it. */
export function writeHookSnippets(
  { source, auth, path, flags }: Pick<HookAnswer, 'source' | 'auth' | 'path' | 'flags'>,
  url: string,
): Snippet[] {
  const address = `${url}${path}`;
  const flag = flags[0] ?? 'new-cart';
  if (source === 'alertmanager') return [forAlertmanager(address), forRule(flag)];
  const body = `{"signals":[{"fingerprint":"errors","status":"firing","startsAt":"'"$(date -u +%FT%TZ)"'","labels":{"turnout_flag":"${flag}"}}]}`;
  return [auth === 'bearer' ? forBearer(address, body) : forSigned(address, body)];
}

const forAlertmanager = (address: string): Snippet => ({
  caption: 'In alertmanager.yml',
  text: `receivers:
  - name: turnout
    webhook_configs:
      - url: ${address}
        send_resolved: true
        http_config:
          authorization:
            credentials_file: /etc/alertmanager/turnout-hook # the secret, and nothing else in it
route:
  routes:
    - matchers: ['turnout_flag=~".+"']
      receiver: turnout
      continue: true`,
});

const forRule = (flag: string): Snippet => ({
  caption: 'In a rule of Prometheus: the label names the flag',
  text: `- alert: ErrorsWithNewCode
  expr: errors:ratio_rate1m > 0.05
  for: 1m
  labels:
    severity: critical
    turnout_flag: ${flag}`,
});

const forBearer = (address: string, body: string): Snippet => ({
  caption: 'By hand',
  text: [
    `curl -fsS ${address}`,
    '  -H "Authorization: Bearer $TURNOUT_HOOK_SECRET"',
    "  -H 'Content-Type: application/json'",
    `  -d '${body}'`,
  ].join(' \\\n'),
});

const forSigned = (address: string, body: string): Snippet => ({
  caption: 'By hand, signed: five minutes old at most',
  text: `body='${body}'
at=$(date +%s)
mac=$(printf '%s.%s' "$at" "$body" | openssl dgst -sha256 -hmac "$TURNOUT_HOOK_SECRET" -r | cut -d' ' -f1)
curl -fsS ${address} \\
  -H "X-Turnout-Signature: t=$at,v1=$mac" \\
  -H 'Content-Type: application/json' \\
  -d "$body"`,
});
