/** How many of the age vectors the browser's code gets right, and which not. */

import { isRight, outcome, VECTORS } from "./age_vectors.ts";

let right = 0;
for (const vector of VECTORS) {
  const found = await outcome(vector);
  if (isRight(vector, found)) right++;
  else console.log(`${vector.name}: ${found.expect} ${found.payload ?? ""} instead of ${vector.expect}`);
}
console.log(`browser ${right}/${VECTORS.length}`);
process.exitCode = right === VECTORS.length ? 0 : 1;
