/** A page drawn by React through OpenFeature's own SDK for it, with our provider. */
import {
  OpenFeature,
  OpenFeatureProvider,
  useBooleanFlagDetails,
  useContextMutator,
  useOpenFeatureClientStatus,
  useStringFlagValue,
} from '@openfeature/react-sdk';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { TurnoutWebProvider } from '../openfeature.ts';

const { url, key } = JSON.parse(document.querySelector('#given')?.textContent ?? '');

function Shop() {
  const { value: cart, reason, errorCode } = useBooleanFlagDetails('cart', false);
  const plan = useStringFlagValue('plan-of', 'nobody knows');
  const status = useOpenFeatureClientStatus();
  const { setContext } = useContextMutator();
  const signUp = () => setContext({ targetingKey: 'user-1', plan: 'pro' });
  return [
    createElement('button', { key: 'button', type: 'button', onClick: signUp }, 'Sign up'),
    createElement('output', { key: 'output' }, JSON.stringify({ cart, reason, errorCode, plan, status })),
  ];
}

const provider = new TurnoutWebProvider({ url, key, storage: false });
OpenFeature.setProvider(provider, { targetingKey: 'user-1', plan: 'free' });
createRoot(document.querySelector('main') ?? document.body).render(
  createElement(OpenFeatureProvider, null, createElement(Shop)),
);
