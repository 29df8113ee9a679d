import { PRODUCTS, type Product } from './products.ts';

/** What somebody means to buy; the same before and after they sign in. */
export class Cart {
  readonly #counts = new Map<string, number>([['notebook', 1]]);
  readonly #listeners: (() => void)[] = [];

  get lines(): { product: Product; count: number }[] {
    return PRODUCTS.flatMap((product) => {
      const count = this.#counts.get(product.id) ?? 0;
      return count === 0 ? [] : [{ product, count }];
    });
  }

  get total(): number {
    return this.lines.reduce((sum, { product, count }) => sum + product.price * count, 0);
  }

  add(product: Product): void {
    this.#counts.set(product.id, (this.#counts.get(product.id) ?? 0) + 1);
    this.#tell();
  }

  empty(): void {
    this.#counts.clear();
    this.#tell();
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
