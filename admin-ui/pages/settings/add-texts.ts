/** The texts of a list and those that were typed or pasted behind them, each once. Commas and white space divide. */
export function addTexts(texts: readonly string[], typed: string): string[] {
  const more = typed.split(/[\s,]+/).filter((text) => text !== '');
  return [...new Set([...texts, ...more])];
}
