/** Stands in for scrypt: nothing here has a passphrase. */
export function scrypt() {
  throw new Error("left out");
}
