/** True where the server takes no such key: asking again helps nobody before somebody has mended that. */
export const isRefusal = (status: number): boolean => status === 401 || status === 403;

/** Whoever reads of a refusal in the night is to look at the key, not at the server. */
export const sayStatus = (status: number): string =>
  `the server ${isRefusal(status) ? 'refused the key with' : 'answered'} ${status}`;
