/** An address as 32-bit words, most significant first: one for IPv4, four for IPv6. */
export type Address = readonly number[];

/** Addresses whose first `bits` are those of `base`. */
export interface Block {
  base: Address;
  bits: number;
}

const OCTET = /^(0|[1-9]\d{0,2})$/;
const GROUP = /^[0-9a-fA-F]{1,4}$/;

function parseV4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let word = 0;
  for (const part of parts) {
    // A leading zero is refused: some hosts would read it as octal.
    if (!OCTET.test(part) || Number(part) > 255) return undefined;
    word = word * 256 + Number(part);
  }
  return word;
}

function parseGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [i, part] of parts.entries()) {
    if (i === parts.length - 1 && part.includes('.')) {
      const word = parseV4(part);
      if (word === undefined) return undefined;
      groups.push(word >>> 16, word & 0xffff);
    } else {
      if (!GROUP.test(part)) return undefined;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}

function parseV6(text: string): Address | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0]!);
  const tail = halves.length === 2 ? parseGroups(halves[1]!) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  // An embedded IPv4 part may only end the whole address, not the half before `::`.
  if (halves.length === 2 && halves[0]!.includes('.')) return undefined;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return [0, 2, 4, 6].map((i) => groups[i]! * 65_536 + groups[i + 1]!);
}

function isMapped(words: Address): boolean {
  return words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
}

function parseRaw(text: string): Address | undefined {
  if (text.includes(':')) return parseV6(text);
  const word = parseV4(text);
  return word === undefined ? undefined : [word];
}

/**
 * Reads an address: dotted IPv4 (RFC 6943 strict: no leading zeros), or IPv6 (RFC 4291 § 2.2) without a zone. An
 * IPv4-mapped address (`::ffff:1.2.3.4`) is the IPv4 address in it. Undefined for anything else.
 */
export function parseAddress(text: unknown): Address | undefined {
  if (typeof text !== 'string' || text.length > 45) return undefined;
  const words = parseRaw(text);
  return words?.length === 4 && isMapped(words) ? [words[3]!] : words;
}

/**
 * Reads a CIDR block, or a bare address as the block of that one. Bits after the prefix are ignored. A block inside
 * `::ffff:0:0/96` is the IPv4 block in it. Undefined for anything else.
 */
export function parseBlock(text: unknown): Block | undefined {
  if (typeof text !== 'string' || text.length > 49) return undefined;
  const slash = text.indexOf('/');
  const words = parseRaw(slash === -1 ? text : text.slice(0, slash));
  if (words === undefined) return undefined;
  const written = slash === -1 ? String(words.length * 32) : text.slice(slash + 1);
  if (!OCTET.test(written) || Number(written) > words.length * 32) return undefined;
  const bits = Number(written);
  if (words.length === 4 && isMapped(words) && bits >= 96) return { base: [words[3]!], bits: bits - 96 };
  return { base: words, bits };
}

/** Whether `address` lies in `block`. IPv4 and IPv6 never lie in each other's blocks. */
export function isInBlock(address: Address, block: Block): boolean {
  if (address.length !== block.base.length) return false;
  for (let i = 0, left = block.bits; left > 0; i++, left -= 32) {
    const different = address[i]! ^ block.base[i]!;
    if (left >= 32 ? different !== 0 : different >>> (32 - left) !== 0) return false;
  }
  return true;
}
