import { type Bootstrap, evaluateAll, writeBootstrap } from '@turnout/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasAppendix, readAppendix, readAppendixFlags } from '../../sdk-node/openfeature/appendix-flags.fixture.ts';
import {
  leaveOut,
  type ProviderState,
  playThrough,
  type Stage,
  titled,
} from '../../sdk-node/openfeature/appendix-steps.fixture.ts';
import { ValuesNode } from '../../server/evaluation/values-node.fixture.ts';
import { DEFAULT_LIMITS } from '../../server/platform/admission.ts';
import { TurnoutWebProvider } from '../openfeature.ts';
import { WebSdk } from './appendix-sdk.fixture.ts';

/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:9';

/** Answers from the flags of the appendix; in the other states, from nowhere. */
class PageStage implements Stage<TurnoutWebProvider> {
  // The scenarios of all visitors come from one address, faster than those of pages.
  readonly node = new ValuesNode(
    readAppendixFlags().map((flag) => ({ ...flag, clientVisible: true })),
    [],
    { limits: { ...DEFAULT_LIMITS, CLIENT_REQUESTS: 10_000 } },
  );
  readonly key = this.node.gate.key('client');

  start(): Promise<void> {
    return this.node.listen();
  }

  provider(state: ProviderState): TurnoutWebProvider {
    const from = { key: this.key, logger: false, storage: false } as const;
    switch (state) {
      case 'stable':
        return new TurnoutWebProvider({ ...from, url: this.node.address });
      case 'not ready':
        return new TurnoutWebProvider({ ...from, url: NOWHERE }, { readyWithinMs: 60_000 });
      case 'error':
        return new TurnoutWebProvider({ ...from, url: NOWHERE }, { readyWithinMs: 150 });
      case 'fatal':
        return new TurnoutWebProvider({ ...from, url: this.node.address, key: 'no key' });
      case 'stale':
        return new TurnoutWebProvider({ ...from, url: NOWHERE, bootstrap: this.#bootstrap() });
    }
  }

  #bootstrap(): Bootstrap {
    const { compiled, position } = this.node.flags.current;
    return writeBootstrap(position, {}, Object.values(evaluateAll(compiled, {})));
  }
}

if (hasAppendix) {
  const pickles = readAppendix();
  const { left, out } = leaveOut(pickles, [
    { name: '@reason-codes-cached', because: 'nothing is cached: every evaluation is made' },
    { name: 'Context merging precedence', because: 'a page has one context, and nothing is laid over it' },
    { name: 'Resolves based on context', because: 'test-flags.json has no flag context-aware' },
  ]);

  describe('Appendix B of OpenFeature’s specification, through the provider for pages', () => {
    const stage = new PageStage();
    beforeAll(() => stage.start());
    afterAll(() => stage.node.close());

    it.each(out)('leaves out $name, $count times: $because', ({ count }) => {
      expect(count).toBeGreaterThan(0);
    });

    it.each(titled(left))('%s', (_title, pickle) => playThrough(new WebSdk(), pickle, stage));
  });
}
