import { makeImage } from './embedded-image.ts';

// Runs after `npm install`, and must never fail it: without the image the first start only takes longer.
await makeImage().catch((error: unknown) => {
  console.warn(`The first start will take longer: ${error instanceof Error ? error.message : error}`);
});
