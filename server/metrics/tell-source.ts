import { asFields, changedFields, type Teller, type ToldChange } from '../changes/tell-change.ts';

/** Tells of sources: `source prometheus: asks https://prometheus.example.com`. */
export const sourceTeller: Teller = { kind: 'source', tell: tellSource };

function tellSource({ key, before, after }: ToldChange): string {
  const [was, is] = [asFields(before), asFields(after)];
  if (is === undefined) return was === undefined ? '' : `source ${key}: deleted`;
  if (was === undefined) return `source ${key}: asks ${is.url}${is.auth === 'none' ? '' : ', with a secret'}`;
  const { secretSetAt: old, ...wasShown } = was;
  const { secretSetAt: now, ...isShown } = is;
  const told = changedFields(wasShown, isShown);
  if (old !== now) told.push(now === null ? 'without a secret' : 'a new secret');
  return told.length === 0 ? '' : `source ${key}: ${told.join(', ')}`;
}
