/** The whole script of `client/hashing_worker.ts` or `client/sealing_worker.ts`, put here by the build. */
declare module "worker-source:*" {
  const text: string;
  export default text;
}
