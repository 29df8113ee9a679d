/** A fenced block of a document: `sh keep` has the language `sh` and the word `keep`. */
export interface Block {
  language: string;
  word: string;
  text: string;
  line: number;
}

/** The fenced blocks of a Markdown document, in order. */
export function readBlocks(markdown: string): Block[] {
  const blocks: Block[] = [];
  let open: Block | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    const fence = /^```(\S*) ?(.*)$/.exec(line);
    if (!fence) {
      if (open) open.text += `${line}\n`;
    } else if (open) {
      blocks.push(open);
      open = undefined;
    } else open = { language: fence[1] ?? '', word: fence[2] ?? '', text: '', line: index + 1 };
  }
  if (open) throw new Error(`the block at line ${open.line} does not end`);
  return blocks;
}
