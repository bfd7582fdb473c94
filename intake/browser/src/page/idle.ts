/** When the browser has nothing better to do. */

const AT_MOST = 2_000;
/** For browsers that cannot tell: long enough that letters appear as they are typed. */
const BREATH = 200;

export function idle(): Promise<void> {
  return new Promise((resolve) => {
    if ("requestIdleCallback" in globalThis) requestIdleCallback(() => resolve(), { timeout: AT_MOST });
    else setTimeout(resolve, BREATH);
  });
}
