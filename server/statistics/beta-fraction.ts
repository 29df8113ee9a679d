const SMALLEST = 1e-300;
const CLOSE = 2 ** -52;

/**
 * The continued fraction of the regularised incomplete beta function: `I_x(a, b) = x^a·(1−x)^b / (a·B(a, b)) · this`.
 * It is asked on the side where it converges, x ≤ (a+1)/(a+b+2); there it takes some tens of steps, and near the mean of
 * large counts some multiple of their square root.
 *
 * Source: Press et al., Numerical Recipes, 6.4, by the modified method of Lentz.
 */
export function betaFraction(a: number, b: number, x: number): number {
  const kept = (value: number) => (Math.abs(value) < SMALLEST ? SMALLEST : value);
  let c = 1;
  let d = 1 / kept(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; ; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / kept(1 + even * d);
    c = kept(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / kept(1 + odd * d);
    c = kept(1 + odd / c);
    const step = d * c;
    fraction *= step;
    // The last digit may flicker for ever where counts are large; what it would add is below it.
    if (Math.abs(step - 1) <= 2 * CLOSE) return fraction;
  }
}
