import type { TurnoutOptions } from './options.ts';
import type { PagePorts } from './transport.ts';

type Source = TurnoutOptions['contextToken'];

/** Says with every evaluation who this is, where the key wants that signed. */
export interface SignedPorts extends PagePorts {
  /** From now on this token, or what gives one. */
  use(source: Source): void;
  /** The token that was sent last. */
  token(): string | undefined;
  isSigned(): boolean;
}

/** A function is asked for a token once, and again when the server says that it has expired. */
export function signRequests(ports: PagePorts): SignedPorts {
  let source: Source;
  let token: string | undefined;
  return {
    ...ports,
    use(given) {
      source = given;
      token = typeof given === 'string' ? given : undefined;
    },
    token: () => token,
    isSigned: () => source !== undefined,
    async send(request) {
      const asked = source;
      const ask = async (isOld: boolean) => {
        if (typeof asked === 'function' && (token === undefined || isOld)) {
          const given = await asked();
          // Another source may have come meanwhile, for somebody else.
          if (asked === source) token = given;
        }
        const signed: Record<string, string> = token === undefined ? {} : { 'turnout-context': token };
        return ports.send({ ...request, headers: { ...request.headers, ...signed } });
      };
      if (asked === undefined || request.keepalive) return ports.send(request);
      const answer = await ask(false);
      const isExpired = answer.status === 401 && /expired/.test(answer.headers['turnout-context-error'] ?? answer.body);
      return isExpired ? ask(true) : answer;
    },
  };
}
