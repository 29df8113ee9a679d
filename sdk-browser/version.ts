/** The version of this package, for the server to know who asks. A test holds it to package.json. */
export const VERSION = '0.1.0';
