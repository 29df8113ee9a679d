export { murmur3 } from './evaluate/murmur3.ts';
export * from './model/evaluation.ts';
export * from './model/position.ts';
export * from './model/ruleset.ts';
export { layOverlay, overlayHash } from './sync/overlay.ts';
export * from './sync/wire.ts';
