import type { ConfigurationAnswer, ServeAnswer } from '@turnout/server/contracts';

/** Where a variant is given in an environment, in words; empty where it is not. */
export function usesOf(variant: string, { offVariant, rules, fallthrough }: ConfigurationAnswer): string[] {
  const uses = rules.flatMap(({ serve }, at) => (givesIt(serve, variant) ? [`rule ${at + 1}`] : []));
  if (givesIt(fallthrough, variant)) uses.push('everybody else');
  if (offVariant === variant) uses.push('off variant');
  return uses;
}

function givesIt(serve: ServeAnswer, variant: string): boolean {
  if ('variant' in serve) return serve.variant === variant;
  return 'split' in serve && (serve.split.weights[variant] ?? 0) > 0;
}
