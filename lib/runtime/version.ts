/** Version of the package; processes of one session must agree on it. A test compares it with package.json. */
export const VERSION = '0.1.0';
