import ipaddr from 'ipaddr.js';

/** A host and a port that calls may go to though the address is not public: `10.0.0.5:9090`, `prometheus:9090`. */
export interface AllowedTarget {
  /** As a URL has it: lower case, an IPv6 address without its brackets. */
  host: string;
  port: number;
}

/** Reads `host:port, [::1]:9090, …` of OUTBOUND_ALLOW; undefined where an item is neither. */
export function readAllowedTargets(text: string): AllowedTarget[] | undefined {
  const targets: AllowedTarget[] = [];
  for (const item of text.split(',').map((part) => part.trim())) {
    if (item === '') continue;
    const port = /:(\d{1,5})$/.exec(item)?.[1];
    // A path, a user or a scheme would change what the rest means.
    if (port === undefined || /[/@?#*\\\s]/.test(item) || !URL.canParse(`http://${item}`)) return undefined;
    const url = new URL(`http://${item}`);
    if (url.hostname === '' || portOf(url) !== Number(port) || Number(port) === 0) return undefined;
    targets.push({ host: hostOf(url), port: Number(port) });
  }
  return targets;
}

/** The host as the network knows it: an IPv6 address has no brackets there, and a name no dot at its end. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

/** What of IPv6 is given out to anybody at all; everything else is for machines among themselves, or for nobody. */
const GIVEN_OUT = ipaddr.IPv6.parse('2000::');

/**
 * True for an address that anybody on the internet may be reached at. Private, loopback, link-local, shared (CGNAT),
 * unique local, mapped, translated (NAT64, 6to4, Teredo), multicast, reserved and unreadable ones are not.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast') return false;
  return address instanceof ipaddr.IPv4 || address.match(GIVEN_OUT, 3);
}

/** True where the operator named the host, or this very address of it, with this port. */
export function isAllowedTarget(
  allowed: readonly AllowedTarget[],
  { host, port }: AllowedTarget,
  address: string,
): boolean {
  return allowed.some((one) => one.port === port && (one.host === host || isSameAddress(one.host, address)));
}

function isSameAddress(one: string, other: string): boolean {
  if (!ipaddr.isValid(one) || !ipaddr.isValid(other)) return false;
  return ipaddr.parse(one).toNormalizedString() === ipaddr.parse(other).toNormalizedString();
}

/** Why an address can never be called, for whoever writes it; undefined where nothing speaks against it so far. */
export function describeBadAddress(text: string): string | undefined {
  if (!URL.canParse(text)) return 'a whole address such as https://shop.example/healthz';
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'an address that begins with http:// or https://';
  if (url.username !== '' || url.password !== '') return 'an address without a user and a password in it';
  return undefined;
}
